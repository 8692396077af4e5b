/* SPDX-License-Identifier: MIT */
/*
 * What a command must do, as plain as can be: Documentation/hardware/arithmetic.rst
 * in C++, written for this bench alone.
 */
#ifndef QMAC_TB_CORE_REFERENCE_H
#define QMAC_TB_CORE_REFERENCE_H

#include <math.h>

#include <drm/qmac_cmd.h>

#include "memory.h"

/* Rounds whole + part of a unit (-1, 0, 1: less than, exactly, more than a half; lower
 * than a half counts as rest 0 too), where zero is added before. */
static inline int64_t round_tie(int64_t whole, int half, unsigned rounding, int64_t zero)
{
	int64_t v = whole + zero;

	if (half > 0)
		return whole + 1;
	if (half < 0)
		return whole;
	switch (rounding) {
	case QMAC_ROUND_EVEN:
		return v & 1 ? whole + 1 : whole;
	case QMAC_ROUND_UP:
		return whole + 1;
	default: /* away: v + 1/2 is positive unless v is negative */
		return v >= 0 ? whole + 1 : whole;
	}
}

static inline int64_t shift_round(__int128 v, unsigned places, unsigned rounding, int64_t zero)
{
	__int128 whole = v >> places, rest, half;

	if (!places)
		return (int64_t)v;
	rest = v - (whole << places);
	half = (__int128)1 << (places - 1);
	return round_tie((int64_t)whole, rest > half ? 1 : rest < half ? -1 : 0, rounding, zero);
}

static inline int64_t saturate32(__int128 v)
{
	return v > INT32_MAX ? INT32_MAX : v < INT32_MIN ? INT32_MIN : (int64_t)v;
}

static inline int64_t requantize(const qmac_cmd &c, int32_t acc, uint32_t mult, int shift)
{
	int64_t zero = c.zp_first ? c.c_zero : 0, q;

	if (c.path == QMAC_PATH_F32) {
		float m, r;

		memcpy(&m, &mult, 4);
		if (fpclassify(m) == FP_SUBNORMAL)
			m = 0;
		r = (float)acc * m;
		if (r >= 2147483648.0f || r < -2147483648.0f) {
			q = r > 0 ? INT32_MAX : INT32_MIN;
		} else {
			double f = floor((double)r), part = (double)r - f;

			if (fpclassify(r) == FP_SUBNORMAL)
				f = part = 0;
			q = round_tie((int64_t)f,
				      part > 0.5   ? 1
				      : part < 0.5 ? -1
						   : 0,
				      c.rounding, zero);
			q = saturate32(q);
		}
	} else if (c.path == QMAC_PATH_Q31) {
		q = shift_round((__int128)acc * mult, (unsigned)(31 - shift), c.rounding, zero);
	} else {
		int64_t x = saturate32((__int128)acc << (shift > 0 ? shift : 0));
		__int128 y = ((__int128)x * mult + (1 << 30)) >> 31;

		q = shift_round(y, shift < 0 ? (unsigned)-shift : 0, c.rounding, zero);
	}
	q += c.c_zero;
	return q < c.clamp_lo ? c.clamp_lo : q > c.clamp_hi ? c.clamp_hi : q;
}

static inline int operand(uint8_t byte, unsigned type)
{
	return type == QMAC_TYPE_S8 ? (int8_t)byte : byte;
}

static inline void reference_gemm(Memory &mem, const qmac_cmd &c)
{
	std::vector<int> a((size_t)c.m * c.k), b((size_t)c.n * c.k);
	std::vector<qmac_param> params;

	if (c.flags & QMAC_FLAG_PER_CHANNEL) {
		params.resize(c.n);
		mem.load(c.param_addr, params.data(), (size_t)c.n * 16);
	}

	for (uint64_t i = 0; i < c.batch; i++) {
		for (uint64_t m = 0; m < c.m; m++)
			for (uint64_t k = 0; k < c.k; k++) {
				uint64_t at = c.flags & QMAC_FLAG_A_TRANSPOSED ? k * c.a_stride + m
									       : m * c.a_stride + k;
				a[m * c.k + k] =
					operand(mem.load(c.a_addr + i * c.a_batch_stride + at),
						c.a_type) -
					c.a_zero;
			}
		for (uint64_t n = 0; n < c.n; n++) {
			int zero = params.empty() ? c.b_zero : params[n].b_zero;

			for (uint64_t k = 0; k < c.k; k++) {
				uint64_t at = c.flags & QMAC_FLAG_B_TRANSPOSED ? n * c.b_stride + k
									       : k * c.b_stride + n;
				b[n * c.k + k] =
					operand(mem.load(c.b_addr + i * c.b_batch_stride + at),
						c.b_type) -
					zero;
			}
		}
		for (uint64_t m = 0; m < c.m; m++)
			for (uint64_t n = 0; n < c.n; n++) {
				const int *x = &a[m * c.k], *y = &b[n * c.k];
				uint32_t sum = 0, mult = c.mult0;
				int shift = c.shift0;
				uint64_t to = c.c_addr + i * c.c_batch_stride + m * c.c_stride;

				for (uint64_t k = 0; k < c.k; k++)
					sum += (uint32_t)(x[k] * y[k]);
				if (!params.empty()) {
					sum += (uint32_t)params[n].bias;
					mult = params[n].mult;
					shift = params[n].shift;
				}
				if (c.path == QMAC_PATH_NONE)
					mem.store(to + n * 4, &sum, 4);
				else
					mem.store(to + n, (uint8_t)requantize(c, (int32_t)sum, mult,
									      shift));
			}
	}
}

#endif
