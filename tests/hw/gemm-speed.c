// SPDX-License-Identifier: MIT
/*
 * One GEMM in all layouts of its operands: cycles by class, MAC utilization and
 * simulated cycles per second, under the memory model of the published figures.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "rig.h"
#include "tap.h"

#define MAX_STRIDES 16u

struct speed {
	struct device_options options;
	uint32_t m, n, k;
	unsigned int repeat;
	uint32_t strides[MAX_STRIDES]; /* leading dimensions of everything, 0: dense */
	unsigned int stride_count;
	double least_utilization, least_rate;
};

static const struct layout {
	const char *name;
	uint32_t flags;
} layouts[] = {
	{ "A [M,K], B [K,N]", 0 },
	{ "A [M,K], B [N,K]", QMAC_FLAG_B_TRANSPOSED },
	{ "A [K,M], B [K,N]", QMAC_FLAG_A_TRANSPOSED },
	{ "A [K,M], B [N,K]", QMAC_FLAG_A_TRANSPOSED | QMAC_FLAG_B_TRANSPOSED },
};

static double seconds(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return time.tv_sec + time.tv_nsec * 1e-9;
}

static void print_classes(const struct qmac_completion *record)
{
	const struct {
		const char *name;
		uint64_t cycles;
	} classes[] = {
		{ "busy", record->busy },	  { "fetch", record->stall_fetch },
		{ "order", record->stall_order }, { "param", record->stall_param },
		{ "a", record->stall_a },	  { "b", record->stall_b },
		{ "mmu", record->stall_mmu },	  { "weight", record->stall_weight },
		{ "acc", record->stall_acc },	  { "drain", record->stall_drain },
	};

	printf("#  ");
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		printf(" %s %lu", classes[i].name, classes[i].cycles);
	putchar('\n');
}

static void make_job(struct rig *rig, const struct speed *speed, const struct layout *layout,
		     uint32_t stride)
{
	struct qmac_cmd *cmd;

	rig_begin(rig);
	cmd = rig_gemm_channels(rig, QMAC_PATH_F32, speed->m, speed->n, speed->k);
	cmd->flags |= layout->flags;
	if (layout->flags & QMAC_FLAG_A_TRANSPOSED)
		cmd->a_stride = speed->m;
	if (layout->flags & QMAC_FLAG_B_TRANSPOSED)
		cmd->b_stride = speed->k;
	if (stride)
		cmd->a_stride = cmd->b_stride = cmd->c_stride = stride;
	rig_seal(rig);
}

static void judge(const struct speed *speed, const struct device *device, const char *what,
		  const struct qmac_completion *record, double rate)
{
	double macs = (double)speed->m * speed->n * speed->k;
	double utilization = 100 * macs / ((double)device->kc * device->nc * record->cycles);

	print_classes(record);
	tap_note("utilization %.2f %%, %.0f cycles per second of one processor", utilization, rate);
	tap_ok(utilization >= speed->least_utilization,
	       "MAC utilization with %s is at least %.1f %%", what, speed->least_utilization);
	if (speed->least_rate)
		tap_ok(rate >= speed->least_rate, "at least %.0f cycles/s with %s",
		       speed->least_rate, what);
}

static void measure(const struct speed *speed, const struct layout *layout, uint32_t stride)
{
	struct qmac_completion record = { 0 };
	struct qmac_job_entry entry;
	struct rig rig;
	char what[64];
	double best = 0;
	bool ok = true;

	snprintf(what, sizeof(what), stride ? "%s, rows %u bytes apart" : "%s, dense", layout->name,
		 stride);
	rig_open(&rig, &speed->options);
	make_job(&rig, speed, layout, stride);
	entry = rig_entry(&rig);
	for (unsigned int i = 0; ok && i < speed->repeat; i++) {
		double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);

		ok = device_job(&rig.device, &entry, &record) && !record.cause;
		wall = seconds(CLOCK_MONOTONIC) - wall;
		cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
		/* One thread does it all; other programs on the machine are not its fault. */
		if (record.cycles / cpu > best)
			best = record.cycles / cpu;
		tap_note("%s %ux%ux%u, %s: %llu cycles, %.3f s (%.3f s of one processor)",
			 speed->options.model, speed->m, speed->n, speed->k, what,
			 (unsigned long long)record.cycles, wall, cpu);
	}
	ok = ok && rig_reference(&rig, rig.count) && rig_memory(&rig);
	tap_ok(ok, "%ux%ux%u with %s gives the reference's result", speed->m, speed->n, speed->k,
	       what);
	if (ok && rig.device.rtl)
		judge(speed, &rig.device, what, &record, best);
	rig_end(&rig);
	rig_close(&rig);
}

static void usage(void)
{
	fputs("usage: gemm-speed [--model NAME] [-m M] [-n N] [-k K] [--stride BYTES]...\n"
	      "                  [--repeat N] [--latency CYCLES] [--utilization PERCENT]\n"
	      "                  [--rate CYCLES/S]\n"
	      "--stride may be given several times; 0 is dense.\n",
	      stderr);
	exit(2);
}

static void parse(struct speed *speed, int argc, char **argv)
{
	static const struct option options[] = {
		{ "model", required_argument, NULL, 'M' },
		{ "stride", required_argument, NULL, 's' },
		{ "repeat", required_argument, NULL, 'r' },
		{ "latency", required_argument, NULL, 'l' },
		{ "utilization", required_argument, NULL, 'u' },
		{ "rate", required_argument, NULL, 'R' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "m:n:k:", options, NULL)) >= 0) {
		switch (option) {
		case 'M':
			speed->options.model = optarg;
			break;
		case 'm':
			speed->m = strtoul(optarg, NULL, 0);
			break;
		case 'n':
			speed->n = strtoul(optarg, NULL, 0);
			break;
		case 'k':
			speed->k = strtoul(optarg, NULL, 0);
			break;
		case 's':
			if (speed->stride_count == MAX_STRIDES)
				usage();
			speed->strides[speed->stride_count++] = strtoul(optarg, NULL, 0);
			break;
		case 'r':
			speed->repeat = strtoul(optarg, NULL, 0);
			break;
		case 'l':
			speed->options.latency = strtoul(optarg, NULL, 0);
			break;
		case 'u':
			speed->least_utilization = strtod(optarg, NULL);
			break;
		case 'R':
			speed->least_rate = strtod(optarg, NULL);
			break;
		default:
			usage();
		}
	}
	if (!speed->stride_count)
		speed->stride_count = 1;
	if (optind != argc || !speed->m || !speed->n || !speed->k || !speed->repeat)
		usage();
}

int main(int argc, char **argv)
{
	struct speed speed = {
		.options = { .model = "rtl" },
		.m = 512,
		.n = 512,
		.k = 512,
		.repeat = 1,
	};

	parse(&speed, argc, argv);
	for (unsigned int s = 0; s < speed.stride_count; s++)
		for (unsigned int l = 0; l < sizeof(layouts) / sizeof(layouts[0]); l++)
			measure(&speed, &layouts[l], speed.strides[s]);
	return tap_done();
}
