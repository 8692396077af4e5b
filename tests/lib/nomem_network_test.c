// SPDX-License-Identifier: MIT
/*
 * Networks when memory runs out.
 *
 *   nomem_network_test FILE.onnx...
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <qmac/qmac.h>

#include "nomem.h"
#include "tap.h"

#define MOST_BYTES  (1 << 17)
#define MOST_FLOATS 4096
#define MOST_LAYERS 200

static struct qmac_context *context;
static uint8_t data[MOST_BYTES];
static size_t bytes;
static float x[MOST_FLOATS], y[MOST_FLOATS];
static struct qmac_network *loaded;
static char directory[] = "/tmp/qmac-nomem-XXXXXX", path[64];

static int run_load(void)
{
	struct qmac_network *network;
	int error = qmac_network_load_memory(context, data, bytes, &network);

	if (!error)
		qmac_network_destroy(network);
	return error;
}

/* All that is done with a network that has one input and one output. */
static int measure(struct qmac_network *network, struct qmac_network_range *ranges)
{
	const struct qmac_network_widths widths = { 4, 8, true };
	const struct qmac_network_samples samples = { 1, x, NULL, ranges };
	static struct qmac_network_sensitivity layers[MOST_LAYERS];
	struct qmac_network_loss loss;
	int error = qmac_network_run_rows(network, 1, x, y);

	if (!error)
		error = qmac_network_minmax(network, 1, x, ranges);
	if (!error)
		error = qmac_network_sensitivity(network, &samples, &widths, layers, &loss);
	if (!error)
		error = qmac_network_sweep(network, &samples, &widths, 1, &loss, NULL);
	return error;
}

static int quantize(struct qmac_network *network, const struct qmac_network_range *ranges)
{
	static const struct qmac_network_quantize_options options = { .per_channel = true };
	struct qmac_network *quantized;
	int error = qmac_network_quantize(network, ranges, &options, &quantized);

	if (error)
		return error;
	error = qmac_network_save(quantized, path);
	qmac_network_destroy(quantized);
	if (error && !access(path, F_OK))
		error = -1;
	unlink(path);
	return error;
}

static int run_measure(void)
{
	static struct qmac_network_range ranges[MOST_LAYERS];
	struct qmac_network *network;
	int error;

	nomem_pause(true);
	if (qmac_network_load_memory(context, data, bytes, &network))
		return -1;
	nomem_pause(false);
	error = measure(network, ranges);
	qmac_network_destroy(network);
	return error;
}

/* What improves a copy, each on its own. */
static int improve(struct qmac_network *copy, unsigned int way)
{
	const struct qmac_network_prune_options prune = { .prune = { .sparsity = .5 } };
	struct qmac_network_round_options round = { .method = way == 3 ? QMAC_NETWORK_ADAPTIVE
								       : QMAC_NETWORK_GPTQ,
						    .widths = { 4, 8, true },
						    .passes = 2,
						    .group = way == 5 ? 2 : 0 };
	const struct qmac_network_correct_options correct = { .widths = { 4, 8, true } };

	switch (way) {
	case 0:
		return qmac_network_prune(copy, &prune, NULL);
	case 1:
		return qmac_network_equalize(copy, NULL);
	case 2:
		return qmac_network_smooth(copy, 1, x, .5f, NULL);
	case 3:
	case 4:
	case 5:
		return qmac_network_round(copy, 1, x, &round, NULL);
	default:
		return qmac_network_correct_bias(copy, 1, x, &correct, NULL);
	}
}

static unsigned int the_way;

static int run_improve(void)
{
	struct qmac_network *copy;
	int error = qmac_network_copy(loaded, &copy);

	if (error)
		return error;
	error = improve(copy, the_way);
	qmac_network_destroy(copy);
	return error;
}

static int run_calibrate(void)
{
	const struct qmac_calibration_spec spec = { 0 };
	static struct qmac_network_range ranges[MOST_LAYERS];
	struct qmac_network_calibration *calibration;
	int error = qmac_network_calibration_create(loaded, &spec, &calibration);

	if (error)
		return error;
	error = qmac_network_calibration_update(calibration, 1, x);
	if (!error)
		error = qmac_network_calibration_choose(calibration, NULL, ranges);
	if (!error)
		error = qmac_network_calibration_save(calibration, path);
	qmac_network_calibration_destroy(calibration);
	if (error)
		return access(path, F_OK) ? error : -1;
	error = qmac_network_calibration_load(loaded, path, &calibration);
	if (!error)
		qmac_network_calibration_destroy(calibration);
	unlink(path);
	return error;
}

static struct qmac_network_range known[MOST_LAYERS];

static int run_table(void)
{
	struct qmac_table table = { 0 };
	static struct qmac_network_range ranges[MOST_LAYERS];
	bool matched[MOST_LAYERS];
	int error = qmac_network_table(loaded, known, NULL, QMAC_TABLE_QMAC, &table);

	if (!error)
		error = qmac_network_table_ranges(loaded, &table, ranges, matched);
	qmac_table_release(&table);
	return error;
}

static int run_quantize(void)
{
	return quantize(loaded, known);
}

static void test_float(const char *base)
{
	static const char *const ways[] = { "pruning",	 "equalizing",	"smoothing",
					    "rounding",	 "GPTQ of all", "GPTQ in blocks of",
					    "correcting" };
	char name[300];

	for (the_way = 0; the_way < 7; the_way++) {
		snprintf(name, sizeof(name), "%s %s", ways[the_way], base);
		nomem_try(context, name, run_improve);
	}
	snprintf(name, sizeof(name), "calibrating %s", base);
	nomem_try(context, name, run_calibrate);
	snprintf(name, sizeof(name), "table of %s", base);
	nomem_try(context, name, run_table);
	snprintf(name, sizeof(name), "quantizing and saving %s", base);
	nomem_try(context, name, run_quantize);
}

static void test_file(const char *file)
{
	const char *base = strrchr(file, '/') ? strrchr(file, '/') + 1 : file;
	FILE *stream = fopen(file, "rb");
	struct qmac_network_info info;
	struct qmac_network *quantized;
	char name[300];

	if (!stream)
		tap_note("%s does not open", file);
	bytes = stream ? fread(data, 1, sizeof(data), stream) : 0;
	if (stream)
		fclose(stream);
	if (!tap_ok(!qmac_network_load_memory(context, data, bytes, &loaded), "%s loads", base)) {
		tap_note("%s", qmac_context_message(context));
		return;
	}
	qmac_network_info(loaded, &info);
	snprintf(name, sizeof(name), "loading %s", base);
	nomem_try(context, name, run_load);
	snprintf(name, sizeof(name), "measuring %s", base);
	nomem_try(context, name, run_measure);
	if (info.tensors > MOST_LAYERS || qmac_network_minmax(loaded, 1, x, known) ||
	    qmac_network_quantize(loaded, known, NULL, &quantized)) {
		tap_ok(!strncmp(base, "quantized", strlen("quantized")),
		       "%s is quantized already, it alone is refused", base);
	} else {
		qmac_network_destroy(quantized);
		test_float(base);
	}
	qmac_network_destroy(loaded);
}

int main(int argc, char **argv)
{
	int i;

	if (argc < 2 || qmac_context_create(&context) || !mkdtemp(directory))
		return 2;
	snprintf(path, sizeof(path), "%s/int8.onnx", directory);
	for (i = 0; i < MOST_FLOATS; i++)
		x[i] = (float)((i * 67 % 311) - 155) / 100;
	for (i = 1; i < argc; i++)
		test_file(argv[i]);
	tap_ok(!rmdir(directory), "no file is left behind");
	qmac_context_destroy(context);
	return tap_done();
}
