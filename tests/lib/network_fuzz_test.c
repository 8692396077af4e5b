// SPDX-License-Identifier: MIT
/*
 * Damaged ONNX files: whatever they hold, loading ends with a network that runs or
 * with an error and one line that says why.
 *
 *   network_fuzz_test ROUNDS SEED FILE...
 *
 * Each file as it is, cut off everywhere (small ones), and ROUNDS times damaged.
 * LLVMFuzzerTestOneInput() is there for libFuzzer and for replaying its findings.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/qmac.h>

#include "tap.h"

/* Larger networks are loaded, not run: this is about memory, not about patience. */
#define MOST_WORK  2000000
#define MOST_BYTES (1 << 17)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static bool is_small(struct qmac_network *network, struct qmac_network_info *info)
{
	uint64_t work = 0;
	size_t i;

	qmac_network_info(network, info);
	for (i = 0; i < info->tensors; i++) {
		struct qmac_network_tensor tensor;

		qmac_network_tensor(network, i, &tensor);
		work += tensor.count;
		if (tensor.count > MOST_WORK)
			return false;
	}
	return work < MOST_WORK && info->macs < MOST_WORK && info->inputs == 1 &&
	       info->outputs == 1;
}

static int run_and_quantize(struct qmac_network *network, const struct qmac_network_info *info)
{
	struct qmac_network_range *ranges = calloc(info->tensors, sizeof(*ranges));
	struct qmac_network *quantized = NULL;
	struct qmac_network_tensor in, out;
	float *x, *y;
	int error;

	qmac_network_tensor(network, qmac_network_input(network, 0), &in);
	qmac_network_tensor(network, qmac_network_output(network, 0), &out);
	x = calloc(in.count, sizeof(*x));
	y = calloc(out.count, sizeof(*y));
	error = qmac_network_run(network, in.dims[0], (const float *[]){ x }, (float *[]){ y });
	if (!error)
		error = qmac_network_minmax(network, in.dims[0], x, ranges);
	if (!error)
		error = qmac_network_quantize(network, ranges, NULL, &quantized);
	if (!error)
		error = qmac_network_run(quantized, in.dims[0], (const float *[]){ x },
					 (float *[]){ y });
	qmac_network_destroy(quantized);
	free(ranges);
	free(x);
	free(y);
	return error;
}

/* Loads; 1 when that went well, 0 with a good message, -1 without. */
static int attempt(const uint8_t *data, size_t bytes)
{
	struct qmac_network *network = NULL;
	struct qmac_network_info info;
	struct qmac_context *context;
	const char *message;
	int error, verdict;

	if (qmac_context_create(&context))
		return -1;
	error = qmac_network_load_memory(context, data, bytes, &network);
	verdict = !error;
	if (!error && is_small(network, &info))
		error = run_and_quantize(network, &info);
	message = qmac_context_message(context);
	if (error && (error > 0 || !*message || strchr(message, '\n'))) {
		tap_note("error %d, message \"%s\"", error, message);
		verdict = -1;
	}
	qmac_network_destroy(network);
	qmac_context_destroy(context);
	return verdict;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	if (attempt(data, bytes) < 0)
		abort();
	return 0;
}

/* A copy that is exactly as long as it says, so that reading on is seen. */
static int attempt_copy(const uint8_t *data, size_t bytes)
{
	uint8_t *copy = malloc(bytes ? bytes : 1);
	int verdict;

	memcpy(copy, data, bytes);
	verdict = attempt(copy, bytes);
	free(copy);
	return verdict;
}

/* One change; returns the new length. */
static size_t damage(struct rng *rng, uint8_t *data, size_t bytes)
{
	static const uint8_t odd[] = { 0, 1, 0x7f, 0x80, 0xff };
	size_t at = (size_t)rng_in(rng, 0, (int64_t)bytes - 1), length, from;

	length = (size_t)rng_in(rng, 1, bytes - at < 16 ? (int64_t)(bytes - at) : 16);
	switch (rng_in(rng, 0, 6)) {
	case 0:
		data[at] ^= (uint8_t)(1 << rng_in(rng, 0, 7));
		return bytes;
	case 1:
		data[at] = odd[rng_in(rng, 0, 4)];
		return bytes;
	case 2:
		data[at] = (uint8_t)rng_next(rng);
		return bytes;
	case 3: /* take out */
		memmove(data + at, data + at + length, bytes - at - length);
		return bytes - length;
	case 4: /* put in a copy of what stands elsewhere */
		from = (size_t)rng_in(rng, 0, (int64_t)(bytes - length));
		memmove(data + at + length, data + at, bytes - at);
		memmove(data + at, data + from, length);
		return bytes + length;
	case 5: /* copy over */
		from = (size_t)rng_in(rng, 0, (int64_t)(bytes - length));
		memmove(data + at, data + from, length);
		return bytes;
	default:
		data[at] += (uint8_t)rng_in(rng, -2, 2);
		return bytes;
	}
}

static void test_file(const char *path, unsigned int rounds, uint64_t seed)
{
	static uint8_t original[MOST_BYTES], data[MOST_BYTES + 8 * 16];
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	unsigned int loaded = 0, refused = 0, bad = 0, round, changes;
	FILE *file = fopen(path, "rb");
	size_t bytes, length;

	if (!tap_ok(file != NULL, "%s opens", name))
		return;
	bytes = fread(original, 1, sizeof(original), file);
	fclose(file);
	tap_ok(attempt_copy(original, bytes) == !strstr(name, "unsupported"), "%s as it is", name);
	for (length = 0; bytes < 2000 && length < bytes; length++)
		bad += attempt_copy(original, length) < 0;
	tap_ok(!bad, "%s cut off", name);
	bad = 0;
	for (round = 0; round < rounds; round++) {
		struct rng rng = { seed * 1000003 + round };
		int verdict;

		memcpy(data, original, bytes);
		length = bytes;
		changes = rng_one_in(&rng, 2) ? 1 : (unsigned int)rng_in(&rng, 1, 4);
		while (changes-- && length)
			length = damage(&rng, data, length);
		verdict = attempt_copy(data, length);
		loaded += verdict == 1;
		refused += verdict == 0;
		if (verdict < 0) {
			bad++;
			tap_note("seed %" PRIu64 ", round %u", seed, round);
		}
	}
	tap_ok(!bad, "%s damaged %u times, seed %" PRIu64 ": %u load, %u are refused", name, rounds,
	       seed, loaded, refused);
}

int main(int argc, char **argv)
{
	unsigned int rounds;
	uint64_t seed;
	int i;

	if (argc < 4) {
		fprintf(stderr, "usage: network_fuzz_test ROUNDS SEED FILE...\n");
		return 2;
	}
	rounds = (unsigned int)strtoul(argv[1], NULL, 0);
	seed = strtoull(argv[2], NULL, 0);
	for (i = 3; i < argc; i++)
		test_file(argv[i], rounds, seed);
	return tap_done();
}
