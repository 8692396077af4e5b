// SPDX-License-Identifier: MIT
/*
 * Whoever looks at rounded weights takes the greatest for the greatest code. So one
 * weight of each scale has to have that code, or the grid would not be found again.
 */
#include "network/improve_round.h"

#include <math.h>

/* The cheapest way so far to give one weight the greatest code. */
struct change {
	double cost;
	size_t weight;
	float value;
};

/* d^T H of weight @j of a row, d = w - v, H = E[x x^T] times the rows seen. */
static double slope(const struct qmac_moments *moments, const float *w, const float *v, size_t j)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < moments->k; i++)
		sum += ((double)w[i] - v[i]) * moments->square[j * moments->k + i];
	return sum;
}

/* What weights @from to @to of a row could become, at the expense of d^T H d. */
static void look_at_row(const struct rounding *rounding, size_t row, size_t from, size_t to,
			float greatest, struct change *best)
{
	const size_t k = rounding->layer->inputs;
	const struct qmac_moments *moments = &rounding->moments[row / rounding->layer->outputs];
	const float *w = rounding->w + row * k, *v = rounding->v + row * k;
	size_t j;
	int sign;

	for (j = from; j < to; j++) {
		double at = w[j] == 0 ? 0 : slope(moments, w, v, j);

		for (sign = -1; w[j] != 0 && sign <= 1; sign += 2) {
			double step = (double)sign * greatest - v[j];
			double cost = step * (step * moments->square[j * k + j] - 2 * at);

			if (cost < best->cost)
				*best = (struct change){ cost, row * k + j,
							 (float)sign * greatest };
		}
	}
}

static float greatest_of(const float *values, size_t count)
{
	float most = 0;
	size_t i;

	for (i = 0; i < count; i++)
		most = fabsf(values[i]) > most ? fabsf(values[i]) : most;
	return most;
}

void improve_round_keep_scales(struct rounding *rounding)
{
	size_t rows = rounding->layer->groups * rounding->layer->outputs;
	size_t k = rounding->layer->inputs, each = rows / rounding->params.channels, c, r;

	for (c = 0; c < rounding->params.channels; c++) {
		size_t first = c * each * k;
		float want = greatest_of(rounding->nearest + first, each * k);
		struct change best = { INFINITY, first, want };

		if (greatest_of(rounding->v + first, each * k) >= want)
			continue;
		for (r = c * each; r < (c + 1) * each; r++)
			look_at_row(rounding, r, 0, k, want, &best);
		rounding->v[best.weight] = best.value;
	}
}

void improve_round_keep_blocks(struct rounding *rounding, const struct qmac_quant_params *params)
{
	size_t k = rounding->layer->inputs, length = rounding->options->group, r, from;
	const float *scale = params->scale;

	for (r = 0; r < rounding->layer->outputs; r++)
		for (from = 0; from < k; from += length, scale++) {
			size_t to = k - from < length ? k : from + length;
			float want = *scale * (float)params->q_max;
			struct change best = { .cost = INFINITY };

			/* A block of zeros has no weight to raise, and a scale of its own. */
			if (greatest_of(rounding->v + r * k + from, to - from) >= want)
				continue;
			look_at_row(rounding, r, from, to, want, &best);
			if (best.cost < INFINITY)
				rounding->v[best.weight] = best.value;
		}
}
