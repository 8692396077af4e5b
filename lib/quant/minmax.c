// SPDX-License-Identifier: MIT
/* Parameters from the elements of a tensor. */
#include <qmac/group.h>

#include <stdlib.h>

#include "context.h"
#include "quant/walk.h"

int qmac_group_minmax(struct qmac_context *context, const struct qmac_quant_spec *spec,
		      const float *x, const struct qmac_granularity *granularity, enum qmac_nan nan,
		      struct qmac_quant_params *params)
{
	size_t count = qmac_granularity_count(granularity);
	struct qmac_quant_params chosen;
	float *bounds;
	int error = qmac_walk_check(context, granularity);

	if (!error)
		error = qmac_quant_params_init(context, &chosen, spec->type, count);
	if (error)
		return error;
	bounds = calloc(count, 2 * sizeof(*bounds));
	if (!bounds)
		error = qmac_fail_nomem(context, "the ranges of the channels");
	if (!error)
		error = qmac_group_range(context, x, granularity, nan, bounds, bounds + count);
	if (!error)
		error = qmac_quant_choose(context, spec, bounds, bounds + count, &chosen);
	free(bounds);
	if (error)
		qmac_quant_params_release(&chosen);
	else
		*params = chosen;
	return error;
}

int qmac_quant_minmax(struct qmac_context *context, const struct qmac_quant_spec *spec,
		      const float *x, const struct qmac_extent *extent, enum qmac_nan nan,
		      struct qmac_quant_params *params)
{
	const struct qmac_granularity channels = qmac_walk_channels(extent);

	return qmac_group_minmax(context, spec, x, &channels, nan, params);
}
