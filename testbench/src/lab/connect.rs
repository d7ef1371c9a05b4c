//! Two queue pairs, connected.

use super::{Lab, LabError, LabHost};
use host_driver::{
    CompletionQueue, InitAttributes, Modify, QpOptions, QueuePair, RtrAttributes, RtsAttributes,
    SharedReceiveQueue,
};

/// How two ends are connected; the same on both.
#[derive(Clone)]
pub struct ConnectOptions {
    /// Bytes.
    pub path_mtu: u32,
    /// Local ACK timeout: 4.096 µs · 2^timeout; 0 = none.
    pub timeout: u8,
    pub retry_cnt: u8,
    /// 7 = without end.
    pub rnr_retry: u8,
    /// RNR timer code; 1 = 10 µs.
    pub min_rnr_timer: u8,
    pub max_rd_atomic: u8,
    /// Entries of send and receive queues.
    pub depth: u32,
    /// Entries of completion queues made here.
    pub cq_depth: u32,
    /// What partners may do.
    pub init: InitAttributes,
    /// First PSNs of the two ends instead of random ones.
    pub psns: Option<[u32; 2]>,
    /// Completion queues (send, receive) of the two ends instead of new ones.
    pub cqs: [Option<(CompletionQueue, CompletionQueue)>; 2],
    /// Shared receive queues of the two ends.
    pub srqs: [Option<SharedReceiveQueue>; 2],
}

impl Default for ConnectOptions {
    /// MTU 1024, 65 µs timeout, 7 retries, RNR retries without end after 10 µs, 8 READs and ATOMICs, 64 entries.
    fn default() -> Self {
        Self {
            path_mtu: 1024,
            timeout: 4,
            retry_cnt: 7,
            rnr_retry: 7,
            min_rnr_timer: 1,
            max_rd_atomic: 8,
            depth: 64,
            cq_depth: 256,
            init: InitAttributes::default(),
            psns: None,
            cqs: [None, None],
            srqs: [None, None],
        }
    }
}

/// One end of a connection.
#[derive(Clone)]
pub struct Endpoint {
    pub qp: QueuePair,
    pub send_cq: CompletionQueue,
    pub recv_cq: CompletionQueue,
}

impl LabHost {
    /// A queue pair in RESET with its completion queues. `end` selects the per-end options: 0 or 1.
    ///
    /// # Errors
    /// The device has no more of something.
    pub fn endpoint(&self, options: &ConnectOptions, end: usize) -> Result<Endpoint, LabError> {
        let (send_cq, recv_cq) = match &options.cqs[end] {
            Some(cqs) => cqs.clone(),
            None => (
                self.context.create_cq(options.cq_depth)?,
                self.context.create_cq(options.cq_depth)?,
            ),
        };
        let qp = self.pd.create_qp(&QpOptions {
            send_cq: send_cq.clone(),
            recv_cq: recv_cq.clone(),
            srq: options.srqs[end].clone(),
            max_send: options.depth,
            max_recv: options.depth,
            raw: false,
        })?;
        Ok(Endpoint {
            qp,
            send_cq,
            recv_cq,
        })
    }
}

impl Lab {
    /// Connects a new queue pair of host `a` with one of host `b`, both in RTS.
    ///
    /// # Errors
    /// The device has no more of something, or refuses an attribute.
    pub fn connect(
        &self,
        a: usize,
        b: usize,
        options: &ConnectOptions,
    ) -> Result<(Endpoint, Endpoint), LabError> {
        let ends = (
            self.hosts[a].endpoint(options, 0)?,
            self.hosts[b].endpoint(options, 1)?,
        );
        join(&ends.0.qp, &ends.1.qp, options)?;
        Ok(ends)
    }
}

/// Brings two queue pairs in RESET to RTS, connected to each other.
///
/// # Errors
/// The device refuses an attribute.
pub fn join(a: &QueuePair, b: &QueuePair, options: &ConnectOptions) -> Result<(), LabError> {
    join_with(a, b, options, [options.init; 2])
}

/// The same with what each end's partner may do.
///
/// # Errors
/// The device refuses an attribute.
pub fn join_with(
    a: &QueuePair,
    b: &QueuePair,
    options: &ConnectOptions,
    inits: [InitAttributes; 2],
) -> Result<(), LabError> {
    let mut data = [a.connection_data(), b.connection_data()];
    if let Some(psns) = options.psns {
        for (end, psn) in data.iter_mut().zip(psns) {
            end.psn = psn;
        }
    }
    let ends = [(a, data[0], data[1]), (b, data[1], data[0])];
    for ((qp, own, partner), init) in ends.into_iter().zip(inits) {
        qp.modify(Modify::Init(init))?;
        qp.modify(Modify::Rtr(RtrAttributes {
            path_mtu: options.path_mtu,
            max_dest_rd_atomic: options.max_rd_atomic,
            min_rnr_timer: options.min_rnr_timer,
            ..RtrAttributes::new(partner)
        }))?;
        qp.modify(Modify::Rts(RtsAttributes {
            sq_psn: own.psn,
            timeout: options.timeout,
            retry_cnt: options.retry_cnt,
            rnr_retry: options.rnr_retry,
            max_rd_atomic: options.max_rd_atomic,
        }))?;
    }
    Ok(())
}
