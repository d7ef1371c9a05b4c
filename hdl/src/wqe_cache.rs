//! WQE caches: work requests from host memory, fetched ahead, checked, and ready to use.
//!
//! # Theory of operation
//! [`SendCache`] holds send WQEs (64 bytes), [`RecvCache`] those of private and shared receive queues (32 bytes). Each has a
//! share of `2^LD` WQEs for every ring and is made of three parts:
//!
//! * [`crate::wqe_rings`]: how far every ring has got; takes doorbells, answers `get`, decides what to read;
//! * [`crate::wqe_stage`]: takes the answers to the reads and puts beats together to WQEs;
//! * [`crate::wqe_resolve`]: has the scatter entries checked and stores the WQEs with IOVAs.
//!
//! Nothing scans rings: whatever happens to a ring decides what it needs next. A process may ring any doorbell with any index
//! and write anything into its rings: a doorbell counts only if it comes from the page of the ring's owner, is newer than
//! the last and leaves no more WQEs than the ring holds (a send WQE's place is free when its work request has completed, a receive WQE's when it
//! has been consumed); a WQE's entries are checked against the domain of its ring; and all
//! that garbage in a WQE can do is fail those checks. What a WQE means beyond that is for the engine that gets it to judge.
//!
//! # What is resolved
//! Send: entries with a length, for local read (SEND, WRITE), or local write (opcodes 5 to 7). The inline flag counts for
//! opcodes 0 to 4 only and is cleared in others, so that what the flag calls inline is never an unchecked address. An ATOMIC's
//! entry is checked and stored with length 8; its second part holds operands. Receive: entries with a length, for local write.
//! If a check fails the WQE has `key_error` and its IOVAs mean nothing; if it could not be read, `read_error`.
//!
//! # The get port
//! `get_op`: 0 peek at the head, 1 consume it, 2 seek (go on at `get_index`, whatever that means for what was fetched), 4
//! discard the head even if it is not here. Handshake in cycle t, answer `got_valid` in t+4: `got_status` 0 done or here, 1
//! empty (nothing posted), 2 pending (posted, not here yet); `got_index`, the head; with status 0 of 0, 1 and 4 `got_wqe` if
//! it is here. `got_wqe` comes straight from block RAM and is valid in that cycle only: latch it. One get at a time; it waits
//! while another operation of its ring is under way (three cycles, seldom five, but for others in front).
//! A ring is kicked whenever some of its WQEs have arrived.
//!
//! # Pushed WQEs
//! `db_push` with a doorbell says that `push_data` is the WQE at index - 1. It is taken if it is the only one missing and
//! the path is free, else fetched as any other. If it has nothing to be checked, `kick` comes five cycles after `db_valid`.
//!
//! # Held rings (`MG` 1)
//! A ring is held (see [`crate::wqe_rings`]) while its configuration says so, and that of a queue pair from the cycle on in which its
//! state is set to MOVING until it is set to another: the cache listens to `set_*`. An engine's error does not let it go.
//!
//! # Limit of a shared receive queue
//! When a consume leaves fewer than `limit` WQEs posted and `limit_armed` is set: event 7 with object ring - 2^(LR-1), once.

#![allow(
    clippy::reversed_empty_ranges,
    reason = "the receive cache has none of the ports that loops run over"
)]

use crate::contract::{RingConfig, RingState};
use crate::mem::{AsyncRam, CtxRam, kind};
use crate::pipe::{CtxReq, CtxRsp, Doorbell, EventReq, MrReq, MrRsp, ReadReq, RecvWqe, SendWqe};
use crate::wqe_format::{RecvFormat, SendFormat};
use crate::wqe_resolve::WqeResolve;
use crate::wqe_rings::WqeRings;
use crate::wqe_stage::WqeStage;
use rust_hdl::prelude::*;

macro_rules! cache {
    (
        $(#[$doc:meta])*
        $name:ident [$($g:ident),+],
        wqe $wqe:ident of 2^$wb:literal bytes = $bits:literal bits, register $rb:tt, format $format:ty,
        kinds $cfg:ident $state:ident, told $ex:literal,
        ports { $($(#[$pdoc:meta])* $port:ident: $pty:ty),* }
    ) => {
        $(#[$doc])*
        #[derive(LogicBlock)]
        pub struct $name<$(const $g: usize),+> {
            pub clock: Signal<In, Clock>,
            $($(#[$pdoc])* pub $port: Signal<In, $pty>,)*
            /// doorbell: taken, with its push flag, some cycles after it is first looked at; hold it until then
            pub db_valid: Signal<In, Bit>,
            pub db: Signal<In, Doorbell>,
            pub db_ready: Signal<Out, Bit>,
            /// a ring, and in the same cycle the index of its oldest work request without completion
            pub freed_ring: [Signal<Out, Bits<LR>>; $ex],
            pub freed: [Signal<In, Bits<16>>; $ex],
            /// see the module's head
            pub get_valid: Signal<In, Bit>,
            pub get_op: Signal<In, Bits<3>>,
            pub get_ring: Signal<In, Bits<13>>,
            pub get_index: Signal<In, Bits<16>>,
            pub get_ready: Signal<Out, Bit>,
            pub got_valid: Signal<Out, Bit>,
            pub got_status: Signal<Out, Bits<2>>,
            pub got_index: Signal<Out, Bits<16>>,
            pub got_wqe: Signal<Out, $wqe>,
            /// WQEs of this ring have arrived
            pub kick_valid: Signal<Out, Bit>,
            pub kick_ring: Signal<Out, Bits<13>>,
            pub kick_ready: Signal<In, Bit>,
            /// DMA reads; tag bits 3..0 are used
            pub rd_valid: Signal<Out, Bit>,
            pub rd: Signal<Out, ReadReq>,
            pub rd_ready: Signal<In, Bit>,
            pub rsp_valid: Signal<In, Bit>,
            pub rsp_data: Signal<In, Bits<W>>,
            pub rsp_tag: Signal<In, Bits<8>>,
            pub rsp_last: Signal<In, Bit>,
            pub rsp_error: Signal<In, Bit>,
            /// memory region checks
            pub mr_valid: Signal<Out, Bit>,
            pub mr_req: Signal<Out, MrReq>,
            pub mr_ready: Signal<In, Bit>,
            pub mr_rsp_valid: Signal<In, Bit>,
            pub mr_rsp: Signal<In, MrRsp>,
            /// the producer index of a ring, a cycle after `peek_re`
            pub peek_re: Signal<In, Bit>,
            pub peek_ring: Signal<In, Bits<13>>,
            pub peek_producer: Signal<Out, Bits<16>>,
            /// 1 flush all rings, 2 reset ring `cmd_ring`, 3 arm its limit, 0 (`MG` 1) settle those up to `cmd_ring` that are held; held until `cmd_done`
            pub cmd_valid: Signal<In, Bit>,
            pub cmd_op: Signal<In, Bits<2>>,
            pub cmd_ring: Signal<In, Bits<13>>,
            pub cmd_done: Signal<Out, Bit>,
            /// shared receive queue limit reached
            pub ev_valid: Signal<Out, Bit>,
            pub ev: Signal<Out, EventReq>,
            pub ev_ready: Signal<In, Bit>,
            pub count_valid: Signal<Out, Bit>,
            pub count: Signal<Out, Bits<8>>,
            /// cleared since reset
            pub ready: Signal<Out, Bit>,
            /// device states of queue pairs, as commands set them
            pub set_valid: [Signal<In, Bit>; MG],
            pub set_slot: [Signal<In, Bits<LR>>; MG],
            pub set_state: [Signal<In, Bits<3>>; MG],
            pub bus: Signal<In, CtxReq>,
            pub rsp: Signal<Out, CtxRsp>,
            rings: WqeRings<LR, LR1, LD, CA, $wb, $ex, MG>,
            stage: WqeStage<LR, W, WS, LB, LB1, $rb>,
            resolve: WqeResolve<LR, LD, CA>,
            format: $format,
            configs: CtxRam<RingConfig, LR>,
            state: CtxRam<RingState, LR>,
            /// of the states, for `peek`
            copy: CtxRam<RingState, LR>,
            /// queue pairs that commands have set to MOVING, and the ring being read: it is held then
            moving: [AsyncRam<Bits<1>, LR>; MG],
            looked: [DFF<Bits<LR>>; MG],
            configs_rsp: Signal<Local, CtxRsp>,
            state_rsp: Signal<Local, CtxRsp>,
            nothing: Constant<RingConfig>,
        }

        impl<$(const $g: usize),+> Default for $name<$($g),+> {
            fn default() -> Self {
                assert!(LR1 == LR + 1 && CA == LR + LD && (1..=4).contains(&LD) && (2..=13).contains(&LR));
                Self {
                    clock: Default::default(),
                    $($port: Default::default(),)*
                    db_valid: Default::default(),
                    db: Default::default(),
                    db_ready: Default::default(),
                    freed_ring: array_init::array_init(|_| Default::default()),
                    freed: array_init::array_init(|_| Default::default()),
                    get_valid: Default::default(),
                    get_op: Default::default(),
                    get_ring: Default::default(),
                    get_index: Default::default(),
                    get_ready: Default::default(),
                    got_valid: Default::default(),
                    got_status: Default::default(),
                    got_index: Default::default(),
                    got_wqe: Default::default(),
                    kick_valid: Default::default(),
                    kick_ring: Default::default(),
                    kick_ready: Default::default(),
                    rd_valid: Default::default(),
                    rd: Default::default(),
                    rd_ready: Default::default(),
                    rsp_valid: Default::default(),
                    rsp_data: Default::default(),
                    rsp_tag: Default::default(),
                    rsp_last: Default::default(),
                    rsp_error: Default::default(),
                    mr_valid: Default::default(),
                    mr_req: Default::default(),
                    mr_ready: Default::default(),
                    mr_rsp_valid: Default::default(),
                    mr_rsp: Default::default(),
                    peek_re: Default::default(),
                    peek_ring: Default::default(),
                    peek_producer: Default::default(),
                    cmd_valid: Default::default(),
                    cmd_op: Default::default(),
                    cmd_ring: Default::default(),
                    cmd_done: Default::default(),
                    ev_valid: Default::default(),
                    ev: Default::default(),
                    ev_ready: Default::default(),
                    count_valid: Default::default(),
                    count: Default::default(),
                    ready: Default::default(),
                    set_valid: array_init::array_init(|_| Default::default()),
                    set_slot: array_init::array_init(|_| Default::default()),
                    set_state: array_init::array_init(|_| Default::default()),
                    bus: Default::default(),
                    rsp: Default::default(),
                    rings: Default::default(),
                    stage: WqeStage::new($bits),
                    resolve: Default::default(),
                    format: Default::default(),
                    configs: CtxRam::new(kind::$cfg).writes(0),
                    state: CtxRam::new(kind::$state),
                    copy: CtxRam::new(kind::$state),
                    moving: array_init::array_init(|_| Default::default()),
                    looked: array_init::array_init(|_| Default::default()),
                    configs_rsp: Default::default(),
                    state_rsp: Default::default(),
                    nothing: Constant::new(RingConfig::default()),
                }
            }
        }

        impl<$(const $g: usize),+> Logic for $name<$($g),+> {
            #[hdl_gen]
            fn update(&mut self) {
                self.rings.clock.next = self.clock.val();
                self.stage.clock.next = self.clock.val();
                self.resolve.clock.next = self.clock.val();

                // memories
                self.configs.clock.next = self.clock.val();
                self.state.clock.next = self.clock.val();
                self.copy.clock.next = self.clock.val();
                self.configs.bus.next = self.bus.val();
                self.state.bus.next = self.bus.val();
                self.copy.bus.next = self.bus.val();
                self.configs_rsp.next = self.configs.rsp.val();
                self.state_rsp.next = self.state.rsp.val();
                self.rsp.next.ack = self.configs_rsp.val().ack | self.state_rsp.val().ack;
                self.rsp.next.data = self.configs_rsp.val().data | self.state_rsp.val().data;
                self.configs.re.next = self.rings.mem_re.val();
                self.configs.ra.next = self.rings.mem_ra.val();
                self.configs.we.next = false;
                self.configs.clear.next = self.rings.cfg_clear.val();
                self.state.clear.next = false;
                self.copy.clear.next = false;
                self.configs.wa.next = self.rings.state_wa.val();
                self.configs.wd.next = self.nothing.val();
                self.rings.cfg_rd.next = self.configs.rd.val();
                for i in 0..MG {
                    self.looked[i].clock.next = self.clock.val();
                    self.moving[i].clock.next = self.clock.val();
                    self.moving[i].we.next = self.set_valid[i].val();
                    self.moving[i].wa.next = self.set_slot[i].val();
                    self.moving[i].wd.next = 0.into();
                    // MOVING is all ones
                    if self.set_state[i].val().all() {
                        self.moving[i].wd.next = 1.into();
                    }
                    self.looked[i].d.next = self.rings.mem_ra.val();
                    self.moving[i].ra.next = self.looked[i].q.val();
                    if self.moving[i].rd.val() == 1 {
                        self.rings.cfg_rd.next.held = 1.into();
                    }
                }
                self.state.re.next = self.rings.mem_re.val();
                self.state.ra.next = self.rings.mem_ra.val();
                self.state.we.next = self.rings.state_we.val();
                self.state.wa.next = self.rings.state_wa.val();
                self.state.wd.next = self.rings.state_wd.val();
                self.rings.state_rd.next = self.state.rd.val();
                self.copy.re.next = self.peek_re.val();
                self.copy.ra.next = self.peek_ring.val().get_bits::<LR>(0);
                self.copy.we.next = self.rings.state_we.val();
                self.copy.wa.next = self.rings.state_wa.val();
                self.copy.wd.next = self.rings.state_wd.val();
                self.peek_producer.next = self.copy.rd.val().producer;

                // rings
                self.rings.db_valid.next = self.db_valid.val();
                self.rings.db.next = self.db.val();
                self.db_ready.next = self.rings.db_ready.val();
                for i in 0..$ex {
                    self.freed_ring[i].next = self.rings.freed_ring[i].val();
                    self.rings.freed[i].next = self.freed[i].val();
                }
                self.rings.get_valid.next = self.get_valid.val();
                self.rings.get_op.next = self.get_op.val();
                self.rings.get_ring.next = self.get_ring.val();
                self.rings.get_index.next = self.get_index.val();
                self.get_ready.next = self.rings.get_ready.val();
                self.got_valid.next = self.rings.got_valid.val();
                self.got_status.next = self.rings.got_status.val();
                self.got_index.next = self.rings.got_index.val();
                self.kick_valid.next = self.rings.kick_valid.val();
                self.kick_ring.next = self.rings.kick_ring.val();
                self.rings.kick_ready.next = self.kick_ready.val();
                self.rd_valid.next = self.rings.rd_valid.val();
                self.rd.next = self.rings.rd.val();
                self.rings.rd_ready.next = self.rd_ready.val();
                self.rings.cmd_valid.next = self.cmd_valid.val();
                self.rings.cmd_op.next = self.cmd_op.val();
                self.rings.cmd_ring.next = self.cmd_ring.val();
                self.cmd_done.next = self.rings.cmd_done.val();
                self.ev_valid.next = self.rings.ev_valid.val();
                self.ev.next = self.rings.ev.val();
                self.rings.ev_ready.next = self.ev_ready.val();
                self.count_valid.next = self.rings.count_valid.val();
                self.count.next = self.rings.count.val();
                self.ready.next = self.rings.ready.val();

                // reads
                self.stage.issue.next = self.rings.issue.val();
                self.stage.issue_ring.next = self.rings.out_ring.val();
                self.stage.issue_index.next = self.rings.out_index.val();
                self.stage.issue_count.next = self.rings.issue_count.val();
                self.stage.issue_pd.next = self.rings.out_pd.val();
                self.stage.issue_odd.next = self.rings.issue_odd.val();
                self.rings.room.next = self.stage.room.val();
                self.rings.tag.next = self.stage.tag.val();
                self.rings.push_free.next = self.stage.push_free.val();
                self.stage.push_take.next = self.rings.push_take.val();
                self.stage.push_quiet.next = self.rings.push_quiet.val();
                self.stage.rsp_valid.next = self.rsp_valid.val();
                self.stage.rsp_data.next = self.rsp_data.val();
                self.stage.rsp_tag.next = self.rsp_tag.val();
                self.stage.rsp_last.next = self.rsp_last.val();
                self.stage.rsp_error.next = self.rsp_error.val();
                self.rings.read_error.next = self.stage.read_error.val();

                // checks
                self.resolve.raw_valid.next = self.stage.raw_valid.val();
                self.resolve.raw_ring.next = self.stage.raw_ring.val();
                self.resolve.raw_index.next = self.stage.raw_index.val();
                self.resolve.raw_pd.next = self.stage.raw_pd.val();
                self.resolve.raw_last.next = self.stage.raw_last.val();
                self.resolve.raw_quiet.next = self.stage.raw_quiet.val();
                self.resolve.raw_error.next = self.stage.raw_error.val();
                self.stage.raw_done.next = self.resolve.raw_done.val();
                self.mr_valid.next = self.resolve.mr_valid.val();
                self.mr_req.next = self.resolve.mr_req.val();
                self.resolve.mr_ready.next = self.mr_ready.val();
                self.resolve.mr_rsp_valid.next = self.mr_rsp_valid.val();
                self.resolve.mr_rsp.next = self.mr_rsp.val();
                self.rings.arr_valid.next = self.resolve.arr_valid.val();
                self.rings.arr_ring.next = self.resolve.arr_ring.val();
                self.rings.arr_index.next = self.resolve.arr_index.val();
                self.rings.arr_last.next = self.resolve.arr_last.val();
                self.resolve.arr_ready.next = self.rings.arr_ready.val();
                self.resolve.re.next = self.rings.cache_re.val();
                self.resolve.ra.next = self.rings.cache_ra.val();

                // what a WQE looks like
                $(self.format.$port.next = self.$port.val();)*
                self.rings.db_push.next = self.format.pushed.val();
                self.rings.push_inline.next = self.format.push_inline.val();
                self.stage.push_data.next = self.format.push_raw.val();
                self.format.clock.next = self.clock.val();
                self.format.raw.next = self.stage.raw.val();
                self.format.raw_half.next = self.stage.raw_half.val();
                self.format.raw_error.next = self.stage.raw_error.val();
                self.format.raw_done.next = self.resolve.raw_done.val();
                self.format.store_at.next = self.resolve.store_at.val();
                self.resolve.part0.next = self.format.part0.val();
                self.resolve.part1.next = self.format.part1.val();
                self.resolve.check0.next = self.format.check0.val();
                self.resolve.check1.next = self.format.check1.val();
                self.resolve.plain.next = self.format.plain.val();
                self.resolve.access.next = self.format.access.val();
                self.format.re.next = self.rings.cache_re.val();
                self.format.ra.next = self.rings.cache_ra.val();
                self.format.rd0.next = self.resolve.rd0.val();
                self.format.rd1.next = self.resolve.rd1.val();
                self.got_wqe.next = self.format.wqe.val();
            }
        }
    };
}

cache! {
    /// The cache of the send queues: `2^LR` rings (`LR1 = LR + 1`) of `2^LD` WQEs each (`CA = LR + LD`), a bus of `W` bits
    /// (`WS = W + 6`), a buffer of `2^LB` beats for answers (`LB1 = LB + 1`; at least 512 bytes, 8 KiB for 16 full reads); `MG` 1 if rings can be held.
    SendCache [LR, LR1, LD, CA, W, WS, LB, LB1, MG],
    wqe SendWqe of 2^6 bytes = 512 bits, register 512, format SendFormat<CA>,
    kinds SQ_CONFIG SQ_STATE, told 1,
    ports {
        /// with the doorbell: the WQE at its index - 1 is `push_data`
        db_push: Bit,
        push_data: Bits<512>
    }
}

cache! {
    /// The cache of the receive queues: `2^LR` rings, private ones below `2^(LR-1)`, shared ones from there on. Parameters as
    /// [`SendCache`]; `RB` is the larger of `W` and 256.
    RecvCache [LR, LR1, LD, CA, W, WS, LB, LB1, RB, MG],
    wqe RecvWqe of 2^5 bytes = 256 bits, register RB, format RecvFormat<CA, RB>,
    kinds RQ_CONFIG RQ_STATE, told 0,
    ports {}
}
