//! Rule 14: doorbells do not reach a stopped queue pair, and nothing posted round a stop is lost or done twice.

use crate::kit::*;
use crate::packet::Packet;
use crate::station::*;
use crate::table::next;
use fw_regs::contexts::{CqConfig, CqState, RingState};
use fw_regs::{Command, ContextKind, Counter};
use host_driver::{AsyncEvent, CompletionQueue};

fn send_queue(s: &Station) -> RingState {
    RingState::from_words(&s.record(ContextKind::SqState))
}

fn receive_queue(s: &Station) -> RingState {
    RingState::from_words(&s.record(ContextKind::RqState))
}

fn recv_cq(s: &Station) -> CqState {
    let number = s.app().recv_cq.number();
    CqState::from_words(&record(s.host(), ContextKind::CqState, number))
}

/// RESUME_ACK; then everything that was sent is acknowledged. How many messages there were.
fn finish(s: &Station) -> u32 {
    let mut sent = s.tell(&s.resume_ack(s.migration().epoch));
    sent.extend(s.listen(4 * QUIET));
    assert!(s.is(State::Normal));
    let last = sent.iter().rfind(|p| p.is_request());
    let count = last.expect("requests").psn.count_from(OWN_PSN) + 1;
    s.tell(&s.ack(OWN_PSN.plus(count - 1)));
    count
}

/// The next event is that it goes on.
fn says_resumed(station: &Station) {
    let adapter = &station.host().adapter;
    adapter.poll_events().unwrap();
    let event = adapter.next_event();
    assert_eq!(event, Some(AsyncEvent::Resumed { qpn: station.qpn }));
}

#[test]
fn rule_14_send_posted_while_stopped() {
    let station = Station::in_state(State::Stopped);
    let before = station.snapshot();
    station.post(1);
    station.listen(QUIET);
    assert!(
        before.differences(&station.snapshot()).is_empty(),
        "no context bit changes"
    );
    assert_eq!(station.counter(Counter::DbStale), 1);
    station.command(Command::Abort).unwrap();
    assert_eq!(finish(&station), OUTSTANDING + 1);
    station.app().sent(&station.lab, OUTSTANDING as usize + 1);
}

#[test]
fn rule_14_send_posted_while_resuming() {
    let station = Station::in_state(State::Resuming);
    let before = send_queue(&station);
    station.post(1);
    station.listen(QUIET);
    assert_eq!(send_queue(&station), before, "no context bit changes");
    assert_eq!(finish(&station), OUTSTANDING + 1);
    station.app().sent(&station.lab, OUTSTANDING as usize + 1);
}

#[test]
fn rule_14_doorbell_that_comes_late_changes_nothing() {
    let station = Station::in_state(State::Stopped);
    station.post(1);
    station.command(Command::Abort).unwrap();
    assert_eq!(finish(&station), OUTSTANDING + 1);
    station.app().sent(&station.lab, OUTSTANDING as usize + 1);
    // the same index again, and the one before it
    let before = send_queue(&station);
    for behind in [0, 1] {
        ring(&station, before.producer.wrapping_sub(behind));
        assert_eq!(station.listen(QUIET), []);
        assert_eq!(send_queue(&station), before);
    }
}

/// The send queue's doorbell with an index.
fn ring(s: &Station, index: u16) {
    use fw_regs::doorbell::{self, Arm};
    let page = s.app().context.number();
    let offset = doorbell::address(page, doorbell::SQ_PRODUCER);
    let value = doorbell::value(s.slot.into(), index, Arm::None);
    let mut device = s.lab.cluster.device(s.host, 16);
    device
        .write64(host_driver::Bar::Doorbells, offset, value)
        .unwrap();
}

#[test]
fn rule_14_receive_posted_while_stopped() {
    let station = Station::in_state(State::Stopped);
    let before = receive_queue(&station);
    station.app().recv(0, 7, 16 * 1024, 64);
    station.listen(QUIET);
    assert_eq!(receive_queue(&station), before);
    station.command(Command::Abort).unwrap();
    finish(&station);
    let answers = station.tell(&station.request(station.epsn()));
    assert!(answers.iter().any(Packet::is_ack), "{answers:#?}");
    assert_eq!(station.app().received(&station.lab, 1)[0].wr_id, 7);
}

#[test]
fn rule_14_completion_queue_armed_while_stopped() {
    let station = Station::in_state(State::Stopped);
    let before = recv_cq(&station);
    station.app().recv_cq.request_notification(false).unwrap();
    station.listen(QUIET);
    assert_eq!(recv_cq(&station), before, "no context bit changes");
    station.command(Command::Abort).unwrap();
    station.listen(QUIET);
    assert_eq!(recv_cq(&station).armed, 1, "armed with the command");
    station.app().recv(0, 7, 16 * 1024, 64);
    finish(&station);
    station.tell(&station.request(station.epsn()));
    station.host().adapter.poll_events().unwrap();
    assert_eq!(station.app().recv_cq.take_events(), 1);
}

/// STOP holds the completion queues of its set, whatever their numbers, and no other ones; ABORT lets them go and takes what was written meanwhile.
#[test]
fn rule_14_completion_queues_with_high_numbers_are_held_from_stop_to_abort() {
    // the device notes them in words of 32 bits
    const WORD: u16 = 32;
    let lab = lab(1);
    let host = &lab.hosts[0];
    let others: Vec<_> = (0..WORD)
        .map(|_| host.context.create_cq(4).unwrap())
        .collect();
    let app = App::new(&lab, 0);
    let own = [&app.send_cq, &app.recv_cq];
    assert!(own.iter().all(|cq| cq.number() >= WORD));
    let held = |cq: &CompletionQueue| {
        CqConfig::from_words(&record(host, ContextKind::CqConfig, cq.number())).held
    };
    let armed = |cq: &CompletionQueue| {
        CqState::from_words(&record(host, ContextKind::CqState, cq.number())).armed
    };
    let arm = |cq: &CompletionQueue| {
        cq.request_notification(false).unwrap();
        lab.run(QUIET).unwrap();
        armed(cq)
    };
    assert!(!own.into_iter().any(held));
    app.command(&lab, Command::Stop, &[]).unwrap();
    assert_eq!(own.map(held), [true; 2], "stopped");
    assert!(!others.iter().any(held), "those of others");
    assert_eq!(own.map(arm), [0; 2], "a doorbell changes nothing");
    assert_eq!(arm(&others[usize::from(own[1].number() % WORD)]), 1);
    app.command(&lab, Command::Drained, &[]).unwrap();
    app.command(&lab, Command::Abort, &[]).unwrap();
    assert_eq!(own.map(held), [false; 2], "they go on");
    assert_eq!(own.map(armed), [1; 2], "armed with the command");
}

#[test]
fn rule_14_completions_taken_while_stopped_are_known_after() {
    // the consumer index written in the stop reaches the queue with the command
    let station = Station::in_state(State::Normal);
    station.tell(&station.ack(OWN_PSN));
    station.stop();
    let number = station.app().send_cq.number();
    let state = || CqState::from_words(&record(station.host(), ContextKind::CqState, number));
    let before = state();
    assert_eq!(station.app().sent(&station.lab, 1)[0].wr_id, 0);
    station.listen(QUIET);
    assert_eq!(state(), before);
    station.command(Command::Abort).unwrap();
    station.listen(QUIET);
    assert_eq!(state().consumer, state().producer);
}

#[test]
fn rule_14_normal_raises_the_event() {
    let station = Station::in_state(State::Resuming);
    finish(&station);
    says_resumed(&station);
}

/// DUMP writes into host memory by the port that events go by, and leaves it free.
#[test]
fn rule_14_normal_raises_the_event_behind_a_dump() {
    let station = Station::in_state(State::Stopped);
    station.command(Command::Dump).unwrap();
    station.command(Command::Abort).unwrap();
    station.tell(&station.resume_ack(station.migration().epoch));
    assert!(station.is(State::Normal));
    says_resumed(&station);
}

#[test]
fn rule_14_posted_between_stop_and_dump_moves_along() {
    // the record is in the memory that is copied after "drained"
    let mut station = Station::in_state(State::Normal);
    station.stop();
    station.post(2);
    let frozen = station.app.take().unwrap().stop();
    let (image, memory, names) = (
        frozen.image.clone(),
        frozen.memory.clone(),
        frozen.names.clone(),
    );
    station.tombstones = Some(frozen.commit(None));
    let app = Copy::of(&station.lab, 0, &image, &memory, &names).resume();
    station.slot = app.qp().slot();
    station.app = Some(app);
    let count = finish(&station);
    assert_eq!(count, OUTSTANDING + 2);
    station.app().sent(&station.lab, count as usize);
    assert_eq!(station.completer().una, OWN_PSN.plus(count));
    assert_eq!(station.migration().epoch, next(station.first_epoch));
}
