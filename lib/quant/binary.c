// SPDX-License-Identifier: MIT
/* One bit: signs and their products. */
#include <qmac/binary.h>

#include <errno.h>
#include <math.h>
#include <string.h>

#include "context.h"
#include "quant/exact.h"
#include "quant/nan.h"

size_t qmac_binary_words(size_t columns)
{
	return columns / 64 + (columns % 64 != 0);
}

static int check(struct qmac_context *context, const float *x, size_t rows, size_t columns,
		 enum qmac_nan nan)
{
	size_t i;

	if (!columns || columns > QMAC_BINARY_MAX)
		return qmac_fail(context, -EINVAL, "rows of %zu elements: use 1 to %d", columns,
				 QMAC_BINARY_MAX);
	for (i = 0; i < rows * columns; i++) {
		if (isinf(x[i]))
			return qmac_fail(context, -EDOM,
					 "element %zu is infinite, its row has no scale: clip the "
					 "tensor",
					 i);
		if (isnan(x[i]) && nan != QMAC_NAN_ZERO)
			return qmac_nan_fail(context, i);
	}
	return 0;
}

static EXACT float quantize_row(const float *x, size_t columns, uint64_t *words)
{
	double sum = 0;
	size_t i;

	memset(words, 0, qmac_binary_words(columns) * sizeof(*words));
	for (i = 0; i < columns; i++) {
		float value = isnan(x[i]) ? 0 : x[i];

		sum += fabsf(value);
		words[i / 64] |= (uint64_t)(value >= 0) << i % 64;
	}
	return (float)(sum / (double)columns);
}

int qmac_binary_quantize(struct qmac_context *context, const float *x, size_t rows, size_t columns,
			 enum qmac_nan nan, uint64_t *words, float *alpha)
{
	int error = check(context, x, rows, columns, nan);
	fenv_t saved;
	size_t row;

	if (error)
		return error;
	exact_enter(&saved);
	for (row = 0; row < rows; row++)
		alpha[row] = quantize_row(x + row * columns, columns,
					  words + row * qmac_binary_words(columns));
	exact_leave(&saved);
	return 0;
}

void qmac_binary_dequantize(const uint64_t *words, size_t rows, size_t columns, const float *alpha,
			    float *x)
{
	size_t row, i;

	for (row = 0; row < rows; row++) {
		for (i = 0; i < columns; i++)
			x[row * columns + i] =
				words[i / 64] >> i % 64 & 1 ? alpha[row] : -alpha[row];
		words += qmac_binary_words(columns);
	}
}

int32_t qmac_binary_dot(const uint64_t *a, const uint64_t *b, size_t columns)
{
	int64_t differ = 0;
	size_t i;

	for (i = 0; i < qmac_binary_words(columns); i++)
		differ += __builtin_popcountll(a[i] ^ b[i]);
	return (int32_t)((int64_t)columns - 2 * differ);
}

void qmac_binary_gemm(const uint64_t *a, const uint64_t *b, size_t m, size_t n, size_t k,
		      int32_t *c)
{
	size_t words = qmac_binary_words(k), i, j;

	for (i = 0; i < m; i++) {
		for (j = 0; j < n; j++)
			c[i * n + j] = qmac_binary_dot(a + i * words, b + j * words, k);
	}
}
