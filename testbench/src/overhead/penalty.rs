//! A migratable NIC that is made one cycle slower on purpose, to see that the comparison notices.

/// Ports of the receiving side, which go through a register.
const LATE: [&str; 4] = ["rx_valid", "rx_last", "rx_data", "rx_keep"];
const TOP: &str = "module roamnic (\n";

/// The NIC's Verilog with a register in front of the port for received frames: every beat arrives one cycle later, nothing else changes. None
/// if `verilog` has no such top module.
pub fn one_cycle(verilog: &str) -> Option<String> {
    let begin = verilog.find(TOP)? + TOP.len();
    let ports = &verilog[begin..begin + verilog[begin..].find(");")?];
    let names: Vec<&str> = ports
        .lines()
        .filter_map(|line| line.trim_end_matches(',').split_whitespace().last())
        .collect();
    let mut registers = String::new();
    let mut moves = String::new();
    for line in ports.lines() {
        let declaration = line.trim().trim_end_matches(',');
        let name = declaration.split_whitespace().last()?;
        if LATE.contains(&name) {
            let declaration = declaration.strip_prefix("input wire")?;
            let declaration = declaration.strip_suffix(name)?.trim();
            registers += &format!("   reg {declaration} {name}_late;\n");
            let value = match name {
                "rx_valid" => "rx_valid & ~reset".to_owned(),
                _ => name.to_owned(),
            };
            moves += &format!("      {name}_late <= {value};\n");
        }
    }
    let late = moves.matches("<=").count() == LATE.len();
    let connect = |name: &&str| match LATE.contains(name) {
        true => format!("      .{name}({name}_late)"),
        false => format!("      .{name}({name})"),
    };
    let connections: Vec<String> = names.iter().map(connect).collect();
    let inner = verilog.replacen(TOP, "module roamnic_in_time (\n", 1);
    late.then(|| {
        format!(
            "{inner}\n`default_nettype none\n{TOP}{ports});\n{registers}   always @(posedge clock) begin\n{moves}   end\n   \
             roamnic_in_time in_time (\n{}\n   );\nendmodule\n",
            connections.join(",\n")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{Variant, nic_verilog};

    #[test]
    fn penalty_registers_the_port_for_received_frames() {
        let verilog = std::fs::read_to_string(nic_verilog(64, Variant::Migratable)).unwrap();
        let late = one_cycle(&verilog).expect("the committed Verilog has that top module");
        for text in [
            "   reg [63:0] rx_data_late;\n",
            "      rx_valid_late <= rx_valid & ~reset;\n",
            "      .rx_data(rx_data_late)",
            "      .tx_data(tx_data)",
        ] {
            assert!(late.contains(text), "{text}");
        }
    }

    #[test]
    fn penalty_without_the_top_module_bad_flow() {
        assert_eq!(one_cycle("module nic (\n);\nendmodule\n"), None);
    }
}
