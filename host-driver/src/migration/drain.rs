//! The source's first step: stop, and wait until nothing is in flight.

use super::checkpoint::{Checkpoint, take};
use super::error::CheckpointError;
use super::image::MemoryRange;
use super::leave::Held;
use super::{Phase, PhaseTime, timed};
use crate::adapter::{Context, Shared};
use crate::device::DeviceError;
use crate::error::CommandFailure;
use crate::registry::Fate;
use fw_regs::{Command, CommandError};

/// How often DRAINED is repeated when it times out: each waits up to the device's `drain_limit`.
pub(super) const DRAINS: u32 = 4;

impl Context {
    /// Stops the process's queue pairs, waits until nothing is in flight inside the device, and takes the image. From then on the
    /// handles of the process are of no use (reading memory excepted) until [`Checkpoint::abort`].
    ///
    /// # Errors
    /// [`CheckpointError`]; the process works as before, unless that says otherwise.
    pub fn checkpoint(&self) -> Result<Checkpoint, CheckpointError> {
        self.drain()?.dump()
    }

    /// The first half of [`Self::checkpoint`]: the process's memory is as it will be restored, and can be on its way while the device still
    /// dumps.
    ///
    /// # Errors
    /// As [`Self::checkpoint`].
    pub fn drain(&self) -> Result<Drained, CheckpointError> {
        match self.registry().fate.get() {
            Fate::Live => {}
            Fate::Restored => return Err(CheckpointError::NotResumed),
            Fate::Stopped => return Err(DeviceError::Stopped.into()),
            Fate::Gone => return Err(DeviceError::MovedAway.into()),
        }
        if !self.attributes().migration {
            return Err(CheckpointError::Unsupported);
        }
        let held = Held::of(self);
        if let Some(qp) = held.qps.iter().find(|qp| qp.config.borrow().raw) {
            return Err(CheckpointError::Raw { qpn: qp.qpn });
        }
        let mut times = Vec::new();
        if let Err(cause) = stop(self, &held, &mut times) {
            return Err(undo(self, &held, cause));
        }
        self.registry().fate.set(Fate::Stopped);
        Ok(Drained(Some(Parts {
            context: self.clone(),
            held,
            times,
        })))
    }
}

/// STOP until DRAINED.
fn stop(context: &Context, held: &Held, times: &mut Vec<PhaseTime>) -> Result<(), CheckpointError> {
    if held.qps.is_empty() {
        return Ok(());
    }
    let (shared, page) = (context.shared(), context.page());
    timed(shared, times, Phase::Stop, || {
        command(shared, Phase::Stop, Command::Stop, page, &[])
    })?;
    timed(shared, times, Phase::Drain, || drain(shared, page))
}

/// Makes a process work again whose checkpoint failed.
fn undo(context: &Context, held: &Held, cause: CheckpointError) -> CheckpointError {
    let refused = matches!(
        cause,
        CheckpointError::Command {
            phase: Phase::Stop,
            failure: CommandFailure::Refused { .. },
        }
    );
    if refused || held.qps.is_empty() {
        // nothing has changed
        return cause;
    }
    let mut inner = context.shared().borrow_mut();
    match inner.abort_stopped(context.page()) {
        Ok(()) => cause,
        Err(failure) => CheckpointError::NotAborted {
            cause: Box::new(cause),
            failure,
        },
    }
}

/// A command on all queue pairs of the context with doorbell page `page`, in a phase of the checkpoint.
pub(super) fn command(
    shared: &Shared,
    phase: Phase,
    command: Command,
    page: u8,
    data: &[u32],
) -> Result<u32, CheckpointError> {
    shared
        .borrow_mut()
        .of_context(command, page, data)
        .map_err(|failure| CheckpointError::Command { phase, failure })
}

fn drain(shared: &Shared, page: u8) -> Result<(), CheckpointError> {
    for _ in 1..DRAINS {
        match command(shared, Phase::Drain, Command::Drained, page, &[]) {
            Err(CheckpointError::Command {
                failure:
                    CommandFailure::Refused {
                        error: CommandError::DrainTimeout,
                        ..
                    },
                ..
            }) => {}
            done => return done.map(drop),
        }
    }
    command(shared, Phase::Drain, Command::Drained, page, &[]).map(drop)
}

/// What a stopped process is made of.
pub(super) struct Parts {
    pub context: Context,
    pub held: Held,
    pub times: Vec<PhaseTime>,
}

/// A process that is stopped and drained: nobody changes its memory any more. Dropping it makes the process go on.
pub struct Drained(
    /// none: dumped, or gone on
    Option<Parts>,
);

impl Drained {
    /// Every buffer of the process: rings with their doorbell records, registered memory, and what is not registered.
    pub fn memory(&self) -> Vec<MemoryRange> {
        self.0
            .iter()
            .flat_map(|parts| parts.held.memory())
            .collect()
    }

    /// The bytes of one.
    ///
    /// # Errors
    /// The device failed, or the range is not the process's.
    pub fn read_memory(&self, range: &MemoryRange) -> Result<Vec<u8>, DeviceError> {
        let gone = || DeviceError::Unmapped {
            iova: range.iova,
            length: range.length as usize,
        };
        let parts = self.0.as_ref().ok_or_else(gone)?;
        parts.held.read_memory(range)
    }

    /// Takes the image.
    ///
    /// # Errors
    /// [`CheckpointError`]; the process works as before [`Context::drain`], unless that says otherwise.
    pub fn dump(mut self) -> Result<Checkpoint, CheckpointError> {
        let Some(mut parts) = self.0.take() else {
            return Err(DeviceError::Stopped.into());
        };
        match take(&parts.context, &parts.held, &mut parts.times) {
            Ok(image) => Ok(Checkpoint::of(parts, image)),
            Err(cause) => {
                parts.context.registry().fate.set(Fate::Live);
                Err(undo(&parts.context, &parts.held, cause))
            }
        }
    }
}

impl Drop for Drained {
    fn drop(&mut self) {
        let Some(Parts { context, held, .. }) = self.0.take() else {
            return;
        };
        let Ok(mut inner) = context.shared().try_borrow_mut() else {
            return;
        };
        // a process that could not be aborted stays stopped
        if held.qps.is_empty() || inner.abort_stopped(context.page()).is_ok() {
            context.registry().fate.set(Fate::Live);
        }
    }
}
