/* SPDX-License-Identifier: MIT */
/* Parameters of quantization as the loops of simd/kernels.h read them. */
#ifndef QMAC_QUANT_ENTRIES_H
#define QMAC_QUANT_ENTRIES_H

#include <qmac/quant.h>

#include "quant/tile.h"
#include "simd/kernels.h"

#define ENTRIES (TILE_COLUMNS + SIMD_BLOCK)

/* For the elements of a strip; one entry for a uniform tile. */
struct entries {
	float scale[ENTRIES], factor[ENTRIES], lo[ENTRIES], hi[ENTRIES];
	int32_t zero[ENTRIES];
};

/* What is the same for a whole tensor. Dequantization has no options: NULL. */
void codes_init(struct simd_codes *codes, const struct qmac_quant_params *params,
		const struct qmac_quantize_options *options);

/* Points @codes to @entries, and fills them in for a uniform tile. */
void codes_uniform(struct simd_codes *codes, struct entries *entries,
		   const struct qmac_quant_params *params,
		   const struct qmac_quantize_options *options, size_t param);

/* Likewise for a strip of a tile. */
void codes_strip(struct simd_codes *codes, struct entries *entries,
		 const struct qmac_quant_params *params,
		 const struct qmac_quantize_options *options, const struct tile *tile,
		 const struct strip *strip);

#endif /* QMAC_QUANT_ENTRIES_H */
