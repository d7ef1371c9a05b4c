//! Moving a process from one adapter to another, with its connections.
//!
//! ```text
//! source                                  destination
//! Context::drain        STOP, DRAINED
//!   Drained ── memory ─────────────────────►
//! Drained::dump         DUMP
//!   Checkpoint ── Image::encode ───────────► Image::decode
//!                                           Adapter::restore_ahead   RESTORE
//!                                           Arriving::arrived, with the memory
//! Checkpoint::commit    TOMBSTONE           Restored
//!   Tombstones                              Restored::resume      RESUME
//!                                           Process::resumed
//! Tombstones::free      TOMBSTONE_FREE
//! ```
//!
//! [`Context::checkpoint`](crate::Context::checkpoint) is the first two at once, and [`Adapter::restore`] the next two.
//!
//! TOMBSTONE is the commit. Before it, [`Checkpoint::abort`] makes the source work again and [`Restored::discard`] leaves nothing
//! at the destination; after it, only the destination may go on. Every step either happens or leaves both sides as they were, and
//! every wait is bounded.
//!
//! The [`Image`] is plain data that may come from anybody: [`Adapter::restore`] checks all of it before it touches the device, so
//! that a hostile one reaches nothing but what it brings along.

mod addresses;
mod assemble;
mod checkpoint;
mod drain;
mod error;
mod image;
mod leave;
mod pages;
mod process;
mod relocate;
mod restore;
mod structure;
mod unused;
mod validate;
mod waits;

pub use checkpoint::{Checkpoint, Tombstones};
pub use drain::Drained;
pub use error::{
    AbortFailure, CheckpointError, CommitFailure, DiscardFailure, FreeFailure, ImageError,
    Inconsistency, RestoreError, ResumeFailure, TakenNumber,
};
pub use image::{
    CompletionImage, CqImage, DeviceRecord, EventImage, Image, MemoryRange, MrImage, NextHandles,
    ObjectKind, OfferImage, PdImage, QpImage, ReceiveImage, Source, SrqImage,
};
pub use process::Process;
pub use restore::{Arriving, Restored};

use crate::adapter::{Adapter, Inner, Shared};
use crate::connection::MacAddress;
use crate::device::DeviceError;
use crate::error::CommandFailure;
use crate::qp::QueuePair;
use fw_regs::bar0::mailbox;
use fw_regs::contexts::{Migration, QpConfig};
use fw_regs::mailbox::Payload;
use fw_regs::{Command, CommandError, ContextKind, MigrationPhase, MigrationTimer, SetScope};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::IpAddr;

/// A step of a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The queue pairs of the process stop.
    Stop,
    /// What was in flight inside the device finishes.
    Drain,
    /// The device's records are written to memory.
    Dump,
    /// They are read by another device.
    Restore,
    /// The source gives up its right to go on.
    Commit,
    /// The destination tells the partners.
    Resume,
    /// The source goes on after all, or the destination throws its copy away.
    Abort,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stop => "stop",
            Self::Drain => "drain",
            Self::Dump => "dump",
            Self::Restore => "restore",
            Self::Commit => "commit",
            Self::Resume => "resume",
            Self::Abort => "abort",
        })
    }
}

/// How long a phase took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseTime {
    /// The phase.
    pub phase: Phase,
    /// µs of the device's clock, from before the first register access to after the last.
    pub us: u64,
}

/// Where a queue pair stands in a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QpMigration {
    /// Its phase.
    pub phase: MigrationPhase,
    /// Its own incarnation.
    pub epoch: u32,
    /// The last incarnation of the partner that it has accepted.
    pub partner_epoch: u32,
    /// The partner has stopped; the requester probes.
    pub paused: bool,
}

/// Whether the queue pair that a refused command names works, or is about to.
fn resumes(detail: u32) -> bool {
    let phase = MigrationPhase::from_code((detail >> 12 & 0xf) as u8);
    matches!(
        phase,
        Some(MigrationPhase::Normal | MigrationPhase::Resuming)
    )
}

/// Runs `work` and notes how long it took. The device's clock has 36 bits.
pub(crate) fn timed<T, E: From<DeviceError>>(
    shared: &Shared,
    times: &mut Vec<PhaseTime>,
    phase: Phase,
    work: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    // partners wait, and a read is a round trip: the low word is enough for what lasts less than an hour
    let start = shared.borrow_mut().now_low()?;
    let done = work()?;
    // what is done is done: a time that cannot be read is left out
    if let Ok(end) = shared.borrow_mut().now_low() {
        let us = end.wrapping_sub(start).into();
        times.push(PhaseTime { phase, us });
    }
    Ok(done)
}

impl Inner {
    /// ABORT of a stopped set, which drains it first. It may have happened before, with the answer lost: then the queue pairs work, or are about to.
    pub(crate) fn abort_stopped(&mut self, page: u8) -> Result<(), CommandFailure> {
        for _ in 1..drain::DRAINS {
            match self.again(Command::Abort, page, &[]) {
                Err(CommandFailure::Refused {
                    error: CommandError::DrainTimeout,
                    ..
                }) => {}
                done => return done,
            }
        }
        self.again(Command::Abort, page, &[])
    }

    /// A command that makes queue pairs resume; repeated once if the way to the device failed, and done if they resume already.
    pub(crate) fn again(
        &mut self,
        command: Command,
        page: u8,
        data: &[u32],
    ) -> Result<(), CommandFailure> {
        let mut done = self.of_context(command, page, data);
        if matches!(done, Err(CommandFailure::Device(_))) {
            done = self.of_context(command, page, data);
        }
        match done {
            Err(CommandFailure::Refused {
                error: CommandError::WrongPhase,
                detail,
                ..
            }) if resumes(detail) => Ok(()),
            other => other.map(drop),
        }
    }

    /// A command on all queue pairs of a user context.
    pub(crate) fn of_context(
        &mut self,
        command: Command,
        page: u8,
        data: &[u32],
    ) -> Result<u32, CommandFailure> {
        self.migrate(
            command,
            [page.into(), SetScope::UserContext.code().into()],
            data,
        )
    }

    /// A migration command. Returns `detail`.
    pub(crate) fn migrate(
        &mut self,
        command: Command,
        args: [u32; 2],
        data: &[u32],
    ) -> Result<u32, CommandFailure> {
        self.run(command, args, data)?;
        Ok(self.read(mailbox::detail::REG.offset)?)
    }
}

impl Adapter {
    /// A migration command as it is, without the driver's part of it; for tests and tools. `data` goes to the mailbox's data words.
    /// Returns `detail`.
    ///
    /// # Errors
    /// The command's; [`CommandFailure::Payload`] for more data than the mailbox holds.
    pub fn migration_command(
        &self,
        command: Command,
        args: [u32; 2],
        data: &[u32],
    ) -> Result<u32, CommandFailure> {
        if data.len() > fw_regs::mailbox::WORDS {
            let needed = data.len();
            return Err(fw_regs::mailbox::PayloadFull::Full { needed }.into());
        }
        self.shared.borrow_mut().migrate(command, args, data)
    }

    /// Sets a timer of the migration unit.
    ///
    /// # Errors
    /// The command's.
    pub fn set_migration_timer(
        &self,
        timer: MigrationTimer,
        us: u32,
    ) -> Result<(), CommandFailure> {
        let args = [timer.code().into(), us];
        self.migration_command(Command::SetTimer, args, &[])
            .map(drop)
    }
}

impl QueuePair {
    /// Where it stands in a migration, read from the device.
    ///
    /// # Errors
    /// The device failed, or the process has moved away.
    pub fn migration(&self) -> Result<QpMigration, DeviceError> {
        let context = self.inner.context();
        context.registry().check_readable()?;
        let mut inner = context.shared().borrow_mut();
        if !inner.attributes.migration {
            return Ok(QpMigration {
                phase: MigrationPhase::Normal,
                epoch: 0,
                partner_epoch: 0,
                paused: false,
            });
        }
        let record: [u32; Migration::WORDS] =
            inner.record_words(ContextKind::Migration, self.slot())?;
        let [state] = inner.record_words(ContextKind::QpState, self.slot())?;
        let record = Migration::from_words(&record);
        Ok(QpMigration {
            phase: MigrationPhase::from_code(record.phase).unwrap_or(MigrationPhase::Normal),
            epoch: record.epoch,
            partner_epoch: record.partner_epoch,
            paused: state & 7 == u32::from(fw_regs::codes::device_state::PAUSED),
        })
    }

    /// Begins a new lease, while it is resuming or paused.
    ///
    /// # Errors
    /// The command's.
    pub fn extend_lease(&self) -> Result<(), CommandFailure> {
        self.moving_command(Command::Extend, &Payload::new())
    }

    /// Gives it up while it is resuming or paused: it goes to ERR.
    ///
    /// # Errors
    /// The command's.
    pub fn give_up(&self) -> Result<(), CommandFailure> {
        self.moving_command(Command::GiveUp, &Payload::new())?;
        self.inner.note_error();
        Ok(())
    }

    /// Says where its partner is now, while it is restored or resuming. `mac` is the partner's or the next hop's.
    ///
    /// # Errors
    /// The command's, or the address is of the other IP version.
    pub fn set_partner(&self, ip: IpAddr, mac: MacAddress) -> Result<(), RestoreError> {
        let context = self.inner.context();
        context.check()?;
        let slot = self.slot();
        let payload = {
            let mut inner = context.shared().borrow_mut();
            let own = inner.options;
            let template = inner.record_words(ContextKind::QpAv, slot)?;
            let QpConfig { ipv6, .. } = *self.inner.config.borrow();
            addresses::partner_payload(slot, &own, ipv6, &template, ip, mac)?
        };
        Ok(self.moving_command(Command::SetPartner, &payload)?)
    }

    fn moving_command(&self, command: Command, payload: &Payload) -> Result<(), CommandFailure> {
        let context = self.inner.context();
        context.check()?;
        let mut inner = context.shared().borrow_mut();
        inner.command(command, [self.slot().into(), 0], payload)
    }
}
