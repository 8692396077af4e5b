/* SPDX-License-Identifier: MIT */
/* What rounding does to a layer's sums. Call in the exact environment. */
#ifndef QMAC_IMPROVE_ERROR_H
#define QMAC_IMPROVE_ERROR_H

#include <qmac/improve.h>

/* Channels whose errors are summed at a time. */
#define ERROR_ROWS 4

/*
 * d^T (sum of x x^T) d of each of up to ERROR_ROWS channels, d = @w - @v; the sum is 1 where
 * there are no rows.
 */
void qmac_row_errors(const struct qmac_moments *moments, const float *w, const float *v,
		     size_t rows, double error[ERROR_ROWS]);

/* All of @n channels. */
double qmac_sum_errors(const struct qmac_moments *moments, const float *w, const float *v,
		       size_t n);

/* The same by the rows that were seen. */
double qmac_mean_error(const struct qmac_moments *moments, double sum);

#endif /* QMAC_IMPROVE_ERROR_H */
