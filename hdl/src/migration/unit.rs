//! The migration unit: the slow path on which connections stop, move and resume.
//!
//! # Theory of operation
//! A microprogrammed machine of 32 bits: a cycle an instruction, two more for a jump that is taken, 16 registers, a flag, a stack of eight. Its program
//! (folder `program`) is the migration protocol: packets that are not plain RC, ticks of queue pairs that are PAUSED or MOVING, and
//! mailbox commands from 16 on. It sees context records as the second master of the context bus, word by word; it changes records of
//! receive engines only while it has a packet (the dispatcher hands one over when both are idle) or when the queue pair is MOVING, which they
//! leave alone.
//!
//! The unit owns the Migration records; they and its scratch words are one memory, `LOAD` and `STORE`: record of slot s at `16 s`, scratch from `16 << LQ` on.
//!
//! **Walks.** What STOP and DRAINED do with each queue pair of a set, and the search for the set, are one instruction, `SCAN`: the words of `owners` say whose the slots
//! are, one a cycle; a member costs a cycle more, in which its Migration record and its state change together, or a look at what it names. A walk ends for packets
//! after 256 cycles and goes on behind them.
//!
//! **Every instruction ends.** A context access is given up after 1024 cycles and reads as ones; an event, a kick or a doorbell after as many; host reads as in
//! [`crate::migration::pager`]. One packet waits for its turn outside of the unit
//! ([`crate::migration::share::TransmitShare`]); the next one is given up if it cannot take that place after 1024 cycles, as on a full line with long frames, or on a dead one. All that the unit sends is sent
//! again if no answer comes.
//!
//! **With lanes** a connection's partner waits for fewer cycles: a context access is on the bus in its instruction's own cycle if the bus was free before, and takes a field
//! out of the word it reads; the first two words of a queue pair's configuration are kept for the next access, until anybody writes into one; bytes of the frame come in the cycle behind the instruction, four of them in two; and what an unconditional jump, a call or a return leads
//! to is read while the instruction before it works, and so is the scratch word that a LOAD with register 15 asks for: these take a cycle as all others do.
//!
//! # Interfaces
//! At the ports; see [`crate::migration::share`] for those that are shared.
//!
//! # States
//! `Fetch` → `Decode` → `Execute` → (`Execute` of the next one, which has been read meanwhile; behind a jump `Decode`; or the state that waits for what
//! was asked, then `Decode`) …

#![allow(
    clippy::reversed_empty_ranges,
    reason = "`for _X in X..X {}` tells the emitter the value of constant X"
)]
#![allow(
    clippy::collapsible_match,
    reason = "RustHDL's macro drops the guards of match arms"
)]

use crate::mem::{AsyncRam, Ram};
use crate::migration::lanes::RecordLanes;
use crate::migration::pager::Pager;
use crate::migration::program::PC_BITS;
use crate::migration::rom::ProgramRom;
use crate::migration::words::WordRam;
use crate::pipe::{CtxReq, CtxRsp, Doorbell, EventReq, ReadReq, RxPacket, TxDesc};
use rust_hdl::prelude::*;

mod new;
mod update;

#[derive(Copy, Clone, Debug, PartialEq, LogicState)]
enum UnitStep {
    Start,
    Fetch,
    Decode,
    Execute,
    Context,
    Loaded,
    State,
    Changed,
    Frame,
    FrameGot,
    Send,
    Event,
    Kick,
    Ring,
    Mailbox,
    MailboxGot,
    Dma,
    Records,
    Scan,
    Member,
    Named,
}

/// The unit for `2^LQ` queue pairs; `LM` is the logarithm of its memory's words, at least `LQ + 5`, and `LI` the least of it and 16, the bits of an index
/// on the context bus; `2^LW` words say whose objects are, those of queue pairs first, then those of memory regions (512 are one block RAM); `FAR` is 1 if there are 2^12
/// queue pairs, else 0; bus of `W` bits, `B = 2^LB` bytes, `A` log2 of the bus words in 512 bytes; `NL` lanes besides the first one (`LN` = 1 then, else 0); `PN` = `2^PS` pages.
#[derive(LogicBlock)]
pub struct MigrationUnit<
    const LQ: usize,
    const LM: usize,
    const LI: usize,
    const LW: usize,
    const FAR: usize,
    const W: usize,
    const B: usize,
    const LB: usize,
    const A: usize,
    const LN: usize,
    const NL: usize,
    const PS: usize,
    const PN: usize,
> {
    pub clock: Signal<In, Clock>,
    /// its tables are clear
    pub ready: Signal<Out, Bit>,
    /// commands, from the registers: held until `cmd_busy`
    pub cmd_go: Signal<In, Bit>,
    pub cmd_opcode: Signal<In, Bits<8>>,
    pub cmd_arg0: Signal<In, Bits<16>>,
    pub cmd_arg1: Signal<In, Bits<32>>,
    pub cmd_busy: Signal<Out, Bit>,
    /// the last command is done and still tidied up after: no other one may begin
    pub cmd_tidy: Signal<Out, Bit>,
    pub cmd_done: Signal<Out, Bit>,
    pub cmd_code: Signal<Out, Bits<8>>,
    pub cmd_detail: Signal<Out, Bits<32>>,
    /// the mailbox memory; `mb_rd` a cycle after `mb_re`
    pub mb_re: Signal<Out, Bit>,
    pub mb_ra: Signal<Out, Bits<7>>,
    pub mb_rd: Signal<In, Bits<32>>,
    /// commands to the command unit, held until `sub_busy`; their payload is the page
    pub sub_go: Signal<Out, Bit>,
    pub sub_opcode: Signal<Out, Bits<8>>,
    pub sub_arg0: Signal<Out, Bits<16>>,
    pub sub_arg1: Signal<Out, Bits<32>>,
    pub sub_busy: Signal<In, Bit>,
    pub sub_done: Signal<In, Bit>,
    pub sub_code: Signal<In, Bits<8>>,
    pub sub_detail: Signal<In, Bits<32>>,
    pub page_re: Signal<In, Bit>,
    pub page_ra: Signal<In, Bits<7>>,
    pub page_rd: Signal<Out, Bits<32>>,
    /// the context bus: as a master, and the Migration records for others
    pub req: Signal<Out, CtxReq>,
    pub req_rsp: Signal<In, CtxRsp>,
    pub bus: Signal<In, CtxReq>,
    pub rsp: Signal<Out, CtxRsp>,
    /// further lanes, each to its group of engines, while `spread`
    pub spread: [Signal<Out, Bit>; LN],
    pub lane_req: [Signal<Out, CtxReq>; NL],
    pub lane_rsp: [Signal<In, CtxRsp>; NL],
    /// device states: a read whose answer comes in the next cycle, and a write
    pub st_re: Signal<Out, Bit>,
    pub st_slot: Signal<Out, Bits<12>>,
    pub st_state: Signal<In, Bits<3>>,
    pub set_valid: Signal<Out, Bit>,
    pub set_slot: Signal<Out, Bits<12>>,
    pub set_state: Signal<Out, Bits<3>>,
    pub set_ready: Signal<In, Bit>,
    /// packets and ticks: taken with `pkt_valid & pkt_open`, then one `pkt_done`
    pub pkt_valid: Signal<In, Bit>,
    pub pkt_kind: Signal<In, Bits<2>>,
    pub pkt_ipv6: Signal<In, Bit>,
    pub pkt: Signal<In, RxPacket>,
    pub pkt_open: Signal<Out, Bit>,
    pub pkt_done: Signal<Out, Bit>,
    pub pkt_pass: Signal<Out, Bit>,
    pub pkt_state: Signal<Out, Bits<3>>,
    /// the frame buffer: `fb_data` in the cycle after `fb_re & fb_ready`
    pub fb_re: Signal<Out, Bit>,
    pub fb_addr: Signal<Out, Bits<12>>,
    pub fb_ready: Signal<In, Bit>,
    pub fb_data: Signal<In, Bits<W>>,
    pub tx_valid: Signal<Out, Bit>,
    pub tx: Signal<Out, TxDesc>,
    pub tx_ready: Signal<In, Bit>,
    /// the template in a scratch row has been read
    pub template_read: Signal<In, Bit>,
    pub kick_slot: Signal<Out, Bits<12>>,
    pub kick_req: Signal<Out, Bit>,
    pub kick_req_ready: Signal<In, Bit>,
    pub kick_rsp: Signal<Out, Bit>,
    pub kick_rsp_ready: Signal<In, Bit>,
    pub kick_svc: Signal<Out, Bit>,
    pub kick_svc_ready: Signal<In, Bit>,
    pub db: Signal<Out, Doorbell>,
    pub db_sq: Signal<Out, Bit>,
    pub db_sq_ready: Signal<In, Bit>,
    pub db_rq: Signal<Out, Bit>,
    pub db_rq_ready: Signal<In, Bit>,
    pub db_cq: Signal<Out, Bit>,
    pub db_cq_ready: Signal<In, Bit>,
    pub rd_valid: Signal<Out, Bit>,
    pub rd: Signal<Out, ReadReq>,
    pub rd_ready: Signal<In, Bit>,
    pub rsp_valid: Signal<In, Bit>,
    pub rsp_tag: Signal<In, Bits<8>>,
    pub rsp_data: Signal<In, Bits<W>>,
    pub rsp_last: Signal<In, Bit>,
    pub rsp_error: Signal<In, Bit>,
    pub wr_valid: Signal<Out, Bit>,
    pub wr_addr: Signal<Out, Bits<64>>,
    pub wr_data: Signal<Out, Bits<W>>,
    pub wr_strb: Signal<Out, Bits<B>>,
    pub wr_last: Signal<Out, Bit>,
    pub wr_ready: Signal<In, Bit>,
    pub ev_valid: Signal<Out, Bit>,
    pub ev: Signal<Out, EventReq>,
    pub ev_ready: Signal<In, Bit>,
    pub count_valid: Signal<Out, Bit>,
    pub count: Signal<Out, Bits<8>>,
    /// µs
    pub now: Signal<In, Bits<36>>,

    rom: ProgramRom<PC_BITS>,
    left: AsyncRam<Bits<32>, 4>,
    right: AsyncRam<Bits<32>, 4>,
    /// what STORE and SET_CONTEXT send
    third: AsyncRam<Bits<32>, 4>,
    stack: AsyncRam<Bits<PC_BITS>, 3>,
    mem: WordRam<LM>,
    stream: RecordLanes<LN, NL>,
    pager: Pager<W, B, A, LB, LN, NL, PS, PN>,
    /// the words of send queues' configurations and of memory regions that say whose they are, as written over the context bus
    owners: Ram<Bits<32>, LW>,

    step: DFF<UnitStep>,
    pc: DFF<Bits<PC_BITS>>,
    depth: DFF<Bits<3>>,
    word: DFF<Bits<32>>,
    a: DFF<Bits<32>>,
    b: DFF<Bits<32>>,
    flag: DFF<Bit>,
    waited: DFF<Bits<11>>,
    /// the context bus
    bus_valid: DFF<Bit>,
    bus_write: DFF<Bit>,
    bus_kind: DFF<Bits<5>>,
    bus_index: DFF<Bits<16>>,
    bus_word: DFF<Bits<5>>,
    bus_data: DFF<Bits<32>>,
    gap: DFF<Bit>,
    mask: DFF<Bits<32>>,
    want: DFF<Bits<32>>,
    /// members collected, their phases and those allowed, a bit each; what the last one names
    members: DFF<Bits<13>>,
    phases: DFF<Bits<8>>,
    allowed: DFF<Bits<8>>,
    named: DFF<Bits<64>>,
    /// the last of them; somebody else has a ring, too
    last: DFF<Bits<12>>,
    others: DFF<Bit>,
    domain: DFF<Bits<16>>,
    /// the last slot that ever had a ring, and the last one that ever had a region: walks end there
    rings: DFF<Bits<12>>,
    regions_used: DFF<Bits<12>>,
    /// the packet in hand
    held: DFF<Bit>,
    frame: DFF<Bits<10>>,
    select: DFF<Bits<12>>,
    /// the packet to be sent
    out_at: DFF<Bits<4>>,
    out_word: [DFF<Bits<32>>; 12],
    tx_psn: DFF<Bits<24>>,
    tx_qpn: DFF<Bits<24>>,
    tx_pkey: DFF<Bits<16>>,
    tx_row: DFF<Bits<12>>,
    tx_foreign: DFF<Bit>,
    foreign: DFF<Bit>,
    /// commands
    busy: DFF<Bit>,
    done: DFF<Bit>,
    tidy: DFF<Bit>,
    code: DFF<Bits<8>>,
    detail: DFF<Bits<32>>,
    mailbox: DFF<Bits<7>>,
    subs: DFF<Bit>,
    sub_running: DFF<Bit>,
    sub_request: DFF<Bits<24>>,
    sub_one: DFF<Bits<32>>,
    /// kicks still to be taken
    kick1: DFF<Bit>,
    kick2: DFF<Bit>,
    kick3: DFF<Bit>,
    event: DFF<Bits<32>>,
    bell: DFF<Bits<32>>,
    bell_to: DFF<Bits<16>>,
    /// host memory: the next page or eight bytes, and pages that the buffer still has
    dma: DFF<Bits<64>>,
    pages: DFF<Bits<32>>,
    lost: DFF<Bit>,
    /// a load has been begun
    loading: DFF<Bit>,
    /// the slave side of the bus, as in `mem::CtxRam`
    slave_read: DFF<Bit>,
    slave_flowing: DFF<Bit>,
    slave_done: DFF<Bit>,
    slave_word: DFF<Bits<4>>,
    slave_ack: DFF<Bit>,
    slave_data: DFF<Bits<64>>,
    /// the word read last was the upper one of its pair
    odd: DFF<Bit>,
    /// somebody else has written into a queue pair's configuration
    changed: DFF<Bit>,
    /// with lanes: the bus was free in the cycle before; what a jump leads to has been read; the first two bytes of four
    quiet: [DFF<Bit>; LN],
    followed: [DFF<Bit>; LN],
    half_read: [DFF<Bit>; LN],
    first_half: [DFF<Bits<32>>; LN],
    /// the word that a LOAD of a fixed place asks for has been read
    fetched: [DFF<Bit>; LN],
    /// the first two words of the queue pair's configuration that was read last, and whose they are
    kept: [DFF<Bit>; LN],
    kept_pair: [DFF<Bits<64>>; LN],
    kept_index: [DFF<Bits<16>>; LN],
    /// an instruction shows its access by itself
    shows: [Signal<Local, Bit>; LN],
    reads_frame: [Signal<Local, Bit>; LN],
    /// two bytes of the frame, as they stand there and the other way round, and where the next two are
    halves: [Signal<Local, Bits<32>>; LN],
    beyond: [Signal<Local, Bits<12>>; LN],
    /// an instruction asks for one of those two words; it has been kept
    asks_kept: [Signal<Local, Bit>; LN],
    finds: [Signal<Local, Bit>; LN],
    /// the word or field that a context access has found
    field: [Signal<Local, Bits<32>>; LN],
    /// the operation that is taken over, and whether the stack's top is still its return address then
    coming: [Signal<Local, Bits<5>>; LN],
    stack_rests: [Signal<Local, Bit>; LN],

    opcode: Signal<Local, Bits<5>>,
    rd_reg: Signal<Local, Bits<4>>,
    imm: Signal<Local, Bits<18>>,
    port: Signal<Local, Bits<5>>,
    write_back: Signal<Local, Bit>,
    value: Signal<Local, Bits<32>>,
    next_pc: Signal<Local, Bits<PC_BITS>>,
    go_on: Signal<Local, Bit>,
    /// the next instruction is not the one behind this one
    redirect: Signal<Local, Bit>,
    /// an instruction and its operands are taken over
    latch: Signal<Local, Bit>,
    diff: Signal<Local, Bits<32>>,
    /// what `IN` reads
    got: Signal<Local, Bits<32>>,
    /// A and B, or one of them, or one but not both, or B, as `either` (of two bits one is enough) and `together` (so are both) say
    logic: Signal<Local, Bits<32>>,
    either: Signal<Local, Bit>,
    together: Signal<Local, Bit>,
    shift_in: Signal<Local, Bits<32>>,
    shifted: Signal<Local, Bits<32>>,
    shifted_left: Signal<Local, Bits<32>>,
    address: Signal<Local, Bits<LM>>,
    mem_re: Signal<Local, Bit>,
    mem_we: Signal<Local, Bit>,
    mine: Signal<Local, Bit>,
    slave_at: Signal<Local, Bits<LM>>,
    slave_go: Signal<Local, Bit>,
    slave_put: Signal<Local, Bit>,
    slave_get: Signal<Local, Bit>,
    /// a pair of words of a record that is restored, as it is kept
    arriving: Signal<Local, Bits<64>>,
    expired: Signal<Local, Bit>,
    frame_byte: Signal<Local, Bits<10>>,
    frame_shift: Signal<Local, Bits<9>>,
    frame_word: Signal<Local, Bits<W>>,
    half: Signal<Local, Bits<16>>,
    ext0: Signal<Local, Bits<32>>,
    put_word: Signal<Local, Bit>,
    word32: Signal<Local, Bits<32>>,
    ext: Signal<Local, Bits<224>>,
    inline: Signal<Local, Bits<256>>,
    page_room: Signal<Local, Bit>,
    /// what a list of records is for: dump, check, apply
    streaming: Signal<Local, Bits<2>>,
    /// the whole list of an object, which an empty page has room for
    whole: Signal<Local, Bit>,
    /// host memory access: stop, read pages ahead, write one, read eight bytes
    ahead: Signal<Local, Bits<2>>,
    ring_data: Signal<Local, Bits<32>>,
    /// a walk: what to do with members, the slot looked at, its word, and that it fits
    deed: Signal<Local, Bits<2>>,
    at: Signal<Local, Bits<16>>,
    top: Signal<Local, Bits<12>>,
    fits: Signal<Local, Bit>,
    /// first word of a Migration record, its phase, and what it becomes
    record: Signal<Local, Bits<32>>,
    phase: Signal<Local, Bits<3>>,
    stored: Signal<Local, Bits<32>>,
    naming: Signal<Local, Bits<64>>,
    not_allowed: Signal<Local, Bit>,
    takes: Signal<Local, Bit>,
    phase_at: Constant<Bits<5>>,
    verbs_at: Constant<Bits<5>>,
    phase_bits: Constant<Bits<32>>,
    not_phase: Constant<Bits<32>>,
    not_verbs: Constant<Bits<32>>,
    stopped: Constant<Bits<32>>,
    drained: Constant<Bits<32>>,
    domain_at: Constant<Bits<5>>,
    /// of a restored record's first pair, what is as it was; the phase it comes up in
    arrived_keep: Constant<Bits<64>>,
    restored: Constant<Bits<64>>,
    /// which words name completion queues and receive ring, where, and what makes it a shared one
    naming_word: Constant<Bits<5>>,
    cqs_named: Constant<Bits<64>>,
    all_named: Constant<Bits<64>>,
    shared_named: Constant<Bits<64>>,
    ring_word: Signal<Local, Bit>,
    region_word: Signal<Local, Bit>,
    migration: Constant<Bits<5>>,
    qp_config: Constant<Bits<5>>,
    sq_config: Constant<Bits<5>>,
    memory_region: Constant<Bits<5>>,
    /// where regions begin in `owners`, and the bits of numbers below that
    regions: Constant<Bits<LW>>,
    numbers: Constant<Bits<LW>>,
    log_bytes: Constant<Bits<3>>,
    bytes: Constant<Bits<10>>,
}
