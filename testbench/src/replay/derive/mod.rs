//! A scenario from a capture, as far as packets tell: QP numbers, PSNs, MTU, keys, addresses, lengths, what was posted and where it
//! was lost. What they do not tell is guessed, and the file says so in its first lines.

mod draft;
mod region;
mod stream;
mod text;

use super::capture::{self, CaptureReadError};
use super::packet::{Class, Packet};
use host_driver::MacAddress;
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// Whose place the NIC takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one that the first request goes to.
    Server,
    /// The one that sends the first request.
    Client,
}

/// Why a capture has no scenario.
#[derive(Debug, thiserror::Error)]
pub enum DeriveError {
    #[error(transparent)]
    Capture(#[from] CaptureReadError),
    #[error("{path} has no RoCE request with a good ICRC")]
    NoRequest { path: PathBuf },
    /// The NIC knows reliable connections only.
    #[error(
        "{ip} sends no packet of a reliable connection and gets none; the NIC can take the other end's place only"
    )]
    NotReliable { ip: IpAddr },
}

/// A packet with its number in the capture, from 1.
pub(super) type Numbered<'a> = (usize, &'a Packet);

/// One of two hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct End {
    pub ip: IpAddr,
    pub mac: MacAddress,
}

/// What two queue pairs say to each other, seen from the NIC's.
pub(super) struct Dialogue<'a> {
    /// QP numbers; the partner's is not known if the NIC's place sends nothing, and the other way round.
    pub own: Option<u32>,
    pub partner: Option<u32>,
    pub incoming: Vec<Numbered<'a>>,
    pub outgoing: Vec<Numbered<'a>>,
}

/// The text of a scenario in which the NIC takes `side`'s place in the capture at `path`.
///
/// # Errors
/// [`DeriveError`].
pub fn derive(path: &Path, side: Side) -> Result<String, DeriveError> {
    let captured = capture::read(path)?;
    let (packets, damaged): (Vec<_>, Vec<_>) = captured
        .iter()
        .filter_map(|c| Some((c.number, Packet::parse(&c.frame)?)))
        .partition(|(_, p)| p.icrc_good);
    let first = packets
        .iter()
        .map(|(_, p)| p)
        .find(|p| !p.class().is_response())
        .ok_or_else(|| DeriveError::NoRequest { path: path.into() })?;
    let client = End {
        ip: first.source,
        mac: first.macs[1],
    };
    let server = End {
        ip: first.destination,
        mac: first.macs[0],
    };
    let (nic, partner) = match side {
        Side::Server => (server, client),
        Side::Client => (client, server),
    };
    let between: Vec<Numbered> = packets.iter().map(|(n, p)| (*n, p)).collect();
    let dialogues = dialogues(&between, nic, partner);
    let unreliable = between
        .iter()
        .filter(|(_, p)| p.destination == nic.ip && p.class() == Class::Other)
        .count();
    if dialogues.is_empty() && unreliable == 0 {
        return Err(DeriveError::NotReliable { ip: nic.ip });
    }
    let name = path
        .file_stem()
        .map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let title = format!(
        "{name}, the NIC in the {}'s place",
        match side {
            Side::Server => "server",
            Side::Client => "client",
        }
    );
    let mut draft = draft::Draft::new(title, nic, partner, &dialogues, unreliable as u64);
    let damaged = damaged.iter().filter(|(_, p)| p.source == nic.ip);
    draft.skip(
        damaged.map(|(n, _)| *n).collect(),
        "their ICRC is wrong, which the NIC's never is",
    );
    Ok(text::write(&draft.scenario, &draft.guesses))
}

/// The connections between two hosts. Queue pairs belong together if their packets have the same UDP source port, or if there is
/// no choice, or by the order in which they appear.
fn dialogues<'a>(packets: &[Numbered<'a>], nic: End, partner: End) -> Vec<Dialogue<'a>> {
    let reliable = |&&(_, p): &&Numbered<'a>| p.class() != Class::Other;
    let way = |from: End, to: End| -> Vec<Numbered<'a>> {
        packets
            .iter()
            .filter(reliable)
            .filter(|(_, p)| p.source == from.ip && p.destination == to.ip)
            .copied()
            .collect()
    };
    let (incoming, outgoing) = (way(partner, nic), way(nic, partner));
    let numbers = |all: &[Numbered]| -> Vec<u32> {
        let mut seen = BTreeSet::new();
        let all = all.iter().map(|(_, p)| p.dest_qpn);
        all.filter(|qpn| seen.insert(*qpn)).collect()
    };
    let (own, mut others) = (numbers(&incoming), numbers(&outgoing));
    let port = |all: &[Numbered], qpn: u32| {
        let packet = all.iter().find(|(_, p)| p.dest_qpn == qpn);
        packet.and_then(|(_, p)| p.field("udp.source_port").cloned())
    };
    let of = |all: &[Numbered<'a>], qpn: Option<u32>| -> Vec<Numbered<'a>> {
        all.iter()
            .filter(|(_, p)| Some(p.dest_qpn) == qpn)
            .copied()
            .collect()
    };
    let mut pairs: Vec<(Option<u32>, Option<u32>)> = Vec::new();
    for qpn in own {
        let wanted = port(&incoming, qpn);
        let by_port = others.iter().position(|&o| port(&outgoing, o) == wanted);
        let at = by_port.or((!others.is_empty()).then_some(0));
        pairs.push((Some(qpn), at.map(|at| others.remove(at))));
    }
    pairs.extend(others.into_iter().map(|qpn| (None, Some(qpn))));
    pairs
        .into_iter()
        .map(|(own, partner)| Dialogue {
            own,
            partner,
            incoming: of(&incoming, own),
            outgoing: of(&outgoing, partner),
        })
        .collect()
}
