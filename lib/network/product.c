// SPDX-License-Identifier: MIT
#include "network/product.h"

#include <string.h>

/* A tile of results stays in registers while k runs. */
#define TILE_ROWS    4
#define TILE_COLUMNS 8

typedef float lanes __attribute__((vector_size(TILE_COLUMNS * sizeof(float))));

/* The operands from the tile's first row and column on. */
static void tile(size_t k, const float *a, size_t a_stride, const float *b, size_t b_stride,
		 float *c, size_t c_stride)
{
	lanes sum0 = { 0 }, sum1 = { 0 }, sum2 = { 0 }, sum3 = { 0 }, row;
	size_t p;

	for (p = 0; p < k; p++) {
		memcpy(&row, b + p * b_stride, sizeof(row));
		sum0 += a[p] * row;
		sum1 += a[a_stride + p] * row;
		sum2 += a[2 * a_stride + p] * row;
		sum3 += a[3 * a_stride + p] * row;
	}
	memcpy(c, &sum0, sizeof(sum0));
	memcpy(c + c_stride, &sum1, sizeof(sum1));
	memcpy(c + 2 * c_stride, &sum2, sizeof(sum2));
	memcpy(c + 3 * c_stride, &sum3, sizeof(sum3));
}

static void row_tile(size_t k, const float *a, const float *b, size_t b_stride, float *c)
{
	lanes sum = { 0 }, row;
	size_t p;

	for (p = 0; p < k; p++) {
		memcpy(&row, b + p * b_stride, sizeof(row));
		sum += a[p] * row;
	}
	memcpy(c, &sum, sizeof(sum));
}

static float element(size_t k, const float *a, const float *b, size_t b_stride)
{
	float sum = 0;
	size_t p;

	for (p = 0; p < k; p++)
		sum += a[p] * b[p * b_stride];
	return sum;
}

/* Columns outermost, so that a panel of B serves all rows. */
void net_product(size_t m, size_t n, size_t k, const float *a, size_t a_stride, const float *b,
		 size_t b_stride, float *c, size_t c_stride)
{
	size_t i, j;

	for (j = 0; j + TILE_COLUMNS <= n; j += TILE_COLUMNS) {
		for (i = 0; i + TILE_ROWS <= m; i += TILE_ROWS)
			tile(k, a + i * a_stride, a_stride, b + j, b_stride, c + i * c_stride + j,
			     c_stride);
		for (; i < m; i++)
			row_tile(k, a + i * a_stride, b + j, b_stride, c + i * c_stride + j);
	}
	for (; j < n; j++)
		for (i = 0; i < m; i++)
			c[i * c_stride + j] = element(k, a + i * a_stride, b + j, b_stride);
}

void net_transpose(size_t rows, size_t columns, const float *from, float *to)
{
	size_t i, j;

	for (i = 0; i < rows; i++)
		for (j = 0; j < columns; j++)
			to[j * rows + i] = from[i * columns + j];
}
