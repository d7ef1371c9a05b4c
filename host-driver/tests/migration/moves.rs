//! What a process that moves has with it.

use crate::build::*;
use crate::fake::{Handle, received, sent};
use fw_regs::contexts::{
    Completer, CqConfig, MemoryRegion, Migration, Outstanding, QpAddress, QpConfig, Requester,
    Responder, Response, ResponseEntry,
};
use fw_regs::template::AddressVector;
use fw_regs::{
    Command, ContextKind as K, EventKind, MigrationPhase, MigrationTimer, Psn, QpState, WcOpcode,
};
use host_driver::migration::{Image, Phase, RestoreError};
use host_driver::{
    Access, AsyncEvent, ConnectionData, DeviceError, InitAttributes, Modify, ModifyError,
    PostError, RtrAttributes, VerbsError,
};

fn get<const N: usize>(handle: &Handle, kind: K, index: u16) -> [u32; N] {
    handle.0.borrow().get(kind, index).try_into().unwrap()
}

fn phases(times: &[host_driver::migration::PhaseTime]) -> Vec<Phase> {
    times.iter().map(|t| t.phase).collect()
}

#[test]
fn connection_is_migratable_if_both_ends_are() {
    let s = source();
    let own = s.qp.connection_data().migration.unwrap();
    assert!(s.qp.is_migratable());
    let record = Migration::from_words(&get(&s.handle, K::Migration, s.qp.slot()));
    assert_eq!(
        (
            record.epoch,
            record.partner_epoch,
            record.key[0],
            record.key[1]
        ),
        (own.epoch, 0x77, 0x5a, 0)
    );
    assert!(own.epoch < 1 << 24);
    let init = Modify::Init(InitAttributes::default());
    for (ours, theirs) in [(true, false), (false, true)] {
        let qp = s.pd.create_qp(&crate::fake::qp_options(&s.cq)).unwrap();
        qp.set_migratable(ours).unwrap();
        assert_eq!(qp.connection_data().migration.is_some(), ours);
        let mut partner = partner(&s.qp);
        partner.migration = partner.migration.filter(|_| theirs);
        qp.modify(init).unwrap();
        qp.modify(Modify::Rtr(RtrAttributes::new(partner))).unwrap();
        assert!(!qp.is_migratable());
        assert!(!s.handle.last().qp_config().migratable);
        qp.set_migratable(true).unwrap();
        assert!(qp.connection_data().migration.is_some());
    }
}

#[test]
fn connection_data_without_migration_can_be_read() {
    let s = source();
    let data = s.qp.connection_data();
    let json = serde_json::to_string(&data).unwrap();
    assert_eq!(serde_json::from_str::<ConnectionData>(&json).unwrap(), data);
    let old = r#"{"qpn":1,"psn":2,"ip":"10.0.0.1","mac":[2,0,0,0,0,1]}"#;
    let old: ConnectionData = serde_json::from_str(old).unwrap();
    assert_eq!(old.migration, None);
}

#[test]
fn process_moves_with_everything() {
    let s = source();
    let checkpoint = s.context.checkpoint().unwrap();
    assert_eq!(
        phases(checkpoint.times()),
        [Phase::Stop, Phase::Drain, Phase::Dump]
    );
    let packed = packed(&checkpoint);
    let (handle, adapter, _other) = destination();
    let restored = unpacked(&adapter, &packed);
    let numbers = (s.qp.number(), s.mr.lkey(), s.spare_mr.lkey());
    let handles = (s.cq.handle(), s.srq.handle(), s.pd.handle(), s.plain.id());
    let spares = (s.spare_cq.handle(), s.spare_srq.handle());
    let tombstones = checkpoint.commit(Some([10, 0, 0, 2].into())).unwrap();
    let process = restored.resume().unwrap();
    assert_eq!(phases(process.times()), [Phase::Restore, Phase::Resume]);
    assert!(!process.resumed().unwrap());
    handle.0.borrow_mut().resumed();
    assert!(process.resumed().unwrap());
    tombstones.free().unwrap();
    assert!(s.handle.0.borrow().objects.is_empty(), "nothing is left");

    let qp = process.qp(numbers.0).unwrap();
    let mr = process.mr(numbers.1).unwrap();
    assert!(process.mr(numbers.2).is_some());
    let cq = process.cq(handles.0).unwrap();
    assert!(process.pd(handles.2).is_some());
    assert_eq!((mr.va(), mr.length()), (VA, 3 * 4096));
    assert_eq!(qp.state(), QpState::Rts);
    assert!(qp.is_migratable());
    let mut bytes = [0; 7];
    mr.buffer().read(100, &mut bytes).unwrap();
    assert_eq!(&bytes, b"payload");
    let mut bytes = [0; 3];
    process
        .buffer(handles.3)
        .unwrap()
        .read(7, &mut bytes)
        .unwrap();
    assert_eq!(bytes, [1, 2, 3]);
    // the completion that was in the ring, and those of what was posted before
    handle.complete(&cq, sent(&qp, 1));
    handle.complete(&cq, received(&qp, 1));
    let ids: Vec<_> = cq.poll(10).unwrap().iter().map(|c| c.wr_id).collect();
    assert_eq!(ids, [11, 2, 12]);
    // the ring has four places: one is taken
    qp.post_send(&[4, 5, 6].map(|id| send(id, &mr))).unwrap();
    assert!(matches!(
        qp.post_send(&[send(7, &mr)]).unwrap_err(),
        PostError::Full { capacity: 4 }
    ));
    handle.complete(&cq, sent(&qp, 3));
    let done = cq.poll(1).unwrap()[0];
    assert_eq!((done.wr_id, done.opcode), (4, WcOpcode::Send));
    // what nobody used is there, too
    let spare = process.cq(spares.0).unwrap();
    let armed = handle.0.borrow().cq(spare.number()).1.armed;
    assert_eq!(armed, 2);
    let spare = process.srq(spares.1).unwrap();
    let ring = handle.0.borrow().get(K::RqState, 4 + spare.number());
    assert_eq!(ring[0] & 0xffff, 2, "two receives are posted");
    assert!(process.srq(handles.1).is_some());
}

#[test]
fn records_are_relocated() {
    let s = source();
    let checkpoint = s.context.checkpoint().unwrap();
    let packed = packed(&checkpoint);
    let (handle, adapter, other) = destination();
    // so that nothing has the same number or address
    let _taken = (
        other.allocate(5 * 4096).unwrap(),
        other.create_cq(4).unwrap(),
        other.allocate_pd().unwrap(),
    );
    let restored = unpacked(&adapter, &packed);
    let process = restored.process();
    let qp = process.qp(s.qp.number()).unwrap();
    let iova = process.mr(s.mr.lkey()).unwrap().buffer().iova();
    assert_ne!(iova, s.mr.buffer().iova());
    let slot = qp.slot();
    let config = QpConfig::from_words(&get(&handle, K::QpConfig, slot));
    let cq = process.cq(s.cq.handle()).unwrap();
    assert_ne!(cq.number(), s.cq.number());
    assert_eq!((config.send_cq, config.recv_cq), (cq.number(), cq.number()));
    assert_eq!(config.user_ctx, process.context.number());
    assert_eq!(config.rq_ring, slot);
    let young = process.qp(s.young.number()).unwrap();
    let shared = QpConfig::from_words(&get(&handle, K::QpConfig, young.slot()));
    let srq = process.srq(s.srq.handle()).unwrap();
    assert_eq!(shared.rq_ring, 4 + srq.number());
    let places = 16 * slot;
    let read = Outstanding::from_words(&get(&handle, K::Outstanding, places + 15));
    assert_eq!(
        (read.sge0_iova, read.sge1_iova, read.length),
        (iova + 100, iova + 4096, 2500)
    );
    let atomic = Outstanding::from_words(&get(&handle, K::Outstanding, places));
    assert_eq!(
        (atomic.sge0_iova, atomic.sge1_iova),
        (iova + 3 * 4096 - 8, 0)
    );
    let write = Responder::from_words(&get(&handle, K::Responder, slot));
    assert_eq!((write.sge0_iova, write.sge1_iova), (iova + 512, 0));
    let reply = ResponseEntry::from_words(&get(&handle, K::ResponseEntry, places + 14));
    assert_eq!((reply.iova, reply.remaining), (iova + 2000, 4000));
    let waits = Completer::from_words(&get(&handle, K::Completer, slot));
    assert_eq!((waits.timer_mode, waits.deadline_lo), (2, 1234));
    let result: [u32; 2] = get(&handle, K::AtomicResult, 8 * slot);
    assert_eq!(result, [0x89ab_cdef, 0x0123_4567]);
    let addresses = QpAddress::from_words(&get(&handle, K::QpAddress, slot));
    assert_eq!(addresses.local_ip[12..], [10, 0, 0, 2]);
    assert_eq!(addresses.partner_ip[12..], [10, 0, 0, 9]);
    let template = AddressVector::from_words(&get(&handle, K::QpAv, slot));
    let bytes = template.bytes;
    assert_eq!(bytes[..12], [2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 2]);
    assert_eq!(bytes[26..34], [10, 0, 0, 2, 10, 0, 0, 9]);
    let ring = CqConfig::from_words(&get(&handle, K::CqConfig, cq.number()));
    assert!(ring.held);
    let record = Migration::from_words(&get(&handle, K::Migration, slot));
    assert_eq!(record.phase, MigrationPhase::Restored.code());
    assert_eq!(record.verbs_state, QpState::Rts.code());
    restored.discard().unwrap();
}

/// A region may be destroyed while a message, an answer or a READ is half done in it; the device fails those when they go on. Their records come
/// with a process that moves, and name a slot without a region there, too, which nobody else gets as long as they do.
#[test]
fn records_of_what_was_begun_in_a_destroyed_region_are_relocated() {
    let s = source();
    // as if a second region had been destroyed
    let slot = s.qp.slot();
    let places = 16 * slot;
    let mut write = Responder::from_words(&get(&s.handle, K::Responder, slot));
    let mut read = Outstanding::from_words(&get(&s.handle, K::Outstanding, places + 15));
    let mut reply = ResponseEntry::from_words(&get(&s.handle, K::ResponseEntry, places + 14));
    write.sge0_mr = 5;
    (read.status, reply.mr) = (5, 5);
    let state = &s.handle.0;
    state
        .borrow_mut()
        .put(K::Responder, slot, &write.to_words());
    state
        .borrow_mut()
        .put(K::Outstanding, places + 15, &read.to_words());
    state
        .borrow_mut()
        .put(K::ResponseEntry, places + 14, &reply.to_words());
    let checkpoint = s.context.checkpoint().unwrap();
    let packed = packed(&checkpoint);
    let (handle, adapter, _other) = destination();
    let restored = unpacked(&adapter, &packed);
    let process = restored.process();
    let qp = process.qp(s.qp.number()).unwrap();
    let mr = process.mr(s.mr.lkey()).unwrap();
    let iova = mr.buffer().iova();
    let slot = qp.slot();
    let places = 16 * slot;
    let write = Responder::from_words(&get(&handle, K::Responder, slot));
    let read = Outstanding::from_words(&get(&handle, K::Outstanding, places + 15));
    let reply = ResponseEntry::from_words(&get(&handle, K::ResponseEntry, places + 14));
    let gone = write.sge0_mr;
    assert_ne!(gone, mr.slot());
    assert_eq!((write.sge0_iova, write.sge0_named), (0, true));
    assert_eq!((write.msg_len, write.offset), (3000, 1024));
    assert_eq!((read.sge0_iova, read.sge1_iova), (iova + 100, 0));
    assert_eq!(u16::from(read.sge0_mr), mr.slot());
    assert_eq!(
        (u16::from(read.status), u16::from(reply.mr), reply.iova),
        (gone, gone, 0)
    );
    checkpoint.commit(Some([10, 0, 0, 2].into())).unwrap();
    let process = restored.resume().unwrap();
    // all slots but that one can be had, until the records name it no more
    let pd = process.pd(s.pd.handle()).unwrap();
    let buffer = process.context.allocate(4096).unwrap();
    let mut taken = vec![];
    while let Ok(mr) = pd.register(&buffer, VA, 4096, Access::LOCAL) {
        taken.push(mr.slot());
        std::mem::forget(mr);
    }
    assert!(!taken.is_empty() && !taken.contains(&gone), "{taken:?}");
    for (kind, index, words) in [
        (K::Responder, slot, Responder::default().to_words().to_vec()),
        (K::Response, slot, Response::default().to_words().to_vec()),
        (K::Completer, slot, Completer::default().to_words().to_vec()),
        (K::Requester, slot, Requester::default().to_words().to_vec()),
    ] {
        handle.0.borrow_mut().put(kind, index, &words);
    }
    let mr = pd.register(&buffer, VA, 4096, Access::LOCAL).unwrap();
    assert_eq!(mr.slot(), gone);
}

/// An image without what belongs to the place.
fn canonical(image: &Image) -> Image {
    let mut image = image.clone();
    image.source.page = 0;
    for range in &mut image.memory {
        range.iova = 0;
    }
    image.pds.iter_mut().for_each(|o| o.number = 0);
    image.cqs.iter_mut().for_each(|o| o.number = 0);
    image.srqs.iter_mut().for_each(|o| o.ring = 0);
    image.mrs.iter_mut().for_each(|o| o.slot = 0);
    image.qps.iter_mut().for_each(|o| o.slot = 0);
    let cqs = image.cqs.iter_mut().flat_map(|o| &mut o.records);
    let srqs = image.srqs.iter_mut().flat_map(|o| &mut o.records);
    let mrs = image.mrs.iter_mut().flat_map(|o| &mut o.records);
    let qps = image.qps.iter_mut().flat_map(|o| &mut o.records);
    for record in cqs.chain(srqs).chain(mrs).chain(qps) {
        record.index %= 8;
        let of_slot = !matches!(
            record.kind(),
            Some(K::Outstanding | K::ResponseEntry | K::Resource | K::AtomicResult)
        );
        if of_slot {
            record.index = 0;
        }
        if record.kind() == Some(K::QpAv) {
            // Ethernet source, IPv4 checksum, source address
            for at in (6..12).chain(24..30) {
                record.words[at / 4] &= !(0xff << (at % 4 * 8));
            }
            continue;
        }
        let name = match record.kind().unwrap() {
            K::SqConfig | K::RqConfig => "RingConfig".into(),
            K::SqState | K::RqState => "RingState".into(),
            kind => format!("{kind:?}"),
        };
        let records = fw_regs::contexts::RECORDS;
        let schema = records.iter().find(|r| r.name == name).unwrap();
        for field in schema.fields.iter().filter(|f| f.relocatable) {
            for bit in field.low..field.low + field.width {
                record.words[bit as usize / 32] &= !(1 << (bit % 32));
            }
        }
    }
    image
}

#[test]
fn dump_of_a_restored_process_is_the_same_but_for_the_place() {
    let s = source();
    let checkpoint = s.context.checkpoint().unwrap();
    let first = canonical(checkpoint.image());
    let packed = packed(&checkpoint);
    let (_handle, adapter, other) = destination();
    let _taken = (other.allocate(4096).unwrap(), other.create_cq(4).unwrap());
    let restored = unpacked(&adapter, &packed);
    checkpoint.commit(None).unwrap();
    let process = restored.resume().unwrap();
    let again = process.context.checkpoint().unwrap();
    let mut second = canonical(again.image());
    // the incarnation is the next one
    for qp in &mut second.qps {
        let record = qp
            .records
            .iter_mut()
            .find(|r| r.kind() == Some(K::Migration));
        let words = &mut record.unwrap().words;
        words[0] = words[0] & !0xff_ffff | (words[0] - 1) & 0xff_ffff;
    }
    // rings that nobody uses begin anew
    let spare_srq = s.spare_srq.handle();
    let spare = second.srqs.iter().find(|o| o.handle == spare_srq);
    assert_eq!(spare.unwrap().receive.posted, [(0, 31), (1, 32)]);
    assert_eq!(first, second);
    assert_eq!(memory(&again).len(), packed.1.len());
    again.abort().unwrap();
}

#[test]
fn dump_taken_twice_is_the_same() {
    let s = source();
    let first = s.context.checkpoint().unwrap();
    let image = first.image().clone();
    assert_eq!(
        phases(&first.abort().unwrap()),
        [Phase::Stop, Phase::Drain, Phase::Dump, Phase::Abort]
    );
    s.handle.0.borrow_mut().resumed();
    assert_eq!(s.qp.migration().unwrap().phase, MigrationPhase::Normal);
    let second = s.context.checkpoint().unwrap();
    assert_eq!(canonical(second.image()).cqs, canonical(&image).cqs);
    assert_eq!(second.image().memory, image.memory);
    assert_eq!(second.image().encode(), second.image().encode());
}

#[test]
fn process_that_is_stopped_refuses_work_and_works_after_an_abort() {
    let s = source();
    let checkpoint = s.context.checkpoint().unwrap();
    s.handle.clear();
    let stopped = |error: &DeviceError| matches!(error, DeviceError::Stopped);
    assert!(stopped(&s.cq.poll(1).unwrap_err()));
    assert!(stopped(&s.cq.request_notification(false).unwrap_err()));
    assert!(stopped(&s.plain.write(0, &[1]).unwrap_err()));
    s.plain.read(0, &mut [0]).unwrap();
    let post = s.qp.post_send(&[send(9, &s.mr)]).unwrap_err();
    assert!(matches!(post, PostError::Device(DeviceError::Stopped)));
    let post = s.srq.post(&[recv(9, &s.mr)]).unwrap_err();
    assert!(matches!(post, PostError::Device(DeviceError::Stopped)));
    let made = s.context.create_cq(1).err().unwrap();
    assert!(matches!(made, VerbsError::Device(DeviceError::Stopped)));
    assert!(s.qp.modify(Modify::Err).is_err());
    assert!(s.context.checkpoint().is_err());
    assert!(s.handle.commands().is_empty(), "nothing reached the device");
    checkpoint.abort().unwrap();
    // resuming: posts count, changes of state are refused by the device
    s.qp.post_send(&[send(9, &s.mr)]).unwrap();
    assert!(matches!(
        s.qp.modify(Modify::Err).unwrap_err(),
        ModifyError::Moving {
            phase: Some(MigrationPhase::Resuming)
        }
    ));
    s.handle.0.borrow_mut().resumed();
    s.qp.modify(Modify::Err).unwrap();
    assert_eq!(s.cq.poll(1).unwrap()[0].wr_id, 11);
}

#[test]
fn checkpoint_dropped_is_aborted() {
    let s = source();
    s.handle.clear();
    drop(s.context.checkpoint().unwrap());
    assert_eq!(s.handle.last().command, Command::Abort);
    s.qp.post_send(&[send(9, &s.mr)]).unwrap();
}

#[test]
fn process_that_is_drained_shows_its_memory_before_the_dump() {
    let s = source();
    s.handle.clear();
    let drained = s.context.drain().unwrap();
    assert_eq!(s.handle.last().command, Command::Drained);
    let ranges = drained.memory();
    let memory: Vec<_> = ranges
        .iter()
        .map(|range| drained.read_memory(range).unwrap())
        .collect();
    let post = s.qp.post_send(&[send(9, &s.mr)]).unwrap_err();
    assert!(matches!(post, PostError::Device(DeviceError::Stopped)));
    let checkpoint = drained.dump().unwrap();
    assert_eq!(checkpoint.memory(), ranges);
    assert_eq!(packed(&checkpoint).1, memory);
    assert_eq!(
        phases(checkpoint.times()),
        [Phase::Stop, Phase::Drain, Phase::Dump]
    );
    checkpoint.abort().unwrap();
    s.handle.0.borrow_mut().resumed();
    // given up before the dump
    drop(s.context.drain().unwrap());
    assert_eq!(s.handle.last().command, Command::Abort);
    s.qp.post_send(&[send(9, &s.mr)]).unwrap();
}

#[test]
fn process_is_restored_ahead_of_its_memory() {
    let s = source();
    let packed = packed(&s.context.checkpoint().unwrap());
    let image = Image::decode(&packed.0).unwrap();
    let (handle, adapter, _other) = destination();
    let bytes = handle.mapped_bytes();
    // the wrong memory, and none at all
    let arriving = adapter.restore_ahead(&image).unwrap();
    assert!(!handle.0.borrow().objects.is_empty());
    let refused = arriving.arrived(&packed.1[1..]).err().unwrap();
    assert!(matches!(refused, RestoreError::MemoryCount { .. }));
    assert!(handle.0.borrow().objects.is_empty());
    adapter.restore_ahead(&image).unwrap().discard().unwrap();
    drop(adapter.restore_ahead(&image).unwrap());
    assert!(handle.0.borrow().objects.is_empty());
    assert_eq!(handle.mapped_bytes(), bytes);
    // as if it had come at once
    let restored = adapter.restore_ahead(&image).unwrap();
    let restored = restored.arrived(&packed.1).unwrap();
    let process = restored.resume().unwrap();
    handle.0.borrow_mut().resumed();
    let found = process.context.checkpoint().unwrap();
    assert_eq!(found.memory().len(), image.memory.len());
    assert_eq!(found.image().cqs.len(), image.cqs.len());
    assert_eq!(found.image().srqs.len(), image.srqs.len());
    assert_eq!(found.image().mrs.len(), image.mrs.len());
}

#[test]
fn process_that_has_moved_away_is_dead() {
    let s = source();
    let memory_before = s.handle.mapped_bytes();
    let bytes = s.context.checkpoint().unwrap().image().memory_bytes();
    s.handle.0.borrow_mut().resumed();
    let checkpoint = s.context.checkpoint().unwrap();
    let tombstones = checkpoint.commit(Some([10, 0, 0, 2].into())).unwrap();
    assert!(tombstones.memory_errors().is_empty());
    assert!(tombstones.unused_error().is_none());
    assert_eq!(tombstones.slots().len(), 2);
    let data = s
        .handle
        .0
        .borrow()
        .given
        .iter()
        .rev()
        .find_map(|g| (g.command == Command::Tombstone).then_some(g.data));
    assert_eq!(data, Some([0, 0, 0xffff_0000, 0x0200_000a]));
    assert_eq!(s.handle.mapped_bytes() as u64, memory_before as u64 - bytes);
    s.handle.clear();
    let gone = |error: &DeviceError| matches!(error, DeviceError::MovedAway);
    assert!(gone(&s.cq.poll(1).unwrap_err()));
    assert!(gone(&s.plain.read(0, &mut [0]).unwrap_err()));
    assert!(gone(&s.mr.buffer().write(0, &[0]).unwrap_err()));
    assert!(gone(&s.qp.migration().unwrap_err()));
    assert!(s.qp.post_send(&[send(9, &s.mr)]).is_err());
    assert!(s.qp.post_send_pushed(&send(9, &s.mr)).is_err());
    assert!(s.qp.modify(Modify::Reset).is_err());
    assert!(s.srq.set_limit(1).is_err());
    assert!(s.pd.create_srq(1, 0).is_err());
    assert!(s.context.checkpoint().is_err());
    let Source {
        handle, adapter, ..
    } = s;
    assert!(handle.commands().is_empty(), "dropping sends nothing");
    assert!(handle.0.borrow().doorbells.is_empty());
    // page and domains stay with the tombstones
    assert_eq!(adapter.context().unwrap().number(), 1);
    tombstones.free().unwrap();
    assert_eq!(handle.commands(), [Command::TombstoneFree; 2]);
    assert_eq!(adapter.context().unwrap().number(), 0);
    assert!(handle.0.borrow().objects.is_empty());
}

#[test]
fn process_comes_back_to_its_tombstones() {
    let s = source();
    let slots = (s.qp.slot(), s.young.slot());
    let checkpoint = s.context.checkpoint().unwrap();
    let there = packed(&checkpoint);
    let (handle, adapter, _other) = destination();
    let restored = unpacked(&adapter, &there);
    let old = checkpoint.commit(None).unwrap();
    let process = restored.resume().unwrap();
    let checkpoint = process.context.checkpoint().unwrap();
    let back = packed(&checkpoint);
    // discarded once: the tombstones are there again
    let restored = unpacked(&s.adapter, &back);
    let own = |restored: &host_driver::migration::Restored, qpn| {
        restored.process().qp(qpn).unwrap().slot()
    };
    assert_eq!(own(&restored, s.qp.number()), slots.0);
    restored.discard().unwrap();
    let phase = s.handle.0.borrow().migration(slots.0).phase;
    assert_eq!(phase, MigrationPhase::Tombstone.code());
    let restored = unpacked(&s.adapter, &back);
    assert_eq!(own(&restored, s.young.number()), slots.1);
    checkpoint.commit(None).unwrap().free().unwrap();
    let process = restored.resume().unwrap();
    s.handle.0.borrow_mut().resumed();
    assert!(process.resumed().unwrap());
    // they are no tombstones any more
    s.handle.clear();
    old.free().unwrap();
    assert!(s.handle.commands().is_empty());
    let qpn = s.qp.number();
    drop(s.qp);
    assert!(s.handle.commands().is_empty());
    let qp = process.qp(qpn).unwrap();
    assert_eq!(qp.state(), QpState::Rts);
    drop((process, qp));
    assert!(s.handle.0.borrow().objects.is_empty());
    assert!(handle.0.borrow().objects.is_empty());
}

#[test]
fn restored_process_is_discarded_without_a_trace() {
    let s = source();
    let packed = packed(&s.context.checkpoint().unwrap());
    let (handle, adapter, other) = destination();
    let bytes = handle.mapped_bytes();
    for round in 0..5 {
        let restored = unpacked(&adapter, &packed);
        let process = restored.process();
        assert!(process.context.create_cq(1).is_err(), "nothing joins it");
        let kept = process.qp(s.qp.number()).unwrap();
        match round % 2 {
            0 => restored.discard().unwrap(),
            _ => drop(restored),
        }
        assert!(handle.0.borrow().objects.is_empty(), "round {round}");
        assert_eq!(handle.mapped_bytes(), bytes);
        assert!(kept.post_send(&[]).is_err());
    }
    let cqs: Vec<_> = (0..4).map(|_| other.create_cq(1).unwrap()).collect();
    assert_eq!(cqs.len(), 4);
    adapter.context().unwrap();
}

#[test]
fn events_on_their_way_move_along() {
    let s = source();
    s.cq.request_notification(false).unwrap();
    s.handle.event(EventKind::Completion, s.cq.number().into());
    s.handle.event(EventKind::QpAccessError, s.qp.slot().into());
    s.handle.event(EventKind::CqError, s.cq.number().into());
    s.handle
        .event(EventKind::SrqLimitReached, s.srq.number().into());
    s.handle.event(EventKind::SqDrained, s.qp.number());
    let checkpoint = s.context.checkpoint().unwrap();
    let packed = packed(&checkpoint);
    let (handle, adapter, other) = destination();
    let _taken = other.create_cq(4).unwrap();
    let restored = unpacked(&adapter, &packed);
    assert!(adapter.next_event().is_none());
    checkpoint.commit(None).unwrap();
    assert!(s.adapter.next_event().is_none());
    let process = restored.resume().unwrap();
    let cq = process.cq(s.cq.handle()).unwrap();
    let srq = process.srq(s.srq.handle()).unwrap();
    let qpn = s.qp.number();
    let found: Vec<_> = std::iter::from_fn(|| adapter.next_event()).collect();
    let wanted = [
        AsyncEvent::QpAccessError { qpn },
        AsyncEvent::CqError { cq: cq.number() },
        AsyncEvent::SrqLimitReached { srq: srq.number() },
        AsyncEvent::SqDrained { qpn },
    ];
    assert_eq!(found, wanted);
    assert_eq!(cq.take_events(), 1);
    let slot = process.qp(qpn).unwrap().slot();
    handle.event(EventKind::Resumed, slot.into());
    handle.event(EventKind::LeaseExpired, slot.into());
    handle.event(EventKind::TombstoneAged, 3);
    adapter.poll_events().unwrap();
    let found: Vec<_> = std::iter::from_fn(|| adapter.next_event()).collect();
    let wanted = [
        AsyncEvent::Resumed { qpn },
        AsyncEvent::LeaseExpired { qpn },
        AsyncEvent::TombstoneAged { slot: 3 },
    ];
    assert_eq!(found, wanted);
}

#[test]
fn completions_kept_by_the_driver_move_along() {
    let s = source();
    s.handle.complete(&s.cq, sent(&s.qp, 1));
    // throws away its own, and keeps those of others
    drop(s.young);
    let checkpoint = s.context.checkpoint().unwrap();
    let image = checkpoint.image();
    assert_eq!(image.cqs.iter().map(|cq| cq.kept.len()).sum::<usize>(), 2);
    let packed = packed(&checkpoint);
    let (_handle, adapter, _other) = destination();
    let restored = unpacked(&adapter, &packed);
    let cq = restored.process().cq(s.cq.handle()).unwrap();
    let ids: Vec<_> = cq.poll(10).unwrap().iter().map(|c| c.wr_id).collect();
    assert_eq!(ids, [11, 2]);
}

#[test]
fn partner_is_named_while_resuming() {
    let s = source();
    let packed = packed(&s.context.checkpoint().unwrap());
    let (handle, adapter, _other) = destination();
    let restored = unpacked(&adapter, &packed);
    let qpn = s.qp.number();
    let mac = host_driver::MacAddress([2, 0, 0, 0, 0, 7]);
    restored
        .set_partner(qpn, [10, 0, 0, 7].into(), mac)
        .unwrap();
    assert!(restored.set_partner(1, [10, 0, 0, 7].into(), mac).is_err());
    let ipv6 = std::net::Ipv6Addr::LOCALHOST.into();
    assert!(restored.set_partner(qpn, ipv6, mac).is_err());
    let slot = restored.process().qp(qpn).unwrap().slot();
    let addresses = QpAddress::from_words(&get(&handle, K::QpAddress, slot));
    assert_eq!(addresses.partner_ip[12..], [10, 0, 0, 7]);
    let template = AddressVector::from_words(&get(&handle, K::QpAv, slot));
    assert_eq!(template.bytes[..12], [2, 0, 0, 0, 0, 7, 2, 0, 0, 0, 0, 2]);
    let process = restored.resume().unwrap();
    let qp = process.qp(qpn).unwrap();
    qp.set_partner([10, 0, 0, 8].into(), mac).unwrap();
    qp.extend_lease().unwrap();
    qp.give_up().unwrap();
    assert_eq!(qp.state(), QpState::Err);
    adapter
        .set_migration_timer(MigrationTimer::ResumeLease, 5)
        .unwrap();
    let timers = handle.0.borrow().objects.timers.clone();
    assert_eq!(timers.into_iter().collect::<Vec<_>>(), [(2, 5)]);
    // one that is still resuming is given up before it is destroyed
    handle.clear();
    let young = s.young.number();
    drop((process, qp));
    assert!(handle.commands().contains(&Command::GiveUp), "{young:x}");
    assert!(handle.0.borrow().objects.is_empty());
}

#[test]
fn connection_that_is_not_migratable_stays_at_its_address() {
    let s = source();
    let qp = s.pd.create_qp(&crate::fake::qp_options(&s.cq)).unwrap();
    let partner = ConnectionData {
        migration: None,
        ..partner(&qp)
    };
    to_rts(&qp, partner);
    let packed = packed(&s.context.checkpoint().unwrap());
    let image = Image::decode(&packed.0).unwrap();
    let (_handle, adapter, _other) = destination();
    let error = adapter.restore(&image, &packed.1).err().unwrap();
    let wanted = format!(
        "queue pair {:#08x} did not agree with its partner to migrate; it can only be restored at 10.0.0.1",
        qp.number()
    );
    assert_eq!(error.to_string(), wanted);
    let same = Handle::new().open_with(crate::fake::options()).unwrap();
    same.restore(&image, &packed.1).unwrap().discard().unwrap();
}

#[test]
fn process_without_queue_pairs_moves() {
    let s = source();
    drop((s.qp, s.young));
    s.handle.clear();
    let checkpoint = s.context.checkpoint().unwrap();
    assert!(s.handle.commands().is_empty());
    let packed = packed(&checkpoint);
    let (handle, adapter, _other) = destination();
    let restored = unpacked(&adapter, &packed);
    checkpoint.commit(None).unwrap().free().unwrap();
    assert!(s.handle.0.borrow().objects.is_empty());
    assert_eq!(s.adapter.context().unwrap().number(), 0);
    let process = restored.resume().unwrap();
    assert!(process.resumed().unwrap());
    assert_eq!(process.mrs().count(), 2);
    assert_eq!(process.srqs().count(), 2);
    drop(process);
    assert!(handle.0.borrow().objects.is_empty());
}

#[test]
fn new_objects_of_a_moved_process_get_new_handles() {
    let s = source();
    let handles = (s.cq.handle(), s.plain.id());
    let packed = packed(&s.context.checkpoint().unwrap());
    let (_handle, adapter, _other) = destination();
    let process = unpacked(&adapter, &packed).resume().unwrap();
    let cq = process.context.create_cq(1).unwrap();
    assert!(cq.handle() > handles.0);
    let ids: Vec<u32> = process.buffers().map(|b| b.id()).collect();
    let buffer = process.context.allocate(1).unwrap();
    assert!(!ids.contains(&buffer.id()) && ids.contains(&handles.1));
    let first = Psn::new(s.qp.connection_data().psn);
    let qp = process.qp(s.qp.number()).unwrap();
    assert_eq!(qp.connection_data().first_psn(), first);
    assert_eq!(
        qp.connection_data().migration,
        s.qp.connection_data().migration
    );
}

// The device counts only valid regions to a set.
#[test]
fn region_that_was_invalidated_moves_and_stays_invalid() {
    let s = source();
    let (slot, key) = (s.mr.slot(), s.mr.lkey());
    let mut region = MemoryRegion::from_words(&get(&s.handle, K::MemoryRegion, slot));
    region.valid = false;
    (s.handle.0.borrow_mut()).put(K::MemoryRegion, slot, &region.to_words());
    let checkpoint = s.context.checkpoint().unwrap();
    let packed = packed(&checkpoint);
    let (handle, adapter, _other) = destination();
    unpacked(&adapter, &packed).discard().unwrap();
    assert!(handle.0.borrow().objects.is_empty());
    let restored = unpacked(&adapter, &packed);
    checkpoint.commit(None).unwrap().free().unwrap();
    assert!(s.handle.0.borrow().objects.is_empty());
    let process = restored.resume().unwrap();
    let slot = process.mr(key).unwrap().slot();
    let found = MemoryRegion::from_words(&get(&handle, K::MemoryRegion, slot));
    assert!(!found.valid && found.key == key);
}
