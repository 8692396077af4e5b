// SPDX-License-Identifier: MIT
/*
 * Directed tests of a device model through its registers and rings.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "directed.h"
#include "tap.h"

static const struct group {
	const char *name;
	void (*run)(const struct device_options *options);
} groups[] = {
	{ "registers", check_registers }, { "operands", check_operands },
	{ "requant", check_requant },	  { "entries", check_entries },
	{ "illegal", check_illegal },	  { "params", check_params },
	{ "faults", check_faults },	  { "limit", check_limit },
	{ "abort", check_abort },	  { "reset", check_reset },
	{ "sync", check_sync },		  { "halts", check_halts },
	{ "rings", check_rings },	  { "repeat", check_repeat },
	{ "leaks", check_leaks },	  { "large", check_large },
};

#define NUM_GROUPS (sizeof(groups) / sizeof(groups[0]))

static void usage(void)
{
	fputs("usage: directed [--model NAME] [--stalls PERMILLE] [--seed N] [--trace FILE] "
	      "[GROUP]...\ngroups:",
	      stderr);
	for (size_t i = 0; i < NUM_GROUPS; i++)
		fprintf(stderr, " %s", groups[i].name);
	fputc('\n', stderr);
	exit(2);
}

static void parse(struct device_options *options, int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "model", required_argument, NULL, 'm' },
		{ "stalls", required_argument, NULL, 'p' },
		{ "seed", required_argument, NULL, 's' },
		{ "trace", required_argument, NULL, 't' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", long_options, NULL)) >= 0) {
		switch (option) {
		case 'm':
			options->model = optarg;
			break;
		case 'p':
			options->stall_permille = strtoul(optarg, NULL, 0);
			break;
		case 's':
			options->stall_seed = strtoull(optarg, NULL, 0);
			break;
		case 't':
			options->trace = optarg;
			break;
		default:
			usage();
		}
	}
}

static const struct group *find_group(const char *name)
{
	for (size_t i = 0; i < NUM_GROUPS; i++)
		if (!strcmp(groups[i].name, name))
			return &groups[i];
	usage();
	return NULL;
}

int main(int argc, char **argv)
{
	struct device_options options = { .model = "functional", .stall_seed = 1 };

	parse(&options, argc, argv);
	tap_note("model %s, seed %llu, stalls %u permille", options.model,
		 (unsigned long long)options.stall_seed, options.stall_permille);
	for (int i = optind; i < argc; i++)
		find_group(argv[i])->run(&options);
	for (size_t i = 0; optind == argc && i < NUM_GROUPS; i++)
		groups[i].run(&options);
	return tap_done();
}
