// SPDX-License-Identifier: MIT
/* The accelerator behind a DRM accel node: opening it and asking what it is. */
#include "device/drm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <xf86drm.h>

#define DRIVER_NAME   "qmac"
#define FORMAT_MAJOR  1
#define MAX_NODES     64
#define NODE_TEMPLATE "drm:/dev/accel/accel%u"

static int check_driver(struct qmac_context *context, int fd, const char *path)
{
	drmVersionPtr version = drmGetVersion(fd);
	int error = 0;

	if (!version)
		return qmac_fail(context, -ENODEV, "%s is no DRM device: see ls /dev/accel", path);
	if (strcmp(version->name, DRIVER_NAME))
		error = qmac_fail(context, -ENODEV,
				  "%s belongs to driver %s, not to qmac: see ls "
				  "/sys/class/accel",
				  path, version->name);
	drmFreeVersion(version);
	return error;
}

static int query(struct drm_device *drm, uint32_t type, void *to, uint32_t size, const char *path)
{
	struct drm_qmac_dev_query args = {
		.type = type,
		.size = size,
		.pointer = (uintptr_t)to,
	};

	if (!drmIoctl(drm->fd, DRM_IOCTL_QMAC_DEV_QUERY, &args))
		return 0;
	return qmac_fail(drm->base.context, -errno, "%s does not answer DEV_QUERY: %s", path,
			 strerror(errno));
}

static void describe_hardware(struct qmac_device_info *info, const struct drm_qmac_hw_info *hw)
{
	info->version_major = hw->version_major;
	info->version_minor = hw->version_minor;
	info->model = hw->model;
	info->kc = hw->kc;
	info->nc = hw->nc;
	info->acc_rows = hw->acc_rows;
	info->acc_banks = hw->acc_banks;
	info->opcodes = hw->opcodes;
	info->cmd_flags = hw->cmd_flags;
	info->operand_types = hw->operand_types;
	info->result_types = hw->result_types;
	info->requant_paths = hw->requant_paths;
	info->requant_roundings = hw->requant_roundings;
	info->requant_zp_first = hw->requant_zp_first;
	info->max_dim = hw->max_dim;
	info->max_batch = hw->max_batch;
}

static void describe_limits(struct qmac_device_info *info, const struct drm_qmac_limits *limits)
{
	info->max_commands = limits->max_commands;
	info->max_jobs = limits->max_jobs;
	info->max_bos = limits->max_bos;
	info->max_syncs = limits->max_syncs;
	info->max_queues = limits->max_queues;
	info->max_queued_jobs = limits->max_queued_jobs;
	info->max_job_query = limits->max_job_query;
	info->job_history = limits->job_history;
	info->va_start = limits->va_start;
	info->va_end = limits->va_end;
	info->max_bo_size = limits->max_bo_size;
	info->max_cycle_limit = limits->max_cycle_limit;
}

static int describe(struct drm_device *drm, const char *path)
{
	struct qmac_device_info *info = &drm->base.info;
	struct drm_qmac_limits limits;
	struct drm_qmac_hw_info hw;
	int error;

	error = query(drm, DRM_QMAC_DEV_QUERY_HW, &hw, sizeof(hw), path);
	if (!error)
		error = query(drm, DRM_QMAC_DEV_QUERY_LIMITS, &limits, sizeof(limits), path);
	if (error)
		return error;
	if (hw.version_major != FORMAT_MAJOR)
		return qmac_fail(
			drm->base.context, -EPROTO,
			"%s has command format %u.%u, this library knows %d.x: install the "
			"libqmac of that version",
			path, hw.version_major, hw.version_minor, FORMAT_MAJOR);
	describe_hardware(info, &hw);
	describe_limits(info, &limits);
	snprintf(info->name, sizeof(info->name), "drm:%s", path);
	return 0;
}

static int open_node(struct qmac_context *context, const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	int error = -errno;

	if (fd >= 0)
		return fd;
	if (error == -ENOENT)
		return qmac_fail(context, error,
				 "no %s: load the driver (modprobe qmac) and see ls /dev/accel, or "
				 "use sim:rtl",
				 path);
	if (error == -EACCES)
		return qmac_fail(context, error,
				 "not allowed to open %s: join the group that owns it (see ls -l)",
				 path);
	return qmac_fail(context, error, "cannot open %s: %s", path, strerror(-error));
}

static int drm_open(struct qmac_context *context, const char *name, struct qmac_device **out)
{
	const char *path = name + strlen("drm:");
	struct drm_device *drm;
	int fd, error;

	fd = open_node(context, path);
	if (fd < 0)
		return fd;
	drm = calloc(1, sizeof(*drm));
	if (!drm) {
		close(fd);
		return qmac_fail_nomem(context, "the device");
	}
	drm->base.context = context;
	drm->fd = fd;
	error = check_driver(context, fd, path);
	if (!error)
		error = describe(drm, path);
	if (error) {
		close(fd);
		free(drm);
		return error;
	}
	*out = &drm->base;
	return 0;
}

static void drm_close(struct qmac_device *device)
{
	struct drm_device *drm = (struct drm_device *)device;

	close(drm->fd);
	free(drm);
}

/*
 * The first that opens. Of those that do not, one that is there but refuses says
 * more than one that is not there.
 */
int qmac_open_auto(struct qmac_context *context, struct qmac_device **out)
{
	int refused = -ENODEV;
	unsigned int i;
	char name[32];

	qmac_fail(context, refused,
		  "no qmac accelerator in /dev/accel: load the driver (modprobe qmac), or name a "
		  "simulation (sim:rtl)");
	for (i = 0; i < MAX_NODES; i++) {
		int error;

		snprintf(name, sizeof(name), NODE_TEMPLATE, i);
		if (access(name + strlen("drm:"), F_OK))
			continue;
		error = qmac_device_open(context, name, out);
		if (!error)
			return 0;
		refused = error;
	}
	return refused;
}

const struct qmac_backend qmac_backend_drm = {
	.open = drm_open,
	.close = drm_close,
	.bo_create = drm_bo_create,
	.bo_destroy = drm_bo_destroy,
	.bo_map = drm_bo_map,
	.bo_export = drm_bo_export,
	.bo_import = drm_bo_import,
	.queue_create = drm_queue_create,
	.queue_destroy = drm_queue_destroy,
	.submit = drm_submit,
	.job_wait = drm_job_wait,
	.job_result = drm_job_result,
	.job_release = drm_job_release,
};
