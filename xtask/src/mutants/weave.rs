//! Several NICs in one: modules of mutants beside the modules that they change.
//!
//! A module that some mutant changes gets what the mutant does beside the original, statement by statement ([`items`]). Mutants that
//! cannot be joined so stand beside the original as modules of their own, in a module of the same name that holds them all. All get the
//! same inputs; outputs come from the one that is at work, by the number in a register of the top (`emit::mutate`). Which one is at work does
//! not change while a NIC lives, so whatever state it keeps is that of a NIC with nothing else in it; what the others do meanwhile
//! nobody sees.

mod items;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context, Result, bail};

/// The top module, which holds the number.
const TOP: &str = "roamnic";
/// The number of the mutant at work, from anywhere below the top.
const NUMBER: &str = "roamnic.mutant_at_work";

/// Modules by name.
pub type Modules = BTreeMap<String, String>;

/// The text of a NIC in modules, in their order, behind what stands before the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Netlist {
    head: String,
    modules: Vec<(String, String)>,
}

/// A port of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Port {
    output: bool,
    /// With a space behind it, or nothing for one bit.
    range: String,
    name: String,
}

impl Netlist {
    /// # Errors
    /// A module has no end.
    pub fn parse(text: &str) -> Result<Self> {
        let (mut head, mut modules) = (String::new(), Vec::new());
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let Some(name) = module_name(line) else {
                // what stands between modules belongs to nothing
                if modules.is_empty() {
                    head += line;
                    head += "\n";
                }
                continue;
            };
            let mut module = format!("{line}\n");
            loop {
                let line = lines
                    .next()
                    .with_context(|| format!("module {name} has no end"))?;
                module += line;
                module += "\n";
                if line == "endmodule" {
                    break;
                }
            }
            modules.push((name.to_owned(), module));
        }
        Ok(Self { head, modules })
    }

    fn get(&self, name: &str) -> Option<&str> {
        let found = self.modules.iter().find(|(n, _)| n == name);
        found.map(|(_, text)| text.as_str())
    }

    /// Whether it is the NIC `other`, which has no number.
    pub fn is_that_of(&self, other: &Self) -> bool {
        let below = |n: &Self| {
            let below = n.modules.iter().filter(|(name, _)| name != TOP);
            below.cloned().collect::<Vec<_>>()
        };
        below(self) == below(other)
    }

    /// The modules of `changed` that are not as they are here.
    ///
    /// # Errors
    /// One is the top, is new, or has other ports.
    pub fn changes(&self, changed: &Self) -> Result<Modules> {
        let mut all = Modules::new();
        for (name, text) in &changed.modules {
            let Some(mine) = self.get(name) else {
                bail!("module {name} is new");
            };
            if mine == text {
                continue;
            }
            if name == TOP {
                bail!("the top is changed");
            }
            if ports(mine)? != ports(text)? {
                bail!("module {name} has other ports");
            }
            all.insert(name.clone(), text.clone());
        }
        Ok(all)
    }

    /// The NIC with all these mutants in it, by their numbers.
    ///
    /// # Errors
    /// A module cannot be read.
    pub fn weave(&self, mutants: &BTreeMap<u16, Modules>) -> Result<String> {
        let mut text = self.head.clone();
        for (name, module) in &self.modules {
            let variants: Vec<(u16, &str)> = mutants
                .iter()
                .filter_map(|(number, modules)| Some((*number, modules.get(name)?.as_str())))
                .collect();
            text += "\n";
            text += &match variants.is_empty() {
                true => module.clone(),
                false => join(name, module, &variants)?,
            };
        }
        Ok(text)
    }
}

fn module_name(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("module ")?;
    rest.split([' ', '(', ';']).next()
}

/// The ports of a module as the emitter writes them, one a line.
fn ports(module: &str) -> Result<Vec<Port>> {
    let mut all = Vec::new();
    for line in module.lines().skip(1) {
        if line == ");" {
            return Ok(all);
        }
        let port = line.trim().trim_end_matches(',');
        let (way, rest) = match port.split_once(' ') {
            Some(("input", rest)) => (false, rest),
            Some(("output", rest)) => (true, rest),
            _ => bail!("not a port: {line}"),
        };
        let rest = rest.trim_start_matches("wire ").trim_start_matches("reg ");
        let (range, name) = match rest.rsplit_once(' ') {
            Some((range, name)) => (format!("{range} "), name),
            None => (String::new(), rest),
        };
        all.push(Port {
            output: way,
            range,
            name: name.to_owned(),
        });
    }
    bail!("a module without ports: {module}")
}

/// The original with all variants: those that can be within it, and the others beside it.
fn join(name: &str, module: &str, variants: &[(u16, &str)]) -> Result<String> {
    let (mut joined, mut inner) = (module.to_owned(), Vec::new());
    let mut others = Vec::new();
    for variant in variants {
        inner.push(*variant);
        match items::within(module, &inner) {
            Some(text) => joined = text,
            None => others.extend(inner.pop()),
        }
    }
    match others.is_empty() {
        true => Ok(joined),
        false => beside(name, &joined, &others),
    }
}

/// The original and the variants side by side, behind the module that has the original's name.
fn beside(name: &str, module: &str, variants: &[(u16, &str)]) -> Result<String> {
    let ports = ports(module)?;
    let numbers: Vec<u16> = [0]
        .into_iter()
        .chain(variants.iter().map(|v| v.0))
        .collect();
    let declared: Vec<String> = ports
        .iter()
        .map(
            |Port {
                 output,
                 range,
                 name,
             }| {
                let way = if *output { "output" } else { "input" };
                format!("   {way} wire {range}{name}")
            },
        )
        .collect();
    let mut text = format!("module {name} (\n{}\n);\n", declared.join(",\n"));
    let outputs: Vec<&Port> = ports.iter().filter(|p| p.output).collect();
    for number in &numbers {
        for Port { range, name, .. } in &outputs {
            let _ = writeln!(text, "   wire {range}{name}__{number};");
        }
        let pins: Vec<String> = ports
            .iter()
            .map(|p| match p.output {
                true => format!("      .{0}({0}__{number})", p.name),
                false => format!("      .{0}({0})", p.name),
            })
            .collect();
        let _ = writeln!(
            text,
            "   {name}__{number} number_{number} (\n{}\n   );",
            pins.join(",\n")
        );
    }
    for Port { name, .. } in outputs {
        let choice: String = numbers[1..]
            .iter()
            .map(|n| format!("{NUMBER} == 16'd{n} ? {name}__{n} : "))
            .collect();
        let _ = writeln!(text, "   assign {name} = {choice}{name}__0;");
    }
    text += "endmodule\n";
    for (number, variant) in [(0, module)].iter().chain(variants) {
        let head = format!("module {name} ");
        let renamed = variant.replacen(&head, &format!("module {name}__{number} "), 1);
        text += "\n";
        text += &renamed;
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NIC: &str = "// head\n\nmodule roamnic (\n   input wire clock\n);\n   part p ();\nendmodule\n\n\
                       module part (\n   input wire clock,\n   input wire [3:0] x,\n   output reg [7:0] y,\n   output wire z\n);\n   y = 1;\nendmodule\n";

    fn changed() -> Netlist {
        Netlist::parse(&NIC.replace("y = 1", "y = 2")).unwrap()
    }

    #[test]
    fn netlist_knows_what_changes() {
        let nic = Netlist::parse(NIC).unwrap();
        assert!(nic.changes(&nic).unwrap().is_empty());
        let changes = nic.changes(&changed()).unwrap();
        assert_eq!(changes.keys().collect::<Vec<_>>(), ["part"]);
        assert!(nic.is_that_of(&nic) && !nic.is_that_of(&changed()));
    }

    #[test]
    fn netlist_refuses_what_it_cannot_weave_bad_flow() {
        let nic = Netlist::parse(NIC).unwrap();
        for (from, to) in [
            ("part p ()", "part q ()"),
            ("[3:0] x", "[4:0] x"),
            ("module part", "module other"),
        ] {
            let other = Netlist::parse(&NIC.replace(from, to)).unwrap();
            assert!(nic.changes(&other).is_err(), "{to}");
        }
        assert!(Netlist::parse("module a (\n);\n").is_err());
    }

    #[test]
    fn woven_module_chooses_by_the_number() {
        let nic = Netlist::parse(NIC).unwrap();
        let changes = nic.changes(&changed()).unwrap();
        let (name, module) = &nic.modules[1];
        let woven = beside(name, module, &[(7, &changes["part"])]).unwrap();
        for part in [
            "module part (\n   input wire clock,\n   input wire [3:0] x,\n   output wire [7:0] y,\n   output wire z\n);",
            "   wire [7:0] y__0;\n",
            "   part__7 number_7 (\n      .clock(clock),\n      .x(x),\n      .y(y__7),\n      .z(z__7)\n   );",
            "   assign y = roamnic.mutant_at_work == 16'd7 ? y__7 : y__0;",
            "module part__0 (",
            "y = 2;",
        ] {
            assert!(woven.contains(part), "{part} in\n{woven}");
        }
        let woven = nic.weave(&BTreeMap::from([(7, changes)])).unwrap();
        assert_eq!(woven.matches("module roamnic").count(), 1);
        assert_eq!(woven.matches("endmodule").count(), 4, "{woven}");
    }
}
