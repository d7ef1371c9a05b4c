// What the boards with an ECP5 share: clocks and reset around `card`, which comes from RustHDL, and the pins of ecp5_pins.v.
// Cells and their parameters as in Lattice's "ECP5 and ECP5-5G sysCLOCK PLL/DLL" (FPGA-TN-02200).
// SPDX-License-Identifier: MIT OR Apache-2.0
`default_nettype none

// 125 MHz and 25 MHz out of INPUT_MHZ, which must be a multiple of 25.
module ecp5_clocks #(
   parameter INPUT_MHZ = 100
) (
   input wire in,
   output wire clock_125,
   output wire clock_25,
   output wire locked
);
   // oscillator at 25 MHz x 5 x 4 = 500 MHz
   EHXPLLL #(
      .PLLRST_ENA("DISABLED"), .INTFB_WAKE("DISABLED"), .STDBY_ENABLE("DISABLED"), .DPHASE_SOURCE("DISABLED"),
      .OUTDIVIDER_MUXA("DIVA"), .OUTDIVIDER_MUXB("DIVB"), .OUTDIVIDER_MUXC("DIVC"), .OUTDIVIDER_MUXD("DIVD"),
      .CLKI_DIV(INPUT_MHZ / 25), .CLKFB_DIV(5), .FEEDBK_PATH("CLKOP"),
      .CLKOP_ENABLE("ENABLED"), .CLKOP_DIV(4), .CLKOP_CPHASE(3), .CLKOP_FPHASE(0),
      .CLKOS_ENABLE("ENABLED"), .CLKOS_DIV(20), .CLKOS_CPHASE(19), .CLKOS_FPHASE(0)
   ) pll (
      .RST(1'b0), .STDBY(1'b0), .CLKI(in), .CLKFB(clock_125), .CLKINTFB(),
      .PHASESEL0(1'b0), .PHASESEL1(1'b0), .PHASEDIR(1'b1), .PHASESTEP(1'b1), .PHASELOADREG(1'b1), .PLLWAKESYNC(1'b0),
      .ENCLKOP(1'b0), .ENCLKOS(1'b0), .CLKOP(clock_125), .CLKOS(clock_25), .LOCK(locked)
   );
endmodule

// The card behind its pins. PHY and core are in reset for 21 ms behind the lock of the PLL.
module ecp5_card #(
   parameter INPUT_MHZ = 100,
   parameter RX_DELAY = 0,
   parameter TX_DELAY = 0
) (
   input wire clock_in,
   input wire rxd,
   output wire txd,
   output wire phy_reset_n,
   output wire phy_tx_clock,
   output wire [4:0] phy_tx,
   input wire phy_rx_clock,
   input wire [4:0] phy_rx,
   output wire running
);
   wire clock, tx_clock, locked;
   wire [4:0] rx_rise, rx_fall, tx_rise, tx_fall;
   reg [19:0] since_lock = 20'd0;
   reg [1:0] locked_seen = 2'd0;
   ecp5_clocks #(.INPUT_MHZ(INPUT_MHZ)) clocks (.in(clock_in), .clock_125(tx_clock), .clock_25(clock), .locked(locked));
   // Resets go by global networks: LSR inputs are on those of number 4 to 8 (and 14, 15), and there is little other wire in reach of one. nextpnr puts only clocks there by
   // itself, and numbers what it finds: three clocks, then the counter's reset, the card's, and that of
   // the NIC's blocks with its 21,000 loads, which is inside of the card.
   wire restart, reset;
   DCCA card_reset (.CLKI(!since_lock[19]), .CE(1'b1), .CLKO(reset));
   DCCA counter_reset (.CLKI(!locked_seen[1]), .CE(1'b1), .CLKO(restart));
   always @(posedge clock) begin
      locked_seen <= {locked_seen[0], locked};
      if (restart) since_lock <= 20'd0;
      else if (!since_lock[19]) since_lock <= since_lock + 20'd1;
   end
   assign running = since_lock[19];
   assign phy_reset_n = running;
   ecp5_rgmii #(.RX_DELAY(RX_DELAY), .TX_DELAY(TX_DELAY)) rgmii (
      .rx_clock(phy_rx_clock), .rx_pins(phy_rx), .rx_rise(rx_rise), .rx_fall(rx_fall),
      .tx_clock(tx_clock), .tx_rise(tx_rise), .tx_fall(tx_fall), .tx_pins(phy_tx), .tx_clock_pin(phy_tx_clock)
   );
   card card (
      .clock(clock), .reset(reset), .revision(`REVISION), .rxd(rxd), .txd(txd),
      .rx_clock(phy_rx_clock), .rx_rise(rx_rise), .rx_fall(rx_fall),
      .tx_clock(tx_clock), .tx_rise(tx_rise), .tx_fall(tx_fall)
   );
endmodule
`default_nettype wire
