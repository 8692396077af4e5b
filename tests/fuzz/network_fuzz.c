// SPDX-License-Identifier: MIT
/*
 * ONNX files: any bytes give a network, which can be examined, run and quantized, or an
 * error and one line that says why.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static int run_and_quantize(struct qmac_network *network, const struct qmac_network_info *info)
{
	struct qmac_network_range *ranges = calloc(info->tensors, sizeof(*ranges));
	struct qmac_network *quantized = NULL;
	struct qmac_network_tensor in, out;
	float *x, *y;
	int error;

	qmac_network_tensor(network, qmac_network_input(network, 0), &in);
	qmac_network_tensor(network, qmac_network_output(network, 0), &out);
	x = calloc(in.count, sizeof(*x));
	y = calloc(out.count, sizeof(*y));
	error = qmac_network_run(network, in.dims[0], (const float *[]){ x }, (float *[]){ y });
	if (!error)
		error = qmac_network_minmax(network, in.dims[0], x, ranges);
	if (!error)
		error = qmac_network_quantize(network, ranges, NULL, &quantized);
	if (!error)
		error = qmac_network_run(quantized, in.dims[0], (const float *[]){ x },
					 (float *[]){ y });
	qmac_network_destroy(quantized);
	free(ranges);
	free(x);
	free(y);
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
		error = run_and_quantize(network, &info);
	message = qmac_context_message(context);
	if (error && (error > 0 || !*message || strchr(message, '\n'))) {
		fprintf(stderr, "# error %d, message \"%s\"\n", error, message);
		abort();
	}
	qmac_network_destroy(network);
	qmac_context_destroy(context);
	return 0;
}
