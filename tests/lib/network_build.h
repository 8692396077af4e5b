/* SPDX-License-Identifier: MIT */
/* Small networks made in a test, tensor by tensor. */
#ifndef QMAC_TESTS_NETWORK_BUILD_H
#define QMAC_TESTS_NETWORK_BUILD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "network/graph.h"
#include "random.h"
#include "tap.h"

static inline float random_float(struct rng *rng)
{
	return (float)rng_in(rng, -1000, 1000) / 500;
}

static inline void fill(float *values, size_t count, uint64_t seed)
{
	struct rng rng = { seed };
	size_t i;

	for (i = 0; i < count; i++)
		values[i] = random_float(&rng);
}

/* A network with one input "x" and any number of samples. */
static inline struct qmac_network *build(struct qmac_context *context, struct net_shape shape)
{
	struct qmac_network *network = net_create(context);

	network->inputs = calloc(1, sizeof(*network->inputs));
	network->outputs = calloc(1, sizeof(*network->outputs));
	network->input_count = network->output_count = 1;
	network->batch_is_free = true;
	net_add_tensor(network, "x", NET_F32, &shape, NULL, &network->inputs[0]);
	return network;
}

/* With @samples of them fixed when that is not 0. NULL and a note when it cannot be. */
static inline struct qmac_network *built(struct qmac_network *network, size_t output,
					 size_t samples)
{
	network->outputs[0] = output;
	if (samples) {
		network->batch_is_free = false;
		network->tensors[network->inputs[0]].shape.dim[0] = samples;
	}
	if (!net_finish(network, true))
		return network;
	tap_note("%s", qmac_context_message(network->context));
	qmac_network_destroy(network);
	return NULL;
}

/* NULL and a note when there is none. */
static inline struct qmac_network *copy_of(const struct qmac_network *network)
{
	struct qmac_network *copy = NULL;

	if (qmac_network_copy(network, &copy))
		tap_note("%s", qmac_context_message(network->context));
	return copy;
}

static inline size_t constant(struct qmac_network *network, const char *name,
			      struct net_shape shape, const float *values)
{
	size_t bytes = net_shape_count(&shape) * sizeof(float), number = NET_NONE;
	void *data = malloc(bytes);

	memcpy(data, values, bytes);
	net_add_tensor(network, name, NET_F32, &shape, data, &number);
	return number;
}

/* Random values, a constant of them. */
static inline size_t weights(struct qmac_network *network, const char *name, struct net_shape shape,
			     struct rng *rng)
{
	size_t count = net_shape_count(&shape), i, number;
	float *values = malloc(count * sizeof(*values));

	for (i = 0; i < count; i++)
		values[i] = random_float(rng);
	number = constant(network, name, shape, values);
	free(values);
	return number;
}

/* The node's result is called as the node is. Unused inputs are NET_NONE. */
static inline struct net_node *node(struct qmac_network *network, enum net_op op, const char *name,
				    size_t a, size_t b, size_t c)
{
	const size_t inputs[] = { a, b, c };
	size_t count = c != NET_NONE ? 3 : b != NET_NONE ? 2 : 1, output;
	struct net_node *made = NULL;

	net_add_tensor(network, name, NET_F32, NULL, NULL, &output);
	net_add_node(network, op, name, count, output, &made);
	memcpy(made->inputs, inputs, count * sizeof(*inputs));
	made->attributes.alpha = made->attributes.beta = 1;
	return made;
}

static inline size_t unary(struct qmac_network *network, enum net_op op, const char *name, size_t a)
{
	return node(network, op, name, a, NET_NONE, NET_NONE)->output;
}

/* Two dimensions, the same in both. */
static inline struct net_window window(size_t kernel, size_t stride, size_t pad)
{
	return (struct net_window){
		.spatial = 2,
		.kernel = { kernel, kernel },
		.stride = { stride, stride },
		.dilation = { 1, 1 },
		.before = { pad, pad },
		.after = { pad, pad },
		.groups = 1,
	};
}

/* Convolution of random weights [n, c, kernel...] "NAME.w", and a bias "NAME.b". */
static inline size_t conv(struct qmac_network *network, const char *name, size_t x, size_t n,
			  size_t c, struct net_window how, bool bias, struct rng *rng)
{
	struct net_shape shape = { 4, { n, c, how.kernel[0], how.kernel[1] } };
	size_t w, b = NET_NONE;
	struct net_node *made;
	char text[40];

	if (how.spatial == 1)
		shape = (struct net_shape){ 3, { n, c, how.kernel[1] } };
	snprintf(text, sizeof(text), "%s.w", name);
	w = weights(network, text, shape, rng);
	snprintf(text, sizeof(text), "%s.b", name);
	if (bias)
		b = weights(network, text, (struct net_shape){ 1, { n } }, rng);
	made = node(network, NET_CONV, name, x, w, b);
	made->attributes.window = how;
	return made->output;
}

/* Gemm with weights [k, n], or [n, k] when @n_first, and a bias. */
static inline size_t gemm(struct qmac_network *network, const char *name, size_t x, size_t k,
			  size_t n, bool n_first, struct rng *rng)
{
	struct net_shape shape = { 2, { n_first ? n : k, n_first ? k : n } };
	struct net_node *made;
	size_t w, b;
	char text[40];

	snprintf(text, sizeof(text), "%s.w", name);
	w = weights(network, text, shape, rng);
	snprintf(text, sizeof(text), "%s.b", name);
	b = weights(network, text, (struct net_shape){ 1, { n } }, rng);
	made = node(network, NET_GEMM, name, x, w, b);
	made->attributes.transpose_b = n_first;
	return made->output;
}

/* Values of a constant by name, to be looked at or changed. */
static inline float *values_of(struct qmac_network *network, const char *name)
{
	size_t number = net_find(network, name);

	return number == NET_NONE ? NULL : network->tensors[number].data;
}

static inline size_t count_of(const struct qmac_network *network, const char *name)
{
	return net_shape_count(&network->tensors[net_find(network, name)].shape);
}

/*
 * All kinds of layers in a row: convolutions that are strided, depthwise with
 * dilation, grouped and without a bias, then linear layers of both layouts.
 */
#define ALL_LAYERS_INPUT  (3 * 12 * 12)
#define ALL_LAYERS_OUTPUT 5
#define ALL_LAYERS	  6

static inline struct qmac_network *all_layers(struct qmac_context *context, uint64_t seed,
					      size_t samples)
{
	struct qmac_network *network = build(context, (struct net_shape){ 4, { 1, 3, 12, 12 } });
	struct net_window how = window(3, 1, 1);
	struct rng rng = { seed };
	struct net_node *pool;
	size_t at;

	at = conv(network, "strided", 0, 8, 3, window(3, 2, 1), true, &rng);
	at = unary(network, NET_RELU, "relu1", at);
	how.groups = 8;
	how.dilation[0] = how.dilation[1] = 2;
	how.before[0] = how.before[1] = how.after[0] = how.after[1] = 2;
	at = conv(network, "depthwise", at, 8, 1, how, true, &rng);
	at = unary(network, NET_RELU, "relu2", at);
	pool = node(network, NET_MAX_POOL, "max", at, NET_NONE, NET_NONE);
	pool->attributes.window = window(2, 1, 0);
	how = window(2, 1, 0);
	how.groups = 2;
	at = conv(network, "grouped", pool->output, 6, 4, how, false, &rng);
	pool = node(network, NET_AVERAGE_POOL, "average", at, NET_NONE, NET_NONE);
	pool->attributes.window = window(2, 2, 1);
	pool->attributes.window.include_pad = true;
	pool = node(network, NET_TRANSPOSE, "nhwc", pool->output, NET_NONE, NET_NONE);
	pool->attributes.perm_count = 4;
	memcpy(pool->attributes.perm, (const size_t[]){ 0, 2, 3, 1 }, 4 * sizeof(size_t));
	pool = node(network, NET_FLATTEN, "flat", pool->output, NET_NONE, NET_NONE);
	pool->attributes.axis = 1;
	at = gemm(network, "fc1", pool->output, 54, 10, true, &rng);
	at = unary(network, NET_RELU, "relu3", at);
	at = gemm(network, "fc2", at, 10, 12, false, &rng);
	at = unary(network, NET_RELU, "relu4", at);
	at = node(network, NET_MATMUL, "last", at,
		  weights(network, "last.w", (struct net_shape){ 2, { 12, 5 } }, &rng), NET_NONE)
		     ->output;
	return built(network, at, samples);
}

#endif /* QMAC_TESTS_NETWORK_BUILD_H */
