// SPDX-License-Identifier: MIT
//
// The memory runs of a chunk, in the order in which they are requested and
// answered. A loader has two: one with whole addresses makes the requests, one
// with the four low bits knows how the answers lie in their beats.
//
// Natural layout: one run of depth bytes per row.
// Transposed: for each KC of depth, for each group of GroupCols columns, one run
// per element of depth: what a transposer takes at a time. The outer loop is over
// depth so that few pages are in use at a time.
//
// Handshake: start_i takes a chunk when !valid_o or in the last step; then valid_o
// holds with the run until step_i. Latency: one cycle from start_i to valid_o, none
// between runs. Addresses are modulo 2^AddrBits.

module qmac_run_walk #(
  parameter int unsigned KC       = 16,
  parameter int unsigned AddrBits = 64
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  flush_i,
  input  logic                  start_i,
  input  logic [AddrBits-1:0]   va_i,
  input  logic [AddrBits-1:0]   stride_i,
  input  logic [10:0]           rows_i,
  input  logic [8:0]            depth_i,
  input  logic                  transposed_i,
  output logic                  valid_o,
  input  logic                  step_i,
  output logic [AddrBits-1:0]   va_o,
  output logic [8:0]            len_o,
  output logic                  last_o,        // of the chunk
  output logic                  block_last_o,  // transposed: of the KC x group block
  output logic [$clog2(KC)-1:0] k_o            // transposed: row in the block
);
  localparam int unsigned KBits = $clog2(KC);
  localparam logic [10:0] Group = 11'(qmac_core_pkg::GroupCols);

  logic                valid_q, transposed_q;
  logic [AddrBits-1:0] va_q, stride_q;
  logic [AddrBits-1:0] group_q;       // address of the first run of the block
  logic [AddrBits-1:0] next_depth_q;  // address of the first run of the next KC of depth
  logic [10:0]         rows_q;
  logic [10:0]         rows_left_q;   // natural: runs left; transposed: columns from this group on
  logic [8:0]          depth_q;       // natural: bytes; transposed: left from this block on
  logic [KBits-1:0]    k_q;

  logic                k_last, group_last, depth_last;
  logic [AddrBits-1:0] next_va;

  assign k_last     = k_q == KBits'(KC - 1) || 9'(k_q) + 9'd1 == depth_q;
  assign group_last = rows_left_q <= Group;
  assign depth_last = depth_q <= 9'(KC);
  assign next_va    = va_q + stride_q;

  assign valid_o      = valid_q;
  assign va_o         = va_q;
  assign len_o        = !transposed_q ? depth_q : group_last ? rows_left_q[8:0] : Group[8:0];
  assign block_last_o = k_last;
  assign last_o       = transposed_q ? k_last && group_last && depth_last : rows_left_q == 11'd1;
  assign k_o          = k_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q <= 1'b0;
    end else if (flush_i) begin
      valid_q <= 1'b0;
    end else if (start_i) begin
      valid_q <= 1'b1;
    end else if (step_i && last_o) begin
      valid_q <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      transposed_q <= transposed_i;
      va_q         <= va_i;
      group_q      <= va_i;
      stride_q     <= stride_i;
      rows_q       <= rows_i;
      rows_left_q  <= rows_i;
      depth_q      <= depth_i;
      k_q          <= '0;
    end else if (step_i) begin
      if (!transposed_q) begin
        va_q        <= next_va;
        rows_left_q <= rows_left_q - 11'd1;
      end else if (!k_last) begin
        va_q <= next_va;
        k_q  <= k_q + 1'b1;
      end else begin
        k_q <= '0;
        if (rows_left_q == rows_q) next_depth_q <= next_va;
        if (!group_last) begin
          va_q        <= group_q + AddrBits'(Group);
          group_q     <= group_q + AddrBits'(Group);
          rows_left_q <= rows_left_q - Group;
        end else begin
          va_q        <= rows_left_q == rows_q ? next_va : next_depth_q;
          group_q     <= rows_left_q == rows_q ? next_va : next_depth_q;
          rows_left_q <= rows_q;
          depth_q     <= depth_q - 9'(KC);
        end
      end
    end
  end

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */ // assertions are no flip-flops
  always_ff @(posedge clk_i) begin
    if (rst_ni && !flush_i) begin
      assert (!start_i || !valid_q || (step_i && last_o));
      assert (!step_i || valid_q);
      assert (!valid_q || (len_o != '0));
    end
  end
  /* verilator lint_on SYNCASYNCNET */
`endif

endmodule
