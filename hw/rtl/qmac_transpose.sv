// SPDX-License-Identifier: MIT
//
// Transposer of a loader: takes blocks of up to KC rows (of the reduction) of up to
// GroupCols bytes (columns), 16 at a time, and hands on one word of KC bytes per
// column. Two blocks: one fills while the other empties.
//
// Handshake: valid/ready where words come in; words that go out are always taken.
// A block ends with w_block_last_i on the last word of its last row; rows that were
// not written leave bytes of no meaning, which the array masks.
// Rate: 16 bytes per cycle in, KC bytes per cycle out.
// Memory: KC banks of 16 words of 16 bytes, all read at one address: distributed RAM.

module qmac_transpose #(
  parameter int unsigned KC = 16
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  flush_i,
  input  logic                  w_valid_i,
  output logic                  w_ready_o,
  input  logic [127:0]          w_data_i,
  input  logic [$clog2(KC)-1:0] w_k_i,
  input  logic                  w_run_last_i,    // last word of a row
  input  logic                  w_block_last_i,  // in the last row of the block
  input  logic                  w_chunk_last_i,  // in the last block of the chunk
  input  logic [7:0]            w_cols_i,        // columns of the block, 1 to GroupCols
  output logic                  r_valid_o,
  output logic [KC*8-1:0]       r_data_o,
  output logic                  r_chunk_last_o   // last word of the chunk
);
  localparam int unsigned Strips = qmac_core_pkg::GroupCols / 16;
  localparam int unsigned StripBits = $clog2(Strips);

  logic [127:0]         mem_q [KC][2*Strips];
  logic                 w_bank_q, r_bank_q;
  logic [1:0]           full_q, full_d;
  logic [StripBits-1:0] strip_q;
  logic [7:0]           cols_q [2];
  logic [1:0]           chunk_last_q;
  logic [6:0]           col_q;
  logic                 w_fire, w_done, r_fire, r_done;
  logic                 r_valid_q, r_last_q;
  logic [KC*8-1:0]      r_data_q;

  assign w_ready_o = !full_q[w_bank_q];
  assign w_fire    = w_valid_i && w_ready_o;
  assign w_done    = w_fire && w_run_last_i && w_block_last_i;
  assign r_fire    = full_q[r_bank_q];
  assign r_done    = r_fire && 8'(col_q) + 8'd1 == cols_q[r_bank_q];

  assign r_valid_o      = r_valid_q;
  assign r_data_o       = r_data_q;
  assign r_chunk_last_o = r_last_q;

  always_comb begin
    full_d = full_q;
    if (w_done) full_d[w_bank_q] = 1'b1;
    if (r_done) full_d[r_bank_q] = 1'b0;
    if (flush_i) full_d = '0;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      full_q    <= '0;
      w_bank_q  <= 1'b0;
      r_bank_q  <= 1'b0;
      strip_q   <= '0;
      col_q     <= '0;
      r_valid_q <= 1'b0;
    end else if (flush_i) begin
      full_q    <= '0;
      w_bank_q  <= 1'b0;
      r_bank_q  <= 1'b0;
      strip_q   <= '0;
      col_q     <= '0;
      r_valid_q <= 1'b0;
    end else begin
      full_q    <= full_d;
      r_valid_q <= r_fire;
      if (w_fire) strip_q <= w_run_last_i ? '0 : strip_q + 1'b1;
      if (w_done) w_bank_q <= ~w_bank_q;
      if (r_fire) col_q <= r_done ? '0 : col_q + 1'b1;
      if (r_done) r_bank_q <= ~r_bank_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (w_fire) mem_q[w_k_i][{w_bank_q, strip_q}] <= w_data_i;
    if (w_done) begin
      cols_q[w_bank_q]       <= w_cols_i;
      chunk_last_q[w_bank_q] <= w_chunk_last_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (r_fire) begin
      for (int k = 0; k < int'(KC); k++) begin
        r_data_q[k*8+:8] <= mem_q[k][{r_bank_q, col_q[6:4]}][{col_q[3:0], 3'b0}+:8];
      end
      r_last_q <= r_done && chunk_last_q[r_bank_q];
    end
  end

endmodule
