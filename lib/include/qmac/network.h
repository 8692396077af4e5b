/* SPDX-License-Identifier: MIT */
/*
 * Networks: ONNX files read, run in float, examined and quantized.
 *
 * A network is a graph of tensors and nodes, the nodes in the order in which
 * they run. It is read from an ONNX file (opset 7 to 22, default domain) made of
 *
 *   Conv (1-D, 2-D, grouped, depthwise)  Gemm  MatMul  BatchNormalization
 *   Relu  Clip  Sigmoid  HardSwish  Softmax  Add  Mul
 *   MaxPool  AveragePool  GlobalAveragePool
 *   Concat  Flatten  Reshape  Transpose  Identity  Dropout  Constant
 *   QuantizeLinear  DequantizeLinear
 *
 * Anything else is refused with the operator's and the node's name. A Dropout does
 * nothing, outside training. Tensors of other types than fp32 and integers and second
 * outputs of MaxPool and Dropout may be there as long as nothing reads them.
 *
 * While it is read a network is simplified: constants are folded, BatchNormalization
 * behind a convolution or a linear layer goes into its weights, alpha and beta of a
 * Gemm likewise. MatMul by a constant matrix and Add of a constant row become one
 * linear layer, a Gemm, between two Reshape when there are more than two dimensions, as
 * in transformers: its bias is then quantized and improved as such. Shapes are
 * inferred and checked then and there.
 *
 * The first dimension of inputs and outputs is the batch. When the file leaves
 * it open any number of samples runs at once, otherwise exactly as many as it
 * says; qmac_network_run_rows() takes care of that.
 *
 * The float executor is plain fp32 in a fixed order: a sum runs over the inputs
 * of a layer in the order of the weights, whatever the batch. Results depend
 * neither on the caller's floating-point environment nor on the batch. The
 * exponential function is that of the C library. Memory is planned once per
 * batch size.
 *
 * What-if runs: any float tensor, weight or activation, can be given
 * quantization parameters (struct qmac_fake); it is then quantized and
 * dequantized wherever it is read. On that rest the sensitivity of layers and
 * the sweep over bit widths. qmac_network_quantize() makes a network of integers
 * out of a float one, as QuantizeLinear and DequantizeLinear around the layers, which
 * runs here as well as in ONNX Runtime.
 *
 * A network belongs to the context it was loaded with: one thread at a time.
 * Strings and arrays told by a network live as long as it does.
 */
#ifndef QMAC_NETWORK_H
#define QMAC_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <qmac/export.h>

#ifdef __cplusplus
extern "C" {
#endif

struct qmac_context;
struct qmac_network;
struct qmac_table;

/**
 * define QMAC_NETWORK_RANK - most dimensions of a tensor
 */
#define QMAC_NETWORK_RANK 8

/**
 * define QMAC_NETWORK_NONE - number that stands for "no such tensor"
 */
#define QMAC_NETWORK_NONE SIZE_MAX

/**
 * qmac_network_load() - read an ONNX file
 * @context: Receives messages; must outlive the network.
 * @path: File, at most 2 GiB. Weights may be in other files in its directory or below
 *   (external data), 4 GiB of them.
 * @out: Receives the network; destroy it.
 *
 * The file may be anything: it is checked before it is believed.
 *
 * Return: 0, -ENOENT and what else opening and reading gives, -EINVAL (not an
 * ONNX model, damaged, shapes that do not fit: names node and number),
 * -ENOTSUP (an operator, attribute or type that is not read: names the node),
 * -EFBIG (larger than is allowed), -ENOMEM.
 */
QMAC_EXPORT int qmac_network_load(struct qmac_context *context, const char *path,
				  struct qmac_network **out);

/**
 * qmac_network_load_memory() - read an ONNX model that is in memory
 * @context: Receives messages; must outlive the network.
 * @data: The model, with all tensors inside; not needed after the call.
 * @bytes: Its length.
 * @out: Receives the network; destroy it.
 *
 * Return: As qmac_network_load().
 */
QMAC_EXPORT int qmac_network_load_memory(struct qmac_context *context, const void *data,
					 size_t bytes, struct qmac_network **out);

/**
 * qmac_network_save() - write a network as an ONNX file
 * @network: Network.
 * @path: File; replaced by rename once the new one is complete.
 *
 * What is written is the simplified network, without struct qmac_fake, in the
 * least opset from 14 on that has all of it: 14, 19 (some average pooling) or 21
 * (integers of 4 and 16 bits, blocks), with IR version 8, 9 or 10.
 *
 * Return: 0, -ENOMEM, -EFBIG (2 GiB or more), or what writing gave; @path is as
 * before on failure.
 */
QMAC_EXPORT int qmac_network_save(const struct qmac_network *network, const char *path);

/**
 * qmac_network_save_opset() - write a network as an ONNX file of a given opset
 * @network: Network.
 * @path: File; replaced by rename once the new one is complete.
 * @opset: From what qmac_network_save() would choose up to 22, for readers that
 *   want a newer one.
 *
 * Return: As qmac_network_save(), or -EINVAL: @opset is too old for the network, or
 * too new.
 */
QMAC_EXPORT int qmac_network_save_opset(const struct qmac_network *network, const char *path,
					unsigned int opset);

/**
 * qmac_network_destroy() - free a network
 * @network: May be NULL.
 */
QMAC_EXPORT void qmac_network_destroy(struct qmac_network *network);

/**
 * struct qmac_network_info - the size of a network
 * @inputs: Inputs of the graph that are no constants.
 * @outputs: Outputs of the graph.
 * @tensors: Tensors, constants included; numbered from 0.
 * @nodes: Nodes.
 * @layers: Nodes that multiply by constant weights: Conv, Gemm, MatMul.
 * @fixed_batch: Samples of every run as the file demands it, or 0 for any number.
 * @parameters: Elements of the weights and biases of all layers.
 * @macs: Multiplications of the layers for one sample.
 */
struct qmac_network_info {
	size_t inputs, outputs, tensors, nodes, layers;
	size_t fixed_batch;
	uint64_t parameters, macs;
};

/**
 * qmac_network_info() - tell the size of a network
 * @network: Network.
 * @info: Receives it.
 */
QMAC_EXPORT void qmac_network_info(const struct qmac_network *network,
				   struct qmac_network_info *info);

/**
 * struct qmac_network_tensor - a tensor of a network
 * @name: Its name in the file.
 * @constant: A weight, not an activation.
 * @is_float: fp32; the others are the integers of quantized networks and shapes.
 * @rank: Number of dimensions.
 * @dims: Dimensions at the batch of the last run; before the first run a batch
 *   that is free counts as 1.
 * @count: Product of @dims.
 */
struct qmac_network_tensor {
	const char *name;
	bool constant, is_float;
	unsigned int rank;
	size_t dims[QMAC_NETWORK_RANK];
	size_t count;
};

/**
 * qmac_network_tensor() - tell about a tensor
 * @network: Network.
 * @tensor: Its number, below qmac_network_info.tensors.
 * @out: Receives what is known.
 *
 * Return: 0 or -EINVAL.
 */
QMAC_EXPORT int qmac_network_tensor(const struct qmac_network *network, size_t tensor,
				    struct qmac_network_tensor *out);

/**
 * qmac_network_find() - number of a tensor by name
 * @network: Network.
 * @name: Name in the file.
 *
 * Return: The number or QMAC_NETWORK_NONE.
 */
QMAC_EXPORT size_t qmac_network_find(const struct qmac_network *network, const char *name);

/**
 * qmac_network_input() - tensor number of an input
 * @network: Network.
 * @i: Which one.
 *
 * Return: The number or QMAC_NETWORK_NONE.
 */
QMAC_EXPORT size_t qmac_network_input(const struct qmac_network *network, size_t i);

/**
 * qmac_network_output() - tensor number of an output
 * @network: Network.
 * @i: Which one.
 *
 * Return: The number or QMAC_NETWORK_NONE.
 */
QMAC_EXPORT size_t qmac_network_output(const struct qmac_network *network, size_t i);

/**
 * qmac_network_constant() - values of a constant
 * @network: Network.
 * @tensor: Its number.
 *
 * Return: qmac_network_tensor.count values, dense, valid until the constant is
 * set or the network changed or destroyed; NULL when @tensor is no fp32 constant.
 */
QMAC_EXPORT const float *qmac_network_constant(const struct qmac_network *network, size_t tensor);

/**
 * qmac_network_set_constant() - give a constant other values
 * @network: Network.
 * @tensor: Number of an fp32 constant.
 * @values: qmac_network_tensor.count values, finite; copied.
 *
 * What was computed from the constant when the network was read is computed anew.
 * A constant that is itself such a result is cut off from what it was computed
 * from. struct qmac_fake of the tensor stays and applies to the new values. All
 * layers and nodes that share the constant see them.
 *
 * Return: 0, -EINVAL (no fp32 constant), -EDOM (NaN or infinity, with its index),
 * -ENOMEM; nothing has changed on failure.
 */
QMAC_EXPORT int qmac_network_set_constant(struct qmac_network *network, size_t tensor,
					  const float *values);

/**
 * qmac_network_copy() - a network that is like another
 * @network: Network.
 * @out: Receives the copy, of the same context and with the same numbers of
 *   tensors, nodes and layers; without fakes and observer. Destroy it.
 *
 * Return: 0 or -ENOMEM.
 */
QMAC_EXPORT int qmac_network_copy(const struct qmac_network *network, struct qmac_network **out);

/**
 * struct qmac_network_layer - a node that multiplies by constant weights
 * @name: The node's name, or that of its output when it has none.
 * @operation: "Conv", "Gemm" or "MatMul".
 * @input: Tensor number of the activations.
 * @weight: Tensor number of the weights.
 * @bias: Tensor number of the bias or QMAC_NETWORK_NONE.
 * @output: Tensor number of the result.
 * @axis: Axis of @weight that counts output channels.
 * @channels: Output channels.
 * @macs: Multiplications for one sample.
 */
struct qmac_network_layer {
	const char *name, *operation;
	size_t input, weight, bias, output;
	int axis;
	size_t channels;
	uint64_t macs;
};

/**
 * qmac_network_layer() - tell about a layer
 * @network: Network.
 * @layer: Its number, below qmac_network_info.layers; in the order of execution.
 * @out: Receives what is known.
 *
 * Return: 0 or -EINVAL.
 */
QMAC_EXPORT int qmac_network_layer(const struct qmac_network *network, size_t layer,
				   struct qmac_network_layer *out);

/**
 * qmac_network_run() - run a batch
 * @network: Network.
 * @batch: Samples; qmac_network_info.fixed_batch when that is not 0.
 * @inputs: As many arrays as the network has inputs, dense fp32, batch first.
 * @outputs: As many arrays as it has outputs; receive dense fp32. NULL when only an
 *   observer is interested.
 *
 * Return: 0, -EINVAL (batch; an input or output that is not fp32), -EFBIG
 * (activations beyond 4 GiB), -ENOMEM, or what an observer returned. Outputs are
 * written only on success.
 */
QMAC_EXPORT int qmac_network_run(struct qmac_network *network, size_t batch,
				 const float *const *inputs, float *const *outputs);

/**
 * qmac_network_run_rows() - run any number of samples, batch by batch
 * @network: Network with one input and, for @y, one output.
 * @rows: Samples.
 * @x: [@rows, ...] inputs.
 * @y: Receives [@rows, ...] outputs; NULL when only an observer is interested.
 *
 * Up to 32 samples run at a time, fewer when activations are large, or as many as
 * the file fixes; then a last batch that is not full is filled with copies of the
 * last sample, which observers see, too.
 *
 * Return: As qmac_network_run(); -EINVAL, too, for more than one input or output.
 */
QMAC_EXPORT int qmac_network_run_rows(struct qmac_network *network, size_t rows, const float *x,
				      float *y);

/**
 * typedef qmac_network_observer - sees the activations of a run
 * @user: As given to qmac_network_observe().
 * @tensor: Tensor number.
 * @values: Its values, valid during the call.
 * @count: Their number, all samples together.
 *
 * Called once per run for each input and for the result of each node, when it is
 * fp32, in the order of execution, with the values that later nodes read.
 *
 * Return: 0 to go on; a negative errno ends the run and is returned by it.
 */
typedef int (*qmac_network_observer)(void *user, size_t tensor, const float *values, size_t count);

/**
 * qmac_network_observe() - set or remove the observer
 * @network: Network.
 * @observer: Called from qmac_network_run(); NULL for none. It must not use the
 *   network except for asking about it.
 * @user: Passed on.
 */
QMAC_EXPORT void qmac_network_observe(struct qmac_network *network, qmac_network_observer observer,
				      void *user);

/**
 * struct qmac_fake - how a tensor is quantized and dequantized in a what-if run
 * @binary: Every value becomes +scale or -scale (0 counts as positive); zero
 *   points and codes are not used.
 * @axis: Channel axis of @scale, or QMAC_PER_TENSOR.
 * @channels: Entries of the arrays; 1 with QMAC_PER_TENSOR.
 * @scale: Positive, normal, finite.
 * @zero_point: In @q_min to @q_max.
 * @q_min: Least code, at least -2^20.
 * @q_max: Greatest code, at most 2^20.
 *
 * x becomes scale * (clamp(round(x / scale) + zero_point, q_min, q_max)
 * - zero_point), fp32, ties to even, as QuantizeLinear and DequantizeLinear of
 * ONNX define it. Infinities saturate, NaN becomes 0.
 */
struct qmac_fake {
	bool binary;
	int axis;
	size_t channels;
	const float *scale;
	const int32_t *zero_point;
	int32_t q_min, q_max;
};

/**
 * qmac_network_set_fake() - give a tensor quantization parameters, or take them away
 * @network: Network.
 * @tensor: Number of an fp32 tensor.
 * @fake: Copied; NULL for none.
 *
 * Return: 0, -EINVAL (tensor, axis, channels, scale, codes), -ENOMEM; the tensor
 * is as before on failure.
 */
QMAC_EXPORT int qmac_network_set_fake(struct qmac_network *network, size_t tensor,
				      const struct qmac_fake *fake);

/**
 * qmac_network_clear_fakes() - take the quantization parameters of all tensors away
 * @network: Network.
 */
QMAC_EXPORT void qmac_network_clear_fakes(struct qmac_network *network);

/**
 * struct qmac_network_range - what an activation is taken to range over
 * @lo: Least value.
 * @hi: Greatest value, not below @lo.
 */
struct qmac_network_range {
	float lo, hi;
};

/**
 * qmac_network_minmax() - ranges of all activations over given samples
 * @network: Network with one input.
 * @rows: Samples, not 0.
 * @x: [@rows, ...] inputs.
 * @ranges: One entry per tensor; constants and integers get 0 to 0. Any other
 *   source of ranges will do in its place.
 *
 * The network's observer is not called.
 *
 * Return: 0, as qmac_network_run_rows(), or -EDOM (an activation is NaN or
 * infinite: names it, or the constant that it comes from).
 */
QMAC_EXPORT int qmac_network_minmax(struct qmac_network *network, size_t rows, const float *x,
				    struct qmac_network_range *ranges);

/**
 * struct qmac_network_widths - bits of a what-if run
 * @weight_bits: 1 to 16, or 0 to leave weights alone. From 2 bits on symmetric,
 *   codes +-(2^(bits-1) - 1), scale max|w| / (2^(bits-1) - 1); 1 bit is binary,
 *   the sign of w times the mean |w| (binary-weight networks).
 * @activation_bits: 1 to 16, or 0 to leave activations alone. Asymmetric over
 *   the range with 0 in it, 2^bits codes; from 2 bits on as qmac_quant_choose()
 *   has it, so that 8 bits are those of qmac_network_quantize().
 * @per_channel: A scale per output channel of the weights.
 */
struct qmac_network_widths {
	unsigned int weight_bits, activation_bits;
	bool per_channel;
};

/**
 * qmac_network_fake_layer() - quantize one layer of a what-if run
 * @network: Network.
 * @layer: Layer number.
 * @widths: Bits; its weights and its input are given parameters, which other
 *   readers of the same tensors see, too.
 * @ranges: One entry per tensor.
 *
 * Return: 0, -EINVAL (layer, bits), -EDOM (a weight or range is not finite),
 * -ENOMEM.
 */
QMAC_EXPORT int qmac_network_fake_layer(struct qmac_network *network, size_t layer,
					const struct qmac_network_widths *widths,
					const struct qmac_network_range *ranges);

/**
 * struct qmac_network_loss - how far results are from the float network's
 * @sqnr_db: 10 log10(sum y^2 / sum (y - y')^2); infinite for equal results,
 *   minus infinity when a result is NaN.
 * @cosine: Cosine of the angle between all results, seen as two vectors; 1 when
 *   they are equal, 0 when one of them is zero and the other is not.
 * @agreement: Share of samples whose greatest output is the same (first of ties).
 * @accuracy: Share of samples whose greatest output is the label; NaN without
 *   labels.
 */
struct qmac_network_loss {
	double sqnr_db, cosine, agreement, accuracy;
};

/**
 * qmac_network_compare() - measure the distance of results
 * @want: [@rows, @outputs] of the float network.
 * @got: [@rows, @outputs] results to judge.
 * @rows: Samples, not 0.
 * @outputs: Outputs per sample, not 0.
 * @labels: @rows numbers of the right output, or NULL.
 * @loss: Receives the measures; sums are in double, in order.
 */
QMAC_EXPORT void qmac_network_compare(const float *want, const float *got, size_t rows,
				      size_t outputs, const uint32_t *labels,
				      struct qmac_network_loss *loss);

/**
 * struct qmac_network_samples - samples to judge a network by
 * @rows: Samples, not 0.
 * @x: [@rows, ...] inputs.
 * @labels: @rows numbers of the right output, or NULL.
 * @ranges: One entry per tensor, for instance of qmac_network_minmax().
 */
struct qmac_network_samples {
	size_t rows;
	const float *x;
	const uint32_t *labels;
	const struct qmac_network_range *ranges;
};

/**
 * struct qmac_network_sensitivity - what quantizing one layer alone does
 * @layer: Layer number.
 * @loss: Of the network's results.
 */
struct qmac_network_sensitivity {
	size_t layer;
	struct qmac_network_loss loss;
};

/**
 * qmac_network_sensitivity() - quantize each layer alone and see what that does
 * @network: Network with one input and one output; its fakes are cleared.
 * @samples: Samples.
 * @widths: Bits of the layer under test; the others stay float.
 * @out: One entry per layer, the layer that hurts most first (least SQNR; equal
 *   ones in the order of execution).
 * @baseline: Receives the measures of the float network itself; may be NULL.
 *
 * Return: 0, or as qmac_network_fake_layer() and qmac_network_run_rows().
 */
QMAC_EXPORT int qmac_network_sensitivity(struct qmac_network *network,
					 const struct qmac_network_samples *samples,
					 const struct qmac_network_widths *widths,
					 struct qmac_network_sensitivity *out,
					 struct qmac_network_loss *baseline);

/**
 * qmac_network_sweep() - quantize all layers at each of several widths
 * @network: Network with one input and one output; its fakes are cleared.
 * @samples: Samples.
 * @widths: @count widths.
 * @count: Number of widths.
 * @out: Receives @count measures.
 * @baseline: Receives the measures of the float network itself; may be NULL.
 *
 * Return: As qmac_network_sensitivity().
 */
QMAC_EXPORT int qmac_network_sweep(struct qmac_network *network,
				   const struct qmac_network_samples *samples,
				   const struct qmac_network_widths *widths, size_t count,
				   struct qmac_network_loss *out,
				   struct qmac_network_loss *baseline);

/**
 * struct qmac_network_quantize_options - details; zeroed is the default
 * @activation_type: QMAC_TYPE_U8, S8, U16 or S16; 0 is U8.
 * @per_channel: A scale per output channel of the weights.
 * @widen: Raise the scale of weights whose bias would not fit 32 bits
 *   (qmac_widen_scales()); otherwise such a bias is an error.
 * @weight_type: QMAC_TYPE_S8, S16 or S4; 0 is S8.
 * @bias_bits: 8 or 32; 0 is 32.
 * @symmetric: Activations symmetric (QMAC_SCHEME_SYMMETRIC), with the zero point
 *   in the middle: with S8 it is 0, as TensorRT demands.
 * @block: S4 weights: inputs of a layer that share a scale (blocks along axis 1 of
 *   a convolution's weights), instead of @per_channel; 0 for none.
 * @keep_float: NULL, or one entry per layer: it stays float, reads floats and makes
 *   floats, as do the nodes before it back to the last layer and those behind it up
 *   to the next.
 * @encodings: NULL, or a table whose weights' ranges are taken, and whose scales
 *   are taken to the last bit where they agree with the ranges; give it to
 *   qmac_network_table_ranges() first.
 */
struct qmac_network_quantize_options {
	uint8_t activation_type;
	bool per_channel, widen;
	uint8_t weight_type;
	uint8_t bias_bits;
	bool symmetric;
	size_t block;
	const bool *keep_float;
	const struct qmac_table *encodings;
};

/**
 * qmac_network_quantize() - make a network of integers out of a float one
 * @network: Float network; not changed.
 * @ranges: One entry per tensor of it.
 * @options: NULL for the default.
 * @out: Receives the network, of the same context; destroy it.
 *
 * Weights are symmetric, without the least code (+-127), in all types: ONNX
 * Runtime and TensorRT want it so, and an asymmetric weight would cost a
 * correction per sum. Activations are asymmetric unless @symmetric. A bias of 32
 * bits has the scale of input times weights (qmac_quantize_bias()); one of 8 bits
 * has its own, +-127, and is brought to that scale at run time; beside weights in
 * blocks a bias of 32 bits stays float.
 *
 * Every activation is quantized that a quantized node reads, except what goes only
 * into a Relu or Clip right behind its layer. Each has a scale of its own from its own range: both
 * inputs of Add and Mul and all inputs of Concat, whose results are quantized anew, as QLinearAdd
 * and QLinearConcat of ONNX Runtime do; the results of Sigmoid and Softmax too,
 * whose range is what calibration saw of [0, 1]. MaxPool, Flatten, Reshape and
 * Transpose keep the parameters of their input, so they lose nothing.
 *
 * With 8-bit activations and weights of at most 8 bits (not in blocks) the layers
 * can run on sums of 32 bits: a sum that could leave them is refused. Wider ones
 * need 64 bits or, as ONNX Runtime does it, floats, and are not checked. Types of
 * 4 and 16 bits and blocks need opset 21; qmac_network_save() writes what is
 * needed.
 *
 * Return: 0, -EINVAL (types, widths; already quantized; accumulators could
 * overflow: names the layer), -EDOM (a range or weight is not finite; NaN
 * stands for a range that is not known), -ERANGE (bias: names layer and channel),
 * -ENOMEM.
 */
QMAC_EXPORT int qmac_network_quantize(const struct qmac_network *network,
				      const struct qmac_network_range *ranges,
				      const struct qmac_network_quantize_options *options,
				      struct qmac_network **out);

#ifdef __cplusplus
}
#endif

#endif /* QMAC_NETWORK_H */
