//! The command unit: mailbox commands, and the context window's reads.
//!
//! # Theory of operation
//! A slow, sequential machine, 32 bits wide. Each command is a row of operations in a microprogram ([`crate::program`]); what
//! a payload may write, which states follow which, and record sizes are tables computed from `fw-regs`. A command first
//! checks everything that can be checked (object, state, payload), then changes things, so that one that fails has changed
//! nothing, but for the three errors whose description says otherwise.
//!
//! *Payloads* are walked twice by the same states, to check and to write. The QP number and key in a record always come from
//! the creation's argument, so that record and table cannot disagree.
//!
//! *State changes* read the state and write it in the next cycle, and only if it still is what the command was checked
//! against; so an engine's way to ERR is never undone by a command that was under way.
//!
//! *Draining* waits for three turns of requester and response engine each, so that every turn that began before has ended and what it
//! sends stands in the transmit path; then sends a token through the receive path and one through the transmit path. A token that was
//! late, after a timeout, is waited for before a new one is sent, so that an old one is never taken for a new one.
//!
//! *Migration*: `MG` is 1 in devices with a migration unit. Then queue pairs that move are refused by commands, a pause counts as RTS, and
//! the microprogram has the rows that the migration unit asks for. Their payloads may write single entries of records that come in rings.
//!
//! *Bounds*: 512 cycles for a context access (half of what the migration unit waits, which may have to wait for this one), `drain_limit`
//! cycles for everything else; then a typed error, and requests to other units are withdrawn (tokens stand until they are taken).
//!
//! # Interfaces
//! At the ports. A context request is held until it is acknowledged and followed by three cycles without one.
//! Commands and window reads alternate; a window read waits while a command runs.
//!
//! # States
//! `Clear` after reset: no object exists, all queue pairs in RESET. `Idle` → `Decode`, `Range`, `UsedRead`, `UsedLook`
//! → (`Fetch` → `Exec` → the operation's states)* → `Finish`.

#![allow(
    clippy::reversed_empty_ranges,
    reason = "`for _X in X..X {}` tells the emitter the value of constant X"
)]

use crate::mem::Ram;
use crate::pipe::{CtxReq, CtxRsp, EventReq};
use crate::program::{self, op::*};
use crate::qp_state::state::PAUSED;
use crate::regs::*;
use crate::rom::Rom;
use rust_hdl::prelude::*;

#[derive(Copy, Clone, Debug, PartialEq, LogicState)]
enum CommandStep {
    Clear,
    Idle,
    Decode,
    Range,
    UsedRead,
    UsedLook,
    Fetch,
    Exec,
    BusGo,
    BusWait,
    WindowDone,
    KeyTake,
    HeadRead,
    HeadTake,
    HeadLook,
    HeadTest,
    IndexRead,
    IndexTake,
    IndexLook,
    DataRead,
    DataTake,
    DataGo,
    DataNext,
    ZeroGo,
    ZeroNext,
    ResourceGo,
    ResourceNext,
    StateAsk,
    StateSet,
    DrainOld,
    DrainTurns,
    DrainNew,
    CacheWait,
    TableWait,
    KickWait,
    ScanRead,
    ScanLook,
    ScanTest,
    Finish,
}

/// The command unit of a device with `2^LQ` queue pairs, `2^LM` memory regions, `2^LC` completion queues and `2^LS` shared
/// receive queues; each queue pair has `2^LO` outstanding work requests and `2^LX` responses. `A2` is at least `LM`, `LC` and `LQ + 1`; `A` must
/// be `A2 + 2`. `MG` is 1 with migration, else 0.
#[derive(LogicBlock)]
pub struct CommandUnit<
    const LQ: usize,
    const LM: usize,
    const LC: usize,
    const LS: usize,
    const A: usize,
    const A2: usize,
    const LO: usize,
    const LX: usize,
    const MG: usize,
> {
    pub clock: Signal<In, Clock>,
    /// commands, from the registers: held until `cmd_busy`
    pub cmd_go: Signal<In, Bit>,
    pub cmd_opcode: Signal<In, Bits<8>>,
    pub cmd_notify: Signal<In, Bit>,
    pub cmd_arg0: Signal<In, Bits<16>>,
    pub cmd_arg1: Signal<In, Bits<32>>,
    /// cycles that a command may wait for the data paths, tables and caches
    pub drain_limit: Signal<In, Bits<24>>,
    pub cmd_busy: Signal<Out, Bit>,
    pub cmd_done: Signal<Out, Bit>,
    pub cmd_code: Signal<Out, Bits<8>>,
    pub cmd_detail: Signal<Out, Bits<32>>,
    /// the mailbox memory; `mb_rd` a cycle after `mb_re`
    pub mb_re: Signal<Out, Bit>,
    pub mb_ra: Signal<Out, Bits<7>>,
    pub mb_rd: Signal<In, Bits<32>>,
    /// the context window; held until `win_done`
    pub win_valid: Signal<In, Bit>,
    pub win_kind: Signal<In, Bits<5>>,
    pub win_index: Signal<In, Bits<16>>,
    pub win_word: Signal<In, Bits<5>>,
    pub win_done: Signal<Out, Bit>,
    pub win_ok: Signal<Out, Bit>,
    pub win_data: Signal<Out, Bits<32>>,
    /// the tables of numbers are clear
    pub tables_ready: Signal<In, Bit>,
    /// no walk after reset is under way
    pub ready: Signal<Out, Bit>,
    /// the context bus
    pub bus: Signal<Out, CtxReq>,
    pub rsp: Signal<In, CtxRsp>,
    /// the table of QP numbers; held until `qpt_done`
    pub qpt_valid: Signal<Out, Bit>,
    pub qpt_op: Signal<Out, Bits<2>>,
    pub qpt_key: Signal<Out, Bits<32>>,
    pub qpt_slot: Signal<Out, Bits<12>>,
    pub qpt_done: Signal<In, Bit>,
    pub qpt_ok: Signal<In, Bit>,
    pub qpt_hit: Signal<In, Bit>,
    pub qpt_slot_found: Signal<In, Bits<12>>,
    /// the table of keys; held until `mrt_done`
    pub mrt_valid: Signal<Out, Bit>,
    pub mrt_op: Signal<Out, Bits<2>>,
    pub mrt_key: Signal<Out, Bits<32>>,
    pub mrt_slot: Signal<Out, Bits<12>>,
    pub mrt_done: Signal<In, Bit>,
    pub mrt_ok: Signal<In, Bit>,
    pub mrt_hit: Signal<In, Bit>,
    pub mrt_slot_found: Signal<In, Bits<12>>,
    /// QP states: a write, and a read whose answer comes in the next cycle and knows of writes up to its own cycle
    pub set_valid: Signal<Out, Bit>,
    pub set_slot: Signal<Out, Bits<12>>,
    pub set_state: Signal<Out, Bits<3>>,
    pub st_re: Signal<Out, Bit>,
    pub st_slot: Signal<Out, Bits<12>>,
    pub st_state: Signal<In, Bits<3>>,
    /// the send queue cache: 1 all rings, 2 one ring, 0 (with migration) settle those that are held, up to this one; held until `sqc_done`
    pub sqc_valid: Signal<Out, Bit>,
    pub sqc_op: Signal<Out, Bits<2>>,
    pub sqc_ring: Signal<Out, Bits<13>>,
    pub sqc_done: Signal<In, Bit>,
    /// the receive queue cache: 3 also, arm the limit of a shared one
    pub rqc_valid: Signal<Out, Bit>,
    pub rqc_op: Signal<Out, Bits<2>>,
    pub rqc_ring: Signal<Out, Bits<13>>,
    pub rqc_done: Signal<In, Bit>,
    /// turns of the requester and the response engine: a cycle in which one begins or nothing is to be done
    pub req_turn: Signal<In, Bit>,
    pub rsp_turn: Signal<In, Bit>,
    /// drain tokens: in, and a pulse when they come out
    pub rx_token_valid: Signal<Out, Bit>,
    pub rx_token_ready: Signal<In, Bit>,
    pub rx_token_out: Signal<In, Bit>,
    pub tx_token_valid: Signal<Out, Bit>,
    pub tx_token_ready: Signal<In, Bit>,
    pub tx_token_out: Signal<In, Bit>,
    /// ready lists of the requester, the response engine, and the receive front end's service visits
    pub kick_slot: Signal<Out, Bits<12>>,
    pub req_kick_valid: Signal<Out, Bit>,
    pub req_kick_ready: Signal<In, Bit>,
    pub rsp_kick_valid: Signal<Out, Bit>,
    pub rsp_kick_ready: Signal<In, Bit>,
    pub svc_kick_valid: Signal<Out, Bit>,
    pub svc_kick_ready: Signal<In, Bit>,
    /// "command done"
    pub ev_valid: Signal<Out, Bit>,
    pub ev: Signal<Out, EventReq>,
    pub ev_ready: Signal<In, Bit>,
    programs: Rom<7, 13>,
    commands: Rom<5, 12>,
    rights: Rom<10, 8>,
    words: Rom<5, 6>,
    successors: Rom<3, 7>,
    zeroed: Rom<3, 10>,
    limits: Rom<2, 17>,
    /// log2 of the entries that a slot has of a kind
    entries: [Rom<5, 3>; MG],
    /// a bit for each object: it exists; address {number, kind of object}
    used: Ram<Bits<1>, A>,
    step: DFF<CommandStep>,
    /// where the bus access returns to
    then: DFF<CommandStep>,
    pc: DFF<Bits<7>>,
    micro: DFF<Bits<13>>,
    props: DFF<Bits<12>>,
    /// state of the queue pair when the command began (RESET for other objects), and the one asked for
    state: DFF<Bits<3>>,
    target: DFF<Bits<3>>,
    key: DFF<Bits<32>>,
    code: DFF<Bits<8>>,
    detail: DFF<Bits<24>>,
    done: DFF<Bit>,
    /// the end of a command is to be told, and of which: the next one waits for that
    event: DFF<Bit>,
    event_for: DFF<Bits<8>>,
    /// a walk: over used bits, queue pairs, positions
    scan: DFF<Bits<16>>,
    /// payload: position, the word read, the write it belongs to
    applying: DFF<Bit>,
    pos: DFF<Bits<8>>,
    got: DFF<Bits<32>>,
    kind: DFF<Bits<5>>,
    word: DFF<Bits<8>>,
    left: DFF<Bits<8>>,
    /// position behind the write, end of its words in the record
    behind: DFF<Bits<9>>,
    beyond: DFF<Bits<9>>,
    entry: DFF<Bits<3>>,
    /// the bus
    b_valid: DFF<Bit>,
    b_write: DFF<Bit>,
    b_kind: DFF<Bits<5>>,
    b_index: DFF<Bits<16>>,
    b_word: DFF<Bits<5>>,
    b_data: DFF<Bits<32>>,
    b_ok: DFF<Bit>,
    window: DFF<Bit>,
    /// how long the present wait has lasted, and that it has lasted too long
    waited: DFF<Bits<24>>,
    expired: DFF<Bit>,
    /// requests to other units that stand
    table: DFF<Bit>,
    sq_cache: DFF<Bit>,
    rq_cache: DFF<Bit>,
    rx_send: DFF<Bit>,
    rx_inside: DFF<Bit>,
    tx_send: DFF<Bit>,
    tx_inside: DFF<Bit>,
    /// turns since the drain began, up to three
    req_turns: DFF<Bits<2>>,
    rsp_turns: DFF<Bits<2>>,
    req_kick: DFF<Bit>,
    rsp_kick: DFF<Bit>,
    svc_kick: DFF<Bit>,
    restart: Signal<Local, Bit>,
    limit: Signal<Local, Bits<17>>,
    op: Signal<Local, Bits<5>>,
    arg: Signal<Local, Bits<3>>,
    object: Signal<Local, Bits<16>>,
    number: Signal<Local, Bits<16>>,
    kind_of: Signal<Local, Bits<2>>,
    is_mr: Signal<Local, Bit>,
    table_done: Signal<Local, Bit>,
    table_ok: Signal<Local, Bit>,
    table_hit: Signal<Local, Bit>,
    table_slot: Signal<Local, Bits<12>>,
    rx_busy: Signal<Local, Bit>,
    tx_busy: Signal<Local, Bit>,
    /// the slot that the payload's index belongs to
    owner: Signal<Local, Bits<32>>,
    unchanged: Signal<Local, Bit>,
    header: Signal<Local, Bits<32>>,
    allowed: Signal<Local, Bit>,
    final_word: Signal<Local, Bit>,
    at: Signal<Local, Bits<24>>,
    /// in the ring numbers of shared receive queues only
    srq_bit: Constant<Bits<16>>,
    /// the last rings of both caches
    last_send: Constant<Bits<13>>,
    last_receive: Constant<Bits<13>>,
    resources: Constant<Bits<5>>,
    zero_end: Constant<Bits<3>>,
    ones: Constant<Bits<32>>,
}

impl<
    const LQ: usize,
    const LM: usize,
    const LC: usize,
    const LS: usize,
    const A: usize,
    const A2: usize,
    const LO: usize,
    const LX: usize,
    const MG: usize,
> Default for CommandUnit<LQ, LM, LC, LS, A, A2, LO, LX, MG>
{
    fn default() -> Self {
        assert!(LQ <= 12 && LM <= 12 && LC <= 12, "slots have 12 bits");
        assert!(
            LS <= LQ,
            "at most as many shared receive queues as queue pairs"
        );
        assert!(
            A2 > LQ && A2 >= LM && A2 >= LC,
            "A2 bits must hold every object number"
        );
        assert!(A == A2 + 2, "A must be A2 + 2");
        assert!(LO <= 7 && LX <= 7, "at most 128 entries a slot");
        assert!(MG <= 1, "MG is 0 or 1");
        let migratable = MG == 1;
        let zeroed = program::zeroed(migratable);
        let limits = [1_u64 << LQ, 1 << LM, 1 << LC, (1 << LQ) + (1 << LS)];
        let limits = (0..).zip(limits);
        Self {
            clock: Default::default(),
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
            win_valid: Default::default(),
            win_kind: Default::default(),
            win_index: Default::default(),
            win_word: Default::default(),
            win_done: Default::default(),
            win_ok: Default::default(),
            win_data: Default::default(),
            tables_ready: Default::default(),
            ready: Default::default(),
            bus: Default::default(),
            rsp: Default::default(),
            qpt_valid: Default::default(),
            qpt_op: Default::default(),
            qpt_key: Default::default(),
            qpt_slot: Default::default(),
            qpt_done: Default::default(),
            qpt_ok: Default::default(),
            qpt_hit: Default::default(),
            qpt_slot_found: Default::default(),
            mrt_valid: Default::default(),
            mrt_op: Default::default(),
            mrt_key: Default::default(),
            mrt_slot: Default::default(),
            mrt_done: Default::default(),
            mrt_ok: Default::default(),
            mrt_hit: Default::default(),
            mrt_slot_found: Default::default(),
            set_valid: Default::default(),
            set_slot: Default::default(),
            set_state: Default::default(),
            st_re: Default::default(),
            st_slot: Default::default(),
            st_state: Default::default(),
            sqc_valid: Default::default(),
            sqc_op: Default::default(),
            sqc_ring: Default::default(),
            sqc_done: Default::default(),
            rqc_valid: Default::default(),
            rqc_op: Default::default(),
            rqc_ring: Default::default(),
            rqc_done: Default::default(),
            req_turn: Default::default(),
            rsp_turn: Default::default(),
            rx_token_valid: Default::default(),
            rx_token_ready: Default::default(),
            rx_token_out: Default::default(),
            tx_token_valid: Default::default(),
            tx_token_ready: Default::default(),
            tx_token_out: Default::default(),
            kick_slot: Default::default(),
            req_kick_valid: Default::default(),
            req_kick_ready: Default::default(),
            rsp_kick_valid: Default::default(),
            rsp_kick_ready: Default::default(),
            svc_kick_valid: Default::default(),
            svc_kick_ready: Default::default(),
            ev_valid: Default::default(),
            ev: Default::default(),
            ev_ready: Default::default(),
            programs: Rom::new(program::lines(migratable)),
            commands: Rom::new(program::commands(migratable)),
            rights: Rom::new(program::rights(migratable)),
            words: Rom::new(program::words(migratable)),
            successors: Rom::new(program::successors(migratable)),
            zero_end: Constant::new((zeroed.len() as u64).to_bits()),
            zeroed: Rom::new(zeroed),
            limits: Rom::new(limits),
            entries: array_init::array_init(|_| Rom::new(program::entries(LO, LX))),
            used: Default::default(),
            step: Default::default(),
            then: Default::default(),
            pc: Default::default(),
            micro: Default::default(),
            props: Default::default(),
            state: Default::default(),
            target: Default::default(),
            key: Default::default(),
            code: Default::default(),
            detail: Default::default(),
            done: Default::default(),
            event: Default::default(),
            event_for: Default::default(),
            scan: Default::default(),
            applying: Default::default(),
            pos: Default::default(),
            got: Default::default(),
            kind: Default::default(),
            word: Default::default(),
            left: Default::default(),
            behind: Default::default(),
            beyond: Default::default(),
            entry: Default::default(),
            b_valid: Default::default(),
            b_write: Default::default(),
            b_kind: Default::default(),
            b_index: Default::default(),
            b_word: Default::default(),
            b_data: Default::default(),
            b_ok: Default::default(),
            window: Default::default(),
            waited: Default::default(),
            expired: Default::default(),
            table: Default::default(),
            sq_cache: Default::default(),
            rq_cache: Default::default(),
            rx_send: Default::default(),
            rx_inside: Default::default(),
            tx_send: Default::default(),
            tx_inside: Default::default(),
            req_turns: Default::default(),
            rsp_turns: Default::default(),
            req_kick: Default::default(),
            rsp_kick: Default::default(),
            svc_kick: Default::default(),
            restart: Default::default(),
            limit: Default::default(),
            op: Default::default(),
            arg: Default::default(),
            object: Default::default(),
            number: Default::default(),
            kind_of: Default::default(),
            is_mr: Default::default(),
            table_done: Default::default(),
            table_ok: Default::default(),
            table_hit: Default::default(),
            table_slot: Default::default(),
            rx_busy: Default::default(),
            tx_busy: Default::default(),
            owner: Default::default(),
            unchanged: Default::default(),
            header: Default::default(),
            allowed: Default::default(),
            final_word: Default::default(),
            at: Default::default(),
            srq_bit: Constant::new((1_u64 << LQ).to_bits()),
            last_send: Constant::new(((1_u64 << LQ) - 1).to_bits()),
            last_receive: Constant::new(((1_u64 << LQ) + (1 << LS) - 1).to_bits()),
            resources: Constant::new(KIND_RESOURCE.to_bits()),
            ones: Constant::new(0xffff_ffff_u64.to_bits()),
        }
    }
}

impl<
    const LQ: usize,
    const LM: usize,
    const LC: usize,
    const LS: usize,
    const A: usize,
    const A2: usize,
    const LO: usize,
    const LX: usize,
    const MG: usize,
> Logic for CommandUnit<LQ, LM, LC, LS, A, A2, LO, LX, MG>
{
    #[hdl_gen]
    fn update(&mut self) {
        for _APPLY in APPLY..APPLY {}
        for _ARM in ARM..ARM {}
        for _CACHE in CACHE..CACHE {}
        for _CHECK in CHECK..CHECK {}
        for _CLEAR in CLEAR..CLEAR {}
        for _DRAIN in DRAIN..DRAIN {}
        for _END in END..END {}
        for _ERROR_BAD_OBJECT in ERROR_BAD_OBJECT..ERROR_BAD_OBJECT {}
        for _ERROR_BAD_PAYLOAD in ERROR_BAD_PAYLOAD..ERROR_BAD_PAYLOAD {}
        for _ERROR_DRAIN_TIMEOUT in ERROR_DRAIN_TIMEOUT..ERROR_DRAIN_TIMEOUT {}
        for _ERROR_ILLEGAL_TRANSITION in ERROR_ILLEGAL_TRANSITION..ERROR_ILLEGAL_TRANSITION {}
        for _ERROR_IN_USE in ERROR_IN_USE..ERROR_IN_USE {}
        for _ERROR_MOVING in ERROR_MOVING..ERROR_MOVING {}
        for _ERROR_NOT_IN_USE in ERROR_NOT_IN_USE..ERROR_NOT_IN_USE {}
        for _ERROR_NOT_READY in ERROR_NOT_READY..ERROR_NOT_READY {}
        for _ERROR_NO_ANSWER in ERROR_NO_ANSWER..ERROR_NO_ANSWER {}
        for _ERROR_NUMBER_TAKEN in ERROR_NUMBER_TAKEN..ERROR_NUMBER_TAKEN {}
        for _ERROR_OK in ERROR_OK..ERROR_OK {}
        for _ERROR_REFERENCED in ERROR_REFERENCED..ERROR_REFERENCED {}
        for _ERROR_TABLE_FULL in ERROR_TABLE_FULL..ERROR_TABLE_FULL {}
        for _ERROR_UNKNOWN_COMMAND in ERROR_UNKNOWN_COMMAND..ERROR_UNKNOWN_COMMAND {}
        for _EVENT_COMMAND_DONE in EVENT_COMMAND_DONE..EVENT_COMMAND_DONE {}
        for _INSERT in INSERT..INSERT {}
        for _KEY in KEY..KEY {}
        for _KICK in KICK..KICK {}
        for _KIND_MEMORY_REGION in KIND_MEMORY_REGION..KIND_MEMORY_REGION {}
        for _KIND_QP_CONFIG in KIND_QP_CONFIG..KIND_QP_CONFIG {}
        for _LEGAL in LEGAL..LEGAL {}
        for _PAYLOAD_INDEX in PAYLOAD_INDEX..PAYLOAD_INDEX {}
        for _PAYLOAD_KIND in PAYLOAD_KIND..PAYLOAD_KIND {}
        for _PAYLOAD_LENGTH in PAYLOAD_LENGTH..PAYLOAD_LENGTH {}
        for _PAYLOAD_WORDS in PAYLOAD_WORDS..PAYLOAD_WORDS {}
        for _REMOVE in REMOVE..REMOVE {}
        for _RESETTING in RESETTING..RESETTING {}
        for _SCAN in SCAN..SCAN {}
        for _SETTLE in SETTLE..SETTLE {}
        for _STATE in STATE..STATE {}
        for _STATE_ERR in STATE_ERR..STATE_ERR {}
        for _STATE_RESET in STATE_RESET..STATE_RESET {}
        for _STATE_RTS in STATE_RTS..STATE_RTS {}
        for _STATE_SQD in STATE_SQD..STATE_SQD {}
        for _PAUSED in PAUSED..PAUSED {}
        for _STAYS in STAYS..STAYS {}
        for _UNNAME in UNNAME..UNNAME {}
        for _UNIT_CONTEXT in UNIT_CONTEXT..UNIT_CONTEXT {}
        for _UNIT_KICK in UNIT_KICK..UNIT_KICK {}
        for _UNIT_MR_TABLE in UNIT_MR_TABLE..UNIT_MR_TABLE {}
        for _UNIT_QP_TABLE in UNIT_QP_TABLE..UNIT_QP_TABLE {}
        for _UNIT_RECV_CACHE in UNIT_RECV_CACHE..UNIT_RECV_CACHE {}
        for _UNIT_SEND_CACHE in UNIT_SEND_CACHE..UNIT_SEND_CACHE {}
        for _USED in USED..USED {}
        for _ZERO in ZERO..ZERO {}
        for _A in A..A {}
        for _LQ in LQ..LQ {}
        for _MG in MG..MG {}
        dff_setup!(
            self, clock, step, then, pc, micro, props, state, target, key, code
        );
        dff_setup!(
            self, clock, detail, done, event, event_for, scan, applying, pos, got, kind, word
        );
        dff_setup!(
            self, clock, left, behind, beyond, entry, b_valid, b_write, b_kind, b_index, b_word
        );
        dff_setup!(
            self, clock, b_data, b_ok, window, waited, expired, table, sq_cache, rq_cache, rx_send
        );
        dff_setup!(
            self, clock, rx_inside, tx_send, tx_inside, req_turns, rsp_turns, req_kick, rsp_kick,
            svc_kick
        );
        self.used.clock.next = self.clock.val();

        // requests, from their registers
        self.object.next = self.cmd_arg0.val();
        self.kind_of.next = self.props.q.val().get_bits::<2>(3);
        self.is_mr.next = self.props.q.val().get_bit(3);
        self.op.next = self.micro.q.val().get_bits::<5>(0);
        self.arg.next = self.micro.q.val().get_bits::<3>(10);
        self.bus.next.valid = bit_cast::<1, 1>(self.b_valid.q.val().into());
        self.bus.next.write = bit_cast::<1, 1>(self.b_write.q.val().into());
        self.bus.next.kind = self.b_kind.q.val();
        self.bus.next.index = self.b_index.q.val();
        self.bus.next.word = self.b_word.q.val();
        self.bus.next.data = bit_cast::<64, 32>(self.b_data.q.val())
            | (bit_cast::<64, 32>(self.b_data.q.val()) << 32);
        self.bus.next.both = bits::<1>(0);
        self.bus.next.stream = bits::<1>(0);
        self.qpt_valid.next = self.table.q.val() & !self.is_mr.val();
        self.mrt_valid.next = self.table.q.val() & self.is_mr.val();
        self.qpt_op.next = bits::<2>(2);
        self.mrt_op.next = bits::<2>(2);
        if self.op.val() == INSERT {
            self.qpt_op.next = bits::<2>(1);
            self.mrt_op.next = bits::<2>(1);
        }
        self.qpt_key.next = self.key.q.val();
        self.mrt_key.next = self.key.q.val();
        self.qpt_slot.next = self.object.val().get_bits::<12>(0);
        self.mrt_slot.next = self.object.val().get_bits::<12>(0);
        self.table_done.next = self.qpt_done.val();
        self.table_ok.next = self.qpt_ok.val();
        self.table_hit.next = self.qpt_hit.val();
        self.table_slot.next = self.qpt_slot_found.val();
        if self.is_mr.val() {
            self.table_done.next = self.mrt_done.val();
            self.table_ok.next = self.mrt_ok.val();
            self.table_hit.next = self.mrt_hit.val();
            self.table_slot.next = self.mrt_slot_found.val();
        }
        self.sqc_valid.next = self.sq_cache.q.val();
        self.rqc_valid.next = self.rq_cache.q.val();
        self.sqc_op.next = bits::<2>(1);
        self.rqc_op.next = bits::<2>(1);
        self.sqc_ring.next = self.object.val().get_bits::<13>(0);
        self.rqc_ring.next = self.object.val().get_bits::<13>(0);
        if self.arg.val().get_bit(2) {
            self.sqc_op.next = bits::<2>(2);
            self.rqc_op.next = bits::<2>(2);
        }
        if self.op.val() == ARM {
            self.rqc_op.next = bits::<2>(3);
        }
        if MG == 1 {
            if self.op.val() == SETTLE {
                self.sqc_op.next = bits::<2>(0);
                self.rqc_op.next = bits::<2>(0);
                // up to the ring asked for, or all of them
                if self.object.val().get_bit(15) {
                    self.sqc_ring.next = self.last_send.val();
                    self.rqc_ring.next = self.last_receive.val();
                }
            }
        }
        if self.sqc_done.val() {
            self.sq_cache.d.next = false;
        }
        if self.rqc_done.val() {
            self.rq_cache.d.next = false;
        }
        self.rx_token_valid.next = self.rx_send.q.val();
        self.tx_token_valid.next = self.tx_send.q.val();
        if self.rx_token_out.val() {
            self.rx_inside.d.next = false;
        }
        if self.rx_send.q.val() & self.rx_token_ready.val() {
            self.rx_send.d.next = false;
            self.rx_inside.d.next = true;
        }
        if self.tx_token_out.val() {
            self.tx_inside.d.next = false;
        }
        if self.tx_send.q.val() & self.tx_token_ready.val() {
            self.tx_send.d.next = false;
            self.tx_inside.d.next = true;
        }
        self.rx_busy.next = self.rx_send.q.val() | self.rx_inside.q.val();
        self.tx_busy.next = self.tx_send.q.val() | self.tx_inside.q.val();
        self.kick_slot.next = self.object.val().get_bits::<12>(0);
        self.req_kick_valid.next = self.req_kick.q.val();
        self.rsp_kick_valid.next = self.rsp_kick.q.val();
        self.svc_kick_valid.next = self.svc_kick.q.val();
        if self.req_kick_ready.val() {
            self.req_kick.d.next = false;
        }
        if self.rsp_kick_ready.val() {
            self.rsp_kick.d.next = false;
        }
        if self.svc_kick_ready.val() {
            self.svc_kick.d.next = false;
        }
        self.ev_valid.next = self.event.q.val();
        self.ev.next.kind = bits::<8>(EVENT_COMMAND_DONE);
        self.ev.next.object = bit_cast::<24, 8>(self.event_for.q.val());
        self.ev.next.vector = bits::<8>(0);
        if self.ev_ready.val() {
            self.event.d.next = false;
        }

        // answers
        self.cmd_busy.next = !self.window.q.val();
        self.cmd_done.next = self.done.q.val();
        self.cmd_code.next = self.code.q.val();
        self.cmd_detail.next = bit_cast::<32, 24>(self.detail.q.val());
        self.ready.next = self.tables_ready.val();
        self.win_done.next = false;
        self.win_ok.next = self.b_ok.q.val();
        self.win_data.next = self.got.q.val();

        // memories and tables
        self.number.next = self.object.val();
        self.used.re.next = false;
        self.used.we.next = false;
        self.used.ra.next = (bit_cast::<A, A2>(self.number.val().get_bits::<A2>(0)) << 2)
            | bit_cast::<A, 2>(self.kind_of.val());
        self.used.wa.next = (bit_cast::<A, A2>(self.number.val().get_bits::<A2>(0)) << 2)
            | bit_cast::<A, 2>(self.kind_of.val());
        self.used.wd.next = self.arg.val().get_bits::<1>(0);
        self.mb_re.next = false;
        self.mb_ra.next = self.pos.q.val().get_bits::<7>(0);
        self.set_valid.next = false;
        self.set_slot.next = self.object.val().get_bits::<12>(0);
        self.set_state.next = self.target.q.val();
        self.st_re.next = false;
        self.st_slot.next = self.object.val().get_bits::<12>(0);
        self.programs.addr.next = self.pc.q.val();
        self.commands.addr.next = self.cmd_opcode.val().get_bits::<5>(0);
        self.rights.addr.next = (bit_cast::<10, 5>(self.cmd_opcode.val().get_bits::<5>(0)) << 5)
            | bit_cast::<10, 5>(self.kind.q.val());
        self.allowed.next = (self.rights.data.val() >> self.state.q.val()).get_bit(0);
        self.words.addr.next = self.kind.q.val();
        self.owner.next = self.got.q.val();
        self.unchanged.next = self.st_state.val() == self.state.q.val();
        for i in 0..MG {
            self.entries[i].addr.next = self.kind.q.val();
            self.owner.next = self.got.q.val() >> self.entries[i].data.val();
            // a pause may begin or end while a command is under way
            if (self.st_state.val() == PAUSED)
                & ((self.state.q.val() == STATE_RTS) | (self.state.q.val() == STATE_SQD))
            {
                self.unchanged.next = true;
            }
            if (self.state.q.val() == PAUSED)
                & ((self.st_state.val() == STATE_RTS) | (self.st_state.val() == STATE_SQD))
            {
                self.unchanged.next = true;
            }
        }
        self.successors.addr.next = self.state.q.val();
        self.zeroed.addr.next = self.entry.q.val();
        self.limits.addr.next = self.kind_of.val();
        self.limit.next = self.limits.data.val();
        self.header.next = self.got.q.val();
        self.final_word.next = self.left.q.val() == 1;
        self.at.next =
            bit_cast::<24, 8>(self.pos.q.val()) | (bit_cast::<24, 5>(self.kind.q.val()) << 16);
        self.restart.next = false;

        match self.step.q.val() {
            CommandStep::Clear => {
                self.cmd_busy.next = false;
                self.ready.next = false;
                self.used.we.next = true;
                self.used.wa.next = self.scan.q.val().get_bits::<A>(0);
                self.used.wd.next = bits::<1>(0);
                self.set_valid.next = true;
                self.set_slot.next = self.scan.q.val().get_bits::<12>(0);
                self.set_state.next = bits::<3>(0);
                self.scan.d.next = self.scan.q.val() + 1;
                if self.scan.q.val().get_bits::<A>(0).all() {
                    self.step.d.next = CommandStep::Idle;
                }
            }
            CommandStep::Idle => {
                self.cmd_busy.next = false;
                if self.cmd_go.val() & !self.event.q.val() {
                    self.cmd_busy.next = true;
                    self.done.d.next = false;
                    self.step.d.next = CommandStep::Decode;
                } else if self.win_valid.val() {
                    self.window.d.next = true;
                    self.b_write.d.next = false;
                    self.b_kind.d.next = self.win_kind.val();
                    self.b_index.d.next = self.win_index.val();
                    self.b_word.d.next = self.win_word.val();
                    self.then.d.next = CommandStep::WindowDone;
                    self.step.d.next = CommandStep::BusGo;
                }
            }
            CommandStep::WindowDone => {
                self.win_done.next = true;
                self.window.d.next = false;
                self.step.d.next = CommandStep::Idle;
            }

            // what holds for all commands: known, object in range, there or not there
            CommandStep::Decode => {
                self.props.d.next = self.commands.data.val();
                self.pc.d.next = self.commands.data.val().get_bits::<7>(5);
                self.code.d.next = bits::<8>(ERROR_OK);
                self.detail.d.next = bits::<24>(0);
                self.state.d.next = bits::<3>(STATE_RESET);
                self.target.d.next = self.cmd_arg1.val().get_bits::<3>(0);
                self.key.d.next = self.cmd_arg1.val();
                self.step.d.next = CommandStep::Range;
                if !self.commands.data.val().get_bit(0)
                    | self.cmd_opcode.val().get_bits::<3>(5).any()
                {
                    self.code.d.next = bits::<8>(ERROR_UNKNOWN_COMMAND);
                    self.step.d.next = CommandStep::Finish;
                } else if !self.tables_ready.val() {
                    self.code.d.next = bits::<8>(ERROR_NOT_READY);
                    self.step.d.next = CommandStep::Finish;
                } else if !self.commands.data.val().get_bit(1) {
                    self.step.d.next = CommandStep::Fetch;
                }
            }
            CommandStep::Range => {
                if !self.kind_of.val().any() {
                    // QP numbers have 24 bits
                    self.key.d.next = self.key.q.val() & 0x00ff_ffff;
                }
                self.step.d.next = CommandStep::UsedRead;
                if (bit_cast::<17, 16>(self.object.val()) >= self.limit.val())
                    | (self.kind_of.val().all() & !(self.object.val() & self.srq_bit.val()).any())
                {
                    self.code.d.next = bits::<8>(ERROR_BAD_OBJECT);
                    self.detail.d.next = bit_cast::<24, 17>(self.limit.val());
                    self.step.d.next = CommandStep::Finish;
                }
            }
            CommandStep::UsedRead => {
                self.used.re.next = true;
                self.st_re.next = true;
                self.step.d.next = CommandStep::UsedLook;
            }
            CommandStep::UsedLook => {
                self.step.d.next = CommandStep::Fetch;
                if !self.kind_of.val().any() {
                    self.state.d.next = self.st_state.val();
                }
                if self.used.rd.val().any() & self.props.q.val().get_bit(2) {
                    self.code.d.next = bits::<8>(ERROR_IN_USE);
                    self.step.d.next = CommandStep::Finish;
                }
                if !self.used.rd.val().any() & !self.props.q.val().get_bit(2) {
                    self.code.d.next = bits::<8>(ERROR_NOT_IN_USE);
                    self.step.d.next = CommandStep::Finish;
                }
            }

            // the microprogram
            CommandStep::Fetch => {
                self.micro.d.next = self.programs.data.val();
                self.pc.d.next = self.pc.q.val() + 1;
                self.step.d.next = CommandStep::Exec;
            }
            CommandStep::Exec => {
                self.restart.next = true;
                self.scan.d.next = bits::<16>(0);
                self.entry.d.next = bits::<3>(0);
                self.pos.d.next = bits::<8>(0);
                self.word.d.next = bits::<8>(0);
                self.applying.d.next = self.op.val() == APPLY;
                self.b_index.d.next = self.object.val();
                self.b_kind.d.next = self.micro.q.val().get_bits::<5>(5);
                self.b_word.d.next = bit_cast::<5, 3>(self.arg.val());
                self.b_write.d.next = self.op.val() == CLEAR;
                self.b_data.d.next = bits::<32>(0);
                self.step.d.next = CommandStep::Fetch;
                if self.op.val() == END {
                    self.step.d.next = CommandStep::Finish;
                }
                if (self.op.val() == LEGAL)
                    & (self.cmd_arg1.val().get_bits::<29>(3).any()
                        | !(self.successors.data.val() >> self.target.q.val()).get_bit(0))
                {
                    self.code.d.next = bits::<8>(ERROR_ILLEGAL_TRANSITION);
                    self.detail.d.next = bit_cast::<24, 3>(self.state.q.val())
                        | (bit_cast::<24, 8>(self.cmd_arg1.val().get_bits::<8>(0)) << 8);
                    self.step.d.next = CommandStep::Finish;
                }
                if self.op.val() == KEY {
                    self.then.d.next = CommandStep::KeyTake;
                    self.step.d.next = CommandStep::BusGo;
                }
                if self.op.val() == CLEAR {
                    self.then.d.next = CommandStep::Fetch;
                    self.step.d.next = CommandStep::BusGo;
                }
                if (self.op.val() == CHECK) | (self.op.val() == APPLY) {
                    self.step.d.next = CommandStep::HeadRead;
                }
                if (self.op.val() == INSERT) | (self.op.val() == REMOVE) {
                    self.table.d.next = true;
                    self.step.d.next = CommandStep::TableWait;
                }
                if self.op.val() == ZERO {
                    self.step.d.next = CommandStep::ZeroGo;
                }
                if self.op.val() == STATE {
                    if self.arg.val().get_bit(0) {
                        self.target.d.next = bits::<3>(STATE_RESET);
                    }
                    self.step.d.next = CommandStep::StateAsk;
                }
                if self.op.val() == DRAIN {
                    self.step.d.next = CommandStep::DrainOld;
                }
                if self.op.val() == CACHE {
                    self.sq_cache.d.next = self.arg.val().get_bit(0);
                    self.rq_cache.d.next = self.arg.val().get_bit(1);
                    self.step.d.next = CommandStep::CacheWait;
                }
                if self.op.val() == ARM {
                    self.rq_cache.d.next = true;
                    self.step.d.next = CommandStep::CacheWait;
                }
                if MG == 1 {
                    if self.op.val() == STAYS {
                        self.then.d.next = CommandStep::KeyTake;
                        self.step.d.next = CommandStep::BusGo;
                    }
                    if self.op.val() == SETTLE {
                        self.sq_cache.d.next = true;
                        self.rq_cache.d.next = true;
                        self.step.d.next = CommandStep::CacheWait;
                    }
                    if self.op.val() == UNNAME {
                        self.b_write.d.next = true;
                        self.b_data.d.next = self.ones.val();
                        self.then.d.next = CommandStep::Fetch;
                        self.step.d.next = CommandStep::BusGo;
                    }
                }
                if self.op.val() == SCAN {
                    self.step.d.next = CommandStep::ScanRead;
                }
                if self.op.val() == USED {
                    self.used.we.next = true;
                }
                if self.op.val() == KICK {
                    self.req_kick.d.next = true;
                    self.rsp_kick.d.next = true;
                    self.svc_kick.d.next = true;
                    self.step.d.next = CommandStep::KickWait;
                }
                if (self.op.val() == RESETTING) & (self.target.q.val() != STATE_RESET) {
                    self.pc.d.next = self.pc.q.val() + bit_cast::<7, 3>(self.arg.val());
                }
            }
            CommandStep::Finish => {
                self.done.d.next = true;
                if self.cmd_notify.val() {
                    self.event.d.next = true;
                    self.event_for.d.next = self.cmd_opcode.val();
                }
                self.step.d.next = CommandStep::Idle;
            }

            // a context access
            CommandStep::BusGo => {
                // whoever comes here again has been in two states since the last answer: three cycles without a request
                self.b_valid.d.next = true;
                self.restart.next = true;
                self.step.d.next = CommandStep::BusWait;
            }
            CommandStep::BusWait => {
                self.got.d.next = self.rsp.val().data.get_bits::<32>(0);
                if self.b_word.q.val().get_bit(0) {
                    self.got.d.next = self.rsp.val().data.get_bits::<32>(32);
                }
                if self.rsp.val().ack.any() {
                    self.b_valid.d.next = false;
                    self.b_ok.d.next = true;
                    self.step.d.next = self.then.q.val();
                } else if self.waited.q.val().get_bit(9) {
                    self.b_valid.d.next = false;
                    self.b_ok.d.next = false;
                    self.step.d.next = CommandStep::WindowDone;
                    if !self.window.q.val() {
                        self.code.d.next = bits::<8>(ERROR_NO_ANSWER);
                        self.detail.d.next = bits::<24>(UNIT_CONTEXT);
                        self.step.d.next = CommandStep::Finish;
                    }
                }
            }
            CommandStep::KeyTake => {
                self.key.d.next = self.got.q.val();
                if !self.is_mr.val() {
                    self.key.d.next = self.got.q.val() & 0x00ff_ffff;
                }
                self.step.d.next = CommandStep::Fetch;
                if MG == 1 {
                    if self.op.val() == STAYS {
                        self.key.d.next = self.key.q.val();
                        // the phase: 0 = it does not move
                        if self.got.q.val().get_bits::<3>(24).any() {
                            self.code.d.next = bits::<8>(ERROR_MOVING);
                            self.detail.d.next =
                                bit_cast::<24, 3>(self.got.q.val().get_bits::<3>(24));
                            self.step.d.next = CommandStep::Finish;
                        }
                    }
                }
            }

            // the payload: header, index, data
            CommandStep::HeadRead => {
                self.mb_re.next = true;
                self.step.d.next = CommandStep::HeadTake;
            }
            CommandStep::HeadTake => {
                self.got.d.next = self.mb_rd.val();
                self.step.d.next = CommandStep::HeadLook;
            }
            CommandStep::HeadLook => {
                self.kind.d.next = self.header.val().get_bits::<5>(0);
                self.word.d.next = self.header.val().get_bits::<8>(8);
                self.left.d.next = self.header.val().get_bits::<8>(16);
                self.behind.d.next = bit_cast::<9, 8>(self.pos.q.val())
                    + bit_cast::<9, 8>(self.header.val().get_bits::<8>(16))
                    + 2;
                self.beyond.d.next = bit_cast::<9, 8>(self.header.val().get_bits::<8>(8))
                    + bit_cast::<9, 8>(self.header.val().get_bits::<8>(16));
                self.step.d.next = CommandStep::HeadTest;
                if !self.header.val().any() {
                    self.step.d.next = CommandStep::Fetch;
                }
            }
            CommandStep::HeadTest => {
                self.step.d.next = CommandStep::IndexRead;
                if !self.allowed.val() | self.header.val().get_bits::<3>(5).any() {
                    self.code.d.next = bits::<8>(ERROR_BAD_PAYLOAD);
                    self.detail.d.next = self.at.val() | (bits::<24>(PAYLOAD_KIND) << 8);
                    self.step.d.next = CommandStep::Finish;
                } else if self.beyond.q.val() > bit_cast::<9, 6>(self.words.data.val()) {
                    self.code.d.next = bits::<8>(ERROR_BAD_PAYLOAD);
                    self.detail.d.next = self.at.val() | (bits::<24>(PAYLOAD_WORDS) << 8);
                    self.step.d.next = CommandStep::Finish;
                } else if self.behind.q.val().get_bits::<2>(7).any() {
                    // the end must follow
                    self.code.d.next = bits::<8>(ERROR_BAD_PAYLOAD);
                    self.detail.d.next = self.at.val() | (bits::<24>(PAYLOAD_LENGTH) << 8);
                    self.step.d.next = CommandStep::Finish;
                }
            }
            CommandStep::IndexRead => {
                self.mb_re.next = true;
                self.mb_ra.next = self.pos.q.val().get_bits::<7>(0) + 1;
                self.step.d.next = CommandStep::IndexTake;
            }
            CommandStep::IndexTake => {
                self.got.d.next = self.mb_rd.val();
                self.step.d.next = CommandStep::IndexLook;
            }
            CommandStep::IndexLook => {
                self.pos.d.next = self.pos.q.val() + 2;
                self.step.d.next = CommandStep::DataRead;
                if !self.applying.q.val() | !self.left.q.val().any() {
                    self.pos.d.next = self.behind.q.val().get_bits::<8>(0);
                    self.step.d.next = CommandStep::HeadRead;
                }
                if MG == 1 {
                    self.b_index.d.next = self.got.q.val().get_bits::<16>(0);
                }
                if self.owner.val() != bit_cast::<32, 16>(self.object.val()) {
                    self.code.d.next = bits::<8>(ERROR_BAD_PAYLOAD);
                    self.detail.d.next = self.at.val() | (bits::<24>(PAYLOAD_INDEX) << 8);
                    self.step.d.next = CommandStep::Finish;
                }
            }
            CommandStep::DataRead => {
                self.mb_re.next = true;
                self.step.d.next = CommandStep::DataTake;
            }
            CommandStep::DataTake => {
                self.got.d.next = self.mb_rd.val();
                self.step.d.next = CommandStep::DataGo;
            }
            CommandStep::DataGo => {
                self.b_write.d.next = true;
                self.b_kind.d.next = self.kind.q.val();
                self.b_word.d.next = self.word.q.val().get_bits::<5>(0);
                self.b_data.d.next = self.got.q.val();
                // record and table hold the same number
                if !self.word.q.val().any() & (self.kind.q.val() == KIND_QP_CONFIG) {
                    self.b_data.d.next = (self.got.q.val() & 0xff00_0000_u64) | self.key.q.val();
                }
                if !self.word.q.val().any() & (self.kind.q.val() == KIND_MEMORY_REGION) {
                    self.b_data.d.next = self.key.q.val();
                }
                self.then.d.next = CommandStep::DataNext;
                self.step.d.next = CommandStep::BusGo;
            }
            CommandStep::DataNext => {
                self.pos.d.next = self.pos.q.val() + 1;
                self.word.d.next = self.word.q.val() + 1;
                self.left.d.next = self.left.q.val() - 1;
                self.step.d.next = CommandStep::DataRead;
                if self.final_word.val() {
                    self.step.d.next = CommandStep::HeadRead;
                }
            }

            // zeroing: whole records, then the valid bits of the responder's resources
            CommandStep::ZeroGo => {
                self.b_write.d.next = true;
                self.b_kind.d.next = self.zeroed.data.val().get_bits::<5>(0);
                self.b_word.d.next = self.word.q.val().get_bits::<5>(0);
                self.b_data.d.next = bits::<32>(0);
                self.then.d.next = CommandStep::ZeroNext;
                self.step.d.next = CommandStep::BusGo;
                if self.entry.q.val() == self.zero_end.val() {
                    self.step.d.next = CommandStep::ResourceGo;
                }
            }
            CommandStep::ZeroNext => {
                self.word.d.next = self.word.q.val() + 1;
                if self.word.q.val().get_bits::<5>(0) == self.zeroed.data.val().get_bits::<5>(5) {
                    self.word.d.next = bits::<8>(0);
                    self.entry.d.next = self.entry.q.val() + 1;
                }
                self.step.d.next = CommandStep::ZeroGo;
            }
            CommandStep::ResourceGo => {
                self.b_kind.d.next = self.resources.val();
                self.b_word.d.next = bits::<5>(0);
                self.b_index.d.next = (bit_cast::<16, 12>(self.object.val().get_bits::<12>(0))
                    << 3)
                    | bit_cast::<16, 3>(self.word.q.val().get_bits::<3>(0));
                self.then.d.next = CommandStep::ResourceNext;
                self.step.d.next = CommandStep::BusGo;
            }
            CommandStep::ResourceNext => {
                self.word.d.next = self.word.q.val() + 1;
                self.step.d.next = CommandStep::ResourceGo;
                if self.word.q.val() == 7 {
                    self.step.d.next = CommandStep::Fetch;
                }
            }

            // the state: write it a cycle after it was read
            CommandStep::StateAsk => {
                self.st_re.next = true;
                self.step.d.next = CommandStep::StateSet;
            }
            CommandStep::StateSet => {
                self.step.d.next = CommandStep::Fetch;
                if self.unchanged.val()
                    | (self.target.q.val() == STATE_RESET)
                    | (self.target.q.val() == STATE_ERR)
                {
                    self.set_valid.next = true;
                } else {
                    self.code.d.next = bits::<8>(ERROR_ILLEGAL_TRANSITION);
                    self.detail.d.next = bit_cast::<24, 3>(self.st_state.val())
                        | (bit_cast::<24, 3>(self.target.q.val()) << 8);
                    self.step.d.next = CommandStep::Finish;
                }
            }

            // other units
            CommandStep::DrainOld => {
                self.req_turns.d.next = bits::<2>(0);
                self.rsp_turns.d.next = bits::<2>(0);
                if !self.rx_busy.val() & !self.tx_busy.val() {
                    self.step.d.next = CommandStep::DrainTurns;
                } else if self.expired.q.val() {
                    self.code.d.next = bits::<8>(ERROR_DRAIN_TIMEOUT);
                    self.detail.d.next = bit_cast::<24, 1>(self.rx_busy.val().into())
                        | (bit_cast::<24, 1>(self.tx_busy.val().into()) << 1);
                    self.step.d.next = CommandStep::Finish;
                }
            }
            CommandStep::DrainTurns => {
                if self.req_turn.val() & !self.req_turns.q.val().all() {
                    self.req_turns.d.next = self.req_turns.q.val() + 1;
                }
                if self.rsp_turn.val() & !self.rsp_turns.q.val().all() {
                    self.rsp_turns.d.next = self.rsp_turns.q.val() + 1;
                }
                if self.req_turns.q.val().all() & self.rsp_turns.q.val().all() {
                    self.rx_send.d.next = true;
                    self.tx_send.d.next = true;
                    self.step.d.next = CommandStep::DrainNew;
                } else if self.expired.q.val() {
                    self.code.d.next = bits::<8>(ERROR_DRAIN_TIMEOUT);
                    self.detail.d.next = bits::<24>(2);
                    self.step.d.next = CommandStep::Finish;
                }
            }
            CommandStep::DrainNew => {
                if !self.rx_busy.val() & !self.tx_busy.val() {
                    self.step.d.next = CommandStep::Fetch;
                } else if self.expired.q.val() {
                    self.code.d.next = bits::<8>(ERROR_DRAIN_TIMEOUT);
                    self.detail.d.next = bit_cast::<24, 1>(self.rx_busy.val().into())
                        | (bit_cast::<24, 1>(self.tx_busy.val().into()) << 1);
                    self.step.d.next = CommandStep::Finish;
                }
            }
            CommandStep::CacheWait => {
                if !self.sq_cache.q.val() & !self.rq_cache.q.val() {
                    self.step.d.next = CommandStep::Fetch;
                } else if self.expired.q.val() {
                    self.code.d.next = bits::<8>(ERROR_NO_ANSWER);
                    self.detail.d.next = bits::<24>(UNIT_RECV_CACHE);
                    if self.sq_cache.q.val() {
                        self.detail.d.next = bits::<24>(UNIT_SEND_CACHE);
                    }
                    self.sq_cache.d.next = false;
                    self.rq_cache.d.next = false;
                    self.step.d.next = CommandStep::Finish;
                }
            }
            CommandStep::TableWait => {
                if self.table_done.val() {
                    self.table.d.next = false;
                    self.step.d.next = CommandStep::Fetch;
                    if (self.op.val() == INSERT) & !self.table_ok.val() {
                        self.code.d.next = bits::<8>(ERROR_TABLE_FULL);
                        if self.table_hit.val() {
                            self.code.d.next = bits::<8>(ERROR_NUMBER_TAKEN);
                            self.detail.d.next = bit_cast::<24, 12>(self.table_slot.val());
                        }
                        self.step.d.next = CommandStep::Finish;
                    }
                } else if self.expired.q.val() {
                    self.table.d.next = false;
                    self.code.d.next = bits::<8>(ERROR_NO_ANSWER);
                    self.detail.d.next = bits::<24>(UNIT_QP_TABLE);
                    if self.is_mr.val() {
                        self.detail.d.next = bits::<24>(UNIT_MR_TABLE);
                    }
                    self.step.d.next = CommandStep::Finish;
                }
            }
            CommandStep::KickWait => {
                if !self.req_kick.q.val() & !self.rsp_kick.q.val() & !self.svc_kick.q.val() {
                    self.step.d.next = CommandStep::Fetch;
                } else if self.expired.q.val() {
                    self.req_kick.d.next = false;
                    self.rsp_kick.d.next = false;
                    self.svc_kick.d.next = false;
                    self.code.d.next = bits::<8>(ERROR_NO_ANSWER);
                    self.detail.d.next = bits::<24>(UNIT_KICK);
                    self.step.d.next = CommandStep::Finish;
                }
            }

            // does a queue pair refer to the object?
            CommandStep::ScanRead => {
                self.number.next = self.scan.q.val();
                self.used.re.next = true;
                self.used.ra.next = bit_cast::<A, A2>(self.number.val().get_bits::<A2>(0)) << 2;
                self.step.d.next = CommandStep::ScanLook;
                if self.scan.q.val().get_bit(LQ) {
                    self.step.d.next = CommandStep::Fetch;
                }
            }
            CommandStep::ScanLook => {
                self.b_kind.d.next = bits::<5>(KIND_QP_CONFIG);
                self.b_index.d.next = self.scan.q.val();
                self.then.d.next = CommandStep::ScanTest;
                self.step.d.next = CommandStep::BusGo;
                if !self.used.rd.val().any() {
                    self.scan.d.next = self.scan.q.val() + 1;
                    self.step.d.next = CommandStep::ScanRead;
                }
            }
            CommandStep::ScanTest => {
                self.scan.d.next = self.scan.q.val() + 1;
                self.step.d.next = CommandStep::ScanRead;
                // word 4: send_cq 15:0, recv_cq 31:16; word 5: rq_ring 15:0; with the zeros above them
                if (self.got.q.val().get_bits::<16>(0) == self.object.val())
                    | (!self.kind_of.val().get_bit(0)
                        & (self.got.q.val().get_bits::<16>(16) == self.object.val()))
                {
                    self.code.d.next = bits::<8>(ERROR_REFERENCED);
                    self.detail.d.next = bit_cast::<24, 16>(self.scan.q.val());
                    self.step.d.next = CommandStep::Finish;
                }
            }
        }

        // the present wait
        self.waited.d.next = self.waited.q.val() + 1;
        self.expired.d.next = self.waited.q.val() == self.drain_limit.val();
        if self.restart.val() {
            self.waited.d.next = bits::<24>(0);
            self.expired.d.next = false;
        }
    }
}
