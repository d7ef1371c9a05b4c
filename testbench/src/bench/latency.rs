//! Latency inside the NIC: doorbell to wire, wire to completion.

use super::{BenchOptions, Better, Figure, Measure};
use crate::lab::{ConnectOptions, Endpoint, Lab, LabError};
use host_driver::{Access, MemoryRegion, RecvRequest, SendOperation, SendRequest};
use sim_verilator::Event;

/// Cycles of host memory.
const MEMORY: f64 = 250.0;
/// Cycles from doorbell to the first beat beside the memory's.
const OUT: f64 = 30.0;
/// Cycles from the last beat to the completion.
const IN: f64 = 40.0;
/// Repetitions; the median counts.
const ROUNDS: usize = 9;
/// Cycles after which an event that does not come is given up.
const PATIENCE: u64 = 20_000;

/// Doorbell to first beat with the WQE fetched and pushed; last beat in to CQE out.
pub(super) fn measures(width: u32) -> Vec<Measure> {
    let one = |name: &'static str, take: fn(&Scene) -> Result<u64, LabError>, limit: f64| Measure {
        name: name.to_owned(),
        width,
        take: Box::new(move |options| {
            let scene = Scene::new(width, options)?;
            let mut cycles = (0..ROUNDS)
                .map(|_| take(&scene))
                .collect::<Result<Vec<_>, _>>()?;
            cycles.sort_unstable();
            let value = cycles[ROUNDS / 2] as f64;
            let figure = Figure::new(name, width, value, "cycles", limit, Better::Lower);
            Ok(figure.reaching(Some(limit)))
        }),
    };
    vec![
        one("doorbell_to_wire_inline32", |s| s.out(false), OUT + MEMORY),
        one("doorbell_to_wire_inline32_pushed", |s| s.out(true), OUT),
        one("wire_to_cqe_send64", Scene::inwards, IN),
    ]
}

struct Scene {
    a: Endpoint,
    b: Endpoint,
    memory: [MemoryRegion; 2],
    lab: Lab,
}

impl Scene {
    fn new(width: u32, options: &BenchOptions) -> Result<Self, LabError> {
        let lab = Lab::new(options.lab(width))?;
        let (a, b) = lab.connect(0, 1, &ConnectOptions::default())?;
        let memory = [
            lab.hosts[0].memory(4096, Access::ALL)?,
            lab.hosts[1].memory(4096, Access::ALL)?,
        ];
        lab.cluster.watch(0);
        Ok(Self { a, b, memory, lab })
    }

    /// From the cycle in which the doorbell's register write is taken to the first beat's.
    fn out(&self, pushed: bool) -> Result<u64, LabError> {
        let cluster = &self.lab.cluster;
        self.lab.run(3000)?;
        cluster.take_frames();
        let operation = SendOperation::Write {
            remote_addr: self.memory[1].va(),
            rkey: self.memory[1].rkey(),
            imm: None,
        };
        let mut request = SendRequest::new(1, operation, self.memory[0].entry(0, 0));
        request.entries.clear();
        request.inline = Some(vec![7; 32]);
        match pushed {
            true => self.a.qp.post_send_pushed(&request)?,
            false => self.a.qp.post_send(&[request])?,
        }
        while cluster.nic(0, |nic| nic.bar_pending()) > 0 {
            cluster.step()?;
        }
        // the write was taken in the cycle that has just ended
        let doorbell = cluster.cycle() - 1;
        let begin = self.lab.until("the frame", PATIENCE, || {
            let mut frames = cluster.take_frames().into_iter();
            Ok(frames.find(|f| f.sent && f.host == 0).map(|f| f.begin))
        })?;
        self.lab.completions(&self.a.send_cq, 1, PATIENCE)?;
        Ok(begin - doorbell)
    }

    /// From the cycle of a SEND's last beat to that of its completion's last write.
    fn inwards(&self) -> Result<u64, LabError> {
        let cluster = &self.lab.cluster;
        self.b.qp.post_recv(&[RecvRequest {
            wr_id: 1,
            entries: vec![self.memory[1].entry(0, 64)],
        }])?;
        self.lab.run(3000)?;
        cluster.take_frames();
        let lead = cluster.nic(1, |nic| {
            nic.record_events(true);
            nic.take_events();
            nic.cycle()
        }) - cluster.cycle();
        let operation = SendOperation::Send {
            imm: None,
            invalidate: None,
        };
        let entry = self.memory[0].entry(0, 64);
        self.a
            .qp
            .post_send(&[SendRequest::new(1, operation, entry)])?;
        self.lab.completions(&self.b.recv_cq, 1, PATIENCE)?;
        let frames = cluster.take_frames();
        let arrival = frames.iter().find(|f| !f.sent && f.host == 1);
        let end = arrival.map_or(0, |f| f.end);
        let target = self.memory[1].buffer().iova();
        let landing = target..target + self.memory[1].buffer().len() as u64;
        let events = cluster.nic(1, |nic| nic.take_events());
        let written = events.iter().rev().find_map(|(cycle, event)| match event {
            Event::Write { iova, .. } if !landing.contains(iova) => Some(cycle - lead),
            _ => None,
        });
        self.lab.completions(&self.a.send_cq, 1, PATIENCE)?;
        match written {
            Some(cycle) => Ok(cycle.saturating_sub(end)),
            None => Err(LabError::Timeout {
                what: "the write of a completion".to_owned(),
                cycles: PATIENCE,
            }),
        }
    }
}
