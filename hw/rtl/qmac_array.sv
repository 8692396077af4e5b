// SPDX-License-Identifier: MIT
//
// The multiply-accumulate array: KC x NC products a cycle, weight stationary.
// A row of KC operands goes to NC dot products with the active weights, while
// the next weights are written into the shadow set.
//
// Handshake: none, the array takes what comes. Weight port: one lane of the
//            shadow set per w_valid_i. Stream port: one row per a_valid_i; with
//            a_swap_i the shadow set becomes active from this row on, and a
//            weight written in the same cycle already belongs to the next set.
// Latency:   p_valid_o and p_sum_o ArrayLatency = 2 cycles after a_valid_i.
// Invariant: zero points are subtracted at the entrance, so products are of
//            exact 9-bit signed differences; an operand whose keep bit is clear
//            is zero after the subtraction, whatever its bytes are. Sums are
//            exact. A lane that was not written since the set was last shadow
//            keeps its old weights: write all NC lanes of every set that runs.

module qmac_array #(
  parameter int unsigned KC = 16,
  parameter int unsigned NC = 16
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,

  input  logic                  w_valid_i,
  input  logic [$clog2(NC)-1:0] w_lane_i,
  input  logic [KC*8-1:0]       w_data_i,
  input  logic                  w_signed_i,
  input  logic signed [8:0]     w_zero_i,
  input  logic [KC-1:0]         w_keep_i,

  input  logic                  a_valid_i,
  input  logic                  a_swap_i,
  input  logic [KC*8-1:0]       a_data_i,
  input  logic                  a_signed_i,
  input  logic signed [8:0]     a_zero_i,
  input  logic [KC-1:0]         a_keep_i,

  output logic                  p_valid_o,
  output logic [NC*32-1:0]      p_sum_o
);

  // An operand as it is multiplied. 9 bits would do; wider ones are sign bits
  // that synthesis merges, and let the simulator's compiler use its vectors.
  function automatic logic signed [31:0] difference(logic [7:0] value, logic is_signed,
                                                    logic signed [8:0] zero, logic keep);
    logic signed [8:0] extended;
    extended = {is_signed & value[7], value};
    return keep ? 32'(extended) - 32'(zero) : '0;
  endfunction

  logic row_valid_q;
  logic set_q;  // the active set: where the row in flight finds its weights
  logic set_d;

  assign set_d = (a_valid_i && a_swap_i) ? !set_q : set_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      row_valid_q <= 1'b0;
      p_valid_o   <= 1'b0;
      set_q       <= 1'b0;
    end else begin
      row_valid_q <= a_valid_i;
      p_valid_o   <= row_valid_q;
      set_q       <= set_d;
    end
  end

  // Only the block below sees these. Each is read before it is written, so that
  // blocking assignments mean the same as non-blocking ones; the simulator then
  // keeps plain arrays.
  logic signed [31:0] weights [2][NC][KC];
  logic signed [31:0] row [KC];

  // Sums of all lanes. The locals of a function are the compiler's to keep in
  // registers; unrolling 1,024 products would only cost compile time.
  function automatic logic [NC*32-1:0] products(logic set);
    logic signed [31:0] sums [NC];
    // verilator unroll_disable
    for (int unsigned n = 0; n < NC; n++) begin
      logic signed [31:0] sum;
      sum = '0;
      // verilator unroll_disable
      for (int unsigned k = 0; k < KC; k++) sum = sum + row[k] * weights[set][n][k];
      sums[n] = sum;
    end
    // verilator unroll_full
    for (int unsigned n = 0; n < NC; n++) products[n*32 +: 32] = sums[n];
  endfunction

  /* verilator lint_off BLKSEQ */  // see above
  always_ff @(posedge clk_i) begin
    if (row_valid_q) p_sum_o <= products(set_q);
    if (a_valid_i) begin
      for (int unsigned k = 0; k < KC; k++) begin
        row[k] = difference(a_data_i[k*8 +: 8], a_signed_i, a_zero_i, a_keep_i[k]);
      end
    end
    if (w_valid_i) begin
      for (int unsigned k = 0; k < KC; k++) begin
        weights[!set_d][w_lane_i][k] =
            difference(w_data_i[k*8 +: 8], w_signed_i, w_zero_i, w_keep_i[k]);
      end
    end
  end
  /* verilator lint_on BLKSEQ */

endmodule
