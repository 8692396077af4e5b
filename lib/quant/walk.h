/* SPDX-License-Identifier: MIT */
/* A tensor as runs of consecutive elements that share parameters, in memory order. */
#ifndef QMAC_QUANT_WALK_H
#define QMAC_QUANT_WALK_H

#include <stdbool.h>
#include <stddef.h>

#include <qmac/group.h>

struct walk {
	struct qmac_granularity granularity;
	size_t groups;	/* on the axis */
	size_t o, c, i; /* first element of the next run */
};

struct run {
	size_t first, length, param;
};

/* @single: one set of parameters for all, whatever @granularity says. */
void qmac_walk_start(struct walk *walk, const struct qmac_granularity *granularity, bool single);

/* False after the last run. */
bool qmac_walk_next(struct walk *walk, struct run *run);

/* Elements of the tensor. */
size_t qmac_walk_elements(const struct qmac_granularity *granularity);

/* Each channel for itself. */
struct qmac_granularity qmac_walk_channels(const struct qmac_extent *extent);

/* 0, or -EINVAL with a message. */
int qmac_walk_check(struct qmac_context *context, const struct qmac_granularity *granularity);

#endif /* QMAC_QUANT_WALK_H */
