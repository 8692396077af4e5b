// SPDX-License-Identifier: MIT
//
// Weight control: moves the stationary operand from its scratchpad into the shadow
// set of the array, one lane per cycle, one pass ahead of the rows.
//
// Order of passes: tile, chunk, KC of depth, block of NC columns. Words lie in the
// scratchpad in just that order, so the address counts.
//
// Handshake: descriptors by valid/ready, popped with their last word. chunk_done_i and
// params_done_i count what the loaders finished. full_o: the shadow set is complete; swap_i
// (only with full_o) says that the first row of its pass is read in this cycle, and
// lane 0 of the next pass may be read in the same cycle.
// Latency: one cycle from the read of the scratchpad to the write into the array.
// Invariant: every lane is written in every pass; lanes beyond the columns of the
// tile and bytes beyond the depth are masked.

module qmac_weights #(
  parameter int unsigned KC = 16,
  parameter int unsigned NC = 16,
  localparam int unsigned PtrBits   = $clog2(qmac_core_pkg::ScratchBytes / KC),
  localparam int unsigned LaneBits  = $clog2(NC),
  localparam int unsigned BlockBits = qmac_core_pkg::LgParamBlocks
) (
  input  logic                          clk_i,
  input  logic                          rst_ni,
  input  logic                          flush_i,
  input  logic                          desc_valid_i,
  output logic                          desc_ready_o,
  input  qmac_core_pkg::weights_t       desc_i,
  input  logic                          chunk_done_i,
  input  logic                          params_done_i,
  output logic                          full_o,
  input  logic                          swap_i,
  // Scratchpad and zero points of columns, read together
  output logic                          r_en_o,
  output logic [PtrBits-1:0]            r_addr_o,
  output logic [PtrBits:0]              r_ptr_o,
  input  logic [KC*8-1:0]               r_data_i,
  output logic                          zero_en_o,
  output logic [BlockBits+LaneBits-1:0] zero_addr_o,
  input  logic signed [8:0]             zero_i,
  // Array
  output logic                          w_valid_o,
  output logic [LaneBits-1:0]           w_lane_o,
  output logic [KC*8-1:0]               w_data_o,
  output logic                          w_signed_o,
  output logic signed [8:0]             w_zero_o,
  output logic [KC-1:0]                 w_keep_o,
  // Why the set is not full
  output logic                          wait_chunk_o,
  output logic                          wait_params_o
);
  localparam int unsigned KBits = $clog2(KC);

  logic [PtrBits:0]     ptr_q;
  logic [LaneBits-1:0]  lane_q;
  logic [10:0]          col_q;        // of the tile, of lane_q
  logic [8:0]           depth_q;      // of the chunk, where this pass begins
  logic [BlockBits-1:0] params_q;     // first block of the tile's records in the ring
  logic [BlockBits-1:0] block_q;      // block of the tile
  logic [3:0]           chunks_q;     // loaded and not used up
  logic [7:0]           params_have_q;
  logic                 full_q;

  logic go, lane_used, lane_last, block_last, depth_last, chunk_end, params_end;

  assign wait_chunk_o  = desc_valid_i && chunks_q == '0;
  assign wait_params_o = desc_valid_i && desc_i.per_channel && params_have_q == '0;

  assign go         = desc_valid_i && !wait_chunk_o && !wait_params_o && (!full_q || swap_i);
  assign lane_used  = col_q < desc_i.cols;
  assign lane_last  = lane_q == LaneBits'(NC - 1);
  assign block_last = col_q + 11'd1 >= desc_i.cols;
  assign depth_last = depth_q + 9'(KC) >= desc_i.depth;
  assign chunk_end  = go && lane_last && block_last && depth_last;
  assign params_end = chunk_end && desc_i.last && desc_i.params_last;

  assign desc_ready_o = chunk_end;
  assign full_o       = full_q;
  assign r_en_o       = go && lane_used;
  assign r_addr_o     = ptr_q[PtrBits-1:0];
  assign r_ptr_o      = ptr_q;
  assign zero_en_o    = r_en_o && desc_i.per_channel;
  assign zero_addr_o  = {params_q + block_q, lane_q};

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      ptr_q         <= '0;
      lane_q        <= '0;
      col_q         <= '0;
      depth_q       <= '0;
      params_q      <= '0;
      block_q       <= '0;
      chunks_q      <= '0;
      params_have_q <= '0;
      full_q        <= 1'b0;
    end else if (flush_i) begin
      ptr_q         <= '0;
      lane_q        <= '0;
      col_q         <= '0;
      depth_q       <= '0;
      params_q      <= '0;
      block_q       <= '0;
      chunks_q      <= '0;
      params_have_q <= '0;
      full_q        <= 1'b0;
    end else begin
      chunks_q      <= chunks_q + 4'(chunk_done_i) - 4'(chunk_end);
      params_have_q <= params_have_q + 8'(params_done_i) - 8'(params_end);
      if (swap_i || (go && lane_last)) full_q <= go && lane_last;
      if (go) begin
        lane_q <= lane_last ? '0 : lane_q + 1'b1;
        if (lane_used) ptr_q <= ptr_q + 1'b1;
        col_q <= lane_last && block_last ? '0 : col_q + 11'd1;
        if (lane_last) begin
          block_q <= block_last ? '0 : block_q + 1'b1;
          if (block_last) depth_q <= depth_last ? '0 : depth_q + 9'(KC);
        end
        if (params_end) params_q <= params_q + block_q + 1'b1;
      end
    end
  end

  // ---- Into the array ----

  logic                valid_q, signed_q, per_channel_q, used_q;
  logic [LaneBits-1:0] lane1_q;
  logic signed [8:0]   zero_q;
  logic [KC-1:0]       keep_q;
  logic [KBits-1:0]    tail;

  assign tail = desc_i.depth[KBits-1:0];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q <= 1'b0;
    end else begin
      valid_q <= go && !flush_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (go) begin
      lane1_q       <= lane_q;
      signed_q      <= desc_i.is_signed;
      zero_q        <= desc_i.zero;
      per_channel_q <= desc_i.per_channel;
      used_q        <= lane_used;
      for (int unsigned k = 0; k < KC; k++) begin
        keep_q[k] <= lane_used && (!depth_last || tail == '0 || KBits'(k) < tail);
      end
    end
  end

  assign w_valid_o  = valid_q;
  assign w_lane_o   = lane1_q;
  assign w_data_o   = r_data_i;
  assign w_signed_o = signed_q;
  assign w_zero_o   = per_channel_q && used_q ? zero_i : zero_q;
  assign w_keep_o   = keep_q;

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */ // assertions are no flip-flops
  always_ff @(posedge clk_i) begin
    if (rst_ni && !flush_i) begin
      assert (!swap_i || full_q);
      assert (!chunk_done_i || chunks_q != '1);
    end
  end
  /* verilator lint_on SYNCASYNCNET */
`endif

endmodule
