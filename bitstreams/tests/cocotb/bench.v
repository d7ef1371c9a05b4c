// The MAC behind the pins of an ECP5. The PHY's model changes its data half a cycle before the edge at which they count, as a PHY with delays does.
`timescale 1ps / 1ps
`default_nettype none
module bench (
   input wire core_clock,
   input wire tx_clock,
   input wire rx_clk,
   input wire [3:0] rxd,
   input wire rx_ctl,
   output wire [3:0] txd,
   output wire tx_ctl,
   output wire tx_clk,
   output wire wire_valid,
   output wire wire_last,
   output wire [63:0] wire_data,
   output wire [7:0] wire_keep,
   input wire core_valid,
   input wire core_last,
   input wire [63:0] core_data,
   input wire [7:0] core_keep,
   output wire core_ready
);
   wire [4:0] rx_rise, rx_fall, tx_rise, tx_fall;
   ecp5_rgmii #(.RX_DELAY(0), .TX_DELAY(80)) pins (
      .rx_clock(rx_clk), .rx_pins({rx_ctl, rxd}), .rx_rise(rx_rise), .rx_fall(rx_fall),
      .tx_clock(tx_clock), .tx_rise(tx_rise), .tx_fall(tx_fall), .tx_pins({tx_ctl, txd}), .tx_clock_pin(tx_clk)
   );
   mac mac (
      .clock(core_clock), .rx_clock(rx_clk), .rx_rise(rx_rise), .rx_fall(rx_fall),
      .tx_clock(tx_clock), .tx_rise(tx_rise), .tx_fall(tx_fall),
      .wire_valid(wire_valid), .wire_last(wire_last), .wire_data(wire_data), .wire_keep(wire_keep),
      .core_valid(core_valid), .core_last(core_last), .core_data(core_data), .core_keep(core_keep), .core_ready(core_ready),
      .reset(1'b0)
   );
endmodule
`default_nettype wire
