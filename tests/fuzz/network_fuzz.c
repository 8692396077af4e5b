// SPDX-License-Identifier: MIT
/*
 * ONNX files: any bytes give a network, which can be examined, run and quantized, or an
 * error and one line that says why. What is saved can be loaded again, and where loading
 * simplified no further its results have the same bits.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <qmac/qmac.h>

/* Larger networks are loaded, not run: this is about memory, not about patience. */
#define MOST_WORK 2000000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_small(struct qmac_network *network, struct qmac_network_info *info)
{
	uint64_t work = 0;
	size_t i;

	qmac_network_info(network, info);
	for (i = 0; i < info->tensors; i++) {
		struct qmac_network_tensor tensor;

		qmac_network_tensor(network, i, &tensor);
		work += tensor.count;
		if (tensor.count > MOST_WORK)
			return false;
	}
	return work < MOST_WORK && info->macs < MOST_WORK && info->inputs == 1 &&
	       info->outputs == 1;
}

static void complain(struct qmac_context *context, const char *what)
{
	fprintf(stderr, "# %s: %s\n", what, qmac_context_message(context));
	abort();
}

/* One input and its result. */
struct sample {
	size_t batch, count;
	float *x, *y;
};

static int run(struct qmac_network *network, const struct sample *sample, float *y)
{
	return qmac_network_run(network, sample->batch, (const float *[]){ sample->x },
				(float *[]){ y });
}

/* @network has given sample->y. */
static void save_and_load(struct qmac_context *context, struct qmac_network *network,
			  const struct sample *sample)
{
	struct qmac_network_info before, after;
	struct qmac_network *again;
	float *y = calloc(sample->count, sizeof(*y));
	char path[64];

	snprintf(path, sizeof(path), "/dev/shm/qmac-network-fuzz-%ld", (long)getpid());
	if (qmac_network_save(network, path))
		complain(context, "saving");
	if (qmac_network_load(context, path, &again))
		complain(context, "loading what was saved");
	unlink(path);
	qmac_network_info(network, &before);
	qmac_network_info(again, &after);
	if (run(again, sample, y))
		complain(context, "running what was saved");
	if (before.nodes == after.nodes && memcmp(y, sample->y, sample->count * sizeof(*y)))
		complain(context, "what was saved gives other results");
	qmac_network_destroy(again);
	free(y);
}

static int run_and_quantize(struct qmac_context *context, struct qmac_network *network,
			    const struct sample *sample, size_t tensors)
{
	struct qmac_network_range *ranges = calloc(tensors, sizeof(*ranges));
	struct qmac_network *quantized = NULL;
	int error = run(network, sample, sample->y);

	if (!error)
		save_and_load(context, network, sample);
	if (!error)
		error = qmac_network_minmax(network, sample->batch, sample->x, ranges);
	if (!error)
		error = qmac_network_quantize(network, ranges, NULL, &quantized);
	if (!error)
		error = run(quantized, sample, sample->y);
	if (!error)
		save_and_load(context, quantized, sample);
	qmac_network_destroy(quantized);
	free(ranges);
	return error;
}

static int use(struct qmac_context *context, struct qmac_network *network, size_t tensors)
{
	struct qmac_network_tensor in, out;
	struct sample sample;
	size_t i;
	int error;

	qmac_network_tensor(network, qmac_network_input(network, 0), &in);
	qmac_network_tensor(network, qmac_network_output(network, 0), &out);
	sample = (struct sample){ in.dims[0], out.count, calloc(in.count, sizeof(float)),
				  calloc(out.count, sizeof(float)) };
	for (i = 0; i < in.count; i++)
		sample.x[i] = (float)((int)(i * 37 % 64) - 30) / 16;
	error = run_and_quantize(context, network, &sample, tensors);
	free(sample.x);
	free(sample.y);
	return error;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct qmac_network *network = NULL;
	struct qmac_network_info info;
	struct qmac_context *context;
	const char *message;
	int error;

	if (qmac_context_create(&context))
		return 0;
	error = qmac_network_load_memory(context, data, size, &network);
	if (!error && is_small(network, &info))
		error = use(context, network, info.tensors);
	message = qmac_context_message(context);
	if (error && (error > 0 || !*message || strchr(message, '\n'))) {
		fprintf(stderr, "# error %d, message \"%s\"\n", error, message);
		abort();
	}
	qmac_network_destroy(network);
	qmac_context_destroy(context);
	return 0;
}
