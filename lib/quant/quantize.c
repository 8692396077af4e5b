// SPDX-License-Identifier: MIT
/* Float tensors to 8 bits. */
#include <qmac/quant.h>

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "context.h"
#include "quant/exact.h"
#include "quant/params.h"

/*
 * 1.5 * 2^23: at this magnitude the last digit of an fp32 is worth 1, so adding
 * it rounds a small number to an integer, to nearest even, and leaves that
 * integer in the low mantissa bits. Unlike a conversion this vectorizes.
 */
#define ROUNDER	     12582912.0f
#define ROUNDER_BITS 0x4b400000

/* One channel, ready for the inner loop. */
struct channel {
	float scale;
	float lo, hi; /* codes less the zero point */
	int32_t zero_point;
};

static int32_t round_even(float x)
{
	float y = x + ROUNDER;
	int32_t bits;

	memcpy(&bits, &y, sizeof(bits));
	return bits - ROUNDER_BITS;
}

/* The division, then the clamp: what an infinity saturates to needs no special case. */
static float scaled(float x, const struct channel *channel)
{
	float y = x / channel->scale;

	y = y < channel->lo ? channel->lo : y;
	y = y > channel->hi ? channel->hi : y;
	return y == y ? y : 0; /* NaN, when it is allowed */
}

static void quantize_even(const struct channel *restrict channel, const float *restrict x,
			  uint8_t *restrict q, size_t count)
{
	const struct channel in = *channel;
	size_t i;

	for (i = 0; i < count; i++)
		q[i] = round_even(scaled(x[i], &in)) + in.zero_point;
}

/* As above, with ties corrected: the distance to the even neighbour is exact. */
static void quantize_ties(const struct channel *restrict channel, uint8_t rounding,
			  const float *restrict x, uint8_t *restrict q, size_t count)
{
	const struct channel in = *channel;
	size_t i;

	for (i = 0; i < count; i++) {
		float y = scaled(x[i], &in);
		int32_t even = round_even(y);
		float distance = y - (float)even;

		if (distance == 0.5f && (rounding == QMAC_ROUND_UP || y > 0))
			even++;
		if (distance == -0.5f && rounding == QMAC_ROUND_AWAY && y < 0)
			even--;
		q[i] = even + in.zero_point;
	}
}

static EXACT void quantize(const struct qmac_quant_params *params, const struct qmac_extent *extent,
			   const float *x, uint8_t *q, uint8_t rounding)
{
	size_t block, at, c;

	for (block = 0; block < extent->outer * extent->channels; block++) {
		struct channel channel;

		c = params->channels == 1 ? 0 : block % extent->channels;
		channel.scale = params->scale[c];
		channel.zero_point = params->zero_point[c];
		channel.lo = params->q_min - channel.zero_point;
		channel.hi = params->q_max - channel.zero_point;
		at = block * extent->inner;
		if (rounding == QMAC_ROUND_EVEN)
			quantize_even(&channel, x + at, q + at, extent->inner);
		else
			quantize_ties(&channel, rounding, x + at, q + at, extent->inner);
	}
}

static bool has_nan(const float *x, size_t count, size_t *where)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (isnan(x[i])) {
			*where = i;
			return true;
		}
	}
	return false;
}

int qmac_quantize(struct qmac_context *context, const struct qmac_quant_params *params,
		  const struct qmac_extent *extent, const float *x, void *q,
		  const struct qmac_quantize_options *options)
{
	static const struct qmac_quantize_options defaults;
	size_t count = extent->outer * extent->channels * extent->inner, where;
	int error = qmac_quant_params_check(context, params, extent);
	struct qmac_extent flat = *extent;
	fenv_t saved;

	if (error)
		return error;
	if (!options)
		options = &defaults;
	if (options->rounding > QMAC_ROUND_AWAY || options->nan > QMAC_NAN_ZERO)
		return qmac_fail(context, -EINVAL,
				 "rounding %u, nan %u: use QMAC_ROUND_* and QMAC_NAN_*",
				 options->rounding, options->nan);
	if (options->nan == QMAC_NAN_ERROR && has_nan(x, count, &where))
		return qmac_fail(context, -EDOM,
				 "element %zu is NaN: clean the tensor, or ask for QMAC_NAN_ZERO",
				 where);
	if (params->channels == 1) /* one long row for the inner loop */
		flat = (struct qmac_extent){ 1, 1, count };
	exact_enter(&saved);
	quantize(params, &flat, x, q, options->rounding);
	exact_leave(&saved);
	return 0;
}
