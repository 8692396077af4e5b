// SPDX-License-Identifier: MIT
#include <qmac/type.h>

#include <errno.h>

struct type {
	const char *name;
	unsigned int bits;
	int32_t lo, hi;
};

static const struct type types[] = {
	[QMAC_TYPE_NONE] = { "none", 0, 0, 0 },
	[QMAC_TYPE_S8] = { "s8", 8, INT8_MIN, INT8_MAX },
	[QMAC_TYPE_U8] = { "u8", 8, 0, UINT8_MAX },
	[QMAC_TYPE_S32] = { "s32", 32, INT32_MIN, INT32_MAX },
	[QMAC_TYPE_S4] = { "s4", 4, -8, 7 },
	[QMAC_TYPE_U4] = { "u4", 4, 0, 15 },
	[QMAC_TYPE_S16] = { "s16", 16, INT16_MIN, INT16_MAX },
	[QMAC_TYPE_U16] = { "u16", 16, 0, UINT16_MAX },
};

#define NUM_TYPES (sizeof(types) / sizeof(types[0]))

const char *qmac_type_name(uint8_t type)
{
	return type < NUM_TYPES ? types[type].name : "?";
}

unsigned int qmac_type_bits(uint8_t type)
{
	return type < NUM_TYPES ? types[type].bits : 0;
}

int qmac_type_range(uint8_t type, int32_t *lo, int32_t *hi)
{
	if (!qmac_type_bits(type))
		return -EINVAL;
	*lo = types[type].lo;
	*hi = types[type].hi;
	return 0;
}
