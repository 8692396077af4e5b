// SPDX-License-Identifier: MIT
/* Operators that are not read: what those do that exporters often make. */
#include "onnx/reader.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "network/ops.h"

#define SHAPES                                                                                    \
	"this operator is not supported; where it computes a shape, export with fixed sizes and " \
	"simplify the model (onnxsim), or use Flatten or Reshape with a constant"

static const struct {
	const char *operator, * remedy;
} remedies[] = {
	{ "Cast", SHAPES },
	{ "ConstantOfShape", SHAPES },
	{ "Expand", SHAPES },
	{ "Gather", SHAPES },
	{ "Shape", SHAPES },
	{ "Slice", SHAPES },
	{ "Squeeze", "this operator is not supported; use Reshape or Flatten" },
	{ "Unsqueeze", "this operator is not supported; use Reshape" },
	{ "Div", "this operator is not supported; use Mul by the reciprocal" },
	{ "Sub", "this operator is not supported; use Add of the negative" },
	{ "HardSigmoid", "this operator is not supported; times its input it is HardSwish, which "
			 "exporters make from opset 14 on" },
};

int onnx_fail_operator(const struct reader *reader)
{
	char names[320] = "";
	size_t i, at = 0;

	for (i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++)
		if (!strcmp(reader->node->op_type, remedies[i].operator))
			return reader_fail(reader, -ENOTSUP, "%s", remedies[i].remedy);
	for (i = 0; i < NET_OPS; i++)
		at += (size_t)snprintf(names + at, sizeof(names) - at, " %s", net_ops[i].name);
	return reader_fail(reader, -ENOTSUP, "this operator is not supported; these are:%s", names);
}
