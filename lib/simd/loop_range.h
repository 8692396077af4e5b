/* SPDX-License-Identifier: MIT */
/* Ranges of elements. Part of simd/loops.h. */

VECTOR float least_of(vfloat a)
{
	float lane[LANES], result = INFINITY;

	store(lane, a);
	for (unsigned int k = 0; k < LANES; k++)
		result = lane[k] < result ? lane[k] : result;
	return result;
}

VECTOR float greatest_of(vfloat a)
{
	return -least_of(sub(splat(-0.0f), a));
}

VECTOR void range_loop(struct simd_range *range, const float *x, size_t count, bool magnitudes)
{
	vfloat lo[4], hi[4], nearest[4];
	vmask numbers = equal(splat(0), splat(0));
	unsigned int k;
	size_t i;

	for (k = 0; k < 4; k++) {
		lo[k] = splat(range->lo);
		hi[k] = splat(range->hi);
		nearest[k] = splat(range->least);
	}
	/* Seen twice is as good as seen once: the last block ends with the run. */
	for (i = 0; i < count; i += BLOCK) {
		const float *block = x + (i + BLOCK <= count ? i : count - BLOCK);
		vfloat value[4];

		for (k = 0; k < 4; k++) {
			value[k] = load(block + k * LANES);
			lo[k] = least(value[k], lo[k]);
			hi[k] = greatest(value[k], hi[k]);
			if (magnitudes)
				nearest[k] = least(magnitude(value[k]), nearest[k]);
		}
		numbers = both(numbers,
			       both(ordered(value[0], value[1]), ordered(value[2], value[3])));
	}
	range->lo = least_of(least(least(lo[0], lo[1]), least(lo[2], lo[3])));
	range->hi = greatest_of(greatest(greatest(hi[0], hi[1]), greatest(hi[2], hi[3])));
	range->least =
		least_of(least(least(nearest[0], nearest[1]), least(nearest[2], nearest[3])));
	range->nan |= !everywhere(numbers);
}

TARGET static void range_long(struct simd_range *range, const float *x, size_t count)
{
	range_loop(range, x, count, false);
}

TARGET static void range_least_long(struct simd_range *range, const float *x, size_t count)
{
	range_loop(range, x, count, true);
}

/* Less than a block, and not nothing: filled up with what is there. */
static __attribute__((noinline)) void range_short(struct simd_range *range, const float *x,
						  size_t count)
{
	float in[BLOCK];
	size_t i;

	for (i = 0; i < BLOCK; i++)
		in[i] = x[i < count ? i : 0];
	range_least_long(range, in, BLOCK);
}

static void range(struct simd_range *range, const float *x, size_t count)
{
	if (count >= BLOCK)
		range_long(range, x, count);
	else if (count)
		range_short(range, x, count);
}

static void range_least(struct simd_range *range, const float *x, size_t count)
{
	if (count >= BLOCK)
		range_least_long(range, x, count);
	else if (count)
		range_short(range, x, count);
}

/* Seen twice is as good as seen once here too. */
TARGET static bool range_columns(const float *x, float *lo, float *hi, size_t count)
{
	vmask numbers = equal(splat(0), splat(0));
	bool nan = false;
	size_t i, at;

	for (i = 0; i < count && count >= LANES; i += LANES) {
		vfloat value;
		vmask number;

		at = i + LANES <= count ? i : count - LANES;
		value = load(x + at);
		number = ordered(value, value);
		numbers = both(numbers, number);
		value = keep(number, value);
		store(lo + at, least(value, load(lo + at)));
		store(hi + at, greatest(value, load(hi + at)));
	}
	for (i = 0; i < count && count < LANES; i++) {
		float value = x[i] == x[i] ? x[i] : 0;

		nan |= x[i] != x[i];
		lo[i] = value < lo[i] ? value : lo[i];
		hi[i] = value > hi[i] ? value : hi[i];
	}
	return nan || !everywhere(numbers);
}
