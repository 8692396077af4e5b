/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _QMAC_DRV_H_
#define _QMAC_DRV_H_

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/list.h>
#include <linux/mutex.h>

#include <drm/drm_device.h>
#include <drm/gpu_scheduler.h>
#include <drm/qmac_accel.h>

#include "qmac_hw.h"

struct pci_dev;
struct qmac_release;

/* Bounds told by DEV_QUERY; see struct drm_qmac_limits. */
#define QMAC_MAX_JOBS	      64
#define QMAC_MAX_BOS	      1024
#define QMAC_MAX_SYNCS	      64
#define QMAC_MAX_QUEUES	      16
#define QMAC_MAX_QUEUED_JOBS  256
#define QMAC_MAX_JOB_QUERY    256
#define QMAC_JOB_HISTORY_LOG2 12
#define QMAC_JOB_HISTORY      BIT(QMAC_JOB_HISTORY_LOG2)
#define QMAC_MAX_CYCLE_LIMIT  BIT_ULL(36)
#define QMAC_MAX_BO_SIZE      (16ull << 30)

/* Counters for debugfs; events since probe. */
struct qmac_stats {
	atomic64_t submitted; /* jobs that SUBMIT accepted */
	atomic64_t done;
	atomic64_t failed;
	atomic64_t cancelled;
	atomic64_t released; /* jobs freed: equals submitted when nothing is left */
	atomic64_t syncs;
	atomic64_t aborts;
	atomic64_t lost_irqs; /* completions that the watchdog found */
	atomic64_t resets;
};

/**
 * struct qmac_device - one accelerator
 * @drm: Base; its last reference frees this structure.
 * @pdev: PCI function.
 * @hw: Registers, rings, watchdog, reset.
 * @sched: The one scheduler; runs as long as @drm lives.
 * @info: What the device can do, read once at probe.
 * @limits: What this driver allows.
 * @bo_lock: Protects @bos and the DMA mapping of each BO on it.
 * @bos: BOs that have a DMA mapping, for remove().
 * @vm_lock: Protects @vms.
 * @vms: Address spaces, for remove().
 * @release: What waits to be freed; counted.
 * @stats: Counters.
 */
struct qmac_device {
	struct drm_device drm;
	struct pci_dev *pdev;
	struct qmac_hw hw;
	struct drm_gpu_scheduler *sched;
	struct drm_qmac_hw_info info;
	struct drm_qmac_limits limits;

	struct mutex bo_lock; /* see above */
	struct list_head bos;
	struct mutex vm_lock; /* see above */
	struct list_head vms;

	struct qmac_release *release;

	struct qmac_stats stats;
};

static inline struct qmac_device *to_qmac(struct drm_device *drm)
{
	return container_of(drm, struct qmac_device, drm);
}

int qmac_ioctl_dev_query(struct drm_device *drm, void *data, struct drm_file *file);

#endif /* _QMAC_DRV_H_ */
