/* SPDX-License-Identifier: MIT */
/* The elements of a tensor in the order of their parameters. */
#ifndef QMAC_QUANT_GATHER_H
#define QMAC_QUANT_GATHER_H

#include <qmac/group.h>

/**
 * struct gathered - a copy of a tensor, part by part
 * @x: Elements of part 0 in memory order, then those of part 1, ...
 * @end: Where each part ends in @x: one past its last element.
 */
struct gathered {
	float *x;
	size_t *end;
};

/* 0 or -ENOMEM with a message; free in both cases. */
int gather(struct qmac_context *context, const struct qmac_granularity *granularity, const float *x,
	   struct gathered *out);

void gather_free(struct gathered *gathered);

/* Elements of part @i; receives their number. */
const float *gathered_part(const struct gathered *gathered, size_t i, size_t *count);

#endif /* QMAC_QUANT_GATHER_H */
