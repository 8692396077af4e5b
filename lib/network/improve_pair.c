// SPDX-License-Identifier: MIT
#include "network/improve_pair.h"

#include <math.h>

static float *weights_of(const struct qmac_network *network, const struct improve_layer *layer)
{
	return net_input(network, improve_node(network, layer), 1)->data;
}

static float *bias_of(const struct qmac_network *network, const struct improve_layer *layer)
{
	const struct net_tensor *bias = net_input(network, improve_node(network, layer), 2);

	return bias ? bias->data : NULL;
}

static void extend(float *most, float value)
{
	*most = fabsf(value) > *most ? fabsf(value) : *most;
}

void improve_pair_ranges(const struct qmac_network *network, const struct improve_link *link,
			 float *first, float *second)
{
	const float *w = weights_of(network, &link->first);
	size_t channels = improve_pair_channels(link), i;

	for (i = 0; i < channels; i++)
		first[i] = second[i] = 0;
	for (i = 0; i < improve_weights(&link->first); i++)
		extend(&first[improve_output_of(&link->first, i)], w[i]);
	w = weights_of(network, &link->second);
	for (i = 0; i < improve_weights(&link->second); i++)
		extend(&second[link->channel[improve_input_of(&link->second, i)]], w[i]);
}

/* Does a power of two lose nothing of @value? */
static bool keeps(float value, float factor)
{
	return isfinite(value * factor) && value * factor / factor == value;
}

static void drop_inexact(const struct qmac_network *network, const struct improve_link *link,
			 float *scale)
{
	const float *w = weights_of(network, &link->first);
	const float *bias = bias_of(network, &link->first);
	size_t i;

	for (i = 0; i < improve_weights(&link->first); i++) {
		size_t c = improve_output_of(&link->first, i);

		if (!keeps(w[i], 1 / scale[c]))
			scale[c] = 1;
	}
	for (i = 0; bias && i < improve_pair_channels(link); i++)
		if (!keeps(bias[i], 1 / scale[i]))
			scale[i] = 1;
	w = weights_of(network, &link->second);
	for (i = 0; i < improve_weights(&link->second); i++) {
		size_t c = link->channel[improve_input_of(&link->second, i)];

		if (!keeps(w[i], scale[c]))
			scale[c] = 1;
	}
}

void improve_pair_apply(struct qmac_network *network, const struct improve_link *link, float *scale)
{
	float *w = weights_of(network, &link->first), *bias = bias_of(network, &link->first);
	size_t i;

	drop_inexact(network, link, scale);
	for (i = 0; i < improve_weights(&link->first); i++)
		w[i] /= scale[improve_output_of(&link->first, i)];
	for (i = 0; bias && i < improve_pair_channels(link); i++)
		bias[i] /= scale[i];
	w = weights_of(network, &link->second);
	for (i = 0; i < improve_weights(&link->second); i++)
		w[i] *= scale[link->channel[improve_input_of(&link->second, i)]];
}

void improve_pair_report(const struct improve_link *link, const float *scale,
			 struct qmac_network_pair *out)
{
	size_t i;

	*out = (struct qmac_network_pair){
		.first = link->first.number,
		.second = link->reason ? QMAC_NETWORK_NONE : link->second.number,
		.channels = link->reason ? 0 : improve_pair_channels(link),
		.least = link->reason ? 1 : INFINITY,
		.greatest = link->reason ? 1 : 0,
		.skipped = link->reason,
		.where = link->where,
	};
	for (i = 0; i < out->channels; i++) {
		out->changed += scale[i] != 1;
		out->least = scale[i] < out->least ? scale[i] : out->least;
		out->greatest = scale[i] > out->greatest ? scale[i] : out->greatest;
	}
}
