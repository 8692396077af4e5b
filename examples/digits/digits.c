// SPDX-License-Identifier: MIT
/*
 * Recognizes handwritten digits with an INT8 network on the accelerator and
 * compares with the float network and with the CPU reference.
 *
 *   digits --data DIRECTORY [--device NAME] [--batch N] [--json FILE]
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <qmac/qmac.h>

#include "network.h"
#include "npy/npy.h"
#include "report.h"
#include "virtualization.h"

#define CLASSES 10

struct options {
	const char *data, *device, *json;
	unsigned long batch;
};

struct dataset {
	struct npy_array calibration, x, y;
};

/* Results of one network over all test samples. */
struct outcome {
	int32_t *logits;
	struct qmac_job_result total;
	unsigned int jobs;
	double seconds, accuracy;
	uint64_t macs;
};

static int load_array(const char *directory, const char *name, enum npy_type type,
		      unsigned int ndim, struct npy_array *array)
{
	char path[4096], message[4608];
	int ret;

	snprintf(path, sizeof(path), "%s/%s.npy", directory, name);
	ret = npy_load(path, array, message, sizeof(message));
	if (ret) {
		fprintf(stderr, "digits: %s\n", message);
	} else if (array->type != type || array->ndim != ndim) {
		fprintf(stderr, "digits: %s: expected %u-dimensional %s\n", path, ndim,
			npy_type_name(type));
		npy_free(array);
		ret = -EINVAL;
	}
	return ret;
}

static int load_dataset(struct dataset *set, const char *directory, uint32_t inputs)
{
	int ret = load_array(directory, "calib_x", NPY_F32, 2, &set->calibration);

	if (!ret)
		ret = load_array(directory, "test_x", NPY_F32, 2, &set->x);
	if (!ret)
		ret = load_array(directory, "test_y", NPY_U8, 1, &set->y);
	if (!ret && (set->x.shape[1] != inputs || set->calibration.shape[1] != inputs ||
		     set->x.shape[0] != set->y.count || !set->y.count)) {
		fprintf(stderr, "digits: %s: samples, labels and network do not fit together\n",
			directory);
		ret = -EINVAL;
	}
	return ret;
}

static double accuracy_of(const float *logits, const struct npy_array *labels)
{
	const uint8_t *y = labels->data;
	size_t right = 0;

	for (size_t r = 0; r < labels->count; r++) {
		unsigned int best = 0;

		for (unsigned int j = 1; j < CLASSES; j++)
			if (logits[r * CLASSES + j] > logits[r * CLASSES + best])
				best = j;
		right += best == y[r];
	}
	return (double)right / (double)labels->count;
}

static int float_accuracy(const struct float_network *network, const struct dataset *set,
			  double *accuracy)
{
	float *hidden[2] = { calloc(network->layer[0].outputs, sizeof(float)),
			     calloc(network->layer[1].outputs, sizeof(float)) };
	float *logits = calloc(set->y.count * CLASSES, sizeof(float));
	int ret = hidden[0] && hidden[1] && logits ? 0 : -ENOMEM;

	for (size_t r = 0; !ret && r < set->y.count; r++) {
		float *out[DIGITS_LAYERS] = { hidden[0], hidden[1], logits + r * CLASSES };

		float_network_run(network, (const float *)set->x.data + r * set->x.shape[1], out);
	}
	if (!ret)
		*accuracy = accuracy_of(logits, &set->y);
	free(hidden[0]);
	free(hidden[1]);
	free(logits);
	return ret;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int run_batches(struct int8_network *network, const struct dataset *set, uint32_t batch,
		       struct outcome *outcome)
{
	for (size_t r = 0; r < set->y.count; r += batch) {
		uint32_t rows = set->y.count - r < batch ? (uint32_t)(set->y.count - r) : batch;
		struct qmac_job_result result;
		double start = now();
		int ret =
			int8_network_run(network, (const float *)set->x.data + r * set->x.shape[1],
					 rows, outcome->logits + r * CLASSES, &result);

		if (ret)
			return ret;
		outcome->seconds += now() - start;
		outcome->total.cycles += result.cycles;
		outcome->total.busy += result.busy;
		outcome->macs += rows * int8_network_macs(network);
		outcome->jobs++;
	}
	return 0;
}

static int measure_accuracy(struct int8_network *network, const struct dataset *set,
			    struct outcome *outcome)
{
	float *logits = malloc(set->y.count * CLASSES * sizeof(*logits));
	int ret = logits ? int8_network_logits(network, outcome->logits, (uint32_t)set->y.count,
					       logits)
			 : -ENOMEM;

	if (!ret)
		outcome->accuracy = accuracy_of(logits, &set->y);
	free(logits);
	return ret;
}

/* All test samples through the INT8 network on @device. */
static int run_on(struct qmac_device *device, const struct float_network *floats,
		  const struct dataset *set, uint32_t batch, struct outcome *outcome)
{
	struct int8_network *network = NULL;
	int ret;

	*outcome = (struct outcome){ .logits = calloc(set->y.count * CLASSES, sizeof(int32_t)) };
	if (!outcome->logits)
		return -ENOMEM;
	ret = int8_network_create(floats, device, set->calibration.data, set->calibration.shape[0],
				  batch, &network);
	if (!ret)
		ret = run_batches(network, set, batch, outcome);
	if (!ret)
		ret = measure_accuracy(network, set, outcome);
	if (ret)
		fprintf(stderr, "digits: %s: %s\n", qmac_device_info(device)->name,
			qmac_context_message(qmac_device_context(device)));
	int8_network_destroy(network);
	return ret;
}

static int run_on_name(struct qmac_context *context, const char *name,
		       const struct float_network *floats, const struct dataset *set,
		       uint32_t batch, struct outcome *outcome, struct qmac_device_info *info)
{
	struct qmac_device *device;
	int ret = qmac_device_open(context, name, &device);

	if (ret) {
		fprintf(stderr, "digits: %s: %s\n", name, qmac_context_message(context));
		return ret;
	}
	*info = *qmac_device_info(device);
	ret = run_on(device, floats, set, batch, outcome);
	qmac_device_close(device);
	return ret;
}

static void fill_report(struct report *report, const struct outcome *device,
			const struct outcome *cpu, const struct qmac_device_info *info,
			size_t samples)
{
	report->device = *info;
	report->virtualization = virtualization_name();
	report->samples = samples;
	report->int8_accuracy = device->accuracy;
	report->cpu_accuracy = cpu->accuracy;
	report->jobs = device->jobs;
	report->cycles = device->total.cycles;
	report->mac_utilization = qmac_utilization(info, device->macs, device->total.cycles);
	report->simulated_hz =
		device->seconds > 0 ? (double)device->total.cycles / device->seconds : 0;
	for (size_t i = 0; i < samples * CLASSES; i++)
		report->mismatches += device->logits[i] != cpu->logits[i];
}

static int run(const struct options *options)
{
	struct qmac_device_info info, cpu_info;
	struct outcome device = { 0 }, cpu = { 0 };
	struct qmac_context *context = NULL;
	struct float_network floats;
	struct dataset set = { 0 };
	struct report report = { 0 };
	const uint32_t batch = (uint32_t)options->batch;
	int ret = float_network_load(&floats, options->data);

	if (ret)
		return ret;
	ret = load_dataset(&set, options->data, floats.layer[0].inputs);
	if (!ret)
		ret = qmac_context_create(&context);
	if (!ret)
		ret = float_accuracy(&floats, &set, &report.float_accuracy);
	if (!ret)
		ret = run_on_name(context, options->device, &floats, &set, batch, &device, &info);
	if (!ret)
		ret = run_on_name(context, "cpu", &floats, &set, batch, &cpu, &cpu_info);
	if (!ret) {
		fill_report(&report, &device, &cpu, &info, set.y.count);
		report_print(&report);
		ret = options->json ? report_save(&report, options->json) : 0;
	}
	if (!ret && report.mismatches) {
		fprintf(stderr, "digits: %zu logits differ from the CPU reference\n",
			report.mismatches);
		ret = -EIO;
	}
	free(device.logits);
	free(cpu.logits);
	qmac_context_destroy(context);
	npy_free(&set.calibration);
	npy_free(&set.x);
	npy_free(&set.y);
	float_network_free(&floats);
	return ret;
}

static int usage(FILE *out)
{
	fprintf(out, "usage: digits --data DIRECTORY [--device NAME] [--batch N] [--json FILE]\n"
		     "NAME: auto (default), drm:PATH, sim:rtl, sim:functional or cpu\n");
	return out == stdout ? 0 : 2;
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "data", required_argument, NULL, 'd' },
		{ "device", required_argument, NULL, 'D' },
		{ "batch", required_argument, NULL, 'b' },
		{ "json", required_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct options options = { .device = "auto", .batch = 128 };
	char *end;
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 'd':
			options.data = optarg;
			break;
		case 'D':
			options.device = optarg;
			break;
		case 'b':
			options.batch = strtoul(optarg, &end, 10);
			if (*end || !options.batch || options.batch > 65536) {
				fprintf(stderr, "digits: --batch %s: 1 to 65536\n", optarg);
				return 2;
			}
			break;
		case 'j':
			options.json = optarg;
			break;
		case 'h':
			return usage(stdout);
		default:
			return usage(stderr);
		}
	}
	if (!options.data || optind != argc)
		return usage(stderr);
	return run(&options) ? 1 : 0;
}
