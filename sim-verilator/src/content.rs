//! Names for what was made of something: a hash of all that went in.

use sha2::{Digest, Sha256};

/// SHA-256 over the parts and over where one ends and the next begins, in 64 hexadecimal digits. A name made of it may be cut short.
pub fn content_hash<P: AsRef<[u8]>>(parts: &[P]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        let part = part.as_ref();
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    let digits = |byte: &u8| format!("{byte:02x}");
    digest.finalize().iter().map(digits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_hash_tells_where_parts_end() {
        assert_ne!(content_hash(&["ab", "c"]), content_hash(&["a", "bc"]));
        assert_eq!(content_hash(&["ab", "c"]), content_hash(&["ab", "c"]));
    }

    #[test]
    fn content_hash_of_nothing_is_that_of_sha_256() {
        let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(content_hash::<&str>(&[]), nothing);
    }
}
