// SPDX-License-Identifier: MIT
/*
 * The same job takes the same cycles whatever went before and whatever the host
 * does meanwhile, and no job sees what another left behind.
 */
#include <string.h>

#include "directed.h"
#include "tap.h"

/* The job to repeat: two commands, records, several tiles. */
static void make_job(struct rig *rig)
{
	struct qmac_cmd *cmd;

	rig_begin(rig);
	rig_gemm(rig, 150, 70, 90);
	cmd = rig_gemm_channels(rig, QMAC_PATH_Q31, 40, 130, 70);
	/* Rows of the first result, at their own stride. */
	cmd->a_addr = RIG_C;
	rig_seal(rig);
}

/* Run @rig's job, looking at and writing registers every @period cycles if not 0. */
static bool run_once(struct rig *rig, unsigned int period, struct qmac_completion *record)
{
	struct device *device = &rig->device;
	struct qmac_job_entry entry = rig_entry(rig);

	if (!period)
		return device_job(device, &entry, record);
	device_submit(device, &entry);
	for (;;) {
		if (device_completion(device, record))
			return true;
		if (device->ops->idle(device->model)) {
			tap_note("idle without a completion");
			return false;
		}
		device->ops->run(device->model, rng_below(&rig->rng, period) + 1);
		device_read(device, QMAC_REG_PROGRESS);
		device_write(device, QMAC_REG_SYNC_ADDR_HI, (uint32_t)(device->sync_page >> 32));
		device_read(device, QMAC_REG_CYCLES_LO);
		device_write(device, QMAC_REG_DOORBELL, device->submitted);
		device_write(device, QMAC_REG_ABORT, device->submitted);
	}
}

static bool same(const struct qmac_completion *a, const struct qmac_completion *b)
{
	const size_t from = offsetof(struct qmac_completion, cycles);
	const size_t to = offsetof(struct qmac_completion, reserved0);

	if (!memcmp((const uint8_t *)a + from, (const uint8_t *)b + from, to - from))
		return true;
	tap_note("%llu cycles (%llu busy) here, %llu (%llu) there", (unsigned long long)a->cycles,
		 (unsigned long long)a->busy, (unsigned long long)b->cycles,
		 (unsigned long long)b->busy);
	return false;
}

static bool another_job(struct rig *rig)
{
	struct rig other = { .device = rig->device, .rng = rig->rng };
	bool ok;

	rig_begin(&other);
	rig_gemm(&other, 1 + rng_below(&rig->rng, 130), 1 + rng_below(&rig->rng, 130),
		 1 + rng_below(&rig->rng, 200));
	rig_seal(&other);
	ok = rig_good(&other);
	rig_end(&other);
	rig->device = other.device;
	rig->rng = other.rng;
	return ok;
}

void check_repeat(const struct device_options *options)
{
	static const unsigned int periods[] = { 1, 3, 10, 100, 1000 };
	struct qmac_completion first, record;
	bool ok = true;
	struct rig rig;

	rig_open(&rig, options);
	make_job(&rig);
	tap_ok(rig_reference(&rig, rig.count) && run_once(&rig, 0, &first) && !first.cause &&
		       rig_memory(&rig),
	       "a job on a fresh device");
	if (options->stall_permille) {
		tap_skip("stalls are random", "the same job takes the same cycles");
		goto out;
	}
	for (unsigned int i = 0; i < 5; i++)
		ok = another_job(&rig) && run_once(&rig, 0, &record) && same(&first, &record) && ok;
	tap_ok(ok && rig_memory(&rig), "the same cycles after other jobs");
	ok = true;
	for (size_t i = 0; i < sizeof(periods) / sizeof(periods[0]); i++)
		ok = run_once(&rig, periods[i], &record) && same(&first, &record) && ok;
	tap_ok(ok && rig_memory(&rig), "the same cycles under register traffic");
	rig.device.ops->reset(rig.device.model);
	device_start(&rig.device);
	tap_ok(run_once(&rig, 0, &record) && same(&first, &record) && rig_memory(&rig),
	       "the same cycles after a reset");
out:
	rig_end(&rig);
	rig_close(&rig);
}

/* ---- Leaks ---- */

/* Fill everything a device can remember with the odd results of odd operands. */
static bool pollute(struct rig *rig, uint8_t byte)
{
	struct qmac_cmd *cmd;
	bool ok;

	rig_begin(rig);
	rig_gemm_channels(rig, QMAC_PATH_F32, 140, 150, 530);
	cmd = rig_gemm_channels(rig, QMAC_PATH_NONE, 140, 150, 100);
	cmd->flags |= QMAC_FLAG_A_TRANSPOSED;
	cmd->a_stride = 140;
	rig_seal(rig);
	for (size_t i = 0; i < rig->space.count; i++) {
		struct space_page *page = &rig->space.pages[i];

		if (page->va < RIG_C) {
			memset(page->memory, byte, page->size);
			memset(page->shadow, byte, page->size);
		}
	}
	ok = rig_good(rig);
	rig_end(rig);
	return ok;
}

/* Shapes that leave lanes, rows and depth of the array unused. */
static bool narrow_jobs(struct rig *rig)
{
	static const uint32_t dims[] = { 1, 2, 7, 9, 15, 17, 31, 33 };
	bool ok = true;

	for (unsigned int i = 0; ok && i < 20; i++) {
		uint32_t m = dims[rng_below(&rig->rng, 8)], n = dims[rng_below(&rig->rng, 8)];
		uint32_t k = dims[rng_below(&rig->rng, 8)];

		rig_begin(rig);
		if (i % 2)
			rig_gemm(rig, m, n, k);
		else
			rig_gemm_channels(rig, i % 4 ? QMAC_PATH_NONE : QMAC_PATH_Q31, m, n, k);
		rig_seal(rig);
		ok = rig_good(rig);
		rig_end(rig);
		if (!ok)
			tap_note("%u x %u x %u", m, n, k);
	}
	return ok;
}

void check_leaks(const struct device_options *options)
{
	static const uint8_t bytes[] = { 0x55, 0xaa, 0x7f, 0x80, 0xff };
	struct rig rig;
	bool ok = true;

	rig_open(&rig, options);
	for (size_t i = 0; ok && i < sizeof(bytes); i++)
		ok = pollute(&rig, bytes[i]) && narrow_jobs(&rig);
	tap_ok(ok, "nothing of a job shows in a narrower one");
	rig_close(&rig);
}
