/* SPDX-License-Identifier: MIT */
/* Codes to elements. Part of simd/loops.h. */

VECTOR void dequantize_block(const struct simd_codes *codes, const uint8_t *q, float *x, size_t j,
			     unsigned int bytes, bool is_signed, bool columns, bool streamed)
{
	for (unsigned int k = 0; k < 4; k++, j += LANES) {
		vfloat scale = columns ? load(codes->scale + j) : splat(*codes->scale);
		vint zero = columns ? iload(codes->zero + j) : isplat(*codes->zero);
		vint code = load_codes(q + k * LANES * bytes, bytes, is_signed);
		vfloat value = mul(scale, to_float(isub(code, zero)));

		if (streamed)
			stream(x + k * LANES, value);
		else
			store(x + k * LANES, value);
	}
}

VECTOR void dequantize_loop(const struct simd_codes *codes, const uint8_t *q, float *x,
			    size_t count, unsigned int bytes, bool is_signed, bool columns)
{
	const size_t period = codes->period ? codes->period : 1;
	size_t i, j;

	dequantize_block(codes, q, x, 0, bytes, is_signed, columns, false);
	i = to_aligned(x, sizeof(*x));
	for (j = i % period; i + BLOCK <= count; i += BLOCK) {
		dequantize_block(codes, q + i * bytes, x + i, j, bytes, is_signed, columns,
				 codes->stream);
		j += BLOCK;
		if (columns && j >= period)
			j -= period;
	}
	if (i < count) {
		i = count - BLOCK;
		dequantize_block(codes, q + i * bytes, x + i, i % period, bytes, is_signed, columns,
				 false);
	}
	if (codes->stream)
		_mm_sfence();
}

/* The loops that there are. */
TARGET static void dequantize_run(const struct simd_codes *codes, const void *q, float *x,
				  size_t count)
{
	switch (!!codes->period * 4 + (codes->bytes == 2) * 2 + codes->is_signed) {
	case 7:
		dequantize_loop(codes, q, x, count, 2, true, true);
		break;
	case 6:
		dequantize_loop(codes, q, x, count, 2, false, true);
		break;
	case 5:
		dequantize_loop(codes, q, x, count, 1, true, true);
		break;
	case 4:
		dequantize_loop(codes, q, x, count, 1, false, true);
		break;
	case 3:
		dequantize_loop(codes, q, x, count, 2, true, false);
		break;
	case 2:
		dequantize_loop(codes, q, x, count, 2, false, false);
		break;
	case 1:
		dequantize_loop(codes, q, x, count, 1, true, false);
		break;
	default:
		dequantize_loop(codes, q, x, count, 1, false, false);
		break;
	}
}

static void dequantize(const struct simd_codes *codes, const void *q, float *x, size_t count)
{
	uint16_t in[BLOCK] = { 0 };
	float out[BLOCK];

	if (count >= BLOCK) {
		dequantize_run(codes, q, x, count);
		return;
	}
	memcpy(in, q, count * codes->bytes);
	dequantize_run(codes, in, out, BLOCK);
	memcpy(x, out, count * sizeof(*x));
}
