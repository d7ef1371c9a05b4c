//! Rows 1 to 10 and 57: the receive filter.

use super::super::{Mutant, patch};

const CHECK: &str = "hdl/src/rx_check.rs";
const DISPATCH: &str = "hdl/src/rx_dispatch.rs";
const VERDICT: &str = "hdl/src/verdict.rs";

/// The request opcodes that the responder knows, without those of datagrams.
const KNOWS_RC_ALONE: &str = "self.request.next = !self.opcode.val().get_bits::<3>(5).any();";

pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "icrc-counted-only",
        rule: "row 1",
        does: "a wrong ICRC is counted, and the packet taken all the same",
        patches: &[patch(
            "hdl/src/frame_rx.rs",
            "                | (self.icrc_good.val() & (self.verdict.val().cnp == 0)));",
            "                | (self.verdict.val().cnp == 0));",
        )],
        tests: &["rc::filter_wrong_icrc_bad_flow"],
    },
    Mutant {
        name: "icrc-covers-hop-limit",
        rule: "row 1",
        does: "the ICRC covers the time to live, which routers change",
        patches: &[patch(
            "hdl/src/icrc_mask.rs",
            "        15 | 22 | 24 | 25 if !ipv6 => 0xff,",
            "        15 | 24 | 25 if !ipv6 => 0xff,",
        )],
        tests: &["rc::filter_icrc_does_not_cover_what_changes_on_the_way"],
    },
    Mutant {
        name: "version-of-three-bits",
        rule: "row 2",
        does: "of the four bits of the transport version three are looked at",
        patches: &[
            patch(
                DISPATCH,
                "            & !self.hdr.val().tver.any()\n",
                "            & !self.hdr.val().tver.get_bits::<3>(0).any()\n",
            ),
            patch(
                DISPATCH,
                "            } else if self.hdr.val().tver.any() {",
                "            } else if self.hdr.val().tver.get_bits::<3>(0).any() {",
            ),
        ],
        tests: &["rc::filter_transport_version_bad_flow"],
    },
    Mutant {
        name: "number-of-23-bits",
        rule: "row 3",
        does: "the highest bit of the queue pair's number is not looked at",
        patches: &[patch(
            DISPATCH,
            "        self.look_key.next = bit_cast::<32, 24>(self.hdr.val().dest_qpn);",
            "        self.look_key.next = bit_cast::<32, 24>(self.hdr.val().dest_qpn & 0x7f_ffff);",
        )],
        tests: &["rc::filter_unknown_queue_pair_bad_flow"],
    },
    Mutant {
        name: "unreliable-as-reliable",
        rule: "row 3",
        does: "requests of unreliable connections are taken like those of reliable ones",
        patches: &[
            patch(
                DISPATCH,
                "            & !self.hdr.val().opcode.get_bits::<3>(5).any()\n",
                "            & !self.hdr.val().opcode.get_bits::<2>(6).any()\n",
            ),
            patch(
                DISPATCH,
                "            } else if self.hdr.val().opcode.get_bits::<3>(5).any() {",
                "            } else if self.hdr.val().opcode.get_bits::<2>(6).any() {",
            ),
            patch(
                VERDICT,
                KNOWS_RC_ALONE,
                "self.request.next = !self.opcode.val().get_bits::<2>(6).any();",
            ),
        ],
        tests: &["rc::filter_other_transport_bad_flow"],
    },
    Mutant {
        name: "answers-before-rts",
        rule: "row 4",
        does: "a queue pair in RTR takes answers",
        patches: &[patch(
            DISPATCH,
            "            | (self.response.q.val() & (self.qp_state.q.val() == bits::<3>(2)));",
            "            | (self.response.q.val() & (self.qp_state.q.val() == bits::<3>(1)));",
        )],
        tests: &["rc::filter_state_of_the_queue_pair_bad_flow"],
    },
    Mutant {
        name: "requests-in-error",
        rule: "row 4",
        does: "a queue pair in ERR takes requests",
        patches: &[patch(
            DISPATCH,
            "            | (self.qp_state.q.val() == self.err.val())\n            | (self.response",
            "            | (self.response",
        )],
        tests: &["rc::filter_state_of_the_queue_pair_bad_flow"],
    },
    Mutant {
        name: "copy-behind-what-is-refused",
        rule: "row 4",
        does: "a request that waits for the responder when its queue pair fails is executed all the same",
        patches: &[patch(
            DISPATCH,
            "self.slot.q.val().get_bits::<LQ>(0))\n            & !self.what.q.val().any();",
            "self.slot.q.val().get_bits::<LQ>(0))\n            & self.what.q.val().all();",
        )],
        tests: &["rc::responder_copy_behind_what_is_refused_is_dropped_bad_flow"],
    },
    Mutant {
        name: "limited-members-talk",
        rule: "row 5",
        does: "two limited members of a partition talk to each other",
        patches: &[patch(
            DISPATCH,
            "\n            | !(self.hold.q.val().pkey.get_bit(15) | self.conf.q.val().pkey.get_bit(15));",
            ";",
        )],
        tests: &["rc::filter_partition_key_bad_flow"],
    },
    Mutant {
        name: "source-not-compared",
        rule: "row 6",
        does: "packets from any address are taken",
        patches: &[patch(
            DISPATCH,
            "(self.hold.q.val().src_ip != self.addr.q.val().partner_ip) | self.bad_dst.val();",
            "self.bad_dst.val();",
        )],
        tests: &["rc::filter_source_address_bad_flow"],
    },
    Mutant {
        name: "ip-versions-alike",
        rule: "row 6",
        does: "an IPv4 address mapped into IPv6 passes for the IPv4 address",
        patches: &[patch(
            DISPATCH,
            "\n            | (self.hold.q.val().ipv6 != self.conf.q.val().ipv6);",
            ";",
        )],
        tests: &["rc::filter_mapped_address_over_ipv6_bad_flow"],
    },
    Mutant {
        name: "destination-not-compared",
        rule: "row 7",
        does: "packets to any address are taken",
        patches: &[patch(
            DISPATCH,
            "self.bad_dst.next = (self.hold.q.val().dst_ip != self.addr.q.val().local_ip)\n            | (",
            "self.bad_dst.next = (",
        )],
        tests: &["rc::filter_destination_address_bad_flow"],
    },
    Mutant {
        name: "udp-length-not-compared",
        rule: "row 8",
        does: "the lengths of IP and UDP need not agree",
        patches: &[patch(
            CHECK,
            "            | (self.known.val().ip_bytes != self.known.val().udp_bytes)\n",
            "",
        )],
        tests: &["rc::filter_length_bad_flow"],
    },
    Mutant {
        name: "shorter-than-its-padding",
        rule: "row 8",
        does: "a frame may be shorter than its headers and padding",
        patches: &[patch(
            CHECK,
            "(self.sized.val().tiny == 0) & !self.sized.val().payload.get_bit(14) {",
            "self.sized.val().tiny == 0 {",
        )],
        tests: &["rc::filter_pad_beyond_the_payload_bad_flow"],
    },
    Mutant {
        name: "reserved-opcode-ends-it",
        rule: "row 9",
        does: "opcode 0x15 is answered with NAK Invalid Request and ends the connection",
        patches: &[
            patch(
                DISPATCH,
                "self.rc_op.next = (self.op.val() < bits::<5>(0x15))",
                "self.rc_op.next = (self.op.val() <= bits::<5>(0x15))",
            ),
            patch(
                VERDICT,
                "            _ => {\n                self.request.next = false;\n            }\n",
                "            _ => {}\n",
            ),
        ],
        tests: &["rc::filter_unassigned_opcode_bad_flow"],
    },
    Mutant {
        name: "any-port",
        rule: "row 10",
        does: "every UDP datagram is taken for RoCE",
        patches: &[patch(
            CHECK,
            "(self.fields.val().protocol == 17) & (self.fields.val().port == 4791);",
            "self.fields.val().protocol == 17;",
        )],
        tests: &["rc::filter_other_port_is_not_roce"],
    },
    Mutant {
        name: "datagrams-as-reliable",
        rule: "row 57",
        does: "the requests of datagram queue pairs are those of reliable connections without their class",
        patches: &[
            patch(
                DISPATCH,
                "            & !self.hdr.val().opcode.get_bits::<3>(5).any()\n",
                "            & (!self.hdr.val().opcode.get_bits::<3>(5).any()\n                | (self.hdr.val().opcode.get_bits::<3>(5) == bits::<3>(3)))\n",
            ),
            patch(
                DISPATCH,
                "            } else if self.hdr.val().opcode.get_bits::<3>(5).any() {",
                "            } else if self.hdr.val().opcode.get_bits::<3>(5).any()\n                & (self.hdr.val().opcode.get_bits::<3>(5) != bits::<3>(3))\n            {",
            ),
            patch(
                DISPATCH,
                "            self.hold.d.next = self.hdr.val();\n",
                "            self.hold.d.next = self.hdr.val();\n            self.hold.d.next.opcode = self.hdr.val().opcode & 0x9f;\n",
            ),
        ],
        tests: &["rc::filter_datagrams_are_dropped_and_counted"],
    },
];
