// SPDX-License-Identifier: MIT
#include "improve/error.h"

#include <math.h>

#include "quant/exact.h"

/* Columns of the moments taken at a time: their sums stay in the first cache. */
#define TILE 512

static double difference(const float *w, const float *v, size_t i)
{
	return (double)w[i] - (double)v[i];
}

static void add_scaled(double *restrict sum, const double *restrict x, double factor, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		sum[i] += factor * x[i];
}

static EXACT double uncorrelated(const float *w, const float *v, size_t k)
{
	double error = 0;
	size_t i;

	for (i = 0; i < k; i++)
		error += difference(w, v, i) * difference(w, v, i);
	return error;
}

/* Inputs with no difference are left out: mostly those that were rounded exactly. */
EXACT double qmac_row_error(const struct qmac_moments *moments, const float *w, const float *v)
{
	size_t k = moments->k, first, count, i;
	double sum[TILE], error = 0;

	if (!moments->rows)
		return uncorrelated(w, v, k);
	for (first = 0; first < k; first += TILE) {
		count = k - first < TILE ? k - first : TILE;
		for (i = 0; i < count; i++)
			sum[i] = 0;
		for (i = 0; i < k; i++) {
			double d = difference(w, v, i);

			if (d != 0)
				add_scaled(sum, moments->square + i * k + first, d, count);
		}
		for (i = 0; i < count; i++)
			error += difference(w, v, first + i) * sum[i];
	}
	return error < 0 ? 0 : error;
}

EXACT double qmac_mean_error(const struct qmac_moments *moments, double sum)
{
	return moments->rows ? sum / (double)moments->rows : sum;
}

static EXACT double rounding_error(const struct qmac_moments *moments, const float *w,
				   const float *v, size_t n)
{
	double sum = 0;
	size_t row;

	for (row = 0; row < n; row++)
		sum += qmac_row_error(moments, w + row * moments->k, v + row * moments->k);
	return qmac_mean_error(moments, sum);
}

double qmac_rounding_error(const struct qmac_moments *moments, const float *w, const float *v,
			   size_t n)
{
	fenv_t saved;
	double error;

	exact_enter(&saved);
	error = rounding_error(moments, w, v, n);
	exact_leave(&saved);
	return error;
}
