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
	bool narrow;
	enum by by;
	unsigned int bytes;
};

/* What is the same for all blocks. */
struct constants {
	struct entries run; /* of all, by SAME: entry number @entry */
	size_t entry;
	unsigned int shift;	/* by RUNS: element i has entry i >> shift */
	vint zero, least, most; /* narrow codes: 16, 8 and 8 bits wide */
};

VECTOR struct constants constants_of(const struct loop loop, const struct simd_codes *codes,
				     size_t entry)
{
	struct constants all;

	all.entry = entry;
	all.shift = loop.by == RUNS ? (unsigned int)__builtin_ctzll(codes->run) : 0;
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
	vfloat scale = all->run.scale, factor = all->run.factor, value = load(x);

	if (loop.by == COLUMNS) {
		scale = load(codes->scale + j);
		factor = load(codes->factor + j);
	} else if (loop.by == RUNS) {
		scale = splat(codes->scale[j >> all->shift]);
		factor = splat(codes->factor[j >> all->shift]);
	}
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

/* The zero points of two vectors that were packed. */
VECTOR vint narrow_zero(const struct loop loop, const struct simd_codes *codes,
			const struct constants *all, size_t j)
{
	if (loop.by != RUNS || codes->alike)
		return all->zero;
	return paired16(codes->zero[j >> all->shift], codes->zero[(j + LANES) >> all->shift]);
}

VECTOR void store_pairs(const struct loop loop, const struct simd_codes *codes,
			const struct constants *all, const vint pair[2], void *q, size_t j,
			bool streamed)
{
	const vint zero[2] = { narrow_zero(loop, codes, all, j),
			       narrow_zero(loop, codes, all, j + 2 * LANES) };

	store_narrow(q, pair, zero, all->least, all->most, codes->is_signed, streamed);
}

/* True if there is a NaN. Not inline: what it needs should not be in the registers of others. */
TARGET static __attribute__((noinline, cold)) bool narrow_again(const struct simd_codes *codes,
								enum by by, size_t entry,
								const float *x, void *q, size_t j)
{
	const struct loop loop = { true, by, 1 };
	const struct constants all = constants_of(loop, codes, entry);
	vint pair[2];

	narrow_vectors(loop, codes, &all, x, j, true, pair);
	store_pairs(loop, codes, &all, pair, q, j, false);
	return has_nan(x);
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
	if (__builtin_expect(has_least16(pair), 0))
		*nan |= narrow_again(codes, loop.by, all->entry, x, q, j);
	else
		store_pairs(loop, codes, all, pair, q, j, streamed);
}

VECTOR void any_block(const struct loop loop, const struct simd_codes *codes,
		      const struct constants *all, const float *x, void *q, size_t j, bool streamed,
		      bool *nan)
{
	struct entries in = all->run;
	vint v[4];

	*nan |= has_nan(x);
	for (unsigned int k = 0; k < 4; k++) {
		if (loop.by == COLUMNS)
			in = entries_at(codes, j + k * LANES);
		else if (loop.by == RUNS)
			in = entries_of_run(codes, (j + k * LANES) >> all->shift);
		v[k] = any_codes(number(load(x + k * LANES)), &in, codes);
	}
	store_codes(q, v, loop.bytes, codes->is_signed, streamed);
}

/*
 * To codes of the elements at @x. By columns those have the entries from @j on, by runs
 * those of element @j, which begins a vector.
 */
VECTOR void quantize_block(const struct loop loop, const struct simd_codes *codes,
			   const struct constants *all, const float *x, void *q, size_t j,
			   bool streamed, bool *nan)
{
	if (loop.narrow)
		narrow_block(loop, codes, all, x, q, j, streamed, nan);
	else
		any_block(loop, codes, all, x, q, j, streamed, nan);
}

/* How many elements of the first block the second one does, for those after it to be aligned. */
VECTOR size_t overlap(const struct loop loop, const uint8_t *q, size_t count, bool *streamed)
{
	size_t part = unaligned_part(q, loop.bytes);

	if (loop.by == RUNS && part % LANES)
		*streamed = false;
	/* By columns aligned entries are worth more than an aligned output. */
	else if (*streamed || (loop.by != COLUMNS && count >= ALIGNED_RUN))
		return part;
	return 0;
}

/* The block at element @i of a span, whose @j by columns is at *@column and moves on. */
VECTOR void span_block(const struct loop loop, const struct simd_codes *codes,
		       const struct constants *all, const float *x, uint8_t *q, size_t i,
		       size_t *column, bool streamed, bool *nan)
{
	quantize_block(loop, codes, all, x + i, q + i * loop.bytes,
		       loop.by == COLUMNS ? *column : i, streamed, nan);
	if (loop.by == COLUMNS) {
		*column += BLOCK;
		*column -= *column >= codes->period ? codes->period : 0;
	}
}

VECTOR size_t first_column(const struct loop loop, const struct simd_codes *codes, size_t i)
{
	return loop.by == COLUMNS ? i % codes->period : 0;
}

VECTOR void prefetch_block(const float *x)
{
	for (unsigned int k = 0; k < BLOCK; k += 64 / sizeof(*x))
		_mm_prefetch((const char *)(x + k), _MM_HINT_T0);
}

/* From element @i on in several places, see way_of(). Returns where it ends. */
VECTOR size_t quantize_ways(const struct loop loop, const struct simd_codes *codes,
			    const struct constants *all, const float *x, uint8_t *q, size_t i,
			    size_t count, bool *nan)
{
	size_t column[WAYS], way, k;
	unsigned int w;

	while ((way = way_of(count - i))) {
		for (w = 0; w < WAYS; w++)
			column[w] = first_column(loop, codes, i + w * way);
		for (k = i; k < i + way; k += BLOCK)
			for (w = 0; w < WAYS; w++) {
				if (k + WAY_AHEAD < i + way)
					prefetch_block(x + k + w * way + WAY_AHEAD);
				span_block(loop, codes, all, x, q, k + w * way, &column[w], true,
					   nan);
			}
		i += WAYS * way;
	}
	return i;
}

/* @count is BLOCK or more, by runs a multiple of LANES. */
VECTOR void quantize_span(const struct loop loop, const struct simd_codes *codes,
			  const struct constants *all, const float *x, uint8_t *q, size_t count,
			  bool *nan)
{
	bool streamed = can_stream(codes, q, loop.bytes, count);
	size_t column = 0, i = BLOCK - overlap(loop, q, count, &streamed);

	span_block(loop, codes, all, x, q, 0, &column, false, nan);
	if (streamed)
		i = quantize_ways(loop, codes, all, x, q, i, count, nan);
	column = first_column(loop, codes, i);
	for (; i + BLOCK <= count; i += BLOCK)
		span_block(loop, codes, all, x, q, i, &column, streamed, nan);
	column = first_column(loop, codes, count - BLOCK);
	if (i < count)
		span_block(loop, codes, all, x, q, count - BLOCK, &column, false, nan);
}

static bool quantize_short(const struct simd_codes *codes, size_t entry, const float *x, uint8_t *q,
			   size_t count);

/* Long runs, one after the other, or all by columns. */
VECTOR bool quantize_long_runs(const struct loop loop, const struct simd_codes *codes,
			       const float *x, uint8_t *q, size_t count)
{
	size_t run = loop.by == COLUMNS ? count : codes->run, i, n, r;
	bool nan = false;

	for (i = 0, r = 0; i < count; i += n, r++) {
		const struct constants all = constants_of(loop, codes, r);

		n = run < count - i ? run : count - i;
		if (n >= BLOCK)
			quantize_span(loop, codes, &all, x + i, q + i * loop.bytes, n, &nan);
		else
			nan |= quantize_short(codes, r, x + i, q + i * loop.bytes, n);
	}
	return nan;
}

/* Short ones; what is less than a vector at the end lies in the last one. */
VECTOR bool quantize_short_runs(const struct loop loop, const struct simd_codes *codes,
				const float *x, uint8_t *q, size_t count)
{
	const struct constants all = constants_of(loop, codes, 0);
	size_t whole = count < BLOCK ? 0 : count - count % LANES;
	bool nan = false;

	if (whole)
		quantize_span(loop, codes, &all, x, q, whole, &nan);
	if (whole < count)
		nan |= quantize_short(codes, whole / codes->run, x + whole, q + whole * loop.bytes,
				      count - whole);
	return nan;
}

VECTOR bool quantize_loop(const struct loop loop, const struct simd_codes *codes, const float *x,
			  uint8_t *q, size_t count)
{
	bool nan = loop.by == RUNS ? quantize_short_runs(loop, codes, x, q, count)
				   : quantize_long_runs(loop, codes, x, q, count);

	if (codes->stream)
		_mm_sfence();
	return nan;
}

/* @by as the compiler must know it; by columns the loops want a block or more. */
VECTOR bool quantize_by(enum by by, const struct simd_codes *codes, const float *x, void *q,
			size_t count)
{
	if (codes->narrow)
		return quantize_loop((struct loop){ true, by, 1 }, codes, x, q, count);
	if (codes->bytes == 2)
		return quantize_loop((struct loop){ false, by, 2 }, codes, x, q, count);
	return quantize_loop((struct loop){ false, by, 1 }, codes, x, q, count);
}

TARGET static bool quantize_long(const struct simd_codes *codes, const float *x, void *q,
				 size_t count)
{
	switch (by_of(codes, count)) {
	case COLUMNS:
		return quantize_by(COLUMNS, codes, x, q, count);
	case RUNS:
		return quantize_by(RUNS, codes, x, q, count);
	default:
		return quantize_by(SAME, codes, x, q, count);
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

	if (codes->run && by_of(codes, count) == SAME)
		one.run = BLOCK;
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
