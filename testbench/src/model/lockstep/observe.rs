//! What can be seen of a cluster from outside its NICs: wires, host memory, registers.

use std::fmt;

/// Something that happened at a NIC's edge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// the NIC sent a frame; its last beat has left
    Sent(Vec<u8>),
    /// a frame is about to enter the NIC
    Received(Vec<u8>),
    /// the NIC wrote into host memory
    DeviceWrite {
        iova: u64,
        bytes: Vec<u8>,
        before: Vec<u8>,
    },
    /// the driver or its process wrote
    HostWrite {
        iova: u64,
        bytes: Vec<u8>,
    },
    Map {
        iova: u64,
        length: u64,
    },
    Unmap {
        iova: u64,
        length: u64,
    },
    /// a register of BAR0 was written
    Register {
        offset: u32,
        value: u32,
    },
    /// a doorbell was rung, or the push buffer written
    Doorbell {
        offset: u32,
        value: u64,
    },
    /// the driver has seen the end of its mailbox command: the status register's value
    Done {
        status: u32,
    },
    /// nothing is under way
    Rest,
}

/// When and where it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    pub cycle: u64,
    pub host: usize,
    pub what: What,
}

/// Somebody who watches a cluster.
pub trait Observer {
    /// Something happened. Observations come in the order of time.
    fn observe(&mut self, observation: Observation);

    /// The first thing that should not have happened; then the cluster stops.
    fn objection(&self) -> Option<String>;
}

impl fmt::Display for Observation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>9} host {}: ", self.cycle, self.host)?;
        let frame = |bytes: &[u8]| match super::super::packet::Frame::decode(bytes) {
            Ok(frame) => frame.packet.line(),
            Err(why) => format!("{} bytes, {why}", bytes.len()),
        };
        match &self.what {
            What::Sent(bytes) => write!(f, "sent     {}", frame(bytes)),
            What::Received(bytes) => write!(f, "received {}", frame(bytes)),
            What::DeviceWrite { iova, bytes, .. } => {
                let head = &bytes[..bytes.len().min(8)];
                write!(
                    f,
                    "wrote    {} bytes at {iova:#x}: {head:02x?}",
                    bytes.len()
                )
            }
            What::HostWrite { iova, bytes } => {
                write!(f, "driver wrote {} bytes at {iova:#x}", bytes.len())
            }
            What::Map { iova, length } => write!(f, "map      {iova:#x} + {length:#x}"),
            What::Unmap { iova, length } => write!(f, "unmap    {iova:#x} + {length:#x}"),
            What::Register { offset, value } => {
                write!(f, "register {offset:#x} := {value:#x}")
            }
            What::Doorbell { offset, value } => {
                let (object, index) = (*value as u32, (value >> 32) as u16);
                write!(
                    f,
                    "doorbell {offset:#x}: object {object:#x} index {index:#x}"
                )
            }
            What::Rest => write!(f, "at rest"),
            What::Done { status } => write!(f, "command ended with {:#x}", status >> 8),
        }
    }
}
