/* SPDX-License-Identifier: MIT */
/*
 * Dense storage of small codes: two, four or eight in a byte, low bits first.
 *
 * The order is that of ONNX's 4-bit tensors: element 0 is in the low bits of
 * byte 0, rows are not padded, unused bits of the last byte are 0. Signed codes
 * are two's complement in their bits; a binary code is a set bit for 1 and a
 * clear bit for -1. Wider types are stored as they are.
 *
 * These functions keep no state: any number of threads may call them with
 * contexts of their own.
 */
#ifndef QMAC_PACK_H
#define QMAC_PACK_H

#include <stddef.h>
#include <stdint.h>

#include <qmac/export.h>

#ifdef __cplusplus
extern "C" {
#endif

struct qmac_context;

/**
 * qmac_packed_bytes() - bytes of packed codes
 * @type: QMAC_TYPE_*.
 * @count: Elements.
 *
 * Return: ceil(@count * bits / 8); 0 for a value that is no type, or when it
 * exceeds a size_t.
 */
QMAC_EXPORT size_t qmac_packed_bytes(uint8_t type, size_t count);

/**
 * qmac_pack() - codes from containers to dense bytes
 * @context: Receives messages.
 * @type: An integer type of at most 16 bits.
 * @codes: @count containers of qmac_type_bytes() bytes: int8_t for S4, S2 and
 *   B1, uint8_t for U4 and U2.
 * @count: Elements.
 * @packed: Receives qmac_packed_bytes() bytes; may not overlap @codes.
 *
 * Return: 0, -EINVAL (type), -ERANGE (a code that the type does not have, with
 * its index; nothing is written).
 */
QMAC_EXPORT int qmac_pack(struct qmac_context *context, uint8_t type, const void *codes,
			  size_t count, void *packed);

/**
 * qmac_unpack() - codes from dense bytes to containers
 * @context: Receives messages.
 * @type: An integer type of at most 16 bits.
 * @packed: qmac_packed_bytes() bytes; bits beyond the last code are not read.
 * @count: Elements.
 * @codes: Receives @count containers; may not overlap @packed.
 *
 * Return: 0 or -EINVAL (type).
 */
QMAC_EXPORT int qmac_unpack(struct qmac_context *context, uint8_t type, const void *packed,
			    size_t count, void *codes);

#ifdef __cplusplus
}
#endif

#endif /* QMAC_PACK_H */
