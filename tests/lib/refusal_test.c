// SPDX-License-Identifier: MIT
/* Each impossible product is refused with one line that names the value. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/qmac.h>

#include "tap.h"

static struct qmac_context *context;
static struct qmac_device *device;

static const double one = 1, tiny_and_nan[] = { 1, NAN }, huge = 0x1p31;
static const int32_t crossed[] = { 5, 4 }, beyond[] = { 300, 400 };
static const int32_t zeros[] = { 0, 200 }, biases[] = { 0, INT32_MAX };

static struct qmac_gemm_desc good(void)
{
	return (struct qmac_gemm_desc){
		.m = 4,
		.n = 2,
		.k = 8,
		.a_type = QMAC_TYPE_S8,
		.b_type = QMAC_TYPE_S8,
		.c_type = QMAC_TYPE_S8,
		.preset = QMAC_PRESET_F32,
		.scale = &one,
		.scale_count = 1,
	};
}

static void refuse(const char *name, const struct qmac_gemm_desc *desc, int error, const char *part)
{
	struct qmac_gemm *gemm;
	int got = qmac_gemm_create(device, desc, &gemm);
	const char *message = qmac_context_message(context);

	if (!tap_ok(got == error && strstr(message, part) && !strchr(message, '\n'), "%s", name))
		tap_note("error %d, want %d with \"%s\": %s", got, error, part, message);
	if (!got)
		qmac_gemm_destroy(gemm);
}

#define REFUSE(name, error, part, ...)               \
	do {                                         \
		struct qmac_gemm_desc desc = good(); \
		__VA_ARGS__;                         \
		refuse(name, &desc, error, part);    \
	} while (0)

static void test_shapes(void)
{
	REFUSE("m 0", -EINVAL, "m is 0", desc.m = 0);
	REFUSE("n too large", -EINVAL, "n is 1048577", desc.n = 1048577);
	REFUSE("k too large", -EINVAL, "k is 4294967295", desc.k = UINT32_MAX);
	REFUSE("batch too large", -EINVAL, "batch is 65537", desc.batch = 65537);
	REFUSE("stride too large", -EINVAL, "a_stride", desc.a_stride = 1ull << 39);
	REFUSE("rows of C overlap", -EINVAL, "overlap", desc.c_stride = 1);
	REFUSE("matrices of C overlap", -EINVAL, "overlap", desc.batch = 2;
	       desc.c_batch_stride = 7);
	REFUSE("crooked stride of s32", -EINVAL, "multiples of 4", desc.preset = QMAC_PRESET_RAW;
	       desc.c_type = QMAC_TYPE_S32; desc.scale_count = 0; desc.c_stride = 10);
	REFUSE("no memory is that long", -EOVERFLOW, "address space", desc.b_stride = 1ull << 38);
}

static void test_types(void)
{
	REFUSE("preset", -EINVAL, "preset 9", desc.preset = 9);
	REFUSE("type of A", -EINVAL, "type s32 of A", desc.a_type = QMAC_TYPE_S32);
	REFUSE("type of B", -EOPNOTSUPP, "type s4 of B", desc.b_type = QMAC_TYPE_S4);
	REFUSE("type of C", -EINVAL, "type s32 of C", desc.c_type = QMAC_TYPE_S32);
	REFUSE("type 77", -EINVAL, "type ? of A", desc.a_type = 77);
	REFUSE("raw to 8 bits", -EINVAL, "type s8 of C", desc.preset = QMAC_PRESET_RAW;
	       desc.scale_count = 0);
	REFUSE("zero point of A", -EINVAL, "zero point 128 of A", desc.a_zero = 128);
	REFUSE("zero point of B", -EINVAL, "zero point -1 of B", desc.b_type = QMAC_TYPE_U8;
	       desc.b_zero = -1);
	REFUSE("zero point of one column", -EINVAL, "column 1: zero point 200 of B",
	       desc.b_zeros = zeros);
	REFUSE("zero point of C", -EINVAL, "zero point -129 of C", desc.c_zero = -129);
}

static void test_scales(void)
{
	REFUSE("no scale", -EINVAL, "0 scales for 2 columns", desc.scale_count = 0);
	REFUSE("no scales", -EINVAL, "0 scales", desc.scale = NULL);
	REFUSE("wrong number of scales", -EINVAL, "3 scales", desc.scale_count = 3);
	REFUSE("NaN in a scale", -EDOM, "column 1: scale nan", desc.scale = tiny_and_nan;
	       desc.scale_count = 2);
	REFUSE("scale too large", -ERANGE, "below 2^30", desc.scale = &huge;
	       desc.preset = QMAC_PRESET_SINGLE);
	REFUSE("scale with raw", -EINVAL, "leave", desc.preset = QMAC_PRESET_RAW;
	       desc.c_type = QMAC_TYPE_S32);
	REFUSE("clamp in the wrong order", -EINVAL, "clamp 5 to 4", desc.clamp = crossed);
	REFUSE("clamp beyond the type", -EINVAL, "clamp 300 to 400", desc.clamp = beyond);
}

/* The largest k that cannot overflow, and one more. */
static void test_overflow(void)
{
	static const struct {
		uint8_t type;
		int32_t a_zero, b_zero;
		uint32_t k;
	} limits[] = {
		{ QMAC_TYPE_S8, 0, 0, 131071 },
		{ QMAC_TYPE_U8, 0, 0, 33025 },
		{ QMAC_TYPE_S8, 127, 0, 65793 },
		{ QMAC_TYPE_S8, -128, 127, 33025 },
	};
	size_t i;

	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct qmac_gemm_desc desc = good();

		desc.a_type = desc.b_type = limits[i].type;
		desc.a_zero = limits[i].a_zero;
		desc.b_zero = limits[i].b_zero;
		desc.k = limits[i].k;
		tap_ok(!qmac_gemm_check(context, qmac_device_info(device), &desc, NULL),
		       "k %u cannot overflow", desc.k);
		desc.k++;
		refuse("one more could", &desc, -ERANGE, "split k");
	}
	REFUSE("bias", -ERANGE, "column 1: sums could leave 32 bits", desc.bias = biases);
}

static void refuse_open(const char *name, int error, const char *part)
{
	struct qmac_device *other;
	int got = qmac_device_open(context, name, &other);

	if (!tap_ok(got == error && strstr(qmac_context_message(context), part), "device \"%s\"",
		    name))
		tap_note("error %d, want %d: %s", got, error, qmac_context_message(context));
	if (!got)
		qmac_device_close(other);
}

static void test_names(void)
{
	refuse_open("", -EINVAL, "unknown device");
	refuse_open("gpu", -EINVAL, "\"gpu\": use auto");
	refuse_open("cpu:0", -EINVAL, "unknown device");
	refuse_open("sim:vhdl", -EINVAL, "vhdl");
	refuse_open("sim:rtl:3x5", -ENOENT, "3x5");
	refuse_open("sim:functional,latency=0", -EINVAL, "latency=0");
	refuse_open("sim:functional,seed=x", -EINVAL, "seed=x");
	refuse_open("sim:functional,pages=1g", -EINVAL, "pages=1g");
	refuse_open("drm:/dev/accel/accel77", -ENOENT, "modprobe qmac");
	refuse_open("drm:/dev/null", -ENODEV, "/dev/null");
}

int main(void)
{
	if (qmac_context_create(&context))
		return 1;
	if (qmac_device_open(context, "cpu", &device)) {
		tap_ok(false, "open cpu: %s", qmac_context_message(context));
		return tap_done();
	}
	test_shapes();
	test_types();
	test_scales();
	test_overflow();
	test_names();
	qmac_device_close(device);
	qmac_context_destroy(context);
	return tap_done();
}
