// SPDX-License-Identifier: MIT
#include "quant/params.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/type.h>

#include "context.h"

static bool quantized(uint8_t type)
{
	switch (type) {
	case QMAC_TYPE_S8:
	case QMAC_TYPE_U8:
	case QMAC_TYPE_S16:
	case QMAC_TYPE_U16:
	case QMAC_TYPE_S4:
	case QMAC_TYPE_U4:
	case QMAC_TYPE_S2:
	case QMAC_TYPE_U2:
		return true;
	default:
		return false;
	}
}

int qmac_quant_type_check(struct qmac_context *context, uint8_t type)
{
	if (quantized(type))
		return 0;
	return qmac_fail(context, -EINVAL,
			 "quantized type %s (%u): use s8 or u8, or s16, u16, s4, u4, s2, u2",
			 qmac_type_name(type), type);
}

int qmac_quant_bits_check(struct qmac_context *context, uint8_t type, unsigned int bits)
{
	int error = qmac_quant_type_check(context, type);

	if (error)
		return error;
	if (!bits || (bits >= 2 && bits <= qmac_type_bits(type)))
		return 0;
	return qmac_fail(context, -EINVAL, "%u bits of type %s: use 2 to %u, or 0 for all", bits,
			 qmac_type_name(type), qmac_type_bits(type));
}

bool qmac_type_is_signed(uint8_t type)
{
	int32_t lo = 0, hi;

	qmac_type_range(type, &lo, &hi);
	return lo < 0;
}

struct codes qmac_codes(uint8_t type, unsigned int bits)
{
	int32_t half = 1 << ((bits ? bits : qmac_type_bits(type)) - 1);

	if (qmac_type_is_signed(type))
		return (struct codes){ -half, 0, half - 1 };
	return (struct codes){ 0, half, 2 * half - 1 };
}

int qmac_quant_params_init(struct qmac_context *context, struct qmac_quant_params *params,
			   uint8_t type, size_t channels)
{
	int error = qmac_quant_type_check(context, type);
	struct codes codes;
	size_t i;

	if (error)
		return error;
	if (!channels)
		return qmac_fail(context, -EINVAL, "parameters for 0 channels: use 1 for a tensor");
	memset(params, 0, sizeof(*params));
	params->scale = calloc(channels, sizeof(*params->scale));
	params->zero_point = calloc(channels, sizeof(*params->zero_point));
	if (!params->scale || !params->zero_point) {
		qmac_quant_params_release(params);
		return qmac_fail_nomem(context, "quantization parameters");
	}
	codes = qmac_codes(type, 0);
	params->type = type;
	params->channels = channels;
	params->q_min = codes.lo;
	params->q_max = codes.hi;
	for (i = 0; i < channels; i++) {
		params->scale[i] = 1;
		params->zero_point[i] = codes.middle;
	}
	return 0;
}

void qmac_quant_params_release(struct qmac_quant_params *params)
{
	free(params->scale);
	free(params->zero_point);
	memset(params, 0, sizeof(*params));
}

/* The bits tell: a comparison would depend on the caller's denormals-are-zero. */
bool qmac_scale_valid(float scale)
{
	int32_t bits; /* a negative scale is a negative number */

	memcpy(&bits, &scale, sizeof(bits));
	return (bits >= 0x00800000) & (bits < 0x7f800000);
}

static int check_channel(struct qmac_context *context, const struct qmac_quant_params *params,
			 size_t i)
{
	struct codes codes = qmac_codes(params->type, 0);
	int32_t zero_point = params->zero_point[i];

	if (!qmac_scale_valid(params->scale[i]))
		return qmac_fail(context, -EINVAL,
				 "scale %g of channel %zu is not a positive normal number",
				 params->scale[i], i);
	if (params->zero_free && (zero_point < -ZERO_FREE_MAX || zero_point > ZERO_FREE_MAX))
		return qmac_fail(context, -EINVAL,
				 "zero point %d of channel %zu is beyond %d in magnitude",
				 zero_point, i, ZERO_FREE_MAX);
	if (!params->zero_free && (zero_point < codes.lo || zero_point > codes.hi))
		return qmac_fail(context, -EINVAL,
				 "zero point %d of channel %zu does not fit %s (%d to %d)",
				 zero_point, i, qmac_type_name(params->type), codes.lo, codes.hi);
	return 0;
}

/* Is there anything that check_channel() would refuse: a loop that vectorizes. */
static bool any_odd(const struct qmac_quant_params *params, const struct codes *codes)
{
	const int32_t lo = params->zero_free ? -ZERO_FREE_MAX : codes->lo;
	const int32_t hi = params->zero_free ? ZERO_FREE_MAX : codes->hi;
	int32_t odd = 0;
	size_t i;

	for (i = 0; i < params->channels; i++) {
		int32_t zero = params->zero_point[i];

		odd |= !qmac_scale_valid(params->scale[i]);
		odd |= (zero < lo) | (zero > hi);
	}
	return odd;
}

int qmac_quant_params_check(struct qmac_context *context, const struct qmac_quant_params *params,
			    size_t count)
{
	int error = qmac_quant_type_check(context, params->type);
	struct codes codes;
	size_t i;

	if (error)
		return error;
	codes = qmac_codes(params->type, 0);
	if (params->q_min < codes.lo || params->q_max > codes.hi || params->q_min > params->q_max)
		return qmac_fail(context, -EINVAL, "codes %d to %d do not fit %s (%d to %d)",
				 params->q_min, params->q_max, qmac_type_name(params->type),
				 codes.lo, codes.hi);
	if (params->channels != 1 && params->channels != count)
		return qmac_fail(context, -EINVAL,
				 "parameters for %zu channels, tensor with %zu: use as many, or 1",
				 params->channels, count);
	if (!any_odd(params, &codes))
		return 0;
	for (i = 0; !error; i++)
		error = check_channel(context, params, i);
	return error;
}

int qmac_quant_bounds_check(struct qmac_context *context, const float *lo, const float *hi,
			    size_t channels)
{
	size_t c;

	for (c = 0; c < channels; c++) {
		if (!isfinite(lo[c]) || !isfinite(hi[c]) || lo[c] > hi[c])
			return qmac_fail(
				context, -EDOM,
				"range %g to %g of channel %zu: bounds must be finite and in "
				"order",
				lo[c], hi[c], c);
	}
	return 0;
}
