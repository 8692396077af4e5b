// SPDX-License-Identifier: MIT
//
// The part of the MMU that all streams share: second-level TLB, what is known
// of the upper levels, page-table walks.
//
// A look-up takes two cycles: one reads the second level, in the next the
// stream is told that its page is on the way (miss_ack_o): found, or being
// walked for. When all walks are taken the stream keeps asking, and is looked
// up again once a walk has ended. Finished walks pass through the same two
// cycles to fill the second level, so a look-up either meets the walk or finds
// what it brought. The answer goes to all streams at once, a cycle later.
//
// Handshake: miss_valid_i stays, with its page, until miss_ack_o.
// Latency:   fill_valid_o two cycles after the look-up that found it.
// Invariant: flush_i forgets everything that depends on the tables, the turns
//            too; the reads under way must have been answered before. stop_i:
//            no new reads.

module qmac_mmu (
  input  logic                                clk_i,
  input  logic                                rst_ni,
  input  logic                                flush_i,
  input  logic                                stop_i,
  input  qmac_mem_pkg::ppn_t                  root_ppn_i,

  input  logic [qmac_mem_pkg::NumStreams-1:0] miss_valid_i,
  input  qmac_mem_pkg::vpn_t                  miss_vpn_i [qmac_mem_pkg::NumStreams],
  output logic [qmac_mem_pkg::NumStreams-1:0] miss_ack_o,
  output logic                                miss_walk_o,   // with any miss_ack_o

  output logic                                fill_valid_o,
  output qmac_mem_pkg::fill_t                 fill_o,

  output logic                                read_valid_o,
  input  logic                                read_ready_i,
  output qmac_mem_pkg::pa_t                   read_pa_o,
  input  logic                                rdata_valid_i,
  input  logic [127:0]                        rdata_i,
  input  logic                                rdata_error_i
);

  import qmac_mem_pkg::NumStreams;

  // First cycle: a finished walk, else a stream.
  logic                          walk_done, lookup, fill_l2;
  qmac_mem_pkg::fill_t           walk_result;
  logic [NumStreams-1:0]         asking, grant, second_q, blocked_q;
  logic [$clog2(NumStreams)-1:0] stream;
  qmac_mem_pkg::vpn_t            vpn, vpn_q;

  // Who is in the second cycle is about to be told.
  assign asking  = miss_valid_i & ~second_q & ~blocked_q;
  assign lookup  = !walk_done && |asking;
  assign vpn     = walk_done ? walk_result.vpn : miss_vpn_i[stream];
  assign fill_l2 = walk_done && !walk_result.fault && !walk_result.mega;

  qmac_arbiter #(.N(NumStreams)) u_arbiter (
    .clk_i, .rst_ni, .flush_i,
    .req_i  (asking),
    .take_i (lookup),
    .grant_o(grant),
    .index_o(stream)
  );

  logic               l2_hit, l2_writable;
  qmac_mem_pkg::ppn_t l2_ppn;
  qmac_tlb_l2 u_l2 (
    .clk_i, .rst_ni, .flush_i,
    .lookup_i       (lookup),
    .fill_i         (fill_l2),
    .vpn_i          (vpn),
    .fill_ppn_i     (walk_result.ppn),
    .fill_writable_i(walk_result.writable),
    .hit_o          (l2_hit),
    .writable_o     (l2_writable),
    .ppn_o          (l2_ppn)
  );

  // Second cycle.
  logic               lookup_q, hit, walk_start, walk_busy, walk_full;
  logic               region_hit, region_leaf, region_writable, top_hit;
  qmac_mem_pkg::ppn_t region_ppn, top_ppn;
  logic               upper_region, upper_top, upper_leaf, upper_writable;
  logic [17:0]        upper_tag;
  qmac_mem_pkg::ppn_t upper_ppn;
  assign lookup_q    = |second_q;
  assign hit         = l2_hit || (region_hit && region_leaf);
  assign walk_start  = lookup_q && !hit && !walk_busy && !walk_full;
  assign miss_ack_o  = (hit || walk_busy || walk_start) ? second_q : '0;
  assign miss_walk_o = !hit;

  qmac_tlb_upper u_upper (
    .clk_i, .rst_ni, .flush_i,
    .lookup_i         (lookup_q && !l2_hit),
    .lookup_region_i  (vpn_q[26:9]),
    .region_hit_o     (region_hit),
    .region_leaf_o    (region_leaf),
    .region_writable_o(region_writable),
    .region_ppn_o     (region_ppn),
    .top_hit_o        (top_hit),
    .top_ppn_o        (top_ppn),
    .fill_region_i    (upper_region),
    .fill_top_i       (upper_top),
    .fill_tag_i       (upper_tag),
    .fill_leaf_i      (upper_leaf),
    .fill_writable_i  (upper_writable),
    .fill_ppn_i       (upper_ppn)
  );

  qmac_walker u_walker (
    .clk_i, .rst_ni, .flush_i, .stop_i,
    .probe_i         (lookup_q),
    .probe_vpn_i     (vpn_q),
    .busy_o          (walk_busy),
    .full_o          (walk_full),
    .start_i         (walk_start && !flush_i),
    .start_level_i   (region_hit ? 2'd0 : top_hit ? 2'd1 : 2'd2),
    .start_table_i   (region_hit ? region_ppn : top_hit ? top_ppn : root_ppn_i),
    .read_valid_o, .read_ready_i, .read_pa_o,
    .rdata_valid_i, .rdata_i, .rdata_error_i,
    .upper_region_o  (upper_region),
    .upper_top_o     (upper_top),
    .upper_tag_o     (upper_tag),
    .upper_leaf_o    (upper_leaf),
    .upper_writable_o(upper_writable),
    .upper_ppn_o     (upper_ppn),
    .done_valid_o    (walk_done),
    .done_ready_i    (1'b1),
    .done_o          (walk_result)
  );

  logic walk_done_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      second_q     <= '0;
      blocked_q    <= '0;
      walk_done_q  <= 1'b0;
      fill_valid_o <= 1'b0;
    end else if (flush_i) begin
      second_q     <= '0;
      blocked_q    <= '0;
      walk_done_q  <= 1'b0;
      fill_valid_o <= 1'b0;
    end else begin
      second_q     <= lookup ? grant : '0;
      blocked_q    <= walk_done ? '0 : blocked_q | (second_q & ~miss_ack_o);
      walk_done_q  <= walk_done;
      fill_valid_o <= walk_done_q || (lookup_q && hit);
    end
  end

  qmac_mem_pkg::fill_t walk_result_q;
  always_ff @(posedge clk_i) begin : contents
    if (lookup) vpn_q <= vpn;
    if (walk_done) walk_result_q <= walk_result;
    if (walk_done_q) begin
      fill_o <= walk_result_q;
    end else if (lookup_q && hit) begin
      fill_o <= '{fault: 1'b0, bus_error: 1'b0, mega: !l2_hit,
                  writable: l2_hit ? l2_writable : region_writable,
                  vpn: vpn_q, ppn: l2_hit ? l2_ppn : region_ppn};
    end
  end

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */  // an assertion is no flip-flop
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (!(walk_done_q && lookup_q)) else $error("two in the second cycle");
      assert ((miss_ack_o & ~miss_valid_i) == '0) else $error("answer without a question");
    end
  end
  /* verilator lint_on SYNCASYNCNET */
`endif

endmodule
