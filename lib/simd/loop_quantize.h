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

/* One for all of them. */
VECTOR struct entries entries_of_run(const struct simd_codes *codes, size_t i)
{
	return (struct entries){ splat(codes->scale[i]), splat(codes->factor[i]),
				 splat(codes->lo[i]), splat(codes->hi[i]), isplat(codes->zero[i]) };
}

/* x / scale with factor = 1 / scale, see simd/division.h */
VECTOR vfloat quotient(vfloat x, vfloat scale, vfloat factor)
{
	vfloat q = mul(x, factor);

	return muladd(negmuladd(q, scale, x), factor, q);
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
		return iadd(
			to_integer(quotient(clamp(x, in), in->scale, in->factor), codes->rounding),
			in->zero);
	y = codes->step == SIMD_MULTIPLY ? mul(x, in->factor) : divide(x, in->scale);
	if (codes->zp_first)
		return to_integer(clamp(add(y, to_float(in->zero)), in), codes->rounding);
	return iadd(to_integer(clamp(y, in), codes->rounding), in->zero);
}

/* What the compiler knows of a loop, apart from what it is given. */
struct loop {
	bool narrow, columns;
	unsigned int bytes;
};

/* What is the same for all blocks with the same entries, or for all by columns. */
struct constants {
	struct entries run;
	vint zero, least, most; /* narrow codes: 16, 8 and 8 bits wide */
};

VECTOR struct constants constants_of(const struct loop loop, const struct simd_codes *codes,
				     size_t entry)
{
	struct constants all;

	if (loop.narrow) {
		all.zero = splat16(codes->zero[entry]);
		all.least = splat8(codes->q_min);
		all.most = splat8(codes->q_max);
		all.run.scale = splat(codes->scale[entry]);
		all.run.factor = splat(codes->factor[entry]);
	} else {
		all.run = entries_of_run(codes, entry);
	}
	return all;
}

/* In four vectors at @x: is there a NaN? */
VECTOR bool has_nan(const float *x)
{
	return !everywhere(both(ordered(load(x), load(x + LANES)),
				ordered(load(x + 2 * LANES), load(x + 3 * LANES))));
}

/* @x, or 0 where it is a NaN. */
VECTOR vfloat number(vfloat x)
{
	return keep(ordered(x, x), x);
}

/* A vector at @x, rounded. @tame: NaN is 0, and what has no 16 bits ends where those do. */
VECTOR vint narrow_vector(const struct loop loop, const struct simd_codes *codes,
			  const struct constants *all, const float *x, size_t j, bool tame)
{
	vfloat scale = loop.columns ? load(codes->scale + j) : all->run.scale;
	vfloat factor = loop.columns ? load(codes->factor + j) : all->run.factor;
	vfloat value = load(x);

	if (tame) {
		value = least(number(value), mul(splat(32768), scale));
		value = greatest(value, mul(splat(-32768), scale));
	}
	return rounded(quotient(value, scale, factor));
}

/* Four of them, two by two with 16 bits. */
VECTOR void narrow_vectors(const struct loop loop, const struct simd_codes *codes,
			   const struct constants *all, const float *x, size_t j, bool tame,
			   vint pair[2])
{
	vint v[4];

	for (unsigned int k = 0; k < 4; k++)
		v[k] = narrow_vector(loop, codes, all, x + k * LANES, j + k * LANES, tame);
	pair[0] = pack16(v[0], v[1], true);
	pair[1] = pack16(v[2], v[3], true);
}

/*
 * Codes are clamped where it is cheapest, when they have 16 and 8 bits. Where a
 * step of the quotient overflows, and for infinities and NaN, it comes out as an
 * infinity or a NaN; those, and numbers that an int32 does not hold, are rounded
 * to its least value. So if all 16 bits are above the least they are right or end
 * on the right side; otherwise once more, with care.
 */
VECTOR void narrow_block(const struct loop loop, const struct simd_codes *codes,
			 const struct constants *all, const float *x, void *q, size_t j,
			 bool streamed, bool *nan)
{
	vint pair[2];

	narrow_vectors(loop, codes, all, x, j, false, pair);
	if (__builtin_expect(has_least16(pair), 0)) {
		*nan |= has_nan(x);
		narrow_vectors(loop, codes, all, x, j, true, pair);
	}
	store_narrow(q, pair, all->zero, all->least, all->most, codes->is_signed, streamed);
}

VECTOR void any_block(const struct loop loop, const struct simd_codes *codes,
		      const struct constants *all, const float *x, void *q, size_t j, bool streamed,
		      bool *nan)
{
	struct entries in = all->run;
	vint v[4];

	*nan |= has_nan(x);
	for (unsigned int k = 0; k < 4; k++) {
		if (loop.columns)
			in = entries_at(codes, j + k * LANES);
		v[k] = any_codes(number(load(x + k * LANES)), &in, codes);
	}
	store_codes(q, v, loop.bytes, codes->is_signed, streamed);
}

/* To codes of the elements at @x; by columns those have the entries from @j on. */
VECTOR void quantize_block(const struct loop loop, const struct simd_codes *codes,
			   const struct constants *all, const float *x, void *q, size_t j,
			   bool streamed, bool *nan)
{
	if (loop.narrow)
		narrow_block(loop, codes, all, x, q, j, streamed, nan);
	else
		any_block(loop, codes, all, x, q, j, streamed, nan);
}

/*
 * Loads of entries walk through memory too, and next to them processors lose sight of
 * what the elements need next: those are asked for this early.
 */
#define AHEAD 3072

VECTOR void prefetch_block(const float *x, size_t left)
{
	if (left < AHEAD + BLOCK)
		return;
	for (unsigned int k = 0; k < BLOCK; k += 16)
		_mm_prefetch((const char *)(x + AHEAD + k), _MM_HINT_T1);
}

/* All elements with the same entries, or by columns. @count is BLOCK or more. */
VECTOR void quantize_span(const struct loop loop, const struct simd_codes *codes,
			  const struct constants *all, const float *x, uint8_t *q, size_t count,
			  bool *nan)
{
	const bool streamed = can_stream(codes, q, loop.bytes, count);
	size_t i, j = 0, next = BLOCK;

	/* By columns aligned entries are worth more than an aligned output. */
	if (streamed || (!loop.columns && count >= ALIGNED_RUN))
		next -= unaligned_part(q, loop.bytes);
	for (i = 0; i < count; i = next, next += BLOCK) {
		const bool whole = i + BLOCK <= count;

		if (!whole) {
			i = count - BLOCK;
			j = loop.columns ? i % codes->period : 0;
		}
		if (loop.columns && streamed)
			prefetch_block(x + i, count - i);
		quantize_block(loop, codes, all, x + i, q + i * loop.bytes, j,
			       streamed && i && whole, nan);
		if (loop.columns) {
			j += next - i;
			j -= j >= codes->period ? codes->period : 0;
		}
	}
}

static bool quantize_short(const struct simd_codes *codes, size_t entry, const float *x, uint8_t *q,
			   size_t count);

VECTOR bool quantize_loop(const struct loop loop, const struct simd_codes *codes, const float *x,
			  uint8_t *q, size_t count)
{
	size_t run = loop.columns ? count : codes->run, i, n, r;
	bool nan = false;

	for (i = 0, r = 0; i < count; i += n, r++) {
		const struct constants all = constants_of(loop, codes, r);

		n = run < count - i ? run : count - i;
		if (n >= BLOCK)
			quantize_span(loop, codes, &all, x + i, q + i * loop.bytes, n, &nan);
		else
			nan |= quantize_short(codes, r, x + i, q + i * loop.bytes, n);
	}
	if (codes->stream)
		_mm_sfence();
	return nan;
}

/* The loops that there are; by columns they want a block or more. */
TARGET static bool quantize_long(const struct simd_codes *codes, const float *x, void *q,
				 size_t count)
{
	switch (codes->narrow * 2 + !codes->run + (codes->bytes == 2) * 4) {
	case 5:
		return quantize_loop((struct loop){ false, true, 2 }, codes, x, q, count);
	case 4:
		return quantize_loop((struct loop){ false, false, 2 }, codes, x, q, count);
	case 3:
		return quantize_loop((struct loop){ true, true, 1 }, codes, x, q, count);
	case 2:
		return quantize_loop((struct loop){ true, false, 1 }, codes, x, q, count);
	case 1:
		return quantize_loop((struct loop){ false, true, 1 }, codes, x, q, count);
	default:
		return quantize_loop((struct loop){ false, false, 1 }, codes, x, q, count);
	}
}

/* Less than a block, from entry @entry on. */
static __attribute__((noinline)) bool quantize_short(const struct simd_codes *codes, size_t entry,
						     const float *x, uint8_t *q, size_t count)
{
	struct simd_codes one = *codes;
	float in[BLOCK] = { 0 };
	uint16_t out[BLOCK];
	bool nan;

	one.run = codes->run ? BLOCK : 0;
	one.scale += entry;
	one.factor += entry;
	one.lo += entry;
	one.hi += entry;
	one.zero += entry;
	memcpy(in, x, count * sizeof(*x));
	nan = quantize_long(&one, in, out, BLOCK);
	memcpy(q, out, count * codes->bytes);
	return nan;
}

static bool quantize(const struct simd_codes *codes, const float *x, void *q, size_t count)
{
	if (!codes->run && count < BLOCK)
		return quantize_short(codes, 0, x, q, count);
	return quantize_long(codes, x, q, count);
}
