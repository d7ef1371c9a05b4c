//! One queue pair in any state of the event table, with the test as its partner.

use crate::kit::*;
use crate::packet::{MigEth, Packet, Place};
use fw_regs::codes::device_state as code;
use fw_regs::contexts::{Completer, Migration, QpAddress, Responder};
use fw_regs::template::mapped;
use fw_regs::wire::{self, Opcode};
use fw_regs::{
    Command, CommandError, ContextKind, Counter, MigrationPhase, Psn, QpState, SetScope,
};
use host_driver::migration::{RestoreError, Tombstones};
use host_driver::{CommandFailure, ConnectionData, MigrationData, SendRequest};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use testbench::lab::{Lab, LabHost};

/// First PSN of the queue pair under test; what it sends crosses the wrap.
pub const OWN_PSN: Psn = Psn::new(0xff_fffe);
/// First PSN of its partner, the test.
pub const PARTNER_PSN: Psn = Psn::new(0xff_ffff);
/// The partner's QP number.
pub const PARTNER_QPN: u32 = 0x09_1234;
/// The partner's incarnation; the next one is 0.
pub const PARTNER_EPOCH: u32 = 0xff_ffff;
/// SENDs of the queue pair that nobody has acknowledged: PSNs `OWN_PSN` and the next two.
pub const OUTSTANDING: u32 = 3;
/// SENDs it has received, acknowledged and completed.
pub const RECEIVED: u32 = 2;
/// Bytes of every message.
pub const BYTES: u32 = 40;
/// Cycles in which an answer comes, if one comes.
pub const QUIET: u64 = 4_000;

/// Columns of the event table; Restored and Tombstone in both their forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Normal,
    Paused,
    Stopped,
    Resuming,
    /// at a place where it never was
    Restored,
    /// over its own tombstone
    RestoredOver,
    /// with a new address
    Tombstone,
    /// without one
    BlindTombstone,
}

impl State {
    pub const ALL: [Self; 8] = [
        Self::Normal,
        Self::Paused,
        Self::Stopped,
        Self::Resuming,
        Self::Restored,
        Self::RestoredOver,
        Self::Tombstone,
        Self::BlindTombstone,
    ];

    /// The device's state memory and the record's phase.
    pub fn codes(self) -> (u8, MigrationPhase) {
        use MigrationPhase as P;
        match self {
            Self::Normal => (QpState::Rts.code(), P::Normal),
            Self::Paused => (code::PAUSED, P::Normal),
            Self::Stopped => (code::MOVING, P::Stopped),
            Self::Resuming => (code::MOVING, P::Resuming),
            Self::Restored | Self::RestoredOver => (code::MOVING, P::Restored),
            Self::Tombstone | Self::BlindTombstone => (code::MOVING, P::Tombstone),
        }
    }
}

/// The partner, played by the test.
#[derive(Clone, Copy, Debug)]
pub struct Partner {
    pub place: Place,
    pub epoch: u32,
    pub source_port: u16,
}

/// All records of the queue pair and its completion queues.
#[derive(Clone, PartialEq, Eq)]
pub struct Snapshot(pub Vec<(ContextKind, Vec<u32>)>);

impl Snapshot {
    /// Kinds and words in which two differ.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut found = Vec::new();
        for ((kind, before), (_, after)) in self.0.iter().zip(&other.0) {
            for (word, (b, a)) in before.iter().zip(after).enumerate() {
                if a != b {
                    found.push(format!("{kind} word {word}: {b:#010x} became {a:#010x}"));
                }
            }
        }
        found
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, words) in &self.0 {
            writeln!(f, "{kind}: {words:08x?}")?;
        }
        Ok(())
    }
}

/// Counters of packets that were dropped for what they are; each such packet is in one of them.
const DROPS: [Counter; 6] = [
    Counter::RxBadState,
    Counter::RxAddress,
    Counter::RxBadOpcode,
    Counter::MigrationDropped,
    Counter::GhostAck,
    Counter::StaleResponse,
];

/// The place that tombstones and copies are said to be at when the test needs one.
pub fn elsewhere() -> Place {
    Place::numbered(77)
}

/// See the module's head.
pub struct Station {
    pub lab: Lab,
    /// where the queue pair is
    pub host: usize,
    pub slot: u16,
    pub qpn: u32,
    /// its own incarnation before anything happened
    pub first_epoch: u32,
    pub partner: Partner,
    /// the process; none where only a tombstone is left
    pub app: Option<App>,
    frozen: Option<Frozen>,
    copy: Option<Copy>,
    pub tombstones: Option<Tombstones>,
}

impl Station {
    /// A queue pair in [`State::Normal`]: [`RECEIVED`] messages received, [`OUTSTANDING`] sent and not acknowledged.
    pub fn new() -> Self {
        Self::with(1, true, &ConnectionOptions::default())
    }

    /// A queue pair in RTS that has sent and received nothing, on the first of `hosts` hosts. ACK timeout and retries as in `options`.
    pub fn fresh(hosts: usize, options: &ConnectionOptions) -> Self {
        let station = Self::unconnected(hosts, options);
        to_rts(station.app().qp(), OWN_PSN.get(), options);
        station
    }

    /// A queue pair in RTR.
    pub fn in_rtr() -> Self {
        Self::unconnected(1, &ConnectionOptions::default())
    }

    fn unconnected(hosts: usize, options: &ConnectionOptions) -> Self {
        let lab = lab(hosts);
        cut(&lab);
        let app = App::new(&lab, 0);
        let partner = Partner {
            place: Place::numbered(9),
            epoch: PARTNER_EPOCH,
            source_port: 0xc0de,
        };
        let data = ConnectionData {
            qpn: PARTNER_QPN,
            psn: PARTNER_PSN.get(),
            ip: partner.place.ip,
            mac: partner.place.mac,
            migration: options.migratable.then_some(MigrationData {
                epoch: PARTNER_EPOCH,
                key: [0x5a; 16],
            }),
        };
        to_rtr(app.qp(), data, options);
        let first_epoch = app.migration(&lab).epoch;
        lab.cluster.watch(4096);
        Self {
            host: 0,
            slot: app.qp().slot(),
            qpn: app.qp().number(),
            first_epoch,
            partner,
            app: Some(app),
            frozen: None,
            copy: None,
            tombstones: None,
            lab,
        }
    }

    /// As [`Self::new`], on the first of `hosts` hosts; if it is to be quiet, without the ACK timeout of `options`.
    pub fn with(hosts: usize, quiet: bool, options: &ConnectionOptions) -> Self {
        let options = ConnectionOptions {
            timeout: if quiet { 0 } else { options.timeout },
            ..options.clone()
        };
        let station = Self::fresh(hosts, &options);
        station.receive(RECEIVED);
        station.post(OUTSTANDING);
        let sent = station.listen(QUIET);
        assert_eq!(sent.len(), OUTSTANDING as usize, "{sent:?}");
        station
    }

    /// As [`Self::new`] with timers that run: 131 µs ACK timeout.
    pub fn timed() -> Self {
        Self::with(1, false, &ConnectionOptions::default())
    }

    /// In the given state.
    pub fn in_state(state: State) -> Self {
        let hosts = if state == State::Restored { 2 } else { 1 };
        let mut station = Self::with(hosts, true, &ConnectionOptions::default());
        // RESUME is sent once and not again while a test looks
        for host in &station.lab.hosts {
            let repeat = fw_regs::MigrationTimer::ResumeRepeat;
            host.adapter.set_migration_timer(repeat, 1_000_000).unwrap();
        }
        match state {
            State::Normal => {}
            State::Paused => station.pause(),
            State::Stopped => station.stop(),
            State::Resuming => {
                station.stop();
                station.command(Command::Abort).unwrap();
            }
            State::Restored => station.restore(1, None),
            State::RestoredOver => station.restore(0, Some(elsewhere().ip)),
            State::Tombstone => station.bury(Some(elsewhere().ip)),
            State::BlindTombstone => station.bury(None),
        }
        station.listen(QUIET);
        let (device, phase) = state.codes();
        assert_eq!(
            (station.device_state(), station.migration().phase),
            (device, phase.code()),
            "{state:?} was not reached"
        );
        station
    }

    /// Its partner says that it has stopped.
    pub fn pause(&self) {
        self.tell(&self.nak_stopped(self.partner.epoch));
    }

    /// STOP, and drained.
    pub fn stop(&self) {
        self.command(Command::Stop).unwrap();
        self.command(Command::Drained).unwrap();
    }

    /// It is frozen, and restored at `to`: at another host, or here over its own tombstone.
    fn restore(&mut self, to: usize, buried: Option<IpAddr>) {
        let frozen = self.app.take().expect("a process").stop();
        if to == self.host {
            let image = frozen.image.clone();
            let memory = frozen.memory.clone();
            let names = frozen.names.clone();
            self.tombstones = Some(frozen.commit(buried));
            self.copy = Some(Copy::of(&self.lab, to, &image, &memory, &names));
        } else {
            self.copy = Some(frozen.restore(&self.lab, to));
            self.frozen = Some(frozen);
        }
        self.host = to;
        self.slot = self.copy.as_ref().expect("a copy").app.qp().slot();
    }

    /// Only its tombstone is left.
    fn bury(&mut self, moved_to: Option<IpAddr>) {
        let frozen = self.app.take().expect("a process").stop();
        self.tombstones = Some(frozen.commit(moved_to));
    }

    /// The source of a restored queue pair is committed, with `moved_to` as the new address.
    pub fn commit_source(&mut self) {
        let to = self.lab.hosts[self.host].ip;
        self.tombstones = Some(self.frozen.take().expect("a source").commit(Some(to)));
    }

    /// A restored queue pair gets the RESUME command.
    pub fn resume_copy(&mut self) {
        self.app = Some(self.copy.take().expect("a copy").resume());
    }

    /// SET_PARTNER for a restored queue pair.
    pub fn set_partner_of_copy(&self, place: Place) -> Result<(), RestoreError> {
        let copy = self.copy.as_ref().expect("a copy");
        copy.restored.set_partner(self.qpn, place.ip, place.mac)
    }

    /// A restored queue pair is discarded.
    pub fn discard_copy(&mut self) {
        self.copy.take().expect("a copy").discard();
    }

    pub fn host(&self) -> &LabHost {
        &self.lab.hosts[self.host]
    }

    /// Where the queue pair is reached.
    pub fn place(&self) -> Place {
        Place {
            ip: self.host().ip,
            mac: self.host().mac,
        }
    }

    /// The process.
    pub fn app(&self) -> &App {
        self.app.as_ref().expect("a process")
    }

    /// A migration command for this queue pair alone.
    pub fn command(&self, command: Command) -> Result<u32, CommandFailure> {
        let data = match command {
            Command::Dump => {
                let buffer = self
                    .app
                    .as_ref()
                    .map(|app| app.context.allocate(64 * 1024).unwrap());
                let iova = buffer.as_ref().map_or(0x1000, |b| b.iova());
                let words = vec![iova as u32, (iova >> 32) as u32, 128];
                let result = self.command_with(command, &words);
                drop(buffer);
                return result;
            }
            Command::Tombstone => address_words(elsewhere().ip).to_vec(),
            _ => vec![],
        };
        self.command_with(command, &data)
    }

    fn command_with(&self, command: Command, data: &[u32]) -> Result<u32, CommandFailure> {
        let args = [self.slot.into(), SetScope::Qp.code().into()];
        self.host().adapter.migration_command(command, args, data)
    }

    /// Why the device refuses a command, and its detail.
    pub fn refusal(&self, command: Command) -> (CommandError, u32) {
        match self.command(command) {
            Err(CommandFailure::Refused { error, detail, .. }) => (error, detail),
            other => panic!("{command} was not refused: {other:?}"),
        }
    }

    /// Posts `count` SENDs.
    pub fn post(&self, count: u32) {
        let app = self.app();
        let request = |k| SendRequest::new(k, send(), app.entry(64 * k as usize, BYTES));
        let all: Vec<_> = (0..u64::from(count)).map(request).collect();
        app.qp().post_send(&all).unwrap();
    }

    /// The partner sends `count` messages, and sees them acknowledged.
    fn receive(&self, count: u32) {
        let app = self.app();
        for k in 0..count {
            app.recv(0, k.into(), 8192 + 64 * k as usize, 64);
        }
        for k in 0..count {
            self.tell(&self.request(PARTNER_PSN.plus(k)));
        }
        app.received(&self.lab, count as usize);
    }

    /// The expected PSN of the next request.
    pub fn epsn(&self) -> Psn {
        PARTNER_PSN.plus(RECEIVED)
    }

    /// The queue pair's `max` before anything else is sent.
    pub fn max(&self) -> Psn {
        OWN_PSN.plus(OUTSTANDING)
    }

    // -- what the partner says

    /// A packet from the partner.
    pub fn packet(&self, opcode: Opcode, psn: Psn, body: Vec<u8>) -> Packet {
        Packet {
            from: self.partner.place,
            to: self.place(),
            source_port: self.partner.source_port,
            opcode: opcode.code(),
            qpn: self.qpn,
            ack_req: false,
            psn,
            body,
        }
    }

    /// A SEND of one packet that asks for an acknowledgement.
    pub fn request(&self, psn: Psn) -> Packet {
        let body = (0..BYTES as u8).map(|k| k ^ psn.get() as u8).collect();
        Packet {
            ack_req: true,
            ..self.packet(Opcode::SendOnly, psn, body)
        }
    }

    /// An ACKNOWLEDGE.
    pub fn acknowledge(&self, psn: Psn, syndrome: u8, msn: u32) -> Packet {
        let mut body = msn.to_be_bytes().to_vec();
        body[0] = syndrome;
        self.packet(Opcode::Acknowledge, psn, body)
    }

    /// A positive acknowledgement.
    pub fn ack(&self, psn: Psn) -> Packet {
        let msn = psn.count_from(OWN_PSN) + 1;
        self.acknowledge(psn, wire::SYNDROME_ACK, msn & 0xff_ffff)
    }

    /// NAK_STOPPED of incarnation `epoch`.
    pub fn nak_stopped(&self, epoch: u32) -> Packet {
        self.acknowledge(OWN_PSN, wire::SYNDROME_NAK_STOPPED, epoch & 0xff_ffff)
    }

    /// MigETH that fits this connection: the partner's own oldest PSN not acknowledged is the last message received.
    pub fn mig_eth(&self, epoch: u32) -> MigEth {
        MigEth {
            version: wire::MIG_ETH_VERSION,
            epoch: epoch & 0xff_ffff,
            source_qpn: PARTNER_QPN,
            max: self.epsn().plus(2),
            epsn: OWN_PSN.plus(1),
            ..MigEth::default()
        }
    }

    /// `una` in what the partner sends.
    pub fn partner_una(&self) -> Psn {
        self.epsn().minus(1)
    }

    /// RESUME of incarnation `epoch`, whose window fits.
    pub fn resume(&self, epoch: u32) -> Packet {
        let body = self.mig_eth(epoch).encode();
        self.packet(Opcode::Resume, self.partner_una(), body)
    }

    /// RESUME_ACK that echoes `epoch`.
    pub fn resume_ack(&self, epoch: u32) -> Packet {
        let body = self.mig_eth(epoch).encode();
        self.packet(Opcode::ResumeAck, self.partner_una(), body)
    }

    /// MOVED: incarnation `epoch` is at `to`.
    pub fn moved(&self, epoch: u32, to: IpAddr) -> Packet {
        let eth = MigEth {
            max: Psn::new(0),
            epsn: Psn::new(0),
            moved_to: Some(address(to)),
            ..self.mig_eth(epoch)
        };
        self.packet(Opcode::Moved, OWN_PSN, eth.encode())
    }

    /// The packet arrives; what the NIC sends then, in the next [`QUIET`] cycles.
    pub fn tell(&self, packet: &Packet) -> Vec<Packet> {
        self.lab.cluster.inject(self.host, &packet.encode());
        self.listen(QUIET)
    }

    /// What the NIC sends in `cycles` cycles.
    pub fn listen(&self, cycles: u64) -> Vec<Packet> {
        self.lab.run(cycles).unwrap();
        let frames = self.lab.cluster.take_frames().into_iter();
        frames
            .filter(|f| f.sent && f.host == self.host)
            .map(|f| Packet::decode(&f.bytes))
            .collect()
    }

    /// Waits for the first packet that `wanted` likes; all that were sent until then, it the last.
    pub fn hear(&self, what: &str, cycles: u64, wanted: impl Fn(&Packet) -> bool) -> Vec<Packet> {
        let mut all = Vec::new();
        let mut left = cycles;
        while left > 0 {
            let step = left.min(256);
            left -= step;
            for packet in self.listen(step) {
                let found = wanted(&packet);
                all.push(packet);
                if found {
                    return all;
                }
            }
        }
        panic!("no {what} in {cycles} cycles; sent was {all:#?}");
    }

    // -- what the records say

    pub fn record<const N: usize>(&self, kind: ContextKind) -> [u32; N] {
        record(self.host(), kind, self.slot)
    }

    pub fn migration(&self) -> Migration {
        Migration::from_words(&self.record(ContextKind::Migration))
    }

    pub fn completer(&self) -> Completer {
        Completer::from_words(&self.record(ContextKind::Completer))
    }

    pub fn responder(&self) -> Responder {
        Responder::from_words(&self.record(ContextKind::Responder))
    }

    pub fn addresses(&self) -> QpAddress {
        QpAddress::from_words(&self.record(ContextKind::QpAddress))
    }

    pub fn device_state(&self) -> u8 {
        device_state(self.host(), self.slot)
    }

    /// It is in `state` by both records.
    pub fn is(&self, state: State) -> bool {
        let (device, phase) = state.codes();
        self.device_state() == device && self.migration().phase == phase.code()
    }

    pub fn counter(&self, counter: Counter) -> u64 {
        self.host().adapter.counter(counter).unwrap()
    }

    /// Packets dropped for what they are.
    pub fn drops(&self) -> u64 {
        DROPS.iter().map(|&c| self.counter(c)).sum()
    }

    /// Every record that belongs to the queue pair or its completion queues. Times of the migration record are left out.
    pub fn snapshot(&self) -> Snapshot {
        use ContextKind as K;
        let own = [
            K::QpConfig,
            K::QpAv,
            K::QpAddress,
            K::Requester,
            K::Completer,
            K::Responder,
            K::Response,
            K::SqConfig,
            K::SqState,
            K::RqConfig,
            K::RqState,
            K::QpState,
        ];
        let adapter = &self.host().adapter;
        let read = |kind, index| (kind, adapter.read_record(kind, index).unwrap());
        let mut all: Vec<_> = own.into_iter().map(|kind| read(kind, self.slot)).collect();
        let timeless = Migration {
            deadline: 0,
            interval: 0,
            lease: 0,
            renewals: 0,
            ..self.migration()
        };
        all.push((K::Migration, timeless.to_words().to_vec()));
        for entry in 0..16 {
            all.push(read(K::Outstanding, self.slot << 4 | entry));
        }
        for entry in 0..8 {
            all.push(read(K::Resource, self.slot << 3 | entry));
        }
        for cq in self.app.iter().flat_map(|app| [&app.send_cq, &app.recv_cq]) {
            all.push(read(K::CqConfig, cq.number()));
            all.push(read(K::CqState, cq.number()));
        }
        Snapshot(all)
    }
}

/// An IP address as records and MOVED hold it.
pub fn address(ip: IpAddr) -> [u8; 16] {
    match ip {
        IpAddr::V4(four) => mapped(four.octets()),
        IpAddr::V6(six) => six.octets(),
    }
}

/// The same in a command's data.
pub fn address_words(ip: IpAddr) -> [u32; 4] {
    let bytes = address(ip);
    std::array::from_fn(|w| u32::from_le_bytes(std::array::from_fn(|k| bytes[4 * w + k])))
}

/// The partner at another place than the connection says.
pub fn stranger() -> Place {
    Place {
        ip: IpAddr::V4(Ipv4Addr::new(10, 0, 0, 10)),
        ..Place::numbered(10)
    }
}
