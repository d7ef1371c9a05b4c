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

/// Requests that a queue pair may have handed over before they are seen.
pub const HANDED_OVER: usize = 64;

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
    /// what NAK_STOPPED may echo
    refusals: VecDeque<Refusable>,
    /// incarnations of RESUMEs that may be acknowledged, in the order in which they came
    resumes: VecDeque<(u32, Least)>,
    /// STOP has been given while it resumed, and may not have reached it
    still_resuming: bool,
    /// incarnation whose RESUME_ACK has come, in time or while it may not have known of the next STOP
    pub answered: Option<u32>,
    /// when that came
    answered_at: u64,
    /// ABORT has been given, and it has not been seen resuming: a command for many queue pairs takes its time, and until then it
    /// refuses as what it was
    aborting: bool,
    /// incarnation of its last RESUME, and what that said: PSN, highest PSN and expected PSN
    said: Option<(u32, [Psn; 3])>,
    /// a RESUME has come while it was stopped: it may be looked at only when it goes on
    early: Option<(u32, Least)>,
    /// the partner's incarnation that it has acknowledged last
    acknowledged: Option<u32>,
}

/// A packet that a stopped queue pair refuses.
#[derive(Clone, Copy, Debug)]
struct Refusable {
    /// when it came
    cycle: u64,
    psn: Psn,
    /// RESUME
    resume: bool,
}

/// How far a queue pair had certainly come when a packet came: it says no less of itself from then on.
#[derive(Clone, Copy, Debug)]
pub struct Least {
    pub epsn: Psn,
    /// `una` and `max`, if it sends
    pub sends: Option<(Psn, Psn)>,
}

/// What a received packet may have done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    Nothing,
    /// the partner has stopped: hold, and probe
    Pause,
    /// go on from `una`, as a partner that has been resumed wants it: rule 3
    Restart,
    /// go on from `una`, for this end has been resumed
    Resumed,
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
            answered_at: 0,
            aborting: false,
            said: None,
            early: None,
            acknowledged: None,
        }
    }

    /// STOP.
    pub fn stop(&mut self, now: u64) {
        self.still_resuming = matches!(self.phase, Phase::Resuming | Phase::Acknowledged);
        self.phase = Phase::Stopping;
        // what came shortly before may be looked at behind it
        self.refusals.retain(|r| r.cycle + HINDSIGHT >= now);
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
                Meaning::Resumed
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
    pub fn note_request(&mut self, cycle: u64, p: &Packet) {
        if self.migratable {
            if self.refusals.len() == REFUSALS {
                self.refusals.pop_front();
            }
            let resume = p.opcode == Opcode::Resume;
            self.refusals.push_back(Refusable {
                cycle,
                psn: p.psn,
                resume,
            });
        }
    }

    /// The only request that NAK_STOPPED with this PSN can be about came in this cycle.
    pub fn only_request(&self, psn: Psn) -> Option<u64> {
        let mut all = self.refusals.iter().filter(|r| r.psn == psn);
        match (all.next(), all.next()) {
            (Some(only), None) if !only.resume => Some(only.cycle),
            _ => None,
        }
    }

    /// A packet of the protocol has come from the partner. `window` is una and max, `epsns` what the NIC may expect next.
    pub fn received(
        &mut self,
        now: u64,
        p: &Packet,
        window: (Psn, Psn),
        (epsns, least): (&[Psn], Least),
    ) -> Meaning {
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
                self.note_request(now, p);
                let between = |low: Psn, x: Psn, high: Psn| !x.is_before(low) && !x.is_after(high);
                let fits = epsns.iter().any(|e| between(p.psn, *e, mig.max))
                    && between(window.0, mig.epsn, window.1);
                let fresh = newer(mig.epoch, self.partner_epoch);
                // an earlier one of that incarnation may have been dropped
                let open = mig.epoch == self.partner_epoch && self.acknowledged != Some(mig.epoch);
                // one that is stopping may still take it
                let stopped = self.phase == Phase::Stopped;
                if stopped {
                    self.early = Some((mig.epoch, least));
                }
                if stopped || (fresh && !fits) || newer(self.partner_epoch, mig.epoch) {
                    return Meaning::Nothing;
                }
                if self.resumes.len() == REFUSALS {
                    self.resumes.pop_front();
                }
                self.resumes.push_back((mig.epoch, least));
                self.partner_epoch = mig.epoch;
                match fresh || (open && fits) {
                    true => Meaning::Restart,
                    false => Meaning::Nothing,
                }
            }
            O::ResumeAck if mig.epoch == self.epoch && self.waits_for_answer() => {
                (self.answered, self.answered_at) = (Some(mig.epoch), now);
                if self.phase == Phase::Resuming {
                    self.phase = Phase::Acknowledged;
                }
                Meaning::Resumed
            }
            _ => Meaning::Nothing,
        }
    }

    /// A packet of the protocol has left, decided no more than `lag` cycles ago. `places` are `una`s, `max`s and ePSNs that it may say; `may_say` whether a working one may have come as far
    /// as a `una` and a `max`.
    pub fn sent(
        &mut self,
        (now, lag): (u64, u64),
        p: &Packet,
        places: &[(Psn, Psn)],
        epsns: &[Psn],
        may_say: impl FnOnce(Psn, Psn) -> bool,
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
                // it may have been written before RESUME_ACK was looked at, and wait for the wire while the queue pair works already
                let words = Some((mig.epoch, [p.psn, mig.max, mig.epsn]));
                let earlier = self.answered == Some(mig.epoch)
                    && now <= self.answered_at + lag
                    && self.said == words;
                if earlier {
                    return Ok(Meaning::Nothing);
                }
                let resuming = matches!(self.phase, Phase::Resuming | Phase::Acknowledged);
                if !resuming && !self.still_resuming {
                    return Err(Why::new("RESUME of one that does not resume"));
                }
                if mig.epoch != self.epoch {
                    return Err(Why(format!("its incarnation is {:#x}", self.epoch)));
                }
                self.aborting = false;
                self.said = words;
                match said {
                    true => Ok(Meaning::Nothing),
                    false => Err(described()),
                }
            }
            Opcode::ResumeAck => {
                let early = self.early.take_if(|(epoch, _)| *epoch == mig.epoch);
                let known = self.resumes.iter().any(|(epoch, _)| *epoch == mig.epoch);
                let meaning = match early {
                    Some(resume) if !known => {
                        self.resumes.push_back(resume);
                        self.partner_epoch = mig.epoch;
                        Meaning::Restart
                    }
                    _ => Meaning::Nothing,
                };
                // they are taken in order, but one may be dropped
                let mut resumes = self.resumes.iter().enumerate();
                let taken = resumes.find(|(_, (epoch, _))| *epoch == mig.epoch);
                let Some((taken, &(_, least))) = taken else {
                    return Err(Why(format!(
                        "no such RESUME was received; the partner's incarnation is {:#x}",
                        self.partner_epoch
                    )));
                };
                // it says what was so between RESUME's arrival and now, but may wait for the wire: meanwhile the queue pair works on
                let sends = least.sends.is_none_or(|(una, max)| {
                    !p.psn.is_before(una) && !mig.max.is_before(max) && may_say(p.psn, mig.max)
                });
                if !sends || mig.epsn.is_before(least.epsn) {
                    let Why(now) = described();
                    return Err(Why(format!("{now}, and at least {least:?}")));
                }
                self.resumes.drain(..=taken);
                self.acknowledged = Some(mig.epoch);
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
        match self.refusals.iter().position(|r| r.psn == p.psn) {
            Some(k) => {
                self.refusals.remove(k);
                Ok(())
            }
            None => Err(Why::new("nothing with that PSN was received")),
        }
    }
}
