// SPDX-License-Identifier: MIT
/* Files that close and clients that die in the middle of work. */
#include "qmac_test.h"

static uint32_t long_batch;

FIXTURE(gone)
{
	int fd;
};

/* A job of about three seconds, unless it is aborted. */
FIXTURE_SETUP(gone)
{
	struct gemm g;

	self->fd = open_node();
	ASSERT_GE(self->fd, 0);
	ASSERT_EQ(0, gemm_create(self->fd, &g, GEMM_DIM, GEMM_DIM, 64));
	long_batch = gemm_slow_batch(self->fd, &g, 400);
	ASSERT_NE(0u, long_batch);
	long_batch = long_batch > 8191 ? 65535 : long_batch * 8;
	bo_close(self->fd, &g.bo);
}

FIXTURE_TEARDOWN(gone)
{
	EXPECT_EQ(0, good_job(self->fd));
	close(self->fd);
}

/* Submits @count long jobs on a new file. */
static int busy_file(uint32_t count, struct gemm *g)
{
	struct drm_qmac_job job[64];
	int fd = open_node();
	uint32_t i;

	if (fd < 0 || gemm_create(fd, g, GEMM_DIM, GEMM_DIM, 64))
		return -1;
	g->cmd->batch = long_batch;
	for (i = 0; i < count; i++)
		job[i] = gemm_job(g);
	return submit(fd, 0, job, count, NULL) ? -1 : fd;
}

/* close() returns at once, and the device is free soon. */
TEST_F(gone, close_running)
{
	struct gemm g;
	int64_t start;
	int fd = busy_file(8, &g);

	ASSERT_GE(fd, 0);
	sleep_ms(50);
	munmap(g.bo.map, g.bo.size);
	start = now_ns();
	close(fd);
	EXPECT_LT(now_ns() - start, SECOND / 2);
	EXPECT_EQ(0, good_job(self->fd));
	/* Eight of three seconds each would take longer. */
	EXPECT_LT(now_ns() - start, 10 * SECOND);
}

/* The fence of an aborted job says so. */
TEST_F(gone, fence_of_closed_file)
{
	struct drm_syncobj_handle args = { .flags = 0 };
	struct gemm g;
	int fd = busy_file(2, &g);

	ASSERT_GE(fd, 0);
	args.handle = g.sync.handle;
	ASSERT_EQ(0, call(fd, DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, &args));
	munmap(g.bo.map, g.bo.size);
	close(fd);
	ASSERT_EQ(0, call(self->fd, DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE, &args));
	EXPECT_EQ(0, syncobj_wait(self->fd, args.handle));
}

/* The mapping keeps the BO alive, not the file. */
TEST_F(gone, map_of_closed_file)
{
	struct gemm g;
	int fd = busy_file(2, &g);

	ASSERT_GE(fd, 0);
	close(fd);
	memset((char *)g.bo.map + 0xf000, 1, PAGE);
	EXPECT_EQ(0, good_job(self->fd));
	EXPECT_EQ(1, ((char *)g.bo.map)[0xffff]);
}

TEST_F(gone, killed)
{
	struct gemm g;
	int status;
	pid_t pid = fork();

	if (!pid) {
		busy_file(20, &g);
		pause();
	}
	sleep_ms(300);
	kill(pid, SIGKILL);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status));
	EXPECT_EQ(0, good_job(self->fd));
}

TEST_F_TIMEOUT(gone, kill_storm, 200)
{
	int i, k, status;
	struct gemm g;
	pid_t pid[10];

	for (i = 0; i < 5; i++) {
		for (k = 0; k < 10; k++) {
			pid[k] = fork();
			if (!pid[k]) {
				for (;;) {
					int fd = busy_file(1 + k, &g);

					if (k % 2)
						close(fd);
				}
			}
		}
		sleep_ms(100 + 50 * i);
		for (k = 0; k < 10; k++)
			kill(pid[k], SIGKILL);
		for (k = 0; k < 10; k++)
			ASSERT_EQ(pid[k], waitpid(pid[k], &status, 0));
		EXPECT_EQ(0, good_job(self->fd));
	}
}

/* A duplicate keeps the file open. */
TEST_F(gone, duplicate)
{
	struct gemm g;
	int fd = open_node(), copy;

	ASSERT_EQ(0, gemm_create(fd, &g, 16, 16, 16));
	copy = dup(fd);
	close(fd);
	EXPECT_EQ(0, gemm_run(copy, &g));
}

/* A wait that a signal interrupts does no harm. */
static void nothing(int signal)
{
	(void)signal;
}

TEST_F(gone, interrupted_wait)
{
	struct drm_syncobj_wait args = { .count_handles = 1, .timeout_nsec = now_ns() + WAIT_NS };
	struct sigaction action = { .sa_handler = nothing };
	struct gemm g;
	int fd = busy_file(1, &g);

	ASSERT_GE(fd, 0);
	args.handles = (uintptr_t)&g.sync.handle;
	sigaction(SIGUSR1, &action, NULL);
	if (!fork()) {
		sleep_ms(50);
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	EXPECT_EQ(-1, ioctl(fd, DRM_IOCTL_SYNCOBJ_WAIT, &args));
	EXPECT_TRUE(errno == EINTR || errno == ERESTART);
	EXPECT_EQ(0, syncobj_wait(fd, g.sync.handle));
}

TEST_HARNESS_MAIN
