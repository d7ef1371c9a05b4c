//! The event queue: records, phases, interrupts, and what a full queue loses.

use crate::kit::{Bench, Rng, any, differs_not, seeded};
use hdl::counter;
use hdl::eq_unit::EqUnit;
use hdl::pipe::EventReq;
use rust_hdl::prelude::*;
use std::collections::VecDeque;

const BASE: u64 = 0x77_0000_1000;

fn random_run(block: &mut dyn Block, bus: usize, seed: u64) {
    let mut rng = seeded(seed);
    let mut bench = Bench::new(block);
    let mut waiting: Vec<VecDeque<EventReq>> = (0..5).map(|_| VecDeque::new()).collect();
    let (mut log, mut enabled, mut consumer) = (2, false, 0u16);
    let (mut producer, mut lost, mut counted) = (0u16, 0u16, 0u16);
    let mut taken: Option<EventReq> = None;
    let mut record: Vec<(u64, u8)> = vec![];
    let mut raises = 0;
    for cycle in 0..20_000 {
        if cycle % 4000 == 0 {
            // let it come to rest, switch it off, and on again with another size
            enabled = cycle != 0 && cycle != 12_000;
            log = 1 + rng.below(4) as u32;
            (producer, consumer) = (0, 0);
            bench.set("eq_enable", 0);
            for source in 0..5 {
                bench.set(&format!("ev{source}_valid"), 0);
            }
            bench.set("wr_ready", 1);
            bench.set("irq_ready", 1);
            for _ in 0..40 {
                bench.cycle();
            }
            (record, taken) = (vec![], None);
            lost = bench.get("eq_lost") as u16;
            assert_eq!(bench.get("eq_producer"), 0);
        }
        bench.set("eq_base", BASE);
        bench.set("eq_log_size", log.into());
        bench.set("eq_enable", enabled.into());
        // the consumer stops now and then, and the queue runs full
        if rng.chance(1, if cycle % 2000 < 1000 { 10 } else { 80 }) && consumer != producer {
            consumer = consumer.wrapping_add(1);
        }
        bench.set("eq_consumer", consumer.into());
        for (source, waiting) in waiting.iter_mut().enumerate() {
            if waiting.is_empty() && rng.chance(1, 20) {
                waiting.push_back(any(&mut rng));
            }
            bench.set(&format!("ev{source}_valid"), u64::from(!waiting.is_empty()));
            if let Some(event) = waiting.front() {
                bench.put(&format!("ev{source}"), event);
            }
        }
        bench.set("wr_ready", rng.below(2));
        bench.set("irq_ready", rng.below(2));
        bench.settle();
        assert_eq!(bench.get("eq_producer"), u64::from(producer));
        if bench.high("count_valid") {
            assert_eq!(bench.get("count"), counter::EQ_OVERFLOW);
            counted += 1;
        }
        if bench.get("eq_lost") as u16 != lost {
            lost = lost.wrapping_add(1);
            assert_eq!(bench.get("eq_lost"), u64::from(lost));
            assert!(!enabled || producer.wrapping_sub(consumer) <= 1 << log);
            taken = None;
        }
        for (source, waiting) in waiting.iter_mut().enumerate() {
            if bench.high(&format!("ev{source}_valid")) && bench.high(&format!("ev{source}_ready"))
            {
                assert!(taken.is_none(), "an event was forgotten");
                taken = waiting.pop_front();
            }
        }
        if bench.high("wr_valid") && bench.high("wr_ready") {
            let addr = bench.get("wr_addr");
            assert_eq!(addr % bus as u64, 0);
            let lanes = (0..bus).filter(|l| bench.bytes("wr_strb")[l / 8] >> (l % 8) & 1 == 1);
            record.extend(lanes.map(|l| (addr + l as u64, bench.bytes("wr_data")[l])));
            if bench.high("wr_last") {
                let event = taken.as_ref().expect("a record without an event");
                let size = 1u16 << log;
                let word = event.kind.to_u64() as u32 | (event.object.to_u64() as u32) << 8;
                let phase = u32::from((producer / size).is_multiple_of(2)) << 31;
                let bytes: Vec<u8> = [word, 0, 0, phase]
                    .iter()
                    .flat_map(|w| w.to_le_bytes())
                    .collect();
                let at = BASE + 16 * u64::from(producer % size);
                let wanted: Vec<_> = bytes
                    .iter()
                    .enumerate()
                    .map(|(k, b)| (at + k as u64, *b))
                    .collect();
                assert_eq!(std::mem::take(&mut record), wanted);
                assert!(
                    producer.wrapping_sub(consumer) < size,
                    "written over an event not yet read"
                );
                producer = producer.wrapping_add(1);
            }
        }
        if bench.high("irq_valid") && bench.high("irq_ready") {
            let event = taken.take().expect("an interrupt without an event");
            assert_eq!(bench.get("irq_vector"), event.vector.to_u64());
            assert!(record.is_empty());
            raises += 1;
        }
        bench.cycle();
    }
    assert!(raises > 500 && counted > 20, "{raises} {counted}");
}

#[test]
fn eq_64_random() {
    random_run(&mut EqUnit::<64, 8, 3>::default(), 8, 0xe1);
}

#[test]
fn eq_wide_random() {
    random_run(&mut EqUnit::<128, 16, 4>::default(), 16, 0xe2);
    random_run(&mut EqUnit::<256, 32, 5>::default(), 32, 0xe3);
    random_run(&mut EqUnit::<512, 64, 6>::default(), 64, 0xe4);
}

#[test]
fn eq_unit_is_its_verilog() {
    let drive = |u: &mut EqUnit<64, 8, 3>, rng: &mut Rng, cycle: usize| {
        for port in [&mut u.ev0, &mut u.ev1, &mut u.ev2, &mut u.ev3, &mut u.ev4] {
            port.next = any(rng);
        }
        if cycle.is_multiple_of(50) {
            emit::randomize_inputs!(u, rng; eq_base, eq_log_size);
        }
        emit::randomize_inputs!(u, rng; eq_enable = !rng.chance(1, 50), eq_consumer, ev0_valid = rng.chance(1, 8),
            ev1_valid = rng.chance(1, 8), ev2_valid = rng.chance(1, 8), ev3_valid = rng.chance(1, 8),
            ev4_valid = rng.chance(1, 8), wr_ready, irq_ready)
    };
    differs_not(
        EqUnit::<64, 8, 3>::default,
        0xed,
        1500,
        |u, clock| u.clock.next = clock,
        drive,
    );
}
