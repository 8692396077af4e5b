// SPDX-License-Identifier: MIT
/* Fake quantization: the bits of quantize and dequantize; gradients against differences. */
#include <errno.h>
#include <fenv.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xmmintrin.h>

#include <qmac/qmac.h>

#include "random.h"
#include "tap.h"

#define MOST	 600
#define CHANNELS 64
#define FREE	 (1 << 21) /* greatest free zero point */

static struct qmac_context *context;

/* A tensor, its parameters, and a gradient from above. */
struct sample {
	struct qmac_granularity granularity;
	struct qmac_quant_params params;
	float scale[MOST];
	int32_t zero_point[MOST];
	size_t count;
	float x[MOST], dy[MOST];
};

static bool passed(int error)
{
	if (error)
		tap_note("%s", qmac_context_message(context));
	return !error;
}

static double uniform(struct rng *rng, double lo, double hi)
{
	return lo + (hi - lo) * (double)(rng_next(rng) >> 11) * 0x1p-53;
}

static struct qmac_granularity any_granularity(struct rng *rng)
{
	static const unsigned int grains[] = { QMAC_GRAIN_TENSOR, QMAC_GRAIN_CHANNEL,
					       QMAC_GRAIN_ROW, QMAC_GRAIN_GROUP, QMAC_GRAIN_BLOCK };
	const size_t dims[3] = { (size_t)rng_in(rng, 1, 8), (size_t)rng_in(rng, 1, 8),
				 (size_t)rng_in(rng, 1, 8) };
	struct qmac_granularity granularity;

	passed(qmac_granularity_of(context, dims, 3, grains[rng_in(rng, 0, 4)],
				   (int)rng_in(rng, 0, 2), (size_t)rng_in(rng, 1, 9),
				   &granularity));
	return granularity;
}

/* Codes of any width from 2 to 16 bits, often full range, sometimes with a free zero point. */
static void any_codes(struct rng *rng, struct qmac_quant_params *params)
{
	static const uint8_t types[] = { QMAC_TYPE_S8, QMAC_TYPE_U8, QMAC_TYPE_S16, QMAC_TYPE_U16,
					 QMAC_TYPE_S4, QMAC_TYPE_U4, QMAC_TYPE_S2,  QMAC_TYPE_U2 };
	const uint8_t type = types[rng_in(rng, 0, 7)];
	int32_t lo, hi;
	unsigned int bits;

	qmac_type_range(type, &lo, &hi);
	bits = (unsigned int)rng_in(rng, 2, qmac_type_bits(type));
	params->type = type;
	params->q_min = lo ? -(1 << (bits - 1)) + rng_one_in(rng, 2) : 0;
	params->q_max = lo ? (1 << (bits - 1)) - 1 : (1 << bits) - 1;
	params->zero_free = rng_one_in(rng, 6);
}

/* An element: a code, a tie, next to one, beyond the range, or anything. */
static float any_element(struct rng *rng, const struct qmac_quant_params *params, size_t c)
{
	const float scale = params->scale[c];
	const int64_t lo = params->q_min - params->zero_point[c];
	const int64_t hi = params->q_max - params->zero_point[c];
	float x = (float)rng_in(rng, 2 * lo - 6, 2 * hi + 6) * 0.5f * scale;

	switch (rng_in(rng, 0, 9)) {
	case 0:
		return nextafterf(x, INFINITY);
	case 1:
		return nextafterf(x, -INFINITY);
	case 2:
	case 3:
		return x;
	case 4:
		return rng_one_in(rng, 2) ? INFINITY : -FLT_MAX;
	case 5:
		return rng_one_in(rng, 2) ? -0.0f : 1e-42f;
	default:
		return (float)uniform(rng, (double)lo - 3, (double)hi + 3) * scale;
	}
}

static void make_sample(struct rng *rng, struct sample *s)
{
	const struct qmac_extent *extent = &s->granularity.extent;
	size_t i;

	s->granularity = any_granularity(rng);
	s->count = extent->outer * extent->channels * extent->inner;
	s->params.channels = rng_one_in(rng, 4) ? 1 : qmac_granularity_count(&s->granularity);
	s->params.scale = s->scale;
	s->params.zero_point = s->zero_point;
	any_codes(rng, &s->params);
	for (i = 0; i < s->params.channels; i++) {
		s->scale[i] = rng_one_in(rng, 3) ? ldexpf(1, (int)rng_in(rng, -120, 100))
						 : (float)uniform(rng, 1e-3, 2);
		s->zero_point[i] = s->params.zero_free
					   ? (int32_t)rng_in(rng, -FREE, FREE)
					   : (int32_t)rng_in(rng, s->params.q_min, s->params.q_max);
	}
	for (i = 0; i < s->count; i++) {
		s->x[i] = any_element(rng, &s->params,
				      (size_t)rng_in(rng, 0, (int64_t)s->params.channels - 1));
		s->dy[i] = (float)uniform(rng, -1, 1);
	}
}

/* The definition: codes and back. */
static bool through_codes(const struct sample *s, float *y)
{
	uint16_t q[MOST];

	return passed(qmac_group_quantize(context, &s->params, &s->granularity, s->x, q, NULL)) &&
	       passed(qmac_group_dequantize(context, &s->params, &s->granularity, q, y));
}

static void test_forward(struct rng *rng, unsigned int rounds)
{
	static struct sample s;
	float want[MOST], got[MOST];
	bool same = true, in_place = true;
	unsigned int i;

	for (i = 0; i < rounds && same && in_place; i++) {
		make_sample(rng, &s);
		same = through_codes(&s, want) &&
		       passed(qmac_fake_quantize(context, &s.params, &s.granularity, s.x, got)) &&
		       !memcmp(want, got, s.count * sizeof(*got));
		memcpy(got, s.x, sizeof(got));
		in_place =
			passed(qmac_fake_quantize(context, &s.params, &s.granularity, got, got)) &&
			!memcmp(want, got, s.count * sizeof(*got));
	}
	tap_ok(same, "forward: the bits of quantize and dequantize, %u tensors", rounds);
	tap_ok(in_place, "forward: in place");
}

/* The table of the header, element by element, bounds included. */
static void test_table(void)
{
	const float scale = 0.5f, x[] = { -2.25f, -2, -1.9f, -0.3f, 0.25f, 0.75f, 1.5f, 1.6f };
	const float y[] = { -2, -2, -2, -0.5f, 0, 1, 1.5f, 1.5f };
	const float dx[] = { 0, 1, 1, 1, 1, 1, 1, 0 };
	const double ds[] = { -4, -4, -4 + 3.8, -1 + 0.6, -0.5, 2 - 1.5, 3, 3 };
	const int32_t zero_point = 0;
	const struct qmac_quant_params params = { .type = QMAC_TYPE_S8,
						  .q_min = -4,
						  .q_max = 3,
						  .channels = 1,
						  .scale = (float *)&scale,
						  .zero_point = (int32_t *)&zero_point };
	const struct qmac_granularity one = { .extent = { 1, 1, 1 }, .group = 1 };
	bool pass = true;
	size_t i;

	for (i = 0; i < 8; i++) {
		const float dy = 1;
		double got_ds = 0, got_dz = 0;
		float got_y, got_dx;
		const struct qmac_fake_gradients out = { &got_dx, &got_ds, &got_dz };
		bool outside = i < 2 || i > 5;

		pass &= passed(qmac_fake_quantize(context, &params, &one, &x[i], &got_y)) &&
			passed(qmac_fake_quantize_backward(context, &params, &one, &x[i], &dy,
							   &out));
		if (got_y != y[i] || got_dx != dx[i] || fabs(got_ds - ds[i]) > 1e-6 ||
		    got_dz != (outside ? -0.5 : 0)) {
			tap_note("x %g: y %g, dx %g, dscale %g, dzero_point %g", x[i], got_y,
				 got_dx, got_ds, got_dz);
			pass = false;
		}
	}
	tap_ok(pass, "3 bits by hand: y, dx, dscale, dzero_point on, inside, beyond the bounds");
}

/*
 * What the straight-through estimator differentiates: the rounding error of each
 * element is held, the rest is smooth. In double, so that differences are exact
 * enough.
 */
struct smooth {
	double q_min, q_max, error;
};

static double smooth_value(const struct smooth *f, double x, double scale, double zero_point)
{
	double q = x / scale + zero_point + f->error;

	q = q < f->q_min ? f->q_min : q > f->q_max ? f->q_max : q;
	return scale * (q - zero_point);
}

/* One channel; elements away from the bounds, where the smooth function has a kink. */
static size_t make_smooth(struct rng *rng, const struct qmac_quant_params *params, float *x,
			  float *dy, struct smooth *f)
{
	const double zero_point = params->zero_point[0], scale = params->scale[0];
	size_t i, count = 100;

	for (i = 0; i < count; i++) {
		double v;

		do {
			v = uniform(rng, params->q_min - zero_point - 4,
				    params->q_max - zero_point + 4);
		} while (fabs(v - (params->q_min - zero_point)) < 0.6 ||
			 fabs(v - (params->q_max - zero_point)) < 0.6);
		x[i] = (float)(v * scale);
		dy[i] = (float)uniform(rng, -1, 1);
		v = x[i] / params->scale[0];
		f[i] = (struct smooth){ params->q_min, params->q_max, nearbyint(v) - v };
	}
	return count;
}

static double smooth_loss(const struct smooth *f, const float *x, const float *dy, size_t count,
			  double scale, double zero_point)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < count; i++)
		sum += dy[i] * smooth_value(&f[i], x[i], scale, zero_point);
	return sum;
}

static bool near(const char *what, double got, double want, double magnitude)
{
	if (fabs(got - want) <= 1e-5 * magnitude)
		return true;
	tap_note("%s: %.9g, difference quotient %.9g", what, got, want);
	return false;
}

static void test_differences(struct rng *rng, unsigned int rounds)
{
	struct smooth f[100];
	float x[100], dy[100], dx[100], scale;
	int32_t zero_point;
	struct qmac_quant_params params = { .channels = 1,
					    .scale = &scale,
					    .zero_point = &zero_point };
	bool pass = true;
	unsigned int r;

	for (r = 0; r < rounds && pass; r++) {
		double ds = 0, dz = 0, h, z;
		const struct qmac_fake_gradients out = { dx, &ds, &dz };
		struct qmac_granularity all = { .extent = { 1, 1, 0 }, .group = 1 };

		any_codes(rng, &params);
		params.zero_free = false;
		scale = (float)uniform(rng, 0.01, 2);
		zero_point = (int32_t)rng_in(rng, params.q_min, params.q_max);
		z = zero_point;
		all.extent.inner = make_smooth(rng, &params, x, dy, f);
		pass &= passed(qmac_fake_quantize_backward(context, &params, &all, x, dy, &out));
		/* no element crosses a bound */
		h = scale * 1e-3 / (params.q_max - params.q_min + 8);
		pass &= near("scale", ds,
			     (smooth_loss(f, x, dy, 100, scale + h, z) -
			      smooth_loss(f, x, dy, 100, scale - h, z)) /
				     (2 * h),
			     1 + params.q_max - params.q_min);
		pass &= near("zero point", dz,
			     (smooth_loss(f, x, dy, 100, scale, z + 1e-3) -
			      smooth_loss(f, x, dy, 100, scale, z - 1e-3)) /
				     2e-3,
			     1 + (double)scale);
		h = scale * 1e-3;
		for (size_t i = 0; i < 100; i++)
			pass &= near("x", dx[i],
				     dy[i] *
					     (smooth_value(&f[i], x[i] + h, scale, z) -
					      smooth_value(&f[i], x[i] - h, scale, z)) /
					     (2 * h),
				     1);
	}
	tap_ok(pass, "backward: difference quotients by x, scale, zero point, %u times", rounds);
}

/* Scale and zero point as smooth functions of the bounds, the zero point's error held. */
static void from_bounds(const struct qmac_quant_spec *spec, const struct qmac_quant_params *params,
			double lo, double hi, double *scale, double *zero_point)
{
	if (spec->scheme == QMAC_SCHEME_ASYMMETRIC) {
		*scale = (hi - lo) / (params->q_max - params->q_min);
		*zero_point = params->q_min - lo / *scale;
	} else {
		*scale = fmax(-lo / (params->zero_point[0] - params->q_min),
			      hi / (params->q_max - params->zero_point[0]));
		*zero_point = params->zero_point[0];
	}
}

static double bounds_loss(const struct qmac_quant_spec *spec,
			  const struct qmac_quant_params *params, double held, double lo, double hi,
			  const struct smooth *f, const float *x, const float *dy)
{
	double scale, zero_point;

	from_bounds(spec, params, lo, hi, &scale, &zero_point);
	return smooth_loss(f, x, dy, 100, scale, zero_point + held);
}

static bool bounds_round(struct rng *rng, const struct qmac_quant_spec *spec)
{
	float lo = (float)uniform(rng, -3, -0.1), hi = (float)uniform(rng, 0.1, 3);
	float x[100], dy[100], scale;
	int32_t zero_point;
	struct qmac_quant_params params = { .channels = 1,
					    .scale = &scale,
					    .zero_point = &zero_point };
	struct qmac_granularity all = { .extent = { 1, 1, 100 }, .group = 1 };
	double ds = 0, dz = 0, dlo, dhi, s, z, h = 1e-6;
	const struct qmac_fake_gradients out = { NULL, &ds, &dz };
	struct smooth f[100];

	if (!passed(qmac_quant_choose(context, spec, &lo, &hi, &params)))
		return false;
	make_smooth(rng, &params, x, dy, f);
	from_bounds(spec, &params, lo, hi, &s, &z);
	z = zero_point - z;
	return passed(qmac_fake_quantize_backward(context, &params, &all, x, dy, &out)) &&
	       passed(qmac_learned_range_backward(context, spec, &lo, &hi, &params, &ds, &dz, &dlo,
						  &dhi)) &&
	       near("lo", dlo,
		    (bounds_loss(spec, &params, z, lo + h, hi, f, x, dy) -
		     bounds_loss(spec, &params, z, lo - h, hi, f, x, dy)) /
			    (2 * h),
		    100) &&
	       near("hi", dhi,
		    (bounds_loss(spec, &params, z, lo, hi + h, f, x, dy) -
		     bounds_loss(spec, &params, z, lo, hi - h, f, x, dy)) /
			    (2 * h),
		    100);
}

static void test_bounds(struct rng *rng, unsigned int rounds)
{
	static const uint8_t types[] = { QMAC_TYPE_S8, QMAC_TYPE_U8, QMAC_TYPE_S16, QMAC_TYPE_U4 };
	unsigned int scheme, r;

	for (scheme = 0; scheme <= QMAC_SCHEME_ASYMMETRIC; scheme++) {
		bool pass = true;

		for (r = 0; r < rounds && pass; r++) {
			const struct qmac_quant_spec spec = { .type = types[r % 4],
							      .scheme = (uint8_t)scheme,
							      .bits = r % 3 ? 4 : 0 };

			pass = bounds_round(rng, &spec);
		}
		tap_ok(pass, "learned bounds: difference quotients, scheme %u", scheme);
	}
}

/* One case of what bounds do not determine. */
static bool bounds_give(const struct qmac_quant_spec *spec, float lo, float hi, double want_lo,
			double want_hi)
{
	float scale;
	int32_t zero_point;
	struct qmac_quant_params params = { .channels = 1,
					    .scale = &scale,
					    .zero_point = &zero_point };
	const double ds = 3, dz = 0.5;
	double dlo = NAN, dhi = NAN;

	if (!passed(qmac_quant_choose(context, spec, &lo, &hi, &params)) ||
	    !passed(qmac_learned_range_backward(context, spec, &lo, &hi, &params, &ds, &dz, &dlo,
						&dhi)))
		return false;
	if (fabs(dlo - want_lo) <= 1e-6 && fabs(dhi - want_hi) <= 1e-6)
		return true;
	tap_note("[%g, %g]: dlo %.9g want %.9g, dhi %.9g want %.9g", lo, hi, dlo, want_lo, dhi,
		 want_hi);
	return false;
}

static void test_bounds_cases(void)
{
	struct qmac_quant_spec spec = { .type = QMAC_TYPE_U8, .scheme = QMAC_SCHEME_ASYMMETRIC };
	struct qmac_quant_spec even = { .type = QMAC_TYPE_S8 };

	tap_ok(bounds_give(&spec, 1, 2, 0, 3 / 255.), "a bound replaced by 0 has no gradient (lo)");
	tap_ok(bounds_give(&spec, -2, -1, -3 / 255. + 0.5 * (-127.5 + 127.5), 0),
	       "a bound replaced by 0 has no gradient (hi)");
	tap_ok(bounds_give(&spec, 0, 0, 0, 0), "a range of one number: no gradients");
	tap_ok(bounds_give(&spec, 0, 1e-40f, -0.5 * 0x1p126, 0),
	       "the least scale is constant, the zero point still moves");
	tap_ok(bounds_give(&even, -2, 2, -1.5 / 127, 1.5 / 127),
	       "symmetric: two bounds that agree share the gradient");
	tap_ok(bounds_give(&even, -2, 1, -3 / 127., 0), "symmetric: the greater bound has it all");
	spec.min_range = 8;
	tap_ok(bounds_give(&spec, -2, 2, -0.5 * 255 / 8, 0),
	       "a width raised to min_range: the zero point moves with lo");
	spec.min_range = 0;
	spec.power_of_two = true;
	/* 3/255 becomes 2^-6: dscale/dhi = 2^-6 / 3 */
	tap_ok(bounds_give(&spec, 0, 3, -3 * 0x1p-6 / 3 - 0.5 * 64, 3 * 0x1p-6 / 3),
	       "a power of two passes through in proportion");
	spec.power_of_two = false;
	spec.zero = QMAC_ZERO_CLAMP;
	tap_ok(bounds_give(&spec, 1, 2, -3 / 255., 3 / 255.),
	       "a clamped zero point has no gradient");
}

/* Gradients of a batch: in one call, or in two, added up; dx over dy. */
static void test_batches(struct rng *rng, unsigned int rounds)
{
	bool split = true, in_place = true;
	unsigned int r;

	for (r = 0; r < rounds; r++) {
		float x[240], dy[240], dx[240], scale[CHANNELS];
		int32_t zero_point[CHANNELS] = { 0 };
		const size_t channels = (size_t)rng_in(rng, 1, 4);
		struct qmac_quant_params params = { .type = QMAC_TYPE_S8,
						    .q_min = -127,
						    .q_max = 127,
						    .channels = rng_one_in(rng, 2) ? 1 : channels,
						    .scale = scale,
						    .zero_point = zero_point };
		struct qmac_granularity part = { .extent = { 2, channels, 5 }, .group = 1 };
		struct qmac_granularity all = { .extent = { 6, channels, 5 }, .group = 1 };
		double whole[2][4] = { 0 }, parts[2][4] = { 0 };
		const size_t count = 10 * channels;
		size_t i;

		for (i = 0; i < channels; i++)
			scale[i] = (float)uniform(rng, 0.001, 0.02);
		for (i = 0; i < 3 * count; i++) {
			x[i] = (float)uniform(rng, -2, 2);
			dy[i] = (float)uniform(rng, -1, 1);
		}
		split &= passed(qmac_fake_quantize_backward(
			context, &params, &all, x, dy,
			&(struct qmac_fake_gradients){ dx, whole[0], whole[1] }));
		for (i = 0; i < 3; i++)
			split &= passed(qmac_fake_quantize_backward(
				context, &params, &part, x + i * count, dy + i * count,
				&(struct qmac_fake_gradients){ NULL, parts[0], parts[1] }));
		split &= !memcmp(whole, parts, sizeof(whole));
		in_place &= passed(qmac_fake_quantize_backward(
			context, &params, &all, x, dy,
			&(struct qmac_fake_gradients){ dy, parts[0], parts[1] }));
		in_place &= !memcmp(dx, dy, 3 * count * sizeof(*dx));
	}
	tap_ok(split, "backward: a batch in parts adds up to the same bits");
	tap_ok(in_place, "backward: dx may replace dy");
}

/* Everything that computes, into one block of results. */
struct results {
	float y[MOST], dx[MOST], binary[MOST], binary_dx[MOST], scale[MOST];
	double ds[MOST], dz[MOST], dlo, dhi, alpha[MOST], pace;
};

static bool compute(const struct sample *s, struct results *out)
{
	const struct qmac_quant_spec spec = { .type = QMAC_TYPE_U8,
					      .scheme = QMAC_SCHEME_ASYMMETRIC };
	const float lo = -0.7f, hi = 1.9f, alpha = 0.3f;
	const double ds = 0.3, dz = 0.7;
	float one_scale;
	int32_t one_zero;
	struct qmac_quant_params one = { .channels = 1,
					 .scale = &one_scale,
					 .zero_point = &one_zero };
	struct qmac_quant_params fresh = s->params;
	int32_t zeros[MOST] = { 0 };
	float finite[MOST];
	size_t i;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < s->count; i++)
		finite[i] = isfinite(s->x[i]) ? s->x[i] : 1;
	fresh.scale = out->scale;
	fresh.q_max = fresh.q_max > 1 ? fresh.q_max : 1;
	fresh.zero_point = zeros;
	out->pace = qmac_lsq_gradient_scale(1000, 127);
	return passed(qmac_fake_quantize(context, &s->params, &s->granularity, s->x, out->y)) &&
	       passed(qmac_fake_quantize_backward(
		       context, &s->params, &s->granularity, s->x, s->dy,
		       &(struct qmac_fake_gradients){ out->dx, out->ds, out->dz })) &&
	       passed(qmac_quant_choose(context, &spec, &lo, &hi, &one)) &&
	       passed(qmac_learned_range_backward(context, &spec, &lo, &hi, &one, &ds, &dz,
						  &out->dlo, &out->dhi)) &&
	       passed(qmac_fake_binary(context, &alpha, 1, &s->granularity, s->x, out->binary)) &&
	       passed(qmac_fake_binary_backward(context, &alpha, 1, &s->granularity, s->x, s->dy,
						out->binary_dx, out->alpha)) &&
	       passed(qmac_lsq_init(context, &fresh, &s->granularity, finite));
}

static void test_modes(struct rng *rng, unsigned int rounds)
{
	static const int modes[] = { FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO };
	static struct sample s;
	static struct results want, got;
	bool pass = true;
	unsigned int r, m, csr = _mm_getcsr();

	for (r = 0; r < rounds && pass; r++) {
		make_sample(rng, &s);
		pass &= compute(&s, &want);
		for (m = 0; m < 3; m++) {
			fesetround(modes[m]);
			pass &= compute(&s, &got);
			pass &= fegetround() == modes[m];
			fesetround(FE_TONEAREST);
			pass &= !memcmp(&want, &got, sizeof(want));
		}
		_mm_setcsr(csr | 0x8040); /* flush to zero, denormals are zero */
		pass &= compute(&s, &got);
		pass &= (_mm_getcsr() & 0x8040) == 0x8040;
		_mm_setcsr(csr);
		pass &= !memcmp(&want, &got, sizeof(want));
	}
	tap_ok(pass, "the same bits whatever rounding mode and flushing the caller has set");
}

static void test_lsq(void)
{
	const float x[] = { 1, -3, 0, 4, 0, 0, 0, 0 };
	float scale[2] = { 0 };
	int32_t zero_point[2] = { 0, 0 };
	struct qmac_quant_params params = { .type = QMAC_TYPE_S4,
					    .q_min = -8,
					    .q_max = 7,
					    .channels = 2,
					    .scale = scale,
					    .zero_point = zero_point };
	const struct qmac_granularity rows = { .extent = { 1, 2, 4 }, .group = 1 };

	tap_ok(passed(qmac_lsq_init(context, &params, &rows, x)) &&
		       scale[0] == (float)(2 * 2 / sqrt(7)) && scale[1] == 1,
	       "LSQ: 2 * mean |x| / sqrt(q_max); 1 for zeros");
	params.channels = 1;
	tap_ok(passed(qmac_lsq_init(context, &params, &rows, x)) &&
		       scale[0] == (float)(2 * 1 / sqrt(7)),
	       "LSQ: one scale for all");
	tap_ok(qmac_lsq_gradient_scale(100, 7) == 1 / sqrt(700) &&
		       qmac_lsq_gradient_scale(0, 7) == 0 && qmac_lsq_gradient_scale(5, -1) == 0,
	       "LSQ: 1 / sqrt(N * q_max)");
}

static void test_binary(struct rng *rng)
{
	const float alpha[2] = { 0.5f, 2 };
	const float x[6] = { -0.0f, 0.5f, -1, 1, 1.5f, -7 }, dy[6] = { 1, 2, 3, 4, 5, 6 };
	const float want_y[6] = { 0.5f, 0.5f, -0.5f, 2, 2, -2 };
	const float want_dx[6] = { 0.5f, 1, 1.5f, 8, 0, 0 };
	const struct qmac_granularity rows = { .extent = { 1, 2, 3 }, .group = 1 };
	float y[6], dx[6], many[MOST], want[MOST], got[MOST], mean[4];
	double d_alpha[2] = { 10, 0 };
	uint64_t words[4 * 3];
	size_t i;

	tap_ok(passed(qmac_fake_binary(context, alpha, 2, &rows, x, y)) &&
		       !memcmp(y, want_y, sizeof(y)),
	       "binary: alpha times the sign, -0 positive");
	tap_ok(passed(qmac_fake_binary_backward(context, alpha, 2, &rows, x, dy, dx, d_alpha)) &&
		       !memcmp(dx, want_dx, sizeof(dx)) && d_alpha[0] == 10 + 1 + 2 - 3 &&
		       d_alpha[1] == 4 + 5 - 6,
	       "binary: hard tanh backward, alpha's gradient is added");
	for (i = 0; i < 4 * 130; i++)
		many[i] = (float)uniform(rng, -2, 2);
	tap_ok(passed(qmac_binary_quantize(context, many, 4, 130, QMAC_NAN_ERROR, words, mean)) &&
		       passed(qmac_fake_binary(
			       context, mean, 4,
			       &(struct qmac_granularity){ .extent = { 1, 4, 130 }, .group = 1 },
			       many, got)) &&
		       (qmac_binary_dequantize(words, 4, 130, mean, want), true) &&
		       !memcmp(want, got, 4 * 130 * sizeof(*want)),
	       "binary: the bits of qmac_binary_quantize() and back");
}

static bool refused(int error, int want, const char *word)
{
	const char *message = qmac_context_message(context);

	if (error == want && strstr(message, word))
		return true;
	tap_note("error %d, want %d; message \"%s\", want \"%s\" in it", error, want, message,
		 word);
	return false;
}

static void test_refusals(void)
{
	float x[4] = { 0, 1, NAN, 3 }, dy[4] = { 1, 1, 1, 1 }, y[4] = { 9, 9, 9, 9 }, scale = 1;
	int32_t zero_point = 0;
	struct qmac_quant_params params = { .type = QMAC_TYPE_S8,
					    .q_min = -128,
					    .q_max = 127,
					    .channels = 1,
					    .scale = &scale,
					    .zero_point = &zero_point };
	struct qmac_granularity all = { .extent = { 1, 1, 4 }, .group = 1 };
	struct qmac_granularity none = { .extent = { 1, 1, 0 }, .group = 1 };
	struct qmac_granularity bad = { .extent = { 1, 1, 4 } };
	double ds = 5;
	const struct qmac_fake_gradients out = { y, &ds, NULL };
	const struct qmac_quant_spec spec = { .type = QMAC_TYPE_S8,
					      .scheme = QMAC_SCHEME_ASYMMETRIC };
	const float lo = -1, hi = 1;
	double dlo, dhi;

	tap_ok(refused(qmac_fake_quantize(context, &params, &all, x, y), -EDOM, "element 2 ") &&
		       y[0] == 9,
	       "a NaN is refused by its index, nothing written");
	tap_ok(refused(qmac_fake_quantize_backward(context, &params, &all, x, dy, &out), -EDOM,
		       "element 2 ") &&
		       y[0] == 9 && ds == 5,
	       "backward: likewise");
	x[2] = 2;
	dy[3] = -INFINITY;
	tap_ok(refused(qmac_fake_quantize_backward(context, &params, &all, x, dy, &out), -EDOM,
		       "gradient 3 is -inf") &&
		       y[0] == 9 && ds == 5,
	       "backward: an infinite gradient is refused");
	tap_ok(refused(qmac_fake_quantize(context, &params, &bad, x, y), -EINVAL, "groups of 0"),
	       "a group of 0 is refused");
	scale = 0;
	tap_ok(refused(qmac_fake_quantize(context, &params, &all, x, y), -EINVAL, "scale 0"),
	       "a scale of 0 is refused");
	scale = 1;
	tap_ok(!qmac_fake_quantize(context, &params, &none, x, y) && y[0] == 9,
	       "no elements: nothing happens");
	tap_ok(refused(qmac_lsq_init(context, &params, &none, x), -ENODATA, "no elements"),
	       "LSQ: no elements");
	zero_point = 127;
	tap_ok(refused(qmac_lsq_init(context, &params, &all, x), -EINVAL, "zero point 127") &&
		       scale == 1,
	       "LSQ: no code for a positive number");
	zero_point = 0;
	x[1] = INFINITY;
	tap_ok(refused(qmac_lsq_init(context, &params, &all, x), -EDOM, "element 1 ") && scale == 1,
	       "LSQ: an infinity");
	params.q_min = -127;
	tap_ok(refused(qmac_learned_range_backward(context, &spec, &lo, &hi, &params, &ds, &ds,
						   &dlo, &dhi),
		       -EINVAL, "codes -127 to 127"),
	       "learned bounds: parameters of another specification");
	params.q_min = -128;
	tap_ok(refused(qmac_learned_range_backward(context, &spec, &lo, &hi, &params, &ds, NULL,
						   &dlo, &dhi),
		       -EINVAL, "zero point"),
	       "learned bounds: asymmetric without the zero point's gradient");
	tap_ok(refused(qmac_learned_range_backward(context, &spec, &hi, &lo, &params, &ds, &ds,
						   &dlo, &dhi),
		       -EDOM, "range 1 to -1"),
	       "learned bounds: out of order");
	tap_ok(refused(qmac_fake_binary(context, &scale, 3, &all, dy, y), -EINVAL, "3 scales"),
	       "binary: number of scales");
}

int main(int argc, char **argv)
{
	const uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	const unsigned int rounds = argc > 2 ? (unsigned int)strtoul(argv[2], NULL, 0) : 300;
	struct rng rng = { seed };

	tap_note("seed %llu, %u rounds", (unsigned long long)seed, rounds);
	if (qmac_context_create(&context))
		return 1;
	test_forward(&rng, 10 * rounds);
	test_table();
	test_differences(&rng, rounds);
	test_bounds(&rng, rounds);
	test_bounds_cases();
	test_batches(&rng, rounds);
	test_modes(&rng, rounds);
	test_lsq();
	test_binary(&rng);
	test_refusals();
	qmac_context_destroy(context);
	return tap_done();
}
