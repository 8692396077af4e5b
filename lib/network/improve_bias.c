// SPDX-License-Identifier: MIT
/* Bias correction with measured means: Nagel et al. 2019, section 4.2. */
#include <errno.h>
#include <fenv.h>
#include <math.h>
#include <stdlib.h>

#include <qmac/network_improve.h>

#include "context.h"
#include "network/fold.h"
#include "network/improve_layer.h"
#include "network/improve_samples.h"
#include "quant/exact.h"

/**
 * struct means - means of a layer's results, one per output channel
 * @tensor: The results.
 * @convolution: Their channels are axis 1, else the last.
 * @channels: Number of channels.
 * @sum: Sums, then means.
 * @count: Results seen of each channel.
 */
struct means {
	size_t tensor;
	bool convolution;
	size_t channels, count;
	double *sum;
};

struct watched {
	struct qmac_network *network;
	struct means *means;
	size_t count;
};

static void add(struct means *means, const struct net_tensor *tensor, const float *values,
		size_t count)
{
	size_t channels, inner, i, j;

	improve_channels(tensor, means->convolution, &channels, &inner);
	for (i = 0; i < count / inner; i++)
		for (j = 0; j < inner; j++)
			means->sum[i % channels] += values[i * inner + j];
	means->count += count / channels;
}

static int see(void *user, size_t tensor, const float *values, size_t count)
{
	struct watched *watched = user;
	size_t i;

	for (i = 0; i < watched->count; i++)
		if (watched->means[i].tensor == tensor)
			add(&watched->means[i], &watched->network->tensors[tensor], values, count);
	return 0;
}

static int means_init(struct qmac_network *network, size_t layer, struct means *means)
{
	const struct net_node *node = &network->nodes[network->layers[layer]];
	size_t inner;

	*means = (struct means){ .tensor = node->output, .convolution = node->op == NET_CONV };
	improve_channels(&network->tensors[node->output], means->convolution, &means->channels,
			 &inner);
	means->sum = calloc(means->channels, sizeof(*means->sum));
	return means->sum ? 0 : qmac_fail_nomem(network->context, "means");
}

static int means_finish(struct qmac_network *network, struct means *means)
{
	size_t c;

	for (c = 0; c < means->channels; c++) {
		means->sum[c] /= (double)means->count;
		if (!isfinite(means->sum[c]))
			return qmac_fail(network->context, -EDOM,
					 "the mean of channel %zu of '%.80s' is %g: check weights "
					 "and samples",
					 c, network->tensors[means->tensor].name, means->sum[c]);
	}
	return 0;
}

/* Means of all layers' results in the float network. */
static int measure_all(struct qmac_network *network, size_t rows, const float *x,
		       struct means *means)
{
	struct watched watched = { network, means, network->layer_count };
	int error = 0;
	size_t i;

	for (i = 0; !error && i < network->layer_count; i++)
		error = means_init(network, i, &means[i]);
	if (!error)
		error = improve_run(network, rows, x, NET_NONE, see, &watched);
	for (i = 0; !error && i < network->layer_count; i++)
		error = means_finish(network, &means[i]);
	return error;
}

/* A bias of one value becomes one of as many as there are channels. */
static int spread_bias(struct qmac_network *network, const struct improve_layer *layer)
{
	struct net_node *node = improve_node(network, layer);
	const float value = *(const float *)net_input(network, node, 2)->data;
	size_t i;
	float *bias;
	int error = net_add_bias(network, node, layer->outputs);

	if (error)
		return error;
	bias = net_input(network, node, 2)->data;
	for (i = 0; i < layer->outputs; i++)
		bias[i] = value;
	return net_index(network);
}

/* A MatMul of two dimensions is a Gemm without a bias. */
static int add_bias(struct qmac_network *network, const struct improve_layer *layer)
{
	struct net_node *node = improve_node(network, layer);
	int error = net_add_bias(network, node, layer->groups * layer->outputs);

	if (error)
		return error;
	if (node->op == NET_MATMUL) {
		node->op = NET_GEMM;
		node->attributes = (struct net_attributes){ .alpha = 1, .beta = 1 };
	}
	network->batch = 0; /* the plan has no scratch for the new operator */
	return net_index(network);
}

/* Sees to a bias that can be corrected. Sets the reason when there can be none. */
static int prepare(struct qmac_network *network, const struct improve_layer *layer,
		   struct qmac_network_corrected *report)
{
	const struct net_node *node = improve_node(network, layer);
	const struct net_tensor *bias = net_input(network, node, 2);

	if (bias && improve_bias_is_plain(network, layer))
		return 0;
	if (bias && bias->data && net_shape_count(&bias->shape) == 1 && node->op == NET_GEMM &&
	    node->attributes.beta == 1)
		return spread_bias(network, layer);
	if (bias) {
		report->skipped = "its bias is not one constant per output channel";
		return 0;
	}
	if (node->op == NET_MATMUL && net_input(network, node, 0)->shape.rank != 2) {
		report->skipped = "a MatMul of more than two dimensions has no bias";
		return 0;
	}
	report->added = true;
	return add_bias(network, layer);
}

static int apply(struct qmac_network *network, const struct improve_layer *layer,
		 const struct means *want, const struct means *got,
		 struct qmac_network_corrected *report)
{
	const struct net_node *node = improve_node(network, layer);
	float *bias = net_input(network, node, 2)->data;
	size_t c;

	for (c = 0; c < want->channels; c++)
		if (!isfinite((float)(bias[c] + (want->sum[c] - got->sum[c]))))
			return net_fail(network, node, -EDOM,
					"bias %g of channel %zu plus %g is beyond fp32", bias[c], c,
					want->sum[c] - got->sum[c]);
	for (c = 0; c < want->channels; c++) {
		double shift = want->sum[c] - got->sum[c];

		bias[c] = (float)(bias[c] + shift);
		report->mean_square += shift * shift / (double)want->channels;
		report->greatest = fabs(shift) > report->greatest ? fabs(shift) : report->greatest;
	}
	return 0;
}

/* One layer, the fakes of it and of those before it set. */
static int correct_layer(struct qmac_network *network, const struct improve_layer *layer,
			 size_t rows, const float *x, const struct means *want,
			 struct qmac_network_corrected *report)
{
	struct means got = { 0 };
	struct watched watched = { network, &got, 1 };
	int error = prepare(network, layer, report);

	if (error || report->skipped)
		return error;
	error = means_init(network, layer->number, &got);
	if (!error)
		error = improve_run(network, rows, x, got.tensor, see, &watched);
	if (!error)
		error = means_finish(network, &got);
	if (!error)
		error = apply(network, layer, want, &got, report);
	free(got.sum);
	return error;
}

static int correct_all(struct qmac_network *network, size_t rows, const float *x,
		       const struct qmac_network_correct_options *options,
		       const struct qmac_network_range *ranges, const struct means *want,
		       struct qmac_network_corrected *report)
{
	int error = 0;
	size_t i;

	for (i = 0; !error && i < network->layer_count; i++) {
		struct qmac_network_corrected told = { .layer = i };
		struct improve_layer layer;

		told.skipped = improve_layer_of(network, i, &layer);
		if (!options->keep_float || !options->keep_float[i])
			error = qmac_network_fake_layer(network, i, &options->widths, ranges);
		if (!error && !told.skipped)
			error = correct_layer(network, &layer, rows, x, &want[i], &told);
		if (!error && report)
			report[i] = told;
	}
	return error;
}

/* Numbers of a sample; 0 unless there is one input. */
static size_t sample_size(const struct qmac_network *network)
{
	const struct net_shape *shape;

	if (network->input_count != 1)
		return 0;
	shape = &network->tensors[network->inputs[0]].shape;
	return net_shape_count(shape) / shape->dim[0];
}

/* Does @reference take the same samples, and have the same layers? */
static int compare(struct qmac_network *network, const struct qmac_network *reference)
{
	struct qmac_network_layer ours, theirs;
	size_t i;

	if (sample_size(reference) != sample_size(network))
		return qmac_fail(network->context, -EINVAL,
				 "the reference takes samples of %zu numbers, the network of %zu: "
				 "copy the network before its weights are rounded",
				 sample_size(reference), sample_size(network));
	if (reference->layer_count != network->layer_count)
		return qmac_fail(network->context, -EINVAL,
				 "the reference has %zu layers, the network %zu: copy the network "
				 "before its weights are rounded",
				 reference->layer_count, network->layer_count);
	for (i = 0; i < network->layer_count; i++) {
		qmac_network_layer(network, i, &ours);
		qmac_network_layer(reference, i, &theirs);
		if (ours.channels != theirs.channels)
			return qmac_fail(network->context, -EINVAL,
					 "layer %.80s has %zu channels, %zu in the reference: copy "
					 "the network before its weights are rounded",
					 ours.name, ours.channels, theirs.channels);
	}
	return 0;
}

static EXACT int correct(struct qmac_network *network, size_t rows, const float *x,
			 const struct qmac_network_correct_options *options,
			 struct qmac_network_corrected *report)
{
	struct qmac_network *reference = options->reference ? options->reference : network;
	struct qmac_network_range *made = NULL;
	struct means *want;
	int error = improve_begin(network);
	size_t i;

	if (!error)
		error = compare(network, reference);
	if (error)
		return error;
	want = calloc(network->layer_count + 1, sizeof(*want));
	if (!want)
		return qmac_fail_nomem(network->context, "means");
	qmac_network_clear_fakes(reference);
	error = measure_all(reference, rows, x, want);
	if (!error && options->widths.activation_bits)
		error = improve_ranges(network, rows, x, options->ranges, &made);
	if (!error)
		error = correct_all(network, rows, x, options, made ? made : options->ranges, want,
				    report);
	qmac_network_clear_fakes(network);
	for (i = 0; i < network->layer_count; i++)
		free(want[i].sum);
	free(want);
	free(made);
	return error;
}

int qmac_network_correct_bias(struct qmac_network *network, size_t rows, const float *x,
			      const struct qmac_network_correct_options *options,
			      struct qmac_network_corrected *report)
{
	fenv_t saved;
	int error;

	exact_enter(&saved);
	error = correct(network, rows, x, options, report);
	exact_leave(&saved);
	return error;
}
