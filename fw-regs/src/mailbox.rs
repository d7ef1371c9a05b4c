//! Mailbox payloads: a list of context writes.
//!
//! Each write is a header word {kind bits 7:0, first word bits 15:8, count bits 23:16}, an index word, and `count` data words; a header of zero ends
//! the list. The device checks the whole list before it writes any of it.

use crate::contexts::ContextKind;

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
        self.words[self.len] =
            u32::from(kind.code()) | (first as u32) << 8 | (words.len() as u32) << 16;
        self.words[self.len + 1] = index.into();
        self.words[self.len + 2..needed - 1].copy_from_slice(words);
        self.len = needed - 1;
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
