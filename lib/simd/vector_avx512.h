/* SPDX-License-Identifier: MIT */
/* The words of which simd/loops.h is made, for 16 lanes of AVX-512 (F, BW, DQ) and BMI2. */
#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,bmi2")))
#define VECTOR \
	static inline __attribute__((always_inline, target("avx512f,avx512bw,avx512dq,bmi2")))
#define LANES 16

#include "simd/vector_least.h"

typedef __m512 vfloat;
typedef __m512i vint;
typedef __mmask16 vmask; /* one bit per lane */

/* Floats */

VECTOR vfloat load(const float *p)
{
	return _mm512_loadu_ps(p);
}

VECTOR vfloat splat(float value)
{
	return _mm512_set1_ps(value);
}

/* The least lane; none is a NaN. */
VECTOR float least_lane(vfloat a)
{
	return _mm512_reduce_min_ps(a);
}

/* Of each of eight vectors. */
VECTOR void least_lanes(const vfloat v[8], float result[8])
{
	__m256 half[8];

	for (unsigned int k = 0; k < 8; k++)
		half[k] = _mm256_min_ps(_mm512_castps512_ps256(v[k]),
					_mm512_extractf32x8_ps(v[k], 1));
	_mm256_storeu_ps(result, least_of_eight(half));
}

VECTOR void store(float *p, vfloat a)
{
	_mm512_storeu_ps(p, a);
}

/* Past the caches; @p is aligned to the vector. */
VECTOR void stream(float *p, vfloat a)
{
	_mm512_stream_ps(p, a);
}

VECTOR vfloat add(vfloat a, vfloat b)
{
	return _mm512_add_ps(a, b);
}

VECTOR vfloat sub(vfloat a, vfloat b)
{
	return _mm512_sub_ps(a, b);
}

VECTOR vfloat mul(vfloat a, vfloat b)
{
	return _mm512_mul_ps(a, b);
}

VECTOR vfloat divide(vfloat a, vfloat b)
{
	return _mm512_div_ps(a, b);
}

/* a * b + c, rounded once */
VECTOR vfloat muladd(vfloat a, vfloat b, vfloat c)
{
	return _mm512_fmadd_ps(a, b, c);
}

/* c - a * b, rounded once */
VECTOR vfloat negmuladd(vfloat a, vfloat b, vfloat c)
{
	return _mm512_fnmadd_ps(a, b, c);
}

/* Of a NaN and a number these give @b: the number, when it is there. */
VECTOR vfloat least(vfloat a, vfloat b)
{
	return _mm512_min_ps(a, b);
}

VECTOR vfloat greatest(vfloat a, vfloat b)
{
	return _mm512_max_ps(a, b);
}

VECTOR vfloat magnitude(vfloat a)
{
	return _mm512_abs_ps(a);
}

/* Masks */

VECTOR vmask equal(vfloat a, vfloat b)
{
	return _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ);
}

VECTOR vmask less(vfloat a, vfloat b)
{
	return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ);
}

/* Neither is a NaN. */
VECTOR vmask ordered(vfloat a, vfloat b)
{
	return _mm512_cmp_ps_mask(a, b, _CMP_ORD_Q);
}

VECTOR vmask both(vmask a, vmask b)
{
	return a & b;
}

VECTOR bool everywhere(vmask a)
{
	return a == 0xffff;
}

/* 0 in the other lanes */
VECTOR vfloat keep(vmask mask, vfloat a)
{
	return _mm512_maskz_mov_ps(mask, a);
}

/* Integers of 32 bits */

VECTOR vint isplat(int32_t value)
{
	return _mm512_set1_epi32(value);
}

VECTOR vint iload(const int32_t *p)
{
	return _mm512_loadu_si512(p);
}

VECTOR void istore(uint32_t *p, vint a)
{
	_mm512_storeu_si512(p, a);
}

VECTOR vint iadd(vint a, vint b)
{
	return _mm512_add_epi32(a, b);
}

VECTOR vint isub(vint a, vint b)
{
	return _mm512_sub_epi32(a, b);
}

/* One more, one less where @mask says so. */
VECTOR vint up(vint a, vmask mask)
{
	return _mm512_mask_add_epi32(a, mask, a, _mm512_set1_epi32(1));
}

VECTOR vint down(vint a, vmask mask)
{
	return _mm512_mask_sub_epi32(a, mask, a, _mm512_set1_epi32(1));
}

VECTOR vint choose(vmask mask, vint yes, vint no)
{
	return _mm512_mask_mov_epi32(no, mask, yes);
}

/* To nearest even, and toward 0. */
VECTOR vint rounded(vfloat a)
{
	return _mm512_cvtps_epi32(a);
}

VECTOR vint truncated(vfloat a)
{
	return _mm512_cvttps_epi32(a);
}

VECTOR vfloat to_float(vint a)
{
	return _mm512_cvtepi32_ps(a);
}

/* 0, 1, 2, ... */
VECTOR vint lane_numbers(void)
{
	return _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

/* Codes in memory. Packing works within 128 bits: the order is mended afterwards. */

VECTOR vint load_codes(const void *q, unsigned int bytes, bool is_signed)
{
	if (bytes == 2) {
		__m256i wide = _mm256_loadu_si256(q);

		return is_signed ? _mm512_cvtepi16_epi32(wide) : _mm512_cvtepu16_epi32(wide);
	}
	return is_signed ? _mm512_cvtepi8_epi32(_mm_loadu_si128(q))
			 : _mm512_cvtepu8_epi32(_mm_loadu_si128(q));
}

VECTOR void put(void *q, __m512i a, bool streamed)
{
	if (streamed)
		_mm512_stream_si512(q, a);
	else
		_mm512_storeu_si512(q, a);
}

/* Two vectors of 16 bits as bytes: sums with @zero, of 16 bits, then not beyond the others. */
VECTOR void store_narrow(void *q, const vint pair[2], const vint zero[2], vint least, vint most,
			 bool is_signed, bool streamed)
{
	const __m512i order =
		_mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
	vint ab = _mm512_adds_epi16(pair[0], zero[0]), cd = _mm512_adds_epi16(pair[1], zero[1]);

	if (is_signed)
		ab = _mm512_min_epi8(_mm512_max_epi8(_mm512_packs_epi16(ab, cd), least), most);
	else
		ab = _mm512_min_epu8(_mm512_max_epu8(_mm512_packus_epi16(ab, cd), least), most);
	put(q, _mm512_permutexvar_epi32(order, ab), streamed);
}

/* Is one of the 16-bit numbers the least there is? */
VECTOR bool has_least16(const vint pair[2])
{
	__m512i lower = _mm512_min_epi16(pair[0], pair[1]);

	return _mm512_cmpeq_epi16_mask(lower, _mm512_set1_epi16(INT16_MIN));
}

VECTOR vint splat16(int32_t value)
{
	return _mm512_set1_epi16((int16_t)value);
}

/* As if pack16() had packed a vector of @a and one of @b. */
VECTOR vint paired16(int32_t a, int32_t b)
{
	return _mm512_mask_mov_epi64(splat16(a), 0xaa, splat16(b));
}

VECTOR vint splat8(int32_t value)
{
	return _mm512_set1_epi8((int8_t)value);
}

VECTOR __m512i pack16(vint a, vint b, bool is_signed)
{
	return is_signed ? _mm512_packs_epi32(a, b) : _mm512_packus_epi32(a, b);
}

VECTOR void store_codes(void *q, const vint v[4], unsigned int bytes, bool is_signed, bool streamed)
{
	const __m512i order8 =
		_mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
	const __m512i order16 = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7);
	__m512i ab, cd;

	if (bytes == 2) {
		ab = _mm512_permutexvar_epi64(order16, pack16(v[0], v[1], is_signed));
		cd = _mm512_permutexvar_epi64(order16, pack16(v[2], v[3], is_signed));
		put(q, ab, streamed);
		put((uint16_t *)q + 2 * LANES, cd, streamed);
		return;
	}
	ab = pack16(v[0], v[1], true);
	cd = pack16(v[2], v[3], true);
	ab = is_signed ? _mm512_packs_epi16(ab, cd) : _mm512_packus_epi16(ab, cd);
	put(q, _mm512_permutexvar_epi32(order8, ab), streamed);
}
