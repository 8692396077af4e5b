// SPDX-License-Identifier: MIT
/* QUEUE_CREATE and QUEUE_DESTROY. */
#include "qmac_test.h"

FIXTURE(queues)
{
	int fd;
};

FIXTURE_SETUP(queues)
{
	self->fd = open_node();
	ASSERT_GE(self->fd, 0);
}

FIXTURE_TEARDOWN(queues)
{
	close(self->fd);
}

TEST_F(queues, create)
{
	struct drm_qmac_queue_create args = { 0 };
	uint32_t id;

	EXPECT_EQ(0, queue_create(self->fd, DRM_QMAC_QUEUE_PRIORITY_NORMAL, &id));
	EXPECT_NE(0u, id);
	args.flags = 1;
	EXPECT_EQ(-EINVAL, call(self->fd, DRM_IOCTL_QMAC_QUEUE_CREATE, &args));
	args = (struct drm_qmac_queue_create){ .pad = 1 };
	EXPECT_EQ(-EINVAL, call(self->fd, DRM_IOCTL_QMAC_QUEUE_CREATE, &args));
	EXPECT_EQ(-EINVAL, queue_create(self->fd, 2, &id));
	EXPECT_EQ(-EINVAL, queue_create(self->fd, ~0u, &id));
}

TEST_F(queues, high_priority)
{
	struct gemm g;
	struct drm_qmac_job job;
	uint32_t id;

	if (geteuid()) {
		EXPECT_EQ(-EACCES, queue_create(self->fd, DRM_QMAC_QUEUE_PRIORITY_HIGH, &id));
		return;
	}
	ASSERT_EQ(0, queue_create(self->fd, DRM_QMAC_QUEUE_PRIORITY_HIGH, &id));
	ASSERT_EQ(0, gemm_create(self->fd, &g, 8, 8, 8));
	job = gemm_job(&g);
	ASSERT_EQ(0, submit(self->fd, id, &job, 1, NULL));
	EXPECT_EQ((uint32_t)DRM_QMAC_JOB_STATE_DONE, job_wait(self->fd, job.job_id).state);
	EXPECT_EQ(0, gemm_mismatches(&g));
}

TEST_F(queues, bounded)
{
	struct drm_qmac_limits limits = get_limits(self->fd);
	uint32_t id, last = 0, i;

	for (i = 1; i < limits.max_queues; i++) {
		ASSERT_EQ(0, queue_create(self->fd, 0, &id));
		last = id;
	}
	EXPECT_EQ(-ENOSPC, queue_create(self->fd, 0, &id));
	EXPECT_EQ(0, queue_destroy(self->fd, last));
	EXPECT_EQ(0, queue_create(self->fd, 0, &id));
}

TEST_F(queues, destroy)
{
	struct drm_qmac_queue_destroy args = { .queue_id = 0 };
	struct drm_qmac_job job = { 0 };
	uint32_t id;

	EXPECT_EQ(-EINVAL, call(self->fd, DRM_IOCTL_QMAC_QUEUE_DESTROY, &args));
	EXPECT_EQ(-ENOENT, queue_destroy(self->fd, 5));
	EXPECT_EQ(-ENOENT, queue_destroy(self->fd, ~0u));
	ASSERT_EQ(0, queue_create(self->fd, 0, &id));
	args = (struct drm_qmac_queue_destroy){ .queue_id = id, .pad = 1 };
	EXPECT_EQ(-EINVAL, call(self->fd, DRM_IOCTL_QMAC_QUEUE_DESTROY, &args));
	EXPECT_EQ(0, queue_destroy(self->fd, id));
	EXPECT_EQ(-ENOENT, queue_destroy(self->fd, id));
	EXPECT_EQ(-ENOENT, submit(self->fd, id, &job, 1, NULL));
}

/* Jobs of a destroyed queue still run. */
TEST_F(queues, destroy_busy)
{
	struct drm_qmac_job job[20];
	struct gemm g;
	uint32_t id, i;

	ASSERT_EQ(0, gemm_create(self->fd, &g, GEMM_DIM, GEMM_DIM, 64));
	ASSERT_EQ(0, queue_create(self->fd, 0, &id));
	for (i = 0; i < 20; i++)
		job[i] = gemm_job(&g);
	ASSERT_EQ(0, submit(self->fd, id, job, 20, NULL));
	EXPECT_EQ(0, queue_destroy(self->fd, id));
	for (i = 0; i < 20; i++)
		EXPECT_EQ((uint32_t)DRM_QMAC_JOB_STATE_DONE,
			  job_wait(self->fd, job[i].job_id).state);
	EXPECT_EQ(0, gemm_mismatches(&g));
}

TEST_HARNESS_MAIN
