// SPDX-License-Identifier: MIT
#include <qmac/group.h>

#include <errno.h>

#include "context.h"

static int check(struct qmac_context *context, unsigned int rank, unsigned int grain, int axis,
		 size_t group)
{
	if (grain > QMAC_GRAIN_BLOCK)
		return qmac_fail(context, -EINVAL, "grain %u is none of QMAC_GRAIN_*", grain);
	if (grain == QMAC_GRAIN_TENSOR || grain == QMAC_GRAIN_ROW)
		return 0;
	if (axis < 0 || (unsigned int)axis >= rank)
		return qmac_fail(context, -EINVAL,
				 rank ? "axis %d of a tensor with %u dimensions: use 0 to %d"
				      : "axis %d of a tensor with %u dimensions: a single number "
					"has none",
				 axis, rank, (int)rank - 1);
	if (grain != QMAC_GRAIN_CHANNEL && !group)
		return qmac_fail(context, -EINVAL, "groups of 0: use 1 or more");
	return 0;
}

int qmac_granularity_of(struct qmac_context *context, const size_t *dims, unsigned int rank,
			unsigned int grain, int axis, size_t group, struct qmac_granularity *out)
{
	bool on_axis = grain != QMAC_GRAIN_TENSOR && grain != QMAC_GRAIN_ROW;
	struct qmac_granularity granularity = { .group = 1 };
	struct qmac_extent *extent = &granularity.extent;
	int error = check(context, rank, grain, axis, group);

	if (!error)
		error = qmac_extent_of(context, dims, rank, on_axis ? axis : QMAC_PER_TENSOR,
				       extent);
	if (error)
		return error;
	if (grain == QMAC_GRAIN_ROW && rank) {
		extent->inner = dims[rank - 1];
		extent->channels = 1;
		for (unsigned int i = 0; i + 1 < rank; i++)
			extent->channels *= dims[i];
	}
	if (grain == QMAC_GRAIN_GROUP || grain == QMAC_GRAIN_BLOCK)
		granularity.group = group;
	granularity.blocks = grain == QMAC_GRAIN_BLOCK;
	*out = granularity;
	return 0;
}
