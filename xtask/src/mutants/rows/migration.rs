//! Rows 60 to 62, 67, 70, 71 and M16: what no mutant of the rules breaks.

use super::super::{Mutant, patch};

const PACKETS: &str = "hdl/src/migration/program/packets.rs";

/// Where a request to a stopped queue pair has got so far.
const REQUEST_NAK: &str = "    p.a.label(\"request_nak\");\n";

pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "stopped-is-silent",
        rule: "row 60",
        does: "a stopped queue pair answers no request",
        patches: &[patch(
            "hdl/src/rx_dispatch.rs",
            "                        self.drop.d.next = self.response.q.val() | !self.migratable[i].val();\n                        self.for_unit[i].d.next = !self.response.q.val() & self.migratable[i].val();",
            "                        self.drop.d.next = true;\n                        self.for_unit[i].d.next = false;",
        )],
        tests: &["migration::table_request_expected"],
    },
    Mutant {
        name: "stopped-ignores-duplicates",
        rule: "row 61",
        does: "a stopped queue pair answers no duplicate",
        patches: &[patch(
            PACKETS,
            REQUEST_NAK,
            "    p.a.label(\"request_nak\");\n    p.a.input(R0, input::PSN);\n    p.get(R1, field(ContextKind::Responder, \"epsn\"), SLOT);\n    p.a.jump_before(R0, R1, \"drop\");\n",
        )],
        tests: &["migration::table_request_again"],
    },
    Mutant {
        name: "stopped-ignores-what-is-ahead",
        rule: "row 62",
        does: "a stopped queue pair does not answer what is ahead",
        patches: &[patch(
            PACKETS,
            REQUEST_NAK,
            "    p.a.label(\"request_nak\");\n    p.a.input(R0, input::PSN);\n    p.get(R1, field(ContextKind::Responder, \"epsn\"), SLOT);\n    p.a.jump_before(R1, R0, \"drop\");\n",
        )],
        tests: &["migration::table_request_too_early"],
    },
    Mutant {
        name: "probe-asks-for-the-whole",
        rule: "row 67",
        does: "the probe inside a READ asks for the READ from its start",
        patches: &[patch(
            "hdl/src/requester.rs",
            "        self.packetise.va.next = self.va.q.val();",
            "        self.packetise.va.next = self.va.q.val();\n        if self.qp_state.q.val() == 5 {\n            self.packetise.va.next = self.wqe.q.val().remote.get_bits::<64>(0);\n        }",
        )],
        tests: &["migration::rule_5_probe_inside_a_read_asks_for_its_rest"],
    },
    Mutant {
        name: "window-without-the-wrap",
        rule: "row 70",
        does: "the window of a RESUME is compared without the wrap of the PSN",
        patches: &[patch(
            PACKETS,
            "    p.a.jump_before(R2, R0, \"window\");\n",
            "    p.a.jump_less(R2, R0, \"window\");\n",
        )],
        tests: &["migration::table_resume_window_at_its_edges"],
    },
    Mutant {
        name: "rnr-wait-without-end",
        rule: "row 71",
        does: "the end of an RNR wait that has moved is 2^32 µs late, for a carry is always added",
        patches: &[patch(
            "hdl/src/migration/program/parts.rs",
            "    p.a.jump_not_less(R0, R1, \"no_carry\");\n",
            "",
        )],
        tests: &["migration::phase_rnr_wait"],
    },
    Mutant {
        name: "resume-in-error",
        rule: "row M16",
        does: "a queue pair in ERR gets RESUME and its like",
        patches: &[patch(
            "hdl/src/rx_dispatch.rs",
            "                & !self.asleep.val()\n                & (self.qp_state.q.val() != self.err.val())\n                & !self.bad_key.val();",
            "                & !self.asleep.val()\n                & !self.bad_key.val();",
        )],
        tests: &["rc::filter_migration_packets_before_rtr_and_in_error_bad_flow"],
    },
];
