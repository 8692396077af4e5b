/* SPDX-License-Identifier: MIT */
/* Quantized types, their codes, and checks of parameters, inside the library. */
#ifndef QMAC_QUANT_PARAMS_H
#define QMAC_QUANT_PARAMS_H

#include <qmac/quant.h>

/* Greatest magnitude of a zero point with QMAC_ZERO_FREE: sums stay exact in fp32. */
#define ZERO_FREE_MAX (1 << 21)

/* The codes of an integer type, and the zero point of its symmetric schemes. */
struct codes {
	int32_t lo, middle, hi;
};

/* Codes of @type cut down to @bits, 0 for all; both valid. */
struct codes qmac_codes(uint8_t type, unsigned int bits);

/* Is zero a code of its middle, that is, is the type signed. */
bool qmac_type_is_signed(uint8_t type);

/* Is @scale finite, positive and not subnormal; whatever the caller's modes are. */
bool qmac_scale_valid(float scale);

/* 0, or -EINVAL with a message when @type is no type to quantize to. */
int qmac_quant_type_check(struct qmac_context *context, uint8_t type);

/* 0, or -EINVAL with a message when @type has no codes of @bits bits. */
int qmac_quant_bits_check(struct qmac_context *context, uint8_t type, unsigned int bits);

/* 0, or -EINVAL with a message when @params cannot serve @count channels. */
int qmac_quant_params_check(struct qmac_context *context, const struct qmac_quant_params *params,
			    size_t count);

/* 0, or -EDOM with a message naming the channel whose bounds are no range. */
int qmac_quant_bounds_check(struct qmac_context *context, const float *lo, const float *hi,
			    size_t channels);

#endif /* QMAC_QUANT_PARAMS_H */
