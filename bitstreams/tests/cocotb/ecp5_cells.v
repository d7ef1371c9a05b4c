// What the chip's cells at the pins do, for simulation: sampling and driving at both edges, delays of 25 ps a step.
`timescale 1ps / 1ps
`default_nettype none
module IDDRX1F (input wire SCLK, input wire RST, input wire D, output reg Q0, output reg Q1);
   reg rise, fall;
   initial {rise, fall, Q0, Q1} = 4'd0;
   always @(posedge SCLK) rise <= D;
   always @(negedge SCLK) fall <= D;
   // both halves of a cycle come out together, at the next rising edge
   always @(posedge SCLK) begin
      Q0 <= rise;
      Q1 <= fall;
   end
endmodule

module ODDRX1F (input wire SCLK, input wire RST, input wire D0, input wire D1, output wire Q);
   reg first, second;
   initial {first, second} = 2'd0;
   always @(posedge SCLK) begin
      first <= D0;
      second <= D1;
   end
   assign Q = SCLK ? first : second;
endmodule

module DELAYG #(parameter DEL_MODE = "", parameter DEL_VALUE = 0) (input wire A, output reg Z);
   initial Z = 0;
   always @(A) Z <= #(25 * DEL_VALUE) A;
endmodule
`default_nettype wire
