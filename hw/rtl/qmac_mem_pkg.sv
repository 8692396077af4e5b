// SPDX-License-Identifier: MIT
//
// Types inside the memory side: MMU, read and write engines, job unit.

package qmac_mem_pkg;

  // Sv39: three levels of 512 entries, 4 KiB pages, 56-bit physical addresses.
  typedef logic [26:0] vpn_t;
  typedef logic [43:0] ppn_t;
  typedef logic [55:0] pa_t;

  // Walks in flight. When every row lies in a page of its own and both operands come with
  // the depth outermost, a tile of 128 x 64 on 16 x 16 takes 32 * K cycles and 2 * K + 128
  // walks, with nothing left in the TLBs from the tile before: a walk in 14 cycles. One
  // takes a few cycles more than a read. At a latency of 100 that asks for 8; twice as many
  // leave room for those that read two levels.
  localparam int unsigned NumWalks = 16;

  // Everything that is translated: the read clients of qmac_pkg in their order,
  // then the stores.
  localparam int unsigned NumStreams = qmac_pkg::NumReadClients + 1;
  localparam int unsigned StreamStore = qmac_pkg::NumReadClients;

  // Longest AXI burst.
  localparam int unsigned MaxBeats = 16;

  // AXI IDs. Read clients use their number, walks share one.
  localparam logic [3:0] ReadIdRing = 4'd4;
  localparam logic [3:0] ReadIdWalk = 4'd8;
  localparam logic [3:0] WriteIdStore = 4'd0;
  localparam logic [3:0] WriteIdRecord = 4'd1;

  // A piece of a request that is one AXI burst: inside one page. It travels beside the
  // virtual address of its first byte (apart, because the simulator handles two words
  // faster than one of 96 bits).
  typedef struct packed {
    logic [4:0]  beats;      // 1 to MaxBeats, that cover it
    logic [8:0]  bytes;
    logic        last;       // of its request
    logic [16:0] cmd_index;
  } burst_info_t;

  // What translating a page has come to; told to all streams at once.
  typedef struct packed {
    logic fault;      // no mapping, or
    logic bus_error;  // (with fault) a page-table access failed
    logic mega;       // all of the 2 MiB around vpn, ppn[8:0] is zero
    logic writable;
    vpn_t vpn;
    ppn_t ppn;
  } fill_t;

  // Why a job has to end.
  typedef struct packed {
    qmac_regs_pkg::cause_e cause;
    logic [16:0]           cmd_index;
    logic [63:0]           va;
  } fault_t;

  /* verilator lint_off UNUSEDSIGNAL */  // each function reads its part of an argument
  function automatic vpn_t vpn_of(logic [63:0] va);
    return va[38:12];
  endfunction

  // Whether the translation of page tag is that of page vpn. Faults are told per page.
  function automatic logic covers(logic mega, vpn_t tag, vpn_t vpn);
    return mega ? tag[26:9] == vpn[26:9] : tag == vpn;
  endfunction

  function automatic ppn_t ppn_in(logic mega, ppn_t ppn, vpn_t vpn);
    return mega ? {ppn[43:9], vpn[8:0]} : ppn;
  endfunction
  /* verilator lint_on UNUSEDSIGNAL */

endpackage
