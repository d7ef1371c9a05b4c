//! Memory regions: key to record, and the check that every access to host memory passes.
//!
//! # Theory of operation
//! A [`KeyTable`] finds the slot of a key; the record of that slot is compared again in full (key, `valid`, protection domain,
//! access bits), because a slot may be given to another region between two steps. An access is inside its region if
//! `va - mr.va` does not borrow and `mr.length - (va - mr.va) >= len`; both are 64-bit differences, so nothing wraps.
//! They are made in halves of 32 bits in three stages:
//!
//! | cycle | |
//! |---|---|
//! | 0 | a port is granted; its key is hashed |
//! | 1–3 | the entry is read, latched, compared; the record of its slot is read |
//! | 4 | the record is latched |
//! | 5 | key, domain, access; offset = va - mr.va, low half |
//! | 6 | offset, high half; room = mr.length - offset and iova = mr.iova + offset, low halves |
//! | 7 | room and iova, high halves; is the low half of room < len? |
//! | 8 | verdict |
//! | 9 | answer |
//!
//! A new check starts every four cycles; collisions in the key table add a cycle each.
//!
//! *Regions that are gone.* A check gives an IOVA, and what it was made for may take many packets: a message being received, the answer to a
//! READ. Whoever keeps an IOVA keeps the region's slot beside it and asks before each packet whether the region is still there; the answer comes
//! in the same cycle out of one bit a slot, the record's `valid` (distributed RAM). So what a deregistration or
//! invalidation has to do is what it does anyway, and what goes on in spite of it costs no look-up. A slot names one region as long as it
//! is not given to another: who gives slots out (the driver) gives none that a record still names. After reset, while the key table clears
//! itself, all records are written with zeroes, so that no slot has a region that is of before: a restored record may name a slot that
//! was never given to a region.
//!
//! # Interfaces
//! * `a`, `b`, `c`: `x_valid`, `x_req` → `x_ready` (which depends on all three valids); `x_rsp_valid` with `x_rsp` nine cycles later, in order; no back-pressure.
//!   `MrRsp.pd` is the region's domain; without `ok` the other fields mean nothing. Requests of length 0 are not made.
//! * `inv_valid`, `inv_key`, `inv_pd` held until `inv_done`; `inv_ok` if a valid region of that key and domain was invalidated.
//! * `gone_slot[k]` → `gone[k]` in the same cycle: there is no valid region in that slot.
//! * Command: as [`KeyTable`]. Insert a key after its record has been written.
//! * `bus`/`rsp`: context kind `MEMORY_REGION`; the record may only be written while its key is not in the table.

use crate::contract::MemoryRegion;
use crate::key_table::KeyTable;
use crate::mem::{AsyncRam, CtxRam, kind};
use crate::pipe::{CtxReq, CtxRsp, MrReq, MrRsp};
use rust_hdl::prelude::*;

/// `2^LM` memory regions with a key table of `2^LT` entries (`LT > LM`).
#[derive(LogicBlock)]
pub struct MrTable<const LM: usize, const LT: usize> {
    pub clock: Signal<In, Clock>,
    pub a_valid: Signal<In, Bit>,
    pub a_req: Signal<In, MrReq>,
    pub a_ready: Signal<Out, Bit>,
    pub a_rsp_valid: Signal<Out, Bit>,
    pub a_rsp: Signal<Out, MrRsp>,
    pub b_valid: Signal<In, Bit>,
    pub b_req: Signal<In, MrReq>,
    pub b_ready: Signal<Out, Bit>,
    pub b_rsp_valid: Signal<Out, Bit>,
    pub b_rsp: Signal<Out, MrRsp>,
    pub c_valid: Signal<In, Bit>,
    pub c_req: Signal<In, MrReq>,
    pub c_ready: Signal<Out, Bit>,
    pub c_rsp_valid: Signal<Out, Bit>,
    pub c_rsp: Signal<Out, MrRsp>,
    pub inv_valid: Signal<In, Bit>,
    pub inv_key: Signal<In, Bits<32>>,
    pub inv_pd: Signal<In, Bits<16>>,
    pub inv_done: Signal<Out, Bit>,
    pub inv_ok: Signal<Out, Bit>,
    /// 0: receive engines, 1: response engine, 2: requester
    pub gone_slot: [Signal<In, Bits<12>>; 3],
    pub gone: [Signal<Out, Bit>; 3],
    pub cmd_valid: Signal<In, Bit>,
    pub cmd_op: Signal<In, Bits<2>>,
    pub cmd_key: Signal<In, Bits<32>>,
    pub cmd_slot: Signal<In, Bits<12>>,
    pub cmd_done: Signal<Out, Bit>,
    pub cmd_ok: Signal<Out, Bit>,
    pub cmd_hit: Signal<Out, Bit>,
    pub cmd_slot_found: Signal<Out, Bits<12>>,
    /// cleared since reset
    pub ready: Signal<Out, Bit>,
    pub bus: Signal<In, CtxReq>,
    pub rsp: Signal<Out, CtxRsp>,
    keys: KeyTable<LT>,
    regions: CtxRam<MemoryRegion, LM>,
    /// `valid` of the records, for those who keep IOVAs
    valid: [AsyncRam<Bits<1>, LM>; 3],
    /// who was served last: 0 a, 1 b, 2 c
    last: DFF<Bits<2>>,
    /// an invalidation is on its way
    invalidating: DFF<Bit>,
    // cycles 1 to 4
    req: DFF<MrReq>,
    /// 0 a, 1 b, 2 c, 3 invalidate
    who: DFF<Bits<2>>,
    // from cycle 5
    check: DFF<MrReq>,
    who5: DFF<Bits<2>>,
    slot5: DFF<Bits<LM>>,
    region: DFF<MemoryRegion>,
    valid5: DFF<Bit>,
    hit5: DFF<Bit>,
    valid6: DFF<Bit>,
    allowed6: DFF<Bit>,
    offset_lo6: DFF<Bits<33>>,
    valid7: DFF<Bit>,
    /// with the borrow into it as bit 0
    offset_hi7: DFF<Bits<34>>,
    room_lo7: DFF<Bits<33>>,
    iova_lo7: DFF<Bits<33>>,
    valid8: DFF<Bit>,
    allowed8: DFF<Bit>,
    room_hi8: DFF<Bits<34>>,
    iova_hi8: DFF<Bits<33>>,
    short8: DFF<Bit>,
    answer: DFF<MrRsp>,
    to_a: DFF<Bit>,
    to_b: DFF<Bit>,
    to_c: DFF<Bit>,
    inv_finished: DFF<Bit>,
    invalidated: DFF<Bit>,
    inv_waits: Signal<Local, Bit>,
    grant: Signal<Local, Bits<2>>,
    wanted: Signal<Local, Bit>,
    chosen: Signal<Local, MrReq>,
    access_ok: Signal<Local, Bit>,
    pd_ok: Signal<Local, Bit>,
    written: Signal<Local, MemoryRegion>,
    slot: Signal<Local, Bits<12>>,
    /// the bus writes the word that `valid` is in
    revalued: Signal<Local, Bit>,
    /// an invalidation writes it
    revokes: Signal<Local, Bit>,
    /// `slot5` counts through all slots, twice at least
    clearing: Signal<Local, Bit>,
    kind: Constant<Bits<5>>,
}

impl<const LM: usize, const LT: usize> Default for MrTable<LM, LT> {
    fn default() -> Self {
        assert!(LT > LM, "a key table at most half full");
        assert!(
            LM <= 8,
            "response entries and outstanding requests name regions by 8 bits"
        );
        Self {
            clock: Default::default(),
            a_valid: Default::default(),
            a_req: Default::default(),
            a_ready: Default::default(),
            a_rsp_valid: Default::default(),
            a_rsp: Default::default(),
            b_valid: Default::default(),
            b_req: Default::default(),
            b_ready: Default::default(),
            b_rsp_valid: Default::default(),
            b_rsp: Default::default(),
            c_valid: Default::default(),
            c_req: Default::default(),
            c_ready: Default::default(),
            c_rsp_valid: Default::default(),
            c_rsp: Default::default(),
            inv_valid: Default::default(),
            inv_key: Default::default(),
            inv_pd: Default::default(),
            inv_done: Default::default(),
            inv_ok: Default::default(),
            gone_slot: array_init::array_init(|_| Default::default()),
            gone: array_init::array_init(|_| Default::default()),
            cmd_valid: Default::default(),
            cmd_op: Default::default(),
            cmd_key: Default::default(),
            cmd_slot: Default::default(),
            cmd_done: Default::default(),
            cmd_ok: Default::default(),
            cmd_hit: Default::default(),
            cmd_slot_found: Default::default(),
            ready: Default::default(),
            bus: Default::default(),
            rsp: Default::default(),
            keys: KeyTable::registered(),
            // `valid` is in word 1
            regions: CtxRam::new(kind::MEMORY_REGION).writes(1 << 1),
            valid: array_init::array_init(|_| AsyncRam::default()),
            kind: Constant::new(kind::MEMORY_REGION.to_bits()),
            last: Default::default(),
            invalidating: Default::default(),
            req: Default::default(),
            who: Default::default(),
            check: Default::default(),
            who5: Default::default(),
            slot5: Default::default(),
            region: Default::default(),
            valid5: Default::default(),
            hit5: Default::default(),
            valid6: Default::default(),
            allowed6: Default::default(),
            offset_lo6: Default::default(),
            valid7: Default::default(),
            offset_hi7: Default::default(),
            room_lo7: Default::default(),
            iova_lo7: Default::default(),
            valid8: Default::default(),
            allowed8: Default::default(),
            room_hi8: Default::default(),
            iova_hi8: Default::default(),
            short8: Default::default(),
            answer: Default::default(),
            to_a: Default::default(),
            to_b: Default::default(),
            to_c: Default::default(),
            inv_finished: Default::default(),
            invalidated: Default::default(),
            inv_waits: Default::default(),
            grant: Default::default(),
            wanted: Default::default(),
            chosen: Default::default(),
            access_ok: Default::default(),
            pd_ok: Default::default(),
            written: Default::default(),
            slot: Default::default(),
            revalued: Default::default(),
            revokes: Default::default(),
            clearing: Default::default(),
        }
    }
}

impl<const LM: usize, const LT: usize> Logic for MrTable<LM, LT> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self,
            clock,
            last,
            invalidating,
            req,
            who,
            check,
            who5,
            slot5,
            region,
            valid5,
            hit5,
            valid6,
            allowed6,
            offset_lo6,
            valid7,
            offset_hi7,
            room_lo7,
            iova_lo7,
            valid8,
            allowed8,
            room_hi8,
            iova_hi8,
            short8,
            answer,
            to_a,
            to_b,
            to_c,
            inv_finished,
            invalidated
        );
        self.keys.clock.next = self.clock.val();
        self.regions.clock.next = self.clock.val();
        self.regions.bus.next = self.bus.val();
        self.rsp.next = self.regions.rsp.val();
        self.keys.cmd_valid.next = self.cmd_valid.val();
        self.keys.cmd_op.next = self.cmd_op.val();
        self.keys.cmd_key.next = self.cmd_key.val();
        self.keys.cmd_slot.next = self.cmd_slot.val();
        self.cmd_done.next = self.keys.cmd_done.val();
        self.cmd_ok.next = self.keys.cmd_ok.val();
        self.cmd_hit.next = self.keys.cmd_hit.val();
        self.cmd_slot_found.next = self.keys.cmd_slot_found.val();
        self.ready.next = self.keys.ready.val();

        // cycle 0: invalidations first, then the port that has waited longest
        self.inv_waits.next = self.inv_valid.val() & !self.invalidating.q.val();
        self.grant.next = self.last.q.val();
        match self.last.q.val().index() {
            0 => {
                if self.b_valid.val() {
                    self.grant.next = 1.into();
                } else if self.c_valid.val() {
                    self.grant.next = 2.into();
                }
            }
            1 => {
                if self.c_valid.val() {
                    self.grant.next = 2.into();
                } else if self.a_valid.val() {
                    self.grant.next = 0.into();
                }
            }
            _ => {
                if self.a_valid.val() {
                    self.grant.next = 0.into();
                } else if self.b_valid.val() {
                    self.grant.next = 1.into();
                }
            }
        }
        if self.inv_waits.val() {
            self.grant.next = 3.into();
        }
        self.a_ready.next = self.keys.look_ready.val() & (self.grant.val() == 0);
        self.b_ready.next = self.keys.look_ready.val() & (self.grant.val() == 1);
        self.c_ready.next = self.keys.look_ready.val() & (self.grant.val() == 2);
        self.chosen.next = self.a_req.val();
        self.wanted.next = self.a_valid.val();
        match self.grant.val().index() {
            1 => {
                self.chosen.next = self.b_req.val();
                self.wanted.next = self.b_valid.val();
            }
            2 => {
                self.chosen.next = self.c_req.val();
                self.wanted.next = self.c_valid.val();
            }
            3 => {
                self.chosen.next.key = self.inv_key.val();
                self.chosen.next.pd = self.inv_pd.val();
                self.chosen.next.any_pd = 0.into();
                self.chosen.next.access = 0.into();
                self.wanted.next = true;
            }
            _ => {}
        }
        self.keys.look_valid.next = self.wanted.val();
        self.keys.look_key.next = self.chosen.val().key;
        if self.wanted.val() & self.keys.look_ready.val() {
            self.req.d.next = self.chosen.val();
            self.who.d.next = self.grant.val();
            if self.inv_waits.val() {
                self.invalidating.d.next = true;
            } else {
                self.last.d.next = self.grant.val();
            }
        }

        // cycle 3: read ahead with the slot under test; cycle 4: latch
        self.slot.next = self.keys.found_slot.val();
        self.regions.re.next = self.keys.testing.val();
        self.regions.ra.next = self.slot.val().get_bits::<LM>(0);
        self.valid5.d.next = self.keys.found_valid.val();
        if self.keys.found_valid.val() {
            self.region.d.next = self.regions.rd.val();
            self.check.d.next = self.req.q.val();
            self.who5.d.next = self.who.q.val();
            self.slot5.d.next = self.slot.val().get_bits::<LM>(0);
            self.hit5.d.next = self.keys.found_hit.val();
        }
        // the key table has more entries than there are slots, so it takes longer; `region` is zero since reset
        self.clearing.next = !self.keys.ready.val();
        if self.clearing.val() {
            self.slot5.d.next = self.slot5.q.val() + 1;
        }

        // cycle 5
        self.access_ok.next = ((self.check.q.val().access.get_bits::<1>(0)
            & !self.region.q.val().local_write)
            | (self.check.q.val().access.get_bits::<1>(1) & !self.region.q.val().remote_write)
            | (self.check.q.val().access.get_bits::<1>(2) & !self.region.q.val().remote_read)
            | (self.check.q.val().access.get_bits::<1>(3) & !self.region.q.val().remote_atomic))
            == 0;
        self.pd_ok.next =
            (self.check.q.val().any_pd == 1) | (self.check.q.val().pd == self.region.q.val().pd);
        self.valid6.d.next = self.valid5.q.val();
        self.allowed6.d.next = self.hit5.q.val()
            & (self.region.q.val().valid == 1)
            & (self.region.q.val().key == self.check.q.val().key)
            & self.pd_ok.val()
            & self.access_ok.val();
        self.offset_lo6.d.next = bit_cast::<33, 32>(self.check.q.val().va.get_bits::<32>(0))
            - bit_cast::<33, 32>(self.region.q.val().va.get_bits::<32>(0));

        // cycle 6; an invalidation is done here
        self.valid7.d.next = self.valid6.q.val();
        // high halves take the carry in as a bit below, so that each is one chain
        self.offset_hi7.d.next = (bit_cast::<34, 32>(self.check.q.val().va.get_bits::<32>(32))
            << 1)
            - ((bit_cast::<34, 32>(self.region.q.val().va.get_bits::<32>(32)) << 1)
                | bit_cast::<34, 1>(self.offset_lo6.q.val().get_bits::<1>(32)));
        self.room_lo7.d.next = bit_cast::<33, 32>(self.region.q.val().length.get_bits::<32>(0))
            - bit_cast::<33, 32>(self.offset_lo6.q.val().get_bits::<32>(0));
        self.iova_lo7.d.next = bit_cast::<33, 32>(self.region.q.val().iova.get_bits::<32>(0))
            + bit_cast::<33, 32>(self.offset_lo6.q.val().get_bits::<32>(0));
        self.inv_finished.d.next = self.valid6.q.val() & (self.who5.q.val() == 3);
        self.invalidated.d.next = self.allowed6.q.val();
        self.revokes.next = self.valid6.q.val() & (self.who5.q.val() == 3) & self.allowed6.q.val();
        self.regions.we.next = self.revokes.val();
        self.regions.clear.next = self.clearing.val();

        // cycle 7
        self.valid8.d.next = self.valid7.q.val();
        self.allowed8.d.next = self.allowed6.q.val() & !self.offset_hi7.q.val().get_bit(33);
        self.room_hi8.d.next = (bit_cast::<34, 32>(self.region.q.val().length.get_bits::<32>(32))
            << 1)
            - ((bit_cast::<34, 32>(self.offset_hi7.q.val().get_bits::<32>(1)) << 1)
                | bit_cast::<34, 1>(self.room_lo7.q.val().get_bits::<1>(32)));
        self.iova_hi8.d.next =
            ((bit_cast::<33, 32>(self.region.q.val().iova.get_bits::<32>(32)) << 1) | 1)
                + ((bit_cast::<33, 32>(self.offset_hi7.q.val().get_bits::<32>(1)) << 1)
                    | bit_cast::<33, 1>(self.iova_lo7.q.val().get_bits::<1>(32)));
        self.short8.d.next = self.room_lo7.q.val().get_bits::<32>(0) < self.check.q.val().len;

        // cycle 8
        self.to_a.d.next = self.valid8.q.val() & (self.who5.q.val() == 0);
        self.to_b.d.next = self.valid8.q.val() & (self.who5.q.val() == 1);
        self.to_c.d.next = self.valid8.q.val() & (self.who5.q.val() == 2);
        if self.valid8.q.val() {
            self.answer.d.next.ok = 0.into();
            if self.allowed8.q.val()
                & !self.room_hi8.q.val().get_bit(33)
                & (self.room_hi8.q.val().get_bits::<32>(1).any() | !self.short8.q.val())
            {
                self.answer.d.next.ok = 1.into();
            }
            self.answer.d.next.pd = self.region.q.val().pd;
            self.answer.d.next.slot = bit_cast::<12, LM>(self.slot5.q.val());
            self.answer.d.next.iova = bit_cast::<64, 32>(self.iova_lo7.q.val().get_bits::<32>(0))
                | (bit_cast::<64, 32>(self.iova_hi8.q.val().get_bits::<32>(1)) << 32);
        }
        self.a_rsp_valid.next = self.to_a.q.val();
        self.a_rsp.next = self.answer.q.val();
        self.b_rsp_valid.next = self.to_b.q.val();
        self.b_rsp.next = self.answer.q.val();
        self.c_rsp_valid.next = self.to_c.q.val();
        self.c_rsp.next = self.answer.q.val();

        self.written.next = self.region.q.val();
        self.written.next.valid = 0.into();
        self.regions.wd.next = self.written.val();
        self.regions.wa.next = self.slot5.q.val();
        // `valid` is bit 20 of word 1; a bus write is shown until it has been done, so the last time counts
        self.revalued.next = (self.bus.val().valid == 1)
            & (self.bus.val().write == 1)
            & (self.bus.val().kind == self.kind.val())
            & ((self.bus.val().word == 1)
                | ((self.bus.val().word == 0) & (self.bus.val().both == 1)));
        for k in 0..3 {
            self.valid[k].clock.next = self.clock.val();
            self.valid[k].ra.next = self.gone_slot[k].val().get_bits::<LM>(0);
            self.gone[k].next = self.valid[k].rd.val() == 0;
            self.valid[k].we.next = self.revalued.val() | self.revokes.val() | self.clearing.val();
            self.valid[k].wa.next = self.bus.val().index.get_bits::<LM>(0);
            self.valid[k].wd.next = self.bus.val().data.get_bits::<1>(52);
            if self.revokes.val() | self.clearing.val() {
                self.valid[k].wa.next = self.slot5.q.val();
                self.valid[k].wd.next = 0.into();
            }
        }
        self.inv_done.next = self.inv_finished.q.val();
        self.inv_ok.next = self.invalidated.q.val();
        if self.inv_finished.q.val() {
            self.invalidating.d.next = false;
        }
    }
}
