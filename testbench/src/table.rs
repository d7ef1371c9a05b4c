//! Tables on stdout: columns as wide as their widest cell, numbers to the right.

use std::fmt;

/// A table of text cells under a header.
#[derive(Clone, Debug, Default)]
pub struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// No rows yet.
    pub fn new<const N: usize>(header: [&str; N]) -> Self {
        Self {
            header: header.map(str::to_owned).to_vec(),
            rows: Vec::new(),
        }
    }

    /// Of rows that have as many cells as the header.
    pub(crate) fn of(header: Vec<String>, rows: Vec<Vec<String>>) -> Self {
        Self { header, rows }
    }

    /// Adds a row of as many cells as the header has.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        assert_eq!(N, self.header.len(), "cells of a row");
        self.rows.push(cells.to_vec());
    }

    /// There is nothing under the header.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

fn is_number(cell: &str) -> bool {
    cell.starts_with(|c: char| c.is_ascii_digit() || c == '-') && !cell.contains([':', ' '])
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = || std::iter::once(&self.header).chain(&self.rows);
        let widths: Vec<usize> = (0..self.header.len())
            .map(|k| all().map(|row| row[k].chars().count()).max().unwrap_or(0))
            .collect();
        let right: Vec<bool> = (0..self.header.len())
            .map(|k| !self.rows.is_empty() && self.rows.iter().all(|row| is_number(&row[k])))
            .collect();
        for row in all() {
            let mut line = String::new();
            for (k, cell) in row.iter().enumerate() {
                let width = widths[k];
                match right[k] {
                    true => line += &format!("{cell:>width$}  "),
                    false => line += &format!("{cell:<width$}  "),
                }
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}
