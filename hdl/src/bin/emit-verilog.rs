//! Writes the NIC's Verilog: `emit-verilog [--check] [--all | --sizes] [--out FOLDER]`.
//!
//! Without `--out`, the main configurations go to `hdl/verilog/`, which is committed so that people without Rust can use them;
//! `--check` compares instead and fails on drift. `--all` adds the configurations that are only linted.
//! `--sizes` writes those with 16, 512 and 4,096 queue pairs instead, which are only measured, to `target/verilog/`.

use emit::cosim::with_big_stack;
use hdl::nic::{
    Nic64, Nic64Baseline, Nic64Qps512, Nic64Qps4096, Nic64Small, Nic64SmallBaseline, Nic128,
    Nic256, Nic512, Nic512Baseline,
};
use rust_hdl::prelude::*;
use std::path::PathBuf;
use std::process::ExitCode;

/// How many of each object a configuration has, and the MHz of its clock.
#[derive(Clone, Copy)]
struct Parameters {
    qps: u32,
    cqs: u32,
    srqs: u32,
    mrs: u32,
    outstanding: u32,
    clock: u32,
}

/// Of the committed configurations.
const COMMITTED: Parameters = Parameters {
    qps: 64,
    cqs: 64,
    srqs: 16,
    mrs: 256,
    outstanding: 16,
    clock: 250,
};
/// Of the boards' NICs.
const SMALL: Parameters = Parameters {
    qps: 16,
    cqs: 16,
    srqs: 4,
    mrs: 16,
    outstanding: 8,
    clock: 25,
};
/// With so many queue pairs and nothing else more.
const fn queue_pairs(qps: u32) -> Parameters {
    Parameters { qps, ..COMMITTED }
}

/// A file to write.
#[derive(Clone, Copy)]
struct Configuration {
    /// Bits of the data path.
    width: u32,
    /// With the migration unit and its hooks.
    migratable: bool,
    parameters: Parameters,
    emit: fn(Self) -> Result<String, String>,
}

impl Configuration {
    const fn with_migration<B: Block + Default>(width: u32) -> Self {
        Self {
            width,
            migratable: true,
            parameters: COMMITTED,
            emit: verilog::<B>,
        }
    }

    /// The same with other parameters than the committed ones.
    const fn of(self, parameters: Parameters) -> Self {
        Self { parameters, ..self }
    }

    const fn baseline<B: Block + Default>(width: u32) -> Self {
        Self {
            width,
            migratable: false,
            parameters: COMMITTED,
            emit: verilog::<B>,
        }
    }

    fn file(&self) -> String {
        let variant = if self.migratable { "" } else { "_baseline" };
        let size = match self.parameters.qps {
            qps if qps == COMMITTED.qps => String::new(),
            qps => format!("_{qps}qps"),
        };
        format!("roamnic_{}{size}{variant}.v", self.width)
    }
}

/// What stands on top of each file; the source revision comes in by the port `revision`.
fn header(configuration: Configuration) -> String {
    let Configuration {
        width,
        migratable,
        parameters,
        ..
    } = configuration;
    let Parameters {
        qps,
        cqs,
        srqs,
        mrs,
        outstanding,
        clock,
    } = parameters;
    let connections = match migratable {
        true => "reliable connections that can migrate",
        false => "reliable connections; baseline without migration",
    };
    format!(
        "RoamNIC, {width}-bit data path, {qps} queue pairs: a RoCEv2 NIC with {connections}.\n\
         Generated from hdl/ by `cargo run -p hdl --bin emit-verilog`. Do not edit.\n\
         Parameters: {width} bits, {qps} QPs, {cqs} CQs, {srqs} SRQs, {mrs} MRs, {outstanding} outstanding requests and 8 responder resources a QP,\n\
         {clock} cycles per microsecond after reset (register control.cycles_per_us).\n\
         SPDX-License-Identifier: MIT OR Apache-2.0"
    )
}

fn verilog<B: Block + Default>(configuration: Configuration) -> Result<String, String> {
    with_big_stack(move || {
        let mut nic = Box::<B>::default();
        nic.connect_all();
        emit::emit_with_header("roamnic", &*nic, &header(configuration)).map_err(|e| e.to_string())
    })
}

fn main() -> ExitCode {
    let home = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut folder = None;
    let (mut check, mut all, mut sizes) = (false, false, false);
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match (arg.as_str(), &mut args) {
            ("--check", _) => check = true,
            ("--all", _) => all = true,
            ("--sizes", _) => sizes = true,
            ("--out", rest) => match rest.next() {
                Some(path) => folder = Some(PathBuf::from(path)),
                None => return usage("--out needs a folder"),
            },
            (other, _) => return usage(&format!("unknown argument {other}")),
        }
    }
    let mut configurations = match sizes {
        true => vec![
            Configuration::with_migration::<Nic64Qps512>(64).of(queue_pairs(512)),
            Configuration::with_migration::<Nic64Qps4096>(64).of(queue_pairs(4096)),
            Configuration::with_migration::<Nic64Small>(64).of(SMALL),
            Configuration::baseline::<Nic64SmallBaseline>(64).of(SMALL),
        ],
        false => vec![
            Configuration::with_migration::<Nic64>(64),
            Configuration::with_migration::<Nic512>(512),
            Configuration::baseline::<Nic64Baseline>(64),
            Configuration::baseline::<Nic512Baseline>(512),
        ],
    };
    let folder = folder.unwrap_or_else(|| match sizes {
        true => home.join("../target/verilog"),
        false => home.join("verilog"),
    });
    if all {
        configurations.push(Configuration::with_migration::<Nic128>(128));
        configurations.push(Configuration::with_migration::<Nic256>(256));
    }
    for configuration in configurations {
        let path = folder.join(configuration.file());
        let text = match (configuration.emit)(configuration) {
            Ok(text) => text,
            Err(e) => {
                eprintln!("{e}");
                return ExitCode::FAILURE;
            }
        };
        let done = if check {
            match std::fs::read_to_string(&path) {
                Ok(found) if found == text => Ok(()),
                Ok(_) => Err("differs from its source; run `cargo xtask gen`".to_string()),
                Err(e) => Err(e.to_string()),
            }
        } else {
            let made = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&path, text));
            made.map_err(|e| e.to_string())
        };
        if let Err(why) = done {
            eprintln!("{}: {why}", path.display());
            return ExitCode::FAILURE;
        }
        eprintln!(
            "{} {}",
            if check { "checked" } else { "wrote" },
            path.display()
        );
    }
    ExitCode::SUCCESS
}

fn usage(what: &str) -> ExitCode {
    eprintln!("{what}\nusage: emit-verilog [--check] [--all | --sizes] [--out FOLDER]");
    ExitCode::from(2)
}
