// SPDX-License-Identifier: MIT
/* Bias correction. */
#include <qmac/improve.h>

#include <errno.h>
#include <math.h>

#include "context.h"
#include "improve/finite.h"
#include "quant/exact.h"

/* Sums of the inputs first, then their number: the mean itself would be rounded. */
static float corrected(const struct qmac_moments *moments, const float *w, const float *v,
		       float bias)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < moments->k; i++)
		sum += ((double)w[i] - (double)v[i]) * moments->sum[i];
	return (float)((double)bias + sum / (double)moments->rows);
}

/* Returns the first bias that would be none, or @n. */
static EXACT size_t correct(const struct qmac_moments *moments, const float *w, const float *v,
			    size_t n, float *bias, bool write)
{
	size_t k = moments->k, row;
	float result;

	for (row = 0; row < n; row++) {
		result = corrected(moments, w + row * k, v + row * k, bias[row]);
		if (!isfinite(result))
			break;
		if (write)
			bias[row] = result;
	}
	return row;
}

int qmac_correct_bias(struct qmac_context *context, const struct qmac_moments *moments,
		      const float *w, const float *v, size_t n, float *bias)
{
	int error = qmac_finite_check(context, "bias", bias, n);
	fenv_t saved;
	size_t bad;

	if (!error)
		error = qmac_finite_check(context, "weight", w, n * moments->k);
	if (!error)
		error = qmac_finite_check(context, "quantized weight", v, n * moments->k);
	if (error)
		return error;
	if (!moments->rows)
		return qmac_fail(context, -ENODATA,
				 "no inputs were seen: qmac_moments_update() before correcting");
	exact_enter(&saved);
	bad = correct(moments, w, v, n, bias, false);
	if (bad == n)
		correct(moments, w, v, n, bias, true);
	exact_leave(&saved);
	if (bad != n)
		return qmac_fail(context, -EDOM,
				 "the bias of output channel %zu would be beyond fp32: are these "
				 "weights and inputs of one layer?",
				 bad);
	return 0;
}
