// SPDX-License-Identifier: MIT
/* Why a job failed: cause, errno, command and address. */
#include "qmac_test.h"

FIXTURE(fault)
{
	int fd;
	struct gemm g;
	uint64_t hole;
};

FIXTURE_SETUP(fault)
{
	self->fd = open_node();
	ASSERT_GE(self->fd, 0);
	ASSERT_EQ(0, gemm_create(self->fd, &self->g, 16, 16, 16));
	/* A second command, the same. */
	memcpy(self->g.cmd + 1, self->g.cmd, sizeof(*self->g.cmd));
	self->hole = get_limits(self->fd).va_end - (1 << 20);
}

/* A good job after each fault. */
FIXTURE_TEARDOWN(fault)
{
	EXPECT_EQ(0, good_job(self->fd));
	close(self->fd);
}

static struct drm_qmac_job_status run(int fd, struct gemm *g, uint32_t commands)
{
	struct drm_qmac_job job = gemm_job(g);

	job.cmd_count = commands;
	if (submit(fd, 0, &job, 1, NULL))
		return (struct drm_qmac_job_status){ .state = ~0u };
	return job_wait(fd, job.job_id);
}

#define EXPECT_FAULT(expected_cause, expected_error, index, address, status)  \
	do {                                                                  \
		struct drm_qmac_job_status __s = (status);                    \
                                                                              \
		EXPECT_EQ((uint32_t)DRM_QMAC_JOB_STATE_FAILED, __s.state);    \
		EXPECT_EQ((uint32_t)expected_cause, __s.cause);               \
		EXPECT_EQ(expected_error, __s.error);                         \
		EXPECT_EQ((uint32_t)index, __s.cmd_index);                    \
		EXPECT_EQ((uint64_t)(address), __s.fault_addr & ~(PAGE - 1)); \
	} while (0)

TEST_F(fault, read_a)
{
	self->g.cmd[1].a_addr = self->hole;
	EXPECT_FAULT(DRM_QMAC_CAUSE_PAGE_FAULT_READ, -EFAULT, 1, self->hole,
		     run(self->fd, &self->g, 2));
	/* The first command has done its work. */
	EXPECT_EQ(0, gemm_mismatches(&self->g));
}

TEST_F(fault, read_b)
{
	self->g.cmd->b_addr = self->hole;
	EXPECT_FAULT(DRM_QMAC_CAUSE_PAGE_FAULT_READ, -EFAULT, 0, self->hole,
		     run(self->fd, &self->g, 1));
}

TEST_F(fault, write)
{
	self->g.cmd->c_addr = self->hole;
	EXPECT_FAULT(DRM_QMAC_CAUSE_PAGE_FAULT_WRITE, -EFAULT, 0, self->hole,
		     run(self->fd, &self->g, 1));
}

/* Runs off the end of its BO, into the page behind it. */
TEST_F(fault, guard_page)
{
	uint64_t end = self->g.bo.va + self->g.bo.size;

	self->g.cmd->c_addr = end - 64;
	EXPECT_FAULT(DRM_QMAC_CAUSE_PAGE_FAULT_WRITE, -EFAULT, 0, end, run(self->fd, &self->g, 1));
}

TEST_F(fault, commands)
{
	struct drm_qmac_job_status status;
	struct drm_qmac_job job = gemm_job(&self->g);

	job.cmd_va = self->hole;
	ASSERT_EQ(0, submit(self->fd, 0, &job, 1, NULL));
	status = job_wait(self->fd, job.job_id);
	EXPECT_FAULT(DRM_QMAC_CAUSE_PAGE_FAULT_READ, -EFAULT, 0, self->hole, status);
	job.cmd_va = 0;
	ASSERT_EQ(0, submit(self->fd, 0, &job, 1, NULL));
	status = job_wait(self->fd, job.job_id);
	EXPECT_FAULT(DRM_QMAC_CAUSE_PAGE_FAULT_READ, -EFAULT, 0, 0, status);
}

static void illegal(struct __test_metadata *_metadata, int fd, struct gemm *g)
{
	struct drm_qmac_job_status status = run(fd, g, 2);

	EXPECT_EQ((uint32_t)DRM_QMAC_JOB_STATE_FAILED, status.state);
	EXPECT_EQ((uint32_t)DRM_QMAC_CAUSE_ILLEGAL_COMMAND, status.cause);
	EXPECT_EQ(-EINVAL, status.error);
	EXPECT_EQ(1u, status.cmd_index);
	EXPECT_EQ(g->bo.va + sizeof(struct qmac_cmd), status.fault_addr);
	memcpy(g->cmd + 1, g->cmd, sizeof(*g->cmd));
}

TEST_F(fault, illegal_command)
{
	struct qmac_cmd *cmd = self->g.cmd + 1;

	cmd->opcode = 200;
	illegal(_metadata, self->fd, &self->g);
	cmd->version = 2;
	illegal(_metadata, self->fd, &self->g);
	cmd->flags = 1u << 31;
	illegal(_metadata, self->fd, &self->g);
	cmd->reserved3[41] = 1;
	illegal(_metadata, self->fd, &self->g);
	cmd->m = 0;
	illegal(_metadata, self->fd, &self->g);
	cmd->batch = 0;
	illegal(_metadata, self->fd, &self->g);
	cmd->c_type = QMAC_TYPE_NONE;
	illegal(_metadata, self->fd, &self->g);
	cmd->c_addr += 2;
	illegal(_metadata, self->fd, &self->g);
}

TEST_F(fault, bad_param)
{
	struct qmac_cmd *cmd = self->g.cmd;
	struct qmac_param *param = (void *)((char *)self->g.bo.map + 0xe000);
	struct drm_qmac_job_status status;

	memset(param, 0, 16 * sizeof(*param));
	cmd->flags = QMAC_FLAG_PER_CHANNEL;
	cmd->param_addr = self->g.bo.va + 0xe000;
	status = run(self->fd, &self->g, 1);
	EXPECT_EQ((uint32_t)DRM_QMAC_JOB_STATE_DONE, status.state);
	param[3].reserved0 = 1;
	EXPECT_FAULT(DRM_QMAC_CAUSE_BAD_PARAM, -EINVAL, 0, self->g.bo.va + 0xe000,
		     run(self->fd, &self->g, 1));
}

/* Every job has an end. The functional model counts one cycle per step. */
TEST_F(fault, cycle_limit)
{
	struct drm_qmac_job_status status;
	struct drm_qmac_job job = gemm_job(&self->g);

	if (get_info(self->fd).model != 1)
		SKIP(return, "the functional model counts no cycles");
	job.cycle_limit = 100;
	ASSERT_EQ(0, submit(self->fd, 0, &job, 1, NULL));
	status = job_wait(self->fd, job.job_id);
	EXPECT_EQ((uint32_t)DRM_QMAC_JOB_STATE_FAILED, status.state);
	EXPECT_EQ((uint32_t)DRM_QMAC_CAUSE_CYCLE_LIMIT, status.cause);
	EXPECT_EQ(-ETIME, status.error);
}

/* The fence of a failed job carries its error into a sync file. */
TEST_F(fault, fence_error)
{
	struct sync_fence_info info;
	int file;

	self->g.cmd->opcode = 200;
	run(self->fd, &self->g, 1);
	/* The result is known a moment before the fence signals. */
	ASSERT_EQ(0, syncobj_wait(self->fd, self->g.sync.handle));
	ASSERT_EQ(0, sync_file_create(self->fd, self->g.sync.handle, &file));
	ASSERT_EQ(0, sync_file_fence(file, &info));
	EXPECT_EQ(-EINVAL, info.status);
	close(file);
}

/* Many in a row. */
TEST_F(fault, storm)
{
	int i;

	for (i = 0; i < 100; i++) {
		gemm_command(self->g.cmd, self->g.bo.va, 16, 16, 16, 1);
		if (i % 3 == 0)
			self->g.cmd->a_addr = self->hole;
		else if (i % 3 == 1)
			self->g.cmd->c_addr = self->hole;
		else
			self->g.cmd->opcode = 77;
		ASSERT_EQ((uint32_t)DRM_QMAC_JOB_STATE_FAILED, run(self->fd, &self->g, 1).state);
	}
}

TEST_HARNESS_MAIN
