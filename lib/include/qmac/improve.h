/* SPDX-License-Identifier: MIT */
/*
 * Improving the accuracy of quantized weights, one tensor at a time.
 *
 * Weights are seen as [n, k], row-major: n output channels, k inputs of each. A
 * convolution's [n, c, kh, kw] is one of these with k = c * kh * kw; its inputs
 * are then the columns that the window cuts out, in the same order. For grouped
 * convolutions take each group by itself. network_improve.h does all this for
 * whole networks.
 *
 * What the searches need of the inputs are their first and second moments: sums
 * of x and of x x^T over all rows of a calibration set (struct qmac_moments),
 * 8 * k * (k + 1) bytes, however many rows there were. Moments with no rows stand
 * for inputs that are uncorrelated, with mean square 1.
 *
 * All results are deterministic and do not depend on the caller's
 * floating-point environment; sums are in double and in a fixed order. Functions
 * may be called from several threads with different contexts and outputs.
 */
#ifndef QMAC_IMPROVE_H
#define QMAC_IMPROVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <qmac/export.h>
#include <qmac/group.h>
#include <qmac/quant.h>

#ifdef __cplusplus
extern "C" {
#endif

struct qmac_context;

/**
 * define QMAC_MOMENTS_MAX - most inputs that moments are summed of
 */
#define QMAC_MOMENTS_MAX 16384

/**
 * struct qmac_moments - first and second moments of a layer's inputs
 * @k: Inputs.
 * @rows: Vectors of inputs seen.
 * @sum: [@k] sums of x.
 * @square: [@k, @k] sums of x x^T, both triangles.
 */
struct qmac_moments {
	size_t k;
	uint64_t rows;
	double *sum;
	double *square;
};

/**
 * qmac_moments_init() - begin to sum
 * @context: Receives messages.
 * @moments: Receives zeros; qmac_moments_release().
 * @k: Inputs, 1 to QMAC_MOMENTS_MAX.
 *
 * Return: 0, -EINVAL (@k), -ENOMEM.
 */
QMAC_EXPORT int qmac_moments_init(struct qmac_context *context, struct qmac_moments *moments,
				  size_t k);

/**
 * qmac_moments_release() - free what qmac_moments_init() allocated
 * @moments: Left zeroed.
 */
QMAC_EXPORT void qmac_moments_release(struct qmac_moments *moments);

/**
 * qmac_moments_update() - see more inputs
 * @context: Receives messages.
 * @moments: Receives the sums; rows are added one after the other, so that the
 *   split into calls does not matter.
 * @x: [@rows, k] inputs.
 * @rows: Rows; 0 adds nothing.
 *
 * Return: 0, or -EDOM (NaN or infinity, with its index; nothing of the call counts).
 */
QMAC_EXPORT int qmac_moments_update(struct qmac_context *context, struct qmac_moments *moments,
				    const float *x, size_t rows);

/**
 * qmac_rounding_error() - mean squared error of a layer's sums by its weights
 * @moments: Of its inputs.
 * @w: [@n, k] weights.
 * @v: [@n, k] weights that stand for them.
 * @n: Output channels.
 *
 * The loss of a layer that Nagel et al. 2020 derive for rounding, summed over the
 * channels.
 *
 * Return: sum over channels of d^T E[x x^T] d with d = w - v; never negative; NaN
 * where a weight is NaN or infinite.
 */
QMAC_EXPORT double qmac_rounding_error(const struct qmac_moments *moments, const float *w,
				       const float *v, size_t n);

/**
 * struct qmac_adaptive_report - what qmac_round_adaptive() did
 * @before: qmac_rounding_error() of rounding to nearest.
 * @after: The same of the codes returned; not above @before.
 * @changed: Codes that are not the nearest.
 * @passes: Changes of the row that took most, in multiples of k, rounded up.
 */
struct qmac_adaptive_report {
	double before, after;
	size_t changed;
	unsigned int passes;
};

/**
 * qmac_round_adaptive() - round each weight up or down so that the sums come out best
 * @context: Receives messages.
 * @params: Of @granularity: scales and zero points stay as they are.
 * @granularity: Of a tensor of n * k elements, row-major.
 * @moments: Of the inputs.
 * @w: [@n, k] weights.
 * @n: Output channels.
 * @passes: Most changes of a row, in multiples of k; 0 for 20.
 * @q: Receives codes, qmac_type_bytes() each.
 * @report: May be NULL.
 *
 * The goal of AdaRound (Nagel et al. 2020): of the two codes next to each weight
 * the one with which E[((w - v)^T x)^2] of the row comes out least. A descent that
 * always takes the change that gains most in the row starts from the nearest codes
 * and from codes rounded one after the other as in qmac_gptq(), in the order of the
 * inputs and by activity; the best end is kept. It needs no learning rate, never
 * ends up worse than rounding to nearest, and unless @passes ends it no single
 * change improves the result. It is no search of all 2^k choices: the best of them
 * may be better.
 *
 * A weight that is a code already keeps it, so zeros stay zeros; one beyond the
 * codes keeps the last. 16 * k * k bytes are needed besides the moments.
 *
 * Return: 0, -EINVAL (parameters, shapes), -EDOM (a weight is NaN or infinite, or
 * its code stands for a number beyond fp32, with its index; @moments are not those
 * of any inputs), -ENOMEM. Nothing is written on failure.
 */
QMAC_EXPORT int qmac_round_adaptive(struct qmac_context *context,
				    const struct qmac_quant_params *params,
				    const struct qmac_granularity *granularity,
				    const struct qmac_moments *moments, const float *w, size_t n,
				    unsigned int passes, void *q,
				    struct qmac_adaptive_report *report);

/**
 * struct qmac_gptq_options - details of qmac_gptq(); zeroed is the default
 * @spec: Type, scheme and bits of the codes; @spec.type 0 is QMAC_TYPE_S4.
 * @group: Inputs that share a scale; 0 for all k of a channel.
 * @damping: Added to the diagonal, as a share of its mean over the inputs that
 *   were not always 0; 0 for 0.01. Finite, not negative.
 * @by_activity: Inputs with the greatest mean square first ("act-order"), of equal
 *   ones the first; scales are then those of the weights as they were given.
 * @keep_zeros: Weights that are 0 stay 0, so that pruned weights stay pruned;
 *   without it they take their share of the others' errors.
 */
struct qmac_gptq_options {
	struct qmac_quant_spec spec;
	size_t group;
	double damping;
	bool by_activity;
	bool keep_zeros;
};

/**
 * qmac_gptq() - quantize column by column, each error made good by those to come
 * @context: Receives messages.
 * @options: NULL for the default.
 * @moments: Of the inputs; inputs that were always 0 keep their nearest codes.
 * @w: [@n, k] weights.
 * @n: Output channels.
 * @params: Initialized here for n * ceil(k / group) channels, in the order of
 *   QMAC_GRAIN_BLOCK on axis 1; release it.
 * @q: Receives [@n, k] codes, qmac_type_bytes() each.
 *
 * GPTQ (Frantar et al. 2022): with H = E[x x^T] + damping and U the upper Cholesky
 * factor of its inverse, the error of column j, divided by U[j][j], is taken from
 * the columns after it times U[j][...]. Computed here without the inverse, from
 * H = L^T D L with L unit lower triangular: column j is rounded at
 * w[j] + sum over i < j of L[j][i] (w[i] - v[i]), which is the same number. It is
 * rounded to fp32 and quantized as by qmac_quantize(), so uncorrelated inputs give
 * the nearest codes exactly. The scales of a group are chosen when its first
 * column is reached, from the weights as updated by then.
 *
 * Time grows with k^3 / 6 + n k^2 / 2; 8 * k * k bytes are needed besides the
 * moments.
 *
 * Return: 0, -EINVAL (specification, damping, no weights), -EDOM (a weight is NaN
 * or infinite, with its index; a weight is updated beyond fp32; H is not positive
 * definite even when damped: raise the damping), -ENOMEM; nothing is written and
 * @params needs no release on failure.
 */
QMAC_EXPORT int qmac_gptq(struct qmac_context *context, const struct qmac_gptq_options *options,
			  const struct qmac_moments *moments, const float *w, size_t n,
			  struct qmac_quant_params *params, void *q);

/**
 * qmac_correct_bias() - take out what quantized weights add to the mean of the sums
 * @context: Receives messages.
 * @moments: Of the inputs; at least one row.
 * @w: [@n, k] weights.
 * @v: [@n, k] weights that stand for them.
 * @n: Output channels.
 * @bias: [@n]; becomes bias + (w - v) E[x], computed in double.
 *
 * Bias correction (Nagel et al. 2019, section 4.2, with measured means).
 *
 * Return: 0, -ENODATA (no rows), -EDOM (a number is NaN or infinite, or a bias
 * would be; names the channel). Nothing is written on failure.
 */
QMAC_EXPORT int qmac_correct_bias(struct qmac_context *context, const struct qmac_moments *moments,
				  const float *w, const float *v, size_t n, float *bias);

/**
 * qmac_equalize_scales() - factors that give two layers the same ranges per channel
 * @context: Receives messages.
 * @first: [@count] greatest |w| of the output channels of the first layer.
 * @second: [@count] greatest |w| of the input channels of the second.
 * @count: Channels between them.
 * @scale: Receives [@count] factors s: divide the first layer's weights and bias
 *   by s, multiply the second's weights by it; 1 where a range is 0.
 *
 * Cross-layer equalization (Nagel et al. 2019, section 4.1):
 * s = sqrt(first * second) / second, rounded to a power of two (half a power up) from
 * 2^-126 to 2^127. The float network then does not change in a single bit except
 * where numbers leave the normal range, and the two ranges first / s and second * s
 * of a channel are within a factor of 2 of each other. Exact only when what lies
 * between passes a positive factor on: Relu, pooling, nothing.
 *
 * Return: 0, or -EDOM (a range is negative, NaN or infinite, with its index).
 * Nothing is written on failure.
 */
QMAC_EXPORT int qmac_equalize_scales(struct qmac_context *context, const float *first,
				     const float *second, size_t count, float *scale);

/**
 * qmac_smooth_scales() - factors that move range from activations to weights
 * @context: Receives messages.
 * @activation: [@count] greatest |x| of the input channels of a layer.
 * @weight: [@count] greatest |w| of the same input channels.
 * @count: Input channels.
 * @alpha: How much moves, 0 to 1; 0.5 is usual.
 * @scale: Receives [@count] factors s: divide the activations by s, multiply the
 *   weights by it; 1 where a range is 0.
 *
 * SmoothQuant (Xiao et al. 2022, equation 4):
 * s = activation^alpha / weight^(1 - alpha), rounded to a power of two as in
 * qmac_equalize_scales(), whose factors are those of @alpha 0.5.
 *
 * Return: 0, -EINVAL (@alpha), -EDOM (a range is negative, NaN or infinite, with
 * its index). Nothing is written on failure.
 */
QMAC_EXPORT int qmac_smooth_scales(struct qmac_context *context, const float *activation,
				   const float *weight, size_t count, float alpha, float *scale);

/**
 * struct qmac_prune_options - what to prune; one of the two is not 0
 * @threshold: Weights with |w| <= @threshold go.
 * @sparsity: Above 0, up to 1: the @sparsity * count weights of least magnitude
 *   go, a number rounded to nearest, ties to even; of equal weights the first.
 */
struct qmac_prune_options {
	float threshold;
	double sparsity;
};

/**
 * qmac_prune_mask() - which weights stay
 * @context: Receives messages.
 * @options: What to prune.
 * @w: @count weights of any shape.
 * @count: Their number.
 * @mask: Receives 1 for a weight that stays, 0 for one that goes.
 * @pruned: Receives how many go; may be NULL.
 *
 * The shape is kept: multiply by the mask. All schemes give the real 0 a code of
 * its own (but QMAC_ZERO_FREE), so zeros stay exactly zero when quantized.
 *
 * Magnitudes are compared as they are, subnormal ones too; an infinite weight is
 * the greatest.
 *
 * Return: 0, -EINVAL (options), -EDOM (NaN, with its index), -ENOMEM. Nothing is
 * written on failure.
 */
QMAC_EXPORT int qmac_prune_mask(struct qmac_context *context,
				const struct qmac_prune_options *options, const float *w,
				size_t count, uint8_t *mask, size_t *pruned);

/**
 * qmac_mask_apply() - w becomes 0 where the mask is 0
 * @w: @count weights; those that stay keep their bits.
 * @mask: @count entries.
 * @count: Their number.
 */
QMAC_EXPORT void qmac_mask_apply(float *w, const uint8_t *mask, size_t count);

#ifdef __cplusplus
}
#endif

#endif /* QMAC_IMPROVE_H */
