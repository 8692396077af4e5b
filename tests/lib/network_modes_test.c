// SPDX-License-Identifier: MIT
/*
 * Networks: what is loaded, measured and quantized does not depend on the caller's
 * floating-point modes.
 *
 *   network_modes_test FILE.onnx [SEED]
 */
#include <fenv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

#include <qmac/qmac.h>

#include "random.h"
#include "tap.h"

#define ROWS	9
#define MOST	200 /* tensors */
#define INPUTS	64
#define OUTPUTS 10
#define WIDTHS	3

static struct qmac_context *context;

struct outcome {
	float y[3][ROWS * OUTPUTS];
	struct qmac_network_range ranges[MOST], calibrated[MOST], from_table[MOST];
	struct qmac_network_sensitivity layers[MOST];
	struct qmac_network_loss sweep[WIDTHS], loss;
	int errors;
};

static void compute_quantized(struct qmac_network *network, const float *x, struct outcome *out)
{
	const struct qmac_network_quantize_options options[] = {
		{ .activation_type = QMAC_TYPE_U8 },
		{ .activation_type = QMAC_TYPE_S8, .per_channel = true, .widen = true },
	};
	struct qmac_network *quantized;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		if (qmac_network_quantize(network, out->ranges, &options[i], &quantized)) {
			tap_note("%s", qmac_context_message(context));
			out->errors++;
			continue;
		}
		out->errors += !!qmac_network_run_rows(quantized, ROWS, x, out->y[1 + i]);
		qmac_network_destroy(quantized);
	}
	qmac_network_compare(out->y[0], out->y[1], ROWS, OUTPUTS, NULL, &out->loss);
}

/* Ranges by a search, and what a table in text says of them. */
static int compute_calibrated(struct qmac_network *network, const float *x, struct outcome *out)
{
	const struct qmac_calibration_method method = { .method = QMAC_METHOD_MSE };
	struct qmac_network_calibration *calibration;
	struct qmac_table table = { 0 }, read = { 0 };
	bool matched[MOST];
	char *text = NULL;
	size_t size;
	int error = qmac_network_calibration_create(network, NULL, &calibration);

	if (error)
		return error;
	error = qmac_network_calibration_update(calibration, ROWS, x);
	if (!error)
		error = qmac_network_calibration_choose(calibration, &method, out->calibrated);
	qmac_network_calibration_destroy(calibration);
	if (!error)
		error = qmac_network_table(network, out->calibrated, NULL, QMAC_TABLE_QMAC, &table);
	if (!error)
		error = qmac_table_print(context, QMAC_TABLE_QMAC, &table, &text, &size);
	if (!error)
		error = qmac_table_parse(context, QMAC_TABLE_QMAC, NULL, text, size, &read);
	if (!error)
		error = qmac_network_table_ranges(network, &read, out->from_table, matched);
	qmac_table_release(&table);
	qmac_table_release(&read);
	free(text);
	return error;
}

static void compute(const char *path, const float *x, struct outcome *out)
{
	static const struct qmac_network_widths widths[WIDTHS] = { { 8, 8, true },
								   { 4, 8, false },
								   { 1, 16, true } };
	const struct qmac_network_samples samples = { ROWS, x, NULL, out->ranges };
	struct qmac_network *network;

	memset(out, 0, sizeof(*out));
	if (qmac_network_load(context, path, &network)) {
		out->errors++;
		return;
	}
	out->errors += !!qmac_network_run_rows(network, ROWS, x, out->y[0]);
	out->errors += !!qmac_network_minmax(network, ROWS, x, out->ranges);
	compute_quantized(network, x, out);
	out->errors += !!compute_calibrated(network, x, out);
	out->errors += !!qmac_network_sensitivity(network, &samples, &widths[1], out->layers, NULL);
	out->errors += !!qmac_network_sweep(network, &samples, widths, WIDTHS, out->sweep, NULL);
	qmac_network_destroy(network);
}

static void set_mode(int mode)
{
	fesetround(mode);
#if defined(__SSE2__)
	_mm_setcsr(_mm_getcsr() | 0x8040); /* flush to zero, denormals are zero */
#endif
}

int main(int argc, char **argv)
{
	static const int modes[] = { FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO };
	static const char *const names[] = { "upward", "downward", "toward zero" };
	struct rng rng = { argc > 2 ? strtoull(argv[2], NULL, 0) : 11 };
	unsigned long long seed = rng.state;
	static struct outcome want, got;
	static float x[ROWS * INPUTS];
	int mode;
	size_t i;

	if (argc < 2 || qmac_context_create(&context))
		return 2;
	for (i = 0; i < ROWS * INPUTS; i++)
		x[i] = (float)rng_in(&rng, -999, 999) / 1234;
	compute(argv[1], x, &want);
	tap_ok(!want.errors, "%s is measured and quantized, seed %llu", argv[1], seed);
	for (i = 0; i < 3; i++) {
		set_mode(modes[i]);
		compute(argv[1], x, &got);
		mode = fegetround();
		fesetenv(FE_DFL_ENV);
		tap_ok(!memcmp(&want, &got, sizeof(want)), "same results when rounding %s",
		       names[i]);
		tap_ok(mode == modes[i], "rounding %s is left alone", names[i]);
	}
	qmac_context_destroy(context);
	return tap_done();
}
