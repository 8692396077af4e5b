// SPDX-License-Identifier: MIT
//
// What is known above the 4 KiB pages: where the second-level tables of a GiB
// and the last-level tables of 2 MiB regions are, so that a walk need not read
// from the root, and the 2 MiB pages, so that it need not read at all.
//
// Handshake: the answer to lookup_i is there in the same cycle; fills are seen
//            from the next cycle on.
// Latency:   none.
// Invariant: an entry is in it once. Replaced in turn; flush_i forgets
//            everything, the turns too.

module qmac_tlb_upper #(
  parameter int unsigned Regions = 32,
  parameter int unsigned Tops    = 4
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               flush_i,

  input  logic               lookup_i,
  input  logic [17:0]        lookup_region_i,    // upper bits of the page number
  output logic               region_hit_o,
  output logic               region_leaf_o,      // a 2 MiB page, else a table
  output logic               region_writable_o,
  output qmac_mem_pkg::ppn_t region_ppn_o,
  output logic               top_hit_o,
  output qmac_mem_pkg::ppn_t top_ppn_o,

  input  logic               fill_region_i,
  input  logic               fill_top_i,
  input  logic [17:0]        fill_tag_i,         // of the region
  input  logic               fill_leaf_i,
  input  logic               fill_writable_i,
  input  qmac_mem_pkg::ppn_t fill_ppn_i
);

  typedef struct packed {
    logic [17:0]        tag;
    logic               leaf;
    logic               writable;
    qmac_mem_pkg::ppn_t ppn;
  } region_t;
  typedef struct packed {
    logic [8:0]         tag;
    qmac_mem_pkg::ppn_t ppn;
  } top_t;

  logic [Regions-1:0]         region_valid_q;
  region_t                    region_q [Regions];
  logic [$clog2(Regions)-1:0] region_next_q;
  logic [Tops-1:0]            top_valid_q;
  top_t                       top_q [Tops];
  logic [$clog2(Tops)-1:0]    top_next_q;

  always_comb begin : look_region
    region_hit_o      = 1'b0;
    region_leaf_o     = 1'b0;
    region_writable_o = 1'b0;
    region_ppn_o      = '0;
    if (lookup_i) begin
      for (int unsigned i = 0; i < Regions; i++) begin
        if (region_valid_q[i] && region_q[i].tag == lookup_region_i) begin
          region_hit_o      = 1'b1;
          region_leaf_o     = region_q[i].leaf;
          region_writable_o = region_q[i].writable;
          region_ppn_o      = region_q[i].ppn;
        end
      end
    end
  end

  always_comb begin : look_top
    top_hit_o = 1'b0;
    top_ppn_o = '0;
    if (lookup_i) begin
      for (int unsigned i = 0; i < Tops; i++) begin
        if (top_valid_q[i] && top_q[i].tag == lookup_region_i[17:9]) begin
          top_hit_o = 1'b1;
          top_ppn_o = top_q[i].ppn;
        end
      end
    end
  end

  // Walks that ran side by side read the same upper entries.
  logic write_region, write_top;
  always_comb begin : known_already
    write_region = fill_region_i;
    write_top    = fill_top_i;
    if (fill_region_i) begin
      for (int unsigned i = 0; i < Regions; i++) begin
        if (region_valid_q[i] && region_q[i].tag == fill_tag_i) write_region = 1'b0;
      end
    end
    if (fill_top_i) begin
      for (int unsigned i = 0; i < Tops; i++) begin
        if (top_valid_q[i] && top_q[i].tag == fill_tag_i[17:9]) write_top = 1'b0;
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      region_valid_q <= '0;
      region_next_q  <= '0;
      top_valid_q    <= '0;
      top_next_q     <= '0;
    end else if (flush_i) begin
      region_valid_q <= '0;
      region_next_q  <= '0;
      top_valid_q    <= '0;
      top_next_q     <= '0;
    end else begin
      if (write_region) begin
        region_valid_q[region_next_q] <= 1'b1;
        region_next_q                 <= region_next_q + 1'b1;
      end
      if (write_top) begin
        top_valid_q[top_next_q] <= 1'b1;
        top_next_q              <= top_next_q + 1'b1;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (write_region) begin
      region_q[region_next_q] <= '{tag: fill_tag_i, leaf: fill_leaf_i,
                                   writable: fill_writable_i, ppn: fill_ppn_i};
    end
    if (write_top) top_q[top_next_q] <= '{tag: fill_tag_i[17:9], ppn: fill_ppn_i};
  end

`ifndef SYNTHESIS
  initial begin
    assert ((Regions & (Regions - 1)) == 0 && (Tops & (Tops - 1)) == 0) else $error("sizes");
  end
`endif

endmodule
