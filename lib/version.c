// SPDX-License-Identifier: MIT
#include <qmac/version.h>

#define TEXT(x)	  #x
#define NUMBER(x) TEXT(x)

const char *qmac_version(void)
{
	return NUMBER(QMAC_LIB_VERSION_MAJOR) "." NUMBER(QMAC_LIB_VERSION_MINOR) "." NUMBER(
		QMAC_LIB_VERSION_PATCH);
}
