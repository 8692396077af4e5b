// SPDX-License-Identifier: MIT
/* Ranges of activations by calibration: each is shown to one while samples run. */
#include "network/calibrate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "network/blame.h"
#include "network/graph.h"
#include "network/plan.h"

bool net_calibration_watches(const struct qmac_network *network, size_t tensor)
{
	const struct net_tensor *told = &network->tensors[tensor];
	size_t i;

	if (told->data || told->type != NET_F32)
		return false;
	if (told->producer != NET_NONE)
		return true;
	for (i = 0; i < network->input_count; i++)
		if (network->inputs[i] == tensor)
			return true;
	return false;
}

struct qmac_network_calibration *net_calibration_allocate(struct qmac_network *network)
{
	struct qmac_network_calibration *made = calloc(1, sizeof(*made));

	if (made) {
		made->network = network;
		made->tensors = network->tensor_count;
		made->all = calloc(network->tensor_count + 1, sizeof(struct qmac_calibration *));
	}
	if (!made || !made->all) {
		free(made);
		qmac_fail_nomem(network->context, "calibrations");
		return NULL;
	}
	return made;
}

/* Tools count by batches; the own calibrator does not, so it may have small ones. */
void net_calibration_settle(struct qmac_network_calibration *calibration)
{
	const struct qmac_network *network = calibration->network;
	struct qmac_calibration_stats stats = { 0 };
	size_t i;

	for (i = 0; i < calibration->tensors; i++)
		if (calibration->all[i])
			qmac_calibration_stats(calibration->all[i], &stats);
	if (!network->batch_is_free || stats.calibrator == QMAC_CALIBRATOR_OWN)
		calibration->batch = net_rows_at_a_time(network);
}

void qmac_network_calibration_destroy(struct qmac_network_calibration *calibration)
{
	size_t i;

	if (!calibration)
		return;
	for (i = 0; i < calibration->tensors; i++)
		qmac_calibration_destroy(calibration->all[i]);
	free(calibration->all);
	free(calibration);
}

int qmac_network_calibration_create(struct qmac_network *network,
				    const struct qmac_calibration_spec *spec,
				    struct qmac_network_calibration **out)
{
	struct qmac_network_calibration *made;
	int error = 0;
	size_t i;

	if (network->input_count != 1)
		return qmac_fail(network->context, -EINVAL,
				 "%zu inputs: calibration needs a network with one",
				 network->input_count);
	made = net_calibration_allocate(network);
	if (!made)
		return -ENOMEM;
	for (i = 0; !error && i < made->tensors; i++)
		if (net_calibration_watches(network, i))
			error = qmac_calibration_create(network->context, spec, &made->all[i]);
	net_calibration_settle(made);
	if (error)
		qmac_network_calibration_destroy(made);
	else
		*out = made;
	return error;
}

static int fail_tensor(const struct qmac_network_calibration *calibration, size_t tensor, int error)
{
	return net_blame(calibration->network, tensor, error);
}

static int see(void *user, size_t tensor, const float *values, size_t count)
{
	struct qmac_network_calibration *calibration = user;
	int error = qmac_calibration_update(calibration->all[tensor], values, count);

	return error ? fail_tensor(calibration, tensor, error) : 0;
}

static int run(struct qmac_network_calibration *calibration, size_t rows, const float *x)
{
	struct qmac_network *network = calibration->network;
	const struct net_tensor *in = &network->tensors[network->inputs[0]];
	size_t row = net_shape_count(&in->shape) / in->shape.dim[0], at, some;
	size_t batch = calibration->batch ? calibration->batch : rows;
	int error = 0;

	for (at = 0; !error && at < rows; at += some) {
		const float *inputs[] = { x + at * row };

		some = rows - at < batch ? rows - at : batch;
		error = qmac_network_run(network, some, inputs, NULL);
	}
	return error;
}

int qmac_network_calibration_update(struct qmac_network_calibration *calibration, size_t rows,
				    const float *x)
{
	struct qmac_network *network = calibration->network;
	qmac_network_observer observer = network->observer;
	void *user = network->observer_user;
	int error;

	if (!rows || (!network->batch_is_free && rows % calibration->batch))
		return qmac_fail(network->context, -EINVAL,
				 "%zu samples to calibrate with: give %s%zu", rows,
				 network->batch_is_free ? "at least " : "a multiple of ",
				 network->batch_is_free ? 1 : calibration->batch);
	qmac_network_observe(network, see, calibration);
	error = run(calibration, rows, x);
	qmac_network_observe(network, observer, user);
	return error;
}

int qmac_network_calibration_step(struct qmac_network_calibration *calibration, float constant)
{
	int error = 0;
	size_t i;

	for (i = 0; !error && i < calibration->tensors; i++) {
		if (!calibration->all[i])
			continue;
		error = qmac_calibration_step(calibration->all[i], constant);
		if (error)
			fail_tensor(calibration, i, error);
	}
	return error;
}

unsigned int qmac_network_calibration_passes(const struct qmac_network_calibration *calibration)
{
	size_t i;

	for (i = 0; i < calibration->tensors; i++)
		if (calibration->all[i])
			return qmac_calibration_passes(calibration->all[i]);
	return 1;
}

int qmac_network_calibration_next_pass(struct qmac_network_calibration *calibration)
{
	int error = 0;
	size_t i;

	for (i = 0; !error && i < calibration->tensors; i++) {
		if (!calibration->all[i])
			continue;
		error = qmac_calibration_next_pass(calibration->all[i]);
		if (error)
			fail_tensor(calibration, i, error);
	}
	return error;
}

int qmac_network_calibration_choose(const struct qmac_network_calibration *calibration,
				    const struct qmac_calibration_method *method,
				    struct qmac_network_range *ranges)
{
	size_t i;

	memset(ranges, 0, calibration->tensors * sizeof(*ranges));
	for (i = 0; i < calibration->tensors; i++) {
		struct qmac_calibration_range range;
		int error;

		if (!calibration->all[i])
			continue;
		error = qmac_calibration_choose(calibration->all[i], method, &range);
		if (error)
			return fail_tensor(calibration, i, error);
		ranges[i].lo = range.lo;
		ranges[i].hi = range.hi;
	}
	return 0;
}

const struct qmac_calibration *
qmac_network_calibration_tensor(const struct qmac_network_calibration *calibration, size_t tensor)
{
	return tensor < calibration->tensors ? calibration->all[tensor] : NULL;
}
