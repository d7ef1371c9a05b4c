//! What every card has: a core, memory for its host's queues, and the bridge to a real host.
//!
//! ```text
//! frames --- core --- hostmem
//!              |         |
//! bytes ---------- bridge
//! ```
//!
//! # Interfaces
//! * `clock`: the core's; `reset` for at least a few of its cycles. `revision`: hash of the sources, a constant of the board's top.
//! * `rx_*`, `tx_*`: the core's wire port. `in_*`, `out_*`: the bridge's line, bytes; see [`crate::bridge`].

use crate::bridge::Bridge;
use crate::hostmem::HostMem;
use hdl::nic::{Nic64Small, Nic64SmallBaseline};
use hdl::wiring;
use rust_hdl::prelude::*;

/// Frequency of the core's clock in MHz on boards with a gigabit port; 64 bits of it are 1.6 times the rate of the wire.
pub const CLOCK_MHZ: u64 = 25;
/// The same on boards without a port, where nothing is late.
pub const SLOW_MHZ: u64 = 10;
/// Bits of the serial line in a microsecond.
pub const LINE_MBPS: u64 = 1;

macro_rules! node {
    ($(#[$doc:meta])* $name:ident: $nic:ident, memory 2^$a:literal words = 2^$a3:literal bytes) => {
        $(#[$doc])*
        #[derive(LogicBlock)]
        pub struct $name {
            pub clock: Signal<In, Clock>,
            pub reset: Signal<In, Bit>,
            pub revision: Signal<In, Bits<64>>,
            pub in_valid: Signal<In, Bit>,
            pub in_data: Signal<In, Bits<8>>,
            pub out_valid: Signal<Out, Bit>,
            pub out_data: Signal<Out, Bits<8>>,
            pub out_ready: Signal<In, Bit>,
            pub rx_valid: Signal<In, Bit>,
            pub rx_last: Signal<In, Bit>,
            pub rx_data: Signal<In, Bits<64>>,
            pub rx_keep: Signal<In, Bits<8>>,
            pub tx_valid: Signal<Out, Bit>,
            pub tx_last: Signal<Out, Bit>,
            pub tx_data: Signal<Out, Bits<64>>,
            pub tx_keep: Signal<Out, Bits<8>>,
            pub tx_ready: Signal<In, Bit>,
            core: $nic,
            memory: HostMem<$a, $a3>,
            bridge: Bridge<$a3>,
        }

        impl $name {
            /// The card of that number on its line, with a clock of so many MHz.
            pub fn new(mhz: u64, number: u8) -> Self {
                Self {
                    clock: Default::default(),
                    reset: Default::default(),
                    revision: Default::default(),
                    in_valid: Default::default(),
                    in_data: Default::default(),
                    out_valid: Default::default(),
                    out_data: Default::default(),
                    out_ready: Default::default(),
                    rx_valid: Default::default(),
                    rx_last: Default::default(),
                    rx_data: Default::default(),
                    rx_keep: Default::default(),
                    tx_valid: Default::default(),
                    tx_last: Default::default(),
                    tx_data: Default::default(),
                    tx_keep: Default::default(),
                    tx_ready: Default::default(),
                    core: Default::default(),
                    memory: Default::default(),
                    bridge: Bridge::new(mhz, number),
                }
            }
        }

        wiring! { $name {
            clocks core, memory, bridge;
            core.reset <- reset;
            core.revision <- revision;
            // Ethernet
            core.rx_valid <- rx_valid;
            core.rx_last <- rx_last;
            core.rx_data <- rx_data;
            core.rx_keep <- rx_keep;
            tx_valid <- core.tx_valid;
            tx_last <- core.tx_last;
            tx_data <- core.tx_data;
            tx_keep <- core.tx_keep;
            core.tx_ready <- tx_ready;
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
            bridge.in_valid <- in_valid;
            bridge.in_data <- in_data;
            out_valid <- bridge.out_valid;
            out_data <- bridge.out_data;
            bridge.out_ready <- out_ready;
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

node! {
    /// With migration, 128 KiB of memory.
    Node: Nic64Small, memory 2^14 words = 2^17 bytes
}

node! {
    /// With migration, 64 KiB of memory: where another node of the chip needs the rest.
    HalfNode: Nic64Small, memory 2^13 words = 2^16 bytes
}

node! {
    /// Without migration, 32 KiB of memory.
    NodeBaseline: Nic64SmallBaseline, memory 2^12 words = 2^15 bytes
}
