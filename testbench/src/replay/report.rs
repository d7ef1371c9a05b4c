//! What a replay has brought: as data for `--json`, and as text.

use super::compare::Comparison;
use crate::show::ShownRecord;
use crate::table::Table;
use serde::Serialize;
use std::collections::BTreeMap;

/// What a packet of IN is to the NIC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Addressed to it.
    In,
    /// Sent by whoever was in its place.
    Cue,
    /// Neither.
    Foreign,
}

/// What the NIC did with a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It did not get it.
    None,
    /// Taken.
    Accepted,
    /// A request that it had before.
    Duplicate,
    /// A request ahead of the expected PSN.
    OutOfSequence,
    /// A request for which no receive was posted.
    NotReady,
    /// A request that it answered with a NAK which ends the connection.
    Refused,
    /// A response that means nothing any more, or that answers nothing.
    Ignored,
    /// Dropped before any queue pair saw it; the counter says why.
    Dropped,
    /// Several packets went in together, and not all of them fared the same.
    Mixed,
}

impl Fate {
    /// What `counted`, counters raised by so many packets, say became of them.
    pub fn of(counted: &BTreeMap<&'static str, u64>, packets: u64) -> Self {
        let sum =
            |names: &[&str]| -> u64 { names.iter().filter_map(|name| counted.get(name)).sum() };
        let dropped: u64 = counted
            .iter()
            .filter(|(name, _)| name.starts_with("rx_") && !matches!(**name, "rx_ecn" | "rx_raw"))
            .map(|(_, n)| n)
            .sum();
        let classes = [
            (Self::Dropped, dropped),
            (Self::Duplicate, sum(&["duplicate_request"])),
            (Self::OutOfSequence, sum(&["out_of_seq_request"])),
            (Self::NotReady, sum(&["send_rnr_err"])),
            (
                Self::Refused,
                sum(&[
                    "nak_invalid_request",
                    "nak_remote_access",
                    "nak_remote_operational",
                ]),
            ),
            (Self::Ignored, sum(&["stale_response", "ghost_ack"])),
        ];
        let mut found = classes.iter().filter(|(_, n)| *n > 0);
        match (found.next(), found.next()) {
            (None, _) if sum(&["rcvd_pkts"]) > 0 => Self::Accepted,
            (None, _) => Self::None,
            (Some((fate, n)), None) if *n >= packets => *fate,
            (Some(_), _) => Self::Mixed,
        }
    }
}

/// A packet of IN.
#[derive(Clone, Debug, Serialize)]
pub struct PacketReport {
    /// Its number in IN, from 1.
    pub number: usize,
    pub role: Role,
    /// Decoded.
    pub packet: String,
    pub fate: Fate,
    /// Counters it raised, together with the others of its group.
    pub counters: BTreeMap<&'static str, u64>,
    /// Numbers of the packets in OUT that the NIC sent then.
    pub answers: Vec<usize>,
    /// Packets that were counted together with it, itself included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<Vec<usize>>,
}

/// A packet of OUT.
#[derive(Clone, Debug, Serialize)]
pub struct SentReport {
    /// Its number in OUT, from 1.
    pub number: usize,
    /// µs of the NIC's clock since the beginning.
    pub time_us: f64,
    pub packet: String,
}

/// A completed work request.
#[derive(Clone, Debug, Serialize)]
pub struct CompletionReport {
    /// Which entry of the scenario, from 1: `send 1`, `recv 2`.
    pub request: String,
    pub qpn: u32,
    pub status: &'static str,
    pub opcode: &'static str,
    pub byte_len: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imm: Option<u32>,
    /// Seen after this packet of IN had been dealt with; none: at the end.
    pub after: Option<usize>,
}

/// A queue pair at the end.
#[derive(Clone, Debug, Serialize)]
pub struct QpReport {
    pub name: String,
    pub qpn: u32,
    /// As in verbs.
    pub state: &'static str,
    pub records: Vec<ShownRecord>,
}

/// A memory region at the end.
#[derive(Clone, Debug, Serialize)]
pub struct MrReport {
    pub name: String,
    pub key: u32,
    pub addr: u64,
    pub length: usize,
    /// Of its content, in hex.
    pub sha256: String,
}

/// Everything a replay has brought.
#[derive(Clone, Debug, Serialize)]
pub struct ReplayReport {
    pub title: String,
    /// Bits of the NIC's data path.
    pub width: u32,
    pub packets: Vec<PacketReport>,
    pub sent: Vec<SentReport>,
    pub completions: Vec<CompletionReport>,
    pub qps: Vec<QpReport>,
    pub mrs: Vec<MrReport>,
    /// What counters have counted.
    pub counters: BTreeMap<&'static str, u64>,
    /// What came otherwise than the capture let expect, without being wrong for that.
    pub notes: Vec<String>,
    /// What the scenario says must be at the end, and is not.
    pub failed: Vec<String>,
    /// With `--expect`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
}

impl ReplayReport {
    /// Everything is as the scenario and the packets compared with say.
    pub fn is_good(&self) -> bool {
        let same = self.comparison.as_ref().is_none_or(Comparison::is_good);
        self.failed.is_empty() && same
    }

    /// All of it but the contexts' lesser fields.
    pub fn text(&self) -> String {
        let mut text = format!(
            "{}, {} bits\n\n{}",
            self.title,
            self.width,
            self.packets_table()
        );
        let mut sent = Table::new(["out", "µs", "packet"]);
        for s in &self.sent {
            sent.row([
                s.number.to_string(),
                format!("{:.2}", s.time_us),
                s.packet.clone(),
            ]);
        }
        let mut done = Table::new(["completion of", "qp", "status", "opcode", "bytes", "after"]);
        for c in &self.completions {
            done.row([
                c.request.clone(),
                format!("{:#x}", c.qpn),
                c.status.to_owned(),
                c.opcode.to_owned(),
                c.byte_len.to_string(),
                c.after.map_or("end".to_owned(), |n| n.to_string()),
            ]);
        }
        for table in [sent, done, self.qps_table(), self.mrs_table()] {
            if !table.is_empty() {
                text += &format!("\n{table}");
            }
        }
        let counters: Vec<String> = self
            .counters
            .iter()
            .map(|(name, n)| format!("{name} {n}"))
            .collect();
        text += &format!("\ncounters: {}\n", counters.join(", "));
        for note in &self.notes {
            text += &format!("note: {note}\n");
        }
        for failed in &self.failed {
            text += &format!("WRONG: {failed}\n");
        }
        match &self.comparison {
            Some(comparison) => text + &comparison.text(),
            None => text,
        }
    }

    fn packets_table(&self) -> Table {
        let mut table = Table::new(["in", "packet", "", "counters", "answered by"]);
        for p in &self.packets {
            let counters: Vec<String> = p
                .counters
                .iter()
                .filter(|(name, _)| !matches!(**name, "rcvd_pkts" | "sent_pkts"))
                .map(|(name, n)| format!("{name} {n}"))
                .collect();
            let answers: Vec<String> = p.answers.iter().map(usize::to_string).collect();
            let what = match p.role {
                Role::In => word(&p.fate),
                Role::Cue => "(the NIC's place)".to_owned(),
                Role::Foreign => "not addressed to the NIC".to_owned(),
            };
            table.row([
                p.number.to_string(),
                p.packet.clone(),
                what,
                counters.join(", "),
                answers.join(" "),
            ]);
        }
        table
    }

    fn qps_table(&self) -> Table {
        let mut table = Table::new(["qp", "number", "state", "epsn", "msn", "next psn", "una"]);
        for qp in &self.qps {
            let field = |kind: &str, name: &str| {
                let record = qp.records.iter().find(|r| r.kind == kind);
                let value = record.and_then(|r| r.field(name));
                value.map_or(String::new(), |v| v.to_string())
            };
            table.row([
                qp.name.clone(),
                format!("{:#x}", qp.qpn),
                qp.state.to_owned(),
                field("responder", "epsn"),
                field("responder", "msn"),
                field("requester", "next_psn"),
                field("completer", "una"),
            ]);
        }
        table
    }

    fn mrs_table(&self) -> Table {
        let mut table = Table::new(["mr", "key", "address", "bytes", "sha256"]);
        for mr in &self.mrs {
            table.row([
                mr.name.clone(),
                format!("{:#x}", mr.key),
                format!("{:#x}", mr.addr),
                mr.length.to_string(),
                mr.sha256.clone(),
            ]);
        }
        table
    }
}

/// A fate as `--json` spells it, with spaces.
fn word(fate: &Fate) -> String {
    match fate {
        Fate::None => "no trace",
        Fate::Accepted => "accepted",
        Fate::Duplicate => "duplicate",
        Fate::OutOfSequence => "out of sequence",
        Fate::NotReady => "not ready",
        Fate::Refused => "refused",
        Fate::Ignored => "ignored",
        Fate::Dropped => "dropped",
        Fate::Mixed => "mixed",
    }
    .to_owned()
}
