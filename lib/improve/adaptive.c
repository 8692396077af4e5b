// SPDX-License-Identifier: MIT
/* Rounding up or down, whichever serves the sums. */
#include <qmac/improve.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/type.h>

#include "context.h"
#include "improve/descent.h"
#include "improve/error.h"
#include "improve/finite.h"
#include "improve/ldl.h"
#include "improve/neighbours.h"
#include "improve/order.h"
#include "quant/exact.h"
#include "quant/walk.h"

#define DEFAULT_PASSES 20

/* Orders in which the weights of a row are rounded one after the other to start with. */
#define SEQUENCES 2

/* NULL for the inputs' own order; the moments in the order, by qmac_ldl_make(). */
struct sequence {
	size_t *order;
	double *factor;
};

/**
 * struct search - the work on all rows
 * @descent: Works on some rows at once.
 * @moments: Of the inputs.
 * @sequence: Where descents start from besides the nearest values.
 * @ordered: [k, LANES] differences in the order of a sequence.
 * @w: Weights.
 * @near: Their nearest values.
 * @far: The others.
 * @swapped: Receives whether a weight takes the other value.
 * @best: Least errors so far of the rows at work.
 * @before: Sum of the errors of the nearest values.
 * @after: Sum of the errors found.
 * @most: Most changes of a row in one descent.
 */
struct search {
	struct descent descent;
	const struct qmac_moments *moments;
	struct sequence sequence[SEQUENCES];
	double *ordered;
	const float *w, *near, *far;
	bool *swapped;
	double best[LANES];
	double before, after;
	size_t most;
};

static void place(struct search *search, size_t i, size_t r, size_t at, bool swap)
{
	double w = (double)search->w[at], near = (double)search->near[at];
	double far = (double)search->far[at];

	search->descent.d[i * LANES + r] = w - (swap ? far : near);
	search->descent.other[r * search->descent.k + i] = w - (swap ? near : far);
	search->descent.step[r * search->descent.k + i] = swap ? near - far : far - near;
}

/* Lanes without a row have no differences and take no steps. */
static void clear(struct descent *descent)
{
	memset(descent->d, 0, descent->k * LANES * sizeof(*descent->d));
	memset(descent->other, 0, descent->k * LANES * sizeof(*descent->other));
	memset(descent->step, 0, descent->k * LANES * sizeof(*descent->step));
	memset(descent->changes, 0, sizeof(descent->changes));
}

static void start_nearest(struct search *search, size_t row, size_t rows)
{
	size_t k = search->descent.k, i, r;

	clear(&search->descent);
	for (r = 0; r < rows; r++) {
		for (i = 0; i < k; i++)
			place(search, i, r, (row + r) * k + i, false);
	}
}

/* One after the other, each to the value next to what the differences so far ask for. */
static void start_sequential(struct search *search, const struct sequence *sequence, size_t row,
			     size_t rows)
{
	struct descent *descent = &search->descent;
	size_t k = descent->k, i, r;
	double sum[LANES];

	clear(descent);
	for (i = 0; i < k; i++) {
		size_t input = sequence->order ? sequence->order[i] : i;

		memset(sum, 0, sizeof(sum));
		qmac_lanes_sum(sequence->factor + i * k, search->ordered, 0, i, sum);
		for (r = 0; r < rows; r++) {
			size_t at = (row + r) * k + input;
			double near = (double)search->near[at], far = (double)search->far[at];
			double goal = (double)search->w[at] + sum[r];
			bool swap = (goal - near) * (goal - near) > (goal - far) * (goal - far);

			place(search, input, r, at, swap);
		}
		memcpy(search->ordered + i * LANES, descent->d + input * LANES,
		       LANES * sizeof(*descent->d));
	}
}

/* The step tells, as it leads back to the nearest value. */
static bool is_swapped(const struct search *search, size_t i, size_t r, size_t row)
{
	double step = search->descent.step[r * search->descent.k + i];
	size_t at = (row + r) * search->descent.k + i;

	return step != 0 && step == (double)search->near[at] - (double)search->far[at];
}

/* The rows that are better than before are the best so far. */
static void keep_better(struct search *search, size_t row, size_t rows)
{
	const struct descent *descent = &search->descent;
	size_t k = descent->k, i, r;

	for (r = 0; r < rows; r++) {
		if (descent->changes[r] > search->most)
			search->most = descent->changes[r];
		if (!(descent->error[r] < search->best[r]))
			continue;
		search->best[r] = descent->error[r];
		for (i = 0; i < k; i++)
			search->swapped[(row + r) * k + i] = is_swapped(search, i, r, row);
	}
}

static void search_rows(struct search *search, size_t row, size_t rows)
{
	size_t r, s;

	start_nearest(search, row, rows);
	qmac_descent_run(&search->descent);
	memcpy(search->best, search->descent.start, sizeof(search->best));
	for (r = 0; r < rows; r++)
		search->before += search->best[r];
	keep_better(search, row, rows);
	for (s = 0; s < SEQUENCES; s++) {
		start_sequential(search, &search->sequence[s], row, rows);
		qmac_descent_run(&search->descent);
		keep_better(search, row, rows);
	}
	for (r = 0; r < rows; r++)
		search->after += search->best[r];
}

static EXACT void run(struct search *search, size_t n, struct qmac_adaptive_report *report)
{
	size_t row;

	/* without rows, the nearest codes are the best */
	if (!search->moments->rows)
		search->before = search->after =
			qmac_sum_errors(search->moments, search->w, search->near, n);
	for (row = 0; search->moments->rows && row < n; row += LANES)
		search_rows(search, row, n - row < LANES ? n - row : LANES);
	report->before = qmac_mean_error(search->moments, search->before);
	report->after = qmac_mean_error(search->moments, search->after);
	report->passes = (unsigned int)((search->most + search->descent.k - 1) / search->descent.k);
}

static void release(struct search *search)
{
	size_t s;

	free(search->descent.d);
	free(search->descent.other);
	free(search->descent.step);
	free(search->descent.gradient);
	free(search->descent.cost);
	for (s = 0; s < SEQUENCES; s++) {
		free(search->sequence[s].order);
		free(search->sequence[s].factor);
	}
	free(search->ordered);
	free(search->swapped);
}

static int prepare(struct qmac_context *context, struct search *search, size_t n)
{
	struct descent *descent = &search->descent;
	size_t lanes = descent->k * LANES, s;
	int error = 0;

	descent->d = calloc(lanes, sizeof(double));
	descent->other = calloc(lanes, sizeof(double));
	descent->step = calloc(lanes, sizeof(double));
	descent->gradient = calloc(lanes, sizeof(double));
	descent->cost = calloc(lanes, sizeof(double));
	search->ordered = calloc(lanes, sizeof(double));
	search->swapped = calloc(n * descent->k, sizeof(*search->swapped));
	if (!descent->d || !descent->other || !descent->step || !descent->gradient ||
	    !descent->cost || !search->ordered || !search->swapped)
		return qmac_fail_nomem(context, "the search for the best rounding");
	search->sequence[1].order = qmac_order_by_activity(context, search->moments);
	if (!search->sequence[1].order)
		return -ENOMEM;
	for (s = 0; s < SEQUENCES && !error; s++)
		error = qmac_ldl_make(context, search->moments, 0, search->sequence[s].order,
				      &search->sequence[s].factor);
	return error;
}

static int search_all(struct qmac_context *context, const struct qmac_moments *moments,
		      const float *w, size_t n, unsigned int passes,
		      const struct qmac_quant_params *params, struct neighbours *found,
		      struct qmac_adaptive_report *report)
{
	struct search search = {
		.descent = { .k = moments->k, .square = moments->square },
		.moments = moments,
		.w = w,
		.near = found->near,
		.far = found->far,
	};
	int error = prepare(context, &search, n);
	fenv_t saved;
	size_t i;

	search.descent.limit = (passes ? passes : DEFAULT_PASSES) * moments->k;
	if (!error) {
		exact_enter(&saved);
		run(&search, n, report);
		exact_leave(&saved);
		for (i = 0; i < found->count; i++) {
			if (search.swapped[i]) {
				qmac_neighbours_swap(found, params, i);
				report->changed++;
			}
		}
	}
	release(&search);
	return error;
}

static int check(struct qmac_context *context, const struct qmac_granularity *granularity,
		 const struct qmac_moments *moments, const float *w, size_t n)
{
	int error = qmac_walk_check(context, granularity);
	size_t elements;

	if (error)
		return error;
	if (!n)
		return qmac_fail(context, -EINVAL, "weights of 0 output channels: use 1 or more");
	elements = qmac_walk_elements(granularity);
	if (elements / n != moments->k || elements % n)
		return qmac_fail(context, -EINVAL,
				 "a granularity of %zu elements for %zu channels of %zu inputs: "
				 "describe the same tensor",
				 elements, n, moments->k);
	return qmac_finite_check(context, "weight", w, elements);
}

int qmac_round_adaptive(struct qmac_context *context, const struct qmac_quant_params *params,
			const struct qmac_granularity *granularity,
			const struct qmac_moments *moments, const float *w, size_t n,
			unsigned int passes, void *q, struct qmac_adaptive_report *report)
{
	struct qmac_adaptive_report done = { 0 };
	struct neighbours found;
	int error = check(context, granularity, moments, w, n);

	if (error)
		return error;
	error = qmac_neighbours_make(context, params, granularity, w, n * moments->k, &found);
	if (!error)
		error = search_all(context, moments, w, n, passes, params, &found, &done);
	if (!error) {
		memcpy(q, found.q, found.count * qmac_type_bytes(params->type));
		if (report)
			*report = done;
	}
	qmac_neighbours_free(&found);
	return error;
}
