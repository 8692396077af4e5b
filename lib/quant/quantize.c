// SPDX-License-Identifier: MIT
/* Float tensors to integers. */
#include <qmac/group.h>

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "context.h"
#include "quant/entries.h"
#include "quant/exact.h"
#include "quant/nan.h"
#include "quant/params.h"
#include "quant/tile.h"
#include "quant/walk.h"
#include "simd/choice.h"

/* One call. */
struct work {
	const struct qmac_quant_params *params;
	const struct qmac_quantize_options *options;
	const struct simd_kernels *kernels;
	struct simd_codes codes;
	const float *x;
	uint8_t *q;
};

/* True if there is a NaN. */
static bool quantize_tile(struct work *work, const struct tile *tile)
{
	struct simd_codes *codes = &work->codes;
	struct entries entries;
	size_t column = 0, row;
	struct strip strip;
	bool nan = false;

	while (strip_next(tile, &column, &strip)) {
		codes_strip(codes, &entries, work->params, work->options, tile, &strip);
		for (row = 0; row < strip.rows; row++) {
			size_t first = strip.first + row * strip.pitch;

			nan |= work->kernels->quantize(codes, work->x + first,
						       work->q + first * codes->bytes, strip.count);
		}
	}
	return nan;
}

/* Ends early with true if there is a NaN that may not be there. */
static EXACT bool quantize(struct work *work, const struct qmac_granularity *granularity)
{
	struct tiles tiles;
	struct tile tile;

	tiles_start(&tiles, granularity, work->params->channels == 1);
	while (tiles_next(&tiles, &tile)) {
		if (quantize_tile(work, &tile) && work->options->nan == QMAC_NAN_ERROR)
			return true;
	}
	return false;
}

/* In the exact environment as well: a comparison may raise the flags of exceptions. */
static EXACT size_t first_nan(const float *x)
{
	size_t i = 0;

	while (!isnan(x[i]))
		i++;
	return i;
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
	struct work work = { .params = params, .x = x, .q = q };
	fenv_t saved;
	size_t elements, where = 0;
	bool nan;

	work.options = options ? options : &defaults;
	if (!error)
		error = qmac_quant_params_check(context, params,
						qmac_granularity_count(granularity));
	if (!error)
		error = check_options(context, work.options, params->channels);
	if (error)
		return error;
	elements = qmac_walk_elements(granularity);
	work.kernels = qmac_context_simd(context)->kernels;
	codes_init(&work.codes, params, work.options);
	work.codes.stream = simd_streams(qmac_context_simd(context), elements, work.codes.bytes);
	exact_enter(&saved);
	nan = quantize(&work, granularity);
	if (nan)
		where = first_nan(x);
	exact_leave(&saved);
	return nan ? qmac_nan_fail(context, where) : 0;
}

int qmac_quantize(struct qmac_context *context, const struct qmac_quant_params *params,
		  const struct qmac_extent *extent, const float *x, void *q,
		  const struct qmac_quantize_options *options)
{
	const struct qmac_granularity channels = qmac_walk_channels(extent);

	return qmac_group_quantize(context, params, &channels, x, q, options);
}
