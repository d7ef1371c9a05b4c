use hdl::*;
use rust_hdl::prelude::*;
fn main() {
    let mut u = tx_fetch::TxFetch::<64, 5, 6, 6, 11, 9, 10>::default();
    u.connect_all();
    match emit::emit("tx_fetch", &u) {
        Ok(v) => std::fs::write("/tmp/tx_fetch.v", v).unwrap(),
        Err(e) => println!("{e}"),
    }
    let mut u = frame_tx::FrameTx::<64, 8, 3, 4, 5, 6, 6, 11, 6, 8, 32, 2>::default();
    u.connect_all();
    match emit::emit("frame_tx", &u) {
        Ok(v) => std::fs::write("/tmp/frame_tx.v", v).unwrap(),
        Err(e) => println!("{e}"),
    }
}
