//! Reads the port list from the class that Verilator generated and writes the shim's port table.

/// The C++ face of every model; includes the generated port table.
pub(crate) const MODEL_CPP: &str = include_str!("../shim/model.cpp");
/// Reactions to `$fatal` and friends, linked into the runtime.
pub(crate) const RUNTIME_CPP: &str = include_str!("../shim/runtime.cpp");
/// Stand-ins for two libraries that the FST writer wants.
pub(crate) const HEADERS: [(&str, &str); 2] = [
    ("lz4.h", include_str!("../shim/lz4.h")),
    ("zlib.h", include_str!("../shim/zlib.h")),
];

/// One `VL_IN8(&clock,0,0);` of the generated class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GeneratedPort {
    /// The C++ member.
    member: String,
    /// The Verilog name.
    name: String,
    bits: u32,
    output: bool,
}

/// The ports of the model class, in the order of its header file.
pub(crate) fn parse_ports(header: &str) -> Vec<GeneratedPort> {
    header.lines().filter_map(parse_port).collect()
}

fn parse_port(line: &str) -> Option<GeneratedPort> {
    let line = line.trim();
    let (output, rest) = match line.strip_prefix("VL_IN") {
        Some(rest) if !line.starts_with("VL_INOUT") => (false, rest),
        _ => (true, line.strip_prefix("VL_OUT")?),
    };
    let (_, arguments) = rest.split_once("(&")?;
    let mut arguments = arguments.split([',', ')']);
    let member = arguments.next()?.to_owned();
    let msb: u32 = arguments.next()?.parse().ok()?;
    let lsb: u32 = arguments.next()?.parse().ok()?;
    let name = decode_name(&member);
    Some(GeneratedPort {
        member,
        name,
        bits: msb.checked_sub(lsb)? + 1,
        output,
    })
}

/// Undoes Verilator's `__0HH` for characters that C++ does not take (and for `__` itself).
fn decode_name(member: &str) -> String {
    let mut name = String::with_capacity(member.len());
    let mut rest = member;
    while let Some(at) = rest.find("__0") {
        let code = rest
            .get(at + 3..at + 5)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        let (kept, skip, character) = match code {
            Some(code) => (&rest[..at], at + 5, Some(char::from(code))),
            None => (&rest[..at + 3], at + 3, None),
        };
        name.push_str(kept);
        name.extend(character);
        rest = &rest[skip..];
    }
    name + rest
}

/// The `SV_PORTS(X)` macro that `model.cpp` expands.
pub(crate) fn port_table(ports: &[GeneratedPort]) -> String {
    let mut text = String::from("#define SV_PORTS(X)");
    for port in ports {
        let name = port.name.replace('\\', "\\\\").replace('"', "\\\"");
        let output = u32::from(port.output);
        text.push_str(&format!(
            " \\\n    X({}, \"{name}\", {}, {output})",
            port.member, port.bits
        ));
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_read_from_the_generated_class() {
        let header = "class Vmodel {\n    VL_IN8(&clock,0,0);\n    VL_INW(&i__024data,127,0,4);\n    \
                      VL_OUT64(&my___05Fz,33,0);\n    VL_UNCOPYABLE(Vmodel);\n";
        let ports = parse_ports(header);
        let seen: Vec<_> = ports
            .iter()
            .map(|port| (port.name.as_str(), port.bits, port.output))
            .collect();
        assert_eq!(
            seen,
            [
                ("clock", 1, false),
                ("i$data", 128, false),
                ("my__z", 34, true)
            ]
        );
        assert!(port_table(&ports).contains("X(i__024data, \"i$data\", 128, 0)"));
    }

    #[test]
    fn name_with_an_encoded_underscore_decodes() {
        assert_eq!(decode_name("my___05Fz"), "my__z");
        assert_eq!(decode_name("a__0zz"), "a__0zz");
        assert_eq!(decode_name("plain_name"), "plain_name");
    }
}
