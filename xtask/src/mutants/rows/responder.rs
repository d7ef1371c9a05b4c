//! Rows 11 to 24: what the responder does with requests in order, ahead and behind, and with receives.

use super::super::{Mutant, patch};

const RESPONDER: &str = "hdl/src/responder.rs";
const RING: &str = "hdl/src/resource_ring.rs";
const VERDICT: &str = "hdl/src/verdict.rs";

pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "ack-of-the-next",
        rule: "row 11",
        does: "an ACK names the PSN that is expected next",
        patches: &[patch(
            RESPONDER,
            "                self.answer_psn.d.next = self.p.q.val().psn;",
            "                self.answer_psn.d.next = self.p.q.val().psn + 1;",
        )],
        tests: &["rc::responder_acknowledges_what_it_expects"],
    },
    Mutant {
        name: "every-gap-told",
        rule: "row 12",
        does: "every packet ahead gets a NAK",
        patches: &[patch(
            VERDICT,
            "            } else if !self.silent.q.val() {",
            "            } else {",
        )],
        tests: &["rc::responder_ahead_is_told_once"],
    },
    Mutant {
        name: "silent-for-ever",
        rule: "row 12",
        does: "the packet that was missing does not end the silence behind a NAK",
        patches: &[patch(
            RESPONDER,
            "                        self.ctx.d.next.nak_sent = bits::<1>(0);\n",
            "",
        )],
        tests: &["rc::responder_ahead_is_told_once"],
    },
    Mutant {
        name: "duplicate-acknowledged-by-its-own-psn",
        rule: "row 13",
        does: "the ACK of a duplicate names the duplicate",
        patches: &[patch(
            RESPONDER,
            "                        self.answer_psn.d.next = self.ctx.q.val().epsn - 1;\n",
            "",
        )],
        tests: &["rc::responder_duplicate_write_is_acknowledged_and_not_executed"],
    },
    Mutant {
        name: "duplicate-executed",
        rule: "row 13",
        does: "a duplicate SEND or WRITE is executed again",
        patches: &[patch(
            VERDICT,
            "                self.act.next = bits::<3>(2);\n",
            "                self.act.next = bits::<3>(1);\n",
        )],
        tests: &[
            "rc::responder_duplicate_write_is_acknowledged_and_not_executed",
            "rc::responder_duplicate_send_takes_no_receive",
        ],
    },
    Mutant {
        name: "duplicate-read-as-a-whole-only",
        rule: "row 14",
        does: "a READ is known again by its first PSN alone",
        patches: &[patch(
            RING,
            "                    !self.lower.val().get_bit(23) & !self.upper.val().get_bit(23);",
            "                    !self.lower.val().any() & !self.upper.val().get_bit(23);",
        )],
        tests: &["rc::responder_duplicate_read_is_read_again_from_where_it_asks"],
    },
    Mutant {
        name: "duplicate-read-of-any-key",
        rule: "row 15",
        does: "the key of a duplicate READ is not compared with that of the READ",
        patches: &[patch(
            RING,
            "self.key_fits.d.next = self.rkey.val() == self.found.q.val().rkey;",
            "self.key_fits.d.next = true;",
        )],
        tests: &["rc::responder_duplicate_read_with_the_key_of_the_same_addresses_is_dropped"],
    },
    Mutant {
        name: "duplicate-read-of-any-length",
        rule: "row 15",
        does: "a duplicate READ may ask for more than was read",
        patches: &[
            patch(
                RING,
                "                    !self.lower.val().get_bit(23) & !self.upper.val().get_bit(23);",
                "                    !self.lower.val().get_bit(23);",
            ),
            patch(
                RING,
                "\n                & !self.spare.q.val().get_bit(32)\n                & (self.delta.q.val().get_bits::<32>(0) <= self.spare.q.val().get_bits::<32>(0))",
                "",
            ),
        ],
        tests: &["rc::responder_duplicate_read_that_is_not_known_is_dropped"],
    },
    Mutant {
        name: "duplicate-atomic-executed",
        rule: "row 16",
        does: "a duplicate ATOMIC is executed again",
        patches: &[patch(
            RESPONDER,
            "                    self.answer.d.next = bits::<2>(2);\n                    if self.atom.val() {\n                        self.answer.d.next = bits::<2>(3);\n                    }\n                    self.state.d.next = ResponderState::Reload;",
            "                    self.answer.d.next = bits::<2>(2);\n                    if self.atom.val() {\n                        self.answer.d.next = bits::<2>(3);\n                        self.atomic.d.next = true;\n                    }\n                    self.state.d.next = ResponderState::Reload;",
        )],
        tests: &[
            "rc::responder_duplicate_atomic_is_replayed_and_not_executed",
            "rc::responder_compare_swap_is_replayed_too",
        ],
    },
    Mutant {
        name: "atomic-where-a-read-was",
        rule: "row 17",
        does: "a duplicate ATOMIC is answered from whatever had its PSN",
        patches: &[patch(
            RING,
            "            & self.key_fits.q.val()\n            & (self.found.q.val().kind == bits::<2>(2));",
            "            & self.key_fits.q.val();",
        )],
        tests: &["rc::responder_duplicate_atomic_where_something_else_was_is_dropped"],
    },
    Mutant {
        name: "psn-compared-as-a-number",
        rule: "row 18",
        does: "what is behind is found by a comparison without the wrap",
        patches: &[patch(
            VERDICT,
            "self.behind.d.next = self.ahead_of.val().get_bit(23);",
            "self.behind.d.next = self.pkt.val().psn < self.ctx.val().epsn;",
        )],
        tests: &["rc::responder_psn_compares_as_a_signed_distance"],
    },
    Mutant {
        name: "half-the-circle-is-ahead",
        rule: "row 18",
        does: "the PSN at exactly half the circle is ahead",
        patches: &[patch(
            VERDICT,
            "self.behind.d.next = self.ahead_of.val().get_bit(23);",
            "self.behind.d.next = self.ahead_of.val() > bits::<24>(0x80_0000);",
        )],
        tests: &["rc::responder_psn_compares_as_a_signed_distance"],
    },
    Mutant {
        name: "first-inside-a-message",
        rule: "row 19",
        does: "a FIRST or ONLY may stand inside a message of its kind",
        patches: &[patch(
            VERDICT,
            "            self.order_bad.next = self.dec.val().starts.any()\n                | !(",
            "            self.order_bad.next = !(",
        )],
        tests: &["rc::responder_message_out_of_order_bad_flow"],
    },
    Mutant {
        name: "middle-without-first",
        rule: "row 19",
        does: "a MIDDLE or LAST needs no FIRST",
        patches: &[patch(
            VERDICT,
            "            self.order_bad.next = !self.dec.val().starts.any();",
            "            self.order_bad.next = false;",
        )],
        tests: &["rc::responder_message_begins_with_first_whatever_was_before_bad_flow"],
    },
    Mutant {
        name: "read-right-not-asked",
        rule: "row 20",
        does: "READs are executed whatever the queue pair allows",
        patches: &[patch(
            VERDICT,
            "            | (self.dec.val().read & !self.cfg.val().remote_read).any()\n",
            "",
        )],
        tests: &["rc::responder_operation_not_enabled_bad_flow"],
    },
    Mutant {
        name: "atomics-without-resources",
        rule: "row 21",
        does: "only READs need responder resources",
        patches: &[patch(
            VERDICT,
            "            | ((self.dec.val().read | self.dec.val().atomic).any()\n                & !self.cfg.val().max_dest_rd_atomic.any());",
            "            | (self.dec.val().read.any() & !self.cfg.val().max_dest_rd_atomic.any());",
        )],
        tests: &["rc::responder_no_resources_at_all_bad_flow"],
    },
    Mutant {
        name: "timer-of-rnr-forgotten",
        rule: "row 22",
        does: "an RNR NAK says timer 0, whatever the queue pair is set to",
        patches: &[patch(
            RESPONDER,
            "                                        bit_cast::<8, 5>(self.c.q.val().min_rnr_timer)\n                                            | bits::<8>(0x20);",
            "                                        bits::<8>(0x20);",
        )],
        tests: &["rc::responder_not_ready_says_the_timer_it_was_given"],
    },
    Mutant {
        name: "rnr-counts-as-received",
        rule: "row 22",
        does: "an RNR NAK moves the expected PSN, so that the packet sent again is a duplicate",
        patches: &[patch(
            RESPONDER,
            "                    self.ctx.d.next.nak_sent = bits::<1>(1);\n                } else {",
            "                    self.ctx.d.next.nak_sent = bits::<1>(1);\n                    if !self.syndrome.q.val().get_bit(6) {\n                        self.ctx.d.next.epsn = self.ctx.q.val().epsn + 1;\n                    }\n                } else {",
        )],
        tests: &["rc::responder_not_ready_and_then_ready"],
    },
    Mutant {
        name: "empty-shared-queue-is-silent",
        rule: "row 23",
        does: "a SEND for which a shared queue has no receive is dropped",
        patches: &[patch(
            RESPONDER,
            "                                if self.raw.val() {\n                                    self.counter.d.next = bits::<8>(21);",
            "                                if self.raw.val() | self.shared.val() {\n                                    self.counter.d.next = bits::<8>(21);",
        )],
        tests: &["rc::responder_shared_queue_empty_and_filled"],
    },
    Mutant {
        name: "limit-told-again",
        rule: "row 23",
        does: "the limit of a shared queue is reported for every request below it",
        patches: &[patch(
            "hdl/src/wqe_rings.rs",
            "        if self.limit4.q.val() {\n            self.next_state.next.limit_armed = 0.into();\n        }\n",
            "",
        )],
        tests: &["rc::responder_shared_queue_limit_is_reported_once"],
    },
    Mutant {
        name: "last-with-immediate-takes-nothing",
        rule: "row 24",
        does: "a WRITE of several packets with immediate takes no receive",
        patches: &[patch(
            VERDICT,
            "                | (self.decoded.q.val().write & self.decoded.q.val().imm);",
            "                | (self.decoded.q.val().write & self.decoded.q.val().imm & self.decoded.q.val().starts);",
        )],
        tests: &["rc::responder_write_with_immediate_takes_its_receive_at_the_end"],
    },
];
