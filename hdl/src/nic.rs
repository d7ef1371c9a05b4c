//! The NIC: every block and the wires between them; nothing else.
//!
//! ```text
//! wire in -> ingress -> frame_rx -> rx_dispatch -> responder, completer -> rx_exec -> host memory, cq_unit -> eq_unit
//! doorbells -> send cache -> ready list -> requester --+-> transmit -> wire out, or back to ingress
//!                             rx_exec -> response -----+
//! ```
//!
//! Ports: the wire (frames back to back, without FCS, preamble and gap), a register bus, a DMA read and a DMA write
//! channel, interrupts. `revision` is the hash of the sources, tied off by whatever holds the NIC.
//! A configuration is a row of numbers at the end of this file; those that follow from others are checked by the blocks.
//!
//! *Variants.* A configuration is made with migration, which is the product, and without it (`..Baseline`), which shows what migration costs: then
//! nothing of it is left in the Verilog, not a gate. Both share one list of wires; what they have differently stands in two parts in front of
//! it. Blocks with hooks for migration have a last parameter `MG`, 0 or 1; the migration unit gets at ports that belong to others by the
//! blocks of [`crate::migration::share`].

use crate::bar::{Bar, Build};
use crate::command::CommandUnit;
use crate::completer::CompleterUnit;
use crate::counters::Counters;
use crate::cq_unit::CqUnit;
use crate::dma_arb::{DmaReadArb, DmaWriteArb};
use crate::doorbells::Doorbells;
use crate::eq_unit::EqUnit;
use crate::frame_rx::FrameRx;
use crate::ingress::Ingress;
use crate::key_table::KeyTable;
use crate::migration::MigrationUnit;
use crate::migration::lane_share::LaneShare;
use crate::migration::program::Sizes;
use crate::migration::share::*;
use crate::mr_table::MrTable;
use crate::nic_glue::NicGlue;
use crate::pipe::CtxReq;
use crate::qp_state::QpState;
use crate::requester::RequesterUnit;
use crate::responder::ResponderEngine;
use crate::response::ResponseEngine;
use crate::rx_dispatch::RxDispatch;
use crate::rx_exec::RxExec;
use crate::sched::ReadyList;
use crate::transmit::Transmit;
use crate::wiring;
use crate::wqe_cache::{RecvCache, SendCache};
use rust_hdl::prelude::*;

macro_rules! nic {
    // one configuration with migration and without, with lanes for the migration unit
    ($(#[$doc:meta])* $name:ident, $baseline:ident { lanes; $($row:tt)* }) => {
        nic!($(#[$doc])* $name lanes { $($row)* });
        nic!($(#[$doc])* /// Without migration.
        $baseline baseline { $($row)* });
    };
    // the same without lanes
    ($(#[$doc:meta])* $name:ident, $baseline:ident { $($row:tt)* }) => {
        nic!($(#[$doc])* $name migratable { $($row)* });
        nic!($(#[$doc])* /// Without migration.
        $baseline baseline { $($row)* });
    };
    // up to 256 queue pairs, a block RAM says whose objects are
    ($(#[$doc:meta])* $name:ident $variant:ident { qps 2^$lq:literal, $lq1:literal, $lq2:literal, $lq3:literal; migration records 2^$lqr:literal; $($row:tt)* }) => {
        nic!($(#[$doc])* $name $variant {
            qps 2^$lq, $lq1, $lq2, $lq3; migration records 2^$lqr, counted $lqr, owners 2^9, far 0; $($row)*
        });
    };
    // scratch templates of the migration unit double their number; it counts, and answers on the context bus
    ($(#[$doc:meta])* $name:ident migratable { qps 2^$lq:literal, $lq1:literal, $lq2:literal, $lq3:literal; $($row:tt)* }) => {
        nic!(@ [] [unit] [context] [bus_share] [] 0, 0, 3, 8; $(#[$doc])* $name {
            with migration 1: templates 2^$lq1, $lq3, counts 15, memories 12, tables 6;
            qps 2^$lq, $lq1, $lq2; $($row)*
        });
    };
    ($(#[$doc:meta])* $name:ident lanes { qps 2^$lq:literal, $lq1:literal, $lq2:literal, $lq3:literal; $($row:tt)* }) => {
        nic!(@ [] [unit] [] [] [lane_share] 1, 3, 4, 16; $(#[$doc])* $name {
            with migration 1: templates 2^$lq1, $lq3, counts 15, memories 12, tables 6;
            qps 2^$lq, $lq1, $lq2; $($row)*
        });
    };
    ($(#[$doc:meta])* $name:ident baseline { qps 2^$lq:literal, $lq1:literal, $lq2:literal, $lq3:literal; $($row:tt)* }) => {
        nic!(@ [command] [] [context] [] [] 0, 0, 3, 8; $(#[$doc])* $name {
            with migration 0: templates 2^$lq, $lq2, counts 14, memories 11, tables 5;
            qps 2^$lq, $lq1, $lq2; $($row)*
        });
    };
    (@ [$($command:ident)?] [$($unit:ident)?] [$($context:ident)?] [$($bus_share:ident)?] [$($lane_share:ident)?] $ln:literal, $nl:literal, $ps:literal, $pn:literal; $(#[$doc:meta])* $name:ident {
        with migration $mg:literal: templates 2^$tq:literal, $tq2:literal, counts $counts:literal, memories $memories:literal, tables $tables:literal;
        qps 2^$lq:literal, $lq1:literal, $lq2:literal; migration records 2^$lqr:literal, counted $lqi:literal, owners 2^$low:literal, far $far:literal;
        bus $w:literal bits, $b:literal bytes = 2^$lb:literal, less 32 $h:literal, plus 6 $ws:literal, plus 8 $wx:literal, at least 256 $rb:literal;
        cqs 2^$lc:literal; srqs 2^$ls:literal; mrs 2^$lm:literal, keys 2^$lt:literal; objects 2^$lobj:literal, $lobj2:literal;
        outstanding 2^$lo:literal, all $lqo:literal; responses 2^$lx:literal, all $lqx:literal;
        send cache 2^$sd:literal, all $sa:literal, buffer 2^$sb:literal, $sb1:literal;
        recv cache 2^$rd:literal, all $ra:literal, buffer 2^$rbuf:literal, $rbuf1:literal;
        ingress 2^$ia:literal, $ia1:literal; frames 2^$fb:literal, $fb1:literal; headers 2^$fh:literal, $fh1:literal;
        slots 2^$ts:literal, $ts1:literal of 2^$tw:literal beats, all $ta:literal; packets 2^$tf:literal, $tf1:literal;
        crc undo $p:literal, waiting 2^$cw:literal, $cw1:literal; bytes bits $lb1:literal; clock $mhz:literal MHz
    }) => {
        $(#[$doc])*
        #[derive(LogicBlock)]
        pub struct $name {
            pub clock: Signal<In, Clock>,
            pub reset: Signal<In, Bit>,
            pub revision: Signal<In, Bits<64>>,
            pub rx_valid: Signal<In, Bit>,
            pub rx_last: Signal<In, Bit>,
            pub rx_data: Signal<In, Bits<$w>>,
            pub rx_keep: Signal<In, Bits<$b>>,
            pub tx_valid: Signal<Out, Bit>,
            pub tx_last: Signal<Out, Bit>,
            pub tx_data: Signal<Out, Bits<$w>>,
            pub tx_keep: Signal<Out, Bits<$b>>,
            pub tx_ready: Signal<In, Bit>,
            pub bar_valid: Signal<In, Bit>,
            pub bar_write: Signal<In, Bit>,
            pub bar_sel: Signal<In, Bit>,
            pub bar_addr: Signal<In, Bits<24>>,
            pub bar_wdata: Signal<In, Bits<64>>,
            pub bar_wstrb: Signal<In, Bits<8>>,
            pub bar_ready: Signal<Out, Bit>,
            pub bar_rvalid: Signal<Out, Bit>,
            pub bar_rdata: Signal<Out, Bits<64>>,
            pub rd_valid: Signal<Out, Bit>,
            pub rd_addr: Signal<Out, Bits<64>>,
            pub rd_len: Signal<Out, Bits<13>>,
            pub rd_tag: Signal<Out, Bits<8>>,
            pub rd_ready: Signal<In, Bit>,
            pub rsp_valid: Signal<In, Bit>,
            pub rsp_data: Signal<In, Bits<$w>>,
            pub rsp_tag: Signal<In, Bits<8>>,
            pub rsp_last: Signal<In, Bit>,
            pub rsp_error: Signal<In, Bit>,
            pub wr_valid: Signal<Out, Bit>,
            pub wr_addr: Signal<Out, Bits<64>>,
            pub wr_data: Signal<Out, Bits<$w>>,
            pub wr_strb: Signal<Out, Bits<$b>>,
            pub wr_last: Signal<Out, Bit>,
            pub wr_ready: Signal<In, Bit>,
            pub irq_valid: Signal<Out, Bit>,
            pub irq_vector: Signal<Out, Bits<8>>,
            pub irq_ready: Signal<In, Bit>,
            bar: Bar,
            command: CommandUnit<$lq, $lm, $lc, $ls, $lobj2, $lobj, $lo, $lx, $mg>,
            doorbells: Doorbells<$lq, $lq1, $lc>,
            counters: Counters<$counts>,
            ingress: Ingress<$w, $b, $wx, $ia, $ia1>,
            frame_rx: FrameRx<$w, $b, $h, $fb, $fb1, $fh, $fh1>,
            qp_table: KeyTable<$lq1>,
            mr_table: MrTable<$lm, $lt>,
            qp_state: QpState<$lq>,
            dispatch: RxDispatch<$lq, $mg>,
            responder: ResponderEngine<$lq, $lx, $lqx>,
            completer: CompleterUnit<$lq, $lo, $lqo>,
            exec: RxExec<$w, $b, $lb>,
            cqs: CqUnit<$lc, $w, $b, $lb, $mg>,
            events: EqUnit<$w, $b, $lb>,
            response: ResponseEngine<$lq, $lq1, $lx, $lqx, $mg>,
            sq_cache: SendCache<$lq, $lq1, $sd, $sa, $w, $ws, $sb, $sb1, $mg>,
            rq_cache: RecvCache<$lq1, $lq2, $rd, $ra, $w, $ws, $rbuf, $rbuf1, $rb, $mg>,
            ready: ReadyList<$lq, $lq1, 4>,
            service: ReadyList<$lq, $lq1, 2>,
            requester: RequesterUnit<$lq, $lo, $lqo, $mg>,
            transmit: Transmit<$w, $b, $lb, $lb1, $ts, $ts1, $tw, $ta, $tf, $tf1, $tq, $tq2, $h, $p, $cw, $cw1, $mg, $far>,
            reads: DmaReadArb,
            writes: DmaWriteArb<$w, $b>,
            glue: NicGlue<$memories, $tables>,
            $(
                $unit: MigrationUnit<$lq, $lqr, $lqi, $low, $far, $w, $b, $lb, $tw, $ln, $nl, $ps, $pn>,
                command_share: CommandShare,
                bell_share: BellShare,
                state_share: StateShare,
                frame_share: FrameShare,
                transmit_share: TransmitShare,
                kick_share: KickShare,
                event_share: EventShare,
                read_share: ReadShare,
                write_share: WriteShare<$w, $b>,
            )?
            $($bus_share: BusShare,)?
            $($lane_share: LaneShare,)?
            /// the context bus, if there is one for all
            $($context: Signal<Local, CtxReq>,)?
            resetting: DFF<Bit>,
            /// what all blocks are reset by
            reset_children: Signal<Local, Bit>,
        }

        impl Default for $name {
            fn default() -> Self {
                let build = Build {
                    width: $w,
                    log2_qps: $lq,
                    log2_cqs: $lc,
                    log2_srqs: $ls,
                    log2_mrs: $lm,
                    log2_outstanding: $lo,
                    log2_responses: $lx,
                    log2_send_cache: $sd,
                    log2_recv_cache: $rd,
                    log2_user_contexts: 8,
                    migration: $mg == 1,
                    cycles_per_us: $mhz,
                    shortest_timer: (64 << $lq) / $mhz + 2,
                };
                Self {
                    clock: Default::default(),
                    reset: Default::default(),
                    revision: Default::default(),
                    rx_valid: Default::default(),
                    rx_last: Default::default(),
                    rx_data: Default::default(),
                    rx_keep: Default::default(),
                    tx_valid: Default::default(),
                    tx_last: Default::default(),
                    tx_data: Default::default(),
                    tx_keep: Default::default(),
                    tx_ready: Default::default(),
                    bar_valid: Default::default(),
                    bar_write: Default::default(),
                    bar_sel: Default::default(),
                    bar_addr: Default::default(),
                    bar_wdata: Default::default(),
                    bar_wstrb: Default::default(),
                    bar_ready: Default::default(),
                    bar_rvalid: Default::default(),
                    bar_rdata: Default::default(),
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
                    irq_valid: Default::default(),
                    irq_vector: Default::default(),
                    irq_ready: Default::default(),
                    bar: Bar::new(&build),
                    command: Default::default(),
                    doorbells: Default::default(),
                    counters: Default::default(),
                    ingress: Default::default(),
                    frame_rx: Default::default(),
                    qp_table: Default::default(),
                    mr_table: Default::default(),
                    qp_state: Default::default(),
                    dispatch: Default::default(),
                    responder: Default::default(),
                    completer: Default::default(),
                    exec: Default::default(),
                    cqs: Default::default(),
                    events: Default::default(),
                    response: Default::default(),
                    sq_cache: Default::default(),
                    rq_cache: Default::default(),
                    ready: Default::default(),
                    service: Default::default(),
                    requester: Default::default(),
                    transmit: Default::default(),
                    reads: Default::default(),
                    writes: Default::default(),
                    glue: Default::default(),
                    $(
                        $unit: MigrationUnit::new(Sizes {
                            qps: $lq,
                            cqs: $lc,
                            srqs: $ls,
                            mrs: $lm,
                            outstanding: $lo,
                            responses: $lx,
                            lanes: $ln == 1,
                        }),
                        command_share: Default::default(),
                        bell_share: Default::default(),
                        state_share: Default::default(),
                        frame_share: Default::default(),
                        transmit_share: Default::default(),
                        kick_share: Default::default(),
                        event_share: Default::default(),
                        read_share: Default::default(),
                        write_share: Default::default(),
                    )?
                    $($bus_share: Default::default(),)?
                    $($lane_share: Default::default(),)?
                    $($context: Default::default(),)?
                    resetting: Default::default(),
                    reset_children: Default::default(),
                }
            }
        }

        wiring! { $name {
            // what the migration unit shares, as it is without it
            $(part { clocks;
                context <- $command.bus;
                $command.cmd_go <- bar.cmd_go;
                $command.cmd_opcode <- bar.cmd_opcode;
                $command.cmd_notify <- bar.cmd_notify;
                $command.cmd_arg0 <- bar.cmd_arg0;
                $command.cmd_arg1 <- bar.cmd_arg1;
                bar.cmd_busy <- $command.cmd_busy;
                bar.cmd_done <- $command.cmd_done;
                bar.cmd_code <- $command.cmd_code;
                bar.cmd_detail <- $command.cmd_detail;
                bar.mb_re <- $command.mb_re;
                bar.mb_ra <- $command.mb_ra;
                $command.mb_rd <- bar.mb_rd;
                $command.rsp <- glue.answer;
                sq_cache.db_valid <- doorbells.sq_valid;
                sq_cache.db <- doorbells.sq;
                sq_cache.db_push <- doorbells.sq_push;
                doorbells.sq_ready <- sq_cache.db_ready;
                rq_cache.db_valid <- doorbells.rq_valid;
                rq_cache.db <- doorbells.rq;
                doorbells.rq_ready <- rq_cache.db_ready;
                cqs.db_valid <- doorbells.cq_valid;
                cqs.db <- doorbells.cq;
                cqs.db_kind <- doorbells.cq_kind;
                doorbells.cq_ready <- cqs.db_ready;
                qp_state.e_re <- low;
                qp_state.e_slot <- low;
                qp_state.set_valid <- $command.set_valid;
                qp_state.set_slot <- $command.set_slot;
                qp_state.set_state <- $command.set_state;
                frame_rx.rd_en <- exec.fb_re;
                frame_rx.rd_addr <- exec.fb_addr;
                events.ev4_valid <- $command.ev_valid;
                events.ev4 <- $command.ev;
                $command.ev_ready <- events.ev4_ready;
                ready.kick_valid[3] <- $command.req_kick_valid;
                ready.kick_slot[3] <- cast $command.kick_slot;
                $command.req_kick_ready <- ready.kick_ready[3];
                service.kick_valid[1] <- $command.svc_kick_valid;
                service.kick_slot[1] <- cast $command.kick_slot;
                $command.svc_kick_ready <- service.kick_ready[1];
                response.kick_valid <- $command.rsp_kick_valid;
                response.kick_slot <- $command.kick_slot;
                $command.rsp_kick_ready <- response.kick_ready;
                transmit.t1_valid <- requester.tx_valid;
                transmit.t1 <- requester.tx;
                requester.tx_ready <- transmit.t1_ready;
                reads.q3_valid <- exec.rd_valid;
                reads.q3 <- exec.rd;
                exec.rd_ready <- reads.q3_ready;
                exec.rsp_valid <- reads.rsp3_valid;
                writes.i2_valid <- events.wr_valid;
                writes.i2_addr <- events.wr_addr;
                writes.i2_data <- events.wr_data;
                writes.i2_strb <- events.wr_strb;
                writes.i2_last <- events.wr_last;
                events.wr_ready <- writes.i2_ready;
            })?
            // and with it
            $(part { clocks $unit, command_share, bell_share, transmit_share, write_share;
                // commands
                command_share.cmd_go <- bar.cmd_go;
                command_share.cmd_opcode <- bar.cmd_opcode;
                command_share.cmd_notify <- bar.cmd_notify;
                command_share.cmd_arg0 <- bar.cmd_arg0;
                command_share.cmd_arg1 <- bar.cmd_arg1;
                bar.cmd_busy <- command_share.cmd_busy;
                bar.cmd_done <- command_share.cmd_done;
                bar.cmd_code <- command_share.cmd_code;
                bar.cmd_detail <- command_share.cmd_detail;
                bar.mb_re <- command_share.mb_re;
                bar.mb_ra <- command_share.mb_ra;
                command_share.mb_rd <- bar.mb_rd;
                command.cmd_go <- command_share.own_go;
                command.cmd_opcode <- command_share.own_opcode;
                command.cmd_notify <- command_share.own_notify;
                command.cmd_arg0 <- command_share.own_arg0;
                command.cmd_arg1 <- command_share.own_arg1;
                command_share.own_busy <- command.cmd_busy;
                command_share.own_done <- command.cmd_done;
                command_share.own_code <- command.cmd_code;
                command_share.own_detail <- command.cmd_detail;
                command_share.own_re <- command.mb_re;
                command_share.own_ra <- command.mb_ra;
                command.mb_rd <- command_share.own_rd;
                glue.cleared[5] <- $unit.ready;
                $unit.cmd_go <- command_share.unit_go;
                $unit.cmd_opcode <- bar.cmd_opcode;
                $unit.cmd_arg0 <- bar.cmd_arg0;
                $unit.cmd_arg1 <- bar.cmd_arg1;
                command_share.unit_busy <- $unit.cmd_busy;
                command_share.unit_tidy <- $unit.cmd_tidy;
                command_share.unit_done <- $unit.cmd_done;
                command_share.unit_code <- $unit.cmd_code;
                command_share.unit_detail <- $unit.cmd_detail;
                command_share.unit_re <- $unit.mb_re;
                command_share.unit_ra <- $unit.mb_ra;
                $unit.mb_rd <- bar.mb_rd;
                command_share.sub_go <- $unit.sub_go;
                command_share.sub_opcode <- $unit.sub_opcode;
                command_share.sub_arg0 <- $unit.sub_arg0;
                command_share.sub_arg1 <- $unit.sub_arg1;
                $unit.sub_busy <- command_share.sub_busy;
                $unit.sub_done <- command_share.sub_done;
                $unit.sub_code <- command_share.sub_code;
                $unit.sub_detail <- command_share.sub_detail;
                $unit.page_re <- command_share.page_re;
                $unit.page_ra <- command_share.page_ra;
                command_share.page_rd <- $unit.page_rd;
                // context bus
                glue.answers[11] <- $unit.rsp;
                // doorbells
                bell_share.a_sq_valid <- doorbells.sq_valid;
                bell_share.a_sq <- doorbells.sq;
                bell_share.a_sq_push <- doorbells.sq_push;
                doorbells.sq_ready <- bell_share.a_sq_ready;
                bell_share.a_rq_valid <- doorbells.rq_valid;
                bell_share.a_rq <- doorbells.rq;
                doorbells.rq_ready <- bell_share.a_rq_ready;
                bell_share.a_cq_valid <- doorbells.cq_valid;
                bell_share.a_cq <- doorbells.cq;
                bell_share.a_cq_kind <- doorbells.cq_kind;
                doorbells.cq_ready <- bell_share.a_cq_ready;
                bell_share.unit <- $unit.db;
                bell_share.unit_sq_valid <- $unit.db_sq;
                bell_share.unit_rq_valid <- $unit.db_rq;
                bell_share.unit_cq_valid <- $unit.db_cq;
                $unit.db_sq_ready <- bell_share.unit_sq_ready;
                $unit.db_rq_ready <- bell_share.unit_rq_ready;
                $unit.db_cq_ready <- bell_share.unit_cq_ready;
                sq_cache.db_valid <- bell_share.sq_valid;
                sq_cache.db <- bell_share.sq;
                sq_cache.db_push <- bell_share.sq_push;
                bell_share.sq_ready <- sq_cache.db_ready;
                rq_cache.db_valid <- bell_share.rq_valid;
                rq_cache.db <- bell_share.rq;
                bell_share.rq_ready <- rq_cache.db_ready;
                cqs.db_valid <- bell_share.cq_valid;
                cqs.db <- bell_share.cq;
                cqs.db_kind <- bell_share.cq_kind;
                bell_share.cq_ready <- cqs.db_ready;
                // states
                qp_state.e_re <- $unit.st_re;
                qp_state.e_slot <- $unit.st_slot;
                $unit.st_state <- qp_state.e_state;
                state_share.a_valid <- command.set_valid;
                state_share.a_slot <- command.set_slot;
                state_share.a_state <- command.set_state;
                state_share.unit_valid <- $unit.set_valid;
                state_share.unit_slot <- $unit.set_slot;
                state_share.unit_state <- $unit.set_state;
                $unit.set_ready <- state_share.unit_ready;
                qp_state.set_valid <- state_share.set_valid;
                qp_state.set_slot <- state_share.set_slot;
                qp_state.set_state <- state_share.set_state;
                sq_cache.set_valid[0] <- state_share.set_valid;
                sq_cache.set_slot[0] <- cast state_share.set_slot;
                sq_cache.set_state[0] <- state_share.set_state;
                rq_cache.set_valid[0] <- state_share.set_valid;
                rq_cache.set_slot[0] <- cast state_share.set_slot;
                rq_cache.set_state[0] <- state_share.set_state;
                // packets in
                $unit.pkt_valid <- dispatch.mig_valid[0];
                $unit.pkt_kind <- dispatch.mig_kind[0];
                $unit.pkt_ipv6 <- dispatch.mig_ipv6[0];
                $unit.pkt <- dispatch.pkt;
                dispatch.mig_open[0] <- $unit.pkt_open;
                dispatch.mig_done[0] <- $unit.pkt_done;
                dispatch.mig_pass[0] <- $unit.pkt_pass;
                dispatch.mig_state[0] <- $unit.pkt_state;
                frame_share.a_busy <- exec.busy;
                frame_share.a_re <- exec.fb_re;
                frame_share.a_addr <- exec.fb_addr;
                frame_share.unit_re <- $unit.fb_re;
                frame_share.unit_addr <- $unit.fb_addr;
                $unit.fb_ready <- frame_share.unit_ready;
                $unit.fb_data <- frame_rx.rd_data;
                frame_rx.rd_en <- frame_share.re;
                frame_rx.rd_addr <- frame_share.addr;
                // packets out
                transmit_share.a_valid <- requester.tx_valid;
                transmit_share.a <- requester.tx;
                requester.tx_ready <- transmit_share.a_ready;
                transmit_share.unit_valid <- $unit.tx_valid;
                transmit_share.unit <- $unit.tx;
                $unit.tx_ready <- transmit_share.unit_ready;
                transmit.t1_valid <- transmit_share.tx_valid;
                transmit.t1 <- transmit_share.tx;
                transmit_share.tx_ready <- transmit.t1_ready;
                $unit.template_read <- transmit.template_read[0];
                // kicks
                kick_share.a_slot <- command.kick_slot;
                kick_share.a_req_valid <- command.req_kick_valid;
                command.req_kick_ready <- kick_share.a_req_ready;
                kick_share.a_rsp_valid <- command.rsp_kick_valid;
                command.rsp_kick_ready <- kick_share.a_rsp_ready;
                kick_share.a_svc_valid <- command.svc_kick_valid;
                command.svc_kick_ready <- kick_share.a_svc_ready;
                kick_share.unit_slot <- $unit.kick_slot;
                kick_share.unit_req_valid <- $unit.kick_req;
                $unit.kick_req_ready <- kick_share.unit_req_ready;
                kick_share.unit_rsp_valid <- $unit.kick_rsp;
                $unit.kick_rsp_ready <- kick_share.unit_rsp_ready;
                kick_share.unit_svc_valid <- $unit.kick_svc;
                $unit.kick_svc_ready <- kick_share.unit_svc_ready;
                ready.kick_valid[3] <- kick_share.req_valid;
                ready.kick_slot[3] <- cast kick_share.req_slot;
                kick_share.req_ready <- ready.kick_ready[3];
                service.kick_valid[1] <- kick_share.svc_valid;
                service.kick_slot[1] <- cast kick_share.svc_slot;
                kick_share.svc_ready <- service.kick_ready[1];
                response.kick_valid <- kick_share.rsp_valid;
                response.kick_slot <- kick_share.rsp_slot;
                kick_share.rsp_ready <- response.kick_ready;
                // events, counter, time
                event_share.a_valid <- command.ev_valid;
                event_share.a <- command.ev;
                command.ev_ready <- event_share.a_ready;
                event_share.done_valid <- command_share.ev_valid;
                event_share.done <- command_share.ev;
                command_share.ev_ready <- event_share.done_ready;
                event_share.unit_valid <- $unit.ev_valid;
                event_share.unit <- $unit.ev;
                $unit.ev_ready <- event_share.unit_ready;
                events.ev4_valid <- event_share.ev_valid;
                events.ev4 <- event_share.ev;
                event_share.ev_ready <- events.ev4_ready;
                counters.count_valid[14] <- $unit.count_valid;
                counters.count[14] <- $unit.count;
                $unit.now <- bar.now;
                // DMA
                read_share.a_valid <- exec.rd_valid;
                read_share.a <- exec.rd;
                exec.rd_ready <- read_share.a_ready;
                exec.rsp_valid <- read_share.a_rsp_valid;
                read_share.unit_valid <- $unit.rd_valid;
                read_share.unit <- $unit.rd;
                $unit.rd_ready <- read_share.unit_ready;
                $unit.rsp_valid <- read_share.unit_rsp_valid;
                $unit.rsp_tag <- rsp_tag;
                $unit.rsp_data <- rsp_data;
                $unit.rsp_last <- rsp_last;
                $unit.rsp_error <- rsp_error;
                reads.q3_valid <- read_share.rd_valid;
                reads.q3 <- read_share.rd;
                read_share.rd_ready <- reads.q3_ready;
                read_share.rsp_valid <- reads.rsp3_valid;
                read_share.rsp_tag <- rsp_tag;
                write_share.a_valid <- events.wr_valid;
                write_share.a_addr <- events.wr_addr;
                write_share.a_data <- events.wr_data;
                write_share.a_strb <- events.wr_strb;
                write_share.a_last <- events.wr_last;
                events.wr_ready <- write_share.a_ready;
                write_share.unit_valid <- $unit.wr_valid;
                write_share.unit_addr <- $unit.wr_addr;
                write_share.unit_data <- $unit.wr_data;
                write_share.unit_strb <- $unit.wr_strb;
                write_share.unit_last <- $unit.wr_last;
                $unit.wr_ready <- write_share.unit_ready;
                writes.i2_valid <- write_share.wr_valid;
                writes.i2_addr <- write_share.wr_addr;
                writes.i2_data <- write_share.wr_data;
                writes.i2_strb <- write_share.wr_strb;
                writes.i2_last <- write_share.wr_last;
                write_share.wr_ready <- writes.i2_ready;
            })?
            $(part { clocks $bus_share;
                $bus_share.a <- command.bus;
                $bus_share.unit <- unit.req;
                context <- $bus_share.bus;
                $bus_share.rsp <- glue.answer;
                command.rsp <- $bus_share.a_rsp;
                unit.req_rsp <- $bus_share.unit_rsp;
                unit.bus <- context;
            })?
            $(part { clocks $lane_share;
                $lane_share.a <- command.bus;
                $lane_share.unit <- unit.req;
                $lane_share.spread <- unit.spread[0];
                $lane_share.lanes[0] <- unit.lane_req[0];
                $lane_share.lanes[1] <- unit.lane_req[1];
                $lane_share.lanes[2] <- unit.lane_req[2];
                $lane_share.rsp <- glue.answer;
                $lane_share.answers[0] <- dispatch.rsp;
                $lane_share.answers[1] <- requester.rsp;
                $lane_share.answers[2] <- response.rsp;
                $lane_share.answers[3] <- transmit.rsp;
                $lane_share.answers[4] <- rq_cache.rsp;
                $lane_share.answers[5] <- completer.rsp;
                $lane_share.answers[6] <- responder.rsp;
                $lane_share.answers[7] <- sq_cache.rsp;
                $lane_share.answers[8] <- unit.rsp;
                command.rsp <- $lane_share.a_rsp;
                unit.req_rsp <- $lane_share.unit_rsp;
                unit.lane_rsp[0] <- $lane_share.lane_rsp[0];
                unit.lane_rsp[1] <- $lane_share.lane_rsp[1];
                unit.lane_rsp[2] <- $lane_share.lane_rsp[2];
                unit.bus <- $lane_share.bus[3];
            })?
            part { clocks bar, command, doorbells, counters, ingress, frame_rx, qp_table, mr_table, qp_state, dispatch, responder,
                    completer, exec, cqs, events, response, sq_cache, rq_cache, ready, service, requester, transmit, writes, reads;
                // glue
                glue.pin_reset <- reset;
                resetting.clock <- clock;
                resetting.d <- bar.device_reset;
                glue.soft_reset <- resetting.q;
                reset_children <- glue.reset_out;
                glue.wire_valid <- rx_valid;
                glue.enable <- bar.enable;
                ingress.wire_valid <- glue.wire_taken;
                glue.cleared[0] <- qp_table.ready;
                glue.cleared[1] <- mr_table.ready;
                glue.cleared[2] <- sq_cache.ready;
                glue.cleared[3] <- rq_cache.ready;
                glue.cleared[4] <- counters.ready;
                command.tables_ready <- glue.all_cleared;
                glue.answers[0] <- dispatch.rsp;
                glue.answers[1] <- qp_state.rsp;
                glue.answers[2] <- mr_table.rsp;
                glue.answers[3] <- responder.rsp;
                glue.answers[4] <- response.rsp;
                glue.answers[5] <- requester.rsp;
                glue.answers[6] <- completer.rsp;
                glue.answers[7] <- sq_cache.rsp;
                glue.answers[8] <- rq_cache.rsp;
                glue.answers[9] <- cqs.rsp;
                glue.answers[10] <- transmit.rsp;
                glue.cq_valid <- cqs.err_valid;
                glue.cq_slot <- cqs.err_slot;
                glue.cq_event <- cqs.err_event;
                cqs.err_ready <- glue.cq_ready;
                glue.exec_valid <- exec.err_valid;
                glue.exec_slot <- exec.err_slot;
                glue.exec_event <- exec.err_event;
                exec.err_ready <- glue.exec_ready;
                glue.tx_valid <- transmit.error_valid;
                glue.tx_slot <- transmit.error_slot;
                transmit.error_ready <- glue.tx_ready;
                glue.answer_valid <- response.err_valid;
                glue.answer_slot <- response.err_slot;
                response.err_ready <- glue.answer_ready;
                qp_state.e2_valid <- glue.err_valid;
                qp_state.e2_slot <- glue.err_slot;
                qp_state.e2_event <- glue.err_event;
                glue.err_ready <- qp_state.e2_ready;
                glue.rd <- reads.rd;
                rd_addr <- glue.rd_addr;
                rd_len <- glue.rd_len;
                rd_tag <- glue.rd_tag;
                // clock, reset, time
                // registers, commands, doorbells
                bar.bar_valid <- bar_valid;
                bar.bar_write <- bar_write;
                bar.bar_sel <- bar_sel;
                bar.bar_addr <- bar_addr;
                bar.bar_wdata <- bar_wdata;
                bar.bar_wstrb <- bar_wstrb;
                bar_ready <- bar.bar_ready;
                bar_rvalid <- bar.bar_rvalid;
                bar_rdata <- bar.bar_rdata;
                bar.revision <- revision;
                bar.ready <- command.ready;
                bar.eq_producer <- events.eq_producer;
                bar.eq_lost <- events.eq_lost;
                bar.ctr_done <- counters.read_done;
                bar.ctr_data <- counters.read_data;
                counters.read_valid <- bar.ctr_valid;
                counters.read_index <- bar.ctr_index;
                command.win_valid <- bar.win_valid;
                command.win_kind <- bar.win_kind;
                command.win_index <- bar.win_index;
                command.win_word <- bar.win_word;
                bar.win_done <- command.win_done;
                bar.win_ok <- command.win_ok;
                bar.win_data <- command.win_data;
                command.req_turn <- requester.turn;
                command.rsp_turn <- response.turn;
                command.drain_limit <- bar.drain_limit;
                doorbells.enable <- bar.enable;
                doorbells.db_valid <- bar.db_valid;
                doorbells.db_page <- bar.db_page;
                doorbells.db_offset <- bar.db_offset;
                doorbells.db_data <- bar.db_data;
                doorbells.db_whole <- bar.db_whole;
                bar.db_ready <- doorbells.db_ready;
                sq_cache.push_data <- doorbells.sq_push_data;
                // context bus
            }
            // context bus: one for all, or one for each group of engines
            $(part { clocks;
                dispatch.bus <- $context;
                qp_state.bus <- $context;
                mr_table.bus <- $context;
                responder.bus <- $context;
                response.bus <- $context;
                requester.bus <- $context;
                completer.bus <- $context;
                sq_cache.bus <- $context;
                rq_cache.bus <- $context;
                cqs.bus <- $context;
                transmit.bus <- $context;
            })?
            $(part { clocks;
                dispatch.bus <- $lane_share.bus[0];
                qp_state.bus <- $lane_share.bus[0];
                mr_table.bus <- $lane_share.bus[0];
                responder.bus <- $lane_share.bus[2];
                response.bus <- $lane_share.bus[0];
                requester.bus <- $lane_share.bus[0];
                completer.bus <- $lane_share.bus[2];
                sq_cache.bus <- $lane_share.bus[3];
                rq_cache.bus <- $lane_share.bus[1];
                cqs.bus <- $lane_share.bus[0];
                transmit.bus <- $lane_share.bus[1];
            })?
            part { clocks;
                // tables and states
                qp_table.look_valid <- dispatch.look_valid;
                qp_table.look_key <- dispatch.look_key;
                dispatch.look_ready <- qp_table.look_ready;
                dispatch.found_valid <- qp_table.found_valid;
                dispatch.found_hit <- qp_table.found_hit;
                dispatch.found_slot <- qp_table.found_slot;
                qp_table.cmd_valid <- command.qpt_valid;
                qp_table.cmd_op <- command.qpt_op;
                qp_table.cmd_key <- command.qpt_key;
                qp_table.cmd_slot <- command.qpt_slot;
                command.qpt_done <- qp_table.cmd_done;
                command.qpt_ok <- qp_table.cmd_ok;
                command.qpt_hit <- qp_table.cmd_hit;
                command.qpt_slot_found <- qp_table.cmd_slot_found;
                mr_table.cmd_valid <- command.mrt_valid;
                mr_table.cmd_op <- command.mrt_op;
                mr_table.cmd_key <- command.mrt_key;
                mr_table.cmd_slot <- command.mrt_slot;
                command.mrt_done <- mr_table.cmd_done;
                command.mrt_ok <- mr_table.cmd_ok;
                command.mrt_hit <- mr_table.cmd_hit;
                command.mrt_slot_found <- mr_table.cmd_slot_found;
                mr_table.a_valid <- dispatch.mr_valid;
                mr_table.a_req <- dispatch.mr_req;
                dispatch.mr_ready <- mr_table.a_ready;
                dispatch.mr_rsp_valid <- mr_table.a_rsp_valid;
                dispatch.mr_rsp <- mr_table.a_rsp;
                mr_table.b_valid <- sq_cache.mr_valid;
                mr_table.b_req <- sq_cache.mr_req;
                sq_cache.mr_ready <- mr_table.b_ready;
                sq_cache.mr_rsp_valid <- mr_table.b_rsp_valid;
                sq_cache.mr_rsp <- mr_table.b_rsp;
                mr_table.c_valid <- rq_cache.mr_valid;
                mr_table.c_req <- rq_cache.mr_req;
                rq_cache.mr_ready <- mr_table.c_ready;
                rq_cache.mr_rsp_valid <- mr_table.c_rsp_valid;
                rq_cache.mr_rsp <- mr_table.c_rsp;
                mr_table.inv_valid <- responder.inv_valid;
                mr_table.inv_key <- responder.inv_key;
                mr_table.inv_pd <- responder.inv_pd;
                responder.inv_done <- mr_table.inv_done;
                responder.inv_ok <- mr_table.inv_ok;
                glue.responder_busy <- responder.busy;
                glue.responder_region <- responder.gone_slot;
                glue.completer_region <- completer.gone_slot;
                mr_table.gone_slot[0] <- glue.region;
                responder.gone <- mr_table.gone[0];
                completer.gone <- mr_table.gone[0];
                mr_table.gone_slot[1] <- response.gone_slot;
                response.gone <- mr_table.gone[1];
                mr_table.gone_slot[2] <- requester.gone_slot;
                requester.gone <- mr_table.gone[2];
                qp_state.a_re <- dispatch.state_re;
                qp_state.a_slot <- dispatch.state_slot;
                dispatch.state <- qp_state.a_state;
                dispatch.failing_valid <- qp_state.failing_valid;
                dispatch.failing_slot <- qp_state.failing_slot;
                qp_state.b_re <- requester.st_re;
                qp_state.b_slot <- requester.st_slot;
                requester.st_state <- qp_state.b_state;
                qp_state.c_re <- response.st_re;
                qp_state.c_slot <- response.st_slot;
                response.st_state <- qp_state.c_state;
                qp_state.d_re <- command.st_re;
                qp_state.d_slot <- command.st_slot;
                command.st_state <- qp_state.d_state;
                qp_state.e0_valid <- responder.err_valid;
                qp_state.e0_slot <- responder.err_slot;
                qp_state.e0_event <- responder.err_event;
                responder.err_ready <- qp_state.e0_ready;
                qp_state.e1_valid <- completer.err_valid;
                qp_state.e1_slot <- completer.err_slot;
                qp_state.e1_event <- completer.err_event;
                completer.err_ready <- qp_state.e1_ready;
                // receive
                ingress.wire_last <- rx_last;
                ingress.wire_data <- rx_data;
                ingress.wire_keep <- rx_keep;
                ingress.loop_valid <- transmit.loop_valid;
                ingress.loop_last <- transmit.loop_last;
                ingress.loop_data <- transmit.loop_data;
                ingress.loop_keep <- transmit.loop_keep;
                transmit.loop_ready <- ingress.loop_ready;
                frame_rx.in_valid <- ingress.out_valid;
                frame_rx.in_last <- ingress.out_last;
                frame_rx.in_data <- ingress.out_data;
                frame_rx.in_keep <- ingress.out_keep;
                dispatch.hdr_valid <- frame_rx.hdr_valid;
                dispatch.hdr <- frame_rx.hdr;
                frame_rx.hdr_ready <- dispatch.hdr_ready;
                exec.fb_data <- frame_rx.rd_data;
                frame_rx.free_valid <- exec.free_valid;
                frame_rx.free_beats <- exec.free_beats;
                dispatch.raw_enable <- bar.raw_enable;
                dispatch.raw_slot <- bar.raw_slot;
                dispatch.time_begins <- bar.time_begins;
                dispatch.sent_valid <- transmit.sent_valid;
                dispatch.sent_slot <- transmit.sent_slot;
                dispatch.sent_psn <- transmit.sent_psn;
                transmit.sent_ready <- dispatch.sent_ready;
                dispatch.token_valid <- command.rx_token_valid;
                command.rx_token_ready <- dispatch.token_ready;
                command.rx_token_out <- exec.token_out;
                responder.pkt <- dispatch.pkt;
                responder.cfg <- dispatch.cfg;
                responder.pkt_valid <- dispatch.to_responder_valid;
                dispatch.to_responder_ready <- responder.pkt_ready;
                dispatch.responder_busy <- responder.busy;
                completer.pkt <- dispatch.pkt;
                completer.cfg <- dispatch.cfg;
                completer.pkt_valid <- dispatch.to_completer_valid;
                dispatch.to_completer_ready <- completer.pkt_ready;
                dispatch.completer_busy <- completer.busy;
                exec.x0_valid <- responder.exec_valid;
                exec.x0 <- responder.exec;
                responder.exec_ready <- exec.x0_ready;
                exec.x1_valid <- completer.exec_valid;
                exec.x1 <- completer.exec;
                completer.exec_ready <- exec.x1_ready;
                completer.moving <- exec.busy;
                exec.x2_valid <- dispatch.exec_valid;
                exec.x2 <- dispatch.exec;
                dispatch.exec_ready <- exec.x2_ready;
                rq_cache.get_valid <- responder.get_valid;
                rq_cache.get_op <- responder.get_op;
                rq_cache.get_ring <- responder.get_ring;
                rq_cache.get_index <- low;
                responder.get_ready <- rq_cache.get_ready;
                responder.got_valid <- rq_cache.got_valid;
                responder.got_status <- rq_cache.got_status;
                responder.got_index <- rq_cache.got_index;
                responder.got_wqe <- rq_cache.got_wqe;
                rq_cache.kick_ready <- high;
                rq_cache.peek_re <- low;
                rq_cache.peek_ring <- low;
                rq_cache.cmd_valid <- command.rqc_valid;
                rq_cache.cmd_op <- command.rqc_op;
                rq_cache.cmd_ring <- command.rqc_ring;
                command.rqc_done <- rq_cache.cmd_done;
                // completions and events
                cqs.cqe_valid <- exec.cqe_valid;
                cqs.cqe <- exec.cqe;
                cqs.cqe_go <- exec.cqe_go;
                exec.cqe_ready <- cqs.cqe_ready;
                events.eq_base <- bar.eq_base;
                events.eq_log_size <- bar.eq_log_size;
                events.eq_enable <- bar.eq_enable;
                events.eq_consumer <- bar.eq_consumer;
                events.ev0_valid <- cqs.ev_valid;
                events.ev0 <- cqs.ev;
                cqs.ev_ready <- events.ev0_ready;
                events.ev1_valid <- qp_state.ev_valid;
                events.ev1 <- qp_state.ev;
                qp_state.ev_ready <- events.ev1_ready;
                events.ev2_valid <- completer.ev_valid;
                events.ev2 <- completer.ev;
                completer.ev_ready <- events.ev2_ready;
                events.ev3_valid <- rq_cache.ev_valid;
                events.ev3 <- rq_cache.ev;
                rq_cache.ev_ready <- events.ev3_ready;
                sq_cache.ev_ready <- high;
                irq_valid <- events.irq_valid;
                irq_vector <- events.irq_vector;
                events.irq_ready <- irq_ready;
                // send
                ready.kick_valid[0] <- sq_cache.kick_valid;
                ready.kick_slot[0] <- cast sq_cache.kick_ring;
                sq_cache.kick_ready <- ready.kick_ready[0];
                ready.kick_valid[1] <- completer.kick_valid;
                ready.kick_slot[1] <- cast completer.kick_slot;
                completer.kick_ready <- ready.kick_ready[1];
                ready.kick_valid[2] <- requester.kick_valid;
                ready.kick_slot[2] <- cast requester.kick_slot;
                requester.kick_ready <- ready.kick_ready[2];
                requester.pop_valid <- ready.pop_valid;
                requester.pop_slot <- cast ready.pop_slot;
                ready.pop_ready <- requester.pop_ready;
                service.kick_valid[0] <- requester.svc_valid;
                service.kick_slot[0] <- cast requester.svc_slot;
                requester.svc_ready <- service.kick_ready[0];
                dispatch.svc_valid <- service.pop_valid;
                dispatch.svc_slot <- cast service.pop_slot;
                service.pop_ready <- dispatch.svc_ready;
                sq_cache.get_valid <- requester.get_valid;
                sq_cache.get_op <- requester.get_op;
                sq_cache.get_ring <- requester.get_ring;
                sq_cache.get_index <- requester.get_index;
                requester.get_ready <- sq_cache.get_ready;
                requester.got_valid <- sq_cache.got_valid;
                requester.got_status <- sq_cache.got_status;
                requester.got_index <- sq_cache.got_index;
                requester.got_wqe <- sq_cache.got_wqe;
                sq_cache.cmd_valid <- command.sqc_valid;
                sq_cache.cmd_op <- command.sqc_op;
                sq_cache.cmd_ring <- command.sqc_ring;
                command.sqc_done <- sq_cache.cmd_done;
                sq_cache.peek_re <- completer.sqp_re;
                sq_cache.peek_ring <- cast completer.sqp_slot;
                completer.sqp_producer <- sq_cache.peek_producer;
                completer.freed_slot <- sq_cache.freed_ring[0];
                sq_cache.freed[0] <- completer.freed;
                completer.com_re <- requester.com_re;
                completer.com_slot <- requester.com_slot;
                requester.com <- completer.com;
                requester.req_re <- completer.req_re;
                requester.req_slot <- completer.req_slot;
                completer.req <- requester.req;
                requester.out_re <- completer.out_re;
                requester.out_addr <- completer.out_addr;
                completer.out <- requester.out;
                requester.ack_every <- cast bar.ack_mask;
                completer.now_us <- bar.now;
                completer.handed <- requester.handed;
                completer.departed <- transmit.departed;
                transmit.t0_valid <- response.tx_valid;
                transmit.t0 <- response.tx;
                response.tx_ready <- transmit.t0_ready;
                response.ans_valid <- exec.ans_valid;
                response.ans <- exec.ans;
                exec.ans_ready <- response.ans_ready;
                response.res_we <- exec.res_we;
                response.res_addr <- cast exec.res_addr;
                response.res_data <- exec.res_data;
                response.rsp_peek_re <- responder.rsp_peek_re;
                response.rsp_peek_slot <- responder.rsp_peek_slot;
                responder.rsp_peek_tail <- response.rsp_peek_tail;
                transmit.token_valid <- command.tx_token_valid;
                command.tx_token_ready <- transmit.token_ready;
                command.tx_token_out <- transmit.token_out;
                transmit.own_mac <- bar.mac;
                tx_valid <- transmit.tx_valid;
                tx_last <- transmit.tx_last;
                tx_data <- transmit.tx_data;
                tx_keep <- transmit.tx_keep;
                transmit.tx_ready <- tx_ready;
                // DMA
                reads.q0_valid <- transmit.rd_valid;
                reads.q0 <- transmit.rd;
                transmit.rd_ready <- reads.q0_ready;
                reads.q1_valid <- sq_cache.rd_valid;
                reads.q1 <- sq_cache.rd;
                sq_cache.rd_ready <- reads.q1_ready;
                reads.q2_valid <- rq_cache.rd_valid;
                reads.q2 <- rq_cache.rd;
                rq_cache.rd_ready <- reads.q2_ready;
                rd_valid <- reads.rd_valid;
                reads.rd_ready <- rd_ready;
                reads.rsp_valid <- rsp_valid;
                reads.rsp_tag <- rsp_tag;
                transmit.rsp_valid <- reads.rsp0_valid;
                transmit.rsp_data <- rsp_data;
                transmit.rsp_tag <- rsp_tag;
                transmit.rsp_last <- rsp_last;
                transmit.rsp_error <- rsp_error;
                sq_cache.rsp_valid <- reads.rsp1_valid;
                sq_cache.rsp_data <- rsp_data;
                sq_cache.rsp_tag <- rsp_tag;
                sq_cache.rsp_last <- rsp_last;
                sq_cache.rsp_error <- rsp_error;
                rq_cache.rsp_valid <- reads.rsp2_valid;
                rq_cache.rsp_data <- rsp_data;
                rq_cache.rsp_tag <- rsp_tag;
                rq_cache.rsp_last <- rsp_last;
                rq_cache.rsp_error <- rsp_error;
                exec.rsp_data <- rsp_data;
                exec.rsp_error <- rsp_error;
                writes.i0_valid <- exec.wr_valid;
                writes.i0_addr <- exec.wr_addr;
                writes.i0_data <- exec.wr_data;
                writes.i0_strb <- exec.wr_strb;
                writes.i0_last <- exec.wr_last;
                exec.wr_ready <- writes.i0_ready;
                writes.i1_valid <- cqs.wr_valid;
                writes.i1_addr <- cqs.wr_addr;
                writes.i1_data <- cqs.wr_data;
                writes.i1_strb <- cqs.wr_strb;
                writes.i1_last <- cqs.wr_last;
                cqs.wr_ready <- writes.i1_ready;
                wr_valid <- writes.wr_valid;
                wr_addr <- writes.wr_addr;
                wr_data <- writes.wr_data;
                wr_strb <- writes.wr_strb;
                wr_last <- writes.wr_last;
                writes.wr_ready <- wr_ready;
                // counters
                counters.count_valid[0] <- responder.count_valid;
                counters.count[0] <- responder.count;
                counters.count_valid[1] <- completer.count_valid;
                counters.count[1] <- completer.count;
                counters.count_valid[2] <- requester.count_valid;
                counters.count[2] <- requester.count;
                counters.count_valid[3] <- dispatch.count_valid;
                counters.count[3] <- dispatch.count;
                counters.count_valid[4] <- exec.count_valid;
                counters.count[4] <- exec.count;
                counters.count_valid[5] <- cqs.count_valid;
                counters.count[5] <- cqs.count;
                counters.count_valid[6] <- events.count_valid;
                counters.count[6] <- events.count;
                counters.count_valid[7] <- sq_cache.count_valid;
                counters.count[7] <- sq_cache.count;
                counters.count_valid[8] <- rq_cache.count_valid;
                counters.count[8] <- rq_cache.count;
                counters.count_valid[9] <- frame_rx.count_valid;
                counters.count[9] <- frame_rx.count;
                counters.count_valid[10] <- ingress.count_valid;
                counters.count[10] <- ingress.count;
                counters.count_valid[11] <- transmit.count_valid;
                counters.count[11] <- transmit.count;
                counters.count_valid[12] <- doorbells.count_valid;
                counters.count[12] <- doorbells.count;
                counters.count_valid[13] <- transmit.loop_count_valid;
                counters.count[13] <- transmit.loop_count;
            }
        } }
    };
}

nic! {
    /// For open boards: 64 bits, 64 queue pairs.
    Nic64, Nic64Baseline {
        qps 2^6, 7, 8, 9; migration records 2^11;
        bus 64 bits, 8 bytes = 2^3, less 32 32, plus 6 70, plus 8 72, at least 256 256;
        cqs 2^6; srqs 2^4; mrs 2^8, keys 2^9; objects 2^8, 10;
        outstanding 2^4, all 10; responses 2^3, all 9;
        send cache 2^3, all 9, buffer 2^9, 10;
        recv cache 2^3, all 10, buffer 2^9, 10;
        ingress 2^10, 11; frames 2^11, 12; headers 2^7, 8;
        slots 2^5, 6 of 2^6 beats, all 11; packets 2^7, 8;
        crc undo 2, waiting 2^2, 3; bytes bits 4; clock 250 MHz
    }
}

nic! {
    /// For 100 Gbit/s: 512 bits, 64 queue pairs.
    Nic512, Nic512Baseline {
        lanes;
        qps 2^6, 7, 8, 9; migration records 2^11;
        bus 512 bits, 64 bytes = 2^6, less 32 480, plus 6 518, plus 8 520, at least 256 512;
        cqs 2^6; srqs 2^4; mrs 2^8, keys 2^9; objects 2^8, 10;
        outstanding 2^4, all 10; responses 2^3, all 9;
        send cache 2^4, all 10, buffer 2^7, 8;
        recv cache 2^3, all 10, buffer 2^6, 7;
        ingress 2^8, 9; frames 2^9, 10; headers 2^7, 8;
        slots 2^6, 7 of 2^3 beats, all 9; packets 2^7, 8;
        crc undo 3, waiting 2^4, 5; bytes bits 7; clock 250 MHz
    }
}

nic! {
    /// Between the two: 128 bits.
    Nic128 migratable {
        qps 2^6, 7, 8, 9; migration records 2^11;
        bus 128 bits, 16 bytes = 2^4, less 32 96, plus 6 134, plus 8 136, at least 256 256;
        cqs 2^6; srqs 2^4; mrs 2^8, keys 2^9; objects 2^8, 10;
        outstanding 2^4, all 10; responses 2^3, all 9;
        send cache 2^3, all 9, buffer 2^9, 10;
        recv cache 2^3, all 10, buffer 2^8, 9;
        ingress 2^10, 11; frames 2^11, 12; headers 2^7, 8;
        slots 2^5, 6 of 2^5 beats, all 10; packets 2^7, 8;
        crc undo 2, waiting 2^2, 3; bytes bits 5; clock 250 MHz
    }
}

nic! {
    /// Between the two: 256 bits.
    Nic256 migratable {
        qps 2^6, 7, 8, 9; migration records 2^11;
        bus 256 bits, 32 bytes = 2^5, less 32 224, plus 6 262, plus 8 264, at least 256 256;
        cqs 2^6; srqs 2^4; mrs 2^8, keys 2^9; objects 2^8, 10;
        outstanding 2^4, all 10; responses 2^3, all 9;
        send cache 2^4, all 10, buffer 2^8, 9;
        recv cache 2^3, all 10, buffer 2^7, 8;
        ingress 2^9, 10; frames 2^10, 11; headers 2^7, 8;
        slots 2^6, 7 of 2^4 beats, all 10; packets 2^7, 8;
        crc undo 3, waiting 2^4, 5; bytes bits 6; clock 250 MHz
    }
}

nic! {
    /// For large hosts, in simulation: 64 bits, 512 queue pairs.
    Nic64Qps512 migratable {
        qps 2^9, 10, 11, 12; migration records 2^14, counted 14, owners 2^10, far 0;
        bus 64 bits, 8 bytes = 2^3, less 32 32, plus 6 70, plus 8 72, at least 256 256;
        cqs 2^6; srqs 2^4; mrs 2^8, keys 2^9; objects 2^10, 12;
        outstanding 2^4, all 13; responses 2^3, all 12;
        send cache 2^3, all 12, buffer 2^9, 10;
        recv cache 2^3, all 13, buffer 2^9, 10;
        ingress 2^10, 11; frames 2^11, 12; headers 2^7, 8;
        slots 2^5, 6 of 2^6 beats, all 11; packets 2^7, 8;
        crc undo 2, waiting 2^2, 3; bytes bits 4; clock 250 MHz
    }
}

nic! {
    /// For large hosts, in simulation: 64 bits, 4096 queue pairs, as many as a slot's number can have.
    Nic64Qps4096 migratable {
        qps 2^12, 13, 14, 15; migration records 2^17, counted 16, owners 2^13, far 1;
        bus 64 bits, 8 bytes = 2^3, less 32 32, plus 6 70, plus 8 72, at least 256 256;
        cqs 2^6; srqs 2^4; mrs 2^8, keys 2^9; objects 2^13, 15;
        outstanding 2^4, all 16; responses 2^3, all 15;
        send cache 2^3, all 15, buffer 2^9, 10;
        recv cache 2^3, all 16, buffer 2^9, 10;
        ingress 2^10, 11; frames 2^11, 12; headers 2^7, 8;
        slots 2^5, 6 of 2^6 beats, all 11; packets 2^7, 8;
        crc undo 2, waiting 2^2, 3; bytes bits 4; clock 250 MHz
    }
}

nic! {
    /// For whole boards, next to a MAC and memory for the host: 64 bits, 16 queue pairs, two frames of receive buffer. Contexts of 16
    /// slots fit distributed RAM, of which these chips have more to spare than of block RAM.
    Nic64Small, Nic64SmallBaseline {
        qps 2^4, 5, 6, 7; migration records 2^10;
        bus 64 bits, 8 bytes = 2^3, less 32 32, plus 6 70, plus 8 72, at least 256 256;
        cqs 2^4; srqs 2^2; mrs 2^4, keys 2^5; objects 2^5, 7;
        outstanding 2^3, all 7; responses 2^3, all 7;
        send cache 2^2, all 6, buffer 2^8, 9;
        recv cache 2^2, all 7, buffer 2^8, 9;
        ingress 2^10, 11; frames 2^11, 12; headers 2^4, 5;
        slots 2^4, 5 of 2^6 beats, all 10; packets 2^4, 5;
        crc undo 2, waiting 2^2, 3; bytes bits 4; clock 25 MHz
    }
}
