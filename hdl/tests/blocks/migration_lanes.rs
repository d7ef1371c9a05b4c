//! The lanes of a wide bus: each block is its Verilog, and the lanes' parts of a page are the page.

use crate::kit::{any, differs_not};
use emit::randomize_inputs;
use fw_regs::mailbox::QP_PAGE;
use hdl::migration::lane_share::LaneShare;
use hdl::migration::lanes::{GROUPS, RecordLanes};
use hdl::migration::pager::Pager;
use hdl::migration::program::pages;
use hdl::pipe::CtxRsp;
use rust_hdl::prelude::ToBits;

const SEED: u64 = 0x1a_4e5;

type Lanes = RecordLanes<1, 3>;
type Pages = Pager<512, 64, 3, 6, 1, 3, 4, 16>;

#[test]
fn lane_share_is_its_verilog() {
    differs_not(
        LaneShare::default,
        SEED,
        3000,
        |u, clock| u.clock.next = clock,
        |u, rng, _| {
            u.a.next = any(rng);
            u.unit.next = any(rng);
            u.rsp.next = any(rng);
            for lane in &mut u.lanes {
                lane.next = any(rng);
            }
            for answer in &mut u.answers {
                answer.next = any(rng);
            }
            randomize_inputs!(u, rng; spread)
        },
    );
}

/// Lists of queue pairs and others, good pages and bad ones, answers and none.
#[test]
fn record_lanes_are_their_verilog() {
    differs_not(
        || Lanes::new(&pages::lanes(GROUPS)),
        SEED,
        6000,
        |u, clock| u.clock.next = clock,
        |u, rng, _| {
            let go = !u.busy.val() && rng.chance(1, 4);
            let entry = if rng.chance(3, 4) {
                0
            } else {
                13 + rng.below(9)
            };
            let index = 1 + rng.below(4);
            u.go.next = go;
            u.what.next = rng.below(4).to_bits();
            u.entry.next = entry.to_bits();
            u.index.next = index.to_bits();
            u.last.next = index.to_bits();
            let answer = |ack| CtxRsp {
                ack: u64::from(ack).to_bits(),
                data: 0_u64.to_bits(),
            };
            u.rsp.next = answer(rng.chance(7, 8));
            for lane in &mut u.lane_rsp {
                lane.next = answer(rng.chance(7, 8));
            }
            randomize_inputs!(u, rng; page);
            for lane in &mut u.lane_page {
                lane.next = any(rng);
            }
        },
    );
}

#[test]
fn pager_with_lanes_is_its_verilog() {
    let theirs = || std::array::from_fn(|lane| pages::lane_pairs(lane + 1));
    differs_not(
        || Pages::new(&theirs(), pages::page_words()),
        SEED,
        3000,
        |u, clock| u.clock.next = clock,
        |u, rng, _| {
            randomize_inputs!(u, rng; go, what, addr, clear, put_valid, put, place_valid, place, swap, pair_re, pair_place,
                page_re, page_ra, rd_ready, left, rsp_valid, rsp_tag, rsp_data, rsp_last, rsp_error, wr_ready);
            for (place, spread) in u.put_place.iter_mut().zip(&mut u.spread) {
                place.next = any(rng);
                spread.next = rng.chance(1, 2);
                // two words go to an even place only
                u.put_both.next = spread.next;
            }
            for lane in 0..3 {
                u.lane_put_valid[lane].next = rng.chance(1, 2);
                u.lane_put[lane].next = any(rng);
                u.lane_put_place[lane].next = any(rng);
                u.lane_place[lane].next = any(rng);
            }
        },
    );
}

/// Each pair of the page belongs to one lane, and each lane goes through its own ones from its start to the page's end.
#[test]
fn lanes_share_a_page_without_rest() {
    let all = (0..GROUPS).fold(0, |seen, lane| {
        let pairs = pages::lane_pairs(lane);
        assert_eq!(seen & pairs, 0, "lane {lane} moves what others move");
        seen | pairs
    });
    let words = pages::page_words();
    assert_eq!(all, (1 << (words / 2)) - 1);
    let records = QP_PAGE.iter().map(|kind| kind.page_words() as u64 + 2);
    assert_eq!(words, records.sum::<u64>());
    for (lane, (list, start)) in pages::lanes(GROUPS).into_iter().enumerate() {
        let (mut place, mut pairs) = (start, 0);
        for entry in list {
            if !entry.probe {
                let end = place + entry.pairs + 1;
                pairs |= (1_u64 << end) - (1 << place);
                place = end + entry.skip;
            }
            if entry.last {
                break;
            }
        }
        assert_eq!(pairs, pages::lane_pairs(lane), "lane {lane}");
        assert_eq!(place, words / 2, "lane {lane} ends with the page");
    }
}
