// SPDX-License-Identifier: MIT
/*
 * Drives LLVMFuzzerTestOneInput() without a fuzzer:
 *
 *   PROGRAM CORPUS                          every file of the folder, whole and
 *                                           (small ones) cut off everywhere
 *   PROGRAM CORPUS --mutate SEED ROUNDS     and ROUNDS damaged ones
 *   PROGRAM CORPUS --round SEED ROUND FILE  writes what that round tries to FILE
 *   PROGRAM FILE                            that file
 *
 * A round depends on the corpus, the seed and its number alone. When a
 * sanitizer stops the program it says which round it was. For libFuzzer or
 * AFL++, compile the *_fuzz.c with clang -fsanitize=fuzzer instead of this.
 */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <sanitizer/common_interface_defs.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INPUT_BYTES 65536
#define INPUT_FILES 1000
#define CUT_BYTES   2000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* tests/coverage builds without sanitizers. */
#pragma weak __sanitizer_set_death_callback

struct input {
	char name[300];
	uint8_t *bytes;
	size_t size;
};

static struct input inputs[INPUT_FILES];
static size_t input_count;

/* For the last words. */
static uint64_t the_seed, the_round;

static void last_words(void)
{
	char text[96];
	int length =
		snprintf(text, sizeof(text), "\n# stopped in seed %" PRIu64 " round %" PRIu64 "\n",
			 the_seed, the_round);

	if (write(STDOUT_FILENO, text, (size_t)length) < 0)
		return;
}

/* The fuzz target itself is not satisfied. */
static void on_abort(int signal)
{
	(void)signal;
	last_words();
}

static uint64_t next(uint64_t *state)
{
	uint64_t x = *state += 0x9e3779b97f4a7c15;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

static size_t below(uint64_t *state, size_t limit)
{
	return limit ? next(state) % limit : 0;
}

static void die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

static void load(const char *path, const char *name)
{
	struct input *input = &inputs[input_count];
	FILE *file = fopen(path, "rb");

	if (!file || input_count == INPUT_FILES)
		die(path);
	input->bytes = malloc(INPUT_BYTES);
	if (!input->bytes)
		die("memory");
	input->size = fread(input->bytes, 1, INPUT_BYTES, file);
	snprintf(input->name, sizeof(input->name), "%s", name);
	fclose(file);
	input_count++;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct input *)a)->name, ((const struct input *)b)->name);
}

static void load_all(const char *path)
{
	struct dirent *entry;
	struct stat status;
	char file[4096];
	DIR *folder;

	if (stat(path, &status))
		die(path);
	if (!S_ISDIR(status.st_mode)) {
		load(path, path);
		return;
	}
	folder = opendir(path);
	if (!folder)
		die(path);
	while ((entry = readdir(folder))) {
		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		if (entry->d_name[0] != '.' && !stat(file, &status) && S_ISREG(status.st_mode))
			load(file, entry->d_name);
	}
	closedir(folder);
	qsort(inputs, input_count, sizeof(inputs[0]), by_name);
}

/* Things that parsers trip over. */
static const char *const tokens[] = {
	"",
	"-",
	"inf",
	"nan",
	"1e999",
	"-0",
	"0x1p9",
	"\n",
	"\r\n",
	": ",
	" ",
	"\"",
	"{",
	"}",
	"[",
	"]",
	",",
	"null",
	"true",
	"\\u0000",
	"1e-46",
	"2147483648",
	"-2147483649",
	"\xff",
	"_param_0",
	"\0\0\0",
	"4294967296",
	"18446744073709551616",
	"7f800000",
	"TRT-",
	"\xef\xbb\xbf",
	"1.5.",
};

static size_t splice_in(uint8_t *bytes, size_t size, size_t at, const uint8_t *from, size_t count)
{
	if (size + count > INPUT_BYTES)
		count = INPUT_BYTES - size;
	memmove(bytes + at + count, bytes + at, size - at);
	memcpy(bytes + at, from, count);
	return size + count;
}

/* One change. Returns the new size. */
static size_t change(uint64_t *state, uint8_t *bytes, size_t size)
{
	size_t at = below(state, size), count = 1 + below(state, 16);
	const struct input *other = &inputs[below(state, input_count)];
	const char *token = tokens[below(state, sizeof(tokens) / sizeof(tokens[0]))];
	size_t from = below(state, other->size);

	switch (below(state, 8)) {
	case 0:
		if (size)
			bytes[at] ^= (uint8_t)(1 << below(state, 8));
		return size;
	case 1:
		if (size)
			bytes[at] = (uint8_t)next(state);
		return size;
	case 2:
		return at;
	case 3: /* cut out */
		count = count > size - at ? size - at : count;
		memmove(bytes + at, bytes + at + count, size - at - count);
		return size - count;
	case 4:
		return splice_in(bytes, size, at, (const uint8_t *)token, strlen(token));
	case 5: /* as text, in place of what is there */
		count = strlen(token) > size - at ? size - at : strlen(token);
		memcpy(bytes + at, token, count);
		return size;
	case 6:
		count = below(state, other->size - from + 1);
		return splice_in(bytes, size, at, other->bytes + from, count);
	default: /* a number of 8 bytes */
		if (size - at >= 8)
			memset(bytes + at, next(state) % 2 ? 0xff : 0, 1 + below(state, 8));
		return size;
	}
}

static size_t mutate(uint64_t seed, uint64_t round, uint8_t *bytes)
{
	uint64_t state = seed * 0x2545f4914f6cdd1d + round;
	const struct input *input = &inputs[below(&state, input_count)];
	size_t size = input->size, changes = 1 + below(&state, 6);

	memcpy(bytes, input->bytes, size);
	while (changes--)
		size = change(&state, bytes, size);
	return size;
}

static void run(const uint8_t *bytes, size_t size)
{
	/* Of that size exactly, so that reading beyond is noticed. */
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		die("memory");
	memcpy(copy, bytes, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static void run_input(const struct input *input)
{
	size_t size;

	for (size = 0; input->size <= CUT_BYTES && size < input->size; size++)
		run(input->bytes, size);
	run(input->bytes, input->size);
}

static void run_rounds(uint64_t seed, uint64_t rounds)
{
	static uint8_t bytes[INPUT_BYTES];

	printf("# seed %" PRIu64 "\n", seed);
	fflush(stdout);
	the_seed = seed;
	for (the_round = 1; the_round <= rounds; the_round++)
		run(bytes, mutate(seed, the_round, bytes));
	printf("ok %zu - %" PRIu64 " damaged inputs\n", input_count + 1, rounds);
}

static int write_round(uint64_t seed, uint64_t round, const char *path)
{
	static uint8_t bytes[INPUT_BYTES];
	size_t size = mutate(seed, round, bytes);
	FILE *file = fopen(path, "wb");

	if (!file || fwrite(bytes, 1, size, file) != size || fclose(file))
		die(path);
	return 0;
}

int main(int argc, char **argv)
{
	bool mutating = argc == 5 && !strcmp(argv[2], "--mutate");
	size_t i;

	if (argc < 2) {
		fprintf(stderr, "usage: %s CORPUS [--mutate SEED ROUNDS]\n", argv[0]);
		return 2;
	}
	load_all(argv[1]);
	if (argc == 6 && !strcmp(argv[2], "--round"))
		return write_round(strtoull(argv[3], NULL, 0), strtoull(argv[4], NULL, 0), argv[5]);
	if (__sanitizer_set_death_callback)
		__sanitizer_set_death_callback(last_words);
	signal(SIGABRT, on_abort);
	for (i = 0; i < input_count; i++) {
		run_input(&inputs[i]);
		printf("ok %zu - %s\n", i + 1, inputs[i].name);
	}
	if (mutating)
		run_rounds(strtoull(argv[3], NULL, 0), strtoull(argv[4], NULL, 0));
	printf("1..%zu\n", input_count + mutating);
	for (i = 0; i < input_count; i++)
		free(inputs[i].bytes);
	return 0;
}
