//! Rule 5: what a paused queue pair sends, and when.

use crate::kit::*;
use crate::packet::{MigEth, Packet};
use crate::station::*;
use fw_regs::wire::{self, Opcode};
use fw_regs::{Counter, MigrationTimer, Psn, QpState};
use host_driver::SendRequest;

/// Cycles of a µs in these tests.
const US: u64 = 25;

/// A paused station with fast timers: 132 µs ACK timeout.
fn paused() -> Station {
    let station = Station::timed();
    hurry(&station.lab, US as u32);
    station.pause();
    // a retransmission may have been under way
    station.listen(200);
    assert!(station.is(State::Paused));
    station
}

/// The next probe: what it is and after how many cycles it came.
fn probe(station: &Station) -> (Packet, u64) {
    let start = station.lab.cluster.cycle();
    let heard = station.hear("probe", 400_000, |_| true);
    (heard[0].clone(), station.lab.cluster.cycle() - start)
}

#[test]
fn rule_5_paused_probes_with_the_oldest_request_and_backs_off() {
    let station = paused();
    // the first may have come while the pause was being looked at
    let before = station.counter(Counter::ProbesSent);
    let mut gaps = Vec::new();
    for _ in 0..4 {
        let (packet, gap) = probe(&station);
        assert!(packet.is_request() && packet.psn == OWN_PSN, "{packet:?}");
        assert!(packet.ack_req, "a probe wants an answer");
        assert_eq!(
            station.tell(&station.nak_stopped(PARTNER_EPOCH)),
            [],
            "one packet only"
        );
        assert!(station.is(State::Paused));
        assert_eq!(station.completer().retry_left, 7, "a probe spends no retry");
        gaps.push(gap + QUIET);
    }
    println!("cycles between probes: {gaps:?}");
    for pair in gaps.windows(2).skip(1) {
        assert!(
            pair[1] * 2 > pair[0] * 3,
            "the time between probes doubles: {gaps:?}"
        );
    }
    assert_eq!(station.counter(Counter::ProbesSent), before + 4);
}

#[test]
fn rule_5_probe_interval_has_a_limit() {
    let station = paused();
    let host = &station.host().adapter;
    host.set_migration_timer(MigrationTimer::ProbeMax, 200)
        .unwrap();
    let gaps: Vec<u64> = (0..5).map(|_| probe(&station).1).collect();
    println!("cycles between probes: {gaps:?}");
    let limit = 200 * US + 3 * 4096;
    assert!(
        gaps[2..].iter().all(|&g| g < limit),
        "{gaps:?} against {limit}"
    );
}

#[test]
fn rule_5_an_answer_to_the_probe_ends_the_pause() {
    let station = paused();
    probe(&station);
    let sent = station.tell(&station.ack(OWN_PSN));
    assert!(station.is(State::Normal));
    let psns: Vec<Psn> = sent.iter().map(|p| p.psn).collect();
    assert_eq!(psns[..2], [OWN_PSN.plus(1), OWN_PSN.plus(2)], "{sent:#?}");
    station.tell(&station.ack(station.max().minus(1)));
    let done = station.app().sent(&station.lab, OUTSTANDING as usize);
    let ids: Vec<_> = done.iter().map(|c| c.wr_id).collect();
    assert_eq!(ids, [0, 1, 2]);
}

#[test]
fn rule_5_forged_nak_stopped_costs_time_only() {
    // the partner never stopped: the first probe is answered
    let station = paused();
    probe(&station);
    station.tell(&station.ack(station.max().minus(1)));
    assert!(station.is(State::Normal));
    assert_eq!(station.completer().retry_left, 7);
    assert_eq!(station.app().qp().state(), QpState::Rts);
}

#[test]
fn rule_5_posts_wait_for_the_end_of_the_pause() {
    let station = paused();
    station.post(2);
    let (packet, _) = probe(&station);
    assert_eq!(packet.psn, OWN_PSN);
    assert_eq!(station.listen(1000), []);
    let sent = station.tell(&station.ack(station.max().minus(1)));
    let psns: Vec<Psn> = sent.iter().map(|p| p.psn).collect();
    assert_eq!(
        psns[..2],
        [station.max(), station.max().plus(1)],
        "{sent:#?}"
    );
}

/// A READ of four packets, the first of them answered, then NAK_STOPPED.
fn paused_inside_read() -> Station {
    let options = ConnectionOptions::default();
    let station = Station::fresh(1, &options);
    hurry(&station.lab, US as u32);
    let app = station.app();
    let read = SendRequest::new(5, app.read_from(4096), app.entry(0, 4 * MTU));
    app.qp().post_send(&[read]).unwrap();
    station.hear("READ", 20_000, |p| p.is(Opcode::ReadRequest));
    let mut body = vec![wire::SYNDROME_ACK, 0, 0, 1];
    body.extend(vec![0xa0; MTU as usize]);
    station.tell(&station.packet(Opcode::ReadResponseFirst, OWN_PSN, body));
    assert_eq!(station.completer().una, OWN_PSN.plus(1));
    station.pause();
    assert!(station.is(State::Paused));
    station
}

/// Address and length of a READ request.
fn reth(packet: &Packet) -> (u64, u32) {
    let at = |k: usize, n: usize| {
        let bytes = packet.body[k..k + n].iter();
        bytes.fold(0u64, |all, &b| all << 8 | u64::from(b))
    };
    (at(0, 8), at(12, 4) as u32)
}

#[test]
fn rule_5_probe_inside_a_read_asks_for_its_rest() {
    let station = paused_inside_read();
    let (packet, _) = probe(&station);
    assert!(packet.is(Opcode::ReadRequest), "{packet:?}");
    assert_eq!(packet.psn, OWN_PSN.plus(1));
    let va = station.app().memory.va();
    assert_eq!(reth(&packet), (va + 4096 + u64::from(MTU), 3 * MTU));
    // what a responder answers to it
    for k in 0..3u32 {
        let (opcode, with_aeth) = match k {
            0 => (Opcode::ReadResponseFirst, true),
            1 => (Opcode::ReadResponseMiddle, false),
            _ => (Opcode::ReadResponseLast, true),
        };
        let mut body = if with_aeth {
            vec![wire::SYNDROME_ACK, 0, 0, 1]
        } else {
            vec![]
        };
        body.extend(vec![0xa1 + k as u8; MTU as usize]);
        station.tell(&station.packet(opcode, OWN_PSN.plus(1 + k), body));
        assert!(station.is(State::Normal), "after response {k}");
    }
    let done = station.app().sent(&station.lab, 1);
    assert_eq!((done[0].wr_id, done[0].byte_len), (5, 4 * MTU));
    for k in 0..4 {
        let bytes = station.app().bytes(k * MTU as usize, MTU as usize);
        assert!(bytes.iter().all(|&b| b == 0xa0 + k as u8), "packet {k}");
    }
}

#[test]
fn rule_5_rewind_inside_a_read_asks_for_its_rest() {
    let station = paused_inside_read();
    let eth = MigEth {
        max: PARTNER_PSN,
        epsn: OWN_PSN.plus(4),
        ..station.mig_eth(PARTNER_EPOCH.wrapping_add(1))
    };
    let sent = station.tell(&station.packet(Opcode::Resume, PARTNER_PSN, eth.encode()));
    let read = sent.iter().find(|p| p.is(Opcode::ReadRequest));
    let read = read.unwrap_or_else(|| panic!("no READ in {sent:#?}"));
    assert_eq!(read.psn, OWN_PSN.plus(1));
    let va = station.app().memory.va();
    assert_eq!(reth(read), (va + 4096 + u64::from(MTU), 3 * MTU));
}

#[test]
fn rule_5_probe_is_never_faster_than_20_us() {
    // timeout code 1 is 9 µs
    let options = ConnectionOptions {
        timeout: 1,
        ..ConnectionOptions::default()
    };
    let station = Station::fresh(1, &options);
    station.post(1);
    station.hear("request", 20_000, |_| true);
    station.pause();
    let (_, first) = probe(&station);
    let floor = 20 * 250 - QUIET;
    assert!(
        first + 64 >= floor,
        "the first probe came after {first} cycles"
    );
}
