//! Opcode and extension headers of one request packet.
//!
//! # Theory of operation
//! Combinational. A work request and the place of the packet in its message (first, last) give the BTH opcode and the
//! bytes behind the BTH: RETH on the first packet of a WRITE and on every READ, AtomicETH, immediate data or the key to
//! invalidate on the last packet. Numbers come in as numbers and go out big-endian, first wire byte in bits 7..0.
//!
//! # Interfaces
//! `operation` is the WQE opcode (0 SEND, 1 SEND_IMM, 2 SEND_INV, 3 WRITE, 4 WRITE_IMM, 5 READ, 6 CMP_SWAP, 7 FETCH_ADD).

use rust_hdl::prelude::*;

/// Work request and position to opcode and extension headers; see the module's head.
#[derive(LogicBlock, Default)]
pub struct Packetise {
    pub operation: Signal<In, Bits<3>>,
    /// first packet of the message
    pub first: Signal<In, Bit>,
    /// last packet of the message
    pub last: Signal<In, Bit>,
    /// remote address of the first byte asked for or written, remote key, bytes of the message
    pub va: Signal<In, Bits<64>>,
    pub rkey: Signal<In, Bits<32>>,
    pub length: Signal<In, Bits<32>>,
    /// immediate data or the key to invalidate
    pub imm: Signal<In, Bits<32>>,
    /// operands of an ATOMIC
    pub swap_add: Signal<In, Bits<64>>,
    pub compare: Signal<In, Bits<64>>,
    /// BTH opcode
    pub opcode: Signal<Out, Bits<8>>,
    /// bytes behind the BTH, byte k in bits 8k..8k+8, and how many of them count
    pub ext: Signal<Out, Bits<224>>,
    pub ext_len: Signal<Out, Bits<5>>,
    byte: Signal<Local, Bits<8>>,
    va_wire: Signal<Local, Bits<64>>,
    rkey_wire: Signal<Local, Bits<32>>,
    length_wire: Signal<Local, Bits<32>>,
    imm_wire: Signal<Local, Bits<32>>,
    swap_wire: Signal<Local, Bits<64>>,
    compare_wire: Signal<Local, Bits<64>>,
    only: Signal<Local, Bit>,
    word0: Signal<Local, Bits<32>>,
    words34: Signal<Local, Bits<64>>,
}

impl Logic for Packetise {
    #[hdl_gen]
    fn update(&mut self) {
        // big-endian
        self.va_wire.next = bits::<64>(0);
        self.swap_wire.next = bits::<64>(0);
        self.compare_wire.next = bits::<64>(0);
        for i in 0..8 {
            self.byte.next = self.va.val().get_bits::<8>(i * 8);
            self.va_wire.next = (self.va_wire.val() << 8) | bit_cast::<64, 8>(self.byte.val());
            self.byte.next = self.swap_add.val().get_bits::<8>(i * 8);
            self.swap_wire.next = (self.swap_wire.val() << 8) | bit_cast::<64, 8>(self.byte.val());
            self.byte.next = self.compare.val().get_bits::<8>(i * 8);
            self.compare_wire.next =
                (self.compare_wire.val() << 8) | bit_cast::<64, 8>(self.byte.val());
        }
        self.rkey_wire.next = bits::<32>(0);
        self.length_wire.next = bits::<32>(0);
        self.imm_wire.next = bits::<32>(0);
        for i in 0..4 {
            self.byte.next = self.rkey.val().get_bits::<8>(i * 8);
            self.rkey_wire.next = (self.rkey_wire.val() << 8) | bit_cast::<32, 8>(self.byte.val());
            self.byte.next = self.length.val().get_bits::<8>(i * 8);
            self.length_wire.next =
                (self.length_wire.val() << 8) | bit_cast::<32, 8>(self.byte.val());
            self.byte.next = self.imm.val().get_bits::<8>(i * 8);
            self.imm_wire.next = (self.imm_wire.val() << 8) | bit_cast::<32, 8>(self.byte.val());
        }
        self.only.next = self.first.val() & self.last.val();
        self.opcode.next = bits::<8>(0);
        self.ext_len.next = bits::<5>(0);
        self.word0.next = self.va_wire.val().get_bits::<32>(0);
        self.words34.next = bit_cast::<64, 32>(self.length_wire.val())
            | (bit_cast::<64, 32>(self.imm_wire.val()) << 32);
        if self.operation.val() < 3 {
            // SEND: FIRST 00, MIDDLE 01, LAST 02 (imm 03, inv 16), ONLY 04 (imm 05, inv 17)
            self.word0.next = self.imm_wire.val();
            if !self.last.val() {
                if !self.first.val() {
                    self.opcode.next = bits::<8>(0x01);
                }
            } else {
                if self.operation.val() != 0 {
                    self.ext_len.next = bits::<5>(4);
                }
                self.opcode.next = bits::<8>(0x02);
                if self.only.val() {
                    self.opcode.next = bits::<8>(0x04);
                }
                if self.operation.val() == 1 {
                    self.opcode.next = bits::<8>(0x03);
                    if self.only.val() {
                        self.opcode.next = bits::<8>(0x05);
                    }
                }
                if self.operation.val() == 2 {
                    self.opcode.next = bits::<8>(0x16);
                    if self.only.val() {
                        self.opcode.next = bits::<8>(0x17);
                    }
                }
            }
        } else if self.operation.val() < 5 {
            // WRITE: FIRST 06, MIDDLE 07, LAST 08 (imm 09), ONLY 0a (imm 0b)
            if !self.first.val() {
                self.word0.next = self.imm_wire.val();
            }
            self.opcode.next = bits::<8>(0x07);
            if self.first.val() {
                self.opcode.next = bits::<8>(0x06);
                self.ext_len.next = bits::<5>(16);
            }
            if self.last.val() {
                self.opcode.next = bits::<8>(0x08);
                if self.only.val() {
                    self.opcode.next = bits::<8>(0x0a);
                }
                if self.operation.val() == 4 {
                    self.opcode.next = bits::<8>(0x09);
                    self.ext_len.next = bits::<5>(4);
                    if self.only.val() {
                        self.opcode.next = bits::<8>(0x0b);
                        self.ext_len.next = bits::<5>(20);
                    }
                }
            }
        } else if self.operation.val() == 5 {
            self.opcode.next = bits::<8>(0x0c);
            self.ext_len.next = bits::<5>(16);
        } else {
            self.words34.next = self.swap_wire.val();
            self.ext_len.next = bits::<5>(28);
            self.opcode.next = bits::<8>(0x13);
            if self.operation.val() == 7 {
                self.opcode.next = bits::<8>(0x14);
            }
        }
        self.ext.next = bit_cast::<224, 32>(self.word0.val())
            | (bit_cast::<224, 32>(self.va_wire.val().get_bits::<32>(32)) << 32)
            | (bit_cast::<224, 32>(self.rkey_wire.val()) << 64)
            | (bit_cast::<224, 64>(self.words34.val()) << 96)
            | (bit_cast::<224, 64>(self.compare_wire.val()) << 160);
    }
}
