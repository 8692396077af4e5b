// SPDX-License-Identifier: GPL-2.0
/*
 * The watchdog asks for progress, not for results: behind the registers there
 * may be a slow simulation, and a job may legally take hours. It runs while jobs
 * are in the ring and looks, in this order,
 *
 * - into the completion ring: an interrupt may have been lost;
 * - at the ID register: anything else, as all ones, means that the device is gone;
 * - at STATUS: the device may have halted;
 * - at PROGRESS: a full period without a change is a hang.
 *
 * The scheduler's own timer is off. It knows nothing of progress, and on 6.12 a
 * timeout that finds no hang loses the job.
 */
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/moduleparam.h>

#include "qmac_drv.h"

static unsigned int watchdog_ms = 3000;
module_param(watchdog_ms, uint, 0644);
MODULE_PARM_DESC(watchdog_ms, "A device without progress for so long is reset (100 to 600000)");

/* In milliseconds. */
unsigned long qmac_watchdog_period(void)
{
	return clamp(READ_ONCE(watchdog_ms), 100u, 600000u);
}

static bool qmac_watchdog_hung(struct qmac_hw *hw, u32 progress)
{
	bool hung = false;

	lockdep_assert_held(&hw->lock);

	if (!hw->watch_valid || progress != hw->watch_progress || hw->tail != hw->watch_tail) {
		hw->watch_valid = true;
		hw->watch_progress = progress;
		hw->watch_tail = hw->tail;
		hw->watch_time = jiffies;
	} else {
		hung = time_after_eq(jiffies,
				     hw->watch_time + msecs_to_jiffies(qmac_watchdog_period()));
		/* Not again for the same. */
		if (hung)
			hw->watch_valid = false;
	}
	return hung;
}

static void qmac_watchdog_work(struct work_struct *work)
{
	struct qmac_device *qdev = container_of(work, struct qmac_device, hw.watchdog.work);
	struct qmac_hw *hw = &qdev->hw;
	u32 status, progress;
	bool busy, hung;

	atomic64_add(qmac_hw_complete(qdev), &qdev->stats.lost_irqs);

	spin_lock_irq(&hw->lock);
	busy = hw->started && hw->head != hw->tail;
	spin_unlock_irq(&hw->lock);
	if (!busy)
		return;

	/* A job is in the ring, so the device has power and remove() waits for us. */
	if (qmac_hw_gone(hw)) {
		qmac_reset_request(qdev, QMAC_RESET_HANG);
		return;
	}
	status = qmac_read(hw, QMAC_REG_STATUS);
	progress = qmac_read(hw, QMAC_REG_PROGRESS);
	if (status & QMAC_STATUS_HALTED_MASK) {
		qmac_reset_request(qdev, QMAC_RESET_HALT);
		return;
	}
	spin_lock_irq(&hw->lock);
	hung = qmac_watchdog_hung(hw, progress);
	spin_unlock_irq(&hw->lock);
	if (hung) {
		qmac_reset_request(qdev, QMAC_RESET_HANG);
		return;
	}
	queue_delayed_work(hw->wq, &hw->watchdog, msecs_to_jiffies(qmac_watchdog_period()));
	qmac_hw_abort_closed(qdev);
}

/* Starts anew: when the first job goes into an empty ring. */
void qmac_watchdog_arm(struct qmac_device *qdev)
{
	struct qmac_hw *hw = &qdev->hw;

	lockdep_assert_held(&hw->lock);

	hw->watch_valid = false;
	queue_delayed_work(hw->wq, &hw->watchdog, msecs_to_jiffies(qmac_watchdog_period()));
}

void qmac_watchdog_init(struct qmac_device *qdev)
{
	INIT_DELAYED_WORK(&qdev->hw.watchdog, qmac_watchdog_work);
}
