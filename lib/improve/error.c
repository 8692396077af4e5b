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

/*
 * Columns [first, first + count) of the moments, each row of which serves all
 * channels. Inputs with no difference are left out: those that were rounded exactly.
 */
static void add_tile(const struct qmac_moments *moments, const float *w, const float *v,
		     size_t rows, size_t first, size_t count, double error[ERROR_ROWS])
{
	double sum[ERROR_ROWS][TILE];
	size_t k = moments->k, row, i;

	for (row = 0; row < rows; row++) {
		for (i = 0; i < count; i++)
			sum[row][i] = 0;
	}
	for (i = 0; i < k; i++) {
		for (row = 0; row < rows; row++) {
			double d = difference(w, v, row * k + i);

			if (d != 0)
				add_scaled(sum[row], moments->square + i * k + first, d, count);
		}
	}
	for (row = 0; row < rows; row++) {
		for (i = 0; i < count; i++)
			error[row] += difference(w, v, row * k + first + i) * sum[row][i];
	}
}

EXACT void qmac_row_errors(const struct qmac_moments *moments, const float *w, const float *v,
			   size_t rows, double error[ERROR_ROWS])
{
	size_t k = moments->k, first, row;

	for (row = 0; row < rows; row++)
		error[row] = moments->rows ? 0 : uncorrelated(w + row * k, v + row * k, k);
	for (first = 0; moments->rows && first < k; first += TILE)
		add_tile(moments, w, v, rows, first, k - first < TILE ? k - first : TILE, error);
	for (row = 0; row < rows; row++)
		error[row] = error[row] < 0 ? 0 : error[row];
}

EXACT double qmac_sum_errors(const struct qmac_moments *moments, const float *w, const float *v,
			     size_t n)
{
	double error[ERROR_ROWS], sum = 0;
	size_t k = moments->k, first, rows, row;

	for (first = 0; first < n; first += rows) {
		rows = n - first < ERROR_ROWS ? n - first : ERROR_ROWS;
		qmac_row_errors(moments, w + first * k, v + first * k, rows, error);
		for (row = 0; row < rows; row++)
			sum += error[row];
	}
	return sum;
}

EXACT double qmac_mean_error(const struct qmac_moments *moments, double sum)
{
	return moments->rows ? sum / (double)moments->rows : sum;
}

double qmac_rounding_error(const struct qmac_moments *moments, const float *w, const float *v,
			   size_t n)
{
	fenv_t saved;
	double error;

	exact_enter(&saved);
	error = qmac_mean_error(moments, qmac_sum_errors(moments, w, v, n));
	exact_leave(&saved);
	return error;
}
