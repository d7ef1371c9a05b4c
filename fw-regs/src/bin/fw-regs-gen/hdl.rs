//! Rust sources for the hardware: context records, counter numbers, register addresses and codes.

use crate::names::{paragraph, plain, screaming};
use fw_regs::schema::{Access, CodeSet, Constant};
use fw_regs::{Counter, bar0, codes, commands, contexts, doorbell, limits};
use std::fmt::Write as _;

const NOTICE: &str = "generated from `fw-regs`. Do not edit: run `cargo xtask gen`.";

/// `hdl/src/contract.rs`.
pub fn records() -> String {
    let mut out = format!(
        "//! The context records that software sees, {NOTICE}\n//!\n\
         //! Every record is a whole number of 32-bit words; word k is bits `32k..32k+32`.\n\n\
         use crate::record;\nuse rust_hdl::prelude::*;\n\nrecord! {{\n"
    );
    for record in contexts::RECORDS {
        let _ = writeln!(out, "    /// {}", paragraph(record.doc));
        let _ = writeln!(out, "    pub struct {} {{", record.name);
        for field in record.fields {
            let _ = writeln!(out, "        /// {}", paragraph(field.doc));
            let _ = writeln!(out, "        {}: {},", field.name, field.width);
        }
        out.push_str("    }\n");
    }
    out + "}\n"
}

/// `hdl/src/counter.rs`.
pub fn counters() -> String {
    let mut out = format!("//! Counter numbers as the blocks raise them; {NOTICE}\n\n");
    for code in Counter::CODES.codes {
        let _ = writeln!(
            out,
            "/// {}\npub const {}: u64 = {};",
            paragraph(code.doc),
            screaming(code.name),
            code.value
        );
    }
    out
}

/// `hdl/src/regs.rs`.
pub fn registers() -> String {
    let mut out = format!("//! Register addresses, fields and codes; {NOTICE}\n");
    out.push_str("//!\n//! Addresses are in bytes from the start of BAR0; `_AT` is the lowest bit of a field.\n");
    for block in bar0::BLOCKS {
        let name = screaming(block.name);
        let _ = writeln!(out, "\n// {}", plain(block.doc));
        for register in block.registers {
            let register_name = format!("{name}_{}", screaming(register.name));
            constant(
                &mut out,
                &register_name,
                register.offset.into(),
                &plain(register.doc),
            );
            if register.access != Access::Const && register.reset != 0 {
                let doc = format!("After reset: value of `{register_name}`.");
                constant(
                    &mut out,
                    &format!("{register_name}_RESET"),
                    register.reset.into(),
                    &doc,
                );
            }
            for field in register.fields {
                let doc = format!("{} ({} bits)", plain(field.doc), field.width);
                constant(
                    &mut out,
                    &format!("{register_name}_{}_AT", field.name),
                    field.low.into(),
                    &doc,
                );
            }
        }
    }
    out.push_str("\n// Doorbell pages\n");
    numbers(&mut out, "DOORBELL", doorbell::CONSTANTS.constants);
    out.push_str("\n// Limits\n");
    numbers(&mut out, "LIMIT", limits::CONSTANTS.constants);
    for (prefix, set) in [
        ("COMMAND", commands::Command::CODES),
        ("ERROR", commands::CommandError::CODES),
        ("PAYLOAD", commands::PayloadError::CODES),
        ("UNIT", commands::Unit::CODES),
        ("KIND", contexts::ContextKind::CODES),
        ("STATE", codes::QpState::CODES),
        ("EVENT", codes::EventKind::CODES),
    ] {
        codes_of(&mut out, prefix, set);
    }
    out
}

fn numbers(out: &mut String, prefix: &str, constants: &[Constant]) {
    for number in constants {
        constant(
            out,
            &format!("{prefix}_{}", number.name),
            number.value,
            &plain(number.doc),
        );
    }
}

fn codes_of(out: &mut String, prefix: &str, set: CodeSet) {
    let _ = writeln!(out, "\n// {}", plain(set.doc));
    for code in set.codes {
        constant(
            out,
            &format!("{prefix}_{}", screaming(code.name)),
            code.value.into(),
            &plain(code.doc),
        );
    }
}

fn constant(out: &mut String, name: &str, value: u64, doc: &str) {
    let _ = writeln!(out, "/// {doc}\npub const {name}: u64 = {};", number(value));
}

/// Decimal with separators as clippy wants them, or hexadecimal for addresses and masks.
fn number(value: u64) -> String {
    if value < 10 {
        value.to_string()
    } else {
        format!("{value:#x}")
    }
}
