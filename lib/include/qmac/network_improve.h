/* SPDX-License-Identifier: MIT */
/*
 * Improving the accuracy of a quantized network, before it is quantized.
 *
 * Each step changes the weights and biases of a float network (network.h) by the
 * means of improve.h, so that qmac_network_quantize() and what-if runs find
 * better codes. In the usual order, all of them optional:
 *
 *   qmac_network_prune()        small weights become 0
 *   qmac_network_equalize()     ranges of neighbouring layers are made alike
 *   qmac_network_smooth()       range moves from activations to weights
 *   qmac_network_round()        weights are put on the grid of their codes
 *   qmac_network_correct_bias() what quantization adds to the means is taken out
 *
 * All steps begin by clearing the fakes of the network and refuse one that is
 * quantized already. Weights that several layers share become each layer's own,
 * so the number of tensors may grow: take ranges of activations anew after a
 * step. Results are deterministic: they depend neither on the caller's
 * floating-point environment nor on the batch; sums over samples are in double,
 * one sample after the other. The network's observer is not called.
 *
 * A step that fails because of memory or of values that are no finite numbers
 * may have changed some layers already; work on a qmac_network_copy() to be able
 * to go back.
 *
 * Reports are arrays of the caller with an entry per layer
 * (qmac_network_info.layers), or NULL. A layer that a step leaves alone has the
 * reason in its entry, a static text. Names told in an entry live as long as the
 * network.
 *
 * Rounding and correcting run the samples once per layer, up to the layer; their time
 * grows with half the square of the layers.
 *
 * Weights of a MatMul with more than two dimensions are pruned, but otherwise
 * left alone, as are layers that transpose their input.
 */
#ifndef QMAC_NETWORK_IMPROVE_H
#define QMAC_NETWORK_IMPROVE_H

#include <stdbool.h>
#include <stddef.h>

#include <qmac/export.h>
#include <qmac/improve.h>
#include <qmac/network.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct qmac_network_prune_options - what to prune
 * @prune: Threshold or sparsity, as for a single tensor.
 * @overall: The sparsity is that of all layers' weights taken together, so that
 *   layers with small weights lose more of them; otherwise each layer has it.
 */
struct qmac_network_prune_options {
	struct qmac_prune_options prune;
	bool overall;
};

/**
 * struct qmac_network_pruned - what was pruned of a layer
 * @layer: Layer number.
 * @weights: Its weights.
 * @pruned: How many are 0 by the mask.
 */
struct qmac_network_pruned {
	size_t layer, weights, pruned;
};

/**
 * qmac_network_prune() - set weights of small magnitude to 0
 * @network: Float network.
 * @options: What to prune.
 * @report: One entry per layer, or NULL.
 *
 * Shapes stay. The zeros stay exactly 0 through all other steps and when
 * quantized. Biases are not pruned.
 *
 * Return: 0, -EINVAL (options; already quantized), -EDOM (a weight is not
 * finite: names the layer), -ENOMEM; no weight has changed on failure.
 */
QMAC_EXPORT int qmac_network_prune(struct qmac_network *network,
				   const struct qmac_network_prune_options *options,
				   struct qmac_network_pruned *report);

/**
 * struct qmac_network_pair - two layers that shared their ranges
 * @first: Layer whose output channels were divided by factors, or
 *   QMAC_NETWORK_NONE.
 * @second: Layer whose weights were multiplied by them, or QMAC_NETWORK_NONE.
 * @channels: Output channels of @first; 0 without a pair.
 * @changed: Channels with a factor other than 1.
 * @least: Least factor.
 * @greatest: Greatest factor.
 * @skipped: Why there is no pair, or NULL.
 * @where: Name of the node that stands in the way, or NULL.
 */
struct qmac_network_pair {
	size_t first, second;
	size_t channels, changed;
	float least, greatest;
	const char *skipped, *where;
};

/**
 * qmac_network_equalize() - give neighbouring layers the same ranges per channel
 * @network: Float network.
 * @report: One entry per layer, for the pair that it is the first of; or NULL.
 *
 * Cross-layer equalization (Nagel et al. 2019) with the factors of
 * qmac_equalize_scales(), pair after pair in the order of execution, again and
 * again until all factors are 1, but at most 50 times. A chain like Conv,
 * depthwise Conv, Conv is two pairs, which this brings to the balance of all
 * three. A factor is left out where it would not bring the two ranges closer or
 * where a weight or bias would leave the normal numbers.
 *
 * Two layers are a pair when nothing but Relu, Clip without an upper bound,
 * MaxPool, AveragePool, GlobalAveragePool, Flatten, Reshape, Transpose and
 * Identity lies between, nothing else reads what lies between, and each input of
 * the second belongs to one output channel of the first (one channel to many
 * inputs is fine: Conv, Flatten, Gemm). A Clip with an upper bound (ReLU6) does not
 * pass factors on: such layers are skipped and reported.
 *
 * All factors are powers of two, so the results of the float network stay the
 * same bits, unless an activation leaves the normal numbers.
 *
 * Return: 0, -EINVAL (already quantized), -EDOM (a weight is not finite), -ENOMEM.
 */
QMAC_EXPORT int qmac_network_equalize(struct qmac_network *network,
				      struct qmac_network_pair *report);

/**
 * qmac_network_smooth() - move range from activations to the weights that read them
 * @network: Float network with one input and one output.
 * @rows: Samples, not 0.
 * @x: [@rows, ...] inputs.
 * @alpha: How much moves, 0 to 1; 0.5 is usual.
 * @report: One entry per layer, for the pair that it is the second of; or NULL.
 *
 * SmoothQuant (Xiao et al. 2022) with the factors of qmac_smooth_scales(): the
 * activations are divided by way of the weights and bias of the layer before,
 * which must be a pair as in qmac_network_equalize(). A layer with no such layer
 * before it, the first for instance, is skipped and reported: a Mul in front
 * of it could not help, as its input would be quantized before the Mul.
 *
 * Return: 0, -EINVAL (already quantized, @alpha, @rows, inputs), -EDOM (a weight
 * or activation is not finite), what running gives, -ENOMEM.
 */
QMAC_EXPORT int qmac_network_smooth(struct qmac_network *network, size_t rows, const float *x,
				    float alpha, struct qmac_network_pair *report);

/**
 * enum qmac_network_rounding - how weights are rounded
 * @QMAC_NETWORK_NEAREST: Each to its nearest code.
 * @QMAC_NETWORK_ADAPTIVE: qmac_round_adaptive().
 * @QMAC_NETWORK_GPTQ: qmac_gptq(); has a scale per output channel, or per group.
 *   Without groups a channel that comes out worse than by rounding to nearest is
 *   rounded to nearest.
 */
enum qmac_network_rounding {
	QMAC_NETWORK_NEAREST = 0,
	QMAC_NETWORK_ADAPTIVE,
	QMAC_NETWORK_GPTQ,
};

/**
 * struct qmac_network_round_options - how to round
 * @method: enum qmac_network_rounding.
 * @widths: Bits of the weights, 2 to 16, and of the activations, 0 to 16; 0
 *   leaves activations float. @widths.per_channel must be set for
 *   QMAC_NETWORK_GPTQ.
 * @ranges: One entry per tensor, for the bits of activations; NULL for those of
 *   qmac_network_minmax() over the samples.
 * @passes: Of QMAC_NETWORK_ADAPTIVE; 0 for its default.
 * @group: Of QMAC_NETWORK_GPTQ: inputs that share a scale; 0 for all.
 * @damping: Of QMAC_NETWORK_GPTQ; 0 for its default.
 * @by_activity: Of QMAC_NETWORK_GPTQ.
 * @keep_float: NULL, or one entry per layer: it stays float, as in struct
 *   qmac_network_quantize_options.
 */
struct qmac_network_round_options {
	unsigned int method;
	struct qmac_network_widths widths;
	const struct qmac_network_range *ranges;
	unsigned int passes;
	size_t group;
	double damping;
	bool by_activity;
	const bool *keep_float;
};

/**
 * struct qmac_network_rounded - how a layer was rounded
 * @layer: Layer number.
 * @weights: Its weights.
 * @changed: Codes that are not the nearest; with @group the weights that are not
 *   what rounding to nearest with a scale per channel makes of them.
 * @before: qmac_rounding_error() of rounding to nearest, over all groups of a
 *   convolution.
 * @after: The same of the result.
 * @skipped: Why the weights were left as they were, or NULL.
 */
struct qmac_network_rounded {
	size_t layer, weights, changed;
	double before, after;
	const char *skipped;
};

/**
 * qmac_network_round() - put the weights of all layers on the grid of their codes
 * @network: Float network with one input and one output.
 * @rows: Samples, not 0.
 * @x: [@rows, ...] inputs.
 * @options: How.
 * @report: One entry per layer, or NULL.
 *
 * Layer by layer in the order of execution: the moments of the layer's inputs are
 * summed over all samples (of a convolution over all its windows, padding
 * included), with the layers before it rounded and their activations quantized;
 * scales are those of qmac_network_quantize() and qmac_network_fake_layer(),
 * symmetric over the range of the weights; the weights become scale times code.
 *
 * Of each scale at least one weight has the greatest code: where a method leaves
 * none, the one that it costs least. So the scale comes out the same again, but for
 * its last bit, and qmac_network_quantize() (for 8 bits, without widening) and
 * qmac_network_fake_layer() (for the same bits and granularity) give exactly the
 * codes chosen here. Weights that are 0 stay 0 with all methods.
 *
 * With a @group there are several scales per channel, for blocks as those of
 * qmac_network_quantize(): consecutive inputs of a Gemm or MatMul, consecutive input
 * channels at one position of the kernel of a convolution. With the same @block and
 * QMAC_TYPE_S4 for 4 bits it gives exactly the codes chosen here.
 *
 * A layer with more than QMAC_MOMENTS_MAX inputs, whose moments would be too large, is
 * rounded to nearest and reported as such; its errors are NaN.
 *
 * Return: 0, -EINVAL (already quantized, options, @rows, inputs), -EDOM (a weight,
 * range or activation is not finite; see qmac_gptq()), what running gives,
 * -ENOMEM.
 */
QMAC_EXPORT int qmac_network_round(struct qmac_network *network, size_t rows, const float *x,
				   const struct qmac_network_round_options *options,
				   struct qmac_network_rounded *report);

/**
 * struct qmac_network_correct_options - what biases are to make good
 * @widths: Bits of weights and activations as in qmac_network_fake_layer(); 0
 *   weight bits take the weights as they are, say after qmac_network_round()
 *   with a group.
 * @ranges: One entry per tensor, for the bits of activations; NULL for those of
 *   qmac_network_minmax() over the samples.
 * @reference: The network whose means are right: a qmac_network_copy() taken
 *   before weights were rounded (equalizing and smoothing change what
 *   activations mean: take it after those). Its fakes are cleared. NULL for
 *   the network itself without fakes.
 * @keep_float: NULL, or one entry per layer: its weights and input stay float. Its
 *   bias is corrected for what the layers before it do.
 */
struct qmac_network_correct_options {
	struct qmac_network_widths widths;
	const struct qmac_network_range *ranges;
	struct qmac_network *reference;
	const bool *keep_float;
};

/**
 * struct qmac_network_corrected - how a bias was corrected
 * @layer: Layer number.
 * @mean_square: Mean over the channels of the square of what was added to the
 *   bias.
 * @greatest: Greatest magnitude of it.
 * @added: The layer had no bias and has one now.
 * @skipped: Why nothing was corrected, or NULL.
 */
struct qmac_network_corrected {
	size_t layer;
	double mean_square, greatest;
	bool added;
	const char *skipped;
};

/**
 * qmac_network_correct_bias() - take what quantization adds to the means out
 * @network: Float network with one input and one output.
 * @rows: Samples, not 0.
 * @x: [@rows, ...] inputs.
 * @options: What to correct.
 * @report: One entry per layer, or NULL.
 *
 * Bias correction (Nagel et al. 2019, section 4.2) with measured means: layer by
 * layer in the order of execution, with the weights of this and all layers
 * before it and their inputs quantized, and those before it corrected, the bias
 * of each output channel is raised by mean(float result) - mean(quantized
 * result) over all samples and pixels. Other than (w - v) E[x] of
 * qmac_correct_bias() this also makes good what rounding and clipping of
 * activations do to the mean.
 *
 * A Conv or Gemm without a bias gets one; a MatMul of two dimensions becomes a
 * Gemm with one. Skipped and reported are a MatMul of more dimensions and a Gemm
 * whose bias is no constant with one value, or one per channel.
 *
 * Return: 0, -EINVAL (already quantized, options, @rows, inputs; @reference has other
 * layers or samples), -EDOM (a weight, range or result is not finite), what running gives,
 * -ENOMEM.
 */
QMAC_EXPORT int qmac_network_correct_bias(struct qmac_network *network, size_t rows, const float *x,
					  const struct qmac_network_correct_options *options,
					  struct qmac_network_corrected *report);

#ifdef __cplusplus
}
#endif

#endif /* QMAC_NETWORK_IMPROVE_H */
