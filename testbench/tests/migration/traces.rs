//! Every counterexample of the model check, on real NICs: the shipped protocol gets out of each of them.
//!
//! Each trace switches one rule off and shows in the fewest steps what goes wrong then. Here the rule is on; the stimulus is the same. Every
//! trace ends twice: what is stopped at its end moves on, or goes on where it is.

use crate::replay::{Ending, Orchestrator, Replay};
use crate::trace::Trace;

/// Replays a trace with an orchestrator that keeps its rules.
fn ends_well(name: &str) {
    for ending in [Ending::Move, Ending::Abort] {
        run(name, Orchestrator::Orderly, ending);
    }
}

/// Replays a trace with one that does not, so that two copies of a process come up: one of them works at the end.
fn survives_careless_orchestrator(name: &str) {
    run(name, Orchestrator::Careless, Ending::Move);
}

fn run(name: &str, orchestrator: Orchestrator, ending: Ending) {
    let trace = Trace::read(name);
    println!(
        "{}: {} ({orchestrator:?}, {ending:?})",
        trace.name, trace.verdict
    );
    let mut replay = Replay::new(trace, orchestrator);
    replay.play();
    replay.finish(ending);
}

macro_rules! traces {
    ($($test:ident: $file:literal,)*) => {$(
        #[test]
        fn $test() {
            ends_well($file);
        }
    )*};
}

traces! {
    hole_1_resume_carries_una_and_max: "win_una_max-0",
    hole_2_no_false_alarm_after_abort: "hole-2_false_alarm_after_abort",
    hole_3_commit_before_resume: "commit_first-0",
    hole_3_abort_does_not_outbid: "commit_first-0_abort_plus2-1",
    hole_3_equal_epoch_needs_the_address: "commit_first-0_equal_needs_addr-0",
    hole_3_both_ends_twice: "final_commit_first-0_as-1_bs-1_aborts-2_am-a_bm-_dups-0",
    hole_3_resuming_holds_acks: "final_hold_acks-0_commit_first-0_as-1_aborts-1_am-a_bm-s_dups-0",
    hole_4_both_ends_dumped: "moved-0",
    hole_5_nothing_changes_after_the_dump: "frozen-0",
    hole_7_resuming_does_not_answer: "final_probe-0_nak_while_resuming-1_as-1_bs-0_dups-0_am-_bm-s",
    hole_8_two_epochs: "two_epochs-0",
    hole_8_two_epochs_both_stop: "final_two_epochs-0",
    hole_8_two_epochs_with_abort: "final_two_epochs-0_as-1_bs-1_aborts-1_dups-0_am-a_bm-s",
    hole_9_restore_over_the_own_tombstone: "over_tomb-0",
    hole_9b_tombstone_reappears: "hole-9b_discarded_over_tombstone",
    hole_10_forged_nak_stopped: "probe-0",
    hole_10_forged_nak_stopped_born_silent: "probe-0_born_silent-0",
    hole_10_forged_nak_stopped_bump: "probe-0_bump_at_resume-0_born_silent-0",
    hole_10_forged_nak_stopped_epoch: "probe-0_nak_epoch-0",
    hole_10_forged_nak_stopped_resuming: "probe-0_nak_while_resuming-1",
    hole_11_nak_stopped_of_a_newer_epoch: "final_nak_ge-0_as-2_bs-0_aborts-1_dups-0_am-s_bm-s",
    hole_12_tombstone_freed_early: "early_tomb-1",
    hole_13_rewind_to_the_own_una: "hole-13_goes_on_from_the_partners_psn",
    hole_17_replay_resources_move: "dump_res-0",
    hole_17_half_received_message_moves: "dump_half-0",
    hole_17_as_many_resources_as_outstanding: "resn-1",
    hole_18_max_counts_reserved_nak_ignored: "max_resv-0_nak_ignored",
    hole_18_max_counts_reserved_requester_moves: "max_resv-0_requester_moves",
    hole_18_max_counts_reserved_responder_moves: "max_resv-0_responder_moves",
    hole_18_max_counts_reserved_abort: "max_resv-0_win_drop-0_abort",
    hole_18_half_the_psn_space: "rk-4_mod-8",
    hole_19_record_read_on_entering_normal_abort: "db_read-1_abort",
    hole_19_record_read_on_entering_normal_move: "db_read-1_move",
    hole_20_record_and_doorbell_cross: "db_newer-0",
    hole_20_doorbell_carries_the_index: "db_count-1",
    hole_21_doorbell_while_stopped: "db_read-0_db_any-1",
    hole_22_probe_inside_a_read: "probe_mid-0",
}

/// The pause comes last: the partner has sent its request again before, and nobody hears that either.
#[test]
fn hole_6_epoch_grows_at_resume() {
    let name = "final_probe-0_born_silent-0_keep_tomb-0_bump_at_resume-0_as-2_bs-0_dups-0_am-_bm-s";
    for ending in [Ending::Move, Ending::Abort] {
        let mut replay = Replay::new(Trace::read(name), Orchestrator::Orderly);
        replay.play();
        replay.lose();
        replay.finish(ending);
    }
}

#[test]
fn hole_3_careless_orchestrator_aborts_and_resumes() {
    survives_careless_orchestrator("commit_first-0");
}

#[test]
fn hole_3_careless_orchestrator_abort_wins() {
    survives_careless_orchestrator("commit_first-0_equal_needs_addr-0");
}

#[test]
fn hole_3_careless_orchestrator_with_atomics() {
    survives_careless_orchestrator(
        "final_hold_acks-0_commit_first-0_as-1_aborts-1_am-a_bm-s_dups-0",
    );
}

#[test]
fn hole_3_careless_orchestrator_race() {
    survives_careless_orchestrator("commit_first-0_abort_plus2-1");
}
