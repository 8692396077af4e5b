// SPDX-License-Identifier: MIT
//
// The one memory of the device: one write and one read port, rows of Lanes
// 32-bit words, a write enable per word. Parity and error injection will live
// here.
//
// Handshake: none; w_en_i and r_en_i act in the cycle they are set.
// Latency:   r_data_o one cycle after r_en_i, held until the next r_en_i.
// Invariant: a read of the address written in the same cycle gives the old row.
//            The contents have no reset; who reads a row has written it.

module qmac_ram #(
  parameter int unsigned Depth = 512,
  parameter int unsigned Lanes = 4,
  localparam int unsigned AddrWidth = (Depth > 1) ? $clog2(Depth) : 1
) (
  input  logic                 clk_i,

  input  logic                 w_en_i,
  input  logic [AddrWidth-1:0] w_addr_i,
  input  logic [Lanes-1:0]     w_lane_en_i,
  input  logic [Lanes*32-1:0]  w_data_i,

  input  logic                 r_en_i,
  input  logic [AddrWidth-1:0] r_addr_i,
  output logic [Lanes*32-1:0]  r_data_o
);

  // Only the block below sees the array. Read comes before write, so a blocking
  // write is the same as a non-blocking one, and the simulator keeps no second
  // copy of what is to be written.
  logic [Lanes-1:0][31:0] mem [Depth];

  always_ff @(posedge clk_i) begin
    if (r_en_i) r_data_o <= mem[r_addr_i];
    if (w_en_i) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        /* verilator lint_off BLKSEQ */  // see above
        if (w_lane_en_i[l]) mem[w_addr_i][l] = w_data_i[l*32 +: 32];
        /* verilator lint_on BLKSEQ */
      end
    end
  end

`ifndef SYNTHESIS
  ReadInside: assert property (@(posedge clk_i)
      r_en_i |-> 32'(r_addr_i) < Depth) else $error("read beyond the memory");
  WriteInside: assert property (@(posedge clk_i)
      w_en_i |-> 32'(w_addr_i) < Depth) else $error("write beyond the memory");
`endif

endmodule
