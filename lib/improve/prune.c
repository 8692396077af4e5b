// SPDX-License-Identifier: MIT
/*
 * Magnitude pruning. The bits of a positive fp32, read as an integer, are in the
 * order of the numbers, so that no comparison depends on the caller's modes.
 */
#include <qmac/improve.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "quant/exact.h"

#define HALF_VALUES 65536

static uint32_t magnitude(float x)
{
	uint32_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits & 0x7fffffff;
}

/* Which magnitudes go: all below @bound, and the first @more that are @bound. */
struct cut {
	uint32_t bound;
	size_t more;
};

static size_t apply(const struct cut *cut, const float *w, size_t count, uint8_t *mask)
{
	size_t more = cut->more, pruned = 0, i;

	for (i = 0; i < count; i++) {
		uint32_t m = magnitude(w[i]);
		bool goes = m < cut->bound || (m == cut->bound && more);

		more -= goes && m == cut->bound;
		pruned += goes;
		mask[i] = !goes;
	}
	return pruned;
}

/* The value at which @wanted are passed; *@wanted becomes how many of its own are wanted. */
static uint32_t pass(const size_t *histogram, size_t *wanted)
{
	uint32_t value;

	for (value = 0; histogram[value] < *wanted; value++)
		*wanted -= histogram[value];
	return value;
}

/* The upper half of the magnitude sought, then the lower among those that share it. */
static struct cut find(const float *w, size_t count, size_t wanted, size_t *histogram)
{
	uint32_t upper;
	size_t i;

	for (i = 0; i < count; i++)
		histogram[magnitude(w[i]) >> 16]++;
	upper = pass(histogram, &wanted);
	memset(histogram, 0, HALF_VALUES * sizeof(*histogram));
	for (i = 0; i < count; i++) {
		if (magnitude(w[i]) >> 16 == upper)
			histogram[magnitude(w[i]) & 0xffff]++;
	}
	i = pass(histogram, &wanted);
	return (struct cut){ upper << 16 | (uint32_t)i, wanted };
}

/* Doubles count what memory holds; the product may round up to one more than there are. */
static EXACT size_t share(double sparsity, size_t count)
{
	double wanted = nearbyint(sparsity * (double)count);

	return wanted < (double)count ? (size_t)wanted : count;
}

static EXACT int check(struct qmac_context *context, const struct qmac_prune_options *options,
		       const float *w, size_t count)
{
	bool threshold = options->threshold != 0;
	size_t i;

	if (threshold == (options->sparsity != 0))
		return qmac_fail(context, -EINVAL,
				 "threshold %g, sparsity %g: ask for one of them, the other 0",
				 options->threshold, options->sparsity);
	if (threshold && !(options->threshold > 0 && isfinite(options->threshold)))
		return qmac_fail(context, -EINVAL, "threshold %g: use a positive number",
				 options->threshold);
	if (!threshold && !(options->sparsity > 0 && options->sparsity <= 1))
		return qmac_fail(context, -EINVAL, "sparsity %g: use more than 0, up to 1",
				 options->sparsity);
	for (i = 0; i < count; i++) {
		if (isnan(w[i]))
			return qmac_fail(context, -EDOM, "weight %zu is NaN: clean the tensor", i);
	}
	return 0;
}

static int cut_share(struct qmac_context *context, double sparsity, const float *w, size_t count,
		     struct cut *out)
{
	size_t *histogram = calloc(HALF_VALUES, sizeof(*histogram));

	if (!histogram)
		return qmac_fail_nomem(context, "the histogram of magnitudes");
	*out = find(w, count, share(sparsity, count), histogram);
	free(histogram);
	return 0;
}

int qmac_prune_mask(struct qmac_context *context, const struct qmac_prune_options *options,
		    const float *w, size_t count, uint8_t *mask, size_t *pruned)
{
	struct cut cut = { magnitude(options->threshold), SIZE_MAX };
	fenv_t saved;
	size_t gone;
	int error;

	exact_enter(&saved);
	error = check(context, options, w, count);
	if (!error && !cut.bound)
		error = cut_share(context, options->sparsity, w, count, &cut);
	exact_leave(&saved);
	if (error)
		return error;
	gone = apply(&cut, w, count, mask);
	if (pruned)
		*pruned = gone;
	return 0;
}

void qmac_mask_apply(float *w, const uint8_t *mask, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (!mask[i])
			w[i] = 0;
	}
}
