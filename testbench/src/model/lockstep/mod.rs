//! Holds every NIC of a cluster to the model, event by event.
//!
//! [`Lockstep`] is an [`Observer`]: it learns the configuration from the registers that the driver writes, work requests from the rings in
//! host memory, and then demands that every frame a NIC sends, every byte it writes and every completion be what the model allows next for
//! that queue pair and direction. Free are only how acknowledgements are coalesced, how queue pairs interleave, and time (but for
//! timers, which must not end early). Stops, pauses and resumptions are explained as long as a connection stays where it is (STOP, ABORT); a
//! connection that goes elsewhere ends the check, see [`Lockstep::blind`]. The first [`Difference`] stops the cluster; it has the last events of both sides, the seed, and a capture.

mod answers;
mod checker;
mod events;
mod host;
mod inbox;
mod line;
mod moving;
mod observe;
mod qp;
mod reading;
mod recv;
mod report;
mod send;
mod senders;
mod stream;
mod worlds;

pub use checker::{Lockstep, LockstepOptions, Statistics};
pub use observe::{Observation, Observer, What};
pub use report::Difference;

use super::packet::Packet;

/// Why something that was seen cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Why(pub String);

impl Why {
    fn new(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// A packet is the one that was expected.
fn compare(p: &Packet, mut wanted: Packet) -> Result<(), Why> {
    wanted.pad = (wanted.payload.len().wrapping_neg() & 3) as u8;
    if *p == wanted {
        return Ok(());
    }
    if p.payload.len() == wanted.payload.len()
        && let Some(at) = (0..p.payload.len()).find(|&k| p.payload[k] != wanted.payload[k])
    {
        let end = p.payload.len().min(at + 8);
        return Err(Why(format!(
            "payload byte {at}: {:02x?} should be {:02x?}",
            &p.payload[at..end],
            &wanted.payload[at..end]
        )));
    }
    let bits = |p: &Packet| {
        format!(
            "{} solicited {} pkey {:#x} word {:x?} original {:x?} pad {}",
            p.line(),
            p.solicited,
            p.pkey,
            p.word,
            p.original,
            p.pad
        )
    };
    Err(Why(format!("should be {}; is {}", bits(&wanted), bits(p))))
}
