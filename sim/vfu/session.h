/* SPDX-License-Identifier: MIT */
/*
 * One vfio-user client: takes its messages from the wire, checks them, and
 * calls the device. Nothing here knows which device that is.
 */
#ifndef QMAC_SIM_VFU_SESSION_H
#define QMAC_SIM_VFU_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "log/log.h"
#include "wire/wire.h"

/* Limits that the server announces. */
#define VFU_MAX_DATA (1024u * 1024u)

/* Largest body: a region write of the most data. */
#define VFU_MAX_BODY (VFU_MAX_DATA + 16u)

/**
 * struct vfu_device_ops - the device behind a session
 *
 * Regions are VFU_REGION_*, interrupts VFU_IRQ_*; the session passes only
 * numbers in range.
 *
 * @region_size: Bytes of a region, 0 when absent. All present regions are
 *   readable and writable.
 * @irq_count: Vectors of an interrupt index, 0 when absent.
 * @read: Read inside a region. Cannot fail: as on a PCI bus, what cannot be
 *   read is all ones.
 * @write: Write inside a region; what cannot be written is dropped.
 * @irq_attach: Let vector @vector signal the eventfd @fd, which the device takes
 *   over; -1 detaches.
 * @irq_trigger: Raise a vector as if the device had.
 * @dma_map: Make [@address, @address + @size) reachable, from @offset of file
 *   @fd, or unreachable but known when @fd is -1. @flags are VFU_DMA_*. The file
 *   is only borrowed. Returns 0 or -errno.
 * @dma_unmap: Undo exactly one @dma_map; when it returns nothing touches that
 *   memory any more. Returns 0 or -ENOENT.
 * @dma_unmap_all: Undo all.
 * @reset: Bus reset; when it returns no access is under way.
 */
struct vfu_device_ops {
	uint64_t (*region_size)(void *device, uint32_t region);
	uint32_t (*irq_count)(void *device, uint32_t index);
	void (*read)(void *device, uint32_t region, uint64_t offset, void *buf, size_t size);
	void (*write)(void *device, uint32_t region, uint64_t offset, const void *buf, size_t size);
	void (*irq_attach)(void *device, uint32_t index, uint32_t vector, int fd);
	void (*irq_trigger)(void *device, uint32_t index, uint32_t vector);
	int (*dma_map)(void *device, uint64_t address, uint64_t size, uint32_t flags, int fd,
		       uint64_t offset);
	int (*dma_unmap)(void *device, uint64_t address, uint64_t size);
	void (*dma_unmap_all)(void *device);
	void (*reset)(void *device);
};

/**
 * struct vfu_session - one connection
 * @wire: Its messages.
 * @ops: The device; @device is its first argument.
 * @log: Where complaints go.
 * @negotiated: VERSION has been agreed on; no other command is served before.
 * @shared: The client has given a file for some memory.
 * @unshared_told: The user has been told that guest RAM is not shared.
 * @messages: Messages served.
 * @refused: Messages answered with an error.
 * @stray: Region accesses outside any region: reads gave ones, writes nothing.
 */
struct vfu_session {
	struct wire wire;
	const struct vfu_device_ops *ops;
	void *device;
	const struct log *log;
	bool negotiated;
	bool shared;
	bool unshared_told;
	uint64_t messages, refused, stray;
};

/* Returns 0, or -errno with @fd still the caller's. */
int vfu_session_open(struct vfu_session *session, int fd, const struct vfu_device_ops *ops,
		     void *device, const struct log *log);

/* Close the connection. What the client mapped and attached is the device's to undo. */
void vfu_session_close(struct vfu_session *session);

/**
 * vfu_session_serve() - serve what has arrived
 * @session: The session.
 * @budget: Most messages to serve in this call.
 *
 * Never blocks. While a reply waits for the socket no further message is taken.
 *
 * Return: 0 when the connection goes on, else the negative errno of
 * wire_receive() or wire_send() that ended it.
 */
int vfu_session_serve(struct vfu_session *session, unsigned int budget);

/* What the caller should wait for: room in the socket, or input. */
static inline bool vfu_session_wants_output(const struct vfu_session *session)
{
	return wire_out_pending(&session->wire);
}

#endif /* QMAC_SIM_VFU_SESSION_H */
