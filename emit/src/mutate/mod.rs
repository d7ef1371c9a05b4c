//! Mutants of a design, many in one Verilog text.
//!
//! A [`Site`] is a place of the design together with one way to break it there. [`emit_mutants`] numbers all sites of a design, has
//! some of them chosen, and prints the design once, with a choice at each of those: the broken form if the number at the
//! top's additional input [`INPUT`] is that of the mutant (its place among the chosen, from 1), the original otherwise. With 0 the design is the one that [`crate::emit()`]
//! prints. So one compiled model holds all mutants, and what is run with which of them costs no build.
//!
//! The number reaches the sites by a register of the top and hierarchical references to it, not by ports: it is there one clock edge after the
//! input, and no module but the top looks different from outside.
//!
//! Sites are found in kernels after their loops are unrolled, and in hand-written bodies in the contents of memories and tables:
//!
//! | operator | instead |
//! |---|---|
//! | `comparison` | the opposite, or the bound in or out |
//! | `condition` | always, or never |
//! | `arithmetic` | `+` for `-`, left shift for right shift, and the other way round |
//! | `logic` | and for or, or for exclusive or; a negation left out; any bit for all bits |
//! | `constant` | one more or one less; the next or previous variant of an enum |
//! | `select` | the bits beside those selected |
//! | `stuck` | a bit into or out of a module is always 0, or always 1 |
//! | `dropped` | a register keeps its value |
//! | `case` | two neighbouring arms of a `match` swapped |
//! | `table` | a bit of an entry of a table inverted |
//!
//! Operators on words of memories are the caller's ([`Words`]).

mod kernel;
mod tell;
mod text;

use crate::design::{Design, Module};
use crate::emitter::Emitter;
use crate::{EmitError, checked};
use rust_hdl::prelude::Block;
use std::collections::{BTreeMap, BTreeSet, HashMap};

pub(crate) use kernel::mutated;
pub(crate) use text::mutated as mutated_text;

/// The additional input of the top module: the number of the mutant at work, of 16 bits.
pub const INPUT: &str = "mutant";
/// The register of the top that holds it.
pub(crate) const REGISTER: &str = "mutant_at_work";

/// A bound moved by one may be no bound.
const WAIVED: &str = "/* verilator lint_off CMPCONST */\n/* verilator lint_off UNSIGNED */\n";

/// A way to break a design at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Instance path of the (first) module it lies in.
    pub path: String,
    /// What that module consists of: names of its signals and children, sorted; they tell its struct.
    pub fields: Vec<String>,
    /// One of the operators of this module's page, or of [`Words`].
    pub operator: &'static str,
    /// The signal that is assigned there; nothing for a condition.
    pub signal: String,
    /// The whole expression it lies in, nearly in RustHDL's words.
    pub within: String,
    /// The condition or pattern that the statement stands under, if any.
    pub under: String,
    /// What is there.
    pub before: String,
    /// What is there instead.
    pub after: String,
}

/// Another word in a memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The kind of change.
    pub operator: &'static str,
    /// The word instead.
    pub value: u64,
    /// What the original means.
    pub before: String,
    /// What the other means.
    pub after: String,
}

/// The ways to break word `.1` at address `.0` of the memories that a hand-written body fills with `NAME[ADDRESS] = BITS'hWORD;` and reads with
/// `REGISTER <= NAME[...];` by the address `ra`. If there are several, each has the addresses behind those of the one before.
pub type Words<'a> = &'a dyn Fn(u64, u64) -> Vec<Word>;

/// A design with mutants in it.
#[derive(Debug, Clone)]
pub struct Mutants {
    /// The Verilog.
    pub text: String,
    /// The mutants; the first has number 1.
    pub sites: Vec<Site>,
}

/// The Verilog of `block` with the sites that `choose` takes, given all of them, by their indices. Sites are the same in
/// every run. `header` stands on top as comments.
///
/// With `reports`, which only Verilator takes, a model says `mutant N reached` on the standard error when it first comes to a site with values for which the broken form
/// differs, whatever is at work. A mutant that is not reached in a test cannot be noticed by it.
///
/// # Errors
/// As [`crate::emit()`].
///
/// # Panics
/// If more than 65535 sites are chosen.
pub fn emit_mutants(
    top: &str,
    block: &dyn Block,
    header: &str,
    words: Words,
    reports: bool,
    choose: impl FnOnce(&[Site]) -> Vec<usize>,
) -> Result<Mutants, EmitError> {
    let emit = |chosen: &[usize]| {
        let numbers = (1..=u16::MAX).zip(chosen);
        let collector = Collector {
            sites: vec![],
            chosen: numbers.map(|(number, &site)| (site, number)).collect(),
            reports,
        };
        let mut emitter = Emitter::new(Design::of(top, block));
        emitter.mutants = Some((collector, words));
        let text = checked(top, block, header, &mut emitter)?;
        let sites = emitter.mutants.take().map(|(collector, _)| collector.sites);
        Ok((text, sites.unwrap_or_default()))
    };
    let (_, all) = emit(&[])?;
    let chosen = choose(&all);
    assert!(chosen.len() <= usize::from(u16::MAX), "too many mutants");
    let (text, all) = emit(&chosen)?;
    let text = format!("{WAIVED}{text}");
    let sites = chosen.iter().map(|&k| all[k].clone()).collect();
    Ok(Mutants { text, sites })
}

/// Sites found so far, and the numbers of those chosen.
pub(crate) struct Collector {
    sites: Vec<Site>,
    /// By index of the site.
    chosen: HashMap<usize, u16>,
    /// Sites report when the mutant would differ.
    reports: bool,
}

impl Collector {
    /// Adds a site; its number if it is chosen.
    fn offer(&mut self, site: Site) -> Option<u16> {
        let number = self.chosen.get(&self.sites.len()).copied();
        self.sites.push(site);
        number
    }
}

/// The condition that mutant `number` is at work in the design below `top`; with `differs` that is reported when it first holds.
pub(crate) fn condition(top: &str, number: u16, differs: Option<&str>) -> String {
    let at_work = format!("{top}.{REGISTER} == 16'd{number}");
    let Some(differs) = differs else {
        return at_work;
    };
    let report = format!(
        "([](bool reached) {{ static bool said; if (reached && !said) {{ said = true; \
         std::fprintf(stderr, \\\"mutant {number} reached\\\\n\\\"); }} return 0; }}("
    );
    format!("({at_work}) | $c1(\"{report}\", {differs}, \"))\")")
}

/// The `header` of the top, with the input for the number and the register that holds it. A top without a clock has a wire instead.
pub(crate) fn with_number(m: &Module, header: &str) -> String {
    let ports = header.strip_suffix("\n);\n").unwrap_or(header);
    let clock = m.ports().find(|p| p.name == "clock").map(|p| &p.name);
    let register = match clock {
        Some(clock) => format!(
            "   reg [15:0] {REGISTER};\n   initial {REGISTER} = 16'd0;\n   always @(posedge {clock}) {REGISTER} <= {INPUT};\n"
        ),
        None => format!("   wire [15:0] {REGISTER} = {INPUT};\n"),
    };
    format!("{ports},\n   input wire [15:0] {INPUT}\n);\n{register}")
}

/// What `m` consists of: the names of its signals and children.
fn fields(m: &Module) -> Vec<String> {
    let signals = m.sigs.iter().map(|g| &g.raw);
    let all = signals.chain(m.children.iter().map(|c| &c.raw));
    let first = |raw: &String| raw.split('$').next().unwrap_or_default().to_owned();
    let all: BTreeSet<String> = all.map(first).collect();
    all.into_iter().collect()
}

/// How many of `count` each group gets: in proportion to its size, at least one as far as they go, no more than it has.
pub fn shares(sizes: &BTreeMap<String, usize>, count: usize) -> BTreeMap<String, usize> {
    let total: usize = sizes.values().sum();
    let count = count.min(total);
    let mut largest: Vec<_> = sizes.iter().filter(|(_, size)| **size > 0).collect();
    largest.sort_by_key(|(name, size)| (std::cmp::Reverse(**size), *name));
    let one = largest.iter().take(count);
    let mut shares: BTreeMap<String, usize> = one.map(|(name, _)| ((*name).clone(), 1)).collect();
    for _ in shares.len()..count {
        // the group that has the least for its size
        let open = largest.iter().filter(|(name, size)| shares[*name] < **size);
        let next = open.max_by(|(a, m), (b, n)| {
            let (x, y) = (*m * (shares[*b] + 1), *n * (shares[*a] + 1));
            x.cmp(&y).then_with(|| b.cmp(a))
        });
        if let Some((name, _)) = next {
            *shares.entry((*name).clone()).or_default() += 1;
        }
    }
    shares
}
