//! Rows 40 to 56: what the requester and the completer do.

use super::super::{Mutant, patch};

const COMPLETER: &str = "hdl/src/completer.rs";
const REQUESTER: &str = "hdl/src/requester.rs";

/// Which answers are in the window.
const IN_THE_WINDOW: &str = "                        | (self.distance.q.val() >= self.limit.q.val())\n                        | self.distance.q.val().get_bit(23))";

pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "one-completion-an-ack",
        rule: "row 40",
        does: "an ACK completes one work request, however many it acknowledges",
        patches: &[patch(
            COMPLETER,
            "                        self.state.d.next = CompleterState::Fetch;\n                        if self.final_pop.val() {",
            "                        self.state.d.next = CompleterState::Finish;\n                        if self.final_pop.val() {",
        )],
        tests: &["rc::requester_one_acknowledgement_completes_all_before_it"],
    },
    Mutant {
        name: "any-packet-completes",
        rule: "row 40",
        does: "the ACK of any packet of a message completes the message",
        patches: &[patch(
            COMPLETER,
            "self.behind.next = self.target.q.val() + !self.entry.q.val().last_psn;",
            "self.behind.next = self.target.q.val() + !self.entry.q.val().first_psn;",
        )],
        tests: &["rc::requester_message_completes_with_its_last_packet"],
    },
    Mutant {
        name: "ack-answers-reads",
        rule: "row 41",
        does: "an ACK completes a READ or ATOMIC before it",
        patches: &[patch(
            COMPLETER,
            "            & self.covered.q.val()\n            & !self.needs_response.val()\n",
            "            & self.covered.q.val()\n",
        )],
        tests: &["rc::requester_acknowledgement_past_a_read_is_not_its_answer"],
    },
    Mutant {
        name: "stale-answers-count",
        rule: "row 42",
        does: "an answer to what is acknowledged already is taken",
        patches: &[patch(
            COMPLETER,
            IN_THE_WINDOW,
            "                        | ((self.distance.q.val() >= self.limit.q.val())\n                            & !self.distance.q.val().get_bit(23)))",
        )],
        tests: &["rc::requester_stale_acknowledgement_is_ignored"],
    },
    Mutant {
        name: "ghosts-count",
        rule: "row 43",
        does: "an answer to what was never sent is taken",
        patches: &[patch(
            COMPLETER,
            IN_THE_WINDOW,
            "                        | self.distance.q.val().get_bit(23))",
        )],
        tests: &["rc::requester_acknowledgement_of_what_was_never_sent_is_ignored"],
    },
    Mutant {
        name: "ghost-window-off-by-one",
        rule: "row 43",
        does: "an answer to the PSN that is sent next is taken",
        patches: &[patch(
            COMPLETER,
            IN_THE_WINDOW,
            "                        | (self.distance.q.val() > self.limit.q.val())\n                        | self.distance.q.val().get_bit(23))",
        )],
        tests: &["rc::requester_acknowledgement_of_what_was_never_sent_is_ignored"],
    },
    Mutant {
        name: "sequence-nak-waits-for-the-timer",
        rule: "row 44",
        does: "a sequence NAK is counted, and nothing is sent again before the timeout",
        patches: &[patch(
            COMPLETER,
            "                            Answer::SequenceNak => {\n                                self.outcome.d.next = Outcome::Restart;\n",
            "                            Answer::SequenceNak => {\n",
        )],
        tests: &[
            "rc::requester_sequence_nak_acknowledges_what_is_before_it_and_sends_the_rest_again",
            "rc::requester_sequence_nak_inside_a_message",
        ],
    },
    Mutant {
        name: "sequence-nak-acknowledges-itself",
        rule: "row 44",
        does: "a sequence NAK acknowledges the packet that it asks for",
        patches: &[patch(
            COMPLETER,
            "                                self.answer.d.next = Answer::SequenceNak;\n",
            "                                self.answer.d.next = Answer::SequenceNak;\n                                self.target.d.next = self.item.q.val().psn + 1;\n",
        )],
        tests: &[
            "rc::requester_sequence_nak_acknowledges_what_is_before_it_and_sends_the_rest_again",
        ],
    },
    Mutant {
        name: "restart-is-free",
        rule: "row 44",
        does: "starting again after a NAK spends no retry",
        patches: &[patch(
            COMPLETER,
            "self.own.d.next.retry_left = self.retries.val() - 1;",
            "self.own.d.next.retry_left = self.retries.val();",
        )],
        tests: &[
            "rc::requester_sequence_nak_acknowledges_what_is_before_it_and_sends_the_rest_again",
        ],
    },
    Mutant {
        name: "status-of-the-next-nak",
        rule: "row 45",
        does: "the completion of a refused request has the status of the NAK code after its own",
        patches: &[patch(
            COMPLETER,
            "bit_cast::<8, 5>(self.syndrome.val().get_bits::<5>(0)) + 8;",
            "bit_cast::<8, 5>(self.syndrome.val().get_bits::<5>(0)) + 9;",
        )],
        tests: &["rc::requester_refused_for_good_bad_flow"],
    },
    Mutant {
        name: "reserved-nak-is-fatal",
        rule: "row 45",
        does: "a reserved NAK code ends the connection",
        patches: &[patch(
            COMPLETER,
            "                            } else if self.syndrome.val().get_bits::<5>(0) < 4 {",
            "                            } else {",
        )],
        tests: &["rc::requester_reserved_syndromes_are_ignored"],
    },
    Mutant {
        name: "rnr-table-off",
        rule: "row 46",
        does: "the RNR timer of code 5 is that of code 4",
        patches: &[patch(
            "hdl/src/timeouts.rs",
            "                self.rnr_us.next = bits::<20>(60);",
            "                self.rnr_us.next = bits::<20>(40);",
        )],
        tests: &["rc::requester_waits_as_long_as_it_is_told"],
    },
    Mutant {
        name: "rnr-retries-not-spent",
        rule: "row 46",
        does: "RNR retries are not counted",
        patches: &[patch(
            COMPLETER,
            "                                self.own.d.next.rnr_left = self.rnr_retries.val() - 1;",
            "                                self.own.d.next.rnr_left = self.rnr_retries.val();",
        )],
        tests: &["rc::requester_not_ready_too_often_bad_flow"],
    },
    Mutant {
        name: "seven-rnr-retries",
        rule: "row 46",
        does: "seven RNR retries are seven and not without end",
        patches: &[
            patch(
                COMPLETER,
                "            & (self.qp.q.val().rnr_retry != 7)\n",
                "",
            ),
            patch(
                COMPLETER,
                "                            if self.qp.q.val().rnr_retry != 7 {\n                                self.own.d.next.rnr_left = self.rnr_retries.val() - 1;\n                            }",
                "                            self.own.d.next.rnr_left = self.rnr_retries.val() - 1;",
            ),
        ],
        tests: &["rc::requester_not_ready_without_end"],
    },
    Mutant {
        name: "timeouts-not-counted",
        rule: "row 47",
        does: "a timeout spends no retry",
        patches: &[patch(
            COMPLETER,
            "                                    self.own.d.next.retry_left = self.own.q.val().retry_left - 1;\n",
            "",
        )],
        tests: &["rc::requester_timeout_sends_again_as_often_as_it_may"],
    },
    Mutant {
        name: "seven-retries-are-endless",
        rule: "row 47",
        does: "seven retries are taken for retries without end",
        patches: &[patch(
            COMPLETER,
            "                                    if !self.own.q.val().retry_left.any() {",
            "                                    if !self.own.q.val().retry_left.any()\n                                        & (self.qp.q.val().retry_cnt != 7)\n                                    {",
        )],
        tests: &["rc::requester_retry_count_seven_is_seven"],
    },
    Mutant {
        name: "timeout-zero-is-a-time",
        rule: "row 47",
        does: "timeout 0 is the time that its table gives and not for ever",
        patches: &[patch(
            COMPLETER,
            "            & self.qp.q.val().timeout.any()\n",
            "",
        )],
        tests: &["rc::requester_timeout_zero_waits_for_ever"],
    },
    Mutant {
        name: "progress-does-not-forgive",
        rule: "row 48",
        does: "progress gives no retries back",
        patches: &[patch(
            COMPLETER,
            "                            self.own.d.next.retry_left = self.qp.q.val().retry_cnt;\n",
            "",
        )],
        tests: &["rc::requester_progress_gives_all_retries_back"],
    },
    Mutant {
        name: "progress-does-not-forgive-rnr",
        rule: "row 48",
        does: "progress gives no RNR retries back",
        patches: &[patch(
            COMPLETER,
            "                            self.own.d.next.rnr_left = self.qp.q.val().rnr_retry;\n",
            "",
        )],
        tests: &["rc::requester_progress_gives_all_retries_back"],
    },
    Mutant {
        name: "rest-from-the-start",
        rule: "row 49",
        does: "the rest of a READ is asked for at the address of the whole",
        patches: &[patch(
            REQUESTER,
            "                self.va.d.next = self.wqe.q.val().remote.get_bits::<64>(0)\n                    + bit_cast::<64, 32>(self.own.q.val().offset);",
            "                self.va.d.next = self.wqe.q.val().remote.get_bits::<64>(0);",
        )],
        tests: &["rc::requester_read_partly_answered_asks_for_the_rest"],
    },
    Mutant {
        name: "rest-as-long-as-the-whole",
        rule: "row 49",
        does: "the rest of a READ is asked for with the length of the whole",
        patches: &[patch(
            REQUESTER,
            "        self.packetise.length.next = self.rest.q.val();",
            "        self.packetise.length.next = self.total.q.val();",
        )],
        tests: &[
            "rc::requester_read_partly_answered_asks_for_the_rest",
            "rc::requester_read_partly_answered_then_nothing",
        ],
    },
    Mutant {
        name: "order-of-answers-not-checked",
        rule: "row 50",
        does: "the answer to a READ may end with any opcode",
        patches: &[patch(
            COMPLETER,
            "                if self.last_opcode.val() != self.ends.q.val() {",
            "                if self.last_opcode.val() & !self.ends.q.val() {",
        )],
        tests: &["rc::requester_read_answered_wrongly_bad_flow"],
    },
    Mutant {
        name: "length-of-answers-not-checked",
        rule: "row 50",
        does: "the last packet of an answer may have any length",
        patches: &[patch(
            COMPLETER,
            "            self.bad_length.next =\n                self.rest.q.val() != bit_cast::<32, 13>(self.item.q.val().payload_len);",
            "            self.bad_length.next =\n                self.rest.q.val() < bit_cast::<32, 13>(self.item.q.val().payload_len);",
        )],
        tests: &["rc::requester_read_answered_wrongly_bad_flow"],
    },
    Mutant {
        name: "atomic-answered-by-a-read-response",
        rule: "row 50",
        does: "a READ RESPONSE answers whatever is outstanding",
        patches: &[patch(
            COMPLETER,
            "                                if self.entry.q.val().kind != 2 {\n                                    self.state.d.next = CompleterState::Finish;\n                                }\n",
            "",
        )],
        tests: &[
            "rc::requester_read_response_for_what_is_no_read_is_not_believed",
            "rc::requester_answer_of_another_kind_is_not_believed",
        ],
    },
    Mutant {
        name: "late-read-responses-count",
        rule: "row 51",
        does: "a READ RESPONSE that came already starts the READ again",
        patches: &[patch(
            COMPLETER,
            IN_THE_WINDOW,
            "                        | ((self.answer.q.val() != Answer::Read)\n                            & ((self.distance.q.val() >= self.limit.q.val())\n                                | self.distance.q.val().get_bit(23))))",
        )],
        tests: &["rc::requester_duplicate_read_response_is_dropped"],
    },
    Mutant {
        name: "one-read-too-many",
        rule: "row 52",
        does: "one READ or ATOMIC more than allowed may be outstanding",
        patches: &[patch(
            REQUESTER,
            "                        & (self.in_flight.q.val()\n                            >= bit_cast::<8, 5>(self.cfg.q.val().max_rd_atomic)))",
            "                        & (self.in_flight.q.val()\n                            > bit_cast::<8, 5>(self.cfg.q.val().max_rd_atomic)))",
        )],
        tests: &["rc::requester_keeps_no_more_reads_outstanding_than_allowed"],
    },
    Mutant {
        name: "fence-forgotten",
        rule: "row 52",
        does: "a fenced request waits when too many READs are outstanding, and else not",
        patches: &[patch(
            REQUESTER,
            "\n                        | (self.flags.val().get_bit(2)\n                            & self.start.val()\n                            & self.in_flight.q.val().any()))",
            ")",
        )],
        tests: &["rc::requester_fence_waits_for_reads_and_atomics"],
    },
    Mutant {
        name: "one-request-too-many",
        rule: "row 53",
        does: "the ring of outstanding requests takes more than it has places",
        patches: &[patch(
            REQUESTER,
            "                    | (self.start.val() & self.sent.val().get_bit(LO))\n",
            "                    | (self.start.val() & (self.sent.val() > 16))\n",
        )],
        tests: &["rc::requester_sends_no_more_than_fits_its_window"],
    },
    Mutant {
        name: "highest-psn-does-not-wrap",
        rule: "row 53",
        does: "how far the requester ever got is compared without the wrap of the PSN",
        patches: &[patch(
            REQUESTER,
            "            if self.beyond.val().get_bit(23) {",
            "            if self.own.q.val().max_psn < self.next_psn.q.val() {",
        )],
        tests: &["rc::requester_psn_wraps_inside_a_message"],
    },
    Mutant {
        name: "all-are-signalled",
        rule: "row 54",
        does: "an unsignalled request completes when it is acknowledged",
        patches: &[
            patch(
                COMPLETER,
                "                    self.exec_valid.next = self.entry.q.val().signalled.any();",
                "                    self.exec_valid.next = true;",
            ),
            patch(
                COMPLETER,
                "                    if !self.entry.q.val().signalled.any() | self.exec_ready.val() {",
                "                    if self.exec_ready.val() {",
            ),
        ],
        tests: &["rc::requester_completes_only_what_is_signalled"],
    },
    Mutant {
        name: "drained-goes-on",
        rule: "row 55",
        does: "a queue pair in SQD begins new requests",
        patches: &[patch(
            REQUESTER,
            "\n            | ((self.qp_state.q.val() == 4) & self.start.val() & self.new_entry.val());",
            ";",
        )],
        tests: &["rc::queue_drained_sends_what_it_had_begun_and_no_more"],
    },
    Mutant {
        name: "drained-too-early",
        rule: "row 55",
        does: "a send queue is reported as drained while answers are outstanding",
        patches: &[
            patch(
                COMPLETER,
                "                                if (self.item.q.val().state == 3) | self.has_head.q.val() {",
                "                                if self.item.q.val().state == 3 {",
            ),
            patch(
                COMPLETER,
                "                                } else if (self.item.q.val().state == 4)\n                                    & !self.has_head.q.val()\n",
                "                                } else if (self.item.q.val().state == 4)\n",
            ),
        ],
        tests: &["rc::queue_drained_sends_what_it_had_begun_and_no_more"],
    },
    Mutant {
        name: "flush-leaves-the-last",
        rule: "row 55",
        does: "the flush of a send queue ends one request early",
        patches: &[patch(
            COMPLETER,
            "(self.own.q.val().sq_ci != self.producer.q.val()) & !self.flushed",
            "(self.next_ci.val() != self.producer.q.val())\n                & (self.own.q.val().sq_ci != self.producer.q.val())\n                & !self.flushed",
        )],
        tests: &["rc::queue_in_error_is_flushed_in_order"],
    },
    Mutant {
        name: "receives-outlive-reset",
        rule: "row 55",
        does: "a reset leaves the work requests in the queues",
        patches: &[patch(
            "hdl/src/wqe_rings.rs",
            "            self.next_state.next.producer = 0.into();\n            self.next_state.next.fetched = 0.into();",
            "            self.next_state.next.producer = self.state4.q.val().producer;\n            self.next_state.next.fetched = 0.into();",
        )],
        tests: &["rc::queue_reset_forgets_everything"],
    },
    Mutant {
        name: "local-key-error-forgotten",
        rule: "row 56",
        does: "a request with a bad local key is sent all the same",
        patches: &[patch(
            REQUESTER,
            "                if self.wqe.q.val().key_error.any() {\n                    self.error.d.next = bits::<4>(4);\n                }\n",
            "",
        )],
        tests: &["rc::requester_bad_local_key_bad_flow"],
    },
];
