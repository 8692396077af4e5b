// SPDX-License-Identifier: MIT
//
// Second-level TLB: 512 pages of 4 KiB, each with its own tag, 4 ways, sets
// chosen by a hash that spreads pages at any power-of-two distance.
//
// Handshake: lookup_i or fill_i, not both in a cycle. A page that is in it is
//            not filled again.
// Latency:   hit_o and what belongs to it in the cycle after lookup_i only; a
//            fill is seen by look-ups from the next cycle on.
// Invariant: flush_i forgets everything, the replacement turns too.

module qmac_tlb_l2 (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               flush_i,

  input  logic               lookup_i,
  input  logic               fill_i,
  input  qmac_mem_pkg::vpn_t vpn_i,       // of either

  input  qmac_mem_pkg::ppn_t fill_ppn_i,
  input  logic               fill_writable_i,

  output logic               hit_o,
  output logic               writable_o,
  output qmac_mem_pkg::ppn_t ppn_o
);

  localparam int unsigned Sets = 128;
  localparam int unsigned Ways = 4;
  localparam int unsigned WayLanes = 3;

  typedef logic [6:0] set_t;
  typedef struct packed {
    logic [23:0]        unused;
    logic               writable;
    qmac_mem_pkg::ppn_t ppn;
    qmac_mem_pkg::vpn_t vpn;
  } entry_t;

  logic [Ways-1:0] valid_q [Sets];
  logic [1:0]      turn_q [Sets];

  set_t set;
  assign set = vpn_i[6:0] ^ vpn_i[13:7] ^ vpn_i[20:14] ^ {1'b0, vpn_i[26:21]};

  // Where a fill goes: a free way, else each in turn.
  logic [1:0] way;
  logic       full;
  always_comb begin : choose_way
    way  = turn_q[set];
    full = 1'b1;
    if (fill_i) begin
      full = &valid_q[set];
      for (int unsigned w = 0; w < Ways; w++) begin
        if (!full && !valid_q[set][Ways-1-w]) way = 2'(Ways - 1 - w);
      end
    end
  end

  logic [Ways*WayLanes-1:0] lane_en;
  entry_t                   entry;
  entry_t [Ways-1:0]        row;
  assign lane_en = (Ways*WayLanes)'(3'b111) << (32'(way) * WayLanes);
  assign entry   = '{unused: '0, writable: fill_writable_i, ppn: fill_ppn_i, vpn: vpn_i};

  qmac_ram #(.Depth(Sets), .Lanes(Ways * WayLanes)) u_ram (
    .clk_i,
    .w_en_i     (fill_i),
    .w_addr_i   (set),
    .w_lane_en_i(lane_en),
    .w_data_i   ({Ways{entry}}),
    .r_en_i     (lookup_i),
    .r_addr_i   (set),
    .r_data_o   (row)
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      for (int unsigned s = 0; s < Sets; s++) begin
        valid_q[s] <= '0;
        turn_q[s]  <= '0;
      end
    end else if (flush_i) begin
      for (int unsigned s = 0; s < Sets; s++) begin
        valid_q[s] <= '0;
        turn_q[s]  <= '0;
      end
    end else if (fill_i) begin
      valid_q[set][way] <= 1'b1;
      if (full) turn_q[set] <= turn_q[set] + 1'b1;
    end
  end

  // The second cycle of a look-up.
  logic               lookup_q;
  qmac_mem_pkg::vpn_t vpn_q;
  logic [Ways-1:0]    valid_row_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) lookup_q <= 1'b0;
    else         lookup_q <= lookup_i && !flush_i;
  end

  always_ff @(posedge clk_i) begin
    if (lookup_i) begin
      vpn_q       <= vpn_i;
      valid_row_q <= valid_q[set];
    end
  end

  always_comb begin : compare
    hit_o      = 1'b0;
    writable_o = 1'b0;
    ppn_o      = '0;
    if (lookup_q) begin
      for (int unsigned w = 0; w < Ways; w++) begin
        if (valid_row_q[w] && row[w].vpn == vpn_q) begin
          hit_o      = 1'b1;
          writable_o = row[w].writable;
          ppn_o      = row[w].ppn;
        end
      end
    end
  end

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */  // an assertion is no flip-flop
  always_ff @(posedge clk_i) begin
    if (rst_ni) assert (!(lookup_i && fill_i)) else $error("two accesses");
  end
  /* verilator lint_on SYNCASYNCNET */
`endif

endmodule
