// ECPIX-5 (LFE5UM5G-85F): one card at its gigabit port, host access over the serial port of its USB debug adapter.
// SPDX-License-Identifier: MIT OR Apache-2.0
`default_nettype none
module top (
   input wire clk100,
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
   // the PHY delays its receive clock, and wants the transmit clock 2 ns behind the data
   ecp5_card #(.INPUT_MHZ(100), .RX_DELAY(0), .TX_DELAY(80)) card (
      .clock_in(clk100), .rxd(uart_rx), .txd(uart_tx), .phy_reset_n(eth_rst_n),
      .phy_tx_clock(eth_tx_clk), .phy_tx({eth_tx_ctl, eth_tx_data}),
      .phy_rx_clock(eth_rx_clk), .phy_rx({eth_rx_ctl, eth_rx_data}), .running(running)
   );
   // lights when low
   assign led = !running;
endmodule
`default_nettype wire
