//! Two hosts, one connection, some memory.

use host_driver::{
    Access, Completion, CompletionQueue, MemoryRegion, RecvRequest, SendOperation, SendRequest,
    WcStatus,
};
pub use testbench::lab::width;
use testbench::lab::{ConnectOptions, Endpoint, Lab, LabOptions, widths};
use testbench::rng::Rng;

pub const SEED: u64 = 0x5eed;
/// Cycles in which anything that is not lost completes.
pub const SOON: u64 = 400_000;
/// Bytes of each host's memory.
pub const MEMORY: usize = 128 * 1024;

/// Runs a test at both widths and says which.
pub fn at_both_widths(test: impl Fn(u32)) {
    for width in widths() {
        println!("width {width}, seed {SEED:#x}");
        test(width);
    }
}

/// Two hosts with one connection; everything random in both memories.
pub struct Pair {
    pub a: Endpoint,
    pub b: Endpoint,
    /// Memory of host 0 and host 1.
    pub ma: MemoryRegion,
    pub mb: MemoryRegion,
    pub lab: Lab,
}

impl Pair {
    pub fn new(width: u32) -> Self {
        Self::with(LabOptions::new(width, SEED), &ConnectOptions::default())
    }

    pub fn connected(width: u32, options: &ConnectOptions) -> Self {
        Self::with(LabOptions::new(width, SEED), options)
    }

    pub fn with(lab: LabOptions, options: &ConnectOptions) -> Self {
        let lab = Lab::new(lab).unwrap();
        let (a, b) = lab.connect(0, lab.hosts.len() - 1, options).unwrap();
        let mut rng = Rng::new(SEED);
        let last = lab.hosts.len() - 1;
        let ma = lab.hosts[0]
            .memory_with(&rng.bytes(MEMORY), Access::ALL)
            .unwrap();
        let mb = lab.hosts[last]
            .memory_with(&rng.bytes(MEMORY), Access::ALL)
            .unwrap();
        Self { a, b, ma, mb, lab }
    }

    /// The next completions of a queue, all of them good.
    pub fn good(&self, cq: &CompletionQueue, count: usize) -> Vec<Completion> {
        let all = self.lab.completions(cq, count, SOON).unwrap();
        for c in &all {
            assert_eq!(c.status, WcStatus::Success, "{c:?}");
        }
        all
    }

    /// The next completion of a queue, whatever it says.
    pub fn next(&self, cq: &CompletionQueue) -> Completion {
        self.lab.completions(cq, 1, SOON).unwrap()[0]
    }

    /// Host A's queue pair does `request`; its completion.
    pub fn do_a(&self, request: SendRequest) -> Completion {
        self.a.qp.post_send(&[request]).unwrap();
        self.next(&self.a.send_cq)
    }

    /// Nothing completes for a while.
    pub fn quiet(&self, cq: &CompletionQueue) {
        self.lab.run(5_000).unwrap();
        assert_eq!(cq.poll(8).unwrap(), []);
    }

    /// Host B's queue pair receives into `length` bytes at `offset` of its memory.
    pub fn recv_b(&self, wr_id: u64, offset: usize, length: u32) {
        let entries = vec![self.mb.entry(offset, length)];
        self.b
            .qp
            .post_recv(&[RecvRequest { wr_id, entries }])
            .unwrap();
    }

    pub fn counter(&self, host: usize, counter: fw_regs::Counter) -> u64 {
        self.lab.hosts[host].adapter.counter(counter).unwrap()
    }
}

/// Bytes of registered memory.
pub fn bytes(region: &MemoryRegion, offset: usize, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    region.buffer().read(offset, &mut bytes).unwrap();
    bytes
}

pub fn send() -> SendOperation {
    SendOperation::Send {
        imm: None,
        invalidate: None,
    }
}

/// WRITE to `offset` of a region.
pub fn write(region: &MemoryRegion, offset: usize) -> SendOperation {
    SendOperation::Write {
        remote_addr: region.va() + offset as u64,
        rkey: region.rkey(),
        imm: None,
    }
}

/// READ from `offset` of a region.
pub fn read(region: &MemoryRegion, offset: usize) -> SendOperation {
    SendOperation::Read {
        remote_addr: region.va() + offset as u64,
        rkey: region.rkey(),
    }
}

/// Sizes where packets begin and end at this MTU.
pub fn sizes_around(mtu: u32) -> Vec<u32> {
    vec![
        0,
        1,
        2,
        3,
        4,
        5,
        63,
        64,
        65,
        mtu - 1,
        mtu,
        mtu + 1,
        2 * mtu - 1,
        2 * mtu,
        2 * mtu + 3,
        5 * mtu + 17,
    ]
}
