// SPDX-License-Identifier: MIT
#include "network/ops.h"

#include <string.h>

const struct net_op_info net_ops[NET_OPS] = {
	[NET_ADD] = { "Add", 2, 2, net_infer_broadcast, net_run_add, NULL },
	[NET_AVERAGE_POOL] = { "AveragePool", 1, 1, net_infer_pool, net_run_average_pool, NULL },
	[NET_BATCH_NORM] = { "BatchNormalization", 5, 5, net_infer_norm, net_run_norm, NULL },
	[NET_CLIP] = { "Clip", 1, 1, net_infer_same, net_run_clip, NULL },
	[NET_CONCAT] = { "Concat", 1, NET_MAX_INPUTS, net_infer_concat, net_run_concat, NULL },
	[NET_CONV] = { "Conv", 2, 3, net_infer_conv, net_run_conv, net_scratch_conv },
	[NET_DEQUANTIZE] = { "DequantizeLinear", 2, 3, net_infer_dequantize, net_run_dequantize,
			     NULL },
	[NET_FLATTEN] = { "Flatten", 1, 1, net_infer_flatten, net_run_copy, NULL },
	[NET_GEMM] = { "Gemm", 2, 3, net_infer_gemm, net_run_gemm, net_scratch_gemm },
	[NET_GLOBAL_AVERAGE_POOL] = { "GlobalAveragePool", 1, 1, net_infer_global_pool,
				      net_run_global_pool, NULL },
	[NET_HARD_SWISH] = { "HardSwish", 1, 1, net_infer_same, net_run_hard_swish, NULL },
	[NET_IDENTITY] = { "Identity", 1, 1, net_infer_same, net_run_copy, NULL },
	[NET_MATMUL] = { "MatMul", 2, 2, net_infer_matmul, net_run_matmul, NULL },
	[NET_MAX_POOL] = { "MaxPool", 1, 1, net_infer_pool, net_run_max_pool, NULL },
	[NET_MUL] = { "Mul", 2, 2, net_infer_broadcast, net_run_mul, NULL },
	[NET_QUANTIZE] = { "QuantizeLinear", 2, 3, net_infer_quantize, net_run_quantize, NULL },
	[NET_RELU] = { "Relu", 1, 1, net_infer_same, net_run_relu, NULL },
	[NET_RESHAPE] = { "Reshape", 2, 2, net_infer_reshape, net_run_copy, NULL },
	[NET_SIGMOID] = { "Sigmoid", 1, 1, net_infer_same, net_run_sigmoid, NULL },
	[NET_SOFTMAX] = { "Softmax", 1, 1, net_infer_softmax, net_run_softmax, NULL },
	[NET_TRANSPOSE] = { "Transpose", 1, 1, net_infer_transpose, net_run_transpose, NULL },
};

enum net_op net_op_find(const char *name)
{
	enum net_op op;

	for (op = 0; op < NET_OPS; op++)
		if (!strcmp(net_ops[op].name, name))
			break;
	return op;
}
