//! Rules 2, 3 and 10: epochs, what a RESUME restarts, stops at bad moments.

use crate::kit::{ConnectionOptions, Copy, connected, hurry, lab_ipv6, record, width};
use crate::packet::{MigEth, Packet, Place};
use crate::station::*;
use crate::table::{from_stranger, next};
use fw_regs::contexts::{Completer, Migration, QpAddress};
use fw_regs::wire::Opcode;
use fw_regs::{Command, ContextKind, Counter, Psn};
use host_driver::MacAddress;
use std::net::{IpAddr, Ipv6Addr};
use testbench::cluster::PortFrame;
use testbench::peer::{Peer, PeerOptions, requests};

/// The first MSN field of what a request gets while the queue pair is stopped.
fn stopped_epoch(station: &Station) -> u32 {
    let answers = station.tell(&station.request(station.epsn()));
    let naks: Vec<_> = answers.iter().filter(|p| p.is_nak_stopped()).collect();
    assert_eq!(naks.len(), 1, "{answers:#?}");
    naks[0].msn()
}

#[test]
fn rule_2_epoch_grows_when_resuming_begins_and_at_no_other_time() {
    let station = Station::new();
    let first = station.first_epoch;
    assert_eq!(station.migration().epoch, first);
    for round in 0..3 {
        let now = (0..round).fold(first, |e, _| next(e));
        station.stop();
        assert_eq!(station.migration().epoch, now, "stopped");
        assert_eq!(
            stopped_epoch(&station),
            now,
            "NAK_STOPPED says what stopped"
        );
        station.command(Command::Dump).unwrap();
        assert_eq!(station.migration().epoch, now, "dumped");
        station.command(Command::Abort).unwrap();
        assert_eq!(station.migration().epoch, next(now), "resuming");
        station.tell(&station.resume_ack(next(now)));
        assert!(station.is(State::Normal));
        assert_eq!(station.migration().epoch, next(now), "normal");
    }
}

#[test]
fn rule_2_restore_keeps_the_epoch() {
    let mut station = Station::in_state(State::Restored);
    assert_eq!(station.migration().epoch, station.first_epoch);
    station.commit_source();
    station.resume_copy();
    assert_eq!(station.migration().epoch, next(station.first_epoch));
    let sent = station.listen(QUIET);
    assert!(sent.iter().all(|p| p.is(Opcode::Resume)), "{sent:#?}");
    let epochs: Vec<_> = sent.iter().map(|p| p.migration().epoch).collect();
    assert!(!epochs.is_empty() && epochs.iter().all(|&e| e == next(station.first_epoch)));
}

#[test]
fn rule_3_resume_clears_the_sent_sequence_nak() {
    let station = Station::in_state(State::Normal);
    let early = station.request(station.epsn().plus(2));
    let naks = |sent: Vec<Packet>| sent.iter().filter(|p| p.is_sequence_nak()).count();
    assert_eq!(naks(station.tell(&early)), 1);
    assert_eq!(naks(station.tell(&early)), 0, "once only");
    station.tell(&station.resume(next(PARTNER_EPOCH)));
    assert_eq!(
        naks(station.tell(&early)),
        1,
        "the new incarnation has not heard of it"
    );
}

#[test]
fn rule_3_resume_of_every_repetition_is_the_same() {
    let station = Station::timed();
    station.stop();
    station.command(Command::Abort).unwrap();
    let mut all: Vec<Packet> = Vec::new();
    for _ in 0..3 {
        let heard = station.hear("RESUME", 400_000, |p| p.is(Opcode::Resume));
        all.extend(heard);
        // neither requests nor acknowledgements change what it says
        station.tell(&station.request(station.epsn()));
        station.tell(&station.ack(OWN_PSN));
    }
    assert!(all.len() >= 3);
    assert!(all.iter().all(|p| *p == all[0]), "{all:#?}");
}

#[test]
fn rule_3_resume_is_accepted_once() {
    let station = Station::in_state(State::Normal);
    let resume = from_stranger(station.resume(next(PARTNER_EPOCH)));
    station.tell(&resume);
    let before = station.snapshot();
    // the copy of another place comes second: no answer; the same again: acknowledged again, and nothing more
    let copy = Packet {
        from: elsewhere(),
        ..resume.clone()
    };
    assert_eq!(station.tell(&copy), []);
    let again = station.tell(&resume);
    assert_eq!(again.len(), 1, "{again:#?}");
    assert!(again[0].is(Opcode::ResumeAck));
    assert!(before.differences(&station.snapshot()).is_empty());
    assert_eq!(station.counter(Counter::ResumeRcvd), 1);
}

/// Rule 3: a RESUME whose PSNs do not fit is dropped and counted as such, and only as such.
#[test]
fn rule_3_resume_outside_the_window_is_counted_bad_flow() {
    let station = Station::in_state(State::Normal);
    let before = station.snapshot();
    let eth = station.mig_eth(next(PARTNER_EPOCH));
    let (una, epsn) = (station.partner_una(), station.epsn());
    let max = |max| MigEth { max, ..eth };
    let expects = |epsn| MigEth { epsn, ..eth };
    let cases = [
        ("`una` beyond my ePSN", epsn.plus(1), eth),
        (
            "`max` before my ePSN",
            epsn.minus(2),
            max(station.epsn().minus(1)),
        ),
        ("`ePSN` before my una", una, expects(OWN_PSN.minus(1))),
        ("`ePSN` beyond my max", una, expects(station.max().plus(1))),
    ];
    for (k, (name, una, eth)) in (1..).zip(cases) {
        let packet = station.packet(Opcode::Resume, una, eth.encode());
        assert_eq!(station.tell(&packet), [], "{name}");
        assert_eq!(station.counter(Counter::ResumeWindow), k, "{name}");
        assert_eq!(station.drops(), k, "{name}");
        let changes = before.differences(&station.snapshot());
        assert!(changes.is_empty(), "{name} changed {changes:#?}");
    }
    assert_eq!(station.counter(Counter::ResumeRcvd), 0);
    // one that fits is accepted
    station.tell(&station.resume(next(PARTNER_EPOCH)));
    assert_eq!(station.counter(Counter::ResumeWindow), 4);
    assert_eq!(station.counter(Counter::ResumeRcvd), 1);
}

/// NAK_STOPPED and RESUME_ACK are made of records that the host may read at the same time, and both get what stands there.
#[test]
fn rule_3_answers_are_the_same_while_the_host_reads_records() {
    let stopped = Station::in_state(State::Stopped);
    let request = stopped.request(stopped.epsn());
    same_while_records_are_read(&stopped, &request, Packet::is_nak_stopped);
    let resumed = Station::in_state(State::Normal);
    let resume = resumed.resume(next(PARTNER_EPOCH));
    resumed.tell(&resume);
    same_while_records_are_read(&resumed, &resume, |p| p.is(Opcode::ResumeAck));
}

/// `packet` gets one answer, which is the same frame in whatever cycle behind it the host begins to read a record that the answer is made of.
fn same_while_records_are_read(
    station: &Station,
    packet: &Packet,
    is_answer: impl Fn(&Packet) -> bool,
) {
    let (kind, cluster) = (ContextKind::QpConfig, &station.lab.cluster);
    let adapter = &station.host().adapter;
    let config = adapter.read_record(kind, station.slot).unwrap();
    let answer = |what: &str| {
        let mut frames = cluster.take_frames();
        frames.retain(|frame| frame.sent);
        match <[PortFrame; 1]>::try_from(frames) {
            Ok([frame]) => frame,
            Err(frames) => panic!("{what}: one answer was due, sent was {frames:02x?}"),
        }
    };
    let begin = cluster.cycle();
    cluster.inject(station.host, &packet.encode());
    station.lab.run(QUIET).unwrap();
    let first = answer("nothing is read");
    assert!(is_answer(&Packet::decode(&first.bytes)));
    let takes = first.end - begin;
    println!("the answer takes {takes} cycles");
    let mut late = 0;
    for after in 0..takes {
        let begin = cluster.cycle();
        cluster.inject(station.host, &packet.encode());
        station.lab.run(after).unwrap();
        let read = adapter.read_record(kind, station.slot).unwrap();
        assert_eq!(read, config, "read {after} cycles behind the packet");
        station.lab.run(takes).unwrap();
        let what = format!("a record is read {after} cycles behind the packet");
        let frame = answer(&what);
        assert_eq!(frame.bytes, first.bytes, "{what}");
        late += u64::from(frame.end - begin > takes);
    }
    println!("later than that in {late} cases of {takes}");
    assert!(late > 0, "the two have never met");
}

/// Rule 3 over IPv6: the new incarnation's place is that of its RESUME, of which every part counts.
#[test]
fn rule_3_resume_over_ipv6_is_from_one_place() {
    let peer = Peer::new(PeerOptions {
        ipv6: true,
        migratable: true,
        ..PeerOptions::new(width())
    })
    .unwrap();
    let at = |parts: [u16; 8], number: u8| Place {
        ip: Ipv6Addr::from(parts).into(),
        mac: MacAddress([2, 0, 0, 0, 1, number]),
    };
    let parts = [
        0xfd00, 0x1122, 0x3344, 0x5566, 0x7788, 0x99aa, 0xbbcc, 0xddee,
    ];
    let new = at(parts, 1);
    let partner_of = |peer: &Peer| {
        let addresses = QpAddress::from_words(&peer.record(ContextKind::QpAddress));
        (addresses.local_ip, addresses.partner_ip)
    };
    // accepted from a new place, and acknowledged to there
    let resume = peer.resume(new);
    let acknowledged = |sent: Vec<Packet>| {
        assert_eq!(sent.len(), 1, "{sent:#?}");
        assert!(sent[0].is(Opcode::ResumeAck), "{sent:#?}");
        assert_eq!((sent[0].from, sent[0].to), (peer.nic(), new));
    };
    acknowledged(peer.tell(&resume));
    assert_eq!(peer.counter(Counter::ResumeRcvd), 1);
    let known = (address(peer.nic().ip), address(new.ip));
    assert_eq!(partner_of(&peer), known);
    // the same again is acknowledged again, but not from an address that differs anywhere
    acknowledged(peer.tell(&resume));
    for k in 0..8 {
        let mut other = parts;
        other[k] ^= 1;
        let sent = peer.tell(&peer.resume(at(other, 2)));
        assert_eq!(sent, [], "part {k} of the address");
        assert_eq!(partner_of(&peer), known);
    }
    acknowledged(peer.tell(&resume));
    assert_eq!(peer.counter(Counter::ResumeRcvd), 1);
    assert_eq!(peer.counter(Counter::ResumeAckSent), 3);
    // requests come from there, and what is posted goes there
    let request = Packet {
        from: new,
        ..peer.write_only(peer.psn(0), 0, 40)
    };
    let ack = peer.tell(&request);
    assert!(ack.len() == 1 && ack[0].is_ack() && ack[0].to == new);
    peer.post(1, requests::remote_write(), 0, 64);
    let sent = peer.listen(QUIET);
    assert_eq!(sent.len(), 1, "{sent:#?}");
    assert_eq!((sent[0].from, sent[0].to), (peer.nic(), new));
}

/// The owner of a queue pair that is restored or resuming says where its partner is, and there RESUME goes from then on.
#[test]
fn rule_9_partner_is_where_the_driver_says() {
    let mut station = Station::in_state(State::Restored);
    let goes_to = |sent: Vec<Packet>, place: Place| {
        assert!(!sent.is_empty(), "a RESUME was due");
        for packet in sent {
            assert!(packet.is(Opcode::Resume), "{packet:?}");
            assert_eq!(packet.to, place, "{packet:?}");
        }
    };
    station.set_partner_of_copy(stranger()).unwrap();
    let own = address(station.place().ip);
    let known = |station: &Station| {
        let addresses = station.addresses();
        assert_eq!(addresses.local_ip, own);
        addresses.partner_ip
    };
    assert_eq!(known(&station), address(stranger().ip));
    assert_eq!(station.listen(QUIET), [], "it is not resumed");
    station.commit_source();
    station.resume_copy();
    goes_to(station.listen(QUIET), stranger());
    // while it resumes, the new place hears of it at once
    let place = elsewhere();
    let sent = station.counter(Counter::ResumeSent);
    station.app().qp().set_partner(place.ip, place.mac).unwrap();
    goes_to(station.listen(QUIET), place);
    assert_eq!(station.counter(Counter::ResumeSent), sent + 1);
    assert_eq!(known(&station), address(place.ip));
    let ack = Packet {
        from: place,
        ..station.resume_ack(next(station.first_epoch))
    };
    let sent = station.tell(&ack);
    assert!(station.is(State::Normal));
    assert!(sent.len() == OUTSTANDING as usize, "{sent:#?}");
    assert!(sent.iter().all(|p| p.is_request() && p.to == place));
}

#[test]
fn rule_10_stop_while_resuming_makes_the_earlier_resume_harmless() {
    let station = Station::in_state(State::Resuming);
    let second = next(station.first_epoch);
    station.stop();
    assert_eq!(stopped_epoch(&station), second);
    assert_eq!(station.tell(&station.resume_ack(second)), []);
    assert!(station.is(State::Stopped), "an acknowledgement of the past");
    station.command(Command::Abort).unwrap();
    let third = next(second);
    assert_eq!(station.migration().epoch, third);
    station.tell(&station.resume_ack(second));
    assert!(station.is(State::Resuming), "still of the past");
    let sent = station.tell(&station.resume_ack(third));
    assert!(station.is(State::Normal));
    let psns: Vec<Psn> = sent
        .iter()
        .filter(|p| p.is_request())
        .map(|p| p.psn)
        .collect();
    assert_eq!(psns, [0, 1, 2].map(|k| OWN_PSN.plus(k)), "{sent:#?}");
}

#[test]
fn rule_10_stop_while_paused_forgets_the_pause() {
    let station = Station::in_state(State::Paused);
    station.stop();
    station.command(Command::Abort).unwrap();
    station.tell(&station.resume_ack(next(station.first_epoch)));
    assert!(
        station.is(State::Normal),
        "a pause is not part of the image"
    );
}

#[test]
fn rule_9_chain_of_moved_is_followed() {
    let station = Station::in_state(State::Resuming);
    let places = [
        stranger(),
        elsewhere(),
        Packet::decode(&station.resume(0).encode()).from,
    ];
    let mut partner = station.partner.place;
    for (k, place) in places.into_iter().enumerate() {
        let epoch = PARTNER_EPOCH.wrapping_add(1 + k as u32);
        let moved = Packet {
            from: partner,
            ..station.moved(epoch, place.ip)
        };
        let sent = station.tell(&moved);
        assert!(
            sent.iter()
                .any(|p| p.is(Opcode::Resume) && p.to.ip == place.ip),
            "{sent:#?}"
        );
        partner = place;
    }
    let ack = Packet {
        from: partner,
        ..station.resume_ack(next(station.first_epoch))
    };
    station.tell(&ack);
    assert!(station.is(State::Normal));
}

#[test]
fn rule_8_tombstone_reappears_when_the_copy_is_discarded() {
    let mut station = Station::in_state(State::RestoredOver);
    station.discard_copy();
    assert!(station.is(State::Tombstone));
    let answers = station.tell(&station.request(station.epsn()));
    assert!(
        answers.len() == 1 && answers[0].is_nak_stopped(),
        "{answers:#?}"
    );
    let answers = station.tell(&station.resume(next(PARTNER_EPOCH)));
    assert!(
        answers.len() == 1 && answers[0].is(Opcode::Moved),
        "{answers:#?}"
    );
}

/// Rule 8 over IPv6: the new address stands in the tombstone, beneath the copy that lies over it, and again in the tombstone when the copy has been discarded.
#[test]
fn rule_8_tombstone_over_ipv6_keeps_its_address_beneath_a_copy() {
    let parts = [
        0xfd00, 0x1122, 0x3344, 0x5566, 0x7788, 0x99aa, 0xbbcc, 0xddee,
    ];
    let to = IpAddr::from(Ipv6Addr::from(parts));
    let lab = lab_ipv6(3);
    let (a, b) = connected(&lab, 0, 1, &ConnectionOptions::default());
    let (slot, host) = (a.qp().slot(), &lab.hosts[0]);
    let stood = || Migration::from_words(&record(host, ContextKind::Migration, slot));
    let frozen = a.stop();
    let epoch = stood().epoch;
    let (image, memory) = (frozen.image.clone(), frozen.memory.clone());
    let names = frozen.names.clone();
    let _tombstones = frozen.commit(Some(to));
    let stands = |state: State, over_tombstone: bool| {
        let found = stood();
        assert_eq!(found.phase, state.codes().1.code(), "{state:?}");
        assert_eq!(found.over_tombstone, over_tombstone, "{state:?}");
        assert_eq!(found.stopped_epoch, epoch, "{state:?}");
        assert_eq!(found.moved_to, address(to), "{state:?}");
    };
    stands(State::Tombstone, false);
    let copy = Copy::of(&lab, 0, &image, &memory, &names);
    assert_eq!(copy.app.qp().slot(), slot);
    stands(State::RestoredOver, true);
    copy.discard();
    stands(State::Tombstone, false);
    // and that is what the partner hears when it goes on
    lab.cluster.watch(4096);
    for command in [Command::Stop, Command::Drained, Command::Abort] {
        b.command(&lab, command, &[]).unwrap();
    }
    lab.run(QUIET).unwrap();
    let frames = lab.cluster.take_frames().into_iter();
    let sent = frames.filter(|f| f.sent && f.host == 0);
    let moved: Vec<_> = sent
        .map(|f| Packet::decode(&f.bytes))
        .filter(|p| p.is(Opcode::Moved))
        .collect();
    assert!(!moved.is_empty(), "MOVED was due");
    for packet in moved {
        assert_eq!(packet.migration().moved_to, Some(address(to)));
    }
}

#[test]
fn rule_8_restore_over_the_tombstone_is_the_connection_again() {
    let mut station = Station::in_state(State::RestoredOver);
    station.resume_copy();
    assert_eq!(station.migration().epoch, next(station.first_epoch));
    let sent = station.tell(&station.resume_ack(next(station.first_epoch)));
    assert!(station.is(State::Normal));
    assert!(sent.iter().any(Packet::is_request), "{sent:#?}");
    station.tell(&station.ack(station.max().minus(1)));
    station.app().sent(&station.lab, OUTSTANDING as usize);
}

#[test]
fn rule_8_freed_tombstone_answers_nothing() {
    let mut station = Station::in_state(State::Tombstone);
    station.tombstones.take().unwrap().free().unwrap();
    assert_eq!(station.tell(&station.request(station.epsn())), []);
    assert_eq!(station.tell(&station.resume(next(PARTNER_EPOCH))), []);
    assert_eq!(station.counter(Counter::RxUnknownQp), 2);
}

#[test]
fn rule_3_resume_gives_all_retries_back() {
    let station = Station::timed();
    hurry(&station.lab, 25);
    let spent = station.lab.until("a retry", 200_000, || {
        let left = station.completer().retry_left;
        Ok((left < 6).then_some(left))
    });
    println!("{} retries were left", spent.unwrap());
    station.tell(&station.resume(next(PARTNER_EPOCH)));
    // the next timeout may have come by now
    assert!(station.completer().retry_left >= 6);
    assert_eq!(station.counter(Counter::ResumeRcvd), 1);
}

/// Each of the two budgets is filled to what the queue pair was given of it.
#[test]
fn rule_3_resume_gives_each_budget_of_retries_its_own() {
    let options = ConnectionOptions {
        retry_cnt: 5,
        rnr_retry: 2,
        ..ConnectionOptions::default()
    };
    let station = Station::with(1, true, &options);
    station.tell(&station.resume(next(PARTNER_EPOCH)));
    let budgets = |c: Completer| (c.retry_left, c.rnr_left);
    assert_eq!(budgets(station.completer()), (5, 2));
    assert_eq!(station.counter(Counter::ResumeRcvd), 1);
}

#[test]
fn rule_8_restore_over_the_tombstone_of_another_connection_bad_flow() {
    let station = Station::in_state(State::Tombstone);
    // a page that begins with the configuration of another number in the tombstone's slot
    let context = station.host().adapter.context().unwrap();
    let buffer = context.allocate(512).unwrap();
    let config = fw_regs::contexts::QpConfig {
        qpn: station.qpn ^ 1,
        ..Default::default()
    };
    let mut words = vec![
        u32::from(fw_regs::ContextKind::QpConfig.code()) | 6 << 16,
        station.slot.into(),
    ];
    words.extend(config.to_words());
    let bytes: Vec<u8> = words.iter().flat_map(|w| w.to_le_bytes()).collect();
    buffer.write(0, &bytes).unwrap();
    let place = [buffer.iova() as u32, (buffer.iova() >> 32) as u32, 1];
    let adapter = &station.host().adapter;
    match adapter.migration_command(Command::Restore, [0, 0], &place) {
        Err(host_driver::CommandFailure::Refused { error, .. }) => {
            assert_eq!(error, fw_regs::CommandError::NotItsTombstone);
        }
        other => panic!("not refused: {other:?}"),
    }
    let answers = station.tell(&station.request(station.epsn()));
    assert!(
        answers.len() == 1 && answers[0].is_nak_stopped(),
        "{answers:#?}"
    );
}
