//! The stage: hosts on a switch, an agent on each, and the two processes at work, wherever they are.

use super::DemoError;
use super::agent::{self, Agent};
use super::app::{App, AppError, Role, Terms};
use crate::lab::{ConnectOptions, Lab, LabError, LabOptions, join};
use host_driver::Context;
use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;

/// Hosts: the two processes' own, and as many to move to.
pub const HOSTS: usize = 4;
/// Cycles from one look of an application at its queues to the next.
const LOOK: u64 = 16;
/// Cycles after which a wait is given up: longer than any chain of timers that ends well.
pub const PATIENCE: u64 = 8_000_000;
/// Bytes of a bounce buffer beside the memory of applications: rings, images.
const ROOM: usize = 1 << 20;

/// The name of a host.
pub fn host_name(host: usize) -> String {
    let letter = b'A'.wrapping_add(host as u8);
    char::from(letter).to_string()
}

/// Where a process runs, and what runs there.
pub struct Seat {
    pub role: Role,
    pub host: usize,
    /// None while it does not run.
    pub app: Option<App>,
    /// Its right to a doorbell page; on the host where it is.
    pub context: Option<Context>,
    /// Cycles in which it saw messages complete.
    pub seen: Vec<u64>,
    failed: Option<AppError>,
}

impl Seat {
    fn run(&mut self, cycle: u64) {
        let Some(app) = &mut self.app else { return };
        if self.failed.is_some() {
            return;
        }
        match app.pump() {
            Ok(0) => {}
            Ok(_) => self.seen.push(cycle),
            Err(e) => self.failed = Some(e),
        }
    }
}

/// Everything that takes part.
pub struct Stage {
    /// before the laboratory, so that they are gone before their devices
    pub seats: [Rc<RefCell<Seat>>; 2],
    /// They work while their hosts' drivers wait for nothing, as the processes do.
    pub agents: Vec<Rc<RefCell<Agent>>>,
    pub lab: Lab,
    pub terms: Terms,
    /// Journeys begun.
    pub journeys: u32,
    /// Where images are written as they are sent, each over the one before.
    pub image: Option<PathBuf>,
}

/// How it is set up.
#[derive(Clone, Debug)]
pub struct StageOptions {
    pub lab: LabOptions,
    /// What the server streams; at least one byte.
    pub file: Vec<u8>,
    /// Queue pairs between the two processes.
    pub qps: usize,
    pub path_mtu: u32,
}

impl Stage {
    /// Server on host A, client on host B, connected and at work from the next cycle on.
    ///
    /// # Errors
    /// No model, or a device has no more of something.
    pub fn new(options: &StageOptions) -> Result<Self, DemoError> {
        let lab = Lab::new(LabOptions {
            hosts: HOSTS,
            ..options.lab
        })?;
        let terms = Terms {
            seed: options.lab.seed,
            lanes: options.qps,
            file: options.file.len(),
        };
        let room = (2 * options.file.len() + options.qps * 64 * 1024 + ROOM).next_power_of_two();
        let agents = agent::connect(&lab, room)?;
        let mut apps = Vec::new();
        for role in Role::ALL {
            let context = lab.hosts[role.index()]
                .adapter
                .context()
                .map_err(LabError::from)?;
            let app = App::new(&context, role, &terms, &options.file);
            let app = app.map_err(|source| DemoError::App { role, source })?;
            apps.push((context, app));
        }
        let connection = ConnectOptions {
            path_mtu: options.path_mtu,
            // all retries together have to outlive what is in front of a stopped partner's first answer
            timeout: 5 + options.qps.ilog2() as u8 / 4,
            ..ConnectOptions::default()
        };
        for (a, b) in apps[0].1.qps().iter().zip(apps[1].1.qps()) {
            join(a, b, &connection)?;
        }
        let remotes = [apps[0].1.remote(), apps[1].1.remote()];
        let mut seats = Vec::new();
        for (role, (context, mut app)) in Role::ALL.into_iter().zip(apps) {
            app.begin(remotes[role.partner().index()])
                .map_err(|source| DemoError::App { role, source })?;
            seats.push(Rc::new(RefCell::new(Seat {
                role,
                host: role.index(),
                app: Some(app),
                context: Some(context),
                seen: Vec::new(),
                failed: None,
            })));
        }
        let [server, client] = [seats[0].clone(), seats[1].clone()];
        let agents = agents.into_iter().map(|a| Rc::new(RefCell::new(a)));
        let stage = Self {
            seats: [server, client],
            agents: agents.collect(),
            lab,
            terms,
            journeys: 0,
            image: None,
        };
        for host in 0..HOSTS {
            stage.schedule(host);
        }
        Ok(stage)
    }

    /// Whatever process is on host `host`, and its agent, look at their queues now and then.
    fn schedule(&self, host: usize) {
        let seats = self.seats.clone();
        let work = move |cycle| {
            for seat in &seats {
                // borrowed: its agent is at work on it
                if let Ok(mut seat) = seat.try_borrow_mut()
                    && seat.host == host
                {
                    seat.run(cycle);
                }
            }
        };
        self.lab.cluster.every(host, LOOK, Box::new(work));
        let agent = self.agents[host].clone();
        let work = move |_| {
            if let Ok(mut agent) = agent.try_borrow_mut() {
                agent.tend();
            }
        };
        self.lab.cluster.every(host, LOOK, Box::new(work));
    }

    /// The present cycle.
    pub fn cycle(&self) -> u64 {
        self.lab.cluster.cycle()
    }

    /// Lets time pass.
    ///
    /// # Errors
    /// An application or a NIC failed.
    pub fn run(&self, cycles: u64) -> Result<(), DemoError> {
        self.lab.run(cycles)?;
        for seat in &self.seats {
            let mut seat = seat.borrow_mut();
            let role = seat.role;
            if let Some(source) = seat.failed.take() {
                return Err(DemoError::App { role, source });
            }
        }
        Ok(())
    }

    /// Lets time pass, with all agents at work, until `look` finds something.
    ///
    /// # Errors
    /// [`DemoError::Stuck`] after [`PATIENCE`] cycles, or whatever failed.
    pub fn until<T>(
        &mut self,
        what: impl Fn() -> String,
        mut look: impl FnMut(&mut Self) -> Result<Option<T>, DemoError>,
    ) -> Result<T, DemoError> {
        let end = self.cycle() + PATIENCE;
        loop {
            for agent in &self.agents {
                agent.borrow_mut().pump()?;
            }
            if let Some(found) = look(self)? {
                return Ok(found);
            }
            if self.cycle() >= end {
                return Err(DemoError::Stuck {
                    seed: self.terms.seed,
                    what: what(),
                    state: self.state(),
                });
            }
            self.run(LOOK)?;
        }
    }

    /// Rounds that each lane of each process has behind it.
    pub fn rounds(&self) -> Vec<u64> {
        let of = |seat: &Rc<RefCell<Seat>>| -> Vec<u64> {
            let seat = seat.borrow();
            let lanes = seat.app.iter().flat_map(|a| &a.state().lanes);
            lanes.map(|l| l.done).collect()
        };
        self.seats.iter().flat_map(of).collect()
    }

    /// Lets time pass until every lane of both processes has two more rounds behind it, unless it has been asked to stop.
    ///
    /// # Errors
    /// As [`Self::until`].
    pub fn go_on(&mut self) -> Result<(), DemoError> {
        let before = self.rounds();
        let what = || "two more rounds on every lane of both processes".to_owned();
        self.until(what, |stage| {
            let now = stage.rounds();
            let further =
                now.len() == before.len() && now.iter().zip(&before).all(|(n, b)| *n >= b + 2);
            Ok((further || !stage.is_clean()).then_some(()))
        })
    }

    /// Neither application has seen anything wrong so far.
    pub fn is_clean(&self) -> bool {
        self.seats.iter().all(|seat| {
            let seat = seat.borrow();
            seat.app.as_ref().is_none_or(|a| a.state().tally.is_clean())
        })
    }

    /// Lets the applications end what they began, and late packets find nothing to do any more.
    ///
    /// # Errors
    /// As [`Self::until`].
    pub fn finish(&mut self) -> Result<(), DemoError> {
        for seat in &self.seats {
            if let Some(app) = &mut seat.borrow_mut().app {
                app.finish();
            }
        }
        let what = || "everything posted to complete".to_owned();
        self.until(what, |stage| {
            let done = stage.seats.iter().all(|seat| {
                let seat = seat.borrow();
                seat.app.as_ref().is_none_or(|a| a.state().is_done())
            });
            Ok((done || !stage.is_clean()).then_some(()))
        })?;
        self.run(20_000)
    }

    /// Where everybody stands, for a message.
    pub fn state(&self) -> String {
        let of = |seat: &Rc<RefCell<Seat>>| -> String {
            let seat = seat.borrow();
            let host = host_name(seat.host);
            match &seat.app {
                None => format!("{:?} on host {host} does not run", seat.role),
                Some(app) => {
                    let state = app.state();
                    let lane =
                        |l: &super::app::Lane| format!("{}/{}/{}", l.posted, l.done, l.received);
                    let lanes: Vec<_> = state.lanes.iter().map(lane).collect();
                    let states: Vec<_> = app.qps().iter().map(|q| q.state().text()).collect();
                    format!(
                        "{:?} on host {host}: rounds posted/done/received {}, queue pairs {}, problems {:?}",
                        seat.role,
                        lanes.join(" "),
                        states.join(" "),
                        state.tally.problems
                    )
                }
            }
        };
        self.seats.iter().map(of).collect::<Vec<_>>().join("; ")
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // tasks hold the seats, and so the driver's objects
        self.lab.cluster.end_tasks();
    }
}
