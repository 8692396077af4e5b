// SPDX-License-Identifier: MIT
//
// A queue of Lanes 32-bit words per entry in a qmac_ram, whose read register
// doubles as the output register.
//
// Handshake: valid/ready at the output. The input has no ready: who writes has
//            counted what is inside (Depth entries fit, and one more that waits
//            at the output).
// Latency:   what goes in in cycle t can come out in cycle t+2; one per cycle.
// Invariant: Depth is a power of two. flush_i empties it and wins over both sides.

module qmac_ram_fifo #(
  parameter int unsigned Depth = 64,
  parameter int unsigned Lanes = 4
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  input  logic                flush_i,

  input  logic                in_valid_i,
  input  logic [Lanes*32-1:0] in_i,

  output logic                out_valid_o,
  input  logic                out_ready_i,
  output logic [Lanes*32-1:0] out_o
);

  localparam int unsigned AddrWidth = $clog2(Depth);
  typedef logic [AddrWidth:0] ptr_t;

  ptr_t head_q, tail_q;
  logic out_valid_q, fetch;

  assign fetch       = head_q != tail_q && (!out_valid_q || out_ready_i);
  assign out_valid_o = out_valid_q;

  qmac_ram #(.Depth(Depth), .Lanes(Lanes)) u_ram (
    .clk_i,
    .w_en_i     (in_valid_i),
    .w_addr_i   (tail_q[AddrWidth-1:0]),
    .w_lane_en_i({Lanes{1'b1}}),
    .w_data_i   (in_i),
    .r_en_i     (fetch),
    .r_addr_i   (head_q[AddrWidth-1:0]),
    .r_data_o   (out_o)
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      head_q      <= '0;
      tail_q      <= '0;
      out_valid_q <= 1'b0;
    end else if (flush_i) begin
      head_q      <= '0;
      tail_q      <= '0;
      out_valid_q <= 1'b0;
    end else begin
      if (in_valid_i) tail_q <= tail_q + 1'b1;
      if (fetch) head_q <= head_q + 1'b1;
      out_valid_q <= fetch || (out_valid_q && !out_ready_i);
    end
  end

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */  // an assertion is no flip-flop
  initial assert (Depth >= 2 && (Depth & (Depth - 1)) == 0) else $error("Depth");
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (!in_valid_i || flush_i || (tail_q - head_q) != ptr_t'(Depth)) else $error("overflow");
    end
  end
  /* verilator lint_on SYNCASYNCNET */
`endif

endmodule
