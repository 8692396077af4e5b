/* SPDX-License-Identifier: MIT */
/*
 * The arithmetic once more, straight from the formulas and sharing nothing with
 * the library: float hardware for F32, 128-bit integers for the others.
 */
#ifndef QMAC_TEST_DIRECT_H
#define QMAC_TEST_DIRECT_H

#include <drm/qmac_cmd.h>

/* Requantize @acc (bias included) as @cmd says, with the given multiplier. */
__s32 direct_requantize(const struct qmac_cmd *cmd, __s32 acc, __u32 mult, __s32 shift);

#endif /* QMAC_TEST_DIRECT_H */
