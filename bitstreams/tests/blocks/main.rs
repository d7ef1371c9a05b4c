//! The blocks around the core, each Verilated: behaviour, and RustHDL's simulation against the Verilog.

mod async_fifo;
mod bridge;
mod hostmem;
mod kit;
mod mac_cocotb;
mod mac_rx;
mod mac_tx;
mod uart;
