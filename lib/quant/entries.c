// SPDX-License-Identifier: MIT
#include "quant/entries.h"

#include <string.h>

#include <qmac/type.h>

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
	int32_t far = 0;
	size_t c;

	if (options->multiplier || options->reciprocal)
		return SIMD_MULTIPLY;
	if (options->zp_first || !to_nearest(options->rounding))
		return SIMD_DIVIDE;
	for (c = 0; c < params->channels; c++)
		far |= !simd_scale_near(params->scale[c]);
	return far ? SIMD_DIVIDE : SIMD_DIVIDE_NEAR;
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

/* Bounds of what is rounded, or of the elements with SIMD_DIVIDE_NEAR. */
static void derive_bounds(const struct simd_codes *codes, struct entries *entries,
			  const struct qmac_quant_params *params, size_t count)
{
	const bool near = codes->step == SIMD_DIVIDE_NEAR;
	size_t i;

	for (i = 0; i < count; i++) {
		int32_t taken = codes->zp_first ? 0 : entries->zero[i];
		float unit = near ? entries->scale[i] : 1;

		entries->lo[i] = (float)(params->q_min - taken) * unit;
		entries->hi[i] = (float)(params->q_max - taken) * unit;
	}
}

/* The common case of simd/kernels.h: parameters from number @param on, for @count columns. */
static bool is_narrow(const struct simd_codes *codes, const struct qmac_quant_params *params,
		      size_t param, size_t count)
{
	const int32_t *zero = params->zero_point + param;
	int32_t differ = 0;
	size_t i;

	if (codes->bytes != 1 || codes->step != SIMD_DIVIDE_NEAR ||
	    codes->rounding != QMAC_ROUND_EVEN || params->zero_free)
		return false;
	for (i = 0; i < count; i++)
		differ |= zero[i] ^ zero[0];
	return !differ;
}

/* The first @count entries for the parameters from number @param on. */
static void derive(const struct simd_codes *codes, struct entries *entries,
		   const struct qmac_quant_params *params,
		   const struct qmac_quantize_options *options, size_t param, size_t count)
{
	size_t i;

	memcpy(entries->scale, params->scale + param, count * sizeof(*entries->scale));
	memcpy(entries->zero, params->zero_point + param, count * sizeof(*entries->zero));
	if (!options)
		memset(entries->factor, 0, count * sizeof(*entries->factor));
	if (!options)
		return;
	if (options->multiplier)
		memcpy(entries->factor, options->multiplier + param,
		       count * sizeof(*entries->factor));
	else
		for (i = 0; i < count; i++)
			entries->factor[i] = 1 / entries->scale[i];
	if (!codes->narrow)
		derive_bounds(codes, entries, params, count);
}

/*
 * Each entry as often as it is meant: the first one @repeat - @used times, the others
 * @repeat times, until there are @count. From the back, where none is overwritten
 * before it was read: entry e > 0 goes to e * @repeat - @used >= e and up.
 */
static void spread_array(void *array, size_t used, size_t repeat, size_t count)
{
	uint32_t *entry = array;
	size_t e = (used + count - 1) / repeat, end = count, i;

	for (; end; e--) {
		size_t first = e ? e * repeat - used : 0;
		uint32_t value = entry[e];

		for (i = first; i < end; i++)
			entry[i] = value;
		end = first;
	}
}

static void spread(struct entries *entries, size_t used, size_t repeat, size_t count, bool bounds)
{
	spread_array(entries->scale, used, repeat, count);
	spread_array(entries->factor, used, repeat, count);
	spread_array(entries->zero, used, repeat, count);
	if (!bounds)
		return;
	spread_array(entries->lo, used, repeat, count);
	spread_array(entries->hi, used, repeat, count);
}

static void repeat_array(void *array, size_t period, size_t count)
{
	uint32_t *entry = array;
	size_t i, n;

	for (i = period; i < count; i += n) {
		n = count - i < period ? count - i : period;
		memcpy(entry + i, entry, n * sizeof(*entry));
	}
}

/* The first @period entries again and again, until there are @count. */
static void repeat(struct entries *entries, size_t period, size_t count, bool bounds)
{
	repeat_array(entries->scale, period, count);
	repeat_array(entries->zero, period, count);
	repeat_array(entries->factor, period, count);
	if (!bounds)
		return;
	repeat_array(entries->lo, period, count);
	repeat_array(entries->hi, period, count);
}

/* One entry per column. */
static void derive_columns(struct simd_codes *codes, struct entries *entries,
			   const struct qmac_quant_params *params,
			   const struct qmac_quantize_options *options, const struct tile *tile,
			   const struct strip *strip)
{
	size_t left = tile->columns - strip->column, used = strip->column % tile->repeat;
	size_t columns = strip->period < left ? strip->period : left;
	size_t count = (used + columns - 1) / tile->repeat + 1;
	size_t param = tile->param + strip->column / tile->repeat;

	codes->narrow = options && is_narrow(codes, params, param, count);
	derive(codes, entries, params, options, param, count);
	if (tile->repeat > 1)
		spread(entries, used, tile->repeat, columns, options && !codes->narrow);
	repeat(entries, columns, strip->period + SIMD_BLOCK, options && !codes->narrow);
}

void codes_strip(struct simd_codes *codes, struct entries *entries,
		 const struct qmac_quant_params *params,
		 const struct qmac_quantize_options *options, const struct tile *tile,
		 const struct strip *strip)
{
	codes->run = strip->run;
	codes->period = strip->period;
	codes->q_min = params->q_min;
	codes->q_max = params->q_max;
	if (strip->run) {
		codes->narrow = options && is_narrow(codes, params, strip->param, 0);
		derive(codes, entries, params, options, strip->param,
		       (strip->count - 1) / strip->run + 1);
	} else {
		derive_columns(codes, entries, params, options, tile, strip);
	}
	codes->scale = entries->scale;
	codes->factor = entries->factor;
	codes->lo = entries->lo;
	codes->hi = entries->hi;
	codes->zero = entries->zero;
}
