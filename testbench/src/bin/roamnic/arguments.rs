//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use testbench::lab::{LabOptions, Variant};
use testbench::net::FaultRates;
use testbench::search::DrawOptions;

#[derive(Parser)]
#[command(name = "roamnic", version, about = "RoamNIC, an RDMA NIC, simulated")]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Attributes of a NIC
    Devinfo(Devinfo),
    /// SENDs to and fro between two hosts: latency by size; with --wire, with ibv_rc_pingpong
    Pingpong(Pingpong),
    /// A program of perftest's protocol against whoever is on the wire
    Perftest(crate::perftest::Perftest),
    /// Our end of a connection moves while an unmodified ibv_rc_pingpong talks to it
    Roam(crate::roam::Roam),
    /// Contexts and queues of a NIC at work, or of a checkpoint image, decoded
    Show(Show),
    /// What the NIC reaches, each figure next to its limit
    Bench(Bench),
    /// Connections move from host to host while they are at work
    Demo(Demo),
    /// A file from one host to another by every operation, over a bad link
    Transfer(Transfer),
    /// Random traffic over a bad link against a shadow, for as long as you like
    Soak(Soak),
    /// Random cases against the reference model; what fails is made small and kept as a file that replays
    Search(Search),
    /// Searches led by coverage: frames, commands, doorbells, checkpoint images; what they find is made small and kept for the tests
    Fuzz(crate::fuzz::Fuzz),
    /// The NIC in the place of one end of a capture: what it does with each packet, and whether it sends what was sent there
    Replay(Replay),
    /// Faults that were chosen, packet by packet, and the rules of a connection checked against captures
    Faults(FaultScenarios),
    /// What migration costs: the NIC with and without it, in cycles, cells and lines
    Overhead(Overhead),
    /// What the NIC costs in an ECP5-85F, block by block, and how fast it runs there
    Synth(Synth),
    /// NICs as PCI devices, served to QEMU or to the driver over vfio-user, with wires that lead outside
    Serve(crate::serve::Serve),
    /// The driver's test list on a device: simulated here, served over vfio-user, or behind the kernel's VFIO
    Drivertest(crate::serve::Drivertest),
}

/// Which NIC of a width.
#[derive(Clone, Copy, ValueEnum)]
pub enum Variants {
    /// Connections can migrate
    Migratable,
    /// The same without migration
    Baseline,
    /// Connections can migrate, 512 of them; 64 bits, see docs/bench.md
    Qps512,
    /// Connections can migrate, 4,096 of them; 64 bits, see docs/bench.md
    Qps4096,
    /// Connections can migrate, 16 of them; 64 bits, the NIC of the boards
    Qps16,
    /// The same without migration
    Qps16Baseline,
}

impl From<Variants> for Variant {
    fn from(variant: Variants) -> Self {
        match variant {
            Variants::Migratable => Self::Migratable,
            Variants::Baseline => Self::Baseline,
            Variants::Qps512 => Self::Qps512,
            Variants::Qps4096 => Self::Qps4096,
            Variants::Qps16 => Self::Qps16,
            Variants::Qps16Baseline => Self::Qps16Baseline,
        }
    }
}

/// What every command has.
#[derive(Args)]
pub struct Common {
    /// Bits of the NIC's data path: 64 or 512
    #[arg(long, default_value_t = 64)]
    pub width: u32,
    /// Which NIC of that width
    #[arg(long, value_enum, default_value = "migratable")]
    pub variant: Variants,
    /// Fixes everything that is random
    #[arg(long, default_value = "1", value_parser = number)]
    pub seed: u64,
    /// JSON instead of tables
    #[arg(long)]
    pub json: bool,
}

/// What a link does to frames.
#[derive(Args)]
pub struct Faults {
    /// Probability that a frame is lost
    #[arg(long, default_value = "0.02", value_parser = rate)]
    pub loss: f64,
    /// Probability that a frame is overtaken by later ones
    #[arg(long, default_value = "0.02", value_parser = rate)]
    pub reorder: f64,
    /// Probability that a frame arrives twice
    #[arg(long, default_value = "0.01", value_parser = rate)]
    pub duplicate: f64,
    /// Probability that one bit of a frame is flipped
    #[arg(long, default_value = "0.01", value_parser = rate)]
    pub corrupt: f64,
}

impl Faults {
    pub fn rates(&self) -> FaultRates {
        FaultRates {
            loss: self.loss,
            duplication: self.duplicate,
            reordering: self.reorder,
            corruption: self.corrupt,
        }
    }
}

impl Common {
    pub fn lab(&self) -> LabOptions {
        LabOptions {
            variant: self.variant.into(),
            ..LabOptions::new(self.width, self.seed)
        }
    }
}

#[derive(Args)]
pub struct Devinfo {
    #[command(flatten)]
    pub common: Common,
}

#[derive(Args)]
pub struct Pingpong {
    #[command(flatten)]
    pub common: Common,
    /// Sizes of messages in bytes
    #[arg(long, value_delimiter = ',', default_values_t = [1, 64, 1024, 4096, 65_536])]
    pub size: Vec<u32>,
    /// Round trips of each size
    #[arg(long, default_value_t = 10)]
    pub iterations: u32,
    /// With ibv_rc_pingpong on this wire, one size: stream:PATH, stream:PATH,connect, dgram:PATH, dgram:PATH,PARTNER or tap:NAME
    #[arg(long)]
    pub wire: Option<testbench::wire::WireSpec>,
    #[command(flatten)]
    pub on_wire: crate::perftest::OnWire,
    /// Path MTU: 256, 512, 1024, 2048 or 4096
    #[arg(long, default_value_t = 1024, value_parser = mtu)]
    pub mtu: u32,
}

#[derive(Args)]
pub struct Show {
    #[command(flatten)]
    pub common: Common,
    /// A checkpoint image instead, e.g. one that `demo --image` has written
    #[arg(value_name = "IMAGE", conflicts_with_all = ["host", "cycle"])]
    pub image: Option<PathBuf>,
    /// Which of the two hosts
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..2))]
    pub host: u8,
    /// Cycles of traffic before the reading begins
    #[arg(long, default_value_t = 2000)]
    pub cycle: u64,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Widths {
    #[value(name = "64")]
    Narrow,
    #[value(name = "512")]
    Wide,
    All,
}

impl Widths {
    pub fn list(self) -> Vec<u32> {
        match self {
            Self::Narrow => vec![64],
            Self::Wide => vec![512],
            Self::All => vec![64, 512],
        }
    }
}

#[derive(Args)]
pub struct Bench {
    /// Bits of the NIC's data path
    #[arg(long, value_enum, default_value = "all")]
    pub width: Widths,
    /// Which NIC of that width
    #[arg(long, value_enum, default_value = "migratable")]
    pub variant: Variants,
    /// Short windows, coarser figures
    #[arg(long)]
    pub quick: bool,
    /// Only figures whose names contain this
    #[arg(long)]
    pub only: Option<String>,
    /// Exit status 1 if a figure misses what is asked for
    #[arg(long)]
    pub check: bool,
    /// Fixes everything that is random
    #[arg(long, default_value = "1", value_parser = number)]
    pub seed: u64,
    /// JSON instead of a table
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct Demo {
    #[command(flatten)]
    pub common: Common,
    /// What is streamed; 96 KiB of text unless given
    #[arg(long)]
    pub file: Option<PathBuf>,
    /// Queue pairs between the two processes
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=32))]
    pub qps: u16,
    /// So many moves of mixed kinds; on, on again, both ends at once and one aborted unless given
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub migrations: Option<u32>,
    /// So many demos, of --seed and the seeds behind it: a line each instead of the report
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1_000_000),
          conflicts_with_all = ["pcap", "waves", "timeline", "image"])]
    pub seeds: u64,
    /// Path MTU: 256, 512, 1024, 2048 or 4096
    #[arg(long, default_value_t = 1024, value_parser = mtu)]
    pub mtu: u32,
    /// Probability that a frame is lost
    #[arg(long, default_value = "0", value_parser = rate)]
    pub loss: f64,
    /// Probability that a frame is overtaken by later ones
    #[arg(long, default_value = "0", value_parser = rate)]
    pub reorder: f64,
    /// Capture of host B's port
    #[arg(long, value_name = "FILE")]
    pub pcap: Option<PathBuf>,
    /// FST trace of host A's NIC
    #[arg(long, value_name = "FILE")]
    pub waves: Option<PathBuf>,
    /// SVG picture of the packets round the first move
    #[arg(long, value_name = "FILE")]
    pub timeline: Option<PathBuf>,
    /// The last image that was sent, for `show`
    #[arg(long, value_name = "FILE")]
    pub image: Option<PathBuf>,
}

#[derive(Args)]
pub struct Transfer {
    #[command(flatten)]
    pub common: Common,
    #[command(flatten)]
    pub faults: Faults,
    /// What to transfer; the NIC's own Verilog unless given
    #[arg(long)]
    pub file: Option<PathBuf>,
    /// Queue pairs
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub qps: u16,
    /// Path MTU: 256, 512, 1024, 2048 or 4096
    #[arg(long, default_value_t = 1024, value_parser = mtu)]
    pub mtu: u32,
    /// Mean bytes of a message
    #[arg(long, default_value_t = 8192, value_parser = clap::value_parser!(u32).range(1..))]
    pub chunk: u32,
    /// Capture of the sending host's port
    #[arg(long, value_name = "FILE")]
    pub pcap: Option<PathBuf>,
    /// FST trace of the sending host's NIC
    #[arg(long, value_name = "FILE")]
    pub waves: Option<PathBuf>,
}

#[derive(Args)]
pub struct Soak {
    #[command(flatten)]
    pub common: Common,
    /// Ends after so many messages
    #[arg(long)]
    pub messages: Option<u64>,
    /// Ends after so many cycles
    #[arg(long)]
    pub cycles: Option<u64>,
    /// Connections
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub qps: u16,
    /// Largest message in bytes
    #[arg(long, default_value_t = 8 << 20, value_parser = clap::value_parser!(u32).range(1..=1 << 26))]
    pub max_size: u32,
    /// Messages of a queue pair in a round
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u16).range(1..=48))]
    pub round: u16,
    /// Capture of host 0's port
    #[arg(long, value_name = "FILE")]
    pub pcap: Option<PathBuf>,
    /// FST trace of host 0's NIC; grows by a gigabyte in some hundred thousand cycles
    #[arg(long, value_name = "FILE")]
    pub waves: Option<PathBuf>,
    /// The reference model watches both NICs, and the first difference ends the run; the link is slowed down for it
    #[arg(long)]
    pub lockstep: bool,
    /// Probability that a frame is lost
    #[arg(long, default_value = "0.05", value_parser = rate)]
    pub loss: f64,
    /// Probability that a frame is overtaken by later ones
    #[arg(long, default_value = "0.05", value_parser = rate)]
    pub reorder: f64,
    /// Probability that a frame arrives twice
    #[arg(long, default_value = "0.02", value_parser = rate)]
    pub duplicate: f64,
    /// Probability that one bit of a frame is flipped
    #[arg(long, default_value = "0.02", value_parser = rate)]
    pub corrupt: f64,
}

/// Which NICs a search draws.
#[derive(Clone, Copy, ValueEnum)]
pub enum SearchWidths {
    #[value(name = "64")]
    Narrow,
    #[value(name = "512")]
    Wide,
    /// Each case has one of both
    Both,
}

impl SearchWidths {
    pub fn one(self) -> Option<u32> {
        match self {
            Self::Narrow => Some(64),
            Self::Wide => Some(512),
            Self::Both => None,
        }
    }
}

#[derive(Args)]
pub struct Search {
    /// Run this case instead; with --shrink make it smaller if it fails
    #[arg(long, value_name = "FILE", conflicts_with_all = ["operations", "cases", "draw"])]
    pub replay: Option<PathBuf>,
    /// Show the case of the first seed as a file, and run nothing
    #[arg(long)]
    pub draw: bool,
    /// Ends with the case that makes so many operations full; 10000 unless another end is given
    #[arg(long)]
    pub operations: Option<u64>,
    /// Ends after so many cases, whose seeds follow each other
    #[arg(long, alias = "seeds")]
    pub cases: Option<u64>,
    /// Seed of the first case
    #[arg(long, alias = "first-seed", default_value = "1", value_parser = number)]
    pub seed: u64,
    /// Cases that are run at the same time
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: u16,
    /// Bits of the NICs' data path
    #[arg(long, value_enum, default_value = "both")]
    pub width: SearchWidths,
    /// Largest message in bytes
    #[arg(long, default_value_t = 8 << 20, value_parser = clap::value_parser!(u32).range(1..=8 << 20))]
    pub max_size: u32,
    /// Stops of a case, at most: at any cycle all queue pairs of a host are stopped, and go on in place. Two cases of three have none; with 0 none has
    #[arg(long, default_value_t = DrawOptions::default().stops)]
    pub stops: usize,
    /// Ends after so many failures
    #[arg(long, default_value_t = 8)]
    pub failures: usize,
    /// Simulations that make a failed case smaller, at most
    #[arg(long, default_value_t = 400)]
    pub shrink_steps: u32,
    /// Seconds for that, at most
    #[arg(long, default_value_t = 300)]
    pub shrink_seconds: u64,
    /// With --replay: make the case smaller if it fails
    #[arg(long, requires = "replay")]
    pub shrink: bool,
    /// With --replay: capture of host 0's port
    #[arg(long, value_name = "FILE", requires = "replay")]
    pub pcap: Option<PathBuf>,
    /// Folder for files of failed cases
    #[arg(long, value_name = "DIR", default_value = "target/search")]
    pub keep: PathBuf,
    /// Notes each case in this file, a line of JSON with its seed, its operations and the revisions of NIC and model. Good cases that are there already
    /// are not run again, and count as operations
    #[arg(long, value_name = "FILE", conflicts_with_all = ["replay", "draw"])]
    pub summary: Option<PathBuf>,
    /// JSON instead of tables
    #[arg(long)]
    pub json: bool,
}

/// When packets go in.
#[derive(Clone, Copy, ValueEnum)]
pub enum Paces {
    /// Each as soon as the NIC is done with the one before
    Asap,
    /// Back to back
    Burst,
    /// At the times of the file
    Times,
}

impl From<Paces> for testbench::replay::Pace {
    fn from(pace: Paces) -> Self {
        match pace {
            Paces::Asap => Self::Asap,
            Paces::Burst => Self::Burst,
            Paces::Times => Self::Times,
        }
    }
}

/// Whose place the NIC takes.
#[derive(Clone, Copy, ValueEnum)]
pub enum Roles {
    /// The one that the first request goes to
    Server,
    /// The one that sends the first request
    Client,
}

impl From<Roles> for testbench::replay::derive::Side {
    fn from(role: Roles) -> Self {
        match role {
            Roles::Server => Self::Server,
            Roles::Client => Self::Client,
        }
    }
}

#[derive(Args)]
pub struct Replay {
    /// The scenario, TOML; with --derive where to write it, stdout unless given
    #[arg(value_name = "SCENARIO.toml", required_unless_present = "derive")]
    pub scenario: Option<PathBuf>,
    /// Capture whose packets to the NIC go in
    #[arg(
        long = "in",
        value_name = "IN.pcap",
        required_unless_present = "derive"
    )]
    pub input: Option<PathBuf>,
    /// Capture of everything the NIC sends
    #[arg(long = "out", value_name = "OUT.pcap", conflicts_with = "derive")]
    pub output: Option<PathBuf>,
    /// Capture to compare that with; a difference is exit status 1
    #[arg(long, value_name = "EXPECTED.pcap", conflicts_with = "derive")]
    pub expect: Option<PathBuf>,
    /// Bits of the NIC's data path: 64 or 512
    #[arg(long, default_value_t = 64)]
    pub width: u32,
    /// JSON instead of tables
    #[arg(long)]
    pub json: bool,
    /// When packets go in, instead of what the scenario says
    #[arg(long, value_enum, conflicts_with = "derive")]
    pub pace: Option<Paces>,
    /// Write a scenario from this capture, as far as packets tell, instead of replaying one
    #[arg(
        long,
        value_name = "IN.pcap",
        requires = "role",
        conflicts_with = "input"
    )]
    pub derive: Option<PathBuf>,
    /// Whose place the NIC takes
    #[arg(long, value_enum, requires = "derive")]
    pub role: Option<Roles>,
}

#[derive(Args)]
pub struct FaultScenarios {
    /// Scenarios, TOML; all that come with the program unless given
    #[arg(value_name = "SCENARIO.toml")]
    pub scenarios: Vec<PathBuf>,
    /// Bits of the NICs' data path: 64 or 512
    #[arg(long, default_value_t = 64)]
    pub width: u32,
    /// Fixes everything that a scenario leaves open
    #[arg(long, default_value = "1", value_parser = number)]
    pub seed: u64,
    /// Keep the captures of both hosts in this folder: SCENARIO-a.pcap, SCENARIO-b.pcap
    #[arg(long, value_name = "FOLDER")]
    pub pcap: Option<PathBuf>,
    /// JSON instead of tables
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct Synth {
    /// The NIC alone, out of context: its ports end in mid-air
    #[arg(long, required = true)]
    pub core: bool,
    /// Bits of the NIC's data path: 64 or 512
    #[arg(long, default_value_t = 64)]
    pub width: u32,
    /// Which NIC of that width
    #[arg(long, value_enum, default_value = "migratable")]
    pub variant: Variants,
    /// Placements, whose median frequency counts; 0 for synthesis alone
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(0..=32))]
    pub seeds: u32,
    /// Route the placements, which may take hours; otherwise frequencies are those that nextpnr expects before
    #[arg(long)]
    pub routed: bool,
    /// Exit status 1 if the budget is exceeded
    #[arg(long)]
    pub check: bool,
    /// JSON instead of tables
    #[arg(long)]
    pub json: bool,
}

/// Parts of the comparison.
#[derive(Clone, Copy, ValueEnum)]
pub enum Parts {
    /// The same traffic over both NICs, compared event by event
    Cycles,
    /// What a migration takes
    Migration,
    /// What other means would take
    Others,
    /// Lines of RustHDL
    Lines,
    /// Cells of both NICs: minutes, unless kept
    Cells,
}

impl From<Parts> for testbench::overhead::Part {
    fn from(part: Parts) -> Self {
        match part {
            Parts::Cycles => Self::Cycles,
            Parts::Migration => Self::Migration,
            Parts::Others => Self::Others,
            Parts::Lines => Self::Lines,
            Parts::Cells => Self::Cells,
        }
    }
}

#[derive(Args)]
pub struct Overhead {
    /// Only these parts
    #[arg(long, value_enum, value_delimiter = ',')]
    pub only: Vec<Parts>,
    /// Bits of the NICs' data paths
    #[arg(long, value_enum, default_value = "all")]
    pub width: Widths,
    /// Little traffic and few queue pairs; cells only if they are kept from before
    #[arg(long)]
    pub quick: bool,
    /// Only traffic over this many queue pairs: 1, 16 or 64
    #[arg(long)]
    pub qps: Option<usize>,
    /// The migratable NIC gets a register in front of its receiving port, one cycle, and has to be found out: exit status 1
    #[arg(long)]
    pub penalty: bool,
    /// Placements of the ECP5 netlists with 16 queue pairs, whose median frequency before routing counts
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=32))]
    pub placements: u32,
    /// Measure again what is kept in target/overhead
    #[arg(long)]
    pub fresh: bool,
    /// Write docs/overhead and the table in the README; parts that --only leaves out stay as they are there, if they are of the same Verilog and seed
    #[arg(long, conflicts_with_all = ["penalty", "quick"])]
    pub document: bool,
    /// Fixes everything that is random
    #[arg(long, default_value = "1", value_parser = number)]
    pub seed: u64,
    /// JSON instead of tables
    #[arg(long)]
    pub json: bool,
}

/// A number, decimal or 0x.
pub fn number(text: &str) -> Result<u64, std::num::ParseIntError> {
    match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16),
        None => text.parse(),
    }
}

pub fn rate(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if (0.0..=1.0).contains(&rate) => Ok(rate),
        _ => Err("a rate is a probability from 0 to 1".to_owned()),
    }
}

pub fn mtu(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(mtu @ (256 | 512 | 1024 | 2048 | 4096)) => Ok(mtu),
        _ => Err("a path MTU is 256, 512, 1024, 2048 or 4096".to_owned()),
    }
}
