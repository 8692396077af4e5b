/* SPDX-License-Identifier: MIT */
/*
 * 16-bit floating point as storage: IEEE 754 binary16 (QMAC_TYPE_F16) and
 * bfloat16 (QMAC_TYPE_BF16), converted to and from fp32.
 *
 * Narrowing rounds to nearest, ties to even; beyond the greatest number it gives
 * infinity (f16: 65520 and above), and small numbers become subnormal or 0 with
 * their sign. A NaN stays one: quiet, with its sign and the upper bits of its
 * payload. Widening is exact. All is done on bits: no floating-point mode has an
 * influence, no exception flag is raised.
 *
 * These functions keep no state and cannot fail.
 */
#ifndef QMAC_FLOAT16_H
#define QMAC_FLOAT16_H

#include <stddef.h>
#include <stdint.h>

#include <qmac/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * qmac_f16_narrow() - fp32 to binary16
 * @x: @count numbers.
 * @count: Elements.
 * @out: Receives @count encodings; may not overlap @x.
 */
QMAC_EXPORT void qmac_f16_narrow(const float *x, size_t count, uint16_t *out);

/**
 * qmac_f16_widen() - binary16 to fp32
 * @in: @count encodings.
 * @count: Elements.
 * @x: Receives @count numbers; may not overlap @in.
 */
QMAC_EXPORT void qmac_f16_widen(const uint16_t *in, size_t count, float *x);

/**
 * qmac_bf16_narrow() - fp32 to bfloat16
 * @x: @count numbers.
 * @count: Elements.
 * @out: Receives @count encodings; may not overlap @x.
 */
QMAC_EXPORT void qmac_bf16_narrow(const float *x, size_t count, uint16_t *out);

/**
 * qmac_bf16_widen() - bfloat16 to fp32
 * @in: @count encodings.
 * @count: Elements.
 * @x: Receives @count numbers; may not overlap @in.
 */
QMAC_EXPORT void qmac_bf16_widen(const uint16_t *in, size_t count, float *x);

#ifdef __cplusplus
}
#endif

#endif /* QMAC_FLOAT16_H */
