// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/debug/accel/<device>: registers, ring, counters, the latency of an
 * interrupt, and a way to ask for a reset.
 */
#include <linux/debugfs.h>
#include <linux/pm_runtime.h>
#include <linux/seq_file.h>

#include <drm/drm_debugfs.h>
#include <drm/drm_drv.h>

#include "qmac_debugfs.h"
#include "qmac_drv.h"
#include "qmac_job.h"

static int qmac_show_regs(struct seq_file *m, void *data)
{
	static const struct {
		const char *name;
		u32 offset;
	} regs[] = {
#define REG(name) { #name, QMAC_REG_##name }
		REG(ID),	   REG(VERSION),      REG(ARRAY),	 REG(MODEL),
		REG(OPCODES),	   REG(FLAGS),	      REG(TYPES),	 REG(REQUANT),
		REG(MAX_DIM),	   REG(MAX_BATCH),    REG(MAX_COMMANDS), REG(ACCUMULATORS),
		REG(CTRL),	   REG(STATUS),	      REG(PROGRESS),	 REG(HALT_CAUSE),
		REG(HALT_ADDR_LO), REG(HALT_ADDR_HI), REG(CYCLES_LO),	 REG(CYCLES_HI),
		REG(RING_SIZE),	   REG(DOORBELL),     REG(JOB_HEAD),	 REG(JOB_DONE),
		REG(SYNC_REQ),	   REG(SYNC_ACK),
#undef REG
	};
	struct drm_debugfs_entry *entry = m->private;
	struct qmac_device *qdev = to_qmac(entry->dev);
	unsigned int i;
	int ret, idx;

	if (!drm_dev_enter(&qdev->drm, &idx))
		return -ENODEV;
	ret = pm_runtime_resume_and_get(qdev->drm.dev);
	if (!ret) {
		for (i = 0; i < ARRAY_SIZE(regs); i++)
			seq_printf(m, "%-12s %08x\n", regs[i].name,
				   qmac_read(&qdev->hw, regs[i].offset));
		pm_runtime_mark_last_busy(qdev->drm.dev);
		pm_runtime_put_autosuspend(qdev->drm.dev);
	}
	drm_dev_exit(idx);
	return ret;
}

static int qmac_show_ring(struct seq_file *m, void *data)
{
	struct drm_debugfs_entry *entry = m->private;
	struct qmac_device *qdev = to_qmac(entry->dev);
	struct qmac_hw *hw = &qdev->hw;
	struct qmac_job *job;
	u32 i;

	spin_lock_irq(&hw->lock);
	seq_printf(m, "head %u\ntail %u\nstarted %d\nwedged %d\nepoch %u\n", hw->head, hw->tail,
		   hw->started, hw->wedged, hw->epoch);
	for (i = hw->tail; i != hw->head; i++) {
		job = hw->slot[i % QMAC_RING_SIZE];
		seq_printf(m, "%u: ring id %llu job id %llu commands %u at %#llx%s\n", i,
			   job->ring_id, job->result.status.job_id, job->cmd_count, job->cmd_va,
			   job->queue->ctx->closed ? " (closed)" : "");
	}
	spin_unlock_irq(&hw->lock);
	return 0;
}

static int qmac_show_stats(struct seq_file *m, void *data)
{
	struct drm_debugfs_entry *entry = m->private;
	struct qmac_stats *stats = &to_qmac(entry->dev)->stats;

#define STAT(name) seq_printf(m, "%-10s %lld\n", #name, atomic64_read(&(stats)->name))
	STAT(submitted);
	STAT(done);
	STAT(failed);
	STAT(cancelled);
	STAT(released);
	STAT(syncs);
	STAT(aborts);
	STAT(lost_irqs);
	STAT(resets);
#undef STAT
	return 0;
}

/* Nanoseconds from one posted write to a waiter woken by the MSI-X that it raises. */
static int qmac_irq_latency(struct qmac_hw *hw, s64 *ns)
{
	int before = atomic_read(&hw->sync_irqs);
	ktime_t start = ktime_get();

	qmac_write(hw, QMAC_REG_IRQ_TEST, BIT(QMAC_IRQ_SYNC));
	if (!wait_event_timeout(hw->event_wait, atomic_read(&hw->sync_irqs) != before, HZ))
		return -ETIMEDOUT;
	*ns = ktime_to_ns(ktime_sub(ktime_get(), start));
	return 0;
}

static int qmac_show_irq_latency(struct seq_file *m, void *data)
{
	struct drm_debugfs_entry *entry = m->private;
	struct qmac_device *qdev = to_qmac(entry->dev);
	s64 ns;
	int ret, idx;

	if (!drm_dev_enter(&qdev->drm, &idx))
		return -ENODEV;
	ret = pm_runtime_resume_and_get(qdev->drm.dev);
	if (!ret) {
		ret = qmac_irq_latency(&qdev->hw, &ns);
		if (!ret)
			seq_printf(m, "%lld\n", ns);
		pm_runtime_mark_last_busy(qdev->drm.dev);
		pm_runtime_put_autosuspend(qdev->drm.dev);
	}
	drm_dev_exit(idx);
	return ret;
}

static const struct drm_debugfs_info qmac_debugfs_files[] = {
	{ "regs", qmac_show_regs },
	{ "ring", qmac_show_ring },
	{ "stats", qmac_show_stats },
	{ "irq_latency", qmac_show_irq_latency },
};

/* Any number written resets the device; returns when that is done. */
static int qmac_debugfs_reset(void *data, u64 value)
{
	struct qmac_device *qdev = data;
	int ret, idx;

	if (!drm_dev_enter(&qdev->drm, &idx))
		return -ENODEV;
	ret = pm_runtime_resume_and_get(qdev->drm.dev);
	if (!ret) {
		qmac_reset_request(qdev, QMAC_RESET_REQUEST);
		flush_work(&qdev->hw.reset_work);
		pm_runtime_mark_last_busy(qdev->drm.dev);
		pm_runtime_put_autosuspend(qdev->drm.dev);
	}
	drm_dev_exit(idx);
	return ret;
}
DEFINE_DEBUGFS_ATTRIBUTE(qmac_debugfs_reset_fops, NULL, qmac_debugfs_reset, "%llu\n");

/* Before the device is registered. */
void qmac_debugfs_init(struct qmac_device *qdev)
{
	drm_debugfs_add_files(&qdev->drm, qmac_debugfs_files, ARRAY_SIZE(qmac_debugfs_files));
	debugfs_create_file("reset", 0200, qdev->drm.debugfs_root, qdev, &qmac_debugfs_reset_fops);
}
