//! RESTORE page by page: the device works ahead, and still stops exactly at the page that is wrong, with nothing of it or behind it left.

use crate::kit::*;
use fw_regs::codes::device_state::MOVING;
use fw_regs::contexts::{Migration, QpConfig, Response};
use fw_regs::mailbox::QP_PAGE;
use fw_regs::{Command, CommandError, ContextKind as K, MigrationPhase, QpState, SetScope};
use host_driver::{CommandFailure, SendRequest};
use testbench::lab::{Lab, LabHost};

const PAGE: usize = 512;
/// More than the device reads ahead.
const QPS: usize = 10;

/// The pages of a process's dump, queue pairs first, and where they may be restored: an empty device.
struct Pages {
    lab: Lab,
    /// it keeps the objects
    source: App,
    bytes: Vec<u8>,
}

impl Pages {
    fn new() -> Self {
        let lab = lab(3);
        let (source, other) = (
            App::with(&lab, 0, QPS, false),
            App::with(&lab, 1, QPS, false),
        );
        for k in 0..QPS {
            connect_qps((&source, k), (&other, k), &ConnectionOptions::default());
        }
        source.command(&lab, Command::Stop, &[]).unwrap();
        Self::of(lab, source)
    }

    /// Of a process that has been stopped.
    fn of(lab: Lab, source: App) -> Self {
        source.command(&lab, Command::Drained, &[]).unwrap();
        let buffer = source.context.allocate(64 * 1024).unwrap();
        let words = [buffer.iova() as u32, (buffer.iova() >> 32) as u32, 128];
        let pages = source.command(&lab, Command::Dump, &words).unwrap();
        let mut bytes = vec![0; PAGE * pages as usize];
        buffer.read(0, &mut bytes).unwrap();
        Self { lab, source, bytes }
    }

    fn here(&self) -> &LabHost {
        &self.lab.hosts[2]
    }

    /// Word `at` of page `page`.
    fn word(&self, page: usize, at: usize) -> u32 {
        let from = page * PAGE + 4 * at;
        u32::from_le_bytes(self.bytes[from..from + 4].try_into().unwrap())
    }

    /// RESTORE of these bytes: pages, or why not and at which.
    fn restore(&self, bytes: &[u8]) -> Result<u32, (CommandError, u32)> {
        let buffer = self.here().context.allocate(bytes.len()).unwrap();
        buffer.write(0, bytes).unwrap();
        let iova = buffer.iova();
        let place = [
            iova as u32,
            (iova >> 32) as u32,
            (bytes.len() / PAGE) as u32,
        ];
        let done = self
            .here()
            .adapter
            .migration_command(Command::Restore, [0, 0], &place);
        done.map_err(|failure| match failure {
            CommandFailure::Refused { error, detail, .. } => (error, detail),
            other => panic!("{other}"),
        })
    }

    /// The first `count` queue pairs are restored, the others' slots are free.
    fn check(&self, count: usize, what: &str) {
        for (k, qp) in self.source.qps.iter().enumerate() {
            let state = device_state(self.here(), qp.slot());
            let wanted = if k < count {
                MOVING
            } else {
                QpState::Reset.code()
            };
            assert_eq!(state, wanted, "queue pair {k}: {what}");
            if k < count {
                let words = record(self.here(), K::Migration, qp.slot());
                let record = Migration::from_words(&words);
                assert_eq!(record.phase, MigrationPhase::Restored.code(), "{k}: {what}");
                assert!(!record.drained && record.moved_to == [0; 16], "{k}: {what}");
            }
        }
    }

    /// Discards what has been restored, if anything has.
    fn discard(&self, count: usize) {
        let args = [
            self.source.context.number().into(),
            SetScope::UserContext.code().into(),
        ];
        let done = self
            .here()
            .adapter
            .migration_command(Command::Abort, args, &[]);
        assert_eq!(done.is_ok(), count > 0, "{done:?}");
    }
}

/// `bytes` with word `at` of page `page` replaced.
fn with(bytes: &[u8], page: usize, at: usize, word: u32) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[page * PAGE + 4 * at..][..4].copy_from_slice(&word.to_le_bytes());
    bytes
}

#[test]
fn restore_stops_at_the_bad_page_of_a_queue_pair_bad_flow() {
    let pages = Pages::new();
    let total = pages.bytes.len() / PAGE;
    assert!(total > QPS, "{total} pages");
    let second = QP_PAGE[0].page_words() + 2;
    let end: usize = QP_PAGE.iter().map(|kind| kind.page_words() + 2).sum();
    for page in [0, 1, QPS - 1] {
        let head = |at: usize| pages.word(page, at);
        let wrong = [
            ("another kind first", 0, head(0) ^ 0x1f),
            ("a kind of more bits", 0, head(0) | 0x20),
            ("a record from its second word on", 0, head(0) | 1 << 8),
            ("a shorter record", 0, head(0) - (2 << 16)),
            ("a slot that is not there", 1, 64),
            ("the slot behind it", 1, 65),
            ("the last slot of all", 1, 0xfff),
            ("an index of more bits", 1, head(1) | 1 << 16),
            ("a record of another slot", second + 1, head(second + 1) ^ 1),
            ("an end too early", second, 0),
            ("more behind the end", end, head(0)),
        ];
        for (what, at, word) in wrong {
            let done = pages.restore(&with(&pages.bytes, page, at, word));
            assert_eq!(
                done,
                Err((CommandError::BadPage, page as u32)),
                "page {page}: {what}"
            );
            pages.check(page, what);
            pages.discard(page);
            pages.check(0, what);
        }
    }
    // numbers and slots are free again: all of it fits
    assert_eq!(pages.restore(&pages.bytes), Ok(total as u32));
    pages.check(QPS, "all of it");
    pages.discard(QPS);
    pages.check(0, "all of it, discarded");
}

#[test]
fn restore_stops_at_a_number_or_slot_taken_bad_flow() {
    let pages = Pages::new();
    for page in [1, QPS - 1] {
        // the number of the page before, which is still on its way into its slot
        let word = QpConfig {
            qpn: pages.source.qps[page - 1].number(),
            ..QpConfig::from_words(&std::array::from_fn(|k| pages.word(page, 2 + k)))
        }
        .to_words()[0];
        let done = pages.restore(&with(&pages.bytes, page, 2, word));
        assert_eq!(done, Err((CommandError::NumberTaken, page as u32)));
        pages.check(page, "number taken");
        pages.discard(page);

        // the page before once more, under another number
        let mut bytes = pages.bytes.clone();
        bytes.copy_within((page - 1) * PAGE..page * PAGE, page * PAGE);
        let done = pages.restore(&with(&bytes, page, 2, word ^ 0x40));
        assert_eq!(done, Err((CommandError::InUse, page as u32)));
        pages.check(page, "slot taken");
        pages.discard(page);

        // and both: the page before is bad, and this one's number has gone into the table already
        let bad = with(
            &pages.bytes,
            page - 1,
            0,
            pages.word(page - 1, 0) - (2 << 16),
        );
        let done = pages.restore(&bad);
        assert_eq!(done, Err((CommandError::BadPage, page as u32 - 1)));
        pages.check(page - 1, "the page before");
        pages.discard(page - 1);
    }
    assert!(pages.restore(&pages.bytes).is_ok());
    pages.check(QPS, "all of it");
}

/// The records of a page: where each begins, and its words with head and index.
fn records_of(page: &[u8]) -> Vec<Vec<u8>> {
    let (mut at, mut all) = (0, Vec::new());
    while page[at] != 0 {
        let bytes = 4 * (2 + usize::from(page[at + 2]));
        all.push(page[at..at + bytes].to_vec());
        at += bytes;
    }
    all
}

/// Entries of the responder's rings come in whatever order (QP_EXTEND), and only those of their queue pair.
#[test]
fn restore_takes_entries_in_any_order() {
    const RINGS: [(K, u8); 3] = [
        (K::ResponseEntry, 3),
        (K::Resource, 3),
        (K::AtomicResult, 3),
    ];
    let lab = lab(3);
    let (a, b) = (App::with(&lab, 0, 2, false), App::with(&lab, 1, 2, false));
    // the second slot, so that no index is right by chance
    connect_qps((&a, 1), (&b, 1), &ConnectionOptions::default());
    let slot = b.qps[1].slot();
    assert_ne!(slot, 0);
    slow_port(&lab, 1, 248);
    let request = |k: u64| match k % 3 {
        0 => SendRequest::new(k, b.add_to(40_000, 1), a.entry(8 * k as usize, 8)),
        _ => SendRequest::new(k, b.read_from(0), a.entry(8192, 28 * MTU)),
    };
    a.qps[1]
        .post_send(&(0..8).map(request).collect::<Vec<_>>())
        .unwrap();
    lab.until("answers that wait", SOON, || {
        let words = record(&lab.hosts[1], K::Response, slot);
        let Response { head, tail, .. } = Response::from_words(&words);
        Ok((head.wrapping_sub(tail) >= 3).then_some(()))
    })
    .unwrap();
    b.command(&lab, Command::Stop, &[]).unwrap();
    slow_port(&lab, 1, 0);
    let pages = Pages::of(lab, b);
    let total = (pages.bytes.len() / PAGE) as u32;

    // every page of entries backwards
    let mut entries = Vec::new();
    let mut mixed = pages.bytes.clone();
    for page in mixed.chunks_mut(PAGE) {
        if RINGS.iter().all(|(kind, _)| kind.code() != page[0]) {
            continue;
        }
        let mut records = records_of(page);
        for record in &records {
            let index = u16::from_le_bytes([record[4], record[5]]);
            entries.push((K::from_code(record[0]).unwrap(), index));
        }
        records.reverse();
        let records = records.concat();
        page[..records.len()].copy_from_slice(&records);
    }
    println!("{entries:?}");
    for (kind, log) in RINGS {
        let of_kind = entries.iter().filter(|(k, _)| *k == kind);
        assert!(of_kind.clone().count() > 1, "{kind}");
        let far = of_kind.clone().any(|(_, index)| index >> 1 != slot);
        assert!(far && of_kind.clone().all(|(_, index)| index >> log == slot));
    }
    let record_at = |host: usize, kind: K, index: u16| {
        let adapter = &pages.lab.hosts[host].adapter;
        adapter.read_record(kind, index).unwrap()
    };
    for bytes in [&mixed, &pages.bytes] {
        assert_eq!(pages.restore(bytes), Ok(total));
        for &(kind, index) in &entries {
            let wanted = record_at(1, kind, index);
            assert_eq!(record_at(2, kind, index), wanted, "{kind} {index}");
        }
        pages.discard(2);
    }
    // an entry of the slot behind
    for (kind, log) in RINGS {
        let mut bytes = mixed.clone();
        let found = bytes.chunks(PAGE).position(|page| page[0] == kind.code());
        let page = found.unwrap();
        let index = (slot + 1) << log;
        let second = records_of(&bytes[page * PAGE..])[0].len() + 4;
        bytes[page * PAGE + second..][..2].copy_from_slice(&index.to_le_bytes());
        let (error, detail) = pages.restore(&bytes).unwrap_err();
        println!("{kind} of another slot: {error}");
        assert_eq!(detail, page as u32, "{kind}: {error}");
        pages.discard(2);
    }
}

// An access to host memory never crosses a border of 512 bytes, so a buffer begins at one.
#[test]
fn dump_and_restore_refuse_a_buffer_off_its_border_bad_flow() {
    let pages = Pages::new();
    let buffer = pages.here().context.allocate(4 * PAGE).unwrap();
    for off in [4, 8, 511] {
        let iova = buffer.iova() + off;
        let place = [iova as u32, (iova >> 32) as u32, 2];
        for (command, host) in [(Command::Dump, 0), (Command::Restore, 2)] {
            let args = [
                pages.source.context.number().into(),
                SetScope::UserContext.code().into(),
            ];
            let adapter = &pages.lab.hosts[host].adapter;
            match adapter.migration_command(command, args, &place) {
                Err(CommandFailure::Refused { error, detail, .. }) => {
                    let wanted = (CommandError::BadArgument, off as u32);
                    assert_eq!((error, detail), wanted, "{command:?}");
                }
                other => panic!("{command:?}: {other:?}"),
            }
        }
    }
    pages.check(0, "nothing was restored");
}
