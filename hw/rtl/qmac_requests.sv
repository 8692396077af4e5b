// SPDX-License-Identifier: MIT
//
// The requests of one stream wait here, and the oldest is cut into AXI bursts: at page
// borders, and where a burst would need more than MaxBeats beats.
//
// Handshake: valid/ready on both sides; a request is taken in whenever there is room,
//            and leaves with its last burst.
// Latency:   one cycle, one burst per cycle.
// Invariant: Depth is a power of two. Addresses are modulo 2^64; a burst never leaves
//            its page. flush_i forgets all.

module qmac_requests #(
  parameter int unsigned Depth = 16
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  logic                      flush_i,

  input  logic                      req_valid_i,
  output logic                      req_ready_o,
  input  qmac_pkg::mem_req_t        req_i,

  output logic                      burst_valid_o,
  input  logic                      burst_ready_i,
  output logic [63:0]               burst_va_o,
  output qmac_mem_pkg::burst_info_t burst_info_o
);

  localparam logic [12:0] PageBytes  = 13'd4096;
  localparam logic [12:0] BurstBytes = 13'(qmac_mem_pkg::MaxBeats * qmac_pkg::BeatBytes);

  localparam int unsigned AddrWidth = $clog2(Depth);
  typedef logic [AddrWidth:0] ptr_t;

  // Fields apart: each is a word for the simulator.
  logic [63:0] va_q [Depth];
  logic [12:0] len_q [Depth];
  logic [16:0] index_q [Depth];
  ptr_t        head_q, tail_q;
  logic [12:0] done_q;  // bytes of the oldest request that are cut off already
  logic [12:0] bytes;
  logic        push, take;

  assign req_ready_o   = (tail_q - head_q) != ptr_t'(Depth);
  assign burst_valid_o = head_q != tail_q;
  assign push          = req_valid_i && req_ready_o;
  assign take          = burst_valid_o && burst_ready_i;

  always_comb begin : cut
    logic [12:0] left, page_left, burst_left;
    left         = '0;
    page_left    = '0;
    burst_left   = '0;
    bytes        = '0;
    burst_va_o   = '0;
    burst_info_o = '0;
    if (burst_valid_o) begin
      burst_va_o = va_q[head_q[AddrWidth-1:0]] + 64'(done_q);
      left       = len_q[head_q[AddrWidth-1:0]] - done_q;
      page_left  = PageBytes - 13'(burst_va_o[11:0]);
      burst_left = BurstBytes - 13'(burst_va_o[3:0]);
      bytes      = left;
      if (bytes > page_left) bytes = page_left;
      if (bytes > burst_left) bytes = burst_left;
      burst_info_o.bytes     = bytes[8:0];
      burst_info_o.beats     = 5'((10'(burst_va_o[3:0]) + 10'(bytes[8:0]) + 10'd15) >> 4);
      burst_info_o.last      = bytes == left;
      burst_info_o.cmd_index = index_q[head_q[AddrWidth-1:0]];
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      head_q <= '0;
      tail_q <= '0;
      done_q <= '0;
    end else if (flush_i) begin
      head_q <= '0;
      tail_q <= '0;
      done_q <= '0;
    end else begin
      if (push) tail_q <= tail_q + 1'b1;
      if (take) begin
        head_q <= burst_info_o.last ? head_q + 1'b1 : head_q;
        done_q <= burst_info_o.last ? '0 : done_q + bytes;
      end
    end
  end

  // Blocking writes as in qmac_fifo: the slot is not one that is read.
  always_ff @(posedge clk_i) begin
    /* verilator lint_off BLKSEQ */  // see above
    if (push) begin
      va_q[tail_q[AddrWidth-1:0]]    = req_i.va;
      len_q[tail_q[AddrWidth-1:0]]   = req_i.len;
      index_q[tail_q[AddrWidth-1:0]] = req_i.cmd_index;
    end
    /* verilator lint_on BLKSEQ */
  end

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */  // an assertion is no flip-flop
  initial assert (Depth >= 2 && (Depth & (Depth - 1)) == 0) else $error("Depth");
  always_ff @(posedge clk_i) begin
    if (rst_ni && !flush_i) begin
      assert (!push || (req_i.len >= 1 && req_i.len <= PageBytes)) else $error("length");
      assert (!burst_valid_o || (burst_info_o.beats >= 1 &&
              32'(burst_info_o.beats) <= qmac_mem_pkg::MaxBeats)) else $error("beats");
    end
  end
  /* verilator lint_on SYNCASYNCNET */
`endif

endmodule
