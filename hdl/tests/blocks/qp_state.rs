//! States of queue pairs: every reader sees every write, and ERR is reached once.

use crate::kit::{Bench, any, differs_not, seeded};
use hdl::mem::kind;
use hdl::pipe::{CtxReq, CtxRsp, EventReq};
use hdl::qp_state::{QpState, state};

const READERS: [&str; 5] = ["a", "b", "c", "d", "e"];

/// An error request on its way, cycle by cycle.
#[derive(Clone, Copy, PartialEq)]
enum Request {
    Read,
    Look(bool),
    Act(bool),
}

/// Commands, error requests and reads at random; a read is answered with the state of the cycle it was made in.
#[test]
fn qp_state_random() {
    let mut rng = seeded(0x95);
    let mut bench = Bench::new(&mut QpState::<3>::default());
    let mut states = [0u64; 8];
    let mut asked: [Option<(u64, u64)>; 3] = [None; 3];
    let mut under_way: Option<(u64, u64, Request)> = None;
    let (mut events, mut raised) = (vec![], vec![]);
    for _ in 0..40_000 {
        let set = rng.chance(1, 6).then(|| (rng.below(8), rng.below(7)));
        bench.set("set_valid", set.is_some().into());
        if let Some((slot, to)) = set {
            bench.set("set_slot", slot);
            bench.set("set_state", to);
        }
        for (k, asked) in asked.iter_mut().enumerate() {
            if asked.is_none() && rng.chance(1, 8) {
                *asked = Some((rng.below(8), rng.pick(&[0, 3, 4, 5])));
            }
            bench.set(&format!("e{k}_valid"), asked.is_some().into());
            if let Some((slot, event)) = *asked {
                bench.set(&format!("e{k}_slot"), slot);
                bench.set(&format!("e{k}_event"), event);
            }
        }
        bench.set("ev_ready", rng.below(2));
        let slots = [0; 5].map(|_: u64| rng.below(8));
        for (reader, slot) in READERS.iter().zip(slots) {
            bench.set(&format!("{reader}_re"), 1);
            bench.set(&format!("{reader}_slot"), slot);
        }
        bench.settle();
        if bench.high("ev_valid") && bench.high("ev_ready") {
            let e: EventReq = bench.take("ev");
            raised.push((e.object.to_u64(), e.kind.to_u64()));
        }
        // the writes of this cycle
        if let Some((slot, to)) = set {
            states[slot as usize] = to;
        }
        if let Some((slot, event, look)) = under_way {
            let now = states[slot as usize];
            under_way = match look {
                Request::Read => Some((
                    slot,
                    event,
                    Request::Look(now >= state::RTR && now != state::ERR),
                )),
                _ if set.is_some() => Some((slot, event, Request::Read)),
                Request::Look(alive) => Some((slot, event, Request::Act(alive))),
                Request::Act(true) => {
                    states[slot as usize] = state::ERR;
                    events.extend((event != 0).then_some((slot, event)));
                    None
                }
                Request::Act(false) => None,
            };
        }
        for (k, asked) in asked.iter_mut().enumerate() {
            if asked.is_some() && bench.high(&format!("e{k}_ready")) {
                assert!(under_way.is_none(), "two at once");
                under_way = asked
                    .take()
                    .map(|(slot, event)| (slot, event, Request::Read));
            }
        }
        bench.cycle();
        bench.settle();
        for (reader, slot) in READERS.iter().zip(slots) {
            let seen = bench.get(&format!("{reader}_state"));
            assert_eq!(
                seen, states[slot as usize],
                "reader {reader} of slot {slot}"
            );
        }
    }
    assert!(raised.len() > 200 && raised[..] == events[..raised.len()]);
    assert!(raised.len() + 1 >= events.len());
}

/// One request, step by step.
#[test]
fn qp_state_err_is_reported_once() {
    let mut bench = Bench::new(&mut QpState::<6>::default());
    let mut seen = vec![];
    for (from, event) in [(0, 4), (1, 4), (2, 4), (3, 5), (4, 3), (6, 4), (3, 0)] {
        bench.set("set_valid", 1);
        bench.set("set_slot", 33);
        bench.set("set_state", from);
        bench.cycle();
        bench.set("set_valid", 0);
        for _ in 0..2 {
            bench.set("e1_valid", 1);
            bench.set("e1_slot", 33);
            bench.set("e1_event", event);
            bench.settle();
            while !bench.high("e1_ready") {
                bench.cycle();
                bench.settle();
            }
            bench.cycle();
            bench.set("e1_valid", 0);
            bench.set("ev_ready", 1);
            for _ in 0..5 {
                bench.settle();
                if bench.high("ev_valid") {
                    let e: EventReq = bench.take("ev");
                    seen.push((from, e.kind.to_u64(), e.object.to_u64()));
                }
                bench.cycle();
            }
        }
        bench.put(
            "bus",
            &CtxReq {
                valid: 1.into(),
                kind: kind::QP_STATE.into(),
                index: 33.into(),
                ..Default::default()
            },
        );
        let mut answers = vec![];
        for _ in 0..10 {
            bench.cycle();
            let rsp: CtxRsp = bench.take("rsp");
            if rsp.ack == 1 {
                answers.push(rsp.data.to_u64());
            }
        }
        assert_eq!(
            answers,
            [if from < 2 { from } else { state::ERR }],
            "one answer as long as the request stands"
        );
        bench.put("bus", &CtxReq::default());
        bench.cycle();
    }
    assert_eq!(seen, [(2, 4, 33), (3, 5, 33), (4, 3, 33)]);
}

#[test]
fn qp_state_is_its_verilog() {
    differs_not(
        QpState::<2>::default,
        0x95d,
        3000,
        |u, clock| u.clock.next = clock,
        |u, rng, _| {
            u.bus.next = any(rng);
            u.bus.next.kind = rng.pick(&[kind::QP_STATE, 0]).into();
            emit::randomize_inputs!(u, rng; a_re, a_slot, b_re, b_slot, c_re, c_slot, d_re, d_slot, e_re, e_slot,
                set_valid = rng.chance(1, 5), set_slot, set_state, e0_valid, e0_slot, e0_event, e1_valid, e1_slot, e1_event,
                e2_valid, e2_slot, e2_event, ev_ready)
        },
    );
}
