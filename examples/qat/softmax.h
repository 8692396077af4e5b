/* SPDX-License-Identifier: MIT */
#ifndef QAT_SOFTMAX_H
#define QAT_SOFTMAX_H

#include <stddef.h>
#include <stdint.h>

/* Gradient of the mean cross-entropy of softmax: (p - label) / rows. */
void softmax_gradient(const float *logits, const uint8_t *labels, size_t rows, size_t classes,
		      float *d);

#endif /* QAT_SOFTMAX_H */
