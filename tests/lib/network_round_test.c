// SPDX-License-Identifier: MIT
/*
 * Rounding and bias correction of networks.
 *
 *   network_round_test [SEED]
 */
#include <errno.h>
#include <fenv.h>
#include <math.h>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

#include <qmac/qmac.h>

#include "network/improve_layer.h"
#include "network/improve_samples.h"
#include "message.h"
#include "network_build.h"

#define ROWS   40
#define ROW    ALL_LAYERS_INPUT
#define RESULT ALL_LAYERS_OUTPUT

/* Images whose pixels have something to do with each other, and a mean. */
static void fill_images(float *x, size_t count, uint64_t seed)
{
	struct rng rng = { seed };
	float at = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		at = 0.8f * at + 0.5f * random_float(&rng);
		x[i] = at > -0.5f ? at + 0.5f : 0;
	}
}

/* One window of @conv as a row: x is [channels, h, w] of one group. */
static void cut_window(const struct net_window *how, const float *x, size_t channels, size_t h,
		       size_t w, size_t oh, size_t ow, double *to)
{
	size_t c, i, j;

	for (c = 0; c < channels; c++)
		for (i = 0; i < how->kernel[0]; i++)
			for (j = 0; j < how->kernel[1]; j++) {
				long y = (long)(oh * how->stride[0] + i * how->dilation[0]) -
					 (long)how->before[0];
				long z = (long)(ow * how->stride[1] + j * how->dilation[1]) -
					 (long)how->before[1];
				bool inside = y >= 0 && z >= 0 && y < (long)h && z < (long)w;

				*to++ = inside ? x[(c * h + (size_t)y) * w + (size_t)z] : 0;
			}
}

struct shape {
	struct net_window how;
	size_t channels, outputs, h, w; /* channels of a group */
};

static struct shape random_shape(struct rng *rng)
{
	struct shape shape = { .how = { .spatial = rng_one_in(rng, 4) ? 1 : 2 } };
	size_t i;

	for (i = 0; i < 2; i++) {
		shape.how.kernel[i] = (size_t)rng_in(rng, 1, 3);
		shape.how.stride[i] = (size_t)rng_in(rng, 1, 3);
		shape.how.dilation[i] = (size_t)rng_in(rng, 1, 2);
		shape.how.before[i] = (size_t)rng_in(rng, 0, 2);
		shape.how.after[i] = (size_t)rng_in(rng, 0, 2);
	}
	shape.h = (size_t)rng_in(rng, 5, 20);
	shape.w = (size_t)rng_in(rng, 5, 20);
	if (shape.how.spatial == 1) {
		shape.h = shape.how.kernel[0] = shape.how.stride[0] = shape.how.dilation[0] = 1;
		shape.how.before[0] = shape.how.after[0] = 0;
	}
	shape.how.groups = (size_t)rng_in(rng, 1, 3);
	shape.channels = (size_t)rng_in(rng, 1, 3);
	shape.outputs = (size_t)rng_in(rng, 1, 2);
	return shape;
}

static bool near(double a, double b)
{
	return fabs(a - b) <= 1e-12 * (fabs(a) + fabs(b)) + 1e-13;
}

/* Moments of group @g by their definition, and the mean of its results by them. */
static bool moments_agree(const struct shape *shape, const struct net_shape *out, const float *x,
			  size_t rows, size_t g, const struct qmac_moments *moments)
{
	size_t k = moments->k, plane = shape->h * shape->w, i, j, r, oh, ow;
	size_t out_h = shape->how.spatial == 2 ? out->dim[2] : 1;
	size_t out_w = out->dim[1 + shape->how.spatial];
	double *sum = calloc(k, sizeof(*sum)), *square = calloc(k * k, sizeof(*square));
	double *row = calloc(k, sizeof(*row));
	bool same = moments->rows == rows * out_h * out_w;

	for (r = 0; r < rows; r++)
		for (oh = 0; oh < out_h; oh++)
			for (ow = 0; ow < out_w; ow++) {
				cut_window(&shape->how,
					   x + (r * shape->how.groups + g) * shape->channels *
							   plane,
					   shape->channels, shape->h, shape->w, oh, ow, row);
				for (i = 0; i < k; i++) {
					sum[i] += row[i];
					for (j = 0; j < k; j++)
						square[i * k + j] += row[i] * row[j];
				}
			}
	for (i = 0; i < k; i++)
		same &= near(sum[i], moments->sum[i]);
	for (i = 0; i < k * k; i++)
		same &= near(square[i], moments->square[i]);
	free(sum);
	free(square);
	free(row);
	return same;
}

static bool test_shape(struct rng *rng, size_t samples)
{
	struct shape shape = random_shape(rng);
	size_t c = shape.channels * shape.how.groups, rows = 5, at, g;
	struct net_shape in = { 4, { 1, c, shape.h, shape.w } };
	struct qmac_moments moments[3];
	struct improve_layer layer;
	struct qmac_network *network;
	bool same;
	float *x;

	if (shape.how.spatial == 1)
		in = (struct net_shape){ 3, { 1, c, shape.w } };
	network = build(context, in);
	at = conv(network, "y", 0, shape.outputs * shape.how.groups, shape.channels, shape.how,
		  true, rng);
	network = built(network, at, samples);
	x = calloc(rows, c * shape.h * shape.w * sizeof(*x));
	fill(x, rows * c * shape.h * shape.w, rng_next(rng));
	same = !improve_layer_of(network, 0, &layer) &&
	       done(improve_moments(network, &layer, rows, x, moments));
	for (g = 0; same && g < shape.how.groups; g++)
		same = moments_agree(&shape, &network->tensors[at].shape, x, rows, g, &moments[g]);
	for (g = 0; g < shape.how.groups; g++)
		qmac_moments_release(&moments[g]);
	if (!same)
		tap_note("%u-D, %zu groups of %zu, %zux%zu, kernel %zux%zu, stride %zu, %zu, "
			 "dilation %zu, %zu, padding %zu, %zu",
			 shape.how.spatial, shape.how.groups, shape.channels, shape.h, shape.w,
			 shape.how.kernel[0], shape.how.kernel[1], shape.how.stride[0],
			 shape.how.stride[1], shape.how.dilation[0], shape.how.dilation[1],
			 shape.how.before[0], shape.how.before[1]);
	qmac_network_destroy(network);
	free(x);
	return same;
}

static void test_moments(uint64_t seed)
{
	struct rng rng = { seed };
	bool same = true;
	size_t i;

	for (i = 0; i < 100; i++)
		same &= test_shape(&rng, i % 3 == 2 ? 3 : 0);
	tap_ok(same, "moments of 100 convolutions are those of their windows (seed %llu)",
	       (unsigned long long)seed);
}

static uint8_t type_of(const struct qmac_network_widths *widths)
{
	return widths->weight_bits == 16  ? QMAC_TYPE_S16
	       : widths->weight_bits == 4 ? QMAC_TYPE_S4
					  : QMAC_TYPE_S8;
}

static int32_t code_at(const struct net_tensor *tensor, size_t i)
{
	return tensor->type == NET_S16 ? ((const int16_t *)tensor->data)[i]
				       : ((const int8_t *)tensor->data)[i];
}

/* What rounding to the grid of @w's own scales could have chosen: codes of @v, or none. */
static bool codes_of(const struct qmac_network *network, const struct qmac_network_layer *layer,
		     const struct qmac_network_widths *widths, const float *w, const float *v,
		     int32_t *codes)
{
	const struct net_shape *shape = &network->tensors[layer->weight].shape;
	const struct qmac_quant_spec spec = { .type = type_of(widths) };
	struct qmac_quant_params params;
	struct qmac_extent extent;
	bool are = true;
	size_t i;

	qmac_extent_of(context, shape->dim, shape->rank,
		       widths->per_channel ? layer->axis : QMAC_PER_TENSOR, &extent);
	qmac_quant_minmax(context, &spec, w, &extent, QMAC_NAN_ERROR, &params);
	for (i = 0; i < net_shape_count(shape); i++) {
		float scale = params.scale[i / extent.inner % extent.channels];

		codes[i] = (int32_t)lrintf(v[i] / scale);
		are &= fabsf(v[i] / scale - (float)codes[i]) < 0.01f && codes[i] >= params.q_min &&
		       codes[i] <= params.q_max && fabsf(w[i] - v[i]) < scale * (float)params.q_max;
	}
	qmac_quant_params_release(&params);
	return are;
}

/* Quantized, each layer has exactly the codes that its rounded weights are made of. */
static bool quantized_alike(struct qmac_network *rounded, const struct qmac_network *original,
			    const struct qmac_network_widths *widths, const float *x)
{
	struct qmac_network_range *ranges = calloc(rounded->tensor_count, sizeof(*ranges));
	const struct qmac_network_quantize_options options = {
		.per_channel = widths->per_channel,
		.weight_type = type_of(widths),
	};
	struct qmac_network *quantized = NULL;
	bool alike = done(qmac_network_minmax(rounded, ROWS, x, ranges)) &&
		     done(qmac_network_quantize(rounded, ranges, &options, &quantized));
	size_t i, j;

	for (i = 0; alike && i < rounded->layer_count; i++) {
		struct qmac_network_layer layer;
		int32_t codes[2048];
		const struct net_tensor *q;
		char name[64];

		qmac_network_layer(rounded, i, &layer);
		snprintf(name, sizeof(name), "%s_quantized", rounded->tensors[layer.weight].name);
		q = &quantized->tensors[net_find(quantized, name)];
		alike &= codes_of(rounded, &layer, widths,
				  qmac_network_constant(original, layer.weight),
				  qmac_network_constant(rounded, layer.weight), codes);
		for (j = 0; j < net_shape_count(&rounded->tensors[layer.weight].shape); j++)
			alike &= code_at(q, j) == codes[j];
	}
	qmac_network_destroy(quantized);
	free(ranges);
	return alike;
}

/* A what-if run at the same width leaves rounded weights as they are, but for a last bit. */
static bool fakes_alike(struct qmac_network *rounded, const struct qmac_network_widths *widths)
{
	bool alike = true;
	size_t i, j;

	for (i = 0; i < rounded->layer_count; i++) {
		const struct net_tensor *weight;
		struct qmac_network_layer layer;

		qmac_network_layer(rounded, i, &layer);
		alike &= done(qmac_network_fake_layer(rounded, i, widths, NULL));
		weight = &rounded->tensors[layer.weight];
		for (j = 0; j < net_shape_count(&weight->shape); j++) {
			float v = ((const float *)weight->data)[j];
			float faked = ((const float *)weight->faked)[j];

			alike &= fabsf(faked - v) <= 0x1p-22f * fabsf(v);
		}
	}
	qmac_network_clear_fakes(rounded);
	return alike;
}

static void test_codes(void)
{
	static const struct {
		const char *name;
		struct qmac_network_round_options options;
	} cases[] = {
		{ "nearest, per tensor",
		  { .method = QMAC_NETWORK_NEAREST, .widths = { 8, 0, false } } },
		{ "nearest, per channel",
		  { .method = QMAC_NETWORK_NEAREST, .widths = { 8, 8, true } } },
		{ "adaptive, per tensor",
		  { .method = QMAC_NETWORK_ADAPTIVE, .widths = { 8, 8, false } } },
		{ "adaptive, per channel",
		  { .method = QMAC_NETWORK_ADAPTIVE, .widths = { 8, 0, true } } },
		{ "GPTQ", { .method = QMAC_NETWORK_GPTQ, .widths = { 8, 8, true } } },
		{ "adaptive, 4 bits",
		  { .method = QMAC_NETWORK_ADAPTIVE, .widths = { 4, 4, false } } },
		{ "adaptive, 16 bits",
		  { .method = QMAC_NETWORK_ADAPTIVE, .widths = { 16, 16, true } } },
		{ "GPTQ, 4 bits", { .method = QMAC_NETWORK_GPTQ, .widths = { 4, 8, true } } },
		{ "GPTQ, 3 bits", { .method = QMAC_NETWORK_GPTQ, .widths = { 3, 0, true } } },
		{ "GPTQ, 2 bits",
		  { .method = QMAC_NETWORK_GPTQ, .widths = { 2, 0, true }, .by_activity = true } },
	};
	struct qmac_network *original = all_layers(context, 17, 0);
	struct qmac_network_rounded report[ALL_LAYERS];
	static float x[ROWS * ROW];
	size_t i, j;

	fill_images(x, ROWS * ROW, 5);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct qmac_network_round_options *options = &cases[i].options;
		struct qmac_network *rounded = copy_of(original);
		double before = 0, after = 0;
		size_t changed = 0;

		tap_ok(done(qmac_network_round(rounded, ROWS, x, options, report)), "%s",
		       cases[i].name);
		for (j = 0; j < ALL_LAYERS; j++) {
			before += report[j].before;
			after += report[j].after;
			changed += report[j].changed;
		}
		if (options->method == QMAC_NETWORK_NEAREST)
			tap_ok(after == before && !changed && before > 0, "no better than nearest");
		else
			tap_ok(after < before && changed, "error %g, of nearest %g; %zu codes",
			       after, before, changed);
		if (options->widths.weight_bits % 4 == 0)
			tap_ok(quantized_alike(rounded, original, &options->widths, x),
			       "the quantized network has these codes");
		tap_ok(fakes_alike(rounded,
				   &(struct qmac_network_widths){
					   .weight_bits = options->widths.weight_bits,
					   .per_channel = options->widths.per_channel }),
		       "what-if runs have these weights");
		qmac_network_destroy(rounded);
	}
	qmac_network_destroy(original);
}

/* Quantized in blocks, all layers have the weights that they were rounded to. */
static bool blocks_alike(struct qmac_network *rounded, size_t block, const float *x)
{
	static const char *const names[] = { "strided.w", "depthwise.w", "grouped.w",
					     "fc1.w",	  "fc2.w",	 "last.w" };
	struct qmac_network_range *ranges = calloc(rounded->tensor_count, sizeof(*ranges));
	const struct qmac_network_quantize_options options = { .weight_type = QMAC_TYPE_S4,
							       .block = block };
	struct qmac_network *quantized = NULL;
	bool alike = done(qmac_network_minmax(rounded, ROWS, x, ranges)) &&
		     done(qmac_network_quantize(rounded, ranges, &options, &quantized));
	size_t i, j;

	for (i = 0; alike && i < ALL_LAYERS; i++) {
		const float *w = values_of(rounded, names[i]), *v;
		char name[64];

		snprintf(name, sizeof(name), "%s_dequantized", names[i]);
		v = values_of(quantized, name);
		for (j = 0; j < count_of(rounded, names[i]); j++)
			alike &= fabsf(w[j] - v[j]) <= 1e-6f * fabsf(w[j]);
	}
	qmac_network_destroy(quantized);
	free(ranges);
	return alike;
}

/* At most 2^bits values per block of @group weights of a row, scale times small codes. */
static void test_groups(void)
{
	const struct qmac_network_round_options options = { QMAC_NETWORK_GPTQ,
							    { 4, 0, true },
							    .group = 5 };
	struct qmac_network *network = all_layers(context, 18, 0);
	struct qmac_network_rounded report[ALL_LAYERS];
	static float x[ROWS * ROW];
	const float *w;
	bool few = true;
	size_t r, g, i;

	fill_images(x, ROWS * ROW, 6);
	tap_ok(done(qmac_network_round(network, ROWS, x, &options, report)),
	       "4 bits in groups of 5");
	w = values_of(network, "fc1.w"); /* [10, 54]: ten groups of 5 and one of 4 */
	for (r = 0; r < 10; r++)
		for (g = 0; g < 11; g++) {
			const float *block = w + r * 54 + g * 5;
			size_t length = g < 10 ? 5 : 4;
			float most = 0;

			for (i = 0; i < length; i++)
				most = fmaxf(most, fabsf(block[i]));
			/* The greatest of a block has the greatest code. */
			few &= most > 0;
			for (i = 0; i < length; i++) {
				float code = block[i] / most * 7;

				few &= fabsf(code - rintf(code)) < 1e-4f;
			}
		}
	tap_ok(few && report[3].after < report[3].before,
	       "every block is a scale times codes, and better than a scale per channel");
	tap_ok(blocks_alike(network, 5, x), "the quantized network has these codes");
	qmac_network_destroy(network);
	for (i = 2; i <= 4; i++) {
		struct qmac_network_round_options other = options;

		other.group = i;
		network = all_layers(context, 18, 0);
		tap_ok(done(qmac_network_round(network, ROWS, x, &other, report)) &&
			       blocks_alike(network, i, x),
		       "and in blocks of %zu, whether they divide the channels or not", i);
		qmac_network_destroy(network);
	}
	network = all_layers(context, 18, 0);
	qmac_network_destroy(network);
}

static void test_keep_float(void)
{
	static const bool keep[ALL_LAYERS] = { true, false, false, false, true, false };
	const struct qmac_network_round_options how = { .method = QMAC_NETWORK_ADAPTIVE,
							.widths = { 3, 4, true },
							.keep_float = keep };
	const struct qmac_network_correct_options correct = { .widths = { 3, 4, true },
							      .keep_float = keep };
	struct qmac_network *network = all_layers(context, 20, 0), *copy = copy_of(network);
	struct qmac_network_corrected corrected[ALL_LAYERS];
	struct qmac_network_rounded report[ALL_LAYERS];
	static float x[ROWS * ROW];
	bool right = true;
	size_t i;

	fill_images(x, ROWS * ROW, 12);
	right = done(qmac_network_round(network, ROWS, x, &how, report));
	for (i = 0; i < ALL_LAYERS; i++) {
		struct qmac_network_layer layer;

		qmac_network_layer(network, i, &layer);
		right &= keep[i] == !!report[i].skipped;
		right &= keep[i] ==
			 !memcmp(qmac_network_constant(network, layer.weight),
				 qmac_network_constant(copy, layer.weight),
				 count_of(copy, copy->tensors[layer.weight].name) * sizeof(float));
	}
	tap_ok(right, "layers that stay float are not rounded");
	tap_ok(done(qmac_network_correct_bias(copy, ROWS, x, &correct, corrected)) &&
		       corrected[0].greatest == 0 && corrected[1].greatest > 0 &&
		       corrected[4].greatest > 0,
	       "and corrected for the layers before them alone");
	qmac_network_destroy(network);
	qmac_network_destroy(copy);
}

static void test_zeros(void)
{
	const struct qmac_network_prune_options half = { .prune.sparsity = 0.5 };
	static const unsigned int methods[] = { QMAC_NETWORK_ADAPTIVE, QMAC_NETWORK_GPTQ };
	static float x[ROWS * ROW];
	size_t m, i, j;

	fill_images(x, ROWS * ROW, 7);
	for (m = 0; m < 2; m++) {
		const struct qmac_network_round_options options = { .method = methods[m],
								    .widths = { 4, 8, true } };
		struct qmac_network *network = all_layers(context, 19, 0), *pruned;
		bool stay = done(qmac_network_prune(network, &half, NULL));

		pruned = copy_of(network);
		stay &= done(qmac_network_round(network, ROWS, x, &options, NULL));
		for (i = 0; i < network->layer_count; i++) {
			struct qmac_network_layer layer;
			const float *w, *v;

			qmac_network_layer(network, i, &layer);
			w = qmac_network_constant(pruned, layer.weight);
			v = qmac_network_constant(network, layer.weight);
			for (j = 0; j < net_shape_count(&network->tensors[layer.weight].shape); j++)
				stay &= w[j] != 0 || v[j] == 0;
		}
		tap_ok(stay, "pruned weights stay 0 with method %u", methods[m]);
		qmac_network_destroy(network);
		qmac_network_destroy(pruned);
	}
}

static bool same_constants(const struct qmac_network *a, const struct qmac_network *b)
{
	bool same = a->tensor_count == b->tensor_count;
	size_t i;

	for (i = 0; same && i < a->tensor_count; i++)
		if (a->tensors[i].data)
			same = !memcmp(a->tensors[i].data, b->tensors[i].data,
				       net_shape_count(&a->tensors[i].shape) * sizeof(float));
	return same;
}

static bool round_and_correct(struct qmac_network *network, const float *x)
{
	const struct qmac_network_round_options how = { .method = QMAC_NETWORK_ADAPTIVE,
							.widths = { 4, 6, true } };
	struct qmac_network_correct_options correct = { .widths = how.widths };
	bool fine;

	correct.reference = copy_of(network);
	fine = done(qmac_network_round(network, ROWS, x, &how, NULL)) &&
	       done(qmac_network_correct_bias(network, ROWS, x, &correct, NULL));
	qmac_network_destroy(correct.reference);
	return fine;
}

/* 40 samples, 32 or 7 at a time, under all modes of the caller. */
static void test_bits(void)
{
	static const int modes[] = { FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO };
	struct qmac_network *want = all_layers(context, 23, 0), *got = all_layers(context, 23, 7);
	static float x[ROWS * ROW];
	size_t i;

	fill_images(x, ROWS * ROW, 8);
	tap_ok(round_and_correct(want, x) && round_and_correct(got, x) && same_constants(want, got),
	       "rounded and corrected: the same bits in batches of 32 and of 7");
	qmac_network_destroy(got);
	for (i = 0; i < 3; i++) {
		bool fine;
		int mode;

		got = all_layers(context, 23, 0);
		fesetround(modes[i]);
#if defined(__SSE2__)
		_mm_setcsr(_mm_getcsr() | 0x8040);
#endif
		fine = round_and_correct(got, x);
		mode = fegetround();
		fesetenv(FE_DFL_ENV);
		tap_ok(fine && mode == modes[i] && same_constants(want, got),
		       "rounding mode %zu: the same bits", i);
		qmac_network_destroy(got);
	}
	qmac_network_destroy(want);
}

static void run(struct qmac_network *network, const float *x, float *y)
{
	done(qmac_network_run_rows(network, ROWS, x, y));
}

/* Mean error of each output. */
static double worst_mean(const float *want, const float *got)
{
	double worst = 0;
	size_t i, c;

	for (c = 0; c < RESULT; c++) {
		double sum = 0;

		for (i = 0; i < ROWS; i++)
			sum += want[i * RESULT + c] - got[i * RESULT + c];
		worst = fmax(worst, fabs(sum / ROWS));
	}
	return worst;
}

/* Results with all layers faked. */
static void run_faked(struct qmac_network *network, const struct qmac_network_widths *widths,
		      const struct qmac_network_range *ranges, const float *x, float *y)
{
	size_t i;

	for (i = 0; i < network->layer_count; i++)
		done(qmac_network_fake_layer(network, i, widths, ranges));
	run(network, x, y);
	qmac_network_clear_fakes(network);
}

static void test_bias(void)
{
	static float x[ROWS * ROW], want[ROWS * RESULT], before[ROWS * RESULT];
	static float after[ROWS * RESULT];
	struct qmac_network_correct_options options = { .widths = { 4, 6, false } };
	struct qmac_network *network = all_layers(context, 29, 0);
	struct qmac_network_corrected report[ALL_LAYERS];
	struct qmac_network_loss loss[2];
	struct qmac_network_range ranges[64];
	struct qmac_network_layer layer;

	fill_images(x, ROWS * ROW, 9);
	run(network, x, want);
	qmac_network_minmax(network, ROWS, x, ranges);
	options.ranges = ranges;
	run_faked(network, &options.widths, ranges, x, before);
	tap_ok(done(qmac_network_correct_bias(network, ROWS, x, &options, report)),
	       "correct biases");
	run_faked(network, &options.widths, ranges, x, after);
	qmac_network_compare(want, before, ROWS, RESULT, NULL, &loss[0]);
	qmac_network_compare(want, after, ROWS, RESULT, NULL, &loss[1]);
	tap_ok(loss[1].sqnr_db > loss[0].sqnr_db + 1, "%.2f dB before, %.2f dB after",
	       loss[0].sqnr_db, loss[1].sqnr_db);
	tap_ok(worst_mean(want, before) > 1e3 * worst_mean(want, after),
	       "means of the results off by %g, then %g", worst_mean(want, before),
	       worst_mean(want, after));
	tap_ok(report[2].added && report[5].added && !report[0].added && report[0].greatest > 0 &&
		       report[0].mean_square <= report[0].greatest * report[0].greatest,
	       "layers without a bias got one");
	tap_ok(!qmac_network_layer(network, 5, &layer) && !strcmp(layer.operation, "Gemm") &&
		       layer.bias != QMAC_NETWORK_NONE && layer.channels == RESULT,
	       "a MatMul became a Gemm");
	qmac_network_destroy(network);
}

/* Nothing is quantized, so nothing is off; a bias of zeros changes no bit. */
static void test_no_bias(void)
{
	static float x[ROWS * ROW], want[ROWS * RESULT], got[ROWS * RESULT];
	struct qmac_network *network = all_layers(context, 31, 0);
	struct qmac_network_correct_options options = { 0 };

	fill_images(x, ROWS * ROW, 10);
	run(network, x, want);
	tap_ok(done(qmac_network_correct_bias(network, ROWS, x, &options, NULL)),
	       "nothing to correct");
	run(network, x, got);
	tap_ok(!memcmp(want, got, sizeof(want)), "the results are the same bits");
	qmac_network_destroy(network);
}

/* Weights of several scales per channel, measured against a copy. */
static void test_reference(void)
{
	static float x[ROWS * ROW], want[ROWS * RESULT], before[ROWS * RESULT];
	static float after[ROWS * RESULT];
	const struct qmac_network_round_options how = { QMAC_NETWORK_GPTQ,
							{ 2, 0, true },
							.group = 4 };
	struct qmac_network *network = all_layers(context, 37, 0), *other;
	struct qmac_network_correct_options options = { .reference = copy_of(network) };
	struct rng rng = { 1 };

	fill_images(x, ROWS * ROW, 11);
	run(network, x, want);
	qmac_network_round(network, ROWS, x, &how, NULL);
	run(network, x, before);
	tap_ok(done(qmac_network_correct_bias(network, ROWS, x, &options, NULL)),
	       "correct weights as they are, by a reference");
	run(network, x, after);
	tap_ok(worst_mean(want, before) > 1e3 * worst_mean(want, after),
	       "means of the results off by %g, then %g", worst_mean(want, before),
	       worst_mean(want, after));
	other = build(context, (struct net_shape){ 2, { 1, ROW } });
	other = built(other, gemm(other, "y", 0, ROW, 3, true, &rng), 0);
	qmac_network_destroy(options.reference);
	options.reference = other;
	tap_ok(qmac_network_correct_bias(network, ROWS, x, &options, NULL) == -EINVAL &&
		       says("1 layers"),
	       "another network is no reference");
	qmac_network_destroy(other);
	qmac_network_destroy(network);
}

/* One layer of 3 channels each, but samples of 400 numbers and of 4. */
static void test_reference_samples(void)
{
	struct rng rng = { 2 };
	struct qmac_network *network = build(context, (struct net_shape){ 2, { 1, 4 } });
	struct qmac_network *other = build(context, (struct net_shape){ 2, { 1, 400 } });
	const struct qmac_network_correct_options options = { .reference = other };
	float *x = calloc(ROWS * 4, sizeof(*x));

	network = built(network, gemm(network, "y", 0, 4, 3, true, &rng), 0);
	other = built(other, gemm(other, "y", 0, 400, 3, true, &rng), 0);
	tap_ok(qmac_network_correct_bias(network, ROWS, x, &options, NULL) == -EINVAL &&
		       says("samples of 400 numbers, the network of 4"),
	       "nor is one of other samples");
	free(x);
	qmac_network_destroy(other);
	qmac_network_destroy(network);
}

/* Biases that can and that cannot be corrected. */
static void test_odd_biases(void)
{
	const struct qmac_network_correct_options options = { .widths = { 3, 0, false } };
	const struct qmac_network_round_options how = { .method = QMAC_NETWORK_NEAREST,
							.widths = { 3, 0, false } };
	struct qmac_network *network = build(context, (struct net_shape){ 3, { 1, 3, 4 } });
	struct qmac_network_corrected report[2];
	struct qmac_network_rounded rounded[2];
	struct qmac_network_pair pairs[2];
	struct rng rng = { 41 };
	const float one = 0.75f;
	static float x[ROWS * 12];
	struct net_node *made;
	size_t at, w;

	fill(x, ROWS * 12, 2);
	w = weights(network, "deep.w", (struct net_shape){ 3, { 1, 4, 5 } }, &rng);
	at = node(network, NET_MATMUL, "deep", 0, w, NET_NONE)->output;
	made = node(network, NET_FLATTEN, "flat", at, NET_NONE, NET_NONE);
	made->attributes.axis = 1;
	w = weights(network, "y.w", (struct net_shape){ 2, { 15, 6 } }, &rng);
	made = node(network, NET_GEMM, "y", made->output, w,
		    constant(network, "one", (struct net_shape){ 1, { 1 } }, &one));
	network = built(network, made->output, 0);
	tap_ok(done(qmac_network_correct_bias(network, ROWS, x, &options, report)) &&
		       strstr(report[0].skipped, "more than two dimensions") &&
		       !report[1].skipped && !report[1].added && report[1].greatest > 0,
	       "a MatMul of three dimensions is skipped, a bias of one number is not");
	tap_ok(done(qmac_network_equalize(network, pairs)) && pairs[0].skipped &&
		       done(qmac_network_round(network, ROWS, x, &how, rounded)) &&
		       rounded[0].skipped && !rounded[1].skipped,
	       "also by the other steps");
	qmac_network_destroy(network);
}

static void test_refusals(void)
{
	static const struct {
		struct qmac_network_round_options options;
		const char *text;
	} cases[] = {
		{ { .method = QMAC_NETWORK_NEAREST, .widths = { 0, 8, false } }, "0 bits" },
		{ { .method = QMAC_NETWORK_NEAREST, .widths = { 17, 8, false } }, "17 bits" },
		{ { .method = QMAC_NETWORK_NEAREST, .widths = { 8, 17, false } },
		  "17 for activations" },
		{ { .method = QMAC_NETWORK_GPTQ + 1, .widths = { 8, 8, false } }, "method 3" },
		{ { .method = QMAC_NETWORK_GPTQ, .widths = { 8, 8, false } }, "scale per tensor" },
		{ { .method = QMAC_NETWORK_NEAREST, .widths = { 8, 8, true }, .group = 4 },
		  "of GPTQ" },
		{ { .method = QMAC_NETWORK_GPTQ, .widths = { 8, 8, true }, .damping = -1 },
		  "damping" },
	};
	struct qmac_network *network = all_layers(context, 43, 0), *copy = copy_of(network);
	static float x[ROWS * ROW];
	size_t i;

	fill(x, ROWS * ROW, 3);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		tap_ok(qmac_network_round(network, ROWS, x, &cases[i].options, NULL) == -EINVAL &&
			       says(cases[i].text) && same_constants(network, copy),
		       "refused: %s", cases[i].text);
	tap_ok(qmac_network_round(network, 0, x, &cases[0].options, NULL) == -EINVAL, "no samples");
	x[3] = NAN;
	tap_ok(qmac_network_round(
		       network, ROWS, x,
		       &(struct qmac_network_round_options){ .method = QMAC_NETWORK_ADAPTIVE,
							     .widths = { 8, 0, false } },
		       NULL) == -EDOM &&
		       says("strided"),
	       "a NaN among the samples");
	qmac_network_destroy(network);
	qmac_network_destroy(copy);
}

int main(int argc, char **argv)
{
	qmac_context_create(&context);
	test_moments(argc > 1 ? strtoull(argv[1], NULL, 0) : 1);
	test_codes();
	test_groups();
	test_keep_float();
	test_zeros();
	test_bits();
	test_bias();
	test_no_bias();
	test_reference();
	test_reference_samples();
	test_odd_biases();
	test_refusals();
	qmac_context_destroy(context);
	return tap_done();
}
