// SPDX-License-Identifier: MIT
//
// A small first-in first-out queue in registers.
//
// Handshake: valid/ready on both sides; in_ready_o does not depend on
//            out_ready_i, out_valid_o not on in_valid_i.
// Latency:   what goes in can come out in the next cycle.
// Invariant: Depth is a power of two. flush_i empties it and wins over both sides.

module qmac_fifo #(
  parameter type         T     = logic,
  parameter int unsigned Depth = 4
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic flush_i,

  input  logic in_valid_i,
  output logic in_ready_o,
  input  T     in_i,

  output logic out_valid_o,
  input  logic out_ready_i,
  output T     out_o
);

  localparam int unsigned AddrWidth = $clog2(Depth);
  typedef logic [AddrWidth:0] ptr_t;

  T     mem_q [Depth];
  ptr_t head_q, tail_q;

  assign out_valid_o = head_q != tail_q;
  assign in_ready_o  = (tail_q - head_q) != ptr_t'(Depth);
  assign out_o       = mem_q[head_q[AddrWidth-1:0]];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      head_q <= '0;
      tail_q <= '0;
    end else if (flush_i) begin
      head_q <= '0;
      tail_q <= '0;
    end else begin
      if (in_valid_i && in_ready_o) tail_q <= tail_q + 1'b1;
      if (out_valid_o && out_ready_i) head_q <= head_q + 1'b1;
    end
  end

  // The slot that is written is never the one that is read while out_valid_o, so a
  // blocking write is as good as a non-blocking one, and the simulator needs no copy of
  // what is to be written.
  always_ff @(posedge clk_i) begin
    /* verilator lint_off BLKSEQ */  // see above
    if (in_valid_i && in_ready_o) mem_q[tail_q[AddrWidth-1:0]] = in_i;
    /* verilator lint_on BLKSEQ */
  end

`ifndef SYNTHESIS
  initial assert (Depth >= 2 && (Depth & (Depth - 1)) == 0) else $error("Depth");
`endif

endmodule
