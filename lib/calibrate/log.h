/* SPDX-License-Identifier: MIT */
/*
 * Natural logarithm with the same bits on every machine: the C library picks one
 * by the processor. Within 2 units in the last place. Exact environment.
 */
#ifndef QMAC_CALIBRATE_LOG_H
#define QMAC_CALIBRATE_LOG_H

/* @x positive and finite. */
double exact_log(double x);

#endif /* QMAC_CALIBRATE_LOG_H */
