/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _QMAC_HW_H_
#define _QMAC_HW_H_

#include <linux/bits.h>
#include <linux/io.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <drm/qmac_accel.h>

#include "qmac_regs.h"

struct qmac_coredump;
struct qmac_device;
struct qmac_job;

#define QMAC_RING_LOG2 6
/* How often to repeat an abort that may have come too early. */
#define QMAC_ABORT_RETRY_MS 20

#define QMAC_RING_SIZE BIT(QMAC_RING_LOG2)

/* Why the device is to be reset: bits of qmac_hw.reset_reasons. */
enum qmac_reset_reason {
	QMAC_RESET_HANG,     /* busy without progress */
	QMAC_RESET_HALT,     /* stopped for a fault outside any job */
	QMAC_RESET_SYNC,     /* a sync request was not answered */
	QMAC_RESET_PROTOCOL, /* a completion record that cannot be */
	QMAC_RESET_REQUEST,  /* asked for through debugfs */
};

/**
 * struct qmac_hw - the device as the driver sees it
 * @regs: Registers.
 * @jobs: Job ring.
 * @jobs_bus: Its bus address.
 * @cpls: Completion ring.
 * @cpls_bus: Its bus address.
 * @sync_answer: The device stores the number of an answered sync request here.
 * @sync_answer_bus: Its bus address.
 * @lock: Protects everything from here to @last_end. Fences are signalled under
 *	it, so that they signal in order.
 * @started: The device is programmed and may be given jobs.
 * @wedged: The device is lost for good.
 * @head: Ring entries written.
 * @tail: Completion records consumed.
 * @slot: The jobs between @tail and @head.
 * @next_id: Job id of the next ring entry.
 * @sync_seq: Number of the newest sync request.
 * @epoch: Counts starts and stops; each answers all sync requests made before.
 * @last_end: When the last job ended.
 * @event_wait: Woken by sync answers, resets and an empty ring.
 * @sync_irqs: Interrupts on the sync vector.
 * @wq: Ordered: runs @watchdog and @reset_work.
 * @watchdog: Runs as long as jobs are in the ring.
 * @watch_valid: @watch_progress and @watch_tail are of the current busy phase.
 * @watch_progress: PROGRESS as the watchdog saw it last, at @watch_time.
 * @watch_tail: @tail as the watchdog saw it last.
 * @watch_time: In jiffies.
 * @reset_work: Carries out what @reset_reasons asks for.
 * @reset_reasons: Bits of enum qmac_reset_reason.
 * @reset_lock: Held while the device is reset, started or stopped.
 * @asleep: From suspend to resume of the system: the scheduler stays stopped.
 *	Protected by @reset_lock.
 * @reset_task: The holder of @reset_lock that resets the PCI function.
 * @dump: Memory for a snapshot of the device, allocated at probe.
 */
struct qmac_hw {
	void __iomem *regs;
	struct qmac_job_entry *jobs;
	dma_addr_t jobs_bus;
	struct qmac_completion *cpls;
	dma_addr_t cpls_bus;
	__le64 *sync_answer;
	dma_addr_t sync_answer_bus;

	spinlock_t lock; /* see above */
	bool started;
	bool wedged;
	u32 head;
	u32 tail;
	struct qmac_job *slot[QMAC_RING_SIZE];
	u64 next_id;
	u32 sync_seq;
	u32 epoch;
	bool watch_valid;
	u32 watch_progress;
	u32 watch_tail;
	unsigned long watch_time;
	ktime_t last_end;

	wait_queue_head_t event_wait;
	atomic_t sync_irqs;
	struct workqueue_struct *wq;
	struct delayed_work watchdog;
	struct work_struct reset_work;
	unsigned long reset_reasons;
	struct mutex reset_lock; /* see above */
	bool asleep;
	struct task_struct *reset_task;
	struct qmac_coredump *dump;
};

static inline u32 qmac_read(struct qmac_hw *hw, u32 reg)
{
	return readl(hw->regs + reg);
}

static inline void qmac_write(struct qmac_hw *hw, u32 reg, u32 value)
{
	writel(value, hw->regs + reg);
}

/* qmac_hw.c */
int qmac_hw_probe(struct qmac_device *qdev);
void qmac_hw_remove(struct qmac_device *qdev);
int qmac_hw_start(struct qmac_device *qdev);
int qmac_hw_stop(struct qmac_device *qdev, unsigned long timeout);
bool qmac_hw_push(struct qmac_device *qdev, struct qmac_job *job);
unsigned int qmac_hw_complete(struct qmac_device *qdev);
void qmac_hw_abort_closed(struct qmac_device *qdev);
void qmac_hw_sync(struct qmac_device *qdev);
bool qmac_hw_gone(struct qmac_hw *hw);

/* qmac_irq.c */
int qmac_irq_init(struct qmac_device *qdev);

/* qmac_reset.c */
void qmac_reset_init(struct qmac_device *qdev);
void qmac_reset_request(struct qmac_device *qdev, enum qmac_reset_reason reason);
void qmac_reset_fail_jobs(struct qmac_device *qdev, enum drm_qmac_cause cause);
void qmac_reset_prepare(struct pci_dev *pdev);
void qmac_reset_done(struct pci_dev *pdev);
int qmac_hw_soft_reset(struct qmac_hw *hw);

/* qmac_watchdog.c */
unsigned long qmac_watchdog_period(void);
void qmac_watchdog_init(struct qmac_device *qdev);
void qmac_watchdog_arm(struct qmac_device *qdev);

/* qmac_coredump.c */
int qmac_coredump_init(struct qmac_device *qdev);
void qmac_coredump_snapshot(struct qmac_device *qdev, unsigned long reasons);
void qmac_coredump_emit(struct qmac_device *qdev);

#endif /* _QMAC_HW_H_ */
