//! Random cases: a few of them, all that once failed, and that what is wrong is found and made small.
#![forbid(unsafe_code)]

use fw_regs::{Command, SetScope};
use host_driver::Access;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use std::path::PathBuf;
use std::time::Duration;
use testbench::lab::{ConnectOptions, Lab, LabOptions};
use testbench::search::{
    Case, CaseError, Class, DrawOptions, Keep, Kind, ShrinkLimits, Stop, draw, guarded, shrink_by,
    size,
};

/// Cases that a test draws: small enough for seconds.
fn small(width: u32) -> DrawOptions {
    DrawOptions {
        width: Some(width),
        max_size: 16 * 1024,
        operations: [24, 48],
        connections: 4,
        ..DrawOptions::default()
    }
}

fn finds_nothing(width: u32, seeds: std::ops::Range<u64>) {
    for seed in seeds {
        println!("width {width}, seed {seed}");
        let case = draw(&small(width), seed).unwrap().current();
        match guarded(&case, &Keep::default()) {
            Ok(outcome) => println!("{outcome:?}"),
            Err(failure) => panic!("{failure}\n{}", case.to_toml().unwrap()),
        }
    }
}

#[test]
fn search_64_bits_finds_no_difference() {
    finds_nothing(64, 1..5);
}

#[test]
fn search_512_bits_finds_no_difference() {
    finds_nothing(512, 1..5);
}

/// Files of cases that have failed some time.
fn files(folder: &str) -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "toml"));
    files.sort();
    files
}

fn all_pass(files: Vec<PathBuf>) {
    for path in files {
        println!("{}", path.display());
        let case = Case::read(&path).unwrap();
        if let Err(failure) = guarded(&case, &Keep::default()) {
            panic!("{}: {failure}", path.display());
        }
    }
}

#[test]
fn search_cases_that_failed_pass() {
    let files = files("data/search");
    assert!(!files.is_empty());
    all_pass(files);
}

/// The same, of those that take a minute or more: apart, so that the others need not wait for them.
#[test]
fn search_long_cases_that_failed_pass() {
    let files = files("data/search/long");
    assert!(!files.is_empty());
    all_pass(files);
}

#[test]
#[ignore = "which of model and NIC is right is not settled: docs/search.md"]
fn search_cases_that_are_open_pass() {
    // there need not be any
    all_pass(files("data/search/open"));
}

/// A mark of congestion is counted, and changes nothing.
#[test]
fn search_marked_frames_find_no_difference() {
    let mut case = draw(&small(64), 3).unwrap().current();
    (case.link.marks, case.stops) = (0.5, Vec::new());
    let outcome = guarded(&case, &Keep::default()).unwrap();
    println!("{outcome:?}");
    assert!(outcome.marked > 0);
}

/// Everything that a host has is stopped and goes on, three times, while both sides send.
#[test]
fn search_stops_find_no_difference() {
    let mut case = draw(&small(64), 5).unwrap().current();
    let stop = |host, cycle, length| Stop {
        host,
        cycle,
        length,
    };
    case.stops = vec![stop(0, 1500, 400), stop(1, 6000, 9000), stop(0, 20_000, 0)];
    let outcome = guarded(&case, &Keep::default()).unwrap_or_else(|why| panic!("{why}"));
    println!("{outcome:?}");
    assert!(outcome.stops > 0);
}

#[test]
fn case_as_file_is_the_same_case() {
    for seed in 1..200 {
        println!("seed {seed}");
        let case = draw(&DrawOptions::default(), seed).unwrap().current();
        let text = case.to_toml().unwrap();
        assert_eq!(Case::from_toml(&text).unwrap(), case);
    }
}

#[test]
fn case_of_a_seed_is_always_the_same() {
    let options = DrawOptions::default();
    let case = |seed| draw(&options, seed).unwrap().current();
    assert_eq!(case(7), case(7));
    assert_ne!(case(7), case(8));
}

#[test]
fn case_that_contradicts_itself_bad_flow() {
    let mut case = draw(&DrawOptions::default(), 3).unwrap().current();
    let o = &mut case.operations[0];
    (o.kind, o.wrong, o.inline, o.size) = (Kind::Read, None, true, 8);
    let text = case.to_toml().unwrap();
    assert!(matches!(
        Case::from_toml(&text),
        Err(CaseError::Operation { index: 0, .. })
    ));
    let unknown = text.replace("width", "breadth");
    assert!(matches!(
        Case::from_toml(&unknown),
        Err(CaseError::Syntax(_))
    ));
}

#[test]
fn size_is_even_over_octaves_and_small_in_the_mean() {
    let mut runner = TestRunner::deterministic();
    let all = size(8 << 20);
    let sizes: Vec<u32> = (0..100_000)
        .map(|_| all.new_tree(&mut runner).unwrap().current())
        .collect();
    let mean = sizes.iter().map(|s| f64::from(*s)).sum::<f64>() / 1e5;
    assert!((1500.0..4096.0).contains(&mean), "{mean}");
    let share = |low: u32, high: u32| {
        let inside = sizes.iter().filter(|s| (low..high).contains(s)).count();
        inside as f64 / 1e5
    };
    // 13 even classes up to 4 KiB and one more altogether above
    for k in 0..12 {
        let found = share(1 << k, 2 << k);
        assert!((0.06..0.085).contains(&found), "octave {k}: {found}");
    }
    assert!(share(0, 1) > 0.06 && share(1 << 20, 8 << 20) > 0.0002);
    assert!(sizes.iter().all(|s| *s <= 8 << 20));
}

/// Stands for a NIC that is wrong: whoever sees these two operations one behind the other on one connection says so.
fn fails_by_order(case: &Case) -> bool {
    let of = |c: usize| case.operations.iter().filter(move |o| o.connection == c);
    (0..case.connections.len()).any(|c| {
        let mut behind = of(c).skip_while(|o| o.kind != Kind::Read || o.size <= 300);
        behind.any(|o| o.kind.is_send() && o.fence)
    })
}

#[test]
fn shrink_finds_the_two_operations_that_matter() {
    let options = DrawOptions::default();
    let limits = ShrinkLimits {
        steps: 5_000,
        time: Duration::from_secs(600),
    };
    let failing = (1..).map(|seed| draw(&options, seed).unwrap());
    for mut tree in failing.filter(|t| fails_by_order(t.smallest())).take(5) {
        let steps = shrink_by(&mut tree, limits, |case, _, _| fails_by_order(case));
        let case = tree.smallest();
        println!("{steps} steps\n{}", case.to_toml().unwrap());
        assert!(fails_by_order(case));
        assert_eq!((case.connections.len(), case.operations.len()), (1, 2));
        let [read, send] = &case.operations[..] else {
            panic!("two operations");
        };
        assert_eq!((read.size, send.size), (301, 0));
        assert!(case.stops.is_empty() && case.link == Default::default());
        assert!(steps < 700, "{steps} steps");
    }
}

/// The whole way with real NICs: of every READ longer than 100 bytes something else is expected than it brings.
#[test]
fn search_lie_is_found_and_made_small() {
    let options = DrawOptions {
        operations: [8, 12],
        connections: 2,
        wrong: 0,
        ..small(64)
    };
    let keep = Keep {
        lie: Some(|o| o.kind == Kind::Read && o.size > 100),
        ..Keep::default()
    };
    let fails = |case: &Case| guarded(case, &keep).is_err_and(|f| f.class == Class::Wrong);
    let mut trees = (11..30).map(|seed| draw(&options, seed).unwrap());
    let mut tree = trees.find(|tree| fails(tree.smallest())).unwrap();
    let limits = ShrinkLimits {
        steps: 60,
        time: Duration::from_secs(600),
    };
    let steps = shrink_by(&mut tree, limits, |case, _, _| fails(case));
    let case = tree.smallest();
    println!("{steps} steps\n{}", case.to_toml().unwrap());
    assert_eq!(case.operations.len(), 1);
    assert_eq!(case.operations[0].kind, Kind::Read);
    assert!(fails(case));
}

/// A STOP that changes nothing leaves nothing to tidy up, so the next command does not wait for it.
#[test]
fn stop_of_an_open_set_leaves_the_mailbox_working() {
    let lab = Lab::new(LabOptions::new(64, 1)).unwrap();
    let (a, _b) = lab.connect(0, 1, &ConnectOptions::default()).unwrap();
    let _other = lab.connect(0, 1, &ConnectOptions::default()).unwrap();
    let args = [a.qp.slot().into(), SetScope::Qp.code().into()];
    let adapter = &lab.hosts[0].adapter;
    adapter
        .migration_command(Command::Stop, args, &[])
        .unwrap_err();
    let memory = lab.hosts[0].memory(64, Access::ALL).unwrap();
    let start = lab.cluster.cycle();
    drop(memory);
    let cycles = lab.cluster.cycle() - start;
    lab.cluster.halt();
    assert!(cycles < 50_000, "{cycles} cycles");
}
