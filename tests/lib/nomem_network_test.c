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

static struct qmac_network_range known[MOST_LAYERS];

static int run_quantize(void)
{
	return quantize(loaded, known);
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
		tap_skip("not a float network to quantize", "quantizing %s", base);
	} else {
		qmac_network_destroy(quantized);
		snprintf(name, sizeof(name), "quantizing and saving %s", base);
		nomem_try(context, name, run_quantize);
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
