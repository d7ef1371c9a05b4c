//! A whole card: the core, its MAC, memory for its host's queues, and the bridge to a real host.
//!
//! ```text
//! RGMII --- mac --- core --- hostmem
//!                     |         |
//! serial line --- uart --- bridge
//! ```
//!
//! # Interfaces
//! * `clock`: the core's, [`CLOCK_MHZ`]; `reset` for at least a few of its cycles once all clocks run. `rx_clock` from the PHY, `tx_clock` of 125 MHz.
//! * `rx_*`, `tx_*`: see [`crate::mac`]. `rxd`, `txd`: the serial line, [`BIT_CYCLES`] of `clock` a bit.
//! * `revision`: hash of the sources, a constant of the board's top.

use crate::bridge::Bridge;
use crate::hostmem::HostMem;
use crate::mac::Mac;
use crate::uart::{UartRx, UartTx};
use hdl::nic::{Nic64Small, Nic64SmallBaseline};
use hdl::wiring;
use rust_hdl::prelude::*;

/// Frequency of the core's clock in MHz, on all boards; 64 bits of it are 1.6 times the rate of the wire.
pub const CLOCK_MHZ: u64 = 25;
/// Clock cycles of a bit of the serial line: a million bits in a second.
pub const BIT_CYCLES: u64 = CLOCK_MHZ;

macro_rules! card {
    ($(#[$doc:meta])* $name:ident: $nic:ident, memory 2^$a:literal words = 2^$a3:literal bytes) => {
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
            core: $nic,
            mac: Mac,
            memory: HostMem<$a, $a3>,
            bridge: Bridge<$a3>,
            listen: UartRx,
            speak: UartTx,
        }

        impl Default for $name {
            fn default() -> Self {
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
                    core: Default::default(),
                    mac: Default::default(),
                    memory: Default::default(),
                    bridge: Bridge::new(CLOCK_MHZ),
                    listen: UartRx::new(BIT_CYCLES),
                    speak: UartTx::new(BIT_CYCLES),
                }
            }
        }

        impl $name {
            /// With so many clock cycles a bit on the serial line: a simulation has no time for slow ones.
            pub fn with_line(cycles: u64) -> Self {
                Self {
                    listen: UartRx::new(cycles),
                    speak: UartTx::new(cycles),
                    ..Self::default()
                }
            }
        }

        wiring! { $name {
            clocks core, mac, memory, bridge, listen, speak;
            core.reset <- reset;
            core.revision <- revision;
            // Ethernet
            mac.rx_clock <- rx_clock;
            mac.rx_rise <- rx_rise;
            mac.rx_fall <- rx_fall;
            mac.tx_clock <- tx_clock;
            tx_rise <- mac.tx_rise;
            tx_fall <- mac.tx_fall;
            core.rx_valid <- mac.wire_valid;
            core.rx_last <- mac.wire_last;
            core.rx_data <- mac.wire_data;
            core.rx_keep <- mac.wire_keep;
            mac.core_valid <- core.tx_valid;
            mac.core_last <- core.tx_last;
            mac.core_data <- core.tx_data;
            mac.core_keep <- core.tx_keep;
            core.tx_ready <- mac.core_ready;
            // memory
            memory.rd_valid <- core.rd_valid;
            memory.rd_addr <- core.rd_addr;
            memory.rd_len <- core.rd_len;
            memory.rd_tag <- core.rd_tag;
            core.rd_ready <- memory.rd_ready;
            core.rsp_valid <- memory.rsp_valid;
            core.rsp_data <- memory.rsp_data;
            core.rsp_tag <- memory.rsp_tag;
            core.rsp_last <- memory.rsp_last;
            core.rsp_error <- memory.rsp_error;
            memory.wr_valid <- core.wr_valid;
            memory.wr_addr <- core.wr_addr;
            memory.wr_data <- core.wr_data;
            memory.wr_strb <- core.wr_strb;
            memory.wr_last <- core.wr_last;
            core.wr_ready <- memory.wr_ready;
            // the host
            listen.rxd <- rxd;
            bridge.in_valid <- listen.out_valid;
            bridge.in_data <- listen.out_data;
            speak.in_valid <- bridge.out_valid;
            speak.in_data <- bridge.out_data;
            bridge.out_ready <- speak.in_ready;
            txd <- speak.txd;
            core.bar_valid <- bridge.bar_valid;
            core.bar_write <- bridge.bar_write;
            core.bar_sel <- bridge.bar_sel;
            core.bar_addr <- bridge.bar_addr;
            core.bar_wdata <- bridge.bar_wdata;
            core.bar_wstrb <- bridge.bar_wstrb;
            bridge.bar_ready <- core.bar_ready;
            bridge.bar_rvalid <- core.bar_rvalid;
            bridge.bar_rdata <- core.bar_rdata;
            bridge.irq_valid <- core.irq_valid;
            bridge.irq_vector <- core.irq_vector;
            core.irq_ready <- bridge.irq_ready;
            memory.hold <- bridge.m_hold;
            bridge.m_held <- memory.held;
            memory.b_re <- bridge.m_re;
            memory.b_we <- bridge.m_we;
            memory.b_addr <- bridge.m_addr;
            memory.b_wd <- bridge.m_wd;
            bridge.m_rd <- memory.b_rd;
        } }
    };
}

card! {
    /// With migration, 128 KiB of memory: for an ECP5-85F or larger.
    Card: Nic64Small, memory 2^14 words = 2^17 bytes
}

card! {
    /// Without migration, 32 KiB of memory: for an ECP5-45F, where the migration unit has no room, and block RAM for no more memory.
    CardBaseline: Nic64SmallBaseline, memory 2^12 words = 2^15 bytes
}
