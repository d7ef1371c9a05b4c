//! A network interface: IP over the raw frames of a NIC.
//!
//! A reliable connection needs two things that it cannot carry itself: the partner's Ethernet address, and the partner's word on
//! its queue pair's number, first PSN and keys. Both come over ordinary networking, so a [`NetworkInterface`] makes the NIC's raw
//! queue an endpoint with IP addresses: it answers ARP, neighbour solicitations and pings, [resolves](NetworkInterface::resolve)
//! neighbours, [announces](NetworkInterface::announce) addresses that have moved here, and opens and accepts TCP connections.
//! The protocols are smoltcp's; the raw queue, the neighbour table that verbs need, and the errors are this module's.
//!
//! Like the rest of the driver it never blocks. [`NetworkInterface::poll`] does what there is to do; between two calls the caller
//! lets time pass. What time it is, is a parameter: see [`Clock`].

mod neighbours;
mod raw;
mod streams;

pub use streams::{ListenerId, StreamError, StreamId, StreamState};

use crate::adapter::Adapter;
use crate::connection::MacAddress;
use crate::device::DeviceError;
use crate::error::{CommandFailure, ModifyError, PostError, VerbsError};
use neighbours::Neighbours;
use raw::RawQueue;
use smoltcp::iface::{Config, Interface, SocketHandle, SocketSet};
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::socket::icmp;
use smoltcp::time::Instant;
use smoltcp::wire::{
    EthernetAddress, HardwareAddress, Icmpv4Packet, Icmpv4Repr, Icmpv6Packet, Icmpv6Repr,
    IpAddress, IpCidr,
};
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;
use streams::Listener;

/// What time it is, from any beginning. Timers of ARP, neighbour discovery and TCP are milliseconds to seconds of it: wall-clock
/// time for a partner in the real world, or cycles of a simulation times what is wanted, so that a lost segment does not cost as many
/// cycles as 300 ms have.
pub type Clock = Box<dyn FnMut() -> Duration>;

/// A clock that follows wall time.
pub fn wall_clock() -> Clock {
    let start = std::time::Instant::now();
    Box::new(move || start.elapsed())
}

/// An address with the length of its network's prefix in bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InterfaceAddress {
    /// The address.
    pub ip: IpAddr,
    /// Bits of the prefix: up to 32 or 128.
    pub prefix: u8,
}

/// Most addresses that an interface can have, the link-local one included.
pub const MAX_ADDRESSES: usize = 4;

/// How an interface is made.
pub struct InterfaceOptions {
    /// Its addresses; one that is IPv6 brings a link-local one along.
    pub addresses: Vec<InterfaceAddress>,
    /// The way to other networks.
    pub gateways: Vec<IpAddr>,
    /// Largest IP packet in bytes, 1280 to 4210.
    pub mtu: usize,
    /// Fixes ports and sequence numbers.
    pub seed: u64,
    /// What time it is.
    pub clock: Clock,
}

impl InterfaceOptions {
    /// One address, packets of 1500 bytes.
    pub fn new(ip: IpAddr, prefix: u8, seed: u64, clock: Clock) -> Self {
        Self {
            addresses: vec![InterfaceAddress { ip, prefix }],
            gateways: Vec::new(),
            mtu: 1500,
            seed,
            clock,
        }
    }
}

/// Why there is no interface, or not any more.
#[derive(Debug, thiserror::Error)]
pub enum InterfaceError {
    /// Too many addresses, the link-local one counted.
    #[error(
        "{wanted} addresses; an interface has up to {MAX_ADDRESSES}, the link-local one included"
    )]
    Addresses {
        /// How many.
        wanted: usize,
    },
    /// A prefix that does not fit its address, or an address that no host can have.
    #[error("{ip}/{prefix} is no address of a host")]
    Address {
        /// The address.
        ip: IpAddr,
        /// Its prefix.
        prefix: u8,
    },
    /// A packet size out of range.
    #[error(
        "an MTU of {mtu} bytes; {} to {} are possible",
        raw::MIN_MTU,
        raw::MAX_MTU
    )]
    Mtu {
        /// Bytes.
        mtu: usize,
    },
    /// Objects of the raw queue.
    #[error(transparent)]
    Verbs(#[from] VerbsError),
    /// The raw queue does not come up.
    #[error(transparent)]
    Modify(#[from] ModifyError),
    /// The raw queue takes nothing.
    #[error(transparent)]
    Post(#[from] PostError),
    /// The device failed.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// A command failed.
    #[error(transparent)]
    Command(#[from] CommandFailure),
}

/// What has passed an interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InterfaceStats {
    /// Frames that came.
    pub received: u64,
    /// Frames that went.
    pub sent: u64,
    /// Times that the raw queue was brought up again after an error.
    pub revived: u64,
}

/// An answer to a [`NetworkInterface::ping`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pong {
    /// Who answers.
    pub from: IpAddr,
    /// The number of the ping.
    pub number: u16,
    /// What came back.
    pub payload: Vec<u8>,
}

/// Identifier of our pings.
const PING_IDENT: u16 = 0x524e;
/// Pings and answers that may wait.
const PINGS: usize = 16;

/// An endpoint of the network: addresses, neighbours, pings, TCP.
pub struct NetworkInterface {
    queue: RawQueue,
    interface: Interface,
    sockets: SocketSet<'static>,
    icmp: SocketHandle,
    neighbours: Neighbours,
    listeners: Vec<Listener>,
    /// closed by both ends or given up; their sockets go when the last segment has
    closing: Vec<SocketHandle>,
    mac: MacAddress,
    clock: Clock,
    /// the next port that a connection leaves by
    port: u16,
}

/// First of the ports that connections leave by.
const FIRST_PORT: u16 = 49_152;

impl NetworkInterface {
    /// Makes the adapter's raw frames an endpoint. The adapter's MAC address is the interface's; its IP address should be among
    /// `options.addresses`, for that is what its connections bear.
    ///
    /// # Errors
    /// [`InterfaceError`].
    pub fn open(adapter: &Adapter, mut options: InterfaceOptions) -> Result<Self, InterfaceError> {
        if !(raw::MIN_MTU..=raw::MAX_MTU).contains(&options.mtu) {
            return Err(InterfaceError::Mtu { mtu: options.mtu });
        }
        let mac = adapter.shared.borrow().options.mac;
        let addresses = cidrs(&options.addresses, mac)?;
        let now = instant((options.clock)());
        let mut queue = RawQueue::open(adapter, options.mtu)?;
        let mut config = Config::new(HardwareAddress::Ethernet(EthernetAddress(mac.0)));
        config.random_seed = options.seed;
        let mut interface = Interface::new(config, &mut queue, now);
        interface.update_ip_addrs(|list| list.extend(addresses));
        for gateway in &options.gateways {
            let routes = interface.routes_mut();
            // two routes fit at least, one of each family is all that can be asked for
            let _ = match gateway {
                IpAddr::V4(v4) => routes.add_default_ipv4_route(*v4),
                IpAddr::V6(v6) => routes.add_default_ipv6_route(*v6),
            };
        }
        let mut sockets = SocketSet::new(Vec::new());
        let buffer = || {
            icmp::PacketBuffer::new(
                vec![icmp::PacketMetadata::EMPTY; PINGS],
                vec![0; PINGS * options.mtu],
            )
        };
        let mut socket = icmp::Socket::new(buffer(), buffer());
        // a fresh socket takes any identifier
        let _ = socket.bind(icmp::Endpoint::Ident(PING_IDENT));
        Ok(Self {
            queue,
            interface,
            icmp: sockets.add(socket),
            sockets,
            neighbours: Neighbours::new(mac, options.gateways),
            listeners: Vec::new(),
            closing: Vec::new(),
            mac,
            clock: options.clock,
            port: FIRST_PORT + (options.seed % 8192) as u16,
        })
    }

    /// Own MAC address.
    pub fn mac(&self) -> MacAddress {
        self.mac
    }

    /// Own addresses, the link-local one included.
    pub fn addresses(&self) -> Vec<InterfaceAddress> {
        let all = self.interface.ip_addrs().iter();
        all.map(|cidr| InterfaceAddress {
            ip: cidr.address().into(),
            prefix: cidr.prefix_len(),
        })
        .collect()
    }

    /// What has passed.
    pub fn stats(&self) -> InterfaceStats {
        self.queue.stats
    }

    /// What time it is.
    pub fn now(&mut self) -> Duration {
        (self.clock)()
    }

    /// Takes what has come, answers what is to be answered, sends what waits. Does not wait.
    ///
    /// # Errors
    /// The device failed.
    pub fn poll(&mut self) -> Result<(), InterfaceError> {
        let now = instant((self.clock)());
        self.queue.pump()?;
        for frame in self.queue.fresh() {
            self.neighbours.learn(frame, self.interface.ip_addrs());
        }
        self.queue.read();
        self.interface.poll(now, &mut self.queue, &mut self.sockets);
        self.sweep();
        self.queue.pump()
    }

    /// The Ethernet address by which `ip` is reached, if it is known; else asks for it, and the answer is there some polls later. A host
    /// that is not in one of the interface's networks is reached by a gateway.
    ///
    /// # Errors
    /// The device failed.
    pub fn resolve(&mut self, ip: IpAddr) -> Result<Option<MacAddress>, InterfaceError> {
        let now = (self.clock)();
        let Some((source, hop)) = self.route(ip) else {
            return Ok(None);
        };
        if let Some(mac) = self.neighbours.find(hop) {
            return Ok(Some(mac));
        }
        if let Some(frame) = self.neighbours.ask(hop, source, now) {
            self.queue.send(frame);
            self.queue.pump()?;
        }
        Ok(None)
    }

    /// Forgets the Ethernet address of `ip`, so that [`Self::resolve`] asks again.
    pub fn forget(&mut self, ip: IpAddr) {
        self.neighbours.forget(ip);
    }

    /// Tells everybody on the link that own addresses are reached by the own Ethernet address: gratuitous ARP and unsolicited neighbour
    /// advertisements. To be called when an address has moved here; more than once if frames may be lost.
    ///
    /// # Errors
    /// The device failed.
    pub fn announce(&mut self) -> Result<(), InterfaceError> {
        for address in self.addresses() {
            self.queue.send(self.neighbours.announcement(address.ip));
        }
        self.queue.pump()
    }

    /// Sends an Ethernet frame of the caller's making, whole but for its FCS. The device sends it as it is.
    ///
    /// # Errors
    /// The device failed.
    pub fn transmit(&mut self, frame: Vec<u8>) -> Result<(), InterfaceError> {
        self.queue.send(frame);
        self.queue.pump()
    }

    /// One more address, e.g. one that has moved here; to be announced.
    ///
    /// # Errors
    /// [`InterfaceError::Address`], [`InterfaceError::Addresses`].
    pub fn add_address(&mut self, address: InterfaceAddress) -> Result<(), InterfaceError> {
        let cidr = cidr(address)?;
        let mut full = false;
        self.interface.update_ip_addrs(|list| {
            if !list.contains(&cidr) {
                full = list.push(cidr).is_err();
            }
        });
        match full {
            true => Err(InterfaceError::Addresses {
                wanted: MAX_ADDRESSES + 1,
            }),
            false => Ok(()),
        }
    }

    /// An address is no longer here.
    pub fn remove_address(&mut self, ip: IpAddr) {
        self.interface
            .update_ip_addrs(|list| list.retain(|cidr| IpAddr::from(cidr.address()) != ip));
    }

    /// Sends an echo request; whether there was room for it, and `ip` is of a family that the interface has.
    pub fn ping(&mut self, ip: IpAddr, number: u16, payload: &[u8]) -> bool {
        let source = self.interface.get_source_address(&ip.into());
        let socket = self.sockets.get_mut::<icmp::Socket>(self.icmp);
        let checks = ChecksumCapabilities::default();
        match (ip, source) {
            (IpAddr::V4(_), Some(_)) => {
                let repr = Icmpv4Repr::EchoRequest {
                    ident: PING_IDENT,
                    seq_no: number,
                    data: payload,
                };
                let Ok(room) = socket.send(repr.buffer_len(), ip.into()) else {
                    return false;
                };
                repr.emit(&mut Icmpv4Packet::new_unchecked(room), &checks);
            }
            (IpAddr::V6(target), Some(IpAddress::Ipv6(source))) => {
                let repr = Icmpv6Repr::EchoRequest {
                    ident: PING_IDENT,
                    seq_no: number,
                    data: payload,
                };
                let Ok(room) = socket.send(repr.buffer_len(), ip.into()) else {
                    return false;
                };
                let mut packet = Icmpv6Packet::new_unchecked(room);
                repr.emit(&source, &target, &mut packet, &checks);
            }
            _ => return false,
        }
        true
    }

    /// The oldest answer to a ping that has come.
    pub fn pong(&mut self) -> Option<Pong> {
        let addresses = self.addresses();
        let socket = self.sockets.get_mut::<icmp::Socket>(self.icmp);
        while let Ok((bytes, from)) = socket.recv() {
            let checks = ChecksumCapabilities::default();
            let echo = match from {
                IpAddress::Ipv4(_) => {
                    let packet = Icmpv4Packet::new_checked(bytes).ok()?;
                    match Icmpv4Repr::parse(&packet, &checks) {
                        Ok(Icmpv4Repr::EchoReply { seq_no, data, .. }) => Some((seq_no, data)),
                        _ => None,
                    }
                }
                IpAddress::Ipv6(source) => {
                    let packet = Icmpv6Packet::new_checked(bytes).ok()?;
                    // which of the own addresses it was sent to is not told; the checksum fits one of them
                    let own = addresses.iter().filter_map(|a| match a.ip {
                        IpAddr::V6(v6) => Some(v6),
                        IpAddr::V4(_) => None,
                    });
                    own.filter_map(
                        |own| match Icmpv6Repr::parse(&source, &own, &packet, &checks) {
                            Ok(Icmpv6Repr::EchoReply { seq_no, data, .. }) => Some((seq_no, data)),
                            _ => None,
                        },
                    )
                    .next()
                }
            };
            if let Some((number, data)) = echo {
                return Some(Pong {
                    from: from.into(),
                    number,
                    payload: data.to_vec(),
                });
            }
        }
        None
    }

    /// Own address and next hop towards `ip`: itself, if it is in one of the own networks.
    fn route(&self, ip: IpAddr) -> Option<(IpAddr, IpAddr)> {
        let own = self.interface.ip_addrs();
        let local = own.iter().find(|c| c.contains_addr(&ip.into()));
        if let Some(cidr) = local {
            return Some((cidr.address().into(), ip));
        }
        let gateway = self.neighbours.gateway(ip)?;
        let near = own.iter().find(|c| c.contains_addr(&gateway.into()))?;
        Some((near.address().into(), gateway))
    }
}

fn instant(time: Duration) -> Instant {
    Instant::from_micros(i64::try_from(time.as_micros()).unwrap_or(i64::MAX))
}

fn cidr(address: InterfaceAddress) -> Result<IpCidr, InterfaceError> {
    let InterfaceAddress { ip, prefix } = address;
    let bits = if ip.is_ipv4() { 32 } else { 128 };
    let broadcast = matches!(ip, IpAddr::V4(v4) if v4.is_broadcast());
    if prefix > bits || ip.is_unspecified() || ip.is_multicast() || broadcast {
        return Err(InterfaceError::Address { ip, prefix });
    }
    Ok(IpCidr::new(ip.into(), prefix))
}

/// The addresses, with a link-local one if any is IPv6.
fn cidrs(wanted: &[InterfaceAddress], mac: MacAddress) -> Result<Vec<IpCidr>, InterfaceError> {
    let mut all: Vec<InterfaceAddress> = wanted.to_vec();
    let has = |test: fn(&Ipv6Addr) -> bool| {
        wanted
            .iter()
            .any(|a| matches!(a.ip, IpAddr::V6(v6) if test(&v6)))
    };
    if has(|_| true) && !has(Ipv6Addr::is_unicast_link_local) {
        all.push(InterfaceAddress {
            ip: IpAddr::V6(link_local(mac)),
            prefix: 64,
        });
    }
    if all.len() > MAX_ADDRESSES {
        return Err(InterfaceError::Addresses { wanted: all.len() });
    }
    all.into_iter().map(cidr).collect()
}

/// The address that an Ethernet address makes on its link (RFC 4291, appendix A).
pub fn link_local(MacAddress([a, b, c, d, e, f]): MacAddress) -> Ipv6Addr {
    Ipv6Addr::from([
        0xfe,
        0x80,
        0,
        0,
        0,
        0,
        0,
        0,
        a ^ 2,
        b,
        c,
        0xff,
        0xfe,
        d,
        e,
        f,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn link_local_address_of_a_mac() {
        let mac = MacAddress([0x52, 0x54, 0, 0x12, 0x34, 0x56]);
        let expected: Ipv6Addr = "fe80::5054:ff:fe12:3456".parse().unwrap();
        assert_eq!(link_local(mac), expected);
    }

    #[test]
    fn interface_addresses_bad_flow() {
        let mac = MacAddress([2, 0, 0, 0, 0, 1]);
        let one = |ip: &str, prefix| {
            let ip = ip.parse().unwrap();
            cidrs(&[InterfaceAddress { ip, prefix }], mac)
        };
        assert_eq!(one("10.0.0.1", 24).unwrap().len(), 1);
        assert_eq!(one("fd00::1", 64).unwrap().len(), 2);
        assert_eq!(one("fe80::1", 64).unwrap().len(), 1);
        for (ip, prefix) in [
            ("10.0.0.1", 33),
            ("0.0.0.0", 0),
            ("224.0.0.1", 4),
            ("ff02::1", 64),
            ("255.255.255.255", 32),
        ] {
            assert!(one(ip, prefix).is_err(), "{ip}/{prefix}");
        }
    }
}
