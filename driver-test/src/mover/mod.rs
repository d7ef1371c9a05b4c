//! An application in three guests: it talks from the first to the second, and is moved to the third while it does.
//!
//! Each part is a process of its own with a NIC of its own behind the kernel's VFIO; what they tell each other before and beside the
//! connection goes over the guests' ordinary network. [`partner`] stays where it is, [`source`] begins and leaves, [`destination`]
//! takes over from the bytes that the source has sent it: the checkpoint image, the process's memory, the application's own state.

mod app;
mod parcel;

pub use app::State;

use crate::bench::{Failure, causes};
use app::{App, Role};
use host_driver::migration::{Image, ImageError};
use host_driver::{Adapter, AdapterOptions, ConnectionData, Device, MacAddress};
use parcel::{Parcel, get, put};
use serde::{Deserialize, Serialize};
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

/// Looks at a command's status before it is given up; each takes about 100 µs on a served NIC.
const PATIENCE: u32 = 300_000;
/// How long the ends wait for each other, and for a message.
const BOUND: Duration = Duration::from_secs(90);
/// Between two attempts to connect, and between two looks for what others do.
const AGAIN: Duration = Duration::from_millis(50);

/// The number of the destination's NIC: the source leaves word where it has gone.
pub const DESTINATION: u8 = 3;

/// What a part needs to know.
#[derive(Clone, Debug)]
pub struct Place {
    /// Last byte of the NIC's addresses.
    pub number: u8,
    /// Fixes keys and numbers.
    pub seed: u64,
}

/// What the application does.
#[derive(Clone, Copy, Debug)]
pub struct Play {
    /// Bytes of a message.
    pub size: u32,
    /// Messages in each direction.
    pub messages: u32,
}

/// Why a part ended early.
#[derive(Debug, thiserror::Error)]
pub enum MoverError {
    /// The NIC, its driver, or what they did.
    #[error(transparent)]
    Bench(#[from] Failure),
    /// The guests' network.
    #[error("{what}: {source}")]
    Network {
        /// What was tried.
        what: String,
        /// Why it failed.
        source: io::Error,
    },
    /// The image that arrived is none.
    #[error("the checkpoint image: {0}")]
    Image(#[from] ImageError),
    /// A message of another part cannot be read.
    #[error("another part's message: {0}")]
    Message(#[from] serde_json::Error),
    /// What arrived lacks something.
    #[error("the restored process has no {0}")]
    Missing(&'static str),
    /// Nothing came any more.
    #[error("waited {BOUND:?} for {what}; {received} messages had come")]
    Timeout {
        /// What.
        what: &'static str,
        /// Messages until then.
        received: u32,
    },
}

impl From<host_driver::DeviceError> for MoverError {
    fn from(error: host_driver::DeviceError) -> Self {
        Self::Bench(error.into())
    }
}

fn network(what: &str) -> impl FnOnce(io::Error) -> MoverError + '_ {
    move |source| MoverError::Network {
        what: what.to_owned(),
        source,
    }
}

/// What a part saw of the application.
#[derive(Clone, Debug, Serialize)]
pub struct MoverReport {
    /// Nothing was lost, nothing damaged.
    pub passed: bool,
    /// Messages received.
    pub messages: u32,
    /// Bytes that were compared: of messages, and at the partner of WRITEs.
    pub verified_bytes: u64,
    /// Messages and WRITEs with wrong bytes.
    pub damaged: u32,
    /// The longest time between two messages.
    pub longest_gap_ms: f64,
    /// How long each phase took.
    pub phases: Vec<Phase>,
    /// Bytes that went from source to destination.
    pub image_bytes: usize,
    /// Of these, memory.
    pub memory_bytes: usize,
}

/// A phase of the move.
#[derive(Clone, Debug, Serialize)]
pub struct Phase {
    /// Its name.
    pub name: String,
    /// By the device's clock; the last one by the guest's.
    pub ms: f64,
}

fn phases(times: &[host_driver::migration::PhaseTime]) -> Vec<Phase> {
    let phase = |time: &host_driver::migration::PhaseTime| Phase {
        name: format!("{:?}", time.phase),
        ms: time.us as f64 / 1e3,
    };
    times.iter().map(phase).collect()
}

/// What the two ends tell each other.
#[derive(Serialize, Deserialize)]
struct Introduction {
    connection: ConnectionData,
    va: u64,
    rkey: u32,
}

/// The address of the NIC with this number.
fn ip_of(number: u8) -> IpAddr {
    IpAddr::from([10, 0, 0, number])
}

fn adapter(device: Box<dyn Device>, place: &Place) -> Result<Adapter, MoverError> {
    let options = AdapterOptions {
        host: place.number,
        seed: place.seed,
        mac: MacAddress([2, 0, 0, 0, 0, place.number]),
        ip: ip_of(place.number),
        patience: PATIENCE,
    };
    Ok(Adapter::open(device, options).map_err(Failure::from)?)
}

fn bounded(stream: TcpStream) -> Result<TcpStream, MoverError> {
    let set = |stream: &TcpStream| {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(BOUND))?;
        stream.set_write_timeout(Some(BOUND))
    };
    set(&stream).map_err(network("a connection's options"))?;
    Ok(stream)
}

fn accept(listener: &TcpListener) -> Result<TcpStream, MoverError> {
    let (stream, _) = listener.accept().map_err(network("accepting"))?;
    bounded(stream)
}

fn connect(to: SocketAddr) -> Result<TcpStream, MoverError> {
    let begin = Instant::now();
    loop {
        match TcpStream::connect_timeout(&to, BOUND) {
            Ok(stream) => return bounded(stream),
            Err(error) if begin.elapsed() > BOUND => {
                return Err(network(&format!("connecting to {to}"))(error));
            }
            Err(_) => std::thread::sleep(AGAIN),
        }
    }
}

fn listen(at: SocketAddr) -> Result<TcpListener, MoverError> {
    TcpListener::bind(at).map_err(network(&format!("listening at {at}")))
}

/// Exchanges introductions over `line`, and connects.
fn introduce(app: &mut App, line: &mut TcpStream) -> Result<(), MoverError> {
    put(line, &app.introduction())?;
    let other: Introduction = get(line)?;
    app.connect(&other)?;
    // both are ready to receive before anybody sends
    put(line, &"connected")?;
    let _: String = get(line)?;
    Ok(())
}

/// Answers every message until all have come.
///
/// # Errors
/// [`MoverError`]; wrong bytes are counted instead.
pub fn partner(
    device: Box<dyn Device>,
    place: &Place,
    play: Play,
    at: SocketAddr,
) -> Result<MoverReport, MoverError> {
    let listener = listen(at)?;
    let adapter = adapter(device, place)?;
    let mut app = App::new(&adapter, Role::Answers, play)?;
    let mut line = accept(&listener)?;
    introduce(&mut app, &mut line)?;
    let gap = app.run(&adapter, play.messages)?;
    app.rest(&adapter)?;
    Ok(app.report(gap))
}

/// Begins, and leaves for `to` when half of the messages have come. Returns when the commit is done; the process has to die then.
///
/// # Errors
/// [`MoverError`].
pub fn source(
    device: Box<dyn Device>,
    place: &Place,
    play: Play,
    partner: SocketAddr,
    to: SocketAddr,
    tell: &mut dyn FnMut(&str),
) -> Result<MoverReport, MoverError> {
    let adapter = adapter(device, place)?;
    let mut app = App::new(&adapter, Role::Begins, play)?;
    let mut line = connect(partner)?;
    introduce(&mut app, &mut line)?;
    let gap = app.run(&adapter, play.messages / 2)?;
    let mut road = connect(to)?;
    tell("stopping");
    let checkpoint = app.context().checkpoint().map_err(Failure::from)?;
    let ranges = checkpoint.memory();
    let parcel = Parcel {
        state: app.state().clone(),
        image: checkpoint.image().encode(),
        memory: ranges
            .iter()
            .map(|range| checkpoint.read_memory(range))
            .collect::<Result<_, _>>()?,
    };
    parcel.send(&mut road)?;
    let _: String = get(&mut road)?;
    let mut report = app.report(gap);
    report.image_bytes = parcel.image.len();
    report.memory_bytes = parcel.memory.iter().map(Vec::len).sum();
    let tombstones = checkpoint
        .commit(Some(ip_of(DESTINATION)))
        .map_err(Failure::from)?;
    report.phases = phases(tombstones.times());
    report.passed = report.damaged == 0;
    put(&mut road, &"committed")?;
    tell("committed");
    Ok(report)
}

/// Takes the application over, resumes it when the file `go` is there, and plays to the end.
///
/// # Errors
/// [`MoverError`]; wrong bytes are counted instead.
pub fn destination(
    device: Box<dyn Device>,
    place: &Place,
    play: Play,
    at: SocketAddr,
    go: &Path,
    tell: &mut dyn FnMut(&str),
) -> Result<MoverReport, MoverError> {
    let listener = listen(at)?;
    let adapter = adapter(device, place)?;
    let mut road = accept(&listener)?;
    let parcel = Parcel::receive(&mut road)?;
    let (image_bytes, memory_bytes) =
        (parcel.image.len(), parcel.memory.iter().map(Vec::len).sum());
    let image = Image::decode(&parcel.image)?;
    let restored = adapter
        .restore(&image, &parcel.memory)
        .map_err(Failure::from)?;
    tell("restored");
    put(&mut road, &"restored")?;
    let _: String = get(&mut road)?;
    tell("waiting");
    let begin = Instant::now();
    while !go.exists() {
        if begin.elapsed() > BOUND {
            return Err(MoverError::Timeout {
                what: "the word to go",
                received: parcel.state.received,
            });
        }
        std::thread::sleep(AGAIN);
    }
    let process = restored.resume().map_err(Failure::from)?;
    tell("resumed");
    let mut times = phases(process.times());
    let begin = Instant::now();
    while !process.resumed()? {
        adapter.poll_events()?;
        adapter.pause()?;
    }
    times.push(Phase {
        name: "Until the partner had heard".to_owned(),
        ms: begin.elapsed().as_secs_f64() * 1e3,
    });
    tell("heard");
    let mut app = App::onto(&process, parcel.state, play)?;
    let gap = app.run(&adapter, play.messages)?;
    app.rest(&adapter)?;
    let mut report = app.report(gap);
    report.phases = times;
    report.image_bytes = image_bytes;
    report.memory_bytes = memory_bytes;
    Ok(report)
}

/// An error and what is behind it, in one line.
pub fn in_words(error: &MoverError) -> String {
    causes(error)
}
