//! The event queue: 16-byte records in host memory, then an interrupt.
//!
//! # Theory of operation
//! One event at a time: check for room, write the record at `eq_base + 16 * (producer mod size)`, then raise the interrupt
//! of the event's vector. A full queue loses the event, counts it (`eq_lost`, counter `EQ_OVERFLOW`) and never blocks
//! anybody. While `eq_enable` is low, events are lost, too, and the producer index is 0, so that a driver always starts an
//! event queue from the beginning.
//!
//! # Interfaces
//! * `evN_valid`, `evN`, `evN_ready`, lower number first: completion unit, QP states, completer, WQE caches, command unit
//!   (kind 8). Ready is a grant and depends on the valids. Events of one source stay in order.
//! * `eq_base` (bytes, multiple of 4096), `eq_log_size` (records, 0 to 15), `eq_consumer` (free running index): registers.
//! * `wr_*`: one transaction a record; see `dma_arb`.
//! * `irq_*`: raised after the last beat has been handed over; held until `irq_ready`.
//!
//! # States
//! Idle → Check → Address → Write → Raise.

use crate::counter;
use crate::dma_arb::BusShape;
use crate::pipe::EventReq;
use rust_hdl::prelude::*;

#[derive(Copy, Clone, Debug, PartialEq, LogicState)]
enum Step {
    Idle,
    Check,
    Address,
    Write,
    Raise,
}

/// The event queue; `W` bus bits, `B` bus bytes, `S` log2 of bus bytes. See the module's head.
#[derive(LogicBlock)]
pub struct EqUnit<const W: usize, const B: usize, const S: usize> {
    pub clock: Signal<In, Clock>,
    pub eq_base: Signal<In, Bits<64>>,
    pub eq_log_size: Signal<In, Bits<4>>,
    pub eq_enable: Signal<In, Bit>,
    pub eq_consumer: Signal<In, Bits<16>>,
    pub eq_producer: Signal<Out, Bits<16>>,
    /// events that found the queue full or switched off, since reset, modulo 65536
    pub eq_lost: Signal<Out, Bits<16>>,
    pub ev0_valid: Signal<In, Bit>,
    pub ev0: Signal<In, EventReq>,
    pub ev0_ready: Signal<Out, Bit>,
    pub ev1_valid: Signal<In, Bit>,
    pub ev1: Signal<In, EventReq>,
    pub ev1_ready: Signal<Out, Bit>,
    pub ev2_valid: Signal<In, Bit>,
    pub ev2: Signal<In, EventReq>,
    pub ev2_ready: Signal<Out, Bit>,
    pub ev3_valid: Signal<In, Bit>,
    pub ev3: Signal<In, EventReq>,
    pub ev3_ready: Signal<Out, Bit>,
    pub ev4_valid: Signal<In, Bit>,
    pub ev4: Signal<In, EventReq>,
    pub ev4_ready: Signal<Out, Bit>,
    pub wr_valid: Signal<Out, Bit>,
    pub wr_addr: Signal<Out, Bits<64>>,
    pub wr_data: Signal<Out, Bits<W>>,
    pub wr_strb: Signal<Out, Bits<B>>,
    pub wr_last: Signal<Out, Bit>,
    pub wr_ready: Signal<In, Bit>,
    pub irq_valid: Signal<Out, Bit>,
    pub irq_vector: Signal<Out, Bits<8>>,
    pub irq_ready: Signal<In, Bit>,
    pub count_valid: Signal<Out, Bit>,
    pub count: Signal<Out, Bits<8>>,
    step: DFF<Step>,
    event: DFF<EventReq>,
    producer: DFF<Bits<16>>,
    lost: DFF<Bits<16>>,
    index: DFF<Bits<16>>,
    full: DFF<Bit>,
    phase: DFF<Bit>,
    addr: DFF<Bits<64>>,
    /// second beat of a record on a 64-bit bus
    upper: DFF<Bit>,
    mask: Signal<Local, Bits<16>>,
    posted: Signal<Local, Bits<16>>,
    low: Signal<Local, Bits<64>>,
    high: Signal<Local, Bits<64>>,
    record: Signal<Local, Bits<128>>,
    line: Signal<Local, Bits<512>>,
    strobe: Signal<Local, Bits<64>>,
    last: Signal<Local, Bit>,
    overflow: Constant<Bits<8>>,
    _shape: BusShape<W, B, S>,
}

impl<const W: usize, const B: usize, const S: usize> Default for EqUnit<W, B, S> {
    fn default() -> Self {
        Self {
            clock: Default::default(),
            eq_base: Default::default(),
            eq_log_size: Default::default(),
            eq_enable: Default::default(),
            eq_consumer: Default::default(),
            eq_producer: Default::default(),
            eq_lost: Default::default(),
            ev0_valid: Default::default(),
            ev0: Default::default(),
            ev0_ready: Default::default(),
            ev1_valid: Default::default(),
            ev1: Default::default(),
            ev1_ready: Default::default(),
            ev2_valid: Default::default(),
            ev2: Default::default(),
            ev2_ready: Default::default(),
            ev3_valid: Default::default(),
            ev3: Default::default(),
            ev3_ready: Default::default(),
            ev4_valid: Default::default(),
            ev4: Default::default(),
            ev4_ready: Default::default(),
            wr_valid: Default::default(),
            wr_addr: Default::default(),
            wr_data: Default::default(),
            wr_strb: Default::default(),
            wr_last: Default::default(),
            wr_ready: Default::default(),
            irq_valid: Default::default(),
            irq_vector: Default::default(),
            irq_ready: Default::default(),
            count_valid: Default::default(),
            count: Default::default(),
            step: Default::default(),
            event: Default::default(),
            producer: Default::default(),
            lost: Default::default(),
            index: Default::default(),
            full: Default::default(),
            phase: Default::default(),
            addr: Default::default(),
            upper: Default::default(),
            mask: Default::default(),
            posted: Default::default(),
            low: Default::default(),
            high: Default::default(),
            record: Default::default(),
            line: Default::default(),
            strobe: Default::default(),
            last: Default::default(),
            overflow: Constant::new(counter::EQ_OVERFLOW.to_bits()),
            _shape: BusShape,
        }
    }
}

impl<const W: usize, const B: usize, const S: usize> Logic for EqUnit<W, B, S> {
    #[hdl_gen]
    fn update(&mut self) {
        for _W in W..W {}
        dff_setup!(
            self, clock, step, event, producer, lost, index, full, phase, addr, upper
        );
        self.ev0_ready.next = false;
        self.ev1_ready.next = false;
        self.ev2_ready.next = false;
        self.ev3_ready.next = false;
        self.ev4_ready.next = false;
        self.wr_valid.next = false;
        self.irq_valid.next = false;
        self.count_valid.next = false;
        self.count.next = self.overflow.val();
        self.irq_vector.next = self.event.q.val().vector;
        self.eq_producer.next = self.producer.q.val();
        self.eq_lost.next = self.lost.q.val();

        self.mask.next = (bits::<16>(1) << self.eq_log_size.val()) - 1;
        self.posted.next = self.producer.q.val() - self.eq_consumer.val();

        // the record: kind, object, phase
        self.low.next = bit_cast::<64, 8>(self.event.q.val().kind)
            | (bit_cast::<64, 24>(self.event.q.val().object) << 8);
        self.high.next = bits::<64>(0).replace_bit(63, self.phase.q.val());
        self.record.next =
            bit_cast::<128, 64>(self.low.val()) | (bit_cast::<128, 64>(self.high.val()) << 64);
        self.line.next = bit_cast::<512, 128>(self.record.val())
            | (bit_cast::<512, 128>(self.record.val()) << 128)
            | (bit_cast::<512, 128>(self.record.val()) << 256)
            | (bit_cast::<512, 128>(self.record.val()) << 384);
        self.wr_data.next = bit_cast::<W, 512>(self.line.val());
        self.wr_addr.next = self.addr.q.val();
        self.strobe.next = bits::<64>(0xffff);
        self.last.next = true;
        if W == 64 {
            self.last.next = self.upper.q.val();
            self.wr_addr.next = self.addr.q.val().replace_bit(3, self.upper.q.val());
            if self.upper.q.val() {
                self.wr_data.next = bit_cast::<W, 64>(self.high.val());
            }
        }
        if W >= 256 {
            if self.addr.q.val().get_bit(4) {
                self.strobe.next = bits::<64>(0xffff_0000_u64);
            }
            self.wr_addr.next = self.addr.q.val().replace_bit(4, false);
        }
        if W >= 512 {
            if self.addr.q.val().get_bit(5) {
                self.strobe.next = self.strobe.val() << 32;
            }
            self.wr_addr.next = self.addr.q.val() & bits::<64>(0xffff_ffff_ffff_ffc0_u64);
        }
        self.wr_strb.next = bit_cast::<B, 64>(self.strobe.val());
        self.wr_last.next = self.last.val();

        match self.step.q.val() {
            Step::Idle => {
                if self.ev0_valid.val() {
                    self.ev0_ready.next = true;
                    self.event.d.next = self.ev0.val();
                    self.step.d.next = Step::Check;
                } else if self.ev1_valid.val() {
                    self.ev1_ready.next = true;
                    self.event.d.next = self.ev1.val();
                    self.step.d.next = Step::Check;
                } else if self.ev2_valid.val() {
                    self.ev2_ready.next = true;
                    self.event.d.next = self.ev2.val();
                    self.step.d.next = Step::Check;
                } else if self.ev3_valid.val() {
                    self.ev3_ready.next = true;
                    self.event.d.next = self.ev3.val();
                    self.step.d.next = Step::Check;
                } else if self.ev4_valid.val() {
                    self.ev4_ready.next = true;
                    self.event.d.next = self.ev4.val();
                    self.step.d.next = Step::Check;
                }
            }
            Step::Check => {
                self.index.d.next = self.producer.q.val() & self.mask.val();
                self.phase.d.next = !self
                    .producer
                    .q
                    .val()
                    .get_bit(self.eq_log_size.val().index());
                self.full.d.next = (self.posted.val() & !self.mask.val()).any();
                self.step.d.next = Step::Address;
            }
            Step::Address => {
                self.addr.d.next =
                    self.eq_base.val() + (bit_cast::<64, 16>(self.index.q.val()) << 4);
                self.upper.d.next = false;
                if !self.eq_enable.val() | self.full.q.val() {
                    self.count_valid.next = self.eq_enable.val();
                    self.lost.d.next = self.lost.q.val() + 1;
                    self.step.d.next = Step::Idle;
                } else {
                    self.step.d.next = Step::Write;
                }
            }
            Step::Write => {
                self.wr_valid.next = true;
                if self.wr_ready.val() {
                    self.upper.d.next = true;
                    if self.last.val() {
                        self.producer.d.next = self.producer.q.val() + 1;
                        self.step.d.next = Step::Raise;
                    }
                }
            }
            Step::Raise => {
                self.irq_valid.next = true;
                if self.irq_ready.val() {
                    self.step.d.next = Step::Idle;
                }
            }
        }
        if !self.eq_enable.val() {
            self.producer.d.next = bits::<16>(0);
        }
    }
}
