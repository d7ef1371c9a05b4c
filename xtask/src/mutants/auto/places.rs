//! Finds where in the RustHDL sources a mutant lies.
//!
//! The syntax tree that RustHDL hands to the emitter has no lines. A module is found by the struct that has its signals and children, a
//! statement in it by the signal that it assigns and the words that it uses. Where several statements look alike, the first is named.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sim_verilator::paths;

use super::record::Row;

/// Where kernels are.
const SOURCES: &str = "hdl/src";

/// A source file and the structs in it.
struct Source {
    /// From the workspace root.
    name: String,
    lines: Vec<String>,
    /// Fields, and the line of the struct's head.
    structs: Vec<(BTreeSet<String>, usize)>,
}

/// The RustHDL sources.
pub struct Places {
    sources: Vec<Source>,
}

impl Places {
    /// Reads them.
    pub fn read() -> Result<Self> {
        let root = paths::workspace_root();
        let mut files = Vec::new();
        collect(&root.join(SOURCES), &mut files)?;
        files.sort();
        let source = |path: &PathBuf| {
            let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
            let name = path.strip_prefix(&root).unwrap_or(path);
            Ok(Source::new(
                &name.to_string_lossy().replace('\\', "/"),
                &text,
            ))
        };
        let sources: Result<_> = files.iter().map(source).collect();
        Ok(Self { sources: sources? })
    }

    /// `file:line` of a mutant in a module of these fields; only the file if no line is like it, nothing if there is no such struct.
    pub fn of(&self, row: &Row, fields: &[&str]) -> String {
        if let Some(label) = row
            .before
            .split('+')
            .next()
            .filter(|_| row.operator.starts_with("program"))
        {
            return self.label(label);
        }
        let fields: BTreeSet<String> = fields.iter().map(|f| (*f).to_owned()).collect();
        let all = self
            .sources
            .iter()
            .flat_map(|s| s.structs.iter().map(move |(f, at)| (s, f, *at)));
        let likeness = |f: &BTreeSet<String>| {
            let both = f.intersection(&fields).count();
            both * 1000 / f.union(&fields).count().max(1)
        };
        let best = all
            .max_by_key(|(_, f, _)| likeness(f))
            .filter(|(_, f, _)| likeness(f) > 400);
        let Some((source, _, head)) = best else {
            return String::new();
        };
        match source.line(row, head) {
            Some(line) => format!("{}:{line}", source.name),
            None => source.name.clone(),
        }
    }

    /// Where the migration unit's program has a label.
    fn label(&self, label: &str) -> String {
        let text = format!("label(\"{label}\")");
        let found = self.sources.iter().find_map(|s| {
            let line = s.lines.iter().position(|l| l.contains(&text))?;
            Some(format!("{}:{}", s.name, line + 1))
        });
        found.unwrap_or_else(|| "hdl/src/migration/program".to_owned())
    }
}

impl Source {
    fn new(name: &str, text: &str) -> Self {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let mut structs = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            // parameters may stand on lines of their own
            let open = lines[at..].iter().position(|l| l.trim_end().ends_with('{'));
            if let Some(open) = open.filter(|_| line.contains("struct ")) {
                let body = lines[at + open + 1..]
                    .iter()
                    .take_while(|l| l.trim() != "}");
                let fields: BTreeSet<String> = body.filter_map(|l| field(l)).collect();
                structs.push((fields, at));
            }
        }
        let name = name.to_owned();
        Self {
            name,
            lines,
            structs,
        }
    }

    /// The line, from 1, behind `head` that is most like the statement of `row`.
    fn line(&self, row: &Row, head: usize) -> Option<usize> {
        let assigned = row.signal.split('.').next().unwrap_or_default();
        let last = row.signal.split('.').next_back().unwrap_or_default();
        let [wanted, under] = [&row.within, &row.under].map(|text| words(text));
        let score = |at: usize| {
            let line = &self.lines[at];
            let is_candidate = match assigned {
                "" => line.contains("if ") || line.contains("match "),
                _ => line.contains(&format!("self.{assigned}")) && line.contains(".next"),
            };
            let ends = |l: &String| l.trim_end().ends_with([';', '{']);
            let end = self.lines[at..]
                .iter()
                .position(ends)
                .map_or(at, |n| at + n);
            let line_words = words(&self.lines[at..=end].join(" "));
            let before = words(&self.lines[at.saturating_sub(12).max(head)..at].join(" "));
            let exact = usize::from(line.contains(&format!(".{last}.next")))
                + usize::from(line.contains(&format!(".{last}.d.next")));
            let hits = 4 * wanted.intersection(&line_words).count()
                + under.intersection(&before).count()
                + 2 * exact;
            (is_candidate && (hits > 0 || wanted.is_empty())).then_some(hits)
        };
        let scored = (head + 1..self.lines.len()).filter_map(|at| Some((score(at)?, at)));
        // of equals, the first
        let best = scored.max_by_key(|(hits, at)| (*hits, usize::MAX - at));
        best.map(|(_, at)| at + 1)
    }
}

/// The name in a line of a struct's body.
fn field(line: &str) -> Option<String> {
    let line = line.trim().trim_start_matches("pub ");
    let (name, _) = line.split_once(':')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_name = !name.is_empty() && !name.starts_with('_') && name.chars().all(plain);
    is_name.then(|| name.to_owned())
}

/// The identifiers in a text, and numbers of several digits.
fn words(text: &str) -> BTreeSet<String> {
    const COMMON: [&str; 12] = [
        "self", "val", "next", "d", "q", "get_bit", "get_bits", "if", "else", "any", "into", "bits",
    ];
    let other = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
    let all = text
        .split(other)
        .filter(|w| w.len() > 1 && !COMMON.contains(w));
    all.map(str::to_owned).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    for entry in entries {
        let path = entry.context("a folder")?.path();
        match path.is_dir() {
            true => collect(&path, files)?,
            false => files.push(path),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutants::auto::record::Verdict;

    fn row(signal: &str, within: &str, under: &str) -> Row {
        let [block, place, operator, before, after, by] = [""; 6].map(str::to_owned);
        let [signal, within, under] = [signal, within, under].map(str::to_owned);
        Row {
            number: 1,
            block,
            place,
            operator,
            signal,
            under,
            within,
            before,
            after,
            verdict: Verdict::Untested,
            by,
            stage: None,
            passed: None,
            reached: Default::default(),
            seconds: 0,
        }
    }

    #[test]
    fn place_is_that_of_the_signal_and_its_words() {
        let text = "pub struct A {\n    pub x: Signal<In, Bit>,\n    _z: u8,\n    held: DFF<Bit>,\n}\n\
                    fn update() {\n    if self.x.val() {\n        self.held.d.next = self.x.val();\n    }\n    self.held.d.next = self.idle.val();\n}\n";
        let places = Places {
            sources: vec![Source::new("a.rs", text)],
        };
        let of = |signal, within, under| places.of(&row(signal, within, under), &["x", "held"]);
        // one letter is no word
        assert_eq!(of("held.d", "idle", ""), "a.rs:10");
        assert_eq!(of("held.d", "held.q", "x"), "a.rs:8");
        assert_eq!(of("gone", "idle", ""), "a.rs");
        assert_eq!(places.of(&row("x", "", ""), &["p", "q"]), "");
    }
}
