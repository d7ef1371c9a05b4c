//! What a run found: rows of a table, for people or as JSON.

use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;

/// One program in one role.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub scenario: String,
    pub program: String,
    /// Which end is ours, or what was done.
    pub role: String,
    /// Bytes whose contents were compared.
    pub verified_bytes: Option<u64>,
    /// Requests that went over the wire again, as the wire saw them.
    pub retransmissions: Option<u64>,
    pub seconds: f64,
    /// What was measured, or what went wrong.
    pub remark: String,
    pub passed: bool,
}

impl Row {
    /// A row that passed.
    pub fn new(program: impl Into<String>, role: impl Into<String>, time: Duration) -> Self {
        Self {
            scenario: String::new(),
            program: program.into(),
            role: role.into(),
            verified_bytes: None,
            retransmissions: None,
            seconds: time.as_secs_f64(),
            remark: String::new(),
            passed: true,
        }
    }

    #[must_use]
    pub fn remark(mut self, remark: impl Into<String>) -> Self {
        self.remark = remark.into();
        self
    }

    #[must_use]
    pub fn verified(mut self, bytes: u64) -> Self {
        self.verified_bytes = Some(bytes);
        self
    }

    #[must_use]
    pub fn retransmissions(mut self, count: u64) -> Self {
        self.retransmissions = Some(count);
        self
    }

    /// The same row, failed.
    #[must_use]
    pub fn failed(mut self) -> Self {
        self.passed = false;
        self
    }
}

/// The rows as a table in Markdown.
pub fn table(rows: &[Row]) -> String {
    let head = [
        "scenario",
        "program",
        "role",
        "bytes verified",
        "retransmissions",
        "s",
        "result",
        "remark",
    ]
    .map(str::to_owned);
    let mut lines = vec![head];
    lines.extend(rows.iter().map(cells));
    let width = |column: usize| {
        let lengths = lines.iter().map(|line| line[column].chars().count());
        lengths.max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..lines[0].len()).map(width).collect();
    let mut text = String::new();
    for (number, line) in lines.iter().enumerate() {
        for (cell, width) in line.iter().zip(&widths) {
            write!(text, "| {cell:width$} ").expect("a String takes all");
        }
        text.push_str("|\n");
        if number == 0 {
            for width in &widths {
                write!(text, "|{}", "-".repeat(width + 2)).expect("a String takes all");
            }
            text.push_str("|\n");
        }
    }
    text
}

fn cells(row: &Row) -> [String; 8] {
    let number =
        |value: Option<u64>| value.map_or_else(|| "–".to_owned(), |value| value.to_string());
    [
        row.scenario.clone(),
        row.program.clone(),
        row.role.clone(),
        number(row.verified_bytes),
        number(row.retransmissions),
        format!("{:.1}", row.seconds),
        if row.passed { "ok" } else { "FAILED" }.to_owned(),
        row.remark.replace('\n', " / ").replace('|', "/"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_has_equal_lines_and_says_what_failed() {
        let rows = [
            Row::new("ib_send_bw", "client", Duration::from_millis(1250))
                .verified(4096)
                .retransmissions(3),
            Row::new("boot", "guest", Duration::from_secs(4))
                .remark("no | answer")
                .failed(),
        ];
        let text = table(&rows);
        let lengths: Vec<usize> = text.lines().map(|line| line.chars().count()).collect();
        assert!(lengths.windows(2).all(|pair| pair[0] == pair[1]), "{text}");
        assert!(
            text.contains("FAILED") && text.contains("no / answer"),
            "{text}"
        );
    }
}
