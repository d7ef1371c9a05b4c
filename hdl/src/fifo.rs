//! First-in first-out queues with valid/ready on both sides.
//!
//! # Theory of operation
//! [`Fifo`] keeps its records in distributed RAM and shows the oldest a cycle after it was written: for narrow or shallow queues.
//! [`BlockFifo`] keeps them in block RAM with a register behind it. Both take and give a record a cycle. Ready does
//! not depend on the valid of the same side.

use crate::mem::AsyncRam;
use crate::record::Record;
use rust_hdl::prelude::*;

/// A queue of `2^A` records in distributed RAM; `out_data` is valid with `out_valid` (first word falls through, one cycle
/// after it was written). `A1` must be `A + 1`.
#[derive(LogicBlock)]
pub struct Fifo<T: Record, const A: usize, const A1: usize> {
    pub clock: Signal<In, Clock>,
    pub in_valid: Signal<In, Bit>,
    pub in_data: Signal<In, T>,
    pub in_ready: Signal<Out, Bit>,
    pub out_valid: Signal<Out, Bit>,
    pub out_data: Signal<Out, T>,
    pub out_ready: Signal<In, Bit>,
    /// records in the queue
    pub level: Signal<Out, Bits<A1>>,
    mem: AsyncRam<T, A>,
    write: DFF<Bits<A1>>,
    read: DFF<Bits<A1>>,
    count: Signal<Local, Bits<A1>>,
    full: Signal<Local, Bit>,
    empty: Signal<Local, Bit>,
}

impl<T: Record, const A: usize, const A1: usize> Default for Fifo<T, A, A1> {
    fn default() -> Self {
        assert!(A1 == A + 1, "A1 must be A + 1");
        Self {
            clock: Default::default(),
            in_valid: Default::default(),
            in_data: Default::default(),
            in_ready: Default::default(),
            out_valid: Default::default(),
            out_data: Default::default(),
            out_ready: Default::default(),
            level: Default::default(),
            mem: Default::default(),
            write: Default::default(),
            read: Default::default(),
            count: Default::default(),
            full: Default::default(),
            empty: Default::default(),
        }
    }
}

impl<T: Record, const A: usize, const A1: usize> Logic for Fifo<T, A, A1> {
    #[hdl_gen]
    fn update(&mut self) {
        for _A in A..A {}
        dff_setup!(self, clock, write, read);
        self.mem.clock.next = self.clock.val();
        self.count.next = self.write.q.val() - self.read.q.val();
        self.full.next = self.count.val().get_bit(A);
        self.empty.next = self.write.q.val() == self.read.q.val();
        self.in_ready.next = !self.full.val();
        self.out_valid.next = !self.empty.val();
        self.level.next = self.count.val();
        self.mem.wa.next = self.write.q.val().get_bits::<A>(0);
        self.mem.wd.next = self.in_data.val();
        self.mem.we.next = self.in_valid.val() & !self.full.val();
        self.mem.ra.next = self.read.q.val().get_bits::<A>(0);
        self.out_data.next = self.mem.rd.val();
        if self.in_valid.val() & !self.full.val() {
            self.write.d.next = self.write.q.val() + 1;
        }
        if self.out_ready.val() & !self.empty.val() {
            self.read.d.next = self.read.q.val() + 1;
        }
    }
}

/// A queue of `2^A` records in block RAM with a registered output, for wide and deep queues: a record that nothing is in
/// front of is visible in the next cycle, others pass the memory, three cycles at least; full throughput. `A1` must be `A + 1`.
#[derive(LogicBlock)]
pub struct BlockFifo<T: Record, const A: usize, const A1: usize> {
    pub clock: Signal<In, Clock>,
    pub in_valid: Signal<In, Bit>,
    pub in_data: Signal<In, T>,
    pub in_ready: Signal<Out, Bit>,
    pub out_valid: Signal<Out, Bit>,
    pub out_data: Signal<Out, T>,
    pub out_ready: Signal<In, Bit>,
    /// records may pass the memory
    may_pass: Constant<Bit>,
    mem: crate::mem::Ram<T, A>,
    write: DFF<Bits<A1>>,
    read: DFF<Bits<A1>>,
    /// the memory's read register holds a record
    fetched: DFF<Bit>,
    /// the output register holds a record
    held: DFF<Bit>,
    head: DFF<T>,
    count: Signal<Local, Bits<A1>>,
    full: Signal<Local, Bit>,
    empty: Signal<Local, Bit>,
    /// nothing is in front of the record that comes in: straight into the output register
    direct: Signal<Local, Bit>,
    take: Signal<Local, Bit>,
    fetch: Signal<Local, Bit>,
}

impl<T: Record, const A: usize, const A1: usize> Default for BlockFifo<T, A, A1> {
    fn default() -> Self {
        assert!(A1 == A + 1, "A1 must be A + 1");
        Self {
            clock: Default::default(),
            in_valid: Default::default(),
            in_data: Default::default(),
            in_ready: Default::default(),
            out_valid: Default::default(),
            out_data: Default::default(),
            out_ready: Default::default(),
            may_pass: Constant::new(true),
            mem: Default::default(),
            write: Default::default(),
            read: Default::default(),
            fetched: Default::default(),
            held: Default::default(),
            head: Default::default(),
            count: Default::default(),
            full: Default::default(),
            empty: Default::default(),
            direct: Default::default(),
            take: Default::default(),
            fetch: Default::default(),
        }
    }
}

impl<T: Record, const A: usize, const A1: usize> BlockFifo<T, A, A1> {
    /// A queue all of whose records take three cycles: saves a multiplexer of the record's width.
    pub fn stored() -> Self {
        Self {
            may_pass: Constant::new(false),
            ..Self::default()
        }
    }
}

impl<T: Record, const A: usize, const A1: usize> Logic for BlockFifo<T, A, A1> {
    #[hdl_gen]
    fn update(&mut self) {
        for _A in A..A {}
        dff_setup!(self, clock, write, read, fetched, held, head);
        self.mem.clock.next = self.clock.val();
        self.count.next = self.write.q.val() - self.read.q.val();
        self.full.next = self.count.val().get_bit(A);
        self.empty.next = self.write.q.val() == self.read.q.val();
        self.in_ready.next = !self.full.val();
        self.mem.wa.next = self.write.q.val().get_bits::<A>(0);
        self.mem.wd.next = self.in_data.val();
        self.direct.next = self.may_pass.val()
            & self.empty.val()
            & !self.fetched.q.val()
            & (!self.held.q.val() | self.out_ready.val());
        self.mem.we.next = self.in_valid.val() & !self.full.val() & !self.direct.val();
        if self.in_valid.val() & !self.full.val() & !self.direct.val() {
            self.write.d.next = self.write.q.val() + 1;
        }
        // output register <- read register <- memory
        self.take.next = self.fetched.q.val() & (!self.held.q.val() | self.out_ready.val());
        self.fetch.next = !self.empty.val() & (!self.fetched.q.val() | self.take.val());
        self.mem.ra.next = self.read.q.val().get_bits::<A>(0);
        self.mem.re.next = self.fetch.val();
        if self.fetch.val() {
            self.read.d.next = self.read.q.val() + 1;
        }
        self.fetched.d.next = self.fetch.val() | (self.fetched.q.val() & !self.take.val());
        self.held.d.next = self.take.val()
            | (self.direct.val() & self.in_valid.val())
            | (self.held.q.val() & !self.out_ready.val());
        if self.direct.val() {
            self.head.d.next = self.in_data.val();
        }
        if self.take.val() {
            self.head.d.next = self.mem.rd.val();
        }
        self.out_valid.next = self.held.q.val();
        self.out_data.next = self.head.q.val();
    }
}
