//! Reading the captures of a replay: whole Ethernet frames with their times, or an error that says which packet is wrong.

use pcap_file::DataLink;
use pcap_file::pcap::PcapReader;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A frame of a capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captured {
    /// Its number in the file, from 1.
    pub number: usize,
    /// Since the first packet of the file.
    pub time: Duration,
    pub frame: Vec<u8>,
}

/// Why a capture cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum CaptureReadError {
    #[error("cannot open capture {path}")]
    Open {
        path: PathBuf,
        source: std::io::Error,
    },
    /// Another format, or not a capture at all.
    #[error(
        "{path} is not a pcap file: it begins with {magic:#010x}; expected classic pcap, into which `editcap -F pcap` turns others"
    )]
    NotPcap { path: PathBuf, magic: u32 },
    #[error("{path} has link type {found:?}; expected Ethernet frames")]
    LinkType { path: PathBuf, found: DataLink },
    /// The file ends within a packet, or its headers make no sense.
    #[error("{path} ends or breaks within packet {packet} (0: the header of the file)")]
    Broken {
        path: PathBuf,
        /// From 1; 0: the file's header.
        packet: usize,
        source: pcap_file::PcapError,
    },
    /// The capture was taken with too short a snap length.
    #[error("packet {packet} of {path} is cut: {kept} of {length} bytes; capture whole packets")]
    Cut {
        path: PathBuf,
        packet: usize,
        kept: usize,
        length: u32,
    },
    #[error("{path} has no packets")]
    Empty { path: PathBuf },
}

/// The magic numbers of classic pcap: both byte orders, micro- and nanoseconds.
const MAGICS: [u32; 4] = [0xa1b2_c3d4, 0xd4c3_b2a1, 0xa1b2_3c4d, 0x4d3c_b2a1];

/// All frames of the capture at `path`.
///
/// # Errors
/// [`CaptureReadError`].
pub fn read(path: &Path) -> Result<Vec<Captured>, CaptureReadError> {
    let open = |source| CaptureReadError::Open {
        path: path.into(),
        source,
    };
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| BufReader::new(file).read_to_end(&mut bytes))
        .map_err(open)?;
    let magic = bytes
        .first_chunk::<4>()
        .map_or(0, |b| u32::from_be_bytes(*b));
    if !MAGICS.contains(&magic) {
        return Err(CaptureReadError::NotPcap {
            path: path.into(),
            magic,
        });
    }
    let broken = |packet| {
        move |source| CaptureReadError::Broken {
            path: path.into(),
            packet,
            source,
        }
    };
    let mut reader = PcapReader::new(&bytes[..]).map_err(broken(0))?;
    let found = reader.header().datalink;
    if found != DataLink::ETHERNET {
        return Err(CaptureReadError::LinkType {
            path: path.into(),
            found,
        });
    }
    let mut frames: Vec<Captured> = Vec::new();
    let mut start = None;
    while let Some(packet) = reader.next_packet() {
        let number = frames.len() + 1;
        let packet = packet.map_err(broken(number))?;
        if (packet.data.len() as u64) < u64::from(packet.orig_len) {
            return Err(CaptureReadError::Cut {
                path: path.into(),
                packet: number,
                kept: packet.data.len(),
                length: packet.orig_len,
            });
        }
        let start = *start.get_or_insert(packet.timestamp);
        frames.push(Captured {
            number,
            time: packet.timestamp.saturating_sub(start),
            frame: packet.data.into_owned(),
        });
    }
    match frames.is_empty() {
        true => Err(CaptureReadError::Empty { path: path.into() }),
        false => Ok(frames),
    }
}
