//! Doorbells: writes to the pages of BAR2 become [`Doorbell`] records for the send queue cache, the receive queue cache
//! and the completion unit.
//!
//! # Theory of operation
//! The page number is the user context; the receivers compare it with the owner of the queue. Each receiver has a queue
//! of 16 doorbells in front of it, so that one that is busy holds up the others only when its queue is full.
//!
//! There is one push buffer of 64 bytes for the whole device, with the page that wrote into it last as its owner. A
//! pushing doorbell carries the buffer if its page is the owner and all eight words are there; otherwise it is an ordinary
//! doorbell, and the WQE is fetched from host memory, which software has written anyway. So pushing needs no lock, and a
//! page never sees what another one pushed. While a pushed WQE waits in the queue, writes to the push area wait.
//!
//! # Interfaces
//! * `db_valid`, `db_page`, `db_offset`, `db_data`, `db_whole` (all eight bytes written) → `db_ready`: writes to BAR2.
//! * `sq_*`, `rq_*`, `cq_*`: doorbells out. `sq_push` with `sq`: `sq_push_data` is the WQE before `sq.index`. `cq_kind`: 0
//!   consumer, 1 consumer and arm.
//! * `enable` low: writes are taken and ignored.
//! * What is no doorbell (other offset, not 64 bits, no such page or object) counts as DB_MALFORMED and makes the next write wait for three
//!   cycles, which keeps a flood of them countable.

use crate::counter;
use crate::fifo::Fifo;
use crate::pipe::Doorbell;
use crate::record;
use crate::regs;
use rust_hdl::prelude::*;

record! {
    /// A doorbell in a queue: what it says, and `special`: it pushes (send queue), it arms (completion queue).
    pub struct QueuedBell { object: 13, index: 16, user_ctx: 8, arm: 2, special: 1 }
}

/// Doorbell pages of `2^LQ` queue pairs, `2^LR` rings of receives (private and shared) and `2^LC` completion queues.
#[derive(LogicBlock)]
pub struct Doorbells<const LQ: usize, const LR: usize, const LC: usize> {
    pub clock: Signal<In, Clock>,
    pub enable: Signal<In, Bit>,
    pub db_valid: Signal<In, Bit>,
    pub db_page: Signal<In, Bits<12>>,
    pub db_offset: Signal<In, Bits<12>>,
    pub db_data: Signal<In, Bits<64>>,
    pub db_whole: Signal<In, Bit>,
    pub db_ready: Signal<Out, Bit>,
    pub sq_valid: Signal<Out, Bit>,
    pub sq: Signal<Out, Doorbell>,
    pub sq_push: Signal<Out, Bit>,
    pub sq_push_data: Signal<Out, Bits<512>>,
    pub sq_ready: Signal<In, Bit>,
    pub rq_valid: Signal<Out, Bit>,
    pub rq: Signal<Out, Doorbell>,
    pub rq_ready: Signal<In, Bit>,
    pub cq_valid: Signal<Out, Bit>,
    pub cq: Signal<Out, Doorbell>,
    pub cq_kind: Signal<Out, Bits<1>>,
    pub cq_ready: Signal<In, Bit>,
    pub count_valid: Signal<Out, Bit>,
    pub count: Signal<Out, Bits<8>>,
    sq_queue: Fifo<QueuedBell, 4, 5>,
    rq_queue: Fifo<QueuedBell, 4, 5>,
    cq_queue: Fifo<QueuedBell, 4, 5>,
    word: [DFF<Bits<64>>; 8],
    /// which words of the push buffer its owner has written
    filled: DFF<Bits<8>>,
    owner: DFF<Bits<8>>,
    /// a doorbell that carries the buffer is in the queue
    carried: DFF<Bit>,
    /// cycles to wait after a malformed write
    wait: DFF<Bits<2>>,
    bad: DFF<Bit>,
    bell: Signal<Local, QueuedBell>,
    sq_head: Signal<Local, QueuedBell>,
    rq_head: Signal<Local, QueuedBell>,
    cq_head: Signal<Local, QueuedBell>,
    object: Signal<Local, Bits<32>>,
    is_sq: Signal<Local, Bit>,
    is_push: Signal<Local, Bit>,
    is_rq: Signal<Local, Bit>,
    is_cq: Signal<Local, Bit>,
    is_arm: Signal<Local, Bit>,
    is_buffer: Signal<Local, Bit>,
    fits: Signal<Local, Bit>,
    good: Signal<Local, Bit>,
    mine: Signal<Local, Bit>,
    place: Signal<Local, Bit>,
    take: Signal<Local, Bit>,
    at: Signal<Local, Bits<3>>,
    malformed: Constant<Bits<8>>,
    /// the bits that no object number has
    sq_beyond: Constant<Bits<32>>,
    rq_beyond: Constant<Bits<32>>,
    cq_beyond: Constant<Bits<32>>,
}

/// The bits above the lowest `bits`.
fn beyond(bits: usize) -> Bits<32> {
    (u64::from(u32::MAX) >> bits << bits).to_bits()
}

impl<const LQ: usize, const LR: usize, const LC: usize> Default for Doorbells<LQ, LR, LC> {
    fn default() -> Self {
        assert!(
            LQ <= 12 && LR <= 13 && LC <= 12,
            "object numbers have 12 or 13 bits"
        );
        Self {
            clock: Default::default(),
            enable: Default::default(),
            db_valid: Default::default(),
            db_page: Default::default(),
            db_offset: Default::default(),
            db_data: Default::default(),
            db_whole: Default::default(),
            db_ready: Default::default(),
            sq_valid: Default::default(),
            sq: Default::default(),
            sq_push: Default::default(),
            sq_push_data: Default::default(),
            sq_ready: Default::default(),
            rq_valid: Default::default(),
            rq: Default::default(),
            rq_ready: Default::default(),
            cq_valid: Default::default(),
            cq: Default::default(),
            cq_kind: Default::default(),
            cq_ready: Default::default(),
            count_valid: Default::default(),
            count: Default::default(),
            sq_queue: Default::default(),
            rq_queue: Default::default(),
            cq_queue: Default::default(),
            word: array_init::array_init(|_| Default::default()),
            filled: Default::default(),
            owner: Default::default(),
            carried: Default::default(),
            wait: Default::default(),
            bad: Default::default(),
            bell: Default::default(),
            sq_head: Default::default(),
            rq_head: Default::default(),
            cq_head: Default::default(),
            object: Default::default(),
            is_sq: Default::default(),
            is_push: Default::default(),
            is_rq: Default::default(),
            is_cq: Default::default(),
            is_arm: Default::default(),
            is_buffer: Default::default(),
            fits: Default::default(),
            good: Default::default(),
            mine: Default::default(),
            place: Default::default(),
            take: Default::default(),
            at: Default::default(),
            malformed: Constant::new(counter::DB_MALFORMED.to_bits()),
            sq_beyond: Constant::new(beyond(LQ)),
            rq_beyond: Constant::new(beyond(LR)),
            cq_beyond: Constant::new(beyond(LC)),
        }
    }
}

use regs::{
    DOORBELL_CQ_ARM, DOORBELL_CQ_CONSUMER, DOORBELL_RQ_PRODUCER, DOORBELL_SQ_PRODUCER,
    DOORBELL_SQ_PUSH,
};

impl<const LQ: usize, const LR: usize, const LC: usize> Logic for Doorbells<LQ, LR, LC> {
    #[hdl_gen]
    fn update(&mut self) {
        for _DOORBELL_SQ_PRODUCER in DOORBELL_SQ_PRODUCER..DOORBELL_SQ_PRODUCER {}
        for _DOORBELL_RQ_PRODUCER in DOORBELL_RQ_PRODUCER..DOORBELL_RQ_PRODUCER {}
        for _DOORBELL_CQ_CONSUMER in DOORBELL_CQ_CONSUMER..DOORBELL_CQ_CONSUMER {}
        for _DOORBELL_CQ_ARM in DOORBELL_CQ_ARM..DOORBELL_CQ_ARM {}
        for _DOORBELL_SQ_PUSH in DOORBELL_SQ_PUSH..DOORBELL_SQ_PUSH {}
        dff_setup!(self, clock, filled, owner, carried, wait, bad);
        for i in 0..8 {
            self.word[i].clock.next = self.clock.val();
            self.word[i].d.next = self.word[i].q.val();
        }
        self.sq_queue.clock.next = self.clock.val();
        self.rq_queue.clock.next = self.clock.val();
        self.cq_queue.clock.next = self.clock.val();

        // what the write is
        self.object.next = self.db_data.val().get_bits::<32>(0);
        self.is_sq.next = self.db_offset.val() == DOORBELL_SQ_PRODUCER;
        self.is_push.next = self.db_offset.val() == DOORBELL_SQ_PUSH;
        self.is_rq.next = self.db_offset.val() == DOORBELL_RQ_PRODUCER;
        self.is_cq.next = self.db_offset.val() == DOORBELL_CQ_CONSUMER;
        self.is_arm.next = self.db_offset.val() == DOORBELL_CQ_ARM;
        // 0x40..0x7f, whole words
        self.is_buffer.next = (self.db_offset.val().get_bits::<6>(6) == 1)
            & (self.db_offset.val().get_bits::<3>(0) == 0);
        self.fits.next = ((self.is_sq.val() | self.is_push.val())
            & !(self.object.val() & self.sq_beyond.val()).any())
            | (self.is_rq.val() & !(self.object.val() & self.rq_beyond.val()).any())
            | ((self.is_cq.val() | self.is_arm.val())
                & !(self.object.val() & self.cq_beyond.val()).any())
            | self.is_buffer.val();
        self.good.next =
            self.fits.val() & self.db_whole.val() & !self.db_page.val().get_bits::<4>(8).any();
        self.mine.next = self.owner.q.val() == self.db_page.val().get_bits::<8>(0);
        self.bell.next.object = self.object.val().get_bits::<13>(0);
        self.bell.next.index = self.db_data.val().get_bits::<16>(32);
        self.bell.next.user_ctx = self.db_page.val().get_bits::<8>(0);
        self.bell.next.arm = self.db_data.val().get_bits::<2>(48);
        self.bell.next.special = bits::<1>(0);
        if self.is_arm.val() | (self.is_push.val() & self.mine.val() & self.filled.q.val().all()) {
            self.bell.next.special = bits::<1>(1);
        }

        // where it goes, and whether there is a place for it
        self.place.next = true;
        if self.is_sq.val() | self.is_push.val() {
            self.place.next = self.sq_queue.in_ready.val();
        }
        if self.is_rq.val() {
            self.place.next = self.rq_queue.in_ready.val();
        }
        if self.is_cq.val() | self.is_arm.val() {
            self.place.next = self.cq_queue.in_ready.val();
        }
        if self.is_buffer.val() {
            self.place.next = !self.carried.q.val();
        }
        self.db_ready.next = self.place.val() & !self.wait.q.val().any();
        self.take.next =
            self.db_valid.val() & self.place.val() & !self.wait.q.val().any() & self.enable.val();
        self.sq_queue.in_data.next = self.bell.val();
        self.sq_queue.in_valid.next =
            self.take.val() & self.good.val() & (self.is_sq.val() | self.is_push.val());
        self.rq_queue.in_data.next = self.bell.val();
        self.rq_queue.in_valid.next = self.take.val() & self.good.val() & self.is_rq.val();
        self.cq_queue.in_data.next = self.bell.val();
        self.cq_queue.in_valid.next =
            self.take.val() & self.good.val() & (self.is_cq.val() | self.is_arm.val());

        // malformed writes
        self.bad.d.next = self.take.val() & !self.good.val();
        self.count_valid.next = self.bad.q.val();
        self.count.next = self.malformed.val();
        if self.wait.q.val().any() {
            self.wait.d.next = self.wait.q.val() - 1;
        } else if self.take.val() & !self.good.val() {
            self.wait.d.next = bits::<2>(3);
        }

        // the push buffer
        self.at.next = self.db_offset.val().get_bits::<3>(3);
        if self.take.val() & self.good.val() & self.is_buffer.val() {
            self.owner.d.next = self.db_page.val().get_bits::<8>(0);
            self.filled.d.next = bits::<8>(1) << self.at.val();
            if self.mine.val() {
                self.filled.d.next = self.filled.q.val() | (bits::<8>(1) << self.at.val());
            }
            for i in 0..8 {
                if self.at.val() == i.to_bits() {
                    self.word[i].d.next = self.db_data.val();
                }
            }
        }
        if self.take.val() & self.good.val() & self.is_push.val() & self.mine.val() {
            self.filled.d.next = bits::<8>(0);
            self.carried.d.next = self.filled.q.val().all();
        }

        // to the receivers
        self.sq_head.next = self.sq_queue.out_data.val();
        self.sq_valid.next = self.sq_queue.out_valid.val();
        self.sq.next.object = self.sq_head.val().object;
        self.sq.next.index = self.sq_head.val().index;
        self.sq.next.user_ctx = self.sq_head.val().user_ctx;
        self.sq.next.arm = self.sq_head.val().arm;
        self.sq_push.next = self.sq_head.val().special.any();
        self.sq_queue.out_ready.next = self.sq_ready.val();
        if self.sq_queue.out_valid.val() & self.sq_ready.val() & self.sq_head.val().special.any() {
            self.carried.d.next = false;
        }
        self.sq_push_data.next = bit_cast::<512, 64>(self.word[0].q.val())
            | (bit_cast::<512, 64>(self.word[1].q.val()) << 64)
            | (bit_cast::<512, 64>(self.word[2].q.val()) << 128)
            | (bit_cast::<512, 64>(self.word[3].q.val()) << 192)
            | (bit_cast::<512, 64>(self.word[4].q.val()) << 256)
            | (bit_cast::<512, 64>(self.word[5].q.val()) << 320)
            | (bit_cast::<512, 64>(self.word[6].q.val()) << 384)
            | (bit_cast::<512, 64>(self.word[7].q.val()) << 448);
        self.rq_head.next = self.rq_queue.out_data.val();
        self.rq_valid.next = self.rq_queue.out_valid.val();
        self.rq.next.object = self.rq_head.val().object;
        self.rq.next.index = self.rq_head.val().index;
        self.rq.next.user_ctx = self.rq_head.val().user_ctx;
        self.rq.next.arm = self.rq_head.val().arm;
        self.rq_queue.out_ready.next = self.rq_ready.val();
        self.cq_head.next = self.cq_queue.out_data.val();
        self.cq_valid.next = self.cq_queue.out_valid.val();
        self.cq.next.object = self.cq_head.val().object;
        self.cq.next.index = self.cq_head.val().index;
        self.cq.next.user_ctx = self.cq_head.val().user_ctx;
        self.cq.next.arm = self.cq_head.val().arm;
        self.cq_kind.next = self.cq_head.val().special;
        self.cq_queue.out_ready.next = self.cq_ready.val();
    }
}
