/* SPDX-License-Identifier: MIT */
/* GPTQ, some rows at once. */
#ifndef QMAC_IMPROVE_GPTQ_H
#define QMAC_IMPROVE_GPTQ_H

#include <stdint.h>

#include <qmac/improve.h>

#include "improve/lanes.h"

/**
 * struct gptq - the work on all rows
 * @context: Receives messages.
 * @spec: Of the codes.
 * @k: Inputs.
 * @group: Inputs that share a scale.
 * @stretch: Inputs that are settled one by one before their differences reach
 *   all that follow; @group where scales depend on that.
 * @order: The inputs in the order to settle them in; NULL for their own.
 * @keep_zeros: As in struct qmac_gptq_options.
 * @factor: Of the moments in that order: qmac_ldl_make().
 * @w: [n, @k] weights.
 * @params: Of all groups; chosen beforehand where there is an @order.
 * @q: [n, @k] codes.
 * @d: [@k, LANES] weights less what their codes stand for, in the order.
 * @sum: [@stretch, LANES] what the differences before a stretch add to its weights.
 */
struct gptq {
	struct qmac_context *context;
	struct qmac_quant_spec spec;
	size_t k, group, stretch;
	size_t *order;
	bool keep_zeros;
	double *factor;
	const float *w;
	struct qmac_quant_params params;
	uint8_t *q;
	double *d, *sum;
};

/* Rows [row, row + rows), up to LANES. 0 or -EDOM. Call in the exact environment. */
int qmac_gptq_rows(struct gptq *gptq, size_t row, size_t rows);

#endif /* QMAC_IMPROVE_GPTQ_H */
