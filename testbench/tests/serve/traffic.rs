//! Traffic between NICs that are served: over the switch of one server, and over a wire between two.

use crate::{READ_LIMIT, client, served, socket};
use host_driver::{
    Access, Adapter, AdapterOptions, CompletionQueue, MacAddress, MemoryRegion, QpOptions,
    QueuePair, SendOperation, SendRequest, WcStatus,
};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use testbench::lab::{ConnectOptions, Variant, join, nic_library};
use testbench::rng::Rng;
use testbench::serve::{ServeOptions, Serving};
use testbench::wire::WireSpec;

const SEED: u64 = 21;

/// A host: its adapter, and one queue pair with memory. The adapter goes last.
struct Host {
    qp: QueuePair,
    cq: CompletionQueue,
    memory: MemoryRegion,
    adapter: Adapter,
}

impl Host {
    fn new(path: &PathBuf, number: u8) -> Self {
        let options = AdapterOptions {
            host: number,
            seed: SEED,
            mac: MacAddress([2, 0, 0, 0, 0, number]),
            ip: [10, 0, 0, number].into(),
            patience: 1_000_000,
        };
        let adapter = Adapter::open(Box::new(client(path).unwrap()), options).unwrap();
        let context = adapter.context().unwrap();
        let pd = context.allocate_pd().unwrap();
        let buffer = context.allocate(32 << 10).unwrap();
        let va = 0x5000_0000_0000 | u64::from(number) << 32;
        let memory = pd.register(&buffer, va, 32 << 10, Access::ALL).unwrap();
        let cq = context.create_cq(16).unwrap();
        let qp = pd
            .create_qp(&QpOptions {
                send_cq: cq.clone(),
                recv_cq: cq.clone(),
                srq: None,
                max_send: 8,
                max_recv: 8,
                raw: false,
            })
            .unwrap();
        Self {
            qp,
            cq,
            memory,
            adapter,
        }
    }

    /// WRITEs `bytes` into the partner's memory, and waits.
    fn write(&self, partner: &Self, bytes: &[u8]) {
        self.memory.buffer().write(0, bytes).unwrap();
        let operation = SendOperation::Write {
            remote_addr: partner.memory.va() + 8192,
            rkey: partner.memory.rkey(),
            imm: None,
        };
        let entry = self.memory.entry(0, bytes.len() as u32);
        self.qp
            .post_send(&[SendRequest::new(1, operation, entry)])
            .unwrap();
        let start = Instant::now();
        let done = loop {
            if let Some(done) = self.cq.poll(1).unwrap().pop() {
                break done;
            }
            assert!(start.elapsed() < Duration::from_secs(120), "no completion");
            self.adapter.pause().unwrap();
        };
        assert_eq!(done.status, WcStatus::Success);
        let mut seen = vec![0; bytes.len()];
        partner.memory.buffer().read(8192, &mut seen).unwrap();
        assert!(seen == bytes, "the bytes differ");
    }
}

/// Connects a NIC at each of the sockets, and WRITEs in both directions.
fn talk(paths: &[PathBuf; 2]) {
    println!("seed {SEED}");
    let a = Host::new(&paths[0], 1);
    let b = Host::new(&paths[1], 2);
    let options = ConnectOptions {
        // 1 s
        timeout: 18,
        ..ConnectOptions::default()
    };
    join(&a.qp, &b.qp, &options).unwrap();
    let mut rng = Rng::new(SEED);
    for length in [1, 1500, 8000] {
        a.write(&b, &rng.bytes(length));
        b.write(&a, &rng.bytes(length));
    }
}

#[test]
fn serve_two_nics_talk_over_the_switch() {
    let paths = [socket("switch-a"), socket("switch-b")];
    let serving = served(&[&paths[0], &paths[1]]);
    talk(&paths);
    let report = serving.stop().unwrap();
    println!("{}", report.text());
    assert!(report.is_good());
    assert!(report.nics.iter().all(|nic| nic.dma_written > 9000));
}

#[test]
fn serve_two_servers_talk_over_a_wire() {
    let paths = [socket("wire-a"), socket("wire-b")];
    let path = socket("wire");
    let library = nic_library(64, Variant::Migratable, false).unwrap();
    let start = |socket: &PathBuf, wire| {
        let options = ServeOptions {
            sockets: vec![socket.clone()],
            wires: vec![wire],
            read_limit: READ_LIMIT,
            ..ServeOptions::default()
        };
        Serving::start(&library, &options).unwrap()
    };
    let first = start(&paths[0], WireSpec::Listen { path: path.clone() });
    let second = start(&paths[1], WireSpec::Connect { path });
    talk(&paths);
    for serving in [first, second] {
        let report = serving.stop().unwrap();
        println!("{}", report.text());
        assert!(report.is_good());
        let wire = &report.wires[0].stats;
        // 11 packets of WRITEs, and what acknowledges the other side's
        assert!(wire.received > 11 && wire.sent > 11);
    }
}
