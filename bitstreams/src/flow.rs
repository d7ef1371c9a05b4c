//! From a board to its bitstream: yosys, nextpnr with several seeds, the packer. Every step's result is kept in a folder named by all that it
//! depends on, below `target/boards`; file names are relative, so that the same programs make the same bytes anywhere.

use crate::board::{Board, Family};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sim_verilator::{paths, tools};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::{fs, io};

/// Why there is no bitstream.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// A program of the flow is not there, or does not start.
    #[error("{name} does not run: install it, or name one in {variable}")]
    MissingTool {
        /// Its usual name.
        name: &'static str,
        /// The variable that may name another one.
        variable: &'static str,
    },
    /// A program of the flow failed.
    #[error("{program} ended with {status}; its last words are in {log}")]
    Failed {
        /// The program.
        program: PathBuf,
        /// How it ended.
        status: ExitStatus,
        /// All it said.
        log: PathBuf,
    },
    /// A report that cannot be read.
    #[error("{path} is not the report expected: {source}")]
    Report {
        /// The report.
        path: PathBuf,
        /// What is wrong in it.
        source: serde_json::Error,
    },
    /// The card cannot be emitted.
    #[error(transparent)]
    Emit(#[from] emit::EmitError),
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> FlowError + '_ {
    |source| FlowError::Io {
        path: path.to_owned(),
        source,
    }
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
    /// By seed.
    pub placements: Vec<Placement>,
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
        format!("{} {sha256} seed {seed} {tools}", self.board)
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
        let Outcome {
            file, sha256, seed, ..
        } = &self.outcome;
        text + &format!("\nseed {seed}: {}\nsha256 {sha256}\n", file.display())
    }
}

/// A program with the version it claims.
struct Tool {
    program: PathBuf,
    version: String,
}

impl Tool {
    /// The program that `variable` names, else `name` on `PATH`; `version` makes it say its version.
    fn find(variable: &'static str, name: &'static str, version: &str) -> Result<Self, FlowError> {
        let missing = || FlowError::MissingTool { name, variable };
        let chosen = std::env::var_os(variable).map(PathBuf::from);
        let program = chosen
            .or_else(|| tools::on_path(name))
            .ok_or_else(missing)?;
        let output = Command::new(&program)
            .arg(version)
            .output()
            .map_err(|_| missing())?;
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text);
        let line = text.lines().find(|line| line.contains("ersion"));
        let line = line
            .or_else(|| text.lines().next())
            .unwrap_or_default()
            .trim();
        // paths of the programs are nobody's business
        let line = line.trim_matches('"');
        let plain = line.rsplit_once('/').map_or(line, |(_, rest)| rest);
        let plain = plain.replace('"', "");
        Ok(Self {
            program,
            version: plain,
        })
    }

    /// Runs in `folder`; all it says goes to the file `log` there.
    fn run(&self, folder: &Path, log: &str, arguments: &[&str]) -> Result<(), FlowError> {
        let log = folder.join(log);
        let file = fs::File::create(&log).map_err(at(&log))?;
        let errors = file.try_clone().map_err(at(&log))?;
        let status = Command::new(&self.program)
            .current_dir(folder)
            .args(arguments)
            .stdout(file)
            .stderr(errors)
            .status()
            .map_err(at(&self.program))?;
        match status.success() {
            true => Ok(()),
            false => Err(FlowError::Failed {
                program: self.program.clone(),
                status,
                log,
            }),
        }
    }
}

/// The programs of a family: synthesis, placement, and the packer where there is one.
struct Programs {
    yosys: Tool,
    nextpnr: Tool,
    packer: Option<Tool>,
}

impl Programs {
    fn find(family: Family) -> Result<Self, FlowError> {
        let yosys = Tool::find("YOSYS", "yosys", "--version")?;
        Ok(match family {
            Family::Ecp5 => Self {
                yosys,
                nextpnr: Tool::find("NEXTPNR_ECP5", "nextpnr-ecp5", "--version")?,
                packer: Some(Tool::find("ECPPACK", "ecppack", "--version")?),
            },
            Family::Xilinx7 => Self {
                yosys,
                nextpnr: Tool::find("NEXTPNR_XILINX", "nextpnr-himbaechel-xilinx", "--version")?,
                packer: None,
            },
        })
    }

    fn versions(&self) -> Vec<String> {
        let all = [&self.yosys, &self.nextpnr];
        let all = all.into_iter().chain(&self.packer);
        all.map(|tool| tool.version.clone()).collect()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What yosys is told. abc9 without wide multiplexers is what costs least on an ECP5 (docs/synthesis.md); `autoname`, in the step
/// `check`, would take longer than the rest.
fn script(board: &Board, revision: &str) -> String {
    let sources: Vec<&str> = board.sources.iter().map(|source| source.name).collect();
    let read = format!(
        "read_verilog -DSYNTHESIS -DREVISION=64'h{revision} card.v {}",
        sources.join(" ")
    );
    let synthesis = match board.family {
        Family::Ecp5 => "synth_ecp5 -abc9 -nowidelut -run begin:check -top top",
        Family::Xilinx7 => "synth_xilinx -family xc7 -run begin:check -top top",
    };
    format!("{read}; {synthesis}; blackbox =A:whitebox; write_json netlist.part")
}

/// Where the flow of a board works.
struct Workspace<'a> {
    board: &'a Board,
    programs: &'a Programs,
    folder: PathBuf,
}

impl<'a> Workspace<'a> {
    /// The folder for these sources, commands and programs; the sources are put there.
    fn open(
        board: &'a Board,
        programs: &'a Programs,
        card: &str,
        script: &str,
    ) -> Result<Self, FlowError> {
        let mut key = Sha256::new();
        let sources = board.sources.iter().map(|source| source.text);
        let parts = [card, script, board.device, board.constraints.text];
        let versions = programs.versions();
        let versions = versions.iter().map(String::as_str);
        for part in parts.into_iter().chain(sources).chain(versions) {
            key.update((part.len() as u64).to_le_bytes());
            key.update(part);
        }
        let key = hex(&key.finalize()[..6]);
        let folder = paths::models_dir()
            .with_file_name("boards")
            .join(format!("{}-{key}", board.name));
        fs::create_dir_all(&folder).map_err(at(&folder))?;
        let put = |name: &str, text: &str| {
            let path = folder.join(name);
            fs::write(&path, text).map_err(at(&path))
        };
        put("card.v", card)?;
        put(board.constraints.name, board.constraints.text)?;
        for source in board.sources {
            put(source.name, source.text)?;
        }
        Ok(Self {
            board,
            programs,
            folder,
        })
    }

    /// Runs a step unless its result is there; it is written under another name and renamed when the step has ended well.
    fn step(
        &self,
        tool: &Tool,
        partial: &str,
        done: &str,
        log: &str,
        arguments: &[&str],
    ) -> Result<PathBuf, FlowError> {
        let result = self.folder.join(done);
        if !result.is_file() {
            tool.run(&self.folder, log, arguments)?;
            let partial = self.folder.join(partial);
            fs::rename(&partial, &result).map_err(at(&partial))?;
        }
        Ok(result)
    }

    fn synthesise(&self, script: &str) -> Result<(), FlowError> {
        let arguments = ["-q", "-p", script];
        let yosys = &self.programs.yosys;
        self.step(
            yosys,
            "netlist.part",
            "netlist.json",
            "yosys.log",
            &arguments,
        )
        .map(drop)
    }

    /// The placement, and the file that it left for the packer.
    fn place(&self, seed: u32) -> Result<(Placement, PathBuf), FlowError> {
        let (partial, number) = (format!("seed-{seed}.part"), seed.to_string());
        let placed = match self.board.family {
            Family::Ecp5 => format!("seed-{seed}.config"),
            Family::Xilinx7 => format!("seed-{seed}.fasm"),
        };
        let constraints = self.board.constraints.name;
        let (fasm, xdc) = (format!("fasm={placed}"), format!("xdc={constraints}"));
        let mut arguments: Vec<&str> = self.board.device.split(' ').collect();
        arguments.extend(["--json", "netlist.json", "--seed", &number]);
        arguments.extend(["--timing-allow-fail", "--report", &partial, "--quiet"]);
        arguments.extend(match self.board.family {
            Family::Ecp5 => ["--lpf", constraints, "--textcfg", &placed],
            Family::Xilinx7 => ["-o", &xdc, "-o", &fasm],
        });
        let (done, log) = (format!("seed-{seed}.json"), format!("seed-{seed}.log"));
        let path = self.step(&self.programs.nextpnr, &partial, &done, &log, &arguments)?;
        let text = fs::read_to_string(&path).map_err(at(&path))?;
        let report: PlaceReport =
            serde_json::from_str(&text).map_err(|source| FlowError::Report { path, source })?;
        Ok((report.placement(seed), self.folder.join(placed)))
    }

    /// The bitstream of a placement; without a packer, the placement's own file is the end.
    fn pack(&self, seed: u32, placed: PathBuf) -> Result<Outcome, FlowError> {
        let file = match &self.programs.packer {
            None => placed,
            Some(packer) => {
                let (config, bit) = (format!("seed-{seed}.config"), format!("seed-{seed}.bit"));
                let (partial, log) = (format!("seed-{seed}.bit.part"), format!("pack-{seed}.log"));
                let arguments = ["--compress", &config, &partial];
                self.step(packer, &partial, &bit, &log, &arguments)?
            }
        };
        let bytes = fs::read(&file).map_err(at(&file))?;
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
/// [`FlowError`].
pub fn run(board: &Board, seeds: u32, mut say: impl FnMut(&str)) -> Result<Report, FlowError> {
    let programs = Programs::find(board.family)?;
    say("emitting the card");
    let card = (board.card)()?;
    let revision = hex(&Sha256::digest(&card)[..8]);
    let script = script(board, &revision);
    let workspace = Workspace::open(board, &programs, &card, &script)?;
    say("yosys: synthesis");
    workspace.synthesise(&script)?;
    let mut placements = vec![];
    let mut best: Option<(f64, u32, PathBuf)> = None;
    for seed in 1..=seeds.max(1) {
        say(&format!("nextpnr: placement {seed} of {seeds}"));
        let (placement, placed) = workspace.place(seed)?;
        let margin = placement.margin();
        if best.as_ref().is_none_or(|(other, ..)| margin > *other) {
            best = Some((margin, seed, placed));
        }
        placements.push(placement);
    }
    let (_, seed, placed) = best.unwrap_or_default();
    say("packing");
    Ok(Report {
        board: board.name,
        about: board.about,
        device: board.device,
        tools: programs.versions(),
        revision,
        placements,
        outcome: workspace.pack(seed, placed)?,
    })
}

/// The part of nextpnr's `--report` that is used.
#[derive(Debug, Deserialize)]
struct PlaceReport {
    fmax: BTreeMap<String, Fmax>,
    utilization: BTreeMap<String, Utilization>,
}

#[derive(Debug, Deserialize)]
struct Fmax {
    achieved: f64,
    constraint: f64,
}

#[derive(Debug, Deserialize)]
struct Utilization {
    used: u64,
    available: u64,
}

impl PlaceReport {
    fn placement(self, seed: u32) -> Placement {
        let clock = |(name, fmax): (String, Fmax)| ClockReport {
            name: plain(&name),
            achieved: fmax.achieved,
            needed: fmax.constraint,
        };
        let cells = self.utilization.into_iter();
        Placement {
            seed,
            clocks: self.fmax.into_iter().map(clock).collect(),
            cells: cells.map(|(k, u)| (k, (u.used, u.available))).collect(),
        }
    }
}

/// A net without what the placer puts in front of clocks on global wires.
fn plain(net: &str) -> String {
    let net = net.strip_prefix("$glbnet$").unwrap_or(net);
    net.to_owned()
}

/// What a list of hashes has for the same board, seed and programs as `report`.
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
            placements: vec![placed.placement(3)],
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
    }

    #[test]
    fn hashes_are_found_by_board_seed_and_programs() {
        let report = report();
        assert_eq!(report.hash_line(), "some abc seed 3 yosys 1; nextpnr 2");
        let list = "# board hash seed programs\nother 1 seed 3 yosys 1; nextpnr 2\nsome 2 seed 3 yosys 1; nextpnr 2\n";
        assert_eq!(recorded(list, &report), Some("2"));
        assert_eq!(recorded("some 2 seed 4 yosys 1; nextpnr 2", &report), None);
        assert_eq!(recorded("some 2 seed 3 yosys 9; nextpnr 2", &report), None);
    }

    #[test]
    fn tool_missing_bad_flow() {
        let found = Tool::find("ROAMNIC_NO_SUCH_VARIABLE", "no-such-program", "--version");
        assert!(matches!(found.err(), Some(FlowError::MissingTool { .. })));
    }
}
