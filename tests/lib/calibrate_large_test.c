// SPDX-License-Identifier: MIT
/*
 * Large batches, which are counted block by block: the same state as from small
 * batches, and no other state than before when an element is refused.
 *
 *   calibrate_large_test [SEED]
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/qmac.h>

#include "random.h"
#include "tap.h"

#define COUNT (((size_t)1 << 20) + 4097) /* large with 65536 bins as well */
#define SMALL 10007

static struct qmac_context *context;

static struct qmac_calibration *make(uint32_t bins, uint8_t nan)
{
	struct qmac_calibration_spec spec = { .bins = bins, .nan = nan };
	struct qmac_calibration *c;

	if (qmac_calibration_create(context, &spec, &c)) {
		tap_note("%s", qmac_context_message(context));
		exit(1);
	}
	return c;
}

/* Of any size below 2^most, zeros too; the bins grow again and again. */
static void fill(float *x, struct rng *rng, int least, int most)
{
	size_t i;

	for (i = 0; i < COUNT; i++) {
		float unit = (float)rng_in(rng, -1000000, 1000000) / 1000000;
		int top = least + (int)((double)(most - least) * (double)i / COUNT);

		x[i] = rng_one_in(rng, 9) ? 0.0f * unit
					  : ldexpf(unit, (int)rng_in(rng, 0, 5) + top);
	}
}

static bool update(struct qmac_calibration *c, const float *x, size_t count)
{
	if (!qmac_calibration_update(c, x, count))
		return true;
	tap_note("%s", qmac_context_message(context));
	return false;
}

static bool update_small(struct qmac_calibration *c, const float *x, size_t count)
{
	size_t i;

	for (i = 0; i < count; i += SMALL)
		if (!update(c, x + i, count - i < SMALL ? count - i : SMALL))
			return false;
	return true;
}

static bool same_state(const struct qmac_calibration *a, const struct qmac_calibration *b)
{
	void *a_bytes, *b_bytes;
	size_t a_size, b_size;
	bool same;

	if (qmac_calibration_encode(a, &a_bytes, &a_size) ||
	    qmac_calibration_encode(b, &b_bytes, &b_size))
		return false;
	same = a_size == b_size && !memcmp(a_bytes, b_bytes, a_size);
	free(a_bytes);
	free(b_bytes);
	return same;
}

/* Twice, so that what a batch finds is not always empty. */
static void test_same(const float *x, const char *what)
{
	static const uint32_t bins[] = { 256, 1024, 2048, 65536 };
	size_t k;

	for (k = 0; k < sizeof(bins) / sizeof(bins[0]); k++) {
		struct qmac_calibration *large = make(bins[k], QMAC_NAN_ZERO);
		struct qmac_calibration *small = make(bins[k], QMAC_NAN_ZERO);

		tap_ok(update(large, x + 3, COUNT - 3) && update_small(small, x + 3, COUNT - 3) &&
			       same_state(large, small),
		       "%s, %u bins: as small batches", what, bins[k]);
		tap_ok(update(large, x, COUNT) && update_small(small, x, COUNT) &&
			       same_state(large, small),
		       "%s, %u bins: and another one", what, bins[k]);
		qmac_calibration_destroy(large);
		qmac_calibration_destroy(small);
	}
}

/* @x[@at] becomes @value, and the batch is refused with its number. */
static void test_refused(float *x, size_t at, float value)
{
	struct qmac_calibration *c = make(0, QMAC_NAN_ERROR), *before = make(0, QMAC_NAN_ERROR);
	float kept = x[at];
	char element[64];

	snprintf(element, sizeof(element), "element %zu ", at);
	x[at] = value;
	tap_ok(update(c, x, 1000) && update(before, x, 1000), "a batch before");
	tap_ok(qmac_calibration_update(c, x, COUNT) == -EDOM &&
		       !strncmp(qmac_context_message(context), element, strlen(element)),
	       "%f at %zu is refused: %s", value, at, qmac_context_message(context));
	tap_ok(same_state(c, before), "nothing was counted");
	x[at] = kept;
	tap_ok(update(c, x, COUNT) && update_small(before, x, COUNT) && same_state(c, before),
	       "it goes on");
	qmac_calibration_destroy(c);
	qmac_calibration_destroy(before);
}

int main(int argc, char **argv)
{
	struct rng rng = { argc > 1 ? strtoull(argv[1], NULL, 0) : 1 };
	float *x = malloc(COUNT * sizeof(*x));
	size_t i;

	tap_note("seed %" PRIu64, rng.state);
	if (!x || qmac_context_create(&context))
		return 1;
	fill(x, &rng, -4, -3);
	test_same(x, "usual elements");
	fill(x, &rng, -149, 120);
	test_same(x, "growing elements");
	test_refused(x, COUNT - 1, NAN);
	test_refused(x, COUNT / 2, INFINITY);
	test_refused(x, 4096 + 1, -INFINITY);
	for (i = 0; i < 100; i++)
		x[rng_in(&rng, 0, COUNT - 1)] = NAN;
	test_same(x, "elements with NaN");
	free(x);
	qmac_context_destroy(context);
	return tap_done();
}
