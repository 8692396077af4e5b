/* SPDX-License-Identifier: MIT */
#ifndef QMAC_SIM_SERVER_LISTENER_H
#define QMAC_SIM_SERVER_LISTENER_H

#include <sys/types.h>

#include "log/log.h"

/**
 * struct listener - a listening unix socket
 * @fd: The socket, non-blocking.
 * @path: Where it is bound.
 * @device: Identity of the file, to remove no other; @inode likewise.
 */
struct listener {
	int fd;
	const char *path;
	dev_t device;
	ino_t inode;
};

/*
 * Listen at @path, for this user only. A socket that is left there is replaced
 * if nobody listens on it. Returns 0, or -errno after logging the reason.
 */
int listener_open(struct listener *listener, const char *path, const struct log *log);
void listener_close(struct listener *listener);

/* Returns a connection, or -errno (-EAGAIN: none is waiting). */
int listener_accept(struct listener *listener);

#endif /* QMAC_SIM_SERVER_LISTENER_H */
