// SPDX-License-Identifier: MIT
//
// The device: registers, jobs, commands, memory side and core.
//
//   AXI4-Lite -> csr <-> jobs -> cmd_fetch -> core
//                         |          |         |
//                        sync        +-- mem --+  -> AXI4
//
// Handshake: AXI4-Lite slave (32 bits) and AXI4 master (128 bits); irq_o pulses for one
//            cycle per interrupt. While idle_o is set and no AXI4-Lite access is
//            pending nothing will change, so the clock may stop.
// Invariant: whatever a job does, the next one starts from the same state.

module qmac #(
  parameter int unsigned KC = 16,
  parameter int unsigned NC = 16
) (
  input  logic         clk_i,
  input  logic         rst_ni,

  input  logic         axil_awvalid_i,
  output logic         axil_awready_o,
  input  logic [13:0]  axil_awaddr_i,
  input  logic         axil_wvalid_i,
  output logic         axil_wready_o,
  input  logic [31:0]  axil_wdata_i,
  input  logic [3:0]   axil_wstrb_i,
  output logic         axil_bvalid_o,
  input  logic         axil_bready_i,
  output logic [1:0]   axil_bresp_o,
  input  logic         axil_arvalid_i,
  output logic         axil_arready_o,
  input  logic [13:0]  axil_araddr_i,
  output logic         axil_rvalid_o,
  input  logic         axil_rready_i,
  output logic [31:0]  axil_rdata_o,
  output logic [1:0]   axil_rresp_o,

  output logic         axi_arvalid_o,
  input  logic         axi_arready_i,
  output logic [3:0]   axi_arid_o,
  output logic [55:0]  axi_araddr_o,
  output logic [7:0]   axi_arlen_o,
  output logic [2:0]   axi_arsize_o,
  output logic [1:0]   axi_arburst_o,
  input  logic         axi_rvalid_i,
  output logic         axi_rready_o,
  input  logic [3:0]   axi_rid_i,
  input  logic [127:0] axi_rdata_i,
  input  logic [1:0]   axi_rresp_i,
  input  logic         axi_rlast_i,
  output logic         axi_awvalid_o,
  input  logic         axi_awready_i,
  output logic [3:0]   axi_awid_o,
  output logic [55:0]  axi_awaddr_o,
  output logic [7:0]   axi_awlen_o,
  output logic [2:0]   axi_awsize_o,
  output logic [1:0]   axi_awburst_o,
  output logic         axi_wvalid_o,
  input  logic         axi_wready_i,
  output logic [127:0] axi_wdata_o,
  output logic [15:0]  axi_wstrb_o,
  output logic         axi_wlast_o,
  input  logic         axi_bvalid_i,
  output logic         axi_bready_o,
  input  logic [3:0]   axi_bid_i,
  input  logic [1:0]   axi_bresp_i,

  output logic [3:0]   irq_o,
  output logic         idle_o
);

  import qmac_pkg::NumReadClients;
  import qmac_mem_pkg::NumStreams;

  // ---- Registers ----

  logic        enable, soft_reset, abort_valid, sync_req;
  logic [63:0] job_ring, cpl_ring, sync_addr, halt_addr, cycles;
  logic [3:0]  ring_log2, irq_test;
  logic [31:0] doorbell, abort_index, sync_seq, sync_ack, progress_q, job_head, job_done;
  logic        busy, resetting, halted, syncing;
  logic [7:0]  halt_cause;

  qmac_csr #(.KC(KC), .NC(NC)) u_csr (
    .clk_i, .rst_ni,
    .axil_awvalid_i, .axil_awready_o, .axil_awaddr_i, .axil_wvalid_i, .axil_wready_o,
    .axil_wdata_i, .axil_wstrb_i, .axil_bvalid_o, .axil_bready_i, .axil_bresp_o,
    .axil_arvalid_i, .axil_arready_o, .axil_araddr_i, .axil_rvalid_o, .axil_rready_i,
    .axil_rdata_o, .axil_rresp_o,
    .enable_o     (enable),
    .soft_reset_o (soft_reset),
    .job_ring_o   (job_ring),
    .cpl_ring_o   (cpl_ring),
    .ring_log2_o  (ring_log2),
    .doorbell_o   (doorbell),
    .abort_valid_o(abort_valid),
    .abort_index_o(abort_index),
    .sync_req_o   (sync_req),
    .sync_seq_o   (sync_seq),
    .sync_addr_o  (sync_addr),
    .irq_test_o   (irq_test),
    .busy_i       (busy),
    .resetting_i  (resetting),
    .halted_i     (halted),
    .syncing_i    (syncing),
    .progress_i   (progress_q),
    .halt_cause_i (halt_cause),
    .halt_addr_i  (halt_addr),
    .cycles_i     (cycles),
    .job_head_i   (job_head),
    .job_done_i   (job_done),
    .sync_ack_i   (sync_ack)
  );

  // ---- Memory side ----

  logic                       flush, refresh, stop_jobs, stop_sync, quiet;
  qmac_mem_pkg::ppn_t         root_ppn;
  logic [NumReadClients-1:0]  rreq_valid, rreq_ready, rdata_valid, rdata_ready, walk_pending;
  qmac_pkg::mem_req_t         rreq [NumReadClients];
  logic [127:0]               rdata [NumReadClients];
  logic                       sreq_valid, sreq_ready, sbeat_valid, sbeat_ready, store_done;
  qmac_pkg::mem_req_t         sreq;
  qmac_pkg::store_beat_t      sbeat;
  logic                       ack_valid;
  logic [8:0]                 ack_bytes;
  logic [NumStreams-1:0]      stream_fault_valid;
  qmac_mem_pkg::fault_t       stream_fault [NumStreams];
  logic                       ring_valid, ring_ready, ring_rvalid, ring_rlast, ring_rerror;
  qmac_mem_pkg::pa_t          ring_pa;
  logic [127:0]               ring_rdata;
  logic                       record_done, record_error;
  logic                       job_record_valid, sync_record_valid;
  qmac_mem_pkg::pa_t          job_record_pa, sync_record_pa;
  qmac_pkg::store_beat_t      job_record, sync_record;
  logic [2:0]                 record_beat;

  qmac_mem u_mem (
    .clk_i, .rst_ni,
    .flush_i       (flush),
    .refresh_i     (refresh),
    .stop_i        (stop_jobs || stop_sync),
    .quiet_o       (quiet),
    .root_ppn_i    (root_ppn),
    .rreq_valid_i  (rreq_valid),
    .rreq_ready_o  (rreq_ready),
    .rreq_i        (rreq),
    .rdata_valid_o (rdata_valid),
    .rdata_ready_i (rdata_ready),
    .rdata_o       (rdata),
    .walk_pending_o(walk_pending),
    .sreq_valid_i  (sreq_valid),
    .sreq_ready_o  (sreq_ready),
    .sreq_i        (sreq),
    .sbeat_valid_i (sbeat_valid),
    .sbeat_ready_o (sbeat_ready),
    .sbeat_i       (sbeat),
    .store_done_o  (store_done),
    .ack_valid_o   (ack_valid),
    .ack_bytes_o   (ack_bytes),
    .fault_valid_o (stream_fault_valid),
    .fault_o       (stream_fault),
    .ring_valid_i  (ring_valid),
    .ring_ready_o  (ring_ready),
    .ring_pa_i     (ring_pa),
    .ring_rvalid_o (ring_rvalid),
    .ring_rlast_o  (ring_rlast),
    .ring_rdata_o  (ring_rdata),
    .ring_rerror_o (ring_rerror),
    .record_valid_i(job_record_valid || sync_record_valid),
    .record_pa_i   (sync_record_valid ? sync_record_pa : job_record_pa),
    .record_last_i (sync_record_valid ? 3'd0 : 3'd7),
    .record_beat_o (record_beat),
    .record_i      (sync_record_valid ? sync_record : job_record),
    .record_done_o (record_done),
    .record_error_o(record_error),
    .axi_arvalid_o, .axi_arready_i, .axi_arid_o, .axi_araddr_o, .axi_arlen_o, .axi_arsize_o,
    .axi_arburst_o, .axi_rvalid_i, .axi_rready_o, .axi_rid_i, .axi_rdata_i, .axi_rresp_i,
    .axi_rlast_i, .axi_awvalid_o, .axi_awready_i, .axi_awid_o, .axi_awaddr_o, .axi_awlen_o,
    .axi_awsize_o, .axi_awburst_o, .axi_wvalid_o, .axi_wready_i, .axi_wdata_o, .axi_wstrb_o,
    .axi_wlast_o, .axi_bvalid_i, .axi_bready_o, .axi_bid_i, .axi_bresp_i
  );

  // ---- Sync ----

  logic        reset_done, sync_busy, sync_fail, irq_sync;
  logic [63:0] sync_fail_addr;

  qmac_sync u_sync (
    .clk_i, .rst_ni,
    .reset_i       (resetting),
    .reset_done_i  (reset_done),
    .req_i         (sync_req),
    .seq_i         (sync_seq),
    .addr_i        (sync_addr),
    .syncing_o     (syncing),
    .ack_o         (sync_ack),
    .irq_o         (irq_sync),
    .busy_o        (sync_busy),
    .job_record_i  (job_record_valid),
    .stop_o        (stop_sync),
    .quiet_i       (quiet),
    .refresh_o     (refresh),
    .record_valid_o(sync_record_valid),
    .record_pa_o   (sync_record_pa),
    .record_o      (sync_record),
    .record_done_i (record_done),
    .record_error_i(record_error),
    .fail_o        (sync_fail),
    .fail_addr_o   (sync_fail_addr)
  );

  // ---- Jobs ----

  logic                     start, fetch_done, retired, irq_completion, irq_halt;
  logic [63:0]              cmd_va;
  logic [16:0]              cmd_count, oldest;
  logic                     core_idle, fault_valid;
  qmac_pkg::cycle_class_e   core_class;
  qmac_mem_pkg::fault_t     fault;

  qmac_jobs u_jobs (
    .clk_i, .rst_ni,
    .enable_i        (enable),
    .soft_reset_i    (soft_reset),
    .job_ring_i      (job_ring),
    .cpl_ring_i      (cpl_ring),
    .ring_log2_i     (ring_log2),
    .doorbell_i      (doorbell),
    .abort_valid_i   (abort_valid),
    .abort_index_i   (abort_index),
    .busy_o          (busy),
    .resetting_o     (resetting),
    .reset_done_o    (reset_done),
    .halted_o        (halted),
    .halt_cause_o    (halt_cause),
    .halt_addr_o     (halt_addr),
    .cycles_o        (cycles),
    .job_head_o      (job_head),
    .job_done_o      (job_done),
    .irq_completion_o(irq_completion),
    .irq_halt_o      (irq_halt),
    .stop_o          (stop_jobs),
    .quiet_i         (quiet),
    .flush_o         (flush),
    .ring_valid_o    (ring_valid),
    .ring_ready_i    (ring_ready),
    .ring_pa_o       (ring_pa),
    .ring_rvalid_i   (ring_rvalid),
    .ring_rlast_i    (ring_rlast),
    .ring_rdata_i    (ring_rdata),
    .ring_rerror_i   (ring_rerror),
    .record_valid_o  (job_record_valid),
    .record_pa_o     (job_record_pa),
    .record_beat_i   (record_beat),
    .record_o        (job_record),
    .record_done_i   (record_done),
    .record_error_i  (record_error),
    .start_o         (start),
    .root_ppn_o      (root_ppn),
    .cmd_va_o        (cmd_va),
    .cmd_count_o     (cmd_count),
    .fetch_done_i    (fetch_done),
    .retired_i       (retired),
    .oldest_i        (oldest),
    .core_idle_i     (core_idle),
    .core_class_i    (core_class),
    .fault_valid_i   (fault_valid),
    .fault_i         (fault),
    .sync_busy_i     (sync_busy),
    .sync_fail_i     (sync_fail),
    .sync_fail_addr_i(sync_fail_addr)
  );

  // ---- Commands ----

  logic                cmd_valid, cmd_ready, core_ready, retire_ready, illegal;
  qmac_regs_pkg::cmd_t cmd;
  logic [58:0]         cmd_bytes;
  logic [16:0]         cmd_index;
  logic [63:0]         index_va;

  qmac_cmd_fetch u_cmd_fetch (
    .clk_i, .rst_ni,
    .flush_i     (flush),
    .start_i     (start),
    .cmd_va_i    (cmd_va),
    .cmd_count_i (cmd_count),
    .req_valid_o (rreq_valid[qmac_pkg::ClientCmd]),
    .req_ready_i (rreq_ready[qmac_pkg::ClientCmd]),
    .req_o       (rreq[qmac_pkg::ClientCmd]),
    .data_valid_i(rdata_valid[qmac_pkg::ClientCmd]),
    .data_ready_o(rdata_ready[qmac_pkg::ClientCmd]),
    .data_i      (rdata[qmac_pkg::ClientCmd]),
    .cmd_valid_o (cmd_valid),
    .cmd_ready_i (cmd_ready),
    .cmd_o       (cmd),
    .cmd_bytes_o (cmd_bytes),
    .index_o     (cmd_index),
    .illegal_o   (illegal),
    .index_va_o  (index_va),
    .done_o      (fetch_done)
  );
  assign cmd_ready = core_ready && retire_ready;

  qmac_retire u_retire (
    .clk_i, .rst_ni,
    .flush_i       (flush),
    .accept_valid_i(cmd_valid && core_ready),
    .accept_ready_o(retire_ready),
    .accept_index_i(cmd_index),
    .accept_bytes_i(cmd_bytes),
    .ack_valid_i   (ack_valid),
    .ack_bytes_i   (ack_bytes),
    .next_index_i  (cmd_index),
    .empty_o       (retired),
    .oldest_o      (oldest)
  );

  logic        bad_param;
  logic [63:0] bad_param_va;
  logic [16:0] bad_param_index;

  qmac_faults u_faults (
    .stream_valid_i   (stream_fault_valid),
    .stream_i         (stream_fault),
    .illegal_i        (illegal),
    .illegal_index_i  (cmd_index),
    .illegal_va_i     (index_va),
    .bad_param_i      (bad_param),
    .bad_param_index_i(bad_param_index),
    .bad_param_va_i   (bad_param_va),
    .valid_o          (fault_valid),
    .fault_o          (fault)
  );

  // ---- Core: the read clients after the commands ----

  logic [2:0]         core_rreq_valid, core_rdata_ready;
  qmac_pkg::mem_req_t core_rreq [3];
  logic [127:0]       core_rdata [3];
  for (genvar c = 0; c < 3; c++) begin : gen_core_clients
    assign rreq_valid[c+1]  = core_rreq_valid[c];
    assign rreq[c+1]        = core_rreq[c];
    assign rdata_ready[c+1] = core_rdata_ready[c];
    assign core_rdata[c]    = rdata[c+1];
  end

  qmac_core #(.KC(KC), .NC(NC)) u_core (
    .clk_i, .rst_ni,
    .flush_i          (flush),
    .cmd_valid_i      (cmd_valid && retire_ready),
    .cmd_ready_o      (core_ready),
    .cmd_i            (cmd),
    .cmd_index_i      (cmd_index),
    .idle_o           (core_idle),
    .rreq_valid_o     (core_rreq_valid),
    .rreq_ready_i     (rreq_ready[3:1]),
    .rreq_o           (core_rreq),
    .rdata_valid_i    (rdata_valid[3:1]),
    .rdata_ready_o    (core_rdata_ready),
    .rdata_i          (core_rdata),
    .walk_pending_i   (walk_pending[3:1]),
    .sreq_valid_o     (sreq_valid),
    .sreq_ready_i     (sreq_ready),
    .sreq_o           (sreq),
    .sbeat_valid_o    (sbeat_valid),
    .sbeat_ready_i    (sbeat_ready),
    .sbeat_o          (sbeat),
    .store_done_i     (store_done),
    .bad_param_o      (bad_param),
    .bad_param_va_o   (bad_param_va),
    .bad_param_index_o(bad_param_index),
    .class_o          (core_class)
  );

  // ---- Signs of life ----

  logic moves;
  assign moves = (axi_arvalid_o && axi_arready_i) || (axi_rvalid_i && axi_rready_o) ||
                 (axi_awvalid_o && axi_awready_i) || (axi_wvalid_o && axi_wready_i) ||
                 (axi_bvalid_i && axi_bready_o) || core_class == qmac_pkg::ClassBusy;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)         progress_q <= '0;
    else if (reset_done) progress_q <= '0;
    else if (moves)      progress_q <= progress_q + 1'b1;
  end

  always_comb begin : interrupts
    irq_o = irq_test;
    if (irq_completion) irq_o[qmac_regs_pkg::IrqCompletion] = 1'b1;
    if (irq_sync)       irq_o[qmac_regs_pkg::IrqSync]       = 1'b1;
    if (irq_halt)       irq_o[qmac_regs_pkg::IrqHalt]       = 1'b1;
  end

  assign idle_o = !busy && !soft_reset && !resetting && !sync_req && !syncing && !sync_fail &&
                  irq_o == '0 && quiet;

  logic unused;
  assign unused = walk_pending[qmac_pkg::ClientCmd];

endmodule
