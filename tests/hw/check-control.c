// SPDX-License-Identifier: MIT
/*
 * Registers, rings and everything that stops a job or the device from outside.
 */
#include <string.h>

#include "directed.h"
#include "tap.h"

/* How far a job runs before something happens to it, in cycles. */
static const uint64_t moments[] = { 1,	  30,	90,   110,  150,  210,	 250,	310,  330,
				    420,  500,	640,  777,  900,  1024,	 1200,	1500, 1999,
				    2500, 3333, 5000, 8000, 9999, 15000, 20000, 30000 };

#define NUM_MOMENTS (sizeof(moments) / sizeof(moments[0]))

/* ---- Registers ---- */

static bool reads_as(struct device *device, uint32_t offset, uint32_t expected)
{
	uint32_t value = device_read(device, offset);

	if (value == expected)
		return true;
	tap_note("register %#x reads %#x, expected %#x", offset, value, expected);
	return false;
}

static bool constants(struct device *device)
{
	const uint32_t kind = device->rtl ? 1 : 2;

	return reads_as(device, QMAC_REG_ID, QMAC_REG_ID_VALUE) &&
	       reads_as(device, QMAC_REG_VERSION, 0x10000) &&
	       reads_as(device, QMAC_REG_MODEL, kind) && reads_as(device, QMAC_REG_OPCODES, 3) &&
	       reads_as(device, QMAC_REG_FLAGS, 0x327) &&
	       reads_as(device, QMAC_REG_TYPES, 0x000e0006) &&
	       reads_as(device, QMAC_REG_REQUANT, 0x1070f) &&
	       reads_as(device, QMAC_REG_MAX_DIM, QMAC_LIMIT_MAX_DIM) &&
	       reads_as(device, QMAC_REG_MAX_BATCH, QMAC_LIMIT_MAX_BATCH) &&
	       reads_as(device, QMAC_REG_MAX_COMMANDS, QMAC_LIMIT_MAX_COMMANDS) &&
	       reads_as(device, QMAC_REG_ACCUMULATORS, 0x20200);
}

/* Writing all ones where nothing is writable changes nothing. */
static bool unknown_offsets(struct device *device)
{
	static const uint32_t offsets[] = { 0x01c + 0x14, 0x054 + 0xc, 0x0a4,  0x0b8, 0x0c4,
					    0x100,	  0x7fc,       0x1000, 0x3ffc };
	static const uint32_t read_only[] = { QMAC_REG_ID,	 QMAC_REG_VERSION,
					      QMAC_REG_ARRAY,	 QMAC_REG_OPCODES,
					      QMAC_REG_STATUS,	 QMAC_REG_HALT_CAUSE,
					      QMAC_REG_JOB_HEAD, QMAC_REG_JOB_DONE,
					      QMAC_REG_SYNC_ACK };
	bool ok = true;

	for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		device_write(device, offsets[i], UINT32_MAX);
		ok = reads_as(device, offsets[i], 0) && ok;
	}
	for (size_t i = 0; i < sizeof(read_only) / sizeof(read_only[0]); i++) {
		uint32_t before = device_read(device, read_only[i]);

		device_write(device, read_only[i], ~before);
		ok = reads_as(device, read_only[i], before) && ok;
	}
	return ok;
}

static bool test_interrupts(struct device *device)
{
	uint64_t before[QMAC_PCI_NUM_VECTORS];
	bool ok = true;

	for (uint32_t set = 0; set < 16; set++) {
		for (unsigned int i = 0; i < QMAC_PCI_NUM_VECTORS; i++)
			before[i] = qmac_pool_interrupts(device->pool, i);
		device_write(device, QMAC_REG_IRQ_TEST, set);
		device->ops->run(device->model, 10);
		device_read(device, QMAC_REG_ID);
		for (unsigned int i = 0; i < QMAC_PCI_NUM_VECTORS; i++)
			ok = qmac_pool_interrupts(device->pool, i) - before[i] == (set >> i & 1) &&
			     ok;
	}
	return ok;
}

void check_registers(const struct device_options *options)
{
	struct rig rig;

	rig_open(&rig, options);
	tap_ok(constants(&rig.device), "identity and capabilities");
	tap_ok(unknown_offsets(&rig.device), "unknown and read-only offsets");
	tap_ok(test_interrupts(&rig.device), "IRQ_TEST raises each vector once");
	tap_ok(rig_well(&rig), "a job still runs");
	rig_close(&rig);
}

/* ---- Cycle limit ---- */

static bool limit_hit(struct rig *rig, uint64_t limit)
{
	/* What is in flight when the limit strikes is still waited for. */
	const uint64_t slack = 20000;
	struct qmac_job_entry entry;
	struct qmac_completion record;
	bool ok;

	rig_begin(rig);
	rig_gemm(rig, 200, 192, 300);
	rig_seal(rig);
	entry = rig_entry(rig);
	entry.cycle_limit = limit;
	ok = device_job(&rig->device, &entry, &record);
	if (!rig->device.rtl) {
		ok = ok && record.cause == QMAC_CAUSE_NONE && rig_reference(rig, 1) &&
		     rig_memory(rig);
	} else if (ok && (record.cause != QMAC_CAUSE_CYCLE_LIMIT || record.cycles < limit ||
			  record.cycles > limit + slack || record.fault_addr)) {
		tap_note("limit %lu: cause %u, %llu cycles, address %#llx", limit, record.cause,
			 (unsigned long long)record.cycles, (unsigned long long)record.fault_addr);
		ok = false;
	}
	ok = rig_memory_but_results(rig, 0) && ok;
	rig_end(rig);
	return rig_well(rig) && ok;
}

void check_limit(const struct device_options *options)
{
	struct rig rig;
	bool ok = true;

	rig_open(&rig, options);
	for (size_t i = 0; i < NUM_MOMENTS; i++)
		if (moments[i] < 9000)
			ok = limit_hit(&rig, moments[i]) && ok;
	tap_ok(ok, "the cycle limit ends a job at any moment");
	rig_close(&rig);
}

/* ---- Abort ---- */

static bool aborted_at(struct rig *rig, uint64_t cycles)
{
	uint32_t index = rig_start_long(rig, cycles);
	struct qmac_completion record;
	bool taken = device_read(&rig->device, QMAC_REG_JOB_HEAD) != index;
	bool ok;

	/* Not this one: nothing happens. */
	device_write(&rig->device, QMAC_REG_ABORT, index + 1);
	device_write(&rig->device, QMAC_REG_ABORT, index - 1);
	device_write(&rig->device, QMAC_REG_ABORT, index);
	ok = device_wait(&rig->device, &record);
	if (ok && record.cause != QMAC_CAUSE_ABORTED && taken) {
		tap_note("aborted after %lu cycles: cause %u", cycles, record.cause);
		ok = false;
	}
	ok = rig_memory_but_results(rig, 0) && ok;
	rig_end(rig);
	return rig_well(rig) && ok;
}

void check_abort(const struct device_options *options)
{
	struct rig rig;
	bool ok = true;

	rig_open(&rig, options);
	for (size_t i = 0; i < NUM_MOMENTS; i++)
		ok = aborted_at(&rig, moments[i]) && ok;
	tap_ok(ok, "abort ends a job at any moment");
	device_write(&rig.device, QMAC_REG_ABORT, rig.device.submitted - 1);
	device_write(&rig.device, QMAC_REG_ABORT, rig.device.submitted);
	tap_ok(rig_well(&rig), "abort of a job that is over, or not there, does nothing");
	rig_close(&rig);
}

/* ---- Reset ---- */

static bool registers_reset(struct device *device)
{
	static const uint32_t offsets[] = {
		QMAC_REG_CTRL,	       QMAC_REG_STATUS,	      QMAC_REG_HALT_CAUSE,
		QMAC_REG_HALT_ADDR_LO, QMAC_REG_HALT_ADDR_HI, QMAC_REG_JOB_RING_LO,
		QMAC_REG_JOB_RING_HI,  QMAC_REG_CPL_RING_LO,  QMAC_REG_CPL_RING_HI,
		QMAC_REG_RING_SIZE,    QMAC_REG_DOORBELL,     QMAC_REG_JOB_HEAD,
		QMAC_REG_JOB_DONE,     QMAC_REG_SYNC_ADDR_LO, QMAC_REG_SYNC_ADDR_HI,
		QMAC_REG_SYNC_ACK,     QMAC_REG_CYCLES_LO,    QMAC_REG_CYCLES_HI,
	};
	bool ok = true;

	for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++)
		ok = reads_as(device, offsets[i], 0) && ok;
	return ok;
}

static bool soft_reset(struct device *device)
{
	device_write(device, QMAC_REG_CTRL, QMAC_CTRL_RESET_MASK);
	for (unsigned int i = 0; i < 10000; i++) {
		if (!(device_read(device, QMAC_REG_STATUS) & QMAC_STATUS_RESETTING_MASK))
			return true;
		device->ops->run(device->model, 10);
	}
	tap_note("the reset does not end");
	return false;
}

/* After a reset nothing of the job moves: no store, no interrupt. */
static bool quiet(struct rig *rig)
{
	struct device *device = &rig->device;
	uint64_t before = qmac_pool_interrupts(device->pool, QMAC_IRQ_COMPLETION);

	if (!rig_memory_but_results(rig, 0))
		return false;
	device->ops->run(device->model, 5000);
	return rig_memory(rig) &&
	       qmac_pool_interrupts(device->pool, QMAC_IRQ_COMPLETION) == before &&
	       device->ops->idle(device->model);
}

static bool reset_at(struct rig *rig, uint64_t cycles, bool soft)
{
	bool ok = true;

	rig_start_long(rig, cycles);
	if (soft)
		ok = soft_reset(&rig->device);
	else
		rig->device.ops->reset(rig->device.model);
	ok = ok && registers_reset(&rig->device);
	if (!quiet(rig)) {
		tap_note("not quiet after the reset");
		ok = false;
	}
	if (!ok)
		tap_note("reset after %lu cycles", cycles);
	rig_end(rig);
	device_start(&rig->device);
	return rig_well(rig) && ok;
}

void check_reset(const struct device_options *options)
{
	struct rig rig;
	bool ok = true;

	rig_open(&rig, options);
	for (size_t i = 0; i < NUM_MOMENTS; i++)
		ok = reset_at(&rig, moments[i], true) && ok;
	tap_ok(ok, "soft reset in a job at any moment");
	ok = true;
	for (size_t i = 0; i < NUM_MOMENTS; i++)
		ok = reset_at(&rig, moments[i], false) && ok;
	tap_ok(ok, "function reset in a job at any moment");
	rig_close(&rig);
}

/* ---- Sync ---- */

static bool sync_answered(struct rig *rig, uint32_t sequence, uint64_t interrupts)
{
	struct device *device = &rig->device;
	const uint64_t *answer = qmac_pool_at(device->pool, device->sync_page, 16);

	for (unsigned int i = 0; i < 100000; i++) {
		if (qmac_pool_interrupts(device->pool, QMAC_IRQ_SYNC) != interrupts)
			break;
		device->ops->run(device->model, 10);
	}
	if (answer[0] == sequence && answer[1] == UINT64_MAX &&
	    device_read(device, QMAC_REG_SYNC_ACK) == sequence &&
	    !(device_read(device, QMAC_REG_STATUS) & QMAC_STATUS_SYNCING_MASK))
		return true;
	tap_note("sync %u: memory has %#lx %#lx, SYNC_ACK %u", sequence, answer[0], answer[1],
		 device_read(device, QMAC_REG_SYNC_ACK));
	return false;
}

static bool sync(struct rig *rig, uint32_t sequence)
{
	struct device *device = &rig->device;
	uint64_t interrupts = qmac_pool_interrupts(device->pool, QMAC_IRQ_SYNC);

	memset(qmac_pool_at(device->pool, device->sync_page, 16), 0xff, 16);
	device_write(device, QMAC_REG_SYNC_REQ, sequence);
	return sync_answered(rig, sequence, interrupts);
}

/* The newest request counts; an answer for the first may come before. */
static bool sync_twice(struct rig *rig)
{
	struct device *device = &rig->device;
	uint64_t interrupts = qmac_pool_interrupts(device->pool, QMAC_IRQ_SYNC);

	memset(qmac_pool_at(device->pool, device->sync_page, 16), 0xff, 16);
	device_write(device, QMAC_REG_SYNC_REQ, 100);
	device_write(device, QMAC_REG_SYNC_REQ, 101);
	return device_settle(device) && sync_answered(rig, 101, interrupts);
}

/*
 * Move the pages that hold A and B of both commands elsewhere, and spoil the
 * old ones after the answer: whoever still looks there computes nonsense.
 */
static void move_pages(struct rig *rig, uint64_t *old)
{
	for (size_t i = 0; i < rig->space.count; i++) {
		struct space_page *page = &rig->space.pages[i];
		uint64_t pa;

		old[i] = 0;
		if (page->access != QMAC_POOL_READ || page->va >= RIG_C)
			continue;
		pa = qmac_pool_alloc(rig->device.pool, page->size, page->size);
		if (!pa)
			tap_bail("the page pool is exhausted");
		memcpy(qmac_pool_at(rig->device.pool, pa, page->size), page->memory, page->size);
		old[i] = page->pa;
		page->pa = pa;
		page->memory = qmac_pool_at(rig->device.pool, pa, page->size);
		if (qmac_tables_map(&rig->space.tables, page->va, pa, page->size, page->size,
				    QMAC_PTE_R))
			tap_bail("cannot map a page again");
	}
}

static bool moved_at(struct rig *rig, uint64_t cycles)
{
	struct qmac_completion record;
	uint64_t old[256];
	bool ok;

	rig_start_long(rig, cycles);
	if (rig->space.count > 256)
		tap_bail("too many pages");
	move_pages(rig, old);
	ok = sync(rig, (uint32_t)cycles);
	for (size_t i = 0; i < rig->space.count; i++)
		if (old[i])
			qmac_pool_free(rig->device.pool, old[i], QMAC_POOL_PAGE);
	ok = ok && device_wait(&rig->device, &record) &&
	     rig_record_is(&record, QMAC_CAUSE_NONE, rig->count, 0) &&
	     rig_reference(rig, rig->count) && rig_memory(rig);
	if (!ok)
		tap_note("pages moved after %lu cycles", cycles);
	rig_end(rig);
	return ok;
}

/* A reset in the middle of it all: nothing comes afterwards. */
static bool reset_in_sync(struct rig *rig, uint64_t cycles)
{
	bool ok;

	rig_start_long(rig, cycles);
	device_write(&rig->device, QMAC_REG_SYNC_REQ, 1);
	rig->device.ops->run(rig->device.model, cycles % 64);
	ok = soft_reset(&rig->device) && registers_reset(&rig->device) && quiet(rig);
	if (!ok)
		tap_note("reset in a sync after %lu cycles", cycles);
	rig_end(rig);
	device_start(&rig->device);
	return rig_well(rig) && sync(rig, 2) && ok;
}

void check_sync(const struct device_options *options)
{
	struct rig rig;
	bool ok = true;

	rig_open(&rig, options);
	tap_ok(sync(&rig, 7) && sync(&rig, 8) && sync(&rig, UINT32_MAX) && sync(&rig, 0),
	       "sync of an idle device");
	tap_ok(sync_twice(&rig), "the newest of two requests is answered");
	device_write(&rig.device, QMAC_REG_CTRL, 0);
	tap_ok(sync(&rig, 9), "sync of a device that is not enabled");
	device_write(&rig.device, QMAC_REG_CTRL, QMAC_CTRL_ENABLE_MASK);
	for (size_t i = 0; i < NUM_MOMENTS; i++)
		ok = moved_at(&rig, moments[i]) && ok;
	tap_ok(ok, "pages moved under a job with sync at any moment");
	ok = true;
	for (size_t i = 0; i < NUM_MOMENTS; i++)
		ok = reset_in_sync(&rig, moments[i]) && ok;
	tap_ok(ok, "reset in a job with a sync under way at any moment");
	tap_ok(rig_well(&rig), "a good job after it");
	rig_close(&rig);
}

/* ---- Halts ---- */

static bool halted(struct rig *rig, uint32_t cause, uint64_t address, uint64_t interrupts)
{
	struct device *device = &rig->device;
	bool ok = device_settle(device);

	ok = reads_as(device, QMAC_REG_HALT_CAUSE, cause) && ok;
	if (address)
		ok = reads_as(device, QMAC_REG_HALT_ADDR_LO, (uint32_t)address) &&
		     reads_as(device, QMAC_REG_HALT_ADDR_HI, (uint32_t)(address >> 32)) && ok;
	ok = device_read(device, QMAC_REG_STATUS) & QMAC_STATUS_HALTED_MASK && ok;
	if (qmac_pool_interrupts(device->pool, QMAC_IRQ_HALT) != interrupts + 1) {
		tap_note("the halt vector was not raised once");
		ok = false;
	}
	return ok;
}

/* Only reset helps; it does. */
static bool recovers(struct rig *rig)
{
	struct device *device = &rig->device;

	qmac_pool_protect(device->pool, device->job_ring, QMAC_POOL_PAGE, QMAC_POOL_READ);
	qmac_pool_protect(device->pool, device->cpl_ring, QMAC_POOL_PAGE, QMAC_POOL_WRITE);
	qmac_pool_protect(device->pool, device->sync_page, QMAC_POOL_PAGE, QMAC_POOL_WRITE);
	device_write(device, QMAC_REG_DOORBELL, device->submitted + 1);
	device->ops->run(device->model, 5000);
	if (!(device_read(device, QMAC_REG_STATUS) & QMAC_STATUS_HALTED_MASK)) {
		tap_note("the halt went away by itself");
		return false;
	}
	if (!soft_reset(device) || !registers_reset(device))
		return false;
	device_start(device);
	return rig_well(rig);
}

static uint64_t halts(const struct rig *rig)
{
	return qmac_pool_interrupts(rig->device.pool, QMAC_IRQ_HALT);
}

static bool halt_by_job(struct rig *rig, uint64_t ring, uint32_t cause)
{
	struct qmac_job_entry entry;
	uint64_t before = halts(rig), address;
	bool ok;

	/* The second slot, so that the address tells something. */
	if (!rig_well(rig))
		return false;
	rig_begin(rig);
	rig_gemm(rig, 9, 10, 11);
	rig_seal(rig);
	entry = rig_entry(rig);
	qmac_pool_protect(rig->device.pool, ring, QMAC_POOL_PAGE, 0);
	address = ring +
		  (cause == 1 ? sizeof(struct qmac_job_entry) : sizeof(struct qmac_completion));
	device_submit(&rig->device, &entry);
	ok = halted(rig, cause, address, before);
	rig_end(rig);
	return recovers(rig) && ok;
}

static bool halt_by_sync(struct rig *rig)
{
	uint64_t before = halts(rig);
	bool ok;

	qmac_pool_protect(rig->device.pool, rig->device.sync_page, QMAC_POOL_PAGE, 0);
	device_write(&rig->device, QMAC_REG_SYNC_REQ, 5);
	ok = halted(rig, 3, rig->device.sync_page, before);
	return recovers(rig) && ok;
}

/* A job in the pipeline ends with the device: no record. */
static bool halt_in_job(struct rig *rig, uint64_t cycles)
{
	struct device *device = &rig->device;
	uint64_t before = halts(rig);
	struct qmac_completion record;
	bool ok;

	rig_start_long(rig, cycles);
	qmac_pool_protect(device->pool, device->sync_page, QMAC_POOL_PAGE, 0);
	device_write(device, QMAC_REG_SYNC_REQ, 6);
	ok = halted(rig, 3, device->sync_page, before) && !device_completion(device, &record) &&
	     quiet(rig);
	rig_end(rig);
	return recovers(rig) && ok;
}

/* Bus addresses have 56 bits; a ring that lies beyond them cannot be reached. */
static bool halt_by_far_ring(struct rig *rig, uint32_t reg, uint32_t cause)
{
	const uint64_t far = UINT64_C(1) << 56;
	struct device *device = &rig->device;
	struct qmac_job_entry entry;
	uint64_t before = halts(rig);
	bool ok;

	if (!soft_reset(device))
		return false;
	device_start(device);
	rig_begin(rig);
	rig_gemm(rig, 9, 10, 11);
	rig_seal(rig);
	entry = rig_entry(rig);
	device_write_address(device, reg, far);
	device_submit(device, &entry);
	ok = halted(rig, cause, far, before);
	rig_end(rig);
	return recovers(rig) && ok;
}

static bool halt_by_doorbell(struct rig *rig)
{
	uint64_t before = halts(rig);
	bool ok;

	device_write(&rig->device, QMAC_REG_DOORBELL,
		     rig->device.submitted + (1u << rig->device.ring_log2) + 1);
	ok = halted(rig, 4, 0, before);
	return recovers(rig) && ok;
}

void check_halts(const struct device_options *options)
{
	struct rig rig;
	bool ok = true;

	rig_open(&rig, options);
	rig_well(&rig);
	device_start(&rig.device);
	rig.device.ops->reset(rig.device.model);
	device_start(&rig.device);
	tap_ok(halt_by_job(&rig, rig.device.job_ring, 1), "ring entry that cannot be read");
	rig.device.ops->reset(rig.device.model);
	device_start(&rig.device);
	tap_ok(halt_by_job(&rig, rig.device.cpl_ring, 2),
	       "completion record that cannot be written");
	tap_ok(halt_by_sync(&rig), "sync answer that cannot be written");
	tap_ok(halt_by_doorbell(&rig), "doorbell that runs past the ring");
	for (size_t i = 0; i < NUM_MOMENTS; i += 3)
		ok = halt_in_job(&rig, moments[i]) && ok;
	tap_ok(ok, "a halt takes the job in the pipeline along");
	tap_ok(halt_by_far_ring(&rig, QMAC_REG_JOB_RING_LO, 1), "job ring beyond the bus");
	tap_ok(halt_by_far_ring(&rig, QMAC_REG_CPL_RING_LO, 2), "completion ring beyond the bus");
	rig_close(&rig);
}

/* ---- Rings ---- */

/* More jobs than the ring has slots, several at a time, completed in order. */
static bool many_jobs(struct rig *rig, unsigned int at_once)
{
	struct qmac_completion record;
	bool ok = true;

	rig_begin(rig);
	rig_gemm(rig, 3, 4, 5);
	rig_seal(rig);
	ok = rig_reference(rig, 1);
	for (uint64_t round = 0; ok && round < 9; round++) {
		struct qmac_job_entry entry = rig_entry(rig);

		for (unsigned int i = 0; i < at_once; i++) {
			entry.job_id = round << 32 | i;
			entry.cmd_count = i % 2 ? 0 : 1;
			device_queue(&rig->device, &entry);
		}
		device_write(&rig->device, QMAC_REG_DOORBELL, rig->device.submitted);
		for (unsigned int i = 0; ok && i < at_once; i++)
			ok = device_wait(&rig->device, &record) &&
			     record.job_id == (round << 32 | i) && !record.cause;
	}
	ok = ok && reads_as(&rig->device, QMAC_REG_JOB_HEAD, rig->device.submitted) &&
	     reads_as(&rig->device, QMAC_REG_JOB_DONE, rig->device.submitted) && rig_memory(rig);
	rig_end(rig);
	return ok;
}

/* Clearing ENABLE lets the job finish and no other begin. */
static bool disabled(struct rig *rig)
{
	struct device *device = &rig->device;
	struct qmac_completion record;
	struct qmac_job_entry entry;
	bool ok;

	rig_start_long(rig, 700);
	entry = rig_entry(rig);
	device_submit(device, &entry);
	device_write(device, QMAC_REG_CTRL, 0);
	ok = device_wait(device, &record) && record.cause == QMAC_CAUSE_NONE &&
	     device_settle(device) && !device_completion(device, &record) &&
	     reads_as(device, QMAC_REG_STATUS, 0) &&
	     reads_as(device, QMAC_REG_JOB_HEAD, device->submitted - 1);
	device_write(device, QMAC_REG_CTRL, QMAC_CTRL_ENABLE_MASK);
	ok = device_wait(device, &record) && record.cause == QMAC_CAUSE_NONE && ok;
	ok = ok && rig_reference(rig, rig->count) && rig_memory(rig);
	rig_end(rig);
	return ok;
}

void check_rings(const struct device_options *options)
{
	static const unsigned int lots[] = { 1, 2, 7, 8 };
	struct rig rig;

	rig_open(&rig, options);
	for (size_t i = 0; i < 4; i++)
		tap_ok(many_jobs(&rig, lots[i]), "jobs around the rings, %u at a time", lots[i]);
	tap_ok(disabled(&rig), "a disabled device finishes its job and takes no other");
	tap_ok(rig_well(&rig), "a good job after it");
	rig_close(&rig);
}
