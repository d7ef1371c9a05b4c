//! Event counters: one pulse port for each block, 64 numbers of 64 bits in block RAM.
//!
//! # Theory of operation
//! A pulse (`count_valid[k]` with `count[k]`, the number from [`crate::counter`]) goes into the queue of its source. One
//! event a cycle leaves the queues, lower source first, and runs through read, add and write of the table. An event whose
//! number is still in that pipe waits behind it, at most three cycles, so that no increment is lost.
//!
//! Nothing is lost as long as a source's bursts stay below eight events and all sources together raise less than one event a
//! cycle, and less than one in four cycles of the same number. Blocks spend several cycles on a packet or a doorbell, so
//! that holds by construction.
//!
//! # Interfaces
//! * `read_valid`, `read_index` held until `read_done`, which comes with `read_data`.
//! * `ready` after the table has been cleared (64 cycles from reset).

use crate::fifo::Fifo;
use crate::mem::Ram;
use rust_hdl::prelude::*;

/// The counters of `N` sources, at most 16.
#[derive(LogicBlock)]
pub struct Counters<const N: usize> {
    pub clock: Signal<In, Clock>,
    pub count_valid: [Signal<In, Bit>; N],
    pub count: [Signal<In, Bits<8>>; N],
    pub read_valid: Signal<In, Bit>,
    pub read_index: Signal<In, Bits<6>>,
    pub read_done: Signal<Out, Bit>,
    pub read_data: Signal<Out, Bits<64>>,
    pub ready: Signal<Out, Bit>,
    queue: [Fifo<Bits<6>, 3, 4>; N],
    table: Ram<Bits<64>, 6>,
    cleared: DFF<Bits<7>>,
    /// the event that left a queue last
    head_valid: DFF<Bit>,
    head: DFF<Bits<6>>,
    /// the pipe: read under way, value read, value to write
    reading: DFF<Bit>,
    reading_index: DFF<Bits<6>>,
    adding: DFF<Bit>,
    adding_index: DFF<Bits<6>>,
    value: DFF<Bits<64>>,
    writing: DFF<Bit>,
    writing_index: DFF<Bits<6>>,
    sum: DFF<Bits<64>>,
    /// read port: request seen, value in the table's register, answered
    asked: DFF<Bit>,
    answer: DFF<Bit>,
    pause: DFF<Bit>,
    running: Signal<Local, Bit>,
    met: Signal<Local, Bit>,
    start: Signal<Local, Bit>,
    ask: Signal<Local, Bit>,
    open: Signal<Local, Bit>,
}

impl<const N: usize> Default for Counters<N> {
    fn default() -> Self {
        assert!((1..=16).contains(&N), "one to sixteen sources");
        Self {
            clock: Default::default(),
            count_valid: array_init::array_init(|_| Default::default()),
            count: array_init::array_init(|_| Default::default()),
            read_valid: Default::default(),
            read_index: Default::default(),
            read_done: Default::default(),
            read_data: Default::default(),
            ready: Default::default(),
            queue: array_init::array_init(|_| Default::default()),
            table: Default::default(),
            cleared: Default::default(),
            head_valid: Default::default(),
            head: Default::default(),
            reading: Default::default(),
            reading_index: Default::default(),
            adding: Default::default(),
            adding_index: Default::default(),
            value: Default::default(),
            writing: Default::default(),
            writing_index: Default::default(),
            sum: Default::default(),
            asked: Default::default(),
            answer: Default::default(),
            pause: Default::default(),
            running: Default::default(),
            met: Default::default(),
            start: Default::default(),
            ask: Default::default(),
            open: Default::default(),
        }
    }
}

impl<const N: usize> Logic for Counters<N> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self,
            clock,
            cleared,
            head_valid,
            head,
            reading,
            reading_index,
            adding,
            adding_index
        );
        dff_setup!(
            self,
            clock,
            value,
            writing,
            writing_index,
            sum,
            asked,
            answer,
            pause
        );
        self.table.clock.next = self.clock.val();
        self.running.next = self.cleared.q.val().get_bit(6);
        self.ready.next = self.running.val();

        // the software's read goes first; it is rare
        self.ask.next = self.running.val()
            & self.read_valid.val()
            & !self.asked.q.val()
            & !self.answer.q.val()
            & !self.pause.q.val();
        self.asked.d.next = self.ask.val();
        self.answer.d.next = self.asked.q.val();
        self.pause.d.next = self.answer.q.val();
        self.read_done.next = self.answer.q.val();
        self.read_data.next = self.value.q.val();

        // read, add, write
        self.met.next = (self.reading.q.val() & (self.reading_index.q.val() == self.head.q.val()))
            | (self.adding.q.val() & (self.adding_index.q.val() == self.head.q.val()))
            | (self.writing.q.val() & (self.writing_index.q.val() == self.head.q.val()));
        self.start.next =
            self.running.val() & self.head_valid.q.val() & !self.met.val() & !self.ask.val();
        self.table.re.next = self.start.val() | self.ask.val();
        self.table.ra.next = self.head.q.val();
        if self.ask.val() {
            self.table.ra.next = self.read_index.val();
        }
        self.reading.d.next = self.start.val();
        self.reading_index.d.next = self.head.q.val();
        self.adding.d.next = self.reading.q.val();
        self.adding_index.d.next = self.reading_index.q.val();
        self.value.d.next = self.table.rd.val();
        self.writing.d.next = self.adding.q.val();
        self.writing_index.d.next = self.adding_index.q.val();
        self.sum.d.next = self.value.q.val() + 1;
        self.table.we.next = self.writing.q.val() | !self.running.val();
        self.table.wa.next = self.writing_index.q.val();
        self.table.wd.next = self.sum.q.val();
        if !self.running.val() {
            self.cleared.d.next = self.cleared.q.val() + 1;
            self.table.wa.next = self.cleared.q.val().get_bits::<6>(0);
            self.table.wd.next = bits::<64>(0);
        }

        // the next event
        self.open.next = !self.head_valid.q.val() | self.start.val();
        if self.start.val() {
            self.head_valid.d.next = false;
        }
        for i in 0..N {
            self.queue[i].clock.next = self.clock.val();
            self.queue[i].in_valid.next = self.count_valid[i].val();
            self.queue[i].in_data.next = self.count[i].val().get_bits::<6>(0);
            self.queue[i].out_ready.next = self.open.val();
            if self.open.val() & self.queue[i].out_valid.val() {
                self.head_valid.d.next = true;
                self.head.d.next = self.queue[i].out_data.val();
            }
            self.open.next = self.open.val() & !self.queue[i].out_valid.val();
        }
    }
}
