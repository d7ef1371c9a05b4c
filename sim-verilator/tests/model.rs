//! Models built from small circuits: ports, several at once, errors, cache, traces.

use std::cell::Cell;
use std::fs;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use sim_verilator::{
    BuildError, BuildOptions, Direction, Library, LintError, Model, ModelError, lint,
};

/// One port of every storage class, a `$` and a `__` in names.
const ADDER: &str =
    "module adder(input wire clock, input wire [127:0] i$data, input wire [7:0] few,
  output reg [127:0] sum, output reg [33:0] my__z, output reg [16:0] c);
  always @(posedge clock) begin
    sum <= i$data + {120'd0, few}; my__z <= i$data[33:0]; c <= {9'd0, few} + 17'd1;
  end
endmodule";

const COUNTER: &str = "module counter(input wire clock, output reg [31:0] count);
  initial count = 32'd0;
  always @(posedge clock) count <= count + 32'd1;
endmodule";

fn build(verilog: &str, top: &str) -> Arc<Library> {
    Library::build(verilog, top, &BuildOptions::default()).unwrap()
}

#[test]
fn library_lists_ports_with_their_verilog_names() {
    let library = build(ADDER, "adder");
    let port = |name: &str| {
        library
            .ports()
            .iter()
            .find(|port| port.name == name)
            .unwrap()
    };
    assert_eq!(
        (port("i$data").bits, port("i$data").direction),
        (128, Direction::Input)
    );
    assert_eq!(
        (port("my__z").bits, port("my__z").direction),
        (34, Direction::Output)
    );
    assert_eq!(library.ports().len(), 6);
}

#[test]
fn model_moves_values_of_every_width() {
    let mut model = Model::new(&build(ADDER, "adder")).unwrap();
    let clock = model.port("clock").unwrap();
    assert!(model.port("absent").is_none());
    assert!(model.set(
        "i$data",
        &[0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0x1234_5678]
    ));
    assert!(!model.set("absent", &[0]));
    let few = model.port("few").unwrap();
    model.set_u64(few, 0x1ff);
    model.cycle(clock).unwrap();
    assert_eq!(model.get("sum").unwrap(), [0xfe, 0, 0, 0x1234_5679]);
    assert_eq!(model.get("my__z").unwrap(), [0xffff_ffff, 3]);
    assert_eq!(model.get_u64(model.port("my__z").unwrap()), 0x3_ffff_ffff);
    assert_eq!(model.get("c").unwrap(), [0x100]);
    let data = model.port("i$data").unwrap();
    model.set_bytes(data, &[1, 2, 3]);
    model.set_u64(few, 0);
    model.cycle(clock).unwrap();
    assert_eq!(
        model.bytes(model.port("sum").unwrap())[..5],
        [1, 2, 3, 0, 0]
    );
}

#[test]
fn models_of_several_libraries_run_side_by_side_and_move_between_threads() {
    let (counter, adder) = (build(COUNTER, "counter"), build(ADDER, "adder"));
    let runs: Vec<_> = (1..=4_u64)
        .map(|cycles| {
            let (mut model, mut other) =
                (Model::new(&counter).unwrap(), Model::new(&adder).unwrap());
            thread::spawn(move || {
                for _ in 0..cycles * 1000 {
                    model.cycle(model.port("clock").unwrap()).unwrap();
                    other.cycle(other.port("clock").unwrap()).unwrap();
                }
                model
            })
        })
        .collect();
    for (run, cycles) in runs.into_iter().zip(1..) {
        let mut model = run.join().unwrap();
        model.cycle(model.port("clock").unwrap()).unwrap();
        assert_eq!(model.get("count").unwrap(), [cycles * 1000 + 1]);
    }
}

#[test]
fn library_is_built_once_per_content() {
    let library = build(COUNTER, "counter");
    let built = fs::metadata(library.path()).unwrap().modified().unwrap();
    let begin = Instant::now();
    let again = build(COUNTER, "counter");
    assert!(Arc::ptr_eq(&library, &again));
    assert_eq!(
        fs::metadata(again.path()).unwrap().modified().unwrap(),
        built
    );
    assert!(
        begin.elapsed().as_millis() < 500,
        "a cached model took {:?}",
        begin.elapsed()
    );
    let renamed = build(
        &COUNTER.replace("count <= count + 32'd1", "count <= count + 32'd2"),
        "counter",
    );
    assert_ne!(library.path(), renamed.path());
}

#[test]
fn library_asked_for_by_many_threads_at_once_is_one() {
    let verilog = COUNTER.replace("32'd1", "32'd5");
    let libraries: Vec<_> = thread::scope(|scope| {
        let runs: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| build(&verilog, "counter")))
            .collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    assert!(
        libraries
            .iter()
            .all(|library| Arc::ptr_eq(library, &libraries[0]))
    );
}

#[test]
fn library_of_broken_verilog_bad_flow() {
    let error = Library::build(
        "module m(input wire a; endmodule",
        "m",
        &BuildOptions::default(),
    )
    .unwrap_err();
    let BuildError::Verilator { top, message } = &error else {
        panic!("{error}")
    };
    assert_eq!(top, "m");
    assert!(
        message.contains("syntax error") && message.contains("top.v:1"),
        "{message}"
    );
}

#[test]
fn library_with_a_width_warning_bad_flow() {
    let verilog = "module m(input wire [3:0] a, output wire [4:0] y); assign y = a; endmodule";
    let error = Library::build(verilog, "m", &BuildOptions::default()).unwrap_err();
    assert!(
        matches!(&error, BuildError::Verilator { message, .. } if message.contains("WIDTHEXPAND")),
        "{error}"
    );
}

#[test]
fn lint_names_a_latch() {
    let latch =
        "module m(input wire a, input wire b, output reg y); always @(*) if (a) y = b; endmodule";
    let error = lint(latch, "m").unwrap_err();
    assert!(
        matches!(&error, LintError::Findings { message, .. } if message.contains("LATCH")),
        "{error}"
    );
    lint(COUNTER, "counter").unwrap();
}

#[test]
fn model_that_stops_reports_an_error_bad_flow() {
    let verilog = "module m(input wire clock, input wire bad);
      always @(posedge clock) if (bad) $fatal(1, \"a rule was broken\"); endmodule";
    let mut model = Model::new(&build(verilog, "m")).unwrap();
    let clock = model.port("clock").unwrap();
    model.cycle(clock).unwrap();
    model.set("bad", &[1]);
    let error = model.cycle(clock).unwrap_err();
    assert!(matches!(&error, ModelError::Circuit { .. }), "{error}");
}

#[test]
fn trace_without_support_bad_flow() {
    let mut model = Model::new(&build(COUNTER, "counter")).unwrap();
    let error = model.open_trace("counter.fst".as_ref()).unwrap_err();
    assert!(matches!(error, ModelError::NotTraced));
}

#[test]
fn trace_can_be_read_by_an_independent_reader() {
    let options = BuildOptions::default().with_trace(true);
    let library = Library::build(COUNTER, "counter", &options).unwrap();
    let mut model = Model::new(&library).unwrap();
    let path =
        sim_verilator::paths::models_dir().join(format!("trace-test-{}.fst", std::process::id()));
    assert!(matches!(
        model.open_trace("no/such/folder/x.fst".as_ref()),
        Err(ModelError::TraceFile { .. })
    ));
    model.open_trace(&path).unwrap();
    let clock = model.port("clock").unwrap();
    for _ in 0..5000 {
        model.cycle(clock).unwrap();
    }
    model.close_trace();
    let mut waves = wellen::simple::read(&path).unwrap();
    assert_eq!(waves.time_table().len(), 10_000);
    let count = waves.hierarchy().lookup_var(&["counter"], "count").unwrap();
    let signal = waves.hierarchy()[count].signal_ref();
    waves.load_signals(&[signal]);
    let last = waves
        .get_signal(signal)
        .unwrap()
        .iter_changes()
        .last()
        .unwrap();
    assert_eq!(last.1.to_bit_string().unwrap(), format!("{:032b}", 5000));
    std::fs::remove_file(&path).unwrap();
}

/// Verilator 5.048 gives 3 << 64 as 3 unless a part of its optimiser is off.
#[test]
fn model_of_two_variable_shifts_keeps_the_carry_of_their_amounts() {
    let verilog = "module shifts(input wire [3:0] j, input wire [5:0] sh, output wire [3:0] y);
      assign y = (j << sh) << sh;
    endmodule";
    let mut model = Model::new(&build(verilog, "shifts")).unwrap();
    for (shift, expected) in [(0, 3), (1, 12), (2, 0), (32, 0), (63, 0)] {
        model.set("j", &[3]);
        model.set("sh", &[shift]);
        model.eval().unwrap();
        assert_eq!(
            model.get("y").unwrap(),
            [expected],
            "shift by {shift} twice"
        );
    }
}

#[test]
fn library_trained_is_trained_once_and_counts_the_same() {
    // its own text, so that no other test has built it
    let verilog = format!("{COUNTER}// trained\n");
    let options = BuildOptions::speed();
    let trainings = Cell::new(0);
    let training = |library: &Arc<Library>| {
        trainings.set(trainings.get() + 1);
        let mut model = Model::new(library)?;
        let clock = model.port("clock").ok_or("no clock")?;
        for _ in 0..100 {
            model.cycle(clock)?;
        }
        Ok(())
    };
    let build = || Library::build_trained(&verilog, "counter", &options, &training).unwrap();
    let library = build();
    assert!(trainings.get() <= 1, "trained {} times", trainings.get());
    let before = trainings.get();
    assert!(Arc::ptr_eq(&library, &build()));
    assert_eq!(trainings.get(), before);
    let mut model = Model::new(&library).unwrap();
    let clock = model.port("clock").unwrap();
    for _ in 0..300 {
        model.cycle(clock).unwrap();
    }
    assert_eq!(model.get("count").unwrap(), [300]);
}

#[test]
fn library_training_fails_bad_flow() {
    let verilog = format!("{COUNTER}// never trained\n");
    let options = BuildOptions::speed();
    let training = |_: &Arc<Library>| Err("too tired".into());
    let error = Library::build_trained(&verilog, "counter", &options, &training).unwrap_err();
    assert!(matches!(error, BuildError::Training(why) if why.to_string() == "too tired"));
}
