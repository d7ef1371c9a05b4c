mod responder_kit;
use responder_kit::Bench;
#[test]
fn emits() {
    Bench::new(&mut hdl::response::ResponseEngine::<6, 7, 3, 9>::default());
}
