//! Wires that leave the simulation: sockets of every kind, partners that come and go, faults; and a NIC at the end of one.
#![cfg(unix)]

use std::io::{Read, Write};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::PathBuf;
use testbench::net::FaultRates;
use testbench::wire::{LONGEST_FRAME, Wire, WireError, WireSpec};

/// A folder of this test's own, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        // paths of sockets are short: not the build's own folder
        let path = std::env::temp_dir().join(format!("roamnic-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn listen(path: PathBuf) -> Wire {
    Wire::open(&WireSpec::Listen { path }).unwrap()
}

fn framed(frame: &[u8]) -> Vec<u8> {
    [&(frame.len() as u32).to_be_bytes(), frame].concat()
}

/// All that has come. Local sockets deliver at once.
fn drain(wire: &mut Wire) -> Vec<Vec<u8>> {
    wire.poll();
    std::iter::from_fn(|| wire.receive()).collect()
}

#[test]
fn stream_wire_carries_frames_as_qemu_does() {
    let folder = Folder::new("frames");
    let mut wire = listen(folder.path("s"));
    wire.send(vec![1; 60]);
    assert_eq!(wire.stats().dropped, 1, "nobody is there");
    let mut guest = UnixStream::connect(folder.path("s")).unwrap();
    assert!(drain(&mut wire).is_empty() && wire.is_up());
    // in pieces, and two at once
    let bytes = [framed(&[7; 1514]), framed(&[8; 60])].concat();
    guest.write_all(&bytes[..3]).unwrap();
    assert!(drain(&mut wire).is_empty());
    guest.write_all(&bytes[3..700]).unwrap();
    assert!(drain(&mut wire).is_empty());
    guest.write_all(&bytes[700..]).unwrap();
    assert_eq!(drain(&mut wire), [vec![7; 1514], vec![8; 60]]);
    wire.send(vec![9; 64]);
    let mut seen = [0; 68];
    guest.read_exact(&mut seen).unwrap();
    assert_eq!(seen[..], framed(&[9; 64]));
    let stats = wire.stats();
    assert_eq!((stats.received, stats.sent, stats.partners), (2, 1, 1));
}

#[test]
fn stream_wire_partner_goes_and_comes_back() {
    let folder = Folder::new("back");
    let mut wire = listen(folder.path("s"));
    let mut guest = UnixStream::connect(folder.path("s")).unwrap();
    guest.write_all(&framed(&[1; 60])[..20]).unwrap();
    assert!(drain(&mut wire).is_empty());
    drop(guest);
    assert!(drain(&mut wire).is_empty() && !wire.is_up());
    wire.send(vec![2; 60]);
    let mut guest = UnixStream::connect(folder.path("s")).unwrap();
    guest.write_all(&framed(&[3; 60])).unwrap();
    assert_eq!(drain(&mut wire), [vec![3; 60]], "nothing of the first one");
    assert_eq!((wire.stats().partners, wire.stats().dropped), (2, 1));
}

#[test]
fn stream_wire_connects_when_somebody_listens() {
    let folder = Folder::new("dial");
    let path = folder.path("s");
    let mut wire = Wire::open(&WireSpec::Connect { path: path.clone() }).unwrap();
    wire.poll();
    assert!(!wire.is_up());
    let qemu = UnixListener::bind(&path).unwrap();
    while !wire.is_up() {
        wire.poll();
    }
    let (mut guest, _) = qemu.accept().unwrap();
    guest.write_all(&framed(&[5; 60])).unwrap();
    assert_eq!(drain(&mut wire), [vec![5; 60]]);
}

#[test]
fn stream_wire_partner_that_does_not_read_costs_frames_and_no_memory() {
    let folder = Folder::new("full");
    let mut wire = listen(folder.path("s"));
    let mut guest = UnixStream::connect(folder.path("s")).unwrap();
    wire.poll();
    let frames = 4000;
    for k in 0..frames {
        wire.send(vec![k as u8; 1000]);
    }
    let (dropped, waiting) = (wire.stats().dropped, wire.waiting() as u64);
    assert!(dropped > 0 && waiting == testbench::wire::OUTBOX as u64);
    // what was not dropped comes whole and in order
    let mut seen = Vec::new();
    let mut left = frames - dropped as usize;
    while left > 0 {
        wire.poll();
        let mut frame = [0; 1004];
        guest.read_exact(&mut frame).unwrap();
        assert_eq!(frame[..4], 1000u32.to_be_bytes());
        seen.push(frame[4]);
        left -= 1;
    }
    let expected: Vec<u8> = (0..seen.len()).map(|k| k as u8).collect();
    assert_eq!(seen, expected);
}

#[test]
fn stream_wire_garbage_ends_the_partner_bad_flow() {
    let folder = Folder::new("garbage");
    let mut wire = listen(folder.path("s"));
    for length in [0u32, LONGEST_FRAME as u32 + 1, u32::MAX] {
        let mut guest = UnixStream::connect(folder.path("s")).unwrap();
        guest.write_all(&length.to_be_bytes()).unwrap();
        assert!(drain(&mut wire).is_empty());
        assert!(!wire.is_up());
    }
    assert_eq!(wire.stats().garbled, 3);
    let mut guest = UnixStream::connect(folder.path("s")).unwrap();
    guest.write_all(&framed(&[1; 60])).unwrap();
    assert_eq!(drain(&mut wire).len(), 1);
}

#[test]
fn wire_paths_that_are_taken_bad_flow() {
    let folder = Folder::new("taken");
    let path = folder.path("s");
    let first = listen(path.clone());
    let again = Wire::open(&WireSpec::Listen { path: path.clone() });
    assert!(matches!(again, Err(WireError::InUse { .. })));
    drop(first);
    assert!(!path.exists(), "the socket's file goes with the wire");
    // what a program has left behind that was killed
    drop(UnixListener::bind(&path).unwrap());
    assert!(path.exists());
    drop(listen(path.clone()));
    std::fs::write(&path, "precious").unwrap();
    let file = Wire::open(&WireSpec::Listen { path: path.clone() });
    assert!(matches!(file, Err(WireError::NotASocket { .. })));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
}

#[test]
fn dgram_wire_answers_whoever_has_spoken() {
    let folder = Folder::new("dgram");
    let path = folder.path("w");
    let spec = WireSpec::Dgram {
        path: path.clone(),
        partner: None,
    };
    let mut wire = Wire::open(&spec).unwrap();
    wire.send(vec![1; 60]);
    assert_eq!(wire.stats().dropped, 1);
    for name in ["a", "b"] {
        let guest = UnixDatagram::bind(folder.path(name)).unwrap();
        guest.send_to(&[2; 60], &path).unwrap();
        assert_eq!(drain(&mut wire), [vec![2; 60]]);
        wire.send(vec![3; 61]);
        let mut seen = [0; 100];
        assert_eq!(guest.recv(&mut seen).unwrap(), 61);
    }
    // gone, though the file is there
    wire.send(vec![4; 60]);
    assert!(!wire.is_up());
    assert_eq!((wire.stats().sent, wire.stats().dropped), (2, 2));
}

#[test]
fn dgram_wire_waits_for_a_full_partner() {
    let folder = Folder::new("slow");
    let guest = UnixDatagram::bind(folder.path("g")).unwrap();
    let spec = WireSpec::Dgram {
        path: folder.path("w"),
        partner: Some(folder.path("g")),
    };
    let mut wire = Wire::open(&spec).unwrap();
    for k in 0..100 {
        wire.send(vec![k; 60]);
    }
    assert!(wire.waiting() > 0, "the kernel queues a few datagrams only");
    for k in 0..100 {
        let mut seen = [0; 100];
        assert_eq!((guest.recv(&mut seen).unwrap(), seen[0]), (60, k));
        wire.poll();
    }
    assert_eq!(wire.stats().sent, 100);
}

#[test]
fn wire_faults_are_fixed_by_their_seed() {
    let seed = 0x5eed;
    println!("seed {seed:#x}");
    let rates = FaultRates {
        loss: 0.1,
        duplication: 0.1,
        reordering: 0.1,
        corruption: 0.1,
    };
    let run = || {
        let folder = Folder::new("faults");
        let mut wire = listen(folder.path("s")).with_faults(rates, seed);
        let mut guest = UnixStream::connect(folder.path("s")).unwrap();
        let mut all = Vec::new();
        for k in 0..200u8 {
            guest.write_all(&framed(&[k; 60])).unwrap();
            all.extend(drain(&mut wire));
        }
        (all, wire.stats())
    };
    let first = run();
    assert!(first.1.lost > 5 && first.1.disturbed > 20, "{:?}", first.1);
    assert_eq!(first, run());
}
