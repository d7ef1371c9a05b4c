//! Changes of a queue pair's state: what each takes, and the records that it writes.

use crate::connection::{ConnectionData, MacAddress};
use crate::error::{CommandFailure, ModifyError};
use crate::mr::Access;
use crate::qp::{QueuePair, Receive};
use fw_regs::contexts::{Completer, Migration, QpAddress, QpConfig, Requester, Responder};
use fw_regs::mailbox::Payload;
use fw_regs::template::{AddressVector, Route, mapped};
use fw_regs::{Command, ContextKind, Psn, QpState};
use std::net::IpAddr;

/// Arguments of RESET to INIT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InitAttributes {
    /// What the partner may do.
    pub access: Access,
    /// Partition key.
    pub pkey: u16,
}

impl Default for InitAttributes {
    /// All access, default partition.
    fn default() -> Self {
        Self {
            access: Access::ALL,
            pkey: 0xffff,
        }
    }
}

/// Arguments of INIT to RTR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtrAttributes {
    /// The other end.
    pub partner: ConnectionData,
    /// Path MTU in bytes: 256, 512, 1024, 2048 or 4096.
    pub path_mtu: u32,
    /// READs and ATOMICs it answers at a time.
    pub max_dest_rd_atomic: u8,
    /// RNR timer code (IBTA vol 1, table 46) sent when no receive is posted.
    pub min_rnr_timer: u8,
    /// IPv4 type of service, or IPv6 traffic class.
    pub traffic_class: u8,
    /// Time to live, or hop limit.
    pub hop_limit: u8,
}

impl RtrAttributes {
    /// Path MTU 1024, 8 READs and ATOMICs, 10 µs RNR timer.
    pub fn new(partner: ConnectionData) -> Self {
        Self {
            partner,
            path_mtu: 1024,
            max_dest_rd_atomic: 8,
            min_rnr_timer: 1,
            traffic_class: 0,
            hop_limit: 64,
        }
    }
}

/// Arguments of RTR to RTS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtsAttributes {
    /// First PSN to send, as the partner was told.
    pub sq_psn: u32,
    /// Local ACK timeout: 4.096 µs · 2^timeout; 0 = none.
    pub timeout: u8,
    /// Retries after timeout or sequence error.
    pub retry_cnt: u8,
    /// Retries after RNR NAK; 7 = without end.
    pub rnr_retry: u8,
    /// READs and ATOMICs outstanding.
    pub max_rd_atomic: u8,
}

impl RtsAttributes {
    /// 67 ms timeout, 7 retries, RNR retries without end, 8 READs and ATOMICs.
    pub fn new(sq_psn: u32) -> Self {
        Self {
            sq_psn,
            timeout: 14,
            retry_cnt: 7,
            rnr_retry: 7,
            max_rd_atomic: 8,
        }
    }
}

/// A change of state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Modify {
    /// To RESET: forgets everything posted.
    Reset,
    /// To INIT: receives may be posted.
    Init(InitAttributes),
    /// To RTR: receives packets.
    Rtr(RtrAttributes),
    /// To RTS: sends.
    Rts(RtsAttributes),
    /// To SQD: finishes the message in progress, then an event comes.
    Sqd,
    /// From SQD back to RTS.
    Resume,
    /// To ERR: everything posted is flushed.
    Err,
}

impl Modify {
    /// The state it leads to.
    pub fn to(&self) -> QpState {
        match self {
            Self::Reset => QpState::Reset,
            Self::Init(_) => QpState::Init,
            Self::Rtr(_) => QpState::Rtr,
            Self::Rts(_) | Self::Resume => QpState::Rts,
            Self::Sqd => QpState::Sqd,
            Self::Err => QpState::Err,
        }
    }
}

impl QueuePair {
    /// Changes the state.
    ///
    /// # Errors
    /// [`ModifyError`]; the state is as before, unless the device did not answer.
    pub fn modify(&self, change: Modify) -> Result<(), ModifyError> {
        self.inner.context().check().map_err(CommandFailure::from)?;
        let from = self.state();
        let to = change.to();
        let allowed = fw_regs::commands::successors(from) >> to.code() & 1 == 1;
        let needs = match change {
            Modify::Resume => from == QpState::Sqd,
            Modify::Rts(_) => from == QpState::Rtr,
            _ => true,
        };
        if !allowed || !needs {
            return Err(ModifyError::Transition { from, to });
        }
        let mut config = *self.inner.config.borrow();
        let mut payload = Payload::new();
        self.fill(&change, &mut config, &mut payload)?;
        let args = [self.inner.slot.into(), to.code().into()];
        self.inner
            .context()
            .shared()
            .borrow_mut()
            .command(Command::QpModify, args, &payload)
            .map_err(ModifyError::of)?;
        *self.inner.config.borrow_mut() = config;
        self.inner.state.set(to);
        if to == QpState::Reset {
            self.inner
                .forget_completions()
                .map_err(CommandFailure::from)?;
            let mut send = self.inner.send.borrow_mut();
            (send.producer, send.tail) = (0, 0);
            if let Receive::Own(queue) = &self.inner.receive {
                queue.clear();
            }
        }
        Ok(())
    }

    /// The records that a change writes.
    fn fill(
        &self,
        change: &Modify,
        config: &mut QpConfig,
        payload: &mut Payload,
    ) -> Result<(), ModifyError> {
        let slot = self.inner.slot;
        match change {
            Modify::Init(init) => {
                config.pkey = init.pkey;
                config.remote_write = init.access.remote_write;
                config.remote_read = init.access.remote_read;
                config.remote_atomic = init.access.remote_atomic;
            }
            Modify::Rtr(rtr) => {
                let max = self.inner.context().attributes().max_rd_atomic;
                within("max_dest_rd_atomic", rtr.max_dest_rd_atomic, max)?;
                within("min_rnr_timer", rtr.min_rnr_timer, 31)?;
                config.path_mtu = mtu_code(rtr.path_mtu)?;
                config.partner_qpn = rtr.partner.qpn;
                config.max_dest_rd_atomic = rtr.max_dest_rd_atomic;
                config.min_rnr_timer = rtr.min_rnr_timer;
                config.ipv6 = rtr.partner.ip.is_ipv6();
                config.migratable = false;
                if let (Some(own), Some(partner)) = (self.inner.offer.get(), rtr.partner.migration)
                {
                    config.migratable = true;
                    let record = Migration {
                        epoch: own.epoch,
                        partner_epoch: partner.epoch,
                        key: own.join(&partner),
                        ..Migration::default()
                    };
                    // a partner that moves while this end is in RTR compares its PSNs with these
                    let psn = Psn::new(self.inner.psn.get());
                    let requester = Requester {
                        next_psn: psn,
                        max_psn: psn,
                        ..Requester::default()
                    };
                    let completer = Completer {
                        una: psn,
                        ..Completer::default()
                    };
                    payload
                        .record(ContextKind::Migration, slot, &record.to_words())
                        .and_then(|()| {
                            payload.record(ContextKind::Requester, slot, &requester.to_words())
                        })
                        .and_then(|()| {
                            payload.record(ContextKind::Completer, slot, &completer.to_words())
                        })
                        .map_err(CommandFailure::from)?;
                }
                let (template, addresses) = self.addresses(rtr)?;
                let responder = Responder {
                    epsn: rtr.partner.first_psn(),
                    ..Responder::default()
                };
                payload
                    .record(ContextKind::QpAv, slot, &template.to_words())
                    .and_then(|()| {
                        payload.record(ContextKind::QpAddress, slot, &addresses.to_words())
                    })
                    .and_then(|()| {
                        payload.record(ContextKind::Responder, slot, &responder.to_words())
                    })
                    .map_err(CommandFailure::from)?;
            }
            Modify::Rts(rts) => {
                let max = self.inner.context().attributes().max_rd_atomic;
                within("max_rd_atomic", rts.max_rd_atomic, max)?;
                within("timeout", rts.timeout, 31)?;
                within("retry_cnt", rts.retry_cnt, 7)?;
                within("rnr_retry", rts.rnr_retry, 7)?;
                config.timeout = rts.timeout;
                config.retry_cnt = rts.retry_cnt;
                config.rnr_retry = rts.rnr_retry;
                config.max_rd_atomic = rts.max_rd_atomic;
                let psn = Psn::new(rts.sq_psn);
                let requester = Requester {
                    next_psn: psn,
                    max_psn: psn,
                    ..Requester::default()
                };
                let completer = Completer {
                    una: psn,
                    retry_left: rts.retry_cnt,
                    rnr_left: rts.rnr_retry,
                    ..Completer::default()
                };
                payload
                    .record(ContextKind::Requester, slot, &requester.to_words())
                    .and_then(|()| {
                        payload.record(ContextKind::Completer, slot, &completer.to_words())
                    })
                    .map_err(CommandFailure::from)?;
            }
            Modify::Reset | Modify::Sqd | Modify::Resume | Modify::Err => return Ok(()),
        }
        payload
            .record(ContextKind::QpConfig, slot, &config.to_words())
            .map_err(CommandFailure::from)?;
        Ok(())
    }

    fn addresses(&self, rtr: &RtrAttributes) -> Result<(AddressVector, QpAddress), ModifyError> {
        let options = self.inner.context().shared().borrow().options;
        let MacAddress(source_mac) = options.mac;
        let MacAddress(next_hop_mac) = rtr.partner.mac;
        let route = Route {
            source_mac,
            next_hop_mac,
            traffic_class: rtr.traffic_class,
            hop_limit: rtr.hop_limit,
            source_port: 0xc000 | (self.inner.qpn ^ rtr.partner.qpn) as u16 & 0x3fff,
        };
        match (options.ip, rtr.partner.ip) {
            (IpAddr::V4(own), IpAddr::V4(partner)) => {
                let (own, partner) = (own.octets(), partner.octets());
                let addresses = QpAddress {
                    local_ip: mapped(own),
                    partner_ip: mapped(partner),
                };
                Ok((AddressVector::ipv4(&route, own, partner), addresses))
            }
            (IpAddr::V6(own), IpAddr::V6(partner)) => {
                let (own, partner) = (own.octets(), partner.octets());
                Ok((
                    AddressVector::ipv6(&route, own, partner),
                    QpAddress {
                        local_ip: own,
                        partner_ip: partner,
                    },
                ))
            }
            (own, partner) => Err(ModifyError::AddressFamily { own, partner }),
        }
    }
}

fn within(what: &'static str, value: u8, max: u8) -> Result<(), ModifyError> {
    match value <= max {
        true => Ok(()),
        false => Err(ModifyError::Limit {
            what,
            value: value.into(),
            min: 0,
            max: max.into(),
        }),
    }
}

fn mtu_code(bytes: u32) -> Result<u8, ModifyError> {
    match bytes {
        256 | 512 | 1024 | 2048 | 4096 => Ok((bytes.trailing_zeros() - 7) as u8),
        _ => Err(ModifyError::Limit {
            what: "path_mtu (a power of two)",
            value: bytes.into(),
            min: 256,
            max: 4096,
        }),
    }
}
