// SPDX-License-Identifier: MIT
#include "wire/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int wire_open(struct wire *wire, int fd, size_t max_body)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -errno;
	memset(wire, 0, sizeof(*wire));
	wire->fd = fd;
	wire->max_body = max_body;
	wire->in_body = malloc(max_body);
	wire->out = malloc(sizeof(struct wire_header) + max_body);
	if (!wire->in_body || !wire->out) {
		free(wire->in_body);
		free(wire->out);
		return -ENOMEM;
	}
	return 0;
}

void wire_close(struct wire *wire)
{
	wire_release(wire);
	close(wire->fd);
	free(wire->in_body);
	free(wire->out);
	memset(wire, 0, sizeof(*wire));
	wire->fd = -1;
}
