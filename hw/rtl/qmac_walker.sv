// SPDX-License-Identifier: MIT
//
// Page-table walks, NumWalks side by side, done in any order. The profile of
// Sv39 is that of the manual: V, R, W and PPN count, bits 63:54 must be zero,
// write-only entries, 1 GiB leaves and misaligned 2 MiB leaves fault, nothing
// is ever written.
//
// Handshake: start_i only while full_o is low, and not for a page for which
//            busy_o (same cycle as probe_i) says that a walk is under way.
//            Reads: valid/ready, one beat each, answered in order.
//            done_*: valid/ready.
// Latency:   a read per level below the one it starts at.
// Invariant: stop_i starts no reads, but lets walks finish. flush_i forgets all
//            walks; the reads under way must have been answered before.

module qmac_walker (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic                     flush_i,
  input  logic                     stop_i,

  input  logic                     probe_i,
  input  qmac_mem_pkg::vpn_t       probe_vpn_i,
  output logic                     busy_o,
  output logic                     full_o,
  input  logic                     start_i,       // a walk for probe_vpn_i
  input  logic [1:0]               start_level_i, // 2 reads from the root, 0 the last table
  input  qmac_mem_pkg::ppn_t       start_table_i,

  output logic                     read_valid_o,
  input  logic                     read_ready_i,
  output qmac_mem_pkg::pa_t        read_pa_o,     // of the beat
  input  logic                     rdata_valid_i,
  input  logic [127:0]             rdata_i,
  input  logic                     rdata_error_i,

  // What a read told about the levels above the 4 KiB pages.
  output logic                     upper_region_o,
  output logic                     upper_top_o,
  output logic [17:0]              upper_tag_o,
  output logic                     upper_leaf_o,
  output logic                     upper_writable_o,
  output qmac_mem_pkg::ppn_t       upper_ppn_o,

  output logic                     done_valid_o,
  input  logic                     done_ready_i,
  output qmac_mem_pkg::fill_t      done_o
);

  import qmac_mem_pkg::NumWalks;
  typedef logic [$clog2(NumWalks)-1:0] slot_t;

  // Each slot is free, wants to read, waits for what it read, or is done.
  logic [NumWalks-1:0] want_d, want_q, wait_d, wait_q, done_d, done_q, taken;
  logic [1:0]          level_q [NumWalks];
  qmac_mem_pkg::ppn_t  table_q [NumWalks];
  qmac_mem_pkg::vpn_t  vpn_q [NumWalks];
  logic [NumWalks-1:0] fault_q, bus_q, mega_q, writable_q;  // once done, with table_q
  assign taken = want_q | wait_q | done_q;

  function automatic slot_t lowest(logic [NumWalks-1:0] set);
    for (int unsigned i = 0; i < NumWalks; i++) begin
      if (set[i]) return slot_t'(i);
    end
    return '0;
  endfunction

  always_comb begin : probe
    busy_o = 1'b0;
    if (probe_i) begin
      for (int unsigned i = 0; i < NumWalks; i++) begin
        if (taken[i] && vpn_q[i] == probe_vpn_i) busy_o = 1'b1;
      end
    end
  end

  slot_t free, want, done;
  assign full_o = &taken;
  always_comb begin : choose
    free = '0;
    want = '0;
    done = '0;
    if (start_i) free = lowest(~taken);
    if (|want_q) want = lowest(want_q);
    if (|done_q) done = lowest(done_q);
  end

  // Entry of the table of a level for a page.
  function automatic logic [8:0] table_index(qmac_mem_pkg::vpn_t vpn, logic [1:0] level);
    unique case (level)
      2'd0:    return vpn[8:0];
      2'd1:    return vpn[17:9];
      default: return vpn[26:18];
    endcase
  endfunction

  function automatic logic odd_entry(qmac_mem_pkg::vpn_t vpn, logic [1:0] level);
    return 1'(table_index(vpn, level));
  endfunction

  assign read_valid_o = |want_q && !stop_i;

  // The slots that wait, oldest first. There is room for all.
  slot_t rslot;
  logic  order_ready, order_valid;
  qmac_fifo #(.Depth(NumWalks), .T(slot_t)) u_order (
    .clk_i, .rst_ni, .flush_i,
    .in_valid_i (read_valid_o && read_ready_i),
    .in_ready_o (order_ready),
    .in_i       (want),
    .out_valid_o(order_valid),
    .out_ready_i(rdata_valid_i),
    .out_o      (rslot)
  );

  always_comb begin : address
    read_pa_o = '0;
    if (read_valid_o) begin
      read_pa_o = {table_q[want], table_index(vpn_q[want], level_q[want]) & ~9'd1, 3'b0};
    end
  end

  // What the entry that has come in says.
  typedef struct packed {
    logic [9:0]         must_be_zero;
    qmac_mem_pkg::ppn_t ppn;
    logic [6:0]         ignored;
    logic               w;
    logic               r;
    logic               v;
  } pte_t;
  logic       leaf, pointer, fault;
  logic [1:0] level;
  pte_t       pte;
  always_comb begin : decode
    level   = '0;
    leaf    = 1'b0;
    pointer = 1'b0;
    fault   = 1'b0;
    pte     = '0;
    if (rdata_valid_i) begin
      level   = level_q[rslot];
      pte     = odd_entry(vpn_q[rslot], level) ? rdata_i[127:64] : rdata_i[63:0];
      leaf    = pte.r;
      pointer = !pte.r && !pte.w;
      fault   = rdata_error_i || !pte.v || |pte.must_be_zero || (pte.w && !pte.r) ||
                (pointer && level == 2'd0) ||
                (leaf && (level == 2'd2 || (level == 2'd1 && |pte.ppn[8:0])));
    end
  end

  logic unused;
  assign unused = ^pte.ignored;

  assign upper_top_o      = rdata_valid_i && !fault && level == 2'd2;
  assign upper_region_o   = rdata_valid_i && !fault && level == 2'd1;
  assign upper_tag_o      = vpn_q[rslot][26:9];
  assign upper_leaf_o     = leaf;
  assign upper_writable_o = pte.w;
  assign upper_ppn_o      = pte.ppn;

  assign done_valid_o = |done_q;
  always_comb begin : result
    done_o = '0;
    if (done_valid_o) begin
      done_o = '{fault: fault_q[done], bus_error: bus_q[done], mega: mega_q[done],
                 writable: writable_q[done], vpn: vpn_q[done], ppn: table_q[done]};
    end
  end

  logic active;
  assign active = start_i || |taken;
  always_comb begin : states
    want_d = want_q;
    wait_d = wait_q;
    done_d = done_q;
    if (start_i) want_d[free] = 1'b1;
    if (read_valid_o && read_ready_i) begin
      want_d[want] = 1'b0;
      wait_d[want] = 1'b1;
    end
    if (rdata_valid_i) begin
      wait_d[rslot] = 1'b0;
      want_d[rslot] = !(fault || leaf);
      done_d[rslot] = fault || leaf;
    end
    if (done_valid_o && done_ready_i) done_d[done] = 1'b0;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      want_q <= '0;
      wait_q <= '0;
      done_q <= '0;
    end else if (flush_i) begin
      want_q <= '0;
      wait_q <= '0;
      done_q <= '0;
    end else if (active) begin
      want_q <= want_d;
      wait_q <= wait_d;
      done_q <= done_d;
    end
  end

  always_ff @(posedge clk_i) begin : contents
    if (start_i) begin
      level_q[free] <= start_level_i;
      table_q[free] <= start_table_i;
      vpn_q[free]   <= probe_vpn_i;
    end
    if (rdata_valid_i) begin
      level_q[rslot]    <= level - 2'd1;
      table_q[rslot]    <= pte.ppn;
      fault_q[rslot]    <= fault;
      bus_q[rslot]      <= rdata_error_i;
      mega_q[rslot]     <= !fault && level == 2'd1;
      writable_q[rslot] <= pte.w;
    end
  end

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */  // an assertion is no flip-flop
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (!start_i || (!full_o && !busy_o)) else $error("start without room or reason");
      assert (!rdata_valid_i || (order_valid && wait_q[rslot])) else $error("not asked for");
      assert (!(read_valid_o && read_ready_i) || order_ready) else $error("more reads than walks");
      assert (!flush_i || wait_q == '0) else $error("flush with a read under way");
    end
  end
  /* verilator lint_on SYNCASYNCNET */
`endif

endmodule
