//! `docs/registers.md`.

use crate::names::{plain, screaming};
use fw_regs::schema::{CodeSet, ConstantSet, Record, Register};
use fw_regs::{CONTRACT_MAJOR, CONTRACT_MINOR, ContextKind, Counter};
use fw_regs::{bar0, codes, commands, contexts, doorbell, limits, rings, wire};
use std::fmt::Write as _;

/// The page.
pub fn page() -> String {
    let mut out = format!(
        "# Registers, commands and layouts\n\n\
         <!-- Generated from fw-regs by `cargo xtask gen`; do not edit. -->\n\n\
         Version {CONTRACT_MAJOR}.{CONTRACT_MINOR} of the contract between the device and its driver. All numbers are little-endian except on \
         the wire. Reserved bits are written as zero and ignored when read.\n\n\
         ## BAR0\n\n\
         A chain of register blocks: each begins with `type`, `version` and `next`. Take a block by its type. Registers are 32 bits wide and \
         take aligned 32-bit accesses; narrower writes are ignored.\n\n\
         Access: `const` fixed when the device was built, `ro` the hardware changes it, `rw` software changes it, `w1s` writing a one starts \
         something.\n"
    );
    for block in bar0::BLOCKS {
        let _ = writeln!(
            out,
            "\n### `{}` at {:#05x}, type {}\n\n{}\n",
            block.name,
            block.base,
            block.kind,
            plain(block.doc)
        );
        out.push_str("| address | register | access | reset | bits | field | |\n|---|---|---|---|---|---|---|\n");
        for register in block.registers {
            register_rows(&mut out, register);
        }
    }
    out.push_str("\n## BAR2: doorbells\n\nOne page for each user context. A doorbell is one 64-bit write: object number in bits 31:0, index in bits 47:32, arm mode in bits 49:48. \
                  Anything else is counted (`db_malformed`) and ignored.\n\n");
    constants(&mut out, doorbell::CONSTANTS);
    out.push_str("\n## Queue entries in host memory\n");
    rings::RECORDS
        .iter()
        .for_each(|record| record_table(&mut out, record));
    out.push_str("\n## Context records\n\nFields marked **R** are relocatable: given anew where a dump is restored, never taken from it.\n\n");
    kinds(&mut out);
    contexts::RECORDS
        .iter()
        .for_each(|record| record_table(&mut out, record));
    out.push_str("\n## Commands\n\nWrite the arguments and the payload, then `mailbox.command` with `GO`; wait until `mailbox.status` is not `BUSY`. A payload is a list of context \
                  writes: header {kind bits 7:0, first word bits 15:8, count bits 23:16}, index, data words; a header of zero ends it.\n");
    for set in [
        commands::Command::CODES,
        commands::CommandError::CODES,
        commands::PayloadError::CODES,
        commands::Unit::CODES,
    ] {
        code_table(&mut out, set);
    }
    rights(&mut out);
    out.push_str("\n## Codes\n");
    for set in [
        codes::QpState::CODES,
        codes::WqeOpcode::CODES,
        codes::WcOpcode::CODES,
        codes::WcStatus::CODES,
        codes::EventKind::CODES,
        Counter::CODES,
        wire::Opcode::CODES,
    ] {
        code_table(&mut out, set);
    }
    out.push_str("\n## Numbers\n");
    for set in [limits::CONSTANTS, wire::CONSTANTS] {
        let _ = writeln!(out, "\n### {}\n", set.title);
        constants(&mut out, set);
    }
    rnr_timers(&mut out);
    out
}

fn register_rows(out: &mut String, register: &Register) {
    let address = match register.words {
        1 => format!("{:#05x}", register.offset),
        words => format!(
            "{:#05x}–{:#05x}",
            register.offset,
            register.offset + 4 * words - 1
        ),
    };
    let reset = if register.access == fw_regs::schema::Access::Const
        && register.reset == 0
        && register.name != "next"
    {
        "build".to_owned()
    } else {
        format!("{:#x}", register.reset)
    };
    let _ = writeln!(
        out,
        "| {address} | `{}` | {} | {reset} | | | {} |",
        register.name,
        register.access.name(),
        plain(register.doc)
    );
    for field in register.fields {
        let bits = bits(field.low, field.width);
        let _ = writeln!(
            out,
            "| | | | | {bits} | `{}` | {} |",
            field.name,
            plain(field.doc)
        );
    }
}

fn bits(low: u32, width: u32) -> String {
    if width == 1 {
        low.to_string()
    } else {
        format!("{}:{low}", low + width - 1)
    }
}

fn record_table(out: &mut String, record: &Record) {
    let _ = writeln!(
        out,
        "\n### {} ({} words)\n\n{}\n",
        record.name,
        record.words(),
        plain(record.doc)
    );
    out.push_str("| word | bits | field | | |\n|---|---|---|---|---|\n");
    for field in record.fields.iter().filter(|field| !field.reserved) {
        let (word, low) = (field.low / 32, field.low % 32);
        let place = if low + field.width <= 32 {
            format!("{word} | {}", bits(low, field.width))
        } else {
            format!(
                "{word}–{} | {}",
                (field.low + field.width - 1) / 32,
                bits(low, field.width)
            )
        };
        let mark = if field.relocatable { "**R**" } else { "" };
        let _ = writeln!(
            out,
            "| {place} | `{}` | {mark} | {} |",
            field.name,
            plain(field.doc)
        );
    }
}

fn code_table(out: &mut String, set: CodeSet) {
    let _ = writeln!(
        out,
        "\n### {}\n\n{}\n\n| number | name | | |\n|---|---|---|---|",
        set.name,
        plain(set.doc)
    );
    for code in set.codes {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} |",
            code.value,
            screaming(code.name),
            code.text,
            plain(code.doc)
        );
    }
}

fn constants(out: &mut String, set: ConstantSet) {
    out.push_str("| name | value | |\n|---|---|---|\n");
    for number in set.constants {
        let _ = writeln!(
            out,
            "| {} | {:#x} | {} |",
            number.name,
            number.value,
            plain(number.doc)
        );
    }
}

fn kinds(out: &mut String) {
    out.push_str("| kind | name | words | |\n|---|---|---|---|\n");
    for (kind, code) in ContextKind::ALL.iter().zip(ContextKind::CODES.codes) {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} |",
            code.value,
            screaming(code.name),
            kind.words(),
            plain(code.doc)
        );
    }
}

/// Which command may write which records, and in which states of the queue pair.
fn rights(out: &mut String) {
    out.push_str("\n### What a payload may write\n\n| command | kind | while the queue pair is in |\n|---|---|---|\n");
    for &command in commands::Command::ALL {
        for &kind in ContextKind::ALL {
            let mask = commands::writable_in(command, kind);
            let qp = matches!(command, commands::Command::QpModify);
            let states: Vec<_> = codes::QpState::ALL
                .iter()
                .filter(|state| mask >> state.code() & 1 == 1)
                .map(|state| state.text())
                .collect();
            let when = match states.len() {
                0 => continue,
                7 => "any state".to_owned(),
                _ if !qp => "–".to_owned(),
                _ => states.join(", "),
            };
            let _ = writeln!(out, "| {command} | {kind} | {when} |");
        }
    }
    out.push_str("\n### State transitions\n\n| from | to |\n|---|---|\n");
    for &from in codes::QpState::ALL {
        let to: Vec<_> = codes::QpState::ALL
            .iter()
            .filter(|to| commands::successors(from) >> to.code() & 1 == 1)
            .map(|to| to.text())
            .collect();
        let _ = writeln!(out, "| {from} | {} |", to.join(", "));
    }
}

fn rnr_timers(out: &mut String) {
    out.push_str("\n### RNR timers\n\n| code | µs |\n|---|---|\n");
    for (code, us) in wire::RNR_TIMERS_US.iter().enumerate() {
        let _ = writeln!(out, "| {code} | {us} |");
    }
}
