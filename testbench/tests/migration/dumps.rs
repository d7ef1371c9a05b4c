//! What a dump is: the same bytes every time, complete, and the same again where it was restored.

use crate::kit::*;
use crate::packet::Packet;
use crate::scene::Scene;
use crate::station::{PARTNER_EPOCH, QUIET, State, Station};
use fw_regs::Command;
use fw_regs::ContextKind as K;
use fw_regs::contexts::{Completer, RECORDS, Requester};
use host_driver::SendRequest;
use testbench::lab::{Lab, LabHost};

/// The pages of a dump, as written.
pub fn dump(lab: &Lab, app: &App) -> Vec<u8> {
    let buffer = app.context.allocate(64 * 1024).unwrap();
    let words = [buffer.iova() as u32, (buffer.iova() >> 32) as u32, 128];
    let pages = app.command(lab, Command::Dump, &words).unwrap();
    let mut bytes = vec![0; 512 * pages as usize];
    buffer.read(0, &mut bytes).unwrap();
    bytes
}

/// A process in the middle of everything.
fn busy() -> Scene {
    let scene = Scene::new();
    let (a, b) = (scene.a(), scene.b());
    for k in 0..2 {
        a.recv(0, k, 40_000 + 4096 * k as usize, 4096);
    }
    let requests = [
        SendRequest::new(0, b.write_to(8192), a.entry(0, 5 * MTU)),
        SendRequest::new(1, b.add_to(4096, 1), a.entry(19_000, 8)),
        SendRequest::new(2, b.read_from(0), a.entry(20_000, 9 * MTU)),
        SendRequest::new(3, b.write_to(8192), a.entry(0, 5 * MTU)),
    ];
    a.qp().post_send(&requests).unwrap();
    let back = [
        SendRequest::new(0, a.add_to(30_000, 1), b.entry(0, 8)),
        SendRequest::new(1, a.read_from(0), b.entry(20_000, 9 * MTU)),
        SendRequest::new(2, send(), b.entry(0, 9 * MTU)),
    ];
    b.qp().post_send(&back).unwrap();
    scene
}

#[test]
fn dump_twice_is_the_same() {
    for after in (300..3_000).step_by(450) {
        let scene = busy();
        scene.lab.run(after).unwrap();
        scene.a().command(&scene.lab, Command::Stop, &[]).unwrap();
        scene
            .a()
            .command(&scene.lab, Command::Drained, &[])
            .unwrap();
        let first = dump(&scene.lab, scene.a());
        // B's requests go on to arrive, and time passes
        scene.lab.run(60_000).unwrap();
        let second = dump(&scene.lab, scene.a());
        let differs = first.iter().zip(&second).position(|(f, s)| f != s);
        assert_eq!(first.len(), second.len());
        assert_eq!(
            differs,
            None,
            "{after} cycles after posting, of {} bytes",
            first.len()
        );
    }
}

#[test]
fn dump_stays_the_same_whatever_arrives() {
    let station = Station::in_state(State::Stopped);
    let app = station.app();
    let first = dump(&station.lab, app);
    let packets: Vec<Packet> = vec![
        station.request(station.epsn()),
        station.request(station.epsn().minus(1)),
        station.ack(crate::station::OWN_PSN),
        station.nak_stopped(PARTNER_EPOCH),
        station.resume(PARTNER_EPOCH.wrapping_add(1)),
        station.resume_ack(station.first_epoch.wrapping_add(1)),
        station.moved(PARTNER_EPOCH.wrapping_add(1), station.partner.place.ip),
    ];
    for packet in packets {
        station.tell(&packet);
        assert!(
            dump(&station.lab, app) == first,
            "the dump has changed after {packet:?}"
        );
    }
    station.post(1);
    app.recv(0, 9, 16 * 1024, 64);
    app.send_cq.request_notification(false).unwrap();
    station.listen(QUIET);
    assert!(
        dump(&station.lab, app) == first,
        "the dump has changed after doorbells"
    );
}

#[test]
fn dump_accesses_no_memory_once_drained() {
    let scene = busy();
    scene.lab.run(900).unwrap();
    scene.a().command(&scene.lab, Command::Stop, &[]).unwrap();
    scene
        .a()
        .command(&scene.lab, Command::Drained, &[])
        .unwrap();
    let memory = scene.a().bytes(0, MEMORY);
    scene.lab.cluster.nic(0, |nic| nic.record_events(true));
    scene.lab.run(40_000).unwrap();
    let events = scene.lab.cluster.nic(0, |nic| nic.take_events());
    let touched = events.iter().filter(|(_, event)| {
        matches!(
            event,
            sim_verilator::Event::Read(_) | sim_verilator::Event::Write { .. }
        )
    });
    assert_eq!(touched.count(), 0, "{events:?}");
    assert!(scene.a().bytes(0, MEMORY) == memory);
}

/// A record with its relocatable fields and those of the phase left out.
fn fixed(kind: K, mut words: Vec<u32>) -> Vec<u32> {
    let name = match kind {
        K::SqConfig | K::RqConfig => "RingConfig",
        K::SqState | K::RqState => "RingState",
        K::QpConfig => "QpConfig",
        K::QpAddress => "QpAddress",
        K::Requester => "Requester",
        K::Completer => "Completer",
        K::Responder => "Responder",
        K::Response => "Response",
        K::ResponseEntry => "ResponseEntry",
        K::Resource => "Resource",
        K::AtomicResult => "AtomicResult",
        K::Outstanding => "Outstanding",
        K::CqConfig => "CqConfig",
        K::CqState => "CqState",
        K::MemoryRegion => "MemoryRegion",
        K::Migration => "Migration",
        other => panic!("{other} is not dumped"),
    };
    let record = RECORDS.iter().find(|r| r.name == name).unwrap();
    for field in record.fields.iter().filter(|f| f.relocatable) {
        for bit in field.low..field.low + field.width {
            words[bit as usize / 32] &= !(1 << (bit % 32));
        }
    }
    words
}

/// Every record of a process's queue pair `k` and what belongs to it, relocatable fields left out.
pub fn records(host: &LabHost, app: &App, k: usize) -> Vec<(String, Vec<u32>)> {
    let slot = app.qps[k].slot();
    let read = |kind: K, index: u16| {
        let words = host.adapter.read_record(kind, index).unwrap();
        (format!("{kind}"), fixed(kind, words))
    };
    let own = [
        K::QpConfig,
        K::QpAddress,
        K::Requester,
        K::Completer,
        K::Responder,
        K::Response,
        K::SqConfig,
        K::SqState,
        K::RqConfig,
        K::RqState,
        K::Migration,
    ];
    let mut all: Vec<_> = own.map(|kind| read(kind, slot)).to_vec();
    let completer = Completer::from_words(&record(host, K::Completer, slot));
    let requester = Requester::from_words(&record(host, K::Requester, slot));
    let mut k = completer.or_tail;
    while k != requester.or_head {
        all.push(read(K::Outstanding, slot << 4 | u16::from(k & 15)));
        k = k.wrapping_add(1);
    }
    for k in 0..8 {
        let (name, words) = read(K::Resource, slot << 3 | k);
        let valid = words[0] >> 26 & 1 == 1;
        if valid {
            all.push((name, words));
            all.push(read(K::AtomicResult, slot << 3 | k));
        }
    }
    for cq in [&app.send_cq, &app.recv_cq] {
        all.push(read(K::CqConfig, cq.number()));
        all.push(read(K::CqState, cq.number()));
    }
    all.push(read(K::MemoryRegion, app.memory.slot()));
    all
}

#[test]
fn dump_restored_is_the_same_but_for_its_place() {
    for after in (200..3_200).step_by(600) {
        println!("{after} cycles after posting");
        let scene = busy();
        scene.lab.run(after).unwrap();
        scene.a().command(&scene.lab, Command::Stop, &[]).unwrap();
        scene
            .a()
            .command(&scene.lab, Command::Drained, &[])
            .unwrap();
        let before = records(&scene.lab.hosts[0], scene.a(), 0);
        let (lab, a, _b) = scene.into_parts();
        let frozen = a.stop();
        let copy = frozen.restore(&lab, 2);
        let after = records(&lab.hosts[2], &copy.app, 0);
        for (old, new) in before.iter().zip(&after) {
            assert_eq!(old, new);
        }
        assert_eq!(before.len(), after.len());
    }
}
