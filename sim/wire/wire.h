/* SPDX-License-Identifier: MIT */
/*
 * Framing of vfio-user messages on a stream socket.
 *
 * Knows the 16-byte header and file descriptors, nothing of what messages mean.
 * Input arrives in any pieces and is put together here; output that the socket
 * does not take at once is kept. Both are bounded: one message in, one out.
 */
#ifndef QMAC_SIM_WIRE_H
#define QMAC_SIM_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* QEMU refuses a server that asks for more descriptors in one message. */
#define WIRE_MAX_FDS 16u

/* The wire is in the byte order of the host. */
struct wire_header {
	uint16_t id;
	uint16_t command;
	uint32_t size; /* with this header */
	uint32_t flags;
	uint32_t error; /* an errno, valid with WIRE_ERROR */
};

#define WIRE_TYPE_MASK	  0xfu
#define WIRE_TYPE_COMMAND 0u
#define WIRE_TYPE_REPLY	  1u
#define WIRE_NO_REPLY	  (1u << 4)
#define WIRE_ERROR	  (1u << 5)

/**
 * struct wire_message - one message, as received
 * @header: Its header.
 * @body: What follows the header, 8-byte aligned.
 * @body_size: Bytes of @body; zero when @oversized.
 * @fds: Descriptors that came with it. Whoever keeps one puts -1 in its place;
 *   wire_release() closes the others.
 * @num_fds: Entries of @fds.
 * @fds_lost: More descriptors came than fit; @fds is not complete.
 * @oversized: The body was larger than the limit and has been thrown away.
 */
struct wire_message {
	struct wire_header header;
	const uint8_t *body;
	size_t body_size;
	int fds[WIRE_MAX_FDS];
	unsigned int num_fds;
	bool fds_lost;
	bool oversized;
};

/**
 * struct wire - one connection
 * @fd: The socket, non-blocking; owned.
 * @max_body: Largest body in either direction.
 * @in: The message being received; @in_have of its bytes are there.
 * @in_body: Room for its body.
 * @out: Header and body being sent; bytes @out_sent to @out_size are left.
 */
struct wire {
	int fd;
	size_t max_body;
	struct wire_message in;
	uint64_t in_have;
	uint8_t *in_body;
	uint8_t *out;
	size_t out_sent, out_size;
};

/**
 * wire_open() - take over a connected stream socket
 *
 * Return: 0 or -errno; on failure @fd is still the caller's.
 */
int wire_open(struct wire *wire, int fd, size_t max_body);

/* Close the socket and every descriptor that was received and not kept. */
void wire_close(struct wire *wire);

/**
 * wire_receive() - receive the next message, or more of it
 *
 * Never blocks. The message stays valid until wire_release().
 *
 * Return: 1 when a message is complete, 0 when more input is needed, -EPIPE
 * when the peer closed between two messages, -ECONNRESET when it did in the
 * middle of one, -EPROTO when a header claims less than its own size (no later
 * message can be found then), another -errno of the socket.
 */
int wire_receive(struct wire *wire, struct wire_message **message);

/* Done with the message: closes its descriptors, makes room for the next. */
void wire_release(struct wire *wire);

/* Room for the body of the next message to send: max_body bytes, 8-byte aligned. */
static inline uint8_t *wire_out_body(struct wire *wire)
{
	return wire->out + sizeof(struct wire_header);
}

/* True while an earlier message is not sent; wire_send() must wait for it. */
static inline bool wire_out_pending(const struct wire *wire)
{
	return wire->out_sent < wire->out_size;
}

/**
 * wire_send() - send a header and what is in wire_out_body()
 *
 * Sets the size field of the header. Never blocks; what is left goes with
 * wire_flush().
 *
 * Return: 0 or -errno of the socket.
 */
int wire_send(struct wire *wire, const struct wire_header *header, size_t body_size);

/* Send more of what is pending. Returns 0 or -errno of the socket. */
int wire_flush(struct wire *wire);

#endif /* QMAC_SIM_WIRE_H */
