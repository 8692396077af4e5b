// SPDX-License-Identifier: MIT
/* Types, shapes, names of tensors. */
#include "network/graph.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	size_t size;
} types[] = {
	[NET_F32] = { "float32", 4 }, [NET_S8] = { "int8", 1 },	   [NET_U8] = { "uint8", 1 },
	[NET_S16] = { "int16", 2 },   [NET_U16] = { "uint16", 2 }, [NET_S32] = { "int32", 4 },
	[NET_S64] = { "int64", 8 },   [NET_S4] = { "int4", 1 },	   [NET_U4] = { "uint4", 1 },
};

size_t net_type_size(enum net_type type)
{
	return types[type].size;
}

const char *net_type_name(enum net_type type)
{
	return types[type].name;
}

size_t net_shape_count(const struct net_shape *shape)
{
	size_t count = 1;
	unsigned int i;

	for (i = 0; i < shape->rank; i++)
		if (__builtin_mul_overflow(count, shape->dim[i], &count) ||
		    count > NET_MAX_BYTES / sizeof(float))
			return SIZE_MAX;
	return count;
}

bool net_shape_equal(const struct net_shape *a, const struct net_shape *b)
{
	return a->rank == b->rank && !memcmp(a->dim, b->dim, a->rank * sizeof(a->dim[0]));
}

const char *net_shape_text(const struct net_shape *shape, char text[NET_SHAPE_TEXT])
{
	size_t used = 0;
	unsigned int i;

	if (!shape->rank)
		snprintf(text, NET_SHAPE_TEXT, "a single number");
	for (i = 0; i < shape->rank; i++)
		used += snprintf(text + used, NET_SHAPE_TEXT - used, i ? "x%zu" : "%zu",
				 shape->dim[i]);
	return text;
}
