// SPDX-License-Identifier: MIT
/* Float tensors to integers. */
#include <qmac/group.h>

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include <qmac/type.h>

#include "context.h"
#include "quant/exact.h"
#include "quant/params.h"
#include "quant/walk.h"

/*
 * 1.5 * 2^23: at this magnitude the last digit of an fp32 is worth 1, so adding
 * it rounds a small number to an integer, to nearest even, and leaves that
 * integer in the low mantissa bits. Unlike a conversion this vectorizes. Good
 * for numbers up to 2^22: codes have 16 bits, zero points 21.
 */
#define ROUNDER	     12582912.0f
#define ROUNDER_BITS 0x4b400000

/* One channel, ready for the inner loop. */
struct channel {
	float scale;
	float multiplier;
	float lo, hi; /* codes less the zero point */
	int32_t zero_point;
};

/* What is the same for all channels. */
struct recipe {
	uint8_t rounding;
	unsigned int bytes;
	bool zp_first, multiply;
};

static int32_t round_even(float x)
{
	float y = x + ROUNDER;
	int32_t bits;

	memcpy(&bits, &y, sizeof(bits));
	return bits - ROUNDER_BITS;
}

static float clamped(float y, float lo, float hi)
{
	y = y < lo ? lo : y;
	return y > hi ? hi : y;
}

/* The division, then the clamp: what an infinity saturates to needs no special case. */
static float scaled(float x, const struct channel *channel)
{
	float y = clamped(x / channel->scale, channel->lo, channel->hi);

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

/* Any rounding, corrected from the even one in the same way. */
static int32_t to_integer(float y, uint8_t rounding)
{
	int32_t even = round_even(y);
	float distance = y - (float)even;

	switch (rounding) {
	case QMAC_ROUND_UP:
		return even + (distance == 0.5f);
	case QMAC_ROUND_AWAY:
		return even + (distance == 0.5f && y > 0) - (distance == -0.5f && y < 0);
	case QMAC_ROUND_HALF_DOWN:
		return even - (distance == -0.5f);
	case QMAC_ROUND_HALF_ZERO:
		return even + (distance == 0.5f && y < 0) - (distance == -0.5f && y > 0);
	case QMAC_ROUND_TRUNCATE:
		return even + (distance > 0 && y < 0) - (distance < 0 && y > 0);
	case QMAC_ROUND_FLOOR:
		return even - (distance < 0);
	case QMAC_ROUND_CEIL:
		return even + (distance > 0);
	default:
		return even;
	}
}

static int32_t code_of(float x, const struct channel *in, const struct recipe *recipe)
{
	float y = recipe->multiply ? x * in->multiplier : x / in->scale;

	y = y == y ? y : 0; /* NaN, when it is allowed */
	if (recipe->zp_first)
		return to_integer(clamped(y + (float)in->zero_point, in->lo + (float)in->zero_point,
					  in->hi + (float)in->zero_point),
				  recipe->rounding);
	return to_integer(clamped(y, in->lo, in->hi), recipe->rounding) + in->zero_point;
}

static void quantize_any(const struct channel *channel, const struct recipe *recipe, const float *x,
			 void *q, size_t count)
{
	uint16_t *wide = q;
	uint8_t *narrow = q;
	size_t i;

	if (recipe->bytes == 2) {
		for (i = 0; i < count; i++)
			wide[i] = code_of(x[i], channel, recipe);
	} else {
		for (i = 0; i < count; i++)
			narrow[i] = code_of(x[i], channel, recipe);
	}
}

static void quantize_run(const struct channel *channel, const struct recipe *recipe, const float *x,
			 uint8_t *q, size_t count)
{
	if (recipe->bytes != 1 || recipe->zp_first || recipe->multiply ||
	    recipe->rounding > QMAC_ROUND_AWAY)
		quantize_any(channel, recipe, x, q, count);
	else if (recipe->rounding == QMAC_ROUND_EVEN)
		quantize_even(channel, x, q, count);
	else
		quantize_ties(channel, recipe->rounding, x, q, count);
}

static EXACT void quantize(const struct qmac_quant_params *params,
			   const struct qmac_granularity *granularity, const float *x, uint8_t *q,
			   const struct qmac_quantize_options *options)
{
	const struct recipe recipe = {
		.rounding = options->rounding,
		.bytes = qmac_type_bytes(params->type),
		.zp_first = options->zp_first,
		.multiply = options->multiplier || options->reciprocal,
	};
	struct walk walk;
	struct run run;

	qmac_walk_start(&walk, granularity, params->channels == 1);
	while (qmac_walk_next(&walk, &run)) {
		struct channel channel = {
			.scale = params->scale[run.param],
			.zero_point = params->zero_point[run.param],
		};

		channel.multiplier =
			options->multiplier ? options->multiplier[run.param] : 1 / channel.scale;
		channel.lo = params->q_min - channel.zero_point;
		channel.hi = params->q_max - channel.zero_point;
		quantize_run(&channel, &recipe, x + run.first, q + run.first * recipe.bytes,
			     run.length);
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

static bool rounding_valid(uint8_t rounding)
{
	return rounding <= QMAC_ROUND_AWAY ||
	       (rounding >= QMAC_ROUND_TRUNCATE && rounding <= QMAC_ROUND_HALF_ZERO);
}

static int check_options(struct qmac_context *context, const struct qmac_quantize_options *options,
			 size_t channels)
{
	size_t c;

	if (!rounding_valid(options->rounding) || options->nan > QMAC_NAN_ZERO)
		return qmac_fail(context, -EINVAL,
				 "rounding %u, nan %u: use QMAC_ROUND_* and QMAC_NAN_*",
				 options->rounding, options->nan);
	for (c = 0; options->multiplier && c < channels; c++) {
		if (!qmac_scale_valid(options->multiplier[c]))
			return qmac_fail(
				context, -EINVAL,
				"multiplier %g of channel %zu is not a positive normal number",
				options->multiplier[c], c);
	}
	return 0;
}

int qmac_group_quantize(struct qmac_context *context, const struct qmac_quant_params *params,
			const struct qmac_granularity *granularity, const float *x, void *q,
			const struct qmac_quantize_options *options)
{
	static const struct qmac_quantize_options defaults;
	int error = qmac_walk_check(context, granularity);
	fenv_t saved;
	size_t where;

	if (!options)
		options = &defaults;
	if (!error)
		error = qmac_quant_params_check(context, params,
						qmac_granularity_count(granularity));
	if (!error)
		error = check_options(context, options, params->channels);
	if (error)
		return error;
	if (options->nan == QMAC_NAN_ERROR && has_nan(x, qmac_walk_elements(granularity), &where))
		return qmac_fail(context, -EDOM,
				 "element %zu is NaN: clean the tensor, or ask for QMAC_NAN_ZERO",
				 where);
	exact_enter(&saved);
	quantize(params, granularity, x, q, options);
	exact_leave(&saved);
	return 0;
}

int qmac_quantize(struct qmac_context *context, const struct qmac_quant_params *params,
		  const struct qmac_extent *extent, const float *x, void *q,
		  const struct qmac_quantize_options *options)
{
	const struct qmac_granularity channels = qmac_walk_channels(extent);

	return qmac_group_quantize(context, params, &channels, x, q, options);
}
