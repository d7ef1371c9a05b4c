//! Two whole cards, cable between their RGMII ports, each driven over its serial line by the same driver that drives any other device.

use crate::serial::{BIT, Serial, library};
use bitstreams::card::Card;
use bitstreams::node::CLOCK_MHZ;
use driver_test::join;
use emit::cosim::with_big_stack;
use host_driver::bridge::{BridgeDevice, BridgeOptions, Line};
use host_driver::{
    Access, Adapter, AdapterOptions, Buffer, Completion, CompletionQueue, Context, MacAddress,
    MemoryRegion, ProtectionDomain, QpOptions, QueuePair, RecvRequest, SendOperation, SendRequest,
    WcStatus,
};
use rust_hdl::prelude::*;
use sim_verilator::{Library, PortId};
use std::cell::RefCell;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::rc::Rc;
use std::sync::Arc;

/// A card and the far end of its serial line.
struct Station {
    serial: Serial,
    rx_clock: PortId,
    tx_clock: PortId,
    rx: [PortId; 2],
    tx: [PortId; 2],
}

impl Station {
    fn new(library: &Arc<Library>) -> Self {
        let serial = Serial::new(library);
        let [rx_clock, tx_clock] = ["rx_clock", "tx_clock"].map(|name| serial.port(name));
        let rx = ["rx_rise", "rx_fall"].map(|name| serial.port(name));
        let tx = ["tx_rise", "tx_fall"].map(|name| serial.port(name));
        Self {
            serial,
            rx_clock,
            tx_clock,
            rx,
            tx,
        }
    }

    fn sends(&self) -> bool {
        self.serial.model.get_u64(self.tx[0]) >> 4 & 1 == 1
    }
}

/// Two cards and a cable.
struct World {
    stations: [Station; 2],
    /// core cycles
    cycle: u64,
    /// edges of the PHY clock for which it stays quick
    awake: u32,
    frames: u64,
}

impl World {
    /// A cycle of the cores, and five of the PHYs' clocks; as long as nothing is on the cable these run slower, which is nothing to the cards
    /// and a lot to the test.
    fn step(&mut self) {
        for station in &mut self.stations {
            station.serial.core_cycle();
        }
        self.cycle += 1;
        for part in 0..5 {
            if self.awake > 0 || (part == 0 && self.cycle % 8 == 1) {
                self.phy_cycle();
            }
        }
    }

    fn phy_cycle(&mut self) {
        let sent = [0, 1].map(|k| {
            let station = &self.stations[k];
            station.tx.map(|port| station.serial.model.get_u64(port))
        });
        let active = self.stations.iter().any(Station::sends);
        if active && self.awake == 0 {
            self.frames += 1;
        }
        self.awake = if active {
            40
        } else {
            self.awake.saturating_sub(1)
        };
        for (k, station) in self.stations.iter_mut().enumerate() {
            for (port, value) in station.rx.into_iter().zip(sent[1 - k]) {
                station.serial.model.set_u64(port, value);
            }
            station.serial.edge(&[station.rx_clock, station.tx_clock]);
        }
    }
}

/// The serial line of a card.
struct Wire {
    world: Rc<RefCell<World>>,
    card: usize,
    /// core cycles in which the line waits for a byte
    patience: u32,
}

impl Line for Wire {
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.world.borrow_mut().stations[self.card]
            .serial
            .say(bytes);
        Ok(())
    }

    fn receive(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let mut world = self.world.borrow_mut();
        for _ in 0..self.patience {
            match world.stations[self.card].serial.take(target) {
                0 => {}
                count => return Ok(count),
            }
            world.step();
        }
        Ok(0)
    }

    fn pause(&mut self) -> io::Result<()> {
        let mut world = self.world.borrow_mut();
        (0..40).for_each(|_| world.step());
        Ok(())
    }
}

/// A host: its driver and what a process of it has.
struct Host {
    adapter: Adapter,
    _context: Context,
    _pd: ProtectionDomain,
    send_cq: CompletionQueue,
    recv_cq: CompletionQueue,
    memory: MemoryRegion,
    buffer: Buffer,
    qp: QueuePair,
}

fn host(world: &Rc<RefCell<World>>, card: usize) -> Host {
    let wire = Wire {
        world: world.clone(),
        card,
        patience: 8000,
    };
    let device = BridgeDevice::open(wire, BridgeOptions::default()).expect("a card");
    assert_eq!(
        (device.memory_size(), device.cycles_per_us()),
        (1 << 17, CLOCK_MHZ as u16)
    );
    let number = card as u8 + 1;
    let options = AdapterOptions {
        host: number,
        seed: 1,
        mac: MacAddress([2, 0, 0, 0, 0, number]),
        ip: IpAddr::V4(Ipv4Addr::new(10, 0, 0, number)),
        patience: 1000,
    };
    let adapter = Adapter::open(Box::new(device), options).unwrap_or_else(|e| panic!("{e}"));
    let context = adapter.context().expect("context");
    let pd = context.allocate_pd().expect("pd");
    let cq = || context.create_cq(16).expect("cq");
    let (send_cq, recv_cq) = (cq(), cq());
    let qp = pd.create_qp(&QpOptions {
        send_cq: send_cq.clone(),
        recv_cq: recv_cq.clone(),
        srq: None,
        max_send: 8,
        max_recv: 8,
        raw: false,
    });
    let buffer = context.allocate(8192).expect("buffer");
    let va = 0x7000_0000 + u64::from(number) * 0x1_0000;
    let memory = pd.register(&buffer, va, 8192, Access::ALL);
    Host {
        qp: qp.expect("qp"),
        memory: memory.expect("memory"),
        buffer,
        adapter,
        _context: context,
        _pd: pd,
        send_cq,
        recv_cq,
    }
}

/// The next completion, good.
fn completion(world: &Rc<RefCell<World>>, cq: &CompletionQueue) -> Completion {
    for _ in 0..500 {
        if let Some(found) = cq.poll(1).expect("poll").pop() {
            assert_eq!(found.status, WcStatus::Success);
            return found;
        }
        (0..200).for_each(|_| world.borrow_mut().step());
    }
    panic!("no completion");
}

#[test]
fn card_send_write_read_over_the_cable() {
    let verilog = with_big_stack(|| {
        let mut card = Box::new(Card::with_line(BIT));
        card.connect_all();
        emit::emit("card", &*card).unwrap_or_else(|e| panic!("{e}"))
    });
    let library = library(&verilog, "card");
    let world = Rc::new(RefCell::new(World {
        stations: [Station::new(&library), Station::new(&library)],
        cycle: 0,
        awake: 0,
        frames: 0,
    }));
    let (a, b) = (host(&world, 0), host(&world, 1));
    let attributes = a.adapter.attributes();
    assert_eq!(
        (attributes.qps, attributes.cycles_per_us),
        (16, CLOCK_MHZ as u32)
    );
    assert!(attributes.migration);
    join(&a.qp, &b.qp, 1024).expect("connected");
    let data: Vec<u8> = (0..3000).map(|k| (k * 7 % 251) as u8).collect();
    a.buffer.write(0, &data).expect("memory");

    // three packets of a SEND
    let target = b.memory.entry(100, 4000);
    let receive = RecvRequest {
        wr_id: 5,
        entries: vec![target],
    };
    b.qp.post_recv(&[receive]).expect("recv");
    let send = SendOperation::Send {
        imm: Some(0xabcd),
        invalidate: None,
    };
    let request = SendRequest::new(6, send, a.memory.entry(0, 3000));
    a.qp.post_send(&[request]).expect("send");
    let got = completion(&world, &b.recv_cq);
    assert_eq!((got.wr_id, got.byte_len, got.imm), (5, 3000, Some(0xabcd)));
    assert_eq!(completion(&world, &a.send_cq).wr_id, 6);
    let mut arrived = vec![0; 3000];
    b.buffer.read(100, &mut arrived).expect("memory");
    assert!(arrived == data);

    // and back: a READ of a part of it
    let read = SendOperation::Read {
        remote_addr: b.memory.va() + 150,
        rkey: b.memory.rkey(),
    };
    let request = SendRequest::new(7, read, a.memory.entry(5000, 77));
    a.qp.post_send(&[request]).expect("read");
    assert_eq!(completion(&world, &a.send_cq).wr_id, 7);
    let mut read = vec![0; 77];
    a.buffer.read(5000, &mut read).expect("memory");
    assert!(read == data[50..127]);
    println!("{} core cycles", world.borrow().cycle);
    assert!(world.borrow().frames > 0);
}
