//! The programs of the flow and their files. Each result lies in a folder named by all that it depends on.

use super::stat::Stat;
use super::{Seed, SynthError};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use sim_verilator::{paths, tools};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Frequency that placement works towards, and that the NIC is asked to reach, in MHz.
pub const TARGET_MHZ: u32 = 100;

/// A program with the version it claims.
#[derive(Clone, Debug)]
pub struct Tool {
    program: PathBuf,
    /// First line of `--version`.
    pub version: String,
}

impl Tool {
    /// The program that `variable` names, else `name` on `PATH`.
    fn find(variable: &'static str, name: &'static str) -> Result<Self, SynthError> {
        let program = match std::env::var_os(variable) {
            Some(chosen) => Some(PathBuf::from(chosen)),
            None => tools::on_path(name),
        };
        let missing = || SynthError::MissingTool {
            name,
            variable,
            tried: program.clone(),
        };
        let program = program.as_ref().ok_or_else(missing)?;
        let output = Command::new(program)
            .arg("--version")
            .output()
            .map_err(|_| missing())?;
        if !output.status.success() {
            return Err(missing());
        }
        // yosys prints its version on stdout, nextpnr on stderr
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text);
        let version = text.lines().next().unwrap_or_default().trim().to_owned();
        Ok(Self {
            program: program.clone(),
            version,
        })
    }

    pub(super) fn yosys() -> Result<Self, SynthError> {
        Self::find("YOSYS", "yosys")
    }

    pub(super) fn nextpnr() -> Result<Self, SynthError> {
        Self::find("NEXTPNR_ECP5", "nextpnr-ecp5")
    }

    /// Runs in `folder`; all it says goes to the file `log` there.
    fn run(&self, folder: &Path, log: &str, arguments: &[String]) -> Result<(), SynthError> {
        let log = folder.join(log);
        let file = fs::File::create(&log).map_err(|e| SynthError::io(&log, e))?;
        let errors = file.try_clone().map_err(|e| SynthError::io(&log, e))?;
        let status = Command::new(&self.program)
            .current_dir(folder)
            .args(arguments)
            .stdout(file)
            .stderr(errors)
            .status()
            .map_err(|e| SynthError::io(&self.program, e))?;
        match status.success() {
            true => Ok(()),
            false => Err(SynthError::Failed {
                program: self.program.clone(),
                status,
                log,
            }),
        }
    }
}

/// Synthesis of one netlist in its folder.
pub(super) struct Workspace {
    folder: PathBuf,
    top: String,
}

impl Workspace {
    /// The folder for this Verilog, these commands and this yosys; the Verilog is put there.
    pub(super) fn open(verilog: &str, top: &str, yosys: &Tool) -> Result<Self, SynthError> {
        let mut key = Sha256::new();
        for part in [verilog, &script(top), CARRY.1, ENDS.1, &yosys.version] {
            key.update((part.len() as u64).to_le_bytes());
            key.update(part);
        }
        let key: String = key.finalize()[..12]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let folder = paths::models_dir().with_file_name("synth").join(key);
        fs::create_dir_all(&folder).map_err(|e| SynthError::io(&folder, e))?;
        let source = folder.join("netlist.v");
        fs::write(&source, verilog).map_err(|e| SynthError::io(&source, e))?;
        for (name, text) in [CARRY, ENDS] {
            let path = folder.join(name);
            fs::write(&path, text).map_err(|e| SynthError::io(&path, e))?;
        }
        Ok(Self {
            folder,
            top: top.to_owned(),
        })
    }

    /// Maps to ECP5 cells unless that has been done, and reads the statistics.
    pub(super) fn synthesise(&self, yosys: &Tool) -> Result<Stat, SynthError> {
        // the netlist is written last, so its presence says that the run has ended well
        if !self.folder.join("netlist.json").is_file() {
            let arguments = ["-q", "-p", &script(&self.top)].map(str::to_owned);
            yosys.run(&self.folder, "yosys.log", &arguments)?;
            let partial = self.folder.join("netlist.part");
            let done = self.folder.join("netlist.json");
            fs::rename(&partial, &done).map_err(|e| SynthError::io(&partial, e))?;
        }
        let path = self.folder.join("stat.json");
        let text = fs::read_to_string(&path).map_err(|e| SynthError::io(&path, e))?;
        parse(&path, &json_lines(&text))
    }

    /// Places and routes the netlist on an ECP5-85F with ports in mid-air, unless that has been done.
    pub(super) fn place(&self, nextpnr: &Tool, seed: u32) -> Result<Seed, SynthError> {
        let name = format!("seed-{seed}.json");
        let path = self.folder.join(&name);
        if !path.is_file() {
            let partial = format!("seed-{seed}.part");
            let words = format!(
                "--85k --package CABGA756 --speed 6 --out-of-context --json netlist.json --top {} --freq {TARGET_MHZ} \
                 --timing-allow-fail --seed {seed} --report {partial} --quiet",
                self.top
            );
            let arguments: Vec<String> = words.split(' ').map(str::to_owned).collect();
            nextpnr.run(&self.folder, &format!("seed-{seed}.log"), &arguments)?;
            let partial = self.folder.join(partial);
            fs::rename(&partial, &path).map_err(|e| SynthError::io(&partial, e))?;
        }
        let text = fs::read_to_string(&path).map_err(|e| SynthError::io(&path, e))?;
        let report: PlaceReport = parse(&path, &text)?;
        Ok(report.seed(seed))
    }
}

/// What abc9 runs: the default of yosys 0.23 without its last step, `&mfs`. The abc that Debian packages aborts there on some blocks;
/// yosys then goes on with an older result, or fails if there is none.
const ABC9_SCRIPT: &str = "\"+&scorr;&sweep;&dc2;&dch,-f;&ps;&if,{C},{W},{D},{R},-v\"";

/// How additions and comparisons become cells, and what happens to the ends of carry chains: the file's name and its text.
const CARRY: (&str, &str) = ("carry.v", include_str!("carry.v"));
const ENDS: (&str, &str) = ("ends.v", include_str!("ends.v"));

/// Applies [`ENDS`]. The marks of [`CARRY`] become types first, for otherwise what comes out would be mapped again.
const CUT_ENDS: &str = "chtype -set CARRY_HEAD t:CCU2C a:carry_head %i; chtype -set CARRY_TAIL t:CCU2C a:carry_tail %i; techmap -map ends.v";

/// What yosys is told. The blocks right below the top stay modules of their own, so that they can be counted; inside
/// them everything is flattened. abc9, the default of newer releases, needs a tenth fewer LUTs here than abc, and still fewer without
/// the multiplexers that join LUT4s to larger LUTs (`-nowidelut`): a LUT6 would occupy four. Arithmetic
/// has a mapping of its own, right before that of yosys. `autoname` (in the step `check`) would take longer than the rest on generated code.
fn script(top: &str) -> String {
    format!(
        "read_verilog -DSYNTHESIS netlist.v; hierarchy -check -top {top}; \
         setattr -mod -set keep_hierarchy 1 {top}/c:* %M; scratchpad -set abc9.script {ABC9_SCRIPT}; \
         synth_ecp5 -abc9 -nowidelut -run begin:map_gates -top {top}; techmap -map carry.v t:$alu; \
         synth_ecp5 -abc9 -nowidelut -run map_gates:check -top {top}; {CUT_ENDS}; \
         tee -q -o stat.json stat -json; blackbox =A:whitebox; write_json netlist.part"
    )
}

/// yosys 0.23 prints its hierarchy as plain text between the lines of its JSON; those lines are dropped.
pub(super) fn json_lines(text: &str) -> String {
    text.lines()
        .filter(|line| line.trim_start().starts_with(['{', '}', '"']))
        .collect()
}

fn parse<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T, SynthError> {
    serde_json::from_str(text).map_err(|source| SynthError::Report {
        path: path.to_owned(),
        source,
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
}

#[derive(Debug, Deserialize)]
struct Utilization {
    used: u64,
}

impl PlaceReport {
    fn seed(&self, seed: u32) -> Seed {
        let used = |kind: &str| self.utilization.get(kind).map_or(0, |found| found.used);
        Seed {
            seed,
            mhz: self
                .fmax
                .values()
                .map(|clock| clock.achieved)
                .fold(f64::INFINITY, f64::min),
            comb: used("TRELLIS_COMB"),
            ff: used("TRELLIS_FF"),
            dp16kd: used("DP16KD"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn place_report_slowest_clock_counts() {
        let text = r#"{"critical_paths": [], "fmax": {"a": {"achieved": 120.5, "constraint": 100}, "b": {"achieved": 99.5, "constraint": 100}},
            "utilization": {"TRELLIS_COMB": {"available": 83640, "used": 42}, "DP16KD": {"available": 208, "used": 1}}}"#;
        let report: PlaceReport = serde_json::from_str(text).expect("well-formed");
        let seed = report.seed(3);
        assert_eq!((seed.seed, seed.comb, seed.dp16kd, seed.ff), (3, 42, 1, 0));
        assert!((seed.mhz - 99.5).abs() < 1e-9);
    }

    /// Additions of several widths, with constants and with carries, as `carry.v` maps them, against iverilog's own.
    #[test]
    fn carry_map_computes_sums() {
        let (Ok(yosys), Some(iverilog)) = (Tool::yosys(), tools::on_path("iverilog")) else {
            let required = std::env::var_os("REQUIRE_TOOLS").is_some();
            assert!(!required, "no yosys or iverilog, and REQUIRE_TOOLS is set");
            eprintln!("SKIPPED: no yosys or iverilog");
            return;
        };
        let folder = paths::models_dir().with_file_name("synth").join("carry");
        fs::create_dir_all(&folder).expect("folder");
        let widths = [5, 6, 7, 8, 9, 16];
        let sums: String = widths.into_iter().map(sums).collect();
        let test = include_str!("carry_test.v");
        for (name, text) in [CARRY, ENDS, ("sums.v", &sums), ("carry_test.v", test)] {
            fs::write(folder.join(name), text).expect("written");
        }
        let rename: String = widths
            .into_iter()
            .map(|n| format!("rename sums_{n} mapped_{n}; "))
            .collect();
        let script = format!(
            "read_verilog sums.v; {rename}read_verilog -lib -DMAPPING carry_test.v; proc; opt_clean; alumacc; maccmap; alumacc; \
             techmap -map carry.v t:$alu; techmap; opt_clean; {CUT_ENDS}; select mapped_*; write_verilog -noattr -selected mapped.v"
        );
        let arguments = ["-q", "-p", &script].map(str::to_owned);
        yosys.run(&folder, "yosys.log", &arguments).expect("mapped");
        let mapped = fs::read_to_string(folder.join("mapped.v")).expect("written");
        assert!(mapped.contains("CCU2C"), "nothing became carry cells");
        // an output into nothing, as Verilog has it
        let mapped = mapped.replace(".COUT(1'hx)", ".COUT()");
        fs::write(folder.join("mapped.v"), mapped).expect("written");
        let built = Command::new(iverilog)
            .current_dir(&folder)
            .args([
                "-g2012",
                "-o",
                "test.vvp",
                "carry_test.v",
                "sums.v",
                "mapped.v",
            ])
            .output()
            .expect("iverilog starts");
        assert!(built.status.success(), "{built:?}");
        let ran = Command::new("vvp")
            .current_dir(&folder)
            .args(["-n", "test.vvp"])
            .output()
            .expect("vvp starts");
        let said = String::from_utf8_lossy(&ran.stdout);
        assert_eq!(said.trim(), "seed 1: 0 of 300 wrong");
    }

    /// All kinds of sums of `n` bits in one vector.
    fn sums(n: u32) -> String {
        let top = n - 1;
        let last = 7 * n + 5;
        let limit = 3 * n / 2;
        format!(
            "module sums_{n} (input [{top}:0] a, b, input c, output [{last}:0] y);
             wire [{top}:0] add = a + b, sub = a - b, inc = a + {n}'d1, less = a - {n}'d{n}, either = c ? a - b : a + b;
             wire [{n}:0] carry = a + b, odd = {{a, 1'b1}} + {{b, c}};
             assign y = {{add, sub, inc, less, either, carry, odd, a < b, a <= b, a > {n}'d{limit}, $signed(a) < $signed(b)}};
             endmodule\n"
        )
    }

    #[test]
    fn json_lines_drop_stray_text() {
        assert_eq!(
            json_lines("{\n  \"a\": {\n  },\n   leaf   1\n  \"b\": 2\n}\n"),
            "{  \"a\": {  },  \"b\": 2}"
        );
    }

    #[test]
    fn tool_missing_bad_flow() {
        let error = Tool::find("ROAMNIC_NO_SUCH_VARIABLE", "no-such-program").expect_err("missing");
        assert!(
            matches!(
                error,
                SynthError::MissingTool {
                    name: "no-such-program",
                    ..
                }
            ),
            "{error}"
        );
    }
}
