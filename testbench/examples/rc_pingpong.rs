//! A reliable-connection ping-pong in the order that an RDMA program does things: open, protection domain, memory region,
//! completion queue, queue pair, exchange, INIT, RTR, RTS, post, poll.
//!
//! Both ends live in this one program, each with its own (Verilated) NIC; only [`host_driver::ConnectionData`] passes between
//! them outside the network, as JSON, as two real programs would send it over a socket.
//!
//!     cargo run --release -p testbench --example rc_pingpong

use anyhow::{Context as _, Result, ensure};
use host_driver::{
    Access, Adapter, AdapterOptions, CompletionQueue, ConnectionData, Device, MacAddress,
    MemoryRegion, Modify, QpOptions, QueuePair, RecvRequest, RtrAttributes, RtsAttributes,
    SendOperation, SendRequest, WcOpcode, WcStatus,
};
use sim_verilator::NicConfig;
use std::net::{IpAddr, Ipv4Addr};
use testbench::cluster::Cluster;
use testbench::lab::{Variant, nic_library};
use testbench::net::{LinkConfig, Network, Topology};

const SIZE: usize = 4096;
const ROUNDS: u64 = 5;

/// One end of the ping-pong. Fields are dropped in this order: the queue pair before what it uses.
struct End {
    qp: QueuePair,
    cq: CompletionQueue,
    mr: MemoryRegion,
    adapter: Adapter,
}

impl End {
    /// Everything up to a queue pair in INIT with one receive posted.
    fn open(device: Box<dyn Device>, number: u8) -> Result<Self> {
        let adapter = Adapter::open(
            device,
            AdapterOptions {
                host: number,
                seed: 42,
                mac: MacAddress([2, 0, 0, 0, 0, number]),
                ip: IpAddr::V4(Ipv4Addr::new(10, 0, 0, number)),
                patience: 10_000,
            },
        )?;
        let context = adapter.context()?;
        let pd = context.allocate_pd()?;
        let buffer = context.allocate(SIZE)?;
        let mr = pd.register(&buffer, 0x1000_0000, SIZE, Access::LOCAL)?;
        let cq = context.create_cq(64)?;
        let qp = pd.create_qp(&QpOptions {
            send_cq: cq.clone(),
            recv_cq: cq.clone(),
            srq: None,
            max_send: 16,
            max_recv: 16,
            raw: false,
        })?;
        qp.modify(Modify::Init(Default::default()))?;
        let end = Self {
            qp,
            cq,
            mr,
            adapter,
        };
        end.post_receive()?;
        Ok(end)
    }

    /// What the other end has to know, as it travels.
    fn hello(&self) -> Result<String> {
        Ok(serde_json::to_string(&self.qp.connection_data())?)
    }

    /// INIT to RTR to RTS.
    fn connect(&self, hello: &str) -> Result<()> {
        let partner: ConnectionData = serde_json::from_str(hello)?;
        let own = self.qp.connection_data();
        self.qp.modify(Modify::Rtr(RtrAttributes::new(partner)))?;
        self.qp.modify(Modify::Rts(RtsAttributes::new(own.psn)))?;
        Ok(())
    }

    fn post_receive(&self) -> Result<()> {
        Ok(self.qp.post_recv(&[RecvRequest {
            wr_id: 1,
            entries: vec![self.mr.entry(0, SIZE as u32)],
        }])?)
    }

    fn post_send(&self) -> Result<()> {
        let operation = SendOperation::Send {
            imm: None,
            invalidate: None,
        };
        let entry = self.mr.entry(0, SIZE as u32);
        Ok(self
            .qp
            .post_send(&[SendRequest::new(2, operation, entry)])?)
    }

    /// Polls until a completion of `opcode` comes; time passes while it waits.
    fn wait(&self, opcode: WcOpcode) -> Result<()> {
        for _ in 0..10_000 {
            for c in self.cq.poll(16)? {
                ensure!(c.status == WcStatus::Success, "{opcode}: {}", c.status);
                if c.opcode == opcode {
                    return Ok(());
                }
            }
            self.adapter.pause()?;
        }
        anyhow::bail!("no completion of {opcode}")
    }
}

fn main() -> Result<()> {
    let library = nic_library(64, Variant::Migratable, false)
        .context("this example needs the Verilated NIC")?;
    let network = Network::new(Topology::Direct, 2, 8, LinkConfig::default(), 42);
    let cluster = Cluster::new(&library, NicConfig::default(), 2, network)?;
    let client = End::open(cluster.device(0, 16), 1)?;
    let server = End::open(cluster.device(1, 16), 2)?;

    let (a, b) = (client.hello()?, server.hello()?);
    println!("client {a}\nserver {b}");
    client.connect(&b)?;
    server.connect(&a)?;

    client.mr.buffer().write(0, &[0x5a; SIZE])?;
    let start = cluster.cycle();
    for _ in 0..ROUNDS {
        client.post_send()?;
        server.wait(WcOpcode::Recv)?;
        server.post_receive()?;
        server.post_send()?;
        client.wait(WcOpcode::Recv)?;
        client.post_receive()?;
    }
    let cycles = (cluster.cycle() - start) / (2 * ROUNDS);
    println!(
        "{ROUNDS} round trips of {SIZE} bytes, {cycles} cycles = {:.2} µs one way",
        cycles as f64 / 250.0
    );
    Ok(())
}
