//! A queue from one clock to another.
//!
//! # Theory of operation
//! Each side has a Gray-coded pointer of which one bit changes at a time, and sees the other side's through two registers. A pointer that is seen late makes
//! the queue look fuller to the writer and emptier to the reader than it is, never the other way. A record is in the memory, which is read
//! without a clock, at least two cycles of the reader before its pointer is seen. Whether there is room stands in a register, so that a writer at 125 MHz can decide
//! by it; it may say no while one place is free. The queue is not reset while it works: a reset must reach both sides.
//!
//! # Interfaces
//! * `in_*` at `write_clock`, `out_*` at `read_clock`: valid/ready.
//! * [`GrayCounter`] and [`Crossing`], the two registers, serve other blocks for counters of their own.

use hdl::mem::AsyncRam;
use hdl::record::Record;
use rust_hdl::prelude::*;

/// Two registers for a Gray-coded number from another clock.
#[derive(LogicBlock, Default)]
pub struct Crossing<const N: usize> {
    pub clock: Signal<In, Clock>,
    pub x: Signal<In, Bits<N>>,
    pub y: Signal<Out, Bits<N>>,
    first: DFF<Bits<N>>,
    second: DFF<Bits<N>>,
}

impl<const N: usize> Logic for Crossing<N> {
    #[hdl_gen]
    fn update(&mut self) {
        self.first.clock.next = self.clock.val();
        self.second.clock.next = self.clock.val();
        self.first.d.next = self.x.val();
        self.second.d.next = self.first.q.val();
        self.y.next = self.second.q.val();
    }
}

/// Counts, and tells the count in Gray code, and what it will be behind one step more, all of it out of registers.
#[derive(LogicBlock, Default)]
pub struct GrayCounter<const N: usize> {
    pub clock: Signal<In, Clock>,
    pub up: Signal<In, Bit>,
    pub count: Signal<Out, Bits<N>>,
    pub gray: Signal<Out, Bits<N>>,
    pub next_gray: Signal<Out, Bits<N>>,
    number: DFF<Bits<N>>,
    code: DFF<Bits<N>>,
    /// what the code will be, with bit 0 inverted: registers begin with 0, and the code of 1 is 1
    ahead: DFF<Bits<N>>,
    next: Signal<Local, Bits<N>>,
    after: Signal<Local, Bits<N>>,
}

impl<const N: usize> Logic for GrayCounter<N> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, number, code, ahead);
        self.next.next = self.number.q.val() + 1;
        self.after.next = self.number.q.val() + 2;
        if self.up.val() {
            self.number.d.next = self.next.val();
            self.code.d.next = self.ahead.q.val() ^ 1;
            self.ahead.d.next = self.after.val() ^ (self.after.val() >> 1) ^ 1;
        }
        self.next_gray.next = self.ahead.q.val() ^ 1;
        self.count.next = self.number.q.val();
        self.gray.next = self.code.q.val();
    }
}

/// A queue of `2^A` records in distributed RAM between two clocks; `A1` must be `A + 1`.
#[derive(LogicBlock)]
pub struct AsyncFifo<T: Record, const A: usize, const A1: usize> {
    pub write_clock: Signal<In, Clock>,
    pub in_valid: Signal<In, Bit>,
    pub in_data: Signal<In, T>,
    pub in_ready: Signal<Out, Bit>,
    pub read_clock: Signal<In, Clock>,
    pub out_valid: Signal<Out, Bit>,
    pub out_data: Signal<Out, T>,
    pub out_ready: Signal<In, Bit>,
    mem: AsyncRam<T, A>,
    write: GrayCounter<A1>,
    read: GrayCounter<A1>,
    write_seen: Crossing<A1>,
    read_seen: Crossing<A1>,
    /// the pointers of a full queue differ in their two upper bits
    lap: Constant<Bits<A1>>,
    full: Signal<Local, Bits<A1>>,
    /// there was room for two records a cycle ago: a record that came since leaves room for one
    room: DFF<Bit>,
    some: Signal<Local, Bit>,
}

impl<T: Record, const A: usize, const A1: usize> Default for AsyncFifo<T, A, A1> {
    fn default() -> Self {
        assert!(
            A1 == A + 1 && A >= 2,
            "A1 must be A + 1, and A at least 2, for the Gray code"
        );
        Self {
            write_clock: Default::default(),
            in_valid: Default::default(),
            in_data: Default::default(),
            in_ready: Default::default(),
            read_clock: Default::default(),
            out_valid: Default::default(),
            out_data: Default::default(),
            out_ready: Default::default(),
            mem: Default::default(),
            write: Default::default(),
            read: Default::default(),
            write_seen: Default::default(),
            read_seen: Default::default(),
            lap: Constant::new((3u64 << (A - 1)).to_bits()),
            full: Default::default(),
            room: Default::default(),
            some: Default::default(),
        }
    }
}

impl<T: Record, const A: usize, const A1: usize> Logic for AsyncFifo<T, A, A1> {
    #[hdl_gen]
    fn update(&mut self) {
        self.mem.clock.next = self.write_clock.val();
        self.write.clock.next = self.write_clock.val();
        self.read_seen.clock.next = self.write_clock.val();
        self.read.clock.next = self.read_clock.val();
        self.write_seen.clock.next = self.read_clock.val();
        self.write_seen.x.next = self.write.gray.val();
        self.read_seen.x.next = self.read.gray.val();

        self.room.clock.next = self.write_clock.val();
        self.full.next = self.read_seen.y.val() ^ self.lap.val();
        self.room.d.next = (self.write.gray.val() != self.full.val())
            & (self.write.next_gray.val() != self.full.val());
        self.in_ready.next = self.room.q.val();
        self.write.up.next = self.in_valid.val() & self.room.q.val();
        self.mem.we.next = self.in_valid.val() & self.room.q.val();
        self.mem.wa.next = self.write.count.val().get_bits::<A>(0);
        self.mem.wd.next = self.in_data.val();

        self.some.next = self.write_seen.y.val() != self.read.gray.val();
        self.out_valid.next = self.some.val();
        self.read.up.next = self.some.val() & self.out_ready.val();
        self.mem.ra.next = self.read.count.val().get_bits::<A>(0);
        self.out_data.next = self.mem.rd.val();
    }
}
