// Additions and comparisons of ECP5 (`$alu` of yosys): short ones in LUTs, others in carry cells that need nothing at either end.
//
// nextpnr puts a carry cell in front of a chain whose carry-in is connected, be it to a constant, and one behind a chain whose carry-out
// is, be it to nothing. Here the first half of the first cell makes the carry into bit 1 out of the two bits 0, so it
// wants no carry-in; the carry out of a bit is computed from the bit's inputs and its sum. `ends.v` takes the two connections away.
(* techmap_celltype = "$alu" *)
module _roamnic_alu (A, B, CI, BI, X, Y, CO);
  parameter A_SIGNED = 0;
  parameter B_SIGNED = 0;
  parameter A_WIDTH = 1;
  parameter B_WIDTH = 1;
  parameter Y_WIDTH = 1;
  parameter _TECHMAP_CONSTMSK_A_ = 0;
  parameter _TECHMAP_CONSTMSK_B_ = 0;
  parameter _TECHMAP_CONSTMSK_CI_ = 0;
  parameter _TECHMAP_CONSTVAL_CI_ = 0;
  parameter _TECHMAP_CONSTMSK_BI_ = 0;
  parameter _TECHMAP_CONSTVAL_BI_ = 0;
  // bits up to which LUTs are fewer, with two operands and with one and a constant
  localparam SHORT = &_TECHMAP_CONSTMSK_A_ || &_TECHMAP_CONSTMSK_B_ ? 7 : 5;
  // both are known: bits 0 are in half 0; else half 0 passes the carry-in on, and bits 0 are in half 1
  localparam KNOWN = _TECHMAP_CONSTMSK_CI_ && _TECHMAP_CONSTMSK_BI_;
  localparam HALVES = ((Y_WIDTH + (KNOWN ? 0 : 1) + 1) / 2) * 2;
  // half 0 as a function of {B0, A0}
  localparam [3:0] START = !KNOWN ? 4'hA :
    _TECHMAP_CONSTVAL_CI_ ? (_TECHMAP_CONSTVAL_BI_ ? 4'hB : 4'hE) :
                            (_TECHMAP_CONSTVAL_BI_ ? 4'h2 : 4'h8);
  (* force_downto *) input [A_WIDTH-1:0] A;
  (* force_downto *) input [B_WIDTH-1:0] B;
  (* force_downto *) output [Y_WIDTH-1:0] X, Y;
  input CI, BI;
  (* force_downto *) output [Y_WIDTH-1:0] CO;
  // yosys has a rule of its own for these
  wire _TECHMAP_FAIL_ = Y_WIDTH <= 4;

  (* force_downto *) wire [Y_WIDTH-1:0] a, b;
  \$pos #(.A_SIGNED(A_SIGNED), .A_WIDTH(A_WIDTH), .Y_WIDTH(Y_WIDTH)) extend_a (.A(A), .Y(a));
  \$pos #(.A_SIGNED(B_SIGNED), .A_WIDTH(B_WIDTH), .Y_WIDTH(Y_WIDTH)) extend_b (.A(B), .Y(b));
  (* force_downto *) wire [Y_WIDTH-1:0] addend = b ^ {Y_WIDTH{BI}};
  assign X = a ^ addend;

  genvar i;
  generate if (Y_WIDTH <= SHORT) begin:short
    (* force_downto *) wire [Y_WIDTH:0] carry = {CO, CI};
    assign Y = X ^ carry[Y_WIDTH-1:0];
    assign CO = (a & addend) | (carry[Y_WIDTH-1:0] & (a | addend));
  end else begin:long
    (* force_downto *) wire [HALVES-1:0] left, right, sum;
    (* force_downto *) wire [HALVES/2:1] link;
    if (KNOWN) begin
      assign left = a;
      assign right = b;
      assign Y = {sum[Y_WIDTH-1:1], X[0] ^ CI};
    end else begin
      assign left = {a, CI};
      assign right = {b, 1'b1};
      assign Y = sum[Y_WIDTH:1];
    end
    assign CO = (a & addend) | ((a | addend) & (Y ^ X));
    (* carry_head *)
    CCU2C #(.INIT0({12'h0, START}), .INIT1(16'h96aa), .INJECT1_0("NO"), .INJECT1_1("NO")) head (
      .CIN(1'bx),
      .A0(left[0]), .B0(right[0]), .C0(1'b1), .D0(1'b1),
      .A1(left[1]), .B1(right[1]), .C1(BI), .D1(1'b1),
      .S0(sum[0]), .S1(sum[1]), .COUT(link[1]));
    for (i = 1; i < HALVES / 2 - 1; i = i + 1) begin:middle
      CCU2C #(.INIT0(16'h96aa), .INIT1(16'h96aa), .INJECT1_0("NO"), .INJECT1_1("NO")) pair (
        .CIN(link[i]),
        .A0(left[2*i]), .B0(right[2*i]), .C0(BI), .D0(1'b1),
        .A1(left[2*i+1]), .B1(right[2*i+1]), .C1(BI), .D1(1'b1),
        .S0(sum[2*i]), .S1(sum[2*i+1]), .COUT(link[i+1]));
    end
    (* carry_tail *)
    CCU2C #(.INIT0(16'h96aa), .INIT1(16'h96aa), .INJECT1_0("NO"), .INJECT1_1("NO")) tail (
      .CIN(link[HALVES/2-1]),
      .A0(left[HALVES-2]), .B0(right[HALVES-2]), .C0(BI), .D0(1'b1),
      .A1(left[HALVES-1]), .B1(right[HALVES-1]), .C1(BI), .D1(1'b1),
      .S0(sum[HALVES-2]), .S1(sum[HALVES-1]), .COUT(link[HALVES/2]));
  end endgenerate
endmodule
