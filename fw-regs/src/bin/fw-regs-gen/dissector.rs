//! `fw-regs/wireshark/roamnic.lua`: Wireshark shows the packets of the migration protocol.
//!
//! Wireshark knows RoCEv2 up to the BTH and the AETH; the opcodes of migration are reserved to it, and so is the syndrome of NAK_STOPPED. The script is
//! a post-dissector: it runs behind Wireshark's own and adds what that cannot know.

use fw_regs::wire::{self, Opcode};
use std::fmt::Write as _;

/// Everything behind the table of constants; it holds no number of the contract.
const BODY: &str = include_str!("dissector.lua");

/// The script.
pub fn script() -> String {
    let mut out = String::from(
        "-- Packets of RoamNIC's migration protocol for Wireshark and tshark: -X lua_script:roamnic.lua\n\
         -- Generated from fw-regs; do not edit.\n\nlocal wire = {\n",
    );
    for (name, value) in [
        ("udp_port", wire::UDP_PORT.into()),
        ("bth_bytes", wire::BTH_BYTES),
        ("aeth_bytes", wire::AETH_BYTES),
        ("icrc_bytes", wire::ICRC_BYTES),
        ("nak_stopped", wire::SYNDROME_NAK_STOPPED.into()),
        ("acknowledge", Opcode::Acknowledge as u32),
        ("mig_eth_bytes", wire::MIG_ETH_BYTES),
        ("mig_eth_version", wire::MIG_ETH_VERSION.into()),
        ("at_version", wire::MIG_ETH_AT_VERSION),
        ("at_flags", wire::MIG_ETH_AT_FLAGS),
        ("at_epoch", wire::MIG_ETH_AT_EPOCH),
        ("at_source_qpn", wire::MIG_ETH_AT_SOURCE_QPN),
        ("at_max_psn", wire::MIG_ETH_AT_MAX_PSN),
        ("at_epsn", wire::MIG_ETH_AT_EPSN),
        ("at_authenticator", wire::MIG_ETH_AT_AUTHENTICATOR),
        ("moved_address_bytes", wire::MOVED_ADDRESS_BYTES),
    ] {
        let _ = writeln!(out, "  {name} = {value:#x},");
    }
    out.push_str("}\n\nlocal messages = {\n");
    for (opcode, name) in [
        (Opcode::Resume, "RESUME"),
        (Opcode::ResumeAck, "RESUME_ACK"),
        (Opcode::Moved, "MOVED"),
    ] {
        let _ = writeln!(out, "  [{:#x}] = \"{name}\",", opcode as u8);
    }
    out + "}\n\n" + BODY
}
