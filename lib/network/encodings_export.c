// SPDX-License-Identifier: MIT
/* The encodings of a network as a table. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <qmac/network_table.h>
#include <qmac/type.h>

#include "context.h"
#include "network/quantize.h"

/* A table in the making. */
struct exporter {
	struct quantizer quantizer;
	const struct qmac_network_range *ranges;
	unsigned int format;
	struct qmac_table *table;
};

static bool is_symmetric_format(unsigned int format)
{
	return format == QMAC_TABLE_NCNN || format == QMAC_TABLE_TENSORRT;
}

static int add_activation(struct exporter *exporter, size_t tensor, const char *name)
{
	const struct quantized *how = &exporter->quantizer.activations[tensor];
	const struct qmac_quant_spec spec = quantizer_activation_spec(&exporter->quantizer);
	const struct qmac_network_range *range = &exporter->ranges[how->source];
	struct qmac_context *context = exporter->quantizer.from->context;
	struct qmac_table_entry *entry;
	int error = qmac_table_add_range(context, exporter->table, name, false, &spec,
					 QMAC_PER_TENSOR, 1, &range->lo, &range->hi);

	if (error)
		return error;
	entry = &exporter->table->entries[exporter->table->count - 1];
	entry->scale[0] = (double)how->scale;
	entry->zero_point[0] = how->zero;
	return 0;
}

/* Formats for people name a range once; the others need all tensors. */
static int add_activations(struct exporter *exporter)
{
	const struct qmac_network *from = exporter->quantizer.from;
	bool all = exporter->format != QMAC_TABLE_QMAC && exporter->format != QMAC_TABLE_ORT;
	int error = 0;
	size_t i;

	for (i = 0; !error && i < from->tensor_count; i++) {
		const struct quantized *how = &exporter->quantizer.activations[i];

		if (how->wanted && (all || how->source == i))
			error = add_activation(exporter, i, from->tensors[i].name);
	}
	return error;
}

/* 4-bit codes count as s8 that use fewer. */
static struct qmac_quant_spec table_spec(struct qmac_quant_spec spec)
{
	if (spec.type == QMAC_TYPE_S4) {
		spec.type = QMAC_TYPE_S8;
		spec.bits = 4;
	}
	return spec;
}

static int add_weight(struct exporter *exporter, const struct net_node *layer, const char *name)
{
	const struct quantizer *quantizer = &exporter->quantizer;
	const struct qmac_quant_spec spec = table_spec(quantizer_weight_spec(quantizer));
	const struct net_tensor *weight = net_input(quantizer->from, layer, 1);
	struct qmac_context *context = quantizer->from->context;
	struct qmac_granularity grain;
	int axis = (int)quantizer_channel_axis(layer, weight), error;
	float *lo, *hi;
	size_t count;

	error = quantizer_weight_grain(quantizer, layer, &grain);
	if (error)
		return error;
	count = qmac_granularity_count(&grain);
	lo = calloc(2 * count, sizeof(*lo));
	if (!lo)
		return qmac_fail_nomem(context, "ranges");
	hi = lo + count;
	error = qmac_group_range(context, weight->data, &grain, QMAC_NAN_ERROR, lo, hi);
	if (exporter->format == QMAC_TABLE_NCNN)
		axis = 0; /* its layers have the outputs first */
	if (!error)
		error = qmac_table_add_range(context, exporter->table, name, true, &spec,
					     count > 1 ? axis : QMAC_PER_TENSOR, count, lo, hi);
	free(lo);
	return error ? qmac_fail_more(context, error, "weights '%.80s': ", weight->name) : 0;
}

static int add_weights(struct exporter *exporter)
{
	const struct qmac_network *from = exporter->quantizer.from;
	int error = 0;
	size_t i;

	if (exporter->format == QMAC_TABLE_ORT || exporter->format == QMAC_TABLE_TENSORRT ||
	    exporter->quantizer.options.block)
		return 0;
	for (i = 0; !error && i < from->layer_count; i++) {
		const struct net_node *layer = &from->nodes[from->layers[i]];
		const char *name = net_input(from, layer, 1)->name;

		/* Weights that two layers share have one entry. */
		if (quantizer_is_weight(&exporter->quantizer, layer, 1) &&
		    !qmac_table_find(exporter->table, name))
			error = add_weight(exporter, layer, name);
	}
	return error;
}

/* "LAYER_param_0" for the weights, "LAYER" for the input. */
static int add_layers(struct exporter *exporter)
{
	const struct qmac_network *from = exporter->quantizer.from;
	int error = 0;
	size_t i;

	for (i = 0; !error && i < from->layer_count; i++) {
		const struct net_node *layer = &from->nodes[from->layers[i]];
		const char *name = net_node_name(from, layer);
		char *weight;

		if (!quantizer_is_weight(&exporter->quantizer, layer, 1))
			continue;
		if (asprintf(&weight, "%s_param_0", name) < 0)
			return qmac_fail_nomem(from->context, "a name");
		error = add_weight(exporter, layer, weight);
		free(weight);
		if (!error)
			error = add_activation(exporter, layer->inputs[0], name);
	}
	return error;
}

int qmac_network_table(const struct qmac_network *network, const struct qmac_network_range *ranges,
		       const struct qmac_network_quantize_options *options, unsigned int format,
		       struct qmac_table *table)
{
	struct qmac_network_quantize_options given = { 0 };
	struct qmac_table made = { 0 };
	struct exporter exporter = { .ranges = ranges, .format = format, .table = &made };
	int error;

	if (format == QMAC_TABLE_DETECT || !qmac_table_format_name(format))
		return qmac_fail(network->context, -EINVAL,
				 "format %u: name one, as a table is to be made", format);
	if (options)
		given = *options;
	if (is_symmetric_format(format)) {
		given.activation_type = given.weight_type = QMAC_TYPE_S8;
		given.symmetric = true;
		given.per_channel = format == QMAC_TABLE_NCNN;
		given.block = 0;
	}
	error = quantizer_init(&exporter.quantizer, network, &given);
	if (!error)
		error = quantizer_plan(&exporter.quantizer, ranges);
	if (!error && format == QMAC_TABLE_NCNN)
		error = add_layers(&exporter);
	else if (!error)
		error = add_activations(&exporter);
	if (!error && format != QMAC_TABLE_NCNN)
		error = add_weights(&exporter);
	quantizer_release(&exporter.quantizer);
	if (error)
		qmac_table_release(&made);
	else
		*table = made;
	return error;
}
