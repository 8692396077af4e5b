// SPDX-License-Identifier: MIT
#include "table_output.h"

#include <stdio.h>
#include <string.h>

#include <qmac/qmac.h>

#include "codes_options.h"
#include "lib/formats/whole_file.h"
#include "option_value.h"

static const struct {
	const char *end;
	struct table_output output;
} ends[] = {
	{ ".json", { .format = QMAC_TABLE_QMAC } },
	{ ".table", { .format = QMAC_TABLE_NCNN } },
	{ ".cache", { .format = QMAC_TABLE_TENSORRT } },
	{ ".encodings", { .format = QMAC_TABLE_AIMET } },
	{ ".state", { .state = true, .format = QMAC_TABLE_QMAC } },
};

static int by_name(const char *command, const char *option, const char *name, bool states,
		   struct table_output *out)
{
	int format = format_by_name(name);
	char remedy[120];

	if (format > QMAC_TABLE_DETECT) {
		out->format = (unsigned int)format;
		return -1;
	}
	out->state = states && !strcmp(name, "state");
	if (out->state)
		return -1;
	snprintf(remedy, sizeof(remedy),
		 "expected qmac, ncnn, tensorrt, ort, aimet, aimet-1.0.0%s aimet-2.0.0%s",
		 states ? "," : " or", states ? " or state" : "");
	return option_misused(command, option, name, remedy);
}

static int by_end(const char *command, const char *option, const char *path, bool states,
		  struct table_output *out)
{
	const char *dot = strrchr(path, '.');
	char remedy[160];

	if (whole_file_is_nameless(path))
		return -1;
	for (size_t i = 0; dot && i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (!strcmp(dot, ends[i].end) && (states || !ends[i].output.state)) {
			*out = ends[i].output;
			return -1;
		}
	}
	snprintf(remedy, sizeof(remedy),
		 "its end tells no format: give %s, or a name in .json, .table, .cache%s "
		 ".encodings%s",
		 option, states ? "," : " or", states ? " or .state" : "");
	return option_misused(command, "--output", path, remedy);
}

int table_output_choose(const char *command, const char *option, const char *name, const char *path,
			bool states, struct table_output *out)
{
	*out = (struct table_output){ .format = QMAC_TABLE_QMAC };
	if (name && !path)
		return option_misused(command, option, name, "only with --output");
	if (name)
		return by_name(command, option, name, states, out);
	return path ? by_end(command, option, path, states, out) : -1;
}
