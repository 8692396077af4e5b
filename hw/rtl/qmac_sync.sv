// SPDX-License-Identifier: MIT
//
// Sync requests: let everything that was issued under cached translations be
// answered, forget the translations, answer in memory, interrupt.
//
// Handshake: req_i (pulse) with seq_i and addr_i; a request during a round starts
//            another round after it, with the newest number and address. stop_o
//            keeps translated accesses from starting until quiet_i, which
//            refresh_o follows in the same cycle. The answer goes through the
//            record port, which the job unit leaves alone while busy_o, and this
//            one while job_record_i. fail_o (pulse): the answer could not be
//            written, at fail_addr_o.
// Latency:   one memory round trip, two when accesses are under way.
// Invariant: reset_i (held, while the device is reset) starts nothing new; an
//            answer on its way is finished.

module qmac_sync (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  reset_i,
  input  logic                  reset_done_i,

  input  logic                  req_i,
  input  logic [31:0]           seq_i,
  input  logic [63:0]           addr_i,
  output logic                  syncing_o,
  output logic [31:0]           ack_o,
  output logic                  irq_o,     // pulse

  output logic                  busy_o,
  input  logic                  job_record_i,
  output logic                  stop_o,
  input  logic                  quiet_i,
  output logic                  refresh_o,

  output logic                  record_valid_o,
  output qmac_mem_pkg::pa_t     record_pa_o,
  output qmac_pkg::store_beat_t record_o,
  input  logic                  record_done_i,
  input  logic                  record_error_i,

  output logic                  fail_o,
  output logic [63:0]           fail_addr_o
);

  typedef enum logic [1:0] {StIdle, StWait, StAnswer} state_e;
  state_e      state_d, state_q;
  logic        pending_q, take, beyond, answered;
  logic [31:0] seq_q;
  logic [63:0] addr_q;

  assign beyond   = |addr_q[63:56];
  assign answered = record_done_i || beyond;

  always_comb begin : fsm
    state_d = state_q;
    take    = 1'b0;
    unique case (state_q)
      StIdle: begin
        if (pending_q && !reset_i) begin
          state_d = StWait;
          take    = 1'b1;
        end
      end
      StWait: begin
        if (reset_i)        state_d = StIdle;
        else if (refresh_o) state_d = StAnswer;
      end
      StAnswer: if (answered) state_d = StIdle;
      default: state_d = StIdle;
    endcase
  end

  assign busy_o         = state_q != StIdle;
  assign syncing_o      = busy_o || pending_q;
  assign stop_o         = busy_o;
  assign refresh_o      = state_q == StWait && quiet_i && !job_record_i && !reset_i;
  assign record_valid_o = state_q == StAnswer && !beyond;
  assign record_pa_o    = addr_q[55:0];
  assign record_o       = '{data: 128'(seq_q), strb: 16'h00ff};
  assign fail_addr_o    = addr_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q   <= StIdle;
      pending_q <= 1'b0;
      ack_o     <= '0;
      irq_o     <= 1'b0;
      fail_o    <= 1'b0;
    end else begin
      state_q <= state_d;
      irq_o   <= 1'b0;
      fail_o  <= 1'b0;
      if (reset_i)    pending_q <= 1'b0;
      else if (take)  pending_q <= 1'b0;  // of one made right now too: seq_i is its number
      else if (req_i) pending_q <= 1'b1;
      if (state_q == StAnswer && answered && !reset_i) begin
        fail_o <= beyond || record_error_i;
        if (!beyond && !record_error_i) begin
          ack_o <= seq_q;
          irq_o <= 1'b1;
        end
      end
      if (reset_done_i) ack_o <= '0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (take) begin
      seq_q  <= seq_i;
      addr_q <= addr_i;
    end
  end

endmodule
