/* SPDX-License-Identifier: MIT */
/*
 * Exact division by multiplication, and when the clamp may come first.
 *
 * With r = fp32(1 / s) computed once per scale, three operations per element
 *
 *     q = x * r        e = fma(-q, s, x)        q' = fma(e, r, q)
 *
 * give the fp32 quotient x / s, correctly rounded, as long as nothing under- or
 * overflows (Markstein 1990, "Computation of elementary functions on the IBM
 * RISC System/6000 processor", theorem 8.1; Cornea, Harrison and Tang 1999;
 * Brisebarre, Muller and Raina 2004). Markstein's theorem asks for a q that is
 * off by less than a unit in the last place, but x * r can be off by 1.5 when
 * the mantissa of x is the smaller one. So the argument here is another one:
 *
 * Take 1 <= x, s < 2 and t = x / s; all steps scale by powers of two. s = 1 and
 * x = s are immediate.
 *   x >= s: an ulp of q is 2^-23, |q - t| < 2^-23, e is exact (a multiple of
 *     2^-46 below 2^-22), and q + e * r is off from t by |e| * |r - 1 / s| <
 *     2^-22 * 2^-25 = 2^-47.
 *   x < s: an ulp is 2^-24, |q - t| < 1.5 * 2^-24, e is a multiple of 2^-47
 *     below 3 * 2^-24, so its rounding is off by 2^-47 at most, and q + e * r
 *     is off by less than 2^-47 + 3 * 2^-24 * 2^-25 < 4 * 2^-48.
 * The last rounding is wrong only if a midpoint of two fp32 numbers lies between
 * t and q + e * r, that is, so near to t. For each of the 2^23 mantissas of s a
 * linear congruence finds all mantissas of x for which one does: 47
 * million pairs, which tests/lib/division_test.c tries all.
 *
 * Scales: s in [2^-64, 2^64] (simd_scale_near). Then r is normal, and for
 * |x / s| >= 2^-30 so are q and q' while e is a multiple of 2^-47 * 2^-94 or
 * more: nothing underflows. For |x / s| < 2^-30 all of q, e * r and x / s are
 * below 2^-26, underflow or not, and round to 0 with every rounding to nearest.
 *
 * Clamp first: codes less the zero point, lo to hi, have at most 22 bits. x is
 * clamped to [fp32(lo * s), fp32(hi * s)], so nothing overflows. Two roundings
 * take a bound to within |hi| * 2^-23 * 1.01 < 0.3 of hi, which rounds to hi to
 * nearest; division and rounding are monotonic, so what the clamp changed would
 * have become hi (or lo), and what it did not change stays within. This holds
 * for roundings to nearest with the zero point added afterwards, for no others.
 *
 * Clamp last: narrow codes go without the clamp before. If q overflows, e is the
 * opposite infinity or a NaN, and q' is a NaN; so it is for an infinite x. If q is
 * finite, e is less than 2^-22 |x|, and q' is right or overflows as x / s does. So
 * what does not fit an int32 is never mistaken for a number that does, and its
 * conversion gives the least int32, which tells the loop to look again.
 */
#ifndef QMAC_SIMD_DIVISION_H
#define QMAC_SIMD_DIVISION_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* By the bits, which order positive numbers as they are: so loops over scales vectorize. */
static inline bool simd_scale_near(float scale)
{
	int32_t bits;

	memcpy(&bits, &scale, sizeof(bits));
	return (bits >= 0x1f800000) & (bits <= 0x5f800000); /* 2^-64, 2^64 */
}

#endif /* QMAC_SIMD_DIVISION_H */
