/* SPDX-License-Identifier: MIT */
/* A range of real numbers that grows. All functions want the exact environment. */
#ifndef QMAC_CALIBRATE_SPAN_H
#define QMAC_CALIBRATE_SPAN_H

#include <stdbool.h>

/* @any is false while nothing was seen; then both bounds are 0. */
struct span {
	float lo, hi;
	bool any;
};

/* A zero is +0 whatever its sign, so that equal spans have equal bytes. */
static inline void span_extend(struct span *span, float lo, float hi)
{
	if (!span->any || lo < span->lo)
		span->lo = lo + 0.0f;
	if (!span->any || hi > span->hi)
		span->hi = hi + 0.0f;
	span->any = true;
}

static inline void span_merge(struct span *into, const struct span *from)
{
	if (from->any)
		span_extend(into, from->lo, from->hi);
}

/* The exponential moving average: old + constant * (new - old), in fp32. */
static inline void span_approach(struct span *average, const struct span *seen, float constant)
{
	if (!average->any) {
		*average = *seen;
		return;
	}
	average->lo = average->lo + constant * (seen->lo - average->lo) + 0.0f;
	average->hi = average->hi + constant * (seen->hi - average->hi) + 0.0f;
}

#endif /* QMAC_CALIBRATE_SPAN_H */
