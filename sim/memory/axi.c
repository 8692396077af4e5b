// SPDX-License-Identifier: MIT
/*
 * AXI4 memory. All outputs are registered: a tick takes what the cycle before
 * it brought and decides what the next one shows.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "axi.h"

enum {
	RESP_OKAY = 0,
	RESP_SLVERR = 2,
	RESP_DECERR = 3
};

#define PAGE_SIZE 4096u

#define SLOT(n) ((n) % QMAC_AXI_PENDING)

static uint32_t queued(const struct qmac_axi_queue *queue)
{
	return queue->in - queue->out;
}

/* A fault of the device's master: loud, and an error to the device. */
static uint8_t violation(const char *rule, uint64_t address)
{
	fprintf(stderr, "qmac: AXI rule broken at %#" PRIx64 ": %s\n", address, rule);
	return RESP_SLVERR;
}

static bool crosses_page(uint64_t address, uint32_t beats)
{
	return address % PAGE_SIZE + beats * QMAC_BEAT_BYTES > PAGE_SIZE;
}

/* xorshift64; only stalls need it. */
static bool stalled(struct qmac_axi_memory *memory)
{
	if (!memory->stall_permille)
		return false;
	memory->random ^= memory->random << 13;
	memory->random ^= memory->random >> 7;
	memory->random ^= memory->random << 17;
	return memory->random % 1000 < memory->stall_permille;
}

void qmac_axi_init(struct qmac_axi_memory *memory, const struct qmac_model_config *config,
		   const struct qmac_host_ops *ops, void *host, uint32_t first_ids)
{
	memset(memory, 0, sizeof(*memory));
	memory->ops = ops;
	memory->host = host;
	/* An answer in the cycle of its question is not possible. */
	memory->latency = config->mem_latency ? config->mem_latency : 1;
	memory->stall_permille = config->stall_permille;
	memory->random = config->stall_seed | 1;
	memory->first_ids = first_ids;
	qmac_axi_reset(memory);
}

void qmac_axi_reset(struct qmac_axi_memory *memory)
{
	memset(&memory->response, 0, sizeof(memory->response));
	memset(memory->queue, 0, sizeof(memory->queue));
	memory->free_reads = UINT64_MAX;
	memory->active_ids = 0;
	memory->burst = -1;
	memory->write_queue = memory->beat_queue = memory->answer_queue =
		(struct qmac_axi_queue){ 0, 0 };
	memory->pending_writes = 0;
}

bool qmac_axi_busy(const struct qmac_axi_memory *memory)
{
	return memory->free_reads != UINT64_MAX || memory->pending_writes ||
	       queued(&memory->beat_queue);
}

/* ---- Reads ---- */

static void accept_read(struct qmac_axi_memory *memory, const struct qmac_axi_request *request)
{
	unsigned int slot = (unsigned int)__builtin_ctzll(memory->free_reads);
	struct qmac_axi_queue *queue = &memory->queue[request->arid];
	struct qmac_axi_read *read = &memory->reads[slot];

	memory->free_reads &= ~(UINT64_C(1) << slot);
	read->address = request->araddr & ~(uint64_t)(QMAC_BEAT_BYTES - 1);
	read->due = memory->cycle + memory->latency;
	read->beats = request->arlen + 1;
	read->next = 0;
	read->id = request->arid;
	read->fetched = false;
	read->resp = RESP_OKAY;
	if (crosses_page(read->address, read->beats))
		read->resp = violation("a read burst crosses 4 KiB", request->araddr);
	memory->order[request->arid][SLOT(queue->in++)] = (uint8_t)slot;
	memory->active_ids |= 1u << request->arid;
}

/* Memory is read when its first beat is sent, a page at most at a time. */
static void fetch(struct qmac_axi_memory *memory, struct qmac_axi_read *read)
{
	size_t len = read->beats * (size_t)QMAC_BEAT_BYTES;
	bool failed = read->resp || memory->ops->read(memory->host, read->address, read->data, len);

	read->fetched = true;
	if (failed) {
		read->resp = read->address & QMAC_BEAT_BYTES ? RESP_DECERR : RESP_SLVERR;
		/* Nothing may depend on the data of an error. */
		memset(read->data, 0xa5, sizeof(read->data));
	}
}

static int oldest_of(const struct qmac_axi_memory *memory, uint32_t ids, uint64_t at)
{
	uint64_t best = UINT64_MAX;
	int found = -1;

	for (; ids; ids &= ids - 1) {
		unsigned int id = (unsigned int)__builtin_ctz(ids);
		int slot = memory->order[id][SLOT(memory->queue[id].out)];
		uint64_t due = memory->reads[slot].due;

		if (due <= at && due < best) {
			best = due;
			found = slot;
		}
	}
	return found;
}

/* The burst to send a beat of in cycle @at, or -1. */
static int choose_burst(struct qmac_axi_memory *memory, uint64_t at)
{
	int slot = -1;

	if (memory->burst >= 0 && !stalled(memory))
		return memory->burst;
	if (memory->active_ids & memory->first_ids)
		slot = oldest_of(memory, memory->active_ids & memory->first_ids, at);
	return slot >= 0 ? slot : oldest_of(memory, memory->active_ids & ~memory->first_ids, at);
}

static void send_beat(struct qmac_axi_memory *memory, int slot)
{
	struct qmac_axi_response *response = &memory->response;
	struct qmac_axi_read *read = &memory->reads[slot];

	if (!read->fetched)
		fetch(memory, read);
	response->rvalid = true;
	response->rid = read->id;
	response->rresp = read->resp;
	response->rdata = (const uint8_t *)read->data + (size_t)read->next * QMAC_BEAT_BYTES;
	response->rlast = ++read->next == read->beats;
	memory->shown = slot;
	memory->burst = slot;
	if (response->rlast) {
		struct qmac_axi_queue *queue = &memory->queue[read->id];

		memory->burst = -1;
		queue->out++;
		if (!queued(queue))
			memory->active_ids &= ~(1u << read->id);
	}
}

/* The slot of a burst is free when its last beat was taken. */
static void beat_taken(struct qmac_axi_memory *memory)
{
	struct qmac_axi_response *response = &memory->response;

	response->rvalid = false;
	if (response->rlast)
		memory->free_reads |= UINT64_C(1) << memory->shown;
}

static void tick_read(struct qmac_axi_memory *memory, const struct qmac_axi_request *request)
{
	struct qmac_axi_response *response = &memory->response;

	if (request->arvalid && response->arready)
		accept_read(memory, request);
	if (response->rvalid && request->rready)
		beat_taken(memory);
	if (!response->rvalid && memory->active_ids) {
		int slot = choose_burst(memory, memory->cycle + 1);

		if (slot >= 0 && !stalled(memory))
			send_beat(memory, slot);
	}
	response->arready = memory->free_reads && !stalled(memory);
}

/* ---- Writes ---- */

static void accept_address(struct qmac_axi_memory *memory, const struct qmac_axi_request *request)
{
	struct qmac_axi_write *write = &memory->writes[SLOT(memory->write_queue.in++)];

	write->address = request->awaddr & ~(uint64_t)(QMAC_BEAT_BYTES - 1);
	write->beats = request->awlen + 1;
	write->id = request->awid;
	write->resp = RESP_OKAY;
	if (crosses_page(write->address, write->beats))
		write->resp = violation("a write burst crosses 4 KiB", request->awaddr);
	memory->pending_writes++;
}

static void accept_beat(struct qmac_axi_memory *memory, const struct qmac_axi_request *request,
			const void *wdata)
{
	struct qmac_axi_beat *beat = &memory->beats[SLOT(memory->beat_queue.in++)];

	memcpy(beat->data, wdata, sizeof(beat->data));
	beat->strobe = request->wstrb;
	beat->last = request->wlast;
}

static void finish_write(struct qmac_axi_memory *memory, const struct qmac_axi_write *write)
{
	memory->answers[SLOT(memory->answer_queue.in++)] = (struct qmac_axi_answer){
		.due = memory->cycle + memory->latency,
		.id = write->id,
		.resp = write->resp,
	};
	memory->write_queue.out++;
}

/* Beats that wait for nothing but each other; more than one only when the address was late. */
static void move_beats(struct qmac_axi_memory *memory)
{
	while (queued(&memory->beat_queue) && queued(&memory->write_queue)) {
		struct qmac_axi_write *write = &memory->writes[SLOT(memory->write_queue.out)];
		const struct qmac_axi_beat *beat = &memory->beats[SLOT(memory->beat_queue.out++)];

		if (beat->last != (write->beats == 1))
			write->resp = violation("wlast at the wrong beat", write->address);
		else if (beat->strobe &&
			 memory->ops->write(memory->host, write->address, beat->data, beat->strobe))
			write->resp = write->address & QMAC_BEAT_BYTES ? RESP_DECERR : RESP_SLVERR;
		write->address += QMAC_BEAT_BYTES;
		if (--write->beats == 0)
			finish_write(memory, write);
	}
}

static void tick_answer(struct qmac_axi_memory *memory, const struct qmac_axi_request *request)
{
	struct qmac_axi_response *response = &memory->response;
	const struct qmac_axi_answer *answer;

	if (response->bvalid && request->bready) {
		response->bvalid = false;
		memory->pending_writes--;
	}
	if (response->bvalid || !queued(&memory->answer_queue))
		return;
	answer = &memory->answers[SLOT(memory->answer_queue.out)];
	if (answer->due > memory->cycle + 1 || stalled(memory))
		return;
	response->bvalid = true;
	response->bid = answer->id;
	response->bresp = answer->resp;
	memory->answer_queue.out++;
}

static void tick_write(struct qmac_axi_memory *memory, const struct qmac_axi_request *request,
		       const void *wdata)
{
	struct qmac_axi_response *response = &memory->response;

	if (request->awvalid && response->awready)
		accept_address(memory, request);
	if (request->wvalid && response->wready)
		accept_beat(memory, request, wdata);
	move_beats(memory);
	tick_answer(memory, request);
	response->awready = memory->pending_writes < QMAC_AXI_PENDING && !stalled(memory);
	response->wready = queued(&memory->beat_queue) < QMAC_AXI_PENDING && !stalled(memory);
}

void qmac_axi_tick(struct qmac_axi_memory *memory, const struct qmac_axi_request *request,
		   const void *wdata)
{
	tick_read(memory, request);
	tick_write(memory, request, wdata);
	memory->cycle++;
}
