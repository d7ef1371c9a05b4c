//! Memory on the chip in the place of a host's: the core's DMA channels and the bridge use it.
//!
//! # Theory of operation
//! `2^A` words of 64 bits, one read and one write port. The core sees them at [`MEMORY_BASE`], where the driver puts its first mapping; a read elsewhere is answered with an
//! error, a write elsewhere is dropped. Reads are answered one after the other, a word a cycle.
//!
//! The bridge gets the memory for itself while it holds it: between two transactions of the core, never inside one. So what it reads in one go is what was
//! there at one time, and a queue entry that it writes is never seen half.
//!
//! # Interfaces
//! * `rd_*`, `rsp_*`, `wr_*`: the core's channels; a request never has more than 512 bytes.
//! * `hold` until the bridge is done, `held` when the memory is its own; then `b_re`, `b_we`, `b_addr`, `b_wd`: a byte a cycle, `b_rd` two cycles
//!   behind `b_re`.

use fw_regs::bridge::MEMORY_BASE;
use hdl::mem::Ram;
use rust_hdl::prelude::*;

/// Memory of `2^A` words of 64 bits; `A3 = A + 3`.
#[derive(LogicBlock)]
pub struct HostMem<const A: usize, const A3: usize> {
    pub clock: Signal<In, Clock>,
    pub rd_valid: Signal<In, Bit>,
    pub rd_addr: Signal<In, Bits<64>>,
    pub rd_len: Signal<In, Bits<13>>,
    pub rd_tag: Signal<In, Bits<8>>,
    pub rd_ready: Signal<Out, Bit>,
    pub rsp_valid: Signal<Out, Bit>,
    pub rsp_data: Signal<Out, Bits<64>>,
    pub rsp_tag: Signal<Out, Bits<8>>,
    pub rsp_last: Signal<Out, Bit>,
    pub rsp_error: Signal<Out, Bit>,
    pub wr_valid: Signal<In, Bit>,
    pub wr_addr: Signal<In, Bits<64>>,
    pub wr_data: Signal<In, Bits<64>>,
    pub wr_strb: Signal<In, Bits<8>>,
    pub wr_last: Signal<In, Bit>,
    pub wr_ready: Signal<Out, Bit>,
    pub hold: Signal<In, Bit>,
    pub held: Signal<Out, Bit>,
    pub b_re: Signal<In, Bit>,
    pub b_we: Signal<In, Bit>,
    pub b_addr: Signal<In, Bits<A3>>,
    pub b_wd: Signal<In, Bits<8>>,
    pub b_rd: Signal<Out, Bits<8>>,
    lanes: [Ram<Bits<8>, A>; 8],
    owned: DFF<Bit>,
    /// inside a write transaction
    writing: DFF<Bit>,
    /// a read is being answered: its next word, its words still to come, and what its answer carries
    reading: DFF<Bit>,
    at: DFF<Bits<A>>,
    left: DFF<Bits<7>>,
    tag: DFF<Bits<8>>,
    error: DFF<Bit>,
    // the answer's two stages: the memory's output, and registers
    out_valid: DFF<Bit>,
    out_last: DFF<Bit>,
    answer_valid: DFF<Bit>,
    answer_last: DFF<Bit>,
    answer: DFF<Bits<64>>,
    answer_tag: DFF<Bits<8>>,
    out_tag: DFF<Bits<8>>,
    answer_error: DFF<Bit>,
    out_error: DFF<Bit>,
    lane: DFF<Bits<3>>,
    out_lane: DFF<Bits<3>>,
    base: Constant<Bits<64>>,
    /// bits of an address that are the same all over the memory
    mask: Constant<Bits<64>>,
    mine: Signal<Local, Bit>,
    last_byte: Signal<Local, Bits<64>>,
    begin: Signal<Local, Bits<64>>,
    bad: Signal<Local, Bit>,
    words: Signal<Local, Bits<7>>,
    offset: Signal<Local, Bits<3>>,
    length: Signal<Local, Bits<13>>,
    accept: Signal<Local, Bit>,
    put: Signal<Local, Bit>,
    data: Signal<Local, Bits<64>>,
    place: Signal<Local, Bits<6>>,
    strobes: Signal<Local, Bits<8>>,
    write_at: Signal<Local, Bits<A>>,
    write_data: Signal<Local, Bits<64>>,
    read_at: Signal<Local, Bits<A>>,
    read: Signal<Local, Bit>,
    shifted: Signal<Local, Bits<64>>,
}

impl<const A: usize, const A3: usize> Default for HostMem<A, A3> {
    fn default() -> Self {
        assert!(
            A3 == A + 3 && (9..=20).contains(&A),
            "A3 must be A + 3, for 4 KiB to 8 MiB"
        );
        let mask = !((1_u64 << A3) - 1);
        Self {
            clock: Default::default(),
            rd_valid: Default::default(),
            rd_addr: Default::default(),
            rd_len: Default::default(),
            rd_tag: Default::default(),
            rd_ready: Default::default(),
            rsp_valid: Default::default(),
            rsp_data: Default::default(),
            rsp_tag: Default::default(),
            rsp_last: Default::default(),
            rsp_error: Default::default(),
            wr_valid: Default::default(),
            wr_addr: Default::default(),
            wr_data: Default::default(),
            wr_strb: Default::default(),
            wr_last: Default::default(),
            wr_ready: Default::default(),
            hold: Default::default(),
            held: Default::default(),
            b_re: Default::default(),
            b_we: Default::default(),
            b_addr: Default::default(),
            b_wd: Default::default(),
            b_rd: Default::default(),
            lanes: array_init::array_init(|_| Default::default()),
            owned: Default::default(),
            writing: Default::default(),
            reading: Default::default(),
            at: Default::default(),
            left: Default::default(),
            tag: Default::default(),
            error: Default::default(),
            out_valid: Default::default(),
            out_last: Default::default(),
            answer_valid: Default::default(),
            answer_last: Default::default(),
            answer: Default::default(),
            answer_tag: Default::default(),
            out_tag: Default::default(),
            answer_error: Default::default(),
            out_error: Default::default(),
            lane: Default::default(),
            out_lane: Default::default(),
            base: Constant::new(MEMORY_BASE.to_bits()),
            mask: Constant::new(mask.to_bits()),
            mine: Default::default(),
            last_byte: Default::default(),
            begin: Default::default(),
            bad: Default::default(),
            words: Default::default(),
            offset: Default::default(),
            length: Default::default(),
            accept: Default::default(),
            put: Default::default(),
            data: Default::default(),
            place: Default::default(),
            strobes: Default::default(),
            write_at: Default::default(),
            write_data: Default::default(),
            read_at: Default::default(),
            read: Default::default(),
            shifted: Default::default(),
        }
    }
}

impl<const A: usize, const A3: usize> Logic for HostMem<A, A3> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self,
            clock,
            owned,
            writing,
            reading,
            at,
            left,
            tag,
            error,
            out_valid,
            out_last,
            answer_valid,
            answer_last,
            answer,
            answer_tag,
            out_tag,
            answer_error,
            out_error,
            lane,
            out_lane
        );

        // between two transactions the bridge may have the memory
        self.wr_ready.next = self.writing.q.val() | !self.hold.val();
        self.rd_ready.next = !self.reading.q.val() & !self.hold.val();
        self.owned.d.next = self.hold.val() & !self.writing.q.val() & !self.reading.q.val();
        // the core goes on in the cycle in which the bridge lets go
        self.mine.next = self.owned.q.val() & self.hold.val();
        self.held.next = self.mine.val();

        // writes
        self.put.next = self.wr_valid.val() & (self.writing.q.val() | !self.hold.val());
        if self.put.val() {
            self.writing.d.next = !self.wr_last.val();
        }
        self.strobes.next = bits::<8>(0);
        if self.put.val() & ((self.wr_addr.val() & self.mask.val()) == self.base.val()) {
            self.strobes.next = self.wr_strb.val();
        }
        self.write_at.next = self.wr_addr.val().get_bits::<A>(3);
        self.write_data.next = self.wr_data.val();
        if self.mine.val() {
            self.write_at.next = self.b_addr.val().get_bits::<A>(3);
            self.strobes.next = bits::<8>(0);
            if self.b_we.val() {
                self.strobes.next = bits::<8>(1) << self.b_addr.val().get_bits::<3>(0);
            }
            self.data.next = bit_cast::<64, 8>(self.b_wd.val());
            self.write_data.next = self.data.val()
                | (self.data.val() << 8)
                | (self.data.val() << 16)
                | (self.data.val() << 24)
                | (self.data.val() << 32)
                | (self.data.val() << 40)
                | (self.data.val() << 48)
                | (self.data.val() << 56);
        } else {
            self.data.next = bits::<64>(0);
        }

        // reads: how many words, and whether all of them are here
        self.accept.next = self.rd_valid.val() & !self.reading.q.val() & !self.hold.val();
        self.begin.next = self.rd_addr.val();
        self.length.next = self.rd_len.val() - 1;
        self.last_byte.next = self.begin.val() + bit_cast::<64, 13>(self.length.val());
        self.bad.next = ((self.begin.val() & self.mask.val()) != self.base.val())
            | ((self.last_byte.val() & self.mask.val()) != self.base.val());
        self.offset.next = self.begin.val().get_bits::<3>(0);
        // words behind the first
        self.words.next =
            bit_cast::<7, 13>((self.length.val() + bit_cast::<13, 3>(self.offset.val())) >> 3);
        if self.accept.val() {
            self.reading.d.next = true;
            self.at.d.next = self.begin.val().get_bits::<A>(3);
            self.left.d.next = self.words.val();
            self.tag.d.next = self.rd_tag.val();
            self.error.d.next = self.bad.val();
        }
        if self.reading.q.val() {
            self.at.d.next = self.at.q.val() + 1;
            self.left.d.next = self.left.q.val() - 1;
            if !self.left.q.val().any() {
                self.reading.d.next = false;
            }
        }
        self.out_valid.d.next = self.reading.q.val();
        self.out_last.d.next = !self.left.q.val().any();
        self.out_tag.d.next = self.tag.q.val();
        self.out_error.d.next = self.error.q.val();
        self.read.next = self.reading.q.val();
        self.read_at.next = self.at.q.val();
        if self.mine.val() {
            self.read.next = self.b_re.val();
            self.read_at.next = self.b_addr.val().get_bits::<A>(3);
        }
        self.lane.d.next = self.b_addr.val().get_bits::<3>(0);

        for i in 0..8 {
            self.lanes[i].clock.next = self.clock.val();
            self.lanes[i].re.next = self.read.val();
            self.lanes[i].ra.next = self.read_at.val();
            self.lanes[i].we.next = self.strobes.val().get_bit(i);
            self.lanes[i].wa.next = self.write_at.val();
            self.lanes[i].wd.next = self.write_data.val().get_bits::<8>(8 * i);
        }

        // answers; block RAM is slow, so they stand in registers before anybody sees them
        self.answer.d.next = bit_cast::<64, 8>(self.lanes[0].rd.val())
            | (bit_cast::<64, 8>(self.lanes[1].rd.val()) << 8)
            | (bit_cast::<64, 8>(self.lanes[2].rd.val()) << 16)
            | (bit_cast::<64, 8>(self.lanes[3].rd.val()) << 24)
            | (bit_cast::<64, 8>(self.lanes[4].rd.val()) << 32)
            | (bit_cast::<64, 8>(self.lanes[5].rd.val()) << 40)
            | (bit_cast::<64, 8>(self.lanes[6].rd.val()) << 48)
            | (bit_cast::<64, 8>(self.lanes[7].rd.val()) << 56);
        self.answer_valid.d.next = self.out_valid.q.val();
        self.answer_last.d.next = self.out_last.q.val();
        self.answer_tag.d.next = self.out_tag.q.val();
        self.answer_error.d.next = self.out_error.q.val();
        self.out_lane.d.next = self.lane.q.val();
        self.rsp_valid.next = self.answer_valid.q.val();
        self.rsp_data.next = self.answer.q.val();
        self.rsp_tag.next = self.answer_tag.q.val();
        self.rsp_last.next = self.answer_last.q.val();
        self.rsp_error.next = self.answer_error.q.val();
        self.place.next = bit_cast::<6, 3>(self.out_lane.q.val()) << 3;
        self.shifted.next = self.answer.q.val() >> self.place.val();
        self.b_rd.next = self.shifted.val().get_bits::<8>(0);
    }
}
