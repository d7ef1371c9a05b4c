//! Frames captured from Linux rxe: parsed, their ICRC checked, and answered as the captured partner answered.
//!
//! `data/captures/*.pcap` hold one scenario each between a client 10.0.0.1 and a server 10.0.0.2, whose numbers are in
//! `INDEX.tsv`. Here a NIC takes the server's place: same address, QP number, PSNs, key and virtual address.

use crate::kit::{SEED, at_both_widths};
use fw_regs::Counter;
use fw_regs::wire::Opcode;
use host_driver::{
    Access, Adapter, AdapterOptions, ConnectionData, MacAddress, Modify, QpOptions, RecvRequest,
    RtrAttributes, RtsAttributes, WcStatus,
};
use sim_verilator::NicConfig;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;
use testbench::cluster::Cluster;
use testbench::lab::{Variant, nic_library};
use testbench::net::{LinkConfig, Network, Topology, read_capture};

const LENGTH: usize = 64 * 1024;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data/captures")
}

/// A row of the index.
#[derive(Clone, Debug)]
struct Scenario {
    name: String,
    path_mtu: u32,
    client_psn: u32,
    server_psn: u32,
    client_qpn: u32,
    server_qpn: u32,
    rkey: u32,
    va: u64,
    /// Some answers are not in the file because they were lost on the way.
    answers_lost: bool,
}

fn scenarios() -> Vec<Scenario> {
    let index = std::fs::read_to_string(folder().join("INDEX.tsv")).unwrap();
    let hex = |text: &str| u64::from_str_radix(text.trim_start_matches("0x"), 16).unwrap();
    let row = |line: &str| {
        let c: Vec<&str> = line.split('\t').collect();
        Scenario {
            name: c[0].to_owned(),
            path_mtu: c[2].parse().unwrap(),
            client_psn: hex(c[3]) as u32,
            server_psn: hex(c[4]) as u32,
            client_qpn: hex(c[5]) as u32,
            server_qpn: hex(c[6]) as u32,
            rkey: hex(c[7]) as u32,
            va: hex(c[8]),
            answers_lost: c[1].starts_with("dropb"),
        }
    };
    index
        .lines()
        .skip(1)
        .map(row)
        .filter(|s| s.name.starts_with("rc_"))
        .collect()
}

/// What of a frame can be compared between two implementations.
#[derive(Clone, Debug, PartialEq, Eq)]
struct View {
    from: IpAddr,
    to: IpAddr,
    macs: [[u8; 6]; 2],
    opcode: u8,
    psn: u32,
    /// Syndrome and MSN.
    aeth: Option<(u8, u32)>,
    payload: Vec<u8>,
}

fn view(frame: &[u8]) -> View {
    let v6 = frame[12] == 0x86;
    let array4 = |at: usize| <[u8; 4]>::try_from(&frame[at..at + 4]).unwrap();
    let array16 = |at: usize| <[u8; 16]>::try_from(&frame[at..at + 16]).unwrap();
    let (from, to, bth) = match v6 {
        true => (IpAddr::from(array16(22)), IpAddr::from(array16(38)), 62),
        false => (IpAddr::from(array4(26)), IpAddr::from(array4(30)), 42),
    };
    let opcode = frame[bth];
    let psn = u32::from_be_bytes(array4(bth + 8)) & 0xff_ffff;
    let word = u32::from_be_bytes(array4(bth + 12));
    let has_aeth = matches!(opcode, 0x0d | 0x0f..=0x12);
    // the original value of an ATOMIC counts as payload here
    let extension = if has_aeth { 4 } else { 0 };
    let pad = usize::from(frame[bth + 1] >> 4 & 3);
    let end = frame.len() - 4 - pad;
    let macs = [6, 0].map(|at| <[u8; 6]>::try_from(&frame[at..at + 6]).unwrap());
    View {
        from,
        to,
        macs,
        opcode,
        psn,
        aeth: has_aeth.then_some(((word >> 24) as u8, word & 0xff_ffff)),
        payload: frame[(bth + 12 + extension).min(end)..end].to_vec(),
    }
}

fn is_response(opcode: u8) -> bool {
    (0x0d..=0x12).contains(&opcode)
}

/// A NIC in the server's place.
struct Server {
    cluster: Cluster,
    adapter: Adapter,
    qp: host_driver::QueuePair,
    recv_cq: host_driver::CompletionQueue,
    landing: host_driver::MemoryRegion,
    _memory: host_driver::MemoryRegion,
}

impl Server {
    fn new(width: u32, s: &Scenario, first: &View, memory: &[u8]) -> Self {
        let library = nic_library(width, Variant::Migratable, false).unwrap();
        let network = Network::new(
            Topology::Switched,
            1,
            width as usize / 8,
            LinkConfig::default(),
            SEED,
        );
        let cluster = Cluster::new(&library, NicConfig::default(), 1, network).unwrap();
        let options = AdapterOptions {
            host: 2,
            seed: SEED,
            mac: MacAddress(first.macs[1]),
            ip: first.to,
            patience: 10_000,
        };
        let adapter = Adapter::open(cluster.device(0, 16), options).unwrap();
        let context = adapter.context().unwrap();
        let pd = context.allocate_pd().unwrap();
        let buffer = context.allocate(LENGTH).unwrap();
        buffer.write(0, memory).unwrap();
        let region = pd
            .register_keyed(&buffer, s.va, LENGTH, Access::ALL, s.rkey)
            .unwrap();
        let buffer = context.allocate(LENGTH).unwrap();
        let landing = pd.register(&buffer, 0, LENGTH, Access::ALL).unwrap();
        let cq = || context.create_cq(64).unwrap();
        let options = QpOptions {
            send_cq: cq(),
            recv_cq: cq(),
            srq: None,
            max_send: 16,
            max_recv: 16,
            raw: false,
        };
        let qp = pd.create_qp_numbered(&options, s.server_qpn).unwrap();
        let partner = ConnectionData {
            qpn: s.client_qpn,
            psn: s.client_psn,
            ip: first.from,
            mac: MacAddress(first.macs[0]),
            migration: None,
        };
        qp.modify(Modify::Init(Default::default())).unwrap();
        let rtr = RtrAttributes {
            path_mtu: s.path_mtu,
            min_rnr_timer: 14,
            ..RtrAttributes::new(partner)
        };
        qp.modify(Modify::Rtr(rtr)).unwrap();
        qp.modify(Modify::Rts(RtsAttributes::new(s.server_psn)))
            .unwrap();
        cluster.watch(4096);
        Self {
            cluster,
            adapter,
            qp,
            recv_cq: options.recv_cq,
            landing,
            _memory: region,
        }
    }

    fn post(&self, count: usize, length: u32) {
        let receive = RecvRequest {
            wr_id: 0,
            entries: vec![self.landing.entry(0, length)],
        };
        self.qp.post_recv(&vec![receive; count]).unwrap();
    }

    /// The answers to one frame.
    fn answers(&self, frame: &[u8]) -> Vec<View> {
        self.cluster.inject(0, frame);
        (0..3000).for_each(|_| self.cluster.step().unwrap());
        self.cluster.check().unwrap();
        let frames = self.cluster.take_frames().into_iter();
        frames.filter(|f| f.sent).map(|f| view(&f.bytes)).collect()
    }
}

/// What the server's memory must have held for the READ responses and ATOMIC results in the capture.
fn memory(s: &Scenario, frames: &[(View, Vec<u8>)]) -> Vec<u8> {
    let mut memory = vec![0; LENGTH];
    let mut at: BTreeMap<u32, usize> = BTreeMap::new();
    let mut written = false;
    for (v, frame) in frames {
        let bth = if frame[12] == 0x86 { 62 } else { 42 };
        let va = || u64::from_be_bytes(frame[bth + 12..bth + 20].try_into().unwrap());
        match Opcode::from_code(v.opcode) {
            Some(Opcode::ReadRequest) => {
                let length = u32::from_be_bytes(frame[bth + 24..bth + 28].try_into().unwrap());
                for k in 0..length.div_ceil(s.path_mtu) {
                    let offset = (va() - s.va) as usize + (k * s.path_mtu) as usize;
                    at.insert((v.psn + k) & 0xff_ffff, offset);
                }
            }
            Some(Opcode::FetchAdd | Opcode::CmpSwap) => {
                at.insert(v.psn, (va() - s.va) as usize);
            }
            // what the client itself wrote comes over the wire
            Some(Opcode::WriteFirst | Opcode::WriteOnly | Opcode::WriteOnlyImm) => written = true,
            Some(Opcode::AtomicAcknowledge) if !written => {
                written = true;
                let mut original: [u8; 8] = frame[bth + 16..bth + 24].try_into().unwrap();
                original.reverse();
                memory[at[&v.psn]..][..8].copy_from_slice(&original);
            }
            Some(_) if (0x0d..=0x10).contains(&v.opcode) && !written => {
                memory[at[&v.psn]..][..v.payload.len()].copy_from_slice(&v.payload);
            }
            _ => {}
        }
    }
    memory
}

/// Where rxe differs from the standard: it continues with a MIDDLE when it is asked for the rest of a READ; the answer to a
/// new request begins with a FIRST, which has an AETH.
fn as_standard(mut answer: View, asked: &View) -> View {
    let fresh = asked.opcode == Opcode::ReadRequest.code();
    if fresh && answer.opcode == Opcode::ReadResponseMiddle.code() {
        answer.opcode = Opcode::ReadResponseFirst.code();
        answer.aeth = Some((fw_regs::wire::SYNDROME_ACK, 1));
    }
    answer
}

/// Receives that the captured server had posted: how many, and how long.
fn receives(name: &str) -> (usize, u32) {
    match name {
        "rc_nak_invreq_sendlen" => (1, 16),
        "rc_rnr_nak" => (0, 0),
        _ => (16, 4096),
    }
}

/// `expected` is `got`, or can be had by leaving some of `got` out.
fn is_within(expected: &[View], got: &[View], exact: bool) -> bool {
    match exact {
        true => expected == got,
        false => {
            let mut rest = got.iter();
            expected.iter().all(|e| rest.any(|g| g == e))
        }
    }
}

#[test]
fn rxe_requests_are_answered_as_rxe_answered_them() {
    at_both_widths(|width| {
        for s in scenarios() {
            let capture = read_capture(&folder().join(format!("{}.pcap", s.name))).unwrap();
            let frames: Vec<(View, Vec<u8>)> =
                capture.into_iter().map(|(_, f)| (view(&f), f)).collect();
            let server = Server::new(width, &s, &frames[0].0, &memory(&s, &frames));
            let (count, length) = receives(&s.name);
            server.post(count, length);
            let mut expected: Vec<View> = Vec::new();
            let mut got: Vec<View> = Vec::new();
            let last = frames.iter().rposition(|(v, _)| !is_response(v.opcode));
            for (k, (v, frame)) in frames.iter().enumerate() {
                if is_response(v.opcode) {
                    let asked = &frames[k.saturating_sub(1)].0;
                    expected.push(as_standard(v.clone(), asked));
                    continue;
                }
                if s.name == "rc_rnr_nak" && Some(k) == last {
                    server.post(1, 4096);
                }
                got.extend(server.answers(frame));
            }
            let counter = |c| server.adapter.counter(c).unwrap();
            assert_eq!(counter(Counter::RxIcrcError), 0, "{}", s.name);
            if s.name == "rc_nak_invreq_sendlen" {
                // rxe calls it a remote operational error; the standard's answer is invalid request
                expected[0].aeth = Some((fw_regs::wire::SYNDROME_NAK_INVALID_REQUEST, 0));
            }
            assert!(
                is_within(&expected, &got, !s.answers_lost),
                "{} at {width} bits\nexpected {expected:#?}\ngot {got:#?}",
                s.name
            );
            // a refused request puts the queue pair in error, which flushes the other receives
            let status: Vec<WcStatus> = server
                .recv_cq
                .poll(64)
                .unwrap()
                .iter()
                .map(|c| c.status)
                .collect();
            let refused = status.contains(&WcStatus::LocalLength);
            assert_eq!(refused, s.name.starts_with("rc_nak_invreq"), "{}", s.name);
            let flushed = status.contains(&WcStatus::WorkRequestFlushed);
            assert_eq!(flushed, s.name.starts_with("rc_nak_badrkey"), "{}", s.name);
        }
    });
}

#[test]
fn rxe_frames_have_a_good_icrc_and_with_any_flipped_bit_a_bad_one() {
    at_both_widths(|width| {
        let s = &scenarios()[0];
        let first = read_capture(&folder().join(format!("{}.pcap", s.name))).unwrap();
        let server = Server::new(width, s, &view(&first[0].1), &[]);
        let counter = |c| server.adapter.counter(c).unwrap();
        let mut rng = testbench::rng::Rng::new(SEED);
        let mut all = 0;
        let mut bad = 0;
        for s in scenarios() {
            for (_, frame) in read_capture(&folder().join(format!("{}.pcap", s.name))).unwrap() {
                server.cluster.inject(0, &frame);
                let mut damaged = frame.clone();
                // behind the UDP header, so that no other check is first
                let bth = if frame[12] == 0x86 { 62 } else { 42 };
                // BTH byte 4 (FECN, BECN) is not covered
                let at = rng.index(bth + 8, frame.len() - 1);
                damaged[at] ^= 1 << rng.range(0, 7);
                server.cluster.inject(0, &damaged);
                all += 1;
                bad += 1;
                (0..2000).for_each(|_| server.cluster.step().unwrap());
            }
        }
        assert!(all > 100, "{all} frames");
        assert_eq!(counter(Counter::RxIcrcError), bad);
        for other in [
            Counter::RxRunt,
            Counter::RxLengthError,
            Counter::RxIpChecksum,
        ] {
            assert_eq!(counter(other), 0, "{other}");
        }
    });
}
