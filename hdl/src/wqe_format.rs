//! What send and receive WQEs look like: which parts are scatter entries to be checked, and what the user of a cache gets.
//!
//! One block for each of the two, with the same ports towards the rest of the cache; see [`crate::wqe_cache`] for the rules.

use crate::mem::Ram;
use crate::pipe::{RecvWqe, SendWqe};
use crate::record;
use crate::wqe_resolve::{ScatterEntry, StoredPart};
use rust_hdl::prelude::*;

record! {
    /// The half of a send WQE that needs no check.
    pub struct SendHead { control: 128, remote: 128 }
}

/// Send WQEs; holds their first halves (`2^CA`).
#[derive(LogicBlock, Default)]
pub struct SendFormat<const CA: usize> {
    pub clock: Signal<In, Clock>,
    pub db_push: Signal<In, Bit>,
    pub push_data: Signal<In, Bits<512>>,
    /// the doorbell comes with a WQE; which has nothing to be checked; for the register of the stage
    pub pushed: Signal<Out, Bit>,
    pub push_inline: Signal<Out, Bit>,
    pub push_raw: Signal<Out, Bits<512>>,
    pub raw: Signal<In, Bits<512>>,
    pub raw_half: Signal<In, Bit>,
    pub raw_error: Signal<In, Bit>,
    pub raw_done: Signal<In, Bit>,
    pub store_at: Signal<In, Bits<CA>>,
    pub part0: Signal<Out, ScatterEntry>,
    pub part1: Signal<Out, ScatterEntry>,
    pub check0: Signal<Out, Bit>,
    pub check1: Signal<Out, Bit>,
    /// there is nothing to be checked; 0 says nothing
    pub plain: Signal<Out, Bit>,
    pub access: Signal<Out, Bits<4>>,
    pub re: Signal<In, Bit>,
    pub ra: Signal<In, Bits<CA>>,
    pub rd0: Signal<In, StoredPart>,
    pub rd1: Signal<In, StoredPart>,
    pub wqe: Signal<Out, SendWqe>,
    heads: Ram<SendHead, CA>,
    opcode: Signal<Local, Bits<8>>,
    carries: Signal<Local, Bit>,
    inlined: Signal<Local, Bit>,
    atomic: Signal<Local, Bit>,
}

impl<const CA: usize> Logic for SendFormat<CA> {
    #[hdl_gen]
    fn update(&mut self) {
        self.pushed.next = self.db_push.val();
        self.push_inline.next =
            (self.push_data.val().get_bits::<8>(0) < 5) & self.push_data.val().get_bit(11);
        self.push_raw.next = self.push_data.val();

        self.opcode.next = self.raw.val().get_bits::<8>(0);
        self.carries.next = self.opcode.val() < 5;
        self.inlined.next = self.carries.val() & self.raw.val().get_bit(11);
        self.atomic.next = (self.opcode.val() == 6) | (self.opcode.val() == 7);
        self.plain.next = self.inlined.val();
        self.part0.next.address = self.raw.val().get_bits::<64>(256);
        self.part0.next.length = self.raw.val().get_bits::<32>(320);
        self.part0.next.key = self.raw.val().get_bits::<32>(352);
        if self.atomic.val() {
            self.part0.next.length = 8.into();
        }
        self.part1.next.address = self.raw.val().get_bits::<64>(384);
        self.part1.next.length = self.raw.val().get_bits::<32>(448);
        self.part1.next.key = self.raw.val().get_bits::<32>(480);
        self.access.next = 0.into();
        if self.atomic.val() | (self.opcode.val() == 5) {
            self.access.next = 1.into();
        }
        self.check0.next = !self.raw_error.val()
            & !self.inlined.val()
            & (self.atomic.val() | self.raw.val().get_bits::<32>(320).any());
        self.check1.next = !self.raw_error.val()
            & !self.inlined.val()
            & !self.atomic.val()
            & self.raw.val().get_bits::<32>(448).any();

        self.heads.clock.next = self.clock.val();
        self.heads.we.next = self.raw_done.val();
        self.heads.wa.next = self.store_at.val();
        self.heads.wd.next.control = self.raw.val().get_bits::<128>(0);
        if !self.carries.val() {
            self.heads.wd.next.control =
                self.raw.val().get_bits::<128>(0) & !(bits::<128>(1) << 11);
        }
        self.heads.wd.next.remote = self.raw.val().get_bits::<128>(128);
        self.heads.re.next = self.re.val();
        self.heads.ra.next = self.ra.val();
        self.wqe.next.control = self.heads.rd.val().control;
        self.wqe.next.remote = self.heads.rd.val().remote;
        self.wqe.next.data0 = self.rd0.val().data;
        self.wqe.next.data1 = self.rd1.val().data;
        self.wqe.next.key_error = self.rd0.val().key_error | self.rd1.val().key_error;
        self.wqe.next.read_error = self.rd0.val().read_error | self.rd1.val().read_error;
    }
}

/// Receive WQEs, out of a register of `RB` bits with one or two of them. They are never pushed.
#[derive(LogicBlock, Default)]
pub struct RecvFormat<const CA: usize, const RB: usize> {
    pub clock: Signal<In, Clock>,
    pub pushed: Signal<Out, Bit>,
    pub push_inline: Signal<Out, Bit>,
    pub push_raw: Signal<Out, Bits<RB>>,
    pub raw: Signal<In, Bits<RB>>,
    pub raw_half: Signal<In, Bit>,
    pub raw_error: Signal<In, Bit>,
    pub raw_done: Signal<In, Bit>,
    pub store_at: Signal<In, Bits<CA>>,
    pub part0: Signal<Out, ScatterEntry>,
    pub part1: Signal<Out, ScatterEntry>,
    pub check0: Signal<Out, Bit>,
    pub check1: Signal<Out, Bit>,
    pub plain: Signal<Out, Bit>,
    pub access: Signal<Out, Bits<4>>,
    pub re: Signal<In, Bit>,
    pub ra: Signal<In, Bits<CA>>,
    pub rd0: Signal<In, StoredPart>,
    pub rd1: Signal<In, StoredPart>,
    pub wqe: Signal<Out, RecvWqe>,
    both: Signal<Local, Bits<512>>,
    chosen: Signal<Local, Bits<256>>,
}

impl<const CA: usize, const RB: usize> Logic for RecvFormat<CA, RB> {
    #[hdl_gen]
    fn update(&mut self) {
        self.pushed.next = false;
        self.push_inline.next = false;
        self.push_raw.next = 0.into();
        self.plain.next = false;

        self.both.next = bit_cast::<512, RB>(self.raw.val());
        self.chosen.next = self.both.val().get_bits::<256>(0);
        if self.raw_half.val() {
            self.chosen.next = self.both.val().get_bits::<256>(256);
        }
        self.part0.next.address = self.chosen.val().get_bits::<64>(0);
        self.part0.next.length = self.chosen.val().get_bits::<32>(64);
        self.part0.next.key = self.chosen.val().get_bits::<32>(96);
        self.part1.next.address = self.chosen.val().get_bits::<64>(128);
        self.part1.next.length = self.chosen.val().get_bits::<32>(192);
        self.part1.next.key = self.chosen.val().get_bits::<32>(224);
        self.access.next = 1.into();
        self.check0.next = !self.raw_error.val() & self.chosen.val().get_bits::<32>(64).any();
        self.check1.next = !self.raw_error.val() & self.chosen.val().get_bits::<32>(192).any();

        self.wqe.next.sge0_iova = self.rd0.val().data.get_bits::<64>(0);
        self.wqe.next.sge0_len = self.rd0.val().data.get_bits::<32>(64);
        self.wqe.next.sge0_mr = self.rd0.val().data.get_bits::<12>(96);
        self.wqe.next.sge1_iova = self.rd1.val().data.get_bits::<64>(0);
        self.wqe.next.sge1_len = self.rd1.val().data.get_bits::<32>(64);
        self.wqe.next.sge1_mr = self.rd1.val().data.get_bits::<12>(96);
        self.wqe.next.key_error = self.rd0.val().key_error | self.rd1.val().key_error;
        self.wqe.next.read_error = self.rd0.val().read_error | self.rd1.val().read_error;
    }
}
