/* SPDX-License-Identifier: MIT */
/* Worked examples, each with what should come out and what does. */
#ifndef QMAC_TOOL_SELFTEST_H
#define QMAC_TOOL_SELFTEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <qmac/qmac.h>

/**
 * struct example - an example while it runs
 * @context: For the library.
 * @expected: What should come out, piece by piece.
 * @got: What does.
 * @failed: A piece differs, or the library refused.
 */
struct example {
	struct qmac_context *context;
	char expected[4096], got[4096];
	bool failed;
};

/**
 * struct example_entry - an example of the list
 * @name: Its number among the worked examples.
 * @what: What it shows.
 * @run: Fills in the texts.
 */
struct example_entry {
	const char *name, *what;
	void (*run)(struct example *example);
};

extern const struct example_entry examples_linear[], examples_tools[], examples_sizes[],
	examples_accuracy[], examples_calibration[], examples_network[], examples_arithmetic[];
extern const size_t examples_linear_count, examples_tools_count, examples_sizes_count,
	examples_accuracy_count, examples_calibration_count, examples_network_count,
	examples_arithmetic_count;

/*
 * Each appends a piece to both texts. Numbers agree when they print alike with
 * @digits significant digits, or differ by less than one part in 10^@digits (two
 * neighbours may round to different prints).
 */
void example_number(struct example *example, const char *name, double expected, double got,
		    int digits);
void example_codes(struct example *example, const char *name, const int32_t *expected,
		   const int32_t *got, size_t count);
void example_truth(struct example *example, const char *claim, bool got);
/* What the library returned, 0 expected. */
void example_status(struct example *example, const char *name, int error);

/**
 * struct example_result - a tensor quantized
 * @scale: Scale.
 * @zero_point: Zero point.
 * @q: Up to 16 codes.
 * @back: Their real numbers.
 */
struct example_result {
	float scale;
	int32_t zero_point, q[16];
	float back[16];
};

/** example_quantize() - min-max, quantize, dequantize up to 16 numbers. */
void example_quantize(struct example *example, const struct qmac_quant_spec *spec, uint8_t rounding,
		      const float *x, size_t count, struct example_result *out);

#endif /* QMAC_TOOL_SELFTEST_H */
