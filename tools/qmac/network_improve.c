// SPDX-License-Identifier: MIT
#include "network_improve.h"

#include <errno.h>
#include <stdlib.h>

#include "progress.h"

/* A job on its way. */
struct run {
	const struct network_improve_job *job;
	struct network_improved *improved;
	struct qmac_network *reference;	   /* before weights are rounded; for the biases */
	struct qmac_network_range *ranges; /* chosen when the first step asks for them */
	float *want, *got;
};

static int prune(struct run *run)
{
	return qmac_network_prune(run->job->network, &run->job->options->pruning,
				  run->improved->pruned);
}

static int equalize(struct run *run)
{
	return qmac_network_equalize(run->job->network, run->improved->equalized);
}

static int smooth(struct run *run)
{
	return qmac_network_smooth(run->job->network, run->job->rows, run->job->x,
				   run->job->options->alpha, run->improved->smoothed);
}

static int choose_ranges(struct run *run)
{
	return run->ranges ? 0 : run->job->choose(run->job->user, &run->ranges);
}

static int round_weights(struct run *run)
{
	const struct network_improve_job *job = run->job;
	struct qmac_network_round_options how = {
		.method = job->options->method,
		.widths = job->widths,
		.group = job->block,
		.keep_float = job->keep_float,
	};
	int ret = choose_ranges(run);

	how.ranges = run->ranges;
	how.widths.per_channel |= job->block != 0;
	if (!ret && job->options->correct_bias)
		ret = qmac_network_copy(job->network, &run->reference);
	return ret ? ret
		   : qmac_network_round(job->network, job->rows, job->x, &how,
					run->improved->rounded);
}

/* Weights in blocks are on their grid already: fakes have no blocks. */
static int correct_bias(struct run *run)
{
	const struct network_improve_job *job = run->job;
	struct qmac_network_correct_options how = {
		.widths = job->widths,
		.reference = run->reference,
		.keep_float = job->keep_float,
	};

	int ret = choose_ranges(run);

	how.ranges = run->ranges;
	if (job->block)
		how.widths.weight_bits = 0;
	return ret ? ret
		   : qmac_network_correct_bias(job->network, job->rows, job->x, &how,
					       run->improved->corrected);
}

static int measure(struct run *run, struct qmac_network_loss *loss)
{
	const struct qmac_network_samples *judge = run->job->judge;
	int ret;

	if (!judge->rows)
		return 0;
	ret = qmac_network_run_rows(run->job->network, judge->rows, judge->x, run->got);
	if (!ret)
		qmac_network_compare(run->want, run->got, judge->rows, run->job->outputs,
				     judge->labels, loss);
	return ret;
}

static void choose(const struct network_improve_options *options, bool *taken)
{
	taken[NETWORK_STEP_PRUNE] =
		options->pruning.prune.threshold > 0 || options->pruning.prune.sparsity > 0;
	taken[NETWORK_STEP_EQUALIZE] = options->equalize;
	taken[NETWORK_STEP_SMOOTH] = options->smooth;
	taken[NETWORK_STEP_ROUND] = options->round;
	taken[NETWORK_STEP_BIAS] = options->correct_bias;
}

static int allocate(struct run *run)
{
	struct network_improved *improved = run->improved;
	size_t layers = improved->layers + 1, rows = run->job->judge->rows + 1;

	improved->pruned = calloc(layers, sizeof(*improved->pruned));
	improved->equalized = calloc(layers, sizeof(*improved->equalized));
	improved->smoothed = calloc(layers, sizeof(*improved->smoothed));
	improved->rounded = calloc(layers, sizeof(*improved->rounded));
	improved->corrected = calloc(layers, sizeof(*improved->corrected));
	run->want = calloc(rows, run->job->outputs * sizeof(*run->want));
	run->got = calloc(rows, run->job->outputs * sizeof(*run->got));
	return improved->pruned && improved->equalized && improved->smoothed && improved->rounded &&
			       improved->corrected && run->want && run->got
		       ? 0
		       : -ENOMEM;
}

/* Some are done at once, rounding may take minutes. */
static int take_steps(struct run *run)
{
	static int (*const steps[])(struct run *run) = { prune, equalize, smooth, round_weights,
							 correct_bias };
	static const char *const names[] = { "pruning", "equalizing", "smoothing",
					     "rounding weights", "correcting biases" };
	struct network_improved *improved = run->improved;
	struct progress progress;
	int ret = 0;

	progress_begin(&progress, "quantize", "", NETWORK_STEPS);
	for (size_t i = 0; !ret && i < NETWORK_STEPS; i++) {
		if (!improved->taken[i])
			continue;
		progress_say(&progress, names[i]);
		ret = steps[i](run);
		if (!ret)
			ret = measure(run, &improved->loss[i]);
	}
	progress_end(&progress);
	return ret;
}

int network_improve(const struct network_improve_job *job, struct network_improved *improved)
{
	struct run run = { .job = job, .improved = improved };
	struct qmac_network_info info;
	int ret;

	*improved = (struct network_improved){ 0 };
	if (!network_improve_any(job->options))
		return 0;
	qmac_network_info(job->network, &info);
	improved->layers = info.layers;
	choose(job->options, improved->taken);
	ret = allocate(&run);
	if (!ret)
		ret = qmac_network_copy(job->network, &improved->original);
	if (!ret && job->judge->rows)
		ret = qmac_network_run_rows(job->network, job->judge->rows, job->judge->x,
					    run.want);
	if (!ret)
		ret = take_steps(&run);
	qmac_network_destroy(run.reference);
	free(run.ranges);
	free(run.want);
	free(run.got);
	return ret;
}

void network_improved_release(struct network_improved *improved)
{
	qmac_network_destroy(improved->original);
	free(improved->pruned);
	free(improved->equalized);
	free(improved->smoothed);
	free(improved->rounded);
	free(improved->corrected);
}
