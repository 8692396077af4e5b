/* SPDX-License-Identifier: MIT */
/* Codes to elements. Part of simd/loops.h. */

/* What the compiler knows of a loop, apart from what it is given. */
struct back {
	bool columns, is_signed;
	unsigned int bytes;
};

/* The elements of the codes at @q; those have the entries from @j on, or entry @j. */
VECTOR void dequantize_block(const struct back loop, const struct simd_codes *codes,
			     const uint8_t *q, float *x, size_t j, bool streamed)
{
	vfloat scale = splat(codes->scale[j]);
	vint zero = isplat(codes->zero[j]);

	for (unsigned int k = 0; k < 4; k++) {
		vint code = load_codes(q + k * LANES * loop.bytes, loop.bytes, loop.is_signed);
		vfloat value;

		if (loop.columns) {
			scale = load(codes->scale + j + k * LANES);
			zero = iload(codes->zero + j + k * LANES);
		}
		value = mul(scale, to_float(isub(code, zero)));
		if (streamed)
			stream(x + k * LANES, value);
		else
			store(x + k * LANES, value);
	}
}

/* By columns, or all with entry @entry. @count is BLOCK or more. */
VECTOR void dequantize_span(const struct back loop, const struct simd_codes *codes, size_t entry,
			    const uint8_t *q, float *x, size_t count)
{
	const bool streamed = can_stream(codes, x, sizeof(*x), count);
	size_t i, j = entry, next = BLOCK;

	if (streamed || (!loop.columns && count >= ALIGNED_RUN))
		next -= unaligned_part(x, sizeof(*x));
	for (i = 0; i < count; i = next, next += BLOCK) {
		const bool whole = i + BLOCK <= count;

		if (!whole) {
			i = count - BLOCK;
			j = loop.columns ? i % codes->period : entry;
		}
		dequantize_block(loop, codes, q + i * loop.bytes, x + i, j, streamed && i && whole);
		if (loop.columns) {
			j += next - i;
			j -= j >= codes->period ? codes->period : 0;
		}
	}
}

static void dequantize_short(const struct simd_codes *codes, size_t entry, const uint8_t *q,
			     float *x, size_t count);

VECTOR void dequantize_loop(const struct back loop, const struct simd_codes *codes,
			    const uint8_t *q, float *x, size_t count)
{
	size_t run = loop.columns ? count : codes->run, i, n, r;

	for (i = 0, r = 0; i < count; i += n, r++) {
		n = run < count - i ? run : count - i;
		if (n >= BLOCK)
			dequantize_span(loop, codes, r, q + i * loop.bytes, x + i, n);
		else
			dequantize_short(codes, r, q + i * loop.bytes, x + i, n);
	}
	if (codes->stream)
		_mm_sfence();
}

/* The loops that there are; by columns they want a block or more. */
TARGET static void dequantize_long(const struct simd_codes *codes, const void *q, float *x,
				   size_t count)
{
	switch (!codes->run * 4 + (codes->bytes == 2) * 2 + codes->is_signed) {
	case 7:
		dequantize_loop((struct back){ true, true, 2 }, codes, q, x, count);
		break;
	case 6:
		dequantize_loop((struct back){ true, false, 2 }, codes, q, x, count);
		break;
	case 5:
		dequantize_loop((struct back){ true, true, 1 }, codes, q, x, count);
		break;
	case 4:
		dequantize_loop((struct back){ true, false, 1 }, codes, q, x, count);
		break;
	case 3:
		dequantize_loop((struct back){ false, true, 2 }, codes, q, x, count);
		break;
	case 2:
		dequantize_loop((struct back){ false, false, 2 }, codes, q, x, count);
		break;
	case 1:
		dequantize_loop((struct back){ false, true, 1 }, codes, q, x, count);
		break;
	default:
		dequantize_loop((struct back){ false, false, 1 }, codes, q, x, count);
		break;
	}
}

/* Less than a block, from entry @entry on. */
static __attribute__((noinline)) void dequantize_short(const struct simd_codes *codes, size_t entry,
						       const uint8_t *q, float *x, size_t count)
{
	struct simd_codes one = *codes;
	uint16_t in[BLOCK] = { 0 };
	float out[BLOCK];

	one.run = codes->run ? BLOCK : 0;
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
