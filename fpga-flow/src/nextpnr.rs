//! How nextpnr is called, and what it says of a placement (`--report`).

use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// What every call has in common. nextpnr's default router for ECP5, `router1`, rips up one connection for another for hours where wires are scarce;
/// `router2` negotiates for them. Its default placer, `heap`, solves for wire lengths that legal placements of these netlists are far from; `static`
/// spreads the cells as charges that repel each other, and ends a fifth shorter. Refining a placement in two threads takes half of the processor time
/// that the default takes; their number is fixed because the result depends on it. Missed timing is for the reader of the report.
pub const OPTIONS: &str =
    "--placer static --router router2 --parallel-refine --threads 2 --timing-allow-fail";

/// The option for [`spread`]; as [`ROUTES_ALONE`], only a nextpnr with Python has it.
pub const SPREADS: &str = "--pre-place";

/// A script for [`SPREADS`] and ECP5: one row of tiles in `every` stays empty.
pub fn spread(every: u32) -> String {
    format!("EVERY = {every}\n{}", include_str!("spread.py"))
}

/// The option that a step on its own for routing needs: nextpnr has it if it was built with Python, which WebAssembly builds are not.
pub const ROUTES_ALONE: &str = "--pre-route";

/// A script for [`ROUTES_ALONE`] with `--no-place`: cells go where the file `placed` (`--write`) says that they were.
pub fn restore(placed: &str) -> String {
    format!("PLACED = {placed:?}\n{}", include_str!("restore.py"))
}

/// The part of the report that is used.
#[derive(Clone, Debug, Deserialize)]
pub struct PlaceReport {
    /// Clocks with registers between them, by net.
    pub fmax: BTreeMap<String, Fmax>,
    /// Cells, by kind.
    pub utilization: BTreeMap<String, Utilization>,
}

/// A clock.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Fmax {
    /// What it reaches, in MHz.
    pub achieved: f64,
    /// What it was asked for, in MHz.
    pub constraint: f64,
}

/// A kind of cell.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Utilization {
    /// Occupied.
    pub used: u64,
    /// In the chip.
    pub available: u64,
}

impl PlaceReport {
    /// What the slowest clock reaches, in MHz; infinite without a clock.
    pub fn slowest(&self) -> f64 {
        let all = self.fmax.values().map(|clock| clock.achieved);
        all.fold(f64::INFINITY, f64::min)
    }

    /// Cells of a kind that are occupied.
    pub fn used(&self, kind: &str) -> u64 {
        self.utilization.get(kind).map_or(0, |found| found.used)
    }
}

/// What nextpnr's log says that the clocks of a placement reach, by net, with wires as long as it guesses: its report says so only of routed ones.
pub fn estimates(log: &str) -> BTreeMap<String, Fmax> {
    let line = |line: &str| {
        let (_, rest) = line.split_once("Max frequency for clock ")?;
        let (net, rest) = rest.trim_start().strip_prefix('\'')?.split_once("':")?;
        let (achieved, rest) = rest.split_once(" MHz (")?;
        let (_, constraint) = rest.split_once(" at ")?;
        let constraint = constraint.strip_suffix(" MHz)")?;
        let fmax = Fmax {
            achieved: achieved.trim().parse().ok()?,
            constraint: constraint.parse().ok()?,
        };
        Some((net.to_owned(), fmax))
    };
    log.lines().filter_map(line).collect()
}

/// How routing goes, from the lines of nextpnr's log: `router2` negotiates in iterations, which may take hours, and where wires are too scarce go on forever.
#[derive(Debug, Default)]
pub struct Routing {
    /// Fewest wires wanted more than once so far, and the iteration that had them.
    best: Option<(u64, u64)>,
}

impl Routing {
    /// Iterations without progress behind which it is given up. Placements that could be routed had seven at most.
    pub const PATIENCE: u64 = 16;
    /// The same where at most [`FEW`](Self::FEW) wires are left: one of them may wander for long, and such iterations take a second.
    pub const LONG_PATIENCE: u64 = 128;
    /// Wires wanted more than once that are few.
    pub const FEW: u64 = 64;

    /// Takes a line; tells what it says of the router, and gives up a hopeless one.
    pub fn hear(&mut self, line: &str, say: &mut dyn FnMut(&str)) -> ControlFlow<String> {
        let Some((iteration, overused)) = iteration(line) else {
            return ControlFlow::Continue(());
        };
        say(&format!(
            "nextpnr: routing, iteration {iteration}, {overused} wires wanted more than once"
        ));
        match self.best {
            Some((least, since)) if overused >= least => {
                let patience = if least <= Self::FEW {
                    Self::LONG_PATIENCE
                } else {
                    Self::PATIENCE
                };
                if iteration >= since + patience {
                    return ControlFlow::Break(format!(
                        "in {patience} iterations of the router never fewer than {least} wires were wanted more than once"
                    ));
                }
            }
            _ => self.best = Some((overused, iteration)),
        }
        ControlFlow::Continue(())
    }
}

/// Number and wires wanted more than once, of a line that ends an iteration of `router2`.
fn iteration(line: &str) -> Option<(u64, u64)> {
    let (_, rest) = line.split_once(" iter=")?;
    let (iteration, rest) = rest.split_once(' ')?;
    let (_, rest) = rest.split_once(" overused=")?;
    let (overused, _) = rest.split_once(' ')?;
    Some((iteration.parse().ok()?, overused.parse().ok()?))
}

/// A net's name without what the placer puts in front of clocks on global wires.
pub fn plain(net: &str) -> &str {
    net.strip_prefix("$glbnet$").unwrap_or(net)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Tool, Workspace};
    use std::fs;

    #[test]
    fn place_report_slowest_clock_counts() {
        let text = r#"{"critical_paths": [], "fmax": {"a": {"achieved": 120.5, "constraint": 100}, "b": {"achieved": 99.5, "constraint": 100}},
            "utilization": {"TRELLIS_COMB": {"available": 83640, "used": 42}, "DP16KD": {"available": 208, "used": 1}}}"#;
        let report: PlaceReport = serde_json::from_str(text).expect("well-formed");
        assert!((report.slowest() - 99.5).abs() < 1e-9);
        let used = ["TRELLIS_COMB", "DP16KD", "TRELLIS_FF"].map(|kind| report.used(kind));
        assert_eq!(used, [42, 1, 0]);
    }

    #[test]
    fn estimates_are_read_from_the_log() {
        let log = "Info: Max frequency for clock         '$glbnet$slow': 1.00 MHz (FAIL at 25.00 MHz)\n\
                   Info: Max frequency for clock '$glbnet$slow': 313.09 MHz (PASS at 25.00 MHz)\n\
                   Info: Max delay <async> -> posedge clock: 1.92 ns\n\
                   Warning: Max frequency for clock 'rx': 108.82 MHz (FAIL at 125.00 MHz)\n";
        let found = estimates(log);
        let found = found
            .iter()
            .map(|(net, fmax)| (net.as_str(), fmax.achieved, fmax.constraint));
        let wanted = [("$glbnet$slow", 313.09, 25.0), ("rx", 108.82, 125.0)];
        assert_eq!(found.collect::<Vec<_>>(), wanted);
    }

    #[test]
    fn routing_is_told_and_given_up_when_it_gets_no_further() {
        let mut routing = Routing::default();
        let mut told = vec![];
        let mut hear = |line: &str| routing.hear(line, &mut |said| told.push(said.to_owned()));
        for other in ["Info: iter=1 wirelen = 12", "Info: Routing..", ""] {
            assert!(hear(other).is_continue());
        }
        let line = |k: u64, n: u64| {
            format!("Info:     iter={k} wires=959229 overused={n} overuse=8471 archfail=NA")
        };
        assert!(hear(&line(1, 900)).is_continue() && hear(&line(2, 526)).is_continue());
        let last = 2 + Routing::PATIENCE;
        assert!((3..last).all(|k| hear(&line(k, 526 + k)).is_continue()));
        let given_up = hear(&line(last, 526));
        assert!(
            matches!(&given_up, ControlFlow::Break(why) if why.contains("fewer than 526")),
            "{given_up:?}"
        );
        let first = "nextpnr: routing, iteration 1, 900 wires wanted more than once";
        assert_eq!(told.first().map(String::as_str), Some(first));
        assert_eq!(told.len() as u64, last);
        // the last wires may take longer
        let mut routing = Routing::default();
        let mut hear = |k: u64| routing.hear(&line(k, Routing::FEW), &mut |_| {});
        assert!((1..=Routing::LONG_PATIENCE).all(|k| hear(k).is_continue()));
        assert!(hear(1 + Routing::LONG_PATIENCE).is_break());
    }

    #[test]
    fn nets_lose_the_mark_of_global_wires() {
        assert_eq!([plain("$glbnet$clock"), plain("rx")], ["clock", "rx"]);
    }

    /// A design with a PLL, carry chains, both kinds of memory and inputs that are constant: routed behind [`restore`], its cells are where they were placed,
    /// and the clocks of the PLL are asked for, which a design read back from the placed file has forgotten. Every second row stays empty, by [`spread`].
    #[test]
    fn restored_cells_are_where_they_were() {
        // not asked for by REQUIRE_TOOLS: Debian 12, on which checks run, has no nextpnr-ecp5
        let (Ok(yosys), Ok(nextpnr)) = (Tool::yosys(), Tool::nextpnr_ecp5()) else {
            eprintln!("SKIPPED: no yosys or nextpnr-ecp5");
            return;
        };
        if !nextpnr.offers(ROUTES_ALONE) {
            eprintln!("SKIPPED: nextpnr-ecp5 without Python");
            return;
        }
        let workspace = Workspace::open("synth", "restore-", &[]).expect("folder");
        let put = |name: &str, text: &str| workspace.put(name, text).expect("written");
        let read = |name: &str| fs::read_to_string(workspace.path(name)).expect("there");
        put("design.v", include_str!("restore_test.v"));
        put("design.lpf", "FREQUENCY PORT \"clock\" 100 MHZ;\n");
        put("restore.py", &restore("placed.json"));
        put("spread.py", &spread(2));
        let script = "read_verilog design.v; synth_ecp5 -top top; write_json netlist.json";
        let run = |tool: &Tool, log: &str, arguments: &str| {
            let arguments: Vec<&str> = arguments.split(' ').collect();
            tool.run(&workspace.path(""), log, &arguments)
                .expect("ends well");
        };
        yosys
            .run(&workspace.path(""), "yosys.log", &["-q", "-p", script])
            .expect("mapped");
        let common = format!(
            "--um5g-85k --speed 8 --seed 1 --json netlist.json --lpf design.lpf --lpf-allow-unconstrained {OPTIONS}"
        );
        let place = format!("{common} {SPREADS} spread.py --no-route --write placed.json");
        run(&nextpnr, "place.log", &place);
        let route = format!(
            "{common} --no-place {ROUTES_ALONE} restore.py --write routed.json --report report.json"
        );
        run(&nextpnr, "route.log", &route);
        let cells = |name: &str| -> BTreeMap<String, String> {
            let read: serde_json::Value = serde_json::from_str(&read(name)).expect("well-formed");
            let top = &read["modules"]["top"];
            let bel = |cell: &serde_json::Value| cell["attributes"]["NEXTPNR_BEL"].to_string();
            let cells = top["cells"].as_object().expect("cells").iter();
            cells
                .filter(|(name, _)| !name.starts_with("$empty$"))
                .map(|(name, cell)| (name.clone(), bel(cell)))
                .collect()
        };
        let row = |bel: &str| -> u32 {
            let row = bel.split('/').nth(1).expect("X1/Y2/NAME");
            row[1..].parse().expect("a number")
        };
        let placed = cells("placed.json");
        assert!(placed.len() > 100 && placed.values().all(|bel| bel.starts_with("\"X")));
        let logic = placed.values().filter(|bel| bel.contains("SLICE"));
        assert!(logic.clone().count() > 50 && logic.clone().all(|bel| row(bel) % 2 == 1));
        assert_eq!(cells("routed.json"), placed);
        let report: PlaceReport = workspace.report("report.json").expect("report");
        let asked: Vec<f64> = report.fmax.values().map(|fmax| fmax.constraint).collect();
        assert!(
            asked.len() == 1 && (asked[0] - 25.0).abs() < 0.01,
            "{report:?}"
        );
    }
}
