// SPDX-License-Identifier: MIT
#include <time.h>

#include "device/backend.h"

int64_t qmac_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t qmac_deadline_ns(int64_t timeout_ns)
{
	int64_t now = qmac_now_ns();

	return timeout_ns > INT64_MAX - now ? INT64_MAX : now + timeout_ns;
}
