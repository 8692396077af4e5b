/* SPDX-License-Identifier: MIT */
/*
 * Which vector instructions the library uses.
 *
 * Quantization, dequantization, ranges, the histogram of the own calibrator and
 * the matrix products of networks have loops in plain C, for AVX2 with FMA, and for
 * AVX-512 (F, BW, DQ). All give the same bits. A context takes the widest that the
 * processor has, unless the environment variable QMAC_ISA says "scalar", "avx2" or
 * "avx512" when it is made.
 */
#ifndef QMAC_ISA_H
#define QMAC_ISA_H

#include <stdbool.h>

#include <qmac/context.h>
#include <qmac/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * enum qmac_isa - sets of instructions
 * @QMAC_ISA_SCALAR: Plain C, on any processor.
 * @QMAC_ISA_AVX2: AVX2 and FMA.
 * @QMAC_ISA_AVX512: AVX-512 F, BW and DQ.
 */
enum qmac_isa {
	QMAC_ISA_SCALAR = 0,
	QMAC_ISA_AVX2,
	QMAC_ISA_AVX512,
};

/**
 * qmac_isa_name() - "scalar", "avx2", "avx512"
 * @isa: enum qmac_isa.
 *
 * Return: A static string; NULL for a value that is no set, so that counting up
 * from 0 lists them all.
 */
QMAC_EXPORT const char *qmac_isa_name(unsigned int isa);

/**
 * qmac_isa_supported() - can this processor run it
 * @isa: enum qmac_isa.
 *
 * Return: false also for a value that is no set.
 */
QMAC_EXPORT bool qmac_isa_supported(unsigned int isa);

/**
 * qmac_context_isa() - what a context uses
 * @context: The context.
 *
 * Return: enum qmac_isa.
 */
QMAC_EXPORT unsigned int qmac_context_isa(const struct qmac_context *context);

/**
 * qmac_context_use_isa() - choose what a context uses from now on
 * @context: The context; receives messages.
 * @isa: enum qmac_isa.
 *
 * Return: 0, -EINVAL (no such set), -EOPNOTSUPP (the processor lacks it).
 */
QMAC_EXPORT int qmac_context_use_isa(struct qmac_context *context, unsigned int isa);

#ifdef __cplusplus
}
#endif

#endif /* QMAC_ISA_H */
