//! Target `image`: checkpoint images that come from anybody. An input changes a good image, field by field or byte by byte; the driver must refuse it
//! before it touches the device, or make a process of it that reaches nothing but what it brought along.
//!
//! A record, by its first byte modulo 8:
//!
//! | | |
//! |---|---|
//! | 0, 1 | xors a word of a record of the device: 1 which queue pair, 2 which record, 3 which word, 4 to 7 |
//! | 2 | xors a number of the driver's part of a queue pair |
//! | 3 | xors a number of another object |
//! | 4 | leaves an object out, doubles it, or puts it elsewhere |
//! | 5 | xors four bytes anywhere; the checksum is made right |
//! | 6 | the same, and the checksum is left wrong |
//! | 7 | what is done with the process: 1 resumed or discarded, 2 how long it runs |

use super::features;
use super::finding::Finding;
use super::input::{Record, records};
use super::play::Play;
use super::scene::{Scene, Station};
use host_driver::migration::{Image, ImageError, RestoreError};
use host_driver::{
    CommandFailure, DeviceError, PostError, RecvRequest, SendOperation, SendRequest,
};
use sha2::{Digest, Sha256};
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

/// Bytes of the checksum at the end of an image.
const CHECKSUM: usize = 32;
/// Most bytes of memory that an image may bring.
const MEMORY: u64 = 4 << 20;

/// A good image, and what it was made of.
pub struct Base {
    image: Image,
}

impl Base {
    /// The image of the hostile process of a stage of its own, stopped with work under way.
    ///
    /// # Errors
    /// [`Finding::Stage`].
    pub fn new(scene: &mut Scene) -> Result<Self, Finding> {
        let stage = |error: &dyn std::fmt::Display| Finding::Stage(error.to_string());
        for station in &scene.hostile.stations[..3] {
            work(scene, station).map_err(|e| stage(&e))?;
        }
        scene.run(700)?;
        let context = scene.hostile.context.clone();
        let checkpoint = context.checkpoint().map_err(|e| stage(&e))?;
        let mut image = checkpoint.image().clone();
        image.set_blob(vec![0x62; 24]);
        checkpoint.abort().map_err(|e| stage(&e))?;
        Ok(Self { image })
    }

    /// The image that an input says, encoded.
    pub fn encoded(&self, input: &[u8]) -> Vec<u8> {
        let mut image = self.image.clone();
        for record in records(input) {
            edit(&mut image, &record);
        }
        let mut bytes = image.encode();
        for record in records(input) {
            let kind = record.byte(0) % 8;
            if kind != 5 && kind != 6 {
                continue;
            }
            let end = bytes.len() - CHECKSUM;
            let at = record.word(1) as usize % end;
            for (byte, bits) in bytes[at..end].iter_mut().zip(&record.0[5..9]) {
                *byte ^= bits;
            }
            if kind == 5 {
                let sum = Sha256::digest(&bytes[..end]);
                bytes[end..].copy_from_slice(&sum);
            }
        }
        bytes
    }
}

/// Receives and all kinds of sends, through the driver.
fn work(scene: &Scene, station: &Station) -> Result<(), PostError> {
    let own = &scene.hostile.own;
    let entries = vec![own.entry(1024, 64), own.entry(9000, 300)];
    let receive = RecvRequest { wr_id: 7, entries };
    match &station.rq.number {
        ring if *ring == u32::from(station.qp.slot()) => station.qp.post_recv(&[receive])?,
        _ => scene.hostile.srq.post(&[receive])?,
    }
    let (remote_addr, rkey) = (own.va() + 8192, own.rkey());
    let sends = [
        SendOperation::Read { remote_addr, rkey },
        SendOperation::Send {
            imm: None,
            invalidate: None,
        },
        SendOperation::Write {
            remote_addr,
            rkey,
            imm: Some(3),
        },
        SendOperation::FetchAdd {
            remote_addr,
            rkey,
            add: 1,
        },
    ];
    for (wr_id, operation) in (0..).zip(sends) {
        let length = match operation {
            SendOperation::FetchAdd { .. } => 8,
            SendOperation::Send { .. } => 300,
            _ => 1024,
        };
        let request = SendRequest::new(wr_id, operation, own.entry(512, length));
        station.qp.post_send(&[request])?;
    }
    Ok(())
}

fn edit(image: &mut Image, record: &Record) {
    let at = |k: usize, count: usize| usize::from(record.byte(k)) % count.max(1);
    let word = record.word(4);
    match record.byte(0) % 8 {
        0 | 1 => {
            let k = at(1, image.qps.len());
            let Some(qp) = image.qps.get_mut(k) else {
                return;
            };
            let k = at(2, qp.records.len());
            let Some(device) = qp.records.get_mut(k) else {
                return;
            };
            let k = at(3, device.words.len() + 1);
            match device.words.get_mut(k) {
                Some(value) => *value ^= word,
                None => device.index ^= word as u16,
            }
        }
        2 => edit_qp(image, record),
        3 => edit_object(image, record),
        4 => rearrange(image, record),
        _ => {}
    }
}

fn edit_qp(image: &mut Image, record: &Record) {
    let word = record.word(4);
    let k = usize::from(record.byte(1)) % image.qps.len().max(1);
    let Some(qp) = image.qps.get_mut(k) else {
        return;
    };
    match record.byte(2) % 14 {
        0 => qp.handle ^= word,
        1 => qp.number ^= word,
        2 => qp.slot ^= word as u16,
        3 => qp.pd ^= word,
        4 => qp.send_cq ^= word,
        5 => qp.recv_cq ^= word,
        6 => {
            qp.srq = qp
                .srq
                .map_or(Some(word), |srq| (word != 0).then_some(srq ^ word))
        }
        7 => qp.psn ^= word,
        8 => qp.send_buffer ^= word,
        9 => qp.producer ^= word as u16,
        10 => qp.tail ^= word as u16,
        11 => {
            qp.posted.pop();
        }
        12 => qp.posted.push((word.into(), record.byte(3))),
        _ => qp.offer = None,
    }
}

fn edit_object(image: &mut Image, record: &Record) {
    let (word, which) = (record.word(4), usize::from(record.byte(1)));
    let shift = record.byte(8) % 64;
    let long = u64::from(word) << shift;
    match record.byte(2) % 10 {
        0 => {
            if let Some(range) = image.memory.iter_mut().cycle_nth(which) {
                range.iova ^= long;
            }
        }
        1 => {
            if let Some(range) = image.memory.iter_mut().cycle_nth(which) {
                range.length ^= long;
            }
        }
        2 => {
            if let Some(range) = image.memory.iter_mut().cycle_nth(which) {
                range.id ^= word;
            }
        }
        3 => image.source.qps ^= word,
        4 => image.source.outstanding ^= word,
        5 => image.source.page ^= word as u8,
        6 => {
            if let Some(pd) = image.pds.iter_mut().cycle_nth(which) {
                pd.number ^= word as u16;
            }
        }
        7 => image.next.qps ^= word,
        8 => image.next.buffers ^= word,
        _ => image.source.responses ^= word,
    }
}

/// The element that a number names when the list is counted round.
trait CycleNth: ExactSizeIterator {
    fn cycle_nth(mut self, k: usize) -> Option<Self::Item>
    where
        Self: Sized,
    {
        let length = self.len().max(1);
        self.nth(k % length)
    }
}

impl<I: ExactSizeIterator> CycleNth for I {}

fn rearrange(image: &mut Image, record: &Record) {
    fn change<T: Clone>(list: &mut Vec<T>, record: &Record) {
        if list.is_empty() {
            return;
        }
        let k = usize::from(record.byte(2)) % list.len();
        let to = usize::from(record.byte(3)) % list.len();
        match record.byte(4) % 3 {
            0 => drop(list.remove(k)),
            1 => list.push(list[k].clone()),
            _ => list.swap(k, to),
        }
    }
    let k = usize::from(record.byte(5)) % image.qps.len().max(1);
    match record.byte(1) % 9 {
        0 => change(&mut image.memory, record),
        1 => change(&mut image.pds, record),
        2 => change(&mut image.cqs, record),
        3 => change(&mut image.srqs, record),
        4 => change(&mut image.mrs, record),
        5 => change(&mut image.qps, record),
        6 => change(&mut image.events, record),
        _ => {
            if let Some(qp) = image.qps.get_mut(k) {
                change(&mut qp.records, record);
            }
        }
    }
}

/// Plays `input`; whether the driver remembers something of it, so that the stage has to be set up anew.
///
/// # Errors
/// What it finds.
pub fn play(scene: &mut Scene, base: &Base, input: &[u8]) -> (Result<(), Finding>, Vec<u32>, bool) {
    let bytes = base.encoded(input);
    let mut play = Play::new(scene);
    let begin = play.scene.lab.cluster.cycle();
    let result = act(&mut play, &bytes, input);
    let touched = play.scene.lab.cluster.cycle() != begin;
    (result, play.features, touched)
}

fn act(play: &mut Play, bytes: &[u8], input: &[u8]) -> Result<(), Finding> {
    let begin = play.scene.lab.cluster.cycle();
    let image = match Image::decode(bytes) {
        Ok(image) => image,
        Err(refused) => {
            note(play, 2, &undecoded(&refused));
            return Ok(());
        }
    };
    if image.encode() != bytes {
        return Err(Finding::Driver("an image has two encodings".into()));
    }
    if image.memory_bytes() > MEMORY {
        return Ok(());
    }
    let memory: Vec<Vec<u8>> = image
        .memory()
        .iter()
        .map(|range| vec![0x3c; range.length as usize])
        .collect();
    let end = records(input).filter(|r| r.byte(0) % 8 == 7).last();
    let adapter = &play.scene.lab.hosts[0].adapter;
    match adapter.restore(&image, &memory) {
        Err(refused) => {
            if let Some(hung) = hung(&refused) {
                return Err(hung);
            }
            note(play, 3, &variant(&refused));
        }
        Ok(restored) if end.is_some_and(|r| r.flag(1, 0)) => {
            note(play, 4, "resumed");
            let process = restored
                .resume()
                .map_err(|failure| Finding::Driver(failure.to_string()))?;
            play.run(end.map_or(0, |r| r.cycles(2)))?;
            play.settle()?;
            play.check()?;
            // and it can be taken away again
            drop(process);
            play.settle()?;
            return play.scene.check_mailbox();
        }
        Ok(restored) => {
            note(play, 4, "discarded");
            restored
                .discard()
                .map_err(|failure| Finding::Driver(failure.to_string()))?;
        }
    }
    if play.scene.lab.cluster.cycle() == begin {
        return Ok(());
    }
    play.settle()?;
    play.check()
}

/// A refusal that is none: the device did not do what it was told in time.
fn hung(refused: &RestoreError) -> Option<Finding> {
    match refused {
        RestoreError::Command(CommandFailure::Timeout { .. })
        | RestoreError::Device(DeviceError::NoAnswer { .. }) => {
            Some(Finding::Hang(refused.to_string()))
        }
        RestoreError::LeftBehind { .. } => Some(Finding::Driver(refused.to_string())),
        _ => None,
    }
}

/// The words of an error without its numbers: what kind it is.
fn variant(error: &impl std::fmt::Debug) -> String {
    let text = format!("{error:?}");
    text.chars().filter(|c| !c.is_ascii_digit()).collect()
}

fn undecoded(error: &ImageError) -> String {
    variant(error)
}

fn note(play: &mut Play, what: u32, text: &str) {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    play.features
        .push(features::behaviour(what, hasher.finish() as u32 & 0xf_ffff));
}
