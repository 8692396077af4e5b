// SPDX-License-Identifier: MIT
#include "pci/bars.h"

#include <linux/pci_regs.h>
#include <string.h>

#define REGISTER   4u
#define PBA_OFFSET 0x1000u

/* Bytes of the access that fall into the register at its start. */
static size_t piece(uint64_t offset, size_t size)
{
	size_t left = REGISTER - offset % REGISTER;

	return size < left ? size : left;
}

void bar_registers_read(struct pci_function *f, uint64_t offset, uint8_t *buf, size_t size)
{
	while (size) {
		size_t n = piece(offset, size), skip = offset % REGISTER;
		uint32_t value = f->ops->read_reg(f->model, offset - skip);

		f->counters.reads++;
		memcpy(buf, (uint8_t *)&value + skip, n);
		buf += n, offset += n, size -= n;
	}
}

void bar_registers_write(struct pci_function *f, uint64_t offset, const uint8_t *buf, size_t size)
{
	while (size) {
		size_t n = piece(offset, size);
		uint32_t value;

		if (n == REGISTER) {
			memcpy(&value, buf, sizeof(value));
			f->counters.writes++;
			f->ops->write_reg(f->model, offset, value);
		} else {
			if (!f->counters.narrow_writes++)
				log_warning(f->log,
					    "%zu-byte write at register offset 0x%llx ignored: "
					    "registers take aligned 32-bit writes",
					    n, (unsigned long long)offset);
		}
		buf += n, offset += n, size -= n;
	}
}

static uint8_t *table_byte(struct pci_function *f, uint64_t offset)
{
	return offset < sizeof(f->msix_table) ? &f->msix_table[offset] : NULL;
}

void bar_msix_read(struct pci_function *f, uint64_t offset, uint8_t *buf, size_t size)
{
	const uint64_t pending = f->msix.pending;

	for (size_t i = 0; i < size; i++, offset++) {
		const uint8_t *byte = table_byte(f, offset);

		if (!byte && offset - PBA_OFFSET < sizeof(pending))
			byte = (const uint8_t *)&pending + (offset - PBA_OFFSET);
		buf[i] = byte ? *byte : 0;
	}
}

void bar_msix_write(struct pci_function *f, uint64_t offset, const uint8_t *buf, size_t size)
{
	for (size_t i = 0; i < size; i++, offset++) {
		uint8_t *byte = table_byte(f, offset);

		if (byte)
			*byte = buf[i];
	}
}

void bar_msix_reset(struct pci_function *f)
{
	memset(f->msix_table, 0, sizeof(f->msix_table));
	for (unsigned int i = 0; i < QMAC_PCI_NUM_VECTORS; i++)
		f->msix_table[i * PCI_MSIX_ENTRY_SIZE + PCI_MSIX_ENTRY_VECTOR_CTRL] =
			PCI_MSIX_ENTRY_CTRL_MASKBIT;
}
