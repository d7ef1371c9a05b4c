//! The rules of the protocol that are more than a cell of its table, and its timers. The test is the partner.

mod doorbells;
mod epochs;
mod losses;
mod negotiated;
mod probes;
mod regions;
mod sets;
mod states;
mod timers;
