// SPDX-License-Identifier: MIT
//
// Fetches the commands of a job through the MMU, ahead of their execution, has each
// one checked, and hands the good ones to the core in order. NOPs end here. At an
// illegal command it stops for good: whether the job gets that far is for the
// job unit to see.
//
// Handshake: start_i (pulse) with cmd_va_i and cmd_count_i, which stay for the job.
//            Requests and data as a read client. cmd_valid_o/cmd_ready_i to the core;
//            cmd_bytes_o is the number of bytes the command will store.
// Latency:   about 20 cycles per command; up to three more wait in the client's queue.
// Invariant: a command is read once: what was checked is what is handed over.
//            flush_i returns to the state before start_i.

module qmac_cmd_fetch (
  input  logic                clk_i,
  input  logic                rst_ni,
  input  logic                flush_i,

  input  logic                start_i,
  input  logic [63:0]         cmd_va_i,
  input  logic [16:0]         cmd_count_i,

  output logic                req_valid_o,
  input  logic                req_ready_i,
  output qmac_pkg::mem_req_t  req_o,
  input  logic                data_valid_i,
  output logic                data_ready_o,
  input  logic [127:0]        data_i,

  output logic                cmd_valid_o,
  input  logic                cmd_ready_i,
  output qmac_regs_pkg::cmd_t cmd_o,
  output logic [58:0]         cmd_bytes_o,

  output logic [16:0]         index_o,    // of the command that is next
  output logic                illegal_o,  // that command is illegal
  output logic [63:0]         index_va_o, // where it is
  output logic                done_o      // none is left
);

  localparam int unsigned CmdBytes = 256;
  localparam int unsigned CmdBeats = CmdBytes / qmac_pkg::BeatBytes;
  localparam int unsigned BeatBits = $clog2(CmdBeats);

  typedef enum logic [2:0] {
    StIdle, StFill, StCheck, StJudge, StSize, StOffer, StIllegal
  } state_e;
  state_e state_d, state_q;

  logic [16:0]                asked_q, index_q;  // commands asked for, dealt with
  logic [CmdBeats-1:0][127:0] cmd_q;
  logic [BeatBits-1:0]        beat_q;
  logic                       beat, next, check_valid, check_legal;

  assign cmd_o      = cmd_q;
  assign index_o    = index_q;
  assign index_va_o = cmd_va_i + {39'b0, index_q, 8'b0};

  // Requests.
  assign req_valid_o     = state_q != StIdle && asked_q != cmd_count_i;
  assign req_o.va        = cmd_va_i + {39'b0, asked_q, 8'b0};
  assign req_o.len       = 13'(CmdBytes);
  assign req_o.cmd_index = asked_q;

  // One command at a time.
  assign data_ready_o = state_q == StFill;
  assign beat         = data_valid_i && data_ready_o;
  assign cmd_valid_o  = state_q == StOffer;
  assign illegal_o    = state_q == StIllegal;
  assign done_o       = state_q == StFill && index_q == cmd_count_i;

  qmac_cmd_check u_check (
    .clk_i, .rst_ni,
    .valid_i(state_q == StCheck),
    .cmd_i  (cmd_o),
    .valid_o(check_valid),
    .legal_o(check_legal)
  );

  always_comb begin : fsm
    state_d = state_q;
    next    = 1'b0;
    unique case (state_q)
      StIdle:  if (start_i) state_d = StFill;
      StFill:  if (beat && beat_q == '1) state_d = StCheck;
      StCheck: state_d = StJudge;
      StJudge: begin
        if (!check_legal) begin
          state_d = StIllegal;
        end else if (cmd_o.opcode == qmac_regs_pkg::OpNop) begin
          state_d = StFill;
          next    = 1'b1;
        end else begin
          state_d = StSize;
        end
      end
      StSize:  state_d = StOffer;
      StOffer: begin
        if (cmd_ready_i) begin
          state_d = StFill;
          next    = 1'b1;
        end
      end
      StIllegal: ;
      default: ;
    endcase
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= StIdle;
      asked_q <= '0;
      index_q <= '0;
      beat_q  <= '0;
    end else if (flush_i) begin
      state_q <= StIdle;
      asked_q <= '0;
      index_q <= '0;
      beat_q  <= '0;
    end else begin
      state_q <= state_d;
      if (req_valid_o && req_ready_i) asked_q <= asked_q + 1'b1;
      if (next) index_q <= index_q + 1'b1;
      if (beat) beat_q <= beat_q + 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (beat) cmd_q[beat_q] <= data_i;
  end

  // Bytes of the result, in two steps.
  logic [40:0] elements_q;
  logic [57:0] batched;
  assign batched = 58'(elements_q) * 58'(cmd_o.batch[16:0]);
  always_ff @(posedge clk_i) begin
    if (state_q == StJudge) elements_q <= 41'(cmd_o.m[20:0]) * 41'(cmd_o.n[20:0]);
    if (state_q == StSize) begin
      cmd_bytes_o <= cmd_o.c_type == qmac_regs_pkg::TypeS32 ? {batched[56:0], 2'b0}
                                                             : 59'(batched);
    end
  end

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */  // an assertion is no flip-flop
  always_ff @(posedge clk_i) begin
    if (rst_ni && !flush_i) begin
      assert (!start_i || state_q == StIdle) else $error("start in the middle of a job");
      assert (state_q != StJudge || check_valid) else $error("no answer from the check");
      assert (state_q == StIdle || index_q <= cmd_count_i) else $error("index");
    end
  end
  /* verilator lint_on SYNCASYNCNET */
`else
  logic unused;
  assign unused = check_valid;
`endif

endmodule
