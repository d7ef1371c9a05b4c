//! A world for one requester and one completer: send-queue cache, ready list, dispatcher, network and responders in Rust.
#![allow(dead_code, reason = "each test uses its part")]

pub mod pair;
pub mod peer;
pub mod work;
pub mod world;
