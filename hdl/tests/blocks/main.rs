//! The blocks of the NIC, a file each: RustHDL's simulation against Verilator on the same inputs, then behaviour.
//!
//! One program, so that blocks that contain each other are compiled once. What the files share is in [`kit`];
//! the folders beside it are worlds and models of one part of the NIC.

mod bar;
mod command;
mod command_migration;
mod completer;
mod control_plane;
mod counters;
mod cq_unit;
mod dma_arb;
mod doorbells;
mod eq_unit;
mod exec_chain;
mod frame_rx;
mod icrc;
mod ingress;
mod key_table;
mod mem;
mod migration_lanes;
mod migration_share;
mod migration_unit;
mod migration_unit_lanes;
mod migration_walks;
mod mr_table;
mod nic_large;
mod payload_mover;
mod pieces;
mod qp_state;
mod requester_cosim;
mod requester_paused;
mod requester_random;
mod responder;
mod responder_random;
mod responder_resource_ring;
mod response;
mod rx_dispatch;
mod rx_dispatch_migration;
mod rx_exec;
mod sched;
mod transmit;
mod verdict;
mod wqe_cache;
mod wqe_cache_held;

mod command_world;
mod frame_rx_kit;
mod kit;
mod requester_kit;
mod responder_kit;
mod wqe_cache_twin;
