// SPDX-License-Identifier: MIT
/* Cross-layer equalization. */
#include <qmac/improve.h>

#include "improve/factor.h"
#include "quant/exact.h"

static EXACT void equalize(const float *first, const float *second, size_t count, float *scale)
{
	size_t i;

	for (i = 0; i < count; i++)
		scale[i] = qmac_factor_even(first[i], second[i]);
}

int qmac_equalize_scales(struct qmac_context *context, const float *first, const float *second,
			 size_t count, float *scale)
{
	int error = qmac_factor_check(context, "range of the first layer", first, count);
	fenv_t saved;

	if (!error)
		error = qmac_factor_check(context, "range of the second layer", second, count);
	if (error)
		return error;
	exact_enter(&saved);
	equalize(first, second, count, scale);
	exact_leave(&saved);
	return 0;
}
