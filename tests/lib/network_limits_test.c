// SPDX-License-Identifier: MIT
/* Networks that small files can ask for and that cost much, or mean nothing. */
#include <errno.h>
#include <fenv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

#include <qmac/qmac.h>

#include "message.h"
#include "network_build.h"

/* One input of the shape, one output to be. */
static struct qmac_network *begin(struct net_shape shape, bool batch_is_free)
{
	struct qmac_network *network = build(context, shape);

	network->batch_is_free = batch_is_free;
	return network;
}

static size_t add_constant(struct qmac_network *network, const char *name, struct net_shape shape,
			   float value)
{
	size_t count = net_shape_count(&shape), number = NET_NONE, i;
	float *data = malloc(count * sizeof(*data));

	for (i = 0; i < count; i++)
		data[i] = value;
	net_add_tensor(network, name, NET_F32, &shape, data, &number);
	return number;
}

static struct net_node *add_node(struct qmac_network *network, enum net_op op, const char *name,
				 size_t count, const size_t *inputs)
{
	struct net_node *node = NULL;
	size_t output;

	net_add_tensor(network, name, NET_F32, NULL, NULL, &output);
	net_add_node(network, op, name, count, output, &node);
	memcpy(node->inputs, inputs, count * sizeof(*inputs));
	network->outputs[0] = output;
	return node;
}

/* 5000 copies of a mebibyte. */
static void test_copies(void)
{
	struct qmac_network *network = begin((struct net_shape){ 2, { 1, 1 } }, true);
	size_t number = add_constant(network, "c", (struct net_shape){ 2, { 1024, 256 } }, 1);
	unsigned int i;

	for (i = 0; i < 5000; i++) {
		char name[16];

		snprintf(name, sizeof(name), "copy%u", i);
		number = add_node(network, NET_IDENTITY, name, 1, &number)->output;
	}
	tap_ok(net_finish(network, true) == -EFBIG && says("Identity copy4096: ") && says("4 GiB"),
	       "copies of constants beyond 4 GiB are refused, before they are made");
	qmac_network_destroy(network);
}

static void test_constant_output(void)
{
	struct qmac_network *network = begin((struct net_shape){ 2, { 1, 1 } }, true);
	size_t number = add_constant(network, "c", (struct net_shape){ 2, { 1, 3 } }, 7);
	float x[40] = { 0 }, y[120];

	add_node(network, NET_IDENTITY, "y", 1, &number);
	tap_ok(!net_finish(network, true), "an output may be constant");
	tap_ok(qmac_network_run_rows(network, 40, x, y) == -EINVAL && says("one result per sample"),
	       "but not one result per sample");
	tap_ok(!qmac_network_run(network, 40, (const float *[]){ x }, (float *[]){ y }) &&
		       y[0] == 7 && y[2] == 7,
	       "and is what it is in a run");
	qmac_network_destroy(network);
}

/* One element in the middle of a window of 2^56: only it must be looked at. */
static void test_wide_window(enum net_op op, bool include_pad, float want)
{
	const size_t side = (size_t)1 << 28;
	struct qmac_network *network = begin((struct net_shape){ 4, { 1, 1, 1, 1 } }, false);
	struct net_node *node = add_node(network, op, "y", 1, network->inputs);
	const float x = 3;
	float y = 0;

	node->attributes.window = (struct net_window){
		.spatial = 2,
		.kernel = { side, side },
		.stride = { side, side },
		.dilation = { 1, 1 },
		.before = { side - 1, side - 1 },
		.after = { side - 1, side - 1 },
		.include_pad = include_pad,
	};
	tap_ok(!net_finish(network, true) &&
		       !qmac_network_run(network, 1, (const float *[]){ &x }, (float *[]){ &y }) &&
		       y == want,
	       "a window of padding around one element: %g", want);
	qmac_network_destroy(network);
}

/* A deviation that only exists where subnormals do. */
static struct qmac_network *flat_norm(void)
{
	const struct net_shape one = { 1, { 1 } };
	struct qmac_network *network = begin((struct net_shape){ 2, { 1, 1 } }, true);
	const size_t inputs[] = { network->inputs[0], add_constant(network, "scale", one, 1e-20f),
				  add_constant(network, "bias", one, 0),
				  add_constant(network, "mean", one, 0),
				  add_constant(network, "variance", one, 0) };

	add_node(network, NET_BATCH_NORM, "y", 5, inputs)->attributes.epsilon = 1e-40f;
	return network;
}

static void test_subnormal_variance(void)
{
	struct qmac_network *network = flat_norm();
	int error;

	fesetround(FE_DOWNWARD);
#if defined(__SSE2__)
	_mm_setcsr(_mm_getcsr() | 0x8040);
#endif
	error = net_finish(network, true);
	fesetenv(FE_DFL_ENV);
	tap_ok(!error, "subnormal variance plus epsilon is positive, also when the caller flushes");
	qmac_network_destroy(network);
}

/* After a run that does not fit, those that do go on. */
static void test_after_failure(void)
{
	struct qmac_network *network = begin((struct net_shape){ 2, { 1, 1024 } }, true);
	static float x[5 * 1024], y[5 * 1024];

	add_node(network, NET_RELU, "y", 1, network->inputs);
	x[5 * 1024 - 1] = 2;
	tap_ok(!net_finish(network, true) &&
		       !qmac_network_run(network, 5, (const float *[]){ x }, (float *[]){ y }),
	       "5 samples");
	tap_ok(qmac_network_run(network, (size_t)1 << 40, (const float *[]){ x },
				(float *[]){ y }) == -EFBIG,
	       "2^40 samples are too many");
	tap_ok(qmac_network_run(network, 700000, (const float *[]){ x }, (float *[]){ y }) ==
		       -EFBIG,
	       "activations beyond 4 GiB are, too");
	memset(y, 0, sizeof(y));
	tap_ok(!qmac_network_run(network, 5, (const float *[]){ x }, (float *[]){ y }) &&
		       y[5 * 1024 - 1] == 2,
	       "5 again");
	qmac_network_destroy(network);
}

int main(void)
{
	if (qmac_context_create(&context))
		return 1;
	test_copies();
	test_constant_output();
	test_wide_window(NET_MAX_POOL, false, 3);
	test_wide_window(NET_AVERAGE_POOL, false, 3);
	test_wide_window(NET_AVERAGE_POOL, true, 0x3p-56f);
	test_subnormal_variance();
	test_after_failure();
	qmac_context_destroy(context);
	return tap_done();
}
