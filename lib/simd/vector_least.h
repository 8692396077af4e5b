/* SPDX-License-Identifier: MIT */
/* Part of vector_*.h. */

/* Lane k: the least lane of vector k; none is a NaN. */
VECTOR __m256 least_of_eight(const __m256 v[8])
{
	__m256 two[4], four[2];
	unsigned int k;

	for (k = 0; k < 4; k++)
		two[k] = _mm256_min_ps(_mm256_unpacklo_ps(v[2 * k], v[2 * k + 1]),
				       _mm256_unpackhi_ps(v[2 * k], v[2 * k + 1]));
	for (k = 0; k < 2; k++)
		four[k] = _mm256_min_ps(_mm256_shuffle_ps(two[2 * k], two[2 * k + 1], 0x44),
					_mm256_shuffle_ps(two[2 * k], two[2 * k + 1], 0xee));
	return _mm256_min_ps(_mm256_permute2f128_ps(four[0], four[1], 0x20),
			     _mm256_permute2f128_ps(four[0], four[1], 0x31));
}
