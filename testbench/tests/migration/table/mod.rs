//! The event table, row by row: each row is one stimulus, each cell one state and what must come of it.
//!
//! A row is run in all its states; every cell that fails is printed, not only the first.

mod commands;
mod nak_stopped;
mod requests;
mod responses;
mod resume;
mod resume_ack;

use crate::packet::{Packet, Place};
use crate::station::*;
use fw_regs::wire::{self, Opcode};
use fw_regs::{Counter, Psn};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What one stimulus did to a queue pair in one state.
pub struct Cell<'a> {
    pub station: &'a Station,
    pub state: State,
    /// what arrived
    pub told: Packet,
    /// what the NIC sent after it
    pub sent: Vec<Packet>,
    pub before: Snapshot,
    pub after: Snapshot,
    /// packets dropped for what they are
    pub drops: u64,
    /// lease and renewals before
    pub lease: (u32, u8),
    counters: [(Counter, u64); 6],
}

/// What must come of a cell; panics otherwise.
pub type Expectation = fn(&Cell);

/// Counters of what the protocol sent or accepted.
const COUNTED: [Counter; 6] = [
    Counter::NakStoppedSent,
    Counter::NakStoppedRcvd,
    Counter::ResumeRcvd,
    Counter::ResumeAckSent,
    Counter::ResumeAckRcvd,
    Counter::MovedSent,
];

/// Runs a row of the table.
pub fn row(name: &str, stimulus: impl Fn(&Station) -> Packet, cells: &[(State, Expectation)]) {
    let mut failed = Vec::new();
    for &(state, expectation) in cells {
        let run = || {
            let station = Station::in_state(state);
            let told = stimulus(&station);
            let before = station.snapshot();
            let drops = station.drops();
            let record = station.migration();
            let counters = COUNTED.map(|c| (c, station.counter(c)));
            let sent = station.tell(&told);
            let cell = Cell {
                state,
                told,
                sent,
                before,
                after: station.snapshot(),
                drops: station.drops() - drops,
                lease: (record.lease, record.renewals),
                counters,
                station: &station,
            };
            expectation(&cell);
        };
        println!("cell: {name} x {state:?}");
        if catch_unwind(AssertUnwindSafe(run)).is_err() {
            failed.push(state);
        }
    }
    assert!(failed.is_empty(), "row `{name}` fails in {failed:?}");
}

impl Cell<'_> {
    /// How much a counter grew.
    pub fn counted(&self, counter: Counter) -> u64 {
        let (_, before) = self.counters.iter().find(|(c, _)| *c == counter).unwrap();
        self.station.counter(counter) - before
    }

    /// No record has changed.
    pub fn unchanged(&self) {
        let changes = self.before.differences(&self.after);
        assert!(changes.is_empty(), "{:?} changed {changes:#?}", self.told);
    }

    /// The only packet that was sent.
    pub fn only(&self) -> &Packet {
        match &self.sent[..] {
            [packet] => packet,
            others => panic!("one answer was due, sent was {others:#?}"),
        }
    }

    /// It is in `state` now.
    pub fn is(&self, state: State) {
        let s = self.station;
        let now = (s.device_state(), s.migration().phase);
        let (device, phase) = state.codes();
        assert_eq!(now, (device, phase.code()), "not {state:?} now");
    }

    /// `packet` goes back to where the stimulus came from.
    pub fn to_sender(&self, packet: &Packet) {
        assert_eq!(packet.to, self.told.from, "{packet:?}");
        assert_eq!(packet.from, self.station.place(), "{packet:?}");
        assert_eq!(packet.qpn, PARTNER_QPN, "{packet:?}");
    }
}

/// `—`: dropped, counted, nothing else.
pub fn dropped(c: &Cell) {
    assert!(c.sent.is_empty(), "silence was due, sent was {:#?}", c.sent);
    c.unchanged();
    assert_eq!(c.drops, 1, "drops counted of {:?}", c.told);
}

/// Dropped before the migration rules or the engines see it.
pub fn ignored(c: &Cell) {
    assert!(c.sent.is_empty(), "silence was due, sent was {:#?}", c.sent);
    c.unchanged();
}

/// NAK_STOPPED with the epoch that stopped and the packet's PSN, back to the packet's source; nothing changes.
pub fn nak_stopped(c: &Cell) {
    let nak = c.only();
    assert!(nak.is_nak_stopped(), "{nak:?}");
    assert_eq!(nak.msn(), c.station.first_epoch, "epoch of {nak:?}");
    assert_eq!(nak.psn, c.told.psn, "{nak:?} echoes the PSN");
    c.to_sender(nak);
    c.unchanged();
    assert_eq!(c.counted(Counter::NakStoppedSent), 1);
}

/// MOVED with the new address and the epoch there, back to the packet's source; nothing changes.
pub fn moved(c: &Cell) {
    let moved = c.only();
    assert!(moved.is(Opcode::Moved), "{moved:?}");
    assert_eq!(moved.psn, c.told.psn, "{moved:?} echoes the PSN");
    c.to_sender(moved);
    let eth = moved.migration();
    assert_eq!(eth.version, wire::MIG_ETH_VERSION);
    assert_eq!(eth.epoch, next(c.station.first_epoch));
    assert_eq!(eth.source_qpn, c.station.qpn);
    assert_eq!(eth.moved_to, Some(address(elsewhere().ip)));
    assert_eq!(
        (eth.flags, eth.max, eth.epsn, eth.authenticator),
        (0, Psn::new(0), Psn::new(0), 0),
        "zero in MOVED"
    );
    c.unchanged();
    assert_eq!(c.counted(Counter::MovedSent), 1);
}

/// RESUME_ACK and nothing more; nothing changes.
pub fn acknowledged_again(c: &Cell) {
    is_resume_ack(c, c.only());
    c.unchanged();
}

/// `packet` is the RESUME_ACK for the stimulus.
pub fn is_resume_ack(c: &Cell, packet: &Packet) {
    assert!(packet.is(Opcode::ResumeAck), "{packet:?}");
    let epoch = c.told.migration().epoch;
    is_own_state(c, packet, epoch);
    c.to_sender(packet);
}

/// RESUME or RESUME_ACK with the fields of this queue pair.
pub fn is_own_state(c: &Cell, packet: &Packet, epoch: u32) {
    let eth = packet.migration();
    assert_eq!(eth.version, wire::MIG_ETH_VERSION, "{packet:?}");
    assert_eq!((eth.flags, eth.authenticator), (0, 0), "{packet:?}");
    assert_eq!(eth.epoch, epoch, "{packet:?}");
    assert_eq!(eth.source_qpn, c.station.qpn, "{packet:?}");
    assert_eq!(eth.max, c.station.max(), "{packet:?}");
    assert_eq!(eth.epsn, c.station.epsn(), "{packet:?}");
    assert_eq!(packet.psn, OWN_PSN, "`una` of {packet:?}");
    assert_eq!(packet.syndrome(), wire::SYNDROME_ACK, "{packet:?}");
    assert_eq!(packet.msn(), RECEIVED, "MSN of {packet:?}");
}

/// Epoch arithmetic: 24 bits.
pub fn next(epoch: u32) -> u32 {
    epoch.wrapping_add(1) & 0xff_ffff
}

/// The same stimulus from another address than the partner's.
pub fn from_stranger(packet: Packet) -> Packet {
    from_place(packet, stranger())
}

pub fn from_place(packet: Packet, from: Place) -> Packet {
    Packet { from, ..packet }
}
