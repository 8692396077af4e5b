// SPDX-License-Identifier: MIT
/* Examples of sizes and widths. */
#include "selftest.h"
#include "sizes.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void run_a1(struct example *example)
{
	static const struct {
		const char *name;
		double megabytes[5];
	} networks[] = {
		{ "AlexNet", { 233, 116.5, 58.25, 29.125, 7.28125 } },
		{ "VGG-16", { 528, 264, 132, 66, 16.5 } },
		{ "VGG-19", { 548, 274, 137, 68.5, 17.125 } },
		{ "ResNet-50", { 98, 49, 24.5, 12.25, 3.0625 } },
		{ "ResNet-101", { 170, 85, 42.5, 21.25, 5.3125 } },
		{ "ResNet-152", { 230, 115, 57.5, 28.75, 7.1875 } },
		{ "GoogleNet", { 27, 13.5, 6.75, 3.375, 0.84375 } },
		{ "InceptionV3", { 89, 44.5, 22.25, 11.125, 2.78125 } },
		{ "MobileNet", { 38, 19, 9.5, 4.75, 1.1875 } },
		{ "SqueezeNet", { 30, 15, 7.5, 3.75, 0.9375 } },
	};
	static const unsigned int bits[] = { 32, 16, 8, 4, 1 };

	for (size_t i = 0; i < COUNT(networks); i++)
		for (size_t j = 0; j < COUNT(bits); j++)
			example_number(example, j ? "/" : networks[i].name,
				       networks[i].megabytes[j],
				       sizes_megabytes(networks[i].name, bits[j]), 9);
}

static void run_a2(struct example *example)
{
	static const struct {
		const char *name;
		uint8_t type;
		int bits;
	} types[] = {
		{ "INT16", QMAC_TYPE_S16, 16 }, { "INT8", QMAC_TYPE_S8, 8 },
		{ "INT4", QMAC_TYPE_S4, 4 },	{ "INT1", QMAC_TYPE_B1, 1 },
		{ "FP16", QMAC_TYPE_F16, 16 },
	};

	for (size_t i = 0; i < COUNT(types); i++)
		example_number(example, types[i].name, types[i].bits, qmac_type_bits(types[i].type),
			       9);
	example_number(example, "FP32 to INT8 saves per cent", 75,
		       100 - 100.0 * (double)qmac_packed_bytes(QMAC_TYPE_S8, 400) /
				       (double)qmac_packed_bytes(QMAC_TYPE_F32, 400),
		       9);
}

static void run_b4(struct example *example)
{
	const size_t count = 25u * 1000 * 1000;

	example_number(example, "FP32 MB", 100,
		       (double)qmac_packed_bytes(QMAC_TYPE_F32, count) / 1e6, 9);
	example_number(example, "INT8 MB", 25, (double)qmac_packed_bytes(QMAC_TYPE_S8, count) / 1e6,
		       9);
}

const struct example_entry examples_sizes[] = {
	{ "A1", "sizes of ten networks: FP32 / FP16 / INT8 / INT4 / INT1", run_a1 },
	{ "A2", "widths", run_a2 },
	{ "B4", "100 MB of FP32", run_b4 },
};

const size_t examples_sizes_count = COUNT(examples_sizes);
