// SPDX-License-Identifier: MIT
#include "pci/function.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "pci/bars.h"
#include "vfu/protocol.h"

static int dma_failed(struct pci_function *f, unsigned int access, uint64_t pa, size_t size)
{
	f->counters.dma_errors++;
	if (f->dma_error_told)
		return -EFAULT;
	f->dma_error_told = true;
	log_warning(f->log,
		    "bus error: device %s %zu bytes at 0x%" PRIx64 ": %s; not logged again before "
		    "the next reset",
		    access == DMA_WRITE ? "wrote" : "read", size, pa,
		    f->bus_master ? dma_explain(&f->dma, pa, access) : "bus mastering is off");
	return -EFAULT;
}

static int host_read(void *host, uint64_t pa, void *buf, size_t len)
{
	struct pci_function *f = host;

	if (__builtin_expect(f->bus_master && !dma_read(&f->dma, pa, buf, len), 1))
		return 0;
	return dma_failed(f, DMA_READ, pa, len);
}

static int host_write(void *host, uint64_t pa, const void *buf, uint16_t strobe)
{
	struct pci_function *f = host;

	if (__builtin_expect(f->bus_master && !dma_write(&f->dma, pa, buf, strobe), 1))
		return 0;
	return dma_failed(f, DMA_WRITE, pa, QMAC_BEAT_BYTES);
}

static void host_interrupt(void *host, unsigned int vector)
{
	struct pci_function *f = host;

	interrupts_raise(&f->msix, vector);
}

static const struct qmac_host_ops host_ops = {
	.read = host_read,
	.write = host_write,
	.interrupt = host_interrupt,
};

int pci_function_init(struct pci_function *f, const struct qmac_model_ops *ops,
		      const struct qmac_model_config *model_config, const struct log *log)
{
	int ret;

	memset(f, 0, sizeof(*f));
	f->log = log;
	f->ops = ops;
	ret = ops->create(&f->model, model_config, &host_ops, f);
	if (ret)
		return ret;
	pci_config_reset(&f->config);
	bar_msix_reset(f);
	dma_table_init(&f->dma);
	interrupts_init(&f->msix, QMAC_PCI_NUM_VECTORS);
	interrupts_init(&f->error_irq, 1);
	return 0;
}

void pci_function_fini(struct pci_function *f)
{
	f->ops->destroy(f->model);
	interrupts_detach_all(&f->msix);
	interrupts_detach_all(&f->error_irq);
	dma_table_fini(&f->dma);
}

bool pci_function_busy(const struct pci_function *f)
{
	return pci_config_powered(&f->config) && !f->ops->idle(f->model);
}

uint64_t pci_function_run(struct pci_function *f, uint64_t max_cycles)
{
	return f->ops->run(f->model, max_cycles);
}

/*
 * Eventfds stay: they are the client's wiring, and it does not attach them
 * again after a reset that it only forwarded.
 */
void pci_function_reset(struct pci_function *f)
{
	f->ops->reset(f->model);
	pci_config_reset(&f->config);
	bar_msix_reset(f);
	f->msix.pending = 0;
	f->bus_master = false;
	f->dma_error_told = false;
	f->counters.resets++;
}

void pci_function_quiesce(struct pci_function *f)
{
	pci_config_disable(&f->config);
	f->bus_master = false;
}

void pci_function_disconnect(struct pci_function *f)
{
	pci_function_quiesce(f);
	interrupts_detach_all(&f->msix);
	interrupts_detach_all(&f->error_irq);
	f->msix.pending = 0;
	dma_table_clear(&f->dma);
}

static void config_write(struct pci_function *f, uint64_t offset, const void *buf, size_t size)
{
	bool was_powered = pci_config_powered(&f->config);
	unsigned int events = pci_config_write(&f->config, offset, buf, size);
	uint32_t value = 0;

	memcpy(&value, buf, size < sizeof(value) ? size : sizeof(value));
	log_debug(f->log, "config write 0x%03" PRIx64 " <- 0x%0*" PRIx32 " (%zu)", offset,
		  (int)(size < sizeof(value) ? 2 * size : 2 * sizeof(value)), value, size);
	if (events) {
		log_debug(f->log, "%s: reset",
			  events & PCI_CONFIG_FLR ? "function-level reset" : "D3hot left");
		pci_function_reset(f);
	} else if (was_powered && !pci_config_powered(&f->config)) {
		log_debug(f->log, "D3hot entered");
	}
	f->bus_master = pci_config_bus_master(&f->config);
}

static uint64_t region_size(void *device, uint32_t region)
{
	(void)device;
	switch (region) {
	case VFU_REGION_BAR0 + QMAC_PCI_BAR_REGS:
		return QMAC_PCI_BAR_REGS_SIZE;
	case VFU_REGION_BAR0 + QMAC_PCI_BAR_MSIX:
		return QMAC_PCI_BAR_MSIX_SIZE;
	case VFU_REGION_CONFIG:
		return PCI_CONFIG_SIZE;
	default:
		return 0;
	}
}

/* Does memory space decode? */
static bool alive(struct pci_function *f)
{
	if (pci_config_memory_enabled(&f->config))
		return true;
	f->counters.dead_accesses++;
	return false;
}

static void region_read(void *device, uint32_t region, uint64_t offset, void *buf, size_t size)
{
	struct pci_function *f = device;

	if (region == VFU_REGION_CONFIG)
		pci_config_read(&f->config, offset, buf, size);
	else if (!alive(f))
		memset(buf, 0xff, size);
	else if (region == QMAC_PCI_BAR_REGS)
		bar_registers_read(f, offset, buf, size);
	else if (region == QMAC_PCI_BAR_MSIX)
		bar_msix_read(f, offset, buf, size);
}

static void region_write(void *device, uint32_t region, uint64_t offset, const void *buf,
			 size_t size)
{
	struct pci_function *f = device;

	if (region == VFU_REGION_CONFIG)
		config_write(f, offset, buf, size);
	else if (!alive(f))
		return;
	else if (region == QMAC_PCI_BAR_REGS)
		bar_registers_write(f, offset, buf, size);
	else if (region == QMAC_PCI_BAR_MSIX)
		bar_msix_write(f, offset, buf, size);
}

static struct interrupts *find_irqs(struct pci_function *f, uint32_t index)
{
	if (index == VFU_IRQ_MSIX)
		return &f->msix;
	return index == VFU_IRQ_ERR ? &f->error_irq : NULL;
}

static uint32_t irq_count(void *device, uint32_t index)
{
	const struct interrupts *irqs = find_irqs(device, index);

	return irqs ? irqs->count : 0;
}

static void irq_attach(void *device, uint32_t index, uint32_t vector, int fd)
{
	interrupts_attach(find_irqs(device, index), vector, fd);
}

static void irq_trigger(void *device, uint32_t index, uint32_t vector)
{
	interrupts_raise(find_irqs(device, index), vector);
}

static int dma_map(void *device, uint64_t address, uint64_t size, uint32_t flags, int fd,
		   uint64_t offset)
{
	struct pci_function *f = device;
	unsigned int access =
		(flags & VFU_DMA_READ ? DMA_READ : 0) | (flags & VFU_DMA_WRITE ? DMA_WRITE : 0);

	return dma_table_add(&f->dma, address, size, access, fd, offset);
}

static int dma_unmap(void *device, uint64_t address, uint64_t size)
{
	struct pci_function *f = device;

	return dma_table_remove(&f->dma, address, size);
}

static void dma_unmap_all(void *device)
{
	struct pci_function *f = device;

	dma_table_clear(&f->dma);
}

static void reset(void *device)
{
	pci_function_reset(device);
}

const struct vfu_device_ops pci_function_ops = {
	.region_size = region_size,
	.irq_count = irq_count,
	.read = region_read,
	.write = region_write,
	.irq_attach = irq_attach,
	.irq_trigger = irq_trigger,
	.dma_map = dma_map,
	.dma_unmap = dma_unmap,
	.dma_unmap_all = dma_unmap_all,
	.reset = reset,
};
