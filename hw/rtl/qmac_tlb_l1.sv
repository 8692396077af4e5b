// SPDX-License-Identifier: MIT
//
// First-level TLB of one stream: fully associative, 4 KiB and 2 MiB pages,
// replaced in turn.
//
// Handshake: the answer to lookup_i is there in the same cycle; fill_valid_i
//            (never a fault) is seen by look-ups from the next cycle on.
// Latency:   none.
// Invariant: a page is in it once. flush_i forgets everything, the turn too.

module qmac_tlb_l1 #(
  parameter int unsigned Entries = 16
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  input  logic                flush_i,

  input  logic                lookup_i,
  input  qmac_mem_pkg::vpn_t  vpn_i,
  output logic                hit_o,
  output logic                writable_o,
  output qmac_mem_pkg::ppn_t  ppn_o,

  input  logic                fill_valid_i,
  input  qmac_mem_pkg::fill_t fill_i
);

  localparam int unsigned IndexWidth = $clog2(Entries);

  logic [Entries-1:0]    valid_q, mega_q, writable_q;
  qmac_mem_pkg::vpn_t    vpn_q [Entries];
  qmac_mem_pkg::ppn_t    ppn_q [Entries];
  logic [IndexWidth-1:0] next_q;
  logic                  known, write;

  always_comb begin : look
    hit_o      = 1'b0;
    writable_o = 1'b0;
    ppn_o      = '0;
    if (lookup_i) begin
      for (int unsigned i = 0; i < Entries; i++) begin
        if (valid_q[i] && qmac_mem_pkg::covers(mega_q[i], vpn_q[i], vpn_i)) begin
          hit_o      = 1'b1;
          writable_o = writable_q[i];
          ppn_o      = qmac_mem_pkg::ppn_in(mega_q[i], ppn_q[i], vpn_i);
        end
      end
    end
  end

  // Bursts of one page that missed together are answered one after the other.
  always_comb begin : look_fill
    known = 1'b0;
    if (fill_valid_i) begin
      for (int unsigned i = 0; i < Entries; i++) begin
        known |= valid_q[i] && qmac_mem_pkg::covers(mega_q[i], vpn_q[i], fill_i.vpn);
      end
    end
  end
  assign write = fill_valid_i && !known;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q <= '0;
      next_q  <= '0;
    end else if (flush_i) begin
      valid_q <= '0;
      next_q  <= '0;
    end else if (write) begin
      valid_q[next_q] <= 1'b1;
      next_q          <= next_q + 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (write) begin
      vpn_q[next_q]      <= fill_i.vpn;
      ppn_q[next_q]      <= fill_i.ppn;
      mega_q[next_q]     <= fill_i.mega;
      writable_q[next_q] <= fill_i.writable;
    end
  end

  logic unused;
  assign unused = fill_i.bus_error;

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */  // an assertion is no flip-flop
  initial assert ((Entries & (Entries - 1)) == 0) else $error("Entries");
  always_ff @(posedge clk_i) begin
    if (rst_ni) assert (!fill_valid_i || !fill_i.fault) else $error("a fault is no translation");
  end
  /* verilator lint_on SYNCASYNCNET */
`endif

endmodule
