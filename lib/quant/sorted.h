/* SPDX-License-Identifier: MIT */
/* Numbers in order, with sums over any stretch of them in constant time. */
#ifndef QMAC_QUANT_SORTED_H
#define QMAC_QUANT_SORTED_H

#include <stdbool.h>
#include <stddef.h>

struct qmac_context;

/**
 * struct sorted - distinct numbers and prefix sums
 * @n: Distinct numbers.
 * @value: They, ascending.
 * @center: What has been taken from the numbers before they were summed, for
 *   the digits of the sums.
 * @weight: @n + 1 entries: how many elements are before number i.
 * @sum: Likewise, their sum.
 * @square: Likewise, the sum of their squares.
 */
struct sorted {
	size_t n;
	float *value;
	double center;
	double *weight, *sum, *square;
};

/* 0 or -ENOMEM with a message; all numbers finite or NaN, which counts as 0. */
int qmac_sorted_make(struct qmac_context *context, const float *x, size_t count,
		     struct sorted *out);

void qmac_sorted_free(struct sorted *sorted);

/* Sum of squared distances of numbers [first, last) from their mean. */
double qmac_sorted_cost(const struct sorted *sorted, size_t first, size_t last);

/* Mean of numbers [first, last), within them. */
float qmac_sorted_mean(const struct sorted *sorted, size_t first, size_t last);

#endif /* QMAC_QUANT_SORTED_H */
