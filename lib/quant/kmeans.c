// SPDX-License-Identifier: MIT
/* Levels where the numbers are dense. */
#include <qmac/codebook.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "quant/exact.h"
#include "quant/sorted.h"

#define LLOYD_ROUNDS 300

/* Clusters of sorted numbers: cluster i is [start[i], start[i + 1]). */
struct clusters {
	unsigned int count;
	size_t start[QMAC_CODEBOOK_LEVELS + 1];
};

/* One row of the dynamic program: the best division of each prefix into @row + 1 clusters. */
struct table {
	const struct sorted *sorted;
	const double *before; /* costs of the row above */
	double *cost;
	uint32_t *start; /* where the last cluster begins */
};

/*
 * Fills prefixes [first, last], whose last clusters begin in [lo, hi]: that
 * start never goes back as prefixes grow, so each half searches its part.
 */
static void fill(const struct table *table, size_t first, size_t last, size_t lo, size_t hi)
{
	size_t middle = first + (last - first) / 2, best = lo, j;
	double least = INFINITY;

	for (j = lo; j <= hi && j <= middle; j++) {
		double cost = table->before[j] + qmac_sorted_cost(table->sorted, j, middle + 1);

		if (cost < least) {
			least = cost;
			best = j;
		}
	}
	table->cost[middle + 1] = least;
	table->start[middle] = (uint32_t)best;
	if (middle > first)
		fill(table, first, middle - 1, lo, best);
	if (middle < last)
		fill(table, middle + 1, last, best, hi);
}

/* @cost: two rows of n + 1; @start: levels rows of n. */
static void divide(const struct sorted *sorted, unsigned int levels, double *cost, uint32_t *start,
		   struct clusters *out)
{
	size_t n = sorted->n, end;
	double *before = cost, *now = cost + n + 1;
	unsigned int row;

	for (end = 1; end <= n; end++)
		before[end] = qmac_sorted_cost(sorted, 0, end);
	for (row = 1; row < levels; row++) {
		struct table table = { sorted, before, now, start + row * n };
		double *swap = before;

		/* at least one number for each of the clusters before */
		fill(&table, row, n - 1, row, n - 1);
		before = now;
		now = swap;
	}
	out->count = levels;
	out->start[levels] = n;
	end = n;
	for (row = levels; row--;) {
		end = row ? start[row * n + end - 1] : 0;
		out->start[row] = end;
	}
}

static int optimal(struct qmac_context *context, const struct sorted *sorted, unsigned int levels,
		   struct clusters *out)
{
	uint32_t *start;
	double *cost;
	int error = 0;

	if (sorted->n > QMAC_CODEBOOK_OPTIMAL_MAX)
		return qmac_fail(context, -E2BIG,
				 "%zu distinct numbers: the optimal codebook takes %d, ask for "
				 "QMAC_KMEANS_LLOYD",
				 sorted->n, QMAC_CODEBOOK_OPTIMAL_MAX);
	start = calloc(levels * sorted->n, sizeof(*start));
	cost = calloc(2 * (sorted->n + 1), sizeof(*cost));
	if (start && cost)
		divide(sorted, levels, cost, start, out);
	else
		error = qmac_fail_nomem(context, "the divisions into clusters");
	free(start);
	free(cost);
	return error;
}

/* How many of the distinct numbers are at most @bound. */
static size_t up_to(const struct sorted *sorted, double bound)
{
	size_t first = 0, last = sorted->n;

	while (first < last) {
		size_t middle = first + (last - first) / 2;

		if (sorted->value[middle] <= bound)
			first = middle + 1;
		else
			last = middle;
	}
	return first;
}

static bool assign(const struct sorted *sorted, const double *level, struct clusters *clusters)
{
	bool changed = false;
	unsigned int i;

	for (i = 1; i < clusters->count; i++) {
		size_t start = up_to(sorted, (level[i - 1] + level[i]) / 2);

		changed = changed || start != clusters->start[i];
		clusters->start[i] = start;
	}
	return changed;
}

static void drop_empty(struct clusters *clusters)
{
	unsigned int i, kept = 0;

	for (i = 0; i < clusters->count; i++) {
		if (clusters->start[i] < clusters->start[i + 1])
			clusters->start[kept++] = clusters->start[i];
	}
	clusters->start[kept] = clusters->start[clusters->count];
	clusters->count = kept;
}

static void lloyd(const struct sorted *sorted, unsigned int levels, struct clusters *out)
{
	double level[QMAC_CODEBOOK_LEVELS];
	unsigned int i, round;

	memset(out, 0, sizeof(*out));
	out->count = levels;
	out->start[levels] = sorted->n;
	for (i = 0; i < levels; i++)
		level[i] = sorted->value[(2 * i + 1) * sorted->n / (2 * levels)];
	for (round = 0; round < LLOYD_ROUNDS && assign(sorted, level, out); round++) {
		for (i = 0; i < levels; i++) {
			if (out->start[i] < out->start[i + 1])
				level[i] =
					qmac_sorted_mean(sorted, out->start[i], out->start[i + 1]);
		}
	}
	drop_empty(out);
}

static void make_book(const struct sorted *sorted, const struct clusters *clusters, bool keep_zero,
		      struct qmac_codebook *out)
{
	unsigned int i, nearest = 0;

	memset(out, 0, sizeof(*out));
	out->levels = clusters->count;
	for (i = 0; i < out->levels; i++) {
		out->value[i] =
			qmac_sorted_mean(sorted, clusters->start[i], clusters->start[i + 1]);
		if (fabsf(out->value[i]) < fabsf(out->value[nearest]))
			nearest = i;
	}
	if (keep_zero)
		out->value[nearest] = 0;
	for (i = 0; i + 1 < out->levels; i++)
		out->threshold[i] = ((double)out->value[i] + out->value[i + 1]) / 2;
}

static EXACT int kmeans(struct qmac_context *context, const float *x, size_t count,
			unsigned int levels, const struct qmac_kmeans_options *options,
			struct qmac_codebook *out)
{
	struct clusters clusters;
	struct sorted sorted;
	int error = qmac_sorted_make(context, x, count, &sorted);

	if (error)
		return error;
	if (levels > sorted.n)
		levels = (unsigned int)sorted.n;
	if (options->method == QMAC_KMEANS_LLOYD && levels < sorted.n)
		lloyd(&sorted, levels, &clusters);
	else
		error = optimal(context, &sorted, levels, &clusters);
	if (!error)
		make_book(&sorted, &clusters, options->keep_zero, out);
	qmac_sorted_free(&sorted);
	return error;
}

static int check(struct qmac_context *context, const float *x, size_t count, unsigned int levels,
		 const struct qmac_kmeans_options *options)
{
	size_t i;

	if (!count)
		return qmac_fail(context, -EINVAL, "an empty tensor has no codebook");
	if (!levels || levels > QMAC_CODEBOOK_LEVELS)
		return qmac_fail(context, -EINVAL, "codebook of %u levels: use 1 to %d", levels,
				 QMAC_CODEBOOK_LEVELS);
	if (options->method > QMAC_KMEANS_LLOYD || options->nan > QMAC_NAN_ZERO)
		return qmac_fail(context, -EINVAL,
				 "method %u, nan %u: use QMAC_KMEANS_* and QMAC_NAN_*",
				 options->method, options->nan);
	for (i = 0; i < count; i++) {
		if (isinf(x[i]) || (isnan(x[i]) && options->nan == QMAC_NAN_ERROR))
			return qmac_fail(context, -EDOM, "element %zu is %g: clean the tensor", i,
					 x[i]);
	}
	return 0;
}

int qmac_codebook_kmeans(struct qmac_context *context, const float *x, size_t count,
			 unsigned int levels, const struct qmac_kmeans_options *options,
			 struct qmac_codebook *out)
{
	static const struct qmac_kmeans_options defaults;
	fenv_t saved;
	int error;

	if (!options)
		options = &defaults;
	error = check(context, x, count, levels, options);
	if (error)
		return error;
	exact_enter(&saved);
	error = kmeans(context, x, count, levels, options, out);
	exact_leave(&saved);
	return error;
}
