// A little of everything that placement has to keep: a PLL, carry chains, block RAM with constant inputs, distributed RAM.
// SPDX-License-Identifier: MIT OR Apache-2.0
module top (input clock, input [3:0] d, output reg q);
   wire back, slow;
   EHXPLLL #(
      .CLKI_DIV(4), .CLKFB_DIV(5), .FEEDBK_PATH("CLKOP"), .CLKOP_ENABLE("ENABLED"), .CLKOP_DIV(4), .CLKOP_CPHASE(3),
      .CLKOS_ENABLE("ENABLED"), .CLKOS_DIV(20), .CLKOS_CPHASE(19)
   ) pll (.CLKI(clock), .CLKFB(back), .CLKOP(back), .CLKOS(slow), .RST(1'b0));
   reg [31:0] sum = 32'd0;
   reg [8:0] wide, deep [0:1023];
   reg [3:0] shallow [0:15];
   always @(posedge slow) begin
      sum <= sum + {d, wide, shallow[d], sum[31:17]};
      wide <= deep[sum[9:0]];
      if (d[0]) deep[sum[19:10]] <= {sum[4:0], d};
      if (d[1]) shallow[sum[31:28]] <= d;
      q <= ^sum;
   end
endmodule
