//! A queue pair under watch.

use super::Why;
use super::host::Host;
use super::moving::{HANDED_OVER, Least, Meaning, Moving, Phase};
use super::recv::{HINDSIGHT, ReceiveWatch, Ring};
use super::send::SendWatch;
use super::senders::Senders;
use crate::model::packet::{Frame, Packet};
use crate::model::receiver::ReceiveConfig;
use crate::model::sender::SendConfig;
use fw_regs::contexts::{Completer, Migration, QpAddress, QpConfig, Requester, Responder};
use fw_regs::template::AddressVector;
use fw_regs::wire::{self, Opcode};
use fw_regs::{ContextKind, Psn, QpState};

/// See the module's head.
#[derive(Clone)]
pub struct Qp {
    pub slot: u16,
    pub config: QpConfig,
    pub addresses: QpAddress,
    template: AddressVector,
    pub state: QpState,
    pub send: Option<Senders>,
    pub receive: ReceiveWatch,
    pub moving: Moving,
    /// it may be in ERR, but nothing says so except readings in which a request has failed it
    suspected: bool,
}

/// The configuration that a slot's records hold.
pub fn config(host: &Host, slot: u16) -> Option<QpConfig> {
    host.record(ContextKind::QpConfig, slot)
        .map(|w| QpConfig::from_words(&w))
}

impl Qp {
    /// A queue pair that has come to RTR; `number` is its number, which the records need not know.
    pub fn new(host: &Host, slot: u16, number: u32) -> Option<Self> {
        let mut config = config(host, slot)?;
        config.qpn = number;
        let addresses = QpAddress::from_words(&host.record(ContextKind::QpAddress, slot)?);
        let template = AddressVector::from_words(&host.record(ContextKind::QpAv, slot)?);
        let responder = Responder::from_words(&host.record(ContextKind::Responder, slot)?);
        let receive = ReceiveConfig {
            mtu: config.mtu_bytes(),
            pd: config.pd,
            remote_write: config.remote_write,
            remote_read: config.remote_read,
            remote_atomic: config.remote_atomic,
            max_dest_rd_atomic: config.max_dest_rd_atomic,
            min_rnr_timer: config.min_rnr_timer,
        };
        let ring = Ring {
            number: config.rq_ring,
            shared: host.is_shared(config.rq_ring),
        };
        let partner = (config.partner_qpn, config.pkey);
        let record = host.record(ContextKind::Migration, slot);
        let record = record.map(|w| Migration::from_words(&w));
        Some(Self {
            slot,
            config,
            addresses,
            template,
            state: QpState::Rtr,
            send: None,
            receive: ReceiveWatch::new(ring, receive, partner, responder.epsn),
            moving: Moving::new(config.migratable, record),
            suspected: false,
        })
    }

    /// It has come to RTS.
    pub fn start(&mut self, host: &Host, now: u64) -> Option<()> {
        let number = self.config.qpn;
        self.config = config(host, self.slot)?;
        self.config.qpn = number;
        let c = &self.config;
        let requester = Requester::from_words(&host.record(ContextKind::Requester, self.slot)?);
        let send = SendConfig {
            mtu: c.mtu_bytes(),
            partner_qpn: c.partner_qpn,
            pkey: c.pkey,
            pd: c.pd,
            max_rd_atomic: c.max_rd_atomic,
            retry_cnt: c.retry_cnt,
            rnr_retry: c.rnr_retry,
        };
        let timeout = wire::ack_timeout_ns(c.timeout);
        let first = SendWatch::new(self.slot, send, timeout, requester.next_psn, now);
        self.send = Some(Senders::new(first));
        self.state = QpState::Rts;
        Some(())
    }

    /// It may be in ERR from now on.
    pub fn fail(&mut self, now: u64) {
        self.suspected = false;
        self.note_error(now);
    }

    fn note_error(&mut self, now: u64) {
        self.receive.fail(now);
        if let Some(send) = &mut self.send {
            send.fail(now);
        }
    }

    /// A work request has been flushed: that may be the first that is seen of a failure of the receiving half.
    pub fn flushed(&mut self, now: u64, host: &Host) {
        self.suspected = false;
        if self.receive.error.is_none() && self.receive.could_have_failed(host) {
            self.fail(now);
        }
    }

    /// What one half knows of an error, the other has to know. If only readings have it that none is left of, there was none: the request was refused, for one.
    pub fn share_errors(&mut self, now: u64) {
        let failed = self.send.as_ref().is_some_and(Senders::has_failed);
        if self.suspected && !failed && !self.receive.may_have_failed() {
            self.suspected = false;
            self.receive.forget_error();
            if let Some(send) = &mut self.send {
                send.each(|way| way.error = None);
            }
        }
        let sending = self.send.as_ref().is_some_and(Senders::has_error);
        let known = sending || self.receive.error.is_some();
        if known || self.receive.may_have_failed() {
            self.suspected |= !known;
            self.note_error(now);
        }
    }

    /// Frames to it come from the partner, and frames from it go there.
    pub fn is_addressed(&self, frame: &Frame) -> bool {
        frame.source == self.addresses.partner_ip
            && frame.destination == self.addresses.local_ip
            && frame.packet.pkey & 0x7fff == self.config.pkey & 0x7fff
    }

    /// A frame that it sent has the headers of its template.
    pub fn check_headers(&self, frame: &[u8]) -> Result<(), Why> {
        // lengths and the checksum over them are each packet's own
        let own: &[std::ops::Range<usize>] = match self.config.ipv6 {
            true => &[0..18, 20..58, 60..62],
            false => &[0..16, 18..24, 26..38, 40..42],
        };
        for range in own {
            if frame[range.clone()] != self.template.bytes[range.clone()] {
                return Err(Why(format!(
                    "header bytes {range:?} are {:02x?}, not {:02x?}",
                    &frame[range.clone()],
                    &self.template.bytes[range.clone()]
                )));
            }
        }
        Ok(())
    }

    /// STOP has been given.
    pub fn stop(&mut self, now: u64) {
        // one that resumes has refused everything, and goes on doing so
        let working = self.moving.phase != Phase::Resuming;
        self.moving.stop(now);
        self.receive.stop(now);
        if working {
            self.receive.turn();
        }
        if let Some(send) = &mut self.send {
            send.stop(now);
        }
    }

    /// The device says that it is drained: what it owed to memory has come.
    pub fn drained(&mut self, host: &Host) {
        self.moving.drained();
        self.receive.drained(host);
    }

    /// ABORT has been given.
    pub fn abort(&mut self, now: u64) {
        self.receive.abort(now);
        let meaning = self.moving.abort();
        self.mean(now, meaning);
    }

    /// A packet of the migration protocol has come.
    pub fn hear(&mut self, now: u64, p: &Packet) {
        let epsns = self.receive.epsns();
        // one that has never sent expects what the partner says of it
        let never = p.migration.map_or(Psn::new(0), |m| m.epsn);
        let places = match &self.send {
            Some(send) => send.places(),
            None => vec![(never, never)],
        };
        // what is older than that has certainly been looked at
        let settled = now.saturating_sub(HINDSIGHT);
        let least = Least {
            epsn: self.receive.least_epsn(settled),
            sends: self.send.as_ref().and_then(|send| send.least(settled)),
        };
        let before = self.moving.clone();
        for place in places {
            self.moving = before.clone();
            let meaning = self.moving.received(now, p, place, (&epsns, least));
            if before.answered != self.moving.answered {
                self.receive.turn();
                if self.moving.phase == Phase::Stopping {
                    // STOP reaches it in any case
                    self.receive.turn();
                }
            }
            if meaning != Meaning::Nothing {
                if let (Some(send), Opcode::Resume) = (&mut self.send, p.opcode) {
                    send.each(|way| way.hear_resume(now));
                }
                return self.mean(now, meaning);
            }
        }
    }

    /// The driver gives it up.
    pub fn give_up(&mut self, now: u64) {
        if let Some(send) = &mut self.send {
            send.each(SendWatch::give_up);
        }
        self.fail(now);
    }

    /// A packet says that the partner is elsewhere now, and this end may believe it.
    pub fn is_news(&self, frame: &Frame) -> bool {
        let elsewhere = frame.source != self.addresses.partner_ip;
        let opcode = frame.packet.opcode;
        self.config.migratable
            && (opcode == Opcode::Moved || (opcode == Opcode::Resume && elsewhere))
    }

    fn mean(&mut self, now: u64, meaning: Meaning) {
        let Some(send) = &mut self.send else { return };
        match meaning {
            Meaning::Nothing => {}
            Meaning::Pause => send.each(|way| way.pause(now)),
            Meaning::Restart => {
                send.each(|way| way.accept_resume(now));
                self.receive.partner_resumed();
            }
            Meaning::Resumed => send.each(|way| way.resume(now)),
        }
        if self.moving.works() {
            self.receive.work(now);
        }
    }

    /// A packet of the migration protocol has left.
    pub fn say(&mut self, now: u64, p: &Packet, host: &Host) -> Result<(), Why> {
        let places = match (&self.send, p.migration) {
            (Some(send), _) => send.places(),
            (None, Some(m)) => vec![(p.psn, m.max)],
            (None, None) => Vec::new(),
        };
        let refused = self
            .moving
            .only_request(p.psn)
            .filter(|_| p.is_nak_stopped());
        let epsns = self.receive.epsns();
        let send = &mut self.send;
        let may_say = |una: Psn, max: Psn| match send {
            Some(send) => send.may_say(una, max, HANDED_OVER, host),
            None => true,
        };
        let meaning = self
            .moving
            .sent((now, host.lag()), p, &places, &epsns, may_say)?;
        if let Some(cycle) = refused {
            self.receive.refused(cycle, p.psn);
        }
        if let (Opcode::ResumeAck, Some(mig)) = (p.opcode, p.migration) {
            self.receive.has_come_to(mig.epsn, host)?;
        }
        let late = p
            .migration
            .is_some_and(|m| self.moving.answered == Some(m.epoch));
        if meaning != Meaning::Nothing {
            self.mean(now, meaning);
        }
        if let (Some(send), Opcode::ResumeAck) = (&mut self.send, p.opcode) {
            send.each(|way| way.answer_resume(now));
        }
        let named = p
            .migration
            .is_none_or(|m| (m.source_qpn, m.version) == (self.config.qpn, wire::MIG_ETH_VERSION));
        if !named || p.pkey != self.config.pkey || p.ack_req || p.solicited {
            return Err(Why::new("its headers are not its own"));
        }
        if let (Some(send), Opcode::Resume, Some(mig)) = (&mut self.send, p.opcode, p.migration)
            && !late
        {
            send.settle(p.psn, mig.max);
            self.receive.settle_at(mig.epsn);
        }
        Ok(())
    }

    /// It has been seen working.
    pub fn seen_working(&mut self, now: u64) {
        self.moving.seen_working();
        if self.moving.works() {
            self.receive.work(now);
        }
    }

    /// Nothing is under way in either half.
    pub fn is_done(&mut self, host: &Host) -> Result<(), Why> {
        if let Some(send) = &self.send {
            send.is_done(host)?;
        }
        self.receive.is_done(host)
    }

    /// The records of a queue pair at rest are those of the model.
    pub fn compare(
        &self,
        requester: &Requester,
        completer: &Completer,
        responder: &Responder,
    ) -> Result<(), Why> {
        if let Some(place) = self.send.as_ref().and_then(Senders::rests_at) {
            let nic = (completer.una, requester.max_psn, completer.sq_ci);
            if nic != place {
                return Err(Why(format!(
                    "the NIC's una, max and oldest work request are {nic:?}"
                )));
            }
        }
        if self.receive.error.is_some() {
            return Ok(());
        }
        match self.receive.may_rest_at(responder.epsn, responder.msn) {
            true => Ok(()),
            false => Err(Why(format!(
                "the NIC's ePSN is {}, its MSN {:#x}",
                responder.epsn, responder.msn
            ))),
        }
    }

    /// A few lines for people.
    pub fn lines(&self, host: &Host) -> String {
        let send = self.send.as_ref().map_or("-".to_owned(), Senders::line);
        format!(
            "QP {:#x} slot {} {:?}\n  sends    {send}\n  receives {}",
            self.config.qpn,
            self.slot,
            self.state,
            self.receive.line(host)
        )
    }
}
