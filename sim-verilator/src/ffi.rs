//! Loaded models and their memory: the crate's only `unsafe`.
//!
//! What the rest may rely on: an [`Instance`] is used by one thread at a time, its storage slices never
//! leave the port they belong to, and a loaded object stays loaded until the process ends.

#[cfg(target_endian = "big")]
compile_error!("port storage is read as little-endian words");

use std::collections::HashMap;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::ptr::NonNull;
use std::sync::{Arc, Mutex, PoisonError};
use std::{fmt, slice};

use libloading::os::unix;

use crate::compile::{BuildError, BuildOptions, Training, shared_object};

/// Way of a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Driven by Rust.
    Input,
    /// Driven by the circuit.
    Output,
}

/// One port of the top module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// Its name in Verilog.
    pub name: String,
    /// Its width.
    pub bits: u32,
    /// Its way.
    pub direction: Direction,
}

impl Port {
    /// Bytes of storage: Verilator takes 1, 2, 4 or 8 bytes, or whole 32-bit words beyond 64 bits.
    pub(crate) fn storage(&self) -> usize {
        match self.bits {
            0..=8 => 1,
            9..=16 => 2,
            17..=32 => 4,
            33..=64 => 8,
            wide => wide.div_ceil(32) as usize * 4,
        }
    }
}

/// Why a compiled model cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot load {path}: {reason}")]
pub struct LoadError {
    path: PathBuf,
    reason: String,
}

/// Mirror of `Port` in `shim/model.cpp`.
#[repr(C)]
struct RawPort {
    name: *const c_char,
    bits: u32,
    output: u32,
}

type Handle = NonNull<c_void>;

/// The functions of one shared object.
struct Functions {
    create: unsafe extern "C" fn() -> *mut c_void,
    destroy: unsafe extern "C" fn(Handle),
    storage: unsafe extern "C" fn(Handle, *mut *mut u8),
    eval: unsafe extern "C" fn(Handle) -> c_int,
    error: unsafe extern "C" fn(Handle) -> *const c_char,
    trace_open: unsafe extern "C" fn(Handle, *const c_char) -> c_int,
    trace_dump: unsafe extern "C" fn(Handle, u64),
    trace_close: unsafe extern "C" fn(Handle),
    /// Only there if the object counts branches.
    write_counts: Option<unsafe extern "C" fn()>,
    /// Only there if the model is instrumented.
    instruments: Option<Instruments>,
}

/// The functions of `shim/instrumented.cpp`.
struct Instruments {
    coverage: unsafe extern "C" fn(Handle, *mut u32) -> *mut u32,
    state: unsafe extern "C" fn(Handle, *mut u64) -> *mut u8,
    probe: unsafe extern "C" fn(Handle) -> u32,
}

/// A compiled top module, loaded; [`crate::Model`] is an instance of it.
///
/// Cheap to ask for again: the same source and options give the same `Arc` within a process, and the
/// same file between processes.
pub struct Library {
    functions: Functions,
    ports: Vec<Port>,
    names: HashMap<String, u32>,
    traced: bool,
    path: PathBuf,
}

impl fmt::Debug for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Library")
            .field("path", &self.path)
            .field("ports", &self.ports)
            .finish_non_exhaustive()
    }
}

/// What this process has loaded, by path; never unloaded, because instances may have thread-local state.
static LOADED: Mutex<Option<HashMap<PathBuf, Arc<Library>>>> = Mutex::new(None);

impl Library {
    /// Compiles module `top` of `verilog` and everything below it, or takes it from the cache.
    ///
    /// # Errors
    /// [`BuildError::Verilator`] for source that Verilator refuses or warns about.
    pub fn build(
        verilog: &str,
        top: &str,
        options: &BuildOptions,
    ) -> Result<Arc<Self>, BuildError> {
        Self::build_or_train(verilog, top, options, None)
    }

    /// As [`build`](Self::build), but compiled by what `training` shows of how the model runs, which makes it some per cent
    /// quicker and its build half as long again. The training decides about speed only. Compilers other than GCC compile as for
    /// [`build`](Self::build).
    ///
    /// # Errors
    /// As [`build`](Self::build); [`BuildError::Training`] if the training fails.
    pub fn build_trained(
        verilog: &str,
        top: &str,
        options: &BuildOptions,
        training: Training,
    ) -> Result<Arc<Self>, BuildError> {
        Self::build_or_train(verilog, top, options, Some(training))
    }

    fn build_or_train(
        verilog: &str,
        top: &str,
        options: &BuildOptions,
        training: Option<Training>,
    ) -> Result<Arc<Self>, BuildError> {
        let path = shared_object(verilog, top, options, training)?;
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        let loaded = loaded.get_or_insert_default();
        if let Some(library) = loaded.get(&path) {
            return Ok(Arc::clone(library));
        }
        let library = Arc::new(Self::load(&path, options.trace)?);
        loaded.insert(path, Arc::clone(&library));
        Ok(library)
    }

    /// The ports of the top module.
    pub fn ports(&self) -> &[Port] {
        &self.ports
    }

    /// The shared object.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether [`crate::Model::open_trace`] works.
    pub fn is_traced(&self) -> bool {
        self.traced
    }

    pub(crate) fn index_of(&self, name: &str) -> Option<u32> {
        self.names.get(name).copied()
    }

    /// Writes the counts of an object that counts branches; it counts no longer then.
    pub(crate) fn write_counts(&self) {
        if let Some(write) = self.functions.write_counts {
            // SAFETY: the function takes nothing and may be called at any time.
            unsafe { write() }
        }
    }

    /// Whether [`crate::Model::coverage`] and [`crate::Model::save`] work.
    pub fn is_instrumented(&self) -> bool {
        self.functions.instruments.is_some()
    }

    pub(crate) fn load(path: &Path, traced: bool) -> Result<Self, LoadError> {
        Self::open(path, traced, false)
    }

    /// As [`load`](Self::load), of an object that has what is in `shim/instrumented.cpp`.
    pub(crate) fn load_instrumented(path: &Path) -> Result<Self, LoadError> {
        Self::open(path, false, true)
    }

    fn open(path: &Path, traced: bool, instrumented: bool) -> Result<Self, LoadError> {
        let fail = |error: libloading::Error| LoadError {
            path: path.to_path_buf(),
            reason: error.to_string(),
        };
        // SAFETY: the object was made by this crate; its initialisers are those of Verilator's runtime,
        // which need nothing but libstdc++.
        let object = unsafe { unix::Library::open(Some(path), unix::RTLD_NOW | unix::RTLD_LOCAL) }
            .map_err(fail)?;
        macro_rules! symbol {
            ($name:literal) => {
                // SAFETY: the field this initialises has the type that shim/model.cpp gives the symbol.
                *unsafe { object.get($name) }.map_err(fail)?
            };
        }
        let ports: unsafe extern "C" fn() -> *const RawPort = symbol!(b"sv_ports\0");
        let instruments = match instrumented {
            false => None,
            true => Some(Instruments {
                coverage: symbol!(b"sv_coverage\0"),
                state: symbol!(b"sv_state\0"),
                probe: symbol!(b"sv_probe\0"),
            }),
        };
        let functions = Functions {
            instruments,
            create: symbol!(b"sv_create\0"),
            destroy: symbol!(b"sv_destroy\0"),
            storage: symbol!(b"sv_storage\0"),
            eval: symbol!(b"sv_eval\0"),
            error: symbol!(b"sv_error\0"),
            trace_open: symbol!(b"sv_trace_open\0"),
            trace_dump: symbol!(b"sv_trace_dump\0"),
            trace_close: symbol!(b"sv_trace_close\0"),
            // SAFETY: as in the macro.
            write_counts: unsafe { object.get(b"sv_write_counts\0") }
                .ok()
                .map(|symbol| *symbol),
        };
        // The functions above stay valid because the object is never closed.
        std::mem::forget(object);
        // SAFETY: sv_ports takes nothing and returns a static table.
        let ports = unsafe { read_ports(ports()) };
        let names = (0..)
            .zip(&ports)
            .map(|(index, port)| (port.name.clone(), index))
            .collect();
        Ok(Self {
            functions,
            ports,
            names,
            traced,
            path: path.to_path_buf(),
        })
    }
}

/// # Safety
/// `at` points to an array of `RawPort` that ends with a null name, with names that live as long.
unsafe fn read_ports(mut at: *const RawPort) -> Vec<Port> {
    let mut ports = vec![];
    loop {
        // SAFETY: the caller promises an entry up to the one with a null name, which ends the loop.
        let raw = unsafe { &*at };
        if raw.name.is_null() {
            return ports;
        }
        // SAFETY: names are string literals of the object.
        let name = unsafe { CStr::from_ptr(raw.name) }
            .to_string_lossy()
            .into_owned();
        let direction = if raw.output == 0 {
            Direction::Input
        } else {
            Direction::Output
        };
        ports.push(Port {
            name,
            bits: raw.bits,
            direction,
        });
        // SAFETY: this was not the last entry.
        at = unsafe { at.add(1) };
    }
}

/// One C++ model.
pub(crate) struct Instance {
    library: Arc<Library>,
    handle: Handle,
    storage: Vec<*mut u8>,
}

// SAFETY: an instance owns its C++ object, its VerilatedContext and its trace file, shares no memory with
// other instances (each library has its own copy of the runtime, whose static state is behind locks), and
// sets the runtime's thread-local context at every entry that evaluates.
unsafe impl Send for Instance {}

impl Instance {
    pub(crate) fn new(library: &Arc<Library>) -> Option<Self> {
        // SAFETY: sv_create needs nothing and returns null when it fails.
        let handle = NonNull::new(unsafe { (library.functions.create)() })?;
        let mut storage = vec![std::ptr::null_mut(); library.ports.len()];
        // SAFETY: sv_storage writes one pointer per entry of sv_ports, which `ports` was read from.
        unsafe { (library.functions.storage)(handle, storage.as_mut_ptr()) };
        Some(Self {
            library: Arc::clone(library),
            handle,
            storage,
        })
    }

    pub(crate) fn library(&self) -> &Arc<Library> {
        &self.library
    }

    /// The bytes of a port, little-endian.
    #[inline]
    pub(crate) fn bytes(&self, port: usize) -> &[u8] {
        let length = self.library.ports[port].storage();
        // SAFETY: the pointer is a member of the C++ object of `length` bytes, which lives as long as self;
        // only eval and bytes_mut write it, and both take self mutably.
        unsafe { slice::from_raw_parts(self.storage[port], length) }
    }

    /// The bytes of a port, to be written; unused high bits must stay zero.
    #[inline]
    pub(crate) fn bytes_mut(&mut self, port: usize) -> &mut [u8] {
        let length = self.library.ports[port].storage();
        // SAFETY: as in `bytes`, and self is borrowed mutably; ports do not overlap.
        unsafe { slice::from_raw_parts_mut(self.storage[port], length) }
    }

    /// The counters of an instrumented model; empty for others.
    pub(crate) fn coverage(&mut self) -> &mut [u32] {
        let Some(instruments) = &self.library.functions.instruments else {
            return &mut [];
        };
        let mut count = 0;
        // SAFETY: the handle is alive; the function returns `count` counters of the C++ object, which lives as long as self, and only
        // eval writes them, which takes self mutably too.
        unsafe {
            let first = (instruments.coverage)(self.handle, &raw mut count);
            slice::from_raw_parts_mut(first, count as usize)
        }
    }

    /// All values of an instrumented circuit, ports included, as bytes; empty for others.
    pub(crate) fn state(&mut self) -> &mut [u8] {
        let Some(instruments) = &self.library.functions.instruments else {
            return &mut [];
        };
        let mut bytes = 0;
        // SAFETY: as in `coverage`; the bytes are numbers and arrays of numbers, so any that were read may be written back.
        unsafe {
            let first = (instruments.state)(self.handle, &raw mut bytes);
            slice::from_raw_parts_mut(first, bytes as usize)
        }
    }

    /// The value of the register that is watched; 0 if there is none.
    #[inline]
    pub(crate) fn probe(&self) -> u32 {
        match &self.library.functions.instruments {
            // SAFETY: the handle is alive.
            Some(instruments) => unsafe { (instruments.probe)(self.handle) },
            None => 0,
        }
    }

    #[inline]
    pub(crate) fn eval(&mut self) -> Result<(), String> {
        // SAFETY: the handle is alive and self is borrowed mutably.
        if unsafe { (self.library.functions.eval)(self.handle) } == 0 {
            return Ok(());
        }
        // SAFETY: as above; the string is owned by the instance and copied at once.
        let text = unsafe { CStr::from_ptr((self.library.functions.error)(self.handle)) };
        Err(text.to_string_lossy().into_owned())
    }

    pub(crate) fn open_trace(&mut self, path: &CString) -> bool {
        // SAFETY: the handle is alive, self is borrowed mutably, the path ends with a null.
        unsafe { (self.library.functions.trace_open)(self.handle, path.as_ptr()) == 0 }
    }

    pub(crate) fn dump_trace(&mut self, time: u64) {
        // SAFETY: the handle is alive and self is borrowed mutably.
        unsafe { (self.library.functions.trace_dump)(self.handle, time) }
    }

    pub(crate) fn close_trace(&mut self) {
        // SAFETY: the handle is alive and self is borrowed mutably.
        unsafe { (self.library.functions.trace_close)(self.handle) }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.close_trace();
        // SAFETY: the handle came from sv_create and is not used again.
        unsafe { (self.library.functions.destroy)(self.handle) }
    }
}
