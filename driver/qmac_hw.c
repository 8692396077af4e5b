// SPDX-License-Identifier: GPL-2.0
/*
 * The device: starting it from what is in memory, the rings, sync requests.
 */
#include <linux/dma-mapping.h>
#include <linux/iopoll.h>
#include <linux/pci.h>

#include <drm/drm_managed.h>
#include <drm/drm_print.h>

#include "qmac_drv.h"
#include "qmac_job.h"
#include "qmac_trace.h"
#include "qmac_vm.h"

/* A slow simulation may take its time, as long as it moves. */
#define QMAC_SYNC_ROUNDS 10

static void qmac_hw_destroy_wq(struct drm_device *drm, void *wq)
{
	destroy_workqueue(wq);
}

/* Mappings, memory and software state; the device is not touched. */
static int qmac_hw_alloc(struct qmac_device *qdev)
{
	struct qmac_hw *hw = &qdev->hw;
	struct device *dev = qdev->drm.dev;
	int ret;

	spin_lock_init(&hw->lock);
	init_waitqueue_head(&hw->event_wait);
	/* All that the reset work uses goes after the workqueue: see qmac_reset_request(). */
	ret = drmm_mutex_init(&qdev->drm, &hw->reset_lock);
	if (ret)
		return ret;
	ret = qmac_coredump_init(qdev);
	if (ret)
		return ret;
	/* Fences wait for what runs there: memory reclaim must not stop it. */
	hw->wq = alloc_ordered_workqueue("qmac-%s", WQ_MEM_RECLAIM, dev_name(dev));
	if (!hw->wq)
		return -ENOMEM;
	ret = drmm_add_action_or_reset(&qdev->drm, qmac_hw_destroy_wq, hw->wq);
	if (ret)
		return ret;
	qmac_watchdog_init(qdev);
	qmac_reset_init(qdev);

	hw->jobs = dmam_alloc_coherent(dev, QMAC_RING_SIZE * sizeof(*hw->jobs), &hw->jobs_bus,
				       GFP_KERNEL);
	hw->cpls = dmam_alloc_coherent(dev, QMAC_RING_SIZE * sizeof(*hw->cpls), &hw->cpls_bus,
				       GFP_KERNEL);
	hw->sync_answer = dmam_alloc_coherent(dev, PAGE_SIZE, &hw->sync_answer_bus, GFP_KERNEL);
	if (!hw->jobs || !hw->cpls || !hw->sync_answer)
		return -ENOMEM;
	return 0;
}

int qmac_hw_probe(struct qmac_device *qdev)
{
	struct qmac_hw *hw = &qdev->hw;
	struct device *dev = qdev->drm.dev;
	u32 id, major;
	int ret;

	static_assert(sizeof(struct qmac_job_entry) == 64);
	static_assert(sizeof(struct qmac_completion) == 128);

	if (pci_resource_len(qdev->pdev, QMAC_PCI_BAR_REGS) < QMAC_PCI_BAR_REGS_SIZE)
		return dev_err_probe(dev, -ENODEV, "register BAR is too small\n");
	ret = pcim_request_region(qdev->pdev, QMAC_PCI_BAR_REGS, "qmac");
	if (ret)
		return dev_err_probe(dev, ret, "register BAR is in use\n");
	hw->regs = pcim_iomap(qdev->pdev, QMAC_PCI_BAR_REGS, QMAC_PCI_BAR_REGS_SIZE);
	if (!hw->regs)
		return -ENOMEM;

	id = qmac_read(hw, QMAC_REG_ID);
	if (id != QMAC_REG_ID_VALUE)
		return dev_err_probe(dev, -ENODEV, "ID register is %#x, not %#x\n", id,
				     QMAC_REG_ID_VALUE);
	major = qmac_read(hw, QMAC_REG_VERSION) >> QMAC_VERSION_MAJOR_SHIFT;
	if (major != QMAC_HW_VERSION_MAJOR)
		return dev_err_probe(dev, -ENODEV,
				     "register map has version %u, this driver knows %u\n", major,
				     QMAC_HW_VERSION_MAJOR);
	return qmac_hw_alloc(qdev);
}

/* All ones from a device that left, anything from an address nobody answers. */
bool qmac_hw_gone(struct qmac_hw *hw)
{
	return qmac_read(hw, QMAC_REG_ID) != QMAC_REG_ID_VALUE;
}

static void qmac_write64(struct qmac_hw *hw, u32 reg_lo, u64 value)
{
	qmac_write(hw, reg_lo, lower_32_bits(value));
	qmac_write(hw, reg_lo + 4, upper_32_bits(value));
}

/*
 * Programs everything, whatever state the device is in: used by probe, by resume
 * and after every reset. The ring is empty. The caller holds reset_lock or is
 * alone.
 */
int qmac_hw_start(struct qmac_device *qdev)
{
	struct qmac_hw *hw = &qdev->hw;
	int ret;

	ret = qmac_hw_soft_reset(hw);
	if (ret)
		return ret;

	/* The device counts from zero again, and its first pass has phase 1. */
	memset(hw->cpls, 0, QMAC_RING_SIZE * sizeof(*hw->cpls));
	WRITE_ONCE(*hw->sync_answer, 0);

	qmac_write64(hw, QMAC_REG_JOB_RING_LO, hw->jobs_bus);
	qmac_write64(hw, QMAC_REG_CPL_RING_LO, hw->cpls_bus);
	qmac_write(hw, QMAC_REG_RING_SIZE, QMAC_RING_LOG2);
	qmac_write64(hw, QMAC_REG_SYNC_ADDR_LO, hw->sync_answer_bus);
	qmac_write(hw, QMAC_REG_CTRL, QMAC_CTRL_ENABLE_MASK);
	/* Also flushes the writes. */
	if (qmac_hw_gone(hw))
		return -ENODEV;

	spin_lock_irq(&hw->lock);
	hw->head = 0;
	hw->tail = 0;
	hw->sync_seq = 0;
	hw->epoch++;
	hw->watch_valid = false;
	hw->started = !hw->wedged;
	spin_unlock_irq(&hw->lock);
	return 0;
}

/* Waits for the ring to run empty, then stops the device. */
int qmac_hw_stop(struct qmac_device *qdev, unsigned long timeout)
{
	struct qmac_hw *hw = &qdev->hw;
	bool empty;

	wait_event_timeout(hw->event_wait, READ_ONCE(hw->head) == READ_ONCE(hw->tail), timeout);

	/* A reset under way ends before; one that is asked for later finds nothing to do. */
	mutex_lock(&hw->reset_lock);
	spin_lock_irq(&hw->lock);
	empty = hw->head == hw->tail;
	if (empty) {
		hw->started = false;
		hw->epoch++;
	}
	spin_unlock_irq(&hw->lock);
	mutex_unlock(&hw->reset_lock);
	if (!empty)
		return -EBUSY;
	wake_up_all(&hw->event_wait);
	cancel_delayed_work_sync(&hw->watchdog);
	qmac_write(hw, QMAC_REG_CTRL, 0);
	return 0;
}

/* For good: no register access, interrupt or job starts after this. */
void qmac_hw_remove(struct qmac_device *qdev)
{
	struct qmac_hw *hw = &qdev->hw;

	spin_lock_irq(&hw->lock);
	hw->wedged = true;
	hw->started = false;
	spin_unlock_irq(&hw->lock);
	wake_up_all(&hw->event_wait);

	cancel_work_sync(&hw->reset_work);
	cancel_delayed_work_sync(&hw->watchdog);

	drm_sched_wqueue_stop(qdev->sched);
	/* If this fails the caller's pci_clear_master() ends all accesses. */
	qmac_hw_soft_reset(hw);
	qmac_reset_fail_jobs(qdev, DRM_QMAC_CAUSE_DEVICE_LOST);
	drm_sched_wqueue_start(qdev->sched);
}

/* Writes the ring entry of a job. False if the device is lost. */
bool qmac_hw_push(struct qmac_device *qdev, struct qmac_job *job)
{
	struct qmac_hw *hw = &qdev->hw;
	struct qmac_vm *vm = job->queue->ctx->vm;
	struct qmac_job_entry *entry;
	unsigned long flags;
	u32 slot;

	spin_lock_irqsave(&hw->lock, flags);
	if (!hw->started) {
		spin_unlock_irqrestore(&hw->lock, flags);
		return false;
	}
	slot = hw->head % QMAC_RING_SIZE;
	entry = &hw->jobs[slot];
	job->ring_id = ++hw->next_id;
	job->pushed = ktime_get();
	*entry = (struct qmac_job_entry){
		.type = cpu_to_le32(1),
		.job_id = cpu_to_le64(job->ring_id),
		.root_ppn = cpu_to_le64(qmac_pt_root_ppn(&vm->pt)),
		.cmd_va = cpu_to_le64(job->cmd_va),
		.cmd_count = cpu_to_le32(job->cmd_count),
		.cycle_limit = cpu_to_le64(job->cycle_limit),
	};
	hw->slot[slot] = job;
	vm->in_ring++;
	if (hw->head++ == hw->tail)
		qmac_watchdog_arm(qdev);
	qmac_result_running(job);
	trace_qmac_job_run(job);
	/* writel() orders the entry before the doorbell. */
	qmac_write(hw, QMAC_REG_DOORBELL, hw->head);
	spin_unlock_irqrestore(&hw->lock, flags);
	return true;
}

/* The device skips abort requests for jobs that it has not begun: only the oldest counts. */
static void qmac_hw_abort_locked(struct qmac_device *qdev)
{
	struct qmac_hw *hw = &qdev->hw;

	lockdep_assert_held(&hw->lock);

	if (!hw->started || hw->head == hw->tail ||
	    !hw->slot[hw->tail % QMAC_RING_SIZE]->queue->ctx->closed)
		return;
	atomic64_inc(&qdev->stats.aborts);
	qmac_write(hw, QMAC_REG_ABORT, hw->tail);
	/* Until it has worked. */
	mod_delayed_work(hw->wq, &hw->watchdog, msecs_to_jiffies(QMAC_ABORT_RETRY_MS));
}

/* Ends the oldest job if its file is closed. */
void qmac_hw_abort_closed(struct qmac_device *qdev)
{
	unsigned long flags;

	spin_lock_irqsave(&qdev->hw.lock, flags);
	qmac_hw_abort_locked(qdev);
	spin_unlock_irqrestore(&qdev->hw.lock, flags);
}

/*
 * Takes the records that the device has written and ends their jobs. In any
 * context: interrupt, watchdog, reset. Returns the number of jobs ended.
 */
unsigned int qmac_hw_complete(struct qmac_device *qdev)
{
	struct qmac_hw *hw = &qdev->hw;
	const struct qmac_completion *cpl;
	unsigned int count = 0;
	struct qmac_job *job;
	unsigned long flags;
	u32 slot, phase;
	bool cookie;

	cookie = dma_fence_begin_signalling();
	spin_lock_irqsave(&hw->lock, flags);
	while (hw->started && hw->tail != hw->head) {
		slot = hw->tail % QMAC_RING_SIZE;
		cpl = &hw->cpls[slot];
		phase = !(hw->tail & QMAC_RING_SIZE);
		if ((le32_to_cpu(READ_ONCE(cpl->phase)) & 1) != phase)
			break;
		/* The rest of the record was written before its phase. */
		dma_rmb();
		job = hw->slot[slot];
		if (le64_to_cpu(cpl->job_id) != job->ring_id) {
			qmac_reset_request(qdev, QMAC_RESET_PROTOCOL);
			break;
		}
		hw->slot[slot] = NULL;
		hw->tail++;
		job->queue->ctx->vm->in_ring--;
		qmac_job_complete(job, cpl);
		count++;
	}
	if (count)
		qmac_hw_abort_locked(qdev);
	if (hw->head == hw->tail)
		wake_up_all(&hw->event_wait);
	spin_unlock_irqrestore(&hw->lock, flags);
	dma_fence_end_signalling(cookie);
	return count;
}

static bool qmac_sync_done(struct qmac_hw *hw, u32 seq, u32 epoch)
{
	/* After a reset or a stop, and without the bus, nothing of before can happen. */
	return le64_to_cpu(READ_ONCE(*hw->sync_answer)) == seq || READ_ONCE(hw->epoch) != epoch ||
	       READ_ONCE(hw->wedged);
}

/*
 * Returns when the device has forgotten all translations and finished all
 * accesses that used them, by whatever means. Only the release work calls this;
 * the jobs in the ring keep the device powered.
 */
void qmac_hw_sync(struct qmac_device *qdev)
{
	struct qmac_hw *hw = &qdev->hw;
	u32 seq, epoch, progress, now;
	int rounds = QMAC_SYNC_ROUNDS;

	spin_lock_irq(&hw->lock);
	epoch = hw->epoch;
	/* Without a job in the ring it has, and may have no power. */
	if (hw->wedged || hw->head == hw->tail) {
		spin_unlock_irq(&hw->lock);
		return;
	}
	seq = ++hw->sync_seq;
	if (hw->started)
		qmac_write(hw, QMAC_REG_SYNC_REQ, seq);
	spin_unlock_irq(&hw->lock);
	atomic64_inc(&qdev->stats.syncs);
	trace_qmac_sync(qdev, seq);

	progress = qmac_read(hw, QMAC_REG_PROGRESS);
	while (!wait_event_timeout(hw->event_wait, qmac_sync_done(hw, seq, epoch),
				   msecs_to_jiffies(qmac_watchdog_period()))) {
		now = qmac_read(hw, QMAC_REG_PROGRESS);
		if (now != progress && --rounds) {
			progress = now;
			continue;
		}
		/* Ends in a running device, or in one that is off the bus. */
		qmac_reset_request(qdev, QMAC_RESET_SYNC);
		flush_work(&hw->reset_work);
	}
}
