//! What travels between two hosts: an image and the bytes of the process's memory, one behind the other.

/// First word of a parcel.
const MAGIC: u64 = u64::from_le_bytes(*b"RoamParc");
/// Everything begins at a multiple of so many bytes.
const ALIGN: usize = 8;

/// Bytes that are no parcel.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParcelError {
    /// It begins with something else.
    #[error("a parcel begins with {MAGIC:#x}, not {found:#x}")]
    Magic { found: u64 },
    /// It is longer than the buffer, or says so.
    #[error("the parcel ends at {end} of {length} bytes")]
    Short { end: usize, length: usize },
}

/// An image with the memory it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    pub image: Vec<u8>,
    pub memory: Vec<Vec<u8>>,
}

impl Parcel {
    /// Bytes on the wire.
    pub fn bytes(&self) -> usize {
        let parts = self.memory.iter().chain([&self.image]);
        8 * (3 + self.memory.len())
            + parts
                .map(|p| p.len().next_multiple_of(ALIGN))
                .sum::<usize>()
    }

    /// Magic, number of parts, their lengths, the parts.
    pub fn encode(&self) -> Vec<u8> {
        let parts: Vec<&Vec<u8>> = std::iter::once(&self.image).chain(&self.memory).collect();
        let mut bytes = Vec::with_capacity(self.bytes());
        let head = [MAGIC, parts.len() as u64];
        let lengths = parts.iter().map(|p| p.len() as u64);
        for word in head.into_iter().chain(lengths) {
            bytes.extend_from_slice(&word.to_le_bytes());
        }
        for part in parts {
            bytes.extend_from_slice(part);
            bytes.resize(bytes.len().next_multiple_of(ALIGN), 0);
        }
        bytes
    }

    /// What [`Self::encode`] wrote, at the beginning of `bytes`.
    ///
    /// # Errors
    /// [`ParcelError`]; nothing is allocated for lengths that are not there.
    pub fn decode(bytes: &[u8]) -> Result<Self, ParcelError> {
        let mut rest = bytes;
        let found = word(&mut rest, bytes.len())?;
        if found != MAGIC {
            return Err(ParcelError::Magic { found });
        }
        let count = word(&mut rest, bytes.len())? as usize;
        if count == 0 || count > rest.len() / 8 {
            return Err(short(bytes.len(), count.saturating_mul(8)));
        }
        let lengths = (0..count)
            .map(|_| word(&mut rest, bytes.len()))
            .collect::<Result<Vec<_>, _>>()?;
        let mut parts = lengths.into_iter().map(|length| {
            let length = length as usize;
            let part = rest.get(..length).ok_or(short(bytes.len(), length))?;
            let end = length.next_multiple_of(ALIGN).min(rest.len());
            rest = &rest[end..];
            Ok(part.to_vec())
        });
        let image = parts.next().unwrap_or(Ok(Vec::new()))?;
        let memory = parts.collect::<Result<_, _>>()?;
        Ok(Self { image, memory })
    }
}

fn short(length: usize, end: usize) -> ParcelError {
    ParcelError::Short { end, length }
}

fn word(rest: &mut &[u8], length: usize) -> Result<u64, ParcelError> {
    let (word, behind) = rest
        .split_first_chunk::<8>()
        .ok_or(short(length, length + 8))?;
    *rest = behind;
    Ok(u64::from_le_bytes(*word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parcel() -> Parcel {
        Parcel {
            image: vec![1, 2, 3],
            memory: vec![vec![4; 17], vec![], vec![5; 8]],
        }
    }

    #[test]
    fn parcel_comes_back_whatever_is_behind_it() {
        let mut bytes = parcel().encode();
        assert_eq!(bytes.len(), parcel().bytes());
        assert_eq!(Parcel::decode(&bytes), Ok(parcel()));
        bytes.extend([9; 100]);
        assert_eq!(Parcel::decode(&bytes), Ok(parcel()));
    }

    #[test]
    fn parcel_cut_or_foreign_bad_flow() {
        let bytes = parcel().encode();
        for end in 0..bytes.len() - 8 {
            assert!(Parcel::decode(&bytes[..end]).is_err(), "{end}");
        }
        let mut huge = bytes.clone();
        huge[8..16].fill(0xff);
        assert!(Parcel::decode(&huge).is_err());
        huge = bytes;
        huge[0] ^= 1;
        assert!(matches!(
            Parcel::decode(&huge),
            Err(ParcelError::Magic { .. })
        ));
    }
}
