/* SPDX-License-Identifier: MIT */
/* Matrix product of floats, the core of all layers. */
#ifndef QMAC_NETWORK_PRODUCT_H
#define QMAC_NETWORK_PRODUCT_H

#include <stddef.h>

/**
 * net_product() - C = A * B, row-major
 * @m: Rows of A and C.
 * @n: Columns of B and C.
 * @k: Columns of A, rows of B.
 * @a: A.
 * @a_stride: Elements from one row of A to the next.
 * @b: B.
 * @b_stride: As @a_stride, for B.
 * @c: C; overlaps neither.
 * @c_stride: As @a_stride, for C.
 *
 * Every element is 0 + a[0] b[0] + a[1] b[1] + ... in that order, each step
 * rounded to fp32, whatever the shape.
 */
void net_product(size_t m, size_t n, size_t k, const float *a, size_t a_stride, const float *b,
		 size_t b_stride, float *c, size_t c_stride);

/* Transposes [rows, columns] into [columns, rows]. */
void net_transpose(size_t rows, size_t columns, const float *from, float *to);

#endif /* QMAC_NETWORK_PRODUCT_H */
