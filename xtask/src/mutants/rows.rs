//! The mutants of the rows of the testplan: what reliable connections do, row by row.
//!
//! Rows of migration that a mutant of the rules breaks have it there.

mod filter;
mod migration;
mod refusals;
mod requester;
mod responder;

use super::Mutant;

/// All of them, in order of the rows.
pub const MUTANTS: [&[Mutant]; 5] = [
    filter::MUTANTS,
    responder::MUTANTS,
    refusals::MUTANTS,
    requester::MUTANTS,
    migration::MUTANTS,
];

/// Rows without a mutant here, and why.
pub const WITHOUT: &[(&str, &str)] = &[
    (
        "row 79",
        "what is broken there is a cycle or a byte: `roamnic overhead --penalty` makes the NIC a cycle slower and must find that",
    ),
    (
        "row MJ",
        "whole journeys are made of the rules, each of which has its mutants",
    ),
];

/// Files of the testplan whose rows need no mutants of their own, and why.
pub const ELSEWHERE: &[(&str, &str)] = &[
    (
        "events.toml",
        "cells of the event table, which is what the rules and rows 60 to 76 say of single packets",
    ),
    (
        "security.toml",
        "attacks on rules that have their mutants above",
    ),
    (
        "outside.toml",
        "servers, drivers and captures: not about what the NIC's logic does",
    ),
];
