// SPDX-License-Identifier: MIT
#include "quant/gather.h"

#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "quant/walk.h"

/* Turns the numbers of elements in @end into where the parts begin. */
static void begin(size_t *end, size_t parts)
{
	size_t sum = 0, i;

	for (i = 0; i < parts; i++) {
		size_t count = end[i];

		end[i] = sum;
		sum += count;
	}
}

int gather(struct qmac_context *context, const struct qmac_granularity *granularity, const float *x,
	   struct gathered *out)
{
	size_t parts = qmac_granularity_count(granularity);
	struct walk walk;
	struct run run;

	out->x = calloc(qmac_walk_elements(granularity) + 1, sizeof(*out->x));
	out->end = calloc(parts + 1, sizeof(*out->end));
	if (!out->x || !out->end)
		return qmac_fail_nomem(context, "the parts of a tensor");
	for (qmac_walk_start(&walk, granularity, false); qmac_walk_next(&walk, &run);)
		out->end[run.param] += run.length;
	begin(out->end, parts);
	for (qmac_walk_start(&walk, granularity, false); qmac_walk_next(&walk, &run);) {
		memcpy(out->x + out->end[run.param], x + run.first, run.length * sizeof(*x));
		out->end[run.param] += run.length;
	}
	return 0;
}

void gather_free(struct gathered *gathered)
{
	free(gathered->x);
	free(gathered->end);
}

const float *gathered_part(const struct gathered *gathered, size_t i, size_t *count)
{
	size_t first = i ? gathered->end[i - 1] : 0;

	*count = gathered->end[i] - first;
	return gathered->x + first;
}
