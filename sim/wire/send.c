// SPDX-License-Identifier: MIT
#include "wire/wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

int wire_flush(struct wire *wire)
{
	while (wire_out_pending(wire)) {
		ssize_t n = send(wire->fd, wire->out + wire->out_sent,
				 wire->out_size - wire->out_sent, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -errno;
		wire->out_sent += n;
	}
	return 0;
}

int wire_send(struct wire *wire, const struct wire_header *header, size_t body_size)
{
	struct wire_header out = *header;

	if (wire_out_pending(wire))
		return -EBUSY;
	if (body_size > wire->max_body)
		return -EMSGSIZE;
	out.size = sizeof(out) + body_size;
	memcpy(wire->out, &out, sizeof(out));
	wire->out_sent = 0;
	wire->out_size = out.size;
	return wire_flush(wire);
}
