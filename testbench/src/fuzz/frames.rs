//! Target `frames`: what any machine on the network can send. Most frames are right up to one thing or two, and the ICRC is made right, or nothing but
//! the check of it would ever be searched; others are any bytes.
//!
//! A record, by its first byte modulo 16:
//!
//! | | |
//! |---|---|
//! | 0 to 8 | a packet; see [`packet`] |
//! | 9 | the bytes of the records that follow, as many as byte 1 says, are a frame; byte 2: the ICRC is made right |
//! | 10 | changes three bytes of the next packet; byte 13: also its length; byte 14: the ICRC is left wrong |
//! | 11 | time passes |
//! | 12, 13 | a receive is posted |
//! | 14, 15 | a send is posted |

use super::finding::Finding;
use super::input::{RECORD, Record, records};
use super::play::Play;
use super::scene::{PARTNER_EPOCH, Scene};
use crate::peer::packet::{MigEth, Packet, Place, seal, seal_ip};
use fw_regs::wire::{self, Opcode};
use fw_regs::{ContextKind, Psn};

/// Opcodes worth sending.
const OPCODES: [u8; 28] = [
    0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f,
    0x10, 0x11, 0x12, 0x13, 0x14, 0x16, 0x17, 0x19, 0x1a, 0x1b, 0x11, 0x81,
];
/// Syndromes worth sending.
const SYNDROMES: [u8; 12] = [
    0x1f, 0x00, 0x20, 0x21, 0x3f, 0x60, 0x61, 0x62, 0x63, 0x65, 0x64, 0x40,
];
/// Where the transport header of an IPv4 frame begins.
const BTH: usize = 42;
/// Shortest frame whose ICRC can be made right.
const SHORTEST: usize = 14 + 40 + 8 + 12 + 4;

/// Plays `input`.
///
/// # Errors
/// What it finds.
pub fn play(scene: &mut Scene, input: &[u8]) -> (Result<(), Finding>, Vec<u32>) {
    let mut play = Play::new(scene);
    let result = act(&mut play, input).and_then(|()| play.check());
    (result, play.features)
}

fn act(play: &mut Play, input: &[u8]) -> Result<(), Finding> {
    let mut all = records(input);
    let mut change = None;
    while let Some(record) = all.next() {
        match record.byte(0) % 16 {
            0..=8 => {
                let frame = packet(play, &record, change.take())?;
                play.inject(&frame);
                play.run(u64::from(record.byte(15) & 0x7f))?;
            }
            9 => {
                let mut frame = vec![];
                for _ in 0..=record.byte(1) % 8 {
                    frame.extend(all.next().map_or([0; RECORD], |r| r.0));
                }
                frame.truncate(frame.len() - usize::from(record.byte(3) % 16));
                if record.flag(2, 0) && frame.len() >= SHORTEST {
                    seal(&mut frame);
                }
                play.inject(&frame);
            }
            10 => change = Some(record),
            11 => play.run(record.cycles(1))?,
            12 | 13 => play.post_recv(record.byte(1), [record.length(2), record.length(3)]),
            _ => play.post_send(record.byte(1), &record),
        }
    }
    play.settle()
}

/// A packet. Bytes of the record: 1 the queue pair (bits 2:0) and where it comes from (5:3); 2 opcode; 3 flags; 4 how far the PSN is from the right
/// one; 5 where in memory; 6, 7 offset; 8, 9 length that it asks for; 10 key; 11 bytes of payload; 12 syndrome; 13 to 15 whatever else.
///
/// # Errors
/// The device does not answer when it is asked for the right PSN.
pub fn packet(play: &Play, record: &Record, change: Option<Record>) -> Result<Vec<u8>, Finding> {
    let k = record.byte(1) & 3;
    let station = play.station(k);
    let lab = &play.scene.lab;
    let opcode = match record.flag(3, 7) {
        true => record.byte(2),
        false => *record.pick(2, &OPCODES),
    };
    let qpn = match record.byte(1) & 7 {
        0..=3 => station.qp.number(),
        7 if record.flag(3, 6) => play.scene.honest.station.qp.number(),
        _ => station.qp.number() ^ (1 << (record.byte(1) >> 6)),
    };
    let is_answer = matches!(opcode, 0x0d..=0x12);
    let right = match is_answer {
        true => play.first_word(ContextKind::Completer, k)?,
        false => play.first_word(ContextKind::Responder, k)?,
    };
    let delta = i32::from(record.byte(4) as i8);
    let psn = Psn::new((right & 0xff_ffff).wrapping_add_signed(delta) & 0xff_ffff);
    let from = match record.byte(1) >> 3 & 7 {
        7 => Place::numbered(77),
        6 => play.scene.honest.station.partner,
        _ => station.partner,
    };
    let packet = Packet {
        from,
        to: Place {
            ip: lab.hosts[0].ip,
            mac: lab.hosts[0].mac,
        },
        source_port: 0xc0de,
        opcode,
        qpn,
        ack_req: !is_answer && !record.flag(3, 0),
        psn,
        body: body(play, record, opcode)?,
    };
    let mut frame = packet.encode();
    let flip = |frame: &mut Vec<u8>, at: usize, bits: u8| frame[BTH + at] ^= bits;
    if record.flag(3, 1) {
        flip(&mut frame, 2, 0x80 >> (record.byte(13) % 8));
    }
    if record.flag(3, 2) {
        flip(&mut frame, 1, record.byte(13));
    }
    let mut sealed = true;
    if let Some(change) = change {
        sealed = tamper(&mut frame, &change);
    }
    if sealed {
        seal(&mut frame);
    }
    Ok(frame)
}

/// Changes bytes; whether the ICRC is to be right afterwards.
fn tamper(frame: &mut Vec<u8>, change: &Record) -> bool {
    for k in [1, 4, 7] {
        // mostly headers
        let span = match change.flag(k + 1, 7) {
            true => frame.len(),
            false => frame.len().min(80),
        };
        let at = usize::from(change.half(k) & 0x7fff) % span;
        frame[at] ^= change.byte(k + 2);
    }
    if change.flag(10, 0) {
        seal_ip(frame);
    }
    match change.byte(13) {
        0..=127 => {}
        128..=191 => {
            let length = frame.len()
                - usize::from(change.byte(13) & 63).min(frame.len() - SHORTEST.min(frame.len()));
            frame.truncate(length);
        }
        more => frame.extend(vec![more; usize::from(more & 63)]),
    }
    !change.flag(14, 0) && frame.len() >= SHORTEST
}

/// What follows the transport header.
fn body(play: &Play, record: &Record, opcode: u8) -> Result<Vec<u8>, Finding> {
    let hostile = &play.scene.hostile;
    let honest = &play.scene.honest.memory;
    let (key, base, end) = match record.byte(10) & 7 {
        0..=3 => (hostile.own.rkey(), hostile.own.va(), hostile.own.length()),
        4 => (
            hostile.readable.rkey(),
            hostile.readable.va(),
            hostile.readable.length(),
        ),
        5 => (honest.rkey(), honest.va(), honest.length()),
        6 => (
            hostile.own.rkey() ^ (1 << (record.byte(10) >> 3)),
            hostile.own.va(),
            hostile.own.length(),
        ),
        _ => (record.word(12), hostile.own.va(), hostile.own.length()),
    };
    let asked = match record.flag(9, 7) {
        true => u32::from(record.half(8)) << (record.byte(9) & 15),
        false => record.length(8) as u32,
    };
    let va = match record.byte(5) & 3 {
        // ends at the end of the region, or just behind it
        0 => (base + end as u64)
            .wrapping_sub(asked.into())
            .wrapping_add(u64::from(record.byte(5) >> 6)),
        1 => base.wrapping_sub(u64::from(record.byte(5) >> 6)),
        2 => base + u64::from(record.half(6)) % end as u64 / 8 * 8,
        _ => base.wrapping_add(u64::from(record.half(6)) << (record.byte(5) >> 2)),
    };
    let payload = |length: usize| vec![record.byte(14); length];
    // whole packets where the opcode wants them, unless the record says otherwise
    let length = match opcode {
        0x00 | 0x01 | 0x06 | 0x07 | 0x0d | 0x0e if !record.flag(3, 3) => 256,
        _ => record.length(11),
    };
    let mut bytes = vec![];
    let reth = |bytes: &mut Vec<u8>, asked: u32| {
        bytes.extend(va.to_be_bytes());
        bytes.extend(key.to_be_bytes());
        bytes.extend(asked.to_be_bytes());
    };
    let syndrome = *record.pick(12, &SYNDROMES);
    let aeth = u32::from(syndrome) << 24 | u32::from(record.byte(13));
    match opcode {
        0x06 | 0x0a | 0x0b => {
            let fits = !record.flag(3, 4);
            let asked = match opcode {
                0x06 if fits => asked.max(257),
                _ if fits => length as u32,
                _ => asked,
            };
            reth(&mut bytes, asked);
            if opcode == 0x0b {
                bytes.extend([1, 2, 3, 4]);
            }
            bytes.extend(payload(length));
        }
        0x0c => reth(&mut bytes, asked),
        0x13 | 0x14 => {
            bytes.extend(va.to_be_bytes());
            bytes.extend(key.to_be_bytes());
            bytes.extend(payload(16));
        }
        0x0d | 0x0f | 0x10 | 0x11 => {
            bytes.extend(aeth.to_be_bytes());
            if opcode != 0x11 || record.flag(3, 3) {
                bytes.extend(payload(length));
            }
        }
        0x12 => {
            bytes.extend(aeth.to_be_bytes());
            bytes.extend(payload(8));
        }
        0x03 | 0x05 | 0x09 => {
            bytes.extend([1, 2, 3, 4]);
            bytes.extend(payload(length));
        }
        0x16 | 0x17 => {
            bytes.extend(key.to_be_bytes());
            bytes.extend(payload(length));
        }
        0x19..=0x1b => bytes.extend(migration(play, record, opcode)?),
        _ => bytes.extend(payload(length)),
    }
    if opcode == 0x11 && syndrome == wire::SYNDROME_NAK_STOPPED {
        let epoch = PARTNER_EPOCH.wrapping_add(u32::from(record.byte(13))) & 0xff_ffff;
        bytes[1..4].copy_from_slice(&epoch.to_be_bytes()[1..]);
    }
    Ok(bytes)
}

/// AETH and MigETH, all of it right for zeros in bytes 5 to 14.
fn migration(play: &Play, record: &Record, opcode: u8) -> Result<Vec<u8>, Finding> {
    let k = record.byte(1);
    let near = |right: u32, byte: usize| {
        let delta = i32::from(record.byte(byte) as i8);
        Psn::new((right & 0xff_ffff).wrapping_add_signed(delta) & 0xff_ffff)
    };
    let epsn = play.first_word(ContextKind::Responder, k)?;
    let una = play.first_word(ContextKind::Completer, k)?;
    let own = play.first_word(ContextKind::Migration, k)?;
    let eth = MigEth {
        version: wire::MIG_ETH_VERSION ^ record.byte(5),
        flags: record.byte(6),
        epoch: match opcode == Opcode::ResumeAck.code() {
            true => own & 0xff_ffff ^ u32::from(record.byte(7)),
            false => PARTNER_EPOCH + 1 + u32::from(record.byte(7)),
        },
        source_qpn: play.station(k).partner_qpn ^ u32::from(record.byte(8)),
        max: near(epsn, 9),
        epsn: near(una, 10),
        authenticator: u64::from(record.byte(11)),
        moved_to: (opcode == Opcode::Moved.code()).then(|| {
            let mut address = [0; 16];
            address[10..12].fill(0xff);
            address[12..].copy_from_slice(&[10, 0, 0, record.byte(12)]);
            address
        }),
    };
    Ok(eth.encode())
}
