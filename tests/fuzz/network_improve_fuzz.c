// SPDX-License-Identifier: MIT
/*
 * ONNX files: any network that loads can be improved by every step, or a step
 * says in one line why not; what comes out runs. Factors between layers leave the
 * results as they are where all numbers are moderate.
 */
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/qmac.h>

/* Larger networks are left alone: this is about memory, not about patience. */
#define MOST_WORK 200000
#define MOST_ROWS 3

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A network that runs, with samples and room for the results. */
struct trial {
	struct qmac_context *context;
	struct qmac_network *network;
	size_t rows, results;
	float *x, *y, *again;
};

static void expect(bool fine, struct qmac_context *context, int error, const char *what)
{
	const char *message = qmac_context_message(context);

	if (fine && (!error || (error < 0 && *message && !strchr(message, '\n'))))
		return;
	fprintf(stderr, "# %s: error %d, message \"%s\"\n", what, error, message);
	abort();
}

static bool moderate(const float *values, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (values[i] != 0 && !(fabsf(values[i]) > 1e-6f && fabsf(values[i]) < 1e6f))
			return false;
	return true;
}

/* No constant and no activation is odd. */
static int look(void *user, size_t tensor, const float *values, size_t count)
{
	(void)tensor;
	*(bool *)user &= moderate(values, count);
	return 0;
}

static bool is_moderate(struct trial *trial)
{
	struct qmac_network_info info;
	bool is = true;
	size_t i;

	qmac_network_info(trial->network, &info);
	for (i = 0; i < info.tensors; i++) {
		const float *values = qmac_network_constant(trial->network, i);
		struct qmac_network_tensor told;

		qmac_network_tensor(trial->network, i, &told);
		is &= !values || moderate(values, told.count);
	}
	qmac_network_observe(trial->network, look, &is);
	is &= !qmac_network_run_rows(trial->network, trial->rows, trial->x, NULL);
	qmac_network_observe(trial->network, NULL, NULL);
	return is;
}

static void rerun(struct trial *trial, float *y, const char *what)
{
	int error = qmac_network_run_rows(trial->network, trial->rows, trial->x, y);

	expect(!error, trial->context, error, what);
}

static void scale(struct trial *trial)
{
	bool keeps = is_moderate(trial);
	int error = qmac_network_equalize(trial->network, NULL);

	expect(true, trial->context, error, "equalize");
	rerun(trial, trial->again, "running what was equalized");
	/* Factors of many layers in a row may still have left the normal numbers. */
	if (keeps && !is_moderate(trial))
		keeps = false;
	error = qmac_network_smooth(trial->network, trial->rows, trial->x, 0.5f, NULL);
	expect(true, trial->context, error, "smooth");
	if (keeps)
		expect(!memcmp(trial->y, trial->again, trial->results * sizeof(float)),
		       trial->context, 0, "equalized: other results");
}

static void round_and_correct(struct trial *trial)
{
	struct qmac_network_round_options how = {
		.method = trial->results % 3,
		.widths = { 2 + trial->results % 9, trial->results % 2 * 8, true },
	};
	struct qmac_network_correct_options correct = { .widths = how.widths };
	int error;

	if (how.method == QMAC_NETWORK_GPTQ)
		how.group = trial->results % 5;
	error = qmac_network_round(trial->network, trial->rows, trial->x, &how, NULL);
	expect(true, trial->context, error, "round");
	error = qmac_network_correct_bias(trial->network, trial->rows, trial->x, &correct, NULL);
	expect(true, trial->context, error, "correct biases");
	rerun(trial, trial->again, "running what was corrected");
}

static void improve(struct trial *trial)
{
	const struct qmac_network_prune_options prune = { .prune.sparsity = 0.3,
							  .overall = trial->results % 2 };
	struct qmac_network *copy;
	int error;

	if (qmac_network_run_rows(trial->network, trial->rows, trial->x, trial->y))
		return;
	error = qmac_network_copy(trial->network, &copy);
	expect(!error, trial->context, error, "copy");
	error = qmac_network_run_rows(copy, trial->rows, trial->x, trial->again);
	expect(!error && !memcmp(trial->y, trial->again, trial->results * sizeof(float)),
	       trial->context, error, "a copy has other results");
	qmac_network_destroy(copy);
	scale(trial);
	error = qmac_network_prune(trial->network, &prune, NULL);
	expect(true, trial->context, error, "prune");
	round_and_correct(trial);
}

static bool is_small(struct qmac_network *network)
{
	struct qmac_network_info info;
	uint64_t work = 0;
	size_t i;

	qmac_network_info(network, &info);
	for (i = 0; i < info.tensors; i++) {
		struct qmac_network_tensor tensor;

		qmac_network_tensor(network, i, &tensor);
		work += tensor.count;
		if (tensor.count > MOST_WORK)
			return false;
	}
	return work < MOST_WORK && info.macs < MOST_WORK && info.layers < 20 && info.inputs == 1 &&
	       info.outputs == 1 && info.fixed_batch < 100;
}

static void use(struct qmac_context *context, struct qmac_network *network)
{
	struct trial trial = { .context = context, .network = network, .rows = MOST_ROWS };
	struct qmac_network_tensor in, out;
	size_t i;

	qmac_network_tensor(network, qmac_network_input(network, 0), &in);
	qmac_network_tensor(network, qmac_network_output(network, 0), &out);
	trial.results = out.count / in.dims[0] * trial.rows;
	trial.x = calloc(in.count, MOST_ROWS * sizeof(float));
	trial.y = calloc(trial.results + 1, sizeof(float));
	trial.again = calloc(trial.results + 1, sizeof(float));
	for (i = 0; i < in.count * MOST_ROWS; i++)
		trial.x[i] = (float)((int)(i * 37 % 64) - 30) / 16;
	improve(&trial);
	free(trial.x);
	free(trial.y);
	free(trial.again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct qmac_network *network = NULL;
	struct qmac_context *context;

	if (qmac_context_create(&context))
		return 0;
	if (!qmac_network_load_memory(context, data, size, &network) && is_small(network))
		use(context, network);
	qmac_network_destroy(network);
	qmac_context_destroy(context);
	return 0;
}
