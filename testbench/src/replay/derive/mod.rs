//! Placeholder.
use super::ReplayError;
use std::path::Path;
/// Side
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side { Server, Client }
pub fn derive(_: &Path, _: Side) -> Result<String, ReplayError> { Ok(String::new()) }
