//! Mailbox payloads: a list of context writes.
//!
//! Each write is a header word {kind bits 7:0, first word bits 15:8, count bits 23:16}, an index word, and `count` data words; a header of zero ends
//! the list. The device checks the whole list before it writes any of it.
//!
//! Pages of DUMP and RESTORE are such lists of whole records, each with an even number of words: behind a record whose own number is odd stands a
//! zero, and the count says so. The first page of a queue pair holds [`QP_PAGE`] in this order and nothing else.

use crate::contexts::ContextKind;

/// Records of a queue pair's first page, in their order.
pub const QP_PAGE: [ContextKind; 12] = [
    ContextKind::QpConfig,
    ContextKind::QpAddress,
    ContextKind::QpAv,
    ContextKind::Requester,
    ContextKind::Completer,
    ContextKind::Responder,
    ContextKind::Response,
    ContextKind::SqConfig,
    ContextKind::SqState,
    ContextKind::RqConfig,
    ContextKind::RqState,
    ContextKind::Migration,
];

/// Words of the mailbox's data window.
pub const WORDS: usize = 128;

/// A payload under construction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    words: [u32; WORDS],
    len: usize,
}

/// A write that cannot be added to a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayloadFull {
    /// It and the end do not fit into the mailbox.
    Full {
        /// Words needed, end included.
        needed: usize,
    },
    /// The words are not all in the record.
    BeyondRecord {
        /// Kind of record.
        kind: ContextKind,
        /// First word behind the write.
        end: usize,
    },
}

impl core::fmt::Display for PayloadFull {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Full { needed } => {
                write!(f, "payload needs {needed} words, the mailbox has {WORDS}")
            }
            Self::BeyondRecord { kind, end } => {
                write!(
                    f,
                    "write ends at word {end}, a {kind} record has {}",
                    kind.words()
                )
            }
        }
    }
}

impl core::error::Error for PayloadFull {}

impl Default for Payload {
    fn default() -> Self {
        Self::new()
    }
}

impl Payload {
    /// A payload that writes nothing.
    pub const fn new() -> Self {
        Self {
            words: [0; WORDS],
            len: 0,
        }
    }

    /// Adds a write of `words` from word `first` of record `index` on.
    ///
    /// # Errors
    /// [`PayloadFull`]; the payload is as before.
    pub fn write(
        &mut self,
        kind: ContextKind,
        index: u16,
        first: usize,
        words: &[u32],
    ) -> Result<(), PayloadFull> {
        let end = first + words.len();
        if end > kind.words() {
            return Err(PayloadFull::BeyondRecord { kind, end });
        }
        let needed = self.len + 2 + words.len() + 1;
        if needed > WORDS {
            return Err(PayloadFull::Full { needed });
        }
        self.put(kind, index, first, words.len(), words);
        Ok(())
    }

    /// Adds a write of `count` words, `words` and zeros.
    fn put(&mut self, kind: ContextKind, index: u16, first: usize, count: usize, words: &[u32]) {
        let (head, data) = (self.len, self.len + 2);
        self.words[head] = u32::from(kind.code()) | (first as u32) << 8 | (count as u32) << 16;
        self.words[head + 1] = index.into();
        self.words[data..data + words.len()].copy_from_slice(words);
        self.len = data + count;
    }

    /// Adds a whole record as it stands in a dump page.
    ///
    /// # Errors
    /// [`PayloadFull`]; the payload is as before.
    pub fn page_record(
        &mut self,
        kind: ContextKind,
        index: u16,
        words: &[u32],
    ) -> Result<(), PayloadFull> {
        if words.len() > kind.words() {
            let end = words.len();
            return Err(PayloadFull::BeyondRecord { kind, end });
        }
        let needed = self.len + 2 + kind.page_words() + 1;
        if needed > WORDS {
            return Err(PayloadFull::Full { needed });
        }
        self.put(kind, index, 0, kind.page_words(), words);
        Ok(())
    }

    /// Adds a write of a whole record.
    ///
    /// # Errors
    /// [`PayloadFull`]; the payload is as before.
    pub fn record(
        &mut self,
        kind: ContextKind,
        index: u16,
        words: &[u32],
    ) -> Result<(), PayloadFull> {
        self.write(kind, index, 0, words)
    }

    /// The words for the data window, end included.
    pub fn words(&self) -> &[u32] {
        &self.words[..=self.len]
    }
}
