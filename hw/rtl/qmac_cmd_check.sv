// SPDX-License-Identifier: MIT
//
// The exact checks of a command (Documentation/hardware/arithmetic.rst). What
// passes here is all that the core has to cope with.
//
// Handshake: valid_i offers a command; there is no back pressure.
// Latency:   valid_o and legal_o one cycle after valid_i; legal_o is held until
//            the next answer. Nothing is evaluated while valid_i is low.

module qmac_cmd_check (
  input  logic                clk_i,
  input  logic                rst_ni,

  input  logic                valid_i,
  input  qmac_regs_pkg::cmd_t cmd_i,

  output logic                valid_o,
  output logic                legal_o
);

  /* verilator lint_off UNUSEDSIGNAL */  // each function reads its part of the command
  function automatic logic version_and_opcode(qmac_regs_pkg::cmd_t cmd);
    return cmd.version == 8'(qmac_regs_pkg::CmdVersion) &&
           cmd.opcode < 8'd32 && qmac_caps_pkg::Opcodes[cmd.opcode[4:0]];
  endfunction

  // A NOP has nothing else.
  function automatic logic rest_is_zero(qmac_regs_pkg::cmd_t cmd);
    qmac_regs_pkg::cmd_t rest;
    rest         = cmd;
    rest.opcode  = '0;
    rest.version = '0;
    return rest == '0;
  endfunction

  function automatic logic absent_are_zero(qmac_regs_pkg::cmd_t cmd);
    logic reserved, residual, convolution;
    reserved    = |cmd.reserved0 || |cmd.reserved1 || |cmd.reserved2 || |cmd.reserved3;
    residual    = |cmd.d_type || |cmd.d_addr || |cmd.d_stride || |cmd.d_batch_stride ||
                  |cmd.d_zero || |cmd.mult1 || |cmd.shift1 || |cmd.mult2 || |cmd.shift2;
    convolution = |cmd.in_h || |cmd.in_w || |cmd.in_c || |cmd.out_h || |cmd.out_w ||
                  |cmd.groups || |cmd.kernel_h || |cmd.kernel_w || |cmd.stride_h ||
                  |cmd.stride_w || |cmd.dilation_h || |cmd.dilation_w || |cmd.pad_top ||
                  |cmd.pad_left || |cmd.pad_bottom || |cmd.pad_right;
    return !reserved && !residual && !convolution && cmd.lut_addr == '0 &&
           (cmd.flags & ~qmac_caps_pkg::Flags) == '0;
  endfunction

  function automatic logic in_1_to(logic [31:0] value, logic [31:0] most);
    return value != '0 && value <= most;
  endfunction

  function automatic logic sizes(qmac_regs_pkg::cmd_t cmd);
    return in_1_to(cmd.m, qmac_regs_pkg::LimitMaxDim) &&
           in_1_to(cmd.n, qmac_regs_pkg::LimitMaxDim) &&
           in_1_to(cmd.k, qmac_regs_pkg::LimitMaxDim) &&
           in_1_to(cmd.batch, qmac_regs_pkg::LimitMaxBatch);
  endfunction

  function automatic logic is_byte(logic [7:0] data_type);
    return data_type == qmac_regs_pkg::TypeS8 || data_type == qmac_regs_pkg::TypeU8;
  endfunction

  function automatic logic is_signed(logic [7:0] data_type);
    return data_type == qmac_regs_pkg::TypeS8;
  endfunction

  function automatic logic operands(qmac_regs_pkg::cmd_t cmd);
    return is_byte(cmd.a_type) && is_byte(cmd.b_type) &&
           qmac_check_pkg::in_byte_range(is_signed(cmd.a_type), 32'(cmd.a_zero)) &&
           qmac_check_pkg::in_byte_range(is_signed(cmd.b_type), 32'(cmd.b_zero));
  endfunction

  // Result of path NONE: 32 bits, nothing to requantize.
  function automatic logic plain_result(qmac_regs_pkg::cmd_t cmd);
    return cmd.c_type == qmac_regs_pkg::TypeS32 && cmd.rounding == '0 && cmd.zp_first == '0 &&
           cmd.c_zero == '0 && cmd.clamp_lo == '0 && cmd.clamp_hi == '0 &&
           cmd.c_addr[1:0] == '0 && cmd.c_stride[1:0] == '0 && cmd.c_batch_stride[1:0] == '0;
  endfunction

  function automatic logic byte_result(qmac_regs_pkg::cmd_t cmd);
    return is_byte(cmd.c_type) && cmd.rounding <= qmac_regs_pkg::RoundAway &&
           cmd.zp_first <= 8'd1 &&
           qmac_check_pkg::in_byte_range(is_signed(cmd.c_type), 32'(cmd.c_zero)) &&
           qmac_check_pkg::in_byte_range(is_signed(cmd.c_type), cmd.clamp_lo) &&
           qmac_check_pkg::in_byte_range(is_signed(cmd.c_type), cmd.clamp_hi) &&
           cmd.clamp_lo <= cmd.clamp_hi;
  endfunction

  function automatic logic result(qmac_regs_pkg::cmd_t cmd);
    if (cmd.path > qmac_regs_pkg::PathQ31Srdhm) return 1'b0;
    return (cmd.path == qmac_regs_pkg::PathNone) ? plain_result(cmd) : byte_result(cmd);
  endfunction

  function automatic logic parameters(qmac_regs_pkg::cmd_t cmd);
    if (cmd.flags[qmac_regs_pkg::FlagPerChannel]) begin
      return cmd.b_zero == '0 && cmd.mult0 == '0 && cmd.shift0 == '0 &&
             cmd.param_addr[3:0] == '0;
    end
    return cmd.param_addr == '0 &&
           qmac_check_pkg::mult_in_domain(qmac_regs_pkg::path_e'(cmd.path), cmd.mult0, cmd.shift0);
  endfunction

  function automatic logic is_stride(logic [63:0] stride);
    return stride[63:qmac_regs_pkg::LimitVaBits] == '0;
  endfunction

  function automatic logic strides(qmac_regs_pkg::cmd_t cmd);
    return is_stride(cmd.a_stride) && is_stride(cmd.a_batch_stride) &&
           is_stride(cmd.b_stride) && is_stride(cmd.b_batch_stride) &&
           is_stride(cmd.c_stride) && is_stride(cmd.c_batch_stride);
  endfunction

  function automatic logic legal(qmac_regs_pkg::cmd_t cmd);
    if (!version_and_opcode(cmd))              return 1'b0;
    if (cmd.opcode == qmac_regs_pkg::OpNop)    return rest_is_zero(cmd);
    return absent_are_zero(cmd) && sizes(cmd) && operands(cmd) && result(cmd) &&
           parameters(cmd) && strides(cmd);
  endfunction
  /* verilator lint_on UNUSEDSIGNAL */

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_o <= 1'b0;
    else         valid_o <= valid_i;
  end

  always_ff @(posedge clk_i) begin
    if (valid_i) legal_o <= legal(cmd_i);
  end

endmodule
