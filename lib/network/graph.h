/* SPDX-License-Identifier: MIT */
/* A network in memory: tensors, nodes, and how they hang together. */
#ifndef QMAC_NETWORK_GRAPH_H
#define QMAC_NETWORK_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <qmac/network.h>

/* What a file may ask for; far beyond sensible networks, far below harm. */
#define NET_MAX_NODES	8192
#define NET_MAX_TENSORS 65536
#define NET_MAX_INPUTS	1024
#define NET_MAX_BYTES	((size_t)1 << 32)

#define NET_NONE QMAC_NETWORK_NONE

enum net_type {
	NET_F32,
	NET_S8,
	NET_U8,
	NET_S16,
	NET_U16,
	NET_S32,
	NET_S64,
	NET_S4, /* one code per byte in memory, packed in files */
	NET_U4
};

struct net_shape {
	unsigned int rank;
	size_t dim[QMAC_NETWORK_RANK];
};

/* struct qmac_fake with arrays of its own. */
struct net_fake {
	struct qmac_fake fake;
	float *scale;
	int32_t *zero_point;
};

/**
 * struct net_tensor - a value of the graph
 * @data: Values of a constant, owned; NULL for an activation. With a @producer
 *   they are the result of a folded node.
 * @faked: @data after struct net_fake, owned; only while there is one.
 * @producer: Node that makes it; NET_NONE for inputs and constants.
 * @last_user: Last node that reads it; nodes count for an output of the graph.
 * @users: Nodes that read it.
 * @offset: Place of an activation in the arena.
 */
struct net_tensor {
	char *name;
	enum net_type type;
	struct net_shape shape;
	void *data, *faked;
	struct net_fake *fake;
	size_t producer, last_user, users;
	size_t offset;
	bool is_output;
};

enum net_op {
	NET_ADD,
	NET_AVERAGE_POOL,
	NET_BATCH_NORM,
	NET_CLIP,
	NET_CONCAT,
	NET_CONV,
	NET_DEQUANTIZE,
	NET_FLATTEN,
	NET_GEMM,
	NET_GLOBAL_AVERAGE_POOL,
	NET_HARD_SWISH,
	NET_IDENTITY,
	NET_MATMUL,
	NET_MAX_POOL,
	NET_MUL,
	NET_QUANTIZE,
	NET_RELU,
	NET_RESHAPE,
	NET_SIGMOID,
	NET_SOFTMAX,
	NET_TRANSPOSE,
	NET_OPS
};

enum net_pad {
	NET_PAD_EXPLICIT,
	NET_PAD_VALID,
	NET_PAD_SAME_UPPER,
	NET_PAD_SAME_LOWER
};

/**
 * struct net_window - the window of a convolution or pooling
 * @spatial: Spatial dimensions, 1 or 2. Index 0 is the height (1 for one
 *   dimension), 1 the width.
 * @before: Padding before the first row or column; resolved when auto_pad says so.
 * @after: Padding behind the last.
 * @groups: Of a convolution.
 * @ceil: Pooling: a last window that is not full counts.
 * @include_pad: Average: padding counts as elements.
 * @count_all: With both, also what a last window has beyond the padding counts,
 *   as before opset 19.
 */
struct net_window {
	unsigned int spatial;
	size_t kernel[2], stride[2], dilation[2], before[2], after[2];
	size_t groups;
	enum net_pad pad;
	bool ceil, include_pad, count_all;
};

/* Attributes of all operators; each uses what it needs. */
struct net_attributes {
	struct net_window window;
	float alpha, beta; /* Gemm */
	bool transpose_a, transpose_b;
	float epsilon;	 /* BatchNormalization */
	float lo, hi;	 /* Clip */
	size_t block;	 /* QuantizeLinear, DequantizeLinear: along the axis; 0: channels */
	int64_t axis;	 /* Concat, Flatten, Softmax, QuantizeLinear, DequantizeLinear */
	bool allow_zero; /* Reshape */
	unsigned int perm_count;
	size_t perm[QMAC_NETWORK_RANK]; /* Transpose */
};

struct net_node {
	char *name;
	enum net_op op;
	size_t input_count;
	size_t *inputs; /* tensor numbers; NET_NONE for one left out */
	size_t output;
	struct net_attributes attributes;
	bool folded; /* of constants: its result is in the tensor, it need not run */
	bool dead;   /* to be removed by net_index() */
};

/* Open-addressing table from names to tensor numbers. */
struct net_names {
	size_t *slots; /* number + 1, 0 for free */
	size_t capacity;
};

struct qmac_network {
	struct qmac_context *context;
	struct net_tensor *tensors;
	size_t tensor_count, tensor_room;
	struct net_node *nodes;
	size_t node_count, node_room;
	struct net_names names;
	size_t *inputs, *outputs;
	size_t input_count, output_count;
	size_t *layers; /* node numbers */
	size_t layer_count;
	size_t folded_bytes; /* of constants that folded nodes made */
	bool batch_is_free;
	size_t batch; /* that shapes, arena and offsets are for; 0: none yet */
	char *arena;
	size_t arena_bytes;
	float *scratch;
	qmac_network_observer observer;
	void *observer_user;
};

size_t net_type_size(enum net_type type);
const char *net_type_name(enum net_type type);

/* Elements; SIZE_MAX when they or NET_MAX_BYTES of fp32 would not fit. */
size_t net_shape_count(const struct net_shape *shape);
bool net_shape_equal(const struct net_shape *a, const struct net_shape *b);

/* "2x3x4" into @text, for messages. Returns @text. */
#define NET_SHAPE_TEXT 200
const char *net_shape_text(const struct net_shape *shape, char text[NET_SHAPE_TEXT]);

struct qmac_network *net_create(struct qmac_context *context);

/**
 * net_add_tensor() - add a tensor, with a name that is not there yet
 * @name: Copied.
 * @shape: NULL when it will be inferred.
 * @data: NULL, or values that the network takes over (malloc), also on failure.
 * @out: Receives the number.
 *
 * Return: 0, -EINVAL (name in use), -EFBIG, -ENOMEM.
 */
int net_add_tensor(struct qmac_network *network, const char *name, enum net_type type,
		   const struct net_shape *shape, void *data, size_t *out);

/* Number of a tensor by name, or NET_NONE. */
size_t net_find(const struct qmac_network *network, const char *name);

/* Adds a node with @count inputs, to be filled in by the caller; its producer is set. */
int net_add_node(struct qmac_network *network, enum net_op op, const char *name, size_t count,
		 size_t output, struct net_node **out);

/* Removes dead nodes, then recomputes producers, users and layers; or changes nothing. */
int net_index(struct qmac_network *network);

/**
 * net_finish() - what a graph needs once it is complete: indexes, shapes, constants
 * @fold: Simplify it, too (fold.c).
 *
 * Return: 0 or -errno with a message.
 */
int net_finish(struct qmac_network *network, bool fold);

/* What a node is called in messages: its name or that of its output. */
const char *net_node_name(const struct qmac_network *network, const struct net_node *node);

/* 0, or -EINVAL with a message: a node has to do with quantization already. */
int net_check_float(const struct qmac_network *network);

/* Number of the layer that node @node is, or NET_NONE. */
size_t net_layer_of(const struct qmac_network *network, size_t node);

static inline struct net_tensor *net_input(const struct qmac_network *network,
					   const struct net_node *node, size_t i)
{
	if (i >= node->input_count || node->inputs[i] == NET_NONE)
		return NULL;
	return &network->tensors[node->inputs[i]];
}

/* Leaves "OPERATOR NAME: ..." in the context. Returns @error. */
int net_fail(const struct qmac_network *network, const struct net_node *node, int error,
	     const char *format, ...) __attribute__((format(printf, 4, 5)));

void net_fake_release(struct net_fake *fake);

#endif /* QMAC_NETWORK_GRAPH_H */
