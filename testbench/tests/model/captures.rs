//! Linux' captures: each end is played by a machine that is given what the other end sent, and has to say what Linux said.

use crate::machines::{BASE, End, KEY, Ram, address, connection, regions};
use fw_regs::rings::{RecvWqe, SendData, SendWqe, Sge};
use fw_regs::wire::Opcode;
use fw_regs::{Psn, WqeOpcode};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use testbench::model::memory::Memory;
use testbench::model::packet::{Frame, Packet};
use testbench::model::qp::{Machine, Store};
use testbench::net::read_capture;

const BYTES: u64 = 1 << 20;
/// Where the client's data are.
const LOCAL: u64 = 0x7000_0000;

/// A line of the captures' index.
struct Scenario {
    name: String,
    mtu: u32,
    psns: [u32; 2],
    va: u64,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/captures")
}

fn number(text: &str) -> u64 {
    u64::from_str_radix(text.trim_start_matches("0x"), 16).unwrap()
}

fn scenarios() -> Vec<Scenario> {
    let index = std::fs::read_to_string(folder().join("INDEX.tsv")).unwrap();
    let all = index.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        assert_eq!(number(cells[7]), u64::from(KEY));
        Scenario {
            name: cells[0].to_owned(),
            mtu: cells[2].parse().unwrap(),
            psns: [number(cells[3]) as u32, number(cells[4]) as u32],
            va: number(cells[8]),
        }
    });
    all.filter(|s| s.name.starts_with("rc_")).collect()
}

/// The packets of a capture, and whether the client sent them.
fn packets(scenario: &Scenario) -> Vec<(bool, Packet)> {
    let path = folder().join(format!("{}.pcap", scenario.name));
    let frames = read_capture(&path).unwrap();
    let decode = |(_, bytes): &(_, Vec<u8>)| Frame::decode(bytes).unwrap().packet;
    let all = frames.iter().map(decode);
    all.map(|p| (p.is_request(), p)).collect()
}

fn end(own: u8, scenario: &Scenario, va: u64, qpn: u32) -> End {
    let psns = match own {
        1 => scenario.psns,
        _ => [scenario.psns[1], scenario.psns[0]],
    };
    let mut connection = connection(own, 3 - own, psns, scenario.mtu);
    connection.qpn = qpn;
    connection.send.partner_qpn = qpn;
    connection.receive.min_rnr_timer = 14;
    connection.epochs = None;
    End {
        machine: Machine::new(connection),
        ram: Ram(vec![0; BYTES as usize]),
        regions: regions(va, KEY, BYTES),
    }
}

/// Whether two packets say the same. Linux asks for acknowledgements as it likes, calls a SEND that is too long an operational
/// error instead of an invalid request, and answers a READ of the rest with MIDDLE where it should begin again with FIRST.
fn same(a: &Packet, linux: &Packet) -> bool {
    let mut linux = linux.clone();
    if (a.opcode, linux.opcode) == (Opcode::ReadResponseFirst, Opcode::ReadResponseMiddle) {
        (linux.opcode, linux.aeth) = (a.opcode, a.aeth);
    }
    linux.ack_req = a.ack_req;
    if let (Some(own), Some(other)) = (a.aeth, &mut linux.aeth)
        && (own.syndrome, other.syndrome) == (0x61, 0x63)
    {
        other.syndrome = own.syndrome;
    }
    *a == linux
}

/// What the server sends from `at` on until the client's next packet.
fn answers(all: &[(bool, Packet)], at: usize) -> Vec<&Packet> {
    let behind = all[at..].iter();
    behind
        .take_while(|(client, _)| !client)
        .map(|(_, p)| p)
        .collect()
}

/// The server: Linux' client's packets in, Linux' server's packets out.
fn check_server(scenario: &Scenario) -> usize {
    let all = packets(scenario);
    let mut server = end(2, scenario, scenario.va, all[0].1.dest_qpn);
    // the memory holds what Linux answered from it, as long as nobody writes there
    let mut reads: HashMap<u32, (u64, u64)> = HashMap::new();
    for (_, p) in &all {
        if let Some(reth) = p.reth.filter(|_| p.opcode == Opcode::ReadRequest) {
            for k in 0..reth.length.div_ceil(scenario.mtu) {
                let at = reth.va - scenario.va + u64::from(k * scenario.mtu);
                reads.insert(p.psn.plus(k).get(), (BASE + at, 0));
            }
        }
        if let Some(atomic) = p.atomic.filter(|a| a.rkey == KEY) {
            reads.insert(p.psn.get(), (BASE + atomic.va - scenario.va, 1));
        }
    }
    let mut atomics = Vec::new();
    for (_, p) in &all {
        match (reads.get(&p.psn.get()), p.original) {
            (Some((at, 0)), None) if p.is_read_response() => server.ram.store(*at, &p.payload),
            (Some((at, 1)), Some(value)) if !atomics.contains(at) => {
                atomics.push(*at);
                server.ram.store(*at, &value.to_le_bytes());
            }
            _ => {}
        }
    }
    let mut said: Vec<Packet> = Vec::new();
    let mut checked = 0;
    for (at, (client, p)) in all.iter().enumerate() {
        if *client {
            let next = answers(&all, at + 1);
            let refused = |s: &&Packet| s.aeth.is_some_and(|a| a.syndrome >> 5 == 1);
            let short = next
                .iter()
                .any(|s| s.aeth.is_some_and(|a| a.syndrome == 0x63));
            if !next.iter().any(refused)
                && !matches!(p.opcode, Opcode::SendMiddle | Opcode::SendLast)
            {
                let len = if short { 16 } else { 1 << 16 };
                let entry = Sge {
                    addr: scenario.va + BYTES / 2,
                    len,
                    lkey: KEY,
                };
                server.machine.post_recv(RecvWqe {
                    entries: [entry, Sge::default()],
                });
            }
            server.take(0, address(1), p);
            while let Some(transmit) = server.give(0) {
                said.push(transmit.packet);
            }
        } else {
            checked += 1;
            // acknowledgements may be left out, and what the wire lost is not in the capture
            let lost = scenario.name.contains("lost");
            let found = said.iter().position(|own| same(own, p));
            let k = found.unwrap_or_else(|| {
                panic!(
                    "{}: Linux' server says {}; the model {said:#?}",
                    scenario.name,
                    p.line()
                )
            });
            let skipped = said.drain(..=k).take(k);
            skipped.for_each(|own| {
                assert!(lost || own.opcode == Opcode::Acknowledge, "{own:?}");
            });
        }
    }
    checked
}

/// The work request that a first packet belongs to, and the bytes it sends.
fn infer(all: &[(bool, Packet)], at: usize, place: u64) -> (SendWqe, Vec<u8>) {
    let p = &all[at].1;
    let mut bytes = p.payload.clone();
    let mut last = p;
    let mut seen: Vec<Psn> = vec![p.psn];
    let open = |o: Opcode| {
        matches!(
            o,
            Opcode::SendFirst | Opcode::SendMiddle | Opcode::WriteFirst | Opcode::WriteMiddle
        )
    };
    while open(last.opcode) {
        let next = last.psn.plus(1);
        let found = all[at..]
            .iter()
            .find(|(client, q)| *client && q.psn == next);
        let Some((_, q)) = found.filter(|_| !seen.contains(&next)) else {
            // it was lost for good; only its length is known
            break;
        };
        seen.push(next);
        bytes.extend(&q.payload);
        last = q;
    }
    use Opcode as O;
    let imm = last.word.is_some();
    let opcode = match p.opcode {
        O::ReadRequest => WqeOpcode::Read,
        O::CmpSwap => WqeOpcode::CmpSwap,
        O::FetchAdd => WqeOpcode::FetchAdd,
        o if o.code() >= 6 && o.code() < 12 && imm => WqeOpcode::WriteImm,
        o if o.code() >= 6 && o.code() < 12 => WqeOpcode::Write,
        _ if imm => WqeOpcode::SendImm,
        _ => WqeOpcode::Send,
    };
    let length = match (p.atomic, p.reth) {
        (Some(_), _) => 8,
        (_, Some(reth)) => reth.length,
        _ => bytes.len() as u32,
    };
    let local = Sge {
        addr: LOCAL + place,
        len: length,
        lkey: KEY,
    };
    let data = match p.atomic {
        Some(a) => SendData::Atomic {
            local,
            swap_or_add: a.swap_or_add,
            compare: a.compare,
        },
        None => SendData::Entries([local, Sge::default()]),
    };
    let wqe = SendWqe {
        opcode,
        signalled: true,
        solicited: last.solicited,
        fence: false,
        imm_or_rkey: last.word.unwrap_or(0),
        remote_addr: p.reth.map(|r| r.va).or(p.atomic.map(|a| a.va)).unwrap_or(0),
        rkey: p
            .reth
            .map(|r| r.rkey)
            .or(p.atomic.map(|a| a.rkey))
            .unwrap_or(0),
        data,
    };
    (wqe, bytes)
}

/// The client: Linux' server's packets in, Linux' client's packets out.
fn check_client(scenario: &Scenario) -> usize {
    let all = packets(scenario);
    let mut client = end(1, scenario, LOCAL, all[0].1.dest_qpn);
    let mut now = 0;
    let mut checked = 0;
    let lossy = ["lost", "nak_psn"]
        .iter()
        .any(|word| scenario.name.contains(word));
    let mut place = 0;
    for (at, (own, p)) in all.iter().enumerate() {
        if !own {
            client.take(now, address(2), p);
            continue;
        }
        checked += 1;
        let fresh = p.psn == client.machine.sender.end();
        if fresh {
            let (wqe, bytes) = infer(&all, at, place);
            client.ram.store(BASE + place, &bytes);
            place += 1 << 16;
            client.machine.post_send(wqe);
        }
        let mut skipped = 0;
        loop {
            match client.give(now) {
                Some(transmit) if same(&transmit.packet, p) => break,
                // what the wire lost is not in the capture
                Some(_) if lossy && skipped < 8 => skipped += 1,
                None if client.machine.poll_timeout().is_some() && skipped < 8 => {
                    now = client.machine.poll_timeout().unwrap();
                    client.machine.handle_timeout(now);
                    skipped += 1;
                }
                other => panic!(
                    "{}: Linux' client says {}; the model {other:?}",
                    scenario.name,
                    p.line()
                ),
            }
        }
    }
    checked
}

#[test]
fn model_answers_as_linux_does() {
    let all = scenarios();
    assert!(all.len() >= 22);
    let count: usize = all.iter().map(check_server).sum();
    assert!(count > 50, "{count}");
    // the memory is there
    assert!(Ram(vec![0; 8]).fetch(BASE, 8).is_some());
}

#[test]
fn model_asks_as_linux_does() {
    let count: usize = scenarios().iter().map(check_client).sum();
    assert!(count > 50, "{count}");
}
