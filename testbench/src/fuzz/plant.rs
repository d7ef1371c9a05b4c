//! Bugs put into the NIC on purpose, to see that a search finds them.

use crate::lab::{ModelLoadError, Variant, instrumented, nic_verilog};
use sim_verilator::Library;
use std::sync::Arc;

/// A bug: a piece of the emitted Verilog, and what stands there instead.
#[derive(Clone, Copy, Debug)]
pub struct Plant {
    /// Its name.
    pub name: &'static str,
    /// What is wrong then.
    pub breaks: &'static str,
    /// Stands in the Verilog, in each block that it is about.
    find: &'static str,
    put: &'static str,
}

/// All of them.
pub const PLANTS: [Plant; 4] = [
    Plant {
        name: "domain",
        breaks: "keys of other protection domains are taken",
        find: "wire pd_ok = ",
        put: "wire pd_ok = 1'd1 | ",
    },
    Plant {
        name: "rights",
        breaks: "what a region allows is not looked at",
        find: "wire access_ok = ",
        put: "wire access_ok = 1'd1 | ",
    },
    Plant {
        name: "owner",
        breaks: "doorbells ring for queues of other processes",
        find: "wire owner3_d = ",
        put: "wire owner3_d = 1'd1 | ",
    },
    Plant {
        name: "receive",
        breaks: "a receive with a bad key is waited for without end",
        find: "wire got = ",
        put: "wire got = !(|got_wqe[216]) & ",
    },
];

/// Why a bug cannot be planted.
#[derive(Debug, thiserror::Error)]
pub enum PlantError {
    /// There is no such bug.
    #[error("no bug {0:?} to plant; there are domain, rights, owner, receive")]
    Unknown(String),
    /// The Verilog has changed.
    #[error("{0:?} does not stand in the Verilog any more")]
    Text(&'static str),
    /// No model of the NIC.
    #[error(transparent)]
    Model(#[from] ModelLoadError),
}

impl Plant {
    /// The bug of a name.
    ///
    /// # Errors
    /// [`PlantError::Unknown`].
    pub fn named(name: &str) -> Result<Self, PlantError> {
        let found = PLANTS.into_iter().find(|plant| plant.name == name);
        found.ok_or_else(|| PlantError::Unknown(name.to_owned()))
    }

    /// `verilog` with the bug in it.
    ///
    /// # Errors
    /// [`PlantError::Text`].
    pub fn edit(&self, verilog: &str) -> Result<String, PlantError> {
        match verilog.contains(self.find) {
            true => Ok(verilog.replace(self.find, self.put)),
            false => Err(PlantError::Text(self.find)),
        }
    }

    /// The NIC of 64 bits with the bug in it.
    ///
    /// # Errors
    /// [`PlantError`].
    pub fn library(&self) -> Result<Arc<Library>, PlantError> {
        let path = nic_verilog(64, Variant::Migratable);
        let verilog = std::fs::read_to_string(&path).map_err(|source| ModelLoadError::Verilog {
            width: 64,
            path,
            source,
        })?;
        Ok(instrumented(64, &self.edit(&verilog)?)?)
    }
}
