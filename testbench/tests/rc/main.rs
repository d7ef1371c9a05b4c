//! The rules of a reliable connection, one by one: the test plays the partner of a Verilated NIC and says what a partner may say, and
//! what it may not.
//!
//! The rules and the tests of each are joined in `testbench/data/testplan`; `cargo xtask testplan` shows which are met. PSNs cross the wrap in
//! every test. Tests run at 64 and at 512 bits where the data path has a part in the rule.
#![forbid(unsafe_code)]

mod filter;
mod kit;
mod notify;
mod overhead;
mod queues;
mod requester_answers;
mod requester_reads;
mod requester_retries;
mod responder_atomics;
mod responder_messages;
mod responder_order;
mod responder_reads;
mod responder_receives;
mod responder_refusals;
