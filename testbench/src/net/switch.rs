//! A learning switch: it remembers behind which port each source address was seen last.

use std::collections::HashMap;

type Mac = [u8; 6];

/// The forwarding table of a switch.
pub struct Switch {
    ports: usize,
    table: HashMap<Mac, usize>,
}

impl Switch {
    pub fn new(ports: usize) -> Self {
        Self {
            ports,
            table: HashMap::new(),
        }
    }

    /// Learns from `frame`, which came in on `port`, and returns the ports it leaves by: one if the destination is
    /// known, all others if it is not or is a group address, none if it is behind `port` itself or the frame is a runt.
    pub fn route(&mut self, port: usize, frame: &[u8]) -> Vec<usize> {
        let Some((addresses, _)) = frame.split_first_chunk::<12>() else {
            return Vec::new();
        };
        let mac = |at: usize| -> Mac { std::array::from_fn(|k| addresses[at + k]) };
        let (destination, source) = (mac(0), mac(6));
        let group = |m: Mac| m[0] & 1 == 1;
        if !group(source) {
            self.table.insert(source, port);
        }
        match self.table.get(&destination) {
            Some(&out) if !group(destination) => Vec::from_iter((out != port).then_some(out)),
            _ => (0..self.ports).filter(|&p| p != port).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(to: u8, from: u8) -> Vec<u8> {
        [[2, 0, 0, 0, 0, to], [2, 0, 0, 0, 0, from]].concat()
    }

    #[test]
    fn switch_floods_then_learns_then_follows_a_move() {
        let mut s = Switch::new(3);
        assert_eq!(s.route(0, &frame(2, 1)), [1, 2]);
        assert_eq!(s.route(1, &frame(1, 2)), [0]);
        assert_eq!(s.route(0, &frame(2, 1)), [1]);
        assert_eq!(s.route(2, &frame(1, 2)), [0]);
        assert_eq!(s.route(0, &frame(2, 1)), [2]);
    }

    #[test]
    fn switch_runt_bad_flow() {
        assert_eq!(Switch::new(3).route(0, &[2; 11]), Vec::<usize>::new());
    }
}
