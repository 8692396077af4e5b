// SPDX-License-Identifier: MIT
//
// Loop nest: cuts a command into tiles and chunks and gives every stage its
// descriptors, in one order: batch, rows of tiles, columns of tiles, chunks of depth.
//
// Handshake: valid/ready for commands. A descriptor of every stage is pushed at once
// (chunk_push_o, with the first chunk of a tile tile_push_o, and params_push_o where
// records must be loaded), only while ready_i, which depends on the queues alone.
// Latency: three cycles from a command to its first chunk; two per chunk, one more per tile.
//
// Shape: a tile fills the accumulator bank, 2^a rows by 2^b blocks of NC columns, long
// in the direction that the matrix has; what two whole tiles do not hold is shared
// between the last two, so that none is thin. Tiles but the last one are powers of two in
// both directions and chunks of depth as well: addresses need shifts, no multiplier.
// The first chunks of a command are small and grow, so that the array starts early.
// The hints tile_m, tile_n and tile_k are ignored.

module qmac_tiler #(
  parameter int unsigned KC = 16,
  parameter int unsigned NC = 16
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  logic                    flush_i,
  input  logic                    cmd_valid_i,
  output logic                    cmd_ready_o,
  /* verilator lint_off UNUSEDSIGNAL */ // the format has fields of features to come
  input  qmac_regs_pkg::cmd_t     cmd_i,
  /* verilator lint_on UNUSEDSIGNAL */
  input  logic [16:0]             cmd_index_i,
  input  qmac_core_pkg::seq_t     seq_i,
  input  logic                    ready_i,
  output logic                    chunk_push_o,
  output logic                    tile_push_o,
  output logic                    params_push_o,
  output qmac_core_pkg::load_t    a_o,
  output qmac_core_pkg::load_t    b_o,
  output qmac_core_pkg::rows_t    rows_o,
  output qmac_core_pkg::weights_t weights_o,
  output qmac_core_pkg::params_t  params_o,
  output qmac_core_pkg::tile_t    tile_o
);
  localparam int unsigned KBits = $clog2(KC);
  localparam int unsigned NBits = $clog2(NC);
  localparam int unsigned LgMaxBlocks = qmac_core_pkg::LgMaxCols - NBits < 6 ?
                                        qmac_core_pkg::LgMaxCols - NBits : 6;

  // Rows of a tile when the matrix is large both ways: about square.
  localparam int unsigned LgRows = NC == 8 ? 6 : 7;

  typedef logic [3:0] lg_t;

  typedef enum logic [1:0] {StIdle, StShape, StTile, StChunk} state_e;
  state_e state_q, state_d;
  logic   push_q, push_d;  // descriptors are in the output registers

  // ---- The command ----

  qmac_regs_pkg::path_e    path_q;
  qmac_pkg::requant_cfg_t  cfg_q;
  qmac_pkg::lane_param_t   scalar_q;
  logic [20:0]             m_q, n_q, k_q;
  logic [38:0]             a_stride_q, b_stride_q, c_stride_q;
  logic [38:0]             a_batch_q, b_batch_q, c_batch_q;
  logic [63:0]             params_va_q;
  logic                    a_transposed_q, b_natural_q, a_signed_q, b_signed_q, wide_q;
  logic                    per_channel_q, async_a_q, async_b_q, async_c_q;
  logic signed [8:0]       a_zero_q, b_zero_q;
  logic [16:0]             cmd_index_q;
  qmac_core_pkg::seq_t     seq_q;

  // ---- Shape of its tiles ----

  lg_t lg_rows_q, lg_cols_q, lg_depth_q;  // largest tile and chunk

  function automatic lg_t log2_up(logic [20:0] value);  // least l with 2^l >= value, to 15
    lg_t result = '0;
    for (int unsigned l = 0; l < 15; l++) if (value > 21'(1) << l) result = lg_t'(l + 1);
    return result;
  endfunction

  // Depth of a chunk of 2^lg rows or columns that fits.
  function automatic lg_t lg_fit(lg_t lg);
    logic [4:0] fit = 5'(qmac_core_pkg::LgChunkBytes) - 5'(lg);
    return fit > 5'(qmac_core_pkg::LgMaxDepth) ? lg_t'(qmac_core_pkg::LgMaxDepth) : fit[3:0];
  endfunction

  lg_t lg_m, lg_n, shape_rows, shape_cols, shape_depth;

  always_comb begin
    shape_rows  = lg_t'(LgRows);
    shape_cols  = '0;
    shape_depth = '0;
    lg_m        = '0;
    lg_n        = '0;
    if (state_q == StShape) begin
      lg_m = log2_up(m_q);
      lg_n = log2_up(n_q);
      if (lg_m < lg_t'(LgRows)) begin
        shape_rows = lg_m < lg_t'(3) ? lg_t'(3) : lg_m;
      end else if (lg_n <= lg_t'(NBits)) begin
        shape_rows = lg_t'(9);
      end else if (lg_n == lg_t'(NBits + 1)) begin
        shape_rows = lg_t'(8);
      end else if (lg_n == lg_t'(NBits + 2)) begin
        shape_rows = lg_t'(7);
      end
      shape_cols = lg_t'(9) - shape_rows;
      if (shape_cols > lg_t'(LgMaxBlocks)) shape_cols = lg_t'(LgMaxBlocks);
      shape_cols = shape_cols + lg_t'(NBits);
      // Two chunks of each operand fit, as large as the matrix really is.
      if (lg_n < shape_cols) shape_cols = lg_n < lg_t'(NBits) ? lg_t'(NBits) : lg_n;
      if (lg_m < shape_rows) shape_rows = lg_m;
      shape_depth = lg_fit(shape_rows) < lg_fit(shape_cols) ? lg_fit(shape_rows)
                                                            : lg_fit(shape_cols);
    end
  end

  // ---- Where the walk is ----

  logic [20:0] m_left_q, n_left_q, k_left_q;
  logic [16:0] batch_left_q;
  logic [63:0] a_batch_va_q, a_tile_va_q, a_va_q;  // of the batch, of the tile, of the chunk
  logic [63:0] b_batch_va_q, b_tile_va_q, b_va_q;
  logic [63:0] c_batch_va_q, c_row_va_q, c_va_q;
  logic [63:0] param_va_q;
  logic        first_tile_q;   // of the command
  logic        first_chunk_q;  // of the tile
  lg_t         lg_depth_now_q;

  // The tile.
  logic [9:0]  rows_q;
  logic [10:0] cols_q;
  lg_t         lg_tile_rows_q, lg_tile_cols_q;  // where it is not the last
  logic        rows_last_q, cols_last_q, cols_only_q;

  // A tile takes all that is left, a whole tile, or half of one when what remains
  // then fits the next.
  function automatic lg_t lg_part(logic [20:0] left, lg_t lg);
    logic [20:0] full = 21'd1 << lg;
    return left > full && left <= full + (full >> 1) ? lg - lg_t'(1) : lg;
  endfunction

  lg_t  part_rows, part_cols;
  logic batch_last, chunk_last, tile_last;

  always_comb begin
    part_rows = '0;
    part_cols = '0;
    if (state_q == StTile) begin
      part_rows = lg_rows_q == '0 ? '0 : lg_part(m_left_q, lg_rows_q);
      part_cols = lg_cols_q == lg_t'(NBits) ? lg_cols_q : lg_part(n_left_q, lg_cols_q);
    end
  end

  logic [8:0] depth;
  assign batch_last = batch_left_q == 17'd1;
  assign chunk_last = k_left_q <= 21'd1 << lg_depth_now_q;
  assign tile_last  = rows_last_q && cols_last_q && batch_last;
  assign depth      = chunk_last ? k_left_q[8:0] : 9'd1 << lg_depth_now_q;

  // ---- Control ----

  logic step;  // make the descriptors of a chunk, move on
  assign step        = state_q == StChunk && (!push_q || ready_i);
  assign cmd_ready_o = state_q == StIdle;

  always_comb begin
    state_d = state_q;
    push_d  = push_q && !ready_i;
    unique case (state_q)
      StIdle:  if (cmd_valid_i) state_d = StShape;
      StShape: state_d = StTile;
      StTile:  state_d = StChunk;
      StChunk: begin
        if (step) begin
          push_d = 1'b1;
          if (chunk_last) state_d = tile_last ? StIdle : StTile;
        end
      end
      default: state_d = StIdle;
    endcase
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= StIdle;
      push_q  <= 1'b0;
    end else if (flush_i) begin
      state_q <= StIdle;
      push_q  <= 1'b0;
    end else begin
      state_q <= state_d;
      push_q  <= push_d;
    end
  end

  logic tile_push_q, params_push_q;
  assign chunk_push_o  = push_q && ready_i;
  assign tile_push_o   = chunk_push_o && tile_push_q;
  assign params_push_o = chunk_push_o && params_push_q;

  // ---- Taking a command ----

  always_ff @(posedge clk_i) begin
    if (cmd_valid_i && cmd_ready_o) begin
      path_q         <= qmac_regs_pkg::path_e'(cmd_i.path);
      cfg_q          <= '{path:     qmac_regs_pkg::path_e'(cmd_i.path),
                          rounding: qmac_regs_pkg::rounding_e'(cmd_i.rounding),
                          zp_first: cmd_i.zp_first[0],
                          c_zero:   cmd_i.c_zero[8:0],
                          clamp_lo: cmd_i.clamp_lo[8:0],
                          clamp_hi: cmd_i.clamp_hi[8:0]};
      scalar_q       <= '{bias: '0, mult: cmd_i.mult0, shift: cmd_i.shift0[5:0]};
      m_q            <= cmd_i.m[20:0];
      n_q            <= cmd_i.n[20:0];
      k_q            <= cmd_i.k[20:0];
      a_stride_q     <= cmd_i.a_stride[38:0];
      b_stride_q     <= cmd_i.b_stride[38:0];
      c_stride_q     <= cmd_i.c_stride[38:0];
      a_batch_q      <= cmd_i.a_batch_stride[38:0];
      b_batch_q      <= cmd_i.b_batch_stride[38:0];
      c_batch_q      <= cmd_i.c_batch_stride[38:0];
      params_va_q    <= cmd_i.param_addr;
      a_transposed_q <= cmd_i.flags[qmac_regs_pkg::FlagATransposed];
      b_natural_q    <= cmd_i.flags[qmac_regs_pkg::FlagBTransposed];
      per_channel_q  <= cmd_i.flags[qmac_regs_pkg::FlagPerChannel];
      async_a_q      <= cmd_i.flags[qmac_regs_pkg::FlagAsyncA];
      async_b_q      <= cmd_i.flags[qmac_regs_pkg::FlagAsyncB];
      async_c_q      <= cmd_i.flags[qmac_regs_pkg::FlagAsyncC];
      a_signed_q     <= cmd_i.a_type == qmac_regs_pkg::TypeS8;
      b_signed_q     <= cmd_i.b_type == qmac_regs_pkg::TypeS8;
      wide_q         <= cmd_i.c_type == qmac_regs_pkg::TypeS32;
      a_zero_q       <= cmd_i.a_zero[8:0];
      b_zero_q       <= cmd_i.b_zero[8:0];
      cmd_index_q    <= cmd_index_i;
      seq_q          <= seq_i;
    end
    if (state_q == StShape) begin
      lg_rows_q  <= shape_rows;
      lg_cols_q  <= shape_cols;
      lg_depth_q <= shape_depth;
    end
    if (state_q == StTile) begin
      rows_last_q    <= m_left_q <= 21'd1 << lg_rows_q;
      cols_last_q    <= n_left_q <= 21'd1 << lg_cols_q;
      rows_q         <= m_left_q <= 21'd1 << lg_rows_q ? m_left_q[9:0] : 10'd1 << part_rows;
      cols_q         <= n_left_q <= 21'd1 << lg_cols_q ? n_left_q[10:0] : 11'd1 << part_cols;
      lg_tile_rows_q <= part_rows;
      lg_tile_cols_q <= part_cols;
      if (first_tile_q) cols_only_q <= n_left_q <= 21'd1 << lg_cols_q;
    end
  end

  // ---- Moving on ----

  // From here to the next chunk, tile, row of tiles, product of the batch.
  function automatic logic [63:0] strides(logic [38:0] stride, lg_t lg);
    return 64'(stride) << lg;
  endfunction

  logic [63:0] a_depth_step, b_depth_step, a_rows_step, b_cols_step;
  always_comb begin
    a_depth_step = '0;
    b_depth_step = '0;
    a_rows_step  = '0;
    b_cols_step  = '0;
    if (step) begin
      a_depth_step = a_transposed_q ? strides(a_stride_q, lg_depth_now_q) : 64'(depth);
      b_depth_step = b_natural_q ? 64'(depth) : strides(b_stride_q, lg_depth_now_q);
      a_rows_step  = a_transposed_q ? 64'(rows_q) : strides(a_stride_q, lg_tile_rows_q);
      b_cols_step  = b_natural_q ? strides(b_stride_q, lg_tile_cols_q) : 64'(cols_q);
    end
  end

  always_ff @(posedge clk_i) begin : walk
    logic [63:0] a_next, b_next, c_next;
    if (cmd_valid_i && cmd_ready_o) begin
      batch_left_q  <= cmd_i.batch[16:0];
      m_left_q      <= cmd_i.m[20:0];
      n_left_q      <= cmd_i.n[20:0];
      k_left_q      <= cmd_i.k[20:0];
      a_batch_va_q  <= cmd_i.a_addr;
      a_tile_va_q   <= cmd_i.a_addr;
      a_va_q        <= cmd_i.a_addr;
      b_batch_va_q  <= cmd_i.b_addr;
      b_tile_va_q   <= cmd_i.b_addr;
      b_va_q        <= cmd_i.b_addr;
      c_batch_va_q  <= cmd_i.c_addr;
      c_row_va_q    <= cmd_i.c_addr;
      c_va_q        <= cmd_i.c_addr;
      param_va_q    <= cmd_i.param_addr;
      first_tile_q  <= 1'b1;
      first_chunk_q <= 1'b1;
    end
    if (state_q == StShape) begin
      lg_depth_now_q <= shape_depth < lg_t'(qmac_core_pkg::LgMinDepth) ?
                        shape_depth : lg_t'(qmac_core_pkg::LgMinDepth);
    end
    if (step && !chunk_last) begin
      first_chunk_q  <= 1'b0;
      k_left_q       <= k_left_q - 21'(depth);
      a_va_q         <= a_va_q + a_depth_step;
      b_va_q         <= b_va_q + b_depth_step;
      if (lg_depth_now_q < lg_depth_q) lg_depth_now_q <= lg_depth_now_q + 1'b1;
    end
    if (step && chunk_last) begin
      first_chunk_q  <= 1'b1;
      first_tile_q   <= 1'b0;
      k_left_q       <= k_q;
      lg_depth_now_q <= lg_depth_q;
      if (!cols_last_q) begin
        b_next       = b_tile_va_q + b_cols_step;
        n_left_q    <= n_left_q - 21'(cols_q);
        a_va_q      <= a_tile_va_q;
        b_tile_va_q <= b_next;
        b_va_q      <= b_next;
        c_va_q      <= c_va_q + (wide_q ? 64'(cols_q) << 2 : 64'(cols_q));
        param_va_q  <= param_va_q + (64'(cols_q) << 4);
      end else begin
        n_left_q   <= n_q;
        param_va_q <= params_va_q;
        if (!rows_last_q) begin
          a_next       = a_tile_va_q + a_rows_step;
          b_next       = b_batch_va_q;
          c_next       = c_row_va_q + strides(c_stride_q, lg_tile_rows_q);
          m_left_q    <= m_left_q - 21'(rows_q);
        end else begin
          a_next        = a_batch_va_q + 64'(a_batch_q);
          b_next        = b_batch_va_q + 64'(b_batch_q);
          c_next        = c_batch_va_q + 64'(c_batch_q);
          m_left_q     <= m_q;
          batch_left_q <= batch_left_q - 17'd1;
          a_batch_va_q <= a_next;
          b_batch_va_q <= b_next;
          c_batch_va_q <= c_next;
        end
        a_tile_va_q <= a_next;
        a_va_q      <= a_next;
        b_tile_va_q <= b_next;
        b_va_q      <= b_next;
        c_row_va_q  <= c_next;
        c_va_q      <= c_next;
      end
    end
  end

  // ---- Descriptors ----

  logic [6:0] depth_words;
  assign depth_words = 7'((depth + 9'(KC - 1)) >> KBits);

  always_ff @(posedge clk_i) begin
    if (step) begin
      tile_push_q   <= first_chunk_q;
      params_push_q <= first_chunk_q && per_channel_q && (!cols_only_q || first_tile_q);
      a_o <= '{va: a_va_q, stride: a_stride_q, rows: 11'(rows_q), depth: depth,
               transposed: a_transposed_q, words: 14'(rows_q) * 14'(depth_words),
               is_async: async_a_q, seq: seq_q, cmd_index: cmd_index_q};
      b_o <= '{va: b_va_q, stride: b_stride_q, rows: cols_q, depth: depth,
               transposed: !b_natural_q, words: 14'(cols_q) * 14'(depth_words),
               is_async: async_b_q, seq: seq_q, cmd_index: cmd_index_q};
      rows_o <= '{rows: rows_q, blocks: 7'((cols_q + 11'(NC - 1)) >> NBits), depth: depth,
                  is_signed: a_signed_q, zero: a_zero_q, first: first_chunk_q, last: chunk_last};
      weights_o <= '{cols: cols_q, depth: depth, is_signed: b_signed_q, zero: b_zero_q,
                     last: chunk_last, per_channel: per_channel_q,
                     params_last: per_channel_q && (!cols_only_q || tile_last)};
    end
    if (step && first_chunk_q) begin
      params_o <= '{va: param_va_q, cols: cols_q, path: path_q, b_signed: b_signed_q,
                    is_async: async_b_q, seq: seq_q, cmd_index: cmd_index_q};
      tile_o <= '{va: c_va_q, stride: c_stride_q, rows: rows_q, cols: cols_q, wide: wide_q,
                  cfg: cfg_q, scalar: scalar_q, per_channel: per_channel_q,
                  params_last: per_channel_q && (!cols_only_q || tile_last),
                  cmd_last: tile_last, is_async: async_c_q, seq: seq_q, cmd_index: cmd_index_q};
    end
  end

`ifndef SYNTHESIS
  initial assert (KC == 2 ** KBits && NC == 2 ** NBits && KC >= 8 && KC <= 32 && NC >= 8 &&
                  NC <= 32) else $error("KC and NC are 8, 16 or 32");
`endif

endmodule
