/* SPDX-License-Identifier: MIT */
/* Visibility of the public interface; everything else in the library is hidden. */
#ifndef QMAC_EXPORT_H
#define QMAC_EXPORT_H

#define QMAC_EXPORT __attribute__((visibility("default")))

#endif /* QMAC_EXPORT_H */
