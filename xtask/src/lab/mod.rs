//! `cargo xtask lab`: real components round the NIC. Guests with Linux' own RoCE stack as partners on the wire,
//! and Linux' own VFIO in front of the served device; QEMU without KVM, so any machine will do.
//!
//! [`cache`] holds what is downloaded, [`image`] makes the guests' initramfs, [`guest`] runs one, [`wire`] connects
//! them, [`scenarios`] is the list of what is tried. `docs/lab.md` is the page for users.

mod cache;
mod cpio;
mod frame;
mod guest;
mod image;
mod logs;
mod machine;
mod modules;
mod ours;
mod packages;
mod process;
mod report;
mod rxe;
mod scenarios;
mod wire;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;

use self::cache::Lab;
use self::process::Deadline;
use self::report::Row;
use self::scenarios::Scenario;
use crate::run::Failed;
use crate::setup::Progress;

#[derive(Args)]
pub struct Options {
    /// Only show the scenarios
    #[arg(long)]
    list: bool,
    /// All of them
    #[arg(long, conflicts_with = "scenarios")]
    all: bool,
    /// Those of a set: short, standard
    #[arg(long, value_name = "NAME", conflicts_with_all = ["scenarios", "all"])]
    set: Option<String>,
    /// A row of JSON for each line of the table
    #[arg(long)]
    json: bool,
    /// Keep logs and captures of scenarios that passed, too
    #[arg(long)]
    keep: bool,
    /// With waves of the NICs' last cycles at once: slower. Without, only a scenario that failed runs once more with them
    #[arg(long)]
    waves: bool,
    /// Do not run a scenario that failed once more with waves
    #[arg(long)]
    once: bool,
    /// A scenario that failed may try again, without waves; if it passes then, that is said and counts
    #[arg(long, conflicts_with = "waves")]
    second_chance: bool,
    /// Our programs from the build that tests and debugging use, not from the release build
    #[arg(long)]
    dev: bool,
    /// Seconds that one scenario may take
    #[arg(long, default_value_t = 600)]
    timeout: u64,
    /// Loss and everything else that is drawn, is drawn from it
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// On a machine that cannot run the lab, or cannot fetch it, say so and pass
    #[arg(long)]
    if_possible: bool,
    /// Take the mirror's packages of today and write packages.lock
    #[arg(long, exclusive = true)]
    update: bool,
    /// Only download and unpack
    #[arg(long, exclusive = true)]
    fetch: bool,
    /// Scenarios by name
    scenarios: Vec<String>,
}

impl Options {
    /// The short set, for a machine whose whole task is a verdict on this workspace: what it lacks, and what fails but once, is not
    /// this workspace's fault.
    pub fn before_merge() -> Self {
        Self {
            list: false,
            all: false,
            set: Some(scenarios::SHORTEST.to_owned()),
            json: false,
            keep: false,
            waves: false,
            once: true,
            second_chance: true,
            dev: true,
            timeout: 600,
            seed: 1,
            if_possible: true,
            update: false,
            fetch: false,
            scenarios: Vec::new(),
        }
    }
}

/// What a scenario works with.
pub struct Bench<'a> {
    lab: &'a Lab,
    /// The guests' initramfs.
    image: PathBuf,
    /// Logs and captures.
    records: PathBuf,
    /// A short path, because a Unix socket's name has at most 107 bytes.
    sockets: PathBuf,
    deadline: Deadline,
    seed: u64,
    /// Our programs keep waves of their NICs' last cycles.
    waves: bool,
    /// Our programs are those of the dev profile.
    dev: bool,
    /// Each thing once: the short set.
    brief: bool,
    rows: Vec<Row>,
    progress: &'a Progress,
}

impl Bench<'_> {
    fn say(&self, line: &str) {
        self.progress.say(line);
    }

    fn row(&mut self, row: Row) {
        self.rows.push(row);
    }
}

/// Runs what the options ask for.
///
/// # Errors
/// A machine that cannot, a name that is none, a scenario that failed.
pub fn run(options: &Options) -> Result<()> {
    let progress = Progress::new();
    if options.list {
        print!("{}", scenarios::listing());
        return Ok(());
    }
    if options.update {
        return cache::update(&|line| progress.say(line));
    }
    let chosen = choose(options)?;
    let lab = match Lab::open(&|line| progress.say(line)) {
        Err(error) if options.if_possible => {
            progress.say(&format!("lab: SKIPPED, not run: {error:#}"));
            return Ok(());
        }
        opened => opened?,
    };
    if options.fetch {
        return Ok(());
    }
    run_all(&lab, &chosen, options, progress)
}

fn run_all(lab: &Lab, chosen: &[&Scenario], options: &Options, progress: Progress) -> Result<()> {
    let mut rows = Vec::new();
    for scenario in chosen {
        rows.extend(run_one(lab, scenario, options, &progress)?);
    }
    drop(progress);
    let failed = rows.iter().filter(|row| !row.passed).count();
    if options.json {
        for row in &rows {
            println!("{}", serde_json::to_string(row)?);
        }
    } else {
        print!("{}", report::table(&rows));
    }
    if failed == 0 {
        return Ok(());
    }
    Err(Failed {
        command: format!("cargo xtask lab ({failed} of {} rows)", rows.len()),
        status: 1,
    }
    .into())
}

fn choose(options: &Options) -> Result<Vec<&'static Scenario>> {
    let all = scenarios::ALL.iter();
    if options.all || options.fetch {
        return Ok(all.collect());
    }
    if let Some(set) = &options.set {
        let chosen: Vec<_> = all.filter(|one| one.sets.contains(&set.as_str())).collect();
        if chosen.is_empty() {
            bail!("no set {set:?}; there are short and standard");
        }
        return Ok(chosen);
    }
    if options.scenarios.is_empty() {
        bail!("which scenario? `--list` shows them, `--all` runs them");
    }
    let find = |name: &String| {
        scenarios::ALL
            .iter()
            .find(|one| one.name == name)
            .with_context(|| format!("no scenario {name:?}; `--list` shows them"))
    };
    options.scenarios.iter().map(find).collect()
}

/// Runs a scenario; its failure is a row. One that failed runs once more, with waves.
fn run_one(
    lab: &Lab,
    scenario: &Scenario,
    options: &Options,
    progress: &Progress,
) -> Result<Vec<Row>> {
    let records = lab.records(scenario.name);
    if records.exists() {
        fs::remove_dir_all(&records)
            .with_context(|| format!("cannot remove {}", records.display()))?;
    }
    progress.say(&format!("{}: {}", scenario.name, scenario.about));
    let attempt = |records: &Path, waves| attempt(lab, scenario, options, progress, records, waves);
    let mut rows = attempt(&records, options.waves)?;
    if rows.iter().all(|row| row.passed) {
        if !options.keep {
            fs::remove_dir_all(&records)?;
        }
        return Ok(rows);
    }
    let place = records.display();
    progress.say(&format!(
        "{} failed; logs and captures: {place}",
        scenario.name
    ));
    if options.second_chance {
        let first = summary(&rows);
        progress.say(&format!("{}: a second chance", scenario.name));
        let mut again = attempt(&records.join(AGAIN), false)?;
        let mut row = Row::new("the scenario", "second chance", Duration::ZERO);
        row.scenario = scenario.name.to_owned();
        again.push(row.remark(format!("the first time {first}")));
        return Ok(again);
    }
    if !options.waves && !options.once {
        progress.say(&format!("{}: once more, with waves", scenario.name));
        let started = Instant::now();
        let folder = records.join(AGAIN);
        let shown = attempt(&folder, true).and_then(|rows| repeated(&rows, &folder));
        // the other scenarios run whatever comes of it
        let shown = shown.unwrap_or_else(|error| (format!("{error:#}"), false));
        let mut last = Row::new("the scenario", "once more, with waves", started.elapsed());
        last.scenario = scenario.name.to_owned();
        (last.remark, last.passed) = shown;
        rows.push(last);
    }
    Ok(rows)
}

/// The folder, within a failed run's records, of those of the run that had waves.
const AGAIN: &str = "again";

/// What failed first.
fn summary(rows: &[Row]) -> String {
    match rows.iter().find(|row| !row.passed) {
        Some(row) => format!("failed: {} {}: {}", row.program, row.role, row.remark),
        None => "passed".to_owned(),
    }
}

/// What the second run of a scenario has shown, and whether it passed.
fn repeated(rows: &[Row], folder: &Path) -> Result<(String, bool)> {
    let mut waves = 0;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        waves += usize::from(path.extension().is_some_and(|end| end == "fst"));
    }
    let files = format!("{waves} files of waves in {}", folder.display());
    let passed = rows.iter().all(|row| row.passed);
    let shown = match passed {
        true => "did not fail again".to_owned(),
        false => summary(rows).replacen("failed", "failed again", 1),
    };
    Ok((format!("{shown}; {files}"), passed))
}

/// Runs a scenario once.
fn attempt(
    lab: &Lab,
    scenario: &Scenario,
    options: &Options,
    progress: &Progress,
    records: &Path,
    waves: bool,
) -> Result<Vec<Row>> {
    fs::create_dir_all(records)?;
    let sockets = Sockets::new(scenario.name)?;
    let limit = Duration::from_secs(options.timeout);
    let mut bench = Bench {
        lab,
        image: records.join("initramfs.cpio"),
        records: records.to_owned(),
        sockets: sockets.0.clone(),
        deadline: Deadline::after(limit),
        seed: options.seed,
        waves,
        dev: options.dev,
        brief: options.set.as_deref() == Some(scenarios::SHORTEST),
        rows: Vec::new(),
        progress,
    };
    if waves {
        ours::prepare_waves(&bench)?;
        bench.deadline = Deadline::after(limit);
    }
    let started = Instant::now();
    let result = (scenario.run)(&mut bench);
    let mut rows = bench.rows;
    if let Err(error) = result {
        let row = Row::new("the scenario", "whole", started.elapsed());
        rows.push(row.remark(format!("{error:#}")).failed());
    }
    for row in &mut rows {
        row.scenario = scenario.name.to_owned();
    }
    // it can be made again
    fs::remove_file(records.join("initramfs.cpio")).ok();
    Ok(rows)
}

/// A folder for a run's sockets, removed at its end.
struct Sockets(PathBuf);

/// What their names begin with; behind it comes the process.
const SOCKETS: &str = "roamnic-lab-";

impl Sockets {
    fn new(scenario: &str) -> Result<Self> {
        remove_orphans();
        let name = format!("{SOCKETS}{}-{scenario}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).with_context(|| format!("cannot make {}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Sockets {
    fn drop(&mut self) {
        // in the system's temporary folder, which gets cleaned anyhow
        fs::remove_dir_all(&self.0).ok();
    }
}

/// Removes the folders of runs that were killed.
fn remove_orphans() {
    let Ok(entries) = fs::read_dir(std::env::temp_dir()) else {
        return;
    };
    for entry in entries.filter_map(Result::ok) {
        let owner = owner(&entry.file_name().to_string_lossy());
        if owner.is_some_and(|id| !PathBuf::from(format!("/proc/{id}")).exists()) {
            // another user's is not ours to remove
            fs::remove_dir_all(entry.path()).ok();
        }
    }
}

/// The process that a folder of sockets belongs to.
fn owner(name: &str) -> Option<u32> {
    let (id, _) = name.strip_prefix(SOCKETS)?.split_once('-')?;
    id.parse().ok()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        options: Options,
    }

    fn parse(words: &[&str]) -> Result<Vec<&'static str>> {
        let line = Line::try_parse_from([&["lab"], words].concat())?;
        Ok(choose(&line.options)?.iter().map(|one| one.name).collect())
    }

    #[test]
    fn command_line_chooses_scenarios() {
        assert_eq!(parse(&["boot"]).unwrap(), ["boot"]);
        assert_eq!(parse(&["--all"]).unwrap().len(), scenarios::ALL.len());
        assert!(parse(&["--set", "short"]).unwrap().contains(&"boot"));
        let standard = parse(&["--set", "standard"]).unwrap();
        assert!(standard.len() >= parse(&["--set", "short"]).unwrap().len());
    }

    #[test]
    fn second_run_says_whether_it_failed_again_and_where_the_waves_are() {
        let folder = std::env::temp_dir().join(format!("roamnic-again-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        for name in ["serve.fst", "serve.before.fst", "serve.log"] {
            fs::write(folder.join(name), "").unwrap();
        }
        let good = Row::new("ib_write_bw", "ours client", Duration::ZERO);
        let bad = good.clone().remark("no answer").failed();
        let (remark, passed) = repeated(&[good.clone(), bad], &folder).unwrap();
        assert!(!passed);
        assert!(
            remark.starts_with("failed again: ib_write_bw ours client: no answer; 2 files"),
            "{remark}"
        );
        let (remark, passed) = repeated(&[good], &folder).unwrap();
        assert!(passed && remark.contains("did not fail again"), "{remark}");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn folder_of_sockets_names_its_process() {
        assert_eq!(owner("roamnic-lab-123-rxe-move"), Some(123));
        assert_eq!(owner("roamnic-lab-x-boot"), None);
        assert_eq!(owner("other-123-boot"), None);
    }

    #[test]
    fn command_line_bad_flow() {
        for (words, part) in [
            (&["nothing"][..], "--list"),
            (&["--set", "long"], "short"),
            (&[], "which scenario"),
        ] {
            let error = parse(words).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
        assert!(parse(&["--all", "boot"]).is_err());
    }
}
