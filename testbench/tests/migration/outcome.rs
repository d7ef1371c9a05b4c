//! What must be true at the end of a replay: one copy of each process, every message exactly once.

use crate::kit::*;
use crate::replay::*;
use crate::trace::Message;
use fw_regs::{Counter, Psn, WcStatus};
use host_driver::Completion;

impl Replay {
    /// Lets everything through until both sides are done.
    pub fn settle(&mut self) {
        for _ in 0..60 {
            self.wires.flow(&self.lab, 10_000);
            let done = |side: usize| {
                let Process::Running(app) = &self.sides[side].processes[&self.winner(side)] else {
                    return false;
                };
                let psns = self.trace.psns_of(side, self.trace.messages[side].len());
                let end = Psn::new(PSNS[side]).plus(psns);
                app.is_normal(&self.lab) && app.completer(&self.lab).una == end
            };
            if done(0) && done(1) {
                // nothing more may come of it
                self.wires.flow(&self.lab, 40_000);
                return;
            }
        }
        for (side, state) in self.sides.iter().enumerate() {
            for (h, process) in &state.processes {
                if let Some(app) = process.app() {
                    println!("side {side} at host {h}:");
                    app.describe(&self.lab);
                }
            }
        }
        panic!("the connection is stuck");
    }

    /// One copy of each side works, and all messages are done.
    pub fn check(&self) {
        let apps: Vec<&App> = (0..2)
            .map(
                |side| match &self.sides[side].processes[&self.winner(side)] {
                    Process::Running(app) => app,
                    _ => unreachable!("the winner runs"),
                },
            )
            .collect();
        for side in 0..2 {
            self.one_copy(side);
            let (own, partner) = (apps[side], apps[1 - side]);
            let messages = &self.trace.messages[side];
            let completions = own.send_cq.poll(64).unwrap();
            assert_eq!(
                completions.len(),
                messages.len(),
                "completions: {completions:?}"
            );
            assert!(
                completions.iter().all(|c| c.status == WcStatus::Success),
                "{completions:?}"
            );
            self.check_messages(side, own, partner);
        }
        if self.orchestrator == Orchestrator::Orderly {
            self.no_false_alarm();
        }
    }

    /// Rule 3: every RESUME here is genuine, as long as there is one copy of each process, and fits into the windows of its receiver.
    fn no_false_alarm(&self) {
        for (h, host) in self.lab.hosts.iter().enumerate() {
            let failed = host.adapter.counter(Counter::ResumeWindow).unwrap();
            assert_eq!(failed, 0, "genuine RESUMEs refused at host {h}");
        }
    }

    /// At most one copy of a process works.
    fn one_copy(&self, side: usize) {
        let normal: Vec<usize> = self.sides[side]
            .processes
            .iter()
            .filter(|(_, p)| matches!(p, Process::Running(app) if app.is_normal(&self.lab)))
            .map(|(&h, _)| h)
            .collect();
        assert_eq!(
            normal.len(),
            1,
            "copies of side {side} that work: hosts {normal:?}"
        );
    }

    /// Every message has been done exactly once.
    fn check_messages(&self, side: usize, own: &App, partner: &App) {
        let messages = &self.trace.messages[side];
        let received: Vec<Completion> = partner.recv_cq.poll(64).unwrap();
        let mut sends = 0;
        let mut atomics = 0;
        for (k, message) in messages.iter().enumerate() {
            match message {
                Message::Send | Message::Multi => {
                    let length = if *message == Message::Send {
                        64
                    } else {
                        2 * MTU
                    };
                    let completion = received.get(sends).expect("a message received");
                    assert_eq!(
                        (completion.wr_id, completion.byte_len),
                        (sends as u64, length)
                    );
                    assert_eq!(completion.status, WcStatus::Success);
                    assert_eq!(
                        partner.bytes(RECEIVES + SLOT * sends, length as usize),
                        own.bytes(SLOT * k, length as usize),
                        "message {k}"
                    );
                    sends += 1;
                }
                Message::Atomic => {
                    assert_eq!(
                        own.number_at(RESULTS + 8 * k),
                        atomics,
                        "value found by {k}"
                    );
                    atomics += 1;
                }
                Message::Read => {
                    let length = (self.trace.read_psns * MTU) as usize;
                    let read = own.bytes(LANDING + SLOT * k, length);
                    assert_eq!(read, partner.bytes(SOURCE + SLOT * k, length), "READ {k}");
                }
            }
        }
        assert_eq!(received.len(), sends, "messages received: {received:?}");
        assert_eq!(partner.number_at(COUNTER), atomics, "the counter");
        let end = Psn::new(PSNS[side]).plus(self.trace.psns_of(side, messages.len()));
        assert_eq!(partner.responder(&self.lab).epsn, end);
    }
}
