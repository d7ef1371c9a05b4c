//! The RoamNIC in RustHDL, one block a file.
