// SPDX-License-Identifier: GPL-2.0
/*
 * Recovery: soft reset, then reset of the PCI function, then the bus is taken
 * away and the device is wedged. However it ends, every job in the ring has
 * ended and no access of before can follow.
 */
#include <linux/iopoll.h>
#include <linux/kobject.h>
#include <linux/pci.h>

#include <drm/drm_file.h>
#include <drm/drm_print.h>

#include "qmac_drv.h"
#include "qmac_job.h"
#include "qmac_trace.h"
#include "qmac_vm.h"

#define QMAC_RESET_POLL_US    100
#define QMAC_RESET_TIMEOUT_US (5 * USEC_PER_SEC)
#define QMAC_FLR_TRIES	      20
#define QMAC_FLR_RETRY_MS     50

int qmac_hw_soft_reset(struct qmac_hw *hw)
{
	u32 status;
	int ret;

	if (qmac_hw_gone(hw))
		return -ENODEV;
	qmac_write(hw, QMAC_REG_CTRL, QMAC_CTRL_RESET_MASK);
	ret = read_poll_timeout(qmac_read, status, !(status & QMAC_STATUS_RESETTING_MASK),
				QMAC_RESET_POLL_US, QMAC_RESET_TIMEOUT_US, false, hw,
				QMAC_REG_STATUS);
	if (ret)
		return qmac_hw_gone(hw) ? -ENODEV : ret;
	return status & QMAC_STATUS_HALTED_MASK ? -EIO : 0;
}

/* Ends all jobs in the ring. The device cannot write records any more. */
void qmac_reset_fail_jobs(struct qmac_device *qdev, enum drm_qmac_cause cause)
{
	struct qmac_hw *hw = &qdev->hw;
	struct qmac_job *job;

	spin_lock_irq(&hw->lock);
	while (hw->tail != hw->head) {
		job = hw->slot[hw->tail % QMAC_RING_SIZE];
		hw->slot[hw->tail % QMAC_RING_SIZE] = NULL;
		hw->tail++;
		job->queue->ctx->vm->in_ring--;
		qmac_job_fail(job, cause);
		/* Only the oldest is to blame. */
		if (cause == DRM_QMAC_CAUSE_HANG)
			cause = DRM_QMAC_CAUSE_RESET;
	}
	spin_unlock_irq(&hw->lock);
	wake_up_all(&hw->event_wait);
}

/*
 * Resets the PCI function, with the ring empty. Never waits for the device lock:
 * remove() holds it.
 */
static int qmac_reset_function(struct qmac_device *qdev)
{
	struct qmac_hw *hw = &qdev->hw;
	int tries = QMAC_FLR_TRIES;
	int ret;

	hw->reset_task = current;
	while ((ret = pci_try_reset_function(qdev->pdev)) == -EAGAIN && --tries)
		msleep(QMAC_FLR_RETRY_MS);
	hw->reset_task = NULL;
	if (ret)
		return ret;
	pci_set_master(qdev->pdev);
	return qmac_hw_start(qdev);
}

static void qmac_wedge(struct qmac_device *qdev)
{
	struct qmac_hw *hw = &qdev->hw;

	pci_clear_master(qdev->pdev);
	spin_lock_irq(&hw->lock);
	hw->wedged = true;
	spin_unlock_irq(&hw->lock);
}

/*
 * The event is that of drm_dev_wedged_event(), which 6.12 lacks and which, up to
 * 7.3 at least, takes every device for one with a primary node and oopses.
 */
static void qmac_report_wedged(struct qmac_device *qdev)
{
	static char *const event[] = { "WEDGED=rebind,bus-reset", NULL };

	drm_err(&qdev->drm, "device is lost: unbind, reset and bind it, or restart the machine\n");
	kobject_uevent_env(&qdev->drm.accel->kdev->kobj, KOBJ_CHANGE, (char **)event);
}

/* True when the only reason was a hang, and it was none. */
static bool qmac_reset_false_alarm(struct qmac_device *qdev, unsigned long reasons)
{
	struct qmac_hw *hw = &qdev->hw;
	u32 tail = READ_ONCE(hw->tail);

	qmac_hw_complete(qdev);
	if (reasons != BIT(QMAC_RESET_HANG) || READ_ONCE(hw->tail) == tail)
		return false;
	spin_lock_irq(&hw->lock);
	qmac_watchdog_arm(qdev);
	spin_unlock_irq(&hw->lock);
	return true;
}

/*
 * Soft reset. In any case the jobs of the ring have ended and the device cannot
 * reach memory of before: it was reset, or has lost the bus.
 */
static int qmac_reset_soft(struct qmac_device *qdev, unsigned long reasons)
{
	struct qmac_hw *hw = &qdev->hw;
	enum drm_qmac_cause cause = DRM_QMAC_CAUSE_RESET;
	int ret;

	if (reasons & (BIT(QMAC_RESET_HANG) | BIT(QMAC_RESET_SYNC)))
		cause = DRM_QMAC_CAUSE_HANG;

	spin_lock_irq(&hw->lock);
	hw->started = false;
	spin_unlock_irq(&hw->lock);

	qmac_coredump_snapshot(qdev, reasons);
	ret = qmac_hw_soft_reset(hw);
	if (ret)
		pci_clear_master(qdev->pdev);
	qmac_reset_fail_jobs(qdev, ret == -ENODEV ? DRM_QMAC_CAUSE_DEVICE_LOST : cause);
	return ret ?: qmac_hw_start(qdev);
}

/* The scheduler is stopped and reset_lock held. */
static void qmac_reset(struct qmac_device *qdev, unsigned long reasons)
{
	struct qmac_hw *hw = &qdev->hw;
	bool cookie;
	int ret;

	cookie = dma_fence_begin_signalling();
	if (qmac_reset_false_alarm(qdev, reasons)) {
		dma_fence_end_signalling(cookie);
		return;
	}
	ret = qmac_reset_soft(qdev, reasons);
	dma_fence_end_signalling(cookie);

	/*
	 * Not marked: the PCI core takes locks under which other drivers' probes
	 * allocate. Those of this device are not contended then.
	 */
	if (ret)
		ret = qmac_reset_function(qdev);
	if (ret)
		qmac_wedge(qdev);
	wake_up_all(&hw->event_wait);

	atomic64_inc(&qdev->stats.resets);
	trace_qmac_reset(qdev, reasons, ret);
	if (reasons == BIT(QMAC_RESET_REQUEST))
		drm_info(&qdev->drm, "reset on request\n");
	else
		drm_err(&qdev->drm, "reset:%s%s%s%s\n",
			reasons & BIT(QMAC_RESET_HANG) ? " no progress" : "",
			reasons & BIT(QMAC_RESET_HALT) ? " halted" : "",
			reasons & BIT(QMAC_RESET_SYNC) ? " no answer to sync" : "",
			reasons & BIT(QMAC_RESET_PROTOCOL) ? " bad completion record" : "");
}

/* The caller holds reset_lock. */
static void qmac_reset_start_sched(struct qmac_device *qdev)
{
	/* When the system sleeps, or is about to, only resume may do that. */
	if (!qdev->hw.asleep)
		drm_sched_wqueue_start(qdev->sched);
}

static void qmac_reset_work(struct work_struct *work)
{
	struct qmac_device *qdev = container_of(work, struct qmac_device, hw.reset_work);
	struct qmac_hw *hw = &qdev->hw;
	unsigned long reasons = xchg(&hw->reset_reasons, 0);
	bool lost = false;

	mutex_lock(&hw->reset_lock);
	/* Lost or stopped since it was asked for: there may be no power either. */
	if (reasons && READ_ONCE(hw->started)) {
		drm_sched_wqueue_stop(qdev->sched);
		qmac_reset(qdev, reasons);
		lost = READ_ONCE(hw->wedged);
		qmac_reset_start_sched(qdev);
	}
	mutex_unlock(&hw->reset_lock);

	/* These allocate: not before the fences are signalled. */
	qmac_coredump_emit(qdev);
	if (lost)
		qmac_report_wedged(qdev);
}

/*
 * From any context, also while remove() waits for what is here: then the work runs
 * late, finds a device that is stopped, and touches only what lives as long as the
 * workqueue.
 */
void qmac_reset_request(struct qmac_device *qdev, enum qmac_reset_reason reason)
{
	struct qmac_hw *hw = &qdev->hw;

	if (READ_ONCE(hw->wedged))
		return;
	set_bit(reason, &hw->reset_reasons);
	queue_work(hw->wq, &hw->reset_work);
}

void qmac_reset_init(struct qmac_device *qdev)
{
	INIT_WORK(&qdev->hw.reset_work, qmac_reset_work);
}

/* Somebody else resets the function, e.g. through sysfs. */
void qmac_reset_prepare(struct pci_dev *pdev)
{
	struct qmac_device *qdev = pci_get_drvdata(pdev);
	struct qmac_hw *hw = &qdev->hw;

	if (hw->reset_task == current)
		return;
	mutex_lock(&hw->reset_lock);
	drm_sched_wqueue_stop(qdev->sched);
	qmac_hw_complete(qdev);
	spin_lock_irq(&hw->lock);
	hw->started = false;
	spin_unlock_irq(&hw->lock);
}

void qmac_reset_done(struct pci_dev *pdev)
{
	struct qmac_device *qdev = pci_get_drvdata(pdev);
	struct qmac_hw *hw = &qdev->hw;
	bool lost = false;

	if (hw->reset_task == current)
		return;
	qmac_reset_fail_jobs(qdev, DRM_QMAC_CAUSE_RESET);
	if (!READ_ONCE(hw->wedged) && qmac_hw_start(qdev)) {
		qmac_wedge(qdev);
		lost = true;
	}
	wake_up_all(&hw->event_wait);
	atomic64_inc(&qdev->stats.resets);
	qmac_reset_start_sched(qdev);
	mutex_unlock(&hw->reset_lock);
	if (lost)
		qmac_report_wedged(qdev);
}
