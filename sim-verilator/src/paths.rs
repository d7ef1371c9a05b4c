//! Where this workspace keeps what it builds and installs.

use std::env;
use std::path::{Path, PathBuf};

/// Environment variable that names the workspace root, for a program moved away from where it was built.
pub const HOME_VARIABLE: &str = "ROAMNIC_HOME";

/// The workspace root: `$ROAMNIC_HOME`, else the folder this crate was compiled in.
pub fn workspace_root() -> PathBuf {
    match env::var_os(HOME_VARIABLE) {
        Some(home) => PathBuf::from(home),
        None => {
            let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
            manifest.parent().unwrap_or(manifest).to_path_buf()
        }
    }
}

/// Tools installed for this workspace only: `.tools/` under the root.
pub fn tools_dir() -> PathBuf {
    workspace_root().join(".tools")
}

/// What is built: cargo's target folder.
pub fn target_dir() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(target) => workspace_root().join(target),
        None => workspace_root().join("target"),
    }
}

/// Compiled models and the Verilator runtime, one folder per content hash.
pub fn models_dir() -> PathBuf {
    target_dir().join("models")
}
