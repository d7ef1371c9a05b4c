//! Commands that are refused, not answered, or repeated with another number; and the order in which objects go.

mod fake;

use fake::{Answer, HOST, Handle, PATIENCE, qp_options};
use fw_regs::{Command, CommandError, ContextKind};
use host_driver::{
    Access, CommandFailure, InitAttributes, Modify, ModifyError, QpState, VerbsError,
};

const TAKEN: Answer = Answer::Refused(CommandError::NumberTaken, 3);

#[test]
fn command_refused_says_what_the_device_said_bad_flow() {
    let (handle, _adapter, context) = Handle::open();
    handle.answer([Answer::Refused(CommandError::BadObject, 4)]);
    match context.create_cq(4).err().unwrap() {
        VerbsError::Command(CommandFailure::Refused {
            command,
            error,
            detail,
        }) => assert_eq!(
            (command, error, detail),
            (Command::CqCreate, CommandError::BadObject, 4)
        ),
        other => panic!("{other}"),
    }
    // nothing is lost: all four can still be made
    let all: Vec<_> = (0..4).map(|_| context.create_cq(4).unwrap()).collect();
    let error = context.create_cq(4).err().unwrap();
    assert!(
        matches!(error, VerbsError::Exhausted { limit: 4, .. }),
        "{error}"
    );
    drop(all);
}

#[test]
fn command_slow_is_waited_for() {
    let (handle, _adapter, context) = Handle::open();
    handle.answer([Answer::Done(PATIENCE - 1)]);
    context.create_cq(4).unwrap();
    assert_eq!(handle.0.borrow().pauses, PATIENCE - 1);
}

#[test]
fn command_without_answer_times_out_bad_flow() {
    let (handle, _adapter, context) = Handle::open();
    handle.answer([Answer::Never]);
    let error = context.create_cq(4).err().unwrap();
    let wanted = "CQ create: no answer after 20 pauses; the device needs a reset";
    assert_eq!(error.to_string(), wanted);
    assert_eq!(handle.0.borrow().pauses, PATIENCE);
}

#[test]
fn command_with_unknown_code_bad_flow() {
    let (handle, _adapter, context) = Handle::open();
    handle.answer([Answer::Code(200)]);
    let error = context.create_cq(4).err().unwrap();
    assert!(matches!(
        error,
        VerbsError::Command(CommandFailure::UnknownCode {
            command: Command::CqCreate,
            code: 200
        })
    ));
}

#[test]
fn qp_number_taken_is_drawn_anew() {
    let (handle, _adapter, context) = Handle::open();
    let pd = context.allocate_pd().unwrap();
    let cq = context.create_cq(4).unwrap();
    handle.clear();
    handle.answer([TAKEN, TAKEN]);
    let qp = pd.create_qp(&qp_options(&cq)).unwrap();
    let given = handle.0.borrow().given.clone();
    assert_eq!(handle.commands(), [Command::QpCreate; 3]);
    let numbers: Vec<u32> = given.iter().map(|g| g.args[1]).collect();
    assert!(
        numbers[0] != numbers[1] && numbers[1] != numbers[2],
        "{numbers:x?}"
    );
    for given in &given {
        assert_eq!(given.args[1] >> 16, u32::from(HOST));
        assert_eq!(given.qp_config().qpn, given.args[1]);
    }
    assert_eq!(qp.number(), numbers[2]);
}

#[test]
fn key_taken_is_drawn_anew() {
    let (handle, _adapter, context) = Handle::open();
    let pd = context.allocate_pd().unwrap();
    let buffer = context.allocate(100).unwrap();
    handle.clear();
    handle.answer([TAKEN]);
    let mr = pd.register(&buffer, 0x7000, 100, Access::ALL).unwrap();
    let keys: Vec<u32> = handle.0.borrow().given.iter().map(|g| g.args[1]).collect();
    assert_eq!(keys.len(), 2);
    assert_ne!(keys[0], keys[1]);
    assert_eq!((mr.lkey(), mr.rkey()), (keys[1], keys[1]));
}

#[test]
fn number_always_taken_gives_up_bad_flow() {
    let (handle, _adapter, context) = Handle::open();
    let pd = context.allocate_pd().unwrap();
    let cq = context.create_cq(4).unwrap();
    let buffer = context.allocate(100).unwrap();
    let taken = |error| {
        matches!(
            error,
            VerbsError::Command(CommandFailure::Refused {
                error: CommandError::NumberTaken,
                ..
            })
        )
    };
    for _ in 0..5 {
        handle.answer([TAKEN; 32]);
        assert!(taken(pd.create_qp(&qp_options(&cq)).err().unwrap()));
    }
    for _ in 0..9 {
        handle.answer([TAKEN; 32]);
        assert!(taken(
            pd.register(&buffer, 0, 1, Access::ALL).err().unwrap()
        ));
    }
    // no slot was lost
    pd.create_qp(&qp_options(&cq)).unwrap();
    pd.register(&buffer, 0, 1, Access::ALL).unwrap();
}

#[test]
fn qp_modify_refused_keeps_its_state_bad_flow() {
    let (handle, _adapter, context) = Handle::open();
    let pd = context.allocate_pd().unwrap();
    let cq = context.create_cq(4).unwrap();
    let qp = pd.create_qp(&qp_options(&cq)).unwrap();
    let init = Modify::Init(InitAttributes::default());
    handle.answer([Answer::Refused(CommandError::BadPayload, 0x0001_0000)]);
    let error = qp.modify(init).unwrap_err();
    assert!(matches!(error, ModifyError::Command(_)), "{error}");
    assert_eq!(qp.state(), QpState::Reset);
    qp.modify(init).unwrap();
    assert_eq!(qp.state(), QpState::Init);
}

#[test]
fn qp_modify_out_of_order_never_reaches_the_device_bad_flow() {
    let (handle, _adapter, context) = Handle::open();
    let pd = context.allocate_pd().unwrap();
    let cq = context.create_cq(4).unwrap();
    let qp = pd.create_qp(&qp_options(&cq)).unwrap();
    handle.clear();
    let rtr = host_driver::RtrAttributes::new(qp.connection_data());
    let rts = host_driver::RtsAttributes::new(1);
    for change in [
        Modify::Rtr(rtr),
        Modify::Rts(rts),
        Modify::Sqd,
        Modify::Resume,
    ] {
        let error = qp.modify(change).unwrap_err();
        assert!(
            matches!(error, ModifyError::Transition { from: QpState::Reset, to } if to == change.to())
        );
    }
    qp.modify(Modify::Init(InitAttributes::default())).unwrap();
    let mtu = host_driver::RtrAttributes {
        path_mtu: 1500,
        ..rtr
    };
    assert!(matches!(
        qp.modify(Modify::Rtr(mtu)).unwrap_err(),
        ModifyError::Limit { value: 1500, .. }
    ));
    let other_family = host_driver::RtrAttributes {
        partner: host_driver::ConnectionData {
            ip: std::net::Ipv6Addr::LOCALHOST.into(),
            ..rtr.partner
        },
        ..rtr
    };
    assert!(matches!(
        qp.modify(Modify::Rtr(other_family)).unwrap_err(),
        ModifyError::AddressFamily { .. }
    ));
    assert_eq!(handle.commands(), [Command::QpModify]);
}

#[test]
fn objects_are_destroyed_users_first() {
    let (handle, adapter, context) = Handle::open();
    let pd = context.allocate_pd().unwrap();
    let cq = context.create_cq(4).unwrap();
    let srq = pd.create_srq(4, 0).unwrap();
    let options = host_driver::QpOptions {
        srq: Some(srq.clone()),
        ..qp_options(&cq)
    };
    let qp = pd.create_qp(&options).unwrap();
    let buffer = context.allocate(4096).unwrap();
    let mr = pd.register(&buffer, 0, 4096, Access::LOCAL).unwrap();
    drop(options);
    handle.clear();
    // in any order: what the queue pair uses stays until it goes
    drop((cq, srq, pd, buffer, context));
    assert!(handle.commands().is_empty());
    drop(qp);
    use Command::{CqDestroy, MrDestroy, QpDestroy, SrqDestroy};
    assert_eq!(handle.commands(), [QpDestroy, SrqDestroy, CqDestroy]);
    drop(mr);
    assert_eq!(handle.last().command, MrDestroy);
    drop(adapter);
    let events = fw_regs::bar0::event_queue::control::REG.offset;
    assert_eq!(handle.register(events), 0);
    assert_eq!(handle.mapped_bytes(), 0, "everything is unmapped");
}

#[test]
fn object_that_cannot_be_destroyed_keeps_its_slot_bad_flow() {
    let (handle, _adapter, context) = Handle::open();
    let first = context.create_cq(4).unwrap();
    let number = first.number();
    handle.answer([Answer::Never]);
    drop(first);
    let others: Vec<_> = (0..3).map(|_| context.create_cq(4).unwrap()).collect();
    assert!(others.iter().all(|cq| cq.number() != number));
    assert!(context.create_cq(4).is_err());
}

#[test]
fn iova_is_used_again() {
    let (handle, _adapter, context) = Handle::open();
    let first = context.allocate(3 * 4096).unwrap();
    let second = context.allocate(1).unwrap();
    let iova = first.iova();
    assert_eq!((second.iova(), second.len()), (iova + 3 * 4096, 4096));
    first.write(5, &[1, 2, 3]).unwrap();
    drop(first);
    let again = context.allocate(2 * 4096).unwrap();
    assert_eq!(again.iova(), iova);
    let mut bytes = [9; 3];
    again.read(5, &mut bytes).unwrap();
    assert_eq!(bytes, [0; 3]);
    // memory stays mapped as long as a region refers to it
    let pd = context.allocate_pd().unwrap();
    let mr = pd.register(&again, 0, 10, Access::ALL).unwrap();
    drop(again);
    assert_ne!(context.allocate(8192).unwrap().iova(), iova);
    drop(mr);
    assert_eq!(context.allocate(8192).unwrap().iova(), iova);
    assert_eq!(handle.commands(), [Command::MrCreate, Command::MrDestroy]);
}

#[test]
fn iova_of_memory_that_cannot_be_mapped_is_not_lost_bad_flow() {
    let (handle, _adapter, context) = Handle::open();
    handle.0.borrow_mut().refuse_map = true;
    assert!(context.allocate(4096).is_err());
    handle.0.borrow_mut().refuse_map = false;
    let first = context.allocate(4096).unwrap();
    let second = context.allocate(4096).unwrap();
    assert_eq!(second.iova(), first.iova() + 4096);
    let (event_ring, length) = handle.0.borrow().mapped[0];
    assert_eq!(first.iova(), event_ring + length as u64);
}

#[test]
fn buffer_access_beyond_its_end_bad_flow() {
    let (_handle, _adapter, context) = Handle::open();
    let buffer = context.allocate(10).unwrap();
    assert!(buffer.write(4095, &[1]).is_ok());
    assert!(buffer.write(4096, &[1]).is_err());
    assert!(buffer.read(usize::MAX, &mut [0; 2]).is_err());
}

#[test]
fn objects_of_another_context_bad_flow() {
    let (handle, adapter, context) = Handle::open();
    let other = adapter.context().unwrap();
    let error = adapter.context().err().unwrap();
    assert!(
        matches!(error, VerbsError::Exhausted { limit: 2, .. }),
        "{error}"
    );
    let pd = context.allocate_pd().unwrap();
    let cq = other.create_cq(4).unwrap();
    handle.clear();
    let error = pd.create_qp(&qp_options(&cq)).err().unwrap();
    assert!(matches!(error, VerbsError::Foreign(_)), "{error}");
    let own = context.create_cq(4).unwrap();
    let srq = context.allocate_pd().unwrap().create_srq(4, 0).unwrap();
    let options = host_driver::QpOptions {
        srq: Some(srq),
        ..qp_options(&own)
    };
    let error = pd.create_qp(&options).err().unwrap();
    assert!(matches!(error, VerbsError::Foreign(_)), "{error}");
    assert!(!handle.commands().contains(&Command::QpCreate));
}

#[test]
fn queue_sizes_are_checked_bad_flow() {
    let (handle, _adapter, context) = Handle::open();
    for entries in [0, 40_000] {
        let error = context.create_cq(entries).err().unwrap();
        assert!(
            matches!(error, VerbsError::Limit { value, min: 1, max: 32_768, .. } if value == u64::from(entries))
        );
    }
    context.create_cq(5).unwrap();
    let given = &handle.0.borrow().given[0];
    assert_eq!(given.records[0].0, ContextKind::CqConfig);
}
