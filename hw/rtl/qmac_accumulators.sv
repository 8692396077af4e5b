// SPDX-License-Identifier: MIT
//
// Two banks of 32-bit accumulators, Rows rows of NC lanes each. One bank fills
// while the other drains.
//
// Handshake: none. s_valid_i adds a row of sums to its accumulators, modulo
//            2^32, or with s_first_i replaces them; d_valid_i reads a row.
// Latency:   a row may recur on the s port, and be drained, from the fourth
//            cycle after its s_valid_i on. d_data_o one cycle after d_valid_i,
//            held until the next d_valid_i, whatever the s port does meanwhile.
// Invariant: adding and draining never read the same bank in the same cycle
//            (replacing reads nothing). What is drained has been replaced
//            first, so that nothing older than that can come out.

module qmac_accumulators #(
  parameter int unsigned NC   = 16,
  parameter int unsigned Rows = 512,
  localparam int unsigned RowWidth = $clog2(Rows)
) (
  input  logic                clk_i,
  input  logic                rst_ni,

  input  logic                s_valid_i,
  input  logic                s_bank_i,
  input  logic [RowWidth-1:0] s_row_i,
  input  logic                s_first_i,
  input  logic [NC*32-1:0]    s_sum_i,

  input  logic                d_valid_i,
  input  logic                d_bank_i,
  input  logic [RowWidth-1:0] d_row_i,
  output logic [NC*32-1:0]    d_data_o
);

  // Cycle 0 reads the old row, cycle 1 adds, cycle 2 writes.
  logic                read_valid_q, write_valid_q;
  logic                read_bank_q, write_bank_q;
  logic [RowWidth-1:0] read_row_q, write_row_q;
  logic                read_first_q;
  logic [NC*32-1:0]    read_sum_q, write_data_q;

  // Drained data comes from the bank in the cycle after the read, then from a
  // copy: the read port may be needed for adding by then.
  logic                drained_q;
  logic                drained_bank_q;
  logic [NC*32-1:0]    held_q;

  logic [1:0]          adds, drains;
  logic [NC*32-1:0]    r_data [2];

  function automatic logic [NC*32-1:0] lane_sums(logic [NC*32-1:0] a, logic [NC*32-1:0] b);
    // verilator unroll_full
    for (int unsigned n = 0; n < NC; n++) begin
      lane_sums[n*32 +: 32] = a[n*32 +: 32] + b[n*32 +: 32];
    end
  endfunction

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      read_valid_q  <= 1'b0;
      write_valid_q <= 1'b0;
      drained_q     <= 1'b0;
    end else begin
      read_valid_q  <= s_valid_i;
      write_valid_q <= read_valid_q;
      drained_q     <= d_valid_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (s_valid_i) begin
      read_bank_q  <= s_bank_i;
      read_row_q   <= s_row_i;
      read_first_q <= s_first_i;
      read_sum_q   <= s_sum_i;
    end
    if (read_valid_q) begin
      write_bank_q <= read_bank_q;
      write_row_q  <= read_row_q;
      write_data_q <= read_first_q ? read_sum_q : lane_sums(read_sum_q, r_data[read_bank_q]);
    end
    if (d_valid_i) drained_bank_q <= d_bank_i;
    if (drained_q) held_q <= r_data[drained_bank_q];
  end

  for (genvar b = 0; b < 2; b++) begin : gen_bank
    assign adds[b]   = s_valid_i && !s_first_i && s_bank_i == b[0];
    assign drains[b] = d_valid_i && d_bank_i == b[0];

    qmac_ram #(
      .Depth (Rows),
      .Lanes (NC)
    ) u_ram (
      .clk_i,
      .w_en_i      (write_valid_q && write_bank_q == b[0]),
      .w_addr_i    (write_row_q),
      .w_lane_en_i ('1),
      .w_data_i    (write_data_q),
      .r_en_i      (adds[b] || drains[b]),
      .r_addr_i    (drains[b] ? d_row_i : s_row_i),
      .r_data_o    (r_data[b])
    );
  end

  assign d_data_o = drained_q ? r_data[drained_bank_q] : held_q;

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */  // an assertion is no flip-flop
  function automatic logic pending(logic bank, logic [RowWidth-1:0] row);
    return (read_valid_q && read_bank_q == bank && read_row_q == row) ||
           (write_valid_q && write_bank_q == bank && write_row_q == row);
  endfunction

  OnePortUser: assert property (@(posedge clk_i) disable iff (!rst_ni)
      (adds & drains) == '0) else $error("a bank is added to and drained at once");
  AddsLate: assert property (@(posedge clk_i) disable iff (!rst_ni)
      s_valid_i && !s_first_i |-> !pending(s_bank_i, s_row_i)) else $error("a row recurs too soon");
  DrainsLate: assert property (@(posedge clk_i) disable iff (!rst_ni)
      d_valid_i |-> !pending(d_bank_i, d_row_i)) else $error("a row is drained too soon");
  /* verilator lint_on SYNCASYNCNET */
`endif

endmodule
