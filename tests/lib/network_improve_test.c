// SPDX-License-Identifier: MIT
/* Steps that change the weights of networks: pruning, equalization, smoothing. */
#include <errno.h>
#include <fenv.h>
#include <math.h>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

#include <qmac/qmac.h>

#include "message.h"
#include "network_build.h"

#define ROWS 40
#define ROW  ALL_LAYERS_INPUT
#define MOST 16 /* layers */

static void test_constants(void)
{
	const float w[] = { 1, 2, 3, 4, 5, 6 }, other[] = { 6, 5, 4, 3, 2, 1 };
	const float bad[] = { 0, 0, 0, 0, NAN, 0 }, x[] = { 1, 0 }, half = 0.5f;
	struct qmac_network *network = build(context, (struct net_shape){ 2, { 1, 2 } }), *copy;
	size_t stored = constant(network, "stored", (struct net_shape){ 2, { 3, 2 } }, w), used;
	const int32_t zero = 0;
	const struct qmac_fake fake = { .axis = QMAC_PER_TENSOR,
					.channels = 1,
					.scale = &half,
					.zero_point = &zero,
					.q_min = -4,
					.q_max = 4 };
	float y[3], z[3];

	used = unary(network, NET_TRANSPOSE, "used", stored);
	network = built(network, node(network, NET_MATMUL, "y", 0, used, NET_NONE)->output, 0);
	tap_ok(qmac_network_constant(network, stored)[1] == 2 &&
		       qmac_network_constant(network, used)[1] == 3 &&
		       !qmac_network_constant(network, 0) && !qmac_network_constant(network, 99),
	       "values of constants, also computed ones; none of activations");
	copy = copy_of(network);
	qmac_network_run_rows(network, 1, x, y);
	qmac_network_run_rows(copy, 1, x, z);
	tap_ok(y[0] == 1 && y[1] == 3 && y[2] == 5 && !memcmp(y, z, sizeof(y)),
	       "a copy has the same results");
	tap_ok(done(qmac_network_set_constant(network, stored, other)) &&
		       qmac_network_constant(network, used)[1] == 4,
	       "what was computed from a constant follows it");
	qmac_network_run_rows(network, 1, x, y);
	qmac_network_run_rows(copy, 1, x, z);
	tap_ok(y[0] == 6 && y[1] == 4 && y[2] == 2 && z[0] == 1, "the copy does not");
	tap_ok(qmac_network_set_constant(network, stored, bad) == -EDOM && says("value 4") &&
		       qmac_network_constant(network, stored)[0] == 6,
	       "no NaN, and nothing has changed");
	tap_ok(qmac_network_set_constant(network, 0, other) == -EINVAL && says("'x'") &&
		       qmac_network_set_constant(network, 99, other) == -EINVAL,
	       "only constants are set");
	qmac_network_set_fake(network, used, &fake);
	tap_ok(done(qmac_network_set_constant(network, used, w)) &&
		       !qmac_network_run_rows(network, 1, x, y) && y[0] == 1 && y[1] == 2 &&
		       y[2] == 2,
	       "a computed constant is cut off; its fake applies to the new values");
	qmac_network_clear_fakes(network);
	tap_ok(done(qmac_network_set_constant(network, stored, w)) &&
		       !qmac_network_run_rows(network, 1, x, y) && y[0] == 1 && y[2] == 3,
	       "and does not follow any more");
	qmac_network_destroy(network);
	qmac_network_destroy(copy);
}

/* Input channel of weight @i of the layers behind those that are unbalanced. */
static size_t depthwise_input(size_t i)
{
	return i / 9;
}

static size_t grouped_input(size_t i)
{
	return i / 48 * 4 + i % 16 / 4;
}

static size_t fc2_input(size_t i)
{
	return i / 12;
}

/* From 1 down to a thousandth, channel by channel. */
static float factor(size_t c, size_t channels)
{
	return powf(1000, -(float)c / (float)(channels - 1));
}

/*
 * Layers whose output channels range over 1 to 1000, while those behind make up
 * for it: all channels matter, but the small ones have no codes.
 */
static void unbalance(struct qmac_network *network)
{
	static const struct {
		const char *w, *b, *next;
		size_t (*input)(size_t i);
	} pairs[] = {
		{ "strided.w", "strided.b", "depthwise.w", depthwise_input },
		{ "depthwise.w", "depthwise.b", "grouped.w", grouped_input },
		{ "fc1.w", "fc1.b", "fc2.w", fc2_input },
	};
	size_t p, i;

	for (p = 0; p < 3; p++) {
		float *w = values_of(network, pairs[p].w), *b = values_of(network, pairs[p].b);
		float *next = values_of(network, pairs[p].next);
		size_t n = count_of(network, pairs[p].b), count = count_of(network, pairs[p].w);

		for (i = 0; i < count; i++)
			w[i] *= factor(i / (count / n), n);
		for (i = 0; i < n; i++)
			b[i] *= factor(i, n);
		for (i = 0; i < count_of(network, pairs[p].next); i++)
			next[i] /= factor(pairs[p].input(i), n);
	}
}

static void run(struct qmac_network *network, size_t rows, const float *x, float *y)
{
	if (qmac_network_run_rows(network, rows, x, y))
		tap_note("%s", qmac_context_message(context));
}

/* SQNR of the 8-bit network, scales per tensor. */
static double int8_sqnr(struct qmac_network *network, size_t rows, const float *x,
			const float *want, size_t outputs)
{
	struct qmac_network_range *ranges = calloc(network->tensor_count, sizeof(*ranges));
	const struct qmac_network_quantize_options options = { .widen = true };
	struct qmac_network_loss loss = { .sqnr_db = NAN };
	float *got = calloc(rows * outputs, sizeof(*got));
	struct qmac_network *quantized = NULL;

	if (done(qmac_network_minmax(network, rows, x, ranges)) &&
	    done(qmac_network_quantize(network, ranges, &options, &quantized))) {
		run(quantized, rows, x, got);
		qmac_network_compare(want, got, rows, outputs, NULL, &loss);
	}
	qmac_network_destroy(quantized);
	free(ranges);
	free(got);
	return loss.sqnr_db;
}

static void test_equalize(void)
{
	static float x[ROWS * ROW], want[ROWS * 5], got[ROWS * 5];
	struct qmac_network_pair report[MOST], again[MOST];
	struct qmac_network *network = all_layers(context, 3, 0);
	double before, after;
	bool wide = true, still = true;
	size_t i;

	fill(x, ROWS * ROW, 4);
	unbalance(network);
	run(network, ROWS, x, want);
	before = int8_sqnr(network, ROWS, x, want, 5);
	tap_ok(done(qmac_network_equalize(network, report)), "equalize all kinds of layers");
	run(network, ROWS, x, got);
	tap_ok(!memcmp(want, got, sizeof(want)), "the float results are the same bits");
	for (i = 0; i < 5; i++)
		wide &= report[i].first == i && report[i].second == i + 1 && !report[i].skipped &&
			report[i].changed && report[i].changed <= report[i].channels;
	tap_ok(wide && report[0].channels == 8 && report[2].channels == 6 &&
		       report[0].least < 0.1f && report[0].greatest / report[0].least > 300,
	       "five pairs are told, with their channels and factors");
	tap_ok(report[5].second == QMAC_NETWORK_NONE && !report[5].channels &&
		       strstr(report[5].skipped, "output of the network"),
	       "and why the last layer has none");
	after = int8_sqnr(network, ROWS, x, want, 5);
	tap_ok(before < 12 && after > 24, "8 bits per tensor: %.1f dB before, %.1f dB after",
	       before, after);
	tap_ok(done(qmac_network_equalize(network, again)), "once more");
	for (i = 0; i < 5; i++)
		still &= !again[i].changed && again[i].least == 1 && again[i].greatest == 1;
	tap_ok(still, "finds all factors 1");
	qmac_network_destroy(network);
}

/* Greatest |w| of output channel @c of the first and of input channel @c of the second. */
static bool balanced(struct qmac_network *network, const char *first, const char *second,
		     size_t channels)
{
	size_t k = count_of(network, first) / channels, n = count_of(network, second) / channels;
	const float *a = values_of(network, first), *b = values_of(network, second);
	size_t c, i;

	for (c = 0; c < channels; c++) {
		float most = 0, other = 0;

		for (i = 0; i < k; i++)
			most = fmaxf(most, fabsf(a[c * k + i]));
		for (i = 0; i < n; i++) /* [k, n]: a row of the second per channel */
			other = fmaxf(other, fabsf(b[c * n + i]));
		if (most / other > 2 || other / most > 2)
			return false;
	}
	return true;
}

static void test_balance(void)
{
	struct qmac_network *network = build(context, (struct net_shape){ 2, { 1, 6 } });
	struct rng rng = { 8 };
	size_t at, i;
	float *w;

	at = gemm(network, "a", 0, 6, 9, true, &rng);
	at = unary(network, NET_RELU, "relu", at);
	network = built(network, gemm(network, "b", at, 9, 4, false, &rng), 0);
	w = values_of(network, "a.w");
	for (i = 0; i < 54; i++)
		w[i] *= i / 6 % 2 ? 1e-3f : 700;
	tap_ok(!balanced(network, "a.w", "b.w", 9) && done(qmac_network_equalize(network, NULL)) &&
		       balanced(network, "a.w", "b.w", 9),
	       "ranges of a channel in both layers come within a factor of 2");
	qmac_network_destroy(network);
}

/* What lies between: @op, or another reader of the result. */
static struct qmac_network *pair_with(enum net_op op, float lo, float hi, bool twice)
{
	struct qmac_network *network = build(context, (struct net_shape){ 2, { 1, 6 } });
	struct rng rng = { 11 };
	struct net_node *between;
	size_t at;

	at = gemm(network, "a", 0, 6, 9, true, &rng);
	between = node(network, op, "between", at, NET_NONE, NET_NONE);
	between->attributes.lo = lo;
	between->attributes.hi = hi;
	at = gemm(network, "b", between->output, 9, 9, false, &rng);
	if (twice)
		at = node(network, NET_ADD, "sum", at, net_find(network, "between"), NET_NONE)
			     ->output;
	return built(network, at, 0);
}

static void test_equalize_skips(void)
{
	static const struct {
		enum net_op op;
		float lo, hi;
		bool twice;
		const char *reason, *where;
	} cases[] = {
		{ NET_RELU, 0, 0, false, NULL, NULL },
		{ NET_CLIP, 0, INFINITY, false, NULL, NULL },
		{ NET_CLIP, 0, 6, false, "Clip", "between" },
		{ NET_CLIP, -1, INFINITY, false, "Clip", "between" },
		{ NET_SIGMOID, 0, 0, false, "does not pass factors", "between" },
		{ NET_RELU, 0, 0, true, "more than once", NULL },
	};
	struct qmac_network_pair report[2];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct qmac_network *network =
			pair_with(cases[i].op, cases[i].lo, cases[i].hi, cases[i].twice);
		const char *reason = cases[i].reason;
		bool told = done(qmac_network_equalize(network, report));

		if (reason)
			told &= report[0].skipped && strstr(report[0].skipped, reason) &&
				report[0].second == QMAC_NETWORK_NONE;
		else
			told &= !report[0].skipped && report[0].second == 1;
		if (cases[i].where)
			told &= report[0].where && !strcmp(report[0].where, cases[i].where);
		tap_ok(told, "case %zu: %s", i, reason ? reason : "a pair");
		qmac_network_destroy(network);
	}
}

/* Ranges of 2 and 1 could only become 1 and 2. */
static void test_equalize_ends(void)
{
	struct qmac_network *network = pair_with(NET_RELU, 0, 0, false);
	float *first = values_of(network, "a.w"), *second = values_of(network, "b.w");
	struct qmac_network_pair report[2];
	size_t i;

	for (i = 0; i < 54; i++)
		first[i] = i % 6 ? 0.5f : 2;
	for (i = 0; i < 81; i++)
		second[i] = i % 9 ? -0.25f : -1;
	tap_ok(done(qmac_network_equalize(network, report)) && !report[0].changed && first[0] == 2,
	       "a factor that brings ranges no closer is left out");
	qmac_network_destroy(network);
}

/* Rows of pixels become channels: each has something of every channel. */
static void test_mixed_channels(void)
{
	struct qmac_network *network = build(context, (struct net_shape){ 4, { 1, 2, 6, 6 } });
	struct qmac_network_pair report[2];
	struct rng rng = { 12 };
	struct net_node *turn;
	size_t at;

	at = conv(network, "a", 0, 4, 2, window(1, 1, 0), true, &rng);
	turn = node(network, NET_TRANSPOSE, "turn", at, NET_NONE, NET_NONE);
	turn->attributes.perm_count = 4;
	memcpy(turn->attributes.perm, (const size_t[]){ 0, 2, 3, 1 }, 4 * sizeof(size_t));
	at = conv(network, "b", turn->output, 3, 6, window(1, 1, 0), true, &rng);
	network = built(network, at, 0);
	tap_ok(done(qmac_network_equalize(network, report)) && report[0].skipped &&
		       strstr(report[0].skipped, "several output channels") &&
		       !strcmp(report[0].where, "b"),
	       "inputs of several channels at once are no pair");
	qmac_network_destroy(network);
}

/* A bias so small that a factor would cost it digits. */
static void test_equalize_exact(void)
{
	struct qmac_network *network = pair_with(NET_RELU, 0, 0, false);
	float *w = values_of(network, "a.w"), *b = values_of(network, "a.b");
	float want[18], x[12], got[18], first, other;
	size_t i;

	fill(x, 12, 1);
	for (i = 0; i < 54; i++)
		w[i] *= 1e6f;
	b[3] = 0x1.000002p-126f;
	b[4] = 0x1p-149f;
	run(network, 2, x, want);
	first = w[18];
	other = w[0];
	tap_ok(done(qmac_network_equalize(network, NULL)), "biases next to the subnormal numbers");
	run(network, 2, x, got);
	tap_ok(!memcmp(want, got, sizeof(want)) &&
		       values_of(network, "a.b")[3] == 0x1.000002p-126f &&
		       values_of(network, "a.b")[4] == 0x1p-149f &&
		       values_of(network, "a.w")[18] == first &&
		       values_of(network, "a.w")[0] != other,
	       "keep their digits: their channels are left alone, others are not");
	qmac_network_destroy(network);
}

static void test_smooth(void)
{
	static float x[ROWS * ROW], want[ROWS * 5], got[ROWS * 5];
	struct qmac_network_range before[64], after[64];
	struct qmac_network *network = all_layers(context, 5, 0);
	struct qmac_network_pair report[MOST];
	size_t at = qmac_network_find(network, "relu3"), i;
	bool told = true;

	fill(x, ROWS * ROW, 6);
	unbalance(network);
	run(network, ROWS, x, want);
	qmac_network_minmax(network, ROWS, x, before);
	tap_ok(done(qmac_network_smooth(network, ROWS, x, 0.5f, report)), "smooth");
	run(network, ROWS, x, got);
	tap_ok(!memcmp(want, got, sizeof(want)), "the float results are the same bits");
	for (i = 1; i < 6; i++)
		told &= report[i].first == i - 1 && report[i].second == i && !report[i].skipped;
	tap_ok(told && report[0].first == QMAC_NETWORK_NONE && report[0].second == 0 &&
		       strstr(report[0].skipped, "no layer before"),
	       "five pairs are told, the first layer has nothing before it");
	qmac_network_minmax(network, ROWS, x, after);
	tap_ok(after[at].hi < before[at].hi / 4, "activations: up to %g, then %g", before[at].hi,
	       after[at].hi);
	tap_ok(qmac_network_smooth(network, ROWS, x, 1.5f, NULL) == -EINVAL && says("alpha 1.5"),
	       "alpha is at most 1");
	tap_ok(qmac_network_smooth(network, ROWS, x, NAN, NULL) == -EINVAL, "and a number");
	tap_ok(qmac_network_smooth(network, 0, x, 0.5f, NULL) == -EINVAL && says("0 samples"),
	       "some samples are needed");
	x[7] = INFINITY;
	tap_ok(qmac_network_smooth(network, ROWS, x, 0.5f, NULL) == -EDOM, "finite ones");
	qmac_network_destroy(network);
}

static size_t zeros_of(const struct qmac_network *network, size_t tensor)
{
	const struct net_tensor *told = &network->tensors[tensor];
	size_t count = net_shape_count(&told->shape), zeros = 0, i;

	for (i = 0; i < count; i++)
		zeros += told->type == NET_S8 ? !((const int8_t *)told->data)[i]
					      : ((const float *)told->data)[i] == 0;
	return zeros;
}

/* Zeros of the float network are zeros of the quantized one, element by element. */
static bool zeros_stay(struct qmac_network *network, size_t rows, const float *x)
{
	struct qmac_network_range *ranges = calloc(network->tensor_count, sizeof(*ranges));
	const struct qmac_network_quantize_options options = { .widen = true };
	struct qmac_network *quantized = NULL;
	bool stay = done(qmac_network_minmax(network, rows, x, ranges)) &&
		    done(qmac_network_quantize(network, ranges, &options, &quantized));
	size_t i, j;

	for (i = 0; stay && i < network->layer_count; i++) {
		struct qmac_network_layer layer;
		const float *w;
		const int8_t *q;
		char name[64];

		qmac_network_layer(network, i, &layer);
		w = qmac_network_constant(network, layer.weight);
		snprintf(name, sizeof(name), "%s_quantized", network->tensors[layer.weight].name);
		q = quantized->tensors[net_find(quantized, name)].data;
		for (j = 0; j < net_shape_count(&network->tensors[layer.weight].shape); j++)
			stay &= w[j] != 0 || !q[j];
	}
	qmac_network_destroy(quantized);
	free(ranges);
	return stay;
}

static void test_prune(void)
{
	struct qmac_network_prune_options half = { .prune.sparsity = 0.5 };
	struct qmac_network_prune_options small = { .prune.threshold = 0.3f };
	struct qmac_network *network = all_layers(context, 9, 0), *copy = copy_of(network);
	struct qmac_network_pruned report[MOST];
	struct qmac_network_layer layer;
	static float x[ROWS * ROW];
	size_t i, j, all = 0, gone = 0;
	bool right = true;
	float *w;

	fill(x, ROWS * ROW, 6);
	tap_ok(done(qmac_network_prune(network, &half, report)), "half of each layer");
	for (i = 0; i < 6; i++) {
		qmac_network_layer(network, i, &layer);
		right &= report[i].layer == i &&
			 report[i].weights ==
				 count_of(network, network->tensors[layer.weight].name) &&
			 report[i].pruned == (report[i].weights) / 2 &&
			 zeros_of(network, layer.weight) >= report[i].pruned;
	}
	tap_ok(right, "is told, and is 0");
	tap_ok(zeros_stay(network, ROWS, x), "the zeros are codes of 0 when quantized");
	qmac_network_destroy(network);
	network = copy;
	copy = copy_of(network);
	w = values_of(network, "strided.w");
	for (i = 0; i < count_of(network, "strided.w"); i++)
		w[i] *= 1e-3f;
	half.overall = true;
	tap_ok(done(qmac_network_prune(network, &half, report)) && report[0].pruned == 216,
	       "of all together: first the layer with small weights");
	for (i = 0; i < 6; i++) {
		all += report[i].weights;
		gone += report[i].pruned;
	}
	tap_ok(gone == all / 2, "%zu of %zu", gone, all);
	qmac_network_destroy(network);
	network = copy;
	right = done(qmac_network_prune(network, &small, report));
	for (i = 0; i < 6; i++) {
		qmac_network_layer(network, i, &layer);
		w = network->tensors[layer.weight].data;
		for (j = 0; j < report[i].weights; j++)
			right &= w[j] == 0 || fabsf(w[j]) > 0.3f;
	}
	tap_ok(right && report[0].pruned, "below a threshold");
	half.prune.sparsity = 1.5;
	tap_ok(qmac_network_prune(network, &half, NULL) == -EINVAL, "not more than all");
	values_of(network, "fc2.w")[7] = NAN;
	tap_ok(qmac_network_prune(network, &small, NULL) == -EDOM && says("fc2") && says("value 7"),
	       "no NaN");
	qmac_network_destroy(network);
}

/* Two layers with the same weights: the change of one is not one of the other. */
static void test_shared(void)
{
	struct qmac_network *network = build(context, (struct net_shape){ 2, { 1, 4 } });
	struct rng rng = { 21 };
	float x[8], want[8], got[8];
	size_t w = weights(network, "w", (struct net_shape){ 2, { 4, 4 } }, &rng), at;
	struct qmac_network_pair report[2];

	fill(x, 8, 2);
	at = node(network, NET_MATMUL, "a", 0, w, NET_NONE)->output;
	at = unary(network, NET_RELU, "relu", at);
	network = built(network, node(network, NET_MATMUL, "b", at, w, NET_NONE)->output, 0);
	for (at = 0; at < 4; at++)
		values_of(network, "w")[at] *= 100;
	run(network, 2, x, want);
	tap_ok(done(qmac_network_equalize(network, report)) && report[0].changed,
	       "layers that share their weights");
	run(network, 2, x, got);
	tap_ok(!memcmp(want, got, sizeof(want)), "have their own afterwards");
	qmac_network_destroy(network);
}

static void test_refusals(void)
{
	struct qmac_network *network = all_layers(context, 1, 0), *quantized = NULL;
	struct qmac_network_range *ranges = calloc(network->tensor_count, sizeof(*ranges));
	static float x[ROWS * ROW];

	qmac_network_minmax(network, 1, x, ranges);
	qmac_network_quantize(network, ranges, NULL, &quantized);
	tap_ok(qmac_network_equalize(quantized, NULL) == -EINVAL && says("quantized already"),
	       "a quantized network is left alone");
	qmac_network_destroy(quantized);
	values_of(network, "depthwise.b")[2] = INFINITY;
	tap_ok(qmac_network_equalize(network, NULL) == -EDOM && says("depthwise"),
	       "infinite biases are named");
	qmac_network_destroy(network);
	free(ranges);
}

/* Rounding mode and flushing of the caller change nothing, nor are they changed. */
static void test_environment(void)
{
	static const int modes[] = { FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO };
	struct qmac_network *want = all_layers(context, 13, 0), *got;
	static float x[ROWS * ROW];
	size_t i, j;

	unbalance(want);
	fill(x, ROWS * ROW, 3);
	for (i = 0; i < 3; i++) {
		struct qmac_network *plain = copy_of(want);
		bool same = true;
		int mode;

		got = copy_of(want);
		qmac_network_equalize(plain, NULL);
		qmac_network_smooth(plain, ROWS, x, 0.7f, NULL);
		fesetround(modes[i]);
#if defined(__SSE2__)
		_mm_setcsr(_mm_getcsr() | 0x8040);
#endif
		qmac_network_equalize(got, NULL);
		qmac_network_smooth(got, ROWS, x, 0.7f, NULL);
		mode = fegetround();
		fesetenv(FE_DFL_ENV);
		for (j = 0; j < plain->tensor_count; j++)
			if (plain->tensors[j].data)
				same &= !memcmp(plain->tensors[j].data, got->tensors[j].data,
						net_shape_count(&plain->tensors[j].shape) *
							sizeof(float));
		tap_ok(same && mode == modes[i], "rounding mode %zu: the same weights", i);
		qmac_network_destroy(plain);
		qmac_network_destroy(got);
	}
	qmac_network_destroy(want);
}

/* The last two of 2^24 + 2 channels are told apart, or the layers are no pair. */
static void test_many_channels(void)
{
	const size_t n = ((size_t)1 << 24) + 2;
	struct qmac_network *network = build(context, (struct net_shape){ 2, { 1, 1 } });
	float *w = malloc(n * sizeof(*w));
	struct qmac_network_pair report[2];
	size_t at, i;
	bool good;

	for (i = 0; i < n; i++)
		w[i] = 1;
	w[n - 1] = 1024;
	at = constant(network, "a.w", (struct net_shape){ 2, { 1, n } }, w);
	at = node(network, NET_MATMUL, "a", 0, at, NET_NONE)->output;
	w[n - 1] = 1;
	i = constant(network, "b.w", (struct net_shape){ 2, { n, 1 } }, w);
	network = built(network, node(network, NET_MATMUL, "b", at, i, NET_NONE)->output, 1);
	good = done(qmac_network_equalize(network, report));
	tap_ok(good && (report[0].skipped || values_of(network, "b.w")[n - 1] == 32),
	       "2^24 + 2 channels: %s", good && report[0].skipped ? report[0].skipped : "a pair");
	free(w);
	qmac_network_destroy(network);
}

/* Linear layers on [batch, places, features] take part in all steps. */
static void test_transformer(void)
{
	static float x[ROWS * 12], want[ROWS * 9], got[ROWS * 9], w[4 * 6];
	const struct qmac_network_correct_options correct = { .widths = { 4, 8, false } };
	struct qmac_network *network = build(context, (struct net_shape){ 3, { 1, 3, 4 } });
	struct qmac_network_corrected corrected[2];
	struct qmac_network_pair smoothed[2];
	struct rng rng = rng_seed(1, 1);
	size_t at, i;
	double before, after;

	for (i = 0; i < 24; i++)
		w[i] = random_float(&rng) * (i % 6 ? 0.01f : 1);
	at = constant(network, "a.w", (struct net_shape){ 2, { 4, 6 } }, w);
	at = node(network, NET_MATMUL, "a", 0, at, NET_NONE)->output;
	i = weights(network, "a.b", (struct net_shape){ 1, { 6 } }, &rng);
	at = node(network, NET_ADD, "a.sum", i, at, NET_NONE)->output;
	at = unary(network, NET_RELU, "relu", at);
	i = weights(network, "b.w", (struct net_shape){ 2, { 6, 3 } }, &rng);
	at = node(network, NET_MATMUL, "b", at, i, NET_NONE)->output;
	i = weights(network, "b.b", (struct net_shape){ 3, { 1, 1, 3 } }, &rng);
	network = built(network, node(network, NET_ADD, "b.sum", at, i, NET_NONE)->output, 0);
	fill(x, ROWS * 12, 5);
	run(network, ROWS, x, want);
	before = int8_sqnr(network, ROWS, x, want, 9);
	tap_ok(done(qmac_network_smooth(network, ROWS, x, 0.5f, smoothed)) &&
		       !smoothed[1].skipped && smoothed[1].changed,
	       "layers of three dimensions are smoothed");
	run(network, ROWS, x, got);
	after = int8_sqnr(network, ROWS, x, want, 9);
	tap_ok(!memcmp(want, got, sizeof(want)) && after > before + 2,
	       "float results stay, 8 bits: %.1f dB before, %.1f dB after", before, after);
	tap_ok(done(qmac_network_correct_bias(network, ROWS, x, &correct, corrected)) &&
		       !corrected[0].skipped && !corrected[1].skipped &&
		       corrected[1].mean_square > 0,
	       "their biases are corrected");
	qmac_network_destroy(network);
}

int main(void)
{
	qmac_context_create(&context);
	test_constants();
	test_equalize();
	test_balance();
	test_equalize_skips();
	test_equalize_ends();
	test_mixed_channels();
	test_equalize_exact();
	test_smooth();
	test_prune();
	test_shared();
	test_many_channels();
	test_transformer();
	test_refusals();
	test_environment();
	qmac_context_destroy(context);
	return tap_done();
}
