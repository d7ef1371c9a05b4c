// For the test of `fasm`: a counter, a block RAM with contents, a distributed RAM.
module top(input wire clk100, input wire uart_rx, output wire uart_tx, output wire led);
  reg [25:0] count = 0;
  reg [35:0] mem [0:1023];
  reg [35:0] word = 0;
  reg [7:0] small [0:31];
  reg [7:0] out = 0;
  integer i;
  initial begin
    for (i = 0; i < 1024; i = i + 1) mem[i] = 0;
    mem[5] = 36'hc0ffee;
  end
  always @(posedge clk100) begin
    count <= count + 1;
    if (uart_rx) mem[count[9:0]] <= {count, count[9:0]};
    word <= mem[count[15:6]];
    if (!uart_rx) small[count[4:0]] <= word[7:0];
    out <= small[count[9:5]] ^ word[35:28] ^ word[27:20] ^ word[19:12] ^ word[11:4];
  end
  assign led = count[25];
  assign uart_tx = ^out ^ uart_rx;
endmodule
