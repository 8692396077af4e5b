/* SPDX-License-Identifier: MIT */
/* Ranges of elements. Part of simd/loops.h. */

VECTOR float greatest_lane(vfloat a)
{
	return -least_lane(sub(splat(-0.0f), a));
}

/* What a range is made of: lanes to be joined at the end. */
struct lanes {
	vfloat lo[4], hi[4], least[4];
	vmask numbers;
};

VECTOR void lanes_block(struct lanes *lanes, const float *x, bool magnitudes)
{
	vfloat value[4];

	for (unsigned int k = 0; k < 4; k++) {
		value[k] = load(x + k * LANES);
		lanes->lo[k] = least(value[k], lanes->lo[k]);
		lanes->hi[k] = greatest(value[k], lanes->hi[k]);
		if (magnitudes)
			lanes->least[k] = least(magnitude(value[k]), lanes->least[k]);
	}
	lanes->numbers = both(lanes->numbers,
			      both(ordered(value[0], value[1]), ordered(value[2], value[3])));
}

VECTOR void lanes_join(const struct lanes *l, struct simd_range *range)
{
	range->lo = least_lane(least(least(l->lo[0], l->lo[1]), least(l->lo[2], l->lo[3])));
	range->hi =
		greatest_lane(greatest(greatest(l->hi[0], l->hi[1]), greatest(l->hi[2], l->hi[3])));
	range->least =
		least_lane(least(least(l->least[0], l->least[1]), least(l->least[2], l->least[3])));
	range->nan |= !everywhere(l->numbers);
}

VECTOR void range_loop(struct simd_range *range, const float *x, size_t count, bool magnitudes)
{
	struct lanes lanes;
	size_t i, k, way;

	for (k = 0; k < 4; k++) {
		lanes.lo[k] = splat(range->lo);
		lanes.hi[k] = splat(range->hi);
		lanes.least[k] = splat(range->least);
	}
	lanes.numbers = equal(splat(0), splat(0));
	for (i = 0; (way = way_of(count - i)); i += WAYS * way)
		for (k = i; k < i + way; k += BLOCK)
			for (unsigned int w = 0; w < WAYS; w++)
				lanes_block(&lanes, x + k + w * way, magnitudes);
	/* Seen twice is as good as seen once: the last block ends with the run. */
	for (; i < count; i += BLOCK)
		lanes_block(&lanes, x + (i + BLOCK <= count ? i : count - BLOCK), magnitudes);
	lanes_join(&lanes, range);
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

/* What is extended by elements in turn: a NaN counts as 0. */
struct bounds {
	vfloat lo, hi;
	vmask numbers;
};

VECTOR struct bounds no_bounds(void)
{
	const vfloat nothing = splat(0);

	return (struct bounds){ splat(INFINITY), splat(-INFINITY), equal(nothing, nothing) };
}

VECTOR void bounds_extend(struct bounds *bounds, const float *x)
{
	vfloat value = load(x);
	vmask number = ordered(value, value);

	bounds->numbers = both(bounds->numbers, number);
	value = keep(number, value);
	bounds->lo = least(value, bounds->lo);
	bounds->hi = greatest(value, bounds->hi);
}

static inline void extend(float value, float *lo, float *hi)
{
	*lo = value < *lo ? value : *lo;
	*hi = value > *hi ? value : *hi;
}

_Static_assert(WAYS == 4, "the bounds of as many runs are eight vectors");

/*
 * One run in each of WAYS places, @apart runs from each other: looking across lanes takes
 * time, so eight vectors do it at once.
 */
VECTOR bool range_ways(const float *x, size_t run, float *lo, float *hi, size_t apart)
{
	struct bounds bounds[WAYS] = { no_bounds(), no_bounds(), no_bounds(), no_bounds() };
	vfloat all[2 * WAYS];
	float result[2 * WAYS];
	unsigned int k;

	for (size_t i = 0; i < run; i += LANES)
		for (k = 0; k < WAYS; k++)
			bounds_extend(&bounds[k], x + k * apart * run + i);
	for (k = 0; k < WAYS; k++) {
		all[k] = bounds[k].lo;
		all[k + WAYS] = sub(splat(-0.0f), bounds[k].hi);
	}
	least_lanes(all, result);
	for (k = 0; k < WAYS; k++) {
		extend(result[k], lo + k * apart, hi + k * apart);
		extend(-result[k + WAYS], lo + k * apart, hi + k * apart);
	}
	return !everywhere(both(both(bounds[0].numbers, bounds[1].numbers),
				both(bounds[2].numbers, bounds[3].numbers)));
}

/* What is left of a run, or all of it. */
VECTOR bool range_rest(const float *x, float *lo, float *hi, size_t count)
{
	struct bounds bounds = no_bounds();
	bool nan = false;
	size_t i;

	for (i = 0; i + LANES <= count; i += LANES)
		bounds_extend(&bounds, x + i);
	if (i) {
		extend(least_lane(bounds.lo), lo, hi);
		extend(greatest_lane(bounds.hi), lo, hi);
	}
	for (; i < count; i++) {
		nan |= x[i] != x[i];
		extend(x[i] == x[i] ? x[i] : 0, lo, hi);
	}
	return nan || !everywhere(bounds.numbers);
}

TARGET static bool range_runs(const float *x, size_t run, float *lo, float *hi, size_t count)
{
	const size_t runs = count / run, most = WAY_MOST / run;
	size_t r = 0, apart, k;
	bool nan = false;

	for (; runs - r >= WAYS; r += WAYS * apart) {
		apart = (runs - r) / WAYS;
		apart = apart < most ? apart : most;
		for (k = r; k < r + apart; k++)
			nan |= range_ways(x + k * run, run, lo + k, hi + k, apart);
	}
	for (; r * run < count; r++)
		nan |= range_rest(x + r * run, lo + r, hi + r, r < runs ? run : count % run);
	return nan;
}
