/* SPDX-License-Identifier: MIT */
/*
 * Numbers and layouts of the vfio-user protocol, as the interoperability text
 * of QEMU (docs/interop/vfio-user.rst) has them. Byte order is the host's.
 */
#ifndef QMAC_SIM_VFU_PROTOCOL_H
#define QMAC_SIM_VFU_PROTOCOL_H

#include <stdint.h>

enum vfu_command {
	VFU_VERSION = 1,
	VFU_DMA_MAP = 2,
	VFU_DMA_UNMAP = 3,
	VFU_DEVICE_GET_INFO = 4,
	VFU_DEVICE_GET_REGION_INFO = 5,
	VFU_DEVICE_GET_REGION_IO_FDS = 6,
	VFU_DEVICE_GET_IRQ_INFO = 7,
	VFU_DEVICE_SET_IRQS = 8,
	VFU_REGION_READ = 9,
	VFU_REGION_WRITE = 10,
	VFU_DEVICE_RESET = 13,
	VFU_REGION_WRITE_MULTI = 15,
	VFU_DEVICE_FEATURE = 16,
	VFU_MIG_DATA_READ = 17,
	VFU_MIG_DATA_WRITE = 18,
};

#define VFU_MAJOR 0u
#define VFU_MINOR 1u

struct vfu_version {
	uint16_t major, minor;
	/* then JSON with a final NUL, or nothing */
};

struct vfu_dma_map {
	uint32_t argsz, flags;
	uint64_t offset, address, size;
};

#define VFU_DMA_READ  (1u << 0)
#define VFU_DMA_WRITE (1u << 1)

struct vfu_dma_unmap {
	uint32_t argsz, flags;
	uint64_t address, size;
};

#define VFU_UNMAP_DIRTY_BITMAP (1u << 0)
#define VFU_UNMAP_ALL	       (1u << 1)

struct vfu_device_info {
	uint32_t argsz, flags, num_regions, num_irqs;
};

#define VFU_DEVICE_RESETTABLE (1u << 0)
#define VFU_DEVICE_PCI	      (1u << 1)

enum vfu_region {
	VFU_REGION_BAR0 = 0,
	VFU_REGION_BAR2 = 2,
	VFU_REGION_ROM = 6,
	VFU_REGION_CONFIG = 7,
	VFU_REGION_VGA = 8,
	VFU_NUM_REGIONS = 9,
};

struct vfu_region_info {
	uint32_t argsz, flags, index, cap_offset;
	uint64_t size, offset;
};

#define VFU_REGION_READABLE (1u << 0)
#define VFU_REGION_WRITABLE (1u << 1)

enum vfu_irq {
	VFU_IRQ_INTX = 0,
	VFU_IRQ_MSI = 1,
	VFU_IRQ_MSIX = 2,
	VFU_IRQ_ERR = 3,
	VFU_IRQ_REQ = 4,
	VFU_NUM_IRQS = 5,
};

struct vfu_irq_info {
	uint32_t argsz, flags, index, count;
};

#define VFU_IRQ_EVENTFD (1u << 0)

struct vfu_irq_set {
	uint32_t argsz, flags, index, start, count;
	/* then one byte per vector with VFU_SET_BOOL */
};

#define VFU_SET_NONE	(1u << 0)
#define VFU_SET_BOOL	(1u << 1)
#define VFU_SET_EVENTFD (1u << 2)
#define VFU_SET_MASK	(1u << 3)
#define VFU_SET_UNMASK	(1u << 4)
#define VFU_SET_TRIGGER (1u << 5)

struct vfu_region_access {
	uint64_t offset;
	uint32_t region, count;
	/* then the data */
};

struct vfu_write_multi {
	uint64_t count;
	/* then struct vfu_multi_entry */
};

struct vfu_multi_entry {
	uint64_t offset;
	uint32_t region, count;
	uint8_t data[8];
};

#endif /* QMAC_SIM_VFU_PROTOCOL_H */
