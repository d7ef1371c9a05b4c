//! The NIC harness on a small device: wire, registers, DMA and interrupts, at every width, with stalls.

use std::sync::Arc;

use sim_verilator::{
    Access, Bar, BarError, Beat, BuildOptions, Channel, DmaConfig, Event, Fault, HostMemory,
    Library, Nic, NicConfig, NicError, PAGE, PinError, ReadSample, Rule, Stalls, WirePort, lint,
};

const ECHO: &str = include_str!("echo_nic.v");
const MAGIC: u64 = 0x6f68_6365_6369_6e21;
const SCRATCH: u64 = 0x08;
const SOURCE: u64 = 0x10;
const DESTINATION: u64 = 0x18;
const START: u64 = 0x20;
const STATUS: u64 = 0x28;
const SILENT: u64 = 0x30;
const MISBEHAVE: u64 = 0x38;
const COPY_DONE: u8 = 7;

const HEAVY: Stalls = Stalls {
    tx: 100,
    read: 100,
    answer: 100,
    write: 100,
    interrupt: 100,
};

fn library(width: u32) -> Arc<Library> {
    let verilog = ECHO.replace("@W@", &width.to_string());
    Library::build(&verilog, "echo_nic", &BuildOptions::default()).unwrap()
}

fn nic(width: u32, config: NicConfig) -> Nic {
    Nic::new(&library(width), config).unwrap()
}

fn frame(length: usize) -> Vec<u8> {
    (0..length).map(|byte| (byte * 7 + length) as u8).collect()
}

/// A device with a kilobyte to copy from 0x10000 to 0x20000.
fn copier(width: u32, config: NicConfig) -> (Nic, HostMemory) {
    let (mut nic, mut host) = (nic(width, config), HostMemory::new());
    host.map(0x10000, PAGE).unwrap();
    host.map(0x20000, PAGE).unwrap();
    host.write(0x10000, &frame(1024)).unwrap();
    nic.bar_write64(&mut host, Bar::Bar0, SOURCE, 0x10000)
        .unwrap();
    nic.bar_write64(&mut host, Bar::Bar0, DESTINATION, 0x20000)
        .unwrap();
    (nic, host)
}

/// Copies and returns the cycles that it took.
fn copy(nic: &mut Nic, host: &mut HostMemory) -> u64 {
    nic.bar_write32(host, Bar::Bar0, START, 16).unwrap();
    let begin = nic.cycle();
    for _ in 0..20_000 {
        nic.step(host).unwrap();
        if nic.take_interrupts() == [COPY_DONE] {
            return nic.cycle() - begin;
        }
    }
    panic!("the copy did not finish");
}

fn echo_returns_frames(width: u32, stalls: Stalls) {
    let mut nic = nic(
        width,
        NicConfig {
            seed: 5,
            stalls,
            ..NicConfig::default()
        },
    );
    let mut host = HostMemory::new();
    let frames: Vec<_> = [1, 7, 8, 9, 60, 64, 65, 127, 128, 1500].map(frame).into();
    frames.iter().for_each(|frame| nic.push_rx(frame));
    assert_eq!(nic.rx_pending(), frames.len());
    let mut seen = vec![];
    let mut ended = 0;
    for _ in 0..4000 {
        nic.step(&mut host).unwrap();
        while let Some(frame) = nic.pop_tx() {
            let beats = frame.bytes.len().div_ceil(nic.width()) as u64;
            assert!(frame.begin > ended && frame.end - frame.begin + 1 >= beats);
            if stalls == Stalls::default() {
                assert_eq!(frame.end - frame.begin + 1, beats, "one beat per cycle");
            }
            ended = frame.end;
            seen.push(frame.bytes);
        }
    }
    assert_eq!(seen, frames);
    assert_eq!(nic.rx_pending(), 0);
    assert_eq!(nic.violations(), []);
}

#[test]
fn nic_echoes_frames_at_every_width() {
    for width in [64, 128, 256, 512] {
        echo_returns_frames(width, Stalls::default());
    }
}

#[test]
fn nic_echoes_frames_with_stalls() {
    for width in [64, 512] {
        echo_returns_frames(width, HEAVY);
    }
}

#[test]
fn fixture_passes_lint() {
    lint(&ECHO.replace("@W@", "64"), "echo_nic").unwrap();
}

#[test]
fn registers_keep_halves_and_order() {
    let (mut nic, mut host) = (nic(64, NicConfig::default()), HostMemory::new());
    assert_eq!(nic.bar_read64(&mut host, Bar::Bar0, 0).unwrap(), MAGIC);
    assert_eq!(
        nic.bar_read32(&mut host, Bar::Bar0, 0).unwrap(),
        MAGIC as u32
    );
    assert_eq!(
        nic.bar_read32(&mut host, Bar::Bar0, 4).unwrap(),
        (MAGIC >> 32) as u32
    );
    nic.post_bar_write64(Bar::Bar0, SCRATCH, 0x1111_1111_2222_2222)
        .unwrap();
    let first = nic.start_bar_read64(Bar::Bar0, SCRATCH).unwrap();
    nic.post_bar_write32(Bar::Bar0, SCRATCH + 4, 0x3333_3333)
        .unwrap();
    let second = nic.start_bar_read64(Bar::Bar0, SCRATCH).unwrap();
    assert_eq!(nic.bar_pending(), 4);
    for _ in 0..40 {
        nic.step(&mut host).unwrap();
    }
    assert_eq!(nic.poll_bar_read(first), Some(0x1111_1111_2222_2222));
    assert_eq!(nic.poll_bar_read(second), Some(0x3333_3333_2222_2222));
    assert_eq!(nic.poll_bar_read(second), None, "an answer is given once");
}

#[test]
fn register_access_bad_flow() {
    let config = NicConfig {
        bar_timeout: 100,
        ..NicConfig::default()
    };
    let (mut nic, mut host) = (nic(64, config), HostMemory::new());
    for address in [2, 4, 1 << 24] {
        let error = nic.bar_read64(&mut host, Bar::Bar0, address).unwrap_err();
        assert!(matches!(error, BarError::Address(_)), "{error}");
    }
    let begin = nic.cycle();
    let error = nic.bar_read32(&mut host, Bar::Bar0, SILENT).unwrap_err();
    assert!(
        matches!(
            error,
            BarError::Timeout {
                address: SILENT,
                cycles: 100,
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(nic.cycle() - begin, 100);
    let error = nic
        .bar_write32(&mut host, Bar::Bar0, SCRATCH, 1)
        .unwrap_err();
    assert!(
        matches!(error, BarError::Timeout { .. }),
        "nothing overtakes a read: {error}"
    );
    nic.reset().unwrap();
    assert_eq!(nic.bar_read64(&mut host, Bar::Bar0, 0).unwrap(), MAGIC);
}

#[test]
fn dma_copies_memory_with_the_latency_asked_for() {
    for (latency, width, beats) in [(250, 64, 128), (10, 64, 128), (250, 512, 16)] {
        let config = NicConfig {
            dma: DmaConfig {
                latency,
                ..DmaConfig::default()
            },
            ..NicConfig::default()
        };
        let (mut nic, mut host) = copier(width, config);
        let cycles = copy(&mut nic, &mut host);
        assert_eq!(host.read_vec(0x20000, 1024).unwrap(), frame(1024));
        let ideal = latency + beats;
        assert!(
            (ideal..ideal + 20).contains(&cycles),
            "{width} bits, latency {latency}: {cycles} cycles"
        );
        assert_eq!(nic.violations(), []);
        assert_eq!(nic.take_faults(), []);
    }
}

#[test]
fn dma_copies_memory_out_of_order_with_stalls() {
    for seed in 0..20 {
        println!("seed {seed}");
        let sample = if seed % 2 == 0 {
            ReadSample::Request
        } else {
            ReadSample::Answer
        };
        let dma = DmaConfig {
            jitter: 300,
            reorder: true,
            interleave: seed % 3 == 0,
            sample,
            ..DmaConfig::default()
        };
        let (mut nic, mut host) = copier(
            64,
            NicConfig {
                seed,
                dma,
                stalls: HEAVY,
                ..NicConfig::default()
            },
        );
        let cycles = copy(&mut nic, &mut host);
        assert_eq!(host.read_vec(0x20000, 1024).unwrap(), frame(1024));
        assert_eq!(nic.violations(), []);
        let (mut again, mut memory) = copier(
            64,
            NicConfig {
                seed,
                dma,
                stalls: HEAVY,
                ..NicConfig::default()
            },
        );
        assert_eq!(copy(&mut again, &mut memory), cycles, "one seed, one run");
    }
}

#[test]
fn dma_answers_overtake_each_other_only_if_asked_to() {
    for reorder in [false, true] {
        let dma = DmaConfig {
            jitter: 300,
            reorder,
            ..DmaConfig::default()
        };
        let (mut nic, mut host) = copier(
            64,
            NicConfig {
                seed: 1,
                dma,
                ..NicConfig::default()
            },
        );
        nic.record_events(true);
        copy(&mut nic, &mut host);
        let events = nic.take_events();
        let written = |(_, event): &(u64, Event)| match event {
            Event::Write { iova, .. } => Some(*iova),
            _ => None,
        };
        let writes: Vec<_> = events.iter().filter_map(written).collect();
        assert_eq!(writes.len(), 128);
        assert_eq!(writes.is_sorted(), !reorder);
        assert!(matches!(
            events.last(),
            Some((_, Event::Interrupt { vector: COPY_DONE }))
        ));
    }
}

#[test]
fn dma_outside_mappings_is_a_fault_bad_flow() {
    for sample in [ReadSample::Request, ReadSample::Answer] {
        let dma = DmaConfig {
            sample,
            ..DmaConfig::default()
        };
        let (mut nic, mut host) = copier(
            64,
            NicConfig {
                dma,
                ..NicConfig::default()
            },
        );
        nic.bar_write64(&mut host, Bar::Bar0, SOURCE, 0x10000 + PAGE - 512)
            .unwrap();
        copy(&mut nic, &mut host);
        assert_eq!(
            nic.bar_read32(&mut host, Bar::Bar0, STATUS).unwrap(),
            8 << 8,
            "eight blocks failed"
        );
        let faults = nic.take_faults();
        assert_eq!(faults.len(), 8);
        let expected = Fault {
            cycle: faults[0].cycle,
            access: Access::Read,
            iova: 0x10000 + PAGE,
            length: 64,
        };
        assert_eq!(faults[0], expected);
    }
    let (mut nic, mut host) = copier(64, NicConfig::default());
    host.unmap(0x20000, PAGE).unwrap();
    copy(&mut nic, &mut host);
    let faults = nic.take_faults();
    assert_eq!(faults.len(), 128);
    assert!(
        faults
            .iter()
            .all(|fault| fault.access == Access::Write && fault.length == 8)
    );
}

#[test]
fn dma_read_sees_memory_when_it_is_sampled() {
    for (sample, expected) in [
        (ReadSample::Request, frame(1024)),
        (ReadSample::Answer, vec![0; 1024]),
    ] {
        let dma = DmaConfig {
            sample,
            ..DmaConfig::default()
        };
        let (mut nic, mut host) = copier(
            64,
            NicConfig {
                dma,
                ..NicConfig::default()
            },
        );
        nic.bar_write32(&mut host, Bar::Bar0, START, 16).unwrap();
        for _ in 0..100 {
            nic.step(&mut host).unwrap();
        }
        assert_eq!(nic.reads_in_flight(), 16);
        host.write(0x10000, &[0; 1024]).unwrap();
        for _ in 0..400 {
            nic.step(&mut host).unwrap();
        }
        assert_eq!(host.read_vec(0x20000, 1024).unwrap(), expected);
    }
}

#[test]
fn interrupts_arrive_in_order() {
    let (mut nic, mut host) = (
        nic(
            128,
            NicConfig {
                stalls: HEAVY,
                ..NicConfig::default()
            },
        ),
        HostMemory::new(),
    );
    let mut seen = vec![];
    for vector in [3, 200, 3, 0] {
        nic.bar_write32(&mut host, Bar::Bar2, 0x1000, vector)
            .unwrap();
        for _ in 0..40 {
            nic.step(&mut host).unwrap();
        }
        seen.extend(nic.take_interrupts());
    }
    assert_eq!(seen, [3, 200, 3, 0]);
    assert_eq!(nic.violations(), []);
}

#[test]
fn monitor_reports_a_withdrawn_offer_bad_flow() {
    let stalls = Stalls {
        interrupt: 255,
        ..Stalls::default()
    };
    let (mut nic, mut host) = (
        nic(
            64,
            NicConfig {
                stalls,
                ..NicConfig::default()
            },
        ),
        HostMemory::new(),
    );
    nic.bar_write32(&mut host, Bar::Bar0, MISBEHAVE, 0).unwrap();
    for _ in 0..10 {
        nic.step(&mut host).unwrap();
    }
    let [violation] = nic.violations() else {
        panic!("{:?}", nic.violations())
    };
    assert_eq!(
        (violation.channel, violation.rule),
        (Channel::Interrupt, Rule::Withdrawn)
    );
}

#[test]
fn monitor_reports_a_changed_offer_bad_flow() {
    let stalls = Stalls {
        interrupt: 255,
        ..Stalls::default()
    };
    let (mut nic, mut host) = (
        nic(
            64,
            NicConfig {
                stalls,
                ..NicConfig::default()
            },
        ),
        HostMemory::new(),
    );
    for vector in [3, 4] {
        nic.bar_write32(&mut host, Bar::Bar2, 0, vector).unwrap();
    }
    nic.step(&mut host).unwrap();
    let [violation] = nic.violations() else {
        panic!("{:?}", nic.violations())
    };
    assert_eq!(
        (violation.channel, violation.rule),
        (Channel::Interrupt, Rule::Changed)
    );
}

/// The rules broken by a copy of a kilobyte between these addresses.
fn rules_broken_by_copy(source: u64, destination: u64) -> Vec<Rule> {
    let (mut nic, mut host) = copier(64, NicConfig::default());
    nic.bar_write64(&mut host, Bar::Bar0, SOURCE, source)
        .unwrap();
    nic.bar_write64(&mut host, Bar::Bar0, DESTINATION, destination)
        .unwrap();
    copy(&mut nic, &mut host);
    nic.violations()
        .iter()
        .map(|violation| violation.rule)
        .collect()
}

#[test]
fn monitor_reports_bad_dma_addresses_bad_flow() {
    let crossing = rules_broken_by_copy(0x10020, 0x20000);
    assert_eq!(
        crossing,
        [Rule::ReadCrosses(0x101e0), Rule::ReadCrosses(0x103e0)]
    );
    let misaligned = rules_broken_by_copy(0x10000, 0x20004);
    assert_eq!(misaligned.len(), 128);
    assert_eq!(misaligned[0], Rule::WriteAlignment(0x20004));
}

#[test]
fn monitor_reports_a_tag_used_twice_bad_flow() {
    let (mut nic, mut host) = copier(64, NicConfig::default());
    for _ in 0..2 {
        nic.bar_write32(&mut host, Bar::Bar0, START, 1).unwrap();
        for _ in 0..5 {
            nic.step(&mut host).unwrap();
        }
    }
    let rules: Vec<_> = nic
        .violations()
        .iter()
        .map(|violation| violation.rule)
        .collect();
    assert_eq!(rules, [Rule::TagBusy(0)]);
}

/// Loops the NIC's output back to its input, one cycle later.
#[derive(Default)]
struct Loopback {
    held: Option<(Vec<u8>, bool)>,
    shown: Vec<u8>,
    beats: usize,
}

impl WirePort for Loopback {
    fn receive(&mut self, _cycle: u64, width: usize) -> Option<Beat<'_>> {
        let (bytes, last) = self.held.take()?;
        assert!(bytes.len() <= width);
        self.shown = bytes;
        Some(Beat {
            bytes: &self.shown,
            last,
        })
    }

    fn ready(&mut self, _cycle: u64) -> bool {
        self.held.is_none()
    }

    fn transmit(&mut self, _cycle: u64, beat: Beat<'_>) {
        self.beats += 1;
        self.held = Some((beat.bytes.to_vec(), beat.last));
    }
}

#[test]
fn wire_port_of_the_caller_sees_every_beat() {
    let (mut nic, mut host) = (nic(64, NicConfig::default()), HostMemory::new());
    let mut wire = Loopback {
        held: Some((vec![1, 2, 3], true)),
        ..Loopback::default()
    };
    for _ in 0..100 {
        nic.step_on(&mut host, &mut wire).unwrap();
    }
    assert!(wire.beats > 20, "the frame went round {} times", wire.beats);
    assert_eq!(wire.shown, [1, 2, 3]);
}

#[test]
fn nic_of_other_ports_bad_flow() {
    let build = |verilog: &str| Library::build(verilog, "m", &BuildOptions::default()).unwrap();
    let error = Nic::new(
        &build("module m(input wire clock); endmodule"),
        NicConfig::default(),
    )
    .err();
    assert!(
        matches!(
            error,
            Some(NicError::Pins(PinError::Missing {
                name: "rx_data",
                ..
            }))
        ),
        "{error:?}"
    );
    let odd = build("module m(input wire clock, input wire [31:0] rx_data); endmodule");
    let error = Nic::new(&odd, NicConfig::default()).err();
    assert!(
        matches!(error, Some(NicError::Pins(PinError::BusWidth(32)))),
        "{error:?}"
    );
}

#[test]
fn nic_moves_between_threads() {
    let mut nic = nic(64, NicConfig::default());
    let magic = std::thread::spawn(move || {
        nic.bar_read64(&mut HostMemory::new(), Bar::Bar0, 0)
            .unwrap()
    });
    assert_eq!(magic.join().unwrap(), MAGIC);
}

/// A wire that ends no frame and fills no beat.
struct Fragments;

impl WirePort for Fragments {
    fn receive(&mut self, _cycle: u64, _width: usize) -> Option<Beat<'_>> {
        Some(Beat {
            bytes: &[1, 2, 3],
            last: false,
        })
    }

    fn ready(&mut self, _cycle: u64) -> bool {
        true
    }

    fn transmit(&mut self, _cycle: u64, _beat: Beat<'_>) {}
}

#[test]
fn monitor_reports_a_partial_beat_within_a_frame_bad_flow() {
    let (mut nic, mut host) = (nic(64, NicConfig::default()), HostMemory::new());
    for _ in 0..3 {
        nic.step_on(&mut host, &mut Fragments).unwrap();
    }
    assert!(
        nic.violations()
            .iter()
            .all(|violation| violation.rule == Rule::Keep(0b111))
    );
    assert!(!nic.violations().is_empty());
}
