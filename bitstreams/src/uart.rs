//! A serial line: one start bit, eight data bits from bit 0, one stop bit, no parity.
//!
//! # Theory of operation
//! [`UartRx`] finds a start bit in the middle of which the line is still low, then looks at the line in the middle of each bit. A byte whose stop bit is
//! missing is dropped. Both ends count clock cycles; their clocks may differ by three in a hundred.
//!
//! # Interfaces
//! * `rxd` and `txd`: the line, high when idle; `rxd` may change at any time.
//! * `out_valid`: one cycle for each byte received; nobody can hold it up.
//! * `in_*`: valid/ready, a byte to be sent.

use rust_hdl::prelude::*;

/// Receiver; `new` takes the clock cycles of a bit.
#[derive(LogicBlock)]
pub struct UartRx {
    pub clock: Signal<In, Clock>,
    pub rxd: Signal<In, Bit>,
    pub out_valid: Signal<Out, Bit>,
    pub out_data: Signal<Out, Bits<8>>,
    /// the line, inverted, so that it is idle after reset; the first may be metastable
    first: DFF<Bit>,
    low: DFF<Bit>,
    busy: DFF<Bit>,
    /// cycles until the line is looked at
    left: DFF<Bits<16>>,
    /// start bit 0, data 1 to 8, stop bit 9
    place: DFF<Bits<4>>,
    shift: DFF<Bits<8>>,
    done: DFF<Bit>,
    whole: Constant<Bits<16>>,
    half: Constant<Bits<16>>,
}

fn check(cycles: u64) {
    assert!(
        (4..1 << 16).contains(&cycles),
        "a bit takes 4 to 65535 cycles, not {cycles}"
    );
}

impl UartRx {
    /// # Panics
    /// If a bit has less than 4 cycles or more than 65535.
    pub fn new(cycles: u64) -> Self {
        check(cycles);
        Self {
            clock: Default::default(),
            rxd: Default::default(),
            out_valid: Default::default(),
            out_data: Default::default(),
            first: Default::default(),
            low: Default::default(),
            busy: Default::default(),
            left: Default::default(),
            place: Default::default(),
            shift: Default::default(),
            done: Default::default(),
            whole: Constant::new((cycles - 1).to_bits()),
            half: Constant::new((cycles / 2 - 1).to_bits()),
        }
    }
}

impl Logic for UartRx {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, first, low, busy, left, place, shift, done);
        self.first.d.next = !self.rxd.val();
        self.low.d.next = self.first.q.val();
        self.done.d.next = false;
        if !self.busy.q.val() {
            if self.low.q.val() {
                self.busy.d.next = true;
                self.left.d.next = self.half.val();
                self.place.d.next = bits::<4>(0);
            }
        } else if self.left.q.val().any() {
            self.left.d.next = self.left.q.val() - 1;
        } else {
            self.left.d.next = self.whole.val();
            self.place.d.next = self.place.q.val() + 1;
            if self.place.q.val() == 0 {
                // a glitch, no start bit
                if !self.low.q.val() {
                    self.busy.d.next = false;
                }
            } else if self.place.q.val() == 9 {
                self.busy.d.next = false;
                self.done.d.next = !self.low.q.val();
            } else {
                self.shift.d.next =
                    (self.shift.q.val() >> 1) | (bit_cast::<8, 1>((!self.low.q.val()).into()) << 7);
            }
        }
        self.out_valid.next = self.done.q.val();
        self.out_data.next = self.shift.q.val();
    }
}

/// Sender; `new` takes the clock cycles of a bit.
#[derive(LogicBlock)]
pub struct UartTx {
    pub clock: Signal<In, Clock>,
    pub in_valid: Signal<In, Bit>,
    pub in_data: Signal<In, Bits<8>>,
    pub in_ready: Signal<Out, Bit>,
    pub txd: Signal<Out, Bit>,
    /// the line, inverted
    low: DFF<Bit>,
    busy: DFF<Bit>,
    left: DFF<Bits<16>>,
    /// bits still to come, the line's next one first, inverted: behind the data there are zeros, stop and idle
    shift: DFF<Bits<8>>,
    place: DFF<Bits<4>>,
    whole: Constant<Bits<16>>,
}

impl UartTx {
    /// # Panics
    /// If a bit has less than 4 cycles or more than 65535.
    pub fn new(cycles: u64) -> Self {
        check(cycles);
        Self {
            clock: Default::default(),
            in_valid: Default::default(),
            in_data: Default::default(),
            in_ready: Default::default(),
            txd: Default::default(),
            low: Default::default(),
            busy: Default::default(),
            left: Default::default(),
            shift: Default::default(),
            place: Default::default(),
            whole: Constant::new((cycles - 1).to_bits()),
        }
    }
}

impl Logic for UartTx {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, low, busy, left, shift, place);
        self.in_ready.next = !self.busy.q.val();
        if !self.busy.q.val() {
            if self.in_valid.val() {
                self.busy.d.next = true;
                self.low.d.next = true;
                self.shift.d.next = !self.in_data.val();
                self.place.d.next = bits::<4>(0);
                self.left.d.next = self.whole.val();
            }
        } else if self.left.q.val().any() {
            self.left.d.next = self.left.q.val() - 1;
        } else {
            self.left.d.next = self.whole.val();
            self.place.d.next = self.place.q.val() + 1;
            self.low.d.next = self.shift.q.val().get_bit(0);
            self.shift.d.next = self.shift.q.val() >> 1;
            if self.place.q.val() == 9 {
                self.busy.d.next = false;
            }
        }
        self.txd.next = !self.low.q.val();
    }
}
