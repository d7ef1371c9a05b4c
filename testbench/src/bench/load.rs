//! Load: queue pairs that are never idle.

use crate::lab::{ConnectOptions, Endpoint, Lab, LabError, LabOptions};
use host_driver::{
    Access, CompletionQueue, MemoryRegion, PostError, RecvRequest, SendOperation, SendRequest,
};

/// What all queue pairs do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    Write,
    Send,
    Read,
}

/// A load.
#[derive(Clone, Copy, Debug)]
pub struct LoadOptions {
    pub lab: LabOptions,
    pub work: Work,
    /// Connections.
    pub qps: usize,
    pub path_mtu: u32,
    /// Bytes of a message.
    pub bytes: u32,
    /// Messages posted at a time per queue pair, a power of two.
    pub depth: u32,
    /// Both hosts send.
    pub both: bool,
}

/// One direction of one connection.
struct Stream {
    from: Endpoint,
    to: Endpoint,
    /// At the requester and at the responder.
    memory: [MemoryRegion; 2],
    /// Send requests and receives that have room.
    send_room: u32,
    recv_room: u32,
    posted: u32,
}

/// Hosts under load.
pub struct Load {
    streams: Vec<Stream>,
    cqs: Vec<(CompletionQueue, CompletionQueue)>,
    options: LoadOptions,
    /// Messages received so far.
    pub received: u64,
    pub lab: Lab,
}

/// One completion for so many messages, at most.
const SIGNAL: u32 = 8;

/// Messages posted at a time and signalled once: never all that have room, so that the queue does not run dry.
fn batch(depth: u32) -> u32 {
    (depth / 2).clamp(1, SIGNAL)
}

impl Load {
    /// Connected, nothing posted. A single host talks to itself.
    ///
    /// # Errors
    /// No model, or not enough of something.
    pub fn new(options: LoadOptions) -> Result<Self, LabError> {
        Self::on(Lab::new(options.lab)?, options)
    }

    /// The same on hosts that are there.
    pub(crate) fn on(lab: Lab, options: LoadOptions) -> Result<Self, LabError> {
        let last = options.lab.hosts - 1;
        let region = |host: usize| lab.hosts[host].memory(options.bytes as usize, Access::ALL);
        let memory = [region(0)?, region(last)?];
        let cq = |host: usize| -> Result<_, LabError> {
            let context = &lab.hosts[host].context;
            Ok((context.create_cq(8192)?, context.create_cq(8192)?))
        };
        let cqs = vec![cq(0)?, cq(last)?];
        let connection = ConnectOptions {
            path_mtu: options.path_mtu,
            // longer than any queue in front of an acknowledgement
            timeout: 14,
            depth: options.depth,
            cqs: [Some(cqs[0].clone()), Some(cqs[1].clone())],
            ..ConnectOptions::default()
        };
        let mut streams = Vec::new();
        for _ in 0..options.qps {
            let (a, b) = lab.connect(0, last, &connection)?;
            let [m, n] = &memory;
            let stream = |from: &Endpoint, to: &Endpoint, memory| Stream {
                from: from.clone(),
                to: to.clone(),
                memory,
                send_room: options.depth,
                recv_room: options.depth,
                posted: 0,
            };
            streams.push(stream(&a, &b, [m.clone(), n.clone()]));
            if options.both {
                streams.push(stream(&b, &a, [n.clone(), m.clone()]));
            }
        }
        Ok(Self {
            streams,
            cqs,
            options,
            received: 0,
            lab,
        })
    }

    /// Takes completions and fills all queues again, then lets a pause pass.
    ///
    /// # Errors
    /// A message failed, or the device did.
    pub fn turn(&mut self) -> Result<(), LabError> {
        self.take()?;
        for stream in &mut self.streams {
            stream.fill(&self.options)?;
        }
        self.lab.run(self.options.lab.pause)
    }

    fn take(&mut self) -> Result<(), LabError> {
        for (send, recv) in &self.cqs {
            for c in send.poll(usize::MAX)? {
                good(&c)?;
                let mine = |s: &&mut Stream| s.from.qp.number() == c.qpn;
                if let Some(s) = self.streams.iter_mut().find(mine) {
                    s.send_room += batch(self.options.depth);
                }
            }
            for c in recv.poll(usize::MAX)? {
                good(&c)?;
                self.received += 1;
                let mine = |s: &&mut Stream| s.to.qp.number() == c.qpn;
                if let Some(s) = self.streams.iter_mut().find(mine) {
                    s.recv_room += 1;
                }
            }
        }
        Ok(())
    }
}

/// In a perfect network nothing fails.
fn good(c: &host_driver::Completion) -> Result<(), LabError> {
    match c.status {
        host_driver::WcStatus::Success => Ok(()),
        _ => Err(LabError::Timeout {
            what: format!("a good completion, but {c:?} came"),
            cycles: 0,
        }),
    }
}

impl Stream {
    fn fill(&mut self, options: &LoadOptions) -> Result<(), PostError> {
        let [local, remote] = &self.memory;
        if options.work == Work::Send && self.recv_room > 0 {
            let receive = RecvRequest {
                wr_id: 0,
                entries: vec![remote.entry(0, options.bytes)],
            };
            let room = std::mem::take(&mut self.recv_room) as usize;
            self.to.qp.post_recv(&vec![receive; room])?;
        }
        let batch = batch(options.depth);
        if self.send_room < batch {
            return Ok(());
        }
        let (remote_addr, rkey) = (remote.va(), remote.rkey());
        let operation = match options.work {
            Work::Send => SendOperation::Send {
                imm: None,
                invalidate: None,
            },
            Work::Write => SendOperation::Write {
                remote_addr,
                rkey,
                imm: None,
            },
            Work::Read => SendOperation::Read { remote_addr, rkey },
        };
        let mut requests = Vec::new();
        while self.send_room >= batch {
            self.send_room -= batch;
            for _ in 0..batch {
                self.posted += 1;
                let entry = local.entry(0, options.bytes);
                requests.push(SendRequest {
                    signalled: self.posted.is_multiple_of(batch),
                    ..SendRequest::new(0, operation.clone(), entry)
                });
            }
        }
        self.from.qp.post_send(&requests)
    }
}
