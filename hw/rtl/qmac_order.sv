// SPDX-License-Identifier: MIT
//
// Order of commands: numbers them, and knows how many of them have all their
// stores acknowledged. Loads and stores that must wait for earlier commands wait
// until done_o is their own number.
//
// Handshake: accept_i numbers a command seq_o. store_issue_i counts a store request
// that will certainly be made, store_last_i marks the last of its command (only with
// ready_o); store_done_i acknowledges the oldest one. Latency: done_o follows the last
// acknowledgement by one cycle.
// Invariant: store requests, and so commands, are acknowledged in order; every
// command has at least one.

module qmac_order (
  input  logic                clk_i,
  input  logic                rst_ni,
  input  logic                flush_i,
  input  logic                accept_i,
  output qmac_core_pkg::seq_t seq_o,
  input  logic                store_issue_i,
  input  logic                store_last_i,
  input  logic                store_done_i,
  output logic                ready_o,
  output qmac_core_pkg::seq_t done_o,
  output logic                idle_o
);
  typedef logic [15:0] count_t;  // of store requests, modulo 2^16

  qmac_core_pkg::seq_t seq_q, done_q;
  count_t              issued_q, acked_q, oldest_end, passed;
  logic                end_valid, end_pop;

  // For every command whose stores are all issued: the count at its end.
  qmac_fifo #(.Depth(16), .T(count_t)) u_ends (
    .clk_i, .rst_ni, .flush_i,
    .in_valid_i (store_issue_i && store_last_i),
    .in_ready_o (ready_o),
    .in_i       (issued_q + 16'd1),
    .out_valid_o(end_valid),
    .out_ready_i(end_pop),
    .out_o      (oldest_end)
  );

  assign passed  = acked_q - oldest_end;
  assign end_pop = end_valid && passed < 16'h8000;

  assign seq_o  = seq_q;
  assign done_o = done_q;
  assign idle_o = seq_q == done_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      seq_q    <= '0;
      done_q   <= '0;
      issued_q <= '0;
      acked_q  <= '0;
    end else if (flush_i) begin
      seq_q    <= '0;
      done_q   <= '0;
      issued_q <= '0;
      acked_q  <= '0;
    end else begin
      if (accept_i) seq_q <= seq_q + 1'b1;
      if (end_pop) done_q <= done_q + 1'b1;
      if (store_issue_i) issued_q <= issued_q + 16'd1;
      if (store_done_i) acked_q <= acked_q + 16'd1;
    end
  end

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */ // assertions are no flip-flops
  always_ff @(posedge clk_i) begin
    if (rst_ni && !flush_i) begin
      assert (!(store_issue_i && store_last_i) || ready_o);
      assert (!store_done_i || acked_q != issued_q) else $error("acknowledged more than issued");
      assert (!accept_i || seq_q - done_q != 6'd62) else $error("too many commands inside");
    end
  end
  /* verilator lint_on SYNCASYNCNET */
`endif

endmodule
