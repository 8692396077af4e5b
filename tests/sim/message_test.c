// SPDX-License-Identifier: MIT
/*
 * Good and bad messages, one by one. Every row is sent to a fresh session that
 * has been prepared (VERSION agreed, memory mapped), and after every row the
 * session must still serve and no descriptor may be left open.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "peer.h"
#include "tap.h"

enum fd_kind {
	FD_EVENT,
	FD_MEMORY,
	FD_READ_ONLY,
	FD_PIPE,
	FD_SOCKET,
	FD_DIRECTORY
};

/**
 * struct row - one message
 * @name: What it tries.
 * @command: Its command.
 * @body: Its body, @size bytes.
 * @fds: Descriptors of this kind, @num_fds of them.
 * @fresh: Send it before VERSION.
 * @error: The errno in the answer, 0 for success.
 * @answer_size: Bytes of the answer's body, on success.
 */
struct row {
	const char *name;
	uint16_t command;
	const void *body;
	size_t size;
	enum fd_kind fds;
	unsigned int num_fds;
	bool fresh;
	int error;
	size_t answer_size;
};

#define BODY(type, ...)		 .body = &(const type){ __VA_ARGS__ }, .size = sizeof(type)
#define BODY_CUT(cut, type, ...) .body = &(const type){ __VA_ARGS__ }, .size = sizeof(type) - (cut)
#define TEXT(text)		 .body = "\0\0\0\0" text, .size = sizeof("\0\0\0\0" text)
#define TEXT_CUT(text)		 .body = "\0\0\0\0" text, .size = sizeof("\0\0\0\0" text) - 1

/* Bodies with data behind them. */
struct set_bool {
	struct vfu_irq_set set;
	uint8_t select[4];
};

struct write8 {
	struct vfu_region_access access;
	uint8_t data[8];
};

struct multi2 {
	struct vfu_write_multi multi;
	struct vfu_multi_entry entries[2];
};

struct longer_map {
	struct vfu_dma_map map;
	uint64_t more;
};

struct longer_info {
	struct vfu_device_info info;
	uint32_t more;
};

struct unmap_bitmap {
	struct vfu_dma_unmap unmap;
	uint64_t bitmap[2];
};

#define MAP	struct vfu_dma_map
#define UNMAP	struct vfu_dma_unmap
#define SET	struct vfu_irq_set
#define ACCESS	struct vfu_region_access
#define RW	(VFU_DMA_READ | VFU_DMA_WRITE)
#define FREE	0x200000ull /* beyond what is mapped */
#define MSIX	VFU_IRQ_MSIX
#define EVENTFD (VFU_SET_EVENTFD | VFU_SET_TRIGGER)
#define NONE	(VFU_SET_NONE | VFU_SET_TRIGGER)
#define BOOL	(VFU_SET_BOOL | VFU_SET_TRIGGER)

static const struct row version_rows[] = {
	{ "no JSON", 1, BODY(struct vfu_version, 0, 0), .fresh = true, .answer_size = 4 },
	{ "newer minor", 1, BODY(struct vfu_version, 0, 7), .fresh = true, .answer_size = 4 },
	{ "newer major", 1, BODY(struct vfu_version, 1, 0), .fresh = true, .error = EINVAL },
	{ "empty object", 1, TEXT("{}"), .fresh = true, .answer_size = 4 },
	{ "text as long as our reply", 1,
	  TEXT("{\"capabilities\":{\"max_msg_fds\":16,\"max_data_xfer_size\":1048576}}"),
	  .fresh = true, .answer_size = 4 + 65 },
	{ "unknown keys", 1, TEXT("{\"x\":[1,2],\"capabilities\":{\"twin_socket\":{\"a\":true}}}"),
	  .fresh = true, .answer_size = 4 },
	{ "no final NUL", 1, TEXT_CUT("{}"), .fresh = true, .error = EINVAL },
	{ "broken JSON", 1, TEXT("{\"capabilities\":{"), .fresh = true, .error = EINVAL },
	{ "rest after JSON", 1, TEXT("{}{}"), .fresh = true, .error = EINVAL },
	{ "NUL inside", 1, TEXT("{}\0{}"), .fresh = true, .error = EINVAL },
	{ "empty text", 1, TEXT(""), .fresh = true, .error = EINVAL },
	{ "capabilities is a number", 1, TEXT("{\"capabilities\":5}"), .fresh = true,
	  .error = EINVAL },
	{ "max_msg_fds is a string", 1, TEXT("{\"capabilities\":{\"max_msg_fds\":\"16\"}}"),
	  .fresh = true, .error = EINVAL },
	{ "max_msg_fds is negative", 1, TEXT("{\"capabilities\":{\"max_msg_fds\":-1}}"),
	  .fresh = true, .error = EINVAL },
	{ "max_data_xfer_size beyond 64 bits", 1,
	  TEXT("{\"capabilities\":{\"max_data_xfer_size\":18446744073709551616}}"), .fresh = true,
	  .error = EINVAL },
	{ "three bytes", 1, BODY_CUT(1, struct vfu_version, 0, 0), .fresh = true, .error = EINVAL },
	{ "empty", 1, .fresh = true, .error = EINVAL },
	{ "with a descriptor", 1, BODY(struct vfu_version, 0, 0), FD_MEMORY, 1, .fresh = true,
	  .error = EINVAL },
	{ "a second time", 1, BODY(struct vfu_version, 0, 0), .error = EINVAL },
};

static const struct row early_rows[] = {
	{ "DMA_MAP", 2, BODY(MAP, 32, RW, 0, FREE, 4096), FD_MEMORY, 1, .fresh = true,
	  .error = EINVAL },
	{ "DEVICE_GET_INFO", 4, BODY(struct vfu_device_info, 16), .fresh = true, .error = EINVAL },
	{ "SET_IRQS", 8, BODY(SET, 20, EVENTFD, MSIX, 0, 1), FD_EVENT, 1, .fresh = true,
	  .error = EINVAL },
	{ "REGION_READ", 9, BODY(ACCESS, 0, 7, 4), .fresh = true, .error = EINVAL },
	{ "DEVICE_RESET", 13, .fresh = true, .error = EINVAL },
};

static const struct row map_rows[] = {
	{ "with file", 2, BODY(MAP, 32, RW, 0, FREE, 4096), FD_MEMORY, 1 },
	{ "at an offset", 2, BODY(MAP, 32, RW, 0x3000, FREE, 0x1000), FD_MEMORY, 1 },
	{ "without file", 2, BODY(MAP, 32, RW, 0, FREE, 4096) },
	{ "read-only, no file, as a ROM", 2, BODY(MAP, 32, VFU_DMA_READ, 0, 0xfffc0000, 0x40000) },
	{ "argsz with header", 2, BODY(MAP, 48, RW, 0, FREE, 4096), FD_MEMORY, 1 },
	{ "up to the last address", 2, BODY(MAP, 32, RW, 0, -4096ull, 4096), FD_MEMORY, 1 },
	{ "read-only from a read-only file", 2, BODY(MAP, 32, VFU_DMA_READ, 0, FREE, 4096),
	  FD_READ_ONLY, 1 },
	{ "writable from a read-only file", 2, BODY(MAP, 32, RW, 0, FREE, 4096), FD_READ_ONLY, 1,
	  .error = EACCES },
	{ "argsz too small", 2, BODY(MAP, 31, RW, 0, FREE, 4096), FD_MEMORY, 1, .error = EINVAL },
	{ "size zero", 2, BODY(MAP, 32, RW, 0, FREE, 0), FD_MEMORY, 1, .error = EINVAL },
	{ "size not of pages", 2, BODY(MAP, 32, RW, 0, FREE, 4095), FD_MEMORY, 1, .error = EINVAL },
	{ "address not of pages", 2, BODY(MAP, 32, RW, 0, FREE + 8, 4096), FD_MEMORY, 1,
	  .error = EINVAL },
	{ "offset not of pages", 2, BODY(MAP, 32, RW, 16, FREE, 4096), FD_MEMORY, 1,
	  .error = EINVAL },
	{ "wraps around", 2, BODY(MAP, 32, RW, 0, -4096ull, 8192), FD_MEMORY, 1, .error = EINVAL },
	{ "wraps around, no file", 2, BODY(MAP, 32, RW, 0, 0x1000, -4096ull), .error = EEXIST },
	{ "offset wraps around", 2, BODY(MAP, 32, RW, -4096ull, FREE, 8192), FD_MEMORY, 1,
	  .error = EINVAL },
	{ "beyond the file", 2, BODY(MAP, 32, RW, 0, FREE, 0x20000), FD_MEMORY, 1,
	  .error = EINVAL },
	{ "offset beyond the file", 2, BODY(MAP, 32, RW, 0x10000, FREE, 4096), FD_MEMORY, 1,
	  .error = EINVAL },
	{ "no permission", 2, BODY(MAP, 32, 0, 0, FREE, 4096), FD_MEMORY, 1, .error = EINVAL },
	{ "unknown flag", 2, BODY(MAP, 32, RW | 4, 0, FREE, 4096), FD_MEMORY, 1, .error = EINVAL },
	{ "two files", 2, BODY(MAP, 32, RW, 0, FREE, 4096), FD_MEMORY, 2, .error = EINVAL },
	{ "a pipe", 2, BODY(MAP, 32, RW, 0, FREE, 4096), FD_PIPE, 1, .error = EINVAL },
	{ "a socket", 2, BODY(MAP, 32, RW, 0, FREE, 4096), FD_SOCKET, 1, .error = EINVAL },
	{ "an eventfd", 2, BODY(MAP, 32, RW, 0, FREE, 4096), FD_EVENT, 1, .error = EINVAL },
	{ "a directory", 2, BODY(MAP, 32, RW, 0, FREE, 4096), FD_DIRECTORY, 1, .error = EINVAL },
	{ "the same again", 2, BODY(MAP, 32, RW, 0, PEER_RAM, PEER_RAM_SIZE), FD_MEMORY, 1,
	  .error = EEXIST },
	{ "overlap at the start", 2, BODY(MAP, 32, RW, 0, PEER_RAM - 4096, 8192), FD_MEMORY, 1,
	  .error = EEXIST },
	{ "overlap at the end", 2, BODY(MAP, 32, RW, 0, PEER_RAM + PEER_RAM_SIZE - 4096, 8192),
	  FD_MEMORY, 1, .error = EEXIST },
	{ "overlap inside", 2, BODY(MAP, 32, RW, 0, PEER_RAM + 4096, 4096), FD_MEMORY, 1,
	  .error = EEXIST },
	{ "overlap around", 2, BODY(MAP, 32, RW, 0, PEER_RAM - 4096, PEER_RAM_SIZE + 8192),
	  .error = EEXIST },
	{ "right before", 2, BODY(MAP, 32, RW, 0, PEER_RAM - 4096, 4096), FD_MEMORY, 1 },
	{ "right behind", 2, BODY(MAP, 32, RW, 0, PEER_RAM + PEER_RAM_SIZE, 4096), FD_MEMORY, 1 },
	{ "too short", 2, BODY_CUT(1, MAP, 32, RW, 0, FREE, 4096), FD_MEMORY, 1, .error = EINVAL },
	{ "too long", 2, BODY(struct longer_map, { 32, RW, 0, FREE, 4096 }), FD_MEMORY, 1,
	  .error = EINVAL },
	{ "empty", 2, .fds = FD_MEMORY, .num_fds = 1, .error = EINVAL },
};

static const struct row unmap_rows[] = {
	{ "exact", 3, BODY(UNMAP, 24, 0, PEER_RAM, PEER_RAM_SIZE), .answer_size = 24 },
	{ "all", 3, BODY(UNMAP, 24, VFU_UNMAP_ALL, 0, 0), .answer_size = 24 },
	{ "all with address", 3, BODY(UNMAP, 24, VFU_UNMAP_ALL, PEER_RAM, 0), .error = EINVAL },
	{ "all with size", 3, BODY(UNMAP, 24, VFU_UNMAP_ALL, 0, 4096), .error = EINVAL },
	{ "unknown range", 3, BODY(UNMAP, 24, 0, FREE, 4096), .error = ENOENT },
	{ "a part", 3, BODY(UNMAP, 24, 0, PEER_RAM, 4096), .error = ENOENT },
	{ "more than was mapped", 3, BODY(UNMAP, 24, 0, PEER_RAM, PEER_RAM_SIZE + 4096),
	  .error = ENOENT },
	{ "size zero", 3, BODY(UNMAP, 24, 0, PEER_RAM, 0), .error = EINVAL },
	{ "wraps around", 3, BODY(UNMAP, 24, 0, -4096ull, 8192), .error = EINVAL },
	{ "dirty bitmap", 3, BODY(struct unmap_bitmap, { 24, 1, PEER_RAM, PEER_RAM_SIZE }),
	  .error = EOPNOTSUPP },
	{ "unknown flag", 3, BODY(UNMAP, 24, 4, PEER_RAM, PEER_RAM_SIZE), .error = EINVAL },
	{ "argsz too small", 3, BODY(UNMAP, 23, 0, PEER_RAM, PEER_RAM_SIZE), .error = EINVAL },
	{ "too short", 3, BODY_CUT(8, UNMAP, 24, 0, PEER_RAM, PEER_RAM_SIZE), .error = EINVAL },
	{ "too long", 3, BODY(struct unmap_bitmap, { 24, 0, PEER_RAM, PEER_RAM_SIZE }),
	  .error = EINVAL },
	{ "with a descriptor", 3, BODY(UNMAP, 24, 0, PEER_RAM, PEER_RAM_SIZE), FD_MEMORY, 1,
	  .error = EINVAL },
};

static const struct row info_rows[] = {
	{ "device", 4, BODY(struct vfu_device_info, 16), .answer_size = 16 },
	{ "device, argsz with header", 4, BODY(struct vfu_device_info, 32), .answer_size = 16 },
	{ "device, argsz too small", 4, BODY(struct vfu_device_info, 15), .error = EINVAL },
	{ "device, too short", 4, BODY_CUT(4, struct vfu_device_info, 16), .error = EINVAL },
	{ "device, too long", 4, BODY(struct longer_info, { 16 }), .error = EINVAL },
	{ "BAR0", 5, BODY(struct vfu_region_info, 32, 0, 0), .answer_size = 32 },
	{ "absent region", 5, BODY(struct vfu_region_info, 32, 0, 1), .answer_size = 32 },
	{ "last region", 5, BODY(struct vfu_region_info, 32, 0, 8), .answer_size = 32 },
	{ "region, larger argsz", 5, BODY(struct vfu_region_info, 4096, 0, 7), .answer_size = 32 },
	{ "region 9", 5, BODY(struct vfu_region_info, 32, 0, 9), .error = EINVAL },
	{ "region 2^32-1", 5, BODY(struct vfu_region_info, 32, 0, -1u), .error = EINVAL },
	{ "region, argsz too small", 5, BODY(struct vfu_region_info, 31, 0, 0), .error = EINVAL },
	{ "region, too short", 5, BODY_CUT(8, struct vfu_region_info, 32), .error = EINVAL },
	{ "region IO descriptors", 6, BODY(struct vfu_device_info, 16), .error = EOPNOTSUPP },
	{ "MSI-X", 7, BODY(struct vfu_irq_info, 16, 0, MSIX), .answer_size = 16 },
	{ "absent interrupt", 7, BODY(struct vfu_irq_info, 16, 0, VFU_IRQ_INTX),
	  .answer_size = 16 },
	{ "interrupt 5", 7, BODY(struct vfu_irq_info, 16, 0, 5), .error = EINVAL },
	{ "interrupt, argsz too small", 7, BODY(struct vfu_irq_info, 0, 0, MSIX), .error = EINVAL },
	{ "interrupt, too short", 7, BODY_CUT(4, struct vfu_irq_info, 16), .error = EINVAL },
};

static const struct row irq_rows[] = {
	{ "attach one", 8, BODY(SET, 20, EVENTFD, MSIX, 0, 1), FD_EVENT, 1 },
	{ "attach all", 8, BODY(SET, 20, EVENTFD, MSIX, 0, 4), FD_EVENT, 4 },
	{ "attach the last", 8, BODY(SET, 20, EVENTFD, MSIX, 3, 1), FD_EVENT, 1 },
	{ "attach ERR", 8, BODY(SET, 20, EVENTFD, VFU_IRQ_ERR, 0, 1), FD_EVENT, 1 },
	{ "argsz with header", 8, BODY(SET, 36, EVENTFD, MSIX, 0, 1), FD_EVENT, 1 },
	{ "no descriptor detaches", 8, BODY(SET, 20, EVENTFD, MSIX, 0, 1) },
	{ "disable the index", 8, BODY(SET, 20, NONE, MSIX, 0, 0) },
	{ "disable an absent index", 8, BODY(SET, 20, NONE, VFU_IRQ_INTX, 0, 0) },
	{ "trigger", 8, BODY(SET, 20, NONE, MSIX, 0, 4) },
	{ "trigger by bytes", 8, BODY(struct set_bool, { 20, BOOL, MSIX, 0, 4 }, { 1, 0, 1, 0 }) },
	{ "vector too high", 8, BODY(SET, 20, EVENTFD, MSIX, 4, 1), FD_EVENT, 1, .error = EINVAL },
	{ "count too high", 8, BODY(SET, 20, EVENTFD, MSIX, 0, 5), FD_EVENT, 5, .error = EINVAL },
	{ "start and count overflow", 8, BODY(SET, 20, EVENTFD, MSIX, -1u, 2), FD_EVENT, 2,
	  .error = EINVAL },
	{ "count 2^32-1", 8, BODY(SET, 20, NONE, MSIX, 1, -1u), .error = EINVAL },
	{ "fewer descriptors than vectors", 8, BODY(SET, 20, EVENTFD, MSIX, 0, 3), FD_EVENT, 2,
	  .error = EINVAL },
	{ "more descriptors than vectors", 8, BODY(SET, 20, EVENTFD, MSIX, 0, 1), FD_EVENT, 2,
	  .error = EINVAL },
	{ "a pipe", 8, BODY(SET, 20, EVENTFD, MSIX, 0, 1), FD_PIPE, 1, .error = EINVAL },
	{ "a socket", 8, BODY(SET, 20, EVENTFD, MSIX, 0, 1), FD_SOCKET, 1, .error = EINVAL },
	{ "a memory file", 8, BODY(SET, 20, EVENTFD, MSIX, 0, 1), FD_MEMORY, 1, .error = EINVAL },
	{ "absent INTx", 8, BODY(SET, 20, EVENTFD, VFU_IRQ_INTX, 0, 1), FD_EVENT, 1,
	  .error = EINVAL },
	{ "absent REQ", 8, BODY(SET, 20, EVENTFD, VFU_IRQ_REQ, 0, 1), FD_EVENT, 1,
	  .error = EINVAL },
	{ "unknown index", 8, BODY(SET, 20, EVENTFD, 5, 0, 1), FD_EVENT, 1, .error = EINVAL },
	{ "no data type", 8, BODY(SET, 20, VFU_SET_TRIGGER, MSIX, 0, 1), .error = EINVAL },
	{ "no action", 8, BODY(SET, 20, VFU_SET_NONE, MSIX, 0, 1), .error = EINVAL },
	{ "two data types", 8, BODY(SET, 20, NONE | VFU_SET_EVENTFD, MSIX, 0, 1), .error = EINVAL },
	{ "two actions", 8, BODY(SET, 20, NONE | VFU_SET_MASK, MSIX, 0, 1), .error = EINVAL },
	{ "unknown flag", 8, BODY(SET, 20, NONE | 64, MSIX, 0, 1), .error = EINVAL },
	{ "mask", 8, BODY(SET, 20, VFU_SET_NONE | VFU_SET_MASK, MSIX, 0, 1), .error = EINVAL },
	{ "unmask", 8, BODY(SET, 20, VFU_SET_NONE | VFU_SET_UNMASK, MSIX, 0, 1), .error = EINVAL },
	{ "descriptor without data", 8, BODY(SET, 20, NONE, MSIX, 0, 1), FD_EVENT, 1,
	  .error = EINVAL },
	{ "descriptor with bytes", 8, BODY(struct set_bool, { 20, BOOL, MSIX, 0, 4 }, { 1 }),
	  FD_EVENT, 4, .error = EINVAL },
	{ "bytes missing", 8, BODY(SET, 20, BOOL, MSIX, 0, 1), .error = EINVAL },
	{ "too few bytes", 8, BODY_CUT(1, struct set_bool, { 20, BOOL, MSIX, 0, 4 }),
	  .error = EINVAL },
	{ "too many bytes", 8, BODY(struct set_bool, { 20, BOOL, MSIX, 0, 3 }), .error = EINVAL },
	{ "bytes without their type", 8, BODY(struct set_bool, { 20, NONE, MSIX, 0, 4 }),
	  .error = EINVAL },
	{ "count 0 with eventfd type", 8, BODY(SET, 20, EVENTFD, MSIX, 0, 0), .error = EINVAL },
	{ "count 0 with a descriptor", 8, BODY(SET, 20, EVENTFD, MSIX, 0, 0), FD_EVENT, 1,
	  .error = EINVAL },
	{ "count 0 in the middle", 8, BODY(SET, 20, NONE, MSIX, 1, 0), .error = EINVAL },
	{ "argsz too small", 8, BODY(SET, 19, NONE, MSIX, 0, 0), .error = EINVAL },
	{ "too short", 8, BODY_CUT(4, SET, 20, NONE, MSIX, 0, 0), .error = EINVAL },
	{ "the most descriptors", 8, BODY(SET, 20, EVENTFD, MSIX, 0, 16), FD_EVENT, 16,
	  .error = EINVAL },
	{ "too many descriptors", 8, BODY(SET, 20, EVENTFD, MSIX, 0, 4), FD_EVENT, 20,
	  .error = EINVAL },
};

static const struct row region_rows[] = {
	{ "read config", 9, BODY(ACCESS, 0, 7, 4096), .answer_size = 16 + 4096 },
	{ "read a register", 9, BODY(ACCESS, 0, 0, 4), .answer_size = 20 },
	{ "read nothing", 9, BODY(ACCESS, 0, 0, 0), .answer_size = 16 },
	{ "read at the end", 9, BODY(ACCESS, 0x4000, 0, 0), .answer_size = 16 },
	{ "read past the end", 9, BODY(ACCESS, 0x3ffc, 0, 8), .answer_size = 24 },
	{ "read far past the end", 9, BODY(ACCESS, 1ull << 40, 0, 4), .answer_size = 20 },
	{ "read wraps around", 9, BODY(ACCESS, -4ull, 0, 8), .answer_size = 24 },
	{ "read an absent region", 9, BODY(ACCESS, 0, 1, 4), .answer_size = 20 },
	{ "read past config", 9, BODY(ACCESS, 4095, 7, 2), .answer_size = 18 },
	{ "read the most", 9, BODY(ACCESS, 0, 0, VFU_MAX_DATA), .answer_size = 16 + VFU_MAX_DATA },
	{ "read more than the most", 9, BODY(ACCESS, 0, 0, VFU_MAX_DATA + 1), .error = E2BIG },
	{ "read 2^32-1", 9, BODY(ACCESS, 0, 0, -1u), .error = E2BIG },
	{ "read region 9", 9, BODY(ACCESS, 0, 9, 4), .error = EINVAL },
	{ "read, too short", 9, BODY_CUT(1, ACCESS, 0, 0, 4), .error = EINVAL },
	{ "read, too long", 9, BODY(struct write8, { 0, 0, 8 }), .error = EINVAL },
	{ "read with a descriptor", 9, BODY(ACCESS, 0, 0, 4), FD_EVENT, 1, .error = EINVAL },
	{ "write registers", 10, BODY(struct write8, { 0x200, 0, 8 }), .answer_size = 16 },
	{ "write nothing", 10, BODY(ACCESS, 0x200, 0, 0), .answer_size = 16 },
	{ "write past the end", 10, BODY(struct write8, { 0x3ffc, 0, 8 }), .answer_size = 16 },
	{ "write wraps around", 10, BODY(struct write8, { -4ull, 7, 8 }), .answer_size = 16 },
	{ "write an absent region", 10, BODY(struct write8, { 0, 6, 8 }), .answer_size = 16 },
	{ "write past config", 10, BODY(struct write8, { 4092, 7, 8 }), .answer_size = 16 },
	{ "write region 9", 10, BODY(struct write8, { 0, 9, 8 }), .error = EINVAL },
	{ "write, data missing", 10, BODY(ACCESS, 0x200, 0, 8), .error = EINVAL },
	{ "write, data too short", 10, BODY_CUT(1, struct write8, { 0x200, 0, 8 }),
	  .error = EINVAL },
	{ "write, data too long", 10, BODY(struct write8, { 0x200, 0, 7 }), .error = EINVAL },
	{ "write, count 2^32-1", 10, BODY(struct write8, { 0x200, 0, -1u }), .error = EINVAL },
	{ "write, too short", 10, BODY_CUT(1, ACCESS, 0x200, 0, 0), .error = EINVAL },
	{ "multi", 15, BODY(struct multi2, { 2 }, { { 0x200, 0, 4, {} }, { 0x208, 0, 8, {} } }),
	  .answer_size = 8 },
	{ "multi of none", 15, BODY(struct vfu_write_multi, 0), .answer_size = 8 },
	{ "multi outside", 15, BODY(struct multi2, { 2 }, { { -8ull, 0, 4, {} }, { 0, 1, 8, {} } }),
	  .answer_size = 8 },
	{ "multi, bad region", 15,
	  BODY(struct multi2, { 2 }, { { 0x200, 0, 4, {} }, { 0, 9, 8, {} } }), .error = EINVAL },
	{ "multi, bad count", 15,
	  BODY(struct multi2, { 2 }, { { 0x200, 0, 4, {} }, { 0x208, 0, 9, {} } }),
	  .error = EINVAL },
	{ "multi, more announced than sent", 15,
	  BODY(struct multi2, { 3 }, { { 0x200, 0, 4, {} }, { 0x208, 0, 8, {} } }),
	  .error = EINVAL },
	{ "multi, fewer announced than sent", 15,
	  BODY(struct multi2, { 1 }, { { 0x200, 0, 4, {} }, { 0x208, 0, 8, {} } }),
	  .error = EINVAL },
	{ "multi, number overflows", 15, BODY(struct multi2, { 1ull << 61 }), .error = EINVAL },
	{ "multi, cut", 15, BODY_CUT(1, struct multi2, { 2 }), .error = EINVAL },
	{ "multi, empty", 15, .error = EINVAL },
};

static const struct row other_rows[] = {
	{ "reset", 13 },
	{ "reset with a body", 13, BODY(uint32_t, 0), .error = EINVAL },
	{ "reset with a descriptor", 13, .fds = FD_EVENT, .num_fds = 1, .error = EINVAL },
	{ "command 0", 0, .error = ENOSYS },
	{ "DMA_READ from the client", 11, BODY(ACCESS, 0, 0, 4), .error = ENOSYS },
	{ "DMA_WRITE from the client", 12, BODY(ACCESS, 0, 0, 4), .error = ENOSYS },
	{ "command 14, gone from the protocol", 14, .error = ENOSYS },
	{ "DEVICE_FEATURE", 16, BODY(ACCESS, 0, 0, 4), .error = EOPNOTSUPP },
	{ "MIG_DATA_READ", 17, BODY(ACCESS, 0, 0, 4), .error = EOPNOTSUPP },
	{ "MIG_DATA_WRITE", 18, BODY(ACCESS, 0, 0, 4), .error = EOPNOTSUPP },
	{ "command 19", 19, .error = ENOSYS },
	{ "command 65535 with descriptors", 65535, .fds = FD_MEMORY, .num_fds = 3,
	  .error = ENOSYS },
};

static int make_fd(enum fd_kind kind)
{
	char path[64];
	int fd, pair[2];

	switch (kind) {
	case FD_EVENT:
		return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	case FD_MEMORY:
		return peer_memfd(PEER_RAM_SIZE);
	case FD_READ_ONLY:
		pair[0] = peer_memfd(PEER_RAM_SIZE);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", pair[0]);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		close(pair[0]);
		return fd;
	case FD_PIPE:
		if (pipe2(pair, O_CLOEXEC))
			tap_bail("pipe: %m");
		close(pair[0]);
		return pair[1];
	case FD_SOCKET:
		return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	default:
		return open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
}

static bool still_serves(struct peer *peer)
{
	struct vfu_device_info info = { .argsz = sizeof(info) };

	if (!peer->session.negotiated && peer_version(peer, NULL))
		return false;
	return !peer_call(peer, VFU_DEVICE_GET_INFO, &info, sizeof(info), NULL, 0, NULL);
}

static void run_row(const char *group, const struct row *row)
{
	static struct answer answer;
	static struct peer peer;
	unsigned int before = peer_count_fds();
	uint8_t *ram = NULL;
	int fds[32], got;

	peer_open(&peer);
	if (!row->fresh)
		ram = peer_prepare(&peer);
	for (unsigned int i = 0; i < row->num_fds; i++)
		fds[i] = make_fd(row->fds);
	got = peer_call(&peer, row->command, row->body, row->size, fds, row->num_fds, &answer);
	for (unsigned int i = 0; i < row->num_fds; i++)
		close(fds[i]);
	tap_is(got, row->error, "%s: %s", group, row->name);
	if (!got && answer.size != row->answer_size)
		tap_is(answer.size, row->answer_size, "%s: %s: size of the answer", group,
		       row->name);
	if (!still_serves(&peer))
		tap_ok(false, "%s: %s: served afterwards", group, row->name);
	peer_close(&peer);
	if (ram)
		munmap(ram, PEER_RAM_SIZE);
	if (peer_count_fds() != before)
		tap_is(peer_count_fds(), before, "%s: %s: open descriptors", group, row->name);
}

/* With the no-reply flag nothing comes back, whether it works or not. */
static void run_row_silently(const char *group, const struct row *row)
{
	static struct answer answer;
	static struct peer peer;
	uint8_t *ram;

	peer_open(&peer);
	ram = peer_prepare(&peer);
	peer_send(&peer, row->command, WIRE_NO_REPLY, row->body, row->size, NULL, 0);
	if (peer_receive(&peer, &answer) || !still_serves(&peer))
		tap_ok(false, "%s: %s: no reply wanted", group, row->name);
	munmap(ram, PEER_RAM_SIZE);
	peer_close(&peer);
}

static void run_rows(const char *group, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		run_row(group, &rows[i]);
		run_row_silently(group, &rows[i]);
	}
}

#define RUN(rows, group) run_rows(group, rows, sizeof(rows) / sizeof(rows[0]))

/* Messages that are no commands, and what lies beyond single messages. */
static void test_types(void)
{
	static struct answer answer;
	static struct peer peer;
	struct vfu_device_info info = { .argsz = 16 };

	peer_open(&peer);
	peer_version(&peer, NULL);
	peer_send(&peer, VFU_DEVICE_GET_INFO, WIRE_TYPE_REPLY, &info, sizeof(info), NULL, 0);
	tap_ok(!peer_receive(&peer, &answer), "a reply that nobody waits for is not answered");
	peer_send(&peer, VFU_DEVICE_GET_INFO, 2, &info, sizeof(info), NULL, 0);
	tap_ok(peer_receive(&peer, &answer) && answer.header.error == EINVAL, "type 2 is refused");
	tap_ok(still_serves(&peer), "served afterwards");
	peer_close(&peer);
}

static void test_too_big(void)
{
	static uint8_t body[VFU_MAX_BODY + 100];
	static struct answer answer;
	static struct peer peer;

	peer_open(&peer);
	peer_version(&peer, NULL);
	tap_is(peer_call(&peer, VFU_REGION_WRITE, body, sizeof(body), NULL, 0, &answer), E2BIG,
	       "a message above the limit is refused");
	tap_ok(still_serves(&peer), "served afterwards");
	peer_close(&peer);
}

/* Replies come in the order of the commands, none for those that want none. */
static void test_order(void)
{
	static struct answer answer;
	static struct peer peer;
	bool good = true;

	peer_open(&peer);
	peer_version(&peer, NULL);
	for (unsigned int i = 0; i < 300; i++) {
		struct wire_header header = { i, VFU_DEVICE_RESET, 16, i % 3 ? 0 : WIRE_NO_REPLY,
					      0 };

		peer_send_raw(&peer, &header, sizeof(header), NULL, 0);
	}
	peer.end = vfu_session_serve(&peer.session, 1000);
	for (unsigned int i = 0; i < 300; i++) {
		if (i % 3)
			good &= peer_receive(&peer, &answer) && answer.header.id == i;
	}
	tap_ok(good && !peer_receive(&peer, &answer), "300 pipelined commands");
	tap_is(peer.function.counters.resets, 300, "all of them carried out");
	peer_close(&peer);
}

int main(void)
{
	RUN(version_rows, "VERSION");
	RUN(early_rows, "before VERSION");
	RUN(map_rows, "DMA_MAP");
	RUN(unmap_rows, "DMA_UNMAP");
	RUN(info_rows, "info");
	RUN(irq_rows, "SET_IRQS");
	RUN(region_rows, "region");
	RUN(other_rows, "other");
	test_types();
	test_too_big();
	test_order();
	return tap_done();
}
