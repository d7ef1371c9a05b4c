//! RNR waits. The device keeps until when on its clock, an image how long it still is: the two clocks know nothing of each other.

use super::image::DeviceRecord;
use crate::adapter::Inner;
use crate::device::DeviceError;
use fw_regs::ContextKind;
use fw_regs::contexts::Completer;

/// `Completer::timer_mode` of an RNR wait.
pub(super) const RNR_WAIT: u8 = 2;

/// Bits of the device's clock.
const CLOCK_BITS: u32 = 36;

/// The deadlines of a queue pair's records: what is left of an RNR wait, 0 if that is over; of other timers, which the restart sets
/// anew, nothing.
pub(super) fn remain(inner: &mut Inner, records: &mut [DeviceRecord]) -> Result<(), DeviceError> {
    let completers = records
        .iter_mut()
        .filter(|record| record.kind() == Some(ContextKind::Completer));
    for record in completers {
        // of another length it is no record, and whoever restores it says so
        let Ok(words) = record.words.as_slice().try_into() else {
            continue;
        };
        let mut completer = Completer::from_words(words);
        let left = match completer.timer_mode {
            RNR_WAIT => left(&completer, inner.now()?),
            _ => 0,
        };
        completer.deadline_lo = left as u32;
        completer.deadline_hi = (left >> 32) as u8;
        record.words = completer.to_words().to_vec();
    }
    Ok(())
}

/// µs from `now` to the deadline; 0 if it has passed.
fn left(completer: &Completer, now: u64) -> u64 {
    let deadline = u64::from(completer.deadline_hi) << 32 | u64::from(completer.deadline_lo);
    let left = deadline.wrapping_sub(now) & ((1 << CLOCK_BITS) - 1);
    match left >> (CLOCK_BITS - 1) {
        0 => left,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn until(deadline: u64) -> Completer {
        Completer {
            deadline_lo: deadline as u32,
            deadline_hi: (deadline >> 32) as u8,
            ..Completer::default()
        }
    }

    #[test]
    fn rnr_wait_left() {
        assert_eq!(left(&until(1000), 400), 600);
        assert_eq!(left(&until(400), 400), 0);
        assert_eq!(left(&until(400), 1000), 0, "it is over");
    }

    #[test]
    fn rnr_wait_left_when_the_clock_wraps() {
        let last = (1 << CLOCK_BITS) - 1;
        assert_eq!(left(&until(9), last), 10);
        assert_eq!(left(&until(last), 9), 0);
        assert_eq!(left(&until(1 << 32), (1 << 32) - 5), 5);
    }
}
