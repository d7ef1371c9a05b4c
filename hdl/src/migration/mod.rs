//! Migration of connections: what a NIC has beyond reliable connections so that its queue pairs can be stopped, dumped, restored and resumed.

pub mod share;
mod unit;

pub use unit::MigrationUnit;
