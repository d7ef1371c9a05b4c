//! Ethernet addresses of neighbours: what verbs need and smoltcp keeps to itself. Learned from every ARP packet and every neighbour
//! discovery message that passes; asked for by packets of our own.

use crate::connection::MacAddress;
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::{
    ArpOperation, ArpPacket, ArpRepr, EthernetAddress, EthernetFrame, EthernetProtocol,
    EthernetRepr, HardwareAddress, Icmpv6Packet, Icmpv6Repr, IpCidr, IpProtocol, Ipv6Packet,
    Ipv6Repr, NdiscNeighborFlags, NdiscRepr, RawHardwareAddress,
};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

/// Neighbours kept; a link has no more of ours.
const MOST: usize = 1024;
/// How long a question is left to be answered before it is asked again.
const PATIENCE: Duration = Duration::from_millis(200);
/// Hop limit of neighbour discovery (RFC 4861, 4.3): nothing that was forwarded counts.
const ON_LINK: u8 = 255;

const ALL_NODES: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);

pub(super) struct Neighbours {
    mac: MacAddress,
    known: HashMap<IpAddr, MacAddress>,
    asked: HashMap<IpAddr, Duration>,
    gateways: Vec<IpAddr>,
}

impl Neighbours {
    pub fn new(mac: MacAddress, gateways: Vec<IpAddr>) -> Self {
        Self {
            mac,
            known: HashMap::new(),
            asked: HashMap::new(),
            gateways,
        }
    }

    pub fn find(&self, ip: IpAddr) -> Option<MacAddress> {
        self.known.get(&ip).copied()
    }

    pub fn forget(&mut self, ip: IpAddr) {
        self.known.remove(&ip);
        self.asked.remove(&ip);
    }

    /// The way to hosts of `ip`'s family on other networks.
    pub fn gateway(&self, ip: IpAddr) -> Option<IpAddr> {
        let same = |g: &&IpAddr| g.is_ipv4() == ip.is_ipv4();
        self.gateways.iter().find(same).copied()
    }

    /// Learns from a frame, whoever it is for, about hosts in the networks `own`.
    pub fn learn(&mut self, frame: &[u8], own: &[IpCidr]) {
        let Some((ip, mac)) = told(frame) else {
            return;
        };
        let near = own.iter().any(|cidr| cidr.contains_addr(&ip.into()));
        let ours = own.iter().any(|cidr| IpAddr::from(cidr.address()) == ip);
        let group = mac.0[0] & 1 == 1;
        let room = self.known.len() < MOST || self.known.contains_key(&ip);
        if near && !ours && !group && room {
            self.known.insert(ip, mac);
            self.asked.remove(&ip);
        }
    }

    /// The question for `ip`'s address, from `source`, unless it was asked a moment ago.
    pub fn ask(&mut self, ip: IpAddr, source: IpAddr, now: Duration) -> Option<Vec<u8>> {
        let recent = |t: &Duration| now < *t + PATIENCE;
        if self.asked.get(&ip).is_some_and(recent) {
            return None;
        }
        if self.asked.len() >= MOST {
            self.asked.clear();
        }
        self.asked.insert(ip, now);
        match (ip, source) {
            (IpAddr::V4(target), IpAddr::V4(source)) => {
                Some(self.arp(source, target, EthernetAddress([0; 6])))
            }
            (IpAddr::V6(target), IpAddr::V6(source)) => {
                let [.., a, b, c] = target.octets();
                let group = [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, a, b, c];
                let solicit = NdiscRepr::NeighborSolicit {
                    target_addr: target,
                    lladdr: Some(EthernetAddress(self.mac.0).into()),
                };
                Some(self.ndisc(source, Ipv6Addr::from(group), solicit))
            }
            _ => None,
        }
    }

    /// What tells everybody that `ip` is here: an ARP request for itself (RFC 5227, 3), or an advertisement that overrides (RFC
    /// 4861, 7.2.6).
    pub fn announcement(&self, ip: IpAddr) -> Vec<u8> {
        match ip {
            IpAddr::V4(own) => self.arp(own, own, EthernetAddress([0; 6])),
            IpAddr::V6(own) => self.ndisc(
                own,
                ALL_NODES,
                NdiscRepr::NeighborAdvert {
                    flags: NdiscNeighborFlags::OVERRIDE,
                    target_addr: own,
                    lladdr: Some(EthernetAddress(self.mac.0).into()),
                },
            ),
        }
    }

    /// A broadcast ARP request.
    fn arp(&self, source: Ipv4Addr, target: Ipv4Addr, hardware: EthernetAddress) -> Vec<u8> {
        let repr = ArpRepr::EthernetIpv4 {
            operation: ArpOperation::Request,
            source_hardware_addr: EthernetAddress(self.mac.0),
            source_protocol_addr: source,
            target_hardware_addr: hardware,
            target_protocol_addr: target,
        };
        let (to, kind) = (EthernetAddress::BROADCAST, EthernetProtocol::Arp);
        self.frame(to, kind, repr.buffer_len(), |bytes| {
            repr.emit(&mut ArpPacket::new_unchecked(bytes));
        })
    }

    /// A neighbour discovery message to a group.
    fn ndisc(&self, source: Ipv6Addr, group: Ipv6Addr, message: NdiscRepr<'_>) -> Vec<u8> {
        let icmp = Icmpv6Repr::Ndisc(message);
        let ip = Ipv6Repr {
            src_addr: source,
            dst_addr: group,
            next_header: IpProtocol::Icmpv6,
            payload_len: icmp.buffer_len(),
            hop_limit: ON_LINK,
        };
        let [.., a, b, c, d] = group.octets();
        let to = EthernetAddress([0x33, 0x33, a, b, c, d]);
        let length = ip.buffer_len() + icmp.buffer_len();
        self.frame(to, EthernetProtocol::Ipv6, length, |bytes| {
            let mut packet = Ipv6Packet::new_unchecked(bytes);
            ip.emit(&mut packet);
            let mut inner = Icmpv6Packet::new_unchecked(packet.payload_mut());
            let checks = ChecksumCapabilities::default();
            icmp.emit(&source, &group, &mut inner, &checks);
        })
    }

    fn frame(
        &self,
        to: EthernetAddress,
        kind: EthernetProtocol,
        length: usize,
        fill: impl FnOnce(&mut [u8]),
    ) -> Vec<u8> {
        let header = EthernetRepr {
            src_addr: EthernetAddress(self.mac.0),
            dst_addr: to,
            ethertype: kind,
        };
        let mut bytes = vec![0; header.buffer_len() + length];
        let mut frame = EthernetFrame::new_unchecked(&mut bytes);
        header.emit(&mut frame);
        fill(frame.payload_mut());
        bytes
    }
}

/// Whose Ethernet address a frame tells.
fn told(frame: &[u8]) -> Option<(IpAddr, MacAddress)> {
    let frame = EthernetFrame::new_checked(frame).ok()?;
    match frame.ethertype() {
        EthernetProtocol::Arp => {
            let packet = ArpPacket::new_checked(frame.payload()).ok()?;
            let ArpRepr::EthernetIpv4 {
                source_hardware_addr: EthernetAddress(mac),
                source_protocol_addr,
                ..
            } = ArpRepr::parse(&packet).ok()?
            else {
                return None;
            };
            Some((IpAddr::V4(source_protocol_addr), MacAddress(mac)))
        }
        EthernetProtocol::Ipv6 => {
            let packet = Ipv6Packet::new_checked(frame.payload()).ok()?;
            let ip = Ipv6Repr::parse(&packet).ok()?;
            if ip.next_header != IpProtocol::Icmpv6 || ip.hop_limit != ON_LINK {
                return None;
            }
            let inner = Icmpv6Packet::new_checked(packet.payload()).ok()?;
            let checks = ChecksumCapabilities::default();
            match Icmpv6Repr::parse(&ip.src_addr, &ip.dst_addr, &inner, &checks).ok()? {
                Icmpv6Repr::Ndisc(NdiscRepr::NeighborSolicit { lladdr, .. }) => {
                    Some((IpAddr::V6(ip.src_addr), ethernet(lladdr?)?))
                }
                Icmpv6Repr::Ndisc(NdiscRepr::NeighborAdvert {
                    target_addr,
                    lladdr,
                    ..
                }) => Some((IpAddr::V6(target_addr), ethernet(lladdr?)?)),
                _ => None,
            }
        }
        _ => None,
    }
}

fn ethernet(address: RawHardwareAddress) -> Option<MacAddress> {
    use smoltcp::phy::Medium;
    match address.parse(Medium::Ethernet).ok()? {
        HardwareAddress::Ethernet(EthernetAddress(mac)) => Some(MacAddress(mac)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: MacAddress = MacAddress([2, 0, 0, 0, 0, 1]);
    const B: MacAddress = MacAddress([2, 0, 0, 0, 0, 2]);

    fn networks(own: &str, other: &str) -> ([IpCidr; 1], IpAddr, IpAddr) {
        let (own, other): (IpAddr, IpAddr) = (own.parse().unwrap(), other.parse().unwrap());
        let prefix = if own.is_ipv4() { 24 } else { 64 };
        ([IpCidr::new(own.into(), prefix)], own, other)
    }

    #[test]
    fn neighbours_learn_from_questions_and_announcements() {
        for (own, other) in [("10.0.0.1", "10.0.0.2"), ("fd00::1", "fd00::2")] {
            let (near, own, other) = networks(own, other);
            let mut b = Neighbours::new(B, Vec::new());
            let question = b.ask(own, other, Duration::ZERO).unwrap();
            for frame in [question, b.announcement(other)] {
                let mut a = Neighbours::new(A, Vec::new());
                a.learn(&frame, &near);
                assert_eq!(a.find(other), Some(B));
            }
        }
    }

    #[test]
    fn neighbours_ask_now_and_then() {
        let (_, own, other) = networks("10.0.0.1", "10.0.0.2");
        let mut a = Neighbours::new(A, Vec::new());
        let at = Duration::from_millis;
        assert!(a.ask(other, own, at(0)).is_some());
        assert!(a.ask(other, own, at(199)).is_none());
        assert!(a.ask(other, own, at(200)).is_some());
    }

    #[test]
    fn neighbours_take_no_nonsense_bad_flow() {
        let (near, own, other) = networks("10.0.0.1", "10.0.0.2");
        let mut a = Neighbours::new(A, Vec::new());
        // somebody claims our address, or one of another network, or a group's
        for (mac, ip) in [
            (B, own),
            (B, "10.9.0.2".parse().unwrap()),
            (MacAddress([3, 0, 0, 0, 0, 0]), other),
        ] {
            a.learn(&Neighbours::new(mac, Vec::new()).announcement(ip), &near);
        }
        let good = Neighbours::new(B, Vec::new()).announcement(other);
        for cut in 0..good.len() {
            a.learn(&good[..cut], &near);
        }
        assert!(a.known.is_empty());
        a.learn(&good, &near);
        assert_eq!(a.known.len(), 1);
    }
}
