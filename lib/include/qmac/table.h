/* SPDX-License-Identifier: MIT */
/*
 * Calibration files: scales of named tensors, in our form and in other tools'.
 *
 * In memory there is one form, struct qmac_table, with the library's convention
 * r = scale * (q - zero_point). Formats (enum qmac_table_format) are converted
 * on the way in and out:
 *
 * - qmac: JSON object, "format": "qmac-table", "version": 1, "producer", and
 *   "tensors": array of objects with "name", "parameter" (true: weights or
 *   bias), "bits", "signed", "symmetric", "axis" (null: one scale), for
 *   scales per block "block" and, if known, "scale_shape", and the arrays
 *   "scale", "zero_point", "min", "max", one element per channel or block.
 * - ncnn: lines "NAME SCALE..."; names that end in _param_N are parameters, with
 *   a scale per channel of axis 0. Scales are reciprocals, 127 / max. Read as
 *   ncnn's "%f " or with more digits, written as "%.9g". Signed, symmetric,
 *   8 bits, codes -127 to 127.
 * - tensorrt: "TRT-VERSION-CALIBRATOR", then lines "NAME: HEX", the bits of the
 *   fp32 scale = max / 127. Signed, symmetric, 8 bits, one scale per tensor.
 * - ort: ONNX Runtime's calibration.json (write_calibration_table() of 1.21;
 *   TensorsData, or a dictionary of TensorData): "lowest" and "highest" of each
 *   tensor. The scales are chosen from them when it is read.
 * - aimet: encodings JSON of AIMET. Read: versions 0.x (0.4.0, 0.5.0, 0.6.1:
 *   dictionaries), 1.x (1.0.0: two lists) and 2.x (2.0.0: one list); written:
 *   0.6.1 as "aimet", 1.0.0 as "aimet-1.0.0", 2.0.0 as "aimet-2.0.0". Float
 *   entries are refused: take them out.
 *   - 0.x and 1.x have unsigned codes, offset = -zero_point; entries that are
 *     symmetric are signed here. They do not name the axis of scales per channel:
 *     0 is assumed.
 *   - 1.x has entries per block (PER_BLOCK) and LPBQ, whose scale is that of the
 *     channel times the integer of the block; it does not name the axis of the
 *     blocks, 1 is assumed, and for PER_BLOCK not how many a channel has.
 *   - 2.x names axis and type ("int8", "uint4", ...) and nests the scales of
 *     blocks in the shape of the tensor; it does not say what is a parameter:
 *     entries with an axis are taken as such.
 *   What a version cannot say is refused when it is written: 0.6.1 has no
 *   blocks, 1.0.0 only those of axis 1, 2.0.0 needs their shape. Signed codes
 *   that are not symmetric become unsigned ones of the same numbers in 0.6.1 and
 *   1.0.0.
 *
 * Readers take nothing for granted: damaged text is -EINVAL with line and column
 * or with the entry, and no table. Numbers are read and written as in the C
 * locale whatever the caller's, and to nearest even.
 */
#ifndef QMAC_TABLE_H
#define QMAC_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <qmac/export.h>
#include <qmac/quant.h>

#ifdef __cplusplus
extern "C" {
#endif

struct qmac_context;

/**
 * enum qmac_table_format - formats of calibration files
 * @QMAC_TABLE_DETECT: Told from the contents; reading only.
 * @QMAC_TABLE_QMAC: Our JSON.
 * @QMAC_TABLE_NCNN: ncnn's .table.
 * @QMAC_TABLE_TENSORRT: TensorRT's calibration cache.
 * @QMAC_TABLE_ORT: ONNX Runtime's calibration JSON.
 * @QMAC_TABLE_AIMET: AIMET's encodings, dictionaries: written as 0.6.1.
 * @QMAC_TABLE_AIMET_1: AIMET's encodings, two lists: 1.0.0.
 * @QMAC_TABLE_AIMET_2: AIMET's encodings, one list: 2.0.0.
 */
enum qmac_table_format {
	QMAC_TABLE_DETECT = 0,
	QMAC_TABLE_QMAC,
	QMAC_TABLE_NCNN,
	QMAC_TABLE_TENSORRT,
	QMAC_TABLE_ORT,
	QMAC_TABLE_AIMET,
	QMAC_TABLE_AIMET_1,
	QMAC_TABLE_AIMET_2,
};

/**
 * qmac_table_format_name() - "detect", "qmac", "ncnn", "tensorrt", "ort", "aimet",
 * "aimet-1.0.0", "aimet-2.0.0"
 * @format: enum qmac_table_format.
 *
 * Return: A static string; NULL for a value that is no format, so that counting
 * up from 0 lists them all.
 */
QMAC_EXPORT const char *qmac_table_format_name(unsigned int format);

/**
 * define QMAC_TABLE_RANK - most dimensions of an array of scales
 */
#define QMAC_TABLE_RANK 8

/**
 * struct qmac_table_entry - a tensor and its scales
 * @name: Name: UTF-8, not empty, no control characters.
 * @parameter: Weights or a bias, not an activation.
 * @bits: 2 to 32 bits of a code.
 * @is_signed: Codes -2^(bits-1) to 2^(bits-1)-1, else 0 to 2^bits-1.
 * @symmetric: The zero point is the middle by design.
 * @axis: Channel axis, that of the blocks, or QMAC_PER_TENSOR.
 * @block: Consecutive elements of @axis that share a scale, all other indices
 *   equal; 0: all elements of a channel do.
 * @rank: Dimensions of the array of scales, when there are blocks and the file
 *   tells; else 0.
 * @shape: Its dimensions, whose product is @channels; scales are row-major.
 * @channels: Entries of the arrays; 1 for QMAC_PER_TENSOR.
 * @scale: Scales; as fp32 they are normal, positive numbers. In double, so that
 *   the reciprocal of a reciprocal is the number that was read.
 * @zero_point: Zero points, codes of the type.
 * @lo: Least real number of the range.
 * @hi: Greatest, not below @lo.
 */
struct qmac_table_entry {
	char *name;
	bool parameter;
	uint8_t bits;
	bool is_signed, symmetric;
	int axis;
	size_t block;
	unsigned int rank;
	size_t shape[QMAC_TABLE_RANK];
	size_t channels;
	double *scale;
	int32_t *zero_point;
	double *lo, *hi;
};

/**
 * struct qmac_table - scales of named tensors; zeroed it is empty
 * @producer: Who made it: the first line of a TensorRT cache, or NULL.
 * @count: Number of @entries.
 * @entries: In the order of the file; names differ.
 *
 * Everything belongs to the table: qmac_table_release().
 */
struct qmac_table {
	char *producer;
	size_t count;
	struct qmac_table_entry *entries;
};

/**
 * qmac_table_release() - free what a table holds
 * @table: Left empty.
 */
QMAC_EXPORT void qmac_table_release(struct qmac_table *table);

/**
 * qmac_table_add() - append an entry
 * @context: Receives messages.
 * @table: Receives a copy.
 * @entry: The entry; its arrays stay the caller's.
 *
 * Return: 0, -EINVAL (names what is wrong), -EEXIST (the name), -ENOMEM.
 */
QMAC_EXPORT int qmac_table_add(struct qmac_context *context, struct qmac_table *table,
			       const struct qmac_table_entry *entry);

/**
 * qmac_table_add_range() - append an entry whose scales follow from ranges
 * @context: Receives messages.
 * @table: Receives the entry.
 * @name: Its name.
 * @parameter: As in struct qmac_table_entry.
 * @spec: What kind of codes; 8 or 16 bit types.
 * @axis: Channel axis, or QMAC_PER_TENSOR.
 * @channels: Number of @lo and @hi; 1 for QMAC_PER_TENSOR.
 * @lo: Least real numbers.
 * @hi: Greatest.
 *
 * Return: As qmac_quant_choose() and qmac_table_add().
 */
QMAC_EXPORT int qmac_table_add_range(struct qmac_context *context, struct qmac_table *table,
				     const char *name, bool parameter,
				     const struct qmac_quant_spec *spec, int axis, size_t channels,
				     const float *lo, const float *hi);

/**
 * qmac_table_find() - look an entry up
 * @table: The table.
 * @name: Name.
 *
 * Return: The entry, which belongs to the table; NULL if there is none.
 */
QMAC_EXPORT const struct qmac_table_entry *qmac_table_find(const struct qmac_table *table,
							   const char *name);

/**
 * qmac_table_choose() - choose all scales anew from the ranges
 * @context: Receives messages.
 * @table: Its entries become of this kind, unchanged on failure.
 * @spec: What kind of codes; 8 or 16 bit types.
 *
 * Return: As qmac_quant_choose(), naming the entry, or -ENOMEM.
 */
QMAC_EXPORT int qmac_table_choose(struct qmac_context *context, struct qmac_table *table,
				  const struct qmac_quant_spec *spec);

/**
 * qmac_table_detect() - which format text has
 * @text: Contents of a file.
 * @size: Bytes of it.
 *
 * Return: enum qmac_table_format; QMAC_TABLE_DETECT when it is none of them.
 * That it is read without error is not said.
 */
QMAC_EXPORT unsigned int qmac_table_detect(const char *text, size_t size);

/**
 * qmac_table_parse() - read a table from memory
 * @context: Receives messages.
 * @format: enum qmac_table_format.
 * @spec: Kind of codes for formats that have ranges only (QMAC_TABLE_ORT); NULL
 *   for ONNX Runtime's default: u8, asymmetric.
 * @text: Contents; need not end in a zero byte.
 * @size: Bytes of it.
 * @table: Receives the table; untouched on failure.
 *
 * Return: 0, -EINVAL, -EEXIST (a name occurs twice), -EDOM (a range out of
 * order), -ENOMEM.
 */
QMAC_EXPORT int qmac_table_parse(struct qmac_context *context, unsigned int format,
				 const struct qmac_quant_spec *spec, const char *text, size_t size,
				 struct qmac_table *table);

/**
 * qmac_table_print() - write a table to memory
 * @context: Receives messages.
 * @format: enum qmac_table_format, not QMAC_TABLE_DETECT.
 * @table: The table.
 * @text: Receives text for the caller to free(); a zero byte follows it.
 * @size: Receives its length.
 *
 * Return: 0, -EINVAL (format; an entry that the format cannot express: named,
 * with the remedy), -ENOMEM.
 */
QMAC_EXPORT int qmac_table_print(struct qmac_context *context, unsigned int format,
				 const struct qmac_table *table, char **text, size_t *size);

/**
 * qmac_table_load() - read a file
 * @context: Receives messages, which name @path.
 * @path: File.
 * @format: enum qmac_table_format.
 * @spec: As in qmac_table_parse().
 * @table: Receives the table; untouched on failure.
 *
 * Return: As qmac_table_parse(), -EFBIG (beyond 256 MiB), or what opening and
 * reading gave.
 */
QMAC_EXPORT int qmac_table_load(struct qmac_context *context, const char *path, unsigned int format,
				const struct qmac_quant_spec *spec, struct qmac_table *table);

/**
 * qmac_table_save() - write a file, whole or not at all
 * @context: Receives messages.
 * @path: Replaced by rename once the new file is complete.
 * @format: enum qmac_table_format, not QMAC_TABLE_DETECT.
 * @table: The table.
 *
 * Return: As qmac_table_print(), or what writing gave.
 */
QMAC_EXPORT int qmac_table_save(struct qmac_context *context, const char *path, unsigned int format,
				const struct qmac_table *table);

#ifdef __cplusplus
}
#endif

#endif /* QMAC_TABLE_H */
