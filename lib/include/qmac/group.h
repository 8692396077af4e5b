/* SPDX-License-Identifier: MIT */
/*
 * Granularity: which elements of a tensor share a scale and a zero point.
 *
 * Per tensor, per channel of any axis, per row (the last axis is the row; in a
 * tensor of activations a row is a token), per group of channels, or per block
 * along an axis. All are one walk over the tensor, so that a group as long as
 * the axis gives the bits of per tensor, a group of one those of per channel,
 * and a block as long as the last axis those of per row.
 *
 * The last group or block is shorter when the length does not divide the axis.
 */
#ifndef QMAC_GROUP_H
#define QMAC_GROUP_H

#include <stdbool.h>
#include <stddef.h>

#include <qmac/export.h>
#include <qmac/quant.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * enum qmac_grain - what shares parameters
 * @QMAC_GRAIN_TENSOR: All elements.
 * @QMAC_GRAIN_CHANNEL: The elements with the same index on an axis.
 * @QMAC_GRAIN_ROW: The elements that differ on the last axis only.
 * @QMAC_GRAIN_GROUP: Consecutive channels of an axis: filters in groups.
 * @QMAC_GRAIN_BLOCK: Consecutive elements along an axis, all other indices
 *   equal: blocked quantization of ONNX; with the last axis the groups of
 *   4-bit weights.
 */
enum qmac_grain {
	QMAC_GRAIN_TENSOR = 0,
	QMAC_GRAIN_CHANNEL,
	QMAC_GRAIN_ROW,
	QMAC_GRAIN_GROUP,
	QMAC_GRAIN_BLOCK,
};

/**
 * struct qmac_granularity - a tensor divided among its parameters
 * @extent: The tensor around the axis.
 * @group: Indices on the axis that share parameters; not 0.
 * @blocks: Each pair of outer and inner index has groups of its own.
 *
 * With G = ceil(channels / group), element (o, c, i) has the parameters number
 * c / group of G or, with @blocks, (o * G + c / group) * inner + i of
 * outer * G * inner: the row-major order of the scales of ONNX.
 */
struct qmac_granularity {
	struct qmac_extent extent;
	size_t group;
	bool blocks;
};

/**
 * qmac_granularity_of() - granularity of a shape
 * @context: Receives messages.
 * @dims: @rank dimensions, outermost first.
 * @rank: Number of dimensions; 0 is a single number.
 * @grain: enum qmac_grain.
 * @axis: Axis of channels, groups or blocks, 0 to @rank - 1; not read otherwise.
 * @group: Length of groups or blocks, not 0; not read otherwise. One that does
 *   not divide the axis leaves a shorter last one, one that is longer is cut.
 * @out: Receives the granularity.
 *
 * Return: 0, -EINVAL (grain, axis, group 0), -EOVERFLOW (more elements than a
 * size_t counts).
 */
QMAC_EXPORT int qmac_granularity_of(struct qmac_context *context, const size_t *dims,
				    unsigned int rank, unsigned int grain, int axis, size_t group,
				    struct qmac_granularity *out);

/**
 * qmac_granularity_count() - number of parameters
 * @granularity: The granularity.
 *
 * Return: How many scales the tensor has; 0 for an empty tensor with blocks.
 */
QMAC_EXPORT size_t qmac_granularity_count(const struct qmac_granularity *granularity);

/**
 * qmac_granularity_part() - number of an element's parameters
 * @granularity: The granularity.
 * @element: Number of the element in memory order, below the number of elements.
 *
 * Return: Which of the scales it has, below qmac_granularity_count().
 */
QMAC_EXPORT size_t qmac_granularity_part(const struct qmac_granularity *granularity,
					 size_t element);

/**
 * qmac_group_range() - least and greatest element for each of the parameters
 * @context: Receives messages.
 * @x: Elements.
 * @granularity: Their division; the tensor is not empty.
 * @nan: enum qmac_nan; QMAC_NAN_ZERO counts a NaN as 0.
 * @lo: Receives qmac_granularity_count() values.
 * @hi: Likewise.
 *
 * Return: As qmac_range_minmax(), or -EINVAL for a group of 0.
 */
QMAC_EXPORT int qmac_group_range(struct qmac_context *context, const float *x,
				 const struct qmac_granularity *granularity, enum qmac_nan nan,
				 float *lo, float *hi);

/**
 * qmac_group_minmax() - parameters from the elements of a tensor
 * @context: Receives messages.
 * @spec: What kind.
 * @x: Elements.
 * @granularity: Their division.
 * @nan: enum qmac_nan.
 * @params: Initialized here for qmac_granularity_count() channels; release it.
 *
 * Return: As qmac_quant_minmax(); @params needs no release on failure.
 */
QMAC_EXPORT int qmac_group_minmax(struct qmac_context *context, const struct qmac_quant_spec *spec,
				  const float *x, const struct qmac_granularity *granularity,
				  enum qmac_nan nan, struct qmac_quant_params *params);

/**
 * qmac_group_quantize() - qmac_quantize() for any granularity
 * @context: Receives messages.
 * @params: One channel, or qmac_granularity_count().
 * @granularity: Division of the elements.
 * @x: Elements.
 * @q: Receives qmac_type_bytes() bytes per element; may not overlap @x.
 * @options: NULL for the default.
 *
 * Return: As qmac_quantize().
 */
QMAC_EXPORT int qmac_group_quantize(struct qmac_context *context,
				    const struct qmac_quant_params *params,
				    const struct qmac_granularity *granularity, const float *x,
				    void *q, const struct qmac_quantize_options *options);

/**
 * qmac_group_dequantize() - qmac_dequantize() for any granularity
 * @context: Receives messages.
 * @params: One channel, or qmac_granularity_count().
 * @granularity: Division of the elements.
 * @q: qmac_type_bytes() bytes per element.
 * @x: Receives the real numbers; may not overlap @q.
 *
 * Return: 0, -EINVAL.
 */
QMAC_EXPORT int qmac_group_dequantize(struct qmac_context *context,
				      const struct qmac_quant_params *params,
				      const struct qmac_granularity *granularity, const void *q,
				      float *x);

#ifdef __cplusplus
}
#endif

#endif /* QMAC_GROUP_H */
