// SPDX-License-Identifier: MIT
#include "data.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "network.h"
#include "npy/npy.h"

/* At least a batch to train on, and lists of them fit the stack. */
#define MIN_IMAGES 64
#define MAX_IMAGES 65536

static int load(const char *directory, const char *name, enum npy_type type, unsigned int ndim,
		struct npy_array *array)
{
	char path[4096], message[4608];
	int ret;

	snprintf(path, sizeof(path), "%s/%s.npy", directory, name);
	ret = npy_load(path, array, message, sizeof(message));
	if (ret) {
		fprintf(stderr, "qat: %s\n", message);
		return ret;
	}
	if (array->type == type && array->ndim == ndim)
		return 0;
	fprintf(stderr, "qat: %s: expected %u-dimensional %s\n", path, ndim, npy_type_name(type));
	npy_free(array);
	return -EINVAL;
}

static int check(const struct npy_array *x, const struct npy_array *y)
{
	const uint8_t *labels = y->data;

	if (x->shape[1] != PIXELS || x->shape[0] != y->count) {
		fprintf(stderr, "qat: x.npy [%zu, %zu] and y.npy [%zu]: expected [n, %d] and [n]\n",
			x->shape[0], x->shape[1], y->count, PIXELS);
		return -EINVAL;
	}
	if (y->count < MIN_IMAGES || y->count > MAX_IMAGES) {
		fprintf(stderr, "qat: %zu images: use %d to %d\n", y->count, MIN_IMAGES,
			MAX_IMAGES);
		return -EINVAL;
	}
	for (size_t i = 0; i < y->count; i++) {
		if (labels[i] < CLASSES)
			continue;
		fprintf(stderr, "qat: y.npy: label %zu is %u, expected 0 to 9\n", i, labels[i]);
		return -EINVAL;
	}
	return 0;
}

int data_load(struct data *data, const char *directory)
{
	struct npy_array x = { 0 }, y = { 0 };
	int ret = load(directory, "x", NPY_F32, 2, &x);

	if (!ret)
		ret = load(directory, "y", NPY_U8, 1, &y);
	if (!ret)
		ret = check(&x, &y);
	if (ret) {
		npy_free(&x);
		npy_free(&y);
		return ret;
	}
	*data = (struct data){ .count = y.count, .x = x.data, .y = y.data };
	return 0;
}

void data_free(struct data *data)
{
	free(data->x);
	free(data->y);
	*data = (struct data){ 0 };
}

int fold_create(struct fold *fold, const uint32_t *order, size_t count, size_t folds, size_t number)
{
	*fold = (struct fold){
		.train = calloc(count, sizeof(*fold->train)),
		.test = calloc(count, sizeof(*fold->test)),
	};
	if (!fold->train || !fold->test) {
		fold_free(fold);
		return -ENOMEM;
	}
	for (size_t i = 0; i < count; i++) {
		if (i % folds == number)
			fold->test[fold->test_count++] = order[i];
		else
			fold->train[fold->train_count++] = order[i];
	}
	return 0;
}

void fold_free(struct fold *fold)
{
	free(fold->train);
	free(fold->test);
	*fold = (struct fold){ 0 };
}
