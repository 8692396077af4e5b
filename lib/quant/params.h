/* SPDX-License-Identifier: MIT */
/* Checks of quantization parameters, inside the library. */
#ifndef QMAC_QUANT_PARAMS_H
#define QMAC_QUANT_PARAMS_H

#include <qmac/quant.h>

/* 0, or -EINVAL with a message when @type is no type to quantize to. */
int qmac_quant_type_check(struct qmac_context *context, uint8_t type);

/* 0, or -EINVAL with a message when @params cannot serve a tensor like @extent. */
int qmac_quant_params_check(struct qmac_context *context, const struct qmac_quant_params *params,
			    const struct qmac_extent *extent);

#endif /* QMAC_QUANT_PARAMS_H */
