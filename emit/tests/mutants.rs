//! Mutants in the emitted Verilog: none at work changes nothing, each at work is the change it says.

use emit::cosim::{Dut, Mismatch, cosim, with_big_stack};
use emit::mutate::{INPUT, Mutants, Site, Word, emit_mutants, shares};
use emit::randomize_inputs;
use rust_hdl::prelude::*;
use sim_verilator::{BuildOptions, Library, Model};
use std::collections::{BTreeMap, BTreeSet};

const SEED: u64 = 0x5eed;
const CYCLES: usize = 600;

#[derive(Copy, Clone, Debug, PartialEq, LogicState)]
enum Step {
    Idle,
    Count,
    Hold,
}

/// A table in hand-written Verilog.
#[derive(LogicBlock, Default)]
struct Table {
    pub addr: Signal<In, Bits<2>>,
    pub data: Signal<Out, Bits<8>>,
}

const ENTRIES: [u64; 4] = [3, 141, 59, 26];

impl Logic for Table {
    fn update(&mut self) {
        self.data.next = ENTRIES[self.addr.val().index()].to_bits();
    }
    fn connect(&mut self) {
        self.data.connect();
    }
    fn hdl(&self) -> Verilog {
        let entry = |(k, v): (usize, &u64)| format!("   2'd{k}: data = 8'd{v};\n");
        let entries: String = ENTRIES.iter().enumerate().map(entry).collect();
        Verilog::Custom(format!("always @* case (addr)\n{entries}endcase\n"))
    }
}

/// A memory that is never written, in two parts, in hand-written Verilog.
#[derive(LogicBlock, Default)]
struct Memory {
    pub clock: Signal<In, Clock>,
    pub ra: Signal<In, Bits<3>>,
    pub rd: Signal<Out, Bits<32>>,
}

impl Logic for Memory {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            self.rd.next = (7 * self.ra.val().to_u64()).to_bits();
        }
    }
    fn connect(&mut self) {
        self.rd.connect();
    }
    fn hdl(&self) -> Verilog {
        let part = |name: &str, from: usize| {
            let word = |k: usize| format!("   {name}[{k}] = 32'h{:08x};\n", 7 * (from + k));
            (0..4).map(word).collect::<String>()
        };
        let (low, high) = (part("low", 0), part("high", 4));
        Verilog::Custom(format!(
            "reg [31:0] low [0:3];\nreg [31:0] high [0:3];\nreg [31:0] a;\nreg [31:0] b;\nreg beyond;\n\
             initial begin\n   a = 0;\n   b = 0;\n   beyond = 0;\n{low}{high}end\n\
             always @(posedge clock) begin\n   a <= low[ra[1:0]];\n   b <= high[ra[1:0]];\n   beyond <= ra[2];\nend\n\
             always @* rd = beyond ? b : a;\n"
        ))
    }
}

/// Something of everything.
#[derive(LogicBlock, Default)]
struct Design {
    pub clock: Signal<In, Clock>,
    pub go: Signal<In, Bit>,
    pub by: Signal<In, Bits<8>>,
    pub sum: Signal<Out, Bits<8>>,
    pub busy: Signal<Out, Bit>,
    pub looked_up: Signal<Out, Bits<8>>,
    pub word: Signal<Out, Bits<32>>,
    step: DFF<Step>,
    value: DFF<Bits<8>>,
    table: Table,
    memory: Memory,
}

impl Logic for Design {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, step, value);
        self.memory.clock.next = self.clock.val();
        match self.step.q.val() {
            Step::Idle => {
                if self.go.val() & (self.by.val() != bits::<8>(3)) {
                    self.step.d.next = Step::Count;
                }
            }
            Step::Count => {
                self.value.d.next = self.value.q.val() + self.by.val();
                if self.value.q.val() > bits::<8>(100) {
                    self.step.d.next = Step::Hold;
                }
            }
            Step::Hold => {
                self.value.d.next = self.value.q.val() >> bits::<8>(1);
                if self.value.q.val() < bits::<8>(9) {
                    self.step.d.next = Step::Idle;
                }
            }
        }
        self.sum.next = self.value.q.val();
        self.busy.next = (self.step.q.val() == Step::Count) | !self.go.val();
        self.table.addr.next = self.by.val().get_bits::<2>(3);
        self.looked_up.next = self.table.data.val();
        self.memory.ra.next = self.value.q.val().get_bits::<3>(1);
        self.word.next = self.memory.rd.val();
    }
}

/// One way to break each word.
fn words(address: u64, word: u64) -> Vec<Word> {
    vec![Word {
        operator: "word",
        value: word ^ 1,
        before: format!("{address}: {word}"),
        after: format!("{}", word ^ 1),
    }]
}

fn connected() -> Design {
    let mut design = Design::default();
    design.connect_all();
    design
}

fn mutated(choose: impl FnOnce(&[Site]) -> Vec<usize>) -> Mutants {
    let mutants = emit_mutants("top", &connected(), "a header", &words, false, choose);
    mutants.unwrap_or_else(|e| panic!("{e}"))
}

struct Mutated(Model);

impl Dut for Mutated {
    fn set(&mut self, port: &str, words: &[u32]) {
        assert!(self.0.set(port, words), "no port {port}");
    }

    fn get(&self, port: &str) -> Vec<u32> {
        let value = self.0.get(port);
        value.unwrap_or_else(|| panic!("no port {port}"))
    }

    fn eval(&mut self) {
        self.0.eval().unwrap();
    }
}

/// RustHDL's simulation against the Verilog with mutant `number` at work.
fn run(mutants: &Mutants, number: u32) -> Result<(), Mismatch> {
    let library = Library::build(&mutants.text, "top", &BuildOptions::default()).unwrap();
    let mut model = Model::new(&library).unwrap();
    assert!(model.set(INPUT, &[number]));
    let clock = |u: &mut Design, clock| u.clock.next = clock;
    cosim(
        &mut connected(),
        &mut Mutated(model),
        SEED,
        CYCLES,
        clock,
        |u, rng, _| {
            randomize_inputs!(u, rng; go, by);
        },
    )
}

fn all(sites: &[Site]) -> Vec<usize> {
    (0..sites.len()).collect()
}

#[test]
fn mutants_none_at_work_is_the_design() {
    with_big_stack(|| {
        println!("seed {SEED:#x}");
        run(&mutated(all), 0).unwrap_or_else(|e| panic!("{e}"));
    });
}

#[test]
fn mutants_at_work_are_noticed() {
    with_big_stack(|| {
        println!("seed {SEED:#x}");
        let mutants = mutated(all);
        let mut noticed = BTreeSet::new();
        let mut survivors = vec![];
        for (number, site) in (1..).zip(&mutants.sites) {
            match run(&mutants, number) {
                Ok(()) => survivors.push(site),
                Err(_) => _ = noticed.insert(site.operator),
            }
        }
        let operators: BTreeSet<&str> = mutants.sites.iter().map(|s| s.operator).collect();
        let expected = [
            "arithmetic",
            "case",
            "comparison",
            "condition",
            "constant",
            "dropped",
            "logic",
            "select",
            "stuck",
            "table",
            "word",
        ];
        assert_eq!(operators, BTreeSet::from(expected));
        assert_eq!(noticed, operators);
        // what is left is the same or hardly ever another: a bound that is never met, a state that is left at once
        assert!(
            survivors.len() * 10 <= mutants.sites.len(),
            "{survivors:#?}"
        );
    });
}

#[test]
fn mutants_none_chosen_leaves_the_emission() {
    let plain =
        emit::emit_with_header("top", &connected(), "a header").unwrap_or_else(|e| panic!("{e}"));
    assert!(!plain.contains(INPUT));
    let text = mutated(|_| vec![]).text;
    let lines = text
        .lines()
        .filter(|l| !l.contains(INPUT) && !l.contains("lint_off"));
    let rest: Vec<&str> = lines.map(|l| l.trim_end_matches(',')).collect();
    let plain: Vec<&str> = plain.lines().map(|l| l.trim_end_matches(',')).collect();
    assert_eq!(rest, plain);
}

#[test]
fn mutants_sites_are_told_in_the_kernels_words() {
    let sites = mutated(all).sites;
    let told = |operator: &str, before: &str, after: &str| {
        let is = |s: &&Site| {
            (s.operator, s.before.as_str(), s.after.as_str()) == (operator, before, after)
        };
        let found = sites.iter().find(is);
        found.unwrap_or_else(|| panic!("{operator}: {before} -> {after} not in {sites:#?}"))
    };
    let sum = told("arithmetic", "value.q + by", "value.q - by");
    assert_eq!(
        (sum.signal.as_str(), sum.under.as_str(), sum.path.as_str()),
        ("value.d", "Step::Count", "top")
    );
    told("comparison", "value.q > 0x64", "value.q >= 0x64");
    told("constant", "Step::Hold", "Step::Idle");
    told("dropped", "Step::Hold", "step.q");
    told("select", "by.get_bits::<2>(3)", "by.get_bits::<2>(4)");
    told("condition", "value.q < 9", "true");
    let table = told("table", "0x8d", "0x85");
    assert_eq!(table.path, "top.table");
    // the second word of the second part
    let word = told("word", "5: 35", "34");
    assert_eq!(word.signal, "word 5");
}

#[test]
fn shares_follow_sizes() {
    let sizes = |of: &[(&str, usize)]| -> BTreeMap<String, usize> {
        of.iter()
            .map(|(name, n)| ((*name).to_owned(), *n))
            .collect()
    };
    let all = sizes(&[("a", 60), ("b", 30), ("c", 1), ("none", 0)]);
    assert_eq!(shares(&all, 10), sizes(&[("a", 6), ("b", 3), ("c", 1)]));
    // the largest first when there are not enough for all
    assert_eq!(shares(&all, 2), sizes(&[("a", 1), ("b", 1)]));
    assert_eq!(shares(&all, 1000), sizes(&[("a", 60), ("b", 30), ("c", 1)]));
}
