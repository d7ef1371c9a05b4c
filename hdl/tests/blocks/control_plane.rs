//! Registers, command unit, counters and doorbells together, driven as a driver does: through the register bus only.
#[allow(dead_code, reason = "this test uses a part")]
use crate::command_world::{Deed, World};
use crate::kit::Bench;
use fw_regs::bar0::{context_window, control, counters, identity, mailbox};
use fw_regs::contexts::{Completer, QpConfig, Requester};
use fw_regs::mailbox::Payload;
use fw_regs::{
    Command, CommandError, ContextKind as K, Counter, EventKind, Psn, QpState, doorbell,
};
use hdl::bar::{Bar, Build};
use hdl::command::CommandUnit;
use hdl::counters::Counters;
use hdl::doorbells::Doorbells;
use hdl::pipe::{CtxReq, CtxRsp, Doorbell, EventReq};
use rust_hdl::prelude::*;

const SEED: u64 = 0x00c0_7201;
const BUILD: Build = Build {
    width: 64,
    log2_qps: 3,
    log2_cqs: 3,
    log2_srqs: 2,
    log2_mrs: 3,
    log2_outstanding: 4,
    log2_responses: 3,
    log2_send_cache: 2,
    log2_recv_cache: 2,
    log2_user_contexts: 8,
    migration: false,
    cycles_per_us: 100,
    shortest_timer: 1,
};

macro_rules! plane {
    (in { $($input:ident: $in:ty),* $(,)? } out { $($output:ident: $out:ty),* $(,)? }) => {
        /// The four blocks, wired as the NIC wires them.
        #[derive(LogicBlock)]
        struct Plane {
            pub clock: Signal<In, Clock>,
            pub revision: Signal<In, Bits<64>>,
            pub bar_valid: Signal<In, Bit>,
            pub bar_write: Signal<In, Bit>,
            pub bar_sel: Signal<In, Bit>,
            pub bar_addr: Signal<In, Bits<24>>,
            pub bar_wdata: Signal<In, Bits<64>>,
            pub bar_wstrb: Signal<In, Bits<8>>,
            pub bar_ready: Signal<Out, Bit>,
            pub bar_rvalid: Signal<Out, Bit>,
            pub bar_rdata: Signal<Out, Bits<64>>,
            pub sq_valid: Signal<Out, Bit>,
            pub sq: Signal<Out, Doorbell>,
            pub sq_push: Signal<Out, Bit>,
            $(pub $input: Signal<In, $in>,)*
            $(pub $output: Signal<Out, $out>,)*
            bar: Bar,
            command: CommandUnit<3, 3, 3, 2, 6, 4, 4, 3, 0>,
            counters: Counters<1>,
            doorbells: Doorbells<3, 4, 3>,
            low: Constant<Bit>,
            none: Constant<Bits<16>>,
        }

        impl Default for Plane {
            fn default() -> Self {
                Self {
                    clock: Default::default(),
                    revision: Default::default(),
                    bar_valid: Default::default(),
                    bar_write: Default::default(),
                    bar_sel: Default::default(),
                    bar_addr: Default::default(),
                    bar_wdata: Default::default(),
                    bar_wstrb: Default::default(),
                    bar_ready: Default::default(),
                    bar_rvalid: Default::default(),
                    bar_rdata: Default::default(),
                    sq_valid: Default::default(),
                    sq: Default::default(),
                    sq_push: Default::default(),
                    $($input: Default::default(),)*
                    $($output: Default::default(),)*
                    bar: Bar::new(&BUILD),
                    command: Default::default(),
                    counters: Default::default(),
                    doorbells: Default::default(),
                    low: Constant::new(false),
                    none: Constant::new(bits(0)),
                }
            }
        }

        impl Logic for Plane {
            #[hdl_gen]
            fn update(&mut self) {
                self.bar.clock.next = self.clock.val();
                self.command.clock.next = self.clock.val();
                self.counters.clock.next = self.clock.val();
                self.doorbells.clock.next = self.clock.val();
                $(self.command.$input.next = self.$input.val();)*
                $(self.$output.next = self.command.$output.val();)*
                self.bar.bar_valid.next = self.bar_valid.val();
                self.bar.bar_write.next = self.bar_write.val();
                self.bar.bar_sel.next = self.bar_sel.val();
                self.bar.bar_addr.next = self.bar_addr.val();
                self.bar.bar_wdata.next = self.bar_wdata.val();
                self.bar.bar_wstrb.next = self.bar_wstrb.val();
                self.bar_ready.next = self.bar.bar_ready.val();
                self.bar_rvalid.next = self.bar.bar_rvalid.val();
                self.bar_rdata.next = self.bar.bar_rdata.val();
                self.bar.revision.next = self.revision.val();
                self.bar.ready.next = self.command.ready.val() & self.counters.ready.val();
                self.bar.eq_producer.next = self.none.val();
                self.bar.eq_lost.next = self.none.val();

                self.counters.read_valid.next = self.bar.ctr_valid.val();
                self.counters.read_index.next = self.bar.ctr_index.val();
                self.bar.ctr_done.next = self.counters.read_done.val();
                self.bar.ctr_data.next = self.counters.read_data.val();
                self.counters.count_valid[0].next = self.doorbells.count_valid.val();
                self.counters.count[0].next = self.doorbells.count.val();

                self.command.win_valid.next = self.bar.win_valid.val();
                self.command.win_kind.next = self.bar.win_kind.val();
                self.command.win_index.next = self.bar.win_index.val();
                self.command.win_word.next = self.bar.win_word.val();
                self.bar.win_done.next = self.command.win_done.val();
                self.bar.win_ok.next = self.command.win_ok.val();
                self.bar.win_data.next = self.command.win_data.val();

                self.command.cmd_go.next = self.bar.cmd_go.val();
                self.command.cmd_opcode.next = self.bar.cmd_opcode.val();
                self.command.cmd_notify.next = self.bar.cmd_notify.val();
                self.command.cmd_arg0.next = self.bar.cmd_arg0.val();
                self.command.cmd_arg1.next = self.bar.cmd_arg1.val();
                self.command.drain_limit.next = self.bar.drain_limit.val();
                self.bar.cmd_busy.next = self.command.cmd_busy.val();
                self.bar.cmd_done.next = self.command.cmd_done.val();
                self.bar.cmd_code.next = self.command.cmd_code.val();
                self.bar.cmd_detail.next = self.command.cmd_detail.val();
                self.bar.mb_re.next = self.command.mb_re.val();
                self.bar.mb_ra.next = self.command.mb_ra.val();
                self.command.mb_rd.next = self.bar.mb_rd.val();

                self.doorbells.enable.next = self.bar.enable.val();
                self.doorbells.db_valid.next = self.bar.db_valid.val();
                self.doorbells.db_page.next = self.bar.db_page.val();
                self.doorbells.db_offset.next = self.bar.db_offset.val();
                self.doorbells.db_data.next = self.bar.db_data.val();
                self.doorbells.db_whole.next = self.bar.db_whole.val();
                self.bar.db_ready.next = self.doorbells.db_ready.val();
                self.doorbells.sq_ready.next = self.low.val();
                self.doorbells.rq_ready.next = self.low.val();
                self.doorbells.cq_ready.next = self.low.val();
                self.sq_valid.next = self.doorbells.sq_valid.val();
                self.sq.next = self.doorbells.sq.val();
                self.sq_push.next = self.doorbells.sq_push.val();
            }
        }
    };
}

plane! {
    in {
        tables_ready: Bit, rsp: CtxRsp, st_state: Bits<3>, sqc_done: Bit, rqc_done: Bit,
        qpt_done: Bit, qpt_ok: Bit, qpt_hit: Bit, qpt_slot_found: Bits<12>,
        mrt_done: Bit, mrt_ok: Bit, mrt_hit: Bit, mrt_slot_found: Bits<12>,
        req_turn: Bit, rsp_turn: Bit, rx_token_ready: Bit, rx_token_out: Bit, tx_token_ready: Bit, tx_token_out: Bit,
        req_kick_ready: Bit, rsp_kick_ready: Bit, svc_kick_ready: Bit, ev_ready: Bit,
    }
    out {
        bus: CtxReq, set_valid: Bit, set_slot: Bits<12>, set_state: Bits<3>, st_re: Bit, st_slot: Bits<12>,
        qpt_valid: Bit, qpt_op: Bits<2>, qpt_key: Bits<32>, qpt_slot: Bits<12>,
        mrt_valid: Bit, mrt_op: Bits<2>, mrt_key: Bits<32>, mrt_slot: Bits<12>,
        sqc_valid: Bit, sqc_op: Bits<2>, sqc_ring: Bits<13>, rqc_valid: Bit, rqc_op: Bits<2>, rqc_ring: Bits<13>,
        rx_token_valid: Bit, tx_token_valid: Bit,
        kick_slot: Bits<12>, req_kick_valid: Bit, rsp_kick_valid: Bit, svc_kick_valid: Bit,
        ev_valid: Bit, ev: EventReq,
    }
}

/// A driver with nothing but the bus.
struct Driver {
    world: World,
}

impl Driver {
    fn new() -> Self {
        let bench = Bench::fresh(&mut Plane::default());
        let mut driver = Self {
            world: World::around(bench, SEED),
        };
        driver.world.bench.set("tables_ready", 1);
        driver.wait_for(|driver| driver.read(control::status::REG.offset) == 1);
        driver
    }

    fn wait_for(&mut self, mut condition: impl FnMut(&mut Self) -> bool) {
        for _ in 0..2000 {
            if condition(self) {
                return;
            }
        }
        panic!("waited too long");
    }

    fn access(&mut self, sel: u64, addr: u32, write: Option<(u64, u64)>) {
        let bench = &mut self.world.bench;
        let (data, strobes) = write.unwrap_or_default();
        let pins = [
            ("bar_valid", 1),
            ("bar_sel", sel),
            ("bar_addr", addr.into()),
            ("bar_write", write.is_some().into()),
            ("bar_wdata", data),
            ("bar_wstrb", strobes),
        ];
        for (pin, value) in pins {
            bench.set(pin, value);
        }
        for _ in 0..1000 {
            self.world.bench.settle();
            let taken = self.world.bench.high("bar_ready");
            self.world.cycle();
            if taken {
                self.world.bench.set("bar_valid", 0);
                return;
            }
        }
        panic!("the bus does not take an access");
    }

    fn write(&mut self, addr: u32, value: u32) {
        let both = u64::from(value) << 32 | u64::from(value);
        self.access(0, addr, Some((both, 0xf << (addr & 4))));
    }

    fn read(&mut self, addr: u32) -> u32 {
        self.access(0, addr, None);
        for _ in 0..3000 {
            self.world.bench.settle();
            if self.world.bench.high("bar_rvalid") {
                let data = self.world.bench.get("bar_rdata") as u32;
                self.world.cycle();
                return data;
            }
            self.world.cycle();
        }
        panic!("no answer from {addr:#x}");
    }

    fn command(&mut self, command: Command, arg0: u32, arg1: u32, payload: &Payload) -> (u8, u32) {
        for (k, word) in payload.words().iter().enumerate() {
            self.write(mailbox::data::REG.at(k as u32), *word);
        }
        self.write(mailbox::arg0::REG.offset, arg0);
        self.write(mailbox::arg1::REG.offset, arg1);
        let go = mailbox::command::GO.of(1) | mailbox::command::OPCODE.of(command.code().into());
        self.write(
            mailbox::command::REG.offset,
            go | mailbox::command::NOTIFY.of(1),
        );
        let mut status = 0;
        self.wait_for(|driver| {
            status = driver.read(mailbox::status::REG.offset);
            mailbox::status::BUSY.get(status) == 0
        });
        assert_eq!(mailbox::status::DONE.get(status), 1);
        (
            mailbox::status::CODE.get(status) as u8,
            self.read(mailbox::detail::REG.offset),
        )
    }

    fn context(&mut self, kind: K, index: u16) -> Vec<u32> {
        let select = context_window::select::KIND.of(kind.code().into());
        let select = context_window::select::INDEX.set(select, index.into());
        self.write(context_window::select::REG.offset, select);
        let words = 0..kind.words() as u32;
        words
            .map(|word| self.read(context_window::data::REG.at(word)))
            .collect()
    }
}

#[test]
fn control_plane_creates_a_queue_pair_that_the_window_shows() {
    let mut d = Driver::new();
    assert_eq!(d.read(identity::magic::REG.offset), fw_regs::MAGIC);
    let config = QpConfig {
        path_mtu: 3,
        partner_qpn: 9,
        send_cq: 1,
        rq_ring: 5,
        ..QpConfig::default()
    };
    let requester = Requester {
        next_psn: Psn::new(77),
        max_psn: Psn::new(77),
        ..Requester::default()
    };
    let completer = Completer {
        una: Psn::new(77),
        retry_left: 7,
        ..Completer::default()
    };
    let mut payload = Payload::new();
    payload
        .record(K::QpConfig, 5, &config.to_words())
        .expect("fits");
    payload
        .record(K::Requester, 5, &requester.to_words())
        .expect("fits");
    payload
        .record(K::Completer, 5, &completer.to_words())
        .expect("fits");
    assert_eq!(d.command(Command::QpCreate, 5, 0x1234, &payload), (0, 0));
    let words = d
        .context(K::QpConfig, 5)
        .try_into()
        .expect("words of a record");
    assert_eq!(
        QpConfig::from_words(&words),
        QpConfig {
            qpn: 0x1234,
            ..config
        }
    );
    assert_eq!(d.context(K::Requester, 5), requester.to_words());
    assert_eq!(d.context(K::Completer, 5), completer.to_words());
    assert_eq!(d.context(K::Responder, 5), [0; 11]);
    let init = QpState::Init.code().into();
    assert_eq!(
        d.command(Command::QpModify, 5, init, &Payload::new()),
        (0, 0)
    );
    assert_eq!(d.world.states[5], 1);
    let taken = d.command(Command::QpCreate, 4, 0x1234, &Payload::new());
    assert_eq!(taken, (CommandError::NumberTaken.code(), 5));
    assert_eq!(d.command(Command::QpDestroy, 5, 0, &Payload::new()), (0, 0));
    for _ in 0..20 {
        d.world.cycle();
    }
    let done = EventKind::CommandDone.code().into();
    let events = d
        .world
        .deeds
        .iter()
        .filter(|deed| **deed == Deed::Event(done))
        .count();
    assert_eq!(events, 4, "an event for each command");
}

#[test]
fn control_plane_window_of_a_kind_that_does_not_exist_bad_flow() {
    let mut d = Driver::new();
    d.write(context_window::select::REG.offset, 30);
    assert_eq!(d.read(context_window::data::REG.at(0)), u32::MAX);
    assert_eq!(d.read(context_window::status::REG.offset), 1);
    assert_eq!(d.command(Command::Nop, 0, 0, &Payload::new()), (0, 0));
}

#[test]
fn control_plane_counts_what_is_no_doorbell() {
    let mut d = Driver::new();
    d.write(control::control::REG.offset, control::control::ENABLE.of(1));
    for _ in 0..5 {
        d.access(1, doorbell::address(3, 0x38), Some((0, 0xff)));
    }
    let value = doorbell::value(2, 1, doorbell::Arm::None);
    d.access(
        1,
        doorbell::address(3, doorbell::SQ_PRODUCER),
        Some((value, 0xff)),
    );
    for _ in 0..20 {
        d.world.cycle();
    }
    let number = u32::from(Counter::DbMalformed.code());
    assert_eq!(d.read(counters::table::REG.at(2 * number)), 5);
    assert_eq!(d.read(counters::table::REG.at(2 * number + 1)), 0);
    let bell: Doorbell = d.world.bench.take("sq");
    assert_eq!((bell.object.to_u64(), bell.user_ctx.to_u64()), (2, 3));
    assert!(d.world.bench.high("sq_valid") && !d.world.bench.high("sq_push"));
}
