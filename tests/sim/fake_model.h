/* SPDX-License-Identifier: MIT */
/*
 * A device model for tests of what lies above models: memory for registers,
 * and a doorbell that copies memory and interrupts.
 */
#ifndef QMAC_TESTS_SIM_FAKE_MODEL_H
#define QMAC_TESTS_SIM_FAKE_MODEL_H

#include "model/model.h"

/* Registers. Others below FAKE_REGISTERS are plain memory; all are zero after reset. */
#define FAKE_ID		0x000 /* FAKE_ID_VALUE, read only */
#define FAKE_ID_VALUE	0x43414d51u
#define FAKE_ARRAY	0x008 /* 1x1, read only */
#define FAKE_SOURCE_LO	0x100
#define FAKE_SOURCE_HI	0x104
#define FAKE_TARGET_LO	0x108
#define FAKE_TARGET_HI	0x10c
#define FAKE_LENGTH	0x110 /* bytes, multiple of 16 */
#define FAKE_STROBE	0x114 /* byte strobe of the stores; 0 means all */
#define FAKE_GO		0x118 /* any write: copy, then raise vector 0 */
#define FAKE_DONE	0x11c /* copies ended */
#define FAKE_ERRORS	0x120 /* bus errors seen */
#define FAKE_SPIN	0x124 /* be busy for so many cycles */
#define FAKE_RAISE	0x128 /* write: raise the vectors of this bitmap */
#define FAKE_LATCH	0x12c /* counts its own reads */
#define FAKE_LAST_WRITE 0x130 /* offset of the register written last */
#define FAKE_REGISTERS	0x4000

extern const struct qmac_model_ops qmac_model_ops;

#endif /* QMAC_TESTS_SIM_FAKE_MODEL_H */
