/* SPDX-License-Identifier: MIT */
/* Version of the library. Until 1.0 a new minor number may change the interface. */
#ifndef QMAC_VERSION_H
#define QMAC_VERSION_H

#include <qmac/export.h>

#ifdef __cplusplus
extern "C" {
#endif

#define QMAC_LIB_VERSION_MAJOR 0
#define QMAC_LIB_VERSION_MINOR 1
#define QMAC_LIB_VERSION_PATCH 0

/**
 * qmac_version() - version of the library that runs
 *
 * Return: "MAJOR.MINOR.PATCH", static.
 */
QMAC_EXPORT const char *qmac_version(void);

#ifdef __cplusplus
}
#endif

#endif /* QMAC_VERSION_H */
