/* SPDX-License-Identifier: MIT */
/*
 * libqmac: INT8 tensors and integer layers on a qmac accelerator.
 *
 *   version.h   version of the library
 *   context.h   where error messages go
 *   isa.h       which vector instructions are used
 *   type.h      element types
 *   quant.h     float tensors to integers and back, scales, multipliers
 *   group.h     a scale per row, group or block
 *   encoding.h  other tools' formulas and conventions
 *   bitwidth.h  bit widths of a network's weights, activations and biases
 *   pack.h      codes of 1, 2 and 4 bits in bytes
 *   float16.h   half precision and bfloat16
 *   codebook.h  nonlinear quantization: k-means and powers of two
 *   binary.h    one bit: signs, XNOR and popcount
 *   ggml.h      blocks of ggml, Q4_0 and Q8_0
 *   calibrate.h ranges from data: histograms, searches, other tools' calibration
 *   table.h     calibration files of this and other tools
 *   trace.h     why a number has the code it has
 *   device.h    devices, buffers, jobs: hardware, simulation or reference
 *   gemm.h      matrix products and linear layers
 *   train.h     quantization-aware training: fake quantization and its gradients
 *   improve.h   better codes of weights: bias, ranges, rounding, GPTQ, pruning
 *   network.h   networks from ONNX files: run, examined, quantized
 *   network_calibrate.h  ranges of a network's activations from samples
 *   network_table.h      a network's ranges and scales in calibration files
 *   network_improve.h  steps that make quantized networks more accurate
 *   ops.h       reference operators, the definition of all integer results
 *
 * Conventions of the whole library:
 *
 * - A real number r and its integer q: r = scale * (q - zero_point).
 * - Matrices are row-major; activations A are [M,K], weights B [K,N] or
 *   transposed [N,K], results C [M,N]; a batch is outermost. Strides are in
 *   bytes. Lengths are in elements unless they say bytes.
 * - Functions return 0 or a negative errno, and then leave one line in the
 *   context that names the value at fault and the remedy. A function that fails
 *   has changed nothing that its text does not mention.
 * - Whoever creates an object destroys it. Pointers passed in are borrowed for
 *   the call unless the text says otherwise. Destroying NULL does nothing.
 * - No globals, no locks: a context, and every object made with it, may be used
 *   by one thread at a time. Different contexts are independent.
 * - Results do not depend on the caller's rounding mode, flush-to-zero or
 *   denormals-are-zero bits; none of these, nor a floating-point exception flag,
 *   is changed by a call.
 */
#ifndef QMAC_QMAC_H
#define QMAC_QMAC_H

#include <qmac/binary.h>
#include <qmac/bitwidth.h>
#include <qmac/calibrate.h>
#include <qmac/codebook.h>
#include <qmac/context.h>
#include <qmac/device.h>
#include <qmac/encoding.h>
#include <qmac/float16.h>
#include <qmac/gemm.h>
#include <qmac/ggml.h>
#include <qmac/group.h>
#include <qmac/improve.h>
#include <qmac/isa.h>
#include <qmac/network.h>
#include <qmac/network_calibrate.h>
#include <qmac/network_improve.h>
#include <qmac/network_table.h>
#include <qmac/ops.h>
#include <qmac/pack.h>
#include <qmac/quant.h>
#include <qmac/table.h>
#include <qmac/trace.h>
#include <qmac/train.h>
#include <qmac/type.h>
#include <qmac/version.h>

#endif /* QMAC_QMAC_H */
