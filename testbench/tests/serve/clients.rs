//! Clients that come, go, and write nonsense; what the driver says when a server is not there, or goes.

use crate::{client, served, socket};
use fw_regs::bar0::{control, identity};
use host_driver::vfio_user::{Unfit, VfioUserDevice, VfioUserError};
use host_driver::{Bar, Device, DeviceError};
use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::time::Duration;
use testbench::lab::{Variant, nic_library};
use testbench::serve::{ServeError, ServeOptions, Serving};

const MAGIC: u32 = identity::magic::REG.offset;
const MAC: u32 = control::mac_lo::REG.offset;

/// A message as a client would send it: command, flags, body.
pub fn message(command: u16, flags: u32, body: &[u8]) -> Vec<u8> {
    let mut bytes = 7_u16.to_le_bytes().to_vec();
    bytes.extend(command.to_le_bytes());
    bytes.extend((16 + body.len() as u32).to_le_bytes());
    bytes.extend(flags.to_le_bytes());
    bytes.extend([0; 4]);
    bytes.extend(body);
    bytes
}

pub fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

#[test]
fn serve_gives_every_client_a_nic_that_was_reset() {
    let path = socket("clients");
    let serving = served(&[&path]);
    for round in 0..3 {
        let mut device = client(&path).unwrap();
        assert_eq!(device.vectors(), 32);
        assert_eq!(
            device.read32(Bar::Registers, MAGIC).unwrap(),
            fw_regs::MAGIC
        );
        assert_eq!(
            device.read32(Bar::Registers, MAC).unwrap(),
            0,
            "round {round}"
        );
        device.write32(Bar::Registers, MAC, 0x1122_3344).unwrap();
        assert_eq!(device.read32(Bar::Registers, MAC).unwrap(), 0x1122_3344);
        device.map(0x1_0000_0000, 0x2000).unwrap();
        // the client dies with everything mapped
    }
    let mut device = client(&path).unwrap();
    device.write32(Bar::Registers, MAC, 1).unwrap();
    device.reset().unwrap();
    assert_eq!(device.config().unwrap().vendor(), fw_regs::VENDOR);
    // BARs do not answer after a reset, until they are switched on
    assert_eq!(device.read32(Bar::Registers, MAC).unwrap(), u32::MAX);
    drop(device);
    let report = serving.stop().unwrap();
    assert!(report.is_good(), "{}", report.text());
    assert_eq!((report.nics[0].clients, report.nics[0].broken), (4, 0));
}

#[test]
fn serve_survives_nonsense_bad_flow() {
    let path = socket("nonsense");
    let serving = served(&[&path]);
    let version = [words(&[1 << 16]), b"{\"capabilities\":{}}\0".to_vec()].concat();
    let read = |region: u32, offset: u64, count: u32| {
        let body = [&offset.to_le_bytes()[..], &words(&[region, count])].concat();
        message(9, 0, &body)
    };
    let write = |region: u32, offset: u64, data: &[u8]| {
        let head = [
            &offset.to_le_bytes()[..],
            &words(&[region, data.len() as u32]),
        ]
        .concat();
        message(10, 1 << 4, &[head, data.to_vec()].concat())
    };
    let nonsense: Vec<Vec<u8>> = vec![
        vec![],
        vec![0xff; 16],
        message(99, 0, &[]),
        // a version that is shorter than its header says
        [&message(1, 0, &[])[..4], &words(&[4, 0, 0])].concat(),
        message(1, 0, &[words(&[1 << 16]), vec![b'x', 0]].concat()),
        message(1, 0, &[words(&[1 << 16]), vec![b'x']].concat()),
        read(0, u64::MAX, 4),
        read(0, 0xfff, u32::MAX),
        read(77, 0, 4),
        read(1, 0, 4),
        write(0, u64::MAX - 1, &[1; 4]),
        write(0, 2, &[1; 4]),
        write(2, 1 << 20, &[1; 8]),
        write(7, 255, &[0xff; 8]),
        write(4, 4095, &[0xff; 2]),
        // memory without a file, twice, and beyond everything
        message(2, 0, &words(&[32, 3, 0, 0, 0, 1, 0x1000, 0])),
        message(2, 0, &words(&[32, 3, 0, 0, u32::MAX, u32::MAX, 0x1000, 0])),
        message(3, 0, &words(&[24, 0, 0, 0, u32::MAX, u32::MAX])),
        message(8, 0, &words(&[20, 0x24, 2, 31, 2])),
        message(8, 0, &words(&[20, 0x22, 2, 0, 1])),
    ];
    for bytes in &nonsense {
        let mut stream = UnixStream::connect(&path).unwrap();
        stream.write_all(&message(1, 0, &version)).unwrap();
        stream.write_all(bytes).unwrap();
        // half a header, and gone: whatever comes back is thrown away
        stream.write_all(&[1, 2, 3]).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let _ = stream.read_to_end(&mut Vec::new());
    }
    // narrow writes of registers are not taken, narrow reads are
    let mut device = client(&path).unwrap();
    assert_eq!(
        device.read32(Bar::Registers, MAGIC).unwrap(),
        fw_regs::MAGIC
    );
    drop(device);
    let report = serving.stop().unwrap();
    println!("{}", report.text());
    assert!(report.is_good());
    let nic = &report.nics[0];
    assert!(nic.odd > 0 && nic.refused > 0 && nic.broken > 0);
}

#[test]
fn serve_two_nics_on_one_switch_with_their_own_clients() {
    let paths = [socket("first"), socket("second")];
    let serving = served(&[&paths[0], &paths[1]]);
    let mut devices = paths.each_ref().map(|path| client(path).unwrap());
    for (k, device) in devices.iter_mut().enumerate() {
        device.write32(Bar::Registers, MAC, k as u32 + 1).unwrap();
    }
    let macs = devices
        .each_mut()
        .map(|device| device.read32(Bar::Registers, MAC).unwrap());
    assert_eq!(macs, [1, 2]);
    // one goes, the other stays
    let [first, mut second] = devices;
    drop(first);
    assert_eq!(second.read32(Bar::Registers, MAC).unwrap(), 2);
    let mut first = client(&paths[0]).unwrap();
    assert_eq!(first.read32(Bar::Registers, MAC).unwrap(), 0);
    drop((first, second));
    assert_eq!(serving.stop().unwrap().nics.len(), 2);
}

#[test]
fn serve_socket_in_use_or_taken_bad_flow() {
    let path = socket("taken");
    let library = nic_library(64, Variant::Migratable, false).unwrap();
    let start = |path: &PathBuf| {
        let options = ServeOptions {
            sockets: vec![path.clone()],
            ..ServeOptions::default()
        };
        Serving::start(&library, &options)
    };
    let serving = start(&path).unwrap();
    assert!(matches!(start(&path), Err(ServeError::InUse { .. })));
    drop(serving.stop().unwrap());
    std::fs::write(&path, "somebody's").unwrap();
    assert!(matches!(start(&path), Err(ServeError::NotASocket { .. })));
    std::fs::remove_file(&path).unwrap();
    // what a server has left that was killed
    drop(UnixListener::bind(&path).unwrap());
    start(&path).unwrap().stop().unwrap();
    let none = Serving::start(&library, &ServeOptions::default());
    assert!(matches!(none, Err(ServeError::Nothing)));
}

#[test]
fn driver_says_that_there_is_no_server_bad_flow() {
    let path = socket("nobody");
    let error = VfioUserDevice::open(&path).err().unwrap();
    assert!(matches!(error, VfioUserError::NoSocket { .. }), "{error}");
    assert!(error.to_string().contains("roamnic serve --socket"));
    drop(UnixListener::bind(&path).unwrap());
    let error = VfioUserDevice::open(&path).err().unwrap();
    assert!(
        matches!(error, VfioUserError::NobodyServes { .. }),
        "{error}"
    );
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn driver_says_that_a_server_does_not_answer_bad_flow() {
    let path = socket("silent");
    let listener = UnixListener::bind(&path).unwrap();
    let limit = Duration::from_millis(50);
    let error = VfioUserDevice::open_within(&path, limit).err().unwrap();
    assert!(
        matches!(
            error,
            VfioUserError::TimedOut {
                milliseconds: 50,
                ..
            }
        ),
        "{error}"
    );
    drop(listener);
    std::fs::remove_file(&path).unwrap();
}

/// A server that answers every message with `answer` of its command.
fn imposter(path: &PathBuf, answer: fn(u16) -> Vec<u8>) -> std::thread::JoinHandle<()> {
    let listener = UnixListener::bind(path).unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut header = [0; 16];
        while stream.read_exact(&mut header).is_ok() {
            let [i, j, c, d, l0, l1, ..] = header;
            let mut body = vec![0; usize::from(u16::from_le_bytes([l0, l1])) - 16];
            stream.read_exact(&mut body).unwrap();
            let command = u16::from_le_bytes([c, d]);
            let mut reply = message(command, 1, &answer(command));
            reply[..2].copy_from_slice(&[i, j]);
            if stream.write_all(&reply).is_err() {
                break;
            }
        }
    })
}

#[test]
fn driver_says_that_another_device_is_served_bad_flow() {
    let path = socket("other");
    let _ = std::fs::remove_file(&path);
    let server = imposter(&path, |command| match command {
        1 => words(&[1 << 16]),
        4 => words(&[16, 3, 9, 5]),
        // a configuration space of ones
        9 => [words(&[0, 0, 7, 256]), vec![0x86; 256]].concat(),
        _ => vec![0; 32],
    });
    let error = VfioUserDevice::open(&path).err().unwrap();
    assert!(
        matches!(
            error,
            VfioUserError::Unfit(Unfit::WrongDevice { vendor: 0x8686, .. })
        ),
        "{error}"
    );
    server.join().unwrap();
    std::fs::remove_file(&path).unwrap();
    let server = imposter(&path, |_| vec![]);
    let error = VfioUserDevice::open(&path).err().unwrap();
    assert!(matches!(error, VfioUserError::Nonsense { .. }), "{error}");
    server.join().unwrap();
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn driver_says_that_the_server_is_gone_bad_flow() {
    let path = socket("gone");
    let _ = std::fs::remove_file(&path);
    // it answers as a RoamNIC would, as far as the driver looks when it opens it, and then hangs up
    let listener = UnixListener::bind(&path).unwrap();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut command_register = [0; 2];
        for _ in 0.. {
            let mut header = [0; 16];
            stream.read_exact(&mut header).unwrap();
            let [i, j, c, d, l0, l1, _, _, flags, ..] = header;
            let mut body = vec![0; usize::from(u16::from_le_bytes([l0, l1])) - 16];
            stream.read_exact(&mut body).unwrap();
            let command = u16::from_le_bytes([c, d]);
            if flags & 1 << 4 != 0 {
                // the first posted write; closing alone would not do as long as anybody else holds the socket
                stream.shutdown(std::net::Shutdown::Both).unwrap();
                return;
            }
            let head = body.get(..16).unwrap_or_default().to_vec();
            let (offset, region, count) = (body.first(), body.get(8), body.get(12..14));
            let answer = match command {
                1 => words(&[1 << 16]),
                4 => words(&[16, 2, 9, 5]),
                5 => words(&[32, 3, 0, 0, 1 << 20, 0, 0, 0]),
                7 => words(&[16, 0, 2, 1]),
                9 => {
                    let count = count.map_or(0, |c| u16::from_le_bytes([c[0], c[1]]));
                    let mut data = vec![0; count.into()];
                    match (region, offset) {
                        (Some(7), Some(0)) => {
                            data[..2].copy_from_slice(&fw_regs::VENDOR.to_le_bytes());
                            data[2..4].copy_from_slice(&fw_regs::DEVICE.to_le_bytes());
                        }
                        (Some(7), _) => data.copy_from_slice(&command_register),
                        (_, Some(0x0c)) => data.copy_from_slice(b"ROAM"),
                        _ => data[0] = 1,
                    }
                    [head, data].concat()
                }
                10 => {
                    command_register.copy_from_slice(&body[16..18]);
                    head
                }
                _ => vec![],
            };
            let mut reply = message(command, 1, &answer);
            reply[..2].copy_from_slice(&[i, j]);
            stream.write_all(&reply).unwrap();
        }
    });
    let mut device = client(&path).unwrap();
    assert_eq!(
        device.read32(Bar::Registers, MAGIC).unwrap(),
        fw_regs::MAGIC
    );
    device.write32(Bar::Registers, MAC, 1).unwrap();
    server.join().unwrap();
    std::fs::remove_file(&path).unwrap();
    let is_gone = |error: DeviceError| {
        let DeviceError::Backend(source) = error else {
            panic!("{error}");
        };
        let source = source.downcast::<VfioUserError>().unwrap();
        assert!(matches!(*source, VfioUserError::ServerGone), "{source}");
    };
    // who waits for memory to change is told, too
    is_gone(device.pause().unwrap_err());
    is_gone(device.take_interrupts().unwrap_err());
    is_gone(device.read32(Bar::Registers, MAGIC).unwrap_err());
    is_gone(device.write32(Bar::Registers, MAC, 1).unwrap_err());
    is_gone(device.map(0x1000, 0x1000).unwrap_err());
}

#[test]
fn serve_that_ends_under_its_client_answers_with_ones() {
    let path = socket("ends");
    let serving = served(&[&path]);
    let mut device = client(&path).unwrap();
    device.map(0x1_0000_0000, 0x1000).unwrap();
    let report = serving.stop().unwrap();
    assert!(report.is_good() && !path.exists());
    assert_eq!(device.read32(Bar::Registers, MAGIC).unwrap(), u32::MAX);
    device.write32(Bar::Registers, MAC, 1).unwrap();
    device.unmap(0x1_0000_0000, 0x1000).unwrap();
}
