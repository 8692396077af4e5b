// SPDX-License-Identifier: MIT
#include "product.h"

#define WIDE   32
#define NARROW 4

/* Some columns of one row of c: in registers where @width is a constant. */
static inline __attribute__((always_inline)) void strip(size_t width, size_t k, const float *a,
							size_t a_step, const float *b,
							size_t b_step, float *c)
{
	float sum[WIDE];

	for (size_t j = 0; j < width; j++)
		sum[j] = c[j];
	for (size_t i = 0; i < k; i++)
		for (size_t j = 0; j < width; j++)
			sum[j] += a[i * a_step] * b[i * b_step + j];
	for (size_t j = 0; j < width; j++)
		c[j] = sum[j];
}

static void add_row(size_t n, size_t k, const float *a, size_t a_step, const float *b, float *c)
{
	size_t j = 0;

	for (; j + WIDE <= n; j += WIDE)
		strip(WIDE, k, a, a_step, b + j, n, c + j);
	for (; j + NARROW <= n; j += NARROW)
		strip(NARROW, k, a, a_step, b + j, n, c + j);
	if (j < n)
		strip(n - j, k, a, a_step, b + j, n, c + j);
}

void product(size_t m, size_t n, size_t k, const float *a, const float *b, float *c)
{
	for (size_t i = 0; i < m * n; i++)
		c[i] = 0;
	for (size_t i = 0; i < m; i++)
		add_row(n, k, a + i * k, 1, b, c + i * n);
}

void product_transposed_add(size_t m, size_t n, size_t k, const float *a, const float *b, float *c)
{
	for (size_t i = 0; i < k; i++)
		add_row(n, m, a + i, k, b, c + i * n);
}

void transpose(size_t rows, size_t columns, const float *from, float *to)
{
	for (size_t i = 0; i < rows; i++)
		for (size_t j = 0; j < columns; j++)
			to[j * rows + i] = from[i * columns + j];
}
