// SPDX-License-Identifier: MIT
//
// Drain: reads finished tiles out of the accumulators row by row (all blocks of
// a row, then the next row, so that stores are long), requantizes them and asks for
// the store of each row.
//
// Handshake: tiles by valid/ready, popped with their last row; tile_done_i counts
// those whose sums are complete. A tile waits, unless is_async, until all earlier
// commands are done. Results leave by valid/ready with what the store must know of
// them; when it stalls, the whole pipeline does. Store requests by valid/ready, ahead of
// their results. tile_free_o pulses when a bank has been read out.
// Latency: eight cycles from the first read to the result. Rate: a row of NC per cycle.

module qmac_drain #(
  parameter int unsigned NC = 16,
  localparam int unsigned RowBits   = qmac_core_pkg::LgMaxRows,
  localparam int unsigned BlockBits = qmac_core_pkg::LgParamBlocks
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   flush_i,
  input  logic                   desc_valid_i,
  output logic                   desc_ready_o,
  input  qmac_core_pkg::tile_t   desc_i,
  input  logic                   tile_done_i,
  output logic                   tile_free_o,
  input  qmac_core_pkg::seq_t    done_i,
  output logic                   order_wait_o,
  // Accumulators
  output logic                   d_valid_o,
  output logic                   d_bank_o,
  output logic [RowBits-1:0]     d_row_o,
  input  logic [NC*32-1:0]       d_data_i,
  // Parameter store
  output logic                   block_en_o,
  output logic [BlockBits-1:0]   block_addr_o,
  /* verilator lint_off UNUSEDSIGNAL */ // a shift has 6 bits of its word
  input  logic [NC*96-1:0]       block_i,
  /* verilator lint_on UNUSEDSIGNAL */
  output logic [BlockBits:0]     r_block_o,
  // Store requests
  input  logic                   order_ready_i,
  output logic                   issue_o,       // one more store request will be made
  output logic                   issue_last_o,  // the last of its command
  output logic                   sreq_valid_o,
  input  logic                   sreq_ready_i,
  output qmac_pkg::mem_req_t     sreq_o,
  // Results
  output logic                   result_valid_o,
  input  logic                   result_ready_i,
  output logic [NC*32-1:0]       result_o,
  output qmac_core_pkg::result_t result_info_o
);
  localparam int unsigned Latency = qmac_requant_pkg::RequantLatency;
  // Read of the parameters, read of the accumulators, then requantization.
  localparam int unsigned Stages = Latency + 2;

  logic                 bank_q;
  logic [1:0]           tiles_q;    // complete and not read out
  logic [9:0]           row_q;
  logic [10:0]          col_q;      // first of the block
  logic [RowBits-1:0]   acc_q;
  logic [BlockBits-1:0] block_q;    // of the tile
  logic [BlockBits:0]   params_q;   // first block of the tile's records in the ring
  logic [63:0]          va_q;       // of the row
  logic                 begun_q;    // the tile's first row has been read

  logic advance, in_order, go, row_first, row_last, tile_last, req_ready;
  logic [10:0] cols_left;
  logic [63:0] va;
  logic [12:0] row_bytes;
  qmac_core_pkg::result_t info;

  assign advance      = !result_valid_o || result_ready_i;
  assign in_order     = desc_i.is_async || desc_i.seq == done_i;
  assign row_first    = col_q == '0;
  assign cols_left    = desc_i.cols - col_q;
  assign row_last     = cols_left <= 11'(NC);
  assign tile_last    = row_last && row_q + 10'd1 == desc_i.rows;
  assign go           = advance && desc_valid_i && tiles_q != '0 && in_order &&
                        (!row_first || (req_ready && order_ready_i));
  assign va           = begun_q ? va_q : desc_i.va;
  assign row_bytes    = desc_i.wide ? {desc_i.cols, 2'b0} : 13'(desc_i.cols);
  assign order_wait_o = desc_valid_i && tiles_q != '0 && !in_order;

  assign issue_o      = go && row_first;
  assign issue_last_o = desc_i.cmd_last && row_q + 10'd1 == desc_i.rows;
  assign desc_ready_o = go && tile_last;
  assign block_en_o   = go && desc_i.per_channel;
  assign block_addr_o = params_q[BlockBits-1:0] + block_q;
  assign r_block_o    = params_q;

  qmac_fifo #(.Depth(4), .T(qmac_pkg::mem_req_t)) u_requests (
    .clk_i, .rst_ni, .flush_i,
    .in_valid_i (go && row_first),
    .in_ready_o (req_ready),
    .in_i       ('{va: va, len: row_bytes, cmd_index: desc_i.cmd_index}),
    .out_valid_o(sreq_valid_o),
    .out_ready_i(sreq_ready_i),
    .out_o      (sreq_o)
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      bank_q   <= 1'b0;
      tiles_q  <= '0;
      row_q    <= '0;
      col_q    <= '0;
      acc_q    <= '0;
      block_q  <= '0;
      params_q <= '0;
      begun_q  <= 1'b0;
    end else if (flush_i) begin
      bank_q   <= 1'b0;
      tiles_q  <= '0;
      row_q    <= '0;
      col_q    <= '0;
      acc_q    <= '0;
      block_q  <= '0;
      params_q <= '0;
      begun_q  <= 1'b0;
    end else begin
      tiles_q <= tiles_q + 2'(tile_done_i) - 2'(go && tile_last);
      if (go) begin
        begun_q <= !tile_last;
        col_q   <= row_last ? '0 : col_q + 11'(NC);
        block_q <= row_last ? '0 : block_q + 1'b1;
        acc_q   <= tile_last ? '0 : row_last ? RowBits'(row_q + 10'd1)
                                             : acc_q + RowBits'(desc_i.rows);
        if (row_last) row_q <= tile_last ? '0 : row_q + 10'd1;
        if (tile_last) bank_q <= ~bank_q;
        if (tile_last && desc_i.params_last) begin
          params_q <= params_q + (BlockBits + 1)'(block_q) + 1'b1;
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (go) va_q <= row_last ? va + 64'(desc_i.stride) : va;
  end

  // ---- What goes along ----

  logic [7:0] lanes;
  assign lanes       = row_last ? cols_left[7:0] : 8'(NC);
  assign info.bytes  = desc_i.wide ? lanes << 2 : lanes;
  assign info.offset = va[3:0];
  assign info.first  = row_first;
  assign info.last   = row_last;
  assign info.wide   = desc_i.wide;

  logic [Stages:1]         valid_q;
  qmac_core_pkg::result_t  info_q [1:Stages];
  logic                    tile_last_q, tile_free_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q     <= '0;
      tile_last_q <= 1'b0;
      tile_free_q <= 1'b0;
    end else if (flush_i) begin
      valid_q     <= '0;
      tile_last_q <= 1'b0;
      tile_free_q <= 1'b0;
    end else begin
      tile_free_q <= advance && tile_last_q;
      if (advance) begin
        valid_q     <= {valid_q[Stages-1:1], go};
        tile_last_q <= go && tile_last;
      end
    end
  end

  // ---- Reading: parameters first, then the accumulators ----

  logic                    read_bank_q;
  logic [RowBits-1:0]      read_row_q;
  logic                    read_per_channel_q, read_new_q;
  qmac_pkg::requant_cfg_t  read_cfg_q, cfg_q;
  qmac_pkg::lane_param_t   read_scalar_q, param_q [NC];

  always_ff @(posedge clk_i) begin
    if (go) begin
      read_bank_q        <= bank_q;
      read_row_q         <= acc_q;
      read_per_channel_q <= desc_i.per_channel;
      read_new_q         <= !begun_q;
      if (!begun_q) begin
        read_cfg_q    <= desc_i.cfg;
        read_scalar_q <= desc_i.scalar;
      end
    end
    if (advance && valid_q[1]) begin
      if (read_new_q) cfg_q <= read_cfg_q;
      if (read_per_channel_q) begin
        for (int unsigned n = 0; n < NC; n++) begin
          param_q[n] <= '{bias: block_i[n*96+:32], mult: block_i[n*96+32+:32],
                          shift: block_i[n*96+64+:6]};
        end
      end else if (read_new_q) begin
        for (int unsigned n = 0; n < NC; n++) param_q[n] <= read_scalar_q;
      end
    end
    if (advance) begin
      info_q[1] <= info;
      for (int unsigned i = 2; i <= Stages; i++) info_q[i] <= info_q[i-1];
    end
  end

  assign d_valid_o   = advance && valid_q[1];
  assign d_bank_o    = read_bank_q;
  assign d_row_o     = read_row_q;
  assign tile_free_o = tile_free_q;

  /* verilator lint_off UNUSEDSIGNAL */ // valid_q knows flushes, the pipeline does not
  logic requant_valid;
  /* verilator lint_on UNUSEDSIGNAL */

  qmac_requant #(.NC(NC)) u_requant (
    .clk_i, .rst_ni,
    .en_i    (advance),
    .valid_i (valid_q[2]),
    .acc_i   (d_data_i),
    .cfg_i   (cfg_q),
    .param_i (param_q),
    .valid_o (requant_valid),
    .result_o(result_o)
  );

  assign result_valid_o = valid_q[Stages];
  assign result_info_o  = info_q[Stages];

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */ // assertions are no flip-flops
  always_ff @(posedge clk_i) begin
    if (rst_ni && !flush_i) begin
      assert (!result_valid_o || requant_valid) else $error("requantization lost a row");
      assert (!go || begun_q != (row_q == '0 && col_q == '0));
      assert (tiles_q <= 2'd2);
    end
  end
  /* verilator lint_on SYNCASYNCNET */
`endif

endmodule
