// SPDX-License-Identifier: MIT
/*
 * Reset, power, removal: of root, on the device that the tests use. The runner
 * calls each test by its name, because some must leave a mark in the kernel log.
 */
#include <dirent.h>

#include "qmac_test.h"

static char device[32]; /* PCI address */

static const char *path(const char *fmt)
{
	static char text[128];

	snprintf(text, sizeof(text), fmt, device);
	return text;
}

/* Opens the device, whatever number its node has now. */
static int open_device(void)
{
	DIR *dir = opendir(path("/sys/bus/pci/devices/%s/accel"));
	struct dirent *entry;
	char node[300];
	int fd = -ENOENT;

	while (dir && (entry = readdir(dir)))
		if (!strncmp(entry->d_name, "accel", 5)) {
			snprintf(node, sizeof(node), "/dev/accel/%s", entry->d_name);
			fd = open(node, O_RDWR | O_CLOEXEC);
		}
	if (dir)
		closedir(dir);
	return fd;
}

FIXTURE(recover)
{
	int fd;
	struct gemm g, slow;
};

FIXTURE_SETUP(recover)
{
	if (geteuid())
		SKIP(return, "root only");
	snprintf(device, sizeof(device), "%s", device_address());
	self->fd = open_node();
	ASSERT_GE(self->fd, 0);
	ASSERT_EQ(0, gemm_create(self->fd, &self->g, 16, 16, 16));
	ASSERT_EQ(0, gemm_create(self->fd, &self->slow, GEMM_DIM, GEMM_DIM, 64));
	self->slow.cmd->batch = gemm_slow_batch(self->fd, &self->slow, 300);
	ASSERT_NE(0u, self->slow.cmd->batch);
	self->slow.cmd->batch = self->slow.cmd->batch > 8191 ? 65535 : self->slow.cmd->batch * 8;
}

FIXTURE_TEARDOWN(recover)
{
	close(self->fd);
}

static void start_jobs(struct __test_metadata *_metadata, int fd, struct gemm *slow,
		       struct drm_qmac_job *job, uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count; i++) {
		job[i] = gemm_job(slow);
		job[i].flags = DRM_QMAC_JOB_CONTINUE;
	}
	ASSERT_EQ(0, submit(fd, 0, job, count, NULL));
	for (i = 0; i < 1000 && job_status(fd, job[0].job_id).state == DRM_QMAC_JOB_STATE_QUEUED;
	     i++)
		sleep_ms(1);
}

static void reset_with(struct __test_metadata *_metadata, int fd, struct gemm *slow,
		       const char *file)
{
	struct drm_qmac_job_status status;
	struct drm_qmac_job job[2];

	start_jobs(_metadata, fd, slow, job, 2);
	ASSERT_EQ(0, write_file(file, "1"));
	status = job_wait(fd, job[0].job_id);
	EXPECT_EQ((uint32_t)DRM_QMAC_JOB_STATE_FAILED, status.state);
	EXPECT_EQ((uint32_t)DRM_QMAC_CAUSE_RESET, status.cause);
	EXPECT_EQ(-ECANCELED, status.error);
	job_wait(fd, job[1].job_id);
	EXPECT_EQ(0, good_job(fd));
}

TEST_F(recover, soft_reset)
{
	long long resets = driver_stat("resets");

	reset_with(_metadata, self->fd, &self->slow, path("/sys/kernel/debug/accel/%s/reset"));
	EXPECT_EQ(resets + 1, driver_stat("resets"));
}

TEST_F(recover, function_reset)
{
	reset_with(_metadata, self->fd, &self->slow, path("/sys/bus/pci/devices/%s/reset"));
}

/* D3hot and back, several times. */
TEST_F(recover, runtime_pm)
{
	char state[32];
	int i, k, fd;

	ASSERT_EQ(0, write_file(path("/sys/bus/pci/devices/%s/power/control"), "auto"));
	for (i = 0; i < 3; i++) {
		for (k = 0; k < 100; k++) {
			memset(state, 0, sizeof(state));
			fd = open(path("/sys/bus/pci/devices/%s/power/runtime_status"), O_RDONLY);
			ASSERT_GT(read(fd, state, sizeof(state) - 1), (ssize_t)0);
			close(fd);
			if (!strcmp(state, "suspended\n"))
				break;
			sleep_ms(50);
		}
		EXPECT_EQ(0, strcmp(state, "suspended\n"));
		EXPECT_EQ(0, gemm_run(self->fd, &self->g));
	}
	EXPECT_EQ(0, write_file(path("/sys/bus/pci/devices/%s/power/control"), "on"));
	EXPECT_EQ(0, gemm_run(self->fd, &self->g));
}

/* Suspend waits for what is in the ring; the rest of the queue runs after resume. */
TEST_F(recover, system_sleep)
{
	struct drm_qmac_job job[12];
	int i;

	if (write_file("/sys/power/pm_test", "devices"))
		SKIP(return, "this kernel has no /sys/power/pm_test");
	write_file("/sys/module/suspend/parameters/pm_test_delay", "1");
	self->slow.cmd->batch = self->slow.cmd->batch / 64 + 1;
	start_jobs(_metadata, self->fd, &self->slow, job, 12);
	EXPECT_EQ(0, write_file("/sys/power/state", "freeze"));
	write_file("/sys/power/pm_test", "none");
	for (i = 0; i < 12; i++)
		EXPECT_EQ((uint32_t)DRM_QMAC_JOB_STATE_DONE,
			  job_wait(self->fd, job[i].job_id).state);
	EXPECT_EQ(0, gemm_mismatches(&self->slow));
	EXPECT_EQ(0, good_job(self->fd));
}

static void unbind_and_back(struct __test_metadata *_metadata)
{
	int fd, i;

	ASSERT_EQ(0, write_file("/sys/bus/pci/drivers/qmac/unbind", device));
	ASSERT_EQ(0, write_file("/sys/bus/pci/drivers/qmac/bind", device));
	for (i = 0; i < 100; i++) {
		fd = open_device();
		if (fd >= 0)
			break;
		sleep_ms(10);
	}
	close(fd);
}

/*
 * And once more without anybody, until the node has number 0 again: old devices keep
 * theirs until the release work is done with them.
 */
static int back_to_node(struct __test_metadata *_metadata)
{
	int fd, i;

	for (i = 0; i < 20; i++) {
		sleep_ms(100);
		unbind_and_back(_metadata);
		fd = open_node();
		if (fd >= 0)
			break;
	}
	return fd;
}

/* The driver goes while files, BOs, maps, dma-bufs and jobs live on. */
TEST_F(recover, unbind_busy)
{
	struct drm_qmac_job job[8];
	struct bo bo;
	int prime, other;

	ASSERT_EQ(0, bo_export(self->fd, self->g.bo.handle, &prime));
	start_jobs(_metadata, self->fd, &self->slow, job, 8);
	unbind_and_back(_metadata);

	EXPECT_EQ(-ENODEV, bo_create(self->fd, PAGE, &bo));
	EXPECT_EQ(-ENODEV, submit(self->fd, 0, job, 1, NULL));
	self->g.a[0] = 1;
	munmap(self->g.bo.map, self->g.bo.size);
	munmap(self->slow.bo.map, self->slow.bo.size);
	close(self->fd);
	close(prime);
	sleep_ms(100);

	/* The node has another number while old files are open. */
	other = open_device();
	ASSERT_GE(other, 0);
	EXPECT_EQ(0, good_job(other));
	close(other);
	self->fd = back_to_node(_metadata);
	ASSERT_GE(self->fd, 0);
	EXPECT_EQ(0, good_job(self->fd));
}

/*
 * The driver goes right after a file with many jobs was closed: the release work
 * frees the last of them, and with it the last reference to the device.
 */
TEST_F(recover, unbind_closed)
{
	struct drm_qmac_job job[64];
	int round, i;

	munmap(self->g.bo.map, self->g.bo.size);
	for (round = 0; round < 10; round++) {
		start_jobs(_metadata, self->fd, &self->slow, job, 64);
		for (i = 1; i < 4; i++)
			ASSERT_EQ(0, submit(self->fd, 0, job, 64, NULL));
		munmap(self->slow.bo.map, self->slow.bo.size);
		close(self->fd);
		unbind_and_back(_metadata);
		self->fd = open_device();
		ASSERT_GE(self->fd, 0);
		ASSERT_EQ(0, gemm_create(self->fd, &self->slow, GEMM_DIM, GEMM_DIM, 64));
		self->slow.cmd->batch = 4096;
	}
	munmap(self->slow.bo.map, self->slow.bo.size);
	close(self->fd);
	self->fd = back_to_node(_metadata);
	ASSERT_GE(self->fd, 0);
	EXPECT_EQ(0, good_job(self->fd));
}

/* A fence outlives its job, its file and the device, and still tells of itself. */
TEST_F(recover, unbind_fence)
{
	struct drm_qmac_job job = gemm_job(&self->slow);
	struct sync_fence_info info;
	int file;

	ASSERT_EQ(0, submit(self->fd, 0, &job, 1, NULL));
	ASSERT_EQ(0, sync_file_create(self->fd, self->slow.sync.handle, &file));
	munmap(self->g.bo.map, self->g.bo.size);
	munmap(self->slow.bo.map, self->slow.bo.size);
	close(self->fd);
	unbind_and_back(_metadata);
	/* The old device is freed a little later. */
	sleep_ms(200);
	ASSERT_EQ(0, sync_file_fence(file, &info));
	EXPECT_LT(info.status, 0);
	EXPECT_NE(0u, strlen(info.driver_name)); /* newer kernels have only a stand-in */
	close(file);
	self->fd = back_to_node(_metadata);
	ASSERT_GE(self->fd, 0);
	EXPECT_EQ(0, good_job(self->fd));
}

/* Tells through @ready when it has begun. */
static int hammer(int ready)
{
	int fd = open_node(), ret = 0, i;
	struct gemm g;
	struct bo bo;

	if (fd < 0 || gemm_create(fd, &g, 16, 16, 16) || write(ready, "", 1) != 1)
		return 1;
	for (i = 0; i < 100000 && !ret; i++) {
		ret = gemm_run(fd, &g);
		if (!ret) {
			ret = bo_create(fd, 3 * PAGE, &bo);
			if (!ret)
				bo_close(fd, &bo);
		}
	}
	return ret == -ENODEV ? 0 : 2;
}

/* The driver goes while clients submit, map and unmap. */
TEST_F(recover, unbind_hammered)
{
	int i, status, ready[2];
	pid_t pid[6];
	char byte;

	munmap(self->g.bo.map, self->g.bo.size);
	munmap(self->slow.bo.map, self->slow.bo.size);
	close(self->fd);
	ASSERT_EQ(0, pipe(ready));
	for (i = 0; i < 6; i++) {
		pid[i] = fork();
		if (!pid[i])
			_exit(hammer(ready[1]));
	}
	for (i = 0; i < 6; i++)
		ASSERT_EQ((ssize_t)1, read(ready[0], &byte, 1));
	sleep_ms(500);
	unbind_and_back(_metadata);
	for (i = 0; i < 6; i++) {
		ASSERT_EQ(pid[i], waitpid(pid[i], &status, 0));
		EXPECT_EQ(0, status);
	}
	self->fd = back_to_node(_metadata);
	ASSERT_GE(self->fd, 0);
	EXPECT_EQ(0, good_job(self->fd));
}

/*
 * Memory accesses switched off: all ones from every register. The device cannot
 * be reset and is given up, with a message. Bind gives it back.
 */
TEST_F(recover, device_lost)
{
	struct drm_qmac_job_status status;
	struct drm_qmac_job job[6], late = { 0 };
	uint16_t command, off;
	int config, i;

	ASSERT_EQ(0, write_file(WATCHDOG_MS, "200"));
	config = open(path("/sys/bus/pci/devices/%s/config"), O_RDWR);
	ASSERT_GE(config, 0);
	ASSERT_EQ(2, pread(config, &command, 2, 4));
	start_jobs(_metadata, self->fd, &self->slow, job, 6);
	off = command & ~2;
	ASSERT_EQ(2, pwrite(config, &off, 2, 4));
	for (i = 0; i < 6; i++) {
		status = job_wait(self->fd, job[i].job_id);
		if (i < 2 && status.state == DRM_QMAC_JOB_STATE_DONE)
			continue; /* just before */
		EXPECT_EQ((uint32_t)DRM_QMAC_JOB_STATE_FAILED, status.state);
		EXPECT_EQ((uint32_t)DRM_QMAC_CAUSE_DEVICE_LOST, status.cause);
		EXPECT_EQ(-ENODEV, status.error);
	}
	EXPECT_EQ(-ENODEV, submit(self->fd, 0, &late, 1, NULL));
	ASSERT_EQ(2, pwrite(config, &command, 2, 4));
	close(config);
	munmap(self->g.bo.map, self->g.bo.size);
	munmap(self->slow.bo.map, self->slow.bo.size);
	close(self->fd);
	self->fd = back_to_node(_metadata);
	ASSERT_GE(self->fd, 0);
	EXPECT_EQ(0, good_job(self->fd));
	write_file(WATCHDOG_MS, "3000");
}

/* A fence in a syncobj keeps the module; nothing else does. */
TEST_F(recover, unload)
{
	int ret;

	ASSERT_EQ(0, good_job(self->fd));
	munmap(self->g.bo.map, self->g.bo.size);
	munmap(self->slow.bo.map, self->slow.bo.size);
	EXPECT_NE(0, system("rmmod qmac 2>/dev/null"));
	close(self->fd);
	sleep_ms(200);
	ret = system("rmmod qmac && modprobe qmac");
	EXPECT_EQ(0, ret);
	sleep_ms(200);
	self->fd = open_node();
	ASSERT_GE(self->fd, 0);
	EXPECT_EQ(0, good_job(self->fd));
}

TEST_HARNESS_MAIN
