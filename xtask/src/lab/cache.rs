//! The cache folder: packages, the programs and the kernel unpacked from them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use sim_verilator::paths;

use super::machine;
use super::packages::{self, Apt, Package};

/// Where the lock lies in the workspace.
const LOCK: &str = "xtask/data/lab/packages.lock";

/// An unpacked lab.
pub struct Lab {
    folder: PathBuf,
    /// Release of the kernel, the name of its folder of modules.
    release: String,
}

/// The cache folder: `ROAMNIC_LAB`, or `target/lab`.
pub fn folder() -> PathBuf {
    match std::env::var_os("ROAMNIC_LAB") {
        Some(chosen) => PathBuf::from(chosen),
        None => paths::workspace_root().join("target/lab"),
    }
}

fn lock_file() -> PathBuf {
    paths::workspace_root().join(LOCK)
}

/// Takes what the mirror has today and writes the lock anew.
///
/// # Errors
/// No network, no apt, a file that cannot be written.
pub fn update(say: &dyn Fn(&str)) -> Result<()> {
    machine::check()?;
    let apt = Apt::new(&folder().join("apt"))?;
    let lock = packages::write_lock(&apt.resolve(say)?);
    fs::create_dir_all(lock_file().parent().context("the lock's folder")?)?;
    fs::write(lock_file(), lock).with_context(|| format!("cannot write {LOCK}"))
}

impl Lab {
    /// Opens the cache; downloads and unpacks what it lacks.
    ///
    /// # Errors
    /// A machine that cannot run the lab, no network on the first run, versions that the mirror has no more.
    pub fn open(say: &dyn Fn(&str)) -> Result<Self> {
        machine::check()?;
        let folder = folder();
        let text =
            fs::read_to_string(lock_file()).with_context(|| format!("cannot read {LOCK}"))?;
        let stamp = folder.join("unpacked.lock");
        if fs::read_to_string(&stamp).ok().as_deref() != Some(&text) {
            let lock = packages::parse_lock(&text).with_context(|| LOCK.to_owned())?;
            let apt = Apt::new(&folder.join("apt"))?;
            let files = apt.fetch(&lock, say)?;
            say("unpacking");
            unpack(&folder, &lock, &files)?;
            fs::write(&stamp, text)?;
        }
        let release = release_in(&folder.join("kernel"))?;
        Ok(Self { folder, release })
    }

    /// The kernel image.
    pub fn kernel(&self) -> PathBuf {
        self.modules_folder().join("vmlinuz")
    }

    /// The kernel's release.
    pub fn release(&self) -> &str {
        &self.release
    }

    /// Folder of the kernel's modules.
    pub fn modules_folder(&self) -> PathBuf {
        self.folder
            .join("kernel/usr/lib/modules")
            .join(&self.release)
    }

    /// A path in the tree of unpacked programs.
    pub fn path(&self, inside: &str) -> PathBuf {
        self.folder.join("root").join(inside)
    }

    /// Where a run of a scenario keeps its records.
    pub fn records(&self, scenario: &str) -> PathBuf {
        self.folder.join("runs").join(scenario)
    }

    /// A program of the packages, run by their own loader with their own libraries.
    pub fn loader(&self) -> Command {
        let mut command = Command::new(self.path("usr/lib64/ld-linux-x86-64.so.2"));
        command
            .arg("--library-path")
            .arg(self.path("usr/lib/x86_64-linux-gnu"))
            .env_remove("LD_PRELOAD")
            .env_remove("LD_LIBRARY_PATH");
        command
    }

    /// A module's bytes, decompressed.
    ///
    /// # Errors
    /// The file cannot be read, `xz` does not take it.
    pub fn module(&self, path: &Path) -> Result<Vec<u8>> {
        if path.extension().is_none_or(|suffix| suffix != "xz") {
            return fs::read(path).with_context(|| format!("cannot read {}", path.display()));
        }
        let output = self
            .loader()
            .arg(self.path("usr/bin/xz"))
            .args(["-dc", "--"])
            .arg(path)
            .stdin(Stdio::null())
            .output()
            .context("cannot start xz")?;
        ensure!(
            output.status.success(),
            "xz {}: {}",
            path.display(),
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(output.stdout)
    }

    /// The libraries that a program of the packages loads, as paths in the tree.
    ///
    /// # Errors
    /// The loader finds one nowhere.
    pub fn libraries(&self, program: &Path) -> Result<Vec<String>> {
        let output = self
            .loader()
            .arg("--list")
            .arg(program)
            .output()
            .context("cannot start the packages' loader")?;
        let listed = String::from_utf8_lossy(&output.stdout);
        ensure!(
            output.status.success(),
            "{}: {}",
            program.display(),
            String::from_utf8_lossy(&output.stderr)
        );
        let root = self.path("");
        Ok(parse_libraries(&listed, &root))
    }
}

/// Lines of `ld.so --list`: `NAME => PATH (ADDRESS)`; those under `root`, relative to it.
fn parse_libraries(listed: &str, root: &Path) -> Vec<String> {
    let paths = listed.lines().filter_map(|line| {
        let (_, path) = line.split_once("=> ")?;
        let (path, _) = path.rsplit_once(" (")?;
        let inside = Path::new(path).strip_prefix(root).ok()?;
        Some(inside.to_string_lossy().into_owned())
    });
    paths.collect()
}

fn unpack(folder: &Path, lock: &[Package], files: &[PathBuf]) -> Result<()> {
    for part in ["root", "kernel"] {
        let part = folder.join(part);
        if part.exists() {
            fs::remove_dir_all(&part)
                .with_context(|| format!("cannot remove {}", part.display()))?;
        }
    }
    for (package, file) in lock.iter().zip(files) {
        let into = folder.join(if package.is_kernel() {
            "kernel"
        } else {
            "root"
        });
        fs::create_dir_all(&into)?;
        let output = Command::new("dpkg-deb")
            .arg("-x")
            .arg(file)
            .arg(&into)
            .output()
            .context("cannot start dpkg-deb")?;
        ensure!(
            output.status.success(),
            "dpkg-deb {}: {}",
            file.display(),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(())
}

fn release_in(kernel: &Path) -> Result<String> {
    let modules = kernel.join("usr/lib/modules");
    let mut releases = fs::read_dir(&modules)
        .with_context(|| format!("cannot read {}", modules.display()))?
        .filter_map(Result::ok)
        .map(|entry| entry.file_name().to_string_lossy().into_owned());
    releases.next().context("the packages hold no kernel")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_of_a_program_are_those_under_the_root() {
        let listed = "\tlinux-vdso.so.1 (0x00007ffc)\n\
                      \tlibm.so.6 => /lab/root/usr/lib/x/libm.so.6 (0x00007f)\n\
                      \t/lib64/ld-linux-x86-64.so.2 => /lab/root/usr/lib64/ld.so (0x00007f)\n\
                      \tlibelse.so => /lib/libelse.so (0x00007f)\n";
        assert_eq!(
            parse_libraries(listed, Path::new("/lab/root")),
            ["usr/lib/x/libm.so.6", "usr/lib64/ld.so"]
        );
    }
}
