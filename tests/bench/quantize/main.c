// SPDX-License-Identifier: MIT
/*
 * Speed of quantization beside oneDNN and memcpy, one thread each.
 *
 *   bench-quantize [--json] [--repeat N] [--most MIB] [--only TEXT]
 *
 * Every figure is the median of N runs, in which the three take turns; the
 * spread is from the slowest to the fastest. GB/s count the bytes that an
 * operation must read and write: 5 per element to quantize and dequantize (6 for 16
 * bits), 4 to look for the range or count a histogram. memcpy counts what it reads and
 * writes; beside operations that write nothing stands what it reads.
 */
#include <errno.h>
#include <getopt.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <json-c/json.h>
#include <qmac/qmac.h>

#include "rows.h"

#define MOST_REPEATS 101
#define LEAST_NS     2000000 /* a measurement is not shorter */

static const char *const names[OPERATIONS] = {
	[QUANTIZE_TENSOR] = "f32 to s8, per tensor",
	[QUANTIZE_FIRST_AXIS] = "f32 to s8, axis 0 of [64, N]",
	[QUANTIZE_LAST_AXIS] = "f32 to s8, axis 1 of [N, 256]",
	[QUANTIZE_BLOCKS] = "f32 to s8, blocks of 32",
	[QUANTIZE_16_BIT] = "f32 to s16, per tensor",
	[DEQUANTIZE] = "s8 to f32, per tensor",
	[MINMAX] = "least and greatest",
	[MINMAX_BLOCKS] = "least and greatest, blocks of 32",
	[HISTOGRAM] = "histogram, with range",
};

/* Bytes per element. */
static const unsigned int bytes[OPERATIONS] = { 5, 5, 5, 5, 6, 5, 4, 4, 4 };

static const size_t sizes[] = { 16 << 10, 256 << 10, 4 << 20, 64 << 20, 256 << 20 };

#define SIZES (sizeof(sizes) / sizeof(sizes[0]))

struct figures {
	double median, least, most; /* GB/s */
};

/* One line of the table. The others' median is 0 where they cannot. */
struct row {
	enum operation operation;
	size_t size;
	struct figures qmac, onednn, memcpy;
	size_t different; /* integers of oneDNN that are not ours */
	char implementation[64];
};

struct buffers {
	float *x, *copy;
	int8_t *q, *other;
	float *scales;
};

/* Of this thread alone: other work on the machine counts only in as far as it slows it. */
static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* A bell from 12 uniform numbers each, sigma 1. */
static void fill(float *x, size_t count)
{
	uint64_t state = 1;
	size_t i, k;

	for (i = 0; i < count; i++) {
		float sum = -6;

		for (k = 0; k < 6; k++) {
			state = state * 6364136223846793005u + 1442695040888963407u;
			sum += (float)(state >> 48) / 65536 + (float)(state >> 32 & 0xffff) / 65536;
		}
		x[i] = sum;
	}
}

static int ascending(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static struct figures figures_of(double *speed, unsigned int count)
{
	qsort(speed, count, sizeof(*speed), ascending);
	return (struct figures){ speed[count / 2], speed[0], speed[count - 1] };
}

struct copy {
	void *to;
	const void *from;
	size_t size;
};

static bool copy(void *state)
{
	const struct copy *c = state;

	memcpy(c->to, c->from, c->size);
	__asm__ volatile("" ::: "memory"); /* it is not a dead store */
	return true;
}

/* Nanoseconds of one run. The clock is a system call: it is read more and more rarely. */
static double time_of(bool (*run)(void *), void *state)
{
	unsigned int runs = 0, next = 1;
	int64_t start = now(), ns = 0;

	while (ns < LEAST_NS) {
		for (; runs < next; runs++) {
			if (run(state))
				continue;
			fprintf(stderr, "bench-quantize: a run failed\n");
			exit(1);
		}
		ns = now() - start;
		next *= 2;
	}
	return (double)ns / runs;
}

static size_t differences(const struct work *work, void *qmac, void *onednn, int8_t *other)
{
	size_t i, count = 0;

	if (work->operation > QUANTIZE_LAST_AXIS || !onednn || !runner_onednn.run(onednn))
		return 0;
	memcpy(other, work->q, work->count);
	runner_qmac.run(qmac);
	for (i = 0; i < work->count; i++)
		count += other[i] != work->q[i];
	return count;
}

static void measure(const struct work *work, struct buffers *buffers, unsigned int repeats,
		    struct row *row)
{
	const double traffic = (double)bytes[work->operation] * (double)work->count;
	const double copied = (work->operation < MINMAX ? 2.0 : 1.0) * (double)row->size;
	struct copy copying = { buffers->copy, work->x, row->size };
	double speed[3][MOST_REPEATS];
	void *qmac = runner_qmac.prepare(work), *onednn = runner_onednn.prepare(work);
	unsigned int i;

	if (!qmac) {
		fprintf(stderr, "bench-quantize: %s cannot be prepared\n", names[work->operation]);
		exit(1);
	}
	row->different = differences(work, qmac, onednn, buffers->other);
	runner_qmac.run(qmac);
	for (i = 0; i < repeats; i++) {
		speed[0][i] = traffic / time_of(runner_qmac.run, qmac);
		speed[1][i] = onednn ? traffic / time_of(runner_onednn.run, onednn) : 0;
		speed[2][i] = copied / time_of(copy, &copying);
	}
	row->qmac = figures_of(speed[0], repeats);
	row->onednn = figures_of(speed[1], repeats);
	row->memcpy = figures_of(speed[2], repeats);
	if (onednn) {
		snprintf(row->implementation, sizeof(row->implementation), "%s",
			 onednn_implementation(onednn));
		runner_onednn.release(onednn);
	}
	runner_qmac.release(qmac);
}

static void print_figures(const struct figures *f)
{
	if (f->median > 0)
		printf(" %6.1f (%5.1f..%5.1f)", f->median, f->least, f->most);
	else
		printf(" %22s", "-");
}

static void print_row(const struct row *row)
{
	if (row->size == sizes[0])
		printf("%s\n", names[row->operation]);
	if (row->size < 1 << 20)
		printf("  %4zu KiB", row->size >> 10);
	else
		printf("  %4zu MiB", row->size >> 20);
	print_figures(&row->qmac);
	print_figures(&row->onednn);
	print_figures(&row->memcpy);
	if (row->onednn.median > 0)
		printf(" %7.2f", row->qmac.median / row->onednn.median);
	else
		printf(" %7s", "-");
	printf(" %7.2f", row->qmac.median / row->memcpy.median);
	if (row->onednn.median > 0 && row->operation <= QUANTIZE_LAST_AXIS)
		printf(" %9zu", row->different);
	printf("\n");
	fflush(stdout);
}

static struct json_object *json_figures(const struct figures *f)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "median", json_object_new_double(f->median));
	json_object_object_add(object, "min", json_object_new_double(f->least));
	json_object_object_add(object, "max", json_object_new_double(f->most));
	return object;
}

static struct json_object *json_row(const struct row *row)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "operation", json_object_new_string(names[row->operation]));
	json_object_object_add(object, "bytes", json_object_new_uint64(row->size));
	json_object_object_add(object, "libqmac_gb_s", json_figures(&row->qmac));
	json_object_object_add(object, "memcpy_gb_s", json_figures(&row->memcpy));
	if (!(row->onednn.median > 0))
		return object;
	json_object_object_add(object, "onednn_gb_s", json_figures(&row->onednn));
	json_object_object_add(object, "onednn_implementation",
			       json_object_new_string(row->implementation));
	if (row->operation <= QUANTIZE_LAST_AXIS)
		json_object_object_add(object, "onednn_different_integers",
				       json_object_new_uint64(row->different));
	return object;
}

static void processor(char *name, size_t size)
{
	FILE *file = fopen("/proc/cpuinfo", "r");
	char line[256];

	snprintf(name, size, "unknown processor");
	while (file && fgets(line, sizeof(line), file)) {
		if (strncmp(line, "model name", 10) || !strstr(line, ": "))
			continue;
		line[strcspn(line, "\n")] = '\0';
		snprintf(name, size, "%s", strstr(line, ": ") + 2);
		break;
	}
	if (file)
		fclose(file);
}

static bool allocate(struct buffers *buffers, size_t size)
{
	buffers->x = malloc(size);
	buffers->copy = malloc(size);
	buffers->q = malloc(size / sizeof(float) * sizeof(int16_t));
	buffers->other = malloc(size / sizeof(float));
	buffers->scales = malloc(size / BLOCK);
	return buffers->x && buffers->copy && buffers->q && buffers->other && buffers->scales;
}

static size_t channels_of(enum operation operation, size_t count)
{
	switch (operation) {
	case QUANTIZE_FIRST_AXIS:
		return FIRST_AXIS_CHANNELS;
	case QUANTIZE_LAST_AXIS:
		return LAST_AXIS_CHANNELS;
	case QUANTIZE_BLOCKS:
	case MINMAX_BLOCKS:
		return count / BLOCK;
	default:
		return 1;
	}
}

/* What is asked for. */
struct request {
	bool json;
	unsigned int repeats;
	size_t most;
	const char *only; /* rows whose names contain it */
};

static void run_all(struct buffers *buffers, const struct request *request,
		    struct json_object *rows)
{
	const size_t most = request->most;
	enum operation operation;
	size_t i;

	for (i = 0; i < most / sizeof(float) / BLOCK; i++)
		buffers->scales[i] = (4 + (float)(i % LAST_AXIS_CHANNELS) / 100) / 127;
	for (operation = 0; operation < OPERATIONS; operation++) {
		if (!strstr(names[operation], request->only))
			continue;
		fill(buffers->x, most / sizeof(float)); /* dequantization wrote into it */
		for (i = 0; i < SIZES && sizes[i] <= most; i++) {
			const size_t count = sizes[i] / sizeof(float);
			const struct work work = {
				.operation = operation,
				.count = count,
				.x = buffers->x,
				.q = buffers->q,
				.scales = buffers->scales,
				.channels = channels_of(operation, count),
			};
			struct row row = { .operation = operation, .size = sizes[i] };

			measure(&work, buffers, request->repeats, &row);
			if (rows)
				json_object_array_add(rows, json_row(&row));
			else
				print_row(&row);
		}
	}
}

static int usage(FILE *out)
{
	fprintf(out, "usage: bench-quantize [--json] [--repeat N] [--most MIB] [--only TEXT]\n\n"
		     "  --json      print a JSON object\n"
		     "  --repeat N  runs of each, 1 to 101 (default 11)\n"
		     "  --most MIB  largest tensor, 1 to 256 (default)\n"
		     "  --only TEXT operations whose names contain TEXT\n\n"
		     "QMAC_ISA=scalar|avx2|avx512 chooses libqmac's instructions; with avx2\n"
		     "oneDNN is held to AVX2 as well.\n");
	return out == stdout ? 0 : 2;
}

static int bench(struct qmac_context *context, const struct request *request)
{
	struct json_object *object = json_object_new_object(), *rows = json_object_new_array();
	const char *isa = qmac_isa_name(qmac_context_isa(context));
	struct buffers buffers;
	char name[128];

	processor(name, sizeof(name));
	if (!allocate(&buffers, request->most)) {
		fprintf(stderr, "bench-quantize: no memory for tensors of %zu bytes\n",
			request->most);
		return 1;
	}
	json_object_object_add(object, "processor", json_object_new_string(name));
	json_object_object_add(object, "isa", json_object_new_string(isa));
	json_object_object_add(object, "repeats", json_object_new_int((int)request->repeats));
	json_object_object_add(object, "rows", rows);
	if (!request->json)
		printf("%s, one thread, %s, median (least..greatest) of %u, GB/s\n\n"
		       "%-10s %-22s %-22s %-22s %7s %7s %9s\n",
		       name, isa, request->repeats, "floats", "libqmac", "oneDNN", "memcpy",
		       "/oneDNN", "/memcpy", "differ");
	run_all(&buffers, request, request->json ? rows : NULL);
	if (request->json)
		puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY));
	json_object_put(object);
	free(buffers.x);
	free(buffers.copy);
	free(buffers.q);
	free(buffers.other);
	free(buffers.scales);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "repeat", required_argument, NULL, 'r' },
		{ "most", required_argument, NULL, 'm' },
		{ "only", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	unsigned long repeats = 11, most = 256;
	struct request request = { .only = "" };
	struct qmac_context *context;
	int c, status;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == 'j')
			request.json = true;
		else if (c == 'r')
			repeats = strtoul(optarg, NULL, 10);
		else if (c == 'm')
			most = strtoul(optarg, NULL, 10);
		else if (c == 'o')
			request.only = optarg;
		else
			return usage(c == 'h' ? stdout : stderr);
	}
	if (optind != argc || !repeats || repeats > MOST_REPEATS || !most || most > 256)
		return usage(stderr);
	omp_set_num_threads(1); /* oneDNN's */
	if (qmac_context_create(&context)) {
		fprintf(stderr, "bench-quantize: no context: no memory, or QMAC_ISA is not one of "
				"scalar, avx2, avx512 that this processor has\n");
		return 1;
	}
	runner_qmac_use(context);
	if (qmac_context_isa(context) == QMAC_ISA_AVX2 && !onednn_use_avx2()) {
		fprintf(stderr, "bench-quantize: oneDNN cannot be held to AVX2\n");
		return 1;
	}
	request.repeats = (unsigned int)repeats;
	request.most = most << 20;
	status = bench(context, &request);
	qmac_context_destroy(context);
	return status;
}
