// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "tap.h"

#define POOL_BASE (UINT64_C(1) << 32)
#define POOL_SIZE (UINT64_C(1) << 32)
#define RING_LOG2 3u
#define RING_SIZE (1u << RING_LOG2)

/* Bursts between looks at the completion ring, and how long a job may take at most. */
#define BURST	   UINT64_C(1000)
#define MAX_CYCLES (4 * DEVICE_CYCLE_LIMIT)

void device_open(struct device *device, const struct device_options *options)
{
	const struct qmac_model_config config = {
		.mem_latency = options->latency ? options->latency : QMAC_MEM_LATENCY_DEFAULT,
		.stall_seed = options->stall_seed,
		.stall_permille = options->stall_permille,
	};
	char message[512];

	/* Tests run in the top directory; the environment may point elsewhere. */
	setenv("QMAC_MODEL_DIR", "build/lib/qmac", 0);
	*device = (struct device){ 0 };
	if (qmac_model_load(&device->ops, options->model, message, sizeof(message)))
		tap_bail("%s", message);
	if (qmac_pool_create(&device->pool, POOL_BASE, POOL_SIZE))
		tap_bail("no memory for the page pool");
	if (device->ops->create(&device->model, &config, &qmac_pool_ops, device->pool))
		tap_bail("%s: create failed", options->model);
	if (options->trace && device->ops->trace(device->model, options->trace))
		tap_bail("%s: cannot trace to %s", options->model, options->trace);
	if (device_read(device, QMAC_REG_ID) != QMAC_REG_ID_VALUE)
		tap_bail("%s: no qmac behind the registers", options->model);
	device->rtl = !strcmp(device->ops->name, "rtl");
	device->kc = device_read(device, QMAC_REG_ARRAY) & QMAC_ARRAY_KC_MASK;
	device->nc = device_read(device, QMAC_REG_ARRAY) >> QMAC_ARRAY_NC_SHIFT;
	device->ring_log2 = RING_LOG2;
	device->job_ring = qmac_pool_alloc(device->pool, QMAC_POOL_PAGE, QMAC_POOL_PAGE);
	device->cpl_ring = qmac_pool_alloc(device->pool, QMAC_POOL_PAGE, QMAC_POOL_PAGE);
	device->sync_page = qmac_pool_alloc(device->pool, QMAC_POOL_PAGE, QMAC_POOL_PAGE);
	qmac_pool_protect(device->pool, device->job_ring, QMAC_POOL_PAGE, QMAC_POOL_READ);
	qmac_pool_protect(device->pool, device->cpl_ring, QMAC_POOL_PAGE, QMAC_POOL_WRITE);
	qmac_pool_protect(device->pool, device->sync_page, QMAC_POOL_PAGE, QMAC_POOL_WRITE);
	device_start(device);
}

void device_close(struct device *device)
{
	device->ops->destroy(device->model);
	qmac_pool_destroy(device->pool);
}

uint32_t device_read(struct device *device, uint32_t offset)
{
	return device->ops->read_reg(device->model, offset);
}

void device_write(struct device *device, uint32_t offset, uint32_t value)
{
	device->ops->write_reg(device->model, offset, value);
}

void device_write_address(struct device *device, uint32_t offset_lo, uint64_t value)
{
	device_write(device, offset_lo, (uint32_t)value);
	device_write(device, offset_lo + 4, (uint32_t)(value >> 32));
}

void device_start(struct device *device)
{
	/* Phase bits of an earlier life must not look like completions. */
	memset(qmac_pool_at(device->pool, device->cpl_ring, QMAC_POOL_PAGE), 0, QMAC_POOL_PAGE);
	device->submitted = 0;
	device->completed = 0;
	device->interrupts = qmac_pool_interrupts(device->pool, QMAC_IRQ_COMPLETION);
	device_write_address(device, QMAC_REG_JOB_RING_LO, device->job_ring);
	device_write_address(device, QMAC_REG_CPL_RING_LO, device->cpl_ring);
	device_write_address(device, QMAC_REG_SYNC_ADDR_LO, device->sync_page);
	device_write(device, QMAC_REG_RING_SIZE, device->ring_log2);
	device_write(device, QMAC_REG_CTRL, QMAC_CTRL_ENABLE_MASK);
}

struct qmac_job_entry device_entry(uint64_t root_ppn, uint64_t cmd_va, uint32_t count)
{
	return (struct qmac_job_entry){
		.type = 1,
		.job_id = UINT64_C(0xabcd000000000000) + root_ppn,
		.root_ppn = root_ppn,
		.cmd_va = cmd_va,
		.cmd_count = count,
		.cycle_limit = DEVICE_CYCLE_LIMIT,
	};
}

uint32_t device_queue(struct device *device, const struct qmac_job_entry *entry)
{
	uint64_t slot = device->job_ring + device->submitted % RING_SIZE * sizeof(*entry);

	memcpy(qmac_pool_at(device->pool, slot, sizeof(*entry)), entry, sizeof(*entry));
	return device->submitted++;
}

uint32_t device_submit(struct device *device, const struct qmac_job_entry *entry)
{
	uint32_t index = device_queue(device, entry);

	device_write(device, QMAC_REG_DOORBELL, device->submitted);
	return index;
}

bool device_completion(struct device *device, struct qmac_completion *record)
{
	uint64_t slot = device->cpl_ring + device->completed % RING_SIZE * sizeof(*record);
	uint32_t phase = !(device->completed / RING_SIZE % 2);

	memcpy(record, qmac_pool_at(device->pool, slot, sizeof(*record)), sizeof(*record));
	if (record->phase != phase)
		return false;
	device->completed++;
	return true;
}

static bool counters_add_up(const struct device *device, const struct qmac_completion *record)
{
	uint64_t sum = record->busy + record->stall_fetch + record->stall_order +
		       record->stall_param + record->stall_a + record->stall_b + record->stall_mmu +
		       record->stall_weight + record->stall_acc + record->stall_drain;

	if (device->rtl ? sum == record->cycles && record->cycles : !sum && !record->cycles)
		return true;
	tap_note("counters do not add up: %llu classified, %llu cycles", (unsigned long long)sum,
		 (unsigned long long)record->cycles);
	return false;
}

static bool record_tidy(const struct qmac_completion *record)
{
	if (!record->reserved0 && !record->reserved1)
		return true;
	tap_note("reserved words of the completion record are not zero");
	return false;
}

static void note_state(struct device *device)
{
	tap_note("status %#x, head %u, done %u, doorbell %u, halt cause %u, halt address %#x%08x",
		 device_read(device, QMAC_REG_STATUS), device_read(device, QMAC_REG_JOB_HEAD),
		 device_read(device, QMAC_REG_JOB_DONE), device_read(device, QMAC_REG_DOORBELL),
		 device_read(device, QMAC_REG_HALT_CAUSE),
		 device_read(device, QMAC_REG_HALT_ADDR_HI),
		 device_read(device, QMAC_REG_HALT_ADDR_LO));
}

static uint64_t interrupts_since_start(const struct device *device)
{
	return qmac_pool_interrupts(device->pool, QMAC_IRQ_COMPLETION) - device->interrupts;
}

bool device_wait(struct device *device, struct qmac_completion *record)
{
	uint64_t cycles = 0;

	while (!device_completion(device, record)) {
		if (cycles > MAX_CYCLES || device->ops->idle(device->model)) {
			tap_note("no completion after %llu cycles%s", (unsigned long long)cycles,
				 cycles > MAX_CYCLES ? "" : ": the device is idle");
			note_state(device);
			return false;
		}
		cycles += device->ops->run(device->model, BURST);
	}
	/* The pulse follows the record's write response. */
	for (unsigned int i = 0; i < 100; i++) {
		if (interrupts_since_start(device) >= device->completed)
			return record_tidy(record) && counters_add_up(device, record);
		device->ops->run(device->model, BURST);
	}
	tap_note("a completion record came without its interrupt");
	return false;
}

bool device_job(struct device *device, const struct qmac_job_entry *entry,
		struct qmac_completion *record)
{
	device_submit(device, entry);
	if (!device_wait(device, record))
		return false;
	if (record->job_id == entry->job_id)
		return true;
	tap_note("the record has job id %#llx", (unsigned long long)record->job_id);
	return false;
}

bool device_settle(struct device *device)
{
	uint64_t cycles = 0;

	while (!device->ops->idle(device->model)) {
		cycles += device->ops->run(device->model, BURST);
		if (cycles > MAX_CYCLES) {
			tap_note("the device does not become idle");
			note_state(device);
			return false;
		}
	}
	return true;
}
