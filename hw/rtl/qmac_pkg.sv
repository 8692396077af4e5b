// SPDX-License-Identifier: MIT
//
// Types on the borders between the rooms of the device: memory side (MMU, read
// and write engines, rings), core (tiling, loaders, array, stores).

package qmac_pkg;

  // One AXI beat.
  localparam int unsigned BeatBytes = 16;

  // Read clients that go through the MMU. Each gets its data back in request
  // order; there is no order between clients.
  localparam int unsigned NumReadClients = 4;
  typedef enum logic [1:0] {
    ClientCmd   = 2'd0,
    ClientA     = 2'd1,
    ClientB     = 2'd2,
    ClientParam = 2'd3
  } read_client_e;

  // A run of bytes in virtual memory. len is 1 to 4096. The answer to a read
  // is the sequence of aligned 16-byte beats that cover the run:
  // (va % 16 + len + 15) / 16 of them. A run may cross pages.
  typedef struct packed {
    logic [63:0] va;
    logic [12:0] len;
    logic [16:0] cmd_index;  // command that asks, for fault reports
  } mem_req_t;

  // One beat of store data, aligned to memory; strb selects bytes.
  typedef struct packed {
    logic [127:0] data;
    logic [15:0]  strb;
  } store_beat_t;

  // What the core does in a cycle of a job, in the order of the fields of the
  // completion record. Exactly one holds; ClassFetch is also "no command".
  typedef enum logic [3:0] {
    ClassBusy   = 4'd0,
    ClassFetch  = 4'd1,
    ClassOrder  = 4'd2,
    ClassParam  = 4'd3,
    ClassA      = 4'd4,
    ClassB      = 4'd5,
    ClassMmu    = 4'd6,
    ClassWeight = 4'd7,
    ClassAcc    = 4'd8,
    ClassDrain  = 4'd9
  } cycle_class_e;
  localparam int unsigned NumClasses = 10;

  // Requantization set-up of a command, common to all lanes.
  typedef struct packed {
    qmac_regs_pkg::path_e     path;
    qmac_regs_pkg::rounding_e rounding;
    logic                     zp_first;
    logic signed [8:0]        c_zero;
    logic signed [8:0]        clamp_lo;
    logic signed [8:0]        clamp_hi;
  } requant_cfg_t;

  // Requantization parameters of a lane.
  typedef struct packed {
    logic signed [31:0] bias;
    logic [31:0]        mult;
    logic signed [5:0]  shift;  // -31 to 30
  } lane_param_t;

endpackage
