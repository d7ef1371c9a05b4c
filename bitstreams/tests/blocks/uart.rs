//! Both ends of the serial line.

use crate::kit::{Bench, differs_not, seeded};
use bitstreams::uart::{UartRx, UartTx};
use emit::randomize_inputs;

/// What a receiver makes of the levels of `line`, each `cycles[k]` cycles long.
fn received(bench: &mut Bench, line: impl IntoIterator<Item = (u64, u64)>) -> Vec<u8> {
    let mut bytes = vec![];
    for (level, cycles) in line {
        for _ in 0..cycles {
            bench.set("rxd", level);
            bench.edge(&["clock"]);
            if bench.high("out_valid") {
                bytes.push(bench.get("out_data") as u8);
            }
        }
    }
    bytes
}

/// The levels of a byte with its start and stop bits.
fn levels(byte: u8, cycles: u64) -> Vec<(u64, u64)> {
    let data = (0..8).map(|bit| u64::from(byte >> bit & 1));
    let all = std::iter::once(0).chain(data).chain([1]);
    all.map(|level| (level, cycles)).collect()
}

#[test]
fn uart_rx_bytes_of_a_faster_and_a_slower_clock() {
    let mut bench = Bench::new(&mut UartRx::new(32));
    for cycles in [32, 33, 31] {
        let bytes: Vec<u8> = (0..=255).collect();
        let mut line = vec![(1, 40)];
        line.extend(bytes.iter().flat_map(|byte| levels(*byte, cycles)));
        line.push((1, 40));
        assert_eq!(received(&mut bench, line), bytes, "{cycles} cycles");
    }
}

#[test]
fn uart_rx_glitches_and_breaks_bad_flow() {
    let mut bench = Bench::new(&mut UartRx::new(16));
    let mut line = vec![(1, 40), (0, 5), (1, 200)];
    // a byte without its stop bit, a line that stays low, then a good byte
    line.extend(levels(0x55, 16).into_iter().take(9));
    line.extend([(0, 400), (1, 200)]);
    line.extend(levels(0xa7, 16));
    line.push((1, 40));
    let bytes = received(&mut bench, line);
    assert_eq!(bytes.last(), Some(&0xa7));
    assert!(bytes.len() <= 2, "{bytes:x?}");
}

#[test]
fn uart_tx_is_heard() {
    let mut rng = seeded(0x0a27);
    let mut speak = Bench::new(&mut UartTx::new(16));
    let mut listen = Bench::new(&mut UartRx::new(16));
    let bytes: Vec<u8> = (0..200).map(|_| rng.below(256) as u8).collect();
    let mut waiting = bytes.iter();
    let mut next = waiting.next();
    let mut heard = vec![];
    for _ in 0..200 * 220 {
        let offered = rng.chance(1, 20);
        speak.set("in_valid", (offered && next.is_some()).into());
        speak.set("in_data", next.copied().unwrap_or(0).into());
        speak.eval();
        if offered && next.is_some() && speak.high("in_ready") {
            next = waiting.next();
        }
        speak.edge(&["clock"]);
        heard.extend(received(&mut listen, [(speak.get("txd"), 1)]));
    }
    assert_eq!(heard, bytes);
}

#[test]
fn uart_simulates_as_in_rusthdl() {
    differs_not(
        || UartRx::new(4),
        0x0a28,
        3000,
        |u, clock| u.clock.next = clock,
        |u, rng, _| randomize_inputs!(u, rng; rxd = rng.chance(1, 2)),
    );
    differs_not(
        || UartTx::new(4),
        0x0a29,
        3000,
        |u, clock| u.clock.next = clock,
        |u, rng, _| randomize_inputs!(u, rng; in_valid = rng.chance(1, 3), in_data),
    );
}
