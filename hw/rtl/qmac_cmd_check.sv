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
  function automatic logic version_and_opcode();
    return cmd_i.version == 8'(qmac_regs_pkg::CmdVersion) &&
           cmd_i.opcode < 8'd32 && qmac_caps_pkg::Opcodes[cmd_i.opcode[4:0]];
  endfunction

  // A NOP has nothing else.
  function automatic logic rest_is_zero();
    return cmd_i[$bits(qmac_regs_pkg::cmd_t)-1:16] == '0;  // opcode and version are below
  endfunction

  function automatic logic absent_are_zero();
    logic reserved, residual, convolution;
    reserved    = |cmd_i.reserved0 || |cmd_i.reserved1 || |cmd_i.reserved2 || |cmd_i.reserved3;
    residual    = |cmd_i.d_type || |cmd_i.d_addr || |cmd_i.d_stride || |cmd_i.d_batch_stride ||
                  |cmd_i.d_zero || |cmd_i.mult1 || |cmd_i.shift1 || |cmd_i.mult2 || |cmd_i.shift2;
    convolution = |cmd_i.in_h || |cmd_i.in_w || |cmd_i.in_c || |cmd_i.out_h || |cmd_i.out_w ||
                  |cmd_i.groups || |cmd_i.kernel_h || |cmd_i.kernel_w || |cmd_i.stride_h ||
                  |cmd_i.stride_w || |cmd_i.dilation_h || |cmd_i.dilation_w || |cmd_i.pad_top ||
                  |cmd_i.pad_left || |cmd_i.pad_bottom || |cmd_i.pad_right;
    return !reserved && !residual && !convolution && cmd_i.lut_addr == '0 &&
           (cmd_i.flags & ~qmac_caps_pkg::Flags) == '0;
  endfunction

  function automatic logic in_1_to(logic [31:0] value, logic [31:0] most);
    return value != '0 && value <= most;
  endfunction

  function automatic logic sizes();
    return in_1_to(cmd_i.m, qmac_regs_pkg::LimitMaxDim) &&
           in_1_to(cmd_i.n, qmac_regs_pkg::LimitMaxDim) &&
           in_1_to(cmd_i.k, qmac_regs_pkg::LimitMaxDim) &&
           in_1_to(cmd_i.batch, qmac_regs_pkg::LimitMaxBatch);
  endfunction

  function automatic logic is_byte(logic [7:0] data_type);
    return data_type == qmac_regs_pkg::TypeS8 || data_type == qmac_regs_pkg::TypeU8;
  endfunction

  function automatic logic is_signed(logic [7:0] data_type);
    return data_type == qmac_regs_pkg::TypeS8;
  endfunction

  function automatic logic operands();
    return is_byte(cmd_i.a_type) && is_byte(cmd_i.b_type) &&
           qmac_check_pkg::in_byte_range(is_signed(cmd_i.a_type), 32'(cmd_i.a_zero)) &&
           qmac_check_pkg::in_byte_range(is_signed(cmd_i.b_type), 32'(cmd_i.b_zero));
  endfunction

  // Result of path NONE: 32 bits, nothing to requantize.
  function automatic logic plain_result();
    return cmd_i.c_type == qmac_regs_pkg::TypeS32 && cmd_i.rounding == '0 && cmd_i.zp_first == '0 &&
           cmd_i.c_zero == '0 && cmd_i.clamp_lo == '0 && cmd_i.clamp_hi == '0 &&
           cmd_i.c_addr[1:0] == '0 && cmd_i.c_stride[1:0] == '0 && cmd_i.c_batch_stride[1:0] == '0;
  endfunction

  function automatic logic byte_result();
    return is_byte(cmd_i.c_type) && cmd_i.rounding <= qmac_regs_pkg::RoundAway &&
           cmd_i.zp_first <= 8'd1 &&
           qmac_check_pkg::in_byte_range(is_signed(cmd_i.c_type), 32'(cmd_i.c_zero)) &&
           qmac_check_pkg::in_byte_range(is_signed(cmd_i.c_type), cmd_i.clamp_lo) &&
           qmac_check_pkg::in_byte_range(is_signed(cmd_i.c_type), cmd_i.clamp_hi) &&
           cmd_i.clamp_lo <= cmd_i.clamp_hi;
  endfunction

  function automatic logic result();
    if (cmd_i.path > qmac_regs_pkg::PathQ31Srdhm) return 1'b0;
    return (cmd_i.path == qmac_regs_pkg::PathNone) ? plain_result() : byte_result();
  endfunction

  function automatic logic parameters();
    if (cmd_i.flags[qmac_regs_pkg::FlagPerChannel]) begin
      return cmd_i.b_zero == '0 && cmd_i.mult0 == '0 && cmd_i.shift0 == '0 &&
             cmd_i.param_addr[3:0] == '0;
    end
    return cmd_i.param_addr == '0 &&
           qmac_check_pkg::mult_in_domain(qmac_regs_pkg::path_e'(cmd_i.path), cmd_i.mult0, cmd_i.shift0);
  endfunction

  function automatic logic is_stride(logic [63:0] stride);
    return stride[63:qmac_regs_pkg::LimitVaBits] == '0;
  endfunction

  function automatic logic strides();
    return is_stride(cmd_i.a_stride) && is_stride(cmd_i.a_batch_stride) &&
           is_stride(cmd_i.b_stride) && is_stride(cmd_i.b_batch_stride) &&
           is_stride(cmd_i.c_stride) && is_stride(cmd_i.c_batch_stride);
  endfunction

  function automatic logic legal();
    if (!version_and_opcode())              return 1'b0;
    if (cmd_i.opcode == qmac_regs_pkg::OpNop)    return rest_is_zero();
    return absent_are_zero() && sizes() && operands() && result() &&
           parameters() && strides();
  endfunction
  /* verilator lint_on UNUSEDSIGNAL */

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_o <= 1'b0;
    else         valid_o <= valid_i;
  end

  always_ff @(posedge clk_i) begin
    if (valid_i) legal_o <= legal();
  end

endmodule
