// SPDX-License-Identifier: MIT
/* ONNX Runtime's calibration JSON, as write_calibration_table() makes it. */
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "context.h"
#include "formats/entry.h"
#include "formats/format.h"
#include "formats/json.h"

/* {"data": NUMBER or [NUMBER...], "dtype": ..., "CLS": "numpy.array"}, as fp32. */
static int read_array(const struct json_place *tensor, const char *key, float **out, size_t *count)
{
	struct json_place place = { tensor->context, tensor->entry, json_member(tensor, key) };
	double value;
	size_t i;
	int error;

	if (!json_object_is_type(place.object, json_type_object))
		return json_fail(tensor, key, "is missing or no numpy.array");
	*count = json_count(&place, "data");
	if (!*count)
		return -EINVAL;
	*out = calloc(*count, sizeof(**out));
	if (!*out)
		return qmac_fail_nomem(tensor->context, "ranges");
	for (i = 0; i < *count; i++) {
		error = json_get_number(&place, "data", i, &value);
		if (!error && fabs(value) > FLT_MAX)
			error = json_fail(tensor, key, "is beyond fp32");
		if (error)
			return error;
		(*out)[i] = (float)value;
	}
	return 0;
}

static int read_tensor(const struct source *source, const char *name, struct json_object *tensor)
{
	struct json_place place = { source->context, name, tensor };
	float *lo = NULL, *hi = NULL;
	size_t los = 0, his = 0;
	int error = read_array(&place, "lowest", &lo, &los);

	if (!error)
		error = read_array(&place, "highest", &hi, &his);
	if (!error && los != his)
		error = json_fail(&place, "highest", "is not as long as lowest");
	if (!error) /* per_channel keeps axis 1 */
		error = qmac_table_add_range(source->context, source->table, name, false,
					     source->spec, los > 1 ? 1 : QMAC_PER_TENSOR, los, lo,
					     hi);
	free(lo);
	free(hi);
	return error;
}

int ort_read(const struct source *source)
{
	struct json_object *tensors = source->root, *data = NULL;
	int error = 0;

	/* TensorsData has its tensors in "data"; a plain dictionary is one itself. */
	if (json_object_object_get_ex(source->root, "calibration_method", NULL) &&
	    json_object_object_get_ex(source->root, "data", &data))
		tensors = data;
	if (!json_object_is_type(tensors, json_type_object))
		return qmac_fail(source->context, -EINVAL,
				 "'data' of the calibration is no JSON object");
	json_object_object_foreach(tensors, name, tensor)
	{
		error = read_tensor(source, name, tensor);
		if (error)
			break;
	}
	return error;
}

static bool put_array(struct json_object *tensor, const char *key, const double *values,
		      size_t count)
{
	struct json_object *array = json_object_new_object(), *data = json_object_new_array();
	bool ok = data != NULL;
	size_t i;

	for (i = 0; ok && i < count; i++)
		ok = json_append(data, json_number((double)(float)values[i]));
	ok = json_put(array, "data", data) && ok;
	ok = ok && json_put(array, "dtype", json_object_new_string("float32")) &&
	     json_put(array, "CLS", json_object_new_string("numpy.array"));
	return json_put(tensor, key, array) && ok;
}

static struct json_object *write_tensor(const struct qmac_table_entry *entry)
{
	struct json_object *tensor = json_object_new_object();

	if (put_array(tensor, "lowest", entry->lo, entry->channels) &&
	    put_array(tensor, "highest", entry->hi, entry->channels) &&
	    json_put(tensor, "CLS", json_object_new_string("TensorData")))
		return tensor;
	json_object_put(tensor);
	return NULL;
}

/* Bounds are fp32 there. */
static int check_bounds(struct qmac_context *context, const struct qmac_table_entry *entry)
{
	size_t i;

	for (i = 0; i < entry->channels; i++)
		if (fabs(entry->lo[i]) > FLT_MAX || fabs(entry->hi[i]) > FLT_MAX)
			return qmac_fail(
				context, -EINVAL,
				"entry '%.60s': range %g to %g of channel %zu is beyond "
				"fp32, which ONNX Runtime's ranges are: calibrate it again",
				entry->name, entry->lo[i], entry->hi[i], i);
	return 0;
}

int ort_check(struct qmac_context *context, const struct qmac_table *table)
{
	int error = entry_check_unblocked(context, table, "ONNX Runtime's calibration JSON");
	size_t i;

	for (i = 0; !error && i < table->count; i++)
		error = check_bounds(context, &table->entries[i]);
	return error;
}

struct json_object *ort_write(const struct qmac_table *table)
{
	struct json_object *root = json_object_new_object(), *tensors = json_object_new_object();
	struct json_object *method = json_object_new_object();
	bool ok = json_put(root, "CLS", json_object_new_string("TensorsData"));
	size_t i;

	for (i = 0; ok && i < table->count; i++)
		ok = json_put(tensors, table->entries[i].name, write_tensor(&table->entries[i]));
	ok = json_put(root, "data", tensors) && ok;
	ok = ok && json_put(method, "CLS", json_object_new_string("CalibrationMethod")) &&
	     json_put(method, "value", json_object_new_string("CalibrationMethod.MinMax"));
	if (json_put(root, "calibration_method", method) && ok)
		return root;
	json_object_put(root);
	return NULL;
}
