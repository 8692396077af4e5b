// SPDX-License-Identifier: MIT
#include "quant/params.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/type.h>

#include "context.h"

int qmac_quant_type_check(struct qmac_context *context, uint8_t type)
{
	if (type == QMAC_TYPE_S8 || type == QMAC_TYPE_U8)
		return 0;
	return qmac_fail(context, -EINVAL, "quantized type %s (%u): use s8 or u8",
			 qmac_type_name(type), type);
}

int qmac_quant_params_init(struct qmac_context *context, struct qmac_quant_params *params,
			   uint8_t type, size_t channels)
{
	int error = qmac_quant_type_check(context, type);
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
	params->type = type;
	params->channels = channels;
	qmac_type_range(type, &params->q_min, &params->q_max);
	for (i = 0; i < channels; i++) {
		params->scale[i] = 1;
		params->zero_point[i] = type == QMAC_TYPE_U8 ? 128 : 0;
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
static bool scale_valid(float scale)
{
	uint32_t bits;

	memcpy(&bits, &scale, sizeof(bits));
	return bits >= 0x00800000 && bits < 0x7f800000;
}

int qmac_quant_params_check(struct qmac_context *context, const struct qmac_quant_params *params,
			    const struct qmac_extent *extent)
{
	int error = qmac_quant_type_check(context, params->type);
	int32_t lo, hi;
	size_t i;

	if (error)
		return error;
	qmac_type_range(params->type, &lo, &hi);
	if (params->q_min < lo || params->q_max > hi || params->q_min > params->q_max)
		return qmac_fail(context, -EINVAL, "codes %d to %d do not fit %s (%d to %d)",
				 params->q_min, params->q_max, qmac_type_name(params->type), lo,
				 hi);
	if (params->channels != 1 && params->channels != extent->channels)
		return qmac_fail(context, -EINVAL,
				 "parameters for %zu channels, tensor with %zu: use as many, or 1",
				 params->channels, extent->channels);
	for (i = 0; i < params->channels; i++) {
		if (!scale_valid(params->scale[i]))
			return qmac_fail(context, -EINVAL,
					 "scale %g of channel %zu is not a positive normal number",
					 params->scale[i], i);
		if (params->zero_point[i] < lo || params->zero_point[i] > hi)
			return qmac_fail(context, -EINVAL,
					 "zero point %d of channel %zu does not fit %s (%d to %d)",
					 params->zero_point[i], i, qmac_type_name(params->type), lo,
					 hi);
	}
	return 0;
}
