// SPDX-License-Identifier: MIT
/* dma-bufs: between two files, from udmabuf and from a DMA heap. */
#include <linux/dma-heap.h>
#include <linux/udmabuf.h>

#include "qmac_test.h"

FIXTURE(prime)
{
	int fd, other;
	struct gemm g;
};

FIXTURE_SETUP(prime)
{
	self->fd = open_node();
	self->other = open_node();
	ASSERT_GE(self->fd, 0);
	ASSERT_GE(self->other, 0);
	ASSERT_EQ(0, gemm_create(self->fd, &self->g, 16, 16, 16));
}

FIXTURE_TEARDOWN(prime)
{
	EXPECT_EQ(0, good_job(self->fd));
	close(self->fd);
	close(self->other);
}

TEST_F(prime, two_files)
{
	struct drm_qmac_bo_info info;
	struct drm_qmac_bo_use use[2];
	struct drm_qmac_job job;
	struct bo filler, bo;
	struct gemm g;
	int prime;

	ASSERT_EQ(0, bo_export(self->fd, self->g.bo.handle, &prime));
	ASSERT_EQ(0, bo_create(self->other, 16 * PAGE, &filler));
	ASSERT_EQ(0, bo_import(self->other, prime, &bo));
	EXPECT_EQ(self->g.bo.size, bo.size);
	/* Addresses are each file's own. */
	EXPECT_NE(self->g.bo.va, bo.va);
	ASSERT_EQ(0, bo_info(self->other, bo.handle, &info));
	EXPECT_EQ(0u, info.flags);

	/* The other file computes into the first one's memory. */
	ASSERT_EQ(0, gemm_create(self->other, &g, 16, 16, 16));
	g.cmd->c_addr = bo.va + GEMM_C;
	use[0] = g.use;
	use[1] = (struct drm_qmac_bo_use){ bo.handle, DRM_QMAC_BO_USE_WRITE };
	job = gemm_job(&g);
	job.bos = array_of(use);
	ASSERT_EQ(0, submit(self->other, 0, &job, 1, NULL));
	EXPECT_EQ((uint32_t)DRM_QMAC_JOB_STATE_DONE, job_wait(self->other, job.job_id).state);
	EXPECT_EQ(0, gemm_mismatches(&self->g));

	/* It outlives the exporter's handle. */
	handle_close(self->fd, self->g.bo.handle);
	memset(self->g.c, 0xee, 16 * 16 * 4);
	ASSERT_EQ(0, submit(self->other, 0, &job, 1, NULL));
	EXPECT_EQ((uint32_t)DRM_QMAC_JOB_STATE_DONE, job_wait(self->other, job.job_id).state);
	EXPECT_EQ(0, gemm_mismatches(&self->g));
	close(prime);
}

TEST_F(prime, twice_the_same_handle)
{
	struct bo first, second;
	int prime;

	ASSERT_EQ(0, bo_export(self->fd, self->g.bo.handle, &prime));
	ASSERT_EQ(0, bo_import(self->other, prime, &first));
	ASSERT_EQ(0, bo_import(self->other, prime, &second));
	EXPECT_EQ(first.handle, second.handle);
	EXPECT_EQ(first.va, second.va);
	ASSERT_EQ(0, bo_import(self->fd, prime, &first));
	EXPECT_EQ(self->g.bo.handle, first.handle);
	EXPECT_EQ(self->g.bo.va, first.va);
}

TEST_F(prime, refused)
{
	struct bo bo;
	int prime;

	EXPECT_NE(0, bo_export(self->fd, 0, &prime));
	EXPECT_NE(0, bo_export(self->fd, 4711, &prime));
	EXPECT_NE(0, bo_import(self->fd, -1, &bo));
	EXPECT_NE(0, bo_import(self->fd, self->fd, &bo));
}

static void foreign(struct __test_metadata *_metadata, int fd, int dmabuf, void *map, uint64_t size)
{
	struct drm_qmac_bo_mmap_offset offset = { 0 };
	struct drm_qmac_bo_info info;
	struct drm_qmac_bo_use use[2];
	struct drm_qmac_job job;
	struct gemm g, view;
	struct bo bo;
	int prime;

	ASSERT_EQ(0, bo_import(fd, dmabuf, &bo));
	EXPECT_EQ(size, bo.size);
	ASSERT_EQ(0, bo_info(fd, bo.handle, &info));
	EXPECT_EQ(DRM_QMAC_BO_IMPORTED, info.flags);

	offset.handle = bo.handle;
	EXPECT_EQ(-EINVAL, call(fd, DRM_IOCTL_QMAC_BO_MMAP_OFFSET, &offset));
	EXPECT_EQ(-EINVAL, bo_export(fd, bo.handle, &prime));

	/* Operands there, result here; then the other way round. */
	ASSERT_EQ(0, gemm_create(fd, &g, 16, 16, 16));
	memcpy(map, g.bo.map, GEMM_SIZE);
	g.cmd->a_addr = bo.va + GEMM_A;
	g.cmd->b_addr = bo.va + GEMM_B;
	memset(g.a, 0, 256);
	use[0] = g.use;
	use[1] = (struct drm_qmac_bo_use){
		bo.handle,
		DRM_QMAC_BO_USE_READ | DRM_QMAC_BO_USE_WRITE,
	};
	job = gemm_job(&g);
	job.bos = array_of(use);
	ASSERT_EQ(0, submit(fd, 0, &job, 1, NULL));
	EXPECT_EQ((uint32_t)DRM_QMAC_JOB_STATE_DONE, job_wait(fd, job.job_id).state);
	memcpy(g.a, (char *)map + GEMM_A, 256);
	EXPECT_EQ(0, gemm_mismatches(&g));

	view = g;
	view.c = (int32_t *)((char *)map + GEMM_C);
	memset(view.c, 0xee, 1024);
	g.cmd->c_addr = bo.va + GEMM_C;
	ASSERT_EQ(0, submit(fd, 0, &job, 1, NULL));
	EXPECT_EQ((uint32_t)DRM_QMAC_JOB_STATE_DONE, job_wait(fd, job.job_id).state);
	EXPECT_EQ(0, gemm_mismatches(&view));

	/* The handle goes while a job uses it. */
	g.cmd->batch = 64;
	ASSERT_EQ(0, submit(fd, 0, &job, 1, NULL));
	EXPECT_EQ(0, handle_close(fd, bo.handle));
	close(dmabuf);
	EXPECT_EQ((uint32_t)DRM_QMAC_JOB_STATE_DONE, job_wait(fd, job.job_id).state);
}

TEST_F(prime, udmabuf)
{
	struct udmabuf_create args = { .size = GEMM_SIZE };
	int dev = open("/dev/udmabuf", O_RDWR);
	int memfd, dmabuf;
	void *map;

	if (dev < 0)
		SKIP(return, "/dev/udmabuf: %s", strerror(errno));
	memfd = memfd_create("qmac", MFD_ALLOW_SEALING);
	ASSERT_GE(memfd, 0);
	ASSERT_EQ(0, ftruncate(memfd, GEMM_SIZE));
	ASSERT_EQ(0, fcntl(memfd, F_ADD_SEALS, F_SEAL_SHRINK));
	map = mmap(NULL, GEMM_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, memfd, 0);
	ASSERT_NE(MAP_FAILED, map);
	args.memfd = memfd;
	dmabuf = ioctl(dev, UDMABUF_CREATE, &args);
	ASSERT_GE(dmabuf, 0);
	foreign(_metadata, self->fd, dmabuf, map, GEMM_SIZE);
}

TEST_F(prime, dma_heap)
{
	struct dma_heap_allocation_data args = {
		.len = GEMM_SIZE,
		.fd_flags = O_RDWR | O_CLOEXEC,
	};
	int heap = open("/dev/dma_heap/system", O_RDONLY);
	void *map;

	if (heap < 0)
		SKIP(return, "/dev/dma_heap/system: %s", strerror(errno));
	ASSERT_EQ(0, call(heap, DMA_HEAP_IOCTL_ALLOC, &args));
	map = mmap(NULL, GEMM_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, args.fd, 0);
	ASSERT_NE(MAP_FAILED, map);
	foreign(_metadata, self->fd, args.fd, map, GEMM_SIZE);
}

/* From one accelerator to another. */
TEST_F(prime, two_devices)
{
	int second = open("/dev/accel/accel1", O_RDWR);
	struct bo bo;
	int prime;

	if (second < 0)
		SKIP(return, "one device only");
	ASSERT_EQ(0, bo_create(second, GEMM_SIZE, &bo));
	ASSERT_EQ(0, bo_export(second, bo.handle, &prime));
	foreign(_metadata, self->fd, prime, bo.map, GEMM_SIZE);
}

/* A dma-buf is all that is left of its file. */
TEST_F(prime, outlives_file)
{
	struct bo bo;
	int prime;
	char *map;

	ASSERT_EQ(0, bo_export(self->fd, self->g.bo.handle, &prime));
	close(self->fd);
	self->fd = open_node();
	map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, prime, 0);
	ASSERT_NE((char *)MAP_FAILED, map);
	map[0] = 1;
	ASSERT_EQ(0, bo_import(self->other, prime, &bo));
	close(prime);
}

TEST_HARNESS_MAIN
