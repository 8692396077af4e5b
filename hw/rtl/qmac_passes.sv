// SPDX-License-Identifier: MIT
//
// Pass control: streams the rows of a tile through the array, pass by pass, steers
// the sums into the accumulators, and says what every cycle was spent on.
//
// Order of passes: tile, chunk, KC of depth, block of NC columns; a pass streams all
// rows of the tile against one set of weights. The first KC of a tile replaces what
// the accumulators held. Accumulator row of a sum: block * rows + row.
//
// Handshake: descriptors by valid/ready, popped with their last row. chunk_done_i counts
// loaded chunks, w_full_i says that the weights of the next pass are there, swap_o
// that they are taken. tile_done_o pulses when all sums of a tile may be drained, tile_free_i
// gives a bank back. Latency: one cycle from the read of the scratchpad to the array,
// three to the accumulators; class_o follows the read by one, as the array does.
// Rate: a row per cycle, also across passes, chunks, tiles and commands; a pass lasts at
// least NC cycles, so an accumulator row recurs no sooner than that.

module qmac_passes #(
  parameter int unsigned KC = 16,
  localparam int unsigned PtrBits = $clog2(qmac_core_pkg::ScratchBytes / KC),
  localparam int unsigned RowBits = qmac_core_pkg::LgMaxRows
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 flush_i,
  input  logic                 desc_valid_i,
  output logic                 desc_ready_o,
  input  qmac_core_pkg::rows_t desc_i,
  input  logic                 chunk_done_i,
  input  logic                 w_full_i,
  output logic                 swap_o,
  // Scratchpad
  output logic                 r_en_o,
  output logic [PtrBits-1:0]   r_addr_o,
  output logic [PtrBits:0]     r_ptr_o,
  input  logic [KC*8-1:0]      r_data_i,
  // Array
  output logic                 a_valid_o,
  output logic                 a_swap_o,
  output logic [KC*8-1:0]      a_data_o,
  output logic                 a_signed_o,
  output logic signed [8:0]    a_zero_o,
  output logic [KC-1:0]        a_keep_o,
  // Accumulators
  input  logic                 p_valid_i,
  output logic                 s_valid_o,
  output logic                 s_bank_o,
  output logic [RowBits-1:0]   s_row_o,
  output logic                 s_first_o,
  // Tiles
  output logic                 tile_done_o,
  input  logic                 tile_free_i,
  // Accounting: who waits for what
  input  logic                 a_order_i,
  input  logic                 a_walk_i,
  input  logic                 b_wait_i,
  input  logic                 b_order_i,
  input  logic                 b_walk_i,
  input  logic                 params_wait_i,
  input  logic                 params_order_i,
  input  logic                 c_order_i,
  output qmac_pkg::cycle_class_e class_o
);
  localparam int unsigned KBits = $clog2(KC);

  logic [PtrBits:0]   base_q;   // ring position of the words of this KC of depth
  logic [PtrBits:0]   addr_q;
  logic [9:0]         row_q;
  logic [6:0]         block_q;
  logic [8:0]         depth_q;
  logic [RowBits-1:0] acc_q;
  logic               bank_q;
  logic [1:0]         banks_q;  // free accumulator banks
  logic [3:0]         chunks_q; // loaded and not used up

  logic go, pass_start, tile_start, row_last, block_last, depth_last, chunk_end, tile_end;
  logic no_chunk, no_weights, no_bank;
  logic [PtrBits:0] next_base;

  assign pass_start = row_q == '0;
  assign tile_start = pass_start && block_q == '0 && depth_q == '0 && desc_i.first;
  assign no_chunk   = chunks_q == '0;
  assign no_weights = pass_start && !w_full_i;
  assign no_bank    = tile_start && banks_q == '0;
  assign go         = desc_valid_i && !no_chunk && !no_weights && !no_bank;

  assign row_last   = row_q + 10'd1 == desc_i.rows;
  assign block_last = block_q + 7'd1 == desc_i.blocks;
  assign depth_last = depth_q + 9'(KC) >= desc_i.depth;
  assign chunk_end  = go && row_last && block_last && depth_last;
  assign tile_end   = chunk_end && desc_i.last;
  assign next_base  = base_q + (PtrBits + 1)'(desc_i.rows);

  assign desc_ready_o = chunk_end;
  assign swap_o       = go && pass_start;
  assign r_en_o       = go;
  assign r_addr_o     = addr_q[PtrBits-1:0];
  assign r_ptr_o      = base_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      base_q   <= '0;
      addr_q   <= '0;
      row_q    <= '0;
      block_q  <= '0;
      depth_q  <= '0;
      acc_q    <= '0;
      bank_q   <= 1'b0;
      banks_q  <= 2'd2;
      chunks_q <= '0;
    end else if (flush_i) begin
      base_q   <= '0;
      addr_q   <= '0;
      row_q    <= '0;
      block_q  <= '0;
      depth_q  <= '0;
      acc_q    <= '0;
      bank_q   <= 1'b0;
      banks_q  <= 2'd2;
      chunks_q <= '0;
    end else begin
      chunks_q <= chunks_q + 4'(chunk_done_i) - 4'(chunk_end);
      banks_q  <= banks_q + 2'(tile_free_i) - 2'(go && tile_start);
      if (tile_end) bank_q <= ~bank_q;
      if (go) begin
        row_q  <= row_last ? '0 : row_q + 10'd1;
        acc_q  <= row_last && block_last ? '0 : acc_q + 1'b1;
        addr_q <= !row_last ? addr_q + 1'b1 : block_last ? next_base : base_q;
        if (row_last) block_q <= block_last ? '0 : block_q + 7'd1;
        if (row_last && block_last) begin
          base_q  <= next_base;
          depth_q <= depth_last ? '0 : depth_q + 9'(KC);
        end
      end
    end
  end

  // ---- Into the array ----

  logic              valid_q, swap_q, signed_q;
  logic signed [8:0] zero_q;
  logic [KC-1:0]     keep_q;
  logic [KBits-1:0]  tail;

  assign tail = desc_i.depth[KBits-1:0];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q <= 1'b0;
      swap_q  <= 1'b0;
    end else begin
      valid_q <= go && !flush_i;
      swap_q  <= go && pass_start;
    end
  end

  // Zero point and mask hold over a pass.
  always_ff @(posedge clk_i) begin
    if (go && pass_start) begin
      signed_q <= desc_i.is_signed;
      zero_q   <= desc_i.zero;
      for (int unsigned k = 0; k < KC; k++) begin
        keep_q[k] <= !depth_last || tail == '0 || KBits'(k) < tail;
      end
    end
  end

  assign a_valid_o  = valid_q;
  assign a_swap_o   = swap_q;
  assign a_data_o   = r_data_i;
  assign a_signed_o = signed_q;
  assign a_zero_o   = zero_q;
  assign a_keep_o   = keep_q;

  // ---- Into the accumulators ----

  typedef struct packed {
    logic               bank;
    logic [RowBits-1:0] row;
    logic               first;
  } sum_t;

  localparam int unsigned SumLatency = 3;    // from the read of the scratchpad
  // Until the drain may begin, which takes two cycles more to read: four after the sum.
  localparam int unsigned DrainLatency = 5;

  sum_t                  sum_q [SumLatency];
  logic [SumLatency-1:0] sum_valid_q;
  logic [DrainLatency:1] done_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      sum_valid_q <= '0;
      done_q      <= '0;
    end else begin
      sum_valid_q <= flush_i ? '0 : {sum_valid_q[SumLatency-2:0], go};
      done_q      <= flush_i ? '0 : {done_q[DrainLatency-1:1], tile_end};
    end
  end

  always_ff @(posedge clk_i) begin
    sum_q[0] <= '{bank: bank_q, row: acc_q, first: desc_i.first && depth_q == '0};
    for (int unsigned i = 1; i < SumLatency; i++) sum_q[i] <= sum_q[i-1];
  end

  // After a flush the array may still answer for rows that nobody wants.
  assign s_valid_o   = p_valid_i && sum_valid_q[SumLatency-1];
  assign s_bank_o    = sum_q[SumLatency-1].bank;
  assign s_row_o     = sum_q[SumLatency-1].row;
  assign s_first_o   = sum_q[SumLatency-1].first;
  assign tile_done_o = done_q[DrainLatency];

  // ---- Accounting ----

  qmac_pkg::cycle_class_e class_d;

  always_comb begin
    class_d = qmac_pkg::ClassFetch;
    if (go) begin
      class_d = qmac_pkg::ClassBusy;
    end else if (desc_valid_i) begin
      if (no_chunk) begin
        class_d = a_order_i ? qmac_pkg::ClassOrder :
                  a_walk_i  ? qmac_pkg::ClassMmu : qmac_pkg::ClassA;
      end else if (no_weights) begin
        if (params_wait_i) begin
          class_d = params_order_i ? qmac_pkg::ClassOrder : qmac_pkg::ClassParam;
        end else if (b_wait_i) begin
          class_d = b_order_i ? qmac_pkg::ClassOrder :
                    b_walk_i  ? qmac_pkg::ClassMmu : qmac_pkg::ClassB;
        end else begin
          class_d = qmac_pkg::ClassWeight;
        end
      end else begin
        class_d = c_order_i ? qmac_pkg::ClassOrder : qmac_pkg::ClassAcc;
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      class_o <= qmac_pkg::ClassFetch;
    end else begin
      class_o <= flush_i ? qmac_pkg::ClassFetch : class_d;
    end
  end

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */ // assertions are no flip-flops
  always_ff @(posedge clk_i) begin
    if (rst_ni && !flush_i) begin
      assert (!sum_valid_q[SumLatency-1] || p_valid_i) else $error("the array lost a row");
      assert (!chunk_done_i || chunks_q != '1);
      assert (banks_q <= 2'd2);
    end
  end
  /* verilator lint_on SYNCASYNCNET */
`endif

endmodule
