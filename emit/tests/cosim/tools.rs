//! Verilator and iverilog as `Dut`s: a process that reads a line with all inputs and answers with a
//! line of all outputs.

use emit::cosim::Dut;
use emit::{Dir, Port};
use num_bigint::BigUint;
use sim_verilator::tools::Verilator;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock};

/// Bits of the two vectors that all ports are packed into: at least 65, so that Verilator uses its
/// wide type, and whole words.
fn packed(ports: &[Port], dir: Dir) -> usize {
    let bits: usize = ports.iter().filter(|p| p.dir == dir).map(|p| p.width).sum();
    bits.max(65).div_ceil(32) * 32
}

/// A module `wrap` with one wide input and one wide output around `top`.
fn wrapper(ports: &[Port]) -> String {
    let mut at = [0, 0];
    let mut pins = vec![];
    for p in ports {
        let (vector, at) = match p.dir {
            Dir::In => ("all_in", &mut at[0]),
            _ => ("all_out", &mut at[1]),
        };
        pins.push(format!(
            "      .{}({vector}[{} +: {}])",
            p.name, at, p.width
        ));
        *at += p.width;
    }
    let (i, o) = (packed(ports, Dir::In), packed(ports, Dir::Out));
    let rest = o - at[1];
    let tie = format!("   assign all_out[{} +: {rest}] = 0;\n", at[1]);
    let tie = if rest == 0 { "" } else { &tie };
    format!(
        "module wrap(input wire [{}:0] all_in, output wire [{}:0] all_out);\n{tie}   top dut(\n{}\n   );\nendmodule\n",
        i - 1,
        o - 1,
        pins.join(",\n")
    )
}

/// A running model.
pub struct Model {
    name: &'static str,
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    ports: Vec<Port>,
    inputs: BigUint,
    outputs: BigUint,
}

impl Model {
    fn start(name: &'static str, mut command: Command, ports: &[Port]) -> Model {
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the model starts");
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        Model {
            name,
            child,
            stdin,
            stdout,
            ports: ports.to_vec(),
            inputs: BigUint::default(),
            outputs: BigUint::default(),
        }
    }

    /// Lowest bit and width of a port in its vector.
    fn place(&self, port: &str) -> (usize, usize) {
        let this = self.ports.iter().find(|p| p.name == port);
        let this = this.unwrap_or_else(|| panic!("no port {port}"));
        let before = self.ports.iter().take_while(|p| p.name != port);
        let off = before.filter(|p| p.dir == this.dir).map(|p| p.width).sum();
        (off, this.width)
    }
}

impl Dut for Model {
    fn set(&mut self, port: &str, words: &[u32]) {
        let (off, w) = self.place(port);
        let ones = ((BigUint::from(1u8) << w) - 1u8) << off;
        let kept = &self.inputs ^ (&self.inputs & ones);
        self.inputs = kept | (BigUint::new(words.to_vec()) << off);
    }

    fn get(&self, port: &str) -> Vec<u32> {
        let (off, w) = self.place(port);
        let ones = (BigUint::from(1u8) << w) - 1u8;
        ((&self.outputs >> off) & ones).to_u32_digits()
    }

    fn eval(&mut self) {
        let digits = packed(&self.ports, Dir::In) / 4;
        let stdin = self.stdin.as_mut().expect("open until dropped");
        writeln!(stdin, "{:0digits$x}", self.inputs).expect("the model reads");
        stdin.flush().expect("the model reads");
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("the model answers");
        let value = BigUint::parse_bytes(line.trim().as_bytes(), 16);
        self.outputs = value.unwrap_or_else(|| panic!("{}: unknown bits: {line}", self.name));
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        drop(self.stdin.take()); // end of input ends the model
        let _ = self.child.wait();
    }
}

/// All tools at hand; they have to agree.
pub struct Models(Vec<Model>);

impl Dut for Models {
    fn set(&mut self, port: &str, words: &[u32]) {
        self.0.iter_mut().for_each(|m| m.set(port, words));
    }

    fn get(&self, port: &str) -> Vec<u32> {
        let values: Vec<_> = self.0.iter().map(|m| (m.name, m.get(port))).collect();
        let agree = values.iter().all(|v| v.1 == values[0].1);
        assert!(agree, "tools differ at `{port}`: {values:?}");
        values[0].1.clone()
    }

    fn eval(&mut self) {
        self.0.iter_mut().for_each(Model::eval);
    }
}

/// One tool at a time: builds are heavy, and share files.
static BUILD: Mutex<()> = Mutex::new(());

fn run(command: &mut Command) -> String {
    let out = command
        .output()
        .unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let (stdout, stderr) = (
        String::from_utf8_lossy(&out.stdout),
        String::from_utf8_lossy(&out.stderr),
    );
    assert!(out.status.success(), "{command:?}\n{stdout}{stderr}");
    format!("{stdout}{stderr}")
}

fn works(program: &str) -> bool {
    let mut command = Command::new(program);
    let command = command
        .arg("-V")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let found = command.status().is_ok_and(|s| s.success());
    if !found {
        sim_verilator::tools::skip_test(&format!("no {program}: nothing is compared with it"));
    }
    found
}

/// Verilator as the whole workspace finds it: `$VERILATOR`, `PATH`, `.tools/venv`.
pub fn verilator() -> &'static Verilator {
    sim_verilator::tools::verilator().unwrap_or_else(|e| panic!("{e}"))
}

fn iverilog() -> bool {
    static FOUND: OnceLock<bool> = OnceLock::new();
    *FOUND.get_or_init(|| works("iverilog"))
}

fn folder(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&dir).expect("the target folder can be written");
    dir
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).expect("the target folder can be written");
}

const MAIN: &str = r#"
#include "Vwrap.h"
#include <cstdio>
#include <string>
int main() {
    Vwrap top;
    const int ni = sizeof(top.all_in) / 4, no = sizeof(top.all_out) / 4;
    std::string line(8 * ni + 16, 0);
    while (fgets(&line[0], line.size(), stdin)) {
        for (int k = 0; k < ni; k++) {
            unsigned v = 0;
            sscanf(line.substr(8 * (ni - 1 - k), 8).c_str(), "%x", &v);
            top.all_in[k] = v;
        }
        top.eval();
        for (int k = no - 1; k >= 0; k--) printf("%08x", (unsigned)top.all_out[k]);
        printf("\n");
        fflush(stdout);
    }
}
"#;

/// Verilator's runtime, compiled once.
fn runtime(include: &Path, version: &str) -> Vec<PathBuf> {
    let tag: String = version.chars().filter(|c| c.is_alphanumeric()).collect();
    let dir = folder(&format!("verilated_{tag}"));
    let object = |name: &str| {
        let (to, temporary) = (
            dir.join(format!("{name}.o")),
            // a test runner may give every test a process
            dir.join(format!("{name}.{}.o", std::process::id())),
        );
        if !to.exists() {
            let mut gxx = Command::new("g++");
            gxx.args(["-O1", "-std=c++17", "-c", "-I"])
                .arg(include)
                .arg("-I")
                .arg(include.join("vltstd"));
            run(gxx
                .arg(include.join(format!("{name}.cpp")))
                .arg("-o")
                .arg(&temporary));
            std::fs::rename(&temporary, &to).expect("the target folder can be written");
        }
        to
    };
    vec![object("verilated"), object("verilated_threads")]
}

fn verilator_model(name: &str, text: &str, ports: &[Port], flags: &[&str]) -> Model {
    let verilator = verilator();
    let dir = folder(name);
    let version = &verilator.identity;
    let include = verilator.include();
    let source = format!("{text}\n{}", wrapper(ports));
    let stamp = format!("// {} {flags:?}\n{source}", version);
    let (stamped, binary) = (dir.join("stamp.v"), dir.join("model"));
    let fresh = std::fs::read_to_string(&stamped).is_ok_and(|old| old == stamp);
    if !(fresh && binary.exists()) {
        write(&dir.join("dut.v"), &source);
        write(&dir.join("main.cpp"), MAIN);
        let mut command = verilator.command();
        command.args([
            "--cc",
            "-Wno-fatal",
            "-Wno-lint",
            "-Wno-style",
            "--top-module",
            "wrap",
        ]);
        command
            .args(flags)
            .args(["--output-split", "0", "--Mdir"])
            .arg(dir.join("obj"));
        run(command.arg(dir.join("dut.v")));
        let entries = std::fs::read_dir(dir.join("obj")).expect("Verilator has made it");
        let files = entries.filter_map(|f| f.ok()).map(|f| f.path());
        let cpp = files.filter(|f| f.extension().is_some_and(|e| e == "cpp"));
        let mut gxx = Command::new("g++");
        gxx.args(["-O0", "-std=c++17", "-I"])
            .arg(dir.join("obj"))
            .arg("-I")
            .arg(&include);
        gxx.arg("-I")
            .arg(include.join("vltstd"))
            .args(cpp)
            .arg(dir.join("main.cpp"));
        gxx.args(runtime(&include, version))
            .args(["-pthread", "-o"])
            .arg(&binary);
        run(&mut gxx);
        write(&stamped, &stamp);
    }
    Model::start("Verilator", Command::new(binary), ports)
}

fn iverilog_model(name: &str, text: &str, ports: &[Port]) -> Option<Model> {
    if !iverilog() {
        return None;
    }
    let dir = folder(name);
    let (i, o) = (packed(ports, Dir::In), packed(ports, Dir::Out));
    let bench = format!(
        "`timescale 1ns/1ns\nmodule bench;\n   reg [{}:0] all_in; wire [{}:0] all_out; integer n;\n   \
         wrap w(all_in, all_out);\n   initial begin\n      n = 1;\n      while (n == 1) begin\n         \
         n = $fscanf('h8000_0000, \"%h\", all_in);\n         #1;\n         \
         if (n == 1) begin $display(\"%h\", all_out); $fflush; end\n      end\n      $finish(0);\n   end\nendmodule\n",
        i - 1,
        o - 1
    );
    let (source, vvp) = (dir.join("bench.v"), dir.join("bench.vvp"));
    write(&source, &format!("{text}\n{}\n{bench}", wrapper(ports)));
    run(Command::new("iverilog")
        .args(["-g2005", "-o"])
        .arg(&vvp)
        .arg(&source));
    let mut command = Command::new("vvp");
    command.arg("-n").arg(vvp);
    Some(Model::start("iverilog", command, ports))
}

/// Models of a Verilog text with top module `top` in every tool at hand.
pub fn models(name: &str, text: &str, ports: &[Port], flags: &[&str]) -> Models {
    let _turn = BUILD.lock().unwrap_or_else(|e| e.into_inner());
    let mut models = vec![verilator_model(name, text, ports, flags)];
    models.extend(iverilog_model(name, text, ports));
    Models(models)
}

/// Verilator alone.
pub fn only_verilator(name: &str, text: &str, ports: &[Port], flags: &[&str]) -> Models {
    let _turn = BUILD.lock().unwrap_or_else(|e| e.into_inner());
    Models(vec![verilator_model(name, text, ports, flags)])
}

/// Lints with Verilator's `-Wall` and checks with yosys that nothing is wrong with the text but
/// unused signals.
pub fn lint(name: &str, text: &str) {
    let path = folder(name).join("lint.v");
    write(&path, text);
    let mut command = verilator().command();
    command.args([
        "--lint-only",
        "-Wall",
        "-Wno-DECLFILENAME",
        "-Wno-UNUSED",
        "-Wno-UNSIGNED",
        "-Wno-VARHIDDEN",
    ]);
    command.args(["--top-module", "top"]).arg(&path);
    let talk = run(&mut command);
    assert!(!talk.contains("%Warning"), "{name}: {talk}");
    if works("yosys") {
        let script = format!(
            "read_verilog {}; hierarchy -check -top top; proc; opt_clean; check -assert; \
             select -assert-none t:$dlatch t:$adlatch t:$dlatchsr",
            path.display()
        );
        run(Command::new("yosys").args(["-q", "-p", &script]));
    }
}
