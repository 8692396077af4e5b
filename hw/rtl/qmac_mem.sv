// SPDX-License-Identifier: MIT
//
// The memory side: MMU, read and write engine on one AXI4 master.
//
// Handshake: as in qmac_read and qmac_write.
// Latency:   as there.
// Invariant: flush_i and refresh_i only while quiet_o; with stop_i quiet_o comes by
//            itself once everything under way has been answered.

module qmac_mem (
  input  logic                                clk_i,
  input  logic                                rst_ni,
  input  logic                                flush_i,     // forget the job
  input  logic                                refresh_i,   // forget the translations
  input  logic                                stop_i,      // start nothing translated
  output logic                                quiet_o,
  input  qmac_mem_pkg::ppn_t                  root_ppn_i,

  input  logic [qmac_pkg::NumReadClients-1:0] rreq_valid_i,
  output logic [qmac_pkg::NumReadClients-1:0] rreq_ready_o,
  input  qmac_pkg::mem_req_t                  rreq_i [qmac_pkg::NumReadClients],
  output logic [qmac_pkg::NumReadClients-1:0] rdata_valid_o,
  input  logic [qmac_pkg::NumReadClients-1:0] rdata_ready_i,
  output logic [127:0]                        rdata_o [qmac_pkg::NumReadClients],
  output logic [qmac_pkg::NumReadClients-1:0] walk_pending_o,

  input  logic                                sreq_valid_i,
  output logic                                sreq_ready_o,
  input  qmac_pkg::mem_req_t                  sreq_i,
  input  logic                                sbeat_valid_i,
  output logic                                sbeat_ready_o,
  input  qmac_pkg::store_beat_t               sbeat_i,
  output logic                                store_done_o,
  output logic                                ack_valid_o,
  output logic [8:0]                          ack_bytes_o,

  // Streams in the order of qmac_mem_pkg.
  output logic [qmac_mem_pkg::NumStreams-1:0] fault_valid_o,
  output qmac_mem_pkg::fault_t                fault_o [qmac_mem_pkg::NumStreams],

  input  logic                                ring_valid_i,
  output logic                                ring_ready_o,
  input  qmac_mem_pkg::pa_t                   ring_pa_i,
  output logic                                ring_rvalid_o,
  output logic                                ring_rlast_o,
  output logic [127:0]                        ring_rdata_o,
  output logic                                ring_rerror_o,

  input  logic                                record_valid_i,
  input  qmac_mem_pkg::pa_t                   record_pa_i,
  input  logic [2:0]                          record_last_i,
  output logic [2:0]                          record_beat_o,
  input  qmac_pkg::store_beat_t               record_i,
  output logic                                record_done_o,
  output logic                                record_error_o,

  output logic                                axi_arvalid_o,
  input  logic                                axi_arready_i,
  output logic [3:0]                          axi_arid_o,
  output logic [55:0]                         axi_araddr_o,
  output logic [7:0]                          axi_arlen_o,
  output logic [2:0]                          axi_arsize_o,
  output logic [1:0]                          axi_arburst_o,
  input  logic                                axi_rvalid_i,
  output logic                                axi_rready_o,
  input  logic [3:0]                          axi_rid_i,
  input  logic [127:0]                        axi_rdata_i,
  input  logic [1:0]                          axi_rresp_i,
  input  logic                                axi_rlast_i,
  output logic                                axi_awvalid_o,
  input  logic                                axi_awready_i,
  output logic [3:0]                          axi_awid_o,
  output logic [55:0]                         axi_awaddr_o,
  output logic [7:0]                          axi_awlen_o,
  output logic [2:0]                          axi_awsize_o,
  output logic [1:0]                          axi_awburst_o,
  output logic                                axi_wvalid_o,
  input  logic                                axi_wready_i,
  output logic [127:0]                        axi_wdata_o,
  output logic [15:0]                         axi_wstrb_o,
  output logic                                axi_wlast_o,
  input  logic                                axi_bvalid_i,
  output logic                                axi_bready_o,
  input  logic [3:0]                          axi_bid_i,
  input  logic [1:0]                          axi_bresp_i
);

  import qmac_pkg::NumReadClients;
  import qmac_mem_pkg::NumStreams;
  import qmac_mem_pkg::StreamStore;

  logic [NumStreams-1:0]    miss_valid, miss_ack;
  qmac_mem_pkg::vpn_t       miss_vpn [NumStreams];
  qmac_mem_pkg::vpn_t       read_miss_vpn [NumReadClients];
  logic                     miss_walk, fill_valid;
  qmac_mem_pkg::fill_t      fill;
  logic                     walk_valid, walk_ready, walk_rvalid;
  qmac_mem_pkg::pa_t        walk_pa;
  logic                     read_quiet, write_quiet;
  qmac_mem_pkg::fault_t     read_fault [NumReadClients];

  for (genvar c = 0; c < int'(NumReadClients); c++) begin : gen_streams
    assign miss_vpn[c] = read_miss_vpn[c];
    assign fault_o[c]  = read_fault[c];
  end

  qmac_mmu u_mmu (
    .clk_i, .rst_ni,
    .flush_i      (flush_i || refresh_i),
    .stop_i, .root_ppn_i,
    .miss_valid_i (miss_valid),
    .miss_vpn_i   (miss_vpn),
    .miss_ack_o   (miss_ack),
    .miss_walk_o  (miss_walk),
    .fill_valid_o (fill_valid),
    .fill_o       (fill),
    .read_valid_o (walk_valid),
    .read_ready_i (walk_ready),
    .read_pa_o    (walk_pa),
    .rdata_valid_i(walk_rvalid),
    .rdata_i      (ring_rdata_o),
    .rdata_error_i(ring_rerror_o)
  );

  qmac_read u_read (
    .clk_i, .rst_ni, .flush_i, .refresh_i, .stop_i,
    .quiet_o      (read_quiet),
    .req_valid_i  (rreq_valid_i),
    .req_ready_o  (rreq_ready_o),
    .req_i        (rreq_i),
    .data_valid_o (rdata_valid_o),
    .data_ready_i (rdata_ready_i),
    .data_o       (rdata_o),
    .walk_pending_o,
    .fault_valid_o(fault_valid_o[NumReadClients-1:0]),
    .fault_o      (read_fault),
    .miss_valid_o (miss_valid[NumReadClients-1:0]),
    .miss_vpn_o   (read_miss_vpn),
    .miss_ack_i   (miss_ack[NumReadClients-1:0]),
    .miss_walk_i  (miss_walk),
    .fill_valid_i (fill_valid),
    .fill_i       (fill),
    .walk_valid_i (walk_valid),
    .walk_ready_o (walk_ready),
    .walk_pa_i    (walk_pa),
    .walk_rvalid_o(walk_rvalid),
    .ring_valid_i, .ring_ready_o, .ring_pa_i, .ring_rvalid_o, .ring_rlast_o,
    .rdata_o      (ring_rdata_o),
    .rerror_o     (ring_rerror_o),
    .axi_arvalid_o, .axi_arready_i, .axi_arid_o, .axi_araddr_o, .axi_arlen_o, .axi_arsize_o,
    .axi_arburst_o, .axi_rvalid_i, .axi_rready_o, .axi_rid_i, .axi_rdata_i, .axi_rresp_i,
    .axi_rlast_i
  );

  qmac_write u_write (
    .clk_i, .rst_ni, .flush_i, .refresh_i, .stop_i,
    .quiet_o      (write_quiet),
    .req_valid_i  (sreq_valid_i),
    .req_ready_o  (sreq_ready_o),
    .req_i        (sreq_i),
    .beat_valid_i (sbeat_valid_i),
    .beat_ready_o (sbeat_ready_o),
    .beat_i       (sbeat_i),
    .store_done_o, .ack_valid_o, .ack_bytes_o,
    .fault_valid_o(fault_valid_o[StreamStore]),
    .fault_o      (fault_o[StreamStore]),
    .miss_valid_o (miss_valid[StreamStore]),
    .miss_vpn_o   (miss_vpn[StreamStore]),
    .miss_ack_i   (miss_ack[StreamStore]),
    .miss_walk_i  (miss_walk),
    .fill_valid_i (fill_valid),
    .fill_i       (fill),
    .record_valid_i, .record_pa_i, .record_last_i, .record_beat_o, .record_i, .record_done_o,
    .record_error_o,
    .axi_awvalid_o, .axi_awready_i, .axi_awid_o, .axi_awaddr_o, .axi_awlen_o, .axi_awsize_o,
    .axi_awburst_o, .axi_wvalid_o, .axi_wready_i, .axi_wdata_o, .axi_wstrb_o, .axi_wlast_o,
    .axi_bvalid_i, .axi_bready_o, .axi_bid_i, .axi_bresp_i
  );

  assign quiet_o = read_quiet && write_quiet;

endmodule
