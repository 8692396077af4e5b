/* SPDX-License-Identifier: MIT */
/* Codes to elements. Part of simd/loops.h. */

/* What the compiler knows of a loop, apart from what it is given. */
struct back {
	enum by by;
	bool is_signed;
	unsigned int bytes;
};

/*
 * The elements of the codes at @q; those have entry @j, by columns the entries from @j
 * on, by runs those of element @j, which begins a vector, with @shift as in constants.
 */
VECTOR void dequantize_block(const struct back loop, const struct simd_codes *codes,
			     const uint8_t *q, float *x, size_t j, unsigned int shift,
			     bool streamed)
{
	vfloat scale = splat(codes->scale[j >> shift]);
	vint zero = isplat(codes->zero[j >> shift]);

	for (unsigned int k = 0; k < 4; k++) {
		vint code = load_codes(q + k * LANES * loop.bytes, loop.bytes, loop.is_signed);
		vfloat value;

		if (loop.by == COLUMNS) {
			scale = load(codes->scale + j + k * LANES);
			zero = iload(codes->zero + j + k * LANES);
		} else if (loop.by == RUNS) {
			scale = splat(codes->scale[(j + k * LANES) >> shift]);
			zero = isplat(codes->zero[(j + k * LANES) >> shift]);
		}
		value = mul(scale, to_float(isub(code, zero)));
		if (streamed)
			stream(x + k * LANES, value);
		else
			store(x + k * LANES, value);
	}
}

/* Entry @entry is that of all by SAME. @count is BLOCK or more, by runs a multiple of LANES. */
VECTOR void dequantize_span(const struct back loop, const struct simd_codes *codes, size_t entry,
			    const uint8_t *q, float *x, size_t count)
{
	const unsigned int shift = loop.by == RUNS ? (unsigned int)__builtin_ctzll(codes->run) : 0;
	const size_t part = unaligned_part(x, sizeof(*x));
	/* By runs vectors must lie in them. */
	const bool alignable = loop.by != RUNS || part % LANES == 0;
	const bool streamed = alignable && can_stream(codes, x, sizeof(*x), count);
	size_t i, j = entry, next = BLOCK;

	if (alignable && (streamed || (loop.by != COLUMNS && count >= ALIGNED_RUN)))
		next -= part;
	for (i = 0; i < count; i = next, next += BLOCK) {
		const bool whole = i + BLOCK <= count;

		if (!whole) {
			i = count - BLOCK;
			j = loop.by == COLUMNS ? i % codes->period : loop.by == RUNS ? i : entry;
		}
		dequantize_block(loop, codes, q + i * loop.bytes, x + i, j, shift,
				 streamed && i && whole);
		if (loop.by != SAME)
			j += next - i;
		if (loop.by == COLUMNS)
			j -= j >= codes->period ? codes->period : 0;
	}
}

static void dequantize_short(const struct simd_codes *codes, size_t entry, const uint8_t *q,
			     float *x, size_t count);

/* Long runs, one after the other, or all by columns. */
VECTOR void dequantize_long_runs(const struct back loop, const struct simd_codes *codes,
				 const uint8_t *q, float *x, size_t count)
{
	size_t run = loop.by == COLUMNS ? count : codes->run, i, n, r;

	for (i = 0, r = 0; i < count; i += n, r++) {
		n = run < count - i ? run : count - i;
		if (n >= BLOCK)
			dequantize_span(loop, codes, r, q + i * loop.bytes, x + i, n);
		else
			dequantize_short(codes, r, q + i * loop.bytes, x + i, n);
	}
}

/* Short ones; what is less than a vector at the end lies in the last one. */
VECTOR void dequantize_short_runs(const struct back loop, const struct simd_codes *codes,
				  const uint8_t *q, float *x, size_t count)
{
	size_t whole = count < BLOCK ? 0 : count - count % LANES;

	if (whole)
		dequantize_span(loop, codes, 0, q, x, whole);
	if (whole < count)
		dequantize_short(codes, whole / codes->run, q + whole * loop.bytes, x + whole,
				 count - whole);
}

VECTOR void dequantize_loop(const struct back loop, const struct simd_codes *codes,
			    const uint8_t *q, float *x, size_t count)
{
	if (loop.by == RUNS)
		dequantize_short_runs(loop, codes, q, x, count);
	else
		dequantize_long_runs(loop, codes, q, x, count);
	if (codes->stream)
		_mm_sfence();
}

/* @by as the compiler must know it; by columns the loops want a block or more. */
VECTOR void dequantize_by(enum by by, const struct simd_codes *codes, const void *q, float *x,
			  size_t count)
{
	if (codes->bytes == 2 && codes->is_signed)
		dequantize_loop((struct back){ by, true, 2 }, codes, q, x, count);
	else if (codes->bytes == 2)
		dequantize_loop((struct back){ by, false, 2 }, codes, q, x, count);
	else if (codes->is_signed)
		dequantize_loop((struct back){ by, true, 1 }, codes, q, x, count);
	else
		dequantize_loop((struct back){ by, false, 1 }, codes, q, x, count);
}

TARGET static void dequantize_long(const struct simd_codes *codes, const void *q, float *x,
				   size_t count)
{
	switch (by_of(codes, count)) {
	case COLUMNS:
		dequantize_by(COLUMNS, codes, q, x, count);
		break;
	case RUNS:
		dequantize_by(RUNS, codes, q, x, count);
		break;
	default:
		dequantize_by(SAME, codes, q, x, count);
	}
}

/* Less than a block, from entry @entry on. */
static __attribute__((noinline)) void dequantize_short(const struct simd_codes *codes, size_t entry,
						       const uint8_t *q, float *x, size_t count)
{
	struct simd_codes one = *codes;
	uint16_t in[BLOCK] = { 0 };
	float out[BLOCK];

	if (codes->run && by_of(codes, count) == SAME)
		one.run = BLOCK;
	one.scale += entry;
	one.zero += entry;
	memcpy(in, q, count * codes->bytes);
	dequantize_long(&one, in, out, BLOCK);
	memcpy(x, out, count * sizeof(*x));
}

static void dequantize(const struct simd_codes *codes, const void *q, float *x, size_t count)
{
	if (!codes->run && count < BLOCK)
		dequantize_short(codes, 0, q, x, count);
	else
		dequantize_long(codes, q, x, count);
}
