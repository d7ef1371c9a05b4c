//! IP over the raw queues of two simulated NICs: neighbours, pings, TCP; with loss, and with a host that does what it should not.

use host_driver::netif::{
    InterfaceAddress, InterfaceOptions, NetworkInterface, StreamError, StreamState,
};
use host_driver::{ConnectionData, MacAddress};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use testbench::lab::{Lab, LabOptions, join};
use testbench::net::{FaultRates, LinkConfig};

const SEED: u64 = 0x5eed;
/// Cycles in which everything here is done.
const LONG: u64 = 6_000_000;
/// Simulated time as the protocols' timers see it: a cycle counts as 5 µs, so that a lost segment costs 60 000 cycles.
const MICROSECONDS_PER_CYCLE: u64 = 5;

fn v4(host: usize) -> IpAddr {
    IpAddr::from([10, 0, 0, host as u8 + 1])
}

fn v6(host: usize) -> IpAddr {
    format!("fd00::{}", host + 1).parse().unwrap()
}

struct Pair {
    lab: Lab,
    ends: Vec<NetworkInterface>,
}

impl Pair {
    fn new(loss: f64) -> Self {
        println!("seed {SEED:#x}");
        let link = LinkConfig {
            faults: FaultRates {
                loss,
                ..FaultRates::default()
            },
            ..LinkConfig::default()
        };
        let lab = Lab::new(LabOptions {
            link,
            pause: 64,
            ..LabOptions::new(64, SEED)
        })
        .unwrap();
        let end = |host: usize| {
            let cluster = lab.cluster.clone();
            let clock = move || Duration::from_micros(cluster.cycle() * MICROSECONDS_PER_CYCLE);
            let seed = SEED + host as u64;
            let mut options = InterfaceOptions::new(v4(host), 24, seed, Box::new(clock));
            options.addresses.push(InterfaceAddress {
                ip: v6(host),
                prefix: 64,
            });
            NetworkInterface::open(&lab.hosts[host].adapter, options).unwrap()
        };
        let ends = vec![end(0), end(1)];
        Self { lab, ends }
    }

    /// Both ends work until `look` finds something.
    fn until<T>(
        &mut self,
        what: &str,
        mut look: impl FnMut(&mut [NetworkInterface]) -> Option<T>,
    ) -> T {
        let ends = &mut self.ends;
        self.lab
            .until(what, LONG, || {
                for end in ends.iter_mut() {
                    end.poll().unwrap();
                }
                Ok(look(ends))
            })
            .unwrap()
    }

    fn resolve(&mut self, host: usize, ip: IpAddr) -> MacAddress {
        self.until("a neighbour", |ends| ends[host].resolve(ip).unwrap())
    }
}

/// Pings until an answer comes; frames may be lost.
fn ping(pair: &mut Pair, from: usize, to: IpAddr, payload: &[u8]) -> u16 {
    let mut polls = 0;
    let pong = pair.until("a pong", |ends| {
        if polls % 500 == 0 {
            assert!(ends[from].ping(to, polls / 500, payload));
        }
        polls += 1;
        ends[from].pong()
    });
    assert_eq!((pong.from, &pong.payload[..]), (to, payload));
    pong.number
}

/// What the two ends tell each other: client and server send their connection data, and each gets the other's.
fn exchange(pair: &mut Pair, server: SocketAddr, own: [Vec<u8>; 2]) -> [Vec<u8>; 2] {
    let listener = pair.ends[1].listen(server.port()).unwrap();
    let client = pair.ends[0].connect(server).unwrap();
    let accepted = pair.until("a connection", |ends| ends[1].accept(listener));
    let streams = [client, accepted];
    let (mut sent, mut read) = ([0, 0], [Vec::new(), Vec::new()]);
    pair.until("the connection data", |ends| {
        for k in 0..2 {
            if ends[k].stream_state(streams[k]) == StreamState::Connecting {
                continue;
            }
            sent[k] += ends[k].write(streams[k], &own[k][sent[k]..]).unwrap();
            let mut bytes = [0; 700];
            let n = ends[k].read(streams[k], &mut bytes).unwrap();
            read[k].extend_from_slice(&bytes[..n]);
        }
        (read[0].len() >= own[1].len() && read[1].len() >= own[0].len()).then_some(())
    });
    pair.ends[0].close(client);
    pair.until("the partner's end", |ends| {
        let end = ends[1].read(accepted, &mut [0; 8]);
        (end == Err(StreamError::Closed)).then_some(())
    });
    pair.ends[1].close(accepted);
    pair.ends[1].unlisten(listener);
    pair.until("a quiet end", |ends| {
        ends.iter().all(NetworkInterface::is_quiet).then_some(())
    });
    read
}

/// Neighbours, pings and connection data of both families, and a connection made from them that works.
fn whole_story(loss: f64) -> (u64, Vec<u64>) {
    let mut pair = Pair::new(loss);
    let mut trace = Vec::new();
    for ip in [v4 as fn(usize) -> IpAddr, v6] {
        assert_eq!(pair.resolve(0, ip(1)), pair.lab.hosts[1].mac);
        ping(&mut pair, 0, ip(1), b"are you there?");
        ping(&mut pair, 1, ip(0), &[7; 1400]);
        trace.push(pair.lab.cluster.cycle());
    }
    let options = testbench::lab::ConnectOptions::default();
    let a = pair.lab.hosts[0].endpoint(&options, 0).unwrap();
    let b = pair.lab.hosts[1].endpoint(&options, 1).unwrap();
    let text = |qp: &host_driver::QueuePair| serde_json::to_vec(&qp.connection_data()).unwrap();
    let own = [text(&a.qp), text(&b.qp)];
    for (k, ip) in [v4(1), v6(1)].into_iter().enumerate() {
        let read = exchange(
            &mut pair,
            SocketAddr::new(ip, 18515 + k as u16),
            own.clone(),
        );
        trace.push(pair.lab.cluster.cycle());
        for (read, told) in read.iter().zip([&b, &a]) {
            let data: ConnectionData = serde_json::from_slice(read).unwrap();
            assert_eq!(data, told.qp.connection_data());
        }
    }
    // more than fits the buffers of a connection
    let big = [vec![1; 40_000], vec![2; 30_000]];
    let read = exchange(&mut pair, SocketAddr::new(v4(1), 99), big.clone());
    assert!(read[0] == big[1] && read[1] == big[0]);
    join(&a.qp, &b.qp, &options).unwrap();
    assert!(a.qp.is_migratable());
    pair.lab.cluster.check().unwrap();
    (pair.lab.cluster.cycle(), trace)
}

#[test]
fn interface_answers_resolves_and_connects() {
    whole_story(0.0);
}

#[test]
fn interface_works_with_loss_and_is_deterministic() {
    let first = whole_story(0.05);
    println!("{first:?}");
    assert_eq!(first, whole_story(0.05));
}

#[test]
fn interface_address_that_moves_is_announced() {
    let mut pair = Pair::new(0.0);
    let moved = IpAddr::from([10, 0, 0, 9]);
    let address = InterfaceAddress {
        ip: moved,
        prefix: 24,
    };
    pair.ends[1].add_address(address).unwrap();
    pair.ends[1].announce().unwrap();
    let mac = pair.lab.hosts[1].mac;
    // heard without having been asked
    pair.until("the announcement", |ends| {
        (ends[0].resolve(moved).unwrap() == Some(mac)).then_some(())
    });
    ping(&mut pair, 0, moved, b"there");
    pair.ends[1].remove_address(moved);
    assert!(pair.ends[0].ping(moved, 1, b"gone"));
    for _ in 0..500 {
        pair.lab.run(64).unwrap();
        pair.ends.iter_mut().for_each(|end| end.poll().unwrap());
    }
    assert_eq!(pair.ends[0].pong(), None);
}

#[test]
fn interface_nobody_listens_bad_flow() {
    let mut pair = Pair::new(0.0);
    let stream = pair.ends[0].connect(SocketAddr::new(v4(1), 7)).unwrap();
    pair.until("a refusal", |ends| {
        (ends[0].stream_state(stream) == StreamState::Closed).then_some(())
    });
    assert_eq!(pair.ends[0].write(stream, b"x"), Err(StreamError::Closed));
    let first = pair.ends[0].listen(9).unwrap();
    assert_eq!(pair.ends[0].listen(9), Err(StreamError::Port { port: 9 }));
    pair.ends[0].unlisten(first);
    pair.ends[0].listen(9).unwrap();
    assert!(pair.ends[0].listen(0).is_err());
}

#[test]
fn interface_survives_frames_of_every_kind_bad_flow() {
    let mut pair = Pair::new(0.0);
    let mut rng = testbench::rng::Rng::new(SEED);
    for k in 0..300 {
        let length = rng.index(60, 4224);
        let mut frame = rng.bytes(length);
        // most look like something
        let kinds: [[u8; 2]; 4] = [[8, 6], [8, 0], [0x86, 0xdd], [0x81, 0]];
        frame[12..14].copy_from_slice(&kinds[k % 4]);
        frame[..6].copy_from_slice(&[0xff; 6]);
        pair.lab.cluster.inject(1, &frame);
        pair.lab.run(600).unwrap();
        pair.ends[1].poll().unwrap();
    }
    ping(&mut pair, 0, v4(1), b"still there?");
    assert_eq!(pair.ends[1].stats().revived, 0);
}
