//! A doorbell at every cycle round a stop: what it announces is done once, whenever it arrives.

use crate::kit::*;
use fw_regs::bar0::mailbox;
use fw_regs::contexts::{CqConfig, CqState, RingConfig, RingState};
use fw_regs::doorbell::{self, Arm};
use fw_regs::rings::{RecvWqe, SEND_WQE_BYTES, SendData, SendWqe, Sge};
use fw_regs::{Command, ContextKind, SetScope, WqeOpcode};
use host_driver::{Bar, Device, Modify};
use sim_verilator::Event;
use testbench::lab::Lab;

/// A mailbox command for a process, written as registers, so that nothing waits for it.
fn begin(lab: &Lab, app: &App, command: Command) {
    let mut device = lab.cluster.device(app.host, 1);
    let mut write = |offset, value| device.write32(Bar::Registers, offset, value).unwrap();
    write(mailbox::arg0::REG.offset, app.context.number().into());
    write(
        mailbox::arg1::REG.offset,
        SetScope::UserContext.code().into(),
    );
    let go = mailbox::command::OPCODE.of(command.code().into()) | mailbox::command::GO.of(1);
    write(mailbox::command::REG.offset, go);
}

/// The end of a command that was begun so.
fn await_end(lab: &Lab, app: &App) {
    let mut device = lab.cluster.device(app.host, 1);
    for _ in 0..2_000 {
        let status = device
            .read32(Bar::Registers, mailbox::status::REG.offset)
            .unwrap();
        if mailbox::status::BUSY.get(status) == 0 && mailbox::status::DONE.get(status) == 1 {
            assert_eq!(mailbox::status::CODE.get(status), 0);
            return;
        }
    }
    panic!("the command does not end");
}

fn ring(lab: &Lab, app: &App, offset: u32, object: u16, index: u16) {
    ring_and_arm(lab, app, offset, object, index, Arm::None);
}

fn ring_and_arm(lab: &Lab, app: &App, offset: u32, object: u16, index: u16, arm: Arm) {
    let address = doorbell::address(app.context.number(), offset);
    let value = doorbell::value(object.into(), index, arm);
    let mut device: Box<dyn Device> = lab.cluster.device(app.host, 1);
    device.write64(Bar::Doorbells, address, value).unwrap();
}

/// Entry and doorbell record of request `index`, a WRITE of one byte more each time; no doorbell.
fn write_request(lab: &Lab, a: &App, b: &App, index: u16) {
    let config = RingConfig::from_words(&a.record(lab, ContextKind::SqConfig));
    let wqe = SendWqe {
        opcode: WqeOpcode::FetchAdd,
        signalled: true,
        solicited: false,
        fence: false,
        imm_or_rkey: 0,
        remote_addr: b.memory.va() + 4096,
        rkey: b.memory.rkey(),
        data: SendData::Atomic {
            local: Sge {
                addr: a.memory.va(),
                len: 8,
                lkey: a.memory.lkey(),
            },
            swap_or_add: 1,
            compare: 0,
        },
    };
    let at = usize::from(index) & ((1 << config.log_size) - 1);
    lab.cluster.memory(a.host, |memory| {
        let iova = config.base + (at * SEND_WQE_BYTES) as u64;
        memory.write(iova, &wqe.encode()).unwrap();
        let record = doorbell::record(index.wrapping_add(1), Arm::None).to_le_bytes();
        memory.write(config.doorbell_record, &record).unwrap();
    });
}

/// Stops and goes on; the doorbell of one new request comes `lead` cycles before STOP, or after if negative.
fn around(lab: &Lab, a: &App, b: &App, index: u16, lead: i64) {
    write_request(lab, a, b, index);
    let slot = a.qp().slot();
    let now = || ring(lab, a, doorbell::SQ_PRODUCER, slot, index.wrapping_add(1));
    if lead >= 0 {
        now();
        lab.run(lead as u64).unwrap();
        begin(lab, a, Command::Stop);
    } else {
        begin(lab, a, Command::Stop);
        lab.run(-lead as u64).unwrap();
        now();
    }
    await_end(lab, a);
    a.command(lab, Command::Drained, &[]).unwrap();
    let frozen: Vec<_> = a.record::<3>(lab, ContextKind::SqState).to_vec();
    lab.run(500).unwrap();
    assert_eq!(a.record::<3>(lab, ContextKind::SqState).to_vec(), frozen);
    a.command(lab, Command::Abort, &[]).unwrap();
}

/// Waits until the counter at B has the value, and nothing more comes.
fn counted(lab: &Lab, a: &App, b: &App, done: u64, lead: i64) {
    let result = lab.until("the request", 120_000, || {
        Ok((b.number_at(4096) == done && a.is_normal(lab)).then_some(()))
    });
    if let Err(error) = result {
        let state = RingState::from_words(&a.record(lab, ContextKind::SqState));
        let counter = b.number_at(4096);
        panic!(
            "doorbell {lead} cycles before STOP: {error}; counter {counter}, {done} due; {state:?}"
        );
    }
    lab.run(300).unwrap();
    assert_eq!(
        b.number_at(4096),
        done,
        "doorbell {lead} cycles before STOP: once only"
    );
}

fn sweep(leads: impl Iterator<Item = i64>) {
    let lab = lab(2);
    let (a, b) = connected(&lab, 0, 1, &ConnectionOptions::default());
    b.memory.buffer().write(4096, &[0; 8]).unwrap();
    for (k, lead) in leads.enumerate() {
        around(&lab, &a, &b, k as u16, lead);
        counted(&lab, &a, &b, k as u64 + 1, lead);
        // the completion queue is not in the way
        let mut taken = 0;
        while taken == 0 {
            taken = a.send_cq.poll(8).unwrap().len();
            lab.run(16).unwrap();
        }
        assert_eq!(taken, 1, "one completion");
    }
}

#[test]
fn doorbell_at_every_cycle_before_a_stop() {
    sweep(0..64);
}

#[test]
fn doorbell_at_every_cycle_after_a_stop_has_begun() {
    sweep((1..96).map(|k| -k));
}

#[test]
fn doorbell_at_many_cycles_long_before_and_after_a_stop() {
    sweep((64..1_000).step_by(37));
    sweep((96..1_000).step_by(41).map(|k| -k));
}

#[test]
fn doorbell_of_receives_at_every_cycle_round_a_stop() {
    let lab = lab(2);
    let (a, b) = connected(&lab, 0, 1, &ConnectionOptions::default());
    let slot = b.qp().slot();
    for (k, lead) in (-40..40).step_by(3).enumerate() {
        let config = RingConfig::from_words(&b.record(&lab, ContextKind::RqConfig));
        let entry = Sge {
            addr: b.memory.va() + 16 * 1024,
            len: 256,
            lkey: b.memory.lkey(),
        };
        let wqe = RecvWqe {
            entries: [entry, Sge::default()],
        };
        let next = k as u16 + 1;
        let bytes = wqe.encode();
        let at = k & ((1 << config.log_size) - 1);
        lab.cluster.memory(1, |memory| {
            memory
                .write(config.base + (at * bytes.len()) as u64, &bytes)
                .unwrap();
            let record = doorbell::record(next, Arm::None).to_le_bytes();
            memory.write(config.doorbell_record, &record).unwrap();
        });
        let now = || ring(&lab, &b, doorbell::RQ_PRODUCER, slot, next);
        if lead >= 0 {
            now();
            lab.run(lead as u64).unwrap();
            begin(&lab, &b, Command::Stop);
        } else {
            begin(&lab, &b, Command::Stop);
            lab.run(-lead as u64).unwrap();
            now();
        }
        await_end(&lab, &b);
        b.command(&lab, Command::Drained, &[]).unwrap();
        b.command(&lab, Command::Abort, &[]).unwrap();
        let request = host_driver::SendRequest::new(k as u64, send(), a.entry(0, 100));
        a.qp().post_send(&[request]).unwrap();
        a.sent(&lab, 1);
        // the driver has not posted it and knows no name for it
        let number = b.recv_cq.number();
        let cq = CqState::from_words(&record(&lab.hosts[1], ContextKind::CqState, number));
        assert_eq!(cq.producer, next, "{lead} cycles before STOP");
        b.recv_cq.poll(8).unwrap();
        let state = RingState::from_words(&b.record(&lab, ContextKind::RqState));
        assert_eq!(state.producer, next, "{lead} cycles before STOP");
    }
}

/// A process in INIT, with rings that are long enough for a doorbell in each of many cycles.
fn patient(lab: &Lab) -> App {
    let mut app = App::with(lab, 0, 0, false);
    let qp = create_qp(&app.pd, [&app.send_cq, &app.recv_cq], 256);
    qp.modify(Modify::Init(Default::default())).unwrap();
    app.qps.push(qp);
    app
}

/// What the device knows of a process by its doorbells: the producer index in a ring's state, or how the completion queue of receives is armed.
fn told(lab: &Lab, app: &App, kind: ContextKind) -> u16 {
    match kind {
        ContextKind::CqState => {
            let words = record(&lab.hosts[app.host], kind, app.recv_cq.number());
            CqState::from_words(&words).armed.into()
        }
        _ => RingState::from_words(&app.record(lab, kind)).producer,
    }
}

/// Three of the states that change by what the device reads when a process goes on, and where their doorbell records are.
fn doorbell_records(lab: &Lab, app: &App) -> [(ContextKind, u64); 3] {
    let ring = |kind| RingConfig::from_words(&app.record(lab, kind)).doorbell_record;
    let words = record(
        &lab.hosts[app.host],
        ContextKind::CqConfig,
        app.recv_cq.number(),
    );
    [
        (
            ContextKind::CqState,
            CqConfig::from_words(&words).doorbell_record,
        ),
        (ContextKind::SqState, ring(ContextKind::SqConfig)),
        (ContextKind::RqState, ring(ContextKind::RqConfig)),
    ]
}

/// Stops a process and lets it go on with another index and arm mode in its doorbell records. `then` runs `lead` cycles after the answer to each of the reads of
/// these records.
fn with_news(
    lab: &Lab,
    app: &App,
    (index, arm): (u16, Arm),
    lead: i64,
    mut then: impl FnMut(ContextKind),
) {
    let records = doorbell_records(lab, app);
    app.command(lab, Command::Stop, &[]).unwrap();
    app.command(lab, Command::Drained, &[]).unwrap();
    for (kind, at) in records {
        let value = match kind {
            ContextKind::CqState => doorbell::record(0, arm),
            _ => doorbell::record(index, Arm::None),
        };
        lab.cluster
            .memory(app.host, |memory| memory.write(at, &value.to_le_bytes()))
            .unwrap();
    }
    lab.cluster.nic(app.host, |nic| nic.record_events(true));
    begin(lab, app, Command::Abort);
    let latency = lab.options.dma.latency as i64;
    let (mut waiting, mut left) = (Vec::new(), records.len());
    for _ in 0..SOON {
        lab.run(1).unwrap();
        let now = lab.cluster.cycle() as i64;
        for (_, event) in lab.cluster.nic(app.host, |nic| nic.take_events()) {
            let Event::Read(read) = event else { continue };
            let known = records.iter().find(|(_, at)| *at == read.iova);
            waiting.extend(known.map(|(kind, _)| (now + latency + lead, *kind)));
        }
        waiting.retain(|&(at, kind)| {
            if at <= now {
                then(kind);
                left -= 1;
            }
            at > now
        });
        if left == 0 {
            break;
        }
    }
    assert_eq!(left, 0, "doorbell records that the device has not read");
    lab.cluster.nic(app.host, |nic| nic.record_events(false));
    await_end(lab, app);
    lab.run(200).unwrap();
}

/// The device rings doorbells of its own for a process that goes on. Another process rings one in every cycle round them, and neither is lost.
#[test]
fn doorbell_of_another_process_at_every_cycle_round_those_of_an_abort() {
    const LEADS: std::ops::Range<i64> = -16..64;
    let lab = lab(1);
    let (x, y) = (patient(&lab), patient(&lab));
    let news = |next: u16| (next, [Arm::Next, Arm::Solicited][usize::from(next % 2)]);
    let told_of = |app: &App| {
        let kinds = [
            ContextKind::SqState,
            ContextKind::RqState,
            ContextKind::CqState,
        ];
        kinds.map(|kind| told(&lab, app, kind))
    };
    let (slot, cq) = (y.qp().slot(), y.recv_cq.number());
    for (lead, next) in LEADS.zip(1..) {
        let (_, arm) = news(next);
        with_news(&lab, &x, news(next), lead, |kind| match kind {
            ContextKind::SqState => ring(&lab, &y, doorbell::SQ_PRODUCER, slot, next),
            ContextKind::RqState => ring(&lab, &y, doorbell::RQ_PRODUCER, slot, next),
            _ => ring_and_arm(&lab, &y, doorbell::CQ_ARM, cq, 0, arm),
        });
        let due = [next, next, arm as u16];
        assert_eq!(told_of(&y), due, "{lead} cycles behind the record");
        assert_eq!(
            told_of(&x),
            due,
            "beside one {lead} cycles behind the record"
        );
    }
    // the first of these cycles come before the device's own doorbells, the last ones behind them
    for (lead, rung) in [(LEADS.start, false), (LEADS.end, true)] {
        let [index, _, arm] = told_of(&x);
        let (next, next_arm) = news(index + 1);
        with_news(&lab, &x, (next, next_arm), lead, |kind| {
            let due = match (kind, rung) {
                (ContextKind::CqState, false) => arm,
                (ContextKind::CqState, true) => next_arm as u16,
                (_, false) => index,
                (_, true) => next,
            };
            let found = told(&lab, &x, kind);
            assert_eq!(found, due, "{kind} {lead} cycles behind its record");
        });
    }
}
