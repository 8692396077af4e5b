// SPDX-License-Identifier: MIT
//
// Types and sizes inside the core. One walk over a command (qmac_tiler) makes
// descriptors; every stage has a queue of its own kind of them and works it off
// in order, so stages need no other agreement than the order of the walk.
//
// A tile is rows x cols of C in one accumulator bank. A chunk is the part of the
// reduction of a tile that is loaded at once: depth bytes of every row of A and
// every column of B.

package qmac_core_pkg;

  // Bytes of each operand scratchpad: a ring that holds at least two chunks.
  localparam int unsigned ScratchBytes = 128 * 1024;
  localparam int unsigned LgChunkBytes = 16;  // largest chunk of an operand: half of it

  localparam int unsigned LgMaxRows  = 9;   // of a tile; one block of lanes fills the bank
  localparam int unsigned LgMaxCols  = 10;  // of a tile; 32-bit results then fit one store request
  localparam int unsigned LgMaxDepth = 8;   // of a chunk
  localparam int unsigned LgMinDepth = 6;   // of a chunk, when more of K is left

  localparam int unsigned LgParamBlocks = 7;  // blocks of NC records in the parameter ring

  // Columns that a transposer takes at a time: runs long enough to make up for
  // the ragged beats at both ends.
  localparam int unsigned GroupCols = 128;

  // Numbers of commands, modulo 64; fewer than that are ever inside.
  typedef logic [5:0] seq_t;

  // A chunk for a loader. Natural layout: rows runs of depth bytes, stride apart.
  // Transposed: depth runs of rows bytes.
  typedef struct packed {
    logic [63:0] va;
    logic [38:0] stride;
    logic [10:0] rows;
    logic [8:0]  depth;
    logic        transposed;
    logic [13:0] words;  // of scratchpad: rows * ceil(depth / KC)
    logic        is_async;
    seq_t        seq;
    logic [16:0] cmd_index;
  } load_t;

  // A chunk for the control of streamed rows.
  typedef struct packed {
    logic [9:0]        rows;
    logic [6:0]        blocks;
    logic [8:0]        depth;
    logic              is_signed;
    logic signed [8:0] zero;
    logic              first;  // of its tile
    logic              last;
  } rows_t;

  // A chunk for the control of weights.
  typedef struct packed {
    logic [10:0]       cols;
    logic [8:0]        depth;
    logic              is_signed;
    logic signed [8:0] zero;
    logic              last;         // of its tile
    logic              per_channel;
    logic              params_last;  // this tile is the last to use its records
  } weights_t;

  // Records for the parameter loader.
  typedef struct packed {
    logic [63:0]          va;
    logic [10:0]          cols;
    qmac_regs_pkg::path_e path;
    logic                 b_signed;
    logic                 is_async;
    seq_t                 seq;
    logic [16:0]          cmd_index;
  } params_t;

  // A tile for drain and stores.
  typedef struct packed {
    logic [63:0]             va;
    logic [38:0]             stride;
    logic [9:0]              rows;
    logic [10:0]             cols;
    logic                    wide;  // 32-bit results
    qmac_pkg::requant_cfg_t  cfg;
    qmac_pkg::lane_param_t   scalar;
    logic                    per_channel;
    logic                    params_last;
    logic                    cmd_last;  // last tile of its command
    logic                    is_async;
    seq_t                    seq;
    logic [16:0]             cmd_index;
  } tile_t;

  // What goes with a row of results through requantization to the stores.
  typedef struct packed {
    logic [7:0] bytes;   // valid bytes of the row, 1 to 128
    logic [3:0] offset;  // of the first byte of the run in its beat
    logic       first;   // of its run
    logic       last;
    logic       wide;
  } result_t;

endpackage
