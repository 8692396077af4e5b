// SPDX-License-Identifier: MIT
#include "gemm/run.h"

#include <errno.h>

uint64_t gemm_align(uint64_t offset)
{
	return (offset + 4095) / 4096 * 4096;
}

int gemm_execute(struct qmac_device *device, const struct qmac_job_desc *desc,
		 struct qmac_job_result *result)
{
	struct qmac_job_result own;
	struct qmac_job *job;
	int error;

	if (!result)
		result = &own;
	error = qmac_submit(device, NULL, desc, 1, &job);
	if (error)
		return error;
	do {
		error = qmac_job_wait(job, QMAC_FOREVER);
	} while (error == -EINTR);
	if (!error)
		error = qmac_job_result(job, result);
	if (!error)
		error = result->error;
	qmac_job_release(job);
	return error;
}
