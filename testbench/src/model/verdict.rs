//! The rules that a request in order has to keep, and what becomes of one that does not.

use super::memory::{Regions, Right};
use super::packet::Packet;
use super::receiver::{Progress, Receiver};
use fw_regs::WcStatus;
use fw_regs::wire::{self, Opcode};

/// The parts of a request opcode.
pub(super) struct Kind {
    pub send: bool,
    pub write: bool,
    pub starts: bool,
    pub ends: bool,
    /// consumes a receive at its end, though it is a WRITE
    pub immediate: bool,
    pub invalidate: bool,
}

pub(super) fn kind(opcode: Opcode) -> Kind {
    use Opcode as O;
    let code = opcode.code();
    let send = matches!(code, 0..=5 | 0x16 | 0x17);
    Kind {
        send,
        write: (6..=0x0b).contains(&code),
        starts: matches!(
            opcode,
            O::SendFirst
                | O::SendOnly
                | O::SendOnlyImm
                | O::SendOnlyInv
                | O::WriteFirst
                | O::WriteOnly
                | O::WriteOnlyImm
        ),
        ends: !matches!(
            opcode,
            O::SendFirst | O::SendMiddle | O::WriteFirst | O::WriteMiddle
        ),
        immediate: matches!(
            opcode,
            O::SendLastImm | O::SendOnlyImm | O::WriteLastImm | O::WriteOnlyImm
        ),
        invalidate: matches!(opcode, O::SendLastInv | O::SendOnlyInv),
    }
}

/// Why a request is refused for good.
pub(super) struct Refusal {
    pub syndrome: Option<u8>,
    /// status of the receive in use
    pub status: WcStatus,
}

pub(super) const INVALID: Refusal = Refusal {
    syndrome: Some(wire::SYNDROME_NAK_INVALID_REQUEST),
    status: WcStatus::RemoteInvalidRequest,
};
pub(super) const ACCESS: Refusal = Refusal {
    syndrome: Some(wire::SYNDROME_NAK_REMOTE_ACCESS),
    status: WcStatus::RemoteAccess,
};
pub(super) const TOO_LONG: Refusal = Refusal {
    syndrome: Some(wire::SYNDROME_NAK_INVALID_REQUEST),
    status: WcStatus::LocalLength,
};
pub(super) const LOCAL: Refusal = Refusal {
    syndrome: Some(wire::SYNDROME_NAK_REMOTE_OPERATIONAL),
    status: WcStatus::LocalProtection,
};
pub(super) const NO_KEY: Refusal = Refusal {
    syndrome: None,
    status: WcStatus::RemoteInvalidRequest,
};

impl Receiver {
    /// The rules that an in-order packet has to keep; `shape_only` leaves memory out.
    pub(super) fn judge(
        &self,
        p: &Packet,
        regions: &Regions,
        shape_only: bool,
    ) -> Result<(), Refusal> {
        let kind = kind(p.opcode);
        let fits = match self.progress {
            Progress::None => kind.starts || !(kind.send || kind.write),
            Progress::Send { .. } => kind.send && !kind.starts,
            Progress::Write { .. } => kind.write && !kind.starts,
        };
        let read = p.opcode == Opcode::ReadRequest;
        let c = &self.config;
        let enabled = match () {
            () if kind.write => c.remote_write,
            () if read => c.remote_read && c.max_dest_rd_atomic > 0,
            () if p.atomic.is_some() => c.remote_atomic && c.max_dest_rd_atomic > 0,
            () => true,
        };
        let length = p.payload.len() as u32;
        let sized = match (kind.send || kind.write, kind.starts, kind.ends) {
            (false, ..) => length == 0,
            (_, _, false) => length == c.mtu,
            (_, true, true) => length <= c.mtu,
            (_, false, true) => (1..=c.mtu).contains(&length),
        };
        let padded = u32::from(p.pad) == length.wrapping_neg() & 3;
        let long = p.reth.is_some_and(|r| r.length > 1 << 31);
        if !fits || !enabled || !sized || !padded || long {
            return Err(INVALID);
        }
        if shape_only {
            return Ok(());
        }
        let reached = match (p.reth, p.atomic) {
            (Some(r), _) if r.length > 0 => {
                let right = match read {
                    true => Right::RemoteRead,
                    false => Right::RemoteWrite,
                };
                regions.check(r.rkey, c.pd, r.va, r.length, right).is_some()
            }
            (_, Some(a)) => regions
                .check(a.rkey, c.pd, a.va, 8, Right::RemoteAtomic)
                .is_some(),
            _ => true,
        };
        if !reached {
            return Err(ACCESS);
        }
        let sum = match (self.progress, p.reth) {
            (Progress::Write { length, offset, .. }, _) => Some((length, offset)),
            (_, Some(r)) if kind.write => Some((r.length, 0)),
            _ => None,
        };
        let summed = sum.is_none_or(|(total, offset)| match kind.ends {
            true => offset + length == total,
            false => offset + length <= total,
        });
        let aligned = p.atomic.is_none_or(|a| a.va % 8 == 0);
        match summed && aligned {
            true => Ok(()),
            false => Err(INVALID),
        }
    }
}
