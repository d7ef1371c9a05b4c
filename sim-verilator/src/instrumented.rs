//! Models for searches that are led by coverage: every branch of the Verilog counts how often it is taken, and the state of the circuit
//! can be kept and put back, so that a search need not set its stage up again for every input.
//!
//! They are built apart from all other models, whose cache must not know of them: Verilator counts branches by `--coverage-line`, which
//! makes the model about half as fast, and its file of results is not used: the counters are read where they stand.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use crate::compile::BuildError;
use crate::content::content_hash;
use crate::ffi::Library;
use crate::tools::{self, Verilator};
use crate::{paths, shim};

const SHIM: &str = include_str!("../shim/instrumented.cpp");
const POINTS: &str = "points.tsv";

/// A branch of the Verilog that is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoveragePoint {
    /// Line of the Verilog, from 1.
    pub line: u32,
    /// The instance, e.g. `roamnic.unit.rom`.
    pub instance: String,
    /// What is counted: `if`, `else`, `case`, `block`.
    pub kind: String,
}

impl Library {
    /// Compiles module `top` of `verilog` so that its branches are counted, or takes it from the cache. If the circuit has a register
    /// `probe` (hierarchical name below the top, joined by `.`), its values can be counted too.
    ///
    /// # Errors
    /// As [`Library::build`].
    pub fn build_instrumented(
        verilog: &str,
        top: &str,
        probe: Option<&str>,
    ) -> Result<Arc<Self>, BuildError> {
        let verilator = tools::verilator()?;
        let compiler = tools::compiler()?;
        let build = Build {
            verilog,
            top,
            probe,
            verilator,
            compiler,
        };
        let folder = build.cached()?;
        Ok(Arc::new(Self::load_instrumented(&folder.join("model.so"))?))
    }

    /// What the counters of an instrumented model count, in their order; empty for other models.
    pub fn coverage_points(&self) -> Vec<CoveragePoint> {
        let file = self.path().with_file_name(POINTS);
        let text = fs::read_to_string(file).unwrap_or_default();
        text.lines().filter_map(parse_kept).collect()
    }
}

fn parse_kept(line: &str) -> Option<CoveragePoint> {
    let mut fields = line.split('\t');
    Some(CoveragePoint {
        line: fields.next()?.parse().ok()?,
        instance: fields.next()?.to_owned(),
        kind: fields.next()?.to_owned(),
    })
}

/// One instrumented model.
struct Build<'a> {
    verilog: &'a str,
    top: &'a str,
    probe: Option<&'a str>,
    verilator: &'static Verilator,
    compiler: PathBuf,
}

impl Build<'_> {
    /// Everything that decides what comes out.
    fn key(&self) -> String {
        let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let cpu = cpu.lines().find(|line| line.starts_with("flags"));
        let parts = [
            self.verilog,
            self.top,
            self.probe.unwrap_or_default(),
            &self.verilator.identity,
            &self.compiler.to_string_lossy(),
            shim::MODEL_CPP,
            shim::RUNTIME_CPP,
            SHIM,
            // this file says how everything is compiled
            include_str!("instrumented.rs"),
            cpu.unwrap_or_default(),
        ];
        format!("instrumented-{}", &content_hash(&parts)[..32])
    }

    /// The folder with the model; built under a lock and published by renaming, as all models.
    fn cached(&self) -> Result<PathBuf, BuildError> {
        let models = paths::models_dir();
        let key = self.key();
        let done = models.join(&key);
        let locks = models.join("locks");
        fs::create_dir_all(&locks).map_err(io(&locks))?;
        let lock_path = locks.join(&key);
        let lock = File::create(&lock_path).map_err(io(&lock_path))?;
        lock.lock().map_err(io(&lock_path))?;
        if done.is_dir() {
            return Ok(done);
        }
        let fresh = models.join(format!("{key}.new"));
        if fresh.exists() {
            fs::remove_dir_all(&fresh).map_err(io(&fresh))?;
        }
        fs::create_dir(&fresh).map_err(io(&fresh))?;
        self.build(&fresh)?;
        fs::rename(&fresh, &done).map_err(io(&done))?;
        Ok(done)
    }

    fn build(&self, folder: &Path) -> Result<(), BuildError> {
        write(folder, "top.v", &format!("{}\n", self.verilog.trim_end()))?;
        self.verilate(folder)?;
        let header = read(folder, "Vmodel.h")?;
        let ports = shim::port_table(&shim::parse_ports(&header));
        write(folder, "ports.inc", &ports)?;
        write(folder, "model.cpp", shim::MODEL_CPP)?;
        write(folder, "instrumented.cpp", SHIM)?;
        write(folder, "runtime.cpp", shim::RUNTIME_CPP)?;
        let generated = generated(folder)?;
        write(folder, POINTS, &points(folder, &generated)?)?;
        let probe = self.probe_member(&read(folder, "Vmodel___024root.h")?);
        let objects = self.compile(folder, &generated, probe.as_deref())?;
        let mut link = Command::new(&self.compiler);
        link.current_dir(folder)
            .args(["-shared", "-pthread", "-Wl,-Bsymbolic", "-s", "-o"])
            .arg("model.so")
            .args(objects);
        run(link)?;
        tidy(folder)
    }

    /// The C++ member that the probe is, if the circuit has it.
    fn probe_member(&self, header: &str) -> Option<String> {
        let path = self.probe?.replace('.', "__DOT__");
        let member = format!("{}__DOT__{path}", self.top);
        header.contains(&format!(" {member};")).then_some(member)
    }

    fn verilate(&self, folder: &Path) -> Result<(), BuildError> {
        let mut command = self.verilator.command();
        command.current_dir(folder);
        command.args(["--cc", "--prefix", "Vmodel", "--Mdir", ".", "--no-timing"]);
        command.args(["--top-module", self.top, "--flatten", "--coverage-line"]);
        command.args(["--x-assign", "0", "--x-initial", "0", "-Wno-fatal"]);
        // see compile.rs
        command.args([
            "-fno-dfg-peephole-replace-shiftl-shiftl",
            "-fno-dfg-peephole-replace-shiftr-shiftr",
        ]);
        command.args(["--output-split", "20000", "top.v"]);
        let output = command.output().map_err(io(folder))?;
        if output.status.success() {
            return Ok(());
        }
        Err(BuildError::Verilator {
            top: self.top.to_owned(),
            message: tools::both_streams(&output),
        })
    }

    /// All C++ to objects, two files at a time; only what runs every cycle is optimised.
    fn compile(
        &self,
        folder: &Path,
        generated: &[String],
        probe: Option<&str>,
    ) -> Result<Vec<PathBuf>, BuildError> {
        let include = self.verilator.include();
        let runtime = ["verilated", "verilated_threads", "verilated_cov"]
            .map(|stem| include.join(format!("{stem}.cpp")));
        let ours = ["instrumented.cpp", "runtime.cpp"].map(PathBuf::from);
        let sources = generated.iter().map(PathBuf::from);
        let mut commands = vec![];
        let mut objects = vec![];
        for source in sources.chain(ours).chain(runtime) {
            let name = source.file_name().unwrap_or_default().to_string_lossy();
            let object = PathBuf::from(format!("{name}.o"));
            let hot = name.starts_with("Vmodel___024root") && !name.contains("Slow");
            let mut command = Command::new(&self.compiler);
            command.current_dir(folder).args([
                "-std=gnu++17",
                "-fPIC",
                "-fno-gnu-unique",
                "-fvisibility=hidden",
                "-w",
                "-march=native",
                if hot { "-O2" } else { "-O0" },
            ]);
            command.args([
                "-DVL_USER_FATAL",
                "-DVL_USER_STOP",
                "-DVL_USER_FINISH",
                "-DVM_SC=0",
                "-DVM_TRACE=0",
                "-DVM_TRACE_FST=0",
                "-DVM_COVERAGE=1",
                "-DSV_TRACE=0",
                "-DVL_PRINTF(...)=fprintf(stderr,__VA_ARGS__)",
                "-I.",
            ]);
            command.args(probe.map(|member| format!("-DSV_PROBE={member}")));
            command
                .arg("-I")
                .arg(&include)
                .arg("-I")
                .arg(include.join("vltstd"));
            command.arg("-c").arg(&source).arg("-o").arg(&object);
            commands.push(command);
            objects.push(object);
        }
        let limit = std::thread::available_parallelism().map_or(1, usize::from);
        let (sender, jobs) = std::sync::mpsc::channel();
        commands.into_iter().for_each(|c| drop(sender.send(c)));
        drop(sender);
        let jobs = std::sync::Mutex::new(jobs);
        let work = || -> Result<(), BuildError> {
            loop {
                let next = jobs.lock().map(|jobs| jobs.recv());
                match next {
                    Ok(Ok(command)) => run(command)?,
                    _ => return Ok(()),
                }
            }
        };
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..limit).map(|_| scope.spawn(work)).collect();
            let ended = workers.into_iter().map(|w| w.join().unwrap_or(Ok(())));
            ended.fold(Ok(()), Result::and)
        })?;
        Ok(objects)
    }
}

/// The C++ files that Verilator wrote, sorted.
fn generated(folder: &Path) -> Result<Vec<String>, BuildError> {
    let mut names = vec![];
    for entry in fs::read_dir(folder).map_err(io(folder))? {
        let name = entry.map_err(io(folder))?.file_name();
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("Vmodel") && name.ends_with(".cpp") {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// A line for each counter, read from the calls that register them.
fn points(folder: &Path, generated: &[String]) -> Result<String, BuildError> {
    let mut all = vec![];
    for name in generated.iter().filter(|name| name.contains("Slow")) {
        all.extend(read(folder, name)?.lines().filter_map(parse_insertion));
    }
    all.sort_by_key(|(number, _)| *number);
    let lines = all
        .iter()
        .map(|(_, p)| format!("{}\t{}\t{}\n", p.line, p.instance, p.kind));
    Ok(lines.collect())
}

/// `vlSelf->__vlCoverInsert(&(vlSymsp->__Vcoverage[7]), first, "top.v", 12, 3, ".top.block", "v_branch/block", "if", ...`
fn parse_insertion(line: &str) -> Option<(usize, CoveragePoint)> {
    let (_, rest) = line.split_once("__vlCoverInsert(&(vlSymsp->__Vcoverage[")?;
    let (number, rest) = rest.split_once("])")?;
    let fields: Vec<&str> = rest.split(", ").collect();
    let text = |k: usize| fields.get(k).map(|field| field.trim_matches('"'));
    Some((
        number.parse().ok()?,
        CoveragePoint {
            line: text(3)?.parse().ok()?,
            instance: text(5)?.trim_start_matches('.').to_owned(),
            kind: text(7)?.to_owned(),
        },
    ))
}

/// Keeps what explains the model.
fn tidy(folder: &Path) -> Result<(), BuildError> {
    for entry in fs::read_dir(folder).map_err(io(folder))? {
        let path = entry.map_err(io(folder))?.path();
        let kept = ["top.v", POINTS, "model.so"];
        if !kept.iter().any(|name| path.ends_with(name)) {
            fs::remove_file(&path).map_err(io(&path))?;
        }
    }
    Ok(())
}

fn run(mut command: Command) -> Result<(), BuildError> {
    let program = PathBuf::from(command.get_program());
    let output = command.output().map_err(io(&program))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(BuildError::Compiler {
            message: tools::both_streams(&output),
        }),
    }
}

fn read(folder: &Path, name: &str) -> Result<String, BuildError> {
    let path = folder.join(name);
    fs::read_to_string(&path).map_err(io(&path))
}

fn write(folder: &Path, name: &str, text: &str) -> Result<(), BuildError> {
    let path = folder.join(name);
    fs::write(&path, text).map_err(io(&path))
}

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> BuildError + use<> {
    let path = path.to_path_buf();
    move |source| BuildError::Io { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coverage_point_is_read_from_its_registration() {
        let line = r#"    vlSelf->__vlCoverInsert(&(vlSymsp->__Vcoverage[4]), first, "top.v", 302, 25, ".top.bar", "v_branch/bar", "if", "302-303", "", "", "", "");"#;
        let point = CoveragePoint {
            line: 302,
            instance: "top.bar".into(),
            kind: "if".into(),
        };
        assert_eq!(parse_insertion(line), Some((4, point.clone())));
        assert_eq!(parse_kept("302\ttop.bar\tif"), Some(point));
    }
}
