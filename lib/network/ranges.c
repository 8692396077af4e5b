// SPDX-License-Identifier: MIT
/* Least and greatest values of activations. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/quant.h>

#include "context.h"
#include "network/blame.h"
#include "network/graph.h"

struct collector {
	struct qmac_network *network;
	struct qmac_network_range *ranges;
	unsigned char *seen;
};

static int collect(void *user, size_t tensor, const float *values, size_t count)
{
	struct collector *collector = user;
	struct qmac_network_range *range = &collector->ranges[tensor];
	const struct qmac_extent whole = { 1, 1, count };
	struct qmac_context *context = collector->network->context;
	float lo, hi;
	int error = qmac_range_minmax(context, values, &whole, QMAC_NAN_ERROR, &lo, &hi);

	if (error)
		return net_blame(collector->network, tensor, error);
	if (!collector->seen[tensor] || lo < range->lo)
		range->lo = lo;
	if (!collector->seen[tensor] || hi > range->hi)
		range->hi = hi;
	collector->seen[tensor] = 1;
	return 0;
}

int qmac_network_minmax(struct qmac_network *network, size_t rows, const float *x,
			struct qmac_network_range *ranges)
{
	struct collector collector = { network, ranges, calloc(network->tensor_count + 1, 1) };
	qmac_network_observer observer = network->observer;
	void *user = network->observer_user;
	int error;

	if (!collector.seen)
		return qmac_fail_nomem(network->context, "ranges");
	memset(ranges, 0, network->tensor_count * sizeof(*ranges));
	qmac_network_observe(network, collect, &collector);
	error = rows ? qmac_network_run_rows(network, rows, x, NULL)
		     : qmac_fail(network->context, -EINVAL, "no samples to take ranges from");
	qmac_network_observe(network, observer, user);
	free(collector.seen);
	return error;
}
