//! The guests' initramfs: busybox, modules, the programs of rdma-core, perftest and iproute2 with their libraries.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::cache::Lab;
use super::cpio::Archive;
use super::modules::Index;

const INIT: &str = include_str!("init.sh");
/// One image serves all guests, so it loads what any needs.
const MODULES: [&str; 9] = [
    "virtio_pci",
    "virtio_net",
    "virtio_console",
    "ipv6",
    "rdma_rxe",
    "rdma_ucm",
    "ib_uverbs",
    "vfio_iommu_type1",
    "vfio_pci",
];
/// Built into some kernels, modules of others.
const MAYBE_BUILT_IN: [&str; 3] = ["ipv6", "virtio_pci", "virtio_console"];
/// Programs, at the same paths in the guest.
const PROGRAMS: [&str; 15] = [
    "usr/bin/ip",
    "usr/bin/rdma",
    "usr/bin/ping",
    "usr/bin/lspci",
    "usr/bin/ibv_devinfo",
    "usr/bin/ibv_rc_pingpong",
    "usr/bin/ib_send_bw",
    "usr/bin/ib_send_lat",
    "usr/bin/ib_write_bw",
    "usr/bin/ib_write_lat",
    "usr/bin/ib_read_bw",
    "usr/bin/ib_read_lat",
    "usr/bin/ib_atomic_bw",
    "usr/bin/ib_atomic_lat",
    "usr/sbin/tc",
];
/// Found by name while a program runs, so that no list of libraries holds it.
const PROVIDER: &str = "usr/lib/x86_64-linux-gnu/libibverbs/librxe-rdmav65.so";
const PROVIDER_FILE: &str = "etc/libibverbs.d/rxe.driver";
const LOADER: &str = "usr/lib64/ld-linux-x86-64.so.2";

/// A program of ours that goes into the image beside the packages' ones.
pub struct Extra {
    /// Where it lies here; it must be linked statically.
    pub from: PathBuf,
    /// Where it goes, without leading slash.
    pub to: String,
}

/// Writes the image.
///
/// # Errors
/// A file of the packages is missing, the kernel lacks a module, the image cannot be written.
pub fn build(lab: &Lab, extra: &[Extra], to: &Path) -> Result<()> {
    let mut archive = Archive::new(Vec::new());
    for folder in ["proc", "sys", "dev", "etc"] {
        archive.folder(folder)?;
    }
    for (link, target) in [("lib", "usr/lib"), ("lib64", "usr/lib64")] {
        archive.link(link, target)?;
    }
    archive.file("init", 0o755, INIT.as_bytes())?;
    archive.file("bin/busybox", 0o755, &read(&lab.path("usr/bin/busybox"))?)?;
    archive.link("bin/sh", "busybox")?;
    add_modules(lab, &mut archive)?;
    add_programs(lab, &mut archive)?;
    for Extra { from, to } in extra {
        archive.file(to, 0o755, &read(from)?)?;
    }
    let bytes = archive.finish()?;
    fs::write(to, bytes).with_context(|| format!("cannot write {}", to.display()))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

fn add_modules(lab: &Lab, archive: &mut Archive<Vec<u8>>) -> Result<()> {
    let index = Index::new(&lab.modules_folder().join("kernel"))?;
    let wanted: Vec<&str> = MODULES
        .into_iter()
        .filter(|name| index.has(name) || !MAYBE_BUILT_IN.contains(name))
        .collect();
    let mut order = String::new();
    for (name, bytes) in index.ordered(&wanted, &|path| lab.module(path))? {
        archive.file(&format!("modules/{name}.ko"), 0o644, &bytes)?;
        order.push_str(&format!("{name}.ko\n"));
    }
    archive.file("modules/order", 0o644, order.as_bytes())?;
    Ok(())
}

fn add_programs(lab: &Lab, archive: &mut Archive<Vec<u8>>) -> Result<()> {
    let mut files: BTreeSet<String> = [LOADER, PROVIDER, PROVIDER_FILE].map(str::to_owned).into();
    for program in PROGRAMS {
        files.insert(program.to_owned());
        files.extend(lab.libraries(&lab.path(program))?);
    }
    files.extend(lab.libraries(&lab.path(PROVIDER))?);
    for file in files {
        archive.file(&file, 0o755, &read(&lab.path(&file))?)?;
    }
    Ok(())
}
