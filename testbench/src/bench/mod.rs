//! `roamnic bench`: what the Verilated NIC reaches, each figure next to its limit.
//!
//! Host memory answers after 250 cycles, a cable takes 100. Throughput is taken on the wire of the host that sends the payload,
//! in steady state: payload bytes behind the first frame of the window, divided by the cycles from that frame's end to the last
//! one's. A packet that is sent twice counts once. The framing limit is a frame's payload over its whole beats.

mod bulk;
pub(crate) mod framing;
mod latency;
pub(crate) mod load;
mod messages;
mod migration;
mod speed;

use crate::lab::{LabError, LabOptions, Variant};
use crate::table::Table;
use serde::Serialize;

/// Which way a figure grows better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    Higher,
    Lower,
}

/// One figure.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    pub name: String,
    /// Bits of the data path.
    pub width: u32,
    pub value: f64,
    pub unit: &'static str,
    /// What cannot be beaten, or what is asked for where there is no such thing.
    pub limit: f64,
    /// Value over limit.
    pub ratio: f64,
    pub better: Better,
    /// The value that is asked for.
    #[serde(skip)]
    pub reach: Option<f64>,
}

impl Figure {
    fn new(
        name: impl Into<String>,
        width: u32,
        value: f64,
        unit: &'static str,
        limit: f64,
        better: Better,
    ) -> Self {
        Self {
            name: name.into(),
            width,
            value,
            unit,
            limit,
            ratio: value / limit,
            better,
            reach: None,
        }
    }

    /// With the value that is asked for.
    fn reaching(self, reach: Option<f64>) -> Self {
        Self { reach, ..self }
    }

    /// What is asked for is reached, or nothing is.
    pub fn is_reached(&self) -> bool {
        match (self.reach, self.better) {
            (None, _) => true,
            (Some(reach), Better::Higher) => self.value >= reach,
            (Some(reach), Better::Lower) => self.value <= reach,
        }
    }
}

/// What is measured.
#[derive(Clone, Debug)]
pub struct BenchOptions {
    /// Bits of the data paths.
    pub widths: Vec<u32>,
    /// Which NICs of those widths.
    pub variant: Variant,
    /// Shorter windows, coarser figures.
    pub quick: bool,
    pub seed: u64,
    /// Only figures whose names contain this.
    pub only: Option<String>,
}

impl BenchOptions {
    /// Hosts of `width` bits.
    fn lab(&self, width: u32) -> LabOptions {
        LabOptions {
            variant: self.variant,
            ..LabOptions::new(width, self.seed)
        }
    }
}

/// Measures one figure.
type Take = Box<dyn Fn(&BenchOptions) -> Result<Figure, LabError>>;

/// A figure that can be measured.
struct Measure {
    name: String,
    width: u32,
    take: Take,
}

/// Takes all figures, telling `progress` the name of each before it is measured and how many there are.
///
/// # Errors
/// No model, or traffic that stands still.
pub fn run(
    options: &BenchOptions,
    mut progress: impl FnMut(usize, usize, &str),
) -> Result<Vec<Figure>, LabError> {
    let mut all: Vec<Measure> = Vec::new();
    for &width in &options.widths {
        all.extend(bulk::measures(width));
        all.extend(messages::measures(width));
        all.extend(latency::measures(width));
        if options.variant != Variant::Baseline {
            all.extend(migration::measures(width, options.variant));
        }
        all.extend(speed::measures(width));
    }
    if let Some(only) = &options.only {
        all.retain(|m| m.name.contains(only));
    }
    let count = all.len();
    let measure = |(k, m): (usize, &Measure)| {
        progress(k, count, &format!("{} at {} bits", m.name, m.width));
        (m.take)(options)
    };
    all.iter().enumerate().map(measure).collect()
}

/// How throughput was taken, for those who read the table.
pub fn window(quick: bool) -> String {
    let (skip, window) = bulk::window(quick);
    format!(
        "throughput: {} KiB of payload on the sender's wire, behind the first {} KiB; \
         host memory 250 cycles, link 100 cycles",
        window >> 10,
        skip >> 10
    )
}

/// One figure a line.
pub fn table(figures: &[Figure]) -> Table {
    let header = [
        "name", "width", "value", "unit", "limit", "ratio", "reach", "",
    ];
    let mut table = Table::new(header);
    let number = |v: f64| match v.abs() {
        v if v >= 1000.0 => format!("{v:.0}"),
        v if v >= 100.0 => format!("{v:.1}"),
        _ => format!("{v:.3}"),
    };
    for f in figures {
        let sign = match f.better {
            Better::Higher => "≥",
            Better::Lower => "≤",
        };
        table.row([
            f.name.clone(),
            f.width.to_string(),
            number(f.value),
            f.unit.to_owned(),
            number(f.limit),
            format!("{:.3}", f.ratio),
            f.reach
                .map_or(String::new(), |r| format!("{sign} {}", number(r))),
            match (f.reach, f.is_reached()) {
                (None, _) => "",
                (_, true) => "reached",
                (_, false) => "missed",
            }
            .to_owned(),
        ]);
    }
    table
}
