//! WQEs on their way from host memory: buffers the answers to reads, puts beats together to WQEs.
//!
//! # Theory of operation
//! The DMA engine does not wait, so there is a buffer with space reserved for every read in flight. `room` says that a tag
//! is free and the buffer has space for the largest read. The answers of different reads come in any order, the beats of
//! one answer come together; so one register is enough to put WQEs together, and a beat that finds the buffer empty and the
//! register free goes straight into it.
//!
//! A tag names a read: ring, first index, protection domain. It is free again when the last beat has left the buffer.
//!
//! A WQE is `RB` bits. Where a beat is narrower, the register is filled from above, a beat a shift. Where a beat holds two
//! WQEs (`TWO`: 32-byte WQEs, 512-bit bus), the register holds the beat and hands out its halves one after the other.
//!
//! The same register takes a pushed WQE, if nothing is in it.
//!
//! An answer with an error marks all WQEs that follow in it; the last beat ends a WQE even if it comes early.
//!
//! # Interfaces
//! `issue` and what is read → `tag`, `room`; `rsp_*` from the DMA engine; `push_take` with `push_data` when `push_free`;
//! `raw_*`, a WQE, until `raw_done`; `read_error` pulses once per failed read.

use crate::fifo::BlockFifo;
use crate::mem::AsyncRam;
use crate::record;
use rust_hdl::prelude::*;

record! {
    /// A DMA read of WQEs: ring, first index and how many, domain of the ring, beats of the answer, and whether the first WQE
    /// stands at an odd place (not the same as an odd index in a ring of one).
    pub struct WqeRead { ring: 13, index: 16, count: 5, pd: 16, beats: 8, odd: 1 }
}

/// `W` bits of bus (`WS = W + 6`), `2^LB` beats of buffer (`LB1 = LB + 1`), a register of `RB` bits for WQEs of `NB` bits
/// (`RB` is the larger of `W` and `NB`).
#[derive(LogicBlock)]
pub struct WqeStage<
    const LR: usize,
    const W: usize,
    const WS: usize,
    const LB: usize,
    const LB1: usize,
    const RB: usize,
> {
    pub clock: Signal<In, Clock>,
    pub issue: Signal<In, Bit>,
    pub issue_ring: Signal<In, Bits<LR>>,
    pub issue_index: Signal<In, Bits<16>>,
    pub issue_count: Signal<In, Bits<5>>,
    pub issue_pd: Signal<In, Bits<16>>,
    /// the first WQE stands at an odd place
    pub issue_odd: Signal<In, Bit>,
    pub room: Signal<Out, Bit>,
    pub tag: Signal<Out, Bits<4>>,
    pub rsp_valid: Signal<In, Bit>,
    pub rsp_data: Signal<In, Bits<W>>,
    pub rsp_tag: Signal<In, Bits<8>>,
    pub rsp_last: Signal<In, Bit>,
    pub rsp_error: Signal<In, Bit>,
    pub push_take: Signal<In, Bit>,
    pub push_quiet: Signal<In, Bit>,
    pub push_data: Signal<In, Bits<RB>>,
    pub push_free: Signal<Out, Bit>,
    pub raw_valid: Signal<Out, Bit>,
    pub raw: Signal<Out, Bits<RB>>,
    /// the WQE is the upper half of `raw`
    pub raw_half: Signal<Out, Bit>,
    pub raw_ring: Signal<Out, Bits<LR>>,
    pub raw_index: Signal<Out, Bits<16>>,
    pub raw_pd: Signal<Out, Bits<16>>,
    /// the last WQE of its read
    pub raw_last: Signal<Out, Bit>,
    /// its arrival has been booked already
    pub raw_quiet: Signal<Out, Bit>,
    pub raw_error: Signal<Out, Bit>,
    pub raw_done: Signal<In, Bit>,
    pub read_error: Signal<Out, Bit>,
    /// beats in front of the register: data above {tag 4, last, error}
    fifo: BlockFifo<Bits<WS>, LB, LB1>,
    reads: AsyncRam<WqeRead, 4>,
    busy: DFF<Bits<16>>,
    /// the tag to be given out next
    candidate: DFF<Bits<4>>,
    /// beats of reads in flight, and in the buffer
    reserved: DFF<Bits<LB1>>,
    inside: DFF<Bits<LB1>>,
    /// beats in the register, WQEs of the read before it
    beat: DFF<Bits<3>>,
    position: DFF<Bits<5>>,
    poisoned: DFF<Bit>,
    held: DFF<Bit>,
    data: DFF<Bits<RB>>,
    half: DFF<Bit>,
    /// the second half is a WQE too
    second: DFF<Bit>,
    ring: DFF<Bits<LR>>,
    index: DFF<Bits<16>>,
    pd: DFF<Bits<16>>,
    last: DFF<Bit>,
    quiet: DFF<Bit>,
    failed: DFF<Bit>,
    error: DFF<Bit>,
    roomy: DFF<Bit>,
    /// two WQEs a beat; else beats a WQE as a shift, and the number of the last one
    two: Constant<Bit>,
    log_beats: Constant<Bits<2>>,
    final_beat: Constant<Bits<3>>,
    /// reserved beats at which there is still space for the largest read
    enough: Constant<Bits<LB1>>,
    /// where a beat goes in the register, and how far the others move
    top: Constant<Bits<10>>,
    width: Constant<Bits<10>>,
    beats: Signal<Local, Bits<8>>,
    buffered: Signal<Local, Bit>,
    offered: Signal<Local, Bit>,
    word: Signal<Local, Bits<WS>>,
    beat_tag: Signal<Local, Bits<4>>,
    beat_last: Signal<Local, Bit>,
    beat_error: Signal<Local, Bit>,
    take: Signal<Local, Bit>,
    whole: Signal<Local, Bit>,
    store: Signal<Local, Bit>,
    frees: Signal<Local, Bit>,
    odd: Signal<Local, Bit>,
    pair: Signal<Local, Bit>,
    issue_place: Signal<Local, Bits<1>>,
    here: Signal<Local, Bits<16>>,
    tags: Signal<Local, Bits<16>>,
    space: Signal<Local, Bits<LB1>>,
}

impl<
    const LR: usize,
    const W: usize,
    const WS: usize,
    const LB: usize,
    const LB1: usize,
    const RB: usize,
> WqeStage<LR, W, WS, LB, LB1, RB>
{
    /// For WQEs of `wqe_bits` (512 or 256) bits.
    pub fn new(wqe_bits: usize) -> Self {
        assert!(WS == W + 6 && LB1 == LB + 1 && RB == W.max(wqe_bits));
        assert!(matches!(W, 64 | 128 | 256 | 512) && matches!(wqe_bits, 256 | 512));
        let largest = 4096 / W;
        assert!(1 << LB >= largest, "the buffer holds no read");
        let beats = (wqe_bits / W).max(1);
        Self {
            clock: Default::default(),
            issue: Default::default(),
            issue_ring: Default::default(),
            issue_index: Default::default(),
            issue_count: Default::default(),
            issue_pd: Default::default(),
            issue_odd: Default::default(),
            room: Default::default(),
            tag: Default::default(),
            rsp_valid: Default::default(),
            rsp_data: Default::default(),
            rsp_tag: Default::default(),
            rsp_last: Default::default(),
            rsp_error: Default::default(),
            push_take: Default::default(),
            push_quiet: Default::default(),
            push_data: Default::default(),
            push_free: Default::default(),
            raw_valid: Default::default(),
            raw: Default::default(),
            raw_half: Default::default(),
            raw_ring: Default::default(),
            raw_index: Default::default(),
            raw_pd: Default::default(),
            raw_last: Default::default(),
            raw_quiet: Default::default(),
            raw_error: Default::default(),
            raw_done: Default::default(),
            read_error: Default::default(),
            fifo: Default::default(),
            reads: Default::default(),
            busy: Default::default(),
            candidate: Default::default(),
            reserved: Default::default(),
            inside: Default::default(),
            beat: Default::default(),
            position: Default::default(),
            poisoned: Default::default(),
            held: Default::default(),
            data: Default::default(),
            half: Default::default(),
            second: Default::default(),
            ring: Default::default(),
            index: Default::default(),
            pd: Default::default(),
            last: Default::default(),
            quiet: Default::default(),
            failed: Default::default(),
            error: Default::default(),
            roomy: Default::default(),
            two: Constant::new(wqe_bits < W),
            log_beats: Constant::new(beats.trailing_zeros().to_bits()),
            final_beat: Constant::new((beats - 1).to_bits()),
            enough: Constant::new(((1 << LB) - largest).to_bits()),
            top: Constant::new((RB - W).to_bits()),
            width: Constant::new(W.to_bits()),
            beats: Default::default(),
            buffered: Default::default(),
            offered: Default::default(),
            word: Default::default(),
            beat_tag: Default::default(),
            beat_last: Default::default(),
            beat_error: Default::default(),
            take: Default::default(),
            whole: Default::default(),
            store: Default::default(),
            frees: Default::default(),
            odd: Default::default(),
            pair: Default::default(),
            issue_place: Default::default(),
            here: Default::default(),
            tags: Default::default(),
            space: Default::default(),
        }
    }
}

impl<
    const LR: usize,
    const W: usize,
    const WS: usize,
    const LB: usize,
    const LB1: usize,
    const RB: usize,
> Logic for WqeStage<LR, W, WS, LB, LB1, RB>
{
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self, clock, busy, candidate, reserved, inside, beat, position, poisoned, held, data,
            half, second, ring, index, pd, last, quiet, failed, error, roomy
        );
        self.fifo.clock.next = self.clock.val();
        self.reads.clock.next = self.clock.val();

        // the beat that is next: from the buffer if there is one in it
        self.buffered.next = self.inside.q.val().any();
        self.word.next = (bit_cast::<WS, W>(self.rsp_data.val()) << 6)
            | (bit_cast::<WS, 4>(self.rsp_tag.val().get_bits::<4>(0)) << 2);
        if self.rsp_last.val() {
            self.word.next = self.word.val() | 2;
        }
        if self.rsp_error.val() {
            self.word.next = self.word.val() | 1;
        }
        self.fifo.in_data.next = self.word.val();
        self.offered.next = self.rsp_valid.val();
        if self.buffered.val() {
            self.word.next = self.fifo.out_data.val();
            self.offered.next = self.fifo.out_valid.val();
        }
        self.beat_tag.next = self.word.val().get_bits::<4>(2);
        self.beat_last.next = self.word.val().get_bit(1);
        self.beat_error.next = self.word.val().get_bit(0) | self.poisoned.q.val();
        self.reads.ra.next = self.beat_tag.val();

        // into the register, if that is free
        self.frees.next = !self.held.q.val() | (self.raw_done.val() & !self.second.q.val());
        self.take.next = self.offered.val() & self.frees.val() & !self.push_take.val();
        self.fifo.out_ready.next = self.take.val() & self.buffered.val();
        self.store.next = self.rsp_valid.val() & (self.buffered.val() | !self.take.val());
        self.fifo.in_valid.next = self.store.val();
        if self.store.val() & !(self.take.val() & self.buffered.val()) {
            self.inside.d.next = self.inside.q.val() + 1;
        } else if !self.store.val() & self.take.val() & self.buffered.val() {
            self.inside.d.next = self.inside.q.val() - 1;
        }
        if self.raw_done.val() {
            if self.second.q.val() {
                self.second.d.next = false;
                self.half.d.next = true;
                self.index.d.next = self.index.q.val() + 1;
            } else {
                self.held.d.next = false;
            }
        }
        self.whole.next = (self.beat.q.val() == self.final_beat.val()) | self.beat_last.val();
        self.here.next = self.reads.rd.val().index + bit_cast::<16, 5>(self.position.q.val());
        self.odd.next = (self.reads.rd.val().odd == 1) ^ self.position.q.val().get_bit(0);
        self.pair.next = self.two.val()
            & !self.odd.val()
            & (self.position.q.val() + 1 != self.reads.rd.val().count);
        if self.push_take.val() {
            self.data.d.next = self.push_data.val();
            self.held.d.next = true;
            self.half.d.next = false;
            self.second.d.next = false;
            self.ring.d.next = self.issue_ring.val();
            self.index.d.next = self.issue_index.val();
            self.pd.d.next = self.issue_pd.val();
            self.last.d.next = true;
            self.quiet.d.next = self.push_quiet.val();
            self.error.d.next = false;
        } else if self.take.val() {
            self.data.d.next = (self.data.q.val() >> self.width.val())
                | (bit_cast::<RB, WS>(self.word.val() >> 6) << self.top.val());
            self.beat.d.next = self.beat.q.val() + 1;
            self.poisoned.d.next = self.beat_error.val() & !self.beat_last.val();
            if self.whole.val() {
                self.beat.d.next = 0.into();
                self.position.d.next = self.position.q.val() + 1;
                if self.pair.val() {
                    self.position.d.next = self.position.q.val() + 2;
                }
                self.held.d.next = true;
                self.half.d.next = self.two.val() & self.odd.val();
                self.second.d.next = self.pair.val();
                self.ring.d.next = self.reads.rd.val().ring.get_bits::<LR>(0);
                self.index.d.next = self.here.val();
                self.pd.d.next = self.reads.rd.val().pd;
                self.last.d.next = self.beat_last.val();
                self.quiet.d.next = false;
                self.error.d.next = self.beat_error.val();
            }
            if self.beat_last.val() {
                self.position.d.next = 0.into();
            }
        }
        self.failed.d.next = self.take.val() & self.beat_last.val() & self.beat_error.val();
        self.read_error.next = self.failed.q.val();
        self.push_free.next = !self.held.q.val() & !self.beat.q.val().any();
        self.raw_valid.next = self.held.q.val();
        self.raw.next = self.data.q.val();
        self.raw_half.next = self.half.q.val();
        self.raw_ring.next = self.ring.q.val();
        self.raw_index.next = self.index.q.val();
        self.raw_pd.next = self.pd.q.val();
        self.raw_last.next = self.last.q.val() & !self.second.q.val();
        self.raw_quiet.next = self.quiet.q.val();
        self.raw_error.next = self.error.q.val();

        // tags and space
        self.issue_place.next = 0.into();
        if self.issue_odd.val() {
            self.issue_place.next = 1.into();
        }
        self.beats.next = bit_cast::<8, 5>(self.issue_count.val()) << self.log_beats.val();
        if self.two.val() {
            self.beats.next = (bit_cast::<8, 5>(self.issue_count.val())
                + bit_cast::<8, 1>(self.issue_place.val())
                + 1)
                >> 1;
        }
        // a cycle late, and never true in the cycle behind an issue: what it says holds until the next one
        self.roomy.d.next = !self.busy.q.val().get_bit(self.candidate.q.val().index())
            & (self.reserved.q.val() <= self.enough.val())
            & !self.issue.val();
        self.room.next = self.roomy.q.val();
        self.tag.next = self.candidate.q.val();
        self.reads.we.next = self.issue.val();
        self.reads.wa.next = self.candidate.q.val();
        self.reads.wd.next.ring = bit_cast::<13, LR>(self.issue_ring.val());
        self.reads.wd.next.index = self.issue_index.val();
        self.reads.wd.next.count = self.issue_count.val();
        self.reads.wd.next.pd = self.issue_pd.val();
        self.reads.wd.next.beats = self.beats.val();
        self.reads.wd.next.odd = self.issue_place.val();
        self.tags.next = self.busy.q.val();
        self.space.next = self.reserved.q.val();
        if self.take.val() & self.beat_last.val() {
            self.tags.next = self
                .tags
                .val()
                .replace_bit(self.beat_tag.val().index(), false);
            self.space.next = self.space.val() - bit_cast::<LB1, 8>(self.reads.rd.val().beats);
        }
        if self.issue.val() {
            self.tags.next = self
                .tags
                .val()
                .replace_bit(self.candidate.q.val().index(), true);
            self.space.next = self.space.val() + bit_cast::<LB1, 8>(self.beats.val());
        }
        self.busy.d.next = self.tags.val();
        self.reserved.d.next = self.space.val();
        if self.issue.val() | self.busy.q.val().get_bit(self.candidate.q.val().index()) {
            self.candidate.d.next = self.candidate.q.val() + 1;
        }
    }
}
