/* SPDX-License-Identifier: MIT */
/*
 * Memory behind the device's AXI4 master: the memory model of the published
 * figures.
 *
 * Independent R and W channels of one 16-byte beat per cycle each. The first
 * beat of a burst comes exactly the latency after its address was accepted if R
 * is free then, the write response exactly the latency after the last write
 * beat. 64 outstanding each way, in order per ID; bursts of page-table walks
 * and of command and ring fetches go first. With stalls, channels pause at
 * random and bursts of different IDs interleave.
 *
 * Errors of the host become SLVERR or DECERR answers.
 */
#ifndef QMAC_SIM_AXI_H
#define QMAC_SIM_AXI_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/model/model.h"

#define QMAC_AXI_IDS	 16u
#define QMAC_AXI_PENDING 64u
#define QMAC_AXI_BEATS	 256u /* longest burst */

/* What the device drives. */
struct qmac_axi_request {
	uint64_t araddr, awaddr;
	uint8_t arid, arlen, awid, awlen;
	bool arvalid, awvalid, wvalid, rready, bready;
	bool wlast;
	uint16_t wstrb;
};

/* What the memory drives. rdata points to 16 bytes while rvalid. */
struct qmac_axi_response {
	const void *rdata;
	uint8_t rid, rresp, bid, bresp;
	bool arready, awready, wready, rvalid, rlast, bvalid;
};

struct qmac_axi_read {
	uint64_t address;
	uint64_t due; /* first cycle in which the first beat may be valid */
	uint16_t beats, next;
	uint8_t id, resp;
	bool fetched;
	uint64_t data[QMAC_AXI_BEATS * QMAC_BEAT_BYTES / sizeof(uint64_t)];
};

struct qmac_axi_write {
	uint64_t address;
	uint16_t beats;
	uint8_t id, resp;
};

struct qmac_axi_answer {
	uint64_t due;
	uint8_t id, resp;
};

struct qmac_axi_beat {
	uint8_t data[QMAC_BEAT_BYTES];
	uint16_t strobe;
	bool last;
};

/* Positions in a queue of 64; the count of entries ever written and taken. */
struct qmac_axi_queue {
	uint32_t in, out;
};

struct qmac_axi_memory {
	const struct qmac_host_ops *ops;
	void *host;
	uint32_t latency, stall_permille;
	uint64_t random;
	uint64_t cycle;
	uint32_t first_ids; /* bitmap of IDs that go first */
	struct qmac_axi_response response;

	/* Reads: slots, and for each ID the slots in order. */
	struct qmac_axi_read reads[QMAC_AXI_PENDING];
	uint64_t free_reads; /* bitmap of slots */
	uint8_t order[QMAC_AXI_IDS][QMAC_AXI_PENDING];
	struct qmac_axi_queue queue[QMAC_AXI_IDS];
	uint32_t active_ids;
	int burst; /* slot whose beats are being sent, or -1 */
	int shown; /* slot of the beat in response */

	struct qmac_axi_write writes[QMAC_AXI_PENDING];
	struct qmac_axi_queue write_queue;
	struct qmac_axi_beat beats[QMAC_AXI_PENDING];
	struct qmac_axi_queue beat_queue;
	struct qmac_axi_answer answers[QMAC_AXI_PENDING];
	struct qmac_axi_queue answer_queue;
	uint32_t pending_writes; /* addresses accepted, responses not taken */
};

/* @first_ids: bitmap of the read IDs that go first. */
void qmac_axi_init(struct qmac_axi_memory *memory, const struct qmac_model_config *config,
		   const struct qmac_host_ops *ops, void *host, uint32_t first_ids);

/* Forget everything outstanding. */
void qmac_axi_reset(struct qmac_axi_memory *memory);

/*
 * The clock edge that ends a cycle: @request is what the device drove in it,
 * with @wdata the 16 bytes of its write beat. memory->response is then what the
 * memory drives in the next cycle.
 */
void qmac_axi_tick(struct qmac_axi_memory *memory, const struct qmac_axi_request *request,
		   const void *wdata);

/* Is anything outstanding? */
bool qmac_axi_busy(const struct qmac_axi_memory *memory);

#endif /* QMAC_SIM_AXI_H */
