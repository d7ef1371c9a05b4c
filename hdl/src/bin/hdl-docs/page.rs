//! Pages from sources.

use crate::source::{Field, Item, Port, Source};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Which page says what a name is.
pub struct Index(BTreeMap<String, String>);

impl Index {
    pub fn new(sources: &[Source]) -> Self {
        let mut pages = BTreeMap::new();
        for source in sources {
            let names = source.items.iter().flat_map(|item| {
                item.made_as
                    .iter()
                    .map(|made| &made.name)
                    .chain([&item.name])
            });
            for name in names.chain([&source.module]) {
                pages.insert(name.clone(), source.module.clone());
            }
        }
        Self(pages)
    }

    /// Rustdoc's links become links between pages, or just code where there is no page.
    fn links(&self, line: &str, here: &str) -> String {
        let mut out = String::new();
        let mut rest = line;
        while let Some((before, (name, after))) = rest
            .split_once("[`")
            .and_then(|(before, tail)| Some((before, tail.split_once("`]")?)))
        {
            let _ = write!(out, "{before}{}", self.name(name, here));
            rest = after;
        }
        out + rest
    }

    /// `path` as code, with a link if there is a page for it that is not `here`.
    fn name(&self, path: &str, here: &str) -> String {
        let last = path.rsplit("::").next().unwrap_or(path);
        if path.starts_with("contract::") {
            return format!("[`{last}`](../registers.md)");
        }
        match self.0.get(last) {
            Some(page) if page != here => format!("[`{last}`]({page}.md)"),
            _ => format!("`{last}`"),
        }
    }

    /// A type as code, with a link to its page.
    fn shape(&self, shape: &str, here: &str) -> String {
        let base = shape
            .trim_start_matches('[')
            .split(['<', ';', ']'])
            .next()
            .unwrap_or(shape);
        match self.0.get(base.rsplit(' ').next().unwrap_or(base)) {
            Some(page) if page != here => format!("[`{shape}`]({page}.md)"),
            _ => format!("`{shape}`"),
        }
    }
}

/// The page of one source file.
pub fn page(source: &Source, index: &Index) -> String {
    let (here, path) = (&source.module, &source.path);
    let mut out = format!(
        "# {here}\n\n<!-- Generated from hdl/src/{path}.rs by `cargo xtask gen`; do not edit. -->\n\n"
    );
    let mut code = false;
    for line in &source.head {
        code ^= line.starts_with("```");
        if line.starts_with('#') && !code {
            out.push('#');
        }
        let line = if code {
            line.clone()
        } else {
            index.links(line, here)
        };
        let _ = writeln!(out, "{line}");
    }
    let _ = write!(
        out,
        "\n## Source\n\n[`hdl/src/{path}.rs`](../../hdl/src/{path}.rs)"
    );
    if source.tested {
        let _ = write!(
            out,
            ", tested by [`hdl/tests/blocks/{here}.rs`](../../hdl/tests/blocks/{here}.rs)"
        );
    }
    out.push_str(".\n");
    for item in &source.items {
        let _ = write!(out, "\n{}", section(item, index, here));
    }
    out
}

/// What a struct declares.
fn section(item: &Item, index: &Index, here: &str) -> String {
    let kind = if item.is_block { "Block" } else { "Record" };
    let names: Vec<String> = match &item.made_as[..] {
        [] => vec![format!("`{}`", item.name)],
        made => made.iter().map(|made| format!("`{}`", made.name)).collect(),
    };
    let plural = if names.len() > 1 { "s" } else { "" };
    let mut out = format!("## {kind}{plural} {}\n", names.join(", "));
    if !item.doc.is_empty() {
        let _ = writeln!(out, "\n{}", index.links(&item.doc.join(" "), here));
    }
    if !item.made_as.is_empty() {
        out.push_str("\nMade by a macro; what begins with `$` is given in each use.\n\n");
    }
    for made in &item.made_as {
        let _ = writeln!(
            out,
            "* `{}`: {}",
            made.name,
            index.links(&made.doc.join(" "), here)
        );
    }
    if !item.parameters.is_empty() {
        let names: Vec<String> = item
            .parameters
            .iter()
            .map(|name| format!("`{name}`"))
            .collect();
        let _ = writeln!(out, "\nParameters: {}.", names.join(", "));
    }
    if item.is_block {
        ports(&mut out, &item.ports, index, here);
        parts(&mut out, &item.fields, index, here);
    } else {
        fields(&mut out, &item.fields, index, here);
    }
    out
}

fn ports(out: &mut String, ports: &[Port], index: &Index, here: &str) {
    out.push_str("\n| port | | type | |\n|---|---|---|---|\n");
    for port in ports {
        let direction = if port.input { "in" } else { "out" };
        let (shape, doc) = (index.shape(&port.shape, here), cell(&port.doc, index, here));
        let _ = writeln!(out, "| `{}` | {direction} | {shape} | {doc} |", port.name);
    }
}

fn parts(out: &mut String, parts: &[Field], index: &Index, here: &str) {
    if parts.is_empty() {
        return;
    }
    out.push_str("\n| part | block | |\n|---|---|---|\n");
    for part in parts {
        let (shape, doc) = (index.shape(&part.shape, here), cell(&part.doc, index, here));
        let _ = writeln!(out, "| `{}` | {shape} | {doc} |", part.name);
    }
}

fn fields(out: &mut String, fields: &[Field], index: &Index, here: &str) {
    let mut low = 0;
    out.push_str("\n| bits | field | |\n|---|---|---|\n");
    for field in fields {
        let width: u32 = field.shape.parse().unwrap_or(0);
        let bits = match width {
            0 | 1 => format!("{low}"),
            _ => format!("{}:{low}", low + width - 1),
        };
        let _ = writeln!(
            out,
            "| {bits} | `{}` | {} |",
            field.name,
            cell(&field.doc, index, here)
        );
        low += width;
    }
}

fn cell(doc: &str, index: &Index, here: &str) -> String {
    index.links(doc, here).replace('|', "\\|")
}

/// The list of all pages: name and first sentence.
pub fn list(sources: &[Source]) -> String {
    let mut out = String::from("| page | |\n|---|---|\n");
    for source in sources {
        let paragraph: Vec<&str> = source
            .head
            .iter()
            .map(String::as_str)
            .take_while(|line| !line.is_empty())
            .collect();
        let text = paragraph.join(" ").replace("[`", "`").replace("`]", "`");
        let sentence = text
            .split_once(". ")
            .map_or(&*text, |(first, _)| first)
            .trim_end_matches('.');
        let _ = writeln!(out, "| [{0}]({0}.md) | {sentence}. |", source.module);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources() -> Vec<Source> {
        let adder = "//! Adds: see [`crate::core`].\n//!\n//! # States\n//! [`Adder`], [`MAX`].\n\n#[derive(LogicBlock)]\npub struct Adder {\n    pub a: Signal<In, Bit>,\n    core: Core<4>,\n}\n";
        let core = "//! The core.\n\n#[derive(LogicBlock)]\npub struct Core<const W: usize> {\n    pub a: Signal<In, Bit>,\n}\n";
        vec![
            Source::parse("adder", adder, true),
            Source::parse("core", core, false),
        ]
    }

    #[test]
    fn page_links_to_other_pages_only() {
        let sources = sources();
        let text = page(&sources[0], &Index::new(&sources));
        assert!(text.contains("Adds: see [`core`](core.md)."));
        assert!(text.contains("## States\n`Adder`, `MAX`."));
        assert!(text.contains("| `a` | in | `Bit` |  |"));
        assert!(text.contains("| `core` | [`Core<4>`](core.md) |  |"));
    }

    #[test]
    fn list_has_first_sentences() {
        assert!(list(&sources()).contains("| [core](core.md) | The core. |"));
    }
}
