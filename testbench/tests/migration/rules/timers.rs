//! The timers of the protocol, made short.

use crate::kit::*;
use crate::packet::Packet;
use crate::station::*;
use crate::table::next;
use fw_regs::wire::Opcode;
use fw_regs::{Command, Counter, MigrationTimer};
use host_driver::AsyncEvent;

/// Cycles of a µs in these tests.
const US: u64 = 25;
/// Cycles in which the device looks at every timer, twice.
const SWEEP: u64 = 2 * 4096;

fn set(station: &Station, timer: MigrationTimer, us: u32) {
    station
        .host()
        .adapter
        .set_migration_timer(timer, us)
        .unwrap();
}

/// The next event that the adapter reports, waiting `cycles` at most.
fn event(station: &Station, cycles: u64) -> Option<AsyncEvent> {
    let adapter = &station.host().adapter;
    for _ in 0..cycles / 512 {
        adapter.poll_events().unwrap();
        if let Some(event) = adapter.next_event() {
            return Some(event);
        }
        station.listen(512);
    }
    None
}

/// Cycles between RESUMEs.
fn gaps(station: &Station, count: usize) -> Vec<u64> {
    let mut gaps = Vec::new();
    for _ in 0..count {
        let start = station.lab.cluster.cycle();
        let heard = station.hear("RESUME", 2_000_000, |p| p.is(Opcode::Resume));
        assert_eq!(heard.len(), 1, "{heard:#?}");
        gaps.push(station.lab.cluster.cycle() - start);
    }
    println!("cycles between RESUMEs: {gaps:?}");
    gaps
}

/// Resuming, with fast timers.
fn resuming(timeout: u8) -> Station {
    let station = Station::fresh(
        1,
        &ConnectionOptions {
            timeout,
            ..ConnectionOptions::default()
        },
    );
    hurry(&station.lab, US as u32);
    station.stop();
    station
}

#[test]
fn timer_resume_repeats_and_doubles_to_its_limit() {
    let station = resuming(20);
    set(&station, MigrationTimer::ResumeRepeat, 500);
    set(&station, MigrationTimer::ResumeRepeatMax, 2_000);
    station.command(Command::Abort).unwrap();
    let gaps = gaps(&station, 5);
    assert!(gaps[0] < 4_000, "the first at once");
    for (k, us) in [(1, 500), (2, 1_000), (3, 2_000), (4, 2_000)] {
        let (low, high) = (us * US - 1_000, us * US + SWEEP);
        assert!(
            (low..high).contains(&gaps[k]),
            "gap {k}: {} not in {low}..{high}",
            gaps[k]
        );
    }
    assert_eq!(station.completer().retry_left, 7, "no retry is spent");
    assert_eq!(station.counter(Counter::ResumeSent), 5);
}

#[test]
fn timer_resume_is_no_slower_than_the_ack_timeout() {
    // code 6 is 263 µs
    let station = resuming(6);
    set(&station, MigrationTimer::ResumeRepeat, 100);
    station.command(Command::Abort).unwrap();
    let gaps = gaps(&station, 5);
    assert!(gaps[4] < 263 * US + SWEEP, "{gaps:?}");
}

#[test]
fn timer_resume_is_never_faster_than_20_us() {
    // code 1 is 9 µs
    let station = Station::fresh(
        1,
        &ConnectionOptions {
            timeout: 1,
            ..ConnectionOptions::default()
        },
    );
    hurry(&station.lab, 1_000);
    set(&station, MigrationTimer::ResumeRepeat, 5);
    station.stop();
    station.command(Command::Abort).unwrap();
    let gaps = gaps(&station, 4);
    // 20 µs, less the part of a µs in which the clock stood, and the steps in which the test listens; the first RESUME is seen when
    // ABORT has ended
    let floor = 20_000 - 1_000 - 512;
    assert!(gaps[2..].iter().all(|&g| g >= floor), "{gaps:?}");
}

#[test]
fn timer_resume_lease_ends_in_an_event_and_the_queue_pair_waits() {
    let station = resuming(20);
    set(&station, MigrationTimer::ResumeLease, 3_000);
    station.command(Command::Abort).unwrap();
    let expired = AsyncEvent::LeaseExpired { qpn: station.qpn };
    let start = station.lab.cluster.cycle();
    assert_eq!(event(&station, 3_000 * US + 4 * SWEEP), Some(expired));
    assert!(station.lab.cluster.cycle() - start > 3_000 * US - SWEEP);
    assert!(station.is(State::Resuming), "it waits for the driver");
    assert_eq!(event(&station, 5_000 * US), None, "reported once");
    // the driver extends
    station.app().qp().extend_lease().unwrap();
    assert_eq!(event(&station, 3_000 * US + 4 * SWEEP), Some(expired));
    // and a partner that answers at last still counts
    station.tell(&station.resume_ack(next(station.first_epoch)));
    assert!(station.is(State::Normal));
}

#[test]
fn timer_resume_lease_is_renewed_ten_times_at_most() {
    let station = resuming(20);
    set(&station, MigrationTimer::ResumeLease, 3_000);
    station.command(Command::Abort).unwrap();
    let expired = Some(AsyncEvent::LeaseExpired { qpn: station.qpn });
    let half = 1_500 * US;
    let mut seen = None;
    // renewed twice in every lease
    for round in 0..40 {
        station.tell(&station.nak_stopped(PARTNER_EPOCH));
        seen = event(&station, half - QUIET);
        if seen.is_some() {
            println!("the event came after {round} half leases");
            assert!(round >= 2, "renewals must count");
            break;
        }
    }
    assert_eq!(seen, expired, "renewals are capped");
}

#[test]
fn timer_pause_lease_ends_in_an_event() {
    let station = Station::in_state(State::Normal);
    hurry(&station.lab, US as u32);
    set(&station, MigrationTimer::PauseLease, 3_000);
    station.pause();
    let expired = AsyncEvent::LeaseExpired { qpn: station.qpn };
    assert_eq!(event(&station, 3_000 * US + 4 * SWEEP), Some(expired));
    assert!(station.is(State::Paused), "it waits for the driver");
    station.tell(&station.ack(OWN_PSN));
    assert!(station.is(State::Normal));
}

/// No lease ends in the next `us` µs, and then one does.
fn ends_after(station: &Station, us: u64) {
    let expired = AsyncEvent::LeaseExpired { qpn: station.qpn };
    assert_eq!(event(station, us * US - SWEEP), None, "too early");
    assert_eq!(event(station, 2 * SWEEP + SWEEP), Some(expired));
}

/// EXTEND_LEASE begins a new lease at the time of the command, whether the old one has ended or not.
#[test]
fn timer_lease_that_is_extended_ends_at_its_new_time() {
    let lease = 2_000;
    let station = resuming(20);
    // RESUME seldom: no packet moves the lease, and none disturbs
    set(&station, MigrationTimer::ResumeRepeat, 1_000_000);
    set(&station, MigrationTimer::ResumeRepeatMax, 1_000_000);
    set(&station, MigrationTimer::ResumeLease, lease);
    station.command(Command::Abort).unwrap();
    extended(&station, lease.into());
    assert!(station.is(State::Resuming));

    let station = Station::in_state(State::Normal);
    hurry(&station.lab, US as u32);
    set(&station, MigrationTimer::Probe, 1_000_000);
    set(&station, MigrationTimer::ProbeMax, 1_000_000);
    set(&station, MigrationTimer::PauseLease, lease);
    station.pause();
    extended(&station, lease.into());
    assert!(station.is(State::Paused));
}

/// A lease of `lease` µs has begun just now: extends it half-way, and again when it has ended.
fn extended(station: &Station, lease: u64) {
    assert_eq!(event(station, lease * US / 2), None, "half of it");
    let before = station.migration();
    station.app().qp().extend_lease().unwrap();
    let after = station.migration();
    let grown = u64::from(after.lease.wrapping_sub(before.lease));
    println!("extended by {grown} µs of {lease}");
    assert!((lease / 2..lease).contains(&grown), "{grown} µs");
    let times = (before.deadline, before.interval, before.epoch);
    assert_eq!(times, (after.deadline, after.interval, after.epoch));
    ends_after(station, lease);
    assert!(station.migration().reported);
    station.app().qp().extend_lease().unwrap();
    assert!(!station.migration().reported);
    ends_after(station, lease);
}

#[test]
fn timer_tombstone_is_reported_when_it_has_stood_for_long() {
    let station = Station::in_state(State::Stopped);
    hurry(&station.lab, US as u32);
    set(&station, MigrationTimer::TombstoneAge, 2_000);
    station.command(Command::Tombstone).unwrap();
    let aged = AsyncEvent::TombstoneAged { slot: station.slot };
    assert_eq!(event(&station, 2_000 * US + 4 * SWEEP), Some(aged));
    assert_eq!(event(&station, 3_000 * US), None, "reported once");
    let answers = station.tell(&station.request(station.epsn()));
    assert!(
        answers.iter().any(Packet::is_nak_stopped),
        "it answers still: {answers:#?}"
    );
}

#[test]
fn timer_retries_stand_still_while_stopped() {
    // 132 µs ACK timeout at 25 cycles: the stop lasts twenty of them
    let station = Station::timed();
    hurry(&station.lab, US as u32);
    station.stop();
    let left = station.completer().retry_left;
    assert_eq!(station.listen(20 * 132 * US), []);
    assert_eq!(station.completer().retry_left, left);
    station.command(Command::Abort).unwrap();
    station.tell(&station.resume_ack(next(station.first_epoch)));
    assert!(station.is(State::Normal));
}
