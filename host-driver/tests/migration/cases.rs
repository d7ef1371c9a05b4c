//! Damages to an image, field by field, and what must be said of each.

use fw_regs::contexts::{
    Completer, CqConfig, CqState, MemoryRegion, Migration, Outstanding, QpAddress, QpConfig,
    Requester, Resource, Responder, Response, ResponseEntry, RingConfig, RingState,
};
use fw_regs::template::AddressVector;
use fw_regs::{ContextKind as K, Psn};
use host_driver::migration::{DeviceRecord, EventImage, Image, Inconsistency as I, ObjectKind};

use crate::hostile::image;

/// One damage to an image, and what must be said of it.
pub type Case = (&'static str, Box<dyn Fn(&mut Image)>, I);

fn case(name: &'static str, change: impl Fn(&mut Image) + 'static, why: I) -> Case {
    (name, Box::new(change), why)
}

/// The busy queue pair.
pub fn qp(image: &mut Image) -> &mut host_driver::migration::QpImage {
    let busy = |qp: &&mut host_driver::migration::QpImage| qp.receive.is_some();
    image.qps.iter_mut().find(busy).unwrap()
}

/// Changes the first record of `kind` among `records`.
pub fn amend<R, const N: usize>(
    records: &mut [DeviceRecord],
    kind: K,
    decode: fn(&[u32; N]) -> R,
    encode: fn(&R) -> [u32; N],
    change: impl FnOnce(&mut R),
) {
    let record = records.iter_mut().find(|r| r.kind() == Some(kind)).unwrap();
    let mut value = decode(record.words.as_slice().try_into().unwrap());
    change(&mut value);
    record.words = encode(&value).to_vec();
}

/// A case that changes a record of the busy queue pair.
macro_rules! of_qp {
    ($kind:ident, $type:ident, $field:literal, $change:expr) => {
        of_qp!($kind, $type, $change => I::Field(K::$kind, $field))
    };
    ($kind:ident, $type:ident, $change:expr => $why:expr) => {
        case(
            concat!(stringify!($kind), ": ", stringify!($change)),
            |image| amend(&mut qp(image).records, K::$kind, $type::from_words, $type::to_words, $change),
            $why,
        )
    };
}

pub fn queue_pair_cases() -> Vec<Case> {
    let far = 1 << 40;
    vec![
        of_qp!(QpConfig, QpConfig, "qpn", |c: &mut QpConfig| c.qpn ^= 1),
        of_qp!(QpConfig, QpConfig, "raw", |c: &mut QpConfig| c.raw = true),
        of_qp!(QpConfig, QpConfig, "path_mtu", |c: &mut QpConfig| c
            .path_mtu =
            6),
        of_qp!(QpConfig, QpConfig, "path_mtu", |c: &mut QpConfig| c
            .path_mtu =
            0),
        of_qp!(QpConfig, QpConfig, "max_rd_atomic", |c: &mut QpConfig| c
            .max_rd_atomic =
            9),
        of_qp!(
            QpConfig,
            QpConfig,
            "max_dest_rd_atomic",
            |c: &mut QpConfig| c.max_dest_rd_atomic = 31
        ),
        of_qp!(QpConfig, QpConfig, "user_ctx", |c: &mut QpConfig| c
            .user_ctx =
            1),
        of_qp!(QpConfig, QpConfig, "pd", |c: &mut QpConfig| c.pd = 77),
        of_qp!(QpConfig, QpConfig, "send_cq", |c: &mut QpConfig| c
            .send_cq =
            77),
        of_qp!(QpConfig, QpConfig, "recv_cq", |c: &mut QpConfig| c
            .recv_cq =
            77),
        of_qp!(QpConfig, QpConfig, "rq_ring", |c: &mut QpConfig| c
            .rq_ring =
            77),
        of_qp!(
            QpAddress,
            QpAddress,
            "local_ip, partner_ip",
            |a: &mut QpAddress| a.partner_ip[0] = 1
        ),
        of_qp!(QpAddress, QpAddress, |a: &mut QpAddress| a.partner_ip[15] = 1 => I::Field(K::QpAv, "bytes")),
        of_qp!(QpAv, AddressVector, "bytes", |a: &mut AddressVector| a
            .bytes[12] =
            0),
        of_qp!(QpAv, AddressVector, "bytes", |a: &mut AddressVector| a
            .bytes[23] =
            6),
        of_qp!(QpAv, AddressVector, "bytes", |a: &mut AddressVector| a
            .bytes[37] =
            53),
        of_qp!(QpAv, AddressVector, "bytes", |a: &mut AddressVector| a
            .bytes[60] =
            1),
        of_qp!(Requester, Requester, "next_psn", |r: &mut Requester| r
            .next_psn =
            r.max_psn.plus(1)),
        of_qp!(Requester, Requester, |r: &mut Requester| r.max_psn = Psn::new(0x80_0000) => I::Field(K::Completer, "una")),
        of_qp!(Requester, Requester, "rd_issued", |r: &mut Requester| r
            .rd_issued =
            9),
        of_qp!(Requester, Requester, "or_head", |r: &mut Requester| r
            .or_head =
            17),
        of_qp!(Requester, Requester, |r: &mut Requester| r.or_head = 2 => I::Missing(K::Outstanding)),
        of_qp!(Requester, Requester, |r: &mut Requester| r.or_head = 0 => I::Unexpected(K::Outstanding.code())),
        of_qp!(Completer, Completer, "deadline_lo", |c: &mut Completer| c
            .deadline_lo =
            1_100_000),
        of_qp!(Completer, Completer, "deadline_lo", |c: &mut Completer| c
            .deadline_hi =
            1),
        // answers would go behind the memory: una is past the READ
        of_qp!(Completer, Completer, "una", |c: &mut Completer| c.una =
            c.una.plus(2)),
        of_qp!(Completer, Completer, "una", |c: &mut Completer| c.una =
            c.una.minus(2)),
        of_qp!(Outstanding, Outstanding, "kind", |o: &mut Outstanding| o
            .kind =
            5),
        of_qp!(Outstanding, Outstanding, "kind", |o: &mut Outstanding| o
            .kind =
            7),
        of_qp!(
            Outstanding,
            Outstanding,
            "last_psn",
            |o: &mut Outstanding| o.last_psn = o.last_psn.plus(1)
        ),
        of_qp!(
            Outstanding,
            Outstanding,
            "last_psn",
            |o: &mut Outstanding| o.length = 25
        ),
        of_qp!(Outstanding, Outstanding, "length", |o: &mut Outstanding| {
            o.length = u32::MAX
        }),
        of_qp!(
            Outstanding,
            Outstanding,
            "sge0_len",
            |o: &mut Outstanding| o.sge0_len = 2501
        ),
        of_qp!(Responder, Responder, "op_state", |r: &mut Responder| r
            .op_state =
            3),
        of_qp!(Responder, Responder, "recv_valid", |r: &mut Responder| r
            .op_state =
            1),
        of_qp!(Responder, Responder, "msg_len", |r: &mut Responder| r
            .msg_len =
            3001),
        of_qp!(Responder, Responder, "offset", |r: &mut Responder| r
            .offset =
            3001),
        of_qp!(Responder, Responder, |r: &mut Responder| r.sge0_iova = 1 << 40 => I::Address(K::Responder, 1 << 40)),
        of_qp!(Response, Response, "head", |r: &mut Response| r.head = 15),
        of_qp!(Response, Response, |r: &mut Response| r.head = 1 => I::Missing(K::ResponseEntry)),
        of_qp!(
            ResponseEntry,
            ResponseEntry,
            "kind",
            |r: &mut ResponseEntry| r.kind = 1
        ),
        of_qp!(ResponseEntry, ResponseEntry, |r: &mut ResponseEntry| r.iova = 1 << 40 => I::Address(K::ResponseEntry, far)),
        of_qp!(ResponseEntry, ResponseEntry, |r: &mut ResponseEntry| (r.iova, r.remaining) = (u64::MAX, u32::MAX) => I::Address(K::ResponseEntry, u64::MAX)),
        of_qp!(Resource, Resource, "kind", |r: &mut Resource| r.kind = 3),
        of_qp!(Resource, Resource, "valid", |r: &mut Resource| r.valid =
            false),
        of_qp!(SqConfig, RingConfig, "shared", |r: &mut RingConfig| r
            .shared =
            true),
        of_qp!(SqConfig, RingConfig, "valid", |r: &mut RingConfig| r
            .valid =
            false),
        of_qp!(SqConfig, RingConfig, "user_ctx", |r: &mut RingConfig| r
            .user_ctx =
            9),
        of_qp!(SqConfig, RingConfig, "pd", |r: &mut RingConfig| r.pd = 9),
        of_qp!(SqConfig, RingConfig, |r: &mut RingConfig| r.log_size = 15 => I::Ring),
        of_qp!(SqConfig, RingConfig, |r: &mut RingConfig| r.base += 4096 => I::Ring),
        of_qp!(SqConfig, RingConfig, |r: &mut RingConfig| r.doorbell_record += 8 => I::Ring),
        of_qp!(RqConfig, RingConfig, |r: &mut RingConfig| r.base -= 4096 => I::Ring),
        of_qp!(RqConfig, RingConfig, "shared", |r: &mut RingConfig| r
            .shared =
            true),
        of_qp!(SqState, RingState, "producer", |r: &mut RingState| r
            .producer =
            5),
        of_qp!(SqState, RingState, "fetched", |r: &mut RingState| r
            .fetched =
            5),
        of_qp!(SqState, RingState, "arrived", |r: &mut RingState| r
            .arrived =
            1),
        of_qp!(RqState, RingState, "fetching", |r: &mut RingState| r
            .fetching =
            true),
        of_qp!(Migration, Migration, "verbs_state", |m: &mut Migration| m
            .verbs_state =
            5),
        of_qp!(Migration, Migration, "verbs_state", |m: &mut Migration| m
            .verbs_state =
            7),
        case(
            "reserved bits",
            |i| {
                qp(i).records.iter_mut().for_each(|r| {
                    if r.kind() == Some(K::Requester) {
                        r.words[3] |= 1 << 31;
                    }
                })
            },
            I::Reserved(K::Requester),
        ),
        case(
            "a record too short",
            |i| {
                qp(i).records.iter_mut().for_each(|r| {
                    if r.kind() == Some(K::Response) {
                        r.words.pop();
                    }
                })
            },
            I::Length(K::Response),
        ),
        case(
            "a record twice",
            |i| {
                let again = qp(i).records[3].clone();
                qp(i).records.push(again);
            },
            I::Twice,
        ),
        case(
            "a record of another object",
            |i| {
                let other = i.mrs[0].records[0].clone();
                qp(i).records.push(other);
            },
            I::Unexpected(K::MemoryRegion.code()),
        ),
        case(
            "a record of no kind",
            |i| {
                qp(i).records[4].kind = 200;
            },
            I::Missing(K::Completer),
        ),
        case(
            "another's result",
            |i| {
                let at = qp(i).slot * 8;
                let result = DeviceRecord {
                    kind: K::AtomicResult.code(),
                    index: at + 8,
                    words: vec![0; 2],
                };
                qp(i).records.push(result);
            },
            I::Unexpected(K::AtomicResult.code()),
        ),
        case(
            "no such send buffer",
            |i| qp(i).send_buffer = 4711,
            I::Reference(ObjectKind::Buffer, 4711),
        ),
        case(
            "no such pd",
            |i| qp(i).pd = 4711,
            I::Reference(ObjectKind::Pd, 4711),
        ),
        case(
            "no such send cq",
            |i| qp(i).send_cq = 4711,
            I::Reference(ObjectKind::Cq, 4711),
        ),
        case(
            "two receive queues",
            |i| qp(i).srq = Some(0),
            I::Soft("receive queue"),
        ),
        case(
            "no receive queue",
            |i| qp(i).receive = None,
            I::Soft("receive queue"),
        ),
        case(
            "posted sends",
            |i| qp(i).producer ^= 1,
            I::Soft("list of posted sends"),
        ),
        case(
            "posted opcodes",
            |i| qp(i).posted[0].1 = 99,
            I::Soft("list of posted sends"),
        ),
        case(
            "posted receives",
            |i| qp(i).receive.as_mut().unwrap().posted.reverse(),
            I::Soft("list of posted receives"),
        ),
        case("first PSN", |i| qp(i).psn = 1 << 24, I::Soft("first PSN")),
        case(
            "first epoch",
            |i| qp(i).offer.as_mut().unwrap().epoch = 1 << 24,
            I::Soft("first epoch"),
        ),
    ]
}

pub fn outstanding_address_cases() -> Vec<Case> {
    let read = |change: fn(&mut Outstanding, u64)| {
        move |image: &mut Image| {
            let base = image.mrs[0].records[0].words.as_slice().try_into().unwrap();
            let iova = MemoryRegion::from_words(base).iova;
            let (decode, encode) = (Outstanding::from_words, Outstanding::to_words);
            let records = &mut qp(image).records;
            amend(records, K::Outstanding, decode, encode, |o| change(o, iova));
        }
    };
    let base = {
        let image = image();
        let words = image.mrs[0].records[0].words.as_slice();
        MemoryRegion::from_words(words.try_into().unwrap()).iova
    };
    let k = K::Outstanding;
    vec![
        case(
            "before the region",
            read(|o, iova| o.sge0_iova = iova - 1),
            I::Address(k, base - 1),
        ),
        case(
            "over its end",
            read(|o, iova| o.sge0_iova = iova + 3 * 4096 - 999),
            I::Address(k, base + 3 * 4096 - 999),
        ),
        case(
            "second over its end",
            read(|o, iova| o.sge1_iova = iova + 3 * 4096 - 1499),
            I::Address(k, base + 3 * 4096 - 1499),
        ),
        case(
            "nowhere",
            read(|o, _| o.sge0_iova = u64::MAX),
            I::Address(k, u64::MAX),
        ),
    ]
}

pub fn object_cases() -> Vec<Case> {
    fn cq(image: &mut Image, change: impl FnOnce(&mut CqConfig)) {
        let (decode, encode) = (CqConfig::from_words, CqConfig::to_words);
        amend(
            &mut image.cqs[1].records,
            K::CqConfig,
            decode,
            encode,
            change,
        );
    }
    fn cq_state(image: &mut Image, change: impl FnOnce(&mut CqState)) {
        let (decode, encode) = (CqState::from_words, CqState::to_words);
        amend(
            &mut image.cqs[1].records,
            K::CqState,
            decode,
            encode,
            change,
        );
    }
    fn mr(image: &mut Image, change: impl FnOnce(&mut MemoryRegion)) {
        let (decode, encode) = (MemoryRegion::from_words, MemoryRegion::to_words);
        amend(
            &mut image.mrs[0].records,
            K::MemoryRegion,
            decode,
            encode,
            change,
        );
    }
    fn srq(image: &mut Image, change: impl FnOnce(&mut RingConfig)) {
        let (decode, encode) = (RingConfig::from_words, RingConfig::to_words);
        amend(
            &mut image.srqs[1].records,
            K::RqConfig,
            decode,
            encode,
            change,
        );
    }
    vec![
        case(
            "cq valid",
            |i| cq(i, |c| c.valid = false),
            I::Field(K::CqConfig, "valid"),
        ),
        case(
            "cq page",
            |i| cq(i, |c| c.user_ctx ^= 1),
            I::Field(K::CqConfig, "user_ctx"),
        ),
        case("cq base", |i| cq(i, |c| c.base = 0), I::Ring),
        case("cq size", |i| cq(i, |c| c.log_size = 9), I::Ring),
        case("cq record", |i| cq(i, |c| c.doorbell_record = 0), I::Ring),
        case(
            "cq buffer",
            |i| i.cqs[1].buffer = 0,
            I::Reference(ObjectKind::Buffer, 0),
        ),
        case(
            "cq producer",
            |i| cq_state(i, |s| s.producer = 100),
            I::Field(K::CqState, "producer"),
        ),
        case(
            "cq armed",
            |i| cq_state(i, |s| s.armed = 3),
            I::Field(K::CqState, "armed"),
        ),
        case(
            "cq number",
            |i| i.cqs[1].number = 77,
            I::Missing(K::CqConfig),
        ),
        case("cq twice", |i| i.cqs[1].number = i.cqs[0].number, I::Twice),
        case("cq handle", |i| i.cqs[1].handle = i.next.cqs, I::Handle),
        case("cq order", |i| i.cqs.swap(0, 1), I::Twice),
        case(
            "mr key",
            |i| mr(i, |m| m.key = 0),
            I::Field(K::MemoryRegion, "key"),
        ),
        case(
            "mr pd",
            |i| mr(i, |m| m.pd = 99),
            I::Field(K::MemoryRegion, "pd"),
        ),
        case(
            "mr length",
            |i| mr(i, |m| m.length = 3 * 4096 + 1),
            I::Field(K::MemoryRegion, "length"),
        ),
        case(
            "mr empty",
            |i| mr(i, |m| m.length = 0),
            I::Field(K::MemoryRegion, "length"),
        ),
        case(
            "mr va",
            |i| mr(i, |m| m.va = u64::MAX - 100),
            I::Field(K::MemoryRegion, "va"),
        ),
        case(
            "mr iova",
            |i| mr(i, |m| m.iova += 4096),
            I::Field(K::MemoryRegion, "iova"),
        ),
        case(
            "mr reserved",
            |i| i.mrs[0].records[0].words[1] |= 1 << 31,
            I::Reserved(K::MemoryRegion),
        ),
        case(
            "mr key twice",
            |i| i.mrs[1].records[0].words[0] = i.mrs[0].records[0].words[0],
            I::Twice,
        ),
        case(
            "mr pd handle",
            |i| i.mrs[0].pd = 55,
            I::Reference(ObjectKind::Pd, 55),
        ),
        case(
            "mr record",
            |i| i.mrs[0].records.clear(),
            I::Missing(K::MemoryRegion),
        ),
        case(
            "srq private",
            |i| srq(i, |r| r.shared = false),
            I::Field(K::RqConfig, "shared"),
        ),
        case("srq base", |i| srq(i, |r| r.base += 8), I::Ring),
        case(
            "srq receives",
            |i| i.srqs[1].receive.posted = vec![(1, 1), (1, 2)],
            I::Soft("list of posted receives"),
        ),
        case("buffer size", |i| i.memory[0].length += 1, I::Range),
        case(
            "buffer overlap",
            |i| i.memory[1].iova = i.memory[0].iova,
            I::Range,
        ),
        case(
            "buffer wraps",
            |i| i.memory[0].iova = u64::MAX - 4095,
            I::Range,
        ),
        case("buffer empty", |i| i.memory[0].length = 0, I::Range),
        case(
            "buffer twice",
            |i| i.memory[1].id = i.memory[0].id,
            I::Twice,
        ),
        case("qp twice", |i| i.qps[1].number = i.qps[0].number, I::Twice),
        case("qp slot twice", |i| i.qps[1].slot = i.qps[0].slot, I::Twice),
        case(
            "qp slot",
            |i| i.qps[1].slot = 5000,
            I::Field(K::QpConfig, "slot"),
        ),
        case(
            "event",
            |i| i.events.push(EventImage::CqError(66)),
            I::Reference(ObjectKind::Cq, 66),
        ),
        case(
            "event of a qp",
            |i| i.events.push(EventImage::SqDrained(66)),
            I::Reference(ObjectKind::Qp, 66),
        ),
        case(
            "places",
            |i| i.source.outstanding = 0,
            I::Field(K::Requester, "or_head"),
        ),
        case(
            "places",
            |i| i.source.responses = 1 << 31,
            I::Field(K::Response, "head"),
        ),
    ]
}
