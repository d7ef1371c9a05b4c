mod responder_kit;
#[path = "requester_kit/pair.rs"]
mod pair;
#[test]
fn smoke() {
    let _ = responder_kit::Bench::new(&mut pair::Pair::<4, 3, 7>::default());
}
