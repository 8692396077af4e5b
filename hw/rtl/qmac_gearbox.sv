// SPDX-License-Identifier: MIT
//
// Byte gearbox of a loader: takes the bytes of runs out of memory beats at any
// alignment and hands them on as words of step_i bytes, the first byte of a run at
// byte 0. A run ends with a word of its own, filled up with bytes of no meaning
// that everything behind masks.
//
// Handshake: valid/ready on both sides. in_lo_i is the first byte of the beat that
// belongs to the run, in_bytes_i how many do. user goes with the beats of a run and
// comes out with its words; it is constant over a run. step_i (at most KC or 16,
// whichever is more) only changes while the gearbox is empty.
// Latency: one cycle. Rate: a beat per cycle for step_i >= 16, less one cycle for a
// run whose bytes end in the word after its last beat.

module qmac_gearbox #(
  parameter int unsigned KC       = 16,
  parameter int unsigned UserBits = 1,
  localparam int unsigned OutBytes = KC > 16 ? KC : 16
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  flush_i,
  input  logic [5:0]            step_i,
  input  logic                  in_valid_i,
  output logic                  in_ready_o,
  input  logic [127:0]          in_data_i,
  input  logic [3:0]            in_lo_i,
  input  logic [4:0]            in_bytes_i,
  input  logic                  in_last_i,  // of the run
  input  logic [UserBits-1:0]   in_user_i,
  output logic                  out_valid_o,
  input  logic                  out_ready_i,
  output logic [OutBytes*8-1:0] out_data_o,
  output logic                  out_last_o,  // of the run
  output logic [UserBits-1:0]   out_user_o
);
  localparam int unsigned OutBits = OutBytes * 8;

  logic [OutBits-1:0]  buf_q, out_q;
  logic [5:0]          count_q, count_d, total;
  logic                ending_q, ending_d;  // the last beat of the run is in
  logic                out_valid_q, out_last_q;
  logic [UserBits-1:0] user_q, out_user_q;
  logic                room, take, finish, emit;

  assign room       = !out_valid_q || out_ready_i;
  assign in_ready_o = room && count_q < step_i && !ending_q;
  assign take       = in_valid_i && in_ready_o;
  assign total      = take ? count_q + 6'(in_bytes_i) : count_q;
  assign finish     = ending_q || (take && in_last_i);
  assign emit       = room && (total >= step_i || (finish && total != '0));
  assign count_d    = !emit ? total : total > step_i ? total - step_i : '0;
  assign ending_d   = finish && count_d != '0;

  assign out_valid_o = out_valid_q;
  assign out_data_o  = out_q;
  assign out_last_o  = out_last_q;
  assign out_user_o  = out_user_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      count_q     <= '0;
      ending_q    <= 1'b0;
      out_valid_q <= 1'b0;
    end else if (flush_i) begin
      count_q     <= '0;
      ending_q    <= 1'b0;
      out_valid_q <= 1'b0;
    end else begin
      count_q  <= count_d;
      ending_q <= ending_d;
      if (room) out_valid_q <= emit;
    end
  end

  // Bytes above count_q in buf_q are zero unless the run ends there, so that the
  // next beat can be or-ed in.
  always_ff @(posedge clk_i) begin : data
    logic [OutBits+127:0] merged;
    if (take || emit) begin
      merged = {128'b0, count_q == '0 ? '0 : buf_q};
      if (take) begin
        merged |= (OutBits + 128)'(in_data_i >> {in_lo_i, 3'b0}) << {count_q, 3'b0};
      end
      if (take) user_q <= in_user_i;
      if (emit) begin
        out_q      <= merged[OutBits-1:0];
        out_last_q <= finish && count_d == '0;
        out_user_q <= take ? in_user_i : user_q;
        merged     = merged >> {step_i, 3'b0};
      end
      buf_q <= merged[OutBits-1:0];
    end
  end

endmodule
