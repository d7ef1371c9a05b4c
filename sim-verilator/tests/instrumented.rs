//! Models that count what is reached and can be put back.

use sim_verilator::{BuildOptions, Library, Model};

const VENDING: &str = "module vending(input wire clock, input wire coin, output reg [7:0] paid);
  reg [1:0] step_q;
  initial step_q = 2'd0;
  initial paid = 8'd0;
  always @(posedge clock) begin
    if (coin) begin
      step_q <= step_q + 2'd1;
      paid <= paid + 8'd5;
    end
    else paid <= paid;
  end
endmodule";

#[test]
fn instrumented_model_counts_branches_and_values() {
    let library = Library::build_instrumented(VENDING, "vending", Some("step_q")).unwrap();
    assert!(library.is_instrumented());
    let points = library.coverage_points();
    let of = |kind: &str| points.iter().position(|p| p.kind == kind).unwrap();
    assert!(points.iter().all(|p| p.instance == "vending"), "{points:?}");
    let mut model = Model::new(&library).unwrap();
    let clock = model.port("clock").unwrap();
    model.cycle(clock).unwrap();
    model.clear_coverage();
    model.set("coin", &[1]);
    (0..3).for_each(|_| model.cycle(clock).unwrap());
    model.set("coin", &[0]);
    model.cycle(clock).unwrap();
    let (branches, _) = model.coverage();
    assert_eq!(branches.len(), points.len());
    assert_eq!((branches[of("if")], branches[of("else")]), (3, 1));
}

#[test]
fn instrumented_model_goes_on_from_where_it_is_put_back() {
    let library = Library::build_instrumented(VENDING, "vending", None).unwrap();
    let mut model = Model::new(&library).unwrap();
    let clock = model.port("clock").unwrap();
    model.set("coin", &[1]);
    (0..4).for_each(|_| model.cycle(clock).unwrap());
    let saved = model.save().unwrap();
    let time = model.time();
    (0..9).for_each(|_| model.cycle(clock).unwrap());
    assert_eq!(model.get("paid"), Some(vec![65]));
    model.restore(&saved);
    assert_eq!((model.get("paid"), model.time()), (Some(vec![20]), time));
    model.cycle(clock).unwrap();
    assert_eq!(model.get("paid"), Some(vec![25]));
}

#[test]
fn instrumented_model_only_can_be_saved() {
    let plain = Library::build(VENDING, "vending", &BuildOptions::default()).unwrap();
    assert!(!plain.is_instrumented() && plain.coverage_points().is_empty());
    let mut model = Model::new(&plain).unwrap();
    assert!(model.save().is_none());
    assert_eq!(model.coverage().0.len(), 0);
}
