//! The image as bytes. Nothing else knows the codec.
//!
//! | bytes | |
//! |---|---|
//! | 8 | magic `ROAM-IMG` |
//! | 4 | version |
//! | 4 | number of sections |
//! | 8 | bytes of the whole file |
//! | | sections, each: type 4, zero 4, length 8, content |
//! | 32 | SHA-256 over everything before |
//!
//! Numbers are little-endian and of fixed width. Each section stands exactly once, in ascending order of types; its content is a
//! bincode value without anything left over. So every image has one encoding, and every encoding is of one image.

use super::{
    CqImage, EventImage, Image, MemoryRange, MrImage, NextHandles, PdImage, QpImage, SrqImage,
};
use crate::migration::error::ImageError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

const MAGIC: [u8; 8] = *b"ROAM-IMG";
const VERSION: u32 = 1;
const HEADER: usize = 24;
const SECTION_HEADER: usize = 16;
const CHECKSUM: usize = 32;

/// Most bytes of a section, and most that decoding one may ask memory for.
const MOST: usize = 1 << 30;

/// Sections, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    Source = 1,
    Next,
    Memory,
    Pds,
    Cqs,
    Srqs,
    Mrs,
    Qps,
    Events,
    Blob,
}

impl Section {
    const ALL: [Self; 10] = [
        Self::Source,
        Self::Next,
        Self::Memory,
        Self::Pds,
        Self::Cqs,
        Self::Srqs,
        Self::Mrs,
        Self::Qps,
        Self::Events,
        Self::Blob,
    ];
}

fn config() -> impl bincode::config::Config {
    bincode::config::standard()
        .with_little_endian()
        .with_fixed_int_encoding()
        .with_limit::<MOST>()
}

fn value(value: &impl Serialize) -> Vec<u8> {
    // encoding is not limited, and none of our types can refuse it
    let config = bincode::config::standard()
        .with_little_endian()
        .with_fixed_int_encoding();
    bincode::serde::encode_to_vec(value, config).unwrap_or_default()
}

pub(super) fn encode(image: &Image) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(MAGIC);
    bytes.extend(VERSION.to_le_bytes());
    bytes.extend((Section::ALL.len() as u32).to_le_bytes());
    bytes.extend([0; 8]);
    for section in Section::ALL {
        let content = match section {
            Section::Source => value(&image.source),
            Section::Next => value(&image.next),
            Section::Memory => value(&image.memory),
            Section::Pds => value(&image.pds),
            Section::Cqs => value(&image.cqs),
            Section::Srqs => value(&image.srqs),
            Section::Mrs => value(&image.mrs),
            Section::Qps => value(&image.qps),
            Section::Events => value(&image.events),
            Section::Blob => image.blob.clone(),
        };
        bytes.extend((section as u32).to_le_bytes());
        bytes.extend([0; 4]);
        bytes.extend((content.len() as u64).to_le_bytes());
        bytes.extend(content);
    }
    let total = (bytes.len() + CHECKSUM) as u64;
    bytes[16..HEADER].copy_from_slice(&total.to_le_bytes());
    let checksum = Sha256::digest(&bytes);
    bytes.extend_from_slice(&checksum);
    bytes
}

pub(super) fn decode(bytes: &[u8]) -> Result<Image, ImageError> {
    let mut sections = Reader {
        rest: check(bytes)?,
    };
    let image = Image {
        source: sections.next(Section::Source)?,
        next: sections.next::<NextHandles>(Section::Next)?,
        memory: sections.next::<Vec<MemoryRange>>(Section::Memory)?,
        pds: sections.next::<Vec<PdImage>>(Section::Pds)?,
        cqs: sections.next::<Vec<CqImage>>(Section::Cqs)?,
        srqs: sections.next::<Vec<SrqImage>>(Section::Srqs)?,
        mrs: sections.next::<Vec<MrImage>>(Section::Mrs)?,
        qps: sections.next::<Vec<QpImage>>(Section::Qps)?,
        events: sections.next::<Vec<EventImage>>(Section::Events)?,
        blob: sections.content(Section::Blob)?.to_vec(),
    };
    match sections.rest.len() {
        0 => Ok(image),
        bytes => Err(ImageError::LeftOver { bytes }),
    }
}

/// The sections of a file whose magic, version, length and checksum are right.
fn check(bytes: &[u8]) -> Result<&[u8], ImageError> {
    let short = || ImageError::Truncated {
        bytes: bytes.len() as u64,
        wanted: (HEADER + CHECKSUM) as u64,
    };
    let (header, rest) = bytes.split_first_chunk::<HEADER>().ok_or_else(short)?;
    let (content, checksum) = rest.split_last_chunk::<CHECKSUM>().ok_or_else(short)?;
    if header[..8] != MAGIC {
        return Err(ImageError::Magic);
    }
    let version = number(&header[8..12]) as u32;
    if version != VERSION {
        return Err(ImageError::Version {
            found: version,
            known: VERSION,
        });
    }
    let wanted = number(&header[16..]);
    if wanted > bytes.len() as u64 {
        return Err(ImageError::Truncated {
            bytes: bytes.len() as u64,
            wanted,
        });
    }
    if wanted < bytes.len() as u64 {
        let bytes = bytes.len() - wanted as usize;
        return Err(ImageError::LeftOver { bytes });
    }
    let covered = &bytes[..bytes.len() - CHECKSUM];
    if Sha256::digest(covered)[..] != checksum[..] {
        return Err(ImageError::Checksum);
    }
    let sections = number(&header[12..16]) as u32;
    if sections != Section::ALL.len() as u32 {
        return Err(ImageError::Sections {
            found: sections,
            wanted: Section::ALL.len() as u32,
        });
    }
    Ok(content)
}

/// A little-endian number of up to eight bytes.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |n, &b| n << 8 | u64::from(b))
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// The content of the next section, which must be `section`.
    fn content(&mut self, section: Section) -> Result<&'a [u8], ImageError> {
        let wanted = section as u32;
        let Some((header, rest)) = self.rest.split_first_chunk::<SECTION_HEADER>() else {
            return Err(ImageError::Missing { section: wanted });
        };
        let found = number(&header[..4]) as u32;
        if found != wanted || number(&header[4..8]) != 0 {
            return Err(ImageError::Section { found, wanted });
        }
        let length = number(&header[8..]);
        if length > rest.len() as u64 || length > MOST as u64 {
            return Err(ImageError::SectionLength { section: wanted });
        }
        let (content, rest) = rest.split_at(length as usize);
        self.rest = rest;
        Ok(content)
    }

    fn next<T: DeserializeOwned>(&mut self, section: Section) -> Result<T, ImageError> {
        let content = self.content(section)?;
        let (value, used) =
            bincode::serde::decode_from_slice(content, config()).map_err(|error| {
                ImageError::Content {
                    section: section as u32,
                    why: error.to_string(),
                }
            })?;
        match content.len() - used {
            0 => Ok(value),
            bytes => Err(ImageError::LeftOver { bytes }),
        }
    }
}
