// SPDX-License-Identifier: MIT
#include "stored_type.h"

#include <qmac/type.h>

enum npy_type stored_type(uint8_t type)
{
	switch (type) {
	case QMAC_TYPE_S8:
		return NPY_S8;
	case QMAC_TYPE_S16:
		return NPY_S16;
	case QMAC_TYPE_F16:
		return NPY_F16;
	case QMAC_TYPE_U16:
	case QMAC_TYPE_BF16:
		return NPY_U16;
	default:
		return NPY_U8;
	}
}
