// SPDX-License-Identifier: MIT
//
// Requantization of one lane, in the steps of the pipeline of qmac_requant.
// Documentation/hardware/arithmetic.rst defines what must come out.
//
// All paths share one form: a product of two integers, a right shift, one
// rounding. Path NONE goes through it as a product with 1 and a shift by 0.

package qmac_requant_pkg;

  localparam int unsigned RequantLatency = 5;

  // A quotient beyond this is beyond every zero point and clamp.
  localparam int QuotientMax = 1023;

  // ---- Step 1: the factors ----

  // |acc| shifted left until its top bit is set; unchanged when zero.
  function automatic logic [31:0] normalized(logic [31:0] magnitude);
    logic [31:0] m;
    m = magnitude;
    if (m[31:16] == '0) m = m << 16;
    if (m[31:24] == '0) m = m << 8;
    if (m[31:28] == '0) m = m << 4;
    if (m[31:30] == '0) m = m << 2;
    if (!m[31])         m = m << 1;
    return m;
  endfunction

  function automatic logic [5:0] leading_zeros(logic [31:0] magnitude);
    logic [31:0] m;
    logic [5:0]  count;
    m     = magnitude;
    count = '0;
    if (m[31:16] == '0) begin m = m << 16; count |= 6'd16; end
    if (m[31:24] == '0) begin m = m << 8;  count |= 6'd8;  end
    if (m[31:28] == '0) begin m = m << 4;  count |= 6'd4;  end
    if (m[31:30] == '0) begin m = m << 2;  count |= 6'd2;  end
    if (!m[31])         count |= 6'd1;
    return count;
  endfunction

  function automatic logic [31:0] absolute(logic signed [31:0] value);
    return (value < 0) ? -unsigned'(value) : unsigned'(value);
  endfunction

  // Significand of fp32(acc) with its sign: 24 bits, or exactly 2^24 after a
  // carry. Its weight is 2^(8 - leading_zeros).
  function automatic logic signed [31:0] significand(logic signed [31:0] acc);
    logic [31:0] m;
    logic        up;
    logic [31:0] rounded;
    m       = normalized(absolute(acc));
    up      = m[7] && (m[6:0] != '0 || m[8]);
    rounded = 32'(m[31:8]) + 32'(up);
    return (acc < 0) ? -signed'(rounded) : signed'(rounded);
  endfunction

  // acc << max(shift, 0), saturated to 32 bits.
  function automatic logic signed [31:0] shifted_left(logic signed [31:0] acc,
                                                      logic signed [5:0] shift);
    logic signed [63:0] wide;
    wide = (shift > 0) ? 64'(acc) <<< shift[4:0] : 64'(acc);
    if (wide > 64'sh7fff_ffff)  return 32'sh7fff_ffff;
    if (wide < -64'sh8000_0000) return 32'sh8000_0000;
    return wide[31:0];
  endfunction

  function automatic logic signed [31:0] factor_acc(qmac_regs_pkg::path_e path,
                                                    logic signed [31:0] acc,
                                                    logic signed [5:0] shift);
    unique case (path)
      qmac_regs_pkg::PathF32:      return significand(acc);
      qmac_regs_pkg::PathQ31Srdhm: return shifted_left(acc, shift);
      default:                     return acc;
    endcase
  endfunction

  // mult is below 2^31 on every path.
  function automatic logic [30:0] factor_mult(qmac_regs_pkg::path_e path, logic [30:0] mult);
    unique case (path)
      // Subnormal multipliers are zero.
      qmac_regs_pkg::PathF32:  return (mult[30:23] == '0) ? '0 : {8'd1, mult[22:0]};
      qmac_regs_pkg::PathNone: return 31'd1;
      default:                 return mult;
    endcase
  endfunction

  // What the right shift starts from: on F32 the weight of the product is
  // 2^exponent (biased is the exponent field of mult), on the others it is the
  // shift itself.
  function automatic logic signed [9:0] factor_exponent(qmac_regs_pkg::path_e path,
                                                 logic signed [31:0] acc, logic [7:0] biased,
                                                 logic signed [5:0] shift);
    unique case (path)
      qmac_regs_pkg::PathF32: begin
        return signed'(10'(biased)) - 10'sd142 - signed'(10'(leading_zeros(absolute(acc))));
      end
      qmac_regs_pkg::PathNone: return '0;
      default:                 return 10'(shift);
    endcase
  endfunction

  // ---- Step 2 is the product ----

  // ---- Step 3: what is rounded to an integer, and by how many places ----

  // An F32 product other than zero is 2^46 to 2^48: 24 bits remain after 23 or
  // 24 places. (At -2^47 both are exact.)
  function automatic logic product_is_large(logic signed [63:0] product);
    return (product < 0) ? product < -(64'sd1 <<< 47) : product >= (64'sd1 <<< 47);
  endfunction

  function automatic logic signed [63:0] fp32_rounded(logic signed [63:0] product);
    logic signed [63:0] floor;
    logic [23:0]        rest;
    // The bits cut off, left-aligned: 24 of them, or 23 and a zero.
    if (product_is_large(product)) begin
      floor = product >>> 24;
      rest  = product[23:0];
    end else begin
      floor = product >>> 23;
      rest  = {product[22:0], 1'b0};
    end
    return floor + 64'(rest[23] && (rest[22:0] != '0 || floor[0]));
  endfunction

  function automatic logic signed [63:0] to_round(qmac_regs_pkg::path_e path,
                                                  logic signed [63:0] product);
    unique case (path)
      qmac_regs_pkg::PathF32:      return fp32_rounded(product);
      qmac_regs_pkg::PathQ31Srdhm: return (product + 64'sh4000_0000) >>> 31;
      default:                     return product;
    endcase
  endfunction

  function automatic logic [5:0] places_to_round(qmac_regs_pkg::path_e path, logic signed [63:0] product,
                                        logic signed [9:0] exponent);
    logic signed [9:0] right;
    unique case (path)
      // To the left would be 2^23 and more, or zero: as good unshifted.
      qmac_regs_pkg::PathF32:      right = -exponent - 10'sd23 - 10'(signed'({1'b0, product_is_large(product)}));
      qmac_regs_pkg::PathQ31:      right = 10'sd31 - exponent;
      qmac_regs_pkg::PathQ31Srdhm: right = -exponent;
      default:                     right = '0;
    endcase
    if (right < 0)  return '0;
    if (right > 63) return 6'd63;
    return right[5:0];
  endfunction

  // ---- Step 4: quotient, rounded down, and what was cut off ----

  // Saturated, except on path NONE, where it is the result.
  function automatic logic signed [31:0] floor_quotient(qmac_regs_pkg::path_e path,
                                                  logic signed [63:0] dividend,
                                                  logic [5:0] places);
    logic signed [63:0] floor;
    floor = dividend >>> places;
    if (path == qmac_regs_pkg::PathNone) return floor[31:0];
    if (floor > 64'(QuotientMax))   return QuotientMax;
    if (floor < -64'(QuotientMax))  return -QuotientMax;
    return floor[31:0];
  endfunction

  typedef enum logic [1:0] {
    RestBelowHalf = 2'd0,  // or nothing
    RestHalf      = 2'd1,
    RestAboveHalf = 2'd2
  } rest_e;

  function automatic rest_e division_rest(logic signed [63:0] dividend, logic [5:0] places);
    logic [63:0] cut, half;
    half = (64'd1 << places) >> 1;
    cut  = unsigned'(dividend) & ((64'd1 << places) - 64'd1);
    if (cut > half)                    return RestAboveHalf;
    if (cut == half && places != 6'd0) return RestHalf;
    return RestBelowHalf;
  endfunction

  // ---- Step 5: rounding, zero point, clamp ----

  function automatic logic signed [31:0] lane_result(qmac_pkg::requant_cfg_t cfg,
                                                logic signed [31:0] quotient, rest_e rest);
    logic signed [31:0] floor, sum;
    logic               up;
    // Only ties depend on where the zero point is added.
    floor = quotient + (cfg.zp_first ? 32'(cfg.c_zero) : 0);
    unique case (cfg.rounding)
      qmac_regs_pkg::RoundEven: up = floor[0];
      qmac_regs_pkg::RoundAway: up = floor >= 0;  // floor + 1/2 is positive
      default:                  up = 1'b1;
    endcase
    sum = floor + 32'(rest == RestAboveHalf || (rest == RestHalf && up)) +
          (cfg.zp_first ? 0 : 32'(cfg.c_zero));
    if (cfg.path == qmac_regs_pkg::PathNone) return quotient;
    if (sum < 32'(cfg.clamp_lo)) return 32'(cfg.clamp_lo);
    if (sum > 32'(cfg.clamp_hi)) return 32'(cfg.clamp_hi);
    return sum;
  endfunction

endpackage
