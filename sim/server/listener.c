// SPDX-License-Identifier: MIT
#include "server/listener.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static struct sockaddr_un address_of(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	return address;
}

/* Anything but a refusal means that somebody may be there. */
static bool is_stale(const char *path)
{
	struct sockaddr_un address = address_of(path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool refused;

	if (fd < 0)
		return false;
	refused =
		connect(fd, (struct sockaddr *)&address, sizeof(address)) && errno == ECONNREFUSED;
	close(fd);
	return refused;
}

static int clear_path(const char *path, const struct log *log)
{
	struct stat st;

	if (lstat(path, &st))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode)) {
		log_error(log, "%s exists and is no socket; remove it or choose another path",
			  path);
		return -EEXIST;
	}
	if (!is_stale(path)) {
		log_error(log, "%s: another process listens there; stop it or choose another path",
			  path);
		return -EADDRINUSE;
	}
	log_info(log, "%s: nobody listens there, replaced", path);
	return unlink(path) ? -errno : 0;
}

static int bind_socket(struct listener *listener)
{
	struct sockaddr_un address = address_of(listener->path);
	struct stat st;

	if (bind(listener->fd, (struct sockaddr *)&address, sizeof(address)) ||
	    listen(listener->fd, 4))
		return -errno;
	if (lstat(listener->path, &st))
		return -errno;
	listener->device = st.st_dev;
	listener->inode = st.st_ino;
	return 0;
}

int listener_open(struct listener *listener, const char *path, const struct log *log)
{
	mode_t mask;
	int ret = clear_path(path, log);

	if (ret == -EEXIST || ret == -EADDRINUSE)
		return ret;
	if (ret) {
		log_error(log, "%s: %s", path, strerror(-ret));
		return ret;
	}
	*listener = (struct listener){ .path = path };
	listener->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listener->fd < 0) {
		ret = -errno;
		log_error(log, "no socket: %s", strerror(-ret));
		return ret;
	}
	mask = umask(0077);
	ret = bind_socket(listener);
	umask(mask);
	if (ret) {
		log_error(log, "cannot listen at %s: %s; the directory must exist and be writable",
			  path, strerror(-ret));
		close(listener->fd);
	}
	return ret;
}

void listener_close(struct listener *listener)
{
	struct stat st;

	if (!lstat(listener->path, &st) && st.st_dev == listener->device &&
	    st.st_ino == listener->inode)
		unlink(listener->path);
	close(listener->fd);
}

int listener_accept(struct listener *listener)
{
	int fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	return fd < 0 ? -errno : fd;
}
