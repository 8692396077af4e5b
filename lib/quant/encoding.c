// SPDX-License-Identifier: MIT
/* Offsets of AIMET and SNPE, and reciprocals. */
#include <qmac/encoding.h>

#include <errno.h>
#include <math.h>

#include <qmac/type.h>

#include "context.h"
#include "quant/exact.h"
#include "quant/params.h"

static EXACT float product(float scale, int32_t steps)
{
	return scale * (float)steps;
}

/* Bits that the codes in use need. */
static unsigned int bits_of(const struct qmac_quant_params *params)
{
	unsigned int bits = 1;

	while (params->q_max - params->q_min >= 1 << bits)
		bits++;
	return bits;
}

int qmac_encoding_get(struct qmac_context *context, const struct qmac_quant_params *params,
		      size_t channel, struct qmac_encoding *out)
{
	int error = qmac_quant_params_check(context, params, params->channels);
	struct qmac_encoding encoding;
	int32_t zero_point, above;
	fenv_t saved;

	if (error)
		return error;
	if (channel >= params->channels)
		return qmac_fail(context, -EINVAL, "channel %zu of %zu", channel, params->channels);
	zero_point = params->zero_point[channel];
	above = params->q_max - zero_point;
	encoding.delta = params->scale[channel];
	encoding.offset = params->q_min - zero_point;
	encoding.bits = bits_of(params);
	encoding.symmetric = above == (1 << (encoding.bits - 1)) - 1 &&
			     (-encoding.offset == above || -encoding.offset == above + 1);
	exact_enter(&saved);
	encoding.min = product(encoding.delta, encoding.offset);
	encoding.max = product(encoding.delta, above);
	exact_leave(&saved);
	if (!isfinite(encoding.min) || !isfinite(encoding.max))
		return qmac_fail(context, -ERANGE,
				 "the codes of channel %zu reach beyond fp32 with scale %g",
				 channel, encoding.delta);
	*out = encoding;
	return 0;
}

int qmac_encoding_set(struct qmac_context *context, const struct qmac_encoding *encoding,
		      struct qmac_quant_params *params, size_t channel)
{
	int error = qmac_quant_bits_check(context, params->type, encoding->bits);
	struct codes codes;
	int64_t zero_point;

	if (!error && !encoding->bits)
		error = qmac_fail(context, -EINVAL, "an encoding of 0 bits");
	if (error)
		return error;
	codes = qmac_codes(params->type, encoding->bits);
	if (encoding->symmetric && encoding->offset == 1 - (1 << (encoding->bits - 1)))
		codes.lo++;
	zero_point = (int64_t)codes.lo - encoding->offset;
	if (channel >= params->channels)
		return qmac_fail(context, -EINVAL, "channel %zu of %zu", channel, params->channels);
	if (!qmac_scale_valid(encoding->delta))
		return qmac_fail(context, -EINVAL, "delta %g is not a positive normal number",
				 encoding->delta);
	if (zero_point < codes.lo || zero_point > codes.hi)
		return qmac_fail(context, -EINVAL,
				 "offset %d puts the zero point outside the codes: use %d to 0",
				 encoding->offset, codes.lo - codes.hi);
	params->q_min = codes.lo;
	params->q_max = codes.hi;
	params->zero_free = false;
	params->scale[channel] = encoding->delta;
	params->zero_point[channel] = (int32_t)zero_point;
	return 0;
}

static EXACT float inverse(float x)
{
	return 1 / x;
}

int qmac_scale_from_reciprocal(struct qmac_context *context, float reciprocal, float *scale)
{
	float result = 0;
	fenv_t saved;

	if (qmac_scale_valid(reciprocal)) {
		exact_enter(&saved);
		result = inverse(reciprocal);
		exact_leave(&saved);
	}
	if (!qmac_scale_valid(result))
		return qmac_fail(context, -EDOM,
				 "reciprocal scale %g: use a positive number from 2^-126 to 2^126",
				 reciprocal);
	*scale = result;
	return 0;
}
