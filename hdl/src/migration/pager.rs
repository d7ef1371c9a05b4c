//! The pages: 512 bytes of context records each, between the migration unit and host memory.
//!
//! # Theory of operation
//! One memory as wide as the bus holds `2^PS` pages in a ring, so that one is filled or used while others travel: one that is written, or all others
//! read ahead, for host memory takes its time to answer. Eight pages are enough for one stream; lanes are done with a page in a fifth of the time that
//! seven others take to come from a memory of 250 cycles, so there are sixteen then, which take as much block RAM: 64 and 128 bus words of 512 bits are both
//! less than a block is deep. The unit appends words to the page
//! at hand, alone or in pairs, looks into it, and streams records out of it; the command unit reads words of it as the payload of a sub command; whole pages go
//! to and come from host memory a bus word a cycle. What reads a page excludes what else reads in time, so one read port serves all.
//! Eight bytes of host memory (a doorbell record) can be read without touching a page.
//! **Lanes** ([`crate::migration::lanes`]). Several streams move their pairs of one page at once. Each has a memory of its own, then: what comes from host memory goes
//! into all of them, and what goes there is put together by what belongs to whom; a page that the first stream has filled alone is its own.
//!
//! What a page that is read ahead begins with is kept beside it, for whoever plans ahead while the memory is busy with the page at hand.
//!
//! # Interfaces
//! * `go` for one cycle with `what` (0 no more pages are asked for, 1 from now on pages are read ahead, 2 write the page at hand and begin an empty one, 3
//!   read eight bytes at an address aligned to 8) and `addr`, which stays until the eight bytes are here; then `busy`, and `failed` if the host answered with an error or not within 2^16 cycles. Pages
//!   are aligned to 512.
//! * Reading ahead: `left` says that there is a page at `addr`, `took` that it has been asked for; `arrived`: the next page is here, and begins with the words of
//!   `ahead`, the first three. `swap`: it is the page at hand then, and the one before is done with. Answers come in any order, each page's in one.
//! * `put_valid`, `put`: a word at `at`, which moves on; with `put_both` two of them, the first at an even place. `place_valid`, `place`: sets `at`.
//! * `pair_re`, `pair_place` → `pair` in the next cycle.
//! * While `spread`, `put` belongs at `put_place`, and the page has all its words. `lane_*`: the further lanes, as `put` and `pair` of the first one.
//! * `clear`: an empty page begins. Of a page that is written, what lies behind its last word is zero up to the end of that bus word, and not
//!   written beyond it.
//! * `page_re`, `page_ra` → `page_rd` in the next cycle. DMA ports as in `dma_arb`.

use crate::mem::AsyncRam;
use crate::pipe::ReadReq;
use crate::rom::Rom;
use num_bigint::BigUint;
use rust_hdl::prelude::*;

/// The memory: `2^PS` pages of `2^A` bus words of `W` bits, written whole, or 32 or 64 bits at a time.
#[derive(LogicBlock)]
pub struct PageRam<const W: usize, const A: usize, const PS: usize> {
    pub clock: Signal<In, Clock>,
    pub re: Signal<In, Bit>,
    pub r_page: Signal<In, Bits<PS>>,
    pub ra: Signal<In, Bits<A>>,
    pub rd: Signal<Out, Bits<W>>,
    /// a bus word
    pub beat_we: Signal<In, Bit>,
    pub beat_page: Signal<In, Bits<PS>>,
    pub beat_wa: Signal<In, Bits<A>>,
    pub beat_wd: Signal<In, Bits<W>>,
    /// 32 bits, or 64 at an even place
    pub we: Signal<In, Bit>,
    pub both: Signal<In, Bit>,
    pub w_page: Signal<In, Bits<PS>>,
    pub wa: Signal<In, Bits<7>>,
    pub wd: Signal<In, Bits<64>>,
    _mem: Vec<u32>,
}

impl<const W: usize, const A: usize, const PS: usize> Default for PageRam<W, A, PS> {
    fn default() -> Self {
        assert!(W << A == 4096, "a page has 512 bytes");
        Self {
            clock: Default::default(),
            re: Default::default(),
            r_page: Default::default(),
            ra: Default::default(),
            rd: Default::default(),
            beat_we: Default::default(),
            beat_page: Default::default(),
            beat_wa: Default::default(),
            beat_wd: Default::default(),
            we: Default::default(),
            both: Default::default(),
            w_page: Default::default(),
            wa: Default::default(),
            wd: Default::default(),
            _mem: vec![0; 128 << PS],
        }
    }
}

impl<const W: usize, const A: usize, const PS: usize> Logic for PageRam<W, A, PS> {
    fn update(&mut self) {
        if !self.clock.pos_edge() {
            return;
        }
        let lanes = W / 32;
        let page = |page: Bits<PS>| 128 * page.to_u64() as usize;
        if self.re.val() {
            let from = page(self.r_page.val()) + self.ra.val().to_u64() as usize * lanes;
            let beat = BigUint::new(self._mem[from..from + lanes].to_vec());
            self.rd.next = beat.into();
        }
        // the pages differ, so both may be written at once, but there is one port
        if self.beat_we.val() {
            let from = page(self.beat_page.val()) + self.beat_wa.val().to_u64() as usize * lanes;
            let beat = BigUint::from(self.beat_wd.val()).to_u32_digits();
            for k in 0..lanes {
                self._mem[from + k] = beat.get(k).copied().unwrap_or(0);
            }
        } else if self.we.val() {
            let at = page(self.w_page.val()) + self.wa.val().to_u64() as usize;
            let data = self.wd.val().to_u64();
            let halves = [data as u32, (data >> 32) as u32];
            self._mem[at] = halves[at & 1];
            if self.both.val() {
                self._mem[at | 1] = halves[1];
            }
        }
    }
    fn connect(&mut self) {
        self.rd.connect();
    }
    fn hdl(&self) -> Verilog {
        let lanes = W / 32;
        let low = lanes.ilog2();
        let lane = match low {
            0 => unreachable!("buses have at least 64 bits"),
            n => format!("wa[{}:0]", n - 1),
        };
        Verilog::Custom(format!(
            "(* no_rw_check *) reg [{top}:0] mem [0:{last}];\ninteger k;\n\
             `ifndef SYNTHESIS\ninteger i;\ninitial for (i = 0; i <= {last}; i = i + 1) mem[i] = 0;\n`endif\ninitial rd = 0;\n\
             wire [{a}:0] at = beat_we ? {{beat_page, beat_wa}} : {{w_page, wa[6:{low}]}};\n\
             wire [{top}:0] data = beat_we ? beat_wd : {{{pairs}{{wd}}}};\n\
             wire [{l1}:0] one = {{{{{l1}{{1'b0}}}}, 1'b1}} << {lane};\n\
             wire [{l1}:0] next = both ? one << 1 : {lanes}'d0;\n\
             wire [{l1}:0] enable = beat_we ? {{{lanes}{{1'b1}}}} : we ? one | next : {lanes}'d0;\n\
             always @(posedge clock) begin\n   if (re) rd <= mem[{{r_page, ra}}];\n\
             \x20  for (k = 0; k < {lanes}; k = k + 1) if (enable[k]) mem[at][32*k +: 32] <= data[32*k +: 32];\nend\n",
            top = W - 1,
            last = (1usize << (A + PS)) - 1,
            a = A + PS - 1,
            l1 = lanes - 1,
            pairs = lanes / 2,
        ))
    }
}

#[derive(Copy, Clone, Debug, PartialEq, LogicState)]
enum PagerStep {
    Idle,
    Ask,
    Take,
    First,
    Show,
}

/// The pages and their ways to host memory; `W` bus bits, `B` bus bytes, `A` log2 of the bus words in a page, `LB` log2 of `B`; `NL` lanes besides the
/// first one, on a bus of 512 bits (`LN` = 1 then, else 0); `PN` = `2^PS` pages.
#[derive(LogicBlock)]
pub struct Pager<
    const W: usize,
    const B: usize,
    const A: usize,
    const LB: usize,
    const LN: usize,
    const NL: usize,
    const PS: usize,
    const PN: usize,
> {
    pub clock: Signal<In, Clock>,
    pub go: Signal<In, Bit>,
    pub what: Signal<In, Bits<2>>,
    pub addr: Signal<In, Bits<64>>,
    pub clear: Signal<In, Bit>,
    pub busy: Signal<Out, Bit>,
    pub failed: Signal<Out, Bit>,
    pub low: Signal<Out, Bits<32>>,
    pub high: Signal<Out, Bits<32>>,
    pub put_valid: Signal<In, Bit>,
    pub put_both: Signal<In, Bit>,
    pub put: Signal<In, Bits<64>>,
    pub place_valid: Signal<In, Bit>,
    pub place: Signal<In, Bits<8>>,
    pub at: Signal<Out, Bits<8>>,
    pub swap: Signal<In, Bit>,
    pub pair_re: Signal<In, Bit>,
    pub pair_place: Signal<In, Bits<6>>,
    pub pair: Signal<Out, Bits<64>>,
    pub page_re: Signal<In, Bit>,
    pub page_ra: Signal<In, Bits<7>>,
    pub page_rd: Signal<Out, Bits<32>>,
    pub rd_valid: Signal<Out, Bit>,
    pub rd: Signal<Out, ReadReq>,
    pub rd_ready: Signal<In, Bit>,
    pub left: Signal<In, Bit>,
    pub took: Signal<Out, Bit>,
    pub arrived: Signal<Out, Bit>,
    pub ahead: Signal<Out, Bits<96>>,
    pub rsp_valid: Signal<In, Bit>,
    pub rsp_tag: Signal<In, Bits<8>>,
    pub rsp_data: Signal<In, Bits<W>>,
    pub rsp_last: Signal<In, Bit>,
    pub rsp_error: Signal<In, Bit>,
    pub wr_valid: Signal<Out, Bit>,
    pub wr_addr: Signal<Out, Bits<64>>,
    pub wr_data: Signal<Out, Bits<W>>,
    pub wr_strb: Signal<Out, Bits<B>>,
    pub wr_last: Signal<Out, Bit>,
    pub wr_ready: Signal<In, Bit>,
    pub spread: [Signal<In, Bit>; LN],
    pub put_place: [Signal<In, Bits<6>>; LN],
    pub lane_put_valid: [Signal<In, Bit>; NL],
    pub lane_put: [Signal<In, Bits<64>>; NL],
    pub lane_put_place: [Signal<In, Bits<6>>; NL],
    pub lane_place: [Signal<In, Bits<6>>; NL],
    pub lane_pair: [Signal<Out, Bits<64>>; NL],
    mem: PageRam<W, A, PS>,
    /// of the further lanes: their memories, what they show, and which pairs of each bus word are theirs
    copies: [PageRam<W, A, PS>; NL],
    copy_lanes: [DFF<Bits<7>>; NL],
    theirs: [Rom<A, 8>; NL],
    /// pages that several lanes have filled
    shared: [DFF<Bits<PN>>; LN],
    together: Signal<Local, Bit>,
    pair_ones: Signal<Local, Bits<W>>,
    /// a lane's place in the page, and the lane that its memory shows
    there: Signal<Local, Bits<6>>,
    showing: Signal<Local, Bits<7>>,
    /// words of a page that several lanes fill
    full: Constant<Bits<8>>,
    /// the first two words of each page that is read ahead, and its third
    heads: AsyncRam<Bits<64>, PS>,
    numbers: AsyncRam<Bits<32>, PS>,
    step: DFF<PagerStep>,
    beat: DFF<Bits<A>>,
    position: DFF<Bits<8>>,
    base: DFF<Bits<64>>,
    error: DFF<Bit>,
    found: DFF<Bits<64>>,
    waited: DFF<Bits<16>>,
    lane: DFF<Bits<7>>,
    read_lane: Signal<Local, Bits<7>>,
    shift: Signal<Local, Bits<9>>,
    shifted: Signal<Local, Bits<W>>,
    place_in: Signal<Local, Bits<9>>,
    eight_at: Signal<Local, Bits<W>>,
    /// the page at hand, the one that is being written, and how many words of that
    hand: DFF<Bits<PS>>,
    leaving: DFF<Bits<PS>>,
    filled: DFF<Bits<8>>,
    /// reading ahead: the next page to ask for; pages asked for and not done with; those that are here; bus words of them
    reading: DFF<Bit>,
    ask: DFF<Bits<PS>>,
    used: DFF<Bits<PN>>,
    here: DFF<Bits<PN>>,
    beats: AsyncRam<Bits<A>, PS>,
    /// asked for, and nothing of it is here
    fresh: DFF<Bits<PN>>,
    now_fresh: Signal<Local, Bits<PN>>,
    wants: Signal<Local, Bit>,
    outstanding: Signal<Local, Bit>,
    ask_bit: Signal<Local, Bits<PN>>,
    hand_bit: Signal<Local, Bits<PN>>,
    come_bit: Signal<Local, Bits<PN>>,
    come: Signal<Local, Bits<PS>>,
    hand_next: Signal<Local, Bits<PS>>,
    come_beat: Signal<Local, Bits<A>>,
    /// a bus word of a page that is read ahead comes
    comes: Signal<Local, Bit>,
    now_used: Signal<Local, Bits<PN>>,
    now_here: Signal<Local, Bits<PN>>,
    /// number of a word in the page
    number: Signal<Local, Bits<8>>,
    final_beat: Signal<Local, Bits<A>>,
    /// the lowest 32 bits of a bus word
    lane_ones: Constant<Bits<W>>,
    /// log2 of the words in a bus word, and of its bytes; masks of the places in it
    log_lanes: Constant<Bits<3>>,
    log_bytes: Constant<Bits<3>>,
    lanes: Constant<Bits<7>>,
    bytes: Constant<Bits<64>>,
    /// where a page's third word is
    number_beat: Constant<Bits<A>>,
    number_at: Constant<Bits<9>>,
}

impl<
    const W: usize,
    const B: usize,
    const A: usize,
    const LB: usize,
    const LN: usize,
    const NL: usize,
    const PS: usize,
    const PN: usize,
> Pager<W, B, A, LB, LN, NL, PS, PN>
{
    /// The pager of lanes that move these pairs of a page, a bit each, besides the first one; with all of them it has `full` words.
    ///
    /// # Panics
    /// If the sizes do not fit each other.
    pub fn new(lanes: &[u64; NL], full: u64) -> Self {
        assert!(W == 8 * B && B == 1 << LB && W << A == 4096);
        assert!(LN == usize::from(NL > 0) && (NL == 0 || W == 512));
        assert!(
            PN == 1 << PS && PS <= 4,
            "a tag has room for four bits of page"
        );
        let mut lane = lanes.iter();
        Self {
            spread: array_init::array_init(|_| Default::default()),
            put_place: array_init::array_init(|_| Default::default()),
            lane_put_valid: array_init::array_init(|_| Default::default()),
            lane_put: array_init::array_init(|_| Default::default()),
            lane_put_place: array_init::array_init(|_| Default::default()),
            lane_place: array_init::array_init(|_| Default::default()),
            lane_pair: array_init::array_init(|_| Default::default()),
            copies: array_init::array_init(|_| Default::default()),
            copy_lanes: array_init::array_init(|_| Default::default()),
            theirs: array_init::array_init(|_| {
                let pairs = lane.next().copied().unwrap_or(0);
                Rom::new((0..8).map(|beat| (beat, pairs >> (8 * beat) & 255)))
            }),
            shared: array_init::array_init(|_| Default::default()),
            together: Default::default(),
            pair_ones: Default::default(),
            there: Default::default(),
            showing: Default::default(),
            full: Constant::new(full.to_bits()),
            log_lanes: Constant::new((LB as u64 - 2).to_bits()),
            log_bytes: Constant::new((LB as u64).to_bits()),
            lanes: Constant::new(((1_u64 << (LB - 2)) - 1).to_bits()),
            // eight bytes that are read are aligned
            bytes: Constant::new((((1_u64 << LB) - 1) & !7).to_bits()),
            clock: Default::default(),
            go: Default::default(),
            what: Default::default(),
            addr: Default::default(),
            clear: Default::default(),
            busy: Default::default(),
            failed: Default::default(),
            low: Default::default(),
            high: Default::default(),
            put_valid: Default::default(),
            put_both: Default::default(),
            put: Default::default(),
            place_valid: Default::default(),
            place: Default::default(),
            at: Default::default(),
            page_re: Default::default(),
            page_ra: Default::default(),
            page_rd: Default::default(),
            rd_valid: Default::default(),
            rd: Default::default(),
            rd_ready: Default::default(),
            rsp_valid: Default::default(),
            rsp_data: Default::default(),
            rsp_last: Default::default(),
            rsp_error: Default::default(),
            wr_valid: Default::default(),
            wr_addr: Default::default(),
            wr_data: Default::default(),
            wr_strb: Default::default(),
            wr_last: Default::default(),
            wr_ready: Default::default(),
            mem: Default::default(),
            step: Default::default(),
            beat: Default::default(),
            position: Default::default(),
            base: Default::default(),
            error: Default::default(),
            found: Default::default(),
            waited: Default::default(),
            lane: Default::default(),
            read_lane: Default::default(),
            shift: Default::default(),
            shifted: Default::default(),
            place_in: Default::default(),
            eight_at: Default::default(),
            swap: Default::default(),
            pair_re: Default::default(),
            pair_place: Default::default(),
            pair: Default::default(),
            hand: Default::default(),
            leaving: Default::default(),
            filled: Default::default(),
            reading: Default::default(),
            ask: Default::default(),
            used: Default::default(),
            here: Default::default(),
            beats: Default::default(),
            fresh: Default::default(),
            now_fresh: Default::default(),
            wants: Default::default(),
            outstanding: Default::default(),
            ask_bit: Default::default(),
            hand_bit: Default::default(),
            come_bit: Default::default(),
            come: Default::default(),
            now_used: Default::default(),
            now_here: Default::default(),
            left: Default::default(),
            took: Default::default(),
            arrived: Default::default(),
            ahead: Default::default(),
            heads: Default::default(),
            numbers: Default::default(),
            hand_next: Default::default(),
            come_beat: Default::default(),
            comes: Default::default(),
            number_beat: Constant::new(u64::from(W == 64).to_bits()),
            number_at: Constant::new((if W == 64 { 0_u64 } else { 64 }).to_bits()),
            rsp_tag: Default::default(),
            number: Default::default(),
            final_beat: Default::default(),
            lane_ones: Constant::new(0xffff_ffff_u64.to_bits()),
        }
    }
}

impl<
    const W: usize,
    const B: usize,
    const A: usize,
    const LB: usize,
    const LN: usize,
    const NL: usize,
    const PS: usize,
    const PN: usize,
> Logic for Pager<W, B, A, LB, LN, NL, PS, PN>
{
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self, clock, step, beat, position, base, error, found, waited, lane, hand, leaving,
            filled, reading, ask, used, here, fresh
        );
        for _PS in PS..PS {}
        for _PN in PN..PN {}
        clock!(self, clock, mem, heads, numbers, beats);
        self.outstanding.next = (self.used.q.val() & !self.here.q.val()).any();
        self.busy.next = (self.step.q.val() != PagerStep::Idle) | self.outstanding.val();
        self.failed.next = self.error.q.val();
        self.low.next = self.found.q.val().get_bits::<32>(0);
        self.high.next = self.found.q.val().get_bits::<32>(32);
        self.at.next = self.position.q.val();

        // words of the unit
        self.mem.we.next = self.put_valid.val() & !self.position.q.val().get_bit(7);
        self.mem.wa.next = self.position.q.val().get_bits::<7>(0);
        self.mem.wd.next = self.put.val();
        self.mem.both.next = self.put_both.val();
        self.mem.w_page.next = self.hand.q.val();
        if self.place_valid.val() {
            self.position.d.next = self.place.val();
        } else if self.put_valid.val() & !self.position.q.val().get_bit(7) {
            self.position.d.next = self.position.q.val() + 1;
            if self.put_both.val() {
                self.position.d.next = self.position.q.val() + 2;
            }
        }
        // pages read ahead
        self.ask_bit.next = bits::<PN>(1) << self.ask.q.val();
        self.hand_bit.next = bits::<PN>(1) << self.hand.q.val();
        self.come.next = self.rsp_tag.val().get_bits::<PS>(0);
        self.come_bit.next = bits::<PN>(1) << self.come.val();
        self.now_used.next = self.used.q.val();
        self.now_here.next = self.here.q.val();
        self.now_fresh.next = self.fresh.q.val();
        self.wants.next = self.reading.q.val()
            & self.left.val()
            & !(self.used.q.val() & self.ask_bit.val()).any();
        self.took.next = self.wants.val() & self.rd_ready.val();
        if self.wants.val() & self.rd_ready.val() {
            self.now_used.next = self.now_used.val() | self.ask_bit.val();
            self.now_fresh.next = self.now_fresh.val() | self.ask_bit.val();
            self.ask.d.next = self.ask.q.val() + 1;
        }
        if self.swap.val() {
            self.hand.d.next = self.hand.q.val() + 1;
            self.now_used.next = self.now_used.val() & !self.hand_bit.val();
            self.now_here.next = self.now_here.val() & !self.hand_bit.val();
        }
        self.hand_next.next = self.hand.q.val() + 1;
        self.arrived.next = (self.here.q.val() >> self.hand_next.val()).get_bit(0);

        // one read port: sub commands, the way to the host, the unit's look
        self.read_lane.next = self.position.q.val().get_bits::<7>(0);
        if self.page_re.val() {
            self.read_lane.next = self.page_ra.val();
        }
        if self.pair_re.val() {
            self.read_lane.next = bit_cast::<7, 6>(self.pair_place.val()) << 1;
        }
        self.lane.d.next = self.read_lane.val();
        self.mem.re.next = true;
        self.mem.r_page.next = self.hand.q.val();
        self.mem.ra.next = (self.read_lane.val() >> self.log_lanes.val()).get_bits::<A>(0);
        self.shift.next = bit_cast::<9, 7>(self.lane.q.val() & self.lanes.val()) << 5;
        self.shifted.next = self.mem.rd.val() >> self.shift.val();
        self.page_rd.next = self.shifted.val().get_bits::<32>(0);
        self.pair.next = self.shifted.val().get_bits::<64>(0);

        // the bus
        self.rd_valid.next = (self.step.q.val() == PagerStep::Ask) | self.wants.val();
        self.rd.next.addr = self.addr.val();
        self.rd.next.len = bits::<13>(512);
        self.rd.next.tag = bits::<8>(0x20) | bit_cast::<8, PS>(self.ask.q.val());
        if self.step.q.val() == PagerStep::Ask {
            self.rd.next.len = bits::<13>(8);
            self.rd.next.tag = (32 + PN).to_bits();
        }
        self.wr_valid.next = self.step.q.val() == PagerStep::Show;
        self.wr_addr.next =
            self.base.q.val() | (bit_cast::<64, A>(self.beat.q.val()) << self.log_bytes.val());
        self.wr_data.next = self.mem.rd.val();
        self.together.next = false;
        for k in 0..LN {
            self.together.next = (self.shared[k].q.val() >> self.leaving.q.val()).get_bit(0);
        }
        self.pair_ones.next = self.lane_ones.val() | (self.lane_ones.val() << 32);
        for k in 0..NL {
            self.theirs[k].addr.next = self.beat.q.val();
            for j in 0..8 {
                if self.together.val() & (self.theirs[k].data.val() >> j).get_bit(0) {
                    self.wr_data.next = (self.wr_data.val() & !(self.pair_ones.val() << (64 * j)))
                        | (self.copies[k].rd.val() & (self.pair_ones.val() << (64 * j)));
                }
            }
        }
        for k in 0..16 {
            self.number.next = bit_cast::<8, A>(self.beat.q.val()) << self.log_lanes.val();
            self.number.next = self.number.val() | k.to_bits();
            if self.number.val() >= self.filled.q.val() {
                self.wr_data.next = self.wr_data.val() & !(self.lane_ones.val() << (32 * k));
            }
        }
        self.wr_strb.next = !bits::<B>(0);
        // the word behind the last one ends the page
        self.final_beat.next = (self.filled.q.val() >> self.log_lanes.val()).get_bits::<A>(0);
        self.wr_last.next = self.beat.q.val() == self.final_beat.val();
        self.comes.next = false;
        self.beats.ra.next = self.come.val();
        self.beats.wa.next = self.come.val();
        self.beats.we.next = false;
        self.come_beat.next = self.beats.rd.val();
        if (self.fresh.q.val() & self.come_bit.val()).any() {
            self.come_beat.next = bits::<A>(0);
        }
        self.beats.wd.next = self.come_beat.val() + 1;
        self.mem.beat_wa.next = self.come_beat.val();
        self.mem.beat_page.next = self.come.val();
        self.mem.beat_wd.next = self.rsp_data.val();
        self.heads.we.next = false;
        self.heads.wa.next = self.come.val();
        self.heads.wd.next = self.rsp_data.val().get_bits::<64>(0);
        self.heads.ra.next = self.hand_next.val();
        self.numbers.we.next = false;
        self.numbers.wa.next = self.come.val();
        self.numbers.wd.next = (self.rsp_data.val() >> self.number_at.val()).get_bits::<32>(0);
        self.numbers.ra.next = self.hand_next.val();
        self.ahead.next = bit_cast::<96, 64>(self.heads.rd.val())
            | (bit_cast::<96, 32>(self.numbers.rd.val()) << 64);
        self.place_in.next = bit_cast::<9, 64>((self.base.q.val() & self.bytes.val()) << 3);
        self.eight_at.next = self.rsp_data.val() >> self.place_in.val();
        self.waited.d.next = self.waited.q.val() + 1;
        if self.outstanding.val() & self.rsp_valid.val() & !self.rsp_tag.val().get_bit(PS) {
            self.comes.next = true;
            self.heads.we.next = !self.come_beat.val().any();
            self.numbers.we.next = self.come_beat.val() == self.number_beat.val();
            self.waited.d.next = bits::<16>(0);
            self.error.d.next = self.error.q.val() | self.rsp_error.val();
            self.beats.we.next = true;
            self.now_fresh.next = self.now_fresh.val() & !self.come_bit.val();
            if self.rsp_last.val() {
                self.now_here.next = self.now_here.val() | self.come_bit.val();
            }
        } else if self.outstanding.val() & self.waited.q.val().all() {
            // given up
            self.error.d.next = true;
            self.reading.d.next = false;
            self.now_used.next = bits::<PN>(0);
            self.now_here.next = bits::<PN>(0);
        }

        self.mem.beat_we.next = self.comes.val();

        match self.step.q.val() {
            PagerStep::Idle => {
                self.beat.d.next = bits::<A>(0);
                if !self.outstanding.val() {
                    self.waited.d.next = bits::<16>(0);
                }
                if self.clear.val() {
                    self.position.d.next = bits::<8>(0);
                } else if self.go.val() {
                    match self.what.val().index() {
                        0 => {
                            self.reading.d.next = false;
                        }
                        1 => {
                            self.error.d.next = false;
                            self.reading.d.next = true;
                            self.hand.d.next = (PN - 1).to_bits();
                            self.ask.d.next = bits::<PS>(0);
                            // the page at hand goes free with the first swap
                            self.now_used.next = (1_u64 << (PN - 1)).to_bits();
                            self.now_here.next = (1_u64 << (PN - 1)).to_bits();
                        }
                        2 => {
                            self.error.d.next = false;
                            self.base.d.next = self.addr.val();
                            self.leaving.d.next = self.hand.q.val();
                            self.filled.d.next = self.position.q.val();
                            self.hand.d.next = self.hand.q.val() + 1;
                            self.position.d.next = bits::<8>(0);
                            self.step.d.next = PagerStep::First;
                        }
                        _ => {
                            self.error.d.next = false;
                            self.base.d.next = self.addr.val();
                            self.step.d.next = PagerStep::Ask;
                        }
                    }
                }
            }
            PagerStep::Ask => {
                if self.rd_ready.val() {
                    self.step.d.next = PagerStep::Take;
                }
            }
            PagerStep::Take => {
                if self.rsp_valid.val() & self.rsp_tag.val().get_bit(PS) {
                    self.error.d.next = self.error.q.val() | self.rsp_error.val();
                    self.found.d.next = self.eight_at.val().get_bits::<64>(0);
                    if self.rsp_last.val() {
                        self.step.d.next = PagerStep::Idle;
                    }
                } else if self.waited.q.val().all() {
                    self.error.d.next = true;
                    self.step.d.next = PagerStep::Idle;
                }
            }
            PagerStep::First => {
                self.mem.r_page.next = self.leaving.q.val();
                self.mem.ra.next = bits::<A>(0);
                self.step.d.next = PagerStep::Show;
            }
            PagerStep::Show => {
                // the word shown stays until it is taken
                self.mem.r_page.next = self.leaving.q.val();
                self.mem.ra.next = self.beat.q.val();
                if self.wr_ready.val() {
                    self.mem.ra.next = self.beat.q.val() + 1;
                    self.beat.d.next = self.beat.q.val() + 1;
                    if self.beat.q.val() == self.final_beat.val() {
                        self.step.d.next = PagerStep::Idle;
                    }
                }
            }
        }
        self.used.d.next = self.now_used.val();
        self.here.d.next = self.now_here.val();
        self.fresh.d.next = self.now_fresh.val();

        // ---- lanes
        self.there.next = bits::<6>(0);
        self.showing.next = bits::<7>(0);
        for k in 0..LN {
            self.shared[k].clock.next = self.clock.val();
            self.shared[k].d.next = self.shared[k].q.val();
            if self.put_valid.val() {
                self.shared[k].d.next = self.shared[k].q.val() & !self.hand_bit.val();
                if self.spread[k].val() {
                    self.shared[k].d.next = self.shared[k].q.val() | self.hand_bit.val();
                    self.there.next = self.put_place[k].val();
                    self.mem.wa.next = bit_cast::<7, 6>(self.there.val()) << 1;
                    self.mem.we.next = true;
                    self.position.d.next = self.full.val();
                }
            }
        }
        for k in 0..NL {
            self.copies[k].clock.next = self.clock.val();
            self.copy_lanes[k].clock.next = self.clock.val();
            self.there.next = self.lane_place[k].val();
            self.copy_lanes[k].d.next = bit_cast::<7, 6>(self.there.val()) << 1;
            self.copies[k].re.next = true;
            self.copies[k].r_page.next = self.hand.q.val();
            self.copies[k].ra.next = ((bit_cast::<7, 6>(self.there.val()) << 1)
                >> self.log_lanes.val())
            .get_bits::<A>(0);
            if self.step.q.val() == PagerStep::First {
                self.copies[k].r_page.next = self.leaving.q.val();
                self.copies[k].ra.next = bits::<A>(0);
            }
            if self.step.q.val() == PagerStep::Show {
                self.copies[k].r_page.next = self.leaving.q.val();
                self.copies[k].ra.next = self.beat.q.val();
                if self.wr_ready.val() {
                    self.copies[k].ra.next = self.beat.q.val() + 1;
                }
            }
            self.copies[k].beat_we.next = self.comes.val();
            self.copies[k].beat_page.next = self.come.val();
            self.copies[k].beat_wa.next = self.come_beat.val();
            self.copies[k].beat_wd.next = self.rsp_data.val();
            self.copies[k].we.next = self.lane_put_valid[k].val();
            self.copies[k].both.next = true;
            self.copies[k].w_page.next = self.hand.q.val();
            self.there.next = self.lane_put_place[k].val();
            self.copies[k].wa.next = bit_cast::<7, 6>(self.there.val()) << 1;
            self.copies[k].wd.next = self.lane_put[k].val();
            self.showing.next = self.copy_lanes[k].q.val() & self.lanes.val();
            self.shift.next = bit_cast::<9, 7>(self.showing.val()) << 5;
            self.shifted.next = self.copies[k].rd.val() >> self.shift.val();
            self.lane_pair[k].next = self.shifted.val().get_bits::<64>(0);
        }
    }
}
