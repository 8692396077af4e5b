// SPDX-License-Identifier: MIT
#include "quant/nan.h"

#include <errno.h>
#include <math.h>

#include "context.h"

int qmac_nan_fail(struct qmac_context *context, size_t where)
{
	return qmac_fail(context, -EDOM,
			 "element %zu is NaN: clean the tensor, or ask for QMAC_NAN_ZERO", where);
}

int qmac_nan_check(struct qmac_context *context, const float *x, size_t count, enum qmac_nan nan)
{
	size_t i;

	for (i = 0; nan != QMAC_NAN_ZERO && i < count; i++) {
		if (isnan(x[i]))
			return qmac_nan_fail(context, i);
	}
	return 0;
}
