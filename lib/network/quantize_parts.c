// SPDX-License-Identifier: MIT
/* QuantizeLinear, DequantizeLinear and their parameters. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/quant.h>
#include <qmac/type.h>

#include "context.h"
#include "network/fold.h"
#include "network/quantize.h"

enum net_type quantizer_type(uint8_t type)
{
	switch (type) {
	case QMAC_TYPE_S4:
		return NET_S4;
	case QMAC_TYPE_S8:
		return NET_S8;
	case QMAC_TYPE_S16:
		return NET_S16;
	case QMAC_TYPE_U16:
		return NET_U16;
	default:
		return NET_U8;
	}
}

/* A tensor with a name like "BASE_SUFFIX" that is not in use. @data is taken over. */
static int add_tensor(struct quantizer *quantizer, const char *base, const char *suffix,
		      enum net_type type, const struct net_shape *shape, void *data, size_t *out)
{
	char *name = net_fresh_name(quantizer->to, base, suffix);
	int error;

	if (!name) {
		free(data);
		return qmac_fail_nomem(quantizer->to->context, "a name");
	}
	error = net_add_tensor(quantizer->to, name, type, shape, data, out);
	free(name);
	return error;
}

static int add_scales(struct quantizer *quantizer, const char *base, const float *scale,
		      const struct net_shape *shape, size_t *out)
{
	size_t bytes = net_shape_count(shape) * sizeof(*scale);
	void *copy = malloc(bytes);

	if (!copy)
		return qmac_fail_nomem(quantizer->to->context, "scales");
	memcpy(copy, scale, bytes);
	return add_tensor(quantizer, base, "_scale", NET_F32, shape, copy, out);
}

static int add_zeros(struct quantizer *quantizer, const char *base, const int32_t *zero,
		     const struct net_shape *shape, enum net_type type, size_t *out)
{
	size_t count = net_shape_count(shape), size = net_type_size(type), i;
	char *copy = calloc(count, size);

	if (!copy)
		return qmac_fail_nomem(quantizer->to->context, "zero points");
	for (i = 0; i < count; i++) /* little endian: the low bytes are the value */
		memcpy(copy + i * size, &zero[i], size);
	return add_tensor(quantizer, base, "_zero_point", type, shape, copy, out);
}

/* QuantizeLinear or DequantizeLinear of @x. */
static int add_node(struct quantizer *quantizer, enum net_op op, size_t x, size_t scale,
		    size_t zero, size_t output, struct net_node **out)
{
	struct net_node *node;
	int error = net_add_node(quantizer->to, op, quantizer->to->tensors[output].name, 3, output,
				 &node);

	if (error)
		return error;
	node->inputs[0] = x;
	node->inputs[1] = scale;
	node->inputs[2] = zero;
	*out = node;
	return 0;
}

/* Shape of the scales. */
static struct net_shape scale_shape(const struct quantizer_codes *codes)
{
	struct net_shape shape = { .rank = codes->params->channels > 1,
				   .dim = { codes->params->channels } };
	size_t length;

	if (codes->block) {
		shape = *codes->shape;
		length = shape.dim[codes->axis];
		shape.dim[codes->axis] = length / codes->block + !!(length % codes->block);
	}
	return shape;
}

int quantizer_constant(struct quantizer *quantizer, const char *base,
		       const struct quantizer_codes *codes, size_t *out)
{
	const struct qmac_quant_params *params = codes->params;
	const struct net_shape scales = scale_shape(codes);
	struct net_node *node;
	size_t x, scale, zero;
	int error = add_tensor(quantizer, base, "_quantized", codes->type, codes->shape,
			       codes->integers, &x);

	if (!error)
		error = add_scales(quantizer, base, params->scale, &scales, &scale);
	if (!error)
		error = add_zeros(quantizer, base, params->zero_point, &scales, codes->type, &zero);
	if (!error)
		error = add_tensor(quantizer, base, "_dequantized", NET_F32, codes->shape, NULL,
				   out);
	if (!error)
		error = add_node(quantizer, NET_DEQUANTIZE, x, scale, zero, *out, &node);
	if (!error) {
		node->attributes.axis = (int64_t)codes->axis;
		node->attributes.block = codes->block;
	}
	return error;
}

int quantizer_activation(struct quantizer *quantizer, size_t tensor, struct quantized *how)
{
	enum net_type type = quantizer_type(quantizer->options.activation_type);
	const struct net_shape one = { 0 };
	struct net_node *node;
	char *base = strdup(quantizer->to->tensors[tensor].name);
	size_t scale, zero, x;
	int error;

	if (!base)
		return qmac_fail_nomem(quantizer->to->context, "a name");
	error = add_scales(quantizer, base, &how->scale, &one, &scale);
	if (!error)
		error = add_zeros(quantizer, base, &how->zero, &one, type, &zero);
	if (!error)
		error = add_tensor(quantizer, base, "_quantized", type, NULL, NULL, &x);
	if (!error)
		error = add_node(quantizer, NET_QUANTIZE, tensor, scale, zero, x, &node);
	if (!error)
		error = add_tensor(quantizer, base, "_dequantized", NET_F32, NULL, NULL,
				   &how->dequantized);
	if (!error)
		error = add_node(quantizer, NET_DEQUANTIZE, x, scale, zero, how->dequantized,
				 &node);
	free(base);
	return error;
}

int quantizer_operand(struct quantizer *quantizer, size_t tensor, size_t *out)
{
	const struct net_tensor *from = &quantizer->from->tensors[tensor];
	const struct qmac_quant_spec spec = quantizer_activation_spec(quantizer);
	struct qmac_extent whole = { 1, 1, net_shape_count(&from->shape) };
	struct qmac_context *context = quantizer->to->context;
	struct qmac_quant_params params;
	struct quantizer_codes codes = { .shape = &from->shape, .params = &params };
	int error = qmac_quant_minmax(context, &spec, from->data, &whole, QMAC_NAN_ERROR, &params);

	if (error)
		return qmac_fail_more(context, error, "constant '%.80s': ", from->name);
	codes.type = quantizer_type(spec.type);
	codes.integers = malloc(whole.inner * qmac_type_bytes(spec.type));
	if (!codes.integers) {
		error = qmac_fail_nomem(context, "constants");
	} else {
		error = qmac_quantize(context, &params, &whole, from->data, codes.integers, NULL);
		if (error)
			free(codes.integers);
		else
			error = quantizer_constant(quantizer, from->name, &codes, out);
	}
	qmac_quant_params_release(&params);
	return error;
}
