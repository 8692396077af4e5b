// SPDX-License-Identifier: MIT
//
// Tells whether a parameter record is outside its closed domain (BAD_PARAM).
// path_i and b_signed_i are those of the command, which has been checked.
//
// Handshake: none. Latency: none, combinational.

module qmac_param_check (
  input  qmac_regs_pkg::param_t record_i,
  input  qmac_regs_pkg::path_e  path_i,
  input  logic                  b_signed_i,
  output logic                  bad_o
);

  logic reserved_zero, zero_point_good, mult_good, unused_bias;

  assign reserved_zero   = record_i.reserved0 == '0 && record_i.reserved1 == '0;
  assign zero_point_good = qmac_check_pkg::in_byte_range(b_signed_i, 32'(record_i.b_zero));
  assign mult_good       = qmac_check_pkg::mult_in_domain(path_i, record_i.mult,
                                                          32'(record_i.shift));
  assign bad_o           = !(reserved_zero && zero_point_good && mult_good);

  assign unused_bias = &record_i.bias;  // every bias is good

endmodule
