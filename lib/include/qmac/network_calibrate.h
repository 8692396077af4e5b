/* SPDX-License-Identifier: MIT */
/*
 * Calibration of whole networks: ranges of all activations by any calibrator and
 * method of calibrate.h.
 *
 * Samples run through the float network; every fp32 activation is shown to a
 * calibration of its own while it is there. Memory is that of the network plus
 * O(bins) per activation (32 KiB with QMAC_CALIBRATOR_OWN by default), however
 * many samples there are.
 *
 *   create, update with all samples,
 *   [when passes() is 2: next_pass(), update with the same samples again,]
 *   choose, as often as wanted, with one method or another
 *
 * QMAC_CALIBRATOR_OWN: samples run a few at a time; neither that nor how they are
 * divided among the calls matters, to the last bit. The other calibrators see the
 * samples of one update as one batch, as their tools see what a data reader
 * returns, and run them at once.
 *
 * Ranges are of what later nodes read: quantization parameters of a what-if run
 * (qmac_network_set_fake()) have their effect.
 */
#ifndef QMAC_NETWORK_CALIBRATE_H
#define QMAC_NETWORK_CALIBRATE_H

#include <stddef.h>

#include <qmac/calibrate.h>
#include <qmac/export.h>
#include <qmac/network.h>

#ifdef __cplusplus
extern "C" {
#endif

struct qmac_network_calibration;

/**
 * qmac_network_calibration_create() - begin to watch all activations
 * @network: Network with one input; must outlive the calibration, and is used by
 *   its updates.
 * @spec: What kind of calibration; NULL for the default.
 * @out: Receives the calibration: qmac_network_calibration_destroy().
 *
 * Return: 0, -EINVAL (inputs; as qmac_calibration_create()), -ENOMEM.
 */
QMAC_EXPORT int qmac_network_calibration_create(struct qmac_network *network,
						const struct qmac_calibration_spec *spec,
						struct qmac_network_calibration **out);

/**
 * qmac_network_calibration_destroy() - free a calibration; the network stays
 * @calibration: May be NULL.
 */
QMAC_EXPORT void qmac_network_calibration_destroy(struct qmac_network_calibration *calibration);

/**
 * qmac_network_calibration_update() - see samples
 * @calibration: The calibration.
 * @rows: Samples, not 0; a multiple of qmac_network_info.fixed_batch when that is
 *   not 0, since filling a batch up would count samples twice.
 * @x: [@rows, ...] inputs.
 *
 * The network's observer is not called. After a failure the calibration may have
 * seen a part of the samples: destroy it.
 *
 * Return: 0, -EINVAL (@rows), as qmac_network_run(), or as
 * qmac_calibration_update(), naming the tensor.
 */
QMAC_EXPORT int qmac_network_calibration_update(struct qmac_network_calibration *calibration,
						size_t rows, const float *x);

/**
 * qmac_network_calibration_step() - end a step of the moving average of all tensors
 * @calibration: The calibration.
 * @constant: Weight of the new, 0 to 1.
 *
 * Return: As qmac_calibration_step().
 */
QMAC_EXPORT int qmac_network_calibration_step(struct qmac_network_calibration *calibration,
					      float constant);

/**
 * qmac_network_calibration_passes() - how often the samples must be shown
 * @calibration: The calibration.
 *
 * Return: 1 or 2.
 */
QMAC_EXPORT unsigned int
qmac_network_calibration_passes(const struct qmac_network_calibration *calibration);

/**
 * qmac_network_calibration_next_pass() - the samples begin again
 * @calibration: One that needs two passes and is in the first.
 *
 * Return: As qmac_calibration_next_pass(), naming the tensor.
 */
QMAC_EXPORT int qmac_network_calibration_next_pass(struct qmac_network_calibration *calibration);

/**
 * qmac_network_calibration_choose() - choose the ranges of all activations
 * @calibration: In its last pass.
 * @method: How; NULL for the default. For qmac_network_quantize() its scheme and
 *   bits should be those of the activations: QMAC_SCHEME_ASYMMETRIC and 8 unless
 *   the options say otherwise.
 * @ranges: Receives one entry per tensor of the network; constants and integers
 *   get 0 to 0.
 *
 * Return: As qmac_calibration_choose(), naming the tensor.
 */
QMAC_EXPORT int qmac_network_calibration_choose(const struct qmac_network_calibration *calibration,
						const struct qmac_calibration_method *method,
						struct qmac_network_range *ranges);

/**
 * qmac_network_calibration_tensor() - what was seen of one tensor
 * @calibration: The calibration.
 * @tensor: Tensor number.
 *
 * Return: A calibration that belongs to @calibration, for
 * qmac_calibration_stats() and qmac_calibration_bins(); NULL for a tensor that is
 * not watched.
 */
QMAC_EXPORT const struct qmac_calibration *
qmac_network_calibration_tensor(const struct qmac_network_calibration *calibration, size_t tensor);

/**
 * qmac_network_calibration_save() - write the state to a file, whole or not at all
 * @calibration: The calibration.
 * @path: Replaced by rename once the new file is complete. It holds the state of
 *   each tensor (qmac_calibration_encode()) with its name.
 *
 * Return: 0 or -errno; @path is as before on failure.
 */
QMAC_EXPORT int qmac_network_calibration_save(const struct qmac_network_calibration *calibration,
					      const char *path);

/**
 * qmac_network_calibration_load() - read a state to go on with
 * @network: The network that it was made with, or one with the same activations.
 * @path: File of qmac_network_calibration_save().
 * @out: Receives the calibration.
 *
 * Return: 0, -EINVAL (damaged, or of other activations: names the first), as
 * qmac_calibration_decode(), or what opening and reading gave.
 */
QMAC_EXPORT int qmac_network_calibration_load(struct qmac_network *network, const char *path,
					      struct qmac_network_calibration **out);

#ifdef __cplusplus
}
#endif

#endif /* QMAC_NETWORK_CALIBRATE_H */
