//! The mutants, in order of the rules.

use super::{Mutant, Patch};

/// All of them.
pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "legacy-partner-gets-resume",
        rule: "1, row 76",
        does: "RESUME is sent to a partner that did not agree",
        patches: &[Patch {
            file: "hdl/src/migration/program/parts.rs",
            find: "    p.a.jump_eq(R0, 0, \"at_once\");\n",
            replace: "",
        }],
        tests: &["rule_1_legacy_abort_leads_to_normal_at_once"],
    },
    Mutant {
        name: "epoch-stays",
        rule: "2",
        does: "an abort or a resumption is no new incarnation",
        patches: &[Patch {
            file: "hdl/src/migration/program/parts.rs",
            find: "    p.a.load(R0, OWN, own(\"epoch\").word);\n    p.a.add(R1, R0, 1);",
            replace: "    p.a.load(R0, OWN, own(\"epoch\").word);\n    p.a.add(R1, R0, 0);",
        }],
        tests: &[
            "rule_2_epoch_grows_when_resuming_begins_and_at_no_other_time",
            "table_abort",
        ],
    },
    Mutant {
        name: "resuming-answers-requests",
        rule: "2",
        does: "NAK_STOPPED is sent while resuming",
        patches: &[Patch {
            file: "hdl/src/migration/program/packets.rs",
            find: "    p.a.jump_ne(R0, u64::from(Phase::Restored.code()), \"drop\");",
            replace: "    p.a.jump_ne(R0, u64::from(Phase::Restored.code()), \"request_nak\");",
        }],
        tests: &["table_request_expected"],
    },
    Mutant {
        name: "resuming-answers-unprobed",
        rule: "2, 5",
        does: "NAK_STOPPED of the new epoch is sent while resuming, and nobody probes",
        patches: &[
            Patch {
                file: "hdl/src/migration/program/packets.rs",
                find: "    p.get_own(R7, \"stopped_epoch\");\n    p.a.jump_eq(R0, u64::from(Phase::Tombstone.code()), \"request_nak\");\n",
                replace: "    p.a.jump_eq(R0, u64::from(Phase::Resuming.code()), \"request_nak\");\n",
            },
            Patch {
                file: "hdl/src/migration/program/timers.rs",
                find: "    p.a.call(\"timers_off\");\n    p.a.call(\"rewind\");\n",
                replace: "    p.a.jump(\"done\");\n",
            },
        ],
        tests: &["hole_7_resuming_does_not_answer"],
    },
    Mutant {
        name: "epoch-grows-at-restore",
        rule: "2, 5, row 77",
        does: "the epoch grows when a connection is restored, which answers with it, and nobody probes",
        patches: &[
            Patch {
                file: "host-driver/src/migration/validate.rs",
                find: "            epoch: self.migration.epoch,\n",
                replace: "            epoch: self.migration.epoch.wrapping_add(1) & 0xff_ffff,\n",
            },
            Patch {
                file: "hdl/src/migration/program/parts.rs",
                find: "    p.a.load(R0, OWN, own(\"epoch\").word);\n    p.a.add(R1, R0, 1);",
                replace: "    p.a.load(R0, OWN, own(\"epoch\").word);\n    p.a.add(R1, R0, 0);",
            },
            Patch {
                file: "hdl/src/migration/program/packets.rs",
                find: "    p.get_own(R7, \"stopped_epoch\");\n    p.a.jump_eq(R0, u64::from(Phase::Tombstone.code()), \"request_nak\");\n",
                replace: "    p.a.jump_eq(R0, u64::from(Phase::Restored.code()), \"request_nak\");\n",
            },
            Patch {
                file: "hdl/src/migration/program/timers.rs",
                find: "    p.a.call(\"timers_off\");\n    p.a.call(\"rewind\");\n",
                replace: "    p.a.jump(\"done\");\n",
            },
        ],
        tests: &[
            "dump_restored_is_the_same_but_for_its_place",
            "rule_2_restore_keeps_the_epoch",
            "hole_6_epoch_grows_at_resume",
        ],
    },
    Mutant {
        name: "one-epoch",
        rule: "2",
        does: "the epochs of the two ends are one counter",
        patches: &[Patch {
            file: "hdl/src/migration/program/parts.rs",
            find: "    // the tombstone underneath is no more\n    p.a.load(R0, OWN, own(\"partner_epoch\").word);\n",
            replace: "    p.a.load(R0, OWN, own(\"partner_epoch\").word);\n    p.a.add(R0, R0, 1);\n",
        }],
        tests: &[
            "hole_8_two_epochs",
            "hole_8_two_epochs_both_stop",
            "hole_8_two_epochs_with_abort",
        ],
    },
    Mutant {
        name: "works-while-resuming",
        rule: "2, 3",
        does: "a connection works as soon as it has sent RESUME",
        patches: &[Patch {
            file: "hdl/src/migration/program/parts.rs",
            find: "    p.a.jump(\"send_resume\");\n    p.a.label(\"at_once\");\n",
            replace: "    p.a.call(\"send_resume\");\n    p.a.label(\"at_once\");\n",
        }],
        tests: &["hole_2_no_false_alarm_after_abort", "table_abort"],
    },
    Mutant {
        name: "next-psn-as-max",
        rule: "3",
        does: "RESUME carries the PSN that is sent next instead of `max`",
        patches: &[Patch {
            file: "hdl/src/migration/program/parts.rs",
            find: "    p.get(R0, field(ContextKind::Requester, \"max_psn\"), SLOT);\n    p.a.shl(R0, R0, 8);\n",
            replace: "    p.get(R0, field(ContextKind::Completer, \"una\"), SLOT);\n    p.a.shl(R0, R0, 8);\n",
        }],
        tests: &[
            "hole_1_resume_carries_una_and_max",
            "hole_18_max_counts_reserved_requester_moves",
        ],
    },
    Mutant {
        name: "window-una",
        rule: "3",
        does: "a RESUME from beyond the expected PSN is accepted",
        patches: &[Patch {
            file: "hdl/src/migration/program/packets.rs",
            find: "    p.a.jump_before(R1, R0, \"window\");\n",
            replace: "",
        }],
        tests: &["table_resume_window_failed_bad_flow"],
    },
    Mutant {
        name: "older-resume-accepted",
        rule: "3, row 65",
        does: "a RESUME of the past is accepted",
        patches: &[Patch {
            file: "hdl/src/migration/program/packets.rs",
            find: "    p.a.jump_before(R7, R1, \"drop\");\n",
            replace: "",
        }],
        tests: &["table_resume_older_bad_flow"],
    },
    Mutant {
        name: "equal-resume-from-anywhere",
        rule: "3, 7, row 65",
        does: "an equal RESUME is acknowledged wherever it comes from",
        patches: &[Patch {
            file: "hdl/src/migration/program/packets.rs",
            find: "    p.a.label(\"resume_equal\");\n    p.recall(R0, scratch::FROM_PARTNER);",
            replace: "    p.a.label(\"resume_equal\");\n    p.a.mov(R0, 1);",
        }],
        tests: &["table_resume_equal_from_elsewhere_bad_flow"],
    },
    Mutant {
        name: "equal-resume-obeyed",
        rule: "3, 7",
        does: "an equal RESUME is followed like a newer one",
        patches: &[Patch {
            file: "hdl/src/migration/program/packets.rs",
            find: "    p.a.jump_eq(R7, R1, \"resume_equal\");\n",
            replace: "",
        }],
        tests: &[
            "table_resume_equal_from_elsewhere_bad_flow",
            "hole_3_careless_orchestrator_abort_wins",
        ],
    },
    Mutant {
        name: "source-qpn-ignored",
        rule: "3, row 65",
        does: "a RESUME of another queue pair is accepted",
        patches: &[Patch {
            file: "hdl/src/migration/program/packets.rs",
            find: "    p.get(R1, field(QpConfig, \"partner_qpn\"), SLOT);\n    p.a.jump_ne(R0, R1, \"drop\");\n",
            replace: "",
        }],
        tests: &["table_resume_of_another_queue_pair_bad_flow"],
    },
    Mutant {
        name: "new-address-ignored",
        rule: "3",
        does: "the partner's new address is not taken over",
        patches: &[Patch {
            file: "hdl/src/migration/program/parts.rs",
            find: "    p.a.call(\"put_partner\");\n",
            replace: "",
        }],
        tests: &["table_resume_newer"],
    },
    Mutant {
        name: "sent-nak-remembered",
        rule: "3",
        does: "a sequence NAK that the old incarnation got is not repeated",
        patches: &[Patch {
            file: "hdl/src/migration/program/parts.rs",
            find: "    p.set(field(ContextKind::Responder, \"nak_sent\"), SLOT, 0, R0, R1);\n",
            replace: "",
        }],
        tests: &["rule_3_resume_clears_the_sent_sequence_nak"],
    },
    Mutant {
        name: "retries-stay-spent",
        rule: "3, row 72",
        does: "retry counters are not reset",
        patches: &[Patch {
            file: "hdl/src/migration/program/parts.rs",
            find: "    p.a.set_context(retries.kind, SLOT, retries.word, R0);\n",
            replace: "",
        }],
        tests: &["rule_3_resume_gives_all_retries_back"],
    },
    Mutant {
        name: "no-rewind-on-resume",
        rule: "3",
        does: "the requester does not start again at its own `una`",
        patches: &[Patch {
            file: "hdl/src/migration/program/parts.rs",
            find: "    p.a.jump(\"rewind\");\n",
            replace: "    p.a.ret();\n",
        }],
        tests: &["table_resume_newer"],
    },
    Mutant {
        name: "no-rewind-on-resume-ack",
        rule: "3",
        does: "a connection that has resumed does not start again at `una`",
        patches: &[Patch {
            file: "hdl/src/migration/program/parts.rs",
            find: "    p.a.label(\"rewind_now\");\n    p.a.call(\"rewind\");\n",
            replace: "    p.a.label(\"rewind_now\");\n",
        }],
        tests: &["table_resume_ack"],
    },
    Mutant {
        name: "any-stopped-epoch-counts",
        rule: "4",
        does: "NAK_STOPPED counts whatever its epoch",
        patches: &[Patch {
            file: "hdl/src/migration/program/packets.rs",
            find: "    p.a.jump_not_less(R1, 256, \"drop\");\n",
            replace: "",
        }],
        tests: &["table_nak_stopped_of_other_epochs_bad_flow"],
    },
    Mutant {
        name: "only-the-known-epoch-counts",
        rule: "4, row 66",
        does: "NAK_STOPPED of a newer epoch is ignored",
        patches: &[Patch {
            file: "hdl/src/migration/program/packets.rs",
            find: "    p.a.jump_not_less(R1, 256, \"drop\");",
            replace: "    p.a.jump_not_less(R1, 1, \"drop\");",
        }],
        tests: &[
            "table_nak_stopped_newer",
            "hole_11_nak_stopped_of_a_newer_epoch",
        ],
    },
    Mutant {
        name: "idle-connection-pauses",
        rule: "4",
        does: "NAK_STOPPED counts with nothing unacknowledged",
        patches: &[Patch {
            file: "hdl/src/migration/program/packets.rs",
            find: "    p.a.jump_eq(R1, R2, \"drop\");\n",
            replace: "",
        }],
        tests: &["table_nak_stopped_with_nothing_outstanding_bad_flow"],
    },
    Mutant {
        name: "no-probe",
        rule: "5",
        does: "a paused connection waits for RESUME and does nothing",
        patches: &[Patch {
            file: "hdl/src/migration/program/timers.rs",
            find: "    p.a.call(\"timers_off\");\n    p.a.call(\"rewind\");\n",
            replace: "    p.a.jump(\"done\");\n",
        }],
        tests: &[
            "rule_5_paused_probes_with_the_oldest_request_and_backs_off",
            "rule_5_forged_nak_stopped_costs_time_only",
        ],
    },
    Mutant {
        name: "probes-at-one-rate",
        rule: "5",
        does: "probes do not back off",
        patches: &[Patch {
            file: "hdl/src/migration/program/timers.rs",
            find: "    p.recall(R0, Timer::ProbeMax.code().into());\n    double(p);\n",
            replace: "    p.a.load(R0, OWN, own(\"interval\").word);\n",
        }],
        tests: &["rule_5_paused_probes_with_the_oldest_request_and_backs_off"],
    },
    Mutant {
        name: "answer-does-not-end-the-pause",
        rule: "5",
        does: "a response to the probe is ignored",
        patches: &[Patch {
            file: "hdl/src/migration/program/packets.rs",
            find: "    p.a.label(\"paused_response\");\n",
            replace: "    p.a.label(\"paused_response\");\n    p.a.jump(\"drop\");\n",
        }],
        tests: &[
            "rule_5_an_answer_to_the_probe_ends_the_pause",
            "table_ack_of_first",
        ],
    },
    Mutant {
        name: "resume-without-commit",
        rule: "6",
        does: "a stopped source can be resumed without ABORT",
        patches: &[Patch {
            file: "hdl/src/migration/program/sets.rs",
            find: "    begin(p, &[Phase::Restored, Phase::Resuming], true);",
            replace: "    begin(p, &[Phase::Restored, Phase::Resuming, Phase::Stopped], true);",
        }],
        tests: &["table_resume_command"],
    },
    Mutant {
        name: "dump-is-the-commit",
        rule: "6, row 73",
        does: "what has been dumped cannot go on at the source",
        patches: &[Patch {
            file: "hdl/src/migration/program/sets.rs",
            find: "    begin(p, &[Phase::Stopped, Phase::Restored], true);",
            replace: "    begin(p, &[Phase::Restored], true);",
        }],
        tests: &["phase_of_abort", "table_abort"],
    },
    Mutant {
        name: "abort-after-the-commit",
        rule: "6",
        does: "a tombstone keeps its rings and can be aborted",
        // without its burial, for what has no ring belongs to no set
        patches: &[
            Patch {
                file: "hdl/src/migration/program/sets.rs",
                find: "    begin(p, &[Phase::Stopped, Phase::Restored], true);",
                replace: "    begin(p, &[Phase::Stopped, Phase::Restored, Phase::Tombstone], true);",
            },
            Patch {
                file: "hdl/src/migration/program/sets.rs",
                find: "    p.a.jump_ne(R0, bit(Phase::Stopped), \"mixed\");\n",
                replace: "    p.a.jump_eq(R0, 0, \"mixed\");\n",
            },
            Patch {
                file: "hdl/src/migration/program/sets.rs",
                find: "        p.a.call(\"sub\");\n    });\n    p.a.ret();\n\n    // the tombstone's new address",
                replace: "    });\n    p.a.ret();\n\n    // the tombstone's new address",
            },
        ],
        tests: &["table_abort"],
    },
    Mutant {
        name: "echo-ignored",
        rule: "7",
        does: "a RESUME_ACK of another epoch ends the resumption",
        patches: &[Patch {
            file: "hdl/src/migration/program/packets.rs",
            find: "    p.a.jump_ne(R0, R7, \"drop\");\n",
            replace: "",
        }],
        tests: &["table_resume_ack_of_other_epochs_bad_flow"],
    },
    Mutant {
        name: "resume-ack-from-anywhere",
        rule: "7",
        does: "a RESUME_ACK from another address ends the resumption",
        patches: &[Patch {
            file: "hdl/src/migration/program/packets.rs",
            find: "    p.a.jump_ne(R0, R7, \"drop\");\n    p.recall(R0, scratch::FROM_PARTNER);\n    p.a.jump_eq(R0, 0, \"drop\");\n",
            replace: "    p.a.jump_ne(R0, R7, \"drop\");\n",
        }],
        tests: &["table_resume_ack_from_elsewhere_bad_flow"],
    },
    Mutant {
        name: "tombstone-without-address",
        rule: "8",
        does: "a tombstone knows no new address",
        patches: &[Patch {
            file: "hdl/src/migration/program/packets.rs",
            find: "    p.a.jump_ne(R0, 0, \"send_moved\");\n",
            replace: "",
        }],
        tests: &["table_resume_newer", "hole_4_both_ends_dumped"],
    },
    Mutant {
        name: "tombstone-freed-at-once",
        rule: "8",
        does: "a tombstone answers no RESUME, as if it were gone",
        patches: &[Patch {
            file: "hdl/src/migration/program/packets.rs",
            find: "    p.a.jump_eq(R6, u64::from(Phase::Tombstone.code()), \"resume_tombstone\");",
            replace: "    p.a.jump_eq(R6, u64::from(Phase::Tombstone.code()), \"drop\");",
        }],
        tests: &["table_resume_newer", "hole_12_tombstone_freed_early"],
    },
    Mutant {
        name: "own-tombstone-in-the-way",
        rule: "8",
        does: "a queue pair is not restored over its own tombstone",
        patches: &[Patch {
            file: "hdl/src/migration/program/pages.rs",
            find: "    p.a.jump_eq(R0, R1, \"restore_over\");\n",
            replace: "",
        }],
        tests: &[
            "rule_8_restore_over_the_tombstone_is_the_connection_again",
            "hole_9_restore_over_the_own_tombstone",
        ],
    },
    Mutant {
        name: "tombstone-lost-beneath",
        rule: "8",
        does: "a discarded copy takes the tombstone beneath along",
        patches: &[Patch {
            file: "hdl/src/migration/program/sets.rs",
            find: "        p.a.jump_eq(R0, 0, &plain);\n        // the tombstone appears again",
            replace: "        p.a.jump(&plain);\n        // the tombstone appears again",
        }],
        tests: &[
            "rule_8_tombstone_reappears_when_the_copy_is_discarded",
            "hole_9b_tombstone_reappears",
        ],
    },
    Mutant {
        name: "any-tombstone-gives-way",
        rule: "8",
        does: "a queue pair is restored over another connection's tombstone",
        patches: &[Patch {
            file: "hdl/src/migration/program/pages.rs",
            find: "    p.a.jump_eq(R0, R1, \"restore_over\");",
            replace: "    p.a.jump(\"restore_over\");",
        }],
        tests: &["rule_8_restore_over_the_tombstone_of_another_connection_bad_flow"],
    },
    Mutant {
        name: "stopped-accepts-resume",
        rule: "9, row 64, row 75",
        does: "a stopped end takes a RESUME, which its image does not know",
        patches: &[Patch {
            file: "hdl/src/migration/program/packets.rs",
            find: "    p.a.jump_eq(R6, u64::from(Phase::Stopped.code()), \"resume_stopped\");\n    // rule 3: both windows",
            replace: "    // rule 3: both windows",
        }],
        tests: &[
            "table_resume_newer",
            "hole_5_nothing_changes_after_the_dump",
        ],
    },
    Mutant {
        name: "moved-ignored",
        rule: "9, row 69",
        does: "MOVED is not followed",
        patches: &[Patch {
            file: "hdl/src/migration/program/packets.rs",
            find: "    p.a.label(\"moved\");\n",
            replace: "    p.a.label(\"moved\");\n    p.a.jump(\"drop\");\n",
        }],
        tests: &["table_moved", "hole_4_both_ends_dumped"],
    },
    Mutant {
        name: "no-resume-in-return",
        rule: "9",
        does: "an end that resumes does not send its own RESUME when it accepts one",
        patches: &[Patch {
            file: "hdl/src/migration/program/packets.rs",
            find: "    p.a.jump_eq(R0, u64::from(MOVING), \"resume_too\");",
            replace: "    p.a.jump_eq(R0, u64::from(MOVING), \"done\");",
        }],
        tests: &["table_resume_newer"],
    },
    Mutant {
        name: "no-stop-while-resuming",
        rule: "10",
        does: "a connection that resumes cannot be stopped",
        patches: &[Patch {
            file: "hdl/src/migration/program/sets.rs",
            find: "    begin(p, &[Phase::Normal, Phase::Stopped, Phase::Resuming], true);",
            replace: "    begin(p, &[Phase::Normal, Phase::Stopped], true);",
        }],
        tests: &[
            "table_stop",
            "rule_10_stop_while_resuming_makes_the_earlier_resume_harmless",
        ],
    },
    Mutant {
        name: "resume-once",
        rule: "11, row 68",
        does: "RESUME is sent once",
        patches: &[Patch {
            file: "hdl/src/migration/program/timers.rs",
            find: "    p.a.label(\"tick_resuming\");\n",
            replace: "    p.a.label(\"tick_resuming\");\n    p.a.jump(\"done\");\n",
        }],
        tests: &[
            "timer_resume_repeats_and_doubles_to_its_limit",
            "rule_11_first_packet_of_each_kind_is_lost",
        ],
    },
    Mutant {
        name: "no-resources-in-the-image",
        rule: "12, row 74",
        does: "what READs and ATOMICs were answered is not in the dump",
        patches: &[Patch {
            file: "hdl/src/migration/program/pages.rs",
            find: "    p.extract(R1, R0, valid);\n    p.a.jump_eq(R1, 0, &invalid);",
            replace: "    p.a.jump(&invalid);",
        }],
        tests: &[
            "phase_resource_records_move",
            "phase_atomic_done_and_its_answer_lost",
            "hole_17_replay_resources_move",
        ],
    },
    Mutant {
        name: "no-half-message-in-the-image",
        rule: "12, row 63",
        does: "a message received in part is forgotten",
        patches: &[Patch {
            file: "host-driver/src/migration/validate.rs",
            find: "            (K::Responder, slot, self.responder.to_words().to_vec()),\n",
            replace: "            (K::Responder, slot, Responder { op_state: 0, ..self.responder }.to_words().to_vec()),\n",
        }],
        tests: &["hole_17_half_received_message_moves"],
    },
    Mutant {
        name: "open-sets",
        rule: "13, row 78",
        does: "what a set shares with others is not looked at",
        patches: &[Patch {
            file: "hdl/src/migration/program/sets.rs",
            find: "        p.a.call(\"closed\");\n        p.a.jump_ne(R0, 0, &go);",
            replace: "        p.a.jump(&go);",
        }],
        tests: &[
            "rule_13_set_shares_a_receive_queue_bad_flow",
            "rule_13_set_shares_a_protection_domain_bad_flow",
            "rule_13_set_shares_a_completion_queue_bad_flow",
        ],
    },
    Mutant {
        name: "doorbells-reach-the-stopped",
        rule: "14",
        does: "doorbells change a stopped send queue",
        patches: &[Patch {
            file: "hdl/src/wqe_cache.rs",
            find: "                        self.rings.cfg_rd.next.held = 1.into();",
            replace: "                        self.rings.cfg_rd.next.held = 0.into();",
        }],
        tests: &["rule_14_send_posted_while_stopped"],
    },
    Mutant {
        name: "record-not-read",
        rule: "14",
        does: "the doorbell record is not read when a connection works again",
        patches: &[Patch {
            file: "hdl/src/migration/program/parts.rs",
            find: "    ring_record(p, SqConfig, 0);\n",
            replace: "",
        }],
        tests: &[
            "rule_14_send_posted_while_stopped",
            "hole_19_record_read_on_entering_normal_abort",
            "hole_21_doorbell_while_stopped",
        ],
    },
    Mutant {
        name: "cq-record-not-read",
        rule: "14",
        does: "the doorbell record of a completion queue is not read",
        patches: &[Patch {
            file: "hdl/src/migration/program/parts.rs",
            find: "    ring_record(p, CqConfig, 2);\n",
            replace: "",
        }],
        tests: &["rule_14_completion_queue_armed_while_stopped"],
    },
    Mutant {
        name: "init-resumes-like-rts",
        rule: "15",
        does: "a queue pair in INIT sends RESUME and waits for ever",
        patches: &[Patch {
            file: "hdl/src/migration/program/parts.rs",
            find: "    p.a.jump_less(R0, u64::from(QpState::Rtr.code()), \"at_once\");\n",
            replace: "",
        }],
        tests: &["rule_15_init_moves", "rule_15_reset_moves"],
    },
    Mutant {
        name: "old-address-kept",
        rule: "16",
        does: "the source's address is restored at the destination",
        patches: &[Patch {
            file: "host-driver/src/migration/validate.rs",
            find: "            local_ip: addresses::recorded(place.own.ip),",
            replace: "            local_ip: self.address.local_ip,",
        }],
        tests: &["journey_there_and_back"],
    },
    Mutant {
        name: "loopback-forgotten",
        rule: "17",
        does: "MOVED to the own address goes to the wire",
        patches: &[Patch {
            file: "hdl/src/migration/program/packets.rs",
            find: "        p.a.jump_ne(R0, R1, \"moved_away\");",
            replace: "        p.a.jump(\"moved_away\");",
        }],
        tests: &["rule_17_loopback_connection_moves_with_both_ends"],
    },
    Mutant {
        name: "no-least-time",
        rule: "timers",
        does: "RESUME and probes may come faster than 20 µs",
        patches: &[Patch {
            file: "hdl/src/migration/program/parts.rs",
            find: "    p.a.mov(R0, 20);\n",
            replace: "",
        }],
        tests: &["timer_resume_is_never_faster_than_20_us"],
    },
    Mutant {
        name: "renewed-for-ever",
        rule: "timers",
        does: "a lease is renewed without end",
        patches: &[Patch {
            file: "hdl/src/migration/program/packets.rs",
            find: "    p.a.jump_not_less(R0, 10, \"renewed\");\n",
            replace: "",
        }],
        tests: &["timer_resume_lease_is_renewed_ten_times_at_most"],
    },
];
