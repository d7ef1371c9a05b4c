//! The memory in the place of a host's, against an array of bytes.

use crate::kit::{Bench, differs_not, seeded};
use bitstreams::hostmem::HostMem;
use emit::cosim::Rng;
use emit::randomize_inputs;
use fw_regs::bridge::MEMORY_BASE;

type Memory = HostMem<9, 12>;
const SIZE: u64 = 1 << 12;

/// The core's view: reads and writes that wait as long as they must.
struct Core {
    bench: Bench,
}

impl Core {
    fn cycle(&mut self) {
        self.bench.edge(&["clock"]);
    }

    /// Bytes from `iova` on, or the error.
    fn read(&mut self, iova: u64, length: u64, tag: u64) -> Option<Vec<u8>> {
        self.bench.set("rd_valid", 1);
        self.bench.set("rd_addr", iova);
        self.bench.set("rd_len", length);
        self.bench.set("rd_tag", tag);
        self.bench.eval();
        while !self.bench.high("rd_ready") {
            self.cycle();
        }
        self.cycle();
        self.bench.set("rd_valid", 0);
        let (mut bytes, mut error) = (vec![], false);
        for _ in 0..100 {
            self.bench.eval();
            if self.bench.high("rsp_valid") {
                assert_eq!(self.bench.get("rsp_tag"), tag);
                error |= self.bench.high("rsp_error");
                bytes.extend(self.bench.get("rsp_data").to_le_bytes());
                if self.bench.high("rsp_last") {
                    self.cycle();
                    let from = (iova % 8) as usize;
                    assert_eq!(bytes.len(), (from + length as usize).next_multiple_of(8));
                    return (!error).then(|| bytes[from..from + length as usize].to_vec());
                }
            }
            self.cycle();
        }
        panic!("no answer");
    }

    fn write(&mut self, iova: u64, data: u64, strobes: u64, last: bool) {
        self.bench.set("wr_valid", 1);
        self.bench.set("wr_addr", iova);
        self.bench.set("wr_data", data);
        self.bench.set("wr_strb", strobes);
        self.bench.set("wr_last", last.into());
        self.bench.eval();
        while !self.bench.high("wr_ready") {
            self.cycle();
        }
        self.cycle();
        self.bench.set("wr_valid", 0);
    }

    /// A byte through the bridge's port, which must be held.
    fn bridge(&mut self, address: u64, write: Option<u8>) -> u8 {
        assert!(self.bench.high("held"));
        self.bench.set("b_addr", address);
        self.bench.set("b_re", write.is_none().into());
        self.bench.set("b_we", write.is_some().into());
        self.bench.set("b_wd", write.unwrap_or(0).into());
        self.cycle();
        self.bench.set("b_re", 0);
        self.bench.set("b_we", 0);
        self.cycle();
        self.bench.eval();
        self.bench.get("b_rd") as u8
    }

    fn hold(&mut self, hold: bool) {
        self.bench.set("hold", hold.into());
        self.bench.eval();
        for _ in 0..100 {
            if self.bench.high("held") == hold {
                return;
            }
            self.cycle();
        }
        panic!("not held");
    }
}

fn core() -> Core {
    Core {
        bench: Bench::new(&mut Memory::default()),
    }
}

fn random_word(rng: &mut Rng) -> u64 {
    rng.below(1 << 32) << 32 | rng.below(1 << 32)
}

#[test]
fn hostmem_reads_what_was_written() {
    let mut rng = seeded(0x4051);
    let mut core = core();
    let mut model = vec![0; SIZE as usize];
    for _ in 0..2000 {
        match rng.below(4) {
            0 => {
                let word = rng.below(SIZE / 8);
                let (data, strobes) = (random_word(&mut rng), rng.below(256));
                core.write(MEMORY_BASE + 8 * word, data, strobes, true);
                for (lane, byte) in data.to_le_bytes().into_iter().enumerate() {
                    if strobes >> lane & 1 == 1 {
                        model[8 * word as usize + lane] = byte;
                    }
                }
            }
            1 => {
                core.hold(true);
                for _ in 0..4 {
                    let at = rng.below(SIZE);
                    let byte = rng.below(256) as u8;
                    core.bridge(at, Some(byte));
                    model[at as usize] = byte;
                    let other = rng.below(SIZE);
                    assert_eq!(core.bridge(other, None), model[other as usize]);
                }
                core.hold(false);
            }
            _ => {
                let length = 1 + rng.below(512);
                let at = rng.below(SIZE - length);
                let got = core.read(MEMORY_BASE + at, length, rng.below(256));
                let want = &model[at as usize..(at + length) as usize];
                assert_eq!(got.as_deref(), Some(want));
            }
        }
    }
}

#[test]
fn hostmem_elsewhere_bad_flow() {
    let mut core = core();
    core.write(MEMORY_BASE, 0x1111_1111_1111_1111, 0xff, true);
    for bad in [
        0,
        MEMORY_BASE - 8,
        MEMORY_BASE + SIZE,
        1 << 63 | MEMORY_BASE,
    ] {
        core.write(bad, 0xdead, 0xff, true);
        assert_eq!(core.read(bad, 8, 1), None, "{bad:#x}");
    }
    assert_eq!(core.read(MEMORY_BASE + SIZE - 4, 8, 1), None);
    let first = core.read(MEMORY_BASE, 8, 2);
    assert_eq!(first, Some(vec![0x11; 8]));
}

#[test]
fn hostmem_bridge_waits_for_the_end_of_a_transaction() {
    let mut core = core();
    core.write(MEMORY_BASE, 1, 0xff, false);
    core.bench.set("hold", 1);
    for k in 1..4 {
        core.bench.eval();
        assert!(!core.bench.high("held"), "inside a transaction");
        core.write(MEMORY_BASE + 8 * k, k + 1, 0xff, k == 3);
    }
    core.hold(true);
    for k in 0..4 {
        assert_eq!(core.bridge(8 * k, None), k as u8 + 1);
    }
    // the core waits meanwhile
    core.bench.set("wr_valid", 1);
    core.bench.set("rd_valid", 1);
    core.bench.eval();
    assert!(!core.bench.high("wr_ready") && !core.bench.high("rd_ready"));
}

#[test]
fn hostmem_simulates_as_in_rusthdl() {
    differs_not(
        Memory::default,
        0x4052,
        3000,
        |u, clock| u.clock.next = clock,
        |u, rng, _| {
            randomize_inputs!(u, rng; rd_tag, wr_data, wr_strb, b_addr, b_wd, rd_valid = rng.chance(1, 3), wr_valid = rng.chance(1, 3),
                wr_last = rng.chance(1, 3), hold = rng.chance(1, 8), b_re = rng.chance(1, 2), b_we = rng.chance(1, 2));
            u.rd_len.next = (1 + rng.below(512)).into();
            u.rd_addr.next = (MEMORY_BASE + rng.below(SIZE + 64)).into();
            u.wr_addr.next = (MEMORY_BASE + 8 * rng.below(SIZE / 8 + 8)).into();
        },
    );
}

/// Found: in the cycle in which the bridge let go of the memory, a write of the core was taken and lost.
#[test]
fn hostmem_core_writes_when_the_bridge_lets_go() {
    let mut core = core();
    core.hold(true);
    core.bench.set("hold", 0);
    core.write(MEMORY_BASE + 64, 0x1234, 0xff, true);
    let word = core.read(MEMORY_BASE + 64, 8, 0).expect("in memory");
    assert_eq!(word, 0x1234_u64.to_le_bytes());
}
