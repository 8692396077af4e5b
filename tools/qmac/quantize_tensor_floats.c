// SPDX-License-Identifier: MIT
/* 16-bit floats: no codes, but narrower numbers. */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "quantize_tensor.h"

/* Past the greatest number there is infinity, which no file should get unasked. */
static int check_finite(const struct quantize_tensor_options *options,
			const struct quantize_tensor *tensor)
{
	const float *x = tensor->x.data;

	for (size_t i = 0; i < tensor->x.count; i++) {
		if (!isinf(tensor->back[i]))
			continue;
		fprintf(stderr,
			"qmac quantize: %s: element %zu is %.9g, beyond %s: scale the tensor "
			"down%s\n",
			options->input, i, (double)x[i], qmac_type_name(options->type),
			options->type == QMAC_TYPE_F16 ? ", or choose --scheme bf16" : "");
		return -EPROTO;
	}
	return 0;
}

int quantize_tensor_floats(struct qmac_context *context,
			   const struct quantize_tensor_options *options,
			   struct quantize_tensor *tensor)
{
	float *x = tensor->x.data;
	size_t count = tensor->x.count;

	(void)context;
	tensor->scales = 0;
	/* A NaN is only here when it is to count as 0. */
	for (size_t i = 0; i < count; i++)
		x[i] = isnan(x[i]) ? 0 : x[i];
	if (options->type == QMAC_TYPE_F16) {
		qmac_f16_narrow(x, count, tensor->codes);
		qmac_f16_widen(tensor->codes, count, tensor->back);
	} else {
		qmac_bf16_narrow(x, count, tensor->codes);
		qmac_bf16_widen(tensor->codes, count, tensor->back);
	}
	return check_finite(options, tensor);
}
