/* SPDX-License-Identifier: MIT */
/* Running one command, inside the library. */
#ifndef QMAC_GEMM_RUN_H
#define QMAC_GEMM_RUN_H

#include <qmac/device.h>

/* The next multiple of the page size, from @offset on. */
uint64_t gemm_align(uint64_t offset);

/* Submit one job and see it through: 0, or the error of submission or job. */
int gemm_execute(struct qmac_device *device, const struct qmac_job_desc *desc,
		 struct qmac_job_result *result);

#endif /* QMAC_GEMM_RUN_H */
