/* SPDX-License-Identifier: MIT */
/*
 * Random jobs: one to several GEMM commands over an address space of their own,
 * some of them depending on each other.
 */
#ifndef QMAC_TEST_GENERATE_H
#define QMAC_TEST_GENERATE_H

#include <drm/qmac_cmd.h>

#include "space.h"

#define MAX_JOB_COMMANDS 6u

struct generated {
	struct space space;
	struct qmac_cmd cmds[MAX_JOB_COMMANDS];
	unsigned int count;
	uint64_t cmd_va;
	uint64_t budget; /* estimated cycles that are left */
};

/* Make a job for a KC x NC array that takes some @budget cycles at most. */
void generate_job(struct generated *job, struct rng *rng, struct qmac_pool *pool, unsigned int kc,
		  unsigned int nc, uint64_t budget);
void generate_free(struct generated *job);

/* A multiplier and shift for @cmd, valid and often useful for results near @magnitude. */
void generate_scale(struct rng *rng, const struct qmac_cmd *cmd, double magnitude, __u32 *mult,
		    __s32 *shift);

#endif /* QMAC_TEST_GENERATE_H */
