// SPDX-License-Identifier: MIT
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "command.h"
#include "option_next.h"
#include "option_value.h"
#include "sizes.h"

static const char help[] =
	"usage: qmac sizes [--mb SIZE] [--group N] [--json]\n"
	"\n"
	"Sizes of the weights of ten networks at FP32, FP16, INT8, INT4 and 1 bit, in MB of\n"
	"2^20 bytes, and apart from them what the scales of quantized weights add: one fp32\n"
	"per output channel, and one fp16 per group of N weights.\n"
	"\n"
	"FP32 sizes and GFLOPs are those that are commonly published. Others give 16.3 MB for\n"
	"MobileNet and 4.71 MB for SqueezeNet, whose files differ; --mb computes with any size.\n"
	"\n"
	"  --mb SIZE    a network of SIZE MB at FP32 instead of the ten\n"
	"  --group N    weights per scale (default: 32)\n"
	"  --json       print a JSON object\n";

/* FP32 megabytes, GFLOPs of one image, output channels of all weight layers (0: not known). */
struct network {
	const char *name;
	double megabytes, gflops;
	unsigned int channels;
};

static const struct network networks[] = {
	{ "AlexNet", 233, 0.7, 10568 },	   { "VGG-16", 528, 15.5, 13416 },
	{ "VGG-19", 548, 19.6, 14696 },	   { "ResNet-50", 98, 3.9, 27560 },
	{ "ResNet-101", 170, 7.6, 53672 }, { "ResNet-152", 230, 11.3, 76712 },
	{ "GoogleNet", 27, 1.6, 8280 },	   { "InceptionV3", 89, 6, 18216 },
	{ "MobileNet", 38, 0.58, 11944 },  { "SqueezeNet", 30, 0.84, 3976 },
};

static const struct {
	const char *name, *key;
	unsigned int bits;
} widths[] = {
	{ "FP32", "fp32", 32 }, { "FP16", "fp16", 16 }, { "INT8", "int8", 8 },
	{ "INT4", "int4", 4 },	{ "INT1", "int1", 1 },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MEGABYTE     1048576.0

static double size_at(const struct network *network, unsigned int bits)
{
	return network->megabytes * bits / 32;
}

double sizes_megabytes(const char *network, unsigned int bits)
{
	for (size_t i = 0; i < COUNT(networks); i++)
		if (!strcmp(networks[i].name, network))
			return size_at(&networks[i], bits);
	return 0;
}

static double channel_scales(const struct network *network)
{
	return network->channels * sizeof(float) / MEGABYTE;
}

/* The last group may have fewer weights than the others. */
static double group_scales(const struct network *network, unsigned int group)
{
	return ceil(network->megabytes * MEGABYTE / sizeof(float) / group) * 2 / MEGABYTE;
}

static void print_text(const struct network *list, size_t count, unsigned int group)
{
	printf("%-12s %7s", "network", "GFLOPs");
	for (size_t w = 0; w < COUNT(widths); w++)
		printf(" %9s", widths[w].name);
	printf("   + scales: per channel, per %u\n", group);
	for (size_t i = 0; i < count; i++) {
		const struct network *network = &list[i];

		printf("%-12s", network->name);
		if (network->gflops > 0)
			printf(" %7g", network->gflops);
		else
			printf(" %7s", "?");
		for (size_t w = 0; w < COUNT(widths); w++)
			printf(" %9.7g", size_at(network, widths[w].bits));
		if (network->channels)
			printf(" %19.4f", channel_scales(network));
		else
			printf(" %19s", "?");
		printf(" %10.4f\n", group_scales(network, group));
	}
}

static void add(struct json_object *object, const char *key, double value)
{
	json_object_object_add(object, key, json_object_new_double(value));
}

static void print_json(const struct network *list, size_t count, unsigned int group)
{
	struct json_object *object = json_object_new_object(), *array = json_object_new_array();

	json_object_object_add(object, "unit", json_object_new_string("MB of 2^20 bytes"));
	json_object_object_add(object, "group", json_object_new_int64(group));
	for (size_t i = 0; i < count; i++) {
		struct json_object *entry = json_object_new_object();

		json_object_object_add(entry, "name", json_object_new_string(list[i].name));
		if (list[i].gflops > 0)
			add(entry, "gflops", list[i].gflops);
		for (size_t w = 0; w < COUNT(widths); w++)
			add(entry, widths[w].key, size_at(&list[i], widths[w].bits));
		if (list[i].channels)
			add(entry, "scales_per_channel", channel_scales(&list[i]));
		add(entry, "scales_per_group", group_scales(&list[i], group));
		json_object_array_add(array, entry);
	}
	json_object_object_add(object, "networks", array);
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY));
	json_object_put(object);
}

static int parse_megabytes(const char *text, struct network *out)
{
	double value;

	if (!option_number(text, 1e-6, 1e9, &value))
		return option_misused("sizes", "--mb", text, "expected a number from 1e-6 to 1e9");
	*out = (struct network){ .name = text, .megabytes = value };
	return -1;
}

static int parse_group(const char *text, unsigned int *out)
{
	long long value;
	int ret = option_take_integer("sizes", "--group", text, 1, 1 << 20, &value);

	if (ret < 0)
		*out = (unsigned int)value;
	return ret;
}

int command_sizes(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "mb", required_argument, NULL, 'm' },
		{ "group", required_argument, NULL, 'g' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	const struct network *list = networks;
	size_t count = COUNT(networks);
	unsigned int group = 32;
	struct network one;
	int json = 0, c, ret = -1;

	while (ret < 0 && (c = option_next("sizes", argc, argv, ":", longs)) != -1) {
		if (c == 'm') {
			ret = parse_megabytes(optarg, &one);
			list = &one;
			count = 1;
		} else if (c == 'g') {
			ret = parse_group(optarg, &group);
		} else if (c == 'j') {
			json = 1;
		} else {
			if (c == 'h')
				fputs(help, stdout);
			ret = c == 'h' ? STATUS_OK : STATUS_USAGE;
		}
	}
	if (ret < 0 && optind != argc)
		ret = option_misused("sizes", "argument", argv[optind], "unexpected");
	if (ret >= 0)
		return ret;
	if (json)
		print_json(list, count, group);
	else
		print_text(list, count, group);
	return STATUS_OK;
}
