// SPDX-License-Identifier: MIT
/* Causes of failed jobs. */
#include <errno.h>

#include "device/backend.h"

struct cause {
	unsigned int cause;
	int error;
	const char *name;
};

static const struct cause causes[] = {
	{ QMAC_CAUSE_NONE, 0, "no error" },
	{ QMAC_CAUSE_PAGE_FAULT_READ, -EFAULT, "page fault on a load" },
	{ QMAC_CAUSE_PAGE_FAULT_WRITE, -EFAULT, "page fault on a store" },
	{ QMAC_CAUSE_BUS_ERROR_READ, -EIO, "bus error on a load" },
	{ QMAC_CAUSE_BUS_ERROR_WRITE, -EIO, "bus error on a store" },
	{ QMAC_CAUSE_ILLEGAL_COMMAND, -EINVAL, "illegal command" },
	{ QMAC_CAUSE_BAD_PARAM, -EINVAL, "bad parameter record" },
	{ QMAC_CAUSE_CYCLE_LIMIT, -ETIME, "cycle limit reached" },
	{ QMAC_CAUSE_ABORTED, -ECANCELED, "aborted" },
	{ QMAC_CAUSE_BAD_ENTRY, -EIO, "bad ring entry" },
	{ QMAC_CAUSE_OVERFLOW, -EOVERFLOW, "accumulator overflow" },
	{ QMAC_CAUSE_HANG, -ETIMEDOUT, "device hung and was reset" },
	{ QMAC_CAUSE_RESET, -ECANCELED, "device was reset for another job" },
	{ QMAC_CAUSE_DEPENDENCY, -ECANCELED, "a job it waited for failed" },
	{ QMAC_CAUSE_DEVICE_LOST, -ENODEV, "device lost" },
};

static const struct cause *find(unsigned int cause)
{
	size_t i;

	for (i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
		if (causes[i].cause == cause)
			return &causes[i];
	}
	return NULL;
}

const char *qmac_cause_name(unsigned int cause)
{
	const struct cause *found = find(cause);

	return found ? found->name : "unknown cause";
}

int qmac_cause_error(unsigned int cause)
{
	const struct cause *found = find(cause);

	return found ? found->error : -EIO;
}
