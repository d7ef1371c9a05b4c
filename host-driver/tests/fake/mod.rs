//! A scripted device: registers from the contract's reset values, memory, and a mailbox that answers as told. It does nothing of its
//! own accord; a test writes completions and events through [`Handle`] and looks at what the driver wrote. It keeps the records that
//! commands write, and executes the migration commands on them ([`objects`]), but moves no packets.

#![allow(dead_code)] // each test program uses a part

pub mod objects;

use fw_regs::bar0::{self, control, event_queue, identity, mailbox};
use fw_regs::contexts::{QpConfig, RingConfig};
use fw_regs::rings::{CQE_BYTES, Cqe, EQE_BYTES, Eqe};
use fw_regs::{Command, CommandError, ContextKind, EventKind, WcOpcode, WcStatus};
use host_driver::{
    Adapter, AdapterOptions, Bar, CompletionQueue, Context, Device, DeviceError, MacAddress,
    OpenError, QpOptions, QueuePair, ScatterEntry,
};
use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

/// Pauses before the driver gives up.
pub const PATIENCE: u32 = 20;
/// The host's number in QP numbers and keys.
pub const HOST: u8 = 0x5a;
pub const SEED: u64 = 1;

/// How the mailbox answers.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    /// Done, after so many pauses.
    Done(u32),
    /// Refused with this error and detail.
    Refused(CommandError, u32),
    /// With a code that no driver knows.
    Code(u8),
    /// Not before the driver has given up; it does nothing.
    Never,
}

/// A command that the driver has given.
#[derive(Clone, Debug)]
pub struct Given {
    pub command: Command,
    pub args: [u32; 2],
    /// kind and index of a record, and its words
    pub records: Vec<(ContextKind, u16, Vec<u32>)>,
    /// migration commands: the mailbox's data
    pub data: [u32; 4],
}

#[derive(Default)]
pub struct State {
    registers: BTreeMap<u32, u32>,
    memory: BTreeMap<u64, Vec<u8>>,
    /// answers to the next commands; then all are done at once
    script: VecDeque<Answer>,
    busy: Option<(u32, Answer)>,
    pub given: Vec<Given>,
    pub doorbells: Vec<(u32, u64)>,
    /// memory that was mapped, in order; it may have been unmapped since
    pub mapped: Vec<(u64, usize)>,
    pub refuse_map: bool,
    pub not_ready_for: u32,
    pub pauses: u32,
    /// commands left until one is answered with this
    pub fail_command: Option<(u32, Answer)>,
    /// accesses through the seam left until one fails
    pub fail_access: Option<u32>,
    pub objects: objects::Objects,
    events: u16,
}

/// The test's end of the device.
#[derive(Clone)]
pub struct Handle(pub Rc<RefCell<State>>);

/// The driver's end.
struct Fake(Rc<RefCell<State>>);

impl State {
    fn new() -> Self {
        let mut state = Self::default();
        for block in bar0::BLOCKS {
            for register in block.registers {
                state.registers.insert(register.offset, register.reset);
            }
        }
        let built = [
            (identity::width::REG.offset, 64),
            // 4 queue pairs, 4 completion queues, 2 shared receive queues, 8 memory regions
            (identity::objects::REG.offset, 0x0301_0202),
            (identity::rings::REG.offset, 0x0303_0404),
            (identity::features::REG.offset, 1),
            (identity::clock::REG.offset, 250),
            (identity::shortest_timer::REG.offset, 33),
            (identity::pages::REG.offset, 1),
        ];
        state.registers.extend(built);
        state
    }

    fn go(&mut self, opcode: u32) {
        if self.busy.is_some() {
            return;
        }
        let command = Command::from_code(opcode as u8).expect("a known command");
        let word = |k: u32| self.registers.get(&mailbox::data::REG.at(k)).copied();
        let mut records = Vec::new();
        let mut at = 0;
        let writes = command.code() < Command::Stop.code() || command == Command::SetPartner;
        while let (true, Some(header @ 1..)) = (writes, word(at)) {
            let kind = ContextKind::from_code(header as u8).expect("a known kind");
            assert_eq!(header >> 8 & 0xff, 0, "whole records");
            let count = header >> 16;
            let words = (0..count).map(|k| word(at + 2 + k).unwrap()).collect();
            records.push((kind, word(at + 1).unwrap() as u16, words));
            at += 2 + count;
        }
        let args = [mailbox::arg0::REG, mailbox::arg1::REG].map(|r| self.registers[&r.offset]);
        let data = std::array::from_fn(|k| word(k as u32).unwrap_or(0));
        let given = Given {
            command,
            args,
            records,
            data,
        };
        let mut answer = self.script.pop_front().unwrap_or(Answer::Done(0));
        if let Some((left, wanted)) = self.fail_command {
            self.fail_command = left.checked_sub(1).map(|left| (left, wanted));
            answer = if left == 0 { wanted } else { answer };
        }
        if matches!(answer, Answer::Done(_)) {
            match self.execute(&given) {
                Ok(detail) => drop(self.registers.insert(mailbox::detail::REG.offset, detail)),
                Err((error, detail)) => answer = Answer::Refused(error, detail),
            }
        }
        self.given.push(given);
        let wait = match answer {
            Answer::Done(pauses) => pauses,
            Answer::Never => PATIENCE + PATIENCE / 2,
            _ => 0,
        };
        self.busy = Some((wait, answer));
        self.look();
    }

    /// Ends the command if it is time.
    fn look(&mut self) {
        let Some((wait, answer)) = self.busy else {
            return;
        };
        let code = match answer {
            Answer::Done(_) if wait == 0 => CommandError::Ok.code(),
            Answer::Refused(error, detail) => {
                self.registers.insert(mailbox::detail::REG.offset, detail);
                error.code()
            }
            Answer::Code(code) => code,
            Answer::Never if wait == 0 => CommandError::NoAnswer.code(),
            Answer::Done(_) | Answer::Never => {
                let busy = mailbox::status::BUSY.of(1);
                self.registers.insert(mailbox::status::REG.offset, busy);
                return;
            }
        };
        let status = mailbox::status::DONE.of(1) | mailbox::status::CODE.of(code.into());
        self.registers.insert(mailbox::status::REG.offset, status);
        self.busy = None;
    }

    fn range(&self, iova: u64, length: usize) -> Option<(u64, usize)> {
        let (&at, memory) = self.memory.range(..=iova).next_back()?;
        let offset = (iova - at) as usize;
        (offset + length <= memory.len()).then_some((at, offset))
    }

    pub fn read(&self, iova: u64, length: usize) -> Vec<u8> {
        let (at, offset) = self.range(iova, length).expect("mapped memory");
        self.memory[&at][offset..offset + length].to_vec()
    }

    fn write(&mut self, iova: u64, bytes: &[u8]) {
        let (at, offset) = self.range(iova, bytes.len()).expect("mapped memory");
        let memory = self.memory.get_mut(&at).unwrap();
        memory[offset..offset + bytes.len()].copy_from_slice(bytes);
    }

    /// Whether this access of the driver works.
    fn access(&mut self) -> Result<(), DeviceError> {
        let left = self.fail_access;
        self.fail_access = left.and_then(|left| left.checked_sub(1));
        match left {
            Some(0) => Err(DeviceError::Backend("told to".into())),
            _ => Ok(()),
        }
    }
}

impl Device for Fake {
    fn read32(&mut self, bar: Bar, offset: u32) -> Result<u32, DeviceError> {
        assert_eq!(bar, Bar::Registers, "doorbells are not read");
        let mut state = self.0.borrow_mut();
        state.access()?;
        if let Some(value) = state.window(offset) {
            return Ok(value);
        }
        if offset == control::status::REG.offset && state.not_ready_for <= state.pauses {
            return Ok(control::status::READY.of(1));
        }
        Ok(state.registers.get(&offset).copied().unwrap_or(0))
    }

    fn write32(&mut self, bar: Bar, offset: u32, value: u32) -> Result<(), DeviceError> {
        assert_eq!(bar, Bar::Registers, "doorbells are written with 64 bits");
        let mut state = self.0.borrow_mut();
        state.access()?;
        state.registers.insert(offset, value);
        if offset == mailbox::command::REG.offset && mailbox::command::GO.get(value) == 1 {
            state.go(mailbox::command::OPCODE.get(value));
        }
        Ok(())
    }

    fn write64(&mut self, bar: Bar, offset: u32, value: u64) -> Result<(), DeviceError> {
        assert_eq!(bar, Bar::Doorbells);
        let mut state = self.0.borrow_mut();
        state.access()?;
        state.doorbells.push((offset, value));
        state.ring(offset, value);
        Ok(())
    }

    fn map(&mut self, iova: u64, length: usize) -> Result<(), DeviceError> {
        let mut state = self.0.borrow_mut();
        state.access()?;
        if state.refuse_map {
            let why = "told to".into();
            return Err(DeviceError::Map { iova, length, why });
        }
        assert!(length > 0 && (iova | length as u64).is_multiple_of(4096));
        let overlaps = |(&at, memory): (&u64, &Vec<u8>)| at + memory.len() as u64 > iova;
        let before = state.memory.range(..iova + length as u64).next_back();
        assert!(!before.is_some_and(overlaps), "IOVA {iova:#x} mapped twice");
        state.memory.insert(iova, vec![0; length]);
        state.mapped.push((iova, length));
        Ok(())
    }

    fn unmap(&mut self, iova: u64, length: usize) -> Result<(), DeviceError> {
        self.0.borrow_mut().access()?;
        let memory = self.0.borrow_mut().memory.remove(&iova);
        assert_eq!(memory.map(|m| m.len()), Some(length), "unmapped as mapped");
        Ok(())
    }

    fn read_memory(&self, iova: u64, target: &mut [u8]) -> Result<(), DeviceError> {
        self.0.borrow_mut().access()?;
        target.copy_from_slice(&self.0.borrow().read(iova, target.len()));
        Ok(())
    }

    fn write_memory(&mut self, iova: u64, bytes: &[u8]) -> Result<(), DeviceError> {
        let mut state = self.0.borrow_mut();
        state.access()?;
        state.write(iova, bytes);
        Ok(())
    }

    fn take_interrupts(&mut self) -> Result<u64, DeviceError> {
        Ok(0)
    }

    fn pause(&mut self) -> Result<(), DeviceError> {
        let mut state = self.0.borrow_mut();
        state.pauses += 1;
        if let Some((wait, _)) = &mut state.busy {
            *wait = wait.saturating_sub(1);
        }
        state.look();
        Ok(())
    }
}

pub fn options() -> AdapterOptions {
    AdapterOptions {
        host: HOST,
        seed: SEED,
        mac: MacAddress([2, 0, 0, 0, 0, 1]),
        ip: [10, 0, 0, 1].into(),
        patience: PATIENCE,
    }
}

impl Handle {
    pub fn new() -> Self {
        Self(Rc::new(RefCell::new(State::new())))
    }

    /// Opens the device.
    pub fn try_open(&self) -> Result<Adapter, OpenError> {
        self.open_with(options())
    }

    pub fn open_with(&self, options: AdapterOptions) -> Result<Adapter, OpenError> {
        Adapter::open(Box::new(Fake(self.0.clone())), options)
    }

    pub fn open() -> (Self, Adapter, Context) {
        let handle = Self::new();
        let adapter = handle.try_open().unwrap();
        let context = adapter.context().unwrap();
        (handle, adapter, context)
    }

    pub fn set(&self, offset: u32, value: u32) {
        self.0.borrow_mut().registers.insert(offset, value);
    }

    pub fn register(&self, offset: u32) -> u32 {
        self.0.borrow().registers[&offset]
    }

    /// The answers to the next commands.
    pub fn answer(&self, answers: impl IntoIterator<Item = Answer>) {
        self.0.borrow_mut().script.extend(answers);
    }

    pub fn commands(&self) -> Vec<Command> {
        self.0.borrow().given.iter().map(|g| g.command).collect()
    }

    pub fn last(&self) -> Given {
        self.0.borrow().given.last().unwrap().clone()
    }

    /// Forgets what was recorded so far.
    pub fn clear(&self) {
        let mut state = self.0.borrow_mut();
        state.given.clear();
        state.doorbells.clear();
        state.mapped.clear();
    }

    /// The last doorbell: offset in its page, object, index.
    pub fn doorbell(&self) -> (u32, u32, u16) {
        let (offset, value) = *self.0.borrow().doorbells.last().unwrap();
        (offset % 4096, value as u32, (value >> 32) as u16)
    }

    pub fn mapped_bytes(&self) -> usize {
        self.0.borrow().memory.values().map(Vec::len).sum()
    }

    /// Writes a completion, as the device does.
    pub fn complete(&self, cq: &CompletionQueue, cqe: Cqe) {
        let mut state = self.0.borrow_mut();
        let (config, mut record) = state.cq(cq.number());
        let producer = record.producer;
        let phase = fw_regs::rings::phase(producer, config.log_size);
        let at = u64::from(producer) & ((1 << config.log_size) - 1);
        let bytes = Cqe { phase, ..cqe }.encode();
        state.write(config.base + at * CQE_BYTES as u64, &bytes);
        record.producer = producer.wrapping_add(1);
        state.put(ContextKind::CqState, cq.number(), &record.to_words());
    }

    /// Writes an event, as the device does.
    pub fn event(&self, kind: EventKind, object: u32) {
        let base = u64::from(self.register(event_queue::base_hi::REG.offset)) << 32
            | u64::from(self.register(event_queue::base_lo::REG.offset));
        let log_size = self.register(event_queue::size::REG.offset) as u8;
        let mut state = self.0.borrow_mut();
        let index = state.events;
        let phase = fw_regs::rings::phase(index, log_size);
        let at = u64::from(index) & ((1 << log_size) - 1);
        let bytes = Eqe {
            kind,
            object,
            phase,
        };
        state.write(base + at * EQE_BYTES as u64, &bytes.encode());
        state.events = index.wrapping_add(1);
    }
}

impl Given {
    fn words<const N: usize>(&self, kind: ContextKind) -> [u32; N] {
        let found = self.records.iter().find(|(k, ..)| *k == kind);
        let (.., words) = found.unwrap_or_else(|| panic!("no {kind} in {self:?}"));
        words.as_slice().try_into().unwrap()
    }

    pub fn qp_config(&self) -> QpConfig {
        QpConfig::from_words(&self.words(ContextKind::QpConfig))
    }

    pub fn ring(&self, kind: ContextKind) -> RingConfig {
        RingConfig::from_words(&self.words(kind))
    }
}

/// A good completion of the send request at `index`.
pub fn sent(qp: &QueuePair, index: u16) -> Cqe {
    Cqe {
        index,
        opcode: WcOpcode::Send,
        status: WcStatus::Success,
        qpn: qp.number(),
        receive: false,
        with_imm: false,
        with_inv: false,
        byte_len: 0,
        imm: 0,
        phase: false,
    }
}

/// A good completion of the receive at `index`.
pub fn received(qp: &QueuePair, index: u16) -> Cqe {
    Cqe {
        opcode: WcOpcode::Recv,
        receive: true,
        byte_len: 64,
        ..sent(qp, index)
    }
}

/// Queues of four entries.
pub fn qp_options(cq: &CompletionQueue) -> QpOptions {
    QpOptions {
        send_cq: cq.clone(),
        recv_cq: cq.clone(),
        srq: None,
        max_send: 4,
        max_recv: 4,
        raw: false,
    }
}

pub fn entry(length: u32) -> ScatterEntry {
    ScatterEntry {
        addr: 0x1000,
        length,
        lkey: 7,
    }
}
