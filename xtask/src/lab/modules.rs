//! Kernel modules in the order in which they must be loaded.
//!
//! The package has no `modules.dep` (its installation script would make it), but every module says in its
//! `.modinfo` what it needs.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// All modules of a kernel by name.
pub struct Index(BTreeMap<String, PathBuf>);

/// Name of a module by its file name: without suffixes, dashes as underscores.
fn name_of(file: &str) -> Option<String> {
    let (name, _) = file.split_once(".ko")?;
    Some(name.replace('-', "_"))
}

impl Index {
    /// Walks the folder `kernel` of a kernel's modules.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn new(folder: &Path) -> Result<Self> {
        let mut found = BTreeMap::new();
        let mut todo = vec![folder.to_owned()];
        while let Some(folder) = todo.pop() {
            let entries = fs::read_dir(&folder)
                .with_context(|| format!("cannot read {}", folder.display()))?;
            for entry in entries {
                let entry = entry?;
                if entry.file_type()?.is_dir() {
                    todo.push(entry.path());
                } else if let Some(name) = name_of(&entry.file_name().to_string_lossy()) {
                    found.insert(name, entry.path());
                }
            }
        }
        Ok(Self(found))
    }

    /// Whether there is a module of this name.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The modules `wanted` and what they need, each after what it needs, each with its bytes as `read` gives them.
    ///
    /// # Errors
    /// A name that the kernel does not have; what `read` says.
    pub fn ordered(
        &self,
        wanted: &[&str],
        read: &dyn Fn(&Path) -> Result<Vec<u8>>,
    ) -> Result<Vec<(String, Vec<u8>)>> {
        let mut order = Vec::new();
        for name in wanted {
            self.visit(&name.replace('-', "_"), read, &mut order)?;
        }
        Ok(order)
    }

    fn visit(
        &self,
        name: &str,
        read: &dyn Fn(&Path) -> Result<Vec<u8>>,
        order: &mut Vec<(String, Vec<u8>)>,
    ) -> Result<()> {
        if order.iter().any(|(known, _)| known == name) {
            return Ok(());
        }
        let path = self
            .0
            .get(name)
            .with_context(|| format!("the kernel has no module {name}"))?;
        let bytes = read(path)?;
        for needed in needs(&bytes) {
            self.visit(&needed, read, order)?;
        }
        order.push((name.to_owned(), bytes));
        Ok(())
    }
}

/// What a module's `.modinfo` says it needs: `depends=a,b` between zero bytes.
fn needs(module: &[u8]) -> Vec<String> {
    const KEY: &[u8] = b"depends=";
    let Some(value) = module
        .split(|byte| *byte == 0)
        .find_map(|text| text.strip_prefix(KEY))
    else {
        return Vec::new();
    };
    String::from_utf8_lossy(value)
        .split(',')
        .filter(|name| !name.is_empty())
        .map(|name| name.replace('-', "_"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index() -> Index {
        let names = ["rdma_rxe", "ib_core", "ib_uverbs", "udp_tunnel"];
        Index(
            names
                .map(|name| (name.to_owned(), PathBuf::from(name)))
                .into(),
        )
    }

    fn module(path: &Path) -> Result<Vec<u8>> {
        let needs = match path.to_str() {
            Some("rdma_rxe") => "udp-tunnel,ib_uverbs,ib_core",
            Some("ib_uverbs") => "ib_core",
            _ => "",
        };
        Ok(format!("\x7fELF\0license=GPL\0depends={needs}\0name=x\0").into_bytes())
    }

    #[test]
    fn modules_come_after_what_they_need() {
        let order = index().ordered(&["rdma-rxe", "ib_core"], &module).unwrap();
        let names: Vec<&str> = order.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["udp_tunnel", "ib_core", "ib_uverbs", "rdma_rxe"]);
    }

    #[test]
    fn module_that_the_kernel_lacks_is_named() {
        let error = index().ordered(&["siw"], &module).unwrap_err();
        assert_eq!(error.to_string(), "the kernel has no module siw");
    }

    #[test]
    fn module_name_has_underscores() {
        assert_eq!(name_of("vfio-pci.ko.xz").as_deref(), Some("vfio_pci"));
        assert_eq!(name_of("modules.order"), None);
    }
}
