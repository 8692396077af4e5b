// SPDX-License-Identifier: MIT
/* Calibrations of every kind: life and steps. */
#include "calibrate/calibration.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/quant.h>

#include "context.h"
#include "quant/exact.h"

static const struct calibrator *const calibrators[] = {
	[QMAC_CALIBRATOR_OWN] = &own_calibrator,
	[QMAC_CALIBRATOR_TWO_POINTER] = &two_pointer_calibrator,
	[QMAC_CALIBRATOR_NCNN_KL] = &ncnn_kl_calibrator,
	[QMAC_CALIBRATOR_NCNN_ACIQ] = &ncnn_aciq_calibrator,
	[QMAC_CALIBRATOR_ORT_MINMAX] = &ort_minmax_calibrator,
	[QMAC_CALIBRATOR_ORT_AVERAGE] = &ort_average_calibrator,
	[QMAC_CALIBRATOR_ORT_ENTROPY] = &ort_entropy_calibrator,
	[QMAC_CALIBRATOR_ORT_PERCENTILE] = &ort_percentile_calibrator,
	[QMAC_CALIBRATOR_ORT_PERCENTILE_ASYMMETRIC] = &ort_percentile_asymmetric_calibrator,
	[QMAC_CALIBRATOR_PPQ_KL] = &ppq_kl_calibrator,
	[QMAC_CALIBRATOR_PPQ_PERCENTILE] = &ppq_percentile_calibrator,
	[QMAC_CALIBRATOR_TENSORRT_ENTROPY] = &tensorrt_entropy_calibrator,
};

const struct calibrator *calibrator_of(unsigned int number)
{
	if (number >= sizeof(calibrators) / sizeof(calibrators[0]))
		return NULL;
	return calibrators[number];
}

const char *qmac_calibrator_name(unsigned int calibrator)
{
	const struct calibrator *kind = calibrator_of(calibrator);

	return kind ? kind->name : NULL;
}

int calibration_spec_check(struct qmac_context *context, struct qmac_calibration_spec *spec)
{
	const struct calibrator *kind = calibrator_of(spec->calibrator);
	bool own = spec->calibrator == QMAC_CALIBRATOR_OWN;

	if (!kind)
		return qmac_fail(context, -EINVAL, "calibrator %u is none of QMAC_CALIBRATOR_*",
				 spec->calibrator);
	if (spec->nan != QMAC_NAN_ERROR && !(own && spec->nan == QMAC_NAN_ZERO))
		return qmac_fail(context, -EINVAL, "calibrator %s, nan %u: use QMAC_NAN_ERROR%s",
				 kind->name, spec->nan, own ? " or QMAC_NAN_ZERO" : "");
	if (spec->each && !kind->can_be_each)
		return qmac_fail(context, -EINVAL,
				 "calibrator %s has no collections: leave 'each' off", kind->name);
	if (!spec->bins)
		spec->bins = kind->bins;
	if (spec->bins < kind->min_bins || spec->bins > kind->max_bins ||
	    (own && spec->bins & (spec->bins - 1)))
		return qmac_fail(context, -EINVAL, "%u bins for calibrator %s: use %s%u to %u",
				 spec->bins, kind->name, own ? "a power of two from " : "",
				 kind->min_bins, kind->max_bins);
	return 0;
}

struct qmac_calibration *calibration_allocate(struct qmac_context *context,
					      const struct qmac_calibration_spec *spec)
{
	struct qmac_calibration *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->context = context;
	c->spec = *spec;
	c->pass = 1;
	if (spec->calibrator == QMAC_CALIBRATOR_OWN && histogram_init(&c->own, spec->bins)) {
		free(c);
		return NULL;
	}
	return c;
}

int qmac_calibration_create(struct qmac_context *context, const struct qmac_calibration_spec *spec,
			    struct qmac_calibration **out)
{
	struct qmac_calibration_spec filled = { 0 };
	int error;

	if (spec)
		filled = *spec;
	error = calibration_spec_check(context, &filled);
	if (error)
		return error;
	*out = calibration_allocate(context, &filled);
	return *out ? 0 : qmac_fail_nomem(context, "a calibration");
}

void qmac_calibration_destroy(struct qmac_calibration *calibration)
{
	if (!calibration)
		return;
	histogram_release(&calibration->own);
	edges_release(&calibration->tool);
	batches_release(&calibration->batches);
	free(calibration);
}

unsigned int qmac_calibration_passes(const struct qmac_calibration *calibration)
{
	return calibration->spec.each ? 1 : calibrator_of(calibration->spec.calibrator)->passes;
}

float calibration_absmax(const struct qmac_calibration *c)
{
	return -c->all.lo > c->all.hi ? -c->all.lo : c->all.hi;
}

int qmac_calibration_next_pass(struct qmac_calibration *calibration)
{
	struct qmac_calibration *c = calibration;
	fenv_t saved;
	int error;

	if (qmac_calibration_passes(c) < 2 || c->pass == 2)
		return qmac_fail(c->context, -EINVAL, "calibrator %s has no pass %u",
				 qmac_calibrator_name(c->spec.calibrator), c->pass + 1);
	if (!c->count)
		return qmac_fail(c->context, -ENODATA,
				 "no elements were seen: update with every batch first");
	exact_enter(&saved);
	error = calibrator_of(c->spec.calibrator)->prepare(c);
	exact_leave(&saved);
	if (error == -ERANGE)
		return qmac_fail(c->context, error,
				 "range %g to %g is too small for %u bins: fp32 cannot tell their "
				 "edges apart",
				 c->all.lo, c->all.hi, c->spec.bins);
	if (error)
		return qmac_fail_nomem(c->context, "a histogram");
	c->pass = 2;
	return 0;
}

int qmac_calibration_step(struct qmac_calibration *calibration, float constant)
{
	struct qmac_calibration *c = calibration;
	struct span seen = c->pending;
	bool ort = c->spec.calibrator == QMAC_CALIBRATOR_ORT_AVERAGE;
	fenv_t saved;

	if (!ort && c->spec.calibrator != QMAC_CALIBRATOR_OWN)
		return qmac_fail(c->context, -EINVAL, "calibrator %s has no moving average",
				 qmac_calibrator_name(c->spec.calibrator));
	if (!(constant >= 0 && constant <= 1))
		return qmac_fail(c->context, -EINVAL, "averaging constant %g: use 0 to 1",
				 constant);
	if (ort ? !c->batches.count : !c->pending.any)
		return qmac_fail(c->context, -ENODATA, "no elements since the last step");
	exact_enter(&saved);
	if (ort)
		seen = (struct span){ batches_mean(c->batches.lo, c->batches.count),
				      batches_mean(c->batches.hi, c->batches.count), true };
	span_approach(&c->average, &seen, constant);
	exact_leave(&saved);
	c->steps++;
	c->pending = (struct span){ 0 };
	c->batches.count = 0;
	return 0;
}
