// SPDX-License-Identifier: MIT
#include "calibrate/edges.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "quant/exact.h"

void edges_release(struct edges *edges)
{
	free(edges->edge);
	free(edges->count);
	memset(edges, 0, sizeof(*edges));
}

int edges_allocate(struct edges *edges, size_t bins)
{
	edges->edge = calloc(bins + 1, sizeof(*edges->edge));
	edges->count = calloc(bins, sizeof(*edges->count));
	edges->bins = bins;
	edges->wide = false;
	if (edges->edge && edges->count)
		return 0;
	edges_release(edges);
	return -ENOMEM;
}

/* numpy.linspace(first, last, bins + 1, dtype=float32) of fp32 arguments. */
static EXACT void linspace(double *edge, size_t bins, float first, float last)
{
	float delta = last - first;
	float step = delta / (float)bins;
	size_t i;

	for (i = 0; i < bins; i++) {
		float at = step != 0 ? (float)i * step : (float)i / (float)bins * delta;

		edge[i] = (double)(at + first);
	}
	edge[bins] = (double)last;
}

static EXACT bool ascending(const struct edges *edges)
{
	size_t i;

	for (i = 0; i < edges->bins; i++)
		if (!(edges->edge[i] < edges->edge[i + 1]))
			return false;
	return isfinite(edges->edge[0]) && isfinite(edges->edge[edges->bins]);
}

int edges_linspace(struct edges *edges, size_t bins, float first, float last)
{
	struct edges made;
	int error = edges_allocate(&made, bins);

	if (error)
		return error;
	if (first == last) {
		first -= 0.5f;
		last += 0.5f;
	}
	linspace(made.edge, bins, first, last);
	if (!ascending(&made)) {
		edges_release(&made);
		return -ERANGE;
	}
	edges_release(edges);
	*edges = made;
	return 0;
}

/* The arguments of numpy.arange(), in the precision of the edges. */
struct range {
	double start, next, length;
};

static EXACT struct range range_wide(double last, double width, double greatest)
{
	struct range range = { .start = last + width };

	range.next = range.start + width;
	range.length = ceil((greatest + width - range.start) / width);
	return range;
}

static EXACT struct range range_narrow(float last, float width, float greatest)
{
	float start = last + width, next = start + width, stop = greatest + width;
	float span = stop - start;

	return (struct range){ (double)start, (double)next, ceil((double)(span / width)) };
}

static EXACT struct range range_of(const struct edges *edges, float greatest)
{
	double last = edges->edge[edges->bins], width = edges->edge[1] - edges->edge[0];

	if (edges->wide)
		return range_wide(last, width, (double)greatest);
	return range_narrow((float)last, (float)edges->edge[1] - (float)edges->edge[0], greatest);
}

/* The first two elements are computed, the others go on in steps of their difference. */
static EXACT void arange(double *out, size_t length, const struct range *range)
{
	double delta = range->next - range->start;
	size_t i;

	for (i = 0; i < length; i++)
		out[i] = i == 1 ? range->next : range->start + (double)i * delta;
}

int edges_extend(struct edges *edges, float greatest, size_t limit)
{
	struct range range = range_of(edges, greatest);
	struct edges made;
	size_t more;

	if (!(range.length <= (double)(limit - edges->bins)))
		return -ERANGE;
	more = range.length > 0 ? (size_t)range.length : 0;
	if (edges_allocate(&made, edges->bins + more))
		return -ENOMEM;
	memcpy(made.edge, edges->edge, (edges->bins + 1) * sizeof(*made.edge));
	memcpy(made.count, edges->count, edges->bins * sizeof(*made.count));
	arange(made.edge + edges->bins + 1, more, &range);
	edges_release(edges);
	*edges = made;
	edges->wide = true;
	return 0;
}

EXACT void edges_narrow(struct edges *edges)
{
	size_t i;

	for (i = 0; i <= edges->bins; i++)
		edges->edge[i] = (double)(float)edges->edge[i];
	edges->wide = false;
}

/* The last bin whose left edge is not above @value, which is within the edges. */
static size_t find(const struct edges *edges, double value)
{
	size_t lo = 0, hi = edges->bins;

	while (hi - lo > 1) {
		size_t middle = lo + (hi - lo) / 2;

		if (value < edges->edge[middle])
			hi = middle;
		else
			lo = middle;
	}
	return lo;
}

EXACT void edges_count(struct edges *edges, const float *x, size_t count, bool magnitude)
{
	size_t i;

	for (i = 0; i < count; i++) {
		double value = (double)(magnitude ? fabsf(x[i]) : x[i]);

		if (value >= edges->edge[0] && value <= edges->edge[edges->bins])
			edges->count[find(edges, value)]++;
	}
}
