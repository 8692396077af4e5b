// SPDX-License-Identifier: MIT
//
// Loader of one operand: takes chunks, reserves their place in the scratchpad ring,
// requests their runs, and writes what comes back as words of KC bytes along the
// reduction. A chunk lies at the ring position where the one before ended, word
// [depth / KC][row]: a pass reads consecutive words.
//
// Handshake: valid/ready for chunks, requests and data. A chunk waits until its
// ring space is free and, unless is_async, until all earlier commands are done
// (done_i is the number of the oldest that is not). chunk_done_o pulses when the last word
// of a chunk is in the scratchpad, in order; r_ptr_i (with a wrap bit) tells how far the
// reader got.
// Latency: two cycles from the first beat of a word to its write in natural layout.
// Rate: a beat per cycle; requests run ahead as far as ring space allows.
// Invariant: no word is written before the one that it replaces was read.

module qmac_loader #(
  parameter int unsigned KC = 16,
  localparam int unsigned PtrBits = $clog2(qmac_core_pkg::ScratchBytes / KC)
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  flush_i,
  input  logic                  chunk_valid_i,
  output logic                  chunk_ready_o,
  input  qmac_core_pkg::load_t  chunk_i,
  input  qmac_core_pkg::seq_t   done_i,
  output logic                  rreq_valid_o,
  input  logic                  rreq_ready_i,
  output qmac_pkg::mem_req_t    rreq_o,
  input  logic                  rdata_valid_i,
  output logic                  rdata_ready_o,
  input  logic [127:0]          rdata_i,
  output logic                  w_en_o,
  output logic [PtrBits-1:0]    w_addr_o,
  output logic [KC*8-1:0]       w_data_o,
  input  logic [PtrBits:0]      r_ptr_i,
  output logic                  chunk_done_o,
  output logic                  order_wait_o  // nothing to do but wait for earlier commands
);
  localparam int unsigned KBits    = $clog2(KC);
  localparam int unsigned OutBytes = KC > 16 ? KC : 16;

  // What the receiving side has to know of a chunk.
  typedef struct packed {
    logic [3:0]  va;
    logic [3:0]  stride;
    logic [10:0] rows;
    logic [8:0]  depth;
    logic        transposed;
  } answer_t;

  // What goes with a run through the gearbox.
  typedef struct packed {
    logic             chunk_last;
    logic             block_last;
    logic [7:0]       cols;
    logic [KBits-1:0] k;
  } run_t;

  // ---- Requests ----

  qmac_core_pkg::load_t chunk;
  logic                 chunk_valid, chunk_take, in_order, space;
  logic [PtrBits:0]     alloc_q;  // ring position after all chunks taken
  logic                 req_valid, req_last;
  logic [8:0]           req_len;
  logic [16:0]          cmd_index_q;
  logic                 answer_ready;

  qmac_fifo #(.Depth(8), .T(qmac_core_pkg::load_t)) u_chunks (
    .clk_i, .rst_ni, .flush_i,
    .in_valid_i (chunk_valid_i),
    .in_ready_o (chunk_ready_o),
    .in_i       (chunk_i),
    .out_valid_o(chunk_valid),
    .out_ready_i(chunk_take),
    .out_o      (chunk)
  );

  logic [PtrBits:0] used;
  assign used       = alloc_q - r_ptr_i;
  assign space      = 16'(used) + 16'(chunk.words) <= 16'(2 ** PtrBits);
  assign in_order   = chunk.is_async || chunk.seq == done_i;
  assign chunk_take = chunk_valid && in_order && space && answer_ready &&
                      (!req_valid || (rreq_ready_i && req_last));

  qmac_run_walk #(.KC(KC), .AddrBits(64)) u_requests (
    .clk_i, .rst_ni, .flush_i,
    .start_i     (chunk_take),
    .va_i        (chunk.va),
    .stride_i    (64'(chunk.stride)),
    .rows_i      (chunk.rows),
    .depth_i     (chunk.depth),
    .transposed_i(chunk.transposed),
    .valid_o     (req_valid),
    .step_i      (req_valid && rreq_ready_i),
    .va_o        (rreq_o.va),
    .len_o       (req_len),
    .last_o      (req_last),
    /* verilator lint_off PINCONNECTEMPTY */ // only the receiving side transposes
    .block_last_o(),
    .k_o         ()
    /* verilator lint_on PINCONNECTEMPTY */
  );

  assign rreq_valid_o     = req_valid;
  assign rreq_o.len       = 13'(req_len);
  assign rreq_o.cmd_index = cmd_index_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      alloc_q <= '0;
    end else if (flush_i) begin
      alloc_q <= '0;
    end else if (chunk_take) begin
      alloc_q <= alloc_q + (PtrBits + 1)'(chunk.words);
    end
  end

  always_ff @(posedge clk_i) begin
    if (chunk_take) cmd_index_q <= chunk.cmd_index;
  end

  // ---- Answers ----

  answer_t    answer;
  logic       answer_valid, answer_take;
  logic       run_valid, run_step, run_last, block_last;
  logic [3:0] run_va;
  logic [8:0] run_len;
  logic [4:0] beat_q;      // of the run
  logic [9:0] covered;     // bytes of its first beats up to the end of the run
  logic       first_beat, last_beat, beat_fire, gear_ready;
  logic [3:0] lo;
  logic [4:0] hi;
  run_t       run;

  qmac_fifo #(.Depth(8), .T(answer_t)) u_answers (
    .clk_i, .rst_ni, .flush_i,
    .in_valid_i (chunk_take),
    .in_ready_o (answer_ready),
    .in_i       ('{va: chunk.va[3:0], stride: chunk.stride[3:0], rows: chunk.rows,
                   depth: chunk.depth, transposed: chunk.transposed}),
    .out_valid_o(answer_valid),
    .out_ready_i(answer_take),
    .out_o      (answer)
  );

  qmac_run_walk #(.KC(KC), .AddrBits(4)) u_runs (
    .clk_i, .rst_ni, .flush_i,
    .start_i     (answer_take),
    .va_i        (answer.va),
    .stride_i    (answer.stride),
    .rows_i      (answer.rows),
    .depth_i     (answer.depth),
    .transposed_i(answer.transposed),
    .valid_o     (run_valid),
    .step_i      (run_step),
    .va_o        (run_va),
    .len_o       (run_len),
    .last_o      (run_last),
    .block_last_o(block_last),
    .k_o         (run.k)
  );

  assign covered    = 10'(run_va) + 10'(run_len) - {1'b0, beat_q, 4'b0};
  assign first_beat = beat_q == '0;
  assign last_beat  = covered <= 10'd16;
  assign lo         = first_beat ? run_va : '0;
  assign hi         = last_beat ? covered[4:0] : 5'd16;

  assign rdata_ready_o = run_valid && gear_ready;
  assign beat_fire     = rdata_valid_i && rdata_ready_o;
  assign run_step      = beat_fire && last_beat;

  assign run.chunk_last = run_last;
  assign run.block_last = block_last;
  assign run.cols       = run_len[7:0];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      beat_q <= '0;
    end else if (flush_i) begin
      beat_q <= '0;
    end else if (beat_fire) begin
      beat_q <= last_beat ? '0 : beat_q + 5'd1;
    end
  end

  // ---- Chunks that are being written ----

  // The layout of what is in the gearbox and behind. Transposed chunks may follow
  // each other closely; any other change waits until all is written.
  logic        transposed_q;
  logic [10:0] rows_q;
  logic [5:0]  words_q;  // of a row, less one
  logic [1:0]  open_q;   // chunks begun and not written to the end

  assign answer_take = answer_valid && !run_valid &&
                       (open_q == '0 || (transposed_q && answer.transposed && open_q != 2'd3));

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      open_q <= '0;
    end else if (flush_i) begin
      open_q <= '0;
    end else begin
      open_q <= open_q + 2'(answer_take) - 2'(chunk_done_o);
    end
  end

  always_ff @(posedge clk_i) begin
    if (answer_take) begin
      transposed_q <= answer.transposed;
      rows_q       <= answer.rows;
      words_q      <= 6'((answer.depth - 9'd1) >> KBits);
    end
  end

  // ---- Gearbox and transposer ----

  logic                  gear_valid, gear_take, gear_last;
  logic [OutBytes*8-1:0] gear_data;
  run_t                  gear_run;
  logic                  trans_ready, trans_valid, trans_last;
  logic [KC*8-1:0]       trans_data;

  qmac_gearbox #(.KC(KC), .UserBits($bits(run_t))) u_gearbox (
    .clk_i, .rst_ni, .flush_i,
    .step_i     (transposed_q ? 6'd16 : 6'(KC)),
    .in_valid_i (rdata_valid_i && run_valid),
    .in_ready_o (gear_ready),
    .in_data_i  (rdata_i),
    .in_lo_i    (lo),
    .in_bytes_i (hi - 5'(lo)),
    .in_last_i  (last_beat),
    .in_user_i  (run),
    .out_valid_o(gear_valid),
    .out_ready_i(gear_take),
    .out_data_o (gear_data),
    .out_last_o (gear_last),
    .out_user_o (gear_run)
  );

  assign gear_take = !transposed_q || trans_ready;

  qmac_transpose #(.KC(KC)) u_transpose (
    .clk_i, .rst_ni, .flush_i,
    .w_valid_i     (gear_valid && transposed_q),
    .w_ready_o     (trans_ready),
    .w_data_i      (gear_data[127:0]),
    .w_k_i         (gear_run.k),
    .w_run_last_i  (gear_last),
    .w_block_last_i(gear_run.block_last),
    .w_chunk_last_i(gear_run.chunk_last),
    .w_cols_i      (gear_run.cols),
    .r_valid_o     (trans_valid),
    .r_data_o      (trans_data),
    .r_chunk_last_o(trans_last)
  );

  // ---- Scratchpad ----

  logic [PtrBits-1:0] addr_q, row_addr_q;
  logic [5:0]         word_q;
  logic               row_end;

  assign row_end  = transposed_q || word_q == words_q;
  assign w_en_o   = transposed_q ? trans_valid : gear_valid;
  assign w_data_o = transposed_q ? trans_data : gear_data[KC*8-1:0];
  assign w_addr_o = addr_q;
  assign chunk_done_o =
      transposed_q ? trans_valid && trans_last : gear_valid && gear_last && gear_run.chunk_last;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      addr_q     <= '0;
      row_addr_q <= '0;
      word_q     <= '0;
    end else if (flush_i) begin
      addr_q     <= '0;
      row_addr_q <= '0;
      word_q     <= '0;
    end else if (w_en_o) begin
      word_q <= row_end ? '0 : word_q + 6'd1;
      if (transposed_q || chunk_done_o) begin
        addr_q     <= addr_q + 1'b1;
        row_addr_q <= addr_q + 1'b1;
      end else if (row_end) begin
        addr_q     <= row_addr_q + 1'b1;
        row_addr_q <= row_addr_q + 1'b1;
      end else begin
        addr_q <= addr_q + PtrBits'(rows_q);
      end
    end
  end

  assign order_wait_o = chunk_valid && !in_order && open_q == '0 && !answer_valid && !req_valid;

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */ // assertions are no flip-flops
  always_ff @(posedge clk_i) begin
    if (rst_ni && !flush_i) begin
      assert (16'(used) <= 16'(2 ** PtrBits)) else $error("reader overtook the loader");
      assert (!chunk_valid || 16'(chunk.words) <= 16'(2 ** (PtrBits - 1)));
      assert (transposed_q || !gear_valid || gear_last == (word_q == words_q));
    end
  end
  /* verilator lint_on SYNCASYNCNET */
`endif

endmodule
