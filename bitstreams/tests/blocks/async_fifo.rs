//! The queue between two clocks.

use crate::kit::{Bench, differs_not, edges, seeded};
use bitstreams::async_fifo::AsyncFifo;
use emit::randomize_inputs;
use rust_hdl::prelude::Bits;

type Queue = AsyncFifo<Bits<16>, 3, 4>;

#[test]
fn async_fifo_keeps_order_at_any_two_clocks() {
    let mut rng = seeded(0xa5f1);
    for (a, b) in [(8, 20), (20, 8), (7, 7), (10, 11), (3, 50)] {
        let mut bench = Bench::new(&mut Queue::default());
        let (mut sent, mut taken, mut most) = (0_u64, 0, 0);
        let phase = rng.below(50);
        let eager = rng.below(4);
        for (write, read) in edges(a, b, phase).take(8000) {
            // inputs change between the edges of their own clocks only
            if write {
                bench.set("in_valid", rng.chance(1 + eager, 4).into());
                bench.set("in_data", sent & 0xffff);
            }
            if read {
                bench.set("out_ready", rng.chance(4 - eager, 4).into());
            }
            bench.eval();
            let put = write && bench.high("in_ready") && bench.high("in_valid");
            let take = read && bench.high("out_valid") && bench.high("out_ready");
            if take {
                assert_eq!(bench.get("out_data"), taken & 0xffff, "clocks {a}, {b}");
                taken += 1;
            }
            sent += u64::from(put);
            most = most.max(sent - taken);
            assert!(most <= 8);
            let clocks = [(write, "write_clock"), (read, "read_clock")];
            let rising: Vec<&str> = clocks.iter().filter(|c| c.0).map(|c| c.1).collect();
            bench.edge(&rising);
        }
        assert!(taken > 100, "{taken} at clocks {a}, {b}");
    }
}

#[test]
fn async_fifo_simulates_as_in_rusthdl() {
    differs_not(
        Queue::default,
        0xa5f2,
        3000,
        |u, clock| {
            u.write_clock.next = clock;
            u.read_clock.next = clock;
        },
        |u, rng, _| randomize_inputs!(u, rng; in_valid = rng.chance(1, 2), in_data, out_ready = rng.chance(1, 2)),
    );
}
