/* SPDX-License-Identifier: MIT */
/* A tensor and what became of it. */
#ifndef QMAC_TOOL_QUANTIZE_TENSOR_H
#define QMAC_TOOL_QUANTIZE_TENSOR_H

#include "npy/npy.h"
#include "quantize_tensor_options.h"

/**
 * struct quantize_tensor - from numbers to codes and back
 * @x: The numbers.
 * @granularity: Which of them share a scale.
 * @scales: How many scales there are; 0 with a codebook.
 * @min: Least number.
 * @max: Greatest number.
 * @lo: Bounds of the ranges chosen, one per scale; NULL without scales or with binary.
 * @hi: Likewise.
 * @tool_scale: Scale that a calibration has of its own, or 0; one per scale.
 * @params: Scales and zero points.
 * @multiplier: What a tool multiplies by, one per scale, or NULL.
 * @how: How numbers became codes in equal steps; may borrow @multiplier.
 * @books: Levels, @book_count codebooks, or NULL.
 * @book_count: As many as there are parts that have one each.
 * @blocks: Blocks of ggml, or NULL; @block_bytes long.
 * @block_bytes: Bytes of @blocks.
 * @codes: Codes in their containers.
 * @back: Codes as real numbers.
 * @max_error: Greatest difference between @x and @back.
 * @sqnr_db: Signal to noise; infinite without noise.
 */
struct quantize_tensor {
	struct npy_array x;
	struct qmac_granularity granularity;
	size_t scales;
	float min, max;
	float *lo, *hi, *tool_scale;
	struct qmac_quant_params params;
	float *multiplier;
	struct qmac_quantize_options how;
	struct qmac_codebook *books;
	size_t book_count;
	void *blocks;
	size_t block_bytes;
	void *codes;
	float *back;
	double max_error, sqnr_db;
};

/*
 * Each returns 0, or -errno: -ENOMEM, or with the fault in the context's message.
 * quantize_tensor_ranges() fills in min, max, lo, hi and tool_scale; the others
 * params, books or blocks, codes and back.
 */
int quantize_tensor_ranges(struct qmac_context *context,
			   const struct quantize_tensor_options *options,
			   struct quantize_tensor *tensor);
int quantize_tensor_linear(struct qmac_context *context,
			   const struct quantize_tensor_options *options,
			   struct quantize_tensor *tensor);
int quantize_tensor_codebook(struct qmac_context *context,
			     const struct quantize_tensor_options *options,
			     struct quantize_tensor *tensor);
int quantize_tensor_floats(struct qmac_context *context,
			   const struct quantize_tensor_options *options,
			   struct quantize_tensor *tensor);

/** quantize_tensor_scale_steps() - why a scale of equal steps is what it is. */
int quantize_tensor_scale_steps(struct qmac_context *context,
				const struct quantize_tensor_options *options,
				const struct quantize_tensor *tensor, size_t scale,
				struct qmac_scale_steps *out);

/* The faults of usage of these are told on stderr with -EPROTO. */
int quantize_tensor_ggml(struct qmac_context *context,
			 const struct quantize_tensor_options *options,
			 struct quantize_tensor *tensor);
int quantize_tensor_binary(struct qmac_context *context,
			   const struct quantize_tensor_options *options,
			   struct quantize_tensor *tensor);

/**
 * quantize_tensor_save() - codes and their description, both or neither
 *
 * Return: 0, or -errno with the fault on stderr.
 */
int quantize_tensor_save(struct qmac_context *context,
			 const struct quantize_tensor_options *options,
			 const struct quantize_tensor *tensor);

/** quantize_tensor_tool_spec() - what is asked of a preset. */
struct qmac_tool_spec quantize_tensor_tool_spec(const struct quantize_tensor_options *options);

/** quantize_tensor_described() - does a description stand beside an output of that name? */
bool quantize_tensor_described(const char *path);

#endif /* QMAC_TOOL_QUANTIZE_TENSOR_H */
