//! The stages of `testbench::fuzz` as targets of libFuzzer.
//!
//! libFuzzer sees the coverage of our Rust by its own means, and that of the Verilated NIC through its extra counters: a section of bytes that it reads
//! after each input. What an input reached is folded into them.
#![deny(unsafe_code)]

use std::cell::RefCell;
use std::sync::atomic::{AtomicU8, Ordering};
use testbench::fuzz::{Stage, Target};

/// Counters for what was reached, by number modulo their count.
const COUNTERS: usize = 1 << 18;

#[expect(
    unsafe_code,
    reason = "a section has a name; nothing else is said here"
)]
mod section {
    use super::{AtomicU8, COUNTERS};

    #[used]
    #[unsafe(link_section = "__libfuzzer_extra_counters")]
    pub static REACHED: [AtomicU8; COUNTERS] = [const { AtomicU8::new(0) }; COUNTERS];
}

thread_local! {
    static STAGE: RefCell<Option<Stage>> = const { RefCell::new(None) };
}

/// Plays an input on the stage of `target`, which is set up at the first call.
///
/// # Panics
/// The input finds something; or there is no stage.
pub fn play(target: Target, input: &[u8]) {
    STAGE.with_borrow_mut(|stage| {
        let stage = stage.get_or_insert_with(|| match Stage::new(target) {
            Ok(stage) => stage,
            Err(error) => panic!("{error}"),
        });
        let outcome = match stage.play(input) {
            Ok(outcome) => outcome,
            Err(error) => panic!("{error}"),
        };
        for feature in outcome.features {
            // numbers of different kinds lie apart by their upper bits
            let place = (feature ^ feature >> 11) as usize % COUNTERS;
            section::REACHED[place].store(1, Ordering::Relaxed);
        }
        if let Some(finding) = outcome.finding {
            panic!("{finding}");
        }
    });
}
