//! The NIC's top-level ports, looked up and checked once.

use crate::ffi::Direction;
use crate::model::{Model, PortId};

/// A netlist that is not a NIC.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PinError {
    /// A port is missing.
    #[error("the top module has no {direction:?} `{name}`")]
    Missing {
        /// Its name.
        name: &'static str,
        /// Its way.
        direction: Direction,
    },
    /// A port has another width than its protocol wants.
    #[error("port `{name}` has {found} bits, expected {expected}")]
    Width {
        /// Its name.
        name: &'static str,
        /// Bits it has.
        found: u32,
        /// Bits it should have.
        expected: u32,
    },
    /// Not a width that the simulator drives.
    #[error("rx_data has {0} bits; 64, 128, 256 and 512 are supported")]
    BusWidth(u32),
}

macro_rules! pins {
    ($($name:ident: $direction:ident $bits:expr, $doc:literal;)*) => {
        /// Ports by name; `W` is the bus width in bits, `B` in bytes.
        pub(crate) struct Pins {
            $(#[doc = $doc] pub(crate) $name: PortId,)*
            /// Bytes of the bus.
            pub(crate) width: usize,
        }

        impl Pins {
            pub(crate) fn find(model: &Model) -> Result<Self, PinError> {
                let rx_data = pin(model, "rx_data", Direction::Input)?;
                let bus = model.describe(rx_data).bits;
                if !matches!(bus, 64 | 128 | 256 | 512) {
                    return Err(PinError::BusWidth(bus));
                }
                Ok(Self {
                    $($name: {
                        let port = pin(model, stringify!($name), Direction::$direction)?;
                        let bits: fn(u32) -> u32 = $bits;
                        let (found, expected) = (model.describe(port).bits, bits(bus));
                        if found != expected {
                            return Err(PinError::Width { name: stringify!($name), found, expected });
                        }
                        port
                    },)*
                    width: bus as usize / 8,
                })
            }
        }
    };
}

fn pin(model: &Model, name: &'static str, direction: Direction) -> Result<PortId, PinError> {
    let port = model
        .port(name)
        .filter(|port| model.describe(*port).direction == direction);
    port.ok_or(PinError::Missing { name, direction })
}

pins! {
    clock: Input |_| 1, "The one clock of the core.";
    reset: Input |_| 1, "Synchronous, active high.";
    rx_valid: Input |_| 1, "A beat from the wire; the NIC cannot refuse it.";
    rx_last: Input |_| 1, "End of frame.";
    rx_data: Input |bus| bus, "Byte k in bits 8k+7:8k.";
    rx_keep: Input |bus| bus / 8, "Bytes that count.";
    tx_valid: Output |_| 1, "A beat for the wire.";
    tx_last: Output |_| 1, "End of frame.";
    tx_data: Output |bus| bus, "Byte k in bits 8k+7:8k.";
    tx_keep: Output |bus| bus / 8, "Bytes that count.";
    tx_ready: Input |_| 1, "The wire takes the beat.";
    bar_valid: Input |_| 1, "A register access.";
    bar_write: Input |_| 1, "It is a write.";
    bar_sel: Input |_| 1, "0: BAR0, 1: BAR2.";
    bar_addr: Input |_| 24, "Byte address.";
    bar_wdata: Input |_| 64, "Data; a 32-bit value stands in both halves.";
    bar_wstrb: Input |_| 8, "Bytes to write.";
    bar_ready: Output |_| 1, "The access is taken.";
    bar_rvalid: Output |_| 1, "A read answer.";
    bar_rdata: Output |_| 64, "The aligned 64-bit word.";
    rd_valid: Output |_| 1, "A DMA read request.";
    rd_addr: Output |_| 64, "First byte.";
    rd_len: Output |_| 13, "Bytes, 1 to 512, within one 512-byte block.";
    rd_tag: Output |_| 8, "Comes back with the answer.";
    rd_ready: Input |_| 1, "The request is taken.";
    rsp_valid: Input |_| 1, "A beat of an answer; the NIC cannot refuse it.";
    rsp_data: Input |bus| bus, "The bus-aligned word.";
    rsp_tag: Input |_| 8, "Which request.";
    rsp_last: Input |_| 1, "End of the answer.";
    rsp_error: Input |_| 1, "The memory is not mapped; data is void.";
    wr_valid: Output |_| 1, "A beat of a posted DMA write.";
    wr_addr: Output |_| 64, "Bus-aligned.";
    wr_data: Output |bus| bus, "Byte k in bits 8k+7:8k.";
    wr_strb: Output |bus| bus / 8, "Bytes to write.";
    wr_last: Output |_| 1, "End of the burst.";
    wr_ready: Input |_| 1, "The beat is taken.";
    irq_valid: Output |_| 1, "An interrupt.";
    irq_vector: Output |_| 8, "Its MSI-X vector.";
    irq_ready: Input |_| 1, "The interrupt is taken.";
}
