//! Frame assembly: headers, payload, pad, ICRC.
//!
//! # Theory of operation
//! Two stages. The *header stage* takes a descriptor, reads the address template of the QP, computes the lengths and the IPv4
//! checksum, and waits until every payload slot of the frame has arrived, so that no frame ever has a gap. The *framing
//! stage* then issues one bus word a cycle down a short pipeline: header words, payload words out of the slots (or the
//! inline queue), pad. Each word has `n` valid bytes starting at byte `s` of the word and lands at byte `fill` of the
//! output word, so it is rotated once by `fill - s` and merged with the accumulator; what does not fit stays there.
//! The tail leaves the accumulator with room for the ICRC, which is inserted when the word leaves the output queue;
//! the queue holds the words while the ICRC is computed beside it, so frames follow each other without bubbles.
//!
//! * Template (context kind QP_AV, 64 bytes a QP, wire order): Ethernet, IP and UDP header, 42 bytes with IPv4 and 62 with
//!   IPv6, with zero lengths and the IPv4 checksum that goes with a total length of zero. UDP checksum stays zero.
//! * A frame to the NIC's own MAC address leaves on the `loop` stream instead of the wire.
//! * A payload read that the host answered with an error drops the frame and raises an error notice.
//! * Raw frames are payload only and are reported when they have been read.
//!
//! # Interfaces
//! * `fd`, `inline`, `ask`, `buf`, `free`: to [`crate::tx_fetch`].
//! * `tx`, `loop`: valid/ready; a frame goes to one of them as a whole. `sent`, `error`: valid/ready, one register each: framing waits
//!   while the one it needs is full.
//! * `departed`: the last word of a packet of the requester is on its way to `tx` or `loop`, or the packet has been dropped (pulse).
//! * `count`: `sent_pkts` or `dma_read_error`; `loop_count`: `tx_loopback`.
//!
//! # States
//! The framing stage: header → payload → pad → tail (→ spill, if the ICRC needs another word); token; drop (frees the slots of a frame with a read error).

use crate::counter;
use crate::fifo::Fifo;
use crate::icrc::Icrc;
use crate::icrc_mask::IcrcMask;
use crate::mem::{CtxRam, kind};
use crate::pipe::*;
use num_bigint::BigUint;
use rust_hdl::prelude::*;

/// Bytes of the shortest frame with an ICRC: an ACK over IPv4.
const SHORTEST: usize = 62;

fn ones<const N: usize>() -> Bits<N> {
    ((BigUint::from(1u8) << N) - 1u8).into()
}

/// * `W` bus bits, `B = W/8`, `LB = log2 B`, `LB1 = LB + 1`;
/// * `LS`, `LS1`, `LW`, `LA`: as in [`crate::tx_fetch::TxFetch`];
/// * `LQ`: log2 of the QPs, `LQ2 = LQ + 2` (four template words a QP);
/// * `2^CW` ICRCs of finished frames wait for the wire, `CW1 = CW + 1`: as many as the output queue can hold frames;
/// * `MG`: 1 with migration: `LQ` is one more, and the upper half of the templates are scratch rows of the migration unit,
///   for packets of its own. `template_read` pulses when the template of such a packet has been read, so that the row may change;
/// * `FAR`: 1 with migration of 2^12 QPs, else 0: a slot has 12 bits, so a descriptor of kind 2 means the first scratch row.
#[derive(LogicBlock)]
pub struct FrameTx<
    const W: usize,
    const B: usize,
    const LB: usize,
    const LB1: usize,
    const LS: usize,
    const LS1: usize,
    const LW: usize,
    const LA: usize,
    const LQ: usize,
    const LQ2: usize,
    const H: usize,
    const P: usize,
    const CW: usize,
    const CW1: usize,
    const MG: usize,
    const FAR: usize,
> {
    pub clock: Signal<In, Clock>,
    /// 48 bits, first byte on the wire in bits 7..0
    pub own_mac: Signal<In, Bits<48>>,
    // from tx_fetch
    pub fd_valid: Signal<In, Bit>,
    pub fd: Signal<In, FrameDesc>,
    pub fd_ready: Signal<Out, Bit>,
    pub inline_valid: Signal<In, Bit>,
    pub inline_data: Signal<In, Bits<256>>,
    pub inline_ready: Signal<Out, Bit>,
    pub ask: Signal<Out, Bits<LS1>>,
    pub ask_full: Signal<In, Bit>,
    pub ask_error: Signal<In, Bit>,
    pub buf_re: Signal<Out, Bit>,
    pub buf_addr: Signal<Out, Bits<LA>>,
    pub buf_data: Signal<In, Bits<W>>,
    pub free_valid: Signal<Out, Bit>,
    pub free_count: Signal<Out, Bits<6>>,
    // to the MAC
    pub tx_valid: Signal<Out, Bit>,
    pub tx_data: Signal<Out, Bits<W>>,
    pub tx_keep: Signal<Out, Bits<B>>,
    pub tx_last: Signal<Out, Bit>,
    pub tx_ready: Signal<In, Bit>,
    // back to the receiver
    pub loop_valid: Signal<Out, Bit>,
    pub loop_data: Signal<Out, Bits<W>>,
    pub loop_keep: Signal<Out, Bits<B>>,
    pub loop_last: Signal<Out, Bit>,
    pub loop_ready: Signal<In, Bit>,
    /// a raw frame has been read out of host memory
    pub sent_valid: Signal<Out, Bit>,
    pub sent_slot: Signal<Out, Bits<12>>,
    pub sent_psn: Signal<Out, Bits<24>>,
    pub sent_ready: Signal<In, Bit>,
    /// a packet was dropped because the host answered a payload read with an error
    pub error_valid: Signal<Out, Bit>,
    pub error_slot: Signal<Out, Bits<12>>,
    pub error_psn: Signal<Out, Bits<24>>,
    pub error_ready: Signal<In, Bit>,
    /// a packet of the requester is gone
    pub departed: Signal<Out, Bit>,
    /// the drain token has come out behind everything before it
    pub token_out: Signal<Out, Bit>,
    /// the template of a scratch row has been read
    pub template_read: [Signal<Out, Bit>; MG],
    pub count_valid: Signal<Out, Bit>,
    pub count: Signal<Out, Bits<8>>,
    pub loop_count_valid: Signal<Out, Bit>,
    pub loop_count: Signal<Out, Bits<8>>,
    pub bus: Signal<In, CtxReq>,
    pub rsp: Signal<Out, CtxRsp>,
    // header stage
    /// cycles since the descriptor, which stays in its queue until the framing stage has it, was first seen
    h_step: DFF<Bits<3>>,
    h_done: DFF<Bit>,
    /// the template's four words, and all of them in wire order
    template0: DFF<Bits<128>>,
    template1: DFF<Bits<128>>,
    template2: DFF<Bits<128>>,
    template3: DFF<Bits<128>>,
    h_payload: DFF<Bits<14>>,
    h_blocks0: DFF<Bits<14>>,
    h_blocks1: DFF<Bits<14>>,
    h_slots: DFF<Bits<6>>,
    h_pad: DFF<Bits<2>>,
    /// bytes behind the payload with its pad
    h_behind: DFF<Bits<7>>,
    h_udp_len: DFF<Bits<16>>,
    h_ip_len: DFF<Bits<16>>,
    h_sum: DFF<Bits<17>>,
    h_csum: DFF<Bits<16>>,
    h_len: DFF<Bits<7>>,
    /// slot whose arrival is awaited (lap on top), how many are still missing, and whether one of them was an error
    gather: DFFWithInit<Bits<LS1>>,
    g_left: DFF<Bits<6>>,
    g_error: DFF<Bit>,
    g_known: DFF<Bit>,
    // framing stage: the frame whose words are being issued
    f_busy: DFF<Bit>,
    /// 0 header, 1 payload, 2 pad, 3 tail, 4 spill, 5 token, 6 drop
    phase: DFF<Bits<3>>,
    f_raw: DFF<Bit>,
    f_request: DFF<Bit>,
    f_ipv6: DFF<Bit>,
    f_inline: DFF<Bit>,
    f_slot: DFF<Bits<12>>,
    f_psn: DFF<Bits<24>>,
    header: DFF<Bits<832>>,
    header_left: DFF<Bits<7>>,
    header_word: DFF<Bits<4>>,
    off: DFF<Bits<9>>,
    left: DFF<Bits<14>>,
    off1: DFF<Bits<9>>,
    left1: DFF<Bits<13>>,
    pad: DFF<Bits<2>>,
    f_slots: DFF<Bits<6>>,
    /// bytes in the accumulator once everything issued has passed
    fill: DFF<Bits<LB>>,
    started: DFF<Bit>,
    at_slot: DFF<Bits<LS>>,
    at_word: DFF<Bits<LW>>,
    inline_word: DFF<Bits<2>>,
    // word pipeline: 1 memory output, 2 word, 3 rotated
    v1: DFF<Bit>,
    v2: DFF<Bit>,
    v3: DFF<Bit>,
    c1: DFF<WordOp>,
    c2: DFF<WordOp>,
    c3: DFF<WordOp>,
    word1: DFF<Bits<W>>,
    word2: DFF<Bits<W>>,
    word3: DFF<Bits<W>>,
    mask3: DFF<Bits<W>>,
    acc: DFF<Bits<W>>,
    // merged word
    p_valid: DFF<Bit>,
    p_word: DFF<Bits<W>>,
    p: DFF<WordOp>,
    /// number of the merged word in its frame, up to 15
    p_beat: DFF<Bits<4>>,
    looping: DFF<Bit>,
    room: DFF<Bit>,
    sent: DFF<Bit>,
    failed: DFF<Bit>,
    note_slot: DFF<Bits<12>>,
    note_psn: DFF<Bits<24>>,
    // memories and queues
    av: CtxRam<Bits<128>, LQ2>,
    out_data: Fifo<Bits<W>, 4, 5>,
    out_meta: Fifo<OutMeta, 4, 5>,
    crcs: Fifo<Bits<32>, CW, CW1>,
    masker: IcrcMask<W, B>,
    icrc: Icrc<W, B, H, P>,
    ones: Constant<Bits<B>>,
    bytes: Constant<Bits<LB1>>,
    wide: Constant<Bits<11>>,
    full_word: Constant<Bits<W>>,
    lw: Constant<Bits<4>>,
    lb: Constant<Bits<4>>,
    lbits: Constant<Bits<4>>,
    sent_pkts: Constant<Bits<8>>,
    read_error: Constant<Bits<8>>,
    tx_loopback: Constant<Bits<8>>,
    template: Signal<Local, Bits<512>>,
    base_sum: Signal<Local, Bits<16>>,
    h_ready: Signal<Local, Bit>,
    gone: Signal<Local, Bit>,
    header_source: Signal<Local, Bits<W>>,
    keep_bytes: Signal<Local, Bits<7>>,
    start: Signal<Local, Bit>,
    av_bus: Signal<Local, CtxReq>,
    d: Signal<Local, FrameDesc>,
    padded: Signal<Local, Bits<14>>,
    word_at: Signal<Local, Bits<2>>,
    x0: Signal<Local, Bits<14>>,
    x1: Signal<Local, Bits<14>>,
    psn_wire: Signal<Local, Bits<24>>,
    qpn_wire: Signal<Local, Bits<24>>,
    pkey_wire: Signal<Local, Bits<16>>,
    csum_wire: Signal<Local, Bits<16>>,
    len_wire: Signal<Local, Bits<16>>,
    udp_wire: Signal<Local, Bits<16>>,
    flags: Signal<Local, Bits<8>>,
    bth: Signal<Local, Bits<320>>,
    v4: Signal<Local, Bits<832>>,
    v6: Signal<Local, Bits<832>>,
    issue: Signal<Local, Bit>,
    end: Signal<Local, Bit>,
    closes: Signal<Local, Bit>,
    n: Signal<Local, Bits<LB1>>,
    avail: Signal<Local, Bits<LB1>>,
    sum: Signal<Local, Bits<LB1>>,
    op: Signal<Local, WordOp>,
    skew: Signal<Local, Bits<LB>>,
    source: Signal<Local, Bits<W>>,
    inline_source: Signal<Local, Bits<W>>,
    header_shift: Signal<Local, Bits<11>>,
    inline_shift: Signal<Local, Bits<11>>,
    last_pay: Signal<Local, Bit>,
    new_off: Signal<Local, Bits<10>>,
    turned: Signal<Local, Bits<W>>,
    rot: Signal<Local, Bits<LB>>,
    m: Signal<Local, WordOp>,
    merged: Signal<Local, Bits<W>>,
    pm: Signal<Local, WordOp>,
    beat: Signal<Local, Bits<4>>,
    covered: Signal<Local, Bit>,
    is_loop: Signal<Local, Bit>,
    meta: Signal<Local, OutMeta>,
    om: Signal<Local, OutMeta>,
    crc_wait: Signal<Local, Bit>,
    go: Signal<Local, Bit>,
    crc_shift: Signal<Local, Bits<11>>,
    with_crc: Signal<Local, Bits<W>>,
    keep: Signal<Local, Bits<B>>,
    fill_bits: Signal<Local, Bits<11>>,
}

impl<
    const W: usize,
    const B: usize,
    const LB: usize,
    const LB1: usize,
    const LS: usize,
    const LS1: usize,
    const LW: usize,
    const LA: usize,
    const LQ: usize,
    const LQ2: usize,
    const H: usize,
    const P: usize,
    const CW: usize,
    const CW1: usize,
    const MG: usize,
    const FAR: usize,
> Default for FrameTx<W, B, LB, LB1, LS, LS1, LW, LA, LQ, LQ2, H, P, CW, CW1, MG, FAR>
{
    fn default() -> Self {
        assert!(W == 8 * B && B == 1 << LB && LB1 == LB + 1 && W << LW == 512 * 8);
        assert!(LS1 == LS + 1 && LA == LS + LW && LQ2 == LQ + 2);
        // a frame that waits for the wire has its last word in the output queue of sixteen, all but the first one have all of theirs
        assert!(
            15 / SHORTEST.div_ceil(B) < 1 << CW,
            "ICRCs of finished frames need more places"
        );
        Self {
            clock: Default::default(),
            own_mac: Default::default(),
            fd_valid: Default::default(),
            fd: Default::default(),
            fd_ready: Default::default(),
            inline_valid: Default::default(),
            inline_data: Default::default(),
            inline_ready: Default::default(),
            ask: Default::default(),
            ask_full: Default::default(),
            ask_error: Default::default(),
            buf_re: Default::default(),
            buf_addr: Default::default(),
            buf_data: Default::default(),
            free_valid: Default::default(),
            free_count: Default::default(),
            tx_valid: Default::default(),
            tx_data: Default::default(),
            tx_keep: Default::default(),
            tx_last: Default::default(),
            tx_ready: Default::default(),
            loop_valid: Default::default(),
            loop_data: Default::default(),
            loop_keep: Default::default(),
            loop_last: Default::default(),
            loop_ready: Default::default(),
            sent_valid: Default::default(),
            sent_slot: Default::default(),
            sent_psn: Default::default(),
            sent_ready: Default::default(),
            error_valid: Default::default(),
            error_slot: Default::default(),
            error_psn: Default::default(),
            error_ready: Default::default(),
            departed: Default::default(),
            token_out: Default::default(),
            template_read: array_init::array_init(|_| Default::default()),
            count_valid: Default::default(),
            count: Default::default(),
            loop_count_valid: Default::default(),
            loop_count: Default::default(),
            bus: Default::default(),
            rsp: Default::default(),
            h_step: Default::default(),
            h_done: Default::default(),
            template0: Default::default(),
            template1: Default::default(),
            template2: Default::default(),
            template3: Default::default(),
            h_payload: Default::default(),
            h_blocks0: Default::default(),
            h_blocks1: Default::default(),
            h_slots: Default::default(),
            h_pad: Default::default(),
            h_behind: Default::default(),
            h_udp_len: Default::default(),
            h_ip_len: Default::default(),
            h_sum: Default::default(),
            h_csum: Default::default(),
            h_len: Default::default(),
            gather: DFFWithInit::new(Bits::<LS1>::from(1u64 << LS)),
            g_left: Default::default(),
            g_error: Default::default(),
            g_known: Default::default(),
            f_busy: Default::default(),
            phase: Default::default(),
            f_raw: Default::default(),
            f_request: Default::default(),
            f_ipv6: Default::default(),
            f_inline: Default::default(),
            f_slot: Default::default(),
            f_psn: Default::default(),
            header: Default::default(),
            header_left: Default::default(),
            header_word: Default::default(),
            off: Default::default(),
            left: Default::default(),
            off1: Default::default(),
            left1: Default::default(),
            pad: Default::default(),
            f_slots: Default::default(),
            fill: Default::default(),
            started: Default::default(),
            at_slot: Default::default(),
            at_word: Default::default(),
            inline_word: Default::default(),
            v1: Default::default(),
            v2: Default::default(),
            v3: Default::default(),
            c1: Default::default(),
            c2: Default::default(),
            c3: Default::default(),
            word1: Default::default(),
            word2: Default::default(),
            word3: Default::default(),
            mask3: Default::default(),
            acc: Default::default(),
            p_valid: Default::default(),
            p_word: Default::default(),
            p: Default::default(),
            p_beat: Default::default(),
            looping: Default::default(),
            room: Default::default(),
            sent: Default::default(),
            failed: Default::default(),
            note_slot: Default::default(),
            note_psn: Default::default(),
            av: CtxRam::new(kind::QP_AV),
            out_data: Default::default(),
            out_meta: Default::default(),
            crcs: Default::default(),
            masker: Default::default(),
            icrc: Default::default(),
            ones: Constant::new(ones::<B>()),
            bytes: Constant::new((B as u64).into()),
            wide: Constant::new((W as u64).into()),
            full_word: Constant::new(ones::<W>()),
            lw: Constant::new((LW as u64).into()),
            lb: Constant::new((LB as u64).into()),
            lbits: Constant::new((LB as u64 + 3).into()),
            sent_pkts: Constant::new(counter::SENT_PKTS.into()),
            read_error: Constant::new(counter::DMA_READ_ERROR.into()),
            tx_loopback: Constant::new(counter::TX_LOOPBACK.into()),
            template: Default::default(),
            base_sum: Default::default(),
            h_ready: Default::default(),
            gone: Default::default(),
            header_source: Default::default(),
            keep_bytes: Default::default(),
            start: Default::default(),
            av_bus: Default::default(),
            d: Default::default(),
            padded: Default::default(),
            word_at: Default::default(),
            x0: Default::default(),
            x1: Default::default(),
            psn_wire: Default::default(),
            qpn_wire: Default::default(),
            pkey_wire: Default::default(),
            csum_wire: Default::default(),
            len_wire: Default::default(),
            udp_wire: Default::default(),
            flags: Default::default(),
            bth: Default::default(),
            v4: Default::default(),
            v6: Default::default(),
            issue: Default::default(),
            end: Default::default(),
            closes: Default::default(),
            n: Default::default(),
            avail: Default::default(),
            sum: Default::default(),
            op: Default::default(),
            skew: Default::default(),
            source: Default::default(),
            inline_source: Default::default(),
            header_shift: Default::default(),
            inline_shift: Default::default(),
            last_pay: Default::default(),
            new_off: Default::default(),
            turned: Default::default(),
            rot: Default::default(),
            m: Default::default(),
            merged: Default::default(),
            pm: Default::default(),
            beat: Default::default(),
            covered: Default::default(),
            is_loop: Default::default(),
            meta: Default::default(),
            om: Default::default(),
            crc_wait: Default::default(),
            go: Default::default(),
            crc_shift: Default::default(),
            with_crc: Default::default(),
            keep: Default::default(),
            fill_bits: Default::default(),
        }
    }
}

impl<
    const W: usize,
    const B: usize,
    const LB: usize,
    const LB1: usize,
    const LS: usize,
    const LS1: usize,
    const LW: usize,
    const LA: usize,
    const LQ: usize,
    const LQ2: usize,
    const H: usize,
    const P: usize,
    const CW: usize,
    const CW1: usize,
    const MG: usize,
    const FAR: usize,
> Logic for FrameTx<W, B, LB, LB1, LS, LS1, LW, LA, LQ, LQ2, H, P, CW, CW1, MG, FAR>
{
    #[hdl_gen]
    fn update(&mut self) {
        for _LQ in LQ..LQ {}
        dff_setup!(
            self,
            clock,
            h_step,
            h_done,
            template0,
            template1,
            template2,
            template3,
            h_payload,
            h_blocks0,
            h_blocks1,
            h_slots,
            h_pad,
            h_behind,
            h_udp_len,
            h_ip_len,
            h_sum,
            h_csum,
            h_len,
            gather,
            g_left,
            g_error,
            g_known,
            f_busy,
            phase,
            f_raw,
            f_request,
            f_ipv6,
            f_inline,
            f_slot,
            f_psn,
            header,
            header_left,
            header_word,
            off,
            left,
            off1,
            left1,
            pad,
            f_slots,
            fill,
            started,
            at_slot,
            at_word,
            inline_word,
            v1,
            v2,
            v3,
            c1,
            c2,
            c3,
            word1,
            word2,
            word3,
            mask3,
            acc,
            p_valid,
            p_word,
            p,
            p_beat,
            looping,
            room,
            sent,
            failed,
            note_slot,
            note_psn,
            gather
        );
        clock!(self, clock, av, out_data, out_meta, crcs, masker, icrc);

        // ---------------------------------------------------------------- header stage
        self.d.next = self.fd.val();
        // template words: address in steps 0..3, word in steps 1..4; word 1 comes first, for the checksum is in it
        self.word_at.next = self.h_step.q.val().get_bits::<2>(0);
        if !self.h_step.q.val().get_bit(1) {
            self.word_at.next = self.h_step.q.val().get_bits::<2>(0) ^ 1;
        }
        self.av.re.next = self.fd_valid.val() & !self.h_step.q.val().get_bit(2);
        self.av.ra.next =
            (bit_cast::<LQ2, 12>(self.d.val().slot) << 2) | bit_cast::<LQ2, 2>(self.word_at.val());
        for _k in 0..FAR {
            if self.d.val().kind == 2 {
                self.av.ra.next = (bit_cast::<LQ2, 2>(bits::<2>(1)) << 14)
                    | bit_cast::<LQ2, 2>(self.word_at.val());
            }
        }
        self.av.we.next = false;
        self.av.wa.next = bits::<LQ2>(0);
        self.av.wd.next = bits::<128>(0);
        self.av_bus.next = self.bus.val();
        self.av_bus.next.index =
            (self.bus.val().index << 2) | bit_cast::<16, 2>(self.bus.val().word.get_bits::<2>(2));
        self.av_bus.next.word = bit_cast::<5, 2>(self.bus.val().word.get_bits::<2>(0));
        self.av.bus.next = self.av_bus.val();
        self.av.clear.next = false;
        self.rsp.next = self.av.rsp.val();

        self.template.next = bit_cast::<512, 128>(self.template0.q.val())
            | (bit_cast::<512, 128>(self.template1.q.val()) << 128)
            | (bit_cast::<512, 128>(self.template2.q.val()) << 256)
            | (bit_cast::<512, 128>(self.template3.q.val()) << 384);
        self.base_sum.next = (bit_cast::<16, 8>(self.template.val().get_bits::<8>(192)) << 8)
            | bit_cast::<16, 8>(self.template.val().get_bits::<8>(200));
        self.x0.next = self.d.val().len0 + bit_cast::<14, 9>(self.d.val().off0);
        self.x1.next = bit_cast::<14, 13>(self.d.val().len1) + bit_cast::<14, 9>(self.d.val().off1);
        self.padded.next = ((self.h_payload.q.val() + 3) >> 2) << 2;
        if self.fd_valid.val() {
            if self.h_step.q.val() != 7 {
                self.h_step.d.next = self.h_step.q.val() + 1;
            }
            if self.h_step.q.val() == 0 {
                self.h_payload.d.next = self.d.val().len0 + bit_cast::<14, 13>(self.d.val().len1);
                self.h_blocks0.d.next = self.x0.val() + 511;
                self.h_blocks1.d.next = self.x1.val() + 511;
                self.h_len.d.next = bit_cast::<7, 5>(self.d.val().ext_len) + 54;
                if self.d.val().ipv6 == 1 {
                    self.h_len.d.next = bit_cast::<7, 5>(self.d.val().ext_len) + 74;
                }
                // UDP header 8, BTH 12, ICRC 4
                self.h_behind.d.next = bit_cast::<7, 5>(self.d.val().ext_len) + 24;
            }
            if self.h_step.q.val() == 1 {
                self.template1.d.next = self.av.rd.val();
                self.h_pad.d.next = bits::<2>(0) - self.h_payload.q.val().get_bits::<2>(0);
                self.h_slots.d.next = bits::<6>(0);
                if (self.d.val().inlined == 0) & (self.d.val().len0 != 0) {
                    self.h_slots.d.next = bit_cast::<6, 5>(self.h_blocks0.q.val().get_bits::<5>(9));
                }
                self.h_udp_len.d.next = bit_cast::<16, 14>(self.padded.val())
                    + bit_cast::<16, 7>(self.h_behind.q.val());
                // IPv4 header 20
                self.h_ip_len.d.next = bit_cast::<16, 14>(self.padded.val())
                    + bit_cast::<16, 7>(self.h_behind.q.val() + 20);
            }
            if self.h_step.q.val() == 2 {
                self.template0.d.next = self.av.rd.val();
                if (self.d.val().inlined == 0) & (self.d.val().len1 != 0) {
                    self.h_slots.d.next = self.h_slots.q.val()
                        + bit_cast::<6, 5>(self.h_blocks1.q.val().get_bits::<5>(9));
                }
                self.h_sum.d.next = bit_cast::<17, 16>(!self.base_sum.val())
                    + bit_cast::<17, 16>(self.h_ip_len.q.val());
            }
            if self.h_step.q.val() == 3 {
                self.template2.d.next = self.av.rd.val();
                self.h_csum.d.next = !(self.h_sum.q.val().get_bits::<16>(0)
                    + bit_cast::<16, 1>(self.h_sum.q.val().get_bits::<1>(16)));
                self.g_left.d.next = self.h_slots.q.val();
                self.g_known.d.next = true;
                // an IPv4 header ends before the last word of its template
                self.h_done.d.next = self.d.val().ipv6 == 0;
            }
            if self.h_step.q.val() == 4 {
                self.template3.d.next = self.av.rd.val();
                self.h_done.d.next = true;
            }
        }
        for i in FAR..MG {
            self.template_read[i].next = self.fd_valid.val()
                & (self.h_step.q.val() == 4)
                & self.d.val().slot.get_bit(LQ - 1);
        }
        for i in 0..FAR {
            self.template_read[i].next =
                self.fd_valid.val() & (self.h_step.q.val() == 4) & (self.d.val().kind == 2);
        }
        // wait for the payload, slot by slot
        self.ask.next = self.gather.q.val();
        if self.g_known.q.val() & (self.g_left.q.val() != 0) & self.ask_full.val() {
            self.gather.d.next = self.gather.q.val() + 1;
            self.g_left.d.next = self.g_left.q.val() - 1;
            self.g_error.d.next = self.g_error.q.val() | self.ask_error.val();
        }

        // the header as one run of bytes
        self.psn_wire.next = (bit_cast::<24, 8>(self.d.val().psn.get_bits::<8>(0)) << 16)
            | (bit_cast::<24, 8>(self.d.val().psn.get_bits::<8>(8)) << 8)
            | bit_cast::<24, 8>(self.d.val().psn.get_bits::<8>(16));
        self.qpn_wire.next = (bit_cast::<24, 8>(self.d.val().dest_qpn.get_bits::<8>(0)) << 16)
            | (bit_cast::<24, 8>(self.d.val().dest_qpn.get_bits::<8>(8)) << 8)
            | bit_cast::<24, 8>(self.d.val().dest_qpn.get_bits::<8>(16));
        self.pkey_wire.next = (bit_cast::<16, 8>(self.d.val().pkey.get_bits::<8>(0)) << 8)
            | bit_cast::<16, 8>(self.d.val().pkey.get_bits::<8>(8));
        self.csum_wire.next = (bit_cast::<16, 8>(self.h_csum.q.val().get_bits::<8>(0)) << 8)
            | bit_cast::<16, 8>(self.h_csum.q.val().get_bits::<8>(8));
        self.len_wire.next = (bit_cast::<16, 8>(self.h_ip_len.q.val().get_bits::<8>(0)) << 8)
            | bit_cast::<16, 8>(self.h_ip_len.q.val().get_bits::<8>(8));
        self.udp_wire.next = (bit_cast::<16, 8>(self.h_udp_len.q.val().get_bits::<8>(0)) << 8)
            | bit_cast::<16, 8>(self.h_udp_len.q.val().get_bits::<8>(8));
        self.flags.next = (bit_cast::<8, 1>(self.d.val().solicited) << 7)
            | (bit_cast::<8, 2>(self.h_pad.q.val()) << 4);
        self.bth.next = bit_cast::<320, 8>(self.d.val().opcode)
            | (bit_cast::<320, 8>(self.flags.val()) << 8)
            | (bit_cast::<320, 16>(self.pkey_wire.val()) << 16)
            | (bit_cast::<320, 24>(self.qpn_wire.val()) << 40)
            | (bit_cast::<320, 1>(self.d.val().ack_req) << 71)
            | (bit_cast::<320, 24>(self.psn_wire.val()) << 72)
            | (bit_cast::<320, 224>(self.d.val().ext) << 96);
        self.v4.next = bit_cast::<832, 192>(self.template.val().get_bits::<192>(0))
            | (bit_cast::<832, 128>(self.template.val().get_bits::<128>(208)) << 208)
            | (bit_cast::<832, 16>(self.len_wire.val()) << 128)
            | (bit_cast::<832, 16>(self.csum_wire.val()) << 192)
            | (bit_cast::<832, 16>(self.udp_wire.val()) << 304)
            | (bit_cast::<832, 320>(self.bth.val()) << 336);
        self.v6.next = bit_cast::<832, 496>(self.template.val().get_bits::<496>(0))
            | (bit_cast::<832, 16>(self.udp_wire.val()) << 144)
            | (bit_cast::<832, 16>(self.udp_wire.val()) << 464)
            | (bit_cast::<832, 320>(self.bth.val()) << 496);

        // ---------------------------------------------------------------- framing stage
        self.h_ready.next = self.h_done.q.val() & (self.g_left.q.val() == 0);
        self.room.d.next = self.out_data.level.val() <= 8;
        self.issue.next = self.f_busy.q.val() & self.room.q.val();
        self.end.next = false;
        // the end of a frame with ICRC: of registers alone, for the next descriptor hangs on it
        self.closes.next = self.issue.val()
            & ((self.phase.q.val() == 4)
                | ((self.phase.q.val() == 3)
                    & (self.f_raw.q.val()
                        | (bit_cast::<LB1, LB>(self.fill.q.val()) + 2 != self.bytes.val()))));
        // the word that is issued: `n` bytes from byte `skew` of its source
        self.skew.next = bits::<LB>(0);
        self.n.next = self.bytes.val();
        self.avail.next = self.bytes.val();
        self.last_pay.next = false;
        if self.phase.q.val() == 0 {
            if bit_cast::<11, 7>(self.header_left.q.val()) < bit_cast::<11, LB1>(self.bytes.val()) {
                self.n.next = bit_cast::<LB1, 7>(self.header_left.q.val());
            }
        }
        if self.phase.q.val() == 1 {
            self.skew.next = bit_cast::<LB, 9>(self.off.q.val());
            self.avail.next = self.bytes.val() - bit_cast::<LB1, LB>(self.skew.val());
            self.n.next = self.avail.val();
            if self.left.q.val() <= bit_cast::<14, LB1>(self.avail.val()) {
                self.n.next = bit_cast::<LB1, 14>(self.left.q.val());
                self.last_pay.next = true;
            }
        }
        if self.phase.q.val() == 2 {
            self.n.next = bit_cast::<LB1, 2>(self.pad.q.val());
        }
        if self.phase.q.val() >= 3 {
            self.n.next = bits::<LB1>(0);
        }
        self.sum.next = bit_cast::<LB1, LB>(self.fill.q.val()) + self.n.val();
        self.new_off.next = bit_cast::<10, 9>(self.off.q.val()) + bit_cast::<10, LB1>(self.n.val());

        self.op.next.rot = bit_cast::<6, LB>(self.fill.q.val() - self.skew.val());
        self.op.next.fill = bit_cast::<6, LB>(self.fill.q.val());
        self.op.next.emit = bit_cast::<1, LB1>(self.sum.val() >> self.lb.val());
        self.op.next.memory = bits::<1>(0);
        self.op.next.tail = bits::<1>(0);
        self.op.next.spill = bits::<1>(0);
        self.op.next.last = bits::<1>(0);
        self.op.next.raw = bit_cast::<1, 1>(self.f_raw.q.val().into());
        self.op.next.first = bit_cast::<1, 1>((!self.started.q.val()).into());
        self.op.next.ipv6 = bit_cast::<1, 1>(self.f_ipv6.q.val().into());

        // the sources that are not the slot memory
        self.header_shift.next = bit_cast::<11, 4>(self.header_word.q.val()) << self.lbits.val();
        self.inline_shift.next = bit_cast::<11, 2>(self.inline_word.q.val()) << self.lbits.val();
        self.header_source.next =
            bit_cast::<W, 832>(self.header.q.val() >> self.header_shift.val());
        self.inline_source.next =
            bit_cast::<W, 256>(self.inline_data.val() >> self.inline_shift.val());
        self.source.next = bits::<W>(0);
        if self.phase.q.val() == 0 {
            self.source.next = self.header_source.val();
        }
        if (self.phase.q.val() == 1) & self.f_inline.q.val() {
            self.source.next = self.inline_source.val();
        }
        self.inline_ready.next = false;
        self.buf_re.next = self.issue.val() & (self.phase.q.val() == 1);
        self.buf_addr.next = (bit_cast::<LA, LS>(self.at_slot.q.val()) << self.lw.val())
            | bit_cast::<LA, LW>(self.at_word.q.val());

        if self.issue.val() {
            self.fill.d.next = bit_cast::<LB, LB1>(self.sum.val());
            if self.op.val().emit == 1 {
                self.started.d.next = true;
            }
            // header
            if self.phase.q.val() == 0 {
                self.header_word.d.next = self.header_word.q.val() + 1;
                self.header_left.d.next =
                    self.header_left.q.val() - bit_cast::<7, LB1>(self.n.val());
                if self.header_left.q.val() == bit_cast::<7, LB1>(self.n.val()) {
                    self.phase.d.next = bits::<3>(1);
                    if self.left.q.val() == 0 {
                        self.phase.d.next = bits::<3>(3);
                    }
                }
            }
            // payload
            if self.phase.q.val() == 1 {
                self.op.next.memory = bit_cast::<1, 1>((!self.f_inline.q.val()).into());
                self.left.d.next = self.left.q.val() - bit_cast::<14, LB1>(self.n.val());
                self.off.d.next = self.new_off.val().get_bits::<9>(0);
                self.inline_word.d.next = self.inline_word.q.val() + 1;
                self.at_word.d.next = self.at_word.q.val() + 1;
                if self.new_off.val().get_bit(9) & !self.f_inline.q.val() {
                    self.at_slot.d.next = self.at_slot.q.val() + 1;
                    self.at_word.d.next = bits::<LW>(0);
                }
                if self.last_pay.val() {
                    self.at_word.d.next = bits::<LW>(0);
                    if !self.f_inline.q.val() {
                        self.at_slot.d.next = self.at_slot.q.val() + 1;
                    }
                    self.inline_ready.next = self.f_inline.q.val();
                    self.left.d.next = bit_cast::<14, 13>(self.left1.q.val());
                    self.off.d.next = self.off1.q.val();
                    self.left1.d.next = bits::<13>(0);
                    if self.left1.q.val() == 0 {
                        self.phase.d.next = bits::<3>(3);
                        if (self.pad.q.val() != 0) & !self.f_raw.q.val() {
                            self.phase.d.next = bits::<3>(2);
                        }
                        if self.f_raw.q.val() & (self.sum.val() == self.bytes.val()) {
                            self.op.next.last = bits::<1>(1);
                            self.end.next = true;
                        }
                    }
                }
            }
            // pad
            if self.phase.q.val() == 2 {
                self.phase.d.next = bits::<3>(3);
            }
            // tail: what the accumulator holds; the ICRC follows, in this word or partly in the next
            if self.phase.q.val() == 3 {
                self.op.next.tail = bits::<1>(1);
                self.op.next.emit = bits::<1>(1);
                if !self.f_raw.q.val()
                    & (bit_cast::<LB1, LB>(self.fill.q.val()) + 2 == self.bytes.val())
                {
                    self.phase.d.next = bits::<3>(4);
                    // the word of the tail may be the frame's first
                    self.started.d.next = true;
                } else {
                    self.op.next.last = bits::<1>(1);
                    self.end.next = true;
                }
            }
            if self.phase.q.val() == 4 {
                self.op.next.spill = bits::<1>(1);
                self.op.next.emit = bits::<1>(1);
                self.op.next.last = bits::<1>(1);
                self.end.next = true;
            }
        }
        self.v1.d.next = self.issue.val() & (self.phase.q.val() <= 4);
        self.c1.d.next = self.op.val();
        self.word1.d.next = self.source.val();

        // token: out when the pipeline and the queue are empty
        self.token_out.next = false;
        if self.f_busy.q.val() & (self.phase.q.val() == 5) {
            if !self.v1.q.val()
                & !self.v2.q.val()
                & !self.v3.q.val()
                & !self.p_valid.q.val()
                & !self.out_data.out_valid.val()
            {
                self.token_out.next = true;
                self.end.next = true;
            }
        }
        // spoiled frame: give its slots back and say so
        if self.f_busy.q.val() & (self.phase.q.val() == 6) {
            self.at_slot.d.next = self.at_slot.q.val() + bit_cast::<LS, 6>(self.f_slots.q.val());
            self.end.next = true;
        }
        self.departed.next = self.end.val() & self.f_request.q.val();
        self.free_count.next = self.f_slots.q.val();
        self.free_valid.next = self.end.val() & (self.phase.q.val() != 5);
        self.count.next = self.sent_pkts.val();
        self.count_valid.next = self.closes.val() & !self.f_raw.q.val();
        if self.phase.q.val() == 6 {
            self.count.next = self.read_error.val();
            self.count_valid.next = self.end.val();
        }

        // notices
        if self.sent.q.val() & self.sent_ready.val() {
            self.sent.d.next = false;
        }
        if self.failed.q.val() & self.error_ready.val() {
            self.failed.d.next = false;
        }
        if self.end.val()
            & ((self.phase.q.val() == 6) | (self.f_raw.q.val() & (self.phase.q.val() != 5)))
        {
            self.note_slot.d.next = self.f_slot.q.val();
            self.note_psn.d.next = self.f_psn.q.val();
            self.sent.d.next = self.phase.q.val() != 6;
            self.failed.d.next = self.phase.q.val() == 6;
        }
        self.sent_valid.next = self.sent.q.val();
        self.sent_slot.next = self.note_slot.q.val();
        self.sent_psn.next = self.note_psn.q.val();
        self.error_valid.next = self.failed.q.val();
        self.error_slot.next = self.note_slot.q.val();
        self.error_psn.next = self.note_psn.q.val();

        // the next frame
        if self.end.val() {
            self.f_busy.d.next = false;
        }
        self.start.next = self.h_ready.val()
            & (!self.f_busy.q.val() | (self.closes.val() & !self.f_raw.q.val()))
            & !self.sent.q.val()
            & !self.failed.q.val();
        self.fd_ready.next = self.start.val();
        if self.start.val() {
            self.h_step.d.next = bits::<3>(0);
            self.h_done.d.next = false;
            self.g_known.d.next = false;
            self.g_error.d.next = false;
            self.f_busy.d.next = true;
            self.f_raw.d.next = self.d.val().kind == 1;
            self.f_request.d.next = self.d.val().request == 1;
            self.f_ipv6.d.next = self.d.val().ipv6 == 1;
            self.f_inline.d.next = self.d.val().inlined == 1;
            self.f_slot.d.next = self.d.val().slot;
            self.f_psn.d.next = self.d.val().psn;
            self.f_slots.d.next = self.h_slots.q.val();
            self.header.d.next = self.v4.val();
            if self.d.val().ipv6 == 1 {
                self.header.d.next = self.v6.val();
            }
            self.header_left.d.next = self.h_len.q.val();
            self.header_word.d.next = bits::<4>(0);
            self.inline_word.d.next = bits::<2>(0);
            self.left.d.next = self.d.val().len0;
            self.off.d.next = self.d.val().off0;
            if self.d.val().inlined == 1 {
                self.off.d.next = bits::<9>(0);
            }
            self.left1.d.next = self.d.val().len1;
            self.off1.d.next = self.d.val().off1;
            self.pad.d.next = self.h_pad.q.val();
            self.fill.d.next = bits::<LB>(0);
            self.started.d.next = false;
            self.phase.d.next = bits::<3>(0);
            if self.d.val().kind == 1 {
                self.phase.d.next = bits::<3>(1);
            }
            if self.d.val().kind == 3 {
                self.phase.d.next = bits::<3>(5);
            }
            if self.g_error.q.val() {
                self.phase.d.next = bits::<3>(6);
            }
        }

        // ---------------------------------------------------------------- words: memory, turn, merge
        self.v2.d.next = self.v1.q.val();
        self.c2.d.next = self.c1.q.val();
        self.word2.d.next = self.word1.q.val();
        if self.c1.q.val().memory == 1 {
            self.word2.d.next = self.buf_data.val();
        }
        self.rot.next = bit_cast::<LB, 6>(self.c2.q.val().rot);
        self.turned.next = self.word2.q.val();
        for k in 0..LB {
            if self.rot.val().get_bit(k) {
                self.turned.next = (self.turned.val() << (8_u64 << k))
                    | (self.turned.val() >> (self.wide.val() - (8_u64 << k)));
            }
        }
        self.v3.d.next = self.v2.q.val();
        self.c3.d.next = self.c2.q.val();
        self.word3.d.next = self.turned.val();
        self.fill_bits.next = bit_cast::<11, 6>(self.c2.q.val().fill) << 3;
        self.mask3.d.next = !(self.full_word.val() << self.fill_bits.val());

        self.m.next = self.c3.q.val();
        self.merged.next =
            (self.acc.q.val() & self.mask3.q.val()) | (self.word3.q.val() & !self.mask3.q.val());
        if (self.m.val().tail == 1) | (self.m.val().spill == 1) {
            self.merged.next = self.acc.q.val() & self.mask3.q.val();
        }
        if self.v3.q.val() {
            self.acc.d.next = self.merged.val();
            if self.m.val().emit == 1 {
                self.acc.d.next = self.word3.q.val();
            }
        }
        self.p_valid.d.next = self.v3.q.val() & (self.m.val().emit == 1);
        self.p_word.d.next = self.merged.val();
        self.p.d.next = self.m.val();

        // the masks of the ICRC belong to the word that is merged now and looked at in the next cycle
        self.beat.next = self.p_beat.q.val();
        if self.m.val().first == 1 {
            self.beat.next = bits::<4>(0);
        }
        self.masker.take.next = self.v3.q.val() & (self.m.val().emit == 1);
        self.masker.beat.next = self.beat.val();
        self.masker.ipv6.next = self.m.val().ipv6 == 1;
        if self.v3.q.val() & (self.m.val().emit == 1) & (self.beat.val() != 15) {
            self.p_beat.d.next = self.beat.val() + 1;
        }

        // ---------------------------------------------------------------- ICRC and output queue
        self.pm.next = self.p.q.val();
        self.is_loop.next = self.looping.q.val();
        if self.pm.val().first == 1 {
            self.is_loop.next = self.p_word.q.val().get_bits::<48>(0) == self.own_mac.val();
        }
        if self.p_valid.q.val() {
            self.looping.d.next = self.is_loop.val();
        }
        self.covered.next =
            self.p_valid.q.val() & (self.pm.val().raw == 0) & (self.pm.val().spill == 0);
        self.masker.bytes.next = bit_cast::<7, LB1>(self.bytes.val());
        if self.pm.val().tail == 1 {
            self.masker.bytes.next = bit_cast::<7, 6>(self.pm.val().fill);
        }
        self.masker.data.next = self.p_word.q.val();
        self.icrc.valid.next = self.covered.val();
        self.icrc.last.next = self.pm.val().tail == 1;
        self.icrc.bytes.next = bit_cast::<7, 6>(self.pm.val().fill);
        self.icrc.data.next = self.masker.masked.val();
        self.crcs.in_valid.next = self.icrc.crc_valid.val();
        self.crcs.in_data.next = self.icrc.crc.val();
        self.meta.next.last = self.pm.val().last;
        self.meta.next.crc = self.pm.val().tail & !self.pm.val().raw;
        self.meta.next.spill = self.pm.val().spill;
        self.meta.next.looped = bit_cast::<1, 1>(self.is_loop.val().into());
        self.meta.next.bytes = bit_cast::<7, 6>(self.pm.val().fill);
        if (self.pm.val().raw == 1) & (self.pm.val().tail == 0) {
            self.meta.next.bytes = bit_cast::<7, LB1>(self.bytes.val());
        }
        self.out_data.in_valid.next = self.p_valid.q.val();
        self.out_data.in_data.next = self.p_word.q.val();
        self.out_meta.in_valid.next = self.p_valid.q.val();
        self.out_meta.in_data.next = self.meta.val();

        // ---------------------------------------------------------------- out
        self.om.next = self.out_meta.out_data.val();
        self.crc_wait.next =
            ((self.om.val().crc == 1) | (self.om.val().spill == 1)) & !self.crcs.out_valid.val();
        self.go.next = self.out_data.out_valid.val() & !self.crc_wait.val();
        // the ICRC starts at byte 2 of a 32-bit group, since every header ends there
        self.crc_shift.next = (bit_cast::<11, 7>(self.om.val().bytes >> 2) << 5) | 16;
        self.with_crc.next = self.out_data.out_data.val();
        self.keep.next = self.ones.val();
        self.keep_bytes.next = self.om.val().bytes;
        if self.om.val().crc == 1 {
            self.with_crc.next = self.out_data.out_data.val()
                | (bit_cast::<W, 32>(self.crcs.out_data.val()) << self.crc_shift.val());
            self.keep_bytes.next = self.om.val().bytes + 4;
        }
        if self.om.val().spill == 1 {
            self.with_crc.next = bit_cast::<W, 16>(self.crcs.out_data.val().get_bits::<16>(16));
            self.keep_bytes.next = bits::<7>(2);
        }
        if self.om.val().last == 1 {
            self.keep.next = !(self.ones.val() << self.keep_bytes.val());
        }
        self.tx_data.next = self.with_crc.val();
        self.tx_keep.next = self.keep.val();
        self.tx_last.next = self.om.val().last == 1;
        self.loop_data.next = self.with_crc.val();
        self.loop_keep.next = self.keep.val();
        self.loop_last.next = self.om.val().last == 1;
        self.tx_valid.next = self.go.val() & (self.om.val().looped == 0);
        self.loop_valid.next = self.go.val() & (self.om.val().looped == 1);
        self.gone.next = self.go.val() & self.tx_ready.val();
        if self.om.val().looped == 1 {
            self.gone.next = self.go.val() & self.loop_ready.val();
        }
        self.out_data.out_ready.next = self.gone.val();
        self.out_meta.out_ready.next = self.gone.val();
        self.crcs.out_ready.next = self.gone.val()
            & (self.om.val().last == 1)
            & ((self.om.val().crc == 1) | (self.om.val().spill == 1));
        self.loop_count.next = self.tx_loopback.val();
        self.loop_count_valid.next =
            self.gone.val() & (self.om.val().last == 1) & (self.om.val().looped == 1);
    }
}
