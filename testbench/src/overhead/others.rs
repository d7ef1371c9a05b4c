//! What the means that exist without a migratable NIC would take.
//!
//! *Drain and make anew*: what an operating system can do with the NIC without migration. Both ends of every connection stop sending (SQD) and drain; the queue
//! pairs here are destroyed, new ones made there, and both ends go through INIT, RTR and RTS again. Measured on the baseline NIC in the same simulation as
//! [`super::moving`], with the same load. Software takes no time but for register accesses, and the exchange of numbers and addresses between the hosts takes none, so this is
//! a lower bound; it needs the partner's help for every connection, changes queue pair numbers and keys, and what was posted and not done has to be
//! posted again at both ends.
//!
//! *Interception of every work request* by a layer that keeps shadow objects is not measured here: the figures are the published ones, put next to this NIC's own latency.

use super::cache;
use super::moving::{DEPTH, Party, failed, gap, rejoin, requests};
use super::{OverheadError, OverheadOptions, Say, simulated};
use crate::lab::{CYCLES_PER_US, ConnectOptions, LabError, Variant};
use fw_regs::Command;
use host_driver::{Access, AsyncEvent, Modify};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Queue pairs.
const COUNTS: [usize; 5] = [1, 8, 16, 32, 64];
const PATIENCE: u64 = 8_000_000;
const WARM: u64 = 2_000;

/// Everything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Others {
    pub remade: Vec<Remade>,
    pub interception: Vec<Interception>,
}

/// Connections that were drained and made anew elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Remade {
    pub width: u32,
    pub qps: usize,
    /// Mailbox commands by their name and host: A the old place, B the partner, C the new place.
    pub commands: BTreeMap<String, usize>,
    /// All of them.
    pub command_count: usize,
    /// Cycles until both ends of all connections had drained.
    pub drain: u64,
    /// Cycles until all connections worked again.
    pub total: u64,
    /// Requests that were posted before and not done, and had to be posted again: the process's and its partner's.
    pub waiting: [usize; 2],
    /// The longest time in which no packet reached the partner, in cycles.
    pub gap: u64,
}

/// A published figure of interception.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interception {
    pub system: String,
    pub what: String,
    pub source: String,
    /// Cycles of 4 ns that it adds to a message, where a time is published.
    pub cycles: Option<u64>,
}

fn interception() -> Vec<Interception> {
    let one = |system: &str, what: &str, source: &str, ns: Option<u64>| Interception {
        system: system.to_owned(),
        what: what.to_owned(),
        source: source.to_owned(),
        cycles: ns.map(|ns| ns * CYCLES_PER_US / 1000),
    };
    vec![
        one(
            "DMTCP",
            "0.34 µs (up to 23 %) more latency below 16 KiB; up to 70 % less bandwidth of small messages",
            "TardiS, USENIX ATC 2021, figure 8",
            Some(340),
        ),
        one(
            "DMTCP",
            "1.3 µs more latency from 16 KiB on",
            "TardiS, USENIX ATC 2021, figure 8",
            Some(1300),
        ),
        one(
            "MigrRDMA",
            "3.7 % (SEND), 8.9 % (RECV), 6.6 % (WRITE), 5.1 % (READ) more processor cycles on the data path: 4 to 8 for each request",
            "MigrRDMA, SIGCOMM 2025",
            None,
        ),
    ]
}

/// Measures all sizes.
pub(super) fn measure(options: &OverheadOptions, say: Say) -> Result<Others, OverheadError> {
    let mut all = Vec::new();
    for &width in &options.widths {
        let key = simulated(options, width, &["moving.rs", "others.rs"])?;
        for qps in COUNTS {
            if options.quick && qps > 8 {
                continue;
            }
            let key = key.clone().with(format!("{qps}"));
            if let Some(kept) = (!options.fresh)
                .then(|| cache::load("others", &key))
                .flatten()
            {
                all.push(kept);
                continue;
            }
            say(&format!("{qps} QPs drained and made anew, {width} bits"));
            let one = remade(width, options.seed, qps)?;
            cache::store("others", &key, &one);
            all.push(one);
        }
    }
    Ok(Others {
        remade: all,
        interception: interception(),
    })
}

fn remade(width: u32, seed: u64, qps: usize) -> Result<Remade, LabError> {
    let party = Party::new(width, Variant::Baseline, seed, qps)?;
    let party = party.ok_or_else(|| failed(format!("the device has fewer than {qps} QPs")))?;
    let lab = &party.lab;
    lab.run(WARM)?;
    lab.cluster.watch(80);
    party.load()?;
    lab.run(WARM)?;
    lab.cluster.note_commands();
    let begin = lab.cluster.cycle();
    for ends in &party.ends {
        for end in ends {
            end.qp.modify(Modify::Sqd)?;
        }
    }
    let mut drained = 0;
    lab.until("both ends to drain", PATIENCE, || {
        for host in &lab.hosts[..2] {
            host.adapter.poll_events()?;
            while let Some(event) = host.adapter.next_event() {
                drained += usize::from(matches!(event, AsyncEvent::SqDrained { .. }));
            }
        }
        Ok((drained == 2 * qps).then_some(()))
    })?;
    let drain = lab.cluster.cycle() - begin;
    let mut waiting = [qps * DEPTH as usize; 2];
    for (host, waiting) in waiting.iter_mut().enumerate() {
        let done = party.ends[0][host].send_cq.poll(usize::MAX)?.len();
        *waiting -= done.min(*waiting);
    }
    for ends in &party.ends {
        ends[1].qp.modify(Modify::Reset)?;
    }
    // gone from the old place
    let Party {
        lab, ends, memory, ..
    } = party;
    let [old, partner_memory] = memory;
    let (here, there): (Vec<_>, Vec<_>) = ends.into_iter().map(|[a, b]| (a, b)).unzip();
    drop((here, old));

    let new_memory = lab.hosts[2].memory(partner_memory.length(), Access::ALL)?;
    let entries = (4 * DEPTH * qps as u32).next_power_of_two();
    let cq = || lab.hosts[2].context.create_cq(entries);
    let options = ConnectOptions {
        depth: 2 * DEPTH,
        timeout: 14,
        cqs: [Some((cq()?, cq()?)), None],
        ..ConnectOptions::default()
    };
    let mut moved = Vec::new();
    for partner in &there {
        let end = lab.hosts[2].endpoint(&options, 0)?;
        rejoin(&end, partner, &options)?;
        moved.push(end);
    }
    let end = lab.cluster.cycle();
    // what was not done is posted again
    let memory = [new_memory, partner_memory];
    for (end, partner) in moved.iter().zip(&there) {
        end.qp.post_send(&requests(&memory, 0, 2))?;
        partner.qp.post_send(&requests(&memory, 1, 2))?;
    }
    lab.run(20_000)?;
    let issued = lab.cluster.take_commands();
    let mut commands = BTreeMap::new();
    for c in &issued {
        let name = Command::from_code(c.opcode).map_or("?".to_owned(), |c| format!("{c:?}"));
        let host = ["A", "B", "C"][c.host];
        *commands.entry(format!("{host} {name}")).or_insert(0) += 1;
    }
    Ok(Remade {
        width,
        qps,
        command_count: issued.len(),
        commands,
        drain,
        total: end - begin,
        waiting,
        gap: gap(&lab.cluster.take_frames(), begin, end),
    })
}
