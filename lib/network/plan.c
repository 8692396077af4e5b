// SPDX-License-Identifier: MIT
/*
 * Activations share one arena: each has a place from the node that makes it to
 * the last that reads it, the lowest that is free all that time.
 */
#include "network/plan.h"

#include <errno.h>
#include <stdlib.h>

#include "context.h"
#include "network/infer.h"
#include "network/ops.h"

#define ALIGN 64

/* Samples of a batch when any number is allowed, and bytes of its largest activation. */
#define MOST_ROWS  32
#define MANY_BYTES ((size_t)8 << 20)

/* Tensors in the arena now, by offset. */
struct live {
	size_t *tensors;
	size_t count;
};

static size_t bytes_of(const struct net_tensor *tensor)
{
	size_t bytes = net_shape_count(&tensor->shape) * net_type_size(tensor->type);

	return (bytes + ALIGN - 1) / ALIGN * ALIGN;
}

static void retire(const struct qmac_network *network, struct live *live, size_t node)
{
	size_t i, kept = 0;

	for (i = 0; i < live->count; i++)
		if (network->tensors[live->tensors[i]].last_user >= node)
			live->tensors[kept++] = live->tensors[i];
	live->count = kept;
}

/* Gives a tensor the lowest gap that holds it. */
static void place(struct qmac_network *network, struct live *live, size_t number)
{
	struct net_tensor *tensor = &network->tensors[number];
	size_t bytes = bytes_of(tensor), end = 0, i, j;

	for (i = 0; i < live->count; i++) {
		const struct net_tensor *next = &network->tensors[live->tensors[i]];

		if (next->offset - end >= bytes)
			break;
		end = next->offset + bytes_of(next);
	}
	for (j = live->count++; j > i; j--)
		live->tensors[j] = live->tensors[j - 1];
	live->tensors[i] = number;
	tensor->offset = end;
	if (end + bytes > network->arena_bytes)
		network->arena_bytes = end + bytes;
}

static int place_all(struct qmac_network *network)
{
	struct live live = { calloc(network->tensor_count + 1, sizeof(*live.tensors)), 0 };
	size_t i;

	if (!live.tensors)
		return qmac_fail_nomem(network->context, "the plan of a run");
	network->arena_bytes = 0;
	for (i = 0; i < network->input_count; i++)
		place(network, &live, network->inputs[i]);
	for (i = 0; i < network->node_count; i++) {
		if (network->nodes[i].folded)
			continue;
		retire(network, &live, i);
		place(network, &live, network->nodes[i].output);
	}
	free(live.tensors);
	return 0;
}

static int allocate(struct qmac_network *network)
{
	size_t floats = 0, need, i;

	for (i = 0; i < network->node_count; i++) {
		const struct net_node *node = &network->nodes[i];

		if (!net_ops[node->op].scratch)
			continue;
		need = net_ops[node->op].scratch(network, node);
		floats = need > floats ? need : floats;
	}
	if (network->arena_bytes > NET_MAX_BYTES || floats > NET_MAX_BYTES / sizeof(float))
		return qmac_fail(network->context, -EFBIG,
				 "activations of %zu samples need %zu bytes, beyond 4 GiB: run "
				 "fewer at a time",
				 network->batch, network->arena_bytes);
	free(network->arena);
	free(network->scratch);
	network->arena = aligned_alloc(ALIGN, network->arena_bytes + ALIGN);
	network->scratch = malloc((floats + 1) * sizeof(float));
	if (!network->arena || !network->scratch)
		return qmac_fail_nomem(network->context, "activations");
	return 0;
}

int net_plan(struct qmac_network *network, size_t batch)
{
	int error;

	if (network->batch == batch)
		return 0;
	error = net_infer(network, batch);
	if (!error)
		error = place_all(network);
	if (!error)
		error = allocate(network);
	if (error)
		net_infer(network, 1); /* what was found well at load: shapes that agree */
	else
		network->batch = batch;
	return error;
}

size_t net_rows_at_a_time(const struct qmac_network *network)
{
	size_t current = network->tensors[network->inputs[0]].shape.dim[0], most = 1, i;

	if (!network->batch_is_free)
		return current;
	for (i = 0; i < network->tensor_count; i++) {
		const struct net_tensor *tensor = &network->tensors[i];

		/* The largest is of every batch the largest. */
		if (!tensor->data && bytes_of(tensor) > most)
			most = bytes_of(tensor);
	}
	most = MANY_BYTES / (most / current + 1);
	return most > MOST_ROWS ? MOST_ROWS : most ? most : 1;
}
