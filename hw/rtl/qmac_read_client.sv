// SPDX-License-Identifier: MIT
//
// One read client: its requests on the way to the bus, its data on the way back.
// A burst is offered to the bus only when its beats have room here, so that the
// bus never waits and no client ever holds up another.
//
// Handshake: valid/ready on requests, bursts and data; r_valid_i for the client's
//            beats on the bus (always taken); miss and fill as in qmac_xlate.
// Latency:   request to burst three cycles (first-level hit), beat to data two.
// Invariant: data comes in request order, whole up to the first fault. Faults are
//            found in request order; after one the client is silent. fault_valid_o
//            stays until flush_i. A flush waits for the beats under way.

module qmac_read_client #(
  parameter int unsigned Beats = 256,  // room for data
  parameter int unsigned Bursts = 64   // on the bus
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 flush_i,
  input  logic                 refresh_i,

  input  logic                 req_valid_i,
  output logic                 req_ready_o,
  input  qmac_pkg::mem_req_t   req_i,
  output logic                 data_valid_o,
  input  logic                 data_ready_i,
  output logic [127:0]         data_o,
  output logic                 walk_pending_o,

  output logic                 miss_valid_o,
  output qmac_mem_pkg::vpn_t   miss_vpn_o,
  input  logic                 miss_ack_i,
  input  logic                 miss_walk_i,
  input  logic                 fill_valid_i,
  input  qmac_mem_pkg::fill_t  fill_i,

  output logic                 burst_valid_o,
  input  logic                 burst_ready_i,
  output qmac_mem_pkg::pa_t    burst_pa_o,
  output logic [4:0]           burst_beats_o,

  input  logic                 r_valid_i,
  input  logic [127:0]         r_data_i,
  input  logic                 r_last_i,
  input  logic                 r_error_i,

  output logic                 fault_valid_o,
  output qmac_mem_pkg::fault_t fault_o
);

  localparam int unsigned CountWidth = $clog2(Beats + 1);
  typedef logic [CountWidth-1:0] count_t;

  // To the bus.
  logic                 stream_valid, stream_fault_valid, walking, issue, tracker_ready;
  logic [63:0]               burst_va;
  /* verilator lint_off UNUSEDSIGNAL */  // bytes and last are for stores
  qmac_mem_pkg::burst_info_t burst;
  /* verilator lint_on UNUSEDSIGNAL */
  qmac_mem_pkg::fault_t stream_fault;
  count_t               room_q;
  logic                 dead_q;  // a fault was found
  qmac_mem_pkg::fault_t fault_q;

  qmac_stream u_stream (
    .clk_i, .rst_ni, .flush_i, .refresh_i,
    .req_valid_i, .req_ready_o, .req_i,
    .miss_valid_o, .miss_vpn_o, .miss_ack_i, .miss_walk_i,
    .fill_valid_i, .fill_i,
    .burst_valid_o(stream_valid),
    .burst_ready_i(issue),
    .burst_va_o   (burst_va),
    .burst_info_o (burst),
    .burst_pa_o,
    .fault_valid_o(stream_fault_valid),
    .fault_o      (stream_fault),
    .walking_o    (walking)
  );

  assign burst_beats_o = burst.beats;
  assign burst_valid_o = stream_valid && !dead_q && tracker_ready &&
                         room_q >= count_t'(burst.beats);
  assign issue         = burst_valid_o && burst_ready_i;

  // What is on the bus, oldest first, to say where an error was. Written with every
  // burst (blocking as in qmac_fifo: the slot is not one that is read), read in case of
  // an error only.
  localparam int unsigned BurstBits = $clog2(Bursts);
  typedef logic [BurstBits:0] burst_ptr_t;
  logic [63:0] bus_va_q [Bursts];
  logic [16:0] bus_index_q [Bursts];
  burst_ptr_t  bus_head_q, bus_tail_q;
  logic [3:0]  beat_q;  // of the oldest burst
  logic        on_bus;
  assign on_bus        = bus_head_q != bus_tail_q;
  assign tracker_ready = (bus_tail_q - bus_head_q) != burst_ptr_t'(Bursts);
  always_ff @(posedge clk_i) begin
    /* verilator lint_off BLKSEQ */  // see above
    if (issue) begin
      bus_va_q[bus_tail_q[BurstBits-1:0]]    = burst_va;
      bus_index_q[bus_tail_q[BurstBits-1:0]] = burst.cmd_index;
    end
    /* verilator lint_on BLKSEQ */
  end

  // From the bus.
  logic keep, pop;
  assign keep = r_valid_i && !r_error_i && !dead_q;
  assign pop  = data_valid_o && data_ready_i;
  qmac_ram_fifo #(.Depth(Beats), .Lanes(4)) u_data (
    .clk_i, .rst_ni, .flush_i,
    .in_valid_i (keep),
    .in_i       (r_data_i),
    .out_valid_o(data_valid_o),
    .out_ready_i(data_ready_i),
    .out_o      (data_o)
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      room_q     <= count_t'(Beats);
      beat_q     <= '0;
      bus_head_q <= '0;
      bus_tail_q <= '0;
    end else if (flush_i) begin
      room_q     <= count_t'(Beats);
      beat_q     <= '0;
      bus_head_q <= '0;
      bus_tail_q <= '0;
    end else begin
      if (pop || issue) room_q <= room_q + count_t'(pop) - (issue ? count_t'(burst.beats) : '0);
      if (issue) bus_tail_q <= bus_tail_q + 1'b1;
      if (r_valid_i) begin
        beat_q <= r_last_i ? '0 : beat_q + 1'b1;
        if (r_last_i) bus_head_q <= bus_head_q + 1'b1;
      end
    end
  end

  // All that was asked for is answered and taken, and the next waits for a walk.
  assign walk_pending_o = walking && room_q == count_t'(Beats);

  logic bus_error, page_fault;

  // First requested byte of the beat that is on the bus.
  logic [63:0] error_va;
  always_comb begin : find_va
    error_va = '0;
    if (bus_error) begin
      error_va = bus_va_q[bus_head_q[BurstBits-1:0]];
      if (beat_q != '0) error_va = {error_va[63:4] + 60'(beat_q), 4'b0};
    end
  end

  // Errors of data come before a fault of what would be issued next.
  assign bus_error  = r_valid_i && r_error_i && !dead_q;
  assign page_fault = stream_fault_valid && !on_bus && !dead_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)                      dead_q <= 1'b0;
    else if (flush_i)                 dead_q <= 1'b0;
    else if (bus_error || page_fault) dead_q <= 1'b1;
  end

  always_ff @(posedge clk_i) begin
    if (bus_error) begin
      fault_q.cause     <= qmac_regs_pkg::CauseBusErrorRead;
      fault_q.cmd_index <= bus_index_q[bus_head_q[BurstBits-1:0]];
      fault_q.va        <= error_va;
    end else if (page_fault) begin
      fault_q <= stream_fault;
    end
  end
  assign fault_valid_o = dead_q;
  assign fault_o       = fault_q;

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */  // an assertion is no flip-flop
  initial assert (Beats >= qmac_mem_pkg::MaxBeats) else $error("Beats");
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (!r_valid_i || on_bus) else $error("data that nobody asked for");
      assert (!flush_i || !on_bus) else $error("flush with reads under way");
      assert (room_q <= count_t'(Beats)) else $error("room");
    end
  end
  /* verilator lint_on SYNCASYNCNET */
`endif

endmodule
