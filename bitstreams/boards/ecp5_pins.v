// The pins of RGMII as cells of an ECP5, as in Lattice's "ECP5 and ECP5-5G High-Speed I/O Interface" (FPGA-TN-02035).
// SPDX-License-Identifier: MIT OR Apache-2.0
`default_nettype none

// Pins of RGMII; delays in steps of 25 ps, of the receive data and of the transmit clock, where the PHY has none itself.
module ecp5_rgmii #(
   parameter RX_DELAY = 0,
   parameter TX_DELAY = 0
) (
   input wire rx_clock,
   input wire [4:0] rx_pins,
   output wire [4:0] rx_rise,
   output wire [4:0] rx_fall,
   input wire tx_clock,
   input wire [4:0] tx_rise,
   input wire [4:0] tx_fall,
   output wire [4:0] tx_pins,
   output wire tx_clock_pin
);
   wire tx_clock_out;
   ODDRX1F clock_out (.SCLK(tx_clock), .RST(1'b0), .D0(1'b1), .D1(1'b0), .Q(tx_clock_out));
   DELAYG #(.DEL_MODE("USER_DEFINED"), .DEL_VALUE(TX_DELAY)) clock_delay (.A(tx_clock_out), .Z(tx_clock_pin));
   genvar k;
   generate for (k = 0; k < 5; k = k + 1) begin : wires
      wire late;
      DELAYG #(.DEL_MODE("USER_DEFINED"), .DEL_VALUE(RX_DELAY)) data_delay (.A(rx_pins[k]), .Z(late));
      IDDRX1F in (.SCLK(rx_clock), .RST(1'b0), .D(late), .Q0(rx_rise[k]), .Q1(rx_fall[k]));
      ODDRX1F out (.SCLK(tx_clock), .RST(1'b0), .D0(tx_rise[k]), .D1(tx_fall[k]), .Q(tx_pins[k]));
   end endgenerate
endmodule
`default_nettype wire
