//! Rule 1: to a partner that did not agree, nothing of the protocol is ever sent, and nothing of it is honoured.

use crate::kit::*;
use crate::packet::Packet;
use crate::station::*;
use fw_regs::wire::{self, Opcode};
use fw_regs::{Command, Psn, QpState};
use host_driver::SendRequest;
use host_driver::migration::RestoreError;

/// A connection whose partner did not agree; messages received and outstanding as in [`Station::new`].
fn legacy() -> Station {
    let options = ConnectionOptions {
        migratable: false,
        timeout: 0,
        ..ConnectionOptions::default()
    };
    let station = Station::fresh(1, &options);
    station.app().recv(0, 0, 8192, 64);
    station.tell(&station.request(PARTNER_PSN));
    station.post(OUTSTANDING);
    station.listen(QUIET);
    station
}

/// Nothing, or an RNR NAK, which every partner understands.
fn legal(sent: &[Packet]) {
    for packet in sent {
        assert!(!packet.is_migration(), "{packet:?} to a legacy partner");
        let rnr = packet.is(Opcode::Acknowledge) && packet.syndrome() >> 5 == 1;
        assert!(rnr, "{packet:?} from a stopped queue pair");
    }
}

fn everything(s: &Station) -> Vec<Packet> {
    let next = PARTNER_EPOCH.wrapping_add(1);
    vec![
        s.request(PARTNER_PSN.plus(1)),
        s.request(PARTNER_PSN),
        s.request(PARTNER_PSN.plus(7)),
        s.resume(next),
        s.resume(PARTNER_EPOCH),
        s.resume_ack(s.first_epoch),
        s.moved(next, elsewhere().ip),
        s.nak_stopped(PARTNER_EPOCH),
    ]
}

#[test]
fn rule_1_stopped_legacy_connection_is_silent() {
    let station = legacy();
    station.stop();
    for packet in everything(&station) {
        legal(&station.tell(&packet));
    }
    assert!(station.is(State::Stopped));
}

#[test]
fn rule_1_legacy_connection_honours_nothing() {
    let station = legacy();
    let before = station.snapshot();
    for packet in everything(&station).split_off(3) {
        assert_eq!(station.tell(&packet), [], "answer to {packet:?}");
        let changes = before.differences(&station.snapshot());
        assert!(changes.is_empty(), "{packet:?} changed {changes:#?}");
    }
    assert!(station.is(State::Normal));
}

#[test]
fn rule_1_legacy_abort_leads_to_normal_at_once() {
    let station = legacy();
    station.stop();
    station.command(Command::Abort).unwrap();
    let sent = station.listen(QUIET);
    assert!(station.is(State::Normal));
    let psns: Vec<Psn> = sent.iter().map(|p| p.psn).collect();
    assert_eq!(psns, [0, 1, 2].map(|k| OWN_PSN.plus(k)), "{sent:#?}");
    assert!(sent.iter().all(Packet::is_request), "{sent:#?}");
    // and it works
    station.app().recv(0, 1, 8192, 64);
    let ack = station.tell(&station.request(PARTNER_PSN.plus(1)));
    assert!(ack.iter().any(Packet::is_ack), "{ack:#?}");
    station.tell(&station.ack(OWN_PSN.plus(2)));
    station.app().sent(&station.lab, OUTSTANDING as usize);
}

#[test]
fn rule_1_legacy_tombstone_answers_nothing() {
    let mut station = legacy();
    let packets = everything(&station);
    let frozen = station.app.take().unwrap().stop();
    station.tombstones = Some(frozen.commit(Some(elsewhere().ip)));
    for packet in packets {
        assert_eq!(station.tell(&packet), [], "answer to {packet:?}");
    }
}

#[test]
fn rule_1_one_end_alone_does_not_agree() {
    // the partner offers nothing: the record says so, whatever this end could do
    let station = legacy();
    assert_eq!(station.app().qp().state(), QpState::Rts);
    let config = station.record::<6>(fw_regs::ContextKind::QpConfig);
    let config = fw_regs::contexts::QpConfig::from_words(&config);
    assert!(!config.migratable);
    let nak = station.acknowledge(OWN_PSN, wire::SYNDROME_NAK_STOPPED, PARTNER_EPOCH);
    assert_eq!(station.tell(&nak), []);
    assert!(station.is(State::Normal));
}

#[test]
fn rule_1_legacy_connection_is_restored_at_its_own_address_only_bad_flow() {
    let lab = lab(3);
    let options = ConnectionOptions {
        migratable: false,
        ..ConnectionOptions::default()
    };
    let (a, b) = connected(&lab, 0, 1, &options);
    let write = |a: &App, id| SendRequest::new(id, b.write_to(4096), a.entry(0, 2000));
    a.qp().post_send(&[write(&a, 1)]).unwrap();
    a.sent(&lab, 1);
    let frozen = a.stop();
    let refused = lab.hosts[2].adapter.restore(&frozen.image, &frozen.memory);
    assert!(
        matches!(refused, Err(RestoreError::NotMigratable { .. })),
        "restored elsewhere"
    );
    let a = frozen.abort();
    a.qp().post_send(&[write(&a, 2)]).unwrap();
    assert_eq!(a.sent(&lab, 1)[0].wr_id, 2);
}
