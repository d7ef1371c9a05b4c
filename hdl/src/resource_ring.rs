//! The responder's resources: the READs and ATOMICs that a requester may ask for again. Owns the Resource contexts.
//!
//! # Theory of operation
//! Each queue pair has a ring of `2^LX` entries; the oldest is recycled. A search goes from the newest back, so that of two entries
//! with the same PSNs (the PSN has gone round) the younger one is found. Per entry: read, register, subtract and compare, judge.
//!
//! A READ is found if the entry is a READ with the same key whose PSNs hold all PSNs of the answer, and whose bytes hold all bytes asked
//! for; then it is executed again, with the address that the fresh key check has given (so the key must still be good).
//! An ATOMIC is found by PSN and key; its answer is the stored result, it is never executed again.
//!
//! # Interfaces
//! The request (`slot`, `psn`, `steps`, `rkey`, `va`, `len`, `mr_ok`, `atomic`) stands from start to end.
//! * `store` with `at` and `last_psn`: writes the request into entry `at`; one cycle.
//! * `search` with `at` = newest entry: `done` 4 to 4·2^LX cycles later with `hit` and `number`, for one cycle.
//!
//! # States
//! `Idle` → (`Read` → `Fetch` → `Compare` → `Judge`) per entry → `Idle`.

use crate::contract::Resource;
use crate::mem::{CtxRam, kind};
use crate::pipe::{CtxReq, CtxRsp};
use rust_hdl::prelude::*;

#[derive(Copy, Clone, Debug, PartialEq, LogicState)]
enum SearchState {
    Idle,
    Read,
    Fetch,
    Compare,
    Judge,
}

/// Rings of `2^LX` resources for `2^LQ` queue pairs; `LR` must be `LQ + LX`. See the module's head.
#[derive(LogicBlock)]
pub struct ResourceRing<const LQ: usize, const LX: usize, const LR: usize> {
    pub clock: Signal<In, Clock>,
    pub slot: Signal<In, Bits<LQ>>,
    pub psn: Signal<In, Bits<24>>,
    /// PSNs that the request takes
    pub steps: Signal<In, Bits<24>>,
    pub rkey: Signal<In, Bits<32>>,
    pub va: Signal<In, Bits<64>>,
    pub len: Signal<In, Bits<32>>,
    pub mr_ok: Signal<In, Bit>,
    /// the request is an ATOMIC, else a READ
    pub atomic: Signal<In, Bit>,
    pub at: Signal<In, Bits<LX>>,
    pub store: Signal<In, Bit>,
    pub last_psn: Signal<In, Bits<24>>,
    pub search: Signal<In, Bit>,
    pub done: Signal<Out, Bit>,
    pub hit: Signal<Out, Bit>,
    pub number: Signal<Out, Bits<LX>>,
    pub bus: Signal<In, CtxReq>,
    pub rsp: Signal<Out, CtxRsp>,

    resources: CtxRam<Resource, LR>,
    state: DFF<SearchState>,
    entry: DFF<Bits<LX>>,
    /// entries searched before this one
    searched: DFF<Bits<4>>,
    found: DFF<Resource>,
    /// last PSN of the answer
    last_asked: DFF<Bits<24>>,
    psn_fits: DFF<Bit>,
    key_fits: DFF<Bit>,
    /// bytes skipped at the start, and bytes that may be skipped
    delta: DFF<Bits<64>>,
    spare: DFF<Bits<33>>,
    log_resources: Constant<Bits<4>>,
    last_search: Constant<Bits<4>>,
    base: Signal<Local, Bits<LR>>,
    lower: Signal<Local, Bits<24>>,
    upper: Signal<Local, Bits<24>>,
    same: Signal<Local, Bit>,
}

impl<const LQ: usize, const LX: usize, const LR: usize> Default for ResourceRing<LQ, LX, LR> {
    fn default() -> Self {
        assert!(LR == LQ + LX, "LR must be LQ + LX");
        assert!((1..=4).contains(&LX), "ExecDesc::resource has four bits");
        Self {
            clock: Default::default(),
            slot: Default::default(),
            psn: Default::default(),
            steps: Default::default(),
            rkey: Default::default(),
            va: Default::default(),
            len: Default::default(),
            mr_ok: Default::default(),
            atomic: Default::default(),
            at: Default::default(),
            store: Default::default(),
            last_psn: Default::default(),
            search: Default::default(),
            done: Default::default(),
            hit: Default::default(),
            number: Default::default(),
            bus: Default::default(),
            rsp: Default::default(),
            resources: CtxRam::new(kind::RESOURCE),
            state: Default::default(),
            entry: Default::default(),
            searched: Default::default(),
            found: Default::default(),
            last_asked: Default::default(),
            psn_fits: Default::default(),
            key_fits: Default::default(),
            delta: Default::default(),
            spare: Default::default(),
            log_resources: Constant::new((LX as u64).to_bits()),
            last_search: Constant::new(((1u64 << LX) - 1).to_bits()),
            base: Default::default(),
            lower: Default::default(),
            upper: Default::default(),
            same: Default::default(),
        }
    }
}

impl<const LQ: usize, const LX: usize, const LR: usize> Logic for ResourceRing<LQ, LX, LR> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self, clock, state, entry, searched, found, last_asked, psn_fits, key_fits, delta,
            spare
        );
        clock!(self, clock, resources);
        self.resources.bus.next = self.bus.val();
        self.resources.clear.next = false;
        self.rsp.next = self.resources.rsp.val();
        self.base.next = bit_cast::<LR, LQ>(self.slot.val()) << self.log_resources.val();
        self.resources.re.next = false;
        self.resources.ra.next = self.base.val() | bit_cast::<LR, LX>(self.entry.q.val());
        self.resources.we.next = self.store.val();
        self.resources.wa.next = self.base.val() | bit_cast::<LR, LX>(self.at.val());
        self.resources.wd.next.first_psn = self.psn.val();
        self.resources.wd.next.kind = bits::<2>(1);
        self.resources.wd.next.valid = bits::<1>(1);
        self.resources.wd.next.rsvd0 = bits::<5>(0);
        self.resources.wd.next.last_psn = self.last_psn.val();
        self.resources.wd.next.rsvd1 = bits::<8>(0);
        self.resources.wd.next.rkey = self.rkey.val();
        self.resources.wd.next.length = self.len.val();
        self.resources.wd.next.va = self.va.val();
        if self.atomic.val() {
            self.resources.wd.next.kind = bits::<2>(2);
            self.resources.wd.next.length = bits::<32>(8);
        }

        self.lower.next = self.psn.val() - self.found.q.val().first_psn;
        self.upper.next = self.found.q.val().last_psn - self.last_asked.q.val();
        self.same.next = self.found.q.val().valid.any()
            & self.psn_fits.q.val()
            & self.key_fits.q.val()
            & (self.found.q.val().kind == bits::<2>(2));
        if !self.atomic.val() {
            self.same.next = self.found.q.val().valid.any()
                & self.psn_fits.q.val()
                & self.key_fits.q.val()
                & (self.found.q.val().kind == bits::<2>(1))
                & !self.delta.q.val().get_bits::<32>(32).any()
                & !self.spare.q.val().get_bit(32)
                & (self.delta.q.val().get_bits::<32>(0) <= self.spare.q.val().get_bits::<32>(0))
                & (self.mr_ok.val() | !self.len.val().any());
        }
        self.done.next = false;
        self.hit.next = self.same.val();
        self.number.next = self.entry.q.val();
        match self.state.q.val() {
            SearchState::Idle => {
                if self.search.val() {
                    self.entry.d.next = self.at.val();
                    self.searched.d.next = bits::<4>(0);
                    self.last_asked.d.next = self.psn.val() + (self.steps.val() - 1);
                    self.state.d.next = SearchState::Read;
                }
            }
            SearchState::Read => {
                self.resources.re.next = true;
                self.state.d.next = SearchState::Fetch;
            }
            SearchState::Fetch => {
                self.found.d.next = self.resources.rd.val();
                self.state.d.next = SearchState::Compare;
            }
            SearchState::Compare => {
                self.psn_fits.d.next =
                    !self.lower.val().get_bit(23) & !self.upper.val().get_bit(23);
                self.key_fits.d.next = self.rkey.val() == self.found.q.val().rkey;
                self.delta.d.next = self.va.val() - self.found.q.val().va;
                self.spare.d.next = bit_cast::<33, 32>(self.found.q.val().length)
                    - bit_cast::<33, 32>(self.len.val());
                self.state.d.next = SearchState::Judge;
            }
            SearchState::Judge => {
                self.searched.d.next = self.searched.q.val() + 1;
                self.entry.d.next = self.entry.q.val() - 1;
                self.state.d.next = SearchState::Read;
                if self.same.val() | (self.searched.q.val() == self.last_search.val()) {
                    self.done.next = true;
                    self.state.d.next = SearchState::Idle;
                }
            }
            _ => {
                self.state.d.next = SearchState::Idle;
            }
        }
    }
}
