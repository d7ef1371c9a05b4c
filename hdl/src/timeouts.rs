//! The two time tables of a reliable connection, in µs.
//!
//! * Local ACK timeout: 4.096 µs · 2^code, rounded up; code 0 means no timeout and gives 0 (IBTA vol 1, 9.7.6.1.3).
//! * RNR NAK timer: the table of IBTA vol 1, 9.7.5.2.8.
//!
//! Combinational; each bit is a function of five inputs.

use rust_hdl::prelude::*;

/// The tables; see the module's head.
#[derive(LogicBlock, Default)]
pub struct Timeouts {
    /// `timeout` of the QP
    pub ack_code: Signal<In, Bits<5>>,
    /// timer field of an RNR NAK's syndrome
    pub rnr_code: Signal<In, Bits<5>>,
    /// µs; 0: never
    pub ack_us: Signal<Out, Bits<34>>,
    /// µs
    pub rnr_us: Signal<Out, Bits<20>>,
}

impl Logic for Timeouts {
    #[hdl_gen]
    fn update(&mut self) {
        match self.ack_code.val().index() {
            0 => {
                self.ack_us.next = bits::<34>(0);
            }
            1 => {
                self.ack_us.next = bits::<34>(9);
            }
            2 => {
                self.ack_us.next = bits::<34>(17);
            }
            3 => {
                self.ack_us.next = bits::<34>(33);
            }
            4 => {
                self.ack_us.next = bits::<34>(66);
            }
            5 => {
                self.ack_us.next = bits::<34>(132);
            }
            6 => {
                self.ack_us.next = bits::<34>(263);
            }
            7 => {
                self.ack_us.next = bits::<34>(525);
            }
            8 => {
                self.ack_us.next = bits::<34>(1049);
            }
            9 => {
                self.ack_us.next = bits::<34>(2098);
            }
            10 => {
                self.ack_us.next = bits::<34>(4195);
            }
            11 => {
                self.ack_us.next = bits::<34>(8389);
            }
            12 => {
                self.ack_us.next = bits::<34>(16778);
            }
            13 => {
                self.ack_us.next = bits::<34>(33555);
            }
            14 => {
                self.ack_us.next = bits::<34>(67109);
            }
            15 => {
                self.ack_us.next = bits::<34>(134218);
            }
            16 => {
                self.ack_us.next = bits::<34>(268436);
            }
            17 => {
                self.ack_us.next = bits::<34>(536871);
            }
            18 => {
                self.ack_us.next = bits::<34>(1073742);
            }
            19 => {
                self.ack_us.next = bits::<34>(2147484);
            }
            20 => {
                self.ack_us.next = bits::<34>(4294968);
            }
            21 => {
                self.ack_us.next = bits::<34>(8589935);
            }
            22 => {
                self.ack_us.next = bits::<34>(17179870);
            }
            23 => {
                self.ack_us.next = bits::<34>(34359739);
            }
            24 => {
                self.ack_us.next = bits::<34>(68719477);
            }
            25 => {
                self.ack_us.next = bits::<34>(137438954);
            }
            26 => {
                self.ack_us.next = bits::<34>(274877907);
            }
            27 => {
                self.ack_us.next = bits::<34>(549755814);
            }
            28 => {
                self.ack_us.next = bits::<34>(1099511628);
            }
            29 => {
                self.ack_us.next = bits::<34>(2199023256_u64);
            }
            30 => {
                self.ack_us.next = bits::<34>(4398046512_u64);
            }
            _ => {
                self.ack_us.next = bits::<34>(8796093023_u64);
            }
        }
        match self.rnr_code.val().index() {
            0 => {
                self.rnr_us.next = bits::<20>(655360);
            }
            1 => {
                self.rnr_us.next = bits::<20>(10);
            }
            2 => {
                self.rnr_us.next = bits::<20>(20);
            }
            3 => {
                self.rnr_us.next = bits::<20>(30);
            }
            4 => {
                self.rnr_us.next = bits::<20>(40);
            }
            5 => {
                self.rnr_us.next = bits::<20>(60);
            }
            6 => {
                self.rnr_us.next = bits::<20>(80);
            }
            7 => {
                self.rnr_us.next = bits::<20>(120);
            }
            8 => {
                self.rnr_us.next = bits::<20>(160);
            }
            9 => {
                self.rnr_us.next = bits::<20>(240);
            }
            10 => {
                self.rnr_us.next = bits::<20>(320);
            }
            11 => {
                self.rnr_us.next = bits::<20>(480);
            }
            12 => {
                self.rnr_us.next = bits::<20>(640);
            }
            13 => {
                self.rnr_us.next = bits::<20>(960);
            }
            14 => {
                self.rnr_us.next = bits::<20>(1280);
            }
            15 => {
                self.rnr_us.next = bits::<20>(1920);
            }
            16 => {
                self.rnr_us.next = bits::<20>(2560);
            }
            17 => {
                self.rnr_us.next = bits::<20>(3840);
            }
            18 => {
                self.rnr_us.next = bits::<20>(5120);
            }
            19 => {
                self.rnr_us.next = bits::<20>(7680);
            }
            20 => {
                self.rnr_us.next = bits::<20>(10240);
            }
            21 => {
                self.rnr_us.next = bits::<20>(15360);
            }
            22 => {
                self.rnr_us.next = bits::<20>(20480);
            }
            23 => {
                self.rnr_us.next = bits::<20>(30720);
            }
            24 => {
                self.rnr_us.next = bits::<20>(40960);
            }
            25 => {
                self.rnr_us.next = bits::<20>(61440);
            }
            26 => {
                self.rnr_us.next = bits::<20>(81920);
            }
            27 => {
                self.rnr_us.next = bits::<20>(122880);
            }
            28 => {
                self.rnr_us.next = bits::<20>(163840);
            }
            29 => {
                self.rnr_us.next = bits::<20>(245760);
            }
            30 => {
                self.rnr_us.next = bits::<20>(327680);
            }
            _ => {
                self.rnr_us.next = bits::<20>(491520);
            }
        }
    }
}
