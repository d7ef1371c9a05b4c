//! Requests whose fate is open, of all readings of a receiving half.

use crate::model::packet::Packet;
use fw_regs::Psn;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

/// A request that has arrived.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Arrival {
    pub cycle: u64,
    pub packet: Rc<Packet>,
    /// NAK_STOPPED has answered it
    pub refused: bool,
}

/// Requests in the order in which they came.
#[derive(Clone, Debug, Default)]
struct Log {
    arrivals: VecDeque<Arrival>,
    /// how many came before the first of these
    before: u64,
}

impl Log {
    fn end(&self) -> u64 {
        self.before + self.arrivals.len() as u64
    }
}

/// What a reading has not decided: the end of what has come, from some request on. What has come is the same for all readings of a receiving half, so
/// they share it, and a reading is cheap to copy.
#[derive(Clone, Debug, Default)]
pub(super) struct Inbox {
    log: Rc<RefCell<Log>>,
    from: u64,
}

impl PartialEq for Inbox {
    /// Of the same receiving half.
    fn eq(&self, other: &Self) -> bool {
        self.from == other.from
    }
}

impl Inbox {
    /// A request has come, for all that share this.
    pub fn arrive(&self, arrival: Arrival) {
        self.log.borrow_mut().arrivals.push_back(arrival);
    }

    /// Nobody who shares this looks at what came before `from`, a value of [`Self::from`].
    pub fn forget(&self, from: u64) {
        let mut log = self.log.borrow_mut();
        while log.before < from && log.arrivals.pop_front().is_some() {
            log.before += 1;
        }
    }

    /// How many requests have come.
    pub fn end(&self) -> u64 {
        self.log.borrow().end()
    }

    /// How many requests have been decided.
    pub fn from(&self) -> u64 {
        self.from
    }

    /// The request with this PSN that came in this cycle has been refused, for all that share this.
    pub fn refuse(&self, cycle: u64, psn: Psn) {
        let mut log = self.log.borrow_mut();
        let all = log.arrivals.iter_mut();
        all.filter(|arrival| (arrival.cycle, arrival.packet.psn) == (cycle, psn))
            .for_each(|arrival| arrival.refused = true);
    }

    pub fn len(&self) -> usize {
        (self.log.borrow().end() - self.from) as usize
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn front(&self) -> Option<Arrival> {
        let log = self.log.borrow();
        let place = (self.from - log.before) as usize;
        log.arrivals.get(place).cloned()
    }

    pub fn pop_front(&mut self) -> Option<Arrival> {
        let front = self.front();
        self.from += u64::from(front.is_some());
        front
    }

    pub fn clear(&mut self) {
        self.from = self.log.borrow().end();
    }

    /// Some request fits.
    pub fn any(&self, fits: impl Fn(&Arrival) -> bool) -> bool {
        let log = self.log.borrow();
        let place = (self.from - log.before) as usize;
        log.arrivals.iter().skip(place).any(fits)
    }

    /// The same, shared with nobody but by clones of `log`'s new owner.
    pub fn apart(inboxes: Vec<&mut Self>) {
        let Some(first) = inboxes.first() else { return };
        let log = Rc::new(RefCell::new(first.log.borrow().clone()));
        for inbox in inboxes {
            inbox.log = log.clone();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fw_regs::wire::Opcode;

    fn arrival(cycle: u64) -> Arrival {
        let packet = Packet::new(Opcode::ReadRequest, 9, Psn::new(cycle as u32));
        Arrival {
            cycle,
            packet: Rc::new(packet),
            refused: false,
        }
    }

    #[test]
    fn inbox_is_shared_and_each_reading_has_its_place() {
        let mut first = Inbox::default();
        let mut second = first.clone();
        first.arrive(arrival(5));
        first.arrive(arrival(7));
        assert_eq!((first.len(), second.len()), (2, 2));
        assert_eq!(first.pop_front().map(|a| a.cycle), Some(5));
        assert_ne!(first, second);
        // of two that came in the same cycle it is the one with that PSN
        second.refuse(7, Psn::new(5));
        assert!(!second.any(|a| a.refused));
        second.refuse(7, Psn::new(7));
        second.clear();
        assert!(second.is_empty());
        first.forget(1);
        assert_eq!(first.front().map(|a| (a.cycle, a.refused)), Some((7, true)));
        assert!(first.any(|a| a.cycle == 7) && !first.any(|a| a.cycle == 5));
        let mut other = first.clone();
        Inbox::apart(vec![&mut other]);
        other.arrive(arrival(8));
        assert_eq!((first.len(), other.len()), (1, 2));
    }
}
