// SPDX-License-Identifier: MIT
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "vfu/handlers.h"

#define PAGE_MASK 4095u

static bool bad_range(uint64_t address, uint64_t size)
{
	return size == 0 || ((address | size) & PAGE_MASK) || address + (size - 1) < address;
}

/*
 * ROMs and frame buffers never have a file. Guest RAM comes before those that
 * are writable, so it is the first writable memory that tells.
 */
static void tell_unshared(struct vfu_session *session, const struct vfu_dma_map *map)
{
	if (session->shared || session->unshared_told || !(map->flags & VFU_DMA_WRITE))
		return;
	session->unshared_told = true;
	log_error(session->log,
		  "guest RAM at 0x%" PRIx64 " (%" PRIu64
		  " MiB) is not shared, DMA there will fail; "
		  "start QEMU with -object memory-backend-memfd,id=mem,size=SIZE,share=on "
		  "-machine memory-backend=mem",
		  map->address, map->size >> 20);
}

int vfu_handle_dma_map(struct vfu_session *session, struct wire_message *message,
		       size_t *reply_size)
{
	int fd = message->num_fds ? message->fds[0] : -1;
	struct vfu_dma_map map;
	int ret;

	(void)reply_size;
	memcpy(&map, message->body, sizeof(map));
	if (map.argsz < sizeof(map) || bad_range(map.address, map.size))
		return -EINVAL;
	if (!map.flags || (map.flags & ~(VFU_DMA_READ | VFU_DMA_WRITE)))
		return -EINVAL;
	if (fd >= 0 && bad_range(map.offset, map.size))
		return -EINVAL;
	ret = session->ops->dma_map(session->device, map.address, map.size, map.flags, fd,
				    map.offset);
	log_debug(session->log, "map 0x%" PRIx64 "+0x%" PRIx64 " %c%c %s: %s", map.address,
		  map.size, map.flags & VFU_DMA_READ ? 'r' : '-',
		  map.flags & VFU_DMA_WRITE ? 'w' : '-', fd < 0 ? "no file" : "shared",
		  ret ? strerror(-ret) : "ok");
	if (!ret && fd >= 0)
		session->shared = true;
	else if (!ret)
		tell_unshared(session, &map);
	return ret;
}

int vfu_handle_dma_unmap(struct vfu_session *session, struct wire_message *message,
			 size_t *reply_size)
{
	struct vfu_dma_unmap unmap;

	memcpy(&unmap, message->body, sizeof(unmap));
	if (unmap.argsz < sizeof(unmap))
		return -EINVAL;
	if (unmap.flags & VFU_UNMAP_DIRTY_BITMAP)
		return -EOPNOTSUPP;
	if ((unmap.flags & ~VFU_UNMAP_ALL) || message->body_size != sizeof(unmap))
		return -EINVAL;
	if (unmap.flags & VFU_UNMAP_ALL) {
		if (unmap.address || unmap.size)
			return -EINVAL;
		session->ops->dma_unmap_all(session->device);
	} else {
		int ret;

		if (bad_range(unmap.address, unmap.size))
			return -EINVAL;
		ret = session->ops->dma_unmap(session->device, unmap.address, unmap.size);
		if (ret)
			return ret;
	}
	log_debug(session->log, "unmap 0x%" PRIx64 "+0x%" PRIx64 "%s", unmap.address, unmap.size,
		  unmap.flags & VFU_UNMAP_ALL ? " (all)" : "");
	memcpy(wire_out_body(&session->wire), &unmap, sizeof(unmap));
	*reply_size = sizeof(unmap);
	return 0;
}
