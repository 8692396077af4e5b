// SPDX-License-Identifier: MIT
/* Codes as indices of a table of levels; levels at powers of two. */
#include <qmac/codebook.h>

#include <errno.h>
#include <math.h>

#include "context.h"
#include "quant/codebook.h"
#include "quant/exact.h"
#include "quant/nan.h"

int qmac_codebook_log2(struct qmac_context *context, unsigned int bits, int top,
		       struct qmac_codebook *out)
{
	struct qmac_codebook book = { 0 };
	int half, least, i;

	if (bits < 2 || bits > 8)
		return qmac_fail(context, -EINVAL, "%u bits of a log2 code: use 2 to 8", bits);
	half = (1 << (bits - 1)) - 1;
	least = top - half + 1;
	if (least < -126 || top > 127)
		return qmac_fail(context, -EINVAL,
				 "exponents %d to %d of a log2 codebook of %u bits: top must be "
				 "%d to 127",
				 least, top, bits, half - 127);
	book.levels = 2 * half + 1;
	for (i = 0; i < half; i++) {
		book.value[half + 1 + i] = ldexpf(1, least + i);
		book.value[half - 1 - i] = -ldexpf(1, least + i);
		book.threshold[half + i] = ldexp(M_SQRT1_2, least + i);
		book.threshold[half - 1 - i] = -ldexp(M_SQRT1_2, least + i);
	}
	*out = book;
	return 0;
}

/* round(log2 x) of a positive number; no fp32 is half way. */
static EXACT int nearest_exponent(float x)
{
	int exponent;
	double mantissa = frexp(x, &exponent);

	if (mantissa < M_SQRT1_2)
		exponent--;
	if (exponent > 127)
		return 127;
	return exponent < -126 ? -126 : exponent;
}

static EXACT float greatest(const float *x, size_t count, bool nan_is_zero, size_t *bad)
{
	float most = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		if (isinf(x[i]) || (isnan(x[i]) && !nan_is_zero))
			break;
		if (fabsf(x[i]) > most)
			most = fabsf(x[i]);
	}
	*bad = i;
	return most;
}

int qmac_log2_top(struct qmac_context *context, const float *x, size_t count, enum qmac_nan nan,
		  int *top)
{
	fenv_t saved;
	size_t bad;
	float most;
	int found;

	if (!count)
		return qmac_fail(context, -EINVAL, "an empty tensor has no greatest exponent");
	exact_enter(&saved);
	most = greatest(x, count, nan == QMAC_NAN_ZERO, &bad);
	found = most > 0 ? nearest_exponent(most) : 0;
	exact_leave(&saved);
	if (bad < count)
		return qmac_fail(context, -EDOM, "element %zu is %g: clean the tensor", bad,
				 x[bad]);
	*top = found;
	return 0;
}

EXACT int codebook_check(struct qmac_context *context, const struct qmac_codebook *book)
{
	unsigned int i;

	if (!book->levels || book->levels > QMAC_CODEBOOK_LEVELS)
		return qmac_fail(context, -EINVAL, "codebook of %u levels: use 1 to %d",
				 book->levels, QMAC_CODEBOOK_LEVELS);
	for (i = 0; i < book->levels; i++) {
		if (!isfinite(book->value[i]) || (i && book->value[i] <= book->value[i - 1]))
			return qmac_fail(context, -EINVAL,
					 "level %u of the codebook, %g, is out of order", i,
					 book->value[i]);
	}
	for (i = 0; i + 1 < book->levels; i++) {
		if (!isfinite(book->threshold[i]) ||
		    (i && book->threshold[i] < book->threshold[i - 1]))
			return qmac_fail(context, -EINVAL,
					 "threshold %u of the codebook, %g, is out of order", i,
					 book->threshold[i]);
	}
	return 0;
}

static EXACT void encode(const struct qmac_codebook *book, const float *x, size_t count,
			 uint8_t *codes)
{
	size_t i;

	for (i = 0; i < count; i++)
		codes[i] = codebook_code(book, isnan(x[i]) ? 0 : x[i]);
}

int qmac_codebook_encode(struct qmac_context *context, const struct qmac_codebook *book,
			 const float *x, size_t count, enum qmac_nan nan, uint8_t *codes)
{
	int error = qmac_nan_check(context, x, count, nan);
	fenv_t saved;

	if (error)
		return error;
	exact_enter(&saved);
	error = codebook_check(context, book);
	if (!error)
		encode(book, x, count, codes);
	exact_leave(&saved);
	return error;
}

int qmac_codebook_decode(struct qmac_context *context, const struct qmac_codebook *book,
			 const uint8_t *codes, size_t count, float *x)
{
	fenv_t saved;
	size_t i;
	int error;

	exact_enter(&saved);
	error = codebook_check(context, book);
	exact_leave(&saved);
	if (error)
		return error;
	for (i = 0; i < count; i++) {
		if (codes[i] >= book->levels)
			return qmac_fail(context, -ERANGE,
					 "code %u of element %zu: the codebook has %u levels",
					 codes[i], i, book->levels);
	}
	for (i = 0; i < count; i++)
		x[i] = book->value[codes[i]];
	return 0;
}
