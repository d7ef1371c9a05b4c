// The optimiser of Verilator 5.048 joins the two shifts into one by `(a + b)`, of six bits, and loses the carry.
module top(
   input wire [3:0] x,
   input wire [5:0] a,
   input wire [5:0] b,
   output wire [3:0] left,
   output wire [3:0] right
);
   wire [3:0] once = x << a;
   wire [3:0] half = x >> a;
   assign left = once << b;
   assign right = half >> b;
endmodule
