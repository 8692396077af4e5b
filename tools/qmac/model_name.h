/* SPDX-License-Identifier: MIT */
#ifndef QMAC_TOOL_MODEL_NAME_H
#define QMAC_TOOL_MODEL_NAME_H

#include <stdint.h>

/* "rtl", "functional" or "reference" for QMAC_MODEL_*; "unknown" otherwise. */
const char *model_name(uint32_t model);

#endif /* QMAC_TOOL_MODEL_NAME_H */
