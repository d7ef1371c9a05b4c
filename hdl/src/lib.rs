//! The RoamNIC in RustHDL, one block a file.
#![forbid(unsafe_code)]
// `for _N in N..N {}` tells the emitter the value of const generic N
#![allow(non_snake_case)]
// A kernel's conditions nest as the hardware's do; its macro knows `&` of signals, not `&&` of guards.
#![allow(clippy::collapsible_if)]

pub mod bar;
pub mod command;
pub mod completer;
pub mod contract;
pub mod counter;
pub mod counters;
pub mod cq_unit;
pub mod dma_arb;
pub mod doorbells;
pub mod eq_unit;
pub mod ext_fields;
pub mod fifo;
pub mod frame_rx;
pub mod frame_tx;
pub mod icrc;
pub mod icrc_mask;
pub mod ingress;
pub mod keep;
pub mod key_table;
pub mod mem;
pub mod migration;
pub mod mr_table;
pub mod nic;
pub mod nic_glue;
pub mod packetise;
pub mod payload_mover;
pub mod pieces;
pub mod pipe;
pub mod program;
pub mod qp_state;
pub mod record;
pub mod regs;
pub mod requester;
pub mod resource_ring;
pub mod responder;
pub mod response;
pub mod rom;
pub mod rx_check;
pub mod rx_dispatch;
pub mod rx_exec;
pub mod rx_parse;
pub mod sched;
pub mod timeouts;
pub mod transmit;
pub mod tx_fetch;
pub mod verdict;
pub mod wiring;
pub mod wqe_cache;
pub mod wqe_format;
pub mod wqe_resolve;
pub mod wqe_rings;
pub mod wqe_stage;
pub mod xor;
