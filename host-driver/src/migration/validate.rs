//! What an image may say of a queue pair. The limits are those of the device and of the protocol; an image of this driver keeps all
//! of them.

use super::addresses;
use super::error::{Inconsistency, RestoreError};
use super::image::QpImage;
use super::relocate::{MovedQp, Mover, Place, RecordSet};
use super::structure::{field, receives, ring_state, soft};
use super::waits::RNR_WAIT;
use fw_regs::contexts::{
    AtomicResult, Completer, Migration, Outstanding, QpAddress, QpConfig, Requester, Resource,
    Responder, Response, ResponseEntry, RingConfig, RingState,
};
use fw_regs::limits::{LOG2_RD_ATOMIC, MAX_MESSAGE, PSN_WINDOW};
use fw_regs::template::{AddressVector, Route};
use fw_regs::{ContextKind as K, MigrationPhase, QpState, WcOpcode};
use std::collections::BTreeMap;

/// Responder resources of a queue pair.
const RESOURCES: u16 = 1 << LOG2_RD_ATOMIC;

/// More µs than the longest RNR wait has (IBTA vol 1, table 46: 655.36 ms).
const LONGEST_RNR_US: u32 = 1 << 20;

/// A queue pair whose records make sense, with the source's numbers but for addresses, which are those of the place.
pub(super) struct Checked {
    config: QpConfig,
    state: QpState,
    address: QpAddress,
    route: Option<Route>,
    requester: Requester,
    completer: Completer,
    responder: Responder,
    response: Response,
    sq_config: RingConfig,
    sq_state: RingState,
    /// `RqConfig` and `RqState`; of a queue pair with a shared queue only if the dump had them
    rq: Option<(RingConfig, RingState)>,
    migration: Migration,
    /// by free-running index
    outstanding: Vec<(u8, Outstanding)>,
    responses: Vec<(u8, ResponseEntry)>,
    /// by place
    resources: Vec<(u16, Resource)>,
    atomics: BTreeMap<u16, AtomicResult>,
}

/// A slot of a memory region as response entries and outstanding requests hold it: devices have at most 256 ([`crate::adapter`] uses no more).
fn named(slot: u16) -> u8 {
    slot as u8
}

impl Checked {
    pub fn of(mover: &Mover, qp: &QpImage) -> Result<Self, Inconsistency> {
        let mut set = RecordSet::new(&qp.records)?;
        let s = &mut set;
        let slot = qp.slot;
        // no device has more: slots are numbers of 12 bits
        field(slot < 1 << 12, K::QpConfig, "slot")?;
        let mut checked = Self {
            config: s.take(K::QpConfig, slot, QpConfig::from_words, QpConfig::to_words)?,
            state: QpState::Reset,
            address: s.take(
                K::QpAddress,
                slot,
                QpAddress::from_words,
                QpAddress::to_words,
            )?,
            route: None,
            requester: s.take(
                K::Requester,
                slot,
                Requester::from_words,
                Requester::to_words,
            )?,
            completer: s.take(
                K::Completer,
                slot,
                Completer::from_words,
                Completer::to_words,
            )?,
            responder: s.take(
                K::Responder,
                slot,
                Responder::from_words,
                Responder::to_words,
            )?,
            response: s.take(K::Response, slot, Response::from_words, Response::to_words)?,
            sq_config: s.take(
                K::SqConfig,
                slot,
                RingConfig::from_words,
                RingConfig::to_words,
            )?,
            sq_state: s.take(K::SqState, slot, RingState::from_words, RingState::to_words)?,
            rq: None,
            migration: s.take(
                K::Migration,
                slot,
                Migration::from_words,
                Migration::to_words,
            )?,
            outstanding: Vec::new(),
            responses: Vec::new(),
            resources: Vec::new(),
            atomics: BTreeMap::new(),
        };
        let av = s.take(
            K::QpAv,
            slot,
            AddressVector::from_words,
            AddressVector::to_words,
        )?;
        checked.configuration(mover, qp)?;
        checked.addresses(&av)?;
        checked.queues(mover, qp, s)?;
        checked.requester_half(mover, qp, s)?;
        checked.responder_half(mover, qp, s)?;
        set.end()?;
        Ok(checked)
    }

    fn connected(&self) -> bool {
        self.config.path_mtu != 0
    }

    /// Packets come and go. In the other states answers and messages are not looked at, and RESET forgets what there is of them.
    fn works(&self) -> bool {
        matches!(self.state, QpState::Rtr | QpState::Rts | QpState::Sqd)
    }

    fn configuration(&mut self, mover: &Mover, qp: &QpImage) -> Result<(), Inconsistency> {
        let c = &self.config;
        let legal = (2..1 << 24).contains(&qp.number);
        field(legal && c.qpn == qp.number, K::QpConfig, "qpn")?;
        field(!c.raw, K::QpConfig, "raw")?;
        field(c.path_mtu <= 5, K::QpConfig, "path_mtu")?;
        field(
            u16::from(c.max_rd_atomic) <= RESOURCES,
            K::QpConfig,
            "max_rd_atomic",
        )?;
        field(
            u16::from(c.max_dest_rd_atomic) <= RESOURCES,
            K::QpConfig,
            "max_dest_rd_atomic",
        )?;
        field(
            c.user_ctx == mover.image.source.page,
            K::QpConfig,
            "user_ctx",
        )?;
        let m = &self.migration;
        let state = QpState::from_code(m.verbs_state).filter(|s| *s != QpState::Sqe);
        self.state = state.ok_or(Inconsistency::Field(K::Migration, "verbs_state"))?;
        field(!self.works() || self.connected(), K::QpConfig, "path_mtu")?;
        field(!c.migratable || self.connected(), K::QpConfig, "migratable")?;
        soft(qp.psn < 1 << 24, "first PSN")?;
        let good = qp.offer.is_none_or(|offer| offer.epoch < 1 << 24);
        soft(good, "first epoch")
    }

    /// The header template is one that the driver makes, between the addresses that the device checks.
    fn addresses(&mut self, av: &AddressVector) -> Result<(), Inconsistency> {
        if !self.connected() {
            // what the slot's last owner left there
            return Ok(());
        }
        let ipv6 = self.config.ipv6;
        let route = addresses::route(av, ipv6);
        let QpAddress {
            local_ip,
            partner_ip,
        } = self.address;
        let wanted = addresses::template(&route, ipv6, local_ip, partner_ip)
            .ok_or(Inconsistency::Field(K::QpAddress, "local_ip, partner_ip"))?;
        // a checksum of zero has two forms; it is made anew anyway
        let sum = if ipv6 { 0..0 } else { 24..26 };
        let mut found = *av;
        found.bytes[sum.clone()].copy_from_slice(&wanted.bytes[sum]);
        field(wanted == found, K::QpAv, "bytes")?;
        self.route = Some(route);
        Ok(())
    }

    fn queues(
        &mut self,
        mover: &Mover,
        qp: &QpImage,
        set: &mut RecordSet,
    ) -> Result<(), Inconsistency> {
        field(!self.sq_config.shared, K::SqConfig, "shared")?;
        let log_size = self.sq_config.log_size;
        self.sq_config = mover.ring_config(K::SqConfig, qp.pd, qp.send_buffer, &self.sq_config)?;
        self.sq_state = ring_state(K::SqState, &self.sq_state, log_size)?;
        let count = qp.producer.wrapping_sub(qp.tail);
        let good = usize::from(count) == qp.posted.len()
            && qp.posted.len() <= 1 << log_size
            && (qp.posted.iter()).all(|&(_, code)| WcOpcode::from_code(code).is_some());
        soft(good, "list of posted sends")?;
        let (decode, encode) = (RingConfig::from_words, RingConfig::to_words);
        let config = set.find(K::RqConfig, qp.slot, decode, encode)?;
        let (decode, encode) = (RingState::from_words, RingState::to_words);
        let state = set.find(K::RqState, qp.slot, decode, encode)?;
        self.rq = match (&qp.receive, qp.srq) {
            (Some(receive), None) => {
                let config = config.ok_or(Inconsistency::Missing(K::RqConfig))?;
                let state = state.ok_or(Inconsistency::Missing(K::RqState))?;
                field(!config.shared, K::RqConfig, "shared")?;
                field(self.config.rq_ring == qp.slot, K::QpConfig, "rq_ring")?;
                receives(receive, config.log_size)?;
                let state = ring_state(K::RqState, &state, config.log_size)?;
                let config = mover.ring_config(K::RqConfig, qp.pd, receive.buffer, &config)?;
                Some((config, state))
            }
            // a private ring that is not there
            (None, Some(_)) => match (config, state) {
                (Some(config), Some(_)) => {
                    field(!config.valid, K::RqConfig, "valid")?;
                    Some((RingConfig::default(), RingState::default()))
                }
                (None, None) => None,
                (None, _) => return Err(Inconsistency::Missing(K::RqConfig)),
                (_, None) => return Err(Inconsistency::Missing(K::RqState)),
            },
            _ => return Err(Inconsistency::Soft("receive queue")),
        };
        Ok(())
    }

    fn requester_half(
        &mut self,
        mover: &Mover,
        qp: &QpImage,
        set: &mut RecordSet,
    ) -> Result<(), Inconsistency> {
        let (r, c) = (self.requester, &mut self.completer);
        let window = |psn: fw_regs::Psn| r.max_psn.count_from(psn) <= PSN_WINDOW;
        field(window(c.una), K::Completer, "una")?;
        field(window(r.next_psn), K::Requester, "next_psn")?;
        let reads = r.rd_issued.wrapping_sub(c.rd_done) as i8;
        field(
            u16::from(reads.unsigned_abs()) <= RESOURCES,
            K::Requester,
            "rd_issued",
        )?;
        let waits = c.timer_mode == RNR_WAIT;
        field(
            !waits || c.deadline_hi == 0 && c.deadline_lo <= LONGEST_RNR_US,
            K::Completer,
            "deadline_lo",
        )?;
        // another deadline is a time of another device's clock
        if !waits {
            (c.deadline_lo, c.deadline_hi) = (0, 0);
        }
        let una = c.una;
        let live = Ring {
            tail: c.or_tail,
            head: r.or_head,
            places: mover.image.source.outstanding,
        };
        let mut next = None;
        for (index, place) in live.entries(qp.slot, K::Requester, "or_head")? {
            let (decode, encode) = (Outstanding::from_words, Outstanding::to_words);
            let mut entry = set.take(K::Outstanding, place, decode, encode)?;
            let kind = K::Outstanding;
            if !self.works() {
                // to be flushed, in whatever order
                (entry.sge0_iova, entry.sge1_iova) = (0, 0);
                self.outstanding.push((index, entry));
                continue;
            }
            let packets = self.packets(&entry)?;
            let last = entry.first_psn.plus(packets.saturating_sub(1));
            field(entry.last_psn == last, kind, "last_psn")?;
            // where answers go is reckoned from these: a gap would be an offset beyond the memory
            let first = entry.first_psn;
            field(next.is_none_or(|psn| psn == first), kind, "first_psn")?;
            let whole = una.count_from(first) <= packets;
            field(next.is_some() || whole, K::Completer, "una")?;
            let answered = matches!(entry.kind, 2 | 3) && una.count_from(first) == packets;
            field(next.is_some() || !answered, K::Completer, "una")?;
            next = Some(first.plus(packets));
            self.scatter(mover, qp, &mut entry)?;
            self.outstanding.push((index, entry));
        }
        Ok(())
    }

    /// PSNs that a request takes.
    fn packets(&self, entry: &Outstanding) -> Result<u32, Inconsistency> {
        let kind = K::Outstanding;
        match entry.kind {
            0..=2 => {
                field(entry.length <= MAX_MESSAGE, kind, "length")?;
                field(self.connected(), kind, "kind")?;
                Ok(entry.length.div_ceil(self.config.mtu_bytes()).max(1))
            }
            3 => Ok(1),
            // failed locally: it has no packets, and stands where the next one's would be
            4 => Ok(0),
            _ => Err(Inconsistency::Field(kind, "kind")),
        }
    }

    /// Where the answer to a request goes.
    fn scatter(
        &self,
        mover: &Mover,
        qp: &QpImage,
        entry: &mut Outstanding,
    ) -> Result<(), Inconsistency> {
        let kind = K::Outstanding;
        let (first, second) = match entry.kind {
            2 => {
                field(entry.sge0_len <= entry.length, kind, "sge0_len")?;
                (entry.sge0_len, entry.length - entry.sge0_len)
            }
            3 => (8, 0),
            _ => (0, 0),
        };
        let (mr, iova) = (entry.sge0_mr.into(), entry.sge0_iova);
        let (iova, mr) = mover.address(kind, qp.pd, mr, iova, first.into())?;
        (entry.sge0_iova, entry.sge0_mr) = (iova, named(mr));
        // `status` is the second region's slot for a READ alone
        let (mr, iova) = (entry.status.into(), entry.sge1_iova);
        let (iova, mr) = mover.address(kind, qp.pd, mr, iova, second.into())?;
        entry.sge1_iova = iova;
        if entry.kind == 2 {
            entry.status = named(mr);
        }
        Ok(())
    }

    fn responder_half(
        &mut self,
        mover: &Mover,
        qp: &QpImage,
        set: &mut RecordSet,
    ) -> Result<(), Inconsistency> {
        self.message(mover, qp)?;
        let base = qp.slot * RESOURCES;
        for place in 0..RESOURCES {
            let (decode, encode) = (AtomicResult::from_words, AtomicResult::to_words);
            if let Some(result) = set.find(K::AtomicResult, base + place, decode, encode)? {
                self.atomics.insert(place, result);
            }
            let (decode, encode) = (Resource::from_words, Resource::to_words);
            let Some(resource) = set.find(K::Resource, base + place, decode, encode)? else {
                continue;
            };
            field(resource.valid, K::Resource, "valid")?;
            field(matches!(resource.kind, 1 | 2), K::Resource, "kind")?;
            if resource.kind == 2 && !self.atomics.contains_key(&place) {
                return Err(Inconsistency::Missing(K::AtomicResult));
            }
            self.resources.push((place, resource));
        }
        let live = Ring {
            tail: self.response.tail,
            head: self.response.head,
            places: mover.image.source.responses,
        };
        for (index, place) in live.entries(qp.slot, K::Response, "head")? {
            let kind = K::ResponseEntry;
            let (decode, encode) = (ResponseEntry::from_words, ResponseEntry::to_words);
            let mut entry = set.take(kind, place, decode, encode)?;
            let bytes = match entry.kind {
                2 => u64::from(entry.remaining),
                3 => {
                    let place = u16::from(entry.resource);
                    field(place < RESOURCES, kind, "resource")?;
                    // what the slot's last owner left there is nobody's business
                    self.atomics.entry(place).or_default();
                    0
                }
                _ => return Err(Inconsistency::Field(kind, "kind")),
            };
            let (iova, mr) = mover.address(kind, qp.pd, entry.mr.into(), entry.iova, bytes)?;
            (entry.iova, entry.mr) = (iova, named(mr));
            self.responses.push((index, entry));
        }
        Ok(())
    }

    /// Where the rest of a message goes that is half received.
    fn message(&mut self, mover: &Mover, qp: &QpImage) -> Result<(), Inconsistency> {
        let kind = K::Responder;
        let works = self.works();
        let r = &mut self.responder;
        if !works {
            (r.sge0_iova, r.sge1_iova) = (0, 0);
            (r.sge0_named, r.sge1_named) = (false, false);
            return Ok(());
        }
        let (first, second) = match r.op_state {
            0 => (0, 0),
            1 => {
                field(r.recv_valid, kind, "recv_valid")?;
                let first = r.sge0_len.min(r.msg_len);
                (u64::from(first), u64::from(r.msg_len - first))
            }
            2 => (u64::from(r.sge0_len), 0),
            _ => return Err(Inconsistency::Field(kind, "op_state")),
        };
        if r.op_state != 0 {
            field(u64::from(r.msg_len) <= first + second, kind, "msg_len")?;
            field(r.offset <= r.msg_len, kind, "offset")?;
        }
        (r.sge0_iova, r.sge0_mr) = mover.address(kind, qp.pd, r.sge0_mr, r.sge0_iova, first)?;
        (r.sge1_iova, r.sge1_mr) = mover.address(kind, qp.pd, r.sge1_mr, r.sge1_iova, second)?;
        if r.op_state != 0 {
            (r.sge0_named, r.sge1_named) = (first > 0, second > 0);
        }
        Ok(())
    }

    /// Whether the device has room for it, and is at an address where it can be.
    pub fn fits(&self, qp: &QpImage, place: &Place) -> Result<(), RestoreError> {
        for (what, used, places) in [
            ("requests", self.outstanding.len(), place.outstanding),
            ("answers", self.responses.len(), place.responses),
        ] {
            if used > places {
                return Err(RestoreError::TooSmall {
                    qpn: qp.number,
                    what,
                    used,
                    places,
                });
            }
        }
        if !self.connected() {
            return Ok(());
        }
        let own = place.own.ip;
        if self.config.ipv6 != own.is_ipv6() {
            return Err(RestoreError::AddressFamily { own });
        }
        if self.works()
            && !self.config.migratable
            && self.address.local_ip != addresses::recorded(own)
        {
            return Err(RestoreError::NotMigratable {
                qpn: qp.number,
                address: addresses::address(self.address.local_ip),
            });
        }
        Ok(())
    }

    /// The records for the place.
    pub fn moved(self, mover: &Mover, qp: &QpImage) -> Result<MovedQp, Inconsistency> {
        let place = mover.place;
        let slot = place.qps[&qp.handle];
        let c = &self.config;
        let config = QpConfig {
            pd: mover.pd(K::QpConfig, qp.pd, c.pd)?,
            user_ctx: place.page,
            send_cq: mover.cq_number(qp.send_cq, c.send_cq, "send_cq")?,
            recv_cq: mover.cq_number(qp.recv_cq, c.recv_cq, "recv_cq")?,
            rq_ring: match qp.srq {
                Some(srq) => mover.srq_ring(srq, qp.pd, c.rq_ring)?,
                None => slot,
            },
            ..*c
        };
        let (address, av) = self.addressed(place)?;
        let migration = Migration {
            epoch: self.migration.epoch,
            verbs_state: self.migration.verbs_state,
            partner_epoch: self.migration.partner_epoch,
            key: self.migration.key,
            phase: MigrationPhase::Restored.code(),
            ..Migration::default()
        };
        let mut records = vec![
            (K::QpConfig, slot, config.to_words().to_vec()),
            (K::QpAddress, slot, address.to_words().to_vec()),
            (K::QpAv, slot, av.to_vec()),
            (K::Requester, slot, self.requester.to_words().to_vec()),
            (K::Completer, slot, self.completer.to_words().to_vec()),
            (K::Responder, slot, self.responder.to_words().to_vec()),
            (K::Response, slot, self.response.to_words().to_vec()),
            (K::SqConfig, slot, self.sq_config.to_words().to_vec()),
            (K::SqState, slot, self.sq_state.to_words().to_vec()),
        ];
        if let Some((config, state)) = &self.rq {
            records.push((K::RqConfig, slot, config.to_words().to_vec()));
            records.push((K::RqState, slot, state.to_words().to_vec()));
        }
        records.push((K::Migration, slot, migration.to_words().to_vec()));
        let ring = |index: u8, places: usize| {
            slot * places as u16 + (u16::from(index) & (places as u16 - 1))
        };
        for (index, entry) in &self.outstanding {
            let at = ring(*index, place.outstanding);
            records.push((K::Outstanding, at, entry.to_words().to_vec()));
        }
        for (index, entry) in &self.responses {
            let at = ring(*index, place.responses);
            records.push((K::ResponseEntry, at, entry.to_words().to_vec()));
        }
        for (at, resource) in &self.resources {
            let at = slot * RESOURCES + at;
            records.push((K::Resource, at, resource.to_words().to_vec()));
        }
        // one run, which the device takes fastest; nobody asks for the results in between
        let ends = self.atomics.keys().next().zip(self.atomics.keys().last());
        for at in ends.into_iter().flat_map(|(&first, &last)| first..=last) {
            let result = self.atomics.get(&at).copied().unwrap_or_default();
            let at = slot * RESOURCES + at;
            records.push((K::AtomicResult, at, result.to_words().to_vec()));
        }
        Ok(MovedQp {
            slot,
            state: self.state,
            config,
            send_log_size: self.sq_config.log_size,
            recv_log_size: self.rq.map_or(0, |(config, _)| config.log_size),
            records,
        })
    }

    /// Addresses and header template from here; zeros for a queue pair that was never connected.
    fn addressed(
        &self,
        place: &Place,
    ) -> Result<(QpAddress, [u32; AddressVector::WORDS]), Inconsistency> {
        let Some(route) = self.route else {
            return Ok((QpAddress::default(), [0; AddressVector::WORDS]));
        };
        let address = QpAddress {
            local_ip: addresses::recorded(place.own.ip),
            partner_ip: self.address.partner_ip,
        };
        let route = Route {
            source_mac: place.own.mac.0,
            ..route
        };
        let ipv6 = self.config.ipv6;
        let av = addresses::template(&route, ipv6, address.local_ip, address.partner_ip)
            .ok_or(Inconsistency::Field(K::QpAddress, "partner_ip"))?;
        Ok((address, av.to_words()))
    }
}

/// A ring of records of one queue pair: free-running indices of 8 bits.
struct Ring {
    tail: u8,
    head: u8,
    places: u32,
}

impl Ring {
    /// Free-running index and place of those in use.
    fn entries(
        &self,
        slot: u16,
        kind: K,
        field_name: &'static str,
    ) -> Result<Vec<(u8, u16)>, Inconsistency> {
        let count = self.head.wrapping_sub(self.tail);
        let sane = self.places.is_power_of_two() && self.places <= 128;
        field(sane && u32::from(count) <= self.places, kind, field_name)?;
        let mask = self.places as u16 - 1;
        (0..count)
            .map(|k| {
                let index = self.tail.wrapping_add(k);
                let base = slot.checked_mul(self.places as u16);
                base.and_then(|base| base.checked_add(u16::from(index) & mask))
                    .map(|place| (index, place))
                    .ok_or(Inconsistency::Field(kind, field_name))
            })
            .collect()
    }
}
