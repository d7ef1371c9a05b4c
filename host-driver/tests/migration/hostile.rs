//! Images that are damaged, or made to harm.

use crate::build::*;
use crate::cases::{amend, object_cases, outstanding_address_cases, qp, queue_pair_cases};
use crate::fake::Handle;
use fw_regs::ContextKind as K;
use fw_regs::contexts::{
    Completer, CqConfig, MemoryRegion, Migration, Outstanding, QpConfig, Responder, ResponseEntry,
    RingConfig,
};
use host_driver::migration::{DeviceRecord, Image, ImageError, RestoreError};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::sync::OnceLock;

const SEED: u64 = 20_260_701;

/// The image of a busy process.
pub fn image() -> Image {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    let bytes = BYTES.get_or_init(|| source().context.checkpoint().unwrap().image().encode());
    Image::decode(bytes).unwrap()
}

/// Bytes for it; what they are does not matter.
fn zeros(image: &Image) -> Vec<Vec<u8>> {
    let length = |range: &host_driver::migration::MemoryRange| vec![0; range.length as usize];
    image.memory.iter().map(length).collect()
}

#[test]
fn image_survives_encoding() {
    let mut image = image();
    image.set_blob(b"the application's own".to_vec());
    let bytes = image.encode();
    assert_eq!(Image::decode(&bytes).unwrap(), image);
    assert_eq!(Image::decode(&bytes).unwrap().encode(), bytes);
    assert!(image.qp_state_bytes() > 600 && image.memory_bytes() > 3 * 4096);
}

#[test]
fn image_with_any_bit_of_any_byte_damaged_is_refused_bad_flow() {
    let mut bytes = image().encode();
    for at in 0..bytes.len() {
        let bit = 1 << (at % 8);
        bytes[at] ^= bit;
        assert!(Image::decode(&bytes).is_err(), "byte {at}");
        bytes[at] ^= bit;
    }
}

#[test]
fn image_cut_anywhere_is_refused_bad_flow() {
    let bytes = image().encode();
    for length in 0..bytes.len() {
        assert!(Image::decode(&bytes[..length]).is_err(), "{length} bytes");
    }
    let mut longer = bytes;
    longer.push(0);
    let error = Image::decode(&longer).unwrap_err();
    assert!(matches!(error, ImageError::LeftOver { bytes: 1 }));
}

/// An image file of `sections`, with a good checksum.
fn file(magic: &[u8; 8], version: u32, sections: &[(u32, Vec<u8>)]) -> Vec<u8> {
    use sha2::{Digest, Sha256};
    let mut bytes = magic.to_vec();
    bytes.extend(version.to_le_bytes());
    bytes.extend((sections.len() as u32).to_le_bytes());
    let length: usize = sections.iter().map(|(_, content)| 16 + content.len()).sum();
    bytes.extend((length as u64 + 24 + 32).to_le_bytes());
    for (kind, content) in sections {
        bytes.extend(kind.to_le_bytes());
        bytes.extend([0; 4]);
        bytes.extend((content.len() as u64).to_le_bytes());
        bytes.extend(content);
    }
    let checksum = Sha256::digest(&bytes);
    bytes.extend_from_slice(&checksum);
    bytes
}

/// The sections of an image file.
fn sections(bytes: &[u8]) -> Vec<(u32, Vec<u8>)> {
    let mut rest = &bytes[24..bytes.len() - 32];
    let mut all = Vec::new();
    while !rest.is_empty() {
        let kind = u32::from_le_bytes(rest[..4].try_into().unwrap());
        let length = u64::from_le_bytes(rest[8..16].try_into().unwrap()) as usize;
        all.push((kind, rest[16..16 + length].to_vec()));
        rest = &rest[16 + length..];
    }
    all
}

#[test]
fn image_with_something_unknown_missing_or_left_over_is_refused_bad_flow() {
    let bytes = image().encode();
    let good = sections(&bytes);
    assert_eq!(file(b"ROAM-IMG", 1, &good), bytes);
    let refused = |magic, version, sections: &[_]| {
        Image::decode(&file(magic, version, sections)).unwrap_err()
    };
    let error = refused(b"ROAM_IMG", 1, &good);
    assert!(matches!(error, ImageError::Magic));
    let error = refused(b"ROAM-IMG", 2, &good);
    assert!(matches!(error, ImageError::Version { found: 2, known: 1 }));
    let error = refused(b"ROAM-IMG", 1, &good[..9]);
    assert!(matches!(error, ImageError::Sections { found: 9, .. }));
    for at in 0..good.len() {
        let mut other = good.clone();
        other[at].0 = 99;
        let error = refused(b"ROAM-IMG", 1, &other);
        assert!(
            matches!(error, ImageError::Section { found: 99, .. }),
            "{error}"
        );
        if other[at].1.is_empty() || at == 9 {
            continue;
        }
        let mut other = good.clone();
        other[at].1.push(0);
        let error = refused(b"ROAM-IMG", 1, &other);
        assert!(
            matches!(error, ImageError::LeftOver { bytes: 1 }),
            "{error}"
        );
        other[at].1.truncate(good[at].1.len() - 1);
        let error = refused(b"ROAM-IMG", 1, &other);
        assert!(matches!(error, ImageError::Content { .. }), "{error}");
        // a list that says it is longer than memory
        let mut other = good.clone();
        let end = 8.min(other[at].1.len());
        other[at].1[..end].fill(0xff);
        assert!(Image::decode(&file(b"ROAM-IMG", 1, &other)).is_err() || at < 2);
    }
    let mut swapped = good;
    swapped.swap(3, 4);
    let error = refused(b"ROAM-IMG", 1, &swapped);
    assert!(matches!(error, ImageError::Section { .. }), "{error}");
}

proptest! {
    // PROPTEST_CASES looks further
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(SEED),
        ..ProptestConfig::default()
    })]

    #[test]
    fn image_with_a_byte_damaged_is_refused_bad_flow(at in any::<prop::sample::Index>(), with in 1..=255_u8) {
        let mut bytes = image().encode();
        let at = at.index(bytes.len());
        bytes[at] ^= with;
        prop_assert!(Image::decode(&bytes).is_err());
    }

    #[test]
    fn image_of_garbage_is_refused_bad_flow(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        prop_assert!(Image::decode(&bytes).is_err());
    }

    /// Well-formed files with arbitrary contents, and if they can be read: the restoration of them, never panic.
    #[test]
    fn image_with_garbage_in_a_section_never_panics(
        section in 0..9_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut all = sections(&image().encode());
        let content = &mut all[section].1;
        prop_assume!(!content.is_empty());
        for (at, with) in changes {
            let at = at.index(content.len());
            content[at] = with;
        }
        if let Ok(image) = Image::decode(&file(b"ROAM-IMG", 1, &all))
            && image.memory_bytes() < 1 << 24
        {
            let (handle, adapter, _other) = destination();
            let done = adapter.restore(&image, &zeros(&image));
            drop(done);
            prop_assert!(handle.0.borrow().objects.is_empty());
        }
    }
}

/// Whatever a device was told of a process lies in that process's memory and names that process's objects.
fn stays_at_home(handle: &Handle, process: &host_driver::migration::Process) {
    let buffers: Vec<_> = (process.buffers())
        .map(|b| (b.iova(), b.iova() + b.len() as u64))
        .collect();
    let inside = |iova: u64, length: u64| {
        let holds = |&(start, end): &(u64, u64)| start <= iova && length <= end - iova.min(end);
        assert!(
            length == 0 || buffers.iter().any(holds),
            "{iova:#x}+{length}"
        );
    };
    let page = process.context.number();
    let cqs: Vec<u16> = process.cqs().map(|cq| cq.number()).collect();
    let rings: Vec<u16> = (process.srqs().map(|srq| 4 + srq.number()))
        .chain(process.qps().map(|qp| qp.slot()))
        .collect();
    let state = handle.0.borrow();
    // what was begun in a region: inside of the memory, or nowhere in a slot without a region, which the device finds gone
    let begun = |slot: u16, iova: u64, length: u64| {
        let record = state.objects.records.get(&(K::MemoryRegion.code(), slot));
        let valid = record.is_some_and(|words| {
            MemoryRegion::from_words(words.as_slice().try_into().unwrap()).valid
        });
        if iova != 0 || valid {
            inside(iova, length);
        }
    };
    for (&(kind, index), words) in &state.objects.records {
        let kind = K::from_code(kind).unwrap();
        macro_rules! is {
            ($type:ident) => {
                $type::from_words(words.as_slice().try_into().unwrap())
            };
        }
        match kind {
            K::Outstanding => {
                let o = is!(Outstanding);
                let (first, second) = match o.kind {
                    2 => (o.sge0_len, o.length - o.sge0_len),
                    3 => (8, 0),
                    _ => (0, 0),
                };
                if o.sge0_iova | o.sge1_iova != 0 {
                    begun(o.sge0_mr.into(), o.sge0_iova, first.into());
                    begun(o.status.into(), o.sge1_iova, second.into());
                }
            }
            K::Responder => {
                let r = is!(Responder);
                if r.op_state != 0 && r.sge0_iova | r.sge1_iova != 0 {
                    let first = match r.op_state {
                        1 => r.sge0_len.min(r.msg_len),
                        _ => r.sge0_len,
                    };
                    begun(r.sge0_mr, r.sge0_iova, first.into());
                    begun(
                        r.sge1_mr,
                        r.sge1_iova,
                        if r.op_state == 1 {
                            (r.msg_len - first).into()
                        } else {
                            0
                        },
                    );
                }
            }
            K::ResponseEntry => {
                let r = is!(ResponseEntry);
                let length = if r.kind == 2 { r.remaining.into() } else { 0 };
                begun(r.mr.into(), r.iova, length);
            }
            K::SqConfig | K::RqConfig => {
                let r = is!(RingConfig);
                let entry = if kind == K::SqConfig { 64 } else { 32 };
                inside(r.base, if r.valid { entry << r.log_size } else { 0 });
                inside(r.doorbell_record, if r.valid { 8 } else { 0 });
                assert!(!r.valid || r.user_ctx == page);
            }
            K::CqConfig => {
                let c = is!(CqConfig);
                inside(c.base, 32 << c.log_size);
                inside(c.doorbell_record, 8);
                assert_eq!(c.user_ctx, page);
                assert!(cqs.contains(&index));
            }
            K::MemoryRegion => {
                let m = is!(MemoryRegion);
                inside(m.iova, m.length);
            }
            K::QpConfig => {
                let c = is!(QpConfig);
                assert!(!c.raw && c.user_ctx == page);
                assert!(cqs.contains(&c.send_cq) && cqs.contains(&c.recv_cq));
                assert!(rings.contains(&c.rq_ring));
            }
            _ => {}
        }
    }
}

/// All records of an image.
fn records(image: &mut Image) -> Vec<&mut DeviceRecord> {
    let cqs = image.cqs.iter_mut().flat_map(|o| &mut o.records);
    let srqs = image.srqs.iter_mut().flat_map(|o| &mut o.records);
    let mrs = image.mrs.iter_mut().flat_map(|o| &mut o.records);
    let qps = image.qps.iter_mut().flat_map(|o| &mut o.records);
    cqs.chain(srqs).chain(mrs).chain(qps).collect()
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(SEED),
        ..ProptestConfig::default()
    })]

    /// Bits of records turned over: refused, or of no harm to anybody else.
    #[test]
    fn image_with_bits_of_records_turned_over_stays_at_home(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..32_u32), 1..4),
    ) {
        let mut image = image();
        for (record, word, bit) in flips {
            let mut all = records(&mut image);
            let record = record.get_mut(&mut all);
            let word = word.index(record.words.len());
            record.words[word] ^= 1 << bit;
        }
        let (handle, adapter, _other) = destination();
        match adapter.restore(&image, &zeros(&image)) {
            Ok(restored) => stays_at_home(&handle, restored.process()),
            Err(error) => {
                prop_assert!(matches!(error, RestoreError::Image { .. } | RestoreError::NotMigratable { .. } | RestoreError::AddressFamily { .. }), "{error}");
                prop_assert!(handle.0.borrow().objects.is_empty());
            }
        }
    }
}

#[test]
fn hostile_image_is_refused_before_the_device_is_touched_bad_flow() {
    let (handle, adapter, _other) = destination();
    for (name, change, wanted) in queue_pair_cases()
        .into_iter()
        .chain(outstanding_address_cases())
        .chain(object_cases())
    {
        let mut image = image();
        change(&mut image);
        handle.clear();
        match adapter.restore(&image, &zeros(&image)).err() {
            Some(RestoreError::Image { why, .. }) => assert_eq!(why, wanted, "{name}"),
            other => panic!("{name}: {other:?}"),
        }
        let state = handle.0.borrow();
        assert!(state.given.is_empty() && state.mapped.is_empty(), "{name}");
    }
}

#[test]
fn image_with_other_memory_is_refused_bad_flow() {
    let (handle, adapter, _other) = destination();
    let image = image();
    let good = zeros(&image);
    let error = adapter.restore(&image, &good[1..]).err().unwrap();
    assert!(matches!(error, RestoreError::MemoryCount { .. }));
    let mut other = good;
    other[2].pop();
    let error = adapter.restore(&image, &other).err().unwrap();
    assert!(
        matches!(error, RestoreError::MemoryLength { .. }),
        "{error}"
    );
    assert!(handle.commands().is_empty());
}

#[test]
fn image_goes_to_a_device_of_another_size_if_it_fits() {
    let image = image();
    // two places for requests, and four for answers
    let open = |rings| {
        let handle = Handle::new();
        handle.set(fw_regs::bar0::identity::rings::REG.offset, rings);
        (handle.open_with(elsewhere()).unwrap(), handle)
    };
    let (adapter, handle) = open(0x0303_0201);
    let restored = adapter.restore(&image, &zeros(&image)).unwrap();
    let slot = restored.process().qps().next().unwrap().slot();
    let state = handle.0.borrow();
    let read = state.get(K::Outstanding, 2 * slot + 1);
    assert_eq!(read[3], 2500);
    assert_eq!(state.get(K::ResponseEntry, 4 * slot + 2)[2], 4000);
    drop(state);
    drop(restored);
    let (adapter, _handle) = open(0x0303_0200);
    let error = adapter.restore(&image, &zeros(&image)).err().unwrap();
    let small = matches!(
        error,
        RestoreError::TooSmall {
            used: 2,
            places: 1,
            what: "requests",
            ..
        }
    );
    assert!(small, "{error}");
    let options = host_driver::AdapterOptions {
        ip: std::net::Ipv6Addr::LOCALHOST.into(),
        ..elsewhere()
    };
    let adapter = Handle::new().open_with(options).unwrap();
    let error = adapter.restore(&image, &zeros(&image)).err().unwrap();
    assert!(
        matches!(error, RestoreError::AddressFamily { .. }),
        "{error}"
    );
}

#[test]
fn half_received_send_keeps_its_scatter_entries() {
    let mut image = image();
    let words = image.mrs[0].records[0].words.as_slice().try_into().unwrap();
    let iova = MemoryRegion::from_words(words).iova;
    let slot = image.mrs[0].slot;
    let (decode, encode) = (Responder::from_words, Responder::to_words);
    amend(
        &mut qp(&mut image).records,
        K::Responder,
        decode,
        encode,
        |r| {
            *r = Responder {
                op_state: 1,
                recv_valid: true,
                offset: 60,
                msg_len: 100,
                sge0_iova: iova + 8192,
                sge0_len: 50,
                sge1_iova: iova + 1,
                sge0_mr: slot,
                sge1_mr: slot,
                ..*r
            }
        },
    );
    let (handle, adapter, _other) = destination();
    let restored = adapter.restore(&image, &zeros(&image)).unwrap();
    let process = restored.process();
    let qp = process.qps().next().unwrap();
    let new = process.mrs().next().unwrap().buffer().iova();
    let words = handle.0.borrow().get(K::Responder, qp.slot());
    let found = Responder::from_words(&words.try_into().unwrap());
    assert_eq!((found.sge0_iova, found.sge1_iova), (new + 8192, new + 1));
}

// What a queue pair in ERR has outstanding is flushed without its PSNs following each other.
#[test]
fn queue_pair_in_error_moves_with_what_is_to_be_flushed() {
    let mut image = image();
    let records = &mut qp(&mut image).records;
    let (decode, encode) = (Migration::from_words, Migration::to_words);
    amend(records, K::Migration, decode, encode, |m| {
        m.verbs_state = host_driver::QpState::Err.code();
    });
    let (decode, encode) = (Completer::from_words, Completer::to_words);
    amend(records, K::Completer, decode, encode, |c| {
        c.una = c.una.minus(100);
    });
    let (handle, adapter, _other) = destination();
    let restored = adapter.restore(&image, &zeros(&image)).unwrap();
    let slot = restored.process().qps().next().unwrap().slot();
    let words = handle.0.borrow().get(K::Outstanding, 16 * slot + 15);
    let read = Outstanding::from_words(&words.try_into().unwrap());
    assert_eq!((read.sge0_iova, read.sge1_iova, read.length), (0, 0, 2500));
}
