//! What a frame is and whether it is good: the stages of `frame_rx` ahead of its buffer.
//!
//! Frames walk through, one beat a cycle, and nothing is kept of them here; with the last beat comes the verdict. Which stage does
//! what is in the table of `frame_rx.rs`.
//!
//! # Interfaces
//! `in_*` as in `frame_rx`. `out_*`: the same beats four cycles later. `ending`, `verdict`, `icrc_good`: for one cycle, the one after a frame's last
//! beat came out.

use crate::counter;
use crate::icrc::IcrcCheck;
use crate::icrc_mask::IcrcMask;
use crate::keep::keep_count_map;
use crate::record;
use crate::rx_parse::{Capture, CapturePlan, EarlyFields, Ethertype, ExtLength, IpSum};
use crate::xor::XorMatrix;
use rust_hdl::prelude::*;

/// Longest frame that is taken, in bytes: MTU 4096 with the longest headers, rounded up to whole beats of 512 bits.
pub const MAX_FRAME: usize = 4224;

record! {
    /// What goes along with each beat.
    pub struct BeatInfo {
        last: 1, first: 1,
        /// this beat begins at MAX_FRAME
        long: 1,
        /// the IP length field has passed
        sized: 1,
        ip4: 1, ip6: 1,
        /// valid bytes, number of the beat (up to 15), its first byte in the frame
        bytes: 7, beat: 4, offset: 14,
    }
    /// Stage 2: the frame's own idea of its length.
    pub struct FrameShape {
        roce: 1, cnp: 1,
        /// IPv6 and UDP, whatever the port
        udp6: 1,
        /// the IP length is beyond any frame; the UDP length is below any RoCE packet
        huge: 1, tiny: 1,
        /// last byte of the frame by IP
        end: 14,
        /// must be equal
        ip_bytes: 16, udp_bytes: 16,
        /// bytes behind the BTH without ICRC
        rest: 14,
        ext: 6, pad: 2,
    }
    /// Stage 3: checks of lengths.
    pub struct FrameChecks {
        roce: 1, cnp: 1, abort: 1, long: 1, runt: 1, length_error: 1, tiny: 1, ip4: 1,
        /// last byte of the frame
        end: 14,
        /// payload and pad, negative if bit 14
        rest: 15,
        pad: 2, hdr_len: 7,
    }
    /// Stage 4: everything but the IPv4 checksum's and the buffer's part in the verdict.
    pub struct FrameSizes {
        roce: 1, cnp: 1, abort: 1, long: 1, runt: 1, length_error: 1, tiny: 1, bad_sum: 1,
        frame_len: 14,
        /// negative if bit 14
        payload: 15,
        hdr_len: 7,
    }
    /// Stage 5: the verdict but for the frame buffer and the ICRC.
    pub struct Preverdict {
        drop: 1, counted: 1, event: 8, roce: 1, cnp: 1, ipv6: 1,
        frame_len: 14, payload_len: 13, hdr_len: 7,
    }
}

/// The checks. `B = W / 8`, `H = W - 32`.
#[derive(LogicBlock)]
pub struct RxCheck<const W: usize, const B: usize, const H: usize> {
    pub clock: Signal<In, Clock>,
    pub in_valid: Signal<In, Bit>,
    pub in_last: Signal<In, Bit>,
    pub in_data: Signal<In, Bits<W>>,
    pub in_keep: Signal<In, Bits<B>>,
    /// the beat in stage 4
    pub out_valid: Signal<Out, Bit>,
    pub out_info: Signal<Out, BeatInfo>,
    pub out_data: Signal<Out, Bits<W>>,
    /// a frame's last beat was in stage 4 in the cycle before; `verdict` and `icrc_good` are about that frame
    pub ending: Signal<Out, Bit>,
    pub verdict: Signal<Out, Preverdict>,
    pub icrc_good: Signal<Out, Bit>,

    // input
    counter: XorMatrix<B, 7>,
    ethertype: Ethertype<W>,
    early: Capture<EarlyFields, W>,
    beat: DFF<Bits<4>>,
    offset: DFF<Bits<14>>,
    ip4: DFF<Bit>,
    ip6: DFF<Bit>,
    sized_held: DFF<Bit>,
    ip4_now: Signal<Local, Bit>,
    sized_now: Signal<Local, Bit>,
    ip6_now: Signal<Local, Bit>,
    info: Signal<Local, BeatInfo>,

    // stages
    valid1: DFF<Bit>,
    valid2: DFF<Bit>,
    valid3: DFF<Bit>,
    valid4: DFF<Bit>,
    info1: DFF<BeatInfo>,
    info2: DFF<BeatInfo>,
    info3: DFF<BeatInfo>,
    info4: DFF<BeatInfo>,
    data1: DFF<Bits<W>>,
    data2: DFF<Bits<W>>,
    data3: DFF<Bits<W>>,
    data4: DFF<Bits<W>>,

    // stage 1
    ext: ExtLength,
    ip_sum: IpSum<W>,
    fields: Signal<Local, EarlyFields>,
    head: Signal<Local, BeatInfo>,
    udp4: Signal<Local, Bit>,
    udp6: Signal<Local, Bit>,
    ours: Signal<Local, Bit>,
    shape: Signal<Local, FrameShape>,
    shape2: DFF<FrameShape>,

    // stage 2
    mask: IcrcMask<W, B>,
    cut: DFF<Bit>,
    sum: DFF<Bits<20>>,
    tail: Signal<Local, BeatInfo>,
    known: Signal<Local, FrameShape>,
    end_offset: Signal<Local, Bits<14>>,
    ends: Signal<Local, Bit>,
    valid_bytes: Signal<Local, Bits<7>>,
    received: Signal<Local, Bits<14>>,
    checks: Signal<Local, FrameChecks>,
    checks3: DFF<FrameChecks>,
    masked3: DFF<Bits<W>>,
    icrc_valid3: DFF<Bit>,
    icrc_last3: DFF<Bit>,
    icrc_bytes3: DFF<Bits<7>>,

    // stage 3
    icrc: IcrcCheck<W, B, H>,
    folded: Signal<Local, Bits<17>>,
    sizes: Signal<Local, FrameSizes>,
    sizes4: DFF<FrameSizes>,
    checked: Signal<Local, FrameChecks>,

    // stage 4
    sized: Signal<Local, FrameSizes>,
    store: Signal<Local, BeatInfo>,
    pre: Signal<Local, Preverdict>,
    pre5: DFF<Preverdict>,
    ending5: DFF<Bit>,
    /// the ICRC of a frame with whole beats of padding was good
    icrc_held: DFF<Bit>,
    icrc_now: Signal<Local, Bit>,

    /// B, B - 1, first beat after which the IP length is known
    beat_bytes: Constant<Bits<14>>,
    beat_full: Constant<Bits<7>>,
    beat_mask: Constant<Bits<14>>,
    size_beat: Constant<Bits<4>>,
    max_frame: Constant<Bits<14>>,
    is_rcvd: Constant<Bits<8>>,
    is_raw: Constant<Bits<8>>,
    is_runt: Constant<Bits<8>>,
    is_oversize: Constant<Bits<8>>,
    is_length: Constant<Bits<8>>,
    is_checksum: Constant<Bits<8>>,
}

impl<const W: usize, const B: usize, const H: usize> Default for RxCheck<W, B, H> {
    fn default() -> Self {
        assert!(W == 8 * B && B.is_power_of_two(), "B must be W / 8");
        Self {
            clock: Default::default(),
            in_valid: Default::default(),
            in_last: Default::default(),
            in_data: Default::default(),
            in_keep: Default::default(),
            out_valid: Default::default(),
            out_info: Default::default(),
            out_data: Default::default(),
            ending: Default::default(),
            verdict: Default::default(),
            icrc_good: Default::default(),
            counter: XorMatrix::new(keep_count_map(B)),
            ethertype: Default::default(),
            early: Capture::new(CapturePlan::early()),
            beat: Default::default(),
            offset: Default::default(),
            ip4: Default::default(),
            ip6: Default::default(),
            sized_held: Default::default(),
            ip4_now: Default::default(),
            sized_now: Default::default(),
            ip6_now: Default::default(),
            info: Default::default(),
            valid1: Default::default(),
            valid2: Default::default(),
            valid3: Default::default(),
            valid4: Default::default(),
            info1: Default::default(),
            info2: Default::default(),
            info3: Default::default(),
            info4: Default::default(),
            data1: Default::default(),
            data2: Default::default(),
            data3: Default::default(),
            data4: Default::default(),
            ext: Default::default(),
            ip_sum: Default::default(),
            fields: Default::default(),
            head: Default::default(),
            udp4: Default::default(),
            udp6: Default::default(),
            ours: Default::default(),
            shape: Default::default(),
            shape2: Default::default(),
            mask: Default::default(),
            cut: Default::default(),
            sum: Default::default(),
            tail: Default::default(),
            known: Default::default(),
            end_offset: Default::default(),
            ends: Default::default(),
            valid_bytes: Default::default(),
            received: Default::default(),
            checks: Default::default(),
            checks3: Default::default(),
            masked3: Default::default(),
            icrc_valid3: Default::default(),
            icrc_last3: Default::default(),
            icrc_bytes3: Default::default(),
            icrc: Default::default(),
            folded: Default::default(),
            sizes: Default::default(),
            sizes4: Default::default(),
            checked: Default::default(),
            sized: Default::default(),
            store: Default::default(),
            pre: Default::default(),
            pre5: Default::default(),
            ending5: Default::default(),
            icrc_held: Default::default(),
            icrc_now: Default::default(),
            beat_bytes: Constant::new(B.to_bits()),
            beat_full: Constant::new(B.to_bits()),
            beat_mask: Constant::new((B - 1).to_bits()),
            size_beat: Constant::new((18 / B).to_bits()),
            max_frame: Constant::new(MAX_FRAME.to_bits()),
            is_rcvd: Constant::new(counter::RCVD_PKTS.to_bits()),
            is_raw: Constant::new(counter::RX_RAW.to_bits()),
            is_runt: Constant::new(counter::RX_RUNT.to_bits()),
            is_oversize: Constant::new(counter::RX_OVERSIZE.to_bits()),
            is_length: Constant::new(counter::RX_LENGTH_ERROR.to_bits()),
            is_checksum: Constant::new(counter::RX_IP_CHECKSUM.to_bits()),
        }
    }
}

impl<const W: usize, const B: usize, const H: usize> Logic for RxCheck<W, B, H> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self,
            clock,
            beat,
            offset,
            ip4,
            ip6,
            sized_held,
            valid1,
            valid2,
            valid3,
            valid4,
            info1,
            info2,
            info3,
            info4,
            data1,
            data2,
            data3,
            data4,
            shape2,
            cut,
            sum,
            checks3,
            masked3,
            icrc_valid3,
            icrc_last3,
            icrc_bytes3,
            sizes4,
            pre5,
            ending5,
            icrc_held
        );
        self.early.clock.next = self.clock.val();
        self.ip_sum.clock.next = self.clock.val();
        self.mask.clock.next = self.clock.val();
        self.icrc.clock.next = self.clock.val();

        // input: count, recognise, capture what decides
        self.counter.enable.next = self.in_valid.val() & self.in_last.val();
        self.counter.x.next = self.in_keep.val();
        self.ethertype.valid.next = self.in_valid.val();
        self.ethertype.beat.next = self.beat.q.val();
        self.ethertype.data.next = self.in_data.val();
        self.ip4_now.next = self.ip4.q.val();
        self.ip6_now.next = self.ip6.q.val();
        if self.ethertype.here.val() {
            self.ip4_now.next = self.ethertype.ip4.val();
            self.ip6_now.next = self.ethertype.ip6.val();
        }
        self.ip4.d.next = self.ip4_now.val();
        self.ip6.d.next = self.ip6_now.val();
        self.early.valid.next = self.in_valid.val();
        self.early.beat.next = self.beat.q.val();
        self.early.ipv6.next = self.ip6_now.val();
        self.early.data.next = self.in_data.val();
        self.info.next.last = self.in_last.val().into();
        self.info.next.first = (self.beat.q.val() == 0).into();
        self.info.next.long = (self.offset.q.val() == self.max_frame.val()).into();
        self.sized_now.next = self.sized_held.q.val() | (self.beat.q.val() == self.size_beat.val());
        self.info.next.sized = self.sized_now.val().into();
        self.info.next.ip4 = self.ip4_now.val().into();
        self.info.next.ip6 = self.ip6_now.val().into();
        self.info.next.bytes = self.beat_full.val();
        if self.in_last.val() {
            self.info.next.bytes = self.counter.y.val();
        }
        self.info.next.beat = self.beat.q.val();
        self.info.next.offset = self.offset.q.val();
        self.valid1.d.next = self.in_valid.val();
        if self.in_valid.val() {
            self.info1.d.next = self.info.val();
            self.data1.d.next = self.in_data.val();
            self.sized_held.d.next = self.sized_now.val() & !self.in_last.val();
            if self.beat.q.val() != 15 {
                self.beat.d.next = self.beat.q.val() + 1;
            }
            if self.offset.q.val() != self.max_frame.val() {
                self.offset.d.next = self.offset.q.val() + self.beat_bytes.val();
            }
            if self.in_last.val() {
                self.beat.d.next = bits::<4>(0);
                self.offset.d.next = bits::<14>(0);
            }
        }

        // stage 1: what is it, where does it end
        self.head.next = self.info1.q.val();
        self.fields.next = self.early.fields.val();
        self.ext.opcode.next = self.fields.val().opcode;
        self.ours.next = (self.fields.val().protocol == 17) & (self.fields.val().port == 4791);
        self.udp4.next = (self.head.val().ip4 == 1)
            & (self.fields.val().version == 0x45)
            & (self.fields.val().fragment.get_bits::<14>(0) == 0);
        self.udp6.next =
            (self.head.val().ip6 == 1) & (self.fields.val().version.get_bits::<4>(4) == 6);
        self.shape.next.roce = (self.ours.val() & (self.udp4.val() | self.udp6.val())).into();
        self.shape.next.udp6 = (self.udp6.val() & (self.fields.val().protocol == 17)).into();
        self.shape.next.cnp = (self.fields.val().opcode == 0x81).into();
        self.shape.next.huge = (self.fields.val().ip_len.get_bits::<3>(13) != 0).into();
        self.shape.next.tiny = (self.fields.val().udp_len < 24).into();
        self.shape.next.end = bit_cast::<14, 16>(self.fields.val().ip_len) + 13;
        self.shape.next.udp_bytes = self.fields.val().udp_len + 20;
        if self.head.val().ip6 == 1 {
            self.shape.next.end = bit_cast::<14, 16>(self.fields.val().ip_len) + 53;
            self.shape.next.udp_bytes = self.fields.val().udp_len;
        }
        self.shape.next.ip_bytes = self.fields.val().ip_len;
        self.shape.next.rest = bit_cast::<14, 16>(self.fields.val().udp_len) - 24;
        self.shape.next.ext = self.ext.bytes.val();
        self.shape.next.pad = self.fields.val().flags.get_bits::<2>(4);
        self.ip_sum.valid.next = self.valid1.q.val();
        self.ip_sum.beat.next = self.head.val().beat;
        self.ip_sum.data.next = self.data1.q.val();
        self.mask.take.next = self.valid1.q.val();
        self.mask.beat.next = self.head.val().beat;
        self.mask.ipv6.next = self.head.val().ip6 == 1;
        self.valid2.d.next = self.valid1.q.val();
        if self.valid1.q.val() {
            self.info2.d.next = self.head.val();
            self.data2.d.next = self.data1.q.val();
            self.shape2.d.next = self.shape.val();
        }

        // stage 2: cut and mask for the ICRC, compare lengths
        self.tail.next = self.info2.q.val();
        self.known.next = self.shape2.q.val();
        self.end_offset.next = self.known.val().end & !self.beat_mask.val();
        self.ends.next = (self.tail.val().sized == 1)
            & (self.known.val().huge == 0)
            & (self.tail.val().offset == self.end_offset.val());
        self.valid_bytes.next = self.tail.val().bytes;
        if self.ends.val() {
            self.valid_bytes.next =
                bit_cast::<7, 14>(self.known.val().end & self.beat_mask.val()) + 1;
        }
        self.mask.bytes.next = self.valid_bytes.val();
        self.mask.data.next = self.data2.q.val();
        self.icrc_valid3.d.next = self.valid2.q.val() & !self.cut.q.val();
        self.received.next = self.tail.val().offset | bit_cast::<14, 7>(self.tail.val().bytes - 1);
        self.checks.next.roce = self.known.val().roce;
        self.checks.next.cnp = self.known.val().cnp;
        self.checks.next.abort = (self.tail.val().bytes == 0).into();
        self.checks.next.long = self.tail.val().long;
        self.checks.next.runt = ((self.received.val() < 41)
            | ((self.known.val().udp6 == 1) & (self.received.val() < 61)))
            .into();
        self.checks.next.length_error = ((self.known.val().huge == 1)
            | (self.known.val().ip_bytes != self.known.val().udp_bytes)
            | (self.received.val() < self.known.val().end))
            .into();
        self.checks.next.tiny = self.known.val().tiny;
        self.checks.next.ip4 = self.tail.val().ip4;
        self.checks.next.end = self.received.val();
        if self.known.val().roce == 1 {
            self.checks.next.end = self.known.val().end;
        }
        self.checks.next.rest =
            bit_cast::<15, 14>(self.known.val().rest) - bit_cast::<15, 6>(self.known.val().ext);
        self.checks.next.pad = self.known.val().pad;
        self.checks.next.hdr_len = bit_cast::<7, 6>(self.known.val().ext) + 54;
        if self.tail.val().ip6 == 1 {
            self.checks.next.hdr_len = bit_cast::<7, 6>(self.known.val().ext) + 74;
        }
        self.valid3.d.next = self.valid2.q.val();
        if self.valid2.q.val() {
            self.info3.d.next = self.tail.val();
            self.data3.d.next = self.data2.q.val();
            self.checks3.d.next = self.checks.val();
            self.masked3.d.next = self.mask.masked.val();
            self.icrc_last3.d.next = self.ends.val() | (self.tail.val().last == 1);
            self.icrc_bytes3.d.next = self.valid_bytes.val();
            self.cut.d.next = (self.cut.q.val() | self.ends.val()) & (self.tail.val().last == 0);
            self.sum.d.next = self.sum.q.val() + self.ip_sum.sum.val();
            if self.tail.val().first == 1 {
                self.sum.d.next = self.ip_sum.sum.val();
            }
        }

        // stage 3: the ICRC's first cycle; payload length
        self.icrc.valid.next = self.icrc_valid3.q.val();
        self.icrc.last.next = self.icrc_last3.q.val();
        self.icrc.bytes.next = self.icrc_bytes3.q.val();
        self.icrc.data.next = self.masked3.q.val();
        self.checked.next = self.checks3.q.val();
        // ten words make less than 16 carries, so one fold is enough to compare with all ones
        self.folded.next = bit_cast::<17, 20>(self.sum.q.val() & 0xffff)
            + bit_cast::<17, 4>(self.sum.q.val().get_bits::<4>(16));
        self.sizes.next.roce = self.checked.val().roce;
        self.sizes.next.cnp = self.checked.val().cnp;
        self.sizes.next.abort = self.checked.val().abort;
        self.sizes.next.long = self.checked.val().long;
        self.sizes.next.runt = self.checked.val().runt;
        self.sizes.next.length_error = self.checked.val().length_error;
        self.sizes.next.tiny = self.checked.val().tiny;
        self.sizes.next.bad_sum =
            ((self.checked.val().ip4 == 1) & (self.folded.val() != 0xffff)).into();
        self.sizes.next.frame_len = self.checked.val().end + 1;
        self.sizes.next.payload =
            self.checked.val().rest - bit_cast::<15, 2>(self.checked.val().pad);
        self.sizes.next.hdr_len = self.checked.val().hdr_len;
        self.valid4.d.next = self.valid3.q.val();
        if self.valid3.q.val() {
            self.info4.d.next = self.info3.q.val();
            self.data4.d.next = self.data3.q.val();
            self.sizes4.d.next = self.sizes.val();
        }

        // stage 4: late fields; the verdict as far as it is known
        self.store.next = self.info4.q.val();
        self.sized.next = self.sizes4.q.val();
        self.pre.next.roce = self.sized.val().roce;
        self.pre.next.cnp = self.sized.val().cnp;
        self.pre.next.ipv6 = self.store.val().ip6;
        self.pre.next.frame_len = self.sized.val().frame_len;
        self.pre.next.payload_len = bit_cast::<13, 15>(self.sized.val().payload);
        self.pre.next.hdr_len = self.sized.val().hdr_len;
        self.pre.next.counted = bits::<1>(1);
        self.pre.next.drop = bits::<1>(1);
        self.pre.next.event = self.is_runt.val();
        if self.sized.val().abort == 1 {
            self.pre.next.counted = bits::<1>(0);
        } else if self.sized.val().long == 1 {
            self.pre.next.event = self.is_oversize.val();
        } else if self.sized.val().runt == 0 {
            if self.sized.val().roce == 0 {
                self.pre.next.drop = bits::<1>(0);
                self.pre.next.event = self.is_raw.val();
                self.pre.next.hdr_len = bits::<7>(0);
                self.pre.next.payload_len = bit_cast::<13, 14>(self.sized.val().frame_len);
            } else if self.sized.val().bad_sum == 1 {
                self.pre.next.event = self.is_checksum.val();
            } else if self.sized.val().length_error == 1 {
                self.pre.next.event = self.is_length.val();
            } else if (self.sized.val().tiny == 0) & !self.sized.val().payload.get_bit(14) {
                self.pre.next.drop = bits::<1>(0);
                self.pre.next.event = self.is_rcvd.val();
            }
        }
        self.ending5.d.next = self.valid4.q.val() & (self.store.val().last == 1);
        if self.valid4.q.val() {
            self.pre5.d.next = self.pre.val();
        }

        // stage 5: the ICRC of a frame with whole beats of padding was done earlier
        self.icrc_now.next =
            self.icrc.good.val() | (!self.icrc.done.val() & self.icrc_held.q.val());
        self.icrc_held.d.next = self.icrc_now.val();

        self.out_valid.next = self.valid4.q.val();
        self.out_info.next = self.info4.q.val();
        self.out_data.next = self.data4.q.val();
        self.ending.next = self.ending5.q.val();
        self.verdict.next = self.pre5.q.val();
        self.icrc_good.next = self.icrc_now.val();
    }
}
