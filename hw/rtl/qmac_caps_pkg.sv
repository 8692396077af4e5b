// SPDX-License-Identifier: MIT
//
// What this device carries out: the bitmaps that software reads in OPCODES,
// FLAGS, TYPES and REQUANT, and that commands are checked against.

package qmac_caps_pkg;

  localparam logic [31:0] Opcodes = (32'd1 << qmac_regs_pkg::OpNop) |
                                    (32'd1 << qmac_regs_pkg::OpGemm);

  localparam logic [31:0] Flags = (32'd1 << qmac_regs_pkg::FlagAsyncA) |
                                  (32'd1 << qmac_regs_pkg::FlagAsyncB) |
                                  (32'd1 << qmac_regs_pkg::FlagAsyncC) |
                                  (32'd1 << qmac_regs_pkg::FlagPerChannel) |
                                  (32'd1 << qmac_regs_pkg::FlagATransposed) |
                                  (32'd1 << qmac_regs_pkg::FlagBTransposed);

  localparam logic [15:0] OperandTypes = (16'd1 << qmac_regs_pkg::TypeS8) |
                                         (16'd1 << qmac_regs_pkg::TypeU8);
  localparam logic [15:0] ResultTypes  = (16'd1 << qmac_regs_pkg::TypeS8) |
                                         (16'd1 << qmac_regs_pkg::TypeU8) |
                                         (16'd1 << qmac_regs_pkg::TypeS32);

  localparam logic [7:0] Paths     = (8'd1 << qmac_regs_pkg::PathNone) |
                                     (8'd1 << qmac_regs_pkg::PathF32) |
                                     (8'd1 << qmac_regs_pkg::PathQ31) |
                                     (8'd1 << qmac_regs_pkg::PathQ31Srdhm);
  localparam logic [7:0] Roundings = (8'd1 << qmac_regs_pkg::RoundEven) |
                                     (8'd1 << qmac_regs_pkg::RoundUp) |
                                     (8'd1 << qmac_regs_pkg::RoundAway);

endpackage
