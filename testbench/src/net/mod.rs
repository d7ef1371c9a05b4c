//! The network between simulated hosts: links with rate, delay and faults, a learning switch, captures.
//!
//! Everything is frames and cycles, sans I/O: frames go in with the cycles in which their first and last beat left the
//! sender ([`Network::send`]), and come out when their first beat reaches the receiver ([`Network::poll`]). One seed
//! fixes every fault. It knows no NIC; the cluster moves frames between the two.

mod fault;
mod link;
mod pcap;
mod switch;

pub(crate) use fault::Dice;
pub use fault::{FaultRates, FaultRatesError, Tamper, Treatment};
pub use link::{Link, LinkConfig, LinkStats};
pub use pcap::{CaptureError, CaptureWriter, NS_PER_CYCLE, read_capture, read_stamped};
pub use switch::Switch;

use std::collections::BTreeMap;

/// A frame under way: bytes without FCS, and the cycles in which its first and last beat are on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireFrame {
    pub bytes: Vec<u8>,
    /// first cycle on the wire
    pub begin: u64,
    /// last cycle on the wire
    pub end: u64,
}

/// What joins the hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topology {
    /// Exactly two hosts, one cable.
    Direct,
    /// Any number of hosts, one cable each to a learning switch.
    Switched,
}

/// Hosts' ports, their cables and the switch between them.
pub struct Network {
    topology: Topology,
    /// bytes of one beat: the width of the hosts' wire ports
    beat: usize,
    /// per host: the cable towards the network
    up: Vec<Link>,
    /// per host: the cable from the network (none when direct)
    down: Vec<Link>,
    switch: Switch,
    captures: BTreeMap<usize, CaptureWriter>,
    tamper: Option<Box<dyn Tamper>>,
}

impl Network {
    /// `hosts` ports with `beat` bytes a cycle. `seed` fixes every fault of every link.
    ///
    /// # Panics
    /// A direct network has exactly two hosts.
    pub fn new(
        topology: Topology,
        hosts: usize,
        beat: usize,
        config: LinkConfig,
        seed: u64,
    ) -> Self {
        assert!(
            topology != Topology::Direct || hosts == 2,
            "a direct network joins two hosts, not {hosts}"
        );
        let link = |host: usize, way: u64| {
            Link::new(
                config,
                seed ^ ((host as u64) << 8 | way).wrapping_mul(0x9E37_79B9_7F4A_7C15),
            )
        };
        Self {
            topology,
            beat,
            up: (0..hosts).map(|h| link(h, 1)).collect(),
            down: (0..hosts).map(|h| link(h, 2)).collect(),
            switch: Switch::new(hosts),
            captures: BTreeMap::new(),
            tamper: None,
        }
    }

    /// Records what passes host `host`'s port in both directions, as that host would see it.
    pub fn capture(&mut self, host: usize, writer: CaptureWriter) {
        self.captures.insert(host, writer);
    }

    /// Ends all captures and reports the first write that failed.
    pub fn finish_captures(&mut self) -> Result<(), CaptureError> {
        std::mem::take(&mut self.captures)
            .into_values()
            .try_for_each(CaptureWriter::finish)
    }

    /// From now on `tamper` decides what happens to the frames that hosts send.
    pub fn tamper(&mut self, tamper: Box<dyn Tamper>) {
        self.tamper = Some(tamper);
    }

    /// The cable from host `host` towards the network, e.g. to change its faults half-way.
    pub fn uplink_mut(&mut self, host: usize) -> &mut Link {
        &mut self.up[host]
    }

    /// The cable from the switch to host `host`.
    pub fn downlink_mut(&mut self, host: usize) -> &mut Link {
        &mut self.down[host]
    }

    /// Fault and frame counts of all cables together.
    pub fn stats(&self) -> LinkStats {
        self.up.iter().chain(&self.down).map(Link::stats).sum()
    }

    /// A frame that host `host` has put on its wire.
    pub fn send(&mut self, host: usize, mut frame: WireFrame) {
        if let Some(c) = self.captures.get_mut(&host) {
            c.write(frame.begin, &frame.bytes);
        }
        let treatment = match &mut self.tamper {
            Some(tamper) => tamper.treat(host, &mut frame.bytes),
            None => Treatment::default(),
        };
        self.up[host].push_treated(frame, self.beat, treatment);
    }

    /// Frames whose first beat reaches a host in cycle `now`: `(host, bytes)` in order of arrival.
    pub fn poll(&mut self, now: u64) -> Vec<(usize, Vec<u8>)> {
        let mut arrived = Vec::new();
        for host in 0..self.up.len() {
            while let Some(frame) = self.up[host].pop(now) {
                match self.topology {
                    Topology::Direct => arrived.push((1 - host, frame.bytes)),
                    Topology::Switched => {
                        for port in self.switch.route(host, &frame.bytes) {
                            self.down[port].push(frame.clone(), self.beat);
                        }
                    }
                }
            }
        }
        for host in 0..self.down.len() {
            while let Some(frame) = self.down[host].pop(now) {
                arrived.push((host, frame.bytes));
            }
        }
        for (host, bytes) in &arrived {
            if let Some(c) = self.captures.get_mut(host) {
                c.write(now, bytes);
            }
        }
        arrived
    }

    /// Forgets what is under way, and the time: for a cluster that goes back to an earlier one.
    pub fn clear(&mut self) {
        self.up
            .iter_mut()
            .chain(&mut self.down)
            .for_each(Link::clear);
    }

    /// Nothing is under way.
    pub fn is_idle(&self) -> bool {
        self.up.iter().chain(&self.down).all(Link::is_idle)
    }
}
