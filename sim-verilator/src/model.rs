//! One instance of a compiled circuit.

use std::ffi::CString;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::ffi::{Instance, Library, Port};

/// A port of a [`Library`], found once by name and used every cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PortId(u32);

impl PortId {
    fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a model cannot do.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The C++ constructor failed: out of memory.
    #[error("the model cannot be created")]
    Create,
    /// `$fatal`, `$stop`, or a combinational loop that does not settle. The model is in no defined state.
    #[error("the circuit failed at tick {time}: {message}")]
    Circuit {
        /// [`Model::time`] of the evaluation.
        time: u64,
        /// What the Verilator runtime said.
        message: String,
    },
    /// The library was built without `BuildOptions::trace`.
    #[error("the model was built without tracing")]
    NotTraced,
    /// The trace file cannot be written.
    #[error("cannot write a trace to {path}: {source}")]
    TraceFile {
        /// Where it was to go.
        path: PathBuf,
        /// Why it cannot.
        source: io::Error,
    },
}

/// Values of the register that is watched which are told apart: greater ones count as the last.
const PROBED: usize = 4096;

/// The state of a circuit, to be put back into the model it was taken from.
#[derive(Clone, Debug)]
pub struct SavedModel {
    bytes: Vec<u8>,
    time: u64,
}

/// A running circuit. `Send`, not `Sync`; instances share nothing.
///
/// Setting inputs and reading outputs touches memory only; [`eval`](Self::eval) lets the circuit settle,
/// clock edges included. Values wider than a port are cut to its width.
pub struct Model {
    instance: Instance,
    time: u64,
    tracing: bool,
    /// how often each value of the watched register was seen; empty if the model is not instrumented
    probed: Vec<u32>,
}

impl Model {
    /// A new instance, all inputs zero, not yet evaluated.
    ///
    /// # Errors
    /// [`ModelError::Create`].
    pub fn new(library: &Arc<Library>) -> Result<Self, ModelError> {
        let instance = Instance::new(library).ok_or(ModelError::Create)?;
        let probed = match library.is_instrumented() {
            true => vec![0; PROBED],
            false => vec![],
        };
        Ok(Self {
            instance,
            time: 0,
            tracing: false,
            probed,
        })
    }

    /// How often each branch was taken, in the order of [`Library::coverage_points`], and behind that how often the watched register had
    /// each value after a clock edge; both empty if the model is not instrumented.
    pub fn coverage(&mut self) -> (&[u32], &[u32]) {
        (self.instance.coverage(), &self.probed)
    }

    /// Counts from zero again.
    pub fn clear_coverage(&mut self) {
        self.instance.coverage().fill(0);
        self.probed.fill(0);
    }

    /// Counts the value of the watched register.
    #[inline]
    pub(crate) fn count_probe(&mut self) {
        if !self.probed.is_empty() {
            let value = (self.instance.probe() as usize).min(PROBED - 1);
            self.probed[value] = self.probed[value].wrapping_add(1);
        }
    }

    /// The state of the circuit; nothing if the model is not instrumented.
    pub fn save(&mut self) -> Option<SavedModel> {
        let bytes = self.instance.state().to_vec();
        let time = self.time;
        (!bytes.is_empty()).then_some(SavedModel { bytes, time })
    }

    /// Puts back what [`save`](Self::save) of this model gave. Coverage counts on.
    ///
    /// # Panics
    /// It is another model's.
    pub fn restore(&mut self, saved: &SavedModel) {
        self.instance.state().copy_from_slice(&saved.bytes);
        self.time = saved.time;
    }

    /// What this is an instance of.
    pub fn library(&self) -> &Arc<Library> {
        self.instance.library()
    }

    /// Looks a port up.
    pub fn port(&self, name: &str) -> Option<PortId> {
        self.library().index_of(name).map(PortId)
    }

    /// Name, width and way of a port.
    pub fn describe(&self, port: PortId) -> &Port {
        &self.library().ports()[port.index()]
    }

    /// Sets the low 64 bits of a port and clears the rest.
    #[inline]
    pub fn set_u64(&mut self, port: PortId, value: u64) {
        let bits = self.describe(port).bits;
        let value = if bits < 64 {
            value & ((1 << bits) - 1)
        } else {
            value
        };
        let bytes = self.instance.bytes_mut(port.index());
        match bytes {
            [byte] => *byte = value as u8,
            _ => set_little_endian(bytes, &value.to_le_bytes()),
        }
    }

    /// The low 64 bits of a port.
    #[inline]
    pub fn get_u64(&self, port: PortId) -> u64 {
        let bytes = self.instance.bytes(port.index());
        match *bytes {
            [a] => u64::from(a),
            [a, b] => u64::from(u16::from_le_bytes([a, b])),
            [a, b, c, d] => u64::from(u32::from_le_bytes([a, b, c, d])),
            [a, b, c, d, e, f, g, h, ..] => u64::from_le_bytes([a, b, c, d, e, f, g, h]),
            _ => 0,
        }
    }

    /// Whether any of the low 64 bits is set; for one-bit ports.
    #[inline]
    pub fn is_high(&self, port: PortId) -> bool {
        self.get_u64(port) != 0
    }

    /// Sets a port from bytes, byte 0 in bits 7:0; missing bytes are zero.
    #[inline]
    pub fn set_bytes(&mut self, port: PortId, value: &[u8]) {
        let bits = self.describe(port).bits as usize;
        let bytes = self.instance.bytes_mut(port.index());
        set_little_endian(bytes, value);
        clear_beyond(bytes, bits);
    }

    /// The bytes of a port, bits 7:0 first; unused bits are zero.
    #[inline]
    pub fn bytes(&self, port: PortId) -> &[u8] {
        self.instance.bytes(port.index())
    }

    /// Sets a port from 32-bit words, low word first; missing words are zero.
    pub fn set_words(&mut self, port: PortId, words: &[u32]) {
        let bits = self.describe(port).bits as usize;
        let bytes = self.instance.bytes_mut(port.index());
        let words = words.iter().copied().chain(std::iter::repeat(0));
        for (target, word) in bytes.chunks_mut(4).zip(words) {
            set_little_endian(target, &word.to_le_bytes());
        }
        clear_beyond(bytes, bits);
    }

    /// Reads a port into 32-bit words, low word first; words past the port are zero.
    pub fn get_words(&self, port: PortId, words: &mut [u32]) {
        words.fill(0);
        for (word, bytes) in words.iter_mut().zip(self.bytes(port).chunks(4)) {
            for (place, byte) in bytes.iter().enumerate() {
                *word |= u32::from(*byte) << (8 * place);
            }
        }
    }

    /// Sets a port by name; false if there is none. For test harnesses, which do not count nanoseconds.
    pub fn set(&mut self, name: &str, words: &[u32]) -> bool {
        let Some(port) = self.port(name) else {
            return false;
        };
        self.set_words(port, words);
        true
    }

    /// The words of a port by name, low word first, as many as its width needs.
    pub fn get(&self, name: &str) -> Option<Vec<u32>> {
        let port = self.port(name)?;
        let mut words = vec![0; self.describe(port).bits.div_ceil(32) as usize];
        self.get_words(port, &mut words);
        Some(words)
    }

    /// Lets the circuit settle; writes a trace sample at [`time`](Self::time) if a trace is open.
    ///
    /// # Errors
    /// [`ModelError::Circuit`].
    #[inline]
    pub fn eval(&mut self) -> Result<(), ModelError> {
        match self.instance.eval() {
            Ok(()) => {
                if self.tracing {
                    self.instance.dump_trace(self.time);
                }
                Ok(())
            }
            Err(message) => Err(ModelError::Circuit {
                time: self.time,
                message,
            }),
        }
    }

    /// One clock cycle from low to high: settles with the clock low, then gives the rising edge.
    ///
    /// # Errors
    /// [`ModelError::Circuit`].
    pub fn cycle(&mut self, clock: PortId) -> Result<(), ModelError> {
        for level in [0, 1] {
            self.set_u64(clock, level);
            self.eval()?;
            self.advance(1);
        }
        Ok(())
    }

    /// Simulated time in ticks (ps in a trace); the circuit does not see it.
    pub fn time(&self) -> u64 {
        self.time
    }

    /// Moves time on.
    pub fn advance(&mut self, ticks: u64) {
        self.time += ticks;
    }

    /// Starts an FST trace of all signals; a trace already open is closed.
    ///
    /// # Errors
    /// [`ModelError::NotTraced`], [`ModelError::TraceFile`].
    pub fn open_trace(&mut self, path: &Path) -> Result<(), ModelError> {
        self.close_trace();
        if !self.library().is_traced() {
            return Err(ModelError::NotTraced);
        }
        let refused = |source| ModelError::TraceFile {
            path: path.to_path_buf(),
            source,
        };
        // Verilator's writer does not say whether it could open its file.
        File::create(path).map_err(refused)?;
        let name = CString::new(path.as_os_str().as_encoded_bytes())
            .map_err(|error| refused(error.into()))?;
        self.tracing = self.instance.open_trace(&name);
        if self.tracing {
            Ok(())
        } else {
            Err(refused(io::Error::other("Verilator's trace writer failed")))
        }
    }

    /// Ends the trace and completes its file; dropping the model does so too.
    pub fn close_trace(&mut self) {
        if self.tracing {
            self.instance.close_trace();
            self.tracing = false;
        }
    }
}

#[inline]
fn set_little_endian(target: &mut [u8], value: &[u8]) {
    let common = target.len().min(value.len());
    target[..common].copy_from_slice(&value[..common]);
    target[common..].fill(0);
}

/// Clears the storage past the width of a port, which Verilator takes to be zero.
#[inline]
fn clear_beyond(bytes: &mut [u8], bits: usize) {
    if let Some((partial, rest)) = bytes[bits / 8..].split_first_mut() {
        *partial &= (1_u8 << (bits % 8)) - 1;
        rest.fill(0);
    }
}
