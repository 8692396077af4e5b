/* SPDX-License-Identifier: MIT */
/* Type descriptors in .npy headers ("<f4"). Private to this directory. */
#ifndef QMAC_NPY_DESCR_H
#define QMAC_NPY_DESCR_H

#include "npy.h"

const char *npy_descr(enum npy_type type);

/* Returns 0, or -1 for a type that qmac does not read. */
int npy_type_from_descr(const char *descr, size_t length, enum npy_type *type);

#endif /* QMAC_NPY_DESCR_H */
