// SPDX-License-Identifier: MIT
/* DEV_QUERY, the version and fdinfo. */
#include "qmac_test.h"

/* The layout is the same for every process on every machine. */
_Static_assert(sizeof(struct drm_qmac_array) == 16, "");
_Static_assert(sizeof(struct drm_qmac_hw_info) == 64, "");
_Static_assert(sizeof(struct drm_qmac_limits) == 64, "");
_Static_assert(sizeof(struct drm_qmac_dev_query) == 16, "");
_Static_assert(sizeof(struct drm_qmac_bo_create) == 24, "");
_Static_assert(sizeof(struct drm_qmac_bo_info) == 24, "");
_Static_assert(sizeof(struct drm_qmac_bo_mmap_offset) == 16, "");
_Static_assert(sizeof(struct drm_qmac_queue_create) == 16, "");
_Static_assert(sizeof(struct drm_qmac_queue_destroy) == 8, "");
_Static_assert(sizeof(struct drm_qmac_bo_use) == 8, "");
_Static_assert(sizeof(struct drm_qmac_sync) == 16, "");
_Static_assert(sizeof(struct drm_qmac_job) == 64, "");
_Static_assert(sizeof(struct drm_qmac_submit) == 32, "");
_Static_assert(sizeof(struct drm_qmac_job_status) == 120, "");
_Static_assert(sizeof(struct drm_qmac_job_query) == 24, "");

FIXTURE(info)
{
	int fd;
};

FIXTURE_SETUP(info)
{
	self->fd = open_node();
	ASSERT_GE(self->fd, 0);
}

FIXTURE_TEARDOWN(info)
{
	close(self->fd);
}

TEST_F(info, hw)
{
	struct drm_qmac_hw_info info = get_info(self->fd);

	EXPECT_EQ(1u, info.version_major);
	EXPECT_TRUE(info.model == 1 || info.model == 2);
	EXPECT_TRUE(info.kc == 8 || info.kc == 16 || info.kc == 32);
	EXPECT_EQ(info.kc, info.nc);
	EXPECT_TRUE(info.opcodes & 1u << QMAC_OP_GEMM);
	EXPECT_TRUE(info.operand_types & 1u << QMAC_TYPE_S8);
	EXPECT_TRUE(info.result_types & 1u << QMAC_TYPE_S32);
	EXPECT_GE(info.max_dim, 1u);
	EXPECT_GE(info.acc_rows, 1u);
}

TEST_F(info, limits)
{
	struct drm_qmac_limits limits = get_limits(self->fd);

	EXPECT_EQ(2ull << 20, limits.va_start);
	EXPECT_EQ(1ull << 39, limits.va_end);
	EXPECT_GE(limits.max_bo_size, 1ull << 20);
	EXPECT_EQ(0ull, limits.max_bo_size % PAGE);
	EXPECT_GE(limits.max_cycle_limit, 1ull << 32);
	EXPECT_GE(limits.max_commands, 1u);
	EXPECT_GE(limits.max_jobs, 2u);
	EXPECT_GE(limits.max_bos, 2u);
	EXPECT_GE(limits.max_syncs, 2u);
	EXPECT_GE(limits.max_queues, 2u);
	EXPECT_GE(limits.max_queued_jobs, limits.max_jobs);
	EXPECT_GE(limits.max_job_query, 1u);
	EXPECT_EQ(4096u, limits.job_history);
}

TEST_F(info, size_only)
{
	struct drm_qmac_dev_query args = { .type = DRM_QMAC_DEV_QUERY_HW };

	EXPECT_EQ(0, call(self->fd, DRM_IOCTL_QMAC_DEV_QUERY, &args));
	EXPECT_EQ(sizeof(struct drm_qmac_hw_info), (size_t)args.size);
	args = (struct drm_qmac_dev_query){ .type = DRM_QMAC_DEV_QUERY_LIMITS, .size = ~0u };
	EXPECT_EQ(0, call(self->fd, DRM_IOCTL_QMAC_DEV_QUERY, &args));
	EXPECT_EQ(sizeof(struct drm_qmac_limits), (size_t)args.size);
}

TEST_F(info, shorter)
{
	struct drm_qmac_hw_info whole = get_info(self->fd), part;

	memset(&part, 0xa5, sizeof(part));
	EXPECT_EQ(0, query(self->fd, DRM_QMAC_DEV_QUERY_HW, &part, 8));
	EXPECT_EQ(0, memcmp(&part, &whole, 8));
	EXPECT_EQ(0xa5a5a5a5u, part.model);
}

TEST_F(info, longer)
{
	unsigned char buffer[256];
	size_t i, size = sizeof(struct drm_qmac_hw_info);

	memset(buffer, 0xa5, sizeof(buffer));
	EXPECT_EQ(0, query(self->fd, DRM_QMAC_DEV_QUERY_HW, buffer, 200));
	for (i = size; i < 200; i++)
		ASSERT_EQ(0, buffer[i]);
	EXPECT_EQ(0xa5, buffer[200]);
}

TEST_F(info, refused)
{
	struct drm_qmac_hw_info info;

	EXPECT_EQ(-EINVAL, query(self->fd, 2, &info, sizeof(info)));
	EXPECT_EQ(-EINVAL, query(self->fd, ~0u, NULL, 0));
	EXPECT_EQ(-EINVAL, query(self->fd, DRM_QMAC_DEV_QUERY_HW, &info, ~0u));
	EXPECT_EQ(-EFAULT, query(self->fd, DRM_QMAC_DEV_QUERY_HW, (void *)8, 64));
}

TEST_F(info, version)
{
	char name[16] = "";
	struct drm_version args = { .name_len = sizeof(name) - 1, .name = name };

	EXPECT_EQ(0, call(self->fd, DRM_IOCTL_VERSION, &args));
	EXPECT_EQ(0, strcmp(name, "qmac"));
	EXPECT_EQ(1, args.version_major);
}

TEST_F(info, unknown_ioctl)
{
	uint64_t args[16] = { 0 };

	EXPECT_NE(0, call(self->fd, DRM_IOWR(DRM_COMMAND_BASE + 8, uint64_t[4]), args));
	EXPECT_NE(0, call(self->fd, DRM_IOWR(DRM_COMMAND_BASE + 0x3f, uint64_t[4]), args));
}

TEST_F(info, fdinfo)
{
	char path[64], text[4096];
	ssize_t size;
	int fd;

	ASSERT_EQ(0, good_job(self->fd));
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", self->fd);
	fd = open(path, O_RDONLY);
	ASSERT_GE(fd, 0);
	size = read(fd, text, sizeof(text) - 1);
	ASSERT_GT(size, (ssize_t)0);
	text[size] = 0;
	EXPECT_TRUE(strstr(text, "drm-driver:\tqmac\n"));
	EXPECT_TRUE(strstr(text, "drm-engine-compute:\t"));
	EXPECT_FALSE(strstr(text, "drm-engine-compute:\t0 ns"));
	EXPECT_TRUE(strstr(text, "drm-cycles-compute:\t"));
	EXPECT_TRUE(strstr(text, "drm-total-memory:\t"));
	close(fd);
}

TEST_HARNESS_MAIN
