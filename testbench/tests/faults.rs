//! Faults that were chosen, packet by packet: every scenario that comes with the program at both widths, what is refused, and for
//! each checker captures that were doctored so that it has something to find.
#![forbid(unsafe_code)]

#[path = "faults/doctored.rs"]
mod doctored;
#[path = "faults/random.rs"]
mod random;

use std::path::{Path, PathBuf};
use testbench::faults::{self, Checker, FaultOptions, Scenario, ScenarioReport};
use testbench::replay::ScenarioError;

const SEED: u64 = 1;

/// A file of this test's own: others run at the same time, in this process or another.
fn temporary(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("faults");
    std::fs::create_dir_all(&folder).unwrap();
    let thread = format!("{:?}", std::thread::current().id());
    let thread = thread.replace(|c: char| !c.is_ascii_digit(), "");
    folder.join(format!("{}-{thread}-{name}", std::process::id()))
}

/// What was found is judged; the captures go.
fn remove(captures: &[PathBuf]) {
    for path in captures {
        std::fs::remove_file(path).unwrap();
    }
}

fn options(scenario: &Path, width: u32) -> FaultOptions {
    let name = faults::name(scenario);
    let capture = |end| temporary(&format!("{name}-{width}-{end}.pcap"));
    FaultOptions {
        width,
        seed: SEED,
        scenario: scenario.into(),
        captures: [capture("a"), capture("b")],
    }
}

fn shipped(name: &str) -> PathBuf {
    let all = faults::shipped().unwrap();
    let found = all.into_iter().find(|path| faults::name(path) == name);
    found.unwrap_or_else(|| panic!("no scenario is called {name}"))
}

fn run(scenario: &Path, width: u32) -> ScenarioReport {
    let options = options(scenario, width);
    let report = faults::run(&options).unwrap_or_else(|e| panic!("{scenario:?}: {e}"));
    remove(&options.captures);
    report
}

/// The first word of a scenario's name: its group.
fn group(scenario: &Path) -> String {
    let name = faults::name(scenario);
    name.split('_').next().unwrap_or_default().to_owned()
}

/// Groups with a test of their own, below.
const GROUPS: [&[&str]; 6] = [
    &["write"],
    &["send"],
    &["read", "reads"],
    &["atomic"],
    &["retry", "rnr"],
    &["ack", "both", "connections", "everything"],
];

/// All scenarios of some groups keep every rule at both widths.
fn rules_hold(groups: &[&str]) {
    println!("seed {SEED}");
    let all = faults::shipped().unwrap();
    let own = all.iter().filter(|s| groups.contains(&&*group(s)));
    let mut played = 0;
    for scenario in own {
        for width in [64, 512] {
            let report = run(scenario, width);
            assert!(report.is_good(), "{}", report.text());
            played += 1;
        }
    }
    assert!(played > 0, "no scenario of {groups:?}");
}

#[test]
fn faults_in_writes() {
    rules_hold(GROUPS[0]);
}

#[test]
fn faults_in_sends() {
    rules_hold(GROUPS[1]);
}

#[test]
fn faults_in_reads() {
    rules_hold(GROUPS[2]);
}

#[test]
fn faults_in_atomics() {
    rules_hold(GROUPS[3]);
}

#[test]
fn faults_until_the_budget_is_spent() {
    rules_hold(GROUPS[4]);
}

#[test]
fn faults_in_answers_and_on_several_connections() {
    rules_hold(GROUPS[5]);
}

#[test]
fn faults_every_scenario_is_in_a_group() {
    let all = faults::shipped().unwrap();
    assert!(all.len() >= 40, "{}", all.len());
    for scenario in all {
        let known = GROUPS.iter().any(|g| g.contains(&&*group(&scenario)));
        assert!(known, "{scenario:?}");
    }
}

/// What a checker finds in a scenario that shows a known defect.
fn findings_of(checker: Checker, name: &str, seed: u64) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults");
    let mut options = options(&folder.join(name), 64);
    options.seed = seed;
    let report = faults::run(&options).unwrap();
    remove(&options.captures);
    let own = report.findings.iter().filter(|f| f.checker == checker);
    own.map(ToString::to_string).collect()
}

/// Defect F1, repaired: the NIC counts its wait in whole µs and begins in the middle of one. It came back 9.7 µs after "not ready for 10 µs";
/// mostly the time until it came by hid that.
#[test]
fn faults_rnr_wait_is_not_too_short() {
    let found = findings_of(Checker::Rnr, "rnr_wait_short.toml", 5);
    assert_eq!(found, Vec::<String>::new());
}

/// Defect F2, repaired: a READ waits behind the packets of other queue pairs for 9 µs until it leaves, and its timer of 16 µs ran all the while; it was
/// sent again 13 µs after it was sent.
#[test]
fn faults_timeout_begins_when_the_request_leaves() {
    let found = findings_of(Checker::GoBack, "timeout_before_leaving.toml", 4);
    assert_eq!(found, Vec::<String>::new());
}

/// The scenario's text, changed.
fn edited(name: &str, changes: &[(&str, &str)]) -> PathBuf {
    let mut text = std::fs::read_to_string(shipped(name)).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{from:?} is not in {name}");
        text = text.replace(from, to);
    }
    let path = temporary(&format!("edited-{name}.toml"));
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn faults_play_again_exactly() {
    let frames = |width: u32| {
        let scenario = shipped("send_lost_last");
        let options = options(&scenario, width);
        faults::run(&options).unwrap();
        let read = options.captures.each_ref().map(std::fs::read);
        remove(&options.captures);
        read.map(Result::unwrap)
    };
    assert!(frames(64) == frames(64), "the same seed, other captures");
}

#[test]
fn faults_what_is_expected_and_does_not_come_is_found() {
    let cases = [
        ("is = 1\n", "is = 2\n", "rcvd_seq_err of a is 1; expected 2"),
        ("psn = 2\n", "psn = 20\n", "only 0 packets of its name"),
        (
            "length = 1500\n",
            "length = 1500\nstatus = \"remote access error\"\n",
            "ended with \"success\"",
        ),
        (
            "length = 1500\n",
            "length = 1500\nsignalled = false\n[[expect]]\nstate = \"ERR\"\n",
            "connection 0 of a is in RTS; expected ERR",
        ),
    ];
    for (from, to, what) in cases {
        let edited = edited("write_lost_middle", &[(from, to)]);
        let report = run(&edited, 64);
        remove(&[edited]);
        let found = report
            .findings
            .iter()
            .any(|f| f.checker == Checker::Expected && f.what.contains(what));
        assert!(found, "{what}: {}", report.text());
    }
}

#[test]
fn faults_bad_scenario_bad_flow() {
    let parse = |text: &str| {
        let base = "title = \"t\"\n[[work]]\nop = \"write\"\n";
        let name = Path::new("x.toml");
        Scenario::parse(&format!("{base}{text}"), name).unwrap_err()
    };
    let syntax = parse("lenght = 3\n");
    let ScenarioError::Syntax { source, .. } = &syntax else {
        panic!("{syntax}");
    };
    let text = source.to_string();
    assert!(text.contains("line 4") && text.contains("lenght"), "{text}");
    let event = "[[event]]\nclass = \"request\"\naction = ";
    let cases = [
        ("qp = 1\n".to_owned(), "qp of work 1 is 0x1"),
        (
            "status = \"fine\"\n".to_owned(),
            "status \"fine\" of work 1",
        ),
        (format!("{event}\"delay\"\n"), "us of event 1 is 0x0"),
        (
            format!("{event}\"drop\"\noccurrence = 0\n"),
            "occurrence of event 1",
        ),
        (
            "[connection]\nmtu = 300\n".to_owned(),
            "mtu \"300\" of the connection",
        ),
        (
            "[[expect]]\ncounter = \"sheep\"\n".to_owned(),
            "counter \"sheep\" of expect 1",
        ),
    ];
    for (text, what) in cases {
        let error = parse(&text).to_string();
        assert!(error.starts_with(what), "{error}");
    }
    let absent = faults::run(&options(Path::new("nowhere.toml"), 64));
    assert!(matches!(
        absent,
        Err(faults::FaultError::Scenario(ScenarioError::Open { .. }))
    ));
}
