//! Moving a process between two scripted devices: what is carried, what is refused, and what a step that fails leaves behind.

mod fake;

#[path = "migration/build.rs"]
mod build;
#[path = "migration/cases.rs"]
mod cases;
#[path = "migration/failures.rs"]
mod failures;
#[path = "migration/hostile.rs"]
mod hostile;
#[path = "migration/moves.rs"]
mod moves;
