/* SPDX-License-Identifier: MIT */
/* Shared by the reference operators only. */
#ifndef QMAC_REF_H
#define QMAC_REF_H

#include <qmac/ops.h>

/**
 * qmac_ref_type_range() - least and greatest value of an element type
 * @type: QMAC_TYPE_*.
 * @lo: Receives the least value.
 * @hi: Receives the greatest value.
 *
 * Return: true for S8, U8 and S32, false (nothing stored) for all others.
 */
bool qmac_ref_type_range(uint8_t type, int32_t *lo, int32_t *hi);

/**
 * qmac_ref_requant_valid() - is a recipe in its closed domain
 * @requant: The recipe, without multiplier and shift.
 */
bool qmac_ref_requant_valid(const struct qmac_requant *requant);

/**
 * struct qmac_ref_scaled - a real number as an integer and a power of two
 * @value: Magnitude below 2^62, or the saturated result when @places is zero.
 * @places: The number is @value * 2^-@places; 0 to 62.
 */
struct qmac_ref_scaled {
	int64_t value;
	unsigned int places;
};

/**
 * qmac_ref_scale_f32() - fp32(fp32(acc) * mult) with integers only
 * @acc: Accumulator.
 * @mult: Bits of an fp32 in the domain of QMAC_PATH_F32.
 *
 * Return: The product; saturated to 32 bits by sign when it lies outside them.
 */
struct qmac_ref_scaled qmac_ref_scale_f32(int32_t acc, uint32_t mult);

#endif /* QMAC_REF_H */
