// SPDX-License-Identifier: MIT
//
// The write side of the bus: stores of the core, and records (completion records,
// sync answers) at physical addresses.
//
// A store's burst goes to the bus when it is translated and all its beats are
// here, so that nothing on the bus ever waits for the core, and a stop leaves no
// half burst. A record is written while no store is under way; who writes it
// supplies its beats by number.
//
// Handshake: valid/ready on store requests and beats; beats of request i come
//            before those of i+1, otherwise the two are free. store_done_o, in
//            request order: all of a request's responses are in and good.
//            ack_valid_o, ack_bytes_o: the same per burst. record_valid_i stays
//            until record_done_o.
// Latency:   one beat per cycle.
// Invariant: axi_bready_o is always set. stop_i starts no store; quiet_o means that
//            no write is under way. flush_i (while quiet) forgets all requests,
//            beats and faults, refresh_i (while quiet) translations only.

module qmac_write (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   flush_i,
  input  logic                   refresh_i,
  input  logic                   stop_i,
  output logic                   quiet_o,

  input  logic                   req_valid_i,
  output logic                   req_ready_o,
  input  qmac_pkg::mem_req_t     req_i,
  input  logic                   beat_valid_i,
  output logic                   beat_ready_o,
  input  qmac_pkg::store_beat_t  beat_i,
  output logic                   store_done_o,
  output logic                   ack_valid_o,
  output logic [8:0]             ack_bytes_o,
  output logic                   fault_valid_o,
  output qmac_mem_pkg::fault_t   fault_o,

  output logic                   miss_valid_o,
  output qmac_mem_pkg::vpn_t     miss_vpn_o,
  input  logic                   miss_ack_i,
  input  logic                   miss_walk_i,
  input  logic                   fill_valid_i,
  input  qmac_mem_pkg::fill_t    fill_i,

  input  logic                   record_valid_i,
  input  qmac_mem_pkg::pa_t      record_pa_i,
  input  logic [2:0]             record_last_i,  // number of the last beat
  output logic [2:0]             record_beat_o,  // number of the beat asked for
  input  qmac_pkg::store_beat_t  record_i,
  output logic                   record_done_o,
  output logic                   record_error_o,

  output logic                   axi_awvalid_o,
  input  logic                   axi_awready_i,
  output logic [3:0]             axi_awid_o,
  output logic [55:0]            axi_awaddr_o,
  output logic [7:0]             axi_awlen_o,
  output logic [2:0]             axi_awsize_o,
  output logic [1:0]             axi_awburst_o,
  output logic                   axi_wvalid_o,
  input  logic                   axi_wready_i,
  output logic [127:0]           axi_wdata_o,
  output logic [15:0]            axi_wstrb_o,
  output logic                   axi_wlast_o,
  input  logic                   axi_bvalid_i,
  output logic                   axi_bready_o,
  input  logic [3:0]             axi_bid_i,
  input  logic [1:0]             axi_bresp_i
);

  localparam int unsigned BufferBeats = 64;
  localparam int unsigned Outstanding = 64;
  localparam int unsigned CountWidth  = $clog2(BufferBeats) + 1;
  typedef logic [CountWidth-1:0] count_t;

  logic                 burst_valid, issue, walking;
  logic [63:0]               burst_va;
  qmac_mem_pkg::burst_info_t burst;
  qmac_mem_pkg::pa_t    burst_pa;
  logic                 stream_fault_valid;
  qmac_mem_pkg::fault_t stream_fault;

  // Bursts go out at the pace of their data: a walk has to be hidden behind those that
  // are looked up already.
  qmac_stream #(.Window(32), .IsStore(1'b1)) u_stream (
    .clk_i, .rst_ni, .flush_i, .refresh_i,
    .req_valid_i, .req_ready_o, .req_i,
    .miss_valid_o, .miss_vpn_o, .miss_ack_i, .miss_walk_i,
    .fill_valid_i, .fill_i,
    .burst_valid_o(burst_valid),
    .burst_ready_i(issue),
    .burst_va_o   (burst_va),
    .burst_info_o (burst),
    .burst_pa_o   (burst_pa),
    .fault_valid_o(stream_fault_valid),
    .fault_o      (stream_fault),
    .walking_o    (walking)
  );

  // Beats: held counts what is here, free_q what no burst has been issued for.
  logic                  beat_valid, beat_pop, beat_push;
  qmac_pkg::store_beat_t beat;
  logic [15:0]           beat_pad;
  count_t                held_q, free_q;
  assign beat_ready_o = held_q != count_t'(BufferBeats);
  assign beat_push    = beat_valid_i && beat_ready_o;
  qmac_ram_fifo #(.Depth(BufferBeats), .Lanes(5)) u_beats (
    .clk_i, .rst_ni, .flush_i,
    .in_valid_i (beat_push),
    .in_i       ({16'b0, beat_i}),
    .out_valid_o(beat_valid),
    .out_ready_i(beat_pop),
    .out_o      ({beat_pad, beat})
  );
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      held_q <= '0;
      free_q <= '0;
    end else if (flush_i) begin
      held_q <= '0;
      free_q <= '0;
    end else begin
      if (beat_push || beat_pop) held_q <= held_q + count_t'(beat_push) - count_t'(beat_pop);
      if (beat_push || issue) begin
        free_q <= free_q + count_t'(beat_push) - (issue ? count_t'(burst.beats) : '0);
      end
    end
  end

  // Addresses. The data of a burst may be on the bus from the same cycle on.
  logic load, dead_q, tracker_ready, w_ready, record_go, record_busy_q, under_way;
  assign load      = !axi_awvalid_o || axi_awready_i;
  assign issue     = burst_valid && load && !stop_i && !dead_q && tracker_ready && w_ready &&
                     !record_valid_i && free_q >= count_t'(burst.beats);
  assign record_go = record_valid_i && !record_busy_q && !under_way && !axi_awvalid_o;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)   axi_awvalid_o <= 1'b0;
    else if (load) axi_awvalid_o <= issue || record_go;
  end
  always_ff @(posedge clk_i) begin : address
    if (record_go) begin
      axi_awid_o   <= qmac_mem_pkg::WriteIdRecord;
      axi_awaddr_o <= record_pa_i;
      axi_awlen_o  <= 8'(record_last_i);
    end else if (issue) begin
      axi_awid_o   <= qmac_mem_pkg::WriteIdStore;
      axi_awaddr_o <= burst_pa;
      axi_awlen_o  <= 8'(burst.beats) - 8'd1;
    end
  end
  assign axi_awsize_o  = 3'd4;
  assign axi_awburst_o = 2'b01;

  // Lengths of the bursts whose data has to follow.
  logic       w_valid, w_end;
  logic [4:0] w_beats, w_sent_q;
  qmac_fifo #(.T(logic [4:0]), .Depth(8)) u_lengths (
    .clk_i, .rst_ni,
    .flush_i    (1'b0),
    .in_valid_i (issue),
    .in_ready_o (w_ready),
    .in_i       (burst.beats),
    .out_valid_o(w_valid),
    .out_ready_i(w_end),
    .out_o      (w_beats)
  );

  logic [2:0] record_sent_q;
  logic       record_data_q;  // beats of the record are still to be sent
  assign axi_wvalid_o = record_data_q || (w_valid && beat_valid);
  assign axi_wdata_o  = record_data_q ? record_i.data : beat.data;
  assign axi_wstrb_o  = record_data_q ? record_i.strb : beat.strb;
  assign axi_wlast_o  = record_data_q ? record_sent_q == record_last_i
                                      : w_sent_q + 5'd1 == w_beats;
  assign beat_pop     = !record_data_q && w_valid && beat_valid && axi_wready_i;
  assign w_end        = beat_pop && axi_wlast_o;
  assign record_beat_o = record_sent_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      w_sent_q      <= '0;
      record_sent_q <= '0;
      record_data_q <= 1'b0;
      record_busy_q <= 1'b0;
    end else begin
      if (beat_pop) w_sent_q <= axi_wlast_o ? '0 : w_sent_q + 1'b1;
      if (record_go) begin
        record_sent_q <= '0;
        record_data_q <= 1'b1;
        record_busy_q <= 1'b1;
      end else begin
        if (record_data_q && axi_wready_i) begin
          record_sent_q <= record_sent_q + 1'b1;
          record_data_q <= !axi_wlast_o;
        end
        if (record_done_o) record_busy_q <= 1'b0;
      end
    end
  end

  // Responses: the bursts that wait for one, oldest first.
  localparam int unsigned OutBits = $clog2(Outstanding);
  typedef logic [OutBits:0] out_ptr_t;
  logic [63:0]               out_va_q [Outstanding];
  qmac_mem_pkg::burst_info_t out_info_q [Outstanding];
  out_ptr_t                  out_head_q, out_tail_q;
  qmac_mem_pkg::burst_info_t out_info;
  logic                      b_store, b_error;
  assign under_way     = out_head_q != out_tail_q;
  assign tracker_ready = (out_tail_q - out_head_q) != out_ptr_t'(Outstanding);
  assign out_info      = out_info_q[out_head_q[OutBits-1:0]];
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      out_head_q <= '0;
      out_tail_q <= '0;
    end else begin
      if (issue) out_tail_q <= out_tail_q + 1'b1;
      if (b_store) out_head_q <= out_head_q + 1'b1;
    end
  end
  // Blocking writes as in qmac_fifo: the slot is not one that is read.
  always_ff @(posedge clk_i) begin
    /* verilator lint_off BLKSEQ */  // see above
    if (issue) begin
      out_va_q[out_tail_q[OutBits-1:0]]   = burst_va;
      out_info_q[out_tail_q[OutBits-1:0]] = burst;
    end
    /* verilator lint_on BLKSEQ */
  end
  assign axi_bready_o   = 1'b1;
  assign b_store        = axi_bvalid_i && axi_bid_i == qmac_mem_pkg::WriteIdStore;
  assign b_error        = axi_bresp_i[1];
  assign record_done_o  = axi_bvalid_i && axi_bid_i == qmac_mem_pkg::WriteIdRecord;
  assign record_error_o = b_error;
  assign quiet_o        = !under_way && !record_busy_q && !axi_awvalid_o;

  // Nothing is acknowledged from the first bad response on.
  logic good;
  assign good = b_store && !b_error && !dead_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      store_done_o <= 1'b0;
      ack_valid_o  <= 1'b0;
    end else begin
      store_done_o <= good && out_info.last && !flush_i;
      ack_valid_o  <= good && !flush_i;
    end
  end
  always_ff @(posedge clk_i) begin
    if (b_store) ack_bytes_o <= out_info.bytes;
  end

  logic bus_error, page_fault;
  assign bus_error  = b_store && b_error && !dead_q;
  assign page_fault = stream_fault_valid && !under_way && !dead_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)                      dead_q <= 1'b0;
    else if (flush_i)                 dead_q <= 1'b0;
    else if (bus_error || page_fault) dead_q <= 1'b1;
  end
  always_ff @(posedge clk_i) begin
    if (bus_error) begin
      fault_o.cause     <= qmac_regs_pkg::CauseBusErrorWrite;
      fault_o.cmd_index <= out_info.cmd_index;
      fault_o.va        <= out_va_q[out_head_q[OutBits-1:0]];
    end else if (page_fault) begin
      fault_o <= stream_fault;
    end
  end
  assign fault_valid_o = dead_q;

  // The class of a cycle does not tell why stores wait.
  logic unused;
  assign unused = ^{walking, beat_pad, axi_bresp_i[0], out_info.beats};

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */  // an assertion is no flip-flop
  logic         aw_held_q, w_held_q;
  logic [67:0]  held_aw_q;
  logic [144:0] held_w_q;
  always_ff @(posedge clk_i) begin
    aw_held_q <= rst_ni && axi_awvalid_o && !axi_awready_i;
    held_aw_q <= {axi_awid_o, axi_awaddr_o, axi_awlen_o};
    w_held_q  <= rst_ni && axi_wvalid_o && !axi_wready_i;
    held_w_q  <= {axi_wlast_o, axi_wstrb_o, axi_wdata_o};
    if (rst_ni) begin
      assert (!aw_held_q || (axi_awvalid_o &&
              held_aw_q == {axi_awid_o, axi_awaddr_o, axi_awlen_o})) else $error("AW changed");
      assert (!w_held_q || (axi_wvalid_o &&
              held_w_q == {axi_wlast_o, axi_wstrb_o, axi_wdata_o})) else $error("W changed");
      assert (!axi_awvalid_o ||
              32'(axi_awaddr_o[11:4]) + 32'(axi_awlen_o) < 256) else $error("AW crosses a page");
      assert (!(flush_i || refresh_i) || quiet_o) else $error("flush with writes under way");
      assert (!b_store || under_way) else $error("B without AW");
      assert (!w_valid || beat_valid || held_q != '0) else $error("burst without its beats");
    end
  end
  /* verilator lint_on SYNCASYNCNET */
`endif

endmodule
