// SPDX-License-Identifier: MIT
//
// Checks that commands and parameter records have in common.

package qmac_check_pkg;

  // The least multiplier of path F32 that is refused: infinity; NaN and
  // everything with the sign bit are above.
  localparam logic [31:0] F32Infinity = 32'h7f80_0000;

  // Is a multiplier with its shift in the closed domain of the path?
  function automatic logic mult_in_domain(qmac_regs_pkg::path_e path, logic [31:0] mult,
                                          logic signed [31:0] shift);
    unique case (path)
      qmac_regs_pkg::PathNone: return mult == '0 && shift == '0;
      qmac_regs_pkg::PathF32:  return mult < F32Infinity && shift == '0;
      qmac_regs_pkg::PathQ31,
      qmac_regs_pkg::PathQ31Srdhm: return !mult[31] && shift >= -31 && shift <= 30;
      default: return 1'b0;
    endcase
  endfunction

  // Is a value in the range of S8 or U8?
  function automatic logic in_byte_range(logic is_signed, logic signed [31:0] value);
    return is_signed ? (value >= -128 && value <= 127) : (value >= 0 && value <= 255);
  endfunction

endpackage
