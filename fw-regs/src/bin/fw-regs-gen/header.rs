//! `fw-regs/include/roamnic.h`.

use crate::names::{plain, screaming, snake};
use fw_regs::schema::{CodeSet, ConstantSet, Record};
use fw_regs::{CONTRACT_MAJOR, CONTRACT_MINOR, DEVICE, MAGIC, VENDOR};
use fw_regs::{bar0, codes, commands, contexts, counters, doorbell, limits, rings, wire};
use std::fmt::Write as _;

/// The header.
pub fn header() -> String {
    let mut out = String::from(
        "/* The contract between RoamNIC hardware and software. Generated from fw-regs by `cargo xtask gen`; do not edit. */\n\
         #ifndef ROAMNIC_H\n#define ROAMNIC_H\n\n#include <stdint.h>\n\n",
    );
    for (name, value) in [
        ("VENDOR", VENDOR.into()),
        ("DEVICE", DEVICE.into()),
        ("MAGIC", MAGIC),
        ("CONTRACT_MAJOR", CONTRACT_MAJOR.into()),
        ("CONTRACT_MINOR", CONTRACT_MINOR.into()),
    ] {
        define(&mut out, name, value.into());
    }
    registers(&mut out);
    for (prefix, set) in [
        ("DOORBELL", doorbell::CONSTANTS),
        ("LIMIT", limits::CONSTANTS),
        ("WIRE", wire::CONSTANTS),
    ] {
        numbers(&mut out, prefix, set);
    }
    for (prefix, set) in [
        ("COMMAND", commands::Command::CODES),
        ("ERROR", commands::CommandError::CODES),
        ("PAYLOAD", commands::PayloadError::CODES),
        ("UNIT", commands::Unit::CODES),
        ("KIND", contexts::ContextKind::CODES),
        ("STATE", codes::QpState::CODES),
        ("WQE", codes::WqeOpcode::CODES),
        ("WC", codes::WcOpcode::CODES),
        ("WC_STATUS", codes::WcStatus::CODES),
        ("EVENT", codes::EventKind::CODES),
        ("COUNTER", counters::Counter::CODES),
        ("OPCODE", wire::Opcode::CODES),
    ] {
        code_set(&mut out, prefix, set);
    }
    out.push_str("\n/* Queue entries in host memory: little-endian words. */\n");
    rings::RECORDS
        .iter()
        .for_each(|record| layout(&mut out, record));
    out.push_str("\n/* Context records: little-endian words. */\n");
    contexts::RECORDS
        .iter()
        .for_each(|record| layout(&mut out, record));
    out + "\n#endif\n"
}

fn define(out: &mut String, name: &str, value: u64) {
    let _ = writeln!(out, "#define ROAMNIC_{name} {value:#x}u");
}

fn registers(out: &mut String) {
    for block in bar0::BLOCKS {
        let _ = writeln!(out, "\n/* {} */", plain(block.doc));
        let block_name = screaming(block.name);
        for register in block.registers {
            let name = format!("{block_name}_{}", screaming(register.name));
            define(out, &name, register.offset.into());
            if register.words > 1 {
                define(out, &format!("{name}_WORDS"), register.words.into());
            }
            for field in register.fields {
                define(
                    out,
                    &format!("{name}_{}_SHIFT", field.name),
                    field.low.into(),
                );
                define(
                    out,
                    &format!("{name}_{}_MASK", field.name),
                    field.mask().into(),
                );
            }
        }
    }
}

fn numbers(out: &mut String, prefix: &str, set: ConstantSet) {
    let _ = writeln!(out, "\n/* {} */", set.title);
    for number in set.constants {
        define(out, &format!("{prefix}_{}", number.name), number.value);
    }
}

fn code_set(out: &mut String, prefix: &str, set: CodeSet) {
    let _ = writeln!(
        out,
        "\n/* {} */\nenum roamnic_{} {{",
        plain(set.doc),
        snake(set.name)
    );
    for code in set.codes {
        let _ = writeln!(
            out,
            "\tROAMNIC_{prefix}_{} = {:#x},",
            screaming(code.name),
            code.value
        );
    }
    out.push_str("};\n");
}

/// Word, shift and mask of each field up to 32 bits, first word and count of wider ones, and the record as an array of words.
fn layout(out: &mut String, record: &Record) {
    let name = screaming(record.name);
    let _ = writeln!(out, "\n/* {} */", plain(record.doc));
    let _ = writeln!(
        out,
        "struct roamnic_{} {{\n\tuint32_t word[{}];\n}};",
        snake(record.name),
        record.words()
    );
    let _ = writeln!(
        out,
        "_Static_assert(sizeof(struct roamnic_{}) == {}, \"{} is {} words\");",
        snake(record.name),
        record.words() * 4,
        record.name,
        record.words()
    );
    for field in record.fields.iter().filter(|field| !field.reserved) {
        let field_name = format!("{name}_{}", screaming(field.name));
        define(out, &format!("{field_name}_WORD"), (field.low / 32).into());
        if field.low % 32 + field.width <= 32 {
            define(out, &format!("{field_name}_SHIFT"), (field.low % 32).into());
            define(
                out,
                &format!("{field_name}_MASK"),
                u64::from(u32::MAX >> (32 - field.width) << (field.low % 32)),
            );
        } else {
            define(out, &format!("{field_name}_BITS"), field.width.into());
        }
    }
}
