/* SPDX-License-Identifier: MIT */
/* Networks as ONNX models, inside this directory. */
#ifndef QMAC_ONNX_WRITER_H
#define QMAC_ONNX_WRITER_H

#include <onnx.pb-c.h>

#include "network/graph.h"

/*
 * A model in the making. Its messages live in blocks that are freed together;
 * names and values are those of the network. After a failed allocation nothing
 * is added any more, and @failed tells at the end.
 */
struct writer {
	const struct qmac_network *network;
	int64_t opset;
	void **blocks;
	size_t block_count, block_room;
	bool failed;
};

/* The newest opset whose operators are written, and read, as described. */
#define ONNX_LAST_OPSET 22

/* Zeroed memory; never NULL unless @failed. */
void *writer_take(struct writer *writer, size_t bytes);
char *writer_text(struct writer *writer, const char *text);

/* attributes.c: the attributes of a node, and inputs that stand for some (Clip). */
void onnx_write_attributes(struct writer *writer, const struct net_node *node,
			   Onnx__NodeProto *proto);

/* The least opset that has all of a network. */
int64_t onnx_write_opset(const struct qmac_network *network);

#endif /* QMAC_ONNX_WRITER_H */
