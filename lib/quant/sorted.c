// SPDX-License-Identifier: MIT
#include "quant/sorted.h"

#include <math.h>
#include <stdlib.h>

#include "context.h"

static int ascending(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

void qmac_sorted_free(struct sorted *sorted)
{
	free(sorted->value);
	free(sorted->weight);
	free(sorted->sum);
	free(sorted->square);
}

static void sum_up(struct sorted *sorted, size_t count)
{
	const float *x = sorted->value;
	size_t i, n = 0;

	sorted->center = x[count / 2];
	for (i = 0; i < count; i++) {
		double distance = x[i] - sorted->center;

		if (!n || x[i] > x[n - 1]) {
			sorted->value[n++] = x[i];
			sorted->weight[n] = sorted->weight[n - 1];
			sorted->sum[n] = sorted->sum[n - 1];
			sorted->square[n] = sorted->square[n - 1];
		}
		sorted->weight[n] += 1;
		sorted->sum[n] += distance;
		sorted->square[n] += distance * distance;
	}
	sorted->n = n;
}

int qmac_sorted_make(struct qmac_context *context, const float *x, size_t count, struct sorted *out)
{
	struct sorted sorted = { 0 };
	size_t i;

	sorted.value = calloc(count, sizeof(*sorted.value));
	sorted.weight = calloc(count + 1, sizeof(*sorted.weight));
	sorted.sum = calloc(count + 1, sizeof(*sorted.sum));
	sorted.square = calloc(count + 1, sizeof(*sorted.square));
	if (!sorted.value || !sorted.weight || !sorted.sum || !sorted.square) {
		qmac_sorted_free(&sorted);
		return qmac_fail_nomem(context, "the sorted numbers");
	}
	for (i = 0; i < count; i++)
		sorted.value[i] = isnan(x[i]) || !x[i] ? 0 : x[i]; /* no -0 */
	qsort(sorted.value, count, sizeof(*sorted.value), ascending);
	sum_up(&sorted, count);
	*out = sorted;
	return 0;
}

double qmac_sorted_cost(const struct sorted *sorted, size_t first, size_t last)
{
	double weight = sorted->weight[last] - sorted->weight[first];
	double sum = sorted->sum[last] - sorted->sum[first];
	double square = sorted->square[last] - sorted->square[first];
	double cost = square - sum * sum / weight;

	return cost > 0 ? cost : 0;
}

float qmac_sorted_mean(const struct sorted *sorted, size_t first, size_t last)
{
	double weight = sorted->weight[last] - sorted->weight[first];
	double sum = sorted->sum[last] - sorted->sum[first];
	double mean = sorted->center + sum / weight;

	if (mean < sorted->value[first])
		return sorted->value[first];
	return mean > sorted->value[last - 1] ? sorted->value[last - 1] : (float)mean;
}
