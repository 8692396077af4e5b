/* SPDX-License-Identifier: MIT */
/*
 * What a command should do, on the shadow of an address space.
 */
#ifndef QMAC_TEST_REFERENCE_H
#define QMAC_TEST_REFERENCE_H

#include <drm/qmac_cmd.h>

#include "space.h"

/*
 * Carry out a legal command on the shadow with qmac_ref_gemm(), and check that
 * against a direct computation. False with a note when the two disagree.
 */
bool reference_run(struct space *space, const struct qmac_cmd *cmd);

/* Every field that is not zero, as notes. */
void reference_print(const struct qmac_cmd *cmd);

#endif /* QMAC_TEST_REFERENCE_H */
