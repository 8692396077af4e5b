// SPDX-License-Identifier: MIT
/* Framing alone: pieces, descriptors, limits, ends. */
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "peer.h"
#include "tap.h"
#include "wire/wire.h"

#define MAX_BODY 256u

struct ends {
	struct peer peer; /* only its socket is used */
	struct wire wire;
};

static void open_ends(struct ends *e)
{
	int pair[2];

	memset(e, 0, sizeof(*e));
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		tap_bail("socketpair: %m");
	e->peer.fd = pair[0];
	if (wire_open(&e->wire, pair[1], MAX_BODY))
		tap_bail("wire_open: %m");
}

static void close_ends(struct ends *e)
{
	wire_close(&e->wire);
	if (e->peer.fd >= 0)
		close(e->peer.fd);
}

/* A message with a recognizable body of @body bytes. */
static size_t compose(uint8_t *bytes, uint16_t id, size_t body)
{
	struct wire_header header = { .id = id, .command = 9, .size = sizeof(header) + body };

	memcpy(bytes, &header, sizeof(header));
	memset(bytes + sizeof(header), id, body);
	return header.size;
}

static bool is_whole(const struct wire_message *m, uint16_t id, size_t body)
{
	if (m->header.id != id || m->body_size != body)
		return false;
	for (size_t i = 0; i < body; i++) {
		if (m->body[i] != (uint8_t)id)
			return false;
	}
	return true;
}

static void test_bytewise(void)
{
	uint8_t bytes[64];
	size_t size = compose(bytes, 7, 20);
	struct wire_message *m = NULL;
	bool early = false;
	struct ends e;

	open_ends(&e);
	for (size_t i = 0; i < size; i++) {
		early |= wire_receive(&e.wire, &m) != 0;
		peer_send_raw(&e.peer, bytes + i, 1, NULL, 0);
	}
	tap_ok(!early, "byte by byte: nothing before the last byte");
	tap_ok(wire_receive(&e.wire, &m) == 1 && is_whole(m, 7, 20), "byte by byte: whole");
	wire_release(&e.wire);
	tap_ok(wire_receive(&e.wire, &m) == 0, "byte by byte: nothing after it");
	close_ends(&e);
}

static void test_pipelined(void)
{
	uint8_t bytes[256];
	struct wire_message *m;
	size_t size = 0;
	struct ends e;

	open_ends(&e);
	size += compose(bytes + size, 1, 0);
	size += compose(bytes + size, 2, 33);
	size += compose(bytes + size, 3, 5);
	/* The third ends in the next piece. */
	peer_send_raw(&e.peer, bytes, size - 3, NULL, 0);
	tap_ok(wire_receive(&e.wire, &m) == 1 && is_whole(m, 1, 0), "pipelined: no body");
	wire_release(&e.wire);
	tap_ok(wire_receive(&e.wire, &m) == 1 && is_whole(m, 2, 33), "pipelined: second");
	wire_release(&e.wire);
	tap_ok(wire_receive(&e.wire, &m) == 0, "pipelined: third is not complete");
	peer_send_raw(&e.peer, bytes + size - 3, 3, NULL, 0);
	tap_ok(wire_receive(&e.wire, &m) == 1 && is_whole(m, 3, 5), "pipelined: third");
	close_ends(&e);
}

static bool same_file(int a, int b)
{
	struct stat sa, sb;

	return !fstat(a, &sa) && !fstat(b, &sb) && sa.st_ino == sb.st_ino;
}

/* Three messages back to back, the middle one with a descriptor, cut in various ways. */
static void test_fd_owner(size_t head)
{
	uint8_t bytes[3][64];
	size_t size[3];
	int fd = peer_memfd(4096);
	struct wire_message *m;
	struct ends e;

	open_ends(&e);
	for (int i = 0; i < 3; i++)
		size[i] = compose(bytes[i], i + 1, 16);
	peer_send_raw(&e.peer, bytes[0], size[0], NULL, 0);
	peer_send_raw(&e.peer, bytes[1], head, &fd, 1);
	peer_send_raw(&e.peer, bytes[1] + head, size[1] - head, NULL, 0);
	peer_send_raw(&e.peer, bytes[2], size[2], NULL, 0);
	tap_ok(wire_receive(&e.wire, &m) == 1 && m->num_fds == 0, "fd after %zu: not the first's",
	       head);
	wire_release(&e.wire);
	tap_ok(wire_receive(&e.wire, &m) == 1 && is_whole(m, 2, 16) && m->num_fds == 1 &&
		       same_file(m->fds[0], fd),
	       "fd after %zu: the second's", head);
	wire_release(&e.wire);
	tap_ok(wire_receive(&e.wire, &m) == 1 && m->num_fds == 0, "fd after %zu: not the third's",
	       head);
	close(fd);
	close_ends(&e);
}

static void test_fd_counts(void)
{
	unsigned int before = peer_count_fds();
	int fds[WIRE_MAX_FDS + 3];
	uint8_t bytes[64];
	size_t size = compose(bytes, 5, 8);
	struct wire_message *m;
	struct ends e;

	open_ends(&e);
	fds[0] = peer_memfd(4096);
	for (unsigned int i = 1; i < WIRE_MAX_FDS + 3; i++)
		fds[i] = fds[0];
	peer_send_raw(&e.peer, bytes, size, fds, WIRE_MAX_FDS);
	tap_ok(wire_receive(&e.wire, &m) == 1 && m->num_fds == WIRE_MAX_FDS && !m->fds_lost,
	       "the most descriptors");
	wire_release(&e.wire);
	peer_send_raw(&e.peer, bytes, size, fds, WIRE_MAX_FDS + 1);
	tap_ok(wire_receive(&e.wire, &m) == 1 && m->fds_lost, "one descriptor too many is told");
	wire_release(&e.wire);
	/* Twice, in two pieces of the same message. */
	peer_send_raw(&e.peer, bytes, 4, fds, 10);
	peer_send_raw(&e.peer, bytes + 4, size - 4, fds, 10);
	tap_ok(wire_receive(&e.wire, &m) == 1 && m->num_fds == WIRE_MAX_FDS && m->fds_lost,
	       "descriptors in two pieces are bounded together");
	wire_release(&e.wire);
	peer_send_raw(&e.peer, bytes, 4, fds, 10);
	wire_receive(&e.wire, &m);
	close(fds[0]);
	close_ends(&e);
	tap_is(peer_count_fds(), before, "no descriptor is left open");
}

static void test_sizes(void)
{
	uint8_t bytes[16 + MAX_BODY + 1];
	struct wire_header header = { .size = 15 };
	struct wire_message *m;
	struct ends e;
	int ret;

	open_ends(&e);
	peer_send_raw(&e.peer, bytes, compose(bytes, 9, MAX_BODY), NULL, 0);
	tap_ok(wire_receive(&e.wire, &m) == 1 && is_whole(m, 9, MAX_BODY), "the largest body");
	wire_release(&e.wire);
	peer_send_raw(&e.peer, bytes, compose(bytes, 10, MAX_BODY + 1), NULL, 0);
	while (!(ret = wire_receive(&e.wire, &m)))
		;
	tap_ok(ret == 1 && m->oversized && m->body_size == 0 && m->header.id == 10,
	       "one byte more is thrown away");
	wire_release(&e.wire);
	peer_send_raw(&e.peer, bytes, compose(bytes, 11, 4), NULL, 0);
	tap_ok(wire_receive(&e.wire, &m) == 1 && is_whole(m, 11, 4), "the message after it");
	wire_release(&e.wire);
	peer_send_raw(&e.peer, &header, sizeof(header), NULL, 0);
	tap_is(-wire_receive(&e.wire, &m), EPROTO, "size below the header's");
	close_ends(&e);
}

static void test_ends(void)
{
	uint8_t bytes[64];
	size_t size = compose(bytes, 3, 8);
	struct wire_message *m;
	struct ends e;

	open_ends(&e);
	close(e.peer.fd);
	e.peer.fd = -1;
	tap_is(-wire_receive(&e.wire, &m), EPIPE, "end between messages");
	close_ends(&e);
	for (size_t cut = 1; cut < size; cut += size - 2) {
		open_ends(&e);
		peer_send_raw(&e.peer, bytes, cut, NULL, 0);
		close(e.peer.fd);
		e.peer.fd = -1;
		tap_is(-wire_receive(&e.wire, &m), ECONNRESET, "end after %zu bytes", cut);
		close_ends(&e);
	}
}

/* A peer that does not read: one message is kept, nothing blocks, nothing is lost. */
static void test_slow_reader(void)
{
	struct wire_header header = { .id = 1 };
	size_t sent = 0, got = 0;
	uint8_t sink[4096];
	struct ends e;
	ssize_t n;

	open_ends(&e);
	while (!wire_out_pending(&e.wire) && sent < 100000) {
		memset(wire_out_body(&e.wire), sent, MAX_BODY);
		if (wire_send(&e.wire, &header, MAX_BODY))
			break;
		sent++;
	}
	tap_ok(wire_out_pending(&e.wire), "socket full after %zu messages", sent);
	tap_is(-wire_send(&e.wire, &header, 0), EBUSY, "no second message is taken");
	do {
		while ((n = recv(e.peer.fd, sink, sizeof(sink), MSG_DONTWAIT)) > 0)
			got += n;
		wire_flush(&e.wire);
	} while (wire_out_pending(&e.wire));
	while ((n = recv(e.peer.fd, sink, sizeof(sink), MSG_DONTWAIT)) > 0)
		got += n;
	tap_is(got, sent * (16 + MAX_BODY), "all of it arrives");
	tap_is(-wire_send(&e.wire, &header, MAX_BODY + 1), EMSGSIZE, "too large to send");
	close(e.peer.fd);
	e.peer.fd = -1;
	tap_is(-wire_send(&e.wire, &header, 0), EPIPE, "sending to nobody is an error, no signal");
	close_ends(&e);
}

int main(void)
{
	test_bytewise();
	test_pipelined();
	for (size_t head = 1; head <= 32; head += head < 16 ? 15 : 16)
		test_fd_owner(head);
	test_fd_counts();
	test_sizes();
	test_ends();
	test_slow_reader();
	return tap_done();
}
