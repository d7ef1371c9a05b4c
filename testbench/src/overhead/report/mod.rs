//! The report: tables on a terminal, a page of HTML with its data beside it, and the summary in the README.

mod html;
mod plot;

use super::cells::{CellTable, Counts};
use super::cycles::CycleResult;
use super::purposes::{PurposeError, Purposes};
use super::{OverheadError, OverheadReport};
use crate::lab::CYCLES_PER_US;
use crate::table::Table;
use sim_verilator::paths;
use std::path::PathBuf;

/// A table of text.
pub struct Sheet {
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Sheet {
    fn new(header: &[&str]) -> Self {
        Self {
            header: header.iter().map(|s| (*s).to_owned()).collect(),
            rows: Vec::new(),
        }
    }

    fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Columns as wide as their widest cell.
    fn text(&self) -> String {
        Table::of(self.header.clone(), self.rows.clone()).to_string()
    }

    /// As Markdown.
    fn markdown(&self) -> String {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let rule = format!("|{}\n", "---|".repeat(self.header.len()));
        let rows: String = self.rows.iter().map(|row| line(row)).collect();
        line(&self.header) + &rule + &rows
    }
}

/// What is asked for, in percent of the baseline: the packet path, and everything.
const REACH: [f64; 2] = [3.0, 8.0];
/// Part of the packet path, in the words of the table of purposes.
const PATH: [&str; 2] = ["packet path", "messages"];

/// A number with separators of thousands.
fn number(n: impl Into<i128>) -> String {
    let n: i128 = n.into();
    let digits = n.unsigned_abs().to_string();
    let mut text = String::new();
    for (k, digit) in digits.chars().enumerate() {
        if k > 0 && (digits.len() - k).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if n < 0 { format!("-{text}") } else { text }
}

fn us(cycles: u64) -> String {
    format!("{:.1}", cycles as f64 / CYCLES_PER_US as f64)
}

fn percent(part: i64, whole: i64) -> String {
    match whole {
        0 => "–".to_owned(),
        _ => format!("{:+.1} %", 100.0 * part as f64 / whole as f64),
    }
}

/// One line for each case.
fn cycles_sheet(results: &[CycleResult]) -> Sheet {
    let mut sheet = Sheet::new(&[
        "bits",
        "QPs",
        "MTU",
        "operation",
        "bytes",
        "loss",
        "latency",
        "bytes/cycle",
        "frames",
        "entries",
        "cycles",
        "verdict",
    ]);
    let or_dash = |text: Option<String>| text.unwrap_or("–".to_owned());
    for r in results {
        let figures = &r.migratable;
        let stalls = if r.case.stalls { ", back-pressure" } else { "" };
        sheet.row(vec![
            r.place.width.to_string(),
            r.place.qps.to_string(),
            r.place.path_mtu.to_string(),
            format!("{}{stalls}", r.case.operation),
            r.case.bytes.to_string(),
            format!("{:.0} %", 100.0 * r.case.loss),
            or_dash(figures.latency.map(|c| c.to_string())),
            or_dash(figures.throughput.map(|v| format!("{v:.2}"))),
            r.frames.to_string(),
            r.entries.to_string(),
            r.cycles.to_string(),
            match &r.difference {
                None => "equal".to_owned(),
                Some(d) => format!("DIFFERS at cycle {}", d.cycle),
            },
        ]);
    }
    sheet
}

fn migration_sheet(report: &OverheadReport) -> Sheet {
    let mut sheet = Sheet::new(&[
        "bits",
        "QPs",
        "",
        "stop",
        "drain",
        "dump",
        "restore",
        "commit",
        "resume",
        "answered",
        "all, µs",
        "partner's gap, µs",
        "image, bytes",
        "MigrRDMA quiesces in",
    ]);
    let published = |qps: usize| {
        MIGR_RDMA
            .iter()
            .find(|(n, _)| *n == qps)
            .map_or("–".to_owned(), |(_, ms)| format!("{} µs", ms * 1000.0))
    };
    for m in &report.migration {
        let mut row = vec![
            m.width.to_string(),
            m.qps.to_string(),
            if m.loaded { "loaded" } else { "idle" }.to_owned(),
        ];
        match &m.phases {
            Some(p) => {
                let cycles = [
                    p.stop, p.drain, p.dump, p.restore, p.commit, p.resume, p.resumed,
                ];
                row.extend(cycles.map(|c| c.to_string()));
                row.push(us(p.total()));
                row.push(p.gap.map_or("–".to_owned(), us));
                row.push(number(p.image as i64));
            }
            None => {
                row.push(format!("not there: {} QPs", m.device_qps));
                row.extend(vec![String::new(); 9]);
            }
        }
        row.push(published(m.qps));
        sheet.row(row);
    }
    sheet
}

/// Time to quiesce, in ms, by queue pairs: MigrRDMA, SIGCOMM 2025.
const MIGR_RDMA: [(usize, f64); 5] = [(1, 0.02), (8, 0.09), (64, 0.91), (512, 9.42), (4096, 70.91)];
/// Bytes of an object in a dump: TardiS, USENIX ATC 2021, table 2.
const TARDIS: [(&str, u32); 6] = [
    ("PD", 12),
    ("MR", 48),
    ("CQ", 64),
    ("SRQ", 68),
    ("QP", 271),
    ("QP with SRQ", 823),
];

fn remade_sheet(report: &OverheadReport) -> Sheet {
    let mut sheet = Sheet::new(&[
        "bits",
        "QPs",
        "commands",
        "drained, µs",
        "all, µs",
        "partner's gap, µs",
        "requests that waited: process, partner",
        "migrated instead, µs",
        "its gap, µs",
        "its commands",
    ]);
    for r in report.others.iter().flat_map(|o| &o.remade) {
        let same = report
            .migration
            .iter()
            .find(|m| m.loaded && m.qps == r.qps && m.width == r.width)
            .and_then(|m| m.phases);
        let or_dash = |text: Option<String>| text.unwrap_or("–".to_owned());
        sheet.row(vec![
            r.width.to_string(),
            r.qps.to_string(),
            r.command_count.to_string(),
            us(r.drain),
            us(r.total),
            us(r.gap),
            format!("{}, {}", r.waiting[0], r.waiting[1]),
            or_dash(same.map(|p| us(p.total()))),
            or_dash(same.and_then(|p| p.gap).map(us)),
            or_dash(same.map(|p| p.commands.to_string())),
        ]);
    }
    sheet
}

fn lines_sheet(report: &OverheadReport) -> Sheet {
    let mut sheet = Sheet::new(&["purpose", "own files", "hooks in shared blocks", "what"]);
    if let Some(lines) = &report.lines {
        for p in &lines.purposes {
            let text = p.text.clone();
            sheet.row(vec![
                p.purpose.clone(),
                p.own.to_string(),
                p.hooks.to_string(),
                text,
            ]);
        }
        let sum = |of: fn(&super::lines::PurposeLines) -> usize| {
            lines.purposes.iter().map(of).sum::<usize>().to_string()
        };
        sheet.row(vec![
            "all".to_owned(),
            sum(|p| p.own),
            sum(|p| p.hooks),
            format!("of {} lines of RustHDL", number(lines.all as i64)),
        ]);
    }
    sheet
}

fn blocks_sheet(table: &CellTable, purposes: &Purposes) -> Sheet {
    let mut header = vec!["block".to_owned(), "purpose".to_owned()];
    for column in Counts::COLUMNS {
        header.extend([column.to_owned(), format!("Δ {column}")]);
    }
    let mut sheet = Sheet {
        header,
        rows: Vec::new(),
    };
    let mut rows = table.blocks();
    rows.sort_by_key(|row| std::cmp::Reverse(row.delta().lut.abs()));
    for row in rows.into_iter().chain([table.total()]) {
        let delta = row.delta();
        let purpose = match delta.is_zero() || row.name == "total" {
            true => String::new(),
            false => purposes.of_block(&row.name).to_owned(),
        };
        let mut cells = vec![row.name.clone(), purpose];
        for (all, more) in row.migratable.list().into_iter().zip(delta.list()) {
            cells.extend([
                number(all),
                if more == 0 {
                    String::new()
                } else {
                    format!("{more:+}")
                },
            ]);
        }
        sheet.row(cells);
    }
    sheet
}

fn purposes_sheet(table: &CellTable, purposes: &Purposes) -> Sheet {
    let mut header = vec!["purpose".to_owned()];
    for column in Counts::COLUMNS {
        header.extend([format!("Δ {column}"), "of the baseline".to_owned()]);
    }
    let mut sheet = Sheet {
        header,
        rows: Vec::new(),
    };
    let total = table.total();
    let mut all = table.by_purpose(purposes);
    all.push(("all".to_owned(), total.delta()));
    for (name, delta) in all {
        let mut cells = vec![name];
        for (more, whole) in delta.list().into_iter().zip(total.baseline.list()) {
            cells.extend([number(more), percent(more, whole)]);
        }
        sheet.row(cells);
    }
    sheet
}

/// The median of frequencies, between the lowest and the highest; nothing of none.
fn frequency(values: &[f64]) -> Option<String> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (low, high) = (sorted.first()?, sorted.last()?);
    let median = sorted[(sorted.len() - 1) / 2];
    Some(match sorted.len() {
        1 => format!("{median:.1} MHz"),
        seeds => format!("{median:.1} MHz ({low:.1} to {high:.1}, {seeds} seeds)"),
    })
}

fn heading(table: &CellTable) -> String {
    format!("{}, {} bits, {}", table.technology, table.width, table.tool)
}

/// The few figures of the README, and what was asked for.
fn summary(report: &OverheadReport, purposes: &Purposes) -> Sheet {
    let mut sheet = Sheet::new(&["what migration costs", "measured", "asked for"]);
    let mut row = |what: &str, measured: String, asked: &str| {
        sheet.row(vec![what.to_owned(), measured, asked.to_owned()]);
    };
    if !report.cycles.is_empty() {
        let not_equal = report.cycles.iter().filter(|r| r.difference.is_some());
        let sum = |of: fn(&CycleResult) -> u64| report.cycles.iter().map(of).sum::<u64>();
        let verdict = match not_equal.count() {
            0 => "0: no trace differs".to_owned(),
            n => format!("**{n} traces differ**"),
        };
        row(
            "cycles, packet for packet",
            format!(
                "{verdict}; {} cases, {} frames, {} cycles",
                report.cycles.len(),
                number(sum(|r| r.frames)),
                number(sum(|r| r.cycles))
            ),
            "0",
        );
    }
    for table in &report.cells {
        let total = table.total();
        let path = table
            .by_purpose(purposes)
            .into_iter()
            .filter(|(name, _)| PATH.contains(&name.as_str()))
            .fold(Counts::default(), |mut sum, (_, c)| {
                sum += c;
                sum
            });
        let share = |c: &Counts| {
            format!(
                "{} LUT, {} FF",
                percent(c.lut, total.baseline.lut),
                percent(c.ff, total.baseline.ff)
            )
        };
        let name = &table.technology;
        row(
            &format!("packet path and messages, {name}"),
            share(&path),
            &format!("≤ {} %", REACH[0]),
        );
        row(
            &format!("all of migration, {name}"),
            share(&total.delta()),
            &format!("≤ {} %", REACH[1]),
        );
        let [baseline, migratable] = table.mhz.each_ref().map(|all| frequency(all));
        if let (Some(baseline), Some(migratable)) = (baseline, migratable) {
            row(
                &format!("frequency before routing, {name}, 16 queue pairs"),
                format!("{migratable}; baseline {baseline}"),
                "within seed noise",
            );
        }
    }
    if let Some(lines) = &report.lines {
        let own: usize = lines.purposes.iter().map(|p| p.own).sum();
        let hooks: usize = lines.purposes.iter().map(|p| p.hooks).sum();
        row(
            "lines of RustHDL",
            format!(
                "{hooks} in shared blocks, {} in blocks of its own",
                number(own as i64)
            ),
            "",
        );
    }
    // of the committed NIC
    let largest = report
        .migration
        .iter()
        .filter(|m| m.loaded && m.width == 64 && m.device_qps == 64);
    if let Some((m, p)) = largest
        .filter_map(|m| Some((m, m.phases?)))
        .max_by_key(|(m, _)| m.qps)
    {
        row(
            &format!("a move of {} loaded queue pairs, 64 bits", m.qps),
            format!(
                "{} µs from stop to the last partner's answer",
                us(p.total())
            ),
            "",
        );
    }
    let remade = report
        .others
        .iter()
        .flat_map(|o| &o.remade)
        .filter(|r| r.width == 64);
    if let Some(r) = remade.max_by_key(|r| r.qps) {
        row(
            &format!(
                "the same without: {} queue pairs drained and made anew",
                r.qps
            ),
            format!(
                "{} µs, {} commands, {} requests posted again",
                us(r.total),
                r.command_count,
                r.waiting[0] + r.waiting[1]
            ),
            "",
        );
    }
    sheet
}

impl OverheadReport {
    /// Tables for a terminal.
    ///
    /// # Errors
    /// The table of purposes cannot be read.
    pub fn text(&self) -> Result<String, PurposeError> {
        let purposes = Purposes::load()?;
        let mut text = String::new();
        let mut add = |title: &str, sheet: Sheet| {
            if !sheet.rows.is_empty() {
                text += &format!("{title}\n\n{}\n", sheet.text());
            }
        };
        add("cycles of both NICs", cycles_sheet(&self.cycles));
        add("migration, in cycles", migration_sheet(self));
        add("drained and made anew, beside it", remade_sheet(self));
        add("lines of RustHDL", lines_sheet(self));
        for table in &self.cells {
            add(&heading(table), blocks_sheet(table, &purposes));
            add("by purpose", purposes_sheet(table, &purposes));
        }
        add("summary", summary(self, &purposes));
        for r in self.cycles.iter().filter(|r| r.difference.is_some()) {
            if let Some(difference) = &r.difference {
                text += &format!("{}, {}:\n{difference}\n", r.place, r.case);
            }
        }
        for skipped in &self.skipped {
            text += &format!("NOT MEASURED: {skipped}\n");
        }
        Ok(text)
    }
}

const BEGIN: &str =
    "<!-- overhead: this table is written by `cargo xtask overhead --document` -->\n";
const END: &str = "<!-- end of overhead -->\n";

/// The folder of the committed report.
pub fn folder() -> PathBuf {
    paths::workspace_root().join("docs/overhead")
}

/// Replaces the text between the markers; none if they are not there.
fn replaced(readme: &str, table: &str) -> Option<String> {
    let begin = readme.find(BEGIN)? + BEGIN.len();
    let end = begin + readme[begin..].find(END)?;
    Some(format!("{}{table}{}", &readme[..begin], &readme[end..]))
}

/// Writes `docs/overhead/report.html`, `report.json` and the README's table. Parts that were not asked for stay as they are there, as long as they are of
/// the same Verilog and seed.
///
/// # Errors
/// A file cannot be read or written, or the README has no place for the table.
pub fn document(report: &OverheadReport) -> Result<Vec<PathBuf>, OverheadError> {
    let purposes = Purposes::load()?;
    let io = |path: &PathBuf| {
        let path = path.clone();
        move |source| OverheadError::Io { path, source }
    };
    let folder = folder();
    let earlier = std::fs::read_to_string(folder.join("report.json"));
    let earlier = earlier
        .ok()
        .and_then(|text| serde_json::from_str(&text).ok());
    let report = &match earlier {
        Some(earlier) => report.clone().completed_by(earlier),
        None => report.clone(),
    };
    let readme = paths::workspace_root().join("README.md");
    let text = std::fs::read_to_string(&readme).map_err(io(&readme))?;
    let table = summary(report, &purposes).markdown();
    let text = replaced(&text, &table).ok_or_else(|| OverheadError::Io {
        path: readme.clone(),
        source: std::io::Error::other(format!("no line {BEGIN:?}, or no {END:?} behind it")),
    })?;
    std::fs::create_dir_all(&folder).map_err(io(&folder))?;
    let json = serde_json::to_string_pretty(report).unwrap_or_default() + "\n";
    let files = [
        (folder.join("report.html"), html::page(report, &purposes)),
        (folder.join("report.json"), json),
        (readme, text),
    ];
    for (path, text) in &files {
        std::fs::write(path, text).map_err(io(path))?;
    }
    Ok(files.into_iter().map(|(path, _)| path).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readme_table_is_replaced_between_its_markers() {
        let text = format!("a\n{BEGIN}old\n{END}b\n");
        let new = replaced(&text, "new\n").expect("markers");
        assert_eq!(new, format!("a\n{BEGIN}new\n{END}b\n"));
        assert_eq!(replaced("nothing", "new"), None);
    }

    #[test]
    fn numbers_have_separators() {
        assert_eq!(
            [0, 999, 1000, -1_234_567].map(number),
            ["0", "999", "1,000", "-1,234,567"]
        );
    }

    /// Figures change with the Verilog; rows and files do not.
    #[test]
    fn committed_report_has_the_structure_of_this_code() {
        let read = |path: PathBuf| std::fs::read_to_string(&path).expect("a committed file");
        let json = read(folder().join("report.json"));
        let report: OverheadReport = serde_json::from_str(&json).expect("a report of this version");
        let purposes = Purposes::load().unwrap();
        let readme = read(paths::workspace_root().join("README.md"));
        let begin = readme.find(BEGIN).expect("the marker") + BEGIN.len();
        let table = &readme[begin..begin + readme[begin..].find(END).expect("the end")];
        let first = |text: &str| -> Vec<String> {
            let cell = |line: &str| line.split('|').nth(1).unwrap_or("").trim().to_owned();
            text.lines().map(cell).collect()
        };
        let expected = summary(&report, &purposes).markdown();
        assert_eq!(first(table), first(&expected));
        let page = read(folder().join("report.html"));
        for title in html::TITLES {
            assert!(page.contains(&format!("<h2>{title}</h2>")), "{title}");
        }
    }
}
