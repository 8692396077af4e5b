// SPDX-License-Identifier: MIT
#include "improve/finite.h"

#include <errno.h>
#include <math.h>

#include "context.h"

int qmac_finite_check(struct qmac_context *context, const char *what, const float *x, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (!isfinite(x[i]))
			return qmac_fail(context, -EDOM, "%s %zu is %s: clean the tensor", what, i,
					 isnan(x[i]) ? "NaN" : "infinite");
	}
	return 0;
}
