// Nexys Video: two cards joined inside the chip. Host access to both over the USB serial port.
// SPDX-License-Identifier: MIT OR Apache-2.0
`default_nettype none
module top (
   input wire clk100,
   input wire uart_rx,
   output wire uart_tx,
   output wire led
);
   // 10 MHz for all
   reg [2:0] fifth = 3'd0;
   reg half = 1'b0;
   wire clock;
   always @(posedge clk100) begin
      fifth <= fifth == 3'd4 ? 3'd0 : fifth + 3'd1;
      if (fifth == 3'd4) half <= !half;
   end
   BUFG buffer (.I(half), .O(clock));
   reg [19:0] since_start = 20'd0;
   always @(posedge clock) if (!since_start[19]) since_start <= since_start + 20'd1;
   assign led = since_start[19];
   card card (.clock(clock), .reset(!since_start[19]), .revision(`REVISION), .rxd(uart_rx), .txd(uart_tx));
endmodule
`default_nettype wire
