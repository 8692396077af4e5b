/* SPDX-License-Identifier: MIT */
#ifndef QMAC_TOOL_STORED_TYPE_H
#define QMAC_TOOL_STORED_TYPE_H

#include <stdint.h>

#include "npy/npy.h"

/** stored_type() - type of a file's elements for codes of QMAC_TYPE_*; bytes where .npy has none */
enum npy_type stored_type(uint8_t type);

#endif /* QMAC_TOOL_STORED_TYPE_H */
