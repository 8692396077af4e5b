// SPDX-License-Identifier: MIT
//
// The beats of a completion record, by number.
//
// Latency: none; nothing is evaluated while valid_i is low.

module qmac_record (
  input  logic                  valid_i,
  input  logic [63:0]           job_id_i,
  input  qmac_regs_pkg::cause_e cause_i,
  input  logic [16:0]           cmd_index_i,
  input  logic [63:0]           fault_addr_i,
  input  logic [63:0]           cycles_i,
  input  logic [63:0]           classes_i [qmac_pkg::NumClasses],
  input  logic                  phase_i,

  input  logic [2:0]            beat_i,
  output qmac_pkg::store_beat_t beat_o
);

  always_comb begin : compose
    beat_o = '0;
    if (valid_i) begin
      beat_o.strb = '1;
      unique case (beat_i)
        3'd0: beat_o.data = {15'b0, cmd_index_i, 32'(cause_i), job_id_i};
        3'd1: beat_o.data = {cycles_i, fault_addr_i};
        3'd2: beat_o.data = {classes_i[qmac_pkg::ClassFetch], classes_i[qmac_pkg::ClassBusy]};
        3'd3: beat_o.data = {classes_i[qmac_pkg::ClassParam], classes_i[qmac_pkg::ClassOrder]};
        3'd4: beat_o.data = {classes_i[qmac_pkg::ClassB], classes_i[qmac_pkg::ClassA]};
        3'd5: beat_o.data = {classes_i[qmac_pkg::ClassWeight], classes_i[qmac_pkg::ClassMmu]};
        3'd6: beat_o.data = {classes_i[qmac_pkg::ClassDrain], classes_i[qmac_pkg::ClassAcc]};
        3'd7: beat_o.data = {31'b0, phase_i, 96'b0};
        default: ;
      endcase
    end
  end

`ifndef SYNTHESIS
  // The beats above are those of the structure. (A function, so that it costs nothing
  // without assertions.)
  function automatic logic [127:0] beat_of_structure();
    qmac_regs_pkg::completion_t record;
    logic [7:0][127:0]          beats;
    record              = '0;
    record.job_id       = job_id_i;
    record.cause        = 32'(cause_i);
    record.cmd_index    = 32'(cmd_index_i);
    record.fault_addr   = fault_addr_i;
    record.cycles       = cycles_i;
    record.busy         = classes_i[qmac_pkg::ClassBusy];
    record.stall_fetch  = classes_i[qmac_pkg::ClassFetch];
    record.stall_order  = classes_i[qmac_pkg::ClassOrder];
    record.stall_param  = classes_i[qmac_pkg::ClassParam];
    record.stall_a      = classes_i[qmac_pkg::ClassA];
    record.stall_b      = classes_i[qmac_pkg::ClassB];
    record.stall_mmu    = classes_i[qmac_pkg::ClassMmu];
    record.stall_weight = classes_i[qmac_pkg::ClassWeight];
    record.stall_acc    = classes_i[qmac_pkg::ClassAcc];
    record.stall_drain  = classes_i[qmac_pkg::ClassDrain];
    record.phase        = 32'(phase_i);
    beats               = record;
    return beats[beat_i];
  endfunction
  always_comb begin : check
    if (valid_i) assert (beat_o.data == beat_of_structure()) else $error("beat %0d", beat_i);
  end
`endif

endmodule
