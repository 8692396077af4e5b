// SPDX-License-Identifier: MIT
/* BO_MMAP_OFFSET and mmap(). */
#include "qmac_test.h"

FIXTURE(map)
{
	int fd;
	struct bo bo;
};

FIXTURE_SETUP(map)
{
	self->fd = open_node();
	ASSERT_GE(self->fd, 0);
	ASSERT_EQ(0, bo_create(self->fd, 4 * PAGE, &self->bo));
}

FIXTURE_TEARDOWN(map)
{
	close(self->fd);
}

TEST_F(map, refused)
{
	struct drm_qmac_bo_mmap_offset args = { .handle = self->bo.handle, .pad = 1 };

	EXPECT_EQ(-EINVAL, call(self->fd, DRM_IOCTL_QMAC_BO_MMAP_OFFSET, &args));
	args = (struct drm_qmac_bo_mmap_offset){ .handle = 0 };
	EXPECT_EQ(-ENOENT, call(self->fd, DRM_IOCTL_QMAC_BO_MMAP_OFFSET, &args));
	args = (struct drm_qmac_bo_mmap_offset){ .handle = 77 };
	EXPECT_EQ(-ENOENT, call(self->fd, DRM_IOCTL_QMAC_BO_MMAP_OFFSET, &args));
}

TEST_F(map, bounds)
{
	struct drm_qmac_bo_mmap_offset args = { .handle = self->bo.handle };
	int prot = PROT_READ | PROT_WRITE;

	ASSERT_EQ(0, call(self->fd, DRM_IOCTL_QMAC_BO_MMAP_OFFSET, &args));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, 5 * PAGE, prot, MAP_SHARED, self->fd, args.offset));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, PAGE, prot, MAP_SHARED, self->fd, 0));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, PAGE, prot, MAP_SHARED, self->fd, ~0ull - PAGE + 1));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, PAGE, prot, MAP_PRIVATE, self->fd, args.offset));
	EXPECT_NE(MAP_FAILED, mmap(NULL, PAGE, PROT_READ, MAP_SHARED, self->fd, args.offset));
}

TEST_F(map, other_file)
{
	struct drm_qmac_bo_mmap_offset args = { .handle = self->bo.handle };
	int other = open_node();

	ASSERT_GE(other, 0);
	ASSERT_EQ(0, call(self->fd, DRM_IOCTL_QMAC_BO_MMAP_OFFSET, &args));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, PAGE, PROT_READ, MAP_SHARED, other, args.offset));
	EXPECT_EQ(EACCES, errno);
}

TEST_F(map, shared)
{
	volatile char *first = self->bo.map;
	volatile char *second = bo_mmap(self->fd, self->bo.handle, self->bo.size);

	ASSERT_TRUE(second);
	first[PAGE + 1] = 42;
	EXPECT_EQ(42, second[PAGE + 1]);
}

TEST_F(map, outlives_handle_and_file)
{
	volatile char *map = self->bo.map;

	map[0] = 1;
	EXPECT_EQ(0, handle_close(self->fd, self->bo.handle));
	EXPECT_EQ(1, map[0]);
	map[PAGE] = 2;
	close(self->fd);
	EXPECT_EQ(2, map[PAGE]);
	map[3 * PAGE] = 3;
	EXPECT_EQ(3, map[3 * PAGE]);
}

TEST_F(map, after_fork)
{
	volatile char *map = self->bo.map;
	int status;
	pid_t pid;

	pid = fork();
	if (!pid) {
		map[0] = 5;
		_exit(0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(5, map[0]);
	EXPECT_EQ(0, good_job(self->fd));
}

TEST_HARNESS_MAIN
