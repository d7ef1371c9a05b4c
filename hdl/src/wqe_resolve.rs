//! WQEs into the cache: checks their scatter entries and stores them with IOVAs instead of addresses and keys.
//!
//! # Theory of operation
//! The two data parts of a WQE have a memory each. A part that needs no check (inline data, operands, an unused entry) is
//! written as it is, all in the one cycle in which the WQE is `done`; a part that needs one is written when the answer of the
//! memory region table comes, with the IOVA in the place of the address. So a WQE does not wait for its answers: the next one
//! is asked about meanwhile, and what belongs to an answer (where to write it, the length) stands in a queue, in order.
//! A WQE without any check takes a place in that queue too, so that WQEs are announced in order.
//! The cycle of an answer writes nothing else.
//!
//! When the last answer of a WQE is in, it is announced: `arr_*`, everything of `arr_ring` before `arr_index` is there.
//! Announcements that wait are merged: an older one is dropped if a newer one of the same ring stands behind it.
//! A `plain` WQE that nothing is in front of is announced in the cycle in which it is stored.
//!
//! # Format of a stored part
//! 128 bits as in host memory, or {iova 64, length 32, slot of the region 12, zero 20}; bit 128: the check failed; bit 129: the host read failed.

use crate::fifo::Fifo;
use crate::mem::Ram;
use crate::pipe::{MrReq, MrRsp};
use crate::record;
use rust_hdl::prelude::*;

record! {
    /// A scatter entry as in host memory.
    pub struct ScatterEntry { address: 64, length: 32, key: 32 }
    /// A scatter entry, or other 16 bytes of a WQE, in the cache.
    pub struct StoredPart { data: 128, key_error: 1, read_error: 1 }
    /// What is to be done with the next answer: store an entry of that length, and whether its WQE is then complete.
    pub struct PendingCheck { ring: 13, index: 16, length: 32, check: 1, entry: 1, done: 1, last: 1 }
    /// WQEs of `ring` before `index` are in the cache; `last`: their read is over.
    pub struct Arrival { ring: 13, index: 16, last: 1 }
}

/// Resolver for `2^LR` rings with `2^LD` cached WQEs each; `CA = LR + LD`.
#[derive(LogicBlock, Default)]
pub struct WqeResolve<const LR: usize, const LD: usize, const CA: usize> {
    pub clock: Signal<In, Clock>,
    pub raw_valid: Signal<In, Bit>,
    pub raw_ring: Signal<In, Bits<LR>>,
    pub raw_index: Signal<In, Bits<16>>,
    pub raw_pd: Signal<In, Bits<16>>,
    pub raw_last: Signal<In, Bit>,
    pub raw_quiet: Signal<In, Bit>,
    pub raw_error: Signal<In, Bit>,
    /// the parts, and which of them are to be checked, for which access (`MrReq.access`)
    pub part0: Signal<In, ScatterEntry>,
    pub part1: Signal<In, ScatterEntry>,
    pub check0: Signal<In, Bit>,
    pub check1: Signal<In, Bit>,
    /// nothing is to be checked, known early in the cycle (0 says nothing)
    pub plain: Signal<In, Bit>,
    pub access: Signal<In, Bits<4>>,
    /// the WQE has been taken; `store_at` is its place in the cache
    pub raw_done: Signal<Out, Bit>,
    pub store_at: Signal<Out, Bits<CA>>,
    pub mr_valid: Signal<Out, Bit>,
    pub mr_req: Signal<Out, MrReq>,
    pub mr_ready: Signal<In, Bit>,
    pub mr_rsp_valid: Signal<In, Bit>,
    pub mr_rsp: Signal<In, MrRsp>,
    /// cache read port
    pub re: Signal<In, Bit>,
    pub ra: Signal<In, Bits<CA>>,
    pub rd0: Signal<Out, StoredPart>,
    pub rd1: Signal<Out, StoredPart>,
    pub arr_valid: Signal<Out, Bit>,
    pub arr_ring: Signal<Out, Bits<LR>>,
    pub arr_index: Signal<Out, Bits<16>>,
    pub arr_last: Signal<Out, Bit>,
    pub arr_ready: Signal<In, Bit>,
    parts0: Ram<StoredPart, CA>,
    parts1: Ram<StoredPart, CA>,
    pending: Fifo<PendingCheck, 3, 4>,
    arrivals: Fifo<Arrival, 4, 5>,
    /// entry 0 of two has been asked about
    second: DFF<Bit>,
    /// ring of the newest announcement
    newest: DFF<Bits<13>>,
    /// the oldest announcement, if there is one
    waiting: DFF<Bit>,
    oldest: DFF<Arrival>,
    log_depth: Signal<Local, Bits<3>>,
    entry: Signal<Local, ScatterEntry>,
    asks_second: Signal<Local, Bit>,
    both: Signal<Local, Bit>,
    any: Signal<Local, Bit>,
    blocked: Signal<Local, Bit>,
    space: Signal<Local, Bit>,
    step: Signal<Local, Bit>,
    done: Signal<Local, Bit>,
    place: Signal<Local, Bits<CA>>,
    first: Signal<Local, PendingCheck>,
    pops: Signal<Local, Bit>,
    announces: Signal<Local, Bit>,
    answered: Signal<Local, Bit>,
    answer_place: Signal<Local, Bits<CA>>,
    stored: Signal<Local, StoredPart>,
    merge: Signal<Local, Bit>,
    express: Signal<Local, Bit>,
    moves: Signal<Local, Bit>,
    direct: Signal<Local, Bit>,
    announced: Signal<Local, Arrival>,
}

impl<const LR: usize, const LD: usize, const CA: usize> Logic for WqeResolve<LR, LD, CA> {
    #[hdl_gen]
    fn update(&mut self) {
        for _LD in LD..LD {}
        dff_setup!(self, clock, second, newest, waiting, oldest);
        self.parts0.clock.next = self.clock.val();
        self.parts1.clock.next = self.clock.val();
        self.pending.clock.next = self.clock.val();
        self.arrivals.clock.next = self.clock.val();
        self.log_depth.next = LD.to_bits();

        // ask
        self.both.next = self.check0.val() & self.check1.val();
        self.any.next = self.check0.val() | self.check1.val();
        self.asks_second.next = self.second.q.val() | !self.check0.val();
        self.entry.next = self.part0.val();
        if self.asks_second.val() {
            self.entry.next = self.part1.val();
        }
        // the memories belong to the answer if there is one and this WQE would write too
        self.blocked.next = self.mr_rsp_valid.val() & !self.both.val();
        self.space.next =
            (self.pending.in_ready.val() & (self.arrivals.level.val() < 8)) | self.raw_quiet.val();
        self.mr_valid.next =
            self.raw_valid.val() & self.any.val() & self.space.val() & !self.blocked.val();
        self.mr_req.next.key = self.entry.val().key;
        self.mr_req.next.pd = self.raw_pd.val();
        self.mr_req.next.any_pd = 0.into();
        self.mr_req.next.access = self.access.val();
        self.mr_req.next.va = self.entry.val().address;
        self.mr_req.next.len = self.entry.val().length;
        self.step.next = self.raw_valid.val()
            & self.space.val()
            & !self.blocked.val()
            & (self.mr_ready.val() | !self.any.val());
        self.done.next = self.step.val() & (self.second.q.val() | !self.both.val());
        self.raw_done.next = self.done.val();
        if self.step.val() {
            self.second.d.next = !self.done.val();
        }
        // without checks pending there are no answers to wait for
        self.express.next = self.raw_valid.val()
            & self.plain.val()
            & !self.raw_quiet.val()
            & !self.mr_rsp_valid.val()
            & !self.pending.out_valid.val()
            & !self.arrivals.out_valid.val()
            & !self.waiting.q.val();
        self.pending.in_valid.next =
            self.step.val() & !self.raw_quiet.val() & !(self.express.val() & self.arr_ready.val());
        self.pending.in_data.next.ring = bit_cast::<13, LR>(self.raw_ring.val());
        self.pending.in_data.next.index = self.raw_index.val();
        self.pending.in_data.next.length = self.entry.val().length;
        self.pending.in_data.next.check = 0.into();
        if self.any.val() {
            self.pending.in_data.next.check = 1.into();
        }
        self.pending.in_data.next.entry = 0.into();
        if self.asks_second.val() {
            self.pending.in_data.next.entry = 1.into();
        }
        self.pending.in_data.next.done = 0.into();
        if self.done.val() {
            self.pending.in_data.next.done = 1.into();
        }
        self.pending.in_data.next.last = 0.into();
        if self.raw_last.val() {
            self.pending.in_data.next.last = 1.into();
        }

        // store what needs no answer
        self.place.next = (bit_cast::<CA, LR>(self.raw_ring.val()) << self.log_depth.val())
            | bit_cast::<CA, LD>(self.raw_index.val().get_bits::<LD>(0));
        self.store_at.next = self.place.val();
        self.stored.next.data = bit_cast::<128, 64>(self.part0.val().address)
            | (bit_cast::<128, 32>(self.part0.val().length) << 64)
            | (bit_cast::<128, 32>(self.part0.val().key) << 96);
        self.stored.next.key_error = 0.into();
        self.stored.next.read_error = 0.into();
        if self.raw_error.val() {
            self.stored.next.read_error = 1.into();
        }
        self.parts0.we.next = self.done.val() & !self.check0.val();
        self.parts0.wa.next = self.place.val();
        self.parts0.wd.next = self.stored.val();
        self.stored.next.data = bit_cast::<128, 64>(self.part1.val().address)
            | (bit_cast::<128, 32>(self.part1.val().length) << 64)
            | (bit_cast::<128, 32>(self.part1.val().key) << 96);
        self.parts1.we.next = self.done.val() & !self.check1.val();
        self.parts1.wa.next = self.place.val();
        self.parts1.wd.next = self.stored.val();

        // store the answer
        self.first.next = self.pending.out_data.val();
        self.answered.next = self.pending.out_valid.val() & self.mr_rsp_valid.val();
        self.answer_place.next = (bit_cast::<CA, 13>(self.first.val().ring)
            << self.log_depth.val())
            | bit_cast::<CA, LD>(self.first.val().index.get_bits::<LD>(0));
        if self.mr_rsp_valid.val() {
            self.stored.next.data = bit_cast::<128, 64>(self.mr_rsp.val().iova)
                | (bit_cast::<128, 32>(self.first.val().length) << 64)
                | (bit_cast::<128, 12>(self.mr_rsp.val().slot) << 96);
            self.stored.next.key_error = !self.mr_rsp.val().ok;
            self.stored.next.read_error = 0.into();
            self.parts0.we.next = self.answered.val() & (self.first.val().entry == 0);
            self.parts0.wa.next = self.answer_place.val();
            self.parts0.wd.next = self.stored.val();
            self.parts1.we.next = self.answered.val() & (self.first.val().entry == 1);
            self.parts1.wa.next = self.answer_place.val();
            self.parts1.wd.next = self.stored.val();
        }

        // announce
        self.pops.next = self.pending.out_valid.val()
            & (self.mr_rsp_valid.val() | (self.first.val().check == 0));
        self.pending.out_ready.next = self.pops.val();
        self.announces.next = self.pops.val() & (self.first.val().done == 1);
        // into the register in front of the queue, if both are empty
        self.direct.next =
            self.announces.val() & !self.arrivals.out_valid.val() & !self.waiting.q.val();
        self.arrivals.in_valid.next = self.announces.val() & !self.direct.val();
        self.announced.next.ring = self.first.val().ring;
        self.announced.next.index = self.first.val().index + 1;
        self.announced.next.last = self.first.val().last;
        self.arrivals.in_data.next = self.announced.val();
        if self.announces.val() {
            self.newest.d.next = self.first.val().ring;
        }
        self.merge.next = (self.arrivals.level.val() > 1)
            & (self.arrivals.out_data.val().ring == self.newest.q.val());
        // the oldest stands in a register, for the choice between operations starts from it
        self.arr_valid.next = self.waiting.q.val() | self.express.val();
        self.arr_ring.next = self.raw_ring.val();
        self.arr_index.next = self.raw_index.val() + 1;
        self.arr_last.next = self.raw_last.val();
        if self.waiting.q.val() {
            self.arr_ring.next = self.oldest.q.val().ring.get_bits::<LR>(0);
            self.arr_index.next = self.oldest.q.val().index;
            self.arr_last.next = self.oldest.q.val().last == 1;
        }
        self.moves.next = !self.waiting.q.val() | self.arr_ready.val();
        if self.moves.val() {
            self.waiting.d.next =
                (self.arrivals.out_valid.val() & !self.merge.val()) | self.direct.val();
            self.oldest.d.next = self.announced.val();
            if self.arrivals.out_valid.val() {
                self.oldest.d.next = self.arrivals.out_data.val();
            }
        }
        self.arrivals.out_ready.next = self.moves.val() | self.merge.val();

        self.parts0.re.next = self.re.val();
        self.parts0.ra.next = self.ra.val();
        self.parts1.re.next = self.re.val();
        self.parts1.ra.next = self.ra.val();
        self.rd0.next = self.parts0.rd.val();
        self.rd1.next = self.parts1.rd.val();
    }
}
