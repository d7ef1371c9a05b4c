//! A whole card: the node that every card has, its MAC and its serial line.
//!
//! ```text
//! RGMII --- mac --- node --- uart --- serial line
//! ```
//!
//! # Interfaces
//! * `clock`: the core's, [`CLOCK_MHZ`] if the port is to work; `reset` for at least a few of its cycles once all clocks run. `rx_clock` from the PHY, `tx_clock` of 125 MHz.
//! * `rx_*`, `tx_*`: see [`crate::mac`]. `rxd`, `txd`: the serial line, [`LINE_MBPS`].
//! * `revision`: hash of the sources, a constant of the board's top.

use crate::mac::Mac;
use crate::node::{CLOCK_MHZ, LINE_MBPS, Node, NodeBaseline};
use crate::uart::{UartRx, UartTx};
use hdl::wiring;
use rust_hdl::prelude::*;

macro_rules! card {
    ($(#[$doc:meta])* $name:ident: $node:ident) => {
        $(#[$doc])*
        #[derive(LogicBlock)]
        pub struct $name {
            pub clock: Signal<In, Clock>,
            pub reset: Signal<In, Bit>,
            pub revision: Signal<In, Bits<64>>,
            pub rxd: Signal<In, Bit>,
            pub txd: Signal<Out, Bit>,
            pub rx_clock: Signal<In, Clock>,
            pub rx_rise: Signal<In, Bits<5>>,
            pub rx_fall: Signal<In, Bits<5>>,
            pub tx_clock: Signal<In, Clock>,
            pub tx_rise: Signal<Out, Bits<5>>,
            pub tx_fall: Signal<Out, Bits<5>>,
            node: $node,
            mac: Mac,
            listen: UartRx,
            speak: UartTx,
        }

        impl Default for $name {
            fn default() -> Self {
                Self::clocked(CLOCK_MHZ)
            }
        }

        impl $name {
            /// With a clock of so many MHz.
            pub fn clocked(mhz: u64) -> Self {
                Self::new(mhz, mhz / LINE_MBPS)
            }

            /// With so many clock cycles a bit on the serial line: a simulation has no time for slow ones.
            pub fn with_line(cycles: u64) -> Self {
                Self::new(CLOCK_MHZ, cycles)
            }

            fn new(mhz: u64, cycles: u64) -> Self {
                Self {
                    clock: Default::default(),
                    reset: Default::default(),
                    revision: Default::default(),
                    rxd: Default::default(),
                    txd: Default::default(),
                    rx_clock: Default::default(),
                    rx_rise: Default::default(),
                    rx_fall: Default::default(),
                    tx_clock: Default::default(),
                    tx_rise: Default::default(),
                    tx_fall: Default::default(),
                    node: $node::new(mhz, 0),
                    mac: Default::default(),
                    listen: UartRx::new(cycles),
                    speak: UartTx::new(cycles),
                }
            }
        }

        wiring! { $name {
            clocks node, mac, listen, speak;
            node.reset <- reset;
            node.revision <- revision;
            // Ethernet
            mac.rx_clock <- rx_clock;
            mac.rx_rise <- rx_rise;
            mac.rx_fall <- rx_fall;
            mac.tx_clock <- tx_clock;
            tx_rise <- mac.tx_rise;
            tx_fall <- mac.tx_fall;
            node.rx_valid <- mac.wire_valid;
            node.rx_last <- mac.wire_last;
            node.rx_data <- mac.wire_data;
            node.rx_keep <- mac.wire_keep;
            mac.core_valid <- node.tx_valid;
            mac.core_last <- node.tx_last;
            mac.core_data <- node.tx_data;
            mac.core_keep <- node.tx_keep;
            node.tx_ready <- mac.core_ready;
            // the host
            listen.rxd <- rxd;
            node.in_valid <- listen.out_valid;
            node.in_data <- listen.out_data;
            speak.in_valid <- node.out_valid;
            speak.in_data <- node.out_data;
            node.out_ready <- speak.in_ready;
            txd <- speak.txd;
        } }
    };
}

card! {
    /// With migration, 128 KiB of memory: for an ECP5-85F or larger.
    Card: Node
}

card! {
    /// Without migration, 32 KiB of memory: for an ECP5-45F, where the migration unit has no room, and block RAM for no more memory.
    CardBaseline: NodeBaseline
}
