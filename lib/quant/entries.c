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

/* One for all of @count entries. Dividing gives the same quotient either way. */
static uint8_t step_of(const struct simd_codes *codes, const struct qmac_quantize_options *options,
		       const float *scale, size_t count)
{
	int32_t far = 0;
	size_t i;

	if (options->multiplier || options->reciprocal)
		return SIMD_MULTIPLY;
	if (codes->zp_first || !to_nearest(codes->rounding))
		return SIMD_DIVIDE;
	for (i = 0; i < count; i++)
		far |= !simd_scale_near(scale[i]);
	return far ? SIMD_DIVIDE : SIMD_DIVIDE_NEAR;
}

void codes_init(struct simd_codes *codes, const struct qmac_quant_params *params,
		const struct qmac_quantize_options *options)
{
	*codes = (struct simd_codes){
		.bytes = qmac_type_bytes(params->type),
		.is_signed = qmac_type_is_signed(params->type),
		.q_min = params->q_min,
		.q_max = params->q_max,
	};
	if (!options)
		return;
	codes->rounding = options->rounding;
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

static bool alike(const int32_t *zero, size_t count)
{
	int32_t differ = 0;
	size_t i;

	for (i = 0; i < count; i++)
		differ |= zero[i] ^ zero[0];
	return !differ;
}

/* Which loop takes @count entries from number @param on. */
static void choose_loop(struct simd_codes *codes, const struct qmac_quant_params *params,
			const struct qmac_quantize_options *options, size_t param, size_t count)
{
	if (!options)
		return;
	codes->step = step_of(codes, options, params->scale + param, count);
	codes->alike = alike(params->zero_point + param, count);
	codes->narrow = codes->bytes == 1 && codes->step == SIMD_DIVIDE_NEAR &&
			codes->rounding == QMAC_ROUND_EVEN && !params->zero_free &&
			(codes->run || codes->alike);
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

/* One entry per run, and as many more as @run of struct simd_codes asks for. */
static void derive_runs(struct simd_codes *codes, struct entries *entries,
			const struct qmac_quant_params *params,
			const struct qmac_quantize_options *options, const struct strip *strip)
{
	size_t count = (strip->count - 1) / strip->run + 1;

	choose_loop(codes, params, options, strip->param, count);
	derive(codes, entries, params, options, strip->param, count);
	repeat(entries, count, count + SIMD_BLOCK / SIMD_RUN_LEAST, options && !codes->narrow);
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

	choose_loop(codes, params, options, param, count);
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
	if (strip->run)
		derive_runs(codes, entries, params, options, strip);
	else
		derive_columns(codes, entries, params, options, tile, strip);
	codes->scale = entries->scale;
	codes->factor = entries->factor;
	codes->lo = entries->lo;
	codes->hi = entries->hi;
	codes->zero = entries->zero;
}
