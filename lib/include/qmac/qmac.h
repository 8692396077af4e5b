/* SPDX-License-Identifier: MIT */
/*
 * libqmac: INT8 tensors and integer layers on a qmac accelerator.
 *
 *   version.h   version of the library
 *   context.h   where error messages go
 *   type.h      element types
 *   quant.h     float tensors to 8 bits and back, scales, multipliers
 *   device.h    devices, buffers, jobs: hardware, simulation or reference
 *   gemm.h      matrix products and linear layers
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

#include <qmac/context.h>
#include <qmac/device.h>
#include <qmac/gemm.h>
#include <qmac/ops.h>
#include <qmac/quant.h>
#include <qmac/type.h>
#include <qmac/version.h>

#endif /* QMAC_QMAC_H */
