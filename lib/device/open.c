// SPDX-License-Identifier: MIT
/* Devices by name. */
#include <errno.h>
#include <string.h>

#include "device/backend.h"

static bool starts_with(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

static const struct qmac_backend *backend_of(const char *name)
{
	if (!strcmp(name, "cpu"))
		return &qmac_backend_cpu;
	if (starts_with(name, "sim:"))
		return &qmac_backend_sim;
	if (starts_with(name, "drm:"))
		return &qmac_backend_drm;
	return NULL;
}

int qmac_device_open(struct qmac_context *context, const char *name, struct qmac_device **out)
{
	const struct qmac_backend *backend = backend_of(name);
	struct qmac_device *device;
	int error;

	if (!strcmp(name, "auto"))
		return qmac_open_auto(context, out);
	if (!backend)
		return qmac_fail(context, -EINVAL,
				 "unknown device \"%.64s\": use auto, drm:/dev/accel/accel0, "
				 "sim:rtl, sim:functional or cpu",
				 name);
	error = backend->open(context, name, &device);
	if (error)
		return error;
	device->backend = backend;
	device->context = context;
	*out = device;
	return 0;
}

void qmac_device_close(struct qmac_device *device)
{
	if (device)
		device->backend->close(device);
}

struct qmac_context *qmac_device_context(const struct qmac_device *device)
{
	return device->context;
}

const struct qmac_device_info *qmac_device_info(const struct qmac_device *device)
{
	return &device->info;
}

int qmac_device_trace(struct qmac_device *device, const char *path)
{
	if (!device->backend->trace)
		return qmac_fail(device->context, -EOPNOTSUPP,
				 "%s records no waveforms: use sim:rtl", device->info.name);
	return device->backend->trace(device, path);
}

double qmac_utilization(const struct qmac_device_info *info, uint64_t macs, uint64_t cycles)
{
	double multipliers = (double)info->kc * info->nc;

	return cycles && multipliers ? macs / (multipliers * cycles) : 0;
}
