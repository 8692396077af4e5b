/* SPDX-License-Identifier: MIT */
/*
 * Products of matrices in fp32 and in a fixed order: the dimension that is
 * vectorized is never the one that is summed over.
 */
#ifndef QAT_PRODUCT_H
#define QAT_PRODUCT_H

#include <stddef.h>

/* c[m, n] = a[m, k] b[k, n]. */
void product(size_t m, size_t n, size_t k, const float *a, const float *b, float *c);

/* c[k, n] += a^T b with a[m, k], b[m, n]. */
void product_transposed_add(size_t m, size_t n, size_t k, const float *a, const float *b, float *c);

/* to[columns, rows] = from[rows, columns]. */
void transpose(size_t rows, size_t columns, const float *from, float *to);

#endif /* QAT_PRODUCT_H */
