// SPDX-License-Identifier: MIT
//
// The registers of hw/regs/qmac.yaml behind an AXI4-Lite slave.
//
// Handshake: AXI4-Lite; address and data of a write come in any order. One read
//            and one write at a time, always answered OKAY. The two lowest
//            address bits are ignored, unknown offsets read as zero, a write
//            without all four strobes changes nothing.
// Latency:   a write has its effect, and pulses its outputs, in the first cycle
//            of bvalid; a read tells the state of the cycle before rvalid.
// Soft reset: soft_reset_o asks; the job unit answers with resetting_i, high
//            from a later cycle until the reset is done. Writes in between
//            change nothing. ENABLE is clear from the beginning; the other
//            registers keep what accesses in flight may still need, and have
//            their reset values when resetting_i is low again (doorbell_o in
//            that very cycle already).

module qmac_csr #(
  parameter int unsigned KC = 16,
  parameter int unsigned NC = 16
) (
  input  logic        clk_i,
  input  logic        rst_ni,

  input  logic        axil_awvalid_i,
  output logic        axil_awready_o,
  input  logic [13:0] axil_awaddr_i,
  input  logic        axil_wvalid_i,
  output logic        axil_wready_o,
  input  logic [31:0] axil_wdata_i,
  input  logic [3:0]  axil_wstrb_i,
  output logic        axil_bvalid_o,
  input  logic        axil_bready_i,
  output logic [1:0]  axil_bresp_o,
  input  logic        axil_arvalid_i,
  output logic        axil_arready_o,
  input  logic [13:0] axil_araddr_i,
  output logic        axil_rvalid_o,
  input  logic        axil_rready_i,
  output logic [31:0] axil_rdata_o,
  output logic [1:0]  axil_rresp_o,

  output logic        enable_o,
  output logic        soft_reset_o,   // pulse
  output logic [63:0] job_ring_o,
  output logic [63:0] cpl_ring_o,
  output logic [3:0]  ring_log2_o,
  output logic [31:0] doorbell_o,
  output logic        abort_valid_o,  // pulse
  output logic [31:0] abort_index_o,
  output logic        sync_req_o,     // pulse
  output logic [31:0] sync_seq_o,
  output logic [63:0] sync_addr_o,
  output logic [3:0]  irq_test_o,     // pulses

  input  logic        busy_i,
  input  logic        resetting_i,
  input  logic        halted_i,
  input  logic        syncing_i,
  input  logic [31:0] progress_i,
  input  logic [7:0]  halt_cause_i,
  input  logic [63:0] halt_addr_i,
  input  logic [63:0] cycles_i,
  input  logic [31:0] job_head_i,
  input  logic [31:0] job_done_i,
  input  logic [31:0] sync_ack_i
);

  localparam logic [31:0] Version = {16'(qmac_regs_pkg::HwVersionMajor),
                                     16'(qmac_regs_pkg::HwVersionMinor)};
  localparam logic [7:0]  ModelRtl = 8'd1;
  localparam logic [3:0]  AccBanks = 4'd2;
  localparam logic [1:0]  RespOkay = 2'b00;

  // Bases are aligned whatever was written; the registers read as written.
  localparam logic [63:0] JobRingMask  = ~64'd63;
  localparam logic [63:0] CplRingMask  = ~64'd127;
  localparam logic [63:0] SyncAddrMask = ~64'd15;

  // ---- AXI4-Lite: writes ----

  logic        aw_full_q, w_full_q;
  logic [11:0] aw_word_q;
  logic [31:0] w_data_q;
  logic        w_whole_q;
  logic        write;  // both halves are here and the last answer is gone

  assign axil_awready_o = !aw_full_q;
  assign axil_wready_o  = !w_full_q;
  assign axil_bresp_o   = RespOkay;
  assign write          = aw_full_q && w_full_q && !axil_bvalid_o;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      aw_full_q     <= 1'b0;
      w_full_q      <= 1'b0;
      axil_bvalid_o <= 1'b0;
    end else begin
      if (write)               aw_full_q <= 1'b0;
      else if (axil_awvalid_i) aw_full_q <= 1'b1;
      if (write)               w_full_q <= 1'b0;
      else if (axil_wvalid_i)  w_full_q <= 1'b1;
      if (write)               axil_bvalid_o <= 1'b1;
      else if (axil_bready_i)  axil_bvalid_o <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (axil_awvalid_i && axil_awready_o) aw_word_q <= axil_awaddr_i[13:2];
    if (axil_wvalid_i && axil_wready_o) begin
      w_data_q  <= axil_wdata_i;
      w_whole_q <= axil_wstrb_i == '1;
    end
  end

  // ---- Soft reset ----

  logic reset_asked_q;    // asked, not begun yet
  logic resetting_q;
  logic reset_done;       // first cycle after a reset
  logic status_resetting;

  assign reset_done       = resetting_q && !resetting_i;
  assign status_resetting = reset_asked_q || resetting_i;

  // ---- Registers ----

  logic        change;    // a write that counts
  logic [13:0] w_offset;
  logic        enable_q;
  logic [63:0] job_ring_q, cpl_ring_q, sync_addr_q;
  logic [31:0] doorbell_q;

  assign w_offset = {aw_word_q, 2'b00};
  assign change   = write && w_whole_q && !status_resetting && !reset_done;

  assign enable_o    = enable_q;
  assign job_ring_o  = job_ring_q & JobRingMask;
  assign cpl_ring_o  = cpl_ring_q & CplRingMask;
  assign sync_addr_o = sync_addr_q & SyncAddrMask;
  assign doorbell_o  = reset_done ? '0 : doorbell_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      reset_asked_q <= 1'b0;
      resetting_q   <= 1'b0;
      soft_reset_o  <= 1'b0;
      abort_valid_o <= 1'b0;
      sync_req_o    <= 1'b0;
      irq_test_o    <= '0;
    end else begin
      resetting_q   <= resetting_i;
      soft_reset_o  <= 1'b0;
      abort_valid_o <= 1'b0;
      sync_req_o    <= 1'b0;
      irq_test_o    <= '0;
      if (resetting_i) reset_asked_q <= 1'b0;
      if (change) begin
        unique case (w_offset)
          qmac_regs_pkg::RegCtrl: begin
            soft_reset_o  <= w_data_q[1];
            reset_asked_q <= w_data_q[1];
          end
          qmac_regs_pkg::RegAbort:   abort_valid_o <= 1'b1;
          qmac_regs_pkg::RegSyncReq: sync_req_o    <= 1'b1;
          qmac_regs_pkg::RegIrqTest: irq_test_o    <= w_data_q[3:0];
          default: ;
        endcase
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      enable_q      <= 1'b0;
      job_ring_q    <= '0;
      cpl_ring_q    <= '0;
      ring_log2_o   <= '0;
      doorbell_q    <= '0;
      abort_index_o <= '0;
      sync_addr_q   <= '0;
      sync_seq_o    <= '0;
    end else if (reset_done) begin
      enable_q      <= 1'b0;
      job_ring_q    <= '0;
      cpl_ring_q    <= '0;
      ring_log2_o   <= '0;
      doorbell_q    <= '0;
      abort_index_o <= '0;
      sync_addr_q   <= '0;
      sync_seq_o    <= '0;
    end else if (change) begin
      unique case (w_offset)
        qmac_regs_pkg::RegCtrl:       enable_q           <= w_data_q[0] && !w_data_q[1];
        qmac_regs_pkg::RegJobRingLo:  job_ring_q[31:0]   <= w_data_q;
        qmac_regs_pkg::RegJobRingHi:  job_ring_q[63:32]  <= w_data_q;
        qmac_regs_pkg::RegCplRingLo:  cpl_ring_q[31:0]   <= w_data_q;
        qmac_regs_pkg::RegCplRingHi:  cpl_ring_q[63:32]  <= w_data_q;
        qmac_regs_pkg::RegRingSize:   ring_log2_o        <= w_data_q[3:0];
        qmac_regs_pkg::RegDoorbell:   doorbell_q         <= w_data_q;
        qmac_regs_pkg::RegAbort:      abort_index_o      <= w_data_q;
        qmac_regs_pkg::RegSyncAddrLo: sync_addr_q[31:0]  <= w_data_q;
        qmac_regs_pkg::RegSyncAddrHi: sync_addr_q[63:32] <= w_data_q;
        qmac_regs_pkg::RegSyncReq:    sync_seq_o         <= w_data_q;
        default: ;
      endcase
    end
  end

  // ---- AXI4-Lite: reads ----

  logic        read;
  logic [13:0] r_offset;
  logic [31:0] cycles_hi_q;  // latched when the low half was read

  assign axil_arready_o = !axil_rvalid_o;
  assign axil_rresp_o   = RespOkay;
  assign read           = axil_arvalid_i && axil_arready_o;
  assign r_offset       = {axil_araddr_i[13:2], 2'b00};

  function automatic logic [31:0] constants(logic [13:0] offset);
    unique case (offset)
      qmac_regs_pkg::RegId:          return qmac_regs_pkg::RegIdValue;
      qmac_regs_pkg::RegVersion:     return Version;
      qmac_regs_pkg::RegArray:       return {16'(NC), 16'(KC)};
      qmac_regs_pkg::RegModel:       return 32'(ModelRtl);
      qmac_regs_pkg::RegOpcodes:     return qmac_caps_pkg::Opcodes;
      qmac_regs_pkg::RegFlags:       return qmac_caps_pkg::Flags;
      qmac_regs_pkg::RegTypes:       return {qmac_caps_pkg::ResultTypes,
                                             qmac_caps_pkg::OperandTypes};
      qmac_regs_pkg::RegRequant:     return {15'd0, 1'b1, qmac_caps_pkg::Roundings,
                                             qmac_caps_pkg::Paths};
      qmac_regs_pkg::RegMaxDim:      return qmac_regs_pkg::LimitMaxDim;
      qmac_regs_pkg::RegMaxBatch:    return qmac_regs_pkg::LimitMaxBatch;
      qmac_regs_pkg::RegMaxCommands: return qmac_regs_pkg::LimitMaxCommands;
      qmac_regs_pkg::RegAccumulators: begin
        return {12'd0, AccBanks, 16'(qmac_regs_pkg::LimitAccRows)};
      end
      default:                       return '0;
    endcase
  endfunction

  function automatic logic [31:0] variables(logic [13:0] offset);
    unique case (offset)
      qmac_regs_pkg::RegCtrl:       return 32'(enable_q);
      qmac_regs_pkg::RegStatus:     return 32'({syncing_i, halted_i, status_resetting, busy_i});
      qmac_regs_pkg::RegProgress:   return progress_i;
      qmac_regs_pkg::RegHaltCause:  return 32'(halt_cause_i);
      qmac_regs_pkg::RegHaltAddrLo: return halt_addr_i[31:0];
      qmac_regs_pkg::RegHaltAddrHi: return halt_addr_i[63:32];
      qmac_regs_pkg::RegCyclesLo:   return cycles_i[31:0];
      qmac_regs_pkg::RegCyclesHi:   return cycles_hi_q;
      qmac_regs_pkg::RegJobRingLo:  return job_ring_q[31:0];
      qmac_regs_pkg::RegJobRingHi:  return job_ring_q[63:32];
      qmac_regs_pkg::RegCplRingLo:  return cpl_ring_q[31:0];
      qmac_regs_pkg::RegCplRingHi:  return cpl_ring_q[63:32];
      qmac_regs_pkg::RegRingSize:   return 32'(ring_log2_o);
      qmac_regs_pkg::RegDoorbell:   return doorbell_o;
      qmac_regs_pkg::RegJobHead:    return job_head_i;
      qmac_regs_pkg::RegJobDone:    return job_done_i;
      qmac_regs_pkg::RegSyncAddrLo: return sync_addr_q[31:0];
      qmac_regs_pkg::RegSyncAddrHi: return sync_addr_q[63:32];
      qmac_regs_pkg::RegSyncReq:    return sync_seq_o;
      qmac_regs_pkg::RegSyncAck:    return sync_ack_i;
      default:                      return '0;
    endcase
  endfunction

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      axil_rvalid_o <= 1'b0;
      cycles_hi_q   <= '0;
    end else begin
      if (read)                axil_rvalid_o <= 1'b1;
      else if (axil_rready_i)  axil_rvalid_o <= 1'b0;
      if (reset_done)          cycles_hi_q <= '0;
      else if (read && r_offset == qmac_regs_pkg::RegCyclesLo) cycles_hi_q <= cycles_i[63:32];
    end
  end

  // No offset is in both tables.
  always_ff @(posedge clk_i) begin
    if (read) axil_rdata_o <= constants(r_offset) | variables(r_offset);
  end

  logic unused_lsbs;
  assign unused_lsbs = ^{axil_awaddr_i[1:0], axil_araddr_i[1:0]};

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */  // an assertion is no flip-flop
  BHeld: assert property (@(posedge clk_i) disable iff (!rst_ni)
      axil_bvalid_o && !axil_bready_i |=> axil_bvalid_o) else $error("bvalid withdrawn");
  RHeld: assert property (@(posedge clk_i) disable iff (!rst_ni)
      axil_rvalid_o && !axil_rready_i |=> axil_rvalid_o && $stable(axil_rdata_o))
      else $error("read answer changed");
  /* verilator lint_on SYNCASYNCNET */
`endif

endmodule
