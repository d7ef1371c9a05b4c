//! What the migration unit shares: nothing is added to the first user's time, nothing that was shown is withdrawn, everybody gets his own
//! answers, and nobody waits for ever.

use crate::kit::{Bench, any, differs_not, seeded};
use emit::cosim::Rng;
use emit::randomize_inputs;
use hdl::migration::share::*;
use hdl::pipe::{CtxReq, CtxRsp, Doorbell, EventReq, ReadReq, TxDesc};
use rust_hdl::prelude::{ToBits, bits};

const SEED: u64 = 0x5a_4e00;

/// A master of the context bus: a request until its acknowledgement, then a cycle or more without one.
struct Master {
    name: &'static str,
    pauses: bool,
    request: Option<CtxReq>,
    rest: u64,
    waited: u64,
    answers: u64,
}

impl Master {
    fn new(name: &'static str, pauses: bool) -> Self {
        Self {
            name,
            pauses,
            request: None,
            rest: 3,
            waited: 0,
            answers: 0,
        }
    }

    fn drive(&mut self, bench: &mut Bench, rng: &mut Rng) {
        if self.request.is_none() && self.rest == 0 {
            let mut request: CtxReq = any(rng);
            request.valid = 1_u64.to_bits();
            self.request = Some(request);
        }
        self.rest = self.rest.saturating_sub(1);
        bench.put(self.name, &self.request.unwrap_or_default());
    }

    fn look(&mut self, bench: &Bench, rng: &mut Rng) {
        let answer: CtxRsp = bench.take(&format!("{}_rsp", self.name));
        self.waited += u64::from(self.request.is_some());
        if answer.ack == 1 {
            let request = self.request.take().expect("an answer to a request");
            assert_eq!(answer.data, request.data, "its own answer");
            self.answers += 1;
            self.waited = 0;
            self.rest = 3 + if self.pauses { rng.below(20) } else { 0 };
        }
    }
}

#[test]
fn bus_share_serves_both_in_turn() {
    let mut rng = seeded(SEED);
    let mut bench = Bench::new(&mut BusShare::default());
    // the first one never pauses longer than it must
    let mut masters = [Master::new("a", false), Master::new("unit", true)];
    let (mut idle, mut present, mut left) = (3, None::<CtxReq>, 0);
    for _ in 0..20_000 {
        for master in &mut masters {
            master.drive(&mut bench, &mut rng);
        }
        bench.put("rsp", &CtxRsp::default());
        bench.settle();
        let bus: CtxReq = bench.take("bus");
        if bus.valid == 1 {
            match present {
                None => {
                    assert!(
                        idle >= 1,
                        "a request follows another without a cycle between them"
                    );
                    (present, left) = (Some(bus), 1 + rng.below(5));
                }
                Some(old) => assert_eq!(old, bus, "a request changed"),
            }
            idle = 0;
            if left == 0 {
                let answer = CtxRsp {
                    ack: 1_u64.to_bits(),
                    data: bus.data,
                };
                bench.put("rsp", &answer);
                bench.settle();
                present = None;
            }
            left = left.saturating_sub(1);
        } else {
            assert!(present.is_none(), "a request was withdrawn");
            idle += 1;
        }
        for master in &mut masters {
            master.look(&bench, &mut rng);
            assert!(master.waited < 40, "{} waits for ever", master.name);
        }
        bench.cycle();
    }
    assert!(masters.iter().all(|master| master.answers > 500));
}

#[test]
fn bus_share_adds_nothing_to_the_first_user() {
    let mut rng = seeded(SEED + 1);
    let mut bench = Bench::new(&mut BusShare::default());
    for _ in 0..3 {
        bench.cycle();
    }
    let mut master = Master::new("a", true);
    for _ in 0..2000 {
        master.drive(&mut bench, &mut rng);
        bench.settle();
        let bus: CtxReq = bench.take("bus");
        assert_eq!(bus.valid, master.request.unwrap_or_default().valid);
        let answer = CtxRsp {
            ack: u64::from(bus.valid == 1 && rng.chance(1, 4)).to_bits(),
            data: bus.data,
        };
        bench.put("rsp", &answer);
        bench.settle();
        master.look(&bench, &mut rng);
        bench.cycle();
    }
}

/// A request that is given up after no answer comes does not leave a late answer to the other master.
#[test]
fn bus_share_drops_a_late_answer() {
    let mut rng = seeded(SEED + 2);
    let mut bench = Bench::new(&mut BusShare::default());
    for _ in 0..3 {
        bench.cycle();
    }
    let mut request: CtxReq = any(&mut rng);
    request.valid = 1_u64.to_bits();
    bench.put("a", &request);
    for _ in 0..10 {
        bench.cycle();
    }
    bench.put("a", &CtxReq::default());
    bench.put("unit", &request);
    let late = CtxRsp {
        ack: 1_u64.to_bits(),
        ..CtxRsp::default()
    };
    bench.put("rsp", &late);
    bench.settle();
    for name in ["a_rsp", "unit_rsp"] {
        let answer: CtxRsp = bench.take(name);
        assert_eq!(answer.ack, 0, "{name}");
    }
}

/// Mailbox, command unit and migration unit around the router.
struct Commands {
    bench: Bench,
    rng: Rng,
    /// Cycles that the command unit, the migration unit still work; and on what (opcode, arguments).
    left: [u64; 2],
    ends: [u64; 2],
    seen: Vec<(u8, u64, u64, u64)>,
}

impl Commands {
    fn new(seed: u64) -> Self {
        let mut world = Self {
            rng: seeded(seed),
            bench: Bench::new(&mut CommandShare::default()),
            left: [0; 2],
            ends: [0; 2],
            seen: vec![],
        };
        world.bench.set("mb_rd", 0xaaaa);
        world.bench.set("page_rd", 0xbbbb);
        world
    }

    /// A cycle of both units: busy with a command for some cycles, then done with its opcode as code.
    fn cycle(&mut self) {
        for (which, port) in ["own", "unit"].into_iter().enumerate() {
            self.bench.settle();
            let go = self.bench.high(&format!("{port}_go"));
            if go && self.left[which] == 0 && self.rng.chance(1, 2) {
                let from = ["own", "cmd"][which];
                let read = |name: &str| self.bench.get(&format!("{from}_{name}"));
                let command = match which {
                    0 => (0, read("opcode"), read("arg0"), read("arg1")),
                    _ => (1, self.ends[1], 0, 0),
                };
                self.left[which] = 2 + self.rng.below(10);
                self.seen.push(command);
                self.ends[which] = command.1;
                self.bench.set(&format!("{port}_done"), 0);
            } else if self.left[which] > 0 {
                self.left[which] -= 1;
                if self.left[which] == 0 {
                    self.bench.set(&format!("{port}_done"), 1);
                    self.bench.set(&format!("{port}_code"), self.ends[which]);
                    self.bench
                        .set(&format!("{port}_detail"), 100 + self.ends[which]);
                }
            }
            let busy = self.left[which] > 0;
            self.bench.set(&format!("{port}_busy"), busy.into());
        }
        self.bench.settle();
        self.bench.cycle();
    }

    fn mailbox(&mut self, opcode: u64, notify: bool) {
        self.ends[1] = opcode;
        let ports = [
            ("cmd_opcode", opcode),
            ("cmd_notify", notify.into()),
            ("cmd_arg0", opcode + 1),
            ("cmd_arg1", opcode + 2),
            ("cmd_go", 1),
        ];
        for (port, value) in ports {
            self.bench.set(port, value);
        }
        self.go("cmd");
        self.check_status(opcode);
    }

    /// Holds `go` until busy and waits for the end.
    fn go(&mut self, port: &str) {
        let busy = format!("{port}_busy");
        for stage in [true, false] {
            for waited in 0.. {
                assert!(waited < 100, "{port} hangs");
                self.cycle();
                self.bench.settle();
                if self.bench.high(&busy) == stage {
                    break;
                }
            }
            self.bench.set(&format!("{port}_go"), 0);
        }
    }

    fn check_status(&mut self, opcode: u64) {
        self.bench.settle();
        assert!(self.bench.high("cmd_done") && !self.bench.high("cmd_busy"));
        assert_eq!(self.bench.get("cmd_code"), opcode);
        assert_eq!(self.bench.get("cmd_detail"), 100 + opcode);
    }

    fn sub(&mut self, opcode: u64) {
        let ports = [
            ("sub_opcode", opcode),
            ("sub_arg0", opcode + 3),
            ("sub_arg1", opcode + 4),
            ("sub_go", 1),
        ];
        for (port, value) in ports {
            self.bench.set(port, value);
        }
        self.go("sub");
        self.bench.settle();
        assert!(self.bench.high("sub_done"));
        assert_eq!(self.bench.get("sub_code"), opcode);
        assert_eq!(self.bench.get("sub_detail"), 100 + opcode);
    }
}

#[test]
fn command_share_routes_by_opcode() {
    let mut w = Commands::new(SEED + 3);
    for round in 0..200 {
        let opcode = w.rng.below(40);
        w.seen.clear();
        w.mailbox(opcode, false);
        let expected = match opcode {
            0..16 => (0, opcode, opcode + 1, opcode + 2),
            _ => (1, opcode, 0, 0),
        };
        assert_eq!(w.seen, [expected], "round {round}");
        // a sub command passes the mailbox by
        let sub = 16 + w.rng.below(14);
        w.seen.clear();
        w.sub(sub);
        assert_eq!(w.seen, [(0, sub, sub + 3, sub + 4)], "round {round}");
        w.check_status(opcode);
    }
}

#[test]
fn command_share_gives_sub_commands_their_own_payload() {
    let mut w = Commands::new(SEED + 4);
    w.bench.set("own_re", 1);
    w.bench.set("own_ra", 77);
    w.bench.settle();
    let read = |w: &Commands| (w.bench.get("own_rd"), w.bench.high("mb_re"));
    assert_eq!((read(&w), w.bench.get("mb_ra")), ((0xaaaa, true), 77));
    w.bench.set("sub_go", 1);
    w.bench.cycle();
    w.bench.settle();
    assert_eq!(read(&w), (0xbbbb, false), "the page, and not the mailbox");
    assert!(w.bench.high("page_re") && w.bench.get("page_ra") == 77);
    // meanwhile the unit reads the mailbox
    w.bench.set("unit_busy", 1);
    w.bench.set("unit_re", 1);
    w.bench.set("unit_ra", 5);
    w.bench.settle();
    assert!(w.bench.high("mb_re") && w.bench.get("mb_ra") == 5);
}

#[test]
fn command_share_tells_the_end_of_the_units_commands() {
    let mut w = Commands::new(SEED + 5);
    for notify in [false, true, false, true] {
        w.mailbox(20, notify);
        for _ in 0..3 {
            w.cycle();
        }
        w.bench.settle();
        assert_eq!(w.bench.high("ev_valid"), notify);
        let event: EventReq = w.bench.take("ev");
        assert_eq!(event.object.to_u64(), 20);
        assert_eq!(
            event.kind.to_u64(),
            u64::from(fw_regs::EventKind::CommandDone.code())
        );
        w.bench.set("ev_ready", 1);
        w.cycle();
        w.bench.set("ev_ready", 0);
        w.bench.settle();
        assert!(!w.bench.high("ev_valid"), "once");
    }
    w.mailbox(3, true);
    for _ in 0..3 {
        w.cycle();
    }
    w.bench.settle();
    assert!(!w.bench.high("ev_valid"), "the command unit tells its own");
}

/// Two streams of records onto one, the first user's first: what was shown stays, nothing is lost, order is kept, and no time is lost.
fn merges(
    mut bench: Bench,
    ports: [&str; 3],
    mut put: impl FnMut(&mut Bench, usize, u64),
    get: impl Fn(&Bench) -> u64,
) {
    let mut rng = seeded(SEED + 6);
    let mut next = [0_u64; 2];
    let mut seen = [0_u64; 2];
    let mut waiting = [false; 2];
    let mut shown = None;
    let names = |k: usize| [format!("{}_valid", ports[k]), format!("{}_ready", ports[k])];
    for _ in 0..4000 {
        for k in 0..2 {
            waiting[k] |= rng.chance(1, 3);
            bench.set(&names(k)[0], waiting[k].into());
            put(&mut bench, k, next[k]);
        }
        bench.set(&names(2)[1], rng.below(2));
        bench.settle();
        let work = waiting[0] || waiting[1];
        assert_eq!(bench.high(&names(2)[0]), work, "work is shown at once");
        let taken = work && bench.high(&names(2)[1]);
        if work {
            let value = get(&bench);
            assert!(shown.is_none_or(|old| old == value), "withdrawn");
            if shown.is_none() && waiting[0] {
                assert_eq!(value >> 8, 0, "the first user is first");
            }
            shown = (!taken).then_some(value);
            if taken {
                let k = (value >> 8) as usize;
                assert_eq!(value & 0xff, seen[k] & 0xff);
                seen[k] += 1;
            }
        }
        for k in 0..2 {
            if waiting[k] && bench.high(&names(k)[1]) {
                assert!(taken);
                next[k] += 1;
                waiting[k] = false;
            }
        }
        assert_eq!(next, seen);
        bench.cycle();
    }
    assert!(seen.iter().all(|n| *n > 300), "{seen:?}");
}

/// One packet of the unit's is taken at once and waits for its turn, which comes when no descriptor of the requester stands, or that one has been taken; what was
/// shown stays, nothing is lost, each user's order is kept.
#[test]
fn transmit_share_holds_one_packet_until_its_turn() {
    let mut bench = Bench::new(&mut TransmitShare::default());
    let mut rng = seeded(SEED + 6);
    let mut next = [0_u64; 2];
    let mut valid = [false; 2];
    let mut held = None;
    let mut turn = false;
    let mut sent = [0_u64; 2];
    let mut longest = 0;
    let mut waited = 0;
    for _ in 0..6000 {
        for k in 0..2 {
            valid[k] |= rng.chance(1, 3);
            // the unit gives up what is not taken
            valid[k] &= k == 0 || rng.chance(7, 8);
            let name = ["a", "unit"][k];
            bench.set(&format!("{name}_valid"), valid[k].into());
            let desc = TxDesc {
                psn: next[k].to_bits(),
                slot: (k as u64).to_bits(),
                inline_data: (bits::<256>(next[k]) << 140) | bits::<256>(next[k]),
                iova0: (next[0] << 20).to_bits(),
                ..TxDesc::default()
            };
            bench.put(name, &desc);
        }
        let ready = rng.chance(1, 3);
        bench.set("tx_ready", ready.into());
        bench.settle();
        assert_eq!(bench.high("unit_ready"), held.is_none(), "one place");
        assert_eq!(bench.high("a_ready"), ready && !turn);
        let expected = match turn {
            true => held.map(|psn| (1, psn)),
            false => valid[0].then_some((0, next[0])),
        };
        assert_eq!(bench.high("tx_valid"), expected.is_some());
        if let Some((user, psn)) = expected {
            let desc: TxDesc = bench.take("tx");
            assert_eq!(
                (desc.slot.to_u64(), desc.psn.to_u64()),
                (user, psn),
                "whose turn it is"
            );
            let inline = desc.inline_data;
            assert_eq!(inline.get_bits::<20>(0).to_u64(), psn);
            assert_eq!(inline.get_bits::<20>(140).to_u64(), psn);
            if user == 0 {
                assert_eq!(desc.iova0.to_u64(), psn << 20);
            }
        }
        let leaves = ready && expected.is_some();
        let enters = valid[1] && held.is_none();
        let stands = held.is_some() || enters;
        waited = if held.is_some() { waited + 1 } else { 0 };
        longest = longest.max(waited);
        if leaves {
            let user = usize::from(turn);
            sent[user] += 1;
            if turn {
                held = None;
            } else {
                valid[0] = false;
                next[0] += 1;
            }
        }
        turn = match turn {
            true => !leaves,
            false => stands && (leaves || !valid[0]),
        };
        if enters {
            held = Some(next[1]);
            next[1] += 1;
            valid[1] = false;
        }
        bench.cycle();
    }
    assert!(sent.iter().all(|n| *n > 700), "{sent:?}");
    assert!(longest > 8, "the longest wait was {longest} cycles");
}

#[test]
fn bell_share_does_not_withdraw() {
    for (ports, bell) in [
        (["a_sq", "unit_sq", "sq"], "a_sq"),
        (["a_rq", "unit_rq", "rq"], "a_rq"),
        (["a_cq", "unit_cq", "cq"], "a_cq"),
    ] {
        merges(
            Bench::new(&mut BellShare::default()),
            ports,
            |bench, k, value| {
                let db = Doorbell {
                    index: (value & 0xff).to_bits(),
                    object: (k as u64).to_bits(),
                    ..Doorbell::default()
                };
                bench.put([bell, "unit"][k], &db);
            },
            |bench| {
                let db: Doorbell = bench.take(ports[2]);
                db.object.to_u64() << 8 | db.index.to_u64()
            },
        );
    }
}

#[test]
fn bell_share_never_pushes_for_the_unit() {
    let mut bench = Bench::new(&mut BellShare::default());
    bench.set("a_sq_push", 1);
    bench.set("unit_sq_valid", 1);
    bench.set("unit_cq_valid", 1);
    for arm in 0..3_u64 {
        let db = Doorbell {
            arm: arm.to_bits(),
            ..Doorbell::default()
        };
        bench.put("unit", &db);
        bench.settle();
        assert!(!bench.high("sq_push"));
        assert_eq!(bench.high("cq_kind"), arm != 0, "arms if it says so");
    }
}

#[test]
fn write_share_keeps_transactions_whole() {
    let mut rng = seeded(SEED + 7);
    let mut bench = Bench::new(&mut WriteShare::<64, 8>::default());
    let (mut next, mut left, mut seen) = ([0_u64; 2], [0_u64; 2], [0_u64; 2]);
    let (mut open, mut shown) = (None, None);
    let mut valid = [false; 2];
    for _ in 0..10_000 {
        for (k, port) in ["a", "unit"].into_iter().enumerate() {
            if left[k] == 0 && rng.chance(1, 5) {
                left[k] = 1 + rng.below(5);
            }
            valid[k] = left[k] > 0 && (valid[k] || rng.chance(3, 4));
            bench.set(&format!("{port}_valid"), valid[k].into());
            bench.set(&format!("{port}_data"), (k as u64) << 32 | next[k]);
            bench.set(&format!("{port}_addr"), 8 * next[k]);
            bench.set(&format!("{port}_strb"), next[k] & 0xff);
            bench.set(&format!("{port}_last"), u64::from(left[k] == 1));
        }
        bench.set("wr_ready", rng.below(2));
        bench.settle();
        let data = bench.get("wr_data");
        if bench.high("wr_valid") {
            assert!(shown.is_none_or(|old| old == data), "a beat changed");
            shown = Some(data);
        } else {
            assert!(shown.is_none(), "a beat was withdrawn");
        }
        if bench.high("wr_valid") && bench.high("wr_ready") {
            let who = (data >> 32) as usize;
            assert!(open.is_none_or(|o| o == who), "a transaction was cut");
            assert_eq!(data & 0xffff_ffff, seen[who]);
            assert_eq!(bench.get("wr_addr"), 8 * seen[who]);
            assert_eq!(bench.get("wr_strb"), seen[who] & 0xff);
            seen[who] += 1;
            open = (!bench.high("wr_last")).then_some(who);
            shown = None;
        }
        for (k, port) in ["a", "unit"].into_iter().enumerate() {
            if valid[k] && bench.high(&format!("{port}_ready")) {
                (next[k], left[k], valid[k]) = (next[k] + 1, left[k] - 1, false);
            }
        }
        assert_eq!(next, seen);
        bench.cycle();
    }
    assert!(seen.iter().all(|n| *n > 500), "{seen:?}");
}

#[test]
fn read_share_tells_answers_apart() {
    let mut rng = seeded(SEED + 8);
    let mut bench = Bench::new(&mut ReadShare::default());
    for _ in 0..1000 {
        let requests: [ReadReq; 2] = [any(&mut rng), any(&mut rng)];
        let valid = [rng.chance(1, 2), rng.chance(1, 2)];
        let ready = rng.chance(1, 2);
        for (k, port) in ["a", "unit"].into_iter().enumerate() {
            bench.put(port, &requests[k]);
            bench.set(&format!("{port}_valid"), valid[k].into());
        }
        bench.set("rd_ready", ready.into());
        let (tag, answer) = (rng.below(64), rng.chance(1, 2));
        bench.set("rsp_valid", answer.into());
        bench.set("rsp_tag", tag);
        bench.settle();
        let who = usize::from(!valid[0]);
        assert_eq!(bench.high("rd_valid"), valid[0] || valid[1]);
        let request: ReadReq = bench.take("rd");
        assert_eq!(request.addr, requests[who].addr);
        assert_eq!(request.len, requests[who].len);
        let sent = request.tag.to_u64();
        assert_eq!(sent >> 5 & 1, who as u64);
        assert_eq!(sent & 0x1f, requests[who].tag.to_u64() & 0x1f);
        assert_eq!(valid[0] && bench.high("a_ready"), valid[0] && ready);
        assert_eq!(bench.high("unit_ready"), !valid[0] && ready);
        assert_eq!(bench.high("a_rsp_valid"), answer && tag >> 5 == 0);
        assert_eq!(bench.high("unit_rsp_valid"), answer && tag >> 5 == 1);
    }
}

#[test]
fn kick_event_and_state_shares_put_the_command_unit_first() {
    let mut rng = seeded(SEED + 9);
    let mut kicks = Bench::new(&mut KickShare::default());
    let mut events = Bench::new(&mut EventShare::default());
    let mut states = Bench::new(&mut StateShare::default());
    for _ in 0..500 {
        let (first, second, ready) = (rng.below(2), rng.below(2), rng.below(2));
        kicks.set("a_slot", 1);
        kicks.set("unit_slot", 2);
        let list = rng.pick(&["req", "rsp", "svc"]);
        kicks.set(&format!("a_{list}_valid"), first);
        kicks.set(&format!("unit_{list}_valid"), second);
        kicks.set(&format!("{list}_ready"), ready);
        kicks.settle();
        assert_eq!(kicks.get(&format!("{list}_valid")), first | second);
        assert_eq!(kicks.get(&format!("{list}_slot")), 2 - first);
        assert_eq!(first & kicks.get(&format!("a_{list}_ready")), first & ready);
        assert_eq!(kicks.get(&format!("unit_{list}_ready")), ready & !first & 1);

        states.set("a_valid", first);
        states.set("a_state", 3);
        states.set("unit_valid", second);
        states.set("unit_state", 7);
        states.settle();
        assert_eq!(states.get("set_valid"), first | second);
        assert_eq!(states.get("set_state"), if first == 1 { 3 } else { 7 });
        assert_eq!(states.get("unit_ready"), 1 - first);

        let third = rng.below(2);
        for (k, (port, valid)) in [("a", first), ("done", second), ("unit", third)]
            .into_iter()
            .enumerate()
        {
            let event = EventReq {
                kind: (k as u64).to_bits(),
                ..EventReq::default()
            };
            events.put(port, &event);
            events.set(&format!("{port}_valid"), valid);
        }
        events.set("ev_ready", ready);
        events.settle();
        let event: EventReq = events.take("ev");
        let who = if first == 1 { 0 } else { 2 - second };
        assert_eq!(events.get("ev_valid"), first | second | third);
        assert_eq!(event.kind.to_u64(), who);
        for (k, port) in ["a", "done", "unit"].into_iter().enumerate() {
            let its = ready == 1 && k as u64 == who;
            assert_eq!(events.high(&format!("{port}_ready")), its);
        }
    }
}

#[test]
fn frame_share_leaves_the_executors_word_alone() {
    let mut bench = Bench::new(&mut FrameShare::default());
    bench.set("a_addr", 10);
    bench.set("unit_addr", 20);
    for bits in 0..8 {
        let (re, busy, unit) = (bits & 1, bits >> 1 & 1, bits >> 2);
        bench.set("a_re", re);
        bench.set("a_busy", busy | re);
        bench.set("unit_re", unit);
        bench.settle();
        let taken = unit == 1 && busy | re == 0;
        assert_eq!(bench.high("re"), re == 1 || taken);
        assert_eq!(bench.high("unit_ready"), busy | re == 0);
        assert_eq!(bench.get("addr"), if re == 1 { 10 } else { 20 });
    }
}

#[test]
fn bus_share_is_its_verilog() {
    differs_not(
        BusShare::default,
        SEED,
        2000,
        |u, clock| u.clock.next = clock,
        |u, rng, _| {
            u.a.next = any(rng);
            u.unit.next = any(rng);
            u.rsp.next = any(rng);
        },
    );
}

#[test]
fn command_share_is_its_verilog() {
    differs_not(
        CommandShare::default,
        SEED,
        3000,
        |u, clock| u.clock.next = clock,
        |u, rng, _| {
            let opcode = rng.below(40);
            randomize_inputs!(u, rng; cmd_go, cmd_opcode = opcode.to_bits(), cmd_notify, cmd_arg0, cmd_arg1, mb_rd,
                own_busy, own_done, own_code, own_detail, own_re, own_ra, unit_busy, unit_done, unit_code, unit_detail,
                unit_re, unit_ra, sub_go, sub_opcode, sub_arg0, sub_arg1, page_rd, ev_ready)
        },
    );
}

#[test]
fn transmit_share_is_its_verilog() {
    differs_not(
        TransmitShare::default,
        SEED,
        1000,
        |u, clock| u.clock.next = clock,
        |u, rng, _| {
            u.a.next = any(rng);
            u.unit.next = any(rng);
            randomize_inputs!(u, rng; a_valid, unit_valid, tx_ready)
        },
    );
}

#[test]
fn bell_share_is_its_verilog() {
    differs_not(
        BellShare::default,
        SEED,
        1000,
        |u, clock| u.clock.next = clock,
        |u, rng, _| {
            for bell in [&mut u.a_sq, &mut u.a_rq, &mut u.a_cq, &mut u.unit] {
                bell.next = any(rng);
            }
            randomize_inputs!(u, rng; a_sq_valid, a_sq_push, a_rq_valid, a_cq_valid, a_cq_kind, unit_sq_valid, unit_rq_valid,
                unit_cq_valid, sq_ready, rq_ready, cq_ready)
        },
    );
}

#[test]
fn write_share_is_its_verilog() {
    differs_not(
        WriteShare::<64, 8>::default,
        SEED,
        1000,
        |u, clock| u.clock.next = clock,
        |u, rng, _| {
            randomize_inputs!(u, rng; a_valid, a_addr, a_data, a_strb, a_last, unit_valid, unit_addr, unit_data, unit_strb,
                unit_last, wr_ready)
        },
    );
}
