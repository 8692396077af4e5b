// SPDX-License-Identifier: MIT
/* Address spaces: nobody reaches what is not mapped in his own file. */
#include "qmac_test.h"

FIXTURE(vm)
{
	int fd, other;
	struct gemm g;
};

FIXTURE_SETUP(vm)
{
	self->fd = open_node();
	self->other = open_node();
	ASSERT_GE(self->fd, 0);
	ASSERT_GE(self->other, 0);
	ASSERT_EQ(0, gemm_create(self->fd, &self->g, 16, 16, 16));
}

FIXTURE_TEARDOWN(vm)
{
	EXPECT_EQ(0, gemm_run(self->fd, &self->g));
	close(self->fd);
	close(self->other);
}

/* The same address, different memory, in two processes at once. */
TEST_F(vm, two_processes)
{
	int status, i;
	pid_t pid;

	pid = fork();
	if (!pid) {
		int fd = open_node();
		struct gemm g;

		if (gemm_create(fd, &g, 16, 16, 16) || g.bo.va != self->g.bo.va)
			_exit(1);
		for (i = 0; i < 256; i++)
			g.a[i] = -i;
		for (i = 0; i < 50; i++)
			if (gemm_run(fd, &g))
				_exit(2);
		_exit(0);
	}
	for (i = 0; i < 50; i++)
		EXPECT_EQ(0, gemm_run(self->fd, &self->g));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
}

/* Mapped there, but not here. */
TEST_F(vm, no_access)
{
	struct drm_qmac_job job;
	struct drm_qmac_job_status status;
	struct bo filler, secret;
	int i;

	ASSERT_EQ(0, bo_create(self->other, 1 << 20, &filler));
	ASSERT_EQ(0, bo_create(self->other, 4 * PAGE, &secret));
	memset(secret.map, 0x5a, secret.size);
	ASSERT_GE(secret.va, self->g.bo.va + self->g.bo.size);

	self->g.cmd->c_addr = secret.va;
	job = gemm_job(&self->g);
	ASSERT_EQ(0, submit(self->fd, 0, &job, 1, NULL));
	status = job_wait(self->fd, job.job_id);
	EXPECT_EQ((uint32_t)DRM_QMAC_CAUSE_PAGE_FAULT_WRITE, status.cause);
	for (i = 0; i < (int)secret.size; i++)
		ASSERT_EQ(0x5a, ((char *)secret.map)[i]);

	gemm_command(self->g.cmd, self->g.bo.va, 16, 16, 16, 1);
	self->g.cmd->a_addr = secret.va;
	job = gemm_job(&self->g);
	ASSERT_EQ(0, submit(self->fd, 0, &job, 1, NULL));
	status = job_wait(self->fd, job.job_id);
	EXPECT_EQ((uint32_t)DRM_QMAC_CAUSE_PAGE_FAULT_READ, status.cause);
	gemm_command(self->g.cmd, self->g.bo.va, 16, 16, 16, 1);
}

/* Not listed: works while the handle is open, faults afterwards. */
TEST_F(vm, unlisted)
{
	struct drm_qmac_job_status status;
	struct drm_qmac_job job;
	struct bo a;

	ASSERT_EQ(0, bo_create(self->fd, PAGE, &a));
	memcpy(a.map, self->g.a, 256);
	self->g.cmd->a_addr = a.va;
	EXPECT_EQ(0, gemm_run(self->fd, &self->g));

	bo_close(self->fd, &a);
	job = gemm_job(&self->g);
	ASSERT_EQ(0, submit(self->fd, 0, &job, 1, NULL));
	status = job_wait(self->fd, job.job_id);
	EXPECT_EQ((uint32_t)DRM_QMAC_JOB_STATE_FAILED, status.state);
	EXPECT_EQ((uint32_t)DRM_QMAC_CAUSE_PAGE_FAULT_READ, status.cause);
	EXPECT_EQ(a.va, status.fault_addr & ~(PAGE - 1));
	gemm_command(self->g.cmd, self->g.bo.va, 16, 16, 16, 1);
}

/* Listed: stays mapped until the job has ended. */
TEST_F(vm, listed)
{
	struct drm_qmac_bo_use use[2] = { self->g.use };
	struct drm_qmac_job_status status;
	struct drm_qmac_job job[2];
	struct gemm slow;
	struct bo a;

	ASSERT_EQ(0, gemm_create(self->fd, &slow, GEMM_DIM, GEMM_DIM, 64));
	slow.cmd->batch = 64;
	ASSERT_EQ(0, bo_create(self->fd, PAGE, &a));
	memcpy(a.map, self->g.a, 256);
	self->g.cmd->a_addr = a.va;
	use[1] = (struct drm_qmac_bo_use){ a.handle, DRM_QMAC_BO_USE_READ };
	job[0] = gemm_job(&slow);
	job[1] = gemm_job(&self->g);
	job[1].bos = array_of(use);
	ASSERT_EQ(0, submit(self->fd, 0, job, 2, NULL));
	bo_close(self->fd, &a);
	status = job_wait(self->fd, job[1].job_id);
	EXPECT_EQ((uint32_t)DRM_QMAC_JOB_STATE_DONE, status.state);
	EXPECT_EQ(0, gemm_mismatches(&self->g));
	gemm_command(self->g.cmd, self->g.bo.va, 16, 16, 16, 1);
}

/* BOs come and go while jobs of the same address space run: unmaps wait for the device. */
TEST_F(vm, unmap_under_load)
{
	long long syncs = driver_stat("syncs");
	struct drm_qmac_job job[4];
	struct gemm slow;
	struct bo bo;
	int i;

	ASSERT_EQ(0, gemm_create(self->fd, &slow, GEMM_DIM, GEMM_DIM, 64));
	slow.cmd->batch = gemm_slow_batch(self->fd, &slow, 200);
	ASSERT_NE(0u, slow.cmd->batch);
	for (i = 0; i < 4; i++)
		job[i] = gemm_job(&slow);
	ASSERT_EQ(0, submit(self->fd, 0, job, 4, NULL));
	for (i = 0; i < 100; i++) {
		ASSERT_EQ(0, bo_create(self->fd, i % 4 ? PAGE : 3 << 20, &bo));
		memset(bo.map, i, 4096);
		bo_close(self->fd, &bo);
		sleep_ms(2);
	}
	for (i = 0; i < 4; i++)
		EXPECT_EQ((uint32_t)DRM_QMAC_JOB_STATE_DONE,
			  job_wait(self->fd, job[i].job_id).state);
	EXPECT_EQ(0, gemm_mismatches(&slow));
	if (syncs >= 0)
		EXPECT_GT(driver_stat("syncs"), syncs);
}

/* Large BOs are mapped with 2 MiB pages, small ones beside them with 4 KiB. */
TEST_F(vm, page_sizes)
{
	struct gemm g = self->g;
	struct bo large;
	uint64_t at;

	ASSERT_EQ(0, bo_create(self->fd, 5 << 20, &large));
	for (at = 0; at + 4096 <= large.size; at += (1 << 20) - 4096) {
		memset((char *)large.map + at, 0, 1024);
		g.cmd->c_addr = large.va + at;
		g.c = (int32_t *)((char *)large.map + at);
		ASSERT_EQ(0, gemm_run(self->fd, &g));
	}
	gemm_command(self->g.cmd, self->g.bo.va, 16, 16, 16, 1);
}

TEST_HARNESS_MAIN
