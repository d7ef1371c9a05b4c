//! Long messages: payload bytes per cycle.

use super::framing::{self, Packet};
use super::load::{Load, LoadOptions, Work};
use super::{BenchOptions, Better, Figure, Measure};
use crate::lab::{LabError, LabOptions};
use fw_regs::wire::Opcode;
use std::collections::HashSet;

const MESSAGE: u32 = 1 << 20;

/// WRITE, SEND, READ with one and with 64 queue pairs at MTU 4096; the same in both directions at MTU 1024.
pub(super) fn measures(width: u32) -> Vec<Measure> {
    let mut all = Vec::new();
    for (name, work) in [
        ("write", Work::Write),
        ("send", Work::Send),
        ("read", Work::Read),
    ] {
        for (path_mtu, both, qps) in [
            (4096, false, 1),
            (4096, false, 64),
            (1024, true, 1),
            (1024, true, 64),
        ] {
            let ways = if both { "_both_ways" } else { "" };
            let name = format!("{name}_1mib_mtu{path_mtu}_qp{qps}{ways}");
            let case = Case {
                name: name.clone(),
                width,
                work,
                qps,
                path_mtu,
                both,
            };
            all.push(Measure {
                name,
                width,
                take: Box::new(move |options| case.take(options)),
            });
        }
    }
    all
}

/// Bytes of payload before the window, and in it.
pub(super) fn window(quick: bool) -> (usize, usize) {
    match quick {
        true => (128 << 10, 256 << 10),
        false => (512 << 10, 2 << 20),
    }
}

struct Case {
    name: String,
    width: u32,
    work: Work,
    qps: usize,
    path_mtu: u32,
    both: bool,
}

/// Payload seen on one host's wire.
#[derive(Default)]
struct Window {
    seen: HashSet<(u32, u32)>,
    /// bytes before the window begins
    skipped: usize,
    /// end of the window's first frame
    begin: Option<u64>,
    end: u64,
    bytes: usize,
}

impl Window {
    fn add(&mut self, packet: Packet, end: u64, skip: usize) {
        if packet.payload == 0 || !self.seen.insert((packet.qpn, packet.psn)) {
            return;
        }
        match self.begin {
            None if self.skipped < skip => self.skipped += packet.payload,
            None => self.begin = Some(end),
            Some(_) => self.bytes += packet.payload,
        }
        self.end = end;
    }

    fn rate(&self) -> f64 {
        let cycles = self.end - self.begin.unwrap_or(self.end);
        self.bytes as f64 / cycles.max(1) as f64
    }
}

impl Case {
    fn opcodes(&self) -> [Opcode; 3] {
        match self.work {
            Work::Write => [Opcode::WriteFirst, Opcode::WriteMiddle, Opcode::WriteLast],
            Work::Send => [Opcode::SendFirst, Opcode::SendMiddle, Opcode::SendLast],
            Work::Read => [
                Opcode::ReadResponseFirst,
                Opcode::ReadResponseMiddle,
                Opcode::ReadResponseLast,
            ],
        }
    }

    fn take(&self, options: &BenchOptions) -> Result<Figure, LabError> {
        let beat = self.width as usize / 8;
        let (skip, window) = window(options.quick);
        let mut load = Load::new(LoadOptions {
            lab: LabOptions {
                pause: 64,
                ..options.lab(self.width)
            },
            work: self.work,
            qps: self.qps,
            path_mtu: self.path_mtu,
            bytes: MESSAGE,
            depth: 2,
            both: self.both,
        })?;
        load.lab.cluster.watch(80);
        let mut windows = [Window::default(), Window::default()];
        // a single direction's payload leaves the requester, or the responder of READs
        let sender = usize::from(self.work == Work::Read);
        let full = |w: &[Window; 2]| match self.both {
            true => w.iter().all(|w| w.bytes >= window),
            false => w[sender].bytes >= window,
        };
        // four times what the slowest acceptable figure takes, and the queues' start
        let patience = 4 * (skip + window) as u64 / beat as u64 + 200_000;
        let end = load.lab.cluster.cycle() + patience;
        while !full(&windows) {
            load.turn()?;
            for frame in load.lab.cluster.take_frames() {
                if let Some(packet) = framing::packet(&frame.bytes, frame.length)
                    && frame.sent
                {
                    windows[frame.host].add(packet, frame.end, skip);
                }
            }
            if load.lab.cluster.cycle() > end {
                let seen = windows.map(|w| w.skipped + w.bytes);
                let what = format!("the window of {}; {seen:?} bytes seen", self.name);
                let cycles = patience;
                return Err(LabError::Timeout { what, cycles });
            }
        }
        let value = match self.both {
            true => windows[0].rate().min(windows[1].rate()),
            false => windows[sender].rate(),
        };
        let mtu = self.path_mtu as usize;
        let limit = framing::limit(MESSAGE as usize, mtu, beat, self.opcodes());
        let reach = match (self.width, self.both) {
            (64, false) => Some(0.98),
            (512, false) => Some(0.95),
            (64, true) => Some(0.95),
            _ => None,
        };
        let figure = Figure::new(
            &self.name,
            self.width,
            value,
            "bytes/cycle",
            limit,
            Better::Higher,
        );
        Ok(figure.reaching(reach.map(|r| r * limit)))
    }
}
