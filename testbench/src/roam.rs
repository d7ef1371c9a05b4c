//! `roamnic roam`: our end of a connection moves while its partner, which knows nothing of moves, goes on talking.
//!
//! The partner is Linux' `ibv_rc_pingpong`, or anything that speaks like it. Each place is a [`Station`] of its own: another NIC,
//! another Ethernet address, another wire. Rule 1 of the migration protocol is all there is: the stopped end is silent, the IP address
//! moves along, gratuitous ARP tells where it is now, and the partner's retries do the rest. From one place to the next go the bytes
//! of the checkpoint image and of the process's memory, and nothing else.

use crate::peer::packet::{Packet, Place};
use crate::perftest::{Role, message::gid_of};
use crate::rc_pingpong::{DONE, End};
use crate::station::{Station, StationError, StationOptions};
use crate::wire::WireSpec;
use fw_regs::ContextKind;
use fw_regs::contexts::Responder;
use fw_regs::wire::{self, Opcode};
use host_driver::migration::{
    CheckpointError, CommitFailure, Image, ImageError, Process, RestoreError, ResumeFailure,
};
use host_driver::netif::StreamId;
use host_driver::{
    Access, CompletionQueue, ConnectionData, DeviceError, InitAttributes, MacAddress, MemoryRegion,
    Modify, QpOptions, QueuePair, RecvRequest, RtrAttributes, RtsAttributes, SendOperation,
    SendRequest, WcOpcode, WcStatus,
};
use serde::Serialize;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};

/// Receives that are posted, so that the partner never waits for one.
const RECEIVES: u32 = 8;

/// What is played.
#[derive(Clone, Debug)]
pub struct RoamOptions {
    /// The first place.
    pub station: StationOptions,
    /// Wires of the others, in order; with each, one move.
    pub onward: Vec<WireSpec>,
    /// Which end is ours.
    pub role: Role,
    /// The partner's address.
    pub partner: IpAddr,
    /// TCP port of the exchange.
    pub port: u16,
    /// Bytes of a message.
    pub size: u32,
    /// Messages in each direction.
    pub iterations: u32,
    /// Bytes; the partner's must be the same.
    pub path_mtu: u32,
    /// How long the connection stands still in each move, beside what the move itself takes.
    pub hold: Duration,
}

/// One move.
#[derive(Clone, Debug, Serialize)]
pub struct MoveReport {
    /// Messages received before it.
    pub after_messages: u32,
    /// Bytes that went from place to place.
    pub image_bytes: usize,
    pub memory_bytes: usize,
    /// From the stop to the resume, wall time.
    pub stopped_ms: f64,
    /// From the resume to the next message of the partner, wall time.
    pub first_message_ms: f64,
}

/// What came of it.
#[derive(Clone, Debug, Serialize)]
pub struct RoamReport {
    pub role: Role,
    /// Messages received whose bytes were compared.
    pub messages: u32,
    pub verified_bytes: u64,
    /// Messages with wrong bytes.
    pub damaged: u32,
    pub moves: Vec<MoveReport>,
    pub seconds: f64,
}

impl RoamReport {
    /// Nothing was lost, nothing damaged.
    pub fn is_good(&self, options: &RoamOptions) -> bool {
        self.messages == options.iterations
            && self.damaged == 0
            && self.moves.len() == options.onward.len()
    }
}

/// What ends it early.
#[derive(Debug, thiserror::Error)]
pub enum RoamError {
    #[error(transparent)]
    Station(#[from] StationError),
    #[error(transparent)]
    Device(#[from] DeviceError),
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    #[error(transparent)]
    Image(#[from] ImageError),
    #[error(transparent)]
    Restore(#[from] RestoreError),
    #[error("the commit failed: {0}")]
    Commit(String),
    #[error("the resume failed: {0}")]
    Resume(String),
    /// What the partner said of itself cannot be read.
    #[error("the partner introduces itself as {0:?}; LID:QPN:PSN:GID was expected")]
    Introduction(String),
    /// The restored process has not what the old one had.
    #[error("the restored process has no {0}")]
    Missing(&'static str),
    /// A work request went wrong.
    #[error("{opcode:?} {wr_id} completed with {status}")]
    Completion {
        opcode: WcOpcode,
        wr_id: u64,
        status: WcStatus,
    },
}

impl From<CommitFailure> for RoamError {
    fn from(failure: CommitFailure) -> Self {
        Self::Commit(failure.failure.to_string())
    }
}

impl From<ResumeFailure> for RoamError {
    fn from(failure: ResumeFailure) -> Self {
        Self::Resume(failure.failure.to_string())
    }
}

/// The application: it plays ping-pong and knows nothing of places.
struct Player {
    qp: QueuePair,
    send_cq: CompletionQueue,
    recv_cq: CompletionQueue,
    memory: MemoryRegion,
    size: u32,
    received: u32,
    sent: u32,
    /// the server's: what the first message was
    ball: Option<Vec<u8>>,
    damaged: u32,
}

impl Player {
    /// A queue pair in INIT with its receives.
    fn new(station: &mut Station, size: u32) -> Result<Self, StationError> {
        let send_cq = station.context.create_cq(64)?;
        let recv_cq = station.context.create_cq(64)?;
        let qp = station.pd.create_qp(&QpOptions {
            send_cq: send_cq.clone(),
            recv_cq: recv_cq.clone(),
            srq: None,
            max_send: 16,
            max_recv: 2 * RECEIVES,
            raw: false,
        })?;
        let slots = RECEIVES as usize + 1;
        let memory = station.memory(slots * size as usize, Access::LOCAL)?;
        qp.modify(Modify::Init(InitAttributes::default()))?;
        let player = Self {
            qp,
            send_cq,
            recv_cq,
            memory,
            size,
            received: 0,
            sent: 0,
            ball: None,
            damaged: 0,
        };
        for slot in 0..RECEIVES {
            player.expect(slot)?;
        }
        Ok(player)
    }

    fn offset(&self, slot: u32) -> usize {
        slot as usize * self.size as usize
    }

    fn expect(&self, slot: u32) -> Result<(), StationError> {
        self.qp.post_recv(&[RecvRequest {
            wr_id: slot.into(),
            entries: vec![self.memory.entry(self.offset(slot), self.size)],
        }])?;
        Ok(())
    }

    /// Sends `ball` from the last slot.
    fn send(&mut self, ball: &[u8]) -> Result<(), StationError> {
        let offset = self.offset(RECEIVES);
        self.memory.buffer().write(offset, ball)?;
        let operation = SendOperation::Send {
            imm: None,
            invalidate: None,
        };
        let entry = self.memory.entry(offset, self.size);
        let request = SendRequest::new(self.sent.into(), operation, entry);
        self.qp.post_send(&[request])?;
        self.sent += 1;
        Ok(())
    }

    /// Takes what has completed; sends what came back as long as `total` is not reached.
    fn play(&mut self, total: u32) -> Result<(), RoamError> {
        for completion in self.send_cq.poll(16)? {
            check(&completion)?;
        }
        for completion in self.recv_cq.poll(16)? {
            check(&completion)?;
            let slot = completion.wr_id as u32;
            let mut seen = vec![0; self.size as usize];
            self.memory.buffer().read(self.offset(slot), &mut seen)?;
            self.received += 1;
            let whole = completion.byte_len == self.size;
            let expected = self.ball.get_or_insert_with(|| seen.clone());
            if !whole || *expected != seen {
                self.damaged += 1;
            }
            if self.received < total {
                self.expect(slot)?;
            }
            if self.sent < total {
                self.send(&seen)?;
            }
        }
        Ok(())
    }

    /// The same application over the objects of a restored process.
    fn onto(self, process: &Process) -> Result<Self, RoamError> {
        let cq =
            |old: &CompletionQueue, what| process.cq(old.handle()).ok_or(RoamError::Missing(what));
        Ok(Self {
            qp: process
                .qp(self.qp.number())
                .ok_or(RoamError::Missing("queue pair"))?,
            send_cq: cq(&self.send_cq, "send completion queue")?,
            recv_cq: cq(&self.recv_cq, "receive completion queue")?,
            memory: process
                .mr(self.memory.lkey())
                .ok_or(RoamError::Missing("memory region"))?,
            ..self
        })
    }
}

fn check(completion: &host_driver::Completion) -> Result<(), RoamError> {
    let &host_driver::Completion {
        opcode,
        wr_id,
        status,
        ..
    } = completion;
    match status {
        WcStatus::Success => Ok(()),
        _ => Err(RoamError::Completion {
            opcode,
            wr_id,
            status,
        }),
    }
}

/// Plays until all messages have come, or something fails.
///
/// # Errors
/// [`RoamError`]; damaged messages are counted instead.
pub fn run(options: &RoamOptions) -> Result<RoamReport, RoamError> {
    let mut station = Station::new(options.station.clone())?;
    let mut player = Player::new(&mut station, options.size)?;
    let partner = connect(&mut station, &player, options)?;
    let started = Instant::now();
    if options.role == Role::Client {
        let ball: Vec<u8> = (0..options.size).map(|k| (k * 7 + k / 256) as u8).collect();
        player.ball = Some(ball.clone());
        player.send(&ball)?;
    }
    let mut moves: Vec<MoveReport> = Vec::new();
    let legs = options.onward.len() as u32 + 1;
    for leg in 1..=legs {
        let goal = (u64::from(options.iterations) * u64::from(leg) / u64::from(legs)) as u32;
        play_until(&mut station, &mut player, options, goal)?;
        let Some(wire) = options.onward.get(leg as usize - 1) else {
            break;
        };
        let after_messages = player.received;
        let (moved, mut report) = travel(station, player, options, (wire, leg), partner)?;
        (station, player) = moved;
        report.after_messages = after_messages;
        let resumed = Instant::now();
        play_until(&mut station, &mut player, options, after_messages + 1)?;
        report.first_message_ms = resumed.elapsed().as_secs_f64() * 1e3;
        moves.push(report);
    }
    // the last message of ours must be acknowledged, and a lost ACK of the partner's answered
    linger(&mut station, &mut player, options)?;
    Ok(RoamReport {
        role: options.role,
        messages: player.received,
        verified_bytes: u64::from(player.received - player.damaged) * u64::from(options.size),
        damaged: player.damaged,
        moves,
        seconds: started.elapsed().as_secs_f64(),
    })
}

fn play_until(
    station: &mut Station,
    player: &mut Player,
    options: &RoamOptions,
    goal: u32,
) -> Result<(), RoamError> {
    let patience = options.station.patience;
    let mut last = (player.received, Instant::now());
    while player.received < goal {
        player.play(options.iterations)?;
        station.step()?;
        if player.received != last.0 {
            last = (player.received, Instant::now());
        }
        if last.1.elapsed() > patience {
            let what = format!("message {} of the partner", player.received + 1);
            let after = last.1.elapsed();
            return Err(StationError::Timeout { what, after }.into());
        }
    }
    Ok(())
}

fn linger(
    station: &mut Station,
    player: &mut Player,
    options: &RoamOptions,
) -> Result<(), RoamError> {
    let end = Instant::now() + Duration::from_millis(500);
    while Instant::now() < end {
        player.play(options.iterations)?;
        station.step()?;
    }
    Ok(())
}

/// The other end of the connection.
#[derive(Clone, Copy, Debug)]
struct Partner {
    place: Place,
    qpn: u32,
}

/// Exchanges introductions as ibv_rc_pingpong does and connects the queue pair.
fn connect(
    station: &mut Station,
    player: &Player,
    options: &RoamOptions,
) -> Result<Partner, RoamError> {
    let own = player.qp.connection_data();
    let own_text = End {
        lid: 0,
        qpn: own.qpn,
        psn: own.psn,
        gid: gid_of(station.ip),
    }
    .encode();
    let partner = match options.role {
        Role::Server => {
            let stream = station.answer(options.port)?;
            let heard = station.hear(stream, own_text.len())?;
            let partner = join(station, player, options, &heard)?;
            station.say(stream, &own_text)?;
            station.hear(stream, DONE.len())?;
            station.hang_up(stream)?;
            partner
        }
        Role::Client => {
            let server = SocketAddr::new(options.partner, options.port);
            let stream: StreamId = station.call(server)?;
            station.say(stream, &own_text)?;
            let heard = station.hear(stream, own_text.len())?;
            let partner = join(station, player, options, &heard)?;
            station.say(stream, DONE)?;
            station.hang_up(stream)?;
            partner
        }
    };
    Ok(partner)
}

fn join(
    station: &mut Station,
    player: &Player,
    options: &RoamOptions,
    heard: &[u8],
) -> Result<Partner, RoamError> {
    let End { qpn, psn, gid, .. } = End::decode(heard)
        .ok_or_else(|| RoamError::Introduction(String::from_utf8_lossy(heard).into_owned()))?;
    let ip = Ipv6Addr::from(gid).to_canonical();
    let mac = station.resolve(ip)?;
    let partner = ConnectionData {
        qpn,
        psn,
        ip,
        mac,
        migration: None,
    };
    let modify = |change| player.qp.modify(change).map_err(StationError::from);
    let own_psn = player.qp.connection_data().psn;
    modify(Modify::Rtr(RtrAttributes {
        path_mtu: options.path_mtu,
        ..RtrAttributes::new(partner)
    }))?;
    modify(Modify::Rts(RtsAttributes {
        timeout: options.station.timeout,
        ..RtsAttributes::new(own_psn)
    }))?;
    let place = Place { ip, mac };
    Ok(Partner { place, qpn })
}

/// From one place to the next; gives the new place, and the application at work there.
fn travel(
    source: Station,
    player: Player,
    options: &RoamOptions,
    (wire, leg): (&WireSpec, u32),
    partner: Partner,
) -> Result<((Station, Player), MoveReport), RoamError> {
    let stopped = Instant::now();
    let checkpoint = source.context.checkpoint()?;
    let memory: Vec<Vec<u8>> = checkpoint
        .memory()
        .iter()
        .map(|range| checkpoint.read_memory(range))
        .collect::<Result<_, _>>()?;
    let image = checkpoint.image().encode();
    // nobody knows of another address: the partner is to find the connection at its own one
    drop(checkpoint.commit(None)?);
    let qpn = player.qp.number();
    let own_mac = source.interface.mac();
    drop(source);

    let hold_until = stopped + options.hold;
    std::thread::sleep(hold_until.saturating_duration_since(Instant::now()));
    let mut station = Station::new(StationOptions {
        wire: wire.clone(),
        mac: Some(next_mac(own_mac)),
        waves: options
            .station
            .waves
            .clone()
            .map(|(waves, _)| (waves, leg as usize)),
        seed: options.station.seed.wrapping_add(leg.into()),
        ..options.station.clone()
    })?;
    let image_bytes = image.len();
    let image = Image::decode(&image)?;
    let restored = station.adapter.restore(&image, &memory)?;
    restored.set_partner(qpn, partner.place.ip, partner.place.mac)?;
    station.interface.announce().map_err(StationError::from)?;
    let repeated = repeated_ack(&image, qpn, partner, &station)?;
    station
        .interface
        .transmit(repeated.encode())
        .map_err(StationError::from)?;
    station.step()?;
    let process = restored.resume()?;
    let stopped_ms = stopped.elapsed().as_secs_f64() * 1e3;
    let player = player.onto(&process)?;
    station.context = process.context.clone();
    let report = MoveReport {
        after_messages: 0,
        image_bytes,
        memory_bytes: memory.iter().map(Vec::len).sum(),
        stopped_ms,
        first_message_ms: 0.0,
    };
    Ok(((station, player), report))
}

/// What the stopped end has acknowledged last, said once more from the new place.
///
/// A requester that repeats a message may take its acknowledgement for one of the repeat that it has not finished yet, and wait for another
/// one: Linux' rxe does, and for ever, because it has nothing left that it would repeat. A stop loses that other one. To a
/// requester that has seen it, it is stale, and nothing (IBTA vol 1, chapter 9).
fn repeated_ack(
    image: &Image,
    qpn: u32,
    partner: Partner,
    station: &Station,
) -> Result<Packet, RoamError> {
    let qp = image.qps.iter().find(|qp| qp.number == qpn);
    let words = qp.and_then(|qp| qp.words_of(ContextKind::Responder));
    let words = words.and_then(|words| words.try_into().ok());
    let responder = Responder::from_words(words.ok_or(RoamError::Missing("responder"))?);
    let extension = u32::from(wire::SYNDROME_ACK) << 24 | responder.msn;
    Ok(Packet {
        from: Place {
            ip: station.ip,
            mac: station.interface.mac(),
        },
        to: partner.place,
        source_port: 0xc000 | (qpn ^ partner.qpn) as u16 & 0x3fff,
        opcode: Opcode::Acknowledge as u8,
        qpn: partner.qpn,
        ack_req: false,
        psn: responder.epsn.minus(1),
        body: extension.to_be_bytes().to_vec(),
    })
}

/// The place's address: another one than the last place's.
fn next_mac(MacAddress(mut mac): MacAddress) -> MacAddress {
    mac[5] = mac[5].wrapping_add(0x10);
    MacAddress(mac)
}
