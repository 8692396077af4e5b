// SPDX-License-Identifier: MIT
/* Networks: runs, what-if runs, quantization, refusals; on small graphs made here. */
#include <errno.h>
#include <fenv.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

#include <qmac/qmac.h>

#include "message.h"
#include "network_build.h"

#define DIGITS "examples/digits/digits.onnx"
#define CNN    "examples/cnn/cnn.onnx"
#define ROWS   70
#define PIXELS 64
#define DIGIT  10

/* x [batch, k] */
static struct qmac_network *begin(size_t k)
{
	return build(context, (struct net_shape){ 2, { 1, k } });
}

/* y = x w + b with w [k, n] */
static struct qmac_network *linear(size_t k, size_t n, const float *w, const float *b)
{
	struct qmac_network *network = begin(k);
	size_t weight = constant(network, "w", (struct net_shape){ 2, { k, n } }, w);
	size_t bias = constant(network, "b", (struct net_shape){ 1, { n } }, b);

	return built(network, node(network, NET_GEMM, "y", 0, weight, bias)->output, 0);
}

static void test_exact_product(void)
{
	const float w[] = { 1, 2, 3, 4, 5, 6 }, b[] = { 10, 20 }, x[] = { 1, 1, 1, 1, 0, -1 };
	struct qmac_network *network = linear(3, 2, w, b);
	struct qmac_network_info info;
	struct qmac_network_layer layer;
	float y[4];

	qmac_network_info(network, &info);
	tap_ok(info.layers == 1 && info.macs == 6 && info.parameters == 8 && !info.fixed_batch,
	       "a layer has 6 products and 8 parameters");
	tap_ok(!qmac_network_layer(network, 0, &layer) && layer.axis == 1 && layer.channels == 2 &&
		       !strcmp(layer.name, "y") && !strcmp(layer.operation, "Gemm"),
	       "and is told about");
	tap_ok(!qmac_network_run_rows(network, 2, x, y) && y[0] == 19 && y[1] == 32 && y[2] == 6 &&
		       y[3] == 16,
	       "2x3 times 3x2 plus bias");
	tap_ok(qmac_network_layer(network, 1, &layer) == -EINVAL && says("layer 1 of 1"),
	       "there is no second layer");
	tap_ok(qmac_network_run(network, 0, (const float *[]){ x }, (float *[]){ y }) == -EINVAL &&
		       says("0 samples"),
	       "no samples");
	qmac_network_destroy(network);
}

static struct qmac_network *load(const char *path)
{
	struct qmac_network *network = NULL;

	if (!tap_ok(!qmac_network_load(context, path, &network), "%s loads", path))
		tap_note("%s", qmac_context_message(context));
	return network;
}

/* A change of rounding, flushing and the batch changes no bit. */
static void test_bits(const char *path)
{
	struct qmac_network *network = load(path);
	static float x[ROWS * PIXELS], want[ROWS * DIGIT], got[ROWS * DIGIT];
	size_t i;
	int mode;

	fill(x, ROWS * PIXELS, 5);
	tap_ok(!qmac_network_run_rows(network, ROWS, x, want), "%d samples", ROWS);
	tap_ok(!qmac_network_run(network, ROWS, (const float *[]){ x }, (float *[]){ got }) &&
		       !memcmp(want, got, sizeof(got)),
	       "all at once: the same bits");
	memset(got, 0, sizeof(got));
	for (i = 0; i < ROWS; i++)
		qmac_network_run_rows(network, 1, x + i * PIXELS, got + i * DIGIT);
	tap_ok(!memcmp(want, got, sizeof(got)), "one at a time: the same bits");
	for (i = 0; i < 3; i++) {
		static const int modes[] = { FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO };

		fesetround(modes[i]);
#if defined(__SSE2__)
		_mm_setcsr(_mm_getcsr() | 0x8040);
#endif
		memset(got, 0, sizeof(got));
		qmac_network_run_rows(network, ROWS, x, got);
		mode = fegetround();
		fesetenv(FE_DFL_ENV);
		tap_ok(mode == modes[i] && !memcmp(want, got, sizeof(got)),
		       "rounding mode %zu and flushing: the same bits, and left alone", i);
	}
	qmac_network_destroy(network);
}

static void test_fold(void)
{
	struct qmac_network *network = load(CNN);
	struct qmac_network_info info;
	bool norms = false;
	size_t i;

	qmac_network_info(network, &info);
	for (i = 0; i < network->node_count; i++)
		norms |= network->nodes[i].op == NET_BATCH_NORM;
	tap_ok(info.layers == 5 && !norms, "the CNN has 5 layers and no normalization left");
	tap_ok(info.parameters == 8002, "8002 parameters: %llu",
	       (unsigned long long)info.parameters);
	qmac_network_destroy(network);
}

struct seen {
	size_t order[64], count, stop_at;
};

static int observe(void *user, size_t tensor, const float *values, size_t count)
{
	struct seen *seen = user;

	(void)values;
	if (!count || seen->count == 64)
		return -EINVAL;
	seen->order[seen->count++] = tensor;
	return seen->count == seen->stop_at ? -ECANCELED : 0;
}

static void test_observer(void)
{
	struct qmac_network *network = load(DIGITS);
	static float x[PIXELS], y[DIGIT] = { 77 };
	struct seen seen = { .stop_at = 3 };

	qmac_network_observe(network, observe, &seen);
	tap_ok(qmac_network_run(network, 1, (const float *[]){ x }, (float *[]){ y }) ==
			       -ECANCELED &&
		       seen.count == 3 && y[0] == 77,
	       "an observer ends a run, nothing is written");
	seen = (struct seen){ 0 };
	tap_ok(!qmac_network_run(network, 1, (const float *[]){ x }, (float *[]){ y }) &&
		       seen.count == 6 && seen.order[0] == qmac_network_find(network, "pixels") &&
		       seen.order[1] == qmac_network_find(network, "fc1") &&
		       seen.order[5] == qmac_network_find(network, "logits"),
	       "it sees the input and each result, in order");
	qmac_network_destroy(network);
}

static void test_fakes(void)
{
	const float w[] = { 1, -0.3f, 0.7f, 0.26f }, b[] = { 0, 0 }, x[] = { 1, 0, 0, 1 };
	struct qmac_network *network = linear(2, 2, w, b);
	size_t weight = qmac_network_find(network, "w");
	float scale[2] = { 0.25f, 0.5f }, y[4];
	int32_t zero[2] = { 0, 0 };
	struct qmac_fake fake = { .axis = QMAC_PER_TENSOR,
				  .channels = 1,
				  .scale = scale,
				  .zero_point = zero,
				  .q_min = -2,
				  .q_max = 2 };

	tap_ok(!qmac_network_set_fake(network, weight, &fake) &&
		       !qmac_network_run_rows(network, 2, x, y) && y[0] == 0.5f && y[1] == -0.25f &&
		       y[2] == 0.5f && y[3] == 0.25f,
	       "weights on a grid of quarters, up to a half");
	fake.axis = 1;
	fake.channels = 2;
	tap_ok(!qmac_network_set_fake(network, weight, &fake) &&
		       !qmac_network_run_rows(network, 2, x, y) && y[0] == 0.5f && y[1] == -0.5f &&
		       y[2] == 0.5f && y[3] == 0.5f,
	       "the second channel on a grid of halves");
	fake.binary = true;
	tap_ok(!qmac_network_set_fake(network, weight, &fake) &&
		       !qmac_network_run_rows(network, 2, x, y) && y[0] == 0.25f && y[1] == -0.5f &&
		       y[2] == 0.25f && y[3] == 0.5f,
	       "signs times a scale");
	fake.channels = 3;
	tap_ok(qmac_network_set_fake(network, weight, &fake) == -EINVAL && says("3 channels") &&
		       !qmac_network_run_rows(network, 2, x, y) && y[3] == 0.5f,
	       "as many scales as channels, or all stays as it was");
	fake = (struct qmac_fake){ .axis = 0, .channels = 2, .scale = scale, .zero_point = zero };
	tap_ok(qmac_network_set_fake(network, 0, &fake) == -EINVAL && says("channel axis 0"),
	       "the batch is no channel axis");
	fake.axis = QMAC_PER_TENSOR;
	fake.channels = 1;
	scale[0] = 0;
	tap_ok(qmac_network_set_fake(network, weight, &fake) == -EINVAL && says("scale 0"),
	       "no scale of 0");
	scale[0] = 0.5f;
	fake.q_max = 3;
	zero[0] = 4;
	tap_ok(qmac_network_set_fake(network, weight, &fake) == -EINVAL && says("zero point 4"),
	       "no zero point beyond the codes");
	zero[0] = 1;
	fake.q_min = 0;
	tap_ok(!qmac_network_set_fake(network, 0, &fake), "parameters of the input");
	qmac_network_set_fake(network, weight, NULL);
	tap_ok(!qmac_network_run_rows(network, 1, (const float[]){ -9, 9 }, y) &&
		       y[0] == -0.5f * 1 + 1.0f * 0.7f,
	       "an input of -9 and 9 becomes -0.5 and 1");
	qmac_network_clear_fakes(network);
	tap_ok(!qmac_network_run_rows(network, 2, x, y) && !memcmp(y, w, sizeof(y)),
	       "without them the weights are back");
	qmac_network_destroy(network);
}

/* 16 bits hurt less than 8, 8 less than 2; nothing quantized is nothing lost. */
static void test_sweep(const char *path)
{
	static const struct qmac_network_widths widths[] = {
		{ 0, 0, false }, { 16, 16, false }, { 8, 8, false },
		{ 4, 4, false }, { 2, 2, false },   { 1, 1, true },
	};
	struct qmac_network *network = load(path);
	static float x[ROWS * PIXELS];
	struct qmac_network_sensitivity layers[8];
	struct qmac_network_loss losses[6], baseline;
	struct qmac_network_info info;
	struct qmac_network_samples samples = { .rows = ROWS, .x = x };
	struct qmac_network_range *ranges;
	bool falling = true, ranked = true;
	size_t i;

	qmac_network_info(network, &info);
	ranges = calloc(info.tensors, sizeof(*ranges));
	samples.ranges = ranges;
	fill(x, ROWS * PIXELS, 8);
	tap_ok(!qmac_network_minmax(network, ROWS, x, ranges), "ranges");
	tap_ok(!qmac_network_sweep(network, &samples, widths, 6, losses, &baseline), "sweep");
	tap_ok(isinf(baseline.sqnr_db) && isinf(losses[0].sqnr_db) && losses[0].cosine == 1 &&
		       losses[0].agreement == 1 && isnan(losses[0].accuracy),
	       "no bits: nothing lost");
	for (i = 1; i < 5; i++)
		falling &= losses[i].sqnr_db < losses[i - 1].sqnr_db;
	tap_ok(falling && losses[1].sqnr_db > 60 && losses[2].sqnr_db > 20,
	       "fewer bits, more noise: %.1f, %.1f, %.1f, %.1f dB", losses[1].sqnr_db,
	       losses[2].sqnr_db, losses[3].sqnr_db, losses[4].sqnr_db);
	tap_ok(!qmac_network_sensitivity(network, &samples, &widths[2], layers, NULL),
	       "sensitivity");
	for (i = 1; i < info.layers; i++)
		ranked &= layers[i - 1].loss.sqnr_db <= layers[i].loss.sqnr_db;
	tap_ok(ranked && layers[0].loss.sqnr_db >= losses[2].sqnr_db,
	       "ranked; one layer alone hurts less than all");
	ranges[qmac_network_input(network, 0)].hi = INFINITY;
	tap_ok(qmac_network_sensitivity(network, &samples, &widths[2], layers, NULL) == -EDOM &&
		       says("inf of tensor"),
	       "no infinite range");
	free(ranges);
	qmac_network_destroy(network);
}

static void test_compare(void)
{
	const float want[] = { 3, 4, 0, 1 }, got[] = { 3, 3, 0, 2 }, nan[] = { NAN, 0, 0, 0 };
	const uint32_t labels[] = { 1, 1 };
	struct qmac_network_loss loss;

	qmac_network_compare(want, got, 2, 2, labels, &loss);
	tap_ok(fabs(loss.sqnr_db - 10 * log10(26 / 2.0)) < 1e-12 &&
		       fabs(loss.cosine - 23 / sqrt(26 * 22.0)) < 1e-12 && loss.agreement == 0.5 &&
		       loss.accuracy == 0.5,
	       "SQNR, cosine, agreement, accuracy of four numbers");
	qmac_network_compare(want, nan, 2, 2, NULL, &loss);
	tap_ok(loss.sqnr_db == -INFINITY, "NaN is no good result");
}

static struct qmac_network *quantized(const struct qmac_network *network, float lo, float hi,
				      struct qmac_network_quantize_options options, int *error)
{
	struct qmac_network_range ranges[16];
	struct qmac_network *made = NULL;
	size_t i;

	for (i = 0; i < 16; i++)
		ranges[i] = (struct qmac_network_range){ lo, hi };
	*error = qmac_network_quantize(network, ranges, &options, &made);
	return made;
}

static void test_quantize(void)
{
	const struct qmac_network_quantize_options none = { 0 };
	const float w[] = { 127, -1, 64, 2 }, b[] = { 3, -4 }, x[] = { 255, 1, 0, 7 };
	struct qmac_network *network = linear(2, 2, w, b), *made, *again;
	float y[4];
	int error;

	/* Scales of 1: every number is its own code. */
	made = quantized(network, 0, 255, none, &error);
	tap_ok(made && !qmac_network_run_rows(made, 2, x, y) && y[0] == 255 * 127 + 64 + 3 &&
		       y[1] == -255 + 2 - 4 && y[2] == 7 * 64 + 3 && y[3] == 14 - 4,
	       "integers stay what they are");
	again = quantized(made, 0, 255, none, &error);
	tap_ok(!again && error == -EINVAL && says("quantized already"), "not twice");
	qmac_network_destroy(made);
	made = quantized(network, 0, 255,
			 (struct qmac_network_quantize_options){ .activation_type = 77 }, &error);
	tap_ok(!made && error == -EINVAL && says("use u8, s8, u16 or s16"),
	       "no activations of type 77");
	made = quantized(network, 3, 2, none, &error);
	tap_ok(!made && error == -EDOM && says("tensor 'x'"), "no range of 3 to 2");
	qmac_network_destroy(network);
}

/* QuantizeLinear nodes of a linear layer, @op behind it, and HardSwish at the end. */
static size_t quantizers_with(enum net_op op)
{
	const float w[] = { 1, 2, 3, 4 }, b[] = { 0, 1 };
	struct qmac_network *network = begin(2), *made;
	size_t weight = constant(network, "w", (struct net_shape){ 2, { 2, 2 } }, w);
	size_t bias = constant(network, "b", (struct net_shape){ 1, { 2 } }, b), count = 0, i;
	struct net_node *last = node(network, NET_GEMM, "g", 0, weight, bias);
	int error;

	last = node(network, op, "a", last->output, NET_NONE, NET_NONE);
	last->attributes.hi = 6;
	last = node(network, NET_HARD_SWISH, "y", last->output, NET_NONE, NET_NONE);
	network = built(network, last->output, 0);
	made = quantized(network, 0, 1, (struct qmac_network_quantize_options){ 0 }, &error);
	for (i = 0; made && i < made->node_count; i++)
		count += made->nodes[i].op == NET_QUANTIZE;
	qmac_network_destroy(made);
	qmac_network_destroy(network);
	return count;
}

static void test_places(void)
{
	tap_ok(quantizers_with(NET_SIGMOID) == 3,
	       "input, layer and Sigmoid are quantized, the output is not");
	tap_ok(quantizers_with(NET_RELU) == 2 && quantizers_with(NET_CLIP) == 2,
	       "nothing is quantized between a layer and its Relu or Clip");
}

/* Name of what the node that makes @output reads. */
static const char *read_by(const struct qmac_network *network, const char *output)
{
	size_t number = qmac_network_find(network, output);

	return number == NET_NONE
		       ? ""
		       : net_input(network, &network->nodes[network->tensors[number].producer], 0)
				 ->name;
}

/* One of two layers that read the same activation stays float. */
static void test_branch(void)
{
	const float w[] = { 1, 2, 3, 4 }, b[] = { 0, 1 };
	const bool keep[] = { true, false };
	struct qmac_network *network = begin(2), *made;
	size_t weight = constant(network, "w", (struct net_shape){ 2, { 2, 2 } }, w);
	size_t other = constant(network, "v", (struct net_shape){ 2, { 2, 2 } }, w);
	size_t bias = constant(network, "b", (struct net_shape){ 1, { 2 } }, b);
	size_t source = node(network, NET_RELU, "r", 0, NET_NONE, NET_NONE)->output;
	size_t left = node(network, NET_GEMM, "g", source, weight, bias)->output;
	size_t right = node(network, NET_GEMM, "h", source, other, bias)->output;
	int error;

	network = built(network, node(network, NET_ADD, "y", left, right, NET_NONE)->output, 0);
	made = quantized(network, 0, 1,
			 (struct qmac_network_quantize_options){ .keep_float = keep }, &error);
	tap_ok(made && !strcmp(read_by(made, "g"), "r") &&
		       !strcmp(read_by(made, "h"), "r_dequantized") &&
		       !strcmp(read_by(made, "y"), "g_dequantized"),
	       "of two layers that read the same, the float one reads floats");
	qmac_network_destroy(made);
	qmac_network_destroy(network);
}

static void test_bias(void)
{
	/* The second channel's weights are so small that its bias needs 2^40 units. */
	const float w[] = { 1, 1e-12f, 1, 1e-12f }, b[] = { 1, 1 }, x[] = { 1, 1 };
	const struct qmac_network_quantize_options each = { .per_channel = true };
	const struct qmac_network_quantize_options wide = { .per_channel = true, .widen = true };
	struct qmac_network *network = linear(2, 2, w, b), *made;
	float y[2];
	int error;

	made = quantized(network, 0, 1, each, &error);
	tap_ok(!made && error == -ERANGE && says("layer y") && says("channel 1"),
	       "a bias beyond 32 bits: layer and channel are named");
	made = quantized(network, 0, 1, wide, &error);
	tap_ok(made && !qmac_network_run_rows(made, 1, x, y) && fabsf(y[0] - 3) < 0.03f &&
		       fabsf(y[1] - 1) < 1e-6f,
	       "with a wider scale it fits");
	qmac_network_destroy(made);
	qmac_network_destroy(network);
}

static void test_sums(void)
{
	enum {
		K = 70000 /* 70000 * 127 * 255 > 2^31 */
	};
	static float w[K];
	const float b[] = { 0 };
	struct qmac_network *network, *made;
	size_t i;
	int error;

	for (i = 0; i < K; i++)
		w[i] = 1;
	network = linear(K, 1, w, b);
	made = quantized(network, 0, 1, (struct qmac_network_quantize_options){ 0 }, &error);
	tap_ok(!made && error == -EINVAL && says("beyond 32 bits") && says("layer y"),
	       "70000 products could overflow");
	qmac_network_destroy(network);
}

/* alpha and beta, and MatMul with Add, become weights. */
static void test_simplified(void)
{
	const float w[] = { 1, 2 }, b[] = { 8 }, x[] = { 3, 5 };
	struct qmac_network *network = begin(2);
	size_t weight = constant(network, "w", (struct net_shape){ 2, { 2, 1 } }, w);
	size_t bias = constant(network, "b", (struct net_shape){ 1, { 1 } }, b);
	struct net_node *last = node(network, NET_GEMM, "y", 0, weight, bias);
	float y[1];

	last->attributes.alpha = 2;
	last->attributes.beta = 0.5f;
	network = built(network, last->output, 0);
	tap_ok(network->nodes[0].attributes.alpha == 1 &&
		       !qmac_network_run_rows(network, 1, x, y) && y[0] == 2 * 13 + 4,
	       "alpha 2, beta 1/2");
	qmac_network_destroy(network);
	network = begin(2);
	weight = constant(network, "w", (struct net_shape){ 2, { 2, 1 } }, w);
	bias = constant(network, "b", (struct net_shape){ 1, { 1 } }, b);
	last = node(network, NET_MATMUL, "product", 0, weight, NET_NONE);
	last = node(network, NET_ADD, "y", bias, last->output, NET_NONE);
	network = built(network, last->output, 0);
	tap_ok(network->node_count == 1 && network->nodes[0].op == NET_GEMM &&
		       !qmac_network_run_rows(network, 1, x, y) && y[0] == 13 + 8,
	       "MatMul and Add are one layer");
	qmac_network_destroy(network);
}

static void test_files(void)
{
	char path[] = "/tmp/qmac-network-XXXXXX";
	struct qmac_network *network = NULL, *made;
	int file = mkstemp(path);
	bool same;

	close(file);
	tap_ok(qmac_network_load(context, "/nonexistent.onnx", &network) == -ENOENT &&
		       says("/nonexistent.onnx"),
	       "no such file");
	tap_ok(qmac_network_load(context, path, &network) == -EINVAL && says(path), "empty file");
	network = load(DIGITS);
	tap_ok(qmac_network_save(network, "/nonexistent/x.onnx") == -ENOENT && says("cannot write"),
	       "no such directory");
	tap_ok(!qmac_network_save(network, path) && !qmac_network_load(context, path, &made),
	       "written and read");
	same = made->node_count == network->node_count &&
	       qmac_network_find(made, "fc2.weight") != QMAC_NETWORK_NONE &&
	       qmac_network_find(made, "pixels") == qmac_network_input(made, 0);
	tap_ok(same && qmac_network_find(made, "none") == QMAC_NETWORK_NONE,
	       "names and nodes are the same");
	qmac_network_destroy(made);
	qmac_network_destroy(network);
	unlink(path);
}

int main(void)
{
	if (qmac_context_create(&context))
		return 1;
	test_exact_product();
	test_simplified();
	test_bits(DIGITS);
	test_bits(CNN);
	test_fold();
	test_observer();
	test_fakes();
	test_compare();
	test_sweep(DIGITS);
	test_sweep(CNN);
	test_quantize();
	test_places();
	test_branch();
	test_bias();
	test_sums();
	test_files();
	qmac_context_destroy(context);
	return tap_done();
}
