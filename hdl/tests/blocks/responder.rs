//! The responder under Verilator: the rules one by one with literal values, then random traffic against a model.
//! Rows are those of the protocol conformance list.

use crate::responder_kit::packets::*;
use crate::responder_kit::world::{Outcome, Posted, World};
use hdl::contract::{QpConfig, Resource, Responder};
use hdl::counter;
use hdl::mem::kind;
use hdl::pipe::{ExecDesc, RxPacket};

const MTU: u64 = 1024;

fn posted(len: u32) -> Posted {
    Posted::of([(0x5000, len), (0x9000, 0)])
}

fn world(epsn: u64) -> (World, QpConfig) {
    let mut world = World::new(0x5eed_0100);
    world.open(1, epsn);
    (world, config(1))
}

/// The one descriptor of a packet.
fn one(world: &mut World, pkt: RxPacket, cfg: &QpConfig) -> ExecDesc {
    let out = world.offer(&pkt, cfg);
    assert_eq!(out.execs.len(), 1, "{out:?}");
    assert_eq!(out.execs[0].beats.to_u64(), 5, "the frame is released");
    out.execs[0]
}

/// (syndrome, PSN, MSN) of an ACK or NAK; `None` without an answer.
fn ack(e: &ExecDesc) -> Option<(u64, u64, u64)> {
    match e.answer.to_u64() {
        0 => None,
        1 => Some((e.syndrome.to_u64(), e.psn.to_u64(), e.msn.to_u64())),
        other => panic!("answer {other}"),
    }
}

fn pieces(e: &ExecDesc) -> Vec<(u64, u64)> {
    let all = [
        (e.iova0.to_u64(), e.len0.to_u64()),
        (e.iova1.to_u64(), e.len1.to_u64()),
    ];
    all.into_iter().filter(|p| p.1 > 0).collect()
}

/// (index, opcode, status, length)
fn cqe(e: &ExecDesc) -> Option<(u64, u64, u64, u64)> {
    (e.cqe == 1).then(|| {
        (
            e.cqe_index.to_u64(),
            e.cqe_opcode.to_u64(),
            e.cqe_status.to_u64(),
            e.cqe_len.to_u64(),
        )
    })
}

#[test]
fn responder_send_only() {
    let (mut w, cfg) = world(0xff_ffff);
    w.post(1, posted(100));
    let e = one(&mut w, packet(1, 4, 0xff_ffff, 100), &cfg);
    assert_eq!(pieces(&e), [(0x5000, 100)]);
    assert_eq!((e.buf.to_u64(), e.src_offset.to_u64()), (0x123, 54));
    assert_eq!(cqe(&e), Some((0, 128, 0, 100)));
    assert_eq!(
        (e.cq.to_u64(), e.cqe_qpn.to_u64(), e.cqe_flags.to_u64()),
        (101, 0x4712, 1)
    );
    assert_eq!(ack(&e), Some((0x1f, 0xff_ffff, 1)));
    assert_eq!(w.responder(1).epsn.to_u64(), 0, "PSNs wrap");
    assert!(w.rings[&1].posted.is_empty());
}

#[test]
fn responder_send_over_two_entries_with_immediate() {
    let (mut w, cfg) = world(10);
    w.post(1, Posted::of([(0x5000, 1000), (0x9000, 2000)]));
    let mut first = packet(1, 0, 10, MTU);
    first.ack_req = 0.into();
    let e = one(&mut w, first, &cfg);
    assert_eq!(pieces(&e), [(0x5000, 1000), (0x9000, 24)]);
    assert_eq!((cqe(&e), ack(&e)), (None, None));
    let middle = w.responder(1);
    assert_eq!(
        (middle.op_state.to_u64(), middle.recv_valid.to_u64()),
        (1, 1)
    );
    assert_eq!(
        (middle.offset.to_u64(), middle.msg_len.to_u64()),
        (MTU, 3000)
    );
    let e = one(&mut w, packet(1, 1, 11, MTU), &cfg);
    assert_eq!(pieces(&e), [(0x9000 + 24, MTU)]);
    assert_eq!(ack(&e), Some((0x1f, 11, 0)));
    let mut last = with_word(packet(1, 3, 12, 3), 0xdead_beef);
    last.solicited = 1.into();
    let e = one(&mut w, last, &cfg);
    assert_eq!(pieces(&e), [(0x9000 + 24 + MTU, 3)]);
    assert_eq!(cqe(&e), Some((0, 128, 0, 2 * MTU + 3)));
    assert_eq!((e.cqe_imm.to_u64(), e.cqe_flags.to_u64()), (0xdead_beef, 3));
    assert_eq!(e.cqe_solicited.to_u64(), 1);
    assert_eq!(ack(&e), Some((0x1f, 12, 1)));
    assert_eq!(w.responder(1).op_state.to_u64(), 0);
}

#[test]
fn responder_write_message_keeps_its_start() {
    let (mut w, cfg) = world(5);
    let e = one(
        &mut w,
        with_reth(packet(1, 6, 5, MTU), 0x7000, 9, 2 * MTU + 7, 0),
        &cfg,
    );
    assert_eq!(pieces(&e), [(0x7000 + IOVA, MTU)]);
    let mut middle = packet(1, 7, 6, MTU);
    // MIDDLE has no RETH: what the check says about it means nothing
    (middle.mr_ok, middle.mr_iova) = (0.into(), 0xbad.into());
    assert_eq!(
        pieces(&one(&mut w, middle, &cfg)),
        [(0x7000 + IOVA + MTU, MTU)]
    );
    let e = one(&mut w, packet(1, 8, 7, 7), &cfg);
    assert_eq!(pieces(&e), [(0x7000 + IOVA + 2 * MTU, 7)]);
    assert_eq!((cqe(&e), ack(&e)), (None, Some((0x1f, 7, 1))));
}

#[test]
fn responder_zero_length_write_and_read_need_no_key() {
    let (mut w, cfg) = world(5);
    let mut write = with_reth(packet(1, 10, 5, 0), 0x7000, 9, 0, 0);
    write.mr_ok = 0.into();
    let e = one(&mut w, write, &cfg);
    assert_eq!((pieces(&e), ack(&e)), (vec![], Some((0x1f, 5, 1))));
    let mut read = with_reth(packet(1, 12, 6, 0), 0x7000, 9, 0, 0);
    read.mr_ok = 0.into();
    let e = one(&mut w, read, &cfg);
    assert_eq!(
        (e.answer.to_u64(), e.answer_len.to_u64(), e.msn.to_u64()),
        (2, 0, 2)
    );
    assert_eq!(w.responder(1).epsn.to_u64(), 7);
}

#[test]
fn responder_write_imm_takes_receive_at_last_only_and_resumes_after_rnr() {
    let (mut w, cfg) = world(5);
    one(
        &mut w,
        with_reth(packet(1, 6, 5, MTU), 0x7000, 9, MTU + 8, 0),
        &cfg,
    );
    let before = w.responder(1);
    let last = with_word(packet(1, 9, 6, 8), 0x1234_5678);
    for _ in 0..2 {
        let e = one(&mut w, last, &cfg);
        assert_eq!((pieces(&e), cqe(&e)), (vec![], None));
        assert_eq!(ack(&e), Some((0x20 | 12, 6, 0)), "an RNR NAK each time");
    }
    let refused = w.responder(1);
    assert_eq!(
        refused,
        Responder {
            nak_sent: 1.into(),
            ..before
        }
    );
    let mut recv = posted(0);
    recv.key_error = true;
    w.post(1, recv);
    let e = one(&mut w, last, &cfg);
    assert_eq!(pieces(&e), [(0x7000 + IOVA + MTU, 8)]);
    assert_eq!(
        cqe(&e),
        Some((0, 129, 0, MTU + 8)),
        "entries are not used, so not checked"
    );
    assert_eq!((e.cqe_imm.to_u64(), e.cqe_flags.to_u64()), (0x1234_5678, 3));
    assert_eq!(ack(&e), Some((0x1f, 6, 1)));
    w.post(1, posted(0));
    let only = with_reth(packet(1, 11, 7, 8), 0x7000, 9, 8, 0xabcd_ef01);
    let e = one(&mut w, only, &cfg);
    assert_eq!(
        (cqe(&e), e.cqe_imm.to_u64()),
        (Some((1, 129, 0, 8)), 0xabcd_ef01)
    );
}

#[test]
fn responder_one_sequence_nak_until_expected_psn() {
    let (mut w, cfg) = world(5);
    w.post(1, posted(64));
    let out = w.offer(&packet(1, 4, 7, 64), &cfg);
    assert_eq!(ack(&out.execs[0]), Some((0x60, 5, 0)));
    assert_eq!(out.counts, [counter::OUT_OF_SEQ_REQUEST]);
    for psn in [6, 8, 0x80_0004] {
        assert_eq!(ack(&one(&mut w, packet(1, 4, psn, 64), &cfg)), None);
    }
    let e = one(&mut w, packet(1, 4, 0x80_0005, 64), &cfg);
    assert_eq!(ack(&e), Some((0x1f, 4, 0)), "2^23 ahead is behind");
    assert_eq!(
        ack(&one(&mut w, packet(1, 4, 5, 64), &cfg)),
        Some((0x1f, 5, 1))
    );
    assert_eq!(
        ack(&one(&mut w, packet(1, 4, 7, 64), &cfg)),
        Some((0x60, 6, 1))
    );
}

#[test]
fn responder_sequence_nak_inside_a_message_keeps_it() {
    let (mut w, cfg) = world(5);
    w.post(1, Posted::of([(0x5000, 1000), (0x9000, 2000)]));
    w.post(1, posted(77));
    one(&mut w, packet(1, 0, 5, MTU), &cfg);
    let before = w.responder(1);
    for (opcode, len) in [(4, 64), (0, MTU), (6, MTU), (0x13, 0)] {
        one(
            &mut w,
            with_reth(packet(1, opcode, 9, len), 0x7000, 9, len, 0),
            &cfg,
        );
        assert_eq!(
            w.responder(1),
            Responder {
                nak_sent: 1.into(),
                ..before
            }
        );
    }
    assert_eq!(
        pieces(&one(&mut w, packet(1, 2, 6, 4), &cfg)),
        [(0x9000 + 24, 4)]
    );
    assert_eq!(w.rings[&1].posted.len(), 1);
}

#[test]
fn responder_rnr_nak_silences_what_follows() {
    let (mut w, cfg) = world(5);
    let out = w.offer(&packet(1, 4, 5, 64), &cfg);
    assert_eq!(ack(&out.execs[0]), Some((0x2c, 5, 0)));
    assert_eq!(out.counts, [counter::SEND_RNR_ERR]);
    assert_eq!(ack(&one(&mut w, packet(1, 4, 6, 64), &cfg)), None);
    assert_eq!(w.responder(1).epsn.to_u64(), 5);
    w.post(1, posted(64));
    assert_eq!(
        ack(&one(&mut w, packet(1, 4, 5, 64), &cfg)),
        Some((0x1f, 5, 1))
    );
}

#[test]
fn responder_duplicates_are_acknowledged_not_executed() {
    let (mut w, cfg) = world(0);
    w.post(1, posted(64));
    for opcode in [4, 10] {
        let mut pkt = with_reth(packet(1, opcode, 0xff_fff0, 64), 0x7000, 9, 64, 0);
        pkt.ack_req = 0.into();
        let out = w.offer(&pkt, &cfg);
        let e = out.execs[0];
        assert_eq!((pieces(&e), cqe(&e)), (vec![], None));
        assert_eq!(ack(&e), Some((0x1f, 0xff_ffff, 0)));
        assert_eq!(out.counts, [counter::RCVD_DUP_REQ]);
    }
    assert_eq!(w.rings[&1].posted.len(), 1);
}

#[test]
fn responder_read_and_its_duplicates() {
    let (mut w, cfg) = world(0xff_fffe);
    let read = |psn, va, len| with_reth(packet(1, 12, psn, 0), va, 9, len, 0);
    let e = one(&mut w, read(0xff_fffe, 0x7000, 3 * MTU + 1), &cfg);
    assert_eq!(e.answer.to_u64(), 2);
    assert_eq!(
        (e.psn.to_u64(), e.answer_len.to_u64()),
        (0xff_fffe, 3 * MTU + 1)
    );
    assert_eq!((e.answer_iova.to_u64(), e.msn.to_u64()), (0x7000 + IOVA, 1));
    assert_eq!(
        w.responder(1).epsn.to_u64(),
        2,
        "it takes the PSNs of its response"
    );
    let stored: Resource = w.read(kind::RESOURCE, 8);
    assert_eq!(
        (stored.first_psn.to_u64(), stored.last_psn.to_u64()),
        (0xff_fffe, 1)
    );
    assert_eq!((stored.kind.to_u64(), stored.rkey.to_u64()), (1, 9));
    // the rest from PSN 0 on, with the address of the fresh check
    let e = one(&mut w, read(0, 0x7000 + 2 * MTU, MTU + 1), &cfg);
    assert_eq!((e.answer.to_u64(), e.psn.to_u64()), (2, 0));
    assert_eq!(
        (e.answer_iova.to_u64(), e.msn.to_u64()),
        (0x7000 + 2 * MTU + IOVA, 1)
    );
    let after = w.responder(1);
    assert_eq!((after.rsp_pushed.to_u64(), after.res_head.to_u64()), (2, 1));
    // beyond, another key, unknown PSN, key gone
    let mut keyless = read(0, 0x7000 + 2 * MTU, MTU + 1);
    keyless.mr_ok = 0.into();
    let refused = [
        read(0, 0x7000 + 2 * MTU, MTU + 2),
        read(0, 0x6000, MTU),
        read(0, 0x7000 + 2 * MTU, 3 * MTU),
        with_reth(packet(1, 12, 0, 0), 0x7000 + 2 * MTU, 10, 8, 0),
        read(0xff_fffd, 0x7000, 8),
        keyless,
    ];
    for pkt in refused {
        let out = w.offer(&pkt, &cfg);
        assert_eq!(out.execs[0].answer.to_u64(), 0, "{pkt:?}");
        assert_eq!(
            out.counts,
            [counter::RCVD_DUP_REQ, counter::DUP_READ_DROPPED]
        );
    }
    assert_eq!(w.responder(1), after);
}

#[test]
fn responder_atomic_runs_once() {
    let (mut w, cfg) = world(5);
    let swap = with_atomic(packet(1, 0x13, 5, 0), 0x7008, 9, 0x1122_3344_5566_7788, 42);
    let e = one(&mut w, swap, &cfg);
    assert_eq!(
        (e.atomic.to_u64(), e.iova0.to_u64(), e.len0.to_u64()),
        (1, 0x7008 + IOVA, 0)
    );
    assert_eq!(
        (e.swap_add.to_u64(), e.compare.to_u64()),
        (0x1122_3344_5566_7788, 42)
    );
    assert_eq!(
        (e.answer.to_u64(), e.msn.to_u64(), e.resource.to_u64()),
        (3, 1, 0)
    );
    let add = with_atomic(packet(1, 0x14, 6, 0), 0x7010, 9, 7, 0);
    let e = one(&mut w, add, &cfg);
    assert_eq!(
        (e.atomic.to_u64(), e.resource.to_u64(), e.msn.to_u64()),
        (2, 1, 2)
    );
    let e = one(&mut w, swap, &cfg);
    assert_eq!(
        (e.atomic.to_u64(), e.answer.to_u64(), e.resource.to_u64()),
        (0, 3, 0)
    );
    assert_eq!((e.psn.to_u64(), e.msn.to_u64()), (5, 2));
    let out = w.offer(&with_atomic(packet(1, 0x14, 4, 0), 0x7010, 9, 7, 0), &cfg);
    assert_eq!(out.execs[0].answer.to_u64(), 0);
    assert_eq!(
        out.counts,
        [counter::RCVD_DUP_REQ, counter::DUP_ATOMIC_DROPPED]
    );
}

#[test]
fn responder_resources_are_recycled_oldest_first() {
    let (mut w, cfg) = world(0);
    for psn in 0..9 {
        w.tails.insert(1, psn);
        one(
            &mut w,
            with_atomic(packet(1, 0x14, psn, 0), 0x7000, 9, 1, 0),
            &cfg,
        );
    }
    w.tails.insert(1, 9);
    for psn in 0..9 {
        let e = one(
            &mut w,
            with_atomic(packet(1, 0x14, psn, 0), 0x7000, 9, 1, 0),
            &cfg,
        );
        w.tails.insert(1, 9 + psn);
        assert_eq!(e.answer.to_u64(), if psn == 0 { 0 } else { 3 }, "psn {psn}");
        assert!(psn == 0 || e.resource.to_u64() == psn % 8);
    }
}

#[test]
fn responder_full_response_ring_drops_reads() {
    let (mut w, cfg) = world(0);
    w.tails.insert(1, 0);
    let read = |psn| with_reth(packet(1, 12, psn, 0), 0x7000, 9, 8, 0);
    for psn in 0..8 {
        assert_eq!(one(&mut w, read(psn), &cfg).answer.to_u64(), 2);
    }
    for psn in [8, 3] {
        let out = w.offer(&read(psn), &cfg);
        assert_eq!(out.execs[0].answer.to_u64(), 0);
        assert_eq!(out.counts, [counter::DUP_READ_DROPPED]);
    }
    assert_eq!(w.responder(1).epsn.to_u64(), 8);
    w.tails.insert(1, 1);
    assert_eq!(one(&mut w, read(8), &cfg).answer.to_u64(), 2);
}

/// What a fatal packet causes: NAK, completion of the receive in use, event, ERR request.
fn fatal(w: &mut World, pkt: RxPacket, cfg: &QpConfig, nak: u64, event: u64) -> Outcome {
    let epsn = w.responder(1).epsn;
    let out = w.offer(&pkt, cfg);
    assert_eq!(out.errors, [(1, event)]);
    assert_eq!(out.execs.len(), 1);
    assert_eq!(pieces(&out.execs[0]), []);
    let expected = (nak != 0).then(|| (nak, pkt.psn.to_u64(), out.execs[0].msn.to_u64()));
    assert_eq!(ack(&out.execs[0]), expected);
    let after = w.responder(1);
    assert_eq!((after.op_state.to_u64(), after.recv_valid.to_u64()), (0, 0));
    assert_eq!(after.epsn, epsn);
    // the packets behind it on the wire
    let mut next = packet(1, 4, pkt.psn.to_u64() + 1, 64);
    next.ack_req = 1.into();
    assert_eq!(ack(&one(w, next, cfg)), None);
    out
}

#[test]
fn responder_send_longer_than_buffers() {
    let (mut w, cfg) = world(5);
    w.post(1, Posted::of([(0x5000, 60), (0x9000, 3)]));
    let out = fatal(&mut w, packet(1, 4, 5, 64), &cfg, 0x61, 4);
    assert_eq!(cqe(&out.execs[0]), Some((0, 128, 1, 0)));
    assert_eq!(out.counts, [counter::NAK_INVALID_REQUEST]);
    assert!(w.rings[&1].posted.is_empty());
    w.open(1, 5);
    w.post(1, posted(1030));
    one(&mut w, packet(1, 0, 5, MTU), &cfg);
    let out = fatal(&mut w, packet(1, 2, 6, 7), &cfg, 0x61, 4);
    assert_eq!(cqe(&out.execs[0]), Some((1, 128, 1, 0)));
}

#[test]
fn responder_faulty_receive_work_requests() {
    let (mut w, cfg) = world(5);
    let mut bad = posted(64);
    bad.key_error = true;
    w.post(1, bad);
    let out = fatal(&mut w, packet(1, 4, 5, 64), &cfg, 0x63, 4);
    assert_eq!(cqe(&out.execs[0]), Some((0, 128, 4, 0)));
    assert_eq!(out.counts, [counter::NAK_REMOTE_OPERATIONAL]);
    w.open(1, 5);
    let mut unread = posted(64);
    unread.read_error = true;
    w.post(1, unread);
    let out = fatal(
        &mut w,
        with_reth(packet(1, 11, 5, 8), 0, 9, 8, 1),
        &cfg,
        0x63,
        4,
    );
    assert_eq!(cqe(&out.execs[0]), Some((1, 128, 2, 0)));
}

#[test]
fn responder_send_with_invalidate() {
    let (mut w, cfg) = world(5);
    w.post(1, posted(64));
    w.post(1, posted(64));
    w.keys.insert(0x0102_0304);
    let e = one(&mut w, with_word(packet(1, 0x17, 5, 64), 0x0102_0304), &cfg);
    assert_eq!(cqe(&e), Some((0, 128, 0, 64)));
    assert_eq!((e.cqe_imm.to_u64(), e.cqe_flags.to_u64()), (0x0102_0304, 5));
    assert!(w.keys.is_empty());
    let again = with_word(packet(1, 0x17, 6, 64), 0x0102_0304);
    let out = fatal(&mut w, again, &cfg, 0, 5);
    assert_eq!(cqe(&out.execs[0]), Some((1, 128, 9, 0)));
}

#[test]
fn responder_remote_access_error_inside_a_send() {
    let (mut w, cfg) = world(5);
    let mut write = with_reth(packet(1, 10, 5, 64), 0x7000, 9, 64, 0);
    write.mr_ok = 0.into();
    let out = fatal(&mut w, write, &cfg, 0x62, 5);
    assert_eq!(
        (cqe(&out.execs[0]), out.counts),
        (None, vec![counter::NAK_REMOTE_ACCESS])
    );
    w.open(1, 5);
    w.post(1, posted(5000));
    w.post(1, posted(5000));
    one(&mut w, packet(1, 0, 5, MTU), &cfg);
    // a new message inside a message: the receive in use fails, the peeked one stays
    let out = fatal(&mut w, packet(1, 4, 6, 64), &cfg, 0x61, 4);
    assert_eq!(cqe(&out.execs[0]), Some((0, 128, 9, 0)));
    assert_eq!(w.rings[&1].posted.len(), 1);
}

#[test]
fn responder_waits_for_a_pending_receive() {
    let (mut w, cfg) = world(5);
    let mut late = posted(64);
    late.peeks = 20;
    w.post(1, late);
    let e = one(&mut w, packet(1, 4, 5, 64), &cfg);
    assert_eq!(cqe(&e), Some((0, 128, 0, 64)));
}

#[test]
fn responder_shared_receive_queue_is_used_in_turn() {
    let mut w = World::new(0x5eed_0101);
    for slot in [1, 2] {
        w.open(slot, 5);
    }
    let mut cfgs = [config(1), config(2)];
    cfgs.iter_mut().for_each(|c| c.rq_ring = 17.into());
    for at in 0..2 {
        w.post(17, Posted::of([(0x5000 + at * 0x1000, 2000), (0, 0)]));
    }
    for (slot, start) in [(1, 0x5000), (2, 0x6000)] {
        let e = one(&mut w, packet(slot, 0, 5, MTU), &cfgs[slot as usize - 1]);
        assert_eq!(pieces(&e), [(start, MTU)]);
    }
    for (slot, start) in [(1, 0x5000), (2, 0x6000)] {
        let e = one(&mut w, packet(slot, 2, 6, 4), &cfgs[slot as usize - 1]);
        assert_eq!(pieces(&e), [(start + MTU, 4)]);
        assert_eq!(cqe(&e), Some((slot - 1, 128, 0, MTU + 4)));
    }
    // a flush of one queue pair leaves a shared queue alone
    w.post(17, posted(10));
    assert!(w.offer(&tick(1, 6), &cfgs[0]).execs.is_empty());
}

#[test]
fn responder_error_tick_flushes() {
    let (mut w, cfg) = world(5);
    for _ in 0..7 {
        w.post(1, posted(2000));
    }
    one(&mut w, packet(1, 0, 5, MTU), &cfg);
    assert!(
        w.offer(&tick(1, 3), &cfg).execs.is_empty(),
        "no flush but in ERR"
    );
    let mut flushed = vec![];
    for expected in [5, 2, 0] {
        let out = w.offer(&tick(1, 6), &cfg);
        assert_eq!(out.execs.len(), expected);
        for e in out.execs {
            assert_eq!((e.beats.to_u64(), ack(&e), pieces(&e)), (0, None, vec![]));
            flushed.push(cqe(&e));
        }
    }
    let all: Vec<_> = (0..7).map(|index| Some((index, 128, 5, 0))).collect();
    assert_eq!(flushed, all);
    let after = w.responder(1);
    assert_eq!((after.op_state.to_u64(), after.recv_valid.to_u64()), (0, 0));
}

#[test]
fn responder_raw_frames() {
    let (mut w, mut cfg) = world(0);
    cfg.raw = 1.into();
    let frame = RxPacket {
        hdr_len: 0.into(),
        opcode: 0.into(),
        ..packet(1, 0, 0, 1500)
    };
    let out = w.offer(&frame, &cfg);
    assert_eq!(
        (cqe(&out.execs[0]), out.counts),
        (None, vec![counter::RX_RAW_DROPPED])
    );
    w.post(1, posted(1499));
    let out = w.offer(&frame, &cfg);
    assert_eq!(
        (cqe(&out.execs[0]), out.counts),
        (None, vec![counter::RX_RAW_DROPPED])
    );
    assert_eq!(w.rings[&1].posted.len(), 1);
    w.rings.clear();
    w.post(1, posted(2000));
    for pad in 0..2 {
        let mut frame = frame;
        frame.pad = pad.into();
        let e = one(&mut w, frame, &cfg);
        assert_eq!(pieces(&e), [(0x5000, 1500)]);
        assert_eq!(cqe(&e), Some((pad, 128, 0, 1500)));
        assert_eq!((ack(&e), e.src_offset.to_u64()), (None, 0));
        w.post(1, posted(2000));
    }
}

#[test]
fn responder_token_passes() {
    let (mut w, cfg) = world(0);
    let token = RxPacket {
        kind: 3.into(),
        ..Default::default()
    };
    let out = w.offer(&token, &cfg);
    assert_eq!(out.execs.len(), 1);
    let e = out.execs[0];
    assert_eq!(
        (e.token.to_u64(), e.beats.to_u64(), e.cqe.to_u64()),
        (1, 0, 0)
    );
    let e = one(&mut w, with_reth(packet(1, 10, 0, 4), 0, 9, 4, 0), &cfg);
    assert_eq!(e.token.to_u64(), 0);
}

#[test]
fn responder_meets_its_cycle_budget() {
    let (mut w, cfg) = world(0);
    let write = w.offer(&with_reth(packet(1, 10, 0, 64), 0x7000, 9, 64, 0), &cfg);
    w.post(1, posted(64));
    let send = w.offer(&packet(1, 4, 1, 64), &cfg);
    println!("WRITE ONLY {} {}", write.to_exec, write.occupied);
    println!("SEND ONLY {} {}", send.to_exec, send.occupied);
    assert!(write.to_exec <= 6 && write.occupied <= 7);
    assert!(send.to_exec <= 7 && send.occupied <= 8);
}

// The regions of a message in progress are asked about at each packet with a payload.
#[test]
fn responder_message_ends_with_its_region() {
    for (gone, entry) in [(0x20, 0), (0x21, 1)] {
        let (mut w, cfg) = world(5);
        w.post(1, Posted::of([(0x5000, MTU as u32), (0x9000, 2000)]));
        assert_eq!(
            ack(&one(&mut w, packet(1, 0, 5, MTU), &cfg)),
            Some((0x1f, 5, 0))
        );
        w.gone = Some(gone);
        let out = w.offer(&packet(1, 2, 6, 64), &cfg);
        let e = out.execs[0];
        assert_eq!(pieces(&e), vec![], "entry {entry}");
        assert_eq!(cqe(&e).map(|c| c.2), Some(4), "entry {entry}");
        assert_eq!(ack(&e), Some((0x63, 6, 0)), "entry {entry}");
        assert_eq!(out.counts, [counter::NAK_REMOTE_OPERATIONAL]);
    }
    let (mut w, cfg) = world(5);
    let first = RxPacket {
        mr_slot: 0x33.into(),
        ..with_reth(packet(1, 6, 5, MTU), 0x7000, 9, 2 * MTU, 0)
    };
    one(&mut w, first, &cfg);
    w.gone = Some(0x33);
    let out = w.offer(&packet(1, 8, 6, MTU), &cfg);
    assert_eq!(
        (pieces(&out.execs[0]), ack(&out.execs[0])),
        (vec![], Some((0x62, 6, 0)))
    );
    assert_eq!(out.counts, [counter::NAK_REMOTE_ACCESS]);
}
