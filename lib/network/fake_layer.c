// SPDX-License-Identifier: MIT
/* Parameters of what-if runs, from bits and ranges. */
#include <errno.h>
#include <fenv.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include <qmac/quant.h>
#include <qmac/type.h>

#include "context.h"
#include "network/graph.h"
#include "quant/exact.h"

#define MOST_BITS 16

/* A scale that can be divided by. */
static float usable(float scale)
{
	if (scale == 0)
		return 1;
	return scale < FLT_MIN ? FLT_MIN : scale;
}

/* One bit, which qmac_quant_choose() does not have: 0 and the end that is farther away. */
static EXACT void choose_bit(const struct qmac_network_range *range, float *scale, int32_t *zero)
{
	float lo = range->lo < 0 ? range->lo : 0, hi = range->hi > 0 ? range->hi : 0;

	*scale = usable(hi - lo);
	if (!isfinite(*scale))
		*scale = FLT_MAX;
	*zero = -lo > hi;
}

/* Asymmetric over the range with 0 in it, all 2^bits codes. */
static int choose_activation(struct qmac_context *context, const struct qmac_network_range *range,
			     unsigned int bits, float *scale, int32_t *zero)
{
	const struct qmac_quant_spec spec = {
		.type = bits > 8 ? QMAC_TYPE_U16 : QMAC_TYPE_U8,
		.scheme = QMAC_SCHEME_ASYMMETRIC,
		.bits = (uint8_t)bits,
	};
	struct qmac_quant_params params = { .channels = 1, .scale = scale, .zero_point = zero };
	fenv_t saved;

	if (bits > 1)
		return qmac_quant_choose(context, &spec, &range->lo, &range->hi, &params);
	exact_enter(&saved);
	choose_bit(range, scale, zero);
	exact_leave(&saved);
	return 0;
}

static int fake_activation(struct qmac_network *network, size_t tensor, unsigned int bits,
			   const struct qmac_network_range *range)
{
	float scale;
	int32_t zero;
	int error;
	struct qmac_fake fake = {
		.axis = QMAC_PER_TENSOR,
		.channels = 1,
		.scale = &scale,
		.zero_point = &zero,
		.q_max = (1 << bits) - 1,
	};

	if (!isfinite(range->lo) || !isfinite(range->hi) || range->lo > range->hi)
		return qmac_fail(network->context, -EDOM,
				 "range %g to %g of tensor '%.80s': bounds must be finite and in "
				 "order",
				 range->lo, range->hi, network->tensors[tensor].name);
	error = choose_activation(network->context, range, bits, &scale, &zero);
	return error ? error : qmac_network_set_fake(network, tensor, &fake);
}

/* Greatest and mean |w| of each channel. */
static EXACT int weigh(const float *w, const struct qmac_extent *extent, unsigned int bits,
		       float *scale)
{
	size_t c, o, i;

	for (c = 0; c < extent->channels; c++) {
		double sum = 0;
		float most = 0;

		for (o = 0; o < extent->outer; o++)
			for (i = 0; i < extent->inner; i++) {
				float value =
					fabsf(w[(o * extent->channels + c) * extent->inner + i]);

				if (!isfinite(value))
					return -EDOM;
				most = value > most ? value : most;
				sum += value;
			}
		if (bits == 1)
			scale[c] = usable((float)(sum / (double)(extent->outer * extent->inner)));
		else
			scale[c] = usable(most / (float)((1 << (bits - 1)) - 1));
	}
	return 0;
}

static int fake_weight(struct qmac_network *network, const struct qmac_network_layer *layer,
		       const struct qmac_network_widths *widths)
{
	const struct net_tensor *tensor = &network->tensors[layer->weight];
	const unsigned int bits = widths->weight_bits;
	struct qmac_fake fake = { .binary = bits == 1 };
	struct qmac_extent extent;
	int32_t *zero;
	float *scale;
	fenv_t saved;
	int error;

	fake.axis = widths->per_channel ? layer->axis : QMAC_PER_TENSOR;
	error = qmac_extent_of(network->context, tensor->shape.dim, tensor->shape.rank, fake.axis,
			       &extent);
	if (error)
		return error;
	fake.channels = extent.channels;
	fake.q_max = bits == 1 ? 1 : (1 << (bits - 1)) - 1;
	fake.q_min = -fake.q_max;
	scale = calloc(extent.channels, sizeof(*scale));
	zero = calloc(extent.channels, sizeof(*zero));
	fake.scale = scale;
	fake.zero_point = zero;
	if (!scale || !zero) {
		error = qmac_fail_nomem(network->context, "scales");
	} else {
		exact_enter(&saved);
		error = weigh(tensor->data, &extent, bits, scale);
		exact_leave(&saved);
		if (error)
			qmac_fail(network->context, error,
				  "weights '%.100s' hold a NaN or an infinity: clean them",
				  tensor->name);
	}
	if (!error)
		error = qmac_network_set_fake(network, layer->weight, &fake);
	free(scale);
	free(zero);
	return error;
}

int qmac_network_fake_layer(struct qmac_network *network, size_t layer,
			    const struct qmac_network_widths *widths,
			    const struct qmac_network_range *ranges)
{
	struct qmac_network_layer told;
	int error = qmac_network_layer(network, layer, &told);

	if (error)
		return error;
	if (widths->weight_bits > MOST_BITS || widths->activation_bits > MOST_BITS)
		return qmac_fail(network->context, -EINVAL,
				 "%u bits for weights, %u for activations: use 1 to %d, or 0 for "
				 "float",
				 widths->weight_bits, widths->activation_bits, MOST_BITS);
	if (widths->weight_bits)
		error = fake_weight(network, &told, widths);
	if (!error && widths->activation_bits)
		error = fake_activation(network, told.input, widths->activation_bits,
					&ranges[told.input]);
	return error;
}
