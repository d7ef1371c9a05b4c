//! Sites in hand-written bodies: words of memories that are never written, entries of tables.

use super::{Collector, Site, Words};
use crate::design::Module;
use std::fmt::Write as _;

/// How such a memory is read.
const READ: &str = "rd <= mem[ra];";

/// A line that a site lies in.
enum Line {
    /// Word of a memory: address and value.
    Word(u64, u64),
    /// Entry of a table: the text up to the value, its width and the value.
    Entry(String, usize, u64),
}

/// `mem[7] = 32'h0000002a;`, or `4'd7: data = 9'd42;`.
fn line(text: &str) -> Option<Line> {
    let text = text.trim().strip_suffix(';')?;
    if let Some((address, word)) = text.strip_prefix("mem[").and_then(|t| t.split_once("] = ")) {
        let (_, hex) = word.split_once("'h")?;
        let value = u64::from_str_radix(hex, 16).ok()?;
        return Some(Line::Word(address.parse().ok()?, value));
    }
    let (head, value) = text.split_once(" = ")?;
    head.split_once("'d")?.1.split_once(": ")?;
    let (width, value) = value.split_once("'d")?;
    Some(Line::Entry(
        head.into(),
        width.parse().ok()?,
        value.parse().ok()?,
    ))
}

/// `code` with choices at the sites that are chosen; all sites go to `collector`.
pub(crate) fn mutated(m: &Module, code: &str, words: Words, collector: &mut Collector) -> String {
    let site = |operator, place: String, before, after| Site {
        path: m.path.clone(),
        fields: super::fields(m),
        operator,
        signal: place,
        within: String::new(),
        under: String::new(),
        before,
        after,
    };
    let address_bits = m.index.get("ra").map(|&k| m.sigs[k].ty.w);
    let address_bits = address_bits.filter(|_| code.matches(READ).count() == 1);
    let mut read = String::new();
    let mut out = String::new();
    for text in code.lines() {
        match line(text) {
            Some(Line::Word(address, word)) => {
                let Some(bits) = address_bits else { continue };
                for other in words(address, word) {
                    let place = format!("word {address}");
                    let site = site(other.operator, place, other.before, other.after);
                    if let Some(number) = collector.offer(site) {
                        let here = format!("ra == {bits}'d{address}");
                        let here = collector.reports.then_some(here);
                        let condition = super::condition(&m.top, number, here.as_deref());
                        let _ = write!(
                            read,
                            "({condition}) && ra == {bits}'d{address} ? 32'h{:08x} : ",
                            other.value
                        );
                    }
                }
            }
            Some(Line::Entry(head, width, value)) if width <= 64 => {
                let key = head.split(": ").next().unwrap_or_default();
                // any bit would do; which one is the same in every run
                let index: usize = key.chars().filter_map(|c| c.to_digit(10)).sum::<u32>() as usize;
                let other = value ^ 1 << (index % width);
                let tell = |value: u64| format!("{value:#x}");
                let site = site("table", format!("entry {key}"), tell(value), tell(other));
                if let Some(number) = collector.offer(site) {
                    let here = collector.reports.then_some("1'd1");
                    let condition = super::condition(&m.top, number, here);
                    let _ = writeln!(
                        out,
                        "   {head} = ({condition}) ? {width}'d{other} : {width}'d{value};"
                    );
                    continue;
                }
            }
            _ => {}
        }
        out.push_str(text);
        out.push('\n');
    }
    out.replace(READ, &format!("rd <= {read}mem[ra];"))
}
