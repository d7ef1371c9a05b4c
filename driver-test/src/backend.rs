//! Which device the list runs on.

use host_driver::Device;
use host_driver::vfio::{VfioDevice, VfioError, Way};
use host_driver::vfio_user::{VfioUserDevice, VfioUserError};
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// A device that this program can open without a simulator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Backend {
    /// `vfio:BDF`, `vfio-group:BDF`, `vfio-cdev:BDF`: behind the kernel's VFIO.
    Vfio {
        /// Its address, or its path in sysfs.
        name: String,
        /// How the kernel is asked for it.
        way: Way,
    },
    /// `vfio-user:SOCKET`: served by another process.
    VfioUser {
        /// The socket.
        path: PathBuf,
    },
}

/// A name that no backend has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no device; there are vfio:BDF, vfio-group:BDF, vfio-cdev:BDF and vfio-user:SOCKET"
)]
pub struct BadBackend(pub String);

/// Why a device cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    /// The kernel's VFIO.
    #[error(transparent)]
    Vfio(#[from] VfioError),
    /// vfio-user.
    #[error(transparent)]
    VfioUser(#[from] VfioUserError),
}

impl FromStr for Backend {
    type Err = BadBackend;

    fn from_str(text: &str) -> Result<Self, BadBackend> {
        let bad = || BadBackend(text.to_owned());
        let (kind, rest) = text.split_once(':').ok_or_else(bad)?;
        if rest.is_empty() {
            return Err(bad());
        }
        let vfio = |way| Self::Vfio {
            name: rest.to_owned(),
            way,
        };
        match kind {
            "vfio" => Ok(vfio(Way::Auto)),
            "vfio-group" => Ok(vfio(Way::Group)),
            "vfio-cdev" => Ok(vfio(Way::Cdev)),
            "vfio-user" => Ok(Self::VfioUser { path: rest.into() }),
            _ => Err(bad()),
        }
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vfio { name, way } => {
                let kind = match way {
                    Way::Auto => "vfio",
                    Way::Group => "vfio-group",
                    Way::Cdev => "vfio-cdev",
                };
                write!(f, "{kind}:{name}")
            }
            Self::VfioUser { path } => write!(f, "vfio-user:{}", path.display()),
        }
    }
}

impl Backend {
    /// Opens it, and says how in words for a report. No answer of a server may take longer than `limit`.
    ///
    /// # Errors
    /// [`BackendError`].
    pub fn open(&self, limit: Duration) -> Result<(String, Box<dyn Device>), BackendError> {
        match self {
            Self::Vfio { name, way } => {
                let device = VfioDevice::open_by(name, *way)?;
                let kind = match device.way() {
                    Way::Cdev => "vfio-cdev",
                    Way::Auto | Way::Group => "vfio-group",
                };
                let text = format!("{kind}:{}", device.address());
                Ok((text, Box::new(device)))
            }
            Self::VfioUser { path } => {
                let device = VfioUserDevice::open_within(path, limit)?;
                Ok((self.to_string(), Box::new(device)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backend_reads_what_it_shows() {
        for text in [
            "vfio:0000:01:00.0",
            "vfio-group:0000:01:00.0",
            "vfio-cdev:/sys/bus/pci/devices/0000:01:00.0",
            "vfio-user:/run/nic.sock",
        ] {
            assert_eq!(text.parse::<Backend>().unwrap().to_string(), text);
        }
        for text in ["", "vfio", "vfio:", "vfio-user:", "sim:1"] {
            assert_eq!(text.parse::<Backend>(), Err(BadBackend(text.into())));
        }
    }
}
