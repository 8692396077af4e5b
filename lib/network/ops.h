/* SPDX-License-Identifier: MIT */
/* What each operator can do: one table for shapes and execution. */
#ifndef QMAC_NETWORK_OPS_H
#define QMAC_NETWORK_OPS_H

#include "network/graph.h"

/* One execution of a node. Absent inputs are NULL. */
struct net_call {
	const struct qmac_network *network;
	const struct net_node *node;
	const void *in[6]; /* the first inputs; Concat looks further itself */
	void *out;
	float *scratch;
};

/**
 * struct net_op_info - an operator
 * @name: Its name in ONNX.
 * @least: Inputs that must be there.
 * @most: Inputs that may be there.
 * @infer: Checks inputs and attributes; sets type and shape of the result. May
 *   put resolved paddings and the like into the node.
 * @run: Computes the result. Cannot fail: all was checked. Called in the default
 *   floating-point environment.
 * @scratch: Floats of scratch that @run needs; NULL for none.
 */
struct net_op_info {
	const char *name;
	size_t least, most;
	int (*infer)(struct qmac_network *network, struct net_node *node);
	void (*run)(const struct net_call *call);
	size_t (*scratch)(const struct qmac_network *network, const struct net_node *node);
};

extern const struct net_op_info net_ops[NET_OPS];

/* The operator of a name, or NET_OPS. */
enum net_op net_op_find(const char *name);

/* Where an input's values are: constant, faked constant, or in the arena. */
const void *net_values(const struct qmac_network *network, const struct net_tensor *tensor);

/* infer.c */
int net_infer_same(struct qmac_network *network, struct net_node *node);
int net_infer_broadcast(struct qmac_network *network, struct net_node *node);
int net_infer_softmax(struct qmac_network *network, struct net_node *node);
int net_infer_norm(struct qmac_network *network, struct net_node *node);
int net_infer_quantize(struct qmac_network *network, struct net_node *node);
int net_infer_dequantize(struct qmac_network *network, struct net_node *node);

/* infer_window.c */
int net_infer_conv(struct qmac_network *network, struct net_node *node);
int net_infer_pool(struct qmac_network *network, struct net_node *node);
int net_infer_global_pool(struct qmac_network *network, struct net_node *node);

/* infer_matrix.c */
int net_infer_gemm(struct qmac_network *network, struct net_node *node);
int net_infer_matmul(struct qmac_network *network, struct net_node *node);

/* infer_layout.c */
int net_infer_concat(struct qmac_network *network, struct net_node *node);
int net_infer_flatten(struct qmac_network *network, struct net_node *node);
int net_infer_reshape(struct qmac_network *network, struct net_node *node);
int net_infer_transpose(struct qmac_network *network, struct net_node *node);

/* run_*.c */
void net_run_add(const struct net_call *call);
void net_run_mul(const struct net_call *call);
void net_run_relu(const struct net_call *call);
void net_run_clip(const struct net_call *call);
void net_run_sigmoid(const struct net_call *call);
void net_run_hard_swish(const struct net_call *call);
void net_run_softmax(const struct net_call *call);
void net_run_norm(const struct net_call *call);
void net_run_conv(const struct net_call *call);
size_t net_scratch_conv(const struct qmac_network *network, const struct net_node *node);
void net_run_gemm(const struct net_call *call);
size_t net_scratch_gemm(const struct qmac_network *network, const struct net_node *node);
void net_run_matmul(const struct net_call *call);
void net_run_max_pool(const struct net_call *call);
void net_run_average_pool(const struct net_call *call);
void net_run_global_pool(const struct net_call *call);
void net_run_copy(const struct net_call *call);
void net_run_concat(const struct net_call *call);
void net_run_transpose(const struct net_call *call);
void net_run_quantize(const struct net_call *call);
void net_run_dequantize(const struct net_call *call);

#endif /* QMAC_NETWORK_OPS_H */
