//! What nextpnr says of a placement (`--report`).

use serde::Deserialize;
use std::collections::BTreeMap;

/// What every call has in common. nextpnr's default router for ECP5, `router1`, rips up one connection for another for hours where wires are scarce;
/// `router2` negotiates for them. Refining a placement in two threads takes half of the processor time that the default takes; their number is fixed because the
/// result depends on it. Missed timing is for the reader of the report.
pub const OPTIONS: &str = "--router router2 --parallel-refine --threads 2 --timing-allow-fail";

/// The part of the report that is used.
#[derive(Clone, Debug, Deserialize)]
pub struct PlaceReport {
    /// Clocks with registers between them, by net.
    pub fmax: BTreeMap<String, Fmax>,
    /// Cells, by kind.
    pub utilization: BTreeMap<String, Utilization>,
}

/// A clock.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Fmax {
    /// What it reaches, in MHz.
    pub achieved: f64,
    /// What it was asked for, in MHz.
    pub constraint: f64,
}

/// A kind of cell.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Utilization {
    /// Occupied.
    pub used: u64,
    /// In the chip.
    pub available: u64,
}

impl PlaceReport {
    /// What the slowest clock reaches, in MHz; infinite without a clock.
    pub fn slowest(&self) -> f64 {
        let all = self.fmax.values().map(|clock| clock.achieved);
        all.fold(f64::INFINITY, f64::min)
    }

    /// Cells of a kind that are occupied.
    pub fn used(&self, kind: &str) -> u64 {
        self.utilization.get(kind).map_or(0, |found| found.used)
    }
}

/// A net's name without what the placer puts in front of clocks on global wires.
pub fn plain(net: &str) -> &str {
    net.strip_prefix("$glbnet$").unwrap_or(net)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn place_report_slowest_clock_counts() {
        let text = r#"{"critical_paths": [], "fmax": {"a": {"achieved": 120.5, "constraint": 100}, "b": {"achieved": 99.5, "constraint": 100}},
            "utilization": {"TRELLIS_COMB": {"available": 83640, "used": 42}, "DP16KD": {"available": 208, "used": 1}}}"#;
        let report: PlaceReport = serde_json::from_str(text).expect("well-formed");
        assert!((report.slowest() - 99.5).abs() < 1e-9);
        let used = ["TRELLIS_COMB", "DP16KD", "TRELLIS_FF"].map(|kind| report.used(kind));
        assert_eq!(used, [42, 1, 0]);
    }

    #[test]
    fn nets_lose_the_mark_of_global_wires() {
        assert_eq!([plain("$glbnet$clock"), plain("rx")], ["clock", "rx"]);
    }
}
