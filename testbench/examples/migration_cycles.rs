//! Where the cycles of a checkpoint and of a restore go: what the migration unit's program does while the commands run.
//!
//!     cargo run -p hdl --example migration_program -- WIDTH > labels
//!     cargo run -p testbench --example migration_cycles -- labels [queue pairs [loaded|idle [width]]]
//!
//! One line for each part of the program that runs without a jump to another one: the cycle after the command's register write in which it
//! begins, how many it takes, and its longest instructions as offset and cycles.

mod trace;

use anyhow::{Context as _, Result};
use fw_regs::Command;
use host_driver::{
    Access, Context, MemoryRegion, ProtectionDomain, QpOptions, SendOperation, SendRequest,
};
use testbench::cluster::IssuedCommand;
use testbench::lab::{ConnectOptions, Lab, LabOptions, join};
use trace::{Part, parts, read_labels};

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let labels = args
        .next()
        .context("usage: migration_cycles LABELS [QPS [loaded|idle [WIDTH]]]")?;
    let qps: usize = args.next().map_or(Ok(4), |n| n.parse())?;
    let loaded = args.next().is_some_and(|word| word == "loaded");
    let width: u32 = args.next().map_or(Ok(64), |n| n.parse())?;
    let labels = read_labels(&labels)?;
    let lab = Lab::new(LabOptions {
        hosts: 3,
        pause: 8,
        traced: true,
        ..LabOptions::new(width, 1)
    })?;
    let context = lab.hosts[0].adapter.context()?;
    let pd = context.allocate_pd()?;
    let cq = context.create_cq(4 * qps as u32)?;
    let options = ConnectOptions {
        depth: 16,
        ..ConnectOptions::default()
    };
    let mut kept = Vec::new();
    let mut kept_regions = Vec::new();
    for _ in 0..qps {
        let here = pd.create_qp(&QpOptions {
            send_cq: cq.clone(),
            recv_cq: cq.clone(),
            srq: None,
            max_send: 16,
            max_recv: 16,
            raw: false,
        })?;
        let there = lab.hosts[1].endpoint(&options, 1)?;
        join(&here, &there.qp, &options)?;
        kept.push((here, there));
    }
    if loaded {
        let (from, to) = (
            region(&context, &pd)?,
            lab.hosts[1].memory(4096, Access::ALL)?,
        );
        let (remote_addr, rkey) = (to.va(), to.rkey());
        let write = SendOperation::Write {
            remote_addr,
            rkey,
            imm: None,
        };
        let read = SendOperation::Read { remote_addr, rkey };
        for (here, _) in &kept {
            let works = [&write, &read, &write, &read];
            let requests = (0..)
                .zip(works)
                .map(|(k, work)| SendRequest::new(k, work.clone(), from.entry(0, 4096)));
            here.post_send(&requests.collect::<Vec<_>>())?;
        }
        lab.run(2000)?;
        kept_regions.push((from, to));
    } else {
        lab.run(500)?;
    }
    lab.cluster.note_commands();
    let waves = [0, 2].map(|host| {
        std::env::temp_dir().join(format!("roamnic-{}-{host}.fst", std::process::id()))
    });
    let begin = lab.cluster.cycle();
    lab.cluster.open_waves(0, &waves[0])?;
    let checkpoint = context.checkpoint()?;
    lab.cluster.nic(0, |nic| nic.close_trace());
    let stopped = lab.cluster.take_commands();
    let memory = checkpoint
        .memory()
        .iter()
        .map(|range| checkpoint.read_memory(range))
        .collect::<Result<Vec<_>, _>>()?;
    let behind = lab.cluster.cycle();
    lab.cluster.open_waves(2, &waves[1])?;
    let restored = lab.hosts[2].adapter.restore(checkpoint.image(), &memory)?;
    lab.cluster.nic(2, |nic| nic.close_trace());
    let loaded = lab.cluster.take_commands();
    restored.discard().map_err(|e| e.failure)?;
    for (file, commands, begin) in [(&waves[0], stopped, begin), (&waves[1], loaded, behind)] {
        let parts = parts(file, begin, &labels)?;
        std::fs::remove_file(file)?;
        for command in commands {
            show(&command, &parts);
        }
    }
    Ok(())
}

fn region(context: &Context, pd: &ProtectionDomain) -> Result<MemoryRegion> {
    let buffer = context.allocate(4096)?;
    Ok(pd.register(&buffer, 0x6000_0000_0000, 4096, Access::ALL)?)
}

fn show(command: &IssuedCommand, parts: &[Part]) {
    let name = Command::from_code(command.opcode).map_or("?".to_owned(), |c| c.to_string());
    let done = command.done.unwrap_or(command.cycle);
    println!("{name}: {} cycles", done - command.cycle);
    let during = |part: &&Part| part.end > command.cycle && part.begin < done;
    for part in parts.iter().filter(during) {
        let begin = part.begin as i64 - command.cycle as i64;
        println!("{begin:8} {part}");
    }
}
