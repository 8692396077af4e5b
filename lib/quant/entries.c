// SPDX-License-Identifier: MIT
#include "quant/entries.h"

#include <qmac/type.h>

#include "quant/exact.h"
#include "quant/params.h"
#include "simd/division.h"

static bool to_nearest(uint8_t rounding)
{
	return rounding <= QMAC_ROUND_AWAY || rounding == QMAC_ROUND_HALF_DOWN ||
	       rounding == QMAC_ROUND_HALF_ZERO;
}

static uint8_t step_of(const struct qmac_quant_params *params,
		       const struct qmac_quantize_options *options)
{
	size_t c;

	if (options->multiplier || options->reciprocal)
		return SIMD_MULTIPLY;
	if (options->zp_first || !to_nearest(options->rounding))
		return SIMD_DIVIDE;
	for (c = 0; c < params->channels; c++)
		if (!simd_scale_near(params->scale[c]))
			return SIMD_DIVIDE;
	return SIMD_DIVIDE_NEAR;
}

void codes_init(struct simd_codes *codes, const struct qmac_quant_params *params,
		const struct qmac_quantize_options *options)
{
	*codes = (struct simd_codes){
		.bytes = qmac_type_bytes(params->type),
		.is_signed = qmac_type_is_signed(params->type),
	};
	if (!options)
		return;
	codes->rounding = options->rounding;
	codes->step = step_of(params, options);
	codes->zp_first = options->zp_first;
}

/* Entry @i for elements with parameters number @param. */
static void derive(const struct simd_codes *codes, struct entries *entries, size_t i,
		   const struct qmac_quant_params *params,
		   const struct qmac_quantize_options *options, size_t param)
{
	int32_t zero = params->zero_point[param];
	int32_t taken = codes->zp_first ? 0 : zero;
	float scale = params->scale[param];

	entries->scale[i] = scale;
	entries->zero[i] = zero;
	entries->factor[i] = entries->lo[i] = entries->hi[i] = 0;
	if (!options)
		return;
	entries->factor[i] = options->multiplier ? options->multiplier[param] : 1 / scale;
	entries->lo[i] = params->q_min - taken;
	entries->hi[i] = params->q_max - taken;
	if (codes->step == SIMD_DIVIDE_NEAR) {
		entries->lo[i] *= scale;
		entries->hi[i] *= scale;
	}
}

static void copy(struct entries *entries, size_t from, size_t to)
{
	entries->scale[to] = entries->scale[from];
	entries->factor[to] = entries->factor[from];
	entries->lo[to] = entries->lo[from];
	entries->hi[to] = entries->hi[from];
	entries->zero[to] = entries->zero[from];
}

static void point(struct simd_codes *codes, const struct entries *entries, size_t period)
{
	codes->period = period;
	codes->scale = entries->scale;
	codes->factor = entries->factor;
	codes->lo = entries->lo;
	codes->hi = entries->hi;
	codes->zero = entries->zero;
}

EXACT void codes_uniform(struct simd_codes *codes, struct entries *entries,
			 const struct qmac_quant_params *params,
			 const struct qmac_quantize_options *options, size_t param)
{
	derive(codes, entries, 0, params, options, params->channels == 1 ? 0 : param);
	point(codes, entries, 0);
}

EXACT void codes_strip(struct simd_codes *codes, struct entries *entries,
		       const struct qmac_quant_params *params,
		       const struct qmac_quantize_options *options, const struct tile *tile,
		       const struct strip *strip)
{
	size_t column = strip->column, param = tile->param + column / tile->repeat;
	size_t used = column % tile->repeat, i;

	for (i = 0; i < strip->period; i++) {
		if (!i || !used)
			derive(codes, entries, i, params, options, param);
		else
			copy(entries, i - 1, i);
		column++;
		used++;
		if (column == tile->columns) {
			column = used = 0;
			param = tile->param;
		} else if (used == tile->repeat) {
			used = 0;
			param++;
		}
	}
	for (i = 0; i < SIMD_BLOCK; i++)
		copy(entries, i % strip->period, strip->period + i);
	point(codes, entries, strip->period);
}
