// SPDX-License-Identifier: MIT
#include "grain_name.h"

#include <stddef.h>

#include <qmac/group.h>

const char *grain_name(unsigned int grain)
{
	static const char *const names[] = {
		[QMAC_GRAIN_TENSOR] = "tensor", [QMAC_GRAIN_CHANNEL] = "channel",
		[QMAC_GRAIN_ROW] = "row",	[QMAC_GRAIN_GROUP] = "channel-group",
		[QMAC_GRAIN_BLOCK] = "group",
	};

	return grain < sizeof(names) / sizeof(names[0]) ? names[grain] : NULL;
}
