// SPDX-License-Identifier: MIT
/* SUBMIT and JOB_QUERY: each field refused when wrong, all or nothing. */
#include "qmac_test.h"

FIXTURE(submission)
{
	int fd;
	struct gemm g;
	struct drm_qmac_job job;
	struct drm_qmac_limits limits;
};

FIXTURE_SETUP(submission)
{
	self->fd = open_node();
	ASSERT_GE(self->fd, 0);
	ASSERT_EQ(0, gemm_create(self->fd, &self->g, 8, 8, 8));
	self->job = gemm_job(&self->g);
	self->limits = get_limits(self->fd);
}

/* After all that was refused, nothing has run and everything still works. */
FIXTURE_TEARDOWN(submission)
{
	EXPECT_EQ(0, gemm_run(self->fd, &self->g));
	close(self->fd);
}

/* Expects that @job is refused with @error, alone and behind a good one. */
#define REFUSED(error, job)                                                            \
	do {                                                                           \
		struct drm_qmac_job __jobs[2] = { self->job, (job) };                  \
		uint32_t __index;                                                      \
                                                                                       \
		EXPECT_EQ(error, submit(self->fd, 0, &__jobs[1], 1, &__index));        \
		EXPECT_EQ(0u, __index);                                                \
		EXPECT_EQ(error, submit(self->fd, 0, __jobs, 2, &__index));            \
		EXPECT_EQ(1u, __index);                                                \
		EXPECT_EQ(-EINVAL, syncobj_wait_ns(self->fd, self->g.sync.handle, 0)); \
		EXPECT_TRUE(gemm_untouched(&self->g));                                 \
	} while (0)

TEST_F(submission, job_fields)
{
	struct drm_qmac_job job;

	job = self->job;
	job.flags = 1u << 1;
	REFUSED(-EINVAL, job);
	job.flags = 1u << 31;
	REFUSED(-EINVAL, job);
	job = self->job;
	job.cmd_va += 32;
	REFUSED(-EINVAL, job);
	job.cmd_va = 1ull << 39;
	REFUSED(-EINVAL, job);
	job.cmd_va = ~0ull & ~63ull;
	REFUSED(-EINVAL, job);
	job = self->job;
	job.cmd_count = self->limits.max_commands + 1;
	REFUSED(-EINVAL, job);
	job.cmd_count = ~0u;
	REFUSED(-EINVAL, job);
	job = self->job;
	job.cycle_limit = self->limits.max_cycle_limit + 1;
	REFUSED(-EINVAL, job);
}

TEST_F(submission, bo_array)
{
	struct drm_qmac_job job = self->job;

	job.bos.stride = 4;
	REFUSED(-EINVAL, job);
	job.bos.stride = 0;
	REFUSED(-EINVAL, job);
	job.bos.stride = 12;
	REFUSED(-EINVAL, job);
	job.bos.stride = 1u << 31;
	REFUSED(-EINVAL, job);
	job = self->job;
	job.bos.count = self->limits.max_bos + 1;
	REFUSED(-EINVAL, job);
	job.bos.count = ~0u;
	REFUSED(-EINVAL, job);
	job = self->job;
	job.bos.ptr = 0x10;
	REFUSED(-EFAULT, job);
	job.bos.ptr = 0;
	REFUSED(-EFAULT, job);
	job.bos.ptr = 0xffff800000000000ull;
	REFUSED(-EFAULT, job);
	job = self->job;
	job.bos.ptr += 4;
	REFUSED(-EINVAL, job);
	job = self->job;
	job.bos.count = 0;
	REFUSED(-EINVAL, job); /* pointer without elements */
}

TEST_F(submission, bo_use)
{
	struct drm_qmac_job job = self->job;
	struct drm_qmac_bo_use use[2] = { self->g.use, self->g.use };

	job.bos = array_n(use, 1);
	use[0].handle = 0;
	REFUSED(-ENOENT, job);
	use[0].handle = 12345;
	REFUSED(-ENOENT, job);
	use[0] = self->g.use;
	use[0].flags = 0;
	REFUSED(-EINVAL, job);
	use[0].flags = DRM_QMAC_BO_USE_NO_IMPLICIT;
	REFUSED(-EINVAL, job);
	use[0].flags = DRM_QMAC_BO_USE_READ | 1u << 3;
	REFUSED(-EINVAL, job);
	use[0].flags = DRM_QMAC_BO_USE_READ | 1u << 31;
	REFUSED(-EINVAL, job);
	use[0] = self->g.use;
	job.bos.count = 2; /* twice the same */
	REFUSED(-EINVAL, job);
}

TEST_F(submission, sync_array)
{
	struct drm_qmac_job job = self->job;

	job.syncs.stride = 8;
	REFUSED(-EINVAL, job);
	job.syncs.stride = 20;
	REFUSED(-EINVAL, job);
	job = self->job;
	job.syncs.count = self->limits.max_syncs + 1;
	REFUSED(-EINVAL, job);
	job = self->job;
	job.syncs.ptr = 8;
	REFUSED(-EFAULT, job);
	job.syncs.ptr = self->job.syncs.ptr + 1;
	REFUSED(-EINVAL, job);
	job = self->job;
	job.syncs.count = 0;
	REFUSED(-EINVAL, job);
}

TEST_F(submission, sync_fields)
{
	struct drm_qmac_job job = self->job;
	struct drm_qmac_sync sync = self->g.sync;

	job.syncs = array_n(&sync, 1);
	sync.handle = 0;
	REFUSED(-ENOENT, job);
	sync.handle = 999;
	REFUSED(-ENOENT, job);
	sync = self->g.sync;
	sync.flags = 0;
	REFUSED(-EINVAL, job);
	sync.flags = DRM_QMAC_SYNC_TIMELINE;
	REFUSED(-EINVAL, job);
	sync.flags = DRM_QMAC_SYNC_WAIT | DRM_QMAC_SYNC_SIGNAL;
	REFUSED(-EINVAL, job);
	sync.flags = DRM_QMAC_SYNC_SIGNAL | 1u << 3;
	REFUSED(-EINVAL, job);
	sync = self->g.sync;
	sync.point = 1; /* of a binary syncobj */
	REFUSED(-EINVAL, job);
	sync.flags = DRM_QMAC_SYNC_SIGNAL | DRM_QMAC_SYNC_TIMELINE;
	sync.point = 0;
	REFUSED(-EINVAL, job);
	sync.flags = DRM_QMAC_SYNC_WAIT; /* no fence in it */
	REFUSED(-ENOENT, job);
	sync.flags = DRM_QMAC_SYNC_WAIT | DRM_QMAC_SYNC_TIMELINE;
	sync.point = 5; /* not reached, nobody has promised it */
	REFUSED(-ENOENT, job);
	sync.handle = 999;
	REFUSED(-ENOENT, job);
}

TEST_F(submission, arguments)
{
	struct drm_qmac_job job = self->job;
	struct drm_qmac_submit good = { .jobs = array_n(&job, 1) }, args;

	args = good;
	args.flags = 1;
	EXPECT_EQ(-EINVAL, call(self->fd, DRM_IOCTL_QMAC_SUBMIT, &args));
	EXPECT_EQ(1u, args.fail_index);
	args = good;
	args.pad = 1;
	EXPECT_EQ(-EINVAL, call(self->fd, DRM_IOCTL_QMAC_SUBMIT, &args));
	args = good;
	args.queue_id = 3;
	EXPECT_EQ(-ENOENT, call(self->fd, DRM_IOCTL_QMAC_SUBMIT, &args));
	args.queue_id = ~0u;
	EXPECT_EQ(-ENOENT, call(self->fd, DRM_IOCTL_QMAC_SUBMIT, &args));
	args = good;
	args.jobs.count = 0;
	args.jobs.ptr = 0;
	EXPECT_EQ(-EINVAL, call(self->fd, DRM_IOCTL_QMAC_SUBMIT, &args));
	args = good;
	args.jobs.count = self->limits.max_jobs + 1;
	EXPECT_EQ(-EINVAL, call(self->fd, DRM_IOCTL_QMAC_SUBMIT, &args));
	args = good;
	args.jobs.count = ~0u;
	EXPECT_EQ(-EINVAL, call(self->fd, DRM_IOCTL_QMAC_SUBMIT, &args));
	args = good;
	args.jobs.stride -= 8;
	EXPECT_EQ(-EINVAL, call(self->fd, DRM_IOCTL_QMAC_SUBMIT, &args));
	args = good;
	args.jobs.stride += 4;
	EXPECT_EQ(-EINVAL, call(self->fd, DRM_IOCTL_QMAC_SUBMIT, &args));
	args = good;
	args.jobs.ptr += 4;
	EXPECT_EQ(-EINVAL, call(self->fd, DRM_IOCTL_QMAC_SUBMIT, &args));
	args.jobs.ptr = 0;
	EXPECT_EQ(-EFAULT, call(self->fd, DRM_IOCTL_QMAC_SUBMIT, &args));
	EXPECT_TRUE(gemm_untouched(&self->g));
}

/* The ids cannot be written back: nothing is queued. */
TEST_F(submission, read_only_array)
{
	struct drm_qmac_job *jobs =
		mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct drm_qmac_submit args = { .jobs = array_n(jobs, 1) };

	jobs[0] = self->job;
	ASSERT_EQ(0, mprotect(jobs, PAGE, PROT_READ));
	EXPECT_EQ(-EFAULT, call(self->fd, DRM_IOCTL_QMAC_SUBMIT, &args));
	EXPECT_EQ(1u, args.fail_index);
	EXPECT_EQ(-EINVAL, syncobj_wait_ns(self->fd, self->g.sync.handle, 0));
	EXPECT_TRUE(gemm_untouched(&self->g));
}

/* A newer program passes larger elements. */
TEST_F(submission, larger_elements)
{
	struct {
		struct drm_qmac_job job;
		uint64_t future;
	} big = { .job = self->job };
	struct drm_qmac_submit args = { .jobs = { sizeof(big), 1, (uintptr_t)&big } };

	big.future = 1;
	EXPECT_EQ(-E2BIG, call(self->fd, DRM_IOCTL_QMAC_SUBMIT, &args));
	EXPECT_EQ(0u, args.fail_index);
	big.future = 0;
	EXPECT_EQ(0, call(self->fd, DRM_IOCTL_QMAC_SUBMIT, &args));
	EXPECT_EQ((uint32_t)DRM_QMAC_JOB_STATE_DONE, job_wait(self->fd, big.job.job_id).state);
	EXPECT_EQ(0, gemm_mismatches(&self->g));
}

/* The array of jobs lies in a BO that the jobs use. */
TEST_F(submission, array_in_bo)
{
	struct drm_qmac_job *job = (void *)((char *)self->g.bo.map + 0xf000);

	*job = self->job;
	EXPECT_EQ(0, submit(self->fd, 0, job, 1, NULL));
	EXPECT_EQ((uint32_t)DRM_QMAC_JOB_STATE_DONE, job_wait(self->fd, job->job_id).state);
}

TEST_F(submission, empty_job)
{
	struct drm_qmac_job job = { 0 };
	struct drm_qmac_job_status status;

	ASSERT_EQ(0, submit(self->fd, 0, &job, 1, NULL));
	EXPECT_NE(0ull, job.job_id);
	status = job_wait(self->fd, job.job_id);
	EXPECT_EQ((uint32_t)DRM_QMAC_JOB_STATE_DONE, status.state);
	EXPECT_EQ(0u, status.cause);
	EXPECT_EQ(0, status.error);
	EXPECT_EQ(0u, status.cmd_index);
}

TEST_F(submission, many_commands)
{
	struct drm_qmac_job job = self->job;
	struct bo bo;
	uint32_t i, count = 300;

	ASSERT_EQ(0, bo_create(self->fd, count * sizeof(struct qmac_cmd), &bo));
	for (i = 0; i < count; i++)
		memcpy((struct qmac_cmd *)bo.map + i, self->g.cmd, sizeof(struct qmac_cmd));
	job.cmd_va = bo.va;
	job.cmd_count = count;
	ASSERT_EQ(0, submit(self->fd, 0, &job, 1, NULL));
	EXPECT_EQ(count, job_wait(self->fd, job.job_id).cmd_index);
	EXPECT_EQ(0, gemm_mismatches(&self->g));
}

TEST_F(submission, counters)
{
	struct drm_qmac_hw_info info = get_info(self->fd);
	struct drm_qmac_job job = self->job;
	struct drm_qmac_job_status s;

	ASSERT_EQ(0, submit(self->fd, 0, &job, 1, NULL));
	s = job_wait(self->fd, job.job_id);
	EXPECT_EQ((uint32_t)DRM_QMAC_JOB_STATE_DONE, s.state);
	EXPECT_EQ(s.cycles, s.busy + s.stall_fetch + s.stall_order + s.stall_param + s.stall_a +
				    s.stall_b + s.stall_mmu + s.stall_weight + s.stall_acc +
				    s.stall_drain);
	if (info.model == 1)
		EXPECT_GT(s.busy, 0ull);
}

TEST_F(submission, job_query_refused)
{
	struct drm_qmac_job_status status[2] = { { .job_id = 1 } };
	struct drm_qmac_job_query good = { .jobs = array_n(status, 1) }, args;

	args = good;
	args.flags = 1;
	EXPECT_EQ(-EINVAL, call(self->fd, DRM_IOCTL_QMAC_JOB_QUERY, &args));
	args = good;
	args.pad = 1;
	EXPECT_EQ(-EINVAL, call(self->fd, DRM_IOCTL_QMAC_JOB_QUERY, &args));
	args = good;
	args.jobs.count = 0;
	args.jobs.ptr = 0;
	EXPECT_EQ(-EINVAL, call(self->fd, DRM_IOCTL_QMAC_JOB_QUERY, &args));
	args = good;
	args.jobs.count = self->limits.max_job_query + 1;
	EXPECT_EQ(-EINVAL, call(self->fd, DRM_IOCTL_QMAC_JOB_QUERY, &args));
	args = good;
	args.jobs.stride = 64;
	EXPECT_EQ(-EINVAL, call(self->fd, DRM_IOCTL_QMAC_JOB_QUERY, &args));
	args = good;
	args.jobs.ptr = 8;
	EXPECT_EQ(-EFAULT, call(self->fd, DRM_IOCTL_QMAC_JOB_QUERY, &args));
	args = good;
	args.jobs.stride = sizeof(status[0]) + 8;
	status[1].job_id = 1;
	EXPECT_EQ(-E2BIG, call(self->fd, DRM_IOCTL_QMAC_JOB_QUERY, &args));
}

TEST_F(submission, job_query_unknown)
{
	int other = open_node();
	struct drm_qmac_job job = self->job;

	ASSERT_GE(other, 0);
	EXPECT_EQ((uint32_t)DRM_QMAC_JOB_STATE_UNKNOWN, job_status(self->fd, 0).state);
	EXPECT_EQ((uint32_t)DRM_QMAC_JOB_STATE_UNKNOWN, job_status(self->fd, ~0ull).state);
	ASSERT_EQ(0, submit(self->fd, 0, &job, 1, NULL));
	job_wait(self->fd, job.job_id);
	/* Ids of one file mean nothing in another. */
	EXPECT_EQ((uint32_t)DRM_QMAC_JOB_STATE_UNKNOWN, job_status(other, job.job_id).state);
}

/* The newest results are kept, the oldest dropped. */
TEST_F(submission, history)
{
	uint32_t count = self->limits.job_history + 100, i, k;
	struct drm_qmac_job job[50];
	uint64_t *id = calloc(count, sizeof(*id));

	for (i = 0; i < count; i += 50) {
		memset(job, 0, sizeof(job));
		ASSERT_EQ(0, submit(self->fd, 0, job, 50, NULL));
		for (k = 0; k < 50 && i + k < count; k++)
			id[i + k] = job[k].job_id;
		job_wait(self->fd, job[49].job_id);
	}
	EXPECT_EQ((uint32_t)DRM_QMAC_JOB_STATE_UNKNOWN, job_status(self->fd, id[0]).state);
	EXPECT_EQ((uint32_t)DRM_QMAC_JOB_STATE_DONE, job_status(self->fd, id[count - 1]).state);
	EXPECT_EQ((uint32_t)DRM_QMAC_JOB_STATE_DONE, job_status(self->fd, id[200]).state);
}

TEST_HARNESS_MAIN
