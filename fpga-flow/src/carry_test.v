// What carry.v makes of additions and comparisons, against what iverilog makes of them. `mapped_N` is the mapped copy of `sums_N`.

// The carry cell of the ECP5. Its carry-in may be anything, also unknown, where it is not to matter.
module CCU2C (input CIN, A0, B0, C0, D0, A1, B1, C1, D1, output S0, S1, COUT);
  parameter [15:0] INIT0 = 0;
  parameter [15:0] INIT1 = 0;
  parameter INJECT1_0 = "NO";
  parameter INJECT1_1 = "NO";
  wire pass0 = INIT0[{D0, C0, B0, A0}], pass1 = INIT1[{D1, C1, B1, A1}];
  wire make0 = INIT0[{2'b0, B0, A0}], make1 = INIT1[{2'b0, B1, A1}];
  wire middle = (pass0 & CIN) | (~pass0 & make0);
  assign S0 = pass0 ^ CIN;
  assign S1 = pass1 ^ middle;
  assign COUT = (pass1 & middle) | (~pass1 & make1);
endmodule

`ifndef MAPPING
module check #(parameter N = 1) (input [15:0] a, b, input c, output reg bad);
  wire [7*N+5:0] want, have;
  generate case (N)
    5: begin sums_5 w (a[4:0], b[4:0], c, want); mapped_5 h (a[4:0], b[4:0], c, have); end
    6: begin sums_6 w (a[5:0], b[5:0], c, want); mapped_6 h (a[5:0], b[5:0], c, have); end
    7: begin sums_7 w (a[6:0], b[6:0], c, want); mapped_7 h (a[6:0], b[6:0], c, have); end
    8: begin sums_8 w (a[7:0], b[7:0], c, want); mapped_8 h (a[7:0], b[7:0], c, have); end
    9: begin sums_9 w (a[8:0], b[8:0], c, want); mapped_9 h (a[8:0], b[8:0], c, have); end
    16: begin sums_16 w (a, b, c, want); mapped_16 h (a, b, c, have); end
  endcase endgenerate
  always @(*) bad = have !== want;
endmodule

module test;
  reg [15:0] a, b;
  reg c;
  wire [5:0] bad;
  integer seed, wrong, i;
  check #(5) c5 (a, b, c, bad[0]);
  check #(6) c6 (a, b, c, bad[1]);
  check #(7) c7 (a, b, c, bad[2]);
  check #(8) c8 (a, b, c, bad[3]);
  check #(9) c9 (a, b, c, bad[4]);
  check #(16) c16 (a, b, c, bad[5]);
  initial begin
    seed = 1;
    wrong = 0;
    for (i = 0; i < 300; i = i + 1) begin
      a = $random(seed);
      b = i[0] ? $random(seed) : a + i[2:1] - 1;
      c = $random(seed);
      #1 if (bad !== 6'b0) begin
        wrong = wrong + 1;
        if (wrong < 5) $display("%b a=%h b=%h c=%b", bad, a, b, c);
      end
    end
    $display("seed 1: %0d of %0d wrong", wrong, i);
  end
endmodule
`endif
