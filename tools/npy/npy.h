/* SPDX-License-Identifier: MIT */
/*
 * NumPy's .npy files: C-ordered little-endian arrays of the types qmac uses.
 * Format: numpy.lib.format, versions 1.0 to 3.0.
 */
#ifndef QMAC_NPY_H
#define QMAC_NPY_H

#include <stddef.h>
#include <stdio.h>

#define NPY_MAX_DIMS 8

enum npy_type {
	NPY_F32,
	NPY_S8,
	NPY_U8,
	NPY_S32,
	NPY_S16,
	NPY_U16,
	NPY_F16,
	NPY_S64
};

/**
 * struct npy_array - an array in memory
 * @type: Element type.
 * @ndim: Number of dimensions; zero for a scalar.
 * @shape: Extent of each dimension.
 * @count: Number of elements, the product of @shape.
 * @data: Elements, last dimension fastest. Owned by the array when npy_load()
 *   made it: npy_free().
 */
struct npy_array {
	enum npy_type type;
	unsigned int ndim;
	size_t shape[NPY_MAX_DIMS];
	size_t count;
	void *data;
};

/** npy_type_name() - NumPy's name of a type, e.g. "float32". */
const char *npy_type_name(enum npy_type type);

/** npy_type_size() - bytes of an element. */
size_t npy_type_size(enum npy_type type);

/**
 * npy_load() - read a file
 * @path: File.
 * @array: Receives the array; untouched on failure.
 * @message: Receives one line that names the file and what is wrong.
 * @message_size: Bytes of @message.
 *
 * Return: 0 or -errno: -EINVAL not an .npy file or damaged, -ENOTSUP a type,
 * byte order or dimension count that qmac does not read, -EFBIG, -ENOMEM, or
 * what opening and reading gave.
 */
int npy_load(const char *path, struct npy_array *array, char *message, size_t message_size);

/**
 * npy_save() - write a file, whole or not at all
 * @path: File; replaced by rename once the new one is complete.
 * @array: What to write.
 * @message: As in npy_load().
 * @message_size: As in npy_load().
 *
 * Return: 0 or -errno; @path is as before on failure.
 */
int npy_save(const char *path, const struct npy_array *array, char *message, size_t message_size);

/** npy_write() - write an array to an open file; 0 or -errno. */
int npy_write(FILE *file, const struct npy_array *array);

/** npy_free() - free what npy_load() allocated. */
void npy_free(struct npy_array *array);

#endif /* QMAC_NPY_H */
