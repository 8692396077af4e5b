// SPDX-License-Identifier: MIT
/* Calibration and its files when memory runs out. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <qmac/qmac.h>

#include "nomem.h"
#include "tap.h"

#define COUNT 400

static struct qmac_context *context;
static float x[COUNT];
static struct qmac_calibration_spec spec;
static char directory[] = "/tmp/qmac-nomem-XXXXXX", path[64];
static unsigned int format;

/* Both passes, all ranges. */
static int watch(struct qmac_calibration *c)
{
	struct qmac_calibration_method method = { 0 };
	struct qmac_calibration_range range;
	int error = qmac_calibration_update(c, x, COUNT);

	if (!error && qmac_calibration_passes(c) > 1) {
		error = qmac_calibration_next_pass(c);
		if (!error)
			error = qmac_calibration_update(c, x, COUNT);
	}
	if (!error && spec.calibrator == QMAC_CALIBRATOR_OWN)
		error = qmac_calibration_step(c, .5f);
	if (!error && spec.calibrator != QMAC_CALIBRATOR_OWN)
		return qmac_calibration_choose(c, NULL, &range);
	for (method.method = 0; !error && qmac_method_name(method.method); method.method++)
		error = qmac_calibration_choose(c, &method, &range);
	return error;
}

static int run_watch(void)
{
	struct qmac_calibration *c;
	int error = qmac_calibration_create(context, &spec, &c);

	if (error)
		return error;
	error = watch(c);
	qmac_calibration_destroy(c);
	return error;
}

/* A large batch is counted the slower way where there is no memory for the faster one. */
static int run_large(void)
{
	static float many[1 << 18];
	struct qmac_calibration_stats stats;
	struct qmac_calibration *c;
	size_t i, zeros = 0;
	int error;

	for (i = 0; i < sizeof(many) / sizeof(many[0]); i++) {
		many[i] = x[i % COUNT];
		zeros += !many[i];
	}
	nomem_pause(true);
	if (qmac_calibration_create(context, &spec, &c))
		return -1;
	nomem_pause(false);
	error = qmac_calibration_update(c, many, i);
	qmac_calibration_stats(c, &stats);
	qmac_calibration_destroy(c);
	if (error || stats.count != i || stats.zeros != zeros)
		return -1;
	return nomem_failed() ? NOMEM_COPED : 0;
}

/* Growing and merging keep what was there when they fail. */
static int run_merge(void)
{
	struct qmac_calibration *a = NULL, *b = NULL;
	struct qmac_calibration_stats before, after;
	static const float far[] = { 1e6f, -1e30f, 1e-20f };
	int error;

	nomem_pause(true);
	if (qmac_calibration_create(context, &spec, &a) ||
	    qmac_calibration_create(context, &spec, &b) || qmac_calibration_update(a, x, COUNT) ||
	    qmac_calibration_update(b, far, 3))
		return -1;
	qmac_calibration_stats(a, &before);
	nomem_pause(false);
	error = qmac_calibration_merge(a, b);
	if (!error)
		error = qmac_calibration_update(a, far, 3);
	qmac_calibration_stats(a, &after);
	if (error && after.count != before.count && after.count != before.count + 3)
		error = -1;
	qmac_calibration_destroy(a);
	qmac_calibration_destroy(b);
	return error;
}

static int run_encode(void)
{
	struct qmac_calibration *c, *again;
	void *bytes = NULL;
	size_t size;
	int error;

	nomem_pause(true);
	if (qmac_calibration_create(context, &spec, &c) || watch(c))
		return -1;
	nomem_pause(false);
	error = qmac_calibration_encode(c, &bytes, &size);
	if (!error) {
		error = qmac_calibration_decode(context, bytes, size, &again);
		free(bytes);
		if (!error)
			qmac_calibration_destroy(again);
	}
	qmac_calibration_destroy(c);
	return error;
}

static bool is_empty(void)
{
	DIR *folder = opendir(directory);
	struct dirent *entry;
	bool empty = folder;

	while (folder && (entry = readdir(folder)))
		empty &= entry->d_name[0] == '.';
	if (folder)
		closedir(folder);
	return empty;
}

static int run_save(void)
{
	struct qmac_calibration *c, *again;
	int error;

	nomem_pause(true);
	if (qmac_calibration_create(context, &spec, &c) || watch(c))
		return -1;
	nomem_pause(false);
	error = qmac_calibration_save(c, path);
	qmac_calibration_destroy(c);
	if (error)
		return is_empty() ? error : -1;
	error = qmac_calibration_load(context, path, &again);
	if (!error)
		qmac_calibration_destroy(again);
	unlink(path);
	return error;
}

static int fill(struct qmac_table *table)
{
	static const float lo[] = { -1, -2 }, hi[] = { 3, 2 };
	const struct qmac_quant_spec symmetric = { .type = QMAC_TYPE_S8 };
	int error = 0;

	if (format != QMAC_TABLE_TENSORRT) /* which has one scale per tensor */
		error = qmac_table_add_range(context, table, "weights", true, &symmetric, 0, 2, lo,
					     hi);
	return error ? error
		     : qmac_table_add_range(context, table, "data", false, &symmetric,
					    QMAC_PER_TENSOR, 1, lo, hi);
}

static int run_table(void)
{
	struct qmac_table table = { 0 }, again;
	char *text = NULL;
	size_t size;
	int error = fill(&table);

	if (!error)
		error = qmac_table_print(context, format, &table, &text, &size);
	qmac_table_release(&table);
	if (error)
		return error;
	error = qmac_table_parse(context, format, NULL, text, size, &again);
	if (!error)
		qmac_table_release(&again);
	free(text);
	return error;
}

static int run_file(void)
{
	struct qmac_table table = { 0 }, again;
	int error = fill(&table);

	if (!error)
		error = qmac_table_save(context, path, format, &table);
	qmac_table_release(&table);
	if (error)
		return is_empty() ? error : -1;
	error = qmac_table_load(context, path, QMAC_TABLE_DETECT, NULL, &again);
	if (!error)
		qmac_table_release(&again);
	unlink(path);
	return error;
}

static void test_tables(void)
{
	char name[80];

	for (format = QMAC_TABLE_QMAC; qmac_table_format_name(format); format++) {
		snprintf(name, sizeof(name), "table %s", qmac_table_format_name(format));
		nomem_try(context, name, run_table);
		snprintf(name, sizeof(name), "file %s", qmac_table_format_name(format));
		nomem_try(context, name, run_file);
	}
}

int main(void)
{
	char name[80];
	size_t i;

	if (qmac_context_create(&context) || !mkdtemp(directory))
		return 1;
	snprintf(path, sizeof(path), "%s/file", directory);
	for (i = 0; i < COUNT; i++)
		x[i] = (float)((int)(i * 67 % 311) - 155) / 100;
	for (spec.calibrator = 0; qmac_calibrator_name(spec.calibrator); spec.calibrator++) {
		snprintf(name, sizeof(name), "calibrator %s",
			 qmac_calibrator_name(spec.calibrator));
		nomem_try(context, name, run_watch);
		snprintf(name, sizeof(name), "state of %s", qmac_calibrator_name(spec.calibrator));
		nomem_try(context, name, run_encode);
	}
	spec.calibrator = QMAC_CALIBRATOR_OWN;
	nomem_try(context, "a large batch", run_large);
	nomem_try(context, "merging", run_merge);
	nomem_try(context, "state file", run_save);
	test_tables();
	rmdir(directory);
	qmac_context_destroy(context);
	return tap_done();
}
