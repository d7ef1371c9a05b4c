//! The receive framer: every header field, every reason to drop, back to back, full, and fuzzed.

use std::collections::{BTreeSet, VecDeque};

use crate::frame_rx_kit::frames::*;
use crate::frame_rx_kit::model::*;
use crate::frame_rx_kit::*;
use crate::kit::{Bench, linted};
use emit::cosim::{Rng, cosim, with_big_stack};
use hdl::counter;
use hdl::frame_rx::{FrameRx, FrameRx64, FrameRx512, MAX_FRAME};
use hdl::pipe::RxHeader;

/// A framer with a wire in front and a reader behind.
struct Bed {
    bench: Bench,
    beat: usize,
    /// headers are taken, read and freed
    consuming: bool,
    reading: VecDeque<(RxHeader, usize, Vec<u8>)>,
    frames: Vec<(u64, RxHeader, Vec<u8>)>,
    events: Vec<u64>,
    /// cycle of the last beat of each frame sent
    ends: Vec<u64>,
}

impl Bed {
    fn new(bits: usize) -> Self {
        let bench = match bits {
            64 => Bench::fresh(&mut FrameRx64::default()),
            _ => Bench::fresh(&mut FrameRx512::default()),
        };
        Self {
            bench,
            beat: bits / 8,
            consuming: true,
            reading: VecDeque::new(),
            frames: vec![],
            events: vec![],
            ends: vec![],
        }
    }

    /// One cycle with this beat on the wire.
    fn cycle(&mut self, beat: Option<(&[u8], bool)>) {
        let b = &mut self.bench;
        b.set("in_valid", beat.is_some().into());
        let (data, last) = beat.unwrap_or((&[0x5a], true));
        b.set("in_last", last.into());
        b.put_bytes("in_data", data);
        let keep = if data.len() == 64 {
            u64::MAX
        } else {
            (1 << data.len()) - 1
        };
        b.set("in_keep", if last { keep } else { 1 });
        b.set("hdr_ready", self.consuming.into());
        let mut asked = false;
        if let Some((header, at, _)) = self.reading.front() {
            asked = *at < header.beats.to_u64() as usize;
            b.set("rd_addr", (header.buf.to_u64() + *at as u64) & 0xfff);
        }
        b.set("rd_en", asked.into());
        b.set("free_valid", 0);
        if let Some((header, at, _)) = self.reading.front()
            && *at == header.beats.to_u64() as usize
        {
            b.set("free_valid", 1);
            b.set("free_beats", header.beats.to_u64());
            let (header, _, mut bytes) = self.reading.pop_front().unwrap();
            bytes.truncate(header.frame_len.to_u64() as usize);
            let at = self.frames.iter_mut().find(|f| f.2.is_empty()).unwrap();
            at.2 = bytes;
        }
        b.settle();
        if b.get("count_valid") == 1 {
            self.events.push(b.get("count"));
        }
        if self.consuming && b.get("hdr_valid") == 1 {
            let header: RxHeader = b.take("hdr");
            self.frames.push((b.cycles, header, vec![]));
            self.reading.push_back((header, 0, vec![]));
        }
        b.cycle();
        if asked {
            let data = b.bytes("rd_data").to_vec();
            let (_, at, bytes) = self.reading.front_mut().unwrap();
            bytes.extend(data);
            *at += 1;
        }
    }

    /// Sends a frame, with pauses `pause` times in 16.
    fn send(&mut self, frame: &[u8], pause: u64, rng: &mut Rng) {
        let mut beats = frame.chunks(self.beat).peekable();
        while let Some(beat) = beats.next() {
            while rng.chance(pause, 16) {
                self.cycle(None);
            }
            if beats.peek().is_none() {
                self.ends.push(self.bench.cycles);
            }
            self.cycle(Some((beat, beats.peek().is_none())));
        }
    }

    /// Lets everything that is inside come out.
    fn drain(&mut self) {
        let mut quiet = 0;
        while quiet < 40 {
            let before = self.frames.len();
            self.cycle(None);
            let busy = self.frames.len() != before || !self.reading.is_empty();
            quiet = if busy { 0 } else { quiet + 1 };
        }
    }

    /// Sends `frames`, waits, and compares all that came out with what each frame must become.
    fn check(&mut self, frames: &[Vec<u8>], pause: u64, rng: &mut Rng) {
        self.frames.clear();
        self.events.clear();
        for frame in frames {
            self.send(frame, pause, rng);
        }
        self.drain();
        let mut events = vec![];
        let mut marks = 0;
        let mut got = self.frames.iter();
        for (k, frame) in frames.iter().enumerate() {
            match classify(frame) {
                Outcome::Drop(event) => events.push(event),
                Outcome::Header(want) => {
                    let (_, header, bytes) = got
                        .next()
                        .unwrap_or_else(|| panic!("frame {k} of {} bytes: no header", frame.len()));
                    assert_eq!(meaning(header), *want, "frame {k}: {frame:02x?}");
                    assert_eq!(bytes[..], frame[..bytes.len()], "frame {k}");
                    assert_eq!(bytes.len() as u64, want.frame_len.to_u64());
                    marks += u64::from(want.ecn == 1);
                    let raw = want.raw == 1;
                    events.push(if raw {
                        counter::RX_RAW
                    } else {
                        counter::RCVD_PKTS
                    });
                }
            }
        }
        assert!(got.next().is_none(), "a header too many");
        let counted = self.events.iter().filter(|e| **e == counter::RX_ECN);
        assert_eq!(counted.count() as u64, marks, "congestion marks");
        let rest = self.events.iter().filter(|e| **e != counter::RX_ECN);
        assert_eq!(rest.copied().collect::<Vec<_>>(), events, "events");
    }
}

/// A frame and the counter it must raise.
fn bad_frames() -> Vec<(Vec<u8>, u64)> {
    let mut bad = vec![];
    for ipv6 in [false, true] {
        let good = Packet::send(ipv6, 40).frame();
        let udp = if ipv6 { 54 } else { 34 };
        let mut add = |event, change: &dyn Fn(&mut Vec<u8>)| {
            let mut frame = good.clone();
            change(&mut frame);
            bad.push((frame, event));
        };
        add(counter::RX_RUNT, &|f| f.truncate(41));
        add(counter::RX_RUNT, &|f| f.truncate(1));
        add(counter::RX_LENGTH_ERROR, &|f| f.truncate(70));
        add(counter::RX_LENGTH_ERROR, &|f| {
            f.pop();
        });
        add(counter::RX_LENGTH_ERROR, &|f| f[udp + 5] += 1);
        add(counter::RX_LENGTH_ERROR, &|f| f[udp + 4] = 0xff);
        add(counter::RX_ICRC_ERROR, &|f| *f.last_mut().unwrap() ^= 1);
        add(counter::RX_ICRC_ERROR, &|f| f[udp + 15] ^= 0x40);
        add(counter::RX_ICRC_ERROR, &|f| f[udp + 1] ^= 0x01);
        add(counter::RX_OVERSIZE, &|f| f.resize(MAX_FRAME + 1, 0));
        add(counter::RX_OVERSIZE, &|f| f.resize(3 * MAX_FRAME, 0));
        let mut cnp = Packet::send(ipv6, 16);
        cnp.opcode = 0x81;
        bad.push((cnp.frame(), counter::RX_CNP));
        let mut padded = Packet::send(ipv6, 2);
        padded.pad = 3;
        bad.push((padded.frame(), counter::RX_RUNT));
        let mut short = Packet::send(ipv6, 15);
        short.opcode = 0x0a;
        bad.push((short.frame(), counter::RX_RUNT));
        bad.push((super_short(ipv6), counter::RX_RUNT));
    }
    let mut sum = Packet::send(false, 40).frame();
    sum[22] ^= 1;
    bad.push((sum, counter::RX_IP_CHECKSUM));
    let mut huge = Packet::send(false, 40).frame();
    huge[16] = 0x80;
    fix_checksum(&mut huge);
    bad.push((huge, counter::RX_LENGTH_ERROR));
    bad.push((
        Packet::send(true, 0).frame()[..61].to_vec(),
        counter::RX_RUNT,
    ));
    bad
}

/// UDP without room for a BTH and an ICRC.
fn super_short(ipv6: bool) -> Vec<u8> {
    let mut frame = udp(ipv6, 0, 4791, &[0; 12]);
    frame.resize(80, 0);
    frame
}

/// Frames that are not RoCE.
fn raw_frames() -> Vec<Vec<u8>> {
    let good = Packet::send(false, 40).frame();
    let changed = |at: usize, value: u8| {
        let mut frame = good.clone();
        frame[at] = value;
        fix_checksum(&mut frame);
        frame
    };
    let mut options = good.clone();
    options[14] = 0x46;
    let mut arp = vec![0xff; 42];
    arp[12..14].copy_from_slice(&[8, 6]);
    let mut vlan = good.clone();
    vlan.splice(12..12, [0x81, 0x00, 0x00, 0x05]);
    let mut tcp6 = Packet::send(true, 40).frame();
    tcp6[20] = 6;
    let mut six_in_four = Packet::send(true, 40).frame();
    six_in_four[14] = 0x45;
    let mut big = good.clone();
    big[12] = 0x12;
    big.resize(MAX_FRAME, 0xee);
    vec![
        options,
        arp,
        vlan,
        tcp6,
        six_in_four,
        big,
        changed(20, 0x20),
        changed(21, 0x01),
        changed(23, 6),
        changed(37, 0xb8),
        udp(true, 0, 4790, &[1, 2, 3]),
    ]
}

fn captures_are_taken(bits: usize) {
    let mut bed = Bed::new(bits);
    let rng = &mut Rng::new(1);
    let names = [
        "rc_ipv6",
        "rc_write_zero",
        "rc_atomic",
        "rc_send_pad",
        "rc_read_multi",
        "rc_write_imm",
        "rc_psn_wrap_write",
        "ud_send",
    ];
    for name in names {
        let frames = capture(name);
        bed.check(&frames, 0, rng);
        assert_eq!(
            bed.frames.len(),
            frames.len(),
            "{name}: all frames are good"
        );
        for (_, header, bytes) in &bed.frames {
            check_against_etherparse(header, bytes);
        }
    }
}

/// Addresses and lengths once more, as etherparse reads them.
fn check_against_etherparse(header: &RxHeader, frame: &[u8]) {
    use etherparse::{NetSlice, SlicedPacket, TransportSlice};
    use hdl::record::Record;
    let packet = SlicedPacket::from_ethernet(frame).unwrap();
    let Some(TransportSlice::Udp(udp)) = packet.transport else {
        panic!("not UDP")
    };
    let address = match packet.net {
        Some(NetSlice::Ipv4(ip)) => ip.header().source_addr().to_ipv6_mapped().octets(),
        Some(NetSlice::Ipv6(ip)) => ip.header().source(),
        _ => panic!("not IP"),
    };
    let mut got = header.src_ip.to_uint().to_bytes_le();
    got.resize(16, 0);
    assert_eq!(got, address);
    let sizes = header.hdr_len.to_u64() + header.payload_len.to_u64() + header.pad.to_u64() + 4;
    assert_eq!(sizes, frame.len() as u64);
    assert_eq!(u64::from(udp.payload()[0]), header.opcode.to_u64());
}

fn every_opcode(bits: usize) {
    let mut bed = Bed::new(bits);
    let rng = &mut Rng::new(2);
    let mut frames = vec![];
    for opcode in 0..=255 {
        for ipv6 in [false, true] {
            let mut packet = Packet::random(rng, 0);
            packet.ipv6 = ipv6;
            packet.opcode = opcode;
            let body = ext_len(opcode) + usize::from(packet.pad) + rng.below(3) as usize * 29;
            packet.body = (0..body).map(|_| rng.next_u64() as u8).collect();
            frames.push(packet.frame());
        }
    }
    for part in frames.chunks(16) {
        bed.check(part, 0, rng);
    }
}

fn bad_frames_are_counted(bits: usize) {
    let mut bed = Bed::new(bits);
    let rng = &mut Rng::new(3);
    let good = Packet::send(false, 9).frame();
    for (frame, event) in bad_frames() {
        assert_eq!(classify(&frame), Outcome::Drop(event), "{frame:02x?}");
        bed.check(&[frame.clone(), good.clone()], 0, rng);
        bed.check(&[good.clone(), frame, good.clone()], 5, rng);
    }
    // the mark of an aborted frame: a last beat without a byte
    let start = bed.events.len();
    bed.cycle(Some((&good[..8], false)));
    bed.cycle(Some((&[], true)));
    bed.drain();
    assert_eq!(bed.events.len(), start, "an aborted frame is not counted");
    bed.check(&[good], 0, rng);
}

fn raw_frames_pass(bits: usize) {
    let mut bed = Bed::new(bits);
    let rng = &mut Rng::new(4);
    for frame in raw_frames() {
        let Outcome::Header(header) = classify(&frame) else {
            panic!("{frame:02x?}")
        };
        assert!(header.raw == 1);
        bed.check(&[frame], 0, rng);
    }
    bed.check(&raw_frames(), 3, rng);
}

fn padding_is_cut(bits: usize) {
    let mut bed = Bed::new(bits);
    let rng = &mut Rng::new(5);
    for payload in 0..=8 {
        for padding in [1, 2, 7, 8, 9, 64, 65, 130] {
            let mut frame = Packet::send(payload % 2 == 1, payload).frame();
            frame.extend((0..padding).map(|_| rng.next_u64() as u8));
            let good = Packet::send(payload % 2 == 0, payload).frame();
            bed.check(&[frame, good], 0, rng);
        }
    }
}

/// The smallest frames there are, no cycle between them, headers taken at once.
fn back_to_back(bits: usize, frames: usize) {
    let mut bed = Bed::new(bits);
    let rng = &mut Rng::new(6);
    let mut ack = Packet::send(false, 4);
    ack.opcode = 0x11;
    let frames: Vec<_> = (0..frames)
        .map(|k| {
            ack.psn = k as u32;
            ack.ecn = if k % 3 == 0 { 3 } else { 0 };
            let mut frame = if k % 5 == 4 {
                Packet::send(false, 0).frame()
            } else {
                ack.frame()
            };
            frame.resize(60.max(frame.len()), 0);
            frame
        })
        .collect();
    let start = bed.bench.cycles;
    bed.check(&frames, 0, rng);
    let beats: usize = frames.iter().map(|f| f.len().div_ceil(bed.beat)).sum();
    assert_eq!(bed.ends.last(), Some(&(start + beats as u64 - 1)));
    for ((cycle, ..), end) in bed.frames.iter().zip(&bed.ends) {
        assert!(cycle - end <= 8, "header after {} cycles", cycle - end);
    }
}

/// Nothing is freed until the ring or the header queue is full; what did fit comes out whole, and all goes on.
fn full(bits: usize, frame: Vec<u8>, fits: usize) {
    let mut bed = Bed::new(bits);
    let rng = &mut Rng::new(7);
    for _ in 0..2 {
        bed.consuming = false;
        bed.events.clear();
        bed.frames.clear();
        for _ in 0..fits + 5 {
            bed.send(&frame, 0, rng);
        }
        for _ in 0..20 {
            bed.cycle(None);
        }
        let mut want = vec![counter::RCVD_PKTS; fits];
        want.extend([counter::RX_BUFFER_FULL; 5]);
        assert_eq!(bed.events, want);
        bed.consuming = true;
        bed.drain();
        assert_eq!(bed.frames.len(), fits);
        assert!(bed.frames.iter().all(|f| f.2 == frame));
        bed.check(std::slice::from_ref(&frame), 0, rng);
    }
}

/// Good, damaged and random frames in any order; good ones always get through.
fn fuzz(bits: usize, seed: u64, rounds: usize) {
    println!("seed {seed:#x}");
    let mut bed = Bed::new(bits);
    let rng = &mut Rng::new(seed);
    let mut seen = BTreeSet::new();
    for _ in 0..rounds {
        let frames: Vec<_> = (0..12).map(|_| fuzzed(rng)).collect();
        let pause = rng.pick(&[0, 0, 3, 10]);
        bed.check(&frames, pause, rng);
        seen.extend(bed.events.iter().copied());
        bed.check(&[Packet::send(true, 100).frame()], 0, rng);
    }
    let want = [
        counter::RCVD_PKTS,
        counter::RX_RAW,
        counter::RX_RUNT,
        counter::RX_LENGTH_ERROR,
        counter::RX_ICRC_ERROR,
        counter::RX_IP_CHECKSUM,
        counter::RX_ECN,
    ];
    assert!(want.iter().all(|event| seen.contains(event)), "{seen:?}");
}

fn fuzzed(rng: &mut Rng) -> Vec<u8> {
    if rng.chance(1, 8) {
        return (0..1 + rng.below(200))
            .map(|_| rng.next_u64() as u8)
            .collect();
    }
    let mut packet = Packet::random(rng, 150);
    packet
        .body
        .resize(packet.body.len() + ext_len(packet.opcode), 0xcc);
    let mut frame = packet.frame();
    match rng.below(6) {
        0 => {
            let at = rng.below(frame.len().min(70) as u64) as usize;
            frame[at] ^= 1 << rng.below(8);
            if rng.chance(1, 2) {
                fix_checksum(&mut frame);
            }
        }
        1 => {
            let at = rng.below(frame.len() as u64) as usize;
            frame[at] = rng.next_u64() as u8;
        }
        2 => frame.truncate(1 + rng.below(frame.len() as u64) as usize),
        _ => {}
    }
    if rng.chance(1, 3) {
        let more = rng.below(80) as usize;
        frame.resize(frame.len() + more, 0xaa);
    }
    frame
}

#[test]
fn frame_rx_takes_captures() {
    captures_are_taken(64);
    captures_are_taken(512);
}

#[test]
fn frame_rx_knows_every_opcode() {
    every_opcode(64);
    every_opcode(512);
}

#[test]
fn frame_rx_counts_each_reason_to_drop_bad_flow() {
    bad_frames_are_counted(64);
    bad_frames_are_counted(512);
}

#[test]
fn frame_rx_passes_other_frames_raw() {
    raw_frames_pass(64);
    raw_frames_pass(512);
}

#[test]
fn frame_rx_cuts_padding() {
    padding_is_cut(64);
    padding_is_cut(512);
}

#[test]
fn frame_rx_takes_smallest_frames_back_to_back() {
    back_to_back(64, 200);
    back_to_back(512, 40);
}

#[test]
fn frame_rx_drops_whole_frames_when_full() {
    full(64, Packet::send(false, 4096).frame(), 4096 / 520);
    full(512, Packet::send(true, 4096).frame(), 1024 / 66);
}

#[test]
fn frame_rx_drops_whole_frames_when_the_header_queue_is_full() {
    full(512, Packet::send(false, 0).frame(), 512);
}

#[test]
fn frame_rx_survives_garbage() {
    fuzz(64, 0xf022_0001, 120);
    fuzz(512, 0xf022_0002, 120);
}

#[test]
fn frame_rx_other_widths_emit_and_lint() {
    let mut uut = FrameRx::<128, 16, 96, 11, 12, 9, 10>::default();
    linted(&mut uut);
    let mut uut = FrameRx::<256, 32, 224, 10, 11, 9, 10>::default();
    linted(&mut uut);
}

#[test]
fn frame_rx_simulates_as_in_rusthdl() {
    with_big_stack(|| {
        let rng = &mut Rng::new(9);
        let mut beats = VecDeque::new();
        for _ in 0..30 {
            let frame = fuzzed(rng);
            for beat in frame.chunks(8) {
                beats.push_back((beat.to_vec(), false));
            }
            beats.back_mut().unwrap().1 = true;
        }
        let cycles = beats.len() + 60;
        let mut uut = FrameRx64::default();
        let mut dut = Bench::fresh(&mut uut);
        cosim(
            &mut uut,
            &mut dut,
            10,
            cycles,
            |u, clock| u.clock.next = clock,
            |u, rng, _| {
                let beat = if rng.chance(7, 8) {
                    beats.pop_front()
                } else {
                    None
                };
                u.in_valid.next = beat.is_some();
                if let Some((bytes, last)) = beat {
                    u.in_last.next = last;
                    u.in_keep.next = ((1u64 << bytes.len()) - 1).into();
                    let mut word = [0; 8];
                    word[..bytes.len()].copy_from_slice(&bytes);
                    u.in_data.next = u64::from_le_bytes(word).into();
                }
                u.hdr_ready.next = rng.chance(1, 4);
                u.rd_en.next = rng.chance(1, 2);
                u.rd_addr.next = rng.below(256).into();
            },
        )
        .unwrap();
    });
}
