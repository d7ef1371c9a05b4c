//! Work requests as a test posts them, and what they must look like on the wire.

use hdl::pipe::{SendWqe, TxDesc};
use hdl::record::Record;
use num_bigint::BigUint;
use rust_hdl::prelude::*;

pub const SIGNALLED: u8 = 1;
pub const SOLICITED: u8 = 2;
pub const FENCE: u8 = 4;
pub const INLINE: u8 = 8;
pub const SEND: u8 = 0;
pub const SEND_IMM: u8 = 1;
pub const SEND_INV: u8 = 2;
pub const WRITE: u8 = 3;
pub const WRITE_IMM: u8 = 4;
pub const READ: u8 = 5;
pub const CMP_SWAP: u8 = 6;
pub const FETCH_ADD: u8 = 7;

/// Signed difference of two PSNs.
pub fn ahead(a: u32, b: u32) -> i32 {
    ((a.wrapping_sub(b) << 8) as i32) >> 8
}

/// One WQE with its scatter entries resolved.
#[derive(Clone, Debug, Default)]
pub struct Work {
    pub op: u8,
    pub flags: u8,
    pub imm: u32,
    pub inline_len: u32,
    pub va: u64,
    pub rkey: u32,
    pub sge: [(u64, u32); 2],
    /// slots of the entries' regions
    pub mr: [u64; 2],
    pub swap_add: u64,
    pub compare: u64,
    pub inline_data: [u8; 32],
    pub key_error: bool,
    pub read_error: bool,
}

impl Work {
    pub fn new(op: u8, flags: u8, sge: [(u64, u32); 2]) -> Self {
        Self {
            op,
            flags,
            sge,
            va: 0xaabb_ccdd_1122_3340,
            rkey: 0x0102_0304,
            imm: 0x5566_7788,
            ..Self::default()
        }
    }

    pub fn is_inline(&self) -> bool {
        self.flags & INLINE != 0
    }

    pub fn wants_response(&self) -> bool {
        self.op >= READ
    }

    pub fn len(&self) -> u32 {
        match (self.is_inline(), self.op) {
            (true, _) => self.inline_len,
            (_, CMP_SWAP | FETCH_ADD) => 8,
            _ => self.sge[0].1.wrapping_add(self.sge[1].1),
        }
    }

    /// PSNs that the message takes.
    pub fn psns(&self, mtu: u32) -> u32 {
        if self.op >= CMP_SWAP {
            1
        } else {
            self.len().div_ceil(mtu).max(1)
        }
    }

    pub fn completion(&self) -> u64 {
        [0, 0, 0, 1, 1, 2, 3, 4][usize::from(self.op & 7)]
    }

    /// Host memory behind bytes `offset .. offset + len` of the message.
    pub fn memory(&self, offset: u32, len: u32) -> Vec<(u64, u32)> {
        let (mut offset, mut len, mut runs) = (offset, len, Vec::new());
        for (iova, size) in self.sge {
            let take = size.saturating_sub(offset).min(len);
            if take > 0 {
                runs.push((iova + u64::from(offset), take));
            }
            len -= take;
            offset = offset.saturating_sub(size);
        }
        runs
    }

    /// As the send-queue cache holds it.
    pub fn record(&self) -> SendWqe {
        let wide = |low: u64, high: u64| {
            Bits::<128>::from_uint(&(BigUint::from(low) | (BigUint::from(high) << 64)))
        };
        let mut data = [
            wide(self.sge[0].0, u64::from(self.sge[0].1) | self.mr[0] << 32),
            match self.op {
                CMP_SWAP | FETCH_ADD => wide(self.swap_add, self.compare),
                _ => wide(self.sge[1].0, u64::from(self.sge[1].1) | self.mr[1] << 32),
            },
        ];
        if self.is_inline() {
            for (half, bits) in self.inline_data.chunks(16).zip(&mut data) {
                *bits = Bits::from_uint(&BigUint::from_bytes_le(half));
            }
        }
        SendWqe {
            control: wide(
                u64::from(self.op) | u64::from(self.flags) << 8 | u64::from(self.imm) << 32,
                self.inline_len.into(),
            ),
            remote: wide(self.va, self.rkey.into()),
            data0: data[0],
            data1: data[1],
            key_error: u64::from(self.key_error).into(),
            read_error: u64::from(self.read_error).into(),
        }
    }

    /// BTH opcode and bytes behind it of the packet at `offset`.
    fn header(&self, offset: u32, last: bool) -> (u64, Vec<u8>) {
        let first = offset == 0;
        let opcode = match (self.op, first, last) {
            (0..=2, true, false) => 0x00,
            (0..=2, false, false) => 0x01,
            (SEND, false, true) => 0x02,
            (SEND_IMM, false, true) => 0x03,
            (SEND_INV, false, true) => 0x16,
            (SEND, true, true) => 0x04,
            (SEND_IMM, true, true) => 0x05,
            (SEND_INV, true, true) => 0x17,
            (3 | 4, true, false) => 0x06,
            (3 | 4, false, false) => 0x07,
            (WRITE, false, true) => 0x08,
            (WRITE_IMM, false, true) => 0x09,
            (WRITE, true, true) => 0x0a,
            (WRITE_IMM, true, true) => 0x0b,
            (READ, _, _) => 0x0c,
            (CMP_SWAP, _, _) => 0x13,
            (FETCH_ADD, _, _) => 0x14,
            _ => unreachable!("no such operation"),
        };
        let mut ext = Vec::new();
        if self.op == READ || (matches!(self.op, WRITE | WRITE_IMM) && first) {
            ext.extend((self.va + u64::from(offset)).to_be_bytes());
            ext.extend(self.rkey.to_be_bytes());
            ext.extend((self.len() - offset).to_be_bytes());
        }
        if self.op >= CMP_SWAP {
            ext.extend(self.va.to_be_bytes());
            ext.extend(self.rkey.to_be_bytes());
            ext.extend(self.swap_add.to_be_bytes());
            ext.extend(self.compare.to_be_bytes());
        }
        if last && matches!(self.op, SEND_IMM | SEND_INV | WRITE_IMM) {
            ext.extend(self.imm.to_be_bytes());
        }
        (opcode, ext)
    }

    /// Panics unless `tx` is packet number `number` of this message.
    pub fn check_packet(&self, number: u32, mtu: u32, tx: &TxDesc) {
        let offset = number * mtu;
        let len = if self.wants_response() {
            0
        } else {
            (self.len() - offset).min(mtu)
        };
        let last = self.wants_response() || offset + len == self.len();
        let what = format!("packet {number} of {self:x?}: {tx:x?}");
        let (opcode, ext) = self.header(offset, last);
        assert_eq!(tx.opcode.to_u64(), opcode, "{what}");
        let mut sent = tx.ext.to_uint().to_bytes_le();
        sent.resize(28, 0);
        sent.truncate(tx.ext_len.to_u64() as usize);
        assert_eq!(sent, ext, "{what}");
        let solicited =
            last && self.flags & SOLICITED != 0 && (self.op < WRITE || self.op == WRITE_IMM);
        assert_eq!(tx.solicited.any(), solicited, "{what}");
        assert!(!last || tx.ack_req.any(), "{what}");
        let mut sent: Vec<(u64, u32)> = vec![
            (tx.iova0.to_u64(), tx.len0.to_u64() as u32),
            (tx.iova1.to_u64(), tx.len1.to_u64() as u32),
        ];
        sent.retain(|run| run.1 > 0);
        if self.is_inline() {
            assert!(tx.inlined.any(), "{what}");
            assert_eq!(
                (tx.len0.to_u64(), tx.len1.to_u64()),
                (len.into(), 0),
                "{what}"
            );
            assert_eq!(
                tx.inline_data.to_uint(),
                BigUint::from_bytes_le(&self.inline_data),
                "{what}"
            );
        } else if self.wants_response() {
            assert!(sent.is_empty(), "{what}");
        } else {
            assert!(!tx.inlined.any(), "{what}");
            assert_eq!(sent, self.memory(offset, len), "{what}");
        }
    }
}
