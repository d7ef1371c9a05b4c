//! What a migration costs: commands by the number of queue pairs, and the gap that the partner sees.
//!
//! A command lasts from the register write that starts it to the status read that shows its end. Costs are fitted as a + b·n over
//! the numbers of queue pairs, as are the bytes of the image without memory; what completion queues, shared receive queues and memory regions cost is taken apart, as the
//! difference that sixteen of them make.

use super::{BenchOptions, Better, Figure, Measure};
use crate::lab::{ConnectOptions, Endpoint, Lab, LabError, LabOptions, Variant, join};
use crate::migrate::{self, DemoOptions, Kind, MoveReport};
use fw_regs::{Command, ContextKind};
use host_driver::{
    Access, CompletionQueue, Context, MemoryRegion, ProtectionDomain, QpOptions, SendOperation,
    SendRequest, SharedReceiveQueue,
};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// Numbers of queue pairs; those that the device does not have are left out.
const COUNTS: [usize; 5] = [1, 8, 64, 512, 4096];
/// Queue pairs whose doorbells are rung at once, at most.
const AT_ONCE: usize = 512;
/// Objects whose cost is taken apart.
const MANY: usize = 16;
/// Cycles of command units and driver for a set of any size.
const FIXED: f64 = 700.0;

/// Cycles for an idle queue pair at most.
fn per_qp(width: u32) -> f64 {
    if width >= 512 { 40.0 } else { 100.0 }
}

/// The gap over its limit, at most.
const GAP: f64 = 1.25;

/// What is stopped and restored.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
struct Shape {
    qps: usize,
    /// Every queue pair has work under way.
    loaded: bool,
    /// More than the one completion queue that all share, and than none.
    cqs: usize,
    srqs: usize,
    mrs: usize,
}

/// Cycles of the commands, and bytes.
#[derive(Clone, Copy)]
struct Cost {
    /// STOP, DRAINED and DUMP.
    checkpoint: f64,
    restore: f64,
    /// The image without memory.
    image: f64,
}

type Part = fn(&Cost) -> f64;

/// What has been measured, so that nothing is measured twice.
#[derive(Default)]
struct Known {
    costs: HashMap<Shape, Option<Cost>>,
    moved: Option<MoveReport>,
}

type Shared = Rc<RefCell<Known>>;

/// Bytes of a queue pair in an image, at most, and of what is there once: what a queue pair has is a record each of eleven kinds.
const IMAGE: [f64; 2] = [1024.0, 1024.0];

pub(super) fn measures(width: u32, variant: Variant) -> Vec<Measure> {
    let known = Shared::default();
    let mut all = Vec::new();
    let cycles = |fixed, per_qp| Line {
        unit: "cycles",
        limits: [fixed, per_qp],
    };
    let parts: [(&'static str, Part); 2] =
        [("checkpoint", |c| c.checkpoint), ("restore", |c| c.restore)];
    for (what, part) in parts {
        let line = cycles(FIXED, per_qp(width));
        for loaded in [false, true] {
            all.extend(fits(&known, width, what, loaded, line, part));
        }
        for object in ["cq", "srq", "mr"] {
            all.push(object_cost(&known, width, what, object, part));
        }
    }
    let line = Line {
        unit: "bytes",
        limits: IMAGE,
    };
    for loaded in [false, true] {
        all.extend(fits(&known, width, "image", loaded, line, |c| c.image));
    }
    if variant == Variant::Migratable {
        all.extend(gaps(&known, width));
    }
    all
}

/// What a fitted line is of, and what is asked of its two numbers.
#[derive(Clone, Copy)]
struct Line {
    unit: &'static str,
    limits: [f64; 2],
}

/// a and b of a + b·n.
fn fits(
    known: &Shared,
    width: u32,
    what: &'static str,
    loaded: bool,
    line: Line,
    part: Part,
) -> [Measure; 2] {
    let load = if loaded { "loaded" } else { "idle" };
    let of = |suffix: &str, limit: f64, pick: fn((f64, f64)) -> f64| {
        let name = format!("migration_{what}_{load}_{suffix}");
        let (title, known) = (name.clone(), known.clone());
        Measure {
            name,
            width,
            take: Box::new(move |options| {
                let value = pick(fit(&samples(&known, width, options, loaded, part)?));
                let figure =
                    Figure::new(title.clone(), width, value, line.unit, limit, Better::Lower);
                // what is under way is dumped too; and among thousands of queue pairs nothing is fixed
                let asked = !loaded && options.variant == Variant::Migratable;
                Ok(figure.reaching(asked.then_some(limit)))
            }),
        }
    };
    let [fixed, per_qp] = line.limits;
    [
        of("fixed", fixed, |(a, _)| a),
        of("per_qp", per_qp, |(_, b)| b),
    ]
}

fn samples(
    known: &Shared,
    width: u32,
    options: &BenchOptions,
    loaded: bool,
    part: Part,
) -> Result<Vec<(f64, f64)>, LabError> {
    let mut all = Vec::new();
    for qps in COUNTS {
        let shape = Shape {
            qps,
            loaded,
            ..Shape::default()
        };
        if let Some(cost) = cost(known, width, options, shape)? {
            all.push((qps as f64, part(&cost)));
        }
    }
    Ok(all)
}

/// Least squares: a and b of y = a + b·x.
fn fit(samples: &[(f64, f64)]) -> (f64, f64) {
    let n = samples.len().max(1) as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| samples.iter().map(of).sum::<f64>() / n;
    let (x, y) = (mean(|s| s.0), mean(|s| s.1));
    let above: f64 = samples.iter().map(|s| (s.0 - x) * (s.1 - y)).sum();
    let below: f64 = samples.iter().map(|s| (s.0 - x).powi(2)).sum();
    let b = if below > 0.0 { above / below } else { 0.0 };
    (y - b * x, b)
}

/// What one more object costs.
fn object_cost(
    known: &Shared,
    width: u32,
    what: &'static str,
    object: &'static str,
    part: Part,
) -> Measure {
    let name = format!("migration_{what}_per_{object}");
    let (title, known) = (name.clone(), known.clone());
    Measure {
        name,
        width,
        take: Box::new(move |options| {
            let with = |count: usize| {
                let mut shape = Shape {
                    qps: MANY,
                    ..Shape::default()
                };
                match object {
                    "cq" => shape.cqs = count,
                    "srq" => shape.srqs = count,
                    _ => shape.mrs = count,
                }
                let cost = cost(&known, width, options, shape)?;
                let missing = || failed(format!("{MANY} queue pairs, which the device lacks"));
                cost.ok_or_else(missing)
            };
            // the first shared receive queue replaces receive queues
            let few = usize::from(object == "srq");
            let (more, less) = (with(MANY)?, with(few)?);
            let value = (part(&more) - part(&less)) / (MANY - few) as f64;
            let limit = per_qp(width);
            Ok(Figure::new(
                title.clone(),
                width,
                value,
                "cycles",
                limit,
                Better::Lower,
            ))
        }),
    }
}

/// Objects of a process, kept alive.
struct Bed {
    lab: Lab,
    context: Context,
    _here: Vec<Endpoint>,
    _there: Vec<Endpoint>,
    _target: MemoryRegion,
    _objects: (
        Vec<CompletionQueue>,
        Vec<SharedReceiveQueue>,
        Vec<MemoryRegion>,
    ),
}

impl Bed {
    /// None if the device is too small.
    fn new(options: LabOptions, shape: Shape) -> Result<Option<Self>, LabError> {
        let lab = Lab::new(LabOptions {
            hosts: 3,
            pause: 8,
            ..options
        })?;
        if lab.hosts[0].adapter.attributes().qps < shape.qps {
            return Ok(None);
        }
        let context = lab.hosts[0].adapter.context()?;
        let pd = context.allocate_pd()?;
        let count = |n: usize| 0..n.max(1);
        let cqs = count(shape.cqs)
            .map(|_| context.create_cq(4 * shape.qps as u32))
            .collect::<Result<Vec<_>, _>>()?;
        let srqs = (0..shape.srqs)
            .map(|_| pd.create_srq(16, 0))
            .collect::<Result<Vec<_>, _>>()?;
        let mrs = (0..shape.mrs.max(usize::from(shape.loaded)))
            .map(|k| region(&context, &pd, k))
            .collect::<Result<Vec<_>, _>>()?;
        let target = lab.hosts[1].memory(4096, Access::ALL)?;
        let mut here = Vec::new();
        for k in 0..shape.qps {
            let cq = cqs[k % cqs.len()].clone();
            let qp = pd.create_qp(&QpOptions {
                send_cq: cq.clone(),
                recv_cq: cq.clone(),
                srq: srqs.get(k % srqs.len().max(1)).cloned(),
                max_send: 16,
                max_recv: 16,
                raw: false,
            })?;
            here.push(Endpoint {
                qp,
                send_cq: cq.clone(),
                recv_cq: cq,
            });
        }
        let there = partners(&lab, &here)?;
        if shape.loaded {
            for some in here.chunks(AT_ONCE) {
                load(some, &mrs[0], &target)?;
                if here.len() > AT_ONCE {
                    // doorbells are posted writes, and a read waits for those before it, but not for thousands
                    lab.hosts[0].adapter.read_record(ContextKind::QpState, 0)?;
                }
            }
            lab.run(2000)?;
        }
        Ok(Some(Self {
            lab,
            context,
            _here: here,
            _there: there,
            _target: target,
            _objects: (cqs, srqs, mrs),
        }))
    }

    /// Cycles of the commands that host `host` has issued since the last call, of those in `wanted`.
    fn lasted(&self, host: usize, wanted: &[Command]) -> f64 {
        let commands = self.lab.cluster.take_commands().into_iter();
        let mine = commands.filter(|c| {
            let command = Command::from_code(c.opcode);
            c.host == host && command.is_some_and(|c| wanted.contains(&c))
        });
        mine.map(|c| c.done.unwrap_or(c.cycle) - c.cycle)
            .sum::<u64>() as f64
    }
}

/// Host B's ends, connected.
fn partners(lab: &Lab, here: &[Endpoint]) -> Result<Vec<Endpoint>, LabError> {
    let cq = lab.hosts[1].context.create_cq(64)?;
    let options = ConnectOptions {
        depth: 16,
        cqs: [None, Some((cq.clone(), cq))],
        ..ConnectOptions::default()
    };
    let partner = |end: &Endpoint| -> Result<Endpoint, LabError> {
        let partner = lab.hosts[1].endpoint(&options, 1)?;
        join(&end.qp, &partner.qp, &options)?;
        Ok(partner)
    };
    here.iter().map(partner).collect()
}

fn region(context: &Context, pd: &ProtectionDomain, k: usize) -> Result<MemoryRegion, LabError> {
    let buffer = context.allocate(4096)?;
    let va = 0x6000_0000_0000 + ((k as u64) << 16);
    Ok(pd.register(&buffer, va, 4096, Access::ALL)?)
}

/// Four requests on each queue pair.
fn load(here: &[Endpoint], source: &MemoryRegion, target: &MemoryRegion) -> Result<(), LabError> {
    for end in here {
        let (remote_addr, rkey) = (target.va(), target.rkey());
        let write = SendOperation::Write {
            remote_addr,
            rkey,
            imm: None,
        };
        let read = SendOperation::Read { remote_addr, rkey };
        let requests: Vec<_> = (0..4)
            .map(|k| match k % 2 {
                0 => SendRequest::new(k, write.clone(), source.entry(0, 4096)),
                _ => SendRequest::new(k, read.clone(), source.entry(0, 4096)),
            })
            .collect();
        end.qp.post_send(&requests)?;
    }
    Ok(())
}

/// What it costs to stop a process on host A and restore it on host C; none if the device is too small.
fn cost(
    known: &Shared,
    width: u32,
    options: &BenchOptions,
    shape: Shape,
) -> Result<Option<Cost>, LabError> {
    if let Some(cost) = known.borrow().costs.get(&shape) {
        return Ok(*cost);
    }
    let cost = measured(options.lab(width), shape)?;
    known.borrow_mut().costs.insert(shape, cost);
    Ok(cost)
}

fn measured(options: LabOptions, shape: Shape) -> Result<Option<Cost>, LabError> {
    let seed = options.seed;
    let Some(bed) = Bed::new(options, shape)? else {
        return Ok(None);
    };
    let failed = |e: &dyn std::fmt::Display| failed(format!("a migration, seed {seed:#x}: {e}"));
    bed.lab.run(500)?;
    bed.lab.cluster.note_commands();
    let checkpoint = bed.context.checkpoint().map_err(|e| failed(&e))?;
    let stop = [Command::Stop, Command::Drained, Command::Dump];
    let stopped = bed.lasted(0, &stop);
    let memory = checkpoint
        .memory()
        .iter()
        .map(|range| checkpoint.read_memory(range))
        .collect::<Result<Vec<_>, _>>()?;
    let adapter = &bed.lab.hosts[2].adapter;
    let restored = adapter.restore(checkpoint.image(), &memory);
    let restored = restored.map_err(|e| failed(&e))?;
    let restore = bed.lasted(2, &[Command::Restore]);
    restored.discard().map_err(|e| failed(&e.failure))?;
    Ok(Some(Cost {
        checkpoint: stopped,
        restore,
        image: checkpoint.image().encode().len() as f64,
    }))
}

/// The gap that the partner sees while a process moves, and the NICs' share of it.
fn gaps(known: &Shared, width: u32) -> [Measure; 2] {
    let of = |name: &'static str, figure: fn(&MoveReport, u32) -> Figure| {
        let known = known.clone();
        Measure {
            name: name.to_owned(),
            width,
            take: Box::new(move |options| {
                if known.borrow().moved.is_none() {
                    let moved = moved(width, options)?;
                    known.borrow_mut().moved = Some(moved);
                }
                let figure = |m: &MoveReport| Figure {
                    name: name.to_owned(),
                    ..figure(m, width)
                };
                let missing = || failed("a move".to_owned());
                known
                    .borrow()
                    .moved
                    .as_ref()
                    .map(figure)
                    .ok_or_else(missing)
            }),
        }
    };
    [
        of("migration_partner_gap", |m, width| {
            let (gap, limit) = (us(m.blackout_ns), us(m.blackout_limit_ns));
            let figure = Figure::new("", width, gap, "µs", limit, Better::Lower);
            figure.reaching(Some(limit * GAP))
        }),
        of("migration_partner_gap_nic_share", |m, width| {
            let p = m.phase_ns;
            let share = us(p.stop + p.drain + p.dump + p.restore);
            Figure::new("", width, share, "µs", us(m.blackout_ns), Better::Lower)
        }),
    ]
}

fn us(ns: u64) -> f64 {
    ns as f64 / 1e3
}

fn failed(what: String) -> LabError {
    LabError::Timeout { what, cycles: 0 }
}

/// A single move of the demonstration, without loss.
fn moved(width: u32, options: &BenchOptions) -> Result<MoveReport, LabError> {
    let report = migrate::run_kinds(
        &DemoOptions {
            lab: LabOptions::new(width, options.seed),
            file: migrate::generated_file(options.seed),
            qps: 4,
            path_mtu: 1024,
            migrations: None,
            pcap: None,
            waves: None,
            timeline: None,
            image: None,
        },
        &[Kind::Single],
        |_, _, _| {},
    );
    let report = report.map_err(|e| failed(format!("a move: {e}")))?;
    let moves = report.moves.into_iter();
    moves.last().ok_or_else(|| failed("a move".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::fit;

    #[test]
    fn fit_finds_a_line_again() {
        let (a, b) = fit(&[(1.0, 790.0), (8.0, 1420.0), (64.0, 6460.0)]);
        assert!((a - 700.0).abs() < 1e-6 && (b - 90.0).abs() < 1e-6);
        assert_eq!(fit(&[(3.0, 5.0)]), (5.0, 0.0));
    }
}
