//! The tests.

mod errors;
mod events;
mod moving;
mod objects;
mod operations;
mod registers;

use crate::bench::Test;

/// All tests, in the order in which they run: what others build on comes first.
pub const ALL: &[(&str, Test)] = &[
    ("device_says_what_it_is", registers::identity),
    ("registers_take_and_keep", registers::registers),
    ("registers_bad_access", registers::bad_access),
    ("ticks_advance", registers::ticks),
    ("reset_by_register", registers::reset),
    ("memory_regions", objects::memory_regions),
    ("iovas_map_and_unmap", objects::iovas),
    ("queue_pair_states", objects::states),
    ("send", operations::send),
    ("write", operations::write),
    ("read", operations::read),
    ("atomics", operations::atomics),
    ("every_path_mtu", operations::path_mtus),
    ("interrupt_of_an_armed_queue", events::armed),
    ("asynchronous_events", events::asynchronous),
    ("wrong_keys_and_access", errors::keys),
    ("unmapped_iova_is_refused", errors::unmapped),
    ("checkpoint_and_abort", moving::abort),
    ("checkpoint_and_restore", moving::restore),
    ("reset_at_work", registers::reset_at_work),
];
