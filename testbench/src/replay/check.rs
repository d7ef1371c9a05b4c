//! What can be wrong with a scenario besides its syntax: names, ranges, references.

use super::number::Number;
use super::scenario::{MrPlan, QpPlan, Scenario, ScenarioError};
use fw_regs::{Counter, QpState, WcStatus};
use std::collections::BTreeSet;

impl Scenario {
    /// Names, ranges and references.
    ///
    /// # Errors
    /// [`ScenarioError`].
    pub fn check(&self) -> Result<(), ScenarioError> {
        let in_clock = 1..=crate::lab::CYCLES_PER_US;
        within(
            "nic",
            "cycles_per_us",
            self.nic.cycles_per_us.into(),
            in_clock,
        )?;
        unique("memory region", self.mrs.iter().map(|m| &m.name))?;
        unique("queue pair", self.qps.iter().map(|q| &q.name))?;
        self.mrs.iter().try_for_each(MrPlan::check)?;
        self.qps.iter().try_for_each(QpPlan::check)?;
        for (k, r) in self.receives.iter().enumerate() {
            let at = format!("recv {}", k + 1);
            self.local(&at, &r.qp, &r.mr, r.offset, r.length)?;
            check_status(&at, r.status.as_deref())?;
        }
        for (k, s) in self.sends.iter().enumerate() {
            let at = format!("send {}", k + 1);
            self.local(&at, &s.qp, &s.mr, s.offset, s.length)?;
            check_status(&at, s.status.as_deref())?;
            within(&at, "rkey", s.rkey.0, 0..=u32::MAX.into())?;
            for n in [s.imm, s.invalidate].into_iter().flatten() {
                within(&at, "imm or invalidate", n.0, 0..=u32::MAX.into())?;
            }
        }
        for name in self.expect.counters.keys() {
            if !Counter::ALL.iter().any(|c| c.text() == name) {
                return Err(word(
                    "expect.counters",
                    "counter",
                    name,
                    "the device's counters",
                ));
            }
        }
        Ok(())
    }

    fn local(
        &self,
        at: &str,
        qp: &str,
        mr: &str,
        offset: Number,
        length: u32,
    ) -> Result<(), ScenarioError> {
        let unknown = |kind, name: &str| ScenarioError::Unknown {
            at: at.to_owned(),
            kind,
            name: name.to_owned(),
        };
        self.qps
            .iter()
            .find(|q| q.name == qp)
            .ok_or_else(|| unknown("queue pair", qp))?;
        let mr = self
            .mrs
            .iter()
            .find(|m| m.name == mr)
            .ok_or_else(|| unknown("memory region", mr))?;
        let end = offset.0.saturating_add(length.into());
        within(at, "offset + length", end, 0..=mr.length.0)
    }
}

impl MrPlan {
    fn check(&self) -> Result<(), ScenarioError> {
        let at = format!("memory region {:?}", self.name);
        within(&at, "key", self.key.0, 0..=u32::MAX.into())?;
        within(&at, "length", self.length.0, 1..=1 << 30)
    }
}

impl QpPlan {
    fn check(&self) -> Result<(), ScenarioError> {
        let at = format!("queue pair {:?}", self.name);
        let psns = [self.rq_psn, self.sq_psn, self.qpn, self.partner.qpn];
        for number in psns {
            within(&at, "QP number or PSN", number.0, 0..=0xff_ffff)?;
        }
        within(&at, "depth", self.depth.into(), 1..=1 << 15)?;
        match &self.final_state {
            Some(state) if !QpState::ALL.iter().any(|s| s.text() == state) => {
                let known: Vec<&str> = QpState::ALL.iter().map(|s| s.text()).collect();
                Err(word(&at, "final_state", state, &known.join(", ")))
            }
            _ => Ok(()),
        }
    }
}

fn check_status(at: &str, status: Option<&str>) -> Result<(), ScenarioError> {
    match status {
        Some(text) if !WcStatus::ALL.iter().any(|s| s.text() == text) => {
            let known: Vec<&str> = WcStatus::ALL.iter().map(|s| s.text()).collect();
            Err(word(at, "status", text, &known.join(", ")))
        }
        _ => Ok(()),
    }
}

fn word(at: &str, what: &'static str, value: &str, known: &str) -> ScenarioError {
    ScenarioError::Word {
        at: at.to_owned(),
        what,
        value: value.to_owned(),
        known: known.to_owned(),
    }
}

fn within(
    at: &str,
    what: &'static str,
    value: u64,
    range: std::ops::RangeInclusive<u64>,
) -> Result<(), ScenarioError> {
    match range.contains(&value) {
        true => Ok(()),
        false => Err(ScenarioError::Range {
            at: at.to_owned(),
            what,
            value,
            min: *range.start(),
            max: *range.end(),
        }),
    }
}

fn unique<'a>(
    kind: &'static str,
    names: impl Iterator<Item = &'a String>,
) -> Result<(), ScenarioError> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            let name = name.clone();
            return Err(ScenarioError::SameName { kind, name });
        }
    }
    Ok(())
}
