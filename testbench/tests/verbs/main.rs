//! Verbs on Verilated NICs, object by object: what works, and beside it what must fail and how.
//!
//! Every test runs at 64 and at 512 bits unless its subject does not depend on the width. All are deterministic by [`kit::SEED`].
#![forbid(unsafe_code)]

mod cq;
mod kit;
mod mr;
mod qp_atomic;
mod qp_errors;
mod qp_read;
mod qp_send;
mod qp_states;
mod qp_write;
mod raw;
mod rxe;
mod srq;
