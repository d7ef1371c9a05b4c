//! Three hosts on an ordinary network: a process that moves, its partner, and an empty place.

use crate::kit::*;
use fw_regs::WcStatus;
use host_driver::migration::Tombstones;
use testbench::lab::Lab;

/// Which end moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    A,
    B,
}

/// See the module's head. The ends are taken out while they move.
pub struct Scene {
    pub lab: Lab,
    a: Option<App>,
    b: Option<App>,
    pub tombstones: Vec<Tombstones>,
}

impl Scene {
    pub fn new() -> Self {
        Self::with(&ConnectionOptions::default())
    }

    pub fn with(options: &ConnectionOptions) -> Self {
        let lab = lab(3);
        let (a, b) = connected(&lab, 0, 1, options);
        Self::of(lab, a, b)
    }

    /// B receives from a shared queue.
    pub fn shared() -> Self {
        let lab = lab(3);
        let (a, b) = (App::new(&lab, 0), App::with(&lab, 1, 1, true));
        connect_qps((&a, 0), (&b, 0), &ConnectionOptions::default());
        Self::of(lab, a, b)
    }

    fn of(lab: Lab, a: App, b: App) -> Self {
        Self {
            lab,
            a: Some(a),
            b: Some(b),
            tombstones: Vec::new(),
        }
    }

    /// The laboratory and both processes.
    pub fn into_parts(mut self) -> (Lab, App, App) {
        let (a, b) = (self.a.take().expect("A"), self.b.take().expect("B"));
        (self.lab, a, b)
    }

    pub fn a(&self) -> &App {
        self.a.as_ref().expect("A")
    }

    pub fn b(&self) -> &App {
        self.b.as_ref().expect("B")
    }

    /// One end moves to `to`.
    pub fn move_to(&mut self, end: End, to: usize) {
        let place = match end {
            End::A => &mut self.a,
            End::B => &mut self.b,
        };
        let (app, tombstones) = place.take().expect("an end").move_to(&self.lab, to);
        *place = Some(app);
        self.tombstones.push(tombstones);
    }

    /// Stops one end and lets it go on where it is.
    pub fn abort(&mut self, end: End) {
        let place = match end {
            End::A => &mut self.a,
            End::B => &mut self.b,
        };
        let frozen = place.take().expect("an end").stop();
        *place = Some(frozen.abort());
    }

    /// Both are normal; B's and A's queues have no more completions than were taken.
    pub fn at_peace(&self) {
        for app in [self.a(), self.b()] {
            app.wait_normal(&self.lab);
        }
        self.lab.run(20_000).unwrap();
        for app in [self.a(), self.b()] {
            for cq in [&app.send_cq, &app.recv_cq] {
                let more = cq.poll(8).unwrap();
                assert_eq!(more, [], "completions that nobody asked for");
            }
            assert_ne!(app.qp().state(), host_driver::QpState::Err);
        }
    }

    /// `count` completions of A's sends, all good, in order of posting from `first` on.
    pub fn sent_in_order(&self, first: u64, count: usize) {
        let done = self.a().sent(&self.lab, count);
        for (k, completion) in done.iter().enumerate() {
            assert_eq!(completion.wr_id, first + k as u64, "{done:?}");
            assert_eq!(completion.status, WcStatus::Success);
        }
    }
}

/// Runs `scene` for each end and each of these numbers of cycles between posting and the stop.
pub fn at_every_phase(cycles: impl Iterator<Item = u64> + Clone, scene: impl Fn(End, u64)) {
    for end in [End::A, End::B] {
        for after in cycles.clone() {
            println!("{end:?} stops {after} cycles after posting");
            scene(end, after);
        }
    }
}
