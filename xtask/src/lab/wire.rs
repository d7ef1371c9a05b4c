//! The wire between guests and our programs: a hub of Unix sockets that speak QEMU's `-netdev stream` (32-bit
//! big-endian length, frame), with a record, chosen loss, and a plug that can be pulled.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufWriter, ErrorKind, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use pcap_file::DataLink;
use pcap_file::pcap::{PcapHeader, PcapPacket, PcapWriter};

use super::frame::Transport;

/// Longest frame that is carried; a longer one is a broken stream.
const LONGEST: usize = 1 << 16;
/// How long a port that does not read may hold up the others, before it is cut off: on a busy machine a guest may stand for seconds.
const STALL: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(20);
/// How long a sprung [`Trap`] loses the requester's packets: a whole message, and less than a time-out of 67 ms.
const REPEAT: Duration = Duration::from_millis(50);

/// What happened at one port since [`Wire::restart_counts`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Frames that came from the port.
    pub frames: u64,
    /// RoCEv2 frames of these.
    pub roce: u64,
    /// Frames of these that were lost on purpose.
    pub lost: u64,
    /// Requests of a packet number that had been requested before.
    pub repeated: u64,
}

/// Loss of RoCEv2 frames, in parts of a thousand, drawn from a seed; TCP and ARP are spared.
#[derive(Clone, Copy, Debug, Default)]
pub struct Loss {
    pub per_mille: u16,
    pub seed: u64,
}

/// What befalls a requester's next message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trap {
    /// Its acknowledgement is lost, and the first repeat, too.
    Lost,
    /// Its acknowledgement arrives when the first repeat has just begun, and the repeat is lost.
    Late,
}

/// A trap that is set.
struct Set {
    trap: Trap,
    requester: usize,
    /// Acknowledgements, as they would have been delivered.
    held: Vec<Vec<u8>>,
    /// The last of those that were.
    last: Option<Vec<u8>>,
    /// When the repeat has begun.
    sprung: Option<Instant>,
}

#[derive(Default)]
struct Port {
    out: Option<UnixStream>,
    counts: Counts,
    seen: BTreeSet<Transport>,
    chance: u64,
}

struct Hub {
    ports: Vec<Mutex<Port>>,
    record: Mutex<Option<PcapWriter<BufWriter<File>>>>,
    loss: u16,
    cut: AtomicBool,
    trap: Mutex<Option<Set>>,
    ended: AtomicBool,
}

/// A hub; dropped, its sockets close.
pub struct Wire {
    hub: Arc<Hub>,
    sockets: Vec<PathBuf>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn capture(path: &Path) -> Result<PcapWriter<BufWriter<File>>> {
    let header = PcapHeader {
        datalink: DataLink::ETHERNET,
        ..PcapHeader::default()
    };
    let file = File::create(path).with_context(|| format!("cannot make {}", path.display()))?;
    Ok(PcapWriter::with_header(BufWriter::new(file), header)?)
}

impl Wire {
    /// A hub of `ports` sockets `NAME.0`, `NAME.1`, … in `folder`; every frame goes to `record` before it is lost or not.
    ///
    /// # Errors
    /// The sockets or the record cannot be made.
    pub fn new(name: &str, ports: usize, loss: Loss, folder: &Path, record: &Path) -> Result<Self> {
        let writer = capture(record)?;
        let hub = Arc::new(Hub {
            ports: (0..ports)
                .map(|number| {
                    Mutex::new(Port {
                        chance: loss.seed.wrapping_mul(2).wrapping_add(number as u64),
                        ..Port::default()
                    })
                })
                .collect(),
            record: Mutex::new(Some(writer)),
            loss: loss.per_mille,
            cut: AtomicBool::new(false),
            trap: Mutex::default(),
            ended: AtomicBool::new(false),
        });
        let mut sockets = Vec::new();
        for number in 0..ports {
            let path = folder.join(format!("{name}.{number}"));
            let listener = UnixListener::bind(&path)
                .with_context(|| format!("cannot make {}", path.display()))?;
            listener.set_nonblocking(true)?;
            let hub = Arc::clone(&hub);
            thread::spawn(move || hub.serve(number, &listener));
            sockets.push(path);
        }
        Ok(Self { hub, sockets })
    }

    /// That nothing is lost on purpose.
    pub fn is_whole(&self) -> bool {
        self.hub.loss == 0
    }

    /// The socket of a port.
    pub fn socket(&self, port: usize) -> &Path {
        &self.sockets[port]
    }

    /// Records in another file from now on.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn record(&self, path: &Path) -> Result<()> {
        let writer = capture(path)?;
        if let Some(before) = lock(&self.hub.record).replace(writer) {
            before.into_writer().flush()?;
        }
        Ok(())
    }

    /// Loses everything, or nothing more than before.
    pub fn cut(&self, cut: bool) {
        self.hub.cut.store(cut, Ordering::Relaxed);
    }

    /// Sets a trap for the requester at a port, once.
    pub fn set_trap(&self, requester: usize, trap: Trap) {
        *lock(&self.hub.trap) = Some(Set {
            trap,
            requester,
            held: Vec::new(),
            last: None,
            sprung: None,
        });
    }

    /// Whether the trap was sprung.
    pub fn has_sprung(&self) -> bool {
        lock(&self.hub.trap)
            .as_ref()
            .is_some_and(|set| set.sprung.is_some())
    }

    /// Delivers the last acknowledgement that the trap has held to its requester, once more.
    pub fn acknowledge_again(&self) {
        let last = lock(&self.hub.trap)
            .as_ref()
            .and_then(|set| Some((set.requester, set.last.clone()?)));
        if let Some((requester, message)) = last {
            self.hub.deliver_to(requester, &message);
        }
    }

    /// What happened at a port.
    pub fn counts(&self, port: usize) -> Counts {
        lock(&self.hub.ports[port]).counts
    }

    /// Forgets what happened, for the next program's row.
    pub fn restart_counts(&self) {
        for port in &self.hub.ports {
            let mut port = lock(port);
            port.counts = Counts::default();
            port.seen.clear();
        }
    }

    /// Requests that were sent again, over all ports.
    pub fn repeated(&self) -> u64 {
        (0..self.sockets.len())
            .map(|port| self.counts(port).repeated)
            .sum()
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.hub.ended.store(true, Ordering::Relaxed);
        for port in &self.hub.ports {
            if let Some(stream) = lock(port).out.take() {
                // the reader of this port wakes up and ends
                stream.shutdown(std::net::Shutdown::Both).ok();
            }
        }
        if let Some(writer) = lock(&self.hub.record).take() {
            // a record that cannot be written is not worth a scenario
            writer.into_writer().flush().ok();
        }
    }
}

impl Hub {
    fn serve(&self, number: usize, listener: &UnixListener) {
        while !self.ended.load(Ordering::Relaxed) {
            match listener.accept() {
                Ok((stream, _)) => {
                    // a port whose stream breaks waits for the next one
                    self.carry(number, stream).ok();
                    lock(&self.ports[number]).out = None;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(LOOK),
                Err(_) => return,
            }
        }
    }

    fn carry(&self, number: usize, mut stream: UnixStream) -> std::io::Result<()> {
        stream.set_nonblocking(false)?;
        let out = stream.try_clone()?;
        out.set_write_timeout(Some(STALL))?;
        lock(&self.ports[number]).out = Some(out);
        let mut message = Vec::new();
        loop {
            let mut length = [0; 4];
            stream.read_exact(&mut length)?;
            let size = u32::from_be_bytes(length) as usize;
            if size > LONGEST {
                return Err(ErrorKind::InvalidData.into());
            }
            message.clear();
            message.extend(length);
            message.resize(4 + size, 0);
            stream.read_exact(&mut message[4..])?;
            self.note(&message[4..]);
            if self.passes(number, &message[4..]) && !self.is_caught(number, &message) {
                self.deliver(number, &message);
            }
        }
    }

    fn note(&self, frame: &[u8]) {
        let time = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let length = u32::try_from(frame.len()).unwrap_or(u32::MAX);
        if let Some(writer) = lock(&self.record).as_mut() {
            let packet = PcapPacket::new(time, length, frame);
            // as in `drop`
            writer.write_packet(&packet).ok();
        }
    }

    fn passes(&self, number: usize, frame: &[u8]) -> bool {
        let mut port = lock(&self.ports[number]);
        port.counts.frames += 1;
        if self.cut.load(Ordering::Relaxed) {
            port.counts.lost += 1;
            return false;
        }
        let Some(transport) = Transport::of(frame) else {
            return true;
        };
        port.counts.roce += 1;
        if transport.is_request() && !port.seen.insert(transport.without_position()) {
            port.counts.repeated += 1;
            drop(port);
            self.spring(number);
            port = lock(&self.ports[number]);
        }
        let lost = draw(&mut port.chance) % 1000 < u64::from(self.loss);
        port.counts.lost += u64::from(lost);
        !lost
    }

    /// A requester repeats itself: if the trap was set for it, what was held arrives now, or never.
    fn spring(&self, requester: usize) {
        let late = match lock(&self.trap).as_mut() {
            Some(set) if set.requester == requester && !set.held.is_empty() => {
                set.sprung.get_or_insert_with(Instant::now);
                let held = std::mem::take(&mut set.held);
                set.last = held.last().cloned();
                (set.trap == Trap::Late).then_some(held)
            }
            _ => None,
        };
        for message in late.into_iter().flatten() {
            self.deliver_to(requester, &message);
        }
    }

    /// Whether a message, behind its length, stays in the trap.
    fn is_caught(&self, from: usize, message: &[u8]) -> bool {
        let (Some(transport), mut trap) = (Transport::of(&message[4..]), lock(&self.trap)) else {
            return false;
        };
        let Some(set) = trap.as_mut() else {
            return false;
        };
        let requests = from == set.requester && transport.is_request();
        match set.sprung {
            None if from != set.requester && transport.is_acknowledge() => {
                set.held.push(message.to_vec());
                true
            }
            None => false,
            Some(since) => requests && since.elapsed() < REPEAT,
        }
    }

    fn deliver(&self, from: usize, message: &[u8]) {
        for number in 0..self.ports.len() {
            if number == from {
                continue;
            }
            self.deliver_to(number, message);
        }
    }

    fn deliver_to(&self, number: usize, message: &[u8]) {
        let mut port = lock(&self.ports[number]);
        let failed = match port.out.as_mut() {
            Some(out) => out.write_all(message).is_err(),
            None => false,
        };
        if failed {
            // half a frame may have gone: the stream is of no more use
            if let Some(stream) = port.out.take() {
                stream.shutdown(std::net::Shutdown::Both).ok();
            }
        }
    }
}

/// SplitMix64.
fn draw(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut value = *state;
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(stream: &mut UnixStream) -> Vec<u8> {
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        let mut length = [0; 4];
        stream.read_exact(&mut length).unwrap();
        let mut frame = vec![0; u32::from_be_bytes(length) as usize];
        stream.read_exact(&mut frame).unwrap();
        frame
    }

    fn send(stream: &mut UnixStream, frame: &[u8]) {
        let length = u32::try_from(frame.len()).unwrap();
        stream.write_all(&length.to_be_bytes()).unwrap();
        stream.write_all(frame).unwrap();
    }

    #[test]
    fn wire_carries_frames_to_all_other_ports_and_takes_a_port_again() {
        let folder = std::env::temp_dir().join(format!("roamnic-wire-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let record = folder.join("wire.pcap");
        let wire = Wire::new("w", 3, Loss::default(), &folder, &record).unwrap();
        let mut ends: Vec<UnixStream> = (0..3)
            .map(|port| UnixStream::connect(wire.socket(port)).unwrap())
            .collect();
        // a port is there when what it sends arrives
        let connected = |port: usize| lock(&wire.hub.ports[port]).out.is_some();
        while !(0..3).all(connected) {
            thread::sleep(LOOK);
        }
        send(&mut ends[0], b"to all");
        assert_eq!(read(&mut ends[1]), b"to all");
        assert_eq!(read(&mut ends[2]), b"to all");
        ends[0].shutdown(std::net::Shutdown::Both).unwrap();
        while connected(0) {
            thread::sleep(LOOK);
        }
        ends[0] = UnixStream::connect(wire.socket(0)).unwrap();
        while !connected(0) {
            thread::sleep(LOOK);
        }
        send(&mut ends[2], b"again");
        assert_eq!(read(&mut ends[0]), b"again");
        assert_eq!(read(&mut ends[1]), b"again");
        wire.cut(true);
        send(&mut ends[0], b"lost");
        while wire.counts(0).lost == 0 {
            thread::sleep(LOOK);
        }
        wire.cut(false);
        send(&mut ends[0], b"kept");
        assert_eq!(read(&mut ends[1]), b"kept");
        drop(wire);
        assert!(std::fs::metadata(&record).unwrap().len() > 24);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
