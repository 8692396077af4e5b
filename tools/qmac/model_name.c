// SPDX-License-Identifier: MIT
#include "model_name.h"

#include <qmac/qmac.h>

const char *model_name(uint32_t model)
{
	switch (model) {
	case QMAC_MODEL_RTL:
		return "rtl";
	case QMAC_MODEL_FUNCTIONAL:
		return "functional";
	case QMAC_MODEL_REFERENCE:
		return "reference";
	default:
		return "unknown";
	}
}
