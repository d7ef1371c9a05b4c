// Colorlight i9 (LFE5U-45F): one card at the first of its two gigabit ports, host access over the serial port of its extension board.
// SPDX-License-Identifier: MIT OR Apache-2.0
`default_nettype none
module top (
   input wire clk25,
   input wire uart_rx,
   output wire uart_tx,
   output wire eth_rst_n,
   output wire eth_tx_clk,
   output wire eth_tx_ctl,
   output wire [3:0] eth_tx_data,
   input wire eth_rx_clk,
   input wire eth_rx_ctl,
   input wire [3:0] eth_rx_data,
   output wire led
);
   wire running;
   // the PHY delays the transmit clock, and not the receive clock: the data wait 2 ns here
   ecp5_card #(.INPUT_MHZ(25), .RX_DELAY(80), .TX_DELAY(0)) card (
      .clock_in(clk25), .rxd(uart_rx), .txd(uart_tx), .phy_reset_n(eth_rst_n),
      .phy_tx_clock(eth_tx_clk), .phy_tx({eth_tx_ctl, eth_tx_data}),
      .phy_rx_clock(eth_rx_clk), .phy_rx({eth_rx_ctl, eth_rx_data}), .running(running)
   );
   // lights when low
   assign led = !running;
endmodule
`default_nettype wire
