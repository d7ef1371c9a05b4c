//! Random messages.

use super::shadow::Run;
use crate::kind::Kind;
use crate::rng::Rng;
use host_driver::SendRequest;

/// A random kind; bulk operations are more frequent.
pub fn draw_kind(rng: &mut Rng) -> Kind {
    *rng.pick(&[
        Kind::Send,
        Kind::Send,
        Kind::SendImmediate,
        Kind::SendInvalidate,
        Kind::Write,
        Kind::Write,
        Kind::WriteImmediate,
        Kind::Read,
        Kind::Read,
        Kind::CompareSwap,
        Kind::FetchAdd,
    ])
}

/// A size from 0 to `max`: log-uniform up to 4 KiB; larger ones rarer in proportion to their size, so that every octave
/// brings as many bytes as the one below it and the mean stays under 4 KiB.
pub fn size(max: u32, rng: &mut Rng) -> usize {
    loop {
        let octave = rng.range(0, u64::from(max.max(1).ilog2()) + 1);
        let size = match octave {
            0 => 0,
            k => rng.range(1 << (k - 1), (1 << k) - 1),
        };
        let size = size.min(max.into());
        if rng.chance(4096.0 / size.max(1) as f64) {
            return size as usize;
        }
    }
}

/// A message as it will be posted, and what its completion says.
pub struct Message {
    pub kind: Kind,
    pub request: SendRequest,
    pub bytes: usize,
}

impl Message {
    pub fn length(&self) -> u64 {
        self.bytes as u64
    }

    pub fn operation(&self) -> &'static str {
        self.kind.name()
    }
}

/// What the responder's completion of a message has to say.
pub struct Arrival {
    pub kind: Kind,
    pub bytes: usize,
    /// A SEND's content.
    pub content: Vec<u8>,
    pub imm: Option<u32>,
    pub invalidated: Option<host_driver::MemoryRegion>,
}

/// A receive under way: where its message lands.
pub struct Posted {
    pub wr_id: u64,
    pub runs: Vec<Run>,
}

/// Splits `length` into two parts, one of which is often empty.
pub fn split(length: usize, rng: &mut Rng) -> [usize; 2] {
    match rng.range(0, 3) {
        0 => [length, 0],
        1 => [0, length],
        _ => {
            let first = rng.index(0, length);
            [first, length - first]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_mean_stays_under_4_kib() {
        let seed = 5;
        println!("seed {seed}");
        let mut rng = Rng::new(seed);
        let sizes: Vec<usize> = (0..200_000).map(|_| size(8 << 20, &mut rng)).collect();
        let mean = sizes.iter().sum::<usize>() / sizes.len();
        assert!(mean <= 4096, "mean {mean}");
        assert!(sizes.iter().any(|&s| s > 1 << 20) && sizes.contains(&0));
        assert!(sizes.iter().all(|&s| s <= 8 << 20));
    }
}
