//! A queue pair under watch.

use super::Why;
use super::host::Host;
use super::recv::{ReceiveWatch, Ring};
use super::send::SendWatch;
use crate::model::packet::Frame;
use crate::model::receiver::ReceiveConfig;
use crate::model::sender::SendConfig;
use fw_regs::contexts::{Completer, QpAddress, QpConfig, Requester, Responder};
use fw_regs::template::AddressVector;
use fw_regs::{ContextKind, QpState, wire};

/// See the module's head.
pub struct Qp {
    pub slot: u16,
    pub config: QpConfig,
    pub addresses: QpAddress,
    template: AddressVector,
    pub state: QpState,
    pub send: Option<SendWatch>,
    pub receive: ReceiveWatch,
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
        Some(Self {
            slot,
            config,
            addresses,
            template,
            state: QpState::Rtr,
            send: None,
            receive: ReceiveWatch::new(ring, receive, partner, responder.epsn),
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
        self.send = Some(SendWatch::new(
            self.slot,
            send,
            timeout,
            requester.next_psn,
            now,
        ));
        self.state = QpState::Rts;
        Some(())
    }

    /// It may be in ERR from now on.
    pub fn fail(&mut self, now: u64) {
        self.receive.error.get_or_insert(now);
        if let Some(send) = &mut self.send {
            send.error.get_or_insert(now);
        }
    }

    /// What one half knows of an error, the other has to know.
    pub fn share_errors(&mut self, now: u64) {
        let sending = self.send.as_ref().is_some_and(|s| s.error.is_some());
        if sending || self.receive.error.is_some() || self.receive.may_have_failed() {
            self.fail(now);
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
        if let Some(send) = self.send.as_ref().filter(|s| s.error.is_none()) {
            let s = &send.sender;
            let nic = (completer.una, requester.max_psn, completer.sq_ci);
            if nic != (s.una, s.max, s.admitted) {
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
        let send = self.send.as_ref().map_or("-".to_owned(), SendWatch::line);
        format!(
            "QP {:#x} slot {} {:?}\n  sends    {send}\n  receives {}",
            self.config.qpn,
            self.slot,
            self.state,
            self.receive.line(host)
        )
    }
}
