//! See `testbench::fuzz`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use roamnic_fuzz::play;
use testbench::fuzz::Target;

fuzz_target!(|input: &[u8]| play(Target::Image, input));
