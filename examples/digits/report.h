/* SPDX-License-Identifier: MIT */
#ifndef DIGITS_REPORT_H
#define DIGITS_REPORT_H

#include <stddef.h>
#include <stdint.h>

#include <qmac/qmac.h>

/**
 * struct report - what the demo found
 * @device: The device that ran the network.
 * @virtualization: KVM, TCG, ...
 * @samples: Test samples.
 * @float_accuracy: Share of samples the float network gets right.
 * @int8_accuracy: The same for INT8 on the device.
 * @cpu_accuracy: The same for INT8 on the CPU reference.
 * @mismatches: Logits in which device and CPU reference differ.
 * @jobs: Jobs run on the device.
 * @cycles: Device cycles of all jobs; 0 when the device counts none.
 * @mac_utilization: Share of the array's multipliers put to use.
 * @simulated_hz: Device cycles per second of wall time, submission to fence.
 */
struct report {
	struct qmac_device_info device;
	const char *virtualization;
	size_t samples;
	double float_accuracy, int8_accuracy, cpu_accuracy;
	size_t mismatches;
	unsigned int jobs;
	uint64_t cycles;
	double mac_utilization;
	double simulated_hz;
};

void report_print(const struct report *report);

/* Write the report as JSON. 0 or -errno, message printed. */
int report_save(const struct report *report, const char *path);

#endif /* DIGITS_REPORT_H */
