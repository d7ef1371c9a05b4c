//! Target `commands`: mailbox commands with any opcode, any arguments, any payload, in any order, while the connections that they work on have
//! something to do. The mailbox belongs to the owner of the device, who is trusted with what it gives to whom; so the search is for hangs, broken ports,
//! units that do not answer, and commands that reach an object they do not name. Objects of the honest process are never named.
//!
//! A record, by its first byte modulo 16:
//!
//! | | |
//! |---|---|
//! | 0 to 5 | a command; see [`command`] |
//! | 6 to 8 | a context write for the next command's payload; see [`write`] |
//! | 9 | three words for the next command's data, anywhere: byte 1 where, 4 to 15 |
//! | 10 | xors a word of the pages that DUMP writes and RESTORE reads |
//! | 11 | time passes |
//! | 12 | a receive is posted |
//! | 13 | a send is posted |
//! | 14, 15 | a packet from a partner outside, as in target `frames` |

use super::features;
use super::finding::Finding;
use super::frames;
use super::input::{Record, records};
use super::play::Play;
use super::scene::{SCRATCH_BYTES, Scene};
use fw_regs::bar0::mailbox;
use fw_regs::{Command, CommandError, ContextKind, SetScope};
use host_driver::Bar;

/// Cycles in which a command ends, however long its set is.
const PATIENCE: u64 = 2_000_000;
/// Words of a command's data.
const WORDS: usize = fw_regs::mailbox::WORDS;
/// Bytes of a page of records.
const PAGE: usize = 512;

/// All commands.
const COMMANDS: [Command; 23] = [
    Command::Nop,
    Command::QpCreate,
    Command::QpModify,
    Command::QpDestroy,
    Command::MrCreate,
    Command::MrDestroy,
    Command::CqCreate,
    Command::CqDestroy,
    Command::SrqCreate,
    Command::SrqModify,
    Command::SrqDestroy,
    Command::Stop,
    Command::Drained,
    Command::Dump,
    Command::Restore,
    Command::Tombstone,
    Command::Resume,
    Command::Abort,
    Command::TombstoneFree,
    Command::SetPartner,
    Command::Extend,
    Command::GiveUp,
    Command::SetTimer,
];

/// Data for the next command.
struct Data {
    words: [u32; WORDS],
    /// words of the context writes so far
    used: usize,
    /// some word was set by hand
    raw: bool,
}

impl Data {
    const fn new() -> Self {
        Self {
            words: [0; WORDS],
            used: 0,
            raw: false,
        }
    }
}

/// Plays `input`.
///
/// # Errors
/// What it finds.
pub fn play(scene: &mut Scene, input: &[u8]) -> (Result<(), Finding>, Vec<u32>) {
    let mut play = Play::new(scene);
    // what is restored, created and dumped reaches for the memory that the owner has named
    play.faults = true;
    play.named = [true; 4];
    let result = act(&mut play, input).and_then(|()| play.check());
    (result, play.features)
}

fn act(play: &mut Play, input: &[u8]) -> Result<(), Finding> {
    let mut data = Data::new();
    for record in records(input) {
        match record.byte(0) % 16 {
            0..=5 => {
                command(play, &record, &data)?;
                data = Data::new();
            }
            6..=8 => write(play, &record, &mut data)?,
            9 => {
                let at = usize::from(record.byte(1)) % (WORDS - 2);
                for k in 0..3 {
                    data.words[at + k] ^= record.word(4 + 4 * k);
                }
                data.raw = true;
            }
            10 => {
                let at = usize::from(record.half(2)) * 4 % SCRATCH_BYTES;
                let at = play.scene.hostile.scratch.iova + at as u64;
                let mut bytes = play.scene.host_read(at, 4);
                for (byte, bits) in bytes.iter_mut().zip(&record.0[4..8]) {
                    *byte ^= bits;
                }
                play.scene.host_write(at, &bytes);
                play.tainted = true;
            }
            11 => play.run(record.cycles(1))?,
            12 => play.post_recv(record.byte(1), [record.length(2), record.length(3)]),
            13 => play.post_send(record.byte(1), &record),
            _ => {
                let mut packet = record;
                packet.0[1] &= 0x39;
                let frame = frames::packet(play, &packet, None)?;
                play.inject(&frame);
                play.run(u64::from(record.byte(15) & 0x7f))?;
            }
        }
    }
    play.settle()
}

/// The object that a command works on: bytes 3 how it is chosen, 4, 5 which.
fn object(play: &Play, record: &Record) -> u32 {
    let hostile = &play.scene.hostile;
    let station = play.station(record.byte(4));
    match record.byte(3) % 12 {
        0..=3 => station.qp.slot().into(),
        // slots that nobody uses
        4 => 32 + u32::from(record.byte(4) % 4),
        5 => station.cqs[usize::from(record.byte(5) & 1)].number().into(),
        6 => match record.flag(4, 0) {
            true => hostile.own.slot().into(),
            false => hostile.readable.slot().into(),
        },
        7 => play.station(1).rq.number,
        8 => play.scene.honest.domain_of(1),
        9 | 10 => hostile.context.number().into(),
        _ => record.half(4).into(),
    }
}

/// Whether a command names what belongs to the honest process.
fn is_honest(play: &Play, opcode: u8, object: u32, scope: u32) -> bool {
    let honest = &play.scene.honest;
    let slot = u32::from(honest.station.qp.slot());
    let object = object & 0xffff;
    match Command::from_code(opcode) {
        Some(
            Command::QpCreate
            | Command::QpModify
            | Command::QpDestroy
            | Command::TombstoneFree
            | Command::SetPartner
            | Command::Extend
            | Command::GiveUp,
        ) => object == slot,
        Some(Command::MrCreate | Command::MrDestroy) => object == u32::from(honest.memory.slot()),
        Some(Command::CqCreate | Command::CqDestroy) => honest
            .station
            .cqs
            .iter()
            .any(|cq| u32::from(cq.number()) == object),
        Some(
            Command::Stop
            | Command::Drained
            | Command::Dump
            | Command::Tombstone
            | Command::Resume
            | Command::Abort,
        ) => match SetScope::from_code(scope as u8) {
            Some(SetScope::Qp) => object == slot,
            Some(SetScope::Pd) => object == honest.domain(),
            Some(SetScope::UserContext) => object == u32::from(honest.context.number()),
            None => false,
        },
        _ => false,
    }
}

/// A command and its end. Bytes of the record: 1 which (bit 7: the number in 2), 3 to 5 the object, 6 how the second argument is chosen, 7 to 10 which,
/// 11 flags, 12, 13 page and pages of DUMP and RESTORE.
fn command(play: &mut Play, record: &Record, data: &Data) -> Result<(), Finding> {
    let opcode = match record.flag(1, 7) {
        true => record.byte(2),
        false => record.pick(1, &COMMANDS).code(),
    };
    let station = play.station(record.byte(7));
    let second = match record.byte(6) % 8 {
        0..=2 => u32::from(record.byte(7) % 4),
        3 => u32::from(record.byte(7) % 8),
        4 => station.qp.number(),
        5 => play.scene.hostile.own.rkey(),
        6 => 0x0b_0000 + u32::from(record.byte(7)),
        _ => record.word(7),
    };
    let mut first = object(play, record);
    if is_honest(play, opcode, first, second) {
        first = station.qp.slot().into();
        if is_honest(play, opcode, first, second) {
            return Ok(());
        }
    }
    play.tainted |= data.raw;
    let mut words = data.words;
    let migration = matches!(
        Command::from_code(opcode),
        Some(Command::Dump | Command::Restore)
    );
    if migration {
        let page = usize::from(record.byte(12)) * PAGE % SCRATCH_BYTES;
        let mut iova = play.scene.hostile.scratch.iova + page as u64;
        if record.flag(11, 2) {
            // nobody's memory, or not aligned
            iova ^= 1 << (record.byte(13) % 64);
        }
        let room = ((SCRATCH_BYTES - page) / PAGE) as u32;
        words[0] ^= iova as u32;
        words[1] ^= (iova >> 32) as u32;
        words[2] ^= u32::from(record.byte(13) >> 2).min(room);
        // an address of the owner's choice: also that of other memory
        play.tainted |= record.flag(11, 2);
    }
    run(play, opcode, [first, second], &words, record.flag(11, 1))
}

fn run(
    play: &mut Play,
    opcode: u8,
    arguments: [u32; 2],
    words: &[u32],
    notify: bool,
) -> Result<(), Finding> {
    let mut write = |offset, value| play.scene.device.write32(Bar::Registers, offset, value);
    for (k, word) in (0..).zip(words).filter(|(k, word)| **word != 0 || *k < 4) {
        write(mailbox::data::REG.at(k), *word)?;
    }
    // the end of the payload, which may hold what was there before
    write(mailbox::arg0::REG.offset, arguments[0])?;
    write(mailbox::arg1::REG.offset, arguments[1])?;
    let go = mailbox::command::OPCODE.of(opcode.into())
        | mailbox::command::NOTIFY.of(notify.into())
        | mailbox::command::GO.of(1);
    write(mailbox::command::REG.offset, go)?;
    let end = play.scene.lab.cluster.cycle() + PATIENCE;
    let status = loop {
        let device = &mut play.scene.device;
        let status = device.read32(Bar::Registers, mailbox::status::REG.offset)?;
        if mailbox::status::BUSY.get(status) == 0 {
            break status;
        }
        if play.scene.lab.cluster.cycle() > end {
            return Err(Finding::Hang(format!(
                "command {opcode} {arguments:x?} does not end in {PATIENCE} cycles"
            )));
        }
        play.run(64)?;
    };
    let code = mailbox::status::CODE.get(status);
    play.features
        .push(features::behaviour(1, u32::from(opcode) << 8 | code));
    // clean data for the next one
    for (k, _) in (0..).zip(words).filter(|(_, word)| **word != 0) {
        play.scene
            .device
            .write32(Bar::Registers, mailbox::data::REG.at(k), 0)?;
    }
    if code == u32::from(CommandError::NoAnswer.code()) {
        let device = &mut play.scene.device;
        let detail = device.read32(Bar::Registers, mailbox::detail::REG.offset)?;
        return Err(Finding::NoAnswer(format!(
            "command {opcode} {arguments:x?}: unit {detail}"
        )));
    }
    play.run(1)
}

/// A context write. Bytes of the record: 1 kind, 2 which record, 3 first word, 4 how many, 5 flags, 6 and 7 which words are xored with 8 to 11 and 12
/// to 15. The rest of the words is as it is in the device.
fn write(play: &mut Play, record: &Record, data: &mut Data) -> Result<(), Finding> {
    let kind = match record.flag(1, 7) {
        true => record.byte(1) & 0x7f,
        false => 1 + record.byte(1) % 20,
    };
    let index = match record.byte(2) % 8 {
        0..=3 => play.station(record.byte(2)).qp.slot(),
        4 => 32 + u16::from(record.byte(2) >> 4) % 4,
        5 => play.station(record.byte(2) >> 4).cqs[0].number(),
        6 => play.scene.hostile.own.slot(),
        _ => play.station(1).rq.number as u16,
    };
    let known = match ContextKind::from_code(kind) {
        Some(kind) => {
            // what is there already, of an object that exists
            let like = match kind {
                ContextKind::CqConfig | ContextKind::CqState => play.station(0).cqs[0].number(),
                ContextKind::MemoryRegion => play.scene.hostile.own.slot(),
                _ => play.station(0).qp.slot(),
            };
            play.scene.record(kind, like)?
        }
        None => vec![0; 8],
    };
    let whole = !record.flag(5, 0);
    let first = if whole {
        0
    } else {
        usize::from(record.byte(3) % 32)
    };
    let count = match whole {
        true => known.len(),
        false => usize::from(record.byte(4) % 33),
    };
    let mut words: Vec<u32> = (first..first + count)
        .map(|k| known.get(k).copied().unwrap_or(0))
        .collect();
    let mut changed = !whole;
    for (at, bits) in [(6, 8), (7, 12)] {
        let place = usize::from(record.byte(at)) % count.max(1);
        if let Some(word) = words.get_mut(place) {
            *word ^= record.word(bits);
            changed |= record.word(bits) != 0;
        }
    }
    // all others name memory, keys, queues or domains: whoever writes them gives those away
    let names_nothing = matches!(
        ContextKind::from_code(kind),
        Some(
            ContextKind::QpAv
                | ContextKind::QpAddress
                | ContextKind::QpState
                | ContextKind::Migration
        )
    );
    play.tainted |= changed && !names_nothing;
    let header = u32::from(kind) | (first as u32) << 8 | (count as u32) << 16;
    let all = [header, index.into()].into_iter().chain(words);
    for word in all {
        if data.used < WORDS {
            data.words[data.used] = word;
            data.used += 1;
        }
    }
    Ok(())
}
