// SPDX-License-Identifier: MIT
/* The batches that a calibration sees: all or nothing of each. */
#include <errno.h>
#include <math.h>

#include <qmac/quant.h>

#include "calibrate/calibration.h"
#include "calibrate/tally.h"
#include "context.h"
#include "quant/exact.h"
#include "simd/choice.h"

/* Fills in @batch, one by one. Returns 0, or -EDOM with a message. */
static int inspect_each(const struct qmac_calibration *c, struct batch *batch)
{
	struct span span = { 0 };
	float least = INFINITY;
	size_t i;

	for (i = 0; i < batch->count; i++) {
		float value = batch->x[i];

		if (isnan(value)) {
			if (c->spec.nan == QMAC_NAN_ERROR)
				return qmac_fail(c->context, -EDOM,
						 "element %zu is NaN: clean the tensor%s",
						 batch->first + i,
						 c->spec.calibrator == QMAC_CALIBRATOR_OWN
							 ? ", or ask for QMAC_NAN_ZERO"
							 : "");
			batch->nans++;
			value = 0;
		}
		if (isinf(value))
			return qmac_fail(c->context, -EDOM,
					 "element %zu is infinite, its range has no scale: clip "
					 "the tensor",
					 batch->first + i);
		span_extend(&span, value, value);
		if (fabsf(value) < least)
			least = fabsf(value);
	}
	batch->lo = span.lo;
	batch->hi = span.hi;
	batch->least = least;
	return 0;
}

/* Likewise by vectors; what is odd about a batch, the other one finds. */
static EXACT int inspect(const struct qmac_calibration *c, struct batch *batch)
{
	struct simd_range range = { INFINITY, -INFINITY, INFINITY, false };

	qmac_context_simd(c->context)->kernels->range_least(&range, batch->x, batch->count);
	if (range.nan || range.lo == -INFINITY || range.hi == INFINITY)
		return inspect_each(c, batch);
	batch->lo = range.lo + 0.0f;
	batch->hi = range.hi + 0.0f;
	batch->least = range.least;
	return 0;
}

/* Fewer elements, or fewer per bin, are not worth a tally: it is cleared and added up. */
static bool is_large(const struct qmac_calibration *c, size_t count)
{
	return c->spec.calibrator == QMAC_CALIBRATOR_OWN && count >= 1 << 18 &&
	       count / 16 >= c->spec.bins;
}

/* A piece that tally_try() did not count. 0, or -EDOM with a message. */
static EXACT int count_odd(const struct qmac_calibration *c, struct tally *tally,
			   struct batch *batch, size_t first, size_t count)
{
	struct batch piece = { .x = batch->x + first, .first = first, .count = count };
	int error = inspect(c, &piece);

	if (error)
		return error;
	tally_count(tally, qmac_context_simd(c->context)->kernels, &piece);
	/* The tally has seen all but NaN. */
	if (!piece.nans)
		return 0;
	batch->nans += piece.nans;
	batch->lo = batch->hi = batch->least = 0;
	return 0;
}

/*
 * Inspects and counts piece by piece, so that memory is read once. The state does
 * not change before the last piece turns out to be good.
 */
static EXACT int inspect_pieces(const struct qmac_calibration *c, struct tally *tally,
				struct batch *batch)
{
	const struct simd_kernels *kernels = qmac_context_simd(c->context)->kernels;
	struct simd_range seen;
	size_t first, n;

	batch->lo = batch->least = INFINITY;
	batch->hi = -INFINITY;
	for (first = 0; first < batch->count; first += n) {
		int error = 0;

		n = batch->count - first;
		n = n < HISTOGRAM_PIECE ? n : HISTOGRAM_PIECE;
		if (!tally_try(tally, kernels, batch->x + first, n))
			error = count_odd(c, tally, batch, first, n);
		if (error)
			return error;
	}
	tally_flush(tally);
	seen = tally_range(tally);
	batch->lo = fminf(batch->lo, seen.lo) + 0.0f;
	batch->hi = fmaxf(batch->hi, seen.hi) + 0.0f;
	batch->least = fminf(batch->least, seen.least);
	batch->tally = tally;
	return 0;
}

static EXACT int update_first(struct qmac_calibration *c, const struct batch *batch)
{
	const struct calibrator *kind = calibrator_of(c->spec.calibrator);
	int error = 0;

	if (batch->count > INT64_MAX - c->count)
		return qmac_fail(c->context, -EOVERFLOW,
				 "%zu elements make more than 2^63: save this calibration and "
				 "begin another",
				 batch->count);
	if (kind->see)
		error = kind->see(c, batch);
	if (error)
		return error;
	if (!c->count || batch->least < c->least)
		c->least = batch->least;
	span_extend(&c->all, batch->lo, batch->hi);
	c->count += batch->count;
	c->nans += batch->nans;
	return 0;
}

static EXACT int update_second(struct qmac_calibration *c, const struct batch *batch)
{
	if (batch->lo < c->all.lo || batch->hi > c->all.hi || batch->least < c->least ||
	    batch->count > c->count - c->recount)
		return qmac_fail(c->context, -ERANGE,
				 "second pass: a batch of %zu elements from %g to %g was not in "
				 "the first: show the same batches again",
				 batch->count, batch->lo, batch->hi);
	calibrator_of(c->spec.calibrator)->count(c, batch);
	c->recount += batch->count;
	return 0;
}

int qmac_calibration_update(struct qmac_calibration *calibration, const float *x, size_t count)
{
	struct batch batch = { .x = x, .count = count };
	struct tally tally = { 0 };
	fenv_t saved;
	int error;

	if (!count)
		return 0;
	exact_enter(&saved);
	/* Without memory for a tally: the slower way, which needs none. */
	if (is_large(calibration, count) && !tally_init(&tally, calibration->spec.bins))
		error = inspect_pieces(calibration, &tally, &batch);
	else
		error = inspect(calibration, &batch);
	if (!error)
		error = calibration->pass == 1 ? update_first(calibration, &batch)
					       : update_second(calibration, &batch);
	exact_leave(&saved);
	tally_release(&tally);
	return error;
}
