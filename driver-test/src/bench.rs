//! What a test has at hand.

use crate::device::SharedDevice;
use crate::{Bound, Options};
use fw_regs::Counter;
use fw_regs::bar0::{control, counters, identity};
use host_driver::migration::{
    CheckpointError, CommitFailure, FreeFailure, RestoreError, ResumeFailure,
};
use host_driver::{
    Adapter, AdapterOptions, Bar, CommandFailure, Device, DeviceError, MacAddress, ModifyError,
    OpenError, PostError, VerbsError,
};
use std::net::Ipv4Addr;
use std::time::Instant;

/// Why a test failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Something is not as it should be.
    #[error("{0}")]
    Seen(String),
    /// A bounded wait came to its end.
    #[error("waited {bound:?} for {what}")]
    Timeout {
        /// What was waited for.
        what: String,
        /// How long.
        bound: Bound,
    },
    /// The device failed.
    #[error("{}", causes(.0))]
    Device(#[from] DeviceError),
    /// The NIC cannot be opened.
    #[error("{}", causes(.0))]
    Open(#[from] OpenError),
    /// An object cannot be made.
    #[error("{}", causes(.0))]
    Verbs(#[from] VerbsError),
    /// A change of state failed.
    #[error("{}", causes(.0))]
    Modify(#[from] ModifyError),
    /// A request was not posted.
    #[error("{}", causes(.0))]
    Post(#[from] PostError),
    /// A command failed.
    #[error("{}", causes(.0))]
    Command(#[from] CommandFailure),
    /// The process cannot be stopped.
    #[error("{}", causes(.0))]
    Checkpoint(#[from] CheckpointError),
    /// It cannot be made anew.
    #[error("{}", causes(.0))]
    Restore(#[from] RestoreError),
    /// The source does not give it up.
    #[error("{}", causes(.0))]
    Commit(#[from] CommitFailure),
    /// It does not go on.
    #[error("{}", causes(.0))]
    Resume(#[from] ResumeFailure),
    /// What it has left cannot be freed.
    #[error("{}", causes(.0))]
    Free(#[from] FreeFailure),
}

/// An error and what is behind it, in one line.
pub(crate) fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let more = cause.to_string();
        if !text.ends_with(&more) {
            text += &format!(": {more}");
        }
        next = cause.source();
    }
    text
}

/// Fails unless both are equal.
pub(crate) fn equal<T: PartialEq + std::fmt::Debug>(
    what: &str,
    found: T,
    wanted: T,
) -> Result<(), Failure> {
    match found == wanted {
        true => Ok(()),
        false => Err(Failure::Seen(format!(
            "{what}: {found:?} instead of {wanted:?}"
        ))),
    }
}

/// Fails with `what` unless `good`.
pub(crate) fn ensure(good: bool, what: impl FnOnce() -> String) -> Result<(), Failure> {
    match good {
        true => Ok(()),
        false => Err(Failure::Seen(what())),
    }
}

/// One NIC, the way to it, and the end of every wait.
pub struct Bench {
    /// The test's own handle on the device.
    pub device: SharedDevice,
    /// How the list is run.
    pub options: Options,
    opened: u64,
}

/// A test: what it saw, in a few words.
pub type Test = fn(&mut Bench) -> Result<String, Failure>;

impl Bench {
    /// For tests on `device`.
    pub fn new(device: Box<dyn Device>, options: Options) -> Self {
        Self {
            device: SharedDevice::new(device),
            options,
            opened: 0,
        }
    }

    /// Runs `test` on a NIC that was reset, and sees that it leaves no memory mapped.
    ///
    /// # Errors
    /// The test's, or the NIC does not come back.
    pub fn alone(&mut self, test: Test) -> Result<String, Failure> {
        self.reset()?;
        self.device.take_raised()?;
        let done = test(self).map_err(|failure| self.with_counters(failure));
        let left = self.device.mapped();
        for (&iova, &length) in &left {
            // the next test is not to suffer from it
            self.device.unmap(iova, length)?;
        }
        let seen = done?;
        match left.is_empty() {
            true => Ok(seen),
            false => Err(Failure::Seen(format!("mapped at the end: {left:x?}"))),
        }
    }

    /// A failure, with what the NIC has counted by then: it says where a packet went.
    fn with_counters(&mut self, failure: Failure) -> Failure {
        let mut text = failure.to_string();
        for counter in Counter::ALL {
            let low = counters::table::REG.at(u32::from(counter.code()) * 2);
            match self.read(low) {
                Ok(0) => {}
                Ok(count) => text += &format!(", {} {count}", counter.text()),
                // the failure says why
                Err(_) => break,
            }
        }
        Failure::Seen(text)
    }

    /// Resets the NIC by its register and waits until it takes commands.
    ///
    /// # Errors
    /// It does not come back.
    pub fn reset(&mut self) -> Result<(), Failure> {
        let command = control::control::RESET.of(1);
        self.write(control::control::REG.offset, command)?;
        let mut device = self.device.clone();
        self.until("the NIC to be ready after its reset", move || {
            let magic = device.read32(Bar::Registers, identity::magic::REG.offset)?;
            let status = device.read32(Bar::Registers, control::status::REG.offset)?;
            // while the reset lasts, reads may give anything
            let ready = magic == fw_regs::MAGIC && control::status::READY.get(status) == 1;
            Ok(ready.then_some(()))
        })
    }

    /// Reads a register.
    ///
    /// # Errors
    /// The device failed.
    pub fn read(&mut self, offset: u32) -> Result<u32, Failure> {
        Ok(self.device.read32(Bar::Registers, offset)?)
    }

    /// Writes a register.
    ///
    /// # Errors
    /// The device failed.
    pub fn write(&mut self, offset: u32, value: u32) -> Result<(), Failure> {
        Ok(self.device.write32(Bar::Registers, offset, value)?)
    }

    /// Opens the NIC with the driver; every time other numbers and keys are drawn.
    ///
    /// # Errors
    /// [`Failure::Open`].
    pub fn adapter(&mut self) -> Result<Adapter, Failure> {
        let options = self.adapter_options();
        Ok(Adapter::open(Box::new(self.device.clone()), options)?)
    }

    /// How [`Self::adapter`] opens it.
    pub fn adapter_options(&mut self) -> AdapterOptions {
        self.opened += 1;
        AdapterOptions {
            host: 1,
            seed: self.options.seed.wrapping_add(self.opened),
            mac: MacAddress([2, 0, 0, 0, 0, 0x7e]),
            ip: Ipv4Addr::new(10, 0, 0, 0x7e).into(),
            patience: self.options.patience,
        }
    }

    /// Lets time pass until `look` finds something.
    ///
    /// # Errors
    /// [`Failure::Timeout`] with `what`, or what `look` returns.
    pub fn until<T>(
        &self,
        what: &str,
        mut look: impl FnMut() -> Result<Option<T>, Failure>,
    ) -> Result<T, Failure> {
        let start = Instant::now();
        let mut pauses = 0;
        let mut device = self.device.clone();
        loop {
            if let Some(found) = look()? {
                return Ok(found);
            }
            let over = match self.options.bound {
                Bound::Pauses(most) => pauses >= most,
                Bound::Wall(most) => start.elapsed() >= most,
            };
            if over {
                return Err(Failure::Timeout {
                    what: what.to_owned(),
                    bound: self.options.bound,
                });
            }
            device.pause()?;
            pauses += 1;
        }
    }

    /// Lets `count` pauses pass.
    ///
    /// # Errors
    /// The device failed.
    pub fn wait_a_little(&mut self, count: u32) -> Result<(), Failure> {
        (0..count).try_for_each(|_| Ok(self.device.pause()?))
    }

    /// `length` bytes that only `seed` and `which` fix.
    pub fn bytes(&self, which: u64, length: usize) -> Vec<u8> {
        let mut state = self.options.seed ^ which.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut next = || {
            // xorshift64
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 32) as u8
        };
        (0..length).map(|_| next()).collect()
    }
}
