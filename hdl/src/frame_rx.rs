//! Store and forward on receive: a stream of frames in, a record per good frame out, the frame itself in a buffer.
//!
//! # Theory of operation
//! Frames go raw into the frame buffer, a ring of `2^LB` beats. What is known of a frame when its last beat has been
//! written decides: *good*, the ring's base moves behind it and its [`RxHeader`] goes into the header queue; *bad*, the
//! write pointer goes back to the base, and a counter says why. Nothing waits: one beat a cycle, frames back to back, at any
//! bus width (at 512 bits a frame may be a single beat, so nothing here may take a cycle per frame that is not overlapped).
//!
//! A frame is **RoCE** if its Ethertype is 0x0800 or 0x86dd, it is IPv4 with IHL 5 and no fragment or IPv6, the next protocol is UDP and
//! the destination port 4791. Everything else is **raw**: no check but its length; VLAN-tagged frames are raw.
//!
//! Beats walk through five stages; a cycle without a beat walks too, so all of this is a pipeline without stalls:
//!
//! | stage | with a beat | with what is known after the last beat |
//! |---|---|---|
//! | input | number of the beat, number of valid bytes; Ethertype; early fields captured | |
//! | 1 | share in the IPv4 checksum; masks of the ICRC looked up | is it RoCE; where does it end; extension headers |
//! | 2 | cut behind the end that IP gives, masked | shorter than IP says? UDP and IP lengths agree? |
//! | 3 | into the ICRC | payload length |
//! | 4 | late fields captured; written to the frame buffer | first drop reason |
//! | 5 | | ICRC good? verdict: header pushed and base moved, or rolled back and counted |
//!
//! Late fields are captured just before the verdict, so that the next frame, however short, does not overwrite them.
//!
//! # Interfaces
//! * `in_*`: a beat whenever `in_valid`. `in_keep` is read with `in_last` only, contiguous from bit 0; no byte at all there means
//!   that the frame was aborted: it is dropped and *not* counted (whoever aborted it has).
//! * `hdr_valid`, `hdr_ready`, `hdr`: headers in order; a header is visible 8 cycles after the cycle of the frame's last beat.
//!   Addresses (IP, MAC) are wire bytes, first byte lowest; IPv4 as ::ffff:a.b.c.d. `buf` and `beats` are in beats of this bus; `beats` counts
//!   everything that was stored, so that `free_beats` of all headers in order frees everything.
//!   In raw headers `hdr_len` is 0 and `payload_len` the whole frame, and the fields from `ipv6` on mean nothing.
//! * `rd_en`, `rd_addr` → `rd_data` in the next cycle: the frame buffer, by beat.
//! * `free_valid`, `free_beats`: the oldest frame is done with.
//! * `count`: the event of each frame, one cycle after its verdict; `rx_ecn` in a cycle without another event.
//!
//! # Events, the first that holds
//! `rx_oversize`: longer than [`MAX_FRAME`]. `rx_runt`: shorter than 42 bytes, or than 62 if it is UDP over IPv6. Raw: `rx_raw`, if it fits. For RoCE: `rx_ip_checksum`;
//! `rx_length_error`: UDP and IP lengths disagree, or the frame ends before them (bytes behind them are padding); `rx_runt`: no room for the
//! headers of that opcode, its pad and the ICRC. Then for all: `rx_buffer_full`, also if the header queue is full. Then for RoCE: `rx_icrc_error`, `rx_cnp`
//! (congestion notification, ends here), else `rcvd_pkts`, and `rx_ecn` besides if the IP header carries a congestion mark.

use crate::counter;
use crate::fifo::BlockFifo;
use crate::mem::Ram;
use crate::pipe::RxHeader;
use crate::rx_check::{BeatInfo, Preverdict, RxCheck};
use crate::rx_parse::{Capture, CapturePlan, LateFields};
use rust_hdl::prelude::*;

pub use crate::rx_check::MAX_FRAME;

/// The receive framer. `B = W / 8`, `H = W - 32`, a frame buffer of `2^LB` beats, `LB1 = LB + 1`, `2^LQ` headers, `LQ1 = LQ + 1`.
#[derive(LogicBlock)]
pub struct FrameRx<
    const W: usize,
    const B: usize,
    const H: usize,
    const LB: usize,
    const LB1: usize,
    const LQ: usize,
    const LQ1: usize,
> {
    pub clock: Signal<In, Clock>,
    pub in_valid: Signal<In, Bit>,
    pub in_last: Signal<In, Bit>,
    pub in_data: Signal<In, Bits<W>>,
    pub in_keep: Signal<In, Bits<B>>,
    pub hdr_valid: Signal<Out, Bit>,
    pub hdr_ready: Signal<In, Bit>,
    pub hdr: Signal<Out, RxHeader>,
    pub rd_en: Signal<In, Bit>,
    pub rd_addr: Signal<In, Bits<12>>,
    pub rd_data: Signal<Out, Bits<W>>,
    pub free_valid: Signal<In, Bit>,
    pub free_beats: Signal<In, Bits<12>>,
    pub count: Signal<Out, Bits<8>>,
    pub count_valid: Signal<Out, Bit>,

    check: RxCheck<W, B, H>,
    late: Capture<LateFields, W>,

    // stage 4
    valid: Signal<Local, Bit>,
    store: Signal<Local, BeatInfo>,
    /// a beat of the frame in stage 4 did not fit
    over: DFF<Bit>,
    full: Signal<Local, Bit>,
    /// this beat fits, behind the last one; or in its place, if that frame is rolled back
    fits: Signal<Local, Bit>,
    fits_back: Signal<Local, Bit>,
    beat: Signal<Local, Bit>,
    next_write: Signal<Local, Bits<LB1>>,
    next_back: Signal<Local, Bits<LB1>>,

    // stage 5
    ending: Signal<Local, Bit>,
    verdict: Signal<Local, Preverdict>,
    icrc_good: Signal<Local, Bit>,
    good: Signal<Local, Bit>,
    rollback: Signal<Local, Bit>,
    seen: Signal<Local, LateFields>,
    header: Signal<Local, RxHeader>,
    marked: Signal<Local, Bit>,
    stored: Signal<Local, Bits<LB1>>,
    headers: BlockFifo<RxHeader, LQ, LQ1>,
    /// headers in the queue, and whether there is room for one more, a cycle late and therefore one early
    queued: DFF<Bits<LQ1>>,
    queue_room: DFF<Bit>,
    taken: Signal<Local, Bit>,
    /// 2^LQ - 1
    queue_limit: Constant<Bits<LQ1>>,

    // the ring of beats
    buffer: Ram<Bits<W>, LB>,
    /// first beat of the frame that is coming in, next beat to write, oldest beat not yet freed
    base: DFF<Bits<LB1>>,
    write: DFF<Bits<LB1>>,
    read: DFF<Bits<LB1>>,
    used: Signal<Local, Bits<LB1>>,

    // counting
    event: DFF<Bits<8>>,
    event_valid: DFF<Bit>,
    /// congestion marks not yet counted
    marks: DFF<Bits<10>>,
    mark_out: Signal<Local, Bit>,

    is_cnp: Constant<Bits<8>>,
    is_ecn: Constant<Bits<8>>,
    is_full: Constant<Bits<8>>,
    is_icrc: Constant<Bits<8>>,
}

/// [`FrameRx`] for the widths there are: 32 KiB of frames at 64 bits, 64 KiB at 512.
pub type FrameRx64 = FrameRx<64, 8, 32, 12, 13, 9, 10>;
pub type FrameRx512 = FrameRx<512, 64, 480, 10, 11, 9, 10>;

impl<
    const W: usize,
    const B: usize,
    const H: usize,
    const LB: usize,
    const LB1: usize,
    const LQ: usize,
    const LQ1: usize,
> Default for FrameRx<W, B, H, LB, LB1, LQ, LQ1>
{
    fn default() -> Self {
        assert!(W == 8 * B && B.is_power_of_two(), "B must be W / 8");
        assert!(
            LB1 == LB + 1 && LB <= 12,
            "LB1 must be LB + 1, LB at most 12"
        );
        assert!(
            B << LB >= 2 * MAX_FRAME,
            "the frame buffer must hold two frames"
        );
        Self {
            clock: Default::default(),
            in_valid: Default::default(),
            in_last: Default::default(),
            in_data: Default::default(),
            in_keep: Default::default(),
            hdr_valid: Default::default(),
            hdr_ready: Default::default(),
            hdr: Default::default(),
            rd_en: Default::default(),
            rd_addr: Default::default(),
            rd_data: Default::default(),
            free_valid: Default::default(),
            free_beats: Default::default(),
            count: Default::default(),
            count_valid: Default::default(),
            check: Default::default(),
            late: Capture::new(CapturePlan::late()),
            valid: Default::default(),
            store: Default::default(),
            over: Default::default(),
            full: Default::default(),
            fits: Default::default(),
            fits_back: Default::default(),
            beat: Default::default(),
            next_write: Default::default(),
            next_back: Default::default(),
            ending: Default::default(),
            verdict: Default::default(),
            icrc_good: Default::default(),
            good: Default::default(),
            rollback: Default::default(),
            seen: Default::default(),
            header: Default::default(),
            marked: Default::default(),
            stored: Default::default(),
            headers: BlockFifo::stored(),
            queued: Default::default(),
            queue_room: Default::default(),
            taken: Default::default(),
            queue_limit: Constant::new(((1u64 << LQ) - 1).to_bits()),
            buffer: Default::default(),
            base: Default::default(),
            write: Default::default(),
            read: Default::default(),
            used: Default::default(),
            event: Default::default(),
            event_valid: Default::default(),
            marks: Default::default(),
            mark_out: Default::default(),
            is_cnp: Constant::new(counter::RX_CNP.to_bits()),
            is_ecn: Constant::new(counter::RX_ECN.to_bits()),
            is_full: Constant::new(counter::RX_BUFFER_FULL.to_bits()),
            is_icrc: Constant::new(counter::RX_ICRC_ERROR.to_bits()),
        }
    }
}

impl<
    const W: usize,
    const B: usize,
    const H: usize,
    const LB: usize,
    const LB1: usize,
    const LQ: usize,
    const LQ1: usize,
> Logic for FrameRx<W, B, H, LB, LB1, LQ, LQ1>
{
    #[hdl_gen]
    fn update(&mut self) {
        for _LB in LB..LB {}
        dff_setup!(
            self,
            clock,
            over,
            base,
            write,
            read,
            queued,
            queue_room,
            event,
            event_valid,
            marks
        );
        self.check.clock.next = self.clock.val();
        self.late.clock.next = self.clock.val();
        self.headers.clock.next = self.clock.val();
        self.buffer.clock.next = self.clock.val();

        self.check.in_valid.next = self.in_valid.val();
        self.check.in_last.next = self.in_last.val();
        self.check.in_data.next = self.in_data.val();
        self.check.in_keep.next = self.in_keep.val();

        // stage 4: late fields
        self.valid.next = self.check.out_valid.val();
        self.store.next = self.check.out_info.val();
        self.late.valid.next = self.valid.val();
        self.late.beat.next = self.store.val().beat;
        self.late.ipv6.next = self.store.val().ip6 == 1;
        self.late.data.next = self.check.out_data.val();

        // stage 5: verdict
        self.ending.next = self.check.ending.val();
        self.verdict.next = self.check.verdict.val();
        self.icrc_good.next = self.check.icrc_good.val();
        self.good.next = self.ending.val()
            & (self.verdict.val().drop == 0)
            & !self.over.q.val()
            & self.queue_room.q.val()
            & ((self.verdict.val().roce == 0)
                | (self.icrc_good.val() & (self.verdict.val().cnp == 0)));
        self.rollback.next = self.ending.val() & !self.good.val();
        self.seen.next = self.late.fields.val();
        self.marked.next = self.seen.val().traffic.get_bits::<2>(0) == 3;
        if self.verdict.val().ipv6 == 1 {
            self.marked.next = self.seen.val().traffic.get_bits::<2>(4) == 3;
        }
        self.stored.next = self.write.q.val() - self.base.q.val();
        self.header.next.buf = bit_cast::<12, LB>(self.base.q.val().get_bits::<LB>(0));
        self.header.next.beats = bit_cast::<12, LB1>(self.stored.val());
        self.header.next.frame_len = self.verdict.val().frame_len;
        self.header.next.hdr_len = self.verdict.val().hdr_len;
        self.header.next.payload_len = self.verdict.val().payload_len;
        self.header.next.raw = !self.verdict.val().roce;
        self.header.next.ipv6 = self.verdict.val().ipv6;
        self.header.next.src_ip = self.seen.val().src_ip;
        self.header.next.dst_ip = self.seen.val().dst_ip;
        self.header.next.src_mac = self.seen.val().src_mac;
        self.header.next.ecn = self.marked.val().into();
        self.header.next.opcode = self.seen.val().opcode;
        self.header.next.solicited = self.seen.val().flags.get_bits::<1>(7);
        self.header.next.pad = self.seen.val().flags.get_bits::<2>(4);
        self.header.next.tver = self.seen.val().flags.get_bits::<4>(0);
        self.header.next.pkey = self.seen.val().pkey;
        self.header.next.fecn = self.seen.val().congestion.get_bits::<1>(7);
        self.header.next.becn = self.seen.val().congestion.get_bits::<1>(6);
        self.header.next.dest_qpn = self.seen.val().dest_qpn;
        self.header.next.ack_req = self.seen.val().ack.get_bits::<1>(7);
        self.header.next.psn = self.seen.val().psn;
        self.header.next.ext = self.seen.val().ext;
        self.headers.in_valid.next = self.good.val();
        self.headers.in_data.next = self.header.val();
        self.hdr_valid.next = self.headers.out_valid.val();
        self.hdr.next = self.headers.out_data.val();
        self.headers.out_ready.next = self.hdr_ready.val();
        // the queue's own `in_ready` would be a subtraction in the path of the verdict
        self.taken.next = self.headers.out_valid.val() & self.hdr_ready.val();
        self.queue_room.d.next = self.queued.q.val() < self.queue_limit.val();
        if self.good.val() & !self.taken.val() {
            self.queued.d.next = self.queued.q.val() + 1;
        }
        if !self.good.val() & self.taken.val() {
            self.queued.d.next = self.queued.q.val() - 1;
        }

        // the ring: stage 4 writes, where depends on stage 5, so both cases are prepared
        self.used.next = self.write.q.val() - self.read.q.val();
        self.full.next = self.used.val().get_bit(LB);
        self.fits.next = !self.full.val() & ((self.store.val().first == 1) | !self.over.q.val());
        self.fits_back.next = !self.full.val() | (self.write.q.val() != self.base.q.val());
        self.beat.next = self.valid.val() & (self.store.val().long == 0);
        self.next_write.next = self.write.q.val();
        if self.beat.val() & self.fits.val() {
            self.next_write.next = self.write.q.val() + 1;
        }
        self.next_back.next = self.base.q.val();
        if self.beat.val() & self.fits_back.val() {
            self.next_back.next = self.base.q.val() + 1;
        }
        self.buffer.we.next = self.beat.val() & self.fits.val();
        self.buffer.wa.next = self.write.q.val().get_bits::<LB>(0);
        self.write.d.next = self.next_write.val();
        self.over.d.next =
            (self.valid.val() & !self.fits.val()) | (!self.valid.val() & self.over.q.val());
        if self.rollback.val() {
            self.buffer.we.next = self.beat.val() & self.fits_back.val();
            self.buffer.wa.next = self.base.q.val().get_bits::<LB>(0);
            self.write.d.next = self.next_back.val();
            self.over.d.next = self.valid.val() & !self.fits_back.val();
        }
        self.buffer.wd.next = self.check.out_data.val();
        if self.good.val() {
            self.base.d.next = self.write.q.val();
        }
        self.buffer.re.next = self.rd_en.val();
        self.buffer.ra.next = bit_cast::<LB, 12>(self.rd_addr.val());
        self.rd_data.next = self.buffer.rd.val();
        if self.free_valid.val() {
            self.read.d.next = self.read.q.val() + bit_cast::<LB1, 12>(self.free_beats.val());
        }

        // counting: each frame's event at once, congestion marks when there is none
        self.event_valid.d.next = self.ending.val() & (self.verdict.val().counted == 1);
        self.event.d.next = self.verdict.val().event;
        if self.verdict.val().drop == 0 {
            if self.over.q.val() | !self.queue_room.q.val() {
                self.event.d.next = self.is_full.val();
            } else if self.verdict.val().roce == 1 {
                if !self.icrc_good.val() {
                    self.event.d.next = self.is_icrc.val();
                } else if self.verdict.val().cnp == 1 {
                    self.event.d.next = self.is_cnp.val();
                }
            }
        }
        self.mark_out.next = !self.event_valid.q.val() & (self.marks.q.val() != 0);
        self.count_valid.next = self.event_valid.q.val() | self.mark_out.val();
        self.count.next = self.event.q.val();
        if self.mark_out.val() {
            self.count.next = self.is_ecn.val();
            self.marks.d.next = self.marks.q.val() - 1;
        }
        if self.good.val() & (self.verdict.val().roce == 1) & self.marked.val() {
            self.marks.d.next = self.marks.q.val() + 1;
            if self.mark_out.val() {
                self.marks.d.next = self.marks.q.val();
            }
        }
    }
}
