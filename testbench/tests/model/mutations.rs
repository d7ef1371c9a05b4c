//! What the check is worth: the recorded events of a good run, each time with one of them tampered with. Every tampering has to be found.

use fw_regs::rings::{CQE_BYTES, Cqe};
use fw_regs::wire::Opcode;
use host_driver::{Access, RecvRequest, ScatterEntry, SendOperation, SendRequest, WcStatus};
use std::sync::OnceLock;
use testbench::lab::{ConnectOptions, Lab, LabOptions, Watch};
use testbench::model::lockstep::{Lockstep, LockstepOptions, Observation, Observer, What};
use testbench::model::packet::{Frame, Packet};
use testbench::net::FaultRates;
use testbench::rng::Rng;

const SEED: u64 = 11;
/// Messages of the run.
const MESSAGES: u64 = 40;

/// A run under loss, duplication and reordering, with every operation.
fn record(width: u32) -> Vec<Observation> {
    println!("width {width}, seed {SEED}");
    let mut options = LabOptions::new(width, SEED).watched(Watch::Record);
    options.link.faults = FaultRates {
        loss: 0.04,
        duplication: 0.04,
        reordering: 0.05,
        corruption: 0.0,
    };
    let lab = Lab::new(options).unwrap();
    let connect = ConnectOptions {
        path_mtu: 256,
        timeout: 5,
        ..ConnectOptions::default()
    };
    let (a, b) = lab.connect(0, 1, &connect).unwrap();
    let mut rng = Rng::new(SEED);
    let memory = |k: usize, rng: &mut Rng| {
        lab.hosts[k]
            .memory_with(&rng.bytes(256 * 1024), Access::ALL)
            .unwrap()
    };
    let (ma, mb) = (memory(0, &mut rng), memory(1, &mut rng));
    let mut receives = 0;
    for k in 0..MESSAGES {
        let at = 4096 * (k + 1);
        let length = rng.range(1, 1200) as u32;
        let remote_addr = mb.va() + at;
        let rkey = mb.rkey();
        let imm = Some(rng.any() as u32);
        let send = |imm| SendOperation::Send {
            imm,
            invalidate: None,
        };
        let (operation, length) = match k % 8 {
            0 => (send(None), length),
            1 => (send(imm), length),
            2 => (
                SendOperation::Write {
                    remote_addr,
                    rkey,
                    imm: None,
                },
                length,
            ),
            3 => (
                SendOperation::Write {
                    remote_addr,
                    rkey,
                    imm,
                },
                length,
            ),
            4 | 5 => (SendOperation::Read { remote_addr, rkey }, length),
            6 => (
                SendOperation::FetchAdd {
                    remote_addr: mb.va() + 64,
                    rkey,
                    add: rng.any(),
                },
                8,
            ),
            _ => (
                SendOperation::CompareSwap {
                    remote_addr: mb.va() + 128 + 8 * k,
                    rkey,
                    compare: {
                        let mut old = [0; 8];
                        mb.buffer().read(128 + 8 * k as usize, &mut old).unwrap();
                        u64::from_le_bytes(old)
                    },
                    swap: rng.any(),
                },
                8,
            ),
        };
        if matches!(k % 8, 0 | 1 | 3) {
            let entries: Vec<ScatterEntry> = vec![mb.entry(at as usize, 2048)];
            b.qp.post_recv(&[RecvRequest { wr_id: k, entries }])
                .unwrap();
            receives += 1;
        }
        let entry = ma.entry(at as usize, length);
        a.qp.post_send(&[SendRequest::new(k, operation, entry)])
            .unwrap();
    }
    let sent = lab
        .completions(&a.send_cq, MESSAGES as usize, 4_000_000)
        .unwrap();
    let received = lab.completions(&b.recv_cq, receives, 4_000_000).unwrap();
    assert!(
        sent.iter()
            .chain(&received)
            .all(|c| c.status == WcStatus::Success)
    );
    lab.run(20_000).unwrap();
    lab.at_rest().unwrap();
    lab.lockstep.as_ref().unwrap().take_recording()
}

fn recording() -> &'static [Observation] {
    static RECORDING: OnceLock<Vec<Observation>> = OnceLock::new();
    RECORDING.get_or_init(|| record(64))
}

/// Checks a stream again; what the check says, if it says something.
fn check(stream: &[Observation]) -> Option<String> {
    let mut options = LockstepOptions::new(2, SEED);
    options.pcap =
        std::env::temp_dir().join(format!("mutant-{:?}.pcap", std::thread::current().id()));
    let mut lockstep = Lockstep::new(options.clone());
    for observation in stream {
        lockstep.observe(observation.clone());
    }
    let found = lockstep.finish().err().map(|d| d.why);
    assert_eq!(lockstep.blind(), None);
    // what a difference leaves behind is not of this test
    let _ = std::fs::remove_file(&options.pcap);
    found
}

/// [`each_in`] of the plain run.
fn each(
    name: &str,
    most: usize,
    find: impl Fn(&Observation) -> bool,
    tamper: impl Fn(&mut Vec<Observation>, usize) -> bool,
) {
    each_in(recording(), name, most, find, tamper);
}

/// Tampers at up to `most` of the places where `find` says so, one at a time; each has to be found.
fn each_in(
    good: &[Observation],
    name: &str,
    most: usize,
    find: impl Fn(&Observation) -> bool,
    tamper: impl Fn(&mut Vec<Observation>, usize) -> bool,
) {
    let places: Vec<usize> = (0..good.len()).filter(|&k| find(&good[k])).collect();
    assert!(!places.is_empty(), "{name}: nothing to tamper with");
    let step = places.len().div_ceil(most);
    let mut done = 0;
    for &at in places.iter().step_by(step) {
        let mut stream = good.to_vec();
        if !tamper(&mut stream, at) {
            continue;
        }
        done += 1;
        let found = check(&stream);
        assert!(found.is_some(), "{name} at {}: not found", good[at]);
    }
    assert!(done > 0, "{name}: never done");
}

fn sent(o: &Observation) -> Option<Packet> {
    match &o.what {
        What::Sent(bytes) => Some(Frame::decode(bytes).unwrap().packet),
        _ => None,
    }
}

/// Changes a packet that a NIC sent; the frame is good otherwise.
fn change(name: &str, find: impl Fn(&Packet) -> bool, edit: impl Fn(&mut Packet)) {
    change_in(recording(), name, find, edit);
}

fn change_in(
    good: &[Observation],
    name: &str,
    find: impl Fn(&Packet) -> bool,
    edit: impl Fn(&mut Packet),
) {
    each_in(
        good,
        name,
        12,
        |o| sent(o).is_some_and(|p| find(&p)),
        |stream, at| {
            let What::Sent(bytes) = &mut stream[at].what else {
                return false;
            };
            let mut frame = Frame::decode(bytes).unwrap();
            edit(&mut frame.packet);
            *bytes = frame.encode();
            true
        },
    );
}

fn is_bulk(p: &Packet) -> bool {
    p.is_request() && !p.payload.is_empty()
}

fn is_ack(p: &Packet) -> bool {
    p.opcode == Opcode::Acknowledge && p.aeth.is_some_and(|a| a.syndrome == 0x1f)
}

#[test]
fn check_takes_what_happened() {
    assert_eq!(check(recording()), None);
}

#[test]
fn check_finds_wrong_requests() {
    change("PSN", Packet::is_request, |p| p.psn = p.psn.plus(1));
    change("older PSN", Packet::is_request, |p| p.psn = p.psn.minus(1));
    change("payload", is_bulk, |p| p.payload[0] ^= 1);
    change("last byte", is_bulk, |p| {
        *p.payload.last_mut().unwrap() ^= 0x80
    });
    change(
        "short",
        |p| is_bulk(p) && p.payload.len() > 4,
        |p| p.payload.truncate(4),
    );
    change(
        "opcode",
        |p| p.opcode == Opcode::SendMiddle || p.opcode == Opcode::SendOnly,
        |p| p.opcode = Opcode::SendFirst,
    );
    change(
        "address",
        |p| p.reth.is_some(),
        |p| p.reth.as_mut().unwrap().va += 1,
    );
    change(
        "key",
        |p| p.reth.is_some(),
        |p| p.reth.as_mut().unwrap().rkey ^= 1,
    );
    change(
        "length",
        |p| p.reth.is_some(),
        |p| p.reth.as_mut().unwrap().length += 1,
    );
    change(
        "operand",
        |p| p.atomic.is_some(),
        |p| {
            p.atomic.as_mut().unwrap().swap_or_add ^= 1;
        },
    );
    change(
        "immediate",
        |p| p.word.is_some(),
        |p| p.word = p.word.map(|w| !w),
    );
    change("destination", Packet::is_request, |p| p.dest_qpn ^= 1);
    change("partition", Packet::is_request, |p| p.pkey = 0x7fff);
    change("solicited", Packet::is_request, |p| p.solicited ^= true);
    change(
        "no ACK asked",
        |p| is_bulk(p) && p.ack_req,
        |p| p.ack_req = false,
    );
}

#[test]
fn check_finds_wrong_answers() {
    change("ACK of what was not received", is_ack, |p| {
        p.psn = p.psn.plus(64)
    });
    change("older ACK", is_ack, |p| p.psn = p.psn.minus(40));
    change(
        "MSN",
        |p| p.aeth.is_some(),
        |p| p.aeth.as_mut().unwrap().msn += 1,
    );
    change("NAK", is_ack, |p| p.aeth.as_mut().unwrap().syndrome = 0x60);
    change("fatal NAK", is_ack, |p| {
        p.aeth.as_mut().unwrap().syndrome = 0x62
    });
    change("not ready", is_ack, |p| {
        p.aeth.as_mut().unwrap().syndrome = 0x21
    });
    let is_nak = |p: &Packet| p.aeth.is_some_and(|a| a.syndrome == 0x60);
    change("NAK's PSN", is_nak, |p| p.psn = p.psn.plus(1));
    change("READ data", Packet::is_read_response, |p| p.payload[0] ^= 1);
    change("READ PSN", Packet::is_read_response, |p| {
        p.psn = p.psn.plus(1)
    });
    change(
        "READ opcode",
        |p| p.opcode == Opcode::ReadResponseMiddle,
        |p| p.opcode = Opcode::ReadResponseFirst,
    );
    change(
        "ATOMIC value",
        |p| p.original.is_some(),
        |p| {
            p.original = p.original.map(|v| v ^ 1);
        },
    );
    change("destination", Packet::is_response, |p| p.dest_qpn ^= 2);
}

#[test]
fn check_finds_frames_that_are_missing_or_too_many() {
    // a request left out that is sent for the first time and followed by the next: that one is out of turn
    let psns = |host: usize| {
        move |o: &Observation| {
            let p = sent(o).filter(|p| o.host == host && p.is_request());
            p.map(|p| p.psn)
        }
    };
    each(
        "left out request",
        12,
        |o| {
            let Some(psn) = psns(o.host)(o) else {
                return false;
            };
            let all: Vec<_> = recording().iter().filter_map(psns(o.host)).collect();
            let at = all.iter().position(|q| *q == psn).unwrap();
            all.get(at + 1).is_some_and(|next| next.is_after(psn))
        },
        |stream, at| {
            stream.remove(at);
            true
        },
    );
    each(
        "repeated request",
        12,
        |o| sent(o).is_some_and(|p| p.is_request()),
        |stream, at| {
            stream.insert(at + 1, stream[at].clone());
            true
        },
    );
    each(
        "left out answer with data",
        12,
        |o| sent(o).is_some_and(|p| p.is_read_response() || p.original.is_some()),
        |stream, at| {
            stream.remove(at);
            true
        },
    );
    each(
        "repeated answer",
        12,
        |o| sent(o).is_some_and(|p| p.is_read_response() || p.original.is_some()),
        |stream, at| {
            stream.insert(at + 1, stream[at].clone());
            true
        },
    );
    let last_ack = recording()
        .iter()
        .rposition(|o| sent(o).is_some_and(|p| p.is_response()))
        .unwrap();
    let mut stream = recording().to_vec();
    let again = stream[last_ack].clone();
    stream.insert(last_ack + 1, again);
    assert!(check(&stream).is_some(), "an ACK twice");
    let mut stream = recording().to_vec();
    stream.remove(last_ack);
    assert!(check(&stream).is_some(), "an ACK that never came");
}

#[test]
fn check_finds_damaged_frames() {
    for (name, at) in [
        ("MAC", 3),
        ("type of service", 15),
        ("address", 29),
        ("port", 35),
        ("ICRC", 60),
    ] {
        each(
            name,
            4,
            |o| sent(o).is_some(),
            |stream, k| {
                let What::Sent(bytes) = &mut stream[k].what else {
                    return false;
                };
                let at = at.min(bytes.len() - 1);
                bytes[at] ^= 1;
                true
            },
        );
    }
}

/// The write is neither a completion nor an event.
fn is_payload(o: &Observation) -> bool {
    matches!(&o.what, What::DeviceWrite { .. }) && cqe_at(recording(), o).is_none()
}

/// Which part of a completion a write is: completions are 32 bytes, aligned, and say their queue pair.
fn cqe_at(all: &[Observation], o: &Observation) -> Option<usize> {
    let What::DeviceWrite { iova, bytes, .. } = &o.what else {
        return None;
    };
    let part = (*iova % CQE_BYTES as u64) as usize;
    let start = iova - part as u64;
    let mut whole = [0; CQE_BYTES];
    let at = all.iter().position(|x| std::ptr::eq(x, o))?;
    // eight bytes at a time, in order
    let first = at.checked_sub(part / 8)?;
    for k in 0..4 {
        match &all.get(first + k)?.what {
            What::DeviceWrite { iova, bytes, .. }
                if *iova == start + 8 * k as u64 && bytes.len() == 8 =>
            {
                whole[8 * k..8 * k + 8].copy_from_slice(bytes);
            }
            _ => return None,
        }
    }
    let decoded = Cqe::decode(&whole).ok()?;
    let plausible =
        decoded.byte_len < 1 << 20 && decoded.qpn >> 16 != 0 && whole[16..31] == [0; 15];
    (plausible && bytes.len() == 8).then_some(part)
}

#[test]
fn check_finds_wrong_writes() {
    let edit = |name: &str, edit: &dyn Fn(&mut u64, &mut Vec<u8>)| {
        each(name, 16, is_payload, |stream, at| {
            let What::DeviceWrite { iova, bytes, .. } = &mut stream[at].what else {
                return false;
            };
            edit(iova, bytes);
            true
        });
    };
    edit("byte", &|_, bytes| bytes[0] ^= 1);
    edit("address", &|iova, _| *iova ^= 0x1000);
    each("missing write", 16, is_payload, |stream, at| {
        stream.remove(at);
        true
    });
    each("write twice", 16, is_payload, |stream, at| {
        stream.insert(at + 1, stream[at].clone());
        true
    });
}

#[test]
fn check_finds_wrong_completions() {
    let part = |wanted: usize| move |o: &Observation| cqe_at(recording(), o) == Some(wanted);
    let edit = |name: &str, wanted: usize, byte: usize, flip: u8| {
        each(name, 16, part(wanted), |stream, at| {
            let What::DeviceWrite { bytes, .. } = &mut stream[at].what else {
                return false;
            };
            bytes[byte] ^= flip;
            true
        });
    };
    edit("index", 0, 0, 1);
    edit("opcode", 0, 2, 1);
    edit("status", 0, 3, 1);
    edit("queue pair", 0, 4, 1);
    edit("with immediate", 0, 7, 2);
    edit("phase", 24, 7, 0x80);
    each("missing completion", 16, part(0), |stream, at| {
        stream.drain(at..at + 4);
        true
    });
    each("completion twice", 16, part(0), |stream, at| {
        let again: Vec<Observation> = stream[at..at + 4].to_vec();
        stream.splice(at + 4..at + 4, again);
        true
    });
}

#[test]
fn check_finds_completions_that_come_too_early() {
    // the completion before the last write of its payload
    each(
        "before its payload",
        12,
        |o| cqe_at(recording(), o) == Some(0),
        |stream, at| {
            let host = stream[at].host;
            let writes = |o: &Observation| o.host == host && is_write(o);
            let Some(payload) = stream[..at].iter().rposition(writes) else {
                return false;
            };
            if cqe_at(recording(), &recording()[payload]).is_some() {
                return false;
            }
            let moved = stream.remove(payload);
            stream.insert(at + 3, moved);
            true
        },
    );
    // an answer before the completion that it answers for
    each(
        "an ACK first",
        12,
        |o| sent(o).is_some_and(|p| is_ack(&p)),
        |stream, at| {
            let host = stream[at].host;
            let here = |k: &usize| stream[*k].host == host && is_write(&stream[*k]);
            let Some(write) = (0..at).rev().find(here) else {
                return false;
            };
            let speaks = sent(&stream[at]).unwrap();
            let mut received = stream[write..at].iter().filter(|o| o.host == host);
            // only if nothing else has made the NIC answer since
            if received.any(|o| matches!(o.what, What::Received(_) | What::Sent(_)))
                || !speaks.is_response()
            {
                return false;
            }
            let moved = stream.remove(write);
            stream.insert(at, moved);
            true
        },
    );
}

fn is_write(o: &Observation) -> bool {
    matches!(o.what, What::DeviceWrite { .. })
}

#[test]
fn check_finds_a_retransmission_from_the_wrong_place() {
    let good = recording();
    let mut last: [Option<Packet>; 2] = [None, None];
    let mut done = 0;
    for (k, o) in good.iter().enumerate() {
        let Some(p) = sent(o).filter(Packet::is_request) else {
            continue;
        };
        let back = last[o.host]
            .as_ref()
            .is_some_and(|l| !p.psn.is_after(l.psn));
        last[o.host] = Some(p.clone());
        if !back {
            continue;
        }
        // it goes further back than anything that could still be unacknowledged when it was asked to
        let earlier = good[..k].iter().rev().find(|e| {
            let far = |q: &Packet| q.is_request() && q.psn.distance(p.psn) < -8;
            e.host == o.host && sent(e).is_some_and(|q| far(&q))
        });
        if let Some(earlier) = earlier {
            let mut stream = good.to_vec();
            stream[k].what = earlier.what.clone();
            assert!(check(&stream).is_some(), "{o} became {earlier}");
            done += 1;
        }
    }
    assert!(done > 0);
}

/// A run in which the ends are stopped and go on.
fn stops() -> &'static [Observation] {
    static RECORDING: OnceLock<Vec<Observation>> = OnceLock::new();
    RECORDING.get_or_init(|| crate::cluster::stop_and_go(64, 1, Watch::Record))
}

#[test]
fn check_finds_wrong_packets_of_the_migration_protocol() {
    let good = stops();
    assert_eq!(check(good), None);
    let is = |opcode: Opcode| move |p: &Packet| p.opcode == opcode;
    let nak = Packet::is_nak_stopped;
    change_in(good, "epoch of NAK_STOPPED", nak, |p| {
        p.aeth.as_mut().unwrap().msn ^= 1;
    });
    change_in(good, "PSN of NAK_STOPPED", nak, |p| p.psn = p.psn.plus(512));
    for opcode in [Opcode::Resume, Opcode::ResumeAck] {
        change_in(good, "epoch", is(opcode), |p| {
            p.migration.as_mut().unwrap().epoch ^= 2;
        });
        // one that works says where it was a moment ago
        let far = if opcode == Opcode::Resume { 1 } else { 500 };
        change_in(good, "una", is(opcode), |p| p.psn = p.psn.minus(far));
        change_in(good, "max", is(opcode), |p| {
            let m = p.migration.as_mut().unwrap();
            m.max = m.max.plus(far);
        });
        change_in(good, "ePSN", is(opcode), |p| {
            let m = p.migration.as_mut().unwrap();
            m.epsn = m.epsn.plus(1);
        });
        change_in(good, "source", is(opcode), |p| {
            p.migration.as_mut().unwrap().source_qpn ^= 1;
        });
    }
    each_in(
        good,
        "NAK_STOPPED out of nothing",
        12,
        |o| sent(o).is_some_and(|p| nak(&p)),
        |stream, at| {
            // a request may have come more than once, and not every one is answered
            for _ in 0..4 {
                stream.insert(at + 1, stream[at].clone());
            }
            true
        },
    );
    // a stopped queue pair executes something
    each_in(
        good,
        "write while stopped",
        12,
        |o| sent(o).is_some_and(|p| nak(&p)),
        |stream, at| {
            let host = stream[at].host;
            let mut later = stream[at..].iter();
            let Some(write) = later.find(|o| o.host == host && is_write(o)).cloned() else {
                return false;
            };
            stream.insert(at, write);
            true
        },
    );
}
