// SPDX-License-Identifier: MIT
#include "network_samples.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "told.h"

static int load(const struct network_options *options, const char *path, struct npy_array *array)
{
	char message[4608];
	int ret = npy_load(path, array, message, sizeof(message));

	if (ret)
		fprintf(stderr, "qmac %s: %s\n", options->command, message);
	return ret;
}

static size_t sample_size(const struct qmac_network *network, size_t tensor)
{
	struct qmac_network_tensor told, input;

	qmac_network_tensor(network, tensor, &told);
	qmac_network_tensor(network, qmac_network_input(network, 0), &input);
	return told.count / input.dims[0];
}

/* Dimensions of a sample but for those of 1, which mean nothing. Returns their number. */
static size_t lengths(const size_t *shape, size_t rank, size_t *out)
{
	size_t count = 0, i;

	for (i = 1; i < rank; i++)
		if (shape[i] != 1)
			out[count++] = shape[i];
	return count;
}

static int by_length(const void *a, const void *b)
{
	const size_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Has the file the network's dimensions in another order, channels last for instance? */
static bool is_transposed(const struct network_samples *loaded, const struct npy_array *array)
{
	size_t ours[QMAC_NETWORK_RANK], theirs[NPY_MAX_DIMS], count;
	struct qmac_network_tensor input;

	qmac_network_tensor(loaded->network, qmac_network_input(loaded->network, 0), &input);
	count = lengths(input.dims, input.rank, ours);
	if (lengths(array->shape, array->ndim, theirs) != count ||
	    !memcmp(ours, theirs, count * sizeof(*ours)))
		return false;
	qsort(ours, count, sizeof(*ours), by_length);
	qsort(theirs, count, sizeof(*theirs), by_length);
	return !memcmp(ours, theirs, count * sizeof(*ours));
}

static int fail_transposed(const struct network_options *options, const char *path,
			   const struct network_samples *loaded, const struct npy_array *array)
{
	struct qmac_network_tensor input;
	size_t i;

	qmac_network_tensor(loaded->network, qmac_network_input(loaded->network, 0), &input);
	fprintf(stderr, "qmac %s: %s: samples are", options->command, path);
	for (i = 1; i < array->ndim; i++)
		fprintf(stderr, "%c%zu", i == 1 ? ' ' : 'x', array->shape[i]);
	fprintf(stderr, ", the network takes");
	for (i = 1; i < input.rank; i++)
		fprintf(stderr, "%c%zu", i == 1 ? ' ' : 'x', input.dims[i]);
	fprintf(stderr, ": transpose them (numpy: a.transpose)\n");
	return -EINVAL;
}

/* float32, a sample per row; how a row is cut into dimensions does not matter, their order does. */
static int load_rows(const struct network_options *options, const char *path,
		     const struct network_samples *loaded, struct npy_array *array)
{
	size_t size = sample_size(loaded->network, qmac_network_input(loaded->network, 0));
	int ret = load(options, path, array);

	if (ret)
		return ret;
	if (array->type == NPY_F32 && array->ndim && array->shape[0] && array->count &&
	    array->count / array->shape[0] == size)
		return is_transposed(loaded, array) ? fail_transposed(options, path, loaded, array)
						    : 0;
	fprintf(stderr,
		"qmac %s: %s: %s, %zu values per sample; expected float32, %zu per sample, at "
		"least "
		"one\n",
		options->command, path, npy_type_name(array->type),
		array->ndim && array->shape[0] ? array->count / array->shape[0] : array->count,
		size);
	return -EINVAL;
}

static int64_t label_at(const struct npy_array *array, size_t i)
{
	switch (array->type) {
	case NPY_S8:
		return ((const int8_t *)array->data)[i];
	case NPY_U8:
		return ((const uint8_t *)array->data)[i];
	case NPY_S16:
		return ((const int16_t *)array->data)[i];
	case NPY_U16:
		return ((const uint16_t *)array->data)[i];
	case NPY_S32:
		return ((const int32_t *)array->data)[i];
	case NPY_S64:
		return ((const int64_t *)array->data)[i];
	default:
		return -1;
	}
}

static int take_labels(const struct network_options *options, const struct npy_array *array,
		       struct network_samples *loaded)
{
	if (array->type == NPY_F32 || array->type == NPY_F16 ||
	    array->count != loaded->samples.rows) {
		fprintf(stderr,
			"qmac %s: %s: %zu values of type %s; expected %zu integers, one per "
			"sample\n",
			options->command, options->labels, array->count, npy_type_name(array->type),
			loaded->samples.rows);
		return -EINVAL;
	}
	loaded->labels = calloc(array->count, sizeof(*loaded->labels));
	if (!loaded->labels) {
		fprintf(stderr, "qmac %s: no memory\n", options->command);
		return -ENOMEM;
	}
	for (size_t i = 0; i < array->count; i++) {
		int64_t label = label_at(array, i);

		if (label < 0 || (uint64_t)label >= loaded->outputs) {
			fprintf(stderr,
				"qmac %s: %s: label %lld of sample %zu; the network has outputs 0 "
				"to %zu\n",
				options->command, options->labels, (long long)label, i,
				loaded->outputs - 1);
			return -EINVAL;
		}
		loaded->labels[i] = (uint32_t)label;
	}
	return 0;
}

static int load_labels(const struct network_options *options, struct network_samples *loaded)
{
	struct npy_array array;
	int ret = load(options, options->labels, &array);

	if (ret)
		return ret;
	ret = take_labels(options, &array, loaded);
	npy_free(&array);
	return ret;
}

static int load_network(struct qmac_context *context, const struct network_options *options,
			struct network_samples *loaded)
{
	int ret = qmac_network_load(context, options->model, &loaded->network);

	if (ret)
		return told_of_network(options->command, context, ret);
	qmac_network_info(loaded->network, &loaded->info);
	if (loaded->info.inputs != 1 || loaded->info.outputs != 1) {
		fprintf(stderr,
			"qmac %s: %s has %zu inputs and %zu outputs; expected one of each\n",
			options->command, options->model, loaded->info.inputs,
			loaded->info.outputs);
		return -EINVAL;
	}
	loaded->outputs = sample_size(loaded->network, qmac_network_output(loaded->network, 0));
	return 0;
}

/* What network_improve() chooses ranges by. */
struct chooser {
	struct qmac_context *context;
	const struct network_options *options;
	const struct network_samples *loaded;
	bool told; /* why it failed */
};

/* Ranges as those that the network will be quantized with are chosen. */
static int choose_ranges(void *user, struct qmac_network_range **ranges)
{
	struct chooser *chooser = user;
	const struct network_options *options = chooser->options;
	const struct npy_array *from = &chooser->loaded->calibration;
	struct network_ranges source = { 0 };
	struct qmac_network_info info;
	int ret;

	qmac_network_info(chooser->loaded->network, &info);
	*ranges = calloc(info.tensors + 1, sizeof(**ranges));
	if (!*ranges)
		return -ENOMEM;
	ret = network_ranges_see(chooser->context, options, chooser->loaded->network,
				 from->shape[0], from->data, false, &source);
	if (!ret)
		ret = network_ranges_choose(chooser->context, &source,
					    qmac_type_bits(options->codes.activation_type),
					    network_codes_scheme(&options->codes), *ranges);
	network_ranges_release(&source);
	chooser->told = ret;
	return ret;
}

/* Everything up to now saw the network as it was, everything from here on as it is. */
static int improve(struct qmac_context *context, const struct network_options *options,
		   struct network_samples *loaded)
{
	bool *keep_float = calloc(loaded->info.layers + 1, sizeof(*keep_float));
	struct chooser chooser = { context, options, loaded, false };
	const struct network_improve_job job = {
		.options = &options->improve,
		.network = loaded->network,
		.rows = loaded->calibration.data ? loaded->calibration.shape[0] : 0,
		.x = loaded->calibration.data,
		.judge = &loaded->samples,
		.outputs = loaded->outputs,
		.widths = { qmac_type_bits(options->codes.weight_type),
			    qmac_type_bits(options->codes.activation_type),
			    options->codes.per_channel },
		.block = options->codes.block,
		.keep_float = keep_float,
		.choose = choose_ranges,
		.user = &chooser,
	};
	struct qmac_network_quantize_options ignored;
	int ret;

	if (!keep_float) {
		fprintf(stderr, "qmac %s: no memory\n", options->command);
		return -ENOMEM;
	}
	ret = network_codes_options(options->command, &options->codes, loaded->network, keep_float,
				    &ignored);
	if (!ret) {
		ret = network_improve(&job, &loaded->improved);
		if (ret && !chooser.told)
			told_of_network(options->command, context, ret);
	}
	free(keep_float);
	qmac_network_info(loaded->network, &loaded->info); /* tensors may have been added */
	return ret;
}

/* Ranges come from the samples of --calib, if there are any, else from those of --data. */
static int see_ranges(struct qmac_context *context, const struct network_options *options,
		      bool detailed, struct network_samples *loaded)
{
	const struct npy_array *from = options->calibration ? &loaded->calibration : &loaded->data;
	bool quantizes = options->output && options->ranges.table && !options->calibration;
	size_t rows = from->data && !quantizes ? from->shape[0] : 0;

	loaded->ranges = calloc(loaded->info.tensors + 1, sizeof(*loaded->ranges));
	if (!loaded->ranges) {
		fprintf(stderr, "qmac %s: no memory\n", options->command);
		return -ENOMEM;
	}
	return network_ranges_see(context, options, loaded->network, rows, from->data, detailed,
				  &loaded->source);
}

int network_samples_load(struct qmac_context *context, const struct network_options *options,
			 bool detailed, struct network_samples *loaded)
{
	const struct npy_array *judge;
	int ret;

	*loaded = (struct network_samples){ 0 };
	ret = load_network(context, options, loaded);
	if (!ret && options->data)
		ret = load_rows(options, options->data, loaded, &loaded->data);
	if (!ret && options->calibration)
		ret = load_rows(options, options->calibration, loaded, &loaded->calibration);
	if (ret)
		return ret;
	judge = options->data ? &loaded->data : &loaded->calibration;
	loaded->samples.rows = judge->data ? judge->shape[0] : 0;
	loaded->samples.x = judge->data;
	if (options->labels)
		ret = load_labels(options, loaded);
	loaded->samples.labels = loaded->labels;
	if (!ret && network_improve_any(&options->improve))
		ret = improve(context, options, loaded);
	if (!ret)
		ret = see_ranges(context, options, detailed, loaded);
	loaded->samples.ranges = loaded->ranges;
	return ret;
}

int network_samples_choose(struct qmac_context *context, struct network_samples *loaded,
			   unsigned int bits, uint8_t scheme)
{
	return network_ranges_choose(context, &loaded->source, bits, scheme, loaded->ranges);
}

void network_samples_release(struct network_samples *loaded)
{
	network_ranges_release(&loaded->source);
	network_improved_release(&loaded->improved);
	qmac_network_destroy(loaded->network);
	npy_free(&loaded->data);
	npy_free(&loaded->calibration);
	free(loaded->labels);
	free(loaded->ranges);
}
