//! Who is next: the list of slots (queue pairs, rings) that have something to do.
//!
//! # Theory of operation
//! A FIFO of slot numbers with one `queued` bit per slot, so a slot is in the FIFO at most once and a FIFO of `2^LQ` places
//! never overflows. A kick of a slot that is already queued is swallowed: its turn is still to come.
//! The bit falls in the cycle in which the slot is popped, before the popper can read any context; a kick that arrives while
//! the slot is being processed therefore queues it again, and no wake-up is lost.
//!
//! The bit is the exclusive or of two memories, one written by kicks and one by pops, so that each has one write port:
//! a kick makes them differ, a pop makes them equal again. The value the pop has to write travels through the FIFO.
//!
//! # Interfaces
//! * `kick_valid[k]`, `kick_slot[k]` → `kick_ready[k]`: `NK` sources, one kick a cycle in all, round robin.
//! * `pop_valid`, `pop_slot` → `pop_ready`: the oldest slot; visible two cycles after its kick was taken.
//!
//! # States
//! After reset both memories are cleared, one slot a cycle; kicks wait until then (`2^LQ` cycles).

use crate::fifo::Fifo;
use crate::mem::AsyncRam;
use rust_hdl::prelude::*;

/// The ready list of `2^LQ` slots with `NK` kick ports. `LQ1` must be `LQ + 1`; `1 <= NK <= 8`.
#[derive(LogicBlock)]
pub struct ReadyList<const LQ: usize, const LQ1: usize, const NK: usize> {
    pub clock: Signal<In, Clock>,
    pub kick_valid: [Signal<In, Bit>; NK],
    pub kick_slot: [Signal<In, Bits<LQ>>; NK],
    pub kick_ready: [Signal<Out, Bit>; NK],
    pub pop_valid: Signal<Out, Bit>,
    pub pop_slot: Signal<Out, Bits<LQ>>,
    pub pop_ready: Signal<In, Bit>,
    /// `{slot, parity}`: with parity in bit 0, the value that makes the two memories equal again
    fifo: Fifo<Bits<LQ1>, LQ, LQ1>,
    /// written by kicks
    kicked: AsyncRam<Bits<1>, LQ>,
    /// written by pops
    popped: AsyncRam<Bits<1>, LQ>,
    /// slots cleared since reset; the top bit says all
    cleared: DFF<Bits<LQ1>>,
    /// the kick that was taken
    taken: DFF<Bit>,
    slot: DFF<Bits<LQ>>,
    /// the port that was served last
    last: DFF<Bits<3>>,
    running: Signal<Local, Bit>,
    port: Signal<Local, Bits<3>>,
    /// a port in front of the one looked at wants service
    before: Signal<Local, Bit>,
    grant: Signal<Local, Bit>,
    winner: Signal<Local, Bits<3>>,
    winner_slot: Signal<Local, Bits<LQ>>,
    wanted: Signal<Local, Bit>,
    idle: Signal<Local, Bit>,
    parity: Signal<Local, Bits<1>>,
    head: Signal<Local, Bits<LQ1>>,
    pop: Signal<Local, Bit>,
}

impl<const LQ: usize, const LQ1: usize, const NK: usize> Default for ReadyList<LQ, LQ1, NK> {
    fn default() -> Self {
        assert!(LQ1 == LQ + 1, "LQ1 must be LQ + 1");
        assert!((1..=8).contains(&NK), "one to eight kick ports");
        Self {
            clock: Default::default(),
            kick_valid: array_init::array_init(|_| Default::default()),
            kick_slot: array_init::array_init(|_| Default::default()),
            kick_ready: array_init::array_init(|_| Default::default()),
            pop_valid: Default::default(),
            pop_slot: Default::default(),
            pop_ready: Default::default(),
            fifo: Default::default(),
            kicked: Default::default(),
            popped: Default::default(),
            cleared: Default::default(),
            taken: Default::default(),
            slot: Default::default(),
            last: Default::default(),
            running: Default::default(),
            port: Default::default(),
            before: Default::default(),
            grant: Default::default(),
            winner: Default::default(),
            winner_slot: Default::default(),
            wanted: Default::default(),
            idle: Default::default(),
            parity: Default::default(),
            head: Default::default(),
            pop: Default::default(),
        }
    }
}

impl<const LQ: usize, const LQ1: usize, const NK: usize> Logic for ReadyList<LQ, LQ1, NK> {
    #[hdl_gen]
    fn update(&mut self) {
        for _LQ in LQ..LQ {}
        dff_setup!(self, clock, cleared, taken, slot, last);
        self.fifo.clock.next = self.clock.val();
        self.kicked.clock.next = self.clock.val();
        self.popped.clock.next = self.clock.val();
        self.running.next = self.cleared.q.val().get_bit(LQ);

        // Round robin: first the ports behind the one served last, then all others. A port's ready is decided before its
        // own valid is looked at.
        self.before.next = !self.running.val();
        self.wanted.next = false;
        self.winner.next = self.last.q.val();
        self.winner_slot.next = self.slot.q.val();
        for i in 0..NK {
            self.port.next = i.to_bits();
            self.grant.next = !self.before.val();
            self.kick_ready[i].next = false;
            if self.port.val() > self.last.q.val() {
                self.kick_ready[i].next = self.grant.val();
                if self.kick_valid[i].val() & self.grant.val() {
                    self.winner.next = self.port.val();
                    self.winner_slot.next = self.kick_slot[i].val();
                    self.wanted.next = true;
                }
                self.before.next = self.before.val() | self.kick_valid[i].val();
            }
        }
        for i in 0..NK {
            self.port.next = i.to_bits();
            self.grant.next = !self.before.val();
            if self.port.val() <= self.last.q.val() {
                self.kick_ready[i].next = self.grant.val();
                if self.kick_valid[i].val() & self.grant.val() {
                    self.winner.next = self.port.val();
                    self.winner_slot.next = self.kick_slot[i].val();
                    self.wanted.next = true;
                }
                self.before.next = self.before.val() | self.kick_valid[i].val();
            }
        }
        self.last.d.next = self.winner.val();
        self.slot.d.next = self.winner_slot.val();
        self.taken.d.next = self.wanted.val();

        // the kick taken a cycle ago: queue the slot unless its bit stands
        self.kicked.ra.next = self.slot.q.val();
        self.popped.ra.next = self.slot.q.val();
        self.idle.next = self.taken.q.val() & (self.kicked.rd.val() == self.popped.rd.val());
        self.parity.next = !self.popped.rd.val();
        self.fifo.in_valid.next = self.idle.val();
        self.fifo.in_data.next =
            (bit_cast::<LQ1, LQ>(self.slot.q.val()) << 1) | bit_cast::<LQ1, 1>(self.parity.val());

        self.head.next = self.fifo.out_data.val();
        self.pop_valid.next = self.fifo.out_valid.val();
        self.pop_slot.next = self.head.val().get_bits::<LQ>(1);
        self.fifo.out_ready.next = self.pop_ready.val();
        self.pop.next = self.fifo.out_valid.val() & self.pop_ready.val();

        self.kicked.we.next = self.idle.val();
        self.kicked.wa.next = self.slot.q.val();
        self.kicked.wd.next = self.parity.val();
        self.popped.we.next = self.pop.val();
        self.popped.wa.next = self.head.val().get_bits::<LQ>(1);
        self.popped.wd.next = self.head.val().get_bits::<1>(0);
        if !self.running.val() {
            self.cleared.d.next = self.cleared.q.val() + 1;
            self.kicked.we.next = true;
            self.kicked.wa.next = self.cleared.q.val().get_bits::<LQ>(0);
            self.kicked.wd.next = 0.into();
            self.popped.we.next = true;
            self.popped.wa.next = self.cleared.q.val().get_bits::<LQ>(0);
            self.popped.wd.next = 0.into();
        }
    }
}
