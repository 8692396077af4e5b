/* SPDX-License-Identifier: MIT */
/* Elements to codes. Part of simd/loops.h. */

/* The entries of as many elements as a vector has. */
struct entries {
	vfloat scale, factor, lo, hi;
	vint zero;
};

VECTOR struct entries entries_at(const struct simd_codes *codes, size_t i)
{
	return (struct entries){ load(codes->scale + i), load(codes->factor + i),
				 load(codes->lo + i), load(codes->hi + i), iload(codes->zero + i) };
}

VECTOR struct entries entries_of_all(const struct simd_codes *codes)
{
	return (struct entries){ splat(*codes->scale), splat(*codes->factor), splat(*codes->lo),
				 splat(*codes->hi), isplat(*codes->zero) };
}

/* x / scale, see simd/division.h */
VECTOR vfloat quotient(vfloat x, const struct entries *in)
{
	vfloat q = mul(x, in->factor);

	return muladd(negmuladd(q, in->scale, x), in->factor, q);
}

VECTOR vfloat clamp(vfloat y, const struct entries *in)
{
	return least(greatest(y, in->lo), in->hi);
}

/* Any rounding, corrected from the even one: the distance to it is exact. */
VECTOR vint to_integer(vfloat y, uint8_t rounding)
{
	const vfloat half = splat(0.5f), minus_half = splat(-0.5f), nothing = splat(0);
	vint even = rounded(y);
	vfloat distance = sub(y, to_float(even));

	switch (rounding) {
	case QMAC_ROUND_UP:
		return up(even, equal(distance, half));
	case QMAC_ROUND_AWAY:
		even = up(even, both(equal(distance, half), less(nothing, y)));
		return down(even, both(equal(distance, minus_half), less(y, nothing)));
	case QMAC_ROUND_HALF_DOWN:
		return down(even, equal(distance, minus_half));
	case QMAC_ROUND_HALF_ZERO:
		even = up(even, both(equal(distance, half), less(y, nothing)));
		return down(even, both(equal(distance, minus_half), less(nothing, y)));
	case QMAC_ROUND_TRUNCATE:
		even = up(even, both(less(nothing, distance), less(y, nothing)));
		return down(even, both(less(distance, nothing), less(nothing, y)));
	case QMAC_ROUND_FLOOR:
		return down(even, less(distance, nothing));
	case QMAC_ROUND_CEIL:
		return up(even, less(nothing, distance));
	default:
		return even;
	}
}

VECTOR vint any_codes(vfloat x, const struct entries *in, const struct simd_codes *codes)
{
	vfloat y;

	if (codes->step == SIMD_DIVIDE_NEAR)
		return iadd(to_integer(quotient(clamp(x, in), in), codes->rounding), in->zero);
	y = codes->step == SIMD_MULTIPLY ? mul(x, in->factor) : divide(x, in->scale);
	if (codes->zp_first)
		return to_integer(clamp(add(y, to_float(in->zero)), in), codes->rounding);
	return iadd(to_integer(clamp(y, in), codes->rounding), in->zero);
}

/* What the compiler knows of a loop, apart from what it is given. */
struct loop {
	bool near, columns;
	unsigned int bytes;
};

/* To codes of the elements from @i on; j is i % period. */
VECTOR void quantize_block(const struct loop loop, const struct simd_codes *codes,
			   const struct entries *all, const float *x, void *q, size_t j,
			   bool streamed, vmask *numbers)
{
	vint v[4];

	for (unsigned int k = 0; k < 4; k++) {
		const struct entries in = loop.columns ? entries_at(codes, j + k * LANES) : *all;
		vfloat value = load(x + k * LANES);
		vmask number = ordered(value, value);

		*numbers = both(*numbers, number);
		value = keep(number, value);
		if (loop.near)
			v[k] = iadd(rounded(quotient(clamp(value, &in), &in)), in.zero);
		else
			v[k] = any_codes(value, &in, codes);
	}
	store_codes(q, v, loop.bytes, codes->is_signed, streamed);
}

VECTOR bool quantize_loop(const struct loop loop, const struct simd_codes *codes, const float *x,
			  uint8_t *q, size_t count)
{
	const struct entries all = entries_of_all(codes);
	const size_t period = codes->period ? codes->period : 1;
	const bool streamed = codes->stream && can_align(q, loop.bytes);
	vmask numbers = equal(splat(0), splat(0));
	size_t i, j;

	quantize_block(loop, codes, &all, x, q, 0, false, &numbers);
	i = to_aligned(q, loop.bytes);
	for (j = i % period; i + BLOCK <= count; i += BLOCK) {
		quantize_block(loop, codes, &all, x + i, q + i * loop.bytes, j, streamed, &numbers);
		j += BLOCK;
		if (loop.columns && j >= period)
			j -= period;
	}
	if (i < count) {
		i = count - BLOCK;
		quantize_block(loop, codes, &all, x + i, q + i * loop.bytes, i % period, false,
			       &numbers);
	}
	if (streamed)
		_mm_sfence();
	return !everywhere(numbers);
}

/* The loops that there are. */
TARGET static bool quantize_run(const struct simd_codes *codes, const float *x, void *q,
				size_t count)
{
	const bool near = codes->step == SIMD_DIVIDE_NEAR && codes->rounding == QMAC_ROUND_EVEN;

	switch (near * 4 + !!codes->period * 2 + (codes->bytes == 2)) {
	case 7:
		return quantize_loop((struct loop){ true, true, 2 }, codes, x, q, count);
	case 6:
		return quantize_loop((struct loop){ true, true, 1 }, codes, x, q, count);
	case 5:
		return quantize_loop((struct loop){ true, false, 2 }, codes, x, q, count);
	case 4:
		return quantize_loop((struct loop){ true, false, 1 }, codes, x, q, count);
	case 3:
		return quantize_loop((struct loop){ false, true, 2 }, codes, x, q, count);
	case 2:
		return quantize_loop((struct loop){ false, true, 1 }, codes, x, q, count);
	case 1:
		return quantize_loop((struct loop){ false, false, 2 }, codes, x, q, count);
	default:
		return quantize_loop((struct loop){ false, false, 1 }, codes, x, q, count);
	}
}

static bool quantize(const struct simd_codes *codes, const float *x, void *q, size_t count)
{
	float in[BLOCK] = { 0 };
	uint16_t out[BLOCK];
	bool nan;

	if (count >= BLOCK)
		return quantize_run(codes, x, q, count);
	memcpy(in, x, count * sizeof(*x));
	nan = quantize_run(codes, in, out, BLOCK);
	memcpy(q, out, count * codes->bytes);
	return nan;
}
