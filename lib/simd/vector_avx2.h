/* SPDX-License-Identifier: MIT */
/* The words of which simd/loops.h is made, for 8 lanes of AVX2, FMA and BMI2. */
#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>

#define TARGET __attribute__((target("avx2,fma,bmi2")))
#define VECTOR static inline __attribute__((always_inline, target("avx2,fma,bmi2")))
#define LANES  8

#include "simd/vector_least.h"

typedef __m256 vfloat;
typedef __m256i vint;
typedef __m256 vmask; /* all ones in the lanes that are meant */

/* Floats */

VECTOR vfloat load(const float *p)
{
	return _mm256_loadu_ps(p);
}

VECTOR vfloat splat(float value)
{
	return _mm256_set1_ps(value);
}

/* The least lane; none is a NaN. */
VECTOR float least_lane(vfloat a)
{
	__m128 half = _mm_min_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));

	half = _mm_min_ps(half, _mm_movehl_ps(half, half));
	return _mm_cvtss_f32(_mm_min_ss(half, _mm_movehdup_ps(half)));
}

/* Of each of eight vectors. */
VECTOR void least_lanes(const vfloat v[8], float result[8])
{
	_mm256_storeu_ps(result, least_of_eight(v));
}

VECTOR void store(float *p, vfloat a)
{
	_mm256_storeu_ps(p, a);
}

/* Past the caches; @p is aligned to the vector. */
VECTOR void stream(float *p, vfloat a)
{
	_mm256_stream_ps(p, a);
}

VECTOR vfloat add(vfloat a, vfloat b)
{
	return _mm256_add_ps(a, b);
}

VECTOR vfloat sub(vfloat a, vfloat b)
{
	return _mm256_sub_ps(a, b);
}

VECTOR vfloat mul(vfloat a, vfloat b)
{
	return _mm256_mul_ps(a, b);
}

VECTOR vfloat divide(vfloat a, vfloat b)
{
	return _mm256_div_ps(a, b);
}

/* a * b + c, rounded once */
VECTOR vfloat muladd(vfloat a, vfloat b, vfloat c)
{
	return _mm256_fmadd_ps(a, b, c);
}

/* c - a * b, rounded once */
VECTOR vfloat negmuladd(vfloat a, vfloat b, vfloat c)
{
	return _mm256_fnmadd_ps(a, b, c);
}

/* Of a NaN and a number these give @b: the number, when it is there. */
VECTOR vfloat least(vfloat a, vfloat b)
{
	return _mm256_min_ps(a, b);
}

VECTOR vfloat greatest(vfloat a, vfloat b)
{
	return _mm256_max_ps(a, b);
}

VECTOR vfloat magnitude(vfloat a)
{
	return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a);
}

/* Masks */

VECTOR vmask equal(vfloat a, vfloat b)
{
	return _mm256_cmp_ps(a, b, _CMP_EQ_OQ);
}

VECTOR vmask less(vfloat a, vfloat b)
{
	return _mm256_cmp_ps(a, b, _CMP_LT_OQ);
}

/* Neither is a NaN. */
VECTOR vmask ordered(vfloat a, vfloat b)
{
	return _mm256_cmp_ps(a, b, _CMP_ORD_Q);
}

VECTOR vmask both(vmask a, vmask b)
{
	return _mm256_and_ps(a, b);
}

VECTOR bool everywhere(vmask a)
{
	return _mm256_movemask_ps(a) == 0xff;
}

/* 0 in the other lanes */
VECTOR vfloat keep(vmask mask, vfloat a)
{
	return _mm256_and_ps(mask, a);
}

/* Integers of 32 bits */

VECTOR vint isplat(int32_t value)
{
	return _mm256_set1_epi32(value);
}

VECTOR vint iload(const int32_t *p)
{
	return _mm256_loadu_si256((const __m256i *)p);
}

VECTOR void istore(uint32_t *p, vint a)
{
	_mm256_storeu_si256((__m256i *)p, a);
}

VECTOR vint iadd(vint a, vint b)
{
	return _mm256_add_epi32(a, b);
}

VECTOR vint isub(vint a, vint b)
{
	return _mm256_sub_epi32(a, b);
}

/* One more, one less where @mask says so: a mask is -1. */
VECTOR vint up(vint a, vmask mask)
{
	return _mm256_sub_epi32(a, _mm256_castps_si256(mask));
}

VECTOR vint down(vint a, vmask mask)
{
	return _mm256_add_epi32(a, _mm256_castps_si256(mask));
}

VECTOR vint choose(vmask mask, vint yes, vint no)
{
	return _mm256_blendv_epi8(no, yes, _mm256_castps_si256(mask));
}

/* To nearest even, and toward 0. */
VECTOR vint rounded(vfloat a)
{
	return _mm256_cvtps_epi32(a);
}

VECTOR vint truncated(vfloat a)
{
	return _mm256_cvttps_epi32(a);
}

VECTOR vfloat to_float(vint a)
{
	return _mm256_cvtepi32_ps(a);
}

/* 0, 1, 2, ... */
VECTOR vint lane_numbers(void)
{
	return _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
}

/* Codes in memory. Packing works within 128 bits: the order is mended afterwards. */

VECTOR vint load_codes(const void *q, unsigned int bytes, bool is_signed)
{
	if (bytes == 2) {
		__m128i wide = _mm_loadu_si128(q);

		return is_signed ? _mm256_cvtepi16_epi32(wide) : _mm256_cvtepu16_epi32(wide);
	}
	return is_signed ? _mm256_cvtepi8_epi32(_mm_loadl_epi64(q))
			 : _mm256_cvtepu8_epi32(_mm_loadl_epi64(q));
}

VECTOR void put(void *q, __m256i a, bool streamed)
{
	if (streamed)
		_mm256_stream_si256(q, a);
	else
		_mm256_storeu_si256(q, a);
}

/* Two vectors of 16 bits as bytes: sums with @zero, of 16 bits, then not beyond the others. */
VECTOR void store_narrow(void *q, const vint pair[2], const vint zero[2], vint least, vint most,
			 bool is_signed, bool streamed)
{
	const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
	vint ab = _mm256_adds_epi16(pair[0], zero[0]), cd = _mm256_adds_epi16(pair[1], zero[1]);

	if (is_signed)
		ab = _mm256_min_epi8(_mm256_max_epi8(_mm256_packs_epi16(ab, cd), least), most);
	else
		ab = _mm256_min_epu8(_mm256_max_epu8(_mm256_packus_epi16(ab, cd), least), most);
	put(q, _mm256_permutevar8x32_epi32(ab, order), streamed);
}

/* Is one of the 16-bit numbers the least there is? */
VECTOR bool has_least16(const vint pair[2])
{
	__m256i lower = _mm256_min_epi16(pair[0], pair[1]);

	return _mm256_movemask_epi8(_mm256_cmpeq_epi16(lower, _mm256_set1_epi16(INT16_MIN)));
}

VECTOR vint splat16(int32_t value)
{
	return _mm256_set1_epi16((int16_t)value);
}

/* As if pack16() had packed a vector of @a and one of @b. */
VECTOR vint paired16(int32_t a, int32_t b)
{
	return _mm256_blend_epi32(splat16(a), splat16(b), 0xcc);
}

VECTOR vint splat8(int32_t value)
{
	return _mm256_set1_epi8((int8_t)value);
}

VECTOR __m256i pack16(vint a, vint b, bool is_signed)
{
	return is_signed ? _mm256_packs_epi32(a, b) : _mm256_packus_epi32(a, b);
}

VECTOR void store_codes(void *q, const vint v[4], unsigned int bytes, bool is_signed, bool streamed)
{
	const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
	__m256i ab, cd;

	if (bytes == 2) {
		ab = _mm256_permute4x64_epi64(pack16(v[0], v[1], is_signed), 0xd8);
		cd = _mm256_permute4x64_epi64(pack16(v[2], v[3], is_signed), 0xd8);
		put(q, ab, streamed);
		put((uint16_t *)q + 2 * LANES, cd, streamed);
		return;
	}
	ab = pack16(v[0], v[1], true);
	cd = pack16(v[2], v[3], true);
	ab = is_signed ? _mm256_packs_epi16(ab, cd) : _mm256_packus_epi16(ab, cd);
	put(q, _mm256_permutevar8x32_epi32(ab, order), streamed);
}
