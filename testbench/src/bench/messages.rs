//! Short messages: cycles per message.

use super::framing;
use super::load::{Load, LoadOptions, Work};
use super::{BenchOptions, Better, Figure, Measure};
use crate::lab::{LabError, LabOptions};
use fw_regs::wire::Opcode;

const BYTES: u32 = 64;
const QPS: usize = 8;

/// 64-byte WRITEs on the sender's wire; 64-byte SENDs up to their receive completions.
pub(super) fn measures(width: u32) -> Vec<Measure> {
    [("write", Work::Write), ("send", Work::Send)]
        .into_iter()
        .map(|(name, work)| {
            let name = format!("{name}_64b_qp{QPS}");
            let own = name.clone();
            Measure {
                name,
                width,
                take: Box::new(move |options| take(&own, width, work, options)),
            }
        })
        .collect()
}

fn take(name: &str, width: u32, work: Work, options: &BenchOptions) -> Result<Figure, LabError> {
    let mut load = Load::new(LoadOptions {
        lab: LabOptions {
            pause: 8,
            ..options.lab(width)
        },
        work,
        qps: QPS,
        path_mtu: 1024,
        bytes: BYTES,
        depth: 128,
        both: false,
    })?;
    let (skip, count) = if options.quick {
        (300, 700)
    } else {
        (1000, 4000)
    };
    let value = match work {
        Work::Send => completions(&mut load, skip, count)?,
        _ => frames(&mut load, skip, count)?,
    };
    let beat = width as usize / 8;
    let (opcode, reach) = match (work, width) {
        (Work::Send, 64) => (Opcode::SendOnly, Some(30.0)),
        (Work::Send, 512) => (Opcode::SendOnly, Some(16.0)),
        (Work::Send, _) => (Opcode::SendOnly, None),
        (_, 64) => (Opcode::WriteOnly, Some(20.0)),
        (_, 512) => (Opcode::WriteOnly, Some(8.0)),
        _ => (Opcode::WriteOnly, None),
    };
    let limit = framing::frame(opcode, BYTES as usize).div_ceil(beat) as f64;
    let figure = Figure::new(name, width, value, "cycles/message", limit, Better::Lower);
    Ok(figure.reaching(reach))
}

/// Cycles in which a window must be full.
const PATIENCE: u64 = 600_000;

fn late(cycles: u64) -> LabError {
    let what = "a window of short messages".to_owned();
    LabError::Timeout { what, cycles }
}

/// Cycles per frame with payload on host 0's wire.
fn frames(load: &mut Load, skip: usize, count: usize) -> Result<f64, LabError> {
    load.lab.cluster.watch(80);
    let mut ends = Vec::new();
    let mut seen = std::collections::HashSet::new();
    let start = load.lab.cluster.cycle();
    while ends.len() < skip + count {
        load.turn()?;
        for f in load.lab.cluster.take_frames() {
            if let Some(p) = framing::packet(&f.bytes, f.length)
                && f.sent
                && f.host == 0
                && p.payload > 0
                && seen.insert((p.qpn, p.psn))
            {
                ends.push(f.end);
            }
        }
        if load.lab.cluster.cycle() - start > PATIENCE {
            return Err(late(PATIENCE));
        }
    }
    let window = &ends[skip..];
    let cycles = window[window.len() - 1] - window[0];
    Ok(cycles as f64 / (window.len() - 1) as f64)
}

/// Cycles per receive completion.
fn completions(load: &mut Load, skip: usize, count: usize) -> Result<f64, LabError> {
    let start = load.lab.cluster.cycle();
    let reach = |load: &mut Load, messages: usize| -> Result<(u64, u64), LabError> {
        while load.received < messages as u64 {
            load.turn()?;
            if load.lab.cluster.cycle() - start > PATIENCE {
                return Err(late(PATIENCE));
            }
        }
        Ok((load.lab.cluster.cycle(), load.received))
    };
    let (begin, before) = reach(load, skip)?;
    let (end, after) = reach(load, skip + count)?;
    Ok((end - begin) as f64 / (after - before) as f64)
}
