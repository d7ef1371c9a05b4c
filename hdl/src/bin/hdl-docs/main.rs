//! Writes a page for every hardware block: `hdl-docs [--check]`.
//!
//! A page of `docs/hardware/` is the head of a source file, then what its structs declare: parameters, ports, parts, fields of
//! records. So a page says what the source says. The list of pages in `docs/hardware/README.md`, between two marks, is
//! written too; the rest of that file is by hand. `--check` changes nothing and fails on drift and on pages without a source.
#![forbid(unsafe_code)]

mod page;
mod source;

use source::Source;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Files without a page: the crate itself, and what `docs/registers.md` says better.
const NO_PAGE: [&str; 4] = ["lib", "contract", "counter", "regs"];
/// Around the list of pages in the overview.
const MARKS: (&str, &str) = (
    "<!-- pages: written by hdl-docs -->\n",
    "<!-- end of pages -->\n",
);

fn main() -> ExitCode {
    let mut check = false;
    for arg in std::env::args().skip(1) {
        match arg.as_str() {
            "--check" => check = true,
            other => {
                eprintln!("unknown argument {other}\nusage: hdl-docs [--check]");
                return ExitCode::from(2);
            }
        }
    }
    match run(check) {
        Ok(pages) => {
            eprintln!(
                "{} {pages} pages of docs/hardware",
                if check { "checked" } else { "wrote" }
            );
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Returns the number of pages.
fn run(check: bool) -> Result<usize, String> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = package.join("../docs/hardware");
    let sources = sources(package)?;
    let index = page::Index::new(&sources);
    let mut wanted: BTreeMap<String, String> = sources
        .iter()
        .map(|source| (format!("{}.md", source.module), page::page(source, &index)))
        .collect();
    let pages = wanted.len();
    let overview = read(&folder.join("README.md"))?;
    wanted.insert(
        "README.md".into(),
        between_marks(&overview, &page::list(&sources))?,
    );

    let found: Vec<String> = files(&folder, "md")?
        .iter()
        .filter_map(|path| name(path))
        .collect();
    for stale in found.iter().filter(|file| !wanted.contains_key(*file)) {
        if check {
            return Err(format!(
                "docs/hardware/{stale} has no source; run `cargo xtask gen`"
            ));
        }
        fs::remove_file(folder.join(stale)).map_err(|e| format!("{stale}: {e}"))?;
    }
    for (file, text) in &wanted {
        let path = folder.join(file);
        if !check {
            fs::write(&path, text).map_err(|e| at(&path, &e))?;
        } else if !path.exists() || read(&path)? != *text {
            return Err(format!(
                "docs/hardware/{file} differs from its source; run `cargo xtask gen`"
            ));
        }
    }
    Ok(pages)
}

/// Folders of `hdl/src` whose files get pages, too.
const FOLDERS: [&str; 1] = ["migration"];

/// All source files that get a page, sorted by name.
fn sources(package: &Path) -> Result<Vec<Source>, String> {
    let root = package.join("src");
    let mut sources = vec![];
    for folder in [""].into_iter().chain(FOLDERS) {
        for path in files(&root.join(folder), "rs")? {
            let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) else {
                continue;
            };
            let (module, place) = match (folder, stem) {
                ("", _) => (stem.to_owned(), stem.to_owned()),
                (_, "mod") => (folder.to_owned(), format!("{folder}/mod")),
                _ => (format!("{folder}_{stem}"), format!("{folder}/{stem}")),
            };
            if !NO_PAGE.contains(&module.as_str()) {
                let tested = package.join(format!("tests/blocks/{module}.rs")).exists();
                let mut source = Source::parse(&module, &read(&path)?, tested);
                source.path = place;
                sources.push(source);
            }
        }
    }
    sources.sort_by(|a, b| a.module.cmp(&b.module));
    Ok(sources)
}

/// `text` with what stands between the marks replaced.
fn between_marks(text: &str, inside: &str) -> Result<String, String> {
    let parts = text.split_once(MARKS.0).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(MARKS.1)?;
        Some(format!("{before}{}{inside}{}{after}", MARKS.0, MARKS.1))
    });
    parts
        .ok_or_else(|| "docs/hardware/README.md has lost the marks around its list of pages".into())
}

/// The files of `folder` itself with this extension, sorted.
fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder).map_err(|e| at(folder, &e))?;
    let paths: io::Result<Vec<PathBuf>> = entries.map(|entry| Ok(entry?.path())).collect();
    let mut paths = paths.map_err(|e| at(folder, &e))?;
    paths.retain(|path| path.extension().is_some_and(|found| found == extension));
    paths.sort();
    Ok(paths)
}

fn name(path: &Path) -> Option<String> {
    Some(path.file_name()?.to_str()?.to_owned())
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|e| at(path, &e))
}

fn at(path: &Path, error: &io::Error) -> String {
    format!("{}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_marks_keeps_what_is_outside() {
        let text = format!("a\n{}old\n{}b\n", MARKS.0, MARKS.1);
        let new = between_marks(&text, "new\n").unwrap();
        assert_eq!(new, text.replace("old", "new"));
        assert_eq!(between_marks(&new, "new\n").unwrap(), new);
    }

    #[test]
    fn between_marks_without_marks_bad_flow() {
        assert!(between_marks("nothing", "new").is_err());
    }
}
