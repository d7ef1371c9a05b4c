//! The boards there are: chip, sources, constraints.

use crate::card::{Card, CardBaseline};
use crate::node::SLOW_MHZ;
use crate::pair::Pair;
use emit::cosim::with_big_stack;
use rust_hdl::prelude::*;

/// What does placement and packing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Lattice ECP5: nextpnr-ecp5, then ecppack.
    Ecp5,
    /// Xilinx's Artix-7: nextpnr-himbaechel-xilinx to FASM; frames from it by our own step, and xc7frames2bit.
    Artix7 {
        /// The chip with its package, as Project X-Ray's database has it.
        part: &'static str,
        /// The chip's fabric there.
        fabric: &'static str,
    },
}

/// A file of `boards/` that is compiled in, so that the program needs no source tree.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// Its name in the flow's folder.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! source {
    ($name:literal) => {
        Source {
            name: $name,
            text: include_str!(concat!("../boards/", $name)),
        }
    };
}

/// A board.
#[derive(Clone, Copy, Debug)]
pub struct Board {
    /// As on the command line.
    pub name: &'static str,
    /// Board, chip and what of the NIC is on it.
    pub about: &'static str,
    /// Which programs.
    pub family: Family,
    /// Device, package and speed grade, as the placer wants them.
    pub device: &'static str,
    /// One row of logic in so many stays empty, so that there are more wires where the cells are; `None` where the chip has no row to spare.
    pub empty_row: Option<u32>,
    /// Cards in it, all on its serial line.
    pub cards: u8,
    /// Verilog beside the card; the top module is `top`.
    pub sources: &'static [Source],
    /// Pins and clocks.
    pub constraints: Source,
    /// The card's Verilog, top module `card`.
    pub card: fn() -> Result<String, emit::EmitError>,
}

/// All boards.
pub const BOARDS: [Board; 4] = [
    Board {
        name: "ecpix5",
        about: "ECPIX-5, LFE5UM5G-85F: 16 queue pairs, migration, 128 KiB of memory",
        family: Family::Ecp5,
        device: "--um5g-85k --package CABGA554 --speed 8",
        empty_row: Some(3),
        cards: 1,
        sources: &[
            source!("ecp5.v"),
            source!("ecp5_pins.v"),
            source!("ecpix5.v"),
        ],
        constraints: source!("ecpix5.lpf"),
        card: ecp5::<Card>,
    },
    Board {
        name: "colorlight-i9",
        about: "Colorlight i9, LFE5U-45F: 16 queue pairs, no migration, 32 KiB of memory",
        family: Family::Ecp5,
        device: "--45k --package CABGA381 --speed 6",
        empty_row: None,
        cards: 1,
        sources: &[
            source!("ecp5.v"),
            source!("ecp5_pins.v"),
            source!("colorlight_i9.v"),
        ],
        constraints: source!("colorlight_i9.lpf"),
        card: ecp5::<CardBaseline>,
    },
    Board {
        name: "arty-a7",
        about: "Arty A7-100T, XC7A100T: 16 queue pairs, migration, 128 KiB of memory, no port",
        family: Family::Artix7 {
            part: "xc7a100tcsg324-1",
            fabric: "xc7a100t",
        },
        device: "--device xc7a100tcsg324-1 --freq 10",
        empty_row: None,
        cards: 1,
        sources: &[source!("arty_a7.v")],
        constraints: source!("arty_a7.xdc"),
        card: || verilog(|| Card::clocked(SLOW_MHZ)),
    },
    Board {
        name: "nexys-video-pair",
        about: "Nexys Video, XC7A200T: two cards joined in the chip, 16 queue pairs each, migration, 64 and 128 KiB of memory",
        family: Family::Artix7 {
            part: "xc7a200tsbg484-1",
            fabric: "xc7a200t",
        },
        device: "--device xc7a200tsbg484-1 --freq 10",
        empty_row: None,
        cards: 2,
        sources: &[source!("nexys_video.v")],
        constraints: source!("nexys_video.xdc"),
        card: || verilog(Pair::default),
    },
];

impl Board {
    /// The board of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        BOARDS.iter().find(|board| board.name == name)
    }
}

/// What drives the reset of all blocks of the NIC, in its Verilog.
const RESET: &str = "assign reset_out = pin_reset | soft_reset;";
/// The same by a global network of an ECP5: 21,000 inputs in nearly every tile are more than its ordinary wires bear, and nextpnr puts only clocks there by itself.
const GLOBAL_RESET: &str =
    "DCCA global_reset (.CLKI(pin_reset | soft_reset), .CE(1'b1), .CLKO(reset_out));";

/// The card for an ECP5.
///
/// # Panics
/// If the NIC's reset is not driven as it was.
fn ecp5<B: Block + Default>() -> Result<String, emit::EmitError> {
    let card = verilog(B::default)?;
    assert_eq!(card.matches(RESET).count(), 1, "one reset in the card");
    Ok(card.replace(RESET, GLOBAL_RESET))
}

/// The Verilog of a card.
fn verilog<B: Block>(card: fn() -> B) -> Result<String, emit::EmitError> {
    with_big_stack(move || {
        let mut card = Box::new(card());
        card.connect_all();
        emit::emit("card", &*card)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_for_ecp5_have_their_reset_on_a_global_network() {
        for board in BOARDS {
            let card = (board.card)().expect("emitted");
            let own = card.matches("DCCA global_reset").count();
            assert_eq!(own == 1, board.family == Family::Ecp5, "{}", board.name);
        }
    }
}
