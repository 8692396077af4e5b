/* SPDX-License-Identifier: MIT */
/* Parameters of quantization as the loops of simd/kernels.h read them. */
#ifndef QMAC_QUANT_ENTRIES_H
#define QMAC_QUANT_ENTRIES_H

#include <qmac/quant.h>

#include "quant/tile.h"
#include "simd/kernels.h"

#define ENTRIES (STRIP_PARAMS + SIMD_BLOCK)

/* Aligned to the longest vector. */
struct entries {
	_Alignas(64) float scale[ENTRIES];
	_Alignas(64) float factor[ENTRIES];
	_Alignas(64) float lo[ENTRIES];
	_Alignas(64) float hi[ENTRIES];
	_Alignas(64) int32_t zero[ENTRIES];
};

/* What is the same for a whole tensor. Dequantization has no options: NULL. */
void codes_init(struct simd_codes *codes, const struct qmac_quant_params *params,
		const struct qmac_quantize_options *options);

/* Fills in @entries for a strip, and @codes, which points to them. */
void codes_strip(struct simd_codes *codes, struct entries *entries,
		 const struct qmac_quant_params *params,
		 const struct qmac_quantize_options *options, const struct tile *tile,
		 const struct strip *strip);

#endif /* QMAC_QUANT_ENTRIES_H */
