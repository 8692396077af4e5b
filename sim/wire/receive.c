// SPDX-License-Identifier: MIT
#include "wire/wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void take_fds(struct wire_message *in, struct msghdr *msg)
{
	struct cmsghdr *cmsg;

	if (msg->msg_flags & MSG_CTRUNC)
		in->fds_lost = true;
	for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {
		size_t count = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (cmsg->cmsg_level != SOL_SOCKET || cmsg->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < count; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(cmsg) + i * sizeof(int), sizeof(fd));
			if (in->num_fds < WIRE_MAX_FDS) {
				in->fds[in->num_fds++] = fd;
			} else {
				close(fd);
				in->fds_lost = true;
			}
		}
	}
}

/* Returns the bytes received, 0 when there are none now, or -errno. */
static ssize_t receive_some(struct wire *wire, void *buf, size_t size)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(WIRE_MAX_FDS * sizeof(int))];
	} control;
	struct iovec iov = { .iov_base = buf, .iov_len = size };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	ssize_t n;

	do {
		n = recvmsg(wire->fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -errno;
	if (n == 0)
		return wire->in_have ? -ECONNRESET : -EPIPE;
	take_fds(&wire->in, &msg);
	return n;
}

/*
 * Header and body are received apart, each to its exact end. No receive ever
 * reaches into the next message, so descriptors belong to this one for certain,
 * however the sender cut its stream.
 */
static ssize_t receive_piece(struct wire *wire)
{
	struct wire_message *in = &wire->in;
	uint64_t at, left;

	if (wire->in_have < sizeof(in->header))
		return receive_some(wire, (uint8_t *)&in->header + wire->in_have,
				    sizeof(in->header) - wire->in_have);
	at = wire->in_have - sizeof(in->header);
	left = in->header.size - wire->in_have;
	if (in->oversized)
		return receive_some(wire, wire->in_body,
				    left < wire->max_body ? left : wire->max_body);
	return receive_some(wire, wire->in_body + at, left);
}

int wire_receive(struct wire *wire, struct wire_message **message)
{
	struct wire_message *in = &wire->in;

	while (wire->in_have < sizeof(in->header) || wire->in_have < in->header.size) {
		ssize_t n = receive_piece(wire);

		if (n <= 0)
			return n;
		wire->in_have += n;
		/* Up to 4 GiB to throw away: let the caller do other work in between. */
		if (in->oversized && wire->in_have < in->header.size)
			return 0;
		if (wire->in_have < sizeof(in->header))
			continue;
		if (in->header.size < sizeof(in->header))
			return -EPROTO;
		in->oversized = in->header.size - sizeof(in->header) > wire->max_body;
	}
	in->body = wire->in_body;
	in->body_size = in->oversized ? 0 : in->header.size - sizeof(in->header);
	*message = in;
	return 1;
}

void wire_release(struct wire *wire)
{
	struct wire_message *in = &wire->in;

	for (unsigned int i = 0; i < in->num_fds; i++) {
		if (in->fds[i] >= 0)
			close(in->fds[i]);
	}
	memset(in, 0, sizeof(*in));
	wire->in_have = 0;
}
