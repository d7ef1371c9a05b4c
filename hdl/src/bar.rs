//! The register bus: BAR0's registers and mailbox, and the way to the doorbells of BAR2.
//!
//! # Theory of operation
//! One access at a time waits in a register stage. Writes take a cycle (doorbells: until there is a place for them), so the bus
//! accepts one write a cycle. Reads take a few cycles, and nothing overtakes them.
//!
//! The first 2 KiB of BAR0 are one block RAM: constants, what software wrote into registers, and the mailbox. After reset a walk
//! copies constants and reset values, computed from `fw-regs` and the build, from a table into the RAM, and by the same
//! writes into the registers that the hardware uses. So reading needs a multiplexer only for what changes by itself: status,
//! time, event queue, counters and context window, which live elsewhere.
//!
//! # Interfaces
//! * `bar_*`: `bar_sel` 0 BAR0, 1 BAR2; `bar_addr` in bytes. BAR0 takes 32-bit accesses, data in both halves of the answer; other
//!   writes are ignored. BAR2 reads as zero. `bar_ready` does not depend on `bar_valid`.
//! * `db_*`: a write to BAR2, for [`crate::doorbells`].
//! * `cmd_go` until `cmd_busy`, with opcode and arguments; `mb_re`, `mb_ra` → `mb_rd` in the next cycle: the mailbox memory,
//!   which the command unit reads with priority.
//! * `win_valid`, `win_kind`, `win_index`, `win_word` until `win_done` with `win_ok`, `win_data`: the context window.
//! * `ctr_valid`, `ctr_index` until `ctr_done` with `ctr_data`: the counters.
//! * `device_reset` until the reset that it asks for, of everything, this block too; meanwhile no access is taken. `ready` in:
//!   all tables are clear.
//! * `revision`: hash of the sources, a constant at the top level.
//!
//! # States
//! `Run` (writes; sends reads to) `Fetch` → `Latch` (RAM), `Counter`, `Window`.

#![allow(
    clippy::reversed_empty_ranges,
    reason = "`for _X in X..X {}` tells the emitter the value of constant X"
)]

use crate::mem::Ram;
use crate::regs::*;
use crate::rom::Rom;
use fw_regs::bar0;
use rust_hdl::prelude::*;

/// What the identity block says about a build; all in the units of the register of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Build {
    /// Bits of the bus.
    pub width: u32,
    /// log2 of queue pairs.
    pub log2_qps: u32,
    /// log2 of completion queues.
    pub log2_cqs: u32,
    /// log2 of shared receive queues.
    pub log2_srqs: u32,
    /// log2 of memory regions.
    pub log2_mrs: u32,
    /// log2 of the outstanding work requests of a queue pair.
    pub log2_outstanding: u32,
    /// log2 of the waiting READ and ATOMIC answers of a queue pair.
    pub log2_responses: u32,
    /// log2 of the send work requests fetched ahead.
    pub log2_send_cache: u32,
    /// log2 of the receive work requests fetched ahead.
    pub log2_recv_cache: u32,
    /// log2 of user contexts.
    pub log2_user_contexts: u32,
    /// Connections can migrate.
    pub migration: bool,
    /// Clock cycles in a microsecond.
    pub cycles_per_us: u32,
    /// Shortest timeout in µs.
    pub shortest_timer: u32,
}

impl Build {
    /// Reset values of all registers by word address.
    fn values(&self) -> Vec<(u64, u64)> {
        use bar0::identity as id;
        let built = [
            (id::width::REG, self.width),
            (
                id::objects::REG,
                id::objects::LOG2_QPS.of(self.log2_qps)
                    | id::objects::LOG2_CQS.of(self.log2_cqs)
                    | id::objects::LOG2_SRQS.of(self.log2_srqs)
                    | id::objects::LOG2_MRS.of(self.log2_mrs),
            ),
            (
                id::rings::REG,
                id::rings::LOG2_OUTSTANDING.of(self.log2_outstanding)
                    | id::rings::LOG2_RESPONSES.of(self.log2_responses)
                    | id::rings::LOG2_SEND_CACHE.of(self.log2_send_cache)
                    | id::rings::LOG2_RECV_CACHE.of(self.log2_recv_cache),
            ),
            (
                id::features::REG,
                id::features::MIGRATION.of(self.migration.into()),
            ),
            (id::clock::REG, self.cycles_per_us),
            (id::shortest_timer::REG, self.shortest_timer),
            (id::pages::REG, self.log2_user_contexts),
            (bar0::control::cycles_per_us::REG, self.cycles_per_us),
        ];
        let fixed = bar0::BLOCKS.iter().flat_map(|block| block.registers);
        fixed
            .map(|register| (register.offset, register.reset))
            .chain(built.map(|(register, value)| (register.offset, value)))
            .filter(|(_, value)| *value != 0)
            .map(|(offset, value)| (u64::from(offset / 4), u64::from(value)))
            .collect()
    }
}

#[derive(Copy, Clone, Debug, PartialEq, LogicState)]
enum BarStep {
    Run,
    Fetch,
    Latch,
    Counter,
    Window,
}

/// BAR0 and the way to BAR2; see the module's head.
#[derive(LogicBlock)]
pub struct Bar {
    pub clock: Signal<In, Clock>,
    pub bar_valid: Signal<In, Bit>,
    pub bar_write: Signal<In, Bit>,
    pub bar_sel: Signal<In, Bit>,
    pub bar_addr: Signal<In, Bits<24>>,
    pub bar_wdata: Signal<In, Bits<64>>,
    pub bar_wstrb: Signal<In, Bits<8>>,
    pub bar_ready: Signal<Out, Bit>,
    pub bar_rvalid: Signal<Out, Bit>,
    pub bar_rdata: Signal<Out, Bits<64>>,
    pub revision: Signal<In, Bits<64>>,
    pub ready: Signal<In, Bit>,
    pub enable: Signal<Out, Bit>,
    pub device_reset: Signal<Out, Bit>,
    pub mac: Signal<Out, Bits<48>>,
    /// µs since reset
    pub now: Signal<Out, Bits<36>>,
    /// the microsecond behind a write to `control.cycles_per_us`: what goes round by itself waits for its end and begins anew
    pub time_begins: Signal<Out, Bit>,
    /// see `control.ack_every`
    pub ack_mask: Signal<Out, Bits<8>>,
    pub raw_slot: Signal<Out, Bits<12>>,
    pub raw_enable: Signal<Out, Bit>,
    pub eq_enable: Signal<Out, Bit>,
    pub eq_base: Signal<Out, Bits<64>>,
    pub eq_log_size: Signal<Out, Bits<4>>,
    pub eq_consumer: Signal<Out, Bits<16>>,
    pub eq_producer: Signal<In, Bits<16>>,
    pub eq_lost: Signal<In, Bits<16>>,
    pub ctr_valid: Signal<Out, Bit>,
    pub ctr_index: Signal<Out, Bits<6>>,
    pub ctr_done: Signal<In, Bit>,
    pub ctr_data: Signal<In, Bits<64>>,
    pub win_valid: Signal<Out, Bit>,
    pub win_kind: Signal<Out, Bits<5>>,
    pub win_index: Signal<Out, Bits<16>>,
    pub win_word: Signal<Out, Bits<5>>,
    pub win_done: Signal<In, Bit>,
    pub win_ok: Signal<In, Bit>,
    pub win_data: Signal<In, Bits<32>>,
    pub cmd_go: Signal<Out, Bit>,
    pub cmd_opcode: Signal<Out, Bits<8>>,
    pub cmd_notify: Signal<Out, Bit>,
    pub cmd_arg0: Signal<Out, Bits<16>>,
    pub cmd_arg1: Signal<Out, Bits<32>>,
    pub drain_limit: Signal<Out, Bits<24>>,
    pub cmd_busy: Signal<In, Bit>,
    pub cmd_done: Signal<In, Bit>,
    pub cmd_code: Signal<In, Bits<8>>,
    pub cmd_detail: Signal<In, Bits<32>>,
    pub mb_re: Signal<In, Bit>,
    pub mb_ra: Signal<In, Bits<7>>,
    pub mb_rd: Signal<Out, Bits<32>>,
    pub db_valid: Signal<Out, Bit>,
    pub db_page: Signal<Out, Bits<12>>,
    pub db_offset: Signal<Out, Bits<12>>,
    pub db_data: Signal<Out, Bits<64>>,
    pub db_whole: Signal<Out, Bit>,
    pub db_ready: Signal<In, Bit>,
    ram: Ram<Bits<32>, 9>,
    values: Rom<9, 32>,
    step: DFF<BarStep>,
    /// words of the RAM that have their reset values; 0x180 when all have
    walked: DFF<Bits<9>>,
    /// the access that waits
    held: DFF<Bit>,
    write: DFF<Bit>,
    sel: DFF<Bit>,
    addr: DFF<Bits<24>>,
    data: DFF<Bits<64>>,
    strobes: DFF<Bits<8>>,
    rvalid: DFF<Bit>,
    rdata: DFF<Bits<32>>,
    enabled: DFF<Bit>,
    resetting: DFF<Bit>,
    mac_lo: DFF<Bits<32>>,
    mac_hi: DFF<Bits<16>>,
    cycles: DFF<Bits<16>>,
    prescale: DFF<Bits<16>>,
    settling: DFF<Bit>,
    time: DFF<Bits<36>>,
    time_high: DFF<Bits<4>>,
    ack_every: DFF<Bits<8>>,
    raw: DFF<Bits<12>>,
    raw_on: DFF<Bit>,
    eq_on: DFF<Bit>,
    base_lo: DFF<Bits<32>>,
    base_hi: DFF<Bits<32>>,
    log_size: DFF<Bits<4>>,
    consumer: DFF<Bits<16>>,
    kind: DFF<Bits<5>>,
    index: DFF<Bits<16>>,
    no_answer: DFF<Bit>,
    go: DFF<Bit>,
    opcode: DFF<Bits<8>>,
    notify: DFF<Bit>,
    arg0: DFF<Bits<16>>,
    arg1: DFF<Bits<32>>,
    limit: DFF<Bits<24>>,
    walking: Signal<Local, Bit>,
    /// a reset is asked for, in this cycle or before: no access is taken, for it would be lost
    closing: Signal<Local, Bit>,
    busy: Signal<Local, Bit>,
    done: Signal<Local, Bit>,
    /// a register write, by software or by the walk
    put: Signal<Local, Bit>,
    keep: Signal<Local, Bit>,
    put_at: Signal<Local, Bits<12>>,
    put_word: Signal<Local, Bits<10>>,
    put_data: Signal<Local, Bits<32>>,
    high: Signal<Local, Bit>,
    here: Signal<Local, Bit>,
    get_at: Signal<Local, Bits<12>>,
    consumed: Signal<Local, Bit>,
    /// what changes by itself
    live: Signal<Local, Bits<32>>,
    /// 0x600 / 4: the mailbox in the RAM
    mailbox: Constant<Bits<9>>,
}

// The address decoder knows where these begin.
const _: () =
    assert!(MAILBOX_DATA == 0x600 && COUNTERS_TABLE == 0x800 && CONTEXT_WINDOW_DATA == 0x380);

impl Bar {
    /// The registers of a device built as `build` says.
    pub fn new(build: &Build) -> Self {
        Self {
            clock: Default::default(),
            bar_valid: Default::default(),
            bar_write: Default::default(),
            bar_sel: Default::default(),
            bar_addr: Default::default(),
            bar_wdata: Default::default(),
            bar_wstrb: Default::default(),
            bar_ready: Default::default(),
            bar_rvalid: Default::default(),
            bar_rdata: Default::default(),
            revision: Default::default(),
            ready: Default::default(),
            enable: Default::default(),
            device_reset: Default::default(),
            mac: Default::default(),
            now: Default::default(),
            time_begins: Default::default(),
            ack_mask: Default::default(),
            raw_slot: Default::default(),
            raw_enable: Default::default(),
            eq_enable: Default::default(),
            eq_base: Default::default(),
            eq_log_size: Default::default(),
            eq_consumer: Default::default(),
            eq_producer: Default::default(),
            eq_lost: Default::default(),
            ctr_valid: Default::default(),
            ctr_index: Default::default(),
            ctr_done: Default::default(),
            ctr_data: Default::default(),
            win_valid: Default::default(),
            win_kind: Default::default(),
            win_index: Default::default(),
            win_word: Default::default(),
            win_done: Default::default(),
            win_ok: Default::default(),
            win_data: Default::default(),
            cmd_go: Default::default(),
            cmd_opcode: Default::default(),
            cmd_notify: Default::default(),
            cmd_arg0: Default::default(),
            cmd_arg1: Default::default(),
            drain_limit: Default::default(),
            cmd_busy: Default::default(),
            cmd_done: Default::default(),
            cmd_code: Default::default(),
            cmd_detail: Default::default(),
            mb_re: Default::default(),
            mb_ra: Default::default(),
            mb_rd: Default::default(),
            db_valid: Default::default(),
            db_page: Default::default(),
            db_offset: Default::default(),
            db_data: Default::default(),
            db_whole: Default::default(),
            db_ready: Default::default(),
            ram: Default::default(),
            values: Rom::new(build.values()),
            step: Default::default(),
            walked: Default::default(),
            held: Default::default(),
            write: Default::default(),
            sel: Default::default(),
            addr: Default::default(),
            data: Default::default(),
            strobes: Default::default(),
            rvalid: Default::default(),
            rdata: Default::default(),
            enabled: Default::default(),
            resetting: Default::default(),
            mac_lo: Default::default(),
            mac_hi: Default::default(),
            cycles: Default::default(),
            prescale: Default::default(),
            settling: Default::default(),
            time: Default::default(),
            time_high: Default::default(),
            ack_every: Default::default(),
            raw: Default::default(),
            raw_on: Default::default(),
            eq_on: Default::default(),
            base_lo: Default::default(),
            base_hi: Default::default(),
            log_size: Default::default(),
            consumer: Default::default(),
            kind: Default::default(),
            index: Default::default(),
            no_answer: Default::default(),
            go: Default::default(),
            opcode: Default::default(),
            notify: Default::default(),
            arg0: Default::default(),
            arg1: Default::default(),
            limit: Default::default(),
            walking: Default::default(),
            closing: Default::default(),
            busy: Default::default(),
            done: Default::default(),
            put: Default::default(),
            keep: Default::default(),
            put_at: Default::default(),
            put_word: Default::default(),
            put_data: Default::default(),
            high: Default::default(),
            here: Default::default(),
            get_at: Default::default(),
            consumed: Default::default(),
            live: Default::default(),
            mailbox: Constant::new((MAILBOX_DATA / 4).to_bits()),
        }
    }
}

impl Logic for Bar {
    #[hdl_gen]
    fn update(&mut self) {
        for _CONTROL_CONTROL in CONTROL_CONTROL..CONTROL_CONTROL {}
        for _CONTROL_STATUS in CONTROL_STATUS..CONTROL_STATUS {}
        for _CONTROL_MAC_LO in CONTROL_MAC_LO..CONTROL_MAC_LO {}
        for _CONTROL_MAC_HI in CONTROL_MAC_HI..CONTROL_MAC_HI {}
        for _CONTROL_CYCLES_PER_US in CONTROL_CYCLES_PER_US..CONTROL_CYCLES_PER_US {}
        for _CONTROL_NOW_LO in CONTROL_NOW_LO..CONTROL_NOW_LO {}
        for _CONTROL_NOW_HI in CONTROL_NOW_HI..CONTROL_NOW_HI {}
        for _CONTROL_ACK_EVERY in CONTROL_ACK_EVERY..CONTROL_ACK_EVERY {}
        for _CONTROL_RAW in CONTROL_RAW..CONTROL_RAW {}
        for _EVENT_QUEUE_CONTROL in EVENT_QUEUE_CONTROL..EVENT_QUEUE_CONTROL {}
        for _EVENT_QUEUE_BASE_LO in EVENT_QUEUE_BASE_LO..EVENT_QUEUE_BASE_LO {}
        for _EVENT_QUEUE_BASE_HI in EVENT_QUEUE_BASE_HI..EVENT_QUEUE_BASE_HI {}
        for _EVENT_QUEUE_SIZE in EVENT_QUEUE_SIZE..EVENT_QUEUE_SIZE {}
        for _EVENT_QUEUE_CONSUMER in EVENT_QUEUE_CONSUMER..EVENT_QUEUE_CONSUMER {}
        for _EVENT_QUEUE_PRODUCER in EVENT_QUEUE_PRODUCER..EVENT_QUEUE_PRODUCER {}
        for _EVENT_QUEUE_LOST in EVENT_QUEUE_LOST..EVENT_QUEUE_LOST {}
        for _CONTEXT_WINDOW_SELECT in CONTEXT_WINDOW_SELECT..CONTEXT_WINDOW_SELECT {}
        for _CONTEXT_WINDOW_STATUS in CONTEXT_WINDOW_STATUS..CONTEXT_WINDOW_STATUS {}
        for _IDENTITY_REVISION_LO in IDENTITY_REVISION_LO..IDENTITY_REVISION_LO {}
        for _IDENTITY_REVISION_HI in IDENTITY_REVISION_HI..IDENTITY_REVISION_HI {}
        for _MAILBOX_COMMAND in MAILBOX_COMMAND..MAILBOX_COMMAND {}
        for _MAILBOX_ARG0 in MAILBOX_ARG0..MAILBOX_ARG0 {}
        for _MAILBOX_ARG1 in MAILBOX_ARG1..MAILBOX_ARG1 {}
        for _MAILBOX_STATUS in MAILBOX_STATUS..MAILBOX_STATUS {}
        for _MAILBOX_DETAIL in MAILBOX_DETAIL..MAILBOX_DETAIL {}
        for _MAILBOX_DRAIN_LIMIT in MAILBOX_DRAIN_LIMIT..MAILBOX_DRAIN_LIMIT {}
        dff_setup!(
            self, clock, step, walked, held, write, sel, addr, data, strobes, rvalid, rdata
        );
        dff_setup!(
            self, clock, enabled, resetting, mac_lo, mac_hi, cycles, prescale, settling, time,
            time_high
        );
        dff_setup!(
            self, clock, ack_every, raw, raw_on, eq_on, base_lo, base_hi, log_size, consumer
        );
        dff_setup!(
            self, clock, kind, index, no_answer, go, opcode, notify, arg0, arg1, limit
        );
        self.ram.clock.next = self.clock.val();
        self.walking.next = !self.walked.q.val().get_bits::<2>(7).all();
        self.busy.next = self.go.q.val() | self.cmd_busy.val();
        self.done.next = self.cmd_done.val() & !self.busy.val();

        // A register is written by software, or with its reset value by the walk.
        self.values.addr.next = self.walked.q.val();
        self.high.next = self.strobes.q.val() == 0xf0;
        self.here.next = !self.sel.q.val() & !self.addr.q.val().get_bits::<12>(12).any();
        self.put_word.next = (bit_cast::<10, 9>(self.addr.q.val().get_bits::<9>(3)) << 1)
            | bit_cast::<10, 1>(self.high.val().into());
        self.put_data.next = self.data.q.val().get_bits::<32>(0);
        if self.high.val() {
            self.put_data.next = self.data.q.val().get_bits::<32>(32);
        }
        self.put.next = self.held.q.val()
            & self.write.q.val()
            & self.here.val()
            & (self.high.val() | (self.strobes.q.val() == 0x0f));
        if self.walking.val() {
            self.put.next = true;
            self.put_word.next = bit_cast::<10, 9>(self.walked.q.val());
            self.put_data.next = self.values.data.val();
            self.walked.d.next = self.walked.q.val() + 1;
        }
        self.put_at.next = bit_cast::<12, 10>(self.put_word.val()) << 2;

        // `keep`: the RAM remembers it
        self.keep.next = self.walking.val();
        // `resetting` stays until the reset that it asks for has come
        self.closing.next = self.resetting.q.val();
        if self.go.q.val() & self.cmd_busy.val() {
            self.go.d.next = false;
        }
        if self.put.val() {
            if self.put_at.val() == CONTROL_CONTROL {
                self.keep.next = true;
                self.enabled.d.next = self.put_data.val().get_bit(0);
                if self.put_data.val().get_bit(1) {
                    self.resetting.d.next = true;
                    self.closing.next = true;
                }
            }
            if self.put_at.val() == CONTROL_MAC_LO {
                self.keep.next = true;
                self.mac_lo.d.next = self.put_data.val();
            }
            if self.put_at.val() == CONTROL_MAC_HI {
                self.keep.next = true;
                self.mac_hi.d.next = self.put_data.val().get_bits::<16>(0);
            }
            if self.put_at.val() == CONTROL_CYCLES_PER_US {
                self.keep.next = true;
                self.cycles.d.next = self.put_data.val().get_bits::<16>(0);
            }
            if self.put_at.val() == CONTROL_ACK_EVERY {
                self.keep.next = true;
                self.ack_every.d.next = self.put_data.val().get_bits::<8>(0);
            }
            if self.put_at.val() == CONTROL_RAW {
                self.keep.next = true;
                self.raw.d.next = self.put_data.val().get_bits::<12>(0);
                self.raw_on.d.next = self.put_data.val().get_bit(31);
            }
            if self.put_at.val() == EVENT_QUEUE_CONTROL {
                self.keep.next = true;
                self.eq_on.d.next = self.put_data.val().get_bit(0);
            }
            if self.put_at.val() == EVENT_QUEUE_BASE_LO {
                self.keep.next = true;
                self.base_lo.d.next = self.put_data.val();
            }
            if self.put_at.val() == EVENT_QUEUE_BASE_HI {
                self.keep.next = true;
                self.base_hi.d.next = self.put_data.val();
            }
            if self.put_at.val() == EVENT_QUEUE_SIZE {
                self.keep.next = true;
                self.log_size.d.next = self.put_data.val().get_bits::<4>(0);
            }
            if self.put_at.val() == EVENT_QUEUE_CONSUMER {
                self.keep.next = true;
                self.consumer.d.next = self.put_data.val().get_bits::<16>(0);
            }
            if self.put_at.val() == CONTEXT_WINDOW_SELECT {
                self.keep.next = true;
                self.kind.d.next = self.put_data.val().get_bits::<5>(0);
                self.index.d.next = self.put_data.val().get_bits::<16>(16);
            }
            if self.put_at.val() == MAILBOX_DRAIN_LIMIT {
                self.keep.next = true;
                self.limit.d.next = self.put_data.val().get_bits::<24>(0);
            }
            // a running command keeps its mailbox
            if !self.busy.val() {
                if self.put_at.val() == MAILBOX_COMMAND {
                    self.keep.next = true;
                    self.opcode.d.next = self.put_data.val().get_bits::<8>(0);
                    self.notify.d.next = self.put_data.val().get_bit(30);
                    self.go.d.next = self.put_data.val().get_bit(31);
                }
                if self.put_at.val() == MAILBOX_ARG0 {
                    self.keep.next = true;
                    self.arg0.d.next = self.put_data.val().get_bits::<16>(0);
                }
                if self.put_at.val() == MAILBOX_ARG1 {
                    self.keep.next = true;
                    self.arg1.d.next = self.put_data.val();
                }
                // 0x600..0x7ff
                if self.put_at.val().get_bits::<3>(9) == 3 {
                    self.keep.next = true;
                }
            }
        }
        self.ram.we.next = self.keep.val();
        self.ram.wa.next = self.put_word.val().get_bits::<9>(0);
        self.ram.wd.next = self.put_data.val();
        if self.put_at.val() == MAILBOX_COMMAND {
            self.ram.wd.next = self.put_data.val() & 0x7fff_ffff;
        }

        // The read port of the RAM: the command unit first.
        self.get_at.next = bit_cast::<12, 10>(self.addr.q.val().get_bits::<10>(2)) << 2;
        self.ram.re.next = self.mb_re.val();
        self.ram.ra.next = self.mailbox.val() | bit_cast::<9, 7>(self.mb_ra.val());
        self.mb_rd.next = self.ram.rd.val();

        // accesses
        self.live.next = bits::<32>(0);
        self.consumed.next = false;
        self.rvalid.d.next = false;
        self.db_valid.next = false;
        self.ctr_valid.next = false;
        self.win_valid.next = false;
        match self.step.q.val() {
            BarStep::Run => {
                if self.held.q.val() & self.write.q.val() & self.sel.q.val() {
                    self.db_valid.next = true;
                    self.consumed.next = self.db_ready.val();
                } else if self.held.q.val() & self.write.q.val() {
                    self.consumed.next = true;
                } else if self.held.q.val()
                    & (!self.here.val()
                        | (self.get_at.val().get_bit(11)
                            & self.get_at.val().get_bits::<2>(9).any()))
                {
                    // another BAR, or behind the counters
                    self.rdata.d.next = bits::<32>(0);
                    self.rvalid.d.next = true;
                    self.consumed.next = true;
                } else if self.held.q.val() & (self.get_at.val().get_bits::<3>(9) == 4) {
                    self.step.d.next = BarStep::Counter;
                } else if self.held.q.val() & (self.get_at.val().get_bits::<5>(7) == 7) {
                    self.step.d.next = BarStep::Window;
                } else if self.held.q.val() {
                    self.step.d.next = BarStep::Fetch;
                }
            }
            BarStep::Fetch => {
                if !self.mb_re.val() {
                    self.ram.re.next = true;
                    self.ram.ra.next = self.addr.q.val().get_bits::<9>(2);
                    self.step.d.next = BarStep::Latch;
                }
            }
            BarStep::Latch => {
                if self.get_at.val() == IDENTITY_REVISION_LO {
                    self.live.next = self.live.val() | self.revision.val().get_bits::<32>(0);
                }
                if self.get_at.val() == IDENTITY_REVISION_HI {
                    self.live.next = self.live.val() | self.revision.val().get_bits::<32>(32);
                }
                if self.get_at.val() == CONTROL_STATUS {
                    self.live.next = self.live.val() | bit_cast::<32, 1>(self.ready.val().into());
                }
                if self.get_at.val() == CONTROL_NOW_LO {
                    self.live.next = self.live.val() | self.time.q.val().get_bits::<32>(0);
                    self.time_high.d.next = self.time.q.val().get_bits::<4>(32);
                }
                if self.get_at.val() == CONTROL_NOW_HI {
                    self.live.next = self.live.val() | bit_cast::<32, 4>(self.time_high.q.val());
                }
                if self.get_at.val() == EVENT_QUEUE_PRODUCER {
                    self.live.next = self.live.val() | bit_cast::<32, 16>(self.eq_producer.val());
                }
                if self.get_at.val() == EVENT_QUEUE_LOST {
                    self.live.next = self.live.val() | bit_cast::<32, 16>(self.eq_lost.val());
                }
                if self.get_at.val() == CONTEXT_WINDOW_STATUS {
                    self.live.next =
                        self.live.val() | bit_cast::<32, 1>(self.no_answer.q.val().into());
                }
                if self.get_at.val() == MAILBOX_STATUS {
                    self.live.next = self.live.val()
                        | (bit_cast::<32, 8>(self.cmd_code.val()) << 8)
                        | (bit_cast::<32, 1>(self.done.val().into()) << 1)
                        | bit_cast::<32, 1>(self.busy.val().into());
                }
                if self.get_at.val() == MAILBOX_DETAIL {
                    self.live.next = self.live.val() | self.cmd_detail.val();
                }
                // where something lives, the RAM holds zero
                self.rdata.d.next = self.ram.rd.val() | self.live.val();
                self.rvalid.d.next = true;
                self.consumed.next = true;
                self.step.d.next = BarStep::Run;
            }
            BarStep::Counter => {
                self.ctr_valid.next = true;
                self.rdata.d.next = self.ctr_data.val().get_bits::<32>(0);
                if self.addr.q.val().get_bit(2) {
                    self.rdata.d.next = self.ctr_data.val().get_bits::<32>(32);
                }
                if self.ctr_done.val() {
                    self.rvalid.d.next = true;
                    self.consumed.next = true;
                    self.step.d.next = BarStep::Run;
                }
            }
            BarStep::Window => {
                self.win_valid.next = true;
                self.rdata.d.next = self.win_data.val();
                if self.win_done.val() {
                    if !self.win_ok.val() {
                        self.rdata.d.next = !bits::<32>(0);
                    }
                    self.no_answer.d.next = !self.win_ok.val();
                    self.rvalid.d.next = true;
                    self.consumed.next = true;
                    self.step.d.next = BarStep::Run;
                }
            }
        }

        // the next access
        self.bar_ready.next =
            !self.walking.val() & !self.closing.val() & (!self.held.q.val() | self.consumed.val());
        if self.consumed.val() {
            self.held.d.next = false;
        }
        if !self.walking.val()
            & !self.closing.val()
            & (!self.held.q.val() | self.consumed.val())
            & self.bar_valid.val()
        {
            self.held.d.next = true;
            self.write.d.next = self.bar_write.val();
            self.sel.d.next = self.bar_sel.val();
            self.addr.d.next = self.bar_addr.val();
            self.data.d.next = self.bar_wdata.val();
            self.strobes.d.next = self.bar_wstrb.val();
        }
        self.bar_rvalid.next = self.rvalid.q.val();
        self.bar_rdata.next =
            (bit_cast::<64, 32>(self.rdata.q.val()) << 32) | bit_cast::<64, 32>(self.rdata.q.val());

        // time
        if self.prescale.q.val().any() {
            self.prescale.d.next = self.prescale.q.val() - 1;
        } else {
            self.prescale.d.next = self.cycles.q.val() - 1;
            self.settling.d.next = false;
            if !self.walking.val() {
                self.time.d.next = self.time.q.val() + 1;
            }
        }
        if self.put.val() & (self.put_at.val() == CONTROL_CYCLES_PER_US) {
            self.prescale.d.next = self.put_data.val().get_bits::<16>(0) - 1;
            self.settling.d.next = true;
        }

        // to the blocks
        self.enable.next = self.enabled.q.val();
        self.device_reset.next = self.resetting.q.val();
        self.mac.next = (bit_cast::<48, 16>(self.mac_hi.q.val()) << 32)
            | bit_cast::<48, 32>(self.mac_lo.q.val());
        self.now.next = self.time.q.val();
        self.time_begins.next = self.settling.q.val();
        self.ack_mask.next = self.ack_every.q.val();
        self.raw_slot.next = self.raw.q.val();
        self.raw_enable.next = self.raw_on.q.val();
        self.eq_enable.next = self.eq_on.q.val();
        self.eq_base.next = (bit_cast::<64, 32>(self.base_hi.q.val()) << 32)
            | bit_cast::<64, 32>(self.base_lo.q.val());
        self.eq_log_size.next = self.log_size.q.val();
        self.eq_consumer.next = self.consumer.q.val();
        self.ctr_index.next = self.addr.q.val().get_bits::<6>(3);
        self.win_kind.next = self.kind.q.val();
        self.win_index.next = self.index.q.val();
        self.win_word.next = self.addr.q.val().get_bits::<5>(2);
        self.cmd_go.next = self.go.q.val();
        self.cmd_opcode.next = self.opcode.q.val();
        self.cmd_notify.next = self.notify.q.val();
        self.cmd_arg0.next = self.arg0.q.val();
        self.cmd_arg1.next = self.arg1.q.val();
        self.drain_limit.next = self.limit.q.val();
        self.db_page.next = self.addr.q.val().get_bits::<12>(12);
        self.db_offset.next = self.addr.q.val().get_bits::<12>(0);
        self.db_data.next = self.data.q.val();
        self.db_whole.next = self.strobes.q.val().all();
    }
}
