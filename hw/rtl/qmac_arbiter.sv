// SPDX-License-Identifier: MIT
//
// Round robin: of the requests that are set, grants the first one after the
// one granted last.
//
// Handshake: grant_o (one-hot or zero) and index_o follow req_i in the same
//            cycle; with take_i the grant counts and the turn moves on.
// Latency:   none.
// Invariant: flush_i gives the turn back to request 0, so that a job's timing
//            does not depend on the job before.

module qmac_arbiter #(
  parameter int unsigned N = 4,
  localparam int unsigned IndexWidth = $clog2(N)
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  flush_i,

  input  logic [N-1:0]          req_i,
  input  logic                  take_i,
  output logic [N-1:0]          grant_o,
  output logic [IndexWidth-1:0] index_o
);

  // Requests that had their turn less recently than the one granted last.
  logic [N-1:0] after_q, candidates;

  assign candidates = |(req_i & after_q) ? req_i & after_q : req_i;
  assign grant_o    = candidates & (~candidates + N'(1));

  always_comb begin
    index_o = '0;
    for (int unsigned i = 0; i < N; i++) begin
      if (grant_o[i]) index_o = IndexWidth'(i);
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      after_q <= '0;
    end else if (flush_i) begin
      after_q <= '0;
    end else if (take_i && |req_i) begin
      after_q <= ~(grant_o | (grant_o - N'(1)));
    end
  end

endmodule
