// SPDX-License-Identifier: MIT
#include "dequantize_tensor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stored_type.h"

static int load(const char *path, const struct description *description, struct npy_array *stored)
{
	bool plain = description->layout == DESCRIPTION_PLAIN;
	enum npy_type type = plain ? stored_type(description->type) : NPY_U8;
	size_t count = description_stored_count(description);
	char message[4608];
	int ret = npy_load(path, stored, message, sizeof(message));

	if (ret) {
		fprintf(stderr, "qmac dequantize: %s\n", message);
	} else if (stored->type != type || stored->count != count) {
		fprintf(stderr,
			"qmac dequantize: %s: %zu of %s; its description needs %zu of %s: take "
			"the pair that qmac quantize wrote\n",
			path, stored->count, npy_type_name(stored->type), count,
			npy_type_name(type));
		ret = -EINVAL;
	}
	return ret;
}

/* Scales of signs are of numbers in sequence, and 0 for a row of zeros. */
static int from_signs(const struct description *description, const int8_t *signs, float *x)
{
	size_t length = description->count / description->parts;

	if (description->count % description->parts) {
		fprintf(stderr, "qmac dequantize: %zu signs do not have %zu scales in sequence\n",
			description->count, description->parts);
		return -EPROTO;
	}
	for (size_t i = 0; i < description->count; i++)
		x[i] = (float)signs[i] * description->scale[i / length];
	return 0;
}

static int from_steps(struct qmac_context *context, const struct description *description,
		      const void *codes, float *x)
{
	struct qmac_quant_params params = {
		.type = description->type,
		.channels = description->parts,
		.scale = description->scale,
		.zero_point = description->zero_point,
	};

	qmac_type_range(params.type, &params.q_min, &params.q_max);
	for (size_t i = 0; i < params.channels; i++)
		params.zero_free |=
			params.zero_point[i] < params.q_min || params.zero_point[i] > params.q_max;
	return qmac_group_dequantize(context, &params, &description->granularity, codes, x);
}

static int from_codes(struct qmac_context *context, const struct description *description,
		      const void *codes, float *x)
{
	if (description->books)
		return qmac_codebooks_decode(context, description->books, &description->granularity,
					     codes, x);
	if (description->type == QMAC_TYPE_B1)
		return from_signs(description, codes, x);
	return from_steps(context, description, codes, x);
}

static int unpacked(struct qmac_context *context, const struct description *description,
		    const void *packed, float *x)
{
	void *codes = malloc(description->count);
	int ret = codes ? qmac_unpack(context, description->type, packed, description->count, codes)
			: -ENOMEM;

	if (!ret)
		ret = from_codes(context, description, codes, x);
	free(codes);
	return ret;
}

static int convert(struct qmac_context *context, const struct description *description,
		   const void *stored, float *x)
{
	size_t count = description->count;

	switch (description->layout) {
	case DESCRIPTION_Q4_0:
		return qmac_ggml_dequantize(context, QMAC_GGML_Q4_0, stored, count, x);
	case DESCRIPTION_Q8_0:
		return qmac_ggml_dequantize(context, QMAC_GGML_Q8_0, stored, count, x);
	case DESCRIPTION_PACKED:
		return unpacked(context, description, stored, x);
	default:
		break;
	}
	if (description->type == QMAC_TYPE_F16)
		qmac_f16_widen(stored, count, x);
	else if (description->type == QMAC_TYPE_BF16)
		qmac_bf16_widen(stored, count, x);
	else
		return from_codes(context, description, stored, x);
	return 0;
}

int dequantize_tensor(struct qmac_context *context, const char *path,
		      const struct description *description, struct npy_array *out)
{
	struct npy_array stored = { 0 };
	struct npy_array x = {
		.type = NPY_F32,
		.ndim = description->ndim,
		.count = description->count,
	};
	int ret = load(path, description, &stored);

	if (ret)
		goto out;
	memcpy(x.shape, description->shape, sizeof(x.shape));
	x.data = calloc(x.count, sizeof(float));
	ret = x.data ? convert(context, description, stored.data, x.data) : -ENOMEM;
	if (ret && ret != -EPROTO)
		fprintf(stderr, "qmac dequantize: %s: %s\n", path,
			ret == -ENOMEM ? "no memory" : qmac_context_message(context));
	if (ret)
		free(x.data);
	else
		*out = x;
out:
	npy_free(&stored);
	return ret;
}
