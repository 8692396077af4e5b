// SPDX-License-Identifier: MIT
#include "improve/order.h"

#include <stdlib.h>

#include "context.h"
#include "quant/exact.h"

struct activity {
	double square;
	size_t input;
};

static int more_active(const void *a, const void *b)
{
	const struct activity *x = a, *y = b;

	if (x->square != y->square)
		return x->square > y->square ? -1 : 1;
	return x->input < y->input ? -1 : 1;
}

static EXACT void sort(struct activity *activity, size_t k)
{
	qsort(activity, k, sizeof(*activity), more_active);
}

size_t *qmac_order_by_activity(struct qmac_context *context, const struct qmac_moments *moments)
{
	size_t k = moments->k, *order = calloc(k, sizeof(*order)), i;
	struct activity *activity = calloc(k, sizeof(*activity));
	fenv_t saved;

	if (!order || !activity) {
		free(order);
		free(activity);
		qmac_fail_nomem(context, "the order of the inputs");
		return NULL;
	}
	for (i = 0; i < k; i++)
		activity[i] = (struct activity){ moments->square[i * k + i], i };
	exact_enter(&saved);
	sort(activity, k);
	exact_leave(&saved);
	for (i = 0; i < k; i++)
		order[i] = activity[i].input;
	free(activity);
	return order;
}
