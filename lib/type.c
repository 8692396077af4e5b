// SPDX-License-Identifier: MIT
#include <qmac/type.h>

#include <errno.h>
#include <stdbool.h>

struct type {
	const char *name;
	unsigned int bits;
	bool is_float;
	int32_t lo, hi;
};

static const struct type types[] = {
	[QMAC_TYPE_NONE] = { "none", 0, false, 0, 0 },
	[QMAC_TYPE_S8] = { "s8", 8, false, INT8_MIN, INT8_MAX },
	[QMAC_TYPE_U8] = { "u8", 8, false, 0, UINT8_MAX },
	[QMAC_TYPE_S32] = { "s32", 32, false, INT32_MIN, INT32_MAX },
	[QMAC_TYPE_S4] = { "s4", 4, false, -8, 7 },
	[QMAC_TYPE_U4] = { "u4", 4, false, 0, 15 },
	[QMAC_TYPE_S16] = { "s16", 16, false, INT16_MIN, INT16_MAX },
	[QMAC_TYPE_U16] = { "u16", 16, false, 0, UINT16_MAX },
	[QMAC_TYPE_S2] = { "s2", 2, false, -2, 1 },
	[QMAC_TYPE_U2] = { "u2", 2, false, 0, 3 },
	[QMAC_TYPE_B1] = { "b1", 1, false, -1, 1 },
	[QMAC_TYPE_F16] = { "f16", 16, true, 0, 0 },
	[QMAC_TYPE_BF16] = { "bf16", 16, true, 0, 0 },
	[QMAC_TYPE_F32] = { "f32", 32, true, 0, 0 },
};

#define NUM_TYPES (sizeof(types) / sizeof(types[0]))

const char *qmac_type_name(uint8_t type)
{
	return type < NUM_TYPES && types[type].name ? types[type].name : "?";
}

unsigned int qmac_type_bits(uint8_t type)
{
	return type < NUM_TYPES ? types[type].bits : 0;
}

unsigned int qmac_type_bytes(uint8_t type)
{
	return (qmac_type_bits(type) + 7) / 8;
}

int qmac_type_range(uint8_t type, int32_t *lo, int32_t *hi)
{
	if (!qmac_type_bits(type) || types[type].is_float)
		return -EINVAL;
	*lo = types[type].lo;
	*hi = types[type].hi;
	return 0;
}
