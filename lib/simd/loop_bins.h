/* SPDX-License-Identifier: MIT */
/* Elements to the numbers of their bins. Part of simd/loops.h. */

/* What is the same for all vectors, and what they extend. */
struct binning {
	vfloat factor, limit, lo, hi, least;
	vint side, zeros;
	vmask within;
};

VECTOR struct binning binning_of(const struct simd_bins *bins)
{
	const vfloat nothing = splat(0);

	return (struct binning){
		.factor = splat(bins->factor),
		.limit = splat(bins->limit),
		.lo = load(bins->lo),
		.hi = load(bins->hi),
		.least = load(bins->least),
		.side = isplat((int32_t)bins->side),
		.zeros = iadd(isplat(2 * (int32_t)bins->side), lane_numbers()),
		.within = equal(nothing, nothing),
	};
}

VECTOR void bins_of(struct binning *b, const float *x, uint32_t *number)
{
	const vfloat nothing = splat(0), value = load(x), size = magnitude(value);
	vint bin = truncated(mul(size, b->factor));

	bin = choose(less(value, nothing), iadd(bin, b->side), bin);
	bin = choose(less(nothing, size), bin, b->zeros);
	istore(number, bin);
	b->lo = least(value, b->lo);
	b->hi = greatest(value, b->hi);
	b->least = least(size, b->least);
	b->within = both(b->within, less(size, b->limit));
}

/* @count is a multiple of LANES. */
TARGET static bool bins_run(struct simd_bins *bins, const float *x, uint32_t *number, size_t count)
{
	struct binning b = binning_of(bins);
	size_t i;

	for (i = 0; i < count; i += LANES)
		bins_of(&b, x + i, number + i);
	store(bins->lo, b.lo);
	store(bins->hi, b.hi);
	store(bins->least, b.least);
	return everywhere(b.within);
}

static bool bins(struct simd_bins *bins, const float *x, uint32_t *number, size_t count)
{
	size_t whole = count - count % LANES, rest = count - whole, i;
	bool within = bins_run(bins, x, number, whole);
	uint32_t out[LANES];
	float in[LANES];

	if (!rest)
		return within;
	for (i = 0; i < LANES; i++) /* seen twice is as good as seen once */
		in[i] = x[i < rest ? whole + i : whole];
	within &= bins_run(bins, in, out, LANES);
	memcpy(number + whole, out, rest * sizeof(*number));
	return within;
}
