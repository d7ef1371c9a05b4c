//! The record streams of a wide bus: a queue pair's page moves in several parts at once.
//!
//! # Theory of operation
//! A context bus carries a pair of words a cycle, and a page has some sixty. Where host memory takes 512 bits a cycle, that is what DUMP and RESTORE would take their
//! time for. The records of a queue pair lie in memories of different engines, though, and the context bus is an OR: so the engines fall
//! into groups with a bus each ([`GROUPS`]), and each group has a stream of its own, a *lane*, for its part of the page (`program::pages`). Each
//! lane has a memory of pages, too, for a place of its own in them ([`crate::migration::pager`]). What is no queue pair's first page is moved by the first lane alone,
//! which sees all engines then.
//!
//! A load is a check by all lanes, and if the page is as it should be for each of them, the apply behind it.
//!
//! With `LN` = `NL` = 0 there is one stream and nothing else.
//!
//! # Interfaces
//! Those of [`RecordStream`]. `spread`: the lanes are at work; `NL` further ones have ports `lane_*`, which are otherwise like those of the first.

use crate::migration::stream::{Entry, RecordStream};
use crate::pipe::{CtxReq, CtxRsp};
use rust_hdl::prelude::*;

/// Groups of engines with a context bus each, in a NIC with lanes.
pub const GROUPS: usize = 4;

/// One stream, or the first of several lanes (`LN` = 1) and `NL` further ones.
#[derive(LogicBlock)]
pub struct RecordLanes<const LN: usize, const NL: usize> {
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
    pub put_place: [Signal<Out, Bits<6>>; LN],
    pub place: Signal<Out, Bits<6>>,
    pub page: Signal<In, Bits<64>>,
    pub spread: [Signal<Out, Bit>; LN],
    pub lane_req: [Signal<Out, CtxReq>; NL],
    pub lane_rsp: [Signal<In, CtxRsp>; NL],
    pub lane_put_valid: [Signal<Out, Bit>; NL],
    pub lane_put: [Signal<Out, Bits<64>>; NL],
    pub lane_put_place: [Signal<Out, Bits<6>>; NL],
    pub lane_place: [Signal<Out, Bits<6>>; NL],
    pub lane_page: [Signal<In, Bits<64>>; NL],
    stream: RecordStream<LN>,
    lanes: [RecordStream<1>; NL],
    spreads: [DFF<Bit>; LN],
    /// a load is still checking; its queue pair
    loading: [DFF<Bit>; LN],
    slot: [DFF<Bits<16>>; LN],
    running: Signal<Local, Bit>,
    bad: Signal<Local, Bit>,
    begins: Signal<Local, Bit>,
    /// the second half of a load begins
    turns: Signal<Local, Bit>,
    head: Signal<Local, Bits<8>>,
    tail: Signal<Local, Bits<8>>,
}

impl<const LN: usize, const NL: usize> RecordLanes<LN, NL> {
    /// The streams of these lists: all that the first one knows, then those of the further lanes, and the pairs in which their parts of the page begin.
    ///
    /// # Panics
    /// If there is not a list for each stream.
    pub fn new(lists: &[(Vec<Entry>, u64)]) -> Self {
        assert!(lists.len() == 1 + NL && LN == usize::from(NL > 0));
        let mut further = lists[1..].iter();
        Self {
            clock: Default::default(),
            go: Default::default(),
            what: Default::default(),
            entry: Default::default(),
            index: Default::default(),
            last: Default::default(),
            reached: Default::default(),
            busy: Default::default(),
            failed: Default::default(),
            live: Default::default(),
            req: Default::default(),
            rsp: Default::default(),
            put_valid: Default::default(),
            put: Default::default(),
            put_place: array_init::array_init(|_| Default::default()),
            place: Default::default(),
            page: Default::default(),
            spread: array_init::array_init(|_| Default::default()),
            lane_req: array_init::array_init(|_| Default::default()),
            lane_rsp: array_init::array_init(|_| Default::default()),
            lane_put_valid: array_init::array_init(|_| Default::default()),
            lane_put: array_init::array_init(|_| Default::default()),
            lane_put_place: array_init::array_init(|_| Default::default()),
            lane_place: array_init::array_init(|_| Default::default()),
            lane_page: array_init::array_init(|_| Default::default()),
            stream: RecordStream::new(&lists[0].0, lists[0].1),
            lanes: array_init::array_init(|_| {
                let (list, start) = further.next().expect("as many lists as lanes");
                RecordStream::new(list, *start)
            }),
            spreads: array_init::array_init(|_| Default::default()),
            loading: array_init::array_init(|_| Default::default()),
            slot: array_init::array_init(|_| Default::default()),
            running: Default::default(),
            bad: Default::default(),
            begins: Default::default(),
            turns: Default::default(),
            head: Default::default(),
            tail: Default::default(),
        }
    }
}

impl<const LN: usize, const NL: usize> Logic for RecordLanes<LN, NL> {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, stream);
        self.stream.go.next = self.go.val();
        self.stream.what.next = self.what.val();
        self.stream.entry.next = self.entry.val();
        self.stream.index.next = self.index.val();
        self.stream.last.next = self.last.val();
        self.stream.rsp.next = self.rsp.val();
        self.stream.page.next = self.page.val();
        self.reached.next = self.stream.reached.val();
        self.put_valid.next = self.stream.put_valid.val();
        self.put.next = self.stream.put.val();
        self.place.next = self.stream.place.val();
        self.req.next = self.stream.req.val();
        self.running.next = self.stream.busy.val();
        self.bad.next = self.stream.failed.val();
        self.busy.next = self.running.val();
        self.failed.next = self.bad.val();
        self.live.next = self.stream.live.val();
        self.begins.next = self.go.val() & !self.entry.val().any();
        self.turns.next = false;
        self.head.next = bits::<8>(0);
        self.tail.next = bits::<8>(0);
        for k in 0..LN {
            self.spreads[k].clock.next = self.clock.val();
            self.loading[k].clock.next = self.clock.val();
            self.slot[k].clock.next = self.clock.val();
            self.spreads[k].d.next = self.spreads[k].q.val();
            self.loading[k].d.next = self.loading[k].q.val();
            self.slot[k].d.next = self.slot[k].q.val();
            self.put_place[k].next = self.stream.put_place[k].val();
            self.head.next = self.stream.head_seen[k].val();
            if self.spreads[k].q.val() {
                for j in 0..NL {
                    self.running.next = self.running.val() | self.lanes[j].busy.val();
                    self.bad.next = self.bad.val() | self.lanes[j].failed.val();
                    self.live.next = self.live.val() | self.lanes[j].live.val();
                }
                for j in 0..NL {
                    // of the further ones, the completer's lane has seen it, the others nothing
                    self.tail.next = self.tail.val() | self.lanes[j].tail_seen[0].val();
                }
                self.live.next = self.live.val() | (self.head.val() != self.tail.val());
            }
            self.busy.next = self.running.val() | self.loading[k].q.val();
            self.failed.next = self.bad.val();
            // what others ask for meanwhile is nobody's, and afterwards everybody's again
            self.spread[k].next = self.spreads[k].q.val() & self.busy.val();
            // the bus is kept until all are done
            self.req.next.stream = bit_cast::<1, 1>(self.busy.val().into());
            if self.loading[k].q.val() & !self.running.val() {
                self.loading[k].d.next = false;
                self.turns.next = !self.bad.val();
            }
            if self.go.val() {
                self.spreads[k].d.next = self.begins.val();
                self.loading[k].d.next = self.begins.val() & self.what.val().all();
                self.slot[k].d.next = self.index.val();
                if self.begins.val() & self.what.val().all() {
                    self.stream.what.next = bits::<2>(1);
                }
            }
            if self.turns.val() {
                self.stream.go.next = true;
                self.stream.what.next = bits::<2>(2);
                self.stream.entry.next = bits::<5>(0);
                self.stream.index.next = self.slot[k].q.val();
                self.stream.last.next = self.slot[k].q.val();
            }
        }
        for j in 0..NL {
            self.lanes[j].clock.next = self.clock.val();
            self.lanes[j].go.next = self.begins.val() | self.turns.val();
            self.lanes[j].what.next = self.what.val();
            if self.what.val().all() {
                self.lanes[j].what.next = bits::<2>(1);
            }
            self.lanes[j].entry.next = bits::<5>(0);
            self.lanes[j].index.next = self.index.val();
            self.lanes[j].last.next = self.index.val();
            for k in 0..LN {
                if self.turns.val() {
                    self.lanes[j].what.next = bits::<2>(2);
                    self.lanes[j].index.next = self.slot[k].q.val();
                    self.lanes[j].last.next = self.slot[k].q.val();
                }
            }
            self.lanes[j].rsp.next = self.lane_rsp[j].val();
            self.lanes[j].page.next = self.lane_page[j].val();
            self.lane_req[j].next = self.lanes[j].req.val();
            self.lane_put_valid[j].next = self.lanes[j].put_valid.val();
            self.lane_put[j].next = self.lanes[j].put.val();
            self.lane_put_place[j].next = self.lanes[j].put_place[0].val();
            self.lane_place[j].next = self.lanes[j].place.val();
        }
    }
}
