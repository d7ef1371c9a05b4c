//! Two cards in one chip, joined by a cable of registers, on one serial line: a connection moves from one to the other and back.
//!
//! ```text
//!             +-- node 0 <=> cables <=> node 1 --+
//! serial line |                                  |
//!   --- uart -+----------------------------------+
//! ```
//!
//! Both nodes hear all bytes of the host; the number in a request says whose it is, and only that one answers. A host that asks before it was answered may
//! hear both at once: node 0 speaks first, byte by byte, so that what comes is garbage, which the host asks for again.
//!
//! # Interfaces
//! * `clock`, [`SLOW_MHZ`]; `reset` for at least a few of its cycles; `revision`: see [`crate::node`].
//! * `rxd`, `txd`: the serial line, as a [`crate::card::Card`]'s.

use crate::node::{HalfNode, LINE_MBPS, Node, SLOW_MHZ};
use crate::uart::{UartRx, UartTx};
use rust_hdl::prelude::*;

/// One direction of a cable: frames a cycle later. It takes a beat in every cycle.
#[derive(LogicBlock, Default)]
pub struct Cable {
    pub clock: Signal<In, Clock>,
    pub in_valid: Signal<In, Bit>,
    pub in_last: Signal<In, Bit>,
    pub in_data: Signal<In, Bits<64>>,
    pub in_keep: Signal<In, Bits<8>>,
    pub out_valid: Signal<Out, Bit>,
    pub out_last: Signal<Out, Bit>,
    pub out_data: Signal<Out, Bits<64>>,
    pub out_keep: Signal<Out, Bits<8>>,
    valid: DFF<Bit>,
    last: DFF<Bit>,
    data: DFF<Bits<64>>,
    keep: DFF<Bits<8>>,
}

impl Logic for Cable {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, valid, last, data, keep);
        self.valid.d.next = self.in_valid.val();
        self.last.d.next = self.in_last.val();
        self.data.d.next = self.in_data.val();
        self.keep.d.next = self.in_keep.val();
        self.out_valid.next = self.valid.q.val();
        self.out_last.next = self.last.q.val();
        self.out_data.next = self.data.q.val();
        self.out_keep.next = self.keep.q.val();
    }
}

/// See the module's head. Node 1 has room for two processes, node 0 for one: the chip has block RAM for no more.
#[derive(LogicBlock)]
pub struct Pair {
    pub clock: Signal<In, Clock>,
    pub reset: Signal<In, Bit>,
    pub revision: Signal<In, Bits<64>>,
    pub rxd: Signal<In, Bit>,
    pub txd: Signal<Out, Bit>,
    first: HalfNode,
    second: Node,
    /// from the first node to the second
    there: Cable,
    back: Cable,
    listen: UartRx,
    speak: UartTx,
}

impl Default for Pair {
    fn default() -> Self {
        Self::with_line(SLOW_MHZ / LINE_MBPS)
    }
}

impl Pair {
    /// With so many clock cycles a bit on the serial line.
    pub fn with_line(cycles: u64) -> Self {
        Self {
            clock: Default::default(),
            reset: Default::default(),
            revision: Default::default(),
            rxd: Default::default(),
            txd: Default::default(),
            first: HalfNode::new(SLOW_MHZ, 0),
            second: Node::new(SLOW_MHZ, 1),
            there: Default::default(),
            back: Default::default(),
            listen: UartRx::new(cycles),
            speak: UartTx::new(cycles),
        }
    }
}

impl Logic for Pair {
    #[hdl_gen]
    fn update(&mut self) {
        self.first.clock.next = self.clock.val();
        self.second.clock.next = self.clock.val();
        self.there.clock.next = self.clock.val();
        self.back.clock.next = self.clock.val();
        self.listen.clock.next = self.clock.val();
        self.speak.clock.next = self.clock.val();
        self.first.reset.next = self.reset.val();
        self.second.reset.next = self.reset.val();
        self.first.revision.next = self.revision.val();
        self.second.revision.next = self.revision.val();

        // the cables
        self.first.tx_ready.next = true;
        self.there.in_valid.next = self.first.tx_valid.val();
        self.there.in_last.next = self.first.tx_last.val();
        self.there.in_data.next = self.first.tx_data.val();
        self.there.in_keep.next = self.first.tx_keep.val();
        self.second.rx_valid.next = self.there.out_valid.val();
        self.second.rx_last.next = self.there.out_last.val();
        self.second.rx_data.next = self.there.out_data.val();
        self.second.rx_keep.next = self.there.out_keep.val();
        self.second.tx_ready.next = true;
        self.back.in_valid.next = self.second.tx_valid.val();
        self.back.in_last.next = self.second.tx_last.val();
        self.back.in_data.next = self.second.tx_data.val();
        self.back.in_keep.next = self.second.tx_keep.val();
        self.first.rx_valid.next = self.back.out_valid.val();
        self.first.rx_last.next = self.back.out_last.val();
        self.first.rx_data.next = self.back.out_data.val();
        self.first.rx_keep.next = self.back.out_keep.val();

        // the line
        self.listen.rxd.next = self.rxd.val();
        self.first.in_valid.next = self.listen.out_valid.val();
        self.first.in_data.next = self.listen.out_data.val();
        self.second.in_valid.next = self.listen.out_valid.val();
        self.second.in_data.next = self.listen.out_data.val();
        self.first.out_ready.next = self.speak.in_ready.val();
        self.second.out_ready.next = self.speak.in_ready.val() & !self.first.out_valid.val();
        self.speak.in_valid.next = self.first.out_valid.val() | self.second.out_valid.val();
        self.speak.in_data.next = self.second.out_data.val();
        if self.first.out_valid.val() {
            self.speak.in_data.next = self.first.out_data.val();
        }
        self.txd.next = self.speak.txd.val();
    }
}
