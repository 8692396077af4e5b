/* SPDX-License-Identifier: MIT */
#ifndef QMAC_TOOL_GEMM_REPORT_H
#define QMAC_TOOL_GEMM_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include <qmac/qmac.h>

/**
 * struct gemm_report - what came of a product
 * @info: The device.
 * @desc: The product.
 * @result: Counters of its job.
 * @seconds: Wall time from submission to completion.
 * @seed: Seed of random operands; @is_random tells whether there was one.
 * @checked: Compared with the CPU reference; @mismatches results differ.
 * @has_error: Compared with float: the following are set.
 * @max_error: Largest absolute difference.
 * @relative_error: Root mean square of the difference over that of the product.
 * @sqnr_db: The same in decibels.
 */
struct gemm_report {
	const struct qmac_device_info *info;
	const struct qmac_gemm_desc *desc;
	struct qmac_job_result result;
	double seconds;
	bool is_random;
	uint64_t seed;
	bool checked;
	uint64_t mismatches;
	bool has_error;
	double max_error, relative_error, sqnr_db;
};

void gemm_report_print(const struct gemm_report *report);
void gemm_report_print_json(const struct gemm_report *report);

#endif /* QMAC_TOOL_GEMM_REPORT_H */
