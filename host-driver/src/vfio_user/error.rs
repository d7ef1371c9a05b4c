//! Why a device over vfio-user cannot be opened or used.

use crate::device::DeviceError;
use crate::pci::Unfit;
use std::io;
use std::path::PathBuf;

/// Why a device over vfio-user cannot be opened or used.
#[derive(Debug, thiserror::Error)]
pub enum VfioUserError {
    /// There is no such socket.
    #[error("there is no socket at {}: start `roamnic serve --socket {}` first", path.display(), path.display())]
    NoSocket {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The socket is there, but nobody listens on it.
    #[error("nobody serves {}: its server has ended without removing it", path.display())]
    NobodyServes {
        /// The socket.
        path: PathBuf,
    },
    /// The socket cannot be connected to.
    #[error("cannot connect to {}", path.display())]
    Connect {
        /// The socket.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The other end speaks another version of vfio-user.
    #[error("the server speaks version {major}.{minor} of vfio-user; this driver 0.1")]
    Version {
        /// Major version.
        major: u16,
        /// Minor version.
        minor: u16,
    },
    /// The other end says what no server says.
    #[error("the server's answer to {message} makes no sense: {why}")]
    Nonsense {
        /// What was asked.
        message: &'static str,
        /// What is wrong with the answer.
        why: String,
    },
    /// The server refuses.
    #[error("the server refuses {message} (error {errno})")]
    Refused {
        /// What was asked.
        message: &'static str,
        /// Its error number, 0 if it gives none.
        errno: u32,
    },
    /// The server has closed the connection.
    #[error("the server is gone")]
    ServerGone,
    /// The server has not answered in time; nothing that it says later is listened to.
    #[error("the server has not answered {message} within {milliseconds} ms")]
    TimedOut {
        /// What was asked.
        message: &'static str,
        /// How long the driver waited.
        milliseconds: u64,
    },
    /// The socket failed.
    #[error("the socket failed")]
    Socket(#[source] io::Error),
    /// Not a PCI device.
    #[error("what is served is no PCI device")]
    NotPci,
    /// What is served is none that the driver can use.
    #[error("the device that is served {0}")]
    Unfit(Unfit),
    /// An event descriptor failed.
    #[error("event descriptors failed")]
    Events(#[source] io::Error),
}

impl From<VfioUserError> for DeviceError {
    fn from(error: VfioUserError) -> Self {
        Self::Backend(Box::new(error))
    }
}

impl From<Unfit> for VfioUserError {
    fn from(why: Unfit) -> Self {
        Self::Unfit(why)
    }
}
