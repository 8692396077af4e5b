// SPDX-License-Identifier: MIT
#include "network.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int allocate(struct network *network)
{
	float *at;

	*network = (struct network){
		.layer[RECURRENT] = { .k = STRIP + HIDDEN, .n = HIDDEN },
		.layer[OUTPUT] = { .k = HIDDEN, .n = CLASSES },
	};
	for (size_t l = 0; l < LAYERS; l++)
		network->count += (network->layer[l].k + 1) * network->layer[l].n;
	network->values = at = calloc(network->count, sizeof(*at));
	if (!at)
		return -ENOMEM;
	for (size_t l = 0; l < LAYERS; l++) {
		struct layer *layer = &network->layer[l];

		layer->weight = at;
		layer->bias = at += layer->k * layer->n;
		at += layer->n;
	}
	return 0;
}

static void randomize(struct random *random, float bound, float *weight, size_t count)
{
	for (size_t i = 0; i < count; i++)
		weight[i] = random_uniform(random, bound);
}

int network_create(struct network *network, struct random *random)
{
	int ret = allocate(network);
	float *pixels, *states;

	if (ret)
		return ret;
	pixels = network->layer[RECURRENT].weight;
	states = pixels + STRIP * HIDDEN;
	randomize(random, 0.5f, pixels, STRIP * HIDDEN);
	randomize(random, 0.05f, states, HIDDEN * HIDDEN);
	for (size_t i = 0; i < HIDDEN; i++)
		states[i * HIDDEN + i] += 1;
	randomize(random, 0.3f, network->layer[OUTPUT].weight, HIDDEN * CLASSES);
	return 0;
}

int network_copy(struct network *network, const struct network *from)
{
	int ret = allocate(network);

	if (!ret)
		memcpy(network->values, from->values, from->count * sizeof(*from->values));
	return ret;
}

void network_free(struct network *network)
{
	free(network->values);
	*network = (struct network){ 0 };
}
