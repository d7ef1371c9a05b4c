//! What a migration takes: stop, drain, dump, restore, commit, resume, by the number of queue pairs.
//!
//! Beyond the queue pairs of the committed NIC, a larger one of the same sources takes its place, if its Verilog is there ([`Variant::holding`]).
//!
//! A process on host A with so many connections to host B moves to host C. Its memory and image are copied by the test in no time, so that the figures are those of NICs and driver
//! alone; a network adds its own. Loaded means that every queue pair has [`DEPTH`] requests of 4 KiB at either end when it is stopped.

use super::cache;
use super::{OverheadError, OverheadOptions, Say, simulated, verilog};
use crate::cluster::{IssuedCommand, PortFrame};
use crate::lab::{ConnectOptions, Endpoint, Lab, LabError, LabOptions, Variant, join};
use fw_regs::wire::Opcode;
use fw_regs::{Command, ContextKind};
use host_driver::{Access, MemoryRegion, SendOperation, SendRequest};
use serde::{Deserialize, Serialize};

/// Queue pairs; those that the device does not have are left out and said so.
const COUNTS: [usize; 7] = [1, 8, 16, 32, 64, 512, 4096];
/// Requests of a loaded queue pair at each end.
pub const DEPTH: u32 = 16;
/// Bytes of each.
const BYTES: u32 = 4096;
/// Cycles of load before the stop.
const WARM: u64 = 2_000;
/// Cycles for anything, and more for each queue pair.
const PATIENCE: u64 = 4_000_000;
const PATIENCE_PER_QP: u64 = 10_000;
/// Queue pairs whose completions fit the largest completion queue.
const SHARING: usize = 512;

/// One migration, in cycles and bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MoveCost {
    pub width: u32,
    pub qps: usize,
    pub loaded: bool,
    /// None: the device has fewer queue pairs.
    pub phases: Option<Phases>,
    /// Queue pairs that a device of this configuration has.
    pub device_qps: usize,
}

/// Cycles of each phase's commands, from the register write that starts the first to the status read that ends the last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Phases {
    pub stop: u64,
    pub drain: u64,
    pub dump: u64,
    pub restore: u64,
    pub commit: u64,
    pub resume: u64,
    /// From the RESUME command until every partner has answered.
    pub resumed: u64,
    /// The longest time in which no packet of the connections reached the partner, if they were loaded.
    pub gap: Option<u64>,
    /// Mailbox commands of both hosts, those that make objects at the new place among them.
    pub commands: usize,
    /// The image without memory.
    pub image: usize,
    /// Rings and registered memory.
    pub memory: u64,
}

impl Phases {
    /// From the first command to the last answer.
    pub fn total(&self) -> u64 {
        self.stop + self.drain + self.dump + self.restore + self.commit + self.resumed
    }
}

/// Measures all sizes.
pub(super) fn measure(options: &OverheadOptions, say: Say) -> Result<Vec<MoveCost>, OverheadError> {
    let mut costs = Vec::new();
    for &width in &options.widths {
        let key = simulated(options, width, &["moving.rs"])?;
        for qps in COUNTS {
            for loaded in [false, true] {
                if options.quick && qps > 8 {
                    continue;
                }
                let variant = Variant::holding(width, qps);
                let mut key = key.clone().with(format!("{qps} {loaded}"));
                if variant != Variant::Migratable {
                    key = key.with(verilog(width, variant)?);
                }
                if let Some(kept) = (!options.fresh)
                    .then(|| cache::load("migration", &key))
                    .flatten()
                {
                    costs.push(kept);
                    continue;
                }
                let load = if loaded { "loaded" } else { "idle" };
                say(&format!("migration of {qps} QPs, {load}, {width} bits"));
                let cost = moved((width, variant), options.seed, qps, loaded)?;
                cache::store("migration", &key, &cost);
                costs.push(cost);
            }
        }
    }
    Ok(costs)
}

/// Three hosts, and connections between the first two.
pub(super) struct Party {
    pub lab: Lab,
    pub ends: Vec<[Endpoint; 2]>,
    pub memory: [MemoryRegion; 2],
}

impl Party {
    pub(super) fn connection(cqs: [&Endpoint; 2]) -> ConnectOptions {
        let pair = |end: &Endpoint| Some((end.send_cq.clone(), end.recv_cq.clone()));
        ConnectOptions {
            depth: 2 * DEPTH,
            timeout: 14,
            cqs: cqs.map(pair),
            ..ConnectOptions::default()
        }
    }

    pub(super) fn new(
        width: u32,
        variant: Variant,
        seed: u64,
        qps: usize,
    ) -> Result<Option<Self>, LabError> {
        let lab = Lab::new(LabOptions {
            hosts: 3,
            pause: 8,
            variant,
            ..LabOptions::new(width, seed)
        })?;
        if lab.hosts[0].adapter.attributes().qps < qps {
            return Ok(None);
        }
        let memory = [
            lab.hosts[0].memory(BYTES as usize, Access::ALL)?,
            lab.hosts[1].memory(BYTES as usize, Access::ALL)?,
        ];
        let entries = 4 * DEPTH * qps.min(SHARING) as u32;
        let first = ConnectOptions {
            depth: 2 * DEPTH,
            timeout: 14,
            cq_depth: entries.next_power_of_two(),
            ..ConnectOptions::default()
        };
        let mut ends: Vec<[Endpoint; 2]> = Vec::new();
        for k in 0..qps {
            // the first one of those that share completion queues makes them
            let (a, b) = match &ends.get(k / SHARING * SHARING) {
                None => lab.connect(0, 1, &first)?,
                Some([a, b]) => lab.connect(0, 1, &Self::connection([a, b]))?,
            };
            ends.push([a, b]);
        }
        Ok(Some(Self { lab, ends, memory }))
    }

    /// Posts requests on every queue pair at both ends.
    pub(super) fn load(&self) -> Result<(), LabError> {
        for (k, ends) in self.ends.iter().enumerate() {
            for (from, end) in ends.iter().enumerate() {
                end.qp.post_send(&requests(&self.memory, from, DEPTH))?;
            }
            if (k + 1) % SHARING == 0 && k + 1 < self.ends.len() {
                // doorbells are posted writes, and a read waits for those before it, but not for thousands
                for host in &self.lab.hosts[..2] {
                    host.adapter.read_record(ContextKind::QpState, 0)?;
                }
            }
        }
        Ok(())
    }

    /// Cycles of all commands of `host` in `wanted`.
    fn lasted(commands: &[IssuedCommand], host: usize, wanted: Command) -> u64 {
        let mine = commands
            .iter()
            .filter(|c| c.host == host && c.opcode == wanted.code());
        mine.map(|c| c.done.unwrap_or(c.cycle) - c.cycle).sum()
    }
}

/// WRITEs and READs in turn.
pub(super) fn requests(memory: &[MemoryRegion; 2], from: usize, count: u32) -> Vec<SendRequest> {
    let (own, other) = (&memory[from], &memory[1 - from]);
    let (remote_addr, rkey) = (other.va(), other.rkey());
    let write = SendOperation::Write {
        remote_addr,
        rkey,
        imm: None,
    };
    let read = SendOperation::Read { remote_addr, rkey };
    let operation = |k: u32| {
        if k.is_multiple_of(2) {
            write.clone()
        } else {
            read.clone()
        }
    };
    (0..count)
        .map(|k| SendRequest::new(k.into(), operation(k), own.entry(0, BYTES)))
        .collect()
}

fn moved(
    (width, variant): (u32, Variant),
    seed: u64,
    qps: usize,
    loaded: bool,
) -> Result<MoveCost, LabError> {
    let mut cost = MoveCost {
        width,
        qps,
        loaded,
        phases: None,
        device_qps: 0,
    };
    let Some(party) = Party::new(width, variant, seed, qps)? else {
        let lab = Lab::new(LabOptions {
            hosts: 1,
            ..LabOptions::new(width, seed)
        })?;
        cost.device_qps = lab.hosts[0].adapter.attributes().qps;
        return Ok(cost);
    };
    let lab = &party.lab;
    cost.device_qps = lab.hosts[0].adapter.attributes().qps;
    // host C's answers are known to the switch before anything moves
    lab.run(WARM)?;
    lab.cluster.watch(80);
    if loaded {
        party.load()?;
    }
    lab.run(WARM)?;
    lab.cluster.note_commands();
    let begin = lab.cluster.cycle();
    let checkpoint = lab.hosts[0].context.checkpoint().map_err(failed)?;
    let memory = checkpoint
        .memory()
        .iter()
        .map(|range| checkpoint.read_memory(range))
        .collect::<Result<Vec<_>, _>>()?;
    let image = checkpoint.image().clone();
    let restored = lab.hosts[2]
        .adapter
        .restore(&image, &memory)
        .map_err(failed)?;
    let commit = checkpoint.commit(Some(lab.hosts[2].ip));
    let _tombstones = commit.map_err(|e| failed(e.failure))?;
    let resume = lab.cluster.cycle();
    let process = restored.resume().map_err(|e| failed(e.failure))?;
    let patience = PATIENCE + PATIENCE_PER_QP * qps as u64;
    lab.until("every partner's answer", patience, || {
        Ok(process.resumed()?.then_some(()))
    })?;
    let end = lab.cluster.cycle();
    lab.run(20_000)?;
    let commands = lab.cluster.take_commands();
    let lasted = |host, command| Party::lasted(&commands, host, command);
    cost.phases = Some(Phases {
        stop: lasted(0, Command::Stop),
        drain: lasted(0, Command::Drained),
        dump: lasted(0, Command::Dump),
        restore: lasted(2, Command::Restore),
        commit: lasted(0, Command::Tombstone),
        resume: lasted(2, Command::Resume),
        resumed: end - resume,
        gap: loaded.then(|| gap(&lab.cluster.take_frames(), begin, end)),
        commands: commands.len(),
        image: image.encode().len(),
        memory: memory.iter().map(|bytes| bytes.len() as u64).sum(),
    });
    Ok(cost)
}

/// The longest time between two packets of the connections' own traffic that reached the partner, round the cycles from `begin` to `end`.
pub(super) fn gap(frames: &[PortFrame], begin: u64, end: u64) -> u64 {
    const BTH: usize = 42;
    let own = |f: &&PortFrame| {
        let opcode = f.bytes.get(BTH).and_then(|code| Opcode::from_code(*code));
        let stopped = opcode == Some(Opcode::Acknowledge) && f.bytes.get(BTH + 12) == Some(&0x65);
        let migration = matches!(
            opcode,
            Some(Opcode::Resume | Opcode::ResumeAck | Opcode::Moved)
        );
        let to_partner = f.bytes.first_chunk() == Some(&[2, 0, 0, 0, 0, 2]);
        !f.sent && f.host == 1 && to_partner && opcode.is_some() && !migration && !stopped
    };
    let seen: Vec<u64> = frames.iter().filter(own).map(|f| f.begin).collect();
    let first = seen.partition_point(|&c| c <= begin).saturating_sub(1);
    let last = (seen.partition_point(|&c| c < end) + 1).min(seen.len());
    let around = seen.get(first..last).unwrap_or(&[]);
    around
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .max()
        .unwrap_or(0)
}

pub(super) fn failed(why: impl std::fmt::Display) -> LabError {
    LabError::Timeout {
        what: format!("a migration: {why}"),
        cycles: 0,
    }
}

/// Brings two ends together that were other's before.
pub(super) fn rejoin(a: &Endpoint, b: &Endpoint, options: &ConnectOptions) -> Result<(), LabError> {
    join(&a.qp, &b.qp, options)
}
