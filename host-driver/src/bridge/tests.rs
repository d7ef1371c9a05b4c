//! The driver's end against cards of a few lines, on a line that loses and damages.

use super::*;
use std::collections::VecDeque;

/// Cards that answer, with 4 KiB of memory each, at the end of a line with faults.
#[derive(Default)]
struct Card {
    memory: [Vec<u8>; 2],
    answers: VecDeque<u8>,
    /// writes done, by sequence number
    writes: Vec<u8>,
    done: Option<u8>,
    /// what becomes of coming messages, the next one first
    faults: VecDeque<Fault>,
    version: u8,
}

#[derive(Clone, Copy, PartialEq)]
enum Fault {
    None,
    RequestLost,
    AnswerLost,
    AnswerDamaged,
    GarbageFirst,
}

fn card(faults: &[Fault]) -> Card {
    Card {
        memory: [0, 1].map(|_| vec![0x77; 4096]),
        // two messages greet the card
        faults: [Fault::None; 2].iter().chain(faults).copied().collect(),
        version: protocol::VERSION,
        ..Card::default()
    }
}

impl Card {
    fn serve(&mut self, message: &[u8]) -> (u8, Vec<u8>) {
        let &[_, _, operation, sequence, length, a, b, c, d, ..] = message else {
            panic!("a short message")
        };
        let address = u32::from_le_bytes([a, b, c, d]) as usize;
        let length = usize::from(length);
        let (body, crc) = message.split_at(message.len() - 4);
        assert_eq!(crc, protocol::crc(&body[2..]).to_le_bytes());
        let memory = &mut self.memory[usize::from(operation >> protocol::CARD_SHIFT)];
        let operation = operation & 0x0f;
        self.done = self.done.filter(|done| *done == sequence);
        let again = operation & 1 == 1 && self.done == Some(sequence);
        if operation & 1 == 1 && !again {
            assert_eq!(body.len(), 9 + length);
            self.writes.push(sequence);
            self.done = Some(sequence);
        }
        match operation {
            protocol::HELLO => (0, vec![self.version, 12, 0, 0, 50, 0, 0, 0]),
            protocol::WRITE_MEMORY => {
                memory[address..address + length].copy_from_slice(&body[9..]);
                (0, vec![])
            }
            protocol::ZERO_MEMORY => {
                let bytes = protocol::ZERO_UNIT * (usize::from(body[9]) + 1);
                memory[address..address + bytes].fill(0);
                (0, vec![])
            }
            protocol::READ_MEMORY => (0, memory[address..address + length].to_vec()),
            protocol::READ_REGISTER if address == 0x10 => (protocol::NO_ANSWER, vec![]),
            protocol::READ_REGISTER => (0, (address as u64 * 3).to_le_bytes().to_vec()),
            protocol::READ_INTERRUPTS => (0, vec![5, 0, 0, 0, 0, 0, 0, 0]),
            _ => (0, vec![]),
        }
    }
}

impl Line for Card {
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let fault = self.faults.pop_front().unwrap_or(Fault::None);
        if fault == Fault::RequestLost {
            return Ok(());
        }
        let (status, data) = self.serve(bytes);
        let mut answer = protocol::ANSWER_MARKS.to_vec();
        answer.extend([status, bytes[3], data.len() as u8]);
        answer.extend(&data);
        answer.extend(protocol::crc(&answer[2..]).to_le_bytes());
        match fault {
            Fault::AnswerLost => return Ok(()),
            Fault::AnswerDamaged => answer[3] ^= 0x10,
            // marks and a length that never comes, then the true answer
            Fault::GarbageFirst => self.answers.extend([0x4e, 0x4e, 0x52, 0, 0, 200]),
            _ => {}
        }
        self.answers.extend(answer);
        if fault == Fault::GarbageFirst {
            self.answers.extend([0; 210]);
        }
        Ok(())
    }

    fn receive(&mut self, target: &mut [u8]) -> io::Result<usize> {
        // in small pieces
        let count = self.answers.len().min(7).min(target.len());
        for (to, from) in target.iter_mut().zip(self.answers.drain(..count)) {
            *to = from;
        }
        Ok(count)
    }
}

fn open(faults: &[Fault]) -> BridgeDevice<Card> {
    let options = BridgeOptions {
        attempts: 3,
        patience: 2,
    };
    let mut device = BridgeDevice::open(card(faults), options).expect("a card");
    device.mapped.push(device.memory.clone());
    device
}

#[test]
fn bridge_reads_and_writes() {
    let mut device = open(&[]);
    assert_eq!((device.memory_size(), device.cycles_per_us()), (4096, 50));
    assert_eq!(device.read32(Bar::Registers, 0x40).unwrap(), 0xc0);
    let doorbell = device.read32(Bar::Doorbells, 4).unwrap();
    assert_eq!(doorbell, (protocol::DOORBELLS + 4) * 3);
    let data: Vec<u8> = (0..600).map(|k| (k % 251) as u8).collect();
    let at = protocol::MEMORY_BASE + 100;
    device.write_memory(at, &data).unwrap();
    let mut back = vec![0; 600];
    device.read_memory(at, &mut back).unwrap();
    assert_eq!(back, data);
    assert_eq!(device.take_interrupts().unwrap(), 5);
}

#[test]
fn bridge_repeats_without_doing_twice() {
    use Fault::*;
    for fault in [RequestLost, AnswerLost, AnswerDamaged, GarbageFirst] {
        let mut device = open(&[fault, None, fault, fault]);
        let before = device.port.borrow().line.writes.len();
        device.write32(Bar::Registers, 0x20, 1).unwrap();
        assert_eq!(device.read32(Bar::Registers, 0x40).unwrap(), 0xc0);
        device.write64(Bar::Doorbells, 0x20, 2).unwrap();
        assert_eq!(device.port.borrow().line.writes.len(), before + 2);
    }
}

/// Sequence numbers have eight bits. Finds: a write 256 requests behind another one was taken for that one again, and not done.
#[test]
fn bridge_writes_again_when_numbers_come_again() {
    let mut device = open(&[]);
    let before = device.port.borrow().line.writes.len();
    for _ in 0..3 {
        device.write32(Bar::Registers, 0x20, 1).unwrap();
        for _ in 0..255 {
            device.read32(Bar::Registers, 0x40).unwrap();
        }
    }
    assert_eq!(device.port.borrow().line.writes.len(), before + 3);
}

#[test]
fn bridge_cards_on_one_line_are_apart() {
    let options = BridgeOptions::default();
    let mut cards = BridgeDevice::open_cards(card(&[]), options, 2).expect("two cards");
    let base = protocol::MEMORY_BASE;
    for (k, device) in cards.iter_mut().enumerate() {
        device.map(base, 4096).unwrap();
        device.write_memory(base, &[k as u8 + 1; 300]).unwrap();
    }
    for (k, device) in cards.iter().enumerate() {
        let mut back = [0; 300];
        device.read_memory(base, &mut back).unwrap();
        assert_eq!(back, [k as u8 + 1; 300]);
    }
}

#[test]
fn bridge_gives_up_bad_flow() {
    let mut device = open(&[Fault::RequestLost; 3]);
    let error = device.write32(Bar::Registers, 0x20, 1).unwrap_err();
    let DeviceError::Backend(why) = error else {
        panic!("{error}")
    };
    assert!(why.to_string().contains("3 attempts"), "{why}");
    device.write32(Bar::Registers, 0x20, 1).unwrap();
}

#[test]
fn bridge_refusals_bad_flow() {
    let mut device = open(&[]);
    let silent = device.read32(Bar::Registers, 0x10);
    assert!(matches!(
        silent,
        Err(DeviceError::NoAnswer { offset: 0x10, .. })
    ));
    let odd = device.read32(Bar::Registers, 2);
    assert!(matches!(odd, Err(DeviceError::BadAccess { .. })));
    let far = device.write64(Bar::Doorbells, 1 << 24, 0);
    assert!(matches!(far, Err(DeviceError::BadAccess { .. })));
    let mut byte = [0];
    let outside = device.read_memory(protocol::MEMORY_BASE + 4096, &mut byte);
    assert!(matches!(outside, Err(DeviceError::Unmapped { .. })));
}

#[test]
fn bridge_maps_what_the_card_has() {
    let mut device = open(&[]);
    device.mapped.clear();
    let base = protocol::MEMORY_BASE;
    device.map(base, 4096).unwrap();
    let mut bytes = [1; 4096];
    device.read_memory(base, &mut bytes).unwrap();
    assert_eq!(bytes, [0; 4096]);
    for iova in [base, base + 4096, base - 4096, u64::MAX - 4095] {
        let refused = device.map(iova, 4096);
        assert!(matches!(refused, Err(DeviceError::Map { .. })), "{iova:#x}");
    }
    device.unmap(base, 4096).unwrap();
    assert!(device.read_memory(base, &mut bytes).is_err());
    assert!(device.unmap(base, 4096).is_err());
}

#[test]
fn bridge_version_bad_flow() {
    let other = Card {
        version: 9,
        ..card(&[])
    };
    let refused = BridgeDevice::open(other, BridgeOptions::default());
    assert!(matches!(
        refused.err(),
        Some(BridgeError::Version { found: 9, .. })
    ));
}
