// SPDX-License-Identifier: MIT
//
// The core: takes checked GEMM commands, loads operands and parameters, multiplies,
// requantizes and stores. The tiler cuts commands into tiles and chunks; loaders, pass
// control and drain work on them at their own pace, each in order, ahead of each other as
// far as scratchpads, accumulator banks and the ordering flags allow.
//
//   cmd -> tiler -+-> loader A -> scratchpad A ----> passes --+
//                 +-> loader B -> scratchpad B --> weights -> array -> accumulators
//                 +-> params ---- zero points ------^             |
//                 +-------------- records ---------------------> drain -> store
//
// Handshake: valid/ready on all streams. A read request is answered by the aligned
// beats that cover it. Every store request has, on a stream of their own, the beats that
// cover it. flush_i forgets the job: all control state returns to reset; answers to its
// requests must not come any more.
// Latency: an aligned run of 16 bytes is in the scratchpad two cycles after its beat; a
// row of results leaves about 20 cycles after the last row of its tile was streamed.
// Invariant: what a job left in memories and registers cannot come out in another:
// operands beyond what was loaded are masked, the first pass of a tile replaces its
// accumulators, and only requested bytes are stored.

module qmac_core #(
  parameter int unsigned KC = 16,
  parameter int unsigned NC = 16
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   flush_i,
  // Commands: GEMM only, checked, in the order of the job
  input  logic                   cmd_valid_i,
  output logic                   cmd_ready_o,
  input  qmac_regs_pkg::cmd_t    cmd_i,
  input  logic [16:0]            cmd_index_i,
  output logic                   idle_o,
  // Reads: A, B, parameters
  output logic [2:0]             rreq_valid_o,
  input  logic [2:0]             rreq_ready_i,
  output qmac_pkg::mem_req_t     rreq_o [3],
  input  logic [2:0]             rdata_valid_i,
  output logic [2:0]             rdata_ready_o,
  input  logic [127:0]           rdata_i [3],
  /* verilator lint_off UNUSEDSIGNAL */ // a walk for parameters is a stall for parameters
  input  logic [2:0]             walk_pending_i,
  /* verilator lint_on UNUSEDSIGNAL */
  // Stores
  output logic                   sreq_valid_o,
  input  logic                   sreq_ready_i,
  output qmac_pkg::mem_req_t     sreq_o,
  output logic                   sbeat_valid_o,
  input  logic                   sbeat_ready_i,
  output qmac_pkg::store_beat_t  sbeat_o,
  input  logic                   store_done_i,
  // A parameter record outside its domain
  output logic                   bad_param_o,
  output logic [63:0]            bad_param_va_o,
  output logic [16:0]            bad_param_index_o,
  // Accounting
  output qmac_pkg::cycle_class_e class_o
);
  localparam int unsigned Words     = qmac_core_pkg::ScratchBytes / KC;
  localparam int unsigned PtrBits   = $clog2(Words);
  localparam int unsigned LaneBits  = $clog2(NC);
  localparam int unsigned BlockBits = qmac_core_pkg::LgParamBlocks;
  localparam int unsigned RowBits   = qmac_core_pkg::LgMaxRows;

  // ---- Commands and their order ----

  qmac_core_pkg::seq_t     seq, done;
  logic                    issue, issue_last, order_ready;
  logic                    chunk_push, tile_push, params_push, queues_ready;
  logic                    a_ready, b_ready, rows_ready, weights_ready, params_ready, tile_ready;
  qmac_core_pkg::load_t    a_chunk, b_chunk;
  qmac_core_pkg::rows_t    rows_new, rows_desc;
  qmac_core_pkg::weights_t weights_new, weights_desc;
  qmac_core_pkg::params_t  params_new;
  qmac_core_pkg::tile_t    tile_new, tile_desc;
  logic                    rows_valid, rows_pop, weights_valid, weights_pop, tile_valid, tile_pop;

  qmac_order u_order (
    .clk_i, .rst_ni, .flush_i,
    .accept_i     (cmd_valid_i && cmd_ready_o),
    .seq_o        (seq),
    .store_issue_i(issue),
    .store_last_i (issue_last),
    .store_done_i (store_done_i),
    .ready_o      (order_ready),
    .done_o       (done),
    .idle_o       (idle_o)
  );

  assign queues_ready =
      a_ready && b_ready && rows_ready && weights_ready && params_ready && tile_ready;

  qmac_tiler #(.KC(KC), .NC(NC)) u_tiler (
    .clk_i, .rst_ni, .flush_i,
    .cmd_valid_i,
    .cmd_ready_o,
    .cmd_i,
    .cmd_index_i,
    .seq_i        (seq),
    .ready_i      (queues_ready),
    .chunk_push_o (chunk_push),
    .tile_push_o  (tile_push),
    .params_push_o(params_push),
    .a_o          (a_chunk),
    .b_o          (b_chunk),
    .rows_o       (rows_new),
    .weights_o    (weights_new),
    .params_o     (params_new),
    .tile_o       (tile_new)
  );

  qmac_fifo #(.Depth(8), .T(qmac_core_pkg::rows_t)) u_rows_queue (
    .clk_i, .rst_ni, .flush_i,
    .in_valid_i(chunk_push), .in_ready_o(rows_ready), .in_i(rows_new),
    .out_valid_o(rows_valid), .out_ready_i(rows_pop), .out_o(rows_desc)
  );

  qmac_fifo #(.Depth(8), .T(qmac_core_pkg::weights_t)) u_weights_queue (
    .clk_i, .rst_ni, .flush_i,
    .in_valid_i(chunk_push), .in_ready_o(weights_ready), .in_i(weights_new),
    .out_valid_o(weights_valid), .out_ready_i(weights_pop), .out_o(weights_desc)
  );

  qmac_fifo #(.Depth(8), .T(qmac_core_pkg::tile_t)) u_tile_queue (
    .clk_i, .rst_ni, .flush_i,
    .in_valid_i(tile_push), .in_ready_o(tile_ready), .in_i(tile_new),
    .out_valid_o(tile_valid), .out_ready_i(tile_pop), .out_o(tile_desc)
  );

  // ---- Operands ----

  logic               a_w_en, a_r_en, a_done, a_order, b_w_en, b_r_en, b_done, b_order;
  logic [PtrBits-1:0] a_w_addr, a_r_addr, b_w_addr, b_r_addr;
  logic [PtrBits:0]   a_ptr, b_ptr;
  logic [KC*8-1:0]    a_w_data, a_r_data, b_w_data, b_r_data;

  qmac_loader #(.KC(KC)) u_loader_a (
    .clk_i, .rst_ni, .flush_i,
    .chunk_valid_i(chunk_push),
    .chunk_ready_o(a_ready),
    .chunk_i      (a_chunk),
    .done_i       (done),
    .rreq_valid_o (rreq_valid_o[0]),
    .rreq_ready_i (rreq_ready_i[0]),
    .rreq_o       (rreq_o[0]),
    .rdata_valid_i(rdata_valid_i[0]),
    .rdata_ready_o(rdata_ready_o[0]),
    .rdata_i      (rdata_i[0]),
    .w_en_o       (a_w_en),
    .w_addr_o     (a_w_addr),
    .w_data_o     (a_w_data),
    .r_ptr_i      (a_ptr),
    .chunk_done_o (a_done),
    .order_wait_o (a_order)
  );

  qmac_ram #(.Depth(Words), .Lanes(KC / 4)) u_scratch_a (
    .clk_i,
    .w_en_i     (a_w_en),
    .w_addr_i   (a_w_addr),
    .w_lane_en_i('1),
    .w_data_i   (a_w_data),
    .r_en_i     (a_r_en),
    .r_addr_i   (a_r_addr),
    .r_data_o   (a_r_data)
  );

  qmac_loader #(.KC(KC)) u_loader_b (
    .clk_i, .rst_ni, .flush_i,
    .chunk_valid_i(chunk_push),
    .chunk_ready_o(b_ready),
    .chunk_i      (b_chunk),
    .done_i       (done),
    .rreq_valid_o (rreq_valid_o[1]),
    .rreq_ready_i (rreq_ready_i[1]),
    .rreq_o       (rreq_o[1]),
    .rdata_valid_i(rdata_valid_i[1]),
    .rdata_ready_o(rdata_ready_o[1]),
    .rdata_i      (rdata_i[1]),
    .w_en_o       (b_w_en),
    .w_addr_o     (b_w_addr),
    .w_data_o     (b_w_data),
    .r_ptr_i      (b_ptr),
    .chunk_done_o (b_done),
    .order_wait_o (b_order)
  );

  qmac_ram #(.Depth(Words), .Lanes(KC / 4)) u_scratch_b (
    .clk_i,
    .w_en_i     (b_w_en),
    .w_addr_i   (b_w_addr),
    .w_lane_en_i('1),
    .w_data_i   (b_w_data),
    .r_en_i     (b_r_en),
    .r_addr_i   (b_r_addr),
    .r_data_o   (b_r_data)
  );

  // ---- Parameters ----

  logic                          params_done, params_order, zero_en, block_en;
  logic [BlockBits:0]            block_ptr;
  logic [BlockBits+LaneBits-1:0] zero_addr;
  logic signed [8:0]             zero;
  logic [BlockBits-1:0]          block_addr;
  logic [NC*96-1:0]              block;

  qmac_params #(.NC(NC)) u_params (
    .clk_i, .rst_ni, .flush_i,
    .desc_valid_i (params_push),
    .desc_ready_o (params_ready),
    .desc_i       (params_new),
    .done_i       (done),
    .rreq_valid_o (rreq_valid_o[2]),
    .rreq_ready_i (rreq_ready_i[2]),
    .rreq_o       (rreq_o[2]),
    .rdata_valid_i(rdata_valid_i[2]),
    .rdata_ready_o(rdata_ready_o[2]),
    .rdata_i      (rdata_i[2]),
    .done_o       (params_done),
    .order_wait_o (params_order),
    .r_block_i    (block_ptr),
    .zero_en_i    (zero_en),
    .zero_addr_i  (zero_addr),
    .zero_o       (zero),
    .block_en_i   (block_en),
    .block_addr_i (block_addr),
    .block_o      (block),
    .bad_o        (bad_param_o),
    .bad_va_o     (bad_param_va_o),
    .bad_index_o  (bad_param_index_o)
  );

  // ---- Array ----

  logic                w_full, swap, b_wait, params_wait;
  logic                w_valid, w_signed, a_valid, a_swap, a_signed, p_valid;
  logic [LaneBits-1:0] w_lane;
  logic [KC*8-1:0]     w_data, a_data;
  logic signed [8:0]   w_zero, a_zero;
  logic [KC-1:0]       w_keep, a_keep;
  logic [NC*32-1:0]    p_sum;

  qmac_weights #(.KC(KC), .NC(NC)) u_weights (
    .clk_i, .rst_ni, .flush_i,
    .desc_valid_i (weights_valid),
    .desc_ready_o (weights_pop),
    .desc_i       (weights_desc),
    .chunk_done_i (b_done),
    .params_done_i(params_done),
    .full_o       (w_full),
    .swap_i       (swap),
    .r_en_o       (b_r_en),
    .r_addr_o     (b_r_addr),
    .r_ptr_o      (b_ptr),
    .r_data_i     (b_r_data),
    .zero_en_o    (zero_en),
    .zero_addr_o  (zero_addr),
    .zero_i       (zero),
    .w_valid_o    (w_valid),
    .w_lane_o     (w_lane),
    .w_data_o     (w_data),
    .w_signed_o   (w_signed),
    .w_zero_o     (w_zero),
    .w_keep_o     (w_keep),
    .wait_chunk_o (b_wait),
    .wait_params_o(params_wait)
  );

  logic               s_valid, s_bank, s_first, tile_done, tile_free, c_order;
  logic [RowBits-1:0] s_row;

  qmac_passes #(.KC(KC)) u_passes (
    .clk_i, .rst_ni, .flush_i,
    .desc_valid_i  (rows_valid),
    .desc_ready_o  (rows_pop),
    .desc_i        (rows_desc),
    .chunk_done_i  (a_done),
    .w_full_i      (w_full),
    .swap_o        (swap),
    .r_en_o        (a_r_en),
    .r_addr_o      (a_r_addr),
    .r_ptr_o       (a_ptr),
    .r_data_i      (a_r_data),
    .a_valid_o     (a_valid),
    .a_swap_o      (a_swap),
    .a_data_o      (a_data),
    .a_signed_o    (a_signed),
    .a_zero_o      (a_zero),
    .a_keep_o      (a_keep),
    .p_valid_i     (p_valid),
    .s_valid_o     (s_valid),
    .s_bank_o      (s_bank),
    .s_row_o       (s_row),
    .s_first_o     (s_first),
    .tile_done_o   (tile_done),
    .tile_free_i   (tile_free),
    .a_order_i     (a_order),
    .a_walk_i      (walk_pending_i[0]),
    .b_wait_i      (b_wait),
    .b_order_i     (b_order),
    .b_walk_i      (walk_pending_i[1]),
    .params_wait_i (params_wait),
    .params_order_i(params_order),
    .c_order_i     (c_order),
    .class_o
  );

  qmac_array #(.KC(KC), .NC(NC)) u_array (
    .clk_i, .rst_ni,
    .w_valid_i (w_valid),
    .w_lane_i  (w_lane),
    .w_data_i  (w_data),
    .w_signed_i(w_signed),
    .w_zero_i  (w_zero),
    .w_keep_i  (w_keep),
    .a_valid_i (a_valid),
    .a_swap_i  (a_swap),
    .a_data_i  (a_data),
    .a_signed_i(a_signed),
    .a_zero_i  (a_zero),
    .a_keep_i  (a_keep),
    .p_valid_o (p_valid),
    .p_sum_o   (p_sum)
  );

  // ---- Results ----

  logic                   d_valid, d_bank;
  logic [RowBits-1:0]     d_row;
  logic [NC*32-1:0]       d_data, result;
  logic                   result_valid, result_ready;
  qmac_core_pkg::result_t result_info;

  qmac_accumulators #(.NC(NC), .Rows(2 ** RowBits)) u_accumulators (
    .clk_i, .rst_ni,
    .s_valid_i(s_valid),
    .s_bank_i (s_bank),
    .s_row_i  (s_row),
    .s_first_i(s_first),
    .s_sum_i  (p_sum),
    .d_valid_i(d_valid),
    .d_bank_i (d_bank),
    .d_row_i  (d_row),
    .d_data_o (d_data)
  );

  qmac_drain #(.NC(NC)) u_drain (
    .clk_i, .rst_ni, .flush_i,
    .desc_valid_i  (tile_valid),
    .desc_ready_o  (tile_pop),
    .desc_i        (tile_desc),
    .tile_done_i   (tile_done),
    .tile_free_o   (tile_free),
    .done_i        (done),
    .order_wait_o  (c_order),
    .d_valid_o     (d_valid),
    .d_bank_o      (d_bank),
    .d_row_o       (d_row),
    .d_data_i      (d_data),
    .block_en_o    (block_en),
    .block_addr_o  (block_addr),
    .block_i       (block),
    .r_block_o     (block_ptr),
    .order_ready_i (order_ready),
    .issue_o       (issue),
    .issue_last_o  (issue_last),
    .sreq_valid_o,
    .sreq_ready_i,
    .sreq_o,
    .result_valid_o(result_valid),
    .result_ready_i(result_ready),
    .result_o      (result),
    .result_info_o (result_info)
  );

  qmac_store #(.NC(NC)) u_store (
    .clk_i, .rst_ni, .flush_i,
    .result_valid_i(result_valid),
    .result_ready_o(result_ready),
    .result_i      (result),
    .info_i        (result_info),
    .beat_valid_o  (sbeat_valid_o),
    .beat_ready_i  (sbeat_ready_i),
    .beat_o        (sbeat_o)
  );

endmodule
