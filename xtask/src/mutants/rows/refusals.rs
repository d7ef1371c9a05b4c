//! Rows 25 to 38: what the responder refuses, what it answers, and congestion marks.

use super::super::{Mutant, patch};

const DISPATCH: &str = "hdl/src/rx_dispatch.rs";
const RESPONDER: &str = "hdl/src/responder.rs";
const VERDICT: &str = "hdl/src/verdict.rs";

pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "short-first-packets",
        rule: "row 25",
        does: "a FIRST or MIDDLE may be shorter than the path MTU",
        patches: &[patch(
            VERDICT,
            "            self.length_bad.next = !self.exact.val();",
            "            self.length_bad.next = !self.exact.val() & (self.payload.val() > self.mtu.val());",
        )],
        tests: &["rc::responder_length_of_a_packet_bad_flow"],
    },
    Mutant {
        name: "last-of-nothing",
        rule: "row 25",
        does: "a LAST may be empty",
        patches: &[patch(
            VERDICT,
            "(self.payload.val() > self.mtu.val())\n                | (!self.dec.val().starts.any() & !self.payload.val().any());",
            "self.payload.val() > self.mtu.val();",
        )],
        tests: &["rc::responder_length_of_a_later_packet_bad_flow"],
    },
    Mutant {
        name: "any-padding",
        rule: "row 25",
        does: "padding need not fill the last word",
        patches: &[patch(
            VERDICT,
            "                | self.huge.val()\n                | (self.payload.val().get_bits::<2>(0) + self.pkt.val().pad).any();",
            "                | self.huge.val();",
        )],
        tests: &["rc::responder_padding_of_a_send_that_is_missing_bad_flow"],
    },
    Mutant {
        name: "less-than-announced",
        rule: "row 26",
        does: "a WRITE may end before its announced length",
        patches: &[patch(
            VERDICT,
            "            & (self.over.val()\n                | (self.decoded.q.val().ends.any() & (self.sum.q.val() != self.limit.q.val())));",
            "            & self.over.val();",
        )],
        tests: &["rc::responder_write_of_another_length_than_announced_bad_flow"],
    },
    Mutant {
        name: "longest-message-off-by-one",
        rule: "row 26",
        does: "2^31 bytes and one more are a message",
        patches: &[patch(
            VERDICT,
            "            & self.fields.len.val().get_bits::<31>(0).any();",
            "            & self.fields.len.val().get_bits::<30>(1).any();",
        )],
        tests: &["rc::responder_more_than_two_gibibytes_bad_flow"],
    },
    Mutant {
        name: "end-of-a-region-off-by-one",
        rule: "row 27",
        does: "an access may end one byte behind its region",
        patches: &[patch(
            "hdl/src/mr_table.rs",
            "self.short8.d.next = self.room_lo7.q.val().get_bits::<32>(0) < self.check.q.val().len;",
            "self.short8.d.next =\n            self.room_lo7.q.val().get_bits::<32>(0) < (self.check.q.val().len - 1);",
        )],
        tests: &["rc::responder_range_of_the_region"],
    },
    Mutant {
        name: "domain-not-compared",
        rule: "row 27",
        does: "a key opens regions of other protection domains",
        patches: &[patch(
            DISPATCH,
            "            self.pkt.next.mr_ok = self.region.q.val().ok\n                & bit_cast::<1, 1>((self.region.q.val().pd == self.conf.q.val().pd).into());",
            "            self.pkt.next.mr_ok = self.region.q.val().ok;",
        )],
        tests: &["rc::responder_key_that_opens_nothing_bad_flow"],
    },
    Mutant {
        name: "right-of-a-region-not-asked",
        rule: "row 27",
        does: "a region without the right is written",
        patches: &[patch(
            "hdl/src/mr_table.rs",
            "            | (self.check.q.val().access.get_bits::<1>(1) & !self.region.q.val().remote_write)\n",
            "",
        )],
        tests: &["rc::responder_region_without_the_right_bad_flow"],
    },
    Mutant {
        name: "nothing-needs-a-key",
        rule: "row 28",
        does: "a READ or WRITE of nothing is checked for its key",
        patches: &[
            patch(
                DISPATCH,
                "((self.has_reth.val() & self.dma_len.val().any()) | self.is_atomic.val());",
                "(self.has_reth.val() | self.is_atomic.val());",
            ),
            patch(
                VERDICT,
                "((self.reth.val() & self.fields.len.val().any()) | self.dec.val().atomic.any());",
                "(self.reth.val() | self.dec.val().atomic.any());",
            ),
        ],
        tests: &["rc::responder_nothing_needs_no_key"],
    },
    Mutant {
        name: "atomic-aligned-to-four",
        rule: "row 29",
        does: "an ATOMIC may be at a multiple of four",
        patches: &[patch(
            VERDICT,
            "self.dec.val().atomic.any() & self.fields.va.val().get_bits::<3>(0).any();",
            "self.dec.val().atomic.any() & self.fields.va.val().get_bits::<2>(0).any();",
        )],
        tests: &["rc::responder_atomic_unaligned_bad_flow"],
    },
    Mutant {
        name: "receive-off-by-one",
        rule: "row 30",
        does: "the first packet of a SEND may be one byte longer than its receive",
        patches: &[patch(
            RESPONDER,
            "            & (self.capacity.q.val() < bit_cast::<33, 32>(self.verdict.ruling.val().total));",
            "            & ((self.capacity.q.val() + 1) < bit_cast::<33, 32>(self.verdict.ruling.val().total));",
        )],
        tests: &["rc::responder_send_longer_than_its_receive_bad_flow"],
    },
    Mutant {
        name: "last-overruns-its-receive",
        rule: "row 30",
        does: "only the first packet of a SEND is compared with its receive",
        patches: &[patch(
            VERDICT,
            "(self.decoded.q.val().send & !self.decoded.q.val().starts).any() & self.over.val();",
            "(self.decoded.q.val().send & self.decoded.q.val().starts & !self.decoded.q.val().ends).any() & self.over.val();",
        )],
        tests: &["rc::responder_send_longer_than_its_receive_bad_flow"],
    },
    Mutant {
        name: "local-fault-blamed-on-the-partner",
        rule: "row 31",
        does: "a bad local key in a receive is answered like an invalid request",
        patches: &[patch(
            RESPONDER,
            "                        if self.bad_recv.val() {\n                            self.nak.d.next = bits::<2>(3);",
            "                        if self.bad_recv.val() {\n                            self.nak.d.next = bits::<2>(1);",
        )],
        tests: &["rc::responder_receive_with_a_bad_local_key_bad_flow"],
    },
    Mutant {
        name: "failed-invalidation-told",
        rule: "row 32",
        does: "a SEND that invalidates an unknown key gets a NAK",
        patches: &[patch(
            RESPONDER,
            "                        self.nak.d.next = bits::<2>(0);\n                        self.status.d.next = bits::<8>(9);",
            "                        self.nak.d.next = bits::<2>(2);\n                        self.status.d.next = bits::<8>(9);",
        )],
        tests: &["rc::responder_invalidate_of_a_wrong_key_bad_flow"],
    },
    Mutant {
        name: "failed-invalidation-ignored",
        rule: "row 32",
        does: "a SEND that invalidates an unknown key completes",
        patches: &[patch(
            RESPONDER,
            "                    if !self.good.val() | self.inv_failed.q.val() {",
            "                    if !self.good.val() {",
        )],
        tests: &["rc::responder_invalidate_of_a_wrong_key_bad_flow"],
    },
    Mutant {
        name: "oldest-completion-overwritten",
        rule: "row 33",
        does: "a full completion queue overwrites its oldest entry",
        patches: &[patch(
            "hdl/src/cq_unit.rs",
            "self.full.d.next = (self.used.val() & !self.mask.val()).any()\n                    | self.queue",
            "self.full.d.next = self.queue",
        )],
        tests: &[
            "rc::queue_of_receive_completions_overflows_bad_flow",
            "rc::queue_of_send_completions_overflows_bad_flow",
        ],
    },
    Mutant {
        name: "msn-counts-packets",
        rule: "row 34",
        does: "the MSN counts packets",
        patches: &[
            patch(
                RESPONDER,
                "                            self.ctx.d.next.msn = self.ctx.q.val().msn + 1;\n",
                "",
            ),
            patch(
                RESPONDER,
                "                        self.ctx.d.next.offset = self.verdict.ruling.val().total;\n",
                "                        self.ctx.d.next.offset = self.verdict.ruling.val().total;\n                        self.ctx.d.next.msn = self.ctx.q.val().msn + 1;\n",
            ),
        ],
        tests: &["rc::responder_message_number"],
    },
    Mutant {
        name: "msn-of-16-bits",
        rule: "row 34",
        does: "the MSN wraps at 2^16",
        patches: &[patch(
            RESPONDER,
            "                            self.ctx.d.next.msn = self.ctx.q.val().msn + 1;\n",
            "                            self.ctx.d.next.msn = (self.ctx.q.val().msn + 1) & 0xffff;\n",
        )],
        tests: &["rc::responder_message_number_wraps"],
    },
    Mutant {
        name: "whole-packets-and-one",
        rule: "row 35",
        does: "a READ of a whole number of packets takes one PSN more than it has packets",
        patches: &[patch(
            VERDICT,
            "self.fields.len.val() + bit_cast::<32, 13>(self.mtu.val() - 1);",
            "self.fields.len.val() + bit_cast::<32, 13>(self.mtu.val());",
        )],
        tests: &["rc::responder_read_is_cut_into_packets"],
    },
    Mutant {
        name: "full-last-packet-is-a-middle",
        rule: "row 35",
        does: "the answer to a READ ends with a packet shorter than the MTU, if need be with an empty one",
        patches: &[patch(
            "hdl/src/response.rs",
            "                } else if self.e.q.val().remaining > bit_cast::<32, 13>(self.mtu.val()) {",
            "                } else if self.e.q.val().remaining >= bit_cast::<32, 13>(self.mtu.val()) {",
        )],
        tests: &["rc::responder_read_is_cut_into_packets"],
    },
    Mutant {
        name: "one-resource-not-searched",
        rule: "row 36",
        does: "the search for a duplicate ends one place before the oldest",
        patches: &[patch(
            "hdl/src/resource_ring.rs",
            "last_search: Constant::new(((1u64 << LX) - 1).to_bits()),",
            "last_search: Constant::new(((1u64 << LX) - 2).to_bits()),",
        )],
        tests: &["rc::responder_remembers_as_many_reads_as_it_allows"],
    },
    Mutant {
        name: "newest-resource-recycled",
        rule: "row 36",
        does: "every READ and ATOMIC takes the same place in the ring of resources",
        patches: &[patch(
            RESPONDER,
            "                            self.resource.d.next = self.ctx.q.val().res_head.get_bits::<LX>(0);\n",
            "                            self.resource.d.next = bits::<LX>(0);\n",
        )],
        tests: &["rc::responder_remembers_as_many_reads_as_it_allows"],
    },
    Mutant {
        name: "answer-before-its-payload",
        rule: "row 37",
        does: "completion and answer do not wait for the payload to be written",
        patches: &[patch(
            "hdl/src/rx_exec.rs",
            "self.settled.next = !self.pays.q.val() | self.paid.q.val().any();",
            "self.settled.next = true;",
        )],
        tests: &["rc::responder_completes_before_it_acknowledges"],
    },
    Mutant {
        name: "marked-packets-dropped",
        rule: "row 38",
        does: "a packet with FECN is taken for a notification of congestion",
        patches: &[patch(
            DISPATCH,
            "            } else if self.hdr.val().opcode == bits::<8>(0x81) {",
            "            } else if (self.hdr.val().opcode == bits::<8>(0x81)) | self.hdr.val().fecn.any() {",
        )],
        tests: &["rc::congestion_marked_packet_is_taken"],
    },
    Mutant {
        name: "notifications-not-recognised",
        rule: "row 38",
        does: "a notification of congestion is counted as a packet of another class",
        patches: &[
            patch(
                "hdl/src/rx_check.rs",
                "(self.fields.val().opcode == 0x81).into();",
                "(self.fields.val().opcode == 0x80).into();",
            ),
            patch(
                DISPATCH,
                "            } else if self.hdr.val().opcode == bits::<8>(0x81) {",
                "            } else if self.hdr.val().opcode == bits::<8>(0x80) {",
            ),
        ],
        tests: &["rc::congestion_notification_is_counted_and_changes_nothing"],
    },
];
