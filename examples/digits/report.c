// SPDX-License-Identifier: MIT
#include "report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include <json-c/json.h>

static const char *model_name(uint32_t model)
{
	switch (model) {
	case QMAC_MODEL_RTL:
		return "rtl";
	case QMAC_MODEL_FUNCTIONAL:
		return "functional";
	default:
		return "reference";
	}
}

void report_print(const struct report *report)
{
	const struct qmac_device_info *device = &report->device;
	struct utsname system;

	uname(&system);
	printf("device            %s, %s, %ux%u array, command format %u.%u\n", device->name,
	       model_name(device->model), device->kc, device->nc, device->version_major,
	       device->version_minor);
	printf("kernel            %s %s\n", system.sysname, system.release);
	printf("virtualization    %s\n", report->virtualization);
	printf("test samples      %zu\n", report->samples);
	printf("float accuracy    %.2f %%\n", 100 * report->float_accuracy);
	printf("INT8 accuracy     %.2f %%\n", 100 * report->int8_accuracy);
	printf("CPU reference     %.2f %%, %zu logits differ\n", 100 * report->cpu_accuracy,
	       report->mismatches);
	printf("jobs              %u\n", report->jobs);
	printf("device cycles     %llu\n", (unsigned long long)report->cycles);
	printf("MAC utilization   %.2f %%\n", 100 * report->mac_utilization);
	printf("simulated speed   %.3f MHz\n", report->simulated_hz * 1e-6);
}

int report_save(const struct report *report, const char *path)
{
	struct json_object *object = json_object_new_object();
	struct utsname system;
	char array[32];
	int ret = 0;

	if (!object)
		return -ENOMEM;
	uname(&system);
	snprintf(array, sizeof(array), "%ux%u", report->device.kc, report->device.nc);
#define ADD(key, value) json_object_object_add(object, key, value)
	ADD("device", json_object_new_string(report->device.name));
	ADD("kernel", json_object_new_string(system.release));
	ADD("virtualization", json_object_new_string(report->virtualization));
	ADD("model", json_object_new_string(model_name(report->device.model)));
	ADD("array", json_object_new_string(array));
	ADD("samples", json_object_new_uint64(report->samples));
	ADD("float_accuracy", json_object_new_double(report->float_accuracy));
	ADD("int8_accuracy", json_object_new_double(report->int8_accuracy));
	ADD("cpu_accuracy", json_object_new_double(report->cpu_accuracy));
	ADD("mismatches", json_object_new_uint64(report->mismatches));
	ADD("jobs", json_object_new_uint64(report->jobs));
	ADD("cycles", json_object_new_uint64(report->cycles));
	ADD("mac_utilization", json_object_new_double(report->mac_utilization));
	ADD("simulated_hz", json_object_new_double(report->simulated_hz));
#undef ADD
	if (json_object_to_file_ext(path, object, JSON_C_TO_STRING_PRETTY)) {
		fprintf(stderr, "digits: %s: %s\n", path, json_util_get_last_err());
		ret = -EIO;
	}
	json_object_put(object);
	return ret;
}
