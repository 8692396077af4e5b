/* SPDX-License-Identifier: MIT */
/* Jobs of random copies, and ways to spoil one of their commands. */
#ifndef QMAC_TB_JOBS_JOB_H
#define QMAC_TB_JOBS_JOB_H

#include <vector>

#include "device.h"

enum {
	FaultNone,
	FaultRead,
	FaultWrite,
	FaultBusRead,
	FaultBusWrite,
	FaultWalk,
	FaultIllegal,
	FaultParam,
	FaultKinds
};

/* Every command has its own pages for A, B, C and its record. */
static const uint64_t va_data = 3ull << 30;
static const uint64_t va_command_step = 1ull << 16;
enum {
	PageA = 0,
	PageB = 4,
	PageC = 8,
	PageP = 12
};

/* A job's address space and commands. */
class Job
{
      public:
	Job(Device &device, unsigned commands, bool small = false);

	void place(unsigned i, unsigned page, uint64_t flags);
	uint64_t va(unsigned i, unsigned page)
	{
		return va_data + va_command_step * i + 4096ull * page;
	}
	uint8_t *data(unsigned i, unsigned page, uint64_t offset);
	uint8_t *command_bytes(unsigned i);
	void put_command(unsigned i);
	bool copied(unsigned i);
	bool untouched(unsigned i);
	void spoil(unsigned i, unsigned kind);

	Device &device;
	Tables tables;
	std::vector<struct qmac_cmd> commands;
	std::vector<std::vector<uint8_t>> before;
	uint32_t cause = QMAC_CAUSE_NONE, index;
	uint64_t fault_addr = 0;
};

/* Record @i is that of a good job. */
void check_good(Device &d, Job &job, const struct qmac_job_entry &e, uint32_t i);

#endif /* QMAC_TB_JOBS_JOB_H */
