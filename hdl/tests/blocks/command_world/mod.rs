//! Everything the command unit talks to, as Rust models: mailbox, context memories, tables, states, caches, data paths.

use crate::kit::Bench;
use emit::cosim::Rng;
use fw_regs::mailbox::Payload;
use fw_regs::{Command, ContextKind};
use hdl::command::CommandUnit;
use hdl::pipe::{CtxReq, CtxRsp, EventReq};
use std::collections::{HashMap, VecDeque};

/// 8 queue pairs, 8 memory regions, 8 completion queues, 4 shared receive queues; 16 outstanding work requests and 8 responses a queue pair;
/// with migration if `MG` is 1.
pub type Dut<const MG: usize> = CommandUnit<3, 3, 3, 2, 6, 4, 4, 3, MG>;

/// Something the command unit did to the world, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Context write: kind, index, word, data.
    Write(u8, u16, u8, u32),
    /// Context read: kind, index, word.
    Read(u8, u16, u8),
    /// Table 0 QP, 1 MR; operation; key; slot.
    Table(u8, u64, u32, u64),
    /// A state was set.
    State(u64, u64),
    /// Cache 0 send, 1 receive; operation; ring.
    Cache(u8, u64, u64),
    /// Tokens went in: 0 receive, 1 transmit.
    Token(u8),
    /// They came out.
    Drained(u8),
    /// Kick 0 requester, 1 response engine, 2 service.
    Kick(u8, u64),
    /// An event of that kind.
    Event(u64),
}

/// What does not answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Dead {
    /// Context memory of that kind.
    pub context: Option<u8>,
    /// Tables.
    pub tables: bool,
    /// Receive path keeps its token.
    pub rx: bool,
    /// Transmit path does not take the token.
    pub tx: bool,
    /// Caches: bit 0 send, bit 1 receive.
    pub caches: u8,
    /// Ready lists.
    pub kicks: bool,
    /// No turn ends: bit 0 requester, bit 1 response engine.
    pub turns: u8,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub code: u8,
    pub detail: u32,
    pub cycles: u64,
}

pub struct World {
    pub bench: Bench,
    pub rng: Rng,
    pub mailbox: [u32; 128],
    pub contexts: HashMap<(u8, u16, u8), u32>,
    pub tables: [HashMap<u32, u64>; 2],
    /// Entries a table has room for.
    pub room: usize,
    pub states: [u64; 8],
    pub deeds: Vec<Deed>,
    pub dead: Dead,
    /// Longest answer time in cycles.
    pub slowness: u64,
    /// Cycles a token spends in a path.
    pub path: u64,
    /// Turns of requester and response engine since a state or a context was last changed.
    turns: [u64; 2],
    bus_wait: Option<u64>,
    bus_idle: u64,
    table_wait: [Option<u64>; 2],
    cache_wait: [Option<u64>; 2],
    tokens: [VecDeque<u64>; 2],
    mb_read: Option<u64>,
    st_read: Option<u64>,
}

impl World {
    /// Around a command unit without migration.
    pub fn new(seed: u64) -> Self {
        Self::begin(Bench::fresh(&mut Dut::<0>::default()), seed)
    }

    /// Around a command unit with migration.
    pub fn migratable(seed: u64) -> Self {
        Self::begin(Bench::fresh(&mut Dut::<1>::default()), seed)
    }

    fn begin(bench: Bench, seed: u64) -> Self {
        let mut world = Self::around(bench, seed);
        world.bench.set("drain_limit", 3000);
        world.bench.set("tables_ready", 1);
        for _ in 0..70 {
            world.cycle();
        }
        assert_eq!(
            world.states, [0; 8],
            "after reset every queue pair is in RESET"
        );
        world.deeds.clear();
        world
    }

    /// The world around a design that contains a command unit, before its first cycle.
    pub fn around(bench: Bench, seed: u64) -> Self {
        println!("seed {seed:#x}");
        Self {
            bench,
            rng: Rng::new(seed),
            mailbox: [0; 128],
            contexts: HashMap::new(),
            tables: [HashMap::new(), HashMap::new()],
            room: 16,
            states: [5; 8],
            deeds: vec![],
            dead: Dead::default(),
            slowness: 4,
            path: 30,
            turns: [0; 2],
            bus_wait: None,
            bus_idle: 3,
            table_wait: [None; 2],
            cache_wait: [None; 2],
            tokens: [VecDeque::new(), VecDeque::new()],
            mb_read: None,
            st_read: None,
        }
    }

    /// One clock cycle of the whole world.
    pub fn cycle(&mut self) {
        if let Some(at) = self.mb_read.take() {
            self.bench.set("mb_rd", self.mailbox[at as usize].into());
        }
        if let Some(slot) = self.st_read.take() {
            self.bench.set("st_state", self.states[slot as usize & 7]);
        }
        self.bus();
        self.table(0, "qpt");
        self.table(1, "mrt");
        self.cache(0, "sqc");
        self.cache(1, "rqc");
        self.path(0, "rx", self.dead.rx, true);
        self.path(1, "tx", self.dead.tx, !self.dead.tx);
        self.turn(0, "req");
        self.turn(1, "rsp");
        self.kick(0, "req");
        self.kick(1, "rsp");
        self.kick(2, "svc");
        let event = self.rng.chance(1, 2);
        self.bench.set("ev_ready", event.into());
        self.bench.settle();
        if self.bench.has("mb_re") && self.bench.high("mb_re") {
            self.mb_read = Some(self.bench.get("mb_ra"));
        }
        // a read knows of writes up to its own cycle
        if self.bench.high("set_valid") {
            let (slot, state) = (self.bench.get("set_slot"), self.bench.get("set_state"));
            self.states[slot as usize & 7] = state;
            self.turns = [0; 2];
            self.deeds.push(Deed::State(slot, state));
        }
        if self.bench.high("st_re") {
            self.st_read = Some(self.bench.get("st_slot"));
        }
        if event && self.bench.high("ev_valid") {
            let event: EventReq = self.bench.take("ev");
            self.deeds.push(Deed::Event(event.kind.into()));
        }
        self.bench.cycle();
    }

    fn bus(&mut self) {
        self.bench.settle();
        let request: CtxReq = self.bench.take("bus");
        let mut answer = CtxRsp::default();
        if request.valid != 1 {
            self.bus_idle += 1;
            self.bus_wait = None;
        } else {
            if self.bus_wait.is_none() {
                assert!(
                    self.bus_idle >= 3,
                    "three cycles between requests, not {}",
                    self.bus_idle
                );
                self.bus_idle = 0;
                self.bus_wait = Some(1 + self.rng.below(self.slowness));
            }
            self.bus_wait = self.bus_wait.map(|left| left.saturating_sub(1));
            let kind: u64 = request.kind.into();
            let kind = kind as u8;
            let known = ContextKind::from_code(kind).is_some();
            if self.bus_wait == Some(0) && known && self.dead.context != Some(kind) {
                let (index, word): (u64, u64) = (request.index.into(), request.word.into());
                let at = (kind, index as u16, word as u8);
                answer.ack = 1_u64.into();
                if request.write == 1 {
                    let data: u64 = request.data.into();
                    self.contexts.insert(at, data as u32);
                    self.turns = [0; 2];
                    self.deeds.push(Deed::Write(at.0, at.1, at.2, data as u32));
                } else {
                    let data = self.contexts.get(&at).copied().unwrap_or(0xdead_beef);
                    answer.data = (u64::from(data) << 32 | u64::from(data)).into();
                    self.deeds.push(Deed::Read(at.0, at.1, at.2));
                }
                // once only: the request stands for another cycle
                self.bus_wait = Some(u64::MAX);
            }
        }
        self.bench.put("rsp", &answer);
    }

    fn table(&mut self, which: u8, port: &str) {
        let at = usize::from(which);
        let valid = self.bench.high(&format!("{port}_valid"));
        let mut done = false;
        if !valid {
            self.table_wait[at] = None;
        } else if !self.dead.tables {
            let left = self.table_wait[at].unwrap_or(2 + self.rng.below(self.slowness));
            self.table_wait[at] = Some(left.saturating_sub(1));
            if left == 1 {
                done = true;
                let op = self.bench.get(&format!("{port}_op"));
                let key = self.bench.get(&format!("{port}_key")) as u32;
                let slot = self.bench.get(&format!("{port}_slot"));
                self.deeds.push(Deed::Table(which, op, key, slot));
                let found = self.tables[at].get(&key).copied();
                let ok = match op {
                    1 => found.is_none() && self.tables[at].len() < self.room,
                    _ => found.is_some(),
                };
                if ok && op == 1 {
                    self.tables[at].insert(key, slot);
                }
                if op == 2 {
                    self.tables[at].remove(&key);
                }
                self.bench.set(&format!("{port}_ok"), ok.into());
                self.bench
                    .set(&format!("{port}_hit"), found.is_some().into());
                self.bench
                    .set(&format!("{port}_slot_found"), found.unwrap_or(0));
            }
        }
        self.bench.set(&format!("{port}_done"), done.into());
    }

    fn cache(&mut self, which: u8, port: &str) {
        let at = usize::from(which);
        let valid = self.bench.high(&format!("{port}_valid"));
        let mut done = false;
        if !valid {
            self.cache_wait[at] = None;
        } else if self.dead.caches >> which & 1 == 0 {
            let left = self.cache_wait[at].unwrap_or(2 + self.rng.below(self.slowness));
            self.cache_wait[at] = Some(left.saturating_sub(1));
            if left == 1 {
                done = true;
                let op = self.bench.get(&format!("{port}_op"));
                let ring = self.bench.get(&format!("{port}_ring"));
                self.deeds.push(Deed::Cache(which, op, ring));
            }
        }
        self.bench.set(&format!("{port}_done"), done.into());
    }

    fn path(&mut self, which: u8, port: &str, dead: bool, takes: bool) {
        let ready = takes && self.rng.chance(1, 3);
        self.bench.set(&format!("{port}_token_ready"), ready.into());
        let tokens = &mut self.tokens[usize::from(which)];
        let mut out = false;
        if !dead {
            for left in tokens.iter_mut() {
                *left = left.saturating_sub(1);
            }
            out = tokens.front() == Some(&0);
            if out {
                tokens.pop_front();
                self.deeds.push(Deed::Drained(which));
            }
        }
        self.bench.set(&format!("{port}_token_out"), out.into());
        if ready && self.bench.high(&format!("{port}_token_valid")) {
            self.tokens[usize::from(which)].push_back(self.path);
            assert!(
                self.turns.iter().all(|turns| *turns >= 3),
                "a token after {:?} turns",
                self.turns
            );
            self.deeds.push(Deed::Token(which));
        }
    }

    fn turn(&mut self, which: u8, port: &str) {
        let turn = self.dead.turns >> which & 1 == 0 && self.rng.chance(1, 8);
        self.bench.set(&format!("{port}_turn"), turn.into());
        self.turns[usize::from(which)] += u64::from(turn);
    }

    fn kick(&mut self, which: u8, port: &str) {
        let ready = !self.dead.kicks && self.rng.chance(1, 3);
        self.bench.set(&format!("{port}_kick_ready"), ready.into());
        if ready && self.bench.high(&format!("{port}_kick_valid")) {
            self.deeds
                .push(Deed::Kick(which, self.bench.get("kick_slot")));
        }
    }

    /// Runs a command to its end.
    pub fn run(&mut self, opcode: u8, arg0: u32, arg1: u32, payload: &[u32]) -> Outcome {
        self.mailbox = [0x5555_5555; 128];
        self.mailbox[..payload.len()].copy_from_slice(payload);
        self.deeds.clear();
        self.bench.set("cmd_opcode", opcode.into());
        self.bench.set("cmd_arg0", arg0.into());
        self.bench.set("cmd_arg1", arg1.into());
        self.bench.set("cmd_go", 1);
        let start = self.bench.cycles;
        self.bench.settle();
        while !self.bench.high("cmd_busy") {
            self.cycle();
            self.bench.settle();
        }
        self.cycle();
        self.bench.set("cmd_go", 0);
        self.bench.settle();
        while self.bench.high("cmd_busy") {
            assert!(self.bench.cycles - start < 40_000, "the command hangs");
            self.cycle();
            self.bench.settle();
        }
        assert!(self.bench.high("cmd_done"));
        Outcome {
            code: self.bench.get("cmd_code") as u8,
            detail: self.bench.get("cmd_detail") as u32,
            cycles: self.bench.cycles - start,
        }
    }

    /// Runs a command that is expected to succeed.
    pub fn succeed(&mut self, command: Command, arg0: u32, arg1: u32, payload: &Payload) -> u64 {
        let outcome = self.run(command.code(), arg0, arg1, payload.words());
        assert_eq!(outcome.code, 0, "{command}: detail {:#x}", outcome.detail);
        outcome.cycles
    }

    /// The words of a context record as written so far.
    pub fn record(&self, kind: ContextKind, index: u16) -> Vec<u32> {
        let word = |k: usize| self.contexts.get(&(kind.code(), index, k as u8)).copied();
        (0..kind.words())
            .map(|k| word(k).unwrap_or(0xdead_beef))
            .collect()
    }

    /// Whether a deed happened, and its position.
    pub fn position(&self, deed: &Deed) -> Option<usize> {
        self.deeds.iter().position(|d| d == deed)
    }
}
