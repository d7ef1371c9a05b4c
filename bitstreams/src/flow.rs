//! From a board to its bitstream: yosys, nextpnr with several seeds, the packer. Every step's result is kept below `target/boards`, in a folder named by
//! all that synthesis depends on and, in it, one named by all that placement depends on; so other constraints need no new synthesis. Where nextpnr can route
//! a placement that it made before, routing has a folder of its own in that one: it may take longest, and be interrupted or tried again with other settings.

use crate::board::{Board, Family};
use fpga_flow::fasm::{Database, Fabric};
use fpga_flow::{FlowError, PlaceReport, Tool, Workspace, nextpnr, workspace, yosys};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

/// Why there is no bitstream.
#[derive(Debug, thiserror::Error)]
pub enum BoardError {
    /// The flow ends early.
    #[error(transparent)]
    Flow(#[from] FlowError),
    /// The card cannot be emitted.
    #[error(transparent)]
    Emit(#[from] emit::EmitError),
}

/// A clock of a placement.
#[derive(Clone, Debug, Serialize)]
pub struct ClockReport {
    /// Its net.
    pub name: String,
    /// What it reaches, in MHz.
    pub achieved: f64,
    /// What the board needs, in MHz.
    pub needed: f64,
}

impl ClockReport {
    /// How much faster than needed, 0 = just reached.
    pub fn margin(&self) -> f64 {
        self.achieved / self.needed - 1.0
    }
}

/// A placement.
#[derive(Clone, Debug, Serialize)]
pub struct Placement {
    /// Its seed.
    pub seed: u32,
    /// Clocks with registers between them.
    pub clocks: Vec<ClockReport>,
    /// Cells by kind: used, available.
    pub cells: BTreeMap<String, (u64, u64)>,
}

impl Placement {
    fn new(seed: u32, report: PlaceReport) -> Self {
        let clock = |(name, fmax): (String, nextpnr::Fmax)| ClockReport {
            name: nextpnr::plain(&name).to_owned(),
            achieved: fmax.achieved,
            needed: fmax.constraint,
        };
        let cells = report.utilization.into_iter();
        Self {
            seed,
            clocks: report.fmax.into_iter().map(clock).collect(),
            cells: cells.map(|(k, u)| (k, (u.used, u.available))).collect(),
        }
    }

    /// The margin of the clock that has the least.
    pub fn margin(&self) -> f64 {
        let all = self.clocks.iter().map(ClockReport::margin);
        all.fold(f64::INFINITY, f64::min)
    }
}

/// A bitstream, or what the flow ends with.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// Where it is.
    pub file: PathBuf,
    /// Its SHA-256.
    pub sha256: String,
    /// Seed of its placement.
    pub seed: u32,
    /// It can be loaded into the chip.
    pub loadable: bool,
}

/// The result for a board.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// See [`Board::name`].
    pub board: &'static str,
    /// See [`Board::about`].
    pub about: &'static str,
    /// See [`Board::device`].
    pub device: &'static str,
    /// Versions of the programs.
    pub tools: Vec<String>,
    /// What the identity block of the device says: the first 64 bits of the SHA-256 of the card's Verilog.
    pub revision: String,
    /// 64 bits of a hash over sources, constraints, commands and versions of programs.
    pub inputs: String,
    /// By seed, those that were routed.
    pub placements: Vec<Placement>,
    /// The others: seed, and why routing was given up.
    pub unrouted: Vec<(u32, String)>,
    /// Of the placement with the largest margin.
    pub outcome: Outcome,
}

impl Report {
    /// The placement of the outcome meets the timing.
    pub fn meets_timing(&self) -> bool {
        let chosen = |p: &&Placement| p.seed == self.outcome.seed;
        let chosen = self.placements.iter().find(chosen);
        chosen.is_some_and(|p| p.margin() >= 0.0)
    }

    /// A line of the list of hashes.
    pub fn hash_line(&self) -> String {
        let tools = self.tools.join("; ");
        let Outcome { sha256, seed, .. } = &self.outcome;
        format!(
            "{} {sha256} inputs {} seed {seed} {tools}",
            self.board, self.inputs
        )
    }

    /// Tables.
    pub fn text(&self) -> String {
        let mut text = format!(
            "{}: {}\n{}\n{}\nrevision {}\n\n",
            self.board,
            self.about,
            self.device,
            self.tools.join(", "),
            self.revision
        );
        if let Some(first) = self.placements.first() {
            text += &format!("{:14} {:>9} {:>9} {:>6}\n", "cells", "used", "there", "%");
            for (kind, (used, there)) in first.cells.iter().filter(|(_, (used, _))| *used > 0) {
                let share = 100.0 * *used as f64 / (*there).max(1) as f64;
                text += &format!("{kind:14} {used:9} {there:9} {share:6.1}\n");
            }
        }
        text += &format!(
            "\n{:>4}  {:36} {:>8} {:>8} {:>8}\n",
            "seed", "clock", "MHz", "needed", "margin"
        );
        for placement in &self.placements {
            for clock in &placement.clocks {
                text += &format!(
                    "{:4}  {:36} {:8.1} {:8.1} {:7.1}%\n",
                    placement.seed,
                    clock.name,
                    clock.achieved,
                    clock.needed,
                    100.0 * clock.margin()
                );
            }
        }
        for (seed, why) in &self.unrouted {
            text += &format!("{seed:4}  not routed: {why}\n");
        }
        let Outcome {
            file, sha256, seed, ..
        } = &self.outcome;
        text + &format!("\nseed {seed}: {}\nsha256 {sha256}\n", file.display())
    }
}

/// What makes a bitstream of a placement.
enum Packer {
    Trellis(Tool),
    XRay {
        tool: Tool,
        database: Database,
        /// [`Database::identity`].
        identity: String,
        part: &'static str,
        fabric: &'static str,
    },
}

/// The programs of a family: synthesis, placement, and the packer where there is one.
struct Programs {
    yosys: Tool,
    nextpnr: Tool,
    packer: Option<Packer>,
}

impl Programs {
    fn find(family: Family) -> Result<Self, FlowError> {
        let yosys = Tool::yosys()?;
        Ok(match family {
            Family::Ecp5 => Self {
                yosys,
                nextpnr: Tool::nextpnr_ecp5()?,
                packer: Some(Packer::Trellis(Tool::ecppack()?)),
            },
            Family::Artix7 { part, fabric } => Self {
                yosys,
                nextpnr: Tool::nextpnr_xilinx()?,
                packer: match (Tool::xc7frames2bit(), Database::find("artix7")) {
                    (Ok(tool), Some(database)) => Some(Packer::XRay {
                        identity: database.identity(fabric)?,
                        tool,
                        database,
                        part,
                        fabric,
                    }),
                    _ => None,
                },
            },
        })
    }

    fn versions(&self) -> Vec<String> {
        let all = [&self.yosys, &self.nextpnr];
        let mut all: Vec<String> = all.map(|tool| tool.version.clone()).into();
        match &self.packer {
            None => {}
            Some(Packer::Trellis(tool)) => all.push(tool.version.clone()),
            Some(Packer::XRay { tool, identity, .. }) => {
                all.push(format!("{} with database {identity}", tool.version));
            }
        }
        all
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What yosys is told. The card is flattened: a board's report has no blocks.
fn script(board: &Board, revision: &str) -> String {
    let sources: Vec<&str> = board.sources.iter().map(|source| source.name).collect();
    let read = format!(
        "read_verilog -DSYNTHESIS -DREVISION=64'h{revision} card.v {}",
        sources.join(" ")
    );
    let synthesis = match board.family {
        Family::Ecp5 => yosys::ecp5("top"),
        Family::Artix7 { .. } => yosys::xc7("top", true),
    };
    format!("{read}; {synthesis}; blackbox =A:whitebox; write_json netlist.json.part")
}

/// The file with [`nextpnr::spread`].
const SPREAD: &str = "spread.py";

/// Where the flow of a board works.
struct Flow<'a> {
    board: &'a Board,
    programs: &'a Programs,
    synthesis: Workspace,
    placement: Workspace,
    /// The placement's, where placing and routing are one step.
    routing: Workspace,
    /// Placing and routing are steps of their own.
    apart: bool,
    /// Placing keeps rows empty.
    spread: bool,
    options: String,
    inputs: String,
}

impl<'a> Flow<'a> {
    /// The folders for these sources, commands and programs; the sources are put there.
    fn open(
        board: &'a Board,
        programs: &'a Programs,
        card: &str,
        script: &str,
    ) -> Result<Self, FlowError> {
        let mut parts = vec![card, script, programs.yosys.version.as_str()];
        parts.extend(board.sources.iter().map(|source| source.text));
        parts.extend([yosys::CARRY.1, yosys::ENDS.1]);
        let synthesis = Workspace::open("boards", &format!("{}-", board.name), &parts)?;
        yosys::put_maps(&synthesis)?;
        synthesis.put("card.v", card)?;
        for source in board.sources {
            synthesis.put(source.name, source.text)?;
        }
        let options = format!("{} {}", board.device, nextpnr::OPTIONS);
        let version = &programs.nextpnr.version;
        // both scripts need a nextpnr with Python
        let apart = board.family == Family::Ecp5 && programs.nextpnr.offers(nextpnr::ROUTES_ALONE);
        let spread = board.empty_row.filter(|_| apart).map(nextpnr::spread);
        let mut more = vec![board.constraints.text, &options, version];
        more.extend(spread.as_deref());
        let placement = synthesis.inside("place-", &more)?;
        placement.put(board.constraints.name, board.constraints.text)?;
        if let Some(script) = &spread {
            placement.put(SPREAD, script)?;
        }
        parts.extend(more);
        let mut routing = placement.clone();
        let restore = nextpnr::restore("");
        if apart {
            routing = placement.inside("route-", &[&restore])?;
            routing.put(board.constraints.name, board.constraints.text)?;
            parts.push(&restore);
        }
        let inputs = workspace::key(&parts)[..16].to_owned();
        Ok(Self {
            board,
            programs,
            synthesis,
            placement,
            routing,
            apart,
            spread: spread.is_some(),
            options,
            inputs,
        })
    }

    fn synthesise(&self, script: &str) -> Result<(), FlowError> {
        let arguments = ["-q", "-p", script];
        let yosys = &self.programs.yosys;
        self.synthesis
            .step(yosys, "netlist.json", "yosys.log", &arguments)
            .map(drop)
    }

    /// What a seed's cells and wires come to, and the name of the file that it left for the packer.
    fn place_and_route(
        &self,
        seed: u32,
        say: &mut dyn FnMut(&str),
    ) -> Result<(Placement, String), FlowError> {
        let report = format!("seed-{seed}.json");
        let (partial, number) = (format!("{report}.part"), seed.to_string());
        let result = match self.board.family {
            Family::Ecp5 => format!("seed-{seed}.config"),
            Family::Artix7 { .. } => format!("seed-{seed}.fasm"),
        };
        let constraints = self.board.constraints.name;
        let (fasm, xdc) = (format!("fasm={result}"), format!("xdc={constraints}"));
        let (placed, script) = (format!("placed-{seed}.json"), format!("restore-{seed}.py"));
        let mut arguments: Vec<&str> = self.options.split(' ').collect();
        arguments.extend(["--seed", &number]);
        arguments.extend(match self.board.family {
            Family::Ecp5 => ["--lpf", constraints],
            Family::Artix7 { .. } => ["-o", &xdc],
        });
        let nextpnr = &self.programs.nextpnr;
        if self.apart {
            let netlist = ["--json", "../netlist.json"];
            let spread: &[&str] = match self.spread {
                true => &[nextpnr::SPREADS, SPREAD],
                false => &[],
            };
            let part = format!("{placed}.part");
            let place = [
                arguments.as_slice(),
                &netlist,
                spread,
                &["--no-route", "--write", &part],
            ];
            let log = format!("place-{seed}.log");
            self.placement
                .step(nextpnr, &placed, &log, &place.concat())?;
            let from = nextpnr::restore(&format!("../{placed}"));
            self.routing.put(&script, &from)?;
            arguments.extend(["--json", "../../netlist.json", "--no-place"]);
            arguments.extend([nextpnr::ROUTES_ALONE, &script]);
        } else {
            arguments.extend(["--json", "../netlist.json"]);
        }
        arguments.extend(["--report", &partial]);
        arguments.extend(match self.board.family {
            Family::Ecp5 => ["--textcfg", &result],
            Family::Artix7 { .. } => ["-o", &fasm],
        });
        let log = format!("seed-{seed}.log");
        let mut routing = nextpnr::Routing::default();
        let mut hear = |line: &str| routing.hear(line, say);
        self.routing
            .step_told(nextpnr, &report, &log, &arguments, &mut hear)?;
        let report: PlaceReport = self.routing.report(&report)?;
        Ok((Placement::new(seed, report), result))
    }

    /// The bitstream of a placement; without a packer, the placement's own file is the end.
    fn pack(&self, seed: u32, placed: &str) -> Result<Outcome, FlowError> {
        let (bit, log) = (format!("seed-{seed}.bit"), format!("pack-{seed}.log"));
        let partial = format!("{bit}.part");
        let file = match &self.programs.packer {
            None => self.routing.path(placed),
            Some(Packer::Trellis(tool)) => {
                let arguments = ["--compress", placed, &partial];
                self.routing.step(tool, &bit, &log, &arguments)?
            }
            Some(Packer::XRay {
                tool,
                database,
                part,
                fabric,
                ..
            }) => {
                let fasm = self.routing.path(placed);
                let fasm = fs::read_to_string(&fasm).map_err(FlowError::io(&fasm))?;
                let frames = Fabric::open(database, fabric)?.frames(&fasm)?;
                let list = format!("seed-{seed}.frames");
                self.routing.put(&list, &frames.text())?;
                self.routing.put("part.yaml", &database.part(part)?)?;
                let files = ["--part_file", "part.yaml", "--frm_file", &list];
                let more = ["--part_name", part, "--output_file", &partial];
                let arguments = [files, more].concat();
                self.routing.step(tool, &bit, &log, &arguments)?
            }
        };
        let bytes = fs::read(&file).map_err(FlowError::io(&file))?;
        Ok(Outcome {
            file,
            sha256: hex(&Sha256::digest(&bytes)),
            seed,
            loadable: self.programs.packer.is_some(),
        })
    }
}

/// Makes a board's bitstream from the best of `seeds` placements; `say` is told what begins. Many minutes, unless results are kept.
///
/// # Errors
/// [`BoardError`].
pub fn run(board: &Board, seeds: u32, mut say: impl FnMut(&str)) -> Result<Report, BoardError> {
    let programs = Programs::find(board.family)?;
    say("emitting the card");
    let card = (board.card)()?;
    let revision = hex(&Sha256::digest(&card)[..8]);
    let script = script(board, &revision);
    let flow = Flow::open(board, &programs, &card, &script)?;
    say("yosys: synthesis");
    flow.synthesise(&script)?;
    let (mut placements, mut unrouted) = (vec![], vec![]);
    let mut best: Option<(f64, u32, String)> = None;
    let mut given_up = None;
    for seed in 1..=seeds.max(1) {
        say(&format!("nextpnr: placement {seed} of {seeds}"));
        let (placement, placed) = match flow.place_and_route(seed, &mut say) {
            Ok(routed) => routed,
            Err(error) => {
                let FlowError::GivenUp { why, .. } = &error else {
                    return Err(error.into());
                };
                say(&format!("seed {seed} is given up: {why}"));
                unrouted.push((seed, why.clone()));
                given_up = Some(error);
                continue;
            }
        };
        let margin = placement.margin();
        if best.as_ref().is_none_or(|(other, ..)| margin > *other) {
            best = Some((margin, seed, placed));
        }
        placements.push(placement);
    }
    let (seed, placed) = match (best, given_up) {
        (Some((_, seed, placed)), _) => (seed, placed),
        (None, Some(error)) => return Err(error.into()),
        (None, None) => unreachable!("at least one seed was tried"),
    };
    say("packing");
    Ok(Report {
        board: board.name,
        about: board.about,
        device: board.device,
        tools: programs.versions(),
        revision,
        inputs: flow.inputs.clone(),
        placements,
        unrouted,
        outcome: flow.pack(seed, &placed)?,
    })
}

/// What a list of hashes has for the same board, inputs, seed and programs as `report`.
pub fn recorded<'a>(list: &'a str, report: &Report) -> Option<&'a str> {
    let wanted: Vec<String> = report.hash_line().split(' ').map(str::to_owned).collect();
    list.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| (line, line.split(' ').collect::<Vec<_>>()))
        .find(|(_, words)| words.len() > 2 && words[0] == wanted[0] && words[2..] == wanted[2..])
        .and_then(|(line, _)| line.split(' ').nth(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let text = r#"{"critical_paths": [], "fmax": {"$glbnet$clock": {"achieved": 60.0, "constraint": 50.0}, "rx": {"achieved": 150.0, "constraint": 125.0}},
            "utilization": {"TRELLIS_COMB": {"available": 83640, "used": 42}, "DP16KD": {"available": 208, "used": 0}}}"#;
        let placed: PlaceReport = serde_json::from_str(text).expect("well-formed");
        Report {
            board: "some",
            about: "board",
            device: "--chip",
            tools: vec!["yosys 1".into(), "nextpnr 2".into()],
            revision: "00".into(),
            inputs: "f00".into(),
            placements: vec![Placement::new(3, placed)],
            unrouted: vec![(1, "hopeless".to_owned())],
            outcome: Outcome {
                file: "x.bit".into(),
                sha256: "abc".into(),
                seed: 3,
                loadable: true,
            },
        }
    }

    #[test]
    fn report_margin_is_that_of_the_tightest_clock() {
        let report = report();
        assert!((report.placements[0].margin() - 0.2).abs() < 1e-9);
        assert!(report.meets_timing());
        let text = report.text();
        assert!(text.contains("TRELLIS_COMB") && !text.contains("DP16KD"));
        assert!(!text.contains("glbnet"));
        assert!(text.contains("   1  not routed: hopeless"));
    }

    #[test]
    fn hashes_are_found_by_board_inputs_seed_and_programs() {
        let report = report();
        let line = "some abc inputs f00 seed 3 yosys 1; nextpnr 2";
        assert_eq!(report.hash_line(), line);
        let list = format!(
            "# board hash inputs seed programs\n{}\n{line}\n",
            line.replace("some abc", "other 1")
        );
        assert_eq!(recorded(&list, &report), Some("abc"));
        for other in ["some abc inputs f01", "some abc inputs f00 seed 4"] {
            let list = line.replace("some abc inputs f00", other);
            assert_eq!(recorded(&list, &report), None, "{list}");
        }
        assert_eq!(recorded(&line.replace("yosys 1", "yosys 9"), &report), None);
    }
}
