use hdl::migration::{MigrationUnit, program::Sizes};
use rust_hdl::prelude::*;
fn main() {
    let t = emit::cosim::with_big_stack(|| {
        let mut u = Box::new(MigrationUnit::<6, 11, 64, 8, 3, 6>::new(Sizes {
            qps: 6,
            cqs: 6,
            srqs: 4,
            mrs: 8,
            outstanding: 4,
            responses: 3,
        }));
        u.connect_all();
        emit::emit_with_header("unit", &*u, "x").map_err(|e| e.to_string())
    });
    match t {
        Ok(t) => println!("{t}"),
        Err(e) => {
            eprintln!("{e}");
            std::process::exit(1)
        }
    }
}
