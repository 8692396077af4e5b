// SPDX-License-Identifier: MIT
/* First and second moments of a layer's inputs. */
#include <qmac/improve.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "improve/finite.h"
#include "quant/exact.h"

/* Rows that are added to an element while it is in a register. */
#define STRIDE 4

/* Elements of a square that is mirrored at a time: two of them stay in the cache. */
#define TILE 32

int qmac_moments_init(struct qmac_context *context, struct qmac_moments *moments, size_t k)
{
	if (!k || k > QMAC_MOMENTS_MAX)
		return qmac_fail(context, -EINVAL, "moments of %zu inputs: use 1 to %d", k,
				 QMAC_MOMENTS_MAX);
	*moments = (struct qmac_moments){ .k = k };
	moments->sum = calloc(k, sizeof(*moments->sum));
	moments->square = calloc(k * k, sizeof(*moments->square));
	if (!moments->sum || !moments->square) {
		qmac_moments_release(moments);
		return qmac_fail_nomem(context, "the moments of the inputs");
	}
	return 0;
}

void qmac_moments_release(struct qmac_moments *moments)
{
	free(moments->sum);
	free(moments->square);
	memset(moments, 0, sizeof(*moments));
}

/* Products of two fp32 are exact in double; each is added to what was there before. */
static void add_rows(double *restrict square, const float *restrict x, size_t k, size_t i)
{
	const float *x1 = x + k, *x2 = x + 2 * k, *x3 = x + 3 * k;
	const double y0 = x[i], y1 = x1[i], y2 = x2[i], y3 = x3[i];
	size_t j;

	for (j = 0; j <= i; j++)
		square[j] = square[j] + y0 * (double)x[j] + y1 * (double)x1[j] +
			    y2 * (double)x2[j] + y3 * (double)x3[j];
}

static void add_row(double *restrict square, const float *restrict x, size_t i)
{
	const double y = x[i];
	size_t j;

	for (j = 0; j <= i; j++)
		square[j] += y * (double)x[j];
}

/* The lower triangle: whatever the split, an element sees the rows in their order. */
static void add_squares(struct qmac_moments *moments, const float *x, size_t rows)
{
	size_t k = moments->k, row = 0, i;

	for (; rows - row >= STRIDE; row += STRIDE) {
		for (i = 0; i < k; i++)
			add_rows(moments->square + i * k, x + row * k, k, i);
	}
	for (; row < rows; row++) {
		for (i = 0; i < k; i++)
			add_row(moments->square + i * k, x + row * k, i);
	}
}

static void mirror_tile(double *square, size_t k, size_t top, size_t left)
{
	size_t bottom = top + TILE < k ? top + TILE : k, i, j;

	for (i = top; i < bottom; i++) {
		for (j = left; j < left + TILE && j < i; j++)
			square[j * k + i] = square[i * k + j];
	}
}

static EXACT void update(struct qmac_moments *moments, const float *x, size_t rows)
{
	size_t k = moments->k, row, i, j;

	for (row = 0; row < rows; row++) {
		for (i = 0; i < k; i++)
			moments->sum[i] += (double)x[row * k + i];
	}
	add_squares(moments, x, rows);
	for (i = 0; i < k; i += TILE) {
		for (j = 0; j <= i; j += TILE)
			mirror_tile(moments->square, k, i, j);
	}
	moments->rows += rows;
}

int qmac_moments_update(struct qmac_context *context, struct qmac_moments *moments, const float *x,
			size_t rows)
{
	int error = qmac_finite_check(context, "input", x, rows * moments->k);
	fenv_t saved;

	if (error)
		return error;
	exact_enter(&saved);
	update(moments, x, rows);
	exact_leave(&saved);
	return 0;
}
