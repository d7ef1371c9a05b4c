//! Sites in hand-written bodies: words of memories that are never written, entries of tables.

use super::{Collector, Site, Words};
use crate::design::Module;
use std::fmt::Write as _;

/// A line that a site lies in.
enum Line {
    /// Word of a memory: its name, address and value.
    Word(String, u64, u64),
    /// Entry of a table: the text up to the value, its width and the value.
    Entry(String, usize, u64),
}

/// `mem[7] = 32'h0000002a;`, or `4'd7: data = 9'd42;`.
fn line(text: &str) -> Option<Line> {
    let text = text.trim().strip_suffix(';')?;
    let (head, value) = text.split_once(" = ")?;
    if let Some((name, address)) = head.strip_suffix(']').and_then(|t| t.split_once('[')) {
        let (_, hex) = value.split_once("'h")?;
        let value = u64::from_str_radix(hex, 16).ok()?;
        return Some(Line::Word(name.into(), address.parse().ok()?, value));
    }
    head.split_once("'d")?.1.split_once(": ")?;
    let (width, value) = value.split_once("'d")?;
    Some(Line::Entry(
        head.into(),
        width.parse().ok()?,
        value.parse().ok()?,
    ))
}

/// A memory whose words are in the text.
struct Memory {
    name: String,
    /// Address of its first word: behind the last of the memory before.
    base: u64,
    /// What is read instead of its words.
    read: String,
}

/// `reg [31:0] mem [0:2047];`
fn declared(text: &str) -> Option<(&str, u64)> {
    let text = text.trim().strip_prefix("reg [")?.strip_suffix("];")?;
    let (_, memory) = text.split_once("] ")?;
    let (name, last) = memory.split_once(" [0:")?;
    Some((name, last.parse().ok()?))
}

/// The memories of a body whose words are in the text, and that are read at one place.
fn memories(code: &str) -> Vec<Memory> {
    let mut base = 0;
    let mut all = vec![];
    for (name, last) in code.lines().filter_map(declared) {
        let is_filled = |text| matches!(line(text), Some(Line::Word(of, ..)) if of == name);
        if code.lines().any(is_filled) && code.matches(&read(name)).count() == 1 {
            let name = name.to_owned();
            let read = String::new();
            all.push(Memory { name, base, read });
            base += last + 1;
        }
    }
    all
}

/// How a memory is read, up to the address.
fn read(name: &str) -> String {
    format!(" <= {name}[")
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
    let mut memories = memories(code);
    let mut out = String::new();
    for text in code.lines() {
        match line(text) {
            Some(Line::Word(name, address, word)) => {
                let memory = memories.iter_mut().find(|m| m.name == name);
                let (Some(bits), Some(memory)) = (address_bits, memory) else {
                    out.push_str(text);
                    out.push('\n');
                    continue;
                };
                let address = memory.base + address;
                for other in words(address, word) {
                    let place = format!("word {address}");
                    let site = site(other.operator, place, other.before, other.after);
                    if let Some(number) = collector.offer(site) {
                        let here = format!("ra == {bits}'d{address}");
                        let here = collector.reports.then_some(here);
                        let condition = super::condition(&m.top, number, here.as_deref());
                        let _ = write!(
                            memory.read,
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
    for Memory {
        name, read: other, ..
    } in &memories
    {
        out = out.replace(&read(name), &format!(" <= {other}{name}["));
    }
    out
}
