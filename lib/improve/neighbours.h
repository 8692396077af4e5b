/* SPDX-License-Identifier: MIT */
/* The two codes next to each weight. */
#ifndef QMAC_IMPROVE_NEIGHBOURS_H
#define QMAC_IMPROVE_NEIGHBOURS_H

#include <stdint.h>

#include <qmac/improve.h>

/**
 * struct neighbours - what a tensor of weights may be rounded to
 * @count: Weights.
 * @q: Nearest codes, qmac_type_bytes() each.
 * @near: The numbers they stand for.
 * @far: Those of the codes on the other side of the weight; as @near where there
 *   is none: the weight is a code, or beyond all of them.
 */
struct neighbours {
	size_t count;
	uint8_t *q;
	float *near, *far;
};

/* As qmac_round_adaptive(); qmac_neighbours_free(), also on failure. */
int qmac_neighbours_make(struct qmac_context *context, const struct qmac_quant_params *params,
			 const struct qmac_granularity *granularity, const float *w, size_t count,
			 struct neighbours *out);

/* Code number @i becomes the other one. */
void qmac_neighbours_swap(struct neighbours *neighbours, const struct qmac_quant_params *params,
			  size_t i);

void qmac_neighbours_free(struct neighbours *neighbours);

#endif /* QMAC_IMPROVE_NEIGHBOURS_H */
