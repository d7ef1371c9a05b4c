//! `roamnic overhead`.

use crate::arguments as args;
use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};
use std::time::Duration;
use testbench::overhead::{self, OverheadOptions, Part, report};

/// In the order in which they are measured: what is quick comes first.
const ALL: [Part; 5] = [
    Part::Lines,
    Part::Migration,
    Part::Others,
    Part::Cycles,
    Part::Cells,
];

/// Measures, prints, and is content if no trace differs.
pub fn overhead(a: &args::Overhead) -> Result<bool> {
    let only: Vec<Part> = a.only.iter().map(|part| (*part).into()).collect();
    let wanted = |part: &Part| match (only.is_empty(), a.penalty) {
        // nothing else is asked of a slower NIC
        (true, true) => *part == Part::Cycles,
        (true, false) => true,
        (false, _) => only.contains(part),
    };
    let options = OverheadOptions {
        parts: ALL.into_iter().filter(wanted).collect(),
        widths: a.width.list(),
        seed: a.seed,
        quick: a.quick,
        qps: a.qps,
        penalty: a.penalty,
        placements: a.placements,
        fresh: a.fresh,
    };
    let progress = ProgressBar::new_spinner();
    progress.set_style(ProgressStyle::with_template(
        "{spinner} {wide_msg} {elapsed}",
    )?);
    progress.enable_steady_tick(Duration::from_millis(200));
    let measured = overhead::run(&options, &mut |line| {
        // a log has no spinner
        match progress.is_hidden() {
            true => eprintln!("{line}"),
            false if line.contains('\n') => progress.println(line),
            false => progress.set_message(line.to_owned()),
        }
    })?;
    progress.finish_and_clear();
    match a.json {
        true => println!("{}", serde_json::to_string_pretty(&measured)?),
        false => print!("{}", measured.text()?),
    }
    if a.document {
        for path in report::document(&measured)? {
            eprintln!("written: {}", path.display());
        }
    }
    Ok(measured.is_good())
}
