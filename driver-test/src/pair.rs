//! Two queue pairs of one NIC, connected with each other.

use crate::bench::{Bench, Failure, ensure, equal};
use host_driver::{
    Access, Adapter, Completion, CompletionQueue, Context, InitAttributes, MemoryRegion, Modify,
    ProtectionDomain, QpOptions, QueuePair, RecvRequest, RtrAttributes, RtsAttributes,
    SendOperation, SendRequest, SharedReceiveQueue, WcStatus,
};

/// Where the first of a pair's regions begins; the address has nothing to do with the IOVA.
const VA: u64 = 0x7e00_0000_0140;

/// One end.
pub struct End {
    pub qp: QueuePair,
    pub send_cq: CompletionQueue,
    pub recv_cq: CompletionQueue,
    pub memory: MemoryRegion,
}

/// Two ends in one context. The adapter goes last.
pub struct Pair {
    pub a: End,
    pub b: End,
    pub srq: Option<SharedReceiveQueue>,
    pub pd: ProtectionDomain,
    pub context: Context,
    pub adapter: Adapter,
}

/// What a pair is made of.
#[derive(Clone)]
pub struct Kind {
    /// Bytes of each end's memory.
    pub memory: usize,
    pub access: Access,
    pub path_mtu: u32,
    /// entries of a shared receive queue at B, instead of one of its own
    pub srq: Option<u32>,
}

impl Default for Kind {
    fn default() -> Self {
        Self {
            memory: 64 << 10,
            access: Access::ALL,
            path_mtu: 1024,
            srq: None,
        }
    }
}

/// A queue pair in RESET with its completion queues.
fn make(
    context: &Context,
    pd: &ProtectionDomain,
    srq: Option<SharedReceiveQueue>,
) -> Result<(QueuePair, CompletionQueue, CompletionQueue), Failure> {
    let (send_cq, recv_cq) = (context.create_cq(64)?, context.create_cq(64)?);
    let qp = pd.create_qp(&QpOptions {
        send_cq: send_cq.clone(),
        recv_cq: recv_cq.clone(),
        srq,
        max_send: 32,
        max_recv: 32,
        raw: false,
    })?;
    Ok((qp, send_cq, recv_cq))
}

/// Brings two queue pairs in RESET, of one adapter or two, to RTS, connected with each other.
///
/// # Errors
/// [`Failure`]: a state that was refused.
pub fn join(a: &QueuePair, b: &QueuePair, path_mtu: u32) -> Result<(), Failure> {
    let data = [a.connection_data(), b.connection_data()];
    for (qp, own, partner) in [(a, data[0], data[1]), (b, data[1], data[0])] {
        qp.modify(Modify::Init(InitAttributes::default()))?;
        qp.modify(Modify::Rtr(RtrAttributes {
            path_mtu,
            ..RtrAttributes::new(partner)
        }))?;
        // 1 s: a served NIC takes its time for an answer, and loses nothing on its own wire
        qp.modify(Modify::Rts(RtsAttributes {
            timeout: 18,
            ..RtsAttributes::new(own.psn)
        }))?;
    }
    Ok(())
}

impl Pair {
    /// A pair on a NIC that was reset.
    pub fn new(bench: &mut Bench, kind: &Kind) -> Result<Self, Failure> {
        let adapter = bench.adapter()?;
        Self::on(adapter, kind)
    }

    /// A pair on an open adapter.
    pub fn on(adapter: Adapter, kind: &Kind) -> Result<Self, Failure> {
        let context = adapter.context()?;
        let pd = context.allocate_pd()?;
        let srq = kind
            .srq
            .map(|entries| pd.create_srq(entries, 0))
            .transpose()?;
        let end = |k: u64, srq| -> Result<End, Failure> {
            let buffer = context.allocate(kind.memory + 0x1000)?;
            let memory = pd.register(&buffer, VA + (k << 32), kind.memory, kind.access)?;
            let (qp, send_cq, recv_cq) = make(&context, &pd, srq)?;
            Ok(End {
                qp,
                send_cq,
                recv_cq,
                memory,
            })
        };
        let (a, b) = (end(0, None)?, end(1, srq.clone())?);
        join(&a.qp, &b.qp, kind.path_mtu)?;
        Ok(Self {
            a,
            b,
            srq,
            pd,
            context,
            adapter,
        })
    }

    /// Posts at A and waits for its completion.
    pub fn post(&self, bench: &Bench, request: SendRequest) -> Result<Completion, Failure> {
        let id = request.wr_id;
        self.a.qp.post_send(&[request])?;
        let done = next(bench, &self.a.send_cq, "a send completion")?;
        equal("its request", done.wr_id, id)?;
        Ok(done)
    }
}

impl End {
    /// A WRITE of `length` bytes from this end's `from` to `to` of the partner's memory.
    pub fn write(
        &self,
        id: u64,
        partner: &Self,
        from: usize,
        to: usize,
        length: u32,
    ) -> SendRequest {
        let operation = SendOperation::Write {
            remote_addr: partner.memory.va() + to as u64,
            rkey: partner.memory.rkey(),
            imm: None,
        };
        SendRequest::new(id, operation, self.memory.entry(from, length))
    }

    pub fn put(&self, offset: usize, bytes: &[u8]) -> Result<(), Failure> {
        Ok(self.memory.buffer().write(offset, bytes)?)
    }

    pub fn get(&self, offset: usize, length: usize) -> Result<Vec<u8>, Failure> {
        let mut bytes = vec![0; length];
        self.memory.buffer().read(offset, &mut bytes)?;
        Ok(bytes)
    }

    pub fn receive(&self, id: u64, offset: usize, length: u32) -> Result<(), Failure> {
        let entries = vec![self.memory.entry(offset, length)];
        Ok(self.qp.post_recv(&[RecvRequest { wr_id: id, entries }])?)
    }
}

/// The next completion of a queue.
pub fn next(bench: &Bench, cq: &CompletionQueue, what: &str) -> Result<Completion, Failure> {
    bench.until(what, || Ok(cq.poll(1)?.pop()))
}

/// A completion that says success.
pub fn success(what: &str, completion: &Completion) -> Result<(), Failure> {
    ensure(completion.status == WcStatus::Success, || {
        format!("{what}: {}", completion.status)
    })
}

/// Bytes that are as they were sent.
pub fn same(what: &str, found: &[u8], wanted: &[u8]) -> Result<(), Failure> {
    let first = found.iter().zip(wanted).position(|(f, w)| f != w);
    match (found.len() == wanted.len(), first) {
        (true, None) => Ok(()),
        (true, Some(at)) => Err(Failure::Seen(format!("{what}: byte {at} differs"))),
        (false, _) => equal(what, found.len(), wanted.len()),
    }
}
