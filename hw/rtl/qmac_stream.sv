// SPDX-License-Identifier: MIT
//
// From the requests of one client to its translated bursts: the queue that cuts them
// (qmac_requests), then the translation window (qmac_xlate).
//
// Handshake: valid/ready at both ends; miss, fill and fault as in qmac_xlate.
// Latency:   three cycles on a first-level hit.
// Invariant: order is kept. 16 requests wait, and Window bursts are looked up ahead.

module qmac_stream #(
  parameter int unsigned Window  = 16,
  parameter bit          IsStore = 1'b0
) (
  input  logic                       clk_i,
  input  logic                       rst_ni,
  input  logic                       flush_i,
  input  logic                       refresh_i,

  input  logic                       req_valid_i,
  output logic                       req_ready_o,
  input  qmac_pkg::mem_req_t         req_i,

  output logic                       miss_valid_o,
  output qmac_mem_pkg::vpn_t         miss_vpn_o,
  input  logic                       miss_ack_i,
  input  logic                       miss_walk_i,

  input  logic                       fill_valid_i,
  input  qmac_mem_pkg::fill_t        fill_i,

  output logic                       burst_valid_o,
  input  logic                       burst_ready_i,
  output logic [63:0]                burst_va_o,
  output qmac_mem_pkg::burst_info_t  burst_info_o,
  output qmac_mem_pkg::pa_t          burst_pa_o,

  output logic                       fault_valid_o,
  output qmac_mem_pkg::fault_t       fault_o,
  output logic                       walking_o
);

  logic                      cut_valid, cut_ready;
  logic [63:0]               cut_va;
  qmac_mem_pkg::burst_info_t cut_info;

  qmac_requests #(.Depth(16)) u_requests (
    .clk_i, .rst_ni, .flush_i,
    .req_valid_i, .req_ready_o, .req_i,
    .burst_valid_o(cut_valid),
    .burst_ready_i(cut_ready),
    .burst_va_o   (cut_va),
    .burst_info_o (cut_info)
  );

  qmac_xlate #(.Depth(Window), .IsStore(IsStore)) u_xlate (
    .clk_i, .rst_ni, .flush_i, .refresh_i,
    .in_valid_i (cut_valid),
    .in_ready_o (cut_ready),
    .in_va_i    (cut_va),
    .in_info_i  (cut_info),
    .miss_valid_o, .miss_vpn_o, .miss_ack_i, .miss_walk_i,
    .fill_valid_i, .fill_i,
    .out_valid_o(burst_valid_o),
    .out_ready_i(burst_ready_i),
    .out_va_o   (burst_va_o),
    .out_info_o (burst_info_o),
    .out_pa_o   (burst_pa_o),
    .fault_valid_o, .fault_o, .walking_o
  );

endmodule
