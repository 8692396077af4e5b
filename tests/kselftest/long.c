// SPDX-License-Identifier: MIT
/* A job that takes three watchdog periods is not a hang. */
#include "qmac_test.h"

#define PERIOD_MS 200

TEST(three_periods)
{
	long long done, released, resets;
	struct drm_qmac_job job;
	struct gemm g;
	int64_t start;
	int fd;

	if (geteuid())
		SKIP(return, "the watchdog's period is for root");
	ASSERT_EQ(0, write_file(WATCHDOG_MS, "200"));
	fd = open_node();
	ASSERT_GE(fd, 0);
	ASSERT_EQ(0, gemm_create(fd, &g, GEMM_DIM, GEMM_DIM, 64));
	g.cmd->batch = gemm_slow_batch(fd, &g, 4 * PERIOD_MS);
	ASSERT_NE(0u, g.cmd->batch);

	/* The job before may not be freed yet. */
	sleep_ms(100);
	done = driver_stat("done");
	released = driver_stat("released");
	resets = driver_stat("resets");
	job = gemm_job(&g);
	start = now_ns();
	ASSERT_EQ(0, submit(fd, 0, &job, 1, NULL));
	EXPECT_EQ(0, syncobj_wait(fd, g.sync.handle));
	EXPECT_GT(now_ns() - start, 3 * PERIOD_MS * 1000000ll);
	EXPECT_EQ((uint32_t)DRM_QMAC_JOB_STATE_DONE, job_status(fd, job.job_id).state);
	EXPECT_EQ(0, gemm_mismatches(&g));

	/* free_job was called for it, and nothing was reset. */
	sleep_ms(100);
	EXPECT_EQ(done + 1, driver_stat("done"));
	EXPECT_EQ(released + 1, driver_stat("released"));
	EXPECT_EQ(resets, driver_stat("resets"));
	close(fd);
	write_file(WATCHDOG_MS, "3000");
}

TEST_HARNESS_MAIN
