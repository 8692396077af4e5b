// SPDX-License-Identifier: MIT
/*
 * Random GEMM jobs on a device model, compared with the reference to the last
 * byte of memory. Every case can be repeated by its seed and number.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "device.h"
#include "generate.h"
#include "reference.h"
#include "tap.h"

/* Cases that share a device; what one leaves behind must not show in the next. */
#define CASES_PER_DEVICE 25u
#define MAX_FAILURES	 5u
#define LEAST_BUDGET	 5000u
/* Far more than any job takes, even stalled, but a hang is noticed soon. */
#define CYCLE_LIMIT 3000000u
#define MOST_BUDGET 60000u

struct fuzz {
	struct device_options options;
	uint64_t seed;
	unsigned long first, count;
	long only;
	bool verbose;
	unsigned long run, failed;
	uint64_t commands, cycles;
};

static void print_case(const struct fuzz *fuzz, unsigned long index, const struct generated *job,
		       const struct device *device)
{
	tap_note("case %lu of seed %" PRIu64 " on %s (%ux%u), latency %u, stalls %u permille",
		 index, fuzz->seed, fuzz->options.model, device->kc, device->nc,
		 fuzz->options.latency, fuzz->options.stall_permille);
	tap_note("repeat with: --model %s --seed %" PRIu64 " --case %lu", fuzz->options.model,
		 fuzz->seed, index);
	for (unsigned int i = 0; i < job->count; i++) {
		tap_note("command %u at %#" PRIx64 ":", i, job->cmd_va + i * sizeof(job->cmds[0]));
		reference_print(&job->cmds[i]);
	}
}

/* Which command's result lies at @va, for the reader. */
static void note_place(const struct generated *job, uint64_t va)
{
	for (unsigned int i = job->count; i-- > 0;) {
		const struct qmac_cmd *cmd = &job->cmds[i];
		uint64_t at = va - cmd->c_addr;
		uint64_t batch = cmd->c_batch_stride ? at / cmd->c_batch_stride : 0;
		uint64_t row, column, width = cmd->c_type == QMAC_TYPE_S32 ? 4 : 1;

		at -= batch * cmd->c_batch_stride;
		row = cmd->c_stride ? at / cmd->c_stride : 0;
		column = (at - row * cmd->c_stride) / width;
		if (va >= cmd->c_addr && batch < cmd->batch && row < cmd->m && column < cmd->n) {
			tap_note("which is C[%" PRIu64 ", %" PRIu64 ", %" PRIu64 "] of command %u",
				 batch, row, column, i);
			return;
		}
	}
	tap_note("which no command of the job should write");
}

static bool memory_right(struct generated *job)
{
	uint64_t va;
	uint8_t got, expected;

	if (space_equal(&job->space, &va))
		return true;
	space_read(&job->space, va, &got, 1);
	space_shadow_read(&job->space, va, &expected, 1);
	tap_note("memory at %#" PRIx64 " is %#04x, expected %#04x", va, got, expected);
	note_place(job, va);
	return false;
}

static bool run_job(struct fuzz *fuzz, struct device *device, struct generated *job)
{
	struct qmac_job_entry entry =
		device_entry(qmac_tables_root_ppn(&job->space.tables), job->cmd_va, job->count);
	struct qmac_completion record;

	entry.cycle_limit = CYCLE_LIMIT;
	for (unsigned int i = 0; i < job->count; i++)
		if (!reference_run(&job->space, &job->cmds[i]))
			return false;
	if (!device_job(device, &entry, &record))
		return false;
	fuzz->cycles += record.cycles;
	if (record.cause || record.cmd_index != job->count || record.fault_addr) {
		tap_note("the job ended with cause %u at command %u, address %#llx", record.cause,
			 record.cmd_index, (unsigned long long)record.fault_addr);
		return false;
	}
	return memory_right(job);
}

static void run_case(struct fuzz *fuzz, struct device *device, unsigned long index)
{
	struct rng rng = rng_seed(fuzz->seed, index);
	uint64_t budget = rng_in(&rng, LEAST_BUDGET, MOST_BUDGET);
	struct generated job;
	bool ok;

	generate_job(&job, &rng, device->pool, device->kc, device->nc, budget);
	if (fuzz->verbose)
		print_case(fuzz, index, &job, device);
	ok = run_job(fuzz, device, &job);
	fuzz->run++;
	fuzz->commands += job.count;
	if (!ok) {
		fuzz->failed++;
		print_case(fuzz, index, &job, device);
	}
	generate_free(&job);
}

/* Memory as published, or slow, fast, and with stalls on every channel. */
static void pick_memory(struct fuzz *fuzz, unsigned long block)
{
	static const uint32_t latencies[] = { 1, 2, 20, 100, 100, 250 };
	struct rng rng = rng_seed(fuzz->seed ^ UINT64_C(0x5eed), block);

	fuzz->options.stall_seed = rng_next(&rng);
	fuzz->options.latency = latencies[rng_below(&rng, 6)];
	fuzz->options.stall_permille = block % 4 ? rng_in(&rng, 1, 600) : 0;
}

/* A case follows those before it in its block, also when it is repeated alone. */
static void run_block(struct fuzz *fuzz, unsigned long block, unsigned long end)
{
	struct device device;

	pick_memory(fuzz, block);
	device_open(&device, &fuzz->options);
	for (unsigned long i = block * CASES_PER_DEVICE; i < end && fuzz->failed < MAX_FAILURES;
	     i++)
		run_case(fuzz, &device, i);
	device_close(&device);
}

static void run_all(struct fuzz *fuzz)
{
	unsigned long end = fuzz->only >= 0 ? (unsigned long)fuzz->only + 1 : fuzz->count;
	unsigned long block = fuzz->only >= 0 ? (unsigned long)fuzz->only / CASES_PER_DEVICE : 0;

	for (; block * CASES_PER_DEVICE < end && fuzz->failed < MAX_FAILURES; block++) {
		unsigned long last = (block + 1) * CASES_PER_DEVICE;

		run_block(fuzz, block, last < end ? last : end);
	}
}

static void usage(void)
{
	fputs("usage: gemm-fuzz [--model NAME] [--count N] [--seed N] [--case N] [--trace FILE] "
	      "[--verbose]\n",
	      stderr);
	exit(2);
}

static void parse(struct fuzz *fuzz, int argc, char **argv)
{
	static const struct option options[] = {
		{ "model", required_argument, NULL, 'm' },
		{ "count", required_argument, NULL, 'n' },
		{ "seed", required_argument, NULL, 's' },
		{ "case", required_argument, NULL, 'c' },
		{ "trace", required_argument, NULL, 't' },
		{ "verbose", no_argument, NULL, 'v' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		switch (option) {
		case 'm':
			fuzz->options.model = optarg;
			break;
		case 'n':
			fuzz->count = strtoul(optarg, NULL, 0);
			break;
		case 's':
			fuzz->seed = strtoull(optarg, NULL, 0);
			break;
		case 'c':
			fuzz->only = strtol(optarg, NULL, 0);
			break;
		case 't':
			fuzz->options.trace = optarg;
			break;
		case 'v':
			fuzz->verbose = true;
			break;
		default:
			usage();
		}
	}
	if (optind != argc)
		usage();
}

int main(int argc, char **argv)
{
	struct fuzz fuzz = {
		.options = { .model = "functional" },
		.seed = 1,
		.count = 200,
		.only = -1,
	};

	parse(&fuzz, argc, argv);
	tap_note("seed %" PRIu64, fuzz.seed);
	run_all(&fuzz);
	tap_note("%lu jobs, %" PRIu64 " commands, %" PRIu64 " cycles", fuzz.run, fuzz.commands,
		 fuzz.cycles);
	tap_ok(!fuzz.failed, "%s: %lu random jobs match the reference", fuzz.options.model,
	       fuzz.run);
	return tap_done();
}
