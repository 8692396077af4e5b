// SPDX-License-Identifier: MIT
/* BO_CREATE, BO_INFO, handles. */
#include <pthread.h>

#include "qmac_test.h"

FIXTURE(objects)
{
	int fd;
};

FIXTURE_SETUP(objects)
{
	self->fd = open_node();
	ASSERT_GE(self->fd, 0);
}

FIXTURE_TEARDOWN(objects)
{
	close(self->fd);
}

TEST_F(objects, create)
{
	struct drm_qmac_limits limits = get_limits(self->fd);
	struct drm_qmac_bo_info info;
	struct bo bo;
	uint64_t i;

	ASSERT_EQ(0, bo_create(self->fd, 5000, &bo));
	EXPECT_NE(0u, bo.handle);
	EXPECT_EQ(2 * PAGE, bo.size);
	EXPECT_EQ(0ull, bo.va % PAGE);
	EXPECT_GE(bo.va, limits.va_start);
	EXPECT_LE(bo.va + bo.size, limits.va_end);
	for (i = 0; i < bo.size; i++)
		ASSERT_EQ(0, ((char *)bo.map)[i]);

	EXPECT_EQ(0, bo_info(self->fd, bo.handle, &info));
	EXPECT_EQ(bo.size, info.size);
	EXPECT_EQ(bo.va, info.va);
	EXPECT_EQ(0u, info.flags);
}

TEST_F(objects, refused)
{
	struct drm_qmac_limits limits = get_limits(self->fd);
	struct drm_qmac_bo_create args = { .size = 0 };

	EXPECT_EQ(-EINVAL, call(self->fd, DRM_IOCTL_QMAC_BO_CREATE, &args));
	args.size = limits.max_bo_size + 1;
	EXPECT_EQ(-EINVAL, call(self->fd, DRM_IOCTL_QMAC_BO_CREATE, &args));
	args.size = ~0ull;
	EXPECT_EQ(-EINVAL, call(self->fd, DRM_IOCTL_QMAC_BO_CREATE, &args));
	args.size = ~0ull - 4095;
	EXPECT_EQ(-EINVAL, call(self->fd, DRM_IOCTL_QMAC_BO_CREATE, &args));
	args.size = 4096;
	args.flags = 1;
	EXPECT_EQ(-EINVAL, call(self->fd, DRM_IOCTL_QMAC_BO_CREATE, &args));
	args.flags = 1u << 31;
	EXPECT_EQ(-EINVAL, call(self->fd, DRM_IOCTL_QMAC_BO_CREATE, &args));
}

TEST_F(objects, info_refused)
{
	struct drm_qmac_bo_info info;
	struct bo bo;

	EXPECT_EQ(-ENOENT, bo_info(self->fd, 0, &info));
	EXPECT_EQ(-ENOENT, bo_info(self->fd, ~0u, &info));
	ASSERT_EQ(0, bo_create(self->fd, PAGE, &bo));
	EXPECT_EQ(0, handle_close(self->fd, bo.handle));
	EXPECT_EQ(-ENOENT, bo_info(self->fd, bo.handle, &info));
	EXPECT_EQ(-EINVAL, handle_close(self->fd, bo.handle));
}

TEST_F(objects, no_overlap)
{
	struct bo bo[100];
	int i, j;

	for (i = 0; i < 100; i++)
		ASSERT_EQ(0, bo_create(self->fd, PAGE * (1 + i * 7 % 13), &bo[i]));
	for (i = 0; i < 100; i++)
		for (j = 0; j < i; j++)
			ASSERT_TRUE(bo[i].va + bo[i].size < bo[j].va ||
				    bo[j].va + bo[j].size < bo[i].va);
}

TEST_F(objects, other_file)
{
	struct drm_qmac_bo_info info;
	int other = open_node();
	struct bo bo;

	ASSERT_GE(other, 0);
	ASSERT_EQ(0, bo_create(self->fd, PAGE, &bo));
	EXPECT_EQ(-ENOENT, bo_info(other, bo.handle, &info));
}

TEST_F(objects, no_global_names)
{
	struct drm_gem_flink flink = { 0 };
	struct drm_gem_open name = { .name = 1 };
	struct bo bo;

	ASSERT_EQ(0, bo_create(self->fd, PAGE, &bo));
	flink.handle = bo.handle;
	EXPECT_EQ(-EOPNOTSUPP, call(self->fd, DRM_IOCTL_GEM_FLINK, &flink));
	EXPECT_EQ(-EOPNOTSUPP, call(self->fd, DRM_IOCTL_GEM_OPEN, &name));
}

/* Memory comes back although it is freed a little later: 1 GiB in all. */
TEST_F(objects, reuse)
{
	struct bo bo;
	int i;

	for (i = 0; i < 64; i++) {
		ASSERT_EQ(0, bo_create(self->fd, 16ull << 20, &bo));
		((char *)bo.map)[i * 4096] = 1;
		bo_close(self->fd, &bo);
	}
}

TEST_F(objects, large)
{
	struct bo bo;

	ASSERT_EQ(0, bo_create(self->fd, 64ull << 20, &bo));
	/* So that 2 MiB pages can be used. */
	EXPECT_EQ(0ull, bo.va % (2ull << 20));
	memset(bo.map, 1, bo.size);
}

static void *close_all(void *arg)
{
	int fd = *(int *)arg;
	uint32_t handle;
	int i;

	for (i = 0; i < 500; i++)
		for (handle = 1; handle < 8; handle++)
			handle_close(fd, handle);
	return NULL;
}

/* Somebody closes handles that were not given out yet. */
TEST_F(objects, close_race)
{
	struct drm_qmac_bo_create args;
	pthread_t thread;
	int i;

	ASSERT_EQ(0, pthread_create(&thread, NULL, close_all, &self->fd));
	for (i = 0; i < 500; i++) {
		args = (struct drm_qmac_bo_create){ .size = PAGE };
		ASSERT_EQ(0, call(self->fd, DRM_IOCTL_QMAC_BO_CREATE, &args));
		ASSERT_NE(0ull, args.va);
	}
	pthread_join(thread, NULL);
}

TEST_HARNESS_MAIN
