//! Mutants of the RustHDL sources, all in one model.
//!
//! Each is made in the copy of the workspace, and the NIC written anew: what modules it changes is kept below `target/`, so that it is made
//! once. Mutants of different blocks are made together, for it is the compiler that takes the time. Then the modules of all are
//! woven into one NIC ([`weave`]), which is compiled once.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use sim_verilator::{content_hash, paths};

use super::Mutant;
use super::tree::Tree;
use super::weave::{Modules, Netlist};

/// Where the hardware's sources are.
const SOURCES: &str = "hdl/src/";

/// The modules that a source file becomes; several of a name have numbers behind it.
const BLOCKS: &[(&str, &[&str])] = &[
    ("completer", &["completer"]),
    ("cq_unit", &["cqs"]),
    ("frame_rx", &["frame_rx"]),
    ("icrc_mask", &["mask", "masker", "icrc_mask"]),
    ("mr_table", &["mr_table"]),
    ("requester", &["requester"]),
    ("resource_ring", &["resources"]),
    ("responder", &["responder"]),
    ("response", &["response"]),
    ("rx_check", &["check"]),
    ("rx_dispatch", &["dispatch"]),
    ("rx_exec", &["exec"]),
    ("timeouts", &["timeouts"]),
    ("verdict", &["verdict"]),
    ("wqe_cache", &["rq_cache", "sq_cache"]),
    ("wqe_rings", &["rings"]),
    // the program, and where its parts begin
    ("migration/program/packets", PROGRAM),
    ("migration/program/pages", PROGRAM),
    ("migration/program/parts", PROGRAM),
    ("migration/program/sets", PROGRAM),
    ("migration/program/timers", PROGRAM),
];
const PROGRAM: &[&str] = &["rom", "unit"];

/// Whether all that a mutant changes is hardware that can be woven.
pub fn may_be_woven(mutant: &Mutant) -> bool {
    mutant.patches.iter().all(|p| blocks(p.file).is_some())
}

/// The Verilog with mutants in it; each has the number of its place, from 1.
pub struct Woven {
    pub folder: PathBuf,
}

impl Woven {
    /// Makes what has not been made yet, and weaves.
    ///
    /// # Errors
    /// A mutant cannot be built, changes nothing, or changes what cannot be woven; the sources are not those of the committed Verilog.
    pub fn new(tree: &Tree, mutants: &[&'static Mutant]) -> Result<Self> {
        let text = original(tree)?;
        let base = Netlist::parse(&text)?;
        let committed = paths::workspace_root().join("hdl/verilog/roamnic_64.v");
        let committed =
            fs::read_to_string(&committed).with_context(|| committed.display().to_string())?;
        if !base.is_that_of(&Netlist::parse(&committed)?) {
            bail!(
                "the committed Verilog is not that of the sources; `cargo xtask gen` writes it anew"
            );
        }
        let nursery = Nursery {
            tree,
            base: &base,
            text: &text,
        };
        nursery.make(mutants)?;
        let mut all = BTreeMap::new();
        for (number, mutant) in (1..).zip(mutants) {
            let modules = nursery
                .known(mutant)?
                .with_context(|| mutant.name.to_owned())?;
            all.insert(number, modules);
        }
        let woven = base.weave(&all)?;
        let folder = tree
            .folder
            .join("woven")
            .join(&content_hash(&[&woven])[..16]);
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        let path = folder.join("roamnic_64.v");
        fs::write(&path, woven).with_context(|| path.display().to_string())?;
        Ok(Self { folder })
    }
}

/// The NIC without mutants; written anew if the sources have changed.
fn original(tree: &Tree) -> Result<String> {
    let folder = tree.folder.join("base");
    let (path, stamp) = (folder.join("roamnic_64.v"), folder.join("sources"));
    let mut files = Vec::new();
    for sources in ["emit/src", "fw-regs/src", "hdl/src"] {
        collect(&paths::workspace_root().join(sources), &mut files)?;
    }
    files.sort();
    let mut texts = Vec::new();
    for file in &files {
        texts.push(fs::read_to_string(file).with_context(|| file.display().to_string())?);
    }
    let parts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let sources = content_hash(&parts);
    if let (Ok(text), Ok(of)) = (fs::read_to_string(&path), fs::read_to_string(&stamp))
        && of == sources
    {
        return Ok(text);
    }
    let text = tree.emit(&folder)?;
    fs::write(&stamp, sources).with_context(|| stamp.display().to_string())?;
    Ok(text)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    for entry in entries {
        let path = entry.with_context(|| folder.display().to_string())?.path();
        match path.is_dir() {
            true => collect(&path, files)?,
            false => files.push(path),
        }
    }
    Ok(())
}

/// Where mutants are made.
struct Nursery<'a> {
    tree: &'a Tree,
    base: &'a Netlist,
    text: &'a str,
}

impl Nursery<'_> {
    /// Makes those that are not known.
    fn make(&self, mutants: &[&'static Mutant]) -> Result<()> {
        let mut due = Vec::new();
        for mutant in mutants {
            if self.known(mutant)?.is_none() {
                due.push(*mutant);
            }
        }
        let (all, start) = (due.len(), Instant::now());
        while !due.is_empty() {
            let together = take_apart(&mut due);
            let names: Vec<&str> = together.iter().map(|m| m.name).collect();
            let (done, seconds) = (all - due.len() - together.len(), start.elapsed().as_secs());
            eprintln!(
                "made {done} of {all} in {seconds} s; now {}",
                names.join(", ")
            );
            let applied = self.tree.apply(&together)?;
            let text = self.tree.emit(&self.tree.folder.join("mutated"));
            self.tree.restore(applied)?;
            let text = text.with_context(|| format!("one of {}", names.join(", ")))?;
            let changes = self.base.changes(&Netlist::parse(&text)?);
            let changes = changes.with_context(|| format!("one of {}", names.join(", ")))?;
            let mut found: Vec<Modules> = vec![Modules::new(); together.len()];
            for (module, text) in changes {
                let is_of = |m: &&Mutant| m.patches.iter().any(|p| becomes(p.file, &module));
                let owner = together.iter().position(is_of).with_context(|| {
                    format!(
                        "module {module} is of none of the files that {} change",
                        names.join(", ")
                    )
                })?;
                found[owner].insert(module, text);
            }
            for (mutant, modules) in together.iter().zip(found) {
                if modules.is_empty() {
                    bail!("mutant {} changes nothing in the Verilog", mutant.name);
                }
                let path = self.path(mutant);
                let parent = path.parent().unwrap_or(&path);
                fs::create_dir_all(parent).with_context(|| parent.display().to_string())?;
                fs::write(&path, serde_json::to_string(&modules)?)
                    .with_context(|| path.display().to_string())?;
            }
        }
        Ok(())
    }

    /// What a mutant changes, if it has been made.
    fn known(&self, mutant: &Mutant) -> Result<Option<Modules>> {
        match fs::read_to_string(self.path(mutant)) {
            Ok(text) => Ok(Some(
                serde_json::from_str(&text).with_context(|| mutant.name.to_owned())?,
            )),
            Err(_) => Ok(None),
        }
    }

    /// A file for what it changes, by what it is and what it is made of.
    fn path(&self, mutant: &Mutant) -> PathBuf {
        let patches = mutant
            .patches
            .iter()
            .flat_map(|p| [p.file, p.find, p.replace]);
        let parts: Vec<&str> = [self.text].into_iter().chain(patches).collect();
        let name = format!("{}-{}.json", mutant.name, &content_hash(&parts)[..16]);
        self.tree.folder.join("made").join(name)
    }
}

/// Takes mutants out of `due` that change different files, and of the migration unit's program one at the most.
fn take_apart(due: &mut Vec<&'static Mutant>) -> Vec<&'static Mutant> {
    let modules = |m: &Mutant| -> Vec<&'static [&'static str]> {
        m.patches.iter().filter_map(|p| blocks(p.file)).collect()
    };
    let mut taken: Vec<&'static Mutant> = Vec::new();
    due.retain(|mutant| {
        let mine = modules(mutant);
        let meets = |other: &&Mutant| modules(other).iter().any(|m| mine.contains(m));
        let apart = taken.is_empty() || !mine.is_empty() && !taken.iter().any(meets);
        if apart {
            taken.push(*mutant);
        }
        !apart
    });
    taken
}

fn blocks(file: &str) -> Option<&'static [&'static str]> {
    let stem = file.strip_prefix(SOURCES)?.strip_suffix(".rs")?;
    BLOCKS
        .iter()
        .find(|(name, _)| *name == stem)
        .map(|(_, modules)| *modules)
}

/// Whether a file becomes a module of that name.
fn becomes(file: &str, module: &str) -> bool {
    let stem = match module.rsplit_once('_') {
        Some((stem, number)) if number.bytes().all(|b| b.is_ascii_digit()) => stem,
        _ => module,
    };
    blocks(file).is_some_and(|modules| modules.contains(&stem))
}

#[cfg(test)]
mod tests {
    use super::super::rows;
    use super::*;

    #[test]
    fn mutants_made_together_share_no_module() {
        let mut due: Vec<&'static Mutant> = rows::MUTANTS.into_iter().flatten().collect();
        let all = due.len();
        let mut made = 0;
        while !due.is_empty() {
            let together = take_apart(&mut due);
            made += together.len();
            let files = together.iter().flat_map(|m| {
                let own: std::collections::BTreeSet<_> =
                    m.patches.iter().filter_map(|p| blocks(p.file)).collect();
                own
            });
            let mut files: Vec<_> = files.collect();
            let count = files.len();
            files.sort_unstable();
            files.dedup();
            assert_eq!(files.len(), count);
        }
        assert_eq!(made, all);
    }

    #[test]
    fn mutants_of_rows_are_of_known_blocks() {
        for mutant in rows::MUTANTS.into_iter().flatten() {
            assert!(may_be_woven(mutant), "{}", mutant.name);
        }
    }

    #[test]
    fn module_is_of_its_file() {
        assert!(becomes("hdl/src/wqe_rings.rs", "rings_2"));
        assert!(becomes("hdl/src/mr_table.rs", "mr_table"));
        assert!(!becomes("hdl/src/verdict.rs", "rings_2"));
    }
}
