// SPDX-License-Identifier: MIT
/* Small codes, several in a byte. */
#include <qmac/pack.h>

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <qmac/type.h>

#include "context.h"

size_t qmac_packed_bytes(uint8_t type, size_t count)
{
	size_t bits = qmac_type_bits(type), per_byte;

	if (bits >= 8)
		return __builtin_mul_overflow(count, bits / 8, &count) ? 0 : count;
	if (!bits)
		return 0;
	per_byte = 8 / bits;
	return count / per_byte + (count % per_byte != 0);
}

static int check_type(struct qmac_context *context, uint8_t type)
{
	int32_t lo, hi;

	if (qmac_type_range(type, &lo, &hi) || qmac_type_bits(type) > 16)
		return qmac_fail(context, -EINVAL,
				 "type %s (%u) is not packed: use an integer type of at most 16 "
				 "bits",
				 qmac_type_name(type), type);
	return 0;
}

/* The code in a container, and whether the type has it. */
static bool fits(uint8_t type, uint8_t byte, int32_t *code)
{
	int32_t lo = 0, hi = 0;

	qmac_type_range(type, &lo, &hi);
	*code = lo < 0 ? (int8_t)byte : byte;
	return *code >= lo && *code <= hi && (type != QMAC_TYPE_B1 || *code);
}

int qmac_pack(struct qmac_context *context, uint8_t type, const void *codes, size_t count,
	      void *packed)
{
	unsigned int bits = qmac_type_bits(type), mask = (1u << (bits & 7)) - 1;
	int error = check_type(context, type);
	const uint8_t *from = codes;
	uint8_t *to = packed;
	int32_t code;
	size_t i;

	if (error)
		return error;
	if (bits >= 8) {
		memcpy(packed, codes, qmac_packed_bytes(type, count));
		return 0;
	}
	for (i = 0; i < count; i++) {
		if (!fits(type, from[i], &code))
			return qmac_fail(context, -ERANGE, "code %d of element %zu is none of %s",
					 code, i, qmac_type_name(type));
	}
	memset(to, 0, qmac_packed_bytes(type, count));
	for (i = 0; i < count; i++) {
		unsigned int low = type == QMAC_TYPE_B1 ? from[i] == 1 : from[i] & mask;

		to[i * bits / 8] |= low << i * bits % 8;
	}
	return 0;
}

int qmac_unpack(struct qmac_context *context, uint8_t type, const void *packed, size_t count,
		void *codes)
{
	unsigned int bits = qmac_type_bits(type), mask = (1u << (bits & 7)) - 1;
	int error = check_type(context, type);
	const uint8_t *from = packed;
	int32_t lo = 0, hi = 0;
	uint8_t *to = codes;
	size_t i;

	if (error)
		return error;
	if (bits >= 8) {
		memcpy(codes, packed, qmac_packed_bytes(type, count));
		return 0;
	}
	qmac_type_range(type, &lo, &hi);
	for (i = 0; i < count; i++) {
		int32_t code = from[i * bits / 8] >> i * bits % 8 & mask;

		if (type == QMAC_TYPE_B1)
			code = code ? 1 : -1;
		else if (code > hi)
			code -= 1 << bits;
		to[i] = code;
	}
	return 0;
}
