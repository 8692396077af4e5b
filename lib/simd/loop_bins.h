/* SPDX-License-Identifier: MIT */
/* Elements to the numbers of their bins. Part of simd/loops.h. */

VECTOR void bins_of(const float *x, vfloat factor, vint bins, vint zeros, uint32_t *number)
{
	const vfloat nothing = splat(0);
	vfloat value = load(x);
	vint bin = truncated(mul(magnitude(value), factor));

	bin = choose(less(value, nothing), iadd(bin, bins), bin);
	bin = choose(less(nothing, magnitude(value)), bin, zeros);
	istore(number, bin);
}

/* @count is a multiple of LANES. */
TARGET static void bins_run(const float *x, float factor, uint32_t bins, uint32_t *number,
			    size_t count)
{
	const vfloat factors = splat(factor);
	const vint offset = isplat((int32_t)bins);
	const vint zeros = iadd(isplat(2 * (int32_t)bins), lane_numbers());
	size_t i;

	for (i = 0; i < count; i += LANES)
		bins_of(x + i, factors, offset, zeros, number + i);
}

static void bins(const float *x, float factor, uint32_t bins, uint32_t *number, size_t count)
{
	size_t whole = count - count % LANES, rest = count - whole;
	float in[LANES] = { 0 };
	uint32_t out[LANES];

	bins_run(x, factor, bins, number, whole);
	if (!rest)
		return;
	memcpy(in, x + whole, rest * sizeof(*x));
	bins_run(in, factor, bins, out, LANES);
	memcpy(number + whole, out, rest * sizeof(*number));
}
