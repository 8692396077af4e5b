// SPDX-License-Identifier: MIT
/*
 * States of calibrations: any bytes give a calibration or an error. Everything is
 * tried a second time with the checksum mended, else hardly anything would get
 * past it.
 */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/qmac.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void mend(uint8_t *bytes, size_t size)
{
	uint64_t hash = 0xcbf29ce484222325;
	size_t i;

	for (i = 0; i < size - 8; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3;
	for (i = 0; i < 8; i++)
		bytes[size - 8 + i] = (uint8_t)(hash >> 8 * i);
}

/* What was accepted can be used, and its ranges are finite. */
static void use(struct qmac_calibration *c)
{
	static const float x[] = { -1, 0, 0.5f, 1e-40f, 3e4f };
	static const uint8_t methods[] = { QMAC_METHOD_PERCENTILE, QMAC_METHOD_TWO_POINTER,
					   QMAC_METHOD_KL, QMAC_METHOD_ACIQ_GAUSS };
	struct qmac_calibration_method method = { 0 };
	struct qmac_calibration_range range;
	size_t i;

	for (i = 0; i < sizeof(methods); i++) {
		method.method = methods[i];
		if (!qmac_calibration_choose(c, &method, &range) &&
		    (!isfinite(range.lo) || !isfinite(range.hi) || range.lo > range.hi)) {
			fprintf(stderr, "# method %u: %g to %g\n", methods[i], range.lo, range.hi);
			abort();
		}
	}
	qmac_calibration_update(c, x, sizeof(x) / sizeof(x[0]));
	qmac_calibration_step(c, 0.5f);
	qmac_calibration_next_pass(c);
	qmac_calibration_update(c, x, 2);
}

/* And encoded: the bytes are those of an acceptable state again. */
static void again(struct qmac_context *context, struct qmac_calibration *c)
{
	struct qmac_calibration *other;
	void *bytes;
	size_t size;

	if (qmac_calibration_encode(c, &bytes, &size))
		return;
	if (qmac_calibration_decode(context, bytes, size, &other)) {
		fprintf(stderr, "# %s\n", qmac_context_message(context));
		abort();
	}
	qmac_calibration_merge(c, other);
	qmac_calibration_destroy(other);
	free(bytes);
}

static void decode(struct qmac_context *context, const uint8_t *data, size_t size)
{
	struct qmac_calibration *c;

	if (qmac_calibration_decode(context, data, size, &c))
		return;
	again(context, c);
	use(c);
	qmac_calibration_destroy(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct qmac_context *context;
	uint8_t *copy;

	if (qmac_context_create(&context))
		return 0;
	decode(context, data, size);
	copy = size >= 8 ? malloc(size) : NULL;
	if (copy) {
		memcpy(copy, data, size);
		mend(copy, size);
		decode(context, copy, size);
		free(copy);
	}
	qmac_context_destroy(context);
	return 0;
}
