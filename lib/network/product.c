// SPDX-License-Identifier: MIT
#include "network/product.h"

#include "simd/choice.h"

/* Elements of a square that is transposed at a time: it stays in the cache. */
#define TILE 32

void net_product(const struct qmac_network *network, const struct simd_product *product)
{
	qmac_context_simd(network->context)->kernels->product(product);
}

static void transpose_tile(size_t rows, size_t columns, size_t top, size_t left, const float *from,
			   float *to)
{
	size_t bottom = rows - top < TILE ? rows : top + TILE, i, j;
	size_t right = columns - left < TILE ? columns : left + TILE;

	for (i = top; i < bottom; i++)
		for (j = left; j < right; j++)
			to[j * rows + i] = from[i * columns + j];
}

void net_transpose(size_t rows, size_t columns, const float *from, float *to)
{
	size_t i, j;

	for (i = 0; i < rows; i += TILE)
		for (j = 0; j < columns; j += TILE)
			transpose_tile(rows, columns, i, j, from, to);
}
