// SPDX-License-Identifier: MIT
/* Quantized networks: widths, layers that stay float, tables out and in. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/qmac.h>

#include "network/graph.h"
#include "message.h"
#include "random.h"
#include "tap.h"

#define CNN	"examples/cnn/cnn.onnx"
#define ROWS	40
#define PIXELS	64
#define CHOICES 10
#define TENSORS 256

static struct qmac_network *network;
static float x[ROWS * PIXELS];
static struct qmac_network_range ranges[TENSORS];

static struct qmac_network *quantize(struct qmac_network_quantize_options options)
{
	struct qmac_network *made = NULL;

	if (qmac_network_quantize(network, ranges, &options, &made))
		tap_note("%s", qmac_context_message(context));
	return made;
}

static int refusal(struct qmac_network_quantize_options options)
{
	struct qmac_network *made = NULL;
	int error = qmac_network_quantize(network, ranges, &options, &made);

	qmac_network_destroy(made);
	return error;
}

/* Type of a tensor of @made, or NET_OPS for none of that name. */
static int type_of(const struct qmac_network *made, const char *name)
{
	size_t number = qmac_network_find(made, name);

	return number == QMAC_NETWORK_NONE ? -1 : (int)made->tensors[number].type;
}

static float scale_of(const struct qmac_network *made, const char *name)
{
	size_t number = qmac_network_find(made, name);

	return number == QMAC_NETWORK_NONE ? -1 : *(const float *)made->tensors[number].data;
}

static bool same_results(struct qmac_network *a, struct qmac_network *b)
{
	static float p[ROWS * CHOICES], q[ROWS * CHOICES];

	return a && b && !qmac_network_run_rows(a, ROWS, x, p) &&
	       !qmac_network_run_rows(b, ROWS, x, q) && !memcmp(p, q, sizeof(p));
}

static void test_widths(void)
{
	static const struct {
		uint8_t qmac;
		enum net_type type;
	} weights[] = { { QMAC_TYPE_S8, NET_S8 },
			{ QMAC_TYPE_S16, NET_S16 },
			{ QMAC_TYPE_S4, NET_S4 } },
	  activations[] = { { QMAC_TYPE_U8, NET_U8 },
			    { QMAC_TYPE_S8, NET_S8 },
			    { QMAC_TYPE_U16, NET_U16 },
			    { QMAC_TYPE_S16, NET_S16 } };
	size_t w, a;

	for (w = 0; w < 3; w++) {
		for (a = 0; a < 8; a++) {
			bool narrow = a / 4;
			struct qmac_network *made = quantize((struct qmac_network_quantize_options){
				.weight_type = weights[w].qmac,
				.activation_type = activations[a % 4].qmac,
				.bias_bits = narrow ? 8 : 32,
				.widen = true,
			});

			tap_ok(made &&
				       type_of(made, "fc.weight_quantized") ==
					       (int)weights[w].type &&
				       type_of(made, "pixels_quantized") ==
					       (int)activations[a % 4].type &&
				       type_of(made, "fc.bias_quantized") ==
					       (narrow ? NET_S8 : NET_S32),
			       "%s weights, %s activations, %d-bit biases",
			       qmac_type_name(weights[w].qmac),
			       qmac_type_name(activations[a % 4].qmac), narrow ? 8 : 32);
			qmac_network_destroy(made);
		}
	}
	tap_ok(refusal((struct qmac_network_quantize_options){ .weight_type = QMAC_TYPE_U8 }) ==
			       -EINVAL &&
		       says("weights as u8"),
	       "refused: u8 weights");
	tap_ok(refusal((struct qmac_network_quantize_options){ .activation_type = QMAC_TYPE_S4 }) ==
			       -EINVAL &&
		       says("activations as s4"),
	       "refused: s4 activations");
	tap_ok(refusal((struct qmac_network_quantize_options){ .bias_bits = 16 }) == -EINVAL &&
		       says("16 bits: use 8 or 32"),
	       "refused: biases of 16 bits");
	tap_ok(refusal((struct qmac_network_quantize_options){ .block = 4 }) == -EINVAL &&
		       refusal((struct qmac_network_quantize_options){
			       .block = 4, .weight_type = QMAC_TYPE_S4, .per_channel = true }) ==
			       -EINVAL &&
		       says("blocks of 4"),
	       "refused: blocks of s8, blocks with a scale per channel");
}

static void test_symmetric(void)
{
	struct qmac_network *made = quantize((struct qmac_network_quantize_options){
		.activation_type = QMAC_TYPE_S8, .symmetric = true });
	size_t i, zeros = 0;
	bool all = true;

	for (i = 0; made && i < made->tensor_count; i++) {
		const struct net_tensor *tensor = &made->tensors[i];

		if (!strstr(tensor->name, "_zero_point") || tensor->type != NET_S8)
			continue;
		zeros++;
		all &= *(const int8_t *)tensor->data == 0;
	}
	tap_ok(all && zeros > 10, "symmetric s8: all %zu zero points are 0", zeros);
	qmac_network_destroy(made);
}

/* Conv and Gemm nodes whose weights are float constants. */
static size_t float_layers(const struct qmac_network *made)
{
	size_t count = 0, i;

	for (i = 0; i < made->layer_count; i++)
		count += net_input(made, &made->nodes[made->layers[i]], 1)->producer == NET_NONE;
	return count;
}

static void test_keep_float(void)
{
	bool all[] = { true, true, true, true, true }, first[5] = { true },
	     middle[5] = { false, true };
	struct qmac_network *made;

	made = quantize((struct qmac_network_quantize_options){ .keep_float = all });
	tap_ok(made && same_results(network, made) && made->node_count == network->node_count,
	       "all layers kept float: the float network");
	qmac_network_destroy(made);
	made = quantize((struct qmac_network_quantize_options){ .keep_float = first });
	tap_ok(made && float_layers(made) == 1 && type_of(made, "pixels_quantized") < 0 &&
		       type_of(made, "relu1_quantized") == NET_U8 &&
		       type_of(made, "conv1.weight_quantized") < 0,
	       "first layer float: so is its input, what the second reads is not");
	qmac_network_destroy(made);
	made = quantize((struct qmac_network_quantize_options){ .keep_float = middle });
	tap_ok(made && float_layers(made) == 1 && type_of(made, "relu1_quantized") < 0 &&
		       type_of(made, "relu2_quantized") == NET_U8 &&
		       type_of(made, "pixels_quantized") == NET_U8,
	       "a layer in the middle: it reads floats, its neighbours stay quantized");
	qmac_network_destroy(made);
}

static struct qmac_table table_of(struct qmac_network_quantize_options options, unsigned int format)
{
	struct qmac_table table = { 0 };

	if (qmac_network_table(network, ranges, &options, format, &table))
		tap_note("%s", qmac_context_message(context));
	return table;
}

/* Prints, reads again, and quantizes with nothing but that. */
static struct qmac_network *through(struct qmac_network_quantize_options options,
				    unsigned int format, size_t *named)
{
	static struct qmac_network_range taken[TENSORS];
	struct qmac_table table = table_of(options, format), again = { 0 };
	struct qmac_network *made = NULL;
	bool matched[TENSORS] = { false };
	char *text = NULL;
	size_t size = 0, i;
	int error = qmac_table_print(context, format, &table, &text, &size);

	for (i = 0; i < TENSORS; i++)
		taken[i].lo = taken[i].hi = NAN;
	if (!error)
		error = qmac_table_parse(context, format, NULL, text, size, &again);
	if (!error)
		error = qmac_network_table_ranges(network, &again, taken, matched);
	for (*named = 0, i = 0; i < again.count; i++)
		*named += matched[i];
	if (*named != again.count || !again.count)
		error = -EINVAL;
	options.encodings = &again;
	if (!error)
		error = qmac_network_quantize(network, taken, &options, &made);
	if (error)
		tap_note("%s: %s", qmac_table_format_name(format), qmac_context_message(context));
	free(text);
	qmac_table_release(&table);
	qmac_table_release(&again);
	return made;
}

/* What is written and read again quantizes to the same network, to the last bit. */
static void test_round_trip(void)
{
	static const unsigned int formats[] = { QMAC_TABLE_QMAC, QMAC_TABLE_AIMET,
						QMAC_TABLE_AIMET_1, QMAC_TABLE_ORT };
	const struct qmac_network_quantize_options each[] = {
		{ 0 },
		{ .per_channel = true },
		{ .activation_type = QMAC_TYPE_S8, .symmetric = true },
		{ .activation_type = QMAC_TYPE_U16, .weight_type = QMAC_TYPE_S16, .widen = true },
	};
	struct qmac_network *want, *got;
	size_t named, f, i;

	for (f = 0; f < sizeof(formats) / sizeof(formats[0]); f++)
		for (i = 0; i < sizeof(each) / sizeof(each[0]); i++) {
			want = quantize(each[i]);
			got = through(each[i], formats[f], &named);
			tap_ok(same_results(want, got),
			       "%s, options %zu: %zu entries, same network",
			       qmac_table_format_name(formats[f]), i, named);
			qmac_network_destroy(want);
			qmac_network_destroy(got);
		}
	want = quantize((struct qmac_network_quantize_options){ .activation_type = QMAC_TYPE_S8,
								.symmetric = true });
	got = through((struct qmac_network_quantize_options){ .activation_type = QMAC_TYPE_S8,
							      .symmetric = true },
		      QMAC_TABLE_TENSORRT, &named);
	tap_ok(same_results(want, got), "tensorrt: %zu entries, same network", named);
	qmac_network_destroy(want);
	qmac_network_destroy(got);
}

static void test_formats(void)
{
	struct qmac_table table =
		table_of((struct qmac_network_quantize_options){ 0 }, QMAC_TABLE_QMAC);
	const struct qmac_table_entry *entry = qmac_table_find(&table, "relu3");

	tap_ok(entry && !entry->is_signed && entry->bits == 8 && !entry->parameter &&
		       qmac_table_find(&table, "fc.weight") && !qmac_table_find(&table, "pool3"),
	       "qmac: activations and weights, none twice");
	qmac_table_release(&table);
	table = table_of((struct qmac_network_quantize_options){ 0 }, QMAC_TABLE_TENSORRT);
	entry = qmac_table_find(&table, "relu3");
	tap_ok(entry && entry->is_signed && entry->symmetric && qmac_table_find(&table, "pool3") &&
		       !qmac_table_find(&table, "fc.weight"),
	       "tensorrt: all activations, symmetric");
	qmac_table_release(&table);
	table = table_of((struct qmac_network_quantize_options){ 0 }, QMAC_TABLE_NCNN);
	entry = qmac_table_find(&table, "conv2_param_0");
	tap_ok(entry && entry->channels == 16 && entry->axis == 0 && table.count == 10 &&
		       qmac_table_find(&table, "fc"),
	       "ncnn: per layer, weights per channel");
	qmac_table_release(&table);
	table = table_of((struct qmac_network_quantize_options){ .weight_type = QMAC_TYPE_S4 },
			 QMAC_TABLE_AIMET);
	entry = qmac_table_find(&table, "fc.weight");
	tap_ok(entry && entry->bits == 4, "4-bit weights");
	qmac_table_release(&table);
	tap_ok(qmac_network_table(network, ranges, NULL, QMAC_TABLE_DETECT, &table) == -EINVAL &&
		       qmac_network_table(network, ranges, NULL, 99, &table) == -EINVAL,
	       "refused: no format");
}

/* A table as somebody may have edited it: names, ranges, scales. */
static void add(struct qmac_table *table, const char *name, bool parameter, size_t channels,
		double scale, double lo, double hi)
{
	double scales[16], los[16], his[16];
	int32_t zeros[16] = { 0 };
	struct qmac_table_entry entry = { .name = (char *)name,
					  .parameter = parameter,
					  .bits = 8,
					  .is_signed = true,
					  .symmetric = true,
					  .axis = channels > 1 ? 0 : QMAC_PER_TENSOR,
					  .channels = channels,
					  .scale = scales,
					  .zero_point = zeros,
					  .lo = los,
					  .hi = his };
	size_t i;

	for (i = 0; i < channels; i++) {
		scales[i] = scale;
		los[i] = lo;
		his[i] = hi;
	}
	if (qmac_table_add(context, table, &entry))
		tap_note("%s", qmac_context_message(context));
}

static void test_edited(void)
{
	struct qmac_network_quantize_options options = { .activation_type = QMAC_TYPE_S8,
							 .symmetric = true };
	struct qmac_network_range edited[TENSORS];
	struct qmac_network *made = NULL;
	/* The scale that 127 * s / 127 in fp32 does not give back. */
	float odd = 0.1f;
	struct qmac_table table = { 0 };
	bool matched[8];

	while ((float)(127 * (double)odd) / 127 == odd)
		odd = nextafterf(odd, 1);
	add(&table, "relu1", false, 1, 0.5, -2, 2);
	add(&table, "relu2", false, 1, (double)odd, -127 * (double)odd, 127 * (double)odd);
	add(&table, "fc.weight", true, 10, 1. / 64, -127. / 64, 127. / 64);
	add(&table, "relu22", false, 1, 1, -127, 127);
	memcpy(edited, ranges, sizeof(edited));
	tap_ok(!qmac_network_table_ranges(network, &table, edited, matched) && matched[0] &&
		       matched[1] && matched[2] && !matched[3],
	       "a name that is nobody's is told");
	options.encodings = &table;
	tap_ok(!qmac_network_quantize(network, edited, &options, &made) &&
		       scale_of(made, "relu1_scale") == 2.f / 127,
	       "an edited range counts, not the old scale beside it");
	tap_ok(made && scale_of(made, "relu2_scale") == odd,
	       "a scale of its range, to the last bit");
	tap_ok(made && scale_of(made, "fc.weight_scale") == 1.f / 64, "weights, too");
	tap_ok(made && scale_of(made, "pixels_scale") ==
			       ranges[qmac_network_input(network, 0)].hi / 127,
	       "what the table does not name stays");
	qmac_network_destroy(made);
	qmac_table_release(&table);
	add(&table, "relu1", false, 3, 1, -1, 1);
	tap_ok(qmac_network_table_ranges(network, &table, edited, NULL) == -EINVAL &&
		       says("relu1") && says("3 scales"),
	       "refused: an activation with 3 scales");
	qmac_table_release(&table);
	add(&table, "fc.weight", true, 7, 1, -1, 1);
	options.encodings = &table;
	tap_ok(qmac_network_quantize(network, ranges, &options, &made) == -EINVAL &&
		       says("7 scales") && says("10 output channels"),
	       "refused: 7 scales for 10 channels");
	qmac_table_release(&table);
}

/* ncnn's tables go by layers; what a layer reads may have another's parameters. */
static void test_layers(void)
{
	struct qmac_network_range got[TENSORS] = { { 0 } };
	struct qmac_table table = { 0 };
	bool matched[4];

	add(&table, "conv4_param_0", true, 1, 0.25, -31.75, 31.75);
	add(&table, "conv4", false, 1, 0.5, -63.5, 63.5);
	add(&table, "conv2", false, 1, 0.5, -63.5, 63.5); /* no conv2_param_0: no layer's */
	tap_ok(!qmac_network_table_ranges(network, &table, got, matched) && matched[0] &&
		       matched[1] && got[qmac_network_find(network, "pool3")].hi == 63.5f,
	       "ncnn: what a layer reads is found by its name");
	tap_ok(got[qmac_network_find(network, "relu3")].hi == 63.5f,
	       "also through the pooling before it");
	tap_ok(got[qmac_network_find(network, "relu1")].hi == 0,
	       "ncnn: only with weights beside it");
	qmac_table_release(&table);
}

static void test_unknown(void)
{
	size_t relu4 = qmac_network_find(network, "relu4");
	struct qmac_network_range kept = ranges[relu4];
	struct qmac_table table = { 0 };

	ranges[relu4].lo = NAN;
	tap_ok(refusal((struct qmac_network_quantize_options){ 0 }) == -EDOM &&
		       says("tensor 'relu4' has no range") &&
		       !strstr(qmac_context_message(context), "nan"),
	       "refused: a range that is not known, by name");
	tap_ok(qmac_network_table(network, ranges, NULL, QMAC_TABLE_ORT, &table) == -EDOM &&
		       !table.count,
	       "and no table of it");
	ranges[relu4] = kept;
}

static void test_opset(void)
{
	struct qmac_network *made = quantize((struct qmac_network_quantize_options){
		.weight_type = QMAC_TYPE_S16, .widen = true });

	tap_ok(made && qmac_network_save_opset(made, "/nonexistent/x", 20) == -EINVAL &&
		       says("21 to 22"),
	       "refused: s16 in opset 20");
	tap_ok(made && qmac_network_save_opset(made, "/nonexistent/x", 23) == -EINVAL &&
		       qmac_network_save_opset(made, "/nonexistent/x", 21) == -ENOENT,
	       "refused: opset 23");
	qmac_network_destroy(made);
}

int main(void)
{
	struct rng rng = { 20261122 };
	size_t i;

	if (qmac_context_create(&context) || qmac_network_load(context, CNN, &network))
		return 1;
	for (i = 0; i < ROWS * PIXELS; i++)
		x[i] = (float)rng_in(&rng, 0, 16) / 16;
	if (qmac_network_minmax(network, ROWS, x, ranges))
		return 1;
	test_widths();
	test_symmetric();
	test_keep_float();
	test_round_trip();
	test_formats();
	test_edited();
	test_layers();
	test_unknown();
	test_opset();
	qmac_network_destroy(network);
	qmac_context_destroy(context);
	return tap_done();
}
