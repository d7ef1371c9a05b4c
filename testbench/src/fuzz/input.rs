//! Inputs: bytes, read as records of 16. Everything that a target does is said by whole records, so that leaving one out, doubling it or
//! changing a byte of it leaves the rest as it was.

/// Bytes of a record.
pub const RECORD: usize = 16;
/// Records of an input that count; what follows is not looked at.
pub const MOST: usize = 48;

/// One record. What is missing at the end of an input is zero.
#[derive(Clone, Copy, Debug)]
pub struct Record(pub [u8; RECORD]);

impl Record {
    /// Byte `k`.
    pub fn byte(&self, k: usize) -> u8 {
        self.0[k]
    }

    /// Bytes `k` and `k + 1`.
    pub fn half(&self, k: usize) -> u16 {
        u16::from_le_bytes([self.0[k], self.0[k + 1]])
    }

    /// Bytes `k` to `k + 3`.
    pub fn word(&self, k: usize) -> u32 {
        u32::from(self.half(k)) | u32::from(self.half(k + 2)) << 16
    }

    /// Bit `bit` of byte `k`.
    pub fn flag(&self, k: usize, bit: u32) -> bool {
        self.0[k] >> bit & 1 == 1
    }

    /// An element of `list`, chosen by byte `k`.
    pub fn pick<'a, T>(&self, k: usize, list: &'a [T]) -> &'a T {
        &list[usize::from(self.0[k]) % list.len()]
    }

    /// Bytes of a message, chosen by byte `k`: often none or few, often about a multiple of the path MTU of 256.
    pub fn length(&self, k: usize) -> usize {
        let value = usize::from(self.0[k]);
        match value >> 5 {
            0..=2 => value,
            3 => 252 + (value & 7),
            4 => 508 + (value & 7),
            5 => 256 * (value & 15),
            6 => (value & 31) * 128,
            _ => 1020 + (value & 7),
        }
    }

    /// Cycles to wait, chosen by byte `k`: up to 4096.
    pub fn cycles(&self, k: usize) -> u64 {
        1 << (self.0[k] % 13)
    }
}

/// The records of an input.
pub fn records(input: &[u8]) -> impl Iterator<Item = Record> {
    input.chunks(RECORD).take(MOST).map(|chunk| {
        let mut record = [0; RECORD];
        record[..chunk.len()].copy_from_slice(chunk);
        Record(record)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_ends_with_a_record_filled_up() {
        let all: Vec<_> = records(&[7; 20]).map(|r| r.0).collect();
        assert_eq!(all.len(), 2);
        assert_eq!(all[1][3..5], [7, 0]);
        assert_eq!(records(&[0; 16 * (MOST + 1)]).count(), MOST);
    }
}
