use rust_hdl::prelude::*;
#[derive(LogicBlock, Default)]
pub struct IcrcMask<const W: usize, const B: usize> {
    pub clock: Signal<In, Clock>,
    pub valid: Signal<In, Bit>,
}
impl<const W: usize, const B: usize> Logic for IcrcMask<W, B> {
    fn update(&mut self) {}
}
#[derive(LogicBlock, Default)]
pub struct Icrc<const W: usize, const B: usize> {
    pub clock: Signal<In, Clock>,
}
impl<const W: usize, const B: usize> Logic for Icrc<W, B> {
    fn update(&mut self) {}
}
