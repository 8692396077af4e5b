// SPDX-License-Identifier: MIT
//
// Cycles of a job, as a whole and by class.
//
// Handshake: count_i marks the cycles that belong to the job, class_i tells
//            what each was; clear_i starts a job, and its cycle counts already
//            when count_i is set with it.
// Latency:   the counters include a cycle from the next one on.
// Invariant: the classes add up to cycles_o.

module qmac_counters (
  input  logic                   clk_i,
  input  logic                   rst_ni,

  input  logic                   clear_i,
  input  logic                   count_i,
  input  qmac_pkg::cycle_class_e class_i,

  output logic [63:0]            cycles_o,
  output logic [63:0]            classes_o [qmac_pkg::NumClasses]
);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      cycles_o <= '0;
      for (int unsigned c = 0; c < qmac_pkg::NumClasses; c++) classes_o[c] <= '0;
    end else if (clear_i) begin
      cycles_o <= 64'(count_i);
      for (int unsigned c = 0; c < qmac_pkg::NumClasses; c++) begin
        classes_o[c] <= 64'(count_i && c == 32'(class_i));
      end
    end else if (count_i) begin
      cycles_o           <= cycles_o + 64'd1;
      classes_o[class_i] <= classes_o[class_i] + 64'd1;
    end
  end

`ifndef SYNTHESIS
  function automatic logic [63:0] total();
    total = '0;
    for (int unsigned c = 0; c < qmac_pkg::NumClasses; c++) total += classes_o[c];
  endfunction

  /* verilator lint_off SYNCASYNCNET */  // an assertion is no flip-flop
  ClassKnown: assert property (@(posedge clk_i) disable iff (!rst_ni)
      count_i |-> 32'(class_i) < qmac_pkg::NumClasses) else $error("no such class");
  ClassesAddUp: assert property (@(posedge clk_i) disable iff (!rst_ni)
      total() == cycles_o) else $error("busy and stalls do not add up to the cycles");
  /* verilator lint_on SYNCASYNCNET */
`endif

endmodule
