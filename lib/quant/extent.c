// SPDX-License-Identifier: MIT
#include <qmac/quant.h>

#include <errno.h>

#include "context.h"

int qmac_extent_of(struct qmac_context *context, const size_t *dims, unsigned int rank, int axis,
		   struct qmac_extent *out)
{
	struct qmac_extent extent = { 1, 1, 1 };
	size_t total = 1;
	unsigned int i;

	if (axis != QMAC_PER_TENSOR && (axis < 0 || (unsigned int)axis >= rank))
		return qmac_fail(context, -EINVAL,
				 "channel axis %d of a tensor with %u dimensions: use 0 to %d, or "
				 "QMAC_PER_TENSOR",
				 axis, rank, (int)rank - 1);
	for (i = 0; i < rank; i++) {
		size_t *part = &extent.inner;

		if (axis != QMAC_PER_TENSOR && i <= (unsigned int)axis)
			part = i == (unsigned int)axis ? &extent.channels : &extent.outer;
		*part *= dims[i];
		if (__builtin_mul_overflow(total, dims[i], &total))
			return qmac_fail(
				context, -EOVERFLOW,
				"dimension %u (%zu) makes more elements than memory can hold", i,
				dims[i]);
	}
	*out = extent;
	return 0;
}
