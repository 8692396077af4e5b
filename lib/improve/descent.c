// SPDX-License-Identifier: MIT
#include "improve/descent.h"

#include <string.h>

#include "quant/exact.h"

/*
 * A change must gain this share of what it costs: less may be an error of
 * rounding, and two weights could take turns forever.
 */
#define LEAST_GAIN 1e-9

#define NONE ((size_t)-1)

/* The gradients, and the errors with them. */
static void measure(struct descent *descent)
{
	size_t k = descent->k, i, r;
	double sum[LANES];

	for (r = 0; r < LANES; r++)
		descent->error[r] = 0;
	for (i = 0; i < k; i++) {
		for (r = 0; r < LANES; r++)
			sum[r] = 0;
		qmac_lanes_sum(descent->square + i * k, descent->d, 0, k, sum);
		for (r = 0; r < LANES; r++) {
			descent->gradient[r * k + i] = sum[r];
			descent->error[r] += descent->d[i * LANES + r] * sum[r];
		}
	}
	for (r = 0; r < LANES; r++)
		descent->error[r] = descent->error[r] < 0 ? 0 : descent->error[r];
}

/* The change that makes a row's error smaller by most, or NONE. */
static size_t best_change(const double *step, const double *gradient, const double *cost, size_t k)
{
	size_t best = NONE, i;
	double most = 0;

	for (i = 0; i < k; i++) {
		double gain = 2 * step[i] * gradient[i] - cost[i];

		if (gain > most && gain > LEAST_GAIN * cost[i]) {
			most = gain;
			best = i;
		}
	}
	return best;
}

static void subtract(double *restrict y, const double *restrict x, double factor, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		y[i] -= factor * x[i];
}

static void change(struct descent *descent, size_t r, size_t i)
{
	double *d = &descent->d[i * LANES + r], *other = &descent->other[r * descent->k + i];
	double previous = *d;

	*d = *other;
	*other = previous;
	descent->step[r * descent->k + i] *= -1;
}

/* Returns whether anything changed. */
static bool descend(struct descent *descent, size_t r)
{
	size_t k = descent->k, before = descent->changes[r], i;
	double *step = descent->step + r * k, *gradient = descent->gradient + r * k;
	double *cost = descent->cost + r * k;

	while (descent->changes[r] < descent->limit) {
		i = best_change(step, gradient, cost, k);
		if (i == NONE)
			break;
		subtract(gradient, descent->square + i * k, step[i], k);
		change(descent, r, i);
		descent->changes[r]++;
	}
	return descent->changes[r] != before;
}

/*
 * The gradients that the changes carry along drift by errors of rounding, so they
 * are computed anew until that leads to no further change.
 */
EXACT void qmac_descent_run(struct descent *descent)
{
	size_t k = descent->k, i, r;
	bool changed;

	for (r = 0; r < LANES; r++) {
		for (i = 0; i < k; i++)
			descent->cost[r * k + i] = descent->step[r * k + i] *
						   descent->step[r * k + i] *
						   descent->square[i * k + i];
	}
	measure(descent);
	memcpy(descent->start, descent->error, sizeof(descent->start));
	for (;;) {
		changed = false;
		for (r = 0; r < LANES; r++)
			changed |= descend(descent, r);
		if (!changed)
			break;
		measure(descent);
	}
}
