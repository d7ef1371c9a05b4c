//! The record stream: whole context records between the context bus and the page, a pair of words a cycle.
//!
//! # Theory of operation
//! A list says which kinds of records an object has and how long they are ([`Entry`]); in a page each stands behind a head, a pair of
//! words too: kind and length, index. One pipeline does three things with a list:
//!
//! | `what` | stage 1 | 2 | 3 | 4 |
//! |---|---|---|---|---|
//! | dump | ask for a pair, or make a head | | append it to the page | |
//! | check | read a head | compare | | |
//! | apply | read a pair | take it | write it | acknowledged |
//!
//! A load is a check and, if the page is as it should be, the apply behind it.
//!
//! A list may be repeated for the indices up to `last`, which is how entries of rings travel: a run of one kind. A check takes fewer, too, and says with `reached`
//! which index came last.
//!
//! The context bus takes a request each cycle, but a memory whose engine uses its port in that cycle does not answer. Then everything behind
//! the pair that was missed is forgotten, and the stream goes on from there: pairs reach page and memories in order, and writing one twice changes nothing.
//! A list that is dumped says whether rings of the queue pair have entries (`live`): indices that differ, resources in use. The last entry of its
//! list is not part of the page, but the slot's eight resources: a dump looks at the last one, applying frees all.
//!
//! **Lanes** ([`crate::migration::lanes`]). A stream with `LN` = 1 moves its part of a queue pair's page, as others move theirs: it leaves out the places
//! of the others (`skips`), says where its pairs belong, and what rings hold is known only by what two of them have seen (`head_seen`, `tail_seen`).
//!
//! # Interfaces
//! * `go` for one cycle with `what`, `entry`, `index` and `last`; `busy` from the next cycle on. Then `failed`: a memory has not answered for 1024 cycles,
//!   or the page does not hold the list, the whole list and nothing else, with this index. What has failed a check has written nothing.
//! * `req` keeps the bus by `stream` while `busy`. Nothing else may use page or bus meanwhile.
//! * `put_valid`, `put`: the next pair of the page. `place` → `page` a cycle later: a pair of the page.

use crate::mem::kind;
use crate::pipe::{CtxReq, CtxRsp};
use crate::record;
use crate::rom::Rom;
use rust_hdl::prelude::*;

/// What `what` says.
pub mod what {
    pub const DUMP: u64 = 0;
    pub const CHECK: u64 = 1;
    pub const APPLY: u64 = 2;
    /// a check, then, if that is good, an apply
    pub const LOAD: u64 = 3;
}

/// A record of a list.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// context kind
    pub kind: u64,
    /// pairs of words
    pub pairs: u64,
    /// the last record of its list
    pub last: bool,
    /// the last look of its list; behind `last`, if there is one
    pub end: bool,
    /// not part of the page: the slot's eight resources, one "pair" each, of which a dump looks at the last
    pub probe: bool,
    /// pairs of the page that other lanes move, between this record and the lane's next one, or the page's end
    pub skip: u64,
}

impl Entry {
    fn bits(self) -> u64 {
        let flag = |bit: bool, at: u32| u64::from(bit) << at;
        self.kind | self.pairs << 5 | flag(self.last, 9) | flag(self.end, 10) | flag(self.probe, 11)
    }
}

record! {
    /// A pair on its way: where it is in list, record and page.
    pub struct StreamStep {
        valid: 1, head: 1,
        /// the page may end here, or must
        may_end: 1, end: 1,
        probe: 1, entry: 5, pair: 4, place: 6, kind: 5, pairs: 4, index: 16
    }
}

/// See the module's head.
#[derive(LogicBlock)]
pub struct RecordStream<const LN: usize> {
    pub clock: Signal<In, Clock>,
    pub go: Signal<In, Bit>,
    pub what: Signal<In, Bits<2>>,
    pub entry: Signal<In, Bits<5>>,
    pub index: Signal<In, Bits<16>>,
    pub last: Signal<In, Bits<16>>,
    pub reached: Signal<Out, Bits<16>>,
    pub busy: Signal<Out, Bit>,
    pub failed: Signal<Out, Bit>,
    pub live: Signal<Out, Bit>,
    pub req: Signal<Out, CtxReq>,
    pub rsp: Signal<In, CtxRsp>,
    pub put_valid: Signal<Out, Bit>,
    pub put: Signal<Out, Bits<64>>,
    pub place: Signal<Out, Bits<6>>,
    pub page: Signal<In, Bits<64>>,
    /// of a lane: where `put` belongs; how far rings of the queue pair go, as requester and completer have it
    pub put_place: [Signal<Out, Bits<6>>; LN],
    pub head_seen: [Signal<Out, Bits<8>>; LN],
    pub tail_seen: [Signal<Out, Bits<8>>; LN],
    list: Rom<5, 12>,
    /// a lane's gaps, and where its part of the page begins
    skips: [Rom<5, 6>; LN],
    start: Constant<Bits<6>>,
    /// it is no lane
    alone: Constant<Bit>,
    tails: [DFF<Bits<8>>; LN],
    checking: DFF<Bit>,
    applying: DFF<Bit>,
    /// behind a good check comes an apply
    loading: DFF<Bit>,
    /// the first entry and index, the index at hand, the last one
    first: DFF<Bits<5>>,
    begin: DFF<Bits<16>>,
    object: DFF<Bits<16>>,
    until: DFF<Bits<16>>,
    /// what comes next, if anything
    issuing: DFF<Bit>,
    at: DFF<Bits<5>>,
    pair: DFF<Bits<4>>,
    head: DFF<Bit>,
    closing: DFF<Bit>,
    next_place: DFF<Bits<6>>,
    s1: DFF<StreamStep>,
    s2: DFF<StreamStep>,
    s3: DFF<StreamStep>,
    s4: DFF<StreamStep>,
    data: DFF<Bits<64>>,
    waited: DFF<Bits<11>>,
    bad: DFF<Bit>,
    found: DFF<Bit>,
    or_head: DFF<Bits<8>>,
    running: Signal<Local, Bit>,
    list_kind: Signal<Local, Bits<5>>,
    list_pairs: Signal<Local, Bits<4>>,
    stops: Signal<Local, Bit>,
    final_object: Signal<Local, Bit>,
    heads: Signal<Local, Bit>,
    new: Signal<Local, StreamStep>,
    /// the pair that ends in this cycle, and whether it has been missed
    ending: Signal<Local, StreamStep>,
    shown: Signal<Local, StreamStep>,
    missed: Signal<Local, Bit>,
    answered: Signal<Local, Bit>,
    /// a load's check has been good
    turns: Signal<Local, Bit>,
    mark: Signal<Local, Bits<64>>,
    low: Signal<Local, Bits<8>>,
    /// pairs left out behind the record at hand
    skip: Signal<Local, Bits<6>>,
    requester: Constant<Bits<5>>,
    completer: Constant<Bits<5>>,
    responder: Constant<Bits<5>>,
    response: Constant<Bits<5>>,
}

impl<const LN: usize> RecordStream<LN> {
    /// A stream of these lists, at most 32 entries; a lane's part of a page begins at pair `start`.
    pub fn new(list: &[Entry], start: u64) -> Self {
        Self {
            put_place: array_init::array_init(|_| Default::default()),
            head_seen: array_init::array_init(|_| Default::default()),
            tail_seen: array_init::array_init(|_| Default::default()),
            skips: array_init::array_init(|_| {
                Rom::new((0..).zip(list.iter().map(|entry| entry.skip)))
            }),
            start: Constant::new(start.to_bits()),
            alone: Constant::new(LN == 0),
            tails: array_init::array_init(|_| Default::default()),
            skip: Default::default(),
            clock: Default::default(),
            go: Default::default(),
            what: Default::default(),
            entry: Default::default(),
            index: Default::default(),
            last: Default::default(),
            reached: Default::default(),
            first: Default::default(),
            begin: Default::default(),
            until: Default::default(),
            final_object: Default::default(),
            busy: Default::default(),
            failed: Default::default(),
            live: Default::default(),
            req: Default::default(),
            rsp: Default::default(),
            put_valid: Default::default(),
            put: Default::default(),
            place: Default::default(),
            page: Default::default(),
            list: Rom::new((0..).zip(list.iter().map(|entry| entry.bits()))),
            checking: Default::default(),
            applying: Default::default(),
            loading: Default::default(),
            turns: Default::default(),
            object: Default::default(),
            issuing: Default::default(),
            at: Default::default(),
            pair: Default::default(),
            head: Default::default(),
            closing: Default::default(),
            next_place: Default::default(),
            s1: Default::default(),
            s2: Default::default(),
            s3: Default::default(),
            s4: Default::default(),
            data: Default::default(),
            waited: Default::default(),
            bad: Default::default(),
            found: Default::default(),
            or_head: Default::default(),
            running: Default::default(),
            list_kind: Default::default(),
            list_pairs: Default::default(),
            stops: Default::default(),
            heads: Default::default(),
            new: Default::default(),
            ending: Default::default(),
            shown: Default::default(),
            missed: Default::default(),
            answered: Default::default(),
            mark: Default::default(),
            low: Default::default(),
            requester: Constant::new(kind::REQUESTER.to_bits()),
            completer: Constant::new(kind::COMPLETER.to_bits()),
            responder: Constant::new(kind::RESPONDER.to_bits()),
            response: Constant::new(kind::RESPONSE.to_bits()),
        }
    }
}

impl<const LN: usize> Logic for RecordStream<LN> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self, clock, checking, applying, loading, first, begin, object, until, issuing, at,
            pair, head, closing, next_place, s1, s2, s3, s4, data, waited, bad, found, or_head
        );
        self.skip.next = bits::<6>(0);
        for k in 0..LN {
            self.tails[k].clock.next = self.clock.val();
            self.tails[k].d.next = self.tails[k].q.val();
            self.skips[k].addr.next = self.at.q.val();
            self.skip.next = self.skips[k].data.val();
        }
        self.running.next = self.issuing.q.val()
            | self.s1.q.val().valid.any()
            | self.s2.q.val().valid.any()
            | self.s3.q.val().valid.any()
            | self.s4.q.val().valid.any();
        self.busy.next = self.running.val();
        self.failed.next = self.bad.q.val();
        self.live.next = self.found.q.val();
        self.reached.next = self.until.q.val();
        self.final_object.next = self.object.q.val() == self.until.q.val();

        // ---- what comes next
        self.list.addr.next = self.at.q.val();
        self.list_kind.next = self.list.data.val().get_bits::<5>(0);
        self.list_pairs.next = self.list.data.val().get_bits::<4>(5);
        self.stops.next = self.list.data.val().get_bit(10);
        if self.checking.q.val() {
            self.stops.next = self.list.data.val().get_bit(9);
        }
        self.heads.next = self.head.q.val() & !self.list.data.val().get_bit(11);
        self.new.next.valid = bit_cast::<1, 1>(self.issuing.q.val().into());
        self.new.next.head = bit_cast::<1, 1>(self.heads.val().into());
        self.new.next.end = bit_cast::<1, 1>(self.closing.q.val().into());
        self.new.next.may_end = bit_cast::<1, 1>(
            ((self.at.q.val() == self.first.q.val()) & (self.object.q.val() != self.begin.q.val()))
                .into(),
        );
        self.new.next.index = self.object.q.val();
        self.new.next.probe = self.list.data.val().get_bits::<1>(11);
        self.new.next.entry = self.at.q.val();
        self.new.next.pair = self.pair.q.val();
        self.new.next.place = self.next_place.q.val();
        self.new.next.kind = self.list_kind.val();
        self.new.next.pairs = self.list_pairs.val();
        if self.issuing.q.val() {
            self.next_place.d.next = self.next_place.q.val() + 1;
            if self.heads.val() {
                self.head.d.next = false;
                if self.checking.q.val() {
                    // heads only, and behind the last record the end
                    self.head.d.next = true;
                    self.next_place.d.next = self.next_place.q.val()
                        + self.skip.val()
                        + bit_cast::<6, 4>(self.list_pairs.val())
                        + 1;
                    self.at.d.next = self.at.q.val() + 1;
                    if self.stops.val() {
                        self.at.d.next = self.first.q.val();
                        self.object.d.next = self.object.q.val() + 1;
                        if self.final_object.val() {
                            self.closing.d.next = true;
                        }
                    }
                    if self.closing.q.val() {
                        self.issuing.d.next = false;
                    }
                }
            } else {
                self.pair.d.next = self.pair.q.val() + 1;
                if self.pair.q.val() + 1 == self.list_pairs.val() {
                    self.pair.d.next = bits::<4>(0);
                    if self.list.data.val().get_bit(9) & !self.stops.val() & !self.applying.q.val()
                    {
                        // of the resources that may follow, the last one
                        self.pair.d.next = bits::<4>(7);
                    }
                    self.at.d.next = self.at.q.val() + 1;
                    self.head.d.next = !self.applying.q.val();
                    self.next_place.d.next = self.next_place.q.val() + self.skip.val() + 1;
                    if self.applying.q.val() {
                        self.next_place.d.next = self.next_place.q.val() + self.skip.val() + 2;
                    }
                    if self.stops.val() {
                        self.at.d.next = self.first.q.val();
                        self.object.d.next = self.object.q.val() + 1;
                        if self.final_object.val() {
                            self.issuing.d.next = false;
                        }
                    }
                }
            }
        }
        self.s1.d.next = self.new.val();
        self.s2.d.next = self.s1.q.val();
        self.s3.d.next = self.s2.q.val();
        self.s4.d.next = self.s3.q.val();
        // a check ends in stage 2, a dump in stage 3
        if self.checking.q.val() {
            self.s3.d.next.valid = bits::<1>(0);
        }
        if !self.applying.q.val() {
            self.s4.d.next.valid = bits::<1>(0);
        }

        // ---- the page
        self.place.next = self.s1.q.val().place;
        self.data.d.next = self.page.val();
        self.mark.next = bit_cast::<64, 5>(self.s2.q.val().kind)
            | (bit_cast::<64, 4>(self.s2.q.val().pairs) << 17)
            | (bit_cast::<64, 16>(self.s2.q.val().index) << 32);
        if self.s2.q.val().end.any() {
            self.mark.next = bits::<64>(0);
        }
        self.turns.next = false;
        if self.checking.q.val() & self.s2.q.val().valid.any() {
            if self.s2.q.val().may_end.any() & !self.page.val().any() {
                // fewer than there might be
                self.turns.next = self.loading.q.val() & !self.bad.q.val();
                self.until.d.next = self.s2.q.val().index - 1;
                self.issuing.d.next = false;
                self.s1.d.next.valid = bits::<1>(0);
                self.s2.d.next.valid = bits::<1>(0);
            } else if self.page.val() != self.mark.val() {
                self.bad.d.next = true;
            } else if self.s2.q.val().end.any() {
                self.turns.next = self.loading.q.val() & !self.bad.q.val();
            }
        }

        // ---- the bus
        self.shown.next = self.s1.q.val();
        if self.applying.q.val() {
            self.shown.next = self.s3.q.val();
        }
        self.req.next.valid = self.shown.val().valid & !self.shown.val().head;
        if self.checking.q.val() {
            self.req.next.valid = bits::<1>(0);
        }
        self.req.next.write = bit_cast::<1, 1>(self.applying.q.val().into());
        self.req.next.both = bits::<1>(1);
        self.req.next.stream = bit_cast::<1, 1>(self.running.val().into());
        self.req.next.kind = self.shown.val().kind;
        self.req.next.index = self.shown.val().index;
        self.req.next.word = bit_cast::<5, 4>(self.shown.val().pair) << 1;
        self.req.next.data = self.data.q.val();
        if self.shown.val().probe.any() {
            self.req.next.index =
                (self.shown.val().index << 3) | bit_cast::<16, 4>(self.shown.val().pair);
            self.req.next.word = bits::<5>(0);
            self.req.next.data = bits::<64>(0);
        }

        // ---- what ends here
        self.ending.next = self.s3.q.val();
        if self.applying.q.val() {
            self.ending.next = self.s4.q.val();
        }
        self.answered.next = self.ending.val().valid.any()
            & !self.ending.val().head.any()
            & self.rsp.val().ack.any();
        self.missed.next = self.ending.val().valid.any()
            & !self.ending.val().head.any()
            & !self.rsp.val().ack.any();
        self.put_valid.next = !self.applying.q.val()
            & ((self.ending.val().valid & self.ending.val().head).any()
                | (self.answered.val() & !self.ending.val().probe.any()));
        self.put.next = self.rsp.val().data;
        if self.ending.val().head.any() {
            self.put.next = bit_cast::<64, 5>(self.ending.val().kind)
                | (bit_cast::<64, 4>(self.ending.val().pairs) << 17)
                | (bit_cast::<64, 16>(self.ending.val().index) << 32);
        }
        self.low.next = self.rsp.val().data.get_bits::<8>(24);
        for k in 0..LN {
            self.put_place[k].next = self.ending.val().place;
            self.head_seen[k].next = self.or_head.q.val();
            self.tail_seen[k].next = self.tails[k].q.val();
            if self.answered.val()
                & (self.ending.val().kind == self.completer.val())
                & !self.ending.val().pair.any()
            {
                self.tails[k].d.next = self.low.val();
            }
        }
        if self.answered.val() {
            if (self.ending.val().kind == self.requester.val()) & !self.ending.val().pair.any() {
                self.or_head.d.next = self.rsp.val().data.get_bits::<8>(56);
            }
            if (self.ending.val().kind == self.completer.val())
                & !self.ending.val().pair.any()
                & self.alone.val()
                & (self.low.val() != self.or_head.q.val())
            {
                self.found.d.next = true;
            }
            if (self.ending.val().kind == self.responder.val())
                & !self.ending.val().pair.any()
                & self.rsp.val().data.get_bits::<8>(56).any()
            {
                self.found.d.next = true;
            }
            if (self.ending.val().kind == self.response.val())
                & self.ending.val().pair.any()
                & (self.rsp.val().data.get_bits::<8>(0) != self.rsp.val().data.get_bits::<8>(8))
            {
                self.found.d.next = true;
            }
            if self.ending.val().probe.any() & self.rsp.val().data.get_bit(26) {
                self.found.d.next = true;
            }
        }
        if self.missed.val() {
            self.s1.d.next.valid = bits::<1>(0);
            self.s2.d.next.valid = bits::<1>(0);
            self.s3.d.next.valid = bits::<1>(0);
            self.s4.d.next.valid = bits::<1>(0);
            self.issuing.d.next = true;
            self.head.d.next = false;
            self.at.d.next = self.ending.val().entry;
            self.pair.d.next = self.ending.val().pair;
            self.next_place.d.next = self.ending.val().place;
            self.object.d.next = self.ending.val().index;
        }
        self.waited.d.next = self.waited.q.val() + 1;
        if self.answered.val() {
            self.waited.d.next = bits::<11>(0);
        }
        if self.waited.q.val().get_bit(10) & self.running.val() {
            self.bad.d.next = true;
            self.issuing.d.next = false;
            self.s1.d.next.valid = bits::<1>(0);
            self.s2.d.next.valid = bits::<1>(0);
            self.s3.d.next.valid = bits::<1>(0);
            self.s4.d.next.valid = bits::<1>(0);
        }

        // ---- a check has been good: the same list again
        if self.turns.val() {
            self.checking.d.next = false;
            self.applying.d.next = true;
            self.loading.d.next = false;
            self.object.d.next = self.begin.q.val();
            self.at.d.next = self.first.q.val();
            self.issuing.d.next = true;
            self.closing.d.next = false;
            self.head.d.next = false;
            self.pair.d.next = bits::<4>(0);
            self.next_place.d.next = self.start.val() + 1;
            self.waited.d.next = bits::<11>(0);
        }

        // ---- a new list
        if self.go.val() {
            self.checking.d.next = self.what.val().get_bit(0);
            self.applying.d.next = self.what.val().get_bit(1) & !self.what.val().get_bit(0);
            self.loading.d.next = self.what.val().all();
            self.first.d.next = self.entry.val();
            self.begin.d.next = self.index.val();
            self.object.d.next = self.index.val();
            self.until.d.next = self.last.val();
            self.at.d.next = self.entry.val();
            self.issuing.d.next = true;
            self.closing.d.next = false;
            self.head.d.next = self.what.val() != bits::<2>(2);
            self.pair.d.next = bits::<4>(0);
            self.next_place.d.next = self.start.val();
            if self.what.val() == bits::<2>(2) {
                self.next_place.d.next = self.start.val() + 1;
            }
            self.waited.d.next = bits::<11>(0);
            self.bad.d.next = false;
            self.found.d.next = false;
        }
    }
}
