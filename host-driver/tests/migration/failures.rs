//! A step that fails: the source works, or the destination is empty.

use crate::build::*;
use crate::fake::{Answer, Handle};
use fw_regs::{Command, CommandError};
use host_driver::migration::{CheckpointError, Image, RestoreError, TakenNumber};
use host_driver::{CommandFailure, VerbsError};

const REFUSED: Answer = Answer::Refused(CommandError::NoAnswer, 3);

/// The process works: what it posts reaches the device.
fn works(s: &Source) {
    s.handle.0.borrow_mut().resumed();
    let before = s.handle.0.borrow().doorbells.len();
    s.qp.post_recv(&[recv(99, &s.mr)]).unwrap();
    assert!(s.handle.0.borrow().doorbells.len() > before);
    let state = s.handle.0.borrow();
    for (&slot, &device) in &state.objects.states {
        assert!(device < 7, "slot {slot} is in device state {device}");
    }
}

#[test]
fn checkpoint_with_a_command_that_fails_leaves_the_source_working_bad_flow() {
    for answer in [REFUSED, Answer::Never, Answer::Code(200)] {
        for k in 0..3 {
            let s = source();
            s.handle.0.borrow_mut().fail_command = Some((k, answer));
            let error = s.context.checkpoint().err().unwrap();
            assert!(
                matches!(error, CheckpointError::Command { .. }),
                "{k} {answer:?}: {error}"
            );
            works(&s);
            // and can be stopped
            s.context.checkpoint().unwrap().abort().unwrap();
        }
    }
}

#[test]
fn checkpoint_with_an_access_that_fails_leaves_the_source_working_bad_flow() {
    let mut k = 0;
    loop {
        let s = source();
        s.handle.0.borrow_mut().fail_access = Some(k);
        let done = s.context.checkpoint();
        let failed = s.handle.0.borrow_mut().fail_access.take().is_none();
        match done {
            Ok(checkpoint) => drop(checkpoint.abort().unwrap()),
            Err(error) => {
                assert!(failed, "access {k}: {error}");
                assert!(
                    !matches!(error, CheckpointError::NotAborted { .. }),
                    "access {k}: {error}"
                );
            }
        }
        works(&s);
        if !failed {
            break;
        }
        k += 1;
    }
    assert!(k > 50, "{k} accesses");
}

#[test]
fn drain_that_times_out_is_repeated() {
    let s = source();
    let slow = Answer::Refused(CommandError::DrainTimeout, 1);
    s.handle.clear();
    s.handle.answer([Answer::Done(0), slow, slow]);
    s.context.checkpoint().unwrap().abort().unwrap();
    let drained = |c: &Command| *c == Command::Drained;
    let times = s.handle.commands().into_iter().filter(drained).count();
    assert_eq!(times, 3);
    s.handle.0.borrow_mut().resumed();
    s.handle.answer([Answer::Done(0), slow, slow, slow, slow]);
    assert!(s.context.checkpoint().is_err());
    works(&s);
}

#[test]
fn commit_that_fails_can_be_repeated_or_aborted_bad_flow() {
    for answer in [REFUSED, Answer::Never] {
        let s = source();
        let checkpoint = s.context.checkpoint().unwrap();
        s.handle.answer([answer]);
        let failure = checkpoint.commit(None).err().unwrap();
        assert!(
            failure
                .to_string()
                .starts_with("the migration was not committed")
        );
        failure.checkpoint.abort().unwrap();
        works(&s);
        let checkpoint = s.context.checkpoint().unwrap();
        s.handle.answer([answer]);
        let failure = checkpoint.commit(None).err().unwrap();
        failure.checkpoint.commit(None).unwrap().free().unwrap();
        assert!(s.handle.0.borrow().objects.is_empty());
    }
}

#[test]
fn commit_whose_answer_is_lost_is_not_aborted_bad_flow() {
    let mut k = 0;
    loop {
        let s = source();
        let checkpoint = s.context.checkpoint().unwrap();
        s.handle.0.borrow_mut().fail_access = Some(k);
        let done = checkpoint.commit(None);
        let failed = s.handle.0.borrow_mut().fail_access.take().is_none();
        if let Err(failure) = done {
            let tombstone = s.handle.commands().last() == Some(&Command::Tombstone);
            match failure.checkpoint.abort() {
                Ok(_) => works(&s),
                Err(failure) => {
                    assert!(tombstone, "access {k}: {failure}");
                    failure.checkpoint.commit(None).unwrap().free().unwrap();
                    assert!(s.handle.0.borrow().objects.is_empty());
                }
            }
        }
        if !failed {
            break;
        }
        k += 1;
    }
}

#[test]
fn abort_whose_answer_is_lost_has_happened() {
    let mut k = 0;
    loop {
        let s = source();
        let checkpoint = s.context.checkpoint().unwrap();
        s.handle.0.borrow_mut().fail_access = Some(k);
        let done = checkpoint.abort();
        let failed = s.handle.0.borrow_mut().fail_access.take().is_none();
        if let Err(failure) = done {
            failure.checkpoint.abort().unwrap();
        }
        works(&s);
        if !failed {
            break;
        }
        k += 1;
    }
}

/// Nothing of a process is at the destination, and a whole one has room there.
fn empty(
    handle: &Handle,
    adapter: &host_driver::Adapter,
    packed: &(Vec<u8>, Vec<Vec<u8>>),
    bytes: usize,
) {
    assert!(handle.0.borrow().objects.is_empty());
    assert_eq!(handle.mapped_bytes(), bytes);
    unpacked(adapter, packed).discard().unwrap();
}

#[test]
fn restore_with_a_command_that_fails_leaves_nothing_bad_flow() {
    let s = source();
    let packed = packed(&s.context.checkpoint().unwrap());
    let image = Image::decode(&packed.0).unwrap();
    for answer in [REFUSED, Answer::Code(200)] {
        let mut k = 0;
        loop {
            let (handle, adapter, _other) = destination();
            let bytes = handle.mapped_bytes();
            handle.0.borrow_mut().fail_command = Some((k, answer));
            let done = adapter.restore(&image, &packed.1);
            if handle.0.borrow_mut().fail_command.take().is_some() {
                break;
            }
            let error = done.err().unwrap();
            assert!(matches!(error, RestoreError::Command(_)), "{k}: {error}");
            empty(&handle, &adapter, &packed, bytes);
            k += 1;
        }
        assert!(k >= 4, "RESTORE and what creates the unused objects: {k}");
    }
}

#[test]
fn restore_without_an_answer_leaves_nothing_bad_flow() {
    let s = source();
    let packed = packed(&s.context.checkpoint().unwrap());
    let image = Image::decode(&packed.0).unwrap();
    let (handle, adapter, _other) = destination();
    handle.answer([Answer::Never]);
    let error = adapter.restore(&image, &packed.1).err().unwrap();
    let timeout = matches!(error, RestoreError::Command(CommandFailure::Timeout { .. }));
    assert!(timeout, "{error}");
    assert!(handle.0.borrow().objects.is_empty());
    unpacked(&adapter, &packed).discard().unwrap();
}

#[test]
fn restore_with_an_access_that_fails_leaves_nothing_bad_flow() {
    let s = source();
    let packed = packed(&s.context.checkpoint().unwrap());
    let image = Image::decode(&packed.0).unwrap();
    let mut k = 0;
    loop {
        let (handle, adapter, _other) = destination();
        handle.0.borrow_mut().fail_access = Some(k);
        let done = adapter.restore(&image, &packed.1);
        let failed = handle.0.borrow_mut().fail_access.take().is_none();
        match done {
            Ok(restored) => restored.discard().unwrap(),
            Err(error) => {
                assert!(failed, "access {k}: {error}");
                assert!(
                    !matches!(error, RestoreError::LeftBehind { .. }),
                    "access {k}: {error}"
                );
            }
        }
        assert!(handle.0.borrow().objects.is_empty(), "access {k}");
        unpacked(&adapter, &packed).discard().unwrap();
        if !failed {
            break;
        }
        k += 1;
    }
    assert!(k > 50, "{k} accesses");
}

#[test]
fn restore_at_any_page_that_is_refused_leaves_nothing_bad_flow() {
    let s = source();
    let packed = packed(&s.context.checkpoint().unwrap());
    let image = Image::decode(&packed.0).unwrap();
    for page in 0.. {
        let (handle, adapter, _other) = destination();
        let bytes = handle.mapped_bytes();
        handle.0.borrow_mut().objects.refuse_page = Some(page);
        let done = adapter.restore(&image, &packed.1);
        if handle.0.borrow_mut().objects.refuse_page.take().is_some() {
            assert!(page >= 6, "{page} pages");
            break;
        }
        assert!(done.is_err());
        empty(&handle, &adapter, &packed, bytes);
    }
}

#[test]
fn restore_names_the_number_that_is_taken_bad_flow() {
    let s = source();
    let packed = packed(&s.context.checkpoint().unwrap());
    let image = Image::decode(&packed.0).unwrap();
    let (handle, adapter, other) = destination();
    let pd = other.allocate_pd().unwrap();
    let cq = other.create_cq(1).unwrap();
    let options = crate::fake::qp_options(&cq);
    let qp = pd.create_qp_numbered(&options, s.young.number()).unwrap();
    let error = adapter.restore(&image, &packed.1).err().unwrap();
    let taken = TakenNumber::QueuePair(s.young.number());
    assert!(
        matches!(error, RestoreError::NumberTaken { number } if number == taken),
        "{error}"
    );
    drop(qp);
    let buffer = other.allocate(1).unwrap();
    for key in [s.mr.lkey(), s.spare_mr.lkey()] {
        let access = host_driver::Access::ALL;
        let mr = pd.register_keyed(&buffer, 0, 1, access, key).unwrap();
        let error = adapter.restore(&image, &packed.1).err().unwrap();
        let wanted = format!("key {key:#010x} is taken");
        assert_eq!(error.to_string(), wanted);
        drop(mr);
    }
    drop((cq, options));
    assert!(handle.0.borrow().objects.is_empty());
    unpacked(&adapter, &packed).discard().unwrap();
}

#[test]
fn restore_without_room_leaves_nothing_bad_flow() {
    let s = source();
    let packed = packed(&s.context.checkpoint().unwrap());
    let image = Image::decode(&packed.0).unwrap();
    let (handle, adapter, other) = destination();
    let bytes = handle.mapped_bytes();
    let cqs: Vec<_> = (0..3).map(|_| other.create_cq(1).unwrap()).collect();
    let error = adapter.restore(&image, &packed.1).err().unwrap();
    let full = matches!(
        error,
        RestoreError::Verbs(VerbsError::Exhausted { limit: 4, .. })
    );
    assert!(full, "{error}");
    drop(cqs);
    handle.0.borrow_mut().refuse_map = true;
    assert!(adapter.restore(&image, &packed.1).is_err());
    handle.0.borrow_mut().refuse_map = false;
    empty(&handle, &adapter, &packed, bytes);
}

#[test]
fn resume_that_fails_can_be_repeated_or_discarded_bad_flow() {
    let s = source();
    let packed = packed(&s.context.checkpoint().unwrap());
    let (handle, adapter, _other) = destination();
    let bytes = handle.mapped_bytes();
    for answer in [REFUSED, Answer::Never] {
        let restored = unpacked(&adapter, &packed);
        handle.answer([answer]);
        let failure = restored.resume().err().unwrap();
        failure.restored.discard().unwrap();
        empty(&handle, &adapter, &packed, bytes);
        let restored = unpacked(&adapter, &packed);
        handle.answer([answer]);
        let failure = restored.discard().err().unwrap();
        let process = failure.restored.resume().unwrap();
        drop(process);
        assert!(handle.0.borrow().objects.is_empty());
    }
}

#[test]
fn migration_is_refused_by_a_device_without_it_bad_flow() {
    let s = source();
    let packed = packed(&s.context.checkpoint().unwrap());
    let image = Image::decode(&packed.0).unwrap();
    let handle = Handle::new();
    handle.set(fw_regs::bar0::identity::features::REG.offset, 0);
    let adapter = handle.try_open().unwrap();
    let error = adapter.restore(&image, &packed.1).err().unwrap();
    assert!(matches!(error, RestoreError::Unsupported));
    let context = adapter.context().unwrap();
    let error = context.checkpoint().err().unwrap();
    assert!(matches!(error, CheckpointError::Unsupported));
    let pd = context.allocate_pd().unwrap();
    let cq = context.create_cq(1).unwrap();
    let qp = pd.create_qp(&crate::fake::qp_options(&cq)).unwrap();
    assert_eq!(qp.connection_data().migration, None);
}

#[test]
fn raw_queue_pair_does_not_move_bad_flow() {
    let s = source();
    let options = host_driver::QpOptions {
        raw: true,
        ..crate::fake::qp_options(&s.cq)
    };
    let raw = s.pd.create_qp(&options).unwrap();
    s.handle.clear();
    let error = s.context.checkpoint().err().unwrap();
    assert!(matches!(error, CheckpointError::Raw { qpn } if qpn == raw.number()));
    assert!(s.handle.commands().is_empty());
}
