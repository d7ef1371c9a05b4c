//! Explains stops, pauses and resumptions: which packets of the migration protocol a queue pair may send, and what the others mean for it.
//!
//! A packet of the protocol may be dropped by the NIC (its migration unit may be busy), so what one *means* is a possibility and never a certainty;
//! what a queue pair *sends* settles it.

use super::Why;
use super::recv::HINDSIGHT;
use crate::model::packet::Packet;
use fw_regs::contexts::Migration;
use fw_regs::wire::{self, Opcode};
use fw_regs::{Psn, wire::Opcode as O};
use std::collections::VecDeque;

/// Packets that may still be refused.
const REFUSALS: usize = 4096;

/// How far apart what a working queue pair says of itself and what is seen of it may be, in packets: it works on meanwhile.
const DRIFT: i32 = 64;

/// Where a queue pair stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// it works; also while it is paused
    Normal,
    /// STOP has been given; what was accepted before is being finished
    Stopping,
    /// drained
    Stopped,
    /// it sends RESUME
    Resuming,
    /// the same, and RESUME_ACK has come, which the NIC may have taken
    Acknowledged,
}

/// What a queue pair knows of migration.
#[derive(Clone, Debug)]
pub struct Moving {
    pub phase: Phase,
    /// both ends agreed
    migratable: bool,
    pub epoch: u32,
    partner_epoch: u32,
    /// PSNs that NAK_STOPPED may echo, with the cycles in which they came
    refusals: VecDeque<(u64, Psn)>,
    /// incarnations of RESUMEs that may be acknowledged, in the order in which they came
    resumes: VecDeque<u32>,
    /// STOP has been given while it resumed, and may not have reached it
    still_resuming: bool,
    /// incarnation whose RESUME_ACK has come, in time or while it may not have known of the next STOP
    pub answered: Option<u32>,
    /// ABORT has been given, and it has not been seen resuming: a command for many queue pairs takes its time, and until then it
    /// refuses as what it was
    aborting: bool,
    /// incarnation of its last RESUME, and what that said: PSN, highest PSN and expected PSN
    said: Option<(u32, [Psn; 3])>,
    /// a RESUME has come while it was stopped: it may be looked at only when it goes on
    early: Option<u32>,
}

/// What a received packet may have done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    Nothing,
    /// the partner has stopped: hold, and probe
    Pause,
    /// go on from `una`, as a partner that has been resumed wants it
    Restart,
}

/// `a` is newer than `b`.
fn newer(a: u32, b: u32) -> bool {
    Psn::new(a).is_after(Psn::new(b))
}

impl Moving {
    pub fn new(migratable: bool, record: Option<Migration>) -> Self {
        let record = record.unwrap_or_default();
        Self {
            phase: Phase::Normal,
            migratable,
            epoch: record.epoch,
            partner_epoch: record.partner_epoch,
            refusals: VecDeque::new(),
            resumes: VecDeque::new(),
            still_resuming: false,
            answered: None,
            aborting: false,
            said: None,
            early: None,
        }
    }

    /// STOP.
    pub fn stop(&mut self, now: u64) {
        self.still_resuming = matches!(self.phase, Phase::Resuming | Phase::Acknowledged);
        self.phase = Phase::Stopping;
        // what came shortly before may be looked at behind it
        self.refusals.retain(|(since, _)| since + HINDSIGHT >= now);
    }

    /// The device says that it is drained.
    pub fn drained(&mut self) {
        if self.phase == Phase::Stopping {
            self.phase = Phase::Stopped;
            (self.still_resuming, self.aborting) = (false, false);
        }
    }

    /// ABORT: it goes on here as a new incarnation; at once, if the partner knows nothing of this.
    pub fn abort(&mut self) -> Meaning {
        match self.migratable {
            true => {
                self.phase = Phase::Resuming;
                self.epoch = (self.epoch + 1) & 0xff_ffff;
                self.aborting = true;
                Meaning::Nothing
            }
            false => {
                self.phase = Phase::Normal;
                Meaning::Restart
            }
        }
    }

    /// RESUME_ACK lets it work: also if STOP has been given, but may not have reached it.
    fn waits_for_answer(&self) -> bool {
        let not_reached = self.phase == Phase::Stopping && self.still_resuming;
        (self.phase == Phase::Resuming || not_reached) && self.answered != Some(self.epoch)
    }

    /// Its halves work, or may do so.
    pub fn may_work(&self) -> bool {
        !matches!(self.phase, Phase::Stopped | Phase::Resuming)
    }

    /// Its halves work for certain.
    pub fn works(&self) -> bool {
        self.phase == Phase::Normal
    }

    /// It has been seen working.
    pub fn seen_working(&mut self) {
        if self.phase == Phase::Acknowledged {
            self.phase = Phase::Normal;
        }
    }

    /// A request or RESUME has come that a stopped one refuses.
    pub fn note_request(&mut self, now: u64, psn: Psn) {
        if self.migratable {
            if self.refusals.len() == REFUSALS {
                self.refusals.pop_front();
            }
            self.refusals.push_back((now, psn));
        }
    }

    /// A packet of the protocol has come from the partner. `window` is una and max, `epsns` what the NIC may expect next.
    pub fn received(&mut self, now: u64, p: &Packet, window: (Psn, Psn), epsns: &[Psn]) -> Meaning {
        if !self.migratable {
            return Meaning::Nothing;
        }
        let Some(mig) = p.migration else {
            let ahead =
                Psn::new(p.aeth.map_or(0, |a| a.msn)).distance(Psn::new(self.partner_epoch));
            let unacknowledged = window.0 != window.1;
            return match (0..256).contains(&ahead) && unacknowledged && self.may_work() {
                true => Meaning::Pause,
                false => Meaning::Nothing,
            };
        };
        match p.opcode {
            O::Resume => {
                self.note_request(now, p.psn);
                let between = |low: Psn, x: Psn, high: Psn| !x.is_before(low) && !x.is_after(high);
                let fits = epsns.iter().any(|e| between(p.psn, *e, mig.max))
                    && between(window.0, mig.epsn, window.1);
                let fresh = newer(mig.epoch, self.partner_epoch);
                // one that is stopping may still take it
                let stopped = self.phase == Phase::Stopped;
                if stopped {
                    self.early = Some(mig.epoch);
                }
                if stopped || (fresh && !fits) || newer(self.partner_epoch, mig.epoch) {
                    return Meaning::Nothing;
                }
                if self.resumes.len() == REFUSALS {
                    self.resumes.pop_front();
                }
                self.resumes.push_back(mig.epoch);
                self.partner_epoch = mig.epoch;
                match fresh {
                    true => Meaning::Restart,
                    false => Meaning::Nothing,
                }
            }
            O::ResumeAck if mig.epoch == self.epoch && self.waits_for_answer() => {
                self.answered = Some(mig.epoch);
                if self.phase == Phase::Resuming {
                    self.phase = Phase::Acknowledged;
                }
                Meaning::Restart
            }
            _ => Meaning::Nothing,
        }
    }

    /// A packet of the protocol has left. `places` are `una`s, `max`s and ePSNs that it may say.
    pub fn sent(
        &mut self,
        p: &Packet,
        places: &[(Psn, Psn)],
        epsns: &[Psn],
    ) -> Result<Meaning, Why> {
        if !self.migratable {
            return Err(Why::new("the partner did not agree to migration"));
        }
        let Some(mig) = p.migration else {
            return self.refused(p).map(|()| Meaning::Nothing);
        };
        let said = places.contains(&(p.psn, mig.max)) && epsns.contains(&mig.epsn);
        let described = || Why(format!("una and max may be {places:?}, ePSN {epsns:?}"));
        match p.opcode {
            Opcode::Resume => {
                let resuming = matches!(self.phase, Phase::Resuming | Phase::Acknowledged);
                if !resuming && !self.still_resuming {
                    return Err(Why::new("RESUME of one that does not resume"));
                }
                if mig.epoch != self.epoch {
                    return Err(Why(format!("its incarnation is {:#x}", self.epoch)));
                }
                self.aborting = false;
                // it may have been written before RESUME_ACK was looked at, and wait for the wire while requests are executed
                let words = Some((mig.epoch, [p.psn, mig.max, mig.epsn]));
                let earlier = self.phase == Phase::Acknowledged && self.said == words;
                self.said = words;
                match said || earlier {
                    true => Ok(Meaning::Nothing),
                    false => Err(described()),
                }
            }
            Opcode::ResumeAck => {
                let early = self.early.take_if(|epoch| *epoch == mig.epoch);
                let meaning = match early {
                    Some(_) if !self.resumes.contains(&mig.epoch) => {
                        self.resumes.push_back(mig.epoch);
                        self.partner_epoch = mig.epoch;
                        Meaning::Restart
                    }
                    _ => Meaning::Nothing,
                };
                // they are taken in order, but one may be dropped
                let Some(taken) = self.resumes.iter().position(|epoch| *epoch == mig.epoch) else {
                    return Err(Why(format!(
                        "no such RESUME was received; the partner's incarnation is {:#x}",
                        self.partner_epoch
                    )));
                };
                let near = |a: Psn, b: Psn| a.distance(b).abs() <= DRIFT;
                let window = |(una, max): &(Psn, Psn)| {
                    near(*max, mig.max) && !p.psn.is_after(*una) && near(*una, p.psn)
                };
                // what has arrived may not have been looked at
                let expected = |e: &Psn| !mig.epsn.is_after(*e) && near(*e, mig.epsn);
                if !places.iter().any(window) || !epsns.iter().any(expected) {
                    return Err(described());
                }
                self.resumes.drain(..=taken);
                Ok(meaning)
            }
            _ => Err(Why::new("it is no tombstone")),
        }
    }

    fn refused(&mut self, p: &Packet) -> Result<(), Why> {
        let aeth = p.aeth.unwrap_or_default();
        if aeth.syndrome != wire::SYNDROME_NAK_STOPPED {
            return Err(Why::new("not of the migration protocol"));
        }
        let stopped = matches!(self.phase, Phase::Stopping | Phase::Stopped);
        let before = self.epoch.wrapping_sub(1) & 0xff_ffff;
        let own = stopped && aeth.msn == self.epoch;
        let earlier = self.aborting && aeth.msn == before;
        if !own && !earlier {
            return Err(Why(format!(
                "it is {:?} as incarnation {:#x}",
                self.phase, self.epoch
            )));
        }
        match self.refusals.iter().position(|(_, psn)| *psn == p.psn) {
            Some(k) => {
                self.refusals.remove(k);
                Ok(())
            }
            None => Err(Why::new("nothing with that PSN was received")),
        }
    }
}
