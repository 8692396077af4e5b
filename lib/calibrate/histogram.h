/* SPDX-License-Identifier: MIT */
/*
 * Histogram of magnitudes by sign, with bins a power of two wide that begin at
 * zero: bin k of either sign counts k * 2^exponent <= |x| < (k + 1) * 2^exponent.
 * Zeros are not in it. The exponent is the least that fits the greatest
 * magnitude seen, so the counts depend on what was seen and on nothing else.
 * Counting multiplies by powers of two, which is exact; the rest is integers.
 */
#ifndef QMAC_CALIBRATE_HISTOGRAM_H
#define QMAC_CALIBRATE_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* 2^-149 is the least fp32: narrower bins would stay empty. */
#define LEAST_EXPONENT (-149)

/* Zeros go through as many counters, so that many zeros do not wait for each other. */
#define HISTOGRAM_ZEROS 16

/* Elements at a time: few, as their numbers share the first cache with the counters. */
#define HISTOGRAM_PIECE 256

struct simd_kernels;

/**
 * struct histogram - counts by sign and magnitude
 * @bins: Bins of either sign, a power of two.
 * @exponent: Width of a bin is 2^exponent.
 * @count: Positive bins [0, bins), then negative ones [bins, 2 bins), then
 *   HISTOGRAM_ZEROS that are 0 except while elements are being counted.
 */
struct histogram {
	size_t bins;
	int exponent;
	uint64_t *count;
};

/* 0 or -ENOMEM. */
int histogram_init(struct histogram *histogram, size_t bins);

void histogram_release(struct histogram *histogram);

/* The bits of @value without its sign. */
static inline uint32_t histogram_magnitude(float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits & 0x7fffffff;
}

/* Doubles the width until @magnitude, the bits of a finite fp32 without sign, fits. */
void histogram_fit(struct histogram *histogram, uint32_t magnitude);

/* The exponent at which @magnitude just fits. */
int histogram_exponent(size_t bins, uint32_t magnitude);

/*
 * Increments the counters of as many numbers. A counter costs a processor one store, of
 * which it makes one per cycle: so there should be little beside the increments.
 */
#define HISTOGRAM_INCREMENT(name, type)                                                         \
	static void name(type *restrict counter, const uint32_t *restrict number, size_t count) \
	{                                                                                       \
		size_t i;                                                                       \
                                                                                                \
		for (i = 0; i + 8 <= count; i += 8) {                                           \
			counter[number[i]]++;                                                   \
			counter[number[i + 1]]++;                                               \
			counter[number[i + 2]]++;                                               \
			counter[number[i + 3]]++;                                               \
			counter[number[i + 4]]++;                                               \
			counter[number[i + 5]]++;                                               \
			counter[number[i + 6]]++;                                               \
			counter[number[i + 7]]++;                                               \
		}                                                                               \
		for (; i < count; i++)                                                          \
			counter[number[i]]++;                                                   \
	}

struct simd_bins;

/* The bins as loops read them; negative ones begin at @side. What was seen is left alone. */
void histogram_bins(const struct histogram *histogram, uint32_t side, struct simd_bins *bins);

/*
 * Numbers of the bins of the first elements, which fit, or are NaN, and count as zeros.
 * Returns how many: @count, or HISTOGRAM_PIECE. Extends what @bins has seen, or not.
 */
size_t histogram_numbers(const struct histogram *histogram, const struct simd_kernels *kernels,
			 struct simd_bins *bins, const float *x, size_t count,
			 uint32_t number[HISTOGRAM_PIECE]);

/*
 * Counts elements that fit. Returns the number of zeros, which are not counted; a
 * NaN that got here is one.
 */
size_t histogram_count(struct histogram *histogram, const struct simd_kernels *kernels,
		       const float *x, size_t count);

/* Adds @from, of as many bins; its counts must not overflow the sum. */
void histogram_merge(struct histogram *into, const struct histogram *from);

#endif /* QMAC_CALIBRATE_HISTOGRAM_H */
