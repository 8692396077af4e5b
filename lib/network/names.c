// SPDX-License-Identifier: MIT
#include "network/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* FNV-1a, 64 bits. */
static uint64_t hash(const char *name)
{
	uint64_t h = 0xcbf29ce484222325;

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 0x100000001b3;
	return h;
}

static void insert(size_t *slots, size_t capacity, const char *name, size_t tensor)
{
	size_t at = hash(name) % capacity;

	while (slots[at])
		at = (at + 1) % capacity;
	slots[at] = tensor + 1;
}

static int grow(struct qmac_network *network)
{
	size_t capacity = network->names.capacity ? 2 * network->names.capacity : 64, i;
	size_t *slots = calloc(capacity, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	for (i = 0; i < network->names.capacity; i++) {
		size_t tensor = network->names.slots[i];

		if (tensor)
			insert(slots, capacity, network->tensors[tensor - 1].name, tensor - 1);
	}
	free(network->names.slots);
	network->names.slots = slots;
	network->names.capacity = capacity;
	return 0;
}

int net_names_add(struct qmac_network *network, size_t tensor)
{
	if (2 * (tensor + 1) > network->names.capacity) {
		int error = grow(network);

		if (error)
			return error;
	}
	insert(network->names.slots, network->names.capacity, network->tensors[tensor].name,
	       tensor);
	return 0;
}

size_t net_find(const struct qmac_network *network, const char *name)
{
	const struct net_names *names = &network->names;
	size_t at;

	if (!names->capacity)
		return NET_NONE;
	for (at = hash(name) % names->capacity; names->slots[at]; at = (at + 1) % names->capacity)
		if (!strcmp(network->tensors[names->slots[at] - 1].name, name))
			return names->slots[at] - 1;
	return NET_NONE;
}
