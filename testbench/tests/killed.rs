//! A client that is killed at work under its server, and a server under its client, each a process of its own.
//!
//! They start programs, and until such a child has become its program it holds what this one has open; so they are apart from the tests
//! that look at sockets which have just been closed.
#![cfg(target_os = "linux")]
#![forbid(unsafe_code)]

use driver_test::{Bound, Options, Report};
use host_driver::vfio_user::VfioUserDevice;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use testbench::lab::{Variant, nic_library};
use testbench::serve::{ServeOptions, Serving};

const SEED: u64 = 77;
/// A read may take as long as a busy machine needs, but less than a client's patience.
const READ_LIMIT: Duration = Duration::from_secs(50);
const PATIENCE: Duration = Duration::from_secs(60);

fn socket(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("roamnic-{name}-{}", std::process::id()))
}

/// The list, or a part of it, on a new connection.
fn list(path: &Path, only: &str, until_failure: bool, mut each: impl FnMut()) -> Report {
    println!("seed {SEED}");
    let options = Options {
        seed: SEED,
        bound: Bound::Wall(Duration::from_secs(120)),
        patience: 1_000_000,
        until_failure,
    };
    let device = Box::new(VfioUserDevice::open_within(path, PATIENCE).unwrap());
    let report = driver_test::run("vfio-user", device, options, Some(only), |_| each());
    println!("{}", report.text());
    report
}

/// A child that is killed at the end of a test that fails.
struct Killed(Child);

impl Killed {
    fn start(words: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_roamnic"));
        command.args(words).stdout(Stdio::null());
        Self(command.stderr(Stdio::piped()).spawn().unwrap())
    }

    /// Waits for a line that begins with `word`.
    fn says(&mut self, word: &str) {
        let lines = BufReader::new(self.0.stderr.as_mut().unwrap()).lines();
        let mut said = Vec::new();
        for line in lines.map_while(Result::ok) {
            if line.starts_with(word) {
                return;
            }
            said.push(line);
        }
        panic!("it ended without {word:?}: {said:?}");
    }

    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn serve_client_that_is_killed_at_work_bad_flow() {
    let path = socket("killed");
    let library = nic_library(64, Variant::Migratable, false).unwrap();
    let options = ServeOptions {
        sockets: vec![path.clone()],
        read_limit: READ_LIMIT,
        ..ServeOptions::default()
    };
    let serving = Serving::start(&library, &options).unwrap();
    let backend = format!("vfio-user:{}", path.display());
    let mut victim = Killed::start(&["drivertest", "--until-failure", "--backend", &backend]);
    // the next test has begun or is about to
    victim.says("send ok");
    victim.kill();
    assert!(list(&path, "write", false, || {}).passed);
    let report = serving.stop().unwrap();
    println!("{}", report.text());
    assert!(report.is_good());
    assert_eq!(report.nics[0].clients, 2);
}

#[test]
fn driver_says_that_its_server_was_killed_bad_flow() {
    let path = socket("server-killed");
    let name = path.display().to_string();
    let mut server = Killed::start(&["serve", "--read-limit", "50000", "--socket", &name]);
    server.says("serving at");
    let mut tests = 0;
    let report = list(&path, "e", true, || {
        tests += 1;
        if tests == 3 {
            server.kill();
        }
    });
    std::fs::remove_file(&path).unwrap();
    let last = report.tests.last().unwrap();
    assert!(!report.passed && last.detail.contains("the server is gone"));
}
