//! Target `doorbells`: what a hostile process can do to the device beside an honest one. It may write anything to its doorbell page and anything into
//! its queues and doorbell records; nothing else of the device is within its reach.
//!
//! A record, by its first byte modulo 16 (byte 1: which of its connections):
//!
//! | | |
//! |---|---|
//! | 0 to 3 | a send work request of fields drawn one by one, see [`send`]; rings for it unless byte 14 says otherwise |
//! | 4 | xors four bytes at byte 2 of the send queue's entry of index byte 3, counted from the next, with bytes 4 to 7 |
//! | 5, 6 | a receive work request; rings for it unless byte 14 says otherwise |
//! | 7, 8 | a doorbell: 2 which, 3 what object, 4, 5 index, 6 arm mode, 8 to 11 what else is in the 64 bits |
//! | 9 | eight bytes at any place of the page: 2, 3 place, 4 to 11 value |
//! | 10 | four bytes at any place of the page |
//! | 11 | a doorbell record: 2 of which queue, 4 to 11 value |
//! | 12 | a send work request through the push buffer |
//! | 13 | reads its page |
//! | 14 | time passes |
//! | 15 | its partner outside answers: the packets of target `frames` |

use super::finding::Finding;
use super::frames;
use super::input::{Record, records};
use super::play::Play;
use super::scene::Scene;
use fw_regs::ContextKind;
use fw_regs::doorbell;
use fw_regs::rings::{RECV_WQE_BYTES, RawRecvWqe, RawSendWqe, SEND_WQE_BYTES};

/// Plays `input`.
///
/// # Errors
/// What it finds.
pub fn play(scene: &mut Scene, input: &[u8]) -> (Result<(), Finding>, Vec<u32>) {
    let mut play = Play::new(scene);
    // its own doorbells may reach all of its own connections
    play.named = [true; 4];
    let result = act(&mut play, input).and_then(|()| play.check());
    (result, play.features)
}

fn act(play: &mut Play, input: &[u8]) -> Result<(), Finding> {
    for record in records(input) {
        step(play, &record)?;
        play.run(u64::from(record.byte(15) & 0x7f))?;
    }
    play.settle()
}

fn step(play: &mut Play, record: &Record) -> Result<(), Finding> {
    let k = record.byte(1);
    let page = play.scene.hostile.context.number();
    match record.byte(0) % 16 {
        0..=3 => {
            let wqe = send(play, record);
            let index = play.next_send(k);
            play.write_send(k, index, &wqe);
            if record.byte(14) < 0xc0 {
                play.ring_send(k, index.wrapping_add(1));
            }
        }
        4 => {
            let ring = play.station(k).sq;
            let index = u64::from(record.byte(3)) & ((1 << ring.log_size) - 1);
            let place = index * SEND_WQE_BYTES as u64 + u64::from(record.byte(2) & 0x3c);
            let mut bytes = play.scene.host_read(ring.base + place, 4);
            for (byte, bits) in bytes.iter_mut().zip(&record.0[4..8]) {
                *byte ^= bits;
            }
            play.scene.host_write(ring.base + place, &bytes);
        }
        5 | 6 => {
            let wqe = receive(play, record);
            let index = play.next_recv(k);
            play.write_recv(k, index, &wqe);
            if record.byte(14) < 0xc0 {
                play.ring_recv(k, index.wrapping_add(1));
            }
        }
        7 | 8 => {
            let (register, value) = bell(play, record)?;
            play.scene.bell(page, register, value);
        }
        9 => {
            let value = u64::from(record.word(4)) | u64::from(record.word(8)) << 32;
            let offset = match record.flag(3, 7) {
                true => u32::from(record.half(2)),
                false => u32::from(record.byte(2)),
            };
            play.scene.bell(page, offset, value);
        }
        10 => {
            let address = doorbell::address(page, u32::from(record.half(2)) & 0xffc);
            let bar = sim_verilator::Bar::Bar2;
            let post = |nic: &mut sim_verilator::Nic| {
                nic.post_bar_write32(bar, address.into(), record.word(4))
            };
            // aligned and in the page
            let _ = play.scene.lab.cluster.nic(0, post);
        }
        11 => {
            let station = play.station(k);
            let at = match record.byte(2) & 1 {
                0 => station.sq.record,
                _ => station.rq.record,
            };
            let value = u64::from(record.word(4)) | u64::from(record.word(8)) << 32;
            play.scene.host_write(at, &value.to_le_bytes());
        }
        12 => {
            let wqe = send(play, record);
            let index = play.next_send(k);
            play.write_send(k, index, &wqe);
            for (word, bytes) in (0..).zip(wqe.chunks(8)) {
                let bytes: [u8; 8] = std::array::from_fn(|b| bytes[b]);
                let offset = doorbell::PUSH_BUFFER + 8 * word;
                play.scene.bell(page, offset, u64::from_le_bytes(bytes));
            }
            let number = play.station(k).sq.number;
            let next = index
                .wrapping_add(1)
                .wrapping_add(u16::from(record.byte(14) >> 6));
            let value = doorbell::value(number, next, doorbell::Arm::None);
            play.scene.bell(page, doorbell::SQ_PUSH, value);
        }
        13 => {
            let address = doorbell::address(page, u32::from(record.half(2)) & 0xff8);
            let bar = host_driver::Bar::Doorbells;
            play.scene.device.read32(bar, address)?;
        }
        14 => play.run(record.cycles(2))?,
        _ => {
            // only who is outside: the others answer themselves
            let mut answer = *record;
            answer.0[1] &= 0x39;
            answer.0[2] = 13 + answer.0[2] % 6;
            let frame = frames::packet(play, &answer, None)?;
            play.inject(&frame);
        }
    }
    Ok(())
}

/// A doorbell and its value.
fn bell(play: &Play, record: &Record) -> Result<(u32, u64), Finding> {
    let k = record.byte(1);
    let station = play.station(k);
    let registers = [
        doorbell::SQ_PRODUCER,
        doorbell::RQ_PRODUCER,
        doorbell::CQ_CONSUMER,
        doorbell::CQ_ARM,
        doorbell::SQ_PUSH,
    ];
    let register = *record.pick(2, &registers);
    let honest = &play.scene.honest.station;
    let is_cq = matches!(register, doorbell::CQ_CONSUMER | doorbell::CQ_ARM);
    let is_rq = register == doorbell::RQ_PRODUCER;
    let object = match (record.byte(3) & 7, is_cq) {
        (0..=3, true) => station.cqs[usize::from(record.byte(3) >> 3 & 1)]
            .number()
            .into(),
        (0..=3, false) if is_rq => station.rq.number,
        (0..=3, false) => station.sq.number,
        (4, true) => honest.cqs[usize::from(record.byte(3) >> 3 & 1)]
            .number()
            .into(),
        (4, false) => honest.sq.number,
        (5, _) => u32::from(record.byte(3)),
        _ => record.word(8),
    };
    let kind = if is_rq {
        ContextKind::RqState
    } else {
        ContextKind::SqState
    };
    let known = match is_cq {
        true => 0,
        false => play.scene.record(kind, (object & 63) as u16)?[0] as u16,
    };
    let index = match record.flag(6, 7) {
        true => record.half(4),
        false => known.wrapping_add_signed(i16::from(record.byte(4) as i8)),
    };
    let junk = match record.flag(6, 6) {
        true => u64::from(record.half(10)) << 50,
        false => 0,
    };
    let arm = u64::from(record.byte(6) & 3) << 48;
    Ok((
        register,
        u64::from(object) | u64::from(index) << 32 | arm | junk,
    ))
}

/// A key and an address: of its own memory, of memory it may only read, of others, of nobody.
fn named(play: &Play, choice: u8, offset: u64) -> (u32, u64, u64) {
    let hostile = &play.scene.hostile;
    let region = match choice & 7 {
        0..=4 => &hostile.own,
        5 => &hostile.readable,
        6 => &play.scene.honest.memory,
        _ => {
            let key = hostile.own.lkey() ^ 1 << (choice >> 3);
            return (key, hostile.own.va() + offset, 4096);
        }
    };
    (region.lkey(), region.va() + offset, region.length() as u64)
}

/// A send work request. Bytes of the record: 2 opcode (bit 7: any number), 3 flags, 4 length, 5 local key, 6, 7 local offset, 8 remote key, 9
/// remote offset, 10 length of the second entry, 11 its key, 12 length beyond all bounds, 13 inline bytes.
fn send(play: &Play, record: &Record) -> [u8; SEND_WQE_BYTES] {
    let (lkey, mut addr, size) = named(play, record.byte(5), u64::from(record.half(6) & 0x3fff));
    let (rkey, remote, _) = named(play, record.byte(8), u64::from(record.byte(9)) * 32);
    let (lkey1, addr1, _) = named(play, record.byte(11), u64::from(record.half(6) >> 2));
    let opcode = match record.flag(2, 7) {
        true => record.byte(2) & 0x7f,
        false => record.byte(2) % 8,
    };
    let mut length = record.length(4) as u32;
    match record.byte(12) {
        0..=223 => {}
        224..=239 => length = 1 << (record.byte(12) & 31),
        240..=247 => addr = addr.wrapping_add(size).wrapping_sub(length.into()),
        _ => addr = u64::MAX - u64::from(length / 2),
    }
    let atomic = matches!(opcode, 6 | 7);
    let raw = RawSendWqe {
        opcode,
        signalled: record.flag(3, 0),
        solicited: record.flag(3, 1),
        fence: record.flag(3, 2),
        inlined: record.flag(3, 3) && record.flag(3, 4),
        imm_or_rkey: rkey,
        inline_len: u32::from(record.byte(13) % 40),
        remote_addr: if atomic { remote & !7 } else { remote },
        rkey,
        addr0: addr,
        len0: if atomic && !record.flag(3, 5) {
            8
        } else {
            length
        },
        lkey0: lkey,
        addr1,
        len1: match record.flag(3, 6) {
            true => record.length(10) as u32,
            false => 0,
        },
        lkey1,
    };
    bytes(&raw.to_words())
}

/// A receive work request. Bytes of the record: 2, 3 lengths, 4, 5 keys, 6, 7 offset, 8 odd lengths.
fn receive(play: &Play, record: &Record) -> [u8; RECV_WQE_BYTES] {
    let offset = u64::from(record.half(6) & 0x3fff);
    let (lkey0, addr0, size) = named(play, record.byte(4), offset);
    let (lkey1, addr1, _) = named(play, record.byte(5), offset / 2);
    let odd = match record.byte(8) {
        0..=223 => 0,
        224..=239 => 1 << (record.byte(8) & 31),
        _ => size as u32,
    };
    let raw = RawRecvWqe {
        addr0,
        len0: (record.length(2) as u32).wrapping_add(odd),
        lkey0,
        addr1,
        len1: record.length(3) as u32,
        lkey1,
    };
    bytes(&raw.to_words())
}

fn bytes<const N: usize>(words: &[u32]) -> [u8; N] {
    let all: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    std::array::from_fn(|k| all.get(k).copied().unwrap_or(0))
}
