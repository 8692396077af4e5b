/* SPDX-License-Identifier: MIT */
/* Element types of tensors: QMAC_TYPE_* of <drm/qmac_cmd.h>. */
#ifndef QMAC_TYPE_H
#define QMAC_TYPE_H

#include <stddef.h>
#include <stdint.h>

#include <drm/qmac_cmd.h>

#include <qmac/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * qmac_type_name() - "s8", "u8", "s32", ...
 * @type: QMAC_TYPE_*.
 *
 * Return: A static string; "?" for a value that is no type.
 */
QMAC_EXPORT const char *qmac_type_name(uint8_t type);

/**
 * qmac_type_bits() - bits of an element
 * @type: QMAC_TYPE_*.
 *
 * Return: 4, 8, 16 or 32; 0 for QMAC_TYPE_NONE and values that are no type.
 */
QMAC_EXPORT unsigned int qmac_type_bits(uint8_t type);

/**
 * qmac_type_range() - least and greatest value of a type
 * @type: QMAC_TYPE_*.
 * @lo: Receives the least value.
 * @hi: Receives the greatest value.
 *
 * Return: 0, or -EINVAL (nothing stored) where qmac_type_bits() is 0.
 */
QMAC_EXPORT int qmac_type_range(uint8_t type, int32_t *lo, int32_t *hi);

#ifdef __cplusplus
}
#endif

#endif /* QMAC_TYPE_H */
