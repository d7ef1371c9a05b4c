//! A gigabit MAC with the data path of an RGMII port: [`MacRx`] and [`MacTx`] behind nibbles at both edges of the clock.
//!
//! # Theory of operation
//! RGMII 2.0 carries the low nibble of a byte at the rising edge of the clock and the high one at the falling edge; the control wire carries *valid*
//! at the rising edge, and *valid* XOR *error* at the falling one. The cells that sample and drive both edges are the chip's own and stand in the board's Verilog:
//! what they sampled at the two edges of one cycle arrives here together. Only 1000 Mbit/s full duplex: there is no management bus, the PHY negotiates by itself.
//!
//! The MAC is not reset with the core: its clocks may not run then, and a half of a queue must not be reset alone. Its registers start as configured.
//!
//! # Interfaces
//! * `rx_rise`, `rx_fall` at `rx_clock`, `tx_rise`, `tx_fall` at `tx_clock`: control in bit 4, nibble in bits 3..0.
//! * `wire_*`: what the core receives, a beat whenever valid; `core_*`: what it sends.

use crate::mac_rx::MacRx;
use crate::mac_tx::MacTx;
use rust_hdl::prelude::*;

/// See the module's head.
#[derive(LogicBlock, Default)]
pub struct Mac {
    pub clock: Signal<In, Clock>,
    pub rx_clock: Signal<In, Clock>,
    pub rx_rise: Signal<In, Bits<5>>,
    pub rx_fall: Signal<In, Bits<5>>,
    pub tx_clock: Signal<In, Clock>,
    pub tx_rise: Signal<Out, Bits<5>>,
    pub tx_fall: Signal<Out, Bits<5>>,
    pub wire_valid: Signal<Out, Bit>,
    pub wire_last: Signal<Out, Bit>,
    pub wire_data: Signal<Out, Bits<64>>,
    pub wire_keep: Signal<Out, Bits<8>>,
    pub core_valid: Signal<In, Bit>,
    pub core_last: Signal<In, Bit>,
    pub core_data: Signal<In, Bits<64>>,
    pub core_keep: Signal<In, Bits<8>>,
    pub core_ready: Signal<Out, Bit>,
    receive: MacRx,
    send: MacTx,
    /// what the emitter resets blocks below by
    reset_children: Signal<Local, Bit>,
}

impl Logic for Mac {
    #[hdl_gen]
    fn update(&mut self) {
        self.reset_children.next = false;
        self.receive.clock.next = self.clock.val();
        self.receive.rx_clock.next = self.rx_clock.val();
        self.receive.rx_valid.next = self.rx_rise.val().get_bit(4);
        self.receive.rx_error.next = self.rx_rise.val().get_bit(4) ^ self.rx_fall.val().get_bit(4);
        self.receive.rx_data.next = (bit_cast::<8, 4>(self.rx_fall.val().get_bits::<4>(0)) << 4)
            | bit_cast::<8, 4>(self.rx_rise.val().get_bits::<4>(0));
        self.wire_valid.next = self.receive.out_valid.val();
        self.wire_last.next = self.receive.out_last.val();
        self.wire_data.next = self.receive.out_data.val();
        self.wire_keep.next = self.receive.out_keep.val();

        self.send.clock.next = self.clock.val();
        self.send.tx_clock.next = self.tx_clock.val();
        self.send.in_valid.next = self.core_valid.val();
        self.send.in_last.next = self.core_last.val();
        self.send.in_data.next = self.core_data.val();
        self.send.in_keep.next = self.core_keep.val();
        self.core_ready.next = self.send.in_ready.val();
        self.tx_rise.next = bit_cast::<5, 4>(self.send.tx_data.val().get_bits::<4>(0))
            | (bit_cast::<5, 1>(self.send.tx_valid.val().into()) << 4);
        self.tx_fall.next = bit_cast::<5, 4>(self.send.tx_data.val().get_bits::<4>(4))
            | (bit_cast::<5, 1>(self.send.tx_valid.val().into()) << 4);
    }
}
