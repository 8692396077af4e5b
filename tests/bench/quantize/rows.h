/* SPDX-License-Identifier: MIT */
/* What is measured, and who does it. */
#ifndef QMAC_BENCH_ROWS_H
#define QMAC_BENCH_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct qmac_context;

enum operation {
	QUANTIZE_TENSOR,
	QUANTIZE_FIRST_AXIS,
	QUANTIZE_LAST_AXIS,
	QUANTIZE_BLOCKS,
	QUANTIZE_16_BIT,
	DEQUANTIZE,
	MINMAX,
	MINMAX_BLOCKS,
	HISTOGRAM,
	OPERATIONS,
};

/* Channels of the rows with a scale for each. */
#define FIRST_AXIS_CHANNELS 64
#define LAST_AXIS_CHANNELS  256

/* Elements of a row, of LAST_AXIS_CHANNELS, that share a scale. */
#define BLOCK 32

/**
 * struct work - one operation on one tensor
 * @operation: enum operation.
 * @count: Elements.
 * @x: Floats, input or (DEQUANTIZE) output.
 * @q: Signed bytes, or 16 bits (QUANTIZE_16_BIT); output or (DEQUANTIZE) input.
 * @scales: Of the channels or blocks.
 * @channels: 1 and more; blocks too.
 */
struct work {
	enum operation operation;
	size_t count;
	float *x;
	int8_t *q;
	float *scales;
	size_t channels;
};

/* [rows, columns] and the axis that has the channels. */
void work_shape(const struct work *work, size_t shape[2], int *axis);

/* Somebody who can do it; all or nothing. run() returns whether it could. */
struct runner {
	const char *name;
	void *(*prepare)(const struct work *work); /* NULL: cannot */
	bool (*run)(void *state);
	void (*release)(void *state);
};

extern const struct runner runner_qmac, runner_onednn;

/* The context of runner_qmac's work. */
void runner_qmac_use(struct qmac_context *context);

/* No wider instructions than AVX2 for oneDNN; before it is used. */
bool onednn_use_avx2(void);

/* What oneDNN calls the code that it chose. */
const char *onednn_implementation(const void *state);

#endif /* QMAC_BENCH_ROWS_H */
