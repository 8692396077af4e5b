// SPDX-License-Identifier: MIT
//
// Parameter loader and store: loads the records of a tile's columns, checks them,
// and keeps them in a ring of blocks of NC records until the tile is drained. The zero
// points of B lie apart, as the weights need them one by one and earlier.
//
// Handshake: valid/ready for descriptors, requests and data; a descriptor waits until
// its ring space is free and, unless is_async, until all earlier commands are done.
// done_o pulses when all records of a descriptor are stored. r_block_i (with a wrap
// bit) tells how far the drain has freed the ring.
// Latency of both reads: one cycle, held.
// Invariant: a record outside its domain is never stored; it stops the loader until
// flush_i and is reported once all earlier commands are done, so that their results
// are complete. The first one in column order is the one that is reported.

module qmac_params #(
  parameter int unsigned NC = 16,
  localparam int unsigned LaneBits  = $clog2(NC),
  localparam int unsigned BlockBits = qmac_core_pkg::LgParamBlocks
) (
  input  logic                          clk_i,
  input  logic                          rst_ni,
  input  logic                          flush_i,
  input  logic                          desc_valid_i,
  output logic                          desc_ready_o,
  input  qmac_core_pkg::params_t        desc_i,
  input  qmac_core_pkg::seq_t           done_i,
  output logic                          rreq_valid_o,
  input  logic                          rreq_ready_i,
  output qmac_pkg::mem_req_t            rreq_o,
  input  logic                          rdata_valid_i,
  output logic                          rdata_ready_o,
  input  logic [127:0]                  rdata_i,
  output logic                          done_o,
  output logic                          order_wait_o,
  input  logic [BlockBits:0]            r_block_i,
  // Zero point of a column
  input  logic                          zero_en_i,
  input  logic [BlockBits+LaneBits-1:0] zero_addr_i,
  output logic signed [8:0]             zero_o,
  // Records of a block: bias, mult, shift of each lane
  input  logic                          block_en_i,
  input  logic [BlockBits-1:0]          block_addr_i,
  output logic [NC*96-1:0]              block_o,
  // A record outside its domain
  output logic                          bad_o,
  output logic [63:0]                   bad_va_o,
  output logic [16:0]                   bad_index_o
);
  // Records asked for at a time: a fair share of the port.
  localparam logic [10:0] Burst = 11'd64;

  qmac_core_pkg::params_t desc;
  logic                   desc_valid, desc_take;

  qmac_fifo #(.Depth(4), .T(qmac_core_pkg::params_t)) u_descs (
    .clk_i, .rst_ni, .flush_i,
    .in_valid_i (desc_valid_i),
    .in_ready_o (desc_ready_o),
    .in_i       (desc_i),
    .out_valid_o(desc_valid),
    .out_ready_i(desc_take),
    .out_o      (desc)
  );

  // ---- The descriptor at work ----

  logic                   active_q;
  qmac_regs_pkg::path_e   path_q;
  logic                   b_signed_q;
  qmac_core_pkg::seq_t    seq_q;
  logic [16:0]            cmd_index_q;
  logic [63:0]            req_va_q, record_va_q;
  logic [10:0]            ask_left_q, left_q;  // records to ask for, to store
  logic [BlockBits:0]     block_q;             // ring position
  logic [LaneBits-1:0]    lane_q;
  logic                   bad_q;

  logic                   in_order, space, take, last, bad;
  logic [BlockBits:0]     used;
  logic [BlockBits-1:0]   blocks;
  qmac_regs_pkg::param_t  entry;

  assign in_order  = desc.is_async || desc.seq == done_i;
  assign used      = block_q - r_block_i;
  assign blocks    = BlockBits'((desc.cols + 11'(NC - 1)) >> LaneBits);
  assign space     = 9'(used) + 9'(blocks) <= 9'(2 ** BlockBits);
  assign desc_take = desc_valid && in_order && space && !active_q;

  assign rreq_valid_o     = active_q && ask_left_q != '0;
  assign rreq_o.va        = req_va_q;
  assign rreq_o.len       = {ask_left_q > Burst ? Burst[8:0] : ask_left_q[8:0], 4'b0};
  assign rreq_o.cmd_index = cmd_index_q;

  assign entry         = rdata_i;
  assign rdata_ready_o = active_q && !bad_q;
  assign take          = rdata_valid_i && rdata_ready_o;
  assign last          = left_q == 11'd1;

  qmac_param_check u_check (
    .record_i  (entry),
    .path_i    (path_q),
    .b_signed_i(b_signed_q),
    .bad_o     (bad)
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      active_q <= 1'b0;
      block_q  <= '0;
      lane_q   <= '0;
      bad_q    <= 1'b0;
    end else if (flush_i) begin
      active_q <= 1'b0;
      block_q  <= '0;
      lane_q   <= '0;
      bad_q    <= 1'b0;
    end else begin
      if (desc_take) active_q <= 1'b1;
      if (take && bad) bad_q <= 1'b1;
      if (take && !bad) begin
        lane_q <= last ? '0 : lane_q + 1'b1;
        if (last || lane_q == LaneBits'(NC - 1)) block_q <= block_q + 1'b1;
        if (last) active_q <= 1'b0;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (desc_take) begin
      path_q      <= desc.path;
      b_signed_q  <= desc.b_signed;
      seq_q       <= desc.seq;
      cmd_index_q <= desc.cmd_index;
      req_va_q    <= desc.va;
      record_va_q <= desc.va;
      ask_left_q  <= desc.cols;
      left_q      <= desc.cols;
    end else begin
      if (rreq_valid_o && rreq_ready_i) begin
        req_va_q   <= req_va_q + 64'(rreq_o.len);
        ask_left_q <= ask_left_q > Burst ? ask_left_q - Burst : '0;
      end
      if (take && !bad) begin
        record_va_q <= record_va_q + 64'd16;
        left_q      <= left_q - 11'd1;
      end
    end
  end

  assign bad_o        = bad_q && seq_q == done_i;
  assign bad_va_o     = record_va_q;
  assign bad_index_o  = cmd_index_q;
  assign order_wait_o = desc_valid && !in_order && !active_q;

  // ---- Store ----

  logic                 w_en_q, done_q;
  logic [BlockBits-1:0] w_block_q;
  logic [LaneBits-1:0]  w_lane_q;
  logic [NC*3-1:0]      w_lane_en_q;
  logic [NC*96-1:0]     w_block_data_q;
  logic [31:0]          w_zero_q;
  logic [31:0]          zero_word;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      w_en_q <= 1'b0;
      done_q <= 1'b0;
    end else begin
      w_en_q <= take && !bad && !flush_i;
      done_q <= take && !bad && last && !flush_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (take) begin
      w_block_q      <= block_q[BlockBits-1:0];
      w_lane_q       <= lane_q;
      w_lane_en_q    <= (NC * 3)'(7) << (lane_q * 3);
      w_block_data_q <= {NC{32'(entry.shift), entry.mult, entry.bias}};
      w_zero_q       <= 32'(entry.b_zero);
    end
  end

  assign done_o = done_q;

  qmac_ram #(.Depth(2 ** BlockBits), .Lanes(NC * 3)) u_blocks (
    .clk_i,
    .w_en_i     (w_en_q),
    .w_addr_i   (w_block_q),
    .w_lane_en_i(w_lane_en_q),
    .w_data_i   (w_block_data_q),
    .r_en_i     (block_en_i),
    .r_addr_i   (block_addr_i),
    .r_data_o   (block_o)
  );

  qmac_ram #(.Depth(2 ** (BlockBits + LaneBits)), .Lanes(1)) u_zeros (
    .clk_i,
    .w_en_i     (w_en_q),
    .w_addr_i   ({w_block_q, w_lane_q}),
    .w_lane_en_i(1'b1),
    .w_data_i   (w_zero_q),
    .r_en_i     (zero_en_i),
    .r_addr_i   (zero_addr_i),
    .r_data_o   (zero_word)
  );

  assign zero_o = zero_word[8:0];

  logic unused_zero_sign;
  assign unused_zero_sign = &zero_word[31:9];

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */ // assertions are no flip-flops
  always_ff @(posedge clk_i) begin
    if (rst_ni && !flush_i) begin
      assert (9'(used) <= 9'(2 ** BlockBits)) else $error("reader overtook the loader");
      assert (!desc_valid || 9'(blocks) <= 9'(2 ** (BlockBits - 1)));
      assert (!desc_take || desc.va[3:0] == '0) else $error("records are not aligned");
    end
  end
  /* verilator lint_on SYNCASYNCNET */
`endif

endmodule
