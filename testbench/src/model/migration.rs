//! Stop, pause and resume: the migration protocol's half of [`Machine`].
//!
//! The event table of the protocol, as the one place where it is written down in Rust and executed. What has no entry is dropped.

use super::packet::{Aeth, MigEth, Packet};
use super::qp::{Address, Event, Machine, Transmit};
use fw_regs::wire::{self, Opcode};
use fw_regs::{MigrationTimer, Psn};
use std::collections::VecDeque;

/// States of a queue pair that an application does not see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Normal,
    Paused,
    Stopped,
    Restored,
    Resuming,
    Tombstone,
}

/// A command that the state does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{command} is not legal in {state:?}")]
pub struct Illegal {
    pub command: &'static str,
    pub state: State,
}

/// What moves with a connection, and what waits for it.
#[derive(Clone, Debug)]
pub struct Migration {
    pub state: State,
    /// own incarnation, and the partner's last one that was accepted; nothing if the ends have not agreed
    pub epochs: Option<[u32; 2]>,
    /// where a tombstone's connection went
    moved_to: Option<Address>,
    /// packets of the protocol
    pub outbox: VecDeque<Transmit>,
    /// end of the RESUME repeat or probe timer, and the present interval, in ns
    timer: Option<(u64, u64)>,
    probe: bool,
}

/// How far incarnation `a` is ahead of `b`.
fn ahead(a: u32, b: u32) -> i32 {
    Psn::new(a).distance(Psn::new(b))
}

fn ns(timer: MigrationTimer) -> u64 {
    u64::from(timer.default_us()) * 1000
}

impl Migration {
    pub fn new(epochs: Option<[u32; 2]>) -> Self {
        Self {
            state: State::Normal,
            epochs,
            moved_to: None,
            outbox: VecDeque::new(),
            timer: None,
            probe: false,
        }
    }

    pub fn timer(&self) -> Option<u64> {
        self.timer.map(|(end, _)| end)
    }

    /// Whether a probe is due; it is then no more.
    pub fn take_probe(&mut self) -> bool {
        std::mem::take(&mut self.probe)
    }

    /// The incarnation that has stopped here, if the partner may be told.
    pub fn stopped_epoch(&self) -> Option<u32> {
        self.epochs.map(|[own, _]| own)
    }

    /// The pause is over.
    pub fn wake(&mut self) {
        self.state = State::Normal;
        self.timer = None;
        self.probe = false;
    }

    /// A queue pair that goes to ERR ends its pause.
    pub fn end(&mut self) {
        self.timer = None;
        self.probe = false;
        self.outbox.clear();
    }
}

impl Machine {
    fn illegal(&self, command: &'static str) -> Illegal {
        Illegal {
            command,
            state: self.migration.state,
        }
    }

    /// STOP; the machine is drained at once, for it does one thing at a time.
    ///
    /// # Errors
    /// Not of a restored one or a tombstone.
    pub fn stop(&mut self) -> Result<(), Illegal> {
        match self.migration.state {
            State::Restored | State::Tombstone => Err(self.illegal("STOP")),
            _ => {
                self.migration.state = State::Stopped;
                self.migration.end();
                Ok(())
            }
        }
    }

    /// DUMP and RESTORE: the same connection at `here`, where it changes nothing until it is resumed.
    ///
    /// # Errors
    /// It is not stopped.
    pub fn restore(&self, here: Address) -> Result<Self, Illegal> {
        match self.migration.state {
            State::Stopped => {
                let mut copy = self.clone();
                copy.connection.addresses[0] = here;
                copy.migration.state = State::Restored;
                Ok(copy)
            }
            _ => Err(self.illegal("DUMP")),
        }
    }

    /// TOMBSTONE: from now on it only says where the connection went.
    ///
    /// # Errors
    /// It is not stopped.
    pub fn bury(&mut self, moved_to: Option<Address>) -> Result<(), Illegal> {
        match self.migration.state {
            State::Stopped => {
                self.migration.state = State::Tombstone;
                self.migration.moved_to = moved_to;
                Ok(())
            }
            State::Tombstone => Ok(()),
            _ => Err(self.illegal("TOMBSTONE")),
        }
    }

    /// RESUME of a restored one, or ABORT of a stopped one: a new incarnation.
    ///
    /// # Errors
    /// It is neither.
    pub fn resume(&mut self, now: u64) -> Result<(), Illegal> {
        if !matches!(self.migration.state, State::Stopped | State::Restored) {
            return Err(self.illegal("RESUME"));
        }
        match &mut self.migration.epochs {
            Some([own, _]) => {
                *own = (*own + 1) & 0xff_ffff;
                self.migration.state = State::Resuming;
                self.say_resume(now);
            }
            None => {
                self.migration.state = State::Normal;
                self.restart_normal();
            }
        }
        Ok(())
    }

    /// A packet of RESUME's shape with an epoch in it.
    fn say(&mut self, opcode: Opcode, psn: Psn, epoch: u32, to: Address) {
        let moved = opcode == Opcode::Moved;
        let mut packet = Packet::new(opcode, self.connection.send.partner_qpn, psn);
        packet.pkey = self.connection.send.pkey;
        packet.aeth = Some(Aeth {
            syndrome: wire::SYNDROME_ACK,
            msn: self.receiver.msn,
        });
        let numbers = match moved {
            true => [Psn::new(0); 2],
            false => [self.sender.max, self.receiver.epsn],
        };
        packet.migration = Some(MigEth {
            version: wire::MIG_ETH_VERSION,
            epoch,
            source_qpn: self.connection.qpn,
            max: numbers[0],
            epsn: numbers[1],
            moved_to: self.migration.moved_to.filter(|_| moved),
        });
        self.migration.outbox.push_back(Transmit { packet, to });
    }

    fn say_resume(&mut self, now: u64) {
        let Some([own, _]) = self.migration.epochs else {
            return;
        };
        let to = self.connection.addresses[1];
        self.say(Opcode::Resume, self.sender.una, own, to);
        let first = ns(MigrationTimer::ResumeRepeat);
        // a partner that works meanwhile must not run out of retries
        let limit = ns(MigrationTimer::ResumeRepeatMax)
            .min(self.connection.timeout_ns.unwrap_or(u64::MAX))
            .max(20_000);
        let interval = self
            .migration
            .timer
            .map_or(first, |(_, i)| (2 * i).min(limit));
        self.migration.timer = Some((now + interval, interval));
    }

    /// RESUME, RESUME_ACK, MOVED or NAK_STOPPED.
    pub(super) fn handle_migration(&mut self, now: u64, source: Address, p: &Packet) {
        let Some([own, partner]) = self.migration.epochs else {
            return;
        };
        let state = self.migration.state;
        let from_partner = source == self.connection.addresses[1];
        let Some(mig) = p.migration else {
            let epoch = p.aeth.map_or(0, |a| a.msn);
            return self.nak_stopped(now, from_partner, ahead(epoch, partner));
        };
        if mig.source_qpn != self.connection.send.partner_qpn {
            return;
        }
        let newer = ahead(mig.epoch, partner);
        match (p.opcode, state) {
            (Opcode::Resume, State::Stopped) if newer > 0 || (newer == 0 && from_partner) => {
                self.refuse(source, p.psn);
            }
            (Opcode::Resume, State::Tombstone) => match self.migration.moved_to {
                Some(_) => self.say(Opcode::Moved, p.psn, (own + 1) & 0xff_ffff, source),
                None => self.refuse(source, p.psn),
            },
            (Opcode::Resume, State::Normal | State::Paused | State::Resuming) => {
                if newer > 0 {
                    self.accept(now, source, p.psn, &mig);
                } else if newer == 0 && from_partner {
                    self.say(Opcode::ResumeAck, self.sender.una, mig.epoch, source);
                }
            }
            (Opcode::ResumeAck, State::Resuming) if from_partner && mig.epoch == own => {
                self.migration.wake();
                self.restart_normal();
                self.note(Event::Resumed);
            }
            (Opcode::Moved, State::Resuming) if from_partner && newer > 0 => {
                if let Some(to) = mig.moved_to {
                    self.connection.addresses[1] = to;
                    self.say_resume(now);
                }
            }
            _ => {}
        }
    }

    /// Rule 3.
    fn accept(&mut self, now: u64, source: Address, una: Psn, mig: &MigEth) {
        let between = |low: Psn, x: Psn, high: Psn| !x.is_before(low) && !x.is_after(high);
        if !between(una, self.receiver.epsn, mig.max)
            || !between(self.sender.una, mig.epsn, self.sender.max)
        {
            return;
        }
        if let Some([_, partner]) = &mut self.migration.epochs {
            *partner = mig.epoch;
        }
        self.connection.addresses[1] = source;
        self.receiver.nak_sent = false;
        self.say(Opcode::ResumeAck, self.sender.una, mig.epoch, source);
        if self.migration.state == State::Resuming {
            return self.say_resume(now);
        }
        self.migration.wake();
        self.restart_normal();
    }

    /// Rule 4, and the back-off of rule 5.
    fn nak_stopped(&mut self, now: u64, from_partner: bool, ahead: i32) {
        let counts = from_partner && (0..256).contains(&ahead);
        let unacknowledged = self.sender.una != self.sender.max;
        if !counts || !unacknowledged {
            return;
        }
        let first = self
            .connection
            .timeout_ns
            .unwrap_or(ns(MigrationTimer::Probe));
        match self.migration.state {
            State::Normal => {
                self.migration.state = State::Paused;
                self.sender.rewind();
                self.migration.timer = Some((now + first, first));
            }
            State::Paused => {
                let interval = self.migration.timer.map_or(first, |(_, i)| i);
                self.migration.timer = Some((now + interval, interval));
            }
            _ => {}
        }
    }

    pub(super) fn migration_timeout(&mut self, now: u64) {
        let Some((end, interval)) = self.migration.timer else {
            return;
        };
        if end > now {
            return;
        }
        match self.migration.state {
            State::Resuming => self.say_resume(now),
            State::Paused => {
                self.migration.probe = true;
                let interval = (2 * interval).min(ns(MigrationTimer::ProbeMax));
                self.migration.timer = Some((now + interval, interval));
            }
            _ => self.migration.timer = None,
        }
    }
}
