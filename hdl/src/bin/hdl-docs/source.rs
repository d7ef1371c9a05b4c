//! What a source file says of itself: its head and the structs that it declares.
//!
//! Sources are formatted, so a field is a line or two and lines are enough; what is not understood is left out.

/// A source file.
pub struct Source {
    /// Its name without extension; a file in a folder has the folder's name in front: `migration_unit`.
    pub module: String,
    /// Where it is, from `hdl/src` on and without extension: `migration/unit`.
    pub path: String,
    /// The lines of its head.
    pub head: Vec<String>,
    /// Blocks and records in order.
    pub items: Vec<Item>,
    /// There is a test of the same name.
    pub tested: bool,
}

/// A hardware block or a record.
pub struct Item {
    pub name: String,
    /// The block is made by a macro; then these are the names it is made with.
    pub made_as: Vec<Made>,
    pub doc: Vec<String>,
    pub is_block: bool,
    /// Const generics, in order.
    pub parameters: Vec<String>,
    /// Ports of a block.
    pub ports: Vec<Port>,
    /// Fields of a record; of a block, the blocks it is made of (name and type).
    pub fields: Vec<Field>,
}

/// One use of a macro that makes blocks.
pub struct Made {
    pub name: String,
    pub doc: Vec<String>,
}

/// A port: `Signal<In, T>` or `Signal<Out, T>`.
#[derive(Debug, PartialEq, Eq)]
pub struct Port {
    pub name: String,
    pub input: bool,
    /// As written, without spaces.
    pub shape: String,
    pub doc: String,
}

/// A field of a record, whose shape is its width in bits; or a child block, whose shape is its type.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    pub name: String,
    pub shape: String,
    pub doc: String,
}

impl Source {
    /// Reads the text of `module`.
    pub fn parse(module: &str, text: &str, tested: bool) -> Self {
        let lines: Vec<&str> = text.lines().collect();
        let head = lines.iter().map_while(|line| line.strip_prefix("//!"));
        let head = head
            .map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned())
            .collect();
        let end = lines
            .iter()
            .position(|line| line.trim() == "#[cfg(test)]")
            .unwrap_or(lines.len());
        let items = items(&lines[..end]);
        Self {
            module: module.into(),
            path: module.into(),
            head,
            items,
            tested,
        }
    }
}

/// All blocks and records.
fn items(lines: &[&str]) -> Vec<Item> {
    let mut items = vec![];
    let mut doc = vec![];
    let (mut derived, mut recording) = (false, false);
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at].trim();
        if let Some(text) = line.strip_prefix("///") {
            doc.push(text.trim().to_owned());
        } else if line.starts_with("#[derive(") {
            derived = line.contains("LogicBlock");
        } else if line == "record! {" {
            recording = true;
        } else if recording && lines[at] == "}" {
            recording = false;
        } else if let Some(rest) = struct_name(line)
            && (derived || recording)
        {
            let (declaration, next) = declaration(lines, at);
            items.push(item(
                lines,
                rest,
                std::mem::take(&mut doc),
                &declaration,
                derived,
            ));
            (derived, at) = (false, next);
            continue;
        } else if !line.starts_with("#[") && !line.starts_with("$(#[") {
            doc.clear();
            derived = false;
        }
        at += 1;
    }
    items
}

/// The name that a line declares, if it declares a struct.
fn struct_name(line: &str) -> Option<&str> {
    let rest = line
        .strip_prefix("pub struct ")
        .or_else(|| line.strip_prefix("struct "))?;
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))?;
    Some(&rest[..end])
}

/// The lines of the struct that begins in line `at`, and the number of the line behind it.
fn declaration<'a>(lines: &[&'a str], at: usize) -> (Vec<&'a str>, usize) {
    let mut depth = 0_i32;
    let mut opened = false;
    for (number, line) in lines.iter().enumerate().skip(at) {
        let code = line.trim_start();
        if !code.starts_with("//") {
            depth += code.matches('{').count() as i32 - code.matches('}').count() as i32;
            opened |= code.contains('{') || (!opened && code.ends_with(';'));
        }
        if opened && depth == 0 {
            return (lines[at..=number].to_vec(), number + 1);
        }
    }
    (lines[at..].to_vec(), lines.len())
}

fn item(
    lines: &[&str],
    name: &str,
    doc: Vec<String>,
    declaration: &[&str],
    is_block: bool,
) -> Item {
    let opening = declaration
        .iter()
        .position(|line| line.contains('{'))
        .unwrap_or(0);
    let parameters = declaration[..=opening]
        .iter()
        .flat_map(|line| line.split("const ").skip(1));
    let parameters = parameters.filter_map(|rest| Some(rest.split_once(':')?.0.to_owned()));
    let mut item = Item {
        name: name.into(),
        made_as: vec![],
        doc,
        is_block,
        parameters: parameters.collect(),
        ports: vec![],
        fields: vec![],
    };
    if name == "$name" {
        item.parameters.clear();
        item.made_as = uses(lines);
    }
    let body = body(declaration);
    if is_block {
        block(&mut item, &body);
    } else {
        item.fields = record(&body);
    }
    item
}

/// Names and documentation given to the macro that a file defines, in its uses.
fn uses(lines: &[&str]) -> Vec<Made> {
    let name = lines
        .iter()
        .find_map(|line| line.strip_prefix("macro_rules! ")?.strip_suffix(" {"));
    let Some(start) = name.map(|name| format!("{name}! {{")) else {
        return vec![];
    };
    let begins = lines.iter().enumerate().filter(|(_, line)| **line == start);
    let made = begins.map(|(at, _)| {
        let mut inside = lines[at + 1..].iter().map(|line| line.trim());
        let doc = inside
            .clone()
            .map_while(|line| Some(line.strip_prefix("///")?.trim().to_owned()));
        let doc: Vec<String> = doc.collect();
        let named = inside.nth(doc.len()).unwrap_or_default();
        let name = named.split([' ', '[', '{']).next().unwrap_or_default();
        Made {
            name: name.into(),
            doc,
        }
    });
    made.collect()
}

/// Comments and code between the braces, code joined so that it ends with a comma or begins with `//`.
fn body(declaration: &[&str]) -> Vec<String> {
    let mut body: Vec<String> = vec![];
    let text = declaration.join("\n");
    let inside = text.split_once('{').map_or("", |(_, rest)| rest);
    let inside = inside.rsplit_once('}').map_or(inside, |(inside, _)| inside);
    let mut code = String::new();
    for line in inside.lines().map(str::trim) {
        if line.starts_with("//") || line.starts_with("$(") {
            body.push(line.into());
        } else {
            code.push_str(line);
            code.push(' ');
            if line.ends_with(',') {
                body.push(std::mem::take(&mut code));
            }
        }
    }
    body.push(code);
    body
}

/// `name`, type of a declared field.
fn field(line: &str) -> Option<(&str, String)> {
    let line = line.trim().trim_end_matches(',');
    let (name, shape) = line.strip_prefix("pub ").unwrap_or(line).split_once(':')?;
    let shape: String = shape.split_whitespace().collect();
    let plain = name.chars().all(|c| c.is_alphanumeric() || c == '_');
    (plain && !shape.is_empty()).then(|| (name, shape.replace(',', ", ").replace("; ", ";")))
}

fn block(item: &mut Item, body: &[String]) {
    let mut doc = String::new();
    for line in body {
        if let Some(text) = line.strip_prefix("///") {
            join(&mut doc, text);
            continue;
        }
        let doc = std::mem::take(&mut doc);
        let Some((name, shape)) = field(line) else {
            continue;
        };
        if let Some((input, shape)) = port(&shape) {
            item.ports.push(Port {
                name: name.into(),
                input,
                shape,
                doc,
            });
        } else if is_child(name, &shape) {
            item.fields.push(Field {
                name: name.into(),
                shape,
                doc,
            });
        }
    }
}

/// Direction and type of a port; of an array of ports, the type says how many.
fn port(shape: &str) -> Option<(bool, String)> {
    let (inner, count) = match shape
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        Some(array) => array.rsplit_once(';')?,
        None => (shape, ""),
    };
    let inner = inner.strip_prefix("Signal<")?.strip_suffix('>')?;
    let (direction, kind) = inner.split_once(", ")?;
    let input = match direction {
        "In" => true,
        "Out" => false,
        _ => return None,
    };
    let many = if count.is_empty() {
        String::new()
    } else {
        format!("{count} × ")
    };
    Some((input, format!("{many}{kind}")))
}

/// Whether a private field of a block is a block.
fn is_child(name: &str, shape: &str) -> bool {
    const NOT: [&str; 6] = [
        "Signal<",
        "DFF<",
        "DFFWithInit<",
        "Constant<",
        "PhantomData<",
        "Vec<",
    ];
    !name.starts_with('_')
        && !NOT
            .iter()
            .any(|kind| shape.trim_start_matches('[').starts_with(kind))
        && shape
            .trim_start_matches('[')
            .starts_with(|c: char| c.is_uppercase())
}

/// Fields `name: width`, several a line.
fn record(body: &[String]) -> Vec<Field> {
    let mut fields = vec![];
    let mut doc = String::new();
    for line in body {
        if let Some(text) = line.strip_prefix("///") {
            join(&mut doc, text);
            continue;
        }
        for part in line.split(',') {
            if let Some((name, shape)) = field(part) {
                let doc = std::mem::take(&mut doc);
                fields.push(Field {
                    name: name.into(),
                    shape,
                    doc,
                });
            }
        }
    }
    fields
}

fn join(doc: &mut String, text: &str) {
    if !doc.is_empty() {
        doc.push(' ');
    }
    doc.push_str(text.trim());
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: &str = "//! A head.\n//!\n//! # Interfaces\nuse x;\n\n/// Adds.\n#[derive(LogicBlock)]\npub struct Adder<const W: usize, const B: usize> {\n    \
        pub clock: Signal<In, Clock>,\n    /// the sum\n    /// of both\n    pub sum: Signal<Out, Bits<W>>,\n    pub in_a: [Signal<In, Bits<W>>; 2],\n    \
        core: Core<W>,\n    held: DFF<Bit>,\n    one: Signal<Local, Bit>,\n}\n";

    #[test]
    fn source_has_head_ports_and_parts_of_a_block() {
        let source = Source::parse("adder", BLOCK, false);
        assert_eq!(source.head, ["A head.", "", "# Interfaces"]);
        let [block] = &source.items[..] else {
            panic!("one block")
        };
        assert_eq!(
            (&*block.name, &block.parameters[..]),
            ("Adder", &["W".into(), "B".into()][..])
        );
        let ports: Vec<_> = block
            .ports
            .iter()
            .map(|p| (&*p.name, p.input, &*p.shape, &*p.doc))
            .collect();
        assert_eq!(
            ports,
            [
                ("clock", true, "Clock", ""),
                ("sum", false, "Bits<W>", "the sum of both"),
                ("in_a", true, "2 × Bits<W>", "")
            ]
        );
        assert_eq!(
            block.fields.iter().map(|f| &*f.shape).collect::<Vec<_>>(),
            ["Core<W>"]
        );
    }

    #[test]
    fn source_has_fields_of_records() {
        let text = "record! {\n    /// One line.\n    pub struct A { x: 1, y: 24 }\n    pub struct B {\n        /// what\n        z: 3, w: 4,\n    }\n}\n";
        let source = Source::parse("records", text, false);
        let widths: Vec<Vec<&str>> = source
            .items
            .iter()
            .map(|i| i.fields.iter().map(|f| &*f.shape).collect())
            .collect();
        assert_eq!(widths, [["1", "24"], ["3", "4"]]);
        assert_eq!(source.items[0].doc, ["One line."]);
        assert_eq!(source.items[1].fields[0].doc, "what");
    }
}
