//! placeholder
use emit::cosim::with_big_stack;
use rust_hdl::prelude::*;
fn main() {
    let out = std::env::args().nth(1).expect("folder");
    let text = with_big_stack(|| { let mut c = Box::<bitstreams::card::Card>::default(); c.connect_all(); emit::emit("card", &*c).unwrap_or_else(|e| panic!("{e}")) });
    std::fs::write(format!("{out}/card.v"), text).unwrap();
    let text = with_big_stack(|| { let mut c = Box::<bitstreams::card::CardBaseline>::default(); c.connect_all(); emit::emit("card", &*c).unwrap_or_else(|e| panic!("{e}")) });
    std::fs::write(format!("{out}/card_baseline.v"), text).unwrap();
}
