// SPDX-License-Identifier: MIT
//
// Knows which commands of the job are complete: those whose every byte of result
// has been acknowledged by the memory. Stores come in command order, and a command
// stores each byte of its result once, so counting bytes tells.
//
// Handshake: accept_valid_i/accept_ready_o when the core takes a command;
//            ack_valid_i per store burst that was acknowledged as good.
// Latency:   one cycle from ack_valid_i to oldest_o and empty_o.
// Invariant: flush_i forgets everything.

module qmac_retire (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        flush_i,

  input  logic        accept_valid_i,
  output logic        accept_ready_o,
  input  logic [16:0] accept_index_i,
  input  logic [58:0] accept_bytes_i,

  input  logic        ack_valid_i,
  input  logic [8:0]  ack_bytes_i,

  input  logic [16:0] next_index_i,  // of the command that the core gets next
  output logic        empty_o,
  output logic [16:0] oldest_o       // oldest command that is not complete
);

  typedef struct packed {
    logic [16:0] index;
    logic [58:0] bytes;
  } pending_t;
  pending_t    head;
  logic        valid, complete;
  logic [58:0] acked, acked_q;

  qmac_fifo #(.T(pending_t), .Depth(16)) u_pending (
    .clk_i, .rst_ni, .flush_i,
    .in_valid_i (accept_valid_i),
    .in_ready_o (accept_ready_o),
    .in_i       ('{index: accept_index_i, bytes: accept_bytes_i}),
    .out_valid_o(valid),
    .out_ready_i(complete),
    .out_o      (head)
  );

  assign acked    = acked_q + 59'(ack_bytes_i);
  assign complete = ack_valid_i && acked == head.bytes;
  assign empty_o  = !valid;
  assign oldest_o = valid ? head.index : next_index_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)          acked_q <= '0;
    else if (flush_i)     acked_q <= '0;
    else if (ack_valid_i) acked_q <= complete ? '0 : acked;
  end

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */  // an assertion is no flip-flop
  always_ff @(posedge clk_i) begin
    if (rst_ni && ack_valid_i && !flush_i) begin
      assert (valid && acked <= head.bytes) else $error("more stored than the command asks for");
    end
  end
  /* verilator lint_on SYNCASYNCNET */
`endif

endmodule
