/* SPDX-License-Identifier: MIT */
/* The state of a calibration, inside the library. */
#ifndef QMAC_CALIBRATE_CALIBRATION_H
#define QMAC_CALIBRATE_CALIBRATION_H

#include <qmac/calibrate.h>

#include "calibrate/batches.h"
#include "calibrate/edges.h"
#include "calibrate/histogram.h"
#include "calibrate/span.h"

/* The growing histograms of other tools end here. */
#define MAX_TOOL_BINS ((size_t)1 << 20)

/**
 * struct qmac_calibration - what was seen of a tensor
 * @context: Receives messages.
 * @spec: As asked, with bins filled in.
 * @pass: 1 or 2.
 * @count: Elements of the first pass.
 * @recount: Elements of the second pass.
 * @zeros: Zeros among @count (own calibrator).
 * @nans: NaNs among @zeros.
 * @last: Elements of the last batch (NCNN_ACIQ).
 * @all: Range of all elements of the first pass.
 * @least: Least magnitude of the first pass; 0 before the first element.
 * @steps: Steps of the moving average.
 * @average: The moving average.
 * @pending: Range of the elements since the last step (own calibrator).
 * @own: Histogram (own calibrator).
 * @tool: Histogram (others).
 * @threshold: Greatest magnitude that @tool covers (ORT on signed values).
 * @batches: Ranges of the batches since the last step (ORT_AVERAGE).
 * @percentiles: Sums over the batches (PPQ_PERCENTILE).
 */
struct qmac_calibration {
	struct qmac_context *context;
	struct qmac_calibration_spec spec;
	unsigned int pass;
	uint64_t count, recount, zeros, nans, last;
	struct span all;
	float least;
	uint64_t steps;
	struct span average, pending;
	struct histogram own;
	struct edges tool;
	float threshold;
	struct batches batches;
	struct cascade percentiles[2];
};

struct tally;

/**
 * struct batch - what update() found out about a batch, or about a piece of one
 * @x: Elements.
 * @count: Of them.
 * @first: Number of the first one in the user's batch, for messages.
 * @lo: Least; a NaN that may stay counts as 0.
 * @hi: Greatest likewise.
 * @least: Least magnitude likewise.
 * @nans: Of them.
 * @tally: Where they are counted already, or NULL.
 */
struct batch {
	const float *x;
	size_t count, first;
	float lo, hi, least;
	size_t nans;
	const struct tally *tally;
};

/* One kind of calibrator. NULL members do not apply. */
struct calibrator {
	const char *name;
	/* For spec.bins: 0 where there is no histogram. */
	uint32_t bins, min_bins, max_bins;
	/* 2: range first. Where it can be, spec.each makes it 1. */
	unsigned int passes;
	bool can_be_each, mergeable;
	/* What pass 1 takes from a batch beyond its range; all or nothing, with a message. */
	int (*see)(struct qmac_calibration *c, const struct batch *batch);
	/* Before and during pass 2. */
	int (*prepare)(struct qmac_calibration *c);
	void (*count)(struct qmac_calibration *c, const struct batch *batch);
	int (*choose)(const struct qmac_calibration *c,
		      const struct qmac_calibration_method *method,
		      struct qmac_calibration_range *out);
};

/* NULL for a number that is none. */
const struct calibrator *calibrator_of(unsigned int number);

/* Greatest magnitude of the first pass. */
float calibration_absmax(const struct qmac_calibration *c);

/* An empty one for @spec, whose bins are filled in; NULL without memory. */
struct qmac_calibration *calibration_allocate(struct qmac_context *context,
					      const struct qmac_calibration_spec *spec);

/* 0, or -EINVAL with a message; fills in bins. */
int calibration_spec_check(struct qmac_context *context, struct qmac_calibration_spec *spec);

/* The calibrators, one per file. */
extern const struct calibrator own_calibrator;
extern const struct calibrator two_pointer_calibrator;
extern const struct calibrator ncnn_kl_calibrator, ncnn_aciq_calibrator;
extern const struct calibrator ort_minmax_calibrator, ort_average_calibrator;
extern const struct calibrator ort_entropy_calibrator, ort_percentile_calibrator,
	ort_percentile_asymmetric_calibrator;
extern const struct calibrator ppq_kl_calibrator, ppq_percentile_calibrator;
extern const struct calibrator tensorrt_entropy_calibrator;

#endif /* QMAC_CALIBRATE_CALIBRATION_H */
