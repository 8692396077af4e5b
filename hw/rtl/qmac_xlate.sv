// SPDX-License-Identifier: MIT
//
// The translation window of one stream: up to Depth bursts whose pages are
// looked up in order (first-level TLB, then the MMU), answered in any order,
// and handed on in order.
//
// Handshake: valid/ready at both ends. A burst whose page is not in the first
//            level stands at miss_valid_o until miss_ack_i, which means that
//            its page is on the way and will be told through fill_*, at the
//            earliest in the next cycle; miss_walk_i: by a page-table walk.
//            fault_valid_o: the oldest burst cannot be translated; nothing
//            follows until a flush.
// Latency:   two cycles on a first-level hit.
// Invariant: flush_i forgets the bursts and every translation; refresh_i only the
//            translations, and looks up again what has not been handed on.
//            While either is set nothing goes in or out.

module qmac_xlate #(
  parameter int unsigned Depth   = 16,
  parameter bit          IsStore = 1'b0
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  logic                      flush_i,
  input  logic                      refresh_i,

  input  logic                      in_valid_i,
  output logic                      in_ready_o,
  input  logic [63:0]               in_va_i,
  input  qmac_mem_pkg::burst_info_t in_info_i,

  output logic                      miss_valid_o,
  output qmac_mem_pkg::vpn_t        miss_vpn_o,
  input  logic                      miss_ack_i,
  input  logic                      miss_walk_i,

  input  logic                      fill_valid_i,
  input  qmac_mem_pkg::fill_t       fill_i,

  output logic                      out_valid_o,
  input  logic                      out_ready_i,
  output logic [63:0]               out_va_o,
  output qmac_mem_pkg::burst_info_t out_info_o,
  output qmac_mem_pkg::pa_t         out_pa_o,     // of the first beat

  output logic                      fault_valid_o,
  output qmac_mem_pkg::fault_t      fault_o,
  output logic                      walking_o     // the oldest burst waits for a walk
);

  localparam int unsigned IndexWidth = $clog2(Depth);
  typedef logic [IndexWidth:0]   ptr_t;
  typedef logic [IndexWidth-1:0] index_t;

  // From head to look: looked up; from look to tail: not yet.
  ptr_t   head_q, look_q, tail_q;
  index_t head, look, tail;
  assign head = head_q[IndexWidth-1:0];
  assign look = look_q[IndexWidth-1:0];
  assign tail = tail_q[IndexWidth-1:0];

  logic [63:0]               va_q [Depth];
  qmac_mem_pkg::burst_info_t info_q [Depth];
  qmac_mem_pkg::ppn_t        ppn_q [Depth];
  logic [Depth-1:0] ready_d, ready_q;      // answered
  logic [Depth-1:0] waiting_d, waiting_q;  // looked up, not answered
  logic [Depth-1:0] walking_q;             // (while waiting) by a walk
  logic [Depth-1:0] fault_q, bus_q;        // (once ready) no mapping, bus error
  logic             missed_q;              // the burst at look is not in the first level

  // Nothing is evaluated while the window is empty.
  logic occupied, push, pop;
  assign occupied   = head_q != tail_q;
  assign in_ready_o = (tail_q - head_q) != ptr_t'(Depth) && !refresh_i;
  assign push       = in_valid_i && in_ready_o;

  // The burst at look.
  logic               look_valid, lookup, beyond, hit, hit_writable, resolve;
  qmac_mem_pkg::ppn_t hit_ppn;
  assign look_valid = look_q != tail_q;
  assign lookup     = look_valid && !missed_q;

  always_comb begin : at_look
    miss_vpn_o = '0;
    beyond     = 1'b0;
    if (look_valid) begin
      miss_vpn_o = qmac_mem_pkg::vpn_of(va_q[look]);
      beyond     = |va_q[look][63:39];
    end
  end
  assign miss_valid_o = missed_q;
  assign resolve      = lookup && (hit || beyond);

  // Bursts that a fill answers.
  logic [Depth-1:0] wake;
  always_comb begin : find_waiting
    wake = '0;
    if (fill_valid_i && |waiting_q) begin
      for (int unsigned i = 0; i < Depth; i++) begin
        wake[i] = qmac_mem_pkg::covers(fill_i.mega, fill_i.vpn, qmac_mem_pkg::vpn_of(va_q[i]));
      end
      wake &= waiting_q;
    end
  end

  qmac_tlb_l1 u_l1 (
    .clk_i, .rst_ni,
    .flush_i     (flush_i || refresh_i),
    .lookup_i    (lookup),
    .vpn_i       (miss_vpn_o),
    .hit_o       (hit),
    .writable_o  (hit_writable),
    .ppn_o       (hit_ppn),
    .fill_valid_i(|wake && !fill_i.fault),
    .fill_i
  );

  // The oldest burst.
  always_comb begin : at_head
    out_valid_o   = 1'b0;
    out_va_o      = '0;
    out_info_o    = '0;
    out_pa_o      = '0;
    walking_o     = 1'b0;
    fault_valid_o = 1'b0;
    if (occupied) begin
      out_valid_o   = ready_q[head] && !fault_q[head] && !refresh_i;
      out_va_o      = va_q[head];
      out_info_o    = info_q[head];
      out_pa_o      = {ppn_q[head], out_va_o[11:4], 4'b0};
      walking_o     = waiting_q[head] && walking_q[head];
      fault_valid_o = ready_q[head] && fault_q[head];
    end
  end
  assign pop = out_valid_o && out_ready_i;

  always_comb begin : say_fault
    fault_o = '0;
    if (fault_valid_o) begin
      fault_o.cause     = bus_q[head] ? qmac_regs_pkg::CauseBusErrorRead :
                          IsStore     ? qmac_regs_pkg::CausePageFaultWrite :
                                        qmac_regs_pkg::CausePageFaultRead;
      fault_o.cmd_index = out_info_o.cmd_index;
      fault_o.va        = out_va_o;
    end
  end

  always_comb begin : flags
    ready_d   = ready_q;
    waiting_d = waiting_q;
    if (occupied) begin
      ready_d   = ready_q | wake;
      waiting_d = waiting_q & ~wake;
      if (resolve) ready_d[look] = 1'b1;
      if (miss_ack_i) waiting_d[look] = 1'b1;
      if (pop) ready_d[head] = 1'b0;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      head_q    <= '0;
      look_q    <= '0;
      tail_q    <= '0;
      ready_q   <= '0;
      waiting_q <= '0;
      missed_q  <= 1'b0;
    end else if (flush_i || refresh_i) begin
      if (flush_i) begin
        head_q <= '0;
        tail_q <= '0;
      end
      look_q    <= flush_i ? '0 : head_q;
      ready_q   <= '0;
      waiting_q <= '0;
      missed_q  <= 1'b0;
    end else begin
      if (push) tail_q <= tail_q + 1'b1;
      if (occupied) begin
        if (resolve || miss_ack_i) look_q <= look_q + 1'b1;
        if (pop) head_q <= head_q + 1'b1;
        ready_q   <= ready_d;
        waiting_q <= waiting_d;
        missed_q  <= look_valid && !resolve && !miss_ack_i;
      end
    end
  end

  // Blocking writes as in qmac_fifo: what is written is not read before it is
  // in the window, and the page not before it is ready.
  always_ff @(posedge clk_i) begin : contents
    /* verilator lint_off BLKSEQ */  // see above
    if (push) begin
      va_q[tail]   = in_va_i;
      info_q[tail] = in_info_i;
    end
    if (resolve) ppn_q[look] = hit_ppn;
    if (|wake) begin
      for (int unsigned i = 0; i < Depth; i++) begin
        if (wake[i]) begin
          ppn_q[i] = qmac_mem_pkg::ppn_in(fill_i.mega, fill_i.ppn,
                                          qmac_mem_pkg::vpn_of(va_q[i]));
        end
      end
    end
    /* verilator lint_on BLKSEQ */
  end
  always_ff @(posedge clk_i) begin
    if (miss_ack_i) walking_q[look] <= miss_walk_i;
  end

  // What was found of the bursts that are answered now.
  logic [Depth-1:0] resolved;
  assign resolved = resolve ? Depth'(1) << look : '0;
  always_ff @(posedge clk_i) begin : findings
    if (resolve || |wake) begin
      fault_q <= (fault_q & ~(wake | resolved)) |
                 (fill_i.fault || (IsStore && !fill_i.writable) ? wake : '0) |
                 (beyond || (IsStore && !hit_writable) ? resolved : '0);
      bus_q   <= (bus_q & ~(wake | resolved)) | (fill_i.fault && fill_i.bus_error ? wake : '0);
    end
  end

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */  // an assertion is no flip-flop
  always_ff @(posedge clk_i) begin
    if (rst_ni && !flush_i && !refresh_i) begin
      assert (!miss_ack_i || missed_q) else $error("answer without a miss");
      assert ((ready_q & waiting_q) == '0) else $error("answered and waiting");
    end
  end
  /* verilator lint_on SYNCASYNCNET */
`endif

endmodule
