// SPDX-License-Identifier: GPL-2.0
/*
 * What the device looked like before a reset, in /sys/class/devcoredump. The
 * snapshot is taken on the way to signalling fences, into memory that exists;
 * text is made of it afterwards.
 */
#include <linux/devcoredump.h>
#include <linux/vmalloc.h>

#include <drm/drm_managed.h>

#include "qmac_drv.h"

#define QMAC_DUMP_REGS (QMAC_REG_SYNC_ACK / 4 + 1)
#define QMAC_DUMP_TEXT SZ_64K

struct qmac_coredump {
	bool valid;
	unsigned long reasons;
	u32 head;
	u32 tail;
	u32 regs[QMAC_DUMP_REGS];
	struct qmac_job_entry jobs[QMAC_RING_SIZE];
	struct qmac_completion cpls[QMAC_RING_SIZE];
};

int qmac_coredump_init(struct qmac_device *qdev)
{
	qdev->hw.dump = drmm_kzalloc(&qdev->drm, sizeof(*qdev->hw.dump), GFP_KERNEL);
	return qdev->hw.dump ? 0 : -ENOMEM;
}

/* The caller holds reset_lock. */
void qmac_coredump_snapshot(struct qmac_device *qdev, unsigned long reasons)
{
	struct qmac_hw *hw = &qdev->hw;
	struct qmac_coredump *dump = hw->dump;
	unsigned int i;

	dump->valid = true;
	dump->reasons = reasons;
	dump->head = hw->head;
	dump->tail = hw->tail;
	for (i = 0; i < QMAC_DUMP_REGS; i++)
		dump->regs[i] = qmac_read(hw, i * 4);
	memcpy(dump->jobs, hw->jobs, sizeof(dump->jobs));
	memcpy(dump->cpls, hw->cpls, sizeof(dump->cpls));
}

static size_t qmac_coredump_words(char *text, size_t size, const char *name, const __le32 *word,
				  size_t bytes)
{
	size_t used = scnprintf(text, size, "%s:\n", name);
	size_t i;

	for (i = 0; i < bytes / 4; i++)
		used += scnprintf(text + used, size - used, "%08x%c", le32_to_cpu(word[i]),
				  i % 8 == 7 ? '\n' : ' ');
	return used;
}

void qmac_coredump_emit(struct qmac_device *qdev)
{
	struct qmac_hw *hw = &qdev->hw;
	struct qmac_coredump *dump = hw->dump;
	size_t used = 0;
	unsigned int i;
	char *text;

	if (!dump->valid)
		return;
	text = vzalloc(QMAC_DUMP_TEXT);
	if (!text)
		return;

	mutex_lock(&hw->reset_lock);
	dump->valid = false;
	used += scnprintf(text + used, QMAC_DUMP_TEXT - used,
			  "qmac %s\nreasons: %#lx\nhead: %u\ntail: %u\nregisters:\n",
			  dev_name(qdev->drm.dev), dump->reasons, dump->head, dump->tail);
	for (i = 0; i < QMAC_DUMP_REGS; i++)
		used += scnprintf(text + used, QMAC_DUMP_TEXT - used, "%03x: %08x\n", i * 4,
				  dump->regs[i]);
	used += qmac_coredump_words(text + used, QMAC_DUMP_TEXT - used, "job ring",
				    (__le32 *)dump->jobs, sizeof(dump->jobs));
	used += qmac_coredump_words(text + used, QMAC_DUMP_TEXT - used, "completion ring",
				    (__le32 *)dump->cpls, sizeof(dump->cpls));
	mutex_unlock(&hw->reset_lock);

	/* Takes the memory. Keeps the first dump until it was read, drops others. */
	dev_coredumpv(qdev->drm.dev, text, used, GFP_KERNEL);
}
