/* SPDX-License-Identifier: MIT */
/*
 * Quantization-aware training: fake quantization and its gradients.
 *
 * A network that is trained with its weights and activations rounded learns to
 * live with the rounding. Forward, a tensor goes through codes and back:
 *
 *   y = scale * (clamp(round(x / scale) + zero_point, q_min, q_max) - zero_point)
 *
 * Backward, the derivative of round, 0 almost everywhere, is taken as 1 (the
 * straight-through estimator, Bengio et al. 2013). With v = x / scale,
 * n = q_min - zero_point and p = q_max - zero_point:
 *
 *                   n <= v <= p     v < n     v > p
 *   dy/dx               1             0         0
 *
 *                   n < v < p       v <= n    v >= p
 *   dy/dscale       round(v) - v      n         p
 *   dy/dzero_point      0          -scale    -scale
 *
 * The first line is the gradient of Jacob et al. 2018, the second that of LSQ
 * (Esser et al. 2020, equation 3), the third follows in the same way (LSQ+,
 * Bhalgat et al. 2020). An element exactly on a bound is inside for x, so that
 * the greatest weight of a min-max range still learns, and outside for the
 * scale, as LSQ has it.
 *
 * Ranges come about in one of these ways:
 *
 * - fixed: parameters of qmac_quant_choose() or qmac_group_minmax(), once;
 * - moving average (Jacob et al. 2018): for every batch qmac_calibration_update(),
 *   qmac_calibration_step(), qmac_calibration_choose() with QMAC_METHOD_AVERAGE
 *   and qmac_quant_choose(); QMAC_CALIBRATOR_ORT_AVERAGE keeps no histogram;
 * - learned scale (LSQ): qmac_lsq_init(), then trained as the weights are, its
 *   gradient times qmac_lsq_gradient_scale(); the trainer keeps it positive;
 * - learned bounds: lo and hi are trained, qmac_quant_choose() makes parameters of
 *   them, qmac_learned_range_backward() takes the gradients back to them.
 *
 * These functions work on arrays of the caller, keep nothing and may be called
 * from any number of threads with different outputs. Elements are fp32 in and
 * out; sums over elements are in double, in memory order. No result depends on
 * the caller's floating-point environment.
 */
#ifndef QMAC_TRAIN_H
#define QMAC_TRAIN_H

#include <stddef.h>

#include <qmac/export.h>
#include <qmac/group.h>
#include <qmac/quant.h>

#ifdef __cplusplus
extern "C" {
#endif

struct qmac_context;

/**
 * qmac_fake_quantize() - forward: through codes and back to real numbers
 * @context: Receives messages.
 * @params: One channel, or qmac_granularity_count(); 2 to 16 bits.
 * @granularity: Division of the elements.
 * @x: Elements; infinities saturate.
 * @y: Receives the elements rounded; may be @x itself.
 *
 * The bits of qmac_group_quantize() with its default options, ties to even, then
 * qmac_group_dequantize().
 *
 * Return: 0, -EINVAL (parameters, group of 0), -EDOM (NaN, with its index);
 * nothing is written on failure.
 */
QMAC_EXPORT int qmac_fake_quantize(struct qmac_context *context,
				   const struct qmac_quant_params *params,
				   const struct qmac_granularity *granularity, const float *x,
				   float *y);

/**
 * struct qmac_fake_gradients - where gradients go; a NULL member is not computed
 * @x: Receives dL/dx, one per element; may be the array of dL/dy.
 * @scale: dL/dscale, one per channel of the parameters, is added to this.
 * @zero_point: dL/dzero_point likewise, of a zero point that is trained as a real
 *   number and rounded for the forward pass.
 *
 * As sums are added in memory order, a batch gives the same bits in one call or
 * in several, in order. Zero the arrays to begin.
 */
struct qmac_fake_gradients {
	float *x;
	double *scale;
	double *zero_point;
};

/**
 * qmac_fake_quantize_backward() - gradients of qmac_fake_quantize()
 * @context: Receives messages.
 * @params: As in the forward pass.
 * @granularity: Likewise.
 * @x: Elements, as they went into the forward pass.
 * @dy: dL/dy, one per element, finite.
 * @out: Receives the gradients of the table above.
 *
 * v is the fp32 quotient of the forward pass; round(v) - v is exact. Each is
 * multiplied with dL/dy in double.
 *
 * Return: 0, -EINVAL (parameters, group of 0), -EDOM (@x is NaN, or @dy NaN or
 * infinite, with its index); nothing is written on failure.
 */
QMAC_EXPORT int qmac_fake_quantize_backward(struct qmac_context *context,
					    const struct qmac_quant_params *params,
					    const struct qmac_granularity *granularity,
					    const float *x, const float *dy,
					    const struct qmac_fake_gradients *out);

/**
 * qmac_lsq_init() - scales to begin learning with
 * @context: Receives messages.
 * @params: One channel, or qmac_granularity_count(); codes and zero points as they
 *   will be used. Its scales are not read, and receive
 *   2 * mean |x| / sqrt(q_max - zero_point).
 * @granularity: Division of the elements.
 * @x: Elements: the weights, or the activations of a first batch.
 *
 * The formula of LSQ (Esser et al. 2020, section 2.1), in double. Elements that
 * are all 0 have the scale 1; the least scale is 2^-126.
 *
 * Return: 0, -EINVAL (type, codes, channels, a zero point that is not below
 * q_max), -ENODATA (no elements), -EDOM (NaN or infinity, with its index),
 * -ENOMEM; nothing is written on failure.
 */
QMAC_EXPORT int qmac_lsq_init(struct qmac_context *context, struct qmac_quant_params *params,
			      const struct qmac_granularity *granularity, const float *x);

/**
 * qmac_lsq_gradient_scale() - what makes a scale learn at the pace of its weights
 * @count: Elements that share the scale: weights, or activations of one sample.
 * @q_max: Greatest code less the zero point.
 *
 * LSQ (Esser et al. 2020, section 2.2): multiply the gradient of the scale by it.
 *
 * Return: 1 / sqrt(@count * @q_max); 0 when one of them is not positive.
 */
QMAC_EXPORT double qmac_lsq_gradient_scale(size_t count, double q_max);

/**
 * qmac_learned_range_backward() - from scale and zero point back to the bounds
 * @context: Receives messages.
 * @spec: As given to qmac_quant_choose().
 * @lo: Likewise, one per channel of @params.
 * @hi: Likewise.
 * @params: What it chose.
 * @d_scale: dL/dscale of qmac_fake_quantize_backward().
 * @d_zero_point: dL/dzero_point; read for QMAC_SCHEME_ASYMMETRIC only, else may be
 *   NULL.
 * @d_lo: Receives dL/dlo.
 * @d_hi: Receives dL/dhi.
 *
 * The chain rule through the formulas of qmac_quant_choose(), the zero point's
 * rounding passed straight through. Asymmetric, n = q_max - q_min:
 *
 *   dscale/dhi = -dscale/dlo = 1 / n
 *   dzero_point/dhi = lo / (n * scale^2)
 *   dzero_point/dlo = -1 / scale - lo / (n * scale^2)
 *
 * so that an element above the range moves hi alone, one below it lo alone.
 * Symmetric: the bound that determines the scale has dscale/dbound =
 * scale / bound, the other 0; when both do, each has half. What the bounds do not
 * determine has the gradient 0: a bound that is replaced by 0, a width raised to
 * min_range, a zero point that is clamped, a scale that is 1 or 2^-126. A scale
 * raised to a power of two passes straight through, in proportion (TQT,
 * Jain et al. 2019).
 *
 * Return: 0, -EINVAL (spec, or parameters that do not belong to it: another type,
 * other codes), -EDOM (a bound is NaN or infinite, or hi < lo); nothing is
 * written on failure.
 */
QMAC_EXPORT int qmac_learned_range_backward(struct qmac_context *context,
					    const struct qmac_quant_spec *spec, const float *lo,
					    const float *hi, const struct qmac_quant_params *params,
					    const double *d_scale, const double *d_zero_point,
					    double *d_lo, double *d_hi);

/**
 * qmac_fake_binary() - forward with one bit: y = alpha or -alpha
 * @context: Receives messages.
 * @alpha: Scales, one for all or qmac_granularity_count(), positive and normal.
 * @alpha_count: Their number.
 * @granularity: Division of the elements.
 * @x: Elements; 0 and -0 count as positive, as in qmac_binary_quantize().
 * @y: Receives y; may be @x itself.
 *
 * Alpha is trained, or the mean of |x| (XNOR-Net, Rastegari et al. 2016), which
 * qmac_binary_quantize() gives for rows.
 *
 * Return: 0, -EINVAL (scales, their number, group of 0), -EDOM (NaN, with its
 * index); nothing is written on failure.
 */
QMAC_EXPORT int qmac_fake_binary(struct qmac_context *context, const float *alpha,
				 size_t alpha_count, const struct qmac_granularity *granularity,
				 const float *x, float *y);

/**
 * qmac_fake_binary_backward() - gradients of qmac_fake_binary()
 * @context: Receives messages.
 * @alpha: As in the forward pass.
 * @alpha_count: Likewise.
 * @granularity: Likewise.
 * @x: Elements, as they went into the forward pass.
 * @dy: dL/dy, finite.
 * @dx: Receives dL/dx; may be @dy; NULL for none.
 * @d_alpha: sum of dL/dy * sign(x) is added to this, in double and in memory
 *   order; NULL for none.
 *
 * The sign is passed through as the hard tanh (Courbariaux et al. 2016):
 * dy/dx = alpha where |x| <= 1, else 0, computed in fp32. Where alpha is the mean
 * of |x| over N elements, add d_alpha * sign(x) / N to dL/dx.
 *
 * Return: As qmac_fake_binary(), -EDOM also for @dy NaN or infinite.
 */
QMAC_EXPORT int qmac_fake_binary_backward(struct qmac_context *context, const float *alpha,
					  size_t alpha_count,
					  const struct qmac_granularity *granularity,
					  const float *x, const float *dy, float *dx,
					  double *d_alpha);

#ifdef __cplusplus
}
#endif

#endif /* QMAC_TRAIN_H */
