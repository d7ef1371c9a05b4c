//! One move: the agents stop a process, carry it over the network, and let it go on elsewhere.
//!
//! Several processes may be on the way at the same time; then all are stopped before the first arrives, all are restored before the first
//! is committed, and all are committed before the first resumes. Each commit is the source's alone, after the destination's word that it can go on.
//!
//! A process's memory leaves as soon as it is drained, while the device dumps, and the destination restores the image while memory still arrives.

use super::agent::Cargo;
use super::app::{App, AppError, Role};
use super::gap::{Limit, blackout_ns};
use super::ladder::Mark;
use super::parcel::{pack_image, pack_memory, unpack_image, unpack_memory};
use super::plan::{Halt, Kind};
use super::report::{MoveReport, PhaseTimes};
use super::stage::{Stage, host_name};
use super::{DemoError, agent::Word, ns, write};
use crate::lab::LabError;
use fw_regs::{Command, MigrationPhase};
use host_driver::migration::{
    Arriving, Checkpoint, Drained, Image, RestoreError, Restored, Tombstones,
};
use host_driver::{AsyncEvent, CommandFailure, Context};
use std::collections::HashSet;

/// Cables between two hosts: to the switch and from it.
const CABLES: u64 = 2;
/// Cycles between two looks at the device, in case an event was missed.
const LOOK_AGAIN: u64 = 100_000;

/// A process on its way.
struct Traveller {
    role: Role,
    from: usize,
    to: usize,
    /// Number of the journey.
    journey: u32,
    /// What it was at its source; dropped at the commit.
    frozen: Option<App>,
    context: Context,
    checkpoint: Option<Checkpoint>,
    /// of what has arrived, without its memory
    arriving: Option<(Arriving, Image)>,
    restored: Option<(Restored, Image)>,
    tombstones: Option<Tombstones>,
    /// Queue pairs that have not been heard to resume.
    resuming: HashSet<u32>,
    phases: PhaseTimes,
    /// Cycle in which its memory was posted.
    sent: Option<u64>,
    image_bytes: u64,
    memory_bytes: u64,
}

/// What became of a move.
pub struct Outcome {
    pub report: MoveReport,
    /// The first traveller's phases.
    pub marks: Vec<Mark>,
    /// Bytes of the device's records of queue pairs, and how many those are.
    pub state: (usize, usize),
}

/// Makes an error of a command one that says where it happened.
fn step(seed: u64, host: usize, step: &'static str) -> impl Fn(CommandFailure) -> DemoError {
    move |source| DemoError::Step {
        seed,
        host: host_name(host),
        step,
        source,
    }
}

impl Stage {
    fn app_error(role: Role) -> impl Fn(AppError) -> DemoError {
        move |source| DemoError::App { role, source }
    }

    /// Moves processes: those of `kind` to the hosts `to`. With `halt`, the move is given up there and rolled back.
    ///
    /// # Errors
    /// A step that failed, with seed and host.
    pub fn travel(
        &mut self,
        kind: Kind,
        to: &[usize],
        halt: Option<Halt>,
    ) -> Result<Outcome, DemoError> {
        let begin = self.cycle();
        self.lab.cluster.note_commands();
        let mut all = Vec::new();
        let mut marks = Vec::new();
        for (role, &to) in kind.roles().iter().zip(to) {
            let mut traveller = self.stop(*role, to, halt != Some(Halt::Dumped))?;
            if marks.is_empty() {
                marks = self.marks(&traveller, begin);
            }
            if halt != Some(Halt::Dumped) {
                self.send_image(&mut traveller)?;
            }
            all.push(traveller);
        }
        let state = Self::describe(&all);
        if halt != Some(Halt::Dumped) {
            for t in &mut all {
                self.hear(t.to, t.journey, &[Word::Image])?;
                if marks.iter().all(|m| m.text != "restore") {
                    marks.push(self.mark("restore"));
                }
                self.restore(t)?;
            }
            for t in &mut all {
                self.hear(t.to, t.journey, &[Word::Memory])?;
                t.phases.transfer = ns(self.cycle() - t.sent.unwrap_or(begin));
                self.arrive(t)?;
            }
        }
        if halt.is_some() {
            marks.push(self.mark("abort"));
            self.abort(&mut all)?;
        } else {
            marks.push(self.mark("commit"));
            self.commit(&mut all)?;
            marks.push(self.mark("resume"));
            self.resume(&mut all)?;
        }
        let end = self.cycle();
        marks.push(self.mark("resumed"));
        self.free(&mut all)?;
        // the observer has to see something behind the gap
        self.go_on()?;
        let report = self.judge(kind, &all, begin, end);
        Ok(Outcome {
            report,
            marks,
            state,
        })
    }

    fn mark(&self, text: &str) -> Mark {
        Mark {
            cycle: self.cycle(),
            text: text.to_owned(),
        }
    }

    /// Freezes a process and takes its checkpoint; with `travels`, its memory is on the way then. On a failure it goes on where it is.
    fn stop(&mut self, role: Role, to: usize, travels: bool) -> Result<Traveller, DemoError> {
        let seed = self.terms.seed;
        let (from, frozen, context) = {
            let mut seat = self.seats[role.index()].borrow_mut();
            (seat.host, seat.app.take(), seat.context.clone())
        };
        let (Some(frozen), Some(context)) = (frozen, context) else {
            return Err(DemoError::Stuck {
                seed,
                what: format!("{role:?}, which does not run"),
                state: self.state(),
            });
        };
        self.lab.cluster.take_commands();
        self.journeys += 1;
        let journey = self.journeys;
        let mut sent = None;
        let stopped = context.drain().map(|drained| {
            sent = travels.then(|| self.cycle());
            let on_its_way = match travels {
                true => self.send_memory(&drained, from, to, journey),
                false => Ok(()),
            };
            (on_its_way, drained.dump())
        });
        let checkpoint = match stopped {
            Ok((on_its_way, checkpoint)) => checkpoint.map(|checkpoint| (on_its_way, checkpoint)),
            Err(source) => Err(source),
        };
        let (on_its_way, mut checkpoint) = match checkpoint {
            Ok(done) => done,
            Err(source) => {
                self.seats[role.index()].borrow_mut().app = Some(frozen);
                let host = host_name(from);
                return Err(DemoError::Checkpoint { seed, host, source });
            }
        };
        on_its_way?;
        let blob = frozen.blob().map_err(Self::app_error(role))?;
        checkpoint.image_mut().set_blob(blob);
        Ok(Traveller {
            role,
            from,
            to,
            journey,
            resuming: frozen.qps().iter().map(|qp| qp.number()).collect(),
            frozen: Some(frozen),
            context,
            phases: self.checkpoint_phases(from),
            sent,
            image_bytes: checkpoint.image().encode().len() as u64,
            memory_bytes: checkpoint.image().memory_bytes(),
            checkpoint: Some(checkpoint),
            arriving: None,
            restored: None,
            tombstones: None,
        })
    }

    /// When the driver of host `host` gave which command just now.
    fn issued(&self, host: usize) -> Vec<(Command, u64)> {
        let commands = self.lab.cluster.take_commands().into_iter();
        commands
            .filter(|c| c.host == host)
            .filter_map(|c| Some((Command::from_code(c.opcode)?, c.cycle)))
            .collect()
    }

    /// STOP until DRAINED, DRAINED until DUMP, DUMP until now.
    fn checkpoint_phases(&self, host: usize) -> PhaseTimes {
        let issued = self.issued(host);
        let at = |command| issued.iter().find(|c| c.0 == command).map(|c| c.1);
        let now = self.cycle();
        let dump = at(Command::Dump).unwrap_or(now);
        let drain = at(Command::Drained).unwrap_or(dump);
        let stop = at(Command::Stop).unwrap_or(drain);
        PhaseTimes {
            stop: ns(drain - stop),
            drain: ns(dump - drain),
            dump: ns(now - dump),
            ..PhaseTimes::default()
        }
    }

    /// The first traveller's phases so far, from their lengths.
    fn marks(&self, traveller: &Traveller, begin: u64) -> Vec<Mark> {
        let p = &traveller.phases;
        let mut cycle = begin;
        let mut marks = Vec::new();
        let phases = [("stop", p.stop), ("drain", p.drain), ("dump", p.dump)];
        for (text, lasts) in phases.into_iter().chain([("transfer", 0)]) {
            let text = text.to_owned();
            marks.push(Mark { cycle, text });
            cycle += lasts / ns(1);
        }
        marks
    }

    /// Bytes of queue pairs' records in all images, and the number of queue pairs.
    fn describe(all: &[Traveller]) -> (usize, usize) {
        let checkpoints = all.iter().filter_map(|t| t.checkpoint.as_ref());
        checkpoints.fold((0, 0), |(bytes, qps), c| {
            let image = c.image();
            (bytes + image.qp_state_bytes(), qps + image.qps.len())
        })
    }

    /// The memory of a drained process goes over the wire.
    fn send_memory(
        &mut self,
        drained: &Drained,
        from: usize,
        to: usize,
        journey: u32,
    ) -> Result<(), DemoError> {
        let ranges = drained.memory();
        let memory = ranges.iter().map(|range| drained.read_memory(range));
        let memory: Vec<_> = memory.collect::<Result<_, _>>().map_err(LabError::from)?;
        let parcel = pack_memory(&memory);
        Ok(self.agents[from]
            .borrow_mut()
            .send_parcel(to, journey, Cargo::Memory, &parcel)?)
    }

    /// The image goes over the wire.
    fn send_image(&mut self, t: &mut Traveller) -> Result<(), DemoError> {
        let Some(checkpoint) = &t.checkpoint else {
            return Ok(());
        };
        let image = checkpoint.image().encode();
        if let Some(path) = &self.image {
            write(path, &image)?;
        }
        let parcel = pack_image(&image);
        Ok(self.agents[t.from]
            .borrow_mut()
            .send_parcel(t.to, t.journey, Cargo::Image, &parcel)?)
    }

    /// Waits until the agent of `host` has heard one of `words`.
    fn hear(&mut self, host: usize, journey: u32, words: &[Word]) -> Result<Word, DemoError> {
        let what = || format!("host {} to hear one of {words:?}", host_name(host));
        self.until(what, |stage| {
            Ok(stage.agents[host]
                .borrow_mut()
                .take(journey, words)
                .map(|h| h.word))
        })
    }

    /// The destination makes the process of the image that has arrived.
    fn restore(&mut self, t: &mut Traveller) -> Result<(), DemoError> {
        let begin = self.cycle();
        let parcel = self.agents[t.to].borrow().arrived(Cargo::Image)?;
        let image = Image::decode(unpack_image(&parcel)?)?;
        let arriving = self.lab.hosts[t.to].adapter.restore_ahead(&image);
        let arriving = match arriving {
            Ok(arriving) => arriving,
            Err(source) => return Err(self.refuse(t, source)?),
        };
        t.arriving = Some((arriving, image));
        t.phases.restore = ns(self.cycle() - begin);
        Ok(())
    }

    /// The memory has arrived too, and the destination says that it can go on.
    fn arrive(&mut self, t: &mut Traveller) -> Result<(), DemoError> {
        let Some((arriving, image)) = t.arriving.take() else {
            return Ok(());
        };
        let bytes = self.agents[t.to].borrow().arrived(Cargo::Memory)?;
        let memory = unpack_memory(&bytes, image.memory.iter().map(|range| range.length))?;
        let restored = match arriving.arrived(&memory) {
            Ok(restored) => restored,
            Err(source) => return Err(self.refuse(t, source)?),
        };
        self.agents[t.to]
            .borrow_mut()
            .say(t.from, Word::Restored, t.journey)?;
        t.restored = Some((restored, image));
        Ok(())
    }

    /// The destination says that it cannot go on. The error to end with.
    fn refuse(&mut self, t: &Traveller, source: RestoreError) -> Result<DemoError, DemoError> {
        self.agents[t.to]
            .borrow_mut()
            .say(t.from, Word::Refused, t.journey)?;
        Ok(DemoError::Restore {
            seed: self.terms.seed,
            host: host_name(t.to),
            source: Box::new(source),
        })
    }

    /// The sources commit, and tell the destinations. What the processes were there is gone.
    fn commit(&mut self, all: &mut [Traveller]) -> Result<(), DemoError> {
        let begin = self.cycle();
        for t in all.iter_mut() {
            self.hear(t.from, t.journey, &[Word::Restored])?;
            let Some(checkpoint) = t.checkpoint.take() else {
                continue;
            };
            let address = self.lab.hosts[t.to].ip;
            let committed = checkpoint.commit(Some(address));
            let failed = step(self.terms.seed, t.from, "commit");
            t.tombstones = Some(committed.map_err(|e| failed(e.failure))?);
            t.frozen = None;
            let mut seat = self.seats[t.role.index()].borrow_mut();
            seat.context = None;
            drop(seat);
            t.phases.commit = ns(self.cycle() - begin);
            self.agents[t.from]
                .borrow_mut()
                .say(t.to, Word::Committed, t.journey)?;
        }
        Ok(())
    }

    /// The destinations let the processes go on, and wait until their queue pairs work.
    fn resume(&mut self, all: &mut [Traveller]) -> Result<(), DemoError> {
        let begin = self.cycle();
        for t in all.iter_mut() {
            self.hear(t.to, t.journey, &[Word::Committed])?;
            let Some((restored, image)) = t.restored.take() else {
                continue;
            };
            let failed = step(self.terms.seed, t.to, "resume");
            let process = restored.resume().map_err(|e| failed(e.failure))?;
            let app = App::again(image.blob(), &process).map_err(Self::app_error(t.role))?;
            t.context = process.context.clone();
            let mut seat = self.seats[t.role.index()].borrow_mut();
            seat.host = t.to;
            seat.context = Some(process.context.clone());
            seat.app = Some(app);
        }
        self.resumed(all, |t| t.to, begin)?;
        for t in all.iter() {
            self.agents[t.to]
                .borrow_mut()
                .say(t.from, Word::Resumed, t.journey)?;
        }
        Ok(())
    }

    /// Waits until all queue pairs of all travellers are Normal again, at the hosts that `at` names.
    fn resumed(
        &mut self,
        all: &mut [Traveller],
        at: impl Fn(&Traveller) -> usize,
        begin: u64,
    ) -> Result<(), DemoError> {
        let mut look_again = begin + LOOK_AGAIN;
        let what = || "all queue pairs that moved to work again".to_owned();
        self.until(what, |stage| {
            let look = stage.cycle() >= look_again;
            if look {
                look_again += LOOK_AGAIN;
            }
            for t in all.iter_mut().filter(|t| !t.resuming.is_empty()) {
                let host = at(t);
                stage.note_resumed(host, t)?;
                if look {
                    stage.look_at(t)?;
                }
                t.phases.resume = ns(stage.cycle() - begin);
            }
            if !stage.is_clean() {
                return Err(DemoError::Wrong {
                    seed: stage.terms.seed,
                    state: stage.state(),
                });
            }
            Ok(all.iter().all(|t| t.resuming.is_empty()).then_some(()))
        })
    }

    /// Takes the events of a host's adapter.
    fn note_resumed(&self, host: usize, t: &mut Traveller) -> Result<(), DemoError> {
        let adapter = &self.lab.hosts[host].adapter;
        adapter.poll_events().map_err(LabError::from)?;
        while let Some(event) = adapter.next_event() {
            match event {
                AsyncEvent::Resumed { qpn } => {
                    t.resuming.remove(&qpn);
                }
                AsyncEvent::LeaseExpired { qpn } => {
                    return Err(DemoError::Stuck {
                        seed: self.terms.seed,
                        what: format!(
                            "host {}, queue pair {qpn:#08x}: nobody answers it",
                            host_name(host)
                        ),
                        state: self.state(),
                    });
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Asks the device, which costs register reads.
    fn look_at(&self, t: &mut Traveller) -> Result<(), DemoError> {
        let qps: Vec<_> = {
            let seat = self.seats[t.role.index()].borrow();
            seat.app.iter().flat_map(|a| a.qps().to_vec()).collect()
        };
        for qp in qps {
            if qp.migration().map_err(LabError::from)?.phase == MigrationPhase::Normal {
                t.resuming.remove(&qp.number());
            }
        }
        Ok(())
    }

    /// The destinations throw away what they have, and the sources go on.
    fn abort(&mut self, all: &mut [Traveller]) -> Result<(), DemoError> {
        let seed = self.terms.seed;
        let begin = self.cycle();
        for t in all.iter_mut() {
            if let Some((restored, _)) = t.restored.take() {
                self.hear(t.from, t.journey, &[Word::Restored])?;
                self.agents[t.from]
                    .borrow_mut()
                    .say(t.to, Word::Aborted, t.journey)?;
                self.hear(t.to, t.journey, &[Word::Aborted])?;
                let failed = step(seed, t.to, "discard");
                restored.discard().map_err(|e| failed(e.failure))?;
            }
            if let Some(checkpoint) = t.checkpoint.take() {
                let failed = step(seed, t.from, "abort");
                checkpoint.abort().map_err(|e| failed(e.failure))?;
            }
            self.seats[t.role.index()].borrow_mut().app = t.frozen.take();
        }
        self.resumed(all, |t| t.from, begin)
    }

    /// Nobody will ask the old places any more.
    fn free(&mut self, all: &mut [Traveller]) -> Result<(), DemoError> {
        for t in all.iter_mut() {
            let Some(tombstones) = t.tombstones.take() else {
                continue;
            };
            self.hear(t.from, t.journey, &[Word::Resumed])?;
            let failed = step(self.terms.seed, t.from, "free tombstones");
            tombstones.free().map_err(|e| failed(e.failure))?;
        }
        Ok(())
    }

    fn judge(&self, kind: Kind, all: &[Traveller], begin: u64, end: u64) -> MoveReport {
        let options = &self.lab.options;
        let limit = Limit {
            beat: u64::from(options.width / 8),
            cable: options.link.delay,
            memory_latency: options.dma.latency,
            cables: CABLES,
        };
        let sum = |of: fn(&Traveller) -> u64| all.iter().map(of).sum::<u64>();
        // two that move at once share nothing but the switch
        let carried = |t: &Traveller| t.sent.map_or(0, |_| t.memory_bytes);
        let limits = all.iter().map(|t| limit.ns(t.image_bytes, carried(t)));
        let seen = &self.seats[kind.observer().index()].borrow().seen;
        let route = |t: &Traveller| {
            let back = if kind == Kind::Abort { "->back" } else { "" };
            format!("{}->{}{back}", host_name(t.from), host_name(t.to))
        };
        MoveReport {
            kind,
            route: all.iter().map(route).collect(),
            qps: all.len() * self.terms.lanes,
            phase_ns: all
                .iter()
                .fold(PhaseTimes::default(), |p, t| p.max(t.phases)),
            blackout_ns: blackout_ns(seen, begin, end),
            blackout_limit_ns: limits.max().unwrap_or(0),
            image_bytes: sum(|t| t.image_bytes),
            memory_bytes: sum(|t| t.memory_bytes),
        }
    }
}
