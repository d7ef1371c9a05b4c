//! The states of a queue pair.

use crate::kit::*;
use fw_regs::commands::PayloadError;
use fw_regs::mailbox::{Payload, WORDS};
use fw_regs::{Command, CommandError, ContextKind, QpState};
use host_driver::{
    Access, Adapter, AsyncEvent, CommandFailure, Modify, ModifyError, PostError, SendRequest,
    WcStatus,
};
use testbench::lab::{ConnectOptions, join};

#[test]
fn qp_error_flushes_both_queues() {
    at_both_widths(|width| {
        let pair = Pair::new(width);
        for k in 0..6 {
            pair.recv_b(k, 0, 64);
        }
        pair.b.qp.modify(Modify::Err).unwrap();
        let flushed = pair.lab.completions(&pair.b.recv_cq, 6, SOON).unwrap();
        for (k, c) in flushed.iter().enumerate() {
            assert_eq!(
                (c.wr_id, c.status),
                (k as u64, WcStatus::WorkRequestFlushed)
            );
        }
        let requests: Vec<_> = (0..5)
            .map(|k| SendRequest::new(k, write(&pair.ma, 0), pair.mb.entry(0, 64)))
            .collect();
        pair.b.qp.post_send(&requests).unwrap();
        let flushed = pair.lab.completions(&pair.b.send_cq, 5, SOON).unwrap();
        for (k, c) in flushed.iter().enumerate() {
            assert_eq!(
                (c.wr_id, c.status),
                (k as u64, WcStatus::WorkRequestFlushed)
            );
        }
        pair.quiet(&pair.b.send_cq);
        pair.quiet(&pair.b.recv_cq);
    });
}

#[test]
fn qp_failed_request_flushes_those_behind_it_bad_flow() {
    at_both_widths(|width| {
        let pair = Pair::new(width);
        let mut bad = write(&pair.mb, 0);
        if let host_driver::SendOperation::Write { rkey, .. } = &mut bad {
            *rkey ^= 1;
        }
        let entry = pair.ma.entry(0, 64);
        let requests = [
            SendRequest::new(1, write(&pair.mb, 0), entry),
            SendRequest::new(2, bad, entry),
            SendRequest::new(3, write(&pair.mb, 0), entry),
            SendRequest::new(4, send(), entry),
        ];
        pair.a.qp.post_send(&requests).unwrap();
        let all = pair.lab.completions(&pair.a.send_cq, 4, SOON).unwrap();
        let got: Vec<_> = all.iter().map(|c| (c.wr_id, c.status)).collect();
        use WcStatus::{RemoteAccess, Success, WorkRequestFlushed};
        assert_eq!(
            got,
            [
                (1, Success),
                (2, RemoteAccess),
                (3, WorkRequestFlushed),
                (4, WorkRequestFlushed)
            ]
        );
        assert_eq!(pair.a.qp.state(), QpState::Err);
    });
}

#[test]
fn qp_sqd_finishes_and_reports_then_resumes() {
    at_both_widths(|width| {
        let pair = Pair::new(width);
        let entry = pair.ma.entry(0, 30_000);
        let long = SendRequest::new(1, write(&pair.mb, 0), entry);
        pair.a.qp.post_send(&[long]).unwrap();
        pair.lab.run(800).unwrap();
        pair.a.qp.modify(Modify::Sqd).unwrap();
        let adapter = &pair.lab.hosts[0].adapter;
        let qpn = pair.a.qp.number();
        let event = pair.lab.until("the drained event", SOON, || {
            adapter.poll_events()?;
            Ok(adapter.next_event())
        });
        assert_eq!(event.unwrap(), AsyncEvent::SqDrained { qpn });
        assert_eq!(pair.good(&pair.a.send_cq, 1)[0].wr_id, 1);
        // what is posted now has to wait
        let next = SendRequest::new(2, write(&pair.mb, 40_000), pair.ma.entry(9, 500));
        pair.a.qp.post_send(&[next]).unwrap();
        pair.quiet(&pair.a.send_cq);
        pair.a.qp.modify(Modify::Resume).unwrap();
        assert_eq!(pair.good(&pair.a.send_cq, 1)[0].wr_id, 2);
        assert_eq!(bytes(&pair.mb, 40_000, 500), bytes(&pair.ma, 9, 500));
    });
}

#[test]
fn qp_reset_and_connected_again() {
    at_both_widths(|width| {
        let pair = Pair::new(width);
        let entry = pair.ma.entry(0, 3000);
        for round in 0..3 {
            pair.recv_b(round, 0, 4096);
            pair.recv_b(100, 0, 4096);
            pair.do_a(SendRequest::new(1, send(), entry));
            assert_eq!(pair.good(&pair.b.recv_cq, 1)[0].wr_id, round);
            for end in [&pair.a, &pair.b] {
                end.qp.modify(Modify::Reset).unwrap();
                assert_eq!(end.qp.state(), QpState::Reset);
            }
            join(&pair.a.qp, &pair.b.qp, &ConnectOptions::default()).unwrap();
        }
    });
}

#[test]
fn qp_state_is_what_the_device_says() {
    let pair = Pair::new(width());
    let state = |k: usize, slot| {
        let words = pair.lab.hosts[k]
            .adapter
            .read_record(ContextKind::QpState, slot);
        QpState::from_code(words.unwrap()[0] as u8)
    };
    assert_eq!(state(0, pair.a.qp.slot()), Some(QpState::Rts));
    pair.a.qp.modify(Modify::Err).unwrap();
    assert_eq!(state(0, pair.a.qp.slot()), Some(QpState::Err));
    pair.a.qp.modify(Modify::Reset).unwrap();
    assert_eq!(state(0, pair.a.qp.slot()), Some(QpState::Reset));
}

#[test]
fn qp_illegal_transition_bad_flow() {
    let pair = Pair::new(width());
    let back = pair.a.qp.modify(Modify::Init(Default::default()));
    assert!(matches!(back, Err(ModifyError::Transition { .. })));
    pair.a.qp.modify(Modify::Reset).unwrap();
    let request = SendRequest::new(1, send(), pair.ma.entry(0, 1));
    let posted = pair.a.qp.post_send(&[request]);
    assert!(matches!(
        posted,
        Err(PostError::State {
            state: QpState::Reset
        })
    ));
}

#[test]
fn qp_all_slots_carry_traffic() {
    let pair = Pair::connected(
        64,
        &ConnectOptions {
            depth: 4,
            cq_depth: 8,
            ..ConnectOptions::default()
        },
    );
    let most = pair.lab.hosts[0].adapter.attributes().qps;
    let context = |host: usize| &pair.lab.hosts[host].context;
    let cq = |host: usize| context(host).create_cq(1024).unwrap();
    let cqs = [cq(0), cq(1)];
    let options = ConnectOptions {
        depth: 4,
        cqs: [0, 1].map(|k| Some((cqs[k].clone(), cqs[k].clone()))),
        ..ConnectOptions::default()
    };
    let ends: Vec<_> = (1..most)
        .map(|k| {
            pair.lab
                .connect(0, 1, &options)
                .unwrap_or_else(|e| panic!("QP {k}: {e}"))
        })
        .collect();
    for (k, (a, _)) in ends.iter().enumerate() {
        let entry = pair.ma.entry(100 * k, 100);
        let request = SendRequest::new(k as u64, write(&pair.mb, 100 * k), entry);
        a.qp.post_send(&[request]).unwrap();
    }
    pair.good(&cqs[0], ends.len());
    let all = 100 * ends.len();
    assert!(bytes(&pair.mb, 0, all) == bytes(&pair.ma, 0, all));
}

#[test]
fn qp_destroyed_under_load_leaves_the_rest_alone() {
    let pair = Pair::new(width());
    let (a, b) = pair.lab.connect(0, 1, &ConnectOptions::default()).unwrap();
    let entry = pair.ma.entry(0, 40_000);
    a.qp.post_send(&[SendRequest::new(1, write(&pair.mb, 0), entry)])
        .unwrap();
    let other = pair.ma.entry(50_000, 40_000);
    pair.a
        .qp
        .post_send(&[SendRequest::new(2, write(&pair.mb, 50_000), other)])
        .unwrap();
    pair.lab.run(1500).unwrap();
    drop(a);
    drop(b);
    assert_eq!(pair.good(&pair.a.send_cq, 1)[0].wr_id, 2);
    assert!(bytes(&pair.mb, 50_000, 40_000) == bytes(&pair.ma, 50_000, 40_000));
    let (a, _b) = pair.lab.connect(0, 1, &ConnectOptions::default()).unwrap();
    a.qp.post_send(&[SendRequest::new(3, write(&pair.mb, 0), entry)])
        .unwrap();
    assert_eq!(pair.good(&a.send_cq, 1)[0].wr_id, 3);
}

/// The command's error and detail.
fn refusal(adapter: &Adapter, command: Command, args: [u32; 2], data: &[u32]) -> (u8, u32) {
    match adapter.migration_command(command, args, data) {
        Err(CommandFailure::Refused { error, detail, .. }) => (error.code(), detail),
        other => panic!("{command} was not refused: {other:?}"),
    }
}

/// A number or key that is taken: the detail of the error says by which slot, and the one that has it keeps it.
#[test]
fn qp_number_and_key_that_are_taken_name_their_slots_bad_flow() {
    let pair = Pair::new(width());
    let host = &pair.lab.hosts[1];
    let adapter = &host.adapter;
    let most = adapter.attributes();
    let more: Vec<_> = (0..5)
        .map(|_| host.endpoint(&Default::default(), 0).unwrap().qp)
        .collect();
    let free = most.qps as u16 - 1;
    for qp in more.iter().chain([&pair.b.qp]) {
        let config = adapter.read_record(ContextKind::QpConfig, qp.slot());
        let mut payload = Payload::new();
        payload
            .record(ContextKind::QpConfig, free, &config.unwrap())
            .unwrap();
        let args = [free.into(), qp.number()];
        let refused = refusal(adapter, Command::QpCreate, args, payload.words());
        let wanted = (CommandError::NumberTaken.code(), u32::from(qp.slot()));
        assert_eq!(refused, wanted, "QP number {:#x}", qp.number());
    }
    let regions: Vec<_> = (0..5)
        .map(|_| host.memory(4096, Access::ALL).unwrap())
        .collect();
    let free = most.mrs as u16 - 1;
    for region in regions.iter().chain([&pair.mb]) {
        let record = adapter.read_record(ContextKind::MemoryRegion, region.slot());
        let mut payload = Payload::new();
        payload
            .record(ContextKind::MemoryRegion, free, &record.unwrap())
            .unwrap();
        let args = [free.into(), region.rkey()];
        let refused = refusal(adapter, Command::MrCreate, args, payload.words());
        let wanted = (CommandError::NumberTaken.code(), u32::from(region.slot()));
        assert_eq!(refused, wanted, "key {:#x}", region.rkey());
    }
    pair.recv_b(1, 0, 64);
    pair.do_a(SendRequest::new(1, send(), pair.ma.entry(0, 64)));
    pair.good(&pair.b.recv_cq, 1);
}

/// A payload has its end in the mailbox: a write whose data reach behind it, or leave no place for the end, is refused at its header, and nothing of
/// the payload is written.
#[test]
fn qp_modify_with_a_payload_that_ends_behind_the_mailbox_bad_flow() {
    let pair = Pair::new(width());
    let adapter = &pair.lab.hosts[1].adapter;
    let slot = pair.b.qp.slot();
    let record = || adapter.read_record(ContextKind::QpConfig, slot).unwrap();
    let config = record();
    // writes of all of `words` but the first two, from there on as many as there is place for
    let list = |writes: &[(usize, usize)], words: &[u32]| {
        let mut data = Vec::new();
        for &(first, count) in writes {
            let head = u32::from(ContextKind::QpConfig.code());
            data.push(head | (first as u32) << 8 | (count as u32) << 16);
            data.push(slot.into());
            data.extend(words[first..].iter().chain(&[0; 6]).take(count));
        }
        data.resize(data.len().max(WORDS), 0);
        data.truncate(WORDS);
        data
    };
    let args = [slot.into(), QpState::Rts.code().into()];
    let whole = (0, 6);
    let other: Vec<u32> = config.iter().map(|word| word ^ 1 << 31).collect();
    for (what, before, last) in [
        ("the end itself", vec![whole; 15], (0, 6)),
        ("one word", [vec![whole; 15], vec![(4, 1)]].concat(), (0, 4)),
        (
            "four words",
            [vec![whole; 15], vec![(4, 2)]].concat(),
            (0, 6),
        ),
        ("an index", [vec![whole; 15], vec![(1, 4)]].concat(), (4, 1)),
        (
            "all but a header",
            [vec![whole; 14], vec![(1, 5), (0, 6)]].concat(),
            (0, 6),
        ),
    ] {
        let at: usize = before.iter().map(|(_, count)| count + 2).sum();
        let end = at + 2 + last.1;
        println!("{what}: header at {at}, ends at {end}");
        assert!(at < WORDS && end >= WORDS);
        let data = list(&[&before[..], &[last]].concat(), &other);
        let refused = refusal(adapter, Command::QpModify, args, &data);
        let kind = u32::from(ContextKind::QpConfig.code());
        let detail = at as u32 | u32::from(PayloadError::Length.code()) << 8 | kind << 16;
        assert_eq!(refused, (CommandError::BadPayload.code(), detail), "{what}");
        assert_eq!(record(), config, "{what}");
    }
    // the longest one: its end is the last word
    let longest = [vec![whole; 15], vec![(0, 5)]].concat();
    let data = list(&longest, &config);
    adapter
        .migration_command(Command::QpModify, args, &data)
        .unwrap();
    assert_eq!(record(), config);
    pair.do_a(SendRequest::new(
        1,
        write(&pair.mb, 0),
        pair.ma.entry(0, 64),
    ));
}
