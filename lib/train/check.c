// SPDX-License-Identifier: MIT
/* Refusal of what cannot be trained with. By their bits: modes of the caller play no role. */
#include "train/channel.h"

#include <errno.h>
#include <string.h>

#include "context.h"

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

int train_check_gradients(struct qmac_context *context, const float *dy, size_t count)
{
	size_t where;

	if (!any_above(dy, count, INFINITE - 1, &where))
		return 0;
	return qmac_fail(context, -EDOM,
			 "gradient %zu is %g: lower the learning rate, or clip gradients", where,
			 dy[where]);
}
