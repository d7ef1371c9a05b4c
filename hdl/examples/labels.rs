use hdl::migration::program::{self, Sizes};
fn main() {
    for (n, at) in program::labels(Sizes {
        qps: 6,
        cqs: 6,
        srqs: 4,
        mrs: 8,
        outstanding: 4,
        responses: 3,
    }) {
        println!("{at} {n}");
    }
}
