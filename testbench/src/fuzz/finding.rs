//! What a search can find.

use crate::cluster::ClusterError;
use crate::lab::LabError;
use host_driver::DeviceError;

/// Something that no input may bring about.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    /// The circuit does not settle, or the NIC broke a rule of its ports.
    #[error("ports: {0}")]
    Ports(String),
    /// The NIC reached for memory that is not mapped.
    #[error("unmapped memory: {0}")]
    Fault(String),
    /// The NIC wrote where it must not.
    #[error("memory at {iova:#x} (+{into:#x}) changed from {was:#04x} to {is:#04x}")]
    Memory {
        /// The mapping.
        iova: u64,
        /// The first changed byte in it.
        into: usize,
        /// Its value as the host wrote it.
        was: u8,
        /// Its value now.
        is: u8,
    },
    /// Bytes of the honest process's memory are where they must not be.
    #[error("leak: {0}")]
    Leak(String),
    /// Something did not end in bounded time.
    #[error("hang: {0}")]
    Hang(String),
    /// A unit of the device did not answer its command unit.
    #[error("a unit did not answer: {0}")]
    NoAnswer(String),
    /// A record of an object that the input does not name has changed.
    #[error("record of a stranger: {0}")]
    Context(String),
    /// The honest connection did not carry its message exactly once.
    #[error("honest connection: {0}")]
    Message(String),
    /// Counters do not add up.
    #[error("counters: {0}")]
    Counters(String),
    /// Our own software panicked.
    #[error("panic: {0}")]
    Panic(String),
    /// The driver took what it had to refuse, or failed half-way.
    #[error("driver: {0}")]
    Driver(String),
    /// The stage itself does not stand; nothing was tried.
    #[error("the stage: {0}")]
    Stage(String),
}

impl Finding {
    /// What kind it is: a smaller input has to bring about the same.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Ports(_) => "ports",
            Self::Fault(_) => "fault",
            Self::Memory { .. } => "memory",
            Self::Leak(_) => "leak",
            Self::Hang(_) => "hang",
            Self::NoAnswer(_) => "no-answer",
            Self::Context(_) => "context",
            Self::Message(_) => "message",
            Self::Counters(_) => "counters",
            Self::Panic(_) => "panic",
            Self::Driver(_) => "driver",
            Self::Stage(_) => "stage",
        }
    }
}

impl From<ClusterError> for Finding {
    fn from(error: ClusterError) -> Self {
        match error {
            ClusterError::Fault { .. } => Self::Fault(error.to_string()),
            _ => Self::Ports(error.to_string()),
        }
    }
}

impl From<DeviceError> for Finding {
    fn from(error: DeviceError) -> Self {
        match error {
            DeviceError::Backend(_) => Self::Ports(error.to_string()),
            _ => Self::Hang(error.to_string()),
        }
    }
}

impl From<LabError> for Finding {
    fn from(error: LabError) -> Self {
        match error {
            LabError::Cluster(e) => e.into(),
            LabError::Device(e) => e.into(),
            other => Self::Stage(other.to_string()),
        }
    }
}
