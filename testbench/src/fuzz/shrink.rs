//! Makes an input small that finds something.

use super::input::RECORD;

/// The smallest input found in `steps` tries of which `still` says that it does the same as `input`: whole records are left out, then bytes become zero.
pub fn shrink(input: &[u8], mut steps: u32, mut still: impl FnMut(&[u8]) -> bool) -> Vec<u8> {
    let mut best = input.to_vec();
    let mut attempt = |best: &mut Vec<u8>, smaller: Vec<u8>| -> Option<bool> {
        steps = steps.checked_sub(1)?;
        let good = still(&smaller);
        if good {
            *best = smaller;
        }
        Some(good)
    };
    let mut run = best.len().div_ceil(RECORD).next_power_of_two() / 2;
    while run > 0 {
        let mut at = 0;
        while at < best.len() {
            let mut smaller = best.clone();
            smaller.drain(at..(at + run * RECORD).min(best.len()));
            match attempt(&mut best, smaller) {
                Some(true) => {}
                Some(false) => at += run * RECORD,
                None => return best,
            }
        }
        run /= 2;
    }
    for at in 0..best.len() {
        if best[at] == 0 {
            continue;
        }
        let mut smaller = best.clone();
        smaller[at] = 0;
        if attempt(&mut best, smaller).is_none() {
            return best;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shrink_keeps_what_matters() {
        let mut input = vec![9; 40 * RECORD];
        input[17 * RECORD + 3] = 77;
        let still = |input: &[u8]| input.contains(&77);
        let small = shrink(&input, 1000, still);
        let mut wanted = vec![0; RECORD];
        wanted[3] = 77;
        assert_eq!(small, wanted);
        assert!(shrink(&input, 3, still).len() < input.len());
    }
}
