/* SPDX-License-Identifier: MIT */
/*
 * A client on one end of a socketpair; on the other end, in the same thread, a
 * session with a PCI function in front of the fake model.
 */
#ifndef QMAC_TESTS_SIM_PEER_H
#define QMAC_TESTS_SIM_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fake_model.h"
#include "pci/function.h"
#include "vfu/protocol.h"
#include "vfu/session.h"

struct peer {
	int fd;
	struct pci_function function;
	struct vfu_session session;
	int end; /* what vfu_session_serve() returned last */
	uint16_t id;
};

/* A reply as received: the errno it carries, and its body. */
struct answer {
	struct wire_header header;
	uint8_t body[VFU_MAX_BODY];
	size_t size;
};

/* Where peer_prepare() maps shared memory, and how much. */
#define PEER_RAM      0x100000ull
#define PEER_RAM_SIZE 0x10000ull

void peer_open(struct peer *peer);
void peer_close(struct peer *peer);

/* Put bytes on the wire as they are; the session is not run. */
void peer_send_raw(struct peer *peer, const void *bytes, size_t size, const int *fds,
		   unsigned int num_fds);

/* Send a message, let the session serve. Returns its id. */
uint16_t peer_send(struct peer *peer, uint16_t command, uint32_t flags, const void *body,
		   size_t size, const int *fds, unsigned int num_fds);

/* Take a reply; false when there is none. */
bool peer_receive(struct peer *peer, struct answer *answer);

/*
 * Send a command and take its reply. Returns the errno in it, 0 for success, or
 * -1 when there is none or it is malformed.
 */
int peer_call(struct peer *peer, uint16_t command, const void *body, size_t size, const int *fds,
	      unsigned int num_fds, struct answer *answer);

/* The same for common commands. */
int peer_version(struct peer *peer, const char *json);
int peer_map(struct peer *peer, uint64_t address, uint64_t size, uint32_t flags, int fd,
	     uint64_t offset);
int peer_unmap(struct peer *peer, uint64_t address, uint64_t size);
int peer_set_irqs(struct peer *peer, uint32_t flags, uint32_t index, uint32_t start, uint32_t count,
		  const int *fds, unsigned int num_fds);
int peer_read(struct peer *peer, uint32_t region, uint64_t offset, void *buf, uint32_t size);
int peer_write(struct peer *peer, uint32_t region, uint64_t offset, const void *buf, uint32_t size);
uint32_t peer_read32(struct peer *peer, uint32_t region, uint64_t offset);
void peer_write32(struct peer *peer, uint32_t region, uint64_t offset, uint32_t value);
void peer_write16(struct peer *peer, uint32_t region, uint64_t offset, uint16_t value);

/* VERSION, shared memory at PEER_RAM, memory space and bus mastering on. Returns the memory. */
uint8_t *peer_prepare(struct peer *peer);

/* A memfd of @size bytes. */
int peer_memfd(uint64_t size);

/* Events that an eventfd has counted; resets it. */
uint64_t peer_events(int fd);

/* Open descriptors of this process. */
unsigned int peer_count_fds(void);

#endif /* QMAC_TESTS_SIM_PEER_H */
