//! Which Debian packages the lab is made of, and how they come: by apt with a state of its own, as any user.
//!
//! `packages.lock` names every package with its version, size and SHA-256. Nothing is installed on the system:
//! apt resolves against an empty status file and only downloads; apt checks the archive's signature, we check
//! the lock's sums.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};

use super::machine;

/// The distribution that has QEMU with `vfio-user-pci`.
const SUITE: &str = "forky";
/// Where apt looks unless `ROAMNIC_LAB_MIRROR` says otherwise.
const MIRROR: &str = "http://deb.debian.org/debian";
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";
/// What is asked for by name; apt finds what these need.
const WANTED: [&str; 9] = [
    "qemu-system-x86",
    "busybox-static",
    "xz-utils",
    "ibverbs-utils",
    "ibverbs-providers",
    "perftest",
    "iproute2",
    "iputils-ping",
    "pciutils",
];
/// Its dependencies name the kernel of today. The cloud kernel has no rxe.
const KERNEL: &str = "linux-image-amd64";
/// Parts of a kernel package that the lab unpacks; the rest is for machines that boot from disk.
const KERNEL_PARTS: [&str; 2] = ["linux-binary-", "linux-modules-"];

/// One line of the lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    pub name: String,
    pub version: String,
    /// Bytes of the `.deb`.
    pub size: u64,
    /// SHA-256 of the `.deb`, lower-case hex.
    pub sum: String,
}

impl Package {
    /// Whether it is a part of the kernel, which is unpacked beside the programs.
    pub fn is_kernel(&self) -> bool {
        self.name.starts_with("linux-")
    }

    /// What apt calls the file, up to the architecture.
    fn file_prefix(&self) -> String {
        format!("{}_{}_", self.name, self.version.replace(':', "%3a"))
    }
}

/// Reads a lock: `name version size sha256` a line, `#` begins a comment.
///
/// # Errors
/// A line that has not four fields, a size that is no number, a sum that is no SHA-256.
pub fn parse_lock(text: &str) -> Result<Vec<Package>> {
    let lines = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim());
    lines
        .filter(|line| !line.is_empty())
        .map(parse_line)
        .collect()
}

fn parse_line(line: &str) -> Result<Package> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let [name, version, size, sum] = fields[..] else {
        bail!("the lock has {line:?}, a line is `name version size sha256`");
    };
    ensure!(
        sum.len() == 64 && sum.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "the sum of {name} is no SHA-256: {sum}"
    );
    Ok(Package {
        name: name.to_owned(),
        version: version.to_owned(),
        size: size
            .parse()
            .with_context(|| format!("the size of {name}: {size:?}"))?,
        sum: sum.to_owned(),
    })
}

/// Writes a lock.
pub fn write_lock(packages: &[Package]) -> String {
    let mut text = format!(
        "# Packages of Debian {SUITE} that the lab unpacks; written by `cargo xtask lab --update`.\n"
    );
    for package in packages {
        let Package {
            name,
            version,
            size,
            sum,
        } = package;
        writeln!(text, "{name} {version} {size} {sum}").expect("a String takes all");
    }
    text
}

/// Name and version of a `.deb` by its file name.
fn parse_file_name(name: &str) -> Option<(String, String)> {
    let (package, rest) = name.strip_suffix(".deb")?.split_once('_')?;
    let (version, _) = rest.rsplit_once('_')?;
    Some((package.to_owned(), version.replace("%3a", ":")))
}

/// apt with lists and archives in a folder of ours.
pub struct Apt {
    folder: PathBuf,
}

impl Apt {
    /// Sets the folder up.
    ///
    /// # Errors
    /// A machine without apt, dpkg or the archive's keys; a folder that cannot be written.
    pub fn new(folder: &Path) -> Result<Self> {
        machine::need("apt-get", "apt")?;
        machine::need("dpkg-deb", "dpkg")?;
        ensure!(
            Path::new(KEYRING).is_file(),
            "{KEYRING} is missing; the package debian-archive-keyring brings it"
        );
        for part in ["lists/partial", "archives/partial", "etc"] {
            let part = folder.join(part);
            fs::create_dir_all(&part).with_context(|| format!("cannot make {}", part.display()))?;
        }
        let apt = Self {
            folder: folder.to_owned(),
        };
        let mirror = std::env::var("ROAMNIC_LAB_MIRROR").unwrap_or_else(|_| MIRROR.to_owned());
        fs::write(
            folder.join("etc/sources.list"),
            format!("deb [signed-by={KEYRING}] {mirror} {SUITE} main\n"),
        )?;
        File::create(folder.join("status"))?;
        fs::write(folder.join("apt.conf"), apt.configuration())?;
        Ok(apt)
    }

    /// Folder of the `.deb` files.
    pub fn archives(&self) -> PathBuf {
        self.folder.join("archives")
    }

    /// Read after the machine's own files, whose proxies stay and whose hooks go.
    fn configuration(&self) -> String {
        let folder = self.folder.display();
        format!(
            "#clear APT::Update::Post-Invoke;\n\
             #clear APT::Update::Post-Invoke-Success;\n\
             #clear DPkg::Post-Invoke;\n\
             #clear DPkg::Pre-Install-Pkgs;\n\
             Dir::Etc::sourcelist \"{folder}/etc/sources.list\";\n\
             Dir::Etc::sourceparts \"/dev/null\";\n\
             Dir::Etc::preferences \"/dev/null\";\n\
             Dir::Etc::preferencesparts \"/dev/null\";\n\
             Dir::State \"{folder}\";\n\
             Dir::State::lists \"{folder}/lists\";\n\
             Dir::State::status \"{folder}/status\";\n\
             Dir::Cache \"{folder}\";\n\
             Dir::Cache::archives \"{folder}/archives\";\n\
             APT::Architecture \"amd64\";\n\
             APT::Architectures {{ \"amd64\"; }};\n\
             APT::Install-Recommends \"false\";\n\
             APT::Sandbox::User \"\";\n\
             // the versions are pinned; an old Release file is no danger\n\
             Acquire::Check-Valid-Until \"false\";\n\
             Acquire::Languages \"none\";\n\
             Acquire::Retries \"2\";\n\
             Acquire::http::Timeout \"30\";\n\
             Acquire::https::Timeout \"30\";\n\
             Debug::NoLocking \"true\";\n"
        )
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Result<String> {
        let mut command = Command::new(program);
        command
            .arg("-c")
            .arg(self.folder.join("apt.conf"))
            .args(arguments)
            .env("LC_ALL", "C")
            .current_dir(self.archives())
            .stdin(Stdio::null());
        let output = command
            .output()
            .with_context(|| format!("cannot start {program}"))?;
        if !output.status.success() {
            let talk = String::from_utf8_lossy(&output.stderr);
            let errors: Vec<&str> = talk.lines().filter(|line| line.starts_with("E:")).collect();
            bail!("{program} {}: {}", arguments[0], errors.join("\n"));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn update_lists(&self) -> Result<()> {
        self.run("apt-get", &["update", "--error-on=any", "-qq"])
            .map(drop)
            .context(
                "cannot read the archive's lists; is there a network, or a mirror for ROAMNIC_LAB_MIRROR?",
            )
    }

    /// Downloads what the lock names and the folder has not; checks all sums.
    ///
    /// # Errors
    /// No network; versions that the mirror has no more; a file whose sum differs.
    pub fn fetch(&self, lock: &[Package], say: &dyn Fn(&str)) -> Result<Vec<PathBuf>> {
        let missing: Vec<&Package> = lock
            .iter()
            .filter(|package| self.find(package).is_none())
            .collect();
        if !missing.is_empty() {
            let size = missing.iter().map(|package| package.size).sum::<u64>() / 1_000_000;
            say(&format!(
                "downloading {} packages, {size} MB",
                missing.len()
            ));
            self.update_lists()?;
            let names: Vec<String> = missing
                .iter()
                .map(|package| format!("{}={}", package.name, package.version))
                .collect();
            let mut arguments = vec!["download", "-qq"];
            arguments.extend(names.iter().map(String::as_str));
            self.run("apt-get", &arguments).context(
                "the mirror has other versions than packages.lock: name a mirror of that day with \
                 ROAMNIC_LAB_MIRROR, or take today's with `cargo xtask lab --update`",
            )?;
        }
        lock.iter().map(|package| self.checked(package)).collect()
    }

    fn checked(&self, package: &Package) -> Result<PathBuf> {
        let Some(path) = self.find(package) else {
            bail!("{} {} did not arrive whole", package.name, package.version);
        };
        let sum = sum_of(&path)?;
        if sum != package.sum {
            fs::remove_file(&path)?;
            bail!(
                "{} has the sum {sum}, the lock says {}; it is removed",
                path.display(),
                package.sum
            );
        }
        Ok(path)
    }

    /// The file of a package, if it is there in full size.
    fn find(&self, package: &Package) -> Option<PathBuf> {
        let prefix = package.file_prefix();
        let entries = fs::read_dir(self.archives()).ok()?;
        entries
            .filter_map(Result::ok)
            .find(|entry| {
                entry.file_name().to_string_lossy().starts_with(&prefix)
                    && entry
                        .metadata()
                        .is_ok_and(|data| data.len() == package.size)
            })
            .map(|entry| entry.path())
    }

    /// Resolves anew, downloads and gives the lock of it.
    ///
    /// # Errors
    /// No network, or a distribution that lacks a package.
    pub fn resolve(&self, say: &dyn Fn(&str)) -> Result<Vec<Package>> {
        say("resolving the newest packages");
        self.update_lists()?;
        fs::remove_dir_all(self.archives())?;
        fs::create_dir_all(self.archives().join("partial"))?;
        let mut install = vec!["install", "--download-only", "-qq", "-y"];
        install.extend(WANTED);
        self.run("apt-get", &install)?;
        let kernel = self.kernel_packages()?;
        let mut download = vec!["download", "-qq"];
        download.extend(kernel.iter().map(String::as_str));
        self.run("apt-get", &download)?;
        self.lock_of_archives()
    }

    fn kernel_packages(&self) -> Result<Vec<String>> {
        let listed = self.run("apt-cache", &["depends", KERNEL])?;
        let release = listed
            .lines()
            .filter_map(|line| line.trim().strip_prefix("Depends: linux-image-"))
            .next()
            .with_context(|| format!("{KERNEL} names no kernel"))?;
        Ok(KERNEL_PARTS
            .iter()
            .map(|part| format!("{part}{release}"))
            .collect())
    }

    fn lock_of_archives(&self) -> Result<Vec<Package>> {
        let mut packages = BTreeMap::new();
        for entry in fs::read_dir(self.archives())? {
            let entry = entry?;
            let file = entry.file_name().to_string_lossy().into_owned();
            if let Some((name, version)) = parse_file_name(&file) {
                let package = Package {
                    name: name.clone(),
                    version,
                    size: entry.metadata()?.len(),
                    sum: sum_of(&entry.path())?,
                };
                packages.insert(name, package);
            }
        }
        Ok(packages.into_values().collect())
    }
}

fn sum_of(path: &Path) -> Result<String> {
    let mut hasher = Sha256::new();
    let mut file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    io::copy(&mut file, &mut hasher)?;
    let mut text = String::new();
    for byte in hasher.finalize() {
        write!(text, "{byte:02x}")?;
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUM: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    #[test]
    fn lock_survives_writing_and_reading() {
        let packages = vec![Package {
            name: "qemu-system-x86".to_owned(),
            version: "1:11.1.2+ds-3".to_owned(),
            size: 10,
            sum: SUM.to_owned(),
        }];
        assert_eq!(parse_lock(&write_lock(&packages)).unwrap(), packages);
    }

    #[test]
    fn lock_with_a_short_line_is_refused() {
        let error = parse_lock("libc6 2.43-7 12").unwrap_err().to_string();
        assert!(error.contains("name version size sha256"), "{error}");
        assert!(parse_lock("libc6 2.43-7 many 00").is_err());
        assert!(parse_lock(&format!("libc6 2.43-7 many {SUM}")).is_err());
    }

    #[test]
    fn lock_of_the_repository_is_whole() {
        let packages = parse_lock(include_str!("../../data/lab/packages.lock")).unwrap();
        for name in WANTED {
            assert!(
                packages.iter().any(|package| package.name == name),
                "{name}"
            );
        }
        for part in KERNEL_PARTS {
            let found = packages
                .iter()
                .find(|package| package.name.starts_with(part));
            assert!(found.is_some_and(Package::is_kernel), "{part}");
        }
    }

    #[test]
    fn file_name_of_a_package_has_its_epoch_escaped() {
        let (name, version) = parse_file_name("qemu-system-x86_1%3a11.1.2+ds-3_amd64.deb").unwrap();
        assert_eq!(
            (name.as_str(), version.as_str()),
            ("qemu-system-x86", "1:11.1.2+ds-3")
        );
        let package = Package {
            name,
            version,
            size: 0,
            sum: SUM.to_owned(),
        };
        assert_eq!(package.file_prefix(), "qemu-system-x86_1%3a11.1.2+ds-3_");
        assert_eq!(parse_file_name("lock"), None);
    }
}
