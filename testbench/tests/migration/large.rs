//! NICs with 512 and 4,096 queue pairs: connections in slots beyond 256, up to the last one there is, stop, move, move back and answer for each other as those of the
//! committed NIC do.
//!
//! Ignored unless asked for, since the Verilog of these NICs is not kept with the sources and each model takes a minute to build:
//! `cargo run -p hdl --bin emit-verilog -- --sizes`, then `cargo nextest run -p testbench --test migration large --run-ignored only`.

use crate::dumps::{dump, records};
use crate::journeys::{Traffic, both, bundle};
use crate::kit::*;
use fw_regs::{Command, ContextKind};
use host_driver::{Context, QpOptions, QueuePair};
use std::mem::ManuallyDrop;
use testbench::lab::{Lab, LabHost, LabOptions, Variant};

const LARGE: [(Variant, usize); 2] = [(Variant::Qps512, 512), (Variant::Qps4096, 4096)];

fn large_lab(variant: Variant, hosts: usize) -> Lab {
    println!("{variant}, seed {SEED:#x}");
    Lab::new(LabOptions {
        hosts,
        variant,
        ..LabOptions::new(64, SEED)
    })
    .unwrap()
}

/// Somebody else's queue pairs, in all slots of a host but those that are to be free. They are never destroyed, which would take as long as making them.
struct Crowd {
    _context: Context,
    _qps: ManuallyDrop<Vec<QueuePair>>,
}

impl Crowd {
    fn beside(free: &[u16], host: &LabHost) -> Self {
        let context = host.adapter.context().unwrap();
        let pd = context.allocate_pd().unwrap();
        let cq = context.create_cq(64).unwrap();
        let options = QpOptions {
            send_cq: cq.clone(),
            recv_cq: cq,
            srq: None,
            max_send: 16,
            max_recv: 16,
            raw: false,
        };
        let slots = host.adapter.attributes().qps;
        let mut qps: Vec<_> = (0..slots)
            .map(|_| pd.create_qp(&options).unwrap())
            .collect();
        // the next ones get these
        qps.retain(|qp| !free.contains(&qp.slot()));
        assert_eq!(qps.len() + free.len(), slots);
        Self {
            _context: context,
            _qps: ManuallyDrop::new(qps),
        }
    }

    fn on(hosts: &[LabHost], free: &[u16]) -> Vec<Self> {
        hosts.iter().map(|host| Self::beside(free, host)).collect()
    }
}

fn slots(app: &App) -> Vec<u16> {
    app.qps.iter().map(QueuePair::slot).collect()
}

/// The slots of the queue pairs whose first pages are in a dump.
fn dumped(pages: &[u8]) -> Vec<u16> {
    let word = |page: &[u8], at: usize| u32::from_le_bytes(page[4 * at..][..4].try_into().unwrap());
    let first = u32::from(ContextKind::QpConfig.code());
    let pages = pages.chunks(512);
    pages
        .filter(|page| word(page, 0) & 31 == first)
        .map(|page| word(page, 1) as u16)
        .collect()
}

#[test]
#[ignore = "needs the Verilog of the large NICs: see the module's head"]
fn large_dump_restored_is_the_same_and_dumped_again() {
    for (variant, qps) in LARGE {
        let free = [255, 256, qps as u16 / 2 + 1, qps as u16 - 1];
        let lab = large_lab(variant, 3);
        let _crowds = Crowd::on(&lab.hosts, &free);
        let (a, b) = bundle(&lab, 0, 1, free.len());
        assert_eq!((slots(&a), slots(&b)), (free.to_vec(), free.to_vec()));
        let mut traffic = Traffic::new(&b);
        traffic.post(&a, &b);
        lab.run(1_500).unwrap();
        a.command(&lab, Command::Stop, &[]).unwrap();
        a.command(&lab, Command::Drained, &[]).unwrap();
        let first = dump(&lab, &a);
        assert_eq!(dumped(&first), free);
        assert!(dump(&lab, &a) == first, "another dump");
        let before: Vec<_> = (0..free.len())
            .map(|k| records(&lab.hosts[0], &a, k))
            .collect();
        let frozen = a.stop();
        let copy = frozen.restore(&lab, 2);
        assert_eq!(slots(&copy.app), free);
        for (k, old) in before.iter().enumerate() {
            assert_eq!(&records(&lab.hosts[2], &copy.app, k), old, "{}", free[k]);
        }
        let tombstones = frozen.commit(Some(lab.hosts[2].ip));
        let a = copy.resume();
        traffic.finish(&lab, &a, &b);
        // back over the tombstones, which keep their slots
        traffic.post(&a, &b);
        lab.run(900).unwrap();
        let (a, _there) = a.move_to(&lab, 0);
        assert_eq!(slots(&a), free);
        traffic.finish(&lab, &a, &b);
        drop(tombstones);
        a.command(&lab, Command::Stop, &[]).unwrap();
        a.command(&lab, Command::Drained, &[]).unwrap();
        assert_eq!(dumped(&dump(&lab, &a)), free);
    }
}

/// Tombstones answer RESUMEs of partners that they do not know the place of: with the template in the scratch row, the number of which needs a bit more than a slot's.
#[test]
#[ignore = "needs the Verilog of the large NICs: see the module's head"]
fn large_journey_of_both_ends_at_once() {
    for (variant, qps) in LARGE {
        let lab = large_lab(variant, 4);
        let _crowds = Crowd::on(&lab.hosts[..2], &[256, qps as u16 - 1]);
        both(lab, "aaabbbab");
    }
}

/// A process with every queue pair there is stops and goes on.
#[test]
#[ignore = "needs the Verilog of the large NICs: see the module's head"]
fn large_process_of_all_queue_pairs_goes_on_after_an_abort() {
    for (variant, qps) in LARGE {
        let lab = large_lab(variant, 2);
        let a = App::with(&lab, 0, qps, false);
        let b = App::with(&lab, 1, 2, false);
        for (k, own) in [256, qps - 1].into_iter().enumerate() {
            connect_qps((&a, own), (&b, k), &ConnectionOptions::default());
        }
        assert_eq!(a.command(&lab, Command::Stop, &[]).unwrap(), qps as u32);
        a.command(&lab, Command::Drained, &[]).unwrap();
        a.command(&lab, Command::Abort, &[]).unwrap();
        for own in [256, qps - 1] {
            let request = host_driver::SendRequest::new(7, b.write_to(8192), a.entry(0, MTU));
            a.qps[own].post_send(&[request]).unwrap();
        }
        // a doorbell that came while it was still MOVING counts when its record has been read, one queue pair after the other
        let done = lab.completions(&a.send_cq, 2, 1_000 * qps as u64 + SOON);
        assert_eq!(done.unwrap().len(), 2);
        std::mem::forget(a);
    }
}
