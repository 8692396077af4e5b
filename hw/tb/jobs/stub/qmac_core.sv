// SPDX-License-Identifier: MIT
//
// Stands in for the core in the bench of the job unit: "multiplies" by copying m rows
// of n bytes (at most 4096, equal alignment) from A to C. Before, it reads min(k, 4096)
// bytes of B, and with PER_CHANNEL one parameter record, which is bad when its reserved
// word is not zero. Requests of up to four commands run ahead of the copying.

module qmac_core #(
  parameter int unsigned KC = 16,
  parameter int unsigned NC = 16
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   flush_i,
  input  logic                   cmd_valid_i,
  output logic                   cmd_ready_o,
  input  qmac_regs_pkg::cmd_t    cmd_i,
  input  logic [16:0]            cmd_index_i,
  output logic                   idle_o,
  output logic [2:0]             rreq_valid_o,
  input  logic [2:0]             rreq_ready_i,
  output qmac_pkg::mem_req_t     rreq_o [3],
  input  logic [2:0]             rdata_valid_i,
  output logic [2:0]             rdata_ready_o,
  input  logic [127:0]           rdata_i [3],
  input  logic [2:0]             walk_pending_i,
  output logic                   sreq_valid_o,
  input  logic                   sreq_ready_i,
  output qmac_pkg::mem_req_t     sreq_o,
  output logic                   sbeat_valid_o,
  input  logic                   sbeat_ready_i,
  output qmac_pkg::store_beat_t  sbeat_o,
  input  logic                   store_done_i,
  output logic                   bad_param_o,
  output logic [63:0]            bad_param_va_o,
  output logic [16:0]            bad_param_index_o,
  output qmac_pkg::cycle_class_e class_o
);

  typedef struct packed {
    logic [63:0] a, b, c, p;
    logic [63:0] a_stride, c_stride;
    logic [31:0] m;
    logic [12:0] n, k;
    logic        param;
    logic [16:0] index;
  } job_t;

  function automatic logic [8:0] beats_of(logic [63:0] va, logic [12:0] len);
    return 9'((14'(va[3:0]) + 14'(len) + 14'd15) >> 4);
  endfunction

  job_t new_job, ask, work;
  assign new_job = '{a: cmd_i.a_addr, b: cmd_i.b_addr, c: cmd_i.c_addr, p: cmd_i.param_addr,
                     a_stride: cmd_i.a_stride, c_stride: cmd_i.c_stride, m: cmd_i.m,
                     n: cmd_i.n[12:0], k: cmd_i.k > 4096 ? 13'd4096 : cmd_i.k[12:0],
                     param: cmd_i.flags[qmac_regs_pkg::FlagPerChannel], index: cmd_index_i};

  // One queue for those who ask, one for those who copy.
  logic ask_ready, ask_valid, ask_pop, work_ready, work_valid, work_pop;
  assign cmd_ready_o = ask_ready && work_ready;
  qmac_fifo #(.T(job_t), .Depth(4)) u_ask (
    .clk_i, .rst_ni, .flush_i,
    .in_valid_i(cmd_valid_i && cmd_ready_o), .in_ready_o(ask_ready), .in_i(new_job),
    .out_valid_o(ask_valid), .out_ready_i(ask_pop), .out_o(ask)
  );
  qmac_fifo #(.T(job_t), .Depth(4)) u_work (
    .clk_i, .rst_ni, .flush_i,
    .in_valid_i(cmd_valid_i && cmd_ready_o), .in_ready_o(work_ready), .in_i(new_job),
    .out_valid_o(work_valid), .out_ready_i(work_pop), .out_o(work)
  );

  // Requests: row i of A, then B and the record.
  logic [31:0] ask_row_q;
  logic        b_asked_q, p_asked_q;
  assign rreq_valid_o[0] = ask_valid && ask_row_q != ask.m;
  assign rreq_valid_o[1] = ask_valid && !b_asked_q;
  assign rreq_valid_o[2] = ask_valid && !p_asked_q && ask.param;
  assign rreq_o[0] = '{va: ask.a + 64'(ask_row_q) * ask.a_stride, len: ask.n, cmd_index: ask.index};
  assign rreq_o[1] = '{va: ask.b, len: ask.k, cmd_index: ask.index};
  assign rreq_o[2] = '{va: ask.p, len: 13'd16, cmd_index: ask.index};
  assign ask_pop   = ask_valid && ask_row_q == ask.m && b_asked_q && (p_asked_q || !ask.param);

  // Work: drain B, look at the record, copy rows.
  logic [31:0] row_q;
  logic [8:0]  b_beat_q, beat_q;
  logic        b_done_q, p_done_q, req_done_q, bad_q;
  logic        copying, last_beat;
  logic [63:0] row_va;
  logic [15:0] first_strb, last_strb;
  assign row_va     = work.c + 64'(row_q) * work.c_stride;
  assign copying    = work_valid && b_done_q && (p_done_q || !work.param) && !bad_q;
  assign last_beat  = beat_q + 9'd1 == beats_of(row_va, work.n);
  assign first_strb = beat_q == '0 ? 16'hffff << row_va[3:0] : 16'hffff;
  assign last_strb  = last_beat ? 16'hffff >> (4'd15 - 4'(row_va + 64'(work.n) - 64'd1)) : 16'hffff;

  assign sreq_valid_o  = copying && !req_done_q;
  assign sreq_o        = '{va: row_va, len: work.n, cmd_index: work.index};
  assign sbeat_valid_o = copying && rdata_valid_i[0] && req_done_q;
  assign sbeat_o       = '{data: rdata_i[0], strb: first_strb & last_strb};
  assign rdata_ready_o = {work_valid && work.param && !p_done_q,
                          work_valid && !b_done_q,
                          copying && req_done_q && sbeat_ready_i};
  assign work_pop      = sbeat_valid_o && sbeat_ready_i && last_beat && row_q + 1 == work.m;

  logic [31:0] stores_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni || flush_i) begin
      ask_row_q <= '0; b_asked_q <= 1'b0; p_asked_q <= 1'b0;
      row_q <= '0; b_beat_q <= '0; beat_q <= '0;
      b_done_q <= 1'b0; p_done_q <= 1'b0; req_done_q <= 1'b0; bad_q <= 1'b0; stores_q <= '0;
    end else begin
      if (rreq_valid_o[0] && rreq_ready_i[0]) ask_row_q <= ask_row_q + 1;
      if (rreq_valid_o[1] && rreq_ready_i[1]) b_asked_q <= 1'b1;
      if (rreq_valid_o[2] && rreq_ready_i[2]) p_asked_q <= 1'b1;
      if (ask_pop) begin
        ask_row_q <= '0; b_asked_q <= 1'b0; p_asked_q <= 1'b0;
      end
      if (rdata_valid_i[1] && rdata_ready_o[1]) begin
        b_beat_q <= b_beat_q + 1;
        if (b_beat_q + 9'd1 == beats_of(work.b, work.k)) b_done_q <= 1'b1;
      end
      if (rdata_valid_i[2] && rdata_ready_o[2]) begin
        p_done_q <= 1'b1;
        if (rdata_i[2][127:96] != '0) begin
          bad_q             <= 1'b1;
          bad_param_va_o    <= work.p;
          bad_param_index_o <= work.index;
        end
      end
      if (sreq_valid_o && sreq_ready_i) req_done_q <= 1'b1;
      if (sbeat_valid_o && sbeat_ready_i) begin
        beat_q <= beat_q + 1;
        if (last_beat) begin
          beat_q <= '0; req_done_q <= 1'b0; row_q <= row_q + 1;
        end
      end
      if (work_pop) begin
        row_q <= '0; b_beat_q <= '0; b_done_q <= 1'b0; p_done_q <= 1'b0;
      end
      stores_q <= stores_q + 32'(sreq_valid_o && sreq_ready_i) - 32'(store_done_i);
    end
  end
  assign bad_param_o = bad_q;
  assign idle_o      = !work_valid && stores_q == '0;
  assign class_o     = (sbeat_valid_o && sbeat_ready_i) ? qmac_pkg::ClassBusy :
                       !work_valid ? qmac_pkg::ClassFetch :
                       walk_pending_i[0] ? qmac_pkg::ClassMmu : qmac_pkg::ClassA;

endmodule
