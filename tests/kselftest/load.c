// SPDX-License-Identifier: MIT
/* Many jobs: bounded queues, many files, nothing left over. */
#include <sched.h>
#include <sys/prctl.h>

#include "qmac_test.h"

FIXTURE(load)
{
	int fd;
	struct gemm g;
	struct drm_qmac_limits limits;
};

FIXTURE_SETUP(load)
{
	self->fd = open_node();
	ASSERT_GE(self->fd, 0);
	ASSERT_EQ(0, gemm_create(self->fd, &self->g, 16, 16, 16));
	self->limits = get_limits(self->fd);
}

FIXTURE_TEARDOWN(load)
{
	close(self->fd);
}

/* A queue takes so many jobs, then EAGAIN until one has ended. */
TEST_F(load, bounded)
{
	uint32_t i, accepted = 0, max = self->limits.max_queued_jobs;
	struct drm_qmac_job slow, job[64];
	struct gemm s;
	int ret;

	ASSERT_EQ(0, gemm_create(self->fd, &s, GEMM_DIM, GEMM_DIM, 64));
	s.cmd->batch = gemm_slow_batch(self->fd, &s, 500);
	ASSERT_NE(0u, s.cmd->batch);
	s.cmd->batch = s.cmd->batch > 16384 ? 65535 : s.cmd->batch * 4;
	slow = gemm_job(&s);
	ASSERT_EQ(0, submit(self->fd, 0, &slow, 1, NULL));
	for (i = 0; i < 64; i++)
		job[i] = (struct drm_qmac_job){ .flags = DRM_QMAC_JOB_CONTINUE };
	for (accepted = 1; accepted < 2 * max; accepted++) {
		ret = submit(self->fd, 0, job, 1, NULL);
		if (ret)
			break;
	}
	EXPECT_EQ(-EAGAIN, ret);
	EXPECT_EQ(max, accepted);
	/* All or nothing; other queues are not concerned. */
	EXPECT_EQ(-EAGAIN, submit(self->fd, 0, job, 64, NULL));
	ASSERT_EQ(0, queue_create(self->fd, 0, &i));
	EXPECT_EQ(0, submit(self->fd, i, job, 64, NULL));
	job_wait(self->fd, slow.job_id);
	EXPECT_EQ((uint32_t)DRM_QMAC_JOB_STATE_DONE, job_wait(self->fd, job[63].job_id).state);
	do {
		ret = submit(self->fd, 0, job, 64, NULL);
	} while (ret == -EAGAIN);
	EXPECT_EQ(0, ret);
	EXPECT_EQ((uint32_t)DRM_QMAC_JOB_STATE_DONE, job_wait(self->fd, job[63].job_id).state);
}

TEST_F(load, many_jobs)
{
	struct drm_qmac_job job[32];
	uint32_t i, round;
	int ret;

	for (round = 0; round < 40; round++) {
		for (i = 0; i < 32; i++) {
			job[i] = gemm_job(&self->g);
			job[i].flags = i % 2 ? DRM_QMAC_JOB_CONTINUE : 0;
		}
		do {
			ret = submit(self->fd, 0, job, 32, NULL);
			if (ret == -EAGAIN)
				sleep_ms(5);
		} while (ret == -EAGAIN);
		ASSERT_EQ(0, ret);
	}
	EXPECT_EQ(0, syncobj_wait(self->fd, self->g.sync.handle));
	EXPECT_EQ((uint32_t)DRM_QMAC_JOB_STATE_DONE, job_status(self->fd, job[31].job_id).state);
	EXPECT_EQ(0, gemm_mismatches(&self->g));
}

static int client(int number)
{
	int fd = open_node(), i;
	struct gemm g;

	if (gemm_create(fd, &g, 5 + number, 7 + number, 9 + number))
		return 1;
	for (i = 0; i < 40; i++)
		if (gemm_run(fd, &g))
			return 2;
	return 0;
}

TEST_F_TIMEOUT(load, many_clients, 200)
{
	pid_t pid[12];
	int i, status;

	for (i = 0; i < 12; i++) {
		pid[i] = fork();
		if (!pid[i])
			_exit(client(i));
	}
	for (i = 0; i < 12; i++) {
		ASSERT_EQ(pid[i], waitpid(pid[i], &status, 0));
		EXPECT_EQ(0, status);
	}
}

/* A client that keeps its queue full does not starve another. */
TEST_F(load, fair)
{
	struct drm_qmac_job job[64];
	int64_t start, alone, beside;
	int other = open_node();
	struct gemm hog;
	int i;

	ASSERT_GE(other, 0);
	ASSERT_EQ(0, gemm_create(other, &hog, GEMM_DIM, GEMM_DIM, 64));
	hog.cmd->batch = 8;
	start = now_ns();
	ASSERT_EQ(0, gemm_run(other, &hog));
	alone = now_ns() - start;
	for (i = 0; i < 64; i++) {
		job[i] = gemm_job(&hog);
		job[i].flags = DRM_QMAC_JOB_CONTINUE;
		job[i].bos = (struct drm_qmac_array){ 0 };
	}
	ASSERT_EQ(0, submit(other, 0, job, 64, NULL));
	start = now_ns();
	EXPECT_EQ(0, gemm_run(self->fd, &self->g));
	beside = now_ns() - start;
	/* Behind the few that are in the ring, not behind all 64. */
	TH_LOG("one of the hog's jobs %lld us, ours beside 64 of them %lld us",
	       (long long)alone / 1000, (long long)beside / 1000);
	EXPECT_LT((uint32_t)job_status(other, job[63].job_id).state,
		  (uint32_t)DRM_QMAC_JOB_STATE_DONE);
}

static int contender(int fd, int number, int prime[4])
{
	struct drm_qmac_bo_use use[4];
	struct drm_qmac_job job;
	struct bo bo;
	int i, k, ret;

	for (k = 0; k < 4; k++) {
		if (bo_import(fd, prime[k], &bo))
			return 1;
		/* Up or down. */
		use[number % 2 ? k : 3 - k] =
			(struct drm_qmac_bo_use){ bo.handle, DRM_QMAC_BO_USE_WRITE };
	}
	for (i = 0; i < 200; i++) {
		job = (struct drm_qmac_job){ .bos = array_of(use) };
		do {
			ret = submit(fd, 0, &job, 1, NULL);
			if (ret == -EAGAIN)
				sleep_ms(1);
		} while (ret == -EAGAIN);
		if (ret)
			return 2;
	}
	return job_wait(fd, job.job_id).state == DRM_QMAC_JOB_STATE_DONE ? 0 : 3;
}

/* Files that lock the same BOs in opposite order: somebody must step back. */
TEST_F(load, contended)
{
	int prime[4], i, status;
	pid_t pid[4];
	struct bo bo;

	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, bo_create(self->fd, PAGE, &bo));
		ASSERT_EQ(0, bo_export(self->fd, bo.handle, &prime[i]));
	}
	for (i = 0; i < 4; i++) {
		pid[i] = fork();
		if (!pid[i])
			_exit(contender(open_node(), i, prime));
	}
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(pid[i], waitpid(pid[i], &status, 0));
		EXPECT_EQ(0, status);
	}
}

/* Closes every handle that it is told, as soon as it can, and goes with a test that fails. */
static void closer(int fd, volatile uint32_t *next)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (*next != ~0u)
		if (*next && !handle_close(fd, *next))
			*next = 0;
}

/*
 * A handle is closed while SUBMIT works with its BO, whose job fails and is freed
 * before SUBMIT is done with the others: it holds the last reference then.
 */
TEST_F(load, close_during_submit)
{
	volatile uint32_t *next =
		mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int64_t end = now_ns() + 3 * SECOND;
	struct drm_qmac_job job[64];
	struct gemm g;
	pid_t pid;
	int i;

	ASSERT_NE(MAP_FAILED, (void *)next);
	pid = fork();
	if (!pid) {
		closer(self->fd, next);
		_exit(0);
	}
	for (i = 1; i < 64; i++)
		job[i] = gemm_job(&self->g);
	while (now_ns() < end) {
		ASSERT_EQ(0, gemm_create(self->fd, &g, 8, 8, 8));
		g.cmd->opcode = 200;
		munmap(g.bo.map, g.bo.size);
		job[0] = gemm_job(&g);
		*next = g.bo.handle;
		i = submit(self->fd, 0, job, 64, NULL);
		EXPECT_TRUE(i == 0 || i == -ENOENT || i == -EAGAIN);
		while (*next)
			sched_yield();
	}
	*next = ~0u;
	waitpid(pid, &i, 0);
	EXPECT_EQ(0, good_job(self->fd));
}

/* Every job that was submitted is freed in the end. */
TEST_F(load, nothing_left)
{
	int64_t end = now_ns() + 20 * SECOND;

	if (driver_stat("submitted") < 0)
		SKIP(return, "debugfs is for root");
	close(self->fd);
	while (driver_stat("submitted") != driver_stat("released") && now_ns() < end)
		sleep_ms(50);
	EXPECT_EQ(driver_stat("submitted"), driver_stat("released"));
	EXPECT_EQ(driver_stat("submitted"),
		  driver_stat("done") + driver_stat("failed") + driver_stat("cancelled"));
	self->fd = open_node();
}

TEST_HARNESS_MAIN
