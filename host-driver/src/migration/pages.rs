//! Pages of records, as DUMP writes and RESTORE reads them: 512 bytes, laid out like the mailbox's payload.

use super::error::{CheckpointError, PageFault};
use super::image::DeviceRecord;
use fw_regs::ContextKind;
use fw_regs::mailbox::{Payload, WORDS};

/// Bytes of a page.
pub(super) const PAGE_BYTES: usize = 4 * WORDS;

/// The words of a page's bytes.
pub(super) fn words(bytes: &[u8]) -> Vec<u32> {
    bytes
        .chunks_exact(4)
        .map(|b| u32::from_le_bytes(std::array::from_fn(|k| b[k])))
        .collect()
}

/// The bytes of a page with the words `words`; zeros behind them.
pub(super) fn bytes(words: &[u32]) -> [u8; PAGE_BYTES] {
    let mut page = [0; PAGE_BYTES];
    for (to, word) in page.chunks_exact_mut(4).zip(words) {
        to.copy_from_slice(&word.to_le_bytes());
    }
    page
}

/// The records of one page: whole ones only.
pub(super) fn parse(words: &[u32]) -> Result<Vec<DeviceRecord>, PageFault> {
    let mut records = Vec::new();
    let mut rest = words;
    loop {
        match rest {
            [] => return Err(PageFault::End),
            // what lies behind the end need not have been written
            [0, ..] => return Ok(records),
            [header, index, tail @ ..] => {
                let [code, first, count, _] = header.to_le_bytes();
                let kind = ContextKind::from_code(code).ok_or(PageFault::Kind(code))?;
                let count = usize::from(count);
                if first != 0 || count != kind.page_words() || header >> 24 != 0 || index >> 16 != 0
                {
                    return Err(PageFault::Partial(kind));
                }
                let Some((words, tail)) = tail.split_at_checked(count) else {
                    return Err(PageFault::End);
                };
                let (words, odd) = words.split_at(kind.words());
                if odd.iter().any(|&word| word != 0) {
                    return Err(PageFault::Partial(kind));
                }
                records.push(DeviceRecord {
                    kind: code,
                    index: *index as u16,
                    words: words.to_vec(),
                });
                rest = tail;
            }
            [_] => return Err(PageFault::End),
        }
    }
}

/// An object of a dump: its first record says which.
pub(super) struct Dumped {
    pub kind: ContextKind,
    pub index: u16,
    pub records: Vec<DeviceRecord>,
}

/// The objects of a dump. Ring numbers from `qps` on are shared receive queues.
pub(super) fn objects(bytes: &[u8], qps: usize) -> Result<Vec<Dumped>, CheckpointError> {
    let mut found: Vec<Dumped> = Vec::new();
    for (page, bytes) in bytes.chunks_exact(PAGE_BYTES).enumerate() {
        let fault = |why| CheckpointError::Page { page, why };
        let mut records = parse(&words(bytes)).map_err(fault)?;
        let first = records.first().ok_or(fault(PageFault::Orphan))?;
        let begins = match first.kind() {
            Some(ContextKind::RqConfig) => usize::from(first.index) >= qps,
            Some(kind) => matches!(
                kind,
                ContextKind::QpConfig | ContextKind::MemoryRegion | ContextKind::CqConfig
            ),
            None => false,
        };
        match (begins.then(|| first.kind()).flatten(), found.last_mut()) {
            (Some(kind), _) => found.push(Dumped {
                kind,
                index: first.index,
                records,
            }),
            (None, Some(last)) if last.kind == ContextKind::QpConfig => {
                last.records.append(&mut records);
            }
            _ => return Err(fault(PageFault::Orphan)),
        }
    }
    Ok(found)
}

/// Puts records into pages, as few as hold them, in their order.
pub(super) fn pack<'a>(
    records: impl IntoIterator<Item = (ContextKind, u16, &'a [u32])>,
) -> Vec<[u8; PAGE_BYTES]> {
    let mut pages = Vec::new();
    let mut page = Payload::new();
    let mut before = None;
    for (kind, index, words) in records {
        // a queue pair's first page holds nothing else; then the device is fastest with runs of one kind
        let begins = before.is_some_and(|(last, at): (ContextKind, u16)| {
            let ring = matches!(
                kind,
                ContextKind::Outstanding
                    | ContextKind::ResponseEntry
                    | ContextKind::Resource
                    | ContextKind::AtomicResult
            );
            let jumps = kind != ContextKind::AtomicResult && at.checked_add(1) != Some(index);
            ring && (last != kind || jumps)
        });
        before = Some((kind, index));
        if begins || page.page_record(kind, index, words).is_err() {
            // no record is longer than a page, and its length is that of its kind
            pages.push(bytes(page.words()));
            page = Payload::new();
            let fits = page.page_record(kind, index, words);
            debug_assert_eq!(fits, Ok(()));
        }
    }
    pages.push(bytes(page.words()));
    pages
}
