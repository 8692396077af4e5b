// SPDX-License-Identifier: MIT
#include "selftest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "command.h"
#include "option_next.h"

static const char help[] =
	"usage: qmac selftest examples [--json]\n"
	"\n"
	"Runs worked examples of quantization through the library, and prints for each what\n"
	"should come out and what does. Exit status 1 when one differs.\n"
	"\n"
	"  --json    print a JSON object\n";

struct tally {
	size_t passed, failed;
};

static void print_text(const struct example_entry *entry, const struct example *example, bool pass)
{
	printf("%-4s %-4s %s\n     expected  %s\n     got       %s\n", pass ? "pass" : "FAIL",
	       entry->name, entry->what, example->expected, example->got);
}

static void add_text(struct json_object *object, const char *key, const char *value)
{
	json_object_object_add(object, key, json_object_new_string(value));
}

static struct json_object *describe(const struct example_entry *entry,
				    const struct example *example, bool pass)
{
	struct json_object *object = json_object_new_object();

	add_text(object, "name", entry->name);
	add_text(object, "what", entry->what);
	add_text(object, "expected", example->expected);
	add_text(object, "got", example->got);
	json_object_object_add(object, "pass", json_object_new_boolean(pass));
	return object;
}

/* An entry and its place. */
struct placed {
	const struct example_entry *entry;
	size_t order; /* among all entries */
};

static const struct {
	const struct example_entry *entries;
	const size_t *count;
} lists[] = {
	{ examples_sizes, &examples_sizes_count },
	{ examples_linear, &examples_linear_count },
	{ examples_tools, &examples_tools_count },
	{ examples_calibration, &examples_calibration_count },
	{ examples_accuracy, &examples_accuracy_count },
	{ examples_network, &examples_network_count },
	{ examples_arithmetic, &examples_arithmetic_count },
};

#define LISTS (sizeof(lists) / sizeof(lists[0]))
#define MOST  128

/* As the sources have them: A1, A2, ...; examples of one name stay in their order. */
static int compare(const void *a, const void *b)
{
	const struct placed *first = a, *second = b;
	int names = strcmp(first->entry->name, second->entry->name);

	return names ? names : first->order > second->order ? 1 : -1;
}

static size_t sort_all(struct placed *all)
{
	size_t count = 0;

	for (size_t i = 0; i < LISTS; i++)
		for (size_t j = 0; j < *lists[i].count && count < MOST; j++, count++)
			all[count] = (struct placed){ &lists[i].entries[j], count };
	qsort(all, count, sizeof(*all), compare);
	return count;
}

/* @array is NULL for text. */
static struct tally run_all(struct qmac_context *context, struct json_object *array)
{
	struct placed all[MOST];
	size_t count = sort_all(all);
	struct tally tally = { 0 };

	for (size_t i = 0; i < count; i++) {
		const struct example_entry *entry = all[i].entry;
		struct example example = { .context = context };
		bool pass;

		entry->run(&example);
		pass = *example.expected && !example.failed;
		if (array)
			json_object_array_add(array, describe(entry, &example, pass));
		else
			print_text(entry, &example, pass);
		tally.passed += pass;
		tally.failed += !pass;
	}
	return tally;
}

static void print_json(struct json_object *array, const struct tally *tally)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "examples", array);
	json_object_object_add(object, "passed", json_object_new_uint64(tally->passed));
	json_object_object_add(object, "failed", json_object_new_uint64(tally->failed));
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY));
	json_object_put(object);
}

static int run(bool json)
{
	struct json_object *array = json ? json_object_new_array() : NULL;
	struct qmac_context *context;
	struct tally tally;

	if (qmac_context_create(&context)) {
		fprintf(stderr, "qmac selftest: no memory\n");
		return STATUS_FAILED;
	}
	tally = run_all(context, array);
	if (json)
		print_json(array, &tally);
	else
		printf("\n%zu passed, %zu failed\n", tally.passed, tally.failed);
	qmac_context_destroy(context);
	return tally.failed ? STATUS_FAILED : STATUS_OK;
}

int command_selftest(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	bool json = false;
	int c;

	while ((c = option_next("selftest", argc, argv, ":", longs)) != -1) {
		if (c == 'j') {
			json = true;
		} else {
			if (c == 'h')
				fputs(help, stdout);
			return c == 'h' ? STATUS_OK : STATUS_USAGE;
		}
	}
	if (optind + 1 != argc || strcmp(argv[optind], "examples")) {
		fprintf(stderr,
			"qmac selftest: %s: expected examples; qmac selftest --help tells "
			"more\n",
			optind < argc ? argv[argc - 1] : "nothing to do");
		return STATUS_USAGE;
	}
	return run(json);
}
