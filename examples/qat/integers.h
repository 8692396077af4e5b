/* SPDX-License-Identifier: MIT */
/* The trained network with integers alone, on a device. */
#ifndef QAT_INTEGERS_H
#define QAT_INTEGERS_H

#include "data.h"
#include "network.h"
#include "quantizer.h"

/*
 * Weights become s8, pixels and states u8, biases s32. Each step of the
 * recurrence is one product with ReLU in the clamp; the scale of its result is
 * that of its input. 0 or -errno, message in the context of the device.
 */
int integers_predict(struct qmac_device *device, const struct network *network,
		     const struct quantizers *quantizers, const struct data *data,
		     const uint32_t *rows, size_t count, uint8_t *classes);

#endif /* QAT_INTEGERS_H */
