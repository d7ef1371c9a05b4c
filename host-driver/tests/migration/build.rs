//! A process with one of everything, in the middle of everything.

use crate::fake::{self, Handle, received, sent};
use fw_regs::contexts::{
    AtomicResult, Completer, Outstanding, Requester, Resource, Responder, Response, ResponseEntry,
};
use fw_regs::{ContextKind as K, Psn};
use host_driver::migration::{Image, Restored};
use host_driver::{
    Access, Adapter, AdapterOptions, Buffer, CompletionQueue, ConnectionData, Context,
    InitAttributes, MacAddress, MemoryRegion, Modify, ProtectionDomain, QpOptions, QueuePair,
    RecvRequest, RtrAttributes, RtsAttributes, SendOperation, SendRequest, SharedReceiveQueue,
};

pub const VA: u64 = 0x7000_0000_0000;
pub const SEND: SendOperation = SendOperation::Send {
    imm: None,
    invalidate: None,
};

pub struct Source {
    pub handle: Handle,
    pub adapter: Adapter,
    pub context: Context,
    pub pd: ProtectionDomain,
    pub cq: CompletionQueue,
    /// used by no queue pair, and armed
    pub spare_cq: CompletionQueue,
    pub srq: SharedReceiveQueue,
    pub spare_srq: SharedReceiveQueue,
    pub mr: MemoryRegion,
    /// of a protection domain without queue pairs
    pub spare_mr: MemoryRegion,
    /// registered nowhere
    pub plain: Buffer,
    /// with receives of its own, in the middle of everything
    pub qp: QueuePair,
    /// with a shared receive queue, just made
    pub young: QueuePair,
}

pub fn recv(wr_id: u64, mr: &MemoryRegion) -> RecvRequest {
    RecvRequest {
        wr_id,
        entries: vec![mr.entry(0, 64)],
    }
}

pub fn send(wr_id: u64, mr: &MemoryRegion) -> SendRequest {
    SendRequest::new(wr_id, SEND, mr.entry(64, 32))
}

pub fn partner(qp: &QueuePair) -> ConnectionData {
    let own = qp.connection_data();
    let migration = own.migration.map(|mut m| {
        m.epoch = 0x77;
        m.key[0] ^= 0x5a;
        m
    });
    ConnectionData {
        qpn: 0x77_1234,
        ip: [10, 0, 0, 9].into(),
        mac: MacAddress([2, 0, 0, 0, 0, 9]),
        migration,
        ..own
    }
}

pub fn to_rts(qp: &QueuePair, partner: ConnectionData) {
    qp.modify(Modify::Init(InitAttributes::default())).unwrap();
    qp.modify(Modify::Rtr(RtrAttributes::new(partner))).unwrap();
    let psn = qp.connection_data().psn;
    qp.modify(Modify::Rts(RtsAttributes::new(psn))).unwrap();
}

pub fn source() -> Source {
    let (handle, adapter, context) = Handle::open();
    // handles and numbers that do not agree with each other
    drop(context.allocate(5).unwrap());
    drop(context.create_cq(1).unwrap());
    let spare_cq = context.create_cq(2).unwrap();
    let cq = context.create_cq(8).unwrap();
    let spare_pd = context.allocate_pd().unwrap();
    let pd = context.allocate_pd().unwrap();
    let spare_srq = pd.create_srq(4, 2).unwrap();
    let srq = pd.create_srq(4, 0).unwrap();
    let memory = context.allocate(3 * 4096).unwrap();
    memory.write(100, b"payload").unwrap();
    let mr = pd.register(&memory, VA, 3 * 4096, Access::ALL).unwrap();
    let spare = context.allocate(4096).unwrap();
    let spare_mr = spare_pd.register(&spare, VA, 100, Access::LOCAL).unwrap();
    let plain = context.allocate(1).unwrap();
    plain.write(7, &[1, 2, 3]).unwrap();
    let options = QpOptions {
        send_cq: cq.clone(),
        recv_cq: cq.clone(),
        srq: None,
        max_send: 4,
        max_recv: 4,
        raw: false,
    };
    let qp = pd.create_qp(&options).unwrap();
    to_rts(&qp, partner(&qp));
    let young = pd
        .create_qp(&QpOptions {
            srq: Some(srq.clone()),
            ..options
        })
        .unwrap();
    qp.post_send(&[1, 2, 3].map(|id| send(id, &mr))).unwrap();
    qp.post_recv(&[11, 12, 13].map(|id| recv(id, &mr))).unwrap();
    srq.post(&[21, 22].map(|id| recv(id, &mr))).unwrap();
    spare_srq.post(&[31, 32].map(|id| recv(id, &mr))).unwrap();
    spare_cq.request_notification(true).unwrap();
    handle.complete(&cq, sent(&qp, 0));
    handle.complete(&cq, received(&qp, 0));
    assert_eq!(cq.poll(1).unwrap()[0].wr_id, 1);
    busy(&handle, &qp, &mr);
    Source {
        handle,
        adapter,
        context,
        pd,
        cq,
        spare_cq,
        srq,
        spare_srq,
        mr,
        spare_mr,
        plain,
        qp,
        young,
    }
}

/// A queue pair with a READ half answered, an ATOMIC behind it, a WRITE half received, a READ half replied and an ATOMIC to answer.
pub fn busy(handle: &Handle, qp: &QueuePair, mr: &MemoryRegion) {
    let iova = mr.buffer().iova();
    let slot = qp.slot();
    let psn = Psn::new(0xff_fffe);
    let state = &mut *handle.0.borrow_mut();
    let requester = Requester {
        next_psn: psn.plus(4),
        max_psn: psn.plus(4),
        or_head: 1,
        or_send: 1,
        rd_issued: 2,
        wqe_index: 3,
        ..Requester::default()
    };
    let completer = Completer {
        una: psn.plus(1),
        or_tail: 255,
        sq_ci: 1,
        timer_mode: 2,
        deadline_lo: 1234,
        ..Completer::default()
    };
    let read = Outstanding {
        first_psn: psn,
        last_psn: psn.plus(2),
        kind: 2,
        signalled: true,
        wqe_index: 1,
        opcode: 2,
        length: 2500,
        sge0_iova: iova + 100,
        sge0_len: 1000,
        sge1_iova: iova + 4096,
        sge0_mr: mr.slot() as u8,
        status: mr.slot() as u8,
    };
    let atomic = Outstanding {
        first_psn: psn.plus(3),
        last_psn: psn.plus(3),
        kind: 3,
        signalled: true,
        wqe_index: 2,
        opcode: 4,
        length: 8,
        sge0_iova: iova + 3 * 4096 - 8,
        sge0_mr: mr.slot() as u8,
        sge0_len: 8,
        sge1_iova: 0xdead_0000,
        ..Outstanding::default()
    };
    let responder = Responder {
        epsn: Psn::new(0x10),
        op_state: 2,
        msn: 7,
        res_head: 9,
        offset: 1024,
        msg_len: 3000,
        sge0_iova: iova + 512,
        sge0_len: 3000,
        sge1_iova: 0xdead_0000,
        sge0_mr: mr.slot(),
        sge0_named: true,
        sge1_mr: 17,
        ..Responder::default()
    };
    let response = Response {
        head: 0,
        tail: 254,
        ..Response::default()
    };
    let reply = ResponseEntry {
        psn: Psn::new(5),
        kind: 2,
        remaining: 4000,
        mr: mr.slot() as u8,
        iova: iova + 2000,
        ..ResponseEntry::default()
    };
    let answer = ResponseEntry {
        psn: Psn::new(9),
        kind: 3,
        resource: 0,
        iova: 0xdead_0000,
        ..ResponseEntry::default()
    };
    let resource = Resource {
        first_psn: Psn::new(9),
        last_psn: Psn::new(9),
        kind: 2,
        valid: true,
        rkey: mr.rkey(),
        length: 8,
        va: VA,
    };
    let result = AtomicResult {
        original: 0x0123_4567_89ab_cdef,
    };
    let places = fake::objects::PLACES * slot;
    state.put(K::Requester, slot, &requester.to_words());
    state.put(K::Completer, slot, &completer.to_words());
    state.put(K::Responder, slot, &responder.to_words());
    state.put(K::Response, slot, &response.to_words());
    state.put(K::Outstanding, places + 15, &read.to_words());
    state.put(K::Outstanding, places, &atomic.to_words());
    state.put(K::ResponseEntry, places + 14, &reply.to_words());
    state.put(K::ResponseEntry, places + 15, &answer.to_words());
    state.put(K::Resource, 8 * slot, &resource.to_words());
    state.put(K::AtomicResult, 8 * slot, &result.to_words());
}

pub fn elsewhere() -> AdapterOptions {
    AdapterOptions {
        host: 0x66,
        seed: 2,
        mac: MacAddress([2, 0, 0, 0, 0, 2]),
        ip: [10, 0, 0, 2].into(),
        ..fake::options()
    }
}

/// Another device, some of whose numbers are taken.
pub fn destination() -> (Handle, Adapter, Context) {
    let handle = Handle::new();
    let adapter = handle.open_with(elsewhere()).unwrap();
    let context = adapter.context().unwrap();
    (handle, adapter, context)
}

/// The bytes of all memory.
pub fn memory(checkpoint: &host_driver::migration::Checkpoint) -> Vec<Vec<u8>> {
    let ranges = checkpoint.memory();
    let read = |range| checkpoint.read_memory(range).unwrap();
    ranges.iter().map(read).collect()
}

/// What travels.
pub fn packed(checkpoint: &host_driver::migration::Checkpoint) -> (Vec<u8>, Vec<Vec<u8>>) {
    (checkpoint.image().encode(), memory(checkpoint))
}

pub fn unpacked(adapter: &Adapter, packed: &(Vec<u8>, Vec<Vec<u8>>)) -> Restored {
    let image = Image::decode(&packed.0).unwrap();
    adapter.restore(&image, &packed.1).unwrap()
}
