mod exec_kit;
use exec_kit::*;
use rust_hdl::prelude::*;
#[test]
fn emits() {
    let mut list: Vec<(&str, Box<dyn Block>)> = vec![
        ("qp_state", Box::new(hdl::qp_state::QpState::<6>::default())),
        ("wr_arb", Box::new(hdl::dma_arb::DmaWriteArb::<64, 8>::default())),
        ("rd_arb", Box::new(hdl::dma_arb::DmaReadArb::default())),
        ("eq64", Box::new(hdl::eq_unit::EqUnit::<64, 8, 3>::default())),
        ("eq512", Box::new(hdl::eq_unit::EqUnit::<512, 64, 6>::default())),
        ("cq64", Box::new(hdl::cq_unit::CqUnit::<6, 64, 8, 3>::default())),
        ("cq128", Box::new(hdl::cq_unit::CqUnit::<6, 128, 16, 4>::default())),
        ("cq512", Box::new(hdl::cq_unit::CqUnit::<6, 512, 64, 6>::default())),
        ("mover64", Box::new(hdl::payload_mover::PayloadMover::<64, 8, 3>::default())),
        ("mover512", Box::new(hdl::payload_mover::PayloadMover::<512, 64, 6>::default())),
        ("exec64", Box::new(hdl::rx_exec::RxExec::<64, 8, 3>::default())),
        ("exec512", Box::new(hdl::rx_exec::RxExec::<512, 64, 6>::default())),
        ("dispatch", Box::new(hdl::rx_dispatch::RxDispatch::<6>::default())),
    ];
    let mut bad = 0;
    for (name, b) in &mut list {
        b.connect_all();
        match emit::emit("top", b.as_ref()) {
            Ok(t) => {
                std::fs::write(format!("/tmp/exec_v/{name}.v"), &t).unwrap();
                if let Err(e) = sim_verilator::lint(&t, "top") { println!("{name} lint: {e}"); bad += 1; }
            }
            Err(e) => { println!("{name}: {e}"); bad += 1; }
        }
    }
    assert_eq!(bad, 0);
}
