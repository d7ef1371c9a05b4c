//! `roamnic pingpong --wire`: SENDs to and fro with `ibv_rc_pingpong` of rdma-core, or another program of ours, over a wire that leads
//! out of the simulation.
//!
//! The two ends write one message each over TCP, `LID:QPN:PSN:GID` in hexadecimal with a zero behind it; the client answers with
//! `done`. Then the client serves.

use crate::perftest::message::{gid_of, ip_of};
use crate::perftest::{PORT, PerftestError, Role};
use crate::station::{Partner, Station, StationError, StationOptions};
use crate::wire::WireStats;
use fw_regs::Counter;
use host_driver::netif::StreamId;
use host_driver::{
    Access, CompletionQueue, MemoryRegion, QpOptions, QueuePair, RecvRequest, SendOperation,
    SendRequest, WcStatus,
};
use serde::Serialize;
use std::net::{IpAddr, SocketAddr};

/// Bytes of an end, the zero included.
const END_BYTES: usize = 52;
/// The client's last word, its zero included.
pub const DONE: &[u8; 5] = b"done\0";
/// What `ibv_rc_pingpong` fills its buffer with, and what it expects at the beginning of every page if it looks (`-c`).
const FILL: u8 = 0x7b;
const PAGE: usize = 4096;

/// What is played.
#[derive(Clone, Debug)]
pub struct Options {
    pub station: StationOptions,
    pub role: Role,
    /// The server's address; a server takes whoever comes.
    pub partner: Option<IpAddr>,
    pub port: u16,
    /// Bytes of a message.
    pub size: u32,
    /// Messages each way.
    pub iterations: u64,
    pub path_mtu: u32,
    /// Receives posted.
    pub receives: u32,
}

impl Options {
    /// What `ibv_rc_pingpong` plays without options.
    pub fn new(station: StationOptions, role: Role) -> Self {
        Self {
            station,
            role,
            partner: None,
            port: PORT,
            size: 4096,
            iterations: 1000,
            path_mtu: 1024,
            receives: 500,
        }
    }
}

/// An end of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    pub lid: u16,
    pub qpn: u32,
    pub psn: u32,
    pub gid: [u8; 16],
}

impl End {
    /// As it is written.
    pub fn encode(&self) -> [u8; END_BYTES] {
        let gid: String = self.gid.iter().map(|b| format!("{b:02x}")).collect();
        let text = format!("{:04x}:{:06x}:{:06x}:{gid}\0", self.lid, self.qpn, self.psn);
        std::array::from_fn(|k| text.as_bytes().get(k).copied().unwrap_or(0))
    }

    /// What a partner has written; none if it is not an end.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?.split('\0').next()?;
        let mut fields = text.split(':');
        let mut number = |max: u32| {
            let value = u32::from_str_radix(fields.next()?, 16).ok()?;
            (value <= max).then_some(value)
        };
        let (lid, qpn, psn) = (number(0xffff)?, number(0xff_ffff)?, number(0xff_ffff)?);
        let gid = u128::from_str_radix(fields.next().filter(|g| g.len() == 32)?, 16).ok()?;
        Some(Self {
            lid: lid as u16,
            qpn,
            psn,
            gid: gid.to_be_bytes(),
        })
    }

    fn text(&self, side: &str) -> String {
        let gid = std::net::Ipv6Addr::from(self.gid);
        format!(
            "  {side} LID 0x{:04x}, QPN 0x{:06x}, PSN 0x{:06x}, GID {gid}\n",
            self.lid, self.qpn, self.psn
        )
    }
}

/// How it went.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    pub role: Role,
    pub partner: IpAddr,
    pub size: u32,
    pub iterations: u64,
    pub path_mtu: u32,
    /// Seconds of the game by the station's clock.
    pub seconds: f64,
    /// What came back is what such programs send.
    pub verified: bool,
    pub retransmissions: u64,
    pub duplicates: u64,
    pub wire: WireStats,
}

impl Outcome {
    /// What `ibv_rc_pingpong` prints at its end.
    pub fn text(&self) -> String {
        let bytes = u64::from(self.size) * self.iterations * 2;
        let us = (self.seconds * 1e6).max(1.0);
        format!(
            "{bytes} bytes in {:.2} seconds = {:.2} Mbit/sec\n{} iters in {:.2} seconds = {:.2} usec/iter\n",
            self.seconds,
            bytes as f64 * 8.0 / us,
            self.iterations,
            self.seconds,
            us / self.iterations as f64
        )
    }
}

struct Player {
    qp: QueuePair,
    cq: CompletionQueue,
    memory: MemoryRegion,
    own: End,
    size: u32,
}

/// Of requests: which completion is whose.
const RECEIVE: u64 = 1;
const SEND: u64 = 2;

impl Player {
    fn new(station: &mut Station, options: &Options) -> Result<Self, PerftestError> {
        let receives = options.receives.clamp(2, 4096);
        let cq = station.context.create_cq(receives + 1)?;
        let qp = station.pd.create_qp(&QpOptions {
            send_cq: cq.clone(),
            recv_cq: cq.clone(),
            srq: None,
            max_send: 1,
            max_recv: receives,
            raw: false,
        })?;
        let length = (options.size as usize).max(1);
        let memory = station.memory(length, Access::LOCAL)?;
        memory.buffer().write(0, &expected(length))?;
        let own = End {
            lid: 0,
            qpn: qp.number(),
            psn: qp.connection_data().psn,
            gid: gid_of(station.ip),
        };
        Ok(Self {
            qp,
            cq,
            memory,
            own,
            size: options.size,
        })
    }

    fn receive(&self, count: u32) -> Result<(), PerftestError> {
        let one = RecvRequest {
            wr_id: RECEIVE,
            entries: vec![self.memory.entry(0, self.size)],
        };
        Ok(self.qp.post_recv(&vec![one; count as usize])?)
    }

    fn send(&self) -> Result<(), PerftestError> {
        let send = SendOperation::Send {
            imm: None,
            invalidate: None,
        };
        let entry = self.memory.entry(0, self.size);
        Ok(self.qp.post_send(&[SendRequest::new(SEND, send, entry)])?)
    }

    fn join(
        &self,
        station: &mut Station,
        partner: &End,
        options: &Options,
    ) -> Result<(), PerftestError> {
        let end = Partner {
            qpn: partner.qpn,
            psn: partner.psn,
            ip: ip_of(partner.gid),
        };
        station.join(&self.qp, end, options.path_mtu, [1, 1])?;
        self.receive(options.receives.clamp(2, 4096))
    }
}

/// What a buffer holds.
fn expected(length: usize) -> Vec<u8> {
    let byte = |k: usize| if k.is_multiple_of(PAGE) { 0 } else { FILL };
    (0..length).map(byte).collect()
}

/// Plays; `tell` gets `ibv_rc_pingpong`'s text as it comes, but for the result.
///
/// # Errors
/// [`PerftestError`].
pub fn run(options: &Options, tell: &mut dyn FnMut(&str)) -> Result<Outcome, PerftestError> {
    let mut station = Station::new(options.station.clone())?;
    let player = Player::new(&mut station, options)?;
    tell(&player.own.text("local address: "));
    let stream = match options.role {
        Role::Client => {
            let partner = options.partner.ok_or(PerftestError::NoPartner)?;
            station.call(SocketAddr::new(partner, options.port))?
        }
        Role::Server => station.answer(options.port)?,
    };
    let played = game(&mut station, &player, stream, options, tell);
    let (partner, seconds) = match played {
        Ok(played) => played,
        Err(error) => {
            // what went wrong is told; that the partner may not be told of it goes without saying
            let _ = station.hang_up(stream);
            station.finish()?;
            return Err(error);
        }
    };
    let mut bytes = vec![0; options.size as usize];
    player.memory.buffer().read(0, &mut bytes)?;
    let all_but_pages = |(k, b): (usize, &u8)| k.is_multiple_of(PAGE) || *b == FILL;
    station.hang_up(stream)?;
    station.finish()?;
    let count = |counter| station.adapter.counter(counter);
    Ok(Outcome {
        role: options.role,
        partner: ip_of(partner.gid),
        size: options.size,
        iterations: options.iterations,
        path_mtu: options.path_mtu,
        seconds,
        verified: bytes.iter().enumerate().all(all_but_pages),
        retransmissions: count(Counter::CompleterRetryErr)?,
        duplicates: count(Counter::RcvdDupReq)?,
        wire: station.wire_stats(),
    })
}

/// Exchange and game: the partner, and the seconds of the game.
fn game(
    station: &mut Station,
    player: &Player,
    stream: StreamId,
    options: &Options,
    tell: &mut dyn FnMut(&str),
) -> Result<(End, f64), PerftestError> {
    let partner = meet(station, player, stream, options)?;
    tell(&partner.text("remote address:"));
    let begin = station.now();
    play(station, player, options)?;
    Ok((partner, (station.now() - begin).as_secs_f64()))
}

/// The exchange, and the connection made from it.
fn meet(
    station: &mut Station,
    player: &Player,
    stream: StreamId,
    options: &Options,
) -> Result<End, PerftestError> {
    let hear = |station: &mut Station| -> Result<End, PerftestError> {
        let bytes = station.hear(stream, END_BYTES)?;
        End::decode(&bytes).ok_or(PerftestError::NotAnEnd(bytes))
    };
    match options.role {
        Role::Client => {
            station.say(stream, &player.own.encode())?;
            let partner = hear(station)?;
            // ready before the partner may serve, though here the client does
            player.join(station, &partner, options)?;
            station.say(stream, DONE)?;
            Ok(partner)
        }
        Role::Server => {
            let partner = hear(station)?;
            player.join(station, &partner, options)?;
            station.say(stream, &player.own.encode())?;
            // a client that is quick to close has said all the same what counts
            match station.hear(stream, DONE.len()) {
                Ok(_) | Err(StationError::Stream(_)) => Ok(partner),
                Err(other) => Err(other.into()),
            }
        }
    }
}

/// The game: whoever has received answers, when the last answer has gone.
fn play(station: &mut Station, player: &Player, options: &Options) -> Result<(), PerftestError> {
    let iterations = options.iterations;
    let depth = options.receives.clamp(2, 4096);
    let (mut sent, mut received, mut started) = (0, 0, 0);
    let mut left = depth;
    let mut owed = [true, false];
    if options.role == Role::Client && iterations > 0 {
        player.send()?;
        started = 1;
        owed = [true, true];
    }
    let mut since = station.now();
    while sent < iterations || received < iterations {
        station.step()?;
        let found = player.cq.poll(2)?;
        let now = station.now();
        if found.is_empty() && now - since > options.station.patience {
            return Err(PerftestError::Stuck {
                seconds: (now - since).as_secs(),
                done: received,
                wanted: iterations,
            });
        }
        for completion in found {
            since = now;
            if completion.status != WcStatus::Success {
                return Err(PerftestError::Failed {
                    qpn: completion.qpn,
                    number: received,
                    status: completion.status,
                });
            }
            if completion.wr_id == SEND {
                sent += 1;
                owed[1] = false;
            } else {
                received += 1;
                owed[0] = false;
                left -= 1;
                if left <= 1 {
                    player.receive(depth - left)?;
                    left = depth;
                }
            }
            if started < iterations && owed == [false, false] {
                player.send()?;
                started += 1;
                owed = [true, true];
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn end_is_written_as_rdma_core_does() {
        let end = End {
            lid: 0,
            qpn: 0x11,
            psn: 0x57a69b,
            gid: gid_of("10.0.0.1".parse().unwrap()),
        };
        let text = b"0000:000011:57a69b:00000000000000000000ffff0a000001\0";
        assert_eq!(end.encode(), *text);
        assert_eq!(End::decode(text), Some(end));
    }

    #[test]
    fn end_bad_flow() {
        for text in [
            "",
            "0000:000011:57a69b",
            "0000:1000000:57a69b:00000000000000000000ffff0a000001",
            "0000:000011:57a69b:0000",
            "hello",
        ] {
            assert_eq!(End::decode(text.as_bytes()), None, "{text}");
        }
        assert_eq!(End::decode(&[0xff; END_BYTES]), None);
    }
}
