// SPDX-License-Identifier: MIT
#include "network/improve_samples.h"

#include <errno.h>
#include <stdlib.h>

#include "context.h"
#include "network/plan.h"

struct watch {
	struct qmac_network *network;
	size_t last, batch, some; /* samples of the batch, and those that count */
	improve_see see;
	void *user;
	bool ended;
};

static int watch(void *user, size_t tensor, const float *values, size_t count)
{
	struct watch *watch = user;
	int error;

	watch->batch = watch->network->tensors[watch->network->inputs[0]].shape.dim[0];
	if (watch->some < watch->batch)
		count = count / watch->batch * watch->some;
	error = watch->see(watch->user, tensor, values, count);
	watch->ended = !error && tensor == watch->last;
	return watch->ended ? -ECANCELED : error;
}

static int run_some(struct qmac_network *network, struct watch *watched, const float *x)
{
	int error = qmac_network_run_rows(network, watched->some, x, NULL);

	return watched->ended ? 0 : error;
}

int improve_run(struct qmac_network *network, size_t rows, const float *x, size_t last,
		improve_see see, void *user)
{
	qmac_network_observer observer = network->observer;
	void *observer_user = network->observer_user;
	struct watch watched = { .network = network, .last = last, .see = see, .user = user };
	const struct net_shape *in;
	size_t most, row, at;
	int error = 0;

	if (!rows || network->input_count != 1 || network->output_count != 1)
		return qmac_fail(network->context, -EINVAL,
				 "%zu samples, %zu inputs, %zu outputs: needs some, one and one",
				 rows, network->input_count, network->output_count);
	in = &network->tensors[network->inputs[0]].shape;
	most = net_rows_at_a_time(network);
	row = net_shape_count(in) / in->dim[0];
	qmac_network_observe(network, watch, &watched);
	for (at = 0; !error && at < rows; at += watched.some) {
		watched.some = rows - at < most ? rows - at : most;
		watched.ended = false;
		error = run_some(network, &watched, x + at * row);
	}
	qmac_network_observe(network, observer, observer_user);
	return error;
}

void improve_channels(const struct net_tensor *tensor, bool convolution, size_t *channels,
		      size_t *inner)
{
	const struct net_shape *shape = &tensor->shape;
	unsigned int axis = convolution ? 1 : shape->rank - 1, i;

	*channels = shape->dim[axis];
	*inner = 1;
	for (i = axis + 1; i < shape->rank; i++)
		*inner *= shape->dim[i];
}

int improve_ranges(struct qmac_network *network, size_t rows, const float *x,
		   const struct qmac_network_range *given, struct qmac_network_range **made)
{
	struct qmac_network_range *ranges;
	int error;

	*made = NULL;
	if (given)
		return 0;
	ranges = calloc(network->tensor_count + 1, sizeof(*ranges));
	if (!ranges)
		return qmac_fail_nomem(network->context, "ranges");
	error = qmac_network_minmax(network, rows, x, ranges);
	if (error)
		free(ranges);
	else
		*made = ranges;
	return error;
}
