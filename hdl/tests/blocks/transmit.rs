//! The transmit path against frames built byte by byte.

use crate::kit::{Bench, Rng, seeded};
use hdl::icrc::{ICRC_SEED, crc_update};
use hdl::icrc_mask::icrc_byte_mask;
use hdl::mem::kind;
use hdl::pipe::{CtxReq, CtxRsp, ReadReq, TxDesc};
use hdl::transmit::Transmit;
use rust_hdl::prelude::*;
use std::collections::VecDeque;

type Narrow = Transmit<64, 8, 3, 4, 5, 6, 6, 11, 9, 10, 4, 6, 32, 2, 2, 3, 0, 0>;
type Wide = Transmit<512, 64, 6, 7, 6, 7, 3, 9, 9, 10, 4, 6, 480, 3, 4, 5, 0, 0>;

// with scratch rows for as many templates again
type NarrowMigratable = Transmit<64, 8, 3, 4, 5, 6, 6, 11, 9, 10, 5, 7, 32, 2, 2, 3, 1, 0>;
/// 4,096 templates and the scratch row behind them, which a slot's bits cannot name.
type NarrowLarge = Transmit<64, 8, 3, 4, 5, 6, 6, 11, 9, 10, 13, 15, 32, 2, 2, 3, 1, 1>;
type WideMigratable = Transmit<512, 64, 6, 7, 6, 7, 3, 9, 9, 10, 5, 7, 480, 3, 4, 5, 1, 0>;

const OWN_MAC: [u8; 6] = [2, 0, 0, 0, 0, 0x11];

/// Host memory's content is a function of the address.
fn byte_at(addr: u64) -> u8 {
    (addr.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as u8
}

fn template(slot: u64, ipv6: bool) -> [u8; 64] {
    let mut t: [u8; 64] = std::array::from_fn(|k| (k as u64 * 7 + slot * 13) as u8);
    // one of each version of IP is to the own address
    let partner = if slot == 2 { 1 } else { slot as u8 };
    t[..6].copy_from_slice(&[2, 0, 0, 0, 0, partner + 0x10]);
    t[12..14].copy_from_slice(if ipv6 { &[0x86, 0xdd] } else { &[0x08, 0x00] });
    if ipv6 {
        t[18..20].fill(0);
        t[58..62].fill(0);
    } else {
        t[16..18].fill(0);
        t[24..26].fill(0);
        t[38..42].fill(0);
        let sum: u32 = t[14..34]
            .chunks(2)
            .map(|p| u32::from(p[0]) << 8 | u32::from(p[1]))
            .sum();
        let folded = (sum & 0xffff) + (sum >> 16);
        t[24..26].copy_from_slice(&(!(folded as u16 + (folded >> 16) as u16)).to_be_bytes());
    }
    t
}

/// What one descriptor must become on the wire.
fn frame(d: &Packet, template: &[u8; 64]) -> Vec<u8> {
    if d.raw {
        return d.payload();
    }
    let header = if d.ipv6 { 62 } else { 42 };
    let mut f = template[..header].to_vec();
    let payload = d.payload();
    let pad = payload.len().wrapping_neg() % 4;
    f.push(d.opcode);
    f.push(u8::from(d.solicited) << 7 | (pad as u8) << 4);
    f.extend(d.pkey.to_be_bytes());
    f.push(0);
    f.extend(&d.qpn.to_be_bytes()[1..]);
    f.push(u8::from(d.ack_req) << 7);
    f.extend(&d.psn.to_be_bytes()[1..]);
    f.extend(&d.ext);
    f.extend(&payload);
    f.extend(std::iter::repeat_n(0, pad));
    let total = f.len() + 4 - 14;
    if d.ipv6 {
        let len = (total as u16 - 40).to_be_bytes();
        f[18..20].copy_from_slice(&len);
        f[58..60].copy_from_slice(&len);
    } else {
        f[16..18].copy_from_slice(&(total as u16).to_be_bytes());
        f[38..40].copy_from_slice(&(total as u16 - 20).to_be_bytes());
        f[24..26].fill(0);
        let sum: u32 = f[14..34]
            .chunks(2)
            .map(|p| u32::from(p[0]) << 8 | u32::from(p[1]))
            .sum();
        let folded = (sum & 0xffff) + (sum >> 16);
        f[24..26].copy_from_slice(&(!(folded as u16 + (folded >> 16) as u16)).to_be_bytes());
    }
    // IBTA's rule by bytes: seed, masked fields, inverted, little endian
    let seen: Vec<u8> = f[14..]
        .iter()
        .enumerate()
        .map(|(k, b)| {
            let (keep, flip) = icrc_byte_mask(d.ipv6, k + 14);
            let seed = if k < 4 { ICRC_SEED.to_le_bytes()[k] } else { 0 };
            b & keep ^ flip ^ seed
        })
        .collect();
    let crc = !crc_update(ICRC_SEED, &seen);
    f.extend(crc.to_le_bytes());
    f
}

#[derive(Clone, Debug)]
struct Packet {
    raw: bool,
    /// the requester's
    request: bool,
    slot: u64,
    ipv6: bool,
    opcode: u8,
    solicited: bool,
    ack_req: bool,
    pkey: u16,
    qpn: u32,
    psn: u32,
    ext: Vec<u8>,
    inline: Option<Vec<u8>>,
    pieces: [(u64, usize); 2],
}

impl Packet {
    fn random(rng: &mut Rng, rows: u64, response: bool, largest: usize) -> Self {
        let slot = rng.below(rows);
        let raw = !response && rng.chance(1, 12);
        let mut length = |n: usize| match rng.below(5) {
            0 => rng.below(9) as usize,
            1 => rng.below(65) as usize,
            2 => n,
            _ => rng.below(n as u64 + 1) as usize,
        };
        let (len0, len1) = (length(largest), length(largest));
        let inline = (!response && !raw && rng.chance(1, 4)).then(|| {
            (0..1 + rng.below(32))
                .map(|_| rng.next_u64() as u8)
                .collect()
        });
        let (len0, len1) = match () {
            _ if inline.is_some() => (0, 0),
            _ if raw => (len0.max(14), 0),
            _ if response || len0 == 0 || len0 + len1 > 4096 || rng.chance(1, 2) => (len0, 0),
            _ => (len0, len1),
        };
        let ext_len = 4 * rng.below(if response { 4 } else { 8 }) as usize;
        Self {
            raw,
            // (packets of the migration unit come by the requester's port and are none)
            request: !response && slot % 4 != 3,
            slot,
            ipv6: slot & 1 == 1,
            opcode: rng.next_u64() as u8,
            solicited: rng.chance(1, 2),
            ack_req: rng.chance(1, 2),
            pkey: rng.next_u64() as u16,
            qpn: rng.next_u64() as u32 & 0xff_ffff,
            psn: rng.next_u64() as u32 & 0xff_ffff,
            ext: (0..if raw { 0 } else { ext_len })
                .map(|_| rng.next_u64() as u8)
                .collect(),
            inline,
            pieces: [(rng.next_u64() >> 16, len0), (rng.next_u64() >> 16, len1)],
        }
    }

    fn payload(&self) -> Vec<u8> {
        if let Some(bytes) = &self.inline {
            return bytes.clone();
        }
        self.pieces
            .iter()
            .flat_map(|&(addr, len)| (0..len as u64).map(move |k| byte_at(addr + k)))
            .collect()
    }

    fn record(&self) -> TxDesc {
        let wide = |b: &[u8]| num_bigint::BigUint::from_bytes_le(b);
        let inline = self.inline.clone().unwrap_or_default();
        let len0 = if self.inline.is_some() {
            inline.len()
        } else {
            self.pieces[0].1
        };
        TxDesc {
            kind: u64::from(self.raw).into(),
            request: u64::from(self.request).into(),
            slot: self.slot.into(),
            ipv6: u64::from(self.ipv6).into(),
            opcode: u64::from(self.opcode).into(),
            solicited: u64::from(self.solicited).into(),
            ack_req: u64::from(self.ack_req).into(),
            pkey: u64::from(self.pkey).into(),
            dest_qpn: u64::from(self.qpn).into(),
            psn: u64::from(self.psn).into(),
            ext_len: (self.ext.len() as u64).into(),
            ext: wide(&self.ext).into(),
            inlined: u64::from(self.inline.is_some()).into(),
            inline_data: wide(&inline).into(),
            len0: (len0 as u64).into(),
            iova0: self.pieces[0].0.into(),
            len1: (self.pieces[1].1 as u64).into(),
            iova1: self.pieces[1].0.into(),
        }
    }
}

/// How the surroundings behave: chances in 16 that a side pauses.
#[derive(Clone, Copy)]
struct Pace {
    source: u64,
    wire: u64,
    host: u64,
    latency: u64,
}

struct World {
    bench: Bench,
    width: usize,
    rng: Rng,
    pace: Pace,
    /// reads under way: answer not before, request
    reads: Vec<(u64, ReadReq)>,
    answering: VecDeque<(Vec<u8>, u64, bool)>,
    out: [Vec<u8>; 2],
    frames: [VecDeque<Vec<u8>>; 2],
    sent: Vec<u64>,
    /// templates of scratch rows that have been read
    templates: usize,
    /// packets of the requester that have left
    departed: usize,
    begin: Option<u64>,
    end: u64,
    beats: u64,
}

impl World {
    fn new(block: &mut dyn Block, width: usize, pace: Pace, rng: Rng) -> Self {
        let mut bench = Bench::new(block);
        bench.put_bytes("own_mac", &OWN_MAC);
        let rows = if bench.has("template_read_0") { 32 } else { 16 };
        for slot in 0..rows {
            let t = template(slot, slot & 1 == 1);
            for (word, bytes) in t.chunks(4).enumerate() {
                let data = u32::from_le_bytes(bytes.try_into().unwrap());
                bench.context_word(kind::QP_AV, slot, word as u64, Some(data));
            }
        }
        Self {
            bench,
            width,
            rng,
            pace,
            reads: vec![],
            answering: VecDeque::new(),
            out: Default::default(),
            frames: Default::default(),
            sent: vec![],
            templates: 0,
            departed: 0,
            begin: None,
            end: 0,
            beats: 0,
        }
    }

    fn pause(&mut self, chance: u64) -> bool {
        chance > 0 && self.rng.below(16) < chance
    }

    /// One cycle; `offers` are the packets in front of the response engine's and the requester's port.
    fn cycle(&mut self, offers: &mut [VecDeque<Packet>; 2]) {
        let offering = [0, 1].map(|k| !offers[k].is_empty() && !self.pause(self.pace.source));
        for (k, (valid, port)) in [("t0_valid", "t0"), ("t1_valid", "t1")]
            .into_iter()
            .enumerate()
        {
            self.bench.set(valid, offering[k].into());
            if let Some(p) = offers[k].front() {
                self.bench.put(port, &p.record());
            }
        }
        let ready = [self.pace.wire, self.pace.wire / 2].map(|c| u64::from(!self.pause(c)));
        self.bench.set("tx_ready", ready[0]);
        self.bench.set("loop_ready", ready[1]);
        let rd_ready = u64::from(!self.pause(self.pace.host));
        self.bench.set("rd_ready", rd_ready);
        self.bench.set("sent_ready", 1);
        self.bench.set("error_ready", 1);
        self.answer();
        self.bench.settle();
        for k in 0..2 {
            if offering[k] && self.bench.high(["t0_ready", "t1_ready"][k]) {
                offers[k].pop_front();
            }
        }
        if self.bench.high("rd_valid") && rd_ready == 1 {
            let jitter = self.rng.below(self.pace.latency / 4 + 1);
            self.reads.push((
                self.bench.cycles + self.pace.latency + jitter,
                self.bench.take("rd"),
            ));
        }
        if self.bench.high("sent_valid") {
            self.sent.push(self.bench.get("sent_psn"));
        }
        if self.bench.has("template_read_0") {
            self.templates += self.bench.get("template_read_0") as usize;
        }
        self.departed += self.bench.get("departed") as usize;
        self.collect("tx", ready[0], 0);
        self.collect("loop", ready[1], 1);
        self.bench.cycle();
    }

    fn answer(&mut self) {
        if self.answering.is_empty() {
            let now = self.bench.cycles;
            let due: Vec<usize> = (0..self.reads.len())
                .filter(|&k| self.reads[k].0 <= now)
                .collect();
            if !due.is_empty() {
                let pick = due[self.rng.below(due.len() as u64) as usize];
                let (_, r) = self.reads.remove(pick);
                let (addr, len, tag) = (r.addr.to_u64(), r.len.to_u64(), r.tag.to_u64());
                assert!(
                    len > 0 && addr / 512 == (addr + len - 1) / 512,
                    "read {addr:#x}+{len}"
                );
                let w = self.width as u64;
                let (first, last) = (addr / w, (addr + len - 1) / w);
                for word in first..=last {
                    let bytes = (0..w).map(|k| byte_at(word * w + k)).collect();
                    self.answering.push_back((bytes, tag, word == last));
                }
            }
        }
        let beat = if self.pause(self.pace.host) {
            None
        } else {
            self.answering.pop_front()
        };
        self.bench.set("rsp_valid", beat.is_some().into());
        if let Some((bytes, tag, last)) = beat {
            self.bench.put_bytes("rsp_data", &bytes);
            self.bench.set("rsp_tag", tag);
            self.bench.set("rsp_last", last.into());
        }
    }

    fn collect(&mut self, port: &str, ready: u64, to: usize) {
        if !self.bench.high(&format!("{port}_valid")) || ready == 0 {
            return;
        }
        let keep = self
            .bench
            .bytes(&format!("{port}_keep"))
            .iter()
            .map(|b| b.count_ones() as usize)
            .sum::<usize>();
        let last = self.bench.high(&format!("{port}_last"));
        assert!(last || keep == self.width, "a beat inside a frame is full");
        let bytes = self.bench.bytes(&format!("{port}_data"))[..keep].to_vec();
        self.out[to].extend(bytes);
        self.begin.get_or_insert(self.bench.cycles);
        self.end = self.bench.cycles + 1;
        self.beats += 1;
        if last {
            let frame = std::mem::take(&mut self.out[to]);
            self.frames[to].push_back(frame);
        }
    }
}

fn run(block: &mut dyn Block, rows: u64, width: usize, pace: Pace, packets: usize, seed: u64) {
    let mut rng = seeded(seed);
    let mut offers: [VecDeque<Packet>; 2] = Default::default();
    for k in 0..packets {
        let largest = 1 << rng.below(13);
        offers[k % 2].push_back(Packet::random(&mut rng, rows, k % 2 == 0, largest));
    }
    come_out(block, width, pace, offers, rng);
}

/// Every packet that is offered leaves, whole, in its port's order and where it belongs.
fn come_out(
    block: &mut dyn Block,
    width: usize,
    pace: Pace,
    mut offers: [VecDeque<Packet>; 2],
    rng: Rng,
) {
    let packets = offers[0].len() + offers[1].len();
    let mut expected: [VecDeque<Vec<u8>>; 2] = Default::default();
    let raws = offers[1].iter().filter(|p| p.raw).count();
    let scratch = offers.iter().flatten().filter(|p| p.slot >= 16).count();
    for k in 0..2 {
        expected[k] = offers[k]
            .iter()
            .map(|p| frame(p, &template(p.slot, p.ipv6)))
            .collect();
    }
    let mut requests: Vec<_> = offers[1].iter().map(|p| p.request).collect();
    let all_requests = requests.iter().filter(|r| **r).count();
    let mut world = World::new(block, width, pace, rng);
    let (mut left, mut seen) = (packets, 0);
    for _ in 0..packets * 4000 {
        world.cycle(&mut offers);
        for way in 0..2 {
            while let Some(f) = world.frames[way].pop_front() {
                let from = (0..2).find(|&k| expected[k].front() == Some(&f));
                let from = from.unwrap_or_else(|| {
                    panic!(
                        "frame {f:02x?}\nis neither {:02x?}\nnor {:02x?}",
                        expected[0].front(),
                        expected[1].front()
                    )
                });
                assert_eq!(
                    way == 1,
                    f[..6] == OWN_MAC,
                    "only frames to the own address turn round"
                );
                expected[from].pop_front();
                left -= 1;
                seen += usize::from(from == 1 && requests.remove(0));
                assert!(world.departed >= seen, "it has left, and nobody said so");
            }
        }
        if left == 0 {
            assert_eq!((world.sent.len(), world.templates), (raws, scratch));
            assert_eq!(world.departed, all_requests);
            return;
        }
    }
    panic!("{left} of {packets} frames did not come out");
}

const BUSY: Pace = Pace {
    source: 4,
    wire: 5,
    host: 3,
    latency: 60,
};

#[test]
fn transmit_random_packets_at_64_bits() {
    run(&mut Narrow::default(), 16, 8, BUSY, 400, 0x7a01);
    run(&mut NarrowMigratable::default(), 32, 8, BUSY, 400, 0x7a04);
}

#[test]
fn transmit_random_packets_at_512_bits() {
    run(&mut Wide::default(), 16, 64, BUSY, 400, 0x7a02);
    run(&mut WideMigratable::default(), 32, 64, BUSY, 400, 0x7a05);
}

/// A wire that hardly takes anything: the output queue is full of frames of one or two words, each with an ICRC that waits with it.
#[test]
fn transmit_shortest_frames_wait_with_their_icrcs() {
    for (width, block) in [
        (8, &mut Narrow::default() as &mut dyn Block),
        (64, &mut Wide::default()),
    ] {
        let pace = Pace {
            source: 0,
            wire: 15,
            ..BUSY
        };
        let mut rng = seeded(0x7a0c);
        let mut offers: [VecDeque<Packet>; 2] = Default::default();
        for slot in (0..16).cycle().take(64) {
            let mut p = Packet::random(&mut rng, 16, true, 0);
            (p.slot, p.ipv6, p.raw) = (slot, slot & 1 == 1, false);
            p.ext.clear();
            p.pieces = [(0x10_0000, 0), (0, 0)];
            offers[0].push_back(p);
        }
        come_out(block, width, pace, offers, rng);
    }
}

/// The ICRC of a frame may begin anywhere in a word, also when that word is the frame's first.
#[test]
fn transmit_short_packets_of_every_length() {
    for (width, block) in [
        (8, &mut Narrow::default() as &mut dyn Block),
        (64, &mut Wide::default()),
    ] {
        let mut rng = seeded(0x7a06);
        let mut offers: [VecDeque<Packet>; 2] = Default::default();
        for (length, slot) in (0..160).flat_map(|l| (0..4).map(move |s| (l, s))) {
            let mut p = Packet::random(&mut rng, 16, true, 0);
            (p.slot, p.ipv6, p.raw) = (slot, slot & 1 == 1, false);
            p.ext.clear();
            p.pieces = [(0x10_0000, length), (0, 0)];
            offers[0].push_back(p);
        }
        come_out(block, width, BUSY, offers, rng);
    }
}

/// Cycles from the first beat to the last over beats, for `count` equal packets from both ports.
fn overhead(block: &mut dyn Block, width: usize, length: usize, count: usize) -> f64 {
    let pace = Pace {
        source: 0,
        wire: 0,
        host: 0,
        latency: 250,
    };
    let mut rng = seeded(0x7a03);
    let mut offers: [VecDeque<Packet>; 2] = Default::default();
    for k in 0..count {
        let mut p = Packet::random(&mut rng, 16, true, 0);
        (p.slot, p.ipv6, p.ext, p.raw) = (4, false, vec![0; 16], false);
        p.pieces = [(0x10_0000 + 0x2000 * k as u64, length), (0, 0)];
        offers[1].push_back(p);
    }
    let mut world = World::new(block, width, pace, rng);
    for _ in 0..count * 2000 {
        world.cycle(&mut offers);
        if world.frames[0].len() == count {
            return (world.end - world.begin.unwrap()) as f64 / world.beats as f64;
        }
    }
    panic!("not all came out");
}

#[test]
fn transmit_long_frames_leave_without_gaps() {
    assert!(overhead(&mut Narrow::default(), 8, 4096, 40) < 1.01);
    assert!(overhead(&mut Wide::default(), 64, 4096, 80) < 1.05);
}

#[test]
fn transmit_short_frames_keep_their_budget() {
    // 138 bytes: 18 beats at 64 bits, 3 at 512
    let narrow = overhead(&mut Narrow::default(), 8, 64, 200) * 18.0;
    let wide = overhead(&mut Wide::default(), 64, 64, 400) * 3.0;
    assert!(
        narrow < 20.0 && wide < 8.0,
        "{narrow} and {wide} cycles a frame"
    );
}

/// A scratch row may be written as soon as `template_read` has said so: the packets before get the old template, those behind the new one.
#[test]
fn transmit_scratch_row_changes_between_packets() {
    const ROW: u64 = 21;
    let mut rng = seeded(0x7a06);
    let mut world = World::new(&mut NarrowMigratable::default(), 8, BUSY, seeded(0x7a07));
    let mut offers: [VecDeque<Packet>; 2] = Default::default();
    let mut expected = vec![];
    for turn in 0..20 {
        let t = template(turn + 40, true);
        for (word, bytes) in t.chunks(4).enumerate() {
            let data = u32::from_le_bytes(bytes.try_into().unwrap());
            let request = CtxReq::write(kind::QP_AV, ROW, word as u64, data);
            world.bench.put("bus", &request);
            while world.bench.take::<CtxRsp>("rsp").ack == 0 {
                world.cycle(&mut offers);
            }
            world.bench.put("bus", &CtxReq::default());
            world.cycle(&mut offers);
        }
        // a packet of the unit, others around it
        for other in 0..3 {
            let mut p = Packet::random(&mut rng, 16, true, 100);
            (p.slot, p.ipv6) = (3, true);
            if other == 1 {
                (p.slot, p.pieces) = (ROW, [(0, 0); 2]);
                expected.push(frame(&p, &t));
            }
            offers[0].push_back(p);
        }
        let before = world.templates;
        while world.templates == before {
            world.cycle(&mut offers);
        }
    }
    for _ in 0..3000 {
        world.cycle(&mut offers);
    }
    let sources: Vec<_> = expected.iter().map(|f| f[..6].to_vec()).collect();
    let seen: Vec<_> = world.frames[0]
        .iter()
        .filter(|f| sources.iter().any(|s| f[..6] == s[..]))
        .cloned()
        .collect();
    assert_eq!(world.templates, 20);
    assert_eq!(seen, expected);
}

/// Behind 4,096 templates the scratch row is told by the descriptor's kind; the slot says nothing then.
#[test]
fn transmit_scratch_row_behind_4096_templates() {
    let mut world = World::new(&mut NarrowLarge::default(), 8, BUSY, seeded(0x7a08));
    let rows = [(0, 50), (4095, 51), (4096, 52)];
    for (row, seed) in rows {
        for (word, bytes) in template(seed, true).chunks(4).enumerate() {
            let data = u32::from_le_bytes(bytes.try_into().unwrap());
            world
                .bench
                .context_word(kind::QP_AV, row, word as u64, Some(data));
        }
    }
    let mut rng = seeded(0x7a09);
    let mut expected = vec![];
    for (row, seed) in rows {
        let mut p = Packet::random(&mut rng, 1, true, 1);
        (p.ipv6, p.pieces) = (true, [(0, 0); 2]);
        p.slot = row % 4096;
        expected.push(frame(&p, &template(seed, true)));
        let mut desc = p.record();
        if row == 4096 {
            desc.kind = bits(2);
        }
        world.bench.put("t1", &desc);
        world.bench.set("t1_valid", 1);
        world.bench.settle();
        while !world.bench.high("t1_ready") {
            world.bench.cycle();
            world.bench.settle();
        }
        world.bench.cycle();
        world.bench.set("t1_valid", 0);
        let before = world.templates;
        let mut none = Default::default();
        for _ in 0..200 {
            world.cycle(&mut none);
        }
        assert_eq!(world.templates - before, usize::from(row == 4096), "{row}");
    }
    assert_eq!(world.frames[0], expected);
}
