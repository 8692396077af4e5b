// SPDX-License-Identifier: MIT
//
// Turns a row of NC accumulators into results: adds the bias, multiplies,
// rounds, adds the output zero point and clamps; path NONE only adds the bias.
//
// Handshake: none; en_i moves the whole pipeline by one step. cfg_i and param_i
//            are sampled with the row (valid_i) and may change with every row.
// Latency:   qmac_requant_pkg::RequantLatency = 5 cycles with en_i set.
// Invariant: results are those of Documentation/hardware/arithmetic.rst for all
//            parameters in their domain. result_o are signed 32-bit lanes; the
//            low byte is the 8-bit result.

module qmac_requant #(
  parameter int unsigned NC = 16
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   en_i,

  input  logic                   valid_i,
  input  logic [NC*32-1:0]       acc_i,
  input  qmac_pkg::requant_cfg_t cfg_i,
  input  qmac_pkg::lane_param_t  param_i [NC],

  output logic                   valid_o,
  output logic [NC*32-1:0]       result_o
);

  localparam int unsigned Latency = qmac_requant_pkg::RequantLatency;

  logic [Latency-1:0] valid_q;  // bit s: step s + 1 has been done
  assign valid_o = valid_q[Latency-1];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)   valid_q <= '0;
    else if (en_i) valid_q <= {valid_q[Latency-2:0], valid_i};
  end

  // Only the block below sees these. It does the last step first, so that each
  // register is read before it is written and blocking assignments mean the
  // same as non-blocking ones; the simulator then keeps plain arrays.
  qmac_pkg::requant_cfg_t  cfg1, cfg2, cfg3, cfg4;
  logic signed [31:0]      factor1 [NC];
  logic [30:0]             mult1 [NC];
  logic signed [9:0]       exponent1 [NC];
  logic signed [63:0]      product2 [NC];
  logic signed [9:0]       exponent2 [NC];
  logic signed [63:0]      dividend3 [NC];
  logic [5:0]              places3 [NC];
  logic signed [31:0]      quotient4 [NC];
  qmac_requant_pkg::rest_e rest4 [NC];

  function automatic logic [NC*32-1:0] results();
    // verilator unroll_full
    for (int unsigned n = 0; n < NC; n++) begin
      results[n*32 +: 32] = qmac_requant_pkg::lane_result(cfg4, quotient4[n], rest4[n]);
    end
  endfunction

  /* verilator lint_off BLKSEQ */  // see above
  always_ff @(posedge clk_i) begin
    if (en_i && valid_q[3]) result_o <= results();

    if (en_i && valid_q[2]) begin
      cfg4 = cfg3;
      // verilator unroll_disable
      for (int unsigned n = 0; n < NC; n++) begin
        quotient4[n] = qmac_requant_pkg::floor_quotient(cfg3.path, dividend3[n], places3[n]);
        rest4[n]     = qmac_requant_pkg::division_rest(dividend3[n], places3[n]);
      end
    end

    if (en_i && valid_q[1]) begin
      cfg3 = cfg2;
      // verilator unroll_disable
      for (int unsigned n = 0; n < NC; n++) begin
        dividend3[n] = qmac_requant_pkg::to_round(cfg2.path, product2[n]);
        places3[n]   = qmac_requant_pkg::places_to_round(cfg2.path, product2[n], exponent2[n]);
      end
    end

    if (en_i && valid_q[0]) begin
      cfg2 = cfg1;
      // verilator unroll_disable
      for (int unsigned n = 0; n < NC; n++) begin
        product2[n]  = 64'(factor1[n]) * 64'(signed'({1'b0, mult1[n]}));
        exponent2[n] = exponent1[n];
      end
    end

    if (en_i && valid_i) begin
      cfg1 = cfg_i;
      // verilator unroll_full
      for (int unsigned n = 0; n < NC; n++) begin
        logic signed [31:0] acc;
        acc          = acc_i[n*32 +: 32] + param_i[n].bias;
        factor1[n]   = qmac_requant_pkg::factor_acc(cfg_i.path, acc, param_i[n].shift);
        mult1[n]     = qmac_requant_pkg::factor_mult(cfg_i.path, param_i[n].mult[30:0]);
        exponent1[n] = qmac_requant_pkg::factor_exponent(cfg_i.path, acc, param_i[n].mult[30:23],
                                                         param_i[n].shift);
      end
    end
  end
  /* verilator lint_on BLKSEQ */

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */  // an assertion is no flip-flop
  // What the checks of commands and records promise.
  PathKnown: assert property (@(posedge clk_i) disable iff (!rst_ni)
      en_i && valid_i |-> cfg_i.path <= qmac_regs_pkg::PathQ31Srdhm) else $error("no such path");
  RoundingKnown: assert property (@(posedge clk_i) disable iff (!rst_ni)
      en_i && valid_i |-> cfg_i.rounding <= qmac_regs_pkg::RoundAway)
      else $error("no such rounding");
  ClampOrdered: assert property (@(posedge clk_i) disable iff (!rst_ni)
      en_i && valid_i && cfg_i.path != qmac_regs_pkg::PathNone |->
      cfg_i.clamp_lo <= cfg_i.clamp_hi) else $error("empty clamp range");
  /* verilator lint_on SYNCASYNCNET */
`endif

endmodule
