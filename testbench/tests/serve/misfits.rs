//! Clients that stall, reset their NIC by its configuration space, or could take away memory: the others go on, and the next one finds
//! a NIC that was reset. What happens when a client or a server is killed is in `tests/killed.rs`.

use crate::clients::{message, words};
use crate::{client, served, socket};
use driver_test::{Bound, Options};
use fw_regs::bar0::{control, identity};
use host_driver::{Bar, Device};
use rustix::fs::{MemfdFlags, SealFlags};
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags};
use std::fs::File;
use std::io::{IoSlice, Read, Write};
use std::mem::MaybeUninit;
use std::net::Shutdown;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

const SEED: u64 = 77;
const MAGIC: u32 = identity::magic::REG.offset;
const MAC: u32 = control::mac_lo::REG.offset;
/// In the flags of an answer: it was refused.
const IS_ERROR: u32 = 1 << 5;
/// Regions of vfio-user.
const REGISTERS: u32 = 0;
const CONFIG: u32 = 7;
/// In the configuration space: the command register with memory space and bus master, and Device Control with its bit for a reset.
const COMMAND: (u64, [u8; 2]) = (0x04, [0x06, 0x00]);
const FUNCTION_RESET: (u64, [u8; 2]) = (0x48, [0x10, 0xa0]);
/// Memory of a client.
const LENGTH: u64 = 0x2000;

/// A client that speaks for itself.
struct Raw(UnixStream);

impl Raw {
    fn connect(path: &Path) -> Self {
        let mut raw = Self(UnixStream::connect(path).unwrap());
        let version = [words(&[1 << 16]), b"{\"capabilities\":{}}\0".to_vec()].concat();
        assert!(raw.call(1, &version, None).0);
        raw
    }

    /// Sends a message; whether it was taken, and the answer's body.
    fn call(&mut self, command: u16, body: &[u8], file: Option<&File>) -> (bool, Vec<u8>) {
        let bytes = message(command, 0, body);
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut with = SendAncillaryBuffer::new(&mut space);
        let files: Vec<_> = file.map(File::as_fd).into_iter().collect();
        if !files.is_empty() {
            assert!(with.push(SendAncillaryMessage::ScmRights(&files)));
        }
        let parts = [IoSlice::new(&bytes)];
        let sent = rustix::net::sendmsg(&self.0, &parts, &mut with, SendFlags::empty()).unwrap();
        assert_eq!(sent, bytes.len());
        let mut header = [0; 16];
        self.0.read_exact(&mut header).unwrap();
        let word = |at: usize| u32::from_le_bytes(header[at..at + 4].try_into().unwrap());
        let mut answer = vec![0; word(4) as usize - header.len()];
        self.0.read_exact(&mut answer).unwrap();
        (word(8) & IS_ERROR == 0, answer)
    }

    fn access(region: u32, offset: u64, count: usize) -> Vec<u8> {
        [&offset.to_le_bytes()[..], &words(&[region, count as u32])].concat()
    }

    fn write(&mut self, region: u32, offset: u64, data: &[u8]) {
        let head = Self::access(region, offset, data.len());
        assert!(self.call(10, &[head, data.to_vec()].concat(), None).0);
    }

    fn read(&mut self, region: u32, offset: u64) -> u32 {
        let (taken, answer) = self.call(9, &Self::access(region, offset, 4), None);
        assert!(taken);
        u32::from_le_bytes(answer[16..].try_into().unwrap())
    }

    /// Maps the file's first bytes; whether it was taken.
    fn map(&mut self, file: &File) -> bool {
        let body = words(&[32, 3, 0, 0, 0x1_0000, 0, LENGTH as u32, 0]);
        self.call(2, &body, Some(file)).0
    }
}

/// A NIC that a new client finds.
fn is_as_after_a_reset(path: &PathBuf) {
    let mut device = client(path).unwrap();
    let mut read = |offset| device.read32(Bar::Registers, offset).unwrap();
    assert_eq!((read(MAGIC), read(MAC)), (fw_regs::MAGIC, 0));
}

/// A part of the list, on a new connection.
fn works(path: &PathBuf, only: &str) -> bool {
    println!("seed {SEED}");
    let options = Options {
        seed: SEED,
        bound: Bound::Wall(Duration::from_secs(120)),
        patience: 1_000_000,
        until_failure: false,
    };
    let device = Box::new(client(path).unwrap());
    let report = driver_test::run("vfio-user", device, options, Some(only), |_| {});
    println!("{}", report.text());
    report.passed
}

#[test]
fn serve_refuses_memory_that_can_shrink_bad_flow() {
    let path = socket("shrinks");
    let serving = served(&[&path]);
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    let file = File::from(rustix::fs::memfd_create("client", flags).unwrap());
    file.set_len(LENGTH).unwrap();
    let mut raw = Raw::connect(&path);
    assert!(!raw.map(&file));
    file.set_len(0).unwrap();
    file.set_len(LENGTH).unwrap();
    rustix::fs::fcntl_add_seals(&file, SealFlags::SHRINK).unwrap();
    assert!(raw.map(&file));
    assert!(file.set_len(0).is_err());
    drop(raw);
    is_as_after_a_reset(&path);
    let report = serving.stop().unwrap();
    assert!(report.is_good());
    assert_eq!((report.nics[0].clients, report.nics[0].refused), (2, 1));
}

/// One client stops in the middle of a message, one asks on and on and takes no answer, and a third one works.
#[test]
fn serve_goes_on_while_clients_stall_bad_flow() {
    let paths = ["half", "deaf", "third"].map(socket);
    let serving = served(&[&paths[0], &paths[1], &paths[2]]);
    let mut half = Raw::connect(&paths[0]);
    half.0.write_all(&[1, 2, 3]).unwrap();
    let deaf = Raw::connect(&paths[1]);
    let mut asks = deaf.0.try_clone().unwrap();
    let asking = std::thread::spawn(move || {
        let read = message(9, 0, &Raw::access(CONFIG, 0, 256));
        while asks.write_all(&read).is_ok() {}
    });
    assert!(works(&paths[2], "write"));
    for stalled in [&half, &deaf] {
        stalled.0.shutdown(Shutdown::Both).unwrap();
    }
    asking.join().unwrap();
    paths[..2].iter().for_each(is_as_after_a_reset);
    // and the end comes with one that has stalled, too
    let mut half = Raw::connect(&paths[0]);
    half.0.write_all(&[1, 2, 3]).unwrap();
    let report = serving.stop().unwrap();
    println!("{}", report.text());
    assert!(report.is_good() && report.nics[2].dma_written > 0);
}

#[test]
fn serve_resets_its_function_for_a_client() {
    let path = socket("function");
    let serving = served(&[&path]);
    let mut raw = Raw::connect(&path);
    raw.write(CONFIG, COMMAND.0, &COMMAND.1);
    raw.write(REGISTERS, MAC.into(), &[5, 6, 7, 8]);
    assert_eq!(raw.read(REGISTERS, MAC.into()), 0x0807_0605);
    raw.write(CONFIG, FUNCTION_RESET.0, &FUNCTION_RESET.1);
    assert_eq!(raw.read(CONFIG, COMMAND.0) & 0xffff, 0);
    assert_eq!(raw.read(REGISTERS, MAGIC.into()), u32::MAX, "BARs are off");
    raw.write(CONFIG, COMMAND.0, &COMMAND.1);
    assert_eq!(raw.read(REGISTERS, MAC.into()), 0);
    drop(raw);
    assert!(works(&path, "write"));
    let report = serving.stop().unwrap();
    assert!(report.is_good());
    assert_eq!(report.nics[0].resets.function, 1);
}
