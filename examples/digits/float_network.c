// SPDX-License-Identifier: MIT
#include "network.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "npy/npy.h"

/* Read one tensor and check its shape.. */
static int load_tensor(const char *directory, const char *name, unsigned int ndim,
		       struct npy_array *array)
{
	char path[4096], message[4608];
	int ret;

	if (snprintf(path, sizeof(path), "%s/%s.npy", directory, name) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	ret = npy_load(path, array, message, sizeof(message));
	if (ret) {
		fprintf(stderr, "digits: %s\n", message);
		return ret;
	}
	if (array->type == NPY_F32 && array->ndim == ndim)
		return 0;
	fprintf(stderr, "digits: %s: expected %u-dimensional float32, found %u-dimensional %s\n",
		path, ndim, array->ndim, npy_type_name(array->type));
	npy_free(array);
	return -EINVAL;
}

static int load_layer(struct float_layer *layer, const char *directory, unsigned int number)
{
	struct npy_array weight, bias;
	char name[32];
	int ret;

	snprintf(name, sizeof(name), "fc%u.weight", number);
	ret = load_tensor(directory, name, 2, &weight);
	if (ret)
		return ret;
	snprintf(name, sizeof(name), "fc%u.bias", number);
	ret = load_tensor(directory, name, 1, &bias);
	if (!ret && bias.count != weight.shape[0]) {
		fprintf(stderr, "digits: %s has %zu entries, its weight %zu rows\n", name,
			bias.count, weight.shape[0]);
		npy_free(&bias);
		ret = -EINVAL;
	}
	if (ret) {
		npy_free(&weight);
		return ret;
	}
	*layer = (struct float_layer){
		.inputs = (uint32_t)weight.shape[1],
		.outputs = (uint32_t)weight.shape[0],
		.weight = weight.data,
		.bias = bias.data,
	};
	return 0;
}

int float_network_load(struct float_network *network, const char *directory)
{
	*network = (struct float_network){ 0 };
	for (unsigned int i = 0; i < DIGITS_LAYERS; i++) {
		struct float_layer *layer = &network->layer[i];
		int ret = load_layer(layer, directory, i + 1);

		if (!ret && i && layer->inputs != layer[-1].outputs) {
			fprintf(stderr, "digits: layer %u takes %u inputs, layer %u gives %u\n",
				i + 1, layer->inputs, i, layer[-1].outputs);
			ret = -EINVAL;
		}
		if (ret) {
			float_network_free(network);
			return ret;
		}
	}
	return 0;
}

void float_network_free(struct float_network *network)
{
	for (unsigned int i = 0; i < DIGITS_LAYERS; i++) {
		free(network->layer[i].weight);
		free(network->layer[i].bias);
	}
	*network = (struct float_network){ 0 };
}

void float_network_run(const struct float_network *network, const float *x,
		       float *out[DIGITS_LAYERS])
{
	for (unsigned int i = 0; i < DIGITS_LAYERS; i++) {
		const struct float_layer *layer = &network->layer[i];
		const float *in = i ? out[i - 1] : x;

		for (uint32_t j = 0; j < layer->outputs; j++) {
			const float *row = layer->weight + (size_t)j * layer->inputs;
			float sum = layer->bias[j];

			for (uint32_t k = 0; k < layer->inputs; k++)
				sum += row[k] * in[k];
			out[i][j] = i + 1 < DIGITS_LAYERS && sum < 0 ? 0 : sum;
		}
	}
}
