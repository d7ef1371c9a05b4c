//! The contract between RoamNIC hardware and software, declared once.
