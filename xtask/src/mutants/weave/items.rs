//! A module item by item, so that of a mutant only what it changes is added.
//!
//! The emitter writes continuous assignments and processes that each assign signals of their own. Where original and mutants agree on which
//! process assigns what, the processes that differ become one that chooses a body; what else is new is added. Where they do not agree there is
//! no such text, and the modules have to stand side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::NUMBER;

/// What stands in a module behind its ports.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Item {
    /// `wire x = y;`, `assign x = y;`: everything before the expression, which comes next.
    Assignment(String, String),
    /// `always ...`: the event, and the statement.
    Process(String, String),
    /// Whatever else: declarations, instances, initial values.
    Other(String),
}

impl Item {
    fn parse(text: &str) -> Self {
        let line = text.trim();
        let first = line.split([' ', '(']).next().unwrap_or_default();
        if let ("wire" | "assign", Some((before, rest))) = (first, line.split_once(" = "))
            && let Some(expression) = rest.strip_suffix(';')
        {
            return Self::Assignment(before.to_owned(), expression.to_owned());
        }
        for event in ["always @* ", "always @(posedge clock) "] {
            if let Some(statement) = line.strip_prefix(event) {
                return Self::Process(event.trim().to_owned(), statement.to_owned());
            }
        }
        Self::Other(text.to_owned())
    }

    /// The signals that it assigns.
    fn assigns(&self) -> BTreeSet<&str> {
        match self {
            Self::Assignment(before, _) => before.rsplit(' ').next().into_iter().collect(),
            Self::Process(_, statement) => statement.lines().filter_map(assigned).collect(),
            Self::Other(_) => BTreeSet::new(),
        }
    }

    /// What tells it from others that are not the same: how it assigns which signals, or everything.
    fn key(&self) -> String {
        match self {
            Self::Assignment(before, _) => before.clone(),
            Self::Process(event, _) => {
                let names: Vec<&str> = self.assigns().into_iter().collect();
                format!("{event} {}", names.join(" "))
            }
            Self::Other(text) => text.clone(),
        }
    }
}

/// The signal that a line of a process assigns, if it does.
fn assigned(line: &str) -> Option<&str> {
    if line.ends_with(" begin") || line.trim_start().starts_with("case") {
        return None;
    }
    let (left, _) = line.split_once(" <= ").or_else(|| line.split_once(" = "))?;
    let target = left.rsplit(' ').next()?;
    target.split('[').next()
}

/// Ports and items of a module.
struct Parts {
    head: String,
    items: Vec<Item>,
}

impl Parts {
    fn parse(module: &str) -> Option<Self> {
        let (head, body) = module.split_once("\n);\n")?;
        let mut items = Vec::new();
        let mut lines = body.lines();
        while let Some(line) = lines.next() {
            if line == "endmodule" {
                let head = format!("{head}\n);\n");
                return Some(Self { head, items });
            }
            if line.is_empty() {
                continue;
            }
            let mut text = line.to_owned();
            let end = match line {
                _ if line.ends_with(" begin") => Some("   end"),
                _ if line.ends_with('(') => Some("   );"),
                _ if line.contains("case (") => Some("   endcase"),
                _ if line.ends_with(';') || line.trim_start().starts_with(['`', '/']) => None,
                _ => Some(""),
            };
            if let Some(end) = end {
                loop {
                    let line = lines.next()?;
                    text += "\n";
                    text += line;
                    if line == end || end.is_empty() && line.ends_with(';') {
                        break;
                    }
                }
            }
            items.push(Item::parse(&text));
        }
        None
    }

    fn by_key(&self) -> BTreeMap<String, &Item> {
        self.items.iter().map(|item| (item.key(), item)).collect()
    }
}

/// One module with the variants in it, by their numbers; nothing if they are made too differently.
pub fn within(module: &str, variants: &[(u16, &str)]) -> Option<String> {
    let base = Parts::parse(module)?;
    let own = base.by_key();
    let assigned: BTreeSet<&str> = base.items.iter().flat_map(Item::assigns).collect();
    let mut changed: BTreeMap<String, Vec<(u16, Item)>> = BTreeMap::new();
    let mut added: Vec<Item> = Vec::new();
    for (number, variant) in variants {
        let variant = Parts::parse(variant)?;
        // an output may be a register in one and a wire in the other
        if variant.head != base.head {
            return None;
        }
        for item in variant.items {
            let key = item.key();
            match own.get(&key) {
                Some(same) if **same == item => {}
                Some(_) => changed.entry(key).or_default().push((*number, item)),
                None if added.contains(&item) => {}
                None => {
                    let fits = match &item {
                        Item::Other(text) => is_declaration(text),
                        // what an earlier variant adds is that variant's own
                        _ => item.assigns().is_disjoint(&assigned),
                    };
                    let known = |other: &Item| !other.assigns().is_disjoint(&item.assigns());
                    if !fits || added.iter().any(known) {
                        return None;
                    }
                    added.push(item);
                }
            }
        }
    }
    let mut text = base.head.clone();
    let (declared, rest): (Vec<&Item>, Vec<&Item>) = base
        .items
        .iter()
        .chain(&added)
        .partition(|i| matches!(i, Item::Other(text) if is_declaration(text)));
    let names: Vec<&str> = declared.iter().filter_map(|i| declared_name(i)).collect();
    let distinct: BTreeSet<&str> = names.iter().copied().collect();
    let implied = rest.iter().filter_map(|i| match i {
        Item::Assignment(before, _) if before.starts_with("wire ") => before.rsplit(' ').next(),
        _ => None,
    });
    if distinct.len() < names.len() || implied.into_iter().any(|name| distinct.contains(name)) {
        return None;
    }
    // all that is declared comes first, for an expression of a mutant may use what the original declares behind it
    for item in &rest {
        if let Item::Assignment(before, _) = item
            && before.starts_with("wire ")
        {
            let _ = writeln!(text, "   {before};");
        }
    }
    for item in declared.into_iter().chain(rest) {
        let variants = changed.get(&item.key());
        let _ = writeln!(
            text,
            "{}",
            chosen(item, variants.map_or(&[], Vec::as_slice))
        );
    }
    text += "endmodule\n";
    Some(text)
}

fn is_declaration(text: &str) -> bool {
    let line = text.trim();
    let plain = !line.contains(['=', ',', '\n']) && line.ends_with(';');
    plain && (line.starts_with("wire ") || line.starts_with("reg "))
}

fn declared_name(item: &Item) -> Option<&str> {
    match item {
        Item::Other(text) => text.trim().trim_end_matches(';').rsplit(' ').next(),
        _ => None,
    }
}

/// The item, or that of the variant which is at work.
fn chosen(item: &Item, variants: &[(u16, Item)]) -> String {
    match item {
        Item::Other(text) => text.clone(),
        Item::Assignment(before, expression) => {
            let choice: String = variants
                .iter()
                .filter_map(|(number, variant)| match variant {
                    Item::Assignment(_, other) => {
                        Some(format!("{NUMBER} == 16'd{number} ? ({other}) : "))
                    }
                    _ => None,
                })
                .collect();
            let name = before.rsplit(' ').next().unwrap_or_default();
            match choice.is_empty() {
                true => format!("   assign {name} = {expression};"),
                false => format!("   assign {name} = {choice}({expression});"),
            }
        }
        Item::Process(event, statement) if variants.is_empty() => format!("   {event} {statement}"),
        Item::Process(event, statement) => {
            let mut text = format!("   {event} begin\n      ");
            for (number, variant) in variants {
                if let Item::Process(_, other) = variant {
                    let _ = write!(
                        text,
                        "if ({NUMBER} == 16'd{number}) begin\n   {other}\n      end else "
                    );
                }
            }
            let _ = write!(text, "begin\n   {statement}\n      end\n   end");
            text
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODULE: &str = "module m (\n   input wire clock,\n   input wire x,\n   output wire y\n);\n   reg a;\n   reg b;\n\n   wire c = a &\n      x;\n   assign y = b;\n\n   \
                          always @(posedge clock) begin\n      if (a <= x) begin\n         a <= x;\n      end\n   end\n\n   always @* begin\n      b = c;\n   end\n\n   part p (\n      .x(c)\n   );\nendmodule\n";

    fn with(from: &str, to: &str) -> String {
        assert!(MODULE.contains(from), "{from}");
        MODULE.replace(from, to)
    }

    #[test]
    fn module_is_read_item_by_item() {
        let parts = Parts::parse(MODULE).unwrap();
        let keys: Vec<String> = parts.items.iter().map(Item::key).collect();
        assert_eq!(keys.len(), 7, "{keys:?}");
        assert_eq!(keys[4], "always @(posedge clock) a");
        assert_eq!(keys[5], "always @* b");
        assert!(Parts::parse("module m (\n   input wire x\n);\n   always @* begin\n").is_none());
    }

    #[test]
    fn variant_is_chosen_by_the_number() {
        let other = with("a <= x;", "a <= !x;");
        let third = with("assign y = b;", "wire d = a;\n   assign y = d;");
        let woven = within(MODULE, &[(3, &other), (5, &third)]).unwrap();
        for part in [
            "      if (roamnic.mutant_at_work == 16'd3) begin\n",
            "a <= !x;",
            "end else begin\n",
            "   assign y = roamnic.mutant_at_work == 16'd5 ? (d) : (b);\n",
            "   wire d;\n",
            "   assign d = a;\n",
            "   part p (",
        ] {
            assert!(woven.contains(part), "{part} in\n{woven}");
        }
        assert_eq!(woven.matches("endmodule").count(), 1);
        // the same again is the module itself
        let same = within(MODULE, &[(1, MODULE)]).unwrap();
        assert!(!same.contains("mutant_at_work"));
    }

    #[test]
    fn variant_that_is_made_differently_is_not_woven_bad_flow() {
        for (from, to) in [
            // another process assigns it
            (
                "   always @* begin\n      b = c;\n   end",
                "   always @* begin\n      b = c;\n      a = c;\n   end",
            ),
            // it is a wire instead of a register
            ("   assign y = b;", "   wire b = c;\n   assign y = b;"),
            (".x(c)", ".x(a)"),
            ("output wire y", "output reg y"),
        ] {
            assert_eq!(within(MODULE, &[(1, &with(from, to))]), None, "{to}");
        }
    }
}
