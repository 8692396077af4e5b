// SPDX-License-Identifier: GPL-2.0
/*
 * MSI-X: one vector for completions, one for sync answers, one for faults
 * outside any job. Each is a hint to look into memory; a lost one costs time,
 * nothing else.
 */
#include <linux/interrupt.h>
#include <linux/pci.h>

#include "qmac_drv.h"

static irqreturn_t qmac_irq_completion(int irq, void *data)
{
	qmac_hw_complete(data);
	return IRQ_HANDLED;
}

static irqreturn_t qmac_irq_sync(int irq, void *data)
{
	struct qmac_device *qdev = data;

	atomic_inc(&qdev->hw.sync_irqs);
	wake_up_all(&qdev->hw.event_wait);
	return IRQ_HANDLED;
}

static irqreturn_t qmac_irq_halt(int irq, void *data)
{
	qmac_reset_request(data, QMAC_RESET_HALT);
	return IRQ_HANDLED;
}

int qmac_irq_init(struct qmac_device *qdev)
{
	static const struct {
		irq_handler_t handler;
		unsigned int vector;
	} irqs[] = {
		{ qmac_irq_completion, QMAC_IRQ_COMPLETION },
		{ qmac_irq_sync, QMAC_IRQ_SYNC },
		{ qmac_irq_halt, QMAC_IRQ_HALT },
	};
	struct pci_dev *pdev = qdev->pdev;
	int ret, i;

	/* Freed with the device's managed resources. */
	ret = pci_alloc_irq_vectors(pdev, ARRAY_SIZE(irqs), ARRAY_SIZE(irqs), PCI_IRQ_MSIX);
	if (ret < 0)
		return ret;
	for (i = 0; i < ARRAY_SIZE(irqs); i++) {
		ret = devm_request_irq(&pdev->dev, pci_irq_vector(pdev, irqs[i].vector),
				       irqs[i].handler, 0, "qmac", qdev);
		if (ret)
			return ret;
	}
	return 0;
}
