//! Where the parts of the migration unit's program begin, for those who read a trace of its `pc`: address and name.
//!
//!     cargo run -p hdl --example migration_program [-- 512]
#![forbid(unsafe_code)]

use hdl::migration::program::{self, Sizes};

fn main() {
    let sizes = Sizes {
        lanes: std::env::args().nth(1).is_some_and(|width| width == "512"),
        ..Sizes::COMMITTED
    };
    for (name, at) in program::labels(sizes) {
        println!("{at:4} {name}");
    }
    println!("{:4} instructions", program::words(sizes).len());
}
