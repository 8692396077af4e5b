// SPDX-License-Identifier: MIT
/*
 * The AXI memory model: exact latencies, full rate, order and limits without
 * stalls; the same data with them.
 */
#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "sim/memory/axi.h"
#include "sim/memory/pool.h"
#include "tap.h"

#define BASE	   (UINT64_C(1) << 32)
#define FIRST_IDS  0xf00u
#define LATENCY	   100u
#define MAX_CYCLES 1000000u

struct bench {
	struct qmac_pool *pool;
	struct qmac_axi_memory memory;
	struct qmac_axi_request request;
	uint64_t wdata[2];
	uint64_t buffer; /* bus address */
};

static void bench_open(struct bench *bench, uint32_t stall_permille)
{
	const struct qmac_model_config config = {
		.mem_latency = LATENCY,
		.stall_seed = 5,
		.stall_permille = stall_permille,
	};
	uint64_t *words;

	memset(bench, 0, sizeof(*bench));
	if (qmac_pool_create(&bench->pool, BASE, UINT64_C(1) << 24))
		tap_bail("no memory");
	bench->buffer = qmac_pool_alloc(bench->pool, 1 << 20, 4096);
	words = qmac_pool_at(bench->pool, bench->buffer, 1 << 20);
	for (uint64_t i = 0; i < (1 << 20) / 8; i++)
		words[i] = i;
	qmac_axi_init(&bench->memory, &config, &qmac_pool_ops, bench->pool, FIRST_IDS);
	bench->request.rready = true;
	bench->request.bready = true;
}

static void tick(struct bench *bench)
{
	qmac_axi_tick(&bench->memory, &bench->request, bench->wdata);
}

/* Offer a burst until it is taken; the cycle that follows is the current one. */
static void ask(struct bench *bench, unsigned int id, uint64_t offset, unsigned int beats)
{
	bool taken;

	bench->request.arvalid = true;
	bench->request.arid = (uint8_t)id;
	bench->request.araddr = bench->buffer + offset;
	bench->request.arlen = (uint8_t)(beats - 1);
	do {
		taken = bench->memory.response.arready;
		tick(bench);
	} while (!taken);
	bench->request.arvalid = false;
}

static bool read_latency(void)
{
	struct bench bench;
	unsigned int cycles = 1;
	bool ok;

	bench_open(&bench, 0);
	ask(&bench, 1, 0, 4);
	for (; !bench.memory.response.rvalid && cycles < 1000; cycles++)
		tick(&bench);
	ok = cycles == LATENCY;
	if (!ok)
		tap_note("the first beat came after %u cycles", cycles);
	for (unsigned int beat = 0; beat < 4; beat++) {
		const uint64_t *data = bench.memory.response.rdata;

		ok = bench.memory.response.rvalid && data[0] == 2 * beat &&
		     bench.memory.response.rlast == (beat == 3) && ok;
		tick(&bench);
	}
	ok = !bench.memory.response.rvalid && !qmac_axi_busy(&bench.memory) && ok;
	qmac_pool_destroy(bench.pool);
	return ok;
}

/* 64 bursts are taken one a cycle, the next has to wait; beats come without a gap. */
static bool read_rate(void)
{
	struct bench bench;
	unsigned int taken = 0, beats = 0, first = 0, last = 0;

	bench_open(&bench, 0);
	tick(&bench);
	bench.request.arvalid = true;
	bench.request.arlen = 3;
	for (unsigned int cycle = 0; cycle < 1000; cycle++) {
		bench.request.araddr = bench.buffer + taken % 64 * 64;
		if (cycle < LATENCY && bench.request.arvalid && bench.memory.response.arready)
			taken++;
		if (cycle == LATENCY - 1)
			bench.request.arvalid = false;
		if (bench.memory.response.rvalid) {
			first = beats ? first : cycle;
			last = cycle;
			beats++;
		}
		tick(&bench);
	}
	qmac_pool_destroy(bench.pool);
	if (taken == QMAC_AXI_PENDING && beats == 4 * taken && last - first + 1 == beats)
		return true;
	tap_note("%u bursts taken, %u beats from cycle %u to %u", taken, beats, first, last);
	return false;
}

/* A walk overtakes bursts that wait. */
static bool walks_first(void)
{
	struct bench bench;
	unsigned int before = 0;

	bench_open(&bench, 0);
	for (unsigned int i = 0; i < 40; i++)
		ask(&bench, 1, i * 256, 16);
	ask(&bench, 8, 0, 1);
	for (unsigned int cycle = 0; cycle < 10000; cycle++) {
		if (bench.memory.response.rvalid) {
			if (bench.memory.response.rid == 8)
				break;
			before++;
		}
		tick(&bench);
	}
	qmac_pool_destroy(bench.pool);
	/* It came 40 cycles after the first, when two or three bursts had been sent. */
	return before >= 40 && before <= 64;
}

static bool write_latency(void)
{
	struct bench bench;
	uint64_t *words;
	unsigned int cycles = 1;
	bool ok;

	bench_open(&bench, 0);
	words = qmac_pool_at(bench.pool, bench.buffer, 4096);
	tick(&bench);
	bench.request.awvalid = true;
	bench.request.awaddr = bench.buffer;
	bench.request.awlen = 1;
	tick(&bench);
	bench.request.awvalid = false;
	bench.request.wvalid = true;
	bench.request.wstrb = 0xff0f;
	memset(bench.wdata, 0xee, sizeof(bench.wdata));
	tick(&bench);
	bench.request.wlast = true;
	bench.request.wstrb = 0x0001;
	tick(&bench);
	bench.request.wvalid = false;
	for (; !bench.memory.response.bvalid && cycles < 1000; cycles++)
		tick(&bench);
	ok = cycles == LATENCY && bench.memory.response.bresp == 0;
	if (!ok)
		tap_note("the response came after %u cycles", cycles);
	ok = words[0] == 0xeeeeeeee && words[1] == 0xeeeeeeeeeeeeeeee && words[2] == 0xee &&
	     words[3] == 3 && ok;
	tick(&bench);
	ok = !qmac_axi_busy(&bench.memory) && ok;
	qmac_pool_destroy(bench.pool);
	return ok;
}

static bool errors(void)
{
	struct bench bench;
	bool ok;

	bench_open(&bench, 0);
	qmac_pool_protect(bench.pool, bench.buffer + 4096, 4096, 0);
	ask(&bench, 2, 4096, 2);
	while (!bench.memory.response.rvalid)
		tick(&bench);
	ok = bench.memory.response.rresp >= 2;
	tick(&bench);
	ok = bench.memory.response.rvalid && bench.memory.response.rresp >= 2 && ok;
	tick(&bench);
	bench.request.awvalid = bench.request.wvalid = bench.request.wlast = true;
	bench.request.awaddr = bench.buffer + 4096;
	bench.request.wstrb = UINT16_MAX;
	tick(&bench);
	bench.request.awvalid = bench.request.wvalid = false;
	while (!bench.memory.response.bvalid)
		tick(&bench);
	ok = bench.memory.response.bresp >= 2 && ok;
	qmac_pool_destroy(bench.pool);
	return ok;
}

/* Under stalls: order within an ID, right data, valid beats that wait stay as they are. */
struct flow {
	struct rng rng;
	uint64_t expected[16][2000]; /* offsets of beats, per ID */
	unsigned int in[16], out[16];
	unsigned int left;
};

static void offer(struct bench *bench, struct flow *flow)
{
	struct qmac_axi_request *request = &bench->request;
	uint64_t offset;

	if (request->arvalid || !flow->left)
		return;
	request->arid = (uint8_t)rng_below(&flow->rng, 16);
	request->arlen = (uint8_t)rng_below(&flow->rng, 16);
	offset = rng_below(&flow->rng, 200) * 4096 + rng_below(&flow->rng, 240) * 16;
	request->araddr = bench->buffer + offset;
	request->arvalid = true;
	for (unsigned int i = 0; i <= request->arlen; i++)
		flow->expected[request->arid][flow->in[request->arid]++] = offset + i * 16;
	flow->left--;
}

static bool take(struct bench *bench, struct flow *flow)
{
	const struct qmac_axi_response *response = &bench->memory.response;
	const uint64_t *data = response->rdata;
	uint64_t offset;

	bench->request.rready = rng_below(&flow->rng, 4);
	if (!response->rvalid)
		return true;
	offset = flow->expected[response->rid][flow->out[response->rid]];
	if (bench->request.rready)
		flow->out[response->rid]++;
	return data[0] == offset / 8 && data[1] == offset / 8 + 1;
}

static bool stalled_reads(void)
{
	struct flow *flow = calloc(1, sizeof(*flow));
	struct bench bench;
	bool ok = true;
	unsigned int cycle = 0;

	if (!flow)
		tap_bail("no memory");
	flow->left = 1500;
	flow->rng = rng_seed(3, 3);
	bench_open(&bench, 300);
	do {
		bool taken;

		offer(&bench, flow);
		ok = take(&bench, flow) && ok;
		taken = bench.memory.response.arready;
		tick(&bench);
		if (taken)
			bench.request.arvalid = false;
	} while (ok && ++cycle < MAX_CYCLES &&
		 (flow->left || bench.request.arvalid || qmac_axi_busy(&bench.memory)));
	for (unsigned int id = 0; id < 16; id++)
		ok = flow->in[id] == flow->out[id] && ok;
	qmac_pool_destroy(bench.pool);
	free(flow);
	return ok;
}

int main(void)
{
	tap_ok(read_latency(), "the first beat comes exactly the latency after the address");
	tap_ok(read_rate(), "64 bursts in flight, beats without a gap");
	tap_ok(walks_first(), "page-table walks go first");
	tap_ok(write_latency(), "the response comes exactly the latency after the last beat");
	tap_ok(errors(), "host errors become bus errors");
	tap_ok(stalled_reads(), "order and data under random stalls");
	return tap_done();
}
