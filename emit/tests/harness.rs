//! The harness itself: that it sees differences, says where, and repeats a run from its seed.

use emit::cosim::{Dut, Mismatch, Phase, Rng, cosim, no_clock, with_big_stack};
use emit::{randomize, randomize_inputs};
use rust_hdl::prelude::*;

#[derive(LogicBlock, Default)]
struct Counter {
    pub clock: Signal<In, Clock>,
    pub by: Signal<In, Bits<48>>,
    pub count: Signal<Out, Bits<48>>,
    value: DFF<Bits<48>>,
}

impl Logic for Counter {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, value);
        self.value.d.next = self.value.q.val() + self.by.val();
        self.count.next = self.value.q.val();
    }
}

/// `Counter` by hand; `broken_at` is the cycle from which it is wrong.
#[derive(Default)]
struct Model {
    clock: bool,
    rising: bool,
    by: u64,
    count: u64,
    cycle: usize,
    broken_at: Option<usize>,
    /// Every value of `by`, for comparing runs.
    seen: Vec<u64>,
}

impl Dut for Model {
    fn set(&mut self, port: &str, words: &[u32]) {
        match port {
            "clock" => {
                self.rising = !self.clock && words[0] == 1;
                self.clock = words[0] == 1;
            }
            "by" => {
                assert_eq!(words.len(), 2, "48 bits are two words");
                self.by = u64::from(words[1]) << 32 | u64::from(words[0]);
                self.seen.push(self.by);
            }
            _ => panic!("no input {port}"),
        }
    }

    fn get(&self, port: &str) -> Vec<u32> {
        assert_eq!(port, "count");
        vec![self.count as u32, (self.count >> 32) as u32]
    }

    fn eval(&mut self) {
        if std::mem::take(&mut self.rising) {
            self.count = self.count.wrapping_add(self.by) & ((1 << 48) - 1);
            if self.broken_at == Some(self.cycle) {
                self.count ^= 1 << 40;
            }
            self.cycle += 1;
        }
    }
}

fn run(model: &mut Model, seed: u64) -> Result<(), Mismatch> {
    with_big_stack(|| {
        let clock = |u: &mut Counter, clock| u.clock.next = clock;
        cosim(
            &mut Counter::default(),
            model,
            seed,
            200,
            clock,
            |u, rng, _| {
                randomize_inputs!(u, rng; by);
            },
        )
    })
}

#[test]
fn cosim_equal_models_match() {
    let mut model = Model::default();
    run(&mut model, 7).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(model.cycle, 200);
}

#[test]
fn cosim_difference_named() {
    let broken_at = Some(123);
    let mut model = Model {
        broken_at,
        ..Model::default()
    };
    let error = run(&mut model, 7).expect_err("the model is broken");
    let text = error.to_string();
    let Mismatch::Output {
        seed,
        cycle,
        phase,
        port,
        rusthdl,
        verilog,
        ..
    } = error
    else {
        panic!("{text}");
    };
    assert_eq!(
        (seed, cycle, phase, port.as_str()),
        (7, 123, Phase::Edge, "count")
    );
    assert_eq!(rusthdl ^ verilog, (1u64 << 40).into());
    assert!(
        text.starts_with("seed 7, cycle 123, Edge: `count` is 0x"),
        "{text}"
    );
}

#[test]
fn cosim_seed_repeats_run() {
    let stimuli = |seed| {
        let mut model = Model::default();
        run(&mut model, seed).unwrap_or_else(|e| panic!("{e}"));
        model.seen
    };
    assert_eq!(stimuli(1), stimuli(1));
    assert_ne!(stimuli(1), stimuli(2));
}

#[test]
fn cosim_clock_forgotten_bad_flow() {
    let mut model = Model::default();
    let result = cosim(
        &mut Counter::default(),
        &mut model,
        7,
        10,
        no_clock,
        |_, _, _| {},
    );
    assert_eq!(result, Err(Mismatch::ClockStuck));
}

#[derive(Copy, Clone, Debug, PartialEq, LogicState)]
enum State {
    Idle,
    Run,
    Halt,
}
randomize!(
    enum State {
        Idle,
        Run,
        Halt,
    }
);

#[test]
fn rng_values_reach_corners() {
    use emit::cosim::Randomize;
    let mut rng = Rng::new(3);
    for width in [1, 2, 7, 32, 33, 100, 640] {
        let all = (num_bigint::BigUint::from(1u8) << width) - 1u8;
        let values: Vec<_> = (0..400).map(|_| rng.value(width)).collect();
        assert!(values.contains(&all), "all ones in {width} bits");
        assert!(
            values.contains(&num_bigint::BigUint::default()),
            "zero in {width} bits"
        );
        assert!(values.iter().all(|v| *v <= all), "{width} bits");
    }
    let mut state = State::Idle;
    let mut seen = vec![];
    for _ in 0..50 {
        state.randomize(&mut rng);
        if !seen.contains(&state) {
            seen.push(state);
        }
    }
    assert_eq!(seen.len(), 3);
}
