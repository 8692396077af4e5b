/* SPDX-License-Identifier: MIT */
/* The groups of directed tests; each opens devices as it needs. */
#ifndef QMAC_TEST_DIRECTED_H
#define QMAC_TEST_DIRECTED_H

#include "rig.h"

void check_operands(const struct device_options *options);
void check_registers(const struct device_options *options);
void check_entries(const struct device_options *options);
void check_illegal(const struct device_options *options);
void check_params(const struct device_options *options);
void check_faults(const struct device_options *options);
void check_limit(const struct device_options *options);
void check_abort(const struct device_options *options);
void check_reset(const struct device_options *options);
void check_sync(const struct device_options *options);
void check_halts(const struct device_options *options);
void check_rings(const struct device_options *options);
void check_repeat(const struct device_options *options);
void check_large(const struct device_options *options);
void check_requant(const struct device_options *options);
void check_leaks(const struct device_options *options);

#endif /* QMAC_TEST_DIRECTED_H */
