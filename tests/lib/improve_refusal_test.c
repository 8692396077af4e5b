// SPDX-License-Identifier: MIT
/* What the functions that improve weights refuse, and that nothing is written then. */
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/qmac.h>

#include "tap.h"

static struct qmac_context *context;

/* Parameters of blocks of @group along rows of @k. */
static struct qmac_granularity blocks(size_t n, size_t k, size_t group)
{
	return (struct qmac_granularity){ { n, k, 1 }, group, true };
}

static void refuse(const char *name, int got, int want, const char *text)
{
	if (!tap_ok(got == want && strstr(qmac_context_message(context), text), "refused: %s",
		    name))
		tap_note("%d, want %d: %s", got, want, qmac_context_message(context));
}

static void refuse_moments(void)
{
	float x[] = { 1, 2, NAN, 4, 5, INFINITY };
	struct qmac_moments moments;

	refuse("moments of nothing", qmac_moments_init(context, &moments, 0), -EINVAL,
	       "0 inputs: use 1 to 16384");
	refuse("too many inputs", qmac_moments_init(context, &moments, 16385), -EINVAL, "16385");
	if (!tap_ok(!qmac_moments_init(context, &moments, 2), "moments of two"))
		return;
	refuse("NaN input", qmac_moments_update(context, &moments, x, 3), -EDOM, "input 2 is NaN");
	x[2] = 3;
	refuse("infinite input", qmac_moments_update(context, &moments, x, 3), -EDOM,
	       "input 5 is infinite");
	tap_ok(!moments.rows && !moments.sum[0] && !moments.square[0], "nothing of them counts");
	x[5] = NAN;
	tap_ok(isnan(qmac_rounding_error(&moments, x, x + 4, 1)), "the error of a NaN is NaN");
	qmac_moments_release(&moments);
}

static void refuse_adaptive(const struct qmac_moments *moments)
{
	float w[] = { 1, 2, 3, 4 }, scale = .5f;
	int32_t zero_point = 0;
	struct qmac_quant_params params = {
		QMAC_TYPE_S8, -128, 127, 1, &scale, &zero_point, false
	};
	struct qmac_granularity g = blocks(2, 2, 2);
	int8_t q[4] = { 99, 99, 99, 99 };

	refuse("no channels", qmac_round_adaptive(context, &params, &g, moments, w, 0, 0, q, NULL),
	       -EINVAL, "0 output channels");
	refuse("another tensor",
	       qmac_round_adaptive(context, &params, &g, moments, w, 1, 0, q, NULL), -EINVAL,
	       "4 elements for 1 channels of 2 inputs");
	g.group = 0;
	refuse("groups of 0", qmac_round_adaptive(context, &params, &g, moments, w, 2, 0, q, NULL),
	       -EINVAL, "groups of 0");
	g.group = 2;
	params.channels = 3;
	refuse("other parameters",
	       qmac_round_adaptive(context, &params, &g, moments, w, 2, 0, q, NULL), -EINVAL,
	       "parameters for 3 channels");
	params.channels = 1;
	scale = 0;
	refuse("no scale", qmac_round_adaptive(context, &params, &g, moments, w, 2, 0, q, NULL),
	       -EINVAL, "scale 0");
	scale = 0x1.8p127f;
	w[0] = -FLT_MAX;
	tap_ok(!qmac_round_adaptive(context, &params, &g, moments, w, 2, 0, q, NULL) && q[0] == -1,
	       "a code that stands for a number beyond fp32 is none to choose");
	scale = 0x1.2p127f;
	q[0] = 99;
	refuse("a nearest code beyond fp32",
	       qmac_round_adaptive(context, &params, &g, moments, w, 2, 0, q, NULL), -EDOM,
	       "weight 0 stands for a number beyond fp32");
	scale = .5f;
	w[0] = NAN;
	refuse("a NaN", qmac_round_adaptive(context, &params, &g, moments, w, 2, 0, q, NULL), -EDOM,
	       "weight 0 is NaN");
	w[0] = -INFINITY;
	refuse("infinity", qmac_round_adaptive(context, &params, &g, moments, w, 2, 0, q, NULL),
	       -EDOM, "weight 0 is infinite");
	tap_ok(q[0] == 99, "codes are as they were");
}

static void refuse_gptq(struct qmac_moments *moments)
{
	struct qmac_gptq_options options = { .damping = -.1 };
	float w[] = { 1, 2, 3, -INFINITY };
	int8_t q[4] = { 99, 99, 99, 99 };
	struct qmac_quant_params params = { .type = 77 };
	double kept = moments->square[0];

	refuse("infinity", qmac_gptq(context, NULL, moments, w, 2, &params, q), -EDOM,
	       "weight 3 is infinite");
	w[3] = 4;
	refuse("no channels", qmac_gptq(context, NULL, moments, w, 0, &params, q), -EINVAL,
	       "0 output channels");
	refuse("negative damping", qmac_gptq(context, &options, moments, w, 2, &params, q), -EINVAL,
	       "damping -0.1");
	options.damping = (double)NAN;
	refuse("damping NaN", qmac_gptq(context, &options, moments, w, 2, &params, q), -EINVAL,
	       "damping");
	options = (struct qmac_gptq_options){ .spec = { .scheme = 9 } };
	refuse("scheme", qmac_gptq(context, &options, moments, w, 2, &params, q), -EINVAL,
	       "scheme 9");
	options = (struct qmac_gptq_options){ .spec = { .type = QMAC_TYPE_S32 } };
	refuse("type", qmac_gptq(context, &options, moments, w, 2, &params, q), -EINVAL, "s32");
	options = (struct qmac_gptq_options){ .damping = 1e-300 };
	refuse("one row, two inputs, no damping",
	       qmac_gptq(context, &options, moments, w, 2, &params, q), -EDOM,
	       "not positive definite");
	moments->square[0] = (double)NAN;
	refuse("moments that are none", qmac_gptq(context, NULL, moments, w, 2, &params, q), -EDOM,
	       "not positive definite");
	moments->square[0] = kept;
	tap_ok(q[0] == 99 && q[3] == 99 && params.type == 77, "nothing was written");
	tap_ok(!qmac_gptq(context, NULL, moments, w, 2, &params, q) &&
		       params.type == QMAC_TYPE_S4 && params.channels == 2,
	       "one row, two inputs: the default damping helps");
	qmac_quant_params_release(&params);
}

static void refuse_bias(struct qmac_moments *moments)
{
	float w[] = { 1, 2, 3, 4 }, v[] = { 1, 2, 3, NAN }, bias[] = { 5, FLT_MAX };
	struct qmac_moments none = { 0 };

	refuse("NaN", qmac_correct_bias(context, moments, w, v, 2, bias), -EDOM,
	       "quantized weight 3 is NaN");
	v[3] = -FLT_MAX;
	w[3] = FLT_MAX;
	refuse("overflow", qmac_correct_bias(context, moments, w, v, 2, bias), -EDOM,
	       "bias of output channel 1");
	bias[1] = INFINITY;
	refuse("infinite bias", qmac_correct_bias(context, moments, w, v, 2, bias), -EDOM,
	       "bias 1 is infinite");
	bias[1] = 6;
	none.k = 2;
	refuse("no rows", qmac_correct_bias(context, &none, w, v, 2, bias), -ENODATA,
	       "no inputs were seen");
	tap_ok(bias[0] == 5 && bias[1] == 6, "biases are as they were");
}

static void refuse_ranges(void)
{
	float a[] = { 1, 2 }, b[] = { 1, -1 }, s[] = { 9, 9 };

	refuse("negative range", qmac_equalize_scales(context, a, b, 2, s), -EDOM,
	       "second layer 1 is -1");
	b[1] = NAN;
	refuse("NaN range", qmac_equalize_scales(context, b, a, 2, s), -EDOM, "first layer 1 is");
	refuse("NaN weights", qmac_smooth_scales(context, a, b, 2, .5f, s), -EDOM, "weight 1 is");
	b[1] = INFINITY;
	refuse("infinite activations", qmac_smooth_scales(context, b, a, 2, .5f, s), -EDOM,
	       "activation 1 is inf");
	refuse("alpha above 1", qmac_smooth_scales(context, a, a, 2, 1.5f, s), -EINVAL,
	       "alpha 1.5");
	refuse("alpha NaN", qmac_smooth_scales(context, a, a, 2, NAN, s), -EINVAL, "alpha");
	tap_ok(s[0] == 9 && s[1] == 9, "factors are as they were");
}

static void refuse_prune(void)
{
	static const struct {
		float threshold;
		double sparsity;
	} bad[] = { { 0, 0 },	     { .1f, .1 }, { -1, 0 },  { NAN, 0 },
		    { INFINITY, 0 }, { 0, -.1 },  { 0, 1.1 }, { 0, (double)NAN } };
	const struct qmac_prune_options good = { .threshold = 1 };
	float w[] = { 1, 2, NAN };
	uint8_t mask[3] = { 9, 9, 9 };
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct qmac_prune_options options = { bad[i].threshold, bad[i].sparsity };

		tap_note("threshold %g, sparsity %g", bad[i].threshold, bad[i].sparsity);
		refuse("what to prune", qmac_prune_mask(context, &options, w, 2, mask, NULL),
		       -EINVAL, i < 2 ? "ask for one of them" : ": use ");
	}
	refuse("NaN", qmac_prune_mask(context, &good, w, 3, mask, NULL), -EDOM, "weight 2 is NaN");
	tap_ok(mask[0] == 9 && mask[2] == 9, "the mask is as it was");
}

static void test_refusals(void)
{
	static const float row[] = { 1, 3 };
	struct qmac_moments moments;

	refuse_moments();
	if (!tap_ok(!qmac_moments_init(context, &moments, 2) &&
			    !qmac_moments_update(context, &moments, row, 1),
		    "one row"))
		return;
	refuse_adaptive(&moments);
	refuse_gptq(&moments);
	refuse_bias(&moments);
	refuse_ranges();
	refuse_prune();
	qmac_moments_release(&moments);
}

int main(void)
{
	if (qmac_context_create(&context))
		return 1;
	test_refusals();
	qmac_context_destroy(context);
	return tap_done();
}
