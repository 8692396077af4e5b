// SPDX-License-Identifier: MIT
#include "improve/ldl.h"

#include <errno.h>
#include <float.h>
#include <stdbool.h>
#include <stdlib.h>

#include "context.h"
#include "quant/exact.h"

/* Share of the diagonal's mean that is added to it, where nothing is said. */
#define DAMPING 0.01

/* Rows that are eliminated from all others at once, and from one in a register. */
#define PANEL  32
#define STRIDE 4

static double live_mean(const struct qmac_moments *moments)
{
	double sum = 0, count = 0, entry;
	size_t i;

	for (i = 0; i < moments->k; i++) {
		entry = moments->square[i * moments->k + i];
		sum += entry;
		count += entry > 0;
	}
	return count > 0 ? sum / count : 0;
}

/* The lower triangle, reordered and damped. */
static EXACT void copy(const struct qmac_moments *moments, double damping, const size_t *order,
		       double *a)
{
	size_t k = moments->k, i, j;
	double damp = (damping != 0 ? damping : DAMPING) * live_mean(moments);

	for (i = 0; i < k; i++) {
		const double *row = moments->square + (order ? order[i] : i) * k;

		for (j = 0; j <= i; j++)
			a[i * k + j] = row[order ? order[j] : j];
		if (a[i * k + i] > 0)
			a[i * k + i] += damp;
		else
			a[i * k + i] = 1;
	}
}

/* row[j] -= f * pivot[j] up to and with j = last. */
static void eliminate(double *restrict row, const double *restrict pivot, double f, size_t last)
{
	size_t j;

	for (j = 0; j <= last; j++)
		row[j] -= f * pivot[j];
}

/* The same with the pivots p, p - 1, p - 2, p - 3, in this order. */
static void eliminate_more(double *restrict row, const double *restrict pivot, size_t k,
			   const double *diagonal, size_t last)
{
	const double *p1 = pivot - k, *p2 = pivot - 2 * k, *p3 = pivot - 3 * k;
	const double f0 = pivot[last] / diagonal[0], f1 = p1[last] / diagonal[-1];
	const double f2 = p2[last] / diagonal[-2], f3 = p3[last] / diagonal[-3];
	size_t j;

	for (j = 0; j <= last; j++)
		row[j] = row[j] - f0 * pivot[j] - f1 * p1[j] - f2 * p2[j] - f3 * p3[j];
}

/* All of [first, last) from the rows before them, which see the pivots from the last on. */
static void eliminate_panel(double *a, size_t k, const double *diagonal, size_t first, size_t last)
{
	size_t q, p;

	for (q = 0; q < first; q++) {
		for (p = last; p - first >= STRIDE; p -= STRIDE)
			eliminate_more(a + q * k, a + (p - 1) * k, k, diagonal + p - 1, q);
		for (; p > first; p--)
			eliminate(a + q * k, a + (p - 1) * k, a[(p - 1) * k + q] / diagonal[p - 1],
				  q);
	}
}

/*
 * The pivots of a panel, from the last on. A pivot that rounding alone may have
 * left is none: returns false.
 */
static bool factor_panel(double *a, size_t k, double *diagonal, size_t first, size_t last)
{
	size_t p, q;

	for (p = last; p-- > first;) {
		double least = 4 * (double)k * DBL_EPSILON * diagonal[p];

		if (!(a[p * k + p] > least && a[p * k + p] <= DBL_MAX))
			return false;
		diagonal[p] = a[p * k + p];
		for (q = first; q < p; q++)
			eliminate(a + q * k, a + p * k, a[p * k + q] / diagonal[p], q);
	}
	return true;
}

/* @diagonal: room for k numbers. */
static EXACT bool factor(double *a, size_t k, double *diagonal)
{
	size_t first, last, i, j;

	for (i = 0; i < k; i++)
		diagonal[i] = a[i * k + i];
	for (last = k; last; last = first) {
		first = last > PANEL ? last - PANEL : 0;
		if (!factor_panel(a, k, diagonal, first, last))
			return false;
		eliminate_panel(a, k, diagonal, first, last);
	}
	for (i = 0; i < k; i++) {
		for (j = 0; j < i; j++)
			a[i * k + j] /= diagonal[i];
	}
	return true;
}

static int try(struct qmac_context *context, const struct qmac_moments *moments, double damping,
	       const size_t *order, double *a)
{
	double *diagonal = calloc(moments->k, sizeof(*diagonal));
	bool definite;
	fenv_t saved;

	if (!diagonal)
		return qmac_fail_nomem(context, "the factor of the moments");
	exact_enter(&saved);
	copy(moments, damping, order, a);
	definite = factor(a, moments->k, diagonal);
	exact_leave(&saved);
	free(diagonal);
	if (definite)
		return 0;
	return qmac_fail(context, -EDOM,
			 "the moments of the %zu inputs are not positive definite with damping "
			 "%g (0 is %g): raise it",
			 moments->k, damping, DAMPING);
}

int qmac_ldl_make(struct qmac_context *context, const struct qmac_moments *moments, double damping,
		  const size_t *order, double **out)
{
	double *a = calloc(moments->k * moments->k, sizeof(*a));
	int error;

	if (!a)
		return qmac_fail_nomem(context, "the factor of the moments");
	error = try(context, moments, damping, order, a);
	if (error)
		free(a);
	else
		*out = a;
	return error;
}
