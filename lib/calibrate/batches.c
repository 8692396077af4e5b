// SPDX-License-Identifier: MIT
#include "calibrate/batches.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "quant/exact.h"

void batches_release(struct batches *batches)
{
	free(batches->lo);
	free(batches->hi);
	memset(batches, 0, sizeof(*batches));
}

static int make_room(struct batches *batches)
{
	size_t room = batches->room ? 2 * batches->room : 16;
	float *lo = realloc(batches->lo, room * sizeof(*lo)), *hi;

	if (!lo)
		return -ENOMEM;
	batches->lo = lo;
	hi = realloc(batches->hi, room * sizeof(*hi));
	if (!hi)
		return -ENOMEM;
	batches->hi = hi;
	batches->room = room;
	return 0;
}

int batches_add(struct batches *batches, float lo, float hi)
{
	if (batches->count == batches->room && make_room(batches))
		return -ENOMEM;
	batches->lo[batches->count] = lo;
	batches->hi[batches->count++] = hi;
	return 0;
}

/*
 * NumPy sums pairwise: halves (the first a multiple of 8) down to 128 addends,
 * those in eight interleaved sums.
 */
#define PAIRWISE(name, type)                                                 \
	EXACT type name(const type *x, size_t count)                         \
	{                                                                    \
		size_t half = count / 2 - count / 2 % 8, i, k;               \
		type part[8], sum = 0;                                       \
                                                                             \
		if (count > 128)                                             \
			return name(x, half) + name(x + half, count - half); \
		if (count >= 8) {                                            \
			memcpy(part, x, sizeof(part));                       \
			for (i = 8; i + 8 <= count; i += 8)                  \
				for (k = 0; k < 8; k++)                      \
					part[k] += x[i + k];                 \
			sum = ((part[0] + part[1]) + (part[2] + part[3])) +  \
			      ((part[4] + part[5]) + (part[6] + part[7]));   \
		}                                                            \
		for (i = count >= 8 ? count - count % 8 : 0; i < count; i++) \
			sum += x[i];                                         \
		return sum;                                                  \
	}

PAIRWISE(numpy_sum_f32, float)
PAIRWISE(numpy_sum_f64, double)

EXACT float batches_mean(const float *values, size_t count)
{
	return (float)((double)numpy_sum_f32(values, count) / (double)count);
}

/* A round of the lanes: the addends at rest and @last. */
static EXACT void add_round(struct cascade *cascade, float last)
{
	uint64_t block = 16, rounds = cascade->count / CASCADE_LANES;
	size_t j, k;

	for (k = 0; k < CASCADE_LANES - 1; k++) {
		cascade->level[0][k] += cascade->rest[k];
		cascade->rest[k] = 0;
	}
	cascade->level[0][k] += last;
	for (j = 1; j < CASCADE_LEVELS && rounds % block == 0; j++, block *= 16) {
		for (k = 0; k < CASCADE_LANES; k++) {
			cascade->level[j][k] += cascade->level[j - 1][k];
			cascade->level[j - 1][k] = 0;
		}
	}
}

EXACT void cascade_add(struct cascade *cascade, float value)
{
	size_t lane = cascade->count++ % CASCADE_LANES;

	if (lane < CASCADE_LANES - 1)
		cascade->rest[lane] = value;
	else
		add_round(cascade, value);
}

/* The addends at rest join the first lane, then the lanes each other. */
EXACT float cascade_mean(const struct cascade *cascade)
{
	float lane[CASCADE_LANES];
	size_t j, k;

	for (k = 0; k < CASCADE_LANES; k++) {
		lane[k] = cascade->level[0][k];
		for (j = 1; j < CASCADE_LEVELS; j++)
			lane[k] += cascade->level[j][k];
	}
	for (k = 0; k < cascade->count % CASCADE_LANES; k++)
		lane[0] += cascade->rest[k];
	for (k = 1; k < CASCADE_LANES; k++)
		lane[0] += lane[k];
	return lane[0] / (float)cascade->count;
}
