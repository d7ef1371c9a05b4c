//! Addresses of a connection: as the device checks them, and in its header template.

use super::error::RestoreError;
use crate::adapter::AdapterOptions;
use crate::connection::MacAddress;
use crate::error::{CommandFailure, VerbsError};
use fw_regs::ContextKind;
use fw_regs::contexts::QpAddress;
use fw_regs::mailbox::Payload;
use fw_regs::template::{AddressVector, Route, mapped};
use std::net::IpAddr;

/// The route of a header template: all of it that is not an address.
pub(super) fn route(template: &AddressVector, ipv6: bool) -> Route {
    let b = &template.bytes;
    let mac = |at: usize| std::array::from_fn(|k| b[at + k]);
    let (traffic_class, hop_limit, udp) = match ipv6 {
        false => (b[15], b[22], 34),
        true => (b[14] << 4 | b[15] >> 4, b[21], 54),
    };
    Route {
        source_mac: mac(6),
        next_hop_mac: mac(0),
        traffic_class,
        hop_limit,
        source_port: u16::from_be_bytes([b[udp], b[udp + 1]]),
    }
}

/// A header template between two addresses as context records hold them; none if they are not of the IP version.
pub(super) fn template(
    route: &Route,
    ipv6: bool,
    source: [u8; 16],
    destination: [u8; 16],
) -> Option<AddressVector> {
    if ipv6 {
        return Some(AddressVector::ipv6(route, source, destination));
    }
    Some(AddressVector::ipv4(
        route,
        ipv4(source)?,
        ipv4(destination)?,
    ))
}

fn ipv4(address: [u8; 16]) -> Option<[u8; 4]> {
    let [.., a, b, c, d] = address;
    (mapped([a, b, c, d]) == address).then_some([a, b, c, d])
}

/// An address as context records hold it.
pub(super) fn recorded(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(ip) => mapped(ip.octets()),
        IpAddr::V6(ip) => ip.octets(),
    }
}

/// An address of a context record.
pub(super) fn address(recorded: [u8; 16]) -> IpAddr {
    match ipv4(recorded) {
        Some(ip) => ip.into(),
        None => recorded.into(),
    }
}

/// SET_PARTNER's payload: the queue pair in `slot` finds its partner at `ip`, by way of `mac`.
pub(super) fn partner_payload(
    slot: u16,
    own: &AdapterOptions,
    ipv6: bool,
    current: &[u32; AddressVector::WORDS],
    ip: IpAddr,
    mac: MacAddress,
) -> Result<Payload, RestoreError> {
    if own.ip.is_ipv6() != ipv6 || ip.is_ipv6() != ipv6 {
        return Err(RestoreError::AddressFamily { own: own.ip });
    }
    let addresses = QpAddress {
        local_ip: recorded(own.ip),
        partner_ip: recorded(ip),
    };
    let route = Route {
        source_mac: own.mac.0,
        next_hop_mac: mac.0,
        ..route(&AddressVector::from_words(current), ipv6)
    };
    let template = template(&route, ipv6, addresses.local_ip, addresses.partner_ip)
        .ok_or(RestoreError::AddressFamily { own: own.ip })?;
    let mut payload = Payload::new();
    payload
        .record(ContextKind::QpAv, slot, &template.to_words())
        .and_then(|()| payload.record(ContextKind::QpAddress, slot, &addresses.to_words()))
        .map_err(|full| VerbsError::from(CommandFailure::from(full)))?;
    Ok(payload)
}
