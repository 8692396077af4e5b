// SPDX-License-Identifier: MIT
//
// The read side of the bus: page-table walks first, then the job ring, then
// commands, then A, B and parameters in turn.
//
// Handshake: valid/ready on requests, client data, walks and the ring; answers to
//            walks and ring reads are always taken (rdata_o, rerror_o go with
//            walk_rvalid_o or ring_rvalid_o).
// Latency:   a burst is on the bus one cycle after it was chosen.
// Invariant: axi_rready_o is always set. stop_i starts nothing translated; quiet_o
//            means that no read is under way. flush_i (while quiet) forgets all
//            requests, data and faults, refresh_i (while quiet) translations only.

module qmac_read (
  input  logic                                 clk_i,
  input  logic                                 rst_ni,
  input  logic                                 flush_i,
  input  logic                                 refresh_i,
  input  logic                                 stop_i,
  output logic                                 quiet_o,

  // Clients, in the order of qmac_pkg::read_client_e.
  input  logic [qmac_pkg::NumReadClients-1:0]  req_valid_i,
  output logic [qmac_pkg::NumReadClients-1:0]  req_ready_o,
  input  qmac_pkg::mem_req_t                   req_i [qmac_pkg::NumReadClients],
  output logic [qmac_pkg::NumReadClients-1:0]  data_valid_o,
  input  logic [qmac_pkg::NumReadClients-1:0]  data_ready_i,
  output logic [127:0]                         data_o [qmac_pkg::NumReadClients],
  output logic [qmac_pkg::NumReadClients-1:0]  walk_pending_o,
  output logic [qmac_pkg::NumReadClients-1:0]  fault_valid_o,
  output qmac_mem_pkg::fault_t                 fault_o [qmac_pkg::NumReadClients],

  // MMU.
  output logic [qmac_pkg::NumReadClients-1:0]  miss_valid_o,
  output qmac_mem_pkg::vpn_t                   miss_vpn_o [qmac_pkg::NumReadClients],
  input  logic [qmac_pkg::NumReadClients-1:0]  miss_ack_i,
  input  logic                                 miss_walk_i,
  input  logic                                 fill_valid_i,
  input  qmac_mem_pkg::fill_t                  fill_i,
  input  logic                                 walk_valid_i,
  output logic                                 walk_ready_o,
  input  qmac_mem_pkg::pa_t                    walk_pa_i,
  output logic                                 walk_rvalid_o,

  // Ring entries, 64 bytes.
  input  logic                                 ring_valid_i,
  output logic                                 ring_ready_o,
  input  qmac_mem_pkg::pa_t                    ring_pa_i,
  output logic                                 ring_rvalid_o,
  output logic                                 ring_rlast_o,

  output logic [127:0]                         rdata_o,
  output logic                                 rerror_o,

  output logic                                 axi_arvalid_o,
  input  logic                                 axi_arready_i,
  output logic [3:0]                           axi_arid_o,
  output logic [55:0]                          axi_araddr_o,
  output logic [7:0]                           axi_arlen_o,
  output logic [2:0]                           axi_arsize_o,
  output logic [1:0]                           axi_arburst_o,
  input  logic                                 axi_rvalid_i,
  output logic                                 axi_rready_o,
  input  logic [3:0]                           axi_rid_i,
  input  logic [127:0]                         axi_rdata_i,
  input  logic [1:0]                           axi_rresp_i,
  input  logic                                 axi_rlast_i
);

  import qmac_pkg::NumReadClients;

  // Room for two 256-byte commands more than the one being put together, for what
  // covers any sensible latency on the operands, for less on the parameters.
  localparam int unsigned ClientBeats [NumReadClients] = '{64, 256, 256, 128};

  // Bursts of operands and parameters under way: of the 64 places that a memory has at
  // least, commands and walks find some free. Walks beyond them wait for one burst to end.
  localparam int unsigned MaxData = 60;

  logic [NumReadClients-1:0] burst_valid, burst_ready, r_valid;
  qmac_mem_pkg::pa_t         burst_pa [NumReadClients];
  logic [4:0]                burst_beats [NumReadClients];

  for (genvar c = 0; c < int'(NumReadClients); c++) begin : gen_clients
    assign r_valid[c] = axi_rvalid_i && axi_rid_i == 4'(c);
    qmac_read_client #(.Beats(ClientBeats[c])) u_client (
      .clk_i, .rst_ni, .flush_i, .refresh_i,
      .req_valid_i   (req_valid_i[c]),
      .req_ready_o   (req_ready_o[c]),
      .req_i         (req_i[c]),
      .data_valid_o  (data_valid_o[c]),
      .data_ready_i  (data_ready_i[c]),
      .data_o        (data_o[c]),
      .walk_pending_o(walk_pending_o[c]),
      .miss_valid_o  (miss_valid_o[c]),
      .miss_vpn_o    (miss_vpn_o[c]),
      .miss_ack_i    (miss_ack_i[c]),
      .miss_walk_i, .fill_valid_i, .fill_i,
      .burst_valid_o (burst_valid[c]),
      .burst_ready_i (burst_ready[c]),
      .burst_pa_o    (burst_pa[c]),
      .burst_beats_o (burst_beats[c]),
      .r_valid_i     (r_valid[c]),
      .r_data_i      (axi_rdata_i),
      .r_last_i      (axi_rlast_i),
      .r_error_i     (axi_rresp_i[1]),
      .fault_valid_o (fault_valid_o[c]),
      .fault_o       (fault_o[c])
    );
  end

  // Operands and parameters in turn, commands before them.
  logic [6:0] data_q;
  logic [2:0] turn_req, turn_grant;
  logic [1:0] turn_index;
  logic       load, take_ring, take_client, take_turn;
  qmac_arbiter #(.N(3)) u_turn (
    .clk_i, .rst_ni, .flush_i,
    .req_i  (turn_req),
    .take_i (take_turn),
    .grant_o(turn_grant),
    .index_o(turn_index)
  );
  assign turn_req = data_q == 7'(MaxData) ? '0 : burst_valid[3:1];

  // The address register takes one request per cycle.
  assign load         = !axi_arvalid_o || axi_arready_i;
  assign walk_ready_o = load;  // walk_valid_i is low when stopped
  assign take_ring    = load && !walk_valid_i;
  assign ring_ready_o = take_ring;
  assign take_client  = take_ring && !ring_valid_i && !stop_i && !refresh_i;
  assign take_turn    = take_client && !burst_valid[0];
  assign burst_ready  = {turn_grant & {3{take_turn}}, take_client};

  logic       any_client;
  logic [1:0] client;
  assign any_client = take_client && (burst_valid[0] || |turn_req);
  assign client     = burst_valid[0] ? 2'd0 : turn_index + 2'd1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)   axi_arvalid_o <= 1'b0;
    else if (load) axi_arvalid_o <= walk_valid_i || ring_valid_i || any_client;
  end

  always_ff @(posedge clk_i) begin : address
    if (load && walk_valid_i) begin
      axi_arid_o   <= qmac_mem_pkg::ReadIdWalk;
      axi_araddr_o <= walk_pa_i;
      axi_arlen_o  <= 8'd0;
    end else if (load && ring_valid_i) begin
      axi_arid_o   <= qmac_mem_pkg::ReadIdRing;
      axi_araddr_o <= ring_pa_i;
      axi_arlen_o  <= 8'd3;
    end else if (any_client) begin
      axi_arid_o   <= 4'(client);
      axi_araddr_o <= burst_pa[client];
      axi_arlen_o  <= 8'(burst_beats[client]) - 8'd1;
    end
  end
  assign axi_arsize_o  = 3'd4;
  assign axi_arburst_o = 2'b01;

  assign axi_rready_o  = 1'b1;
  assign walk_rvalid_o = axi_rvalid_i && axi_rid_i == qmac_mem_pkg::ReadIdWalk;
  assign ring_rvalid_o = axi_rvalid_i && axi_rid_i == qmac_mem_pkg::ReadIdRing;
  assign ring_rlast_o  = axi_rlast_i;
  assign rdata_o       = axi_rdata_i;
  assign rerror_o      = axi_rresp_i[1];

  // Bursts under way.
  logic [9:0] under_way_q;
  logic       goes, comes;
  assign goes  = axi_arvalid_o && axi_arready_i;
  assign comes = axi_rvalid_i && axi_rlast_i;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) under_way_q <= '0;
    else if (goes != comes) under_way_q <= goes ? under_way_q + 1'b1 : under_way_q - 1'b1;
  end
  logic data_goes, data_comes;
  assign data_goes  = take_turn && |turn_req;
  assign data_comes = comes && |r_valid[3:1];
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) data_q <= '0;
    else if (data_goes != data_comes) data_q <= data_goes ? data_q + 1'b1 : data_q - 1'b1;
  end
  assign quiet_o = under_way_q == '0 && !axi_arvalid_o;

  // OKAY and EXOKAY mean the same to a reader.
  logic unused_rresp;
  assign unused_rresp = axi_rresp_i[0];

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */  // an assertion is no flip-flop
  logic        held_q;
  logic [67:0] held_ar_q;
  always_ff @(posedge clk_i) begin
    held_q    <= rst_ni && axi_arvalid_o && !axi_arready_i;
    held_ar_q <= {axi_arid_o, axi_araddr_o, axi_arlen_o};
    if (rst_ni) begin
      assert (!held_q || (axi_arvalid_o && held_ar_q == {axi_arid_o, axi_araddr_o, axi_arlen_o}))
        else $error("AR changed while it waited");
      assert (!axi_arvalid_o ||
              32'(axi_araddr_o[11:4]) + 32'(axi_arlen_o) < 256) else $error("AR crosses a page");
      assert (!(flush_i || refresh_i) || quiet_o) else $error("flush with reads under way");
      assert (!axi_rvalid_i || under_way_q != '0) else $error("R without AR");
    end
  end
  /* verilator lint_on SYNCASYNCNET */
`endif

endmodule
