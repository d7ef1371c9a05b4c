// A NIC-like device for tests of the simulator: echoes frames, copies host memory, keeps a scratch register.
//
// BAR0: 0x00 magic (64 bits), 0x08 scratch, 0x10 source, 0x18 destination (both bus-aligned),
//       0x20 blocks of 64 bytes to copy (1 to 16; writing starts), 0x28 {errors, busy}, 0x30 never answers,
//       0x38 writing misbehaves: interrupt 99 is withdrawn if it is not taken at once.
// BAR2: writing raises the interrupt of that number. A finished copy raises interrupt 7.
module echo_nic(
  input wire clock, input wire reset,
  input wire rx_valid, input wire rx_last, input wire [@W@-1:0] rx_data, input wire [@W@/8-1:0] rx_keep,
  output wire tx_valid, output wire tx_last, output wire [@W@-1:0] tx_data, output wire [@W@/8-1:0] tx_keep,
  input wire tx_ready,
  input wire bar_valid, input wire bar_write, input wire bar_sel, input wire [23:0] bar_addr,
  input wire [63:0] bar_wdata, input wire [7:0] bar_wstrb, output wire bar_ready,
  output reg bar_rvalid, output reg [63:0] bar_rdata,
  output wire rd_valid, output wire [63:0] rd_addr, output wire [12:0] rd_len, output wire [7:0] rd_tag,
  input wire rd_ready,
  input wire rsp_valid, input wire [@W@-1:0] rsp_data, input wire [7:0] rsp_tag, input wire rsp_last,
  input wire rsp_error,
  output wire wr_valid, output wire [63:0] wr_addr, output wire [@W@-1:0] wr_data,
  output wire [@W@/8-1:0] wr_strb, output wire wr_last, input wire wr_ready,
  output reg irq_valid, output reg [7:0] irq_vector, input wire irq_ready
);
  localparam B = @W@ / 8;

  // Wire: a FIFO of beats.
  reg [@W@+B:0] beats [0:1023];
  reg [9:0] beat_in, beat_out;
  assign tx_valid = beat_in != beat_out;
  assign {tx_last, tx_keep, tx_data} = beats[beat_out];
  always @(posedge clock) begin
    if (rx_valid) beats[beat_in] <= {rx_last, rx_keep, rx_data};
    if (reset) begin beat_in <= 10'd0; beat_out <= 10'd0; end
    else begin
      if (rx_valid) beat_in <= beat_in + 10'd1;
      if (tx_valid && tx_ready) beat_out <= beat_out + 10'd1;
    end
  end

  // Registers; a read takes three cycles, every access waits one.
  reg [63:0] scratch, source, destination, answer;
  reg [1:0] delay;
  reg seen;
  reg [7:0] errors;
  wire busy;
  assign bar_ready = seen;
  wire take = bar_valid && bar_ready;
  wire [63:0] mask = {{8{bar_wstrb[7]}}, {8{bar_wstrb[6]}}, {8{bar_wstrb[5]}}, {8{bar_wstrb[4]}},
                      {8{bar_wstrb[3]}}, {8{bar_wstrb[2]}}, {8{bar_wstrb[1]}}, {8{bar_wstrb[0]}}};
  wire [20:0] word = bar_addr[23:3];
  wire start = take && bar_write && !bar_sel && word == 21'd4;
  always @(posedge clock) begin
    seen <= bar_valid && !take;
    bar_rvalid <= delay == 2'd1;
    bar_rdata <= answer;
    if (delay != 2'd0) delay <= delay - 2'd1;
    if (take && bar_write && !bar_sel) case (word)
      21'd1: scratch <= scratch & ~mask | bar_wdata & mask;
      21'd2: source <= source & ~mask | bar_wdata & mask;
      21'd3: destination <= destination & ~mask | bar_wdata & mask;
      default: ;
    endcase
    if (take && !bar_write) begin
      if (word != 21'd6) delay <= 2'd3;
      case (word)
        21'd0: answer <= 64'h6f68_6365_6369_6e21;
        21'd1: answer <= scratch;
        21'd5: answer <= {48'd0, errors, 7'd0, busy};
        default: answer <= 64'd0;
      endcase
    end
    if (reset) begin
      seen <= 1'b0; delay <= 2'd0; bar_rvalid <= 1'b0;
      scratch <= 64'd0; source <= 64'd0; destination <= 64'd0; answer <= 64'd0; bar_rdata <= 64'd0;
    end
  end

  // Copier: one tag per block; answers go out as they come, at the place that their tag and beat say.
  reg [4:0] blocks, asked, finished;
  reg [3:0] beat [0:15];
  reg [@W@+64:0] writes [0:255];
  reg [7:0] write_in, write_out;
  wire [3:0] tag = rsp_tag[3:0];
  assign busy = finished != blocks || write_in != write_out;
  assign rd_valid = asked != blocks;
  assign rd_addr = source + {53'd0, asked, 6'd0};
  assign rd_len = 13'd64;
  assign rd_tag = {3'd0, asked};
  assign wr_valid = write_in != write_out;
  assign {wr_last, wr_addr, wr_data} = writes[write_out];
  assign wr_strb = {B{1'b1}};
  integer i;
  always @(posedge clock) begin
    if (rd_valid && rd_ready) asked <= asked + 5'd1;
    if (rsp_valid) begin
      beat[tag] <= rsp_last ? 4'd0 : beat[tag] + 4'd1;
      if (rsp_last) finished <= finished + 5'd1;
      if (rsp_error) errors <= errors + {7'd0, rsp_last};
      else begin
        writes[write_in] <= {rsp_last, destination + {54'd0, tag, 6'd0} + {60'd0, beat[tag]} * B, rsp_data};
        write_in <= write_in + 8'd1;
      end
    end
    if (wr_valid && wr_ready) write_out <= write_out + 8'd1;
    if (start) begin blocks <= bar_wdata[4:0]; asked <= 5'd0; finished <= 5'd0; errors <= 8'd0; end
    if (reset) begin
      blocks <= 5'd0; asked <= 5'd0; finished <= 5'd0; errors <= 8'd0; write_in <= 8'd0; write_out <= 8'd0;
      for (i = 0; i < 16; i = i + 1) beat[i] <= 4'd0;
    end
  end

  // Interrupts.
  reg was_busy;
  always @(posedge clock) begin
    was_busy <= busy;
    if (irq_valid && (irq_ready || irq_vector == 8'd99)) irq_valid <= 1'b0;
    if (was_busy && !busy) begin irq_valid <= 1'b1; irq_vector <= 8'd7; end
    if (take && bar_write && bar_sel) begin irq_valid <= 1'b1; irq_vector <= bar_wdata[7:0]; end
    if (take && bar_write && !bar_sel && word == 21'd7) begin irq_valid <= 1'b1; irq_vector <= 8'd99; end
    if (reset) begin was_busy <= 1'b0; irq_valid <= 1'b0; irq_vector <= 8'd0; end
  end
endmodule
