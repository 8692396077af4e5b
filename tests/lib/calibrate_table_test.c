// SPDX-License-Identifier: MIT
/* Calibration files: what each format says, there and back, damage, conversions. */
#include <errno.h>
#include <fenv.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

#include <qmac/qmac.h>

#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct qmac_context *context;

static int parse(unsigned int format, const char *text, struct qmac_table *table)
{
	return qmac_table_parse(context, format, NULL, text, strlen(text), table);
}

static bool passed(int error)
{
	if (error)
		tap_note("%d: %s", error, qmac_context_message(context));
	return !error;
}

static const char ncnn[] = "conv1_param_0 156.639840 77.500000 \n"
			   "fc_param_0 0.5\n"
			   "conv1 49.466518 \r\n"
			   "\n"
			   "fc 1e-3";

static void test_ncnn(void)
{
	struct qmac_table table;
	const struct qmac_table_entry *conv, *weights;
	char *text;
	size_t size;
	double product;

	if (!tap_ok(passed(parse(QMAC_TABLE_DETECT, ncnn, &table)), "ncnn: read"))
		return;
	conv = qmac_table_find(&table, "conv1");
	weights = qmac_table_find(&table, "conv1_param_0");
	tap_ok(table.count == 4 && conv && weights && !conv->parameter && weights->parameter &&
		       weights->channels == 2 && weights->axis == 0 &&
		       conv->axis == QMAC_PER_TENSOR,
	       "ncnn: parameters have a scale per channel");
	tap_ok(conv->is_signed && conv->bits == 8 && conv->symmetric && !conv->zero_point[0] &&
		       conv->hi[0] == 127 / (double)49.466518f && conv->lo[0] == -conv->hi[0],
	       "ncnn: scales are reciprocals, codes -127 to 127");
	product = 1 / conv->scale[0] / weights->scale[0];
	tap_ok(fabs(product - 7748.427465) < 1e-3, "ncnn: worked example, accumulator scale %.6f",
	       product);
	tap_ok(passed(qmac_table_print(context, QMAC_TABLE_NCNN, &table, &text, &size)) &&
		       !strcmp(text, "conv1_param_0 156.639847 77.5 \nfc_param_0 0.5 \n"
				     "conv1 49.4665184 \nfc 0.00100000005 \n") &&
		       size == strlen(text),
	       "ncnn: written with all digits");
	free(text);
	qmac_table_release(&table);
}

static const char tensorrt[] = "TRT-7000-EntropyCalibration2\n"
			       "data: 3c008912\n"
			       "(Unnamed Layer* 48) [Constant]: output: 3BECC9CC\n";

static void test_tensorrt(void)
{
	struct qmac_table table;
	char *text;
	size_t size;

	if (!tap_ok(passed(parse(QMAC_TABLE_DETECT, tensorrt, &table)), "tensorrt: read"))
		return;
	tap_ok(table.count == 2 && fabs(table.entries[0].scale[0] - 0.00784518011) < 1e-11 &&
		       !strcmp(table.producer, "TRT-7000-EntropyCalibration2"),
	       "tensorrt: the bits of fp32, %.9g", table.entries[0].scale[0]);
	tap_ok(!strcmp(table.entries[1].name, "(Unnamed Layer* 48) [Constant]: output"),
	       "tensorrt: names with colons and spaces");
	tap_ok(passed(qmac_table_print(context, QMAC_TABLE_TENSORRT, &table, &text, &size)) &&
		       !strcasecmp(text, tensorrt),
	       "tensorrt: written as it was");
	free(text);
	qmac_table_release(&table);
}

static const char ort[] =
	"{\"CLS\": \"TensorsData\", \"data\": {\"x\": {\"lowest\": {\"data\": [-1.8], \"dtype\": "
	"\"float32\", \"CLS\": \"numpy.array\"}, \"highest\": {\"data\": 0.5, \"dtype\": "
	"\"float32\", \"CLS\": \"numpy.array\"}, \"CLS\": \"TensorData\"}}, "
	"\"calibration_method\": {\"CLS\": \"CalibrationMethod\", \"value\": "
	"\"CalibrationMethod.MinMax\"}}";

static void test_ort(void)
{
	struct qmac_quant_spec s8 = { .type = QMAC_TYPE_S8, .scheme = QMAC_SCHEME_ASYMMETRIC };
	struct qmac_table table;

	if (!tap_ok(passed(parse(QMAC_TABLE_DETECT, ort, &table)), "ort: read"))
		return;
	tap_ok(table.entries[0].zero_point[0] == 200 && !table.entries[0].is_signed &&
		       (float)table.entries[0].scale[0] == 2.3f / 255 &&
		       table.entries[0].lo[0] == (double)-1.8f,
	       "ort: -1.8 to 0.5 is u8, zero point 200");
	qmac_table_release(&table);
	tap_ok(passed(qmac_table_parse(context, QMAC_TABLE_ORT, &s8, ort, sizeof(ort) - 1,
				       &table)) &&
		       table.entries[0].zero_point[0] == 72,
	       "ort: or s8, zero point 72");
	qmac_table_release(&table);
}

static const char aimet[] =
	"{\"version\": \"0.6.1\", \"activation_encodings\": {\"a\": [{\"bitwidth\": 8, \"dtype\": "
	"\"int\", \"is_symmetric\": \"False\", \"max\": 5.64, \"min\": -4.56, \"offset\": -114, "
	"\"scale\": 0.04}]}, \"param_encodings\": {\"w\": [{\"bitwidth\": 4, \"is_symmetric\": "
	"\"True\", \"max\": 0.7, \"min\": -0.8, \"offset\": -8, \"scale\": 0.1}, {\"bitwidth\": 4, "
	"\"is_symmetric\": \"True\", \"max\": 1.4, \"min\": -1.6, \"offset\": -8, \"scale\": "
	"0.2}]}}";

static const char aimet_1[] =
	"{\"version\": \"1.0.0\", \"activation_encodings\": [{\"name\": \"a\", \"dtype\": \"INT\", "
	"\"enc_type\": \"PER_TENSOR\", \"is_sym\": false, \"bw\": 8, \"scale\": [0.04], "
	"\"offset\": [-114.0]}], \"param_encodings\": [{\"name\": \"w\", \"dtype\": \"INT\", "
	"\"enc_type\": \"PER_CHANNEL\", \"is_sym\": true, \"bw\": 4, \"scale\": [0.1, 0.2], "
	"\"offset\": [-8.0, -8.0]}]}";

static void check_aimet(const char *name, unsigned int format, const char *text)
{
	const struct qmac_table_entry *a, *w;
	struct qmac_table table;

	if (!tap_ok(passed(parse(QMAC_TABLE_DETECT, text, &table)) &&
			    qmac_table_detect(text, strlen(text)) == format,
		    "%s: read", name))
		return;
	a = qmac_table_find(&table, "a");
	w = qmac_table_find(&table, "w");
	tap_ok(a && a->zero_point[0] == 114 && !a->is_signed && a->scale[0] == 0.04 &&
		       !a->parameter && fabs(a->lo[0] + 4.56) < 1e-12 &&
		       fabs(a->hi[0] - 5.64) < 1e-12,
	       "%s: offset -114 is zero point 114", name);
	tap_ok(w && w->bits == 4 && w->is_signed && w->zero_point[1] == 0 && w->parameter &&
		       w->axis == 0 && w->scale[1] == 0.2 && fabs(w->lo[1] + 1.6) < 1e-12,
	       "%s: symmetric entries are signed", name);
	qmac_table_release(&table);
}

static bool same_tables(const struct qmac_table *a, const struct qmac_table *b, bool ranges)
{
	size_t i, c;

	if (a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++) {
		const struct qmac_table_entry *x = &a->entries[i];
		const struct qmac_table_entry *y = qmac_table_find(b, x->name);

		if (!y || x->bits != y->bits || x->is_signed != y->is_signed ||
		    x->axis != y->axis || x->block != y->block || x->rank != y->rank ||
		    memcmp(x->shape, y->shape, sizeof(x->shape)) != 0 ||
		    x->channels != y->channels || x->parameter != y->parameter ||
		    x->symmetric != y->symmetric)
			return false;
		for (c = 0; c < x->channels; c++)
			if (x->scale[c] != y->scale[c] || x->zero_point[c] != y->zero_point[c] ||
			    (ranges && (x->lo[c] != y->lo[c] || x->hi[c] != y->hi[c])))
				return false;
	}
	return true;
}

static const char aimet_2[] =
	"{\"version\": \"2.0.0\", \"encodings\": [{\"name\": \"a\", \"output_dtype\": \"uint8\", "
	"\"y_scale\": 0.04, \"y_zero_point\": 114}, {\"name\": \"w\", \"output_dtype\": \"int4\", "
	"\"y_scale\": [0.1, 0.2], \"axis\": 0}]}";

/* 3 channels of 2 blocks, along axis 1 and along axis 0; LPBQ. */
static const char aimet_2_blocks[] =
	"{\"version\": \"2.0.0\", \"encodings\": [{\"name\": \"w\", \"output_dtype\": \"int4\", "
	"\"y_scale\": [[0.5, 1], [1.5, 2], [2.5, 3]], \"axis\": -1, \"block_size\": 32}, "
	"{\"name\": "
	"\"v\", \"output_dtype\": \"uint4\", \"y_scale\": [[1, 2, 3], [4, 5, 6]], "
	"\"y_zero_point\": "
	"[[0, 1, 2], [3, 4, 5]], \"axis\": 0, \"block_size\": 8}, {\"name\": \"l\", "
	"\"output_dtype\": "
	"\"int4\", \"per_channel_float_scale\": [[0.5], [0.25], [2]], \"per_block_int_scale\": "
	"[[1, "
	"2], [3, 4], [5, 16]], \"axis\": 1, \"block_size\": 32}]}";

static const char aimet_1_blocks[] =
	"{\"version\": \"1.0.0\", \"activation_encodings\": [], \"param_encodings\": [{\"name\": "
	"\"w\", "
	"\"dtype\": \"INT\", \"enc_type\": \"PER_BLOCK\", \"is_sym\": true, \"bw\": 4, "
	"\"block_size\": "
	"32, \"scale\": [0.5, 1, 1.5, 2, 2.5, 3], \"offset\": [-8, -8, -8, -8, -8, -8]}, "
	"{\"name\": "
	"\"l\", \"dtype\": \"INT\", \"enc_type\": \"LPBQ\", \"is_sym\": true, \"bw\": 8, "
	"\"compressed_bw\": 4, \"block_size\": 32, \"scale\": [0.5, 0.25, 2], \"offset\": [-128, "
	"-128, -128], \"per_block_int_scale\": [1, 2, 3, 4, 5, 16]}]}";

static bool has_scales(const struct qmac_table_entry *entry, const double *scale)
{
	size_t i;

	for (i = 0; i < 6; i++)
		if (!entry || entry->channels != 6 || entry->scale[i] != scale[i])
			return false;
	return true;
}

static void test_blocks(void)
{
	static const double w[] = { 0.5, 1, 1.5, 2, 2.5, 3 }, v[] = { 1, 2, 3, 4, 5, 6 };
	static const double l[] = { 0.5, 1, 0.75, 1, 10, 32 };
	const struct qmac_table_entry *x;
	struct qmac_table table, again;
	char *text;
	size_t size;

	if (!tap_ok(passed(parse(QMAC_TABLE_DETECT, aimet_2_blocks, &table)), "aimet 2: blocks"))
		return;
	x = &table.entries[0];
	tap_ok(has_scales(x, w) && x->axis == 1 && x->block == 32 && x->rank == 2 &&
		       x->shape[0] == 3 && x->shape[1] == 2 && x->symmetric && x->bits == 4 &&
		       x->parameter && x->hi[1] == 7 && x->lo[1] == -8,
	       "aimet 2: of the last axis");
	x = &table.entries[1];
	tap_ok(has_scales(x, v) && x->axis == 0 && x->shape[0] == 2 && !x->is_signed &&
		       x->zero_point[5] == 5,
	       "aimet 2: of the first axis, with zero points");
	x = &table.entries[2];
	tap_ok(has_scales(x, l) && x->bits == 4 && x->symmetric, "aimet 2: LPBQ multiplied out");
	tap_ok(passed(qmac_table_print(context, QMAC_TABLE_AIMET_2, &table, &text, &size)) &&
		       passed(parse(QMAC_TABLE_DETECT, text, &again)) &&
		       same_tables(&table, &again, true),
	       "aimet 2: written and read again");
	free(text);
	qmac_table_release(&again);
	tap_ok(passed(qmac_table_print(context, QMAC_TABLE_QMAC, &table, &text, &size)) &&
		       passed(parse(QMAC_TABLE_DETECT, text, &again)) &&
		       same_tables(&table, &again, true),
	       "blocks in our JSON");
	free(text);
	qmac_table_release(&again);
	tap_ok(qmac_table_print(context, QMAC_TABLE_AIMET_1, &table, &text, &size) == -EINVAL &&
		       strstr(qmac_context_message(context), "'v': blocks of axis 0"),
	       "aimet 1 has no blocks of axis 0");
	tap_ok(qmac_table_print(context, QMAC_TABLE_AIMET, &table, &text, &size) == -EINVAL &&
		       strstr(qmac_context_message(context), "'w': AIMET's version 0.6.1 has no"),
	       "aimet 0 has no blocks");
	tap_ok(qmac_table_print(context, QMAC_TABLE_ORT, &table, &text, &size) == -EINVAL &&
		       qmac_table_print(context, QMAC_TABLE_NCNN, &table, &text, &size) ==
			       -EINVAL &&
		       qmac_table_print(context, QMAC_TABLE_TENSORRT, &table, &text, &size) ==
			       -EINVAL,
	       "nor have the others");
	qmac_table_release(&table);
	if (!tap_ok(passed(parse(QMAC_TABLE_DETECT, aimet_1_blocks, &table)), "aimet 1: blocks"))
		return;
	x = &table.entries[0];
	tap_ok(has_scales(x, w) && x->axis == 1 && x->block == 32 && !x->rank && x->bits == 4,
	       "aimet 1: PER_BLOCK");
	x = &table.entries[1];
	tap_ok(has_scales(x, l) && x->bits == 4 && x->rank == 2 && x->shape[0] == 3 &&
		       x->zero_point[0] == 0,
	       "aimet 1: LPBQ multiplied out");
	tap_ok(passed(qmac_table_print(context, QMAC_TABLE_AIMET_1, &table, &text, &size)) &&
		       strstr(text, "PER_BLOCK") && !strstr(text, "LPBQ") &&
		       passed(parse(QMAC_TABLE_DETECT, text, &again)) &&
		       again.entries[1].scale[5] == 32,
	       "aimet 1: written and read again");
	free(text);
	qmac_table_release(&again);
	tap_ok(qmac_table_print(context, QMAC_TABLE_AIMET_2, &table, &text, &size) == -EINVAL &&
		       strstr(qmac_context_message(context), "'w': 6 scales of blocks of 32"),
	       "aimet 2 needs the shape");
	qmac_table_release(&table);
}

/* Everything that a table can hold but blocks. */
static void fill(struct qmac_table *table)
{
	const float lo[] = { -1.8f, -3, 0, 5 }, hi[] = { 0.5f, 6, 1e-9f, 10 };
	const struct qmac_quant_spec kinds[] = {
		{ .type = QMAC_TYPE_S8, .scheme = QMAC_SCHEME_SYMMETRIC },
		{ .type = QMAC_TYPE_U8, .scheme = QMAC_SCHEME_ASYMMETRIC },
		{ .type = QMAC_TYPE_S16, .scheme = QMAC_SCHEME_ASYMMETRIC },
		{ .type = QMAC_TYPE_S8, .scheme = QMAC_SCHEME_SYMMETRIC, .bits = 4 },
	};
	char name[16];
	size_t i;

	memset(table, 0, sizeof(*table));
	for (i = 0; i < 4; i++) {
		snprintf(name, sizeof(name), "tensor%zu", i);
		qmac_table_add_range(context, table, name, i % 2, &kinds[i], QMAC_PER_TENSOR, 1,
				     &lo[i], &hi[i]);
		snprintf(name, sizeof(name), "t/\"%zu\\\xc3\xa4", i);
		qmac_table_add_range(context, table, name, i % 2, &kinds[i], 0, 4, lo, hi);
	}
}

/* AIMET knows unsigned codes, or symmetric ones: a signed zero point moves. */
static void test_round_trips(void)
{
	static const unsigned int formats[] = { QMAC_TABLE_QMAC, QMAC_TABLE_AIMET,
						QMAC_TABLE_AIMET_1, QMAC_TABLE_AIMET_2,
						QMAC_TABLE_ORT };
	struct qmac_quant_spec symmetric = { .type = QMAC_TYPE_S8 };
	struct qmac_table table, again;
	char *text, *more;
	size_t i, size;

	fill(&table);
	tap_ok(table.count == 8, "a table of all kinds");
	for (i = 0; i < COUNT(formats); i++) {
		const char *name = qmac_table_format_name(formats[i]);
		bool pass = passed(qmac_table_print(context, formats[i], &table, &text, &size)) &&
			    passed(parse(QMAC_TABLE_DETECT, text, &again));

		if (i == 0)
			tap_ok(pass && same_tables(&table, &again, true), "%s: the same again",
			       name);
		pass = pass && passed(qmac_table_print(context, formats[i], &again, &more, &size));
		tap_ok(pass && !strcmp(text, more), "%s: written, read, written: the same text",
		       name);
		free(text);
		free(more);
		qmac_table_release(&again);
	}
	tap_ok(qmac_table_print(context, QMAC_TABLE_NCNN, &table, &text, &size) == -EINVAL &&
		       strstr(qmac_context_message(context), "'tensor1'"),
	       "ncnn: what it cannot hold is named");
	tap_ok(qmac_table_print(context, QMAC_TABLE_TENSORRT, &table, &text, &size) == -EINVAL,
	       "tensorrt: nor can that");
	tap_ok(passed(qmac_table_choose(context, &table, &symmetric)) && table.count == 8 &&
		       passed(qmac_table_print(context, QMAC_TABLE_NCNN, &table, &text, &size)),
	       "ncnn: after another choice it does");
	tap_ok(passed(parse(QMAC_TABLE_NCNN, text, &again)), "ncnn: and reads it");
	free(text);
	tap_ok(again.count == 8 && (float)again.entries[1].scale[0] == 1.8f / 127,
	       "ncnn: scales return from their reciprocals");
	qmac_table_release(&again);
	qmac_table_release(&table);
}

struct damage {
	const char *name, *text, *expected;
};

static const struct damage damages[] = {
	{ "ncnn inf", "conv 1.5\nfc inf\n", "line 2, column 4: 'inf'" },
	{ "ncnn nan", "conv nan", "line 1, column 6" },
	{ "ncnn hexadecimal", "conv 0x10", "'0x10'" },
	{ "ncnn zero, cut by %f", "conv 0.000000 ", "line 1, column 6: scale 0.000000" },
	{ "ncnn negative", "conv -1", "scale -1" },
	{ "ncnn beyond fp32", "conv 1e39", "scale 1e39" },
	{ "ncnn no scale", "conv 1\nfc\n", "line 2, column 1: 'fc' has no scale" },
	{ "ncnn half a number", "conv 1.5.2", "'1.5.2' is no number" },
	{ "ncnn twice", "conv 1\nconv 2\n", "'conv' is there twice" },
	{ "ncnn bytes that are no UTF-8", "conv\xc0\xaf 1", "byte 0xc0" },
	{ "ncnn surrogate", "conv\xed\xa0\x80 1", "byte 0xed" },
	{ "nothing", "", "empty" },
	{ "blanks", " \n \t\n", "no entries" },
	{ "tensorrt head alone", "TRT-1\n", "no entries" },
	{ "tensorrt no digits", "TRT-8601-X\na: 3c00xx12", "line 2, column 4: '3c00xx12'" },
	{ "tensorrt nine digits", "TRT-8601-X\na: 13c008912", "8 hexadecimal digits" },
	{ "tensorrt infinity", "TRT-8601-X\n\na: 7f800000", "line 3, column 4: scale 7f800000" },
	{ "tensorrt NaN", "TRT-8601-X\na: 7fc00000", "7fc00000" },
	{ "tensorrt zero", "TRT-8601-X\na: 0", "scale 0" },
	{ "tensorrt negative", "TRT-8601-X\na: bc008912", "bc008912" },
	{ "tensorrt no name", "TRT-8601-X\n: 3c008912", "NAME: SCALE" },
	{ "JSON cut", "{\"format\": \"qmac-table\", \"ver",
	  "line 1, column 30: the JSON text ends" },
	{ "JSON wrong", "{\n \"a\": }", "line 2, column 7" },
	{ "JSON with more", "{} {}", "line 1, column 4: text after the end" },
	{ "JSON array", "[1]", "line 1" },
	{ "JSON too deep", "{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]", "line 1" },
	{ "JSON of something else", "{\"a\": 1}", "'a': lowest is missing" },
	{ "qmac version", "{\"format\": \"qmac-table\", \"version\": 2, \"tensors\": []}",
	  "version" },
	{ "qmac tensors", "{\"format\": \"qmac-table\", \"version\": 1, \"tensors\": 1}",
	  "tensors" },
	{ "qmac no name", "{\"format\": \"qmac-table\", \"version\": 1, \"tensors\": [{}]}",
	  "'tensors[0]': name" },
	{ "qmac lengths",
	  "{\"format\": \"qmac-table\", \"version\": 1, \"tensors\": [{\"name\": \"t\", \"bits\": "
	  "8, "
	  "\"signed\": true, \"symmetric\": true, \"parameter\": false, \"axis\": 0, \"scale\": "
	  "[1, 2], \"zero_point\": [0], \"min\": [0, 0], \"max\": [1, 1]}]}",
	  "'t': zero_point is not as long" },
	{ "qmac zero scale",
	  "{\"format\": \"qmac-table\", \"version\": 1, \"tensors\": [{\"name\": \"t\", \"bits\": "
	  "8, "
	  "\"signed\": true, \"symmetric\": true, \"parameter\": false, \"axis\": null, \"scale\": "
	  "0, \"zero_point\": 0, \"min\": 0, \"max\": 1}]}",
	  "'t': scale 0" },
	{ "qmac NaN",
	  "{\"format\": \"qmac-table\", \"version\": 1, \"tensors\": [{\"name\": \"t\", \"bits\": "
	  "8, "
	  "\"signed\": true, \"symmetric\": true, \"parameter\": false, \"scale\": NaN, "
	  "\"zero_point\": 0, \"min\": 0, \"max\": 1}]}",
	  "" },
	{ "qmac zero point",
	  "{\"format\": \"qmac-table\", \"version\": 1, \"tensors\": [{\"name\": \"t\", \"bits\": "
	  "8, "
	  "\"signed\": true, \"symmetric\": true, \"parameter\": false, \"scale\": 1, "
	  "\"zero_point\": 128, \"min\": 0, \"max\": 1}]}",
	  "zero point 128" },
	{ "ort order", "{\"t\": {\"lowest\": {\"data\": 2}, \"highest\": {\"data\": 1}}}",
	  "range 2 to 1" },
	{ "ort infinity", "{\"t\": {\"lowest\": {\"data\": 2}, \"highest\": {\"data\": 1e999}}}",
	  "'t'" },
	{ "ort text", "{\"t\": {\"lowest\": {\"data\": \"2\"}, \"highest\": {\"data\": 1}}}",
	  "data is missing, empty or no number" },
	{ "aimet float",
	  "{\"activation_encodings\": {\"t\": [{\"bitwidth\": 16, \"dtype\": \"float\"}]}}",
	  "'t': dtype is not int" },
	{ "aimet offset",
	  "{\"activation_encodings\": {\"t\": [{\"bitwidth\": 8, \"is_symmetric\": \"False\", "
	  "\"offset\": 5, \"scale\": 1, \"min\": 0, \"max\": 1}]}}",
	  "'t': offset" },
#define A1(members) "{\"param_encodings\": [{\"name\": \"t\", \"is_sym\": true, " members "}]}"
	{ "aimet kind", A1("\"enc_type\": \"PER_HOUSE\", \"bw\": 8"), "'t': enc_type" },
	{ "aimet blocks without scales", A1("\"enc_type\": \"PER_BLOCK\", \"bw\": 8"),
	  "'t': scale is missing" },
	{ "aimet blocks without size",
	  A1("\"enc_type\": \"PER_BLOCK\", \"bw\": 8, \"scale\": [1], \"offset\": [-128]"),
	  "'t': block_size is missing" },
	{ "aimet LPBQ of odd length",
	  A1("\"enc_type\": \"LPBQ\", \"bw\": 8, \"scale\": [1, 2], \"per_block_int_scale\": [1, "
	     "2, "
	     "3]"),
	  "no multiple" },
	{ "aimet LPBQ that widens nothing",
	  A1("\"enc_type\": \"LPBQ\", \"bw\": 4, \"compressed_bw\": 8, \"block_size\": 2, "
	     "\"scale\": "
	     "[1], \"per_block_int_scale\": [1]"),
	  "compressed_bw" },
	{ "aimet LPBQ with a scale of 0",
	  A1("\"enc_type\": \"LPBQ\", \"bw\": 8, \"compressed_bw\": 4, \"block_size\": 2, "
	     "\"scale\": "
	     "[1], \"per_block_int_scale\": [0]"),
	  "scale 0 of channel 0" },
	{ "aimet of a version that is none",
	  "{\"version\": \"3.0.0\", \"encodings\": [{\"name\": \"t\"}]}", "version '3.0.0'" },
	{ "aimet of another version's form", "{\"version\": \"2.0.0\", \"param_encodings\": {}}",
	  "version '2.0.0'" },
#define A2(members) "{\"encodings\": [{\"name\": \"t\", " members "}]}"
	{ "aimet 2 without scale", A2("\"output_dtype\": \"int8\""), "'t': y_scale is missing" },
	{ "aimet 2 that is not quantized", A2("\"y_scale\": 1"), "output_dtype is missing" },
	{ "aimet 2 float", A2("\"output_dtype\": \"float8e5m2\", \"y_scale\": 1"),
	  "neither int nor uint" },
	{ "aimet 2 bits", A2("\"output_dtype\": \"int99\", \"y_scale\": 1"), "2 to 32 bits" },
	{ "aimet 2 channels without axis", A2("\"output_dtype\": \"int8\", \"y_scale\": [1, 2]"),
	  "axis is missing" },
	{ "aimet 2 axis from the last",
	  A2("\"output_dtype\": \"int8\", \"y_scale\": [1, 2], \"axis\": -1"), "count it from" },
	{ "aimet 2 blocks without size",
	  A2("\"output_dtype\": \"int8\", \"y_scale\": [[1, 2]], \"axis\": 1"), "block_size" },
	{ "aimet 2 axis of blocks",
	  A2("\"output_dtype\": \"int8\", \"y_scale\": [[1, 2]], \"axis\": 2, \"block_size\": 4"),
	  "no dimension" },
	{ "aimet 2 ragged",
	  A2("\"output_dtype\": \"int8\", \"y_scale\": [[1, 2], [3]], \"axis\": 1, \"block_size\": "
	     "4"),
	  "different lengths" },
	{ "aimet 2 ragged, as many",
	  A2("\"output_dtype\": \"int8\", \"y_scale\": [[1, 2], [3], [4, 5, 6]], \"axis\": 1, "
	     "\"block_size\": 4"),
	  "different lengths" },
	{ "aimet 2 zero points",
	  A2("\"output_dtype\": \"int8\", \"y_scale\": [1, 2], \"y_zero_point\": [1], \"axis\": 0"),
	  "as many numbers" },
	{ "aimet 2 zero point",
	  A2("\"output_dtype\": \"int8\", \"y_scale\": 1, \"y_zero_point\": 128"),
	  "zero point 128" },
	{ "aimet 2 half a zero point",
	  A2("\"output_dtype\": \"int8\", \"y_scale\": 1, \"y_zero_point\": 0.5"), "no integer" },
	{ "aimet 2 LPBQ without channels",
	  A2("\"output_dtype\": \"int4\", \"per_block_int_scale\": [[1, 2]], \"axis\": 1, "
	     "\"block_size\": 4"),
	  "per_channel_float_scale is missing" },
	{ "aimet 2 LPBQ with channels for blocks",
	  A2("\"output_dtype\": \"int4\", \"per_block_int_scale\": [[1, 2]], "
	     "\"per_channel_float_scale\": [[1, 2]], \"axis\": 1, \"block_size\": 4"),
	  "shape of" },
	{ "our blocks without axis",
	  "{\"format\": \"qmac-table\", \"version\": 1, \"tensors\": [{\"name\": \"t\", \"bits\": "
	  "8, "
	  "\"signed\": true, \"symmetric\": true, \"parameter\": false, \"block\": 4, \"scale\": "
	  "1, "
	  "\"zero_point\": 0, \"min\": 0, \"max\": 1}]}",
	  "need an axis" },
	{ "our scales of another shape",
	  "{\"format\": \"qmac-table\", \"version\": 1, \"tensors\": [{\"name\": \"t\", \"bits\": "
	  "8, "
	  "\"signed\": true, \"symmetric\": true, \"parameter\": false, \"axis\": 1, \"block\": 4, "
	  "\"scale_shape\": [2, 2], \"scale\": 1, \"zero_point\": 0, \"min\": 0, \"max\": 1}]}",
	  "do not have the shape" },
};

/* A range that only a double holds is no infinity in a file. */
static void test_wide_range(void)
{
	double scale = 1, lo = 0, hi = 1e100;
	int32_t zero = 0;
	const struct qmac_table_entry entry = { .name = "wide",
						.bits = 8,
						.axis = QMAC_PER_TENSOR,
						.channels = 1,
						.scale = &scale,
						.zero_point = &zero,
						.lo = &lo,
						.hi = &hi };
	struct qmac_table table = { 0 };
	char *text;
	size_t size;

	if (!tap_ok(passed(qmac_table_add(context, &table, &entry)), "a range beyond fp32"))
		return;
	tap_ok(qmac_table_print(context, QMAC_TABLE_ORT, &table, &text, &size) == -EINVAL &&
		       strstr(qmac_context_message(context), "'wide': range 0 to 1e+100"),
	       "ort: refuses it");
	tap_ok(passed(qmac_table_print(context, QMAC_TABLE_QMAC, &table, &text, &size)),
	       "our JSON: takes it");
	free(text);
	qmac_table_release(&table);
}

/* What a path leads to is replaced, not the way; devices stay. */
static void test_ways(void)
{
	char folder[] = "/tmp/qmac-table-XXXXXX", real[64], way[64];
	struct qmac_table table, again;
	struct stat found;

	if (!tap_ok(mkdtemp(folder) && passed(parse(QMAC_TABLE_DETECT, aimet, &table)),
		    "a folder and a table"))
		return;
	snprintf(real, sizeof(real), "%s/real", folder);
	snprintf(way, sizeof(way), "%s/way", folder);
	tap_ok(passed(qmac_table_save(context, real, QMAC_TABLE_QMAC, &table)) &&
		       !symlink("real", way) &&
		       passed(qmac_table_save(context, way, QMAC_TABLE_AIMET, &table)) &&
		       !lstat(way, &found) && S_ISLNK(found.st_mode) &&
		       passed(qmac_table_load(context, real, QMAC_TABLE_AIMET, NULL, &again)),
	       "the file behind a link");
	qmac_table_release(&again);
	tap_ok(qmac_table_save(context, "/dev/full", QMAC_TABLE_QMAC, &table) == -ENOSPC &&
		       !stat("/dev/full", &found) && S_ISCHR(found.st_mode),
	       "a full device: told, and still one");
	tap_ok(qmac_table_save(context, folder, QMAC_TABLE_QMAC, &table) == -EISDIR, "a directory");
	tap_ok(qmac_table_load(context, folder, QMAC_TABLE_DETECT, NULL, &again) == -EISDIR,
	       "reading a directory");
	unlink(way);
	unlink(real);
	rmdir(folder);
	qmac_table_release(&table);
}

static void test_damage(void)
{
	size_t i;

	for (i = 0; i < COUNT(damages); i++) {
		struct qmac_table table = { .count = 99 };
		int error = parse(QMAC_TABLE_DETECT, damages[i].text, &table);
		const char *message = qmac_context_message(context);

		if (!tap_ok((error == -EINVAL || error == -EEXIST || error == -EDOM) &&
				    table.count == 99 && strstr(message, damages[i].expected),
			    "refuses: %s", damages[i].name))
			tap_note("%d: %s", error, message);
	}
	tap_ok(qmac_table_parse(context, QMAC_TABLE_NCNN, NULL, "a 1\0b 2", 7,
				&(struct qmac_table){ 0 }) == -EINVAL &&
		       strstr(qmac_context_message(context), "offset 3"),
	       "refuses: a zero byte");
	tap_ok(parse(99, "a 1", &(struct qmac_table){ 0 }) == -EINVAL, "refuses: no such format");
}

static void test_entries(void)
{
	struct qmac_table table = { 0 };
	double scale[] = { 1, 2 }, lo[] = { 0, 0 }, hi[] = { 1, 1 };
	int32_t zero[] = { 0, 0 };
	struct qmac_table_entry entry = { .name = "t",
					  .bits = 8,
					  .is_signed = true,
					  .axis = 1,
					  .channels = 2,
					  .scale = scale,
					  .zero_point = zero,
					  .lo = lo,
					  .hi = hi };

	tap_ok(passed(qmac_table_add(context, &table, &entry)) &&
		       qmac_table_find(&table, "t")->scale != scale,
	       "an entry is copied");
	tap_ok(qmac_table_add(context, &table, &entry) == -EEXIST, "its name is taken then");
	entry.name = "a\nb";
	tap_ok(qmac_table_add(context, &table, &entry) == -EINVAL, "a name of two lines");
	entry.name = "";
	tap_ok(qmac_table_add(context, &table, &entry) == -EINVAL, "no name");
	entry.name = "u";
	entry.axis = QMAC_PER_TENSOR;
	tap_ok(qmac_table_add(context, &table, &entry) == -EINVAL, "two scales without an axis");
	entry.axis = 0;
	scale[1] = INFINITY;
	tap_ok(qmac_table_add(context, &table, &entry) == -EINVAL && table.count == 1,
	       "an infinite scale");
	qmac_table_release(&table);
	tap_ok(!table.count && !table.entries, "released tables are empty");
}

static void test_files(void)
{
	char directory[] = "/tmp/qmac-table-XXXXXX", path[64], none[64];
	struct qmac_table table, again;

	if (!mkdtemp(directory))
		exit(1);
	snprintf(path, sizeof(path), "%s/table", directory);
	snprintf(none, sizeof(none), "%s/none/table", directory);
	fill(&table);
	tap_ok(passed(qmac_table_save(context, path, QMAC_TABLE_QMAC, &table)) &&
		       passed(qmac_table_load(context, path, QMAC_TABLE_DETECT, NULL, &again)) &&
		       same_tables(&table, &again, true),
	       "saved and loaded");
	qmac_table_release(&again);
	tap_ok(qmac_table_save(context, path, QMAC_TABLE_NCNN, &table) == -EINVAL &&
		       !qmac_table_load(context, path, QMAC_TABLE_QMAC, NULL, &again),
	       "what cannot be written leaves the file as it was");
	qmac_table_release(&again);
	tap_ok(qmac_table_save(context, none, QMAC_TABLE_QMAC, &table) == -ENOENT &&
		       strstr(qmac_context_message(context), none),
	       "a place that cannot be written is named");
	tap_ok(qmac_table_load(context, none, 0, NULL, &again) == -ENOENT,
	       "a file that is not there");
	unlink(path);
	tap_ok(!rmdir(directory), "nothing else was left behind");
	qmac_table_release(&table);
}

/* Written and read again, as text and as numbers. */
static bool there_and_back(unsigned int format, const struct qmac_table *table, char **text,
			   struct qmac_table *again)
{
	const struct qmac_quant_spec spec = { .type = QMAC_TYPE_S8 };
	size_t size;

	return passed(qmac_table_print(context, format, table, text, &size)) &&
	       passed(qmac_table_parse(context, format, &spec, *text, size, again));
}

/* strtod() and printf() heed the rounding mode: ours do not. */
static void test_modes(unsigned int format)
{
	static const int modes[] = { FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO };
	const float lo[] = { -0.1f }, hi[] = { 0x1.fffffep-3f };
	const struct qmac_quant_spec spec = { .type = QMAC_TYPE_S8 };
	struct qmac_table table = { 0 }, want, got;
	char *text, *more;
	bool same;
	size_t i;

	if (!passed(qmac_table_add_range(context, &table, "data", false, &spec, QMAC_PER_TENSOR, 1,
					 lo, hi)) ||
	    !tap_ok(there_and_back(format, &table, &text, &want), "%s is written and read",
		    qmac_table_format_name(format)))
		return;
	for (i = 0; i < 3; i++) {
		fesetround(modes[i]);
#if defined(__SSE2__)
		_mm_setcsr(_mm_getcsr() | 0x8040);
#endif
		same = there_and_back(format, &table, &more, &got) && fegetround() == modes[i];
		fesetenv(FE_DFL_ENV);
		tap_ok(same && same_tables(&want, &got, true) && !strcmp(text, more),
		       "the same text and numbers in rounding mode %zu", i);
		free(more);
		qmac_table_release(&got);
	}
	free(text);
	qmac_table_release(&want);
	qmac_table_release(&table);
}

int main(void)
{
	unsigned int format;

	if (qmac_context_create(&context))
		return 1;
	test_ncnn();
	test_tensorrt();
	test_ort();
	check_aimet("aimet", QMAC_TABLE_AIMET, aimet);
	check_aimet("aimet-1.0.0", QMAC_TABLE_AIMET_1, aimet_1);
	check_aimet("aimet-2.0.0", QMAC_TABLE_AIMET_2, aimet_2);
	test_blocks();
	test_wide_range();
	test_ways();
	test_round_trips();
	test_damage();
	test_entries();
	test_files();
	for (format = QMAC_TABLE_QMAC; qmac_table_format_name(format); format++)
		test_modes(format);
	qmac_context_destroy(context);
	return tap_done();
}
