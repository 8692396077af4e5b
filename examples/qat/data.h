/* SPDX-License-Identifier: MIT */
/* The images, and their division for cross-validation. */
#ifndef QAT_DATA_H
#define QAT_DATA_H

#include <stddef.h>
#include <stdint.h>

#include "random.h"

/**
 * struct data - images and labels
 * @count: Images.
 * @x: [count, 64] pixels, 0 to 1.
 * @y: [count] labels, 0 to 9.
 */
struct data {
	size_t count;
	float *x;
	uint8_t *y;
};

/* Reads x.npy and y.npy of a directory. 0 or -errno, message printed. */
int data_load(struct data *data, const char *directory);
void data_free(struct data *data);

/**
 * struct fold - a share of the images to test on, the others to train on
 * @train: @train_count numbers of images.
 * @test: @test_count numbers of images.
 */
struct fold {
	size_t train_count, test_count;
	uint32_t *train, *test;
};

/* Share number @number of @folds of the images in @order. 0 or -ENOMEM. */
int fold_create(struct fold *fold, const uint32_t *order, size_t count, size_t folds,
		size_t number);
void fold_free(struct fold *fold);

#endif /* QAT_DATA_H */
