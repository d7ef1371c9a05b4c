//! Whole cards in simulation, each driven over its serial line by the same driver that drives any other device.

mod cable;
mod pair;
mod serial;
