// SPDX-License-Identifier: MIT
#include "calibrate_tensor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "float_file.h"
#include "option_file.h"
#include "progress.h"
#include "told.h"

/* The tensor that an argument belongs to; NULL without memory. */
static struct calibrate_tensor *tensor_of(const struct calibrate_options *options,
					  const char *argument, struct calibrate_tensors *tensors)
{
	const char *file = calibrate_file_of(argument),
		   *from = file == argument ? options->name : argument;
	size_t length = file == argument ? strlen(from) : (size_t)(file - argument - 1);
	struct calibrate_tensor *tensor;

	for (size_t i = 0; i < tensors->count; i++) {
		tensor = &tensors->all[i];
		if (strlen(tensor->name) == length && !memcmp(tensor->name, from, length))
			return tensor;
	}
	tensor = &tensors->all[tensors->count];
	tensor->name = strndup(from, length);
	if (!tensor->name)
		return NULL;
	tensors->count++;
	return tensor;
}

static int update(struct qmac_context *context, const char *path, struct calibrate_tensor *tensor,
		  bool first)
{
	struct npy_array array;
	int ret = float_file_load("calibrate", path, &array);

	if (ret)
		return ret;
	ret = qmac_calibration_update(tensor->calibration, array.data, array.count);
	if (!ret && first && tensor->picture)
		ret = qmac_calibration_update(tensor->picture, array.data, array.count);
	if (ret)
		told("calibrate", path, context, ret);
	npy_free(&array);
	return ret;
}

/* All files, once; where a moving average is wanted every file is a step of it. */
static int pass(struct qmac_context *context, const struct calibrate_options *options,
		struct calibrate_tensors *tensors, bool first)
{
	struct progress progress;
	int ret = 0;

	progress_begin(&progress, "calibrate", first ? "reading" : "reading again",
		       options->file_count);
	for (size_t i = 0; !ret && i < options->file_count; i++) {
		const char *argument = options->files[i];
		struct calibrate_tensor *tensor = tensor_of(options, argument, tensors);

		ret = update(context, option_input(calibrate_file_of(argument)), tensor, first);
		if (!ret && first && options->constant >= 0) {
			ret = qmac_calibration_step(tensor->calibration, options->constant);
			if (ret)
				told("calibrate", calibrate_file_of(argument), context, ret);
		}
		progress_add(&progress, 1);
	}
	progress_end(&progress);
	return ret;
}

static int second_pass(struct qmac_context *context, const struct calibrate_options *options,
		       struct calibrate_tensors *tensors)
{
	if (!options->file_count || qmac_calibration_passes(tensors->all[0].calibration) < 2)
		return 0;
	for (size_t i = 0; i < tensors->count; i++) {
		int ret = qmac_calibration_next_pass(tensors->all[i].calibration);

		if (ret)
			return told("calibrate", tensors->all[i].name, context, ret);
	}
	return pass(context, options, tensors, false);
}

static int resume(struct qmac_context *context, const struct calibrate_options *options,
		  struct calibrate_tensors *tensors)
{
	struct calibrate_tensor *tensor = &tensors->all[0];
	int ret;

	if (!tensors->count) {
		tensor->name = strdup(options->name);
		if (!tensor->name)
			return told("calibrate", options->resume, context, -ENOMEM);
		tensors->count = 1;
	}
	if (tensors->count > 1) {
		fprintf(stderr,
			"qmac calibrate: --resume %s: a state is of one tensor, not of %s and %s\n",
			options->resume, tensors->all[0].name, tensors->all[1].name);
		return -EINVAL;
	}
	ret = qmac_calibration_load(context, options->resume, &tensor->calibration);
	if (ret)
		return told("calibrate", "", context, ret);
	if (options->file_count && qmac_calibration_passes(tensor->calibration) > 1) {
		fprintf(stderr,
			"qmac calibrate: --resume %s: this calibrator needs all files twice: "
			"calibrate them together\n",
			options->resume);
		return -EINVAL;
	}
	return 0;
}

static int begin(struct qmac_context *context, const struct calibrate_options *options,
		 struct calibrate_tensors *tensors)
{
	for (size_t i = 0; i < options->file_count; i++)
		if (!tensor_of(options, options->files[i], tensors))
			return told("calibrate", options->files[i], context, -ENOMEM);
	if (options->resume)
		return resume(context, options, tensors);
	for (size_t i = 0; i < tensors->count; i++) {
		int ret = qmac_calibration_create(context, &options->calibration,
						  &tensors->all[i].calibration);

		if (!ret && (options->histogram || options->svg) &&
		    options->calibration.calibrator != QMAC_CALIBRATOR_OWN)
			ret = qmac_calibration_create(context, NULL, &tensors->all[i].picture);
		if (ret)
			return told("calibrate", tensors->all[i].name, context, ret);
	}
	return 0;
}

/* A pipe is empty when it is read again. */
static int check_passes(const struct calibrate_options *options,
			const struct calibrate_tensors *tensors)
{
	struct stat found;

	if (!options->file_count || qmac_calibration_passes(tensors->all[0].calibration) < 2)
		return 0;
	for (size_t i = 0; i < options->file_count; i++) {
		const char *file = option_input(calibrate_file_of(options->files[i]));

		if (stat(file, &found) || S_ISREG(found.st_mode) || S_ISDIR(found.st_mode))
			continue;
		fprintf(stderr,
			"qmac calibrate: %s: is no file, and --preset %s reads all twice: save "
			"it first\n",
			file, qmac_calibrator_name(options->calibration.calibrator));
		return -EINVAL;
	}
	return 0;
}

int calibrate_tensors_read(struct qmac_context *context, const struct calibrate_options *options,
			   struct calibrate_tensors *tensors)
{
	int ret;

	*tensors = (struct calibrate_tensors){
		.all = calloc(options->file_count + 1, sizeof(*tensors->all)),
	};
	ret = tensors->all ? begin(context, options, tensors) : -ENOMEM;
	if (!ret)
		ret = check_passes(options, tensors);
	if (!ret)
		ret = pass(context, options, tensors, true);
	if (!ret)
		ret = second_pass(context, options, tensors);
	return ret;
}

int calibrate_tensors_choose(struct qmac_context *context, const struct calibrate_options *options,
			     struct calibrate_tensors *tensors)
{
	for (size_t i = 0; i < tensors->count; i++) {
		struct calibrate_tensor *tensor = &tensors->all[i];
		int ret = qmac_calibration_choose(tensor->calibration, &options->method,
						  &tensor->range);

		if (ret)
			return told("calibrate", tensor->name, context, ret);
	}
	return 0;
}

void calibrate_tensors_free(struct calibrate_tensors *tensors)
{
	for (size_t i = 0; tensors->all && i < tensors->count; i++) {
		free(tensors->all[i].name);
		qmac_calibration_destroy(tensors->all[i].calibration);
		qmac_calibration_destroy(tensors->all[i].picture);
	}
	free(tensors->all);
}
