// SPDX-License-Identifier: MIT
//
// Of the faults that have been found, the one to report: the lowest command
// index; at the same index loads (command, A, B, parameters), then an illegal
// command, a bad parameter record, and stores.
//
// Handshake: the inputs stay until the job is flushed, so a lower one may still
//            come; the job unit waits until all earlier commands are complete.
// Latency:   none.

module qmac_faults (
  input  logic [qmac_mem_pkg::NumStreams-1:0] stream_valid_i,
  input  qmac_mem_pkg::fault_t                stream_i [qmac_mem_pkg::NumStreams],
  input  logic                                illegal_i,
  input  logic [16:0]                         illegal_index_i,
  input  logic [63:0]                         illegal_va_i,
  input  logic                                bad_param_i,
  input  logic [16:0]                         bad_param_index_i,
  input  logic [63:0]                         bad_param_va_i,

  output logic                                valid_o,
  output qmac_mem_pkg::fault_t                fault_o
);

  import qmac_mem_pkg::StreamStore;

  function automatic qmac_mem_pkg::fault_t first(logic a_valid, qmac_mem_pkg::fault_t a,
                                                 logic b_valid, qmac_mem_pkg::fault_t b);
    return (b_valid && (!a_valid || b.cmd_index < a.cmd_index)) ? b : a;
  endfunction

  assign valid_o = |stream_valid_i || illegal_i || bad_param_i;

  always_comb begin : choose
    logic                 any;
    qmac_mem_pkg::fault_t illegal, bad_param;
    any       = 1'b0;
    illegal   = '0;
    bad_param = '0;
    fault_o   = '0;
    if (valid_o) begin
      illegal   = '{cause: qmac_regs_pkg::CauseIllegalCommand, cmd_index: illegal_index_i,
                    va: illegal_va_i};
      bad_param = '{cause: qmac_regs_pkg::CauseBadParam, cmd_index: bad_param_index_i,
                    va: bad_param_va_i};
      for (int unsigned s = 0; s < StreamStore; s++) begin
        fault_o = first(any, fault_o, stream_valid_i[s], stream_i[s]);
        any    |= stream_valid_i[s];
      end
      fault_o = first(any, fault_o, illegal_i, illegal);
      any    |= illegal_i;
      fault_o = first(any, fault_o, bad_param_i, bad_param);
      any    |= bad_param_i;
      fault_o = first(any, fault_o, stream_valid_i[StreamStore], stream_i[StreamStore]);
    end
  end

endmodule
