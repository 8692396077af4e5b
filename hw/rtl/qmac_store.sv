// SPDX-License-Identifier: MIT
//
// Store path: takes rows of results, packs them into runs of bytes at any
// alignment, and hands on memory beats with strobes.
//
// Handshake: valid/ready on both sides. A row of NC results has info_i.bytes valid
// bytes; a run is the rows from info_i.first to info_i.last, and begins at byte
// info_i.offset of its first beat. A row is taken (result_ready_o) with its last 16 bytes.
// Latency: one cycle. Rate: 16 bytes per cycle, less one cycle for a run that ends in
// the beat after that of its last 16 bytes.
// Invariant: strobes cover the bytes of the run and no others; the rest is zero.

module qmac_store #(
  parameter int unsigned NC = 16
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   flush_i,
  input  logic                   result_valid_i,
  output logic                   result_ready_o,
  input  logic [NC*32-1:0]       result_i,
  input  qmac_core_pkg::result_t info_i,
  output logic                   beat_valid_o,
  input  logic                   beat_ready_i,
  output qmac_pkg::store_beat_t  beat_o
);
  // Slices of 16 bytes in a row, at most: NC words of 32 bits.
  localparam int unsigned SliceBits = $clog2(NC / 4);

  logic [SliceBits-1:0] slice_q;
  logic [7:0]           bytes_left;  // of the row from this slice on
  logic [4:0]           bytes, total;
  logic [3:0]           count_q, count;  // bytes kept for the next beat, gaps included
  logic                 ending_q, valid_q;
  logic                 room, take, slice_last, run_first, run_last, emit;
  logic [127:0]         keep_q;
  logic [15:0]          keep_strb_q;

  assign bytes_left = info_i.bytes - 8'({slice_q, 4'b0});
  assign slice_last = bytes_left <= 8'd16;
  assign bytes      = slice_last ? bytes_left[4:0] : 5'd16;
  assign run_first  = info_i.first && slice_q == '0;
  assign run_last   = info_i.last && slice_last;

  assign room           = !valid_q || beat_ready_i;
  assign take           = result_valid_i && room && !ending_q;
  assign result_ready_o = room && !ending_q && slice_last;
  assign count          = run_first ? info_i.offset : count_q;
  assign total          = 5'(count) + bytes;  // at most 31
  assign emit           = room && (ending_q || (take && (total >= 5'd16 || run_last)));
  assign beat_valid_o   = valid_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      slice_q  <= '0;
      count_q  <= '0;
      ending_q <= 1'b0;
      valid_q  <= 1'b0;
    end else if (flush_i) begin
      slice_q  <= '0;
      count_q  <= '0;
      ending_q <= 1'b0;
      valid_q  <= 1'b0;
    end else begin
      if (room) begin
        valid_q  <= emit;
        ending_q <= take && run_last && total > 5'd16;
      end
      if (take) begin
        slice_q <= slice_last ? '0 : slice_q + 1'b1;
        count_q <= total[3:0];
      end
    end
  end

  always_ff @(posedge clk_i) begin : data
    logic [255:0] merged;
    logic [31:0]  strb;
    logic [127:0] slice;
    logic         fresh;
    if (take || emit) begin
      fresh  = take && run_first;
      merged = fresh ? '0 : {128'b0, keep_q};
      strb   = fresh ? '0 : {16'b0, keep_strb_q};
      if (take) begin
        slice = '0;
        for (int unsigned b = 0; b < 16; b++) begin
          if (5'(b) < bytes) begin
            slice[b*8+:8] = info_i.wide ? result_i[32'(slice_q)*128+b*8+:8]
                                        : result_i[(32'(slice_q)*512+b*32)%(NC*32)+:8];
          end
        end
        merged = merged | (256'(slice) << {count, 3'b0});
        strb   = strb | (((32'd1 << bytes) - 32'd1) << count);
      end
      if (emit) begin
        beat_o <= '{data: merged[127:0], strb: strb[15:0]};
        merged = merged >> 128;
        strb   = strb >> 16;
      end
      keep_q      <= merged[127:0];
      keep_strb_q <= strb[15:0];
    end
  end

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */ // assertions are no flip-flops
  always_ff @(posedge clk_i) begin
    if (rst_ni && !flush_i) begin
      assert (!take || info_i.bytes != '0);
      assert (!valid_q || beat_o.strb != '0);
    end
  end
  /* verilator lint_on SYNCASYNCNET */
`endif

endmodule
