//! `roamnic pingpong`: SENDs to and fro between two hosts.

use crate::lab::{CYCLES_PER_US, ConnectOptions, Endpoint, Lab, LabError, LabOptions};
use crate::rng::Rng;
use crate::table::Table;
use host_driver::{Access, MemoryRegion, RecvRequest, SendOperation, SendRequest, WcStatus};
use serde::Serialize;

/// What is played.
#[derive(Clone, Debug)]
pub struct PingpongOptions {
    pub lab: LabOptions,
    /// Sizes of messages in bytes.
    pub sizes: Vec<u32>,
    /// Round trips of each size.
    pub iterations: u32,
    pub path_mtu: u32,
}

/// Half round trips of one size.
#[derive(Clone, Debug, Serialize)]
pub struct PingpongResult {
    /// Bytes of a message.
    pub bytes: u32,
    pub iterations: u32,
    /// Cycles of half a round trip.
    pub min_cycles: u64,
    pub typical_cycles: u64,
    pub max_cycles: u64,
    /// The typical one at 250 MHz.
    pub typical_us: f64,
    /// What came back is what went.
    pub intact: bool,
}

struct Player {
    end: Endpoint,
    memory: MemoryRegion,
}

impl Player {
    fn expect(&self, bytes: u32) -> Result<(), LabError> {
        let half = self.memory.length() / 2;
        self.end.qp.post_recv(&[RecvRequest {
            wr_id: 0,
            entries: vec![self.memory.entry(half, bytes)],
        }])?;
        Ok(())
    }

    fn send(&self, bytes: u32) -> Result<(), LabError> {
        let entry = self.memory.entry(0, bytes);
        let operation = SendOperation::Send {
            imm: None,
            invalidate: None,
        };
        self.end
            .qp
            .post_send(&[SendRequest::new(1, operation, entry)])?;
        Ok(())
    }
}

/// Plays all sizes.
///
/// # Errors
/// No model, or a message that does not come in time.
pub fn run(options: &PingpongOptions) -> Result<Vec<PingpongResult>, LabError> {
    // the completion queues are looked at in every cycle: the pause is the resolution of the result
    let lab = Lab::new(LabOptions {
        pause: 1,
        ..options.lab
    })?;
    let connection = ConnectOptions {
        path_mtu: options.path_mtu,
        timeout: 8,
        ..ConnectOptions::default()
    };
    let (a, b) = lab.connect(0, 1, &connection)?;
    let largest = options.sizes.iter().copied().max().unwrap_or(0).max(1) as usize;
    let player = |host: usize, end| -> Result<Player, LabError> {
        let memory = lab.hosts[host].memory(2 * largest, Access::LOCAL)?;
        Ok(Player { end, memory })
    };
    let (a, b) = (player(0, a)?, player(1, b)?);
    let mut rng = Rng::new(options.lab.seed);
    options
        .sizes
        .iter()
        .map(|&bytes| rally(&lab, [&a, &b], bytes, options.iterations, &mut rng))
        .collect()
}

fn rally(
    lab: &Lab,
    players: [&Player; 2],
    bytes: u32,
    iterations: u32,
    rng: &mut Rng,
) -> Result<PingpongResult, LabError> {
    let [a, b] = players;
    let half = a.memory.length() / 2;
    let mut halves: Vec<u64> = Vec::new();
    let mut intact = true;
    for _ in 0..iterations {
        let ball = rng.bytes(bytes as usize);
        a.memory.buffer().write(0, &ball)?;
        for (from, to) in [(a, b), (b, a)] {
            to.expect(bytes)?;
            let start = lab.cluster.cycle();
            from.send(bytes)?;
            let patience = 100_000 + 100 * u64::from(bytes);
            let got = lab.completions(&to.end.recv_cq, 1, patience)?;
            halves.push(lab.cluster.cycle() - start);
            let sent = lab.completions(&from.end.send_cq, 1, patience)?;
            intact &= got
                .iter()
                .chain(&sent)
                .all(|c| c.status == WcStatus::Success);
            let mut seen = vec![0; bytes as usize];
            to.memory.buffer().read(half, &mut seen)?;
            intact &= seen == ball;
            to.memory.buffer().write(0, &seen)?;
        }
    }
    halves.sort_unstable();
    let at = |k: usize| halves.get(k).copied().unwrap_or(0);
    let typical = at(halves.len() / 2);
    Ok(PingpongResult {
        bytes,
        iterations,
        min_cycles: at(0),
        typical_cycles: typical,
        max_cycles: at(halves.len().saturating_sub(1)),
        typical_us: typical as f64 / CYCLES_PER_US as f64,
        intact,
    })
}

/// One size a line.
pub fn table(results: &[PingpongResult]) -> Table {
    let header = ["bytes", "rounds", "min", "typical", "max", "µs", "content"];
    let mut table = Table::new(header);
    for r in results {
        table.row([
            r.bytes.to_string(),
            r.iterations.to_string(),
            r.min_cycles.to_string(),
            r.typical_cycles.to_string(),
            r.max_cycles.to_string(),
            format!("{:.3}", r.typical_us),
            if r.intact { "intact" } else { "DAMAGED" }.to_owned(),
        ]);
    }
    table
}
