// SPDX-License-Identifier: MIT
/* Refusal of what cannot be trained with. By their bits: modes of the caller play no role. */
#include "train/channel.h"

#include <errno.h>
#include <string.h>

#include "context.h"
#include "quant/params.h"
#include "quant/walk.h"

#define INFINITE 0x7f800000u

static uint32_t magnitude_bits(float x)
{
	uint32_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits & 0x7fffffff;
}

/* The greatest magnitude first: a loop without exits is vectorized. */
static bool any_above(const float *x, size_t count, uint32_t limit, size_t *where)
{
	uint32_t most = 0;
	size_t i;

	for (i = 0; i < count; i++)
		most = magnitude_bits(x[i]) > most ? magnitude_bits(x[i]) : most;
	if (most <= limit)
		return false;
	for (i = 0; magnitude_bits(x[i]) <= limit; i++)
		;
	*where = i;
	return true;
}

int train_check_numbers(struct qmac_context *context, const float *x, size_t count)
{
	size_t where;

	if (!any_above(x, count, INFINITE, &where))
		return 0;
	return qmac_fail(context, -EDOM,
			 "element %zu is NaN: lower the learning rate, or clean the data", where);
}

int train_check(struct qmac_context *context, const struct qmac_quant_params *params,
		const struct qmac_granularity *granularity, const float *x)
{
	int error = qmac_walk_check(context, granularity);

	if (!error)
		error = qmac_quant_params_check(context, params,
						qmac_granularity_count(granularity));
	if (!error)
		error = train_check_numbers(context, x, qmac_walk_elements(granularity));
	return error;
}

int train_check_gradients(struct qmac_context *context, const float *dy, size_t count)
{
	size_t where;

	if (!any_above(dy, count, INFINITE - 1, &where))
		return 0;
	return qmac_fail(context, -EDOM,
			 "gradient %zu is %g: lower the learning rate, or clip gradients", where,
			 dy[where]);
}
