//! What two ends tell each other before they connect.

use fw_regs::Psn;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::IpAddr;

/// An Ethernet address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MacAddress(pub [u8; 6]);

impl fmt::Display for MacAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

/// One end of a connection, for the other end; any channel can carry it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionData {
    /// QP number.
    pub qpn: u32,
    /// First PSN it will send.
    pub psn: u32,
    /// IP address.
    pub ip: IpAddr,
    /// MAC address of the adapter, or of the next hop towards it.
    pub mac: MacAddress,
    /// What it takes to move; none: this end cannot, or does not want to.
    #[serde(default)]
    pub migration: Option<MigrationData>,
}

/// What an end that can migrate tells the other. Both ends must have it for either to move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrationData {
    /// Its incarnation: 24 bits, random at the start.
    pub epoch: u32,
    /// Its half of the connection's key, which is the XOR of both. As secret as the channel that carries it.
    pub key: [u8; 16],
}

impl MigrationData {
    /// The connection's key.
    pub(crate) fn join(&self, other: &Self) -> [u8; 16] {
        std::array::from_fn(|k| self.key[k] ^ other.key[k])
    }
}

impl ConnectionData {
    /// First PSN as a PSN.
    pub fn first_psn(&self) -> Psn {
        Psn::new(self.psn)
    }
}
