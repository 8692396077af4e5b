// SPDX-License-Identifier: MIT
/* What quantization does to a network: layer by layer, and width by width. */
#include <errno.h>
#include <stdlib.h>

#include "context.h"
#include "network/graph.h"

/* The results of the float network, and room for those to judge. */
struct trial {
	struct qmac_network *network;
	const struct qmac_network_samples *samples;
	size_t outputs;
	float *want, *got;
};

static void trial_end(struct trial *trial)
{
	qmac_network_clear_fakes(trial->network);
	free(trial->want);
	free(trial->got);
}

static int trial_begin(struct trial *trial, struct qmac_network *network,
		       const struct qmac_network_samples *samples,
		       struct qmac_network_loss *baseline)
{
	const struct net_tensor *out;
	int error;

	*trial = (struct trial){ .network = network, .samples = samples };
	if (network->input_count != 1 || network->output_count != 1 || !samples->rows)
		return qmac_fail(network->context, -EINVAL,
				 "%zu inputs, %zu outputs, %zu samples: needs one, one and some",
				 network->input_count, network->output_count, samples->rows);
	qmac_network_clear_fakes(network);
	out = &network->tensors[network->outputs[0]];
	trial->outputs =
		net_shape_count(&out->shape) / network->tensors[network->inputs[0]].shape.dim[0];
	trial->want = calloc(samples->rows, trial->outputs * sizeof(*trial->want));
	trial->got = calloc(samples->rows, trial->outputs * sizeof(*trial->got));
	if (!trial->want || !trial->got || !trial->outputs)
		error = qmac_fail_nomem(network->context, "results");
	else
		error = qmac_network_run_rows(network, samples->rows, samples->x, trial->want);
	if (error)
		trial_end(trial);
	else if (baseline)
		qmac_network_compare(trial->want, trial->want, samples->rows, trial->outputs,
				     samples->labels, baseline);
	return error;
}

static int trial_measure(struct trial *trial, struct qmac_network_loss *loss)
{
	const struct qmac_network_samples *samples = trial->samples;
	int error = qmac_network_run_rows(trial->network, samples->rows, samples->x, trial->got);

	if (!error)
		qmac_network_compare(trial->want, trial->got, samples->rows, trial->outputs,
				     samples->labels, loss);
	return error;
}

static int worse_first(const void *a, const void *b)
{
	const struct qmac_network_sensitivity *x = a, *y = b;

	if (x->loss.sqnr_db != y->loss.sqnr_db)
		return x->loss.sqnr_db < y->loss.sqnr_db ? -1 : 1;
	return x->layer < y->layer ? -1 : 1;
}

int qmac_network_sensitivity(struct qmac_network *network,
			     const struct qmac_network_samples *samples,
			     const struct qmac_network_widths *widths,
			     struct qmac_network_sensitivity *out,
			     struct qmac_network_loss *baseline)
{
	struct trial trial;
	int error = trial_begin(&trial, network, samples, baseline);
	size_t i;

	if (error)
		return error;
	for (i = 0; !error && i < network->layer_count; i++) {
		out[i].layer = i;
		qmac_network_clear_fakes(network);
		error = qmac_network_fake_layer(network, i, widths, samples->ranges);
		if (!error)
			error = trial_measure(&trial, &out[i].loss);
	}
	trial_end(&trial);
	if (!error)
		qsort(out, network->layer_count, sizeof(*out), worse_first);
	return error;
}

int qmac_network_sweep(struct qmac_network *network, const struct qmac_network_samples *samples,
		       const struct qmac_network_widths *widths, size_t count,
		       struct qmac_network_loss *out, struct qmac_network_loss *baseline)
{
	struct trial trial;
	int error = trial_begin(&trial, network, samples, baseline);
	size_t i, layer;

	if (error)
		return error;
	for (i = 0; !error && i < count; i++) {
		qmac_network_clear_fakes(network);
		for (layer = 0; !error && layer < network->layer_count; layer++)
			error = qmac_network_fake_layer(network, layer, &widths[i],
							samples->ranges);
		if (!error)
			error = trial_measure(&trial, &out[i]);
	}
	trial_end(&trial);
	return error;
}
