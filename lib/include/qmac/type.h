/* SPDX-License-Identifier: MIT */
/*
 * Element types of tensors: QMAC_TYPE_* of <drm/qmac_cmd.h>, which the hardware
 * knows or has reserved, and those below, which only the library knows.
 *
 * Integer codes of less than 8 bits lie one per byte where the library computes
 * (their container), and several per byte where they are stored: see
 * qmac_pack(). 16-bit types are in the machine's byte order.
 */
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
 * define QMAC_TYPE_S2 - signed 2 bit, -2 to 1, four per byte, low bits first
 */
#define QMAC_TYPE_S2 65

/**
 * define QMAC_TYPE_U2 - unsigned 2 bit, 0 to 3, packed as QMAC_TYPE_S2
 */
#define QMAC_TYPE_U2 66

/**
 * define QMAC_TYPE_B1 - binary, -1 or 1, eight per byte, low bit first; a set bit is 1
 */
#define QMAC_TYPE_B1 67

/**
 * define QMAC_TYPE_F16 - IEEE 754 binary16, storage only
 */
#define QMAC_TYPE_F16 68

/**
 * define QMAC_TYPE_BF16 - the upper half of an fp32, storage only
 */
#define QMAC_TYPE_BF16 69

/**
 * define QMAC_TYPE_F32 - IEEE 754 binary32
 */
#define QMAC_TYPE_F32 70

/**
 * qmac_type_name() - "s8", "u8", "s32", "f16", ...
 * @type: QMAC_TYPE_*.
 *
 * Return: A static string; "?" for a value that is no type.
 */
QMAC_EXPORT const char *qmac_type_name(uint8_t type);

/**
 * qmac_type_bits() - bits of an element
 * @type: QMAC_TYPE_*.
 *
 * Return: 1, 2, 4, 8, 16 or 32; 0 for QMAC_TYPE_NONE and values that are no type.
 */
QMAC_EXPORT unsigned int qmac_type_bits(uint8_t type);

/**
 * qmac_type_bytes() - bytes of an element in its container
 * @type: QMAC_TYPE_*.
 *
 * Return: 1 up to 8 bits, 2 or 4 for wider types; 0 where qmac_type_bits() is 0.
 */
QMAC_EXPORT unsigned int qmac_type_bytes(uint8_t type);

/**
 * qmac_type_range() - least and greatest value of an integer type
 * @type: QMAC_TYPE_*.
 * @lo: Receives the least value.
 * @hi: Receives the greatest value.
 *
 * Of QMAC_TYPE_B1 these are -1 and 1; 0 is no value of it.
 *
 * Return: 0, or -EINVAL (nothing stored) for floating-point types and where
 * qmac_type_bits() is 0.
 */
QMAC_EXPORT int qmac_type_range(uint8_t type, int32_t *lo, int32_t *hi);

#ifdef __cplusplus
}
#endif

#endif /* QMAC_TYPE_H */
