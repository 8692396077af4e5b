// SPDX-License-Identifier: MIT
/* Tables and networks: which entry belongs to what. */
#include "network/encodings.h"

#include <errno.h>
#include <fenv.h>
#include <math.h>
#include <string.h>

#include <qmac/network_table.h>

#include "context.h"
#include "formats/entry.h"
#include "network/calibrate.h"
#include "network/ops.h"
#include "network/quantize.h"
#include "quant/exact.h"

/* "LAYER_param_0", ncnn's entry for weights. */
static const struct qmac_table_entry *ncnn_weight(const struct qmac_table *table, const char *layer)
{
	size_t length = strlen(layer), i;

	for (i = 0; i < table->count; i++) {
		const char *name = table->entries[i].name;

		if (!strncmp(name, layer, length) && !strcmp(name + length, "_param_0"))
			return &table->entries[i];
	}
	return NULL;
}

/* An entry of an activation, by the tensor's name and not by that of a layer. */
static const struct qmac_table_entry *by_name(const struct qmac_network *network,
					      const struct qmac_table *table, const char *name)
{
	const struct qmac_table_entry *entry = qmac_table_find(table, name);
	size_t i;

	if (!entry || entry->parameter)
		return NULL;
	if (!ncnn_weight(table, name))
		return entry;
	for (i = 0; i < network->layer_count; i++)
		if (!strcmp(net_node_name(network, &network->nodes[network->layers[i]]), name))
			return NULL;
	return entry;
}

/* Does @layer read @tensor, or what has the same values? */
static bool reads(const struct qmac_network *network, const struct net_node *layer, size_t tensor)
{
	size_t at = layer->inputs[0];

	while (at != tensor) {
		size_t producer = network->tensors[at].producer;

		if (producer == NET_NONE || !quantizer_keeps_values(network->nodes[producer].op))
			return false;
		at = network->nodes[producer].inputs[0];
	}
	return true;
}

const struct qmac_table_entry *net_encoding_of_activation(const struct qmac_network *network,
							  const struct qmac_table *table,
							  size_t tensor)
{
	const struct qmac_table_entry *entry =
		by_name(network, table, network->tensors[tensor].name);
	size_t i;

	for (i = 0; !entry && i < network->layer_count; i++) {
		const struct net_node *layer = &network->nodes[network->layers[i]];

		if (!reads(network, layer, tensor))
			continue;
		entry = qmac_table_find(table, net_node_name(network, layer));
		if (entry && (entry->parameter || !ncnn_weight(table, entry->name)))
			entry = NULL;
	}
	return entry;
}

const struct qmac_table_entry *net_encoding_of_weight(const struct qmac_network *network,
						      const struct qmac_table *table,
						      const struct net_node *layer)
{
	const struct qmac_table_entry *entry =
		qmac_table_find(table, net_input(network, layer, 1)->name);

	if (entry && entry->parameter)
		return entry;
	return ncnn_weight(table, net_node_name(network, layer));
}

/* Is @a @b but for rounding to fp32 and a step or two on the way? */
static EXACT bool close_to(double a, double b)
{
	return fabs(a - b) <= fabs(b) * 0x1p-20;
}

/*
 * Do the ranges of an entry follow from its scale and codes? Symmetric ones of
 * AIMET begin at the least code, -128, although 127 decides about the scale.
 */
static EXACT bool reaches(const struct qmac_table_entry *entry, size_t c,
			  const struct qmac_quant_params *params)
{
	int64_t lo = entry_q_min(entry) - entry->zero_point[c];
	int64_t hi = entry_q_max(entry) - entry->zero_point[c];

	return entry_q_max(entry) == params->q_max &&
	       close_to(entry->lo[c], entry->scale[c] * (double)lo) &&
	       close_to(entry->hi[c], entry->scale[c] * (double)hi);
}

static EXACT void adopt(const struct qmac_table_entry *entry, struct qmac_quant_params *params)
{
	size_t c;

	for (c = 0; c < params->channels; c++) {
		size_t e = entry->channels == params->channels ? c : 0;

		if (entry->zero_point[e] == params->zero_point[c] &&
		    (close_to(entry->scale[e], (double)params->scale[c]) ||
		     reaches(entry, e, params)))
			params->scale[c] = (float)entry->scale[e];
	}
}

void net_encoding_adopt(const struct qmac_table_entry *entry, struct qmac_quant_params *params)
{
	fenv_t saved;

	if (!entry)
		return;
	exact_enter(&saved);
	adopt(entry, params);
	exact_leave(&saved);
}

static EXACT void narrow(const double *from, float *to, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		to[i] = (float)from[i];
}

void net_encoding_range(const struct qmac_table_entry *entry, float *lo, float *hi)
{
	fenv_t saved;

	exact_enter(&saved);
	narrow(entry->lo, lo, entry->channels);
	narrow(entry->hi, hi, entry->channels);
	exact_leave(&saved);
}

static void mark(const struct qmac_table *table, const struct qmac_table_entry *entry,
		 bool *matched)
{
	if (entry && matched)
		matched[entry - table->entries] = true;
}

int qmac_network_table_ranges(const struct qmac_network *network, const struct qmac_table *table,
			      struct qmac_network_range *ranges, bool *matched)
{
	size_t i;

	if (matched)
		memset(matched, 0, table->count * sizeof(*matched));
	for (i = 0; i < network->tensor_count; i++) {
		const struct qmac_table_entry *entry;

		if (!net_calibration_watches(network, i))
			continue;
		entry = net_encoding_of_activation(network, table, i);
		if (entry && entry->channels != 1)
			return qmac_fail(network->context, -EINVAL,
					 "entry '%.80s' has %zu scales: an activation has one",
					 entry->name, entry->channels);
		mark(table, entry, matched);
		if (entry)
			net_encoding_range(entry, &ranges[i].lo, &ranges[i].hi);
	}
	for (i = 0; i < network->layer_count; i++)
		mark(table,
		     net_encoding_of_weight(network, table, &network->nodes[network->layers[i]]),
		     matched);
	return 0;
}
