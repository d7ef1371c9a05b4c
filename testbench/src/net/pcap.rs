//! Captures: what passed a port, for Wireshark and for replay.

use pcap_file::pcap::{PcapHeader, PcapPacket, PcapReader, PcapWriter};
use pcap_file::{DataLink, PcapError, TsResolution};
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A capture that could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    #[error("cannot open capture {path}: {source}")]
    Open {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("cannot write capture {path}: {source}")]
    Write { path: PathBuf, source: PcapError },
    #[error("cannot read capture {path}: {source}; expected a pcap file of Ethernet frames")]
    Read { path: PathBuf, source: PcapError },
    #[error("capture {path} has link type {found:?}; expected Ethernet")]
    LinkType { path: PathBuf, found: DataLink },
}

/// Nanoseconds of one simulated cycle (250 MHz).
pub const NS_PER_CYCLE: u64 = 4;

/// Writes frames with nanosecond stamps of simulated time. The first failed write is reported by [`Self::finish`].
pub struct CaptureWriter {
    path: PathBuf,
    writer: PcapWriter<BufWriter<File>>,
    failed: Option<PcapError>,
}

impl CaptureWriter {
    pub fn create(path: &Path) -> Result<Self, CaptureError> {
        let file = File::create(path).map_err(|source| CaptureError::Open {
            path: path.into(),
            source,
        })?;
        let header = PcapHeader {
            ts_resolution: TsResolution::NanoSecond,
            datalink: DataLink::ETHERNET,
            ..Default::default()
        };
        let writer = PcapWriter::with_header(BufWriter::new(file), header).map_err(|source| {
            CaptureError::Write {
                path: path.into(),
                source,
            }
        })?;
        Ok(Self {
            path: path.into(),
            writer,
            failed: None,
        })
    }

    /// Adds a frame that passed in cycle `cycle`.
    pub fn write(&mut self, cycle: u64, frame: &[u8]) {
        if self.failed.is_some() {
            return;
        }
        let packet = PcapPacket::new(
            Duration::from_nanos(cycle * NS_PER_CYCLE),
            frame.len() as u32,
            frame,
        );
        self.failed = self.writer.write_packet(&packet).err();
    }

    /// Flushes the file.
    pub fn finish(self) -> Result<(), CaptureError> {
        let fail = |source| CaptureError::Write {
            path: self.path.clone(),
            source,
        };
        match self.failed {
            Some(e) => Err(fail(e)),
            None => {
                let mut file = self.writer.into_writer();
                std::io::Write::flush(&mut file).map_err(|e| fail(PcapError::IoError(e)))
            }
        }
    }
}

/// All frames of a capture with their times since the first one.
pub fn read_capture(path: &Path) -> Result<Vec<(Duration, Vec<u8>)>, CaptureError> {
    let frames = read_stamped(path)?;
    let start = frames.first().map(|f| f.0).unwrap_or_default();
    Ok(frames
        .into_iter()
        .map(|(t, f)| (t.saturating_sub(start), f))
        .collect())
}

/// All frames of a capture with the times in the file.
pub fn read_stamped(path: &Path) -> Result<Vec<(Duration, Vec<u8>)>, CaptureError> {
    let file = File::open(path).map_err(|source| CaptureError::Open {
        path: path.into(),
        source,
    })?;
    let fail = |source| CaptureError::Read {
        path: path.into(),
        source,
    };
    let mut reader = PcapReader::new(file).map_err(fail)?;
    if reader.header().datalink != DataLink::ETHERNET {
        return Err(CaptureError::LinkType {
            path: path.into(),
            found: reader.header().datalink,
        });
    }
    let mut frames: Vec<(Duration, Vec<u8>)> = Vec::new();
    while let Some(packet) = reader.next_packet() {
        let packet = packet.map_err(fail)?;
        frames.push((packet.timestamp, packet.data.into_owned()));
    }
    Ok(frames)
}
