mod responder_kit;
use responder_kit::Bench;
#[test]
fn emits() {
    Bench::new(&mut hdl::responder::ResponderEngine::<6, 3, 9>::default());
}
