//! The owner of the device: opening it, commands, events, and contexts for processes.

use crate::connection::MacAddress;
use crate::cq::CqInner;
use crate::device::{Bar, Device, DeviceError};
use crate::dma::Buffer;
use crate::error::{CommandFailure, OpenError, VerbsError};
use crate::events::{AsyncEvent, take_events};
use crate::numbers::{Iovas, Names, PAGE, Slots};
use crate::qp::QpInner;
use crate::registry::Registry;
use crate::retired::Retired;
use crate::ring::Ring;
use fw_regs::bar0::{context_window, control, counters, event_queue, identity, mailbox};
use fw_regs::mailbox::Payload;
use fw_regs::rings::EQE_BYTES;
use fw_regs::{Command, CommandError, ContextKind, Counter};
use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::ops::Range;
use std::rc::{Rc, Weak};

/// How an adapter is opened.
#[derive(Clone, Copy, Debug)]
pub struct AdapterOptions {
    /// Upper eight bits of all QP numbers and keys drawn here; must differ between hosts.
    pub host: u8,
    /// Fixes the random numbers.
    pub seed: u64,
    /// Own MAC address.
    pub mac: MacAddress,
    /// Own IP address.
    pub ip: IpAddr,
    /// How often a wait lets time pass before it gives up; that for a command of a device with more than 64 queue pairs, for each 64 of them.
    pub patience: u32,
}

/// What the device says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attributes {
    /// Minor version of the contract.
    pub contract_minor: u16,
    /// Hash of the sources that the device was made from; 0 = unknown.
    pub revision: u64,
    /// Bits of the data path.
    pub width: u32,
    /// Queue pairs.
    pub qps: usize,
    /// Completion queues.
    pub cqs: usize,
    /// Shared receive queues.
    pub srqs: usize,
    /// Memory regions.
    pub mrs: usize,
    /// User contexts.
    pub contexts: usize,
    /// Work requests of a queue pair that may be unacknowledged.
    pub outstanding: usize,
    /// READ and ATOMIC answers of a queue pair that may wait to be sent.
    pub responses: usize,
    /// READs and ATOMICs outstanding, in each direction.
    pub max_rd_atomic: u8,
    /// Scatter entries of a work request.
    pub max_sge: usize,
    /// Inline bytes.
    pub max_inline: usize,
    /// Largest message in bytes.
    pub max_message: u64,
    /// Clock cycles in a microsecond.
    pub cycles_per_us: u32,
    /// Shortest timeout in µs that the timers keep.
    pub shortest_timer_us: u32,
    /// Connections can migrate.
    pub migration: bool,
}

pub(crate) type Shared = Rc<RefCell<Inner>>;

/// Everything that all objects of an adapter share.
pub(crate) struct Inner {
    pub device: Box<dyn Device>,
    pub options: AdapterOptions,
    pub attributes: Attributes,
    pub iovas: Iovas,
    pub names: Names,
    pub pages: Slots,
    pub pds: Slots,
    pub mrs: Slots,
    /// of destroyed regions, not yet given back to `mrs`
    pub retired_mrs: Vec<Retired>,
    pub cqs: Slots,
    pub srqs: Slots,
    pub qps: Slots,
    pub qp_by_number: HashMap<u32, Weak<QpInner>>,
    pub qp_by_slot: HashMap<u16, Weak<QpInner>>,
    pub cq_by_number: HashMap<u16, Weak<CqInner>>,
    pub events: VecDeque<AsyncEvent>,
    /// by QP number; what became of queue pairs that have moved away from here
    pub tombstones: HashMap<u32, Grave>,
    pub event_consumer: u16,
    /// a command has been given up while the device was at it
    unfinished: bool,
}

impl Inner {
    /// Runs a mailbox command to its end.
    pub fn command(
        &mut self,
        command: Command,
        args: [u32; 2],
        payload: &Payload,
    ) -> Result<(), CommandFailure> {
        self.run(command, args, payload.words())
    }

    /// Runs a mailbox command with `words` as its data.
    pub fn run(
        &mut self,
        command: Command,
        args: [u32; 2],
        words: &[u32],
    ) -> Result<(), CommandFailure> {
        if self.unfinished {
            // the mailbox would not take this one, and its answer would be that of the other
            self.wait_for_mailbox(command)?;
        }
        self.unfinished = true;
        let done = self.run_alone(command, args, words);
        self.unfinished = match &done {
            Ok(()) => false,
            Err(failure) => !failure.is_refusal(),
        };
        done
    }

    /// Waits for the end of a command that nobody waits for any more.
    fn wait_for_mailbox(&mut self, command: Command) -> Result<(), CommandFailure> {
        let pauses = self.patience();
        for _ in 0..pauses {
            let status = self.read(mailbox::status::REG.offset)?;
            if mailbox::status::BUSY.get(status) == 0 {
                return Ok(());
            }
            self.device.pause()?;
        }
        Err(CommandFailure::Timeout { command, pauses })
    }

    /// How often the wait for a command lets time pass: a command on a set lasts as long as it has queue pairs, and the patience is one for the 64 of
    /// a small device.
    fn patience(&self) -> u32 {
        let sets = self.attributes.qps.div_ceil(64) as u32;
        self.options.patience.saturating_mul(sets)
    }

    fn run_alone(
        &mut self,
        command: Command,
        args: [u32; 2],
        words: &[u32],
    ) -> Result<(), CommandFailure> {
        for (k, word) in words.iter().enumerate() {
            self.write(mailbox::data::REG.at(k as u32), *word)?;
        }
        self.write(mailbox::arg0::REG.offset, args[0])?;
        self.write(mailbox::arg1::REG.offset, args[1])?;
        let go = mailbox::command::OPCODE.of(command.code().into()) | mailbox::command::GO.of(1);
        self.write(mailbox::command::REG.offset, go)?;
        let pauses = self.patience();
        for _ in 0..pauses {
            let status = self.read(mailbox::status::REG.offset)?;
            if mailbox::status::BUSY.get(status) == 0 && mailbox::status::DONE.get(status) == 1 {
                return self.outcome(command, mailbox::status::CODE.get(status) as u8);
            }
            self.device.pause()?;
        }
        Err(CommandFailure::Timeout { command, pauses })
    }

    fn outcome(&mut self, command: Command, code: u8) -> Result<(), CommandFailure> {
        match CommandError::from_code(code) {
            Some(CommandError::Ok) => Ok(()),
            Some(error) => {
                let detail = self.read(mailbox::detail::REG.offset)?;
                Err(CommandFailure::Refused {
                    command,
                    error,
                    detail,
                })
            }
            None => Err(CommandFailure::UnknownCode { command, code }),
        }
    }

    /// The words of a context record.
    pub fn record(&mut self, kind: ContextKind, index: u16) -> Result<Vec<u32>, DeviceError> {
        let select = context_window::select::KIND.of(kind.code().into())
            | context_window::select::INDEX.of(index.into());
        self.write(context_window::select::REG.offset, select)?;
        (0..kind.words() as u32)
            .map(|k| self.read(context_window::data::REG.at(k)))
            .collect()
    }

    /// The first `N` words of a context record.
    pub fn record_words<const N: usize>(
        &mut self,
        kind: ContextKind,
        index: u16,
    ) -> Result<[u32; N], DeviceError> {
        let words = self.record(kind, index)?;
        Ok(std::array::from_fn(|k| words.get(k).copied().unwrap_or(0)))
    }

    /// Time since the device's reset in µs.
    pub fn now(&mut self) -> Result<u64, DeviceError> {
        let low = self.now_low()?;
        let high = self.read(control::now_hi::REG.offset)?;
        Ok(u64::from(control::now_hi::HIGH.get(high)) << 32 | u64::from(low))
    }

    /// The low 32 bits of the device's clock, in µs.
    pub fn now_low(&mut self) -> Result<u32, DeviceError> {
        self.read(control::now_lo::REG.offset)
    }

    pub fn read(&mut self, offset: u32) -> Result<u32, DeviceError> {
        self.device.read32(Bar::Registers, offset)
    }

    pub fn write(&mut self, offset: u32, value: u32) -> Result<(), DeviceError> {
        self.device.write32(Bar::Registers, offset, value)
    }

    /// Rings a doorbell.
    pub fn ring(&mut self, context: u8, offset: u32, value: u64) -> Result<(), DeviceError> {
        self.device.write64(
            Bar::Doorbells,
            fw_regs::doorbell::address(context, offset),
            value,
        )
    }
}

/// A NIC, owned by one process.
pub struct Adapter {
    pub(crate) shared: Shared,
    pub(crate) event_ring: Rc<Ring>,
}

/// log2 of the event queue's entries.
const EVENTS_LOG2: u8 = 10;

/// Above 4 GiB: below lie the windows for message-signalled interrupts, which an IOMMU does not map (x86: from 0xfee00000 on).
const IOVAS: Range<u64> = 1 << 32..1 << 46;

impl Adapter {
    /// Checks the device, sets its addresses and event queue, and switches it on.
    ///
    /// # Errors
    /// [`OpenError`]: not a RoamNIC, another contract, not ready in bounded time.
    pub fn open(device: Box<dyn Device>, options: AdapterOptions) -> Result<Self, OpenError> {
        Self::open_within(device, options, IOVAS)
    }

    /// The same, with IOVAs out of `iovas` only, whole pages: for processes that share an IO address space, or an IOMMU that is not as
    /// wide as the usual 46 bits.
    ///
    /// # Errors
    /// As [`Self::open`]; [`DeviceError::Map`] if the range is not made of pages or too small for the event queue.
    pub fn open_within(
        mut device: Box<dyn Device>,
        options: AdapterOptions,
        iovas: Range<u64>,
    ) -> Result<Self, OpenError> {
        let whole = iovas.start.is_multiple_of(PAGE) && iovas.end.is_multiple_of(PAGE);
        if iovas.is_empty() || !whole {
            return Err(OpenError::Device(DeviceError::Map {
                iova: iovas.start,
                length: 0,
                why: format!("the IOVAs {iovas:#x?} are no range of whole pages"),
            }));
        }
        wait_ready(&mut *device, options.patience)?;
        check_chain(&mut *device)?;
        let attributes = read_attributes(&mut *device)?;
        let inner = Inner {
            device,
            options,
            attributes,
            iovas: Iovas::new(iovas.start, iovas.end),
            names: Names::new(options.host, options.seed),
            pages: Slots::new(attributes.contexts),
            pds: Slots::new(1 << 12),
            // records name regions by eight bits
            mrs: Slots::new(attributes.mrs.min(256)),
            retired_mrs: Vec::new(),
            cqs: Slots::new(attributes.cqs),
            srqs: Slots::new(attributes.srqs),
            qps: Slots::new(attributes.qps),
            qp_by_number: HashMap::new(),
            qp_by_slot: HashMap::new(),
            cq_by_number: HashMap::new(),
            events: VecDeque::new(),
            tombstones: HashMap::new(),
            event_consumer: 0,
            unfinished: false,
        };
        let shared = Rc::new(RefCell::new(inner));
        let event_ring = Rc::new(Ring::new(&shared, EVENTS_LOG2, EQE_BYTES)?);
        start(&shared, &event_ring)?;
        Ok(Self { shared, event_ring })
    }

    /// What the device says of itself.
    pub fn attributes(&self) -> Attributes {
        self.shared.borrow().attributes
    }

    /// A context for a process: the right to one doorbell page.
    ///
    /// # Errors
    /// [`VerbsError::Exhausted`] if all pages are taken.
    pub fn context(&self) -> Result<Context, VerbsError> {
        let page = self.shared.borrow_mut().take_page()?;
        Ok(self.context_of(page))
    }

    /// The owner of doorbell page `page`, which has been taken.
    pub(crate) fn context_of(&self, page: u8) -> Context {
        Context {
            handle: Rc::new(ContextHandle {
                shared: self.shared.clone(),
                events: Rc::downgrade(&self.event_ring),
                registry: Rc::default(),
                page,
            }),
        }
    }

    /// Takes events out of the event queue: completion events go to their queues, the others are returned by
    /// [`Adapter::next_event`]. Does not wait.
    ///
    /// # Errors
    /// The device failed.
    pub fn poll_events(&self) -> Result<(), DeviceError> {
        take_events(&self.shared, &self.event_ring)
    }

    /// The oldest asynchronous event that [`Adapter::poll_events`] has found.
    pub fn next_event(&self) -> Option<AsyncEvent> {
        self.shared.borrow_mut().events.pop_front()
    }

    /// Gives frames that are not RoCE to the raw queue pair `qp`, whole; without one they are counted and dropped.
    ///
    /// # Errors
    /// The device failed.
    pub fn receive_raw(&self, qp: Option<&crate::QueuePair>) -> Result<(), DeviceError> {
        let value = qp.map_or(0, |qp| {
            control::raw::SLOT.of(qp.slot().into()) | control::raw::ENABLE.of(1)
        });
        self.shared
            .borrow_mut()
            .write(control::raw::REG.offset, value)
    }

    /// Value of a counter.
    ///
    /// # Errors
    /// The device failed.
    pub fn counter(&self, counter: Counter) -> Result<u64, DeviceError> {
        let word = u32::from(counter.code()) * 2;
        let mut inner = self.shared.borrow_mut();
        let mut high = inner.read(counters::table::REG.at(word + 1))?;
        loop {
            let low = inner.read(counters::table::REG.at(word))?;
            let again = inner.read(counters::table::REG.at(word + 1))?;
            if again == high {
                return Ok(u64::from(high) << 32 | u64::from(low));
            }
            high = again;
        }
    }

    /// The words of a context record, read without stopping anything.
    ///
    /// # Errors
    /// The device failed.
    pub fn read_record(&self, kind: ContextKind, index: u16) -> Result<Vec<u32>, DeviceError> {
        self.shared.borrow_mut().record(kind, index)
    }

    /// Lets time pass.
    ///
    /// # Errors
    /// The device failed.
    pub fn pause(&self) -> Result<(), DeviceError> {
        self.shared.borrow_mut().device.pause()
    }
}

impl Drop for Adapter {
    /// Contexts may live on; their events are lost from here on, before the memory of the event queue goes.
    fn drop(&mut self) {
        if let Ok(mut inner) = self.shared.try_borrow_mut() {
            // a device that does not take this has failed, and then the IOMMU keeps it from the memory; the read makes sure that the
            // write has arrived
            let _ = inner.write(event_queue::control::REG.offset, 0);
            let _ = inner.read(event_queue::control::REG.offset);
        }
    }
}

impl Inner {
    /// A doorbell page.
    pub fn take_page(&mut self) -> Result<u8, VerbsError> {
        let limit = self.pages.len();
        let page = self.pages.take().ok_or(VerbsError::Exhausted {
            what: "user contexts",
            limit,
        })?;
        Ok(page as u8)
    }
}

fn wait_ready(device: &mut dyn Device, patience: u32) -> Result<(), OpenError> {
    for _ in 0..patience {
        let magic = device.read32(Bar::Registers, identity::magic::REG.offset)?;
        if magic != fw_regs::MAGIC {
            return Err(OpenError::NotARoamNic { found: magic });
        }
        let status = device.read32(Bar::Registers, control::status::REG.offset)?;
        if control::status::READY.get(status) == 1 {
            return Ok(());
        }
        device.pause()?;
    }
    Err(OpenError::NotReady { pauses: patience })
}

/// Every block is where, and of the kind and version, that the contract says.
fn check_chain(device: &mut dyn Device) -> Result<(), OpenError> {
    let version = device.read32(Bar::Registers, identity::contract::REG.offset)?;
    let major = identity::contract::MAJOR.get(version) as u16;
    if major != fw_regs::CONTRACT_MAJOR {
        return Err(OpenError::Version { device: major });
    }
    for block in fw_regs::bar0::BLOCKS {
        for register in &block.registers[..3] {
            let found = device.read32(Bar::Registers, register.offset)?;
            if found != register.reset {
                return Err(OpenError::Block {
                    offset: register.offset,
                    found,
                    expected: register.reset,
                });
            }
        }
    }
    Ok(())
}

fn read_attributes(device: &mut dyn Device) -> Result<Attributes, DeviceError> {
    let mut read = |offset| device.read32(Bar::Registers, offset);
    let version = read(identity::contract::REG.offset)?;
    let revision_lo = read(identity::revision_lo::REG.offset)?;
    let revision_hi = read(identity::revision_hi::REG.offset)?;
    let width = read(identity::width::REG.offset)?;
    let objects = read(identity::objects::REG.offset)?;
    let rings = read(identity::rings::REG.offset)?;
    let features = read(identity::features::REG.offset)?;
    let clock = read(identity::clock::REG.offset)?;
    let max_message = read(identity::max_message::REG.offset)?;
    let limits = read(identity::limits::REG.offset)?;
    let shortest = read(identity::shortest_timer::REG.offset)?;
    let pages = read(identity::pages::REG.offset)?;
    use identity::{limits as l, objects as o};
    Ok(Attributes {
        contract_minor: identity::contract::MINOR.get(version) as u16,
        revision: u64::from(revision_hi) << 32 | u64::from(revision_lo),
        width: identity::width::BITS.get(width),
        qps: 1 << o::LOG2_QPS.get(objects),
        cqs: 1 << o::LOG2_CQS.get(objects),
        srqs: 1 << o::LOG2_SRQS.get(objects),
        mrs: 1 << o::LOG2_MRS.get(objects),
        contexts: 1 << identity::pages::LOG2_USER_CONTEXTS.get(pages),
        outstanding: 1 << identity::rings::LOG2_OUTSTANDING.get(rings),
        responses: 1 << identity::rings::LOG2_RESPONSES.get(rings),
        max_rd_atomic: l::MAX_RD_ATOMIC.get(limits) as u8,
        max_sge: l::MAX_SGE.get(limits) as usize,
        max_inline: l::MAX_INLINE.get(limits) as usize,
        max_message: max_message.into(),
        cycles_per_us: identity::clock::CYCLES_PER_US.get(clock),
        shortest_timer_us: shortest,
        migration: identity::features::MIGRATION.get(features) == 1,
    })
}

fn start(shared: &Shared, events: &Ring) -> Result<(), DeviceError> {
    let mut inner = shared.borrow_mut();
    let [a, b, c, d, e, f] = inner.options.mac.0;
    inner.write(
        control::mac_lo::REG.offset,
        u32::from_le_bytes([a, b, c, d]),
    )?;
    inner.write(
        control::mac_hi::REG.offset,
        u32::from_le_bytes([e, f, 0, 0]),
    )?;
    inner.write(event_queue::base_lo::REG.offset, events.iova() as u32)?;
    inner.write(
        event_queue::base_hi::REG.offset,
        (events.iova() >> 32) as u32,
    )?;
    inner.write(
        event_queue::size::REG.offset,
        event_queue::size::LOG2.of(EVENTS_LOG2.into()),
    )?;
    inner.write(
        event_queue::control::REG.offset,
        event_queue::control::ENABLE.of(1),
    )?;
    inner.write(control::control::REG.offset, control::control::ENABLE.of(1))
}

/// A queue pair that has moved away: its slot answers for it until it is freed.
pub(crate) struct Grave {
    pub slot: u16,
    /// what the tombstones of one process keep from others: in the device they still bear the page and the domains
    pub plot: Rc<Plot>,
}

/// Numbers that nobody else gets while a tombstone bears them.
pub(crate) struct Plot {
    pub page: u8,
    pub pds: Vec<u16>,
}

pub(crate) struct ContextHandle {
    pub shared: Shared,
    events: Weak<Ring>,
    pub registry: Rc<Registry>,
    pub page: u8,
}

impl Drop for ContextHandle {
    fn drop(&mut self) {
        if self.registry.fate.get().destroys()
            && let Ok(mut inner) = self.shared.try_borrow_mut()
        {
            inner.pages.give_back(self.page.into());
        }
    }
}

/// A process's access to the adapter: a doorbell page of its own. Objects of different contexts do not mix.
#[derive(Clone)]
pub struct Context {
    pub(crate) handle: Rc<ContextHandle>,
}

impl Context {
    pub(crate) fn shared(&self) -> &Shared {
        &self.handle.shared
    }

    pub(crate) fn page(&self) -> u8 {
        self.handle.page
    }

    pub(crate) fn registry(&self) -> &Rc<Registry> {
        &self.handle.registry
    }

    /// # Errors
    /// [`DeviceError::Stopped`] or [`DeviceError::MovedAway`].
    pub(crate) fn check(&self) -> Result<(), DeviceError> {
        self.registry().check()
    }

    /// Brings events to their objects; none come any more if the adapter is gone.
    pub(crate) fn poll_events(&self) -> Result<(), DeviceError> {
        match self.handle.events.upgrade() {
            Some(ring) => take_events(self.shared(), &ring),
            None => Ok(()),
        }
    }

    pub(crate) fn is(&self, other: &Context) -> bool {
        Rc::ptr_eq(&self.handle, &other.handle)
    }

    /// Number of the doorbell page.
    pub fn number(&self) -> u8 {
        self.page()
    }

    /// What the device says of itself.
    pub fn attributes(&self) -> Attributes {
        self.shared().borrow().attributes
    }

    /// Zeroed memory that the device can be given access to.
    ///
    /// # Errors
    /// The device cannot map it.
    pub fn allocate(&self, length: usize) -> Result<Buffer, DeviceError> {
        Buffer::of(self.shared(), self.registry(), length)
    }

    /// Lets time pass.
    ///
    /// # Errors
    /// The device failed.
    pub fn pause(&self) -> Result<(), DeviceError> {
        self.shared().borrow_mut().device.pause()
    }
}
