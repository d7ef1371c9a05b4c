//! A copy of the workspace in which mutants are made, so that the workspace itself is never broken.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use sim_verilator::paths;

use super::{Mutant, Patch, patch};
use crate::run;

/// Changes of the copy before any mutant: without the NICs that nobody asks it for it is compiled in half the time.
const ONE_NIC: [Patch; 4] = [
    patch(
        "hdl/src/bin/emit-mutants.rs",
        "        512 => emit_nic::<Nic512>(&options),\n",
        "",
    ),
    patch(
        "hdl/src/bin/emit-mutants.rs",
        "use hdl::nic::{Nic64, Nic512};",
        "use hdl::nic::Nic64;",
    ),
    patch(
        "hdl/src/nic.rs",
        "    Nic64, Nic64Baseline {",
        "    Nic64 migratable {",
    ),
    patch(
        "hdl/src/nic.rs",
        "use crate::migration::lane_share::LaneShare;\n",
        "",
    ),
];
/// Behind the first NIC come the others.
const OTHER_NICS: (&str, &str) = (
    "hdl/src/nic.rs",
    "nic! {\n    /// For 100 Gbit/s: 512 bits, 64 queue pairs.",
);

/// What the copy has for a file of the workspace.
fn copied(file: &str, content: Vec<u8>) -> Result<Vec<u8>> {
    let patches = ONE_NIC.iter().filter(|p| p.file == file);
    if patches.clone().count() == 0 {
        return Ok(content);
    }
    let text = String::from_utf8(content).with_context(|| file.to_owned())?;
    let mut text = patches
        .into_iter()
        .try_fold(text, |text, p| p.apply(&text))?;
    if file == OTHER_NICS.0 {
        let end = text.find(OTHER_NICS.1).context(OTHER_NICS.1)?;
        text.truncate(end);
    }
    Ok(text.into_bytes())
}

/// A copy of the workspace's tracked files, with a build folder of its own.
pub struct Tree {
    root: PathBuf,
    pub folder: PathBuf,
}

/// What mutants have changed, to be put back.
#[must_use]
pub struct Applied(Vec<(&'static str, String)>);

impl Tree {
    /// Makes the copy, or brings an old one up to date. Files that are the same are left alone, so that nothing is built again for them.
    pub fn new() -> Result<Self> {
        let root = paths::workspace_root();
        let folder = root.join("target/mutants");
        let listed = Command::new("git")
            .current_dir(&root)
            .args([
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
            ])
            .output()
            .context("git ls-files")?;
        if !listed.status.success() {
            bail!("git ls-files: {}", String::from_utf8_lossy(&listed.stderr));
        }
        let tree = Self { root, folder };
        let files = String::from_utf8(listed.stdout).context("file names")?;
        for file in files.split('\0').filter(|name| !name.is_empty()) {
            let source = tree.root.join(file);
            // unless it is deleted, and that not yet committed
            if source.is_file() {
                let content = fs::read(&source).with_context(|| source.display().to_string())?;
                let content = copied(file, content)?;
                tree.put(file, &content)?;
            }
        }
        Ok(tree)
    }

    fn put(&self, file: &str, content: &[u8]) -> Result<()> {
        let path = self.folder.join(file);
        if fs::read(&path).is_ok_and(|old| old == content) {
            return Ok(());
        }
        let parent = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(parent).with_context(|| parent.display().to_string())?;
        fs::write(&path, content).with_context(|| path.display().to_string())
    }

    /// Cargo in the copy.
    pub fn cargo<const N: usize>(&self, arguments: [&str; N]) -> Command {
        let mut command = run::cargo(arguments);
        command
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", self.folder.join("target"))
            .env_remove(paths::HOME_VARIABLE);
        command
    }

    /// Writes the 64-bit NIC of the copy's sources into `folder`, as `roamnic_64.v` with a number that chooses nothing yet, and gives its text.
    pub fn emit(&self, folder: &Path) -> Result<String> {
        let mut command = self.cargo([
            "run",
            "--quiet",
            "-p",
            "hdl",
            "--bin",
            "emit-mutants",
            "--",
            "--count",
            "0",
            "--out",
        ]);
        run::status(command.arg(folder).stdout(Stdio::null()))?;
        let path = folder.join("roamnic_64.v");
        fs::read_to_string(&path).with_context(|| path.display().to_string())
    }

    /// Applies mutants; `restore` takes them away again.
    pub fn apply(&self, mutants: &[&'static Mutant]) -> Result<Applied> {
        let mut applied = Applied(Vec::new());
        for patch in mutants.iter().flat_map(|m| m.patches) {
            let path = self.folder.join(patch.file);
            let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            self.put(patch.file, patch.apply(&text)?.as_bytes())?;
            applied.0.push((patch.file, text));
        }
        Ok(applied)
    }

    /// Takes mutants away.
    pub fn restore(&self, applied: Applied) -> Result<()> {
        for (file, text) in applied.0.iter().rev() {
            self.put(file, text.as_bytes())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copy_has_one_nic() {
        let root = paths::workspace_root();
        let of = |file: &str| {
            let content = fs::read(root.join(file)).unwrap();
            String::from_utf8(copied(file, content).unwrap()).unwrap()
        };
        assert_eq!(of("hdl/src/nic.rs").matches("\nnic! {").count(), 1);
        assert!(!of("hdl/src/bin/emit-mutants.rs").contains("Nic512"));
        assert_eq!(copied("other", vec![7]).unwrap(), [7]);
    }
}
