//! The mutants drawn for a run.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use super::ladder::Counts;
use super::places::Places;
use super::record::{Row, Verdict};
use super::{Options, folder, hdl};

/// Mutants and the Verilog that holds them.
pub struct Drawn {
    /// Where the Verilog is.
    pub folder: PathBuf,
    /// Sites that they were drawn from.
    pub sites: usize,
    /// One for each mutant, not tested.
    pub rows: Vec<Row>,
}

impl Drawn {
    /// Writes the Verilog with mutants, from sources that agree with the committed Verilog.
    pub fn new(options: &Options) -> Result<Self> {
        hdl("emit-verilog", &["--check".into()])?;
        let folder = folder(options);
        let mut arguments = vec![
            "--width".into(),
            options.width.to_string(),
            "--count".into(),
            options.count.to_string(),
            "--seed".into(),
            options.seed.to_string(),
            "--out".into(),
            folder.display().to_string(),
        ];
        if let Some(block) = &options.only {
            arguments.extend(["--only".into(), block.clone()]);
        }
        hdl("emit-mutants", &arguments)?;
        let path = folder.join("mutants.tsv");
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let (head, lines) = text.split_once('\n').context("an empty list of mutants")?;
        let sites = head.trim_matches(['#', ' ']).trim_end_matches(" sites");
        let sites = sites.parse().context("the number of sites")?;
        let places = Places::read()?;
        let rows: Result<Vec<Row>> = lines.lines().map(|line| row(line, &places)).collect();
        let rows = rows?;
        let of_program = |row: &Row| row.operator.starts_with("program");
        if options.only.is_none() && !rows.iter().any(of_program) {
            bail!("no mutant of the migration unit's program: the emitter does not find its words");
        }
        Ok(Self {
            folder,
            sites,
            rows,
        })
    }
}

fn row(line: &str, places: &Places) -> Result<Row> {
    let columns: Vec<&str> = line.split('\t').collect();
    let &[
        number,
        path,
        operator,
        signal,
        under,
        within,
        before,
        after,
        fields,
    ] = &columns[..]
    else {
        bail!("not a line of mutants.tsv: {line}");
    };
    let mut row = Row {
        number: number.parse().context("the number of a mutant")?,
        block: path
            .split_once('.')
            .map_or("top", |(_, block)| block)
            .to_owned(),
        place: String::new(),
        operator: operator.to_owned(),
        signal: signal.to_owned(),
        under: under.to_owned(),
        within: within.to_owned(),
        before: before.to_owned(),
        after: after.to_owned(),
        verdict: Verdict::Untested,
        by: String::new(),
        stage: None,
        passed: None,
        reached: [Counts::default(); 2],
        seconds: 0,
    };
    let fields: Vec<&str> = fields.split(',').filter(|f| !f.is_empty()).collect();
    row.place = places.of(&row, &fields);
    Ok(row)
}
