//! The fake's objects: records by kind and index, and what commands do with them.

use super::{Given, State};
use fw_regs::bar0::context_window;
use fw_regs::codes::device_state;
use fw_regs::contexts::{
    Completer, CqConfig, CqState, MemoryRegion, Migration, QpConfig, Requester, Resource, Response,
    RingConfig, RingState,
};
use fw_regs::mailbox::Payload;
use fw_regs::{Command, CommandError, ContextKind as K, MigrationPhase as Phase, SetScope};
use std::collections::{BTreeMap, BTreeSet};

/// Queue pairs of the fake, and places of each one's rings.
pub const QPS: u16 = 4;
pub const PLACES: u16 = 16;
const PAGE: usize = 512;

/// Kind and index of a record, and its words.
type Stored = ((u8, u16), Vec<u32>);

type Outcome = Result<u32, (CommandError, u32)>;

#[derive(Default)]
pub struct Objects {
    pub records: BTreeMap<(u8, u16), Vec<u32>>,
    /// device states by slot, of queue pairs that there are
    pub states: BTreeMap<u16, u8>,
    /// tombstones under restored queue pairs: their records
    under: BTreeMap<u16, Vec<Stored>>,
    pub mrs: BTreeSet<u16>,
    pub cqs: BTreeSet<u16>,
    pub srqs: BTreeSet<u16>,
    pub timers: BTreeMap<u32, u32>,
    /// a page that RESTORE refuses, once
    pub refuse_page: Option<u32>,
}

impl Objects {
    /// Nothing but tombstones.
    pub fn is_empty(&self) -> bool {
        self.mrs.is_empty() && self.cqs.is_empty() && self.srqs.is_empty() && self.states.is_empty()
    }
}

/// A record of `kind` as a value.
macro_rules! record {
    ($state:expr, $type:ident, $kind:expr, $index:expr) => {
        $type::from_words(&$state.get($kind, $index).try_into().unwrap())
    };
}

impl State {
    /// The words of a record; zeros if nobody wrote it.
    pub fn get(&self, kind: K, index: u16) -> Vec<u32> {
        let found = self.objects.records.get(&(kind.code(), index));
        found.cloned().unwrap_or_else(|| vec![0; kind.words()])
    }

    pub fn put(&mut self, kind: K, index: u16, words: &[u32]) {
        assert_eq!(words.len(), kind.words());
        let key = (kind.code(), index);
        self.objects.records.insert(key, words.to_vec());
    }

    pub fn cq(&self, number: u16) -> (CqConfig, CqState) {
        (
            record!(self, CqConfig, K::CqConfig, number),
            record!(self, CqState, K::CqState, number),
        )
    }

    pub fn config(&self, slot: u16) -> QpConfig {
        record!(self, QpConfig, K::QpConfig, slot)
    }

    pub fn migration(&self, slot: u16) -> Migration {
        record!(self, Migration, K::Migration, slot)
    }

    fn phase(&self, slot: u16) -> Phase {
        Phase::from_code(self.migration(slot).phase).unwrap()
    }

    fn amend(&mut self, slot: u16, change: impl FnOnce(&mut Migration)) {
        let mut record = self.migration(slot);
        change(&mut record);
        self.put(K::Migration, slot, &record.to_words());
    }

    /// What the context window shows.
    pub fn window(&self, offset: u32) -> Option<u32> {
        let word = offset.checked_sub(context_window::data::REG.offset)? / 4;
        if word >= context_window::data::REG.words {
            return None;
        }
        let select = self.registers[&context_window::select::REG.offset];
        let index = context_window::select::INDEX.get(select) as u16;
        let kind = K::from_code(context_window::select::KIND.get(select) as u8)?;
        if kind == K::QpState {
            return Some(self.objects.states.get(&index).copied().unwrap_or(0).into());
        }
        self.get(kind, index).get(word as usize).copied()
    }

    /// A doorbell, unless its queue is held.
    pub fn ring(&mut self, offset: u32, value: u64) {
        use fw_regs::doorbell as d;
        let (object, index) = (value as u16, (value >> 32) as u16);
        let kinds = match offset % d::PAGE_SIZE {
            d::SQ_PRODUCER | d::SQ_PUSH => (K::SqConfig, K::SqState),
            d::RQ_PRODUCER => (K::RqConfig, K::RqState),
            d::CQ_CONSUMER | d::CQ_ARM => {
                let (config, mut state) = self.cq(object);
                if !config.held {
                    state.consumer = index;
                    if offset % d::PAGE_SIZE == d::CQ_ARM {
                        state.armed = (value >> 48) as u8 & 3;
                    }
                    self.put(K::CqState, object, &state.to_words());
                }
                return;
            }
            _ => return,
        };
        let config = record!(self, RingConfig, kinds.0, object);
        let mut state = record!(self, RingState, kinds.1, object);
        if !config.held {
            state.producer = index;
            self.put(kinds.1, object, &state.to_words());
        }
    }

    pub fn execute(&mut self, given: &Given) -> Outcome {
        let object = given.args[0] as u16;
        match given.command {
            Command::QpCreate => self.qp_create(given, object)?,
            Command::QpModify => {
                self.movable(object)?;
                self.objects.states.insert(object, given.args[1] as u8);
            }
            Command::QpDestroy => {
                self.movable(object)?;
                let was = self.objects.states.remove(&object).is_some();
                self.exists(was)?;
            }
            Command::MrCreate => {
                self.key_free(given.args[1])?;
                self.objects.mrs.insert(object);
            }
            Command::MrDestroy => {
                let was = self.objects.mrs.remove(&object);
                self.exists(was)?;
                let record = (K::MemoryRegion.code(), object);
                self.objects.records.remove(&record);
            }
            Command::CqCreate => {
                self.objects.cqs.insert(object);
                self.put(K::CqState, object, &CqState::default().to_words());
            }
            Command::CqDestroy => {
                let was = self.objects.cqs.remove(&object);
                self.exists(was)?;
            }
            Command::SrqCreate => {
                self.objects.srqs.insert(object);
                self.put(K::RqState, object, &RingState::default().to_words());
            }
            Command::SrqDestroy => {
                let was = self.objects.srqs.remove(&object);
                self.exists(was)?;
            }
            _ => {}
        }
        for (kind, index, words) in &given.records {
            self.put(*kind, *index, words);
        }
        self.migrate(given)
    }

    fn exists(&self, was: bool) -> Result<(), (CommandError, u32)> {
        was.then_some(()).ok_or((CommandError::NotInUse, 0))
    }

    fn qp_create(&mut self, given: &Given, slot: u16) -> Result<(), (CommandError, u32)> {
        if let Some(taken) = self.owner_of(given.args[1]) {
            return Err((CommandError::NumberTaken, taken.into()));
        }
        self.zero(slot);
        self.objects.states.insert(slot, 0);
        Ok(())
    }

    fn owner_of(&self, qpn: u32) -> Option<u16> {
        let slots = self.objects.states.keys().copied();
        slots.into_iter().find(|&s| self.config(s).qpn == qpn)
    }

    fn key_free(&self, key: u32) -> Result<(), (CommandError, u32)> {
        let mut mrs = self.objects.mrs.iter();
        let taken = mrs.find(|&&mr| record!(self, MemoryRegion, K::MemoryRegion, mr).key == key);
        match taken {
            None => Ok(()),
            Some(&slot) => Err((CommandError::NumberTaken, slot.into())),
        }
    }

    fn zero(&mut self, slot: u16) {
        for &(kind, _) in fw_regs::commands::ZEROED {
            self.put(kind, slot, &vec![0; kind.words()]);
        }
        self.put(K::Migration, slot, &[0; Migration::WORDS]);
        for k in 0..8 {
            self.put(K::Resource, 8 * slot + k, &[0; Resource::WORDS]);
        }
    }

    fn movable(&self, slot: u16) -> Result<(), (CommandError, u32)> {
        match self.objects.states.get(&slot) {
            Some(&device_state::MOVING) => {
                Err((CommandError::Moving, self.migration(slot).phase.into()))
            }
            _ => Ok(()),
        }
    }

    /// The queue pairs of a set.
    fn set(&self, given: &Given) -> Result<Vec<u16>, (CommandError, u32)> {
        assert_eq!(given.args[1], u32::from(SetScope::UserContext.code()));
        let slots = self.objects.states.keys().copied();
        // tombstones have no rings, and are in no set
        let of_set = |&s: &u16| {
            let ring = record!(self, RingConfig, K::SqConfig, s);
            ring.valid && u32::from(ring.user_ctx) == given.args[0]
        };
        let set: Vec<u16> = slots.filter(of_set).collect();
        match set.is_empty() {
            true => Err((CommandError::EmptySet, 0)),
            false => Ok(set),
        }
    }

    fn require(&self, set: &[u16], phases: &[Phase]) -> Result<(), (CommandError, u32)> {
        for &slot in set {
            let phase = self.phase(slot);
            if !phases.contains(&phase) {
                let detail = u32::from(slot) | u32::from(phase.code()) << 12;
                return Err((CommandError::WrongPhase, detail));
            }
        }
        Ok(())
    }

    fn migrate(&mut self, given: &Given) -> Outcome {
        let slot = given.args[0] as u16;
        match given.command {
            Command::Stop => {
                let set = self.set(given)?;
                self.require(&set, &[Phase::Normal, Phase::Resuming, Phase::Stopped])?;
                for slot in set {
                    if self.phase(slot) == Phase::Normal {
                        let state = self.objects.states[&slot];
                        self.amend(slot, |m| m.verbs_state = state);
                    }
                    self.amend(slot, |m| {
                        m.phase = Phase::Stopped.code();
                        m.drained = true;
                    });
                    self.objects.states.insert(slot, device_state::MOVING);
                    self.hold(slot, true);
                }
            }
            Command::Drained => {
                self.require(&self.set(given)?, &[Phase::Stopped])?;
            }
            Command::Dump => return self.dump(given),
            Command::Restore => return self.restore(given),
            Command::Tombstone => {
                let set = self.set(given)?;
                self.require(&set, &[Phase::Stopped])?;
                let (cqs, srqs, mrs) = self.shared(&set);
                self.objects.cqs.retain(|o| !cqs.contains(o));
                self.objects.srqs.retain(|o| !srqs.contains(o));
                self.objects.mrs.retain(|o| !mrs.contains(o));
                for slot in set {
                    self.amend(slot, |m| {
                        m.phase = Phase::Tombstone.code();
                        m.stopped_epoch = m.epoch;
                    });
                    self.bury(slot);
                }
            }
            Command::Resume => {
                let set = self.set(given)?;
                self.require(&set, &[Phase::Restored])?;
                set.into_iter().for_each(|slot| self.begin(slot));
            }
            Command::Abort => self.abort(given)?,
            Command::TombstoneFree => {
                self.require(&[slot], &[Phase::Tombstone])?;
                self.objects.states.remove(&slot);
            }
            Command::SetPartner | Command::Extend => {
                self.require(&[slot], &[Phase::Restored, Phase::Resuming])?;
            }
            Command::GiveUp => {
                self.require(&[slot], &[Phase::Resuming])?;
                self.amend(slot, |m| m.phase = 0);
                self.objects.states.insert(slot, 6);
            }
            Command::SetTimer => {
                let [timer, us] = given.args;
                self.objects.timers.insert(timer, us);
            }
            _ => {}
        }
        Ok(0)
    }

    fn bury(&mut self, slot: u16) {
        for kind in [K::SqConfig, K::RqConfig] {
            let ring = record!(self, RingConfig, kind, slot);
            let ring = RingConfig {
                valid: false,
                ..ring
            };
            self.put(kind, slot, &ring.to_words());
        }
    }

    /// Goes on as a new incarnation.
    fn begin(&mut self, slot: u16) {
        self.objects.under.remove(&slot);
        self.amend(slot, |m| {
            m.phase = Phase::Resuming.code();
            m.drained = false;
            m.epoch = (m.epoch + 1) & 0xff_ffff;
        });
        self.hold(slot, false);
    }

    /// What the partners' answers do: everything that is resuming works again.
    pub fn resumed(&mut self) {
        let slots: Vec<u16> = self.objects.states.keys().copied().collect();
        for slot in slots {
            if self.phase(slot) == Phase::Resuming {
                self.amend(slot, |m| m.phase = 0);
                let state = self.migration(slot).verbs_state;
                self.objects.states.insert(slot, state);
            }
        }
    }

    fn abort(&mut self, given: &Given) -> Result<(), (CommandError, u32)> {
        let set = self.set(given)?;
        self.require(&set, &[Phase::Stopped, Phase::Restored])?;
        let (cqs, srqs, mrs) = self.shared(&set);
        let mut discarded = false;
        for slot in set {
            if self.phase(slot) == Phase::Stopped {
                self.begin(slot);
                continue;
            }
            discarded = true;
            self.objects.states.remove(&slot);
            if let Some(records) = self.objects.under.remove(&slot) {
                self.objects.records.extend(records);
                self.objects.states.insert(slot, device_state::MOVING);
                self.bury(slot);
            }
        }
        if discarded {
            self.objects.cqs.retain(|o| !cqs.contains(o));
            self.objects.srqs.retain(|o| !srqs.contains(o));
            self.objects.mrs.retain(|o| !mrs.contains(o));
        }
        Ok(())
    }

    /// Completion queues, shared receive queues and memory regions of a set.
    fn shared(&self, set: &[u16]) -> (BTreeSet<u16>, BTreeSet<u16>, BTreeSet<u16>) {
        let configs: Vec<QpConfig> = set.iter().map(|&s| self.config(s)).collect();
        let cqs = configs.iter().flat_map(|c| [c.send_cq, c.recv_cq]);
        let srqs = configs.iter().map(|c| c.rq_ring).filter(|&r| r >= QPS);
        let pds: BTreeSet<u16> = configs.iter().map(|c| c.pd).collect();
        let of_pds = |&mr: &u16| {
            let mr = record!(self, MemoryRegion, K::MemoryRegion, mr);
            mr.valid && pds.contains(&mr.pd)
        };
        (
            cqs.collect(),
            srqs.collect(),
            self.objects.mrs.iter().copied().filter(of_pds).collect(),
        )
    }

    fn hold(&mut self, slot: u16, held: bool) {
        let config = self.config(slot);
        for (kind, index) in [(K::SqConfig, slot), (K::RqConfig, config.rq_ring)] {
            let ring = record!(self, RingConfig, kind, index);
            self.put(kind, index, &RingConfig { held, ..ring }.to_words());
        }
        for cq in [config.send_cq, config.recv_cq] {
            let (config, _) = self.cq(cq);
            self.put(K::CqConfig, cq, &CqConfig { held, ..config }.to_words());
        }
    }

    /// The records of a dump, page by page.
    fn pages(&self, set: &[u16]) -> Vec<Vec<(K, u16)>> {
        let (cqs, srqs, mrs) = self.shared(set);
        let mut pages: Vec<Vec<(K, u16)>> = Vec::new();
        pages.extend(cqs.iter().map(|&n| vec![(K::CqConfig, n), (K::CqState, n)]));
        pages.extend(
            srqs.iter()
                .map(|&n| vec![(K::RqConfig, n), (K::RqState, n)]),
        );
        pages.extend(mrs.iter().map(|&n| vec![(K::MemoryRegion, n)]));
        for &slot in set {
            let rq = [K::RqConfig, K::RqState];
            let first = [
                K::QpConfig,
                K::QpAddress,
                K::QpAv,
                K::Requester,
                K::Completer,
            ];
            let second = [K::Responder, K::Response, K::SqConfig, K::SqState];
            let kinds = first.iter().chain(&second).chain(&rq);
            let kinds = kinds.chain(&[K::Migration]);
            pages.push(kinds.map(|&kind| (kind, slot)).collect());
            let requester = record!(self, Requester, K::Requester, slot);
            let completer = record!(self, Completer, K::Completer, slot);
            let response = record!(self, Response, K::Response, slot);
            let ring = |kind, tail: u8, head: u8| -> Vec<(K, u16)> {
                let count = head.wrapping_sub(tail);
                let at = |k| u16::from(tail.wrapping_add(k)) % PLACES + PLACES * slot;
                (0..count).map(|k| (kind, at(k))).collect()
            };
            let mut rest = ring(K::Outstanding, completer.or_tail, requester.or_head);
            rest.extend(ring(K::ResponseEntry, response.tail, response.head));
            let resources = (8 * slot..8 * slot + 8)
                .map(|at| (at, record!(self, Resource, K::Resource, at)))
                .filter(|(_, r)| r.valid);
            for (at, resource) in resources {
                rest.push((K::Resource, at));
                rest.extend((resource.kind == 2).then_some((K::AtomicResult, at)));
            }
            // one record a page is as legal as many
            pages.extend(rest.chunks(5).map(<[_]>::to_vec));
        }
        pages
    }

    fn dump(&mut self, given: &Given) -> Outcome {
        let set = self.set(given)?;
        self.require(&set, &[Phase::Stopped])?;
        let iova = u64::from(given.data[1]) << 32 | u64::from(given.data[0]);
        assert_eq!(iova % PAGE as u64, 0);
        let pages = self.pages(&set);
        for (k, page) in pages.iter().enumerate() {
            if k >= given.data[2] as usize {
                return Err((CommandError::BufferFull, k as u32));
            }
            let mut payload = Payload::new();
            for &(kind, index) in page {
                payload
                    .page_record(kind, index, &self.get(kind, index))
                    .unwrap();
            }
            let mut bytes: Vec<u8> = payload
                .words()
                .iter()
                .flat_map(|w| w.to_le_bytes())
                .collect();
            bytes.resize(PAGE, 0);
            self.write(iova + (k * PAGE) as u64, &bytes);
        }
        Ok(pages.len() as u32)
    }

    fn restore(&mut self, given: &Given) -> Outcome {
        let iova = u64::from(given.data[1]) << 32 | u64::from(given.data[0]);
        for page in 0..given.data[2] {
            let bytes = self.read(iova + u64::from(page) * PAGE as u64, PAGE);
            let words: Vec<u32> = bytes
                .chunks_exact(4)
                .map(|b| u32::from_le_bytes(b.try_into().unwrap()))
                .collect();
            let done = match self.objects.refuse_page == Some(page) {
                true => {
                    self.objects.refuse_page = None;
                    Err((CommandError::BadPage, page))
                }
                false => self.restore_page(&words),
            };
            if let Err((error, detail)) = done {
                let names_slot = error == CommandError::NotItsTombstone;
                return Err((error, if names_slot { detail } else { page }));
            }
        }
        Ok(0)
    }

    fn restore_page(&mut self, words: &[u32]) -> Result<(), (CommandError, u32)> {
        let mut records = Vec::new();
        let mut at = 0;
        while words[at] != 0 {
            let [code, first, count, _] = words[at].to_le_bytes();
            assert_eq!(first, 0);
            let end = at + 2 + usize::from(count);
            let index = words[at + 1] as u16;
            let own = K::from_code(code).unwrap().words();
            records.push(((code, index), words[at + 2..at + 2 + own].to_vec()));
            at = end;
        }
        let ((code, index), words) = records[0].clone();
        let in_use = |free: bool| match free {
            true => Ok(()),
            false => Err((CommandError::InUse, u32::from(index))),
        };
        match K::from_code(code).unwrap() {
            K::CqConfig => in_use(self.objects.cqs.insert(index))?,
            K::RqConfig if index >= QPS => in_use(self.objects.srqs.insert(index))?,
            K::MemoryRegion => {
                self.key_free(words[0])?;
                in_use(self.objects.mrs.insert(index))?;
            }
            K::QpConfig => self.restore_qp(index, &words)?,
            _ => {}
        }
        self.objects.records.extend(records);
        let restored = self.objects.states.get(&index) == Some(&device_state::MOVING);
        if K::from_code(code) == Some(K::QpConfig) && restored {
            self.amend(index, |m| m.phase = Phase::Restored.code());
        }
        Ok(())
    }

    fn restore_qp(&mut self, slot: u16, words: &[u32]) -> Result<(), (CommandError, u32)> {
        let qpn = QpConfig::from_words(&words.try_into().unwrap()).qpn;
        let buried =
            self.objects.states.contains_key(&slot) && self.phase(slot) == Phase::Tombstone;
        match self.owner_of(qpn) {
            _ if buried && self.config(slot).qpn != qpn => {
                return Err((CommandError::NotItsTombstone, slot.into()));
            }
            Some(owner) if !buried => {
                return Err((CommandError::NumberTaken, owner.into()));
            }
            Some(_) => {
                let kinds = [K::QpConfig, K::QpAv, K::QpAddress, K::Migration];
                let records = kinds.map(|k| ((k.code(), slot), self.get(k, slot)));
                self.objects.under.insert(slot, records.into());
            }
            None if self.objects.states.contains_key(&slot) => {
                return Err((CommandError::InUse, slot.into()));
            }
            None => {}
        }
        self.zero(slot);
        self.objects.states.insert(slot, device_state::MOVING);
        Ok(())
    }
}
