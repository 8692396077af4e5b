/* SPDX-License-Identifier: MIT */
/*
 * Calibration: from the elements that a tensor takes, batch after batch, to the
 * range that its codes should cover.
 *
 * A calibration watches one tensor with one scale. It keeps counts, not data:
 * memory is a few bytes per bin of its histogram, however much is seen.
 *
 * QMAC_CALIBRATOR_OWN sees every element once. Its bins are a power of two wide,
 * begin at zero and are mirrored about it; when an element does not fit, the
 * width doubles and bins are merged in pairs, which loses nothing but
 * resolution. So its state is a function of the multiset of elements alone:
 * every split into batches, every order and every merge of parts, on any number
 * of threads, gives the same bytes and the same ranges. All searches of
 * qmac_calibration_choose() work on these counts, any of them on one state.
 *
 * The other calibrators do what another tool does with the same sequence of
 * batches, quirks included. Some need the range before they can count, hence
 * two passes over the same batches: update all, qmac_calibration_next_pass(),
 * update all again. Integers (counts) are the tool's exactly. Divergences are
 * computed in the tool's precision with correctly ordered sums; where a tool's
 * logarithm differs in the last bit and two candidates tie that closely, the
 * neighbouring candidate may be chosen. All refuse NaN and infinities, which the
 * tools let through.
 */
#ifndef QMAC_CALIBRATE_H
#define QMAC_CALIBRATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <qmac/export.h>
#include <qmac/quant.h>

#ifdef __cplusplus
extern "C" {
#endif

struct qmac_context;
struct qmac_calibration;

/**
 * enum qmac_calibrator - whose way of calibrating
 * @QMAC_CALIBRATOR_OWN: Ours: one pass, mergeable, any search afterwards.
 * @QMAC_CALIBRATOR_TWO_POINTER: Two passes; a histogram of 100 equal bins from
 *   least to greatest element as numpy.histogram() makes it, for
 *   QMAC_METHOD_TWO_POINTER and QMAC_METHOD_TWO_POINTER_AS_WRITTEN.
 * @QMAC_CALIBRATOR_NCNN_KL: ncnn2table method=kl. Two passes; 2,048 bins of |x|,
 *   zeros left out, 128 levels, eps 1e-4, threshold (t + 0.5) absmax / 2048.
 * @QMAC_CALIBRATOR_NCNN_ACIQ: ncnn2table method=aciq. Gaussian whose deviation
 *   is estimated from absmax and the number of elements of the last batch.
 *   (ncnn2table's third method, eq, compares outputs of float and integer layers:
 *   it needs ncnn and the network, and is not here.)
 * @QMAC_CALIBRATOR_ORT_MINMAX: ONNX Runtime's MinMaxCalibrater.
 * @QMAC_CALIBRATOR_ORT_AVERAGE: The same with moving_average=True: the means of
 *   the least and of the greatest elements of the batches of a collect_data(),
 *   8 bytes per batch until the step ends; later collections move the range by the averaging
 *   constant: see qmac_calibration_step().
 * @QMAC_CALIBRATOR_ORT_ENTROPY: ONNX Runtime's EntropyCalibrater, 128 bins.
 * @QMAC_CALIBRATOR_ORT_PERCENTILE: ONNX Runtime's PercentileCalibrater with
 *   symmetric=True, as create_calibrator() makes it; 2,048 bins, 99.999 %.
 * @QMAC_CALIBRATOR_ORT_PERCENTILE_ASYMMETRIC: The same with symmetric=False.
 * @QMAC_CALIBRATOR_PPQ_KL: PPQ's TorchHistObserver. Two passes; 4,096 bins of
 *   |x|, the first 0.2 % zeroed.
 * @QMAC_CALIBRATOR_PPQ_PERCENTILE: PPQ's TorchPercentileObserver: 0.01 and
 *   99.99 % of every batch, averaged.
 * @QMAC_CALIBRATOR_TENSORRT_ENTROPY: HistogramCalibrator(torch_hist=False) of
 *   TensorRT's pytorch-quantization toolkit, method entropy; 2,048 bins, which
 *   grow with the data: every update is a collect(). Where 128 bins or more at the
 *   beginning are empty it has no divergence for them (NaN), takes that for the
 *   least and cuts off all elements but those: so here, with a score of 0. (TensorRT
 *   itself is closed; this is its published form.)
 */
enum qmac_calibrator {
	QMAC_CALIBRATOR_OWN = 0,
	QMAC_CALIBRATOR_TWO_POINTER,
	QMAC_CALIBRATOR_NCNN_KL,
	QMAC_CALIBRATOR_NCNN_ACIQ,
	QMAC_CALIBRATOR_ORT_MINMAX,
	QMAC_CALIBRATOR_ORT_AVERAGE,
	QMAC_CALIBRATOR_ORT_ENTROPY,
	QMAC_CALIBRATOR_ORT_PERCENTILE,
	QMAC_CALIBRATOR_ORT_PERCENTILE_ASYMMETRIC,
	QMAC_CALIBRATOR_PPQ_KL,
	QMAC_CALIBRATOR_PPQ_PERCENTILE,
	QMAC_CALIBRATOR_TENSORRT_ENTROPY,
};

/**
 * qmac_calibrator_name() - "own", "two-pointer", "ncnn-kl", "ort-entropy", ...
 * @calibrator: enum qmac_calibrator.
 *
 * Return: A static string; NULL for a value that is no calibrator, so that
 * counting up from 0 lists them all.
 */
QMAC_EXPORT const char *qmac_calibrator_name(unsigned int calibrator);

/**
 * struct qmac_calibration_spec - what to create; zeroed is the default
 * @calibrator: enum qmac_calibrator.
 * @nan: enum qmac_nan; QMAC_NAN_ZERO (own calibrator only) counts a NaN as 0.
 * @each: ORT_ENTROPY and ORT_PERCENTILE*: every update is a collect_data() of
 *   its own, in one pass, and the histogram grows. Otherwise all batches are one
 *   collect_data(), as quantize_static() calls it, in two passes.
 * @bins: 0 for the calibrator's default. OWN: bins of either sign, a power of
 *   two from 256 to 65,536 (default 2,048). ORT_ENTROPY, ORT_PERCENTILE*,
 *   TENSORRT_ENTROPY: at least 128, up to 65,536. The others have no choice.
 */
struct qmac_calibration_spec {
	uint8_t calibrator;
	uint8_t nan;
	bool each;
	uint32_t bins;
};

/**
 * qmac_calibration_create() - begin to watch a tensor
 * @context: Receives messages, also of later calls; must outlive the calibration.
 * @spec: What kind; NULL for the default.
 * @out: Receives the calibration: qmac_calibration_destroy().
 *
 * Return: 0, -EINVAL, -ENOMEM.
 */
QMAC_EXPORT int qmac_calibration_create(struct qmac_context *context,
					const struct qmac_calibration_spec *spec,
					struct qmac_calibration **out);

/**
 * qmac_calibration_destroy() - free a calibration
 * @calibration: May be NULL.
 */
QMAC_EXPORT void qmac_calibration_destroy(struct qmac_calibration *calibration);

/**
 * qmac_calibration_update() - see a batch
 * @calibration: The calibration.
 * @x: Elements.
 * @count: Their number; 0 does nothing.
 *
 * Return: 0; -EDOM (NaN or infinity, with its index), -ERANGE (second pass: an
 * element that the first has not seen; growing beyond 2^20 bins), -EOVERFLOW
 * (more than 2^63 elements), -ENOMEM. On failure nothing of the batch counts.
 */
QMAC_EXPORT int qmac_calibration_update(struct qmac_calibration *calibration, const float *x,
					size_t count);

/**
 * qmac_calibration_step() - end a step of the moving average
 * @calibration: Own calibrator, or QMAC_CALIBRATOR_ORT_AVERAGE.
 * @constant: Weight of the new, 0 to 1; ONNX Runtime's default is 0.01.
 *
 * The first step sets the average to the range seen since creation, each later
 * one does average += constant * (seen since the last step - average), in fp32.
 * What is seen is the range of all elements (own), or the means over the batches
 * (ONNX Runtime: a step ends a collect_data()). The order of steps matters, that
 * of the elements within one does not (own).
 *
 * Return: 0, -EINVAL (constant, calibrator), -ENODATA (nothing since the last
 * step).
 */
QMAC_EXPORT int qmac_calibration_step(struct qmac_calibration *calibration, float constant);

/**
 * qmac_calibration_passes() - how often the batches must be shown
 * @calibration: The calibration.
 *
 * Return: 1 or 2.
 */
QMAC_EXPORT unsigned int qmac_calibration_passes(const struct qmac_calibration *calibration);

/**
 * qmac_calibration_next_pass() - the batches begin again
 * @calibration: One that needs two passes and is in the first.
 *
 * Return: 0, -EINVAL (no further pass), -ENODATA (nothing seen), -ERANGE (the
 * range is too small for the bins), -ENOMEM.
 */
QMAC_EXPORT int qmac_calibration_next_pass(struct qmac_calibration *calibration);

/**
 * qmac_calibration_merge() - add what another calibration has seen
 * @into: Receives the sum.
 * @from: As it is afterwards; of the same kind and number of bins.
 *
 * Own calibrator: the result is as if @into had seen all elements of @from in
 * its current step of the moving average; @from must not have ended a step.
 * TWO_POINTER, NCNN_KL, PPQ_KL, ORT_MINMAX and the two-pass ORT calibrators: in
 * the same pass, in the second with the same range (merge after the first pass
 * and load the sum everywhere). The remaining ones depend on the order of their
 * batches and cannot be merged.
 *
 * Return: 0, -EINVAL (kinds, steps, passes), -EOVERFLOW, -ENOMEM; @into is
 * unchanged on failure.
 */
QMAC_EXPORT int qmac_calibration_merge(struct qmac_calibration *into,
				       const struct qmac_calibration *from);

/**
 * enum qmac_method - how the own calibrator chooses a range
 * @QMAC_METHOD_MINMAX: Least to greatest element.
 * @QMAC_METHOD_AVERAGE: The moving average of qmac_calibration_step().
 * @QMAC_METHOD_PERCENTILE: What remains when (100 - percentile) / 2 per cent are
 *   cut from each end of the sorted elements; with one_sided, when
 *   100 - percentile per cent are cut from the greatest magnitudes. 100 is MINMAX.
 * @QMAC_METHOD_TWO_POINTER: The smaller end bin is dropped while the coverage
 *   stays at or above the limit.
 * @QMAC_METHOD_TWO_POINTER_AS_WRITTEN: As often published: the last bin is
 *   dropped at once, and a bin more than the limit allows.
 * @QMAC_METHOD_KL: Least Kullback-Leibler divergence between the magnitudes
 *   (zeros left out) and their image on the codes of one sign, both as shares of
 *   all elements; elements beyond the threshold count in the last bin of the
 *   former and are missing in the latter, so that what is cut off is never free.
 *   An empty bin that receives them is taken as one element.
 * @QMAC_METHOD_MSE: Least mean squared error of quantize and dequantize, the
 *   elements but zeros taken at the centres of their bins; thresholds are bin edges
 *   (asymmetric: the range shrunk in as many equal steps).
 * @QMAC_METHOD_ACIQ_GAUSS: Analytical clipping (ACIQ; Banner et al. 2019): the
 *   threshold of least expected error if the elements were normally distributed;
 *   about zero (symmetric) or about the mean (asymmetric).
 * @QMAC_METHOD_ACIQ_LAPLACE: The same for the Laplace distribution:
 *   a e^a = 3 * 4^bits, times the mean absolute deviation.
 * @QMAC_METHOD_COSINE: Greatest cosine between the elements and their image,
 *   over the thresholds of MSE.
 *
 * KL, MSE and COSINE take the greatest of equally good thresholds.
 */
enum qmac_method {
	QMAC_METHOD_MINMAX = 0,
	QMAC_METHOD_AVERAGE,
	QMAC_METHOD_PERCENTILE,
	QMAC_METHOD_TWO_POINTER,
	QMAC_METHOD_TWO_POINTER_AS_WRITTEN,
	QMAC_METHOD_KL,
	QMAC_METHOD_MSE,
	QMAC_METHOD_ACIQ_GAUSS,
	QMAC_METHOD_ACIQ_LAPLACE,
	QMAC_METHOD_COSINE,
};

/**
 * qmac_method_name() - "minmax", "average", "percentile", "two-pointer", ...
 * @method: enum qmac_method.
 *
 * Return: A static string; NULL for a value that is no method, so that counting
 * up from 0 lists them all.
 */
QMAC_EXPORT const char *qmac_method_name(unsigned int method);

/**
 * struct qmac_calibration_method - how to choose; zeroed is min-max for 8 bits
 * @method: enum qmac_method; other calibrators have their own and ignore it,
 *   but TWO_POINTER takes one of the two methods of that name (default: as
 *   corrected).
 * @scheme: enum qmac_scheme of the codes to come. TENSORRT_ENTROPY: ASYMMETRIC
 *   is its unsigned=True.
 * @one_sided: QMAC_METHOD_PERCENTILE on magnitudes.
 * @bits: 2 to 16 bits of a code; 0 for 8. ncnn and PPQ: 8 (ACIQ: 2 to 8).
 * @percentile: Above 0, up to 100; 0 for the default: 99.99, or that of the tool.
 * @coverage: Limit of the two-pointer filter, above 0, below 1; 0 for 0.99.
 */
struct qmac_calibration_method {
	uint8_t method;
	uint8_t scheme;
	bool one_sided;
	uint8_t bits;
	double percentile;
	double coverage;
};

/**
 * struct qmac_calibration_range - what was chosen
 * @lo: Least real number to cover; for qmac_quant_choose().
 * @hi: Greatest, not below @lo. The range need not contain 0.
 * @scale: Real number per code where the tool gives a scale (ncnn: its scale is
 *   1 / @scale; PPQ_KL), else 0.
 * @score: What the search made least or greatest: divergence (nats; PPQ_KL:
 *   powers of ten), mean squared error, cosine; else 0.
 * @coverage: Share of the elements that lie inside, as far as bins tell: a bin
 *   counts when its middle does. 1 without a histogram.
 */
struct qmac_calibration_range {
	float lo, hi;
	double scale;
	double score;
	double coverage;
};

/**
 * qmac_calibration_choose() - choose a range
 * @calibration: In its last pass.
 * @method: How; NULL for the default.
 * @out: Receives the range.
 *
 * A tensor of zeros alone has the range 0 to 0 (ncnn: with scale 1, where the
 * tool writes "inf"; PPQ_KL: its least scale, 1e-8).
 *
 * Return: 0, -EINVAL (method, bits, percentile, coverage; NaN in them too),
 * -ENODATA (nothing seen, no step, second pass missing or shorter than the
 * first), -EDOM (the tool itself fails: named), -ENOMEM.
 */
QMAC_EXPORT int qmac_calibration_choose(const struct qmac_calibration *calibration,
					const struct qmac_calibration_method *method,
					struct qmac_calibration_range *out);

/**
 * struct qmac_calibration_stats - what was seen
 * @calibrator: enum qmac_calibrator.
 * @pass: 1 or 2.
 * @count: Elements, of the first pass.
 * @zeros: Zeros among them (own calibrator, else 0); NaNs too.
 * @nans: NaNs that were counted as zeros.
 * @steps: Steps of the moving average.
 * @min: Least element; 0 before the first.
 * @max: Greatest element; 0 before the first.
 * @bins: Bins that qmac_calibration_bins() gives; 0 when there are none.
 */
struct qmac_calibration_stats {
	unsigned int calibrator, pass;
	uint64_t count, zeros, nans, steps;
	float min, max;
	size_t bins;
};

/**
 * qmac_calibration_stats() - tell what was seen
 * @calibration: The calibration.
 * @out: Receives the numbers.
 */
QMAC_EXPORT void qmac_calibration_stats(const struct qmac_calibration *calibration,
					struct qmac_calibration_stats *out);

/**
 * qmac_calibration_bins() - the histogram
 * @calibration: The calibration.
 * @edges: Receives bins + 1 edges, ascending.
 * @counts: Receives bins counts. Own calibrator: zeros are in the bin that
 *   begins at 0.
 *
 * Own calibrator: from the bin of the least element to that of the greatest.
 * The sum is the number of elements, but less where a tool leaves some out.
 */
QMAC_EXPORT void qmac_calibration_bins(const struct qmac_calibration *calibration, double *edges,
				       uint64_t *counts);

/**
 * qmac_calibration_encode() - the state as bytes
 * @calibration: The calibration.
 * @out: Receives memory for the caller to free().
 * @size: Receives its size.
 *
 * Little endian, versioned, with a checksum; equal states have equal bytes.
 *
 * Return: 0 or -ENOMEM.
 */
QMAC_EXPORT int qmac_calibration_encode(const struct qmac_calibration *calibration, void **out,
					size_t *size);

/**
 * qmac_calibration_decode() - a calibration from its bytes
 * @context: Receives messages.
 * @bytes: What qmac_calibration_encode() gave; everything is checked.
 * @size: Their number.
 * @out: Receives the calibration, ready for more updates.
 *
 * Return: 0, -EINVAL (damaged, with the offset; another version), -ENOMEM.
 */
QMAC_EXPORT int qmac_calibration_decode(struct qmac_context *context, const void *bytes,
					size_t size, struct qmac_calibration **out);

/**
 * qmac_calibration_save() - write the state to a file, whole or not at all
 * @calibration: The calibration.
 * @path: Replaced by rename once the new file is complete.
 *
 * Return: 0 or -errno; @path is as before on failure.
 */
QMAC_EXPORT int qmac_calibration_save(const struct qmac_calibration *calibration, const char *path);

/**
 * qmac_calibration_load() - read a state to go on with
 * @context: Receives messages.
 * @path: File of qmac_calibration_save().
 * @out: Receives the calibration.
 *
 * Return: As qmac_calibration_decode(), or what opening and reading gave.
 */
QMAC_EXPORT int qmac_calibration_load(struct qmac_context *context, const char *path,
				      struct qmac_calibration **out);

/**
 * qmac_two_pointer() - the two-pointer histogram filter on any counts
 * @context: Receives messages.
 * @counts: Histogram of equal bins.
 * @bins: Number of @counts, not 0.
 * @coverage: Limit, above 0, below 1.
 * @as_written: As often published: begins with [0, bins - 1), that is without
 *   the last bin, compares the counts at both pointers and stops only once the
 *   coverage is at or below the limit. Otherwise: begins with all bins, compares
 *   the two end bins and stops before the coverage would fall below the limit.
 *   The left bin goes unless it is the greater.
 * @left: Receives the first bin that is kept: its left edge bounds the range.
 * @right: Receives one past the last bin that is kept: its left edge bounds the
 *   range. Equal to @left when nothing is kept (as written only).
 *
 * Return: 0, -EINVAL, -ENODATA (all counts are 0).
 */
QMAC_EXPORT int qmac_two_pointer(struct qmac_context *context, const uint64_t *counts, size_t bins,
				 double coverage, bool as_written, size_t *left, size_t *right);

#ifdef __cplusplus
}
#endif

#endif /* QMAC_CALIBRATE_H */
