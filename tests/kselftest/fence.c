// SPDX-License-Identifier: MIT
/* Order: syncobjs, timelines, implicit fences, failure passed on. */
#include "qmac_test.h"

#define DONE	  ((uint32_t)DRM_QMAC_JOB_STATE_DONE)
#define FAILED	  ((uint32_t)DRM_QMAC_JOB_STATE_FAILED)
#define CANCELLED ((uint32_t)DRM_QMAC_JOB_STATE_CANCELLED)

FIXTURE(fence)
{
	int fd;
	struct gemm slow, quick, bad;
	uint32_t queue[2];
	uint32_t sync;
};

FIXTURE_SETUP(fence)
{
	self->fd = open_node();
	ASSERT_GE(self->fd, 0);
	ASSERT_EQ(0, gemm_create(self->fd, &self->slow, GEMM_DIM, GEMM_DIM, 64));
	self->slow.cmd->batch = 64;
	ASSERT_EQ(0, gemm_create(self->fd, &self->quick, 4, 4, 4));
	ASSERT_EQ(0, gemm_create(self->fd, &self->bad, 4, 4, 4));
	self->bad.cmd->opcode = 99;
	ASSERT_EQ(0, queue_create(self->fd, 0, &self->queue[0]));
	ASSERT_EQ(0, queue_create(self->fd, 0, &self->queue[1]));
	self->sync = syncobj_create(self->fd);
	ASSERT_NE(0u, self->sync);
}

FIXTURE_TEARDOWN(fence)
{
	EXPECT_EQ(0, good_job(self->fd));
	close(self->fd);
}

/* In a queue jobs run in the order of submission. */
TEST_F(fence, queue_order)
{
	struct drm_qmac_job job[10];
	int i;

	for (i = 0; i < 10; i++)
		job[i] = gemm_job(i % 2 ? &self->quick : &self->slow);
	for (i = 0; i < 10; i++)
		ASSERT_EQ(0, submit(self->fd, 0, &job[i], 1, NULL));
	for (i = 9; i >= 0; i--) {
		/* When the last is done, so are all before it. */
		EXPECT_EQ(DONE, i == 9 ? job_wait(self->fd, job[i].job_id).state
				       : job_status(self->fd, job[i].job_id).state);
	}
}

/* One queue waits for the other through a binary syncobj. */
TEST_F(fence, cross_queue)
{
	struct drm_qmac_sync out = { self->sync, DRM_QMAC_SYNC_SIGNAL, 0 };
	struct drm_qmac_sync in = { self->sync, DRM_QMAC_SYNC_WAIT, 0 };
	struct drm_qmac_job first = gemm_job(&self->slow), second = gemm_job(&self->quick);

	first.syncs = array_n(&out, 1);
	second.syncs = array_n(&in, 1);
	ASSERT_EQ(0, submit(self->fd, self->queue[0], &first, 1, NULL));
	ASSERT_EQ(0, submit(self->fd, self->queue[1], &second, 1, NULL));
	EXPECT_EQ(DONE, job_wait(self->fd, second.job_id).state);
	EXPECT_EQ(DONE, job_status(self->fd, first.job_id).state);
}

/* Two chains of queues in the opposite order. */
TEST_F(fence, ping_pong)
{
	struct drm_qmac_sync sync[2];
	struct drm_qmac_job job;
	uint64_t point, last = 0;

	for (point = 1; point <= 40; point++) {
		sync[0] = (struct drm_qmac_sync){ self->sync,
						  DRM_QMAC_SYNC_WAIT | DRM_QMAC_SYNC_TIMELINE,
						  point - 1 };
		sync[1] = (struct drm_qmac_sync){ self->sync,
						  DRM_QMAC_SYNC_SIGNAL | DRM_QMAC_SYNC_TIMELINE,
						  point };
		job = gemm_job(&self->quick);
		job.syncs = point > 1 ? array_n(sync, 2) : array_n(sync + 1, 1);
		ASSERT_EQ(0, submit(self->fd, self->queue[point % 2], &job, 1, NULL));
		last = job.job_id;
	}
	EXPECT_EQ(0, timeline_wait_ns(self->fd, self->sync, 40, WAIT_NS));
	EXPECT_EQ(DONE, job_status(self->fd, last).state);
}

/* A timeline point that userspace signals lets the job go. */
TEST_F(fence, timeline_from_userspace)
{
	struct drm_qmac_sync sync[2] = {
		{ self->sync, DRM_QMAC_SYNC_WAIT | DRM_QMAC_SYNC_TIMELINE, 3 },
		{ self->sync, DRM_QMAC_SYNC_SIGNAL | DRM_QMAC_SYNC_TIMELINE, 7 },
	};
	struct drm_qmac_job job = gemm_job(&self->quick);

	job.syncs = array_of(sync);
	EXPECT_EQ(-ENOENT, submit(self->fd, 0, &job, 1, NULL));
	ASSERT_EQ(0, timeline_signal(self->fd, self->sync, 3));
	EXPECT_EQ(0, submit(self->fd, 0, &job, 1, NULL));
	EXPECT_EQ(0, timeline_wait_ns(self->fd, self->sync, 7, WAIT_NS));
	EXPECT_EQ(DONE, job_status(self->fd, job.job_id).state);
	EXPECT_EQ(0, gemm_mismatches(&self->quick));
}

/* Many syncs of both kinds on one job. */
TEST_F(fence, many_syncs)
{
	struct drm_qmac_limits limits = get_limits(self->fd);
	struct drm_qmac_sync *sync = calloc(limits.max_syncs, sizeof(*sync));
	struct drm_qmac_job job = gemm_job(&self->slow);
	uint32_t i;

	for (i = 0; i < limits.max_syncs; i++)
		sync[i] = (struct drm_qmac_sync){
			syncobj_create(self->fd),
			DRM_QMAC_SYNC_SIGNAL | (i % 2 ? DRM_QMAC_SYNC_TIMELINE : 0),
			i % 2 ? i : 0,
		};
	job.syncs = array_n(sync, limits.max_syncs);
	ASSERT_EQ(0, submit(self->fd, 0, &job, 1, NULL));
	for (i = 0; i < limits.max_syncs; i++)
		sync[i].flags ^= DRM_QMAC_SYNC_SIGNAL | DRM_QMAC_SYNC_WAIT;
	job = gemm_job(&self->quick);
	job.syncs = array_n(sync, limits.max_syncs);
	ASSERT_EQ(0, submit(self->fd, self->queue[0], &job, 1, NULL));
	EXPECT_EQ(DONE, job_wait(self->fd, job.job_id).state);
	for (i = 0; i < limits.max_syncs; i++)
		EXPECT_EQ(0, timeline_wait_ns(self->fd, sync[i].handle, sync[i].point, 0));
}

/* The failure of a job cancels what follows in its submission. */
TEST_F(fence, failure_in_array)
{
	struct drm_qmac_job job[4] = {
		gemm_job(&self->quick),
		gemm_job(&self->bad),
		gemm_job(&self->quick),
		gemm_job(&self->quick),
	};
	struct drm_qmac_job_status status;

	job[1].syncs = array_n(&self->bad.sync, 1);
	ASSERT_EQ(0, submit(self->fd, 0, job, 4, NULL));
	EXPECT_EQ(DONE, job_wait(self->fd, job[0].job_id).state);
	status = job_wait(self->fd, job[1].job_id);
	EXPECT_EQ(FAILED, status.state);
	EXPECT_EQ(-EINVAL, status.error);
	status = job_wait(self->fd, job[2].job_id);
	EXPECT_EQ(CANCELLED, status.state);
	EXPECT_EQ((uint32_t)DRM_QMAC_CAUSE_DEPENDENCY, status.cause);
	EXPECT_EQ(-ECANCELED, status.error);
	EXPECT_EQ(CANCELLED, job_wait(self->fd, job[3].job_id).state);
	/* Another submission is not concerned. */
	EXPECT_EQ(0, gemm_run(self->fd, &self->quick));
}

TEST_F(fence, failure_and_continue)
{
	struct drm_qmac_job job[3] = {
		gemm_job(&self->bad),
		gemm_job(&self->quick),
		gemm_job(&self->quick),
	};

	job[1].flags = DRM_QMAC_JOB_CONTINUE;
	ASSERT_EQ(0, submit(self->fd, 0, job, 3, NULL));
	EXPECT_EQ(FAILED, job_wait(self->fd, job[0].job_id).state);
	EXPECT_EQ(DONE, job_wait(self->fd, job[1].job_id).state);
	EXPECT_EQ(DONE, job_wait(self->fd, job[2].job_id).state);
}

static void failure_of_fence(struct __test_metadata *_metadata, int fd, struct gemm *slow,
			     struct gemm *bad, struct gemm *quick, uint32_t in_queue, uint32_t sync,
			     uint64_t point, bool late)
{
	uint32_t kind = point ? DRM_QMAC_SYNC_TIMELINE : 0;
	struct drm_qmac_sync out = { sync, DRM_QMAC_SYNC_SIGNAL | kind, point };
	struct drm_qmac_sync in = { sync, DRM_QMAC_SYNC_WAIT | kind, point };
	struct drm_qmac_job job[4] = {
		gemm_job(slow),
		gemm_job(bad),
		gemm_job(quick),
		gemm_job(quick),
	};

	job[0].syncs = (struct drm_qmac_array){ 0 };
	job[1].syncs = array_n(&out, 1);
	job[2].syncs = array_n(&in, 1);
	job[3].syncs = array_n(&in, 1);
	job[3].flags = DRM_QMAC_JOB_CONTINUE;
	ASSERT_EQ(0, submit(fd, 0, &job[0], 2, NULL));
	if (late)
		job_wait(fd, job[1].job_id);
	ASSERT_EQ(0, submit(fd, in_queue, &job[2], 1, NULL));
	ASSERT_EQ(0, submit(fd, in_queue, &job[3], 1, NULL));
	EXPECT_EQ(CANCELLED, job_wait(fd, job[2].job_id).state);
	EXPECT_EQ(DONE, job_wait(fd, job[3].job_id).state);
	EXPECT_EQ(FAILED, job_status(fd, job[1].job_id).state);
}

/* A failed in-fence cancels: binary and timeline, same and other queue, early and late. */
TEST_F(fence, failure_of_fence)
{
	uint32_t queue[2] = { 0, self->queue[0] };
	int i;

	for (i = 0; i < 8; i++)
		failure_of_fence(_metadata, self->fd, &self->slow, &self->bad, &self->quick,
				 queue[i & 1], i & 2 ? self->sync : syncobj_create(self->fd),
				 i & 2 ? i : 0, i & 4);
}

/* Two files and one BO: the reservation object orders them. */
TEST_F(fence, implicit)
{
	struct drm_qmac_job first = gemm_job(&self->slow), second;
	struct gemm reader;
	int other = open_node();
	struct bo bo;
	int prime;

	ASSERT_GE(other, 0);
	ASSERT_EQ(0, bo_export(self->fd, self->slow.bo.handle, &prime));
	ASSERT_EQ(0, bo_import(other, prime, &bo));
	ASSERT_EQ(0, gemm_create(other, &reader, 4, 4, 4));

	/* The second job reads what the first writes last. */
	ASSERT_EQ(0, submit(self->fd, 0, &first, 1, NULL));
	second = gemm_job(&reader);
	reader.use = (struct drm_qmac_bo_use){ bo.handle, DRM_QMAC_BO_USE_READ };
	ASSERT_EQ(0, submit(other, 0, &second, 1, NULL));
	EXPECT_EQ(DONE, job_wait(other, second.job_id).state);
	EXPECT_EQ(DONE, job_status(self->fd, first.job_id).state);
	EXPECT_EQ(0, gemm_mismatches(&self->slow));
}

/* An old failure does not poison a BO for later jobs. */
TEST_F(fence, implicit_after_failure)
{
	struct drm_qmac_job job = gemm_job(&self->bad);

	ASSERT_EQ(0, submit(self->fd, 0, &job, 1, NULL));
	EXPECT_EQ(FAILED, job_wait(self->fd, job.job_id).state);
	self->bad.cmd->opcode = QMAC_OP_GEMM;
	EXPECT_EQ(0, gemm_run(self->fd, &self->bad));
}

TEST_F(fence, no_implicit)
{
	struct drm_qmac_job first = gemm_job(&self->slow), second = gemm_job(&self->quick);
	struct drm_qmac_bo_use use[2] = { self->quick.use, self->slow.use };

	use[1].flags = DRM_QMAC_BO_USE_READ | DRM_QMAC_BO_USE_NO_IMPLICIT;
	second.bos = array_of(use);
	ASSERT_EQ(0, submit(self->fd, self->queue[0], &first, 1, NULL));
	ASSERT_EQ(0, submit(self->fd, self->queue[1], &second, 1, NULL));
	EXPECT_EQ(DONE, job_wait(self->fd, second.job_id).state);
	EXPECT_EQ(DONE, job_wait(self->fd, first.job_id).state);
}

TEST_HARNESS_MAIN
