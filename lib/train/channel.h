/* SPDX-License-Identifier: MIT */
/* What the elements of a channel share in fake quantization, and checks of elements. */
#ifndef QMAC_TRAIN_CHANNEL_H
#define QMAC_TRAIN_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <qmac/group.h>

/* lo and hi are the codes less the zero point: below 2^22, exact in fp32. */
struct channel {
	float scale, lo, hi;
};

static inline struct channel channel_of(const struct qmac_quant_params *params, size_t number)
{
	const int32_t zero_point = params->zero_point[number];

	return (struct channel){
		.scale = params->scale[number],
		.lo = (float)(params->q_min - zero_point),
		.hi = (float)(params->q_max - zero_point),
	};
}

/*
 * To an integer, nearest even, for magnitudes below 2^22: where 1.5 * 2^23 is
 * added the last digit of an fp32 is worth 1. Never gives -0.
 */
static inline float to_nearest(float v)
{
	return (v + 12582912.0f) - 12582912.0f;
}

/* 0, or -errno with a message: what fake quantization takes, and no NaN in @x. */
int train_check(struct qmac_context *context, const struct qmac_quant_params *params,
		const struct qmac_granularity *granularity, const float *x);

/* 0, or -EDOM with a message: the first NaN among @count numbers. */
int train_check_numbers(struct qmac_context *context, const float *x, size_t count);

/* 0, or -EDOM with a message: the first gradient that is NaN or infinite. */
int train_check_gradients(struct qmac_context *context, const float *dy, size_t count);

#endif /* QMAC_TRAIN_CHANNEL_H */
