//! What travels between two hosts: an image, and the bytes of the process's memory, whose lengths the image knows.

/// First word of an image's parcel.
const MAGIC: u64 = u64::from_le_bytes(*b"RoamParc");
/// Bytes in front of the image.
const HEAD: usize = 16;
/// Each range of memory begins at a multiple of so many bytes.
const ALIGN: usize = 8;

/// Bytes that are no parcel.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParcelError {
    /// It begins with something else.
    #[error("a parcel begins with {MAGIC:#x}, not {found:#x}")]
    Magic { found: u64 },
    /// It is longer than the buffer, or says so.
    #[error("the parcel ends at {end} of {length} bytes")]
    Short { end: u64, length: usize },
}

/// Magic, length, image.
pub fn pack_image(image: &[u8]) -> Vec<u8> {
    let head = [MAGIC, image.len() as u64];
    let mut bytes: Vec<u8> = head.iter().flat_map(|word| word.to_le_bytes()).collect();
    bytes.extend_from_slice(image);
    bytes
}

/// What [`pack_image`] packed, at the beginning of `bytes`.
///
/// # Errors
/// [`ParcelError`].
pub fn unpack_image(bytes: &[u8]) -> Result<&[u8], ParcelError> {
    let length = bytes.len();
    let (head, rest) = bytes.split_at_checked(HEAD).ok_or(ParcelError::Short {
        end: HEAD as u64,
        length,
    })?;
    let word = |k: usize| u64::from_le_bytes(std::array::from_fn(|b| head[8 * k + b]));
    if word(0) != MAGIC {
        return Err(ParcelError::Magic { found: word(0) });
    }
    let found = usize::try_from(word(1)).ok().and_then(|n| rest.get(..n));
    found.ok_or(ParcelError::Short {
        end: word(1).saturating_add(HEAD as u64),
        length,
    })
}

/// The ranges one behind the other.
pub fn pack_memory(ranges: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for range in ranges {
        bytes.extend_from_slice(range);
        bytes.resize(bytes.len().next_multiple_of(ALIGN), 0);
    }
    bytes
}

/// What [`pack_memory`] packed, at the beginning of `bytes`, if the ranges have these `lengths`.
///
/// # Errors
/// [`ParcelError::Short`]; nothing is allocated for lengths that are not there.
pub fn unpack_memory(
    bytes: &[u8],
    lengths: impl IntoIterator<Item = u64>,
) -> Result<Vec<Vec<u8>>, ParcelError> {
    let mut at = 0_u64;
    let part = |length: u64| {
        let end = at.saturating_add(length);
        let range = usize::try_from(at).ok().zip(usize::try_from(end).ok());
        let found = range.and_then(|(from, to)| bytes.get(from..to));
        at = end
            .checked_next_multiple_of(ALIGN as u64)
            .unwrap_or(u64::MAX);
        found.map(<[u8]>::to_vec).ok_or(ParcelError::Short {
            end,
            length: bytes.len(),
        })
    };
    lengths.into_iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parcel_comes_back_whatever_is_behind_it() {
        let mut bytes = pack_image(&[1, 2, 3]);
        assert_eq!(unpack_image(&bytes), Ok(&[1, 2, 3][..]));
        bytes.extend([9; 100]);
        assert_eq!(unpack_image(&bytes), Ok(&[1, 2, 3][..]));
        let memory = vec![vec![4; 17], vec![], vec![5; 8]];
        let mut bytes = pack_memory(&memory);
        assert_eq!(unpack_memory(&bytes, [17, 0, 8]), Ok(memory.clone()));
        bytes.extend([9; 100]);
        assert_eq!(unpack_memory(&bytes, [17, 0, 8]), Ok(memory));
    }

    #[test]
    fn parcel_cut_or_foreign_bad_flow() {
        let bytes = pack_image(&[1; 40]);
        for end in 0..bytes.len() {
            assert!(unpack_image(&bytes[..end]).is_err(), "{end}");
        }
        let mut huge = bytes.clone();
        huge[8..16].fill(0xff);
        assert!(unpack_image(&huge).is_err());
        huge = bytes;
        huge[0] ^= 1;
        let refused = unpack_image(&huge);
        assert!(matches!(refused, Err(ParcelError::Magic { .. })));
        let memory = pack_memory(&[vec![4; 17], vec![5; 8]]);
        assert!(unpack_memory(&memory[..31], [17, 8]).is_err());
        assert!(unpack_memory(&memory, [u64::MAX, 8]).is_err());
        assert!(unpack_memory(&memory, [17, u64::MAX]).is_err());
    }
}
