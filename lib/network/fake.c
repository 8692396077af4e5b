// SPDX-License-Identifier: MIT
/* Quantization of tensors in what-if runs. */
#include "network/fake.h"

#include <errno.h>
#include <fenv.h>
#include <math.h>
#include <stdlib.h>

#include <qmac/quant.h>

#include "context.h"
#include "quant/exact.h"

#define MOST_CODE (1 << 20)

static void channel(const struct qmac_fake *fake, size_t c, const float *from, float *to,
		    size_t count)
{
	const float scale = fake->scale[c];
	const int32_t zero = fake->binary ? 0 : fake->zero_point[c];
	const float lo = (float)(fake->q_min - zero), hi = (float)(fake->q_max - zero);
	size_t i;

	if (fake->binary)
		for (i = 0; i < count; i++)
			to[i] = from[i] < 0 ? -scale : scale;
	else
		for (i = 0; i < count; i++)
			to[i] = (float)net_code(from[i], scale, lo, hi) * scale;
}

void net_fake_apply(const struct qmac_fake *fake, const struct net_shape *shape, const float *from,
		    float *to)
{
	size_t inner = 1, blocks, block;
	unsigned int i;

	if (fake->axis == QMAC_PER_TENSOR) {
		channel(fake, 0, from, to, net_shape_count(shape));
		return;
	}
	for (i = (unsigned int)fake->axis + 1; i < shape->rank; i++)
		inner *= shape->dim[i];
	blocks = net_shape_count(shape) / inner;
	for (block = 0; block < blocks; block++)
		channel(fake, block % fake->channels, from + block * inner, to + block * inner,
			inner);
}

static int check(struct qmac_network *network, const struct net_tensor *tensor,
		 const struct qmac_fake *fake)
{
	struct qmac_context *context = network->context;
	size_t channels = 1, c;

	if (tensor->type != NET_F32)
		return qmac_fail(context, -EINVAL,
				 "tensor '%.100s' is %s: only float32 can be "
				 "quantized",
				 tensor->name, net_type_name(tensor->type));
	if (fake->axis != QMAC_PER_TENSOR) {
		if (fake->axis < 0 || fake->axis >= (int)tensor->shape.rank ||
		    (!fake->axis && !tensor->data))
			return qmac_fail(context, -EINVAL,
					 "tensor '%.100s' has no channel axis %d: use %s to %d",
					 tensor->name, fake->axis, tensor->data ? "0" : "1",
					 (int)tensor->shape.rank - 1);
		channels = tensor->shape.dim[fake->axis];
	}
	if (fake->channels != channels)
		return qmac_fail(context, -EINVAL,
				 "parameters for %zu channels, tensor '%.100s' has %zu",
				 fake->channels, tensor->name, channels);
	if (!fake->binary &&
	    (fake->q_min < -MOST_CODE || fake->q_max > MOST_CODE || fake->q_min > fake->q_max))
		return qmac_fail(context, -EINVAL, "codes %d to %d: use up to 2^20, in order",
				 fake->q_min, fake->q_max);
	for (c = 0; c < channels; c++) {
		if (!isnormal(fake->scale[c]) || fake->scale[c] < 0)
			return qmac_fail(context, -EINVAL,
					 "scale %g of channel %zu is not a positive normal number",
					 fake->scale[c], c);
		if (!fake->binary &&
		    (fake->zero_point[c] < fake->q_min || fake->zero_point[c] > fake->q_max))
			return qmac_fail(context, -EINVAL,
					 "zero point %d of channel %zu is not in %d to %d",
					 fake->zero_point[c], c, fake->q_min, fake->q_max);
	}
	return 0;
}

static struct net_fake *copy(const struct qmac_fake *fake)
{
	struct net_fake *made = calloc(1, sizeof(*made));

	if (!made)
		return NULL;
	made->scale = calloc(fake->channels, sizeof(*made->scale));
	made->zero_point = calloc(fake->channels, sizeof(*made->zero_point));
	if (!made->scale || !made->zero_point) {
		net_fake_release(made);
		return NULL;
	}
	memcpy(made->scale, fake->scale, fake->channels * sizeof(*made->scale));
	if (!fake->binary)
		memcpy(made->zero_point, fake->zero_point,
		       fake->channels * sizeof(*made->zero_point));
	made->fake = *fake;
	made->fake.scale = made->scale;
	made->fake.zero_point = made->zero_point;
	return made;
}

static void clear(struct net_tensor *tensor)
{
	net_fake_release(tensor->fake);
	free(tensor->faked);
	tensor->fake = NULL;
	tensor->faked = NULL;
}

int qmac_network_set_fake(struct qmac_network *network, size_t tensor, const struct qmac_fake *fake)
{
	struct net_tensor *target;
	struct net_fake *made;
	float *faked = NULL;
	fenv_t saved;
	int error;

	if (tensor >= network->tensor_count)
		return qmac_fail(network->context, -EINVAL, "tensor %zu of %zu", tensor,
				 network->tensor_count);
	target = &network->tensors[tensor];
	if (!fake) {
		clear(target);
		return 0;
	}
	error = check(network, target, fake);
	if (error)
		return error;
	made = copy(fake);
	if (made && target->data)
		faked = malloc(net_shape_count(&target->shape) * sizeof(*faked));
	if (!made || (target->data && !faked)) {
		net_fake_release(made);
		return qmac_fail_nomem(network->context, "quantized weights");
	}
	if (faked) {
		exact_enter(&saved);
		net_fake_apply(&made->fake, &target->shape, target->data, faked);
		exact_leave(&saved);
	}
	clear(target);
	target->fake = made;
	target->faked = faked;
	return 0;
}

void qmac_network_clear_fakes(struct qmac_network *network)
{
	size_t i;

	for (i = 0; i < network->tensor_count; i++)
		clear(&network->tensors[i]);
}
