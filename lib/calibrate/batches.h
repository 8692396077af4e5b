/* SPDX-License-Identifier: MIT */
/* Means over batches, summed in the order of the tools that they belong to. */
#ifndef QMAC_CALIBRATE_BATCHES_H
#define QMAC_CALIBRATE_BATCHES_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct batches - least and greatest element of every batch
 * @count: Batches.
 * @room: Batches that fit.
 * @lo: Least elements.
 * @hi: Greatest elements.
 */
struct batches {
	size_t count, room;
	float *lo, *hi;
};

void batches_release(struct batches *batches);

/* 0 or -ENOMEM, and then as before. */
int batches_add(struct batches *batches, float lo, float hi);

/* numpy.nanmean() of fp32 along the batches: pairwise sum, quotient in double. */
float batches_mean(const float *values, size_t count);

/* Sums of numpy.sum() along the only dimension. Exact environment. */
float numpy_sum_f32(const float *x, size_t count);
double numpy_sum_f64(const double *x, size_t count);

#define CASCADE_LANES  4
#define CASCADE_LEVELS 4

/**
 * struct cascade - a running fp32 sum as torch.sum() makes it over the outer one
 * of two dimensions: addends go to lanes in turn, and every 16 partial sums of a
 * level become one of the next
 * @count: Addends.
 * @level: Partial sums of whole rounds of the lanes.
 * @rest: The @count % CASCADE_LANES addends after them, then zeros.
 */
struct cascade {
	uint64_t count;
	float level[CASCADE_LEVELS][CASCADE_LANES];
	float rest[CASCADE_LANES - 1];
};

void cascade_add(struct cascade *cascade, float value);

/* torch.mean(); for at most 2^21 addends what torch computes. */
float cascade_mean(const struct cascade *cascade);

#endif /* QMAC_CALIBRATE_BATCHES_H */
