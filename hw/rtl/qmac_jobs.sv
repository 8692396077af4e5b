// SPDX-License-Identifier: MIT
//
// The life of a job, one at a time: ring entry, commands, end, completion record,
// interrupt. Also abort, cycle limit, reset and halts.
//
//   idle -> request -> entry -> check -> run -> stop -> report -> record -> idle
//
// Everything that ends a job goes through "stop": nothing new is started, what is
// under way is answered, then all state of the job is forgotten in one flush. So a
// job begins as the first one after a reset does, translations cold.
//
// Cycles are counted from the cycle in which the entry's request is on the bus to
// that of the last store's response, or for a job that did not get to its end to
// the last answer of what was under way. (The responses are seen two cycles late,
// therefore counting begins as late.)
//
// A fault ends the job when all commands before the faulting one are complete; until
// then a lower one may still be found. The faulting command itself, later ones that
// ran ahead, and the order among faults of one command are left to time.
//
// Handshake: fetch of the ring entry and writing of the record: valid until taken.
//            start_o is a pulse; root_ppn_o, cmd_va_o, cmd_count_o stay for the job.
// Invariant: a job ends exactly once, with one record, or in a halt; after a halt no
//            job is taken until reset. A record on its way is always finished.

module qmac_jobs (
  input  logic                     clk_i,
  input  logic                     rst_ni,

  // Registers
  input  logic                     enable_i,
  input  logic                     soft_reset_i,
  input  logic [63:0]              job_ring_i,
  input  logic [63:0]              cpl_ring_i,
  input  logic [3:0]               ring_log2_i,
  input  logic [31:0]              doorbell_i,
  input  logic                     abort_valid_i,
  input  logic [31:0]              abort_index_i,
  output logic                     busy_o,
  output logic                     resetting_o,
  output logic                     reset_done_o,   // pulse, the last cycle of resetting_o
  output logic                     halted_o,
  output logic [7:0]               halt_cause_o,
  output logic [63:0]              halt_addr_o,
  output logic [63:0]              cycles_o,       // with a job in the pipeline, since reset
  output logic [31:0]              job_head_o,
  output logic [31:0]              job_done_o,
  output logic                     irq_completion_o,
  output logic                     irq_halt_o,

  // Memory side and core
  output logic                     stop_o,
  input  logic                     quiet_i,
  output logic                     flush_o,
  output logic                     ring_valid_o,
  input  logic                     ring_ready_i,
  output qmac_mem_pkg::pa_t        ring_pa_o,
  input  logic                     ring_rvalid_i,
  input  logic                     ring_rlast_i,
  input  logic [127:0]             ring_rdata_i,
  input  logic                     ring_rerror_i,
  output logic                     record_valid_o,
  output qmac_mem_pkg::pa_t        record_pa_o,
  input  logic [2:0]               record_beat_i,
  output qmac_pkg::store_beat_t    record_o,
  input  logic                     record_done_i,
  input  logic                     record_error_i,

  // Commands
  output logic                     start_o,
  output qmac_mem_pkg::ppn_t       root_ppn_o,
  output logic [63:0]              cmd_va_o,
  output logic [16:0]              cmd_count_o,
  input  logic                     fetch_done_i,   // all handed over
  input  logic                     retired_i,      // none of those incomplete
  input  logic [16:0]              oldest_i,       // first incomplete one
  input  logic                     core_idle_i,
  input  qmac_pkg::cycle_class_e   core_class_i,
  input  logic                     fault_valid_i,
  input  qmac_mem_pkg::fault_t     fault_i,

  // Sync
  input  logic                     sync_busy_i,
  input  logic                     sync_fail_i,
  input  logic [63:0]              sync_fail_addr_i
);

  localparam logic [7:0] HaltEntry    = 8'd1;
  localparam logic [7:0] HaltRecord   = 8'd2;
  localparam logic [7:0] HaltSync     = 8'd3;
  localparam logic [7:0] HaltDoorbell = 8'd4;

  localparam logic [31:0] EntryExecute = 32'd1;

  typedef enum logic [3:0] {
    StIdle, StRequest, StEntry, StCheck, StRun, StStop, StReport, StRecord, StReset
  } state_e;
  state_e state_d, state_q;

  // Why the job ends.
  typedef enum logic [2:0] {EndDone, EndFault, EndLimit, EndAbort, EndEntry, EndHalt} end_e;
  end_e end_d, end_q;

  logic reset_q, halted_q;

  // ---- Rings ----

  logic [31:0] head_q, done_q, waiting, mask;
  logic [63:0] entry_pa, record_pa;
  logic        ready, overrun, entry_beyond, record_beyond;
  assign mask          = (32'd1 << ring_log2_i) - 32'd1;
  assign waiting       = doorbell_i - head_q;
  assign ready         = enable_i && waiting != '0 && !halted_q;
  assign overrun       = waiting > mask + 32'd1;
  assign entry_pa      = job_ring_i + {26'b0, head_q & mask, 6'b0};
  assign record_pa     = cpl_ring_i + {25'b0, done_q & mask, 7'b0};
  assign entry_beyond  = |entry_pa[63:56];
  assign record_beyond = |record_pa[63:56];

  assign ring_valid_o = state_q == StRequest && !reset_q;
  assign ring_pa_o    = entry_pa[55:0];
  assign job_head_o   = head_q;
  assign job_done_o   = done_q;

  // ---- The entry ----

  localparam int unsigned EntryBits = $bits(qmac_regs_pkg::job_entry_t);
  logic [EntryBits/128-1:0][127:0] entry_q;
  logic [1:0]                entry_beat_q;
  qmac_regs_pkg::job_entry_t entry;
  logic                      entry_read, entry_error_q, entry_good;
  assign entry      = entry_q;
  assign entry_read = ring_rvalid_i && ring_rlast_i;
  always_comb begin : check_entry
    entry_good = 1'b0;
    if (state_q == StCheck) begin
      entry_good = entry.type_ == EntryExecute && entry.flags == '0 &&
                   entry.root_ppn[63:44] == '0 && entry.cmd_va[5:0] == '0 &&
                   entry.cmd_count <= qmac_regs_pkg::LimitMaxCommands &&
                   entry.cycle_limit != '0 &&
                   {entry.reserved0, entry.reserved1, entry.reserved2} == '0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (state_q == StRequest) begin
      entry_beat_q  <= '0;
      entry_error_q <= 1'b0;
    end else if (ring_rvalid_i) begin
      entry_q[entry_beat_q] <= ring_rdata_i;
      entry_beat_q          <= entry_beat_q + 1'b1;
      if (ring_rerror_i) entry_error_q <= 1'b1;
    end
  end
  assign root_ppn_o  = entry.root_ppn[43:0];
  assign cmd_va_o    = entry.cmd_va;
  assign cmd_count_o = entry.cmd_count[16:0];

  // ---- Accounting ----

  logic                   in_entry_q, counting, over_limit, complete;
  logic [63:0]            cycles, classes [qmac_pkg::NumClasses];
  qmac_pkg::cycle_class_e class_now;

  always_comb begin : classify
    class_now = qmac_pkg::ClassFetch;
    if (state_q == StRun || state_q == StStop) begin
      class_now = core_class_i;
      if (core_class_i == qmac_pkg::ClassFetch && fetch_done_i) class_now = qmac_pkg::ClassDrain;
    end
  end

  assign counting   = (state_q == StEntry && in_entry_q) || state_q == StCheck ||
                      (state_q == StRun && !complete) ||
                      (state_q == StStop && end_q != EndDone && end_q != EndEntry);
  // The job is not complete: this cycle is one more than those counted.
  assign over_limit = cycles >= entry.cycle_limit;

  qmac_counters u_counters (
    .clk_i, .rst_ni,
    .clear_i  (state_q == StRequest),
    .count_i  (counting),
    .class_i  (class_now),
    .cycles_o (cycles),
    .classes_o(classes)
  );

  // ---- The states ----

  assign complete = fetch_done_i && retired_i;

  logic abort, abort_q;  // of the job in the pipeline
  assign abort = abort_q || (abort_valid_i && abort_index_i == done_q);

  always_comb begin : fsm
    state_d = state_q;
    end_d   = end_q;
    unique case (state_q)
      StIdle:    if (ready && !overrun && !entry_beyond) state_d = StRequest;
      StRequest: if (ring_ready_i) state_d = StEntry;
      StEntry:   if (entry_read) state_d = StCheck;
      StCheck: begin
        state_d = StStop;
        if (entry_error_q)    end_d   = EndHalt;
        else if (!entry_good) end_d   = EndEntry;
        else if (abort)       end_d   = EndAbort;
        else                  state_d = StRun;
      end
      StRun: begin
        state_d = StStop;
        if (complete)                                            end_d   = EndDone;
        else if (fault_valid_i && oldest_i >= fault_i.cmd_index) end_d   = EndFault;
        else if (abort)                                          end_d   = EndAbort;
        else if (over_limit)                                     end_d   = EndLimit;
        else                                                     state_d = StRun;
      end
      StStop:   if (quiet_i) state_d = end_q == EndHalt ? StIdle : StReport;
      StReport: if (!sync_busy_i) state_d = record_beyond ? StIdle : StRecord;
      StRecord: if (record_done_i) state_d = StIdle;
      StReset:  if (reset_done_o) state_d = StIdle;
      default:  state_d = StIdle;
    endcase

    // A halt from elsewhere takes the job along, reset everything, but for a record
    // on its way.
    if (state_q != StRecord && state_q != StReset) begin
      if (halted_q && state_q != StIdle && end_q != EndHalt) begin
        state_d = StStop;
        end_d   = EndHalt;
      end
      if (reset_q) state_d = StReset;
    end
    if (state_q == StIdle) end_d = EndDone;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q    <= StIdle;
      end_q      <= EndDone;
      abort_q    <= 1'b0;
      reset_q    <= 1'b0;
      in_entry_q <= 1'b0;
    end else begin
      state_q    <= state_d;
      end_q      <= end_d;
      abort_q    <= abort && state_q inside {StRequest, StEntry, StCheck, StRun};
      reset_q    <= soft_reset_i || (reset_q && !reset_done_o);
      in_entry_q <= state_q == StEntry;
    end
  end

  assign start_o      = state_q == StCheck && state_d == StRun;
  assign stop_o       = state_q == StStop || state_q == StReset;
  assign reset_done_o = state_q == StReset && quiet_i && !sync_busy_i;
  assign flush_o      = (state_q == StStop && quiet_i) || reset_done_o;
  assign resetting_o  = reset_q;
  assign busy_o       = state_q != StIdle || ready;

  // ---- Completion record ----

  logic                  taken, reported;
  qmac_regs_pkg::cause_e cause_q;
  logic [16:0]           index_q;
  logic [63:0]           va_q;
  assign taken          = state_q == StCheck && !entry_error_q;
  assign reported       = state_q == StRecord && record_done_i && !record_error_i;
  assign record_valid_o = state_q == StRecord;
  assign record_pa_o    = record_pa[55:0];

  // In the cycle of the flush: all faults that there are have been found.
  always_ff @(posedge clk_i) begin
    if (state_q == StStop) begin
      va_q <= '0;
      unique case (end_q)
        EndDone: begin
          cause_q <= qmac_regs_pkg::CauseNone;
          index_q <= cmd_count_o;
        end
        EndFault: begin
          cause_q <= fault_i.cause;
          index_q <= fault_i.cmd_index;
          va_q    <= fault_i.va;
        end
        EndLimit: begin
          cause_q <= qmac_regs_pkg::CauseCycleLimit;
          index_q <= oldest_i;
        end
        EndAbort: begin
          cause_q <= qmac_regs_pkg::CauseAborted;
          index_q <= oldest_i;
        end
        default: begin
          cause_q <= qmac_regs_pkg::CauseBadEntry;
          index_q <= '0;
        end
      endcase
    end
  end

  qmac_record u_record (
    .valid_i     (record_valid_o),
    .job_id_i    (entry.job_id),
    .cause_i     (cause_q),
    .cmd_index_i (index_q),
    .fault_addr_i(va_q),
    .cycles_i    (cycles),
    .classes_i   (classes),
    .phase_i     ((done_q & (mask + 32'd1)) == '0),
    .beat_i      (record_beat_i),
    .beat_o      (record_o)
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      head_q           <= '0;
      done_q           <= '0;
      cycles_o         <= '0;
      irq_completion_o <= 1'b0;
    end else begin
      irq_completion_o <= reported;
      if (reset_done_o) begin
        head_q   <= '0;
        done_q   <= '0;
        cycles_o <= '0;
      end else begin
        if (taken) head_q <= head_q + 1'b1;
        if (reported) done_q <= done_q + 1'b1;
        if (state_q != StIdle && state_q != StReset) cycles_o <= cycles_o + 1'b1;
      end
    end
  end

  // ---- Halts: the first one counts ----

  logic        halt;
  logic [7:0]  halt_cause;
  logic [63:0] halt_addr;
  always_comb begin : find_halt
    halt       = 1'b0;
    halt_cause = HaltEntry;
    halt_addr  = entry_pa;
    if (sync_fail_i) begin
      halt       = 1'b1;
      halt_cause = HaltSync;
      halt_addr  = sync_fail_addr_i;
    end else if (state_q == StIdle && ready && overrun) begin
      halt       = 1'b1;
      halt_cause = HaltDoorbell;
      halt_addr  = '0;
    end else if (state_q == StIdle && ready && entry_beyond) begin
      halt       = 1'b1;
    end else if (state_q == StCheck && entry_error_q) begin
      halt       = 1'b1;
    end else if ((state_q == StReport && !sync_busy_i && record_beyond) ||
                 (state_q == StRecord && record_done_i && record_error_i)) begin
      halt       = 1'b1;
      halt_cause = HaltRecord;
      halt_addr  = record_pa;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      halted_q     <= 1'b0;
      halt_cause_o <= '0;
      halt_addr_o  <= '0;
      irq_halt_o   <= 1'b0;
    end else begin
      irq_halt_o <= 1'b0;
      if (reset_q) begin
        if (reset_done_o) begin
          halted_q     <= 1'b0;
          halt_cause_o <= '0;
          halt_addr_o  <= '0;
        end
      end else if (halt && !halted_q) begin
        halted_q     <= 1'b1;
        halt_cause_o <= halt_cause;
        halt_addr_o  <= halt_addr;
        irq_halt_o   <= 1'b1;
      end
    end
  end
  assign halted_o = halted_q;

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */  // an assertion is no flip-flop
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (done_q == head_q || done_q + 32'd1 == head_q) else $error("two jobs");
      assert (!(flush_o && !quiet_i)) else $error("flush with accesses under way");
      assert (!(flush_o && state_q == StStop && end_q == EndDone) || core_idle_i)
        else $error("all is stored, but the core is not idle");
    end
  end
  /* verilator lint_on SYNCASYNCNET */
`else
  logic unused;
  assign unused = core_idle_i;
`endif

endmodule
