//! Rules 15 and 17: every verbs state can be stopped; what a stopped queue pair refuses; loopback.

use crate::kit::*;
use crate::packet::Place;
use crate::station::*;
use crate::table::next;
use fw_regs::wire::Opcode;
use fw_regs::{Command, CommandError, Counter, MigrationPhase, QpState};
use host_driver::{AsyncEvent, CommandFailure, Modify, ModifyError, SendRequest, WcStatus};

fn phase(lab: &testbench::lab::Lab, app: &App) -> u8 {
    app.migration(lab).phase
}

/// RESET, INIT and ERR: a stop and a move, and back in the same state at once, whether the queue pair has never had a partner or had one
/// that agreed to migrate, so that RESUME could be sent to it.
fn silent_state(state: QpState) {
    for once_connected in [false, true] {
        println!("{state}, connected before: {once_connected}");
        silent_state_after(state, once_connected);
    }
}

fn silent_state_after(state: QpState, once_connected: bool) {
    let lab = lab(2);
    let app = App::new(&lab, 0);
    if once_connected {
        let partner = App::new(&lab, 1);
        connect_qps((&app, 0), (&partner, 0), &ConnectionOptions::default());
        for qp in [app.qp(), partner.qp()] {
            qp.modify(Modify::Reset).unwrap();
        }
    }
    match state {
        QpState::Reset => {}
        QpState::Init => app.qp().modify(Modify::Init(Default::default())).unwrap(),
        QpState::Err => {
            app.qp().modify(Modify::Init(Default::default())).unwrap();
            app.qp().modify(Modify::Err).unwrap();
        }
        other => panic!("{other} speaks"),
    }
    app.command(&lab, Command::Stop, &[]).unwrap();
    app.command(&lab, Command::Drained, &[]).unwrap();
    assert_eq!(phase(&lab, &app), MigrationPhase::Stopped.code());
    app.command(&lab, Command::Abort, &[]).unwrap();
    lab.run(QUIET).unwrap();
    assert_eq!(
        phase(&lab, &app),
        MigrationPhase::Normal.code(),
        "abort ends at once"
    );
    assert_eq!(device_state(&lab.hosts[0], app.qp().slot()), state.code());
    let (app, _tombstones) = app.move_to(&lab, 1);
    lab.run(QUIET).unwrap();
    assert_eq!(
        phase(&lab, &app),
        MigrationPhase::Normal.code(),
        "so does RESUME"
    );
    assert_eq!(device_state(&lab.hosts[1], app.qp().slot()), state.code());
    assert_eq!(app.qp().state(), state);
    for host in &lab.hosts {
        let sent = host.adapter.counter(Counter::ResumeSent).unwrap();
        assert_eq!(sent, 0, "RESUMEs sent in {state}");
    }
}

#[test]
fn rule_15_reset_moves() {
    silent_state(QpState::Reset);
}

#[test]
fn rule_15_init_moves() {
    silent_state(QpState::Init);
}

#[test]
fn rule_15_error_moves() {
    silent_state(QpState::Err);
}

#[test]
fn rule_15_init_goes_on_to_a_connection_after_the_move() {
    let lab = lab(3);
    let (a, b) = (App::new(&lab, 0), App::new(&lab, 1));
    a.qp().modify(Modify::Init(Default::default())).unwrap();
    let (a, _tombstones) = a.move_to(&lab, 2);
    let options = ConnectionOptions::default();
    let data = [a.qp().connection_data(), b.qp().connection_data()];
    a.qp()
        .modify(Modify::Rtr(host_driver::RtrAttributes {
            path_mtu: MTU,
            ..host_driver::RtrAttributes::new(data[1])
        }))
        .unwrap();
    to_rts(a.qp(), data[0].psn, &options);
    to_rtr(b.qp(), data[0], &options);
    to_rts(b.qp(), data[1].psn, &options);
    let write = SendRequest::new(1, b.write_to(100), a.entry(0, 1000));
    a.qp().post_send(&[write]).unwrap();
    a.sent(&lab, 1);
    assert_eq!(b.bytes(100, 1000), a.bytes(0, 1000));
}

#[test]
fn rule_15_rtr_resumes_like_rts() {
    let lab = lab(3);
    let (a, b) = (App::new(&lab, 0), App::new(&lab, 1));
    let options = ConnectionOptions::default();
    let data = [a.qp().connection_data(), b.qp().connection_data()];
    to_rtr(a.qp(), data[1], &options);
    to_rtr(b.qp(), data[0], &options);
    to_rts(b.qp(), data[1].psn, &options);
    let (a, _tombstones) = a.move_to(&lab, 2);
    lab.until("the end of resuming", SOON, || {
        let normal = phase(&lab, &a) == MigrationPhase::Normal.code();
        Ok(normal.then_some(()))
    })
    .unwrap();
    assert_eq!(
        device_state(&lab.hosts[2], a.qp().slot()),
        QpState::Rtr.code()
    );
    let write = SendRequest::new(1, a.write_to(100), b.entry(0, 1000));
    b.qp().post_send(&[write]).unwrap();
    b.sent(&lab, 1);
    to_rts(a.qp(), data[0].psn, &options);
    let write = SendRequest::new(1, b.write_to(3000), a.entry(0, 1000));
    a.qp().post_send(&[write]).unwrap();
    a.sent(&lab, 1);
}

#[test]
fn rule_15_rtr_takes_migration_packets() {
    let station = Station::in_rtr();
    // nothing is outstanding: NAK_STOPPED does not count, RESUME does
    assert_eq!(station.tell(&station.nak_stopped(PARTNER_EPOCH)), []);
    let resume = crate::packet::MigEth {
        max: PARTNER_PSN,
        // the own PSNs come with RTS
        epsn: station.completer().una,
        ..station.mig_eth(next(PARTNER_EPOCH))
    };
    let packet = station.packet(Opcode::Resume, PARTNER_PSN, resume.encode());
    let sent = station.tell(&packet);
    assert!(
        sent.len() == 1 && sent[0].is(Opcode::ResumeAck),
        "{sent:#?}"
    );
}

#[test]
fn rule_15_sqd_stays_sqd() {
    let lab = lab(3);
    let (a, b) = connected(&lab, 0, 1, &ConnectionOptions::default());
    a.qp().modify(Modify::Sqd).unwrap();
    lab.run(QUIET).unwrap();
    while lab.hosts[0].adapter.next_event().is_some() {}
    let request = |id| SendRequest::new(id, b.write_to(4096), a.entry(0, 2000));
    a.qp().post_send(&[request(1)]).unwrap();
    let (a, _tombstones) = a.move_to(&lab, 2);
    lab.until("the end of resuming", SOON, || {
        let normal = phase(&lab, &a) == MigrationPhase::Normal.code();
        Ok(normal.then_some(()))
    })
    .unwrap();
    assert_eq!(a.qp().state(), QpState::Sqd);
    assert_eq!(
        device_state(&lab.hosts[2], a.qp().slot()),
        QpState::Sqd.code()
    );
    lab.run(4 * QUIET).unwrap();
    assert_eq!(
        a.send_cq.poll(4).unwrap(),
        [],
        "no new message starts in SQD"
    );
    a.qp().modify(Modify::Resume).unwrap();
    assert_eq!(a.sent(&lab, 1)[0].wr_id, 1);
    assert_eq!(b.bytes(4096, 2000), a.bytes(0, 2000));
}

/// MODIFY and DESTROY are refused with the phase.
fn refuses_verbs(state: State) {
    let station = Station::in_state(state);
    let before = station.snapshot();
    for (command, to) in [
        (Command::QpModify, QpState::Err.code()),
        (Command::QpModify, QpState::Reset.code()),
        (Command::QpDestroy, 0),
    ] {
        let args = [station.slot.into(), to.into()];
        match station
            .host()
            .adapter
            .migration_command(command, args, &[0])
        {
            Err(CommandFailure::Refused { error, detail, .. }) => {
                assert_eq!(error, CommandError::Moving, "{command} in {state:?}");
                assert_eq!(
                    detail,
                    u32::from(state.codes().1.code()),
                    "{command} in {state:?}"
                );
            }
            other => panic!("{command} in {state:?}: {other:?}"),
        }
        let changes = before.differences(&station.snapshot());
        assert!(changes.is_empty(), "{command} in {state:?}: {changes:#?}");
    }
    assert!(station.is(state));
}

#[test]
fn rule_15_stopped_refuses_modify_and_destroy_bad_flow() {
    refuses_verbs(State::Stopped);
}

#[test]
fn rule_15_restored_refuses_modify_and_destroy_bad_flow() {
    refuses_verbs(State::Restored);
}

#[test]
fn rule_15_resuming_refuses_modify_and_destroy_bad_flow() {
    refuses_verbs(State::Resuming);
}

#[test]
fn rule_15_tombstone_refuses_modify_and_destroy_bad_flow() {
    refuses_verbs(State::Tombstone);
}

#[test]
fn rule_15_paused_is_rts_to_verbs_and_error_ends_the_pause() {
    let station = Station::in_state(State::Paused);
    let qp = station.app().qp();
    assert_eq!(qp.state(), QpState::Rts);
    let refused = qp.modify(Modify::Init(Default::default()));
    assert!(
        matches!(refused, Err(ModifyError::Transition { .. })),
        "{refused:?}"
    );
    qp.modify(Modify::Err).unwrap();
    let lab = &station.lab;
    let flushed = lab
        .completions(&station.app().send_cq, OUTSTANDING as usize, SOON)
        .unwrap();
    assert!(
        flushed
            .iter()
            .all(|c| c.status == WcStatus::WorkRequestFlushed),
        "{flushed:?}"
    );
    assert_eq!(station.device_state(), QpState::Err.code());
    station.listen(QUIET);
    // nothing probes any more, and nothing is answered
    for packet in [
        station.ack(OWN_PSN),
        station.resume(next(PARTNER_EPOCH)),
        station.request(station.epsn()),
    ] {
        assert_eq!(station.tell(&packet), [], "answer to {packet:?} in ERR");
    }
    assert_eq!(station.listen(300_000), []);
}

#[test]
fn rule_15_paused_to_sqd_and_reset() {
    let station = Station::in_state(State::Paused);
    station.app().qp().modify(Modify::Reset).unwrap();
    assert_eq!(station.device_state(), QpState::Reset.code());
    assert_eq!(station.migration().phase, MigrationPhase::Normal.code());
}

#[test]
fn rule_15_give_up_while_resuming_and_paused() {
    for state in [State::Resuming, State::Paused] {
        println!("{state:?}");
        let station = Station::in_state(state);
        station.app().qp().give_up().unwrap();
        let lab = &station.lab;
        let all = lab
            .completions(&station.app().send_cq, OUTSTANDING as usize, SOON)
            .unwrap();
        let first = match state {
            State::Paused => WcStatus::RetryExceeded,
            _ => WcStatus::WorkRequestFlushed,
        };
        assert_eq!(all[0].status, first, "{all:?}");
        assert!(
            all[1..]
                .iter()
                .all(|c| c.status == WcStatus::WorkRequestFlushed),
            "{all:?}"
        );
        assert_eq!(station.device_state(), QpState::Err.code());
        assert_eq!(station.tell(&station.resume(next(PARTNER_EPOCH))), []);
    }
}

#[test]
fn rule_17_loopback_connection_moves_with_both_ends() {
    let lab = lab(2);
    let app = App::with(&lab, 0, 2, false);
    let options = ConnectionOptions::default();
    connect_qps((&app, 0), (&app, 1), &options);
    let write = |app: &App, id| SendRequest::new(id, app.write_to(8192), app.entry(0, 3000));
    app.qps[0].post_send(&[write(&app, 1)]).unwrap();
    app.sent(&lab, 1);
    let (app, _tombstones) = app.move_to(&lab, 1);
    for (k, qp) in app.qps.iter().enumerate() {
        qp.post_send(&[write(&app, 10 + k as u64)]).unwrap();
    }
    let mut ids: Vec<_> = app.sent(&lab, 2).iter().map(|c| c.wr_id).collect();
    ids.sort_unstable();
    assert_eq!(ids, [10, 11]);
}

#[test]
fn rule_17_one_end_of_a_loopback_connection_moves_away_and_back() {
    let lab = lab(2);
    let (a, b) = connected(&lab, 0, 0, &ConnectionOptions::default());
    let write =
        |a: &App, b: &App, at| SendRequest::new(at as u64, b.write_to(at), a.entry(0, 2000));
    let go = |a: &App, b: &App, at| {
        a.qp().post_send(&[write(a, b, at)]).unwrap();
        b.qp().post_send(&[write(b, a, at)]).unwrap();
        assert_eq!(a.sent(&lab, 1)[0].wr_id, at as u64);
        assert_eq!(b.sent(&lab, 1)[0].wr_id, at as u64);
        assert_eq!(b.bytes(at, 2000), a.bytes(0, 2000));
    };
    go(&a, &b, 4096);
    let (a, first) = a.move_to(&lab, 1);
    go(&a, &b, 8192);
    let (a, _second) = a.move_to(&lab, 0);
    go(&a, &b, 16384);
    drop(first);
}

#[test]
fn rule_17_loopback_partner_keeps_the_address() {
    let lab = lab(1);
    let (a, b) = connected(&lab, 0, 0, &ConnectionOptions::default());
    a.command(&lab, Command::Stop, &[]).unwrap();
    a.command(&lab, Command::Drained, &[]).unwrap();
    let write = SendRequest::new(1, a.write_to(4096), b.entry(0, 600));
    b.qp().post_send(&[write]).unwrap();
    lab.until("the pause", SOON, || Ok(b.is_paused(&lab).then_some(())))
        .unwrap();
    a.command(&lab, Command::Abort, &[]).unwrap();
    b.sent(&lab, 1);
    let own = Place::numbered(1).ip;
    assert_eq!(b.addresses(&lab).partner_ip, address(own));
}

#[test]
fn rule_15_events_name_the_queue_pair() {
    let station = Station::in_state(State::Resuming);
    station.tell(&station.resume_ack(next(station.first_epoch)));
    let adapter = &station.host().adapter;
    adapter.poll_events().unwrap();
    assert_eq!(
        adapter.next_event(),
        Some(AsyncEvent::Resumed { qpn: station.qpn })
    );
}
