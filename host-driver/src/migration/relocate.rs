//! From an image to the pages of another device: everything is checked, and what belongs to the place is given anew.
//!
//! [`relocate`] runs twice: against a place that is not there ([`Place::dry`]), so that whatever is wrong is found before the device is
//! touched; and against the place that has been taken. Nothing of an image reaches the device but what a field-by-field reading of it
//! has found right; so a hostile one can name no memory but what it brings along, and no object but its own.

use super::error::{Inconsistency, RestoreError, TakenNumber};
use super::image::{CqImage, DeviceRecord, Image, MemoryRange, MrImage, ObjectKind, SrqImage};
use super::pages::{self, PAGE_BYTES};
use super::structure;
use super::validate::Checked;
use crate::adapter::{AdapterOptions, Inner};
use crate::ring::{Ring, record_offset};
use fw_regs::contexts::{CqConfig, CqState, MemoryRegion, QpConfig, RingConfig, RingState};
use fw_regs::rings::{CQE_BYTES, RECV_WQE_BYTES};
use fw_regs::{Command, ContextKind, QpState};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Where a process goes: numbers by handle.
pub(super) struct Place {
    pub own: AdapterOptions,
    /// queue pairs of the device; ring numbers from there on are shared receive queues
    pub ring_base: u16,
    /// places of a queue pair's rings
    pub outstanding: usize,
    pub responses: usize,
    pub page: u8,
    /// IOVA by number of the buffer
    pub buffers: HashMap<u32, u64>,
    pub pds: HashMap<u32, u16>,
    pub cqs: HashMap<u32, u16>,
    pub srqs: HashMap<u32, u16>,
    pub mrs: HashMap<u32, u16>,
    /// by handle of the protection domain: a slot without a region, for records that name a destroyed one ([`Moved::orphaned`])
    pub gone: HashMap<u32, u16>,
    pub qps: HashMap<u32, u16>,
}

impl Place {
    /// A place of `inner`'s adapter where nothing has been taken yet.
    pub fn new(inner: &Inner) -> Self {
        Self {
            own: inner.options,
            ring_base: inner.attributes.qps as u16,
            outstanding: inner.attributes.outstanding,
            responses: inner.attributes.responses,
            page: 0,
            buffers: HashMap::new(),
            pds: HashMap::new(),
            cqs: HashMap::new(),
            srqs: HashMap::new(),
            mrs: HashMap::new(),
            gone: HashMap::new(),
            qps: HashMap::new(),
        }
    }

    /// A place that is not there: every number is zero.
    pub fn dry(inner: &Inner, image: &Image) -> Self {
        let mut place = Self::new(inner);
        place.buffers = image.memory.iter().map(|b| (b.id, b.iova)).collect();
        place.pds = image.pds.iter().map(|o| (o.handle, 0)).collect();
        place.cqs = image.cqs.iter().map(|o| (o.handle, 0)).collect();
        place.srqs = image.srqs.iter().map(|o| (o.handle, 0)).collect();
        place.mrs = image.mrs.iter().map(|o| (o.handle, 0)).collect();
        place.qps = image.qps.iter().map(|o| (o.handle, 0)).collect();
        place
    }
}

/// A page for RESTORE.
pub(super) struct ObjectPage {
    pub object: ObjectKind,
    /// index of the page's first record
    pub index: u16,
    /// the number that the page asks for
    pub number: Option<TakenNumber>,
    /// how the object is taken out again, if not with its queue pairs
    pub undo: Option<(Command, u16)>,
    pub bytes: [u8; PAGE_BYTES],
}

pub(super) struct MovedPd {
    pub handle: u32,
    pub number: u16,
}

pub(super) struct MovedCq {
    pub number: u16,
    pub in_set: bool,
    pub config: CqConfig,
    pub state: CqState,
}

pub(super) struct MovedSrq {
    pub number: u16,
    pub ring: u16,
    pub in_set: bool,
    /// receives that have not completed
    pub posted: u16,
    pub config: RingConfig,
    pub state: RingState,
}

pub(super) struct MovedMr {
    pub slot: u16,
    pub in_set: bool,
    pub record: MemoryRegion,
}

pub(super) struct MovedQp {
    pub slot: u16,
    pub state: QpState,
    pub config: QpConfig,
    pub send_log_size: u8,
    pub recv_log_size: u8,
    /// in the order in which pages hold them
    pub records: Vec<(ContextKind, u16, Vec<u32>)>,
}

/// A process in its new place; each list in the order of the image's.
pub(super) struct Moved {
    pub pds: Vec<MovedPd>,
    pub cqs: Vec<MovedCq>,
    pub srqs: Vec<MovedSrq>,
    pub mrs: Vec<MovedMr>,
    pub qps: Vec<MovedQp>,
    /// protection domains, by handle, of which a queue pair's record names a destroyed region
    pub orphaned: BTreeSet<u32>,
}

impl Moved {
    /// The pages of the set: completion queues, shared receive queues, memory regions, queue pairs.
    pub fn pages(&self) -> Vec<ObjectPage> {
        let mut all = Vec::new();
        let mut add = |object, index, number, undo, pages: Vec<[u8; PAGE_BYTES]>| {
            all.extend(pages.into_iter().map(|bytes| ObjectPage {
                object,
                index,
                number,
                undo,
                bytes,
            }));
        };
        for cq in self.cqs.iter().filter(|cq| cq.in_set) {
            let (config, state) = (cq.config.to_words(), cq.state.to_words());
            let records = [
                (ContextKind::CqConfig, cq.number, &config[..]),
                (ContextKind::CqState, cq.number, &state[..]),
            ];
            let undo = Some((Command::CqDestroy, cq.number));
            add(ObjectKind::Cq, cq.number, None, undo, pages::pack(records));
        }
        for srq in self.srqs.iter().filter(|srq| srq.in_set) {
            let (config, state) = (srq.config.to_words(), srq.state.to_words());
            let records = [
                (ContextKind::RqConfig, srq.ring, &config[..]),
                (ContextKind::RqState, srq.ring, &state[..]),
            ];
            let undo = Some((Command::SrqDestroy, srq.ring));
            add(ObjectKind::Srq, srq.ring, None, undo, pages::pack(records));
        }
        for mr in self.mrs.iter().filter(|mr| mr.in_set) {
            let words = mr.record.to_words();
            let records = [(ContextKind::MemoryRegion, mr.slot, &words[..])];
            let number = Some(TakenNumber::Key(mr.record.key));
            let undo = Some((Command::MrDestroy, mr.slot));
            add(ObjectKind::Mr, mr.slot, number, undo, pages::pack(records));
        }
        for qp in &self.qps {
            let records = qp.records.iter().map(|(k, i, w)| (*k, *i, &w[..]));
            let number = Some(TakenNumber::QueuePair(qp.config.qpn));
            add(ObjectKind::Qp, qp.slot, number, None, pages::pack(records));
        }
        all
    }
}

/// Checks all of `image` and moves it to `place`.
pub(super) fn relocate(image: &Image, place: &Place) -> Result<Moved, RestoreError> {
    structure::structure(image)?;
    let mover = Mover::new(image, place)?;
    let mut moved = Moved {
        pds: image
            .pds
            .iter()
            .map(|pd| MovedPd {
                handle: pd.handle,
                number: place.pds[&pd.handle],
            })
            .collect(),
        cqs: collect(
            &image.cqs,
            ObjectKind::Cq,
            |cq| cq.handle,
            |cq| mover.cq(cq),
        )?,
        srqs: collect(
            &image.srqs,
            ObjectKind::Srq,
            |srq| srq.handle,
            |srq| mover.srq(srq),
        )?,
        mrs: collect(
            &image.mrs,
            ObjectKind::Mr,
            |mr| mr.handle,
            |mr| mover.mr(mr),
        )?,
        qps: image
            .qps
            .iter()
            .map(|qp| mover.qp(qp))
            .collect::<Result<_, _>>()?,
        orphaned: BTreeSet::new(),
    };
    moved.orphaned = mover.orphaned.into_inner();
    Ok(moved)
}

/// Applies `each` to all, and names the object of the first error.
fn collect<T, U>(
    objects: &[T],
    object: ObjectKind,
    handle: fn(&T) -> u32,
    each: impl Fn(&T) -> Result<U, Inconsistency>,
) -> Result<Vec<U>, RestoreError> {
    objects
        .iter()
        .map(|o| {
            each(o).map_err(|why| RestoreError::Image {
                object,
                handle: handle(o),
                why,
            })
        })
        .collect()
}

/// The records of one object, each to be taken once.
pub(super) struct RecordSet<'a>(BTreeMap<(u8, u16), &'a [u32]>);

impl<'a> RecordSet<'a> {
    pub fn new(records: &'a [DeviceRecord]) -> Result<Self, Inconsistency> {
        let mut set = BTreeMap::new();
        for record in records {
            let key = (record.kind, record.index);
            if set.insert(key, &record.words[..]).is_some() {
                return Err(Inconsistency::Twice);
            }
        }
        Ok(Self(set))
    }

    /// The record, if it is there; its reserved bits are zero.
    pub fn find<R, const N: usize>(
        &mut self,
        kind: ContextKind,
        index: u16,
        decode: fn(&[u32; N]) -> R,
        encode: fn(&R) -> [u32; N],
    ) -> Result<Option<R>, Inconsistency> {
        let Some(words) = self.0.remove(&(kind.code(), index)) else {
            return Ok(None);
        };
        let words: &[u32; N] = words.try_into().map_err(|_| Inconsistency::Length(kind))?;
        let record = decode(words);
        match encode(&record) == *words {
            true => Ok(Some(record)),
            false => Err(Inconsistency::Reserved(kind)),
        }
    }

    /// As [`Self::find`]; it must be there.
    pub fn take<R, const N: usize>(
        &mut self,
        kind: ContextKind,
        index: u16,
        decode: fn(&[u32; N]) -> R,
        encode: fn(&R) -> [u32; N],
    ) -> Result<R, Inconsistency> {
        self.find(kind, index, decode, encode)?
            .ok_or(Inconsistency::Missing(kind))
    }

    /// Nothing may be left.
    pub fn end(self) -> Result<(), Inconsistency> {
        match self.0.into_keys().next() {
            None => Ok(()),
            Some((kind, _)) => Err(Inconsistency::Unexpected(kind)),
        }
    }
}

/// A region of the source's IOVAs that a protection domain's queue pairs may use, and its buffer.
struct Region {
    start: u64,
    end: u64,
    old: u64,
    new: u64,
    /// its slot at the source, and here
    old_slot: u16,
    new_slot: u16,
}

pub(super) struct Mover<'a> {
    pub image: &'a Image,
    pub place: &'a Place,
    buffers: HashMap<u32, &'a MemoryRange>,
    used_cqs: HashSet<u32>,
    used_srqs: HashSet<u32>,
    used_pds: HashSet<u32>,
    /// by handle of the protection domain
    regions: HashMap<u32, Vec<Region>>,
    /// protection domains of destroyed regions that have been met
    orphaned: RefCell<BTreeSet<u32>>,
}

impl<'a> Mover<'a> {
    fn new(image: &'a Image, place: &'a Place) -> Result<Self, RestoreError> {
        let mut mover = Self {
            image,
            place,
            buffers: image.memory.iter().map(|b| (b.id, b)).collect(),
            used_cqs: HashSet::new(),
            used_srqs: HashSet::new(),
            used_pds: HashSet::new(),
            regions: HashMap::new(),
            orphaned: RefCell::default(),
        };
        for qp in &image.qps {
            mover.used_cqs.extend([qp.send_cq, qp.recv_cq]);
            mover.used_srqs.extend(qp.srq);
            mover.used_pds.insert(qp.pd);
        }
        for mr in &image.mrs {
            let record = mover.mr_record(mr).map_err(|why| RestoreError::Image {
                object: ObjectKind::Mr,
                handle: mr.handle,
                why,
            })?;
            mover.regions.entry(mr.pd).or_default().push(Region {
                start: record.iova,
                end: record.iova + record.length,
                old: record.iova,
                new: place.buffers[&mr.buffer],
                old_slot: mr.slot,
                new_slot: place.mrs[&mr.handle],
            });
        }
        Ok(mover)
    }

    /// Where `length` bytes at the source's `iova` are now, and the slot of their memory region, if the region of `pd` that was in slot `mr`
    /// holds them all. No bytes are nowhere. What was begun in a region that has been destroyed since then points to nothing, in a slot without
    /// a region: the device asks for it before it uses the address, and fails the queue pair as it would have at the source.
    pub fn address(
        &self,
        kind: ContextKind,
        pd: u32,
        mr: u16,
        iova: u64,
        length: u64,
    ) -> Result<(u64, u16), Inconsistency> {
        if length == 0 {
            return Ok((0, 0));
        }
        let wrong = Inconsistency::Address(kind, iova);
        let end = iova.checked_add(length).ok_or(wrong)?;
        let mut regions = self.regions.get(&pd).into_iter().flatten();
        let Some(region) = regions.find(|r| r.old_slot == mr) else {
            self.orphaned.borrow_mut().insert(pd);
            return Ok((0, self.place.gone.get(&pd).copied().unwrap_or_default()));
        };
        match region.start <= iova && end <= region.end {
            true => Ok((iova - region.old + region.new, region.new_slot)),
            false => Err(wrong),
        }
    }

    fn buffer(&self, id: u32) -> Result<(&MemoryRange, u64), Inconsistency> {
        let missing = Inconsistency::Reference(ObjectKind::Buffer, id);
        let range = self.buffers.get(&id).ok_or(missing)?;
        Ok((range, self.place.buffers[&id]))
    }

    /// Where the ring in buffer `id` is now, with its doorbell record. It must lie there as the driver lays it.
    pub fn ring_at(
        &self,
        id: u32,
        log_size: u8,
        entry: usize,
        base: u64,
        record: u64,
    ) -> Result<(u64, u64), Inconsistency> {
        let (range, new) = self.buffer(id)?;
        let offset = record_offset(log_size, entry) as u64;
        let fits = Ring::bytes(log_size, entry) as u64 <= range.length;
        match fits && base == range.iova && record == range.iova + offset {
            true => Ok((new, new + offset)),
            false => Err(Inconsistency::Ring),
        }
    }

    /// The number of a protection domain here; `old` is what the records say.
    pub fn pd(&self, kind: ContextKind, handle: u32, old: u16) -> Result<u16, Inconsistency> {
        let missing = Inconsistency::Reference(ObjectKind::Pd, handle);
        let pds = &self.image.pds;
        let pd = pds.iter().find(|pd| pd.handle == handle).ok_or(missing)?;
        structure::field(pd.number == old, kind, "pd")?;
        Ok(self.place.pds[&handle])
    }

    /// The number of a completion queue here; `old` is what the records say.
    pub fn cq_number(
        &self,
        handle: u32,
        old: u16,
        field: &'static str,
    ) -> Result<u16, Inconsistency> {
        let missing = Inconsistency::Reference(ObjectKind::Cq, handle);
        let cqs = &self.image.cqs;
        let cq = cqs.iter().find(|cq| cq.handle == handle).ok_or(missing)?;
        structure::field(cq.number == old, ContextKind::QpConfig, field)?;
        Ok(self.place.cqs[&handle])
    }

    /// The ring number of a shared receive queue here, which must be of `pd`; `old` is what the records say.
    pub fn srq_ring(&self, handle: u32, pd: u32, old: u16) -> Result<u16, Inconsistency> {
        let missing = Inconsistency::Reference(ObjectKind::Srq, handle);
        let mut srqs = self.image.srqs.iter();
        let srq = srqs
            .find(|srq| srq.handle == handle && srq.pd == pd)
            .ok_or(missing)?;
        structure::field(srq.ring == old, ContextKind::QpConfig, "rq_ring")?;
        Ok(self.place.ring_base + self.place.srqs[&handle])
    }

    fn cq(&self, cq: &CqImage) -> Result<MovedCq, Inconsistency> {
        use ContextKind as K;
        let mut set = RecordSet::new(&cq.records)?;
        let (decode, encode) = (CqConfig::from_words, CqConfig::to_words);
        let old = set.take(K::CqConfig, cq.number, decode, encode)?;
        let state = set.take(
            K::CqState,
            cq.number,
            CqState::from_words,
            CqState::to_words,
        )?;
        set.end()?;
        structure::field(old.valid, K::CqConfig, "valid")?;
        structure::field(
            old.user_ctx == self.image.source.page,
            K::CqConfig,
            "user_ctx",
        )?;
        structure::cq_state(&state, old.log_size)?;
        structure::completions(cq, self.image)?;
        let (base, doorbell_record) = self.ring_at(
            cq.buffer,
            old.log_size,
            CQE_BYTES,
            old.base,
            old.doorbell_record,
        )?;
        let in_set = self.used_cqs.contains(&cq.handle);
        Ok(MovedCq {
            number: self.place.cqs[&cq.handle],
            in_set,
            config: CqConfig {
                base,
                log_size: old.log_size,
                valid: true,
                held: in_set,
                user_ctx: self.place.page,
                vector: 0,
                doorbell_record,
            },
            state,
        })
    }

    fn srq(&self, srq: &SrqImage) -> Result<MovedSrq, Inconsistency> {
        use ContextKind as K;
        let mut set = RecordSet::new(&srq.records)?;
        let (decode, encode) = (RingConfig::from_words, RingConfig::to_words);
        let old = set.take(K::RqConfig, srq.ring, decode, encode)?;
        let state = set.take(
            K::RqState,
            srq.ring,
            RingState::from_words,
            RingState::to_words,
        )?;
        set.end()?;
        structure::field(old.shared, K::RqConfig, "shared")?;
        structure::receives(&srq.receive, old.log_size)?;
        let in_set = self.used_srqs.contains(&srq.handle);
        let state = match in_set {
            true => structure::ring_state(K::RqState, &state, old.log_size)?,
            // nobody stopped it, and it begins anew
            false => RingState {
                limit_armed: state.limit_armed,
                ..RingState::default()
            },
        };
        let config = self.ring_config(K::RqConfig, srq.pd, srq.receive.buffer, &old)?;
        let number = self.place.srqs[&srq.handle];
        Ok(MovedSrq {
            number,
            ring: self.place.ring_base + number,
            in_set,
            posted: srq.receive.posted.len() as u16,
            config: RingConfig {
                held: in_set,
                ..config
            },
            state,
        })
    }

    /// A send or receive queue in its new place, which the state of its queue pair holds.
    pub fn ring_config(
        &self,
        kind: ContextKind,
        pd: u32,
        buffer: u32,
        old: &RingConfig,
    ) -> Result<RingConfig, Inconsistency> {
        let entry = match kind {
            ContextKind::SqConfig => fw_regs::rings::SEND_WQE_BYTES,
            _ => RECV_WQE_BYTES,
        };
        structure::field(old.valid, kind, "valid")?;
        structure::field(old.user_ctx == self.image.source.page, kind, "user_ctx")?;
        let (base, doorbell_record) =
            self.ring_at(buffer, old.log_size, entry, old.base, old.doorbell_record)?;
        Ok(RingConfig {
            base,
            held: false,
            user_ctx: self.place.page,
            pd: self.pd(kind, pd, old.pd)?,
            doorbell_record,
            ..*old
        })
    }

    /// A memory region's record, checked; still with the source's numbers.
    fn mr_record(&self, mr: &MrImage) -> Result<MemoryRegion, Inconsistency> {
        use ContextKind::MemoryRegion as K;
        let mut set = RecordSet::new(&mr.records)?;
        let (decode, encode) = (MemoryRegion::from_words, MemoryRegion::to_words);
        let record = set.take(K, mr.slot, decode, encode)?;
        set.end()?;
        let (range, _) = self.buffer(mr.buffer)?;
        structure::field(record.key != 0, K, "key")?;
        structure::field(record.iova == range.iova, K, "iova")?;
        let fits = record.length > 0 && record.length <= range.length;
        structure::field(fits, K, "length")?;
        let end = record.va.checked_add(record.length - 1);
        structure::field(end.is_some(), K, "va")?;
        self.pd(K, mr.pd, record.pd)?;
        Ok(record)
    }

    fn mr(&self, mr: &MrImage) -> Result<MovedMr, Inconsistency> {
        let old = self.mr_record(mr)?;
        Ok(MovedMr {
            slot: self.place.mrs[&mr.handle],
            // the device counts only what is valid
            in_set: old.valid && self.used_pds.contains(&mr.pd),
            record: MemoryRegion {
                pd: self.place.pds[&mr.pd],
                iova: self.place.buffers[&mr.buffer],
                ..old
            },
        })
    }

    fn qp(&self, qp: &super::image::QpImage) -> Result<MovedQp, RestoreError> {
        let fail = |why| RestoreError::Image {
            object: ObjectKind::Qp,
            handle: qp.handle,
            why,
        };
        let checked = Checked::of(self, qp).map_err(fail)?;
        checked.fits(qp, self.place)?;
        checked.moved(self, qp).map_err(fail)
    }
}
