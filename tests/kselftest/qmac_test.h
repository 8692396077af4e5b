/* SPDX-License-Identifier: MIT */
/*
 * The uapi as plain functions that return 0 or -errno, and GEMM jobs to run.
 */
#ifndef QMAC_TEST_H
#define QMAC_TEST_H

#include <errno.h>
#include <fcntl.h>
#include <linux/sync_file.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <drm/qmac_accel.h>
#include <drm/qmac_cmd.h>

#include "kselftest_harness.h"

#define NODE   "/dev/accel/accel0"
#define PAGE   4096ull
#define SECOND 1000000000ll
/* Long enough for RTL on a loaded machine. */
#define WAIT_NS (50 * SECOND)

#define array_of(a) \
	((struct drm_qmac_array){ sizeof((a)[0]), sizeof(a) / sizeof((a)[0]), (uintptr_t)(a) })
#define array_n(p, n) ((struct drm_qmac_array){ sizeof((p)[0]), (n), (uintptr_t)(p) })

struct bo {
	uint32_t handle;
	uint64_t size;
	uint64_t va;
	void *map;
};

static inline int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * SECOND + ts.tv_nsec;
}

static inline void sleep_ms(int ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&ts, NULL);
}

/* Not drmIoctl(): EAGAIN has a meaning here. */
static inline int call(int fd, unsigned long request, void *arg)
{
	int ret;

	do
		ret = ioctl(fd, request, arg);
	while (ret < 0 && errno == EINTR);
	return ret < 0 ? -errno : 0;
}

static inline int open_node(void)
{
	return open(NODE, O_RDWR | O_CLOEXEC);
}

static inline int query(int fd, uint32_t type, void *info, uint32_t size)
{
	struct drm_qmac_dev_query args = { type, size, (uintptr_t)info };

	return call(fd, DRM_IOCTL_QMAC_DEV_QUERY, &args);
}

static inline struct drm_qmac_limits get_limits(int fd)
{
	struct drm_qmac_limits limits = { 0 };

	query(fd, DRM_QMAC_DEV_QUERY_LIMITS, &limits, sizeof(limits));
	return limits;
}

static inline struct drm_qmac_hw_info get_info(int fd)
{
	struct drm_qmac_hw_info info = { 0 };

	query(fd, DRM_QMAC_DEV_QUERY_HW, &info, sizeof(info));
	return info;
}

static inline void *bo_mmap(int fd, uint32_t handle, uint64_t size)
{
	struct drm_qmac_bo_mmap_offset args = { .handle = handle };
	void *map;

	if (call(fd, DRM_IOCTL_QMAC_BO_MMAP_OFFSET, &args))
		return NULL;
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, args.offset);
	return map == MAP_FAILED ? NULL : map;
}

static inline int bo_create(int fd, uint64_t size, struct bo *bo)
{
	struct drm_qmac_bo_create args = { .size = size };
	int ret = call(fd, DRM_IOCTL_QMAC_BO_CREATE, &args);

	*bo = (struct bo){ args.handle, args.size, args.va, NULL };
	if (ret)
		return ret;
	bo->map = bo_mmap(fd, bo->handle, bo->size);
	return bo->map ? 0 : -errno;
}

static inline int handle_close(int fd, uint32_t handle)
{
	struct drm_gem_close args = { .handle = handle };

	return call(fd, DRM_IOCTL_GEM_CLOSE, &args);
}

static inline void bo_close(int fd, struct bo *bo)
{
	munmap(bo->map, bo->size);
	handle_close(fd, bo->handle);
}

static inline int bo_info(int fd, uint32_t handle, struct drm_qmac_bo_info *info)
{
	*info = (struct drm_qmac_bo_info){ .handle = handle };
	return call(fd, DRM_IOCTL_QMAC_BO_INFO, info);
}

static inline int bo_export(int fd, uint32_t handle, int *prime)
{
	struct drm_prime_handle args = { .handle = handle, .flags = DRM_CLOEXEC | DRM_RDWR };
	int ret = call(fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &args);

	*prime = args.fd;
	return ret;
}

static inline int bo_import(int fd, int prime, struct bo *bo)
{
	struct drm_prime_handle args = { .fd = prime };
	struct drm_qmac_bo_info info;
	int ret = call(fd, DRM_IOCTL_PRIME_FD_TO_HANDLE, &args);

	if (ret)
		return ret;
	ret = bo_info(fd, args.handle, &info);
	*bo = (struct bo){ args.handle, info.size, info.va, NULL };
	return ret;
}

static inline uint32_t syncobj_create(int fd)
{
	struct drm_syncobj_create args = { 0 };

	return call(fd, DRM_IOCTL_SYNCOBJ_CREATE, &args) ? 0 : args.handle;
}

static inline int syncobj_wait_ns(int fd, uint32_t handle, int64_t timeout)
{
	struct drm_syncobj_wait args = {
		.handles = (uintptr_t)&handle,
		.count_handles = 1,
		.timeout_nsec = now_ns() + timeout,
	};

	return call(fd, DRM_IOCTL_SYNCOBJ_WAIT, &args);
}

static inline int syncobj_wait(int fd, uint32_t handle)
{
	return syncobj_wait_ns(fd, handle, WAIT_NS);
}

static inline int timeline_wait_ns(int fd, uint32_t handle, uint64_t point, int64_t timeout)
{
	struct drm_syncobj_timeline_wait args = {
		.handles = (uintptr_t)&handle,
		.points = (uintptr_t)&point,
		.count_handles = 1,
		.timeout_nsec = now_ns() + timeout,
	};

	return call(fd, DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT, &args);
}

static inline int timeline_signal(int fd, uint32_t handle, uint64_t point)
{
	struct drm_syncobj_timeline_array args = {
		.handles = (uintptr_t)&handle,
		.points = (uintptr_t)&point,
		.count_handles = 1,
	};

	return call(fd, DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL, &args);
}

static inline int queue_create(int fd, uint32_t priority, uint32_t *id)
{
	struct drm_qmac_queue_create args = { .priority = priority };
	int ret = call(fd, DRM_IOCTL_QMAC_QUEUE_CREATE, &args);

	*id = args.queue_id;
	return ret;
}

static inline int queue_destroy(int fd, uint32_t id)
{
	struct drm_qmac_queue_destroy args = { .queue_id = id };

	return call(fd, DRM_IOCTL_QMAC_QUEUE_DESTROY, &args);
}

static inline int submit(int fd, uint32_t queue, struct drm_qmac_job *jobs, uint32_t count,
			 uint32_t *fail_index)
{
	struct drm_qmac_submit args = {
		.jobs = array_n(jobs, count),
		.queue_id = queue,
		.fail_index = ~0u,
	};
	int ret = call(fd, DRM_IOCTL_QMAC_SUBMIT, &args);

	if (fail_index)
		*fail_index = args.fail_index;
	return ret;
}

static inline struct drm_qmac_job_status job_status(int fd, uint64_t id)
{
	struct drm_qmac_job_status status = { .job_id = id };
	struct drm_qmac_job_query args = { .jobs = array_n(&status, 1) };

	if (call(fd, DRM_IOCTL_QMAC_JOB_QUERY, &args))
		status.state = ~0u;
	return status;
}

/* The end of a job, whatever it is. */
static inline struct drm_qmac_job_status job_wait(int fd, uint64_t id)
{
	int64_t end = now_ns() + WAIT_NS;
	struct drm_qmac_job_status status;

	do {
		status = job_status(fd, id);
		if (status.state != DRM_QMAC_JOB_STATE_QUEUED &&
		    status.state != DRM_QMAC_JOB_STATE_RUNNING)
			break;
		sleep_ms(1);
	} while (now_ns() < end);
	return status;
}

/* The fence in a syncobj as a file of its own. */
static inline int sync_file_create(int fd, uint32_t syncobj, int *file)
{
	struct drm_syncobj_handle args = {
		.handle = syncobj,
		.flags = DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE,
	};
	int ret = call(fd, DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, &args);

	*file = args.fd;
	return ret;
}

/* What a sync file tells about its one fence. */
static inline int sync_file_fence(int file, struct sync_fence_info *fence)
{
	struct sync_file_info args = {
		.num_fences = 1,
		.sync_fence_info = (uintptr_t)fence,
	};

	*fence = (struct sync_fence_info){ .status = 0 };
	return call(file, SYNC_IOC_FILE_INFO, &args);
}

/* A GEMM with 32-bit result: commands, A, B and C in one BO. */
#define GEMM_A	  0x1000
#define GEMM_B	  0x3000
#define GEMM_C	  0x5000
#define GEMM_SIZE 0x10000
#define GEMM_DIM  64
#define GEMM_K	  100

struct gemm {
	struct bo bo;
	struct qmac_cmd *cmd;
	int8_t *a, *b;
	int32_t *c;
	struct drm_qmac_bo_use use;
	struct drm_qmac_sync sync;
	uint32_t m, n, k;
};

/* Batches repeat the same product: work without memory. */
static inline void gemm_command(struct qmac_cmd *cmd, uint64_t va, uint32_t m, uint32_t n,
				uint32_t k, uint32_t batch)
{
	memset(cmd, 0, sizeof(*cmd));
	cmd->opcode = QMAC_OP_GEMM;
	cmd->version = QMAC_CMD_VERSION;
	cmd->m = m;
	cmd->n = n;
	cmd->k = k;
	cmd->batch = batch;
	cmd->a_type = QMAC_TYPE_S8;
	cmd->b_type = QMAC_TYPE_S8;
	cmd->c_type = QMAC_TYPE_S32;
	cmd->a_addr = va + GEMM_A;
	cmd->b_addr = va + GEMM_B;
	cmd->c_addr = va + GEMM_C;
	cmd->a_stride = k;
	cmd->b_stride = n;
	cmd->c_stride = n * 4;
}

static inline void gemm_use(struct gemm *g, const struct bo *bo, uint32_t m, uint32_t n, uint32_t k)
{
	uint32_t i;

	g->bo = *bo;
	g->m = m;
	g->n = n;
	g->k = k;
	g->cmd = g->bo.map;
	g->a = (int8_t *)g->bo.map + GEMM_A;
	g->b = (int8_t *)g->bo.map + GEMM_B;
	g->c = (int32_t *)((char *)g->bo.map + GEMM_C);
	for (i = 0; i < m * k; i++)
		g->a[i] = i * 7 + 3;
	for (i = 0; i < k * n; i++)
		g->b[i] = i * 13 + 5;
	memset(g->c, 0xee, m * n * 4);
	gemm_command(g->cmd, g->bo.va, m, n, k, 1);
	g->use = (struct drm_qmac_bo_use){
		g->bo.handle,
		DRM_QMAC_BO_USE_READ | DRM_QMAC_BO_USE_WRITE,
	};
}

static inline int gemm_create(int fd, struct gemm *g, uint32_t m, uint32_t n, uint32_t k)
{
	struct bo bo;
	int ret = bo_create(fd, GEMM_SIZE, &bo);

	if (ret)
		return ret;
	gemm_use(g, &bo, m, n, k);
	g->sync = (struct drm_qmac_sync){ syncobj_create(fd), DRM_QMAC_SYNC_SIGNAL, 0 };
	return g->sync.handle ? 0 : -ENOMEM;
}

static inline struct drm_qmac_job gemm_job(struct gemm *g)
{
	return (struct drm_qmac_job){
		.cmd_va = g->bo.va,
		.cmd_count = 1,
		.bos = array_n(&g->use, 1),
		.syncs = array_n(&g->sync, 1),
	};
}

static inline int gemm_mismatches(const struct gemm *g)
{
	uint32_t i, j, k;
	int bad = 0;

	for (i = 0; i < g->m; i++)
		for (j = 0; j < g->n; j++) {
			int32_t sum = 0;

			for (k = 0; k < g->k; k++)
				sum += g->a[i * g->k + k] * g->b[k * g->n + j];
			bad += sum != g->c[i * g->n + j];
		}
	return bad;
}

static inline bool gemm_untouched(const struct gemm *g)
{
	uint32_t i;

	for (i = 0; i < g->m * g->n; i++)
		if (g->c[i] != (int32_t)0xeeeeeeee)
			return false;
	return true;
}

/* Submits, waits and compares. Returns the number of wrong results or -errno. */
static inline int gemm_run(int fd, struct gemm *g)
{
	struct drm_qmac_job job = gemm_job(g);
	struct drm_qmac_job_status status;
	int ret;

	memset(g->c, 0xee, g->m * g->n * 4);
	ret = submit(fd, 0, &job, 1, NULL);
	if (ret)
		return ret;
	ret = syncobj_wait(fd, g->sync.handle);
	if (ret)
		return ret;
	status = job_status(fd, job.job_id);
	return status.state == DRM_QMAC_JOB_STATE_DONE ? gemm_mismatches(g) : status.error;
}

/* Does the device still compute? */
static inline int good_job(int fd)
{
	struct gemm g;
	int ret = gemm_create(fd, &g, 9, 17, 33);

	if (!ret) {
		ret = gemm_run(fd, &g);
		bo_close(fd, &g.bo);
	}
	return ret;
}

/*
 * Makes the one command of @g last for at least @ms on this device: returns the
 * batch to set, or 0 on failure.
 */
static inline uint32_t gemm_slow_batch(int fd, struct gemm *g, int ms)
{
	uint32_t batch;
	int64_t start;

	for (batch = 16; batch <= 65536; batch *= 2) {
		g->cmd->batch = batch;
		start = now_ns();
		if (gemm_run(fd, g))
			return 0;
		if (now_ns() - start > ms * 1000000ll)
			return batch;
	}
	return 0;
}

/* PCI address of the device behind NODE. */
static inline const char *device_address(void)
{
	static char target[256];
	ssize_t size = readlink("/sys/class/accel/accel0/device", target, sizeof(target) - 1);

	if (size <= 0)
		return "none";
	target[size] = 0;
	return strrchr(target, '/') + 1;
}

/* A counter of debugfs, or -1: root only. */
static inline long long driver_stat(const char *name)
{
	char path[320], line[128], key[64];
	long long value = -1, v;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/kernel/debug/accel/%s/stats", device_address());
	f = fopen(path, "r");
	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%63s %lld", key, &v) == 2 && !strcmp(key, name))
			value = v;
	fclose(f);
	return value;
}

static inline int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	int ret;

	if (fd < 0)
		return -errno;
	ret = write(fd, text, strlen(text)) < 0 ? -errno : 0;
	close(fd);
	return ret;
}

#define WATCHDOG_MS "/sys/module/qmac/parameters/watchdog_ms"

#endif /* QMAC_TEST_H */
